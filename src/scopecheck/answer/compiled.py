"""A program's rules, ready to be matched: patterns, doubts settled by policy, words turned to rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeAlias

from scopecheck.answer.wording import (
    TouchPattern,
    denied_patterns,
    labelled,
    paths_anywhere,
    touched_by,
    touched_by_denial,
)
from scopecheck.errors import PatternSyntaxError, TargetError
from scopecheck.scope.denials import denied
from scopecheck.scope.grammar import hosts_named
from scopecheck.scope.interpret import APP_TYPES, Interpretation
from scopecheck.scope.limits import denies_below, limits_itself, widens, without_advice
from scopecheck.scope.listed_words import gone_beside
from scopecheck.scope.model import Inclusion, Policy, Program, Rule, Unresolved
from scopecheck.scope.naming import MAX_PROSE, named_addresses, named_hosts
from scopecheck.scope.pattern import Effect, Found, HostForm, HostText, Pattern, ThingPattern, UrlPattern
from scopecheck.scope.touching import restates_default
from scopecheck.scope.zone import Doubt, Everything
from scopecheck.targets.asset import name_key, parse_bare

__all__ = [
    "Certainty",
    "CompiledRule",
    "Item",
    "Matchable",
    "TouchPattern",
    "compile_program",
    "open_doubts",
    "settle",
]


class Certainty(Enum):
    """How much a match counts, once the policy has been heard."""

    CERTAIN = "certain"
    UNCERTAIN = "uncertain"
    NONE = "none"


@dataclass(frozen=True)
class UnreadPattern:
    """An unread exclusion that may say anything: what a strict caller fears (P4)."""

    text: str
    effect: Effect = Effect.EXCLUDE

    def match(self, _url: object) -> Found:
        """Match everything, with a doubt that nothing settles."""
        return Found(Everything(), (Doubt.UNRESOLVED_EXCLUSION,), False)


Matchable: TypeAlias = Pattern | TouchPattern | UnreadPattern
Item: TypeAlias = Rule | Unresolved


@dataclass(frozen=True)
class CompiledRule:
    """A rule with everything it denotes."""

    item: Item
    effect: Effect
    patterns: tuple[Matchable, ...]
    notes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """The program's words beside the rule; a caveat on every yes that rests on it (P5)."""
    order: int = field(default=0, compare=False)
    unread: bool = False
    """Whether the text could not be read (P3)."""
    firm: bool = False
    """Whether it never yields: what a rule's own words take away, the rule does not give back (P5)."""
    label: str = ""
    """What to call it where it was read from the words beside another rule."""

    @property
    def id(self) -> str:
        """The id of the rule in its program."""
        return self.item.id

    @property
    def text(self) -> str:
        """The listed text."""
        if self.label:
            return self.label
        return self.item.asset if isinstance(self.item, Rule) else self.item.text


def compile_program(program: Program, *, strict: bool = False) -> tuple[CompiledRule, ...]:
    """Return every rule and unread exclusion of a program, ready to match."""
    rules: list[CompiledRule] = []
    listed = _Listed(program)
    for rule in program.rules:
        try:
            meaning = program.interpretation(rule)
        except PatternSyntaxError as error:
            # A rule nobody can read: as an exclusion it still raises its question.
            rules += _unread(rule, rule.asset, error.message, listed, strict=strict)
            continue
        rules.append(_compile_rule(rule, meaning, listed))
        rules.extend(_from_words(rule, meaning, program))
    for entry in program.unresolved:
        rules += _unread(entry, entry.text, entry.why, listed, strict=strict)
    rules += _of_one_name(rules)
    return tuple(replace(rule, order=number) for number, rule in enumerate(rules))


class _Listed:
    """The hosts that inclusions list by name, made when first asked for."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._hosts: frozenset[str] | None = None

    def __contains__(self, host: object) -> bool:
        if self._hosts is None:
            texts = (rule.asset.strip().lower() for rule in self._program.in_scope)
            self._hosts = frozenset(re.sub(r"\Ahttps?://", "", text).rstrip("/") for text in texts)
        return host in self._hosts


def _compile_rule(rule: Rule, meaning: Interpretation, listed: _Listed) -> CompiledRule:
    demoted = _demotion(rule, meaning)
    patterns: list[Pattern] = [
        replace(pattern, demoted=demoted) if demoted is not None and pattern.demoted is None else pattern
        for pattern in meaning.patterns
    ]
    patterns += [
        ThingPattern(name, rule.effect, name_key(name), demoted=demoted)
        for name in _names(rule)
        if not _is_address(name, rule)
    ]
    words = tuple(text for text in (rule.condition, rule.instruction, meaning.words) if text)
    named: list[Matchable] = []
    if rule.effect is Effect.EXCLUDE:
        own = frozenset(one.host.text for one in patterns if isinstance(one, UrlPattern) and one.host.labels)
        if not any(isinstance(one, UrlPattern) and _has_domain(one) for one in patterns):
            named += (*labelled(rule.asset), *paths_anywhere(rule.asset))
        for text in dict.fromkeys(words):
            both = own | {name.removeprefix("*.") for name in own}
            named += touched_by(without_advice(text, listed), both, beside=text != meaning.words)
        if rule.name and rule.name != rule.asset:
            named += touched_by(rule.name, own, labels=False, beside=True)
        if _too_long(rule.asset, rule.name or "", *words):
            named.append(UnreadPattern(rule.asset))
    return CompiledRule(rule, rule.effect, (*patterns, *dict.fromkeys(named)), meaning.notes, words)


def _too_long(*texts: str) -> bool:
    """Tell whether the words of an exclusion go on where nobody reads them: they may say anything there."""
    return any(len(text) >= MAX_PROSE for text in texts)  # A listed text is cut there when it is taken in.


def _has_domain(pattern: UrlPattern) -> bool:
    """Tell a host from a label that only reads as one (`*-staging`); `ads*` reaches all that begins so."""
    text = pattern.host.text
    return len(pattern.host.labels) != 1 or (text.endswith("*") and text != "*")


def _names(rule: Rule) -> tuple[str, ...]:
    """Return the other names of an asset; one that is an address is none."""
    names = (rule.name, *(rule.aliases if isinstance(rule, Inclusion) else ()))
    return tuple(name for name in names if name)


def _is_address(name: str, rule: Rule) -> bool:
    """Tell a name that is a host or an address: it would let `check` answer for the asset instead."""
    if any(named_hosts(name)) or any(named_addresses(name)) or re.search(r"[/:@\[]", name):
        return True
    if re.search(r"\s", name.strip()):
        return False
    if name.strip().isdigit() and str(rule.type or "") in APP_TYPES:
        return False  # The number of an app in its store.
    try:
        target = parse_bare(name)
    except TargetError:
        return False
    host = target.host
    return not isinstance(host, str) or "." in host or host == "localhost"


def _demotion(rule: Rule, meaning: Interpretation) -> Doubt | None:
    if not rule.stated:
        return Doubt.UNSTATED_ALIAS if rule.effect is Effect.INCLUDE else Doubt.UNSTATED_EXCLUSION
    if rule.condition is not None:
        return Doubt.CONDITION
    if rule.effect is Effect.INCLUDE:
        words = [one for one in (rule.instruction, meaning.words) if one]
        if any(limits_itself(one) for one in words) or _denies_own(words, meaning):
            return Doubt.CONDITION
    return Doubt.WIDE_READING if rule.reading == "wide" else None


def _denies_own(words: list[str], meaning: Interpretation) -> bool:
    """Tell whether the words beside a rule say of it, or of its own hosts alone, that it is out of scope."""
    said = [denied(text) for text in words]
    if any(one.itself for one in said) or any(gone_beside(text) for text in words):
        return True
    patterns = [one for one in meaning.patterns if isinstance(one, UrlPattern)]
    if any("*" in one.host.text for one in patterns) and any(denies_below(text) for text in words):
        return True
    alone = [hosts for one in said for hosts in one.alone]
    if not alone:
        return False
    own = {one.host.text for one in meaning.patterns if isinstance(one, UrlPattern) and one.host.labels}
    return any(hosts <= own for hosts in alone)


def _unread(item: Item, text: str, why: str, listed: _Listed, *, strict: bool) -> list[CompiledRule]:
    """Compile what could not be read: an exclusion touches the hosts it names, an inclusion those it denies.

    The words beside it count as its own (P4, P5).
    """
    notes = (why,) if why else ()
    beside = [item.instruction, *((item.name, item.condition) if isinstance(item, Rule) else ())]
    words = [one for one in beside if one]
    if (item.effect if isinstance(item, Rule) else Effect(item.effect)) is Effect.INCLUDE:
        unread = CompiledRule(item, Effect.INCLUDE, (), notes, unread=True)
        taken = tuple(
            dict.fromkeys(one for said in (text, *words) for one in touched_by_denial(said, denied(said)))
        )
        note = ("an entry of the scope that takes something away",)
        return [unread, *([CompiledRule(item, Effect.EXCLUDE, taken, note, firm=True)] if taken else [])]
    default = (isinstance(item, Unresolved) and item.restates_default) or restates_default(text)
    named: list[Matchable] = []
    for one in dict.fromkeys(words if default else (text, *words)):
        named += touched_by(text) if one == text else touched_by(without_advice(one, listed), beside=True)
    if (strict and not default) or _too_long(text, *words):
        named.append(UnreadPattern(text))
    return [CompiledRule(item, Effect.EXCLUDE, tuple(dict.fromkeys(named)), notes, unread=True)]


def _from_words(rule: Rule, meaning: Interpretation, program: Program) -> Iterator[CompiledRule]:
    """Turn the words beside an inclusion into what they exclude or widen (P5)."""
    words = [text for text in (rule.instruction, meaning.words, rule.condition) if text]
    if not words or rule.effect is not Effect.INCLUDE:
        return
    own = tuple(pattern for pattern in meaning.patterns if isinstance(pattern, UrlPattern))
    owned = frozenset(program.owned)
    found = [one for text in words for one in denied_patterns(denied(text), own, owned)]
    if _denies_own(words, meaning):  # No wildcard beside it makes the asset safe.
        found += [replace(one, effect=Effect.EXCLUDE, demoted=Doubt.CONDITION) for one in own]
    taken = tuple(dict.fromkeys(found))
    if taken:
        note = "read from the words beside the rule"
        hosts = ", ".join(dict.fromkeys(pattern.text for pattern in taken))
        yield CompiledRule(rule, Effect.EXCLUDE, taken, (note,), firm=True, label=hosts)
    if widens("\n".join(words)):
        wider = tuple(
            UrlPattern(
                name,
                Effect.INCLUDE,
                HostText(HostForm.BELOW, ("*", *name.split("."))),
                demoted=Doubt.WIDE_READING,
            )
            for name in hosts_named(own)
        )
        if wider:
            yield CompiledRule(rule, Effect.INCLUDE, wider, ("the words beside the rule widen it",))


def _of_one_name(rules: list[CompiledRule]) -> Iterator[CompiledRule]:
    """Yield what an exclusion means besides: an included asset of that name, or an app id that is a host."""
    named: dict[str, list[CompiledRule]] = {}
    ids: dict[str, dict[str, None]] = {}
    for rule in rules:
        if rule.effect is Effect.INCLUDE and isinstance(rule.item, Rule) and not rule.unread:
            for name in _names(rule.item):
                named.setdefault(name_key(name), []).append(rule)
            for one in rule.patterns:
                if isinstance(one, ThingPattern) and "." in one.key:
                    for domain in _at_and_above(one.key):
                        ids.setdefault(domain, {})[one.key] = None
    if not (named or ids):
        return
    for rule in [one for one in rules if one.effect is Effect.EXCLUDE]:
        found = list(_by_name(rule, named))
        for pattern in rule.patterns if ids else ():
            keys = ids.get(_host_of(pattern), {})
            found += [ThingPattern(key, Effect.EXCLUDE, key, demoted=_UNSURE) for key in keys]
        if found:
            yield replace(rule, patterns=tuple(dict.fromkeys(found)), unread=False)


_UNSURE = Doubt.UNRESOLVED_EXCLUSION


def _by_name(rule: CompiledRule, named: dict[str, list[CompiledRule]]) -> Iterator[Pattern]:
    if any(isinstance(one, UrlPattern) and one.demoted is None for one in rule.patterns):
        return  # It says itself which host it means.
    for key in dict.fromkeys((name_key(rule.text), name_key(rule.text.strip(" .:;,!")))):
        for asset in named.get(key, ()):
            for one in asset.patterns:
                if isinstance(one, (UrlPattern, ThingPattern)):
                    yield replace(one, effect=Effect.EXCLUDE, demoted=_UNSURE)


def _at_and_above(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.partition(".")[2]


def _host_of(pattern: Matchable) -> str:
    """Return the domain that an exclusion takes out as a whole, or ""."""
    if isinstance(pattern, TouchPattern):
        return pattern.touch.host
    if isinstance(pattern, UrlPattern) and not pattern.yields:
        return ".".join(label for label in pattern.host.labels if label != "*")
    return ""


def open_doubts(doubts: tuple[Doubt, ...], policy: Policy) -> tuple[Doubt, ...]:
    """Return the doubts that the policy leaves open."""
    if not doubts:
        return ()
    return tuple(doubt for doubt in doubts if settle((doubt,), policy) is Certainty.UNCERTAIN)


_SETTLED = {
    (Doubt.APEX_UNSTATED, "covered"): Certainty.CERTAIN,
    (Doubt.APEX_UNSTATED, "not-covered"): Certainty.NONE,
    (Doubt.DEPTH_UNSTATED, "any"): Certainty.CERTAIN,
    (Doubt.DEPTH_UNSTATED, "one"): Certainty.NONE,
    (Doubt.BELOW_EXCLUDED_HOST, "excluded"): Certainty.CERTAIN,
    (Doubt.BELOW_EXCLUDED_HOST, "not-excluded"): Certainty.NONE,
}
"""What each word of a policy makes of the doubt that it speaks of."""


def settle(doubts: tuple[Doubt, ...], policy: Policy) -> Certainty:
    """Return what a match with these doubts counts, once the policy has been heard.

    The sets that are compared stay as they are, so a policy never turns a yes into a no.
    """
    if not doubts:
        return Certainty.CERTAIN
    said = (policy.apex, policy.depth, policy.below_excluded)
    given = [
        next((_SETTLED[doubt, word] for word in said if word and (doubt, word) in _SETTLED), None)
        for doubt in doubts
    ]
    if Certainty.NONE in given:
        return Certainty.NONE
    return Certainty.UNCERTAIN if None in given else Certainty.CERTAIN
