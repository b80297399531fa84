"""A whole report before it is submitted: every problem, not the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, NoReturn

from scopecheck.answer.finding import FindingVerdict
from scopecheck.answer.secrets import COMMON_KEYS, Secrets
from scopecheck.answer.verdict import Decision, Reason, Verdict
from scopecheck.errors import FindingTypeError
from scopecheck.scope.model import Inclusion, Program
from scopecheck.scope.terms import FormField
from scopecheck.targets.asset import Name, name_key
from scopecheck.targets.host import printable
from scopecheck.targets.url import Url

__all__ = ["ATTESTATIONS", "Report", "ReportProblem", "ReportVerdict", "check_report"]

ATTESTATIONS: Mapping[str, str] = {
    "novel": "nobody has reported or published this before",
    "exploitable": "it can be exploited as described, now",
    "not-disclosed": "nothing of it was disclosed to others",
}
"""What a person has to attest, since no program text can tell."""

_FORM = (
    FormField(id="title", title="Title"),
    FormField(id="target", title="Target"),
    FormField(id="vulnerability_type", title="Vulnerability type"),
    FormField(id="url", title="URL or location", required=False),
    FormField(id="description", title="Description with impact"),
    FormField(id="proof_of_concept", title="Proof of concept"),
    FormField(id="collaborators", title="Collaborators", required=False),
)

_UNREAD = frozenset({Reason.INVALID_TARGET, Reason.AMBIGUOUS_TARGET, Reason.NOT_LISTED})
"""What a listed text that is no target, such as `*.example.com`, is answered with."""

_SEVERAL = re.compile(r"\s|^[^?#]*[,;|][A-Za-z][A-Za-z0-9+.-]{1,20}://")
_LISTS = frozenset({"collaborators", "attests", "assume"})
_LONG = frozenset({"description", "proof_of_concept"})


@dataclass(frozen=True, repr=False)
class Report:
    """What the submission form asks for; a text that is empty is missing.

    `attests` are keys of `ATTESTATIONS` that the reporter stands for.
    """

    title: str = ""
    target: str = ""
    vulnerability_type: str = ""
    url: str = ""
    description: str = ""
    proof_of_concept: str = ""
    collaborators: tuple[str, ...] | str = ()
    attests: tuple[str, ...] | str = ()
    assume: tuple[str, ...] | str = ()
    """Conditions of finding rules that the reporter asserts (F3)."""

    def __repr__(self) -> str:
        # A report may hold a secret, and a representation lands in logs.
        given = [one.name for one in fields(self) if getattr(self, one.name)]
        return f"<Report with {', '.join(given) or 'nothing'}>"


@dataclass(frozen=True, slots=True)
class ReportProblem:
    """One thing that is wrong: the field, what, how to mend it, and whether it blocks."""

    field: str
    code: str
    message: str
    help: str
    blocks: bool = True

    def __str__(self) -> str:
        return f"{'blocks' if self.blocks else 'note'}: {self.field}: {self.message}\n  help: {self.help}"

    def to_dict(self) -> dict[str, Any]:
        """Return the same facts as JSON types."""
        return {
            "field": self.field,
            "code": self.code,
            "message": self.message,
            "help": self.help,
            "blocks": self.blocks,
        }


@dataclass(frozen=True)
class ReportVerdict:
    """Every problem of a report; `report` is a copy in which secrets are masked."""

    program: Program
    report: Report
    problems: tuple[ReportProblem, ...]
    url: Verdict | None = None
    target: Verdict | None = None
    finding: FindingVerdict | None = None

    @property
    def ready(self) -> bool:
        """Whether nothing blocks the report."""
        return not any(problem.blocks for problem in self.problems)

    @property
    def blocking(self) -> tuple[ReportProblem, ...]:
        """The problems that block."""
        return tuple(problem for problem in self.problems if problem.blocks)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        return {
            "program": self.program.id,
            "ready": self.ready,
            "problems": [problem.to_dict() for problem in self.problems],
            "url": self.url.to_dict() if self.url is not None else None,
            "target": self.target.to_dict() if self.target is not None else None,
            "finding": self.finding.to_dict() if self.finding is not None else None,
        }

    def __str__(self) -> str:
        count = len(self.blocking)
        blocked = f"{count} problems block it" if count > 1 else "1 problem blocks it"
        state = "ready to submit" if self.ready else blocked
        lines = [f"{printable(self.report.title or 'report')}: {state}, for {self.program.name}"]
        lines += [f"  {line}" for problem in self.problems for line in str(problem).splitlines()]
        if self.finding is not None:
            lines += [f"  {line}" for line in str(self.finding).splitlines()]
        return "\n".join(lines)

    def __bool__(self) -> NoReturn:
        raise TypeError("a report verdict has no truth value; use `verdict.ready`")


def check_report(
    program: Program,
    report: Report,
    check: Callable[[str], Verdict],
    check_finding: Callable[[str, str | None, tuple[str, ...]], FindingVerdict],
) -> ReportVerdict:
    """Return every problem of a report; secrets are masked before anything else is done with it."""
    secrets = Secrets(program.key_shapes)
    shown = _masked_report(report, secrets)
    problems = [*_secret_problems(program, secrets), *_missing(program, shown), *_attestations(shown)]
    url = check(shown.url) if shown.url.strip() else None
    target = check(shown.target) if shown.target.strip() else None
    if url is not None and isinstance(url.target, Name) and not url.in_scope:
        url = None
        mend = "give a URL where there is one; the target alone was checked"
        problems.append(ReportProblem("url", "location", "this is a place and no URL", mend, blocks=False))
        where = shown.target or None
    else:
        where = (shown.url if url is not None else shown.target) or None
    problems += [*_asset_problems(program, shown, url, target), *_several(shown, url, target)]
    finding: FindingVerdict | None = None
    if shown.vulnerability_type.strip():
        try:
            finding = check_finding(shown.vulnerability_type, where, tuple(shown.assume))
        except FindingTypeError as error:
            mend = "write a VRT id, a CWE number, or a common word such as `xss`"
            problems.append(ReportProblem("vulnerability_type", "unknown-finding", error.message, mend))
        else:
            problems += _finding_problems(finding)
    return ReportVerdict(program, shown, tuple(problems), url, target, finding)


def _masked_report(report: Report, secrets: Secrets) -> Report:
    values: dict[str, Any] = {}
    for one in fields(report):
        value = getattr(report, one.name)
        if one.name in _LISTS:
            # A lone text is one entry, and not its letters.
            listed = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
            values[one.name] = tuple(secrets.mask(str(each)) for each in listed if each)
        else:
            text = "" if value is None else str(value)
            values[one.name] = secrets.mask(text, lines=one.name in _LONG)
    return Report(**values)


def _secret_problems(program: Program, secrets: Secrets) -> Iterator[ReportProblem]:
    common = dict(COMMON_KEYS)
    channels = {channel.id: channel for channel in program.channels}
    for prefix, shape in secrets.found.items():
        title = shape.title if shape is not None else common[prefix]
        channel = channels.get(shape.report_to or "") if shape is not None else None
        if channel is not None:
            mend = f"never put it here; send it to {channel.title}: {channel.url or channel.email}"
        else:
            mend = "replace it, and revoke it where it is yours"
        yield ReportProblem("report", "secret", f"the report holds {title} (`{prefix}…`)", mend)
    for kind in secrets.others.values():
        code = "secret" if kind.blocks else "possible-secret"
        mend = "replace it, and revoke it where it is yours"
        if not kind.blocks:
            mend = f"{mend}; where it is made up for the proof, nothing is to do"
        yield ReportProblem("report", code, f"the report holds {kind.title}", mend, kind.blocks)


def _missing(program: Program, report: Report) -> Iterator[ReportProblem]:
    known = {one.name for one in fields(report)}
    for one in program.submission or _FORM:
        if one.id in known and one.required and not _given(getattr(report, one.id)):
            mend = one.help or f"fill in `{one.id}`"
            yield ReportProblem(one.id, "missing", f"`{one.title}` is missing", mend)
    if report.description.strip() and not re.search(r"impact|attacker", report.description, re.IGNORECASE):
        mend = "say what an attacker gains, and at whose cost"
        yield ReportProblem("description", "no-impact", "the description names no impact", mend, blocks=False)


def _given(value: object) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def _attestations(report: Report) -> Iterator[ReportProblem]:
    for key, words in ATTESTATIONS.items():
        if key not in report.attests:
            mend = f"if it is so, add `{key}` to `attests`"
            yield ReportProblem("attests", "unattested", f"not attested: {words}", mend, blocks=False)


def _asset_problems(
    program: Program, report: Report, url: Verdict | None, target: Verdict | None
) -> Iterator[ReportProblem]:
    unread = target is not None and target.reason in _UNREAD
    listed = _listed_as(program, report.target) if unread else set()
    for name, verdict in (("url", url), ("target", None if listed else target)):
        if verdict is None or verdict.in_scope:
            continue
        words = "out of scope" if verdict.decision is Decision.OUT_OF_SCOPE else "not in scope for sure"
        mend = verdict.question or "report it where it belongs, or not at all"
        message = f"`{printable(verdict.text, 120)}` is {words} ({verdict.reason})"
        yield ReportProblem(name, str(verdict.reason), message, mend)
    ours = listed or (_included(target) if target is not None and target.in_scope else set())
    if url is not None and url.in_scope and ours and not ours & _included(url):
        message = f"the URL belongs to {_listed(_included(url))}, not to `{printable(report.target, 80)}`"
        mend = "name the target that the URL belongs to"
        yield ReportProblem("target", "target-disagrees", message, mend)


def _several(report: Report, url: Verdict | None, target: Verdict | None) -> Iterator[ReportProblem]:
    """Yield the fields that seem to hold more than one place, of which only the first was judged.

    To the URL standard `https://a.example/ and https://b.example/` is one URL with blanks in its path.
    """
    for name, verdict in (("url", url), ("target", target)):
        text = getattr(report, name).strip()
        if verdict is not None and isinstance(verdict.target, Url) and _SEVERAL.search(text):
            mend = "write one here, a blank in it as `%20`, and name the others in the description"
            yield ReportProblem(name, "several-places", "this may be more than one place", mend)


def _listed_as(program: Program, target: str) -> set[str]:
    """Return the ids of the rules that list the target in these very words, such as `*.example.com`."""
    key = name_key(target)
    return {
        rule.id
        for rule in program.in_scope
        if rule.stated and rule.reading == "both" and rule.condition is None
        if key in {name_key(one) for one in (rule.asset, rule.name, *rule.aliases) if one}
    }


def _included(verdict: Verdict) -> set[str]:
    return {match.rule.id for match in verdict.matches if isinstance(match.rule.item, Inclusion)}


def _listed(ids: set[str]) -> str:
    return " or ".join(f"`{one}`" for one in sorted(ids))


def _finding_problems(finding: FindingVerdict) -> Iterator[ReportProblem]:
    if finding.finding_decision is Decision.IN_SCOPE:
        return
    excluded = finding.finding_decision is Decision.OUT_OF_SCOPE
    words = "does not count here" if excluded else "may not count here"
    message = f"{finding.type} {words} ({finding.finding_reason})"
    hints = [f"it counts only where {one.text}" for one in finding.conditions]
    hints += [f"report it to {one.title}: {one.url or one.email}" for one in finding.report_to]
    hints += [f"see program `{one}`" for one in finding.see_programs]
    mend = "; ".join(hints) or finding.question or "choose the type that the issue really is"
    yield ReportProblem("vulnerability_type", str(finding.finding_reason), message, mend, blocks=excluded)
