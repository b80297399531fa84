"""Spellings: the equivalent get one answer, the hostile no yes that a client could turn into harm.

The clients and servers below are written apart from the library: each reads a text in a way that
some program in use does.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from ada_url import URL
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

import strategies as own
from scopecheck import Checker, Program, TargetError
from scopecheck.errors import HostError
from scopecheck.targets.host import Host, parse_host
from scopecheck.targets.url import Url, parse_url
from scopecheck.testing import equivalent_spellings, hostile_spellings
from scopecheck.testing.spellings import hostile_spellings_of
from strategies import Scope, Web

# --- clients ---------------------------------------------------------------------------------


def browser(text: str) -> str:
    """WHATWG, as browsers and Node have it."""
    return URL(text).hostname


def python(text: str) -> str:
    """`urllib.parse`, and what is built on it."""
    return urlsplit(text).hostname or ""


def rfc3986(text: str) -> str:
    """The regular expression of RFC 3986, appendix B; the user name ends at the last `@`."""
    found = re.match(r"([^:/?#]+):(?://([^/?#]*))?", text)
    authority = (found[2] or "") if found else ""
    return _without_port(authority.rpartition("@")[2])


def only_slashes(text: str) -> str:
    """A client for which only a slash ends the authority, as older versions of curl."""
    authority = text.partition("://")[2].partition("/")[0]
    return _without_port(re.split(r"[?#]", authority.rpartition("@")[2])[0])


def first_at(text: str) -> str:
    """A client for which the user name ends at the first `@`."""
    authority = re.split(r"[/?#\\]", text.partition("://")[2])[0]
    return _without_port(authority.partition("@")[2] or authority)


def strict_backslash(text: str) -> str:
    """A client that drops nothing and takes a backslash for a part of the path."""
    authority = re.split(r"[/?#\\]", text.partition("://")[2])[0]
    return _without_port(authority.rpartition("@")[2])


def _without_port(text: str) -> str:
    return text.partition("]")[0] + "]" if text.startswith("[") else text.partition(":")[0]


CLIENTS: tuple[Callable[[str], str], ...] = (
    browser,
    python,
    rfc3986,
    only_slashes,
    first_at,
    strict_backslash,
)


def contacted(text: str) -> Iterator[Host]:
    """Yield the hosts that clients contact for a text; one that refuses it contacts none."""
    for client in CLIENTS:
        try:
            host = client(text)
            if host:
                yield parse_host(host).host
        except ValueError:  # Every refusal is one, `HostError` too.
            continue


# --- servers ---------------------------------------------------------------------------------


def served(path: str) -> Iterator[str]:
    """Yield the paths that servers and proxies make of one, by what each of them decodes or drops."""
    separators = {"%2f": "/", "%5c": "/", "\\": "/", "%2e": "."}
    for rounds in range(3):
        text = path
        for _ in range(rounds):
            text = re.sub(r"%25(?=2[ef]|5c)", "%", text, flags=re.IGNORECASE) if rounds == 2 else text
            for escape, char in separators.items():
                text = char.join(re.split(re.escape(escape), text, flags=re.IGNORECASE))
        for parameters in (text, re.sub(r"(\.{1,2});[^/]*", r"\1", text)):
            for slashes in (parameters, re.sub(r"/+", "/", parameters)):
                yield resolved(slashes)


def resolved(path: str) -> str:
    kept: list[str] = []
    parts = path.split("/")[1:]
    for number, part in enumerate(parts):
        if part == "..":
            kept = kept[:-1]
        elif part != ".":
            kept.append(part)
        if part in (".", "..") and number == len(parts) - 1:
            kept.append("")
    return "/" + "/".join(kept)


def check_a_yes(checker: Checker, text: str) -> bool:
    """Hold a yes for a text against every client and every server; return whether it was one."""
    verdict = checker.check_url(text)
    if not verdict.in_scope:
        return False
    url = verdict.target
    assert isinstance(url, Url)
    for host in contacted(text):
        assert host == url.host, f"a client goes to {host}"
    for path in served(url.path):
        assert checker.check_url(str(url._replace(path=path))).in_scope, f"a server reads {path}"
    return True


# --- hostile ---------------------------------------------------------------------------------


@given(st.data(), own.scopes())
def test_a_hostile_spelling_is_in_scope_only_if_every_client_reads_it_so(
    data: st.DataObject, scope: Scope
) -> None:
    """T3, T5: whatever is listed, and whatever URL the spelling is made from."""
    checker = scope.checker()
    web = data.draw(own.web_targets(scope.rules))
    try:
        spelling = data.draw(hostile_spellings(str(web)))
    except TargetError:
        return
    check_a_yes(checker, spelling)


URLS = (
    "https://example.com/",
    "https://www.example.com/api/v1?q=1",
    "http://example.com:8080/api",
    "wss://a.example.com/",
    "https://192.0.2.7/api",
    "http://[2001:db8::1]/",
    "https://xn--bcher-kva.example/",
    "https://evil.example/",
)
BROAD = Program.from_assets(
    ["example.com", "*.example.com", "192.0.2.0/24", "2001:db8::/64", "bücher.example", "evil.example"],
    ["https://example.com/admin", "https://*.example.com/admin", "192.0.2.7/admin"],
)


@pytest.mark.parametrize("url", URLS)
def test_every_hostile_spelling_of_a_listed_url(url: str) -> None:
    checker = Checker(BROAD)
    spellings = hostile_spellings_of(url)
    yes = [text for text in spellings if check_a_yes(checker, text)]
    assert len(spellings) > 80
    # Some spellings look odd and mean one thing to everybody; they are few.
    assert len(yes) < len(spellings) / 2


@pytest.mark.parametrize("listed", ["https://www.example.com/api", "https://*.example.com/api/*"])
def test_no_hostile_spelling_of_a_listed_path_leaves_it(listed: str) -> None:
    """T5: a yes for a path is a yes for every path that a server makes of it."""
    checker = Checker(Program.from_assets([listed]))
    spellings = hostile_spellings_of("https://www.example.com/api/v1?q=1")
    assert [text for text in spellings if check_a_yes(checker, text)]
    led_out = [text for text in spellings if any(path.startswith("/admin") for path in served(_path(text)))]
    assert len(led_out) > 10
    assert not any(checker.check_url(text).in_scope for text in led_out)


def _path(text: str) -> str:
    return "/" + re.split(r"[?#]", text.partition("://")[2])[0].partition("/")[2]


@pytest.mark.parametrize("url", URLS[:4])
def test_no_hostile_spelling_reaches_a_stranger(url: str) -> None:
    """A program that lists the stranger alone and one that lists the host alone never both say yes."""
    host = str(parse_url(url).host)
    ours, theirs = (Checker(Program.from_assets([one])) for one in (host, "evil.example"))
    for text in hostile_spellings_of(url):
        assert not (ours.check_url(text).in_scope and theirs.check_url(text).in_scope), text


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
def test_each_client_is_led_astray_by_some_spelling(client: Callable[[str], str]) -> None:
    """The spellings would be worth little if one parser were never confused by them."""
    others = [one for one in CLIENTS if one is not client]

    def differ(text: str) -> bool:
        return any(reads(client, text) != reads(other, text) for other in others)

    assert differ(find(hostile_spellings("https://example.com/"), differ))


def reads(client: Callable[[str], str], text: str) -> Host | None:
    try:
        return parse_host(client(text)).host
    except ValueError:
        return None


NAIVE_HOSTS: dict[str, Callable[[str], bool]] = {
    "holds the name": lambda text: "//example.com" in text,
    "ends so": lambda text: rfc3986(text).endswith("example.com") and "evil" not in rfc3986(text),
    "urlsplit": lambda text: bool(reads(python, text)) and str(reads(python, text)) == "example.com",
    "whatwg": lambda text: str(reads(browser, text)) == "example.com",
}


@pytest.mark.parametrize("naive", NAIVE_HOSTS.values(), ids=NAIVE_HOSTS)
def test_trusting_one_parser_is_noticed(naive: Callable[[str], bool]) -> None:
    """A scope function that reads the host with one parser says yes where another client goes elsewhere."""
    checker = Checker(Program.from_assets(["example.com"]))
    text = find(
        hostile_spellings("https://example.com/"),
        lambda spelling: naive(spelling) and not checker.check_url(spelling).in_scope,
    )
    assert checker.check_url(text).reason in ("ambiguous-target", "not-listed", "invalid-target")


# --- equivalent ------------------------------------------------------------------------------


@given(st.data(), own.scopes())
def test_an_equivalent_spelling_gets_the_decision_of_its_url(data: st.DataObject, scope: Scope) -> None:
    """T1, T5, for programs of every row."""
    checker = scope.checker()
    web = data.draw(own.web_targets(scope.rules))
    try:
        spelling = data.draw(equivalent_spellings(str(web)))
    except TargetError:
        assert checker.check_url(str(web)).reason == "invalid-target"
        return
    plain, other = checker.check_url(str(web)), checker.check_url(spelling)
    assert (other.decision, other.reason) == (plain.decision, plain.reason), spelling


@given(st.data(), own.webs(own.anywhere()))
def test_every_client_reads_an_equivalent_spelling_as_the_same_host(data: st.DataObject, web: Web) -> None:
    text = str(web)
    if web.scheme not in ("http", "https"):
        return
    wanted = parse_host(web.host)
    if wanted.doubts:
        return
    spelling = data.draw(equivalent_spellings(text))
    assert set(contacted(unicodedata.normalize("NFKC", spelling))) == {wanted.host}
    assert set(contacted(spelling)) == {wanted.host}


SHOWN: list[tuple[str, str]] = [
    ("letter case of the host", r"://.*[A-Z].*\.com"),
    ("letter case of the scheme", r"\A[a-z]*[A-Z]"),
    ("root dot", r"com\.[:/]"),
    ("default port", r":443/"),
    ("empty port", r":/[^/]"),
    ("user name", r"//user:secret@"),
    ("a user name like a host", r"//example\.com@"),
    ("escapes", r"/a?%[67]\d"),
    ("dot segments", r"/x/\.\./"),
    ("escaped dot segments", r"/x/%2e%2E/"),
    ("fragment", r"#top\Z"),
]


@functools.cache
def drawn(url: str) -> tuple[str, ...]:
    """Draw many equivalent spellings of a URL, the same ones every time."""
    found: list[str] = []

    @settings(max_examples=400, database=None, derandomize=True, phases=[Phase.generate])
    @given(equivalent_spellings(url))
    def collect(text: str) -> None:
        found.append(text)

    collect()
    return tuple(found)


@pytest.mark.parametrize(("kind", "shape"), SHOWN, ids=[kind for kind, _ in SHOWN])
def test_each_kind_of_equivalence_is_drawn(kind: str, shape: str) -> None:
    assert any(re.search(shape, text) for text in drawn("https://www.example.com/api")), kind


def test_a_u_label_and_full_width_letters_are_drawn() -> None:
    assert any("bücher.example" in text for text in drawn("https://xn--bcher-kva.example/"))
    wide = [text for text in drawn("https://www.example.com/api") if "ｅ" in text]
    assert wide
    assert {browser(text).removesuffix(".") for text in wide} == {"www.example.com"}


@pytest.mark.parametrize(
    "url",
    [
        r"https://example.com\@evil.example/",
        "https://example.com/a/..%2fb",
        "https:///example.com/",
        "https://example.com//a",
    ],
)
def test_a_url_that_is_read_in_several_ways_has_no_other_spelling(url: str) -> None:
    assert find(equivalent_spellings(url), lambda _: True) == url
    with pytest.raises(NoSuchExample):
        find(equivalent_spellings(url), lambda text: text != url)


@pytest.mark.parametrize("text", ["", "javascript:alert(1)", "https://", "https://exa mple.com/", "\ud800"])
def test_what_is_no_url_is_refused(text: str) -> None:
    for strategy in (equivalent_spellings, hostile_spellings):
        with pytest.raises((TargetError, HostError)):
            strategy(text)


def test_a_bare_host_is_read_as_a_url_of_https() -> None:
    assert find(equivalent_spellings("example.com"), lambda _: True) == "https://example.com/"
    assert "https://example.com@evil.example/" in hostile_spellings_of("example.com")
