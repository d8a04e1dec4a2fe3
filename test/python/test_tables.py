"""Tables: their names, catalogs that last, and what tells that one was written already."""

from __future__ import annotations

import types

import pytest
from sparkflow import commits, formats, tables
from sparkflow.attempt import Data
from sparkflow.errors import SparkflowError


def session(conf: dict | None = None, hadoop: dict | None = None, current: str = "spark_catalog"):
    """As much of a session as the search for a catalog asks."""
    state = types.SimpleNamespace(newHadoopConf=lambda: types.SimpleNamespace(get=(hadoop or {}).get))
    return types.SimpleNamespace(
        conf=types.SimpleNamespace(get=lambda key, default: (conf or {}).get(key, default)),
        catalog=types.SimpleNamespace(currentCatalog=lambda: current),
        _jsparkSession=types.SimpleNamespace(sessionState=lambda: state),
    )


def found(name: str, **more):
    return tables.find(session(**more), Data("output", "rows", name, "table"))


LAKE = {"spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog"}
HIVE = {"spark.sql.catalogImplementation": "hive"}


@pytest.mark.parametrize(
    ("name", "more", "expected"),
    [
        ("lake.db.words", {"conf": LAKE}, ("`lake`.`db`.`words`", "lake")),
        ("words", {"conf": LAKE, "current": "lake"}, ("`words`", "lake")),
        (
            "db.words",
            {"conf": HIVE, "hadoop": {"hive.metastore.uris": "thrift://m"}},
            ("`db`.`words`", "spark_catalog"),
        ),
        ("words", {"conf": {"spark.sql.catalog.spark_catalog": "x.Y"}}, ("`words`", "spark_catalog")),
        ("lake.a b; DROP TABLE x.t", {"conf": LAKE}, ("`lake`.`a b; DROP TABLE x`.`t`", "lake")),
    ],
)
def test_a_table_is_found_by_its_catalog_and_its_name_is_no_text_of_sql(name, more, expected):
    assert found(name, **more) == expected


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("db.words", {}),
        ("spark_catalog.db.words", {"conf": LAKE, "current": "lake"}),
        ("words", {"conf": HIVE}),
        ("laek.db.words", {"conf": LAKE}),
    ],
)
def test_a_catalog_that_ends_with_the_driver_is_refused(name, more):
    with pytest.raises(SparkflowError) as error:
        found(name, **more)
    assert f"output `rows`: the table {name} would be in a catalog of Spark's that ends with this task" in str(
        error.value
    )


@pytest.mark.parametrize("name", ["", "a..b", "a.`b`", "."])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(SparkflowError, match="isn't a table's name; expected CATALOG.DATABASE.TABLE"):
        found(name, conf=LAKE)


def test_a_marker_tells_the_next_attempt_what_was_written(tmp_path):
    commit = f"file://{tmp_path}/task/_committed/rows"
    assert commits.Marker(None, commit).found() is None
    commits.Marker(None, commit).done({"rows": 3, "schema": "n INT"})
    assert commits.Marker(None, commit).found() == {"rows": 3, "schema": "n INT"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("day", ("day",)),
        ("years(day)", ("years", "day")),
        ("bucket(16, id)", ("bucket", "16", "id")),
        ("a (b)", ("a (b)",)),
    ],
)
def test_a_partition_is_a_column_or_a_transform_of_one(text, expected):
    assert formats.transform(text) == expected
