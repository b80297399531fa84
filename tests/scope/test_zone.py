"""What one alternative denotes, and strictly narrower as a relation on patterns (3.3)."""

from __future__ import annotations

import pytest
from hypothesis import event, given

from members import missing
from scopecheck.scope.grammar import parse_listed
from scopecheck.scope.hostset import Names, Span
from scopecheck.scope.pattern import Effect
from scopecheck.scope.zone import (
    Everything,
    Thing,
    Zone,
    ZoneLike,
    names_host,
    same_listing,
    strictly_narrower,
)
from scopecheck.targets.asset import parse_bare
from scopecheck.targets.url import has_scheme, parse_url
from strategies import zones


def zone(text: str, target: str, effect: Effect) -> ZoneLike:
    """Return the alternative of a listed text that matches a target."""
    url = parse_url(target) if has_scheme(target) else parse_bare(target)
    found = [match for pattern in parse_listed(text, effect).patterns if (match := pattern.match(url))]
    assert found, f"{text} does not match {target}"
    return found[0].zone


def narrower(include: str, exclude: str, target: str) -> bool:
    """Compare an inclusion with a narrow exclusion, by what matches the target."""
    ours, theirs = zone(include, target, Effect.INCLUDE), zone(exclude, target, Effect.EXCLUDE)
    return strictly_narrower(ours, theirs, against_narrow=True)


# Each row: inclusion, exclusion, a target that both match in the narrow reading.
NARROWER = [
    ("app.e.com", "*.e.com", "app.e.com"),
    ("*.app.e.com", "*.e.com", "x.app.e.com"),
    ("api-1.e.com", "api-*.e.com", "api-1.e.com"),
    ("api-*.e.com", "*.e.com", "api-1.e.com"),
    ("api-*.e.com", "a*.e.com", "api-1.e.com"),
    ("dev.*.e.com", "*.e.com", "dev.x.e.com"),
    ("dev.api-*.e.com", "dev.*.e.com", "dev.api-1.e.com"),
    ("e.com", "e.*", "e.com"),
    ("www.e.co.uk", "www.e.*", "www.e.co.uk"),
    ("www.e.*", "*.e.*", "www.e.com"),
    ("*.e.com", "*.e.*", "a.e.com"),
    ("www.e.com", "*e.com", "www.e.com"),
    ("10.0.0.7", "10.0.0.0/24", "10.0.0.7"),
    ("10.0.0.0/25", "10.0.0.0/24", "10.0.0.7"),
    ("10.0.0.1-10.0.0.9", "10.0.0.0/24", "10.0.0.7"),
    ("2001:db8::/64", "2001:db8::/32", "2001:db8::1"),
    ("e.com/api", "e.com", "https://e.com/api"),
    ("e.com/api/v1", "e.com/api", "https://e.com/api/v1"),
    ("e.com/api", "e.com/api*", "https://e.com/api"),
    ("e.com/a/x/b", "e.com/a/*/b", "https://e.com/a/x/b"),
    ("e.com/x-1.zip", "e.com/x-*.zip", "https://e.com/x-1.zip"),
    ("e.com/p?tab=x", "e.com/p", "https://e.com/p?tab=x"),
    ("e.com/p?tab=x&u=1", "e.com/p?tab=x", "https://e.com/p?tab=x&u=1"),
    ("e.com:8443", "e.com", "https://e.com:8443/"),
    ("mongodb://e.com", "e.com", "mongodb://e.com/"),
    ("api.e.com/v1", "*.e.com", "https://api.e.com/v1"),
]

NOT_NARROWER = [
    # equal, however it is written
    ("e.com", "e.com", "e.com"),
    ("https://e.com/", "e.com", "e.com"),
    ("http://e.com", "e.com", "e.com"),
    ("*://e.com/*", "e.com", "e.com"),
    ("e.com/**", "e.com", "https://e.com/x"),
    ("*.e.com", "*.e.com", "a.e.com"),
    ("*.e.com", "*e.com", "a.e.com"),
    ("e.com", "*e.com", "e.com"),
    ("api-*.e.com", "api-*.e.com", "api-1.e.com"),
    ("(a|b).e.com", "{a,b}.e.com", "a.e.com"),
    ("e.*", "e.*", "e.com"),
    ("10.0.0.0/8", "10.*.*.*", "10.0.0.1"),
    ("10.0.0.0/30", "10.0.0.0-10.0.0.3", "10.0.0.1"),
    ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1"),
    ("e.com/api/", "e.com/api", "https://e.com/api"),
    ("e.com/api?", "e.com/api", "https://e.com/api"),
    ("e.com/p?a=1&b=2", "e.com/p?b=2&a=1", "https://e.com/p?a=1&b=2"),
    # a scheme's default port, and `/*` at the end, count as equal against a narrow match
    ("e.com:443", "e.com", "https://e.com/"),
    ("e.com:80", "e.com", "http://e.com/"),
    ("http://e.com:80", "http://e.com", "http://e.com/"),
    ("ftp://e.com:21", "ftp://e.com", "ftp://e.com/"),
    ("e.com/api/*", "e.com/api", "https://e.com/api/x"),
    # wider
    ("*.e.com", "app.e.com", "app.e.com"),
    ("*.e.com", "api-*.e.com", "api-1.e.com"),
    ("e.*", "e.com", "e.com"),
    ("*.e.*", "*.e.com", "a.e.com"),
    ("10.0.0.0/8", "10.0.0.0/24", "10.0.0.1"),
    ("e.com", "e.com/api", "https://e.com/api"),
    ("e.com/api*", "e.com/api", "https://e.com/api"),
    ("e.com", "e.com:8443", "https://e.com:8443/"),
    ("e.com/p", "e.com/p?tab=x", "https://e.com/p?tab=x"),
    # merely overlapping
    ("a.e.com", "wss://*.e.com", "wss://a.e.com/"),
    ("*-dev.e.com", "x*.e.com", "x-dev.e.com"),
    ("api-*.e.com", "*-dev.e.com", "api-dev.e.com"),
    ("dev.*.e.com", "*.api.e.com", "dev.api.e.com"),
    ("*.e.com", "launcher.e.*", "launcher.e.com"),
    ("*.e.com", "www.e.*", "www.e.com"),
    ("*.e.com/api", "a.e.com", "https://a.e.com/api"),
    ("*.e.com:8443", "a.e.com", "https://a.e.com:8443/"),
    ("*.e.com", "a.e.com/api", "https://a.e.com/api"),
    ("mongodb://*.e.com", "prod.e.com", "mongodb://prod.e.com/"),
    ("mongodb://e.com", "e.com/api", "mongodb://e.com/api"),
    ("e.com/a/*", "e.com/*/b", "https://e.com/a/b"),
    ("e.com/p?a=1", "e.com/p?b=2", "https://e.com/p?a=1&b=2"),
    ("10.0.0.1-10.0.0.9", "10.0.0.5-10.0.0.20", "10.0.0.7"),
    ("e.com:8443", "e.com/api", "https://e.com:8443/api"),
    ("e.com:8443/api", "e.com:8443/api", "https://e.com:8443/api"),
]


@pytest.mark.parametrize(("include", "exclude", "target"), NARROWER)
def test_strictly_narrower(include: str, exclude: str, target: str) -> None:
    """3.3: A lies in B in every component, and B does not lie in A."""
    assert narrower(include, exclude, target)


@pytest.mark.parametrize(("include", "exclude", "target"), NOT_NARROWER)
def test_not_strictly_narrower(include: str, exclude: str, target: str) -> None:
    """3.3: equal, wider and merely overlapping rules are not narrower, so the exclusion wins."""
    assert not narrower(include, exclude, target)


@pytest.mark.parametrize(("include", "exclude", "target"), NARROWER)
def test_what_is_narrower_one_way_is_not_the_other_way(include: str, exclude: str, target: str) -> None:
    assert not narrower(exclude, include, target)


def test_a_difference_of_the_apex_only_is_none_against_a_narrow_match() -> None:
    """3.3."""
    below, both = (
        Zone(None, Names(("e", "com"), Span.BELOW)),
        Zone(None, Names(("e", "com"), Span.AT_OR_BELOW)),
    )
    assert not strictly_narrower(below, both, against_narrow=True)
    assert strictly_narrower(below, both, against_narrow=False)


@given(zones(), zones())
def test_a_narrower_zone_has_nothing_that_the_wider_one_lacks(a: Zone, b: Zone) -> None:
    """A strictly-narrower that is wrongly true would be a wrong yes."""
    for against_narrow in (True, False):
        if strictly_narrower(a, b, against_narrow=against_narrow):
            event("narrower")
            assert missing(a, b) == ""


@given(zones(), zones())
def test_strictly_narrower_is_irreflexive_and_asymmetric(a: Zone, b: Zone) -> None:
    for against_narrow in (True, False):
        assert not strictly_narrower(a, a, against_narrow=against_narrow)
        if strictly_narrower(a, b, against_narrow=against_narrow):
            assert not strictly_narrower(b, a, against_narrow=False)
            assert not strictly_narrower(b, a, against_narrow=True)


@given(zones(), zones(), zones())
def test_strictly_narrower_has_no_cycles(a: Zone, b: Zone, c: Zone) -> None:
    """The narrowest of several inclusions exists (design 2: what rides along comes from it)."""
    if strictly_narrower(a, b, against_narrow=False) and strictly_narrower(b, c, against_narrow=False):
        event("chain")
        assert not strictly_narrower(c, a, against_narrow=False)
        assert missing(a, c) == ""


@given(zones(), zones())
def test_narrower_against_a_narrow_match_is_narrower_against_a_wide_one(a: Zone, b: Zone) -> None:
    """The leniency of 3.3 only takes answers away from the inclusion."""
    if strictly_narrower(a, b, against_narrow=True):
        assert strictly_narrower(a, b, against_narrow=False)


@given(zones())
def test_nothing_is_compared_across_kinds(a: Zone) -> None:
    for other in (Thing("com.e.app"), Everything()):
        assert not strictly_narrower(a, other, against_narrow=False)
        assert not strictly_narrower(other, a, against_narrow=False)


def test_an_id_is_narrower_than_a_glob_of_ids() -> None:
    one, shape, wider = Thing("com.e.app"), Thing("com.e.*", glob=True), Thing("com.*", glob=True)
    assert strictly_narrower(one, shape, against_narrow=True)
    assert strictly_narrower(shape, wider, against_narrow=True)
    assert not strictly_narrower(wider, shape, against_narrow=True)
    assert not strictly_narrower(one, one, against_narrow=True)
    assert not strictly_narrower(Thing("org.e.app"), shape, against_narrow=True)


def test_globs_that_mean_the_same_are_not_narrower_than_each_other() -> None:
    one, two = Thing("com.e.*", glob=True), Thing("com.e.**", glob=True)
    assert not strictly_narrower(one, two, against_narrow=True)
    assert not strictly_narrower(two, one, against_narrow=True)


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        ("a.e.com", "a.e.com", True),
        ("*.e.com", "a.e.com", False),
        ("a*.e.com", "a.e.com", False),
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.0/31", "10.0.0.1", False),
    ],
)
def test_an_inclusion_names_a_host_without_a_star(text: str, target: str, expected: bool) -> None:
    """3.2: a path or port rule yields to it on hosts below its own."""
    assert names_host(zone(text, target, Effect.INCLUDE)) is expected


@pytest.mark.parametrize(
    ("include", "exclude", "target", "expected"),
    [
        ("e.com", "https://e.com/", "e.com", True),
        ("e.com:443", "e.com", "https://e.com/", True),
        ("*.e.com", "*e.com", "a.e.com", True),
        ("*.e.com", "a.e.com", "a.e.com", False),
        ("a.e.com", "*.e.com", "a.e.com", False),
    ],
)
def test_the_same_listing_on_both_sides_is_recognised(
    include: str, exclude: str, target: str, expected: bool
) -> None:
    """D1: of two equal patterns the exclusion wins, with a `conflict` note."""
    ours, theirs = zone(include, target, Effect.INCLUDE), zone(exclude, target, Effect.EXCLUDE)
    assert same_listing(ours, theirs) is expected
