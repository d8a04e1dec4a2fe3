"""A task's inputs as DataFrames, for Fugue, and as temporary views, for SQL."""

from __future__ import annotations

from sparkflow import formats
from sparkflow.attempt import NO_ROWS
from sparkflow.errors import SparkflowError
from sparkflow.task import Task

_WHO = {
    "sql": "SQL can't see it as a view",
    "fugueSql": "Fugue SQL can't see it as a dataframe",
    "python": "map can't use it",
}


def register(task: Task) -> None:
    """Makes a view of each input. Raises SparkflowError for an input or output that can't be one."""
    for name, frame in frames(task).items():
        for view in names(name):
            frame.createOrReplaceTempView(f"`{view}`")


def frames(task: Task) -> dict[str, object]:
    """The inputs as DataFrames, one that isn't there without rows. Raises SparkflowError for an input or output that
    has no rows: the check of the manifest finds these too, but not the format of an input that comes from another task.
    """
    for data in (*task.attempt.inputs.values(), *task.attempt.outputs.values()):
        if data.format in NO_ROWS:
            raise SparkflowError(f"{data} of format {data.format} has no rows, so {_WHO[task.attempt.program.kind]}")
    found = {}
    for name, data in task.attempt.inputs.items():
        frame = task.input(name)
        found[name] = formats.empty(task.spark.session, data) if frame is None else frame
    return found


def drop_all(session) -> None:
    """Forgets every temporary view of the session."""
    for table in session.catalog.listTables():
        if table.isTemporary:
            session.catalog.dropTempView(table.name)


def names(name: str) -> list[str]:
    """A manifest's name as a view, and where it has a `-`, also in the form that needs no backticks."""
    return list(dict.fromkeys((name.replace("-", "_"), name)))
