"""Params in Fugue SQL: each is one literal, whatever its value holds."""

import ast
import datetime

import pytest
from sparkflow.errors import SparkflowError
from sparkflow.fugue_params import fill_in, literal

UTC = datetime.timezone.utc


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (-3, " -3"),
        (1.5, "1.5"),
        (True, "TRUE"),
        (None, "NULL"),
        ("a b", "'a b'"),
        ("é😀", "'é😀'"),
        ("it's", r"'it\u0027s'"),
        (datetime.date(2026, 10, 1), "DATE '2026-10-01'"),
        (datetime.datetime(2026, 10, 1, 3, tzinfo=UTC), "TIMESTAMP '2026-10-01 03:00:00+00:00'"),
        (["FR", "D'E"], r"ARRAY('FR', 'D\u0027E')"),
        ([], "ARRAY()"),
    ],
)
def test_a_value_is_a_literal_of_its_type(value, text):
    assert literal(value) == text


@pytest.mark.parametrize(
    "value", ["'; DROP TABLE t; --", "\\'", '"', "\n\r\t\0\x7f\u2028", "{{ 7 * 7 }}", "{% raw %}", "`", "\ud800"]
)
def test_a_text_stays_within_its_quotes_and_python_reads_it_back(value):
    text = literal(value)
    assert not set(text[1:-1]) & set("'\"\n\0{}`")
    assert ast.literal_eval(text) == value


def test_params_are_filled_in_once():
    several = "{% for c in cs %}{{ c }},{% endfor %} {{ 'x' ~ n }}"
    query = f"SELECT * FROM {{{{ t | identifier }}}} WHERE a = {{{{ a }}}} AND b IN ({several})"
    filled = fill_in(query, {"t": "lake.d`b.t", "a": "{{ n }}", "cs": ["x", "y"], "n": 1}, "query")
    assert filled == (
        r"SELECT * FROM `lake`.`d``b`.`t` WHERE a = '\u007b\u007b n \u007d\u007d' AND b IN ('x','y', 'x1')"
    )


def test_a_param_in_a_comment_does_no_harm():
    assert fill_in("-- {{ a }}\nPRINT", {"a": "x\nDROP"}, "query") == "-- 'x\\u000aDROP'\nPRINT"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT {{ topp }}", "query: `{{ topp }}` is no param of the task (is `top` meant?); its params are `top`"),
        (
            "A\nB '{{ top }}'",
            "query, line 2: '{{ … }}' has a param within quotes; a param is a whole literal already: leave",
        ),
        (
            "SELECT `{{ top }}`",
            "query, line 1: `{{ … }}` has a param within quotes; a param is a whole literal already: use",
        ),
        ("A\n{{ top", "query, line 2: unexpected end of template"),
        ("{{ top.nope }}", "query: 'int object' has no attribute 'nope'"),
    ],
)
def test_what_can_not_be_filled_in_is_told_with_its_line(query, message):
    with pytest.raises(SparkflowError) as refused:
        fill_in(query, {"top": 1}, "query")
    assert str(refused.value).startswith(message)
