"""The driver's entry point: `python -m sparkflow.driver ATTEMPT_DIR` runs one attempt and writes its result.

Exit codes: 0 success, the program's own for sys.exit(n) and System.exit(n), 1 for an exception, 2 for a wrong
declaration that the driver itself found, 143 after SIGTERM.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

import sparkflow
from sparkflow import attempt as attempts
from sparkflow import jar_program, prepare, result, views
from sparkflow.errors import SparkflowError, SparkJvmExited
from sparkflow.failure import Failure, UserCode, describe, report
from sparkflow.jvm import Jvm
from sparkflow.session import Spark
from sparkflow.sql import SqlFailed
from sparkflow.task import Task

VALUES_FILE = os.environ.get("SPARKFLOW_VALUES_FILE")


class Driver:
    """One run of the driver: what it has started, and where its result goes."""

    def __init__(self, folder: str):
        self.folder = folder
        self.values: dict = {}
        self.item: int | None = None
        self.spark: Spark | None = None
        self.jvm: Jvm | None = None
        self.code = UserCode([Path(folder)])
        self.result_file = os.environ.get("SPARKFLOW_RESULT")
        signal.signal(signal.SIGTERM, self.stop)

    def run(self) -> int:
        """Runs the attempt, writes the result and returns the exit code."""
        try:
            outputs = self._run_program(attempts.load(self.folder))
            result.write(result.succeeded(self.values, outputs, self.spark and self.spark.note), self.result_file)
            return 0
        except BaseException as error:
            error = self._jvm_is_gone(error) or error
            failure = describe(error, self.code)
            if self.item is not None:
                failure = failure._replace(message=f"item {self.item}: {failure.message}")
            report(error, failure, self.code)
            with contextlib.suppress(SparkflowError):  # the failure is what counts
                result.add_values_file(self.values, VALUES_FILE)
            self._write_failure(failure)
            return _exit_code(error)

    def _run_program(self, attempt: attempts.Attempt) -> dict:
        self.code = UserCode([*attempt.python_path, attempt.folder / "program", attempt.folder])
        task = Task(attempt)
        self.values = task.values
        if attempt.program.kind == "jar":
            task.attempt = prepare.prepare(attempt, gateway=None)
            self.jvm = jar_program.start(task.attempt)
            jar_program.wait(self.jvm)
        else:
            spark = self._spark(task)
            task.attempt = prepare.prepare(attempt, lambda: spark.gateway)
            if task.attempt.items:
                return self._run_items(task)
            self._run_in_python(task)
        return self._complete(task)

    def _run_items(self, of: Task) -> dict:
        """Runs the program for each item. In a batch a value is the list of the items' values."""
        from sparkflow import items

        published, batch = [], of.attempt.items.batch
        session = of.spark.session
        for number, attempt in items.each(session, of.attempt):
            self.item = number
            if batch:
                print(f"INFO sparkflow: item {number}", file=sys.stderr)
            task = Task(attempt)
            task.spark = of.spark
            self._run_in_python(task)
            published.append(self._complete(task))
            for name, value in task.values.items():
                result.add_value(self.values, name, [*self.values.get(name, []), value] if batch else value)
            views.drop_all(session)  # the next item may make them again
        self.item = None
        return items.joined(published)

    def _complete(self, task: Task) -> dict:
        result.add_values_file(task.values, VALUES_FILE)
        task.complete(lambda: self._spark(task).gateway)
        return task.published

    def _spark(self, task: Task) -> Spark:
        """The task's Spark. After a jar, whose JVM has ended, outputs elsewhere than on this machine need one again."""
        if task.spark is None:
            task.spark = self.spark = Spark(task.attempt)
            self.jvm = task.spark.jvm
        return task.spark

    def _run_in_python(self, task: Task) -> None:
        from sparkflow import fugue_sql, geoparquet, python_program, sql

        sparkflow._task = task

        for data in task.attempt.outputs.values():
            if data.crs:
                geoparquet.projjson(data)  # a misspelt one is found now, not after hours of work
        try:
            {"sql": sql, "fugueSql": fugue_sql, "python": python_program}[task.attempt.program.kind].run(task)
        except SystemExit as end:
            if end.code not in (None, 0):
                raise

    def _jvm_is_gone(self, error: BaseException) -> SparkJvmExited | None:
        """Py4J's complaint about a connection, which isn't what the user should read when the JVM has died."""
        error = error.__cause__ if isinstance(error, SqlFailed) else error
        from_py4j = any(base.__module__ == "py4j.protocol" for base in type(error).__mro__)
        if not self.jvm or not (from_py4j or isinstance(error, ConnectionError)):
            return None
        if getattr(error, "java_exception", None) is not None or not self.jvm.ended(within=1):
            return None
        gone = SparkJvmExited(f"Spark's JVM {self.jvm.ending()} while the program ran; the log may say why")
        return gone.with_traceback(error.__traceback__)

    def _write_failure(self, failure: Failure) -> None:
        try:
            result.write(result.failed(failure.error(), self.values), self.result_file)
        except (OSError, SparkflowError) as error:
            print(f"WARN sparkflow: the result can't be written: {error}", file=sys.stderr)

    def stop(self, *_) -> None:
        """SIGTERM: ends the JVM, and this process without the program's doing, as the signal's default would."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        # first, since nobody knows how much of the time until SIGKILL the JVM will take
        self._write_failure(Failure("Terminated", "the task was stopped by SIGTERM"))
        if self.jvm:
            self.jvm.terminate()
        sys.stdout.flush()
        os._exit(128 + signal.SIGTERM)


def _exit_code(error: BaseException) -> int:
    if isinstance(error, SystemExit):
        # the system has the last 8 bits only, and 256 is no success
        return error.code & 0xFF or 1 if isinstance(error.code, int) else 1
    if isinstance(error, KeyboardInterrupt):
        return 128 + signal.SIGINT
    return error.exit_code if isinstance(error, SparkflowError) else 1


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python -m sparkflow.driver ATTEMPT_DIR", file=sys.stderr)
        return 2
    # `-m` puts the current folder first, where anything may shadow a package; a script's own folder belongs there
    if sys.path[0] in ("", os.getcwd()):
        del sys.path[0]
    # prints and Spark's log go to one place, in the order in which they happen
    sys.stdout.reconfigure(line_buffering=True)
    return Driver(sys.argv[1]).run()


if __name__ == "__main__":
    sys.exit(main())
