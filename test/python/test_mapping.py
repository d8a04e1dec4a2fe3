"""What a function of `map` gets and gives, through Fugue on pandas; test_map_spark.py has the same on Spark."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

import pandas as pd
import pyarrow as pa
import pytest
from sparkflow import mapping
from sparkflow.errors import SparkflowError

ROWS = pd.DataFrame({"n": range(5), "country": ["FR", "FR", "FR", "DE", "DE"]})


def frames(df: pd.DataFrame) -> pd.DataFrame:
    return df.assign(size=len(df))


def same_as_its_argument(df: pd.DataFrame):
    return df.assign(size=len(df))


def tables(rows: pa.Table) -> pa.Table:
    return rows.append_column("size", pa.array([rows.num_rows] * rows.num_rows, pa.int32()))


def lists(rows: list[dict]) -> list[dict]:
    return [{**row, "size": len(rows)} for row in rows]


def lazily(rows: Iterator[dict]) -> Iterable[dict]:
    known = list(rows)
    yield from ({**row, "size": len(known)} for row in known)


def in_parts(parts: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
    for part in parts:
        yield part.assign(size=len(part))


def with_params(rows: pd.DataFrame, day: datetime.date, min_n: str, other=5, **more) -> pd.DataFrame:
    assert (day, min_n, other, more) == (datetime.date(2026, 10, 1), "2", 5, {})
    return rows.assign(size=0)


def mapped(function, *, schema="*, size: int", partition=None, **params):
    rows, values = mapping.signature(function, {name.replace("_", "-"): value for name, value in params.items()})
    return mapping.transform(ROWS, function, rows, values, {"schema": schema, "partition": partition})


@pytest.mark.parametrize("function", [frames, same_as_its_argument, tables, lists, lazily, in_parts])
def test_annotations_say_what_the_function_gets(function):
    by_country = mapped(function, partition={"by": ["country"]})
    assert sorted(by_country["size"]) == [2, 2, 3, 3, 3]


def test_params_are_bound_by_name_and_converted_by_their_annotation():
    assert len(mapped(with_params, day="2026-10-01", min_n=2)) == 5


def no_rows():
    pass


def plain(rows):
    return rows


def asks(rows: pd.DataFrame, spark):
    return rows


@pytest.mark.parametrize(
    ("function", "spec", "message"),
    [
        (no_rows, {}, "function no_rows has no argument for the rows that map gives it"),
        (plain, {}, "function plain: the first argument gets rows and must be annotated as pandas.DataFrame"),
        (
            asks,
            {},
            "function asks: argument `spark` is no param of the task; with map there are the rows, in the first",
        ),
        (
            frames,
            {"schema": "*, n: int"},
            "map.schema '*, n: int' doesn't fit the input, which is n:long,country:str: ",
        ),
        (
            frames,
            {"schema": "*-m"},
            "map.schema '*-m' doesn't fit the input, which is n:long,country:str: Can't remove m",
        ),
        (
            frames,
            {"partition": {"by": ["contry"]}},
            "map.partition: the input has no column `contry` (is `country` meant",
        ),
    ],
)
def test_what_can_not_be_is_refused(function, spec, message):
    with pytest.raises(SparkflowError) as refused:
        mapped(function, **spec)
    assert str(refused.value).startswith(message)


def test_partitions_are_fugues_words():
    assert mapping._partition("perRow") == "per_row"
    assert mapping._partition({"by": ["a"], "count": 3}) == {"by": ["a"], "num": 3}
    assert mapping._partition(None) is None
