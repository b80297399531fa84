"""Bugcrowd's public dump: which fields state a target, what a name says besides, and what is no dump."""

from __future__ import annotations

import json
from typing import Any

import pytest

import scopecheck as sc
from conformance.data import FOLDER
from scopecheck.diagnostic import Severity
from scopecheck.formats.bugcrowd import FORMATS, read_bugcrowd
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.source import ShapeError, Source, open_source
from scopecheck.scope.model import AssetType, Program

DUMP = FORMATS[0]
REAL = FOLDER / "bounty-targets" / "bugcrowd_data.json"
needs_real = pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL} is not there; see SCOPECHECK_DATA")


def source(data: Any, name: str = "bugcrowd_data.json") -> Source:
    return Source(name, data if isinstance(data, bytes) else json.dumps(data).encode())


def target(
    name: str = "", uri: str | None = None, ip: str | None = None, type: Any = "website", **more: Any
) -> dict[str, Any]:
    first = uri or name or ip or ""
    return {"type": type, "target": first, "uri": uri, "name": name, "ipAddress": ip, **more}


def dumped(*inside: dict[str, Any], out: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    return {
        "name": "Lighthouse Managed Bug Bounty",
        "url": "https://bugcrowd.com/engagements/lighthouse-mbb",
        "allows_disclosure": True,
        "managed_by_bugcrowd": True,
        "safe_harbor": "full",
        "max_payout": 4500,
        "targets": {"in_scope": list(inside), "out_of_scope": list(out)},
        **more,
    }


def read(*inside: dict[str, Any], out: tuple[dict[str, Any], ...] = (), **more: Any) -> ImportResult:
    return read_bugcrowd(source([dumped(*inside, out=out, **more)]))


def program_of(*inside: dict[str, Any], out: tuple[dict[str, Any], ...] = (), **more: Any) -> Program:
    return read(*inside, out=out, **more).programs[0]


def codes(result: ImportResult) -> list[str]:
    return [one.code for one in result.diagnostics]


def decisions(program: Program, *asked: str) -> list[str]:
    checker = sc.Checker(program)
    return [checker.check(one).decision.name for one in asked]


def test_a_program_keeps_its_names_address_and_terms() -> None:
    program = program_of(target("www.example.com"))
    assert (program.id, program.handle, program.platform) == ("lighthouse-mbb", "lighthouse-mbb", "bugcrowd")
    assert program.name == "Lighthouse Managed Bug Bounty"
    assert program.url == "https://bugcrowd.com/engagements/lighthouse-mbb"
    assert program.safe_harbor == "full"
    assert program.rewards is not None
    assert (program.rewards.maximum, program.rewards.currency) == (4500, "USD")


@pytest.mark.parametrize(
    "url", ["https://bugcrowd.com/lighthouse", "https://bugcrowd.com/engagements/lighthouse/?preview=1#scope"]
)
def test_the_handle_is_the_last_segment_of_the_address(url: str) -> None:
    assert program_of(url=url).handle == "lighthouse"


@pytest.mark.parametrize(("most", "pays"), [(4500, None), (None, None), (0, False)])
def test_only_a_highest_payout_of_nothing_says_who_is_paid(most: int | None, pays: bool | None) -> None:
    (rule,) = program_of(target("www.example.com"), max_payout=most).in_scope
    assert rule.eligible_for_bounty is pays


@pytest.mark.parametrize(
    ("word", "kept", "said"),
    [
        ("partial", "partial", []),
        (None, None, []),
        ("none", "none", []),
        ("golden", None, ["unknown-safe-harbor"]),
    ],
)
def test_a_known_degree_of_safe_harbor_is_kept(word: str | None, kept: str | None, said: list[str]) -> None:
    result = read(safe_harbor=word)
    assert (result.programs[0].safe_harbor, codes(result)) == (kept, said)


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("website", AssetType.WEBSITE),
        ("API", AssetType.API),
        ("ios", AssetType.IOS),
        ("android", AssetType.ANDROID),
        ("iot", AssetType.HARDWARE),
        ("hardware", AssetType.HARDWARE),
        ("network", AssetType.NETWORK),
        ("ip_address", AssetType.IP),
        ("other", AssetType.OTHER),
    ],
)
def test_types_are_known(word: str, kept: AssetType) -> None:
    result = read(target("com.example.app", type=word))
    assert result.programs[0].in_scope[0].type is kept
    assert "unknown-type" not in codes(result)


@pytest.mark.parametrize("word", ["quantum", "", None])
def test_an_unknown_type_is_other_with_a_warning(word: str | None) -> None:
    result = read(target("www.example.com", type=word))
    assert result.programs[0].in_scope[0].type is AssetType.OTHER
    (warned,) = [one for one in result.diagnostics if one.code == "unknown-type"]
    assert warned.severity is Severity.WARNING
    assert warned.path == "lighthouse-mbb: [0].targets.in_scope[0]"


@pytest.mark.parametrize(
    ("fields", "assets"),
    [
        (("www.example.com",), ["www.example.com"]),
        (("www.example.com", "https://www.example.com/"), ["https://www.example.com/"]),
        (
            ("Both", "https://a.example/B", "https://a.example/b"),
            ["https://a.example/B", "https://a.example/b"],
        ),
        (("*.example.com", "https://example.com/"), ["*.example.com", "https://example.com/"]),
        (("*.a.example.com", "https://b.example.com"), ["*.a.example.com", "https://b.example.com"]),
        (("www.example.com", "", "192.0.2.7"), ["www.example.com", "192.0.2.7"]),
        (("AS64496 1/2", "", "192.0.2.0/24"), ["192.0.2.0/24"]),
        (("vpn", "https://vpn.example.com", "192.0.2.7 "), ["https://vpn.example.com", "192.0.2.7 "]),
        (("A (*.example.com)", "https://www.example.com"), ["A (*.example.com)", "https://www.example.com"]),
        (("Staff (www.example.com)", "https://www.example.com"), ["https://www.example.com"]),
        (("www.example.com (the shop)", "https://www.example.com"), ["https://www.example.com"]),
    ],
)
def test_p6_every_field_that_names_a_target_states_it(fields: tuple[str, ...], assets: list[str]) -> None:
    program = program_of(target(*fields))
    assert [rule.asset for rule in program.in_scope] == assets
    assert {rule.reading for rule in program.in_scope} == {"both"}
    assert {rule.name for rule in program.in_scope} <= {None, fields[0]} - {"www.example.com"}
    assert {rule.entry for rule in program.in_scope} == {"[0].targets.in_scope[0]"}


def test_p6_fields_of_one_domain_both_hold_with_a_note() -> None:
    result = read(target("*.example.com", "https://example.com/"))
    (program,) = result.programs
    assert decisions(program, "https://example.com/", "https://x.example.com/") == ["IN_SCOPE", "IN_SCOPE"]
    (noted,) = [one for one in result.diagnostics if one.code == "fields-differ"]
    assert noted.severity is Severity.NOTE
    assert [rule.note for rule in program.in_scope] == [
        "the entry also names `https://example.com/`",
        "the entry also names `*.example.com`",
    ]


def test_p6_fields_of_two_domains_are_a_question() -> None:
    result = read(target("*.example.com", "https://example.org/"))
    assert "fields-disagree" in codes(result)
    found = decisions(result.programs[0], "https://a.example.com/", "https://example.org/")
    assert found == ["UNDETERMINED", "UNDETERMINED"]


def test_p6_fields_of_an_exclusion_both_exclude() -> None:
    out = (target("*.shop.example.com", "https://example.org/"),)
    program = program_of(target("*.example.com"), target("example.org"), out=out)
    assert set(decisions(program, "https://a.shop.example.com/", "https://example.org/")) == {"OUT_OF_SCOPE"}


def test_a_third_field_of_another_domain_makes_all_of_them_a_question() -> None:
    rules = program_of(target("*.example.com", "https://example.com", "https://example.org")).in_scope
    assert [rule.reading for rule in rules] == ["wide", "wide", "wide"]


@pytest.mark.parametrize("ip", ["All that resolves to 192.0.2.0 - 192.0.2.9", "any host in 192.0.2.0/24"])
def test_prose_in_the_address_stays_unread_with_its_text(ip: str) -> None:
    program = program_of(target("Mail services", ip=ip, type="ip_address"))
    assert [one.text for one in program.unresolved] == [ip]
    assert [rule.asset for rule in program.in_scope] == ["Mail services"]


def test_a_placeholder_in_the_address_is_a_question() -> None:
    program = program_of(target("Helpdesk", None, "https://{subdomain}.example.com/"))
    assert decisions(program, "https://acme.example.com/") == ["UNDETERMINED"]


def test_several_links_in_the_address_are_each_listed() -> None:
    links = "https://github.com/harbour https://github.com/lantern"
    program = program_of(target("Repositories", None, links, type="other"))
    asked = ("https://github.com/harbour/a", "https://github.com/lantern/b", "https://github.com/foreign/c")
    assert decisions(program, *asked) == ["IN_SCOPE", "IN_SCOPE", "OUT_OF_SCOPE"]


def test_a_name_alone_is_a_named_thing() -> None:
    program = program_of(target("Lantern 3 (indoor)", "", "", type="hardware"))
    assert sc.Checker(program).check_asset("lantern 3 (indoor)").in_scope


@pytest.mark.parametrize("name", ["", "   ", "██████", "2FA_REQUIRED", "\ud800", "Anything else of ours"])
def test_a_name_that_says_nothing_certain_stays_unread(name: str) -> None:
    program = program_of(target(name))
    assert (len(program.in_scope), len(program.unresolved)) == (0, 1)
    assert program.unresolved[0].entry == "[0].targets.in_scope[0]"


def test_a_dump_of_earlier_years_has_targets_alone() -> None:
    program = program_of({"type": "website", "target": "www.example.com"})
    assert [rule.asset for rule in program.in_scope] == ["www.example.com"]


def test_a_target_that_no_other_field_repeats_is_stated_too() -> None:
    program = program_of(target("a.example.com", "https://a.example.com") | {"target": "b.example.com"})
    assert [rule.asset for rule in program.in_scope] == ["https://a.example.com", "b.example.com"]


def test_programs_of_one_handle_stay_apart() -> None:
    programs = read_bugcrowd(source([dumped(), dumped()])).programs
    assert [program.id for program in programs] == ["lighthouse-mbb", "lighthouse-mbb-2"]


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({}, ""),
        ([7], "[0]"),
        ([{"url": "https://bugcrowd.com/x"}], "[0]"),
        ([{"name": "", "targets": {}}], "[0]"),
        ([{"name": "x"}], "[0]"),
        ([dumped(targets=[])], "[0].targets"),
        ([dumped(targets={"in_scope": []})], "[0].targets.out_of_scope"),
        ([dumped({"type": "website"})], "[0].targets.in_scope[0]"),
        ([dumped(target(type=7))], "[0].targets.in_scope[0].type"),
        ([dumped(target("x") | {"uri": ["y"]})], "[0].targets.in_scope[0].uri"),
        ([dumped(max_payout=-1)], "[0].max_payout"),
    ],
)
def test_data_of_another_shape_is_refused_with_its_place(data: Any, path: str) -> None:
    with pytest.raises(ShapeError) as caught:
        read_bugcrowd(source(data))
    (problem,) = caught.value.diagnostics
    assert (problem.path, problem.place.file) == (path, "bugcrowd_data.json")


@pytest.mark.parametrize(
    ("data", "score"),
    [
        ([dumped()], 95),
        ([{"name": "x", "url": "https://bugcrowd.com/x", "allows_disclosure": True, "targets": {}}], 85),
        ([{"name": "x", "url": "https://example.com/x", "allows_disclosure": True, "targets": {}}], 0),
        ([], 0),
    ],
)
def test_the_dump_is_told_by_its_keys(data: Any, score: int) -> None:
    assert DUMP.recognises(source(data)) == score


@needs_real
def test_every_entry_of_the_real_dump_is_kept() -> None:
    assert [one.recognises(open_source(REAL)) for one in FORMATS] == [95, 0]
    result = read_bugcrowd(open_source(REAL))
    for index, raw in enumerate(json.loads(REAL.read_bytes())):
        program = result.programs[index]
        kept = {rule.entry for rule in program.rules} | {one.entry for one in program.unresolved}
        listed = {
            f"[{index}].targets.{side}[{number}]"
            for side in ("in_scope", "out_of_scope")
            for number in range(len(raw["targets"][side]))
        }
        assert kept == listed
