"""A failure as its user reads it: the class, the first lines of the message, and the user's own line.

The result gets just these; the log gets them first and then the whole traceback.
"""

from __future__ import annotations

import os
import re
import sys
import sysconfig
import traceback
from pathlib import Path
from typing import NamedTuple

from sparkflow.errors import JavaProgramFailed, SparkflowError
from sparkflow.sql import SqlFailed, place, with_caret, without_position

_LINES, _CHARACTERS = 8, 1200
_FRAME = re.compile(r'^ *File "(?P<file>[^"]+)", line (?P<line>\d+), in ', re.MULTILINE)
_PYTHON_HEAD = "Traceback (most recent call last):"


class Failure(NamedTuple):
    name: str
    message: str
    at: str | None = None

    def error(self) -> dict:
        """As the result has it."""
        return {"class": self.name, "message": self.message, **({"at": self.at} if self.at else {})}

    def __str__(self) -> str:
        message = f"{self.name}: {self.message}" if self.message else self.name
        if not self.at:
            return message
        return f"{message}\nat {self.at}" if "\n" in message else f"{message} at {self.at}"


class UserCode:
    """Tells the user's own files from Python's, installed packages', Spark's and this one's."""

    def __init__(self, roots: list[Path]):
        self._roots = [Path(os.path.realpath(root)) for root in roots]
        paths = sysconfig.get_paths()
        foreign = [Path(__file__).parent, Path(paths["stdlib"]), Path(paths["platstdlib"])]
        if os.environ.get("SPARK_HOME"):
            foreign.append(Path(os.environ["SPARK_HOME"]) / "python")
        self._foreign = [os.path.realpath(folder) + os.sep for folder in foreign]

    def owns(self, file: str) -> bool:
        if file.startswith("<") or re.search(r"[/\\](site|dist)-packages[/\\]|pyspark\.zip|py4j-[^/]*\.zip", file):
            return False
        real = os.path.realpath(file)
        return self._root_of(real) is not None or not any(real.startswith(folder) for folder in self._foreign)

    def shown(self, file: str, line: int) -> str:
        """`words.py:12`: relative to the folder that it is imported from, if it is one of the task's."""
        real = os.path.realpath(file)
        root = self._root_of(real)
        # a ConfigMap's files are links into a folder that the kubelet names after the time
        own = re.sub(r"^\.\.\d{4}_[^/]*/", "", os.path.relpath(real, root)) if root else file
        return f"{own}:{line}"

    def _root_of(self, real: str) -> Path | None:
        return next((root for root in self._roots if real.startswith(str(root) + os.sep)), None)


def describe(error: BaseException, code: UserCode, *, sql: bool = True) -> Failure:
    """The failure that an exception means. An exception in a Python worker counts as the worker's own, and one that
    Java threw has the class and message of its root cause. With `sql` the SQL that
    it is about is shown, where the program's own call has it.
    """
    at = _at(error, code)
    if isinstance(error, SystemExit):
        text = error.code if isinstance(error.code, str) else f"the program ended with exit code {error.code}"
        return Failure("SystemExit", text, at)
    if isinstance(error, SqlFailed):
        inner = describe(error.__cause__, code, sql=False)
        return Failure(inner.name, error.told(without_position(inner.message)), error.at)
    if isinstance(error, JavaProgramFailed) and error.java:
        return Failure(error.java.name, _short(_sparks(error.java.message)), error.java.at)
    java = getattr(error, "java_exception", None)
    if java is not None:
        name, message = _root_cause(java)
        return _worker_failure(message, code) or Failure(name, _short(_sparks(message)), at)
    desc = getattr(error, "desc", None)  # of Spark's exceptions; their str() may have the JVM's stack
    message = (sql and _with_sql(error, desc)) or _sparks(desc) if desc else str(error)
    return _worker_failure(desc or "", code) or Failure(type(error).__name__, _short(message), at)


def report(error: BaseException, failure: Failure, code: UserCode) -> None:
    """Prints the failure to the log: the short form, then the traceback from the user's own code on, if it has a part
    in it. For a mistake in the manifest or in the use of the library there's only the short form.
    """
    sys.stdout.flush()
    print(failure, file=sys.stderr)
    if isinstance(error, (SystemExit, SparkflowError)):
        return
    if isinstance(error, SqlFailed):
        error = error.__cause__
        if _is_mistake_in_sql(error):
            return
    trace = error.__traceback__
    while trace and not code.owns(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace or error.__traceback__)


def _is_mistake_in_sql(error: BaseException) -> bool:
    mistakes = ("AnalysisException", "FugueSQLSyntaxError", "SparkflowError")
    return any(base.__name__ in mistakes for base in type(error).__mro__)


def _at(error: BaseException, code: UserCode) -> str | None:
    frames = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__) if code.owns(f.filename)]
    if isinstance(error, SyntaxError) and error.filename and code.owns(error.filename):
        frames.append((error.filename, error.lineno))
    return code.shown(*frames[-1]) if frames else None


def _root_cause(java) -> tuple[str, str]:
    """Class and message of the last cause in the chain. Raises nothing: the JVM may be gone by now."""
    try:
        seen = 0
        while java.getCause() is not None and seen < 50:
            java, seen = java.getCause(), seen + 1
        return java.getClass().getName(), java.getMessage() or ""
    except Exception:
        return "Py4JJavaError", "a Java exception, of which the JVM can't say more"


def _worker_failure(message: str, code: UserCode) -> Failure | None:
    """The exception of a UDF, from the text of the traceback that its Python worker sent."""
    if _PYTHON_HEAD not in message:
        return None
    # of chained exceptions the last one is what was raised
    text = message.rpartition(_PYTHON_HEAD)[2].split("\n\tat ")[0].rstrip()
    frames = [(found["file"], int(found["line"])) for found in _FRAME.finditer(text)]
    own = [frame for frame in frames if code.owns(frame[0])]
    lines = text.splitlines()
    # the exception's own lines are the first that aren't indented; source lines and carets are
    start = next((at for at, line in enumerate(lines) if at and line[:1].strip()), None)
    if start is None:
        return None
    name, _, rest = "\n".join(lines[start:]).partition(":")
    return Failure(name.strip().rpartition(".")[2], _short(rest.strip()), code.shown(*own[-1]) if own else None)


def _with_sql(error: BaseException, desc: str) -> str | None:
    """Spark's message on a text that the program gave to `spark.sql`, with the line in question and a caret."""
    trace, found = error.__traceback__, place(desc)
    while trace and found:
        code = trace.tb_frame.f_code
        text = trace.tb_frame.f_locals.get("sqlQuery")
        if code.co_name == "sql" and isinstance(text, str) and len(text.splitlines()) >= found[0]:
            line, column = found
            message = without_position(_sparks(desc))
            return f"{message} (line {line} of the SQL)\n{with_caret(text.splitlines()[line - 1], column)}"
        trace = trace.tb_next
    return None


def _sparks(message: str) -> str:
    """A message of Spark's without the JVM's stack and the logical plan that it adds to what it can't resolve."""
    message = re.sub(r"(; line \d+ pos \d+);\n.*", r"\1", message.strip(), flags=re.DOTALL)
    return re.split(r"\n\s*(?:at [\w.$]+[/(]|JVM stacktrace:|Driver stacktrace:|'\w+ |\+- )", message)[0].rstrip("; \n")


def _short(message: str) -> str:
    """The first lines."""
    lines = [line.rstrip() for line in message.strip().splitlines()[:_LINES]]
    text = "\n".join(lines)
    return text if len(text) <= _CHARACTERS else text[:_CHARACTERS] + "…"
