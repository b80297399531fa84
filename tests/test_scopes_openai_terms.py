"""What the two bundled programs of OpenAI pay and ask for: rewards, rules of engagement, form, keys."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest

import scopecheck as sc
from scopecheck.findings.rules import FindingRules
from scopecheck.scope.terms import Channel, Range, RewardGroup, Rewards

load = cache(sc.load)


def rewards(program: str) -> Rewards:
    found = load(program).rewards
    assert found is not None
    return found


def channel(program: str, name: str) -> Channel:
    return next(one for one in load(program).channels if one.id == name)


def said(program: str) -> str:
    """Return every statement of a program, one a line."""
    return "\n".join(" ".join(one.text.split()) for one in load(program).statements)


def ranges(group: RewardGroup) -> dict[str, tuple[int, int]]:
    return {priority: (one.low, one.high) for priority, one in group.by_priority.items()}


# --- rewards ---------------------------------------------------------------------------------


def test_openai_pays_200_to_6500_and_at_most_20000() -> None:
    money = rewards("openai")
    assert (money.currency, money.usual, money.maximum) == ("USD", Range(low=200, high=6_500), 20_000)
    assert "articles" in money.sources


def test_the_later_maximum_has_its_date_and_its_sources() -> None:
    money = rewards("openai")
    assert (money.exceptional, money.exceptional_since) == (100_000, dt.date(2025, 3, 26))
    third_party = {source.id: source.third_party for source in load("openai").sources}
    assert {third_party[source] for source in money.exceptional_sources} == {True, False}


def test_priority_is_by_vrt_and_may_be_changed() -> None:
    priority = rewards("openai").priority
    assert priority is not None
    for words in ("Vulnerability Rating Taxonomy", "OpenAI may change", "sole discretion", "downgrade"):
        assert words in priority


FULL = {"P1": (2_000, 6_500), "P2": (1_000, 2_000), "P3": (500, 1_000), "P4": (200, 500)}


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("api", FULL),
        ("chatgpt", FULL),
        ("research-org", {"P1": (1_250, 3_500), "P2": (600, 1_250), "P3": (200, 600)}),
        ("other-openai", {"P1": (1_250, 2_500), "P2": (600, 1_250), "P3": (200, 600)}),
        ("third-party-corporate", {"P1": (1_000, 2_500), "P2": (500, 1_000), "P3": (200, 500)}),
        ("api-keys", {"P1": (250, 2_500)}),
        ("codex", {"P1": (500, 1_500), "P2": (250, 500), "P3": (100, 250), "P4": (50, 100)}),
        ("atlas", {"P1": (2_000, 6_500)}),
        ("sora", {}),
    ],
)
def test_amounts_by_group_are_a_third_partys_and_say_so(
    group: str, expected: dict[str, tuple[int, int]]
) -> None:
    found = rewards("openai").groups[group]
    assert ranges(found) == expected
    assert found.sources == ("hunter-note",)
    assert "third party" in (found.note or "")


def test_the_disagreement_about_amounts_is_noted() -> None:
    money = rewards("openai")
    assert "illustrative" in (money.note or "")
    assert "P1 500 to 6,500, P2 100 to 3,500, P3 50 to 500 and P4 nothing" in (money.note or "")
    assert "rewards-note" in money.sources
    assert money.groups["third-party-corporate"].maximum == 5_000


def test_the_safety_program_pays_250_to_7500() -> None:
    money = rewards("openai-safety")
    assert (money.usual, money.maximum, money.exceptional) == (Range(low=250, high=7_500), 7_500, None)
    assert ranges(money.groups["safety"]) == {
        "P1": (5_500, 7_500),
        "P2": (2_500, 3_500),
        "P3": (750, 1_500),
        "P4": (250, 500),
    }


@pytest.mark.parametrize("name", ["openai", "openai-safety"])
def test_every_paid_target_has_a_group(name: str) -> None:
    groups = rewards(name).groups
    assert {rule.group for rule in load(name).in_scope} <= set(groups)


# --- rules of engagement ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "authorized to test in compliance",
        "the policy wins",
        "Report a discovered vulnerability promptly",
        "Do not violate privacy, disrupt systems, destroy data or harm the user experience",
        "Use the program on Bugcrowd for all communication",
        "within 90 days",
        "Test only systems that are in scope",
        "Do not access, change or use data of others",
        "disclosure is not allowed",
        "Safe harbor is partial",
        "not reimbursed",
        "@bugcrowdninja.com",
        "Use your own accounts only, and attempt no extortion",
        "shared unconditionally",
        "exploitable and novel",
        "does not exempt from OpenAI's terms of service",
        "rate limiting, blocking or banning",
        "API keys are never submitted to Bugcrowd",
        "disclose.io",
    ],
)
def test_openai_says(words: str) -> None:
    assert words in said("openai")


@pytest.mark.parametrize(
    "words",
    [
        "may be moved between the two programs",
        "terms of service of the third parties",
        "test accounts of the researcher's own",
        "Safe harbor is full",
        "not reimbursed",
    ],
)
def test_openai_safety_says(words: str) -> None:
    assert words in said("openai-safety")


# --- channels, form, keys --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("bugcrowd", "https://bugcrowd.com/engagements/openai"),
        ("model-behavior-feedback", "https://openai.com/form/model-behavior-feedback"),
        ("api-key-form", "https://openai.com/form/api-key-bug-bounty"),
        ("api-key-form-2023", "https://forms.gle/h8bQ5YKWzXb8FtrQ8"),
        ("security-txt", "https://openai.com/.well-known/security.txt"),
    ],
)
def test_channels(name: str, url: str) -> None:
    assert channel("openai", name).url == url


def test_the_key_form_of_2023_has_ended_and_the_later_one_has_not() -> None:
    assert channel("openai", "api-key-form-2023").until == dt.date(2026, 3, 25)
    assert channel("openai", "api-key-form").until is None


def test_questions_go_to_the_disclosure_address() -> None:
    assert channel("openai", "disclosure-mail").email == "disclosure@openai.com"


def test_the_seven_fields_of_the_submission_form() -> None:
    form = load("openai").submission
    assert [field.id for field in form] == [
        "title",
        "target",
        "vulnerability_type",
        "url",
        "description",
        "proof_of_concept",
        "collaborators",
    ]
    assert [field.id for field in form if not field.required] == ["collaborators"]
    assert "impact" in (form[4].help or "")


def test_keys_are_known_by_their_prefix_and_go_to_the_key_form() -> None:
    program = load("openai")
    assert {shape.prefix for shape in program.key_shapes} == {"sk-", "sess-"}
    assert {shape.report_to for shape in program.key_shapes} == {"api-key-form"}
    (rule,) = (one for one in program.findings.in_scope if one.finding == "exposed_api_key")
    assert (rule.report_to, rule.assets) == ("api-key-form", ("OpenAI API Keys",))
    assert "Do not submit API keys to Bugcrowd" in (rule.instruction or "")


# --- finding types, as they are asked --------------------------------------------------------


@pytest.mark.parametrize("name", ["openai", "openai-safety"])
def test_every_finding_rule_is_read_and_found_by_its_words(name: str) -> None:
    """F1: a type that nobody can read, or a word that means another rule's type, is a slip of the file."""
    compiled = FindingRules.of(load(name))
    for one in compiled.rules:
        assert one.read, one.id
        for word in (one.rule.finding, *one.rule.aliases):
            assert compiled.resolve(word).ids[0] == one.ids[0], (one.id, word)


IMPACT, HIJACK = "direct-security-impact", "reliable-hijack"


@pytest.mark.parametrize(
    ("program", "finding", "assume", "decision", "reason"),
    [
        ("openai", "hallucination", (), "OUT_OF_SCOPE", "excluded"),
        ("openai", "jailbreak", (), "OUT_OF_SCOPE", "excluded"),
        ("openai", "getting the model to say bad things", (), "OUT_OF_SCOPE", "excluded"),
        ("openai", "indirect prompt injection", (), "OUT_OF_SCOPE", "excluded"),
        ("openai", "hallucination", (IMPACT,), "UNDETERMINED", "unlisted-finding"),
        ("openai-safety", "indirect prompt injection", (), "UNDETERMINED", "condition"),
        ("openai-safety", "indirect prompt injection", (HIJACK,), "IN_SCOPE", "included"),
        ("openai", "xss", (), "IN_SCOPE", "included"),
        ("openai", "idor", (), "IN_SCOPE", "included"),
        ("openai-safety", "idor", (), "OUT_OF_SCOPE", "excluded"),
        ("openai", "clickjacking", (), "UNDETERMINED", "unstated-exclusion"),
        ("openai-safety", "system prompt leakage", (HIJACK,), "UNDETERMINED", "unstated-exclusion"),
    ],
)
def test_the_files_answer_for_finding_types(
    program: str, finding: str, assume: tuple[str, ...], decision: str, reason: str
) -> None:
    """F3, F5: conditions, and one finding that is out in one program and in in its sibling."""
    verdict = sc.Checker(load(program)).check_finding(finding, assume=assume)
    assert (str(verdict.decision), str(verdict.reason)) == (decision, reason)
