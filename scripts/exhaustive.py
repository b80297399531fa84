"""Hold the library against a second reading of its clauses, on every small program.

    python scripts/exhaustive.py            what the tests try
    python scripts/exhaustive.py --full     every program of up to three rules, on every target

The universe, the second reading and the listed texts are those of `tests/exhaustive`. It ends with 1 where
an answer differs, after the first of them.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from exhaustive.listed import EXCLUSIONS, INCLUSIONS, SOME_EXCLUSIONS, SOME_INCLUSIONS
from exhaustive.product import POLICIES, Comparison, Difference
from exhaustive.programs import Program, of_three, up_to_two
from exhaustive.universe import asked

SHOWN = 50
"""How many differences are shown."""


def main() -> int:
    """Compare, say how far it is, and return the exit code."""
    parser = argparse.ArgumentParser(description="hold the library against a second reading of its clauses")
    parser.add_argument("--full", action="store_true", help="every program of three rules, on every target")
    full = parser.parse_args().full
    comparison = Comparison(INCLUSIONS, EXCLUSIONS, asked(every=full))
    say(f"{len(INCLUSIONS)} inclusions, {len(EXCLUSIONS)} exclusions")
    say(f"{len(comparison.asked)} targets, {len(POLICIES)} policies")
    small = list(up_to_two(len(INCLUSIONS), len(EXCLUSIONS)))
    sides = (range(len(INCLUSIONS)), range(len(EXCLUSIONS))) if full else (SOME_INCLUSIONS, SOME_EXCLUSIONS)
    found = run("one and two rules", small, lambda one: comparison.compare(*one))
    found += run("three rules", list(of_three(*sides)), lambda one: comparison.compare(*one))
    policy = {one: POLICIES[number % len(POLICIES)] for number, one in enumerate(small)}
    found += run("checker", small, lambda one: comparison.through_checker(*one, policy[one], every=full))
    for one in found[:SHOWN]:
        say(str(one))
    say(f"{comparison.programs:,} programs, {comparison.cases:,} cases, {len(found)} differences")
    say(f"{comparison.checks:,} targets asked of a checker")
    return 1 if found else 0


def run(
    what: str, programs: list[Program], compare: Callable[[Program], Iterable[Difference]]
) -> list[Difference]:
    """Compare every program, with a line of progress on the error output."""
    found: list[Difference] = []
    began = time.monotonic()
    for number, one in enumerate(programs, 1):
        found += compare(one)
        if number % 200 == 0 or number == len(programs):
            took = time.monotonic() - began
            sys.stderr.write(
                f"\r{what}: {number:,} of {len(programs):,} programs, {took:.0f} s, {len(found)} differ"
            )
            sys.stderr.flush()
    sys.stderr.write("\n")
    return found


def say(line: str) -> None:
    """Write a line."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
