"""The answer for a finding type, alone or on an asset (F1 to F6)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from scopecheck.answer.compiled import compile_program
from scopecheck.answer.matcher import Index
from scopecheck.answer.verdict import Decision, Reason, Verdict
from scopecheck.findings.rules import FindingMatch, FindingRules, Standing
from scopecheck.findings.taxonomy import default_taxonomy
from scopecheck.findings.words import FindingType
from scopecheck.scope.model import Inclusion, Program, Rule, Unresolved
from scopecheck.scope.pattern import Effect
from scopecheck.scope.terms import Channel, Condition, Range
from scopecheck.targets.asset import Block, name_key
from scopecheck.targets.host import printable

__all__ = ["FindingVerdict", "decide_finding", "least_eligible"]

_RANK = {Decision.OUT_OF_SCOPE: 0, Decision.UNDETERMINED: 1, Decision.IN_SCOPE: 2}
_REASONS = {
    Standing.CONDITION: Reason.CONDITION,
    Standing.PAIR: Reason.CONDITION,
    Standing.UNSTATED: Reason.UNSTATED_EXCLUSION,
    Standing.UNREAD: Reason.UNRESOLVED_EXCLUSION,
}


def least_eligible(*decisions: Decision) -> Decision:
    """Return the least eligible of decisions: an answer for a pair is never more than either half."""
    return min(decisions, key=_RANK.__getitem__)


@dataclass(frozen=True)
class FindingVerdict:
    """Whether a kind of finding counts, on a target if one was named, and why.

    `decision` is for the pair; `finding_decision` for the type alone, `asset` is the verdict of the
    target. `conditions` are what an exclusion leaves open (F3): assert one by its id with `assume`.
    """

    program: Program
    type: FindingType
    decision: Decision
    reason: Reason
    finding_decision: Decision
    finding_reason: Reason
    matches: tuple[FindingMatch, ...]
    beaten: tuple[FindingMatch, ...] = ()
    asset: Verdict | None = None
    caveats: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def in_scope(self) -> bool:
        """True for `IN_SCOPE` alone."""
        return self.decision is Decision.IN_SCOPE

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions under which the answer would be another."""
        return tuple(dict.fromkeys(m.condition for m in self.matches if m.condition is not None))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was normalised in the word that was asked."""
        return self.type.notes

    @property
    def priorities(self) -> tuple[int, ...]:
        """The baseline priorities of the type and its variants, 1 (worst) to 5; empty where they vary."""
        tree = default_taxonomy()
        return tuple(sorted({p for one in self.type.ids for p in tree.priorities(one)}))

    @property
    def priority(self) -> int | None:
        """The worst baseline priority among the variants of the type; None where it varies (F6)."""
        return self.priorities[0] if self.priorities else None

    @property
    def reward(self) -> Range | None:
        """The baseline range for the priority in the asset's reward group; the program may change it."""
        rewards = self.program.rewards
        if rewards is None or self.decision is Decision.OUT_OF_SCOPE:
            return None
        if self.asset is not None and self.asset.eligible_for_bounty is False:
            return None
        group = rewards.groups.get(self.asset.group or "") if self.asset is not None else None
        if group is None or not group.by_priority:
            return rewards.usual
        wanted = {f"P{priority}" for priority in self.priorities} or set(group.by_priority)
        ranges = [amount for priority, amount in group.by_priority.items() if priority in wanted]
        if not ranges:  # The group states no amount for a finding as slight as this.
            return None
        return Range(low=min(one.low for one in ranges), high=max(one.high for one in ranges))

    @property
    def report_to(self) -> tuple[Channel, ...]:
        """Where to report it instead (F5)."""
        wanted = {m.rule.rule.report_to for m in self.matches if m.rule is not None}
        return tuple(channel for channel in self.program.channels if channel.id in wanted)

    @property
    def see_programs(self) -> tuple[str, ...]:
        """Sibling programs that take such findings (F5)."""
        found = (m.rule.rule.see_program for m in self.matches if m.rule is not None)
        return tuple(dict.fromkeys(one for one in found if one))

    @property
    def question(self) -> str | None:
        """What to ask the program where the answer is `UNDETERMINED`."""
        if self.decision is not Decision.UNDETERMINED:
            return None
        if self.finding_decision is not Decision.UNDETERMINED and self.asset is not None:
            return self.asset.question
        if self.finding_reason is Reason.PARTLY_LISTED:
            return f"which kind of {self.type} is it? some of its kinds count and some do not"
        named = [match for match in self.matches if match.rule is not None]
        open_ = next((m.rule for m in named if not m.certain), named[0].rule if named else None)
        if open_ is None:
            return f"does {self.type} count here? no rule of the program names it"
        return f"does the rule `{printable(open_.rule.finding, 80)}` hold for {self.type}?"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        reward = self.reward
        return {
            "program": self.program.id,
            "finding": self.type.word,
            "title": self.type.title,
            "ids": list(self.type.ids),
            "decision": str(self.decision),
            "reason": str(self.reason),
            "finding_decision": str(self.finding_decision),
            "finding_reason": str(self.finding_reason),
            "asset": self.asset.to_dict() if self.asset is not None else None,
            "rules": [_match_dict(match) for match in self.matches if match.rule is not None],
            "beaten": [_match_dict(match) for match in self.beaten if match.rule is not None],
            "conditions": [{"id": one.id, "text": one.text} for one in self.conditions],
            "assumed": [printable(one) for one in self.assumed],
            "priority": f"P{self.priority}" if self.priority else None,
            "priorities": [f"P{one}" for one in self.priorities],
            "reward": {"low": reward.low, "high": reward.high} if reward is not None else None,
            "report_to": [{"title": one.title, "url": one.url} for one in self.report_to],
            "see_programs": list(self.see_programs),
            "question": self.question,
            "caveats": list(self.caveats),
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict has no truth value; use `verdict.in_scope`")


def _match_dict(match: FindingMatch) -> dict[str, Any]:
    assert match.rule is not None
    rule = match.rule.rule
    return {
        "rule": match.rule.id,
        "finding": rule.finding,
        "effect": match.effect.value,
        "standing": match.standing.value,
        "instruction": rule.instruction,
        "entry": rule.entry or None,
    }


def _lines(verdict: FindingVerdict) -> Iterator[str]:
    words = str(verdict.decision).lower().replace("_", " ")
    where = f" on {printable(verdict.asset.text)}" if verdict.asset is not None else ""
    yield f"{verdict.type}{where}: {words} ({verdict.reason}) for {printable(verdict.program.name)}"
    for match in verdict.matches:
        if match.rule is None:
            yield "  why: no rule of the program names it"
            continue
        rule = match.rule.rule
        side = "counts" if match.effect is Effect.INCLUDE else "does not count"
        yield f"  rule: `{printable(rule.title or rule.finding, 120)}` {side} ({printable(match.rule.id)})"
        if rule.instruction:
            yield f"  the program says: {printable(' '.join(rule.instruction.split()), 500)}"
    conditions = [
        (match.condition, match.standing) for match in verdict.matches if match.condition is not None
    ]
    shown = {one: "only if" if standing is Standing.CONDITION else "unless" for one, standing in conditions}
    for condition, word in shown.items():
        yield f"  {word}: {printable(condition.text, 500)} (assert it with `assume={condition.id}`)"
    if verdict.asset is not None and verdict.asset.decision is not Decision.IN_SCOPE:
        yield f"  asset: {verdict.asset.decision} ({verdict.asset.reason})"
    yield from _details(verdict)


def _details(verdict: FindingVerdict) -> Iterator[str]:
    if verdict.priority is not None and verdict.decision is not Decision.OUT_OF_SCOPE:
        best, worst = verdict.priorities[0], verdict.priorities[-1]
        span = f"P{best}" if best == worst else f"P{best} to P{worst}, by variant,"
        yield f"  priority: {span} is the baseline; the program may change it"
    if verdict.reward is not None:
        currency = verdict.program.rewards.currency if verdict.program.rewards else ""
        low, high = verdict.reward.low, verdict.reward.high
        yield f"  reward: {low} to {high} {currency}, a baseline that the program may change"
    for channel in verdict.report_to:
        where = channel.url or channel.email or ""
        yield f"  report instead: {printable(f'{channel.title}: {where}', 500)}"
    for program in verdict.see_programs:
        yield f"  see program: {program}"
    if verdict.question:
        yield f"  ask: {verdict.question}"
    for caveat in verdict.caveats:
        yield f"  caveat: {printable(caveat, 300)}"
    for note in verdict.notes:
        yield f"  note: {note}"


def decide_finding(
    program: Program,
    rules: FindingRules,
    asked: FindingType,
    *,
    asset: Verdict | None = None,
    holds_for: Mapping[str, bool | None] | None = None,
    assume: Collection[str] = (),
) -> FindingVerdict:
    """Decide as for assets: the narrower rule wins, a tie excludes, a doubt is said (F2).

    `holds_for` says of the rules that are bound to assets whether these, read as inclusions, cover the
    target.
    """
    if asset is not None:
        holds_for = _bound(program, rules, asset, holds_for or {})
    matches = tuple(rules.matches(asked, assume, holds_for))
    decision, reason, deciding = _decide(asked, matches)
    joint, why = decision, reason
    if asset is not None:
        joint = least_eligible(decision, asset.decision)
        why = reason if joint is decision else asset.reason
    beaten = tuple(match for match in matches if match not in deciding and match.rule is not None)
    return FindingVerdict(
        program,
        asked,
        joint,
        why,
        decision,
        reason,
        deciding,
        beaten,
        asset,
        tuple(_caveats(rules, asked, decision, asset)),
        tuple(assume),
    )


def _caveats(
    rules: FindingRules, asked: FindingType, decision: Decision, asset: Verdict | None
) -> Iterator[str]:
    if decision is not Decision.OUT_OF_SCOPE:
        for rule in rules.below(asked):
            yield f"`{rule.rule.finding}` is excluded, which is a part of it"
        for rule in rules.general():
            yield f"excluded, whatever the kind: {rule.rule.finding}"
        for rule in rules.unread():
            yield f"an exclusion that could not be read: {rule.rule.finding}"
    if asset is not None:
        yield from asset.caveats


def _bound(
    program: Program, rules: FindingRules, asset: Verdict, covered: Mapping[str, bool | None]
) -> dict[str, bool | None]:
    """Tell of each rule that is bound to assets whether it holds for the target, None for perhaps (F4).

    An asset may be named as the program calls it, and an exclusion holds in the wide reading of its
    assets too, as any exclusion does.
    """
    found: dict[str, bool | None] = {}
    for rule in rules.rules:
        if rule.rule.assets:
            answers = [covered.get(rule.id, False), _is_listed_as(rule.rule.assets, asset)]
            if rule.effect is Effect.EXCLUDE:
                answers.append(_in_wide_reading(program, rule.rule.assets, asset))
            found[rule.id] = True if True in answers else None if None in answers else False
    return found


def _is_listed_as(assets: tuple[str, ...], asset: Verdict) -> bool | None:
    """Tell whether the target falls under a listed asset that goes by one of the names."""
    wanted = {name_key(one) for one in assets}
    found: bool | None = False
    for match in asset.all_matches:
        if wanted & _called(match.rule.item):
            if match.certain and not match.doubts:
                return True
            found = None
    return found


def _called(item: Rule | Unresolved) -> set[str]:
    """Return what a listed asset is called: its text, its name, its aliases."""
    if not isinstance(item, Rule):
        return set()
    aliases = item.aliases if isinstance(item, Inclusion) else ()
    return {name_key(one) for one in (item.asset, item.name, *aliases) if one}


def _in_wide_reading(program: Program, assets: tuple[str, ...], asset: Verdict) -> bool | None:
    """Tell whether the assets, read as exclusions, touch the target; what cannot be read may."""
    if asset.target is None or isinstance(asset.target, Block):
        return False  # The verdict says it already: no target, or a block that is partly covered.
    part = Program.from_assets(exclude=assets, owned=program.owned, policy=program.policy)
    listed = {name for rule in program.rules for name in _called(rule)}
    if any(name_key(one.text) not in listed for one in part.unresolved):
        return None
    matches = Index(compile_program(part), part.policy).matches(asset.target)
    if not matches:
        return False
    return True if any(match.certain and not match.doubts for match in matches) else None


def _decide(
    asked: FindingType, matches: tuple[FindingMatch, ...]
) -> tuple[Decision, Reason, tuple[FindingMatch, ...]]:
    """Decide for each node that the word means; the least eligible answer is the word's."""
    outcomes = [_decide_node(matches, position) for position in range(len(asked.ids))]
    decision = least_eligible(*(each for each, _, _ in outcomes))
    bearing = [one for one in outcomes if one[0] is decision]
    reason = min((why for _, why, _ in bearing), key=list(Reason).index)
    if asked.various and decision is Decision.OUT_OF_SCOPE and len(bearing) < len(outcomes):
        # The word may mean a kind that is not excluded.
        decision, reason, bearing = Decision.UNDETERMINED, Reason.PARTLY_LISTED, outcomes
    deciding = tuple(dict.fromkeys(match for _, _, each in bearing for match in each))
    return decision, reason, deciding


def _decide_node(
    matches: tuple[FindingMatch, ...], position: int
) -> tuple[Decision, Reason, tuple[FindingMatch, ...]]:
    """Decide for one node by the matches that speak of it."""

    def narrower(inclusion: FindingMatch, exclusion: FindingMatch) -> bool:
        return inclusion.depth[position] > exclusion.depth[position]

    speaking = [m for m in matches if m.depth[position] or m.rule is None]
    inclusions = [m for m in speaking if m.effect is Effect.INCLUDE]
    certain = [m for m in speaking if m.effect is Effect.EXCLUDE and m.certain]
    possible = [m for m in speaking if m.effect is Effect.EXCLUDE and not m.certain]
    surviving = [i for i in inclusions if all(narrower(i, e) for e in certain)]
    winning = [i for i in surviving if i.certain and all(narrower(i, e) for e in possible)]
    if winning:
        return Decision.IN_SCOPE, Reason.INCLUDED, tuple(winning)
    if not surviving:
        return Decision.OUT_OF_SCOPE, Reason.EXCLUDED, tuple(certain)
    doubtful = [e for e in possible if not all(narrower(i, e) for i in surviving)]
    if doubtful:
        found = {_REASONS[match.standing] for match in doubtful}
        return Decision.UNDETERMINED, min(found, key=list(Reason).index), (*surviving, *doubtful)
    unsure = [i for i in surviving if i.rule is not None]
    if not unsure:
        return Decision.UNDETERMINED, Reason.UNLISTED_FINDING, tuple(surviving)
    reasons = {Reason.UNSTATED_ALIAS if m.standing is Standing.UNSTATED else Reason.CONDITION for m in unsure}
    return Decision.UNDETERMINED, min(reasons, key=list(Reason).index), tuple(unsure)
