"""Finding rules (F2 to F4): which of them speak of a kind of finding, and how surely."""

from __future__ import annotations

from typing import Any

import pytest

from scopecheck import FindingTypeError, Program, load
from scopecheck.findings import words
from scopecheck.findings.rules import FindingRules, Standing
from scopecheck.findings.words import resolve
from scopecheck.scope.pattern import Effect

XSS = "cross_site_scripting_xss"
SERVER = "server_security_misconfiguration"
CSRF = "cross_site_request_forgery_csrf"
INJECTION = "ai_application_security.prompt_injection"
OLD_INJECTION = "ai_application_security.llm_security.prompt_injection"


def program(*, included: list[Any] | None = None, excluded: list[Any] | None = None, **more: Any) -> Program:
    """Make a program of finding rules; a text is a rule with nothing but its finding."""
    sides = [
        [{"finding": one} if isinstance(one, str) else one for one in rules or []]
        for rules in (included, excluded)
    ]
    return load(
        {"id": "e", "name": "E", "findings": {"in_scope": sides[0], "out_of_scope": sides[1], **more}}
    )


def rules(**sides: Any) -> FindingRules:
    return FindingRules.of(program(**sides))


def speaking(found: FindingRules, word: str, *assume: str, **more: Any) -> dict[str, Standing]:
    """Return the rules that speak of a word, by id, without the default."""
    matches = found.matches(found.resolve(word), assume, **more)
    return {match.rule.id: match.standing for match in matches if match.rule is not None}


# --- what a rule means ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("finding", "ids", "read"),
    [
        (f"{XSS}.stored", (f"{XSS}.stored",), True),
        ("xss", (XSS,), True),
        ("CWE-79", (XSS,), True),
        ("CWE-416", ("cwe-416",), True),
        ("mood.bad", ("mood.bad",), True),
        ("Spoofing", (), False),
        ("mood bad", (), False),
        ("Stored XSS", (f"{XSS}.stored",), True),
        ("Stored XSS without impact", (f"{XSS}.stored",), False),
        ("Whatever bores us", (), False),
        ("xss" + " " * 3_000 + "in legacy pages", (XSS,), False),
        (INJECTION, (INJECTION, OLD_INJECTION), True),
        (OLD_INJECTION, (OLD_INJECTION, INJECTION), True),
    ],
)
@pytest.mark.parametrize("side", ["included", "excluded"])
def test_what_a_rule_means(side: str, finding: str, ids: tuple[str, ...], read: bool) -> None:
    """P4: a phrase that is not read as a whole touches what it names; an id of either tree means both."""
    (rule,) = rules(**{side: [finding]}).rules
    assert (rule.ids, rule.read) == (ids, read)


def test_a_number_without_its_year_is_no_category_of_the_programs_own() -> None:
    """A program that writes `LLM06` may mean either year, so it is unread and touches both."""
    found = rules(excluded=["LLM06"])
    (rule,) = found.rules
    assert not rule.read
    both = {*resolve("LLM06:2025").ids, *resolve("LLM06:2026").ids}
    assert set(rule.ids) == both
    for word in ("LLM06:2025", "LLM06:2026"):
        assert speaking(found, word) == {"LLM06": Standing.UNREAD}
    with pytest.raises(FindingTypeError, match="wants its year"):
        found.resolve("LLM06")


def test_every_rule_has_a_name_of_its_own() -> None:
    """Rules that are bound to assets are told apart by it, so two must never share one."""
    same = {"finding": "xss", "assets": ["a.e.com"]}
    found = rules(included=[same, {**same, "id": "xss"}], excluded=[same, {**same, "id": "xss (2)"}])
    names = [rule.id for rule in found.rules]
    assert names[0] == "xss"
    assert len(set(names)) == 4


# --- the program's own words ----------------------------------------------------------------------


def test_own_categories_are_known_by_id_title_and_alias() -> None:
    rule = {"finding": "mood.bad", "title": "Bad moods of the model", "aliases": ["grumpiness"]}
    found = rules(excluded=[rule])
    for word in ("mood.bad", "MOOD.BAD", "mood bad", "bad moods of the model", "Grumpiness"):
        assert found.resolve(word).ids == ("mood.bad",)
    with pytest.raises(FindingTypeError) as caught:
        found.resolve("grumpines")
    assert "grumpiness" in caught.value.suggestions


def test_a_known_finding_is_known_by_its_title_and_aliases_too() -> None:
    rule = {
        "finding": "model_safety.malicious_code",
        "title": "Getting the model to write malware",
        "aliases": ["mal"],
    }
    for side in ("included", "excluded"):
        found = rules(**{side: [rule]})
        assert found.resolve("getting the model to write malware").ids == ("model_safety.malicious_code",)
        assert found.resolve("mal").ids == ("model_safety.malicious_code",)


def test_a_title_takes_no_common_word_away() -> None:
    found = rules(included=[{"finding": f"{XSS}.reflected", "title": "XSS"}])
    assert found.resolve("xss").ids == (XSS,)


def test_an_inclusions_alias_means_what_the_program_says() -> None:
    found = rules(included=[{"finding": f"{XSS}.reflected", "aliases": ["XSS"]}])
    assert found.resolve("xss").ids == (f"{XSS}.reflected",)


def test_an_exclusions_alias_only_adds_to_a_word() -> None:
    """Else `csrf`, called `xss` as well, would turn the word away from an excluded XSS."""
    found = rules(excluded=[{"finding": CSRF, "aliases": ["xss"]}])
    assert set(found.resolve("xss").ids) == {XSS, CSRF}
    both = rules(
        included=[{"finding": f"{XSS}.reflected", "aliases": ["xss"]}],
        excluded=[{"finding": CSRF, "aliases": ["xss"]}],
    )
    assert set(both.resolve("xss").ids) >= {f"{XSS}.reflected", CSRF}


def test_an_exclusions_alias_widens_no_inclusion() -> None:
    found = rules(included=["xss"], excluded=[{"finding": CSRF, "aliases": ["xss"]}])
    assert found.rules[0].ids == (XSS,)


def test_one_word_of_several_rules_means_all_of_them() -> None:
    """The order of rules is immaterial, so none of them may take the word for itself."""
    listed = [{"finding": one, "aliases": ["oops"]} for one in (XSS, CSRF)]
    for order in (listed, listed[::-1]):
        assert set(rules(excluded=order).resolve("oops").ids) == {XSS, CSRF}
        assert set(rules(included=order).resolve("oops").ids) == {XSS, CSRF}


def test_aliases_of_a_phrase_are_no_words() -> None:
    with pytest.raises(FindingTypeError):
        rules(excluded=[{"finding": "Bugs we do not like", "aliases": ["dislike"]}]).resolve("dislike")


# --- which rules speak ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("finding", "asked", "speaks"),
    [
        (XSS, f"{XSS}.stored.self", True),
        (XSS, XSS, True),
        (f"{XSS}.stored", XSS, False),
        ("broken_access_control", "broken_authentication_and_session_management", False),
        ("mood", "mood.bad", True),
        ("mood.bad", "mood", False),
        (INJECTION, OLD_INJECTION, True),
        (OLD_INJECTION, INJECTION, True),
        (f"{INJECTION}.system_prompt_leakage", INJECTION, False),
        ("ai_application_security", INJECTION, True),
        ("Self-XSS", f"{XSS}.stored.self", True),
        ("CWE-352", CSRF, True),
    ],
)
def test_a_rule_speaks_of_what_lies_under_its_nodes(finding: str, asked: str, speaks: bool) -> None:
    """F2: by component, and one name in two trees is one kind."""
    known_words = ["mood", "mood.bad"]  # So that both can be asked.
    found = rules(included=[finding], excluded=known_words)
    matches = found.matches(found.resolve(asked))
    assert speaks == any(match.effect is Effect.INCLUDE and match.rule is not None for match in matches)


def test_the_depth_of_a_match_is_that_of_its_most_precise_node() -> None:
    found = rules(included=[XSS, f"{XSS}.stored"], excluded=["self xss"])
    depths = [match.depth for match in found.matches(found.resolve(f"{XSS}.stored.self"))]
    assert depths == [(0,), (1,), (2,), (3,)]


@pytest.mark.parametrize(
    ("unlisted", "standing"), [("eligible", Standing.HOLDS), ("undetermined", Standing.UNREAD)]
)
def test_the_default_speaks_of_everything_and_is_the_least_precise(unlisted: str, standing: Standing) -> None:
    found = FindingRules.of(program(unlisted=unlisted))
    (match,) = found.matches(found.resolve("CWE-352"))
    assert (match.rule, match.effect, match.depth) == (None, Effect.INCLUDE, (0, 0))
    assert match.standing is standing


CONDITION = {"id": "impact", "text": "it has an impact"}


@pytest.mark.parametrize(
    ("side", "fields", "expected"),
    [
        ("included", {}, Standing.HOLDS),
        ("included", {"stated": False}, Standing.UNSTATED),
        ("included", {"only_if": CONDITION}, Standing.CONDITION),
        ("included", {"assets": ["a.e.com"]}, Standing.PAIR),
        ("excluded", {}, Standing.HOLDS),
        ("excluded", {"stated": False}, Standing.UNSTATED),
        ("excluded", {"unless": CONDITION}, Standing.HOLDS),
        ("excluded", {"unless": CONDITION, "stated": False}, Standing.UNSTATED),
        ("excluded", {"only_if": CONDITION}, Standing.CONDITION),
        ("excluded", {"assets": ["a.e.com"]}, Standing.PAIR),
        ("excluded", {"assets": ["a.e.com"], "unless": CONDITION}, Standing.PAIR),
    ],
)
def test_how_surely_a_rule_holds(side: str, fields: dict[str, Any], expected: Standing) -> None:
    """F3, F4."""
    assert speaking(rules(**{side: [{"finding": "xss", **fields}]}), "xss") == {"xss": expected}


@pytest.mark.parametrize("assumed", ["impact", "it has an impact"])
@pytest.mark.parametrize(
    ("side", "fields", "expected"),
    [
        ("excluded", {"unless": CONDITION}, {}),
        ("excluded", {"unless": CONDITION, "assets": ["a.e.com"]}, {}),
        ("excluded", {"unless": CONDITION, "stated": False}, {}),
        ("excluded", {"only_if": CONDITION}, {"xss": Standing.HOLDS}),
        ("included", {"only_if": CONDITION}, {"xss": Standing.HOLDS}),
        ("included", {"only_if": CONDITION, "stated": False}, {"xss": Standing.UNSTATED}),
        ("included", {"only_if": CONDITION, "assets": ["a.e.com"]}, {"xss": Standing.PAIR}),
    ],
)
def test_an_asserted_condition(
    assumed: str, side: str, fields: dict[str, Any], expected: dict[str, Standing]
) -> None:
    """F3: by its id or its words."""
    found = rules(**{side: [{"finding": "xss", **fields}]})
    assert speaking(found, "xss", assumed) == expected
    assert speaking(found, "xss", "another") == speaking(found, "xss")


def test_an_asserted_condition_settles_an_unread_exclusion_too() -> None:
    found = rules(excluded=[{"finding": "Stored XSS in old pages", "unless": CONDITION}])
    assert speaking(found, "stored xss") == {"Stored XSS in old pages": Standing.UNREAD}
    assert speaking(found, "stored xss", "impact") == {}


@pytest.mark.parametrize(
    ("holds", "expected"),
    [(True, {"xss": Standing.HOLDS}), (None, {"xss": Standing.PAIR}), (False, {})],
)
@pytest.mark.parametrize("side", ["included", "excluded"])
def test_a_rule_bound_to_assets_holds_for_them_alone(
    side: str, holds: bool | None, expected: dict[str, Standing]
) -> None:
    """F4; a rule that nothing is said about holds nowhere."""
    found = rules(**{side: [{"finding": "xss", "assets": ["a.e.com"]}]})
    assert speaking(found, "xss", holds_for={"xss": holds}) == expected
    assert speaking(found, "xss", holds_for={}) == {}


def test_an_unread_inclusion_includes_nothing_and_an_unread_exclusion_asks() -> None:
    """P4."""
    phrase = "Stored XSS in old pages"
    assert speaking(rules(included=[phrase]), "stored xss") == {}
    assert speaking(rules(excluded=[phrase]), "stored xss") == {phrase: Standing.UNREAD}
    assert speaking(rules(excluded=[phrase]), "xss") == {}


def test_what_is_excluded_below_and_what_is_unread() -> None:
    found = rules(
        included=["csrf"],
        excluded=[f"{XSS}.reflected", "self xss", XSS + ".stored", "Whatever", f"{SERVER}.clickjacking"],
    )
    asked = found.resolve("xss")
    assert [rule.id for rule in found.below(asked)] == [f"{XSS}.reflected", "self xss", f"{XSS}.stored"]
    assert [rule.id for rule in found.below(found.resolve("stored xss"))] == ["self xss"]
    assert [rule.id for rule in found.unread()] == ["Whatever"]


def test_rules_are_compiled_without_searching_for_near_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search takes longer than all rules of a program together."""

    def searched(*_: object) -> tuple[str, ...]:
        raise AssertionError("a search for near words")

    monkeypatch.setattr(words, "suggestions", searched)
    assert rules(excluded=["own_category", "A phrase", "Whatever"]).resolve("own_category")
