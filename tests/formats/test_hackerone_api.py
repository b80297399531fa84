"""HackerOne's API objects: programs, pages of structured scopes, and lists of either."""

from __future__ import annotations

import json
from typing import Any

import pytest

import scopecheck as sc
from scopecheck.errors import ScopeSyntaxError
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.hackerone import FORMATS, read_hackerone_api
from scopecheck.formats.source import ShapeError, Source
from scopecheck.scope.model import Program

API = FORMATS[1]
LINK = "https://api.hackerone.com/v1/hackers/programs/lighthouse/structured_scopes?page[number]="


def source(data: Any, name: str = "lighthouse.json") -> Source:
    return Source(name, data if isinstance(data, bytes) else json.dumps(data).encode())


def scope(identifier: str, *, eligible: bool | None = True, **more: Any) -> dict[str, Any]:
    flags = {"eligible_for_submission": eligible, "eligible_for_bounty": True, "instruction": None}
    attributes = {"asset_identifier": identifier, "asset_type": "URL", "max_severity": "high", **flags}
    return {"id": "7", "type": "structured-scope", "attributes": {**attributes, **more}}


def program(*scopes: Any, related: Any = None, **attributes: Any) -> dict[str, Any]:
    return {
        "id": "13",
        "type": "program",
        "attributes": {"handle": "lighthouse", "name": "Lighthouse Inc.", **attributes},
        "relationships": {"structured_scopes": {"data": list(scopes)}, **(related or {})},
    }


def page(*scopes: Any, number: int = 1, more: bool = False, **other: Any) -> dict[str, Any]:
    links = {"self": f"{LINK}{number}", **({"next": f"{LINK}{number + 1}"} if more else {})}
    return {"data": list(scopes), "links": links, **other}


def read(data: Any, name: str = "lighthouse.json") -> ImportResult:
    return read_hackerone_api(source(data, name))


def only(data: Any) -> Program:
    (one,) = read(data).programs
    return one


def codes(result: ImportResult) -> list[str]:
    return [one.code for one in result.diagnostics]


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_program_is_read_bare_or_in_data(wrapped: bool) -> None:
    one = program(scope("www.example.com"), scope("blog.example.com", eligible=False))
    found = only({"data": one} if wrapped else one)
    assert (found.id, found.name, found.url) == (
        "lighthouse",
        "Lighthouse Inc.",
        "https://hackerone.com/lighthouse",
    )
    assert [rule.asset for rule in found.in_scope] == ["www.example.com"]
    assert [rule.asset for rule in found.out_of_scope] == ["blog.example.com"]
    base = "data." if wrapped else ""
    assert found.in_scope[0].entry == f"{base}relationships.structured_scopes.data[0]"
    assert found.in_scope[0].max_severity == "high"


@pytest.mark.parametrize("listed", [False, True])
def test_several_programs_are_read(listed: bool) -> None:
    two = [program(scope("a.example.com")), program(scope("b.example.com"), handle="beacon")]
    found = read(two if listed else {"data": two}).programs
    assert [one.id for one in found] == ["lighthouse", "beacon"]
    assert found[1].in_scope[0].entry.startswith("[1]." if listed else "data[1].")


def test_d4_open_scope_is_a_policy() -> None:
    verdict = sc.Checker(only(program(scope("a.example.com"), open_scope=True))).check("https://example.org/")
    assert (verdict.decision.name, verdict.reason) == ("UNDETERMINED", "open-scope")
    assert only(program(open_scope=False)).policy.open_scope is None


@pytest.mark.parametrize(("gold", "harbor"), [(True, "full"), (False, None), (None, None)])
def test_the_gold_standard_is_full_safe_harbor(gold: bool | None, harbor: str | None) -> None:
    assert only(program(gold_standard_safe_harbor=gold)).safe_harbor == harbor


def test_p5_the_policy_is_a_statement_and_restricts() -> None:
    policy = "# Out of scope\n\nblog.example.com is out of scope."
    found = only(program(scope("*.example.com", asset_type="WILDCARD"), policy=policy))
    assert [one.text for one in found.statements] == [policy]
    checker = sc.Checker(found)
    assert checker.check("https://blog.example.com/").decision.name == "UNDETERMINED"
    assert checker.check("https://a.example.com/").in_scope


def test_excluded_categories_are_statements() -> None:
    excluded = [
        {"attributes": {"name": "Self-XSS"}},
        {"attributes": {"category": "Spam", "details": "of any kind"}},
    ]
    found = only(program(related={"scope_exclusions": {"data": excluded}}))
    assert [one.text for one in found.statements] == [
        "Excluded from rewards: Self-XSS",
        "Excluded from rewards: Spam: of any kind",
    ]


@pytest.mark.parametrize("key", ["self", "next"])
def test_a_page_is_named_by_its_links(key: str) -> None:
    found = only({"data": [scope("www.example.com")], "links": {key: LINK + "2"}})
    assert (found.id, found.handle) == ("lighthouse", "lighthouse")
    assert found.in_scope[0].entry == "data[0]"


def test_a_page_without_links_is_named_by_its_file() -> None:
    (found,) = read({"data": [scope("www.example.com")]}, "/tmp/beacon.json").programs
    assert found.id == "beacon"


def test_pages_of_one_program_are_one_program() -> None:
    result = read(
        [page(scope("a.example.com"), more=True), page(scope("b.example.com", eligible=False), number=2)]
    )
    (found,) = result.programs
    assert [rule.entry for rule in found.rules] == ["[0].data[0]", "[1].data[0]"]
    assert codes(result) == []


def test_p4_a_missing_last_page_is_an_unread_exclusion() -> None:
    result = read([page(scope("a.example.com"), more=True)])
    (unread,) = result.programs[0].unresolved
    assert (unread.effect, unread.entry, unread.text) == ("exclude", "[0].links.next", LINK + "2")
    assert "incomplete" in codes(result)
    assert sc.Checker(result.programs[0]).check("https://a.example.com/").caveats


def test_eligibility_of_null_is_a_question() -> None:
    result = read(program(scope("a.example.com", eligible=None)))
    assert sc.Checker(result.programs[0]).check("https://a.example.com/").decision.name == "UNDETERMINED"
    assert codes(result) == ["eligibility-unstated"]


def without(key: str) -> dict[str, Any]:
    one = scope("a.example.com")
    del one["attributes"][key]
    return one


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (7, ""),
        ([7], "[0]"),
        ({"data": 7}, "data"),
        ({"attributes": {"handle": "x"}}, ""),
        ({"attributes": {"handle": "x"}, "relationships": {}}, "relationships"),
        (program() | {"attributes": {"policy": "x"}}, "attributes"),
        (program(7), "relationships.structured_scopes.data[0]"),
        (program(without("asset_identifier")), "relationships.structured_scopes.data[0]"),
        (program(without("eligible_for_submission")), "relationships.structured_scopes.data[0]"),
        (program(policy=7), "attributes.policy"),
        (page({"id": "7"}), "data[0]"),
        ([page(), page(scope("x", instruction=7))], "[1].data[0].instruction"),
        ({"data": [{"type": "program", "attributes": {"handle": "x"}}]}, "data[0]"),
    ],
)
def test_data_of_another_shape_is_refused_with_its_place(data: Any, path: str) -> None:
    with pytest.raises(ShapeError) as caught:
        read(data)
    assert caught.value.diagnostics[0].path == path


@pytest.mark.parametrize("raw", [b'{"data": [', b"[" * 100_000, b'{"data": "\xff"}', b'{"data": "\0"}', b""])
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(ScopeSyntaxError) as caught:
        read_hackerone_api(source(raw))
    assert caught.value.diagnostics[0].place.file == "lighthouse.json"


@pytest.mark.parametrize(
    ("data", "score"),
    [
        (program(), 95),
        ({"data": program()}, 95),
        ([program()], 95),
        ({"data": [program()]}, 95),
        (page(scope("a.example.com")), 95),
        ([page(scope("a.example.com"))], 95),
        ({"data": []}, 0),
        ([{"handle": "x", "submission_state": "open", "targets": {}}], 0),
        ([], 0),
    ],
)
def test_an_api_object_is_told_by_its_parts(data: Any, score: int) -> None:
    assert API.recognises(source(data)) == score
