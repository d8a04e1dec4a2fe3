"""The image's entry point: what it starts, told by the variables that Kubernetes and Spark give a pod.

It runs as it is, from a folder laid out as in the image; java, python3 and the init only say how they were called.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest
from conftest import LIBRARY

EXECUTOR = {
    "SPARK_DRIVER_URL": "spark://CoarseGrainedScheduler@10.0.0.7:7078",
    "SPARK_EXECUTOR_ID": "1",
    "SPARK_EXECUTOR_CORES": "2",
    "SPARK_EXECUTOR_MEMORY": "1024m",
    "SPARK_APPLICATION_ID": "words-1",
    "SPARK_EXECUTOR_POD_IP": "10.0.0.8",
    "SPARK_EXECUTOR_POD_NAME": "words-1-exec-1",
    "SPARK_RESOURCE_PROFILE_ID": "0",
    "SPARK_CONF_DIR": "/opt/spark/conf",
}
SAYS = f"""#!{sys.executable}
import json, os, sys
print(json.dumps({{"args": sys.argv[1:], "env": dict(os.environ)}}))
"""
INIT = """#!/bin/bash
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
"""


class Image:
    def __init__(self, folder):
        self.home, self.spark, self.attempt = folder / "home", folder / "spark", folder / "attempt"
        for path in (self.home / "bin", self.home / "python" / "sparkflow", self.spark / "jars", self.attempt):
            path.mkdir(parents=True)
        shutil.copy(LIBRARY.parent / "bin" / "entrypoint", self.home / "bin")
        for name, text in (("tini", INIT), ("java", SAYS), ("python3", SAYS)):
            file = (self.home if name == "tini" else folder) / "bin" / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
            file.chmod(0o755)
        for name in ("a.jar", "b.jar", "c.jar"):
            (self.spark / "jars" / name).touch()
        self.env = {
            "PATH": f"{folder}/bin:/usr/bin:/bin",
            "SPARK_HOME": str(self.spark),
            "SPARKFLOW_ATTEMPT": str(self.attempt),
            "TMPDIR": str(folder),
        }

    def add_archives(self):
        (self.home / "cds").mkdir()
        for name in ("driver.jsa", "executor.jsa"):
            (self.home / "cds" / name).touch()
        listing = "".join(f"{self.spark}/jars/{name}\n" for name in ("c.jar", "a.jar"))
        (self.home / "cds" / "classpath").write_text(listing)

    def run(self, *args, **env):
        command = [str(self.home / "bin" / "entrypoint"), *args]
        return subprocess.run(command, env={**self.env, **env}, cwd=self.home, capture_output=True, text=True)

    def call(self, *args, **env):
        done = self.run(*args, **env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) | {"log": done.stderr}

    def executor(self, **env):
        return self.call("executor", **{**EXECUTOR, **env})


@pytest.fixture
def image(tmp_path):
    return Image(tmp_path)


def class_path(call):
    return call["args"][call["args"].index("-cp") + 1].split(os.pathsep)


def test_an_executor_is_started_with_all_that_spark_says(image):
    args = image.executor()["args"]
    backend = args.index("org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend")
    assert args[backend + 1 :] == [
        *("--driver-url", "spark://CoarseGrainedScheduler@10.0.0.7:7078", "--executor-id", "1", "--cores", "2"),
        *("--app-id", "words-1", "--hostname", "10.0.0.8", "--resourceProfileId", "0", "--podName", "words-1-exec-1"),
    ]
    assert "-Xms1024m" in args and "-Xmx1024m" in args


def test_java_options_keep_their_order_and_their_spaces(image):
    given = {f"SPARK_JAVA_OPT_{n}": f"-Dn{n}=a  b\n$HOME" for n in range(11)}
    args = image.executor(**given)["args"]
    assert [each for each in args if each.startswith("-Dn")] == list(given.values())


def test_the_class_path_has_the_jars_of_the_archives_first_and_then_what_was_added_to_the_image(image):
    image.add_archives()
    found = class_path(image.executor(SPARK_DIST_CLASSPATH="/dist"))
    jars = [f"{image.spark}/jars/{name}" for name in ("c.jar", "a.jar", "b.jar")]
    assert found == [*jars, "/opt/spark/conf", "/dist", str(image.home)]


def test_an_executor_uses_the_archive(image):
    image.add_archives()
    call = image.executor()
    assert call["args"][0] == f"-XX:SharedArchiveFile={image.home}/cds/executor.jsa"
    assert call["log"] == ""


@pytest.mark.parametrize(
    ("env", "why"),
    [
        ({"SPARK_EXTRA_CLASSPATH": "/x.jar"}, "extraClassPath"),
        ({"SPARK_CLASSPATH": "/x.jar"}, "extraClassPath"),
        ({"SPARK_EXECUTOR_MEMORY": "32g"}, "32g"),
        ({"SPARK_EXECUTOR_MEMORY": "32768m"}, "32g"),
        ({"SPARK_JAVA_OPT_0": "-Xshare:off"}, "Java options"),
    ],
)
def test_an_executor_that_can_not_use_the_archive_says_why(image, env, why):
    image.add_archives()
    call = image.executor(**env)
    assert not any(each.startswith("-XX:SharedArchiveFile") for each in call["args"])
    [line] = call["log"].splitlines()
    assert "archive" in line and why in line


def test_an_extra_class_path_comes_first(image):
    found = class_path(image.executor(SPARK_EXTRA_CLASSPATH="/x.jar", SPARK_CLASSPATH="/y.jar"))
    assert found[:3] == ["/x.jar", "/y.jar", f"{image.spark}/jars/a.jar"]


def test_the_users_conf_files_reach_executors(image):
    (image.attempt / "conf").mkdir()
    (image.attempt / "conf" / "log4j2.properties").touch()
    call = image.executor()
    assert call["env"]["HADOOP_CONF_DIR"] == f"{image.attempt}/conf"
    assert f"{image.attempt}/conf" in class_path(call)
    assert f"-Dlog4j2.configurationFile=file:{image.attempt}/conf/log4j2.properties" in call["args"]


def test_a_log_configuration_of_the_java_options_is_the_only_one(image):
    args = image.executor(SPARK_JAVA_OPT_0="-Dlog4j2.configurationFile=/mine")["args"]
    assert [each for each in args if "log4j2" in each] == ["-Dlog4j2.configurationFile=/mine"]


def test_workers_of_an_executor_import_the_library_and_what_the_pod_says(image):
    assert image.executor(PYTHONPATH="/program")["env"]["PYTHONPATH"] == f"{image.home}/python:/program"


def test_a_driver_runs_the_attempt_with_its_archive(image):
    image.add_archives()
    call = image.call("driver", PYTHONPATH="/mine")
    env = call["env"]
    assert call["args"] == ["-m", "sparkflow.driver", str(image.attempt)]
    assert env["PYTHONPATH"] == f"{image.home}/python:/mine"
    assert env["SPARKFLOW_CDS_ARCHIVE"] == f"{image.home}/cds/driver.jsa"
    with open(env["SPARKFLOW_CLASSPATH"]) as listing:
        assert [line.rsplit("/", 1)[1].strip() for line in listing] == ["c.jar", "a.jar", "b.jar"]


def test_a_driver_of_another_spark_has_no_archive(image):
    image.add_archives()
    (image.home / "cds" / "classpath").write_text("/opt/spark/jars/a.jar\n")
    assert "SPARKFLOW_CDS_ARCHIVE" not in image.call("driver")["env"]


def test_without_archives_the_jar_with_an_old_slf4j_in_it_is_last(image):
    (image.spark / "jars" / "b-geotools-wrapper-1.jar").touch()
    (image.spark / "jars" / "geotools-wrapper-1.jar").touch()
    (image.spark / "jars" / "slf4j-api-2.jar").touch()
    names = [each.rsplit("/", 1)[1] for each in class_path(image.executor())[:6]]
    assert names == ["a.jar", "b-geotools-wrapper-1.jar", "b.jar", "c.jar", "slf4j-api-2.jar", "geotools-wrapper-1.jar"]


def test_an_image_without_spark_is_told(image):
    done = image.run("driver", SPARK_HOME="/nowhere")
    assert done.returncode == 2
    assert "no Spark at /nowhere" in done.stderr


def test_inject_brings_all_that_another_image_needs(image, tmp_path):
    image.add_archives()
    target = tmp_path / "injected"
    assert image.run("inject", str(target)).returncode == 0
    image.home = target
    call = image.call("driver")
    assert call["env"]["PYTHONPATH"] == f"{target}/python"
    assert "SPARKFLOW_CDS_ARCHIVE" not in call["env"]


def test_anything_else_runs_as_it_is(image):
    assert image.call("java", "-version")["args"] == ["-version"]
    assert image.run("sh", "-c", "exit 7").returncode == 7
