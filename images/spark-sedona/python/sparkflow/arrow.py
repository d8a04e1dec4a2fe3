"""Columns in the driver's memory as a Spark DataFrame: by Arrow, and with the declared types where nothing is lost.

So `n INT` gets Python's ints, pandas' int64 and, where values are missing, its float64 alike. A value that doesn't fit
is an error that names its column; another type altogether is left to the check against the declared schema.
"""

from __future__ import annotations

import contextlib
from typing import NamedTuple

from sparkflow import schema
from sparkflow.attempt import Data
from sparkflow.errors import SchemaMismatch, SparkflowError


class Wkb(NamedTuple):
    """A column of (E)WKB, which becomes one of geometries."""

    values: object


def to_frame(session, data: Data, columns: list[tuple[str, object]]):
    """A Spark DataFrame of columns, each a list, a pandas Series or a pyarrow column; in lists and Series shapely
    geometries become Sedona's. Raises SchemaMismatch, or SparkflowError for a type that Spark hasn't got.
    """
    import pyarrow

    declared = schema.declared(data) or []
    targets = _targets([field for field in declared if schema.simple(field["type"]) != "geometry"])
    geometries = set(schema.geometry_columns(declared))
    zone = session.conf.get("spark.sql.session.timeZone")
    arrays = []
    for name, values in columns:
        if not isinstance(values, (pyarrow.ChunkedArray, Wkb)):
            values = _shapely_as_wkb(values)
        if isinstance(values, Wkb):
            geometries.add(name)
            values = values.values
        try:
            arrays.append(_array(values, targets.get(name), zone))
        except (pyarrow.ArrowException, TypeError, ValueError, OverflowError) as error:
            wrong = f"doesn't fit its declared type {targets[name]}" if name in targets else "has several types"
            raise SchemaMismatch(f"{data}: column `{name}` {wrong}: {str(error).splitlines()[0]}") from None
    table = pyarrow.Table.from_arrays(arrays, names=[name for name, _ in columns])
    return _geometry(_send(session, data, table), geometries)


def _targets(fields: schema.Fields) -> dict:
    """Arrow types of the declared columns, as pyspark maps them; none for a type that it doesn't."""
    from pyspark.errors import PySparkTypeError
    from pyspark.sql.pandas.types import to_arrow_type
    from pyspark.sql.types import StructType

    targets = {}
    for field in StructType.fromJson({"fields": fields}):
        with contextlib.suppress(PySparkTypeError):
            targets[field.name] = to_arrow_type(field.dataType)
    return targets


def _array(values, target, zone: str):
    import pyarrow
    from pyarrow import compute, types

    if isinstance(values, pyarrow.ChunkedArray):
        array = values
    elif target is not None and types.is_map(target):
        array = pyarrow.array([list(v.items()) if isinstance(v, dict) else v for v in values], target)
    else:
        array = pyarrow.array(values, from_pandas=True)
    if types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    wall_clock = target is not None and types.is_timestamp(target) and target.tz is None
    if types.is_timestamp(array.type) and array.type.tz is None and not wall_clock:
        # a time without a zone is one of the session's zone, as in pyspark's createDataFrame
        array = compute.assume_timezone(array, zone, ambiguous="earliest", nonexistent="earliest")
    if types.is_timestamp(array.type):
        # Spark has microseconds; what is finer is cut off, as Spark does it
        array = array.cast(pyarrow.timestamp("us", array.type.tz and "UTC"), safe=False)
    return array.cast(target) if target is not None and _family(array.type) in (_family(target), "null") else array


def _family(kind) -> str:
    """Types between which a cast keeps the meaning."""
    from pyarrow import types

    if types.is_null(kind):
        return "null"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    if types.is_string(kind) or types.is_large_string(kind):
        return "text"
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return "bytes"
    if types.is_list(kind) or types.is_large_list(kind):
        return "list"
    return "struct" if types.is_struct(kind) else str(kind)


def _send(session, data: Data, table):
    """Hands Arrow batches to the JVM as pyspark's createDataFrame does for pandas."""
    import pyarrow
    from pyspark.errors import PySparkTypeError
    from pyspark.sql import DataFrame
    from pyspark.sql.pandas.serializers import ArrowStreamSerializer
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    try:
        struct = from_arrow_schema(table.schema, prefer_timestamp_ntz=True)
    except PySparkTypeError:
        shown = ", ".join(f"`{field.name}` {field.type}" for field in table.schema)
        raise SparkflowError(f"{data}: Spark hasn't got the type of one of its columns: {shown}") from None
    table = table.cast(to_arrow_schema(struct))
    batches = table.to_batches(max_chunksize=max(session._jconf.arrowMaxRecordsPerBatch(), 1))
    jvm = session._jvm
    sent = session.sparkContext._serialize_to_jvm(
        batches or [pyarrow.RecordBatch.from_pylist([], schema=table.schema)],
        ArrowStreamSerializer(),
        jvm.PythonSQLUtils.readArrowStreamFromFile,
        jvm.ArrowIteratorServer,
    )
    return DataFrame(jvm.PythonSQLUtils.toDataFrame(sent, struct.json(), session._jsparkSession), session)


def _geometry(frame, names: set[str]):
    """Binary columns of EWKB as geometries, with the SRID that EWKB may have."""
    from pyspark.sql import functions

    binary = {field.name for field in frame.schema if field.dataType.simpleString() == "binary"} & names
    if not binary:
        return frame
    return frame.withColumns({name: functions.expr(f"ST_GeomFromEWKB({_quoted(name)})") for name in sorted(binary)})


def _shapely_as_wkb(values):
    """A column whose first value is shapely's as EWKB; geopandas' CRS becomes the SRID where it is an EPSG code."""
    first = next((value for value in values if value is not None), None)
    if not type(first).__module__.startswith("shapely."):
        return values
    import numpy
    import shapely

    geometries = numpy.asarray(list(values), dtype=object)
    crs = getattr(values, "crs", None)
    srid = crs.to_epsg() if crs is not None else None
    if srid:
        geometries = shapely.set_srid(geometries, srid)
    return Wkb(list(shapely.to_wkb(geometries, include_srid=True)))


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
