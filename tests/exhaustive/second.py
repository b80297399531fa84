"""The clauses of docs/semantics.md once more, as sets of elements, written without the library.

A listed text denotes *alternatives*; each has, in each of its components (hosts, doors, pages), readings:
a set together with the doubts under which the text means it. A *claim* is one reading of one alternative
as a whole, and a match is the least doubtful claim that holds the element asked.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import NamedTuple, TypeVar

from exhaustive.universe import ALL_DOORS, DOORS, HOSTS, PAGES, Door, Page, mask, under

T = TypeVar("T")


class Doubt(IntEnum):
    """What leaves a reading open, in the order in which the table of reasons stands."""

    BELOW_EXCLUDED_HOST = 1
    UNSTATED_EXCLUSION = 2
    UNRESOLVED_EXCLUSION = 3
    CONDITION = 4
    APEX_UNSTATED = 5
    DEPTH_UNSTATED = 6
    UNSTATED_ALIAS = 7
    WIDE_READING = 8


Doubts = frozenset[Doubt]
Readings = tuple[tuple[Doubts, frozenset[T]], ...]
CERTAIN: Doubts = frozenset()
WIDE = frozenset({Doubt.WIDE_READING})
BELOW = frozenset({Doubt.BELOW_EXCLUDED_HOST})


class Policy(NamedTuple):
    """What the program says about open questions; None where it says nothing."""

    apex: str | None = None
    depth: str | None = None
    below_excluded: str | None = None
    open_scope: bool | None = None


@dataclass(frozen=True)
class Alternative:
    """One thing that a listed text names."""

    hosts: Readings[str]
    scheme: str = ""
    port: int | None = None
    pages: Readings[Page] = ((CERTAIN, frozenset(PAGES)),)
    doubts: Doubts = CERTAIN
    row: str = "host"
    """The row of the table of patterns."""
    states_place: bool = False
    """Whether the text has a path, port or query."""


class Kind(NamedTuple):
    """What is told of a set of hosts besides its members."""

    row: str
    """The row of the table of patterns."""
    starred: bool
    """Whether a star stands inside a label or for labels between others."""
    many: bool
    """Whether such a star stands for several labels."""
    below: bool
    """Whether hosts are in the set because they lie below, or above, those of that shape."""


@dataclass(frozen=True, eq=False)
class Claim:
    """One reading of one alternative as a whole."""

    doubts: Doubts
    holds: int
    said: int
    """The set that is compared: the four schemes of the web count as all."""
    loosely: int
    """The same, with what differs by an apex, a default port or a `/*` at the end."""
    kind: Kind
    named: bool
    """Whether it is one host that the text spells out."""
    yields: bool
    """Whether it gives way to an inclusion that names the host."""


def readings(*parts: tuple[Doubts, Iterable[T]]) -> Readings[T]:
    """Return what is meant under each combination of the doubts of the parts."""
    found: dict[Doubts, frozenset[T]] = {}
    listed = [(doubts, frozenset(members)) for doubts, members in parts]
    for size in range(len(listed) + 1):
        for chosen in itertools.combinations(listed, size):
            doubts = frozenset().union(*(one for one, _ in chosen))
            found[doubts] = frozenset().union(*(members for one, members in listed if one <= doubts))
    return tuple(found.items())


# Components


def _hosts(of: Alternative, *, exclusion: bool) -> Readings[str]:
    """As an exclusion every text adds, in its wide reading, every host below the hosts it names."""
    if not exclusion or Doubt.UNRESOLVED_EXCLUSION in of.doubts:
        return of.hosts
    below = [(doubts | BELOW, hosts.union(*map(under, hosts))) for doubts, hosts in of.hosts]
    return (*of.hosts, *below)


WEB = ("http", "https", "ws", "wss")


def _doors(of: Alternative, *, exclusion: bool) -> Readings[Door]:
    """P1: a scheme in the text, a port in the text."""
    through = frozenset(door for door in DOORS if of.port in (None, door[1]))
    web = frozenset(door for door in through if door[0] in WEB)
    if of.scheme == "mongodb":
        return ((CERTAIN, frozenset(door for door in through if door[0] == "mongodb")),)
    if of.scheme == "http":
        return readings((CERTAIN, web), (WIDE, through)) if exclusion else readings((CERTAIN, web))
    return readings((CERTAIN, through)) if exclusion else readings((CERTAIN, web), (WIDE, through))


def _as_said(doors: frozenset[Door], of: Alternative) -> frozenset[Door]:
    """The four schemes of the web count as all schemes where sets are compared."""
    if any(scheme in WEB for scheme, _ in doors):
        return frozenset(door for door in DOORS if of.port in (None, door[1]))
    return doors


def _any_default_port(doors: frozenset[Door], of: Alternative) -> frozenset[Door]:
    if of.port not in (80, 443):
        return doors
    return ALL_DOORS if of.scheme != "mongodb" else frozenset(d for d in DOORS if d[0] == "mongodb")


def _with_apex(hosts: frozenset[str]) -> frozenset[str]:
    """`*.x` and `*x` differ in the apex alone: whoever holds every host below `x` is given `x` too."""
    return hosts | {host for host in HOSTS if under(host) and under(host) <= hosts}


def _with_page(pages: frozenset[Page]) -> frozenset[Page]:
    """`/x/*` and `/x` differ in the page alone: whoever holds every page below it is given it too."""

    def below(path: str) -> frozenset[Page]:
        return frozenset(
            page for page in PAGES if page[0] != path and page[0].startswith(path.rstrip("/") + "/")
        )

    return pages | {page for page in PAGES if below(page[0]) and below(page[0]) <= pages}


def claims(of: Alternative, *, exclusion: bool) -> tuple[Claim, ...]:
    """Return every reading of the alternative."""
    found = []
    components = (_hosts(of, exclusion=exclusion), _doors(of, exclusion=exclusion), of.pages)
    for (on_hosts, hosts), (on_doors, doors), (on_pages, pages) in itertools.product(*components):
        said = _as_said(doors, of)
        found.append(
            Claim(
                doubts=on_hosts | on_doors | on_pages | of.doubts,
                holds=mask(hosts, doors, pages),
                said=mask(hosts, said, pages),
                loosely=mask(_with_apex(hosts), _any_default_port(said, of), _with_page(pages)),
                kind=_kind(of, on_hosts),
                named=of.row == "host" and len(hosts) == 1,
                yields=of.states_place and on_hosts >= BELOW,
            )
        )
    return tuple(found)


def _kind(of: Alternative, on_hosts: Doubts) -> Kind:
    ends_so = of.row == "glued" and on_hosts >= WIDE
    many = ends_so or of.row == "star elsewhere" or Doubt.DEPTH_UNSTATED in on_hosts
    starred = many or of.row in ("shape", "below shape", "placeholder")
    return Kind(of.row, starred, many, bool(on_hosts & {Doubt.APEX_UNSTATED, Doubt.BELOW_EXCLUDED_HOST}))


def least_doubtful(of: Sequence[Claim], bit: int) -> tuple[Claim, ...]:
    """Return the claims that hold the element, the smallest of those that need the fewest doubts."""
    holding = [claim for claim in of if claim.holds >> bit & 1]
    return tuple(one for one in holding if not any(_surer(other, one) for other in holding))


def _surer(one: Claim, other: Claim) -> bool:
    return one.doubts < other.doubts or (one.doubts == other.doubts and _proper(one.holds, other.holds))


# Decision


class Settled(NamedTuple):
    """A claim with the doubts that the policy leaves open."""

    claim: Claim
    open: Doubts


def _settled(doubt: Doubt, policy: Policy) -> bool | None:
    """Return what the policy makes of a doubt: it is meant, it is not meant, or None for still open."""
    said, yes = {
        Doubt.APEX_UNSTATED: (policy.apex, "covered"),
        Doubt.DEPTH_UNSTATED: (policy.depth, "any"),
        Doubt.BELOW_EXCLUDED_HOST: (policy.below_excluded, "excluded"),
    }.get(doubt, (None, ""))
    return None if said is None else said == yes


def settle(found: Iterable[Claim], policy: Policy) -> tuple[Settled, ...]:
    """Return the claims that are not denied, each with what is left to ask."""
    answers = [(claim, {doubt: _settled(doubt, policy) for doubt in claim.doubts}) for claim in found]
    return tuple(
        Settled(claim, frozenset(doubt for doubt, said in answer.items() if said is None))
        for claim, answer in answers
        if False not in answer.values()
    )


def _proper(inner: int, outer: int) -> bool:
    return inner & outer == inner and inner != outer


def undecided(inner: Kind, outer: Kind) -> bool:
    """Tell whether the exclusion wins for want of a decision, though the one set lies in the other.

    "What cannot be decided in linear time is not narrower" (3.3). These are all the containments of the
    universe that are left undecided: a star inside a label against the star of a tail; a star for many
    labels against one for a single label; a set with the hosts below against a glob that happens to hold
    them; a star that may swallow the dot before the domain against a glob that wants the dot.
    """
    if outer.row in ("tail", "below tail"):
        return inner.starred
    if not outer.many:
        return inner.many and outer.starred
    if inner.row == "below tail" or (inner.many and inner.below and not outer.below):
        return True
    return inner.row == "star elsewhere" and outer.row in ("shape", "below shape")


@cache
def outweighs(inclusion: Claim, exclusion: Claim) -> bool:
    """Tell whether it is strictly narrower; on hosts below, a path rule yields to whoever names the host."""
    if exclusion.yields and inclusion.named:
        return True
    return strictly_narrower(inclusion, exclusion) and not undecided(inclusion.kind, exclusion.kind)


def strictly_narrower(inclusion: Claim, exclusion: Claim) -> bool:
    """Tell whether the set of the inclusion is a proper part of the exclusion's.

    The three differences that count as none against a narrow match never help an inclusion: it has to lie
    in the exclusion as both are written.
    """
    if exclusion.doubts:
        return _proper(inclusion.said, exclusion.said)
    within = inclusion.said & exclusion.said == inclusion.said
    return within and exclusion.said | inclusion.loosely != inclusion.loosely


def decide(inclusions: Sequence[Settled], exclusions: Sequence[Settled], open_scope: bool) -> tuple[str, str]:
    """D1 to D4: return the decision and the reason."""
    certain = [other.claim for other in exclusions if not other.open]
    feared = [other for other in exclusions if other.open]
    survivors = [one for one in inclusions if all(outweighs(one.claim, other) for other in certain)]  # D1
    sure = [one for one in survivors if not one.open]
    if any(all(outweighs(one.claim, other.claim) for other in feared) for one in sure):  # D2
        return "IN_SCOPE", "included"
    if survivors:  # D3
        asking = [
            other for other in feared if not all(outweighs(one.claim, other.claim) for one in survivors)
        ]
        asking += () if sure else _narrowest(survivors)
        reason = min(doubt for one in asking for doubt in one.open)
        return "UNDETERMINED", reason.name.lower().replace("_", "-")
    if certain:  # D4
        return "OUT_OF_SCOPE", "excluded"
    return ("UNDETERMINED", "open-scope") if open_scope and not inclusions else ("OUT_OF_SCOPE", "not-listed")


def _narrowest(found: Sequence[Settled]) -> list[Settled]:
    return [one for one in found if not any(_narrower(two.claim, one.claim) for two in found)]


@cache
def _narrower(one: Claim, other: Claim) -> bool:
    return _proper(one.said, other.said) and not undecided(one.kind, other.kind)
