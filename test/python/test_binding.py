"""A function's arguments, bound by name, and the types that annotations ask for."""

from __future__ import annotations

import datetime
import pathlib
import types
import typing
from typing import Optional

import pytest
from sparkflow import binding, param_types
from sparkflow.attempt import Data, Param
from sparkflow.errors import SparkflowError

if typing.TYPE_CHECKING:
    import pandas as pd

ATTEMPT = types.SimpleNamespace(
    inputs={
        "words": Data("input", "words", "file:///w", "parquet"),
        "by-country": Data("input", "by-country", "file:///c", "csv"),
        "doc": Data("input", "doc", "file:///d", "file"),
        "site": Data("input", "site", "file:///s", "directory"),
        "model": Data("input", "model", "file:///m", "model"),
    },
    outputs={},
    params={"top": Param("integer", 3), "start-date": Param("date", "2026-10-01")},
)


def planned(function):
    return {a.name: (a.source, a.of, a.kind) for a in binding.plan(function, ATTEMPT)}


def test_spark_inputs_and_params_are_found_by_name_and_a_dash_matches_an_underscore():
    def count(spark, words, by_country, top, start_date):
        pass

    assert planned(count) == {
        "spark": ("spark", "spark", ""),
        "words": ("input", "words", "spark"),
        "by_country": ("input", "by-country", "spark"),
        "top": ("param", "top", ""),
        "start_date": ("param", "start-date", ""),
    }


def test_what_the_task_has_not_got_keeps_its_default_and_kwargs_get_nothing():
    def count(words, missing=5, *args, other=None, top=1, **kwargs):
        return words, missing, args, other, top, kwargs

    arguments = binding.plan(count, ATTEMPT)
    assert [a.name for a in arguments] == ["words", "top"]
    assert binding.call(count, arguments, {"words": "w", "top": 3}) == ("w", 5, (), None, 3, {})


def test_arguments_by_position_only_are_bound_by_name_too():
    def count(missing=1, words=None, /, top=0):
        return missing, words, top

    assert binding.call(count, binding.plan(count, ATTEMPT), {"words": "w", "top": 3}) == (1, "w", 3)


def test_an_unknown_argument_is_refused_with_a_list_of_what_there_is():
    def count(wrods):
        pass

    with pytest.raises(SparkflowError) as error:
        binding.plan(count, ATTEMPT)
    assert str(error.value) == (
        "function count: argument `wrods` is nothing that the task has; there are `spark`, "
        "inputs: `words`, `by-country`, `doc`, `site`, `model`, params: `top`, `start-date`"
    )


def test_a_name_that_is_an_input_and_a_param_is_refused_when_it_is_asked_for():
    both = types.SimpleNamespace(
        inputs={"top": ATTEMPT.inputs["words"]}, outputs={}, params={"top": Param("integer", 3)}
    )

    def count(top):
        pass

    with pytest.raises(SparkflowError, match="argument `top` could be input `top` or param `top`"):
        binding.plan(count, both)
    assert binding.plan(lambda spark: None, both)


@pytest.mark.parametrize(
    ("hint", "kind"),
    [
        ("pyspark.sql.dataframe.DataFrame", "spark"),
        ("pandas.core.frame.DataFrame", "pandas"),
        ("pyarrow.lib.Table", "arrow"),
        ("pd.DataFrame", "pandas"),
        ("pa.Table", "arrow"),
        ("DataFrame", "spark"),
        (list[dict], "rows"),
        (typing.List[typing.Dict[str, typing.Any]], "rows"),
        (list, "rows"),
        (Optional[list[dict]], "rows"),
        (typing.Any, "spark"),
    ],
)
def test_an_annotation_says_what_an_input_is_converted_to(hint, kind):
    def count(words):
        pass

    count.__annotations__ = {"words": hint}
    assert planned(count)["words"] == ("input", "words", kind)


def test_annotations_that_are_texts_are_evaluated_one_by_one():
    def count(words: pd.DataFrame, doc: str, top: Optional[int]):
        pass

    assert all(isinstance(hint, str) for hint in count.__annotations__.values())
    arguments = {a.name: a for a in binding.plan(count, ATTEMPT)}
    assert (arguments["words"].kind, arguments["doc"].kind) == ("pandas", "path text")
    assert arguments["top"].annotation == Optional[int]


def test_none_in_a_union_does_not_count():
    assert param_types.without_none(int | None) is int


@pytest.mark.parametrize(("hint", "kind"), [(pathlib.Path, "path"), (str, "path text"), (None, "path")])
def test_a_file_is_a_path_or_its_text(hint, kind):
    def read(doc):
        pass

    read.__annotations__ = {"doc": hint} if hint else {}
    assert planned(read)["doc"][2] == kind


def test_a_folder_is_a_path_and_a_model_whatever_its_metadata_says():
    def read(site, model):
        pass

    assert [planned(read)[name][2] for name in ("site", "model")] == ["path", "model"]
    read.__annotations__ = {"site": str, "model": "pyspark.ml.pipeline.PipelineModel"}
    assert [planned(read)[name][2] for name in ("site", "model")] == ["path text", "model"]


@pytest.mark.parametrize(
    ("name", "hint", "message"),
    [
        ("model", int, "which input `model` of format model can't be; possible is a class of Spark ML, such as"),
        ("model", "pd.DataFrame", "annotated as pd.DataFrame, which input `model` of format model can't be"),
        ("site", "pa.Table", "which input `site` of format directory can't be; possible is pathlib.Path or str"),
        (
            "words",
            int,
            "annotated as int, which input `words` of format parquet can't be; possible is pyspark.sql.Data",
        ),
        ("words", pathlib.Path, "annotated as Path, which input `words`"),
        (
            "doc",
            "pd.DataFrame",
            "annotated as pd.DataFrame, which input `doc` of format file can't be; possible is pathlib",
        ),
    ],
)
def test_an_annotation_that_an_input_can_not_be_is_refused(name, hint, message):
    namespace = {}
    exec(f"def read({name}): pass", namespace)
    namespace["read"].__annotations__ = {name: hint}
    with pytest.raises(SparkflowError) as error:
        binding.plan(namespace["read"], ATTEMPT)
    assert message in str(error.value)


def returning(hint, *formats):
    """Plans a function that is annotated to return this, for a task with outputs of these formats."""

    def made():
        pass

    made.__annotations__ = {"return": hint}
    outputs = {f"out-{at}": Data("output", f"out-{at}", "file:///o", format) for at, format in enumerate(formats)}
    return binding.plan(made, types.SimpleNamespace(inputs={}, outputs=outputs, params={}))


class Mine(dict):
    pass


@pytest.mark.parametrize(
    ("hint", "formats"),
    [
        (None, ["parquet"]),
        (type(None), ["parquet"]),
        ("pd.DataFrame", ["parquet"]),
        ("gpd.GeoDataFrame", ["geoparquet"]),
        ("SomeAlias", ["parquet"]),
        (list[dict], ["json"]),
        (Optional[list[dict]], ["table"]),
        (dict, ["parquet", "file"]),
        (dict[str, int], []),
        (Mine, ["parquet", "file"]),
        (bytes, ["file"]),
        (pathlib.PosixPath, ["directory"]),
        ("pyspark.ml.PipelineModel", ["model"]),
        (typing.TypeVar("T"), ["parquet"]),
    ],
)
def test_a_result_may_be_annotated_as_what_the_outputs_can_be(hint, formats):
    assert returning(hint, *formats) == []


@pytest.mark.parametrize(
    ("hint", "formats", "message"),
    [
        (
            int,
            ["parquet"],
            "return int, which output `out-0` of format parquet can't be written from; possible is pysp",
        ),
        (str, ["directory"], "return str, which output `out-0` of format directory can't be written from; possible is"),
        (pathlib.Path, ["csv"], "return Path, which output `out-0` of format csv can't be written from"),
        ("pd.DataFrame", ["model"], "possible is a class of Spark ML, such as pyspark.ml.PipelineModel"),
        (
            "pd.DataFrame",
            ["csv", "csv"],
            "with the outputs `out-0`, `out-1` a dict of output names and data is expected",
        ),
        (int, [], "the task declares no output: declare one, or return a dict of small values"),
    ],
)
def test_a_result_that_no_output_can_be_is_refused_before_anything_runs(hint, formats, message):
    with pytest.raises(SparkflowError) as error:
        returning(hint, *formats)
    assert message in str(error.value)


def test_geopandas_is_offered_only_where_it_is_installed(monkeypatch):
    def read(words):
        pass

    read.__annotations__ = {"words": "gpd.GeoDataFrame"}
    monkeypatch.setattr(binding.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        SparkflowError, match="annotated as gpd.GeoDataFrame, and the package geopandas isn't installed"
    ):
        planned(read)
    monkeypatch.setattr(binding.importlib.util, "find_spec", lambda name: "found")
    assert planned(read)["words"][2] == "geopandas"


@pytest.mark.parametrize(
    ("param", "value"),
    [
        (Param("string", "a"), "a"),
        (Param("integer", 3), 3),
        (Param("integer", 3.0), 3),
        (Param("number", 3), 3.0),
        (Param("boolean", False), False),
        (Param("date", "2026-10-01"), datetime.date(2026, 10, 1)),
        (
            Param("timestamp", "2026-10-01T01:02:03Z"),
            datetime.datetime(2026, 10, 1, 1, 2, 3, tzinfo=datetime.timezone.utc),
        ),
        (Param("timestamp", "2026-10-01T01:02:03"), datetime.datetime(2026, 10, 1, 1, 2, 3)),
        (Param("list", ["a", "b"], "string"), ["a", "b"]),
        (Param("list", ["2026-10-01"], "date"), [datetime.date(2026, 10, 1)]),
        (Param("integer", None), None),
    ],
)
def test_a_param_has_the_python_type_of_its_declaration(param, value):
    found = param_types.typed("p", param)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("param", "message"),
    [
        (Param("integer", "x"), "param `p`: 'x' isn't a integer"),
        (Param("integer", 1.5), "param `p`: 1.5 isn't a integer"),
        (Param("integer", True), "param `p`: True isn't a integer"),
        (Param("date", "01.10.2026"), "isn't a date"),
        (Param("timestamp", 5), "isn't a timestamp"),
        (Param("list", ["x"], "integer"), "isn't a list of integer"),
        (Param("colour", "x"), "'colour' isn't a type of a param"),
    ],
)
def test_a_value_of_another_type_than_declared_is_refused(param, message):
    with pytest.raises(SparkflowError, match=message):
        param_types.typed("p", param)


@pytest.mark.parametrize(
    ("value", "annotation", "expected"),
    [
        ("10", int, 10),
        ("1.5", float, 1.5),
        (3, float, 3.0),
        (10, str, "10"),
        (True, str, "true"),
        ("false", bool, False),
        ("2026-10-01", datetime.date, datetime.date(2026, 10, 1)),
        (datetime.date(2026, 10, 1), datetime.datetime, datetime.datetime(2026, 10, 1)),
        (datetime.date(2026, 10, 1), str, "2026-10-01"),
        (["1", "2"], list[int], [1, 2]),
        ([1], list, [1]),
        ([1], typing.List, [1]),
        (None, int, None),
        ("x", None, "x"),
        ("x", typing.Literal["x"], "x"),
        ("7", Optional[int], 7),
    ],
)
def test_an_annotation_says_what_a_param_is_converted_to(value, annotation, expected):
    found = param_types.annotated("p", value, annotation)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("value", "annotation", "message"),
    [
        ("abc", int, "param `p`: 'abc' (str) isn't a int, which the function's argument is annotated with"),
        (1.5, int, "1.5 (float) isn't a int"),
        (datetime.datetime(2026, 1, 1), datetime.date, "isn't a date"),
        ("yes", bool, "'yes' (str) isn't a bool"),
        (3, list[int], "3 (int) isn't a list[int]"),
        (["x"], list[int], "['x'] (list) isn't a list[int]"),
    ],
)
def test_a_conversion_that_would_lose_something_is_refused(value, annotation, message):
    with pytest.raises(SparkflowError) as error:
        param_types.annotated("p", value, annotation)
    assert message in str(error.value)
