"""A listed text costs no more than its length, whatever stands in it, and is never freed by its length.

Measured as in `test_abuse`: each case doubles its input, and no case asserts seconds.
"""

from __future__ import annotations

from contextlib import suppress

import pytest

import scopecheck as sc
from growth import Build, Run, assert_bounded, assert_linear, pump
from scopecheck.scope.grammar import parse_listed
from scopecheck.scope.interpret import Context, interpret
from scopecheck.scope.pattern import Effect


def _ask(program: sc.Program) -> None:
    str(sc.Checker(program).check("https://www.example.com/a/b"))


def _included(text: str) -> None:
    _ask(sc.Program.from_assets([text]))


def _excluded(text: str) -> None:
    _ask(sc.Program.from_assets(["*.example.com"], [text]))


LISTED = {
    "long host": pump("a", "*.", ".example.com"),
    "many labels": pump("a.", "*.", "example.com"),
    "stars": pump("*", "", ".example.com"),
    "stars between letters": pump("a*", "", ".example.com"),
    "labels of stars": pump("*.", "", "example.com"),
    "stars in a path": pump("/*", "example.com"),
    "stars inside a segment": pump("*a", "example.com/"),
    "parents in a path": pump("/..", "example.com/a"),
    "pairs of alternatives": pump("(a|b).", "", "example.com"),
    "pairs of braces": pump("{a,b}.", "", "example.com"),
    "one choice of many": lambda size: f"({'|'.join(['a'] * (size // 2))}).example.com",
    "open brackets": pump("(", "", "example.com"),
    "open alternatives": pump("(a|", "", "example.com"),
    "alternatives of slashes": pump("|/", "(", ".example.com"),
    "optional labels": pump("[a.]", "", "example.com"),
    "placeholders": pump("<x>.", "", "example.com"),
    "list of hosts": pump("a.example.com, ", "", "b.example.com"),
    "list by spaces": pump("a.example.com ", "", "b.example.com"),
    "list by and": pump("a.example.com and ", "", "b.example.com"),
    "commas": pump(",", "", "x"),
    "white space behind a host": pump(" ", "a.example.com ", "x"),
    "tabs behind a note": pump("\t", "a.example.com (\t(\t", "!"),
    "lines behind a host": pump("\n", "a.example.com ", "x"),
    "closing brackets": pump(")", "a.example.com (x(", " a"),
    "dashes": pump("-", "a.example.com ", "x"),
    "dots of an address": pump("0.", "10.0.0.", "x"),
    "colons": pump("a:", "", "x"),
    "link": pump(".[[", "[[[", "](https://example.com)"),
    "words": pump("is excluded ", "a.example.com "),
    "denials": pump("is now ", "a.example.com (", ")"),
    "combining marks": pump("\u0301", "e", ".example.com"),
    "invisible": pump("\u200b", "a", ".example.com"),
    "prose": pump("any other system of a.example.com ", ""),
    "prose without white space": pump("a.example.com;", ":"),
    "choice of bars": pump("|", "(", "(.example.com"),
    "commas of an open choice": pump(", ", "a.example.com"),
    "link of dots": pump(".", "[a"),
    "labels of symbols": pump("\U0001f600.", "", "a"),
    "hosts joined by slashes": lambda size: f"{'a.' * (size // 4)}com{'/a.bc' * (size // 10)}",
    "suffixes": lambda size: f"{'a' * (size // 2)}.com{', .fr' * (size // 10)}",
    "block of colons": pump(":", "", "/99999"),
}


@pytest.mark.parametrize("build", LISTED.values(), ids=LISTED)
@pytest.mark.parametrize("run", [_included, _excluded])
def test_a_listed_text_costs_no_more_than_its_length(build: Build, run: Run) -> None:
    # Up to 8192 characters a text is read as targets, up to 64 KiB as prose.
    assert_linear(build, run, 1_000, 4_000)
    assert_linear(build, run, 16_000, 64_000)


APPS = {
    "dots behind a star": pump(".", "*", "!"),
    "dots": pump("a.", "", "!"),
    "stars": pump("*.", "com.", "!"),
    "link of bars": pump("|", "https://example.com/(", "("),
    "dashes": pump("-", "a", "/id"),
}


@pytest.mark.parametrize("build", APPS.values(), ids=APPS)
def test_an_app_costs_no_more_than_its_length(build: Build) -> None:
    def run(text: str) -> None:
        _read(text, "android")

    assert_linear(build, run, 1_000, 4_000)
    assert_linear(build, run, 16_000, 32_000)


def _read(text: str, type: str) -> None:
    with suppress(sc.PatternSyntaxError):
        interpret(text, Context(Effect.EXCLUDE, type, listed=True))


@pytest.mark.parametrize("text", ["a b" * 20_000, "a@" * 20_000, "x.\x7f" * 20_000, "(" * 40_000 + ".com"])
def test_an_error_quotes_no_more_than_a_reader_needs(text: str) -> None:
    with pytest.raises(sc.PatternSyntaxError) as caught:
        parse_listed(text, Effect.INCLUDE)
    assert len(str(caught.value)) < 10_000
    assert str(caught.value).isprintable()


def test_what_is_too_long_for_a_list_covers_nothing() -> None:
    for text in (f"{'a' * 300}.com, .fr", f"{'(a|b).' * 8}{'x' * 2_000}.com"):
        program = sc.Program.from_assets([text], [text])
        assert [one.effect for one in program.unresolved] == ["include", "exclude"]


def test_alternatives_that_multiply_are_refused_before_they_are_made() -> None:
    for piece in ("(a|b).", "{a,b}.", "{a,{b,c}}.", "(a|b|c|d)"):
        assert_bounded(pump(piece, "", "example.com"), _included, 2_000, floor=8 << 20)


def _nested(opening: str, closing: str) -> Build:
    return lambda size: "".join((opening * size, "a", closing * size, ".example.com"))


NESTED = {"braces": _nested("{a,", "}"), "bars": _nested("(b|", ")"), "both": _nested("{a,(b|", ")}")}


@pytest.mark.parametrize("nested", NESTED.values(), ids=NESTED)
def test_nested_alternatives_cost_no_more_than_their_length(nested: Build) -> None:
    assert_linear(nested, _included, 1_000, 4_000)
