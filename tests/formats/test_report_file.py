"""Reports as files: YAML, TOML, JSON, Markdown with front matter; the template to fill in."""

from __future__ import annotations

import json
import pickle
import traceback
from pathlib import Path

import pytest

from scopecheck import Checker, Report, ScopeError, ScopeSyntaxError, ScopeValidationError, load
from scopecheck.answer.report import ATTESTATIONS
from scopecheck.formats.report_file import ReportFile, read_report, report_template

KEY = "sk-" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC2eF4"

WHOLE = Report(
    title="Stored XSS: the search",
    target="*.openai.com",
    vulnerability_type="stored xss",
    url="https://openai.com/help",
    description="One line.\nImpact: an attacker reads it.",
    proof_of_concept="Open it.",
    collaborators=("ana", "ben"),
    attests=("novel", "exploitable"),
    assume=("direct-security-impact",),
)

YAML = """\
program: openai
title: "Stored XSS: the search"
target: "*.openai.com"
vulnerability_type: stored xss
url: https://openai.com/help
description: |-
  One line.
  Impact: an attacker reads it.
proof_of_concept: Open it.
collaborators: [ana, ben]
attests: [novel, exploitable]
assume: [direct-security-impact]
"""

TOML = """\
program = "openai"
title = "Stored XSS: the search"
target = "*.openai.com"
vulnerability_type = "stored xss"
url = "https://openai.com/help"
description = "One line.\\nImpact: an attacker reads it."
proof_of_concept = "Open it."
collaborators = ["ana", "ben"]
attests = ["novel", "exploitable"]
assume = ["direct-security-impact"]
"""

MARKDOWN = """\
---
program: openai
title: "Stored XSS: the search"
target: "*.openai.com"
vulnerability_type: stored xss
url: https://openai.com/help
collaborators: [ana, ben]
attests: [novel, exploitable]
assume: direct-security-impact
---

One line.
Impact: an attacker reads it.

## Proof of concept

Open it.
"""

JSON = json.dumps(
    {
        "program": "openai",
        "title": WHOLE.title,
        "target": WHOLE.target,
        "vulnerability_type": WHOLE.vulnerability_type,
        "url": WHOLE.url,
        "description": WHOLE.description,
        "proof_of_concept": WHOLE.proof_of_concept,
        "collaborators": ["ana", "ben"],
        "attests": ["novel", "exploitable"],
        "assume": ["direct-security-impact"],
    }
)


def read(tmp_path: Path, text: str | bytes, name: str = "report.md") -> ReportFile:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_report(path)


def refused(tmp_path: Path, text: str | bytes, name: str = "report.yaml") -> ScopeError:
    with pytest.raises(ScopeError) as caught:
        read(tmp_path, text, name)
    return caught.value


# --- the four languages ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("report.yaml", YAML),
        ("report.YML", YAML),
        ("report.toml", TOML),
        ("report.json", JSON),
        ("report.md", MARKDOWN),
        ("report.md", MARKDOWN.replace("\n", "\r\n")),
        ("report.md", "\ufeff" + MARKDOWN),
        ("report.yaml", "\ufeff" + YAML),
        ("report.md", f"---  \n{YAML}--- \n"),
    ],
    ids=["yaml", "yml", "toml", "json", "markdown", "crlf", "bom", "bom of yaml", "front matter alone"],
)
def test_the_languages_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    found = read(tmp_path, text, name)
    assert found.program == "openai"
    assert found.report == WHOLE


def test_the_path_may_be_a_text(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("{}", "utf-8")
    assert read_report(str(path)) == ReportFile(Report(), None)


@pytest.mark.parametrize(
    ("text", "name"), [("", "report.md"), ("---\n---\n", "report.md"), ("{}", "report.json"), ("", "report.toml")]
)  # fmt: skip
def test_an_empty_report_is_readable(tmp_path: Path, text: str, name: str) -> None:
    """What it misses is said by the check."""
    assert read(tmp_path, text, name) == ReportFile(Report(), None)


def test_a_field_without_value_is_missing_and_a_lone_text_is_a_list_of_one(tmp_path: Path) -> None:
    found = read(tmp_path, "title:\ncollaborators: ana\nattests: novel\nurl: 7\n", "report.yaml").report
    assert (found.title, found.collaborators, found.attests, found.url) == ("", ("ana",), ("novel",), "7")


# --- Markdown -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("## Description", "description"),
        ("# Description with impact", "description"),
        ("###### Summary", "description"),
        ("## Proof of concept", "proof_of_concept"),
        ("## PoC", "proof_of_concept"),
        ("## Steps to Reproduce:", "proof_of_concept"),
        ("## Title", "title"),
        ("## Target", "target"),
        ("## Vulnerability type", "vulnerability_type"),
        ("## URL or location", "url"),
        ("## URL", "url"),
    ],
)
def test_a_heading_that_names_a_field_holds_its_text(tmp_path: Path, heading: str, field: str) -> None:
    found = read(tmp_path, f"---\nprogram: x\n---\n{heading}\n\nwhat it says\n").report
    assert getattr(found, field) == "what it says"


def test_text_before_the_first_heading_is_the_description(tmp_path: Path) -> None:
    found = read(
        tmp_path, "It is here.\n\n## Other heading\nmore\n## Impact\nAll of it.\n## PoC\nGo.\n"
    ).report
    assert found.description == "It is here.\n\n## Other heading\nmore\nImpact:\nAll of it."
    assert found.proof_of_concept == "Go."


def test_front_matter_and_body_add_up(tmp_path: Path) -> None:
    found = read(tmp_path, "---\ndescription: One.\n---\nTwo.\n").report
    assert found.description == "One.\n\nTwo."


@pytest.mark.parametrize("fence", ["```", "~~~", "````sh", "   ```"])
def test_a_comment_in_a_listing_is_no_heading(tmp_path: Path, fence: str) -> None:
    closing = fence.rstrip("sh").lstrip()
    text = f"## Proof of concept\n{fence}\n# summary\nrun it\n{closing}\n## Impact\nBad.\n"
    found = read(tmp_path, text).report
    assert "# summary\nrun it" in found.proof_of_concept
    assert found.description == "Impact:\nBad."


def test_a_shorter_fence_does_not_end_a_listing(tmp_path: Path) -> None:
    found = read(tmp_path, "## PoC\n````\n```\n# impact\n````\n").report
    assert found.proof_of_concept == "````\n```\n# impact\n````"
    assert found.description == ""


def test_a_rule_in_the_text_is_no_front_matter(tmp_path: Path) -> None:
    found = read(tmp_path, "Some text\n\n---\n\nmore\n")
    assert found.report.description == "Some text\n\n---\n\nmore"


# --- what is refused ------------------------------------------------------------------------------


def test_every_problem_of_a_file_is_said_with_its_place(tmp_path: Path) -> None:
    error = refused(tmp_path, "titel: x\ndescription: {a: b}\nurl: [x]\nwhatever: 1\n")
    assert isinstance(error, ScopeValidationError)
    found = [(one.code, one.path, one.place.line, one.help) for one in error.diagnostics]
    assert found == [
        ("unknown-field", "titel", 1, "did you mean `title`?"),
        ("field-type", "description", 2, "write it on one line, or as a block"),
        ("field-type", "url", 3, "write it on one line, or as a block"),
        ("unknown-field", "whatever", 4, "remove it"),
    ]
    assert str(tmp_path / "report.yaml") in str(error)
    assert pickle.loads(pickle.dumps(error)).diagnostics == error.diagnostics


def test_the_line_of_a_problem_in_front_matter_is_that_of_the_file(tmp_path: Path) -> None:
    error = refused(tmp_path, "---\ntitle: x\ntitel: y\n---\n", "report.md")
    assert error.diagnostics[0].place.line == 3


@pytest.mark.parametrize(
    ("text", "name", "code", "line"),
    [
        ("title: [", "report.yaml", "yaml-syntax", None),
        ("title: *x", "report.yaml", None, 1),
        ("a: 1\na: 2\n", "report.yaml", None, 2),
        ("title = ", "report.toml", "toml-syntax", None),
        ('{"title": ', "report.json", "json-syntax", None),
        ("[]", "report.json", "shape", 1),
        ('"x"', "report.json", "shape", 1),
        ("- x\n", "report.yaml", "shape", 1),
        ("null", "report.json", "shape", None),
        ("---\ntitle: x\n\n## Impact\n", "report.md", "front-matter", 1),
        ("---\n- x\n---\n", "report.md", "shape", None),
        (b"\xff\xfe", "report.md", "encoding", 1),
        ("a\0b", "report.md", "control-character", 1),
        ("title: x", "report.txt", "file-ending", None),
        ("title: x", "report", "file-ending", None),
    ],
)
def test_what_is_no_report_is_a_clear_error(
    tmp_path: Path, text: str | bytes, name: str, code: str | None, line: int | None
) -> None:
    error = refused(tmp_path, text, name)
    assert isinstance(error, (ScopeSyntaxError, ScopeValidationError))
    problem = error.diagnostics[0]
    assert problem.message
    assert problem.help
    assert problem.place.file == str(tmp_path / name)
    assert code in (None, problem.code)
    assert line in (None, problem.place.line)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScopeSyntaxError):
        read_report(tmp_path / "none.md")


def test_keys_that_are_no_texts_are_refused(tmp_path: Path) -> None:
    for text in ("1: x\n", "true: x\n", "[a]: x\n", "null: x\n"):
        assert refused(tmp_path, text).diagnostics


# --- secrets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("report.yaml", f'title: "{KEY}'),
        ("report.yaml", f"{KEY}: 1\n"),
        ("report.yaml", f"title: {{{KEY}: 1}}\n"),
        ("report.yaml", f"title: x\n{KEY}\n"),
        ("report.yaml", f"{KEY}: 1\n{KEY}: 2\n"),
        ("report.yaml", f"title: &{KEY} x\n"),
        ("report.yaml", f"title: *{KEY}\n"),
        ("report.yaml", f"title: !{KEY} x\n"),
        ("report.yaml", f"? {{a: {KEY}}}\n: x\n"),
        ("report.yaml", "x" * 55 + f"{KEY}: 1\n"),
        ("report.toml", f"{KEY} = "),
        ("report.toml", f"{KEY} = 1\n{KEY} = 2\n"),
        ("report.toml", f'title = "{KEY}'),
        ("report.json", f'{{"{KEY}": 1, "{KEY}": 2}}'),
        ("report.json", f'{{"title": {KEY}}}'),
        ("report.json", f'"{KEY}"'),
        ("report.md", f"---\n{KEY}: 1\n---\n"),
        ("report.md", f"---\ntitle: {KEY}\n"),
        ("report.md", f"{KEY}\0"),
        ("report.md", KEY.encode() + b"\xff"),
        ("report.txt", KEY),
    ],
)
def test_an_unreadable_file_shows_no_key(tmp_path: Path, name: str, text: str | bytes) -> None:
    """Neither in the error, nor in its data, nor in a traceback, nor in its pickle."""
    error = refused(tmp_path, text, name)
    shown = [
        str(error),
        repr(error),
        "".join(traceback.format_exception(error)),
        pickle.dumps(error).decode("latin-1"),
        json.dumps([one.to_dict() for one in error.diagnostics]),
    ]
    for one in shown:
        assert KEY[3:12] not in one
        assert KEY[-12:] not in one


def test_a_program_that_is_a_key_is_masked(tmp_path: Path) -> None:
    assert read(tmp_path, f"program: {KEY}\n", "report.yaml").program == "sk-masked"


def test_a_readable_file_keeps_its_key_for_the_check_to_find(tmp_path: Path) -> None:
    found = read(tmp_path, MARKDOWN.replace("Open it.", f"Use {KEY}."))
    assert KEY not in repr(found)
    verdict = Checker(load("openai")).check_report(found.report)
    assert verdict.blocking[0].code == "secret"
    assert KEY not in str(verdict)


# --- the template ---------------------------------------------------------------------------------


@pytest.mark.parametrize("program", ["openai", "openai-safety"])
def test_a_template_is_a_report_of_the_program_with_nothing_filled_in(tmp_path: Path, program: str) -> None:
    found = read(tmp_path, report_template(load(program)))
    assert found == ReportFile(Report(), program)


def test_a_template_names_the_stated_targets_and_what_to_attest() -> None:
    text = report_template(load("openai"))
    for name in (
        "api.openai.com",
        "ChatGPT Plugins",
        "*.openai.com",
        "Developer Platform Playground",
        *ATTESTATIONS,
    ):
        assert f"#   {name}" in text
    assert "chatgpt.com" not in text
    assert "The listed target in which the vulnerability lies." in text


def test_a_template_that_is_filled_in_is_ready(tmp_path: Path) -> None:
    text = report_template(load("openai"))
    filled = {
        'title: ""': 'title: "Stored XSS in the help pages"',
        'target: ""': 'target: "*.openai.com"',
        'vulnerability_type: ""': "vulnerability_type: stored xss",
        'url: ""': "url: https://help.openai.com/search",
        "attests: []": "attests: [novel, exploitable, not-disclosed]",
        "## Description with impact\n": "## Description with impact\n\nImpact: an attacker reads it all.\n",
        "## Proof of concept\n": "## Proof of concept\n\nOpen the search.\n",
    }
    for empty, words in filled.items():
        assert text.count(empty) == 1
        text = text.replace(empty, words)
    found = read(tmp_path, text)
    verdict = Checker(load(found.program or "")).check_report(found.report)
    assert verdict.problems == ()
    assert verdict.ready


def test_a_template_of_a_program_with_odd_texts_stays_readable(tmp_path: Path) -> None:
    """A name cannot add a field, and an id that YAML takes for a number stays a text."""
    listed = [
        {"asset": "*.e.com", "name": "Site\ntitle: injected\x1b[31m"},
        *(f"h{n}.e.com" for n in range(40)),
    ]
    form = [{"id": "target", "title": "T", "help": "Choose\none: of them"}]
    program = load({"id": "0755", "name": "E", "in_scope": listed, "submission": form})
    text = report_template(program)
    assert read(tmp_path, text) == ReportFile(Report(), "0755")
    assert "\x1b" not in text
    assert "#   and 11 more" in text


@pytest.mark.parametrize("called", ["true", "1e5", "my programs/e.yaml", 'quote".yaml', "é.yaml"])
def test_a_template_says_how_the_program_was_loaded(tmp_path: Path, called: str) -> None:
    assert read(tmp_path, report_template(load("openai"), called)).program == called
