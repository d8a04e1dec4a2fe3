"""The result of at most 4,096 bytes, and the values in it."""

import datetime
import json
import os

import numpy
import pytest
from sparkflow import result
from sparkflow.errors import SparkflowError

ENTRY = {"rows": 12, "schemaHash": "9f86d081", "schema": "word STRING,n BIGINT"}


def test_a_small_result_is_written_as_it_is():
    whole = result.succeeded({"distinct": 12}, {"counts": ENTRY})
    assert json.loads(result.encode(whole)) == whole


def test_schemas_are_left_out_longest_first_until_the_result_fits():
    outputs = {"long": {**ENTRY, "schema": "x" * 3000}, "middle": {**ENTRY, "schema": "y" * 2000}, "short": ENTRY}
    encoded = result.encode(result.succeeded({}, outputs))
    assert len(encoded) <= 4096
    assert [("schema" in output) for output in json.loads(encoded)["outputs"].values()] == [False, True, True]


def test_rows_stay_when_even_the_hashes_have_to_go():
    outputs = {f"output-{number}": ENTRY for number in range(90)}
    encoded = result.encode(result.succeeded({}, outputs))
    assert len(encoded) <= 4096
    assert all(output["rows"] == 12 for output in json.loads(encoded)["outputs"].values())


def test_outputs_that_fit_in_no_way_are_an_error_with_the_numbers():
    with pytest.raises(SparkflowError, match="4096 fit, although schemas are left out: there are 400 outputs"):
        result.encode(result.succeeded({}, {f"output-{number}": ENTRY for number in range(400)}))


@pytest.mark.parametrize("char", ["x", "ü", "語", "😀", '"', "\n", "\x00"])
def test_a_long_message_is_cut_and_the_json_stays_whole(char):
    values = {"v": "z" * 1900}
    encoded = result.encode(result.failed({"class": "E", "message": char * 9000, "at": "a.py:1"}, values))
    found = json.loads(encoded)
    assert 4000 < len(encoded) <= 4096
    assert found["error"]["message"].endswith("…") and found["values"] == values


def test_the_file_appears_whole_under_its_name(tmp_path):
    path = tmp_path / "result.json"
    path.write_text("older")
    result.write(result.succeeded({}, {}), path)
    assert json.loads(path.read_text())["outcome"] == "Succeeded"
    assert os.listdir(tmp_path) == ["result.json"]


def test_a_file_in_a_folder_that_takes_no_new_files_gets_the_content(tmp_path, monkeypatch):
    path = tmp_path / "termination-log"
    path.touch()
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("Device or resource busy")))
    result.write(result.succeeded({}, {}), path)
    assert json.loads(path.read_text())["outcome"] == "Succeeded"


def test_a_device_is_written_to_and_not_replaced():
    result.write(result.succeeded({}, {}), "/dev/null")
    assert not os.path.isfile("/dev/null")


def test_dates_and_numpy_scalars_are_values_too():
    values = {}
    for name, value in {
        "d": datetime.date(2026, 10, 1),
        "i": numpy.int64(3),
        "f": numpy.float32(0.5),
        "l": (1, 2),
    }.items():
        result.add_value(values, name, value)
    assert values == {"d": "2026-10-01", "i": 3, "f": 0.5, "l": [1, 2]}


@pytest.mark.parametrize("value", [float("nan"), object(), {1, 2}, b"x", {("a", 1): 2}])
def test_what_json_has_not_got_is_no_value(value):
    with pytest.raises(SparkflowError, match="value `v` isn't JSON"):
        result.add_value({}, "v", value)


def test_two_kib_of_values_are_possible_and_one_byte_more_names_the_value_and_the_sizes():
    values = {}
    result.add_value(values, "a", "x" * (2048 - len('{"a":""}')))
    with pytest.raises(
        SparkflowError, match=r"value `b` has 7 bytes as JSON, which makes 2054 in all, and 2048 are possible"
    ):
        result.add_value(values, "b", 1)
    assert list(values) == ["a"]


def test_a_value_may_be_set_again():
    values = {"a": "x" * 2000}
    result.add_value(values, "a", "y" * 2000)
    assert values["a"][0] == "y"


def test_the_values_file_is_merged(tmp_path):
    path, values = tmp_path / "values.json", {"a": 1}
    path.write_text('{"b": [2]}')
    result.add_values_file(values, str(path))
    assert values == {"a": 1, "b": [2]}


@pytest.mark.parametrize(("text", "message"), [("[1]", "holds a list; a JSON object is expected"), ("{", "isn't JSON")])
def test_another_thing_in_the_values_file_is_an_error(tmp_path, text, message):
    path = tmp_path / "values.json"
    path.write_text(text)
    with pytest.raises(SparkflowError, match=message):
        result.add_values_file({}, str(path))


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_no_values_file_and_an_empty_one_are_no_values(tmp_path, content):
    path = tmp_path / "values.json"
    if content is not None:
        path.write_text(content)
    result.add_values_file({}, str(path))
    result.add_values_file({}, None)
