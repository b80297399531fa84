"""`scopecheck finding`, `report` and `triage`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

import scopecheck as sc
from scopecheck.answer.explain import why
from scopecheck.cli.app import COLOURS, as_json_option, cli, program_argument, reports_errors
from scopecheck.cli.streams import Paint, dump, pour, say
from scopecheck.cli.terminal import Cell, is_plain, table
from scopecheck.scope.pattern import Effect
from scopecheck.targets.host import printable

if TYPE_CHECKING:
    from scopecheck.formats.scanners import Triaged

__all__ = ["finding", "report", "triage"]

_EXIT = {sc.Decision.IN_SCOPE: 0, sc.Decision.OUT_OF_SCOPE: 1, sc.Decision.UNDETERMINED: 3}


@cli.command()
@program_argument
@click.argument("type_", metavar="TYPE")
@click.option("--target", help="The asset that has the bug; then the pair is answered.")
@click.option("--assume", multiple=True, metavar="ID", help="A condition that you assert; may be repeated.")
@as_json_option
@reports_errors
def finding(program: str, type_: str, target: str | None, assume: tuple[str, ...], as_json: bool) -> None:
    """Answer whether a finding of TYPE counts: a VRT id, `CWE-79`, `LLM01:2025`, or a word such as `xss`.

    Exit code: 0 it counts, 1 it does not, 3 undetermined, 2 usage or a bad file.
    """
    verdict = sc.Checker(sc.load(program)).check_finding(type_, target=target, assume=assume)
    say(dump(verdict.to_dict()) if as_json else str(verdict))
    raise SystemExit(_EXIT[verdict.decision])


@cli.command()
@click.argument("file", type=click.Path(dir_okay=False), required=False)
@click.option("--program", metavar="PROGRAM", help="The program to report to; else the file says it.")
@click.option("--new", "new", metavar="PROGRAM", help="Print a report to fill in for this program.")
@as_json_option
@reports_errors
def report(file: str | None, program: str | None, new: str | None, as_json: bool) -> None:
    """Check a report FILE (Markdown, YAML, TOML or JSON) before it is submitted.

    Exit code: 0 nothing blocks it, 1 something does, 2 usage or a bad file.
    """
    from scopecheck.formats.report_file import read_report, report_template

    if new is not None:
        pour(report_template(sc.load(new), new).rstrip("\n"))
        return
    if file is None:
        raise click.UsageError("give a FILE, or `--new PROGRAM` for one to fill in")
    read = read_report(file)
    chosen = program or read.program
    if chosen is None:
        raise click.UsageError("the file names no `program`; give `--program PROGRAM`")
    verdict = sc.Checker(sc.load(chosen)).check_report(read.report)
    say(dump(verdict.to_dict()) if as_json else str(verdict))
    if not verdict.ready:
        raise SystemExit(1)


@cli.command()
@program_argument
@click.argument("file", type=click.Path(dir_okay=False))
@as_json_option
@reports_errors
def triage(program: str, file: str, as_json: bool) -> None:
    """Sort the findings of a scanner's FILE: JSON lines of nuclei, SARIF 2.1.0, or Burp's XML.

    Each gets the answer for its asset, for its kind, and for both: a table on a terminal, else a line
    each with tabs between. Exit code: 0 every finding counts, 1 any does not, else 3 any is undetermined,
    2 usage or a bad file.
    """
    from scopecheck.formats.scanners import read_scanner, triage

    checker = sc.Checker(sc.load(program))
    findings, problems = read_scanner(file)
    decisions: set[sc.Decision] = set()
    seen = _seen(triage(checker, iter(findings)), decisions)
    if as_json:
        for one in seen:
            say(dump(one.to_dict()))
    elif is_plain():
        table((), map(_plain_row, seen))
    else:
        table(("decision", "finding", "asset", "kind", "target", "why"), map(_row, seen))
    for problem in problems:
        say(str(problem), err=True)
    if sc.Decision.OUT_OF_SCOPE in decisions:
        raise SystemExit(1)
    if sc.Decision.UNDETERMINED in decisions:
        raise SystemExit(3)


def _seen(found: Iterable[Triaged], decisions: set[sc.Decision]) -> Iterator[Triaged]:
    """Yield everything, and note the decisions."""
    for one in found:
        decisions.add(one.decision)
        yield one


def _plain_row(one: Triaged) -> tuple[Cell, ...]:
    asset = (one.asset.decision, one.asset.reason) if one.asset is not None else ("-", "-")
    kind = (one.kind.finding_decision, one.kind.finding_reason) if one.kind is not None else ("-", "-")
    return one.decision, one.finding.name, *asset, *kind, one.finding.target, _why(one)


def _row(one: Triaged) -> tuple[Cell, ...]:
    asset = f"{_words(one.asset.decision)}\n{one.asset.reason}" if one.asset is not None else "no target"
    kind = (
        f"{_words(one.kind.finding_decision)}\n{one.kind.finding_reason}"
        if one.kind is not None
        else "unknown"
    )
    decision = Paint(_words(one.decision), COLOURS[one.decision], bold=True)
    # A scanner writes down what the scanned host said, so a name may hold a line end.
    texts = (printable(text, len(text)) for text in (one.finding.name, one.finding.target))
    name, target = texts
    return decision, name, asset, kind, target, _why(one)


def _words(decision: sc.Decision) -> str:
    return decision.lower().replace("_", " ")


def _why(one: Triaged) -> str:
    """Return a few words on why a finding got its decision: what bears it, the asset or the kind."""
    if one.asset is None or one.decision is one.asset.decision:
        return why(one.asset) if one.asset is not None else one.why
    return _why_of_kind(one.kind) if one.kind is not None else one.why


def _why_of_kind(kind: sc.FindingVerdict) -> str:
    named = [match for match in kind.matches if match.rule is not None]
    bearing = [match for match in named if match.effect is Effect.EXCLUDE] or named
    rule = bearing[0].rule if bearing else None
    text = f"`{printable(rule.rule.title or rule.rule.finding, 80)}`" if rule is not None else "a rule"
    sentences = {
        sc.Reason.EXCLUDED: f"{text} does not count",
        sc.Reason.PARTLY_LISTED: "some kinds of it count and some do not",
        sc.Reason.UNSTATED_EXCLUSION: f"{text} is said not to count, though in no published list",
        sc.Reason.UNRESOLVED_EXCLUSION: f"{text} cannot be read and may exclude it",
        sc.Reason.CONDITION: f"{text} holds only under a condition",
        sc.Reason.UNSTATED_ALIAS: f"{text} is probably meant, but stands in no published list",
        sc.Reason.UNLISTED_FINDING: "no rule of the program names this kind of finding",
    }
    return sentences.get(kind.finding_reason, str(kind.finding_reason))
