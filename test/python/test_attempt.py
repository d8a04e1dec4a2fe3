"""Reading the attempt's folder."""

import json

import pytest
from sparkflow import attempt as attempts
from sparkflow.errors import SparkflowError

MINIMAL = {"apiVersion": "sparkflow.dev/attempt-v1", "program": {"kind": "python", "file": "program/a.py"}}


def written(folder, spec):
    (folder / "attempt.json").write_text(spec if isinstance(spec, str) else json.dumps(spec))
    return folder


def test_what_is_left_out_is_nothing(tmp_path):
    found = attempts.load(written(tmp_path, MINIMAL))
    assert (found.args, found.params, found.inputs, found.outputs, found.secret_conf) == ((), {}, {}, {}, {})
    assert found.properties_file == tmp_path / "spark-defaults.conf"
    assert found.conf_folder is None


def test_python_path_is_relative_to_the_attempt(tmp_path):
    found = attempts.load(written(tmp_path, {**MINIMAL, "pythonPath": ["program", "/app/lib"]}))
    assert [str(entry) for entry in found.python_path] == [str(tmp_path / "program"), "/app/lib"]


def test_options_are_texts_as_spark_wants_them(tmp_path):
    data = {"name": "d", "uri": "u", "format": "csv", "options": {"header": False, "maxColumns": 5, "sep": ";"}}
    found = attempts.load(written(tmp_path, {**MINIMAL, "inputs": [data]}))
    assert found.inputs["d"].options == {"header": "false", "maxColumns": "5", "sep": ";"}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("{", "can't be read as an attempt"),
        ({"apiVersion": "sparkflow.dev/attempt-v2"}, "apiVersion is 'sparkflow.dev/attempt-v2'; this driver knows"),
        ({**MINIMAL, "program": {"kind": "r"}}, "program.kind is 'r'; this driver knows python, jar, sql"),
        ({**MINIMAL, "program": {"kind": "python"}}, "a python program needs file or module"),
        ({**MINIMAL, "inputs": [{"name": "d", "uri": "u", "format": "orc"}]}, "input `d`: format is 'orc'; known are"),
        ({**MINIMAL, "outputs": [{"name": "d", "uri": "u", "format": "csv"}] * 2}, "output `d` is declared twice"),
        ({**MINIMAL, "inputs": [{"name": "d"}]}, "isn't an attempt: KeyError 'uri'"),
    ],
)
def test_a_wrong_attempt_is_refused_in_a_sentence(tmp_path, spec, message):
    with pytest.raises(SparkflowError) as error:
        attempts.load(written(tmp_path, spec))
    assert message in str(error.value)


def test_no_attempt_at_all_is_refused(tmp_path):
    with pytest.raises(SparkflowError, match="attempt.json can't be read"):
        attempts.load(tmp_path)
