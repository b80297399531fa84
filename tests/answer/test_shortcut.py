"""Plainly shaped targets share answers; what each is told is what the whole way would have said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from members import keys
from scopecheck import Checker, Decision, Program, Verdict
from scopecheck.answer import checker as checker_module
from scopecheck.answer import shortcut
from scopecheck.errors import TargetError
from scopecheck.targets.asset import parse_target, parse_web
from scopecheck.targets.url import Url
from strategies import Scope, scopes, target_texts, web_targets

HOSTS = (
    "x.b.a.e.com",
    "e.com",
    "a.e.com",
    "z.e.com",
    "b.a.e.com",
    "y.a.e.com",
    "xe.com",
    "com",
    "e.co.uk",
    "www.e.org",
    "api-1.e.com",
    "prod.f.com",
)
ORIGINS = (
    "https://{}",
    "https://X.{}",
    "wss://{}:8443",
    "ftp://{}",
    "mongodb://{}",
    "http://{}",
    "https://{}:8443",
    "http://{}:80",
    "https://{}:443",
    "ws://{}",
    "{}",
)
PATHS = (
    "",
    "/",
    "/api",
    "/apixyz",
    "/api/x?tab=x",
    "/a/b/",
    "/x-1.zip",
    "/a//b",
    "/a/../api",
    "/API",
    "/%61pi",
    "/ap%69/x",
    "/%2e%2e/api",
    "/a%2fb",
    "/a%2Fb",
    "/a%5cb",
    "/x%252fy",
    "/%00",
    "/a%20b",
    "/%zz",
    "/api#a",
    "/api?tab=x#@/",
    "#a",
    "/%61#",
    "/x%2",
)


@pytest.fixture(autouse=True, scope="module")
def _every_origin_is_remembered() -> Iterator[None]:
    """Otherwise one URL in eight has its origin remembered, and few examples would meet it again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checker_module, "_SELDOM", 1)
        yield


class NoShortcut:
    """Remembers nothing."""

    def of(self, url: Url) -> None:
        """Leave every URL to the whole way."""


def whole(checker: Checker, text: str, *, url: bool) -> Verdict:
    """Answer without anything that is remembered."""
    checker = Checker(checker.program, strict=checker.strict)
    checker._shortcut = cast("shortcut.Shortcut", NoShortcut())
    try:
        target = parse_web(text) if url else parse_target(text, checker._index.keys)
    except TargetError as error:
        return checker._invalid(text, error.message)
    return checker._answer(text, target)


def assert_same(checker: Checker, text: str) -> None:
    """Hold both doors against the whole way: before and after anything is remembered, origins last."""
    for url in (True, False):
        slow = whole(checker, text, url=url)
        for _ in range(3):
            quick = checker.check_url(text) if url else checker.check(text)
            assert (quick.decision, quick.reason, quick.problem) == (slow.decision, slow.reason, slow.problem)
            assert keys(quick.matches) == keys(slow.matches)
            assert keys(quick.beaten) == keys(slow.beaten)
            assert keys(quick.all_matches) == keys(slow.all_matches)
            assert quick.target == slow.target


@given(st.data(), scopes(), st.booleans())
def test_what_is_remembered_is_what_the_whole_way_says(
    data: st.DataObject, scope: Scope, strict: bool
) -> None:
    """3.3: the answer depends on the target and the rules, not on what was asked before."""
    checker = scope.checker(strict=strict)
    for _ in range(4):
        text = data.draw(st.one_of(web_targets(scope.rules).map(str), target_texts(scope.rules)))
        assert_same(checker, text)
        assert checker.check_url(text).to_dict() == whole(checker, text, url=True).to_dict()
    event(f"{min(len(checker._below), 3)} domains remembered")


@given(st.data(), scopes())
def test_hosts_of_one_kind_are_told_apart_where_a_rule_does(data: st.DataObject, scope: Scope) -> None:
    checker = scope.checker()
    asked = data.draw(
        st.lists(
            st.tuples(st.sampled_from(HOSTS), st.sampled_from(ORIGINS), st.sampled_from(PATHS)), max_size=8
        )
    )
    for host, origin, path in asked:
        assert_same(checker, origin.format(host) + path)


RULES = {
    "shape": (["api-*.e.com"], ["*-dev.e.com"]),
    "tail": (["e.*"], ["prod.f.*"]),
    "glued": (["*e.com"], ["*a.e.com"]),
    "nested": (["*.e.com", "*.a.e.com:8443"], ["b.a.e.com"]),
    "ports": (["e.com:8443", "a.e.com:443", "*.e.com:80"], ["b.a.e.com:8443"]),
    "paths": (["https://e.com/api", "*.e.com/x-*.zip"], ["a.e.com/api", "e.com/a/*/b"]),
    "queries": (["https://e.com/api/x?tab=x"], ["*.e.com/api/x?tab=y"]),
    "suffixes": (["*.com", "*.co.uk"], ["*.org"]),
    "one-label": (["localhost", "com"], []),
    "anything": (["*"], ["*.*", "e*.com"]),
    "shared-hosts": (["https://github.com/e/api", "com.e.app"], ["gist.github.com"]),
    "names": (["e.com", "Plugins"], ["Mobile wallet"]),
}


@pytest.mark.parametrize(("include", "exclude"), RULES.values(), ids=RULES)
def test_every_kind_of_rule_answers_alike_with_and_without_memory(
    include: list[str], exclude: list[str]
) -> None:
    checker = Checker(Program.from_assets(include=include, exclude=exclude))
    odd = (
        "github.com",
        "play.google.com",
        "e..com",
        "e.com.",
        "1.2.3.4",
        "e.4",
        "xn--0.e.com",
        "a.xn--e.com",
        "\u00fc.e.com",
        "a%2ee.com",
        "0xa.1",
    )
    for host in (*HOSTS, *odd, "localhost", "api-1.b.e.com", "x-dev.e.com"):
        for origin in ORIGINS:
            for path in (*PATHS, "\\api\\x", "/store/apps/details?id=com.e.app", "/E/API.git"):
                assert_same(checker, origin.format(host) + path)


@pytest.mark.parametrize(
    "text",
    [
        "https://a..e.com/",
        "https://b.a..e.com/",
        "https://e.com./",
        "https://.e.com/",
        "https://1.2.3.4/",
        "https://a.e.com:0/",
        "https://a.e.com:70000/",
        "https://a.e.com:8443/",
        "https://xn--0.e.com/",
        "https://a.e.com/x/../y",
        "https://a.e.com//x",
        "https://a.e.com?x",
        "https://" + "a" * 300 + ".e.com/",
        "https://a.e.com/" + "x" * 70_000,
        "https://a.e.com/" + "x/" * 200,
        "https://a.e.com/\tx",
        "https://a.e.com/x\n",
        "https://a.e.com/x ",
        "https://a.e.com/x\x00",
        "https://a.e.com/\u00fc\u3000\u200b",
        "https://a.e.com/" + "\u00fc" * 40_000,
        "https://a.e.com/\ud800",
        "https://a.e.com\\/x",
        "https://a.e.com@/x",
        "https://a.e.com/@/\\x",
        "https:///a.e.com/",
        "http://a.e.com/x",
        "xhttps://a.e.com/",
    ],
)
def test_what_is_not_plain_goes_the_whole_way(text: str) -> None:
    """T3, T4: spellings that clients read differently share no answer with plain ones."""
    for listed in (["*.e.com"], ["*.e.com", "*.com"], ["*.e.com", "e.*"]):
        checker = Checker(Program.from_assets(include=listed))
        for _ in range(2):
            assert checker.check_url("https://a.e.com/").in_scope
        assert checker._again is (len(listed) == 1)
        assert_same(checker, text)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many hosts and paths are asked about, what is kept has a limit."""
    monkeypatch.setattr(shortcut, "_NAMES", 50)
    monkeypatch.setattr(shortcut, "_ACCOUNTS", 20)
    listed = ["*.e.com", *(f"https://p.e.com/{number}" for number in range(100))]
    checker = Checker(Program.from_assets(include=listed[:1], exclude=listed[1:]))
    for number in range(300):
        assert checker.check_url(f"https://h{number}.e.com/").in_scope
        excluded = number < 100
        verdict = checker.check_url(f"https://p.e.com/{number}")
        assert verdict.decision is (Decision.OUT_OF_SCOPE if excluded else Decision.IN_SCOPE)
        checker.check_url(f"https://x.e.com:{number + 1000}/")
        assert checker.check_url(f"https://x.h{number}.e.com/").in_scope
        assert len(checker._below) <= 50 + len(checker._listed)
    kinds = [told for told in checker._shortcut._rest.values() if isinstance(told, shortcut._Kind)]
    assert kinds
    assert all(len(kind.accounts) <= 20 for kind in kinds)


def _again(checker: Checker) -> bool:
    return checker._again


def test_origins_are_remembered_as_long_as_they_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory is bounded, and left aside in a crawl that meets every host once."""
    monkeypatch.setattr(checker_module, "_ORIGINS", 5)
    checker = Checker(Program.from_assets(include=["*.e.com", "https://p.e.com/x"]))
    for _ in range(2):
        assert not _again(checker)
        assert checker.check_url("https://a.e.com/x").in_scope
    assert _again(checker)
    for number in range(20):
        assert checker.check_url(f"https://h{number}.e.com/").in_scope
        assert not _again(checker)
        assert checker.check_url(f"https://h{number}.e.com").in_scope
        assert 1 <= len(checker._origins) <= 5
    assert checker.check_url("https://p.e.com/x").in_scope
    assert "https://p.e.com/" not in checker._origins
    monkeypatch.setattr(checker_module, "_SELDOM", 10)
    known = set(checker._origins)
    checker.check_url("https://n.e.com/xx")
    assert set(checker._origins) == known
    checker.check_url("https://n.e.com/xxxx")
    assert "https://n.e.com/" in checker._origins
