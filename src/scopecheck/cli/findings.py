"""`scopecheck finding`, `report` and `triage`."""

from __future__ import annotations

import click

import scopecheck as sc
from scopecheck.cli.app import as_json_option, cli, dump, program_argument, reports_errors, say
from scopecheck.targets.host import printable

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
        say(report_template(sc.load(new), new).rstrip("\n"))
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

    Each gets the answer for its asset, for its kind, and for both. Exit code: 0 every finding counts,
    1 any does not, else 3 any is undetermined, 2 usage or a bad file.
    """
    from scopecheck.formats.scanners import read_scanner, triage

    checker = sc.Checker(sc.load(program))
    findings, problems = read_scanner(file)
    decisions = set()
    for one in triage(checker, iter(findings)):
        decisions.add(one.decision)
        if as_json:
            say(dump(one.to_dict()))
            continue
        asset = f"{one.asset.decision} ({one.asset.reason})" if one.asset is not None else "no target"
        kind = (
            f"{one.kind.finding_decision} ({one.kind.finding_reason})" if one.kind is not None else "unknown"
        )
        # A scanner writes down what the scanned host said, which may hold codes for a terminal.
        say(f"{one.decision:<13}  {printable(one.finding.name)}  {printable(one.finding.target)}")
        say(f"               asset {asset}; finding {kind}")
    for problem in problems:
        say(str(problem), err=True)
    if sc.Decision.OUT_OF_SCOPE in decisions:
        raise SystemExit(1)
    if sc.Decision.UNDETERMINED in decisions:
        raise SystemExit(3)
