"""`scopecheck list`, `show` and `schema`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import scopecheck as sc
from scopecheck.cli.app import as_json_option, cli, program_argument, reports_errors
from scopecheck.cli.streams import Paint, dump, one_line, pour, say
from scopecheck.cli.terminal import Cell, table
from scopecheck.scope.model import Inclusion, Rule

__all__ = ["list_", "schema", "show"]


@cli.command("list")
@as_json_option
@reports_errors
def list_(as_json: bool) -> None:
    """List the bundled programs."""
    programs = [sc.load(name) for name in sc.bundled_programs()]
    if not as_json:
        table(("id", "name", "in scope", "out of scope", "as of"), map(_row, programs))
        return
    for program in programs:
        facts = {
            "id": program.id,
            "name": program.name,
            "platform": program.platform,
            "as_of": str(program.as_of) if program.as_of else None,
            "in_scope": len(program.in_scope),
            "out_of_scope": len(program.out_of_scope),
        }
        say(dump(facts))


def _row(program: sc.Program) -> tuple[Cell, ...]:
    counts = (str(len(rules)) for rules in (program.in_scope, program.out_of_scope))
    return program.id, program.name, *counts, str(program.as_of or "unknown")


@cli.command()
@program_argument
@as_json_option
@reports_errors
def show(program: str, as_json: bool) -> None:
    """Show what PROGRAM states: its rules, what could not be read, findings, rewards."""
    loaded = sc.load(program)
    if as_json:
        say(dump(loaded.model_dump(mode="json", exclude_defaults=True)))
        return
    as_of = f", as of {loaded.as_of}" if loaded.as_of else ""
    title = one_line(f"{loaded.name} ({loaded.id})")
    say(Paint(title, "", bold=True), as_of)
    for line in _description(loaded):
        say(one_line(line))


def _description(program: sc.Program) -> Iterator[str]:
    about = [part for part in (program.platform, program.url) if part]
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
            one.finding
            + (f", unless {one.unless.text}" if one.unless else "")
            + ("" if one.stated else " (in no published list)")
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
@reports_errors
def schema() -> None:
    """Print the JSON Schema of a scope file."""
    pour(json.dumps(sc.schema(), indent=2))
