"""Makes the AppCDS archives while the image is built: make.py FOLDER CACHE.

One driver runs the training program twice, first on an executor, then in local mode, and so trains the driver's JVM and
the executor's. Everything is as in a cluster, started by the image's own entry point with the variables that pods get;
only the API server, which knows pods and nothing else, is made here. FOLDER gets driver.jsa and executor.jsa beside the
file `classpath`; CACHE keeps archives by what they depend on.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from apiserver import ApiServer

ENTRYPOINT = "/opt/sparkflow/bin/entrypoint"
ROLES = ("driver", "executor")
TRAINING = Path("/opt/sparkflow/python/sparkflow/training.py")
HERE = Path(__file__).parent
EXECUTOR_SECONDS = 300


def main() -> int:
    target, cache = Path(sys.argv[1]), Path(sys.argv[2])
    kept = cache / fingerprint(target / "classpath")
    if not kept.is_dir():
        with tempfile.TemporaryDirectory(prefix="archives-") as folder:
            if code := train(Path(folder)):
                print(f"the training run failed with exit code {code}", file=sys.stderr)
                return code
            partial = cache / f"{kept.name}.{os.getpid()}"
            partial.mkdir(parents=True)
            for role in ROLES:
                shutil.copy(Path(folder) / f"{role}.jsa", partial)
            partial.rename(kept)
    for role in ROLES:
        # with its time, so that a layer that is made again is the same layer
        shutil.copy2(kept / f"{role}.jsa", target)
        print(f"{role}.jsa: {(target / f'{role}.jsa').stat().st_size / 1e6:.0f} MB")
    return 0


def fingerprint(class_path: Path) -> str:
    """What the JVM compares before it uses an archive, and what is trained."""
    digest = hashlib.sha256(subprocess.run(["java", "-Xinternalversion"], capture_output=True, check=True).stdout)
    for jar in class_path.read_text().splitlines():
        stat = os.stat(jar)
        digest.update(f"{jar} {stat.st_size} {int(stat.st_mtime)}\n".encode())
    for file in (TRAINING, *sorted(HERE.glob("*.py"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def train(folder: Path) -> int:
    """Leaves driver.jsa and executor.jsa in the folder; 0, or the exit code of what failed."""
    attempt = folder / "attempt"
    attempt.mkdir()
    with ApiServer([ENTRYPOINT, "executor"], {"SPARKFLOW_CDS_DUMP": f"{folder}/executor.jsa"}) as server:
        (attempt / "program.py").write_text((HERE / "program.py").read_text())
        (attempt / "attempt.json").write_text(json.dumps(attempt_json()))
        (attempt / "spark-defaults.conf").write_text(
            "".join(f"{key}={value}\n" for key, value in settings(server.url, folder).items())
        )
        # the name of a build's host may have no address
        os.environ.update(SPARK_LOCAL_IP="127.0.0.1", SPARK_LOCAL_HOSTNAME="localhost")
        env = {
            **os.environ,
            "POD_IP": "127.0.0.1",
            "SPARKFLOW_ATTEMPT": str(attempt),
            "SPARKFLOW_CDS_DUMP": f"{folder}/driver.jsa",
            "SPARKFLOW_RESULT": f"{folder}/result.json",
        }
        code = subprocess.run([ENTRYPOINT, "driver"], env=env, cwd=folder).returncode
        return code or server.executor_code(EXECUTOR_SECONDS)


def attempt_json() -> dict:
    return {
        "apiVersion": "sparkflow.dev/attempt-v1",
        "program": {"kind": "python", "file": "program.py", "function": None},
        "jvm": {"memory": "2g", "options": ["-XX:+UseG1GC"], "classPath": [], "libraryPath": []},
    }


def settings(url: str, folder: Path) -> dict[str, str]:
    return {
        "spark.master": f"k8s://{url}",
        "spark.submit.deployMode": "client",
        "spark.app.id": "training",
        "spark.kubernetes.namespace": "default",
        "spark.kubernetes.driver.pod.name": "training-driver",
        "spark.kubernetes.executor.podNamePrefix": "training",
        "spark.kubernetes.container.image": "training",
        "spark.kubernetes.executor.disableConfigMap": "true",
        "spark.kubernetes.executor.podTemplateFile": str(HERE / "executor.json"),
        "spark.kubernetes.driver.service.deleteOnTermination": "false",
        "spark.kubernetes.driver.ownPersistentVolumeClaim": "false",
        "spark.kubernetes.driver.reusePersistentVolumeClaim": "false",
        "spark.kubernetes.executor.enablePollingWithResourceVersion": "true",
        "spark.executor.instances": "1",
        "spark.executor.cores": "2",
        "spark.executor.memory": "1g",
        "spark.executor.defaultJavaOptions": "-XX:+UseG1GC",
        "spark.local.dir": f"{folder}/spark",
        "spark.ui.port": "0",
        "spark.ui.showConsoleProgress": "false",
        "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
        "spark.kryo.registrator": "org.apache.sedona.core.serde.SedonaKryoRegistrator",
        "spark.sql.extensions": "org.apache.sedona.sql.SedonaSqlExtensions",
    }


if __name__ == "__main__":
    sys.exit(main())
