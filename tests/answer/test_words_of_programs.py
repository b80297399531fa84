"""Words as programs write them: what is taken away in any language and layout is no yes (P2, P4, P5)."""

from __future__ import annotations

import pytest

import scopecheck as sc

WILD = "*.example.com"
PAY = "https://pay.example.com/"
OTHER = "https://www.example.com/"


def _beside(target: str, words: str, asset: str = WILD) -> sc.Decision:
    scope = [{"asset": asset, "instruction": words}]
    return sc.Checker(sc.load({"id": "demo", "name": "Demo", "in_scope": scope})).check(target).decision


def _excluded(target: str, text: str) -> sc.Decision:
    return sc.Checker(sc.Program.from_assets([WILD], [text])).check(target).decision


NO_SUBDOMAINS = [
    "Subdomains are out of scope.",
    "All subdomains are out of scope",
    "Sub-domains are not in scope",
    "Does not include subdomains",
    "Excluding subdomains.",
    "No subdomains.",
    "apex only",
    "Only the root domain",
    "www only",
    "The main domain is in scope only",
    "Nothing but www.example.com",
    "no hosts other than www.example.com",
]


@pytest.mark.parametrize("words", NO_SUBDOMAINS)
def test_words_that_deny_what_a_wildcard_adds_make_it_a_question(words: str) -> None:
    """P5: also as a note in the asset's own text."""
    assert _beside(PAY, words) is sc.Decision.UNDETERMINED
    assert (
        _beside("https://example.com/", "Subdomains are out of scope.", "example.com") is sc.Decision.IN_SCOPE
    )


@pytest.mark.parametrize("note", ["(excluding subdomains)", "(no subdomains)", "- subdomains excluded"])
def test_a_note_that_denies_subdomains_is_heard_too(note: str) -> None:
    assert not sc.Checker(sc.Program.from_assets([f"{WILD} {note}"])).check(PAY).in_scope


@pytest.mark.parametrize(
    "words",
    [
        "Subdomain takeovers are out of scope.",
        "Do not brute force subdomains",
        "Includes all subdomains.",
        "Reports about the number of subdomains are not rewarded",
        "The root domain redirects to www.",
        "All subdomains except blog and shop",
        "Please check the out of scope section for excluded subdomains.",
        "All subdomains are in scope UNLESS OTHERWISE LISTED IN OUT-OF-SCOPE.",
        "Note that out-of-scope subdomains are listed elsewhere",
        "All subdomains, except blog.example.com",
    ],
)
def test_words_about_findings_on_subdomains_deny_none(words: str) -> None:
    assert _beside(PAY, words) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize(
    "words",
    [
        "不包括 pay.example.com",
        "不含 pay.example.com",
        "pay.example.com は含まれません",
        "pay.example.com 포함되지 않음",
        "vše kromě pay.example.com",
        "всё за исключением pay.example.com",
        "kivéve pay.example.com",
        "kecuali pay.example.com",
        "ngoại trừ pay.example.com",
        "ยกเว้น pay.example.com",
        "باستثناء pay.example.com",
        "pay.example.com is EOL",
        "pay.example.com is run by a vendor",
        "pay.example.com is third party",
        "pay.example.com is on hold",
        "☒ pay.example.com",
        "Nobody may touch pay.example.com",
    ],
)
def test_a_host_that_is_denied_in_any_words_is_no_yes(words: str) -> None:
    """P5: in whatever language the list knows."""
    assert _beside(PAY, words) is not sc.Decision.IN_SCOPE
    assert _beside(OTHER, words) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize(
    "words",
    [
        *("is gone", "now gone", "gone 2023", "Status: Gone", "status: closed", "scope: out", "In scope? No"),
        *("must not", "not active", "not listed", "no longer available", "No thanks", "descoped", "EOL"),
        *("end of life", "on hold", "Shut down", "dead", "off", "nein", "DoNotTest", "taken down", "禁用"),
    ],
)
def test_a_lone_denial_of_any_kind_is_a_question(words: str) -> None:
    """P5: it says no more than that the asset does not count."""
    assert _beside(PAY, words, "pay.example.com") is sc.Decision.UNDETERMINED


@pytest.mark.parametrize(
    "words",
    ["api/", "./api", "[/api]", "**/api**", "* /api", "1. /api", "/api + /v2", "GET /api", "| /api |"],
)
def test_paths_alone_in_any_layout_may_be_all_that_is_meant(words: str) -> None:
    assert _beside(PAY, words) is sc.Decision.UNDETERMINED


@pytest.mark.parametrize(
    "text",
    [
        "between dev01.example.com and dev05.example.com",
        "dev01.example.com:443 to dev05.example.com:443",
        "https://dev01.example.com/ to https://dev05.example.com/",
        "**dev01.example.com** to **dev05.example.com**",
        "dev01.example.com até dev05.example.com",
        "dev01.example.com 到 dev05.example.com",
        "dev01.example.com down to dev05.example.com",
        "the old hosts that nobody uses " * 30 + "dev01.example.com to dev05.example.com",
    ],
)
def test_ranges_of_hosts_in_any_layout_are_feared(text: str) -> None:
    """P4: those between the ends too."""
    assert _excluded("https://dev03.example.com/", text) is not sc.Decision.IN_SCOPE
    assert _excluded(OTHER, text) is sc.Decision.IN_SCOPE


def test_a_range_of_more_hosts_than_are_listed_one_by_one() -> None:
    """P4: then any host of that shape is feared."""
    text = "1.example.com to 2000.example.com"
    assert _excluded("https://1500.example.com/", text) is not sc.Decision.IN_SCOPE


@pytest.mark.parametrize("field", ["asset", "instruction"])
def test_an_exclusion_too_long_to_be_read_may_say_anything(field: str) -> None:
    """P4: what stands behind the last character that is read is feared, and so is everything."""
    row = {"asset": "old.example.com", field: "x " * 32_768 + "pay.example.com"}
    if field == "asset":
        assert _excluded(PAY, row["asset"]) is sc.Decision.UNDETERMINED
        return
    program = {"id": "demo", "name": "Demo", "in_scope": [WILD], "out_of_scope": [row]}
    assert sc.Checker(sc.load(program)).check(PAY).decision is sc.Decision.UNDETERMINED
