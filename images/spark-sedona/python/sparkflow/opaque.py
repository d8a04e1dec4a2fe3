"""Opaque data, which Spark doesn't look into: the formats `file` and `directory`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from sparkflow.attempt import Data
from sparkflow.errors import InputMissing, SparkflowError
from sparkflow.files import open_files


def read(data: Data, gateway: Callable) -> Path:
    """An input as a path of this machine. Raises InputMissing, or SparkflowError for a file that is declared as a
    directory and the other way round.
    """
    files = open_files(data.uri, gateway)
    if not files.exists(data.uri):
        raise InputMissing(f"{data} isn't there: nothing exists at {data.uri}")
    folder = files.is_folder(data.uri)
    if folder != (data.format == "directory"):
        found, right = ("folder", "directory") if folder else ("file", "file")
        raise SparkflowError(f"{data}: {data.uri} is a {found}; its format is {right}, not {data.format}")
    return files.fetch(data.uri)


def write(data: Data, value: object, gateway: Callable) -> dict:
    """Copies what a program gives to the output's URI. Raises SparkflowError for what can't be a file or a folder."""
    files = open_files(data.uri, gateway)
    if files.exists(data.uri):
        raise SparkflowError(f"{data}: there's something at {data.uri} already; every attempt writes to its own place")
    for source, uri in _sources(data, value):
        files.put(source, uri)
    return {}


def _sources(data: Data, value: object):
    """The files to copy, each with the URI that it goes to."""
    if data.format == "directory":
        if not isinstance(value, Path):
            raise SparkflowError(f"{data} of format directory needs the pathlib.Path of a folder, not a {_type(value)}")
        if not value.is_dir():
            raise SparkflowError(f"{data}: {value} isn't a folder")
        found = sorted(each for each in value.rglob("*") if each.is_file())
        if not found:  # object storage has no empty folders
            raise SparkflowError(f"{data}: there are no files in {value}")
        yield from ((each, f"{data.uri}/{each.relative_to(value).as_posix()}") for each in found)
    elif isinstance(value, Path):
        if not value.is_file():
            raise SparkflowError(f"{data}: {value} isn't a file")
        yield value, data.uri
    elif isinstance(value, (bytes, str)):
        # a path as text would else become the file's content
        if isinstance(value, str) and len(value) < 1024 and "\n" not in value and Path(value).is_file():
            raise SparkflowError(f"{data}: the text {value!r} is a file's path; give pathlib.Path({value!r})")
        with tempfile.TemporaryDirectory(prefix="sparkflow-") as folder:
            source = Path(folder) / "content"
            source.write_bytes(value.encode() if isinstance(value, str) else value)
            yield source, data.uri
    else:
        raise SparkflowError(
            f"{data} of format file can't be written from a {_type(value)}; possible are a pathlib.Path, "
            f"bytes and a text"
        )


def _type(value: object) -> str:
    return type(value).__name__
