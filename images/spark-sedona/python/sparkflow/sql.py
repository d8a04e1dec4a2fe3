"""A SQL program: inputs as temporary views, its statements one after the other, outputs from views of their names."""

from __future__ import annotations

import datetime
import re
import sys
from typing import NamedTuple

from sparkflow import program_file, sql_text, views
from sparkflow.errors import OutputMissing, SparkflowError, did_you_mean, listed
from sparkflow.task import Task

_POSITION = re.compile(
    r"\(line (?P<l1>\d+), pos (?P<p1>\d+)\)|; line (?P<l2>\d+) pos (?P<p2>\d+)"
    r"|== SQL\(line (?P<l3>\d+), position (?P<p3>\d+)\)"
)


class SqlFailed(Exception):
    """An exception (the cause) at a place of the program's SQL: `at` is the file and line as the result has them."""

    def __init__(self, where: str, at: str, source: str, column: int | None, length: int = 1):
        super().__init__(where)
        self.where, self.at = where, at
        self._quoted = with_caret(source, column, length)

    def told(self, message: str) -> str:
        """The message with the place in front, and below it the line of SQL with a caret."""
        return f"{self.where}: {message}\n{self._quoted}"


class _Text(NamedTuple):
    """The program's text, and what its lines are called in errors: `words.sql`, or `statements` of the manifest."""

    sql: str
    name: str

    def failed(self, error: Exception, statement: sql_text.Statement, number: int, of: int) -> SqlFailed:
        """With Spark's own position where it gives one; it counts from the statement's beginning."""
        line, column = place(_message(error)) or (1, None)
        if column and line == 1:
            column += statement.column
        line += statement.line - 1
        where = f"statement {number} of {of}, line {line}"
        return SqlFailed(where, f"{self.name}:{line}", self.sql.splitlines()[line - 1], column)


def run(task: Task) -> None:
    """Runs the program and writes its outputs.

    An output is the view of its name; where only one is declared and there's no such view, it is what the last
    statement selects. What the last statement selects is shown in the log if it is no output. Raises SparkflowError
    before the first statement where one has a marker for a param that the task hasn't got.
    """
    text = _read(task)
    session, params = task.spark.session, by_argument(task.params)
    statements = sql_text.split(text.sql)
    _check_markers(session, statements, params)
    views.register(task)
    arguments = {name: _argument(session, value) for name, value in params.items()}
    last = None
    for number, statement in enumerate(statements, 1):
        try:
            last = _execute(session, statement, arguments, params)
            last = last if statement.is_query else None
        except Exception as error:
            raise text.failed(error, statement, number, len(statements)) from error
    shown = last
    for name in task.attempt.outputs:
        view = next((view for view in views.names(name) if _exists(session, view)), None)
        if view:
            task.output(name, session.table(f"`{view}`"))
        elif last is not None and len(task.attempt.outputs) == 1:
            task.output(name, last)
            shown = None
        else:
            raise OutputMissing(
                f"output `{name}` is declared, but no view has its name; "
                f"end with CREATE TEMPORARY VIEW {views.names(name)[0]} AS SELECT …"
            )
    if shown is not None:
        sys.stdout.flush()
        shown.show(truncate=100)


def by_argument(params: dict[str, object]) -> dict[str, object]:
    """Params by the names that programs use: `min-n` is `min_n`, since `-` would be a minus."""
    return {name.replace("-", "_"): value for name, value in params.items()}


def _read(task: Task) -> _Text:
    program = task.attempt.program
    if program.statements:
        return _Text(program.statements, "statements")
    path = program_file.local(task)
    return _Text(program_file.text(path), path.name)


def _check_markers(session, statements: list[sql_text.Statement], params: dict) -> None:
    for number, statement in enumerate(statements, 1):
        for name, place in statement.markers().items():
            if name not in params and _is_parameter(session, statement, name):
                line = statement.line + statement.text.count("\n", 0, place)
                raise SparkflowError(
                    f"statement {number} of {len(statements)}, line {line}: `:{name}` is no param of the task"
                    f"{did_you_mean(name, params)}; its params are {listed(params)}"
                )


def _is_parameter(session, statement: sql_text.Statement, name: str) -> bool:
    """Whether Spark's parser takes `:name` for a parameter; what it can't parse will say so when its turn has come."""
    _, query = _view_and_query(statement)
    try:
        plan = session._jsparkSession.sessionState().sqlParser().parsePlan(query)
        return f"namedparameter({name})" in plan.treeString(False, False, 100_000, False)
    except Exception:
        return False


def _view_and_query(statement: sql_text.Statement) -> tuple[re.Match | None, str]:
    """A temporary view's head, if it is one, and the query, which stays at its old place for the sake of positions."""
    view = statement.temporary_view()
    if not view or not statement.markers():
        return None, statement.text
    return view, re.sub(r"[^\n]", " ", statement.text[: view.end()]) + statement.text[view.end() :]


def _execute(session, statement: sql_text.Statement, arguments: dict, values: dict):
    # Spark refuses parameter markers in a view's body, and the view is how a statement gives an output. So the query
    # runs by itself, and the view is made of it.
    view, query = _view_and_query(statement)
    frame = session.sql(query, args=arguments)
    if not view:
        return frame
    name = "`" + str(values[view["param"]]).replace("`", "``") + "`" if view["param"] else view["name"]
    kind = "GlobalTempView" if view["spans"] else "TempView"
    getattr(frame, f"createOrReplace{kind}" if view["replace"] else f"create{kind}")(name)
    return frame


def _argument(session, value: object):
    """A param for `spark.sql(args=…)`, which in 3.5 takes literals only; an array is one when Java made it."""
    if not isinstance(value, list):
        return value
    from pyspark.sql import Column
    from pyspark.sql.types import DateConverter, DatetimeConverter

    java, gateway = session._jvm.java, session.sparkContext._gateway
    fits = all(not isinstance(item, int) or -(2**31) <= item < 2**31 for item in value)
    kinds = {
        **{bool: java.lang.Boolean, int: java.lang.Integer if fits else java.lang.Long, float: java.lang.Double},
        **{datetime.date: java.sql.Date, datetime.datetime: java.sql.Timestamp},
    }
    array = gateway.new_array(kinds.get(type(value[0]), java.lang.String) if value else java.lang.String, len(value))
    for at, item in enumerate(value):
        converter = next((each for each in (DatetimeConverter(), DateConverter()) if each.can_convert(item)), None)
        array[at] = converter.convert(item, gateway._gateway_client) if converter else item
    return Column(session._jvm.functions.lit(array))


def place(message: str) -> tuple[int, int] | None:
    """The line and the column, both from 1, that a message of Spark's names in its statement."""
    found = _POSITION.search(message)
    if not found:
        return None
    groups = {key: int(value) for key, value in found.groupdict().items() if value}
    line = next(value for key, value in groups.items() if key.startswith("l"))
    # `pos` counts from 0, `position` from 1
    return line, next(value + (key != "p3") for key, value in groups.items() if key.startswith("p"))


def with_caret(source: str, column: int | None, length: int = 1) -> str:
    """A line of SQL with carets below the column, from 1."""
    return source.replace("\t", " ") + ("\n" + " " * (column - 1) + "^" * length if column else "")


def without_position(message: str) -> str:
    """Spark's message without the place and the piece of SQL that it ends with."""
    return _POSITION.sub("", message.partition("\n== SQL")[0]).rstrip("; \n")


def _message(error: Exception) -> str:
    """Spark's words: of what the driver found, or of the first cause of what happened while rows were computed."""
    return getattr(error, "desc", None) or str(getattr(error, "java_exception", None) or "")


def _exists(session, view: str) -> bool:
    return session.catalog.tableExists(f"`{view}`")
