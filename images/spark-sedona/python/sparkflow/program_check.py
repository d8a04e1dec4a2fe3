"""What the driver will refuse of Python programs, told without running them: `sparkflow validate` and `run` ask.

The user's code is compiled and never executed, so only what is plain is judged: a function whose `def` stands alone at
the top of its file. What a decorator, an assignment or a `*` import may have made is taken for right.
"""

from __future__ import annotations

import ast
import base64
import functools
import inspect
import json
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from sparkflow import attempt, binding
from sparkflow.attempt import Attempt, Data
from sparkflow.errors import SparkflowError

# By these a program can make names, or change a function, where nobody sees it in its text
_HIDING = re.compile(
    rb"\b(exec|eval|globals|locals|vars|setattr|modules|global|__\w*(?:attr|dict|signature|wrap)\w*__)\b"
)
# No reason to import pyproj, which takes longer than all else here
_KNOWN_CRS = ("EPSG:4326", "EPSG:3857", "OGC:CRS84")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_NAMED = (*_FUNCTIONS, ast.ClassDef)


class Source:
    """A program's text: `broken` is what keeps it from being compiled, with `line` and `column` from 1."""

    def __init__(self, name: str, text: bytes):
        self.name, self.text, self.broken = name, text, None
        try:
            compile(text, name, "exec", dont_inherit=True)
        except SyntaxError as error:
            self.broken = _problem(_not_python(error.msg), error.lineno, error.offset)
        except ValueError as error:  # a null byte, before Python 3.12
            self.broken = _problem(_not_python(str(error)))
        except (RecursionError, MemoryError):
            pass  # whether it can be compiled is for the driver to see

    @functools.cached_property
    def bindings(self) -> dict[str, list[ast.AST]] | None:
        """Names that the module's own statements bind, with what binds them; None where that can't be told."""
        if self.broken or _HIDING.search(self.text):
            return None
        found: dict[str, list[ast.AST]] = {}
        try:
            for name, node in _bindings(ast.parse(self.text)):
                found.setdefault(name, []).append(node)
        except (RecursionError, MemoryError):
            return None
        return found

    def check(self, task: Attempt) -> dict | None:
        """What is wrong with the task's function; its place is missing where the function itself is."""
        name = task.program.function
        if not name or self.bindings is None:
            return None
        bound, everything = self.bindings.get(name, []), self.bindings.get("*", [])
        if not bound and not everything:
            functions = [one for one, (node, *_) in self.bindings.items() if isinstance(node, _NAMED)]
            shown = sorted(function for function in functions if not function.startswith("_"))
            return {"message": binding.no_function(Path(self.name).stem, name, shown)}
        function = bound[0] if len(bound) == 1 else None
        if not isinstance(function, _FUNCTIONS) or function.decorator_list or function.col_offset > 0:
            return None
        if any(node.lineno > function.lineno for node in everything):
            return None
        try:
            _bind(_stub(function), task)
        except SparkflowError as error:
            return _problem(str(error), function.lineno, function.col_offset + 1)
        return None


def _bind(function: Callable, task: Attempt) -> None:
    if task.program.map:
        from sparkflow import mapping

        mapping.signature(function, dict.fromkeys(task.params))
    else:
        binding.plan(function, task)


def _problem(message: str, line: int | None = None, column: int | None = None) -> dict:
    return {"message": message, "line": line or 1, "column": column or 1}


def _not_python(why: str) -> str:
    return f"this isn't Python {sys.version_info.major}.{sys.version_info.minor}: {why}"


def _bindings(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Names that the module's own statements bind, however deep in `if` and `try`; those of a `*` import are `*`."""
    below: list[ast.AST] = [*tree.body]
    while below:
        node = below.pop()
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id, node
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((alias.asname or alias.name.partition(".")[0], node) for alias in node.names)
        elif isinstance(getattr(node, "name", None), str):  # def, class, except … as, match … as
            yield node.name, node
        elif isinstance(getattr(node, "rest", None), str):  # match {**rest}
            yield node.rest, node
        if not isinstance(node, (*_NAMED, ast.Lambda)):
            below += ast.iter_child_nodes(node)


def _stub(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Callable:
    """A function with the name and the signature of one that is only known as text, without its annotations."""
    given, kinds = node.args, inspect.Parameter

    def parameter(argument: ast.arg, kind: object, optional: bool = False) -> inspect.Parameter:
        return kinds(argument.arg, kind, default=None if optional else kinds.empty)

    positional = [*given.posonlyargs, *given.args]
    required = len(positional) - len(given.defaults)
    arguments = [
        parameter(
            argument,
            kinds.POSITIONAL_ONLY if at < len(given.posonlyargs) else kinds.POSITIONAL_OR_KEYWORD,
            at >= required,
        )
        for at, argument in enumerate(positional)
    ]
    arguments += [parameter(given.vararg, kinds.VAR_POSITIONAL)] if given.vararg else []
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    arguments += [parameter(argument, kinds.KEYWORD_ONLY, default is not None) for argument, default in named]
    arguments += [parameter(given.kwarg, kinds.VAR_KEYWORD)] if given.kwarg else []

    def stub():
        raise AssertionError("only its signature is looked at")

    stub.__name__, stub.__signature__ = node.name, inspect.Signature(arguments)
    return stub


def _crs(name: str) -> dict | None:
    if name in _KNOWN_CRS:
        return None
    from sparkflow import geoparquet

    try:
        geoparquet.projjson(Data("output", "", None, "geoparquet", crs=name))
    except SparkflowError as error:
        return {"message": str(error).partition(": ")[2]}
    return None


def check(asked: dict) -> dict:
    """`programs` (name, and text in base64), `tasks` (attempts with the number of their program) and `crs`: for each in
    its order what is wrong with it, or None.
    """
    sources = [Source(program["name"], base64.b64decode(program["text"])) for program in asked["programs"]]
    return {
        "programs": [source.broken for source in sources],
        "tasks": [sources[task["source"]].check(attempt.parse(Path(), task)) for task in asked["tasks"]],
        "crs": [_crs(name) for name in asked["crs"]],
    }


def main() -> None:
    """Reads a JSON object from standard input and writes one."""
    warnings.simplefilter("ignore")  # of the user's code
    json.dump(check(json.load(sys.stdin)), sys.stdout)
