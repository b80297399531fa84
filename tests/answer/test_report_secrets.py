"""A key in a report: blocked, sent to the program's form, and shown by no output."""

from __future__ import annotations

import io
import json
import pickle
import traceback
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scopecheck import Checker, Report, ReportVerdict, load
from scopecheck.answer.secrets import masked

# Made up, and put together here so that no scanner takes them for real ones.
BODY = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9" + "bC2eF4"
KEYS = {
    "sk-": "sk-" + BODY,
    "sk- of a project": "sk-" + "proj-" + BODY + "_-" + BODY,
    "sess-": "sess-" + BODY,
    "digits": "sk-" + "1" * 48,
    "letters": "sk-" + "a" * 48,
    "long": "sk-" + BODY * 60,
}
FORM = "https://openai.com/form/api-key-bug-bounty"
FIELDS = tuple(one.name for one in fields(Report))


@cache
def openai() -> Checker:
    return Checker(load("openai"))


def report(field: str, text: str) -> Report:
    good = Report(
        "Key leak", "OpenAI API Keys", "leaked api key", "", "Impact: anyone may use it.", "See above."
    )
    listed = field in ("collaborators", "attests", "assume")
    return replace(good, **{field: (text,) if listed else text})  # type: ignore[arg-type]  # any field


def outputs(verdict: ReportVerdict) -> Iterator[str]:
    """Yield everything that a verdict may be shown as, and what it is made of."""
    yield str(verdict)
    yield repr(verdict)
    yield json.dumps(verdict.to_dict(), ensure_ascii=False)
    yield pickle.dumps(verdict).decode("latin-1")
    yield repr([getattr(verdict.report, field) for field in FIELDS])
    for part in (verdict.url, verdict.target, verdict.finding):
        if part is not None:
            yield str(part)
            yield repr(part)
            yield json.dumps(part.to_dict(), ensure_ascii=False)
            yield pickle.dumps(part).decode("latin-1")
    for problem in verdict.problems:
        yield f"{problem} {problem!r} {problem.to_dict()}"


def assert_hidden(verdict: ReportVerdict, *secrets: str) -> None:
    for secret in secrets:
        # Any run of it is too much; upper case, as hosts and schemes lose it.
        for piece in (secret[5:25], secret[-20:]):
            for text in outputs(verdict):
                assert piece.lower() not in text.lower()


def assert_blocked(verdict: ReportVerdict, prefix: str = "sk-") -> None:
    (problem,) = (one for one in verdict.problems if one.code == "secret")
    assert problem.blocks
    assert not verdict.ready
    assert f"`{prefix}…`" in problem.message
    assert FORM in problem.help
    assert "never put it here" in problem.help


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("field", FIELDS)
def test_a_key_in_any_field_is_blocked_masked_and_sent_to_the_form(field: str, kind: str) -> None:
    key = KEYS[kind]
    for text in (key, f'see "{key}", found today'):
        verdict = openai().check_report(report(field, text))
        assert_blocked(verdict, "sess-" if kind == "sess-" else "sk-")
        assert_hidden(verdict, key)


@pytest.mark.parametrize(
    "shape",
    [
        "https://openai.com/?key={}",
        "https://openai.com/{}/x",
        "https://openai.com/#{}",
        "https://user:{}@openai.com/",
        "https://{}.openai.com/",
        "https://openai.com/?next=%2Fcb%3Fkey%3D{}",
        "openai.com/{}",
        "{}",
        "javascript:{}",
        "https://[{}",
        "a place with {} in it",
    ],
)
@pytest.mark.parametrize("field", ["url", "target"])
def test_a_key_anywhere_in_a_url_is_masked(field: str, shape: str) -> None:
    verdict = openai().check_report(report(field, shape.format(KEYS["sk-"])))
    assert_blocked(verdict)
    assert_hidden(verdict, KEYS["sk-"])


def percent(text: str) -> str:
    return "".join(f"%{ord(char):02x}" for char in text)


SPELLINGS = {
    "the dash in percent": KEYS["sk-"].replace("-", "%2D", 1),
    "the dash in percent, twice": KEYS["sk-"].replace("-", "%252d", 1),
    "wholly in percent": percent(KEYS["sk-"]),
    "some of it in percent": "sk-" + percent(BODY[:10]) + BODY[10:],
    "a line break inside": KEYS["sk-"][:9] + "\n" + KEYS["sk-"][9:],
    "tabs inside": "\t".join(KEYS["sk-"]),
    "a soft hyphen inside": KEYS["sk-"][:9] + "\u00ad" + KEYS["sk-"][9:],
    "zero-width spaces inside": "\u200b".join(KEYS["sk-"]),
    "a non-breaking hyphen": KEYS["sk-"].replace("-", "\u2011", 1),
    "full-width letters": "".join(chr(ord(char) + 0xFEE0) for char in KEYS["sk-"]),
    "escapes of JSON": KEYS["sk-"].replace("-", "\\u002d", 1),
    "escapes of JavaScript": KEYS["sk-"].replace("-", "\\x2D", 1),
    "an entity": KEYS["sk-"].replace("-", "&#45;", 1),
    "a hexadecimal entity": KEYS["sk-"].replace("-", "&#x002d;", 1),
    "an entity of four digits": KEYS["sk-"].replace("-", "&#8209;", 1),
    "a named entity": KEYS["sk-"].replace("-", "&hyphen;", 1),
    "a soft hyphen as an entity": KEYS["sk-"][:9] + "&shy;" + KEYS["sk-"][9:],
    "an escape of Markdown": KEYS["sk-"].replace("-", "\\-", 1),
    "escapes of JSON for other letters": KEYS["sk-"].replace("-", "\\u2011", 1),
    "a zero-width space in percent": KEYS["sk-"][:9] + "%E2%80%8B" + KEYS["sk-"][9:],
    "full-width letters in percent": quote("".join(chr(ord(char) + 0xFEE0) for char in KEYS["sk-"])),
    "behind an escaped line break": "key:\\n" + KEYS["sk-"],
    "glued to a word": "mykeyis" + KEYS["sk-"],
    "glued to a key-like word": "task-force-" + KEYS["sk-"],
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("field", ["title", "url", "target", "vulnerability_type"])
def test_a_key_that_is_spelled_otherwise_is_masked_too(field: str, spelling: str) -> None:
    """Parsers and readers put it together again, and the canonical URL would show it."""
    text = SPELLINGS[spelling]
    for shown in (text, f"https://openai.com/{text}" if field in ("url", "target") else f"in {text} here"):
        verdict = openai().check_report(report(field, shown))
        assert_blocked(verdict)
        assert_hidden(verdict, KEYS["sk-"], text)


def test_several_keys_are_each_masked_and_each_kind_said_once() -> None:
    text = " ".join(KEYS.values())
    verdict = openai().check_report(replace(report("description", text), title=KEYS["sk-"]))
    assert sorted(one.message for one in verdict.problems if one.code == "secret") == [
        "the report holds OpenAI API key (`sk-…`)",
        "the report holds OpenAI session key (`sess-…`)",
    ]
    assert_hidden(verdict, *KEYS.values())


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("ghp_" + BODY, "a GitHub token"),
        ("github_pat_" + BODY, "a GitHub token"),
        ("glpat-" + BODY, "a GitLab token"),
        ("xoxb-" + BODY, "a Slack token"),
        ("AKIA" + BODY.upper()[:16], "an AWS key id"),
        ("AIza" + BODY, "a Google API key"),
    ],
)
def test_common_keys_are_masked_for_every_program(key: str, title: str) -> None:
    found = Checker(load({"id": "e", "name": "E"}))
    verdict = found.check_report(replace(report("title", key), url=f"https://e.com/?k={key}"))
    (problem,) = (one for one in verdict.problems if one.code == "secret")
    assert title in problem.message
    assert "revoke it" in problem.help
    assert_hidden(verdict, key)


def test_a_shape_of_the_program_comes_first_and_names_its_form() -> None:
    """Also where it begins as a common one does."""
    shapes = [
        {"prefix": "sk-e-", "title": "E key", "report_to": "form"},
        {"prefix": "tok.", "title": "E token"},
    ]
    channels = [{"id": "form", "title": "Key form", "email": "keys@e.com"}]
    found = Checker(load({"id": "e", "name": "E", "key_shapes": shapes, "channels": channels}))
    verdict = found.check_report(report("title", f"sk-e-{BODY} tok.{BODY}"))
    first, second = (one for one in verdict.problems if one.code == "secret")
    assert (first.message, "keys@e.com" in first.help) == ("the report holds E key (`sk-e-…`)", True)
    assert (second.message, second.help) == (
        "the report holds E token (`tok.…`)",
        "replace it, and revoke it where it is yours",
    )
    assert verdict.report.title == "sk-e-masked tok.masked"
    assert_hidden(verdict, BODY)


@pytest.mark.parametrize(
    "text",
    [
        "sk-learn is a library",
        "the prefix is sk-",
        "sk-short",
        "the risk-assessment-of-the-platform is missing",
        "task-management-overview-page",
        "desk-booking-integration-service",
        "assess-session-handling-of-the-login",
        "https://openai.com/help-desk-for-everybody",
        "50% of sk- users \\x say &#9; hello",
        "sk-\u00e9t\u00e9-\u00e0-la-campagne-toujours",
    ],
)
def test_what_only_looks_like_a_key_is_left_alone(text: str) -> None:
    verdict = openai().check_report(report("title", text))
    assert [one for one in verdict.problems if one.code == "secret"] == []
    assert verdict.report.title == text


def test_what_stands_around_a_key_is_kept() -> None:
    text = f"a\u00ad {percent('(')}{KEYS['sk-']}{percent(')')} \u200bb"
    assert masked(text) == f"a\u00ad {percent('(')}sk-masked{percent(')')} \u200bb"
    assert masked(f"{KEYS['sk-']}\nnext") == "sk-masked"
    assert masked(f"{KEYS['sk-']}\nnext", lines=True) == "sk-masked\nnext"


def test_the_report_that_was_given_is_not_changed() -> None:
    given_report = report("title", KEYS["sk-"])
    openai().check_report(given_report)
    assert given_report.title == KEYS["sk-"]
    assert KEYS["sk-"] not in repr(given_report)


def test_an_error_while_checking_shows_no_key() -> None:
    """Neither in its words nor in a traceback."""
    verdict = openai().check_report(report("vulnerability_type", f"xss {KEYS['sk-']}"))
    (problem,) = (one for one in verdict.problems if one.code == "unknown-finding")
    assert "sk-masked" in problem.message
    try:
        Checker(load("openai")).check_finding(masked(KEYS["sk-"]))
    except Exception:
        shown = io.StringIO()
        traceback.print_exc(file=shown)
        assert BODY not in shown.getvalue()


def test_a_long_text_of_beginnings_takes_no_quadratic_time() -> None:
    text = "xsk-" * 50_000
    assert masked(text) == text
    assert masked("sk-" * 50_000) == "sk-masked"


@given(st.text(max_size=200), st.sampled_from(list(KEYS.values())), st.text(max_size=200))
def test_no_text_around_a_key_lets_it_through(before: str, key: str, after: str) -> None:
    """But where it goes on as a key does: then all of it is one key."""
    for lines in (True, False):
        shown = masked(before + " " + key + " " + after, lines=lines)
        assert key[5:25] not in shown


@given(st.text(max_size=300))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


@pytest.mark.parametrize("field", FIELDS)
def test_a_key_in_a_field_of_another_type_is_masked(field: str) -> None:
    class Odd:
        def __str__(self) -> str:
            return KEYS["sk-"]

    value: Any = [Odd()] if field in ("collaborators", "attests", "assume") else Odd()
    verdict = openai().check_report(replace(report("title", "x"), **{field: value}))
    assert_blocked(verdict)
    assert_hidden(verdict, KEYS["sk-"])
