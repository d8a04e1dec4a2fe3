"""The CRS of GeoParquet's geometry columns, which Sedona 1.8.0 leaves to its user in both directions.

It reads every geometry with SRID 0 whatever the file's CRS is, and writes `"crs": null` (unknown) whatever the
geometries' SRID is, unless the option `geoparquet.crs` has PROJJSON.
"""

from __future__ import annotations

import json

from sparkflow import schema
from sparkflow.attempt import Data
from sparkflow.errors import SchemaMismatch, SparkflowError


def with_srid(session, data: Data, frame):
    """The frame that was read, its geometries with the SRID of the file's CRS where that is an EPSG code.

    A predicate on such a column isn't pushed into the file's scan by Sedona any more (its rule wants the bare column).
    """
    from pyspark.sql import functions

    columns = schema.geometry_columns(frame.schema.jsonValue()["fields"])
    if not columns:
        return frame
    footers = session.read.format("geoparquet.metadata").load(data.uris).select("columns").first()
    described = footers["columns"] if footers else {}
    srids = {name: _epsg(described[name]["crs"]) for name in columns if name in described}
    known = {name: functions.expr(f"ST_SetSRID({_sql_name(name)}, {srid})") for name, srid in srids.items() if srid}
    return frame.withColumns(known) if known else frame


class CrsOfOutput:
    """The CRS to write for an output's geometry columns, and whether the rows' SRIDs agree with it.

    The declared `crs` counts; without one the geometries' own SRID; else nothing is set, which means unknown.
    """

    def __init__(self, data: Data, fields: schema.Fields):
        self.data, self.columns = data, schema.geometry_columns(fields)
        self.options: dict[str, str] = {}
        self._declared = data.crs is not None
        if not self.columns:
            raise SchemaMismatch(f"{data}: format geoparquet needs a geometry column, and the data has none")

    def settle(self, frame):
        """Decides on the CRS and returns the frame to write, for which no shuffle is done a second time."""
        if any(option.lower().startswith("geoparquet.crs") for option in self.data.options):
            return frame
        if self._declared:
            self.options = {"geoparquet.crs": projjson(self.data)}
            return frame
        frame = _with_kept_shuffles(frame)
        for column in self.columns:
            name = _sql_name(column)
            row = frame.where(f"{name} IS NOT NULL").selectExpr(f"ST_SRID({name}) AS srid").first()
            if row and row["srid"]:
                self.options[f"geoparquet.crs.{column}"] = _projjson(f"EPSG:{row['srid']}", self.data)
        return frame

    def observed(self) -> list:
        """Expressions for the observation of the write: each geometry column's lowest and highest SRID."""
        from pyspark.sql import functions

        return [
            functions.expr(f"{function}(ST_SRID({_sql_name(column)}))").alias(f"{function} {column}")
            for column in self.columns
            for function in ("min", "max")
        ]

    def check(self, metrics: dict) -> None:
        """Raises SchemaMismatch where rows are of another CRS than the one that was written, or of several."""
        allowed = {_epsg(projjson(self.data)), 0, None} if self._declared else None
        for column in self.columns:
            srids = {metrics[f"min {column}"], metrics[f"max {column}"]}
            wrong = srids - allowed if allowed and len(allowed) > 2 else ()
            if wrong:
                raise SchemaMismatch(
                    f"{self.data}: geometry `{column}` has SRID {min(wrong)}, but crs {self.data.crs} is declared; "
                    f"use ST_Transform, or correct the declaration"
                )
            if not self._declared and len(srids) > 1:
                raise SchemaMismatch(
                    f"{self.data}: geometry `{column}` mixes the SRIDs {' and '.join(map(str, sorted(srids)))}, and a "
                    f"GeoParquet column has one CRS; use ST_Transform or ST_SetSRID, or declare the output's `crs`"
                )


def projjson(data: Data) -> str:
    """The declared CRS as PROJJSON. Raises SparkflowError for one that PROJ doesn't know."""
    return _projjson(data.crs, data)


def _projjson(crs: str, data: Data) -> str:
    try:
        import pyproj
    except ImportError:
        raise SparkflowError(f"{data}: to write crs {crs} the package pyproj is needed; install it") from None
    try:
        return pyproj.CRS.from_user_input(crs).to_json()
    except pyproj.exceptions.CRSError:
        raise SparkflowError(f"{data}: PROJ doesn't know the crs {crs!r}; an example is EPSG:3857") from None


def _epsg(crs: str | None) -> int | None:
    """The EPSG code that PROJJSON names as its identifier."""
    identifier = (json.loads(crs) or {}).get("id") if crs else None
    if not identifier or str(identifier.get("authority")).upper() != "EPSG":
        return None
    return int(identifier["code"]) if str(identifier.get("code")).isdigit() else None


def _with_kept_shuffles(frame):
    """The same rows on top of the physical plan's RDD, whose shuffles serve all the jobs that are run on it.

    Looking at the first geometry would else run the whole plan up to its last stage, and the write would do so again.
    """
    from pyspark.sql import DataFrame

    plan, java = frame._jdf.queryExecution(), frame.sparkSession._jsparkSession
    return DataFrame(java.internalCreateDataFrame(plan.toRdd(), plan.analyzed().schema(), False), frame.sparkSession)


def _sql_name(column: str) -> str:
    return "`" + column.replace("`", "``") + "`"
