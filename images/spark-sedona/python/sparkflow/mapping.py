"""`map`: a function that Fugue calls with rows of one input, on the executors."""

from __future__ import annotations

import collections.abc
import inspect
import typing
from collections.abc import Callable

from sparkflow import binding, schema, views
from sparkflow.errors import SparkflowError, did_you_mean, listed
from sparkflow.param_types import annotated
from sparkflow.task import Task

_POSSIBLE = "pandas.DataFrame, pyarrow.Table, list[dict], or an Iterable of one of the first two or of dict"


def run(task: Task, function: Callable) -> None:
    """Calls the function for every part of the input and writes what it returns as the task's output.

    Raises SparkflowError for a signature, a schema or columns that can't be, before any row is read.
    """
    spec = task.attempt.program.map
    rows, params = signature(function, task.params)
    _import_fugue()  # takes its time, while the JVM boots
    frame = views.frames(task)[spec["input"]]
    found = schema.column_with_sedona_type(frame.schema.jsonValue()["fields"])
    if found:
        raise SparkflowError(
            f"map: column `{found[0]}` of the input is {found[1]}, which Fugue can't pass to a function; "
            f"give a binary such as ST_AsBinary makes, or leave the column out"
        )
    task.returned(transform(frame, function, rows, params, spec))


def signature(function: Callable, params: dict[str, object]) -> tuple[object, dict[str, object]]:
    """The annotation of the first argument, which gets the rows, and the values of the others, which are params."""
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    arguments = [each for each in inspect.signature(function).parameters.values() if each.kind not in variable]
    if not arguments:
        raise SparkflowError(f"{binding.called(function)} has no argument for the rows that map gives it")
    hints = binding.hints(function)
    names = {name.replace("-", "_"): name for name in params}
    values = {}
    for parameter in arguments[1:]:
        name = names.get(parameter.name)
        if name is not None:
            values[parameter.name] = annotated(name, params[name], hints.get(parameter.name))
        elif parameter.default is parameter.empty:
            raise SparkflowError(
                f"{binding.called(function)}: argument `{parameter.name}` is no param of the task; with map there "
                f"are the rows, in the first argument, and the params: {listed(names)}"
            )
    return hints.get(arguments[0].name), values


def _with_params(function: Callable, rows: object, params: dict[str, object]) -> Callable:
    """The function as Fugue sees it: one argument and what it returns, both annotated as Fugue knows them.

    Workers get this by value and the user's function by the name of its module, which they import.
    """

    def mapped(rows):
        return function(rows, **params)

    returned = binding.hints(function).get("return", rows)
    mapped.__annotations__ = {"rows": _fugues(rows), "return": _fugues(returned)}
    return mapped


def _fugues(annotation: object) -> object:
    """`list[dict]` is a `list[dict[str, Any]]` for Fugue, and an Iterator or a Generator an Iterable."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is list or origin is list:
        return list[_row(inner[0] if inner else dict)]
    if origin in (collections.abc.Iterable, collections.abc.Iterator, collections.abc.Generator):
        return typing.Iterable[_row(inner[0])]
    return annotation


def _row(annotation: object) -> object:
    return dict[str, typing.Any] if annotation is dict or typing.get_origin(annotation) is dict else annotation


def transform(frame, function: Callable, rows: object, params: dict[str, object], spec: dict):
    """What the function makes of a DataFrame, as a DataFrame of the same kind; Spark's is computed when it is written.

    `rows` and `params` are what `signature` found; `spec` has `partition` and `schema` as the manifest has them.
    """
    fugue = _import_fugue()
    columns, partition = fugue.api.get_schema(frame), spec.get("partition")
    for name in (isinstance(partition, dict) and partition.get("by")) or ():
        if name not in columns:
            raise SparkflowError(
                f"map.partition: the input has no column `{name}`{did_you_mean(name, columns.names)}; "
                f"it has {listed(columns.names)}"
            )
    try:
        result = columns.transform(spec["schema"])
    except Exception as error:
        raise SparkflowError(
            f"map.schema {spec['schema']!r} doesn't fit the input, which is {columns}: {error}"
        ) from None
    try:
        mapped = _with_params(function, rows, params)
        return fugue.api.transform(
            frame,
            mapped,
            schema=result,
            partition=_partition(partition),
            engine=getattr(frame, "sparkSession", None),
        )
    except fugue.exceptions.FugueInterfacelessError:
        raise SparkflowError(
            f"{binding.called(function)}: the first argument gets rows and must be annotated as {_POSSIBLE}, "
            f"and so must what it returns"
        ) from None


def _import_fugue():
    try:
        import fugue.api
        import fugue.exceptions

        return fugue
    except ImportError as error:
        raise SparkflowError(f"map needs Fugue in the driver's and the executors' Python: {error}") from None


def _partition(partition: object) -> object:
    """Fugue's words for the manifest's."""
    if partition == "perRow":
        return "per_row"
    given = {"by": "by", "count": "num"}
    return {given[key]: value for key, value in partition.items() if value} if partition else None
