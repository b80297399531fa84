"""`scopecheck finding` and `scopecheck report`."""

from __future__ import annotations

import click

import scopecheck as sc
from scopecheck.cli.app import as_json_option, cli, dump, program_argument, reports_errors, say

__all__ = ["finding", "report"]

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
        say(report_template(sc.load(new)).rstrip("\n"))
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
