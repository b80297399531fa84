"""What an attacker writes into targets, words and rules costs no more than its length.

Each case doubles its input: the work may double, with slack for noise, and the memory too. No case asserts
seconds. A refusal is an answer, and may come at once.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from typing import Any

import pytest

import scopecheck as sc
from growth import Build, assert_bounded, assert_linear, pump
from scopecheck.answer import shortcut

_CHECKER = sc.Checker(
    sc.Program.from_assets(
        ["*.example.com", "example.com/api", "com.example.*", "10.0.0.0/8", "shop.*.example.org"],
        ["a.example.com", "*.dev.example.com/x/*/y", "example.com/api/old", "any staging system"],
    )
)


def _check(target: str) -> None:
    verdict = _CHECKER.check(target)
    str(verdict)
    verdict.to_dict()


def _compile(lists: tuple[Sequence[str], Sequence[str]]) -> None:
    str(sc.Checker(sc.Program.from_assets(*lists)).check("https://www.example.com/a/b"))


def _beside(words: str) -> None:
    rule = {"asset": "*.example.com", "instruction": words}
    program = sc.load({"id": "demo", "name": "Demo", "in_scope": [rule]})
    str(sc.Checker(program).check("https://www.example.com/"))


TARGETS = {
    "long host": pump("a", "https://", ".example.com/"),
    "long host without a scheme": pump("a", "", ".example.com"),
    "many labels": pump("a.", "https://", "example.com/"),
    "many labels without a scheme": pump("a.", "", "example.com"),
    "many empty labels": pump(".", "https://a", "example.com/"),
    "letters of another script": pump("\u00fc", "https://", ".example.com/"),
    "combining marks": pump("\u0301", "https://e", ".example.com/"),
    "user names": pump("a@", "https://", "www.example.com/"),
    "backslashes": pump("\\", "https:", "www.example.com/"),
    "tabs": pump("\t", "https://www.example.com/", "x"),
    "spaces": pump(" ", "", "https://www.example.com/"),
    "dot segments": pump("a/../", "https://example.com/", "api"),
    "only parents": pump("../", "https://example.com/api/", "api"),
    "parents behind parameters": pump("..;/", "https://example.com/api/", "api"),
    "slashes": pump("/", "https://example.com/api", "old"),
    "escaped letters": pump("%41", "https://example.com/api/"),
    "escaped percent signs": pump("%25", "https://example.com/api/"),
    "escaped slashes": pump("%2f", "https://example.com/api/"),
    "slashes escaped twice": pump("%252f..", "https://example.com/api/"),
    "parents escaped": pump("%2e%2e/", "https://example.com/api/"),
    "query pairs": pump("a=b&", "https://example.com/api?"),
    "path that almost matches": pump("x/", "https://a.dev.example.com/", "z"),
    "path of stars": pump("*/", "https://a.dev.example.com/x/"),
    "brackets": pump("[", "https://", "]/"),
    "colons": pump(":", "https://"),
    "digits": pump("9", "https://1.2.3."),
    "id with dots": pump("com.", "", "app"),
    "name of many words": pump("word ", "Mobile "),
    "name of capitals": pump("\u0130"),
    "block": pump("1", "10.0.0.0/"),
}


@pytest.mark.parametrize("build", TARGETS.values(), ids=TARGETS)
def test_a_target_costs_no_more_than_its_length(build: Build) -> None:
    # Up to 64 KiB a target is read, beyond that it is refused (T4).
    assert_linear(build, _check, 8_000, 32_000)
    assert_linear(build, _check, 500_000, 1_000_000)


@pytest.mark.parametrize("name", ["long host", "many labels", "only parents", "slashes escaped twice"])
def test_a_target_holds_no_more_memory_than_its_length(name: str) -> None:
    assert_bounded(TARGETS[name], _check, 30_000)
    assert_bounded(TARGETS[name], _check, 500_000)


WORDS = {
    "lines": pump("\n", "a", "x"),
    "spaces": pump(" ", "a", "x"),
    "full stops": pump(".", "", " x"),
    "hosts": pump("a.example.com "),
    "one long host": pump("a.", "Out of scope: ", "com"),
    "exclusions": pump("Out of scope: a.example.com. "),
    "only": pump("only "),
    "only behind dashes": pump("-only-.o", "o"),
    "only hosts": pump("only a.b "),
    "exceptions": pump("except "),
    "paths": pump("do not test /a/b/c "),
    "not": pump("not in "),
    "this asset": pump("this asset is "),
    "all owned": pump("all owned "),
    "alternatives": pump("a({a,", "Out of scope: "),
    "addresses": pump("10.0.0.1 ", "Out of scope: "),
    "dots of addresses": pump("1.", "Out of scope: "),
    "schemes": pump("a://", "Out of scope: "),
    "mail": pump("a@", "Out of scope: ", "example.com"),
    "headings": pump("out of scope:\n"),
    "list marks": pump("\n* ", "Out of scope:"),
    "marks": pump("*_", "Out of scope: "),
    "full-width letters": pump("\uff41\uff0e", "Out of scope: "),
    "combining marks": pump("\u0301", "Out of scope: e"),
}


@pytest.mark.parametrize("build", WORDS.values(), ids=WORDS)
def test_words_beside_a_rule_cost_no_more_than_their_length(build: Build) -> None:
    assert_linear(build, _beside, 1_000, 4_000)
    assert_linear(build, _beside, 8_000, 64_000)


@pytest.mark.parametrize("build", WORDS.values(), ids=WORDS)
def test_an_unread_exclusion_costs_no_more_than_its_length(build: Build) -> None:
    def run(text: str) -> None:
        entry = {"text": text, "effect": "exclude"}
        program = sc.load({"id": "d", "name": "D", "in_scope": ["*.example.com"], "unresolved": [entry]})
        sc.Checker(program).check("https://www.example.com/")

    assert_linear(build, run, 1_000, 4_000)
    assert_linear(build, run, 8_000, 64_000)


def _star_match(size: int) -> tuple[sc.Checker, str]:
    pattern = "*a" * (size // 2)
    checker = sc.Checker(sc.Program.from_assets([f"{pattern}*b.example.com", f"example.com/{pattern}*b"]))
    return checker, "a" * size


def _match(given: tuple[sc.Checker, str]) -> None:
    checker, text = given
    checker.check(f"https://{text}.example.com/")
    checker.check(f"https://example.com/{text}")


def test_a_pattern_of_stars_is_matched_without_trying_every_split() -> None:
    """A star too many may double the work of a matcher that backtracks; here it costs a pass at most."""
    assert_linear(_star_match, _match, 8, 64)


RULES: dict[str, Any] = {
    "same suffix": lambda number: f"h{number}.x.y.z.example.com",
    "same prefix": lambda number: f"www.api.h{number}.example",
    "stars below one domain": lambda number: f"*.h{number}.example.com",
    "shapes below one domain": lambda number: f"h{number}-*.example.com",
    "tails": lambda number: f"www.h{number}.*",
    "paths": lambda number: f"www.example.com/h{number}",
    "paths of stars": lambda number: f"www.example.com/*/h{number}/*",
    "deep paths": lambda number: f"www.example.com{'/a' * (number % 40)}/{number}",
    "ports": lambda number: f"www.example.com:{number % 60_000 + 1}",
    "addresses": lambda number: f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
    "blocks": lambda number: f"10.{number >> 8 & 255}.{number & 255}.0/{8 + number % 16}",
    "ids": lambda number: f"com.example.h{number}.*",
    "names": lambda number: f"Product number {number}",
    "prose": lambda number: f"any system number {number} of h{number}.example.com",
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("side", ["in", "out", "both"])
def test_rules_that_are_alike_are_compiled_in_linear_time(rule: Any, side: str) -> None:
    def build(size: int) -> tuple[list[str], list[str]]:
        texts = [rule(number) for number in range(size)]
        return (texts if side != "out" else ["*.example.com"]), (texts if side != "in" else [])

    assert_linear(build, _compile, 100, 1_000)


MATCHING: dict[str, tuple[Any, Any]] = {
    "queries": (lambda n: f"www.example.com/a?k{n}=1", lambda n: f"*.example.com/a?z{n}=1"),
    "same host": (lambda _: "www.example.com", lambda _: "www.example.com"),
    "hosts and paths": (lambda n: f"*.example.com/{'a*' * (n % 9)}", lambda n: f"www.*.com/a*?{n}"),
    "paths": (lambda n: f"www.example.com/*{'*' * (n % 5)}", lambda n: f"*.example.com/{'*/' * (n % 7)}"),
    "sentences": (lambda _: "*.example.com", lambda n: f"any system {n} of example.com but the shop"),
    "blocks": (lambda n: f"10.0.0.0/{8 + n % 24}", lambda n: f"10.0.{n >> 8 & 255}.{n & 255}/{8 + n % 24}"),
    "conditions": (lambda n: f"*.example.com (only if {n})", lambda n: f"www.example.com (number {n})"),
}


@pytest.mark.parametrize("pair", MATCHING.values(), ids=MATCHING)
@pytest.mark.parametrize(
    "target", ["https://www.example.com/a", "https://10.0.0.1/", "10.0.0.0/8", "0.0.0.0/0"]
)
def test_inclusions_and_exclusions_that_all_match_are_decided_in_linear_time(
    pair: tuple[Any, Any], target: str
) -> None:
    """D1, D2: comparing each inclusion with each exclusion would let a scope file take quadratic time."""

    def build(size: int) -> sc.Checker:
        included, excluded = ([one(number) for number in range(size)] for one in pair)
        return sc.Checker(sc.Program.from_assets(included, excluded))

    def run(checker: sc.Checker) -> None:
        verdict = checker.check(target)
        str(verdict)
        verdict.to_dict()

    assert_linear(build, run, 125, 1_000)


def test_a_block_is_decided_in_linear_time_where_one_rule_holds_all_others() -> None:
    """T2: a block is asked run by run, and the rule around them all is found for each run at once."""

    def build(size: int) -> sc.Checker:
        listed = ["10.0.0.0/8", *(RULES["addresses"](number * 2) for number in range(size))]
        return sc.Checker(sc.Program.from_assets(listed))

    assert_linear(build, lambda checker: checker.check("10.0.0.0/8"), 100, 2_000)


def test_owned_domains_are_looked_up_not_walked_through() -> None:
    def build(size: int) -> dict[str, Any]:
        names = [f"h{number}.example" for number in range(size)]
        return {"id": "d", "name": "D", "owned": names, "in_scope": [f"*.{name}" for name in names]}

    assert_linear(build, lambda data: sc.Checker(sc.load(data)), 100, 1_000)


def test_what_a_checker_remembers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortcut, "_NAMES", 200)
    monkeypatch.setattr(shortcut, "_ACCOUNTS", 50)

    def held(size: int) -> int:
        checker = sc.Checker(
            sc.Program.from_assets(["*.example.com", "example.org/a/*/b"], ["*.example.com/x"])
        )
        tracemalloc.start()
        for number in range(size):
            checker.check(f"https://h{number}.example.com/x/{number}")
            checker.check(f"http://www.example.org:{number + 1}/a/{number}/b")
        kept = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return kept

    held(10)  # What is cached for good does not count.
    assert held(4_000) < 1.5 * held(1_000)


def _findings(size: int) -> sc.Checker:
    denied = [{"finding": f"kind_{number}.part", "title": f"Kind {number}"} for number in range(size)]
    allowed = [{"finding": "xss", "assets": [f"h{number}.example.com"]} for number in range(size // 10)]
    findings = {"in_scope": allowed, "out_of_scope": denied}
    return sc.Checker(sc.load({"id": "d", "name": "D", "in_scope": ["*.example.com"], "findings": findings}))


def _ask_findings(checker: sc.Checker) -> None:
    for word in ("xss", "kind_1.part", "CWE-79"):
        str(checker.check_finding(word, target="https://h1.example.com/"))


def test_finding_rules_are_asked_in_linear_time() -> None:
    assert_linear(_findings, _ask_findings, 200, 2_000)


@pytest.mark.parametrize(
    "listed", ["a.b (pay.example.com)", "a.b - pay.example.com", "Shop. - pay.example.com"]
)
def test_a_host_in_the_note_of_an_exclusion_is_not_lost(listed: str) -> None:
    """P4: an exclusion that names a host is feared, wherever in its text that host stands."""
    checker = sc.Checker(sc.Program.from_assets(["*.example.com"], [listed]))
    assert not checker.check("https://pay.example.com/").in_scope


def test_no_exclusion_hides_behind_many_words() -> None:
    rule = {"asset": "*.example.com", "instruction": "word " * 14_000 + "Out of scope: pay.example.com"}
    checker = sc.Checker(sc.load({"id": "demo", "name": "Demo", "in_scope": [rule]}))
    assert not checker.check("https://pay.example.com/").in_scope


WORDS_FOR_FINDINGS = {
    "letters": pump("x"),
    "dots": pump("a.", "", "b"),
    "owasp": pump("-", "LLM1", "!"),
    "cwe": pump("0", "CWE-", "x"),
    "spaces": pump("cross site ", "", "scripting"),
    "accents": pump("\u0301", "e"),
}


@pytest.mark.parametrize("build", WORDS_FOR_FINDINGS.values(), ids=WORDS_FOR_FINDINGS)
def test_a_word_for_a_finding_costs_no_more_than_its_length(build: Build) -> None:
    assert_linear(build, lambda word: _CHECKER.check_finding(word), 2_000, 64_000)


REPORTS = {
    "letters": pump("a"),
    "lines": pump("\n"),
    "links": pump("https://a.example.com/ "),
    "almost secrets": pump("AKIA"),
    "long token": pump("aB3", "ghp_"),
    "escapes": pump("%2525"),
    "references": pump("&#x41;"),
    "backslashes": pump("\\u0041"),
    "keys": pump("-----BEGIN "),
    "assignments": pump("password = "),
    "equal signs": pump("a="),
}


@pytest.mark.parametrize("build", REPORTS.values(), ids=REPORTS)
def test_a_report_costs_no_more_than_its_length(build: Build) -> None:
    def run(text: str) -> None:
        report = sc.Report("XSS", "https://a.example.com/", "xss", "https://a.example.com/", text, text)
        str(_CHECKER.check_report(report))

    assert_linear(build, run, 2_000, 32_000)


def test_a_chain_costs_no_more_than_its_hops() -> None:
    def build(size: int) -> list[str]:
        return [f"https://www.example.com/{number}" for number in range(size)]

    assert_linear(build, lambda hops: str(_CHECKER.check_chain(hops)), 100, 2_000)
    assert_linear(build, lambda hops: _CHECKER.check_chain(["../" + hop for hop in hops]), 100, 2_000)
