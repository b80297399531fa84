"""Programs and targets: what is drawn keeps the law of its strategy, and finds naive matchers out."""

from __future__ import annotations

import fnmatch
import functools
import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

import scopecheck as sc
import strategies as own
from scopecheck.targets.url import has_scheme
from scopecheck.testing import programs, targets, targets_in, targets_not_in
from strategies import Scope

EVERY = {
    "shapes": True,
    "paths": True,
    "ports": True,
    "schemes": True,
    "addresses": True,
    "assets": True,
    "prose": True,
    "policies": True,
}
# Law by law, no shrinking of what is only counted.
COUNTED = settings(
    max_examples=300,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
FEW = settings(COUNTED, max_examples=100)
DRAWN = st.one_of(programs(), programs(**EVERY), own.scopes().map(lambda scope: scope.checker().program))


@given(st.data(), DRAWN)
def test_every_target_in_is_in_scope(data: st.DataObject, program: sc.Program) -> None:
    url = data.draw(targets_in(program))
    assert sc.Checker(program).check_url(url).in_scope
    assert has_scheme(url)


@given(st.data(), DRAWN)
def test_no_target_not_in_is_in_scope(data: st.DataObject, program: sc.Program) -> None:
    url = data.draw(targets_not_in(program))
    assert not sc.Checker(program).check(url).in_scope
    assert not sc.Checker(program).check_url(url).in_scope


@given(st.data(), DRAWN)
def test_targets_of_every_kind_keep_the_laws(data: st.DataObject, program: sc.Program) -> None:
    checker = sc.Checker(program)
    assert checker.check(data.draw(targets_in(program, urls_only=False))).in_scope
    assert not checker.check(data.draw(targets_not_in(program, urls_only=False))).in_scope
    assert isinstance(data.draw(targets(program, urls_only=False)), str)


@given(st.data(), programs(**EVERY, max_rules=6))
def test_every_program_has_something_in_scope(data: st.DataObject, program: sc.Program) -> None:
    assert not targets_in(program).is_empty
    assert len(program.in_scope) + len(program.unresolved) >= 1
    assert sc.Checker(program).check(data.draw(targets_in(program))).in_scope


def test_a_program_without_a_sure_url_has_no_targets_in() -> None:
    for assets in (["*"], ["*.co.uk"], ["example.com only if logged in"], [], ["Example Plugins"]):
        program = sc.Program.from_assets(assets)
        assert targets_in(program).is_empty
        assert find(targets_not_in(program), lambda _: True, settings=FEW)
        assert find(targets(program), lambda _: True, settings=FEW)


def test_the_program_of_a_file_can_be_aimed_at() -> None:
    program = sc.load("openai")
    checker = sc.Checker(program)
    assert checker.check(find(targets_in(program), lambda _: True, settings=FEW)).in_scope
    doubtful = find(
        targets_not_in(program), lambda url: checker.check(url).decision is sc.Decision.UNDETERMINED
    )
    assert not checker.check(doubtful).in_scope


# --- options ---------------------------------------------------------------------------------


def drawn(**options: Any) -> tuple[sc.Program, ...]:
    """Draw programs of these options, the same ones every time."""
    return _drawn(tuple(options.items()))


@functools.cache
def _drawn(options: tuple[tuple[str, Any], ...]) -> tuple[sc.Program, ...]:
    found: list[sc.Program] = []

    @settings(COUNTED, max_examples=100)
    @given(programs(**dict(options)))
    def collect(program: sc.Program) -> None:
        found.append(program)

    collect()
    return tuple(found)


def some(shape: str, **options: Any) -> bool:
    """Tell whether a program is drawn that has a text of this shape."""
    shaped = re.compile(shape)
    texts = (
        text
        for program in drawn(**options)
        for text in [*(rule.asset for rule in program.rules), *(one.text for one in program.unresolved)]
    )
    return any(map(shaped.search, texts))


OPTIONS: list[tuple[str, str]] = [
    ("shapes", r"[a-z]\*|\*[a-z-]|\.\*"),
    ("paths", r"[a-z]/[a-z]"),
    ("ports", r":\d+\Z"),
    ("schemes", r"://"),
    ("addresses", r"\A\d+\.\d+|::"),
    ("assets", r"github|Plugins|play\.google"),
    ("prose", r"[a-z] [a-z]"),
]


@pytest.mark.parametrize(("option", "shape"), OPTIONS, ids=[option for option, _ in OPTIONS])
def test_an_option_adds_its_kind_of_text_and_nothing_else_does(option: str, shape: str) -> None:
    assert some(shape, **{option: True})
    assert not some(shape)


def test_wildcards_exclusions_and_policies_can_be_chosen() -> None:
    assert some(r"\A\*\.")
    assert not some(r"\*", wildcards=False)
    assert any(program.out_of_scope for program in drawn())
    bare = (*drawn(exclusions=False), *drawn(exclusions=False, **EVERY))
    assert not any(program.out_of_scope for program in bare)
    assert all(program.policy == sc.Policy() for program in drawn())
    assert len({repr(program.policy) for program in drawn(policies=True)}) > 5


def test_the_number_of_rules_is_limited() -> None:
    sizes = {len(program.in_scope) for program in drawn(max_rules=2)}
    assert sizes == {1, 2}
    with pytest.raises(ValueError, match="max_rules"):
        programs(max_rules=0)


# --- what is drawn, and how often ------------------------------------------------------------


NESTED = sc.Program.from_assets(["*.example.com"], ["blog.example.com", "*.dev.example.com"])
EVERYWHERE = {"not-listed", "excluded", "ambiguous-target", "invalid-target", "apex-unstated", "wide-reading"}


@pytest.mark.parametrize(
    ("of_programs", "wanted"),
    [
        (programs(**EVERY), EVERYWHERE | {"unresolved-exclusion", "open-scope"}),
        (st.just(NESTED), EVERYWHERE | {"below-excluded-host"}),
    ],
    ids=["any program", "hosts below excluded ones"],
)
def test_targets_not_in_have_every_reason_of_a_no_and_of_a_doubt(
    of_programs: st.SearchStrategy[sc.Program], wanted: set[str]
) -> None:
    reasons: Counter[str] = Counter()
    fallback = 0

    @settings(COUNTED, max_examples=1_500)
    @given(st.data(), of_programs)
    def count(data: st.DataObject, program: sc.Program) -> None:
        nonlocal fallback
        url = data.draw(targets_not_in(program))
        reasons[sc.Checker(program).check(url).reason] += 1
        fallback += url == "about:blank"

    count()
    assert wanted <= set(reasons)
    assert fallback < 0.02 * sum(reasons.values())


def test_targets_in_are_many_and_rarely_the_same() -> None:
    program = sc.Program.from_assets(["*.example.com", "example.org/api"], ["blog.example.com"])
    seen: Counter[str] = Counter()

    @COUNTED
    @given(targets_in(program))
    def count(url: str) -> None:
        seen[url] += 1

    count()
    assert len(seen) > 60
    hosts = {str(urlsplit(url).hostname) for url in seen}
    assert "example.org" in hosts
    assert any(host.count(".") > 2 for host in hosts)


@given(st.data(), own.scopes())
def test_no_draw_is_rejected(data: st.DataObject, scope: Scope) -> None:
    """Neither strategy filters: an empty one aside, each draw is a target."""
    program = scope.checker().program
    data.draw(targets_not_in(program))
    if not targets_in(program).is_empty:
        data.draw(targets_in(program))


# --- a broken scope function is noticed ------------------------------------------------------

Allows = Callable[[str, sc.Program], bool]


def _names(program: sc.Program) -> list[str]:
    return [rule.asset.removeprefix("*.") for rule in program.in_scope]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def by_suffix(url: str, program: sc.Program) -> bool:
    return any(_host(url).endswith(name) for name in _names(program))


def by_substring(url: str, program: sc.Program) -> bool:
    return any(name in url for name in _names(program))


def by_regex(url: str, program: sc.Program) -> bool:
    return any(re.search(name, _host(url)) for name in _names(program))


def by_glob(url: str, program: sc.Program) -> bool:
    """Right about wildcards, deaf to exclusions."""
    return any(fnmatch.fnmatchcase(_host(url), rule.asset) for rule in program.in_scope)


def by_apex(url: str, program: sc.Program) -> bool:
    """Takes `*.example.com` for `example.com` too, without asking."""
    host = _host(url)
    inside = any(host == name or host.endswith("." + name) for name in _names(program))
    return inside and not any(host.endswith(rule.asset.removeprefix("*.")) for rule in program.out_of_scope)


NAIVE: tuple[Allows, ...] = (by_suffix, by_substring, by_regex, by_glob, by_apex)


@pytest.mark.parametrize("allows", NAIVE)
def test_a_naive_scope_function_is_found_out_within_few_examples(allows: Allows) -> None:
    pairs = programs().flatmap(lambda program: st.tuples(st.just(program), targets_not_in(program)))
    program, url = find(pairs, lambda pair: allows(pair[1], pair[0]), settings=FEW)
    assert not sc.Checker(program).check(url).in_scope


def test_a_suffix_matcher_is_found_out_on_a_fixed_program_and_the_example_is_plain() -> None:
    program = sc.Program.from_assets(["*.example.com"])
    url = find(targets_not_in(program), lambda url: by_suffix(url, program), settings=FEW)
    assert url == "https://evilexample.com/"


def test_a_function_that_refuses_wildcards_is_found_out_by_targets_in() -> None:
    pairs = programs().flatmap(lambda program: st.tuples(st.just(program), targets_in(program)))
    _, url = find(pairs, lambda pair: _host(pair[1]) not in _names(pair[0]), settings=FEW)
    assert url.startswith("https://")


def test_the_checker_itself_passes() -> None:
    pairs = programs(**EVERY).flatmap(lambda program: st.tuples(st.just(program), targets_not_in(program)))
    with pytest.raises(NoSuchExample):
        find(pairs, lambda pair: sc.Checker(pair[0]).check(pair[1]).in_scope, settings=FEW)
