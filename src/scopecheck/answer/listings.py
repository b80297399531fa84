"""Which programs of many may list a target: tables of keys, without the programs themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from scopecheck.answer.compiled import CompiledRule
from scopecheck.answer.matcher import Key, index_key
from scopecheck.answer.shortcut import LAST_PORT, plain_shape
from scopecheck.errors import TargetError
from scopecheck.scope.hostset import glob_matches
from scopecheck.scope.pattern import Effect, ThingPattern, UrlPattern
from scopecheck.targets.asset import App, Block, Name, Target, name_key, parse_target, shared_hosts
from scopecheck.targets.host import HostName, plain_host
from scopecheck.targets.url import Url

__all__ = ["Listings"]

_NAMES = 16_384
"""Of how many origins it is remembered which programs may list them."""

_Tables = dict[str, dict[str, list[int]]]
_Numbers = tuple[int, ...]


class Listings:
    """Programs by number, found by what their inclusions list: hosts, addresses, apps and names."""

    def __init__(self) -> None:
        self._tables: _Tables = {kind.value: {} for kind in Key}
        self._ranges: list[tuple[int, int, int, int]] = []

    def add(self, number: int, rules: Sequence[CompiledRule]) -> None:
        """Take in the inclusions of a program; `prepare` has to follow."""
        for rule in rules:
            if rule.effect is not Effect.INCLUDE:
                continue
            for pattern in rule.patterns:
                kind, key = index_key(pattern)
                if kind is Key.ADDRESS:
                    assert isinstance(pattern, UrlPattern)
                    addresses = pattern.host.addresses
                    assert addresses is not None
                    self._ranges.append((addresses.version, addresses.first, addresses.last, number))
                    continue
                found = self._tables[kind.value].setdefault(key, [])
                if not found or found[-1] != number:
                    found.append(number)

    def prepare(self) -> None:
        """Make ready for questions."""
        self._ranges.sort()
        self._always = tuple(number for numbers in self._tables["always"].values() for number in numbers)
        keys = (*self._tables["exact"], *self._tables["suffix"])
        self._names: dict[str, _Numbers] = {}
        self._kinds: dict[str, list[_Numbers | None]] = {key: [None, None] for key in keys}
        self._nowhere: list[_Numbers | None] = [None, None]
        self._depth = max((key.count(".") + 1 for key in self._tables["suffix"]), default=0)

    def to_dict(self) -> dict[str, Any]:
        """Return the tables as JSON types."""
        return {"tables": self._tables, "ranges": self._ranges}

    @classmethod
    def from_dict(cls, index: dict[str, Any], count: int) -> Listings:
        """Take back what `to_dict` gave for `count` programs.

        Raises `KeyError`, `TypeError`, `ValueError` or `AttributeError` for anything else.
        """
        made = cls()
        for kind in Key:
            for numbers in index["tables"][kind.value].values():
                if any(type(number) is not int or not 0 <= number < count for number in numbers):
                    raise ValueError(kind)
        made._tables.update(index["tables"])
        for version, first, last, number in index["ranges"]:
            whole = all(type(one) is int for one in (version, first, last, number))
            if not whole or version not in (4, 6) or not 0 <= number < count:
                raise ValueError("ranges")
            made._ranges.append((version, first, last, number))
        made.prepare()
        return made

    def possible(self, target: str) -> Sequence[int]:
        """Return the programs that may list a target: as an asset of theirs, or as a host."""
        shape = plain_shape(target)
        if shape is None:
            return self._possibly_asset(target)
        name = shape[1]
        known = self._names.get(name)
        if known is None:
            host, _, port = name.partition(":")
            known = self._listing(host) if int(port or 0) <= LAST_PORT else None
            if known is None:
                return self._possibly_asset(target)
            if len(self._names) >= _NAMES:
                self._names.clear()
            self._names[name] = known
        return known

    def _listing(self, host: str) -> _Numbers | None:
        """Return the programs that may list a plain host by its name; None for any other host.

        The longest listed domain that a host is or lies below says which, unless a label does.
        """
        if "xn--" in host or ".." in host or host in shared_hosts().stores:
            return None
        if self._tables["label"]:
            return self._numbers(host) if plain_host(host) else None
        name = host
        while name not in self._kinds:
            name = name.partition(".")[2]
            if not name:
                if host[host.rfind(".") + 1 :][:1] < "a" and not plain_host(host):
                    return None  # An address, perhaps.
                break
        kinds = self._kinds.get(name, self._nowhere)
        equal = name == host
        known = kinds[equal]
        if known is None:
            known = kinds[equal] = self._numbers(host)
        return known

    def _numbers(self, host: str) -> _Numbers:
        return tuple(sorted({*self._always, *self._host_candidates(HostName(host))}))

    def _possibly_asset(self, target: str) -> Sequence[int]:
        found: set[int] = set()
        for listed in (self._tables["thing"], frozenset[str]()):
            try:
                found.update(self._candidates(parse_target(target, listed)))
            except TargetError:
                continue
        key = name_key(target)
        for glob, numbers in self._tables["thing-glob"].items():
            if glob_matches(glob, key):
                found.update(numbers)
        return sorted(found)

    def _candidates(self, target: Target) -> Iterator[int]:
        tables = self._tables
        yield from self._always
        if isinstance(target, (App, Name)):
            yield from tables["thing"].get(target.id if isinstance(target, App) else target.key, ())
        elif isinstance(target, Block):
            yield from self._holding(target.version, target.first, target.last)
            mapped = 0xFFFF << 32
            if target.version == 6 and target.first < mapped + (1 << 32) and mapped <= target.last:
                yield from self._holding(4, max(target.first - mapped, 0), target.last - mapped)
            return
        else:
            yield from self._url_candidates(target)

    def _url_candidates(self, url: Url) -> Iterator[int]:
        tables = self._tables
        if isinstance(url.host, (IPv4Address, IPv6Address)):
            yield from self._holding(url.host.version, int(url.host), int(url.host))
        else:
            yield from self._host_candidates(url.host)
        app_id = shared_hosts().app_id(url)
        if app_id is not None:
            yield from tables["thing"].get(app_id, ())
            for glob, numbers in tables["thing-glob"].items():
                if glob_matches(glob, app_id):
                    yield from numbers

    def _host_candidates(self, host: HostName) -> Iterator[int]:
        tables = self._tables
        yield from tables["exact"].get(host, ())
        suffixes = tables["suffix"]
        end = len(host)
        for _ in range(self._depth):
            dot = host.rfind(".", 0, end)
            yield from suffixes.get(host[dot + 1 :], ())
            if dot < 0:
                break
            end = dot
        if tables["label"]:
            for label in dict.fromkeys(host.split(".")):
                yield from tables["label"].get(label, ())

    def _holding(self, version: int, first: int, last: int) -> Iterator[int]:
        return (n for v, low, high, n in self._ranges if v == version and low <= last and first <= high)

    def beside(self, pattern: UrlPattern | ThingPattern) -> Sequence[int]:
        """Return the programs that may list what a pattern surely covers: hosts, addresses, or an app."""
        if isinstance(pattern, ThingPattern):
            # An app's id is the same everywhere; a name is the program's own.
            app = pattern.key.isdigit() or ("." in pattern.key and " " not in pattern.key)
            return self._possibly_asset(pattern.key) if app and not pattern.glob else ()
        addresses = pattern.host.addresses
        if addresses is not None:
            return sorted({*self._holding(addresses.version, addresses.first, addresses.last)})
        literal = ".".join(label for label in pattern.host.labels if "*" not in label)
        literal = max(literal, pattern.host.registrable, key=len)
        below = self._host_candidates(HostName("x." + literal))
        return sorted({*self._always, *below, *self._tables["exact"].get(literal, ())})
