"""YesWeHack's dump and API object: free text, findings, reward grids, terms of engagement."""

from __future__ import annotations

import json
from typing import Any

import pytest

import scopecheck as sc
from conformance.data import FOLDER
from scopecheck.errors import ScopeError
from scopecheck.formats.source import ShapeError, Source, open_source
from scopecheck.formats.yeswehack import FORMATS, read_yeswehack, read_yeswehack_api
from scopecheck.scope.model import AssetType, Program

DUMP, API = FORMATS
REAL = FOLDER / "bounty-targets" / "yeswehack_data.json"
needs_real = pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL} is not there; see SCOPECHECK_DATA")


def source(data: Any) -> Source:
    return Source("yeswehack.json", data if isinstance(data, bytes) else json.dumps(data).encode())


def dumped(*inside: tuple[str, str], out: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    return {
        "id": "harbour-bakery",
        "name": "Harbour Bakery - Bug Bounty",
        "public": True,
        "disabled": False,
        "managed": None,
        "min_bounty": 50,
        "max_bounty": 2000,
        "targets": {
            "in_scope": [{"target": text, "type": kind} for text, kind in inside],
            "out_of_scope": [{"target": text, "type": "other"} for text in out],
        },
        **more,
    }


def program_of(*inside: tuple[str, str], out: tuple[str, ...] = (), **more: Any) -> Program:
    return read_yeswehack(source([dumped(*inside, out=out, **more)])).programs[0]


WWW = ("www.example.com", "web-application")
ALL = ("*.example.com", "wildcard")


def test_a_program_keeps_its_names_and_address() -> None:
    program = program_of(WWW)
    assert (program.id, program.handle, program.platform) == ("harbour-bakery", "harbour-bakery", "yeswehack")
    assert program.url == "https://yeswehack.com/programs/harbour-bakery"


@pytest.mark.parametrize(
    ("word", "type"),
    [
        ("web-application", AssetType.WEBSITE),
        ("api", AssetType.API),
        ("wildcard", AssetType.WILDCARD),
        ("application", AssetType.EXECUTABLE),
        ("mobile-application", AssetType.MOBILE),
        ("mobile-application-ios", AssetType.IOS),
        ("mobile-application-android", AssetType.ANDROID),
        ("open-source", AssetType.SOURCE_CODE),
        ("other", AssetType.OTHER),
    ],
)
def test_every_type_has_its_own(word: str, type: AssetType) -> None:
    result = read_yeswehack(source([dumped(("https://www.example.com/app", word))]))
    assert result.programs[0].in_scope[0].type is type
    assert not any(one.code == "unknown-type" for one in result.diagnostics)


def test_an_unknown_type_is_other_with_a_warning() -> None:
    result = read_yeswehack(source([dumped(("www.example.com", "satellite"))]))
    assert result.programs[0].in_scope[0].type is AssetType.OTHER
    assert [one.code for one in result.diagnostics] == ["unknown-type"]


@pytest.mark.parametrize(("most", "pays"), [(2000, True), (0, False), (None, None)])
def test_the_highest_bounty_says_whether_anything_is_paid(most: int | None, pays: bool | None) -> None:
    assert program_of(WWW, max_bounty=most).in_scope[0].eligible_for_bounty is pays


def test_bounties_of_the_dump_are_words_since_their_currency_is_lost() -> None:
    program = program_of(WWW, max_bounty=1_500_000)
    assert program.rewards is None
    assert program.statements[0].text.startswith("Bounties from 50 to 1500000;")


def test_a_line_that_is_a_target_excludes_it() -> None:
    checker = sc.Checker(
        program_of(ALL, out=("blog.example.com (hosted elsewhere)", "shop.example.com | .net"))
    )
    for host in ("blog.example.com", "shop.example.com"):
        assert checker.check(f"https://{host}/").decision is sc.Decision.OUT_OF_SCOPE
    assert checker.check("https://www.example.com/").in_scope


def test_p4_a_line_that_names_a_host_touches_it() -> None:
    checker = sc.Checker(program_of(ALL, out=("Old forms, see help.example.com, and the like",)))
    assert checker.check("https://help.example.com/").reason == "unresolved-exclusion"
    assert checker.check("https://www.example.com/").in_scope


@pytest.mark.parametrize("line", ["Client-side web vulnerabilities", "User email verification"])
def test_p4_a_line_without_a_target_is_a_caveat_on_every_yes(line: str) -> None:
    program = program_of(WWW, out=(line,))
    assert not program.out_of_scope
    verdict = sc.Checker(program).check("https://www.example.com/")
    assert verdict.in_scope
    assert any(line in str(caveat) for caveat in verdict.caveats)


def test_a_store_link_among_the_exclusions_names_its_app() -> None:
    link = "https://play.google.com/store/apps/details?id=com.example.old"
    program = program_of(WWW, out=(link,))
    assert sc.Checker(program).check("com.example.old").reason == "excluded"
    assert not program.unresolved


def test_a_line_that_restates_the_default_raises_no_question() -> None:
    program = program_of(WWW, out=("All domains or subdomains not listed in the above list of 'Scopes'",))
    assert program.unresolved[0].restates_default


def test_a_line_about_a_type_of_finding_is_a_finding_rule_too() -> None:
    program = program_of(WWW, out=("Social engineering of our staff", "Forms of login.example.com, say"))
    assert [rule.finding for rule in program.findings.out_of_scope] == ["Social engineering of our staff"]
    assert program.findings.out_of_scope[0].entry == "[0].targets.out_of_scope[0]"
    checker = sc.Checker(program)
    assert checker.check_finding("conduct.social_engineering").decision is not sc.Decision.IN_SCOPE
    assert len(program.unresolved) == 2, "and still an entry that is kept"


@pytest.mark.parametrize("key", ["disabled", "archived"])
def test_a_program_that_is_closed_makes_no_yes_and_still_excludes(key: str) -> None:
    checker = sc.Checker(program_of(ALL, out=("blog.example.com",), **{key: True}))
    assert checker.check("https://www.example.com/").reason == "condition"
    assert checker.check("https://blog.example.com/").reason == "excluded"


# --- The API object.

_NOTHING = {"bounty_low": None, "bounty_medium": None, "bounty_high": None, "bounty_critical": None}


def api(*scopes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "title": "Harbour Bakery - Bug Bounty",
        "slug": "harbour-bakery",
        "bounty": True,
        "vdp": False,
        "disabled": False,
        "bounty_reward_min": 50,
        "bounty_reward_max": 2000,
        "business_unit": {"name": "Harbour", "currency": "EUR"},
        "scopes": list(scopes),
        "out_of_scope": [],
        "qualifying_vulnerability": [],
        "non_qualifying_vulnerability": [],
        **more,
    }


def scope(text: str, value: str | None = "LOW", type: str = "web-application") -> dict[str, Any]:
    return {"scope": text, "scope_type": type, "asset_value": value, "report_count": None}


def api_program(data: dict[str, Any]) -> Program:
    return read_yeswehack_api(source(data)).programs[0]


def test_scopes_and_exclusions_of_the_api_name_their_entries() -> None:
    program = api_program(api(scope("*.example.com", type="wildcard"), out_of_scope=["blog.example.com"]))
    assert [rule.entry for rule in program.rules] == ["scopes[0]", "out_of_scope[0]"]
    assert not sc.Checker(program).check("https://blog.example.com/").in_scope


def test_vulnerability_lists_become_finding_rules_in_the_programs_words() -> None:
    program = api_program(
        api(
            scope("www.example.com"),
            qualifying_vulnerability=["SQL Injection", "CORS with real security impact", " "],
            non_qualifying_vulnerability=['"Self" XSS', "Missing cookie flags", "Crumbs in the toaster"],
        )
    )
    assert [(rule.finding, rule.entry) for rule in program.findings.in_scope] == [
        ("SQL Injection", "qualifying_vulnerability[0]"),
        ("CORS with real security impact", "qualifying_vulnerability[1]"),
    ]
    checker = sc.Checker(program)
    assert checker.check_finding("sqli").decision is sc.Decision.IN_SCOPE
    assert checker.check_finding("self-xss").decision is sc.Decision.OUT_OF_SCOPE
    assert checker.check_finding("xxe").decision is sc.Decision.UNDETERMINED


def test_an_asset_belongs_to_the_grid_of_its_value_else_to_the_default() -> None:
    grid = {"bounty_low": 50, "bounty_medium": None, "bounty_high": 800, "bounty_critical": 2000}
    program = api_program(
        api(
            scope("a.example.com", "HIGH"),
            scope("b.example.com", "VERY_LOW"),
            scope("c.example.com", None),
            reward_grid_default={**_NOTHING, "bounty_low": 10},
            reward_grid_very_low=_NOTHING,
            reward_grid_high=grid,
        )
    )
    assert [rule.group for rule in program.in_scope] == ["value-high", "value-default", "value-default"]
    assert program.rewards is not None
    high = program.rewards.groups["value-high"]
    assert (high.title, high.maximum) == ("assets of high value", 2000)
    assert high.note == "by CVSS severity: low 50, high 800, critical 2000 EUR"
    assert not high.by_priority, "severities are no priorities"
    assert set(program.rewards.groups) == {"value-high", "value-default"}


def test_rewards_of_the_api_are_of_the_programs_own_currency() -> None:
    rewards = api_program(api(scope("www.example.com"))).rewards
    assert rewards is not None
    assert rewards.currency == "EUR"
    assert rewards.usual is not None
    assert (rewards.usual.low, rewards.usual.high) == (50, 2000)


def test_without_grids_there_is_no_group() -> None:
    data = api(scope("www.example.com", "CRITICAL"), reward_grid_default=None)
    assert api_program(data).in_scope[0].group is None


@pytest.mark.parametrize(
    ("facts", "pays"),
    [({"bounty": True}, True), ({"bounty": False}, False), ({"vdp": True}, False), ({"bounty": None}, None)],
)
def test_the_api_says_whether_the_program_pays(facts: dict[str, Any], pays: bool | None) -> None:
    assert api_program(api(scope("www.example.com"), **facts)).in_scope[0].eligible_for_bounty is pays


def test_terms_of_engagement_are_statements() -> None:
    program = api_program(
        api(
            scope("www.example.com"),
            vpn_active=True,
            user_agent="-BugBounty-harbour-31337",
            account_access="Ask for two accounts.",
            rules="# Rules\n\nBe kind.",
            vdp=True,
        )
    )
    words = "\n".join(one.text for one in program.statements)
    for said in ("no bounty", "VPN", "`-BugBounty-harbour-31337`", "Ask for two accounts.", "Be kind."):
        assert said in words


def test_p5_a_restricting_clause_of_the_rules_is_feared() -> None:
    rules = "Start at www.example.com.\n\nOut of scope:\n* pay.example.com\n* *.example.com\n"
    program = api_program(api(scope("*.example.com"), rules=rules))
    checker = sc.Checker(program)
    assert checker.check("https://pay.example.com/").decision is sc.Decision.UNDETERMINED
    assert checker.check("https://www.example.com/").in_scope


@pytest.mark.parametrize("key", ["scopes", "out_of_scope"])
def test_an_object_without_its_lists_is_refused_since_exclusions_could_hide(key: str) -> None:
    data = api(scope("www.example.com"))
    del data[key]
    with pytest.raises(ShapeError, match=key):
        read_yeswehack_api(source(data))


def test_a_list_of_objects_is_read() -> None:
    result = read_yeswehack_api(source([api(scope("a.example.com")), api(scope("b.example.com"))]))
    assert [one.id for one in result.programs] == ["harbour-bakery", "harbour-bakery-2"]
    assert result.programs[1].in_scope[0].entry == "[1].scopes[0]"


# --- Telling the formats apart, and what is none of them.


def test_dump_and_api_object_are_told_apart() -> None:
    dump, one = source([dumped(WWW)]), source(api(scope("a.example.com")))
    assert (DUMP.recognises(dump), API.recognises(dump)) == (95, 0)
    assert (DUMP.recognises(one), API.recognises(one)) == (0, 95)
    federacy = [{"id": "x", "name": "X", "offers_awards": True, "url": "https://e.com", "targets": {}}]
    for other in (source(b"[]"), source(b"{}"), source(b"www.example.com\n"), source(federacy)):
        assert (DUMP.recognises(other), API.recognises(other)) == (0, 0)


BROKEN = [
    b'[{"id": "x", "targets": {"in_scope": [',
    b"{}",
    b"[7]",
    b'[{"name": "x", "targets": {"in_scope": [], "out_of_scope": []}}]',
    b'[{"id": "x", "targets": {"in_scope": []}}]',
    b'[{"id": "x", "targets": {"in_scope": ["www.example.com"], "out_of_scope": []}}]',
    b'[{"id": "x", "targets": {"in_scope": [{"type": "api"}], "out_of_scope": []}}]',
    b'[{"id": "x", "targets": {"in_scope": [{"target": 7, "type": "api"}], "out_of_scope": []}}]',
    b'[{"id": "x", "targets": {"in_scope": [{"target": "a", "type": []}], "out_of_scope": []}}]',
    b'[{"id": "x", "max_bounty": "much", "targets": {"in_scope": [], "out_of_scope": []}}]',
    b'{"slug": "x", "scopes": [], "out_of_scope": [7]}',
    b'{"slug": "x", "scopes": [], "out_of_scope": [], "non_qualifying_vulnerability": "XSS"}',
    b'{"slug": "x", "scopes": [], "out_of_scope": [], "reward_grid_low": {"bounty_low": NaN}}',
    b'{"slug": "x", "scopes": [{"scope_type": "api"}], "out_of_scope": []}',
    b"[" * 100_000,
    b'[{"id": "x\x00"}]',
    b"\xff\xfe[]",
]


@pytest.mark.parametrize("raw", BROKEN, ids=lambda raw: str(raw[:90]))
def test_bad_input_gets_an_error_with_its_file(raw: bytes) -> None:
    for read in (read_yeswehack, read_yeswehack_api):
        with pytest.raises(ScopeError) as caught:
            read(source(raw))
        assert caught.value.diagnostics[0].place.file == "yeswehack.json"


def test_lone_surrogates_and_endless_texts_are_kept_in_a_form_that_can_be_stored() -> None:
    long = "Denial of service " + "x" * 100_000
    program = program_of(("\ud800.example.com", "api"), out=("XSS \ud800", long), id="\ud800", name="\ud800")
    assert program.model_dump_json().encode()
    assert len(program.rules) + len(program.unresolved) == 3


# --- The real file.


@needs_real
def test_nothing_of_the_real_dump_is_dropped() -> None:
    result = read_yeswehack(open_source(REAL))
    kept = {rule.entry for program in result.programs for rule in program.rules}
    kept |= {one.entry for program in result.programs for one in program.unresolved}
    listed = {
        f"[{number}].targets.{side}[{index}]"
        for number, one in enumerate(json.loads(REAL.read_text("utf-8")))
        for side, rows in one["targets"].items()
        for index in range(len(rows))
    }
    assert kept == listed
    assert DUMP.recognises(open_source(REAL)) >= 80


@needs_real
def test_no_exclusion_of_the_real_dump_includes() -> None:
    result = read_yeswehack(open_source(REAL))
    included = [rule.entry for program in result.programs for rule in program.in_scope]
    assert not [entry for entry in included if ".out_of_scope[" in entry]
