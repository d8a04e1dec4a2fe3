"""Reading inputs and writing outputs as DataFrames, by the manifest's format."""

from __future__ import annotations

import threading

from sparkflow import schema
from sparkflow.attempt import Data
from sparkflow.errors import InputMissing, SchemaMismatch, SparkflowError
from sparkflow.geoparquet import CrsOfOutput, with_srid

# The manifest's `options` win over these. CSV's header is compared with a declared schema, where Spark's default would
# take the columns by position and so silently mix them up.
_READ = {"csv": {"header": "true", "enforceSchema": "false"}}
_WRITE = {"csv": {"header": "true"}}
_OBSERVATION_SECONDS = 30


def read(session, data: Data):
    """An input as a DataFrame. A declared schema is applied to csv and json; of a parquet or geoparquet input it says
    the columns that are read, and their types are checked. Raises InputMissing and SchemaMismatch.
    """
    declared = schema.declared(data)
    reader = session.read.format(data.format).options(**_READ.get(data.format, {}))
    if data.format in ("csv", "json") and declared:
        _refuse_geometry(data, declared)
        reader = reader.schema(_struct(declared))
    elif data.format == "csv":
        reader = reader.option("inferSchema", "true")
    frame = _load(reader.options(**data.options), data)
    if data.format == "geoparquet":
        frame = with_srid(session, data, frame)
    if declared and data.format not in ("csv", "json"):
        schema.check(data, frame.schema.jsonValue()["fields"], declared, more=True)
        frame = frame.select(*(_column(field["name"]) for field in declared))
    return frame


def empty(session, data: Data):
    """An optional input that isn't there, as a DataFrame without rows. Raises SparkflowError without a schema."""
    declared = schema.declared(data) or (data.format == "text" and [{"name": "value", "type": "string"}])
    if not declared:
        raise SparkflowError(
            f"{data} is optional and isn't there, and without data a view needs columns: declare the input's `schema`"
        )
    _need_sedona(session, data, declared)
    return session.createDataFrame(session.sparkContext.emptyRDD(), _struct(declared))


def write(session, data: Data, frame) -> dict:
    """Writes an output and returns its entry in the result: rows, schemaHash and schema.

    The declared schema is checked before anything is written, and gives the columns' order. Rows are counted by the
    write itself. Raises SchemaMismatch; Spark's own exception if there is something at the output's URI already.
    """
    from pyspark.sql import Observation, functions

    fields = frame.schema.jsonValue()["fields"]
    declared = schema.declared(data)
    if declared:
        _need_sedona(session, data, declared)
        schema.check(data, fields, declared)
        by_name = {field["name"]: field for field in fields}
        fields = [by_name[field["name"]] for field in declared]
        frame = frame.select(*(_column(field["name"]) for field in declared))
    _check_format(data, fields)
    crs = CrsOfOutput(data, fields) if data.format == "geoparquet" else None
    frame = crs.settle(frame) if crs else frame
    observation = Observation()
    rows = functions.count(functions.lit(1)).alias("rows")
    frame = frame.observe(observation, rows, *(crs.observed() if crs else ()))
    options = {**_WRITE.get(data.format, {}), **(crs.options if crs else {}), **data.options}
    frame.write.format(data.format).options(**options).mode("errorifexists").save(data.uri)
    metrics = _metrics(observation)
    if crs and metrics:
        crs.check(metrics)
    counted = {"rows": metrics["rows"]} if metrics else {}
    return {**counted, "schemaHash": schema.schema_hash(fields), "schema": schema.to_ddl(fields)}


def _load(reader, data: Data):
    from pyspark.errors import AnalysisException

    try:
        return reader.load(data.uri)
    except AnalysisException as error:
        if error.getErrorClass() == "PATH_NOT_FOUND":
            raise InputMissing(f"{data} isn't there: nothing exists at {data.uri}") from None
        if error.getErrorClass() == "UNABLE_TO_INFER_SCHEMA":
            raise InputMissing(f"{data}: there are no {data.format} files at {data.uri}") from None
        raise


def _check_format(data: Data, fields: schema.Fields) -> None:
    if data.format == "geoparquet":
        return
    _refuse_geometry(data, fields)
    if data.format == "text" and [schema.simple(field["type"]) for field in fields] != ["string"]:
        raise SchemaMismatch(f"{data}: format text needs one STRING column; the data has {schema.to_ddl(fields)}")


def _refuse_geometry(data: Data, fields: schema.Fields) -> None:
    found = schema.column_with_sedona_type(fields)
    if found:
        raise SchemaMismatch(
            f"{data}: column `{found[0]}` is {found[1]}, which format {data.format} can't hold; "
            f"use format geoparquet, or a text such as ST_AsText gives"
        )


def _need_sedona(session, data: Data, fields: schema.Fields) -> None:
    found = schema.column_with_sedona_type(fields)
    if found and not session.catalog.functionExists("ST_SetSRID"):
        raise SparkflowError(
            f"{data}: column `{found[0]}` is declared as {found[1]}, but Sedona isn't loaded: "
            f"add the profile `sedona`, or its org.apache.sedona.sql.SedonaSqlExtensions to spark.sql.extensions"
        )


def _metrics(observation) -> dict | None:
    """What was observed, or None: `get` waits without end for metrics that Spark lost, and no count is worth that."""
    found: list[dict] = []
    waiting = threading.Thread(target=lambda: found.append(observation.get), daemon=True)
    waiting.start()
    waiting.join(_OBSERVATION_SECONDS)
    return found[0] if found else None


def _struct(fields: schema.Fields):
    from pyspark.sql.types import StructType

    return StructType.fromJson({"fields": fields})


def _column(name: str):
    from pyspark.sql import functions

    return functions.col("`" + name.replace("`", "``") + "`")
