"""A report as a file: YAML, TOML, JSON, or Markdown with front matter; and a template to fill in.

Fields: `program` (a bundled id or a path), `title`, `target`, `vulnerability_type`, `url`,
`description`, `proof_of_concept`, `collaborators`, `attests`, `assume`. In Markdown the front matter
stands between two lines `---`, and a heading that names a field (Title, Target, Vulnerability type, URL,
Description, Summary, Impact, Proof of concept, Steps to reproduce) holds its text; what stands before
the first is the description.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from scopecheck.answer.report import ATTESTATIONS, Report
from scopecheck.answer.secrets import masked
from scopecheck.diagnostic import Diagnostic
from scopecheck.errors import ScopeSyntaxError, ScopeValidationError
from scopecheck.findings.words import word_key
from scopecheck.formats.source import open_source
from scopecheck.scope.document import Document, read_document
from scopecheck.scope.model import Program
from scopecheck.targets.host import printable

__all__ = ["ReportFile", "read_report", "report_template"]

_LANGUAGES = {".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".json": "json", ".md": "markdown"}
_LISTS = ("collaborators", "attests", "assume")
_HEADINGS = {
    "title": "title",
    "target": "target",
    "vulnerability type": "vulnerability_type",
    "url": "url",
    "url or location": "url",
    "description": "description",
    "description with impact": "description",
    "summary": "description",
    "impact": "description",
    "proof of concept": "proof_of_concept",
    "poc": "proof_of_concept",
    "steps to reproduce": "proof_of_concept",
}


@dataclass(frozen=True)
class ReportFile:
    """A report read from a file, and the program it is meant for, if the file says so."""

    report: Report
    program: str | None


def read_report(path: str | Path) -> ReportFile:
    """Read a report; raise `ScopeSyntaxError` or `ScopeValidationError` with every problem of the file.

    A secret in the file stands in no error.
    """
    source = open_source(path)
    language = _LANGUAGES.get(Path(path).suffix.lower())
    if language is None:
        mend = "name it .md, .yaml, .toml or .json"
        raise source.syntax("file-ending", "the ending says no known language", 0, mend)
    text = source.text()
    document, body = _parse(text, source.name, language)
    problems = (*document.problems, *_problems(document))
    if problems:
        # Read again without secrets, so that no message can quote a part of one.
        again, _ = _parse(masked(text, lines=True), source.name, language)
        problems = (*again.problems, *_problems(again)) or tuple(map(_unquoted, problems))
        kind = ScopeValidationError if isinstance(document.data, dict) else ScopeSyntaxError
        shown = tuple(_masked(problem) for problem in problems)
        raise kind(f"`{printable(source.name)}` is no readable report", shown)
    data: dict[str, Any] = dict(document.data)
    program = data.pop("program", None)
    for name, section in body.items():
        data[name] = "\n\n".join(part for part in (str(data.get(name) or ""), section) if part)
    values = {name: _value(name, value) for name, value in data.items() if value is not None}
    return ReportFile(Report(**values), masked(str(program)) if program else None)


def _parse(text: str, name: str, language: str) -> tuple[Document, dict[str, str]]:
    """Return the fields of a report's text, and in Markdown what stands below its headings."""
    if language != "markdown":
        return read_document(text, name, language), {}
    front, body, problem = _front_matter(text)
    document = read_document(front, name, "yaml")
    if document.data is None and not document.problems:
        document.data = {}
    if problem:
        document.problem("front-matter", problem, 1, 1, "write a line `---` behind the last field")
    return document, _sections(body)


def _value(name: str, value: Any) -> Any:
    if name in _LISTS:
        return tuple(str(one) for one in (value if isinstance(value, list) else [value]))
    return str(value)


def _unquoted(problem: Diagnostic) -> Diagnostic:
    """Return a problem in words that quote nothing, where a secret is what cannot be read."""
    mend = "a secret stands here: take it out of the report"
    return Diagnostic(problem.code, "this cannot be read", problem.place, mend, "", problem.severity)


def _masked(problem: Diagnostic) -> Diagnostic:
    return Diagnostic(
        problem.code,
        masked(problem.message),
        problem.place,
        masked(problem.help),
        masked(problem.path),
        problem.severity,
    )


def _front_matter(text: str) -> tuple[str, str, str]:
    """Return the front matter on the lines where it stands, the text behind it, and what is wrong."""
    if re.match(r"---[ \t]*\r?\n", text) is None:
        return "", text, ""
    rest = text.partition("\n")[2]
    end = re.search(r"^---[ \t]*\r?$", rest, re.MULTILINE)
    if end is None:
        return "", "", "the front matter has no end"
    return "\n" + rest[: end.start()], rest[end.end() :], ""


def _sections(text: str) -> dict[str, str]:
    """Return the texts below the headings that name a field; a `#` inside a fence is no heading."""
    found: dict[str, list[str]] = {}
    field, fence = "description", ""
    for line in text.splitlines():
        mark = re.match(r" {0,3}(`{3,}|~{3,})", line)
        if fence:
            fence = "" if mark is not None and mark[1].startswith(fence) else fence
        elif mark is not None:
            fence = mark[1]
        heading = re.match(r"#{1,6}\s+(.*)", line) if not fence else None
        key = word_key(heading[1]) if heading is not None else ""
        if key not in _HEADINGS:
            found.setdefault(field, []).append(line)
            continue
        field = _HEADINGS[key]
        if key == "impact":
            found.setdefault(field, []).append("Impact:")
    return {name: "\n".join(lines).strip() for name, lines in found.items() if "\n".join(lines).strip()}


def _problems(document: Document) -> Iterator[Diagnostic]:
    if document.problems and document.data is None:
        return
    if not isinstance(document.data, dict):
        mend = "begin with `title: ...`"
        yield Diagnostic("shape", "a report is a mapping of fields", document.place(()), mend)
        return
    known = {"program", *(one.name for one in fields(Report))}
    for name, value in document.data.items():
        place = document.place((name,), of_key=True)
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            mend = f"did you mean `{near[0]}`?" if near else "remove it"
            yield Diagnostic(
                "unknown-field", f"a report has no field `{printable(name, 60)}`", place, mend, name
            )
        elif isinstance(value, dict) or (isinstance(value, list) and name not in _LISTS):
            mend = "write it on one line, or as a block"
            yield Diagnostic("field-type", f"`{name}` is a text", place, mend, name)


def report_template(program: Program, called: str | None = None) -> str:
    """Return a Markdown report to fill in, with what the program's form asks for.

    `called` is how the program is loaded, its id where that is not given.
    """
    targets = [rule.name or rule.asset for rule in program.in_scope if rule.stated]
    form = {one.id: one.help or one.title for one in program.submission}
    lines = ["---", f"program: {json.dumps(called or program.id, ensure_ascii=False)}", 'title: ""']
    lines += [f"# {_one_line(form.get('target', 'one of the targets:'))}"]
    lines += [f"#   {_one_line(name)}" for name in targets[:30]]
    lines += [f"#   and {len(targets) - 30} more"] if len(targets) > 30 else []
    lines += ['target: ""', "# a VRT id, a CWE number or a common word such as xss", 'vulnerability_type: ""']
    lines += ['url: ""', "collaborators: []", "# add what you stand for:"]
    lines += [f"#   {key}: {words}" for key, words in ATTESTATIONS.items()]
    lines += ["attests: []", "---", "", "## Description with impact", "", "", "## Proof of concept", "", ""]
    return "\n".join(lines)


def _one_line(text: str) -> str:
    """Return a text fit for a comment."""
    return printable(" ".join(text.split()))
