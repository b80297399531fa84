"""Intigriti's API objects: three shapes, revisions, groups, prose, bounty tables."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

import scopecheck as sc
from scopecheck.errors import ScopeError
from scopecheck.formats.intigriti import FORMATS, read_intigriti_api
from scopecheck.formats.source import ShapeError, Source
from scopecheck.scope.model import AssetType, Program

DUMP, API = FORMATS


def source(data: Any) -> Source:
    return Source("program.json", json.dumps(data).encode())


def item(endpoint: str, tier: Any = None, type: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "id": "77a0",
        "type": type or {"id": 1, "value": "Url"},
        "endpoint": endpoint,
        "tier": tier or {"id": 3, "value": "Tier 2"},
        "description": "",
        **more,
    }


def researcher(*content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "0f3c",
        "handle": "bakery",
        "name": "Harbour Bakery",
        "status": {"id": 3, "value": "Open"},
        "webLinks": {"detail": "https://app.intigriti.com/researcher/programs/harbour/bakery"},
        "domains": {"id": "d1", "createdAt": 1_700_000_000, "content": list(content)},
        **more,
    }


def core(*assets: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "programId": "0f3c",
        "handle": "bakery",
        "companyHandle": "harbour",
        "name": "Harbour Bakery",
        "status": 3,
        "maxBounty": {"value": 3000.0, "currency": "GBP"},
        "minBounty": {"value": 25.0, "currency": "GBP"},
        "assetsCollection": [{"createdAt": 200, "content": {"assetsAndGroups": list(assets)}}],
        **more,
    }


def asset(name: str, tier: int | None = 3, type: int = 1, **more: Any) -> dict[str, Any]:
    return {"typeId": type, "name": name, "bountyTierId": tier, "description": None, **more}


def api_program(data: Any) -> Program:
    return read_intigriti_api(source(data)).programs[0]


def test_the_researcher_api_tells_type_and_tier_by_number_and_word() -> None:
    out = {"id": 5, "value": "Out Of Scope"}
    wildcard = {"id": 7, "value": "Wildcard"}
    program = api_program(
        researcher(item("*.example.com", {"id": 4, "value": "Tier 1"}, wildcard), item("a.example.com", out))
    )
    (rule,) = program.in_scope
    assert (rule.type, rule.group, rule.eligible_for_bounty) == (AssetType.WILDCARD, "tier-1", True)
    assert (rule.entry, program.out_of_scope[0].entry) == ("domains.content[0]", "domains.content[1]")
    assert program.as_of == dt.date(2023, 11, 14)
    assert program.url == "https://app.intigriti.com/researcher/programs/harbour/bakery"


def test_a_tier_whose_number_excludes_does_so_whatever_its_word() -> None:
    program = api_program(researcher(item("a.example.com", {"id": 5, "value": "Tier 1"})))
    assert not program.in_scope
    assert program.out_of_scope[0].asset == "a.example.com"


@pytest.mark.parametrize("number", [8, 0, 99])
def test_an_unknown_type_number_is_other(number: int) -> None:
    result = read_intigriti_api(source(core(asset("https://github.com/harbour/oven", type=number))))
    assert result.programs[0].in_scope[0].type is AssetType.OTHER
    assert "unknown-type" in {one.code for one in result.diagnostics}


def test_an_unknown_tier_number_is_a_question() -> None:
    program = api_program(core(asset("www.example.com", 6)))
    assert sc.Checker(program).check("https://www.example.com/").decision is sc.Decision.UNDETERMINED


@pytest.mark.parametrize("tier", ["bountyTierId", "businessImpact"])
def test_the_core_api_of_earlier_years_has_revisions_in_domains(tier: str) -> None:
    old = {"createdAt": 100, "content": [{"type": 1, "endpoint": "old.example.com", tier: 4}]}
    new = {"createdAt": 200, "content": [{"type": 7, "endpoint": "*.example.com", tier: 1}]}
    program = api_program({"handle": "bakery", "domains": [new, old]})
    assert [(one.asset, one.eligible_for_bounty, one.entry) for one in program.in_scope] == [
        ("*.example.com", False, "domains[0].content[0]")
    ]


def test_a_collectors_list_of_items_alone_is_read() -> None:
    program = api_program([{**researcher(), "domains": [item("a.example.com"), item("b.example.com")]}])
    assert [rule.entry for rule in program.in_scope] == ["[0].domains[0]", "[0].domains[1]"]


def test_of_revisions_the_latest_holds() -> None:
    data = core()
    data["assetsCollection"] = [
        {"createdAt": 300, "content": {"assetsAndGroups": [asset("new.example.com")]}},
        {"createdAt": 100, "content": {"assetsAndGroups": [asset("old.example.com")]}},
    ]
    assert [rule.asset for rule in api_program(data).in_scope] == ["new.example.com"]


def test_two_revisions_of_one_moment_are_refused() -> None:
    data = core()
    data["assetsCollection"] = [
        {"createdAt": 100, "content": {"assetsAndGroups": [asset("a.example.com")]}},
        {"createdAt": 100, "content": {"assetsAndGroups": [asset("b.example.com", 5)]}},
    ]
    with pytest.raises(ShapeError, match="createdAt"):
        api_program(data)


def test_a_groups_assets_are_entries_of_their_own_with_its_words() -> None:
    group = {"name": "Shops", "description": "Test on weekends.", "assets": [asset("a.example.com")]}
    (rule,) = api_program(core(group)).in_scope
    assert rule.entry == "assetsCollection[0].content.assetsAndGroups[0].assets[0]"
    assert rule.instruction == "Test on weekends."
    assert rule.note is not None
    assert "Shops" in rule.note


def test_a_group_that_says_so_excludes_its_assets_whatever_their_tier() -> None:
    group = {"name": "Out of scope assets", "assets": [asset("a.example.com", 4)]}
    program = api_program(core(group))
    assert [rule.asset for rule in program.out_of_scope] == ["a.example.com"]


def test_what_the_program_says_is_out_of_scope_excludes_the_hosts_it_names() -> None:
    text = "# Domains\n\n* shop.example.com\n* All about careers.example.com\n* *.dev.example.com\n\nNo DoS."
    data = core(asset("*.example.com"), outOfScopes=[{"createdAt": 1, "content": {"content": text}}])
    checker = sc.Checker(api_program(data))
    assert checker.check("https://shop.example.com/").decision is sc.Decision.OUT_OF_SCOPE
    assert checker.check("https://a.dev.example.com/").decision is sc.Decision.OUT_OF_SCOPE
    assert checker.check("https://careers.example.com/").reason == "unresolved-exclusion"
    assert checker.check("https://www.example.com/").in_scope


def test_a_line_with_words_around_a_host_raises_a_question_and_excludes_nothing_for_sure() -> None:
    text = "* Clickjacking www.example.com"
    data = core(asset("*.example.com"), outOfScopes=[{"content": {"content": text}}])
    verdict = sc.Checker(api_program(data)).check("https://www.example.com/")
    assert verdict.reason == "unresolved-exclusion"


def test_only_the_latest_revision_of_a_section_holds() -> None:
    revisions = [{"createdAt": 2, "content": "New words."}, {"createdAt": 1, "content": "Old words."}]
    program = api_program(core(asset("a.example.com"), inScopes=revisions))
    assert [one.text for one in program.statements] == ["New words."]


def test_p5_a_restricting_clause_of_any_section_is_feared() -> None:
    text = "Sign up at www.example.com. The host demo.example.com is out of scope."
    data = core(asset("*.example.com"), inScopes=[{"content": {"content": text}}])
    checker = sc.Checker(api_program(data))
    assert checker.check("https://demo.example.com/").decision is sc.Decision.UNDETERMINED
    assert checker.check("https://www.example.com/").in_scope


def test_p5_a_clause_that_names_a_listed_asset_restricts_nothing() -> None:
    text = "On *.example.com the host demo.example.com is out of scope."
    program = api_program(core(asset("*.example.com"), inScopes=[{"content": text}]))
    assert [rule.asset for rule in program.out_of_scope] == ["demo.example.com"]


def test_rules_of_engagement_say_what_a_request_has_to_carry() -> None:
    rules = {
        "description": "Be kind.",
        "safeHarbour": True,
        "testingRequirements": {"userAgent": "bakery-hunter", "requestHeader": None, "intigritiMe": True},
    }
    for place in (
        {"rulesOfEngagement": {"id": "r", "content": rules}},
        {"rulesOfEngagements": [{"createdAt": 1, "content": {"content": rules}}]},
    ):
        texts = [one.text for one in api_program(core(asset("a.example.com"), **place)).statements]
        assert texts[0] == "Be kind."
        assert "safe harbour" in texts[1]
        assert texts[2:] == [
            "Testing requirement `userAgent`: bakery-hunter",
            "Testing requirement `intigritiMe`: True",
        ]


def test_bounty_tables_are_words_of_their_tiers_group() -> None:
    bands = [
        {"minScore": 0.1, "maxScore": 3.9, "minBounty": {"value": 25.0}, "maxBounty": {"value": 100.0}},
        {"minScore": 9.5, "maxScore": 10, "minBounty": {"value": 3000}, "maxBounty": {"value": 3000}},
    ]
    rows = [{"bountyTierId": 4, "bountyRanges": bands}, {"bountyTierId": None, "bountyRanges": bands[:1]}]
    tables = [{"createdAt": 1, "content": {"currency": "GBP", "bountyRows": rows}}]
    program = api_program(core(asset("a.example.com", 4), bountyTables=tables))
    assert program.rewards is not None
    group = program.rewards.groups["tier-1"]
    assert (program.rewards.currency, group.title, group.maximum) == ("GBP", "Tier 1", 3000)
    assert group.note == "CVSS 0.1 to 3.9: 25 to 100 GBP; CVSS 9.5 to 10: 3000 GBP"
    assert not group.by_priority, "CVSS bands are no priorities"
    assert [one.text for one in program.statements] == ["Bounties: CVSS 0.1 to 3.9: 25 to 100 GBP"]


def test_a_table_in_another_currency_gives_no_maximum_in_the_programs_own() -> None:
    band = {"minScore": 9, "maxScore": 10, "minBounty": {"value": 1}, "maxBounty": {"value": 9}}
    rows = [{"bountyTierId": 4, "bountyRanges": [band]}]
    tables = [{"createdAt": 1, "content": {"currency": "USD", "bountyRows": rows}}]
    rewards = api_program(core(asset("a.example.com", 4), bountyTables=tables)).rewards
    assert rewards is not None
    assert (rewards.currency, rewards.groups["tier-1"].maximum) == ("GBP", None)
    assert rewards.groups["tier-1"].note == "CVSS 9 to 10: 1 to 9 USD"


def test_the_list_of_programs_has_no_scope_to_read() -> None:
    with pytest.raises(ShapeError, match="fetch each program"):
        api_program({"handle": "bakery", "name": "Harbour Bakery", "status": {"id": 3, "value": "Open"}})


def test_api_objects_are_told_from_the_dump() -> None:
    for data in (core(), researcher(), [core()], [researcher()]):
        assert DUMP.recognises(source(data)) == 0
        assert API.recognises(source(data)) >= 80


BROKEN = [
    b"7",
    b"[7]",
    b'{"assetsCollection": []}',
    b'{"handle": "x", "assetsCollection": [{"createdAt": "soon", "content": {"assetsAndGroups": []}}]}',
    b'{"handle": "x", "assetsCollection": [{"createdAt": 1, "content": {"assetsAndGroups": 4}}]}',
    b'{"handle": "x", "assetsCollection": 4}',
    b'{"handle": "x", "domains": {"content": [{"endpoint": "a.example.com", "tier": {"value": [[]]}}]}}',
    b'{"handle": "x", "domains": {"content": [{"endpoint": "a.example.com", "type": {"id": 1}}]}}',
    b'{"handle": "x", "domains": {"content": [{"tier": null, "type": {"id": 1}}]}}',
    b'{"handle": "x", "domains": {"content": [[]]}}',
    b'{"handle": "x", "domains": {"createdAt": -1, "content": []}}',
    b'{"handle": "x", "domains": [], "inScopes": {"content": "x"}}',
    b'{"handle": "x", "domains": [], "bountyTables": [{"content": null}]}',
    b'{"handle": "x", "domains": [], "bountyTables": [{"content": {"bountyRows": [[]]}}]}',
    b'{"handle": "x", "domains": [{"endpoint": "a", "tier": '
    + b'{"value": ' * 900
    + b"1"
    + b"}" * 900
    + b"}]}",
]


@pytest.mark.parametrize("raw", BROKEN, ids=lambda raw: str(raw[:90]))
def test_bad_input_gets_an_error_with_its_file(raw: bytes) -> None:
    with pytest.raises(ScopeError) as caught:
        read_intigriti_api(Source("broken.json", raw))
    assert caught.value.diagnostics[0].place.file == "broken.json"
