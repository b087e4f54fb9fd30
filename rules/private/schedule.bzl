"""lokki_schedule: when a flow is started by the clock, and with what input."""

def lokki_schedule(
        cron = None,
        rate = None,
        at = None,
        time_zone = "UTC",
        input = {},
        window = 0,
        retry = 60,
        enabled = True):
    """Says when a flow is started by the clock, for the `schedule` of a `lokki_flow`.

    ```starlark
    schedule = lokki_schedule(cron = "0 6 * * ? *", time_zone = "Europe/Berlin", input = {"count": 2}),
    ```

    It becomes a schedule of EventBridge Scheduler with a role of its own, which may start
    this state machine and nothing else. What can't be started goes into a dead-letter
    queue, where it stays for 14 days. The build fails when a time, a zone or an input
    is not one.

    Each start is a run of its own, whose id EventBridge Scheduler leaves to Step Functions.
    In rare cases it starts one twice.

    Args:
      cron: six fields, minutes hours day-of-month month day-of-week year, of which one of
        the two days is `?`: `0 6 * * ? *` is every day at 6:00, `0 6 ? * MON-FRI *` every weekday.
      rate: an interval, as in `15 minutes`, `1 hour` or `2 days`.
      at: one time, as in `2030-01-31T06:00:00`.
      time_zone: the zone of `cron` and `at`, by its name in the IANA database, as in `Europe/Berlin`.
      input: the execution's input, which overrides the flow's defaults field by field. The
        build checks it against the type that the flow's first step takes. Strings may
        hold `<aws.scheduler.scheduled-time>`, `<aws.scheduler.execution-id>`,
        `<aws.scheduler.attempt-number>` and `<aws.scheduler.schedule-arn>`, for which
        EventBridge Scheduler puts in their values. It stands readable in the template: no place for secrets.
      window: minutes, up to 1440, within which a start is as good as at the time itself.
      retry: minutes, up to 1440, for which a start that fails is tried again; 0 tries once.
      enabled: whether the schedule starts anything. Each deployment may say otherwise, by the
        template's parameter `ScheduleState`, or `DailyScheduleState` for one of the name `daily`.

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
    """Writes a flow's schedules as an attribute.

    Args:
      schedule: a lokki_schedule, a dict of several by name, or None.

    Returns:
      JSON of the schedules by name; the name of a flow's only one may be empty.
    """
    return json.encode({"": schedule} if type(schedule) == "struct" else schedule or {})

def decode_schedules(text, flow):
    """Reads what encode_schedules wrote, for the tools. What the schedules say is theirs to check.

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
            fail("\n{}: schedule is {}.\nhint: write schedule = lokki_schedule(cron = \"0 6 * * ? *\"), or several by name: schedule = {{\"daily\": lokki_schedule(…), …}}".format(flow, text))
    return [{"name": name} | schedules[name] for name in schedules]
