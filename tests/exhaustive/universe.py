"""The small universe: every element that a rule may hold or not, and the ones that are asked.

An element is (host, door, page): a door is a scheme with its port, a page a path with its query. A set of
elements is an `int` with one bit each, so that "lies in" is one operation.

Two different sets of the symbolic world have to differ in a member here, or a set would seem to lie in
another one for want of a witness. So next to the three labels that are tried to depth four stand a few
labels (`WITNESSES`) and hosts (`FOREIGN`) that no listed pattern spells out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import cache

__all__ = [
    "ALL_DOORS",
    "BIT",
    "DOORS",
    "ELEMENTS",
    "HOSTS",
    "PAGES",
    "Door",
    "Page",
    "mask",
    "spelled",
    "under",
]

Door = tuple[str, int | None]
Page = tuple[str, str]
Element = tuple[str, Door, Page]

LABELS = ("a", "b", "a-b")
WITNESSES = ("c", "ab", "ba", "a-c", "c-b")
DEPTH = 4
APEX = "e.com"

FOREIGN = (
    *(
        head + "e." + tail
        for tail in ("fr", "uk", "co.uk", "github.io")
        for head in ("", "a.", "b.", "c.", "b.a.")
    ),
    *(head + "e.evil.com" for head in ("", "a.", "b.", "c.", "b.a.")),
    *("a.be", "b.a.be", "a.x.be", "b.x.be", "c.a.x.be", "a.x.y.be"),
    *("other.com", "a.other.com", "a.fr", "a.co.uk", "b.co.uk", "a.com", "c.a.com"),
    # What a careless reading takes for `e.com`, `a.e.com`, `b.e.com`.
    *(
        "ae.com",
        "ce.com",
        "a.ce.com",
        "c.ae.com",
        "a-e.com",
        "e.com.evil.net",
        "a.e.com.evil.net",
        "a.evil.net",
    ),
)


def _below_apex() -> Iterable[str]:
    for depth in range(DEPTH + 1):
        yield from (".".join((*labels, APEX)) for labels in itertools.product(LABELS, repeat=depth))
    every = LABELS + WITNESSES
    for depth in (1, 2):
        yield from (".".join((*labels, APEX)) for labels in itertools.product(every, repeat=depth))
    for place, rest in itertools.product(range(3), itertools.product(("a", "b"), repeat=2)):
        yield ".".join((*rest[:place], "c", *rest[place:], APEX))


HOSTS = tuple(dict.fromkeys((*_below_apex(), *FOREIGN)))

DOORS: tuple[Door, ...] = (
    *(("https", 443), ("http", 80), ("https", 8443), ("http", 443), ("https", 80), ("ws", 80), ("wss", 443)),
    *(("mongodb", None), ("mongodb", 8443), ("ftp", 21), ("ftp", 443)),
)
ALL_DOORS = frozenset(DOORS)
DEFAULT_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80, "ftp": 21}

PAGES: tuple[Page, ...] = (
    *((path, "") for path in ("/", "/c", "/api", "/api/", "/api/x", "/apix", "/API", "/API/x", "/api;v=1")),
    *(
        (path, "")
        for path in ("/%2561pi", "/a", "/a/b", "/a/x/b", "/a/x/bc", "/a/x/b/c", "/a/x/y/b", "/A/x/b")
    ),
    *(("/a", query) for query in ("tab=x", "n=1&tab=x", "tab=y")),
    *(("/A", "tab=x"), ("/a/b", "tab=x"), ("/c", "tab=x")),
)

ELEMENTS: tuple[Element, ...] = tuple(itertools.product(HOSTS, DOORS, PAGES))
BIT = {element: number for number, element in enumerate(ELEMENTS)}


def mask(hosts: Iterable[str], doors: Iterable[Door], pages: Iterable[Page]) -> int:
    """Return the set of all elements with such a host, door and page."""
    return _spread(frozenset(hosts), frozenset(doors), frozenset(pages))


@cache
def _spread(hosts: frozenset[str], doors: frozenset[Door], pages: frozenset[Page]) -> int:
    of_page = sum(1 << PAGES.index(page) for page in pages)
    of_door = sum(of_page << DOORS.index(door) * len(PAGES) for door in doors)
    return sum(of_door << HOSTS.index(host) * len(DOORS) * len(PAGES) for host in hosts)


@cache
def under(host: str) -> frozenset[str]:
    """Return every host of the universe that lies below this one."""
    return frozenset(one for one in HOSTS if one.endswith("." + host))


def spelled(element: Element) -> str:
    """Return the element as a URL."""
    host, (scheme, port), (path, query) = element
    shown = "" if port is None or DEFAULT_PORTS.get(scheme) == port else f":{port}"
    return f"{scheme}://{host}{shown}{path}" + (f"?{query}" if query else "")


def asked(*, every: bool = False) -> tuple[Element, ...]:
    """Return the elements that are asked: hosts by their front page, some of them in other ways too.

    With `every`, that is each host of the universe, and those some by every door on every page.
    """
    front: Door = ("https", 443)
    some = ("e.com", "a.e.com", "b.a.e.com", "b.e.com", "c.a-b.e.com")
    if every:
        return tuple(
            dict.fromkeys(
                (*((host, front, PAGES[0]) for host in HOSTS), *itertools.product(some, DOORS, PAGES))
            )
        )
    deepest = [host for host in HOSTS if host.count(".") > DEPTH]
    fronts = ((host, front, PAGES[0]) for host in HOSTS if host not in deepest[1::2])
    doors = itertools.product(some[:3], DOORS, (PAGES[0], ("/api", "")))
    pages = itertools.product(some[1:4], (front,), PAGES)
    return tuple(dict.fromkeys((*fronts, *doors, *pages)))
