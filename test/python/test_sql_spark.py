"""SQL programs on Spark: from a file, with params by their types, and what is said of wrong ones."""

import json

import pytest
from spark_attempts import Attempt

TYPED = """-- params of every type
CREATE TEMPORARY VIEW typed AS
  SELECT :day AS day, :at AS at, :n AS n, :x AS x, :flag AS flag, :none AS none, :min_n AS min_n, :days AS days,
         CAST(named_struct('a', 1) AS STRUCT<a :INT>).a AS a;
CREATE TEMPORARY VIEW counted AS SELECT count(*) AS n FROM IDENTIFIER(:view) WHERE n > :min_n
"""


def param(kind: str, value: object, items: str | None = None) -> dict:
    return {"type": kind, "value": value, **({"items": items} if items else {})}


@pytest.fixture(scope="module")
def typed(tmp_path_factory):
    params = {
        "day": param("date", "2026-10-01"),
        "at": param("timestamp", "2026-10-01T03:00:00+02:00"),
        "n": param("integer", 3),
        "x": param("number", 1.5),
        "flag": param("boolean", True),
        "none": param("list", [], "string"),
        "min-n": param("integer", 2),
        "days": param("list", ["2026-10-01", "2026-10-02"], "date"),
        "view": param("string", "typed"),
    }
    outputs = [{"name": "typed", "format": "parquet"}, {"name": "counted", "format": "json"}]
    program = {"kind": "sql", "file": "program/typed.sql"}
    folder = tmp_path_factory.mktemp("t") / "sql"
    return Attempt(folder, program, files={"typed.sql": TYPED}, params=params, outputs=outputs).run()


def test_params_have_their_declared_types_in_sql(typed):
    assert typed.code == 0
    assert typed.result["outputs"]["typed"]["schema"] == (
        "day DATE,at TIMESTAMP,n INT,x DOUBLE,flag BOOLEAN,none ARRAY<STRING>,min_n INT,days ARRAY<DATE>,a INT"
    )


def test_a_param_names_a_view_and_a_dash_is_an_underscore(typed):
    (path,) = [path for path in typed.output("counted").glob("*.json") if path.stat().st_size]
    assert json.loads(path.read_text()) == {"n": 1}


def test_a_marker_of_no_param_is_told_before_the_first_statement_runs(tmp_path):
    statements = "CREATE TABLE made AS SELECT 1 AS a;\nCREATE TEMP VIEW v AS\n  SELECT :top, ':no', :topp"
    program = {"kind": "sql", "statements": statements}
    failed = Attempt(tmp_path / "bad", program, params={"top": param("integer", 1)}).run()
    assert failed.code == 2
    assert failed.error == {
        "class": "SparkflowError",
        "message": "statement 2 of 2, line 3: `:topp` is no param of the task (is `top` meant?); its params are `top`",
    }
    assert not list(tmp_path.rglob("spark-warehouse/made"))


def test_an_error_while_rows_are_computed_has_its_place_in_the_file(tmp_path):
    target = f"INSERT OVERWRITE DIRECTORY '{tmp_path}/never' USING parquet"
    statements = f"SET spark.sql.ansi.enabled = true;\n\n{target}\n  SELECT 1 / id FROM range(1)"
    program = {"kind": "sql", "file": "program/divide.sql"}
    failed = Attempt(tmp_path / "bad", program, files={"divide.sql": statements}).run()
    assert failed.error["class"] == "org.apache.spark.SparkArithmeticException"
    assert failed.error["at"] == "divide.sql:4"
    first, *rest = failed.error["message"].splitlines()
    assert first.startswith("statement 2 of 2, line 4: [DIVIDE_BY_ZERO]")
    assert rest == ["  SELECT 1 / id FROM range(1)", "         ^"]
