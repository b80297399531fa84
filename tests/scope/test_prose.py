"""Sentences beside and among the targets: what they touch, restrict, widen or declare (P4, P5, D4)."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scopecheck.scope.limits import declares_open_scope, is_conditional, restricted, widens
from scopecheck.scope.naming import named_hosts
from scopecheck.scope.touching import restates_default, touches
from strategies import any_text, hosts


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("blog.example.com is hosted elsewhere", ["blog.example.com"]),
        ("(blog.example.com)", ["blog.example.com"]),
        ("see https://blog.example.com/x, or *.b.example.com.", ["blog.example.com", "*.b.example.com"]),
        ("mail to security@example.com", []),
        ("e.g. node.js, index.php and setup.exe", []),
        ("**blog.example.com** and _shop.example.com_", ["blog.example.com", "shop.example.com"]),
        ("blog.example.com/shop.example.com", ["blog.example.com"]),
        ("BLOG.Example.com", ["blog.example.com"]),
        ("bücher.example.com", ["xn--bcher-kva.example.com"]),
        ("no host here", []),
    ],
)
def test_hosts_that_a_text_names(text: str, named: list[str]) -> None:
    """P4: the domain of a mail address is not named."""
    assert [found.host for found in named_hosts(text)][: len(named) or None] == named


@pytest.mark.parametrize(
    ("text", "touched"),
    [
        ("Services on example.com", {("example.com", False)}),
        ("Any subdomain of example.com", {("example.com", True)}),
        ("Other subdomains of asana.com", {("asana.com", True)}),
        ("subdomains on the example.com", {("example.com", True)}),
        ("Anything at *.example.com", {("example.com", True)}),
        ("a.example.com or b.example.com", {("a.example.com", False), ("b.example.com", False)}),
        ("Any host other than app.example.com", set()),
        ("Hosts of example.org except app.example.com", {("example.org", False)}),
        ("Everything except a.example.com, b.example.com and c.example.com", set()),
        ("Except a.example.com. Never b.example.com", {("a.example.com", False), ("b.example.com", False)}),
        ("write to security@example.com", set()),
        ("nothing here", set()),
    ],
)
def test_what_an_unread_exclusion_touches(text: str, touched: set[tuple[str, bool]]) -> None:
    """P4: `x` and every host below; where it says `*.x` or "subdomains of x", only those below."""
    assert {(touch.host, touch.below_only) for touch in touches(text)} == touched


@pytest.mark.parametrize(
    "text",
    [
        "Anything not listed",
        "Any asset that is not listed in scope",
        "All other assets not explicitly mentioned",
        "Other subdomains except those in scope",
        "Everything else",
        "Any domain not listed as in scope",
        "All other subdomains",
    ],
)
def test_sentences_that_restate_the_default(text: str) -> None:
    """P4: they exclude nothing that a missing inclusion does not."""
    assert restates_default(text)


@pytest.mark.parametrize(
    "text",
    [
        "All staging systems",
        "Any third-party service",
        "Anything on blog.example.com not listed",
        "Every system that handles payments",
        "Other vendors",
        "Any third party service is not included",
        "Any staging host, whether or not listed",
        "All vendor systems, even if not listed",
        "All employees",
    ],
)
def test_sentences_that_exclude_something_of_their_own(text: str) -> None:
    """P4: taking one of these for the default would drop an exclusion."""
    assert not restates_default(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("All assets owned by X", True),
        ("Any domain operated by X is welcome", True),
        ("Everything owned or managed by the company", True),
        ("Other", False),
        ("All services run on AWS", False),
        ("Any third-party service run by a vendor", False),
        ("All assets owned by X except payments", False),
        ("Any assets not owned by X are out of scope", False),
        ("*.example.com", False),
    ],
)
def test_open_scope_is_declared_in_so_many_words(text: str, expected: bool) -> None:
    """D4: a bucket called "Other" is none."""
    assert declares_open_scope(text) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("eis.hilton.com is out of scope", ["eis.hilton.com"]),
        ("Out of scope: elect.tweakers.net", ["elect.tweakers.net"]),
        ("All hosts except a.e.com and b.e.com", ["a.e.com", "b.e.com"]),
        ("Excluding https://a.e.com/service", ["a.e.com/service"]),
        ("Out of scope:\n- a.e.com\n- b.e.com", ["a.e.com", "b.e.com"]),
        ("Out of scope:\n- a.e.com\n\nIn scope:\n- b.e.com", ["a.e.com"]),
        ("Out of scope:\n\n- a.e.com", ["a.e.com"]),
        ("Test a.e.com first. Out of scope: b.e.com", ["b.e.com"]),
        ("The main API lives at a.e.com", []),
        ("a.e.com is not eligible", ["a.e.com"]),
        ("Do not test a.e.com", ["a.e.com"]),
        ("a.e.com should not be tested", ["a.e.com"]),
        ("a.e.com must not be tested", ["a.e.com"]),
        ("a.e.com is off limits", ["a.e.com"]),
    ],
)
def test_hosts_that_a_restricting_clause_names(words: str, expected: list[str]) -> None:
    """P5: before or behind the host, or as the heading of a list."""
    assert [found.host + found.tail for found in restricted(words)] == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Includes all subdomains", True),
        ("This covers subdomains as well", True),
        ("Excluding subdomains", False),
        ("Includes all subdomains except a.e.com", False),
        ("The main site", False),
    ],
)
def test_words_that_widen(words: str, expected: bool) -> None:
    """P5: an inclusion in its wide reading only."""
    assert widens(words) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(a.e.com and b.e.com) AND staff", True),
        ("a.e.com only if you own it", True),
        ("a.e.com if and only if staff", True),
        ("a.e.com and b.e.com", False),
        ("android", False),
    ],
)
def test_conditions(text: str, expected: bool) -> None:
    assert is_conditional(text) is expected


FRAMES = ("{}", "Not {}.", "The service ({}) is excluded", "{}: do not test", "hosts: x, {}; y", "\n{}\n")


@given(hosts(), st.sampled_from(FRAMES))
def test_a_host_is_found_wherever_it_stands_in_a_sentence(host: str, frame: str) -> None:
    """P4: a host that an exclusion names is touched, at itself or by a parent that is named."""
    assert host in {touch.host for touch in touches(frame.format(host))}


@given(any_text())
def test_no_text_makes_the_reading_of_prose_fail(text: str) -> None:
    for frame in ("{}", "Out of scope: {}", "{} e.com", "any {} not listed"):
        said = frame.format(text)
        for read in (touches, restricted, restates_default, declares_open_scope, is_conditional, widens):
            read(said)


LONG = ["a.", "any ", "all x", "*.", "except ", "e.com, ", "(", "https://", "a-", "out of scope: ", "owned "]


@pytest.mark.parametrize("piece", LONG)
def test_long_prose_is_read_in_time(piece: str) -> None:
    """A sentence comes from strangers; quadratic work on 64 KiB stalls an import for a minute.

    Linear work takes some milliseconds, so the bound leaves room for any machine.
    """
    text = piece * (60_000 // len(piece)) + "e.com"
    began = process_time()
    for read in (touches, restricted, restates_default, declares_open_scope, is_conditional, widens):
        read(text)
    assert process_time() - began < 3
