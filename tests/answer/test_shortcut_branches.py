"""What shares an answer and what does not: the shapes, the bounds, and who is asked again."""

from __future__ import annotations

import random

import pytest

from scopecheck import Checker, Decision, Program, Reason
from scopecheck.answer import shortcut
from scopecheck.answer.decide import decide
from scopecheck.answer.matcher import Index
from scopecheck.answer.shortcut import Shortcut, plain_shape
from scopecheck.answer.verdict import Answer
from scopecheck.errors import TargetError
from scopecheck.targets.asset import parse_web
from scopecheck.targets.host import MAX_TEXT
from scopecheck.targets.url import Url, parse_url

SEGMENT = "AZaz09_~!$&'()*+,=:@-"
QUERY = "!$%&()*+,-./0129:;=?@ABYZ_abyz~|{}"
HOSTS = ("e.com", "a", "_", "-", "0a", "z9_-.a", "a" * 253)
PLAIN = [
    *(f"{scheme}://{host}" for scheme in ("http", "https") for host in HOSTS),
    *(f"https://e.com/{char}" for char in SEGMENT),
    *(f"https://e.com/a{char}" for char in SEGMENT + "."),
    *(f"https://e.com/a/{char}/b" for char in SEGMENT),
    *(f"https://e.com/?{char}{char}" for char in QUERY),
    "https://e.com/?",
    "https://e.com/a/?b",
    "https://e.com/" + "a/" * 100,
    "https://e.com/" + "a" * 201 + "/",
    "https://e.com/" + "a" * 200 + ".",
    "https://e.com/?" + "a" * 4000,
]
NOT_PLAIN = [
    *(f"https://e.com/{char}" for char in './;%\\ [|^"\u00fc\u0660'),
    *(f"https://e.com/a{char}" for char in ';%\\ [|^"\u00fc\u0660#'),
    *(f"https://e.com/?{char}" for char in "#'\\ [^\"<`\u00fc\u0660"),
    *(f"https://{host}" for host in ("", ".e.com", "E.com", "e\u00fc.com", "u@e.com", "e.com:1", "a" * 254)),
    "https://e.com?a",
    "https://e.com//",
    "https://e.com/a//b",
    "https://e.com/a/../b",
    "https://e.com/" + "a/" * 101,
    "https://e.com/" + "a" * 201 + ".",
    "https://e.com/?" + "a" * 4001,
    "ftp://e.com",
    "HTTPS://e.com",
    "xhttps://e.com",
    "https:/e.com",
    "e.com",
]


@pytest.mark.parametrize("text", PLAIN, ids=range(len(PLAIN)))
def test_plain_shapes(text: str) -> None:
    """T3: a shape that every client reads alike, told by its origin."""
    shape = plain_shape(text)
    assert shape is not None
    scheme, _, rest = text.partition("://")
    assert shape[1] == f"{scheme}://{rest.partition('/')[0]}"
    assert (parse_url(text).doubts, parse_url(text).other_paths) == ((), ())


@pytest.mark.parametrize("text", NOT_PLAIN, ids=range(len(NOT_PLAIN)))
def test_shapes_that_are_not_plain(text: str) -> None:
    """T3: whatever might be read in two ways is none, nor what would take long to look at."""
    assert plain_shape(text) is None


LESS_PLAIN = [
    *(
        (f"https://{host}", f"https://{host}", None)
        for host in ("E.com", "aZ0_-.Zz", "_", "-", "9", "A" * 253)
    ),
    *((f"http://e.com:{port}/", f"http://e.com:{port}", "/") for port in (1, 19, 443, 8443, 65535, 99999)),
    *((f"https://e.com/{c}", "https://e.com", f"/{c}") for c in SEGMENT + ";"),
    *((f"https://e.com/a{c}/", "https://e.com", f"/a{c}/") for c in SEGMENT + ";."),
    *(
        (f"https://e.com/{c}b{c}", "https://e.com", f"/{c}b{c}")
        for c in ("%41", "%20", "%c3", "%2D", "%24", "%3a", "%5B", "%5d", "%f0", "%00")
    ),
    *((f"https://e.com/?{c}", "https://e.com", f"/?{c}") for c in QUERY),
    *((f"https://e.com/#{c}", "https://e.com", "/") for c in QUERY + "'"),
    ("https://e.com/a?b#c", "https://e.com", "/a?b"),
    ("https://e.com/" + "a/" * 300, "https://e.com", "/" + "a/" * 300),
    ("https://e.com/" + "a" * 500 + ".b", "https://e.com", "/" + "a" * 500 + ".b"),
]
NOT_EVEN = [
    *(f"https://e.com/{c}" for c in './%\\ [|^"\u00fc\u0660'),
    *(f"https://e.com/a{c}" for c in '%\\ [|^"\u00fc\u0660'),
    *(
        f"https://e.com/a{e}"
        for e in ("%25", "%2e", "%2E", "%2f", "%2F", "%3b", "%3B", "%5c", "%5C", "%zz", "%4", "%g0", "%0g")
    ),
    *(f"https://e.com/?{c}" for c in "'\\ [^\"<`\u00fc\u0660"),
    *(f"https://e.com/#{c}" for c in '#\\ [^"<`\u00fc\u0660'),
    *(f"https://e.com:{port}/" for port in ("", "0", "08", "123456", "x")),
    *(f"https://{host}" for host in ("", ".e.com", "e\u00fc.com", "u@e.com", "a" * 254)),
    "https://e.com#a",
    "https://e.com?a",
    "https://e.com//",
    "https://e.com/a//b",
    "https://e.com/a/./b",
    "ftp://e.com",
    "HTTPS://e.com",
    "e.com",
]


@pytest.mark.parametrize(("text", "origin", "rest"), LESS_PLAIN, ids=range(len(LESS_PLAIN)))
def test_shapes_that_are_almost_plain(text: str, origin: str, rest: str | None) -> None:
    """T3, T5: capitals in the host, a port, a fragment, and escapes of what does not divide a path."""
    shape = shortcut._LESS_PLAIN(text)
    assert shape is not None
    assert (shape[1], shape[2]) == (origin, rest)


@pytest.mark.parametrize("text", NOT_EVEN, ids=range(len(NOT_EVEN)))
def test_shapes_that_are_not_even_almost_plain(text: str) -> None:
    """T5: escapes that servers may decode before they look for segments, and all that is no shape."""
    assert shortcut._LESS_PLAIN(text) is None


@pytest.mark.parametrize("text", [*HOSTS, "e.", "a..b", "1.2.3.4"])
def test_hosts_by_themselves(text: str) -> None:
    assert shortcut._HOST(text) is not None


@pytest.mark.parametrize(
    "text", ["", ".e.com", "E.com", "e.com:1", "e.com/", "e com", "\u00fc.com", "a" * 254]
)
def test_texts_that_are_no_hosts_by_themselves(text: str) -> None:
    assert shortcut._HOST(text) is None


class Counting:
    """A shortcut that says how often the rules were asked."""

    def __init__(self, include: list[str], exclude: list[str] | None = None) -> None:
        self.checker = Checker(Program.from_assets(include, exclude or []))
        self.index = Index(self.checker.rules, self.checker.program.policy)
        self.asked: list[Url] = []
        self.shortcut = Shortcut(self.index, self._decide)

    def _decide(self, url: Url) -> Answer:
        self.asked.append(url)
        matches = self.index.matches(url)
        return Answer(self.checker.program, self.checker.rules, decide(matches), matches)

    def ask(self, text: str) -> Answer | None:
        shape = plain_shape(text)
        if shape is None:
            return self.shortcut.unusual(text)
        known = self.shortcut.origins.get(shape[1]) or self.shortcut.learn(shape[1])
        if known is None or isinstance(known, Answer):
            return known
        return self.shortcut.by_path(known, text[len(shape[1]) :])


def whole(counting: Counting, text: str) -> tuple[str, str]:
    """Say what the rules say of a text, without anything remembered."""
    outcome = decide(counting.index.matches(parse_web(text)))
    return str(outcome.decision), str(outcome.reason)


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
    """That is what makes a check cheap: a hundred hosts of a kind cost as much as one."""
    counting = Counting(["*.e.com", "*.p.e.com"], ["x.e.com", "https://p.e.com/admin"])
    for number in range(100):
        for text in (
            f"https://h{number}.e.com/{number}?{number}",
            f"http://H{number}.e.com/{number}",
            f"https://n{number}.net/",
        ):
            assert counting.ask(text) is not None
            assert counting.ask(text) is not None
    assert len(counting.asked) == 3
    for number in range(100):
        assert counting.ask(f"https://p.e.com/{number}") is not None
        assert counting.ask(f"https://p.e.com:8443/{number}") is not None
        assert counting.shortcut.of(parse_url(f"ftp://h{number}.e.com/")) is not None
        assert counting.ask(f"h{number}.e.com") is not None
    assert len(counting.asked) == 6


@pytest.mark.parametrize(
    ("texts", "remembered"),
    [
        (
            ("https://a.e.com/", "https://b.e.com/x", "c.e.com"),
            ["https://a.e.com", "https://b.e.com", "https://c.e.com"],
        ),
        (("https://E.com:8443/x?y#z", "http://e.com"), ["https://e.com:8443", "http://e.com"]),
        (
            ("https://nowhere.net/", "https://n.nowhere.net/"),
            ["https://nowhere.net", "https://n.nowhere.net"],
        ),
        (
            (
                "https://a..e.com",
                "https://xn--0.e.com",
                "https://e.com.",
                "https://1.2.3.4",
                "https://e.com:65536/",
            ),
            [],
        ),
    ],
)
def test_what_is_remembered(texts: tuple[str, ...], remembered: list[str]) -> None:
    """T3: what is not plain leaves no trace, so nothing plain can take its answer."""
    counting = Counting(["*.e.com", "e.com"])
    for text in texts:
        counting.ask(text)
    assert list(counting.shortcut.origins) == remembered


@pytest.mark.parametrize("text", ["https://github.com/Acme/api", "github.com", "https://gist.github.com"])
def test_a_shared_host_is_never_answered_from_memory(text: str) -> None:
    """T6: spellings of a repository are unified first, which needs the whole URL."""
    assert Counting(["https://github.com/acme/api"]).ask(text) is None
    assert Counting(["https://github.com/acme/api"]).shortcut.of(parse_url("https://github.com/")) is None
    assert Counting(["*.e.com"]).ask(text) is not None


def test_what_is_kept_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many hosts, ports, schemes and paths are asked about; and an answer outlives its memory."""
    monkeypatch.setattr(shortcut, "_ORIGINS", 5)
    monkeypatch.setattr(shortcut, "_ACCOUNTS", 4)
    counting = Counting(["*.e.com"], [f"https://p.e.com/{number}" for number in range(50)])
    sizes = set()
    for number in range(60):
        for text in (
            f"https://h{number}.e.com/",
            f"https://p.e.com/{number}",
            f"http://q{number}.p.e.com:81/",
        ):
            answer = counting.ask(text)
            assert answer is not None
            assert (str(answer.outcome.decision), str(answer.outcome.reason)) == whole(counting, text)
            sizes.add(len(counting.shortcut.origins))
        assert counting.shortcut.of(parse_url(f"https://h.e.com:{1000 + number}/")) is not None
        assert len(counting.shortcut._rest) <= 5
        for kinds in counting.shortcut._kinds.values():
            for kind in kinds:
                assert not isinstance(kind, shortcut._Kind) or len(kind.accounts) <= 4
    assert max(sizes) == 5
    for origin in ("https://h{}.e.com", "https://h.e.com:1{:03}"):
        fresh = Counting(["*.e.com"])
        for number in range(60):
            assert fresh.ask(origin.format(number)) is not None
            assert 1 <= len(fresh.shortcut.origins) <= 5


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
