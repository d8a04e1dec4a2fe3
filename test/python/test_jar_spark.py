"""A jar with its arguments, outputs and exit code. Each fixture is one run of Spark."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest
from spark_attempts import Attempt, class_path


def digest(simple: str) -> str:
    """The schema's hash, from its simple string."""
    return hashlib.sha256(simple.encode()).hexdigest()[:8]


JAVA = """
import java.nio.file.*;
import org.apache.spark.sql.*;
public class Job {
  public static void main(String[] args) throws Exception {
    SparkSession spark = SparkSession.builder().getOrCreate();
    System.out.println("top " + args[0] + " " + spark.conf().get("spark.some.key"));
    spark.range(5).selectExpr("id AS n").write().parquet(System.getenv("SPARKFLOW_OUTPUT_NUMBERS"));
    Files.writeString(Path.of(System.getenv("SPARKFLOW_VALUES_FILE")), "{\\"five\\": 5}");
    spark.stop();
    if (args[0].equals("exit")) System.exit(3);
  }
}
"""


@pytest.fixture(scope="module")
def jar(tmp_path_factory):
    """A jar with one class, compiled against Spark's jars."""
    folder = tmp_path_factory.mktemp("jar")
    (folder / "Job.java").write_text(JAVA)
    subprocess.run(["javac", "-cp", os.pathsep.join(class_path()), "Job.java"], cwd=folder, check=True)
    subprocess.run(["jar", "--create", "--file", "job.jar", "Job.class"], cwd=folder, check=True)
    return folder / "job.jar"


def jar_attempt(folder: Path, jar: Path, outputs: list[dict], *args: str) -> Attempt:
    program = {"kind": "jar", "file": str(jar), "mainClass": "Job"}
    env = {"SF_SECRET_1": "hidden"}
    secret = {"spark.some.key": "SF_SECRET_1"}
    return Attempt(folder, program, outputs=outputs, args=list(args), env=env, secret=secret)


@pytest.fixture(scope="module")
def jar_run(tmp_path_factory, jar):
    numbers = {
        "name": "numbers",
        "format": "parquet",
        "schema": "n BIGINT",
        "uri": "viewfs://elsewhere/jar/out/numbers",
    }
    outputs = [numbers, {"name": "other", "format": "parquet"}]
    return jar_attempt(tmp_path_factory.mktemp("t") / "jar", jar, outputs, "10").run()


def test_a_jar_runs_with_its_arguments_and_secrets(jar_run):
    assert jar_run.out == "top 10 hidden\n"
    assert jar_run.values == {"five": 5}


def test_an_output_that_a_jar_did_not_write_fails_the_task(jar_run):
    """The other one isn't of this machine's file system, and is found there."""
    assert jar_run.code == 1
    assert jar_run.error["class"] == "OutputMissing"
    assert "output `other` is declared, but the program wrote nothing to file:///" in jar_run.error["message"]


def test_a_jars_parquet_is_compared_with_the_declared_schema(jar_run):
    """On the folder that the run above has written, so that no second run of Spark is needed."""
    from sparkflow import footers
    from sparkflow.attempt import Data
    from sparkflow.errors import SchemaMismatch

    uri = f"file://{jar_run.output('numbers')}"
    entry = footers.examine(Data("output", "numbers", uri, "parquet", "n BIGINT"), gateway=None)
    assert entry == {"rows": 5, "schemaHash": digest("struct<n:bigint>"), "schema": "n BIGINT"}
    with pytest.raises(SchemaMismatch, match="column `n` is BIGINT, but INT is declared"):
        footers.examine(Data("output", "numbers", uri, "parquet", "n INT"), gateway=None)


def test_a_jars_exit_code_is_the_tasks(tmp_path, jar):
    ended = jar_attempt(tmp_path / "exit", jar, [{"name": "numbers", "format": "parquet"}], "exit").run()
    assert ended.code == 3
    assert ended.error == {
        "class": "JavaProgramFailed",
        "message": "the program's JVM ended with exit code 3; the log says why",
    }
