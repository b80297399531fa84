"""Sets of hosts that one reading of a pattern denotes, and which lies within which.

Containment is answered soundly in linear time: `within(a, b)` may say False where the truth is
True (then an exclusion wins), never the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias, assert_never

from scopecheck.targets.host import Host
from scopecheck.targets.psl import default_suffixes

__all__ = [
    "Addresses",
    "Glob",
    "HostSet",
    "Names",
    "Span",
    "Tail",
    "Tails",
    "contains",
    "glob_matches",
    "is_starless",
    "within",
]

# A label no host can have. It stands for "any label" when one pattern is read by another.
_ANY_LABEL = "\0"


class Span(Enum):
    """Whether a set holds the named hosts, those below them, or both."""

    AT = "at"
    BELOW = "below"
    AT_OR_BELOW = "at-or-below"


class Tails(Enum):
    """What may stand in place of the last star of `example.*`."""

    ICANN = "icann"
    LISTED = "listed"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Names:
    """Hosts whose last labels look like `labels`; a `*` in a label is a run of its characters."""

    labels: tuple[str, ...]
    span: Span = Span.AT


@dataclass(frozen=True, slots=True)
class Tail:
    """Hosts of the form head, then a public suffix: `www.amazon.*`."""

    head: tuple[str, ...]
    tails: Tails
    span: Span = Span.AT
    """Which hosts: `head.tail` itself, or what lies below it."""
    lead: Span = Span.AT
    """`BELOW` where the pattern has a whole star in front (`*.amazon.*`)."""


@dataclass(frozen=True, slots=True)
class Glob:
    """Hosts that a glob matches as text, a star standing for any characters, dots too.

    `within` limits it to that domain and what lies below; with `below`, hosts under a matching
    host belong to the set as well.
    """

    text: str
    within: str = ""
    below: bool = False


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses from `first` to `last`, both included."""

    version: int
    first: int
    last: int


HostSet: TypeAlias = Names | Tail | Glob | Addresses


def contains(hosts: HostSet, host: Host) -> bool:
    """Tell whether `host` is in the set."""
    if isinstance(host, (IPv4Address, IPv6Address)):
        # A name never matches an address rule, nor an address a name rule.
        return (
            isinstance(hosts, Addresses)
            and hosts.version == host.version
            and hosts.first <= int(host) <= hosts.last
        )
    if isinstance(hosts, Names):  # As most are; a `match` would look at its fields first.
        return _names_contain(hosts.labels, hosts.span, tuple(host.split(".")))
    match hosts:
        case Tail():
            return _tail_contains(hosts, tuple(host.split(".")))
        case Glob():
            return _glob_contains(hosts, host)
        case Addresses():
            return False
        case _:
            assert_never(hosts)


def glob_matches(pattern: str, text: str) -> bool:
    """Match a glob whose only special character is `*`, in linear time.

    Leftmost placement of each piece is optimal when every star may be any text.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    last = rest.pop()
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in rest:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return text.endswith(last)


def _label_matches(pattern: str, label: str) -> bool:
    return pattern == label or ("*" in pattern and glob_matches(pattern, label))


def _labels_match(patterns: tuple[str, ...], labels: tuple[str, ...]) -> bool:
    if patterns == labels:
        return True
    return len(patterns) == len(labels) and all(map(_label_matches, patterns, labels))


def _names_contain(patterns: tuple[str, ...], span: Span, labels: tuple[str, ...]) -> bool:
    extra = len(labels) - len(patterns)
    if extra < 0 or (extra == 0 and span is Span.BELOW) or (extra > 0 and span is Span.AT):
        return False
    return _labels_match(patterns, labels[extra:])


def _tail_contains(hosts: Tail, labels: tuple[str, ...]) -> bool:
    """Look for the head at every place that the span and a leading star allow."""
    size = len(hosts.head)
    anywhere = hosts.lead is Span.BELOW or hosts.span is not Span.AT
    earliest = (hosts.lead is Span.BELOW) + (hosts.span is Span.BELOW)
    # A known suffix has few labels, so only the last places matter unless any tail will do.
    latest = len(labels) - size - 1
    if hosts.tails is not Tails.ANY:
        earliest = max(earliest, latest - 8)
    for start in range(earliest, latest + 1):
        if start and not anywhere:
            return False
        if _labels_match(hosts.head, labels[start : start + size]) and _tail_fits(hosts, labels, start):
            return True
    return False


def _tail_fits(hosts: Tail, labels: tuple[str, ...], start: int) -> bool:
    if hosts.tails is Tails.ANY:
        return True
    suffixes = default_suffixes()
    end = start + len(hosts.head)
    listed = hosts.tails is Tails.LISTED
    if not suffixes.known_tail(".".join(labels[end:]), private=listed):
        return False
    # The label that somebody registered has to be one that the program spelled out: `*.com.*` must not
    # reach `anyone.com.br`, nor `*.github.*` surely reach the pages of others below `github.io`.
    name = ".".join(labels[start:])
    sections = (True, False) if listed else (True,)
    own = [len(labels) - suffixes.suffix_length(name, private=private) - 1 for private in sections]
    return any(start <= one < end and "*" not in hosts.head[one - start] for one in own)


def _glob_contains(hosts: Glob, host: str) -> bool:
    if hosts.within and host != hosts.within and not host.endswith("." + hosts.within):
        return False
    if hosts.below:
        return glob_matches("*." + hosts.text, "." + host)
    return glob_matches(hosts.text, host)


def is_starless(hosts: HostSet) -> bool:
    """Tell whether the set is one host, named without a star."""
    return isinstance(hosts, Names) and hosts.span is Span.AT and "*" not in "".join(hosts.labels)


def within(inner: HostSet, outer: HostSet, *, apex_counts: bool = True) -> bool:
    """Tell whether every host of `inner` is surely in `outer`.

    With `apex_counts` false, a set that misses only the apex of another counts as holding it.
    """
    if inner == outer:
        return True
    if isinstance(inner, Addresses) or isinstance(outer, Addresses):
        return (
            isinstance(inner, Addresses)
            and isinstance(outer, Addresses)
            and inner.version == outer.version
            and outer.first <= inner.first
            and inner.last <= outer.last
        )
    if not apex_counts and getattr(outer, "span", None) is Span.BELOW:
        assert not isinstance(outer, Glob)
        outer = replace(outer, span=Span.AT_OR_BELOW)
        if inner == outer:
            return True
    match inner:
        case Names():
            return _names_within(inner, outer)
        case Tail():
            return _tail_within(inner, outer)
        case Glob():
            return _glob_within(inner, outer)
        case _:
            assert_never(inner)


def _names_within(inner: Names, outer: Names | Tail | Glob) -> bool:
    """Read `inner` as one host in which each star is a character that only a star can match."""
    symbolic = tuple(label.replace("*", _ANY_LABEL) for label in inner.labels)
    if "*" in "".join(inner.labels) and isinstance(outer, Tail):
        return False
    if inner.span is Span.AT:
        return contains_symbolic(outer, symbolic)
    deeper = (_ANY_LABEL, *symbolic)
    if not _reaches_below(outer) or not contains_symbolic(outer, deeper):
        return False
    return inner.span is Span.BELOW or contains_symbolic(outer, symbolic)


def contains_symbolic(outer: Names | Tail | Glob, labels: tuple[str, ...]) -> bool:
    """Tell whether `outer` holds the host whose labels may hold the character for any text."""
    match outer:
        case Names(patterns, span):
            return _names_contain(patterns, span, labels)
        case Tail():
            return _tail_contains(outer, labels)
        case Glob():
            return _glob_contains(outer, ".".join(labels))


def _reaches_below(outer: Names | Tail | Glob) -> bool:
    """Tell whether hosts of any depth below a member are members, the leading label being free."""
    match outer:
        case Names(_, span):
            return span is not Span.AT
        case Tail():
            return outer.span is not Span.AT or outer.lead is Span.BELOW
        case Glob():
            return outer.below or outer.text.startswith("*")


def _tail_within(inner: Tail, outer: Names | Tail | Glob) -> bool:
    if isinstance(outer, Glob):
        # `a.*` ends in an unknown suffix, so only a glob that ends in a star can hold it.
        probe = ".".join((*_lead(inner), *inner.head, _ANY_LABEL)).replace("*", _ANY_LABEL)
        deep = bool(_lead(inner)) or inner.span is not Span.AT
        return not outer.within and outer.text.endswith("*") and not deep and glob_matches(outer.text, probe)
    if not isinstance(outer, Tail):
        return False
    order = (Tails.ICANN, Tails.LISTED, Tails.ANY)
    if order.index(inner.tails) > order.index(outer.tails):
        return False
    if inner.head == outer.head and inner.lead is outer.lead:
        return outer.span is inner.span or outer.span is Span.AT_OR_BELOW
    # With a free lead (or span), the outer head has only to be the end of the inner one.
    free = outer.lead is Span.BELOW or outer.span is not Span.AT
    extra = len(inner.head) - len(outer.head)
    if not free or extra < 0 or "*" in "".join(inner.head) or inner.head[extra:] != outer.head:
        return False
    at_itself = extra == 0 and inner.lead is Span.AT and inner.span is not Span.BELOW
    return not at_itself or (outer.lead is Span.AT and outer.span is Span.AT_OR_BELOW)


def _lead(hosts: Tail) -> tuple[str, ...]:
    return (_ANY_LABEL,) if hosts.lead is Span.BELOW else ()


def _glob_within(inner: Glob, outer: Names | Tail | Glob) -> bool:
    if isinstance(outer, Glob):
        if outer.within and inner.within != outer.within and not _ends_in(inner, outer.within):
            return False
        if inner.below and not outer.below:
            return False
        return _glob_contains(replace(outer, within=""), inner.text.replace("*", _ANY_LABEL))
    if not isinstance(outer, Names) or outer.span is Span.AT or "*" in "".join(outer.labels):
        return False
    apex = ".".join(outer.labels)
    ends = _ends_in(inner, apex)
    return ends if outer.span is Span.AT_OR_BELOW else ends and not _glob_contains(inner, apex)


def _ends_in(inner: Glob, domain: str) -> bool:
    """Tell whether every host of the glob is `domain` or lies below it."""
    if inner.within and (inner.within == domain or inner.within.endswith("." + domain)):
        return True
    literal = inner.text.rpartition("*")[2]
    return literal.endswith("." + domain) or (inner.text == domain)
