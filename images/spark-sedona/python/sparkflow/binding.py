"""A function's arguments, bound by name: `spark`, inputs and params; and what each annotation asks for."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable

from sparkflow import param_types
from sparkflow.attempt import Attempt
from sparkflow.errors import SparkflowError, listed

# What an input can be, by the annotation's module (its first part) and name.
_KINDS = {
    ("pyspark", "DataFrame"): "spark",
    ("pandas", "DataFrame"): "pandas",
    ("pyarrow", "Table"): "arrow",
    ("builtins", "list"): "rows",
    ("pathlib", "Path"): "path",
    ("builtins", "str"): "path text",
}
_FOR_DATA = "pyspark.sql.DataFrame, pandas.DataFrame, pyarrow.Table or list[dict]"
_FOR_PATHS = "pathlib.Path or str"
_FOR_MODELS = "a class of Spark ML, such as pyspark.ml.PipelineModel"


class Argument(typing.NamedTuple):
    """One argument: `source` is spark, input or param; `kind` is what an input is converted to."""

    name: str
    source: str
    of: str
    kind: str = ""
    annotation: object = None


def plan(function: Callable, attempt: Attempt) -> list[Argument]:
    """Which argument gets what. Pure, so that a wrong signature is found before Spark runs.

    A name with `-` in the manifest matches `_` here; what has a default and isn't in the task keeps it; `*args` and
    `**kwargs` get nothing. Raises SparkflowError.
    """
    offered = _offered(attempt)
    annotations = hints(function)
    arguments = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        sources = offered.get(parameter.name, [])
        if len(sources) > 1:
            choice = " or ".join(f"{source} `{name}`" for source, name in sources)
            raise SparkflowError(f"{called(function)}: argument `{parameter.name}` could be {choice}; rename one")
        if sources:
            source, name = sources[0]
            hint = annotations.get(parameter.name)
            kind = _kind(attempt, name, parameter.name, hint, function) if source == "input" else ""
            arguments.append(Argument(parameter.name, source, name, kind, hint))
        elif parameter.default is parameter.empty:
            raise SparkflowError(
                f"{called(function)}: argument `{parameter.name}` is nothing that the task has; "
                f"there are `spark`, inputs: {listed(attempt.inputs)}, params: {listed(attempt.params)}"
            )
    return arguments


def call(function: Callable, arguments: list[Argument], values: dict[str, object]) -> object:
    """Calls the function; positional-only arguments are possible, so `f(**values)` wouldn't do."""
    bound = inspect.signature(function).bind_partial()
    bound.arguments.update({argument.name: values[argument.name] for argument in arguments})
    bound.apply_defaults()
    return function(*bound.args, **bound.kwargs)


def _offered(attempt: Attempt) -> dict[str, list[tuple[str, str]]]:
    """Argument name to (source, name in the manifest); more than one is an ambiguity if somebody asks for it."""
    offered = {"spark": [("spark", "spark")]}
    for source, names in (("input", attempt.inputs), ("param", attempt.params)):
        for name in names:
            offered.setdefault(name.replace("-", "_"), []).append((source, name))
    return offered


def hints(function: Callable) -> dict[str, object]:
    """The annotations, with texts (`from __future__ import annotations`) evaluated one by one: a name that is only
    imported for type checkers leaves its own argument without a hint, not all of them.
    """
    found = {}
    for name, annotation in getattr(inspect.unwrap(function), "__annotations__", {}).items():
        try:
            stub = type("_", (), {"__annotations__": {name: annotation}})
            scope = getattr(inspect.unwrap(function), "__globals__", {})
            found[name] = typing.get_type_hints(stub, scope, {})[name]
        except Exception:  # an annotation may be any expression
            found[name] = annotation
    return found


def _kind(attempt: Attempt, name: str, argument: str, hint: object, function: Callable) -> str:
    data = attempt.inputs[name]
    if data.format == "model":
        possible, shown_as = ("model",), _FOR_MODELS
    elif data.format in ("file", "directory"):
        possible, shown_as = ("path", "path text"), _FOR_PATHS
    else:
        possible, shown_as = ("spark", "pandas", "arrow", "rows"), _FOR_DATA
    if hint is None:
        return possible[0]
    hint = param_types.without_none(hint)
    if hint in (typing.Any, object):
        return possible[0]
    plain = typing.get_origin(hint) or hint
    if isinstance(plain, str):  # couldn't be evaluated: `pd.DataFrame` under TYPE_CHECKING
        first, _, last = plain.rpartition(".")
        module = {"pd": "pandas", "pa": "pyarrow", "": "pyspark"}.get(first, first)
        key = (module.partition(".")[0], last)
    else:
        key = (getattr(plain, "__module__", "").partition(".")[0], getattr(plain, "__name__", ""))
    kind = _KINDS.get(key, "model" if key[0] != "builtins" else None)
    if kind not in possible:
        shown = hint if isinstance(hint, str) else getattr(hint, "__qualname__", None) or str(hint)
        raise SparkflowError(
            f"{called(function)}: argument `{argument}` is annotated as {shown}, which {data} of format {data.format} "
            f"can't be; possible is {shown_as}"
        )
    return kind


def called(function: Callable) -> str:
    """The function's name for the beginning of a sentence."""
    return f"function {getattr(function, '__name__', 'of the program')}"
