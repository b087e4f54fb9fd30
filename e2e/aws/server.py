"""MiniStack, an emulator of AWS on loopback, with functions run by the test.

It hands each invocation of an image to the test at LOKKI_LAMBDA, and ends when its
standard input does, that is, with the test.
"""

import json
import os
import signal
import sys
import threading
import urllib.request

from ministack import app
from ministack.services import lambda_svc


def invoke(func, event, request_id):
    config = func.get("config") or func
    call = {
        "image": config["ImageUri"],
        "env": config["Environment"]["Variables"],
        "timeout": config["Timeout"],
        "payload": event,
    }
    request = urllib.request.Request(
        os.environ["LOKKI_LAMBDA"],
        json.dumps(call).encode(),
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def end_with_input():
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


lambda_svc._execute_function_docker = invoke
threading.Thread(target=end_with_input, daemon=True).start()
sys.argv = sys.argv[:1]
app.main()
