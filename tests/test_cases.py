"""The shipped cases: this library answers each as judged, and the runner judges others fairly."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

import scopecheck as sc
from scopecheck.testing.cases import (
    CLAUSES,
    Answer,
    Case,
    CaseScope,
    Outcome,
    load_cases,
    program_of,
    run_cases,
)

FOLDER = Path(__file__).parent / "cases"
FILES = sorted(FOLDER.glob("*.yaml"))
CASES = load_cases(FOLDER)
OF_DECISION = {
    sc.Decision.IN_SCOPE: {"included"},
    sc.Decision.OUT_OF_SCOPE: {"excluded", "not-listed"},
}


def ours(scope: CaseScope, target: str) -> str:
    return str(sc.Checker(program_of(scope)).check(target).decision)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_this_library_answers_as_judged(case: Case) -> None:
    verdict = sc.Checker(program_of(case.scope)).check(case.target)
    assert (verdict.decision, verdict.reason) == (case.decision, case.reason), case.why
    if case.rules is not None:
        assert {match.rule.text for match in verdict.matches} == set(case.rules), case.why


def test_there_are_many_and_no_two_ask_the_same() -> None:
    asked = Counter((json.dumps(case.scope.to_dict(), sort_keys=True), case.target) for case in CASES)
    assert len(CASES) >= 600
    assert [question for question, times in asked.items() if times > 1] == []
    assert len({case.id for case in CASES}) == len(CASES)


def test_every_clause_has_cases() -> None:
    assert {case.clause for case in CASES} == CLAUSES


@pytest.mark.parametrize("row", sorted(clause for clause in CLAUSES if clause.islower()))
def test_every_row_is_shown_as_inclusion_and_as_exclusion(row: str) -> None:
    if row == "policy":
        return
    sides = {bool(case.scope.exclude) for case in CASES if case.clause == row}
    assert sides == {True, False}


def test_every_reason_but_those_of_findings_is_shown() -> None:
    assert set(sc.Reason) - {case.reason for case in CASES} == {sc.Reason.UNLISTED_FINDING}


def test_reasons_fit_their_decisions() -> None:
    for case in CASES:
        undetermined = not any(str(case.reason) in reasons for reasons in OF_DECISION.values())
        fitting = {case.decision} if undetermined else {d for d, r in OF_DECISION.items() if case.reason in r}
        assert case.decision in fitting, case.id
        assert undetermined == (case.decision is sc.Decision.UNDETERMINED), case.id


def test_deciding_rules_are_listed() -> None:
    for case in CASES:
        entries = (*case.scope.include, *case.scope.exclude)
        listed = {entry if isinstance(entry, str) else entry["asset"] for entry in entries}
        assert set(case.rules or ()) <= listed, case.id


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_files_are_plain_data_of_one_line_a_case(file: Path) -> None:
    """No anchors, aliases or tags: readers of any language have to take them."""
    text = file.read_text(encoding="utf-8")
    for event in yaml.parse(text):
        assert not isinstance(event, yaml.AliasEvent), event.start_mark
        assert getattr(event, "anchor", None) is None, event.start_mark
        assert getattr(event, "tag", None) is None, event.start_mark
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("    - [")]
    assert [f"{file.name}:{number}" for number in lines] == [case.id for case in load_cases(file)]
    assert text.isprintable() or all(letter.isprintable() or letter == "\n" for letter in text)


def test_a_file_alone_is_loaded_too() -> None:
    assert {case.subject for case in load_cases(FILES[0])} == {FILES[0].stem}


GOOD = "- scope: {include: [a.example.com]}\n  clause: host\n  cases:\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + "    - [x, OUT_OF_SCOPE, not-listed, []]\n", r"odd\.yaml:4: a case is"),
        (GOOD + "    - [x, MAYBE, not-listed, [], why]\n", r"odd\.yaml:4: 'MAYBE'"),
        (GOOD + "    - [x, OUT_OF_SCOPE, because, [], why]\n", r"odd\.yaml:4: 'because'"),
        (GOOD + "    - [7, OUT_OF_SCOPE, not-listed, [], why]\n", r"odd\.yaml:4: target, rules and why"),
        (GOOD.replace("host", "Z9") + "    - [x, OUT_OF_SCOPE, not-listed, [], why]\n", "`Z9` is a clause"),
        ("- scope: {}\n  clause: host\n", "no file of cases"),
        ("- [unclosed", "no file of cases"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_cases(file)


def only(decision: str) -> Case:
    return next(case for case in CASES if case.decision == decision)


@pytest.mark.parametrize(
    ("expected", "answer", "outcome"),
    [
        ("IN_SCOPE", True, Outcome.RIGHT),
        ("IN_SCOPE", "IN_SCOPE", Outcome.RIGHT),
        ("IN_SCOPE", False, Outcome.TOO_CAUTIOUS),
        ("IN_SCOPE", "UNDETERMINED", Outcome.TOO_CAUTIOUS),
        ("OUT_OF_SCOPE", False, Outcome.RIGHT),
        ("OUT_OF_SCOPE", True, Outcome.WRONGLY_IN_SCOPE),
        ("OUT_OF_SCOPE", "UNDETERMINED", Outcome.TOO_CAUTIOUS),
        ("UNDETERMINED", False, Outcome.RIGHT),
        ("UNDETERMINED", True, Outcome.WRONGLY_IN_SCOPE),
        ("UNDETERMINED", "IN_SCOPE", Outcome.WRONGLY_IN_SCOPE),
        ("UNDETERMINED", "OUT_OF_SCOPE", Outcome.TOO_CAUTIOUS),
        ("UNDETERMINED", "UNDETERMINED", Outcome.RIGHT),
        ("IN_SCOPE", None, Outcome.OTHER),
        ("IN_SCOPE", "yes", Outcome.OTHER),
    ],
)
def test_outcomes(expected: str, answer: Answer, outcome: Outcome) -> None:
    (result,) = run_cases(lambda scope, target: answer, [only(expected)])
    assert (result.outcome, result.answer) == (outcome, answer)


def test_a_matcher_that_raises_does_not_end_the_run() -> None:
    def refuse(scope: CaseScope, target: str) -> bool:
        raise RuntimeError("no such pattern")

    (result,) = run_cases(refuse, CASES[:1])
    assert (result.outcome, result.problem) == (Outcome.OTHER, "RuntimeError: no such pattern")


def test_without_cases_the_shipped_ones_are_run() -> None:
    results = [result.case for result in run_cases(lambda scope, target: False)]
    assert results == list(load_cases())
    assert results == list(CASES)


def test_this_library_is_never_wrongly_in_scope() -> None:
    assert [r.case.id for r in run_cases(ours, CASES) if r.outcome is Outcome.WRONGLY_IN_SCOPE] == []


def test_the_module_prints_json_lines() -> None:
    command = [sys.executable, "-m", "scopecheck.testing.cases"]
    ran = subprocess.run([*command, str(FOLDER)], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.isascii()
    assert [json.loads(line) for line in ran.stdout.splitlines()] == [case.to_dict() for case in CASES]
