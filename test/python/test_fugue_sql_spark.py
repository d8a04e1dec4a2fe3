"""Fugue SQL on Spark: inputs by name, params as literals, functions beside the query, YIELD, and errors."""

import json
from pathlib import Path

import pytest
from pyarrow import parquet
from spark_attempts import Attempt

QUERY = """
some = select n, country from raw_rows where country in (
  {%- for c in countries %}{{ c }}{% if not loop.last %}, {% endif %}{% endfor -%})
TRANSFORM some PREPARTITION BY country USING helper.total(weight={{ weight }}, note={{ note }})
  SCHEMA country:str,total:long,note:str
  YIELD DATAFRAME AS totals
SELECT n, {{ note }} AS note, {{ day }} AS day, {{ tags }} AS tags FROM raw_rows WHERE n > {{ min_n }}
  YIELD DATAFRAME AS other_rows
"""
HELPER = """
import pandas as pd
def total(df: pd.DataFrame, weight: int, note: str) -> pd.DataFrame:
    return pd.DataFrame({"country": df.country[:1], "total": df.n.sum() * weight, "note": note})
"""
NOTE = 'it\'s \\ "x"  {{ 7 * 7 }} `--` /* */ ; é😀\n\t${env.HOME} $(x)'


def attempt(folder: Path, query: str, *, outputs: list[dict], **params) -> Attempt:
    folder.mkdir(exist_ok=True)
    rows = ({"n": n, "country": country} for n, country in enumerate(["FR", "FR", "D'E", "IT"]))
    (folder / "rows.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Attempt(
        folder / "fugue",
        {"kind": "fugueSql", "file": "program/report.fsql"},
        files={"report.fsql": query, "helper.py": HELPER},
        params=params,
        inputs=[{"name": "raw-rows", "format": "json", "uri": f"file://{folder}/rows.json"}],
        outputs=outputs,
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    return attempt(
        tmp_path_factory.mktemp("t"),
        QUERY,
        outputs=[{"name": "totals", "format": "parquet"}, {"name": "other-rows", "format": "parquet"}],
        **{
            "countries": {"type": "list", "value": ["FR", "D'E"]},
            "weight": {"type": "integer", "value": 10},
            "note": {"type": "string", "value": NOTE},
            "day": {"type": "date", "value": "2026-10-01"},
            "tags": {"type": "list", "items": "integer", "value": [1, 2]},
            "min-n": {"type": "integer", "value": 2},
        },
    ).run()


def test_what_is_yielded_is_the_output_of_its_name(done):
    assert done.code == 0
    assert sorted(parquet.read_table(done.output("totals")).to_pylist(), key=str) == [
        {"country": "D'E", "total": 20, "note": NOTE},
        {"country": "FR", "total": 10, "note": NOTE},
    ]


def test_params_are_literals_of_their_types(done):
    assert done.result["outputs"]["other-rows"]["schema"] == "n BIGINT,note STRING,day DATE,tags ARRAY<INT>"
    (row,) = parquet.read_table(done.output("other-rows")).to_pylist()
    assert (row["n"], row["note"]) == (3, NOTE)


def test_what_fugue_can_not_parse_has_its_line_and_carets(tmp_path):
    failed = attempt(tmp_path, "some = SELECT * FROM raw_rows\nSELEC n FROM some", outputs=[]).run()
    assert failed.error == {
        "class": "FugueSQLSyntaxError",
        "message": "line 2: syntax error\nSELEC n FROM some\n        ^^^^",
        "at": "report.fsql:2",
    }
    assert "Traceback" not in failed.err


def test_a_column_that_is_not_there_is_told_without_a_stack(tmp_path):
    failed = attempt(tmp_path, "SELECT nope FROM raw_rows", outputs=[{"name": "x", "format": "json"}]).run()
    assert failed.error["class"] == "AnalysisException"
    assert failed.error["message"].startswith("line 1: [UNRESOLVED_COLUMN")
    assert failed.error["message"].endswith("\nSELECT nope FROM raw_rows")
    assert failed.error["at"] == "report.fsql:1"
    assert failed.err.splitlines() == [
        f"AnalysisException: {line}" if at == 0 else line
        for at, line in enumerate(failed.error["message"].splitlines())
    ] + ["at report.fsql:1"]
