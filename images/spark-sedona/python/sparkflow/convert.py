"""Between a Spark DataFrame and data in the driver's memory: pandas.DataFrame, pyarrow.Table, list[dict]."""

from __future__ import annotations

from sparkflow import arrow, schema
from sparkflow.attempt import Data
from sparkflow.errors import SparkflowError, listed

ARROW = "spark.sql.execution.arrow.pyspark.enabled"


def from_frame(frame, kind: str):
    """A Spark DataFrame as `kind` (spark, pandas, geopandas, arrow, rows), collected to the driver for all but the
    first. Raises SparkflowError where geopandas is asked for and there's no geometry.
    """
    if kind == "spark":
        return frame
    if kind == "rows":
        return [row.asDict(recursive=True) for row in frame.collect()]
    if kind == "geopandas":
        return _to_geopandas(frame)
    return _to_pandas(frame) if kind == "pandas" else _to_arrow(frame)


def to_frame(session, data: Data, value: object):
    """What a program gives for an output, as a Spark DataFrame.

    Raises SparkflowError for what can't be one, SchemaMismatch for a value that isn't of its column's declared type.
    """
    from pyspark.sql import DataFrame

    if isinstance(value, DataFrame):
        return value
    if _is(value, "pandas", "DataFrame"):
        columns = [(str(name), value.iloc[:, at]) for at, name in enumerate(value.columns)]
    elif _is(value, "pyarrow", "Table"):
        columns = [(field.name, _marked(value.column(at), field)) for at, field in enumerate(value.schema)]
    elif isinstance(value, list) and all(isinstance(row, dict) for row in value):
        columns = _columns(data, value)
    else:
        raise SparkflowError(
            f"{data} of format {data.format} can't be written from a {type(value).__name__}; possible are a Spark "
            f"DataFrame, a pandas.DataFrame, a pyarrow.Table and a list[dict]"
        )
    return arrow.to_frame(session, data, columns)


def _columns(data: Data, rows: list[dict]) -> list[tuple[str, list]]:
    """All keys of all rows, in the order of their first occurrence; a missing key is null."""
    names = list(dict.fromkeys(key for row in rows for key in row))
    names = names or [field["name"] for field in schema.declared(data) or ()]
    if not names:
        raise SparkflowError(f"{data}: an empty list has no columns; declare the output's `schema`")
    return [(name, [row.get(name) for row in rows]) for name in names]


def _marked(column, field):
    """A pyarrow column that says of itself that it holds WKB keeps that: its type says so, or its field."""
    metadata = (field.metadata or {}).get(b"ARROW:extension:name", b"").decode()
    name = getattr(field.type, "extension_name", metadata)
    if hasattr(field.type, "storage_type"):
        column = column.cast(field.type.storage_type)
    return arrow.Wkb(column) if name in ("geoarrow.wkb", "ogc.wkb") else column


def _to_pandas(frame):
    """By Arrow, unless the user's settings say otherwise; pyspark does without for types that Arrow hasn't got."""
    conf = frame.sparkSession.conf
    if frame.sparkSession._jsparkSession.sessionState().conf().contains(ARROW):
        return frame.toPandas()
    conf.set(ARROW, "true")
    try:
        return frame.toPandas()
    finally:
        conf.unset(ARROW)


def _to_geopandas(frame):
    """With the first geometry column as the active one, each with the CRS of its SRID where all rows have the same."""
    columns = schema.geometry_columns(frame.schema.jsonValue()["fields"])
    if not columns:
        raise SparkflowError(
            f"a GeoDataFrame needs a geometry column, and the data has only {listed(frame.columns)}; "
            f"ST_GeomFromText and the like make one, or take a pandas.DataFrame"
        )
    import geopandas
    import shapely

    data = _to_pandas(frame)
    for name in columns:
        srids = {int(shapely.get_srid(value)) for value in data[name] if value is not None}
        crs = f"EPSG:{srids.pop()}" if len(srids) == 1 and srids != {0} else None
        data[name] = geopandas.GeoSeries(data[name], crs=crs)
    return geopandas.GeoDataFrame(data, geometry=columns[0])


def _to_arrow(frame):
    """Geometries become EWKB with the Arrow extension name `geoarrow.wkb` and their CRS, as Sedona does it."""
    if schema.geometry_columns(frame.schema.jsonValue()["fields"]):
        from sedona.spark.geoarrow import dataframe_to_arrow
        from sedona.spark.register.geo_registrator import PackageImporter

        PackageImporter.import_jvm_lib(frame.sparkSession._jvm)  # what its Python functions go by
        return dataframe_to_arrow(frame)
    if hasattr(frame, "toArrow"):  # Spark 4
        return frame.toArrow()
    import pyarrow
    from pyspark.sql.pandas.types import to_arrow_schema

    wanted, batches = to_arrow_schema(frame.schema), frame._collect_as_arrow()
    return pyarrow.Table.from_batches(batches).cast(wanted) if batches else wanted.empty_table()


def _is(value: object, module: str, name: str) -> bool:
    """Whether a value is of a class or a subclass, which needs no import of a package that the program hasn't got."""
    return any(base.__name__ == name and base.__module__.partition(".")[0] == module for base in type(value).__mro__)
