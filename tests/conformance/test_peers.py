"""Other matchers' own test cases: where this library answers otherwise, a clause says why.

Each case lists what may be in (`scope_in`) and must not be (`scope_out`), asks a target, and accepts one
or more outcomes: `in`, `out`, `neither`, `error`. An `UNDETERMINED` is not in, so it will do wherever the
case is not accepted as in. A case that its set marks as universal holds whatever one decides about apex,
depth and bare domains, and has no place in the table.
"""

from __future__ import annotations

from typing import Any

import pytest

import scopecheck as sc
from conformance.data import needs_data, read_cases

pytestmark = needs_data

SETS = ["service-identity", "smokescreen", "go-httpproxy", "scrapy", "urlpattern"]

IN, OUT = sc.Decision.IN_SCOPE, sc.Decision.OUT_OF_SCOPE

ANY_DEPTH = "3.2 `*.example.com`: every host below, any depth"
SHAPE = "3.2 `api-*.example.com`: one label of that shape"
INNER = "3.2 `dev.*.example.com`: exactly one label in place of the star"
TAIL = "3.2 `example.*`: a public suffix in place of the star"
ANY_PORT = "3.2 `https://example.com`: the host, any port; P1: no port means any"
THAT_HOST = "3.2 `example.com`: that host, and none below it"

# Where our answer is none that the case accepts: the answer, and the clause it follows.
DIFFERENCES: dict[str, tuple[sc.Decision, str]] = {
    "service-identity-003": (IN, ANY_DEPTH),
    "service-identity-007": (IN, SHAPE),
    "service-identity-008": (IN, SHAPE),
    "service-identity-009": (IN, SHAPE),
    "service-identity-011": (IN, SHAPE),
    "service-identity-028": (IN, TAIL),
    "smokescreen-003": (IN, INNER),
    "go-httpproxy-014": (OUT, THAT_HOST),
    "go-httpproxy-026": (OUT, THAT_HOST),
    "go-httpproxy-029": (OUT, THAT_HOST),
    "go-httpproxy-030": (OUT, THAT_HOST),
    "scrapy-002": (OUT, THAT_HOST),
    "scrapy-014": (OUT, THAT_HOST),
    "scrapy-018": (OUT, THAT_HOST),
    "scrapy-019": (OUT, THAT_HOST),
    "scrapy-021": (IN, ANY_PORT),
    "urlpattern-004": (IN, ANY_PORT),
}

ACCEPTED_AS = {
    sc.Decision.IN_SCOPE: {"in"},
    sc.Decision.OUT_OF_SCOPE: {"out", "neither", "error"},
    sc.Decision.UNDETERMINED: {"neither", "error"},
}


def _answer(case: dict[str, Any]) -> sc.Decision:
    program = sc.Program.from_assets(include=case["scope_in"], exclude=case["scope_out"])
    return sc.Checker(program).check(case["input"]).decision


def _accepts(case: dict[str, Any], answer: sc.Decision) -> bool:
    return not ACCEPTED_AS[answer].isdisjoint(case.get("accept", [case["expected"]]))


@pytest.mark.parametrize("name", SETS)
def test_differences_are_those_that_a_clause_explains(name: str) -> None:
    cases = read_cases(f"{name}.json")
    found = {case["id"]: _answer(case) for case in cases if not _accepts(case, _answer(case))}
    expected = {case: answer for case, (answer, _) in DIFFERENCES.items() if case.startswith(f"{name}-")}
    assert found == expected


@pytest.mark.parametrize("name", SETS)
def test_universal_cases_hold(name: str) -> None:
    """No clause may be used to explain one of these away."""
    for case in read_cases(f"{name}.json"):
        if case.get("universal"):
            assert case["id"] not in DIFFERENCES
            assert _accepts(case, _answer(case)), case["id"]


@pytest.mark.parametrize("name", SETS)
def test_what_must_be_in_is_never_merely_undetermined(name: str) -> None:
    """The third answer stays rare: a listed host, asked plainly, gets a yes or, by a clause, a no."""
    for case in read_cases(f"{name}.json"):
        if case.get("accept", [case["expected"]]) == ["in"]:
            assert _answer(case) is not sc.Decision.UNDETERMINED, case["id"]


@pytest.mark.parametrize("name", SETS)
def test_pattern_that_a_peer_refuses_brings_no_stranger_in(name: str) -> None:
    """A text that another matcher calls no pattern at all must not widen a program here."""
    for case in read_cases(f"{name}.json"):
        if case["kind"] == "bad_pattern":
            checker = sc.Checker(sc.Program.from_assets(include=case["scope_in"]))
            for stranger in ("https://stranger.example/", "192.0.2.1", "evil-www.example.net"):
                assert not checker.check(stranger).in_scope, case["id"]
