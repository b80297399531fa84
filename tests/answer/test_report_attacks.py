"""Odd reports and chains: no traceback, nothing that cannot be written out, no wrong "ready"."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scopecheck import Checker, Decision, Report, load

WHOLE = Report(
    "Stored XSS",
    "openai.com",
    "stored xss",
    "https://openai.com/help",
    "Impact: an attacker reads it.",
    "See above.",
    ("me",),
    ("novel", "exploitable", "not-disclosed"),
)


@cache
def checker() -> Checker:
    return Checker(load("openai"))


def check(**changed: Any) -> dict[tuple[str, str], bool]:
    """Return the problems of a whole report that is changed: (field, code) -> whether it blocks."""
    given_fields = {name: getattr(WHOLE, name) for name in Report.__dataclass_fields__}
    verdict = checker().check_report(Report(**{**given_fields, **changed}))
    return {(one.field, one.code): one.blocks for one in verdict.problems}


def test_the_whole_report_has_no_problem() -> None:
    assert check() == {}


@pytest.mark.parametrize(
    "url",
    [
        "https://openai.com/ and https://evil.example/",
        "https://openai.com/ evil.example",
        "https://openai.com/help  https://evil.example/",
        "https://openai.com/,https://evil.example/",
        "https://openai.com/;ftp://evil.example/",
        "https://openai.com/|https://evil.example/",
    ],
)
def test_a_second_place_behind_the_first_is_not_passed_over(url: str) -> None:
    """To the URL standard it is one URL, and only the first host would be judged."""
    assert check(url=url)["url", "several-places"]
    assert check(target=url)["target", "several-places"]


@pytest.mark.parametrize(
    "url",
    [
        " https://openai.com/help\n",
        "https://openai.com/?next=a,https://openai.com/",
        "https://openai.com/#a;https://x",
        "https://openai.com/a,b;c|d",
        "https://openai.com/a%20b",
    ],
)
def test_one_place_is_one_place(url: str) -> None:
    assert ("url", "several-places") not in check(url=url)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https//evil.example/x",
        "http:/evil.example/x",
        "//evil.example/",
        "https:evil.example",
        "https : //evil.example",
        "hxxps://evil.example/",
        "https://evil[.]example/",
        "see https://evil.example/x",
        "<https://evil.example>",
        "[x](https://evil.example)",
        "`https://evil.example`",
        "\u200bhttps://evil.example",
        "/login",
        "*.openai.com",
        "openai.com evil.example",
        "https://openai.com@evil.example/",
        "https://openai.com\\@evil.example/",
        "https://evil.example#@openai.com/",
        "https://openai.com.evil.example/",
        "https://openai。com.evil.example/",
        "192.0.2.1",
        "com.evil.app",
        "javascript://openai.com/%0aalert(1)",
        "https://openai.com\t.evil.example/",
    ],
)
def test_a_url_that_is_not_in_scope_for_sure_blocks(url: str) -> None:
    found = check(url=url)
    assert {field for (field, _), blocks in found.items() if blocks} == {"url"}


texts = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(codec=None), max_size=20),
    st.sampled_from(["https://openai.com/", "xss", "LLM06", "*.openai.com", "ChatGPT", "\ud800", "[" * 3000]),
)
values = st.one_of(
    texts, st.none(), st.integers(), st.floats(), st.binary(max_size=5), st.lists(texts, max_size=2)
)


@given(st.lists(values, min_size=9, max_size=9))
def test_any_report_has_an_answer_that_can_be_written_out(given_values: list[Any]) -> None:
    verdict = checker().check_report(Report(*given_values))
    str(verdict).encode()
    json.dumps(verdict.to_dict(), ensure_ascii=False).encode()
    if verdict.ready:
        assert verdict.finding is None or verdict.finding.finding_decision is not Decision.OUT_OF_SCOPE
        assert verdict.url is None or verdict.url.in_scope


@given(st.lists(texts, max_size=4))
def test_any_chain_has_an_answer_that_can_be_written_out(locations: list[str]) -> None:
    verdict = checker().check_chain(["https://openai.com/", *locations])
    str(verdict).encode()
    json.dumps(verdict.to_dict(), ensure_ascii=False).encode()
