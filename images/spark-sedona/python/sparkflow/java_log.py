"""What a jar's JVM says on stderr: passed on to the log as it comes, with its end kept for the exception in it."""

from __future__ import annotations

import re
import sys
import threading
from typing import IO, NamedTuple

_KEPT_BYTES = 64 * 1024
_UNCAUGHT = re.compile(r'^Exception in thread "[^"]*" ')
_HEAD = re.compile(r'^(?:Exception in thread "[^"]*"|Caused by:) (?P<name>[\w.$]+)(?:: (?P<message>.*))?$')
_FRAME = re.compile(r"^\s+at (?P<method>[\w.$<>/@]+)\((?P<file>[^:()]+):(?P<line>\d+)\)$")
_NOT_THE_USERS = re.compile(r"^(?:java|javax|jdk|sun|com\.sun|scala|org\.apache|py4j|app//|java\.base/)[./]?")


class JavaException(NamedTuple):
    name: str
    message: str
    at: str | None


class JavaLog:
    """Copies a stream to stderr until its end."""

    def __init__(self, stream: IO[bytes]):
        self._tail = b""
        self._thread = threading.Thread(target=self._copy, args=(stream,), daemon=True)
        self._thread.start()

    def _copy(self, stream: IO[bytes]) -> None:
        while chunk := stream.read1(8192):
            sys.stderr.buffer.write(chunk)
            sys.stderr.buffer.flush()
            self._tail = (self._tail + chunk)[-_KEPT_BYTES:]

    def finish(self) -> None:
        """Waits until all is passed on; not for long, since a process that the program left may hold the stream."""
        self._thread.join(timeout=2)

    def exception(self) -> JavaException | None:
        """The root cause of the exception that ended the program's thread, if one did."""
        return root_cause(self._tail.decode("utf-8", "replace"))


def root_cause(text: str) -> JavaException | None:
    """The last cause of the last uncaught exception: class, message, and the first frame that isn't Java's or Spark's.

    Exceptions that the program or Spark only logged don't count: they begin with no `Exception in thread`.
    """
    lines = text.splitlines()
    uncaught = [index for index, line in enumerate(lines) if _UNCAUGHT.match(line)]
    if not uncaught:
        return None
    lines = lines[uncaught[-1] :]
    head, message, frames, ended = None, [], [], False
    for line in lines:
        frame = _FRAME.match(line)
        if match := _HEAD.match(line):
            head, message, frames, ended = match, [match["message"] or ""], [], False
        elif frame:
            frames.append(frame)
        elif frames or line.startswith("\t"):
            ended = ended or not line.startswith("\t")  # what follows the stack is the log's again
        elif not ended:
            message.append(line)
    if head is None:
        return None
    own = next((frame for frame in frames if not _NOT_THE_USERS.match(frame["method"])), None)
    return JavaException(head["name"], "\n".join(message).strip(), f"{own['file']}:{own['line']}" if own else None)
