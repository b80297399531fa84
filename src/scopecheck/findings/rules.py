"""Finding rules of a program -> which of them speak of a finding type, and how surely (F2 to F4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from scopecheck.errors import FindingTypeError
from scopecheck.findings.taxonomy import lies_under
from scopecheck.findings.words import FindingType, resolve, spoken_of, word_key
from scopecheck.scope.model import Program
from scopecheck.scope.pattern import Effect
from scopecheck.scope.terms import Condition, FindingRule

__all__ = ["CompiledFinding", "FindingMatch", "FindingRules", "Standing"]


class Standing(Enum):
    """How surely a finding rule holds for the question."""

    HOLDS = "holds"
    CONDITION = "condition"
    UNSTATED = "unstated"
    UNREAD = "unread"
    PAIR = "pair"


@dataclass(frozen=True)
class CompiledFinding:
    """A finding rule with the tree nodes it means; `read` is false where only some words were."""

    rule: FindingRule
    effect: Effect
    ids: tuple[str, ...]
    read: bool = True

    @property
    def id(self) -> str:
        """The id of the rule, or the finding it names."""
        return self.rule.id or self.rule.finding


@dataclass(frozen=True)
class FindingMatch:
    """A rule that speaks of the type asked; `depth` is how precise its nodes are for each."""

    rule: CompiledFinding | None
    effect: Effect
    depth: tuple[int, ...]
    standing: Standing = Standing.HOLDS
    condition: Condition | None = None

    @property
    def certain(self) -> bool:
        """Whether the match counts as certain."""
        return self.standing is Standing.HOLDS


@dataclass(frozen=True)
class FindingRules:
    """Every finding rule of a program, compiled."""

    rules: tuple[CompiledFinding, ...]
    categories: Mapping[str, str]
    unlisted: str

    @classmethod
    def of(cls, program: Program) -> FindingRules:
        """Compile the finding rules of a program."""
        listed = [
            *((rule, Effect.INCLUDE) for rule in program.findings.in_scope),
            *((rule, Effect.EXCLUDE) for rule in program.findings.out_of_scope),
        ]
        categories = dict(_categories(rule for rule, _ in listed))
        rules = tuple(_compile(rule, effect, categories) for rule, effect in listed)
        return cls(rules, categories, program.findings.unlisted)

    def resolve(self, word: str) -> FindingType:
        """Return the finding type of a word, the program's own categories first."""
        return resolve(word, self.categories)

    def matches(
        self,
        asked: FindingType,
        assume: Collection[str] = (),
        holds_for: Mapping[str, bool | None] | None = None,
    ) -> Iterator[FindingMatch]:
        """Yield what speaks of the type, and the default for what no rule names.

        `assume` are ids of conditions that the caller asserts; `holds_for` says of the rules that are
        bound to assets whether the target is one of them, None for perhaps (absent: no target was given).
        """
        certain = self.unlisted == "eligible"
        unlisted = Standing.HOLDS if certain else Standing.UNREAD
        yield FindingMatch(None, Effect.INCLUDE, (0,) * len(asked.ids), unlisted)
        for rule in self.rules:
            depth = tuple(_depth(rule.ids, one) for one in asked.ids)
            touched = any(depth) if rule.effect is Effect.EXCLUDE else all(depth)
            if not touched:
                continue
            standing, condition = _standing(rule, assume, holds_for)
            if standing is not None:
                yield FindingMatch(rule, rule.effect, depth, standing, condition)

    def below(self, asked: FindingType) -> Iterator[CompiledFinding]:
        """Yield the exclusions of types that lie strictly below the one asked."""
        for rule in self.rules:
            if rule.effect is Effect.EXCLUDE and rule.read:
                inside = any(lies_under(one, a) and one != a for one in rule.ids for a in asked.ids)
                if inside and not any(_depth(rule.ids, a) for a in asked.ids):
                    yield rule

    def unread(self) -> Iterator[CompiledFinding]:
        """Yield the exclusions that could not be read (P4)."""
        return (rule for rule in self.rules if not rule.read and rule.effect is Effect.EXCLUDE)


def _categories(rules: Iterator[FindingRule] | Collection[FindingRule]) -> Iterator[tuple[str, str]]:
    """Yield the words of the program's own categories: those that the common words do not know."""
    for rule in rules:
        try:
            found = resolve(rule.finding)
            path = found.ids[0]
            if rule.aliases and len(found.ids) == 1:
                for alias in rule.aliases:
                    yield word_key(alias), path
        except FindingTypeError:
            if not _is_category(rule.finding):
                continue
            for word in (rule.finding, *([rule.title] if rule.title else []), *rule.aliases):
                yield word_key(word), rule.finding.casefold()


def _is_category(text: str) -> bool:
    """Tell an id (`model_safety.safety_bypass`) from a phrase."""
    return (
        all(part.replace("_", "").replace("-", "").isalnum() for part in text.split(".")) and " " not in text
    )


def _compile(rule: FindingRule, effect: Effect, categories: Mapping[str, str]) -> CompiledFinding:
    try:
        return CompiledFinding(rule, effect, resolve(rule.finding, categories).ids)
    except FindingTypeError:
        return CompiledFinding(rule, effect, tuple(dict.fromkeys(spoken_of(rule.finding, categories))), False)


def _depth(ids: Collection[str], asked: str) -> int:
    """Return how many components the most precise of `ids` above `asked` has, 0 for none."""
    return max((one.count(".") + 1 for one in ids if lies_under(asked, one)), default=0)


def _standing(
    rule: CompiledFinding, assume: Collection[str], holds_for: Mapping[str, bool | None] | None
) -> tuple[Standing | None, Condition | None]:
    """Return how surely a rule holds, or None where an asserted condition or the target switches it off."""
    stated = rule.rule
    if not rule.read:
        # An inclusion nobody could read includes nothing; an exclusion raises its question.
        return (None, None) if rule.effect is Effect.INCLUDE else (Standing.UNREAD, None)
    if stated.assets:
        if holds_for is None:
            return Standing.PAIR, None
        on_target = holds_for.get(rule.id, False)
        if on_target is None:
            return Standing.PAIR, None
        if not on_target:
            return None, None
    if stated.unless is not None and _asserted(stated.unless, assume):
        return None, None
    if stated.only_if is not None and not _asserted(stated.only_if, assume):
        return Standing.CONDITION, stated.only_if
    if not stated.stated:
        return Standing.UNSTATED, stated.unless
    return Standing.HOLDS, stated.unless


def _asserted(condition: Condition, assume: Collection[str]) -> bool:
    return condition.id in assume or condition.text in assume
