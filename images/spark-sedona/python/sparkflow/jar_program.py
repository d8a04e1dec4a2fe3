"""A jar's program: SparkSubmit runs it in a JVM whose output is the driver's."""

from __future__ import annotations

from sparkflow.attempt import Attempt
from sparkflow.errors import JavaProgramFailed, SparkflowError
from sparkflow.files import local_path
from sparkflow.jvm import Jvm


def start(attempt: Attempt) -> Jvm:
    """Starts the program. Raises SparkflowError where there's no such file."""
    program = attempt.program
    main = ["--class", program.main_class] if program.main_class else []
    return Jvm(attempt, [*main, _file(attempt), *attempt.args])


def wait(jvm: Jvm) -> None:
    """Waits for the program's end. Raises JavaProgramFailed, with exit code and exception."""
    code = jvm.wait()
    jvm.log.finish()
    if code:
        raise JavaProgramFailed(f"the program's JVM {jvm.ending()}; the log says why", code, jvm.log.exception())


def _file(attempt: Attempt) -> str:
    """The jar for SparkSubmit, which fetches URLs itself."""
    place = attempt.program.file
    path = local_path(place)
    if path is None or place.startswith("local:"):
        return place
    path = attempt.folder / path
    if not path.is_file():
        raise SparkflowError(f"the program's jar {place} doesn't exist (looked for {path})")
    return str(path)
