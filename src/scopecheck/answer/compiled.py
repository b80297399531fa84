"""A program's rules, ready to be matched: patterns, doubts settled by policy, words turned to rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeAlias

from scopecheck.errors import PatternSyntaxError
from scopecheck.scope.denials import limits_itself, restricted, restricted_paths, widens
from scopecheck.scope.grammar import hosts_named, parse_listed
from scopecheck.scope.hostset import Names, Span
from scopecheck.scope.interpret import Interpretation
from scopecheck.scope.model import Inclusion, Policy, Program, Rule, Unresolved
from scopecheck.scope.naming import named_addresses, named_hosts, named_labels, named_paths
from scopecheck.scope.pathset import PathSet
from scopecheck.scope.pattern import Effect, Found, HostForm, HostText, Pattern, ThingPattern, UrlPattern
from scopecheck.scope.touching import Touch, restates_default, touches
from scopecheck.scope.zone import Doubt, Everything, Zone
from scopecheck.targets.asset import name_key
from scopecheck.targets.url import Url

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
class TouchPattern:
    """A host that an unread exclusion names, and every host below it (P4)."""

    text: str
    touch: Touch
    effect: Effect = Effect.EXCLUDE

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the host named."""
        return tuple(self.touch.host.split("."))

    def match(self, url: Url) -> Found | None:
        """Return the touched zone that holds `url`, or None."""
        if not isinstance(url.host, str):
            return None
        if url.host == self.touch.host:
            if self.touch.below_only:
                return None
            return Found(Zone(None, Names(self.labels)), (Doubt.UNRESOLVED_EXCLUSION,), False)
        if url.host.endswith("." + self.touch.host):
            below = Zone(None, Names(self.labels, Span.BELOW))
            return Found(below, (Doubt.UNRESOLVED_EXCLUSION,), False)
        return None


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
    for rule in program.rules:
        try:
            meaning = program.interpretation(rule)
        except PatternSyntaxError as error:
            # A rule nobody can read: as an exclusion it still raises its question.
            rules.append(_unread(rule, rule.asset, error.message, strict=strict))
            continue
        rules.append(_compile_rule(rule, meaning))
        rules.extend(_from_words(rule, meaning, program))
    rules += [_unread(entry, entry.text, entry.why, strict=strict) for entry in program.unresolved]
    return tuple(replace(rule, order=number) for number, rule in enumerate(rules))


def _compile_rule(rule: Rule, meaning: Interpretation) -> CompiledRule:
    demoted = _demotion(rule)
    patterns: list[Pattern] = [
        replace(pattern, demoted=demoted) if demoted is not None and pattern.demoted is None else pattern
        for pattern in meaning.patterns
    ]
    names = [rule.name, *(rule.aliases if isinstance(rule, Inclusion) else ())]
    patterns += [
        ThingPattern(name, rule.effect, name_key(name), demoted=demoted)
        for name in names
        # A name that is a host would let `check` answer for the asset where the host was asked.
        if name
        and not any(named_hosts(name))
        and not any(named_addresses(name))
        and not re.search(r"[/:@\[]", name)
    ]
    if rule.effect is Effect.EXCLUDE and not any(isinstance(one, UrlPattern) for one in patterns):
        patterns += _labelled(rule.asset)
    named: list[Matchable] = list(_beside(meaning, patterns)) if rule.effect is Effect.EXCLUDE else []
    words = tuple(text for text in (rule.condition, rule.instruction, meaning.words) if text)
    return CompiledRule(rule, rule.effect, (*patterns, *named), meaning.notes, words)


def _beside(meaning: Interpretation, patterns: list[Pattern]) -> Iterator[Matchable]:
    """Yield what an exclusion names in a note besides what it lists (P4)."""
    own = {one.host.text for one in patterns if isinstance(one, UrlPattern)}
    own |= {name.removeprefix("*.") for name in own}
    for touch in touches(meaning.words):
        if touch.host not in own:
            yield from _touched(meaning.words, touch)


def _demotion(rule: Rule) -> Doubt | None:
    if not rule.stated:
        return Doubt.UNSTATED_ALIAS if rule.effect is Effect.INCLUDE else Doubt.UNSTATED_EXCLUSION
    limited = rule.effect is Effect.INCLUDE and limits_itself(rule.instruction or "")
    if rule.condition is not None or limited:
        return Doubt.CONDITION
    return Doubt.WIDE_READING if rule.reading == "wide" else None


def _unread(item: Item, text: str, why: str, *, strict: bool) -> CompiledRule:
    """Compile what could not be read: an exclusion touches the hosts it names (P4)."""
    excluding = (item.effect if isinstance(item, Rule) else Effect(item.effect)) is Effect.EXCLUDE
    patterns: tuple[Matchable, ...] = ()
    if (
        excluding
        and not (isinstance(item, Unresolved) and item.restates_default)
        and not restates_default(text)
    ):
        patterns = tuple(pattern for touch in touches(text) for pattern in _touched(text, touch))
        patterns += tuple(_touched_addresses(text)) or (() if patterns else tuple(_touched_paths(text)))
        patterns += _labelled(text)
        if strict:
            patterns = (*patterns, UnreadPattern(text))
    effect = Effect.EXCLUDE if excluding else Effect.INCLUDE
    return CompiledRule(item, effect, patterns, (why,) if why else (), (), unread=True)


def _labelled(text: str) -> tuple[UrlPattern, ...]:
    """Return what an excluded "blog" may mean: a host of that label, wherever the program has one."""
    doubt = Doubt.UNRESOLVED_EXCLUSION
    hosts = (HostText(HostForm.TAIL, (label, "*")) for label in named_labels(text))
    return tuple(UrlPattern(text, Effect.EXCLUDE, host, demoted=doubt) for host in hosts)


def _touched_addresses(text: str) -> Iterator[Matchable]:
    for address in named_addresses(text):
        try:
            for pattern in parse_listed(address, Effect.EXCLUDE).patterns:
                yield replace(pattern, text=text, demoted=Doubt.UNRESOLVED_EXCLUSION)
        except PatternSyntaxError:
            # `010.0.0.5` is another address to some clients; fear the one a person reads.
            yield from _touched_decimal(text, address)


def _touched_decimal(text: str, address: str) -> Iterator[Matchable]:
    plain = re.sub(r"(?<![0-9.])0+(?=[0-9])|(?<=\.)0+(?=[0-9])", "", address)
    try:
        patterns = parse_listed(plain, Effect.EXCLUDE).patterns
    except PatternSyntaxError:
        return
    for pattern in patterns:
        yield replace(pattern, text=text, demoted=Doubt.UNRESOLVED_EXCLUSION)


def _touched_paths(text: str) -> Iterator[Matchable]:
    """Yield the paths that an exclusion names without a host, on every host."""
    anywhere = HostText(HostForm.LOOSE, ("*",))
    for path in named_paths(text):
        doubt = Doubt.UNRESOLVED_EXCLUSION
        yield UrlPattern(text, Effect.EXCLUDE, anywhere, path=PathSet.parse("/*" + path), demoted=doubt)


def _touched(text: str, touch: Touch) -> Iterator[Matchable]:
    if "*" not in touch.host:
        yield TouchPattern(text, touch)
        return
    try:
        parsed = parse_listed(touch.host, Effect.EXCLUDE).patterns
    except PatternSyntaxError:
        # A star nobody can read: fear for everything below the domain spelled behind it.
        rest = touch.host.rpartition("*")[2].partition(".")[2]
        if "." in rest:
            yield TouchPattern(text, Touch(rest, below_only=True))
        return
    for pattern in parsed:
        yield replace(pattern, text=text, demoted=Doubt.UNRESOLVED_EXCLUSION)


def _from_words(rule: Rule, meaning: Interpretation, program: Program) -> Iterator[CompiledRule]:
    """Turn the words beside an inclusion into what they exclude or widen (P5)."""
    words = "\n".join(text for text in (rule.instruction, meaning.words) if text)
    beside = meaning.words
    if not words or rule.effect is not Effect.INCLUDE:
        return
    own = {p.host.text for p in meaning.patterns if isinstance(p, UrlPattern) and p.host.labels}
    owned = frozenset(program.owned)
    denied: list[UrlPattern] = []
    for named in (*restricted(words), *restricted(beside, note=True)):
        if named.host in own and not named.tail:
            continue
        try:
            parsed = parse_listed(named.host + named.tail, Effect.EXCLUDE, owned)
        except PatternSyntaxError:
            continue
        denied += [replace(pattern, demoted=Doubt.WIDE_READING) for pattern in parsed.patterns]
    own_patterns = [p for p in meaning.patterns if isinstance(p, UrlPattern)]
    for path in (*restricted_paths(words), *restricted_paths(beside, note=True)):
        denied += [
            replace(p, text=path, effect=Effect.EXCLUDE, path=PathSet.parse(path), demoted=Doubt.WIDE_READING)
            for p in own_patterns
        ]
    if denied:
        note = "read from the words beside the rule"
        hosts = ", ".join(dict.fromkeys(pattern.text for pattern in denied))
        yield CompiledRule(
            rule, Effect.EXCLUDE, tuple(dict.fromkeys(denied)), (note,), firm=True, label=hosts
        )
    if widens(words):
        wider = tuple(
            UrlPattern(
                name,
                Effect.INCLUDE,
                HostText(HostForm.BELOW, ("*", *name.split("."))),
                demoted=Doubt.WIDE_READING,
            )
            for name in hosts_named(tuple(p for p in meaning.patterns if isinstance(p, UrlPattern)))
        )
        if wider:
            yield CompiledRule(rule, Effect.INCLUDE, wider, ("the words beside the rule widen it",))


def open_doubts(doubts: tuple[Doubt, ...], policy: Policy) -> tuple[Doubt, ...]:
    """Return the doubts that the policy leaves open."""
    return tuple(doubt for doubt in doubts if settle((doubt,), policy) is Certainty.UNCERTAIN)


def settle(doubts: tuple[Doubt, ...], policy: Policy) -> Certainty:
    """Return what a match with these doubts counts, once the policy has been heard.

    The sets that are compared stay as they are, so a policy never turns a yes into a no.
    """
    if not doubts:
        return Certainty.CERTAIN
    answers = {
        Doubt.APEX_UNSTATED: {"covered": Certainty.CERTAIN, "not-covered": Certainty.NONE}.get(
            policy.apex or ""
        ),
        Doubt.DEPTH_UNSTATED: {"any": Certainty.CERTAIN, "one": Certainty.NONE}.get(policy.depth or ""),
        Doubt.BELOW_EXCLUDED_HOST: {"excluded": Certainty.CERTAIN, "not-excluded": Certainty.NONE}.get(
            policy.below_excluded or ""
        ),
    }
    given = [answers.get(doubt) or Certainty.UNCERTAIN for doubt in doubts]
    for answer in (Certainty.NONE, Certainty.UNCERTAIN):
        if answer in given:
            return answer
    return Certainty.CERTAIN
