"""lokki_schedule: when a flow is started on a schedule, and with what input."""

load(":names.bzl", "fail_target")

def lokki_schedule(
        cron = None,
        rate = None,
        at = None,
        time_zone = "UTC",
        input = {},
        window = 0,
        retry = 60,
        enabled = True):
    """Starts a flow on a schedule; for the `schedule` of a `lokki_flow`.

    ```starlark
    schedule = lokki_schedule(cron = "0 6 * * ? *", time_zone = "Europe/Berlin", input = {"count": 2}),
    ```

    It becomes a schedule of EventBridge Scheduler with its own role, which may start
    this state machine and nothing else. Starts that fail go to a dead-letter
    queue, which keeps them for 14 days. The build fails when a time, a zone or the input
    is invalid.

    Each start is a separate run, whose id is chosen by Step Functions. In rare cases
    EventBridge Scheduler starts a run twice.

    Args:
      cron: six fields, minutes hours day-of-month month day-of-week year; one of
        the two days is `?`: `0 6 * * ? *` is every day at 6:00, `0 6 ? * MON-FRI *` every weekday.
      rate: an interval, as in `15 minutes`, `1 hour` or `2 days`.
      at: a single time, as in `2030-01-31T06:00:00`.
      time_zone: the time zone of `cron` and `at`, by its IANA name, as in `Europe/Berlin`.
      input: the execution's input, which overrides the flow's defaults field by field. The
        build checks it against the type that the flow's first step takes. In strings,
        EventBridge Scheduler replaces `<aws.scheduler.scheduled-time>`,
        `<aws.scheduler.execution-id>`, `<aws.scheduler.attempt-number>` and
        `<aws.scheduler.schedule-arn>`. The input is visible in plain text in the template;
        don't put secrets here.
      window: flexible time window, in minutes, up to 1440.
      retry: minutes, up to 1440, during which a start that fails is retried; 0 tries once.
      enabled: whether the schedule is on. A deployment can override it with the
        template's parameter `ScheduleState`, or `DailyScheduleState` for a schedule named `daily`.

    Returns:
      The schedule, for `lokki_flow`.
    """
    return struct(
        at = at or "",
        cron = cron or "",
        disabled = not enabled,
        input = input,
        rate = rate or "",
        retry = retry,
        time_zone = time_zone,
        window = window,
    )

def encode_schedules(schedule):
    """Encodes a flow's schedules as a string attribute.

    Args:
      schedule: a lokki_schedule, a dict of several by name, or None.

    Returns:
      JSON of the schedules by name; a flow's only schedule may have an empty name.
    """
    return json.encode({"": schedule} if type(schedule) == "struct" else schedule or {})

def decode_schedules(text, flow):
    """Decodes what encode_schedules wrote. The tools check the schedules themselves.

    Args:
      text: the JSON.
      flow: label of the lokki_flow, for the message.

    Returns:
      A list of dicts.
    """
    schedules = json.decode(text)
    values = schedules.values() if type(schedules) == "dict" else [None]
    for value in values:
        if type(value) != "dict" or "time_zone" not in value:
            fail_target(
                flow,
                "schedule is {}".format(text),
                "write schedule = lokki_schedule(cron = \"0 6 * * ? *\"), or several by name: schedule = {\"daily\": lokki_schedule(…), …}",
            )
    return [{"name": name} | schedules[name] for name in schedules]
