"""Scope files: every problem at once, each with its place, what is wrong and how to mend it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scopecheck as sc

YAML = """\
id: demo
name: Demo
as_of: 2026-08-22
in_scope:
  - "*.example.com"
  - asset: https://shop.example.org/api
    type: api
out_of_scope:
  - blog.example.com
"""
TOML = """\
id = "demo"
name = "Demo"
as_of = "2026-08-22"
out_of_scope = ["blog.example.com"]
[[in_scope]]
asset = "*.example.com"
[[in_scope]]
asset = "https://shop.example.org/api"
type = "api"
"""
JSON = """\
{"id": "demo", "name": "Demo", "as_of": "2026-08-22",
 "in_scope": ["*.example.com",
  {"asset": "https://shop.example.org/api", "type": "api"}],
 "out_of_scope": ["blog.example.com"]}
"""
LANGUAGES = [("yaml", YAML), ("toml", TOML), ("json", JSON)]


def problems(text: str | bytes, language: str = "yaml") -> list[sc.Diagnostic]:
    with pytest.raises(sc.ScopeError) as caught:
        sc.loads(text, language, "f")
    return list(caught.value.diagnostics)


@pytest.mark.parametrize(("language", "text"), LANGUAGES)
def test_three_languages_state_one_program(language: str, text: str) -> None:
    assert sc.loads(text, language).model_dump() == sc.loads(YAML, "yaml").model_dump()


@pytest.mark.parametrize(
    ("language", "text", "lines"),
    [("yaml", YAML, (5, 6, 9)), ("toml", TOML, (6, 8, 4)), ("json", JSON, (2, 3, 4))],
)
def test_a_rule_knows_its_line(language: str, text: str, lines: tuple[int, ...]) -> None:
    program = sc.loads(text, language, "f")
    places = [program.place(rule.id) for rule in program.rules]
    assert tuple(place.line for place in places if place is not None) == lines


HEAD = "id: demo\nname: Demo\n"


@pytest.mark.parametrize(
    ("text", "code", "place", "message", "mend"),
    [
        (HEAD + "in_scope:\n  - *.e.com\n", "unquoted-star", (4, 5), "`*.e.com` begins with a star", '"*.e.com"'),
        (HEAD + "in_scope: [*.e.com, a.e.com]\n", "unquoted-star", (3, 12), "`*.e.com` begins", '"*.e.com"'),
        (HEAD + "in_scope:\n  - asset: *.e.com # x\n", "unquoted-star", (4, 12), "`*.e.com` begins", "quotes"),
        (HEAD + "in_scope:\n  - *name\n", "unquoted-star", (4, 5), "`*name` begins", "quotes"),
        (HEAD + "name: Again\n", "duplicate-key", (3, 1), "the key `name` stands twice", "merge"),
        (HEAD + "about: &a x\n", "anchor", (3, 8), "the anchor `&a` is not allowed", "write the value out"),
        (HEAD + "about: !!str x\n", "tag", (3, 8), "is not allowed", "remove it"),
        (HEAD + "<<: {about: x}\n", "key", (3, 1), "a key is a plain word", "name: value"),
        (HEAD + "---\nid: b\n", "second-document", (3, 1), "a second document", "one per file"),
        (HEAD + "polciy: {}\n", "extra-forbidden", (3, 1), "there is no field `polciy`", "`policy`"),
        (
            HEAD + "in_scope:\n  - asset: e.com\n    instrucion: x\n",
            "extra-forbidden",
            (5, 5),
            "there is no field `instrucion`",
            "`instruction`",
        ),
        (HEAD + 'in_scope:\n  - "shop.*.be"\n', "unreadable-asset", (4, 5), "nobody can read the star", "example"),
        (HEAD + "in_scope:\n  - 10.0.0.0/99\n", "unreadable-asset", (4, 5), "not a block of addresses", "32"),
        (HEAD + "in_scope:\n  - asset: 7\n", "string-type", (4, 12), "`7` is not a text", "quotes"),
        (HEAD + "policy:\n  open_scope: yes\n", "bool-type", (4, 15), "neither true nor false", "`true`"),
        (HEAD + "policy:\n  apex: maybe\n", "literal-error", (4, 9), "not one of the values", "covered"),
        (HEAD + "as_of: soon\n", "date-from-datetime-parsing", (3, 8), "`soon` is not a date", "2026-08-22"),
        ("name: Demo\n", "missing", (1, 1), "the field `id` is missing", "add `id"),
        ("- a\n", "shape", (1, 1), "a scope file is a mapping", "begin with"),
        ("id: demo\n\tname: x\n", "yaml-syntax", (2, 1), "not YAML", "tabs"),
        ("id: a\x00b\n", "control-character", (1, 6), "control character", "remove"),
        ("[" * 100_000, "too-deep", (1, 1), "nested too deeply", "levels"),
        (
            HEAD + "in_scope:\n  - asset: e.com\n    group: gold\n",
            "unknown-reference",
            (5, 12),
            "`gold` is no reward group",
            "define",
        ),
    ],
)  # fmt: skip
def test_each_mistake_has_its_own_message(
    text: str, code: str, place: tuple[int, int], message: str, mend: str
) -> None:
    found = [one for one in problems(text) if one.code == code]
    assert found, [one.code for one in problems(text)]
    assert (found[0].place.line, found[0].place.column) == place
    assert message in found[0].message
    assert mend in found[0].help


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = "id: Bad Id\nname: Demo\nnmae: x\nin_scope:\n  - *.e.com\n  - a..b\nas_of: soon\n"
    found = problems(text)
    assert [one.place.line for one in found] == [1, 3, 5, 6, 7]


def test_text_in_a_block_may_begin_with_a_star() -> None:
    program = sc.loads(HEAD + "about: |\n  - *.example.com is ours\n")
    assert program.about == "- *.example.com is ours\n"


@pytest.mark.parametrize(
    ("text", "language", "code", "line"),
    [
        ('{"id": "a",\n "name": }', "json", "json-syntax", 2),
        ('{"id": "a",\n "id": "b", "name": "n"}', "json", "duplicate-key", 1),
        ('{"id": NaN}', "json", "json-syntax", 1),
        ('id = "a"\nname = ', "toml", "toml-syntax", 2),
        (b"id: \xff\n", "yaml", "encoding", 1),
    ],
)
def test_text_of_no_language_names_its_line(text: str | bytes, language: str, code: str, line: int) -> None:
    (problem,) = [one for one in problems(text, language) if one.code == code]
    assert problem.place.line == line


@given(st.text() | st.binary(), st.sampled_from(("yaml", "toml", "json")))
def test_only_the_library_s_own_errors_come_out_of_text(text: str | bytes, language: str) -> None:
    try:
        sc.loads(text, language)
    except sc.ScopecheckError:
        return


@given(st.text())
def test_only_the_library_s_own_errors_come_out_of_a_name(name: str) -> None:
    try:
        sc.load(name)
    except sc.ScopecheckError:
        return


def test_an_unknown_program_gives_the_nearest_names() -> None:
    with pytest.raises(sc.UnknownProgramError) as caught:
        sc.load("opneai")
    assert "`openai`" in str(caught.value)


def test_a_file_of_another_ending_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "scope.txt"
    path.write_text(YAML, "utf-8")
    with pytest.raises(sc.ScopeSyntaxError, match=r"\.yaml"):
        sc.load(path)


def test_the_schema_describes_every_field() -> None:
    schema = json.loads(json.dumps(sc.schema()))
    assert schema["$schema"].startswith("https://json-schema.org/")
    rule = schema["$defs"]["Inclusion"]["properties"]
    assert rule["stated"]["description"]
    assert schema["additionalProperties"] is False
