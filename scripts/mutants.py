"""Put one small fault at a time into the code that decides, and see whether the tests notice.

    python scripts/mutants.py                          every fault, some hours of one core
    python scripts/mutants.py --sample 100 --seed 1    a hundred of them, within a minute

A fault that no test notices has to stand in `tests/mutants.toml` with the reason why it changes no answer;
one that stands there and is noticed has lost its place. It ends with 1 where either is found.

pytest collects the tests once. Every mutant then gets a fork of that process, in which the mutated code
takes the place of what was loaded, and which runs the tests that reach the statement until one fails:
those first that noticed most so far, then the quickest.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from core_files import FILES
from mutators import Mutant, mutants_of
from swapping import Hits, run_child, swap

ROOT = Path(__file__).resolve().parents[1]
SUITE = (
    "tests/targets",
    "tests/scope/test_pattern_branches.py",
    "tests/scope/test_pattern_table.py",
    "tests/scope/test_zone.py",
    "tests/answer/test_match_branches.py",
    "tests/answer/test_index_branches.py",
    "tests/answer/test_checker.py",
    "tests/answer/test_decide.py",
    "tests/answer/test_laws.py",
    "tests/answer/test_matcher.py",
    "tests/answer/test_shortcut.py",
    "tests/answer/test_shortcut_branches.py",
    "tests/answer/test_shortcut_doubts.py",
    "tests/answer/test_shortcut_shapes.py",
    "tests/conformance",
    "tests/test_cases.py",
)
"""The tests that hunt; any other test may notice a fault too, and is not needed to."""

TOO_SLOW = "tests/answer/test_shortcut.py::test_every_kind_of_rule_answers_alike_with_and_without_memory"
"""A test that takes minutes for what `test_shortcut_branches.py` asks in seconds; it does not hunt."""

SLOW = 20.0
"""Seconds of processor time that any test may take with a fault, besides what it takes without."""

EXPLAINED = ROOT / "tests" / "mutants.toml"


class Hunt:
    """A plugin of pytest that, in place of running the collected tests once, runs them for every mutant."""

    def __init__(self, mutants: list[Mutant], jobs: int, *, hasty: bool) -> None:
        self.mutants, self.jobs, self._hasty = mutants, jobs, hasty
        self.survived: list[Mutant] = []
        self.stillborn: list[Mutant] = []
        self.killers: Counter[str] = Counter()
        self.slow = 0
        self._failed = False
        self._items: list[pytest.Item] = []
        self._took: list[float] = []
        self._hits: list[Hits] = []
        self._reached: Hits = set()
        self._kills: Counter[tuple[str, int]] = Counter()

    def pytest_collection(self) -> None:
        """Let properties draw the same in every process, before the tests are read."""
        # Not at the top: pytest warns where a plugin was imported before pytest ran.
        from hypothesis import HealthCheck, settings

        slow = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
        settings.register_profile(
            "mutants",
            database=None,
            deadline=None,
            derandomize=True,
            max_examples=30,
            suppress_health_check=slow,
        )
        settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that a test has failed."""
        self._failed = self._failed or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests as they are, then for every mutant."""
        self._items = list(session.items)
        self._baseline()
        began = time.monotonic()
        running: dict[int, tuple[Mutant, list[int], int]] = {}
        for number, mutant in enumerate(self.mutants, 1):
            while len(running) >= self.jobs:
                self._reap(running)
            self._start(mutant, running)
            if number % 10 == 0:
                took, left = time.monotonic() - began, len(self.survived)
                sys.stderr.write(
                    f"\r{number:,} of {len(self.mutants):,} mutants, {took:.0f} s, {left} survive"
                )
                sys.stderr.flush()
        while running:
            self._reap(running)
        sys.stderr.write("\n")
        return True

    def _start(self, mutant: Mutant, running: dict[int, tuple[Mutant, list[int], int]]) -> None:
        order = self._order(mutant)
        process, pipe = run_child(lambda: self._try(mutant, order))
        running[process] = (mutant, order, pipe)

    def _run(self, number: int) -> bool:
        """Run one test; tell whether it passed."""
        item = self._items[number]
        self._failed = False
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        return not self._failed

    def _baseline(self) -> None:
        """Run the tests on the code as it is: how long they take, and which statements they reach."""
        _, pipe = run_child(self._measure)
        with os.fdopen(pipe, "rb") as answer:
            measured = json.loads(answer.read() or b"[]")
        os.wait()
        if len(measured) != len(self._items):
            raise pytest.UsageError("the tests end the process that runs them")
        failed = [item.nodeid for item, (good, *_) in zip(self._items, measured, strict=True) if not good]
        if failed:
            raise pytest.UsageError(f"the tests have to pass before they can hunt: {failed}")
        self._took = [took for _, took, _ in measured]
        self._hits = [{(file, line) for file, line in hits} for _, _, hits in measured]
        self._reached = set().union(*self._hits)

    def _measure(self) -> bytes:
        hits: Hits = set()
        for file in FILES:
            swap.instrumented(file, source_of(file), hits)
        found: list[tuple[bool, float, list[tuple[str, int]]]] = []
        for number, item in enumerate(self._items):
            hits.clear()
            began = time.process_time()
            if self._hasty and is_slow(item):
                found.append((True, SLOW, []))
            else:
                good = self._run(number)
                found.append((good, time.process_time() - began, sorted(hits)))
        return json.dumps(found).encode()

    def _order(self, mutant: Mutant) -> list[int]:
        """Return the tests that reach the statement, those first that are likely to notice a fault there."""
        where = (mutant.file, mutant.line)
        # What runs when the module is loaded is reached by every test, and noted by none.
        everywhere = where not in self._reached
        reaching = [
            number
            for number, item in enumerate(self._items)
            if everywhere or where in self._hits[number] or (self._hasty and is_slow(item))
        ]
        function = f"{mutant.file} {mutant.function}"
        kills = self._kills
        return sorted(
            reaching,
            key=lambda n: (-kills[function, n], -kills[mutant.file, n], -kills["", n], self._took[n]),
        )

    def _try(self, mutant: Mutant, order: list[int]) -> bytes:
        """Run the tests against one mutant, in a process of its own; say which noticed it."""
        if not swap.mutated(mutant):
            return b"stillborn"
        for place, number in enumerate(order):
            swap.limit(SLOW + 20 * self._took[number])
            if not self._run(number):
                return str(place).encode()
        return b"survived"

    def _reap(self, running: dict[int, tuple[Mutant, list[int], int]]) -> None:
        process, _ = os.wait()
        mutant, order, pipe = running.pop(process)
        with os.fdopen(pipe, "rb") as answer:
            said = answer.read()
        if said == b"survived":
            self.survived.append(mutant)
            sys.stderr.write(f"\rsurvives: {mutant.name}\n")
        elif said == b"stillborn":
            self.stillborn.append(mutant)
        elif not said:
            self.slow += 1  # It ran out of its time or memory, or took the process down.
        else:
            number = order[int(said)]
            self.killers[_file_of(self._items[number])] += 1
            for key in ("", mutant.file, f"{mutant.file} {mutant.function}"):
                self._kills[key, number] += 1


def is_slow(item: pytest.Item) -> bool:
    """Tell a test that draws its own examples, which takes a hundred times as long as another."""
    return bool(getattr(getattr(item, "obj", None), "is_hypothesis_test", False))


def _file_of(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def source_of(file: str) -> str:
    """Return the text of a file of the package."""
    return (ROOT / "src" / "scopecheck" / file).read_text(encoding="utf-8")


def enumerations() -> dict[str, tuple[str, ...]]:
    """Return the members of every enumeration of the package."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((ROOT / "src" / "scopecheck").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any("Enum" in ast.unparse(base) for base in node.bases):
                targets = [t for s in node.body if isinstance(s, ast.Assign) for t in s.targets]
                found[node.name] = tuple(t.id for t in targets if isinstance(t, ast.Name))
    return found


def explained() -> dict[str, str]:
    """Return the names of the mutants that may survive, with the reason of each."""
    if not EXPLAINED.exists():
        return {}
    groups = tomllib.loads(EXPLAINED.read_text(encoding="utf-8")).get("survivors", [])
    return {f"{g['file']} {g['function']}: {text}": g["why"] for g in groups for text in g["mutants"]}


def main() -> int:
    """Hunt, say what was found, and return the exit code."""
    parser = argparse.ArgumentParser(description="put faults into the code and see whether the tests notice")
    parser.add_argument("--sample", type=int, metavar="N", help="that many mutants that no reason excuses")
    parser.add_argument("--seed", type=int, default=0, help="which of them the sample holds")
    parser.add_argument("--only", default="", metavar="TEXT", help="mutants whose name holds this text")
    parser.add_argument(
        "--again", type=Path, metavar="FILE", help="mutants whose names are the lines of a file"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at a time")
    parser.add_argument("--list", action="store_true", help="name the mutants and run none")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT / "src"))
    reasons, enums = explained(), enumerations()
    every = [mutant for file in FILES for mutant in mutants_of(file, source_of(file), enums)]
    unknown = sorted(set(reasons) - {mutant.name for mutant in every})
    chosen = [mutant for mutant in every if options.only in mutant.name]
    if options.again is not None:
        names = set(options.again.read_text(encoding="utf-8").splitlines())
        chosen = [mutant for mutant in chosen if mutant.name in names]
    if options.sample is not None:
        open_ones = [mutant for mutant in chosen if mutant.name not in reasons]
        chosen = random.Random(options.seed).sample(open_ones, min(options.sample, len(open_ones)))  # noqa: S311
    if options.list:
        return say(*(mutant.name for mutant in chosen))
    hunt = Hunt(chosen, options.jobs, hasty=options.sample is not None)
    suite = [str(ROOT / path) for path in SUITE if (ROOT / path).exists()]
    code = pytest.main(
        [
            "-p",
            "no:cacheprovider",
            "-p",
            "no:terminal",
            "-s",
            "--assert=plain",
            f"--rootdir={ROOT}",
            f"--deselect={TOO_SLOW}",
            *suite,
        ],
        [hunt],
    )
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return say(f"pytest ended with {code!r}") + 2
    return report(hunt, reasons, unknown)


def report(hunt: Hunt, reasons: dict[str, str], unknown: list[str]) -> int:
    """Print what was found; return 1 where a survivor has no reason or a reason no survivor."""
    tried = len(hunt.mutants) - len(hunt.stillborn)
    survivors = {mutant.name for mutant in hunt.survived}
    unexplained = sorted(survivors - set(reasons))
    noticed = sorted(m.name for m in hunt.mutants if m.name in reasons and m.name not in survivors)
    say(*(f"survives: {name}" for name in unexplained))
    say(*(f"explained, but noticed: {name}" for name in noticed))
    say(*(f"explained, but no mutant: {name}" for name in unknown))
    for file in FILES:
        of_file = [mutant for mutant in hunt.mutants if mutant.file == file and mutant not in hunt.stillborn]
        say(f"{file}: {len(of_file)} mutants, {sum(m.name in survivors for m in of_file)} survive")
    say(f"{tried} mutants, {tried - len(survivors)} killed ({hunt.slow} of them by the clock)")
    say(f"{len(survivors) - len(unexplained)} survivors explained, {len(unexplained)} unexplained")
    return 1 if unexplained or noticed or unknown else 0


def say(*lines: str) -> int:
    """Write lines; return 0."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
