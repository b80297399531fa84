"""A whole report before it is submitted: every problem at once, and what blocks it."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from scopecheck import Checker, Decision, Report, ReportVerdict, load
from scopecheck.answer.report import ATTESTATIONS

GOOD = Report(
    title="Stored XSS in the search of the help pages",
    target="openai.com",
    vulnerability_type="stored xss",
    url="https://openai.com/help?q=x",
    description="The title of a saved search is not encoded. Impact: an attacker acts as its reader.",
    proof_of_concept="1. Save a search called <svg onload=alert(1)>. 2. Open the list.",
    collaborators=("ana", "ben"),
    attests=tuple(ATTESTATIONS),
)


@cache
def openai() -> Checker:
    return Checker(load("openai"))


def checker(**more: Any) -> Checker:
    listed = [
        "*.e.com",
        {"asset": "https://chat.e.com", "name": "Chat", "aliases": ["Chat Plus"]},
        "(a|b).f.com",
    ]
    findings = {
        "in_scope": [{"finding": "xss"}],
        "out_of_scope": [{"finding": "dos"}],
        "unlisted": "undetermined",
    }
    data = {"id": "e", "name": "E", "in_scope": listed, "out_of_scope": ["out.e.com"], "findings": findings}
    return Checker(load({**data, **more}))


def codes(verdict: ReportVerdict) -> list[tuple[str, str, bool]]:
    return [(one.field, one.code, one.blocks) for one in verdict.problems]


def report(**fields: Any) -> Report:
    return replace(GOOD, target="https://www.e.com/", url="https://www.e.com/x", **fields)


# --- a good one -----------------------------------------------------------------------------------


def test_a_report_with_nothing_wrong_is_ready() -> None:
    verdict = openai().check_report(GOOD)
    assert verdict.problems == ()
    assert verdict.ready
    assert str(verdict).startswith("Stored XSS in the search of the help pages: ready to submit, for OpenAI")
    assert verdict.finding is not None
    assert verdict.finding.in_scope
    assert (verdict.url is not None, verdict.target is not None) == (True, True)


def test_what_a_person_has_to_attest_is_said_and_blocks_nothing() -> None:
    verdict = openai().check_report(replace(GOOD, attests=()))
    assert verdict.ready
    assert codes(verdict) == [("attests", "unattested", False)] * 3
    assert [one.message for one in verdict.problems] == [
        f"not attested: {words}" for words in ATTESTATIONS.values()
    ]
    assert set(ATTESTATIONS) == {"novel", "exploitable", "not-disclosed"}


@pytest.mark.parametrize(
    ("given", "left"), [("novel", 2), ("not-novel", 3), (("novel", "exploitable"), 1), (None, 3)]
)
def test_a_lone_attestation_is_one_word_and_not_its_letters(given: Any, left: int) -> None:
    assert len(openai().check_report(replace(GOOD, attests=given)).problems) == left


# --- all problems at once -------------------------------------------------------------------------


def test_every_problem_is_said_at_once_each_with_its_field_and_how_to_mend_it() -> None:
    verdict = openai().check_report(
        Report(
            target="https://evil.example/",
            vulnerability_type="xxs",
            url="https://pay.openai.com/",
            description="It looks odd.",
        )
    )
    assert codes(verdict) == [
        ("title", "missing", True),
        ("proof_of_concept", "missing", True),
        ("description", "no-impact", False),
        *[("attests", "unattested", False)] * 3,
        ("url", "unstated-exclusion", True),
        ("target", "not-listed", True),
        ("vulnerability_type", "unknown-finding", True),
    ]
    assert all(one.message and one.help for one in verdict.problems)
    assert not verdict.ready
    assert len(verdict.blocking) == 5
    text = str(verdict)
    assert text.startswith("report: 5 problems block it, for OpenAI")
    for problem in verdict.problems:
        assert problem.message in text
        assert problem.help in text


def test_an_empty_report_misses_what_the_form_requires() -> None:
    """Collaborators may be nobody."""
    verdict = openai().check_report(Report())
    missing = [one.field for one in verdict.problems if one.code == "missing"]
    assert missing == ["title", "target", "vulnerability_type", "url", "description", "proof_of_concept"]
    without_form = checker().check_report(Report())
    missing = [one.field for one in without_form.problems if one.code == "missing"]
    assert missing == ["title", "target", "vulnerability_type", "description", "proof_of_concept"]


@pytest.mark.parametrize("blank", ["", "   ", "\n\t", None])
@pytest.mark.parametrize(
    "field", ["title", "target", "vulnerability_type", "url", "description", "proof_of_concept"]
)
def test_a_blank_field_is_missing(field: str, blank: Any) -> None:
    verdict = openai().check_report(replace(GOOD, **{field: blank}))
    assert (field, "missing", True) in codes(verdict)


@pytest.mark.parametrize("nobody", [(), "", None, [], ("",)])
def test_a_form_may_require_collaborators(nobody: Any) -> None:
    form = [{"id": "collaborators", "title": "Collaborators"}, {"id": "severity", "title": "Severity"}]
    verdict = checker(submission=form).check_report(report(collaborators=nobody))
    assert codes(verdict) == [("collaborators", "missing", True)]


@pytest.mark.parametrize("people", ["ana", ("ana",), ["ana"], {"ana"}])
def test_a_lone_collaborator_is_one(people: Any) -> None:
    assert openai().check_report(replace(GOOD, collaborators=people)).report.collaborators == ("ana",)


def test_the_help_of_the_form_is_the_help() -> None:
    form = [{"id": "title", "title": "Headline", "help": "Say it in ten words."}]
    (problem,) = checker(submission=form).check_report(report(title="")).problems
    assert (problem.message, problem.help) == ("`Headline` is missing", "Say it in ten words.")


# --- target and URL -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "url", "expected"),
    [
        ("https://www.e.com/", "https://www.e.com/x", []),
        ("*.e.com", "https://www.e.com/x", []),
        ("*.E.com ", "https://www.e.com/x", []),
        ("Chat", "https://chat.e.com/login", []),
        ("chat plus", "https://chat.e.com/login", []),
        ("(a|b).f.com", "https://a.f.com/", []),
        ("Chat", "https://www.e.com/x", [("target", "target-disagrees", True)]),
        ("(a|b).f.com", "https://www.e.com/x", [("target", "target-disagrees", True)]),
        ("*.e.com", "https://a.f.com/", [("target", "target-disagrees", True)]),
        ("https://out.e.com/", "https://www.e.com/x", [("target", "excluded", True)]),
        ("https://www.e.com/", "https://out.e.com/x", [("url", "excluded", True)]),
        ("https://www.e.com/", "https://x.out.e.com/x", [("url", "below-excluded-host", True)]),
        ("*.g.com", "https://www.e.com/x", [("target", "not-listed", True)]),
        ("https://www.e.com/", "https://www.e.com\\@evil.net/", [("url", "ambiguous-target", True)]),
        (
            "https://evil.net/",
            "https://evil.net/",
            [("url", "not-listed", True), ("target", "not-listed", True)],
        ),
    ],
)
def test_target_and_url_are_in_scope_and_agree(
    target: str, url: str, expected: list[tuple[str, str, bool]]
) -> None:
    """A target may be named in the very words of the list, as a form offers them."""
    verdict = checker().check_report(replace(GOOD, target=target, url=url))
    assert codes(verdict) == expected


def test_a_text_that_is_listed_on_both_sides_is_excluded() -> None:
    verdict = checker(out_of_scope=["Chat"]).check_report(replace(GOOD, target="Chat", url=""))
    assert [(one.field, one.code) for one in verdict.blocking] == [("target", "excluded")]


@pytest.mark.parametrize("program", ["openai", "openai-safety"])
def test_every_stated_target_of_the_form_is_accepted(program: str) -> None:
    found = Checker(load(program))
    for rule in found.program.in_scope:
        for name in filter(None, (rule.asset, rule.name, *rule.aliases)):
            verdict = found.check_report(Report(target=name))
            assert any(one.field == "target" for one in verdict.problems) != rule.stated, name


@pytest.mark.parametrize("place", ["the settings dialog", "Step 3 of the wizard", "Settings › Profile"])
def test_a_place_that_is_no_url_leaves_the_answer_to_the_target(place: str) -> None:
    """The field is `URL or location`."""
    verdict = checker().check_report(replace(GOOD, target="Chat", url=place))
    assert codes(verdict) == [("url", "location", False)]
    assert verdict.url is None
    assert verdict.finding is not None
    assert verdict.finding.in_scope
    refused = checker().check_report(replace(GOOD, target="https://out.e.com/", url=place))
    assert not refused.ready


def test_the_finding_is_asked_on_the_url_and_else_on_the_target() -> None:
    on_url = checker().check_report(replace(GOOD, target="Chat", url="https://chat.e.com/x"))
    on_target = checker().check_report(replace(GOOD, target="Chat", url=""))
    for verdict, text in ((on_url, "https://chat.e.com/x"), (on_target, "Chat")):
        assert verdict.finding is not None
        assert verdict.finding.asset is not None
        assert verdict.finding.asset.text == text


def test_a_url_without_a_word_of_the_program_asks_the_question() -> None:
    (problem,) = checker().check_report(replace(GOOD, target="*.e.com", url="https://x.out.e.com/")).problems
    assert problem.message == "`https://x.out.e.com/` is not in scope for sure (below-excluded-host)"
    assert problem.help == "does the exclusion of `out.e.com` hold for `x.out.e.com` too?"


# --- the kind of finding --------------------------------------------------------------------------


def test_an_excluded_kind_blocks_and_says_where_else_to_report() -> None:
    verdict = openai().check_report(replace(GOOD, vulnerability_type="jailbreak"))
    (problem,) = verdict.problems
    assert (problem.field, problem.code, problem.blocks) == ("vulnerability_type", "excluded", True)
    assert "it counts only where they have an additional directly verifiable security impact" in problem.help
    assert "https://openai.com/form/model-behavior-feedback" in problem.help
    assert "see program `openai-safety`" in problem.help


def test_an_asserted_condition_settles_it() -> None:
    """F3: the reporter stands for it."""
    for assumed in (("direct-security-impact",), "direct-security-impact"):
        verdict = openai().check_report(replace(GOOD, vulnerability_type="jailbreak", assume=assumed))
        assert codes(verdict) == [("vulnerability_type", "unlisted-finding", False)]
        assert verdict.ready


def test_a_kind_that_no_rule_names_is_a_note() -> None:
    verdict = checker().check_report(report(vulnerability_type="sqli"))
    assert codes(verdict) == [("vulnerability_type", "unlisted-finding", False)]
    assert "no rule of the program names it" in verdict.problems[0].help


def test_an_unknown_kind_names_the_nearest_and_how_to_say_it() -> None:
    verdict = checker().check_report(report(vulnerability_type="xxs"))
    assert verdict.finding is None
    (problem,) = verdict.problems
    assert problem.message == "`xxs` is no known finding type; did you mean `xxe` or `xss`?"
    assert "VRT id" in problem.help


def test_a_kind_that_is_excluded_on_this_asset_blocks() -> None:
    """F4."""
    findings = {
        "in_scope": [{"finding": "xss"}],
        "out_of_scope": [{"finding": "xss", "assets": ["chat.e.com"]}],
    }
    found = checker(findings=findings)
    assert found.check_report(replace(GOOD, target="*.e.com", url="https://www.e.com/")).ready
    verdict = found.check_report(replace(GOOD, target="Chat", url="https://chat.e.com/x"))
    assert codes(verdict) == [("vulnerability_type", "excluded", True)]


# --- the answer as data ---------------------------------------------------------------------------


def test_everything_is_in_the_dict() -> None:
    data = json.loads(
        json.dumps(openai().check_report(replace(GOOD, vulnerability_type="jailbreak")).to_dict())
    )
    assert (data["program"], data["ready"]) == ("openai", False)
    assert set(data["problems"][0]) == {"field", "code", "message", "help", "blocks"}
    assert data["finding"]["decision"] == "OUT_OF_SCOPE"
    assert (data["url"]["decision"], data["target"]["decision"]) == ("IN_SCOPE", "IN_SCOPE")
    empty = openai().check_report(Report()).to_dict()
    assert (empty["url"], empty["target"], empty["finding"]) == (None, None, None)


def test_a_verdict_has_no_truth_value_and_pickles() -> None:
    verdict = openai().check_report(GOOD)
    with pytest.raises(TypeError, match="ready"):
        bool(verdict)
    assert pickle.loads(pickle.dumps(verdict)).to_dict() == verdict.to_dict()


def test_a_report_shows_no_content_where_it_is_logged() -> None:
    assert repr(GOOD) == (
        "<Report with title, target, vulnerability_type, url, description, proof_of_concept, "
        "collaborators, attests>"
    )
    assert repr(Report()) == "<Report with nothing>"
    assert "Save a search" not in f"{GOOD} {[GOOD]!r}"


@pytest.mark.parametrize("odd", [7, 1.5, True, b"bytes", object()])
def test_odd_values_are_texts_and_no_crash(odd: Any) -> None:
    fields = (
        "title",
        "target",
        "vulnerability_type",
        "url",
        "description",
        "proof_of_concept",
        "collaborators",
    )
    verdict = checker().check_report(Report(**dict.fromkeys(fields, odd)))
    assert verdict.blocking
    json.dumps(verdict.to_dict())
    str(verdict).encode()


def test_the_decision_of_the_finding_is_apart_from_the_asset() -> None:
    """One problem for the host; the kind as such counts."""
    verdict = checker().check_report(replace(GOOD, target="*.e.com", url="https://evil.net/"))
    assert [one.field for one in verdict.blocking] == ["url"]
    assert verdict.finding is not None
    assert verdict.finding.decision is Decision.OUT_OF_SCOPE
