"""Which hosts a program's rules can concern at all, and where more than the host decides.

Both are answered for too many hosts rather than too few: a host that is named here without need is
only asked about the long way.
"""

from __future__ import annotations

from collections.abc import Iterable

from scopecheck.answer.compiled import CompiledRule
from scopecheck.answer.matcher import Key, index_key
from scopecheck.scope.pathset import ANY_PATH
from scopecheck.scope.pattern import ThingPattern, UrlPattern
from scopecheck.targets.asset import Target, shared_hosts
from scopecheck.targets.url import Url

__all__ = ["HostTable", "Reach"]


class HostTable:
    """Hosts named by a domain at or above them, by one of their labels, or all of them."""

    __slots__ = ("domains", "everything", "labels")

    def __init__(self) -> None:
        self.domains: set[str] = set()
        self.labels: set[str] = set()
        self.everything = False

    def add(self, kind: Key, key: str) -> None:
        """Take in what a pattern is found by; an address is the host of no name."""
        if kind in (Key.EXACT, Key.SUFFIX):
            self.domains.add(key)
        elif kind is Key.LABEL:
            self.labels.add(key)
        elif kind is Key.ALWAYS:
            self.everything = True

    def holds(self, host: str) -> bool:
        """Tell whether a host name is one of them."""
        if self.everything:
            return True
        if self.labels and not self.labels.isdisjoint(host.split(".")):
            return True
        name, dot = host, "."
        while dot:
            if name in self.domains:
                return True
            _, dot, name = name.partition(".")
        return False


class Reach:
    """What the patterns of a program look at.

    `touched` are the hosts that any pattern can match, `by_path` those where a pattern asks for a
    path or query. `things` are the keys of listed apps and names; with `thing_shapes` some of them
    have a star in them.
    """

    __slots__ = ("_addresses_by_path", "by_path", "thing_shapes", "things", "touched")

    def __init__(self, rules: Iterable[CompiledRule]) -> None:
        self.touched, self.by_path = HostTable(), HostTable()
        things: set[str] = set()
        self.thing_shapes = self._addresses_by_path = False
        for pattern in (pattern for rule in rules for pattern in rule.patterns):
            kind, key = index_key(pattern)
            if isinstance(pattern, ThingPattern):
                things.add(key)
                self.thing_shapes = self.thing_shapes or pattern.glob
                continue
            self.touched.add(kind, key)
            if isinstance(pattern, UrlPattern) and (pattern.path != ANY_PATH or pattern.query):
                self.by_path.add(kind, key)
                self._addresses_by_path = self._addresses_by_path or kind is Key.ADDRESS
        self.things = frozenset(things)
        if things:  # A link into a store names an app by its path or query (T6).
            for store in shared_hosts().stores:
                self.touched.add(Key.EXACT, store)
                self.by_path.add(Key.EXACT, store)

    def asks_for_paths(self, target: Target | None) -> bool:
        """Tell whether another path on the same host may have another answer."""
        if not isinstance(target, Url):
            return False
        if isinstance(target.host, str):
            return self.by_path.holds(target.host)
        return self._addresses_by_path or self.by_path.everything
