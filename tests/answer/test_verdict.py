"""The verdict is data: it reads, pickles, serialises, and refuses to be a truth value (section 2)."""

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scopecheck import Checker, Decision, Exclusion, Inclusion, Program, Reason, Unresolved, Verdict
from scopecheck.scope.terms import Channel
from strategies import Scope, scopes, target_texts


def ask(target: str, *rules: Inclusion | Exclusion, **fields: object) -> Verdict:
    program = Program(
        id="e",
        name="E",
        in_scope=tuple(rule for rule in rules if isinstance(rule, Inclusion)),
        out_of_scope=tuple(rule for rule in rules if isinstance(rule, Exclusion)),
        **fields,  # type: ignore[arg-type]  # any field
    )
    return Checker(program).check(target)


ONE_OF_EACH = {
    Decision.IN_SCOPE: ask("a.e.com", Inclusion(asset="*.e.com")),
    Decision.OUT_OF_SCOPE: ask("f.com", Inclusion(asset="*.e.com")),
    Decision.UNDETERMINED: ask("e.com", Inclusion(asset="*.e.com")),
}


@pytest.mark.parametrize("decision", Decision)
def test_a_verdict_has_no_truth_value(decision: Decision) -> None:
    """Section 2: so that nobody writes `if verdict`."""
    verdict = ONE_OF_EACH[decision]
    with pytest.raises(TypeError, match="in_scope"):
        bool(verdict)
    assert verdict.decision is decision
    assert verdict.in_scope is (decision is Decision.IN_SCOPE)


def test_reason_codes_keep_their_names_and_their_precedence() -> None:
    """Section 2: a code, once published, keeps its meaning; where several hold, the first is named."""
    published = [
        *("included", "excluded", "not-listed", "invalid-target", "ambiguous-target", "partly-listed"),
        *("below-excluded-host", "unstated-exclusion", "unresolved-exclusion", "condition", "apex-unstated"),
        *("depth-unstated", "unstated-alias", "wide-reading", "open-scope"),
    ]
    assert [str(reason) for reason in Reason if str(reason) in published] == published


@given(st.data(), scopes())
def test_a_verdict_can_always_be_read(data: st.DataObject, scope: Scope) -> None:
    """Section 4: `str()` and `to_dict()` never raise, and the dict is JSON that says the same."""
    verdict = scope.checker().check(data.draw(target_texts(scope.rules)))
    said = json.loads(json.dumps(verdict.to_dict(), ensure_ascii=False).encode())
    assert (said["decision"], said["reason"]) == (str(verdict.decision), str(verdict.reason))
    assert [match["asset"] for match in said["matches"]] == [match.rule.text for match in verdict.matches]
    assert said["question"] == verdict.question
    text = str(verdict)
    assert str(verdict.reason) in text
    assert all(line.isprintable() for line in text.splitlines())
    assert repr(verdict)


@given(st.data(), scopes())
def test_a_verdict_pickles(data: st.DataObject, scope: Scope) -> None:
    verdict = scope.checker().check(data.draw(target_texts(scope.rules)))
    copy = pickle.loads(pickle.dumps(verdict))
    assert copy == verdict
    assert hash(copy) == hash(verdict)
    assert str(copy) == str(verdict)
    assert copy.to_dict() == verdict.to_dict()


@given(st.data(), scopes())
def test_a_question_is_asked_exactly_where_something_is_open(data: st.DataObject, scope: Scope) -> None:
    verdict = scope.checker().check(data.draw(target_texts(scope.rules)))
    assert (verdict.question is not None) is (verdict.decision is Decision.UNDETERMINED)
    if verdict.in_scope:
        assert verdict.near_misses == ()
        assert verdict.matches != ()


def test_verdicts_differ_by_program_target_and_answer() -> None:
    one = ask("a.e.com", Inclusion(asset="*.e.com"))
    assert one == ask("a.e.com", Inclusion(asset="*.e.com"))
    assert one != ask("b.e.com", Inclusion(asset="*.e.com"))
    assert one != ask("a.e.com", Inclusion(asset="a.e.com"), Inclusion(asset="*.e.com"))
    assert one != "a.e.com"


PAID = Inclusion(asset="*.e.com", eligible_for_bounty=True, max_severity="critical")
UNPAID = Inclusion(asset="blog.e.com", eligible_for_bounty=False, max_severity="low")
SILENT = Inclusion(asset="old.e.com")


@pytest.mark.parametrize(
    ("target", "paid", "severity"),
    [
        ("a.e.com", True, "critical"),
        ("blog.e.com", False, "low"),
        ("old.e.com", None, None),
        ("f.com", None, None),
    ],
)
def test_what_rides_along_comes_from_the_narrowest_inclusion(
    target: str, paid: bool | None, severity: str | None
) -> None:
    """Section 2: in scope is not the same as paid; None where the program does not say."""
    verdict = ask(target, PAID, UNPAID, SILENT)
    assert (verdict.eligible_for_bounty, verdict.max_severity) == (paid, severity)


def test_what_rides_along_is_none_where_incomparable_inclusions_differ() -> None:
    """Section 2."""
    one = Inclusion(asset="api-*.e.com", eligible_for_bounty=True, max_severity="high")
    two = Inclusion(asset="*-dev.e.com", eligible_for_bounty=False, max_severity="high")
    verdict = ask("api-dev.e.com", one, two)
    assert verdict.in_scope
    assert (verdict.eligible_for_bounty, verdict.max_severity) == (None, "high")


def test_the_reward_group_of_the_narrowest_inclusion() -> None:
    rewards = {"groups": {"core": {"title": "Core"}, "rest": {"title": "Rest"}}}
    rules = (Inclusion(asset="*.e.com", group="rest"), Inclusion(asset="api.e.com", group="core"))
    assert ask("api.e.com", *rules, rewards=rewards).group == "core"
    assert ask("a.e.com", *rules, rewards=rewards).group == "rest"


def test_caveats_of_a_yes() -> None:
    """P4, P5: unread exclusions of the program, and the words beside the rules that a yes rests on."""
    rules = (
        Inclusion(asset="*.e.com", instruction="Only the API"),
        Inclusion(asset="f.com", instruction="No"),
    )
    unread = (
        Unresolved(text="All staging systems", effect="exclude"),
        Unresolved(text="Anything that is not listed", effect="exclude"),
    )
    verdict = ask("a.e.com", *rules, unresolved=unread)
    assert verdict.in_scope
    caveats = "\n".join(verdict.caveats)
    assert "Only the API" in caveats
    assert "All staging systems" in caveats
    assert "not listed" not in caveats
    assert "Ask first" not in caveats
    assert "Only the API" in str(verdict)


def test_caveats_of_a_no() -> None:
    """P4: an unresolved inclusion loses coverage and is a caveat where nothing else is listed."""
    unread = (Unresolved(text="Any service that f.com runs", effect="include"),)
    missing = ask("f.com", Inclusion(asset="*.e.com"), unresolved=unread)
    assert "Any service that f.com runs" in "\n".join(missing.caveats)
    denied = ask("a.e.com", Inclusion(asset="*.e.com"), Exclusion(asset="a.e.com"), unresolved=unread)
    assert denied.caveats == ()


def test_the_verdict_names_the_channel_to_use_instead() -> None:
    channels = (Channel(id="form", title="Feedback form", url="https://e.com/feedback"),)
    rules = (Inclusion(asset="*.e.com"), Exclusion(asset="blog.e.com", report_to="form"))
    verdict = ask("blog.e.com", *rules, channels=channels)
    assert "https://e.com/feedback" in str(verdict)
    assert any("https://e.com/feedback" in line for line in verdict.to_dict()["report_to"])


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("https://e.com.evil.example/", "evil.example"),
        ("https://evile.com/", "letters"),
        ("https://e.com@evil.example/", "user name"),
        ("https://shop.e.com:1/", "port"),
        ("https://docs.e.com/other", "path"),
        ("https://a.docs.e.com/", "below"),
        ("grpc://web.e.com/", "`grpc:`"),
    ],
)
def test_near_misses_say_why_a_rule_does_not_cover_a_lookalike(target: str, why: str) -> None:
    """`*.openai.com` does not cover `openai.com.evil.example`."""
    rules = (
        Inclusion(asset="e.com"),
        Inclusion(asset="shop.e.com:8443"),
        Inclusion(asset="https://docs.e.com/a"),
        Inclusion(asset="https://web.e.com"),
    )
    verdict = ask(target, *rules)
    assert verdict.decision is Decision.OUT_OF_SCOPE
    assert any(why in miss for miss in verdict.near_misses)
    assert verdict.near_misses[0] in str(verdict)


def test_what_has_nothing_to_do_with_a_rule_is_no_near_miss() -> None:
    assert ask("https://other.org/", Inclusion(asset="e.com"), Inclusion(asset="*.f.com")).near_misses == ()


def test_a_hostile_target_cannot_write_to_the_terminal() -> None:
    """Escape sequences and line breaks in a target would forge lines of the answer."""
    verdict = ask("https://e.com/\x1b[2J\r\nhttps://e.com: in scope", Inclusion(asset="f.com"))
    assert "\x1b" not in str(verdict)
    assert not any(line.startswith("https://e.com: in scope") for line in str(verdict).splitlines())


def test_a_hostile_rule_cannot_write_to_the_terminal() -> None:
    words = "be careful\x1b[2J\x9b"
    verdict = ask("e.com", Inclusion(asset="e.com", instruction=words), Exclusion(asset="x.e.com\x7f y"))
    assert "\x1b" not in str(verdict)
    assert "\x9b" not in str(verdict)
