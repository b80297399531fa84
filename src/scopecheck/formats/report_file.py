"""A report as a file: YAML, TOML, JSON, or Markdown with front matter; and a template to fill in.

Fields: `program` (a bundled id or a path), `title`, `target`, `vulnerability_type`, `url`,
`description`, `proof_of_concept`, `collaborators`, `attests`, `assume`. In Markdown the front matter
stands between two lines `---`, and each `## Heading` that names a field holds its text; what stands
before the first is the description.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from scopecheck.answer.report import ATTESTATIONS, Report, masked
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
    """Read a report; raise `ScopeSyntaxError` or `ScopeValidationError` with every problem of the file."""
    source = open_source(path)
    language = _LANGUAGES.get(Path(path).suffix.lower())
    if language is None:
        mend = "name it .md, .yaml, .toml or .json"
        raise source.syntax("file-ending", "the ending says no known language", 0, mend)
    raw: bytes | str = source.raw
    body: dict[str, str] = {}
    if language == "markdown":
        raw, text = _front_matter(source.text())
        body = _sections(text)
    document = read_document(raw, source.name, "yaml" if language == "markdown" else language)
    if document.data is None and language == "markdown" and not document.problems:
        document.data = {}
    problems = [*document.problems, *_problems(document)]
    if problems:
        kind = ScopeValidationError if isinstance(document.data, dict) else ScopeSyntaxError
        shown = tuple(_masked(problem) for problem in problems)
        raise kind(f"`{printable(source.name)}` is no readable report", shown)
    data: dict[str, Any] = dict(document.data)
    program = data.pop("program", None)
    for name, text in body.items():
        data[name] = "\n\n".join(part for part in (str(data.get(name) or ""), text) if part)
    values = {name: _value(name, value) for name, value in data.items() if value is not None}
    return ReportFile(Report(**values), str(program) if program else None)


def _value(name: str, value: Any) -> Any:
    if name in _LISTS:
        return tuple(str(one) for one in (value if isinstance(value, list) else [value]))
    return str(value)


def _masked(problem: Diagnostic) -> Diagnostic:
    return Diagnostic(
        problem.code,
        masked(problem.message),
        problem.place,
        masked(problem.help),
        problem.path,
        problem.severity,
    )


def _front_matter(text: str) -> tuple[str, str]:
    match = re.match(r"\A---[ \t]*\r?\n(.*?)(?:^---[ \t]*\r?$)", text, re.DOTALL | re.MULTILINE)
    return (match[1], text[match.end() :]) if match else ("", text)


def _sections(text: str) -> dict[str, str]:
    """Return the texts below the headings that name a field."""
    found: dict[str, list[str]] = {}
    field = "description"
    for line in text.splitlines():
        heading = re.match(r"#{1,6}\s+(.*)", line)
        named = _HEADINGS.get(word_key(heading[1])) if heading else None
        if named is not None:
            field = named
            if word_key(heading[1] if heading else "") == "impact":
                found.setdefault(field, []).append("Impact:")
        else:
            found.setdefault(field, []).append(line)
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


def report_template(program: Program) -> str:
    """Return a Markdown report to fill in, with what the program's form asks for."""
    targets = [rule.name or rule.asset for rule in program.in_scope if rule.stated]
    form = {one.id: one.help or one.title for one in program.submission}
    lines = ["---", f"program: {program.id}", 'title: ""']
    lines += [f"# {line}" for line in (form.get("target", "one of the targets:"),)]
    lines += [f"#   {name}" for name in targets[:30]]
    lines += ['target: ""', "# a VRT id, a CWE number or a common word such as xss", 'vulnerability_type: ""']
    lines += ['url: ""', "collaborators: []", "# add what you stand for:"]
    lines += [f"#   {key}: {words}" for key, words in ATTESTATIONS.items()]
    lines += ["attests: []", "---", "", "## Description with impact", "", "", "## Proof of concept", "", ""]
    return "\n".join(lines)
