"""The words that a platform's entry has beside its text reach the program, and none is lost (P4, P5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

import scopecheck as sc
from scopecheck.formats.builder import Listed, ProgramBuilder
from scopecheck.formats.registry import format_named
from scopecheck.formats.source import Source
from scopecheck.scope.pattern import Effect

HOST = "pay.example.com"


def program(name: str, data: Any) -> sc.Program:
    reader = format_named(name).read
    assert reader is not None
    return reader(Source("a.json", json.dumps(data).encode())).programs[0]


def hackerone(text: str, words: str, *, included: bool = False) -> sc.Program:
    def row(asset: str, eligible: bool, instruction: str) -> dict[str, Any]:
        flags = {"eligible_for_submission": eligible, "eligible_for_bounty": eligible}
        return {
            "asset_identifier": asset,
            "asset_type": "OTHER",
            "instruction": instruction,
            "max_severity": "high",
            **flags,
        }

    rows = [row("*.example.com", True, "")]
    out: list[dict[str, Any]] = []
    (rows if included else out).append(row(text, included, words))
    targets = {"in_scope": rows, "out_of_scope": out}
    return program(
        "hackerone", [{"handle": "h", "name": "H", "submission_state": "open", "targets": targets}]
    )


def bugcrowd(text: str, words: str) -> sc.Program:
    def target(name: str, description: str) -> dict[str, str]:
        return {"type": "other", "target": name, "name": name, "description": description}

    targets = {"in_scope": [target("*.example.com", "")], "out_of_scope": [target(text, words)]}
    return program("bugcrowd", [{"name": "B", "url": "https://bugcrowd.com/b", "targets": targets}])


def brief(text: str, words: str, title: str = "Out") -> sc.Program:
    def group(inside: bool, name: str, target: str, description: str) -> dict[str, Any]:
        targets = [{"name": target, "category": "other", "description": description}]
        return {"name": name, "inScope": inside, "targets": targets}

    scope = [group(True, "In", "*.example.com", ""), group(False, title, text, words)]
    data = {"brief": {"name": "B"}, "engagement": {"state": "in_progress"}, "scope": scope}
    return program("bugcrowd-brief", {"data": data})


def intigriti(text: str, words: str, **more: str) -> sc.Program:
    inside = {"type": "wildcard", "endpoint": "*.example.com", "impact": "Tier 1"}
    outside = {"type": "other", "endpoint": text, "description": words, "impact": "Out of scope", **more}
    targets = {"in_scope": [inside], "out_of_scope": [outside]}
    return program("intigriti", [{"handle": "i", "name": "I", "status": "open", "targets": targets}])


def federacy(text: str, words: str) -> sc.Program:
    inside = {"type": "website", "target": "*.example.com"}
    outside = {"type": "website", "target": text, "description": words}
    targets = {"in_scope": [inside], "out_of_scope": [outside]}
    return program("federacy", [{"name": "F", "url": "https://www.federacy.com/f", "targets": targets}])


def words_kept(made: sc.Program) -> str:
    fields = [(rule.name, rule.instruction, rule.condition) for rule in made.out_of_scope]
    fields += [(one.text, one.instruction, None) for one in made.unresolved if one.effect == "exclude"]
    return "\n".join(text for found in fields for text in found if text)


READERS = [hackerone, bugcrowd, brief, intigriti, federacy]


@pytest.mark.parametrize("made", READERS, ids=lambda one: one.__name__)
@pytest.mark.parametrize(
    "text",
    [
        "blog.example.com",
        "Payments",
        "Other",
        "Third parties",
        "Out of scope",
        "Anything else",
        "Any vendor of ours",
    ],
)
def test_the_words_beside_an_exclusion_are_kept(made: Any, text: str) -> None:
    for words in (f"also {HOST}", HOST, f"The vendor runs {HOST} for us."):
        assert words in words_kept(made(text, words))


def test_the_name_of_a_group_that_excludes_is_kept() -> None:
    assert HOST in words_kept(brief("Payments", "", title=f"Vendors ({HOST})"))


def test_a_name_beside_the_text_is_kept() -> None:
    assert HOST in words_kept(intigriti("Any vendor of ours", "", name=f"Vendor {HOST}"))


@pytest.mark.parametrize(
    "words", ["Do not test this asset.", "Testing is not allowed.", "Only /api is in scope."]
)
def test_the_words_beside_an_inclusion_are_its_instruction(words: str) -> None:
    made = hackerone(HOST, words, included=True)
    assert words in [rule.instruction for rule in made.in_scope]


def test_an_entry_that_is_kept_unread_keeps_its_name_and_its_condition() -> None:
    builder = ProgramBuilder("a.json", "a", "A", "none")
    listed = Listed(
        "any of them", Effect.EXCLUDE, "[0]", name="the shop", condition="while sold", instruction="why"
    )
    builder.add_unresolved(listed, "prose")
    (one,) = builder.build().unresolved
    assert one.instruction == "the shop\n\nwhile sold\n\nwhy"
