"""A catalog through its whole life, held against a plain dictionary of programs with a checker each."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import TypeAlias

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from scopecheck import Catalog, Checker, Decision, Overlap, Program, Reason, ScopeError, UnknownProgramError
from scopecheck.answer.compiled import CompiledRule
from scopecheck.scope.pattern import Effect, ThingPattern, UrlPattern
from scopecheck.scope.zone import lies_in
from strategies import scopes, target_texts

Answers: TypeAlias = dict[str, tuple[Decision, Reason]]
Damage: TypeAlias = Callable[[list[str], int], list[str]]

IDS = ("a", "b", "c", "d", "e")
_NUMBERS = st.integers(0, 10_000)
_ORDERS = st.randoms(use_true_random=False)


class Model:
    """What a catalog has to say, found without an index."""

    def __init__(self) -> None:
        self.checkers: dict[str, Checker] = {}

    @property
    def programs(self) -> list[Program]:
        return [checker.program for checker in self.checkers.values()]

    def find(self, target: str) -> Answers:
        """Ask every checker; those of which an inclusion matches list the target."""
        found: Answers = {}
        for name, checker in self.checkers.items():
            verdict = checker.check(target)
            if any(match.effect is Effect.INCLUDE for match in verdict.all_matches):
                found[name] = (verdict.decision, verdict.reason)
        return found

    def overlaps(self) -> dict[frozenset[str], set[tuple[str, str]]]:
        """Compare every pattern with every other; the pairs of texts are in the order of the ids."""
        found: dict[frozenset[str], set[tuple[str, str]]] = {}
        for first, one in self.checkers.items():
            for second, other in self.checkers.items():
                if first < second:
                    pairs = {
                        (mine.text, theirs.text)
                        for mine in included(one)
                        for theirs in included(other)
                        if meet(mine.patterns, theirs.patterns) or meet(theirs.patterns, mine.patterns)
                    }
                    if pairs:
                        found[frozenset((first, second))] = pairs
        return found


def included(checker: Checker) -> list[CompiledRule]:
    return [one for one in checker.rules if one.effect is Effect.INCLUDE]


def meet(inner: Iterable[object], outer: Iterable[object]) -> bool:
    """Tell whether the surest reading of some host, block or app lies in that of another pattern."""
    return any(lies(one, other) for one in inner for other in list(outer))


def lies(one: object, other: object) -> bool:
    if isinstance(one, UrlPattern) and isinstance(other, UrlPattern):
        return bool(one.surest and other.surest and lies_in(one.surest, other.surest))
    if isinstance(one, ThingPattern) and isinstance(other, ThingPattern):
        app = one.key.isdigit() or ("." in one.key and " " not in one.key)
        return app and not one.glob and not other.wide and other.match(one.key) is not None
    return False


def answers(catalog: Catalog, target: str) -> Answers:
    return {program.id: (verdict.decision, verdict.reason) for program, verdict in catalog.find(target)}


def by_id(overlaps: Iterable[Overlap]) -> dict[frozenset[str], set[tuple[str, str]]]:
    return {
        frozenset((one.first, one.second)): (
            set(one.assets) if one.first < one.second else {(theirs, mine) for mine, theirs in one.assets}
        )
        for one in overlaps
    }


# Each takes the lines of a saved catalog and a number, and returns lines that have to be refused.
def cut_short(lines: list[str], number: int) -> list[str]:
    text = "\n".join(lines)
    return text[: number % max(1, len(text) - 1)].split("\n")


def a_line_lost(lines: list[str], number: int) -> list[str]:
    lost = number % len(lines)
    return [*lines[:lost], *lines[lost + 1 :]]


def a_line_twice(lines: list[str], number: int) -> list[str]:
    twice = number % len(lines)
    return [*lines[: twice + 1], *lines[twice:]]


def two_lines_swapped(lines: list[str], number: int) -> list[str]:
    first = number % len(lines)
    second = (first + 1 + number // len(lines) % (len(lines) - 1)) % len(lines)
    swapped = list(lines)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    return swapped


def another_release(lines: list[str], number: int) -> list[str]:
    header = json.loads(lines[0]) | {"made_by": f"0.0.{number}-other"}
    return [json.dumps(header), *lines[1:]]


def a_program_of_another_id(lines: list[str], number: int) -> list[str]:
    at = 2 + number % (len(lines) - 2)
    program = json.loads(lines[at]) | {"id": "stranger"}
    return [*lines[:at], json.dumps(program), *lines[at + 1 :]]


def a_second_id_on_a_line(lines: list[str], number: int) -> list[str]:
    """Name the program as the index does, and another one in the same breath: JSON takes the last."""
    at = 2 + number % (len(lines) - 2)
    return [*lines[:at], lines[at].removesuffix("}") + ', "id": "stranger"}', *lines[at + 1 :]]


def an_index_beyond_the_programs(lines: list[str], number: int) -> list[str]:
    index = json.loads(lines[1])
    index["tables"]["exact"]["example.com"] = [len(lines) - 2 + number]
    return [lines[0], json.dumps(index), *lines[2:]]


DAMAGE: tuple[Damage, ...] = (
    cut_short,
    a_line_lost,
    a_line_twice,
    two_lines_swapped,
    another_release,
    a_program_of_another_id,
    a_second_id_on_a_line,
    an_index_beyond_the_programs,
)


class CatalogLife(RuleBasedStateMachine):
    """Programs come and go, the catalog is saved and loaded and asked; the model does it by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.catalog = Catalog(())
        self.asked: list[str] = []
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "some.catalog"

    def teardown(self) -> None:
        self.folder.cleanup()

    # What changes the catalog.

    @initialize(data=st.data(), order=_ORDERS, many=st.integers(1, 3))
    def begin(self, data: st.DataObject, order: Random, many: int) -> None:
        for name in IDS[:many]:
            self._put(name, data)
        self._rebuild(order)

    @rule(data=st.data(), name=st.sampled_from(IDS), order=_ORDERS)
    def put(self, data: st.DataObject, name: str, order: Random) -> None:
        """Add a program or take another in its place, and build the catalog anew in any order."""
        self._put(name, data)
        self._rebuild(order)

    @precondition(lambda self: len(self.model.checkers) > 1)
    @rule(number=_NUMBERS, order=_ORDERS)
    def remove(self, number: int, order: Random) -> None:
        names = sorted(self.model.checkers)
        del self.model.checkers[names[number % len(names)]]
        self._rebuild(order)

    @rule()
    def save_and_load(self) -> None:
        """Loaded equals saved, in ids, programs and their order."""
        self.catalog.save(self.path)
        before = self.catalog
        self.catalog = Catalog.load(self.path)
        assert self.catalog.ids == before.ids
        self._compare_overlaps()

    @rule()
    def save_again(self) -> None:
        """A loaded catalog is saved as it was, before and after its programs were read."""
        self.catalog.save(self.path)
        first = self.path.read_bytes()
        loaded = Catalog.load(self.path)
        loaded.save(self.path)
        assert self.path.read_bytes() == first
        assert loaded.programs == self.catalog.programs
        loaded.save(self.path)
        assert self.path.read_bytes() == first

    @rule(damage=st.sampled_from(DAMAGE), number=_NUMBERS)
    def meet_a_damaged_file(self, damage: Damage, number: int) -> None:
        self.catalog.save(self.path)
        lines = self.path.read_text("utf-8").removesuffix("\n").split("\n")
        broken = damage(lines, number)
        assert broken != lines
        self.path.write_text("\n".join(broken) + "\n", "utf-8")
        with pytest.raises(ScopeError):
            assert Catalog.load(self.path).programs

    # What asks it.

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        rules = tuple(rule for program in self.model.programs for rule in program.rules)
        for _ in range(3):
            target = data.draw(target_texts(rules))
            self.asked = [*self.asked[-2:], target]
            assert answers(self.catalog, target) == self.model.find(target)
            for name, checker in self.model.checkers.items():
                ours, theirs = self.catalog.check(name, target), checker.check(target)
                assert (ours.decision, ours.reason) == (theirs.decision, theirs.reason)
                assert ours.matches == theirs.matches

    @rule(name=st.sampled_from((*IDS, "", "aa", "A")))
    def ask_a_program_by_name(self, name: str) -> None:
        assert (name in self.catalog) == (name in self.model.checkers)
        if name not in self.model.checkers:
            with pytest.raises(UnknownProgramError):
                self.catalog.check(name, "https://example.com/")

    # What holds all along.

    @invariant()
    def has_its_programs(self) -> None:
        assert sorted(self.catalog.ids) == sorted(self.model.checkers)
        assert len(self.catalog) == len(self.model.checkers)

    @invariant()
    def answers_as_before(self) -> None:
        """What was asked earlier has the answer of the programs as they are now."""
        for target in self.asked:
            assert answers(self.catalog, target) == self.model.find(target)

    def _put(self, name: str, data: st.DataObject) -> None:
        program = data.draw(scopes()).checker().program.model_copy(update={"id": name})
        self.model.checkers[name] = Checker(program)

    def _rebuild(self, order: Random) -> None:
        programs = self.model.programs
        order.shuffle(programs)
        self.catalog = Catalog(programs)
        assert self.catalog.programs == tuple(programs)
        self._compare_overlaps()

    def _compare_overlaps(self) -> None:
        found = list(self.catalog.overlaps())
        assert by_id(found) == self.model.overlaps()
        places = {name: number for number, name in enumerate(self.catalog.ids)}
        assert all(places[one.first] < places[one.second] for one in found)
        assert len({(one.first, one.second) for one in found}) == len(found)


def test_a_catalog_says_what_its_programs_say_through_its_whole_life() -> None:
    # A life has many steps, so there are fewer lives than a property has examples.
    lives = max(10, settings().max_examples // 3)
    run_state_machine_as_test(CatalogLife, settings=settings(max_examples=lives, stateful_step_count=10))
