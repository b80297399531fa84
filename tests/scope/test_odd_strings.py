"""Odd listed texts, judged by hand: what each has to cover, and what it must never cover (P1 to P6)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from scopecheck import Checker, Decision, Program
from scopecheck.formats.builder import Listed, ProgramBuilder
from scopecheck.scope.model import AssetType
from scopecheck.scope.pattern import Effect

FILE = Path(__file__).parents[1] / "odd_strings.yaml"


@dataclass(frozen=True)
class Odd:
    """One judged text; the last fields are the targets by what the answer has to be."""

    shape: str
    text: str
    side: str = "include"
    type: str = "website"
    beside: tuple[str, ...] = ()
    unresolved: bool = False
    in_scope: tuple[str, ...] = ()
    out: tuple[str, ...] = ()
    undetermined: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.shape}: {self.text!r} as {self.side}d {self.type}"

    def program(self) -> Program:
        """The program of a dump that lists this text, and what stands beside it."""
        builder = ProgramBuilder("odd_strings.yaml", "odd", "Odd", "none")
        effect = Effect.INCLUDE if self.side == "include" else Effect.EXCLUDE
        for number, text in enumerate(self.beside):
            builder.add(Listed(text, Effect.INCLUDE, f"beside[{number}]", AssetType.OTHER))
        builder.add(Listed(self.text, effect, "judged", AssetType(self.type)))
        return builder.build()


_PLAIN = ("text", "side", "type", "unresolved")
_LISTS = {"in_scope": "in", "out": "out", "undetermined": "undetermined", "not_in": "not_in"}
_KEYS = {*_PLAIN, *_LISTS.values(), "with"}


def judged() -> list[Odd]:
    found: list[Odd] = []
    row: dict[str, Any]
    for shape, rows in yaml.safe_load(FILE.read_text("utf-8")).items():
        for row in rows:
            assert set(row) <= _KEYS, row
            excluded = row.get("side") == "exclude"
            beside = row.get("with", ["*.example.com"] if excluded else [])
            given: dict[str, Any] = {key: row[key] for key in _PLAIN if key in row}
            given |= {field: tuple(row.get(key, ())) for field, key in _LISTS.items()}
            found.append(Odd(shape, **given, beside=tuple(beside)))
    return found


ODD = judged()


def wrong(odd: Odd) -> list[str]:
    """Return what the program answers otherwise than was judged."""
    program = odd.program()
    checker = Checker(program)
    kept = {one.entry for one in program.unresolved}
    problems = ["was read" for _ in range(odd.unresolved and "judged" not in kept)]
    for targets, wanted in (
        (odd.in_scope, {Decision.IN_SCOPE}),
        (odd.out, {Decision.OUT_OF_SCOPE}),
        (odd.undetermined, {Decision.UNDETERMINED}),
        (odd.not_in, {Decision.OUT_OF_SCOPE, Decision.UNDETERMINED}),
    ):
        for target in targets:
            verdict = checker.check(target)
            if verdict.decision not in wanted:
                names = " or ".join(sorted(wanted))
                problems.append(f"`{target}` is {verdict.decision} ({verdict.reason}), not {names}")
    return problems


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_text_covers_what_a_person_would_say(odd: Odd) -> None:
    assert wrong(odd) == []


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_an_odd_text_is_never_dropped(odd: Odd) -> None:
    """P3: it is a rule, or an unresolved entry with its text."""
    program = odd.program()
    read = [rule.asset for rule in program.rules if rule.entry == "judged"]
    kept = [one.text for one in program.unresolved if one.entry == "judged"]
    assert [*read, *kept] == [odd.text]


def test_there_are_two_hundred_and_each_shape_several_times() -> None:
    assert len(ODD) >= 200
    assert min(Counter(odd.shape for odd in ODD).values()) >= 4
    assert len({(odd.text, odd.side, odd.type, odd.beside) for odd in ODD}) == len(ODD)


def test_each_text_is_held_to_something() -> None:
    for odd in ODD:
        assert odd.in_scope or odd.out or odd.undetermined or odd.not_in or odd.unresolved, odd
