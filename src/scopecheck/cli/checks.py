"""`scopecheck check` and `scopecheck filter`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import IO

import click

import scopecheck as sc
from scopecheck.cli.app import as_json_option, cli, dump, program_argument, reports_errors, say, strict_option

__all__ = ["check", "filter_"]

_COLOURS = {
    sc.Decision.IN_SCOPE: "green",
    sc.Decision.OUT_OF_SCOPE: "red",
    sc.Decision.UNDETERMINED: "yellow",
}
_WORDS = {
    "in-scope": sc.Decision.IN_SCOPE,
    "out-of-scope": sc.Decision.OUT_OF_SCOPE,
    "undetermined": sc.Decision.UNDETERMINED,
}


@cli.command()
@program_argument
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@as_json_option
@strict_option
@reports_errors
def check(program: str, targets: tuple[str, ...], as_json: bool, strict: bool) -> None:
    """Answer for each TARGET: a URL, host, address, CIDR block, app id or asset name.

    A single `-` reads targets from standard input, one a line. Exit code: 0 all in scope, 1 any out
    of scope, else 3 any undetermined, 2 usage or a bad file.
    """
    checker = sc.Checker(sc.load(program), strict=strict)
    decisions: Counter[sc.Decision] = Counter()
    for target in _targets(targets):
        verdict = checker.check(target)
        decisions[verdict.decision] += 1
        say(dump(verdict.to_dict()) if as_json else _painted(verdict))
    if decisions[sc.Decision.OUT_OF_SCOPE]:
        raise SystemExit(1)
    if decisions[sc.Decision.UNDETERMINED]:
        raise SystemExit(3)


def _targets(given: tuple[str, ...]) -> Iterator[str]:
    if given != ("-",):
        yield from given
        return
    for line in sys.stdin.buffer:
        text = line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
        if text.strip():
            yield text


def _painted(verdict: sc.Verdict) -> str:
    """Return the text of a verdict with its decision coloured."""
    first, _, rest = str(verdict).partition("\n")
    for words in ("in scope", "out of scope", "undetermined"):
        before, found, after = first.rpartition(f": {words} (")
        if found:
            shown = click.style(words, fg=_COLOURS[verdict.decision], bold=True)
            first = f"{before}: {shown} ({after}"
            break
    return f"{first}\n{rest}" if rest else first


@cli.command("filter")
@program_argument
@click.argument("source", type=click.File("rb"), default="-", metavar="[FILE]")
@click.option(
    "--decision",
    "decisions",
    multiple=True,
    type=click.Choice(list(_WORDS)),
    help="Which lines pass; may be given more than once.  [default: in-scope]",
)
@click.option("--with-reason", is_flag=True, help="Add decision and reason behind tabs.")
@as_json_option
@strict_option
@reports_errors
def filter_(
    program: str,
    source: IO[bytes],
    decisions: tuple[str, ...],
    with_reason: bool,
    as_json: bool,
    strict: bool,
) -> None:
    """Pass the lines of FILE or standard input that are in scope, unchanged and in order.

    What was counted is said on standard error. Exit code: 0 when a line passed, 1 when none did,
    2 usage or a bad file.
    """
    checker = sc.Checker(sc.load(program), strict=strict)
    wanted = {_WORDS[word] for word in decisions or ("in-scope",)}
    output = sys.stdout.buffer
    tally: Counter[str] = Counter()
    for line in source:
        raw = line.rstrip(b"\r\n")
        if not raw.strip():
            tally["blank"] += 1
            continue
        verdict = checker.check(raw.decode("utf-8", "surrogateescape"))
        tally[verdict.decision] += 1
        tally["invalid"] += verdict.reason is sc.Reason.INVALID_TARGET
        if verdict.decision in wanted:
            tally["passed"] += 1
            output.write(_line(raw, verdict, with_reason=with_reason, as_json=as_json))
    output.flush()
    say(_summary(tally), err=True)
    if not tally["passed"]:
        raise SystemExit(1)


def _line(raw: bytes, verdict: sc.Verdict, *, with_reason: bool, as_json: bool) -> bytes:
    """Return one whole line of output."""
    if as_json:
        return dump(verdict.to_dict()).encode() + b"\n"
    if with_reason:
        return raw + f"\t{verdict.decision}\t{verdict.reason}\n".encode()
    return raw + b"\n"


def _summary(tally: Counter[str]) -> str:
    lines = sum(tally[decision] for decision in sc.Decision)
    parts = [
        f"{tally[sc.Decision.IN_SCOPE]} in scope",
        f"{tally[sc.Decision.OUT_OF_SCOPE]} out of scope",
        f"{tally[sc.Decision.UNDETERMINED]} undetermined",
    ]
    more = f", {tally['invalid']} of them no target" if tally["invalid"] else ""
    blank = f"; {tally['blank']} blank" if tally["blank"] else ""
    return f"{lines} line{'s' if lines != 1 else ''}: {', '.join(parts)}{more}{blank}"
