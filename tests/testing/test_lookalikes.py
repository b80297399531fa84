"""Lookalikes: hosts of somebody else, each a mistake that a real comparison makes."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable

import pytest
from hypothesis import find, given

import strategies as own
from scopecheck import Checker, HostError, Program
from scopecheck.targets.host import HostName, parse_host
from scopecheck.targets.psl import default_suffixes
from scopecheck.testing import lookalikes
from scopecheck.testing.hosts import lookalikes_of

HOST = "www.example.com"


def host_of(text: str) -> str:
    parsed = parse_host(text)
    assert parsed.doubts == ()
    return str(parsed.host)


@given(own.hosts())
def test_a_lookalike_is_a_host_of_another_registrable_domain(name: str) -> None:
    suffixes = default_suffixes()
    base = suffixes.registrable(name) or name
    found = lookalikes_of(name)
    assert found
    for text in found:
        other = host_of(text)
        assert other != base
        assert not other.endswith("." + base)
        assert suffixes.registrable(other) != base


@given(own.ip_addresses())
def test_a_lookalike_of_an_address_is_another_host(address: str) -> None:
    wanted = parse_host(address).host
    found = lookalikes_of(address)
    assert found
    assert all(parse_host(text).host != wanted for text in found)


@given(own.hosts())
def test_listing_a_host_and_all_below_it_covers_none_of_its_lookalikes(name: str) -> None:
    checker = Checker(Program.from_assets([name, f"*.{name}"]))
    assert [text for text in lookalikes_of(name) if checker.check_url(f"https://{text}/").in_scope] == []


Naive = Callable[[str], bool]
MISTAKES: dict[str, Naive] = {
    "the text ends so": lambda host: host.endswith("example.com"),
    "the text begins so": lambda host: host.startswith("www.example.com"),
    "the text holds it": lambda host: "example.com" in host,
    "a dot is any character": lambda host: re.fullmatch("www.example.com", host) is not None,
    "searched for, not matched": lambda host: re.search(r"\bexample\.com", host) is not None,
    "a hyphen for a dot": lambda host: host.replace("-", ".").endswith(".example.com"),
    "the name under any suffix": lambda host: "example" in host.split("."),
    "a glob without its dot": lambda host: fnmatch.fnmatchcase(host, "*example.com"),
    "other scripts folded to ASCII": lambda host: host.replace("е", "e") == "example.com",
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_each_common_mistake_is_caught_by_some_lookalike(mistake: Naive) -> None:
    assert any(map(mistake, lookalikes_of(HOST)))
    caught = find(lookalikes(HOST), mistake)
    assert not host_of(caught).endswith(".example.com")


def test_the_shapes_that_are_promised_are_there() -> None:
    promised = {
        "evilexample.com",
        "www.example.com.evil.example",
        "www-example.com",
        "wwwxexample.com",
        "example.net",
        "examp1e.com",
        "еxample.com",
        "xn--xample-2of.com",
    }
    assert promised <= set(lookalikes_of(HOST))


def test_the_owner_of_a_name_below_a_private_suffix_is_not_the_suffix() -> None:
    """The neighbour of `one.github.io` is somebody else, though both lie below `github.io`."""
    found = lookalikes_of("one.github.io")
    assert "evilone.github.io" in found
    assert all(not text.endswith(".one.github.io") for text in found)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.0.0.1", {"10.0.0.2", "10.0.0.0", "110.0.0.1", "10.0.0.11", "10.0.0.1.evil.example"}),
        ("255.255.255.255", {"255.255.255.254", "255.255.255.255.attacker.test"}),
        ("2001:db8::1", {"[2001:db8::2]", "[2001:db8::]", "[2001:db8::12]", "2001-db8-1.evil.example"}),
        ("[::1]", {"[::2]", "[::11]"}),
    ],
)
def test_lookalikes_of_addresses(address: str, expected: set[str]) -> None:
    assert expected <= set(lookalikes_of(address))


@pytest.mark.parametrize("name", ["localhost", "com", "github.io", "a", HostName("xn--bcher-kva.example")])
def test_a_host_without_a_registrable_domain_has_lookalikes_too(name: str) -> None:
    assert len(lookalikes_of(name)) > 10


@pytest.mark.parametrize("text", ["", "exa mple.com", "https://example.com/", "[::1", "example.com/x"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(HostError):
        lookalikes(text)
