"""SQL whose outputs are views, and what is said of a statement that fails. Each fixture is one run of Spark."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from spark_attempts import Attempt

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
