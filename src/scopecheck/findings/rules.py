"""Finding rules of a program -> which of them speak of a finding type, and how surely (F2 to F4)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from scopecheck.errors import FindingTypeError
from scopecheck.findings.taxonomy import lies_under
from scopecheck.findings.words import (
    GENERAL,
    OWASP_LLM,
    SAME,
    FindingType,
    known,
    resolve,
    spoken_of,
    word_key,
)
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
    """A finding rule with the tree nodes it means; `read` is false where only some words were.

    `id` is the rule's own, or the finding it names, with a number behind it where another rule of the
    program goes by the same.
    """

    id: str
    rule: FindingRule
    effect: Effect
    ids: tuple[str, ...]
    read: bool = True


@dataclass(frozen=True)
class FindingMatch:
    """A rule that speaks of the type asked; `depth` is how precise it is for each node, 0 for silent."""

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
    categories: Mapping[str, tuple[str, ...]]
    unlisted: str

    @classmethod
    def of(cls, program: Program) -> FindingRules:
        """Compile the finding rules of a program."""
        listed = [
            *((rule, Effect.INCLUDE) for rule in program.findings.in_scope),
            *((rule, Effect.EXCLUDE) for rule in program.findings.out_of_scope),
        ]
        said, categories = _own_words(listed)
        rules: dict[str, CompiledFinding] = {}
        for rule, effect in listed:
            name = free = rule.id or rule.finding
            number = 1
            while free in rules:
                number += 1
                free = f"{name} ({number})"
            # What an exclusion calls a finding must not widen an inclusion.
            words = said if effect is Effect.INCLUDE else categories
            rules[free] = CompiledFinding(free, rule, effect, *_meaning(rule.finding, effect, words))
        return cls(tuple(rules.values()), categories, program.findings.unlisted)

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
            if not any(depth):
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

    def general(self) -> Iterator[CompiledFinding]:
        """Yield the exclusions that may concern a finding of any kind, such as of theoretical issues."""
        for rule in self.rules:
            general = all(any(lies_under(one, above) for above in GENERAL) for one in rule.ids)
            if general and rule.read and rule.effect is Effect.EXCLUDE:
                yield rule

    def unread(self) -> Iterator[CompiledFinding]:
        """Yield the exclusions that could not be read (P4)."""
        return (rule for rule in self.rules if not rule.read and rule.effect is Effect.EXCLUDE)


_Words: TypeAlias = dict[str, tuple[str, ...]]


def _own_words(listed: Iterable[tuple[FindingRule, Effect]]) -> tuple[_Words, _Words]:
    """Return the words of the program's inclusions, and those of all its rules, with what they mean.

    An inclusion's word means what the program says. An exclusion's word adds to what the word means
    anyway, so that no exclusion can turn a word away from what another one excludes.
    """
    said: _Words = {}
    added: _Words = {}
    for rule, effect in listed:
        words, ids = _words(rule)
        for word in words:
            side, meant = (said, ids) if effect is Effect.INCLUDE else (added, (*_common(word), *ids))
            side[word_key(word)] = tuple(dict.fromkeys((*side.get(word_key(word), ()), *meant)))
    every = dict(said)
    for key, ids in added.items():
        every[key] = tuple(dict.fromkeys((*said.get(key, ()), *ids)))
    return said, every


def _common(word: str) -> tuple[str, ...]:
    """Return what a word means apart from any program; nothing for an unknown one."""
    try:
        found = known(word)
    except FindingTypeError:
        return ()
    return found.ids if found is not None else ()


def _words(rule: FindingRule) -> tuple[list[str], tuple[str, ...]]:
    """Return what a rule's finding is called, and its ids; its title only where that is no common word."""
    titles = [rule.title] if rule.title and not _common(rule.title) else []
    try:
        found = known(rule.finding)
    except FindingTypeError:
        return [], ()
    if found is None and not _is_category(rule.finding):
        return [], ()
    ids = found.ids if found is not None else (rule.finding,)
    own = [] if found is not None else [rule.finding]
    return [*own, *titles, *rule.aliases], ids


def _is_category(text: str) -> bool:
    """Tell an id (`model_safety.safety_bypass`) from a phrase, which may be a lone word (`Spoofing`)."""
    return re.fullmatch(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9_-]+)*", text) is not None


def _meaning(
    text: str, effect: Effect, categories: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, ...], bool]:
    """Return the nodes that a rule's finding means, and whether it was read.

    What cannot be read as a whole touches what it names (P4).
    """
    own = categories.get(word_key(text), ())
    try:
        found = known(text)
        meant = found.ids if found is not None else ()
        read = found is not None or bool(own)
    except FindingTypeError as error:
        meant = tuple(one for key in error.suggestions for one in OWASP_LLM[key][1])
        read = bool(own)
    if not read:
        ids: tuple[str, ...] = (*meant, *spoken_of(text, categories))
    else:
        ids = (*own, *meant) if effect is Effect.EXCLUDE else own or meant
    same = {**SAME, **{new: old for old, new in SAME.items()}}
    return tuple(dict.fromkeys((*ids, *(same[one] for one in ids if one in same)))), read


def _depth(ids: Collection[str], asked: str) -> int:
    """Return how many components the most precise of `ids` above `asked` has, 0 for none."""
    return max((one.count(".") + 1 for one in ids if lies_under(asked, one)), default=0)


def _standing(
    rule: CompiledFinding, assume: Collection[str], holds_for: Mapping[str, bool | None] | None
) -> tuple[Standing | None, Condition | None]:
    """Return how surely a rule holds, or None where an asserted condition or the target switches it off."""
    stated = rule.rule
    if stated.unless is not None and _asserted(stated.unless, assume):
        return None, None
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
    if stated.only_if is not None and not _asserted(stated.only_if, assume):
        return Standing.CONDITION, stated.only_if
    if not stated.stated:
        return Standing.UNSTATED, stated.unless
    return Standing.HOLDS, stated.unless


def _asserted(condition: Condition, assume: Collection[str]) -> bool:
    return condition.id in assume or condition.text in assume
