"""Patterns: one listed target with its narrow and its wide reading.

A pattern keeps, for each component, the sets it may denote from the surest to the widest. The
first that holds the target is the one that matches, so the match carries the smallest set that
explains it and the doubts that this set costs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import NamedTuple, TypeAlias, assert_never

from scopecheck.scope.hostset import Addresses, Glob, HostSet, Names, Span, Tail, Tails, contains
from scopecheck.scope.pathset import ANY_PATH, PathSet, Query, query_contains
from scopecheck.scope.zone import Doubt, Schemes, Thing, Zone, ZoneLike
from scopecheck.targets.host import Host
from scopecheck.targets.url import WEB, Url

__all__ = ["Effect", "Found", "HostForm", "HostText", "Pattern", "ThingPattern", "UrlPattern"]


class Effect(Enum):
    """Which side of the scope a rule stands on."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


class HostForm(Enum):
    """How the host of a listed target is spelled; each is a row of the table of patterns."""

    EXACT = "example.com"
    BELOW = "*.example.com"
    SHAPE = "api-*.example.com"
    TAIL = "example.*"
    GLUED = "*example.com"
    BEFORE_SUFFIX = "*.co.uk"
    LOOSE = "email*example.com"
    PLACEHOLDER = "<tenant>.example.com"
    ADDRESSES = "10.0.0.0/8"


@dataclass(frozen=True, slots=True)
class HostText:
    """A listed host, classified.

    `labels` are canonical labels, stars in them; for `ADDRESSES` the range counts instead.
    `registrable` is the registrable domain spelled at the end of the text, if any.
    """

    form: HostForm
    labels: tuple[str, ...] = ()
    registrable: str = ""
    addresses: Addresses | None = None

    @property
    def text(self) -> str:
        """The labels joined by dots."""
        return ".".join(self.labels)


class Found(NamedTuple):
    """How a pattern matches a target: in which zone, and at the cost of which doubts."""

    zone: ZoneLike
    doubts: tuple[Doubt, ...]
    below: bool
    """Whether the host is only below the named one (path and port rules then yield)."""


_HostOption: TypeAlias = tuple[HostSet, tuple[Doubt, ...], bool]
_WIDE = (Doubt.WIDE_READING,)
_UNDER = Doubt.BELOW_EXCLUDED_HOST


def host_options(host: HostText, effect: Effect) -> tuple[_HostOption, ...]:
    """Return the host sets of a listed host, surest first, with the doubts each costs."""
    options = _narrow_and_wide(host, effect)
    if effect is Effect.INCLUDE:
        return tuple((hosts, doubts, False) for hosts, doubts in options)
    result: list[_HostOption] = []
    for hosts, doubts in options:
        result.append((hosts, doubts, False))
    for hosts, doubts in options:
        deeper = _with_below(hosts)
        if deeper is not None:
            result.append((deeper, (_UNDER, *doubts), True))
    return tuple(result)


def _narrow_and_wide(host: HostText, effect: Effect) -> list[tuple[HostSet, tuple[Doubt, ...]]]:
    labels = host.labels
    excluding = effect is Effect.EXCLUDE
    match host.form:
        case HostForm.EXACT:
            return [(Names(labels), ())]
        case HostForm.BELOW:
            apex = Names(labels[1:], Span.AT_OR_BELOW)
            return [(Names(labels[1:], Span.BELOW), ()), (apex, (Doubt.APEX_UNSTATED,))]
        case HostForm.BEFORE_SUFFIX:
            if labels[0] == "*":
                return [(Names(labels[1:], Span.BELOW), _WIDE)]
            rest = (labels[0][1:], *labels[1:])
            return [(Glob(host.text) if excluding else Names(rest, Span.BELOW), _WIDE)]
        case HostForm.PLACEHOLDER:
            return [(Names(labels), _WIDE)]
        case HostForm.SHAPE:
            return _shape(labels)
        case HostForm.TAIL:
            return _tail(labels, excluding=excluding)
        case HostForm.GLUED:
            named = (labels[0][1:], *labels[1:])
            ends_so = Glob(host.text, within=host.registrable)
            return [(Names(named), ()), (Names(named, Span.BELOW), ()), (ends_so, _WIDE)]
        case HostForm.LOOSE:
            if excluding:
                return [(Glob(host.text), _WIDE)]
            return [(Glob(host.text, within=host.registrable), _WIDE)] if host.registrable else []
        case HostForm.ADDRESSES:
            assert host.addresses is not None
            return [(host.addresses, ())]
        case _:
            assert_never(host.form)


def _shape(labels: tuple[str, ...]) -> list[tuple[HostSet, tuple[Doubt, ...]]]:
    lead = labels[0] == "*"
    rest = labels[1:] if lead else labels
    deep = Glob(".".join(labels))
    if not lead:
        return [(Names(rest), ()), (deep, (Doubt.DEPTH_UNSTATED,))]
    return [
        (Names(rest, Span.BELOW), ()),
        (Names(rest, Span.AT_OR_BELOW), (Doubt.APEX_UNSTATED,)),
        (deep, (Doubt.DEPTH_UNSTATED,)),
        (Glob(".".join(rest), below=True), (Doubt.APEX_UNSTATED, Doubt.DEPTH_UNSTATED)),
    ]


def _tail(labels: tuple[str, ...], *, excluding: bool) -> list[tuple[HostSet, tuple[Doubt, ...]]]:
    lead = Span.BELOW if labels[0] == "*" else Span.AT
    head = labels[1:-1] if labels[0] == "*" else labels[:-1]
    found: list[tuple[HostSet, tuple[Doubt, ...]]] = [(Tail(head, Tails.ICANN, lead=lead), ())]
    if lead is Span.BELOW:
        apex = Tail(head, Tails.ICANN, Span.AT_OR_BELOW)
        found.append((apex, (Doubt.APEX_UNSTATED,)))
    wide = Tails.ANY if excluding else Tails.LISTED
    found.append((Tail(head, wide, lead=lead), _WIDE))
    if lead is Span.BELOW:
        found.append((Tail(head, wide, Span.AT_OR_BELOW), (Doubt.APEX_UNSTATED, *_WIDE)))
    return found


def _with_below(hosts: HostSet) -> HostSet | None:
    """Return `hosts` with every host below them, or None where that adds nothing."""
    match hosts:
        case Names(labels, Span.AT):
            return Names(labels, Span.AT_OR_BELOW)
        case Tail(head, tails, Span.AT, Span.AT):
            return Tail(head, tails, Span.AT_OR_BELOW)
        case Glob(text, inside, False) if not text.startswith("*"):
            return Glob(text, inside, below=True)
    return None


@dataclass(frozen=True)
class UrlPattern:
    """One listed URL, host or address with its two readings.

    `scheme` and `port` are None where the text states none; `demoted` is a doubt that every
    match costs, since the rule as a whole is in doubt (`stated: false`, a condition).
    """

    text: str
    effect: Effect
    host: HostText
    scheme: str | None = None
    port: int | None = None
    path: PathSet = ANY_PATH
    query: Query = ()
    demoted: Doubt | None = None
    # Not passed on by `replace`: the zones are of this scheme, port, host and path.
    _zones: dict[tuple[int, int, int, int], Zone] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def hosts(self) -> tuple[_HostOption, ...]:
        """The host sets, surest first."""
        return host_options(self.host, self.effect)

    @cached_property
    def schemes(self) -> tuple[Schemes, ...]:
        """The scheme sets, surest first (P1)."""
        if self.scheme is not None and self.scheme not in ("http", "https"):
            return (frozenset({self.scheme}),)
        if self.scheme is None and self.effect is Effect.EXCLUDE:
            return (None,)
        return (WEB, None) if self.scheme is None or self.effect is Effect.EXCLUDE else (WEB,)

    @cached_property
    def paths(self) -> tuple[PathSet, ...]:
        """The path sets, surest first."""
        path = self.path
        if path.page:  # One page, or the site that shows it; no page is spelled with segments.
            return (path, ANY_PATH)
        if not path.segments:
            return (path,)
        wider = [path]
        if any("*" in segment for segment in path.segments):
            wider.append(PathSet(path.segments, deep=True))
        if path.segments[-1:] == ("*",):  # `/api/*` may be meant to hold `/api` itself.
            wider.append(PathSet(path.segments[:-1]))
        if self.effect is Effect.EXCLUDE:
            wider += [other.loosened() for other in wider]
        return tuple(wider)

    @property
    def surest(self) -> Zone | None:
        """The zone of the surest reading, or None where no reading names a host."""
        if not self.hosts:
            return None
        return Zone(self.schemes[0], self.hosts[0][0], self.port, self.paths[0], self.query)

    @property
    def yields(self) -> bool:
        """Whether the pattern states a path, port or query besides its host."""
        return bool(self.port is not None or self.path != ANY_PATH or self.query)

    def match(self, url: Url) -> Found | None:
        """Return the smallest set that holds `url` and the doubts it costs, or None."""
        found = self.matches(url)
        return found[0] if found else None

    def matches(self, url: Url) -> tuple[Found, ...]:
        """Return every reading that holds `url`, surest first; a sure one stands alone.

        Two readings may hold it for reasons of their own, and a policy may settle just one of them.
        """
        if self.port is not None and url.port != self.port:
            return ()
        hosts = self.host_choice(url.host)
        if not hosts:
            return ()
        scheme = next((i for i, s in enumerate(self.schemes) if s is None or url.scheme in s), None)
        if scheme is None:
            return ()
        choice = self.path_choice(url.path, url.query)
        if choice is None:
            return ()
        return tuple(self._found((host, scheme, *choice)) for host in hosts)

    def host_choice(self, host: Host) -> tuple[int, ...]:
        """Return the places in `hosts` of the readings that hold `host`; all that a match asks of it."""
        holding = [i for i, option in enumerate(self.hosts) if contains(option[0], host)]
        return tuple(self._independent(holding)) if holding else ()

    def path_choice(self, path: str, query: str) -> tuple[int, int] | None:
        """Return the place in `paths` of the first set that holds `path`, and 1 where the query differs.

        None where no set holds it. It is all that a match asks of a path and a query.
        """
        found = next((i for i, p in enumerate(self.paths) if p.contains(path)), None)
        if found is None:
            return None
        return found, 0 if query_contains(self.query, query) else 1

    def _independent(self, holding: list[int]) -> list[int]:
        """Return the readings that do not merely add doubts to a surer one."""
        kept: list[int] = []
        for number in holding:
            doubts = set(self.hosts[number][1])
            if not any(doubts.issuperset(self.hosts[surer][1]) for surer in kept):
                kept.append(number)
        return kept

    def _found(self, choice: tuple[int, int, int, int]) -> Found:
        host, scheme, path, query = choice
        hosts, doubts, under = self.hosts[host]
        if scheme or path or query:
            doubts = (*doubts, Doubt.WIDE_READING)
        if self.demoted is not None:
            doubts = (self.demoted, *doubts)
        zone = self._zones.get(choice)
        if zone is None:
            asked = () if query else self.query
            zone = Zone(self.schemes[scheme], hosts, self.port, self.paths[path], asked)
            self._zones[choice] = zone
        return Found(zone, doubts, under)


@dataclass(frozen=True)
class ThingPattern:
    """An app or a named asset; `key` is compared with the key of the target (T6)."""

    text: str
    effect: Effect
    key: str
    glob: bool = False
    wide: bool = False
    demoted: Doubt | None = None

    def match(self, key: str) -> Found | None:
        """Return how the asset of this key matches, or None."""
        thing = Thing(self.key, self.glob)
        if not thing.contains(key):
            return None
        doubts = (Doubt.WIDE_READING,) if self.wide else ()
        return Found(thing, doubts if self.demoted is None else (self.demoted, *doubts), False)


Pattern: TypeAlias = UrlPattern | ThingPattern
