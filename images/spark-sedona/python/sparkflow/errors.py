"""Errors whose message is written for the person who wrote the manifest or the program."""

import difflib


class SparkflowError(Exception):
    """A wrong declaration or use of the library: the driver ends with exit code 2, and without a stack trace."""

    exit_code = 2


class InputMissing(SparkflowError):
    """An input's data isn't where the manifest says it is."""

    exit_code = 1


class InputUnreadable(SparkflowError):
    """An input's data can't be read from where it is; `passing` if another try may do."""

    exit_code = 1

    def __init__(self, message: str, passing: bool = False):
        super().__init__(message)
        self.passing = passing


class OutputMissing(SparkflowError):
    """The program ended without having written an output that the manifest declares."""

    exit_code = 1


class SchemaMismatch(SparkflowError):
    """Data differs from the schema or the CRS that the manifest declares for it."""

    exit_code = 1


class SparkJvmExited(SparkflowError):
    """Spark's JVM ended before the program did."""

    exit_code = 1


class JavaProgramFailed(SparkflowError):
    """A jar's JVM ended with another exit code than 0; `java` is the exception that ended it, if it was one."""

    def __init__(self, message: str, exit_code: int, java=None):
        super().__init__(message)
        self.exit_code = exit_code
        self.java = java


def listed(names) -> str:
    """Names for the end of a sentence: `a`, `b`; or "none"."""
    return ", ".join(f"`{name}`" for name in names) or "none"


def did_you_mean(name: str, known) -> str:
    """A suggestion for the middle of a sentence: " (is `top` meant?)", or nothing."""
    near = difflib.get_close_matches(name, list(known), 1, 0.5)
    return f" (is `{near[0]}` meant?)" if near else ""
