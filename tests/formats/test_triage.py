"""The three answers for a scanner's finding: its asset, its kind, both."""

from __future__ import annotations

import json
import pickle
from functools import cache
from pathlib import Path

import pytest

from scopecheck import Checker, Decision, ScopeSyntaxError, load
from scopecheck.formats.scanners import ScannerFinding, Triaged, read_scanner, triage


@cache
def openai() -> Checker:
    return Checker(load("openai"))


def triaged(checker: Checker, *findings: ScannerFinding) -> list[Triaged]:
    return list(triage(checker, iter(findings)))


def finding(target: str, *words: str) -> ScannerFinding:
    return ScannerFinding("tool", "line 1", "name", target, words)


@pytest.mark.parametrize(
    ("target", "words", "asset", "kind", "joint", "why"),
    [
        ("https://openai.com/", ("stored xss",), "IN_SCOPE", "IN_SCOPE", "IN_SCOPE", "included"),
        ("https://openai.com/", ("dos",), "IN_SCOPE", "OUT_OF_SCOPE", "OUT_OF_SCOPE", "excluded"),
        (
            "https://openai.com/",
            ("open redirect",),
            "IN_SCOPE",
            "UNDETERMINED",
            "UNDETERMINED",
            "unlisted-finding",
        ),
        ("https://chatgpt.com/", ("xss",), "UNDETERMINED", "IN_SCOPE", "UNDETERMINED", "unstated-alias"),
        ("https://evil.example/", ("xss",), "OUT_OF_SCOPE", "IN_SCOPE", "OUT_OF_SCOPE", "not-listed"),
        ("https://evil.example/", ("dos",), "OUT_OF_SCOPE", "OUT_OF_SCOPE", "OUT_OF_SCOPE", "excluded"),
        ("no target at all %", ("xss",), "UNDETERMINED", "IN_SCOPE", "UNDETERMINED", "invalid-target"),
        ("https://openai.com/", ("wordpress",), "IN_SCOPE", None, "UNDETERMINED", "no known finding type"),
        (
            "https://openai.com/",
            ("CWE-416", "LLM06"),
            "IN_SCOPE",
            None,
            "UNDETERMINED",
            "no known finding type",
        ),
        ("https://evil.example/", ("wordpress",), "OUT_OF_SCOPE", None, "OUT_OF_SCOPE", "not-listed"),
        ("https://chatgpt.com/", (), "UNDETERMINED", None, "UNDETERMINED", "no known finding type"),
        ("", ("xss",), None, None, "UNDETERMINED", "names no URL"),
        ("", (), None, None, "UNDETERMINED", "names no URL"),
    ],
)
def test_asset_kind_and_both(
    target: str, words: tuple[str, ...], asset: str | None, kind: str | None, joint: str, why: str
) -> None:
    """Never more eligible than either half, and never dropped."""
    (one,) = triaged(openai(), finding(target, *words))
    assert (str(one.asset.decision) if one.asset is not None else None) == asset
    assert (str(one.kind.finding_decision) if one.kind is not None else None) == kind
    assert (str(one.decision), why in one.why) == (joint, True)
    data = json.loads(json.dumps(one.to_dict()))
    assert (data["decision"], data["why"], data["target"]) == (joint, one.why, target)
    assert (data["asset"] is None, data["finding"] is None) == (asset is None, kind is None)
    assert pickle.loads(pickle.dumps(one)).to_dict() == one.to_dict()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("misconfig", "generic", "HTTP Missing Security Headers"), "HTTP Missing Security Headers"),
        (("xss", "Stored XSS"), "Stored XSS"),
        (("Stored XSS", "xss"), "Stored XSS"),
        (("xss", "sqli"), "xss"),
        (("cve", "wordpress"), None),
        (("CWE-416", "csrf"), "csrf"),
        (("CWE-352", "csrf"), "csrf"),
        (("csrf", "CWE-352"), "csrf"),
        (("LLM06", "jailbreak"), "jailbreak"),
        (("", "xss"), "xss"),
    ],
)
def test_the_closest_known_word_counts(words: tuple[str, ...], expected: str | None) -> None:
    """A header that is missing is excluded where a misconfiguration is not."""
    assert finding("https://openai.com/", *words).known_word() == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("xss",), "IN_SCOPE included"),
        (("xss", "sqli"), "IN_SCOPE included"),
        (("xss", "dos"), "UNDETERMINED partly-listed"),
        (("dos", "xss"), "UNDETERMINED partly-listed"),
        (("xss", "dos", "open redirect"), "UNDETERMINED partly-listed"),
        (("xss", "clickjacking"), "UNDETERMINED unstated-exclusion"),
        (("xss", "open redirect"), "UNDETERMINED unlisted-finding"),
        (("open redirect", "dos"), "OUT_OF_SCOPE excluded"),
        (("xss", "Stored XSS", "CWE-79"), "IN_SCOPE included"),
        (("dos", "CWE-352"), "OUT_OF_SCOPE excluded"),
        (("xss", "CWE-400"), "UNDETERMINED partly-listed"),
        (("xss", "CWE-999999", "wordpress", "LLM06"), "IN_SCOPE included"),
    ],
)
def test_a_finding_of_several_kinds_is_no_more_eligible_than_any(
    words: tuple[str, ...], expected: str
) -> None:
    """Nobody knows which tag of a template is the bug; a weakness of several kinds says nothing beside them."""
    (one,) = triaged(openai(), finding("https://openai.com/", *words))
    assert one.kind is not None
    assert f"{one.decision} {one.why}" == expected
    assert f"{one.kind.finding_decision} {one.kind.finding_reason}" == expected
    (elsewhere,) = triaged(openai(), finding("https://evil.example/", *words))
    assert elsewhere.decision is Decision.OUT_OF_SCOPE
    (perhaps,) = triaged(openai(), finding("https://chatgpt.com/", *words))
    assert perhaps.decision is not Decision.IN_SCOPE
    json.dumps(one.to_dict())
    assert str(one.kind)


@pytest.mark.parametrize(
    ("kind", "found"), [("pass", 0), ("notApplicable", 0), ("fail", 1), ("review", 1), (None, 1)]
)
def test_a_check_that_passed_is_no_finding(tmp_path: Path, kind: str | None, found: int) -> None:
    """SARIF 3.27.9: a result may say that nothing is wrong."""
    uri = {"physicalLocation": {"artifactLocation": {"uri": "https://openai.com/"}}}
    result = {"ruleId": "xss", "kind": kind, "message": {"text": "x"}, "locations": [uri]}
    path = tmp_path / "found.sarif"
    path.write_text(json.dumps({"version": "2.1.0", "runs": [{"results": [result]}]}), "utf-8")
    assert len(read_scanner(path)[0]) == found


def test_the_programs_own_words_hold() -> None:
    listed = {"in_scope": [{"finding": "dos", "aliases": ["xss"]}]}
    found = Checker(load({"id": "e", "name": "E", "in_scope": ["e.com"], "findings": listed}))
    (one,) = triaged(found, finding("https://e.com/", "xss"))
    assert one.kind is not None
    assert one.kind.type.ids == ("application_level_denial_of_service_dos",)


def test_findings_are_answered_one_by_one() -> None:
    """Lazily and in order."""
    stream = triage(openai(), (finding("https://openai.com/", word) for word in ("xss", "dos", "nothing")))
    assert next(stream).decision is Decision.IN_SCOPE
    assert [one.decision for one in stream] == [Decision.OUT_OF_SCOPE, Decision.UNDETERMINED]


def test_half_a_surrogate_pair_can_be_written_out(tmp_path: Path) -> None:
    text = '{"template-id": "x", "info": {"name": "a\\ud800", "tags": "xss\\ud800"}, "matched-at": "https://openai.com/\\ud800"}'
    path = tmp_path / "found"
    path.write_text(text, "utf-8")
    (one,) = triaged(openai(), *read_scanner(path)[0])
    assert one.decision is Decision.UNDETERMINED
    assert one.asset is not None
    assert str(one.asset.reason) == "invalid-target"
    json.dumps(one.to_dict(), ensure_ascii=False).encode()


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScopeSyntaxError):
        read_scanner(tmp_path / "none")
