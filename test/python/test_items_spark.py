"""Items of a forEach in a real driver: rows and batches, and the outputs of many drivers read as one input."""

from __future__ import annotations

import json

import pytest
from spark_attempts import Attempt

ONE = """
import pathlib
import sparkflow

def one(spark, name: str, city: dict, k: int):
    assert city["name"] == name and not [key for key in city if key.startswith("_")], city
    sparkflow.value("length", len(name))
    if name == "Nowhere":
        raise LookupError("no such city")
    return {"part": spark.createDataFrame([(name, city["n"], k)], "name STRING, n INT, k INT"), "note": f"{name}!"}
"""
JOIN = """
from pathlib import Path
import sparkflow

def join(parts, batches, notes: list[Path], nothing):
    sparkflow.value("parts", sorted([row._item, row.n] for row in parts.collect()))
    sparkflow.value("batches", sorted([row._item, row.n] for row in batches.collect()))
    sparkflow.value("notes", [note.read_text() for note in notes])
    sparkflow.value("nothing", [nothing.count(), nothing.columns])
"""


def batch(folder, files, first, count):
    """A driver that takes rows of the CSV files, whose order is that of their names."""
    for name, text in files.items():
        (folder / "cities").mkdir(exist_ok=True)
        (folder / "cities" / name).write_text(text)
    rows = {"name": "city", "uri": f"file://{folder}/cities", "format": "csv", "schema": "name STRING, n INT"}
    return Attempt(
        folder / "each",
        {"kind": "python", "file": "program/one.py", "function": "one"},
        files={"one.py": ONE},
        params={
            "name": {"type": "item", "value": ["name"]},
            "city": {"type": "item", "value": []},
            "k": {"type": "integer", "value": 3},
        },
        items={"as": "city", "first": first, "count": count, "batch": True, "rows": rows},
        outputs=[{"name": "part", "format": "json"}, {"name": "note", "format": "file"}],
    )


def test_a_batch_runs_the_function_for_each_of_its_rows_in_one_session(tmp_path):
    files = {"b.csv": "name,n\nBern,3\nKyiv,4\n", "a.csv": "name,n\nRome,1\nOslo,2\n"}
    outcome = batch(tmp_path, files, 1, 3).run()
    assert outcome.code == 0
    parts = {
        folder.name: [json.loads(line) for file in folder.glob("*.json") for line in file.read_text().splitlines()]
        for folder in outcome.output("part").iterdir()
    }
    assert parts == {
        "1": [{"name": "Oslo", "n": 2, "k": 3}],
        "2": [{"name": "Bern", "n": 3, "k": 3}],
        "3": [{"name": "Kyiv", "n": 4, "k": 3}],
    }
    assert sorted(path.read_text() for path in outcome.output("note").iterdir()) == ["Bern!", "Kyiv!", "Oslo!"]
    assert outcome.values == {"length": [4, 4, 4]}
    assert outcome.result["outputs"]["part"]["rows"] == 3


def test_a_failure_names_the_item(tmp_path):
    outcome = batch(tmp_path, {"a.csv": "name,n\nRome,1\nNowhere,2\nOslo,3\n"}, 0, 3).run()
    assert outcome.code == 1
    assert outcome.error["class"] == "LookupError"
    assert outcome.error["message"] == "item 1: no such city"
    assert outcome.error["at"].endswith("one.py:9")


@pytest.fixture(scope="module")
def joined(tmp_path_factory):
    folder = tmp_path_factory.mktemp("t")

    def put(path, text):
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text(text)

    put("each/0/1/part/x.json", '{"n": 10}\n')
    put("each/1/1/part/x.json", '{"n": 11}\n')  # of a driver that failed
    put("each/2/1/part/x.json", '{"n": 12}\n')  # of an attempt that failed
    put("each/2/2/part/x.json", '{"n": 22}\n')
    put("batch/0/1/part/0/x.json", '{"n": 0}\n')
    put("batch/0/1/part/1/x.json", '{"n": 1}\n')
    put("batch/1/4/part/2/x.json", '{"n": 2}\n')
    put("notes/0/1/note.txt", "zero")
    put("notes/1/3/note.txt", "one")
    items = {"count": 3, "batchSize": 1, "attempts": [1, 0, 2]}
    own = f"file://{folder}"
    inputs = [
        {"name": "parts", "format": "json", "uri": f"{own}/each/{{driver}}/{{attempt}}/part", "items": items},
        {
            "name": "batches",
            "format": "json",
            "schema": "n INT",
            "uri": f"{own}/batch/{{driver}}/{{attempt}}/part/{{item}}",
            "items": {"count": 3, "batchSize": 2, "attempts": [1, 4]},
        },
        {
            "name": "notes",
            "format": "file",
            "uri": f"{own}/notes/{{driver}}/{{attempt}}/note.txt",
            "items": {"count": 2, "batchSize": 1, "attempts": [1, 3]},
        },
        {
            "name": "nothing",
            "format": "parquet",
            "schema": "n INT",
            "uri": "none:",
            "items": {"count": 0, "batchSize": 1, "attempts": []},
        },
    ]
    program = {"kind": "python", "file": "program/join.py", "function": "join"}
    outcome = Attempt(folder / "join", program, files={"join.py": JOIN}, inputs=inputs).run()
    assert outcome.code == 0
    return outcome.values


def test_outputs_of_a_for_each_are_one_input_of_the_attempts_that_succeeded_with_the_items_number(joined):
    assert joined["parts"] == [[0, 10], [2, 22]]


def test_outputs_of_batches_are_one_input_by_item(joined):
    assert joined["batches"] == [[0, 0], [1, 1], [2, 2]]


def test_files_of_a_for_each_are_a_list_of_paths_in_the_order_of_items(joined):
    assert joined["notes"] == ["zero", "one"]


def test_the_input_of_no_items_has_the_declared_columns(joined):
    assert joined["nothing"] == [0, ["n", "_item"]]
