"""URLs that lie in what a pattern denotes, chosen one part at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address
from itertools import product
from typing import Protocol, TypeVar
from urllib.parse import quote_plus

from hypothesis import strategies as st

from scopecheck.scope.hostset import Addresses, Glob, HostSet, Names, Span, Tail
from scopecheck.scope.pathset import PathSet, Query
from scopecheck.scope.pattern import UrlPattern
from scopecheck.scope.zone import Schemes, Zone
from scopecheck.targets.host import show_host

__all__ = ["Choose", "chooser", "fixed", "url_in", "zones_of"]

T = TypeVar("T")

_INDEX = st.integers(0, 9_999)
_BELOW = ("www.", "api.", "a.b.", "x-1.", "v2.api.eu.", "_srv.")
_AT_OR_BELOW = ("", *_BELOW)
_FILLS = ("x", "1", "dev", "", "a-b", "0x")
_SUFFIXES = ("com", "org", "de", "co.uk", "com.br", "io", "fr", "github.io", "net")
_DEEPER = ("", "/", "/x", "/a/b", "/a.php", "/x;v=1", "/%20")
_PATHS = ("/", "/", "/x", "/a/b", "/login.php", "/a%20b/")
_SCHEMES = ("https", "http", "wss", "ws", "ftp")
_PORTS = ("", "", "", ":8443", ":80", ":443")
_QUERIES = ("", "", "?q=1")


class Choose(Protocol):
    """Takes one of several options: by a draw, or by a fixed rule."""

    def __call__(self, options: Sequence[T], /) -> T:
        """Return one of the options, the first being the plainest."""
        ...


def chooser(draw: st.DrawFn) -> Choose:
    """Return a choice by draws of Hypothesis, which shrink to the first option."""

    def choose(options: Sequence[T], /) -> T:
        return options[draw(_INDEX) % len(options)]

    return choose


def fixed(number: int) -> Choose:
    """Return a choice that takes the option of this number, counted around."""

    def choose(options: Sequence[T], /) -> T:
        return options[number % len(options)]

    return choose


def zones_of(pattern: UrlPattern) -> Iterator[Zone]:
    """Yield what every reading of a pattern denotes, the surest first."""
    for (hosts, _, _), schemes, path in product(pattern.hosts, pattern.schemes, pattern.paths):
        yield Zone(schemes, hosts, pattern.port, path, pattern.query)


def url_in(choose: Choose, zone: Zone) -> str:
    """Write a URL of a zone; where two stars depend on each other it may miss, so check it."""
    port = choose(_PORTS) if zone.port is None else f":{zone.port}"
    where = f"{_scheme(choose, zone.schemes)}://{host_in(choose, zone.hosts)}{port}"
    return where + path_in(choose, zone.path) + _query(choose, zone.query)


def _scheme(choose: Choose, schemes: Schemes) -> str:
    if schemes is None:
        return choose(("https", "https", "http", *_SCHEMES, "mongodb"))
    return choose([one for one in _SCHEMES if one in schemes] or sorted(schemes))


def host_in(choose: Choose, hosts: HostSet) -> str:
    """Write a host of a set, with brackets where it is an IPv6 address."""
    match hosts:
        case Addresses(version, first, last):
            size = last - first
            number = first + choose((0, size, size // 2, size // 3, 1 % (size + 1)))
            return show_host(IPv4Address(number) if version == 4 else IPv6Address(number))
        case Names(labels, span):
            return _depth(choose, span) + _filled(choose, ".".join(labels))
        case Tail(head, _, span, lead):
            deepest = Span.BELOW if lead is Span.BELOW else span
            name = _filled(choose, ".".join(head))
            return f"{_depth(choose, deepest)}{name}.{choose(_SUFFIXES)}"
        case Glob(text, _, below):
            return (choose(_AT_OR_BELOW) if below else "") + _filled(choose, text)


def _depth(choose: Choose, span: Span) -> str:
    return "" if span is Span.AT else choose(_BELOW if span is Span.BELOW else _AT_OR_BELOW)


def _filled(choose: Choose, text: str) -> str:
    first, *rest = text.split("*")
    return first + "".join(choose(_FILLS) + piece for piece in rest)


def path_in(choose: Choose, paths: PathSet) -> str:
    """Write a path of a set."""
    if paths.page:
        return "/" + "/".join(paths.segments)
    if not paths.segments:
        return choose(_PATHS)
    return "/" + _filled(choose, "/".join(paths.segments)) + choose(_DEEPER)


def _query(choose: Choose, query: Query) -> str:
    if not query:
        return choose(_QUERIES)
    pairs = (f"{quote_plus(name)}={quote_plus(_filled(choose, value))}" for name, value in query)
    return "?" + "&".join(pairs)
