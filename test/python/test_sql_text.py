"""Where SQL text is split into statements, and what is known of one."""

import pytest
from sparkflow.sql_text import split


@pytest.mark.parametrize(
    ("sql", "statements"),
    [
        ("", []),
        (" ;; \n;", []),
        ("-- nothing but a comment;\n/* and another; */", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;", ["SELECT 1"]),
        ("SELECT 1; SELECT 2\n", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';'; SELECT 2", ["SELECT ';'", "SELECT 2"]),
        ('SELECT ";"; SELECT 2', ['SELECT ";"', "SELECT 2"]),
        (r"SELECT 'it\'s;'; SELECT 2", [r"SELECT 'it\'s;'", "SELECT 2"]),
        ("SELECT 'it''s;'; SELECT 2", ["SELECT 'it''s;'", "SELECT 2"]),
        (r"SELECT '\\'; SELECT 2", [r"SELECT '\\'", "SELECT 2"]),
        (r"SELECT r'\'; SELECT 2", [r"SELECT r'\'", "SELECT 2"]),
        (r"SELECT R'a;\'; SELECT 2", [r"SELECT R'a;\'", "SELECT 2"]),
        (r"SELECT bar'\';'; SELECT 2", [r"SELECT bar'\';'", "SELECT 2"]),
        ("SELECT `a;b`, `c``;`; SELECT 2", ["SELECT `a;b`, `c``;`", "SELECT 2"]),
        ("SELECT 1 -- not; here\n; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1 -- goes on \\\n; not yet\n; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1 - 2; SELECT 4 / 2", ["SELECT 1 - 2", "SELECT 4 / 2"]),
        ("SELECT /* ; /* ; */ ; */ 1; SELECT 2", ["SELECT /* ; /* ; */ ; */ 1", "SELECT 2"]),
        ("SELECT '/*'; SELECT '*/'", ["SELECT '/*'", "SELECT '*/'"]),
        ("SELECT '--'; SELECT 2", ["SELECT '--'", "SELECT 2"]),
        ("-- it's a comment\nSELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 'never closed; SELECT 2", ["SELECT 'never closed; SELECT 2"]),
        ("SELECT 1 /* never closed; SELECT 2", ["SELECT 1"]),
        ("SELECT 'a'';", ["SELECT 'a'';"]),
        ("'", ["'"]),
    ],
)
def test_text_is_split_at_semicolons_outside_of_quotes_and_comments(sql, statements):
    assert [statement.text for statement in split(sql)] == statements


def test_a_statement_knows_the_line_and_column_where_it_begins():
    first, second, third = split("SELECT 1;\n\n  -- a comment\n  SELECT\n2; SELECT 3")
    assert [(s.line, s.column) for s in (first, second, third)] == [(1, 0), (4, 2), (5, 3)]


def test_code_is_as_long_as_the_text_and_blank_where_comments_and_texts_are():
    (statement,) = split("SELECT 'a:x' /* :y\n */, `b` -- :z")
    assert statement.code == "SELECT '   '      \n   , `b`"
    assert len(statement.code) == len(statement.text)


@pytest.mark.parametrize(
    ("sql", "markers"),
    [
        ("SELECT :top", {"top": 7}),
        ("SELECT * FROM IDENTIFIER(:t) LIMIT :t", {"t": 25}),
        ("SELECT ':top'", {}),
        ("SELECT 1 -- :top", {}),
        ("SELECT CAST(a::top AS INT)", {}),
        ("SELECT a:top", {}),
        ("SELECT CAST(x AS STRUCT<`a b`:INT>)", {}),
        ("SELECT :topmost", {"topmost": 7}),
    ],
)
def test_markers_of_params_are_found_in_code_with_their_place(sql, markers):
    assert split(sql)[0].markers() == markers


@pytest.mark.parametrize(
    ("head", "name", "param", "replace", "spans"),
    [
        ("CREATE TEMP VIEW v AS", "v", None, False, False),
        ("create or replace temporary view `a b` as", "`a b`", None, True, False),
        ("CREATE /* why */ OR REPLACE GLOBAL TEMP VIEW v\nAS", "v", None, True, True),
        ("CREATE TEMP VIEW IDENTIFIER( :t ) AS", "IDENTIFIER( :t )", "t", False, False),
    ],
)
def test_a_temporary_view_is_recognised_with_its_name(head, name, param, replace, spans):
    found = split(head + " SELECT 1")[0].temporary_view()
    assert (found["name"], found["param"], bool(found["replace"]), bool(found["spans"])) == (
        name,
        param,
        replace,
        spans,
    )
    assert found.end() == len(head)


@pytest.mark.parametrize(
    "sql", ["CREATE VIEW v AS SELECT 1", "CREATE TEMP VIEW v USING csv", "SELECT 1", "CACHE TABLE t AS SELECT 1"]
)
def test_other_statements_are_no_temporary_view_of_a_query(sql):
    assert split(sql)[0].temporary_view() is None


@pytest.mark.parametrize(
    ("sql", "query"),
    [
        ("SELECT 1", True),
        ("(SELECT 1)", True),
        ("with a as (select 1) table a", True),
        ("SHOW TABLES", True),
        ("SET a=b", False),
    ],
)
def test_a_query_is_what_has_rows_to_show(sql, query):
    assert split(sql)[0].is_query is query
