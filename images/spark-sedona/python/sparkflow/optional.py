"""Optional inputs, which are looked for before the program starts: it sees those alone that are there.

A jar's program runs in a JVM of its own. Where Hadoop's file systems must be asked on its behalf, another process does
it (`python -m sparkflow.optional ATTEMPT_DIR` prints a JSON list of missing inputs), whose JVM has ended by then.
"""

from __future__ import annotations

import dataclasses
import glob
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from sparkflow import attempt as attempts
from sparkflow.attempt import Attempt, Data
from sparkflow.errors import SparkflowError
from sparkflow.files import HadoopFiles, local_path


def settle(attempt: Attempt, gateway: Callable | None) -> Attempt:
    """The attempt, in which optional inputs that aren't there have no URI, as they have no variable from now on.

    `gateway()` gives Py4J's gateway; None for a program whose JVM isn't ours.
    """
    found = [data for data in attempt.inputs.values() if data.optional and data.uri is not None]
    wanted = [data for data in found if data.format != "table"]  # which needs a session: its reader looks
    if gateway is None and not all(map(_is_here, wanted)):
        missing = _asked_elsewhere(attempt)
    else:
        missing = {data.name for data in wanted if not _exists(data, gateway)}
    inputs = {
        name: dataclasses.replace(data, uri=None) if name in missing else data for name, data in attempt.inputs.items()
    }
    for name in missing:
        print(f"INFO sparkflow: {attempt.inputs[name]} isn't there, which is allowed", file=sys.stderr)
        os.environ.pop("SPARKFLOW_INPUT_" + name.upper().replace("-", "_"), None)
    return dataclasses.replace(attempt, inputs=inputs)


def _is_here(data: Data) -> bool:
    return local_path(data.uri) is not None


def _exists(data: Data, gateway: Callable | None) -> bool:
    path = local_path(data.uri)
    if path is None:
        return HadoopFiles(gateway()).matches(data.uri)
    # of Hadoop's patterns Python knows all but {a,b}
    alternatives = re.search(r"\{([^{}]*)\}", str(path))
    paths = (
        [str(path).replace(alternatives[0], each) for each in alternatives[1].split(",")] if alternatives else [path]
    )
    return any(os.path.exists(each) or glob.glob(str(each)) for each in paths)


def _asked_elsewhere(attempt: Attempt) -> set[str]:
    command = [sys.executable, "-m", "sparkflow.optional", str(attempt.folder)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SparkflowError("whether the optional inputs are there couldn't be found out; the log says why")
    return set(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    from sparkflow.session import Spark

    found = attempts.load(Path(sys.argv[1]))
    settled = settle(found, lambda: Spark(found).gateway)
    print(json.dumps([name for name, data in settled.inputs.items() if data.uri is None]))
