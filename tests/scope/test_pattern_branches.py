"""Readings of patterns that few other tests reach: two stars, two doubts, what a pattern says of itself."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from scopecheck import Checker, Program, Reason
from scopecheck.scope.grammar import parse_listed
from scopecheck.scope.hostset import Names, Span
from scopecheck.scope.pathset import ANY_PATH, PathSet
from scopecheck.scope.pattern import Effect, ThingPattern, UrlPattern
from scopecheck.scope.zone import Doubt, Zone
from scopecheck.targets.url import WEB, parse_url

IN, NOT_LISTED, EXCLUDED = "IN_SCOPE included", "OUT_OF_SCOPE not-listed", "OUT_OF_SCOPE excluded"
APEX, DEPTH = "UNDETERMINED apex-unstated", "UNDETERMINED depth-unstated"
WIDE, UNDER = "UNDETERMINED wide-reading", "UNDETERMINED below-excluded-host"
COVERED, NOT_COVERED = {"apex": "covered"}, {"apex": "not-covered"}
ANY, ONE = {"depth": "any"}, {"depth": "one"}
BELOW_OUT, BELOW_IN = {"below_excluded": "excluded"}, {"below_excluded": "not-excluded"}


def ask(target: str, include: str, exclude: str = "", policy: dict[str, str] | None = None) -> str:
    program = Program.from_assets(include.split(), exclude.split(), policy=cast("dict[str, object]", policy))
    verdict = Checker(program).check(target)
    return f"{verdict.decision} {verdict.reason}"


def listed(text: str, effect: Effect = Effect.INCLUDE) -> UrlPattern:
    (pattern,) = parse_listed(text, effect).patterns
    assert isinstance(pattern, UrlPattern)
    return pattern


@pytest.mark.parametrize(
    ("target", "policy", "expected"),
    [
        ("a.dev.x.e.com", {}, IN),
        ("b.a.dev.x.e.com", {}, IN),
        ("dev.x.e.com", {}, APEX),
        ("dev.x.e.com", COVERED, IN),
        ("dev.x.e.com", COVERED | ONE, IN),
        ("dev.x.e.com", NOT_COVERED, NOT_LISTED),
        ("a.dev.x.y.e.com", {}, DEPTH),
        ("a.dev.x.y.e.com", ANY, IN),
        ("a.dev.x.y.e.com", ANY | NOT_COVERED, IN),
        ("a.dev.x.y.e.com", ONE, NOT_LISTED),
        ("dev.x.y.e.com", {}, APEX),
        ("dev.x.y.e.com", COVERED, DEPTH),
        ("dev.x.y.e.com", ANY, APEX),
        ("dev.x.y.e.com", COVERED | ANY, IN),
        ("dev.x.y.e.com", COVERED | ONE, NOT_LISTED),
        ("dev.x.y.e.com", NOT_COVERED | ANY, NOT_LISTED),
        ("dev.e.com", COVERED | ANY, NOT_LISTED),
    ],
)
def test_a_star_in_front_and_one_inside_are_two_questions(
    target: str, policy: dict[str, str], expected: str
) -> None:
    """Row *inner star*: the star in front is any depth or none, the inner one is one label or more."""
    assert ask(target, "*.dev.*.e.com", policy=policy) == expected


@pytest.mark.parametrize(
    ("target", "policy", "expected"),
    [
        ("a.example.com", {}, IN),
        ("b.a.example.co.uk", {}, IN),
        ("example.com", {}, APEX),
        ("example.com", COVERED, IN),
        ("example.com", NOT_COVERED, NOT_LISTED),
        ("a.example.github.io", {}, WIDE),
        ("a.example.github.io", COVERED, WIDE),
        ("a.example.github.io", NOT_COVERED, WIDE),
        ("example.github.io", {}, APEX),
        ("example.github.io", COVERED, WIDE),
        ("example.github.io", NOT_COVERED, NOT_LISTED),
        ("example.evil.com", {}, NOT_LISTED),
    ],
)
def test_a_star_in_front_and_one_for_the_suffix_are_two_questions(
    target: str, policy: dict[str, str], expected: str
) -> None:
    """Row *tail*: the apex is open also where the suffix is certain, and a private suffix stays a doubt."""
    assert ask(target, "*.example.*", policy=policy) == expected


@pytest.mark.parametrize(
    ("target", "policy", "expected"),
    [
        ("https://a.example.evil.com/", {}, WIDE),
        ("https://example.evil.com/", {}, APEX),
        ("https://example.evil.com/", COVERED, WIDE),
        ("https://example.evil.com/", NOT_COVERED, IN),
        ("https://example.evil.org/", {}, NOT_LISTED),
    ],
)
def test_as_an_exclusion_the_last_star_is_any_tail(
    target: str, policy: dict[str, str], expected: str
) -> None:
    """What an exclusion adds: for *tail*, any tail at all."""
    assert ask(target, "*.evil.com", "*.example.*", policy) == expected


def test_an_exclusion_that_only_the_apex_lies_in_is_shown() -> None:
    """D3: `*.example.*` reaches below the host that `example.*` may exclude, so it is not the narrower one."""
    program = Program.from_assets(["*.example.*"], ["example.*"])
    verdict = Checker(program).check("example.github.io")
    assert verdict.reason is Reason.APEX_UNSTATED
    assert {match.rule.text for match in verdict.matches} == {"*.example.*", "example.*"}


@pytest.mark.parametrize(
    ("include", "exclude", "target"),
    [
        ("*.dev.*.e.com", "d*.*.e.com", "dev.x.e.com"),
        ("*.dev.example.*", "d*.example.*", "dev.example.com"),
    ],
)
def test_an_apex_brings_the_hosts_below_into_the_comparison(include: str, exclude: str, target: str) -> None:
    """D1: what is listed is the apex with all below, which the exclusion does not hold, so the exclusion wins."""
    assert ask(target, include, exclude, COVERED) == EXCLUDED


@pytest.mark.parametrize(
    ("target", "include", "exclude", "expected"),
    [
        ("dev.example.com", "dev.example.*", "dev*example*", IN),
        ("dev.example.com", "*.dev.example.*", "dev*example*", WIDE),
        ("dev.x.y.e.com", "dev.*.e.com", "dev*e.com", IN),
        ("dev.x.y.e.com", "*.dev.*.e.com", "dev*e.com", WIDE),
    ],
)
def test_an_apex_is_listed_with_all_below_it(target: str, include: str, exclude: str, expected: str) -> None:
    """D2: the hosts below do not lie in what may be excluded, so the listed text is not the narrower one."""
    assert ask(target, include, exclude, COVERED | ANY) == expected


@pytest.mark.parametrize(
    "text", ["e.com", "*.e.com", "*e.com", "*.a-*.e.com", "*.e.*", "a*e.com", "10.0.0.0/8"]
)
def test_only_an_exclusion_is_feared_below_its_host(text: str) -> None:
    """What an exclusion adds: no reading of an inclusion holds a host for lying below the one it names."""
    assert not any(below for _, _, below in listed(text).hosts)


@pytest.mark.parametrize(
    ("target", "include", "exclude", "expected"),
    [
        ("https://app.e.com/?tab=x", "app.e.com", "https://e.com/?tab=x", IN),
        ("https://app.e.com/?tab=x", "*.e.com", "https://e.com/?tab=x", UNDER),
        ("https://app.e.com:8443/", "app.e.com", "e.com:8443", IN),
        ("https://app.e.com:8443/", "*.e.com", "e.com:8443", UNDER),
        ("https://app.e.com/x", "app.e.com", "e.com/x", IN),
        ("wss://app.e.com/", "https://app.e.com", "wss://e.com", UNDER),
        ("wss://app.e.com/", "wss://app.e.com", "wss://e.com", IN),
        ("wss://e.com/", "https://e.com", "wss://e.com", EXCLUDED),
    ],
)
def test_only_a_path_port_or_query_yields_below_its_host(
    target: str, include: str, exclude: str, expected: str
) -> None:
    """What an exclusion adds: the same on every host below, yielding to one that is named; a scheme does not."""
    assert ask(target, include, exclude) == expected


@pytest.mark.parametrize(
    ("target", "exclude", "policy", "expected"),
    [
        ("y.a-dev.e.com", "*-dev.e.com", {}, UNDER),
        ("y.a-dev.e.com", "*-dev.e.com", BELOW_IN | ONE, IN),
        ("y.api-1.e.com", "api-*.e.com", {}, UNDER),
        ("y.api-1.e.com", "api-*.e.com", BELOW_OUT, EXCLUDED),
        ("y.api-1.e.com", "api-*.e.com", BELOW_IN, IN),
        ("y.api-1.x.e.com", "api-*.e.com", {}, UNDER),
        ("y.api-1.x.e.com", "api-*.e.com", BELOW_OUT | ANY, EXCLUDED),
        ("y.api-1.x.e.com", "api-*.e.com", BELOW_OUT | ONE, IN),
        ("y.mail.e.com", "mail.e*", {}, UNDER),
        ("y.mail1.e.com", "mail*e.com", {}, UNDER),
        ("y.mail1.e.com", "mail*e.com", BELOW_OUT, WIDE),
        ("y.mail1.e.com", "mail*e.com", BELOW_IN, IN),
    ],
)
def test_below_a_host_that_an_excluded_star_stands_for(
    target: str, exclude: str, policy: dict[str, str], expected: str
) -> None:
    """What an exclusion adds: every host below, also where it has a star inside or at its end."""
    assert ask(target, "*.e.com", exclude, policy) == expected


@pytest.mark.parametrize(
    ("target", "include", "exclude", "expected"),
    [
        ("shop.co.uk", "*.co.uk", "", WIDE),
        ("co.uk", "*.co.uk", "", NOT_LISTED),
        ("shop.co.uk", "*co.uk", "", WIDE),
        ("a.shop.co.uk", "*co.uk", "", WIDE),
        ("co.uk", "*co.uk", "", NOT_LISTED),
        ("shopco.uk", "*co.uk", "", NOT_LISTED),
        ("shop.org.uk", "*co.uk", "", NOT_LISTED),
        ("shop.xco.uk", "*co.uk", "", NOT_LISTED),
        ("shopco.uk", "shopco.*", "*co.uk", WIDE),
        ("shop.co.uk", "shop.*", "*co.uk", WIDE),
        ("shop.co.uk", "shop.*", "*.co.uk", WIDE),
        ("shopco.uk", "shopco.*", "*.co.uk", IN),
        ("a.e.com", "*e.com", "e.com", IN),
        ("e.com", "*e.com", "e.com", EXCLUDED),
    ],
)
def test_a_star_glued_to_a_suffix_or_to_a_name(
    target: str, include: str, exclude: str, expected: str
) -> None:
    """Rows *before a suffix* and *glued*: what lies below and what merely ends so are two sets."""
    assert ask(target, include, exclude) == expected


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("e.com", Zone(WEB, Names(("e", "com")))),
        ("*.e.com", Zone(WEB, Names(("e", "com"), Span.BELOW))),
        ("https://e.com:8443", Zone(WEB, Names(("e", "com")), 8443)),
        ("ftp://e.com", Zone(frozenset({"ftp"}), Names(("e", "com")))),
        ("e.com/api/*", Zone(WEB, Names(("e", "com")), None, PathSet(("api", "*")))),
        ("https://e.com/a?tab=x", Zone(WEB, Names(("e", "com")), None, PathSet(("a",)), (("tab", "x"),))),
        ("*e.com", Zone(WEB, Names(("e", "com")))),
    ],
)
def test_the_surest_reading(text: str, zone: Zone) -> None:
    """Two readings: the first is what the text says beyond doubt, in every component."""
    assert listed(text).surest == zone


def test_a_text_that_names_no_host_has_no_surest_reading() -> None:
    """Row *star elsewhere*: as an inclusion `*` denotes nothing, not even in the wide reading."""
    assert listed("*").surest is None
    assert listed("*", Effect.EXCLUDE).surest is not None


def test_a_pattern_made_from_another_has_zones_of_its_own() -> None:
    """D1: an inclusion would override what was read from the words beside it, were their zones one."""
    included = parse_listed("*.e.com", Effect.INCLUDE).patterns[0]
    excluded = replace(included, effect=Effect.EXCLUDE, path=PathSet.parse("/admin"))
    url = parse_url("https://a.e.com/admin/x")
    ours, theirs = included.match(url), excluded.match(url)
    assert ours is not None
    assert theirs is not None
    assert isinstance(theirs.zone, Zone)
    assert theirs.zone.path == PathSet(("admin",))
    assert ours.zone != theirs.zone


def test_a_pattern_is_what_was_listed_and_not_what_was_asked_of_it() -> None:
    """What a pattern remembers of its answers plays no part in what it is."""
    one, other = listed("*.e.com/api"), listed("*.e.com/api")
    asked = one.matches(parse_url("https://a.e.com/api"))
    assert asked == one.matches(parse_url("https://a.e.com/api"))
    assert one == other
    assert hash(one) == hash(other)
    assert repr(one) == repr(other)
    assert one != listed("*.e.com/apis")


A, LOOSE_A = PathSet(("a",)), PathSet(("a",), loose=True)


@pytest.mark.parametrize(
    ("text", "narrow", "wide", "loose"),
    [
        ("e.com", ANY_PATH, (), ()),
        ("https://e.com/#a", PathSet(page=True), (ANY_PATH,), ()),
        ("e.com/a", A, (), (LOOSE_A,)),
        (
            "e.com/a/*/b",
            PathSet(("a", "*", "b")),
            (PathSet(("a", "*", "b"), deep=True),),
            (PathSet(("a", "*", "b"), loose=True), PathSet(("a", "*", "b"), deep=True, loose=True)),
        ),
        (
            "e.com/a/*",
            PathSet(("a", "*")),
            (PathSet(("a", "*"), deep=True), A),
            (PathSet(("a", "*"), loose=True), PathSet(("a", "*"), deep=True, loose=True), LOOSE_A),
        ),
    ],
)
def test_the_readings_of_a_path(
    text: str, narrow: PathSet, wide: tuple[PathSet, ...], loose: tuple[PathSet, ...]
) -> None:
    """Rows *path*, *path star*, *fragment*: a star leaves a number of segments open, an exclusion the spelling."""
    assert listed(text).paths == (narrow, *wide)
    assert listed(text, Effect.EXCLUDE).paths == (narrow, *wide, *loose)


@pytest.mark.parametrize(
    ("path", "query", "choice"),
    [
        ("/a", "tab=x", (0, 0)),
        ("/a/b", "n=1&tab=x", (0, 0)),
        ("/a", "", (0, 1)),
        ("/A", "tab=x", (1, 0)),
        ("/A;v=1", "tab=y", (1, 1)),
        ("/b", "tab=x", None),
    ],
)
def test_all_that_a_rule_asks_of_a_path_and_a_query(
    path: str, query: str, choice: tuple[int, int] | None
) -> None:
    """Row *query*: which reading of the path holds it, and whether the query is the listed one."""
    assert listed("https://e.com/a?tab=x", Effect.EXCLUDE).path_choice(path, query) == choice


@pytest.mark.parametrize(
    ("pattern", "doubts"),
    [
        (ThingPattern("x", Effect.INCLUDE, "x"), ()),
        (ThingPattern("x", Effect.INCLUDE, "x", wide=True), (Doubt.WIDE_READING,)),
        (ThingPattern("x", Effect.INCLUDE, "x", demoted=Doubt.CONDITION), (Doubt.CONDITION,)),
        (
            ThingPattern("x", Effect.INCLUDE, "x", wide=True, demoted=Doubt.CONDITION),
            (Doubt.CONDITION, Doubt.WIDE_READING),
        ),
    ],
)
def test_an_asset_costs_the_doubts_of_its_rule(pattern: ThingPattern, doubts: tuple[Doubt, ...]) -> None:
    """A rule in doubt as a whole adds its doubt to that of the reading."""
    found = pattern.match("x")
    assert found is not None
    assert found.doubts == doubts
    assert not found.below
    assert pattern.match("y") is None


def test_a_star_in_the_name_of_a_rule_is_a_character() -> None:
    """T6: names are equal or not; only an id on a row typed as an app may hold a star for others."""
    program = Program.model_validate(
        {
            "id": "p",
            "name": "P",
            "in_scope": [{"asset": "e.com", "name": "Widget *"}, {"asset": "f.com", "name": "Gadget"}],
        }
    )
    checker = Checker(program)
    assert checker.check_asset("Widget *").in_scope
    assert checker.check_asset("Gadget").in_scope
    assert checker.check_asset("Widget Pro").reason is Reason.NOT_LISTED


@pytest.mark.parametrize(
    ("text", "yields"),
    [("e.com", False), ("e.com/*", False), ("e.com:81", True), ("e.com/x", True), ("e.com/*?q=1", True)],
)
def test_what_a_pattern_states_besides_its_host(text: str, yields: bool) -> None:
    """D1: a query on any path makes a rule yield as a path or a port does."""
    assert listed(text, Effect.EXCLUDE).yields is yields
