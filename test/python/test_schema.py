"""Spark's DDL without a JVM, and the check of data against what is declared."""

import json
from pathlib import Path

import pytest
from sparkflow import ddl, schema
from sparkflow.attempt import Data
from sparkflow.errors import SchemaMismatch, SparkflowError

OUTPUT = Data("output", "counts", "file:///x", "parquet")


CASES = json.loads((Path(__file__).parents[1] / "ddl.json").read_text("utf-8"))


@pytest.mark.parametrize(("text", "simple"), CASES["valid"].items())
def test_ddl_gives_the_types_that_spark_gives(text, simple):
    assert ",".join(f"{f['name']}:{schema.simple(f['type'])}" for f in ddl.parse(text)) == simple


@pytest.mark.parametrize(("text", "message"), CASES["refused"].items())
def test_what_is_no_ddl_is_refused_with_the_place(text, message):
    with pytest.raises(ddl.DdlError) as error:
        ddl.parse(text)
    assert message in str(error.value)


def test_a_declared_schema_that_is_no_ddl_is_a_mistake_that_names_the_output():
    with pytest.raises(SparkflowError, match="output `counts`: its schema isn't Spark DDL: expected a type"):
        schema.declared(Data("output", "counts", "file:///x", "parquet", "word STRIN"))


def test_a_schema_as_ddl_can_be_parsed_to_the_same_again():
    fields = ddl.parse("`a b` ARRAY<STRUCT<`c``d`: GEOMETRY, e: DECIMAL(3,1)>>, n BIGINT")
    assert schema.to_ddl(fields) == "`a b` ARRAY<STRUCT<`c``d`: GEOMETRY,e: DECIMAL(3,1)>>,n BIGINT"
    assert ddl.parse(schema.to_ddl(fields)) == fields


def test_the_hash_is_of_names_types_and_order_and_not_of_nullability():
    base = schema.schema_hash(ddl.parse("word STRING, n BIGINT"))
    assert base == "8015b20e"
    assert schema.schema_hash(ddl.parse("word STRING NOT NULL COMMENT 'x', n BIGINT")) == base
    assert schema.schema_hash(ddl.parse("n BIGINT, word STRING")) != base


@pytest.mark.parametrize(
    ("have", "want", "message"),
    [
        ("word STRING", "word STRING, n BIGINT", "column `n` BIGINT is declared, but the data has only `word`"),
        (
            "word STRING, cnt BIGINT",
            "word STRING, cont BIGINT",
            "but the data has only `word`, `cnt` (is `cnt` meant?)",
        ),
        ("word STRING, n INT", "word STRING, n BIGINT", "column `n` is INT, but BIGINT is declared; cast the column"),
        ("word STRING, n INT", "word STRING", "column `n` INT isn't declared; declared are `word`"),
        ("n INT, n STRING", "n INT", "column `n` occurs twice"),
        ("Word STRING", "word STRING", "column `word` STRING is declared, but the data has only `Word`"),
        ("a ARRAY<INT>", "a ARRAY<BIGINT>", "is ARRAY<INT>, but ARRAY<BIGINT> is declared"),
        ("g BINARY", "g GEOMETRY", "is BINARY, but GEOMETRY is declared"),
    ],
)
def test_a_difference_is_told_with_the_column_and_both_sides(have, want, message):
    with pytest.raises(SchemaMismatch) as error:
        schema.check(OUTPUT, ddl.parse(have), ddl.parse(want))
    assert message in str(error.value)
    assert str(error.value).startswith("output `counts`: ")


@pytest.mark.parametrize(
    ("have", "want"),
    [("n BIGINT, word STRING", "word STRING, n BIGINT"), ("n INT NOT NULL", "n INT"), ("v STRING", "v VARCHAR(3)")],
)
def test_order_nullability_and_lengths_are_no_difference(have, want):
    schema.check(OUTPUT, ddl.parse(have), ddl.parse(want))


def test_more_columns_are_fine_for_an_input():
    schema.check(OUTPUT, ddl.parse("a INT, b INT"), ddl.parse("b INT"), more=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a INT, g GEOMETRY", ("g", "GEOMETRY")),
        ("a MAP<STRING,STRUCT<x: GEOMETRY>>", ("a", "MAP<STRING,STRUCT<x: GEOMETRY>>")),
        ("geometry STRING, s STRUCT<geometry: STRING>", None),
    ],
)
def test_a_geometry_is_found_at_any_depth_by_its_type(text, found):
    assert schema.column_with_sedona_type(ddl.parse(text)) == found
