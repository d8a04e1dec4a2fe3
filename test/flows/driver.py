"""Stands in for the driver: `driver.py ATTEMPT_DIR` does what the task's environment says, and leaves the result that
the driver would leave, by the library's own means. No JVM.
"""

import json
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, os.environ["PYTHONPATH"].split(":")[0])
from sparkflow import result

RESULT = os.environ["SPARKFLOW_RESULT"]


def terminated(*_) -> None:
    result.write(result.failed({"class": "Terminated", "message": "told to end"}, {}), RESULT)
    os._exit(143)


def step(attempt: dict) -> dict:
    """What this attempt does: acts.ts writes it."""
    script = json.loads(os.environ["SCRIPT"])
    params = json.loads(os.environ.get("SPARKFLOW_PARAMS", "{}"))  # the driver's own where it reads items
    value = params.get(script.get("byParam"))
    key = value if isinstance(value, str) else json.dumps(value)
    steps = script.get("of", {}).get(key, script["steps"])
    return steps[min(attempt["attempt"], len(steps)) - 1]


def main() -> int:
    signal.signal(signal.SIGTERM, terminated)
    attempt = json.loads(Path(sys.argv[1], "attempt.json").read_text("utf-8"))
    todo = step(attempt)
    while todo["hangs"]:
        time.sleep(60)
    while todo["until"] and not Path(os.environ["ENDED_TASKS"], attempt["flow"], todo["until"]).exists():
        time.sleep(0.02)
    time.sleep(todo["ms"] / 1000)
    if todo["result"]:
        result.write(todo["result"], RESULT)
    if todo["code"] == 137:
        os.kill(os.getpid(), signal.SIGKILL)
    return todo["code"]


if __name__ == "__main__":
    sys.exit(main())
