"""A Fugue SQL program: inputs as dataframes by name, params in {{ }}, outputs from what the query yields."""

from __future__ import annotations

import logging
import re
from typing import NamedTuple

from sparkflow import fugue_params, program_file, python_program, sql, views
from sparkflow.errors import OutputMissing, SparkflowError, listed
from sparkflow.task import Task

# Fugue's word on what it can't parse: the line with its number, and below it dots up to the place.
_SYNTAX = re.compile(r"^(?P<line>\d+):\t(?P<source>.*)\n\s*\t(?P<before>\.*)(?P<carets>\^+)", re.MULTILINE)

_PART = re.compile(r"^(?P<line>\d+):\t(?P<source>.*)$", re.MULTILINE)


class _Query(NamedTuple):
    """The text with its params, and what its lines are called in errors: `words.fsql`, or `query` of the manifest."""

    sql: str
    name: str


def run(task: Task) -> None:
    """Runs the query and writes its outputs.

    An output is what is yielded by its name; where only one is declared and nothing is yielded, it is the query's last
    dataframe. Raises SparkflowError before anything is read for a param that the task hasn't got, SqlFailed for what
    Fugue can't parse.
    """
    fugue = _import_fugue()
    query = _read(task)
    frames = {alias: frame for name, frame in views.frames(task).items() for alias in views.names(name)}
    flow = _parse(fugue, query, frames)
    yields = _yields(task, flow)
    results = _run(flow, query, task.spark.session)
    for name, yielded in yields.items():
        task.output(name, results[yielded].native)


def _read(task: Task) -> _Query:
    program, file = task.attempt.program, python_program.make_importable(task)
    text, name = (program_file.text(file), file.name) if file else (program.query, "query")
    return _Query(fugue_params.fill_in(text, sql.by_argument(task.params), name), name)


def _parse(fugue, query: _Query, frames: dict):
    try:
        # What is filled in here is not parsed as a template again.
        return fugue.api.fugue_sql_flow(
            "{{ sparkflow_query }}", sparkflow_query=query.sql, fsql_ignore_case=True, **frames
        )
    except SyntaxError as error:
        found = _SYNTAX.search(str(error))
        if not found:
            raise
        column = len(found["before"]) + 1
        where = f"line {found['line']}"
        at = f"{query.name}:{found['line']}"
        raise sql.SqlFailed(
            where, at, found["source"], column, len(found["carets"])
        ) from fugue.exceptions.FugueSQLSyntaxError("syntax error")
    except fugue.exceptions.FugueWorkflowCompileError as error:
        raise SparkflowError(f"{query.name}: {error}") from None


def _run(flow, query: _Query, session):
    logging.getLogger().addFilter(_raised_anyway)
    try:
        return flow.run(session)
    except Exception as error:
        # Fugue has put the part of the query before the exception, each line with its number
        found = _PART.search(str(error.__cause__)) if type(error.__cause__).__name__ == "FugueSQLRuntimeError" else None
        if not found:
            raise
        line = found["line"]
        raise sql.SqlFailed(f"line {line}", f"{query.name}:{line}", found["source"], None) from error
    finally:
        logging.getLogger().removeFilter(_raised_anyway)


def _raised_anyway(record: logging.LogRecord) -> bool:
    """Fugue's scheduler logs what it raises a moment later."""
    return "_State.FAILED" not in record.getMessage()


def _yields(task: Task, flow) -> dict[str, str]:
    """Each output's name, and by which name the query yields it."""
    found, known = {}, {name.strip("`"): name for name in flow.yields}
    for name in task.attempt.outputs:
        alias = next((alias for alias in views.names(name) if alias in known), None)
        if alias is not None:
            found[name] = known[alias]
        elif len(task.attempt.outputs) == 1 and not known and flow.last_df is not None:
            flow.last_df.yield_dataframe_as("sparkflow_last")
            found[name] = "sparkflow_last"
        else:
            raise OutputMissing(
                f"output `{name}` is declared, but the query yields {listed(known)}; "
                f"add YIELD DATAFRAME AS {views.names(name)[0]}"
            )
    return found


def _import_fugue():
    try:
        import fugue.api
        import fugue.exceptions
        import fugue_sql_antlr  # noqa: F401

        return fugue
    except ImportError as error:
        raise SparkflowError(f"Fugue SQL needs Fugue in the driver's Python: {error}") from None
