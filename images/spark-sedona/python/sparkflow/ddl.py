"""Spark's DDL of a schema, such as `word STRING, where GEOMETRY`, parsed without a JVM.

Spark's own parser isn't enough here. A jar's outputs are checked when its JVM has ended, and a wrong declaration should
cost no JVM at all. And Sedona 1.8.0 knows GEOMETRY in CREATE TABLE only: its SedonaSqlParser overrides `parsePlan`,
while `parseTableSchema` and `parseDataType` (so StructType.fromDDL and reader.schema) still refuse the word.
The grammar is `colTypeList` and `dataType` of Spark 3.5's SqlBaseParser.g4; a test compares both with Spark's parser.
"""

from __future__ import annotations

import re

# Spark's JSON name of each type word. CHAR and VARCHAR are strings in a DataFrame.
_PRIMITIVES = {
    **dict.fromkeys(("boolean", "double", "date", "string", "binary", "void", "timestamp_ntz", "variant"), None),
    **{"tinyint": "byte", "byte": "byte", "smallint": "short", "short": "short", "int": "integer"},
    **{"integer": "integer", "bigint": "long", "long": "long", "float": "float", "real": "float"},
    **{"timestamp": "timestamp", "timestamp_ltz": "timestamp"},
}
GEOMETRY = {
    "type": "udt",
    "class": "org.apache.spark.sql.sedona_sql.UDT.GeometryUDT",
    "pyClass": "sedona.spark.sql.types.GeometryType",
    "sqlType": "binary",
}
_YEAR_MONTH, _DAY_TIME = ("year", "month"), ("day", "hour", "minute", "second")
_SPACE = r"(?:\s|--[^\n]*|/\*.*?\*/)*"
_TEXT = r"""(?P<text>[rR]?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"))"""
_TOKEN = re.compile(
    rf"{_SPACE}(?:{_TEXT}|(?P<word>\w+)|(?P<quoted>`(?:[^`]|``)+`)|(?P<mark>[<>(),:])|(?P<end>\Z))", re.DOTALL
)


class DdlError(ValueError):
    """The text isn't Spark DDL; the message says where and what was expected."""


def parse(ddl: str) -> list[dict]:
    """The columns of a schema, each as Spark's own JSON has it (`{"name", "type", "nullable", "metadata"}`).

    Raises DdlError.
    """
    parser = _Parser(ddl)
    fields = [parser.field(colon=False)]
    while parser.take(","):
        fields.append(parser.field(colon=False))
    if parser.kind != "end":
        parser.fail("a comma or the end")
    return fields


class _Parser:
    """A recursive descent over the tokens; `value` and `kind` are those of the token ahead."""

    def __init__(self, ddl: str):
        self.ddl, self.end = ddl, 0
        self.advance()

    def advance(self) -> str:
        taken = getattr(self, "value", "")
        found = _TOKEN.match(self.ddl, self.end)
        if not found:
            raise DdlError(f"character {self.end + 1} of {self.ddl!r} isn't part of a schema")
        self.kind = found.lastgroup
        self.value, self.start, self.end = found[self.kind], found.start(self.kind), found.end()
        return taken

    def fail(self, expected: str):
        ahead = repr(self.value) if self.value else "the end"
        raise DdlError(f"expected {expected} at character {self.start + 1} of {self.ddl!r}, found {ahead}")

    def take(self, *values: str) -> str | None:
        """The token ahead in lower case, if it is one of these."""
        return self.advance().lower() if self.kind != "quoted" and self.value.lower() in values else None

    def need(self, *values: str) -> str:
        return self.take(*values) or self.fail(" or ".join(f"`{value}`" for value in values))

    def field(self, colon: bool) -> dict:
        if self.kind not in ("word", "quoted"):
            self.fail("a column's name")
        quoted, name = self.kind == "quoted", self.advance()
        if colon:
            self.take(":")
        kind = self.type()
        nullable = not self.take("not")
        if not nullable:
            self.need("null")
        metadata = {"comment": self.text()} if self.take("comment") else {}
        return {
            "name": name[1:-1].replace("``", "`") if quoted else name,
            "type": kind,
            "nullable": nullable,
            "metadata": metadata,
        }

    def text(self) -> str:
        return self.advance().lstrip("rR")[1:-1] if self.kind == "text" else self.fail("a text in quotes")

    def type(self) -> str | dict:
        word = self.value.lower() if self.kind == "word" else self.fail("a type")
        if word in _PRIMITIVES:
            self.advance()
            return _PRIMITIVES[word] or word
        if word == "geometry":
            self.advance()
            return GEOMETRY
        compound = {
            **dict.fromkeys(("decimal", "dec", "numeric"), self.decimal),
            **dict.fromkeys(("char", "character", "varchar"), self.char),
            **{"array": self.array, "map": self.map, "struct": self.struct, "interval": self.interval},
        }
        if word not in compound:
            self.fail("a type")
        self.advance()
        return compound[word]()

    def number(self) -> int:
        return int(self.advance()) if self.value.isdigit() else self.fail("a number")

    def decimal(self) -> str:
        precision, scale = 10, 0
        if self.take("("):
            precision = self.number()
            scale = self.number() if self.take(",") else 0
            self.need(")")
        return f"decimal({precision},{scale})"

    def char(self) -> str:
        self.need("(")
        self.number()
        self.need(")")
        return "string"

    def array(self) -> dict:
        self.need("<")
        element = self.type()
        self.need(">")
        return {"type": "array", "elementType": element, "containsNull": True}

    def map(self) -> dict:
        self.need("<")
        key = self.type()
        self.need(",")
        value = self.type()
        self.need(">")
        return {"type": "map", "keyType": key, "valueType": value, "valueContainsNull": True}

    def struct(self) -> dict:
        self.need("<")
        fields = [] if self.value == ">" else [self.field(colon=True)]
        while fields and self.take(","):
            fields.append(self.field(colon=True))
        self.need(">")
        return {"type": "struct", "fields": fields}

    def interval(self) -> str:
        units = _DAY_TIME if self.value.lower() in _DAY_TIME else _YEAR_MONTH
        start = self.take(*units)
        if not start:
            return "interval"
        end = self.need(*units[units.index(start) + 1 :]) if self.take("to") else start
        return f"interval {start}" if end == start else f"interval {start} to {end}"
