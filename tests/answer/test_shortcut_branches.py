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
from scopecheck.targets.url import Url, canonical_path, parse_url

PRINTED = "".join(map(chr, range(0x21, 0x7F)))
CONTROLS = "".join(map(chr, (*range(0x21), 0x7F, 0x80, 0x9F, 0xA0, 0xFC, 0x660, 0x3000, 0xDC80)))
HOSTS = ("e.com", "a", "_", "-", "0a", "z9_-.a", "a" * 253)
PLAIN = [
    *(f"{scheme}://{host}" for scheme in ("http", "https") for host in HOSTS),
    *(f"https://e.com:{port}" for port in (1, 19, 443, 8443, 65535)),
    *(f"https://e.com/{char}" for char in PRINTED),
    *(f"https://e.com:8443/a{char}b/c{char}{char}/d@f.com\\" for char in PRINTED),
    "https://e.com/" + "a" * 8000,
]
NOT_PLAIN = [
    *(f"https://e.com/{char}" for char in CONTROLS),
    *(f"https://e.com/a{char}b" for char in CONTROLS),
    *(
        f"https://e.com{char}"
        for char in PRINTED
        if char not in "_.-/" and not char.islower() | char.isdigit()
    ),
    *(f"https://e.com:{port}/" for port in ("", "0", "08", "123456", "x", "1:2")),
    *(f"https://{host}" for host in ("", ".e.com", "E.com", "e\u00fc.com", "u@e.com", "a" * 254)),
    "https://e.com?a/b",
    "https://e.com/" + "a" * 8001,
    "ftp://e.com",
    "HTTPS://e.com",
    "xhttps://e.com",
    "https:/e.com",
    "https:///e.com",
    "e.com",
]


@pytest.mark.parametrize("text", PLAIN, ids=range(len(PLAIN)))
def test_plain_shapes(text: str) -> None:
    """T3: behind the slash nothing changes the host, the port, or whether clients agree on them."""
    shape = plain_shape(text)
    assert shape is not None
    scheme, _, rest = text.partition("://")
    assert shape[1] == rest.partition("/")[0]
    whole, origin = parse_url(text), parse_url(f"{scheme}://{shape[1]}")
    assert (whole.scheme, whole.host, whole.port) == (origin.scheme, origin.host, origin.port)
    assert whole.doubts == origin.doubts


@pytest.mark.parametrize("text", NOT_PLAIN, ids=range(len(NOT_PLAIN)))
def test_shapes_that_are_not_plain(text: str) -> None:
    """T3: whatever might be read in two ways is none, nor what would take long to look at."""
    assert plain_shape(text) is None


USER = "AZaz09._~!$&'()*+,;=-"
BEFORE_A_SLASH = "".join(char for char in PRINTED if char not in "/@\\")
ODD = [
    *(
        (f"https://{host}", "https", host, None)
        for host in ("E.com", "aZ0_-.Zz", "_", "-", "9", "A" * 253, "e.com.", "E.com:8443")
    ),
    *((f"{scheme}://e.com/", scheme, "e.com", "/") for scheme in ("HTTPS", "hTtP", "http")),
    *((f"https://{c}@e.com/", "https", "e.com", "/") for c in USER),
    *((f"https://u{c}:{c}@e.com", "https", "e.com", None) for c in USER),
    *((f"https://e.com?{c}x/y@z", "https", "e.com", f"?{c}x/y@z") for c in BEFORE_A_SLASH),
    *((f"https://e.com#{c}", "https", "e.com", f"#{c}") for c in BEFORE_A_SLASH),
    *((f"https://E.com/{c}", "https", "E.com", f"/{c}") for c in PRINTED),
]
NOT_EVEN = [
    *(f"https://E.com{mark}{char}" for char in CONTROLS for mark in "/?#"),
    *(f"https://e.com?{char}" for char in "@\\"),
    *(f"https://e.com#a{char}/" for char in "@\\"),
    *(f"https://e.com:{port}/" for port in ("", "0", "08", "123456", "x")),
    *(f"https://{host}" for host in ("", ".E.com", "e\u00fc.com", "E" * 254)),
    *(f"https://{user}@e.com" for user in ("", ":", ":p", "u@v", "u:p:q", "u%40", "u?", "u" * 101)),
    "https://u:" + "p" * 101 + "@e.com",
    "https://e.com\\",
    "https://e.com\\@f.com/",
    "ftp://E.com",
    "https:/E.com",
    "https:\\\\e.com",
    "E.com",
]


@pytest.mark.parametrize(("text", "scheme", "name", "rest"), ODD, ids=range(len(ODD)))
def test_shapes_that_are_almost_plain(text: str, scheme: str, name: str, rest: str | None) -> None:
    """T3: capitals, a user name, and a query or fragment right behind the host leave no doubt."""
    shape = shortcut._ODD_SHAPE(text)
    assert shape is not None
    assert (shape[1], shape[2], shape[3]) == (scheme, name, rest)
    if name.rpartition(".")[2].isalpha():
        whole, origin = parse_url(text), parse_url(f"{scheme}://{name}".lower())
        assert (whole.host, whole.port, whole.doubts) == (origin.host, origin.port, ())


@pytest.mark.parametrize("text", NOT_EVEN, ids=range(len(NOT_EVEN)))
def test_shapes_that_are_not_even_almost_plain(text: str) -> None:
    """T3: what some client takes for the end of a user name or for a slash, and all that is no shape."""
    assert shortcut._ODD_SHAPE(text) is None


SEGMENT = "AZaz09_~!$&'()*+,=:@-"
QUERY = "!$%&()*+,-./0129:;=?@ABYZ_abyz~|{}"
PATHS = [
    ("", "", None),
    ("/", "/", None),
    *((f"/{c}", f"/{c}", None) for c in SEGMENT + ";"),
    *((f"/a{c}/", f"/a{c}/", None) for c in SEGMENT + ";."),
    *(
        (f"/{c}b{c}", f"/{c}b{c}", None)
        for c in ("%41", "%20", "%c3", "%2D", "%24", "%3a", "%5B", "%5d", "%f0", "%00")
    ),
    *((f"/?{c}", "/", c) for c in QUERY),
    *((f"?{c}", "", c) for c in QUERY),
    *((f"/#{c}", "/", None) for c in QUERY + "'"),
    ("/a?b#c", "/a", "b"),
    ("/" + "a/" * 300, "/" + "a/" * 300, None),
    ("/" + "a" * 500 + ".b", "/" + "a" * 500 + ".b", None),
]
DOUBTFUL_PATHS = [
    *(f"/{c}" for c in './%\\ [|^"\u00fc\u0660'),
    *(f"/a{c}" for c in '%\\ [|^"\u00fc\u0660'),
    *(
        f"/a{e}"
        for e in ("%25", "%2e", "%2E", "%2f", "%2F", "%3b", "%3B", "%5c", "%5C", "%zz", "%4", "%g0", "%0g")
    ),
    *(f"/?{c}" for c in "'\\ [^\"<`\u00fc\u0660"),
    *(f"/#{c}" for c in '#\\ [^"<`\u00fc\u0660'),
    "//",
    "/a//b",
    "/a/./b",
    "/a/../b",
    "//a?b",
]


@pytest.mark.parametrize(("rest", "path", "query"), PATHS, ids=range(len(PATHS)))
def test_paths_that_are_read_in_one_way(rest: str, path: str, query: str | None) -> None:
    """T5: what the URL parser would make of them, and no server anything else."""
    shape = shortcut._PLAIN_PATH(rest)
    assert shape is not None
    assert (shape[1], shape[2]) == (path, query)
    url = parse_url("https://e.com" + rest)
    assert (url.path, url.query) == (canonical_path(path) or "/", query or "")
    assert url.other_paths == ()


@pytest.mark.parametrize("rest", DOUBTFUL_PATHS, ids=range(len(DOUBTFUL_PATHS)))
def test_paths_that_go_to_the_parser(rest: str) -> None:
    """T5: escapes that servers may decode before they look for segments, and whatever is mended."""
    assert shortcut._PLAIN_PATH(rest) is None


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
        name, rest = shape[1], text[shape.end(1) :] or "/"
        known = self.shortcut.names.get(name) or self.shortcut.learn(name)
        return known or self.shortcut.apart(text.partition(":")[0], name, rest)

    def remembered(self) -> list[str]:
        """Return every host with its port that something is remembered of, and for which scheme if for one."""
        origins = (f"{scheme}://{name}" for scheme, name in self.shortcut._origins)
        return sorted((*self.shortcut.names, *origins))


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
    """That is what makes a check cheap: the domains that rules reach below are asked about beforehand."""
    counting = Counting(["*.e.com", "*.p.e.com"], ["x.e.com", "https://p.e.com/admin"])
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
    assert len(counting.asked) == below
    for number in range(100):
        assert counting.ask(f"https://p.e.com/{number}") is not None
        assert counting.ask(f"https://p.e.com:8443/{number}") is not None
        assert counting.shortcut.of(parse_url(f"ftp://h{number}.e.com/")) is not None
        assert counting.ask(f"h{number}.e.com") is not None
    assert len(counting.asked) == below + 2


@pytest.mark.parametrize(
    ("texts", "remembered"),
    [
        (
            ("https://a.e.com/", "http://b.e.com/x", "c.e.com", "https://e.com"),
            ["a.e.com", "b.e.com", "c.e.com", "e.com"],
        ),
        (("https://E.com:8443/x?y#z", "http://e.com"), ["e.com", "https://e.com:8443"]),
        (("https://nowhere.net/", "https://n.nowhere.net/"), ["n.nowhere.net", "nowhere.net"]),
        (
            ("https://e.com./", "https://1.2.3.4/", "http://1.2.3.4"),
            ["http://1.2.3.4", "https://1.2.3.4", "https://e.com."],
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
                "https://1.2.3.4.",
                "https://0x7f.1",
                "https://e.com:65536/",
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
            sizes.add(len(counting.shortcut.names))
            assert len(counting.shortcut._origins) <= 5
        assert counting.shortcut.of(parse_url(f"https://h.e.com:{1000 + number}/")) is not None
        assert len(counting.shortcut._rest) <= 5
        for said in (*counting.shortcut._below.values(), *counting.shortcut._at.values()):
            if isinstance(said, shortcut._Hosts):
                for told in (said.http, said.https):
                    assert not isinstance(told, shortcut._Kind) or len(told.accounts) <= 4
    assert max(sizes) == 5
    for origin in ("https://h{}.e.com", "https://h.e.com:1{:03}"):
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
