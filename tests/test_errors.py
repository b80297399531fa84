"""What bad input gets: the library's own errors and nothing else, each problem with place and remedy."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scopecheck as sc
from scopecheck import errors
from scopecheck.errors import FindingTypeError
from strategies import LANGUAGES, any_fields, any_text, broken_files

HEAD = "id: e\nname: E\n"

# --- the errors themselves -------------------------------------------------------------------

PROBLEM = sc.Diagnostic(
    "extra-forbidden", "there is no field `x` here", sc.Place("f.yaml", 3, 5), "remove it", "a.x"
)
SAMPLES: list[sc.ScopecheckError] = [
    sc.ScopeSyntaxError("`f.yaml` cannot be read", (PROBLEM,)),
    sc.ScopeValidationError("`f.yaml` has 1 problem", (PROBLEM,)),
    sc.UnknownProgramError("`x` is neither"),
    sc.PatternSyntaxError("`x` is no pattern", "x", "write a host"),
    sc.TargetError("no target"),
    sc.HostError("no host"),
    sc.UrlError("no URL"),
    FindingTypeError("no such type", ("xss", "xxe")),
    sc.MissingExtraError("install scopecheck[arrow]"),
]


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_survives_pickling_with_all_it_carries(error: sc.ScopecheckError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.args) == (type(error), str(error), error.args)
    assert vars(copy) == vars(error)


def test_every_error_has_one_base_and_a_builtin_that_callers_know() -> None:
    classes = [getattr(errors, name) for name in errors.__all__]
    assert all(issubclass(one, errors.ScopecheckError) for one in classes)
    assert {type(one) for one in SAMPLES} <= set(classes)
    for one in (sc.ScopeError, sc.PatternSyntaxError, sc.TargetError):
        assert issubclass(one, ValueError)
    assert issubclass(sc.MissingExtraError, ImportError)


def test_an_error_shows_its_message_and_then_every_problem() -> None:
    assert str(sc.ScopeValidationError("`f.yaml` has 1 problem", (PROBLEM,))) == (
        "`f.yaml` has 1 problem\nf.yaml:3:5: error: there is no field `x` here [a.x]\n  help: remove it"
    )
    assert str(sc.UnknownProgramError("no such program")) == "no such program"


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (sc.Place("f.yaml", 3, 5), "f.yaml:3:5"),
        (sc.Place("f.yaml", 3), "f.yaml:3"),
        (sc.Place("f.yaml"), "f.yaml"),
        (sc.Place("f.yaml", 0, 5), "f.yaml"),
    ],
)
def test_a_place_shows_what_is_known_of_it(place: sc.Place, shown: str) -> None:
    assert str(place) == shown


def test_a_problem_is_text_for_people_and_a_mapping_for_programs() -> None:
    warning = sc.Diagnostic("odd", "odd", sc.Place("f"), severity=sc.Severity.WARNING)
    assert str(warning) == "f: warning: odd"
    assert PROBLEM.to_dict() == {
        "code": "extra-forbidden",
        "severity": "error",
        "message": "there is no field `x` here",
        "help": "remove it",
        "path": "a.x",
        "file": "f.yaml",
        "line": 3,
        "column": 5,
    }


# --- nothing but the own errors --------------------------------------------------------------


def problems_of(text: str | bytes, language: str) -> tuple[sc.Diagnostic, ...]:
    """The problems of what may be a file; every error but the library's own passes through."""
    try:
        sc.loads(text, language, "f")
    except sc.ScopeError as error:
        return error.diagnostics
    return ()


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_no_text_raises_anything_but_the_own_errors(language: str, data: st.DataObject) -> None:
    problems_of(data.draw(broken_files(language)), language)


@given(any_fields())
def test_no_mapping_raises_anything_but_the_own_errors(fields: dict[str, Any]) -> None:
    try:
        sc.load(fields)
    except sc.ScopeError as error:
        problems = error.diagnostics
    else:
        problems = (PROBLEM,)
    assert problems


@given(any_text())
def test_no_name_raises_anything_but_the_own_errors(name: str) -> None:
    with pytest.raises(sc.ScopeError) as caught:
        sc.load(name)
    assert caught.value.diagnostics


CRASHES = [
    pytest.param("id: e\rin_scope:\r  - *.e.com\r", "yaml", id="star-behind-carriage-returns"),
    pytest.param("a: '\u2028\u2028\u2028'\nb: *.e.com\n", "yaml", id="star-behind-line-separators"),
    pytest.param("id = 'e'\nname = 'E'\nrewards.maximum = " + "9" * 5000, "toml", id="number-of-5000-digits"),
    pytest.param("id = 'e'\nname = 'E'\n" + "a." * 5000 + "a = 1", "toml", id="key-of-5000-steps"),
    pytest.param(HEAD + "in_scope: [{asset: a.com, type: [x]}]\n", "yaml", id="list-for-a-type"),
    pytest.param("{" * 10_000, "yaml", id="10000-braces"),
    pytest.param('{"a":' * 100_000, "json", id="100000-objects"),
    pytest.param("id: e\n" + "- " * 100_000, "yaml", id="100000-dashes"),
    pytest.param("? " * 50_000, "yaml", id="50000-questions"),
]


@pytest.mark.parametrize(("text", "language"), CRASHES)
def test_what_once_crashed_or_might(text: str, language: str) -> None:
    with pytest.raises(sc.ScopeError):
        sc.loads(text, language)


def lines(text: str, count: int) -> str:
    return "".join(text.format(number) for number in range(count))


GROWING: list[Any] = [
    pytest.param(lambda n: HEAD + lines("b{}: 1\n", n), "yaml", id="misspelt-fields"),
    pytest.param(lambda n: HEAD + "x:\n" + lines("  - *.e{}.com\n", n), "yaml", id="stars"),
    pytest.param(
        lambda n: HEAD + "x:\n" + "  - e.com\n" * n + "  - *.e.com\n" * 90, "yaml", id="stars-below-a-list"
    ),
    pytest.param(lambda n: HEAD + lines("a{}: &a b\n", n), "yaml", id="anchors"),
    pytest.param(
        lambda n: HEAD + "in_scope:\n" + lines("  - {{asset: a.com, sources: [s{}]}}\n", n) +
        "sources:\n" + lines("  - {{id: x{}, title: t}}\n", n), "yaml", id="references",
    ),
    pytest.param(lambda n: "{" + lines('"a{0}": 1, "a{0}": 2, ', n) + '"b": 1}', "json", id="json-keys-twice"),
    pytest.param(lambda n: "{" + lines('"a": {}, ', n) + '"b": NaN}', "json", id="one-json-key"),
    pytest.param(lambda n: lines("a{0} = 1\na{0} = 2\n", n), "toml", id="toml-keys-twice"),
    pytest.param(lambda n: lines("[a{0}]\nb = 1\n[a{0}]\nc = 1\n", n), "toml", id="toml-tables-twice"),
    pytest.param(lambda n: lines("a{} = " + "9" * 500 + "\n", n), "toml", id="toml-long-numbers"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language"), GROWING)
def test_a_bad_file_four_times_as_long_is_refused_in_about_four_times_the_time(
    text: Callable[[int], str], language: str
) -> None:
    def spent(count: int) -> float:
        whole = text(count)
        begin = time.process_time()
        assert problems_of(whole, language)
        return time.process_time() - begin

    # What grows with the square would take sixteen times as long.
    assert min(spent(2_000) for _ in range(2)) < 10 * max(spent(500), spent(500), 0.004)


@pytest.mark.parametrize(
    ("text", "language"), [("{" * 60_000, "yaml"), ("a." * 60_000 + "a = 1", "toml"), ("[" * 60_000, "json")]
)
def test_what_is_nested_too_deeply_is_not_read_to_its_end(text: str, language: str) -> None:
    """Parsers take the square of the depth, so that reading on would take minutes."""
    (problem,) = problems_of(text, language)
    assert problem.code == "too-deep"


def test_a_language_that_is_none_is_one_of_the_own_errors() -> None:
    with pytest.raises(sc.ScopeError, match="xml"):
        sc.loads("", "xml")


@pytest.mark.parametrize("source", [None, 5, b"openai", ["openai"]])
def test_what_is_no_name_at_all_is_a_mistake_of_the_caller(source: Any) -> None:
    with pytest.raises(TypeError):
        sc.load(source)


# --- what every problem says -----------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_problems_come_in_the_order_of_the_file_with_place_and_remedy(
    language: str, data: st.DataObject
) -> None:
    text = data.draw(broken_files(language))
    problems = problems_of(text, language)
    places = [(one.place.line, one.place.column) for one in problems]
    assert places == sorted(places)
    lines = (text if isinstance(text, str) else text.decode("latin-1")).count("\n") + 2
    for problem in problems:
        assert 1 <= problem.place.line <= lines
        assert problem.place.column >= 1
        assert problem.help
        assert re.fullmatch("[a-z][a-z0-9]*(-[a-z0-9]+)*", problem.code)


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_a_message_is_a_printable_phrase(language: str, data: st.DataObject) -> None:
    for problem in problems_of(data.draw(broken_files(language)), language):
        assert f"{problem.message} {problem.help} {problem.path}".replace("\t", " ").isprintable()
        assert not problem.message[:1].isupper()
        assert not problem.message.endswith(".")


IN_PYTHON = re.compile(
    r"\bNone\b|\bTrue\b|\bsys\.|\[key\]|\('|\['|datetime|`\?\d|[Ii]nput should|<class|raw data"
)
ABOUT_THE_FILE = [
    pytest.param(HEAD + "in_scope:\n  - asset:\n", "yaml", id="yaml-null"),
    pytest.param(HEAD + "about: [a]\n", "yaml", id="yaml-list"),
    pytest.param(HEAD + "as_of: true\n", "yaml", id="yaml-true"),
    pytest.param(HEAD + "in_scope: [{asset: a.com, <<: {note: b}}]\n", "yaml", id="yaml-merge-key"),
    pytest.param(HEAD + "*foo: bar\n", "yaml", id="yaml-star-as-key"),
    pytest.param('{"id": "e", "name": null}', "json", id="json-null"),
    pytest.param('{"id": "e", "name": "\\ud800"}', "json", id="json-lone-surrogate"),
    pytest.param('{"id": "e", "name": "E", "n": ' + "9" * 5000 + "}", "json", id="json-number"),
    pytest.param("[policy]\n[policy]\n", "toml", id="toml-table-twice"),
    pytest.param(
        "id = 'e'\nname = 'E'\nas_of = 05:00:00\npolicy.open_scope = [true]\n", "toml", id="toml-time"
    ),
]


@pytest.mark.parametrize(("text", "language"), ABOUT_THE_FILE)
def test_a_message_speaks_of_the_file_and_not_of_python(text: str, language: str) -> None:
    problems = problems_of(text, language)
    assert problems
    assert [str(one) for one in problems if IN_PYTHON.search(f"{one.message} {one.help} {one.path}")] == []


AT_ONCE = [
    pytest.param(
        HEAD + "x: &a *.e.com\nin_scope: [*a, '*', `b]\n", "yaml",
        ["3:4 anchor", "3:4 unquoted-star", "4:12 alias", "4:21 yaml-syntax"], id="yaml-up-to-an-error",
    ),
    pytest.param(
        "id = 'e'\nid = 'f'\nname = 'E'\n[policy]\napex = 'x'\n[policy]\napx = 1\n[x]\nb = {c = 1, c = 2, d = 3}\n",
        "toml",
        ["2:1 duplicate-key", "5:8 literal-error", "6:1 duplicate-key", "8:1 extra-forbidden", "9:13 duplicate-key"],
        id="toml-keys-twice-and-wrong-values",
    ),
    pytest.param(
        "a.b = 1\na = 2\n[a.b]\nc = 1\n[x]\nq = [1,\n", "toml",
        ["2:1 duplicate-key", "3:1 duplicate-key", "7:1 toml-syntax"], id="toml-up-to-an-error",
    ),
    pytest.param(
        '{"a": "\\ud83d", "b": NaN,\n"c": ' + "9" * 31 + ', "\\udc00": -Infinity, "a": 1}', "json",
        ["1:7 lone-surrogate", "1:22 json-syntax", "2:6 number-too-long", "2:39 lone-surrogate",
         "2:49 json-syntax", "2:60 duplicate-key"], id="json-words",
    ),
    pytest.param(
        "a: " + "9" * 31 + "\nb: '" + "9" * 31 + "'\nc: -" + "9" * 40 + ".5\n", "yaml",
        ["1:4 number-too-long", "3:4 number-too-long"], id="yaml-numbers",
    ),
    pytest.param(
        "a = " + "9" * 31 + "\nb = 0x" + "f" * 5000 + "\nc = 1979-05-27 00:32:00.999999-07:00\nd = [\n", "toml",
        ["1:5 number-too-long", "2:5 number-too-long", "5:1 toml-syntax"], id="toml-numbers",
    ),
    pytest.param(
        HEAD + "rewards:\n  maximum: '200'\n  groups: {X: {title: a}}\nkey_shapes: [{prefix: k, title: K}]\n"
        "in_scope: [{asset: }, ]\nout_of_scope: [[a.com], null]\n", "yaml",
        ["4:12 int-type", "5:12 string-pattern-mismatch", "6:23 string-too-short", "7:20 string-type",
         "8:16 model-type", "8:25 model-type"], id="values",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "language", "expected"), AT_ONCE)
def test_every_problem_of_a_file_is_said_at_once(text: str, language: str, expected: list[str]) -> None:
    found = problems_of(text, language)
    assert [f"{one.place.line}:{one.place.column} {one.code}" for one in found] == expected


def itself() -> dict[str, Any]:
    made: dict[str, Any] = {"id": "e"}
    made["in_scope"] = [made, made]
    return made


MAPPINGS: list[Any] = [
    pytest.param(itself(), ["too-deep"], id="that-holds-itself"),
    pytest.param({5: 1, "about": "\ud800", "\ud800": 1}, ["key", "lone-surrogate", "key"], id="keys"),
    pytest.param({"rewards": {"maximum": 10**5000}}, ["number-too-long"], id="huge-number"),
    pytest.param({"id": "e", "name": "E", "as_of": 0}, ["date-type"], id="number-for-a-date"),
    pytest.param({"id": "e", "name": "E", "format": 1.0}, ["literal-error"], id="decimal-for-a-format"),
]


@pytest.mark.parametrize(("fields", "codes"), MAPPINGS)
def test_a_mapping_is_read_as_strictly_as_a_file(fields: dict[Any, Any], codes: list[str]) -> None:
    with pytest.raises(sc.ScopeError) as caught:
        sc.load(fields)
    assert [one.code for one in caught.value.diagnostics] == codes


# --- files that are not there or cannot be read ----------------------------------------------

UNKNOWN = [
    ("openal", "did you mean `openai` or `openai-safety`?"),
    ("OpenAI", "did you mean `openai` or `openai-safety`?"),
    ("openai-saftey", "did you mean `openai-safety` or `openai`?"),
    ("openai.yaml", "did you mean `openai` or `openai-safety`?"),
    ("zzzz", "see `scopecheck list`"),
    ("", "see `scopecheck list`"),
    ("\x1b[31m", "see `scopecheck list`"),
]


@pytest.mark.parametrize(("name", "mend"), UNKNOWN)
def test_an_unknown_program_gives_the_nearest_names(name: str, mend: str) -> None:
    with pytest.raises(sc.UnknownProgramError) as caught:
        sc.load(name)
    shown = name.replace("\x1b", "\\x1b")
    assert caught.value.message == f"`{shown}` is neither a bundled program nor a scope file"
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.message) == ("unknown-program", "no such program or file")
    assert (problem.place, problem.help) == (sc.Place(shown), mend)


def test_a_folder_is_no_scope_file(tmp_path: Path) -> None:
    (tmp_path / "e.yaml").mkdir()
    with pytest.raises(sc.UnknownProgramError):
        sc.load(tmp_path / "e.yaml")


def test_the_ending_of_a_file_says_its_language(tmp_path: Path) -> None:
    file = tmp_path / "e.txt"
    file.write_text(HEAD)
    with pytest.raises(sc.ScopeSyntaxError) as caught:
        sc.load(file)
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.message) == ("file-ending", "the ending says no known language")
    assert (problem.place, problem.help) == (sc.Place(str(file)), "name it .yaml, .toml or .json")


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "e.yaml"
    file.write_text(HEAD)

    def denied(*_: object, **__: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    for door in ("read_bytes", "open"):
        monkeypatch.setattr(Path, door, denied)
    with pytest.raises(sc.ScopeSyntaxError) as caught:
        sc.load(file)
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.message) == ("unreadable", "permission denied")
    assert (problem.place, bool(problem.help)) == (sc.Place(str(file)), True)


LIMITED = """
import resource, sys, scopecheck
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
try:
    scopecheck.load(sys.argv[1])
except scopecheck.ScopeError as error:
    print(error.diagnostics[0].code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of memory can be set")
def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """A file of 8 GiB, all hole, in a process that may hold 4: it is measured, not read."""
    with (tmp_path / "e.yaml").open("wb") as file:
        file.truncate(8 << 30)
    command = [sys.executable, "-c", LIMITED, str(tmp_path / "e.yaml")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.stdout, run.stderr) == ("too-large\n", "")
