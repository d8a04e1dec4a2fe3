"""Sparkflow's library for task code: typed inputs, outputs, params and values of the task that runs the program.

    import sparkflow
    words = sparkflow.input("words")
    counts = words.groupBy("word").count().limit(sparkflow.params["top"])
    sparkflow.output("counts", counts)
    sparkflow.value("distinct", counts.count())

A program that is a function needs none of this: its arguments and what it returns are the same things.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sparkflow.errors import InputMissing, InputUnreadable, OutputMissing, SchemaMismatch, SparkflowError

__all__ = [
    "InputMissing",
    "InputUnreadable",
    "OutputMissing",
    "SchemaMismatch",
    "SparkflowError",
    "input",
    "output",
    "params",
    "value",
]

_task: Any = None  # the driver sets it before the program starts


def input(name: str) -> Any:
    """An input of the task: a Spark DataFrame; for the formats `file` and `directory` the pathlib.Path of a local file
    or folder, which is to be read only; for the format `model` the Spark ML model.

    GeoParquet's geometries get the SRID of the file's CRS where that is an EPSG code. Sedona then can't push a spatial
    filter down into the file's scan; where that matters read `os.environ["SPARKFLOW_INPUT_<NAME>"]` with Spark itself.
    With `header` (the default) and a declared schema, CSV's column names must be the declared ones, in that order; the
    option `enforceSchema: true` takes the columns by position.

    None for an optional input that isn't there.

    Raises InputMissing when there's nothing at its URI, SchemaMismatch when parquet or geoparquet differs from its
    declared schema (a projection: other columns are left out), SparkflowError when the task has no such input.
    """
    return _running("input").input(name)


def output(name: str, data: Any) -> None:
    """Writes an output of the task, once. It becomes visible to others when the task has succeeded.

    `data` is a Spark DataFrame, pandas.DataFrame, pyarrow.Table or list[dict]; for the format `file` a pathlib.Path
    (the file is copied), bytes or a text (the file's content); for `directory` the pathlib.Path of a folder, all of
    which is copied; for `model` whatever Spark ML can write, such as a PipelineModel. A declared schema is checked
    before anything is written: same columns, in whatever order, same types, nullability aside.

    Raises SchemaMismatch, SparkflowError when the task has no such output or it has been written already, and Spark's
    own exceptions.
    """
    _running("output").output(name, data)


def value(name: str, value: Any) -> None:
    """Publishes a small value (numbers, texts, booleans, lists, objects; dates as ISO texts) under the task's status.

    Raises SparkflowError when it isn't JSON, or all values together need more than 2,048 bytes as JSON.
    """
    _running("value").value(name, value)


class _Params(Mapping):
    """The task's params in their declared types: `date` is a datetime.date, `timestamp` a datetime.datetime."""

    def __getitem__(self, name: str) -> Any:
        return _running("params").params[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_running("params").params)

    def __len__(self) -> int:
        return len(_running("params").params)

    def __repr__(self) -> str:
        return f"sparkflow.params({dict(self)!r})" if _task else "sparkflow.params (no task is running)"


params: Mapping[str, Any] = _Params()


def _running(what: str) -> Any:
    if _task is None:
        raise SparkflowError(f"sparkflow.{what} works in a program that Sparkflow runs as a task; none is running here")
    return _task
