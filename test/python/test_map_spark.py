"""`map` on Spark: what the function gets and gives, and what is said of what can't be."""

import json
from pathlib import Path

import pytest
from pyarrow import parquet
from spark_attempts import Attempt

PROGRAM = """
from __future__ import annotations
import datetime, helper
import pandas as pd

def frames(df: pd.DataFrame, day: datetime.date, min_n=1, other=5) -> pd.DataFrame:
    assert isinstance(day, datetime.date) and other == 5
    return df.assign(size=len(df), note=helper.note(day, min_n))

def lists(rows: list[dict], **more) -> list[dict]:
    return [{"country": rows[0]["country"], "total": sum(row["n"] for row in rows)}]

def fails(df: pd.DataFrame) -> pd.DataFrame:
    return check(df)

def check(df):
    if 3 in set(df.n):
        raise ValueError("no such plaza: 3")
    return df
"""
ROWS = [{"n": n, "country": "FR" if n < 3 else "DE"} for n in range(5)]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Runs one function of the program over the rows."""
    folder = tmp_path_factory.mktemp("map")
    (folder / "rows.json").write_text("".join(json.dumps(row) + "\n" for row in ROWS))

    def run(function: str, schema: str, partition=None, **params):
        program = {"kind": "python", "file": "program/words.py", "function": function}
        program["map"] = {"input": "rows", "partition": partition, "schema": schema}
        return Attempt(
            folder / f"{function}-{len(list(folder.iterdir()))}",
            program,
            files={"words.py": PROGRAM, "helper.py": "def note(day, n): return f'{day} {n}'\n"},
            params=params,
            inputs=[
                {
                    "name": "rows",
                    "format": "json",
                    "uri": f"file://{folder}/rows.json",
                    "schema": "n INT, country STRING",
                }
            ],
            outputs=[{"name": "done", "format": "parquet"}],
        ).run()

    return run


def rows_of(folder: Path) -> list[dict]:
    return sorted(parquet.read_table(folder).to_pylist(), key=str)


def test_a_row_at_a_time_with_params_by_name(run):
    params = {"day": {"type": "date", "value": "2026-10-01"}, "min-n": {"type": "integer", "value": 2}}
    done = run("frames", "*, size: int, note: str", "perRow", **params)
    assert done.code == 0
    assert done.result["outputs"]["done"]["schema"] == "n INT,country STRING,size INT,note STRING"
    assert rows_of(done.output("done")) == sorted(({**row, "size": 1, "note": "2026-10-01 2"} for row in ROWS), key=str)


def test_a_group_at_a_time(run):
    done = run("lists", "country: str, total: long", {"by": ["country"]})
    assert rows_of(done.output("done")) == [{"country": "DE", "total": 7}, {"country": "FR", "total": 3}]


def test_an_exception_on_an_executor_is_the_tasks_failure_with_the_users_line(run):
    failed = run("fails", "*", "perRow")
    assert failed.code == 1
    assert failed.error == {"class": "ValueError", "message": "no such plaza: 3", "at": "words.py:18"}
