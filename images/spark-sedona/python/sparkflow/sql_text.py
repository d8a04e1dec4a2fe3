"""Splitting SQL text into statements where Spark's lexer would see a semicolon. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# What isn't closed reaches to the end; Spark says so when it parses the statement.
_TOKEN = re.compile(
    r"""(?P<comment>--(?:\\\n|[^\n])*)                     # goes on after a line that ends with a backslash
      | (?P<bracket>/\*)                                   # nests
      | (?P<raw>(?<!\w)[rR](?:'[^']*'?|"[^"]*"?))          # has no escapes
      | (?P<text>'(?:\\.|[^'\\])*'?|"(?:\\.|[^"\\])*"?)
      | (?P<name>`[^`]*`?)                                 # a doubled backtick is two names in a row, for our purpose
      | (?P<semicolon>;)
      | (?P<other>[^-/rR'"`;]+|.)""",
    re.VERBOSE | re.DOTALL,
)
_TEMPORARY_VIEW = re.compile(
    r"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?(?P<spans>GLOBAL\s+)?TEMP(?:ORARY)?\s+VIEW\s+"
    r"(?P<name>\w+|`(?:[^`]|``)+`|IDENTIFIER\s*\(\s*:(?P<param>\w+)\s*\))\s+AS\b",
    re.IGNORECASE,
)
_QUERY = re.compile(r"[\s(]*(SELECT|WITH|VALUES|TABLE|FROM|SHOW|DESC|DESCRIBE|EXPLAIN)\b", re.IGNORECASE)


class Statement(NamedTuple):
    """One statement: its text, `code` (the same, with blanks for comments and for what is in quotes), and the line
    (from 1) and column (from 0) in the whole text where it begins.
    """

    text: str
    code: str
    line: int
    column: int

    @property
    def is_query(self) -> bool:
        """Whether its rows are worth showing."""
        return bool(_QUERY.match(self.code))

    def markers(self) -> dict[str, int]:
        """What look like markers of params (`:top`), by name, with the first one's place in the text. A field of a
        STRUCT<a :INT> looks like one, too; only Spark's parser knows.
        """
        found = {}
        for marker in re.finditer(r"(?<![:\w`]):(\w+)", self.code):
            found.setdefault(marker[1], marker.start())
        return found

    def temporary_view(self) -> re.Match | None:
        """`CREATE … TEMPORARY VIEW name AS`, which ends where the query begins; None for any other statement."""
        return _TEMPORARY_VIEW.match(self.code)


def tokens(sql: str) -> Iterator[tuple[str, int, int]]:
    """The whole text in pieces: kind (comment, bracket, raw, text, name, semicolon, other), beginning and end."""
    at = 0
    while at < len(sql):
        found = _TOKEN.match(sql, at)
        kind = found.lastgroup
        end = _comment_end(sql, at) if kind == "bracket" else found.end()
        yield kind, at, end
        at = end


def split(sql: str) -> list[Statement]:
    """The statements, without their semicolons; without those that are nothing but white space and comments."""
    statements, code, start = [], [], 0
    for kind, at, end in tokens(sql):
        if kind == "semicolon":
            statements.append(_statement(sql, start, "".join(code)))
            code, start = [], end
        elif kind in ("comment", "bracket"):
            code.append(_blank(sql[at:end]))
        elif kind in ("raw", "text"):
            code.append(sql[at] + _blank(sql[at + 1 : end - 1]) + sql[end - 1 : end] if end > at + 1 else sql[at])
        else:
            code.append(sql[at:end])
    statements.append(_statement(sql, start, "".join(code)))
    return [statement for statement in statements if statement.text]


def _statement(sql: str, start: int, code: str) -> Statement:
    kept = code.strip()
    first = start + (len(code) - len(code.lstrip()))
    line, column = sql.count("\n", 0, first) + 1, first - (sql.rfind("\n", 0, first) + 1)
    return Statement(sql[first : first + len(kept)], kept, line, column)


def _comment_end(sql: str, at: int) -> int:
    depth = 0
    for mark in re.compile(r"/\*|\*/").finditer(sql, at):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(sql)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
