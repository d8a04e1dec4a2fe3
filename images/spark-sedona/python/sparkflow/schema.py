"""Schemas as Spark's JSON has them: their names, the hash in the result, and the check against what is declared.

Works on the dicts of `DataFrame.schema.jsonValue()["fields"]`, which a Parquet footer of Spark's holds too, so that no
JVM is needed. Nullability never counts.
"""

from __future__ import annotations

import hashlib
import re

from sparkflow import ddl
from sparkflow.attempt import Data
from sparkflow.errors import SchemaMismatch, SparkflowError, did_you_mean, listed

Fields = list[dict]
_SIMPLE = {"long": "bigint", "integer": "int", "short": "smallint", "byte": "tinyint"}


def declared(data: Data) -> Fields | None:
    """The declared schema's fields, or None where none is declared. Raises SparkflowError for what isn't Spark DDL."""
    if not data.schema:
        return None
    try:
        return ddl.parse(data.schema)
    except ddl.DdlError as error:
        raise SparkflowError(f"{data}: its schema isn't Spark DDL: {error}") from None


def simple(kind: str | dict) -> str:
    """Spark's simpleString of a type, never truncated, with Sedona's types by name: `array<geometry>`."""
    if isinstance(kind, str):
        return _SIMPLE.get(kind, kind)
    if kind["type"] == "array":
        return f"array<{simple(kind['elementType'])}>"
    if kind["type"] == "map":
        return f"map<{simple(kind['keyType'])},{simple(kind['valueType'])}>"
    if kind["type"] == "struct":
        return "struct<" + ",".join(f"{f['name']}:{simple(f['type'])}" for f in kind["fields"]) + ">"
    name = (kind.get("class") or kind.get("pyClass") or "").rpartition(".")[2]
    return re.sub(r"(UDT|Type)$", "", name).lower() or "udt"


def ddl_type(kind: str | dict) -> str:
    """A type as DDL has it: `BIGINT`, `STRUCT<a: INT>`."""
    if isinstance(kind, dict) and kind["type"] == "array":
        return f"ARRAY<{ddl_type(kind['elementType'])}>"
    if isinstance(kind, dict) and kind["type"] == "map":
        return f"MAP<{ddl_type(kind['keyType'])},{ddl_type(kind['valueType'])}>"
    if isinstance(kind, dict) and kind["type"] == "struct":
        return "STRUCT<" + ",".join(f"{_quoted(f['name'])}: {ddl_type(f['type'])}" for f in kind["fields"]) + ">"
    return simple(kind).upper()


def to_ddl(fields: Fields) -> str:
    """The whole schema, as in `word STRING,n BIGINT`."""
    return ",".join(f"{_quoted(field['name'])} {ddl_type(field['type'])}" for field in fields)


def schema_hash(fields: Fields) -> str:
    """The first 8 hex digits of the SHA-256 of the schema's simple string (`struct<word:string,n:bigint>`)."""
    return hashlib.sha256(simple({"type": "struct", "fields": fields}).encode()).hexdigest()[:8]


def geometry_columns(fields: Fields) -> list[str]:
    """Top-level columns of Sedona's type GEOMETRY: those that GeoParquet keeps a CRS for."""
    return [field["name"] for field in fields if simple(field["type"]) == "geometry"]


def column_with_sedona_type(fields: Fields) -> tuple[str, str] | None:
    """The first column (name, type) that holds a geometry, geography or raster at any depth."""
    found = next((field for field in fields if _holds_sedona_type(field["type"])), None)
    return found and (found["name"], ddl_type(found["type"]))


def _holds_sedona_type(kind: str | dict) -> bool:
    if isinstance(kind, str):
        return False
    if kind["type"] == "udt":
        return simple(kind) in ("geometry", "geography", "raster")
    inner = [field["type"] for field in kind.get("fields", ())]
    inner += [kind[key] for key in ("elementType", "keyType", "valueType") if key in kind]
    return any(map(_holds_sedona_type, inner))


def check(data: Data, actual: Fields, expected: Fields, more: bool = False) -> None:
    """Same columns with the same types, in whatever order, or with `more` at least these.

    Raises SchemaMismatch that names the first difference.
    """
    have, want = {f["name"]: f["type"] for f in actual}, {f["name"]: f["type"] for f in expected}
    if len(have) < len(actual):
        names = [field["name"] for field in actual]
        twice = next(name for name in names if names.count(name) > 1)
        raise SchemaMismatch(f"{data}: column `{twice}` occurs twice in the data; rename or drop one")
    for name, kind in want.items():
        if name not in have:
            hint = did_you_mean(name, [n for n in have if n not in want])
            raise SchemaMismatch(
                f"{data}: column `{name}` {ddl_type(kind)} is declared, but the data has only {listed(have)}{hint}"
            )
        if simple(have[name]) != simple(kind):
            raise SchemaMismatch(
                f"{data}: column `{name}` is {ddl_type(have[name])}, but {ddl_type(kind)} is declared; "
                f"cast the column or correct the declaration"
            )
    extra = next((name for name in have if name not in want), None)
    if extra and not more:
        raise SchemaMismatch(
            f"{data}: column `{extra}` {ddl_type(have[extra])} isn't declared; declared are {listed(want)}"
        )


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) else "`" + name.replace("`", "``") + "`"
