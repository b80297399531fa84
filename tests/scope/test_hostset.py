"""Sets of hosts: membership by the rows of the table, containment by sampled members (3.3)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import event, given

from members import hosts_in
from scopecheck.scope.hostset import (
    Addresses,
    Glob,
    HostSet,
    Names,
    Span,
    Tail,
    Tails,
    contains,
    glob_matches,
    is_starless,
    within,
)
from scopecheck.targets.host import Host, HostName, parse_host
from strategies import host_sets, hosts, ip_addresses

# --- membership ------------------------------------------------------------------------------

BELOW, AT_OR_BELOW = Span.BELOW, Span.AT_OR_BELOW
E_COM = ("e", "com")


@pytest.mark.parametrize(
    ("set_", "inside", "outside"),
    [
        (Names(E_COM), ("e.com",), ("a.e.com", "xe.com", "com", "e.com.evil.net")),
        (Names(E_COM, BELOW), ("a.e.com", "a.b.e.com"), ("e.com", "xe.com", "a.xe.com", "e.com.net")),
        (Names(E_COM, AT_OR_BELOW), ("e.com", "a.e.com"), ("xe.com", "com")),
        (Names(("api-*", *E_COM)), ("api-1.e.com",), ("api.e.com", "a.api-1.e.com", "api-1.x.e.com")),
        (Names(("*", *E_COM)), ("a.e.com",), ("e.com", "a.b.e.com")),
        (Tail(("e",), Tails.ICANN), ("e.com", "e.co.uk"), ("e.github.io", "e.evil.net", "a.e.com", "e")),
        (Tail(("e",), Tails.LISTED), ("e.github.io",), ("e.evil.net", "e.zzzz")),
        (Tail(("e",), Tails.ANY), ("e.evil.net", "e.zzzz", "e.com"), ("xe.com", "a.e.com")),
        (Tail(("e",), Tails.ANY, AT_OR_BELOW), ("e.zzzz", "a.b.e.zzzz.q"), ("xe.com",)),
        (Tail(("e",), Tails.ICANN, lead=BELOW), ("a.e.com", "a.b.e.co.uk"), ("e.com", "a.e.evil.net")),
        (Tail(("com",), Tails.ICANN, lead=BELOW), (), ("anyone.com.br", "a.com.co")),
        (Tail(("www", "e"), Tails.ICANN), ("www.e.de",), ("www.e.evil.de", "e.de", "www.x.e.de")),
        (Glob("*www.e.com", within="e.com"), ("dev-www.e.com", "www.e.com"), ("www.e.com.evil.net",)),
        (Glob("*e.com", within="e.com"), ("e.com", "xe.e.com"), ("evile.com", "e.com.net")),
        (Glob("e*e.com"), ("exe.com", "e.x.e.com"), ("ee.net", "a.exe.com")),
        (Glob("a*.e.com", below=True), ("a1.e.com", "x.a1.e.com", "a.b.e.com"), ("b.e.com", "xa.e.com")),
    ],
    ids=str,
)
def test_a_name_is_in_the_set_that_its_row_denotes(
    set_: HostSet, inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    assert [host for host in inside if not contains(set_, HostName(host))] == []
    assert [host for host in outside if contains(set_, HostName(host))] == []


def test_an_address_is_in_a_range_with_both_ends() -> None:
    block = Addresses(4, int(IPv4Address("10.0.0.0")), int(IPv4Address("10.0.0.255")))
    for inside in ("10.0.0.0", "10.0.0.255"):
        assert contains(block, IPv4Address(inside))
    for outside in ("9.255.255.255", "10.0.1.0"):
        assert not contains(block, IPv4Address(outside))
    assert not contains(block, IPv6Address(int(IPv4Address("10.0.0.1"))))


@given(host_sets(), ip_addresses())
def test_a_name_set_never_holds_an_address_nor_the_reverse(set_: HostSet, address: str) -> None:
    """3.3: a host name never matches an address rule, nor the reverse."""
    host = parse_host(address).host
    if not isinstance(set_, Addresses):
        assert not contains(set_, host)
    else:
        assert not contains(set_, HostName("e.com"))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("a", "a", True),
        ("a", "ab", False),
        ("*", "", True),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*ab*ab*", "abab", True),
        ("*ab*ab*", "aab", False),
        ("a*b*c", "abc", True),
        ("a*b*c", "acb", False),
        ("x*yy*y", "xyyy", True),
        ("x*yy*yy", "xyyy", False),
    ],
)
def test_a_star_stands_for_any_text(pattern: str, text: str, expected: bool) -> None:
    assert glob_matches(pattern, text) is expected


def test_a_glob_of_many_stars_is_matched_in_linear_time() -> None:
    """A backtracking matcher would not return from this in a lifetime."""
    assert not glob_matches("*a" * 2_000 + "b", "a" * 20_000)


# --- containment -----------------------------------------------------------------------------


@given(host_sets(), host_sets())
def test_containment_is_sound(a: HostSet, b: HostSet) -> None:
    """If `within(a, b)`, then every host of `a` is in `b`."""
    if within(a, b):
        event("within")
        assert [host for host in hosts_in(a) if not contains(b, host)] == []


@given(host_sets(), host_sets())
def test_containment_without_the_apex_misses_the_apex_alone(a: HostSet, b: HostSet) -> None:
    if within(a, b, apex_counts=False):
        missed = [host for host in hosts_in(a) if not contains(b, host)]
        apex = ".".join(b.labels) if isinstance(b, Names) else None
        if isinstance(b, Names) and "*" not in "".join(b.labels):
            assert [host for host in missed if host != apex] == []
        elif not isinstance(b, Tail):
            assert all(_is_apex(host, b) for host in missed)


def _is_apex(host: Host, set_: HostSet) -> bool:
    return isinstance(set_, Names) and isinstance(host, str) and contains(Names(set_.labels), host)


@given(host_sets(), host_sets(), host_sets())
def test_containment_is_reflexive_and_never_contradicts_itself(a: HostSet, b: HostSet, c: HostSet) -> None:
    assert within(a, a)
    if within(a, b) and within(b, c):
        assert [host for host in hosts_in(a) if not contains(c, host)] == []


@pytest.mark.parametrize(
    ("inner", "outer"),
    [
        (Names(("a", *E_COM)), Names(E_COM, BELOW)),
        (Names(("a", *E_COM), BELOW), Names(E_COM, BELOW)),
        (Names(E_COM, BELOW), Names(E_COM, AT_OR_BELOW)),
        (Names(("api-*", *E_COM)), Names(("a*", *E_COM))),
        (Names(("api-*", *E_COM)), Glob("api-*.e.com")),
        (Names(E_COM), Tail(("e",), Tails.ICANN)),
        (Names(("a", "e", "co", "uk"), BELOW), Tail(("e",), Tails.ICANN, lead=BELOW)),
        (Tail(("e",), Tails.ICANN), Tail(("e",), Tails.ANY)),
        (Tail(("www", "e"), Tails.ICANN), Tail(("e",), Tails.ICANN, lead=BELOW)),
        (Glob("*www.e.com", within="e.com"), Names(E_COM, BELOW)),
        (Glob("a*.e.com"), Glob("a*.e.com", below=True)),
        (Addresses(4, 5, 6), Addresses(4, 5, 9)),
    ],
    ids=str,
)
def test_what_rules_need_to_be_compared_by_is_decided(inner: HostSet, outer: HostSet) -> None:
    """3.3: these are proper subsets, and containment has to see it."""
    assert within(inner, outer)
    assert not within(outer, inner)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (Names(E_COM), Names(("e", "org"))),
        (Names(("api-*", *E_COM)), Names(("*-dev", *E_COM))),
        (Names(E_COM, BELOW), Tail(("prod", "e"), Tails.ICANN)),
        (Tail(("e",), Tails.ICANN), Names(E_COM)),
        (Tail(("e",), Tails.ICANN, AT_OR_BELOW), Tail(("e",), Tails.ANY)),
        (Tail(("e",), Tails.ICANN), Tail(("e",), Tails.ANY, lead=BELOW)),
        (Names(("a", *E_COM), BELOW), Names(("*", "*", *E_COM))),
        (Names(("*-dev", *E_COM)), Names(("x*", *E_COM))),
        (Names(("*v", *E_COM)), Glob("x*.e.com")),
        (Glob("*e.com", within="e.com"), Names(E_COM, BELOW)),
        (Addresses(4, 1, 9), Addresses(6, 0, 99)),
        (Addresses(4, 1, 5), Addresses(4, 3, 9)),
    ],
    ids=str,
)
def test_sets_that_merely_overlap_or_differ_contain_neither(a: HostSet, b: HostSet) -> None:
    assert not (within(a, b) and within(b, a))
    assert not within(a, b)


@given(hosts())
def test_one_host_named_without_a_star_is_starless(host: str) -> None:
    labels = tuple(host.split("."))
    assert is_starless(Names(labels))
    assert not is_starless(Names(labels, BELOW))
    assert not is_starless(Names(("*", *labels)))
