"""Spark's JVM as a child process: started at once, connected to when it answers, ended with the driver.

It dies with this process in any case: a gateway's JVM when the pipe that is its stdin closes, and on Linux every JVM by
the parent-death signal.
"""

from __future__ import annotations

import os
import shutil
import signal
import struct
import subprocess
import time

from sparkflow import launch, supervise
from sparkflow.attempt import Attempt
from sparkflow.errors import SparkflowError, SparkJvmExited
from sparkflow.java_log import JavaLog
from sparkflow.properties import PropertiesFile
from sparkflow.temporary import new_folder

END_SECONDS = 10
DUMP_SECONDS = 600


class Jvm:
    """One JVM that runs SparkSubmit: with a program, or waiting for Python's commands at a gateway."""

    def __init__(self, attempt: Attempt, program: list[str] | None = None):
        self._temporary = new_folder("jvm")
        self._answer = self._temporary / "gateway"
        env = launch.environment(attempt, self._temporary)
        if not program:
            env["_PYSPARK_DRIVER_CONN_INFO_PATH"] = str(self._answer)
        self.properties = PropertiesFile(attempt)
        try:
            command = launch.command(attempt, self.properties.path, program or ["pyspark-shell"])
            pipes = {"stdin": subprocess.DEVNULL, "stderr": subprocess.PIPE} if program else {"stdin": subprocess.PIPE}
            self.process = _start(command, env, **pipes)
        except BaseException:
            self._clean()
            raise
        self.log = JavaLog(self.process.stderr) if program else None

    def connection(self) -> tuple[int, str]:
        """Port and secret of the gateway, as soon as it answers. Raises SparkJvmExited if the JVM ends before that."""
        while not self._answer.exists():
            if self.process.poll() is not None:
                raise SparkJvmExited(f"Spark's JVM {self.ending()} before it answered; the log says why")
            time.sleep(0.005)
        self.properties.remove()
        # as pyspark.java_gateway reads it; the JVM has renamed the whole file into place
        content = self._answer.read_bytes()
        port, length = struct.unpack_from("!ii", content)
        return port, content[8 : 8 + length].decode()

    def wait(self) -> int:
        """Waits for a program's JVM and returns its exit code, 128 + n for signal n."""
        while True:
            try:
                code = self.process.wait(timeout=0.2 if self.properties.private else None)
                self._clean()
                return code if code >= 0 else 128 - code
            except subprocess.TimeoutExpired:
                if not launch.spark_env():  # whose launcher reads the file first
                    self.properties.remove_if_read()

    def end(self) -> None:
        """Closes a gateway's stdin, at which its JVM exits in order; kills it after 10 s (an archive takes longer)."""
        self.process.stdin.close()
        try:
            self.process.wait(DUMP_SECONDS if os.environ.get("SPARKFLOW_CDS_DUMP") else END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._clean()

    def terminate(self) -> None:
        """Ends the JVM from within a signal's handler, when `wait` may be under way and hold Popen's lock."""
        deadline = time.monotonic() + END_SECONDS
        number = signal.SIGTERM
        try:
            while True:
                os.kill(self.process.pid, number)
                while time.monotonic() < deadline or number == signal.SIGKILL:
                    if os.waitpid(self.process.pid, os.WNOHANG)[0]:
                        return self._clean()
                    time.sleep(0.01)
                number = signal.SIGKILL
        except (ProcessLookupError, ChildProcessError):  # it had ended already
            self._clean()

    def ending(self) -> str:
        """How the JVM ended, for a sentence: `ended with exit code 1`."""
        code = self.process.poll()
        if code is None or code >= 0:
            return f"ended with exit code {code}"
        hint = "; often the machine or the container was out of memory" if code == -signal.SIGKILL else ""
        return f"was ended by {signal.Signals(-code).name}{hint}"

    def ended(self, within: float) -> bool:
        """Whether it has ended, or does within so many seconds."""
        try:
            self.process.wait(within)
            return True
        except subprocess.TimeoutExpired:
            return False

    def _clean(self) -> None:
        self.properties.remove()
        shutil.rmtree(self._temporary, ignore_errors=True)


def _start(command: list[str], env: dict[str, str], **pipes: int) -> subprocess.Popen:
    # Ctrl-C is for the program, which may want to end its Spark jobs itself; what is ignored stays so in the child
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return subprocess.Popen(command, env=env, **pipes, preexec_fn=supervise.die_with_parent(signal.SIGTERM))
    except FileNotFoundError:
        raise SparkflowError(f"{command[0]} doesn't exist; install a JDK 17, or set JAVA_HOME to one") from None
    finally:
        signal.signal(signal.SIGINT, interrupt)
