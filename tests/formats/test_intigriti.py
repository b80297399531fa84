"""Intigriti's public dump: tiers, types, descriptions, money, and what is no such dump."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import scopecheck as sc
from conformance.data import FOLDER
from scopecheck.diagnostic import Severity
from scopecheck.errors import ScopeError, ScopeSyntaxError
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.intigriti import FORMATS, read_intigriti
from scopecheck.formats.source import ShapeError, Source, open_source
from scopecheck.scope.model import AssetType, Program

DUMP, API = FORMATS
REAL = FOLDER / "bounty-targets" / "intigriti_data.json"
needs_real = pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL} is not there; see SCOPECHECK_DATA")


def source(data: Any, name: str = "intigriti_data.json") -> Source:
    return Source(name, data if isinstance(data, bytes) else json.dumps(data).encode())


def target(endpoint: str | None, impact: Any = "Tier 2", type: Any = "url", **more: Any) -> dict[str, Any]:
    return {"type": type, "endpoint": endpoint, "description": None, "impact": impact, **more}


def dumped(*inside: dict[str, Any], out: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    return {
        "id": "0f3c",
        "name": "Harbour Bakery",
        "company_handle": "harbour",
        "handle": "bakery",
        "url": "https://www.intigriti.com/programs/harbour/bakery/detail",
        "status": "open",
        "confidentiality_level": "public",
        "tacRequired": False,
        "twoFactorRequired": False,
        "min_bounty": {"value": 50, "currency": "EUR"},
        "max_bounty": {"value": 2500, "currency": "EUR"},
        "targets": {"in_scope": list(inside), "out_of_scope": list(out)},
        **more,
    }


def program_of(*inside: dict[str, Any], out: tuple[dict[str, Any], ...] = (), **more: Any) -> Program:
    return read_intigriti(source([dumped(*inside, out=out, **more)])).programs[0]


def codes(result: ImportResult) -> list[str]:
    return [one.code for one in result.diagnostics]


def test_a_program_keeps_its_names_and_address() -> None:
    program = program_of(target("www.example.com"))
    assert (program.id, program.name, program.platform, program.handle) == (
        "bakery",
        "Harbour Bakery",
        "intigriti",
        "bakery",
    )
    assert program.url == "https://www.intigriti.com/programs/harbour/bakery/detail"


@pytest.mark.parametrize(
    ("impact", "paid", "group"),
    [
        ("Tier 1", True, "tier-1"),
        ("Tier 3", True, "tier-3"),
        ("No Bounty", False, None),
        (None, None, None),
    ],
)
def test_a_tier_says_whether_an_asset_is_paid(impact: str | None, paid: bool | None, group: str) -> None:
    (rule,) = program_of(target("www.example.com", impact)).in_scope
    assert (rule.eligible_for_bounty, rule.group) == (paid, group)


def test_tiers_are_reward_groups_of_the_programs_own_currency() -> None:
    program = program_of(target("a.example.com", "Tier 1"), target("b.example.com", "Tier 2"))
    assert program.rewards is not None
    assert {key: group.title for key, group in program.rewards.groups.items()} == {
        "tier-1": "Tier 1",
        "tier-2": "Tier 2",
    }
    assert program.rewards.currency == "EUR"
    assert program.rewards.usual is not None
    assert (program.rewards.usual.low, program.rewards.usual.high) == (50, 2500)


def test_a_tier_pays_nothing_where_the_highest_bounty_is_zero() -> None:
    nothing = {"value": 0, "currency": "EUR"}
    data = dumped(target("www.example.com", "Tier 1"), min_bounty=nothing, max_bounty=nothing)
    result = read_intigriti(source([data]))
    assert result.programs[0].in_scope[0].eligible_for_bounty is False
    assert result.programs[0].rewards is not None
    assert result.programs[0].rewards.usual is None
    assert "no-bounty" in codes(result)


def test_amounts_of_an_unknown_currency_are_not_called_dollars() -> None:
    program = program_of(target("a.example.com"), min_bounty={"value": 1}, max_bounty={"value": 9})
    assert program.rewards is not None
    assert program.rewards.usual is None


def test_bounties_of_two_currencies_make_no_range() -> None:
    program = program_of(target("a.example.com"), min_bounty={"value": 50, "currency": "USD"})
    assert program.rewards is not None
    assert program.rewards.usual is None


@pytest.mark.parametrize("impact", ["Out of scope", "Out Of Scope", "out-of-scope"])
def test_out_of_scope_is_an_exclusion_whatever_the_list(impact: str) -> None:
    program = program_of(target("*.example.com"), target("blog.example.com", impact))
    assert [rule.asset for rule in program.out_of_scope] == ["blog.example.com"]
    assert not sc.Checker(program).check("https://blog.example.com/").in_scope


def test_the_list_of_exclusions_excludes_whatever_the_tier() -> None:
    program = program_of(target("*.example.com"), out=(target("blog.example.com", "Tier 1"),))
    assert [rule.asset for rule in program.out_of_scope] == ["blog.example.com"]


def test_an_included_host_below_an_excluded_wildcard_is_in_scope() -> None:
    program = program_of(
        target("app.example.com"), out=(target("*.example.com", "Out of scope", "wildcard"),)
    )
    assert sc.Checker(program).check("https://app.example.com/").in_scope
    assert sc.Checker(program).check("https://www.example.com/").decision is sc.Decision.OUT_OF_SCOPE


def test_a_tier_that_nobody_knows_never_makes_a_yes() -> None:
    result = read_intigriti(source([dumped(target("www.example.com", "Frozen"))]))
    verdict = sc.Checker(result.programs[0]).check("https://www.example.com/")
    assert verdict.decision is sc.Decision.UNDETERMINED
    assert "unknown-tier" in codes(result)


def test_a_missing_tier_is_refused_since_it_could_hide_an_exclusion() -> None:
    item = target("www.example.com")
    del item["impact"]
    with pytest.raises(ShapeError) as caught:
        read_intigriti(source([dumped(item)]))
    assert caught.value.diagnostics[0].path == "[0].targets.in_scope[0]"


@pytest.mark.parametrize(
    ("word", "type"),
    [
        ("url", AssetType.URL),
        ("wildcard", AssetType.WILDCARD),
        ("android", AssetType.ANDROID),
        ("ios", AssetType.IOS),
        ("iprange", AssetType.IP),
        ("device", AssetType.HARDWARE),
        ("other", AssetType.OTHER),
    ],
)
def test_every_type_of_the_dump_has_its_own(word: str, type: AssetType) -> None:
    texts = {"iprange": "192.0.2.0/24", "android": "com.example.bakery", "ios": "1098765432"}
    result = read_intigriti(source([dumped(target(texts.get(word, "www.example.com"), type=word))]))
    assert result.programs[0].in_scope[0].type is type
    assert "unknown-type" not in codes(result)


@pytest.mark.parametrize("word", [None, "satellite"])
def test_an_unknown_type_is_other_with_a_warning(word: str | None) -> None:
    item = target("https://github.com/harbour/oven", type=word)
    result = read_intigriti(source([dumped(item)]))
    (warning,) = [one for one in result.diagnostics if one.code == "unknown-type"]
    assert result.programs[0].in_scope[0].type is AssetType.OTHER
    assert warning.severity is Severity.WARNING
    assert "[0].targets.in_scope[0]" in warning.path
    assert not sc.Checker(result.programs[0]).check("https://github.com/").in_scope


def test_p5_a_description_restricts_its_rule() -> None:
    item = target("*.example.com", type="wildcard", description="Out of scope: elect.example.com")
    checker = sc.Checker(program_of(item))
    assert not checker.check("https://elect.example.com/").in_scope
    shop = checker.check("https://shop.example.com/")
    assert shop.in_scope
    assert any("elect.example.com" in str(caveat) for caveat in shop.caveats)


def test_p3_prose_and_nothing_stay_as_unresolved_entries() -> None:
    program = program_of(target("Any related Example domain", type="other"), target(None))
    assert [one.text for one in program.unresolved] == ["Any related Example domain", "(empty)"]
    assert [one.entry for one in program.unresolved] == [
        "[0].targets.in_scope[0]",
        "[0].targets.in_scope[1]",
    ]


def test_a_heading_among_the_assets_excludes_what_stands_beside_it() -> None:
    heading = target("Out of Scope", "No Bounty", "other", description="Leave shop.example.com alone.")
    program = program_of(target("*.example.com"), heading)
    assert program.unresolved[0].effect == "exclude"
    assert not sc.Checker(program).check("https://shop.example.com/").in_scope
    assert not sc.Checker(program).check_asset("Out of Scope").in_scope


@pytest.mark.parametrize("status", ["suspended", 4, {"id": 4, "value": "Suspended"}])
def test_a_program_that_is_not_open_makes_no_yes_and_still_excludes(status: Any) -> None:
    program = program_of(target("*.example.com"), out=(target("blog.example.com"),), status=status)
    assert sc.Checker(program).check("https://a.example.com/").reason == "condition"
    assert sc.Checker(program).check("https://blog.example.com/").reason == "excluded"


def test_demands_on_the_researcher_are_statements() -> None:
    program = program_of(target("a.example.com"), tacRequired=True, twoFactorRequired=True)
    assert len(program.statements) == 2
    assert "two-factor" in program.statements[1].text


def test_two_programs_of_one_handle_get_their_own_ids() -> None:
    result = read_intigriti(source([dumped(target("a.example.com")), dumped(target("b.example.com"))]))
    assert [one.id for one in result.programs] == ["bakery", "bakery-2"]


# --- Telling the formats apart, and what is none of them.


def test_the_dump_is_told_from_an_api_object() -> None:
    dump = source([dumped(target("a.example.com"))])
    assert (DUMP.recognises(dump), API.recognises(dump)) == (95, 0)


@pytest.mark.parametrize("raw", [b"[]", b"{}", b"null", b"example.com\n", b'[{"targets": {}}]', b""])
def test_other_content_is_not_recognised(raw: bytes) -> None:
    for one in FORMATS:
        try:
            assert one.recognises(source(raw)) == 0
        except ScopeSyntaxError:
            assert raw == b""


BROKEN = [
    b'[{"handle": "x", "targets": {"in_scope": [',
    b'{"a": 1}',
    b"[1]",
    b"7",
    b'[{"handle": ["x"]}]',
    b'[{"handle": "x", "name": "", "targets": []}]',
    b'[{"handle": "x", "targets": {"in_scope": null, "out_of_scope": []}}]',
    b'[{"handle": "x", "targets": {"in_scope": [3], "out_of_scope": []}}]',
    b'[{"handle": "x", "targets": {"in_scope": [{"impact": null, "type": "url"}], "out_of_scope": []}}]',
    b'[{"handle": "x", "min_bounty": {"value": "many"}, "targets": {"in_scope": [], "out_of_scope": []}}]',
    b"[" * 100_000,
    b'[{"handle": "x\x00"}]',
    b"\xff\xfe[]",
]


@pytest.mark.parametrize("raw", BROKEN, ids=lambda raw: str(raw[:60]))
def test_bad_input_gets_an_error_with_its_file(raw: bytes) -> None:
    with pytest.raises(ScopeError) as caught:
        read_intigriti(source(raw, "broken.json"))
    assert caught.value.diagnostics[0].place.file == "broken.json"


def test_lone_surrogates_and_endless_names_are_kept_in_a_form_that_can_be_stored() -> None:
    odd = target("\ud800.example.com", description="\ud800", impact="\ud800")
    program = program_of(odd, name="\ud800" + "x" * 100_000, handle="\ud800")
    assert program.model_dump_json().encode()
    assert len(program.name) == 65_536


# --- The real file.


def entries(data: list[dict[str, Any]]) -> Iterator[str]:
    for number, one in enumerate(data):
        for side, listed in one["targets"].items():
            for index in range(len(listed)):
                yield f"[{number}].targets.{side}[{index}]"


@needs_real
def test_nothing_of_the_real_dump_is_dropped() -> None:
    result = read_intigriti(open_source(REAL))
    kept = {rule.entry for program in result.programs for rule in program.rules}
    kept |= {one.entry for program in result.programs for one in program.unresolved}
    assert kept == set(entries(json.loads(REAL.read_text("utf-8"))))
    assert DUMP.recognises(open_source(REAL)) >= 80


@needs_real
def test_every_out_of_scope_entry_of_the_real_dump_excludes() -> None:
    data = json.loads(REAL.read_text("utf-8"))
    result = read_intigriti(open_source(REAL))
    included = {rule.entry for program in result.programs for rule in program.in_scope}
    for number, one in enumerate(data):
        for index, listed in enumerate(one["targets"]["in_scope"]):
            if listed["impact"] == "Out of scope":
                assert f"[{number}].targets.in_scope[{index}]" not in included
        for index in range(len(one["targets"]["out_of_scope"])):
            assert f"[{number}].targets.out_of_scope[{index}]" not in included
