"""Kinds of findings on assets (F4), and what they pay there (F6)."""

from __future__ import annotations

from typing import Any

import pytest

from scopecheck import Checker, Decision, FindingVerdict, load


def checker(
    *, included: Any = (), excluded: Any = (), unlisted: str = "undetermined", **more: Any
) -> Checker:
    sides = [
        [{"finding": one} if isinstance(one, str) else one for one in rules] for rules in (included, excluded)
    ]
    findings = {"in_scope": sides[0], "out_of_scope": sides[1], "unlisted": unlisted}
    assets = {"in_scope": ["*.e.com"], "out_of_scope": ["out.e.com"]}
    return Checker(load({"id": "e", "name": "E", **assets, "findings": findings, **more}))


def said(verdict: FindingVerdict) -> str:
    return f"{verdict.decision} {verdict.reason}"


TAKEOVER = "subdomain takeover"


def pair(side: str, *assets: str, finding: str = TAKEOVER, unlisted: str = "undetermined") -> Checker:
    rule = {"finding": finding, "assets": list(assets)}
    more: dict[str, Any] = {side: [rule], "unlisted": unlisted}
    return checker(**more)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (None, "UNDETERMINED condition"),
        ("https://x.a.e.com/", "IN_SCOPE included"),
        ("https://a.e.com/", "UNDETERMINED condition"),
        ("https://b.e.com/", "UNDETERMINED unlisted-finding"),
        ("https://out.e.com/", "OUT_OF_SCOPE excluded"),
        ("https://evil.net/", "OUT_OF_SCOPE not-listed"),
    ],
)
def test_an_inclusion_for_some_assets(target: str | None, expected: str) -> None:
    """The apex of `*.a.e.com` is unstated, so the pair is too."""
    assert said(pair("included", "*.a.e.com").check_finding(TAKEOVER, target)) == expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (None, "UNDETERMINED condition"),
        ("https://blog.e.com/x", "OUT_OF_SCOPE excluded"),
        ("https://x.blog.e.com/", "UNDETERMINED condition"),
        ("https://www.e.com/Admin/", "UNDETERMINED condition"),
        ("https://www.e.com/admin/x", "OUT_OF_SCOPE excluded"),
        ("https://www.e.com/other", "IN_SCOPE included"),
        ("https://a.e.com/", "IN_SCOPE included"),
    ],
)
def test_an_exclusion_for_some_assets_holds_in_their_wide_reading(target: str | None, expected: str) -> None:
    """As an excluded asset does: what lies below it, other letter case of its path."""
    found = pair("excluded", "blog.e.com", "https://www.e.com/admin", unlisted="eligible")
    assert said(found.check_finding(TAKEOVER, target)) == expected


@pytest.mark.parametrize("side", ["included", "excluded"])
@pytest.mark.parametrize("called", ["Chat", "Chat Plus", "https://chat.e.com", "chat"])
def test_assets_may_be_named_as_the_program_calls_them(side: str, called: str) -> None:
    listed = {"asset": "https://chat.e.com", "name": "Chat", "aliases": ["Chat Plus"]}
    other = "eligible" if side == "excluded" else "undetermined"
    found = checker(
        **{side: [{"finding": "xss", "assets": [called]}]}, unlisted=other, in_scope=["*.e.com", listed]
    )
    yes, no = ("IN_SCOPE", "UNDETERMINED") if side == "included" else ("OUT_OF_SCOPE", "IN_SCOPE")
    assert str(found.check_finding("xss", "https://chat.e.com/login").decision) == yes
    assert str(found.check_finding("xss", "https://www.e.com/").decision) == no


def test_two_rules_for_one_kind_hold_each_for_its_own_assets() -> None:
    """Rules of imported lists have no ids, and none may answer for another."""
    for side, yes in (("included", Decision.IN_SCOPE), ("excluded", Decision.OUT_OF_SCOPE)):
        rules = [{"finding": "xss", "assets": [asset]} for asset in ("a.e.com", "b.e.com")]
        found = checker(**{side: rules}, unlisted="undetermined" if side == "included" else "eligible")
        decisions = [found.check_finding("xss", f"https://{host}.e.com/").decision for host in "abc"]
        assert decisions[:2] == [yes, yes]
        assert decisions[2] is not yes


def test_an_exclusion_for_assets_that_nobody_can_read_may_hold_anywhere() -> None:
    """P3: never dropped."""
    found = pair("excluded", "all staging hosts", unlisted="eligible")
    assert said(found.check_finding(TAKEOVER, "https://a.e.com/")) == "UNDETERMINED condition"
    included = pair("included", "all staging hosts")
    assert not included.check_finding(TAKEOVER, "https://a.e.com/").in_scope


def test_a_block_of_addresses_that_is_partly_excluded() -> None:
    rule = {"finding": "xss", "assets": ["10.0.0.1"]}
    found = checker(excluded=[rule], unlisted="eligible", in_scope=["10.0.0.0/24"])
    assert said(found.check_finding("xss", "10.0.0.0/30")) == "UNDETERMINED condition"
    assert said(found.check_finding("xss", "10.0.0.1/32")) == "OUT_OF_SCOPE excluded"
    assert said(found.check_finding("xss", "10.0.0.4/30")) == "IN_SCOPE included"


def test_the_verdict_of_the_asset_rides_along() -> None:
    verdict = checker(
        included=["xss"], unresolved=[{"text": "Some vendor", "effect": "exclude"}]
    ).check_finding("xss", "https://a.e.com/")
    assert verdict.asset is not None
    assert verdict.asset.in_scope
    assert any("Some vendor" in caveat for caveat in verdict.caveats)


# --- priorities and rewards (F6) ------------------------------------------------------------------


def paying(**listed: Any) -> Checker:
    rewards = {
        "currency": "EUR",
        "usual": {"low": 50, "high": 9000},
        "groups": {
            "site": {
                "title": "Site",
                "by_priority": {
                    "P1": {"low": 1000, "high": 2000},
                    "P2": {"low": 500, "high": 900},
                    "P3": {"low": 100, "high": 400},
                },
            },
            "empty": {"title": "Said in words alone"},
        },
    }
    asset = {"asset": "*.e.com", "group": "site", **listed}
    return checker(included=["rce", "xss", "clickjacking", "data_biases"], rewards=rewards, in_scope=[asset])


@pytest.mark.parametrize(
    ("word", "listed", "expected"),
    [
        ("rce", {}, (1000, 2000)),
        ("stored xss", {}, (100, 900)),
        ("clickjacking", {}, None),
        ("data_biases", {}, (100, 2000)),
        ("rce", {"group": "empty"}, (50, 9000)),
        ("rce", {"group": None}, (50, 9000)),
        ("rce", {"eligible_for_bounty": True}, (1000, 2000)),
        ("rce", {"eligible_for_bounty": False}, None),
        ("csrf", {}, (500, 500)),
    ],
    ids=[
        "its priority",
        "its variants",
        "no amount for what is so slight",
        "any priority of the group, where it varies",
        "a group without amounts",
        "no group",
        "paid",
        "not paid",
        "undetermined",
    ],
)
def test_the_range_of_the_assets_group(
    word: str, listed: dict[str, Any], expected: tuple[int, int] | None
) -> None:
    verdict = paying(**listed).check_finding(word, "https://a.e.com/")
    found = (verdict.reward.low, verdict.reward.high) if verdict.reward is not None else None
    if word == "csrf":
        assert verdict.decision is Decision.UNDETERMINED
        assert found is not None
    else:
        assert found == expected


def test_without_a_target_the_usual_range_is_said() -> None:
    verdict = paying().check_finding("rce")
    assert verdict.reward is not None
    assert (verdict.reward.low, verdict.reward.high) == (50, 9000)
    assert checker(included=["rce"]).check_finding("rce").reward is None
    assert (verdict.priority, checker().check_finding("hallucination").priority) == (1, None)
