"""Bugcrowd's brief document: groups carry the side and the rewards, and prose carries the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest

import scopecheck as sc
from scopecheck.formats.bugcrowd import FORMATS, read_bugcrowd_brief
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.source import ShapeError, Source
from scopecheck.scope.model import Program
from scopecheck.scope.terms import Range

BRIEF = FORMATS[1]
RANGES = {"1": {"min": 2000, "max": 4000}, "2": {"min": 900, "max": 1500}, "5": {"min": 0, "max": 0}}


def source(data: Any) -> Source:
    return Source("brief.json", json.dumps(data).encode())


def group(*names: str, inside: Any = True, **more: Any) -> dict[str, Any]:
    targets = [{"id": str(n), "name": name, "uri": "", "category": "website"} for n, name in enumerate(names)]
    return {"name": "Core", "inScope": inside, "rewardRangeData": RANGES, "targets": targets, **more}


def document(*groups: Any, brief: Any = None, **more: Any) -> dict[str, Any]:
    about = {"name": "Lighthouse", "safeHarborStatus": {"status": "partial"}, **(brief or {})}
    return {"data": {"brief": about, "scope": list(groups), "engagement": {"state": "in_progress"}}, **more}


def read(*groups: Any, brief: Any = None, **more: Any) -> ImportResult:
    return read_bugcrowd_brief(source(document(*groups, brief=brief, **more)))


def program_of(*groups: Any, brief: Any = None, **more: Any) -> Program:
    return read(*groups, brief=brief, **more).programs[0]


def test_a_brief_keeps_its_name_and_safe_harbor() -> None:
    program = program_of()
    assert (program.id, program.name, program.platform, program.safe_harbor) == (
        "lighthouse",
        "Lighthouse",
        "bugcrowd",
        "partial",
    )


def test_the_side_of_a_target_is_its_groups() -> None:
    program = program_of(group("a.example.com"), group("b.example.com", inside=False))
    assert [rule.asset for rule in program.in_scope] == ["a.example.com"]
    assert [rule.asset for rule in program.out_of_scope] == ["b.example.com"]
    assert [rule.entry for rule in program.rules] == ["data.scope[0].targets[0]", "data.scope[1].targets[0]"]


def test_an_exclusion_that_is_a_finding_type_is_a_finding_rule_too() -> None:
    excluded = group("Clickjacking", "Web shop", "Spam", inside=False)
    for one, category in zip(excluded["targets"], ("other", "other", "hardware"), strict=True):
        one["category"] = category
    program = program_of(excluded)
    assert [rule.finding for rule in program.findings.out_of_scope] == ["Clickjacking"]
    assert program.findings.out_of_scope[0].entry == "data.scope[0].targets[0]"


def test_the_rewards_of_a_target_are_its_groups() -> None:
    program = program_of(group("a.example.com"))
    (rule,) = program.in_scope
    assert (rule.group, rule.eligible_for_bounty) == ("core", True)
    assert program.rewards is not None
    assert program.rewards.groups["core"].by_priority == {
        "P1": Range(low=2000, high=4000),
        "P2": Range(low=900, high=1500),
        "P5": Range(low=0, high=0),
    }


@pytest.mark.parametrize(
    ("ranges", "pays"),
    [(None, None), ({}, None), ({"1": {"min": 0, "max": 0}}, False), ({"1": {"min": None, "max": 50}}, True)],
)
def test_a_group_says_whether_it_pays(ranges: Any, pays: bool | None) -> None:
    (rule,) = program_of(group("a.example.com", rewardRangeData=ranges)).in_scope
    assert rule.eligible_for_bounty is pays


def test_groups_of_one_name_stay_apart() -> None:
    program = program_of(group("a.example.com"), group("b.example.com", rewardRangeData={"1": {"max": 9}}))
    assert [rule.group for rule in program.in_scope] == ["core", "core-2"]


def test_an_unknown_priority_is_reported() -> None:
    result = read(group("a.example.com", rewardRangeData={"P1": {"min": 1, "max": 2}}))
    assert [one.code for one in result.diagnostics] == ["unknown-priority"]


def test_p5_descriptions_of_group_and_target_belong_to_the_rule() -> None:
    listed = group("*.example.com", description="<p>Only the <b>shop</b>.</p>")
    listed["targets"][0]["description"] = "<ul><li>shop.example.com is out of scope</li></ul>"
    program = program_of(listed)
    (rule,) = program.in_scope
    assert rule.instruction == "Only the shop.\n\nshop.example.com is out of scope"
    assert not sc.Checker(program).check("https://shop.example.com/").in_scope


def test_what_only_looks_like_a_tag_stays() -> None:
    (rule,) = program_of(
        group("a.example.com", description="Use <tenant>.example.com &amp; no other")
    ).in_scope
    assert rule.instruction == "Use <tenant>.example.com & no other"


@pytest.mark.parametrize("key", ["description", "targetsOverview", "additionalInformation"])
def test_p5_prose_of_the_brief_excludes_in_the_wide_reading(key: str) -> None:
    text = "<h2>Out of scope:</h2><ul><li>blog.example.com</li><li>a.example.com</li></ul>"
    program = program_of(group("*.example.com", "a.example.com"), brief={key: text})
    checker = sc.Checker(program)
    assert checker.check("https://blog.example.com/").decision.name == "UNDETERMINED"
    assert checker.check("https://a.example.com/").in_scope
    assert program.statements[0].text == "Out of scope:\nblog.example.com\na.example.com"


@pytest.mark.parametrize(
    "more",
    [
        {"pausedReason": "The program is being moved"},
        {"data": {**document(group("a.example.com"))["data"], "engagement": {"state": "paused"}}},
    ],
)
def test_what_is_not_open_is_a_question(more: dict[str, Any]) -> None:
    result = read(group("a.example.com"), **more)
    verdict = sc.Checker(result.programs[0]).check("https://a.example.com/")
    assert (verdict.decision.name, verdict.reason) == ("UNDETERMINED", "condition")
    assert "not-open" in [one.code for one in result.diagnostics]


def test_a_list_of_briefs_is_read() -> None:
    result = read_bugcrowd_brief(source([document(group("a.example.com")), document(group("b.example.com"))]))
    assert [program.id for program in result.programs] == ["lighthouse", "lighthouse-2"]
    assert result.programs[1].in_scope[0].entry == "[1].data.scope[0].targets[0]"


def test_safe_harbor_may_stand_beside_the_data() -> None:
    data = document(safeHarborStatus={"status": "full"})
    del data["data"]["brief"]["safeHarborStatus"]
    assert read_bugcrowd_brief(source(data)).programs[0].safe_harbor == "full"


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (7, ""),
        ({}, ""),
        ({"data": []}, "data"),
        ({"data": {"brief": {"name": "x"}}}, "data"),
        ({"data": {"brief": {"name": ""}, "scope": []}}, "data.brief"),
        (document(7), "data.scope[0]"),
        (document({"name": "x", "targets": []}), "data.scope[0]"),
        (document(group(inside=None)), "data.scope[0].inScope"),
        (document(group(targets=None)), "data.scope[0].targets"),
        (document(group(targets=[{"category": "website"}])), "data.scope[0].targets[0]"),
        (document(group(rewardRangeData={"1": {"max": "9"}})), "data.scope[0].rewardRangeData.1"),
        (document(group(rewardRangeData=[1])), "data.scope[0].rewardRangeData"),
        ([document(), {"data": {}}], "[1].data"),
    ],
)
def test_data_of_another_shape_is_refused_with_its_place(data: Any, path: str) -> None:
    with pytest.raises(ShapeError) as caught:
        read_bugcrowd_brief(source(data))
    assert caught.value.diagnostics[0].path == path


@pytest.mark.parametrize(
    ("data", "score"),
    [(document(), 95), ([document()], 95), ({"data": {"scope": []}}, 0), ([{"name": "x"}], 0), ([], 0)],
)
def test_the_brief_is_told_by_its_parts(data: Any, score: int) -> None:
    assert BRIEF.recognises(source(data)) == score
