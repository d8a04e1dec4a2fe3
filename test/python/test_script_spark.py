"""A plain script, which makes its own session. Each fixture is one run of Spark."""

from __future__ import annotations

import hashlib
import os
import zipfile

import pytest
from spark_attempts import Attempt


def digest(simple: str) -> str:
    """The schema's hash, from its simple string."""
    return hashlib.sha256(simple.encode()).hexdigest()[:8]


PLAIN = """
import atexit, os, sys
from pyspark.sql import SparkSession
from helper import shout                                     # beside the program; workers need it too
import mailed, packed                                        # of spark.submit.pyFiles
builder = SparkSession.builder.appName("mine").master("local[1]").config("spark.sql.shuffle.partitions", "3")
spark = builder.getOrCreate()
print(sys.argv[1:], __name__, spark.conf.get("spark.sql.shuffle.partitions"), spark.sparkContext.appName)
words = spark.sparkContext.parallelize(["a", "b", "a"]).map(shout).collect()
print(words, "PYSPARK_GATEWAY_PORT" in os.environ, mailed.name, packed.name)
spark.createDataFrame([(w,) for w in words], "word STRING").write.parquet(os.environ["SPARKFLOW_OUTPUT_WORDS"])
open(os.environ["SPARKFLOW_VALUES_FILE"], "w").write('{"own": true}')
atexit.register(lambda: print("goodbye"))
spark.stop()
sys.exit(0)
"""


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("t")
    (folder / "words.py").write_text(PLAIN)
    (folder / "mailed.py").write_text("name = 'mailed'\n")
    with zipfile.ZipFile(folder / "packed.zip", "w") as archive:
        archive.writestr("packed.py", "name = 'packed'\n")
    program = {"kind": "python", "file": "viewfs://elsewhere/words.py", "function": None}
    return Attempt(
        folder / "plain",
        program,
        files={"helper.py": "def shout(word): return word.upper()\n"},
        args=["--x", "1"],
        conf={"spark.submit.pyFiles": f"viewfs://elsewhere/mailed.py,file://{folder}/packed.zip"},
        outputs=[{"name": "words", "format": "parquet", "schema": "word STRING"}],
    ).run()


def test_a_plain_script_runs_unchanged(plain):
    """Its own file is at a URL, as are modules that it imports before it makes its session."""
    assert plain.code == 0
    assert plain.out.splitlines() == ["['--x', '1'] __main__ 3 mine", "['A', 'B', 'A'] False mailed packed", "goodbye"]


def test_a_master_of_the_scripts_own_is_told_in_one_line_and_nothing_else_is_said(plain):
    (line,) = plain.err.splitlines()
    assert "the program sets the master local[1] itself, the task's engine has local[2]" in line
    assert line == f"WARN sparkflow: {plain.result['note']}"


def test_an_output_that_the_script_wrote_itself_is_found_and_counted(plain):
    expected = {"rows": 3, "schemaHash": digest("struct<word:string>"), "schema": "word STRING"}
    assert plain.result["outputs"] == {"words": expected}
    assert plain.result["values"] == {"own": True}


def test_nothing_of_the_driver_is_left_in_the_temporary_folder(plain):
    assert os.listdir(plain.folder / "tmp") == []
