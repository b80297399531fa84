"""How other matchers answer the shipped cases, each adapted as its users adapt it.

    python -m benchmarks.peer_cases

Every matcher here has two answers, so a no is right wherever the answer is not a yes. A matcher
refuses a case where it raises, or where it has no way to say what the scope says.
"""

from __future__ import annotations

import platform
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.metadata import version
from ipaddress import ip_address, ip_network
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import scopecheck as sc
from scopecheck.testing.cases import (
    Answer,
    CaseScope,
    Entry,
    Outcome,
    Result,
    load_cases,
    program_of,
    run_cases,
)

Decide = Callable[[CaseScope, str], Answer]

ORDER = (Outcome.RIGHT, Outcome.TOO_CAUTIOUS, Outcome.WRONGLY_IN_SCOPE, Outcome.OTHER)


@dataclass(frozen=True)
class Peer:
    """One matcher: what it is called, and how it decides."""

    name: str
    decide: Decide


def peers() -> Iterator[Peer]:
    """Yield this library and the matchers that are installed; they come with the extra `bench`."""
    yield Peer(f"scopecheck {sc.__version__}", _scopecheck)
    yield Peer(f"`urllib` and `fnmatch` (Python {platform.python_version()})", _fnmatch)
    for package, decide in (("Scrapy", _scrapy), ("radixtarget", _radix)):
        try:
            __import__(package.lower())
        except ImportError:
            continue
        what = "'s offsite rule" if package == "Scrapy" else ""
        yield Peer(f"{package}{what} ({version(package)})", decide)


def _scopecheck(scope: CaseScope, target: str) -> Answer:
    return str(sc.Checker(program_of(scope)).check(target).decision)


def text_of(entry: Entry) -> str:
    """Return the listed text; the fields beside it are something that no peer knows."""
    return entry if isinstance(entry, str) else str(entry["asset"])


def as_url(target: str) -> str:
    """Put a scheme before a bare host, as scripts do."""
    if "://" in target:
        return target
    return f"https:{target}" if target.startswith("//") else f"https://{target}"


def host_of(target: str) -> str:
    """Return the host as most Python tools find it; the empty text where there is none."""
    return urlsplit(as_url(target)).hostname or ""


def _fnmatch(scope: CaseScope, target: str) -> Answer:
    """Compare host, and path where the entry has one, with globs, as many scripts do."""
    parts = urlsplit(as_url(target))
    host, path = parts.hostname or "", parts.path

    def matches(entry: Entry) -> bool:
        listed = text_of(entry).lower().partition("://")[2] or text_of(entry).lower()
        pattern, slash, rest = listed.partition("/")
        if not slash or not rest:
            return fnmatchcase(host, pattern)
        return fnmatchcase(f"{host}{path}", f"{pattern}/{rest.rstrip('*')}*")

    return any(map(matches, scope.include)) and not any(map(matches, scope.exclude))


def _scrapy(scope: CaseScope, target: str) -> Answer:
    """Ask the middleware that drops requests outside of `allowed_domains`; it knows no exclusions."""
    from scrapy import Request

    if scope.exclude or not scope.include:
        return None  # Without allowed domains Scrapy allows everything; nobody means that by an empty list.
    domains = tuple(text_of(entry).removeprefix("*.") for entry in scope.include)
    if not all(map(_is_domain, domains)):
        return None  # To Scrapy anything but a domain is a domain that no host has.
    spider: Any = SimpleNamespace(allowed_domains=list(domains))
    return bool(_offsite().should_follow(Request(as_url(target)), spider))


def _is_domain(text: str) -> bool:
    return not any(mark in text for mark in "/:*(){}<>[]| ,")


@cache
def _offsite() -> Any:
    from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware

    return OffsiteMiddleware(SimpleNamespace())  # type: ignore[arg-type]


def _radix(scope: CaseScope, target: str) -> Answer:
    """Look the host up in a tree of hosts for each side, wildcards apart from exact hosts."""
    include, exclude = (_tree(tuple(map(text_of, side))) for side in (scope.include, scope.exclude))
    if include is None or exclude is None:
        return None
    asked = _block(target) or host_of(target)
    if not asked:
        return False
    return any(asked in tree for tree in include) and not any(asked in tree for tree in exclude)


def _block(target: str) -> str:
    try:
        return str(ip_network(target, strict=False))
    except ValueError:
        return ""


@lru_cache(maxsize=64)
def _tree(texts: tuple[str, ...]) -> tuple[Any, Any] | None:
    """Return a tree for wildcards and one for hosts and blocks; None where a text is neither."""
    from radixtarget import RadixTarget

    wide, exact = [], []
    for text in texts:
        url = urlsplit(text) if "://" in text else None
        if url is not None and (url.path not in ("", "/") or url.query or url.fragment or url.port):
            return None
        host = (url.hostname or "") if url is not None else text
        if host.startswith("*.") and _is_domain(host[2:]):
            wide.append(host[2:])
        elif _block(host) or _is_address(host) or _is_domain(host):
            exact.append(_block(host) or host)
        else:
            return None
    return RadixTarget(*wide), RadixTarget(*exact, strict_scope=True)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def table(results: Mapping[str, Sequence[Result]]) -> Iterator[str]:
    """Yield the lines of a Markdown table over all cases."""
    yield "| matcher | right | too cautious | wrongly in scope | of these plainly out | refused |"
    yield "|---|---:|---:|---:|---:|---:|"
    for name, found in results.items():
        count = Counter(result.outcome for result in found)
        wrong = [result.case for result in found if result.outcome is Outcome.WRONGLY_IN_SCOPE]
        plain = sum(case.decision is sc.Decision.OUT_OF_SCOPE for case in wrong)
        cells = [str(count[outcome]) for outcome in ORDER]
        yield f"| {name} | " + " | ".join([*cells[:3], str(plain), *cells[3:]]) + " |"


def subject_table(results: Mapping[str, Sequence[Result]]) -> Iterator[str]:
    """Yield the lines of a Markdown table by subject: the four counts of every matcher."""
    yield "| subject | " + " | ".join(results) + " |"
    yield "|---|" + "---|" * len(results)
    subjects = sorted({result.case.subject for found in results.values() for result in found})
    for subject in subjects:
        cells = []
        for found in results.values():
            count = Counter(result.outcome for result in found if result.case.subject == subject)
            cells.append(" / ".join(str(count[outcome]) for outcome in ORDER))
        yield f"| {subject} | " + " | ".join(cells) + " |"


def main() -> None:
    """Run every matcher and print both tables."""
    warnings.simplefilter("ignore")
    cases = load_cases()
    results = {peer.name: tuple(run_cases(peer.decide, cases)) for peer in peers()}
    print(f"{len(cases)} cases\n")
    print("\n".join(table(results)), end="\n\n")
    print("\n".join(subject_table(results)))


if __name__ == "__main__":
    main()
