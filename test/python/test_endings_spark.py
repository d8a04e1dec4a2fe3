"""How a driver ends badly: an exception in a worker, SIGTERM, a JVM that dies. Each fixture is one run of Spark."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from spark_attempts import Attempt

FUNCTION = {"kind": "python", "file": "program/words.py", "function": "count"}


BROKEN = """
import sparkflow
from pyspark.sql import functions as F
def clean(word):
    return {}["key of " + word]
def count(words):
    sparkflow.value("spark-env.sh", words.sparkSession._jvm.java.lang.System.getenv("FROM_SPARK_ENV"))
    return words.select(F.udf(clean, "string")("word").alias("word"))
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("t")
    (folder / "words.json").write_text('{"word": "a"}\n')
    inputs = [{"name": "words", "format": "json", "uri": f"file://{folder}/words.json"}]
    outputs = [{"name": "counts", "format": "parquet"}]
    (folder / "conf").mkdir()
    (folder / "conf" / "spark-env.sh").write_text("FROM_SPARK_ENV=yes\n")
    env = {"SPARK_CONF_DIR": f"{folder}/conf"}
    return Attempt(folder / "udf", FUNCTION, files={"words.py": BROKEN}, inputs=inputs, outputs=outputs, env=env).run()


def test_a_udfs_exception_is_the_tasks_failure_with_its_own_line(broken):
    assert broken.code == 1
    assert broken.result["error"] == {"class": "KeyError", "message": "'key of a'", "at": "words.py:5"}


def test_values_from_before_a_failure_are_kept_and_a_spark_env_sh_is_sourced(broken):
    """This run has one, so that spark-submit starts its JVM."""
    assert broken.values == {"spark-env.sh": "yes"}


def test_the_log_has_the_short_form_before_the_traceback_and_no_noise_after_it(broken):
    lines = broken.err.splitlines()
    assert lines[lines.index("KeyError: 'key of a' at words.py:5") + 1] == "Traceback (most recent call last):"
    assert "Exception while sending command" not in broken.err


SLEEPER = """
import sparkflow, time
sparkflow.value("begun", 1)
def count(spark):
    print("ready", spark._jvm.java.lang.ProcessHandle.current().pid())
    spark.range(3).foreach(lambda _: time.sleep(60))
"""


def test_sigterm_ends_the_jvm_and_gives_143(tmp_path):
    attempt = Attempt(tmp_path / "term", FUNCTION, files={"words.py": SLEEPER})
    process = attempt.start()
    _, pid = process.stdout.readline().split()
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    outcome = attempt.finish(process)
    assert outcome.code == 143
    assert outcome.result == {
        "outcome": "Failed",
        "error": {"class": "Terminated", "message": "the task was stopped by SIGTERM"},
        "values": {"begun": 1},
    }
    assert not Path(f"/proc/{pid}").exists()


SUICIDE = """
import os, signal
def count(spark):
    os.kill(spark._jvm.java.lang.ProcessHandle.current().pid(), signal.SIGKILL)
    spark.range(3).count()
"""


def test_a_jvm_that_dies_is_the_failure_and_not_py4js_complaint(tmp_path):
    outcome = Attempt(tmp_path / "dies", FUNCTION, files={"words.py": SUICIDE}).run()
    assert outcome.code == 1
    assert outcome.error["class"] == "SparkJvmExited"
    assert outcome.error["message"].startswith("Spark's JVM was ended by SIGKILL; often the machine or the container")
    assert outcome.error["at"] == "words.py:5"
