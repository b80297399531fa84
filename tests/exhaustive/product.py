"""Programs of a few rules, every policy, every target: the library's answer beside the second one.

What a rule does to a target is found once: the library's matches, with the naive matcher, and the second
reading's claims, both as one policy leaves them, are one *symbol*. A program's answers depend on the symbols
of its rules alone, so every combination of symbols that occurs is decided once and stands for all targets
and policies in which it occurs. `through_checker` asks a real `Checker`, with its index, besides.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import scopecheck as sc
from exhaustive import second
from exhaustive.listed import Listed
from exhaustive.universe import BIT, Element, spelled
from scopecheck.answer.compiled import CompiledRule
from scopecheck.answer.decide import decide
from scopecheck.answer.matcher import naive_matches
from scopecheck.targets.url import Url, parse_url

Symbol = tuple[tuple[sc.Match, ...], tuple[second.Settled, ...]]

POLICIES = tuple(
    second.Policy(*values)
    for values in itertools.product(
        (None, "covered", "not-covered"),
        (None, "any", "one"),
        (None, "excluded", "not-excluded"),
        (None, True, False),
    )
)
SETTLED = tuple(policy for policy in POLICIES if policy.open_scope is None)
"""The policies without the field that changes no match."""


@dataclass(frozen=True)
class Difference:
    """A program, policy and target that the two answer differently."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    policy: dict[str, Any]
    target: str
    library: tuple[str, str]
    second: tuple[str, str]

    def __str__(self) -> str:
        listed = f"include {list(self.include)}, exclude {list(self.exclude)}, {self.policy or 'no policy'}"
        return f"{self.target}: {listed}: {' '.join(self.library)}, by the clauses {' '.join(self.second)}"


def program(include: Sequence[Listed], exclude: Sequence[Listed], policy: second.Policy) -> sc.Program:
    """Return the program as a scope file states it; a text that includes nothing stands as unresolved."""
    listed: dict[str, list[dict[str, Any]]] = {"in_scope": [], "out_of_scope": [], "unresolved": []}
    for side, effect, entries in (("in_scope", "include", include), ("out_of_scope", "exclude", exclude)):
        for one in entries:
            if one.unresolved or not _named(one, exclusion=effect == "exclude"):
                listed["unresolved"].append({"text": one.text, "effect": effect})
            else:
                listed[side].append({"asset": one.text, **one.fields})
    return sc.load({"id": "small", "name": "Small", "policy": stated(policy), **listed})


def stated(policy: second.Policy) -> dict[str, Any]:
    return {key: value for key, value in policy._asdict().items() if value is not None}


def _named(one: Listed, *, exclusion: bool) -> bool:
    return any(hosts for alternative in one.row(exclusion) for _, hosts in alternative.hosts)


class Columns:
    """What each rule of one side does to each target, as each policy leaves it."""

    def __init__(
        self, side: Sequence[Listed], asked: Sequence[tuple[Element, Url]], *, exclusion: bool
    ) -> None:
        self.symbols: dict[Symbol, int] = {}
        self._columns: dict[tuple[int, ...], int] = {}
        self.of: list[tuple[int, ...]] = []
        """For each rule and each policy of `SETTLED` the number of a column."""
        policies = [sc.Policy(**stated(policy)) for policy in SETTLED]
        for one in side:
            rules = _compiled(one, exclusion=exclusion)
            claims = _claims(one, asked, exclusion=exclusion)
            numbers = []
            for policy, read in zip(SETTLED, policies, strict=True):
                pairs = zip(asked, claims, strict=True)
                row = (
                    self._symbol(naive_matches(rules, read, url), found, policy) for (_, url), found in pairs
                )
                numbers.append(self._columns.setdefault(tuple(row), len(self._columns)))
            self.of.append(tuple(numbers))
        self.columns = tuple(self._columns)
        self.meaning = tuple(self.symbols)

    def _symbol(
        self, found: tuple[sc.Match, ...], claims: tuple[second.Claim, ...], policy: second.Policy
    ) -> int:
        return self.symbols.setdefault((found, second.settle(claims, policy)), len(self.symbols))


def _compiled(one: Listed, *, exclusion: bool) -> tuple[CompiledRule, ...]:
    include, exclude = ((), (one,)) if exclusion else ((one,), ())
    return sc.Checker(program(include, exclude, second.Policy())).rules


def _claims(
    one: Listed, asked: Sequence[tuple[Element, Url]], *, exclusion: bool
) -> list[tuple[second.Claim, ...]]:
    alternatives = one.denotes(exclusion=exclusion)
    bits = [BIT[element] for element, _ in asked]
    return [tuple(itertools.chain(*(second.least_doubtful(of, bit) for of in alternatives))) for bit in bits]


class Comparison:
    """Two tables of listed texts and the elements that are asked."""

    def __init__(
        self, inclusions: Sequence[Listed], exclusions: Sequence[Listed], asked: Sequence[Element]
    ) -> None:
        self.inclusions, self.exclusions, self.asked = inclusions, exclusions, asked
        self.urls = [(element, parse_url(spelled(element))) for element in asked]
        self._in = Columns(inclusions, self.urls, exclusion=False)
        self._out = Columns(exclusions, self.urls, exclusion=True)
        self.programs = 0
        self.cases = 0
        self.checks = 0

    def compare(self, include: Sequence[int], exclude: Sequence[int]) -> Iterator[Difference]:
        """Hold every target under every policy of one program; yield one difference of each kind."""
        self.programs += 1
        self.cases += len(self.asked) * len(POLICIES)
        alike: dict[tuple[int, ...], second.Policy] = {}
        for policy in SETTLED:
            alike.setdefault(self._numbers(include, exclude, policy), policy)
        seen: set[tuple[int, ...]] = set()
        for numbers, policy in alike.items():
            for symbols in self._symbols(numbers, len(include)) - seen:
                seen.add(symbols)
                matches = self._matches(symbols, len(include))
                for open_scope in (False, True):
                    outcome = decide(matches, open_scope=open_scope)
                    expected = self._expected(symbols, len(include), open_scope)
                    if (outcome.decision, outcome.reason) != expected:
                        at = self._rows(numbers, len(include)).index(symbols)
                        settled = policy._replace(open_scope=open_scope or None)
                        got = str(outcome.decision), str(outcome.reason)
                        yield self._difference(include, exclude, settled, at, got, expected)

    def through_checker(
        self, include: Sequence[int], exclude: Sequence[int], policy: second.Policy, *, every: bool = False
    ) -> Iterator[Difference]:
        """Ask a real `Checker` one target of each kind, or every one; hold its index against the loop."""
        entries = [self.inclusions[one] for one in include], [self.exclusions[one] for one in exclude]
        checker = sc.Checker(program(*entries, policy))
        rows = self._rows(self._numbers(include, exclude, policy._replace(open_scope=None)), len(include))
        for at in range(len(rows)) if every else {row: at for at, row in enumerate(rows)}.values():
            element, url = self.urls[at]
            self.checks += 1
            verdict = checker.check_url(spelled(element))
            plain = naive_matches(checker.rules, checker.program.policy, url)
            assert set(plain) == set(verdict.all_matches), (checker, spelled(element))
            expected = self._expected(rows[at], len(include), bool(policy.open_scope))
            got = str(verdict.decision), str(verdict.reason)
            if got != expected:
                yield self._difference(include, exclude, policy, at, got, expected)

    def _numbers(
        self, include: Sequence[int], exclude: Sequence[int], policy: second.Policy
    ) -> tuple[int, ...]:
        place = SETTLED.index(policy)
        return (*(self._in.of[one][place] for one in include), *(self._out.of[one][place] for one in exclude))

    def _columns(self, numbers: tuple[int, ...], inclusions: int) -> list[tuple[int, ...]]:
        first, last = numbers[:inclusions], numbers[inclusions:]
        return [*(self._in.columns[one] for one in first), *(self._out.columns[one] for one in last)]

    def _rows(self, numbers: tuple[int, ...], inclusions: int) -> list[tuple[int, ...]]:
        return list(zip(*self._columns(numbers, inclusions), strict=True))

    def _symbols(self, numbers: tuple[int, ...], inclusions: int) -> set[tuple[int, ...]]:
        return set(zip(*self._columns(numbers, inclusions), strict=True))

    def _matches(self, symbols: tuple[int, ...], inclusions: int) -> tuple[sc.Match, ...]:
        first, last = symbols[:inclusions], symbols[inclusions:]
        found = (*(self._in.meaning[one][0] for one in first), *(self._out.meaning[one][0] for one in last))
        return tuple(itertools.chain(*found))

    def _expected(self, symbols: tuple[int, ...], inclusions: int, open_scope: bool) -> tuple[str, str]:
        within = itertools.chain(*(self._in.meaning[one][1] for one in symbols[:inclusions]))
        without = itertools.chain(*(self._out.meaning[one][1] for one in symbols[inclusions:]))
        return second.decide(tuple(within), tuple(without), open_scope)

    def _difference(
        self,
        include: Sequence[int],
        exclude: Sequence[int],
        policy: second.Policy,
        at: int,
        got: tuple[str, str],
        expected: tuple[str, str],
    ) -> Difference:
        return Difference(
            tuple(self.inclusions[one].shown for one in include),
            tuple(self.exclusions[one].shown for one in exclude),
            stated(policy),
            spelled(self.asked[at]),
            got,
            expected,
        )
