"""The one door: every kind of target, what it is read as, and what never raises (T1 to T6, section 4)."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members import answer
from scopecheck import Checker, Decision, Exclusion, Inclusion, Program, Reason, Unresolved
from scopecheck.answer.verdict import Verdict
from scopecheck.scope.model import AssetType
from strategies import Scope, any_text, hostile_texts, scopes, target_texts

PROGRAM = Program(
    id="e",
    name="E",
    in_scope=(
        Inclusion(asset="*.e.com"),
        Inclusion(asset="f.com/docs"),
        Inclusion(asset="10.0.0.0/8"),
        Inclusion(asset="2001:db8::/32"),
        Inclusion(asset="com.e.app", type=AssetType.ANDROID),
        Inclusion(asset="https://apps.apple.com/us/app/e/id123456789", type=AssetType.IOS),
        Inclusion(asset="ChatGPT Plugins", aliases=("Connectors",)),
        Inclusion(asset="https://github.com/org/repo"),
    ),
    out_of_scope=(
        Exclusion(asset="blog.e.com"),
        Exclusion(asset="10.1.0.0/16"),
        Exclusion(asset="api.e.com/admin"),
    ),
)
CHECKER = Checker(PROGRAM)
IN, EXCLUDED, NOT_LISTED = "IN_SCOPE included", "OUT_OF_SCOPE excluded", "OUT_OF_SCOPE not-listed"
AMBIGUOUS, INVALID = "UNDETERMINED ambiguous-target", "UNDETERMINED invalid-target"
PARTLY, WIDE = "UNDETERMINED partly-listed", "UNDETERMINED wide-reading"


def said(verdict: Verdict) -> str:
    return f"{verdict.decision} {verdict.reason}"


TARGETS = [
    # T1
    ("https://a.e.com/", IN),
    ("HTTPS://A.E.COM/", IN),
    ("https://a.e.com./", IN),
    ("https://a.e.com:443/", IN),
    ("https://user:secret@a.e.com/", IN),
    ("https://a.e.com@evil.example/", NOT_LISTED),
    ("https://ａ.e.com/", IN),
    ("mongodb://BLOG.e.com/", EXCLUDED),
    ("http://[::ffff:10.0.0.1]/", IN),
    ("http://[::ffff:10.1.0.1]/", EXCLUDED),
    # T2
    ("a.e.com", IN),
    ("a.e.com:8443", IN),
    ("a.e.com/x?y#z", IN),
    ("//a.e.com/x", IN),
    (" a.e.com ", IN),
    (" https://a.e.com/ ", IN),
    ("10.0.0.1", IN),
    ("2001:db8::1", IN),
    ("[2001:db8::1]:8443", IN),
    ("fd00::1", NOT_LISTED),
    ("a0::1", NOT_LISTED),
    ("10.0.0.0/24", IN),
    ("10.1.2.0/24", EXCLUDED),
    ("10.0.0.0/8", PARTLY),
    ("10.1.2.3/8", PARTLY),
    ("8.0.0.0/6", PARTLY),
    ("192.0.2.0/24", NOT_LISTED),
    ("2001:db8:1::/48", IN),
    ("::/0", PARTLY),
    ("::ffff:10.0.0.0/104", PARTLY),
    ("::ffff:10.1.0.0/112", EXCLUDED),
    ("::ffff:0:0/95", PARTLY),
    # T3
    ("https://a.e.com\\@evil.example/", AMBIGUOUS),
    ("https://a.e.com\\.evil.example/", AMBIGUOUS),
    ("https://a.e.com#@evil.example/", AMBIGUOUS),
    ("https://a.e.com?@evil.example/", AMBIGUOUS),
    ("https://a\t.e.com/", AMBIGUOUS),
    ("https://a.e.com/x\ny", AMBIGUOUS),
    ("https://%61.e.com/", AMBIGUOUS),
    ("https://faß.e.com/", AMBIGUOUS),
    ("https://a!.e.com/", AMBIGUOUS),
    ("https://a..e.com/", AMBIGUOUS),
    ("https://0x0a.0.0.1/", AMBIGUOUS),
    ("https://167772161/", AMBIGUOUS),
    ("https://blog.e.com\\@evil.example/", EXCLUDED),
    ("https://evil.example\\@a.e.com/", NOT_LISTED),
    # T4
    ("", INVALID),
    ("https://", INVALID),
    ("https:///", INVALID),
    ("javascript:alert(1)", INVALID),
    ("data:text/html,a.e.com", INVALID),
    ("mailto:x@a.e.com", INVALID),
    ("file:///etc/passwd", INVALID),
    ("https://a.e.com/" + "x" * 65_536, INVALID),
    ("https://a.e.com/\ud800", INVALID),
    ("https://a.e.com:99999/", INVALID),
    ("https://[::1/", INVALID),
    # T5
    ("https://api.e.com/admin", EXCLUDED),
    ("https://api.e.com/x/../admin", EXCLUDED),
    ("https://api.e.com/%61dmin/", EXCLUDED),
    ("https://api.e.com/x/%2e%2e/admin", EXCLUDED),
    ("https://api.e.com/administrator", IN),
    ("https://api.e.com/x/..%2fadmin", WIDE),
    ("https://api.e.com/x%2f..%2fadmin", WIDE),
    ("https://api.e.com/x/..;/admin", WIDE),
    ("https://api.e.com//admin", WIDE),
    ("https://api.e.com/%5cadmin", WIDE),
    ("https://api.e.com//x", IN),
    ("https://f.com/docs/x%2fy", IN),
    ("https://f.com/docs/..%2fadmin", AMBIGUOUS),
    ("https://f.com/docs/%2e%2e%5cadmin", AMBIGUOUS),
    ("https://f.com/docs/..;/admin", AMBIGUOUS),
    ("https://f.com/docs\\..\\admin", NOT_LISTED),
    ("https://f.com/docs/%252e%252e%252fadmin", AMBIGUOUS),
    ("https://f.com//docs", NOT_LISTED),
    ("https://api.e.com/ADMIN", WIDE),
    # T6
    ("com.e.app", IN),
    ("COM.E.APP", IN),
    ("https://play.google.com/store/apps/details?id=com.e.app&hl=en", IN),
    ("123456789", IN),
    ("https://apps.apple.com/de/app/other-title/id123456789", IN),
    ("com.e.other", NOT_LISTED),
    ("https://play.google.com/store/apps/details?id=com.e.other", NOT_LISTED),
    ("https://play.google.com/", NOT_LISTED),
    ("ChatGPT Plugins", IN),
    ("  chatgpt   plugins ", IN),
    ("CONNECTORS", IN),
    ("ChatGPT Plugin", NOT_LISTED),
    ("https://github.com/ORG/Repo.git", IN),
    ("git@github.com:org/repo.git", IN),
    ("https://github.com/org", NOT_LISTED),
]


@pytest.mark.parametrize(("target", "expected"), TARGETS, ids=lambda text: ascii(text)[:60])
def test_any_target_gets_its_answer(target: str, expected: str) -> None:
    assert said(answer(CHECKER, target)) == expected


def test_an_ambiguous_target_names_its_canonical_host() -> None:
    """T3: an `IN_SCOPE` becomes `UNDETERMINED` and names the canonical host."""
    verdict = CHECKER.check("https://a.e.com\\@evil.example/")
    assert "a.e.com" in verdict.to_dict()["why"]
    assert verdict.question is not None


def test_a_dotted_word_is_an_app_id_where_one_is_listed_so() -> None:
    """T2: with a note; elsewhere it is a host."""
    assert any("app id" in note for note in CHECKER.check("com.e.app").notes)
    listed = Checker(Program.from_assets(include=["*.e.app"]))
    assert said(listed.check("com.e.app")) == IN
    assert listed.check("com.e.app").notes == ()


def test_a_block_that_is_partly_listed_shows_two_addresses_that_differ() -> None:
    """T2."""
    verdict = CHECKER.check("10.0.0.0/8")
    assert "10.0.0.0" in verdict.problem
    assert "10.1.0.0" in verdict.problem


def test_check_url_reads_urls_and_hosts_only() -> None:
    assert said(CHECKER.check_url("a.e.com")) == IN
    assert said(CHECKER.check_url("https://a.e.com/")) == IN
    assert said(CHECKER.check_url("ChatGPT Plugins")) == INVALID
    assert not CHECKER.check_url("com.e.app").in_scope


def test_check_asset_reads_names_first() -> None:
    assert said(CHECKER.check_asset("ChatGPT Plugins")) == IN
    assert said(CHECKER.check_asset("com.e.app")) == IN
    assert said(CHECKER.check_asset("a.e.com")) == IN
    assert said(CHECKER.check_asset("blog.e.com")) == EXCLUDED


def test_filter_is_lazy_and_keeps_order() -> None:
    """Section 4: lazily, the in-scope ones; what is no target is passed over."""
    endless = (f"h{number}.{'e' if number % 2 else 'f'}.com" for number in count())
    assert list(islice(CHECKER.filter(endless), 3)) == ["h1.e.com", "h3.e.com", "h5.e.com"]
    assert list(CHECKER.filter(["\ud800", "", "e.com", "a.e.com", "blog.e.com"])) == ["a.e.com"]


def test_a_strict_caller_gets_a_question_instead_of_a_yes() -> None:
    """P4: any unresolved exclusion; sentences that restate the default are none."""
    texts = {"All staging systems": Decision.UNDETERMINED, "Anything not listed": Decision.IN_SCOPE}
    for text, decision in texts.items():
        unread = (Unresolved(text=text, effect="exclude"),)
        program = PROGRAM.model_copy(update={"unresolved": unread})
        for target in ("a.e.com", "10.0.0.1", "com.e.app", "ChatGPT Plugins", "10.0.0.0/24"):
            assert Checker(program, strict=True).check(target).decision is decision
            assert Checker(program).check(target).in_scope


@given(any_text() | hostile_texts())
def test_check_never_raises(text: str) -> None:
    """Section 4: what is no target gets the verdict `invalid-target`."""
    for verdict in (CHECKER.check(text), CHECKER.check_url(text), CHECKER.check_asset(text)):
        assert verdict.text == text
        assert (verdict.target is None) is (verdict.reason == "invalid-target")


@pytest.mark.parametrize("odd", [None, b"https://a.e.com/", 7, ["a.e.com"], float("nan")], ids=repr)
def test_what_is_not_text_is_an_invalid_target(odd: object) -> None:
    """T4."""
    for ask in (CHECKER.check, CHECKER.check_url, CHECKER.check_asset):
        verdict = ask(odd)  # type: ignore[arg-type]  # what types forbid is asked on purpose
        assert said(verdict) == INVALID
        assert str(verdict)


@given(st.data(), scopes(), st.booleans())
def test_a_checker_pickles_and_answers_the_same(data: st.DataObject, scope: Scope, strict: bool) -> None:
    checker = scope.checker(strict=strict)
    copy = pickle.loads(pickle.dumps(checker))
    for _ in range(3):
        target = data.draw(target_texts(scope.rules))
        assert copy.check(target) == checker.check(target)
        assert str(copy.check(target)) == str(checker.check(target))


@given(st.data(), scopes())
def test_asking_changes_no_later_answer(data: st.DataObject, scope: Scope) -> None:
    """A checker is immutable: what was asked before plays no part."""
    asked = data.draw(st.lists(target_texts(scope.rules), min_size=1, max_size=4))
    checker = scope.checker()
    first = [checker.check(target) for target in asked]
    assert [checker.check(target) for target in reversed(asked)] == first[::-1]
    assert [scope.checker().check(target) for target in asked] == first


def test_a_checker_is_shared_by_threads() -> None:
    targets = [target for target, _ in TARGETS] * 20
    expected = [CHECKER.check(target) for target in targets]
    fresh = Checker(PROGRAM)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(fresh.check, targets)) == expected


def test_from_assets_refuses_a_lone_text() -> None:
    """It would be read letter by letter."""
    with pytest.raises(TypeError):
        Program.from_assets(include="a.e.com")


class _Shown(str):
    """A text that shows another one when it is cut."""

    __slots__ = ()

    def __getitem__(self, _: object) -> str:
        return "https://a.example.com/"

    def encode(self, *_: object, **__: object) -> bytes:
        raise TypeError


class _Nothing:
    def __repr__(self) -> str:
        raise ValueError


def test_a_subclass_of_text_is_the_text_that_it_holds() -> None:
    """Whoever makes targets must not choose what is remembered for them."""
    checker = Checker(Program.from_assets(["*.example.com"], ["pay.example.com"]))
    for size in range(16):
        for _ in range(2):
            assert checker.check_url("https://a.example.com/" + "z" * size).in_scope
    for ask in (checker.check, checker.check_url, checker.check_asset):
        for text in ("https://pay.example.com/", "https://pay.example.com/\u00fc\n", "https://evil.com/"):
            verdict = ask(_Shown(text))
            assert not verdict.in_scope
            assert (type(verdict.text), verdict.text) == (str, text)


@pytest.mark.parametrize(
    "target", [None, 1, b"https://a.example.com/", 10**5_000, _Nothing(), ["x"]], ids=type
)
def test_what_is_no_text_is_no_target(target: Any) -> None:
    """T4: nothing is raised, whatever is asked about."""
    checker = Checker(Program.from_assets(["*.example.com"]))
    for ask in (checker.check, checker.check_url, checker.check_asset):
        assert ask(target).reason is Reason.INVALID_TARGET


@pytest.mark.parametrize("user", ["git@example.com:80/x", "git@example.com:22", "git@example.com:a/b"])
def test_a_url_in_the_words_of_git_is_read_as_any_target_is(user: str) -> None:
    """T2, T3: a number behind the colon may be a port, and it is a login elsewhere than on code hosts."""
    checker = Checker(Program.from_assets(["example.com"]))
    assert checker.check_url(user).decision is checker.check(user).decision is Decision.UNDETERMINED
