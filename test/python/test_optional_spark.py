"""Optional inputs that aren't there, in SQL and on another file system."""

from __future__ import annotations

import subprocess
import sys

import pytest
from spark_attempts import Attempt

SQL = "CREATE TEMP VIEW result AS SELECT (SELECT count(*) FROM shapes) + (SELECT max(n) FROM words) AS n"


@pytest.fixture(scope="module")
def attempt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("t")
    (folder / "words.csv").write_text("n\n7\n")
    inputs = [
        {"name": "words", "format": "csv", "uri": "viewfs://elsewhere/wor*.csv", "optional": True},
        {"name": "shapes", "format": "geoparquet", "uri": "viewfs://elsewhere/gone", "optional": True},
        {"name": "nowhere", "format": "csv", "uri": None, "optional": True, "schema": "n INT"},
    ]
    inputs[1]["schema"] = "id BIGINT, g GEOMETRY"
    outputs = [{"name": "result", "format": "json"}]
    return Attempt(folder / "sql", {"kind": "sql", "statements": SQL}, inputs=inputs, outputs=outputs)


def test_in_sql_one_with_a_schema_is_a_view_without_rows(attempt):
    outcome = attempt.run()
    assert outcome.code == 0
    assert [path.read_text() for path in outcome.output("result").glob("*.json")] == ['{"n":7}\n']
    assert "input `shapes` isn't there, which is allowed" in outcome.err


def test_for_a_jar_another_process_asks_the_other_file_system(attempt):
    command = [sys.executable, "-m", "sparkflow.prepare", str(attempt.folder)]
    done = subprocess.run(command, env=attempt.env, cwd=attempt.folder, stdout=subprocess.PIPE, text=True)
    assert done.stdout.splitlines()[-1] == '{"missing": ["shapes"]}'
