"""Params of Fugue SQL, which are Jinja's: `{{ top }}`. Each becomes one literal, whatever is in its value."""

from __future__ import annotations

import datetime
import re

from sparkflow import sql_text
from sparkflow.errors import SparkflowError, did_you_mean, listed

# Stands for a value while the query's quotes are looked at; no query holds it.
_MARK = re.compile("\0(\\d+)\0")


class _Identifier(str):
    """A name, such as a table's, which is written in backticks."""


def fill_in(query: str, params: dict[str, object], name: str) -> str:
    """The query with its params as literals that Spark SQL and Fugue read alike. `name` is the query's, for errors.

    Texts are quoted and escaped, dates and timestamps typed, lists arrays; `{{ table | identifier }}` is a name in
    backticks. Raises SparkflowError for an unknown param, one within quotes, and what Jinja can't parse.
    """
    try:
        import jinja2
        from jinja2 import meta
    except ImportError as error:
        raise SparkflowError(f"Fugue SQL needs Jinja2 in the driver's Python: {error}") from None
    if "\0" in query:
        raise SparkflowError(f"{name}: a query can't hold a NUL character")
    values: list[str] = []

    def keep(value: object) -> str:
        values.append(literal(value))
        return f"\0{len(values) - 1}\0"

    environment = jinja2.Environment(finalize=keep, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    environment.filters["identifier"] = _Identifier
    try:
        unknown = meta.find_undeclared_variables(environment.parse(query)) - params.keys()
        for param in sorted(unknown):
            raise SparkflowError(
                f"{name}: `{{{{ {param} }}}}` is no param of the task{did_you_mean(param, params)}; "
                f"its params are {listed(params)}"
            )
        marked = environment.from_string(query).render(params)
    except jinja2.TemplateSyntaxError as error:
        raise SparkflowError(f"{name}, line {error.lineno}: {error.message}") from None
    except jinja2.TemplateError as error:
        raise SparkflowError(f"{name}: {error.message}") from None
    _refuse_in_quotes(marked, values, name)
    return _MARK.sub(lambda mark: values[int(mark[1])], marked)


def literal(value: object) -> str:
    """A value as a literal of Spark SQL; those of texts, numbers and booleans are Fugue's (and Python's), too."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, _Identifier):
        return ".".join("`" + part.replace("`", "``") + "`" for part in value.split("."))
    if isinstance(value, (int, float)):
        return f" {value!r}" if value < 0 else repr(value)  # `n -{{ x }}` must not become a comment
    if isinstance(value, datetime.datetime):
        return f"TIMESTAMP {literal(value.isoformat(sep=' '))}"
    if isinstance(value, datetime.date):
        return f"DATE {literal(value.isoformat())}"
    if isinstance(value, (list, tuple)):
        return f"ARRAY({', '.join(map(literal, value))})"
    # quotes, backslashes, line ends and the like are \\uXXXX, which Spark and Python both read, and no quote is left
    return "'" + "".join(map(_escaped, str(value))) + "'"


def _escaped(character: str) -> str:
    if character.isprintable() and character not in "'\"\\`{}":
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _refuse_in_quotes(marked: str, values: list[str], name: str) -> None:
    """A literal within quotes would end them."""
    for kind, start, end in sql_text.tokens(marked):
        piece = marked[start:end]
        if kind in ("text", "raw", "name") and _MARK.search(piece):
            shown = _MARK.sub("{{ … }}", piece)
            hint = "use {{ … | identifier }} for a name" if kind == "name" else "leave the quotes out"
            raise SparkflowError(
                f"{name}, line {marked.count(chr(10), 0, start) + 1}: {shown} has a param within quotes; "
                f"a param is a whole literal already: {hint}, or join texts in the template: {{{{ 'a' ~ top }}}}"
            )
