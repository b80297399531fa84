"""Findings as scanners write them: JSON lines of nuclei, SARIF 2.1.0, Burp's XML.

nuclei (schema of projectdiscovery/nuclei): an object a line with `template-id`, `matched-at` (the URL
that matched; `host` and `url` are only what was scanned), `info.name`, `info.severity`, `info.tags` (text or
list), `info.classification.cwe-id` (text or list). SARIF 2.1.0 (OASIS): `runs[].results[]` with
`ruleId` or `ruleIndex`, `level`, `message.text`, `taxa[]`, `locations[]`, each with
`physicalLocation.artifactLocation.uri`, and `runs[].tool.driver.rules[]` with `id`, `name`,
`properties.tags` (CodeQL writes `external/cwe/cwe-079`). Each location that is a URL is a finding of its
own; a result without one names no target. Burp: `issues/issue` with `host`,
`path`, `name`, `severity`, and the CWE only inside the HTML of `vulnerabilityClassifications`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scopecheck.answer.checker import Checker
from scopecheck.answer.finding import FindingVerdict, least_eligible
from scopecheck.answer.verdict import Decision, Reason, Verdict
from scopecheck.diagnostic import Diagnostic, Place, Severity
from scopecheck.errors import FindingTypeError
from scopecheck.findings.taxonomy import lies_under
from scopecheck.findings.words import known
from scopecheck.formats.safe_xml import parse_xml
from scopecheck.formats.source import Source, as_list, as_mapping, open_source

__all__ = ["ScannerFinding", "Triaged", "read_scanner", "triage"]


@dataclass(frozen=True, slots=True)
class ScannerFinding:
    """One finding of a scanner: where, what it may be called, how bad the scanner thinks it is.

    `words` are what may name the kind of finding, the best first.
    """

    tool: str
    entry: str
    name: str
    target: str
    words: tuple[str, ...]
    severity: str = ""

    def known_word(self) -> str | None:
        """Return the first of the words that is a known finding type, or a later one that says it closer."""
        return next(iter(self.known_words()), None)

    def known_words(self) -> tuple[str, ...]:
        """Return the words that name a kind each: `known_word` first, none that another says closer.

        A weakness that may be one of several kinds counts only where no other word is known.
        """
        kinds = {word: ids for word, ids, various in self._kinds() if not various}
        kinds = kinds or {word: ids for word, ids, _ in self._kinds()}
        closest: list[str] = []
        for word, ids in kinds.items():
            if any(_lie_under(kinds[one], ids) for one in closest):
                continue  # It says no more.
            above = [one for one in closest if _lie_under(ids, kinds[one])]
            place = closest.index(above[0]) if above else len(closest)
            closest.insert(place, word)
            closest = [one for one in closest if one not in above]
        return tuple(closest)

    def _kinds(self) -> Iterator[tuple[str, tuple[str, ...], bool]]:
        for word in self.words:
            try:
                found = known(word)
            except FindingTypeError:
                continue
            if found is not None and not found.ids[0].startswith("cwe-"):
                yield word, found.ids, found.various


def _lie_under(ids: tuple[str, ...], above: tuple[str, ...]) -> bool:
    return all(any(lies_under(one, other) for other in above) for one in ids)


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
            "target": _text(self.finding.target),
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
        words = finding.known_words()
        if asset is None:
            yield Triaged(finding, None, None, Decision.UNDETERMINED, "the scanner names no URL or host")
        elif not words:
            decision = least_eligible(asset.decision, Decision.UNDETERMINED)
            yield Triaged(finding, asset, None, decision, _unknown(asset))
        else:
            verdict = _of_all([checker.check_finding(word, target=finding.target) for word in words], asset)
            yield Triaged(finding, asset, verdict, verdict.decision, str(verdict.reason))


def _of_all(verdicts: list[FindingVerdict], asset: Verdict) -> FindingVerdict:
    """Return what holds for all the kinds that a scanner names: the least eligible of their answers.

    Where some count and some are excluded nobody knows which kind it is, as for a weakness of several.
    """
    decisions = {one.finding_decision for one in verdicts}
    if not {Decision.IN_SCOPE, Decision.OUT_OF_SCOPE} <= decisions:
        least = least_eligible(*decisions)
        return next(one for one in verdicts if one.finding_decision is least)
    joint = least_eligible(asset.decision, Decision.UNDETERMINED)
    return replace(
        verdicts[0],
        decision=joint,
        reason=Reason.PARTLY_LISTED if joint is Decision.UNDETERMINED else asset.reason,
        finding_decision=Decision.UNDETERMINED,
        finding_reason=Reason.PARTLY_LISTED,
        matches=tuple(match for one in verdicts for match in one.matches),
    )


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
    if head.startswith("{") and '"runs"' in head and not _is_line(head):
        return tuple(_sarif(source)), ()
    if head.startswith("["):
        rows = enumerate(as_list(source, source.json(), ""))
        return _nuclei_rows(source, ((f"[{number}]", 0, row) for number, row in rows))
    if head.startswith("{"):
        return _nuclei_rows(source, _lines(source))
    raise source.shape("the file is neither JSON lines of nuclei, nor SARIF, nor Burp's XML")


def _is_line(head: str) -> bool:
    """Tell a JSON line of nuclei, which has its own key before any word of SARIF's."""
    return 0 <= head.split("\n", 1)[0].find('"template-id"') < head.find('"runs"')


def _lines(source: Source) -> Iterator[tuple[str, int, Any]]:
    """Yield the JSON value of each line, None where it is none."""
    for number, line in enumerate(source.text().split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", number, json.loads(line)
        except (ValueError, RecursionError):
            yield f"line {number}", number, None


def _nuclei_rows(
    source: Source, rows: Iterator[tuple[str, int, Any]]
) -> tuple[tuple[ScannerFinding, ...], tuple[Diagnostic, ...]]:
    found: list[ScannerFinding] = []
    problems: list[Diagnostic] = []
    for entry, line, row in rows:
        if isinstance(row, Mapping) and "template-id" in row:
            found.append(_nuclei(row, entry))
        else:
            what, place = "this is no finding of nuclei", Place(source.name, line)
            mend = "is the file complete?"
            problems.append(Diagnostic("scanner-line", what, place, mend, entry, Severity.WARNING))
    if problems and not found:
        raise source.shape("nothing in it is a finding of nuclei", help="write it with `nuclei -jsonl`")
    return tuple(found), tuple(problems)


def _nuclei(row: Mapping[str, Any], entry: str) -> ScannerFinding:
    info = row["info"] if isinstance(row.get("info"), Mapping) else {}
    classes = info.get("classification")
    numbers = _texts(classes.get("cwe-id")) if isinstance(classes, Mapping) else ()
    name = _text(info.get("name") or row["template-id"])
    words = (*_texts(info.get("tags")), *numbers, name, _text(row["template-id"]))
    # As it stands, since half a surrogate pair makes it no target (T4).
    target = str(row.get("matched-at") or row.get("matched") or "")
    return ScannerFinding("nuclei", entry, name, target, words, _text(info.get("severity")))


def _text(value: Any) -> str:
    """Return a text that can be written out: JSON may hold half a surrogate pair."""
    return "" if value is None else str(value).encode("utf-8", "backslashreplace").decode()


def _texts(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else ()
    return tuple(text for part in parts if (text := _text(part).strip()))


def _sarif(source: Source) -> Iterator[ScannerFinding]:
    log = as_mapping(source, source.json(), "")
    for number, run in enumerate(as_list(source, log.get("runs"), "runs")):
        at = f"runs[{number}]"
        run = as_mapping(source, run, at)
        driver = _inside(run, "tool", "driver")
        rules = [one if isinstance(one, Mapping) else {} for one in _list(driver, "rules")]
        by_id = {str(one["id"]): one for one in rules if "id" in one}
        tool = _text(driver.get("name")) or "sarif"
        for place, result in enumerate(as_list(source, run.get("results") or [], f"{at}.results")):
            entry = f"{at}.results[{place}]"
            row = as_mapping(source, result, entry)
            if row.get("kind") not in _NO_FINDING:
                yield from _sarif_result(row, _rule(row, rules, by_id), tool, entry)


# A check that passed, or was not made (SARIF 3.27.9).
_NO_FINDING = ("pass", "notApplicable")


def _inside(value: Any, *steps: str) -> Mapping[str, Any]:
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _list(value: Mapping[str, Any], key: str) -> list[Any]:
    listed = value.get(key)
    return listed if isinstance(listed, list) else []


def _rule(
    result: Mapping[str, Any], rules: list[Mapping[str, Any]], by_id: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Return the rule of a result: by its id, or by its place among the rules (SARIF 3.27.5 to 3.27.7)."""
    named = _inside(result, "rule")
    own_id = result.get("ruleId", named.get("id"))
    index = result.get("ruleIndex", named.get("index"))
    if own_id is not None:
        # `CA1711/1` is the first kind of `CA1711`.
        return by_id.get(str(own_id)) or by_id.get(str(own_id).rpartition("/")[0], {})
    placed = isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(rules)
    return rules[index] if placed else {}


def _sarif_result(
    result: Mapping[str, Any], rule: Mapping[str, Any], tool: str, entry: str
) -> Iterator[ScannerFinding]:
    rule_id = _text(result.get("ruleId") or rule.get("id"))
    tags = [tag for one in (rule, result) for tag in _texts(_inside(one, "properties").get("tags"))]
    numbers = [f"CWE-{int(m[1])}" for tag in tags if (m := _CWE_TAG.search(tag))]
    numbers += [
        "CWE-" + _text(taxon.get("id")).upper().removeprefix("CWE-")
        for taxon in _list(result, "taxa")
        if str(_inside(taxon, "toolComponent").get("name")).upper() == "CWE"
    ]
    name = _text(rule.get("name") or rule_id or _inside(result, "message").get("text") or "finding")
    uris = [
        str(_inside(place, "physicalLocation", "artifactLocation").get("uri") or "")
        for place in _list(result, "locations")
    ]
    targets = [(number, uri) for number, uri in enumerate(uris) if _URL.match(uri)]
    words = (*tags, *numbers, name, rule_id)
    for number, target in targets or [(0, "")]:
        place = f"{entry}.locations[{number}]" if len(targets) > 1 else entry
        yield ScannerFinding(tool, place, name, target, words, _text(result.get("level")))


# A file of the scanned source is no target.
_URL = re.compile(r"(?!file:)[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_CWE_TAG = re.compile(r"cwe[-/]0*([0-9]{1,6})\Z", re.IGNORECASE)


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
        yield ScannerFinding("burp", f"issue[{number}]", name, target, words, issue.value("severity"))
