"""GeoParquet: what crs files have, and what is refused. Each fixture is one run of Spark."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from spark_attempts import Attempt

SCRIPT = {"kind": "python", "file": "program/words.py", "function": None}


def footer(folder: Path) -> dict:
    """The schema's Arrow form and the `geo` metadata of the first file."""
    path = sorted(folder.glob("*.parquet"))[0]
    metadata = parquet.read_metadata(path)
    return {
        "geo": json.loads((metadata.metadata or {}).get(b"geo", b"{}")),
        "names": metadata.schema.to_arrow_schema().names,
    }


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
