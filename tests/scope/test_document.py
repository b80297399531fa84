"""Reading YAML, TOML and JSON strictly: every mistake has its own message, place and remedy."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import pytest

from scopecheck.scope.document import MAX_SIZE, Document, KeyPath, read_document, show_path

Text: TypeAlias = "str | re.Pattern[str]"
Problem: TypeAlias = "tuple[str, int, int, Text, Text]"
"""Code, line, column, message and help; a regular expression where the wording is free."""

HEAD = "id: e\nname: E\n"
UNQUOTED = "`{}` begins with a star, which YAML reads as an alias"
QUOTE = 'put it in quotes: "{}"'
MARKS = "a text with `: `, ` #`, or one of `*&!|>%@` or a backtick in front wants quotes"
SPACES = "YAML is indented with spaces, never with tabs"
TWICE = ("the key `{}` stands twice", "merge the two, or remove one")


def problems(text: str | bytes, language: str) -> list[tuple[str, int, int, str, str]]:
    found = read_document(text, "f", language).problems
    assert {problem.place.file for problem in found} <= {"f"}
    return [(one.code, one.place.line, one.place.column, one.message, one.help) for one in found]


def agrees(found: object, expected: object) -> bool:
    if isinstance(expected, re.Pattern):
        return isinstance(found, str) and expected.search(found) is not None
    return found == expected


def assert_problems(text: str | bytes, language: str, *expected: Problem) -> None:
    found = problems(text, language)
    same = len(found) == len(expected) and all(
        agrees(*pair) for one, row in zip(found, expected, strict=True) for pair in zip(one, row, strict=True)
    )
    assert same, "\n".join(["found:", *map(repr, found[:9]), "expected:", *map(repr, expected[:9])])


def star(text: str, line: int, column: int) -> Problem:
    return ("unquoted-star", line, column, UNQUOTED.format(text), QUOTE.format(text))


# --- an unquoted star in YAML ----------------------------------------------------------------

STARS = [
    pytest.param("in_scope:\n  - *.e.com\n", [star("*.e.com", 4, 5)], id="in-a-list"),
    pytest.param("in_scope:\n  - asset: *.e.com\n", [star("*.e.com", 4, 12)], id="as-a-value"),
    pytest.param("a: *.e.com  # all\nb: 1\n", [star("*.e.com", 3, 4)], id="before-a-comment"),
    pytest.param("a: *.e.com#x\n", [star("*.e.com#x", 3, 4)], id="with-a-fragment"),
    pytest.param(
        "a: [*.e.com, b, *.f.com]\n", [star("*.e.com", 3, 5), star("*.f.com", 3, 17)], id="in-a-flow"
    ),
    pytest.param("a: [{b: *.e.com}]\n", [star("*.e.com", 3, 9)], id="in-a-flow-mapping"),
    pytest.param("a: [\n  *.e.com,\n  b\n]\n", [star("*.e.com", 4, 3)], id="in-a-flow-over-lines"),
    pytest.param(
        "a: [\n  b,\n  *.e.com]\n", [star("*.e.com", 5, 3)], id="before-the-end-of-a-flow-over-lines"
    ),
    pytest.param('a: ["x]y", *.e.com]\n', [star("*.e.com", 3, 12)], id="behind-a-bracket-in-quotes"),
    pytest.param('- "[x"\n- *.e.com, b\n', [star("*.e.com, b", 2, 3)], id="below-a-bracket-in-quotes"),
    pytest.param("a: *e.com\n", [star("*e.com", 3, 4)], id="glued"),
    pytest.param("a: *\n", [star("*", 3, 4)], id="alone"),
    pytest.param("a: *.e.com:8443\n", [star("*.e.com:8443", 3, 4)], id="with-a-port"),
    pytest.param("a: *-dev.e.com/x?y=[1]\n", [star("*-dev.e.com/x?y=[1]", 3, 4)], id="with-path-and-query"),
    pytest.param("a: *.e.com\r\nb: 1\r\n", [star("*.e.com", 3, 4)], id="before-crlf"),
    pytest.param("a: '\u2028\u0085'\nb: *.e.com\n", [star("*.e.com", 4, 4)], id="below-line-separators"),
    pytest.param("a: *.e'com\n", [star("*.e'com", 3, 4)], id="with-an-apostrophe"),
]


@pytest.mark.parametrize(("text", "expected"), STARS)
def test_an_unquoted_star_is_told_to_take_quotes(text: str, expected: list[Problem]) -> None:
    assert_problems(text if text.startswith("-") else HEAD + text, "yaml", *expected)


LEGAL_STARS = [
    pytest.param("a: |\n  *.e.com\n  *foo\n", "*.e.com\n*foo\n", id="in-a-literal-block"),
    pytest.param("a: >-\n  *.e.com\n  *foo\n", "*.e.com *foo", id="in-a-folded-block"),
    pytest.param("a: all of\n  *.e.com\n", "all of *.e.com", id="on-the-second-line-of-a-text"),
    pytest.param("a: '*.e.com'\n", "*.e.com", id="in-single-quotes"),
    pytest.param('a: "*.e.com"\n', "*.e.com", id="in-double-quotes"),
    pytest.param("# *.e.com\na: b  # *x\n", "b", id="in-a-comment"),
    pytest.param("a: b*.e.com\n", "b*.e.com", id="inside-a-word"),
]


@pytest.mark.parametrize(("text", "value"), LEGAL_STARS)
def test_a_star_that_is_text_is_read_as_text(text: str, value: str) -> None:
    document = read_document(text, "f", "yaml")
    assert (document.problems, document.data) == ([], {"a": value})


def test_every_unquoted_star_of_a_long_list_is_reported_at_once() -> None:
    lines = [f"- *.e{number}.com" for number in range(150)]
    expected = [star(f"*.e{number}.com", number + 1, 3) for number in range(150)]
    assert_problems("\n".join(lines), "yaml", *expected)


@pytest.mark.parametrize("ending", ["\r", "\x85", "\u2028"])
def test_an_unquoted_star_behind_any_end_of_line_is_a_problem_and_no_crash(ending: str) -> None:
    text = ending.join(("id: e", "name: E", "about: x", "in_scope:", "  - *.e.com", ""))
    assert "unquoted-star" in [code for code, *_ in problems(text, "yaml")]


# --- what YAML has and a scope file does not need -------------------------------------------

ANCHOR = ("the anchor `&x` is not allowed", "write the value out")
ALIAS = ("the alias `*x` is not allowed", "write the value out")
MERGE = ("a key is a plain word here", "write `name: value`")
TAG = "remove it; the model knows the types"

STRICT = [
    pytest.param("a: &x b\n", [("anchor", 1, 4, *ANCHOR)], id="anchor"),
    pytest.param("&x a: b\n", [("anchor", 1, 1, *ANCHOR)], id="anchor-of-a-key"),
    pytest.param("a: &x [b]\n", [("anchor", 1, 4, *ANCHOR)], id="anchor-of-a-list"),
    pytest.param(
        "a: &x b\nc: *x\n", [("anchor", 1, 4, *ANCHOR), ("alias", 2, 4, *ALIAS)], id="alias-of-an-anchor"
    ),
    pytest.param("a: b\n<<: {c: d}\n", [("key", 2, 1, *MERGE)], id="merge-key"),
    pytest.param(
        "a: !!str b\n", [("tag", 1, 4, "the tag `tag:yaml.org,2002:str` is not allowed", TAG)], id="tag"
    ),
    pytest.param(
        "a: !!python/object/apply:os.system ['id']\n",
        [("tag", 1, 4, "the tag `tag:yaml.org,2002:python/object/apply:os.system` is not allowed", TAG)],
        id="tag-that-would-run-code",
    ),
    pytest.param("a: !own {b: c}\n", [("tag", 1, 4, "the tag `!own` is not allowed", TAG)], id="own-tag"),
    pytest.param("!own a: b\n", [("tag", 1, 1, "the tag `!own` is not allowed", TAG)], id="tag-of-a-key"),
    pytest.param(
        "a: b\n---\nc: d\n",
        [("second-document", 2, 1, "the file holds a second document", "keep one per file")],
        id="second-document",
    ),
    pytest.param(
        "? [a, b]\n: c\n",
        [("key", 1, 3, "a key is a plain word here", "write `name: value`")],
        id="list-as-key",
    ),
    pytest.param("a: b\na: c\n", [("duplicate-key", 2, 1, TWICE[0].format("a"), TWICE[1])], id="key-twice"),
    pytest.param(
        "a: b\n'a': c\n\"\\x61\": d\n",
        [("duplicate-key", line, 1, TWICE[0].format("a"), TWICE[1]) for line in (2, 3)],
        id="key-three-times-in-three-spellings",
    ),
    pytest.param(
        "r:\n  - {a: 1, b: 2, a: 3}\n  - {a: 1, a: 2}\n",
        [
            ("duplicate-key", line, column, TWICE[0].format("a"), TWICE[1])
            for line, column in ((2, 18), (3, 12))
        ],
        id="key-twice-in-two-rules",
    ),
]


@pytest.mark.parametrize(("text", "expected"), STRICT)
def test_yaml_is_read_strictly(text: str, expected: list[Problem]) -> None:
    assert_problems(text, "yaml", *expected)


def test_one_document_may_have_its_marks() -> None:
    document = read_document("%YAML 1.2\n---\na: b\n...\n", "f", "yaml")
    assert (document.problems, document.data) == ([], {"a": "b"})


SCALARS = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
    "12": 12,
    "-1": -1,
    "0": 0,
    "1.5": 1.5,
    "'true'": "true",
    '"12"': "12",
    "''": "",
    "|-\n  12": "12",
}
KEPT_AS_TEXT = ["yes", "no", "on", "off", "True", "FALSE", "Null", "010", "0x1f", "0o17", "1_000"]
KEPT_AS_TEXT += ["1e3", "1:30", ".inf", ".nan", "=", "1.2.3.4", "2026-08-22", "2026-08-22T00:00:00Z"]


@pytest.mark.parametrize(("text", "value"), [*SCALARS.items(), *((text, text) for text in KEPT_AS_TEXT)])
def test_only_plain_words_of_yaml_are_anything_but_text(text: str, value: Any) -> None:
    document = read_document(f"a: {text}\n", "f", "yaml")
    assert document.problems == []
    assert (document.data["a"], type(document.data["a"])) == (value, type(value))


# --- texts of no language --------------------------------------------------------------------

NO_YAML = [
    pytest.param("a:\n\tb: c\n", 2, 1, r"tab|token", SPACES, id="tab-in-front-of-a-key"),
    pytest.param("a:\n\t- b\n", 2, 1, r"tab|token", SPACES, id="tab-in-front-of-a-dash"),
    pytest.param("a:\n  b: c\n\t  d: e\n", 3, 1, r"tab", SPACES, id="tab-in-front-of-a-later-key"),
    pytest.param("a: b: c\n", 1, 5, r"mapping values", MARKS, id="colon-in-a-text"),
    pytest.param("a: `b`\n", 1, 4, r"token", MARKS, id="backtick"),
    pytest.param("a: @b\n", 1, 4, r"token", MARKS, id="at-sign"),
    pytest.param("- %b\n", 1, 3, r"token", MARKS, id="percent-sign"),
    pytest.param("a: [b,\n", 2, 1, r"", r".", id="truncated-list"),
    pytest.param("a: {b: c\n", 2, 1, r"", r".", id="truncated-mapping"),
    pytest.param("a: 'b\n", 2, 1, r"end of stream", r".", id="truncated-quotes"),
    pytest.param("%YAML 2.0\n---\na: b\n", 1, 1, r"incompatible", r".", id="yaml-of-another-version"),
    pytest.param("x: y\na: 'b\x9f'\n", 2, 6, r"9f", r".", id="c1-control-character"),
    pytest.param("x: y\na: 'b\ufffe'\n", 2, 6, r"fffe", r".", id="noncharacter"),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "mend"), NO_YAML)
def test_a_text_that_is_no_yaml(text: str, line: int, column: int, message: str, mend: str) -> None:
    found = problems(text, "yaml")
    assert [(one[1], one[2]) for one in found] == [(line, column)]
    assert found[0][0] in ("yaml-syntax", "control-character")
    assert re.search(message, found[0][3], re.IGNORECASE)
    assert found[0][4] == mend if mend in (MARKS, SPACES) else re.search(mend, found[0][4])


RFC = "see RFC 8259 for the grammar"
NO_JSON = [
    pytest.param('{"a": "b', 1, 7, "not JSON: unterminated string starting at", RFC, id="truncated-text"),
    pytest.param('{"a":\n', 2, 1, "not JSON: expecting value", RFC, id="truncated-value"),
    pytest.param('{"a": [1,\n 2', 2, 3, "not JSON: expecting ',' delimiter", RFC, id="truncated-list"),
    pytest.param('{"a": 1} x', 1, 10, "not JSON: extra data", RFC, id="text-behind-the-end"),
    pytest.param('{"a": *.e.com}', 1, 7, "not JSON: expecting value", RFC, id="unquoted-star"),
    pytest.param('{"a": 1 // b\n}', 1, 9, "not JSON: expecting ',' delimiter", RFC, id="comment"),
    pytest.param("", 1, 1, "not JSON: expecting value", RFC, id="empty"),
    pytest.param('{"a": 1,\n "b": NaN}', 2, 7, "`NaN` is not JSON", "JSON has no such number", id="nan"),
    pytest.param("[1, -Infinity]", 1, 5, "`-Infinity` is not JSON", "JSON has no such number", id="infinity"),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "mend"), NO_JSON)
def test_a_text_that_is_no_json(text: str, line: int, column: int, message: str, mend: str) -> None:
    assert_problems(text, "json", ("json-syntax", line, column, message, mend))


STARS_QUOTED = 'texts such as "*.example.com" want quotes'
NO_TOML = [
    pytest.param("a = [*.e.com]\n", 1, 6, "not TOML: invalid value", STARS_QUOTED, id="unquoted-star"),
    pytest.param("a = *.e.com\n", 1, 5, "not TOML: invalid value", STARS_QUOTED, id="unquoted-star-as-value"),
    pytest.param(
        'b = 1\na = "c', 2, 7, "not TOML: unterminated string", re.compile("."), id="truncated-text"
    ),
    pytest.param("b = 1\na = ", 2, 5, "not TOML: invalid value", re.compile("."), id="truncated-value"),
    pytest.param("a = [1,\n", 2, 1, "not TOML: invalid value", re.compile("."), id="truncated-list"),
    pytest.param("a: b\n", 1, 2, re.compile("^not TOML: expected '='"), re.compile("."), id="yaml-in-toml"),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "mend"), NO_TOML)
def test_a_text_that_is_no_toml(text: str, line: int, column: int, message: Text, mend: Text) -> None:
    assert_problems(text, "toml", ("toml-syntax", line, column, message, mend))


DUPLICATES = [
    pytest.param('{"a": 1,\n "a": 2}', "json", [("a", 2, 2)], id="json"),
    pytest.param(
        '{"x": [{"a": 1},\n {"a": 1, "a": 2}]}', "json", [("a", 2, 11)], id="json-in-the-second-rule"
    ),
    pytest.param(
        '[{"a": 1, "a": 2},\n {"a": 1, "a": 2}]', "json", [("a", 1, 11), ("a", 2, 11)], id="json-in-two-rules"
    ),
    pytest.param('{"b": "\\"a\\": ", "a": 1, "a": 2}', "json", [("a", 1, 26)], id="json-behind-a-quotation"),
    pytest.param('{"a": 1, "\\u0061": 2}', "json", [("a", 1, 10)], id="json-in-another-spelling"),
    pytest.param("a = 1\na = 2\n", "toml", [("a", 2, 1)], id="toml"),
    pytest.param("[a]\nb = 1\n[a]\n", "toml", [("a", 3, 1)], id="toml-table"),
    pytest.param("a = {b = 1, b = 2}\n", "toml", [("b", 1, 13)], id="toml-inline-table"),
    pytest.param("a = {}\na.b = 2\n", "toml", [("a", 2, 1)], id="toml-below-a-value"),
    pytest.param("a = 1\n[a.b]\nc = 1\n", "toml", [("a", 2, 1)], id="toml-table-below-a-value"),
    pytest.param("[[a]]\n[a]\n", "toml", [("a", 2, 1)], id="toml-table-and-array-of-tables"),
]


@pytest.mark.parametrize(("text", "language", "expected"), DUPLICATES)
def test_a_key_that_stands_twice(text: str, language: str, expected: list[tuple[str, int, int]]) -> None:
    rows = [("duplicate-key", line, column, TWICE[0].format(key), TWICE[1]) for key, line, column in expected]
    assert_problems(text, language, *rows)


# --- characters, size, depth -----------------------------------------------------------------

CONTROL = "the file holds the control character '{}'"
ENCODINGS = [
    pytest.param("id: e\nname: 'a\0b'", CONTROL.format("\\x00"), (2, 9), id="nul"),
    pytest.param("id: e\nname: 'é\x07b'", CONTROL.format("\\x07"), (2, 9), id="bell"),
    pytest.param("id: e\nname: \x7f", CONTROL.format("\\x7f"), (2, 7), id="delete"),
    pytest.param("id: e\nname: \x1b[31m", CONTROL.format("\\x1b"), (2, 7), id="escape"),
    pytest.param("id: e\nname: \ud800", CONTROL.format("\\ud800"), (2, 7), id="lone-surrogate"),
    pytest.param(b"id: e\nname: caf\xe9", "the file is not UTF-8", (2, 10), id="latin-1"),
    pytest.param(b"id: e\nname: \xc3\xa9\xff", "the file is not UTF-8", (2, 8), id="behind-other-letters"),
    pytest.param(b"id: e\nname: \xed\xa0\x80", "the file is not UTF-8", (2, 7), id="surrogate-in-utf-8"),
    pytest.param("id: e".encode("utf-16"), "the file is not UTF-8", (1, 1), id="utf-16"),
]


@pytest.mark.parametrize("language", ["yaml", "toml", "json"])
@pytest.mark.parametrize(("text", "message", "place"), ENCODINGS)
def test_a_file_is_plain_text_in_utf_8(
    text: str | bytes, message: str, place: tuple[int, int], language: str
) -> None:
    code, mend = ("encoding", "save it as UTF-8")
    if "control" in message:
        code, mend = ("control-character", "remove it; a scope file is plain text")
    assert_problems(text, language, (code, *place, message, mend))


BEFORE_MARK = {"yaml": "a: 1", "toml": "a = 1", "json": '{"a": 1}'}


@pytest.mark.parametrize("language", BEFORE_MARK)
@pytest.mark.parametrize("encode", [False, True], ids=["text", "bytes"])
def test_a_byte_order_mark_is_no_part_of_the_file(language: str, encode: bool) -> None:
    marked, plain = "\ufeff" + BEFORE_MARK[language], BEFORE_MARK[language]
    document = read_document(marked.encode() if encode else marked, "f", language)
    assert document == read_document(plain, "f", language)
    assert (document.problems, document.data) == ([], {"a": 1})


TOO_LARGE = ("too-large", 1, 1, "the file is over 16 MiB", "split it, or is it a scope file at all?")


@pytest.mark.parametrize("language", BEFORE_MARK)
def test_a_file_over_the_limit_is_not_read(language: str) -> None:
    assert_problems(b"#" * (MAX_SIZE + 1), language, TOO_LARGE)


DEEP = [
    pytest.param("a: " + "[" * 60 + "]" * 60, "yaml", id="yaml-flow"),
    pytest.param("".join(f"{' ' * n}a:\n" for n in range(60)), "yaml", id="yaml-block"),
    pytest.param('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "json", id="json"),
    pytest.param("a = " + "[" * 100_000, "toml", id="toml-lists"),
    pytest.param(".".join(["a"] * 5_000) + " = 1", "toml", id="toml-dotted-key"),
    pytest.param("[" + ".".join(["a"] * 5_000) + "]", "toml", id="toml-table"),
]


@pytest.mark.parametrize(("text", "language"), DEEP)
def test_deep_nesting_is_a_problem_in_every_language(text: str, language: str) -> None:
    mend = "a scope file is a few levels deep"
    assert_problems(text, language, ("too-deep", 1, 1, "the file is nested too deeply", mend))


def test_a_billion_laughs_stay_as_short_as_they_are_written() -> None:
    lines = [
        "a: &a [x, x]",
        *(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    ]
    document = read_document("\n".join(lines), "f", "yaml")
    assert len(document.problems) == 9 + 8 * 9
    assert len(repr(document.data)) < 10 * len("\n".join(lines))


# --- the document ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", [(), ("a",), ("a", "b"), ("a", "b", 7), ("z", 1)])
def test_what_has_no_place_of_its_own_stands_at_the_nearest_around_it(path: KeyPath) -> None:
    document = read_document("x: 1\na:\n  b: 2\n", "f", "yaml")
    known = {("a",): (3, 3), ("a", "b"): (3, 6), ("a", "b", 7): (3, 6)}
    place = document.place(path)
    assert (place.file, place.line, place.column) == ("f", *known.get(path, (1, 1)))


def test_a_key_and_its_value_have_two_places() -> None:
    document = read_document("a: b\n", "f", "yaml")
    assert (document.place(("a",)).column, document.place(("a",), of_key=True).column) == (4, 1)


def test_a_document_without_places_names_its_file_alone() -> None:
    assert str(Document("f").place(("a",))) == "f"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (("in_scope", 3, "asset"), "in_scope[3].asset"),
        (("rewards", "groups", "a.b"), "rewards.groups.a.b"),
        ((0, 1), "[0][1]"),
        ((), ""),
    ],
)
def test_a_path_is_shown_as_it_would_be_written(path: KeyPath, shown: str) -> None:
    assert show_path(path) == shown
