"""A function's arguments, bound by name: `spark`, inputs and params; and what each annotation asks for."""

from __future__ import annotations

import importlib.util
import inspect
import typing
from collections.abc import Callable, Mapping

from sparkflow import param_types
from sparkflow.attempt import Attempt
from sparkflow.errors import SparkflowError, did_you_mean, listed

# What data can be, by the annotation's module (its first part) and name.
_KINDS = {
    ("pyspark", "DataFrame"): "spark",
    ("pandas", "DataFrame"): "pandas",
    ("geopandas", "GeoDataFrame"): "geopandas",
    ("pyarrow", "Table"): "arrow",
    ("builtins", "list"): "rows",
    ("pathlib", "Path"): "path",
    ("builtins", "str"): "path text",
}
_ROWS = ("spark", "pandas", "geopandas", "arrow", "rows")
_FOR_ROWS = "pyspark.sql.DataFrame, pandas.DataFrame, geopandas.GeoDataFrame, pyarrow.Table or list[dict]"
_FOR_PATHS = "pathlib.Path or str"
_FOR_MODELS = "a class of Spark ML, such as pyspark.ml.PipelineModel"
# By format, what a function can get and what it can return; all others have rows
_INPUTS = {
    "file": (("path", "path text"), _FOR_PATHS),
    "directory": (("path", "path text"), _FOR_PATHS),
    "model": (("model",), _FOR_MODELS),
}
_OUTPUTS = {
    "file": (("path", "path text", "bytes"), "pathlib.Path, bytes or str"),
    "directory": (("path",), "pathlib.Path"),
    "model": (("model",), _FOR_MODELS),
}


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
    `**kwargs` get nothing. Raises SparkflowError, for a result that is annotated as what the outputs can't be, too.
    """
    offered = _offered(attempt)
    annotations = hints(function)
    _check_result(attempt, annotations.get("return"), function)
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
    possible, shown = _INPUTS.get(data.format, (_ROWS, _FOR_ROWS))
    hint = None if hint is None else param_types.without_none(hint)
    if data.items and possible[0] == "path":  # a path for each item
        hint = (typing.get_args(hint) or (object,))[0] if (typing.get_origin(hint) or hint) is list else hint
    if hint in (None, typing.Any, object):
        return possible[0]
    kind = _kind_of(hint)
    if kind not in possible:
        raise SparkflowError(
            f"{called(function)}: argument `{argument}` is annotated as {_shown(hint)}, which {data} of format "
            f"{data.format} can't be; possible is {shown}"
        )
    if kind == "geopandas" and importlib.util.find_spec("geopandas") is None:
        raise SparkflowError(
            f"{called(function)}: argument `{argument}` is annotated as {_shown(hint)}, and the package geopandas "
            f"isn't installed: install it, or take a pandas.DataFrame, whose geometries are shapely's"
        )
    return kind


def _check_result(attempt: Attempt, hint: object, function: Callable) -> None:
    """A wrong annotation is told before anything is run; one that says nothing is left to what is returned."""
    hint = None if hint is None else param_types.without_none(hint)
    if hint in (None, type(None), typing.Any, object):
        return
    # what is given may be of a subclass; what is a text still may be a name for anything
    bases = (typing.get_origin(hint) or hint).__mro__ if isinstance(typing.get_origin(hint) or hint, type) else (hint,)
    kinds = [_kind_of(base) for base in bases]
    kind = next((kind for kind in kinds if kind in _KINDS.values()), None if isinstance(hint, str) else kinds[0])
    outputs = list(attempt.outputs.values())
    if kind in (None, "dict") or (kind == "model" and not outputs):
        return
    if len(outputs) != 1:
        expected = f"with the outputs {listed(attempt.outputs)} a dict of output names and data is expected"
        if not outputs:
            expected = "the task declares no output: declare one, or return a dict of small values"
        raise SparkflowError(f"{called(function)} is annotated to return {_shown(hint)}; {expected}")
    possible, shown = _OUTPUTS.get(outputs[0].format, (_ROWS, _FOR_ROWS))
    if kind not in possible:
        raise SparkflowError(
            f"{called(function)} is annotated to return {_shown(hint)}, which {outputs[0]} of format "
            f"{outputs[0].format} can't be written from; possible is {shown}"
        )


def _kind_of(hint: object) -> str | None:
    """What an annotation asks for: one of _KINDS, `dict`, `bytes` or another plain type by its name, or `model` for a
    class that isn't Python's own; None for what can't be told, such as a type variable.
    """
    plain = typing.get_origin(hint) or hint
    if isinstance(plain, str):  # couldn't be evaluated: `pd.DataFrame` under TYPE_CHECKING
        first, _, last = plain.rpartition(".")
        module = {"pd": "pandas", "gpd": "geopandas", "pa": "pyarrow", "": "pyspark"}.get(first, first)
        key = (module.partition(".")[0], last)
    elif not isinstance(plain, type):
        return None
    elif issubclass(plain, Mapping):
        return "dict"
    else:
        key = (plain.__module__.partition(".")[0], plain.__name__)
    return _KINDS.get(key, key[1] if key[0] == "builtins" else "model")


def _shown(hint: object) -> str:
    return hint if isinstance(hint, str) else getattr(hint, "__qualname__", None) or str(hint)


def no_function(module: str, name: str, functions: list[str]) -> str:
    """What is said where a program lacks the function that the task names."""
    return f"{module} has no function `{name}`{did_you_mean(name, functions)}; it has {listed(functions[:20])}"


def called(function: Callable) -> str:
    """The function's name for the beginning of a sentence."""
    return f"function {getattr(function, '__name__', 'of the program')}"
