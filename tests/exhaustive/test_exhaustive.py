"""Every small program, policy and target of a small universe: the library answers as the clauses do (3.1 to 3.3)."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

import pytest

from exhaustive.listed import EXCLUSIONS, INCLUSIONS, SOME_EXCLUSIONS, SOME_INCLUSIONS, Listed, below, host
from exhaustive.product import POLICIES, Comparison, Difference
from exhaustive.programs import of_three, up_to_two
from exhaustive.second import Claim, strictly_narrower, undecided
from exhaustive.universe import asked

SHOWN = 10
"""How many differences a failure shows."""


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return Comparison(INCLUSIONS, EXCLUSIONS, asked())


def first(differences: Iterable[Difference]) -> list[str]:
    return [str(one) for one in islice(differences, SHOWN)]


def counted(comparison: Comparison, what: str, cases: int, at_least: int) -> None:
    sys.stdout.write(
        f"\n{what}: {cases:,} cases, {len(comparison.asked)} targets, {len(POLICIES)} policies\n"
    )
    assert cases >= at_least


def test_programs_of_one_and_two_rules(comparison: Comparison) -> None:
    """Every rule alone and every inclusion with every exclusion, under every policy."""
    before = comparison.cases
    programs = up_to_two(len(INCLUSIONS), len(EXCLUSIONS))
    assert first(found for one in programs for found in comparison.compare(*one)) == []
    counted(comparison, "one and two rules", comparison.cases - before, 67_000_000)


def test_programs_of_three_rules(comparison: Comparison) -> None:
    """Two inclusions with an exclusion, and one with two, of one or two texts of each kind."""
    before = comparison.cases
    programs = of_three(SOME_INCLUSIONS, SOME_EXCLUSIONS)
    assert first(found for one in programs for found in comparison.compare(*one)) == []
    counted(comparison, "three rules", comparison.cases - before, 250_000_000)


def test_checker_and_index(comparison: Comparison) -> None:
    """A `Checker` of each, under one policy each, says the same, and its index finds what a loop finds."""

    def differences() -> Iterator[Difference]:
        for number, one in enumerate(up_to_two(len(INCLUSIONS), len(EXCLUSIONS))):
            yield from comparison.through_checker(*one, POLICIES[number % len(POLICIES)])

    assert first(differences()) == []
    sys.stdout.write(f"\nasked of a checker: {comparison.checks:,} targets\n")
    assert comparison.checks >= 15_000


def test_what_is_left_undecided() -> None:
    """3.3: what cannot be decided in linear time is not narrower. These are all such pairs of rows."""
    inclusions, exclusions = by_row(INCLUSIONS, exclusion=False), by_row(EXCLUSIONS, exclusion=True)
    wanting = {
        f"{inner} in {outer}"
        for (inner, within), (outer, around) in itertools.product(inclusions.items(), exclusions.items())
        if any(
            undecided(a.kind, b.kind) and strictly_narrower(a, b)
            for a, b in itertools.product(within, around)
        )
    }
    assert wanting == {
        *(f"{inner} in tail" for inner in ("shape", "below shape", "glued", "star elsewhere", "placeholder")),
        *(
            f"{inner} in below tail"
            for inner in ("shape", "below shape", "glued", "star elsewhere", "placeholder")
        ),
        *(f"{inner} in placeholder" for inner in ("shape", "below shape", "glued", "star elsewhere")),
        *(f"{inner} in shape" for inner in ("below shape", "glued", "star elsewhere")),
        *(f"{inner} in star elsewhere" for inner in ("below shape", "below tail")),
        "star elsewhere in below shape",
    }


def by_row(listed: Iterable[Listed], *, exclusion: bool) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    for one in listed:
        for claim in itertools.chain(*one.denotes(exclusion=exclusion)):
            found.setdefault(claim.kind.row, []).append(claim)
    return found


def test_a_wrong_reading_is_noticed() -> None:
    """The comparison itself can fail: `*.e.com` is neither `e.com` nor `*.a.e.com`."""
    for wrong in (host("e.com"), below("a.e.com")):
        comparison = Comparison(
            [Listed("*.e.com", wrong)], [Listed("a.e.com", host("a.e.com"))], asked()[:50]
        )
        assert first(comparison.compare((0,), ())) != []
        assert first(comparison.through_checker((0,), (0,), POLICIES[0])) != []
