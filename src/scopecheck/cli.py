"""The command `scopecheck`.

Exit codes of `check`: 0 all in scope, 1 any out of scope, else 3 any undetermined, 2 usage or a
bad file. `filter`: 0 when a line passed, 1 when none did, 2 usage or a bad file.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import IO, Any, ParamSpec, TypeVar

import click

import scopecheck as sc
from scopecheck.scope.model import Inclusion, Rule

__all__ = ["main"]

_P = ParamSpec("_P")
_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., Any])

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


def _program(command: _F) -> _F:
    return click.argument("program", metavar="PROGRAM")(command)


def _json(command: _F) -> _F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")(command)


def _strict(command: _F) -> _F:
    words = "Take any exclusion that could not be read for a possible no."
    return click.option("--strict", is_flag=True, help=words)(command)


def _colour() -> bool | None:
    """Return False where the user wants no colour; else click decides by the terminal."""
    return False if os.environ.get("NO_COLOR") else None


def _say(text: str = "", *, err: bool = False) -> None:
    click.echo(text, err=err, color=_colour())


def _reports_errors(command: Callable[_P, _T]) -> Callable[_P, _T]:
    """Show the library's own errors, all of them, and leave with 2."""

    @wraps(command)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return command(*args, **kwargs)
        except sc.ScopecheckError as error:
            _say(f"{click.style('error', fg='red')}: {error}", err=True)
            raise SystemExit(2) from None

    return wrapped


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(sc.__version__, prog_name="scopecheck")
def cli() -> None:
    """Tell whether a target may be tested under a bug-bounty program, and why.

    PROGRAM is the id of a bundled program (see `scopecheck list`) or a path to a scope file in
    YAML, TOML or JSON.
    """


@cli.command()
@_program
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@_json
@_strict
@_reports_errors
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
        _say(_dump(verdict.to_dict()) if as_json else _painted(verdict))
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


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


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
@_program
@click.argument("source", type=click.File("rb"), default="-", metavar="[FILE]")
@click.option(
    "--decision",
    "decisions",
    multiple=True,
    type=click.Choice(list(_WORDS)),
    help="Which lines pass; may be given more than once.  [default: in-scope]",
)
@click.option("--with-reason", is_flag=True, help="Add decision and reason behind tabs.")
@_json
@_strict
@_reports_errors
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
    _say(_summary(tally), err=True)
    if not tally["passed"]:
        raise SystemExit(1)


def _line(raw: bytes, verdict: sc.Verdict, *, with_reason: bool, as_json: bool) -> bytes:
    """Return one whole line of output."""
    if as_json:
        return _dump(verdict.to_dict()).encode() + b"\n"
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


@cli.command("list")
@_json
@_reports_errors
def list_(as_json: bool) -> None:
    """List the bundled programs."""
    for name in sc.bundled_programs():
        program = sc.load(name)
        facts = {
            "id": program.id,
            "name": program.name,
            "platform": program.platform,
            "as_of": str(program.as_of) if program.as_of else None,
            "in_scope": len(program.in_scope),
            "out_of_scope": len(program.out_of_scope),
        }
        if as_json:
            _say(_dump(facts))
        else:
            counts = f"{facts['in_scope']} in, {facts['out_of_scope']} out"
            _say(f"{program.id:<20} {program.name}  ({counts}, as of {facts['as_of'] or 'unknown'})")


@cli.command()
@_program
@_json
@_reports_errors
def show(program: str, as_json: bool) -> None:
    """Show what PROGRAM states: its rules, what could not be read, findings, rewards."""
    loaded = sc.load(program)
    if as_json:
        _say(_dump(loaded.model_dump(mode="json", exclude_defaults=True)))
        return
    for line in _description(loaded):
        _say(line)


def _description(program: sc.Program) -> Iterator[str]:
    about = [part for part in (program.platform, program.url) if part]
    yield click.style(f"{program.name} ({program.id})", bold=True) + (
        f", as of {program.as_of}" if program.as_of else ""
    )
    if about:
        yield "  " + ", ".join(about)
    yield from _section("in scope", (_rule_text(rule) for rule in program.in_scope))
    yield from _section("out of scope", (_rule_text(rule) for rule in program.out_of_scope))
    yield from _section(
        "not readable for sure", (f"{one.text} ({one.effect}; {one.id})" for one in program.unresolved)
    )
    yield from _section(
        "finding types that do not count",
        (
            one.finding + (f", unless {one.unless.text}" if one.unless else "")
            for one in program.findings.out_of_scope
        ),
    )
    yield from _section("finding types named", (one.finding for one in program.findings.in_scope))
    rewards = program.rewards
    if rewards is not None and rewards.usual is not None:
        yield f"rewards: {rewards.usual.low} to {rewards.usual.high} {rewards.currency}" + (
            f", at most {rewards.maximum}" if rewards.maximum else ""
        )
    yield from _section("the program says", (one.text for one in program.statements))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    shown = list(lines)
    if shown:
        yield f"{title}:"
        for line in shown:
            yield f"  {' '.join(line.split())}"


def _rule_text(rule: Rule) -> str:
    marks = [rule.id]
    if rule.name and rule.name != rule.asset:
        marks.append(rule.name)
    if not rule.stated:
        marks.append("in no published list")
    if isinstance(rule, Inclusion) and rule.eligible_for_bounty is False:
        marks.append("not paid")
    return f"{rule.asset} ({'; '.join(marks)})"


@cli.command()
def schema() -> None:
    """Print the JSON Schema of a scope file."""
    _say(json.dumps(sc.schema(), indent=2))


def main() -> None:
    """Run the command; a closed pipe ends it quietly, as other filters do."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        cli.main(prog_name="scopecheck", standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(130)
