"""Where values and keys of a file stand: what the readers find is where the writer put them."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scopecheck.scope.document import Document, read_document
from scopecheck.scope.places import json_places, toml_places
from strategies import LANGUAGES, KeyPath, Pen, file_data, written


def paths_of(value: Any, path: KeyPath = ()) -> set[KeyPath]:
    """Every path that the data has."""
    found = {path}
    if isinstance(value, dict):
        found.update(*(paths_of(inner, (*path, key)) for key, inner in value.items()))
    elif isinstance(value, list):
        found.update(*(paths_of(inner, (*path, number)) for number, inner in enumerate(value)))
    return found


def read(pen: Pen, language: str) -> Document:
    document = read_document(pen.text, "f", language)
    assert document.problems == []
    return document


def misplaced(found: dict[KeyPath, tuple[int, int]], pen_places: dict[KeyPath, tuple[int, int]]) -> list[Any]:
    """What was written at one place and found at another, or nowhere."""
    return [(path, place, found.get(path)) for path, place in pen_places.items() if found.get(path) != place]


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_every_value_and_key_is_found_where_it_was_written(language: str, data: st.DataObject) -> None:
    fields = data.draw(file_data())
    pen = data.draw(written(language, fields))
    document = read(pen, language)
    assert document.data == fields
    assert misplaced(document.places, pen.values) == []
    assert misplaced(document.keys, pen.keys) == []


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_no_place_is_given_to_what_the_file_does_not_hold(language: str, data: st.DataObject) -> None:
    fields = data.draw(file_data())
    document = read(data.draw(written(language, fields)), language)
    assert set(document.places) | set(document.keys) <= paths_of(fields)


@given(st.data())
def test_a_json_text_has_a_place_for_every_value(data: st.DataObject) -> None:
    pen = data.draw(written("json", data.draw(file_data())))
    assert json_places(pen.text) == (pen.values, pen.keys)


@given(st.data())
def test_a_date_of_toml_does_not_hide_what_follows(data: st.DataObject) -> None:
    day = data.draw(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)))
    pen = data.draw(written("toml", {"as_of": day, "id": "e"}))
    assert tomllib.loads(pen.text) == {"as_of": day, "id": "e"}
    assert misplaced(toml_places(pen.text)[0], pen.values) == []


ESCAPED_KEYS = [
    pytest.param('{"n\\u0061me": 1}', "json", id="json-code-point"),
    pytest.param('{"n\\u0061\\u006de": 1}', "json", id="json-two-code-points"),
    pytest.param('"n\\u0061me" = 1', "toml", id="toml-code-point"),
    pytest.param('"n\\U00000061me" = 1', "toml", id="toml-long-code-point"),
    pytest.param("'name' = 1", "toml", id="toml-literal"),
    pytest.param('"n\\x61me": 1', "yaml", id="yaml-code-point"),
]


@pytest.mark.parametrize(("text", "language"), ESCAPED_KEYS)
def test_a_key_is_found_under_the_name_that_its_escapes_spell(text: str, language: str) -> None:
    document = read_document(text, "f", language)
    assert document.data == {"name": 1}
    assert document.keys == {("name",): (1, 2 if language == "json" else 1)}
    assert document.places["name",] == (1, len(text) - (language == "json"))


COLUMNS = [
    pytest.param('{"a": "😀é\u0301", "b": 1}', "json", (1, 19), id="json-characters-not-bytes"),
    pytest.param('a = {x = "😀é\u0301", b = 1}', "toml", (1, 21), id="toml-characters-not-bytes"),
    pytest.param('x: {a: "😀é\u0301", b: 1}', "yaml", (1, 18), id="yaml-characters-not-bytes"),
    pytest.param('{"a": "\u2028\u0085\u2029",\n"b": 1}', "json", (2, 6), id="json-line-separators"),
    pytest.param('a = "\u2028\u0085\u2029"\nb = 1', "toml", (2, 5), id="toml-line-separators"),
    pytest.param('a: "\u2028\u0085\u2029"\nb: 1', "yaml", (2, 4), id="yaml-line-separators"),
    pytest.param('{"a": 2,\r\n"b": 1}', "json", (2, 6), id="json-crlf"),
    pytest.param("a = 2\r\nb = 1", "toml", (2, 5), id="toml-crlf"),
    pytest.param("a: 2\r\nb: 1", "yaml", (2, 4), id="yaml-crlf"),
]


@pytest.mark.parametrize(("text", "language", "place"), COLUMNS)
def test_lines_and_columns_count_as_an_editor_does(text: str, language: str, place: tuple[int, int]) -> None:
    document = read_document(text, "f", language)
    assert document.problems == []
    assert next(at for path, at in document.places.items() if path[-1:] == ("b",)) == place


TABLES = [
    pytest.param(
        "[[a]]\nx = 1\n[[a]]\nx = 2\n[a.t]\ny = 3\n", ("a", 1, "t", "y"), (6, 5), id="below-the-newest"
    ),
    pytest.param(
        "[[a]]\n[[a.b]]\n[[a.b]]\n[[a]]\n[[a.b]]\nx = 1\n", ("a", 1, "b", 0, "x"), (6, 5), id="nested"
    ),
    pytest.param("[a.b.c]\nx = 1\n[a]\ny = 2\n", ("a", "y"), (4, 5), id="outer-after-inner"),
    pytest.param("a = [\n  # ]\n  [1],\n  [2, 3],\n]\n", ("a", 1, 1), (4, 7), id="lists-in-a-list"),
    pytest.param("a = ''''x''''\nb = 1\n", ("b",), (2, 5), id="quotes-at-both-ends-of-a-literal-text"),
    pytest.param('a = """"x"""""\nb = 1\n', ("b",), (2, 5), id="quotes-at-both-ends-of-a-text"),
    pytest.param('a = """\\\\"""\nb = 1\n', ("b",), (2, 5), id="a-backslash-at-the-end"),
    pytest.param("a = ''\nb = \"\"\nc = 1\n", ("c",), (3, 5), id="empty-texts"),
    pytest.param("a = 05:00:00.5 # '\nb = 1\n", ("b",), (2, 5), id="a-time"),
    pytest.param("a = 1979-05-27 07:32:00Z\nb = 1\n", ("b",), (2, 5), id="a-space-inside-a-date"),
    pytest.param("a.b . c = 1\na.d = 2\n", ("a", "d"), (2, 7), id="dotted-keys"),
    pytest.param("a = {b.c = 1, d = [{e = 2}]}\n", ("a", "d", 0, "e"), (1, 25), id="inline-tables"),
]


@pytest.mark.parametrize(("text", "path", "place"), TABLES)
def test_toml_spells_a_path_in_many_ways(text: str, path: KeyPath, place: tuple[int, int]) -> None:
    tomllib.loads(text)
    assert toml_places(text)[0].get(path) == place


def test_a_long_list_is_walked_in_linear_time() -> None:
    entries = [f"h{number}.e.com" for number in range(20_000)]
    places, _ = json_places(json.dumps({"in_scope": entries}, indent=1))
    assert places["in_scope", 19_999] == (20_002, 3)
