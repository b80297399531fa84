"""What the two bundled programs of OpenAI state beside their answers: sources, findings, money, channels."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import scopecheck as sc
from scopecheck.scope.terms import FindingRule, Rewards
from scopecheck.targets.asset import name_key

PROGRAMS = ("openai", "openai-safety")
ROOT = Path(__file__).resolve().parents[1]
VRT = (
    Path(os.environ.get("SCOPECHECK_DATA") or ROOT.parent / "shared" / "data") / "vrt" / "vrt-2026-07-08.json"
)

FEEDBACK = "https://openai.com/form/model-behavior-feedback"
IMPACT = "additional directly verifiable security impact on an in-scope service"

load = cache(sc.load)


def walk(value: Any, field: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every leaf of dumped data with the name of the field that holds it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner, field)
    else:
        yield field, value


def findings(program: sc.Program) -> tuple[FindingRule, ...]:
    return (*program.findings.in_scope, *program.findings.out_of_scope)


def excluded(program: str, finding: str) -> FindingRule:
    rules = [one for one in load(program).findings.out_of_scope if one.finding == finding and not one.assets]
    assert len(rules) == 1
    return rules[0]


def rewards(program: str) -> Rewards:
    found = load(program).rewards
    assert found is not None
    return found


# --- identity and sources --------------------------------------------------------------------


def test_openai_is_the_program_on_bugcrowd() -> None:
    program = load("openai")
    assert (program.id, program.name, program.platform, program.handle) == (
        "openai",
        "OpenAI",
        "Bugcrowd",
        "openai",
    )
    assert program.url == "https://bugcrowd.com/engagements/openai"
    assert program.as_of == dt.date(2026, 8, 22)
    assert (program.safe_harbor, program.disclosure) == ("partial", "not-allowed")
    assert program.siblings == ("openai-safety",)
    assert set(program.owned) == {"openai.com", "openai.org", "chatgpt.com"}


def test_openai_safety_is_its_sibling() -> None:
    program = load("openai-safety")
    assert (program.id, program.platform, program.handle) == ("openai-safety", "Bugcrowd", "openai-safety")
    assert program.url == "https://bugcrowd.com/engagements/openai-safety"
    assert program.as_of == dt.date(2026, 8, 27)
    assert program.safe_harbor == "full"
    assert program.siblings == ("openai",)


@pytest.mark.parametrize("name", PROGRAMS)
def test_both_are_bundled_and_found_by_their_id(name: str) -> None:
    assert name in sc.bundled_programs()
    assert load(name).id == name


@pytest.mark.parametrize("name", PROGRAMS)
def test_everything_stated_has_a_source_that_exists(name: str) -> None:
    program = load(name)
    known = {source.id for source in program.sources}
    money = rewards(name)
    stated: list[tuple[str, ...]] = [money.sources]
    stated += [rule.sources for rule in program.rules]
    stated += [one.sources for one in program.unresolved]
    stated += [one.sources for one in findings(program)]
    stated += [one.sources for one in program.statements]
    stated += [one.sources for one in program.channels]
    stated += [one.sources for one in program.key_shapes]
    stated += [one.sources for one in money.groups.values()]
    assert all(stated)
    assert {source for sources in stated for source in sources} <= known
    assert set(money.exceptional_sources) <= known


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_source_is_used(name: str) -> None:
    program = load(name)
    dumped = program.model_dump(mode="json", exclude={"sources"})
    used = {value for field, value in walk(dumped) if field in ("sources", "exceptional_sources")}
    assert {source.id for source in program.sources} == used


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_source_can_be_found(name: str) -> None:
    """A source has an address; only other people's notes may lack one."""
    for source in load(name).sources:
        assert source.url is not None or source.third_party, source.id


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_only_third_parties_say_is_marked(name: str) -> None:
    """P7: a rule with third-party sources alone is `stated: false`, and no other is."""
    program = load(name)
    third = {source.id for source in program.sources if source.third_party}
    marks = [(rule.id, rule.stated, rule.sources) for rule in program.rules]
    marks += [(one.id, one.stated, one.sources) for one in findings(program)]
    for named, stated, sources in marks:
        assert stated is not (set(sources) <= third), named


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_rule_says_since_when_or_is_a_guess(name: str) -> None:
    program = load(name)
    undated = [rule.id for rule in program.rules if rule.since is None]
    undated += [one.id for one in program.unresolved if one.since is None]
    undated += [one.id for one in findings(program) if one.since is None]
    assert undated == [rule.id for rule in program.in_scope if not rule.stated]


# --- targets ---------------------------------------------------------------------------------


def test_the_ten_targets_of_the_articles_in_their_order() -> None:
    program = load("openai")
    listed = [rule for rule in program.in_scope if "articles" in rule.sources]
    assert [(rule.id, rule.asset, rule.name) for rule in listed] == [
        ("api", "api.openai.com", None),
        ("third-party-targets", "Third Party Targets", None),
        ("chatgpt", "https://chat.openai.com", "ChatGPT"),
        ("chatgpt-plugins", "https://chat.openai.com", "ChatGPT Plugins"),
        ("openai-org", "https://openai.org", None),
        ("openai-org-below", "*.openai.org", None),
        ("api-keys", "OpenAI API Keys", None),
        ("openai-com", "openai.com", None),
        ("openai-com-below", "*.openai.com", None),
        ("playground", "https://platform.openai.com/playground", "Developer Platform Playground"),
    ]
    assert {rule.since for rule in listed} == {dt.date(2023, 4, 11)}
    assert all(rule.eligible_for_bounty for rule in listed)


@pytest.mark.parametrize(
    ("rule", "printed"), [("openai-org-below", "`*/openai.org`"), ("openai-com-below", "`*/openai.com`")]
)
def test_what_the_articles_misprint_is_noted(rule: str, printed: str) -> None:
    note = next(one.note for one in load("openai").in_scope if one.id == rule)
    assert note is not None
    assert printed in note


def test_the_two_further_targets_of_august_2026() -> None:
    program = load("openai")
    codex = next(rule for rule in program.in_scope if rule.id == "codex-desktop")
    assert (codex.asset, codex.since) == ("Codex Desktop", dt.date(2026, 5, 14))
    (other,) = program.unresolved
    assert (other.text, other.effect, other.id) == ("Other", "include", "other")


def test_third_parties_are_named_as_examples_and_never_listed() -> None:
    program = load("openai")
    rule = next(one for one in program.in_scope if one.id == "third-party-targets")
    assert rule.note is not None
    for company in (
        "Google Workspace",
        "Asana",
        "Trello",
        "Jira",
        "Zendesk",
        "Salesforce",
        "Stripe",
        "Notion",
    ):
        assert company in rule.note
        assert not sc.Checker(program).check_asset(company).in_scope


def test_the_targets_of_the_safety_program() -> None:
    program = load("openai-safety")
    listed = {rule.asset for rule in program.in_scope} | {one.text for one in program.unresolved}
    assert listed == {"Agentic Tools", "*.openai.com", "https://openai.com/", "Other"}
    assert [rule.asset for rule in program.out_of_scope if rule.stated] == ["OpenAI models"]


# --- findings --------------------------------------------------------------------------------


def test_the_seven_vulnerability_types_of_the_articles() -> None:
    named = [one for one in load("openai").findings.in_scope if one.sources == ("articles",)]
    assert [one.finding for one in named] == [
        "server_side_injection",
        "server_security_misconfiguration",
        "cross_site_scripting_xss",
        "insecure_os_firmware",
        "insecure_data_storage",
        "cross_site_request_forgery_csrf",
        "broken_authentication_and_session_management",
    ]
    assert all(one.stated and one.unless is None and one.only_if is None for one in named)


def test_an_unnamed_type_is_not_silently_eligible() -> None:
    assert load("openai").findings.unlisted == "undetermined"
    assert load("openai-safety").findings.unlisted == "undetermined"


@pytest.mark.parametrize(
    ("finding", "stated"),
    [
        ("model_content", True),
        ("model_safety", True),
        ("model_safety.safety_bypass", True),
        ("model_safety.bad_things", True),
        ("model_safety.how_to_do_bad_things", True),
        ("model_safety.malicious_code", True),
        ("hallucination", True),
        ("hallucination.pretend_bad_things", False),
        ("hallucination.pretend_secrets", False),
        ("hallucination.pretend_computer", False),
    ],
)
def test_model_issues_are_excluded_unless_they_have_security_impact(finding: str, stated: bool) -> None:
    """F3, F5: the exclusion is conditional, in the program's words, and names where to report instead."""
    rule = excluded("openai", finding)
    assert rule.stated is stated
    assert rule.unless is not None
    assert rule.unless.id == "direct-security-impact"
    assert IMPACT in rule.unless.text
    channel = next(one for one in load("openai").channels if one.id == rule.report_to)
    assert channel.url == FEEDBACK


@pytest.mark.parametrize(
    ("finding", "word"),
    [
        ("model_safety.safety_bypass", "jailbreak"),
        ("hallucination", "hallucinations"),
        ("model_safety.malicious_code", "getting the model to write malicious code"),
        ("model_safety.bad_things", "getting the model to say bad things"),
        ("ai_application_security.prompt_injection", "indirect prompt injection"),
    ],
)
def test_an_exclusion_is_found_by_its_common_name(finding: str, word: str) -> None:
    assert name_key(word) in {name_key(alias) for alias in excluded("openai", finding).aliases}


@pytest.mark.parametrize(
    ("finding", "stated", "condition"),
    [
        ("application_level_denial_of_service_dos", True, None),
        ("api_brute_force", True, None),
        ("destructive_demonstration", True, None),
        ("excessive_demonstration", True, None),
        ("brute_force", False, None),
        ("password_spraying", False, None),
        ("fuzzing", False, None),
        ("sandboxed_code_execution.code_interpreter", False, None),
        ("sandboxed_code_execution.agent_mode", False, None),
        ("sandboxed_code_execution.container_tool", False, None),
        ("server_security_misconfiguration.mail_server_misconfiguration", False, None),
        ("server_security_misconfiguration.lack_of_security_headers", False, "proof-of-concept"),
        ("server_security_misconfiguration.insecure_ssl.insecure_cipher_suite", False, "proof-of-concept"),
        ("server_security_misconfiguration.clickjacking", False, None),
        ("ai_application_security.insufficient_rate_limiting", False, "sustained-bypass"),
    ],
)
def test_further_exclusions(finding: str, stated: bool, condition: str | None) -> None:
    rule = excluded("openai", finding)
    assert (rule.stated, rule.unless.id if rule.unless else None) == (stated, condition)


def test_prompt_injection_is_out_in_one_program_and_in_in_its_sibling() -> None:
    """F5: the same finding on the same hosts; eligibility is a program's own."""
    security = excluded("openai", "ai_application_security.prompt_injection")
    assert (security.see_program, security.unless is not None) == ("openai-safety", True)
    (safety,) = (one for one in load("openai-safety").findings.in_scope if one.finding == security.finding)
    assert safety.only_if is not None
    assert "50%" in safety.only_if.text
    hosts = {one: sc.Checker(load(one)).check("https://openai.com/").in_scope for one in PROGRAMS}
    assert hosts == {"openai": True, "openai-safety": True}


def test_access_beyond_permissions_is_out_in_the_safety_program_and_in_in_its_sibling() -> None:
    safety = excluded("openai-safety", "broken_access_control")
    assert safety.see_program == "openai"
    assert any(one.finding == safety.finding for one in load("openai").findings.in_scope)


@pytest.mark.parametrize(
    "finding",
    [
        "agentic_risk.disallowed_action_at_scale",
        "agentic_risk.harmful_action",
        "proprietary_information.reasoning",
        "proprietary_information",
        "platform_integrity.anti_automation_bypass",
        "platform_integrity.trust_signal_manipulation",
        "platform_integrity.restriction_evasion",
    ],
)
def test_what_the_safety_program_takes(finding: str) -> None:
    (rule,) = (one for one in load("openai-safety").findings.in_scope if one.finding == finding)
    assert rule.stated


@pytest.mark.parametrize(
    ("finding", "stated", "condition"),
    [
        ("model_safety.safety_bypass", True, None),
        ("model_content", True, "demonstrable-impact"),
        ("model_content.rude_language", True, "demonstrable-impact"),
        ("model_content.findable_information", True, "demonstrable-impact"),
        ("ai_application_security.prompt_injection.system_prompt_leakage", False, None),
        ("geographic_access_evasion", False, None),
    ],
)
def test_what_the_safety_program_excludes(finding: str, stated: bool, condition: str | None) -> None:
    rule = excluded("openai-safety", finding)
    assert (rule.stated, rule.unless.id if rule.unless else None) == (stated, condition)


@pytest.mark.parametrize("name", PROGRAMS)
def test_pointers_lead_somewhere(name: str) -> None:
    program = load(name)
    listed = {text for rule in program.in_scope for text in (rule.asset, rule.name)}
    for one in findings(program):
        assert one.see_program in (None, *program.siblings)
        assert set(one.assets) <= listed
    assert all(name in load(sibling).siblings for sibling in program.siblings)
    assert any(one.see_program for one in findings(program))
    named = [one.id for one in findings(program)]
    assert all(named)
    assert len(named) == len(set(named))


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.skipif(not VRT.is_file(), reason=f"no VRT at {VRT}; set SCOPECHECK_DATA to the folder of `vrt/`")
def test_a_finding_is_of_the_vrt_or_the_programs_own(name: str) -> None:
    """F1: an id that begins like the VRT's has to be one of it."""

    def ids(nodes: list[dict[str, Any]], above: str = "") -> Iterator[str]:
        for node in nodes:
            yield above + node["id"]
            yield from ids(node.get("children", []), f"{above}{node['id']}.")

    known = set(ids(json.loads(VRT.read_text("utf-8"))["content"]))
    used = {one.finding for one in findings(load(name))}
    of_vrt = {one for one in used if one.partition(".")[0] in known}
    assert of_vrt <= known
    own = {one.partition(".")[0] for one in used - of_vrt}
    assert own <= {
        "agentic_risk",
        "api_brute_force",
        "brute_force",
        "destructive_demonstration",
        "direct_user_harm",
        "excessive_demonstration",
        "exposed_api_key",
        "fuzzing",
        "geographic_access_evasion",
        "hallucination",
        "model_content",
        "model_safety",
        "password_spraying",
        "platform_integrity",
        "proprietary_information",
        "sandboxed_code_execution",
        "unreleased_model_access",
    }
