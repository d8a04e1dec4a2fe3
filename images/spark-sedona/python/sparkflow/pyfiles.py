"""`spark.submit.pyFiles` for the driver's own imports, which spark-submit arranges before it starts a Python program."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from sparkflow.attempt import Attempt
from sparkflow.files import local_path

KEY = "spark.submit.pyFiles"


def add_to_path(spark, attempt: Attempt) -> None:
    """Puts packages and single modules behind the entries of `pythonPath`. Workers get them from Spark.

    SparkSubmit has downloaded them by the time that the gateway answers, and only then this can go on; so it asks only
    where the key is set.
    """
    conf = attempt.properties_file.read_text("utf-8") if attempt.properties_file.exists() else ""
    if KEY not in conf and KEY not in dict(attempt.extra_conf):
        return
    found = spark.gateway.jvm.java.lang.System.getProperty(KEY) or ""
    entries, modules = [], None
    for path in filter(None, (local_path(each) for each in found.split(",") if each)):
        if path.suffix == ".py":
            modules = modules or folder_for("sparkflow-pyfiles-")
            shutil.copy(path, modules)
        else:
            entries.append(str(path))
    at = len(attempt.python_path)
    sys.path[at:at] = [*([str(modules)] if modules else []), *entries]


def folder_for(prefix: str) -> Path:
    """A new folder under TMPDIR, which goes with the task's."""
    return Path(tempfile.mkdtemp(prefix=prefix))
