"""`scopecheck check` and `scopecheck filter`."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator

import click

import scopecheck as sc
from scopecheck.answer.explain import headline
from scopecheck.bulk.files import Counts, LineFilter, text_of
from scopecheck.cli.app import COLOURS, as_json_option, cli, program_argument, reports_errors, strict_option
from scopecheck.cli.lines import STDIN, LineSource
from scopecheck.cli.streams import Paint, dump, put_bytes, say
from scopecheck.cli.terminal import bar, draws_bars

__all__ = ["check", "filter_"]

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
        if as_json:
            say(dump(verdict.to_dict()))
        else:
            say(*_painted(verdict))
    if decisions[sc.Decision.OUT_OF_SCOPE]:
        raise SystemExit(1)
    if decisions[sc.Decision.UNDETERMINED]:
        raise SystemExit(3)


def _targets(given: tuple[str, ...]) -> Iterator[str]:
    if given != (STDIN,):
        yield from given
        return
    for block in LineSource(given).blocks():
        yield from (text_of(line) for line in block.split(b"\n") if line.strip())


def _painted(verdict: sc.Verdict) -> tuple[str | Paint, ...]:
    """Return the text of a verdict with its decision coloured."""
    before, words, rest = headline(verdict)
    after = str(verdict).removeprefix(before + words + rest)
    return before, Paint(words, COLOURS[verdict.decision], bold=True), rest, after


@cli.command("filter")
@program_argument
@click.argument(
    "files",
    nargs=-1,
    type=click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True),
    metavar="[FILE]...",
)
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
    files: tuple[str, ...],
    decisions: tuple[str, ...],
    with_reason: bool,
    as_json: bool,
    strict: bool,
) -> None:
    """Pass the lines of each FILE or of standard input that are in scope, unchanged and in order.

    A FILE that ends in `.gz` or `.zst` is unpacked, `-` is standard input. What was counted is said on
    standard error, how far it is on a terminal. Exit code: 0 when a line passed, 1 when none did, 2 usage
    or a bad file, 130 after an interrupt.
    """
    source = LineSource(files)
    checker = sc.Checker(sc.load(program), strict=strict)
    wanted = frozenset(_WORDS[word] for word in decisions or ("in-scope",))
    lines = LineFilter(checker, wanted, with_reason=with_reason and not as_json)
    started = time.monotonic()
    try:
        with bar("filtering", shown=_bar_is_apart(files)) as tell:
            for block in source.blocks():
                passed = lines.passed(block)
                put_bytes(_as_json(checker, passed) if as_json else passed)
                tell(source.done, source.total, _progress(lines.counts, time.monotonic() - started))
    except KeyboardInterrupt:
        say(_summary(lines.counts), err=True)
        raise
    put_bytes(b"")  # Fails on a closed stream, even if no line had to be written.
    say(_summary(lines.counts), err=True)
    if not lines.counts.passed:
        raise SystemExit(1)


def _bar_is_apart(files: tuple[str, ...]) -> bool:
    """Tell whether a bar would meet neither the lines that pass nor what is typed on the terminal."""
    typed = STDIN in (files or (STDIN,)) and sys.stdin is not None and sys.stdin.isatty()
    shown = sys.stdout is not None and sys.stdout.isatty()
    return draws_bars() and not typed and not shown


def _as_json(checker: sc.Checker, lines: bytes) -> bytes:
    """Return the verdicts of lines that passed, each on a line."""
    texts = map(text_of, lines.split(b"\n")[:-1])
    return b"".join(dump(checker.check(text).to_dict()).encode() + b"\n" for text in texts)


def _progress(counts: Counts, seconds: float) -> str:
    """Say how many lines were decided, how fast, and the share that is in scope."""
    lines = counts.lines
    rate, share = lines / max(seconds, 1e-3), counts.in_scope / max(lines, 1)
    return f"{lines:,} lines  {rate:,.0f}/s  {share:.1%} in scope"


def _summary(counts: Counts) -> str:
    parts = [
        f"{counts.in_scope} in scope",
        f"{counts.out_of_scope} out of scope",
        f"{counts.undetermined} undetermined",
    ]
    more = f", {counts.invalid} of them no target" if counts.invalid else ""
    blank = f"; {counts.blank} blank" if counts.blank else ""
    return f"{counts.lines} line{'s' if counts.lines != 1 else ''}: {', '.join(parts)}{more}{blank}"
