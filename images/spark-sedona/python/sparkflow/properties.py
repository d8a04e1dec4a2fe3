"""The file for SparkSubmit's --properties-file: the attempt's own, or a private copy with secret values added."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from sparkflow.attempt import Attempt
from sparkflow.errors import SparkflowError

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}
_ESCAPES.update({mark: "\\" + mark for mark in "=:#! "})


def escape(text: str) -> str:
    """A key or a value as java.util.Properties reads it back, whatever encoding the file is read in."""
    return "".join(_ESCAPES.get(char) or (char if " " < char <= "~" else _unicode(char)) for char in text)


def sets(attempt: Attempt, key: str) -> bool:
    """Whether the attempt's settings have this key."""
    text = attempt.properties_file.read_text("utf-8") if attempt.properties_file.exists() else ""
    return key in dict(attempt.extra_conf) or re.search(rf"^[ \t]*{re.escape(key)}[ \t]*[=:\s]", text, re.M) is not None


class PropertiesFile:
    """`path` is what SparkSubmit reads; `remove()` takes secret values off the disk again."""

    def __init__(self, attempt: Attempt):
        """Raises SparkflowError when a secret's environment variable is missing or its value can't be written."""
        self.path = attempt.properties_file
        self._folder: Path | None = None
        if attempt.secret_conf:
            lines = [f"{escape(key)}={_secret(key, variable)}\n" for key, variable in attempt.secret_conf.items()]
            self._folder = _private_folder()
            self.path = self._folder / "spark.properties"
            with open(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as copy:
                copy.write(attempt.properties_file.read_bytes().rstrip(b"\n") + b"\n" + "".join(lines).encode())
            self._written = self.path.stat().st_atime_ns

    @property
    def private(self) -> bool:
        """Whether there is a copy with secrets, still."""
        return self._folder is not None

    def remove(self) -> None:
        """Removes the copy with the secrets; harmless when there is none or it's gone."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def remove_if_read(self) -> None:
        """Removes it once somebody has opened and read it, which the time of last access tells.

        A reader that has it open reads on. On a file system without access times this does nothing, and the copy goes
        when the program has ended.
        """
        if self._folder and self.path.stat().st_atime_ns != self._written:
            self.remove()


def _private_folder() -> Path:
    """0700, where SPARKFLOW_SECRETS_DIR says, else in memory where the system has such a file system."""
    named, memory = os.environ.get("SPARKFLOW_SECRETS_DIR"), "/dev/shm"
    try:
        return Path(
            tempfile.mkdtemp(prefix="sparkflow-", dir=named or (memory if os.access(memory, os.W_OK) else None))
        )
    except OSError as error:
        place = f"SPARKFLOW_SECRETS_DIR: {named}" if named else error.filename
        raise SparkflowError(f"{place} can't take the file with secret settings ({error.strerror})") from None


def _secret(key: str, variable: str) -> str:
    value = os.environ.get(variable)
    if value is None:
        raise SparkflowError(f"conf {key}: its value should be in the environment variable {variable}, which isn't set")
    # Spark trims what it reads from a file, all but CR and LF (Utils.trimExceptCRLF)
    if any(end <= " " and end not in "\r\n" for end in value[:1] + value[-1:]):
        raise SparkflowError(f"conf {key}: its secret value begins or ends with white space, which Spark would cut off")
    return escape(value)


def _unicode(char: str) -> str:
    encoded = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{encoded[at : at + 2].hex()}" for at in range(0, len(encoded), 2))
