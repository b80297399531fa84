"""What one reading of one alternative denotes, and which of two is strictly narrower."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from scopecheck.scope.hostset import Addresses, HostSet, glob_matches, is_starless, within
from scopecheck.scope.pathset import ANY_PATH, PathSet, Query, path_within, query_within
from scopecheck.targets.url import DEFAULT_PORTS, WEB

__all__ = [
    "Doubt",
    "Everything",
    "Schemes",
    "Thing",
    "Zone",
    "ZoneLike",
    "lies_in",
    "names_host",
    "same_listing",
    "strictly_narrower",
]

Schemes: TypeAlias = frozenset[str] | None
"""The schemes covered; None is every scheme."""


class Doubt(StrEnum):
    """Why a match holds in the wide reading only; each is a reason code of a verdict."""

    BELOW_EXCLUDED_HOST = "below-excluded-host"
    UNSTATED_EXCLUSION = "unstated-exclusion"
    UNRESOLVED_EXCLUSION = "unresolved-exclusion"
    CONDITION = "condition"
    APEX_UNSTATED = "apex-unstated"
    DEPTH_UNSTATED = "depth-unstated"
    UNSTATED_ALIAS = "unstated-alias"
    WIDE_READING = "wide-reading"


@dataclass(frozen=True, slots=True)
class Zone:
    """A product of schemes, hosts, port, paths and query; `port` None is any port."""

    schemes: Schemes
    hosts: HostSet
    port: int | None = None
    path: PathSet = ANY_PATH
    query: Query = ()


@dataclass(frozen=True, slots=True)
class Thing:
    """An app or a named asset by its key; with a star in the key, every key of that shape."""

    key: str
    glob: bool = False

    def contains(self, key: str) -> bool:
        """Tell whether the asset of this key is meant."""
        return glob_matches(self.key, key) if self.glob else self.key == key


@dataclass(frozen=True, slots=True)
class Everything:
    """A set that nothing is strictly narrower than: what an unread exclusion might say."""


ZoneLike: TypeAlias = Zone | Thing | Everything


def strictly_narrower(a: ZoneLike, b: ZoneLike, *, against_narrow: bool) -> bool:
    """Tell whether `a` lies in `b` in every component and `b` does not lie in `a`.

    Against a match in the narrow reading, a difference of the apex only, of a scheme's default
    port, or of a `/*` at the end is none.
    """
    if isinstance(a, Thing) and isinstance(b, Thing):
        return _thing_in(a, b) and not _thing_in(b, a)
    if not (isinstance(a, Zone) and isinstance(b, Zone)):
        return False
    return lies_in(a, b) and not _counts_as_in(b, a, lenient=against_narrow)


def _thing_in(a: Thing, b: Thing) -> bool:
    return b.contains(re.sub(r"\*+", "\0", a.key) if a.glob else a.key)


def same_listing(a: ZoneLike, b: ZoneLike) -> bool:
    """Tell whether two sides of a scope list the same thing, as a conflict does (D1)."""
    if isinstance(a, Zone) and isinstance(b, Zone):
        return lies_in(a, b) and _counts_as_in(b, a, lenient=True)
    return isinstance(a, Thing) and a == b


def lies_in(a: Zone, b: Zone) -> bool:
    """Tell whether `a` surely lies in `b` in every component."""
    return (
        (b.schemes is None or (a.schemes is not None and a.schemes <= b.schemes))
        and (b.port is None or a.port == b.port)
        and within(a.hosts, b.hosts)
        and path_within(a.path, b.path)
        and query_within(a.query, b.query)
    )


def _counts_as_in(b: Zone, a: Zone, *, lenient: bool) -> bool:
    """Tell whether `b` lies in `a`, the web's schemes counting as all (P1)."""
    schemes = a.schemes is None or (b.schemes is not None and b.schemes <= a.schemes) or a.schemes >= WEB
    port = a.port is None or a.port == b.port or (lenient and b.port is None and _is_default(a))
    return (
        schemes
        and port
        and within(b.hosts, a.hosts, apex_counts=not lenient)
        and path_within(b.path, a.path, ends_count=not lenient)
        and query_within(b.query, a.query)
    )


def _is_default(zone: Zone) -> bool:
    schemes = WEB if zone.schemes is None else zone.schemes
    return any(DEFAULT_PORTS.get(scheme) == zone.port for scheme in schemes)


def names_host(zone: ZoneLike) -> bool:
    """Tell whether the zone names its host without a star, or is one address."""
    if not isinstance(zone, Zone):
        return False
    hosts = zone.hosts
    return is_starless(hosts) or (isinstance(hosts, Addresses) and hosts.first == hosts.last)
