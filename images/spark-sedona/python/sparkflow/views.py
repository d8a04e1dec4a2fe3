"""A task's inputs as temporary views, for SQL."""

from __future__ import annotations

from sparkflow import formats
from sparkflow.attempt import NO_ROWS
from sparkflow.errors import SparkflowError
from sparkflow.task import Task


def register(task: Task) -> None:
    """Makes a view of each input. Raises SparkflowError for an input or output that can't be one: the check of the
    manifest finds these too, but not the format of an input that comes from another task.
    """
    for data in (*task.attempt.inputs.values(), *task.attempt.outputs.values()):
        if data.format in NO_ROWS:
            raise SparkflowError(f"{data} of format {data.format} has no rows, so SQL can't see it as a view")
    for name in task.attempt.inputs:
        data = task.attempt.inputs[name]
        frame = task.input(name)
        frame = formats.empty(task.spark.session, data) if frame is None else frame
        for view in names(name):
            frame.createOrReplaceTempView(f"`{view}`")


def names(name: str) -> list[str]:
    """A manifest's name as a view, and where it has a `-`, also in the form that needs no backticks."""
    return list(dict.fromkeys((name.replace("-", "_"), name)))
