"""The headings, comments and marks of plain lists: whatever may exclude is heard (D1, P3, P4, P5)."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import scopecheck as sc
from scopecheck.formats.listmarks import excludes_by_name, list_entries, words_of
from scopecheck.formats.plain import read_globs, read_regexes
from scopecheck.formats.registry import read
from scopecheck.formats.source import Source
from scopecheck.scope.pattern import Effect

PAY, OTHER = "https://pay.example.com/", "https://www.example.com/"


def of_globs(text: str, name: str = "acme.txt") -> sc.Checker:
    return sc.Checker(read_globs(Source(name, text.encode())).programs[0])


def of_regexes(text: str, name: str = ".scope") -> sc.Checker:
    return sc.Checker(read_regexes(Source(name, text.encode())).programs[0])


EXCLUDING = [
    # a heading
    "# Out of scope\npay.example.com",
    "## Exclusions\n\npay.example.com",
    "# OUT-OF-SCOPE\n# payment\npay.example.com",
    "# Everything below is out of scope\npay.example.com",
    "# Blacklist\npay.example.com",
    "Out of scope:\npay.example.com",
    "[OUT OF SCOPE]\npay.example.com",
    "--- out of scope ---\npay.example.com",
    "=== EXCLUDED ===\npay.example.com",
    "**Out of scope**\npay.example.com",
    "<out-of-scope>\npay.example.com",
    "; out of scope\npay.example.com",
    "Forbidden\n---\npay.example.com",
    "Do not test:\npay.example.com",
    "OUT\npay.example.com",
    "!exclude\npay.example.com",
    "!EXCLUDE:\npay.example.com",
    "!Exclude these\npay.example.com",
    # a mark
    "-pay.example.com",
    "\uff01pay.example.com",
    "[oos] pay.example.com",
    "(oos) pay.example.com",
    "*OOS* pay.example.com",
    "OOS: pay.example.com",
    "exclude pay.example.com",
    "out of scope pay.example.com",
    "pay.example.com OOS",
    "pay.example.com [OOS]",
    "pay.example.com,OOS",
    "pay.example.com;excluded",
    "pay.example.com, excluded",
    "pay.example.com = excluded",
    "pay.example.com | out of scope",
    "| pay.example.com | out of scope |",
    "pay.example.com // out of scope",
    "pay.example.com (off limits)",
    "pay.example.com - do not touch",
    "pay.example.com: not in scope",
    "pay.example.com is out of scope",
    # a comment behind it
    "pay.example.com # OOS",
    "pay.example.com #OOS",
    "pay.example.com#OOS",
    "pay.example.com # do not test",
    "pay.example.com # don't touch this",
]
DOUBTED = [
    "pay.example.com # OOS, see https://example.com/policy",
    "- pay.example.com",
    "\u2013 pay.example.com",
    "- !pay.example.com",
    "out_of_scope:\n- pay.example.com\nOthers:",
    "~pay.example.com",
    "\u274c pay.example.com",
    "x pay.example.com",
    "pay.example.com!",
    "no: pay.example.com",
    "NOT: pay.example.com",
    "not pay.example.com",
    "pay.example.com no",
    "pay.example.com # not ours",
    "pay.example.com\t# third party",
    "# do not test pay.example.com",
    "# pay.example.com is out of scope",
    "# except pay.example.com",
    "# not for testing\n\npay.example.com",
    "# Third parties\npay.example.com",
    "# The following hosts must not be tested by anyone at any time\npay.example.com",
    "# Out of scope - from https://example.com/policy\npay.example.com",
    "Not ours:\npay.example.com",
]


@pytest.mark.parametrize("lines", EXCLUDING)
def test_a_known_mark_excludes(lines: str) -> None:
    checker = of_globs(f"*.example.com\nexample.com\n{lines}\n")
    assert str(checker.check(PAY).decision) == "OUT_OF_SCOPE"
    assert checker.check(OTHER).in_scope


@pytest.mark.parametrize("lines", DOUBTED)
def test_other_words_and_signs_are_a_question(lines: str) -> None:
    assert not of_globs(f"*.example.com\nexample.com\n{lines}\n").check(PAY).in_scope


@pytest.mark.parametrize("lines", [*EXCLUDING, *DOUBTED])
def test_marks_are_heard_among_regexes_too(lines: str) -> None:
    """A list of regexes has no comments, but whoever writes such a line in it means something by it."""
    if lines == "pay.example.com!":
        pytest.skip("a regex that matches nothing")
    text = f".*\\.example\\.com$\n{lines.replace('.', chr(92) + '.')}\n"
    assert not of_regexes(text).check(PAY).in_scope


@pytest.mark.parametrize(
    "lines",
    [
        "*.example.com # main",
        "*.example.com # rate limit 5/s",
        "*.example.com # except dev.example.com",
        "*.example.com (only the API)",
        "*.example.com (not dev.example.com)",
        "# ours\n*.example.com",
        "# notes (2024)\n*.example.com",
        "# In scope\n*.example.com",
        "Web:\n*.example.com",
        "- *.example.com\n- pay.example.com",
        "\u2022 *.example.com",
        "\u2705 *.example.com",
        "# Out of scope\nshop.example.net\n# In scope\n*.example.com",
        "!EXCLUDE\nshop.example.net\n!INCLUDE\n*.example.com",
        "# Not ours\nshop.example.net\n\n# Ours\n*.example.com",
    ],
)
def test_what_denies_nothing_keeps_its_yes(lines: str) -> None:
    assert of_globs(lines + "\n").check(OTHER).in_scope
    assert of_globs(lines + "\n").check(PAY).in_scope


@pytest.mark.parametrize(
    ("name", "excludes"),
    [
        ("a.noscope", True),
        ("a.NOSCOPE", True),
        (".NoScope", True),
        ("OOS.txt", True),
        ("acme-out-of-scope.txt", True),
        ("excluded_hosts.txt", True),
        ("acme.txt", False),
        (".inscope", False),
        ("out-of-scope/acme.txt", False),
    ],
)
def test_a_file_may_be_called_a_list_of_exclusions(name: str, excludes: bool) -> None:
    assert excludes_by_name(name) is excludes
    assert of_globs("pay.example.com\n", name).check(PAY).in_scope is not excludes
    assert of_regexes("^pay\\.example\\.com$\n", name).check(PAY).in_scope is not excludes


def test_the_case_of_a_companion_is_no_matter(tmp_path: Path) -> None:
    inscope = tmp_path / "acme.INSCOPE"
    inscope.write_text("*.example.com\n", "utf-8")
    (tmp_path / "acme.NOSCOPE").write_text("pay.example.com\n", "utf-8")
    checker = sc.Checker(read(inscope).programs[0])
    assert [checker.check(one).in_scope for one in (PAY, OTHER)] == [False, True]


def test_every_line_with_denying_words_is_kept() -> None:
    """P3: what is no heading is a rule or an unresolved entry."""
    text = (
        "example.com\n# not pay.example.com, see the brief\nAll the rest is out of scope as far as we know\n"
    )
    program = read_globs(Source("a.txt", text.encode())).programs[0]
    assert {"line 2", "line 3"} <= {one.entry for one in program.unresolved}
    assert {one.effect for one in program.unresolved} == {"exclude"}


def test_words_tell_a_mark_from_a_mere_denial() -> None:
    marks = ("OOS", "out_of_scope", "Out-Of-Scope!", "NOT IN SCOPE", "do not test", "excluded")
    assert all(words_of(text).alone for text in marks)
    denials = ("no rate limit", "but only the API", "without login")
    assert all(words_of(text).denial and not words_of(text).mark for text in denials)
    assert not any(words_of(text).denial for text in ("ours", "main site", "note", "scope of the brief"))


@pytest.mark.parametrize(
    "line", ["a." * 30_000, "!" * 60_000, "~" * 60_000, "# no " * 12_000, ":" * 60_000, "- " * 30_000]
)
@pytest.mark.parametrize("comments", [True, False])
def test_a_long_line_is_read_at_once(line: str, comments: bool) -> None:
    start = time.perf_counter()
    list(list_entries(line, Effect.INCLUDE, comments=comments))
    assert time.perf_counter() - start < 3
