"""What an asset is called besides its text: a name answers for it, a host or an address does not (T6, P4)."""

from __future__ import annotations

from typing import Any

import pytest

import scopecheck as sc

PAY = "https://pay.example.com/"
BLOG = "https://blog.example.com/"


def _asked(target: str, include: list[Any], exclude: list[Any] | None = None) -> sc.Decision:
    program = {"id": "demo", "name": "Demo", "in_scope": include, "out_of_scope": exclude or []}
    return sc.Checker(sc.load(program)).check(target).decision


@pytest.mark.parametrize("alias", ["foo.md", "127.1", "2130706433", "localhost", "0x7f.1", "foo。md", "::1"])
def test_an_alias_that_is_a_host_or_an_address_answers_for_nothing(alias: str) -> None:
    """T6: `check` would answer for the asset where the host was asked."""
    assert _asked(alias, [{"asset": "blog.example.com", "aliases": [alias]}]) is sc.Decision.OUT_OF_SCOPE


@pytest.mark.parametrize("alias", ["Our shop", "Shop", "Shop v1.2 (beta)"])
def test_an_alias_that_is_a_name_answers_for_its_asset(alias: str) -> None:
    assert _asked(alias, [{"asset": "blog.example.com", "aliases": [alias]}]) is sc.Decision.IN_SCOPE


def test_the_number_of_an_app_is_a_name_of_it() -> None:
    rule = {"asset": "Example App", "type": "ios", "aliases": ["1234567890"]}
    assert _asked("1234567890", [rule]) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize("excluded", ["Payment portal", "payment  PORTAL", "Payment portal."])
def test_an_exclusion_by_the_name_of_an_included_asset_puts_it_in_doubt(excluded: str) -> None:
    rules = [{"asset": "pay.example.com", "name": "Payment portal"}, "blog.example.com"]
    assert _asked(PAY, rules, [excluded]) is not sc.Decision.IN_SCOPE
    assert _asked(BLOG, rules, [excluded]) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize("excluded", ["pay.example.com", "*.example.com"])
def test_an_excluded_host_that_is_an_included_app_id_puts_it_in_doubt(excluded: str) -> None:
    rule = {"asset": "pay.example.com", "type": "android"}
    assert _asked("pay.example.com", [rule], [excluded]) is not sc.Decision.IN_SCOPE
    assert _asked("pay.example.com", [rule], ["shop.example.com"]) is sc.Decision.IN_SCOPE
