"""Tables of a catalog that lasts (Iceberg's, in a folder), written once per run and task; and partitions of files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from spark_attempts import Attempt

ROOT = Path(__file__).parents[2]
JAR = ROOT / "jars/iceberg-35-1100/iceberg-spark-runtime-3.5_2.12-1.10.0.jar"
PROGRAM = """
import dataclasses, datetime, traceback
import sparkflow
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
task = sparkflow._task
rows = spark.createDataFrame([("a", 1, datetime.date(2026, 1, 2)), ("b", 2, datetime.date(2025, 1, 2))],
                             "word STRING, n BIGINT, day DATE")
codes = spark.createDataFrame([("01", 1), ("02", 2)], "code STRING, n INT")
FILES = ("parquet", "csv", "json", "geoparquet")
broken = {}

def part(function):
    "Each has its own outputs; what goes wrong in one is told, and the others go on."
    try:
        function()
    except Exception:
        broken[function.__name__] = traceback.format_exc()[-800:]

def refused(what):
    try:
        what()
    except sparkflow.SparkflowError as error:
        return f"{type(error).__name__}: {error}"

def content(name):
    return sorted([*row] for row in spark.sql(f"SELECT word, n FROM {name}").collect())

def again(name, **changes):
    "As an attempt that is tried again would begin, or with changes one of another run."
    task.published.pop(name)
    task.attempt.outputs[name] = dataclasses.replace(task.attempt.outputs[name], **changes)

@part
def append():
    sparkflow.value("missing", refused(lambda: sparkflow.input("back")))
    sparkflow.output("appended", rows)
    first = task.published["appended"]
    again("appended")
    sparkflow.output("appended", rows)
    sparkflow.value("entries", [first, task.published["appended"]])
    sparkflow.value("appended", content("lake.db.words"))
    again("appended", commit="file:///another-run/appended")
    sparkflow.output("appended", rows.select("day", "n", "word"))
    sparkflow.value("another run", content("lake.db.words"))
    sparkflow.value("partitions", [row.data_type for row in spark.sql("DESCRIBE TABLE lake.db.words").collect()
                                   if row.col_name.startswith("Part ")])
    back = sparkflow.input("back")
    sparkflow.value("back", [back.columns, back.count()])

@part
def overwrite():
    sparkflow.output("overwritten", rows)
    again("overwritten", commit="file:///another-run/overwritten")
    sparkflow.output("overwritten", rows.where("n = 1"))
    sparkflow.value("overwritten", content("lake.db.latest"))

@part
def marker():
    for _ in range(2):
        sparkflow.output("kept", rows)                        # a catalog that knows of no commits
        entry = task.published["kept"]["rows"]
        again("kept")
    sparkflow.output("kept", rows)
    sparkflow.value("kept", [content("spark_catalog.default.kept"), entry])

@part
def wrong():
    spark.sql("CREATE TABLE lake.db.typed (word STRING) USING iceberg")
    table = lambda frame: refused(lambda: sparkflow.output("typed", frame))
    sparkflow.value("refused", {
        "fewer columns": table(rows.select("n")),
        "more columns": table(rows.select("word", "n")),
        "geometry": table(spark.sql("SELECT ST_Point(1.0, 2.0) AS word")),
        "declared": refused(lambda: sparkflow.output("declared", rows)),
        "partition": refused(lambda: sparkflow.output("unpartitioned", codes)),
    })
    sparkflow.output("typed", rows.select("word"))
    sparkflow.output("declared", rows.select("word"))
    sparkflow.output("unpartitioned", codes.withColumnRenamed("code", "cod"))

@part
def partitions():
    for name in FILES:
        sparkflow.output(name, codes.selectExpr("*", "ST_Point(n, n) AS g") if name == "geoparquet" else codes)
    read = {name: sparkflow.input(name).select("code", "n") for name in FILES}
    sparkflow.value("files", {name: sorted([*row] for row in frame.collect()) for name, frame in read.items()})

@part
def by_itself():
    codes.write.partitionBy("code").parquet(task.attempt.outputs["by_itself"].uri)
    spark.sql("CREATE TABLE lake.db.by_itself (n INT) USING iceberg")

print("BROKEN", broken)
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    subprocess.run([ROOT / "jars/fetch.sh", "iceberg-35-1100"], check=True)
    folder = tmp_path_factory.mktemp("t")
    commit = {"commit": f"file://{folder}/tables/out/_committed/"}

    def table(name: str, uri: str, **more) -> dict:
        return {"name": name, "uri": uri, "format": "table", "commit": f"{commit['commit']}{name}", **more}

    def files(name: str, **more) -> dict:
        return {"name": name, "format": name, "partitionBy": ["code"], **more}

    schema = "code STRING, n INT"
    out = f"file://{folder}/tables/out"
    outputs = [
        table("appended", "lake.db.words", partitionBy=["years(day)", "bucket(4, word)"]),
        table("overwritten", "lake.db.latest", mode="overwrite"),
        table("kept", "spark_catalog.default.kept", partitionBy=["word"]),
        table("typed", "lake.db.typed"),
        table("declared", "lake.db.declared", schema="word STRING"),
        table("own", "lake.db.by_itself"),
        *map(files, ("parquet", "csv", "json", "geoparquet")),
        {**files("parquet"), "name": "unpartitioned", "partitionBy": ["cod"]},
        {**files("parquet"), "name": "by_itself", "schema": schema},
    ]
    inputs = [
        {"name": "back", "uri": "lake.db.words", "format": "table", "schema": "word STRING, n BIGINT"},
        *(files(name, uri=f"{out}/{name}", schema=schema) for name in ("parquet", "csv", "json", "geoparquet")),
    ]
    conf = {
        "spark.jars": str(JAR),
        "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
        "spark.sql.catalog.lake.type": "hadoop",
        "spark.sql.catalog.lake.warehouse": f"{folder}/lake",
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
        "spark.sql.catalog.spark_catalog": "org.apache.iceberg.spark.SparkSessionCatalog",
        "spark.sql.catalog.spark_catalog.type": "hadoop",
        "spark.sql.catalog.spark_catalog.warehouse": f"{folder}/warehouse",
    }
    program = {"kind": "python", "file": "program/tables.py", "function": None}
    attempt = Attempt(
        folder / "tables", program, files={"tables.py": PROGRAM}, conf=conf, inputs=inputs, outputs=outputs
    )
    return attempt.run()


def test_every_part_ran(ran):
    assert "BROKEN {}" in ran.out
    assert ran.code == 0


def test_an_append_is_there_once_however_often_it_is_tried(ran):
    assert ran.values["appended"] == [["a", 1], ["b", 2]]
    first, second = ran.values["entries"]
    assert first == second
    assert (first["rows"], first["schema"]) == (2, "word STRING,n BIGINT,day DATE")


def test_another_run_appends_and_columns_go_by_their_names(ran):
    assert ran.values["another run"] == [["a", 1], ["a", 1], ["b", 2], ["b", 2]]


def test_a_table_that_is_made_has_the_partitions_that_are_declared(ran):
    assert ran.values["partitions"] == ["years(day)", "bucket(4, word)"]


def test_a_table_is_an_input_of_which_a_schema_says_the_columns(ran):
    assert ran.values["missing"] == "InputMissing: input `back` isn't there: there is no table lake.db.words"
    assert ran.values["back"] == [["word", "n"], 4]


def test_overwrite_replaces_the_rows(ran):
    assert ran.values["overwritten"] == [["a", 1]]


def test_in_a_catalog_without_commits_a_marker_keeps_the_append_from_being_repeated(ran):
    assert ran.values["kept"] == [[["a", 1], ["b", 2]], 2]


def test_data_that_does_not_fit_the_table_is_refused_before_anything_is_written(ran):
    refused = ran.values["refused"]
    assert refused["fewer columns"] == (
        "SchemaMismatch: output `typed`: the table lake.db.typed has a column `word`, the data only `n`"
    )
    assert refused["more columns"] == (
        "SchemaMismatch: output `typed`: the table lake.db.typed has no column `n`; it has `word`"
    )
    assert "column `word` is GEOMETRY, which a table can't hold" in refused["geometry"]
    assert "column `n` BIGINT isn't declared; declared are `word`" in refused["declared"]
    assert refused["partition"] == (
        "SchemaMismatch: output `unpartitioned`: partitionBy names `cod`, but the data has only `code`, `n`"
    )


@pytest.mark.parametrize("name", ["parquet", "csv", "json", "geoparquet"])
def test_partition_columns_are_read_as_they_were_written(ran, name):
    folders = sorted(path.name for path in ran.output(name).iterdir() if path.is_dir())
    assert folders == ["code=01", "code=02"]
    assert ran.values["files"][name] == [["01", 1], ["02", 2]]


def test_what_a_program_writes_itself_in_partitions_or_to_a_table_is_found(ran):
    assert ran.result["outputs"]["by_itself"]["rows"] == 2
    assert ran.result["outputs"]["own"] == {}
