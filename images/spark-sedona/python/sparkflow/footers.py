"""What a program wrote by itself to an output's URI: whether it's there, and for Parquet what the footers say.

Needs no JVM for files of this machine, since a jar's has ended by then.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable

from sparkflow import ddl, models, schema
from sparkflow.attempt import Data
from sparkflow.errors import OutputMissing, SchemaMismatch
from sparkflow.files import open_files

_SPARK_METADATA, _GEO_METADATA = b"org.apache.spark.sql.parquet.row.metadata", b"geo"
# Each footer is a request or two; beyond this many files the rows aren't counted
_COUNTED_FILES = 256


def examine(output: Data, gateway: Callable) -> dict:
    """An output's entry in the result. Raises OutputMissing, or SchemaMismatch against the declared schema."""
    files = open_files(output.uri, gateway)
    opaque = output.format in ("file", "directory")
    data = files.list(output.uri, hidden=opaque) if files.exists(output.uri) else []
    if not data:
        raise OutputMissing(f"{output} is declared, but the program wrote nothing to {output.uri}")
    if output.format == "model" and not files.exists(models.metadata(output)):
        raise OutputMissing(f"{output}: what the program wrote to {output.uri} is no Spark ML model")
    if output.format not in ("parquet", "geoparquet"):
        return {}
    footers = [_footer(files, output, *each) for each in data[: _COUNTED_FILES if len(data) <= _COUNTED_FILES else 1]]
    fields = _fields(footers[0])
    expected = schema.declared(output)
    if expected:  # partitions stand in the folders' names alone
        inside = [field for field in expected if field["name"] not in output.partition_by]
        schema.check(output, fields, inside)
    entry = {"schemaHash": schema.schema_hash(fields), "schema": schema.to_ddl(fields)}
    if len(footers) == len(data):
        entry["rows"] = sum(footer.num_rows for footer in footers)
    return entry


def _footer(files, output: Data, uri: str, size: int):
    """The file's metadata, from its last bytes: the footer, its length (4 bytes, little endian) and `PAR1`."""
    import pyarrow
    import pyarrow.parquet

    length, magic = struct.unpack("<I4s", files.read(uri, size - 8, 8)) if size >= 12 else (0, b"")
    if magic != b"PAR1":
        raise SchemaMismatch(f"{output}: {uri} isn't a Parquet file, but the output's format is {output.format}")
    tail = files.read(uri, size - 8 - length, length + 8)
    return pyarrow.parquet.read_metadata(pyarrow.BufferReader(b"PAR1" + tail))


def _fields(footer) -> schema.Fields:
    """The columns as Spark would read them: from what Spark wrote into the footer, else from the Arrow schema."""
    from pyspark.sql.pandas.types import from_arrow_schema

    metadata = footer.metadata or {}
    if _SPARK_METADATA in metadata:
        fields = json.loads(metadata[_SPARK_METADATA])["fields"]
    else:
        fields = from_arrow_schema(footer.schema.to_arrow_schema()).jsonValue()["fields"]
    geometries = json.loads(metadata.get(_GEO_METADATA, b"{}")).get("columns", {})
    return [{**field, "type": ddl.GEOMETRY} if field["name"] in geometries else field for field in fields]
