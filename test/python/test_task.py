"""Which output comes from where, without Spark: what would be written is only noted."""

from __future__ import annotations

import datetime
import json
import types
from pathlib import Path

import pytest
from sparkflow import attempt as attempts
from sparkflow import convert, formats
from sparkflow.errors import InputMissing, OutputMissing, SchemaMismatch, SparkflowError
from sparkflow.task import Task


@pytest.fixture
def task(tmp_path, monkeypatch):
    """Makes a task with these outputs, and a Spark that can't do anything."""
    written = {}

    def write(session, data, frame):
        if frame == "refused":
            raise SchemaMismatch(f"{data}: no")
        written[data.name] = frame
        return {"rows": 1}

    monkeypatch.setattr(formats, "write", write)
    monkeypatch.setattr(convert, "to_frame", lambda session, data, value: value)

    def make(*names, format="parquet", **spec):
        outputs = [{"name": name, "format": format, "uri": f"file://{tmp_path}/out/{name}"} for name in names]
        program = {"kind": "python", "file": "a.py"}
        attempt = {"apiVersion": attempts.API_VERSION, "program": program, "outputs": outputs, **spec}
        (tmp_path / "attempt.json").write_text(json.dumps(attempt))
        made = Task(attempts.load(tmp_path))
        made.spark, made.written = types.SimpleNamespace(session=None), written
        return made

    return make


def test_what_a_function_returns_is_the_only_output(task):
    found = task("counts")
    found.returned("data")
    assert found.written == {"counts": "data"}


def test_where_no_output_is_declared_a_dict_is_the_tasks_values(task):
    found = task()
    found.returned({"n": 3, "day": datetime.date(2026, 1, 2)})
    assert found.values == {"n": 3, "day": "2026-01-02"}
    with pytest.raises(SparkflowError, match="value `frame` isn't JSON"):
        found.returned({"frame": object()})


def test_tables_are_written_last_since_nothing_takes_them_back(task, monkeypatch):
    order = []
    found = task(outputs=[{"name": n, "format": f, "uri": n} for n, f in (("a", "table"), ("b", "csv"))])
    monkeypatch.setattr(found, "output", lambda name, data: order.append(name))
    found.returned({"a": "rows", "b": "rows"})
    assert order == ["b", "a"]


def test_of_several_outputs_a_dict_is_returned_in_which_a_dash_matches_an_underscore(task):
    found = task("by-country", "total", "rest")
    found.returned({"by_country": "a", "total": "b", "rest": None})
    assert found.written == {"by-country": "a", "total": "b"}


@pytest.mark.parametrize(
    ("outputs", "returned", "message"),
    [
        ((), "data", "the function returned a str, but the task declares no output"),
        (("a", "b"), "data", "with the outputs `a`, `b` a dict of output names and data is expected"),
        (("a", "b"), {"c": 1}, "a dict with `c`, which is no output; the outputs are `a`, `b`"),
        (("a",), {"n": 1}, "a dict with `n`, which is no output; return the data itself"),
    ],
)
def test_another_thing_returned_is_a_mistake(task, outputs, returned, message):
    with pytest.raises(SparkflowError) as error:
        task(*outputs).returned(returned)
    assert message in str(error.value)


def test_two_sources_for_one_output_are_a_mistake(task):
    found = task("counts")
    found.output("counts", "data")
    with pytest.raises(SparkflowError, match="output `counts` has two sources"):
        found.returned("more")


def test_what_was_written_by_the_library_need_not_be_returned(task):
    found = task("counts")
    found.output("counts", "data")
    found.returned(None)
    found.complete(gateway=None)


def test_an_output_that_nobody_gave_is_missing(task):
    found = task("counts")
    found.returned(None)
    with pytest.raises(
        OutputMissing, match="nothing to file:.*, and neither returned it nor gave it to sparkflow.output"
    ):
        found.complete(gateway=None)


def test_an_output_whose_refusal_the_program_caught_is_missing_even_if_something_is_there(task, tmp_path):
    found = task("counts", format="json")
    with pytest.raises(SchemaMismatch):
        found.output("counts", "refused")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "counts").write_text("{}")
    with pytest.raises(OutputMissing, match="writing it failed: output `counts`: no"):
        found.complete(gateway=None)


def test_a_second_try_after_a_refusal_is_possible(task):
    found = task("counts")
    with pytest.raises(SchemaMismatch):
        found.output("counts", "refused")
    found.output("counts", "data")
    found.complete(gateway=None)
    assert found.published == {"counts": {"rows": 1}}


def test_what_spark_leaves_of_an_unfinished_write_is_no_output(task, tmp_path):
    (tmp_path / "out" / "counts" / "_temporary" / "0").mkdir(parents=True)
    (tmp_path / "out" / "counts" / "_temporary" / "0" / "part-0.json").write_text("{}")
    with pytest.raises(OutputMissing):
        task("counts", format="json").complete(gateway=None)


@pytest.mark.parametrize("value", ["text", b"text", Path(__file__)])
def test_a_file_is_written_from_a_text_bytes_or_a_path(task, tmp_path, value):
    task("doc", format="file").returned(value)
    expected = value.read_bytes() if isinstance(value, Path) else b"text"
    assert (tmp_path / "out" / "doc").read_bytes() == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (__file__, "is a file's path; give pathlib.Path"),
        (Path("/nowhere"), "/nowhere isn't a file"),
        (3, "can't be written from a int; possible are a pathlib.Path, bytes and a text"),
    ],
)
def test_what_can_not_be_a_file_is_refused(task, value, message):
    with pytest.raises(SparkflowError, match=message):
        task("doc", format="file").returned(value)


def test_a_file_is_never_written_over(task, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "doc").touch()
    with pytest.raises(SparkflowError, match="there's something at file:.* already"):
        task("doc", format="file").returned("text")


def test_a_file_input_is_a_local_path_and_a_missing_one_is_told(task, tmp_path):
    (tmp_path / "doc.txt").touch()
    inputs = [
        {"name": "doc", "format": "file", "uri": f"file://{tmp_path}/doc.txt"},
        {"name": "gone", "format": "file", "uri": f"file://{tmp_path}/gone.txt"},
    ]
    found = task(inputs=inputs)
    assert (found.input("doc"), found.input("doc", "path text")) == (tmp_path / "doc.txt", str(tmp_path / "doc.txt"))
    with pytest.raises(InputMissing, match="input `gone` isn't there: nothing exists at file:///"):
        found.input("gone")


@pytest.mark.parametrize(
    ("verb", "message"), [("input", "no input `x`; its inputs are none"), ("output", "no output `x`")]
)
def test_an_unknown_name_is_told_with_the_known_ones(task, verb, message):
    with pytest.raises(SparkflowError, match=message):
        getattr(task("counts"), verb)("x", None)


def test_a_wrong_schema_is_found_before_anything_runs(task):
    inputs = [{"name": "d", "format": "csv", "uri": "file:///d", "schema": "a STRIN"}]
    with pytest.raises(SparkflowError, match="input `d`: its schema isn't Spark DDL"):
        task(inputs=inputs)


def test_the_library_says_so_where_no_task_is_running():
    import sparkflow

    for use in (lambda: sparkflow.input("a"), lambda: sparkflow.value("a", 1), lambda: sparkflow.params["a"]):
        with pytest.raises(SparkflowError, match="none is running here"):
            use()
    assert "no task is running" in repr(sparkflow.params)
