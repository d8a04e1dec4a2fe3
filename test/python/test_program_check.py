"""What is told of a Python program before it runs: only what the driver would refuse, and without running it."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import pytest
from conftest import LIBRARY
from sparkflow import program_check

MAP = {"input": "words", "schema": "*"}


def ask(text: str | bytes, function: str | None = "count", name: str = "words.py", **task) -> dict:
    data = [{"name": each, "uri": None, "format": "parquet"} for each in ("words", "raw-cities")]
    spec = {
        "source": 0,
        "program": {"kind": "python", "file": name, "function": function, **task},
        "inputs": data,
        "params": {name: {"type": "given", "value": None} for name in ("top", "min-n")},
    }
    content = text if isinstance(text, bytes) else text.encode()
    program = {"name": name, "text": base64.b64encode(content).decode()}
    return program_check.check({"programs": [program], "tasks": [spec], "crs": []})


def wrong(text: str | bytes, **more) -> str | None:
    answer = ask(text, **more)
    found = answer["programs"][0] or answer["tasks"][0]
    return found and found["message"]


@pytest.mark.parametrize(
    "text",
    [
        "def count(spark, words, raw_cities, top, min_n): pass",
        "def count(words, /, *more, top, other=1, **rest): pass",
        "async def count(words): pass",
        "from helper import count",
        "import jobs as count",
        "from helper import *",
        "def count(words): pass\ncount = wrapped(count)\ndef other(): pass",
        "def count(a): pass\ncount = wrapped(count)",
        "@wrapped\ndef count(a): pass",
        "count = lambda words: words",
        "count: object = make()",
        "a, (count, *b) = make()",
        "for count in makers: pass",
        "with make() as count: pass",
        "if (count := make()): pass",
        "if new:\n    def count(a): pass\nelse:\n    def count(b): pass",
        "try:\n    from fast import count\nexcept ImportError:\n    def count(a): pass",
        "match make():\n    case {'f': 1, **count}: pass",
        "def make():\n    global count\n    count = 3",
        "def __getattr__(name): return print",
        "globals()['count'] = print",
        "exec(source)",
        "import sys\nsetattr(sys.modules[__name__], 'count', print)",
        "def count(a): pass\ncount.__signature__ = other",
        "def count(a): pass\nfrom helper import *",
        "class count:\n    def __init__(self, a): pass",
        "def count(a): pass\ndel count\nfrom helper import count",
        "# -*- coding: latin-1 -*-\nname = 'caf\xe9'\ndef count(words): pass".encode("latin-1"),
        "\ufeffdef count(words): pass",
        "def count(words: Never.Heard['of this'] = 1) -> int | None: pass",
        "count = " + "(" * 150 + "1" + ")" * 150,
    ],
)
def test_what_may_be_right_is_let_pass(text):
    assert wrong(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def conut(): pass", "words has no function `count` (is `conut` meant?); it has `conut`"),
        ("def _own(): pass\nx = 1", "words has no function `count`; it has none"),
        ("class A:\n    def count(self): pass", "words has no function `count`; it has `A`"),
        ("def a():\n    def count(): pass\n    count = 3", "words has no function `count`; it has `a`"),
        (
            "from helper import *\ndef count(spark, a): pass",
            "function count: argument `a` is nothing that the task has; there are `spark`, inputs: `words`, "
            "`raw-cities`, params: `top`, `min-n`",
        ),
        ("def count(words, *, raw): pass", "function count: argument `raw` is nothing that the task has"),
        ("def count(words, b, /, c=1): pass", "function count: argument `b` is nothing that the task has"),
        ("async def count(x): pass", "function count: argument `x` is nothing that the task has"),
    ],
)
def test_what_the_driver_would_refuse_is_told_in_its_words(text, message):
    assert wrong(text).startswith(message)


def test_a_function_of_map_gets_rows_and_params():
    assert wrong("def count(df, top, min_n=1): pass", map=MAP) is None
    assert wrong("def count(): pass", map=MAP) == "function count has no argument for the rows that map gives it"
    assert "argument `words` is no param of the task" in wrong("def count(df, words): pass", map=MAP)


def test_a_program_without_a_function_need_have_none():
    assert wrong("print(1)", function=None) is None


@pytest.mark.parametrize(
    ("text", "line", "column", "why"),
    [
        ("x = 1\nprint(x", 2, 6, "'(' was never closed"),
        ("def f():\nreturn 1", 2, 1, "expected an indented block"),
        ("x = 1\nreturn x", 2, 1, "'return' outside function"),
        (b"name = '\xe9'", 1, 11, "utf-8"),
        ("x = '\x00'", 1, 1, "null byte"),
    ],
)
def test_what_cant_be_compiled_is_told_with_its_place(text, line, column, why):
    found = ask(text)["programs"][0]
    assert (found["line"], found["column"]) == (line, column)
    assert why in found["message"]
    assert found["message"].startswith(f"this isn't Python {sys.version_info.major}.{sys.version_info.minor}: ")
    assert ask(text)["tasks"] == [None]


def test_a_function_that_cant_be_bound_is_told_with_its_line():
    assert ask("import os\n\ndef count(a): pass")["tasks"][0].items() >= {"line": 3, "column": 1}.items()


def test_a_crs_that_proj_doesnt_know_is_told():
    answer = program_check.check({"programs": [], "tasks": [], "crs": ["EPSG:4326", "EPSG:99999", "EPSG:2154"]})
    assert [found and found["message"] for found in answer["crs"]] == [
        None,
        "PROJ doesn't know the crs 'EPSG:99999'; an example is EPSG:3857",
        None,
    ]


def test_nothing_of_the_users_is_run_and_warnings_of_it_are_not_said(tmp_path):
    for name in ("json", "ast", "sparkflow", "words"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('ran')")
    text = "raise SystemExit('ran')\nassert (1, 'always')\nx = '\\d'\ndef count(words): pass"
    program = {"name": "words.py", "text": base64.b64encode(text.encode()).decode()}
    start = "import sys; sys.path[:] = [sys.argv[1], *filter(None, sys.path)]; "
    command = [sys.executable, "-c", f"{start}from sparkflow import program_check as c; c.main()", str(LIBRARY)]
    asked = json.dumps({"programs": [program], "tasks": [], "crs": []})
    ended = subprocess.run(command, input=asked, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert (json.loads(ended.stdout), ended.stderr) == ({"programs": [None], "tasks": [], "crs": []}, "")
