"""HackerOne's public dump: eligibility, severity, words beside an asset, what is no such dump."""

from __future__ import annotations

import json
from typing import Any

import pytest

import scopecheck as sc
from conformance.data import FOLDER
from scopecheck.diagnostic import Severity
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.hackerone import FORMATS, read_hackerone
from scopecheck.formats.hackerone_csv import FORMATS as CSV_FORMATS
from scopecheck.formats.source import ShapeError, Source, open_source
from scopecheck.scope.model import AssetType, Program

DUMP, API = FORMATS
(CSV,) = CSV_FORMATS
REAL = FOLDER / "bounty-targets" / "hackerone_data.json"
needs_real = pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL} is not there; see SCOPECHECK_DATA")


def source(data: Any, name: str = "hackerone_data.json") -> Source:
    return Source(name, data if isinstance(data, bytes) else json.dumps(data).encode())


def asset(identifier: str | None, type: Any = "URL", **more: Any) -> dict[str, Any]:
    return {
        "asset_identifier": identifier,
        "asset_type": type,
        "eligible_for_bounty": True,
        "eligible_for_submission": True,
        "instruction": None,
        "max_severity": "critical",
        **more,
    }


def denied(identifier: str, type: str = "URL", **more: Any) -> dict[str, Any]:
    flags = {"eligible_for_bounty": False, "eligible_for_submission": False, "max_severity": "none"}
    return asset(identifier, type, **{**flags, **more})


def dumped(*inside: Any, out: tuple[Any, ...] = (), **more: Any) -> dict[str, Any]:
    return {
        "handle": "lighthouse",
        "name": "Lighthouse Inc.",
        "url": "https://hackerone.com/lighthouse",
        "submission_state": "open",
        "offers_bounties": True,
        "targets": {"in_scope": list(inside), "out_of_scope": list(out)},
        **more,
    }


def read(*inside: Any, out: tuple[Any, ...] = (), **more: Any) -> ImportResult:
    return read_hackerone(source([dumped(*inside, out=out, **more)]))


def program_of(*inside: Any, out: tuple[Any, ...] = (), **more: Any) -> Program:
    return read(*inside, out=out, **more).programs[0]


def codes(result: ImportResult) -> list[str]:
    return [one.code for one in result.diagnostics]


def decisions(program: Program, *asked: str) -> list[str]:
    checker = sc.Checker(program)
    return [checker.check(one).decision.name for one in asked]


def test_a_program_keeps_its_names_and_address() -> None:
    program = program_of(asset("www.example.com"))
    assert (program.id, program.handle, program.platform) == ("lighthouse", "lighthouse", "hackerone")
    assert (program.name, program.url) == ("Lighthouse Inc.", "https://hackerone.com/lighthouse")


@pytest.mark.parametrize("listed_out", [False, True])
@pytest.mark.parametrize("eligible", [False, True])
def test_an_exclusion_is_what_is_not_eligible_or_listed_as_out(eligible: bool, listed_out: bool) -> None:
    one = asset("www.example.com", eligible_for_submission=eligible)
    result = read(out=(one,)) if listed_out else read(one)
    assert len(result.programs[0].in_scope) == (eligible and not listed_out)
    assert len(result.programs[0].out_of_scope) == (not eligible or listed_out)
    assert ("fields-disagree" in codes(result)) == (eligible and listed_out)


def test_eligibility_that_a_dump_leaves_out_is_told_by_the_list() -> None:
    program = program_of(asset("www.example.com", eligible_for_submission=None))
    assert decisions(program, "https://www.example.com/") == ["IN_SCOPE"]


@pytest.mark.parametrize(
    ("bounty", "offers", "pays"),
    [(True, True, True), (False, True, False), (None, True, None), (True, False, False), (True, None, True)],
)
def test_an_asset_is_paid_as_it_says_where_the_program_pays(bounty: Any, offers: Any, pays: Any) -> None:
    (rule,) = program_of(asset("a.example.com", eligible_for_bounty=bounty), offers_bounties=offers).in_scope
    assert rule.eligible_for_bounty is pays


@pytest.mark.parametrize("severity", ["none", "low", "medium", "high", "critical", None])
def test_the_highest_severity_is_kept_and_excludes_nothing(severity: str | None) -> None:
    (rule,) = program_of(asset("a.example.com", max_severity=severity)).in_scope
    assert rule.max_severity == severity


def test_an_unknown_severity_is_reported() -> None:
    result = read(asset("a.example.com", max_severity="apocalyptic"))
    assert result.programs[0].in_scope[0].max_severity is None
    assert codes(result) == ["unknown-severity"]


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("URL", AssetType.URL),
        ("url", AssetType.URL),
        ("WILDCARD", AssetType.WILDCARD),
        ("DOMAIN", AssetType.DOMAIN),
        ("CIDR", AssetType.IP),
        ("IP_ADDRESS", AssetType.IP),
        ("API", AssetType.API),
        ("AI_MODEL", AssetType.AI_MODEL),
        ("SMART_CONTRACT", AssetType.SMART_CONTRACT),
        ("SOURCE_CODE", AssetType.SOURCE_CODE),
        ("HARDWARE", AssetType.HARDWARE),
        ("DOWNLOADABLE_EXECUTABLES", AssetType.EXECUTABLE),
        ("APPLE_STORE_APP_ID", AssetType.IOS),
        ("TESTFLIGHT", AssetType.IOS),
        ("OTHER_IPA", AssetType.IOS),
        ("GOOGLE_PLAY_APP_ID", AssetType.ANDROID),
        ("OTHER_APK", AssetType.ANDROID),
        ("WINDOWS_APP_STORE_APP_ID", AssetType.WINDOWS_APP),
        ("AWS_CLOUD_CONFIG", AssetType.OTHER),
        ("OTHER", AssetType.OTHER),
    ],
)
def test_types_are_known(word: str, kept: AssetType) -> None:
    result = read(asset("Lantern 2", word))
    program = result.programs[0]
    assert {one.type for one in program.in_scope} | {one.type for one in program.unresolved} == {kept}
    assert "unknown-type" not in codes(result)


def test_an_unknown_type_is_other_with_a_warning() -> None:
    result = read(asset("www.example.com", "HOLOGRAM"))
    assert result.programs[0].in_scope[0].type is AssetType.OTHER
    (warned,) = result.diagnostics
    assert (warned.code, warned.severity) == ("unknown-type", Severity.WARNING)
    assert warned.path == "lighthouse: [0].targets.in_scope[0]"


@pytest.mark.parametrize("state", ["paused", "disabled"])
def test_what_is_not_open_is_a_question(state: str) -> None:
    result = read(asset("www.example.com"), submission_state=state)
    verdict = sc.Checker(result.programs[0]).check("https://www.example.com/")
    assert (verdict.decision.name, verdict.reason) == ("UNDETERMINED", "condition")
    assert codes(result) == ["not-open"]


@pytest.mark.parametrize("state", ["open", "api_only", None])
def test_what_takes_reports_is_in_scope(state: str | None) -> None:
    program = program_of(asset("www.example.com"), submission_state=state)
    assert decisions(program, "https://www.example.com/") == ["IN_SCOPE"]


def test_p5_the_instruction_belongs_to_its_rule() -> None:
    words = "All subdomains, except blog.example.com"
    program = program_of(asset("*.example.com", "WILDCARD", instruction=words))
    assert program.in_scope[0].instruction == words
    assert decisions(program, "https://blog.example.com/", "https://a.example.com/") == [
        "UNDETERMINED",
        "IN_SCOPE",
    ]


@pytest.mark.parametrize("identifier", ["Out of scope", "Partner sites", "Anything run by partners"])
def test_p5_an_exclusion_in_words_excludes_what_its_instruction_names(identifier: str) -> None:
    words = "These are run by others:\n* `blog.example.com`\n* shop.example.com/eu - the old shop"
    program = program_of(
        asset("*.example.com", "WILDCARD"),
        asset("a.example.com"),
        out=(denied(identifier, "OTHER", instruction=words + "\nStart at a.example.com instead."),),
    )
    asked = ("https://blog.example.com/", "https://shop.example.com/eu/1", "https://shop.example.com/us")
    assert decisions(program, *asked) == ["UNDETERMINED", "UNDETERMINED", "IN_SCOPE"]
    assert decisions(program, "https://a.example.com/") == ["IN_SCOPE"]


def test_p5_a_list_beside_an_inclusion_in_words_is_a_question() -> None:
    words = (
        "See a.example\nIn:\n- brand.example\n- https://lab.example/\n- Setup.exe\nExcluded:\n- old.example"
    )
    program = program_of(asset("Acquisitions", "OTHER", instruction=words))
    asked = ("https://brand.example/", "https://lab.example/", "https://old.example/", "https://a.example/")
    assert decisions(program, *asked) == ["UNDETERMINED", "UNDETERMINED", "OUT_OF_SCOPE", "OUT_OF_SCOPE"]
    assert (len(program.rules), len(program.unresolved)) == (3, 0)


def test_p5_an_unread_inclusion_still_restricts() -> None:
    words = "blog.example.com is out of scope"
    program = program_of(asset("*.example.com"), asset("All else we run", "OTHER", instruction=words))
    assert decisions(program, "https://blog.example.com/") == ["UNDETERMINED"]


@pytest.mark.parametrize(
    ("identifier", "type"), [("com.example.app", "GOOGLE_PLAY_APP_ID"), ("www.example.com", "URL")]
)
def test_a_link_beside_a_target_is_no_asset(identifier: str, type: str) -> None:
    program = program_of(asset(identifier, type, instruction="https://download.example.org/app"))
    assert len(program.rules) == 1
    assert decisions(program, "https://download.example.org/app") == ["OUT_OF_SCOPE"]


@pytest.mark.parametrize(
    "words",
    [
        "This site is out of scope pending a rewrite.",
        "This is generally considered out of scope.",
        "Run by a partner. Note: This domain ceased being active and is now considered out of scope",
    ],
)
def test_p5_an_asset_that_is_said_to_be_out_of_scope_is_a_question(words: str) -> None:
    program = program_of(asset("*.example.com"), asset("www.example.com", instruction=words))
    assert decisions(program, "https://www.example.com/", "https://a.example.com/") == [
        "UNDETERMINED",
        "IN_SCOPE",
    ]


@pytest.mark.parametrize(
    "words",
    [
        "This site is a copy of one that is out of scope.",
        "This is our shop. Denial of service is out of scope.",
        "The login is in scope, the wiki out of scope",
    ],
)
def test_something_else_that_is_out_of_scope_leaves_the_asset_in(words: str) -> None:
    program = program_of(asset("www.example.com", instruction=words))
    assert decisions(program, "https://www.example.com/") == ["IN_SCOPE"]


def test_an_exclusion_that_is_a_finding_type_is_a_finding_rule_too() -> None:
    program = program_of(out=(denied("DMARC policy", "OTHER"), denied("Web shop", "OTHER")))
    assert [rule.finding for rule in program.findings.out_of_scope] == ["DMARC policy"]
    assert program.findings.out_of_scope[0].entry == "[0].targets.out_of_scope[0]"


@pytest.mark.parametrize("identifier", ["", "██████", "\ud800", "Anything owned by Lighthouse"])
def test_an_identifier_that_says_nothing_certain_stays_unread(identifier: str) -> None:
    program = program_of(asset(identifier, "OTHER"))
    assert (len(program.in_scope), len(program.unresolved)) == (0, 1)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({}, ""),
        ([7], "[0]"),
        ([{"targets": {}}], "[0]"),
        ([{"handle": "x"}], "[0]"),
        ([dumped(targets=7)], "[0].targets"),
        ([dumped(targets={"in_scope": []})], "[0].targets.out_of_scope"),
        ([dumped("x")], "[0].targets.in_scope[0]"),
        ([dumped({"asset_type": "URL"})], "[0].targets.in_scope[0]"),
        ([dumped({"asset_identifier": "x"})], "[0].targets.in_scope[0]"),
        ([dumped(asset("x", 7))], "[0].targets.in_scope[0].asset_type"),
        (
            [dumped(asset("x", eligible_for_submission="no"))],
            "[0].targets.in_scope[0].eligible_for_submission",
        ),
        ([dumped(asset("x", eligible_for_bounty=1))], "[0].targets.in_scope[0].eligible_for_bounty"),
        ([dumped(asset("x", instruction=[]))], "[0].targets.in_scope[0].instruction"),
    ],
)
def test_data_of_another_shape_is_refused_with_its_place(data: Any, path: str) -> None:
    with pytest.raises(ShapeError) as caught:
        read_hackerone(source(data))
    assert caught.value.diagnostics[0].path == path


@pytest.mark.parametrize(("data", "score"), [([dumped()], 95), ([{"handle": "x"}], 0), ([], 0), ({}, 0)])
def test_the_dump_is_told_by_its_keys(data: Any, score: int) -> None:
    assert DUMP.recognises(source(data)) == score


@needs_real
def test_every_entry_of_the_real_dump_is_kept() -> None:
    assert [one.recognises(open_source(REAL)) for one in (DUMP, API, CSV)] == [95, 0, 0]
    result = read_hackerone(open_source(REAL))
    for index, raw in enumerate(json.loads(REAL.read_bytes())):
        program = result.programs[index]
        kept = {rule.entry for rule in program.rules} | {one.entry for one in program.unresolved}
        assert kept == {
            f"[{index}].targets.{side}[{number}]"
            for side in ("in_scope", "out_of_scope")
            for number in range(len(raw["targets"][side]))
        }
