"""Real runs of the driver: each fixture is one run of Spark, and each test says one thing that must hold of it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from conftest import LIBRARY
from spark_attempts import Attempt, class_path

SCRIPT = {"kind": "python", "file": "program/words.py", "function": None}
FUNCTION = {"kind": "python", "file": "program/words.py", "function": "count"}


def digest(simple: str) -> str:
    """The schema's hash, from its simple string."""
    return hashlib.sha256(simple.encode()).hexdigest()[:8]


def footer(folder: Path) -> dict:
    """The schema's Arrow form and the `geo` metadata of the first file."""
    path = sorted(folder.glob("*.parquet"))[0]
    metadata = parquet.read_metadata(path)
    return {
        "geo": json.loads((metadata.metadata or {}).get(b"geo", b"{}")),
        "names": metadata.schema.to_arrow_schema().names,
    }


# --- a plain script, which makes its own session ---

PLAIN = """
import atexit, os, sys
from pyspark.sql import SparkSession
from helper import shout                                     # beside the program; workers need it too
import mailed, packed                                        # of spark.submit.pyFiles
builder = SparkSession.builder.appName("mine").master("local[1]").config("spark.sql.shuffle.partitions", "3")
spark = builder.getOrCreate()
print(sys.argv[1:], __name__, spark.conf.get("spark.sql.shuffle.partitions"), spark.sparkContext.appName)
words = spark.sparkContext.parallelize(["a", "b", "a"]).map(shout).collect()
print(words, "PYSPARK_GATEWAY_PORT" in os.environ, mailed.name, packed.name)
spark.createDataFrame([(w,) for w in words], "word STRING").write.parquet(os.environ["SPARKFLOW_OUTPUT_WORDS"])
open(os.environ["SPARKFLOW_VALUES_FILE"], "w").write('{"own": true}')
atexit.register(lambda: print("goodbye"))
spark.stop()
sys.exit(0)
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("t")
    (folder / "words.py").write_text(PLAIN)
    (folder / "mailed.py").write_text("name = 'mailed'\n")
    with zipfile.ZipFile(folder / "packed.zip", "w") as archive:
        archive.writestr("packed.py", "name = 'packed'\n")
    program = {"kind": "python", "file": "viewfs://elsewhere/words.py", "function": None}
    return Attempt(
        folder / "plain",
        program,
        files={"helper.py": "def shout(word): return word.upper()\n"},
        args=["--x", "1"],
        conf={"spark.submit.pyFiles": f"viewfs://elsewhere/mailed.py,file://{folder}/packed.zip"},
        outputs=[{"name": "words", "format": "parquet", "schema": "word STRING"}],
    ).run()


def test_a_plain_script_runs_unchanged(plain):
    """Its own file is at a URL, as are modules that it imports before it makes its session."""
    assert plain.code == 0
    assert plain.out.splitlines() == ["['--x', '1'] __main__ 3 mine", "['A', 'B', 'A'] False mailed packed", "goodbye"]


def test_a_master_of_the_scripts_own_is_told_in_one_line_and_nothing_else_is_said(plain):
    (line,) = plain.err.splitlines()
    assert "the program sets the master local[1] itself, the task's engine has local[2]" in line


def test_an_output_that_the_script_wrote_itself_is_found_and_counted(plain):
    expected = {"rows": 3, "schemaHash": digest("struct<word:string>"), "schema": "word STRING"}
    assert plain.result == {"outcome": "Succeeded", "values": {"own": True}, "outputs": {"words": expected}}


def test_nothing_of_the_driver_is_left_in_the_temporary_folder(plain):
    assert os.listdir(plain.folder / "tmp") == []


# --- a function, with everything that it may get and give ---

TYPED = """
from __future__ import annotations
import datetime, pathlib, typing
import sparkflow
if typing.TYPE_CHECKING:
    import pandas as pd, pyarrow as pa

DDL = ["a BIGINT, b DECIMAL(5,2), c ARRAY<STRUCT<x: INT, y: MAP<STRING, DATE>>>, d TIMESTAMP_NTZ, e VARCHAR(3), f REAL",
       "i INTERVAL DAY TO SECOND, j INTERVAL YEAR TO MONTH, k INTERVAL, `l m` BINARY NOT NULL, n dec, o byte, p short"]
GEO = "g GEOMETRY, h ARRAY<GEOMETRY> COMMENT 'c', s STRUCT<x: geometry NOT NULL>"

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
    from sparkflow import ddl, launch, schema
    ours = lambda text: schema.simple({"type": "struct", "fields": ddl.parse(text)})
    fields = lambda json: schema.simple(__import__("json").loads(json))
    parser = spark._jsparkSession.sessionState().sqlParser()
    sparks = [fields(parser.parseTableSchema(text).json()) for text in DDL]
    value("ddl", [ours(text) == its.replace("varchar(3)", "string") for text, its in zip(DDL, sparks)]
          + [ours(GEO) == fields(parser.parsePlan(f"CREATE TABLE t ({GEO}) USING parquet").tableSchema().json())])
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
    return Attempt(
        folder / "typed", FUNCTION, files={"words.py": TYPED}, inputs=inputs, outputs=outputs, params=params, conf=conf
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
    assert typed.values["ddl"] == [True, True, True]


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


# --- SQL ---

SQL = r"""
-- a comment; with a semicolon
CREATE OR REPLACE TEMP VIEW counts AS
  SELECT word, count(*) AS n FROM `all-words` WHERE word <> ';' AND array_contains(:some, word) GROUP BY word;
/* nested /* ; */ comment */
CREATE TEMPORARY VIEW IDENTIFIER(:view) AS SELECT :day AS day, :numbers AS numbers, "it\"s;" AS text;
SET spark.sql.shuffle.partitions = 1;
SELECT word, n FROM all_words_counted ORDER BY word
"""


@pytest.fixture(scope="module")
def sql(tmp_path_factory):
    folder = tmp_path_factory.mktemp("t")
    (folder / "words.json").write_text('{"word": "a"}\n{"word": "b"}\n{"word": "a"}\n{"word": ";"}\n')
    statements = SQL.replace("all_words_counted", "counts")
    params = {
        "some": {"type": "list", "items": "string", "value": ["a", "b"]},
        "numbers": {"type": "list", "items": "integer", "value": [1, 3000000000]},
        "day": {"type": "date", "value": "2026-10-01"},
        "view": {"type": "string", "value": "other"},
    }
    inputs = [{"name": "all-words", "format": "json", "uri": f"file://{folder}/words.json"}]
    outputs = [
        {"name": "counts", "format": "json", "schema": "n BIGINT, word STRING"},
        {"name": "other", "format": "json"},
    ]
    program = {"kind": "sql", "statements": statements}
    return Attempt(folder / "sql", program, params=params, inputs=inputs, outputs=outputs).run()


def lines_of(folder: Path) -> list[dict]:
    return [json.loads(line) for path in folder.glob("*.json") for line in path.read_text().splitlines()]


def test_an_output_of_sql_is_the_view_of_its_name_and_params_are_bound(sql):
    assert sql.code == 0
    assert sorted(lines_of(sql.output("counts")), key=str) == [{"n": 1, "word": "b"}, {"n": 2, "word": "a"}]
    assert lines_of(sql.output("other")) == [{"day": "2026-10-01", "numbers": [1, 3000000000], "text": 'it"s;'}]


def test_what_the_last_statement_selects_is_shown(sql):
    assert "|   a|  2|" in sql.out


def test_sql_that_works_says_nothing_in_the_log(sql):
    assert sql.err == ""


def test_a_failing_statement_is_told_with_its_place_and_a_caret(tmp_path):
    statements = "SELECT 1;\n\n  SELECT id,\n    idd\n  FROM range(3);\nSELECT 2"
    failed = Attempt(tmp_path / "bad", {"kind": "sql", "statements": statements}).run()
    assert failed.code == 1
    assert failed.error["class"] == "AnalysisException"
    assert failed.error["at"] == "statements:4"
    first, *rest = failed.error["message"].splitlines()
    assert first.startswith("statement 2 of 3, line 4: [UNRESOLVED_COLUMN") and "`idd`" in first
    assert rest == ["    idd", "    ^"]


# --- an exception in a Python worker ---

BROKEN = """
import sparkflow
from pyspark.sql import functions as F
def clean(word):
    return {}["key of " + word]
def count(words):
    sparkflow.value("spark-env.sh", words.sparkSession._jvm.java.lang.System.getenv("FROM_SPARK_ENV"))
    return words.select(F.udf(clean, "string")("word").alias("word"))
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("t")
    (folder / "words.json").write_text('{"word": "a"}\n')
    inputs = [{"name": "words", "format": "json", "uri": f"file://{folder}/words.json"}]
    outputs = [{"name": "counts", "format": "parquet"}]
    (folder / "conf").mkdir()
    (folder / "conf" / "spark-env.sh").write_text("FROM_SPARK_ENV=yes\n")
    env = {"SPARK_CONF_DIR": f"{folder}/conf"}
    return Attempt(folder / "udf", FUNCTION, files={"words.py": BROKEN}, inputs=inputs, outputs=outputs, env=env).run()


def test_a_udfs_exception_is_the_tasks_failure_with_its_own_line(broken):
    assert broken.code == 1
    assert broken.result["error"] == {"class": "KeyError", "message": "'key of a'", "at": "words.py:5"}


def test_values_from_before_a_failure_are_kept_and_a_spark_env_sh_is_sourced(broken):
    """This run has one, so that spark-submit starts its JVM."""
    assert broken.values == {"spark-env.sh": "yes"}


def test_the_log_has_the_short_form_before_the_traceback_and_no_noise_after_it(broken):
    lines = broken.err.splitlines()
    assert lines[lines.index("KeyError: 'key of a' at words.py:5") + 1] == "Traceback (most recent call last):"
    assert "Exception while sending command" not in broken.err


# --- GeoParquet ---

GEO = """
import os, pathlib, sparkflow
from pyspark.sql import SparkSession
from pyspark.sql.functions import expr
spark = SparkSession.builder.getOrCreate()
refused = {}
def refuse(name, frame):
    try:
        sparkflow.output(name, frame)
    except sparkflow.SparkflowError as error:
        refused[name] = f"{type(error).__name__}: {error}"
metres = spark.sql("SELECT id, ST_Transform(ST_Point(2.0 + id, 48.0), 'EPSG:4326', 'EPSG:3857') AS g FROM range(3)")
plain = spark.sql("SELECT id, ST_Point(2.0 + id, 48.0) AS g FROM range(3)")
lambert = spark.sql("SELECT id % 2 AS id, ST_SetSRID(ST_Point(id * 1.0, 1.0), 2154) AS g FROM range(8)")
shuffled = lambert.groupBy("id").agg(expr("ST_Union_Aggr(g)").alias("g"))
for name in ("as_csv", "as_json", "as_text", "as_parquet"):
    refuse(name, plain.select("g"))
refuse("wrong_crs", metres)
refuse("mixed", spark.sql("SELECT ST_SetSRID(ST_Point(1.0, 1.0), CAST(4326 + id AS INT)) AS g FROM range(2)"))
refuse("no_geometry", plain.select("id"))
sparkflow.output("declared", plain.selectExpr("id", "ST_Transform(ST_SetSRID(g, 4326), 'EPSG:3857') AS g"))
sparkflow.output("derived", shuffled)
sparkflow.output("unknown", plain)
srid = lambda frame: sorted({row.s for row in frame.selectExpr("ST_SRID(g) AS s").collect()})
read = sparkflow.input
sparkflow.value("srids", {name: srid(read(name)) for name in ("roads", "unset")})
again = spark.read.format("geoparquet").load(os.environ["SPARKFLOW_OUTPUT_DECLARED"])
sparkflow.value("sedona", srid(again))
task = sparkflow._task
sparkflow.value("pandas", [type(g).__name__ for g in task.input("roads", "pandas")["g"]])
table = task.input("roads", "arrow")
sparkflow.output("arrow", table)
sparkflow.output("pandas", task.input("roads", "pandas"))
try:
    read("nothing")
except sparkflow.InputMissing as error:
    refused["nothing"] = str(error)
sparkflow.value("refused", refused)
sparkflow.output("mismatch", plain.selectExpr("CAST(id AS INT) AS id", "g"))
"""
PROJJSON = {"type": "ProjectedCRS", "name": "x", "id": {"authority": "EPSG", "code": 3857}}


def geo_file(path: Path, crs: object) -> None:
    """A GeoParquet file with one point, as another program would write it; a crs of None is the format's null."""
    import pyarrow
    import shapely

    table = pyarrow.table({"g": [shapely.to_wkb(shapely.Point(1, 2))], "name": ["a"]})
    column = {"encoding": "WKB", "geometry_types": ["Point"], "crs": crs}
    geo = json.dumps({"version": "1.1.0", "primary_column": "g", "columns": {"g": column}})
    parquet.write_table(table.replace_schema_metadata({"geo": geo}), path)


@pytest.fixture(scope="module")
def geo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("t")
    geo_file(folder / "roads.parquet", PROJJSON)
    geo_file(folder / "unset.parquet", None)
    geoparquet, point = {"format": "geoparquet"}, "id BIGINT, g GEOMETRY"
    inputs = [
        {"name": "roads", **geoparquet, "uri": f"file://{folder}/roads.parquet", "schema": "g GEOMETRY"},
        {"name": "unset", **geoparquet, "uri": f"file://{folder}/unset.parquet"},
        {"name": "nothing", **geoparquet, "uri": f"file://{folder}/nothing"},
    ]
    outputs = [
        *({"name": f"as_{format}", "format": format} for format in ("csv", "json", "text", "parquet")),
        {"name": "wrong_crs", **geoparquet, "crs": "EPSG:2154"},
        *({"name": name, **geoparquet} for name in ("mixed", "no_geometry", "unknown", "arrow", "pandas", "derived")),
        {"name": "declared", **geoparquet, "crs": "EPSG:3857", "schema": "g GEOMETRY, id BIGINT"},
        {"name": "mismatch", **geoparquet, "schema": point},
    ]
    return Attempt(folder / "geo", SCRIPT, files={"words.py": GEO}, inputs=inputs, outputs=outputs).run()


def crs_of(outcome, name: str):
    crs = footer(outcome.output(name))["geo"]["columns"]["g"]["crs"]
    return crs and crs["id"]


def test_a_declared_crs_is_in_the_file(geo):
    assert crs_of(geo, "declared") == {"authority": "EPSG", "code": 3857}
    assert footer(geo.output("declared"))["names"] == ["g", "id"]


def test_without_a_declared_crs_the_geometries_srid_is(geo):
    assert crs_of(geo, "derived") == {"authority": "EPSG", "code": 2154}


def test_without_an_srid_the_files_crs_is_unknown(geo):
    assert crs_of(geo, "unknown") is None


def test_geometries_that_are_read_have_the_srid_of_the_files_crs(geo):
    assert geo.values["srids"] == {"roads": [3857], "unset": [0]}


def test_sedona_itself_does_not_set_the_srid(geo):
    """If this fails Sedona does it by now, and `with_srid` can go, for the sake of its spatial filter pushdown."""
    assert geo.values["sedona"] == [0]


def test_geometries_survive_pandas_and_arrow_with_their_crs(geo):
    assert geo.values["pandas"] == ["Point"]
    assert crs_of(geo, "pandas") == crs_of(geo, "arrow") == {"authority": "EPSG", "code": 3857}


@pytest.mark.parametrize("format", ["csv", "json", "text", "parquet"])
def test_a_geometry_is_refused_by_other_formats(geo, format):
    message = f"SchemaMismatch: output `as_{format}`: column `g` is GEOMETRY, which format {format} can't hold"
    assert geo.values["refused"][f"as_{format}"].startswith(message)
    assert "geoparquet" in geo.values["refused"][f"as_{format}"]


def test_another_crs_than_the_declared_one_is_refused(geo):
    assert "geometry `g` has SRID 3857, but crs EPSG:2154 is declared" in geo.values["refused"]["wrong_crs"]


def test_several_srids_in_a_column_are_refused(geo):
    assert "geometry `g` mixes the SRIDs 4326 and 4327" in geo.values["refused"]["mixed"]


def test_geoparquet_without_a_geometry_is_refused(geo):
    assert "format geoparquet needs a geometry column" in geo.values["refused"]["no_geometry"]


def test_a_missing_input_is_told_with_its_name_and_uri(geo):
    assert geo.values["refused"]["nothing"].startswith("input `nothing` isn't there: nothing exists at file:///")


def test_a_mismatch_fails_the_task_and_nothing_is_written(geo):
    assert geo.code == 1
    assert geo.error["class"] == "SchemaMismatch"
    assert geo.error["message"].startswith("output `mismatch`: column `id` is INT, but BIGINT is declared")
    assert geo.error["at"].startswith("words.py:")
    assert not geo.output("mismatch").exists()


# --- the archive, conf/, secrets ---


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The training run's archive."""
    folder = tmp_path_factory.mktemp("t")
    program = {"kind": "python", "file": str(LIBRARY / "sparkflow" / "training.py"), "function": None}
    run = Attempt(folder / "training", program, env={"SPARKFLOW_CDS_DUMP": f"{folder}/driver.jsa"}).run()
    assert run.code == 0
    return folder / "driver.jsa"


CONFIGURED = """
import os, sparkflow
def count(spark):
    get = spark.sparkContext.getConf().get
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()
    sparkflow.value("secret", get("spark.some.key"))
    sparkflow.value("outer", get("spark.outer"))
    sparkflow.value("core-site", hadoop.get("own.key"))
    files = [name for place in ("/dev/shm", os.environ["TMPDIR"]) for _, _, names in os.walk(place) for name in names]
    sparkflow.value("left", files.count("spark.properties"))
    spark._jvm.org.slf4j.LoggerFactory.getLogger("own.logger").info("the user's log configuration counts")
"""
LOG4J = """
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = OWN %p %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.own.name = own.logger
logger.own.level = info
"""


@pytest.fixture(scope="module")
def configured(tmp_path_factory, archive):
    folder = tmp_path_factory.mktemp("t")
    site = "<configuration><property><name>own.key</name><value>own value</value></property></configuration>"
    return Attempt(
        folder / "configured",
        FUNCTION,
        files={"words.py": CONFIGURED},
        conf_files={"core-site.xml": site, "log4j2.properties": LOG4J},
        secret={"spark.some.key": "SF_SECRET_1"},
        extra=[["spark.outer", " spaces "]],
        env={"SF_SECRET_1": "p=ä\\ #1\nsecond", "SPARKFLOW_CDS_ARCHIVE": str(archive)},
        jvm={"options": ["-XX:+UseG1GC", f"-Xlog:class+load=info:file={folder}/classes.log"]},
    ).run()


def test_secrets_reach_the_conf_and_no_file_with_them_is_left(configured):
    assert configured.code == 0
    assert configured.values["secret"] == "p=ä\\ #1\nsecond"
    assert configured.values["left"] == 0


def test_outer_spaces_reach_the_conf(configured):
    assert configured.values["outer"] == " spaces "


def test_the_attempts_conf_folder_is_hadoops_and_the_logs(configured):
    assert configured.values["core-site"] == "own value"
    assert "OWN INFO the user's log configuration counts" in configured.err


def test_a_conf_folder_does_not_cost_the_archive(configured):
    loaded = (configured.folder.parent / "classes.log").read_text().splitlines()
    archived = [line for line in loaded if "shared objects file (top)" in line]
    spark = [
        line for line in loaded if " org.apache.spark." in line and "Lambda" not in line and "source: file:" in line
    ]
    assert len(archived) > 4000
    assert len(archived) > 10 * len(spark)


# --- a jar ---

JAVA = """
import java.nio.file.*;
import org.apache.spark.sql.*;
public class Job {
  public static void main(String[] args) throws Exception {
    SparkSession spark = SparkSession.builder().getOrCreate();
    System.out.println("top " + args[0] + " " + spark.conf().get("spark.some.key"));
    spark.range(5).selectExpr("id AS n").write().parquet(System.getenv("SPARKFLOW_OUTPUT_NUMBERS"));
    Files.writeString(Path.of(System.getenv("SPARKFLOW_VALUES_FILE")), "{\\"five\\": 5}");
    spark.stop();
    if (args[0].equals("exit")) System.exit(3);
  }
}
"""


@pytest.fixture(scope="module")
def jar(tmp_path_factory):
    """A jar with one class, compiled against Spark's jars."""
    folder = tmp_path_factory.mktemp("jar")
    (folder / "Job.java").write_text(JAVA)
    subprocess.run(["javac", "-cp", os.pathsep.join(class_path()), "Job.java"], cwd=folder, check=True)
    subprocess.run(["jar", "--create", "--file", "job.jar", "Job.class"], cwd=folder, check=True)
    return folder / "job.jar"


def jar_attempt(folder: Path, jar: Path, outputs: list[dict], *args: str) -> Attempt:
    program = {"kind": "jar", "file": str(jar), "mainClass": "Job"}
    env = {"SF_SECRET_1": "hidden"}
    secret = {"spark.some.key": "SF_SECRET_1"}
    return Attempt(folder, program, outputs=outputs, args=list(args), env=env, secret=secret)


@pytest.fixture(scope="module")
def jar_run(tmp_path_factory, jar):
    numbers = {
        "name": "numbers",
        "format": "parquet",
        "schema": "n BIGINT",
        "uri": "viewfs://elsewhere/jar/out/numbers",
    }
    outputs = [numbers, {"name": "other", "format": "parquet"}]
    return jar_attempt(tmp_path_factory.mktemp("t") / "jar", jar, outputs, "10").run()


def test_a_jar_runs_with_its_arguments_and_secrets(jar_run):
    assert jar_run.out == "top 10 hidden\n"
    assert jar_run.values == {"five": 5}


def test_an_output_that_a_jar_did_not_write_fails_the_task(jar_run):
    """The other one isn't of this machine's file system, and is found there."""
    assert jar_run.code == 1
    assert jar_run.error["class"] == "OutputMissing"
    assert "output `other` is declared, but the program wrote nothing to file:///" in jar_run.error["message"]


def test_a_jars_parquet_is_compared_with_the_declared_schema(jar_run):
    """On the folder that the run above has written, so that no second run of Spark is needed."""
    from sparkflow import footers
    from sparkflow.attempt import Data
    from sparkflow.errors import SchemaMismatch

    uri = f"file://{jar_run.output('numbers')}"
    entry = footers.examine(Data("output", "numbers", uri, "parquet", "n BIGINT"), gateway=None)
    assert entry == {"rows": 5, "schemaHash": digest("struct<n:bigint>"), "schema": "n BIGINT"}
    with pytest.raises(SchemaMismatch, match="column `n` is BIGINT, but INT is declared"):
        footers.examine(Data("output", "numbers", uri, "parquet", "n INT"), gateway=None)


def test_a_jars_exit_code_is_the_tasks(tmp_path, jar):
    ended = jar_attempt(tmp_path / "exit", jar, [{"name": "numbers", "format": "parquet"}], "exit").run()
    assert ended.code == 3
    assert ended.error == {
        "class": "JavaProgramFailed",
        "message": "the program's JVM ended with exit code 3; the log says why",
    }


# --- the end ---

SLEEPER = """
import sparkflow, time
sparkflow.value("begun", 1)
def count(spark):
    print("ready", spark._jvm.java.lang.ProcessHandle.current().pid())
    spark.range(3).foreach(lambda _: time.sleep(60))
"""


def test_sigterm_ends_the_jvm_and_gives_143(tmp_path):
    attempt = Attempt(tmp_path / "term", FUNCTION, files={"words.py": SLEEPER})
    process = attempt.start()
    _, pid = process.stdout.readline().split()
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    outcome = attempt.finish(process)
    assert outcome.code == 143
    assert outcome.result == {
        "outcome": "Failed",
        "error": {"class": "Terminated", "message": "the task was stopped by SIGTERM"},
        "values": {"begun": 1},
    }
    assert not Path(f"/proc/{pid}").exists()


SUICIDE = """
import os, signal
def count(spark):
    os.kill(spark._jvm.java.lang.ProcessHandle.current().pid(), signal.SIGKILL)
    spark.range(3).count()
"""


def test_a_jvm_that_dies_is_the_failure_and_not_py4js_complaint(tmp_path):
    outcome = Attempt(tmp_path / "dies", FUNCTION, files={"words.py": SUICIDE}).run()
    assert outcome.code == 1
    assert outcome.error["class"] == "SparkJvmExited"
    assert outcome.error["message"].startswith("Spark's JVM was ended by SIGKILL; often the machine or the container")
    assert outcome.error["at"] == "words.py:5"
