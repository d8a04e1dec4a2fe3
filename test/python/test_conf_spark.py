"""The archive of classes, conf/ and secrets. Each fixture is one run of Spark."""

from __future__ import annotations

import pytest
from conftest import LIBRARY
from spark_attempts import Attempt

FUNCTION = {"kind": "python", "file": "program/words.py", "function": "count"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The training run's archive."""
    folder = tmp_path_factory.mktemp("t")
    program = {"kind": "python", "file": str(LIBRARY / "sparkflow" / "training.py"), "function": None}
    run = Attempt(folder / "training", program, env={"SPARKFLOW_CDS_DUMP": f"{folder}/driver.jsa"}).run()
    assert run.code == 0
    return folder / "driver.jsa"


CONFIGURED = """
import os, sparkflow
def count(spark):
    get = spark.sparkContext.getConf().get
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()
    sparkflow.value("secret", get("spark.some.key"))
    sparkflow.value("outer", get("spark.outer"))
    sparkflow.value("core-site", hadoop.get("own.key"))
    files = [name for place in ("/dev/shm", os.environ["TMPDIR"]) for _, _, names in os.walk(place) for name in names]
    sparkflow.value("left", files.count("spark.properties"))
    spark._jvm.org.slf4j.LoggerFactory.getLogger("own.logger").info("the user's log configuration counts")
"""
LOG4J = """
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = OWN %p %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
logger.own.name = own.logger
logger.own.level = info
"""


@pytest.fixture(scope="module")
def configured(tmp_path_factory, archive):
    folder = tmp_path_factory.mktemp("t")
    site = "<configuration><property><name>own.key</name><value>own value</value></property></configuration>"
    return Attempt(
        folder / "configured",
        FUNCTION,
        files={"words.py": CONFIGURED},
        conf_files={"core-site.xml": site, "log4j2.properties": LOG4J},
        secret={"spark.some.key": "SF_SECRET_1"},
        extra=[["spark.outer", " spaces "]],
        env={"SF_SECRET_1": "p=ä\\ #1\nsecond", "SPARKFLOW_CDS_ARCHIVE": str(archive)},
        jvm={"options": ["-XX:+UseG1GC", f"-Xlog:class+load=info:file={folder}/classes.log"]},
    ).run()


def test_secrets_reach_the_conf_and_no_file_with_them_is_left(configured):
    assert configured.code == 0
    assert configured.values["secret"] == "p=ä\\ #1\nsecond"
    assert configured.values["left"] == 0


def test_outer_spaces_reach_the_conf(configured):
    assert configured.values["outer"] == " spaces "


def test_the_attempts_conf_folder_is_hadoops_and_the_logs(configured):
    assert configured.values["core-site"] == "own value"
    assert "OWN INFO the user's log configuration counts" in configured.err


def test_a_conf_folder_does_not_cost_the_archive(configured):
    loaded = (configured.folder.parent / "classes.log").read_text().splitlines()
    archived = [line for line in loaded if "shared objects file (top)" in line]
    spark = [
        line for line in loaded if " org.apache.spark." in line and "Lambda" not in line and "source: file:" in line
    ]
    assert len(archived) > 4000
    assert len(archived) > 10 * len(spark)
