"""Texts that once hid an exclusion, and inputs that once cost more than their length.

Each row was found by attack. The promise is one-sided: none of these may be `IN_SCOPE`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

import scopecheck as sc


def _decision(target: str, include: list[str], exclude: list[str]) -> sc.Decision:
    return sc.Checker(sc.Program.from_assets(include, exclude)).check(target).decision


def _beside(target: str, asset: str, instruction: str) -> sc.Decision:
    rule = {"asset": asset, "instruction": instruction}
    return sc.Checker(sc.load({"id": "demo", "name": "Demo", "in_scope": [rule]})).check(target).decision


@pytest.mark.parametrize(
    "listed",
    [
        pytest.param("<pay.example.com>", id="P2 angle brackets without a scheme"),
        pytest.param("[pay portal](https://pay.example.com)", id="P2 link whose text is no target"),
        pytest.param("[www.example.com](https://pay.example.com)", id="P6 link whose text is another host"),
        pytest.param("pay, admin.example.com", id="P2 label without its domain in a list"),
        pytest.param("pay and admin.example.com", id="P2 label without its domain before and"),
        pytest.param("pay. example.com", id="P2 space behind a dot"),
        pytest.param("pay . example . com", id="P2 spaces around dots"),
        pytest.param("pay(dot)example(dot)com", id="P2 defanged with (dot)"),
        pytest.param("pay dot example dot com", id="P2 defanged with words"),
        pytest.param("hxxps://pay.example.com", id="P1 defanged scheme"),
        pytest.param("https://https://pay.example.com", id="P3 scheme twice"),
        pytest.param("@pay.example.com", id="P4 at sign in front"),
        pytest.param("pay.example.com@", id="P4 at sign behind"),
        pytest.param("user:pw@pay.example.com", id="P4 user and password without a scheme"),
        pytest.param("git@pay.example.com:team/repo", id="P4 repository by scp"),
        pytest.param("htps://pay.example.com", id="P1 scheme with a slip"),
        pytest.param("pay", id="P4 label alone"),
        pytest.param("a.example.com (pay.example.com)", id="P4 host in a note"),
        pytest.param("a.example.com - pay.example.com", id="P4 host behind a dash"),
        pytest.param("Shop. - pay.example.com", id="P4 host behind a name"),
        pytest.param("Pay, Shop and Blog", id="P4 labels in a list"),
        pytest.param("the pay subdomain", id="P4 label with its kind"),
        pytest.param("{shop,pay}", id="P4 labels in braces"),
        pytest.param("pay%2Eexample.com", id="P4 escaped dot"),
        pytest.param("(pay|admin.example.com", id="P4 alternatives without an end"),
        pytest.param("pay.example.com/.*", id="path star: regex for the whole site"),
        pytest.param("pay.example.com/...", id="path star: ellipsis for the whole site"),
    ],
)
def test_an_exclusion_that_names_a_host_is_never_lost(listed: str) -> None:
    assert _decision("https://pay.example.com/", ["*.example.com"], [listed]) is not sc.Decision.IN_SCOPE


@pytest.mark.parametrize(
    ("target", "include", "exclude"),
    [
        pytest.param("https://a.pay.example.com/", "*.example.com", "**.pay.example.com", id="P4 two stars"),
        pytest.param("https://a.pay.example.com/", "*.example.com", "*..pay.example.com", id="P4 two dots"),
        pytest.param(
            "https://pay.example.com:8443/", "*.example.com", "pay.example.com:443/8443", id="port, two ports"
        ),
        pytest.param(
            "https://www.example.co.uk/", "*.example.co.uk", "www.example.<tld>", id="placeholder tail"
        ),
        pytest.param(
            "https://www.example.co.uk/",
            "*.example.co.uk",
            "www.example.{com, co.uk, fr}",
            id="spaced choice",
        ),
        pytest.param("https://10.0.0.5/", "10.0.0.0/8", "10.0.0.0 to 10.0.0.9", id="addresses, to"),
        pytest.param("https://10.0.0.5/", "10.0.0.0/8", "10.0.0.0 / 24", id="addresses, spaced block"),
        pytest.param("https://10.0.0.5/", "10.0.0.0/8", "10.0.0.x", id="addresses, x for a star"),
        pytest.param("https://10.0.0.5/", "10.0.0.0/8", "10.0.*", id="addresses, one star for two octets"),
        pytest.param("https://10.0.0.5/", "10.0.0.0/8", "10.0.0.0/255.255.255.0", id="addresses, netmask"),
        pytest.param("https://10.0.0.5/", "10.0.0.0/8", "10.0.0.[1-9]", id="addresses, class of digits"),
    ],
)
def test_an_exclusion_in_an_odd_shape_is_feared(target: str, include: str, exclude: str) -> None:
    assert _decision(target, [include], [exclude]) is not sc.Decision.IN_SCOPE


@pytest.mark.parametrize(
    ("target", "listed"),
    [
        ("a.example", "a.example (out of scope)"),
        ("a.example", "a.example - not in scope"),
        ("a.example", "Out of scope: a.example"),
        ("a.example", "Never test: a.example"),
        ("a.b.example", "*.b.example - a.b.example"),
        ("a.b.example", "*.b.example (not a.b.example)"),
        ("a.b.example", "*.b.example (without a.b.example)"),
        ("a.b.example", "*.b.example (only www.b.example)"),
    ],
)
def test_an_inclusion_that_denies_its_host_is_no_yes(target: str, listed: str) -> None:
    """P2, P5: the words around a target may take it away."""
    assert _decision(target, [listed], []) is not sc.Decision.IN_SCOPE


@pytest.mark.parametrize(
    "words",
    [
        "pay.example.com isn't in scope",
        "pay.example.com is not in the scope",
        "pay.example.com is outside the scope",
        "Exclusions: pay.example.com",
        "All subdomains apart from pay.example.com",
        "All subdomains but not pay.example.com",
        "Everything besides pay.example.com",
        "Do not touch pay.example.com",
        "Never test pay.example.com",
        "You may not test pay.example.com",
        "pay.example.com is off-limits",
        "OOS: pay.example.com",
        "Out  of  scope: pay.example.com",
        "Out of\nscope: pay.example.com",
        "Out of scope: {pay,admin}.example.com",
        "Out of scope: (pay|admin).example.com",
        "Out of scope: a.example.com; pay.example.com",
        "Out of scope:\n* a.example.com\n\n* pay.example.com",
        "pay.example.com is hosted by a third party; do not test",
        "Only www.example.com and api.example.com are in scope",
        "Out of scope",
        "Do not test",
        "This asset is no longer in scope",
    ],
)
def test_words_beside_a_rule_take_a_host_away(words: str) -> None:
    """P5: a restricting clause that names a host, or the rule as a whole, is an exclusion at least."""
    assert _beside("https://pay.example.com/", "*.example.com", words) is not sc.Decision.IN_SCOPE


def test_a_type_that_is_no_text_is_a_problem_and_no_traceback() -> None:
    rule = {"asset": "example.com", "type": []}
    with pytest.raises(sc.ScopeValidationError):
        sc.load({"id": "demo", "name": "Demo", "in_scope": [rule]})


def _nested_yaml(size: int) -> None:
    with pytest.raises(sc.ScopecheckError):
        sc.loads("[" * size, "yaml")


def _matching_rules(size: int) -> None:
    listed = [f"example.com/a?k{number}=1" for number in range(size)]
    denied = [f"*.example.com/a?z{number}=1" for number in range(size)]
    sc.Checker(sc.Program.from_assets(listed, denied)).check("https://example.com/a")


@pytest.mark.parametrize(
    ("work", "size"),
    [
        pytest.param(_nested_yaml, 80_000, id="deep YAML"),
        pytest.param(_matching_rules, 1_000, id="D2 n by n"),
    ],
)
def test_hostile_input_is_answered_in_time(work: Callable[[int], None], size: int) -> None:
    begun = time.process_time()
    work(size)
    assert time.process_time() - begun < 5


def test_words_too_long_to_be_read_are_a_condition() -> None:
    """P5: what stands behind the longest text that is read may take the host away."""
    words = "x" * 70_000 + " Out of scope: pay.example.com"
    assert _beside("https://pay.example.com/", "*.example.com", words) is not sc.Decision.IN_SCOPE
