"""Tables of Spark's catalogs: read by name, and written once per run and task, also over retries."""

from __future__ import annotations

import sys
from typing import NamedTuple

from sparkflow import formats, schema
from sparkflow.attempt import Data
from sparkflow.commits import IcebergCommit, Marker
from sparkflow.errors import InputMissing, OutputMissing, SchemaMismatch, SparkflowError, listed


class Table(NamedTuple):
    """A table's name, each part quoted, and the catalog that has it."""

    name: str
    catalog: str


def read(session, data: Data):
    """A table as a DataFrame; a declared schema says the columns. Raises InputMissing and SchemaMismatch."""
    table = find(session, data)
    if not session.catalog.tableExists(table.name):
        raise InputMissing(f"{data} isn't there: there is no table {data.uri}")
    frame = session.read.options(**data.options).table(table.name)
    declared = schema.declared(data)
    return formats.chosen(data, frame, declared) if declared else frame


def write(session, data: Data, frame) -> dict:
    """Appends to a table, or replaces its rows, and returns the output's entry in the result.

    A table that isn't there is made. One that this task of this run has written already is left as it is. Raises
    SchemaMismatch where the columns aren't the table's, and Spark's own exceptions.
    """
    table = find(session, data)
    frame, fields = formats.checked(session, data, frame)
    formats.refuse_geometry(data, fields)
    if not session.catalog.tableExists(table.name):
        _create(data, table, frame)
    iceberg = _provider(session, table) == "iceberg"
    commit = IcebergCommit(session, data.commit, table.name) if iceberg else Marker(session, data.commit)
    before = commit.found()
    if before is not None:
        print(f"INFO sparkflow: {data}: an earlier attempt has written it to {data.uri}", file=sys.stderr)
        return {**formats.entry(None, fields), **before}
    options = {**commit.options, **data.options}
    metrics = formats.observed(
        _in_order(data, frame, session.table(table.name).columns),
        lambda each: each.write.options(**options).insertInto(table.name, overwrite=data.mode == "overwrite"),
    )
    entry = formats.entry(metrics, fields)
    commit.done(entry)
    return entry


def examine(data: Data, spark) -> dict:
    """A table that the program wrote itself; after a jar, which had a session of its own, its word is taken for it."""
    if spark is not None and not spark.session.catalog.tableExists(find(spark.session, data).name):
        raise OutputMissing(f"{data} is declared, but there is no table {data.uri}")
    return {}


def find(session, data: Data) -> Table:
    """Raises SparkflowError for what is no name, and for a catalog that ends with the driver."""
    parts = data.uri.split(".")
    if not all(parts) or "`" in data.uri:
        raise SparkflowError(f"{data}: {data.uri!r} isn't a table's name; expected CATALOG.DATABASE.TABLE")
    named = len(parts) > 1 and (parts[0] == "spark_catalog" or _conf(session, f"spark.sql.catalog.{parts[0]}"))
    catalog = parts[0] if named else session.catalog.currentCatalog()
    if catalog == "spark_catalog" and not _lasts(session):
        raise SparkflowError(
            f"{data}: the table {data.uri} would be in a catalog of Spark's that ends with this task; name one that "
            f"lasts (spark.sql.catalog.NAME in sparkConf), or give Spark's own a metastore "
            f"(spark.sql.catalogImplementation: hive, and spark.hadoop.hive.metastore.uris)"
        )
    return Table(".".join(f"`{part}`" for part in parts), catalog)


def _lasts(session) -> bool:
    """Whether Spark's own catalog outlives the driver: Hive's without a metastore is a Derby in its working folder."""
    if _conf(session, "spark.sql.catalog.spark_catalog"):
        return True
    if _conf(session, "spark.sql.catalogImplementation") != "hive":
        return False
    hadoop = session._jsparkSession.sessionState().newHadoopConf()
    return bool(hadoop.get("hive.metastore.uris") or hadoop.get("javax.jdo.option.ConnectionURL"))


def _conf(session, key: str) -> str | None:
    return session.conf.get(key, None)


def _provider(session, table: Table) -> str | None:
    """What the table is made of, in lower case, such as `iceberg`; None for a catalog that doesn't say."""
    rows = session.sql(f"DESCRIBE TABLE EXTENDED {table.name}").where("col_name = 'Provider'").collect()
    return rows[0]["data_type"].lower() if rows else None


def _create(data: Data, table: Table, frame) -> None:
    """Makes an empty table, so that making it twice does no harm."""
    from pyspark.errors import AnalysisException

    empty = frame.limit(0)
    if table.catalog == "spark_catalog":  # in which the other way would make a table of Hive's own kind
        writer = empty.write.mode("ignore")
        columns = formats.partition_columns(data)
        (writer.partitionBy(*columns) if columns else writer).saveAsTable(table.name)
        return
    writer = empty.writeTo(table.name)
    partitions = [_partition(*formats.transform(each)) for each in data.partition_by]
    try:
        (writer.partitionedBy(*partitions) if partitions else writer).create()
    except AnalysisException as error:
        if error.getErrorClass() != "TABLE_OR_VIEW_ALREADY_EXISTS":  # another task was faster
            raise


def _partition(first: str, *rest: str):
    """A column, or a transform of one: `years`, `months`, `days`, `hours`, or `bucket` with its number."""
    from pyspark.sql import functions

    if not rest:
        return formats.column(first)
    *number, name = rest
    return getattr(functions, first)(*map(int, number), formats.column(name))


def _in_order(data: Data, frame, columns: list[str]):
    """The frame with the table's columns in the table's order, by which Spark inserts."""
    have = {name.lower(): name for name in frame.columns}
    missing = next((name for name in columns if name.lower() not in have), None)
    if missing is not None:
        raise SchemaMismatch(
            f"{data}: the table {data.uri} has a column `{missing}`, the data only {listed(frame.columns)}"
        )
    more = next((name for name in frame.columns if name.lower() not in {each.lower() for each in columns}), None)
    if more is not None:
        raise SchemaMismatch(f"{data}: the table {data.uri} has no column `{more}`; it has {listed(columns)}")
    return frame.select(*(formats.column(have[name.lower()]) for name in columns))
