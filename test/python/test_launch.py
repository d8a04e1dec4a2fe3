"""The JVM's command line and environment, and the properties file with secrets. Nothing is started here."""

import os
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from sparkflow import launch
from sparkflow.attempt import Attempt, Program
from sparkflow.errors import SparkflowError
from sparkflow.properties import PropertiesFile, escape


@pytest.fixture
def attempt(tmp_path, monkeypatch):
    """An attempt with nothing special, and a SPARK_HOME with two jars."""
    for name in ("SPARKFLOW_CLASSPATH", "SPARKFLOW_CDS_ARCHIVE", "SPARKFLOW_CDS_DUMP", "SPARK_CONF_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name in (
        "HADOOP_CONF_DIR",
        "SPARK_DIST_CLASSPATH",
        "SPARK_SUBMIT_OPTS",
        "PYTHONPATH",
        "PYTHONHASHSEED",
        "POD_IP",
    ):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "spark"
    (home / "jars").mkdir(parents=True)
    for name in ("b.jar", "a.jar"):
        (home / "jars" / name).touch()
    monkeypatch.setenv("SPARK_HOME", str(home))
    monkeypatch.setenv("JAVA_HOME", "/jdk")
    folder = tmp_path / "attempt"
    folder.mkdir()
    (folder / "spark-defaults.conf").write_text("spark.master=local[2]")
    return Attempt(
        folder=folder,
        program=Program("python", file="program/a.py"),
        python_path=(folder / "program",),
        args=(),
        params={},
        inputs={},
        outputs={},
        properties_file=folder / "spark-defaults.conf",
        extra_conf=(),
        secret_conf={},
        jvm_memory="4g",
        jvm_options=("-XX:+UseG1GC",),
        class_path=(),
        library_path=(),
    )


def command(attempt):
    return launch.command(attempt, attempt.properties_file, ["pyspark-shell"])


def class_path(attempt):
    found = command(attempt)
    return [Path(entry).name for entry in found[found.index("-cp") + 1].split(os.pathsep)]


def test_java_is_started_directly_and_the_users_options_come_last(attempt):
    found = command(attempt)
    assert found[0] == "/jdk/bin/java"
    assert "-Xmx4g" in found
    submit = found.index(launch.SPARK_SUBMIT)
    assert found[submit - 1] == "-XX:+UseG1GC"
    assert found[submit + 1 :] == ["--properties-file", str(attempt.properties_file), "pyspark-shell"]


def test_without_a_java_home_java_is_found_on_the_path(attempt, monkeypatch):
    monkeypatch.delenv("JAVA_HOME")
    assert command(attempt)[0] == "java"


def test_pairs_that_a_properties_file_can_not_carry_go_as_conf(attempt):
    found = command(replace(attempt, extra_conf=(("spark.a", " x "),)))
    assert found[-3:] == ["--conf", "spark.a= x ", "pyspark-shell"]


def test_jars_come_in_the_order_of_the_class_path_file_and_else_by_name(attempt, monkeypatch, tmp_path):
    assert class_path(attempt) == ["a.jar", "b.jar"]
    (tmp_path / "classpath").write_text("/x/z.jar\n/x/c.jar\n")
    monkeypatch.setenv("SPARKFLOW_CLASSPATH", str(tmp_path / "classpath"))
    assert class_path(attempt) == ["z.jar", "c.jar"]


def test_a_class_path_file_that_is_not_there_is_told(attempt, monkeypatch):
    monkeypatch.setenv("SPARKFLOW_CLASSPATH", "/nowhere")
    with pytest.raises(SparkflowError, match="SPARKFLOW_CLASSPATH: /nowhere can't be read"):
        command(attempt)


def test_conf_is_behind_the_jars_and_what_the_user_puts_first_is_first(attempt, monkeypatch):
    (attempt.folder / "conf").mkdir()
    assert class_path(replace(attempt, class_path=("/x/first.jar",))) == ["first.jar", "a.jar", "b.jar", "conf"]


def test_the_environments_hadoop_conf_counts_where_the_attempt_has_none(attempt, monkeypatch):
    monkeypatch.setenv("HADOOP_CONF_DIR", "/etc/hadoop")
    monkeypatch.setenv("SPARK_DIST_CLASSPATH", "/opt/hadoop/*")
    assert class_path(attempt) == ["a.jar", "b.jar", "hadoop", "*"]
    (attempt.folder / "conf").mkdir()
    assert class_path(attempt) == ["a.jar", "b.jar", "conf", "*"]
    assert launch.environment(attempt, attempt.folder)["HADOOP_CONF_DIR"] == str(attempt.folder / "conf")


def test_the_archive_is_used_unless_something_stands_before_the_jars(attempt, monkeypatch):
    monkeypatch.setenv("SPARKFLOW_CDS_ARCHIVE", "/cds/driver.jsa")
    assert "-XX:SharedArchiveFile=/cds/driver.jsa" in command(attempt)
    assert "-XX:SharedArchiveFile=/cds/driver.jsa" not in command(replace(attempt, class_path=("/x.jar",)))


def test_a_training_run_makes_the_archive_and_uses_none(attempt, monkeypatch):
    monkeypatch.setenv("SPARKFLOW_CDS_ARCHIVE", "/cds/driver.jsa")
    monkeypatch.setenv("SPARKFLOW_CDS_DUMP", "/cds/new.jsa")
    options = [option for option in command(attempt) if option.startswith("-XX:") and "Arch" in option]
    assert options == ["-XX:ArchiveClassesAtExit=/cds/new.jsa"]


def log_option(attempt):
    return [option for option in command(attempt) if "log4j" in option]


def test_the_log_is_configured_by_our_file_or_the_users(attempt):
    ours = Path(launch.__file__).with_name("log4j2.properties").as_uri()
    assert log_option(attempt) == [f"-Dlog4j2.configurationFile={ours}"]
    (attempt.folder / "conf").mkdir()
    assert log_option(attempt) == [f"-Dlog4j2.configurationFile={ours}"]
    (attempt.folder / "conf" / "log4j2.properties").touch()
    assert log_option(attempt) == [f"-Dlog4j2.configurationFile={(attempt.folder / 'conf/log4j2.properties').as_uri()}"]
    named = replace(attempt, jvm_options=("-Dlog4j2.configurationFile=x",))
    assert log_option(named) == ["-Dlog4j2.configurationFile=x"]


@pytest.mark.parametrize("place", ["SPARK_HOME", "SPARK_CONF_DIR"])
def test_where_there_is_a_spark_env_sh_spark_submit_is_called(attempt, monkeypatch, tmp_path, place):
    folder = Path(os.environ["SPARK_HOME"]) / "conf" if place == "SPARK_HOME" else tmp_path / "conf"
    folder.mkdir()
    (folder / "spark-env.sh").touch()
    if place == "SPARK_CONF_DIR":
        monkeypatch.setenv("SPARK_CONF_DIR", str(folder))
    (tmp_path / "classpath").write_text(f"{os.environ['SPARK_HOME']}/jars/a.jar\n/sedona.jar\n")
    monkeypatch.setenv("SPARKFLOW_CLASSPATH", str(tmp_path / "classpath"))
    found = command(replace(attempt, class_path=("/first.jar",)))
    assert found == [
        f"{os.environ['SPARK_HOME']}/bin/spark-submit",
        *("--properties-file", str(attempt.properties_file)),
        *("--driver-class-path", "/first.jar:/sedona.jar", "pyspark-shell"),
    ]
    env = launch.environment(attempt, tmp_path)
    assert env.get("SPARK_CONF_DIR") == os.environ.get("SPARK_CONF_DIR")
    assert env["SPARK_SUBMIT_OPTS"].startswith("-Dlog4j2.configurationFile=file:///")


def test_spark_conf_dir_is_an_empty_folder_and_workers_import_what_the_program_does(attempt, monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", "/lib")
    env = launch.environment(replace(attempt, library_path=("/native",)), tmp_path)
    assert os.listdir(env["SPARK_CONF_DIR"]) == []
    assert env["PYTHONPATH"] == f"{attempt.folder}/program{os.pathsep}/lib"
    assert env["PYTHONHASHSEED"] == "0"
    assert "/native" in (env.get("LD_LIBRARY_PATH"), env.get("DYLD_LIBRARY_PATH"))


READER = """
import java.io.*; import java.util.*;
public class Read { public static void main(String[] a) throws Exception {
  Properties p = new Properties(); p.load(new InputStreamReader(new FileInputStream(a[0]), a[1]));
  for (String k : p.stringPropertyNames()) for (String s : new String[]{k, p.getProperty(k)}) {
    StringBuilder hex = new StringBuilder();
    for (char c : s.toCharArray()) hex.append(String.format("%04x", (int) c));
    System.out.println(hex);
  }
}}"""


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
def test_java_reads_back_what_was_escaped(tmp_path, encoding):
    pairs = {
        "plain": "value",
        "a=b:c d#!": "= : # ! \\ 'x' \"y\"",
        "controls": "\n\r\t\f\x00\x7f end",
        "unicode ü語": "ü語😀 \u2028",
        "empty": "",
        "leading": "  two spaces",
        "backslashes": "\\\\n \\u0041 \\",
    }
    (tmp_path / "p").write_text("".join(f"{escape(k)}={escape(v)}\n" for k, v in pairs.items()), "ascii")
    (tmp_path / "Read.java").write_text(READER)
    run = ["java", str(tmp_path / "Read.java"), str(tmp_path / "p"), encoding]
    lines = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
    texts = [bytes.fromhex(line).decode("utf-16-be") for line in lines]
    assert dict(zip(texts[::2], texts[1::2], strict=True)) == pairs


def test_without_secrets_the_attempts_own_file_is_used(attempt):
    properties = PropertiesFile(attempt)
    assert properties.path == attempt.properties_file
    properties.remove()
    assert properties.path.exists()


def test_secrets_are_in_a_private_copy_that_leaves_nothing_behind(attempt, monkeypatch):
    monkeypatch.setenv("SF_SECRET_1", "pass=word\\ #1")
    properties = PropertiesFile(replace(attempt, secret_conf={"spark.some.key": "SF_SECRET_1"}))
    assert stat.S_IMODE(properties.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(properties.path.parent.stat().st_mode) == 0o700
    properties.remove_if_read()
    assert properties.private
    assert properties.path.read_text() == "spark.master=local[2]\nspark.some.key=pass\\=word\\\\\\ \\#1\n"
    properties.remove()
    assert not properties.path.parent.exists() and not properties.private


@pytest.mark.parametrize(
    ("value", "message"),
    [(None, "the environment variable SF_SECRET_1, which isn't set"), (" x", "white space"), ("x\t", "white space")],
)
def test_a_secret_that_is_missing_or_would_be_cut_is_told_without_its_value(attempt, monkeypatch, value, message):
    if value:
        monkeypatch.setenv("SF_SECRET_1", value)
    with pytest.raises(SparkflowError, match=message):
        PropertiesFile(replace(attempt, secret_conf={"spark.some.key": "SF_SECRET_1"}))


def conf(attempt):
    found = command(attempt)
    return dict(found[index + 1].split("=", 1) for index, word in enumerate(found) if word == "--conf")


def test_in_a_pod_executors_reach_the_driver_at_the_pods_address(attempt, monkeypatch):
    assert conf(attempt) == {}
    monkeypatch.setenv("POD_IP", "10.0.0.7")
    assert conf(attempt) == {"spark.driver.host": "10.0.0.7", "spark.driver.bindAddress": "10.0.0.7"}


def test_an_ipv6_address_has_brackets_where_it_is_a_host(attempt, monkeypatch):
    monkeypatch.setenv("POD_IP", "fd00::7")
    assert conf(attempt) == {"spark.driver.host": "[fd00::7]", "spark.driver.bindAddress": "fd00::7"}


@pytest.mark.parametrize(
    "line", ["spark.driver.host=127.0.0.1", "  spark.driver.host : 127.0.0.1", "spark.driver.host x"]
)
def test_a_host_of_the_settings_stays(attempt, monkeypatch, line):
    monkeypatch.setenv("POD_IP", "10.0.0.7")
    attempt.properties_file.write_text(f"spark.master=local[2]\n{line}\n")
    assert conf(attempt) == {}


def test_a_comment_or_a_longer_key_sets_no_host(attempt, monkeypatch):
    monkeypatch.setenv("POD_IP", "10.0.0.7")
    attempt.properties_file.write_text(
        "# spark.driver.host=a\nspark.driver.hosts=b\nspark.driver.bindAddress=0.0.0.0\n"
    )
    assert conf(attempt) == {"spark.driver.host": "10.0.0.7"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"class_path": ("/x.jar",)}, "extraClassPath"),
        ({"jvm_memory": "32g"}, "32g"),
        ({"jvm_memory": "32768m"}, "32g"),
        ({"jvm_options": ("-Xshare:off",)}, "Java options"),
    ],
)
def test_in_a_pod_the_log_says_when_the_archive_is_not_used(attempt, monkeypatch, capsys, change, why):
    monkeypatch.setenv("SPARKFLOW_CDS_ARCHIVE", "/x/a.jsa")
    monkeypatch.setenv("POD_IP", "10.0.0.7")
    command(replace(attempt, jvm_memory="31g"))
    assert capsys.readouterr().err == ""
    command(replace(attempt, **change))
    [line] = capsys.readouterr().err.splitlines()
    assert "archive" in line and why in line


def test_the_file_with_secrets_goes_where_the_pod_says(attempt, monkeypatch, tmp_path):
    monkeypatch.setenv("SF_SECRET_1", "hush")
    monkeypatch.setenv("SPARKFLOW_SECRETS_DIR", str(tmp_path / "memory"))
    secret = replace(attempt, secret_conf={"spark.a": "SF_SECRET_1"})
    with pytest.raises(SparkflowError, match="SPARKFLOW_SECRETS_DIR: .*memory can't take the file"):
        PropertiesFile(secret)
    (tmp_path / "memory").mkdir()
    file = PropertiesFile(secret)
    assert file.path.is_relative_to(tmp_path / "memory")
    file.remove()
    assert list((tmp_path / "memory").iterdir()) == []
