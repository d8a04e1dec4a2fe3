"""A function, with everything that it may get and give. Each fixture is one run of Spark."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from spark_attempts import Attempt

FUNCTION = {"kind": "python", "file": "program/words.py", "function": "count"}


def digest(simple: str) -> str:
    """The schema's hash, from its simple string."""
    return hashlib.sha256(simple.encode()).hexdigest()[:8]


DDL = Path(__file__).parents[1] / "ddl.json"  # what the command line and the driver must take and refuse
TYPED = """
from __future__ import annotations
import datetime, json, pathlib, re, typing
import sparkflow
if typing.TYPE_CHECKING:
    import pandas as pd, pyarrow as pa

DDL = json.loads(pathlib.Path(DDL_TABLE).read_text("utf-8"))

def count(spark, lines, people: pd.DataFrame, table: pa.Table, rows: list[dict], doc: pathlib.Path, start_date,
          top: float, tags: list[str], absent=5, **more):
    value = sparkflow.value
    value("kinds", [type(x).__name__ for x in (lines, people, table, rows, doc, start_date, top, tags)])
    value("lines", [row.value for row in lines.collect()])
    value("people", people.to_dict("list"))
    value("table", str(table.schema.field("n").type))
    value("rows", rows[0])
    value("doc", doc.read_text())
    value("absent", [absent, more])
    value("params", {**sparkflow.params, "start-date": sparkflow.params["start-date"]})
    from pyspark.sql.types import StructType
    from sparkflow import launch, schema
    parser = spark._jsparkSession.sessionState().sqlParser()
    def sparks(text):
        geometry = re.search("geometry", text, re.IGNORECASE)  # Sedona knows it in CREATE TABLE only
        parsed = (parser.parsePlan(f"CREATE TABLE t ({text}) USING parquet").tableSchema() if geometry
                  else parser.parseTableSchema(text))
        return re.sub(r"(var)?char\\(\\d+\\)", "string", schema.simple(json.loads(parsed.json()))[len("struct<"):-1])
    def refuses(text):
        try:
            sparks(text)
        except Exception:
            return True
    value("ddl", [text for text, simple in DDL["valid"].items() if sparks(text) != simple]
          + [text for text in DDL["refused"] if not refuses(text)])
    options = spark._jvm.org.apache.spark.launcher.JavaModuleOptions.defaultModuleOptions()
    value("module options", options.split() == list(launch.MODULE_OPTIONS))
    import pandas as pd
    times = pd.to_datetime(["2026-01-01 12:00"] * 2)
    frame = pd.DataFrame({"d": [datetime.date(2026, 1, 1), None], "n": [1.0, None], "t": times})
    refused = {}
    for name, data in {"n": [{"n": "x", "d": None, "t": None}], "fraction": [{"n": 1.5, "d": None, "t": None}],
                       "columns": [{"m": 1}], "type": 3, "none": []}.items():
        try:
            sparkflow.output("untyped" if name == "none" else "frame", data)
        except sparkflow.SparkflowError as error:
            refused[name] = f"{type(error).__name__}: {error}"[:120]
    sparkflow.output("spark", lines.selectExpr("1 AS n", "value AS word"))
    try:
        sparkflow.output("spark", lines)
    except sparkflow.SparkflowError as error:
        refused["twice"] = str(error)
    value("refused", refused)
    return {"frame": frame, "untyped": [{"a": 1, "b": [1]}, {"c": {"x": "y"}}], "table": table, "doc": b"bytes"}
"""


@pytest.fixture(scope="module")
def typed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("t")
    (folder / "a.csv").write_text("name,n\nann,1\nbob,2\n")
    (folder / "lines.txt").write_text("one two\nthree\n")
    csv = {"format": "csv", "uri": f"file://{folder}/a.csv"}
    inputs = [
        {"name": "lines", "format": "text", "uri": f"file://{folder}/lines.txt"},
        {"name": "doc", "format": "file", "uri": "viewfs://elsewhere/lines.txt"},
        {"name": "people", **csv},
        {"name": "table", **csv, "schema": "name STRING, n SMALLINT"},
        {"name": "rows", **csv},
    ]
    outputs = [
        {"name": "frame", "format": "parquet", "schema": "n INT, d DATE, t TIMESTAMP"},
        {"name": "untyped", "format": "json"},
        {"name": "table", "format": "parquet"},
        {"name": "doc", "format": "file", "uri": "viewfs://elsewhere/typed/out/doc"},
        {"name": "spark", "format": "csv", "schema": "word STRING, n INT", "options": {"sep": ";"}},
    ]
    params = {
        "start-date": {"type": "date", "value": "2026-10-01"},
        "top": {"type": "integer", "value": 3},
        "tags": {"type": "list", "items": "string", "value": ["x"]},
    }
    conf = {"spark.sql.session.timeZone": "Europe/Paris"}
    files = {"words.py": TYPED.replace("DDL_TABLE", repr(str(DDL)))}
    return Attempt(
        folder / "typed", FUNCTION, files=files, inputs=inputs, outputs=outputs, params=params, conf=conf
    ).run()


def test_a_functions_arguments_have_the_types_of_their_annotations(typed):
    assert typed.code == 0
    assert typed.values["kinds"] == ["DataFrame", "DataFrame", "Table", "list", "PosixPath", "date", "float", "list"]
    assert typed.values["absent"] == [5, {}]
    assert typed.values["params"] == {"start-date": "2026-10-01", "top": 3, "tags": ["x"]}


def test_inputs_are_read_by_their_format(typed):
    assert typed.values["lines"] == ["one two", "three"]
    assert typed.values["people"] == {"name": ["ann", "bob"], "n": [1, 2]}
    assert typed.values["rows"] == {"name": "ann", "n": 1}
    assert typed.values["doc"] == "one two\nthree\n"


def test_a_csvs_declared_schema_is_applied(typed):
    assert typed.values["table"] == "int16"


def test_our_ddl_is_sparks_and_sedonas(typed):
    assert typed.values["ddl"] == []


def test_the_module_options_are_those_of_sparks_launcher(typed):
    assert typed.values["module options"] is True


def test_a_pandas_frame_gets_the_declared_types_and_the_sessions_time_zone(typed):
    frame = parquet.read_table(typed.output("frame"))
    assert frame.schema.names == ["n", "d", "t"]
    assert [str(kind) for kind in frame.schema.types][:2] == ["int32", "date32[day]"]
    assert frame.column("n").to_pylist() == [1, None]
    assert frame.column("t")[0].as_py().replace(tzinfo=None).isoformat() == "2026-01-01T11:00:00"


def test_rows_are_counted_by_the_write_and_the_schema_is_in_the_result(typed):
    assert typed.result["outputs"]["frame"] == {
        "rows": 2,
        "schemaHash": digest("struct<n:int,d:date,t:timestamp>"),
        "schema": "n INT,d DATE,t TIMESTAMP",
    }
    assert typed.result["outputs"]["untyped"]["schema"] == "a BIGINT,b ARRAY<BIGINT>,c STRUCT<x: STRING>"
    assert typed.result["outputs"]["doc"] == {}


def test_columns_are_put_in_the_declared_order_and_options_reach_the_writer(typed):
    texts = [path.read_text() for path in typed.output("spark").glob("*.csv")]
    assert texts == ["word;n\none two;1\nthree;1\n"]


def test_a_file_output_is_one_file(typed):
    assert typed.output("doc").read_bytes() == b"bytes"


def test_what_can_not_be_an_output_is_refused_by_name(typed):
    refused = typed.values["refused"]
    assert refused["n"].startswith("SchemaMismatch: output `frame`: column `n` is STRING, but INT is declared")
    assert refused["fraction"].startswith(
        "SchemaMismatch: output `frame`: column `n` doesn't fit its declared type int32"
    )
    assert refused["columns"].startswith(
        "SchemaMismatch: output `frame`: column `n` INT is declared, but the data has only"
    )
    assert refused["type"].startswith("SparkflowError: output `frame` of format parquet can't be written from a int")
    assert refused["none"].startswith("SparkflowError: output `untyped`: an empty list has no columns")
    assert refused["twice"].startswith("output `spark` has two sources")
