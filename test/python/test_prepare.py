"""Optional inputs on this machine: those that aren't there have no URI and no variable."""

from __future__ import annotations

import types

import pytest
from sparkflow import prepare, views
from sparkflow.attempt import Attempt, Data
from sparkflow.errors import SparkflowError


def settled(tmp_path, monkeypatch, *uris: str | None, wanted: bool = True) -> dict[str, str | None]:
    """URIs of inputs (`in-0`, `in-1` …) after they were looked for below tmp_path."""
    inputs = {}
    for number, uri in enumerate(uris):
        name = f"in-{number}"
        uri = None if uri is None else f"file://{tmp_path}/{uri}"
        inputs[name] = Data("input", name, uri, "csv", optional=wanted)
        monkeypatch.setenv(f"SPARKFLOW_INPUT_IN_{number}", str(uri))
    fields = dict.fromkeys(Attempt.__dataclass_fields__)
    found = prepare.prepare(Attempt(**{**fields, "inputs": inputs}), gateway=None)
    return {name: data.uri for name, data in found.inputs.items()}


def test_what_is_there_stays_and_what_is_not_has_no_uri_and_no_variable(tmp_path, monkeypatch):
    import os

    (tmp_path / "here.csv").touch()
    found = settled(tmp_path, monkeypatch, "here.csv", "gone.csv")
    assert found == {"in-0": f"file://{tmp_path}/here.csv", "in-1": None}
    assert "SPARKFLOW_INPUT_IN_0" in os.environ and "SPARKFLOW_INPUT_IN_1" not in os.environ


def test_an_input_that_must_be_there_is_left_to_its_reader(tmp_path, monkeypatch):
    assert settled(tmp_path, monkeypatch, "gone.csv", wanted=False) == {"in-0": f"file://{tmp_path}/gone.csv"}


@pytest.mark.parametrize(
    ("pattern", "there"),
    [("*.csv", True), ("a.{csv,json}", True), ("b.{csv,json}", False), ("*.json", False), ("[ab].csv", True)],
)
def test_a_pattern_is_there_if_anything_matches_it(tmp_path, monkeypatch, pattern, there):
    (tmp_path / "a.csv").touch()
    assert (settled(tmp_path, monkeypatch, pattern)["in-0"] is not None) == there


def test_sql_needs_the_columns_of_a_view_without_data():
    data = Data("input", "extra", None, "parquet", optional=True)
    task = types.SimpleNamespace(
        attempt=types.SimpleNamespace(inputs={"extra": data}, outputs={}),
        spark=types.SimpleNamespace(session=None),
        input=lambda name: None,
    )
    with pytest.raises(SparkflowError, match="input `extra` is optional and isn't there, .* declare the input's `sche"):
        views.register(task)
