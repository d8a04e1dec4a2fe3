"""The program's file on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from sparkflow.errors import SparkflowError
from sparkflow.files import local_path
from sparkflow.task import Task
from sparkflow.temporary import new_folder


def local(task: Task) -> Path:
    """Where the program's file is; one at a URL is fetched as Spark would fetch it. SparkflowError if there's none."""
    place = task.attempt.program.file
    path = local_path(place)
    if path is None:
        jvm, spark = task.spark.gateway.jvm, task.spark.gateway.jvm.org.apache.spark
        conf = spark.SparkConf()
        hadoop = spark.deploy.SparkHadoopUtil.get().newConfiguration(conf)
        folder = jvm.java.io.File(str(new_folder("program")))
        path = local_path(spark.util.DependencyUtils.downloadFile(place, folder, conf, hadoop))
    path = Path(os.path.normpath(task.attempt.folder / path))
    if not path.is_file():
        raise SparkflowError(f"the program's file {place} doesn't exist (looked for {path})")
    return path


def text(path: Path) -> str:
    """A file's text. Raises SparkflowError if it isn't UTF-8."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise SparkflowError(f"the program's file {path.name} isn't UTF-8: {error}") from None
