"""What shares an answer and what does not: the bounds, and who is asked again."""

from __future__ import annotations

import random

import pytest

from counting import Counting, whole
from scopecheck import Checker, Decision, Program, Reason
from scopecheck.answer import shortcut
from scopecheck.errors import TargetError
from scopecheck.targets.asset import parse_web
from scopecheck.targets.host import MAX_TEXT
from scopecheck.targets.url import Url, parse_url

RULES: dict[str, tuple[list[str], list[str]]] = {
    "below": (["*.e.com"], ["a.e.com"]),
    "nested": (["*.e.com", "*.a.e.com:8443", "x.b.a.e.com"], ["b.a.e.com", "http://f.com:81"]),
    "ports": (["e.com:8443", "a.e.com:443", "*.e.com:80"], ["b.a.e.com:8443"]),
    "paths": (["https://e.com/api", "*.e.com/x-*.zip"], ["a.e.com/api", "e.com/a/*/b"]),
    "queries": (["https://e.com/api/x?tab=x", "*.a.e.com/?q=1"], ["*.e.com/api/x?tab=y"]),
    "shape": (["api-*.e.com", "*.e.com"], ["*-dev.e.com"]),
    "tail": (["e.*", "*.f.com"], ["prod.f.*"]),
    "glued": (["*e.com"], ["*a.e.com"]),
    "one-label": (["localhost", "com"], []),
    "suffixes": (["*.com", "*.co.uk"], ["*.org", "e.com"]),
    "anything": (["*.e.com"], ["*", "f*.com"]),
    "shared": (["https://github.com/Acme/api", "*.e.com"], ["gist.github.com"]),
    "schemes": (["http://e.com", "*.e.com", "ftp://a.e.com"], ["wss://b.a.e.com"]),
    "numbers": (["10.0.0.0/8", "*.e.com"], ["1.e.com"]),
    "idn": (["*.xn--bcher-kva.example", "*.e.com"], ["x.xn--bcher-kva.example"]),
    "second": (["e.com", "*.f.com"], ["a.b.f.com", "b.e.com"]),
    "crowd": (["*.e.com", *(f"*.e.com:{port}" for port in range(8400, 8460))], ["a.e.com"]),
}
TARGETS = [
    f"{scheme}://{host}{port}{path}"
    for host in (
        *(
            "e.com",
            "a.e.com",
            "z.e.com",
            "b.a.e.com",
            "x.b.a.e.com",
            "q.x.b.a.e.com",
            "xe.com",
            "com",
            "e",
            "localhost",
        ),
        *(
            "f.com",
            "b.f.com",
            "a.b.f.com",
            "prod.f.com",
            "api-1.e.com",
            "api-1.b.e.com",
            "x-dev.e.com",
            "shop.co.uk",
        ),
        *(
            "github.com",
            "gist.github.com",
            "e.org",
            "1.e.com",
            "10.0.0.1",
            "e.0x4",
            "x.xn--bcher-kva.example",
            "nowhere.net",
        ),
    )
    for scheme, port in (
        ("https", ""),
        ("http", ""),
        ("https", ":8443"),
        ("https", ":80"),
        ("http", ":443"),
        ("http", ":81"),
        ("https", ":70000"),
    )
    for path in ("", "/api/x?tab=x", "/x-1.zip", "/a/q/b", "/?q=1", "/Acme/API", "/%61pi/x?tab=y#f")
]


@pytest.mark.parametrize("name", RULES)
def test_a_shared_answer_is_what_the_rules_say(name: str) -> None:
    """The answer depends on the target and the rules alone, in whatever order targets are asked."""
    counting = Counting(*RULES[name])
    for seed in range(2):
        for text in random.Random(seed).sample(TARGETS, len(TARGETS)):
            answer = counting.ask(text)
            if answer is not None:
                assert (str(answer.outcome.decision), str(answer.outcome.reason)) == whole(counting, text), (
                    text
                )
            try:
                url = parse_web(text)
            except TargetError:
                assert answer is None, text
                continue
            assert isinstance(url, Url)
            known = counting.shortcut.of(url)
            if known is not None:
                assert (str(known.outcome.decision), str(known.outcome.reason)) == whole(counting, text), text


def test_hosts_that_no_rule_tells_apart_are_asked_about_once() -> None:
    """That is what makes a check cheap: the domains that rules reach below are asked about beforehand."""
    counting = Counting(["*.e.com", "*.p.e.com", "y.e.com"], ["x.e.com", "https://p.e.com/admin"])
    below = len(counting.asked)
    assert below == 3  # Nowhere, below e.com and below x.e.com; p.e.com has paths to ask for.
    for number in range(100):
        for text in (
            f"https://h{number}.e.com/{number}?{number}",
            f"http://H{number}.e.com/{number}",
            f"https://h{number}.e.com:8443/",
            f"https://h{number}.x.e.com/",
            f"https://n{number}.net/",
        ):
            assert counting.ask(text) is not None
            assert counting.ask(text) is not None
            assert counting.shortcut.of(parse_url(text)) is not None
        assert counting.ask(f" https://h{number}.e.com/ ") is not None
    assert len(counting.asked) == below
    for number in range(100):
        assert counting.shortcut.of(parse_url(f"wss://x.e.com/{number}")) is not None
        assert counting.ask(f"https://p.e.com/{number}") is not None
        assert counting.ask(f"https://p.e.com:8443/{number}") is not None
        assert counting.shortcut.of(parse_url(f"ftp://h{number}.e.com/")) is not None
        assert counting.ask(f"h{number}.e.com") is not None
    assert len(counting.asked) == below + 4


def test_domains_below_which_many_rules_reach_are_asked_about_when_needed() -> None:
    """Rules for domains below each other would take quadratic time, were all of them asked beforehand."""
    names = ["e.com"]
    while len(names) < 60:
        names.append("a." + names[-1])
    counting = Counting([f"*.{name}" for name in names])
    assert len(counting.asked) == 51  # Nowhere, and fifty domains.
    assert counting.ask(f"https://x.{names[49]}/") is not None
    assert len(counting.asked) == 51
    for number in range(2):
        for name in names[50:]:
            assert counting.ask(f"https://x{number}.{name}/") is not None
    assert len(counting.asked) == 61


@pytest.mark.parametrize(
    ("texts", "remembered"),
    [
        (
            ("https://a.e.com/", "http://b.e.com/x", "c.e.com", "https://e.com"),
            ["e.com"],
        ),
        (("https://E.com:8443/x?y#z", "http://a.e.com:81", "https://x.a.e.com:81"), ["*.a.e.com", "e.com"]),
        (("http://o.e.com:8443",), ["http://o.e.com:8443"]),
        (("https://nowhere.net/", "https://n.nowhere.net/", "m.nowhere.net"), ["*.net", "*.nowhere.net"]),
        (("https://nowhere/", "n.nowhere"), ["*.nowhere"]),
        (("https://1.2.3.4.", "https://0x7f.1"), ["https://0x7f.1", "https://1.2.3.4."]),
        (
            ("https://e.com./", "https://1.2.3.4/", "http://1.2.3.4"),
            ["e.com", "http://1.2.3.4", "https://1.2.3.4", "https://e.com."],
        ),
        (
            ("https://p.e.com/x", "http://p.e.com/x", "https://o.e.com"),
            ["http://p.e.com", "https://o.e.com", "https://p.e.com"],
        ),
        (
            (
                "https://a..e.com",
                "https://x.b..e.com",
                "https://a..",
                "https://xn--0.e.com",
                "https://1.2.3.4.5",
                "https://e.0x7g",
                "https://e.com:65536/",
                "https://x.n.net:65536/",
                "https://a.xn--0.e.com",
                "https://\u00fc.n.net",
                "https://n..net/",
            ),
            [],
        ),
    ],
)
def test_what_is_remembered(texts: tuple[str, ...], remembered: list[str]) -> None:
    """T3: what is not plain leaves no trace, so nothing plain can take its answer."""
    counting = Counting(["*.e.com", "e.com", "https://p.e.com/api", "o.e.com:8443"])
    for text in texts:
        counting.ask(text)
    assert counting.remembered() == remembered


@pytest.mark.parametrize("text", ["https://github.com/Acme/api", "github.com", "https://gist.github.com"])
def test_a_shared_host_is_never_answered_from_memory(text: str) -> None:
    """T6: spellings of a repository are unified first, which needs the whole URL."""
    assert Counting(["https://github.com/acme/api"]).ask(text) is None
    assert Counting(["https://github.com/acme/api"]).shortcut.of(parse_url("https://github.com/")) is None
    assert Counting(["*.e.com"]).ask(text) is not None


def test_what_is_kept_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many hosts, ports, schemes and paths are asked about; and an answer outlives its memory."""
    monkeypatch.setattr(shortcut, "_NAMES", 5)
    monkeypatch.setattr(shortcut, "_ACCOUNTS", 4)
    counting = Counting(["*.e.com", "*.o.e.com:81"], [f"https://p.e.com/{number}" for number in range(50)])
    sizes, kept, accounts = set(), set(), set()
    for number in range(60):
        for text in (
            f"https://h{number}.e.com/",
            f"https://p.e.com/{number}",
            f"http://q{number}.p.e.com:81/",
        ):
            answer = counting.ask(text)
            assert answer is not None
            assert (str(answer.outcome.decision), str(answer.outcome.reason)) == whole(counting, text)
            counting.ask(f"https://x.h{number}.e.com/")
            sizes.add(len([name for name in counting.shortcut.below if name not in counting.shortcut.listed]))
            assert len(counting.shortcut._origins) <= 5
        assert counting.shortcut.of(parse_url(f"https://h.o.e.com:{1000 + number}/")) is not None
        kept.add(len(counting.shortcut._rest))
        origins = counting.shortcut._origins.values()
        accounts |= {len(known[0].accounts) for known in origins if isinstance(known, tuple)}
    assert max(sizes) == max(kept) == 5
    assert max(accounts) == 4
    for origin in ("https://x.h{}.e.com", "https://1.2.3.{}."):
        fresh = Counting(["*.e.com"])
        for number in range(60):
            assert fresh.ask(origin.format(number)) is not None
            assert 1 <= len(fresh.remembered()) <= 5


def test_a_url_of_64_kib_is_the_longest() -> None:
    """T4, also where its shape is almost plain."""
    checker = Checker(Program.from_assets(["e.com"]))
    start = "https://E.com/"
    assert checker.check_url(start + "a" * (MAX_TEXT - len(start))).decision is Decision.IN_SCOPE
    assert checker.check_url(start + "a" * (MAX_TEXT - len(start) + 1)).reason is Reason.INVALID_TARGET


def test_a_host_longer_than_any_of_the_dns_is_not_remembered() -> None:
    """What is remembered is bounded in length, too."""
    counting = Counting(["*.e.com"])
    for length, known in ((253, True), (254, False)):
        host = "a" * (length - 6) + ".e.com"
        assert (counting.shortcut.of(parse_url(f"ftp://{host}/")) is not None) is known
        assert (counting.ask(f"https://{host}/") is not None) is known


def test_what_hosts_right_below_a_domain_are_told() -> None:
    """What others may join with: an answer where every host and URL there is told the same, and else none."""
    exclude = ["x.e.com", "https://p.e.com/a", "*.o.e.com:81"]
    told = {
        name: answer and str(answer.outcome.reason)
        for name, answer in Counting(["*.e.com", "y.e.com"], exclude).shortcut.domains()
    }
    below = {"e.com": "included", "y.e.com": "included", "x.e.com": "below-excluded-host"}
    assert told == {"": "not-listed", **below, "p.e.com": None, "o.e.com": None}
    assert set(dict(Counting(["*.e.com", "f.*"]).shortcut.domains()).values()) == {None}


@pytest.mark.parametrize(("port", "known"), [(65535, True), (65536, False)])
def test_the_last_port(port: int, known: bool) -> None:
    """T4, where a rule looks at ports and where none does."""
    counting = Counting(["*.e.com", "o.e.com:8443"])
    for host in ("a.e.com", "o.e.com", "n.net"):
        assert (counting.ask(f"https://{host}:{port}/") is not None) is known
        assert (f"https://{host}:{port}" in counting.remembered()) is (known and host == "o.e.com")


def test_what_is_told_below_a_domain_holds_for_no_host_that_is_listed() -> None:
    """A host right below a domain shares its answer, unless it is listed itself, with or without a port."""
    counting = Counting(["*.e.com", "*.n.e.com"], ["x.e.com", "a.n.e.com"])
    for text, reason in (
        ("https://a.e.com/", "included"),
        ("https://x.e.com/", "excluded"),
        ("https://x.e.com:81/", "excluded"),
        ("https://a.x.e.com:81/", "below-excluded-host"),
        ("https://b.a.x.e.com/", "below-excluded-host"),
        ("https://x.e.com.", "excluded"),
        ("https://a.n.e.com", "excluded"),
        ("https://b.n.e.com", "included"),
        ("https://x.net", "not-listed"),
        ("https://x.e.com.net", "not-listed"),
    ):
        for _ in range(2):
            answer = counting.ask(text)
            assert answer is not None
            assert str(answer.outcome.reason) == reason, text


PATH_RULES = (["https://p.e.com/api", "https://p.e.com/a?X", "https://q.e.com/"], ["q.e.com/x"])


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("https://P.e.com/api", "IN_SCOPE"),
        ("HTTPS://p.e.com/api/x?y#z", "IN_SCOPE"),
        ("https://u@p.e.com/api", "IN_SCOPE"),
        (" https://p.e.com/api ", "IN_SCOPE"),
        ("https://P.e.com/apis", "OUT_OF_SCOPE"),
        ("https://P.e.com", "OUT_OF_SCOPE"),
        ("p.e.com", "OUT_OF_SCOPE"),
        ("https://p.e.com?/api", "OUT_OF_SCOPE"),
        ("https://p.e.com/a?X", "IN_SCOPE"),
        ("https://p.e.com/a?Y", "UNDETERMINED"),
        ("https://p.e.com/a", "UNDETERMINED"),
        ("https://Q.e.com/", "IN_SCOPE"),
        ("https://Q.e.com", "IN_SCOPE"),
        ("https://Q.e.com?/x", "IN_SCOPE"),
        ("q.e.com", "IN_SCOPE"),
        ("https://Q.e.com/x", "OUT_OF_SCOPE"),
    ],
)
def test_a_path_counts_behind_every_spelling_of_its_host(text: str, decision: str) -> None:
    """T3, T5: an unusual spelling of the host leaves the path what it is, and needs no parser."""
    counting = Counting(*PATH_RULES)
    for _ in range(2):
        answer = counting.ask(text)
        assert answer is not None
        assert (str(answer.outcome.decision), str(answer.outcome.reason)) == whole(counting, text)
        assert str(answer.outcome.decision) == decision


def test_accounts_of_paths_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shortcut, "_ACCOUNTS", 4)
    counting = Counting(["*.e.com"], [f"https://p.e.com/{number}" for number in range(50)])
    sizes = set()
    for number in range(50):
        assert counting.ask(f"https://p.e.com/{number}") is not None
        kind = counting.shortcut.by_origin("https", "p.e.com")
        assert isinstance(kind, tuple)
        sizes.add(len(kind[0].accounts))
    assert sizes == {1, 2, 3, 4}
