"""How the time of an answer grows, as ratios: flat in rules, linear in URLs, hardly with programs.

Time is the work of this process alone. Each ratio is the median of rounds in which both sides take turns,
and a ratio that is too large is measured again: noise passes, growth does not.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count

import pytest

import scopecheck as sc

_ROUNDS = 7
_TRIES = 4
_NEW = count()

Work = Callable[[], tuple[Callable[[], object], int]]
"""Prepares a round: what to time, and of how many items it is."""


def assert_grows_at_most(limit: float, small: Work, large: Work, rounds: int = _ROUNDS) -> None:
    """Assert that an item of `large` takes at most `limit` times as long as one of `small`."""
    seen = []
    for _ in range(_TRIES):
        seen.append(statistics.median(an_item(large) / an_item(small) for _ in range(rounds)))
        if seen[-1] <= limit:
            return
    pytest.fail(f"grows by {', '.join(f'{one:.1f}' for one in seen)}, more than {limit}")


def an_item(work: Work) -> float:
    run, items = work()
    start = time.process_time()
    run()
    return (time.process_time() - start) / items


def program(rules: int, name: str = "brand") -> sc.Program:
    """Return a program of wildcards, hosts, exclusions, paths and ports, each on a domain of its own."""
    shapes = ("*.{}", "www.{}", "https://app.{}/api", "api.{}:8443", "*.eu.{}")
    domains = [f"{name}{number}.com" for number in range(rules * 4 // 5)]
    include = [shapes[number % len(shapes)].format(domain) for number, domain in enumerate(domains)]
    exclude = [f"blog.{name}{number * 5}.com" for number in range(rules - len(include))]
    return sc.Program.from_assets(include=include, exclude=exclude, id=f"{name}-{rules}")


@cache
def checker(rules: int) -> sc.Checker:
    return sc.Checker(program(rules))


def new_hosts(urls: int, domains: int, name: str = "brand") -> list[str]:
    """Return URLs of hosts that were in no URL before: below few listed domains, and elsewhere."""
    made = []
    for number in range(urls):
        domain = f"{name}{number % domains}.com" if number % 3 else f"elsewhere{number % domains}.org"
        made.append(f"https://h{next(_NEW)}.{domain}/users/{number}?page=2")
    return made


def checks(rules: int, urls: int) -> Work:
    """Check new hosts below domains that were asked for before."""
    asked = checker(rules)
    for url in new_hosts(150, 50):
        asked.check_url(url)

    def prepare() -> tuple[Callable[[], object], int]:
        texts = new_hosts(urls, 50)
        return lambda: [asked.check_url(text).decision for text in texts], urls

    return prepare


def test_a_check_is_flat_in_rules() -> None:
    assert_grows_at_most(2, checks(100, 1_000), checks(10_000, 1_000))


def test_the_first_check_below_a_listed_domain_is_flat_in_rules() -> None:
    few = program(100)
    many = sc.Checker(program(10_000))
    unasked: Iterator[int] = iter(range(8_000))

    def small() -> tuple[Callable[[], object], int]:
        asked = sc.Checker(few)
        urls = [f"https://h.brand{number}.com/" for number in range(80)]
        return lambda: [asked.check_url(url).decision for url in urls], len(urls)

    def large() -> tuple[Callable[[], object], int]:
        urls = [f"https://h.brand{next(unasked)}.com/" for _ in range(80)]
        return lambda: [many.check_url(url).decision for url in urls], len(urls)

    assert_grows_at_most(3, small, large)


def test_checks_are_linear_in_urls() -> None:
    assert_grows_at_most(2, checks(100, 500), checks(100, 20_000), rounds=3)


def test_a_check_of_an_exclusion_is_flat_in_rules() -> None:
    def below_excluded(rules: int) -> Work:
        asked = checker(rules)

        def prepare() -> tuple[Callable[[], object], int]:
            urls = [f"https://h{next(_NEW)}.blog.brand{5 * (n % 4)}.com/" for n in range(500)]
            return lambda: [asked.check_url(url).decision for url in urls], len(urls)

        return prepare

    assert_grows_at_most(2, below_excluded(100), below_excluded(10_000))


@pytest.mark.parametrize(
    "part", ["/segment", "/%61%20", "/a.b", "/a//b", "/%2fx", "/a;b=c"], ids=lambda part: part[1:]
)
def test_a_check_is_linear_in_the_length_of_a_path(part: str) -> None:
    asked = checker(100)

    def of_length(length: int) -> Work:
        text = "https://app.brand2.com/api" + part * (length // len(part))
        return lambda: (lambda: asked.check_url(text).decision, len(text))

    assert_grows_at_most(3, of_length(1_500), of_length(30_000), rounds=5)


def test_a_check_is_linear_in_the_length_of_a_query() -> None:
    asked = checker(100)

    def of_length(length: int) -> Work:
        text = "https://app.brand2.com/api?" + "key=a%20b&" * (length // 10)
        return lambda: (lambda: asked.check_url(text).decision, len(text))

    assert_grows_at_most(3, of_length(1_500), of_length(30_000), rounds=5)


def test_reading_and_compiling_is_linear_in_rules() -> None:
    def compiling(rules: int, programs: int) -> Work:
        def run() -> None:
            for number in range(programs):
                sc.Checker(program(rules, f"brand{number}x"))

        return lambda: (run, rules * programs)

    assert_grows_at_most(2.5, compiling(100, 5), compiling(2_500, 1), rounds=3)


@cache
def catalog(programs: int) -> sc.Catalog:
    return sc.Catalog([program(10, f"brand{number}x") for number in range(programs)])


def finds(programs: int) -> Work:
    known = catalog(programs)

    def prepare() -> tuple[Callable[[], object], int]:
        urls = new_hosts(300, 8, "brand1x")
        return lambda: [known.find(url) for url in urls], len(urls)

    prepare()[0]()
    return prepare


def test_the_hosts_asked_for_are_found() -> None:
    assert [[one.id for one, _ in catalog(10).find(f"https://h.brand1x{n}.com/")] for n in (0, 1)] == [
        ["brand1x-10"],
        [],
    ]


def test_a_lookup_hardly_grows_with_programs() -> None:
    assert_grows_at_most(3, finds(10), finds(300))
