"""The laws of the decision (3.3), over programs of every row and targets aimed at them."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import assume, event, given
from hypothesis import strategies as st

from members import holds, missing
from scopecheck import Checker, Decision, Exclusion, Inclusion, Policy, Program, Unresolved, Verdict
from scopecheck.answer.decide import overrides
from scopecheck.scope.grammar import expand
from scopecheck.scope.pattern import Effect
from scopecheck.scope.zone import Zone
from scopecheck.targets.psl import default_suffixes
from scopecheck.targets.url import Url
from strategies import (
    Scope,
    ambiguous_spellings,
    any_text,
    equivalent_spellings,
    exclusions,
    hostile_texts,
    inclusions,
    listed_texts,
    policies,
    scopes,
    target_texts,
    web_targets,
)

RANK = {Decision.OUT_OF_SCOPE: 0, Decision.UNDETERMINED: 1, Decision.IN_SCOPE: 2}


def rank(verdict: Verdict) -> int:
    return RANK[verdict.decision]


def essence(verdict: Verdict) -> tuple[object, ...]:
    """What an answer says, apart from the ids that rules get from their position."""
    deciding = {(match.rule.text, match.effect, match.zone) for match in verdict.matches}
    beaten = {(match.rule.text, match.effect, match.zone) for match in verdict.beaten}
    return verdict.decision, verdict.reason, deciding, beaten


@given(st.data(), scopes())
def test_the_order_of_rules_is_immaterial(data: st.DataObject, scope: Scope) -> None:
    target = data.draw(target_texts(scope.rules))
    shuffled = replace(
        scope,
        includes=tuple(data.draw(st.permutations(scope.includes))),
        excludes=tuple(data.draw(st.permutations(scope.excludes))),
    )
    assert essence(shuffled.checker().check(target)) == essence(scope.checker().check(target))


@given(st.data(), scopes(), exclusions())
def test_adding_an_exclusion_never_moves_an_answer_towards_in_scope(
    data: st.DataObject, scope: Scope, extra: Exclusion
) -> None:
    more = replace(scope, excludes=(*scope.excludes, extra))
    target = data.draw(target_texts(more.rules))
    before, after = scope.checker().check(target), more.checker().check(target)
    event(f"{before.decision} -> {after.decision}")
    assert rank(after) <= rank(before)


@given(st.data(), scopes(), listed_texts())
def test_adding_an_unread_exclusion_never_moves_an_answer_towards_in_scope(
    data: st.DataObject, scope: Scope, text: str
) -> None:
    """P4: neither as a question about the hosts it names, nor for a strict caller."""
    more = replace(scope, unresolved=(*scope.unresolved, Unresolved(text=text, effect="exclude")))
    target = data.draw(target_texts(more.rules))
    for strict in (False, True):
        before = scope.checker(strict=strict).check(target)
        assert rank(more.checker(strict=strict).check(target)) <= rank(before)


@given(st.data(), scopes(), inclusions())
def test_adding_an_inclusion_never_moves_an_answer_away_from_in_scope(
    data: st.DataObject, scope: Scope, extra: Inclusion
) -> None:
    # Words beside a rule may exclude (P5), so they make it more than an inclusion.
    more = replace(scope, includes=(*scope.includes, extra.model_copy(update={"instruction": None})))
    assume(" (" not in extra.asset)
    target = data.draw(target_texts(more.rules))
    before, after = scope.checker().check(target), more.checker().check(target)
    event(f"{before.decision} -> {after.decision}")
    assert rank(after) >= rank(before)


def fill(policy: Policy, more: Policy) -> Policy:
    """Return `policy` with its open questions answered as in `more`."""
    given_ = {name: value for name, value in policy if value is not None}
    return more.model_copy(update=given_)


@given(st.data(), scopes(), policies())
def test_a_policy_only_settles_what_was_undetermined(data: st.DataObject, scope: Scope, more: Policy) -> None:
    """3.2: never a yes into a no or back; and answering one more question changes no settled answer."""
    target = data.draw(target_texts(scope.rules))
    before = scope.checker().check(target)
    after = scope.with_policy(fill(scope.policy, more)).checker().check(target)
    event(f"{before.decision} -> {after.decision}")
    if before.decision is not Decision.UNDETERMINED:
        assert after.decision is before.decision


@given(st.data(), scopes(), policies())
def test_open_scope_only_turns_what_is_not_listed_into_a_question(
    data: st.DataObject, scope: Scope, policy: Policy
) -> None:
    """D4: what no inclusion matches and no narrow exclusion; never a yes."""
    target = data.draw(target_texts(scope.rules))
    closed, open_ = (
        scope.with_policy(policy.model_copy(update={"open_scope": flag})).checker().check(target)
        for flag in (False, True)
    )
    if (closed.decision, closed.reason) == (Decision.OUT_OF_SCOPE, "not-listed"):
        assert (open_.decision, open_.reason) == (Decision.UNDETERMINED, "open-scope")
    elif closed.reason != "partly-listed":
        assert (open_.decision, open_.reason) == (closed.decision, closed.reason)


@given(st.data(), scopes())
def test_equivalent_spellings_of_a_url_get_the_same_answer(data: st.DataObject, scope: Scope) -> None:
    """T1, T5: letter case, root dot, default port, escapes, dot segments, full width, userinfo."""
    web = data.draw(web_targets(scope.rules))
    checker = scope.checker()
    plain = checker.check(str(web))
    assume(plain.target is not None)
    other = checker.check(data.draw(equivalent_spellings(web)))
    assert (other.decision, other.reason) == (plain.decision, plain.reason)


@given(st.data(), scopes())
def test_a_spelling_that_clients_read_differently_is_never_a_yes(data: st.DataObject, scope: Scope) -> None:
    """T3: an `IN_SCOPE` becomes `UNDETERMINED` and names the canonical host; other decisions stand."""
    checker = scope.checker()
    web = data.draw(web_targets(scope.rules))
    doubtful = checker.check(data.draw(ambiguous_spellings(web)))
    assume(doubtful.target is not None)
    assert not doubtful.in_scope
    canonical = checker.check(str(doubtful.target))
    if canonical.in_scope:
        assert doubtful.reason == "ambiguous-target"
        assert str(web.host).lower() in str(doubtful)
    else:
        assert doubtful.decision is canonical.decision


@given(st.data(), scopes())
def test_the_canonical_form_of_a_target_gets_the_same_answer(data: st.DataObject, scope: Scope) -> None:
    checker = scope.checker()
    verdict = checker.check(data.draw(target_texts(scope.rules)))
    if isinstance(verdict.target, Url) and verdict.reason != "ambiguous-target":
        assert checker.check(str(verdict.target)).decision is verdict.decision


@given(st.data(), scopes())
def test_a_strangers_domain_is_never_in_scope(data: st.DataObject, scope: Scope) -> None:
    """A yes needs an inclusion that spells the registrable domain, or its name before a star."""
    verdict = scope.checker().check(str(data.draw(web_targets(scope.rules))))
    if not (verdict.in_scope and isinstance(verdict.target, Url) and isinstance(verdict.target.host, str)):
        return
    event("in scope")
    host = str(verdict.target.host)
    domain = default_suffixes().registrable(host, private=False) or host
    name, _, suffix = domain.partition(".")
    spelled = re.compile(rf"(?<![\w-])(?:{re.escape(domain)}|{re.escape(host)})(?![\w.-]*\w)")
    starred = re.compile(rf"(?<![\w-]){re.escape(name)}\.\*")
    texts = [one.lower() for rule in scope.includes for one in expand(rule.asset)]
    known = default_suffixes().known_tail(suffix, private=False)
    assert any(spelled.search(text) or (known and starred.search(text)) for text in texts)


@given(st.data(), scopes())
def test_an_inclusion_overrides_only_what_it_is_a_proper_part_of(data: st.DataObject, scope: Scope) -> None:
    """3.3: the danger is a strictly-narrower that is wrongly true."""
    verdict = scope.checker().check(str(data.draw(web_targets(scope.rules))))
    for ours in verdict.all_matches:
        for theirs in verdict.all_matches:
            if (ours.effect, theirs.effect) != (Effect.INCLUDE, Effect.EXCLUDE) or theirs.yields:
                continue
            if overrides(ours, theirs) and isinstance(ours.zone, Zone) and isinstance(theirs.zone, Zone):
                event("overrides")
                assert missing(ours.zone, theirs.zone) == ""
                assert missing(theirs.zone, ours.zone) != ""


@given(st.data(), scopes())
def test_every_match_holds_the_target(data: st.DataObject, scope: Scope) -> None:
    """The zone that is compared is one that the target lies in."""
    verdict = scope.checker().check(str(data.draw(web_targets(scope.rules))))
    for match in verdict.all_matches:
        if isinstance(match.zone, Zone) and isinstance(verdict.target, Url):
            assert holds(match.zone, verdict.target)


@given(st.data(), scopes(undecided=True))
def test_what_decides_fits_the_decision(data: st.DataObject, scope: Scope) -> None:
    """D1 to D4: a yes rests on narrow inclusions, `excluded` on narrow exclusions, a question on a doubt."""
    verdict = scope.checker().check(data.draw(target_texts(scope.rules)))
    sides = {match.effect for match in verdict.matches}
    if verdict.in_scope:
        assert sides == {Effect.INCLUDE}
        assert not any(match.doubts for match in verdict.matches)
    elif verdict.reason == "excluded":
        assert sides == {Effect.EXCLUDE}
        assert not any(match.doubts for match in verdict.matches)
    elif verdict.decision is Decision.UNDETERMINED:
        doubts = {str(doubt) for match in verdict.matches for doubt in match.doubts}
        beyond = {"ambiguous-target", "invalid-target", "partly-listed", "open-scope"}
        assert verdict.reason in doubts | beyond


@given(st.data(), scopes())
def test_a_strict_caller_gets_no_yes_beside_an_unread_exclusion(data: st.DataObject, scope: Scope) -> None:
    """P4: any unresolved exclusion makes the answer `UNDETERMINED`; nothing else changes."""
    target = data.draw(target_texts(scope.rules))
    plain, strict = scope.checker().check(target), scope.checker(strict=True).check(target)
    assert rank(strict) <= rank(plain)
    if plain.decision is Decision.OUT_OF_SCOPE:
        assert strict.decision is Decision.OUT_OF_SCOPE
    unread = Unresolved(text="All staging systems", effect="exclude")
    assert not replace(scope, unresolved=(unread,)).checker(strict=True).check(target).in_scope


@given(st.lists(any_text() | hostile_texts() | listed_texts(), max_size=4), any_text() | hostile_texts())
def test_no_text_raises(texts: list[str], target: str) -> None:
    """Section 4: `from_assets` and `check` never raise on odd text, and a verdict can always be read."""
    program = Program.from_assets(include=texts, exclude=texts[::-1])
    assert len(program.in_scope) + len([u for u in program.unresolved if u.effect == "include"]) == len(texts)
    checker = Checker(program)
    for verdict in (checker.check(target), checker.check_url(target), checker.check_asset(target)):
        assert str(verdict)
        assert verdict.to_dict()["decision"] in set(Decision)
