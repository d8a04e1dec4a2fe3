"""`spark.submit.pyFiles` for the driver's own imports, as spark-submit arranges it before it starts a program."""

from __future__ import annotations

import shutil
import sys

from sparkflow.attempt import Attempt
from sparkflow.files import local_path
from sparkflow.temporary import new_folder

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
            modules = modules or new_folder("pyfiles")
            shutil.copy(path, modules)
        else:
            entries.append(str(path))
    at = len(attempt.python_path)
    sys.path[at:at] = [*([str(modules)] if modules else []), *entries]
