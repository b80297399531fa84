"""Hosts that clients may read in several ways, answered without the URL parser (T3)."""

from __future__ import annotations

import pytest

from counting import Counting


def test_an_address_in_an_odd_spelling_is_no_yes() -> None:
    """T3: clients doubt it; where paths count, the whole URL has to be read."""
    counting = Counting(["127.0.0.0/8"], ["https://127.0.0.2/x"])
    for _ in range(2):
        answer = counting.ask("http://0x7f.1:81/x")
        assert answer is not None
        assert str(answer.outcome.reason) == "ambiguous-target"
        assert answer.problem == "an IPv4 address not in dotted decimal"
        assert counting.ask("https://0x7f.2/x") is None
    assert counting.remembered() == ["http://0x7f.1:81"]
    assert len(counting.asked) == 2


@pytest.mark.parametrize(
    ("text", "reason", "problem"),
    [
        (
            "https://e%2ecom/api",
            "ambiguous-target",
            "a percent sign in the host, which only some clients decode",
        ),
        ("https://\u00fc.e.com/api?x", "included", ""),
        ("https://\u00fc.e.com", "included", ""),
        ("https://\u00fc.e.com/admin?x", "excluded", ""),
        ("https://\u00fc.e.com?/admin", "", ""),
        (
            "https://stra\u00dfe.e.com/",
            "ambiguous-target",
            "a letter that IDNA 2003 and 2008 map to different names",
        ),
        (
            "https://stra\u00dfe%2ee.com/",
            "ambiguous-target",
            "a percent sign in the host, which only some clients decode; "
            "a letter that IDNA 2003 and 2008 map to different names",
        ),
        ("https://%31.2.3.4/", "not-listed", ""),
        ("https://\u00fc.e.com/a//b", "", ""),
        ("https://e%00.e.com/", "", ""),
        ("https://e.com\\api", "ambiguous-target", "a backslash before the path"),
        ("https://e.com\\admin?x\\y", "", ""),
        ("https://e.com\\admin?x", "excluded", ""),
        ("https://o.net\\admin", "not-listed", ""),
        ("https://e.com:8443\\a\\b/c?d", "ambiguous-target", "a backslash before the path"),
        ("https://e.com\\a\\\\b", "", ""),
        ("https://0x7f.1\\a", "not-listed", ""),
        ("https://0xa.1\\a", "", ""),
        ("https://e..com\\a", "", ""),
    ],
    ids=ascii,
)
def test_a_doubt_about_the_host_alone_is_told_without_the_parser(
    text: str, reason: str, problem: str
) -> None:
    """T3: where more than that is odd, the whole URL has to be read."""
    counting = Counting(["*.e.com", "e.com", "10.0.0.0/8"], ["*.e.com/admin", "e.com/admin"])
    for _ in range(2):
        answer = counting.ask(text)
        assert (str(answer.outcome.reason) if answer else "") == reason
        assert answer is None or answer.problem == problem


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://\u00fc.e.com/q?tab=x", "included"),
        ("https://\u00fc.e.com/q?tab=y", "wide-reading"),
        ("https://\u00fc.e.com/q", "wide-reading"),
        ("https://\u00fc.e.com/", "not-listed"),
        ("http://127.0.0.1/q", "included"),
        ("http://%3127.0.0.1/q", "ambiguous-target"),
        ("http://%3127.0.0.1/p", "not-listed"),
        ("http://%3127.0.0.1", "not-listed"),
        ("http://127.0.0.1", "not-listed"),
    ],
    ids=ascii,
)
def test_paths_and_queries_count_behind_a_host_that_had_to_be_read(text: str, reason: str) -> None:
    """T5: they are what they are behind every spelling of a host."""
    answer = Counting(["*.e.com/q?tab=x", "*.e.com/q?X", "127.0.0.1/q"]).ask(text)
    assert answer is not None
    assert str(answer.outcome.reason) == reason


def test_hosts_below_a_domain_of_another_script_are_read_as_a_whole() -> None:
    """T1: what stands in front decides whether the name is valid at all."""
    counting = Counting(["*.xn--bcher-kva.example", "*.e.com"])
    assert counting.ask("https://a.e.com/") is not None
    assert counting.ask("https://a.xn--bcher-kva.example/") is None
