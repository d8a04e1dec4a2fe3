"""Tables of a catalog that lasts (Iceberg's, in a folder), written once per run and task; and partitions of files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from spark_attempts import Attempt

ROOT = Path(__file__).parents[2]
JAR = ROOT / "jars/iceberg-35-1100/iceberg-spark-runtime-3.5_2.12-1.10.0.jar"
PROGRAM = """
import dataclasses, datetime
import sparkflow
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
task = sparkflow._task
refused = {}
def refuse(name, what):
    try:
        what()
    except sparkflow.SparkflowError as error:
        refused[name] = f"{type(error).__name__}: {error}"
rows = spark.createDataFrame([("a", 1, datetime.date(2026, 1, 2)), ("b", 2, datetime.date(2025, 1, 2))],
                             "word STRING, n BIGINT, day DATE")
content = lambda name: sorted([*row] for row in spark.sql(f"SELECT word, n FROM {name}").collect())
def again():
    "As an attempt that is tried again would begin."
    task.published.clear()

refuse("missing", lambda: sparkflow.input("back"))
sparkflow.output("appended", rows)
first = task.published["appended"]
again()
sparkflow.output("appended", rows)
sparkflow.value("entries", [first, task.published["appended"]])
sparkflow.value("appended", content("lake.db.words"))
another_run = dataclasses.replace(task.attempt.outputs["appended"], commit="file:///other-run/appended")
task.attempt.outputs["appended"] = another_run
again()
sparkflow.output("appended", rows.select("day", "n", "word"))
sparkflow.value("another run", content("lake.db.words"))
sparkflow.value("spec", [row.data_type for row in spark.sql("DESCRIBE TABLE lake.db.words").collect()
                         if row.col_name.startswith("Part ")])
sparkflow.value("back", [sparkflow.input("back").columns, sparkflow.input("back").count()])

sparkflow.output("overwritten", rows)
again()
task.attempt.outputs["overwritten"] = dataclasses.replace(task.attempt.outputs["overwritten"], commit="file:///other")
sparkflow.output("overwritten", rows.limit(1))
sparkflow.value("overwritten", content("lake.db.latest"))

sparkflow.output("kept", rows)                               # a catalog that doesn't know commits
again()
sparkflow.output("kept", rows)
sparkflow.value("kept", [content("spark_catalog.default.kept"), task.published["kept"]["rows"]])

refuse("columns", lambda: sparkflow.output("overwritten", rows.drop("day")))
refuse("more columns", lambda: sparkflow.output("overwritten", rows.selectExpr("*", "1 AS x")))
refuse("geometry", lambda: sparkflow.output("overwritten", rows.selectExpr("ST_Point(1.0, 2.0) AS g")))
refuse("schema", lambda: sparkflow.output("typed", rows))

codes = spark.createDataFrame([("01", 1), ("02", 2)], "code STRING, n INT")
for name in ("parquet", "csv", "json"):
    sparkflow.output(name, codes)
sparkflow.output("geoparquet", codes.selectExpr("*", "ST_Point(n, n) AS g"))
sparkflow.value("files", {name: sorted([*row] for row in sparkflow.input(name).select("code", "n").collect())
                          for name in ("parquet", "csv", "json", "geoparquet")})
refuse("partition", lambda: sparkflow.output("unpartitioned", codes))
sparkflow.value("refused", refused)
codes.write.partitionBy("code").parquet(task.attempt.outputs["by_itself"].uri)
spark.sql("CREATE TABLE lake.db.by_itself (n INT) USING iceberg")
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
        table("typed", "lake.db.typed", schema="word STRING"),
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


def test_dev(ran):
    import json
    print(json.dumps(ran.result, indent=1))
    assert 0
