"""What scanners write: JSON lines of nuclei, SARIF 2.1.0, Burp's XML."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scopecheck import Checker, Decision, ScopeError, ScopeSyntaxError, ScopeValidationError, load
from scopecheck.formats.scanners import ScannerFinding, Triaged, read_scanner, triage


@cache
def openai() -> Checker:
    return Checker(load("openai"))


def path(tmp_path: Path, text: str | bytes, name: str = "found") -> Path:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return file


def read(tmp_path: Path, text: str | bytes) -> tuple[ScannerFinding, ...]:
    found, problems = read_scanner(path(tmp_path, text))
    assert problems == ()
    return found


def refused(tmp_path: Path, text: str | bytes) -> ScopeError:
    with pytest.raises((ScopeSyntaxError, ScopeValidationError)) as caught:
        read_scanner(path(tmp_path, text))
    assert caught.value.diagnostics[0].place.file == str(tmp_path / "found")
    return caught.value


def answers(checker: Checker, *findings: ScannerFinding) -> list[Triaged]:
    return list(triage(checker, iter(findings)))


# --- nuclei ---------------------------------------------------------------------------------------


def nuclei(**fields: Any) -> dict[str, Any]:
    info = {
        "name": "Some Product - Cross-Site Scripting",
        "severity": "medium",
        "tags": ["cve", "xss", "product"],
        "classification": {"cve-id": ["CVE-2021-1"], "cwe-id": ["cwe-79"]},
    }
    row = {
        "template-id": "CVE-2021-1",
        "info": info,
        "type": "http",
        "host": "out.example.net",
        "url": "https://openai.com/?from-url",
        "matched-at": "https://openai.com/search?q=<svg>",
        "ip": "192.0.2.1",
    }
    return {**row, **fields}


def test_a_line_of_nuclei(tmp_path: Path) -> None:
    """`matched-at` is where it matched; `host` is only what was scanned."""
    (found,) = read(tmp_path, json.dumps(nuclei()))
    assert found == ScannerFinding(
        "nuclei",
        "line 1",
        "Some Product - Cross-Site Scripting",
        "https://openai.com/search?q=<svg>",
        ("cve", "xss", "product", "cwe-79", "Some Product - Cross-Site Scripting", "CVE-2021-1"),
        "medium",
    )
    assert found.known_word() == "xss"


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        ({}, "https://openai.com/search?q=<svg>"),
        ({"matched-at": "openai.com:443"}, "openai.com:443"),
        ({"matched-at": ""}, ""),
        ({"matched-at": None, "matched": "https://openai.com/old"}, "https://openai.com/old"),
        ({"matched-at": None, "url": None}, ""),
    ],
)
def test_the_host_is_never_the_target(tmp_path: Path, fields: dict[str, Any], target: str) -> None:
    (found,) = read(tmp_path, json.dumps(nuclei(**fields)))
    assert found.target == target


@pytest.mark.parametrize("listed", ["cve,xss, product", ["cve", "xss", "product"]])
def test_lists_may_be_texts(tmp_path: Path, listed: Any) -> None:
    info = {"tags": listed, "classification": {"cwe-id": listed}}
    (found,) = read(tmp_path, json.dumps(nuclei(info=info)))
    assert found.words[:6] == ("cve", "xss", "product") * 2


@pytest.mark.parametrize("info", [None, 7, [], "x", {"tags": 7, "classification": 7, "name": None}])
def test_odd_info_is_no_error(tmp_path: Path, info: Any) -> None:
    (found,) = read(tmp_path, json.dumps(nuclei(info=info)))
    assert (found.name, found.known_word()) == ("CVE-2021-1", None)


def test_lines_are_read_and_blank_ones_passed_over(tmp_path: Path) -> None:
    text = "\ufeff" + json.dumps(nuclei()) + "\r\n\r\n  \n" + json.dumps(nuclei(host="x")) + "\n"
    found = read(tmp_path, text)
    assert [one.entry for one in found] == ["line 1", "line 4"]


def test_an_array_of_nuclei_is_read_too(tmp_path: Path) -> None:
    """As its `-json-export` writes."""
    found = read(tmp_path, json.dumps([nuclei(), nuclei()], indent=1))
    assert [one.entry for one in found] == ["[0]", "[1]"]
    assert read(tmp_path, "[]") == ()


@pytest.mark.parametrize(
    "bad", ["{", '{"template-id": "x"', "[]", "7", "null", '"text"', "{}", "not JSON", "[" * 100_000, "9" * 5_000]
)  # fmt: skip
def test_a_bad_line_is_named_and_the_others_are_read(tmp_path: Path, bad: str) -> None:
    text = f"{json.dumps(nuclei())}\n{bad}\n\n{json.dumps(nuclei())}\n{bad}"
    found, problems = read_scanner(path(tmp_path, text))
    assert [one.entry for one in found] == ["line 1", "line 4"]
    assert [(one.code, one.place.line, one.path) for one in problems] == [
        ("scanner-line", 2, "line 2"),
        ("scanner-line", 5, "line 5"),
    ]
    assert str(problems[0].severity) == "warning"


def test_a_bad_entry_of_an_array_is_named(tmp_path: Path) -> None:
    found, problems = read_scanner(path(tmp_path, json.dumps([nuclei(), {"x": 1}, 7, nuclei()])))
    assert [one.entry for one in found] == ["[0]", "[3]"]
    assert [one.path for one in problems] == ["[1]", "[2]"]


@pytest.mark.parametrize("text", ['{"a": 1}', '{"a": 1}\n{"b": 2}', "{", '[{"a": 1}]', "[7]"])
def test_a_file_without_any_finding_of_nuclei_is_an_error(tmp_path: Path, text: str) -> None:
    assert "nothing in it is a finding of nuclei" in str(refused(tmp_path, text))


# --- SARIF ----------------------------------------------------------------------------------------


def sarif(*results: dict[str, Any], rules: Any = None) -> str:
    own = [
        {"id": "js/xss", "name": "XssRule", "properties": {"tags": ["security", "external/cwe/cwe-079"]}},
        {"id": "js/sql", "properties": {"tags": ["external/cwe/cwe-0089"]}},
    ]
    driver = {"name": "CodeQL", "rules": own if rules is None else rules}
    run = {"tool": {"driver": driver}, "results": list(results)}
    return json.dumps(
        {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]},
        indent=2,
    )


def at(*uris: str) -> list[dict[str, Any]]:
    return [{"physicalLocation": {"artifactLocation": {"uri": uri}}} for uri in uris]


def test_a_result_with_a_url(tmp_path: Path) -> None:
    result = {
        "ruleId": "js/xss",
        "level": "error",
        "message": {"text": "here"},
        "locations": at("https://openai.com/x"),
    }
    (found,) = read(tmp_path, sarif(result))
    assert found == ScannerFinding(
        "CodeQL",
        "runs[0].results[0]",
        "XssRule",
        "https://openai.com/x",
        ("security", "external/cwe/cwe-079", "CWE-79", "XssRule", "js/xss"),
        "error",
    )
    assert found.known_word() == "CWE-79"


@pytest.mark.parametrize(
    "locations",
    [
        None,
        [],
        at("src/app.js"),
        at("/search"),
        at("file:///src/app.js"),
        [7],
        [{"physicalLocation": 7}],
        "x",
    ],
)
def test_a_result_without_a_url_names_no_target_and_is_not_dropped(tmp_path: Path, locations: Any) -> None:
    """nuclei's own SARIF has paths alone."""
    (found,) = read(tmp_path, sarif({"ruleId": "js/xss", "locations": locations}))
    assert found.target == ""
    (one,) = answers(openai(), found)
    assert (one.decision, one.why) == (Decision.UNDETERMINED, "the scanner names no URL or host")
    assert (one.asset, one.kind) == (None, None)


def test_each_url_of_a_result_is_a_finding_of_its_own(tmp_path: Path) -> None:
    """Else the first, in scope, would answer for the second, which is not."""
    locations = at("https://openai.com/a", "src/x.js", "https://evil.example/b")
    found = read(tmp_path, sarif({"ruleId": "js/xss", "locations": locations}))
    assert [(one.entry, one.target) for one in found] == [
        ("runs[0].results[0].locations[0]", "https://openai.com/a"),
        ("runs[0].results[0].locations[2]", "https://evil.example/b"),
    ]
    assert [one.decision for one in answers(openai(), *found)] == [Decision.IN_SCOPE, Decision.OUT_OF_SCOPE]


@pytest.mark.parametrize(
    ("result", "name", "word"),
    [
        ({"ruleId": "js/xss"}, "XssRule", "CWE-79"),
        ({"ruleId": "js/sql"}, "js/sql", "CWE-89"),
        ({"ruleId": "js/sql/blind"}, "js/sql/blind", "CWE-89"),
        ({"ruleIndex": 1}, "js/sql", "CWE-89"),
        ({"rule": {"id": "js/sql"}}, "js/sql", "CWE-89"),
        ({"rule": {"index": 0}}, "XssRule", "CWE-79"),
        ({"ruleIndex": 7, "message": {"text": "oh"}}, "oh", None),
        ({"ruleIndex": -1}, "finding", None),
        ({"ruleIndex": True}, "finding", None),
        ({"ruleId": "none/such", "ruleIndex": 0}, "none/such", None),
        ({"ruleId": "none", "properties": {"tags": ["CWE-352"]}}, "none", "CWE-352"),
        ({"ruleId": "none", "taxa": [{"id": "89", "toolComponent": {"name": "CWE"}}]}, "none", "CWE-89"),
        ({"ruleId": "none", "taxa": [{"id": "CWE-89", "toolComponent": {"name": "cwe"}}]}, "none", "CWE-89"),
        ({"ruleId": "none", "taxa": [{"id": "89", "toolComponent": {"name": "ATT&CK"}}, 7]}, "none", None),
        ({"ruleId": "sqli"}, "sqli", "sqli"),
        ({}, "finding", None),
    ],
)
def test_the_kind_of_a_result(tmp_path: Path, result: dict[str, Any], name: str, word: str | None) -> None:
    (found,) = read(tmp_path, sarif({**result, "locations": at("https://openai.com/")}))
    assert (found.name, found.known_word()) == (name, word)


def test_sarif_that_speaks_of_nuclei_and_the_reverse(tmp_path: Path) -> None:
    told = json.dumps(json.loads(sarif({"ruleId": "xss", "properties": {"template-id": "x"}})))
    assert [one.tool for one in read(tmp_path, told)] == ["CodeQL"]
    assert [one.tool for one in read(tmp_path, json.dumps(nuclei(runs=1)))] == ["nuclei"]


@pytest.mark.parametrize("rules", [None, [], 7, [7, None], [{"name": "no id"}]])
def test_odd_rules_are_no_error(tmp_path: Path, rules: Any) -> None:
    (found,) = read(tmp_path, sarif({"ruleId": "xss"}, rules=rules if rules is not None else []))
    assert found.name == "xss"


def test_several_runs_and_none(tmp_path: Path) -> None:
    run = {"tool": {"driver": {}}, "results": [{"ruleId": "xss"}]}
    runs = [run, {"results": None}, {}, run]
    found = read(tmp_path, json.dumps({"version": "2.1.0", "runs": runs}))
    assert [(one.tool, one.entry) for one in found] == [
        ("sarif", "runs[0].results[0]"),
        ("sarif", "runs[3].results[0]"),
    ]
    assert read(tmp_path, '{"runs": []}') == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"runs": 7}', "runs"),
        ('{"runs": [7]}', "runs[0]"),
        ('{"runs": [{"results": 7}]}', "runs[0].results"),
        ('{"runs": [{"results": [7]}]}', "runs[0].results[0]"),
    ],
)
def test_sarif_of_another_shape_is_an_error_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    assert refused(tmp_path, text).diagnostics[0].path == place


def test_a_truncated_sarif_is_an_error_with_its_place(tmp_path: Path) -> None:
    text = sarif({"ruleId": "js/xss"})
    problem = refused(tmp_path, text[: len(text) // 2]).diagnostics[0]
    assert problem.code == "json-syntax"
    assert problem.help == "is the download complete?"


# --- Burp -----------------------------------------------------------------------------------------

HEAD = """<?xml version="1.0"?>
<!DOCTYPE issues [
<!ELEMENT issues (issue*)>
<!ATTLIST issues burpVersion CDATA "">
<!ELEMENT issue (serialNumber, type, name, host, path, location, severity, confidence, vulnerabilityClassifications?)>
<!ELEMENT host (#PCDATA)>
<!ATTLIST host ip CDATA "">
]>
"""


def burp(**values: str) -> str:
    fields = {
        "serialNumber": "1",
        "type": "2097920",
        "name": "Cross-site scripting (reflected)",
        "host": '<host ip="192.0.2.1">https://openai.com</host>',
        "path": "<![CDATA[/search?q=1]]>",
        "location": "<![CDATA[/search [q parameter]]]>",
        "severity": "High",
        "confidence": "Certain",
        "vulnerabilityClassifications": '<![CDATA[<a href="https://cwe.mitre.org/data/definitions/79.html">CWE-79: x</a>]]>',
        **values,
    }
    inside = "".join(
        text if text.startswith("<host") else f"<{name}>{text}</{name}>" for name, text in fields.items()
    )
    return f'{HEAD}<issues burpVersion="2024.1"><issue>{inside}</issue></issues>'


def test_an_issue_of_burp(tmp_path: Path) -> None:
    """With its document type, and the CWE only inside HTML."""
    (found,) = read(tmp_path, burp())
    assert found == ScannerFinding(
        "burp",
        "issue[0]",
        "Cross-site scripting (reflected)",
        "https://openai.com/search?q=1",
        ("Cross-site scripting", "Cross-site scripting (reflected)", "CWE-79"),
        "High",
    )
    assert found.known_word() == "Cross-site scripting (reflected)"


@pytest.mark.parametrize(
    ("name", "html", "word"),
    [
        ("SQL injection", "", "SQL injection"),
        ("Cookie without HttpOnly flag set", "", "Cookie without HttpOnly flag set"),
        ("Frameable response (potential Clickjacking)", "", "Frameable response"),
        ("An issue of an extension", "<![CDATA[CWE-89 CWE-79]]>", "CWE-89"),
        ("An issue of an extension", "", None),
        ("", "", None),
    ],
)
def test_the_kind_of_an_issue(tmp_path: Path, name: str, html: str, word: str | None) -> None:
    (found,) = read(tmp_path, burp(name=name, vulnerabilityClassifications=html))
    assert found.known_word() == word


@pytest.mark.parametrize(
    ("host", "where", "target"),
    [
        ("<host>https://openai.com:8443</host>", "/x", "https://openai.com:8443/x"),
        ("<host>https://openai.com</host>", "", "https://openai.com"),
        ("<host>https://openai.com</host>", ".evil.example/x", "https://openai.com"),
        ("<host></host>", "", ""),
    ],
)
def test_host_and_path_are_one_url(tmp_path: Path, host: str, where: str, target: str) -> None:
    """A path that does not begin as one would make another host of it."""
    (found,) = read(tmp_path, burp(host=host, path=where))
    assert found.target == target


def test_a_report_without_issues(tmp_path: Path) -> None:
    assert read(tmp_path, "<issues/>") == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (burp()[:-20], "xml-syntax"),
        (burp()[:600], "xml-syntax"),
        ("<items/>", "shape"),
        ("<html><body>login</body></html>", "shape"),
        ("<issues><issue></issues>", "xml-syntax"),
        (burp().replace("<!ELEMENT host (#PCDATA)>", '<!ENTITY x "y">'), "entity"),
        (burp().replace("<!ELEMENT host (#PCDATA)>", '<!ENTITY x SYSTEM "file:///etc/passwd">'), "entity"),
        (burp().replace("issues [", 'issues SYSTEM "http://127.0.0.1:9/x" ['), "external-type"),
    ],
    ids=[
        "cut",
        "cut in an issue",
        "other XML",
        "HTML",
        "unclosed",
        "entity",
        "external entity",
        "external type",
    ],
)
def test_a_bad_report_of_burp_is_an_error(tmp_path: Path, text: str, code: str) -> None:
    assert refused(tmp_path, text).diagnostics[0].code == code


@pytest.mark.parametrize(
    "text", ["", "   ", "template-id,host\n", "[x] http://openai.com", "\x7fELF", b"\xff\xfe\x00", '"text"']
)
def test_a_file_of_no_known_shape_is_an_error(tmp_path: Path, text: str | bytes) -> None:
    refused(tmp_path, text)
