"""Federacy's public dump: types, awards, and what is no such dump."""

from __future__ import annotations

import json
from typing import Any

import pytest

import scopecheck as sc
from conformance.data import FOLDER
from scopecheck.diagnostic import Severity
from scopecheck.errors import ScopeSyntaxError
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.federacy import FORMATS, read_federacy
from scopecheck.formats.source import ShapeError, Source, open_source
from scopecheck.scope.model import AssetType, Program

(DUMP,) = FORMATS
REAL = FOLDER / "bounty-targets" / "federacy_data.json"
needs_real = pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL} is not there; see SCOPECHECK_DATA")


def source(data: Any) -> Source:
    return Source("federacy_data.json", data if isinstance(data, bytes) else json.dumps(data).encode())


def target(text: Any, type: Any = "website", **more: Any) -> dict[str, Any]:
    return {"type": type, "target": text, **more}


def dumped(*inside: Any, out: tuple[Any, ...] = (), **more: Any) -> dict[str, Any]:
    return {
        "id": "0f3c",
        "name": "Harbour Bakery",
        "offers_awards": True,
        "url": "https://www.federacy.com/harbour-bakery",
        "targets": {"in_scope": list(inside), "out_of_scope": list(out)},
        **more,
    }


def read(*inside: Any, out: tuple[Any, ...] = (), **more: Any) -> ImportResult:
    return read_federacy(source([dumped(*inside, out=out, **more)]))


def program_of(*inside: Any, out: tuple[Any, ...] = (), **more: Any) -> Program:
    return read(*inside, out=out, **more).programs[0]


def test_a_program_keeps_its_names_and_address() -> None:
    program = program_of()
    assert (program.id, program.handle, program.platform) == ("harbour-bakery", "harbour-bakery", "federacy")
    assert (program.name, program.url) == ("Harbour Bakery", "https://www.federacy.com/harbour-bakery")


def test_a_program_without_an_address_is_named_by_its_name() -> None:
    assert program_of(url=None).id == "harbour-bakery"


def test_a_list_is_a_side() -> None:
    checker = sc.Checker(program_of(target("app.example.com"), out=(target("*.example.com"),)))
    assert checker.check("https://app.example.com/").in_scope
    assert checker.check("https://www.example.com/").decision.name == "OUT_OF_SCOPE"


@pytest.mark.parametrize(
    ("awards", "bounty", "pays"),
    [
        (True, None, None),
        (False, None, False),
        (None, "money", True),
        (None, "swag", None),
        (False, "money", False),
    ],
)
def test_what_is_paid(awards: bool | None, bounty: str | None, pays: bool | None) -> None:
    (rule,) = program_of(target("a.example.com", bounty=bounty), offers_awards=awards).in_scope
    assert rule.eligible_for_bounty is pays


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("website", AssetType.WEBSITE),
        ("api", AssetType.API),
        ("mobile", AssetType.MOBILE),
        ("Mobile App", AssetType.MOBILE),
        ("desktop", AssetType.EXECUTABLE),
    ],
)
def test_types_are_known(word: str, kept: AssetType) -> None:
    result = read(target("https://apps.apple.com/us/app/bakery/id1234567890", word))
    assert result.programs[0].in_scope[0].type is kept
    assert result.diagnostics == ()


@pytest.mark.parametrize("word", ["mainframe", None])
def test_an_unknown_type_is_other_with_a_warning(word: str | None) -> None:
    result = read(target("a.example.com", word))
    assert result.programs[0].in_scope[0].type is AssetType.OTHER
    (warned,) = result.diagnostics
    assert (warned.code, warned.severity) == ("unknown-type", Severity.WARNING)
    assert warned.path == "harbour-bakery: [0].targets.in_scope[0]"


def test_p4_prose_stays_unread_and_touches_what_it_names() -> None:
    words = "other subdomains of example.com that we do not list"
    program = program_of(target("*.example.com"), target("app.example.com"), out=(target(words),))
    assert [one.text for one in program.unresolved] == [words]
    checker = sc.Checker(program)
    assert checker.check("https://app.example.com/").in_scope
    assert checker.check("https://x.example.com/").decision.name == "UNDETERMINED"


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({}, ""),
        ([7], "[0]"),
        ([{"url": "x", "targets": {}}], "[0]"),
        ([dumped(name="", url="")], "[0]"),
        ([{"name": "x"}], "[0]"),
        ([dumped(offers_awards="yes")], "[0].offers_awards"),
        ([dumped(targets={"in_scope": []})], "[0].targets.out_of_scope"),
        ([dumped(7)], "[0].targets.in_scope[0]"),
        ([dumped({"type": "website"})], "[0].targets.in_scope[0]"),
        ([dumped({"target": "x"})], "[0].targets.in_scope[0]"),
        ([dumped(target(7))], "[0].targets.in_scope[0].target"),
        ([dumped(target("x", bounty=7))], "[0].targets.in_scope[0].bounty"),
    ],
)
def test_data_of_another_shape_is_refused_with_its_place(data: Any, path: str) -> None:
    with pytest.raises(ShapeError) as caught:
        read_federacy(source(data))
    assert caught.value.diagnostics[0].path == path


@pytest.mark.parametrize("raw", [b'[{"name"', b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(ScopeSyntaxError):
        read_federacy(source(raw))


@pytest.mark.parametrize(
    ("data", "score"),
    [
        ([dumped()], 95),
        ([{"name": "x", "url": "https://www.federacy.com/x", "targets": {}}], 90),
        ([{"name": "x", "url": "https://example.com/x", "targets": {}}], 0),
        ([{"name": "x", "offers_awards": True}], 0),
        ([], 0),
    ],
)
def test_the_dump_is_told_by_its_keys(data: Any, score: int) -> None:
    assert DUMP.recognises(source(data)) == score


@needs_real
def test_every_entry_of_the_real_dump_is_kept() -> None:
    assert DUMP.recognises(open_source(REAL)) == 95
    result = read_federacy(open_source(REAL))
    for index, raw in enumerate(json.loads(REAL.read_bytes())):
        program = result.programs[index]
        kept = {rule.entry for rule in program.rules} | {one.entry for one in program.unresolved}
        assert kept == {
            f"[{index}].targets.{side}[{number}]"
            for side in ("in_scope", "out_of_scope")
            for number in range(len(raw["targets"][side]))
        }
