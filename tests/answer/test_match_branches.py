"""Branches of the decision that few programs reach: many rules on one target, and who is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scopecheck import Checker, Decision, Exclusion, Inclusion, Program, Verdict
from scopecheck.answer.decide import decide, overrides
from scopecheck.answer.verdict import Match

MANY = 100
"""How many rules that meet in one target are compared one by one (D1)."""


def deep(levels: int) -> str:
    return "https://e.com" + "/x" * levels


def ask(target: str, include: list[str], exclude: list[str], **more: object) -> Verdict:
    return Checker(Program.from_assets(include, exclude, **more)).check(target)  # type: ignore[arg-type]  # any field


def unstated(include: list[str], also: list[str], exclude: list[Exclusion | str], target: str) -> Verdict:
    """Answer where `include` is said by a third party alone (P7), behind what is listed."""
    rules = [Inclusion(asset=text, stated=False) for text in include]
    listed = [Inclusion(asset=text) for text in also]
    denied = [Exclusion(asset=one) if isinstance(one, str) else one for one in exclude]
    return Checker(Program(id="p", name="P", in_scope=(*rules, *listed), out_of_scope=tuple(denied))).check(
        target
    )


def said(verdict: Verdict) -> str:
    return f"{verdict.decision} {verdict.reason}"


def texts(matches: tuple[Match, ...]) -> set[str]:
    return {match.rule.text for match in matches}


@pytest.mark.parametrize(
    ("exclusions", "expected"), [(MANY, "IN_SCOPE included"), (MANY + 1, "OUT_OF_SCOPE excluded")]
)
def test_among_hundreds_of_exclusions_none_is_overridden(exclusions: int, expected: str) -> None:
    """D1: the inclusion is narrower than each; past what can be compared in time the exclusion wins."""
    assert said(ask(deep(150), [deep(150)], [deep(n) for n in range(1, exclusions + 1)])) == expected


def test_one_exclusion_told_a_hundred_times_is_one_exclusion() -> None:
    """D1: the limit counts what has to be compared, so repeating a rule changes no answer."""
    for times in (1, MANY, MANY + 1, 2 * MANY):
        assert said(ask(deep(9), [deep(9)], [deep(1)] * times)) == "IN_SCOPE included"
        assert said(ask(deep(9), [deep(9)], [deep(1), *[deep(2)] * times])) == "IN_SCOPE included"
        assert (
            said(ask(deep(9), [deep(5)], [deep(1), deep(7), *[deep(2)] * times])) == "OUT_OF_SCOPE excluded"
        )


def test_hundreds_of_inclusions_survive_one_by_one() -> None:
    """D1: each survives if it is narrower than every exclusion, however many there are."""
    include, exclude = [deep(n) for n in range(100, 250)], [deep(120), deep(130)]
    verdict = ask(deep(300), include, exclude)
    assert said(verdict) == "IN_SCOPE included"
    assert texts(verdict.matches) == {deep(n) for n in range(131, 250)}
    assert texts(verdict.beaten) == {deep(n) for n in range(100, 131)} | set(exclude)


@pytest.mark.parametrize("times", [1, MANY])
def test_a_yielding_exclusion_and_a_firm_one_of_the_same_set_are_two(times: int) -> None:
    """D1: what a rule's own words take away does not yield (P5), though the same text may."""
    program = Program.from_assets(["app.e.com"], ["https://e.com/admin"])
    matches = Checker(program).check("https://app.e.com/admin").all_matches
    (inclusion,) = (match for match in matches if match.rule.text == "app.e.com")
    (yielding,) = (match for match in matches if match.yields)
    assert overrides(inclusion, yielding)
    firm = replace(yielding, yields=False)
    assert decide([inclusion, *[yielding] * (times + 1)]).decision is Decision.IN_SCOPE
    for order in ([firm, *[yielding] * times], [*[yielding] * times, firm]):
        assert decide([inclusion, *order]).decision is not Decision.IN_SCOPE


def test_a_doubt_that_one_survivor_does_not_outweigh_is_the_question() -> None:
    """D3: `*.e.com` is certain and does not outweigh what lies below the excluded host."""
    verdict = unstated(["x.blog.e.com"], ["*.e.com"], ["blog.e.com"], "x.blog.e.com")
    assert said(verdict) == "UNDETERMINED below-excluded-host"
    assert texts(verdict.matches) == {"x.blog.e.com", "*.e.com", "blog.e.com"}
    assert verdict.beaten == ()


@pytest.mark.parametrize("times", [1, MANY])
def test_an_exclusion_that_every_survivor_outweighs_asks_nothing(times: int) -> None:
    """D3: what is open is whether the inclusion is meant, not whether the exclusion reaches it."""
    verdict = unstated(["x.blog.e.com"] * times, [], ["blog.e.com"], "x.blog.e.com")
    assert said(verdict) == "UNDETERMINED unstated-alias"
    assert texts(verdict.matches) == {"x.blog.e.com"}
    assert texts(verdict.beaten) == {"blog.e.com"}


def test_among_hundreds_of_survivors_the_exclusion_is_the_question() -> None:
    """D3: a hundred uncertain survivors outweigh it, the certain one behind them does not."""
    verdict = unstated(["x.blog.e.com"] * MANY, ["*.e.com"], ["blog.e.com"], "x.blog.e.com")
    assert said(verdict) == "UNDETERMINED below-excluded-host"
    assert "blog.e.com" in texts(verdict.matches)


def test_the_doubt_of_an_uncertain_survivor_is_no_reason_beside_a_certain_one() -> None:
    """D3: `*.e.com` covers the host for certain; open is what `www.*` excludes."""
    verdict = unstated(["www.e.com"], ["*.e.com"], ["www.*"], "www.e.com")
    assert said(verdict) == "UNDETERMINED wide-reading"


def conditional(narrower: int) -> Verdict:
    """Ask where one inclusion holds under a condition and narrower ones in the wide reading."""
    listed = [{"asset": "e.com:443", "reading": "wide"}] * narrower
    condition = {"asset": "e.com", "condition": "if you are logged in"}
    program = Program.model_validate({"id": "p", "name": "P", "in_scope": [condition, *listed]})
    return Checker(program).check("https://e.com/")


def test_the_narrowest_uncertain_inclusion_asks_its_question() -> None:
    """D3: of doubtful inclusions the more precise one is the one to ask about, a default port included."""
    assert said(conditional(0)) == "UNDETERMINED condition"
    assert said(conditional(1)) == "UNDETERMINED wide-reading"
    assert said(conditional(MANY - 1)) == "UNDETERMINED wide-reading"


def test_hundreds_of_doubtful_inclusions_are_still_a_question() -> None:
    """D3: which of them is asked about is not looked for, but one is."""
    assert conditional(2 * MANY).decision is Decision.UNDETERMINED


def test_of_two_doubts_the_first_of_the_table_is_the_reason() -> None:
    """D3: the order of the table, not that of the alphabet."""
    verdict = unstated([], ["*.a.e.com"], [Exclusion(asset="a.e.com", stated=False)], "a.e.com")
    assert said(verdict) == "UNDETERMINED unstated-exclusion"


def test_an_app_names_no_host_to_which_an_exclusion_yields() -> None:
    """D1: a path rule of a host above yields to an inclusion that names the host; a store link names an app."""
    link = "https://play.google.com/store/apps/details?id=com.example.app"
    app = {"asset": "com.example.app", "type": "android"}
    scope = {"id": "p", "name": "P", "in_scope": [app], "out_of_scope": ["google.com/store"]}
    assert ask(link, [link], []).in_scope
    assert Checker(Program.model_validate(scope)).check(link).decision is not Decision.IN_SCOPE


def test_the_words_of_a_rule_do_not_yield_to_the_rule() -> None:
    """P5: `e.com/admin` is out of scope on every host below, also on the one whose rule says so."""
    rule = {"asset": "app.e.com", "instruction": "Out of scope: e.com/admin"}
    program = Program.model_validate({"id": "p", "name": "P", "in_scope": [rule]})
    assert Checker(program).check("https://app.e.com/").in_scope
    assert Checker(program).check("https://app.e.com/admin").decision is Decision.UNDETERMINED
    assert ask("https://app.e.com/admin", ["app.e.com"], ["e.com/admin"]).in_scope


def test_what_decides_is_not_among_what_is_beaten() -> None:
    """D4: each match is shown once, as what decided or as what lost."""
    verdict = ask("x.a.e.com", ["*.e.com"], ["*.a.e.com", "a.e.com"])
    assert said(verdict) == "OUT_OF_SCOPE excluded"
    assert [match.rule.text for match in verdict.matches] == ["*.a.e.com"]
    assert sorted(match.rule.text for match in verdict.beaten) == ["*.e.com", "a.e.com"]


def test_hundreds_of_inclusions_more_take_no_yes_away() -> None:
    """3.3: adding an inclusion never moves an answer away from `IN_SCOPE`, however many there are.

    `*a.e.com` denotes the host too, but spells a star, so a path rule of the host above yields to `a.e.com` alone.
    """
    for others in (1, MANY, 2 * MANY):
        verdict = ask("https://a.e.com/admin", ["a.e.com", *["*a.e.com"] * others], ["https://e.com/admin"])
        assert said(verdict) == "IN_SCOPE included"
        assert texts(verdict.matches) == {"a.e.com"}
