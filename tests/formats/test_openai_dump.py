"""OpenAI's record in Bugcrowd's dump against the bundled scope, answer by answer (P5 to P7, D4).

The record has the twelve targets of August 2026 and nothing besides: no exclusion, no word beside a target.
Where the bundled scope answers otherwise, the table says why.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

import scopecheck as sc
from conformance.data import FOLDER
from scopecheck import Decision, Inclusion, Program, Reason, Unresolved
from scopecheck.formats.bugcrowd import read_bugcrowd
from scopecheck.formats.source import Source, open_source

REAL = FOLDER / "bounty-targets" / "bugcrowd_data.json"

# name, uri, type of each target, as the dump had them on 2026-08-22.
TARGETS = (
    ("api.openai.com", "https://api.openai.com", "api"),
    ("ChatGPT", "https://chat.openai.com", "website"),
    ("ChatGPT Plugins", "https://chat.openai.com", "api"),
    ("Third Party Targets", "", "website"),
    ("OpenAI API Keys", "", "api"),
    ("https://openai.org", "https://*.openai.org", "website"),
    ("*.openai.org", "https://*.openai.org", "api"),
    ("openai.com", "https://openai.com/", "website"),
    ("*.openai.com", "", "other"),
    ("Developer Platform Playground", "https://platform.openai.com/playground", "website"),
    ("Other", "", "other"),
    ("Codex Desktop", "", "other"),
)


def written() -> Program:
    """The record by hand, for a reader without the dump."""
    rows = [
        {"type": kind, "target": uri or name, "uri": uri, "name": name, "ipAddress": ""}
        for name, uri, kind in TARGETS
    ]
    record: dict[str, Any] = {
        "name": "OpenAI",
        "url": "https://bugcrowd.com/engagements/openai",
        "allows_disclosure": False,
        "managed_by_bugcrowd": True,
        "safe_harbor": "partial",
        "max_payout": 6500,
        "targets": {"in_scope": rows, "out_of_scope": []},
    }
    return read_bugcrowd(Source("bugcrowd_data.json", json.dumps([record]).encode())).programs[0]


def real() -> Program | None:
    """The record of the dump itself, where it is at hand and holds it."""
    if not REAL.is_file():
        return None
    return next((one for one in read_bugcrowd(open_source(REAL)).programs if one.handle == "openai"), None)


@pytest.fixture(scope="module", params=["written", "real"])
def dumped(request: pytest.FixtureRequest) -> Program:
    if request.param == "written":
        return written()
    found = real()
    if found is None:
        pytest.skip(f"{REAL} is not there or has no OpenAI; see SCOPECHECK_DATA")
    return found


@pytest.fixture(scope="module")
def bundled() -> sc.Checker:
    return sc.Checker(sc.load("openai"))


SAME = (
    ("https://api.openai.com/v1/models", Decision.IN_SCOPE),
    ("api.openai.com", Decision.IN_SCOPE),
    ("http://api.openai.com:8080/", Decision.IN_SCOPE),
    ("https://chat.openai.com/", Decision.IN_SCOPE),
    ("https://openai.com/", Decision.IN_SCOPE),
    ("https://openai.com/index/", Decision.IN_SCOPE),
    ("https://www.openai.com/", Decision.IN_SCOPE),
    ("https://a.b.openai.com/", Decision.IN_SCOPE),
    ("https://platform.openai.com/playground", Decision.IN_SCOPE),
    ("https://platform.openai.com/docs", Decision.IN_SCOPE),
    ("https://openai.org/", Decision.IN_SCOPE),
    ("https://cdn.openai.org/", Decision.IN_SCOPE),
    ("https://a.b.openai.org/", Decision.IN_SCOPE),
    ("ChatGPT", Decision.IN_SCOPE),
    ("chatgpt plugins", Decision.IN_SCOPE),
    ("Third Party Targets", Decision.IN_SCOPE),
    ("OpenAI API Keys", Decision.IN_SCOPE),
    ("Codex Desktop", Decision.IN_SCOPE),
    ("Developer Platform Playground", Decision.IN_SCOPE),
    ("https://evilopenai.com/", Decision.OUT_OF_SCOPE),
    ("https://openai.com.evil.net/", Decision.OUT_OF_SCOPE),
    ("https://openai.co/", Decision.OUT_OF_SCOPE),
    ("https://github.com/openai/codex/", Decision.OUT_OF_SCOPE),
    ("https://www.stripe.com/", Decision.OUT_OF_SCOPE),
    ("https://openai.atlassian.net/", Decision.OUT_OF_SCOPE),
    ("192.0.2.1", Decision.OUT_OF_SCOPE),
    ("ftp://api.openai.com/", Decision.UNDETERMINED),
    ("https://api.openai.com\\@evil.net/", Decision.UNDETERMINED),
    ("javascript:alert(1)", Decision.UNDETERMINED),
)
"""Targets on which both agree, with the answer."""


class Difference(NamedTuple):
    """One target on which they differ: both answers, and the clause that explains it."""

    target: str
    dump: tuple[Decision, Reason]
    ours: tuple[Decision, Reason]
    why: str


LISTED = (Decision.IN_SCOPE, Reason.INCLUDED)
NOT_LISTED = (Decision.OUT_OF_SCOPE, Reason.NOT_LISTED)
ALIAS = (Decision.UNDETERMINED, Reason.UNSTATED_ALIAS)
BELOW = (Decision.UNDETERMINED, Reason.BELOW_EXCLUDED_HOST)
UNSTATED = (Decision.UNDETERMINED, Reason.UNSTATED_EXCLUSION)

DIFFERENT = (
    Difference(
        "https://pay.openai.com/", LISTED, UNSTATED, "P7: a third party's note alone excludes the host"
    ),
    Difference("https://x.pay.openai.com/", LISTED, BELOW, "P7: and perhaps what is below it"),
    Difference("https://community.openai.com/", LISTED, UNSTATED, "P7: likewise"),
    Difference("https://chatgpt.com/", NOT_LISTED, ALIAS, "P7: ChatGPT is served there, in no record"),
    Difference("https://sora.chatgpt.com/", NOT_LISTED, ALIAS, "P7: listed until 2026-05-14, and not since"),
    Difference("ChatGPT Plus", NOT_LISTED, LISTED, "T6: the press of 2023 names it, the record does not"),
    Difference("ChatGPT Agent", NOT_LISTED, LISTED, "T6: the name of the target from August 2025 for weeks"),
)
"""Every target of the list on which they differ."""


def test_the_list_is_long_enough_to_mean_something() -> None:
    assert len(SAME) + len(DIFFERENT) >= 30
    assert len({target for target, _ in SAME} | {one.target for one in DIFFERENT}) == len(SAME) + len(
        DIFFERENT
    )


@pytest.mark.parametrize(("target", "decision"), SAME)
def test_the_record_and_the_bundled_scope_agree(
    target: str, decision: Decision, dumped: Program, bundled: sc.Checker
) -> None:
    assert sc.Checker(dumped).check(target).decision is decision
    assert bundled.check(target).decision is decision


@pytest.mark.parametrize("one", DIFFERENT, ids=lambda one: one.target)
def test_where_they_differ_the_table_says_why(one: Difference, dumped: Program, bundled: sc.Checker) -> None:
    by_dump, ours = sc.Checker(dumped).check(one.target), bundled.check(one.target)
    assert (by_dump.decision, by_dump.reason) == one.dump
    assert (ours.decision, ours.reason) == one.ours
    assert by_dump.decision is not ours.decision


def test_no_difference_is_a_no_of_the_record_that_ours_makes_a_yes_for_a_host() -> None:
    """What no record lists may be a question, never a yes; names are the same asset (T6)."""
    widened = [one.target for one in DIFFERENT if one.dump != LISTED and one.ours == LISTED]
    assert widened == ["ChatGPT Plus", "ChatGPT Agent"]


def test_name_and_uri_of_one_target_both_hold() -> None:
    """P6: `https://openai.org` with the URI `https://*.openai.org` is the apex and what is below it."""
    rows = [row for row in TARGETS if row[0] == "https://openai.org"]
    assert rows == [("https://openai.org", "https://*.openai.org", "website")]
    program = written()
    entry = "[0].targets.in_scope[5]"
    assert {rule.asset for rule in program.in_scope if rule.entry == entry} == {
        "https://openai.org",
        "https://*.openai.org",
    }
    checker = sc.Checker(program)
    for target in ("https://openai.org/", "https://www.openai.org/"):
        verdict = checker.check(target)
        assert verdict.in_scope
        assert entry in {match.rule.item.entry for match in verdict.matches}


def test_every_target_of_the_record_is_kept(dumped: Program) -> None:
    """P3: twelve listed entries, none dropped; `Other` puts nothing in scope and opens nothing (D4)."""
    kept: tuple[Inclusion | Unresolved, ...] = (*dumped.in_scope, *dumped.unresolved)
    assert len({one.entry for one in kept}) == len(TARGETS)
    assert dumped.out_of_scope == ()
    assert sc.Checker(dumped).check("https://unlisted.example/").reason is Reason.NOT_LISTED


def test_every_asset_of_the_record_stands_in_the_bundled_scope(dumped: Program) -> None:
    """No target of the record is missing from the bundled scope, under its text or its name."""
    ours = sc.load("openai")
    known = {text.casefold().rstrip("/") for rule in ours.in_scope for text in (rule.asset, rule.name or "")}
    known |= {one.text.casefold() for one in ours.unresolved}
    known |= {f"https://{text}" for text in set(known)}
    listed = {rule.asset.casefold().rstrip("/") for rule in dumped.in_scope}
    assert listed - known == set()
