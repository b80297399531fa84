"""The answer for a kind of finding (F2, F3, F5): OpenAI, the narrower rule, conditions, phrases."""

from __future__ import annotations

import json
import pickle
from functools import cache
from typing import Any

import pytest

from scopecheck import Checker, Decision, FindingTypeError, FindingVerdict, Program, load
from scopecheck.findings.taxonomy import default_taxonomy

XSS = "cross_site_scripting_xss"
SERVER = "server_security_misconfiguration"
FEEDBACK = "https://openai.com/form/model-behavior-feedback"
HERE = "https://openai.com/"


@cache
def bundled(name: str) -> Checker:
    return Checker(load(name))


def checker(
    *, included: Any = (), excluded: Any = (), unlisted: str = "undetermined", **more: Any
) -> Checker:
    sides = [
        [{"finding": one} if isinstance(one, str) else one for one in rules] for rules in (included, excluded)
    ]
    findings = {"in_scope": sides[0], "out_of_scope": sides[1], "unlisted": unlisted}
    assets = {"in_scope": ["*.e.com"], "out_of_scope": ["out.e.com"]}
    return Checker(load({"id": "e", "name": "E", **assets, "findings": findings, **more}))


def said(verdict: FindingVerdict) -> str:
    return f"{verdict.decision} {verdict.reason}"


# --- OpenAI ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [None, HERE, "ChatGPT"])
@pytest.mark.parametrize(
    "word",
    [
        "hallucination",
        "jailbreak",
        "write malicious code",
        "Getting the model to write malicious code for you",
        "getting the model to say bad things",
        "model_safety.how_to_do_bad_things",
    ],
)
def test_what_a_model_says_is_excluded_with_its_condition_and_the_form(word: str, target: str | None) -> None:
    """F3, F5: never a plain no, since the program says `unless`."""
    verdict = bundled("openai").check_finding(word, target=target)
    assert said(verdict) == "OUT_OF_SCOPE excluded"
    assert not verdict.in_scope
    assert {one.id for one in verdict.conditions} == {"direct-security-impact"}
    assert "additional directly verifiable security impact" in str(verdict)
    assert [channel.url for channel in verdict.report_to] == [FEEDBACK]
    assert FEEDBACK in str(verdict)
    assert verdict.reward is None


@pytest.mark.parametrize("word", ["hallucination", "jailbreak", "write malicious code"])
def test_asserting_the_condition_gives_the_other_branch(word: str) -> None:
    """F3: what is left is that no other rule names the kind."""
    verdict = bundled("openai").check_finding(word, HERE, assume=["direct-security-impact"])
    assert said(verdict) == "UNDETERMINED unlisted-finding"
    assert verdict.assumed == ("direct-security-impact",)


@pytest.mark.parametrize(
    "word", ["stored xss", "xss", f"{XSS}.stored", "CWE-79", "Cross-site Scripting (XSS) - Stored"]
)
def test_xss_on_the_main_site_counts_with_a_priority_and_a_range(word: str) -> None:
    """F6: said to be a baseline."""
    verdict = bundled("openai").check_finding(word, target=HERE)
    assert said(verdict) == "IN_SCOPE included"
    assert verdict.in_scope
    assert (verdict.priority, verdict.priorities) == (2, (2, 3, 4, 5))
    assert verdict.reward is not None
    assert (verdict.reward.low, verdict.reward.high) == (200, 1250)
    text = str(verdict)
    assert "priority: P2 to P5, by variant, is the baseline; the program may change it" in text
    assert "reward: 200 to 1250 USD, a baseline that the program may change" in text


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("https://chatgpt.com/", "UNDETERMINED unstated-alias"),
        ("https://pay.openai.com/", "UNDETERMINED unstated-exclusion"),
        ("https://openai.com\\@evil.example/", "UNDETERMINED ambiguous-target"),
        ("javascript:alert(1)", "UNDETERMINED invalid-target"),
        ("https://evil.example/", "OUT_OF_SCOPE not-listed"),
    ],
)
def test_xss_on_a_host_that_is_not_in_scope_for_sure(target: str, expected: str) -> None:
    verdict = bundled("openai").check_finding("stored xss", target=target)
    assert said(verdict) == expected
    assert verdict.finding_decision is Decision.IN_SCOPE
    assert verdict.asset is not None
    assert (verdict.question is None) == (verdict.decision is Decision.OUT_OF_SCOPE)


@pytest.mark.parametrize("word", ["prompt injection", "indirect prompt injection", "LLM01:2025"])
@pytest.mark.parametrize("target", [None, HERE])
def test_the_siblings_answer_prompt_injection_differently_each_with_its_reason(
    word: str, target: str | None
) -> None:
    """F5: the same finding on the same hosts."""
    security = bundled("openai").check_finding(word, target)
    assert said(security) == "OUT_OF_SCOPE excluded"
    assert security.see_programs == ("openai-safety",)
    assert "see program: openai-safety" in str(security)
    safety = bundled("openai-safety").check_finding(word, target)
    assert said(safety) == "UNDETERMINED condition"
    assert [one.id for one in safety.conditions] == ["reliable-hijack"]
    assert "only if: attacker text reliably hijacks a victim's agent" in str(safety)
    settled = bundled("openai-safety").check_finding(word, HERE, assume="reliable-hijack")
    assert said(settled) == "IN_SCOPE included"


def test_an_id_of_the_older_tree_is_excluded_with_its_successor() -> None:
    verdict = bundled("openai").check_finding("ai_application_security.llm_security.prompt_injection")
    assert said(verdict) == "OUT_OF_SCOPE excluded"


def test_a_leaked_key_counts_on_its_own_target_and_names_its_form() -> None:
    """F4, F5."""
    verdict = bundled("openai").check_finding("leaked api key", "OpenAI API Keys")
    assert said(verdict) == "IN_SCOPE included"
    assert [one.url for one in verdict.report_to] == ["https://openai.com/form/api-key-bug-bounty"]
    elsewhere = bundled("openai").check_finding("leaked api key", HERE)
    assert said(elsewhere) == "UNDETERMINED unlisted-finding"


def test_every_vrt_id_has_an_answer_for_both_programs() -> None:
    for program in ("openai", "openai-safety"):
        for one in default_taxonomy().nodes:
            verdict = bundled(program).check_finding(one)
            assert verdict.type.ids == (one,)
            assert verdict.matches


# --- the narrower wins ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("included", "excluded", "asked", "expected"),
    [
        ([XSS], [], f"{XSS}.stored", "IN_SCOPE included"),
        ([XSS], [f"{XSS}.stored"], f"{XSS}.stored.self", "OUT_OF_SCOPE excluded"),
        ([XSS], [f"{XSS}.stored"], f"{XSS}.reflected", "IN_SCOPE included"),
        ([f"{XSS}.stored"], [XSS], f"{XSS}.stored", "IN_SCOPE included"),
        ([f"{XSS}.stored"], [XSS], XSS, "OUT_OF_SCOPE excluded"),
        ([XSS], [XSS], XSS, "OUT_OF_SCOPE excluded"),
        (["xss"], ["CWE-79"], f"{XSS}.stored", "OUT_OF_SCOPE excluded"),
        ([XSS, f"{XSS}.stored.self"], [f"{XSS}.stored"], f"{XSS}.stored.self", "IN_SCOPE included"),
        ([], [XSS], "csrf", "UNDETERMINED unlisted-finding"),
        (["broken_access"], [], "broken_access_control", "UNDETERMINED unlisted-finding"),
        ([], ["broken_access"], "broken_access_control", "UNDETERMINED unlisted-finding"),
        (["mood"], ["mood.bad"], "mood.bad", "OUT_OF_SCOPE excluded"),
        (["mood.bad"], ["mood"], "mood.bad", "IN_SCOPE included"),
    ],
    ids=[
        "a child of an included node",
        "a grandchild of an excluded node",
        "a sibling of an excluded node",
        "included more narrowly",
        "above what is included",
        "a tie excludes",
        "a tie under two words",
        "narrower on both sides",
        "named by no rule",
        "no ancestor by characters",
        "no excluded ancestor by characters",
        "an own category",
        "an own category, included",
    ],
)
def test_the_narrower_wins(included: list[str], excluded: list[str], asked: str, expected: str) -> None:
    """F2."""
    assert said(checker(included=included, excluded=excluded).check_finding(asked)) == expected


def test_what_no_rule_names_may_be_eligible() -> None:
    found = checker(excluded=[XSS], unlisted="eligible")
    assert said(found.check_finding("csrf")) == "IN_SCOPE included"
    assert said(found.check_finding("xss")) == "OUT_OF_SCOPE excluded"
    assert "no rule of the program names it" in str(found.check_finding("csrf"))


def test_a_part_that_is_excluded_is_a_caveat() -> None:
    verdict = checker(included=[XSS], excluded=[f"{XSS}.reflected"]).check_finding("xss")
    assert verdict.in_scope
    assert verdict.caveats == (f"`{XSS}.reflected` is excluded, which is a part of it",)


@pytest.mark.parametrize(
    ("included", "excluded", "expected"),
    [
        (["csrf", SERVER], [], "IN_SCOPE included"),
        (["CWE-352"], [], "IN_SCOPE included"),
        (["csrf"], [], "UNDETERMINED unlisted-finding"),
        (["csrf"], [SERVER], "UNDETERMINED partly-listed"),
        ([], ["csrf"], "UNDETERMINED partly-listed"),
        ([], ["csrf", SERVER], "OUT_OF_SCOPE excluded"),
        (["csrf", SERVER], ["CWE-352"], "OUT_OF_SCOPE excluded"),
    ],
)
def test_a_number_that_may_mean_several_kinds(
    included: list[str], excluded: list[str], expected: str
) -> None:
    """CWE-352 is CSRF and a missing OAuth state; only what holds for both holds for the number."""
    verdict = checker(included=included, excluded=excluded).check_finding("CWE-352")
    assert said(verdict) == expected
    if expected.endswith("partly-listed"):
        assert verdict.question == "which kind of CWE-352 is it? some of its kinds count and some do not"


@pytest.mark.parametrize(
    ("included", "excluded", "expected"),
    [
        ([f"{XSS}.stored", f"{XSS}.reflected"], [], "IN_SCOPE included"),
        ([f"{XSS}.stored"], [], "UNDETERMINED unlisted-finding"),
        ([XSS], [f"{XSS}.stored.self"], "OUT_OF_SCOPE excluded"),
    ],
)
def test_a_word_with_several_ids_is_one_kind(included: list[str], excluded: list[str], expected: str) -> None:
    """Who excludes one of the ids of Self-XSS excludes Self-XSS."""
    assert said(checker(included=included, excluded=excluded).check_finding("self-xss")) == expected


# --- conditions and doubts ------------------------------------------------------------------------

IMPACT = {"id": "impact", "text": "it has an impact"}
SCALE = {"id": "scale", "text": "it works at scale"}


@pytest.mark.parametrize(
    ("excluded", "assumed", "expected"),
    [
        ({"unless": IMPACT}, (), "OUT_OF_SCOPE excluded"),
        ({"unless": IMPACT}, ("impact",), "IN_SCOPE included"),
        ({"unless": IMPACT}, ("it has an impact",), "IN_SCOPE included"),
        ({"unless": IMPACT}, ("scale",), "OUT_OF_SCOPE excluded"),
        ({"unless": IMPACT, "stated": False}, (), "UNDETERMINED unstated-exclusion"),
        ({"unless": IMPACT, "stated": False}, ("impact",), "IN_SCOPE included"),
        ({"only_if": SCALE}, (), "UNDETERMINED condition"),
        ({"only_if": SCALE}, ("scale",), "OUT_OF_SCOPE excluded"),
        ({"stated": False}, (), "UNDETERMINED unstated-exclusion"),
    ],
)
def test_a_conditional_exclusion(excluded: dict[str, Any], assumed: tuple[str, ...], expected: str) -> None:
    """F3."""
    found = checker(included=["xss"], excluded=[{"finding": "xss", **excluded}])
    verdict = found.check_finding("xss", assume=assumed)
    assert said(verdict) == expected
    if not assumed and "stated" not in excluded:
        word, condition = ("unless", IMPACT) if "unless" in excluded else ("only if", SCALE)
        assert [one.id for one in verdict.conditions] == [condition["id"]]
        assert f"{word}: {condition['text']} (assert it with `assume={condition['id']}`)" in str(verdict)


@pytest.mark.parametrize(
    ("included", "assumed", "expected"),
    [
        ({"only_if": SCALE}, (), "UNDETERMINED condition"),
        ({"only_if": SCALE}, ("scale",), "IN_SCOPE included"),
        ({"stated": False}, (), "UNDETERMINED unstated-alias"),
    ],
)
def test_a_conditional_inclusion(included: dict[str, Any], assumed: tuple[str, ...], expected: str) -> None:
    found = checker(included=[{"finding": "xss", **included}])
    verdict = found.check_finding("xss", assume=assumed)
    assert said(verdict) == expected
    if "unstated" in expected or "condition" in expected:
        assert verdict.question == "does the rule `xss` hold for Cross-Site Scripting (XSS)?"


def test_the_question_is_about_the_rule_that_is_in_doubt() -> None:
    found = checker(included=[SERVER], excluded=[{"finding": "clickjacking", "stated": False}])
    question = found.check_finding("clickjacking").question
    assert (
        question == "does the rule `clickjacking` hold for Server Security Misconfiguration > Clickjacking?"
    )


# --- phrases (P4) ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def phrases() -> Checker:
    """Lists as YesWeHack has them: what counts, and what does not."""
    return checker(
        included=["Cross-site Scripting (XSS)", "SQL injection", "Clickjacking", "Whatever has an impact"],
        excluded=[
            "Tabnabbing",
            '"Self" XSS',
            "Missing cookie flags",
            "Clickjacking on pages without sensitive actions",
            "Recently disclosed vulnerabilities in things that we all use",
        ],
    )


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("tabnabbing", "OUT_OF_SCOPE excluded"),
        ("self-xss", "OUT_OF_SCOPE excluded"),
        (f"{XSS}.stored.self", "OUT_OF_SCOPE excluded"),
        ("cookie flags", "OUT_OF_SCOPE excluded"),
        ("stored xss", "IN_SCOPE included"),
        ("sqli", "IN_SCOPE included"),
        ("clickjacking", "UNDETERMINED unresolved-exclusion"),
        ("rce", "UNDETERMINED unlisted-finding"),
    ],
)
def test_phrases_are_mapped_where_the_words_know_them_and_kept_unread_otherwise(
    phrases: Checker, word: str, expected: str
) -> None:
    assert said(phrases.check_finding(word)) == expected


def test_an_unread_exclusion_is_a_caveat_on_every_yes(phrases: Checker) -> None:
    for word, given_to in (("sqli", True), ("rce", True), ("tabnabbing", False)):
        verdict = phrases.check_finding(word)
        for text in ("Clickjacking on pages without", "Recently disclosed vulnerabilities in things"):
            assert any(text in caveat for caveat in verdict.caveats) == given_to


def test_what_is_excluded_whatever_the_kind_is_a_caveat_on_every_yes() -> None:
    """`Theoretical issues` is read, and belongs to no kind alone."""
    found = checker(included=["xss"], excluded=["Theoretical issues", "MITM attacks", "Phishing"])
    assert found.check_finding("xss").caveats == (
        "excluded, whatever the kind: Theoretical issues",
        "excluded, whatever the kind: MITM attacks",
    )
    assert said(found.check_finding("theoretical issues")) == "OUT_OF_SCOPE excluded"


def test_an_unread_exclusion_yields_to_a_narrower_inclusion() -> None:
    """P4, as for assets: what is named more precisely is not touched."""
    found = checker(included=[f"{XSS}.stored"], excluded=["XSS that nobody could use"])
    assert said(found.check_finding("stored xss")) == "IN_SCOPE included"
    assert said(found.check_finding("reflected xss")) == "UNDETERMINED unresolved-exclusion"


# --- the answer as data ---------------------------------------------------------------------------


def test_everything_is_in_the_dict() -> None:
    verdict = bundled("openai").check_finding("jailbreak", HERE)
    data = json.loads(json.dumps(verdict.to_dict()))
    assert data["program"] == "openai"
    assert (data["finding"], data["ids"]) == ("jailbreak", ["model_safety.safety_bypass"])
    assert (data["decision"], data["reason"]) == ("OUT_OF_SCOPE", "excluded")
    assert (data["finding_decision"], data["asset"]["decision"]) == ("OUT_OF_SCOPE", "IN_SCOPE")
    assert {one["id"] for one in data["conditions"]} == {"direct-security-impact"}
    assert FEEDBACK in {one["url"] for one in data["report_to"]}
    assert data["see_programs"] == ["openai-safety"]
    assert {"out-safety-bypass", "out-model-safety"} == {one["rule"] for one in data["rules"]}


def test_a_verdict_has_no_truth_value() -> None:
    with pytest.raises(TypeError, match="in_scope"):
        bool(checker().check_finding("xss"))


def test_a_verdict_pickles() -> None:
    verdict = bundled("openai").check_finding("stored xss", HERE)
    assert pickle.loads(pickle.dumps(verdict)).to_dict() == verdict.to_dict()


def test_an_unknown_word_is_an_error_with_the_nearest_and_never_an_answer() -> None:
    """F1: also where everything unlisted is eligible."""
    with pytest.raises(FindingTypeError) as caught:
        checker(unlisted="eligible").check_finding("clickjackin", HERE)
    assert caught.value.suggestions[0] == "clickjacking"


def test_a_program_from_assets_has_no_finding_rules() -> None:
    found = Checker(Program.from_assets(include=["*.e.com"]))
    assert said(found.check_finding("xss", "https://a.e.com/")) == "UNDETERMINED unlisted-finding"
