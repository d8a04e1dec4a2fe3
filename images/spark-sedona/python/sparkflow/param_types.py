"""Params as Python values: by their declared type, and by what a function's annotation asks for."""

from __future__ import annotations

import datetime
import types
import typing

from sparkflow.attempt import Param
from sparkflow.errors import SparkflowError

_WORDS = {"true": True, "false": False}


def typed(name: str, param: Param) -> object:
    """A param in the Python type of its declaration: `date` becomes datetime.date, `list` a list of its items' type.

    Raises SparkflowError where the value isn't of the declared type.
    """
    if param.value is None or param.type == "given":
        return param.value
    if param.type == "item":
        return None  # as long as there's no item
    try:
        if param.type == "list":
            return [_DECLARED[param.items or "string"](item) for item in param.value]
        return _DECLARED[param.type](param.value)
    except KeyError as error:
        raise SparkflowError(f"param `{name}`: {error} isn't a type of a param") from None
    except (ValueError, TypeError, AttributeError):
        kind = f"list of {param.items}" if param.type == "list" else param.type
        raise SparkflowError(f"param `{name}`: {param.value!r} isn't a {kind}") from None


def annotated(name: str, value: object, annotation: object) -> object:
    """A param's value in the type that a function's argument is annotated with; other annotations leave it as it is.

    Raises SparkflowError where the value can't be that without loss (`"abc"` or 1.5 for int).
    """
    annotation = without_none(annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    convert = _ANNOTATED.get(annotation)
    if value is None or not (convert or origin is list):
        return value
    try:
        if origin is not list:
            return convert(value)
        item = _ANNOTATED.get(arguments[0], lambda it: it) if arguments else (lambda it: it)
        return [item(each) for each in _list(value)]
    except (ValueError, TypeError, AttributeError):
        wanted = getattr(annotation, "__name__", None) if convert else str(annotation)
        raise SparkflowError(
            f"param `{name}`: {value!r} ({type(value).__name__}) isn't a {wanted}, "
            f"which the function's argument is annotated with"
        ) from None


def without_none(annotation: object) -> object:
    """`int` for `int | None` and `Optional[int]`."""
    if typing.get_origin(annotation) in (typing.Union, getattr(types, "UnionType", typing.Union)):
        rest = [each for each in typing.get_args(annotation) if each is not type(None)]
        return rest[0] if len(rest) == 1 else annotation
    return annotation


def _integer(value: object) -> int:
    number = int(value) if not isinstance(value, (bool, datetime.date)) else _refuse(value)
    return number if isinstance(value, str) or number == value else _refuse(value)


def _number(value: object) -> float:
    return _refuse(value) if isinstance(value, bool) else float(value)


def _boolean(value: object) -> bool:
    if isinstance(value, str) and value.lower() in _WORDS:
        return _WORDS[value.lower()]
    return value if isinstance(value, bool) else _refuse(value)


def _string(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return _refuse(value) if isinstance(value, (list, dict)) else str(value)


def _date(value: object) -> datetime.date:
    if isinstance(value, datetime.datetime):
        return _refuse(value)
    return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)


def _timestamp(value: object) -> datetime.datetime:
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, datetime.date):
        return datetime.datetime.combine(value, datetime.time())
    # Python 3.10 doesn't read the Z
    return datetime.datetime.fromisoformat(value.replace("Z", "+00:00") if value.endswith("Z") else value)


def _list(value: object) -> list:
    return value if isinstance(value, list) else _refuse(value)


def _refuse(value: object):
    raise ValueError(value)


_DECLARED = {
    **{"string": _string, "integer": _integer, "number": _number},
    **{"boolean": _boolean, "date": _date, "timestamp": _timestamp},
}
_ANNOTATED = {
    **{str: _string, int: _integer, float: _number, bool: _boolean},
    **{datetime.date: _date, datetime.datetime: _timestamp, list: _list, typing.List: _list},
}
