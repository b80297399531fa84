"""What an answer is made of: data only, no judgement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, NoReturn, TypeVar

from scopecheck.answer.compiled import Certainty, CompiledRule, Matchable
from scopecheck.scope.model import Inclusion, Program, Rule, Unresolved
from scopecheck.scope.pattern import Effect
from scopecheck.scope.touching import restates_default
from scopecheck.scope.zone import Doubt, ZoneLike, same_listing, strictly_narrower
from scopecheck.targets.asset import Target, parse_web

__all__ = ["Answer", "Decision", "Match", "Outcome", "Reason", "Verdict"]


_T = TypeVar("_T")

_SHOWN = 100
"""How many matches of a side are compared for what a verdict tells besides its answer."""


class Decision(StrEnum):
    """The three answers."""

    IN_SCOPE = "IN_SCOPE"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    UNDETERMINED = "UNDETERMINED"


class Reason(StrEnum):
    """Why; within a decision, in order of precedence where several hold."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    NOT_LISTED = "not-listed"
    INVALID_TARGET = "invalid-target"
    AMBIGUOUS_TARGET = "ambiguous-target"
    PARTLY_LISTED = "partly-listed"
    BELOW_EXCLUDED_HOST = "below-excluded-host"
    UNSTATED_EXCLUSION = "unstated-exclusion"
    UNRESOLVED_EXCLUSION = "unresolved-exclusion"
    CONDITION = "condition"
    APEX_UNSTATED = "apex-unstated"
    DEPTH_UNSTATED = "depth-unstated"
    UNSTATED_ALIAS = "unstated-alias"
    WIDE_READING = "wide-reading"
    UNLISTED_FINDING = "unlisted-finding"
    OPEN_SCOPE = "open-scope"


@dataclass(frozen=True, slots=True)
class Match:
    """Evidence that a rule applies: the rule, the pattern of it, and the zone that held the target."""

    rule: CompiledRule
    pattern: Matchable
    zone: ZoneLike
    doubts: tuple[Doubt, ...] = ()
    certainty: Certainty = Certainty.CERTAIN
    yields: bool = False
    """Whether it gives way to an inclusion that names the host without a star."""
    open: tuple[Doubt, ...] = ()
    """The doubts that no policy settled."""

    @property
    def effect(self) -> Effect:
        """Which side the rule stands on."""
        return self.rule.effect

    @property
    def reading(self) -> str:
        """`narrow` or `wide`."""
        return "wide" if self.doubts else "narrow"

    @property
    def certain(self) -> bool:
        """Whether the match counts as certain."""
        return self.certainty is Certainty.CERTAIN


class Outcome(NamedTuple):
    """What `decide` found: the decision, its reason, the matches that decided and those that lost."""

    decision: Decision
    reason: Reason
    deciding: tuple[Match, ...] = ()
    beaten: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict but for its target: what all targets are told that no rule tells apart."""

    program: Program
    rules: tuple[CompiledRule, ...]
    outcome: Outcome
    matches: tuple[Match, ...] = ()
    problem: str = ""
    target: Target | None = None
    """The target where the answer is for it alone."""
    in_scope: bool = field(init=False, repr=False, compare=False)
    """Kept by itself, since most readers of a verdict want nothing else."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "in_scope", self.outcome.decision is Decision.IN_SCOPE)

    def doubted(self, problem: str, target: Target | None = None) -> Answer:
        """Return the same for a target of which clients may read another: a question (T3, T5)."""
        outcome = self.outcome._replace(decision=Decision.UNDETERMINED, reason=Reason.AMBIGUOUS_TARGET)
        return Answer(self.program, self.rules, outcome, self.matches, problem, target)


class Verdict:
    """The answer for one target, with everything needed to explain it.

    Reading costs; building does not: `target`, `caveats`, `notes`, `str()` and `to_dict()` are made
    when they are asked for. A verdict has no truth value, since `if verdict` would take an
    `UNDETERMINED` for a yes; write `verdict.in_scope`.
    """

    __slots__ = ("answer", "text")

    def __init__(self, answer: Answer, text: str) -> None:
        self.answer = answer
        self.text = text
        """The target as it was asked."""

    @property
    def target(self) -> Target | None:
        """The target in canonical form; None where the text is none."""
        if self.answer.target is None and self.answer.outcome.reason is not Reason.INVALID_TARGET:
            return parse_web(self.text)
        return self.answer.target

    @property
    def program(self) -> Program:
        """The program that was asked."""
        return self.answer.program

    @property
    def outcome(self) -> Outcome:
        """What was decided, and by which matches."""
        return self.answer.outcome

    @property
    def problem(self) -> str:
        """What is wrong with the target, or doubtful about it; empty where nothing is."""
        return self.answer.problem

    @property
    def decision(self) -> Decision:
        """`IN_SCOPE`, `OUT_OF_SCOPE` or `UNDETERMINED`."""
        return self.answer.outcome.decision

    @property
    def reason(self) -> Reason:
        """Why, as a stable code."""
        return self.answer.outcome.reason

    @property
    def in_scope(self) -> bool:
        """True for `IN_SCOPE` alone."""
        return self.answer.in_scope

    @property
    def matches(self) -> tuple[Match, ...]:
        """The matches that decided."""
        return self.answer.outcome.deciding

    @property
    def beaten(self) -> tuple[Match, ...]:
        """The matches that lost."""
        return self.answer.outcome.beaten

    @property
    def all_matches(self) -> tuple[Match, ...]:
        """Every match that was weighed."""
        return self.answer.matches

    @property
    def rules(self) -> tuple[CompiledRule, ...]:
        """Every compiled rule of the program."""
        return self.answer.rules

    @property
    def caveats(self) -> tuple[str, ...]:
        """Prose of the program that a reader must read before relying on a yes (P4, P5)."""
        found: dict[str, None] = {}
        if self.decision is not Decision.OUT_OF_SCOPE:
            for match in self.matches:
                found.update(dict.fromkeys(match.rule.words))
            side = Effect.EXCLUDE
        elif self.reason is Reason.NOT_LISTED:
            side = Effect.INCLUDE
        else:
            return ()
        for rule in self.answer.rules:
            if rule.effect is side and rule.unread and not _is_default(rule):
                found[f"an {_SIDES[side]} that could not be read: {rule.text}"] = None
        return tuple(found)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was normalised, and which rules conflict."""
        found: dict[str, None] = dict.fromkeys(self.target.notes) if self.target is not None else {}
        if self.target is not None:
            found.update(dict.fromkeys(f"doubtful: {doubt}" for doubt in getattr(self.target, "doubts", ())))
        for match in (*self.matches, *self.beaten):
            found.update((f"rule {match.rule.id}: {note}", None) for note in match.rule.notes)
        for include, exclude in self._conflicts():
            ours, theirs = (f"`{m.rule.text}` ({m.rule.id})" for m in (include, exclude))
            found[f"conflict: {ours} and {theirs} list the same; the exclusion wins"] = None
        return tuple(found)

    def _conflicts(self) -> Iterator[tuple[Match, Match]]:
        """Yield the pairs that list the same on both sides, of the first of thousands that match."""
        sides = [[m for m in self.all_matches if m.effect is side][:_SHOWN] for side in Effect]
        yield from ((ours, theirs) for ours in sides[0] for theirs in sides[1] if _conflict(ours, theirs))

    def _bearing(self) -> tuple[Inclusion, ...]:
        """Return the narrowest inclusions that bear the answer; what rides along comes from them."""
        if self.decision is Decision.OUT_OF_SCOPE:
            return ()
        ours = [m for m in self.matches if isinstance(m.rule.item, Inclusion) and m.effect is Effect.INCLUDE]
        if len(ours) > _SHOWN:
            return tuple(m.rule.item for m in ours if isinstance(m.rule.item, Inclusion))
        least = [
            m for m in ours if not any(strictly_narrower(o.zone, m.zone, against_narrow=False) for o in ours)
        ]
        return tuple(m.rule.item for m in least if isinstance(m.rule.item, Inclusion))

    @property
    def eligible_for_bounty(self) -> bool | None:
        """Whether it is paid; None where the program does not say, or says two things."""
        return _common([rule.eligible_for_bounty for rule in self._bearing()])

    @property
    def max_severity(self) -> str | None:
        """The highest severity that counts here, if the program caps it."""
        return _common([rule.max_severity for rule in self._bearing()])

    @property
    def group(self) -> str | None:
        """The reward group, a key of the program's `rewards.groups`."""
        return _common([rule.group for rule in self._bearing()])

    @property
    def question(self) -> str | None:
        """What to ask the program where the answer is `UNDETERMINED`."""
        from scopecheck.answer.explain import question

        return question(self)

    @property
    def near_misses(self) -> tuple[str, ...]:
        """Rules that look as if they covered the target and do not, each with the reason."""
        from scopecheck.answer.explain import near_misses

        return near_misses(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        from scopecheck.answer.explain import to_dict

        return to_dict(self)

    def __str__(self) -> str:
        from scopecheck.answer.explain import to_text

        return to_text(self)

    def __repr__(self) -> str:
        return f"<Verdict {self.decision} {self.reason} {self.text!r}>"

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict has no truth value; use `verdict.in_scope`")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Verdict):
            return NotImplemented
        mine = (self.program.id, self.text, self.decision, self.reason, self._names())
        return mine == (other.program.id, other.text, other.decision, other.reason, other._names())

    def __hash__(self) -> int:
        return hash((self.program.id, self.text, self.decision, self.reason))

    def _names(self) -> tuple[str, ...]:
        return tuple(sorted(match.rule.id for match in self.matches))


_SIDES = {Effect.INCLUDE: "inclusion", Effect.EXCLUDE: "exclusion"}


def _is_default(rule: CompiledRule) -> bool:
    stated = isinstance(rule.item, Unresolved) and rule.item.restates_default
    return stated or restates_default(rule.text)


def _conflict(include: Match, exclude: Match) -> bool:
    """Tell whether the two rules list the same on both sides."""
    return (
        include.effect is Effect.INCLUDE
        and exclude.effect is Effect.EXCLUDE
        and isinstance(exclude.rule.item, Rule)
        and not include.doubts
        and not exclude.doubts
        and same_listing(include.zone, exclude.zone)
    )


def _common(values: list[_T]) -> _T | None:
    """Return the one value all share, or None."""
    return values[0] if values and all(value == values[0] for value in values) else None
