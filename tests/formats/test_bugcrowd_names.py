"""Bugcrowd's names: titles, hosts in titles, finding types, and words that belong to the rule."""

from __future__ import annotations

import json
from typing import Any

import pytest

import scopecheck as sc
from scopecheck.formats.bugcrowd import read_bugcrowd
from scopecheck.formats.source import Source
from scopecheck.scope.model import Program


def target(name: str, uri: str | None = None, type: str = "website") -> dict[str, Any]:
    return {"type": type, "target": uri or name, "uri": uri, "name": name, "ipAddress": None}


def program_of(*inside: dict[str, Any], out: tuple[dict[str, Any], ...] = ()) -> Program:
    targets = {"in_scope": list(inside), "out_of_scope": list(out)}
    dump = [{"name": "Lighthouse", "url": "https://bugcrowd.com/lighthouse", "targets": targets}]
    return read_bugcrowd(Source("bugcrowd_data.json", json.dumps(dump).encode())).programs[0]


def decisions(program: Program, *asked: str) -> list[str]:
    checker = sc.Checker(program)
    return [checker.check(one).decision.name for one in asked]


@pytest.mark.parametrize("name", ["Example.com", "Example.com - Shop"])
def test_the_name_of_an_app_is_never_a_host(name: str) -> None:
    link = "https://play.google.com/store/apps/details?id=com.example.app"
    program = program_of(target(name, link, type="android"))
    assert decisions(program, "https://example.com/", "com.example.app") == ["OUT_OF_SCOPE", "IN_SCOPE"]
    assert not program.unresolved


@pytest.mark.parametrize(
    "name",
    [
        "Example.us - www.example.us/en",
        "Core Example.us - www.example.us/en",
        "Shop Example.us",
        "By Example.us",
    ],
)
def test_a_host_in_a_title_does_not_put_the_host_in_scope(name: str) -> None:
    program = program_of(target(name, "https://www.example.us/en"))
    assert decisions(program, "https://example.us/", "https://www.example.us/en") == [
        "OUT_OF_SCOPE",
        "IN_SCOPE",
    ]
    assert [one.text for one in program.unresolved] == [name]


def test_a_host_in_a_title_that_another_field_spells_too_is_said_already() -> None:
    program = program_of(target("SDK (Example.Net)", "https://github.com/example/Example.Net", type="other"))
    assert not program.unresolved
    assert decisions(program, "https://example.net/") == ["OUT_OF_SCOPE"]


@pytest.mark.parametrize(
    "name",
    [
        "Subdomain takeover",
        "XSS",
        "Gateway (Windows) - Zero-click RCE",
        "Open redirects",
        "Leaked credentials",
    ],
)
def test_a_name_that_is_a_finding_type_is_a_condition(name: str) -> None:
    (rule,) = program_of(target(name, "https://*.example.com")).in_scope
    assert rule.condition == name
    verdict = sc.Checker(program_of(target(name, "https://*.example.com"))).check("https://a.example.com/")
    assert (verdict.decision.name, verdict.reason) == ("UNDETERMINED", "condition")


@pytest.mark.parametrize(
    "name", ["Issue tracker", "Dosimeter", "Redirector", "Injective", "Takeover.example.com"]
)
def test_a_name_that_only_sounds_like_a_finding_type_is_none(name: str) -> None:
    rules = program_of(target(name, "https://*.example.com")).in_scope
    assert [rule.condition for rule in rules] == [None] * len(rules)


@pytest.mark.parametrize("title", ["Login", "Issue board"])
def test_a_link_that_the_name_repeats_is_one_statement_without_a_condition(title: str) -> None:
    link = "https://www.example.com/redirect"
    program = program_of(target(f"{title} - {link}", link))
    assert [(rule.asset, rule.condition) for rule in program.in_scope] == [(link, None)]
    assert decisions(program, link) == ["IN_SCOPE"]


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("Manual (out of scope)", "https://docs.example.com"),
        ("docs.example.com (report leaks by mail)", None),
    ],
)
def test_an_exclusion_stays_certain_whatever_is_said_about_it(name: str, uri: str | None) -> None:
    program = program_of(target("*.example.com"), out=(target(name, uri),))
    assert decisions(program, "https://docs.example.com/") == ["OUT_OF_SCOPE"]
    assert len(program.out_of_scope) == 1


def test_p6_a_host_in_the_name_of_an_exclusion_is_excluded() -> None:
    out = (target("Blog blog.example.com", "https://www.example.com/blog"),)
    assert decisions(program_of(target("*.example.com"), out=out), "https://blog.example.com/") == [
        "OUT_OF_SCOPE"
    ]


def test_an_inclusion_that_says_it_is_out_of_scope_is_a_question() -> None:
    program = program_of(target("*.example.com"), target("Docs - OUT OF SCOPE", "https://docs.example.com"))
    assert decisions(program, "https://docs.example.com/", "https://a.example.com/") == [
        "UNDETERMINED",
        "IN_SCOPE",
    ]


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("All not listed as out of scope", "https://example.com"),
        ("All of ours (labs are out of scope)", None),
    ],
)
def test_an_inclusion_of_more_than_is_out_of_scope_excludes_nothing(name: str, uri: str | None) -> None:
    program = program_of(target(name, uri))
    assert (program.out_of_scope, [one.effect for one in program.unresolved]) == ((), ["include"])


def test_a_target_in_brackets_behind_words_that_restrict_it_is_a_question() -> None:
    program = program_of(target("Systems owned by us (*.example.com)", "https://www.example.com"))
    asked = ("https://www.example.com/", "https://a.example.com/")
    assert decisions(program, *asked) == ["IN_SCOPE", "UNDETERMINED"]


def test_an_exclusion_of_one_finding_type_leaves_a_question() -> None:
    program = program_of(target("*.example.com"), out=(target("Open redirect", "https://go.example.com"),))
    assert decisions(program, "https://go.example.com/") == ["UNDETERMINED"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Web shop", None),
        ("Shop - https://www.example.com/", None),
        ("Shop (https://www.example.com/)", None),
        ("Shop, only the API", "Shop, only the API"),
        ("www.example.com (static pages)", "www.example.com (static pages)"),
    ],
)
def test_p5_words_that_no_plain_name_has_belong_to_the_rule(name: str, kept: str | None) -> None:
    (rule,) = program_of(target(name, "https://www.example.com/")).in_scope
    assert (rule.name, rule.instruction) == (name, kept)


def test_p5_a_name_that_widens_is_a_question() -> None:
    program = program_of(target("Shop (and all its subdomains)", "https://example.com"))
    assert decisions(program, "https://example.com/", "https://a.example.com/") == [
        "IN_SCOPE",
        "UNDETERMINED",
    ]
    assert not program.unresolved


@pytest.mark.parametrize("uri", ["https://example.com/partners", None])
def test_p4_a_sweeping_name_of_an_exclusion_is_kept_unread(uri: str | None) -> None:
    program = program_of(target("*.example.com"), out=(target("All third-party services", uri),))
    (kept,) = program.unresolved
    assert (kept.text, kept.effect) == ("All third-party services", "exclude")
