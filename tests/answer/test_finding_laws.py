"""The laws of the answer for a kind of finding, over programs of every kind of rule."""

from __future__ import annotations

import json

from hypothesis import assume, event, given
from hypothesis import strategies as st

from scopecheck import Decision, FindingTypeError, FindingVerdict
from scopecheck.findings.rules import FindingRules
from scopecheck.findings.taxonomy import default_taxonomy, lies_under
from scopecheck.findings.words import known, word_key
from scopecheck.scope.pattern import Effect
from scopecheck.scope.terms import FindingRule
from strategies import (
    NODES,
    FindingScope,
    any_text,
    assumptions,
    finding_rules,
    finding_scopes,
    finding_targets,
    finding_words,
)

RANK = {Decision.OUT_OF_SCOPE: 0, Decision.UNDETERMINED: 1, Decision.IN_SCOPE: 2}


def said(verdict: FindingVerdict) -> str:
    return f"{verdict.decision} {verdict.reason}"


def rank(verdict: FindingVerdict) -> int:
    return RANK[verdict.decision]


@given(finding_scopes(), finding_words(), finding_targets(), assumptions())
def test_a_pair_is_never_more_eligible_than_either_half(
    scope: FindingScope, word: str, target: str | None, assumed: tuple[str, ...]
) -> None:
    """F4: and exactly as eligible as the less eligible one."""
    found = scope.checker()
    verdict = found.check_finding(word, target, assumed)
    event(f"{verdict.decision} {verdict.reason}")
    if target is None:
        assert verdict.decision is verdict.finding_decision
        return
    asset = found.check(target)
    assert verdict.asset == asset
    assert rank(verdict) == min(RANK[asset.decision], RANK[verdict.finding_decision])
    if not any(rule.assets for rule in (*scope.includes, *scope.excludes)):
        assert verdict.finding_decision is found.check_finding(word, assume=assumed).decision


@given(finding_scopes(), finding_rules(Effect.EXCLUDE), finding_words(), finding_targets(), assumptions())
def test_adding_an_exclusion_never_makes_anything_eligible(
    scope: FindingScope, extra: FindingRule, word: str, target: str | None, assumed: tuple[str, ...]
) -> None:
    more = FindingScope(scope.includes, (*scope.excludes, extra), scope.unlisted)
    before = scope.checker().check_finding(word, target, assumed)
    after = more.checker().check_finding(word, target, assumed)
    event(f"{before.decision} -> {after.decision}")
    assert rank(after) <= rank(before)


@given(st.data(), finding_scopes(), finding_targets())
def test_excluding_a_node_leaves_no_descendant_eligible_but_what_is_included_more_narrowly(
    data: st.DataObject, scope: FindingScope, target: str | None
) -> None:
    """F2."""
    known_nodes = [one for one in NODES if known(one) is not None]
    node = data.draw(st.sampled_from(known_nodes))
    below = [one.id for one in default_taxonomy().below(node)]
    asked = data.draw(st.sampled_from(below))
    more = FindingScope(scope.includes, (*scope.excludes, FindingRule(finding=node)), scope.unlisted)
    found = more.checker()
    verdict = found.check_finding(asked, target)
    if any(word_key(asked) == word_key(alias) for rule in scope.includes for alias in rule.aliases):
        return  # The program calls another kind by this word.
    narrower = [
        rule
        for rule in FindingRules.of(found.program).rules
        if rule.effect is Effect.INCLUDE
        and any(lies_under(asked, one) and one != node and lies_under(one, node) for one in rule.ids)
    ]
    event(f"{bool(narrower)} {verdict.decision}")
    if not narrower:
        assert verdict.decision is Decision.OUT_OF_SCOPE
        assert verdict.finding_decision is Decision.OUT_OF_SCOPE


@given(finding_scopes(aliases=False), finding_words(), finding_targets(), assumptions())
def test_asserting_a_condition_takes_nothing_away_and_settles_what_it_belongs_to_alone(
    scope: FindingScope, word: str, target: str | None, assumed: tuple[str, ...]
) -> None:
    """F3: the answer is that of the program without the exclusions it ends and without its `only if`s."""
    before = scope.checker().check_finding(word, target)
    after = scope.checker().check_finding(word, target, assumed)
    event(f"{before.decision} -> {after.decision}")
    if before.in_scope:
        assert after.in_scope

    def settled(rules: tuple[FindingRule, ...]) -> tuple[FindingRule, ...]:
        kept = (rule for rule in rules if rule.unless is None or rule.unless.id not in assumed)
        return tuple(
            rule.model_copy(update={"only_if": None}) if rule.only_if and rule.only_if.id in assumed else rule
            for rule in kept
        )

    without = FindingScope(settled(scope.includes), settled(scope.excludes), scope.unlisted)
    plain = without.checker().check_finding(word, target)
    assert said(after) == said(plain)


@given(st.data(), finding_scopes(), finding_words(), finding_targets())
def test_the_order_of_rules_is_immaterial(
    data: st.DataObject, scope: FindingScope, word: str, target: str | None
) -> None:
    shuffled = FindingScope(
        tuple(data.draw(st.permutations(scope.includes))),
        tuple(data.draw(st.permutations(scope.excludes))),
        scope.unlisted,
    )
    one, other = (each.checker().check_finding(word, target) for each in (scope, shuffled))
    assert said(one) == said(other)
    assert {rule.rule.rule for rule in one.matches if rule.rule} == {
        rule.rule.rule for rule in other.matches if rule.rule
    }


@given(st.lists(st.tuples(st.sampled_from(NODES), st.booleans()), max_size=6), st.sampled_from(NODES))
def test_plain_rules_are_decided_by_the_deepest_one(rules: list[tuple[str, bool]], asked: str) -> None:
    """F2, held against the plainest way to say it; a tie excludes."""
    assume(known(asked) is not None or any(node == asked for node, _ in rules))
    scope = FindingScope(
        tuple(FindingRule(finding=node) for node, included in rules if included),
        tuple(FindingRule(finding=node) for node, included in rules if not included),
    )
    found = [(node.count("."), not included) for node, included in rules if lies_under(asked, node)]
    expected = Decision.UNDETERMINED
    if found:
        expected = Decision.OUT_OF_SCOPE if max(found)[1] else Decision.IN_SCOPE
    assert scope.checker().check_finding(asked).decision is expected


@given(finding_scopes(), any_text(), finding_targets())
def test_any_word_is_an_answer_that_can_be_written_out_or_an_error(
    scope: FindingScope, word: str, target: str | None
) -> None:
    error = None
    try:
        verdict = scope.checker().check_finding(word, target)
    except FindingTypeError as caught:
        error = caught
    if error is not None:
        assert str(error).isprintable()
        return
    json.dumps(verdict.to_dict(), ensure_ascii=False).encode()
    str(verdict).encode()
