"""Reading inputs and writing outputs as DataFrames, by the manifest's format."""

from __future__ import annotations

import re
import threading

from sparkflow import schema, union
from sparkflow.attempt import Data
from sparkflow.errors import InputMissing, SchemaMismatch, SparkflowError, listed
from sparkflow.geoparquet import CrsOfOutput, with_srid

# The manifest's `options` win over these. CSV's header is compared with a declared schema, where Spark's default would
# take the columns by position and so silently mix them up.
_READ = {"csv": {"header": "true", "enforceSchema": "false"}}
_WRITE = {"csv": {"header": "true"}}
_OBSERVATION_SECONDS = 30
_TRANSFORM = re.compile(r"(years|months|days|hours|bucket)\((?:(\d+)\s*,)?([^()]+)\)")


def read(session, data: Data):
    """An input as a DataFrame. A declared schema is applied to csv and json; of a parquet or geoparquet input it says
    the columns that are read, and their types are checked. Raises InputMissing and SchemaMismatch.
    """
    declared = schema.declared(data)
    if not data.uris:
        return empty(session, data)
    reader = session.read.format(data.format).options(**_READ.get(data.format, {}))
    if data.format in ("csv", "json") and declared:
        refuse_geometry(data, declared)
        reader = reader.schema(_struct(declared))
    elif data.format == "csv":
        reader = reader.option("inferSchema", "true")
    reader = reader.options(**data.options)
    frame = _load(reader, data)
    if declared and data.format not in ("csv", "json"):
        frame = _with_declared_partitions(reader, data, frame, declared)
    if data.items:
        frame = union.numbered(frame, data.uri)
    if data.format == "geoparquet":
        frame = with_srid(session, data, frame)
    if declared and data.format not in ("csv", "json"):
        frame = chosen(data, frame, declared)
    return frame


def chosen(data: Data, frame, declared: schema.Fields):
    """The declared columns of what was read. Raises SchemaMismatch where one is missing or of another type."""
    schema.check(data, frame.schema.jsonValue()["fields"], declared, more=True)
    return frame.select(*(column(field["name"]) for field in declared), *([union.ITEM] if data.items else []))


def empty(session, data: Data):
    """An input without data, optional or of no items, as a DataFrame without rows. SparkflowError without a schema."""
    declared = schema.declared(data) or (data.format == "text" and [{"name": "value", "type": "string"}])
    if not declared:
        why = "is of a forEach without items" if data.items else "is optional and isn't there"
        where = "the `schema` of that output" if data.items else "the input's `schema`"
        raise SparkflowError(f"{data} {why}, and without data it needs columns: declare {where}")
    _need_sedona(session, data, declared)
    frame = session.createDataFrame(session.sparkContext.emptyRDD(), _struct(declared))
    return frame.selectExpr("*", f"CAST(NULL AS BIGINT) {union.ITEM}") if data.items else frame


def write(session, data: Data, frame) -> dict:
    """Writes an output and returns its entry in the result: rows, schemaHash and schema.

    The declared schema is checked before anything is written, and gives the columns' order. Rows are counted by the
    write itself. Raises SchemaMismatch; Spark's own exception if there is something at the output's URI already.
    """
    frame, fields = checked(session, data, frame)
    _check_format(data, fields)
    crs = CrsOfOutput(data, fields) if data.format == "geoparquet" else None
    frame = crs.settle(frame) if crs else frame
    options = {**_WRITE.get(data.format, {}), **(crs.options if crs else {}), **data.options}

    def save(frame):
        writer = frame.write.format(data.format).options(**options).mode("errorifexists")
        (writer.partitionBy(*data.partition_by) if data.partition_by else writer).save(data.uri)

    metrics = observed(frame, save, *(crs.observed() if crs else ()))
    if crs and metrics:
        crs.check(metrics)
    return entry(metrics, fields)


def checked(session, data: Data, frame) -> tuple:
    """The frame and its fields, in the declared schema's order. Raises SchemaMismatch before anything is written."""
    fields = frame.schema.jsonValue()["fields"]
    declared = schema.declared(data)
    if declared:
        _need_sedona(session, data, declared)
        schema.check(data, fields, declared)
        by_name = {field["name"]: field for field in fields}
        fields = [by_name[field["name"]] for field in declared]
        frame = frame.select(*(column(field["name"]) for field in declared))
    unknown = next((name for name in partition_columns(data) if name not in frame.columns), None)
    if unknown is not None:
        raise SchemaMismatch(f"{data}: partitionBy names `{unknown}`, but the data has only {listed(frame.columns)}")
    return frame, fields


def observed(frame, write, *more) -> dict | None:
    """Calls `write` with the frame; returns the number of `rows` that it wrote, and `more` of what it saw, if known."""
    from pyspark.sql import Observation, functions

    observation = Observation()
    write(frame.observe(observation, functions.count(functions.lit(1)).alias("rows"), *more))
    return _metrics(observation)


def entry(metrics: dict | None, fields: schema.Fields) -> dict:
    """An output's entry in the result."""
    counted = {"rows": metrics["rows"]} if metrics else {}
    return {**counted, "schemaHash": schema.schema_hash(fields), "schema": schema.to_ddl(fields)}


def partition_columns(data: Data) -> list[str]:
    """Columns that `partitionBy` names, those within `years(…)` or `bucket(n, …)` of a table too."""
    return [transform(each)[-1] for each in data.partition_by]


def transform(text: str) -> tuple[str, ...]:
    """`years(day)` as ("years", "day"), `bucket(16, id)` as ("bucket", "16", "id"), a column as itself."""
    found = _TRANSFORM.fullmatch(text)
    return tuple(part.strip() for part in found.groups() if part is not None) if found else (text,)


def _load(reader, data: Data):
    from pyspark.errors import AnalysisException

    try:
        return reader.load(data.uris)
    except AnalysisException as error:
        if error.getErrorClass() == "PATH_NOT_FOUND":
            raise InputMissing(f"{data} isn't there: nothing exists at {data.uri}") from None
        if error.getErrorClass() == "UNABLE_TO_INFER_SCHEMA":
            raise InputMissing(f"{data}: there are no {data.format} files at {data.uri}") from None
        raise


def _with_declared_partitions(reader, data: Data, frame, declared: schema.Fields):
    """Partition columns, which stand in the folders' names as text: of the declared types, not of those that Spark
    guesses (`01` would be 1).
    """
    relation = frame._jdf.queryExecution().analyzed()
    if relation.nodeName() != "LogicalRelation" or not hasattr(relation.relation(), "partitionSchema"):
        return frame
    guessed = set(relation.relation().partitionSchema().fieldNames())
    wanted = {field["name"]: field["type"] for field in declared if field["name"] in guessed}
    fields = frame.schema.jsonValue()["fields"]
    if all(field["type"] == wanted.get(field["name"], field["type"]) for field in fields):
        return frame
    retyped = [{**field, "type": wanted.get(field["name"], field["type"])} for field in fields]
    return _load(reader.schema(_struct(retyped)), data)


def _check_format(data: Data, fields: schema.Fields) -> None:
    if data.format == "geoparquet":
        return
    refuse_geometry(data, fields)
    if data.format == "text" and [schema.simple(field["type"]) for field in fields] != ["string"]:
        raise SchemaMismatch(f"{data}: format text needs one STRING column; the data has {schema.to_ddl(fields)}")


def refuse_geometry(data: Data, fields: schema.Fields) -> None:
    """Raises SchemaMismatch for a column of Sedona's types: only GeoParquet has them."""
    found = schema.column_with_sedona_type(fields)
    if found:
        what = "a table" if data.format == "table" else f"format {data.format}"
        raise SchemaMismatch(
            f"{data}: column `{found[0]}` is {found[1]}, which {what} can't hold; "
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


def column(name: str):
    """A column by its name, whatever is in it."""
    from pyspark.sql import functions

    return functions.col("`" + name.replace("`", "``") + "`")
