"""Findings as scanners write them: JSON lines of nuclei, SARIF 2.1.0, Burp's XML.

nuclei (schema of projectdiscovery/nuclei): an object a line with `template-id`, `matched-at` (the URL
that matched; `host` is only what was scanned), `info.name`, `info.severity`, `info.tags` (text or
list), `info.classification.cwe-id` (text or list). SARIF 2.1.0 (OASIS): `runs[].results[]` with
`ruleId`, `level`, `message.text`, `locations[].physicalLocation.artifactLocation.uri`, and
`runs[].tool.driver.rules[]` with `id`, `name`, `properties.tags` (CodeQL writes
`external/cwe/cwe-079`). A location that is no URL names no target. Burp: `issues/issue` with `host`,
`path`, `name`, `severity`, and the CWE only inside the HTML of `vulnerabilityClassifications`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scopecheck.answer.checker import Checker
from scopecheck.answer.finding import FindingVerdict
from scopecheck.answer.verdict import Decision, Verdict
from scopecheck.diagnostic import Diagnostic, Place, Severity
from scopecheck.errors import FindingTypeError, ScopecheckError
from scopecheck.findings.words import FindingType, resolve
from scopecheck.formats.safe_xml import parse_xml
from scopecheck.formats.source import Source, as_list, as_mapping, open_source
from scopecheck.targets.host import printable

__all__ = ["ScannerFinding", "Triaged", "read_scanner", "triage"]


@dataclass(frozen=True, slots=True)
class ScannerFinding:
    """One finding of a scanner: where, what it may be called, how bad the scanner thinks it is.

    `words` are tried in order until one is a known finding type.
    """

    tool: str
    entry: str
    name: str
    target: str
    words: tuple[str, ...]
    severity: str = ""

    def finding_type(self) -> FindingType | None:
        """Return the finding type that the first known word means, or None."""
        for word in self.words:
            try:
                found = resolve(word)
            except FindingTypeError:
                continue
            if not found.ids[0].startswith("cwe-"):
                return found
        return None


@dataclass(frozen=True)
class Triaged:
    """A scanner's finding with its three answers: the asset, the kind of finding, both."""

    finding: ScannerFinding
    asset: Verdict | None
    kind: FindingVerdict | None
    decision: Decision
    why: str

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        return {
            "tool": self.finding.tool,
            "entry": self.finding.entry,
            "name": self.finding.name,
            "target": self.finding.target,
            "severity": self.finding.severity,
            "decision": str(self.decision),
            "why": self.why,
            "asset": self.asset.to_dict() if self.asset is not None else None,
            "finding": self.kind.to_dict() if self.kind is not None else None,
        }


def triage(checker: Checker, findings: Iterator[ScannerFinding]) -> Iterator[Triaged]:
    """Yield each finding with its answers; what cannot be known is `UNDETERMINED`, never dropped."""
    for finding in findings:
        asset = checker.check(finding.target) if finding.target else None
        kind = finding.finding_type()
        if asset is None:
            yield Triaged(finding, None, None, Decision.UNDETERMINED, "the scanner names no URL or host")
        elif kind is None:
            decision = (
                Decision.OUT_OF_SCOPE if asset.decision is Decision.OUT_OF_SCOPE else Decision.UNDETERMINED
            )
            yield Triaged(finding, asset, None, decision, _unknown(asset))
        else:
            verdict = checker.check_finding(finding.words[_used(finding, kind)], target=finding.target)
            yield Triaged(finding, asset, verdict, verdict.decision, str(verdict.reason))


def _used(finding: ScannerFinding, kind: FindingType) -> int:
    return finding.words.index(kind.word) if kind.word in finding.words else 0


def _unknown(asset: Verdict) -> str:
    if asset.decision is Decision.OUT_OF_SCOPE:
        return str(asset.reason)
    return "no known finding type goes by the scanner's words"


def read_scanner(path: str | Path) -> tuple[tuple[ScannerFinding, ...], tuple[Diagnostic, ...]]:
    """Return the findings of a scanner's file, told by its content, and what could not be read of it.

    Raises `ScopeSyntaxError` or `ScopeValidationError` where the file is of no known shape.
    """
    source = open_source(path)
    head = source.head.lstrip()
    if head.startswith("<"):
        return tuple(_burp(source)), ()
    if head.startswith("{") and '"runs"' in head[:20_000] and not _is_line(head):
        return tuple(_sarif(source)), ()
    if head.startswith("["):
        rows = as_list(source, source.json(), "")
        return tuple(_nuclei(as_mapping(source, row, f"[{i}]"), f"[{i}]") for i, row in enumerate(rows)), ()
    if head.startswith("{"):
        return _nuclei_lines(source)
    raise source.shape("the file is neither JSON lines of nuclei, nor SARIF, nor Burp's XML")


def _is_line(head: str) -> bool:
    """Tell a JSON line of nuclei, which has its own keys on the first line."""
    return '"template-id"' in head.split("\n", 1)[0]


def _nuclei_lines(source: Source) -> tuple[tuple[ScannerFinding, ...], tuple[Diagnostic, ...]]:
    found: list[ScannerFinding] = []
    problems: list[Diagnostic] = []
    for number, line in enumerate(source.text().split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            found.append(_nuclei(as_mapping(source, row, ""), f"line {number}"))
        except (ValueError, RecursionError, ScopecheckError):
            message = "this line is no finding of nuclei"
            mend = "is the file complete?"
            problems.append(
                Diagnostic("scanner-line", message, Place(source.name, number), mend, "", Severity.WARNING)
            )
    if not found:
        raise source.shape("no line is a finding of nuclei", help="write it with `nuclei -jsonl`")
    return tuple(found), tuple(problems)


def _nuclei(row: Mapping[str, Any], entry: str) -> ScannerFinding:
    if "template-id" not in row:
        raise ScopecheckError("no nuclei finding")
    info = row["info"] if isinstance(row.get("info"), Mapping) else {}
    classes = info.get("classification")
    numbers = _texts(classes.get("cwe-id")) if isinstance(classes, Mapping) else ()
    name = str(info.get("name") or row["template-id"])
    words = (*_texts(info.get("tags")), *numbers, name, str(row["template-id"]))
    target = row.get("matched-at") or row.get("matched") or row.get("url") or ""
    return ScannerFinding("nuclei", entry, name, str(target), words, str(info.get("severity") or ""))


def _texts(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else ()
    return tuple(str(part).strip() for part in parts if str(part).strip())


def _sarif(source: Source) -> Iterator[ScannerFinding]:
    log = as_mapping(source, source.json(), "")
    for number, run in enumerate(as_list(source, log.get("runs"), "runs")):
        at = f"runs[{number}]"
        run = as_mapping(source, run, at)
        driver = _inside(run, "tool", "driver")
        listed = driver.get("rules") if isinstance(driver.get("rules"), list) else []
        rules = {str(r.get("id")): r for r in listed or [] if isinstance(r, Mapping)}
        for place, result in enumerate(as_list(source, run.get("results") or [], f"{at}.results")):
            entry = f"{at}.results[{place}]"
            yield _sarif_result(
                as_mapping(source, result, entry), rules, str(driver.get("name") or "sarif"), entry
            )


def _inside(value: Any, *steps: str) -> Mapping[str, Any]:
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _sarif_result(
    result: Mapping[str, Any], rules: Mapping[str, Mapping[str, Any]], tool: str, entry: str
) -> ScannerFinding:
    rule_id = str(result.get("ruleId") or "")
    rule = rules.get(rule_id, {})
    tags = _texts(_inside(rule, "properties").get("tags"))
    numbers = tuple(
        f"CWE-{int(m[1])}" for tag in tags if (m := re.search(r"cwe[-/]0*([0-9]{1,6})\Z", tag, re.IGNORECASE))
    )
    name = str(rule.get("name") or rule_id or _inside(result, "message").get("text") or "finding")
    places = result.get("locations") if isinstance(result.get("locations"), list) else []
    uris = [str(_inside(p, "physicalLocation", "artifactLocation").get("uri") or "") for p in places or []]
    target = next((uri for uri in uris if re.match(r"[a-z][a-z0-9+.-]*://", uri, re.IGNORECASE)), "")
    words = (*tags, *numbers, name, rule_id)
    return ScannerFinding(tool, entry, name, target, words, str(result.get("level") or ""))


def _burp(source: Source) -> Iterator[ScannerFinding]:
    root = parse_xml(source)
    if root.name != "issues":
        raise source.shape("this XML is no issue report of Burp", help="export issues as XML")
    for number, issue in enumerate(root.all("issue")):
        host, path = issue.value("host"), issue.value("path")
        html = issue.value("vulnerabilityClassifications")
        numbers = tuple(f"CWE-{one}" for one in re.findall(r"CWE-([0-9]{1,6})", html[:100_000]))
        name = issue.value("name")
        plain = re.sub(r"\s*\([^()]{0,80}\)", "", name[:500])
        target = host + (path if path.startswith("/") else "")
        words = tuple(word for word in (plain, name, *numbers) if word)
        yield ScannerFinding(
            "burp", f"issue[{number}]", printable(name), target, words, issue.value("severity")
        )
