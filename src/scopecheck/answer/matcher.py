"""Rules -> index -> every match of a target. Judges nothing.

`Index` looks a target up by the labels of its host; `naive_matches` asks every pattern in turn.
Both have to agree, and the tests hold them together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from itertools import accumulate
from typing import NamedTuple

from scopecheck.answer.compiled import (
    Certainty,
    CompiledRule,
    Matchable,
    TouchPattern,
    UnreadPattern,
    open_doubts,
    settle,
)
from scopecheck.answer.verdict import Match
from scopecheck.scope.hostset import Addresses, glob_matches
from scopecheck.scope.model import Policy
from scopecheck.scope.pathset import ANY_PATH
from scopecheck.scope.pattern import Effect, Found, HostForm, ThingPattern, UrlPattern
from scopecheck.targets.asset import App, Name, Target, shared_hosts
from scopecheck.targets.host import Host
from scopecheck.targets.url import Url

__all__ = ["Entry", "Index", "Key", "index_key", "naive_matches"]


class Entry(NamedTuple):
    """One pattern of a rule, and what of a URL it asks for besides the domain it is found by."""

    rule: CompiledRule
    pattern: Matchable
    by_host: bool
    """Whether it asks more of a host than if it is, or lies below, the domain of its key."""
    by_port: bool
    """Whether it tells web URLs apart by scheme or port."""
    by_path: bool
    """Whether it asks for a path or a query."""

    @classmethod
    def of(cls, rule: CompiledRule, pattern: Matchable) -> Entry:
        """Return the entry of a pattern."""
        if not isinstance(pattern, UrlPattern):
            return cls(rule, pattern, by_host=False, by_port=False, by_path=False)
        by_port = pattern.port is not None or pattern.scheme not in _ANY_WEB
        by_path = pattern.path != ANY_PATH or bool(pattern.query)
        return cls(rule, pattern, pattern.host.form not in _LITERAL, by_port, by_path)


_ANY_WEB = (None, "http", "https")
"""What is listed as one of these is asked for all web schemes alike (P1)."""

_LITERAL = (HostForm.EXACT, HostForm.BELOW, HostForm.ADDRESSES)
"""Hosts that are found by all that they spell; only a leading star is left, or nothing."""


class Key(Enum):
    """How a pattern is found: by its whole host, a suffix of it, one label, an asset's key, or always."""

    EXACT = "exact"
    SUFFIX = "suffix"
    LABEL = "label"
    THING = "thing"
    THING_GLOB = "thing-glob"
    ADDRESS = "address"
    ALWAYS = "always"


def index_key(pattern: Matchable) -> tuple[Key, str]:
    """Return the key under which every target that the pattern can match looks it up."""
    match pattern:
        case ThingPattern():
            return (Key.THING_GLOB if pattern.glob else Key.THING), pattern.key
        case TouchPattern():
            return Key.SUFFIX, pattern.touch.host
        case UnreadPattern():
            return Key.ALWAYS, ""
    host = pattern.host
    if host.addresses is not None:
        return Key.ADDRESS, ""
    if host.form is HostForm.EXACT and pattern.effect is Effect.INCLUDE:
        return Key.EXACT, host.text
    if host.form is HostForm.TAIL:
        return Key.LABEL, host.labels[-2]
    if host.form is HostForm.GLUED:
        return Key.SUFFIX, host.registrable
    literal = literal_suffix(host.labels)
    return (Key.SUFFIX, literal) if literal else (Key.ALWAYS, "")


def literal_suffix(labels: Sequence[str]) -> str:
    """Return the labels behind the last star, joined."""
    starred = [number for number, label in enumerate(labels) if "*" in label]
    return ".".join(labels[starred[-1] + 1 :] if starred else labels)


class Keys:
    """The keys of the assets that rules list, with those that a star in an id stands for."""

    def __init__(self, exact: frozenset[str], globs: tuple[str, ...]) -> None:
        self._exact, self._globs = exact, globs

    def __contains__(self, key: object) -> bool:
        if key in self._exact:
            return True
        return any(glob_matches(glob, str(key)) for glob in self._globs)


class Index:
    """Every pattern of a program, found by host without looking at every rule."""

    def __init__(self, rules: Sequence[CompiledRule], policy: Policy) -> None:
        self._policy = policy
        self._exact: dict[str, list[Entry]] = {}
        self._suffix: dict[str, list[Entry]] = {}
        self._label: dict[str, list[Entry]] = {}
        self._always: list[Entry] = []
        self._things: dict[str, list[Entry]] = {}
        self._thing_globs: list[Entry] = []
        self._links = False
        blocks: dict[int, list[tuple[Addresses, Entry]]] = {4: [], 6: []}
        for rule in rules:
            for pattern in rule.patterns:
                self._add(Entry.of(rule, pattern), blocks)
        self._depth = max((name.count(".") + 1 for name in self._suffix), default=0)
        globs = tuple(e.pattern.key for e in self._thing_globs if isinstance(e.pattern, ThingPattern))
        self.keys = Keys(frozenset(self._things), globs)
        """The keys of every app and name that a rule lists."""
        self._blocks = {version: _Blocks(found) for version, found in blocks.items()}

    def _add(self, entry: Entry, blocks: dict[int, list[tuple[Addresses, Entry]]]) -> None:
        pattern = entry.pattern
        if isinstance(pattern, UrlPattern):
            self._links = self._links or _is_link(pattern)
            addresses = pattern.host.addresses
            if addresses is not None:
                blocks[addresses.version].append((addresses, entry))
                return
        kind, key = index_key(pattern)
        if kind is Key.ALWAYS:
            self._always.append(entry)
        elif kind is Key.THING_GLOB:
            self._thing_globs.append(entry)
        else:
            tables = {Key.EXACT: self._exact, Key.SUFFIX: self._suffix, Key.LABEL: self._label}
            tables.get(kind, self._things).setdefault(key, []).append(entry)

    @property
    def host_keys(self) -> Iterator[str]:
        """The domains under which patterns are found, by their whole host or a suffix of it."""
        yield from self._exact
        yield from self._suffix

    def reaching_below(self, domain: str) -> int:
        """Return how many patterns are found under `domain` for the hosts below it."""
        return len(self._suffix.get(domain, ()))

    @property
    def everywhere(self) -> int:
        """How many patterns are found for every host."""
        return len(self._always)

    @property
    def label_keys(self) -> frozenset[str]:
        """The labels under which patterns are found wherever in a host they stand."""
        return frozenset(self._label)

    @property
    def reads_links(self) -> bool:
        """Whether a link into a shared host may be an asset, or be spelled in more than one way (T6)."""
        return self._links or bool(self._things or self._thing_globs)

    def candidates(self, host: Host) -> Iterator[Entry]:
        """Yield every pattern that may match a URL of this host."""
        yield from self._always
        if isinstance(host, (IPv4Address, IPv6Address)):
            yield from self._blocks[host.version].holding(int(host))
            return
        yield from self._exact.get(host, ())
        end = len(host)
        for _ in range(self._depth):
            dot = host.rfind(".", 0, end)
            yield from self._suffix.get(host[dot + 1 :], ())
            if dot < 0:
                break
            end = dot
        if self._label:
            for label in dict.fromkeys(host.split(".")):
                yield from self._label.get(label, ())

    def matches(self, target: Target) -> tuple[Match, ...]:
        """Return every match of `target`, which is no `Block`."""
        found: list[Match] = []
        if isinstance(target, (App, Name)):
            self._match_key(target.id if isinstance(target, App) else target.key, target, found)
            return tuple(found)
        assert isinstance(target, Url)
        linked = shared_hosts().canonical_link(target) if self._links else target
        for entry in self.candidates(target.host):
            found += _match_url(entry, linked if _is_link(entry.pattern) else target, self._policy)
        if self._things or self._thing_globs:
            app_id = shared_hosts().app_id(target)
            if app_id is not None:
                self._match_key(app_id, None, found)
        return tuple(found)

    def _match_key(self, key: str, target: Target | None, found: list[Match]) -> None:
        for entry in (*self._things.get(key, ()), *self._thing_globs):
            match = _match_key(entry, key, self._policy)
            if match is not None:
                found.append(match)
        if target is not None:
            found += [m for m in (_match_unread(entry, self._policy) for entry in self._always) if m]

    def boundaries(self, version: int) -> Iterable[int]:
        """Return where the address rules of an IP version begin, and the address after their ends."""
        return self._blocks[version].boundaries


class _Blocks:
    """Address ranges that answer which of them hold an address."""

    def __init__(self, found: list[tuple[Addresses, Entry]]) -> None:
        found.sort(key=lambda pair: pair[0].first)
        self._ranges = found
        self._firsts = [pair[0].first for pair in found]
        self._reach = list(accumulate((addresses.last for addresses, _ in found), max))
        edges = {pair[0].first for pair in found} | {pair[0].last + 1 for pair in found}
        self.boundaries = sorted(edges)

    def holding(self, address: int) -> Iterator[Entry]:
        """Yield the entries whose range holds the address."""
        position = bisect_right(self._firsts, address) - 1
        # Once no earlier range reaches this far, none can hold the address.
        while position >= 0 and self._reach[position] >= address:
            addresses, entry = self._ranges[position]
            if addresses.last >= address:
                yield entry
            position -= 1


def _is_link(pattern: Matchable) -> bool:
    """Tell whether a pattern is a link into a code host, whose spelling is unified (T6)."""
    return isinstance(pattern, UrlPattern) and pattern.host.text in shared_hosts().code


def _match_url(entry: Entry, url: Url, policy: Policy) -> list[Match]:
    pattern = entry.pattern
    if isinstance(pattern, UrlPattern):
        found = pattern.matches(url)
        return [m for m in (_settled(entry, one, policy) for one in found) if m is not None]
    assert not isinstance(pattern, ThingPattern)
    one = pattern.match(url)
    match = _settled(entry, one, policy) if one is not None else None
    return [match] if match is not None else []


def _settled(entry: Entry, found: Found, policy: Policy) -> Match | None:
    """Return the match as the policy leaves it, or None where the policy says it is none."""
    certainty = settle(found.doubts, policy)
    if certainty is Certainty.NONE:
        return None
    pattern = entry.pattern
    yields = found.below and isinstance(pattern, UrlPattern) and pattern.yields and not entry.rule.firm
    left = open_doubts(found.doubts, policy)
    return Match(entry.rule, pattern, found.zone, found.doubts, certainty, yields, left)


def _match_key(entry: Entry, key: str, policy: Policy) -> Match | None:
    assert isinstance(entry.pattern, ThingPattern)
    found = entry.pattern.match(key)
    return _settled(entry, found, policy) if found is not None else None


def _match_unread(entry: Entry, policy: Policy) -> Match | None:
    if not isinstance(entry.pattern, UnreadPattern):
        return None
    return _settled(entry, entry.pattern.match(None), policy)


def naive_matches(rules: Sequence[CompiledRule], policy: Policy, target: Target) -> tuple[Match, ...]:
    """Return every match of `target` by asking each pattern: slow, plain, and right."""
    found: list[Match | None] = []
    for rule in rules:
        for pattern in rule.patterns:
            entry = Entry.of(rule, pattern)
            if isinstance(target, Url):
                linked = shared_hosts().canonical_link(target)
                if not isinstance(pattern, ThingPattern):
                    found += _match_url(entry, linked if _is_link(pattern) else target, policy)
                key = shared_hosts().app_id(target)
            else:
                assert isinstance(target, (App, Name))
                key = target.id if isinstance(target, App) else target.key
                found.append(_match_unread(entry, policy))
            if key is not None and isinstance(pattern, ThingPattern):
                found.append(_match_key(entry, key, policy))
    return tuple(match for match in found if match is not None)
