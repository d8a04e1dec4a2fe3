"""What is done before the program starts: inputs at a URL are brought to storage, optional ones are looked for.

A jar's program runs in a JVM of its own. Where Hadoop's file systems must be asked on its behalf, another process does
it (`python -m sparkflow.prepare ATTEMPT_DIR` prints what it found as JSON), whose JVM has ended by then.
"""

from __future__ import annotations

import dataclasses
import functools
import glob
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from sparkflow import attempt as attempts
from sparkflow import errors, web
from sparkflow.attempt import Attempt, Data
from sparkflow.errors import InputMissing, SparkflowError
from sparkflow.files import HadoopFiles, local_path, open_files


def prepare(attempt: Attempt, gateway: Callable | None) -> Attempt:
    """The attempt, in which optional inputs that aren't there have no URI, as they have no variable from now on.

    `gateway()` gives Py4J's gateway; None for a program whose JVM isn't ours. Raises InputMissing and InputUnreadable
    for inputs at a URL.
    """
    # whether a table is there only a session knows: its reader looks
    found = [
        data for data in attempt.inputs.values() if data.uri is not None and data.format != "table" and not data.items
    ]
    wanted = [data for data in found if data.optional or data.source]
    if gateway is None and not all(local_path(data.uri) for data in wanted):
        missing = _asked_elsewhere(attempt)
    else:
        missing = {data.name for data in wanted if not _is_there(data, gateway)}
    inputs = {
        name: dataclasses.replace(data, uri=None) if name in missing else data for name, data in attempt.inputs.items()
    }
    for name in sorted(missing):
        print(f"INFO sparkflow: {attempt.inputs[name]} isn't there, which is allowed", file=sys.stderr)
        os.environ.pop("SPARKFLOW_INPUT_" + name.upper().replace("-", "_"), None)
    return dataclasses.replace(attempt, inputs=inputs)


def _is_there(data: Data, gateway: Callable | None) -> bool:
    if not data.source:
        return _exists(data.uri, gateway)
    try:
        web.bring(data, open_files(data.uri, gateway))
        return True
    except InputMissing:
        if not data.optional:
            raise
        return False


def _exists(uri: str, gateway: Callable | None) -> bool:
    """Whether anything is at a URI, which may be a pattern."""
    path = local_path(uri)
    if path is None:
        return HadoopFiles(gateway()).matches(uri)
    # of Hadoop's patterns Python knows all but {a,b}
    choice = re.search(r"\{([^{}]*)\}", str(path))
    paths = [str(path).replace(choice[0], each) for each in choice[1].split(",")] if choice else [str(path)]
    return any(os.path.exists(each) or glob.glob(each) for each in paths)


def _asked_elsewhere(attempt: Attempt) -> set[str]:
    command = [sys.executable, "-m", "sparkflow.prepare", str(attempt.folder)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        answer = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        raise SparkflowError("whether the inputs are there couldn't be found out; the log says why") from None
    if "error" in answer:
        raise getattr(errors, answer["error"])(answer["message"])
    return set(answer["missing"])


def _answer(folder: str) -> dict:
    from sparkflow.session import Spark

    attempt = attempts.load(Path(folder))
    try:
        prepared = prepare(attempt, functools.cache(lambda: Spark(attempt).gateway))
    except SparkflowError as error:
        return {"error": type(error).__name__, "message": str(error)}
    gone = {name for name, data in prepared.inputs.items() if data.uri is None}
    return {"missing": sorted(gone - {name for name, data in attempt.inputs.items() if data.uri is None})}


if __name__ == "__main__":
    print(json.dumps(_answer(sys.argv[1])))
