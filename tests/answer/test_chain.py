"""A redirect chain, hop by hop, before anything is contacted; locations by the WHATWG rules, section 4.4."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from ada_url import join_url
from hypothesis import given
from hypothesis import strategies as st

from scopecheck import ChainVerdict, Checker, Decision, Program, load
from strategies import any_text, hostile_texts, paths

BASE = "https://www.e.com/a/b?q=1#top"


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(Program.from_assets(include=["*.e.com"], exclude=["out.e.com", "https://www.e.com/admin"]))


def last(chain: ChainVerdict) -> tuple[str, str]:
    """Return the URL of the last hop and its decision with the reason."""
    hop = chain.hops[-1]
    return hop.url, f"{hop.verdict.decision} {hop.verdict.reason}"


IN, OUT, INVALID = "IN_SCOPE included", "OUT_OF_SCOPE not-listed", "UNDETERMINED invalid-target"
AMBIGUOUS = "UNDETERMINED ambiguous-target"


@pytest.mark.parametrize(
    ("location", "url", "answer"),
    [
        ("/c", "https://www.e.com/c", IN),
        ("c", "https://www.e.com/a/c", IN),
        ("./c", "https://www.e.com/a/c", IN),
        ("../c", "https://www.e.com/c", IN),
        ("../../../c", "https://www.e.com/c", IN),
        ("%2e%2e/c", "https://www.e.com/c", IN),
        ("?x", "https://www.e.com/a/b?x", IN),
        ("#x", "https://www.e.com/a/b?q=1#x", IN),
        ("", "https://www.e.com/a/b?q=1", IN),
        ("//x.e.com/y", "https://x.e.com/y", IN),
        ("//evil.net/y", "https://evil.net/y", OUT),
        ("https://x.e.com/", "https://x.e.com/", IN),
        ("http://x.e.com/", "http://x.e.com/", IN),
        ("https://evil.net/", "https://evil.net/", OUT),
        ("../admin/x", "https://www.e.com/admin/x", "OUT_OF_SCOPE excluded"),
        ("//out.e.com", "https://out.e.com/", "OUT_OF_SCOPE excluded"),
        ("x.e.com", "https://www.e.com/a/x.e.com", IN),
        ("evil.net", "https://www.e.com/a/evil.net", IN),
        ("a b", "https://www.e.com/a/a%20b", IN),
        ("//user@x.e.com/", "https://user@x.e.com/", IN),
        ("javascript:alert(1)", "javascript:alert(1)", INVALID),
        ("mailto:x@www.e.com", "mailto:x@www.e.com", INVALID),
        ("//", "//", INVALID),
        ("https://", "https://", INVALID),
        ("//[::1", "//[::1", INVALID),
    ],
)
def test_a_location_is_resolved_against_the_hop_before(
    checker: Checker, location: str, url: str, answer: str
) -> None:
    assert last(checker.check_chain([BASE, location])) == (url, answer)


@pytest.mark.parametrize(
    "location",
    [
        "//x.e.com\\@evil.net/",
        "//x.e.com:80\\@evil.net/",
        "/\\x.e.com/",
        "\\\\x.e.com/",
        "\\/x.e.com/",
        "////x.e.com/",
        "//x.e\t.com/",
        "//x\n.e.com/",
        "/\t/x.e.com/",
        "\x01//x.e.com/",
        "//x.e.com/\x01",
        "//%78.e.com/",
        "//a@b@x.e.com/",
        "//x.e.com?@evil.net/",
        "https:x.e.com/",
        "https:/x.e.com/",
        "http:x.e.com/",
        "https:///x.e.com/",
        "https:\\\\x.e.com/",
        "https://x.e.com\\@evil.net/",
        "  " * 20 + "https://x.e.com\\@evil.net/",
        "ht\ntps://x.e.com/",
        "/c\td",
        "c\nd",
        "\x01c",
    ],
)
def test_a_hostile_spelling_keeps_its_doubts(checker: Checker, location: str) -> None:
    """T3: resolving mends it for a browser, and other clients go elsewhere."""
    chain = checker.check_chain(["https://www.e.com/", location])
    assert last(chain)[1] == AMBIGUOUS
    assert not chain.in_scope
    assert chain.leaves is chain.hops[1]
    assert chain.hops[1].verdict.problem


@pytest.mark.parametrize(
    ("location", "answer"),
    [
        ("//evil.net\\@x.e.com/", OUT),
        ("/\\evil.net/", OUT),
        ("\t//evil.net/", OUT),
        ("https:\\\\out.e.com/", "OUT_OF_SCOPE excluded"),
    ],
)
def test_a_hostile_spelling_of_what_is_out_stays_out(checker: Checker, location: str, answer: str) -> None:
    assert last(checker.check_chain([BASE, location]))[1] == answer


@pytest.mark.parametrize("location", ["..\\admin\\x", "/x/..%2fadmin", "//www.e.com//admin", "/x/..;/admin"])
def test_a_path_that_servers_read_differently_keeps_its_doubts(checker: Checker, location: str) -> None:
    """T5: where another reading is out of scope."""
    url, answer = last(checker.check_chain([BASE, location]))
    assert not answer.startswith("IN_SCOPE")
    assert url.startswith("https://www.e.com/")


def test_a_backslash_that_changes_nothing_is_no_doubt(checker: Checker) -> None:
    assert last(checker.check_chain([BASE, "..\\c"])) == ("https://www.e.com/c", IN)


@pytest.mark.parametrize("location", ["x.e.com:8443/y", "x.e.com:8443", "localhost:80"])
def test_a_host_with_a_port_is_a_scheme_in_a_location(checker: Checker, location: str) -> None:
    """As a target it would be a host (T2); no client reads it so behind a redirect."""
    assert last(checker.check_chain([BASE, location])) == (location, INVALID)


@pytest.mark.parametrize(
    ("first", "location", "url"),
    [
        ("www.e.com", "/x", "https://www.e.com/x"),
        ("www.e.com/a/b", "c", "https://www.e.com/a/c"),
        ("www.e.com:8443", "x", "https://www.e.com:8443/x"),
        ("//www.e.com/a/", "b", "https://www.e.com/a/b"),
        ("  https://www.e.com/a  ", "b", "https://www.e.com/b"),
        ("WSS://WWW.e.com", "/x", "wss://www.e.com/x"),
    ],
)
def test_a_chain_may_begin_with_a_bare_host(checker: Checker, first: str, location: str, url: str) -> None:
    chain = checker.check_chain([first, location])
    assert last(chain) == (url, IN)
    assert chain.hops[0].verdict.in_scope


def test_each_hop_is_the_base_of_the_next(checker: Checker) -> None:
    chain = checker.check_chain([BASE, "//x.e.com/p/q", "r", "https://y.e.com", "/s?t", "#u"])
    assert [hop.url for hop in chain.hops[1:]] == [
        "https://x.e.com/p/q",
        "https://x.e.com/p/r",
        "https://y.e.com",
        "https://y.e.com/s?t",
        "https://y.e.com/s?t#u",
    ]
    assert chain.in_scope
    assert chain.leaves is None


@pytest.mark.parametrize("broken", ["javascript:alert(1)", "https://[", "", "no host at all %", "x" * 70_000])
def test_what_follows_a_broken_hop_is_invalid_until_an_absolute_url_comes(
    checker: Checker, broken: str
) -> None:
    """A relative `www.e.com` is then no bare host."""
    chain = checker.check_chain([broken, "/x", "www.e.com", "//www.e.com/", "https://www.e.com/", "/y"])
    answers = [f"{hop.verdict.decision} {hop.verdict.reason}" for hop in chain.hops]
    assert answers == [INVALID] * 4 + [IN, IN]
    assert chain.hops[1].verdict.problem == "there is no URL that it is relative to"
    assert chain.hops[5].url == "https://www.e.com/y"


def test_an_out_of_scope_hop_is_still_a_base(checker: Checker) -> None:
    chain = checker.check_chain(["https://evil.net/a/b", "c", "https://www.e.com/", "d"])
    assert [hop.url for hop in chain.hops] == [
        "https://evil.net/a/b", "https://evil.net/a/c", "https://www.e.com/", "https://www.e.com/d"
    ]  # fmt: skip
    assert chain.decision is Decision.OUT_OF_SCOPE


# --- the whole chain ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locations", "decision", "leaves"),
    [
        (["https://a.e.com/"], "IN_SCOPE", None),
        (["https://a.e.com/", "/x", "//b.e.com/"], "IN_SCOPE", None),
        (["https://a.e.com/", "https://e.com/", "https://a.e.com/"], "UNDETERMINED", 2),
        (["https://a.e.com/", "https://e.com/", "https://evil.net/"], "OUT_OF_SCOPE", 2),
        (["https://a.e.com/", "/x", "https://evil.net/", "https://a.e.com/"], "OUT_OF_SCOPE", 3),
        (["https://out.e.com/"], "OUT_OF_SCOPE", 1),
        ([], "UNDETERMINED", None),
    ],
)
def test_the_first_hop_that_leaves_scope_is_named(
    checker: Checker, locations: list[str], decision: str, leaves: int | None
) -> None:
    chain = checker.check_chain(locations)
    assert str(chain.decision) == decision
    assert chain.in_scope == (decision == "IN_SCOPE")
    assert (chain.leaves.number if chain.leaves else None) == leaves
    assert [hop.number for hop in chain.hops] == list(range(1, len(locations) + 1))
    if leaves is not None:
        assert f"stop before hop {leaves}: it is not in scope" in str(chain)


def test_openai_login_that_leaves() -> None:
    chain = Checker(load("openai")).check_chain(
        ["https://openai.com/login", "/auth", "https://evil.example/"]
    )
    assert str(chain).splitlines() == [
        "1. https://openai.com/login: IN_SCOPE (included)",
        "2. https://openai.com/auth: IN_SCOPE (included)",
        "3. https://evil.example/: OUT_OF_SCOPE (not-listed)",
        "stop before hop 3: it is not in scope",
    ]


def test_everything_is_in_the_dict(checker: Checker) -> None:
    data = json.loads(json.dumps(checker.check_chain([BASE, "../c", "//evil.net"]).to_dict()))
    assert (data["decision"], data["leaves"]) == ("OUT_OF_SCOPE", 3)
    assert [hop["number"] for hop in data["hops"]] == [1, 2, 3]
    assert (data["hops"][1]["location"], data["hops"][1]["url"]) == ("../c", "https://www.e.com/c")
    assert data["hops"][2]["decision"] == "OUT_OF_SCOPE"


def test_a_chain_has_no_truth_value_and_pickles(checker: Checker) -> None:
    chain = checker.check_chain([BASE, "/x"])
    with pytest.raises(TypeError, match="in_scope"):
        bool(chain)
    assert pickle.loads(pickle.dumps(chain)) == chain


def test_locations_may_come_from_a_generator(checker: Checker) -> None:
    assert checker.check_chain(one for one in (BASE, "/x")).in_scope


@pytest.mark.parametrize("odd", [None, 7, b"/x"])
def test_what_is_no_text_is_invalid(checker: Checker, odd: Any) -> None:
    for locations in ([odd], [BASE, odd]):
        chain = checker.check_chain(locations)
        assert last(chain)[1] == INVALID
        json.dumps(chain.to_dict())
        str(chain)


# --- laws -----------------------------------------------------------------------------------------


@given(st.lists(st.one_of(hostile_texts(), any_text(), paths()), max_size=4))
def test_a_chain_never_fails_and_is_never_more_eligible_than_a_hop(locations: list[str]) -> None:
    found = Checker(Program.from_assets(include=["*.e.com", "e.com"]))
    chain = found.check_chain(["https://www.e.com/a/b", *locations])
    str(chain).encode("utf-8", "strict")
    assert chain.in_scope == all(hop.verdict.in_scope for hop in chain.hops)


@given(st.one_of(hostile_texts(), any_text(), paths()))
def test_a_location_is_in_scope_only_where_the_url_it_is_resolved_to_is(location: str) -> None:
    """Held against the parser alone: a yes is a yes for the plain URL that a browser contacts."""
    found = Checker(Program.from_assets(include=["*.e.com"]))
    hop = found.check_chain([BASE, location]).hops[1]
    if hop.verdict.in_scope:
        assert found.check_url(join_url(BASE, location)).in_scope
