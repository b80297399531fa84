"""The compiled index and the naive matcher agree; a match carries the surest reading that is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from members import keys
from scopecheck import Checker, Policy, Program
from scopecheck.answer.compiled import Certainty, CompiledRule, settle
from scopecheck.answer.matcher import Index, naive_matches
from scopecheck.errors import TargetError
from scopecheck.scope.hostset import contains
from scopecheck.scope.pattern import UrlPattern
from scopecheck.scope.zone import Doubt
from scopecheck.targets.asset import Block, parse_bare, parse_target
from scopecheck.targets.url import Url
from strategies import Scope, ip_addresses, scopes, target_texts, web_targets

CERTAINTY = (Certainty.NONE, Certainty.UNCERTAIN, Certainty.CERTAIN)


@given(st.data(), scopes(), st.booleans())
def test_index_and_naive_matcher_agree(data: st.DataObject, scope: Scope, strict: bool) -> None:
    """3.3: compiled and naive matcher agree, on every kind of target."""
    checker = scope.checker(strict=strict)
    index = Index(checker.rules, scope.policy)
    try:
        target = parse_target(data.draw(target_texts(scope.rules)), index.keys)
    except TargetError:
        return
    if isinstance(target, Block):
        return
    found = index.matches(target)
    event(f"{min(len(found), 3)} matches of a {type(target).__name__}")
    assert keys(found) == keys(naive_matches(checker.rules, scope.policy, target))


@given(st.lists(ip_addresses().map(lambda a: f"{a}/{126 if ':' in a else 30}"), max_size=6), ip_addresses())
def test_index_and_naive_matcher_agree_on_nested_blocks(blocks: list[str], address: str) -> None:
    listed = [*blocks, "10.0.0.0/8", "10.0.0.0-10.0.0.7", address]
    checker = Checker(Program.from_assets(include=listed))
    index, target = Index(checker.rules, Policy()), parse_bare(address)
    assert keys(index.matches(target)) == keys(naive_matches(checker.rules, Policy(), target))
    assert index.matches(target) != ()


@given(st.data(), scopes())
def test_rules_that_do_not_concern_a_target_change_none_of_its_matches(
    data: st.DataObject, scope: Scope
) -> None:
    """A match depends on its own rule and the target alone, whatever else is listed."""
    checker = scope.checker()
    web = str(data.draw(web_targets(scope.rules)))
    try:
        target = parse_target(web)
    except TargetError:
        return
    assert isinstance(target, Url)
    together = keys(Index(checker.rules, scope.policy).matches(target))
    alone = [m for rule in checker.rules for m in Index((rule,), scope.policy).matches(target)]
    assert together == keys(tuple(alone))


@pytest.mark.parametrize("asset", ["*.github.com/Org", "https://gist.github.com/Org", "github.*/Org"])
@pytest.mark.parametrize("target", ["https://gist.github.com/Org/x", "https://github.com/Org/x"])
def test_another_link_into_a_code_host_changes_no_match(asset: str, target: str) -> None:
    """T6: letter case of a repository plays no part, whatever else is listed; so the laws of 3.3 hold."""
    alone = Program.from_assets(include=[asset])
    beside = Program.from_assets(include=[asset], exclude=["https://github.com/other/repo"])
    assert Checker(beside).check(target).decision is Checker(alone).check(target).decision
    denied = Program.from_assets(include=["*.github.com"], exclude=[asset])
    besides = Program.from_assets(include=["*.github.com"], exclude=[asset, "https://github.com/other/repo"])
    assert Checker(besides).check(target).decision is Checker(denied).check(target).decision


def readings(rule: CompiledRule, url: Url) -> Iterator[tuple[UrlPattern, tuple[Doubt, ...]]]:
    """Yield every host reading of a rule's patterns that holds a URL, of rules for whole hosts."""
    for pattern in rule.patterns:
        if isinstance(pattern, UrlPattern) and not pattern.yields and pattern.demoted is None:
            for hosts, doubts, _ in pattern.hosts:
                if contains(hosts, url.host) and url.scheme in (pattern.schemes[0] or {url.scheme}):
                    yield pattern, doubts


@given(st.data(), scopes())
def test_a_match_counts_as_much_as_the_surest_reading_that_holds_the_target(
    data: st.DataObject, scope: Scope
) -> None:
    """3.2: a policy that denies one wide reading leaves the others of the same rule standing."""
    checker = scope.checker()
    try:
        url = parse_target(str(data.draw(web_targets(scope.rules))))
    except TargetError:
        return
    assert isinstance(url, Url)
    matched: dict[UrlPattern, Certainty] = {}
    for match in Index(checker.rules, scope.policy).matches(url):
        if isinstance(match.pattern, UrlPattern):
            best = matched.get(match.pattern, Certainty.NONE)
            matched[match.pattern] = max(best, match.certainty, key=CERTAINTY.index)
    for rule in checker.rules:
        for pattern, doubts in readings(rule, url):
            counts = CERTAINTY.index(settle(doubts, scope.policy))
            assert counts <= CERTAINTY.index(matched.get(pattern, Certainty.NONE))


def test_a_host_is_found_without_looking_at_every_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [f"h{n}.example.com" for n in range(500)] + [f"*.d{n}.example.net" for n in range(500)]
    excluded = [f"x{n}.d{n}.example.net" for n in range(500)] + [f"10.{n % 250}.0.0/16" for n in range(250)]
    checker = Checker(Program.from_assets(include=listed, exclude=excluded))
    asked: list[str] = []
    match = UrlPattern.match

    def counting(pattern: UrlPattern, url: Url) -> object:
        asked.append(pattern.text)
        return match(pattern, url)

    monkeypatch.setattr(UrlPattern, "match", counting)
    for target in ("h7.example.com", "x7.d7.example.net", "10.7.0.1", "nowhere.example.org"):
        checker.check(target)
    assert len(asked) < 20


@pytest.mark.parametrize(
    ("doubts", "policy", "expected"),
    [
        ((), {}, Certainty.CERTAIN),
        ((Doubt.APEX_UNSTATED,), {}, Certainty.UNCERTAIN),
        ((Doubt.APEX_UNSTATED,), {"apex": "covered"}, Certainty.CERTAIN),
        ((Doubt.APEX_UNSTATED,), {"apex": "not-covered"}, Certainty.NONE),
        ((Doubt.DEPTH_UNSTATED,), {"depth": "any"}, Certainty.CERTAIN),
        ((Doubt.DEPTH_UNSTATED,), {"depth": "one"}, Certainty.NONE),
        ((Doubt.BELOW_EXCLUDED_HOST,), {"below_excluded": "excluded"}, Certainty.CERTAIN),
        ((Doubt.BELOW_EXCLUDED_HOST,), {"below_excluded": "not-excluded"}, Certainty.NONE),
        ((Doubt.APEX_UNSTATED, Doubt.DEPTH_UNSTATED), {"apex": "covered"}, Certainty.UNCERTAIN),
        ((Doubt.APEX_UNSTATED, Doubt.DEPTH_UNSTATED), {"depth": "one"}, Certainty.NONE),
        ((Doubt.WIDE_READING,), {"apex": "covered", "depth": "any"}, Certainty.UNCERTAIN),
        ((Doubt.UNSTATED_EXCLUSION, Doubt.APEX_UNSTATED), {"apex": "covered"}, Certainty.UNCERTAIN),
        ((Doubt.CONDITION,), {"below_excluded": "excluded"}, Certainty.UNCERTAIN),
    ],
)
def test_what_a_policy_makes_of_doubts(
    doubts: tuple[Doubt, ...], policy: dict[str, str], expected: Certainty
) -> None:
    """3.2: a policy changes only whether a wide match counts as certain, uncertain or none."""
    assert settle(doubts, Policy.model_validate(policy)) is expected
