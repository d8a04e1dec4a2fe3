"""Attempts that the tests write, and real runs of the driver on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import LIBRARY

CONF = {
    "spark.master": "local[2]",
    "spark.app.name": "test",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
    "spark.kryo.registrator": "org.apache.sedona.core.serde.SedonaKryoRegistrator",
    "spark.sql.extensions": "org.apache.sedona.sql.SedonaSqlExtensions",
}
JVM = {"memory": "1g", "options": ["-XX:+UseG1GC"], "classPath": [], "libraryPath": []}


def needed(variable: str) -> Path:
    """A folder that an environment variable names; a test that needs it fails without."""
    value = os.environ.get(variable)
    if not value or not Path(value).is_dir():
        pytest.fail(f"{variable} must name a folder (SPARK_HOME: Spark 3.5's; SPARKFLOW_TEST_JARS: with Sedona's jars)")
    return Path(value)


def class_path() -> list[str]:
    jars = [
        *sorted((needed("SPARK_HOME") / "jars").glob("*.jar")),
        *sorted(needed("SPARKFLOW_TEST_JARS").glob("*.jar")),
    ]
    return [str(jar) for jar in jars]


@dataclass
class Outcome:
    folder: Path
    code: int
    out: str
    err: str
    result: dict | None

    @property
    def error(self) -> dict:
        return self.result["error"]

    @property
    def values(self) -> dict:
        return self.result["values"]

    def output(self, name: str) -> Path:
        return self.folder / "out" / name


class Attempt:
    """An attempt's folder: `program` as the contract has it, `files` below program/, `conf_files` below conf/."""

    def __init__(self, folder: Path, program: dict, *, files=None, conf_files=None, conf=None, env=None, **spec):
        self.folder = folder
        (folder / "tmp").mkdir(parents=True)
        for place, texts in (("program", files or {}), ("conf", conf_files or {})):
            for name, text in texts.items():
                (folder / place).mkdir(exist_ok=True)
                (folder / place / name).write_text(text)
        # a file system that isn't this machine's, as far as the driver can tell: viewfs://elsewhere is the folder above
        elsewhere = {"spark.hadoop.fs.viewfs.mounttable.elsewhere.linkFallback": f"file://{folder.parent}"}
        lines = (f"{key}={value}\n" for key, value in {**CONF, **elsewhere, **(conf or {})}.items())
        (folder / "spark-defaults.conf").write_text("".join(lines))
        self.outputs = [self._data(data, "out") for data in spec.pop("outputs", [])]
        self.inputs = [self._data(data, "in") for data in spec.pop("inputs", [])]
        jvm = {**JVM, **spec.pop("jvm", {})}
        more = {"extra": spec.pop("extra", []), "secret": spec.pop("secret", {})}
        attempt = {
            **{"apiVersion": "sparkflow.dev/attempt-v1", "namespace": "default", "flow": "f", "run": "r", "task": "t"},
            **{"attempt": 1, "program": program, "pythonPath": ["program"], "args": [], "params": {}},
            **{"inputs": self.inputs, "outputs": self.outputs, "jvm": jvm},
            **{"conf": {"file": "spark-defaults.conf", **more}, **spec},
        }
        (folder / "attempt.json").write_text(json.dumps(attempt))
        self.env = self._environment(env or {})

    def _data(self, data: dict, folder: str) -> dict:
        return {
            "schema": None,
            "crs": None,
            "options": {},
            "uri": f"file://{self.folder}/{folder}/{data['name']}",
            **data,
        }

    def _environment(self, more: dict) -> dict:
        (self.folder / "classpath").write_text("\n".join(class_path()) + "\n")
        env = {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME", "LANG") if name in os.environ}
        env.update({f"SPARKFLOW_INPUT_{data['name'].upper()}": data["uri"] for data in self.inputs if data["uri"]})
        env.update({f"SPARKFLOW_OUTPUT_{data['name'].upper()}": data["uri"] for data in self.outputs})
        return {
            **env,
            **{"SPARK_HOME": str(needed("SPARK_HOME")), "PYTHONPATH": str(LIBRARY), "SPARK_LOCAL_IP": "127.0.0.1"},
            **{"SPARKFLOW_CLASSPATH": f"{self.folder}/classpath", "SPARKFLOW_RESULT": f"{self.folder}/result.json"},
            **{"SPARKFLOW_VALUES_FILE": f"{self.folder}/values.json", "TMPDIR": f"{self.folder}/tmp", **more},
        }

    def start(self) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", "sparkflow.driver", str(self.folder)],
            env=self.env,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, process: subprocess.Popen) -> Outcome:
        try:
            out, err = process.communicate(timeout=400)
        finally:
            process.kill()
        path = self.folder / "result.json"
        outcome = Outcome(
            self.folder, process.returncode, out, err, json.loads(path.read_text()) if path.exists() else None
        )
        print(f"exit code {outcome.code}\n{out}\n{err}\n{outcome.result}")  # pytest shows it when a test fails
        return outcome

    def run(self) -> Outcome:
        return self.finish(self.start())
