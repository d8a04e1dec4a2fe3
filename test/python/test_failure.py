"""What the result and the log say about an exception."""

import json
import sys
import types

import pytest
from sparkflow.errors import InputMissing
from sparkflow.failure import Failure, UserCode, describe, report
from sparkflow.sql import SqlFailed


@pytest.fixture
def program(tmp_path):
    """Runs the text as the program words.py and gives its exception."""
    folder = tmp_path / "program"
    folder.mkdir()

    def run(text):
        path = folder / "words.py"
        path.write_text(text)
        try:
            exec(compile(text, str(path), "exec"), {"__name__": "words"})
        except BaseException as error:
            return error.with_traceback(error.__traceback__.tb_next)  # without this test's own frame

    run.code = UserCode([folder, tmp_path])
    return run


def test_the_users_innermost_line_is_named_even_if_a_library_raised(program):
    error = program("import json\n\ndef load():\n    return json.loads('{')\n\nload()\n")
    assert describe(error, program.code).error() == {
        "class": "JSONDecodeError",
        "message": "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        "at": "words.py:4",
    }


def test_a_line_of_a_configmaps_file_is_named_without_the_kubelets_folders(program, tmp_path):
    volume = tmp_path / "program"
    (volume / "..2026_11_21_22_41_34.2729139478").mkdir()
    (volume / "..data").symlink_to("..2026_11_21_22_41_34.2729139478")
    (volume / "..data" / "near.py").write_text("")
    (volume / "near.py").symlink_to("..data/near.py")
    assert program.code.shown(str(volume / "near.py"), 5) == "near.py:5"


def test_a_syntax_error_is_at_its_own_line(program):
    assert describe(program("x = 1\ndef f(:\n"), program.code).at == "words.py:2"


def test_the_log_has_the_short_form_and_then_the_traceback_from_the_users_code_on(program, capsys):
    error = program("def f():\n    raise ValueError('bad')\nf()\n")
    report(error, describe(error, program.code), program.code)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "ValueError: bad at words.py:2"
    assert lines[1] == "Traceback (most recent call last):"
    assert "words.py" in lines[2] and lines[-1] == "ValueError: bad"


def test_a_mistake_in_the_manifest_has_no_traceback(program, capsys):
    error = InputMissing("input `words` isn't there")
    report(error, describe(error, program.code), program.code)
    assert capsys.readouterr().err == "InputMissing: input `words` isn't there\n"


@pytest.mark.parametrize(("code", "message"), [(3, "the program ended with exit code 3"), ("no words", "no words")])
def test_sys_exit_says_where_and_what(program, code, message):
    assert describe(program(f"import sys\nsys.exit({code!r})"), program.code) == Failure(
        "SystemExit", message, "words.py:2"
    )


class Java:
    """A Java exception as Py4J shows it."""

    def __init__(self, name, message, cause=None):
        self.getClass = lambda: types.SimpleNamespace(getName=lambda: name)
        self.getMessage, self.getCause = lambda: message, lambda: cause


class Py4JJavaError(Exception):
    def __init__(self, java):
        super().__init__("An error occurred while calling o1.save.\n: java.lang…\n\tat org.apache…")
        self.java_exception = java


def test_a_java_exception_has_the_class_and_message_of_its_root_cause(program):
    root = Java("java.lang.RuntimeException", "boo\n\tat org.apache.X(X.java:1)")
    error = Py4JJavaError(Java("org.apache.spark.SparkException", "Job aborted", root))
    assert describe(error, program.code) == Failure("java.lang.RuntimeException", "boo")


def test_a_java_exception_of_spark_loses_its_stack(program):
    message = (
        "Job aborted due to stage failure: lost task 0.0\n\tat org.apache.X(X.java:1)\n\nDriver stacktrace:\n\tat y"
    )
    found = describe(Py4JJavaError(Java("org.apache.spark.SparkException", message)), program.code)
    assert found == Failure("org.apache.spark.SparkException", "Job aborted due to stage failure: lost task 0.0")


def test_a_java_exception_without_a_message_is_its_class(program):
    assert describe(Py4JJavaError(Java("java.lang.NullPointerException", None)), program.code) == Failure(
        "java.lang.NullPointerException", ""
    )
    assert str(Failure("java.lang.NullPointerException", "")) == "java.lang.NullPointerException"


WORKER = """Traceback (most recent call last):
  File "/x/site-packages/pyspark/python/lib/pyspark.zip/pyspark/worker.py", line 1247, in main
    process()
  File "{program}/words.py", line 7, in clean
    return word[99]
           ~~~~^^^^
  File "/usr/lib/python3/dist-packages/other/x.py", line 2, in helper
    raise
other.errors.Broken: first line
  second line

"""


def test_an_exception_in_a_python_worker_is_the_udfs_own(program, tmp_path):
    class PythonException(Exception):
        desc = (
            "\n  An exception was thrown from the Python worker. Please see the stack trace below.\n"
            + WORKER.format(program=tmp_path / "program")
        )

    assert describe(PythonException(), program.code) == Failure("Broken", "first line\n  second line", "words.py:7")


def test_an_rdds_worker_exception_is_found_in_java_s_message(program, tmp_path):
    text = "Job aborted: org.apache.spark.api.python.PythonException: " + WORKER.format(program=tmp_path / "program")
    java = Java("org.apache.spark.SparkException", text + "\n\tat org.apache.spark.X(X.scala:1)\n")
    assert describe(Py4JJavaError(java), program.code).error()["class"] == "Broken"


def test_of_chained_worker_exceptions_the_last_counts(program, tmp_path):
    place = tmp_path / "program"
    first = f'Traceback (most recent call last):\n  File "{place}/words.py", line 1, in f\n    x\nKeyError: 1\n'
    both = (
        first
        + "\nDuring handling of the above exception, another exception occurred:\n\n"
        + WORKER.format(program=place)
    )
    java = Java("org.apache.spark.api.python.PythonException", both)
    assert describe(Py4JJavaError(java), program.code).at == "words.py:7"


class AnalysisException(Exception):
    def __init__(self, desc):
        self.desc = desc


def test_an_analysis_exception_has_its_message_without_the_plan(program):
    desc = (
        "[UNRESOLVED_COLUMN] A column `idd` cannot be resolved.; line 1 pos 7;\n'Project [id#17L]\n+- SubqueryAlias r\n"
    )
    found = describe(AnalysisException(desc), program.code)
    assert found == Failure("AnalysisException", "[UNRESOLVED_COLUMN] A column `idd` cannot be resolved.; line 1 pos 7")


def test_a_statements_failure_has_spark_s_place_and_a_caret(program, capsys):
    failed = SqlFailed("statement 2 of 3, line 5", "words.sql:5", "\tx idd", 4)
    failed.__cause__ = AnalysisException("[X] `idd` cannot be resolved.; line 2 pos 3;\n'Project [id#17L]")
    found = describe(failed, program.code)
    assert found.error() == {
        "class": "AnalysisException",
        "message": "statement 2 of 3, line 5: [X] `idd` cannot be resolved.\n x idd\n   ^",
        "at": "words.sql:5",
    }
    report(failed, found, program.code)
    assert capsys.readouterr().err.splitlines() == [*str(found).splitlines()]


def test_long_messages_are_cut(program):
    found = describe(ValueError("\n".join(f"line {number}" for number in range(100))), program.code)
    assert found.message.splitlines() == [f"line {number}" for number in range(8)]
    assert len(describe(ValueError("x" * 5000), program.code).message) == 1201


@pytest.mark.parametrize(
    "file",
    [json.__file__, pytest.__file__, sys.modules["sparkflow"].__file__, "<string>", "/x/pyspark.zip/pyspark/worker.py"],
)
def test_python_packages_spark_and_this_library_are_not_the_users_code(program, file):
    assert not program.code.owns(file)


def test_a_users_file_elsewhere_is_shown_with_its_path(program):
    assert program.code.owns("/app/jobs/a.py")
    assert program.code.shown("/app/jobs/a.py", 3) == "/app/jobs/a.py:3"


def sql(sqlQuery, desc):
    """As pyspark's SparkSession.sql fails."""
    raise AnalysisException(desc)


@pytest.mark.parametrize(
    ("text", "desc", "message"),
    [
        (
            "SELECT *\nFORM x",
            "\n[PARSE_SYNTAX_ERROR] Syntax error at 'x'.(line 2, pos 5)\n\n== SQL ==\nSELECT *\nFORM x\n-----^^^\n",
            "[PARSE_SYNTAX_ERROR] Syntax error at 'x'. (line 2 of the SQL)\nFORM x\n     ^",
        ),
        (
            "SELECT\n\tnope FROM a",
            "[UNRESOLVED_COLUMN] `nope` cannot be resolved.; line 2 pos 1;\n'Project ['nope]\n+- Range",
            "[UNRESOLVED_COLUMN] `nope` cannot be resolved. (line 2 of the SQL)\n nope FROM a\n ^",
        ),
        ("SELECT 1", "[X] elsewhere; line 7 pos 1", "[X] elsewhere; line 7 pos 1"),
        ("SELECT 1", "[X] nowhere", "[X] nowhere"),
    ],
)
def test_sql_that_a_program_runs_is_shown_with_a_caret(program, text, desc, message):
    with pytest.raises(AnalysisException) as raised:
        sql(text, desc)
    assert describe(raised.value, program.code).message == message


def test_a_statements_line_is_shown_once(program):
    failed = SqlFailed("statement 1 of 1, line 1", "words.sql:1", "SELECT nope", 8)
    with pytest.raises(AnalysisException) as raised:
        sql("SELECT nope", "[X] `nope` cannot be resolved.; line 1 pos 7")
    failed.__cause__ = raised.value
    message = "statement 1 of 1, line 1: [X] `nope` cannot be resolved.\nSELECT nope\n       ^"
    assert describe(failed, program.code).message == message
