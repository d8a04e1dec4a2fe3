"""Spark ML models and folders as outputs and inputs, on this machine's files and on another file system."""

from __future__ import annotations

import pytest
from spark_attempts import Attempt

PROGRAM = """
import pathlib, tempfile
import sparkflow
from pyspark.ml import Pipeline, PipelineModel, Transformer
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import Tokenizer, HashingTF
from pyspark.sql import SparkSession
from shout import Shout

spark = SparkSession.builder.getOrCreate()
texts = spark.createDataFrame([("spark is fast", 1.0), ("rain again", 0.0)], "text STRING, label DOUBLE")
stages = [Tokenizer(inputCol="text", outputCol="words"), HashingTF(inputCol="words", outputCol="features")]
fitted = Pipeline(stages=[*stages, LogisticRegression(maxIter=5)]).fit(texts)
refused = {}
def refuse(name, what):
    try:
        what()
    except sparkflow.SparkflowError as error:
        refused[name] = f"{type(error).__name__}: {error}"
refuse("missing", lambda: sparkflow.input("fitted"))
refuse("frame", lambda: sparkflow.output("fitted", texts))
sparkflow.output("fitted", fitted)
sparkflow.output("stage", fitted.stages[-1])
sparkflow.output("own", Shout(word="hey"))
again = sparkflow.input("fitted")
predicted = lambda model: [row.prediction for row in model.transform(texts).orderBy("label").collect()]
sparkflow.value("fitted", [type(again).__name__, predicted(again) == predicted(fitted)])
sparkflow.value("stage", type(sparkflow.input("stage")).__name__)
sparkflow.value("own", sparkflow.input("own").transform(texts).select("said").first().said)
task = sparkflow._task
sparkflow.value("as annotated", type(task.input("fitted", "model", Transformer)).__name__)
refuse("annotation", lambda: task.input("stage", "model", PipelineModel))
import shout
del shout.Shout
refuse("class", lambda: sparkflow.input("own"))
class Foreign:                                              # as of a package whose names differ in Java and Python
    load = classmethod(lambda cls, uri: cls())
sparkflow.value("class by annotation", type(task.input("own", "model", Foreign)).__name__)
refuse("text", lambda: task.input("text", "model", None))

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    refuse("empty", lambda: sparkflow.output("site", folder))
    (folder / "a b" / "_c").mkdir(parents=True)
    (folder / "index.html").write_text("<p>")
    (folder / "a b" / "_c" / ".hidden").write_bytes(b"1")
    sparkflow.output("site", folder)
    sparkflow.output("local_site", folder)
for name in ("site", "local_site"):
    site = sparkflow.input(name)
    files = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    sparkflow.value(name, {"files": files, "index": (site / "index.html").read_text()})
refuse("not a file", lambda: sparkflow.input("not_a_file"))
refuse("not a folder", lambda: sparkflow.input("not_a_folder"))
sparkflow.value("refused", refused)
fitted.stages[-1].write().save(sparkflow._task.attempt.outputs["by_itself"].uri)
"""

SHOUT = """
from pyspark.ml import Transformer
from pyspark.ml.param import Param
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.sql import functions as F

class Shout(Transformer, DefaultParamsReadable, DefaultParamsWritable):
    def __init__(self, word=None):
        super().__init__()
        self.word = Param(self, "word", "what is said")
        if word:
            self._set(word=word)

    def _transform(self, frame):
        return frame.withColumn("said", F.lit(self.getOrDefault(self.word).upper()))
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("t")
    elsewhere, here = "viewfs://elsewhere/models/out", f"file://{folder}/models/out"
    data = [
        {"name": "fitted", "format": "model", "uri": f"{elsewhere}/fitted"},
        {"name": "stage", "format": "model", "uri": f"{here}/stage"},
        {"name": "own", "format": "model", "uri": f"{here}/own"},
        {"name": "site", "format": "directory", "uri": f"{elsewhere}/site"},
        {"name": "local_site", "format": "directory", "uri": f"{here}/local_site"},
    ]
    inputs = [
        {"name": "text", "format": "model", "uri": f"{here}/text"},
        {"name": "not_a_file", "format": "file", "uri": f"{here}/local_site"},
        {"name": "not_a_folder", "format": "directory", "uri": f"{elsewhere}/site/index.html"},
    ]
    by_itself = {"name": "by_itself", "format": "model", "uri": f"{elsewhere}/by_itself"}
    program = {"kind": "python", "file": "program/models.py", "function": None}
    files = {"models.py": PROGRAM, "shout.py": SHOUT}
    return Attempt(folder / "models", program, files=files, inputs=[*data, *inputs], outputs=[*data, by_itself]).run()


def test_a_fitted_pipeline_is_read_as_what_it_was(ran):
    assert ran.code == 0
    assert ran.values["fitted"] == ["PipelineModel", True]
    assert ran.values["stage"] == "LogisticRegressionModel"


def test_a_class_of_the_users_own_is_found_by_its_module(ran):
    assert ran.values["own"] == "HEY"


def test_an_annotation_may_say_a_models_class_or_one_above_it(ran):
    assert ran.values["as annotated"] == "PipelineModel"
    assert ran.values["class by annotation"] == "Foreign"
    assert ran.values["refused"]["annotation"] == (
        "SparkflowError: input `stage` is a LogisticRegressionModel, but the argument is annotated as PipelineModel"
    )


def test_a_class_that_can_not_be_imported_is_named(ran):
    assert "input `own` was written as shout.Shout, which can't be imported here" in ran.values["refused"]["class"]


def test_a_model_that_is_not_there_is_missing(ran):
    for name in ("fitted", "text"):
        message = ran.values["refused"]["missing" if name == "fitted" else name]
        assert message.startswith(f"InputMissing: input `{name}` isn't there: no Spark ML model exists at ")


def test_what_spark_ml_can_not_write_is_no_model(ran):
    assert ran.values["refused"]["frame"].startswith(
        "SparkflowError: output `fitted` of format model can't be written from a DataFrame; possible is"
    )


def test_a_model_that_the_program_wrote_itself_is_found(ran):
    assert ran.result["outputs"]["by_itself"] == {}


@pytest.mark.parametrize("name", ["site", "local_site"])
def test_a_folder_is_copied_whole_with_what_spark_would_pass_over(ran, name):
    assert ran.values[name] == {"files": ["a b/_c/.hidden", "index.html"], "index": "<p>"}


def test_a_folder_is_no_file_and_an_empty_one_no_output(ran):
    refused = ran.values["refused"]
    assert refused["empty"].startswith("SparkflowError: output `site`: there are no files in ")
    assert "local_site is a folder; its format is directory, not file" in refused["not a file"]
    assert "index.html is a file; its format is file, not directory" in refused["not a folder"]
