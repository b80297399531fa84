"""D1 to D4 on real programs: the decision and its reason, rule by rule and clause by clause."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TypeAlias

import pytest

from members import answer
from scopecheck import Checker, Decision, Exclusion, Inclusion, Program, Reason, Unresolved, Verdict
from scopecheck.answer.decide import decide
from scopecheck.scope.zone import Doubt, strictly_narrower

UNSTATED, ALIAS = "UNDETERMINED unstated-exclusion", "UNDETERMINED unstated-alias"
IN, EXCLUDED, NOT_LISTED = "IN_SCOPE included", "OUT_OF_SCOPE excluded", "OUT_OF_SCOPE not-listed"
APEX, DEPTH = "UNDETERMINED apex-unstated", "UNDETERMINED depth-unstated"
UNDER, WIDE = "UNDETERMINED below-excluded-host", "UNDETERMINED wide-reading"
UNREAD = "UNDETERMINED unresolved-exclusion"
Answers: TypeAlias = dict[str, object]
COVERED: Answers = {"apex": "covered"}
NOT_COVERED: Answers = {"apex": "not-covered"}
ANY: Answers = {"depth": "any"}
ONE: Answers = {"depth": "one"}
BELOW_OUT: Answers = {"below_excluded": "excluded"}
BELOW_IN: Answers = {"below_excluded": "not-excluded"}
POLICIES: list[Answers] = [{}, COVERED, NOT_COVERED, ANY, ONE, BELOW_OUT, BELOW_IN]


def said(verdict: Verdict) -> str:
    return f"{verdict.decision} {verdict.reason}"


def ask(include: str, exclude: str, target: str, policy: Answers | None = None) -> Verdict:
    """Answer for lists of texts separated by ` ; `."""
    lists = [[text for text in side.split(" ; ") if text] for side in (include, exclude)]
    return answer(Checker(Program.from_assets(*lists, policy=policy)), target)


# What each policy makes of an answer; policies that are not named leave it as it is.
SETTLED: list[tuple[str, str, str, str, dict[str, str]]] = [
    ("*.e.com", "*e.com", "a.e.com", EXCLUDED, {}),
    ("*.e.com", "*e.com", "e.com", EXCLUDED, {}),
    ("e.com:443", "e.com", "https://e.com/", EXCLUDED, {}),
    ("e.com:8443", "e.com", "https://e.com:8443/", IN, {}),
    ("mongodb://*.e.com", "prod.e.com", "mongodb://prod.e.com/", EXCLUDED, {}),
    (
        "mongodb://*.e.com",
        "prod.e.com",
        "mongodb://a.prod.e.com/",
        UNDER,
        {"excluded": EXCLUDED, "not-excluded": IN},
    ),
    ("mongodb://*.e.com", "prod.e.com", "mongodb://a.e.com/", IN, {}),
    ("*.e.com", "ads*.e.com", "ads1.e.com", EXCLUDED, {}),
    ("*.e.com", "ads*.e.com", "a.ads1.e.com", UNDER, {"excluded": EXCLUDED, "not-excluded": IN}),
    ("*.e.com", "ads*.e.com", "ads.b.e.com", DEPTH, {"any": EXCLUDED, "one": IN}),
    ("*.e.com", "launcher.e.*", "launcher.e.com", EXCLUDED, {}),
    ("*.e.com", "launcher.e.*", "a.launcher.e.com", UNDER, {"excluded": EXCLUDED, "not-excluded": IN}),
    ("*.e.com", "www.*", "www.e.com", WIDE, {}),
    # Whether it reaches below is settled, whether `*` stands for `e.com` is not.
    ("*.e.com", "www.*", "a.www.e.com", UNDER, {"excluded": WIDE, "not-excluded": IN}),
    ("*.e.com", "", "e.com", APEX, {"covered": IN, "not-covered": NOT_LISTED}),
    ("*.e.com", "*.a.e.com", "a.e.com", APEX, {"covered": EXCLUDED, "not-covered": IN}),
    ("api-*.e.com", "", "api-1.x.e.com", DEPTH, {"any": IN, "one": NOT_LISTED}),
    ("dev.*.e.com", "", "dev.a.b.e.com", DEPTH, {"any": IN, "one": NOT_LISTED}),
    ("*.e.com", "prod.e.com", "a.prod.e.com", UNDER, {"excluded": EXCLUDED, "not-excluded": IN}),
    ("*.e.com", "https://prod.e.com:8443/x", "https://a.prod.e.com/", IN, {}),
]


@pytest.mark.parametrize("policy", POLICIES, ids=str)
@pytest.mark.parametrize(("include", "exclude", "target", "expected", "settled"), SETTLED)
def test_what_a_policy_settles(
    include: str,
    exclude: str,
    target: str,
    expected: str,
    settled: dict[str, str],
    policy: Answers,
) -> None:
    """3.2: a policy settles the question that is its own, and no other."""
    wanted = next((settled[str(word)] for word in policy.values() if word in settled), expected)
    assert said(ask(include, exclude, target, policy)) == wanted


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, "UNDETERMINED"),
        (ONE, "UNDETERMINED"),
        (BELOW_OUT, "OUT_OF_SCOPE"),
        (ONE | BELOW_OUT, "OUT_OF_SCOPE"),
        (ANY | BELOW_IN, "OUT_OF_SCOPE"),
        (ONE | BELOW_IN, "IN_SCOPE"),
    ],
    ids=str,
)
def test_a_host_in_two_doubtful_readings_of_one_exclusion(policy: Answers, expected: str) -> None:
    """3.2: `a.b-dev.e.com` is below an excluded `b-dev.e.com` and is what a deeper star would match;
    settling that the star is one label says nothing about what lies below."""
    assert ask("*.e.com", "*-dev.e.com", "a.b-dev.e.com", policy).decision == expected


D1 = [
    ("app.aikido.dev", "*.aikido.dev", "app.aikido.dev", IN),
    ("app.aikido.dev", "*.aikido.dev", "x.aikido.dev", EXCLUDED),
    ("*.app.e.com", "*.e.com", "a.app.e.com", IN),
    ("app.e.com", "app.e.com", "app.e.com", EXCLUDED),
    ("https://app.e.com/", "app.e.com", "app.e.com", EXCLUDED),
    ("*.e.com", "*.e.com", "a.e.com", EXCLUDED),
    ("*.e.com", "app.e.com", "app.e.com", EXCLUDED),
    ("*.e.com", "app.e.com", "xapp.e.com", IN),
    ("api-*.e.com", "*-dev.e.com", "api-dev.e.com", EXCLUDED),
    ("api-*.e.com", "*-dev.e.com", "api-1.e.com", IN),
    ("e.com/api", "e.com", "https://e.com/api/x", IN),
    ("e.com/api", "e.com", "https://e.com/", EXCLUDED),
    ("e.com", "e.com/api", "https://e.com/api/x", EXCLUDED),
    ("e.com", "e.com/api", "https://e.com/x", IN),
    ("e.com/api/*", "e.com/api", "https://e.com/api/x", EXCLUDED),
    ("e.com/p?tab=x", "e.com/p", "https://e.com/p?tab=x", IN),
    ("e.com/p?tab=x", "e.com/p?u=1", "https://e.com/p?tab=x&u=1", EXCLUDED),
    ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", EXCLUDED),
    ("10.1.2.0/24", "10.0.0.0/8", "10.1.2.3", IN),
    ("10.0.0.0/8", "10.*.*.*", "10.1.2.3", EXCLUDED),
    ("10.0.0.0/8", "*.e.com", "10.1.2.3", IN),
    ("example.com", "example.*", "example.com", IN),
    ("example.*", "example.com", "example.com", EXCLUDED),
    ("a.e.com", "wss://*.e.com", "wss://a.e.com/", EXCLUDED),
    ("*-dev.e.com", "x*.e.com", "x-dev.e.com", EXCLUDED),
    ("*.e.com", "evil*.e.com ; *.x.e.com", "evil1.e.com", EXCLUDED),
    ("a.e.com ; *.e.com", "*.e.com", "a.e.com", IN),
    ("a.e.com", "*.e.com ; a.e.com", "a.e.com", EXCLUDED),
]


@pytest.mark.parametrize(("include", "exclude", "target", "expected"), D1)
def test_of_two_narrow_rules_the_narrower_one_wins(
    include: str, exclude: str, target: str, expected: str
) -> None:
    """D1: strictly narrower survives; of equal or merely overlapping patterns the exclusion wins."""
    assert said(ask(include, exclude, target)) == expected


def test_an_inclusion_under_an_excluded_wildcard_shows_both_rules() -> None:
    """D1: "as its program means", and the verdict says why the exclusion lost."""
    verdict = ask("app.aikido.dev", "*.aikido.dev", "https://app.aikido.dev/")
    assert [match.rule.text for match in verdict.matches] == ["app.aikido.dev"]
    assert [match.rule.text for match in verdict.beaten] == ["*.aikido.dev"]
    assert "app.aikido.dev" in str(verdict)
    assert "*.aikido.dev" in str(verdict)


def test_two_equal_patterns_leave_a_conflict_note() -> None:
    """D1."""
    verdict = ask("app.e.com", "https://app.e.com/", "app.e.com")
    assert any(note.startswith("conflict") for note in verdict.notes)
    assert not any(note.startswith("conflict") for note in ask("*.e.com", "a.e.com", "a.e.com").notes)


D2_D3 = [
    ("app.e.com", "e.com", "app.e.com", IN),
    ("*.app.e.com", "e.com", "a.app.e.com", IN),
    ("*.e.com", "app.e.com", "a.app.e.com", UNDER),
    ("*.e.com", "e.com", "a.e.com", IN),
    ("e.*", "e.com", "e.co.uk", IN),
    ("*.e.com", "*www.e.com", "x-www.e.com", WIDE),
    ("x-www.e.com", "*www.e.com", "x-www.e.com", IN),
    ("*.e.com", "<tenant>.e.com", "a.e.com", WIDE),
    ("a.e.com", "<tenant>.e.com", "a.e.com", IN),
    ("*.a.e.com", "<x>.<y>.e.com", "b.a.e.com", WIDE),
    ("e.com", "e.com/admin", "https://e.com/ADMIN", WIDE),
    ("e.com", "e.com/admin", "https://e.com/admin;v=1", WIDE),
    ("e.com", "e.com/admin", "https://e.com/%2561dmin", WIDE),
    ("e.com", "e.com/p?tab=x", "https://e.com/p?tab=y", WIDE),
    # a path or port rule yields, on hosts below its own, to an inclusion that names the host
    ("*.e.com", "e.com/admin", "https://a.e.com/admin", UNDER),
    ("a.e.com ; *.e.com", "e.com/admin", "https://a.e.com/admin", IN),
    ("*.e.com", "e.com:8443", "https://a.e.com:8443/", UNDER),
    ("a.e.com", "e.com:8443", "https://a.e.com:8443/", IN),
    ("a.e.com", "a.e.com:8443", "https://a.e.com:8443/", EXCLUDED),
    # every doubt counts, and the reason is the first in the order of precedence
    ("*.e.com", "<x>.e.com ; b.e.com", "a.b.e.com", UNDER),
    ("*.e.com", "*.e.com only if staff use it", "a.e.com", "UNDETERMINED condition"),
    ("*.co.uk", "", "a.co.uk", WIDE),
    ("*.e.com", "*.com", "e.com", APEX),
]


@pytest.mark.parametrize(("include", "exclude", "target", "expected"), D2_D3)
def test_a_wide_exclusion_leaves_a_question(include: str, exclude: str, target: str, expected: str) -> None:
    """D2: unless a surviving narrow inclusion is strictly narrower; D3: a question otherwise."""
    assert said(ask(include, exclude, target)) == expected


D4 = [
    ({"open_scope": True}, "", "", "x.com", "UNDETERMINED open-scope"),
    ({"open_scope": True}, "", "x.com", "x.com", EXCLUDED),
    ({"open_scope": True}, "", "x.com", "a.x.com", "UNDETERMINED open-scope"),
    ({"open_scope": True}, "x.com", "", "x.com", IN),
    ({"open_scope": True}, "x.com", "x.com", "x.com", EXCLUDED),
    ({"open_scope": True}, "", "", "Codex Desktop", "UNDETERMINED open-scope"),
    ({"open_scope": True}, "", "", "javascript:x", "UNDETERMINED invalid-target"),
    ({"open_scope": False}, "", "", "x.com", NOT_LISTED),
    ({}, "All assets owned by X", "", "x.com", "UNDETERMINED open-scope"),
    ({"open_scope": False}, "All assets owned by X", "", "x.com", NOT_LISTED),
    ({}, "Other", "", "x.com", NOT_LISTED),
    ({}, "", "", "x.com", NOT_LISTED),
]


@pytest.mark.parametrize(("policy", "include", "exclude", "target", "expected"), D4)
def test_open_scope(policy: Answers, include: str, exclude: str, target: str, expected: str) -> None:
    """D4: declared by a policy or in so many words; a bucket called "Other" is none."""
    assert said(ask(include, exclude, target, policy)) == expected


P4 = [
    ("*.asana.com ; app.asana.com", "Any other subdomains of asana.com", "app.asana.com", IN),
    ("*.asana.com ; app.asana.com", "Any other subdomains of asana.com", "x.asana.com", UNREAD),
    ("*.asana.com ; asana.com", "Any other subdomains of asana.com", "asana.com", IN),
    ("*.e.com", "Services that run on blog.e.com", "blog.e.com", UNREAD),
    ("*.e.com", "Services that run on blog.e.com", "a.blog.e.com", UNREAD),
    ("*.e.com", "Services that run on blog.e.com", "xblog.e.com", IN),
    ("blog.e.com", "Services that run on blog.e.com", "blog.e.com", UNREAD),
    ("blog.e.com/login", "Services that run on blog.e.com", "https://blog.e.com/login", IN),
    ("blog.e.com:8443", "Services that run on blog.e.com", "https://blog.e.com:8443/", IN),
    ("*.blog.e.com", "Services that run on blog.e.com", "a.blog.e.com", UNREAD),
    ("a.blog.e.com", "Services that run on blog.e.com", "a.blog.e.com", IN),
    ("*.e.com", "Everything at *.blog.e.com is off limits", "blog.e.com", IN),
    ("*.e.com", "Everything at *.blog.e.com is off limits", "a.blog.e.com", UNREAD),
    ("*.e.com", "Anything not listed", "a.e.com", IN),
    ("*.e.com", "Any host other than app.e.com", "app.e.com", IN),
    ("*.e.com", "Mail security@e.com first, please", "a.e.com", IN),
    ("10.0.0.0/8", "The machine at 10.1.2.3 is not ours", "10.1.2.3", UNREAD),
    ("10.0.0.0/8", "The network 10.1.0.0/16 is not ours", "10.1.2.3", UNREAD),
    ("*.e.com", "Services that run on bücher.e.com", "xn--bcher-kva.e.com", UNREAD),
    ("*.e.com", "Services that run on **blog.e.com** are not ours", "blog.e.com", UNREAD),
    ("*.e.com", "Services behind www/blog.e.com are not ours", "blog.e.com", UNREAD),
    ("*.e.com", "Everything under *.e.com except blog.e.com is off limits", "blog.e.com", UNREAD),
    ("*.e.com ; blog.e.com", "Everything under *.e.com except blog.e.com is off limits", "blog.e.com", IN),
]


@pytest.mark.parametrize(("include", "exclude", "target", "expected"), P4)
def test_an_exclusion_that_cannot_be_read_touches_what_it_names(
    include: str, exclude: str, target: str, expected: str
) -> None:
    """P4: a touched target is a question unless an inclusion names it more precisely."""
    assert said(ask(include, exclude, target)) == expected


P5 = [
    ("*.hilton.com", "eis.hilton.com is out of scope", "eis.hilton.com", WIDE),
    ("*.hilton.com", "eis.hilton.com is out of scope", "a.eis.hilton.com", UNDER),
    ("*.hilton.com", "eis.hilton.com is out of scope", "www.hilton.com", IN),
    ("*.e.com", "Out of scope:\n- a.e.com\n- b.e.com", "b.e.com", WIDE),
    ("*.e.com", "Out of scope:\n\n- a.e.com\n- b.e.com", "b.e.com", WIDE),
    ("*.e.com", "## Out of scope\n\n* a.e.com\n* b.e.com", "b.e.com", WIDE),
    ("*.e.com", "Excluding https://a.e.com/service", "https://a.e.com/service/x", WIDE),
    ("*.e.com", "Excluding https://a.e.com/service", "https://a.e.com/other", IN),
    ("a.e.com", "a.e.com is out of scope for DoS", "a.e.com", IN),
    ("*.e.com", "Test a.e.com first", "a.e.com", IN),
    ("e.com", "Includes all subdomains", "a.e.com", WIDE),
    ("e.com", "Includes all subdomains", "e.com", IN),
    ("e.com", "The main site", "a.e.com", NOT_LISTED),
]


@pytest.mark.parametrize(("asset", "words", "target", "expected"), P5)
def test_the_words_beside_a_rule_belong_to_its_meaning(
    asset: str, words: str, target: str, expected: str
) -> None:
    """P5: restricting words exclude, widening words include, each in the wide reading at least."""
    program = Program(id="e", name="E", in_scope=(Inclusion(asset=asset, instruction=words),))
    verdict = answer(Checker(program), target)
    assert said(verdict) == expected
    if verdict.in_scope:
        assert words in verdict.caveats


P6_P7 = [
    (Inclusion(asset="e.com", stated=False), None, "e.com", ALIAS),
    (Inclusion(asset="e.com"), Exclusion(asset="e.com", stated=False), "e.com", UNSTATED),
    (Inclusion(asset="*.e.com"), Exclusion(asset="pay.e.com", stated=False), "a.pay.e.com", UNDER),
    (Inclusion(asset="a.e.com"), Exclusion(asset="*.e.com", stated=False), "a.e.com", IN),
    (Inclusion(asset="e.com", stated=False), Exclusion(asset="e.com"), "e.com", EXCLUDED),
    (Inclusion(asset="Codex", stated=False), None, "codex", ALIAS),
    (Inclusion(asset="e.com", reading="wide"), None, "e.com", WIDE),
    (Inclusion(asset="e.com"), Exclusion(asset="e.com", reading="wide"), "e.com", WIDE),
]  # fmt: skip


@pytest.mark.parametrize(("include", "exclude", "target", "expected"), P6_P7)
def test_what_is_probably_meant_holds_in_the_wide_reading_only(
    include: Inclusion, exclude: Exclusion | None, target: str, expected: str
) -> None:
    """P6, P7."""
    excludes = () if exclude is None else (exclude,)
    program = Program(id="e", name="E", in_scope=(include,), out_of_scope=excludes)
    assert said(answer(Checker(program), target)) == expected


def test_nothing_at_all_is_not_listed() -> None:
    outcome = decide(())
    assert (outcome.decision, outcome.reason) == (Decision.OUT_OF_SCOPE, Reason.NOT_LISTED)
    assert decide((), open_scope=True).reason is Reason.OPEN_SCOPE


def test_a_rule_that_nobody_can_read_still_raises_its_question() -> None:
    """P3, P4: also where it came as a rule and not as a sentence; it is a caveat on every yes."""
    prose = "Any service that runs on blog.e.com"
    program = Program(
        id="e",
        name="E",
        in_scope=(Inclusion(asset="*.e.com"),),
        out_of_scope=(Exclusion(asset=prose),),
        unresolved=(Unresolved(text="All staging systems", effect="exclude"),),
    )
    assert said(Checker(program).check("blog.e.com")) == UNREAD
    caveats = "\n".join(Checker(program).check("a.e.com").caveats)
    assert "All staging systems" in caveats
    assert prose in caveats


@pytest.mark.parametrize(
    ("name", "excluded"),
    [("blog.e.com", "blog.e.com"), ("10.0.0.1", "10.0.0.0/8"), ("2001:db8::1", "2001:db8::/32")],
)
def test_a_display_name_that_is_a_host_is_no_way_around_an_exclusion(name: str, excluded: str) -> None:
    """T2: a dotted word is an app id where one is listed; what a rule is called is not an app id."""
    for rule in (Inclusion(asset="*.e.com", name=name), Inclusion(asset="*.e.com", aliases=(name,))):
        program = Program(id="e", name="E", in_scope=(rule,), out_of_scope=(Exclusion(asset=excluded),))
        assert not Checker(program).check(name).in_scope


def test_a_glued_star_names_no_host() -> None:
    """3.2: a port rule yields below its host to what names the target without a star, and to no other text."""
    for listed, decision in (("a.e.com/api", Decision.IN_SCOPE), ("*a.e.com/api", Decision.UNDETERMINED)):
        program = Program.from_assets(include=[f"https://{listed}"], exclude=["e.com:8443"])
        assert Checker(program).check("https://a.e.com:8443/api").decision is decision


MANY = 100
"""How many different exclusions of one target are compared one by one (D1)."""


def test_the_limit_counts_different_exclusions() -> None:
    """D1: a hundred of them are compared, however often one is repeated; one more and none is overridden."""
    target = "https://e.com" + "/x" * (MANY + 9)
    listed = ["e.com" + "/x" * n for n in range(1, MANY + 1)]
    for repeated in (0, 1, MANY):
        verdict = Checker(Program.from_assets([target], [*listed, *listed[:repeated]])).check(target)
        assert said(verdict) == IN
    one_more = "e.com" + "/x" * (MANY + 1)
    assert said(Checker(Program.from_assets([target], [*listed, one_more])).check(target)) == EXCLUDED


@pytest.mark.parametrize("times", [1, MANY + 1])
def test_what_is_excluded_beyond_doubt_is_not_made_up_for_by_what_a_policy_settled(times: int) -> None:
    """D1: a default port makes nothing narrower than a match in the narrow reading, and may in the wide one."""
    matches = ask("e.com:443", "e.com", "https://e.com/").all_matches
    inclusion, narrow = sorted(matches, key=lambda match: match.rule.text, reverse=True)
    settled = replace(narrow, doubts=(Doubt.APEX_UNSTATED,))
    assert decide([inclusion, *[settled] * times]).decision is Decision.IN_SCOPE
    for order in ([narrow, *[settled] * times], [*[settled] * times, narrow]):
        assert decide([inclusion, *order]).decision is Decision.OUT_OF_SCOPE


def test_comparisons_grow_with_the_matches_and_not_with_their_square(monkeypatch: pytest.MonkeyPatch) -> None:
    """D1: what cannot be decided in linear time is not decided; a scope file of others must not take hours."""
    rule = Inclusion(asset="x.blog.e.com", stated=False)
    program = Program(id="e", name="E", in_scope=(rule,), out_of_scope=(Exclusion(asset="blog.e.com"),))
    inclusion, exclusion = Checker(program).check("x.blog.e.com").all_matches
    compared = 0

    def counted(*zones: object, **options: object) -> bool:
        nonlocal compared
        compared += 1
        return strictly_narrower(*zones, **options)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(import_module("scopecheck.answer.decide"), "strictly_narrower", counted)
    for size in (MANY, 3 * MANY):
        outcome = decide([inclusion] * size + [exclusion] * size)
        assert outcome.decision is Decision.UNDETERMINED
    assert 0 < compared < MANY * 8 * MANY


def test_the_order_of_many_surviving_inclusions_is_immaterial() -> None:
    """3.3 and D3: behind a hundred of them, every uncertain exclusion is part of the question."""
    ported = [Inclusion(asset="*.e.com:443", stated=False)] * MANY
    out = (Exclusion(asset="*.e.com", stated=False), Exclusion(asset="*.e.com:443", reading="wide"))
    anywhere = [Inclusion(asset="*.e.com", stated=False)]
    for order in (ported + anywhere, anywhere + ported):
        program = Program(id="e", name="E", in_scope=tuple(order), out_of_scope=out)
        assert Checker(program).check("https://x.e.com").reason is Reason.UNSTATED_EXCLUSION
