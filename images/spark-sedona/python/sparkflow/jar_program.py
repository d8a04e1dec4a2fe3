"""A jar's program: SparkSubmit runs it in a JVM of its own, whose output is the driver's; then its outputs are examined."""

from __future__ import annotations

import os

from sparkflow import result
from sparkflow.errors import JavaProgramFailed, SparkflowError
from sparkflow.files import local_path
from sparkflow.jvm import Jvm
from sparkflow.task import Task


def run(task: Task, started) -> None:
    """Runs the program and looks at what it wrote; `started(jvm)` is told of every JVM.

    Raises JavaProgramFailed with the JVM's exit code. Its exception isn't known here: it's in the log.
    """
    program = task.attempt.program
    main = ["--class", program.main_class] if program.main_class else []
    jvm = Jvm(task.attempt, [*main, _file(task), *task.attempt.args])
    started(jvm)
    code = jvm.wait()
    if code == 0:
        _complete(task, started)
        return
    try:
        result.add_values_file(task.values, os.environ.get("SPARKFLOW_VALUES_FILE"))
    except SparkflowError:
        pass  # the program has failed, and that is what counts
    raise JavaProgramFailed(f"the program's JVM {jvm.ending()}; the log says why", code)


def _complete(task: Task, started) -> None:
    """Outputs outside of this machine are looked at through Hadoop's file systems, which takes a JVM again."""
    from sparkflow.session import Spark

    def gateway():
        if task.spark is None:
            task.spark = Spark(task.attempt)
            started(task.spark.jvm)
        return task.spark.gateway

    result.add_values_file(task.values, os.environ.get("SPARKFLOW_VALUES_FILE"))
    task.complete(gateway)


def _file(task: Task) -> str:
    """The jar for SparkSubmit, which fetches URLs itself."""
    place = task.attempt.program.file
    path = local_path(place)
    if path is None or place.startswith("local:"):
        return place
    path = task.attempt.folder / path
    if not path.is_file():
        raise SparkflowError(f"the program's jar {place} doesn't exist (looked for {path})")
    return str(path)
