"""Plain lists: two languages that look alike, the marks of their writers, and lists that are written."""

from __future__ import annotations

from pathlib import Path

import pytest

import scopecheck as sc
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.plain import read_globs, read_regexes, write_globs
from scopecheck.formats.registry import format_named, read, sniff
from scopecheck.formats.source import ShapeError, Source
from scopecheck.scope.pattern import Effect


def source(text: str | bytes, name: str = "acme.txt") -> Source:
    return Source(name, text if isinstance(text, bytes) else text.encode())


def globs(text: str, name: str = "acme.txt") -> ImportResult:
    return read_globs(source(text, name))


def sides(result: ImportResult) -> tuple[list[str], list[str]]:
    rules = result.programs[0].rules
    included, excluded = ([r.asset for r in rules if r.effect is effect] for effect in Effect)
    return included, excluded


def decisions(program: sc.Program, *asked: str) -> list[str]:
    checker = sc.Checker(program)
    return [str(checker.check(target).decision) for target in asked]


MARKS: list[tuple[str, str, tuple[list[str], list[str]]]] = [
    ("acme.txt", "example.com\n\n*.example.org\r\n", (["example.com", "*.example.org"], [])),
    ("acme.txt", "*.example.com\n!blog.example.com\n", (["*.example.com"], ["blog.example.com"])),
    ("acme.txt", "*.example.com\n[OOS] blog.example.com\n", (["*.example.com"], ["blog.example.com"])),
    (
        "acme.txt",
        "*.example.com\n!EXCLUDE\nblog.example.com\na.example.com\n",
        (["*.example.com"], ["blog.example.com", "a.example.com"]),
    ),
    ("acme.txt", "# ours\nexample.com\n  # theirs\n", (["example.com"], [])),
    ("acme.txt", "\ufeffexample.com\n", (["example.com"], [])),
    ("acme.noscope", "blog.example.com\n", ([], ["blog.example.com"])),
    (".noscope", "blog.example.com\n", ([], ["blog.example.com"])),
    (
        "acme.txt",
        "10.0.0.0/24\n2001:db8::1\nhttps://example.com/api\nexample.com:8443\n",
        (["10.0.0.0/24", "2001:db8::1", "https://example.com/api", "example.com:8443"], []),
    ),
]


@pytest.mark.parametrize(("name", "text", "expected"), MARKS)
def test_marks_tell_the_sides_apart(name: str, text: str, expected: tuple[list[str], list[str]]) -> None:
    assert sides(globs(text, name)) == expected


def test_words_behind_an_entry_belong_to_it() -> None:
    """P5: "except" takes away."""
    program = globs("*.example.com  # except dev.example.com\n").programs[0]
    assert program.in_scope[0].instruction == "except dev.example.com"
    assert decisions(program, "https://dev.example.com/", "https://a.example.com/") == [
        "UNDETERMINED",
        "IN_SCOPE",
    ]


def test_every_line_is_the_source_of_something() -> None:
    """P3: nothing is dropped, prose least of all."""
    program = globs("example.com\n# a\nAny other host of ours\n!All staging servers\n").programs[0]
    entries = {one.entry for one in program.rules} | {one.entry for one in program.unresolved}
    assert entries == {"line 1", "line 3", "line 4"}
    assert [one.effect for one in program.unresolved] == ["include", "exclude"]


def test_the_exclusions_beside_an_inscope_are_read_with_it(tmp_path: Path) -> None:
    """A scope without its exclusions would say yes too often."""
    inscope, noscope = tmp_path / ".inscope", tmp_path / ".noscope"
    inscope.write_text("*.example.com\n", "utf-8")
    alone = read(inscope)
    assert (alone.format, [one.code for one in alone.diagnostics]) == ("globs", ["no-noscope"])
    noscope.write_text("blog.example.com\n", "utf-8")
    for path in (inscope, noscope):
        together = read(path)
        assert sides(together) == (["*.example.com"], ["blog.example.com"])
        assert {one.code for one in together.diagnostics} == set()
    assert read(inscope).programs[0].out_of_scope[0].entry == ".noscope, line 1"


REGEX_LINES = [
    r"^example\.com$",
    r".*\.example\.com",
    r"\.example\.com$",
    "^https?://.*",
    r"(?i)example",
    "[^.]+.example.com",
    "example.com/.*",
    r"dev[0-9].example.com",
]
GLOB_LINES = ["*.example.com", "api-*.example.com", "https://*.example.com", "example.com/*", "dev*"]


@pytest.mark.parametrize("line", REGEX_LINES)
def test_a_regex_among_globs_is_refused_with_a_hint(line: str) -> None:
    with pytest.raises(sc.ScopeValidationError) as refused:
        globs(f"example.org\n!{line}\n")
    (problem,) = refused.value.diagnostics
    assert (problem.code, problem.place.line) == ("other-language", 2)
    assert "`regexes`" in problem.help


@pytest.mark.parametrize("line", GLOB_LINES)
def test_a_glob_among_regexes_is_refused_with_a_hint(line: str) -> None:
    with pytest.raises(sc.ScopeValidationError) as refused:
        read_regexes(source(f"^example\\.org$\n{line}\n"))
    (problem,) = refused.value.diagnostics
    assert (problem.code, problem.place.line) == ("other-language", 2)
    assert "`globs`" in problem.help


def test_every_line_of_the_other_language_is_named_at_once() -> None:
    with pytest.raises(sc.ScopeValidationError) as refused:
        globs("\n".join(REGEX_LINES))
    assert [one.place.line for one in refused.value.diagnostics] == list(range(1, len(REGEX_LINES) + 1))


@pytest.mark.parametrize(
    "line",
    [
        "example.*",
        "*.example.*",
        "shop.*.be",
        "(a|b).example.com",
        "{a,b}.example.com",
        r"\*.example.com",
        "a.example.com (only the API)",
    ],
)
def test_globs_that_have_signs_of_regexes_are_globs(line: str) -> None:
    assert len(globs(line + "\n").programs[0].rules) == 1


def test_regexes_are_searched_for_in_the_host_name() -> None:
    """What inscope reads: no anchors, `!` wins, no comments."""
    result = read_regexes(source("^(.*\\.)?example\\.com$\nexample.org\n!internal\n# note\n", ".scope"))
    included, excluded = sides(result)
    assert included == ["*.example.com", "example.com", "example.org"]
    assert excluded == ["https://internal", "*internal*"]
    assert [one.text for one in result.programs[0].unresolved] == ["# note"]
    asked = (
        "https://a.example.com/",
        "https://example.org/",
        "https://internal.example.com/",
        "https://b.net/",
    )
    assert decisions(result.programs[0], *asked) == ["IN_SCOPE", "IN_SCOPE", "UNDETERMINED", "OUT_OF_SCOPE"]


def test_an_inclusion_that_a_negative_regex_beats_does_not_come_back_to_life() -> None:
    program = read_regexes(source("^app\\.acme\\.dev$\n!acme\\.dev$\n", ".scope")).programs[0]
    assert decisions(program, "https://app.acme.dev/") == ["UNDETERMINED"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("list.txt", "2001:db8::/32\n!2001:db8:1::/48\n", "globs"),
        ("hosts.txt", "example.com\n*.example.org\n", "globs"),
        ("hosts.txt", "example.com\nwww.example.com\n", "globs"),
        ("hosts.txt", "[OOS] example.com\nwww.example.com\n", "globs"),
        ("hosts.txt", "^example\\.com$\n!.*\\.dev\\.example\\.com\n", "regexes"),
        (".scope", "example.com\n!internal\n", "regexes"),
        (".inscope", "example.com\n", "globs"),
    ],
)
def test_the_language_is_told_by_the_lines(name: str, text: str, expected: str) -> None:
    assert sniff(source(text, name)).name == expected


@pytest.mark.parametrize(
    "text", ["Dear team,\nplease test all of it.\n", "", '["example.com"]', "<html></html>"]
)
def test_what_is_no_list_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(sc.ScopeError):
        sniff(source(text, "mail.txt"))


@pytest.mark.parametrize("name", ["globs", "regexes"])
@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "no entry"),
        (b"\n\n", "no entry"),
        (b'{"target": 1}', "no list"),
        (b"[[[[" * 50_000, "no list"),
        (b"<?xml version='1.0'?>", "no list"),
        (b"a" * 100_000 + b".com", "over 64 KiB"),
        (b"example.com\0", "NUL"),
        (b"\xff\xfee\0x\0", "not UTF-8"),
    ],
)
def test_files_of_another_kind_are_refused(name: str, raw: bytes, problem: str) -> None:
    reader = format_named(name).read
    assert reader is not None
    with pytest.raises(sc.ScopeError, match=problem) as refused:
        reader(source(raw))
    assert all(one.place.file == "acme.txt" for one in refused.value.diagnostics)


def test_the_shape_error_is_of_its_class() -> None:
    with pytest.raises(ShapeError):
        globs("# nothing here\n")


WRITTEN: list[tuple[list[str], list[str], list[str]]] = [
    # included, excluded, lines
    (["example.com", "*.example.org"], [], ["example.com", "*.example.org"]),
    (["*.example.com"], ["blog.example.com"], ["*.example.com", "!blog.example.com", "!*.blog.example.com"]),
    (["*.example.com"], ["a.example.com/admin"], ["*.example.com", "!a.example.com", "!*.a.example.com"]),
    (["10.0.0.0/24", "2001:db8::/64"], ["10.0.0.1"], ["10.0.0.0/24", "2001:db8::/64", "!10.0.0.1"]),
    (["*.example.com"], ["blog.*"], ["*.example.com", "!blog.*", "!*.blog.*"]),
    # A star of such a list is any text, so it would hold more than one label.
    (
        ["api-*.example.com", "example.com:8443", "example.com/api", "app.example.org"],
        [],
        ["app.example.org"],
    ),
]


@pytest.mark.parametrize(("inside", "outside", "lines"), WRITTEN)
def test_a_list_of_globs_is_written(inside: list[str], outside: list[str], lines: list[str]) -> None:
    assert write_globs(sc.Program.from_assets(inside, outside)).text.splitlines() == lines


def test_what_a_list_cannot_say_is_lost_aloud() -> None:
    program = sc.Program.from_assets(
        ["api-*.example.com", "example.com:8443", "example.org/api"], ["example.net:81"]
    )
    losses = write_globs(program).losses
    assert [(one.code, one.path) for one in losses] == [
        ("not-expressible", "include-1"),
        ("not-expressible", "include-2"),
        ("not-expressible", "include-3"),
        ("widened", "exclude-1"),
    ]
