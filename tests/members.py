"""Members of the sets that patterns denote, to hold containment against (3.3).

Each star is filled in several ways and each free depth is used, so that two sets which differ
differ in a member that is found here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from scopecheck import Checker, Match, Verdict
from scopecheck.answer.matcher import naive_matches
from scopecheck.scope.hostset import Addresses, Glob, HostSet, Names, Tail, contains
from scopecheck.scope.pathset import PathSet, Query, query_contains
from scopecheck.scope.zone import Schemes, Zone
from scopecheck.targets.asset import Block, shared_hosts
from scopecheck.targets.host import Host, HostName
from scopecheck.targets.url import Url

__all__ = ["answer", "holds", "hosts_in", "keys", "missing", "paths_in"]

FILLS = ("", "x", "zz-1", "a")
LONG_FILLS = ("", "x", "a.b", "zz", "e.com", "zz.e", ".zz.")
TAILS = ("com", "org", "co.uk", "de", "br", "github.io", "zzzz", "evil.net", "com.evil.net", "il")


def hosts_in(hosts: HostSet) -> Iterator[Host]:
    """Yield hosts of the set: each star filled in several ways, each free depth used."""
    for host in _candidates(hosts):
        if contains(hosts, host):
            yield host


def _candidates(hosts: HostSet) -> Iterator[Host]:
    if isinstance(hosts, Addresses):
        kind = IPv4Address if hosts.version == 4 else IPv6Address
        for number in {hosts.first, hosts.last, (hosts.first + hosts.last) // 2}:
            yield kind(number)
        return
    for text in _names(hosts):
        for prefix in ("", "zz.", "a.", "zz.zz.", "a.zz.b."):
            name = prefix + text
            if not (name.startswith(".") or name.endswith(".") or ".." in name):
                yield HostName(name)


def _names(hosts: Names | Tail | Glob) -> Iterator[str]:
    match hosts:
        case Names(labels, _):
            yield from _filled(".".join(labels), FILLS)
        case Tail(head, _, _, _):
            for name, tail in itertools.product(_filled(".".join(head), FILLS), TAILS):
                yield f"{name}.{tail}"
        case Glob(text, _, _):
            yield from _filled(text, LONG_FILLS)


def _filled(text: str, fills: tuple[str, ...]) -> Iterator[str]:
    first, *rest = text.split("*")
    for chosen in itertools.product(fills, repeat=min(len(rest), 3)):
        parts = [*chosen, *("x" for _ in rest[3:])]
        yield first + "".join(fill + piece for fill, piece in zip(parts, rest, strict=True))


def paths_in(paths: PathSet) -> Iterator[str]:
    """Yield paths of the set: stars filled in several ways, with and without more behind."""
    fills = ("", "x", "zz", "x/y", "x;v", "%252f") if paths.deep or paths.loose else ("", "x", "zz", "x;v")
    first, *rest = "/".join(paths.segments).split("*")
    for chosen in itertools.product(fills, repeat=min(len(rest), 3)):
        text = first + "".join(fill + piece for fill, piece in zip(chosen, rest, strict=False))
        for shown in (text, text.upper() if paths.loose else text):
            for more in ("", "/", "/zz", "/zz/q", ";v=2"):
                path = "/" + shown + more
                for one in {path, path.replace("/x/", "/"), path.replace("//", "/")}:
                    if paths.contains(one):
                        yield one


def _schemes(schemes: Schemes) -> frozenset[str]:
    return frozenset({"http", "https", "ws", "wss", "ftp", "mongodb", "zz"}) if schemes is None else schemes


def _queries(query: Query) -> Iterator[str]:
    for fill in ("", "x", "zz"):
        pairs = "&".join(f"{name}={value.replace('*', fill)}" for name, value in query)
        yield from (pairs, f"{pairs}&zz=1")


def missing(inner: Zone, outer: Zone) -> str:
    """Return what `inner` has and `outer` lacks, component by component; empty where nothing is found."""
    for host in hosts_in(inner.hosts):
        if not contains(outer.hosts, host):
            return f"host {host}"
    for path in paths_in(inner.path):
        if not outer.path.contains(path):
            return f"path {path}"
    for query in _queries(inner.query):
        if query_contains(inner.query, query) and not query_contains(outer.query, query):
            return f"query {query}"
    for scheme in sorted(_schemes(inner.schemes)):
        if scheme not in _schemes(outer.schemes):
            return f"scheme {scheme}"
    if outer.port is not None and inner.port != outer.port:
        return f"port {inner.port or 'any'}"
    return ""


def holds(zone: Zone, url: Url) -> bool:
    """Tell whether a URL lies in a zone, each component asked on its own; a repository in any spelling."""
    paths = (url.path, shared_hosts().canonical_link(url).path)
    return (
        (zone.schemes is None or url.scheme in zone.schemes)
        and contains(zone.hosts, url.host)
        and zone.port in (None, url.port)
        and any(map(zone.path.contains, paths))
        and query_contains(zone.query, url.query)
    )


def keys(matches: tuple[Match, ...]) -> list[str]:
    """Return what matches are compared by, whatever order they come in."""
    return sorted(repr((m.rule.order, m.pattern, m.zone, m.doubts, m.certainty, m.yields)) for m in matches)


def answer(checker: Checker, target: str) -> Verdict:
    """Check a target, and hold the naive matcher and each match against it on the way."""
    verdict = checker.check(target)
    asked = verdict.target
    if asked is not None and not isinstance(asked, Block):
        plain = naive_matches(checker.rules, checker.program.policy, asked)
        assert keys(plain) == keys(verdict.all_matches)
    if isinstance(asked, Url):
        assert all(holds(m.zone, asked) for m in verdict.all_matches if isinstance(m.zone, Zone))
    return verdict
