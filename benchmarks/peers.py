"""The tools that a check is timed against, each given the same rules as far as it can express them.

Go's `inscope` (tomnomnom/hacks) is a list of regular expressions over the host, of which a negative one
always wins; it is stood in for by the same loop over Python's `re` and over google-re2, the C++ library
whose syntax Go's `regexp` shares. None of the peers gives a reason, and none has a third answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from benchmarks.generate import Listed, Scope

Answer = Callable[[str], bool]


@dataclass(frozen=True)
class Peer:
    """One tool: what it is, and how it is made ready for a program."""

    name: str
    make: Callable[[Scope], Answer]


def peers() -> Iterator[Peer]:
    """Yield those that are installed; the libraries come with the extra `bench`."""
    yield Peer("urllib and fnmatch, a loop", _fnmatch)
    yield Peer("`inscope`'s loop over Python's `re`", lambda scope: _regex_loop(scope, re.compile))
    for name, needs, make in (
        ("`inscope`'s loop over google-re2", "re2", _re2_loop),
        ("google-re2 `Set`, one for each side", "re2", _re2_set),
        ("Scrapy's offsite rule (inclusions only)", "scrapy", _scrapy),
        ("radixtarget (hosts only)", "radixtarget", _radix),
    ):
        try:
            __import__(needs)
        except ImportError:
            continue
        yield Peer(name, make)


def host_of(url: str) -> str:
    """Return the host as most Python tools find it; the empty text where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _sides(scope: Scope) -> tuple[list[Listed], list[Listed]]:
    included = [rule for rule in scope.rules if not rule.excluded]
    return included, [rule for rule in scope.rules if rule.excluded]


def _fnmatch(scope: Scope) -> Answer:
    """Compare host, and path where the rule has one, with globs, as many scripts do."""
    include, exclude = ([_glob(rule) for rule in side] for side in _sides(scope))

    def answer(url: str) -> bool:
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        asked = f"{parts.hostname}{parts.path}"
        if any(fnmatchcase(asked, glob) for glob in exclude):
            return False
        return any(fnmatchcase(asked, glob) for glob in include)

    return answer


def _glob(rule: Listed) -> str:
    return f"{'*.' if rule.star else ''}{rule.host}{rule.path or '/'}*"


def regex(rule: Listed) -> str:
    """Write a rule as people write it for `inscope`: over the host alone, anchored by hand."""
    return rf"^(?:.+\.){re.escape(rule.host)}$" if rule.star else rf"^{re.escape(rule.host)}$"


def _regex_loop(scope: Scope, compiled: Callable[[str], Any]) -> Answer:
    include, exclude = ([compiled(regex(rule)).search for rule in side] for side in _sides(scope))

    def answer(url: str) -> bool:
        host = host_of(url)
        if not any(search(host) for search in include):
            return False
        return not any(search(host) for search in exclude)

    return answer


def _re2_loop(scope: Scope) -> Answer:
    import re2

    return _regex_loop(scope, re2.compile)


def _re2_set(scope: Scope) -> Answer:
    include, exclude = (_re2_matches(side) for side in _sides(scope))

    def answer(url: str) -> bool:
        host = host_of(url)
        return include(host) and not exclude(host)

    return answer


def _re2_matches(rules: Sequence[Listed]) -> Callable[[str], bool]:
    import re2

    options = re2.Options()
    options.max_mem = 256 << 20  # Else a set of 1,000 expressions gives up its automaton and matches nothing.
    found = re2.Set.SearchSet(options)
    for rule in rules:
        found.Add(regex(rule))
    if not rules:
        return lambda host: False
    found.Compile()
    return lambda host: bool(found.Match(host))


def _scrapy(scope: Scope) -> Answer:
    """Search with the expression that Scrapy's middleware makes of `allowed_domains`."""
    from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware

    spider: Any = SimpleNamespace(allowed_domains=[rule.host for rule in _sides(scope)[0]])
    middleware = OffsiteMiddleware(SimpleNamespace())  # type: ignore[arg-type]
    search = middleware.get_host_regex(spider).search
    return lambda url: bool(search(host_of(url)))


def _radix(scope: Scope) -> Answer:
    from radixtarget import RadixTarget

    sides = []
    for rules in _sides(scope):
        wide = RadixTarget(*(rule.host for rule in rules if rule.star))
        exact = RadixTarget(*(rule.host for rule in rules if not rule.star), strict_scope=True)
        sides.append((wide, exact))
    (wide, exact), (not_wide, not_exact) = sides

    def answer(url: str) -> bool:
        host = host_of(url)
        if not host or host in not_wide or host in not_exact:
            return False
        return host in wide or host in exact

    return answer
