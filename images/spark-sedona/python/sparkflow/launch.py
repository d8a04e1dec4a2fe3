"""The command line and the environment of Spark's JVM, as spark-class would make them, without its launcher JVM."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from sparkflow.attempt import Attempt
from sparkflow.errors import SparkflowError
from sparkflow.properties import sets

SPARK_SUBMIT = "org.apache.spark.deploy.SparkSubmit"
# org.apache.spark.launcher.JavaModuleOptions of Spark 3.5; a test compares them.
MODULE_OPTIONS = (
    "-XX:+IgnoreUnrecognizedVMOptions",
    *(
        f"--add-opens={package}=ALL-UNNAMED"
        for package in (
            *("java.base/java.lang", "java.base/java.lang.invoke", "java.base/java.lang.reflect", "java.base/java.io"),
            *("java.base/java.net", "java.base/java.nio", "java.base/java.util", "java.base/java.util.concurrent"),
            *("java.base/java.util.concurrent.atomic", "java.base/jdk.internal.ref", "java.base/sun.nio.ch"),
            *("java.base/sun.nio.cs", "java.base/sun.security.action", "java.base/sun.util.calendar"),
            "java.security.jgss/sun.security.krb5",
        )
    ),
    "-Djdk.reflect.useDirectMethodHandle=false",
)
_LOG_CONFIGS = ("log4j2.properties", "log4j2.xml", "log4j2.yaml", "log4j2.yml", "log4j2.json")


def command(attempt: Attempt, properties_file: Path, program: list[str]) -> list[str]:
    """The whole command; `program` is what follows SparkSubmit's own options. `jvm.options` win, since they come last.

    Where a spark-env.sh exists, which only Spark's scripts source, the command is spark-submit's, and class path, heap
    and options are made by it from the properties file.
    """
    submit = ["--properties-file", str(properties_file)]
    for key, value in (*attempt.extra_conf, *_pod_address(attempt)):
        submit += ["--conf", f"{key}={value}"]
    if spark_env():
        jars = [jar for jar in _jars() if Path(jar).parent != _spark_home() / "jars"]
        extra = ["--driver-class-path", os.pathsep.join([*attempt.class_path, *jars, *_appended(attempt)])]
        return [str(_spark_home() / "bin" / "spark-submit"), *submit, *(extra if extra[1] else ()), *program]
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else "java"
    class_path = os.pathsep.join([*attempt.class_path, *_jars(), *_appended(attempt)])
    memory = [f"-Xmx{attempt.jvm_memory}"] if attempt.jvm_memory else []
    options = [*memory, *_archive(attempt), *_logging(attempt), *MODULE_OPTIONS, *attempt.jvm_options]
    return [java, "-cp", class_path, *options, SPARK_SUBMIT, *submit, *program]


def environment(attempt: Attempt, temporary: Path) -> dict[str, str]:
    """The JVM's environment; Python workers inherit it, and with PYTHONPATH they import what the program can import."""
    env = dict(os.environ)
    env["PYTHONPATH"] = os.pathsep.join([*map(str, attempt.python_path), *filter(None, [env.get("PYTHONPATH")])])
    env["PYTHONHASHSEED"] = env.get("PYTHONHASHSEED", "0")  # as spark-submit does: equal hashes in all workers
    if attempt.conf_folder:
        env["HADOOP_CONF_DIR"] = str(attempt.conf_folder)
    if spark_env():
        env["SPARK_SUBMIT_OPTS"] = " ".join([*_logging(attempt), *filter(None, [env.get("SPARK_SUBMIT_OPTS")])])
    else:
        # Spark on Kubernetes ships the files of SPARK_CONF_DIR to executors; nothing on this machine is meant
        empty = temporary / "spark-conf"
        empty.mkdir(exist_ok=True)
        env["SPARK_CONF_DIR"] = str(empty)
    if attempt.library_path:
        name = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
        env[name] = os.pathsep.join([*attempt.library_path, *filter(None, [env.get(name)])])
    return env


def spark_env() -> bool:
    """Whether there is a spark-env.sh, whose variables Spark's scripts would set."""
    folders = [_spark_home() / "conf", *filter(None, [os.environ.get("SPARK_CONF_DIR")])]
    return any((Path(folder) / "spark-env.sh").is_file() for folder in folders)


def _pod_address(attempt: Attempt) -> list[tuple[str, str]]:
    """Where executors reach the driver, in a pod whose address nobody could know before; the attempt's settings win."""
    address = os.environ.get("POD_IP")
    if not address:
        return []
    host = f"[{address}]" if ":" in address else address
    found = [("spark.driver.host", host), ("spark.driver.bindAddress", address)]
    # a loopback address is both: in local mode nobody else is to reach the driver
    return (
        [] if sets(attempt, "spark.driver.host") else [(key, value) for key, value in found if not sets(attempt, key)]
    )


def _spark_home() -> Path:
    home = os.environ.get("SPARK_HOME")
    if not home:
        raise SparkflowError("SPARK_HOME isn't set: the driver doesn't know which Spark to start")
    return Path(home)


def _jars() -> list[str]:
    """Jars in the order that the archive was made with; SPARKFLOW_CLASSPATH names the file that lists them."""
    listing = os.environ.get("SPARKFLOW_CLASSPATH")
    if not listing:
        return sorted(map(str, (_spark_home() / "jars").glob("*.jar")))
    try:
        return [line for line in Path(listing).read_text("utf-8").splitlines() if line]
    except OSError as error:
        raise SparkflowError(f"SPARKFLOW_CLASSPATH: {listing} can't be read ({error.strerror})") from None


def _appended(attempt: Attempt) -> list[str]:
    """What spark-class takes from the environment, and the attempt's conf/, all behind the jars.

    A CDS archive's class path must be a prefix of the run's, so this keeps the archive. JDK 17 refuses a folder with
    files in it only while it makes an archive; tried with -Xlog:class+load: as many classes come from the archive.
    """
    hadoop = attempt.conf_folder or os.environ.get("HADOOP_CONF_DIR")
    return [str(entry) for entry in (hadoop, os.environ.get("SPARK_DIST_CLASSPATH")) if entry]


def _archive(attempt: Attempt) -> list[str]:
    dump, archive = os.environ.get("SPARKFLOW_CDS_DUMP"), os.environ.get("SPARKFLOW_CDS_ARCHIVE")
    if dump:
        # thousands of warnings, one for each class that can't be archived
        return [f"-XX:ArchiveClassesAtExit={dump}", "-Xlog:cds*=error"]
    if archive and os.environ.get("POD_IP") and (why := _unusable(attempt)):
        print(
            f"INFO sparkflow: the archive of Spark's classes isn't used, so the JVM starts slower: {why}",
            file=sys.stderr,
        )
    # entries before the jars make another class path, for which the JVM would print a warning and not use it
    return [f"-XX:SharedArchiveFile={archive}"] if archive and not attempt.class_path else []


def _unusable(attempt: Attempt) -> str | None:
    """Why the JVM will pass over an archive without a word, if it will."""
    size = re.fullmatch(r"(\d+)([kmgt])b?", (attempt.jvm_memory or "").lower())
    if attempt.class_path:
        return "spark.driver.extraClassPath puts other classes before Spark's"
    if size and int(size[1]) * 1024 ** ("kmgt".index(size[2]) + 1) >= 32 * 1024**3:
        return "a heap of 32g and more has wider pointers"
    if any(option == "-Xshare:off" or option.startswith("-XX:SharedArchiveFile=") for option in attempt.jvm_options):
        return "the Java options say otherwise"
    return None


def _logging(attempt: Attempt) -> list[str]:
    named = ("-Dlog4j2.configurationFile=", "-Dlog4j.configurationFile=")
    if any(option.startswith(named) for option in attempt.jvm_options):
        return []
    own = [attempt.conf_folder / name for name in _LOG_CONFIGS] if attempt.conf_folder else []
    default = Path(__file__).with_name("log4j2.properties")
    return [f"-Dlog4j2.configurationFile={next(filter(Path.is_file, own), default).as_uri()}"]
