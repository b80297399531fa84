"""Judged cases of scope questions, for any matcher in any language.

A case is a scope, a target and the answer that the semantics demand, with the clause that demands it.
The cases are data (YAML): nothing in them is about Python. This module reads them, runs a matcher
against them, and prints them as JSON lines (`python -m scopecheck.testing.cases`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from scopecheck.answer.verdict import Decision, Reason
from scopecheck.scope.loader import load
from scopecheck.scope.model import Program

__all__ = [
    "CLAUSES",
    "Answer",
    "Case",
    "CaseScope",
    "Outcome",
    "Result",
    "load_cases",
    "program_of",
    "run_cases",
]

CLAUSES = frozenset(
    (
        *(f"T{number}" for number in range(1, 7)),
        *(f"P{number}" for number in range(1, 8)),
        *(f"D{number}" for number in range(1, 5)),
        *("policy", "host", "below", "shape", "inner star", "tail", "glued", "before a suffix"),
        *("star elsewhere", "alternatives", "url", "path", "path star", "path star inside", "query"),
        *("fragment", "port", "addresses", "shared link", "shared host", "app", "condition"),
        *("placeholder", "name", "prose"),
    )
)
"""What a case may be judged by: a clause of the semantics, or a row of its table of patterns."""

Entry = str | Mapping[str, Any]
Answer = bool | str | None
"""What a matcher says: true or false, one of the three decisions, or None where it gives no answer."""


@dataclass(frozen=True, slots=True)
class CaseScope:
    """What a program lists; an entry is a text, or a mapping with `asset` and fields of a scope file."""

    include: tuple[Entry, ...] = ()
    exclude: tuple[Entry, ...] = ()
    policy: Mapping[str, Any] = field(default_factory=dict)
    owned: tuple[str, ...] = ()
    """Public suffixes that are the program's own."""

    @property
    def plain(self) -> bool:
        """Whether every entry is a text alone, as a plain list of targets has them."""
        return all(isinstance(entry, str) for entry in (*self.include, *self.exclude))

    def to_dict(self) -> dict[str, Any]:
        """Return the scope as JSON types."""
        found: dict[str, Any] = {"include": list(self.include), "exclude": list(self.exclude)}
        if self.policy:
            found["policy"] = dict(self.policy)
        if self.owned:
            found["owned"] = list(self.owned)
        return found


@dataclass(frozen=True, slots=True)
class Case:
    """One question with its answer."""

    id: str
    """Where it stands: `file:line`."""
    subject: str
    """What its file is about."""
    clause: str
    """By which clause it was judged; one of `CLAUSES`."""
    scope: CaseScope
    target: str
    decision: Decision
    reason: Reason
    rules: tuple[str, ...] | None
    """The listed texts that decide, in any order; None where the case does not say."""
    why: str
    """What the case shows."""

    def to_dict(self) -> dict[str, Any]:
        """Return the case as JSON types."""
        return {
            "id": self.id,
            "subject": self.subject,
            "clause": self.clause,
            "scope": self.scope.to_dict(),
            "target": self.target,
            "decision": str(self.decision),
            "reason": str(self.reason),
            "rules": None if self.rules is None else list(self.rules),
            "why": self.why,
        }


class Outcome(StrEnum):
    """How an answer compares with the expected one."""

    RIGHT = "right"
    TOO_CAUTIOUS = "too cautious"
    """A no or a question where the scope says yes, or one of these two instead of the other."""
    WRONGLY_IN_SCOPE = "wrongly in scope"
    """A yes where the scope gives none: the one harm."""
    OTHER = "other"
    """No answer: the matcher raised, refused the scope or the target, or said something else."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a matcher made of one case."""

    case: Case
    outcome: Outcome
    answer: Answer = None
    problem: str = ""
    """What was raised, where the matcher raised."""


def load_cases(path: str | Path | None = None) -> tuple[Case, ...]:
    """Return the cases of a YAML file or of a folder of them; without a path, the shipped ones.

    Raises `OSError` where the path cannot be read, and `ValueError`, with file and line, where a file
    is not of the shape of the cases.
    """
    where: Traversable = _shipped() if path is None else Path(path)
    names = [where]
    if where.is_dir():
        names = sorted(
            (one for one in where.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name
        )
    return tuple(case for name in names for case in _read(name))


def _shipped() -> Traversable:
    """Return where the cases lie: inside the wheel, or beside `src` in a checkout."""
    packaged = files("scopecheck") / "cases"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "tests" / "cases"


def _read(file: Traversable) -> Iterator[Case]:
    loader = yaml.SafeLoader(file.read_text(encoding="utf-8"))
    try:
        groups = loader.get_single_node()
        for group in groups.value if isinstance(groups, yaml.SequenceNode) else ():
            fields = {loader.construct_object(key): node for key, node in group.value}
            scope = _scope(loader.construct_object(fields["scope"], deep=True))
            clause = loader.construct_object(fields["clause"])
            for node in fields["cases"].value:
                place = f"{file.name}:{node.start_mark.line + 1}"
                yield _case(place, clause, scope, loader.construct_object(node, deep=True))
    except (yaml.YAMLError, AttributeError, KeyError) as error:
        raise ValueError(f"`{file.name}` is no file of cases: {error}") from error
    finally:
        loader.dispose()


def _scope(found: Mapping[str, Any]) -> CaseScope:
    return CaseScope(
        include=tuple(found.get("include", ())),
        exclude=tuple(found.get("exclude", ())),
        policy=found.get("policy", {}),
        owned=tuple(found.get("owned", ())),
    )


def _case(place: str, clause: str, scope: CaseScope, found: object) -> Case:
    if not isinstance(found, list) or len(found) != 5:
        raise ValueError(f"{place}: a case is [target, decision, reason, rules, why]")
    target, decision, reason, rules, why = found
    texts = all(isinstance(one, str) for one in (target, why, *(rules or ())))
    if not texts or clause not in CLAUSES:
        raise ValueError(f"{place}: target, rules and why are texts, and `{clause}` is a clause")
    try:
        judged = Decision(decision), Reason(reason)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from error
    subject = place.partition(".")[0]
    return Case(place, subject, clause, scope, target, *judged, None if rules is None else tuple(rules), why)


def program_of(scope: CaseScope) -> Program:
    """Return the scope as a program of this library."""
    if scope.plain:
        texts = [list(map(str, side)) for side in (scope.include, scope.exclude)]
        return Program.from_assets(*texts, policy=scope.policy, owned=scope.owned)
    return load(
        {
            "id": "case",
            "name": "Case",
            "in_scope": list(scope.include),
            "out_of_scope": list(scope.exclude),
            "policy": dict(scope.policy),
            "owned": list(scope.owned),
        }
    )


def run_cases(
    decide: Callable[[CaseScope, str], Answer], cases: Iterable[Case] | None = None
) -> Iterator[Result]:
    """Ask a matcher every case and yield how it did, in the order of the cases.

    `decide` takes a scope and a target. True counts as `IN_SCOPE`. False is a plain no, which is right
    wherever the answer is not yes: a matcher with two answers has no other way to be careful. A matcher
    with three gives the names of the decisions. None, anything else and any exception count as `OTHER`.
    Without `cases`, the shipped ones are run.
    """
    for case in load_cases() if cases is None else cases:
        try:
            answer = decide(case.scope, case.target)
        except (
            Exception
        ) as error:  # Whatever a matcher raises on hostile text is a result, not the end of the run.
            yield Result(case, Outcome.OTHER, problem=f"{type(error).__name__}: {error}")
        else:
            yield Result(case, _outcome(case.decision, answer), answer)


def _outcome(expected: Decision, answer: Answer) -> Outcome:
    if answer is False and expected is not Decision.IN_SCOPE:
        return Outcome.RIGHT
    if isinstance(answer, bool):
        answer = Decision.IN_SCOPE if answer else Decision.OUT_OF_SCOPE
    if answer not in set(Decision):
        return Outcome.OTHER
    if answer == expected:
        return Outcome.RIGHT
    return Outcome.WRONGLY_IN_SCOPE if answer == Decision.IN_SCOPE else Outcome.TOO_CAUTIOUS


def main() -> None:
    """Print the cases of the paths given, or else the shipped ones, as lines of JSON in ASCII."""
    given = [load_cases(path) for path in sys.argv[1:]] or [load_cases()]
    for cases in given:
        for case in cases:
            sys.stdout.write(json.dumps(case.to_dict()) + "\n")


if __name__ == "__main__":
    main()
