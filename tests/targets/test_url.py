"""URLs: canonical parts (T1), doubts (T3), refusals (T4) and readings of the path (T5)."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import scopecheck as sc
from scopecheck.errors import UrlError
from scopecheck.targets import url as module
from scopecheck.targets.host import parse_host, show_host
from scopecheck.targets.url import Url, canonical_path, has_scheme, parse_url
from strategies import equivalent_spellings, hostile_texts, hosts, ip_addresses, plain_urls, webs

CANONICAL = [
    pytest.param("https://example.com", "https://example.com/", id="T1-empty-path"),
    pytest.param("HTTPS://EXAMPLE.com/Path", "https://example.com/Path", id="T1-case-of-scheme-and-host"),
    pytest.param("https://example.com./", "https://example.com/", id="T1-root-dot"),
    pytest.param("https://example.com:443/", "https://example.com/", id="T1-default-port-of-https"),
    pytest.param("http://example.com:80/", "http://example.com/", id="T1-default-port-of-http"),
    pytest.param("ws://example.com:80/", "ws://example.com/", id="T1-default-port-of-ws"),
    pytest.param("wss://example.com:443/", "wss://example.com/", id="T1-default-port-of-wss"),
    pytest.param("ftp://example.com:21/", "ftp://example.com/", id="T1-default-port-of-ftp"),
    pytest.param("http://example.com:443/", "http://example.com:443/", id="T1-default-port-of-another"),
    pytest.param("https://example.com:/", "https://example.com/", id="T1-empty-port"),
    pytest.param("https://example.com:0443/", "https://example.com/", id="T1-port-with-leading-zero"),
    pytest.param("https://example.com:8443/", "https://example.com:8443/", id="T1-other-port"),
    pytest.param("mongodb://EXAMPLE.com/db", "mongodb://example.com/db", id="T1-host-of-any-scheme"),
    pytest.param("mongodb://BÜCHER.example/", "mongodb://xn--bcher-kva.example/", id="T1-idn-of-any-scheme"),
    pytest.param("ssh://[::ffff:1.2.3.4]:22/", "ssh://1.2.3.4:22/", id="T1-mapped-ipv6-of-any-scheme"),
    pytest.param("https://[::ffff:102:304]/", "https://1.2.3.4/", id="T1-mapped-ipv6"),
    pytest.param("https://[2001:DB8::0:1]/", "https://[2001:db8::1]/", id="T1-ipv6"),
    pytest.param("https://good.example@example.com/", "https://example.com/", id="T1-userinfo"),
    pytest.param("https://good.example:443@example.com/", "https://example.com/", id="T1-userinfo-like-port"),
    pytest.param("https://example.com/?a=%7E#b", "https://example.com/?a=%7E", id="T1-no-fragment"),
    pytest.param("https://example.com/?a='b", "https://example.com/?a=%27b", id="T1-quote-in-the-query"),
    pytest.param("https://example.com/%7e%41", "https://example.com/~A", id="T5-unreserved-are-decoded"),
    pytest.param("https://example.com/%2a%c3%bc", "https://example.com/%2A%C3%BC", id="T5-others-stay"),
    pytest.param("https://example.com/a/./b/../c", "https://example.com/a/c", id="T5-dot-segments"),
    pytest.param("https://example.com/a/%2E/b/%2e%2E/c", "https://example.com/a/c", id="T5-encoded-dots"),
    pytest.param("https://example.com/../../x", "https://example.com/x", id="T5-above-the-root"),
    pytest.param("https://example.com/a/..", "https://example.com/", id="T5-dots-at-the-end"),
    pytest.param("https://example.com/a/b/.", "https://example.com/a/b/", id="T5-dot-at-the-end"),
    pytest.param("ssh://example.com/a/%2e%2e/b", "ssh://example.com/b", id="T5-dots-of-any-scheme"),
]


@pytest.mark.parametrize(("text", "expected"), CANONICAL)
def test_canonical_url(text: str, expected: str) -> None:
    assert str(parse_url(text)) == expected
    assert parse_url(text).doubts == ()


def test_effective_port_is_filled_in() -> None:
    """T1: a dropped default port still is the port; a scheme without one has none."""
    assert parse_url("wss://example.com/").port == 443
    assert parse_url("ftp://example.com:21/").port == 21
    assert parse_url("http://example.com:8080/").port == 8080
    assert parse_url("mongodb://example.com/").port is None


def test_userinfo_is_noted() -> None:
    """T1: what stands before the `@` takes no part, and the answer says so."""
    url = parse_url("https://good.example@evil.example/")
    assert url.host == "evil.example"
    assert any("user name" in note for note in url.notes)


# A URL that clients read as different hosts, and the nearest one that they all read alike.
DOUBTS = [
    pytest.param("https://e.com\\@f.com/", "https://e.com/@f.com/", id="T3-backslash-then-at"),
    pytest.param("https://e.com\\f", "https://e.com/f", id="T3-backslash-behind-the-host"),
    pytest.param("https:\\\\e.com/", "https://e.com/", id="T3-backslashes-behind-the-scheme"),
    pytest.param("ssh://a\\b@e.com/", "ssh://ab@e.com/", id="T3-backslash-in-the-user-name"),
    pytest.param("https://e.\tcom/", "https://e.com/", id="T3-tab-in-the-host"),
    pytest.param("https://e.com/a\nb", "https://e.com/ab", id="T3-newline-in-the-path"),
    pytest.param("ht\ntps://e.com/", "https://e.com/", id="T3-newline-in-the-scheme"),
    pytest.param("https://e.com/?a\rb", "https://e.com/?ab", id="T3-return-in-the-query"),
    pytest.param("https://e.com/#a\tb", "https://e.com/#ab", id="T3-tab-in-the-fragment"),
    pytest.param("https://e.com/\n", "https://e.com/", id="T3-newline-at-the-end"),
    pytest.param("\x01https://e.com/", "https://e.com/", id="T3-control-character-in-front"),
    pytest.param("https://e.com/\x1f", "https://e.com/%1F", id="T3-control-character-at-the-end"),
    pytest.param("https://us er@e.com/", "https://us%20er@e.com/", id="T3-space-in-the-user-name"),
    pytest.param("https://u\x7f@e.com/", "https://u@e.com/", id="T3-control-character-in-the-user-name"),
    pytest.param("https://u\u00a0@e.com/", "https://u@e.com/", id="T3-no-break-space-in-the-user-name"),
    pytest.param("https://%65.com/", "https://e.com/%65", id="T3-percent-sign-in-the-host"),
    pytest.param("mongodb://%65.com/", "mongodb://e.com/%65", id="T3-percent-sign-of-any-scheme"),
    pytest.param("https://a..e.com/", "https://a.e.com/a..b", id="T3-empty-label"),
    pytest.param("https://e.com../", "https://e.com./", id="T3-two-root-dots"),
    pytest.param("https://a,b.e.com/", "https://a-b.e.com/a,b", id="T3-character-of-no-host"),
    pytest.param("mongodb://a.e.com,b.e.com/", "mongodb://a.e.com/", id="T3-list-of-hosts"),
    pytest.param("https://faß.de/", "https://fass.de/ß", id="T3-deviation-character"),
    pytest.param("https://e.com?@f.com/", "https://e.com?f.com/", id="T3-at-behind-question-mark"),
    pytest.param("https://e.com#@f.com/", "https://e.com/#@f.com/", id="T3-at-behind-hash"),
    pytest.param("https://e.com:80#@f.com/", "https://e.com:80/#@f.com/", id="T3-at-behind-port-and-hash"),
    pytest.param("https://a@b@e.com/", "https://a%40b@e.com/", id="T3-two-ats"),
    pytest.param("https://0x7f.0.0.1/", "https://127.0.0.1/", id="T3-ipv4-hexadecimal"),
    pytest.param("https://2130706433/", "https://127.0.0.1/2130706433", id="T3-ipv4-as-one-number"),
    pytest.param("ssh://0177.0.0.1/", "ssh://127.0.0.1/", id="T3-ipv4-octal-of-any-scheme"),
    pytest.param("https:/e.com/", "https://e.com/", id="T3-one-slash"),
    pytest.param("https:e.com/", "https://e.com/", id="T3-no-slash"),
    pytest.param("https:///e.com/", "https://e.com//", id="T3-three-slashes"),
]


@pytest.mark.parametrize(("doubtful", "near"), DOUBTS)
def test_doubtful_url_and_near_one(doubtful: str, near: str) -> None:
    assert parse_url(doubtful).doubts
    assert parse_url(near).doubts == ()


# No rule can name these hosts, so no yes is there to be taken away.
UNLISTABLE = {"T3-empty-label", "T3-two-root-dots", "T3-character-of-no-host", "T3-list-of-hosts"}


@pytest.mark.parametrize(("doubtful", "near"), [row for row in DOUBTS if row.id not in UNLISTABLE])
def test_doubt_turns_a_yes_into_a_question(doubtful: str, near: str) -> None:
    """T3: `IN_SCOPE` becomes `UNDETERMINED` and names the canonical host; the near spelling stays certain."""
    url = parse_url(doubtful)
    checker = sc.Checker(sc.Program.from_assets(include=[f"{url.scheme}://{show_host(url.host)}"]))
    verdict = checker.check_url(doubtful)
    assert (verdict.decision, verdict.reason) == (sc.Decision.UNDETERMINED, sc.Reason.AMBIGUOUS_TARGET)
    assert str(url.host) in str(verdict)
    assert checker.check_url(near).decision is not sc.Decision.UNDETERMINED


@pytest.mark.parametrize(("doubtful", "near"), DOUBTS)
def test_doubt_leaves_a_no(doubtful: str, near: str) -> None:
    """T3: a host that is not listed, or is excluded, is out of scope however it is spelled."""
    elsewhere = sc.Checker(sc.Program.from_assets(include=["other.example"]))
    assert elsewhere.check_url(doubtful).reason is sc.Reason.NOT_LISTED
    assert elsewhere.check_url(near).reason is sc.Reason.NOT_LISTED


INVALID = [
    pytest.param("https://exa mple.com/", id="T4-space-in-the-host"),
    pytest.param("https://", id="T4-nothing-behind-the-scheme"),
    pytest.param("https://example.com:65536/", id="T4-port-too-large"),
    pytest.param("https://example.com:x/", id="T4-port-no-number"),
    pytest.param("https://[::1/", id="T4-bracket-left-open"),
    pytest.param("https://[fe80::1%25eth0]/", id="T4-zone-id"),
    pytest.param("https://1.2.3.256/", id="T4-ipv4-part-too-large"),
    pytest.param("https://./", id="T4-nothing-but-the-root-dot"),
    pytest.param("https://exa%00mple.com/", id="T4-encoded-null"),
    pytest.param("mongodb://exa%2fmple.com/", id="T4-encoded-slash-in-a-host-of-any-scheme"),
    pytest.param("javascript:alert(1)", id="T4-javascript"),
    pytest.param("data:text/html,https://example.com/", id="T4-data"),
    pytest.param("mailto:someone@example.com", id="T4-mailto"),
    pytest.param("file:///etc/hosts", id="T4-file"),
    pytest.param("file://example.com/share", id="T4-file-with-a-host"),
    pytest.param("about:blank", id="T4-about"),
    pytest.param("mongodb:///db", id="T4-no-host-in-another-scheme"),
    pytest.param("/path/alone", id="T4-no-scheme"),
    pytest.param("", id="T4-empty"),
    pytest.param("https://\ud800/", id="T4-lone-surrogate-in-the-host"),
    pytest.param("https://example.com/\udfff", id="T4-lone-surrogate-in-the-path"),
    pytest.param("https://example.com/" + "a" * 65_517, id="T4-over-64-KiB"),
    pytest.param("https://example.com/" + "é" * 32_759, id="T4-over-64-KiB-of-bytes"),
]


@pytest.mark.parametrize("text", INVALID)
def test_invalid_url(text: str) -> None:
    with pytest.raises(UrlError):
        parse_url(text)


def test_longest_url_is_read() -> None:
    """T4: 64 KiB are not over 64 KiB, counted in bytes."""
    assert parse_url("https://example.com/" + "a" * 65_516).path == "/" + "a" * 65_516
    assert parse_url("https://example.com/" + "é" * 32_758).path == "/" + "%C3%A9" * 32_758


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("https://example.com", True, id="T2-url"),
        pytest.param("HTTPS:example.com", True, id="T2-url-without-slashes"),
        pytest.param("javascript:alert(1)", True, id="T4-no-host-and-yet-a-scheme"),
        pytest.param("mongodb://example.com", True, id="T2-other-scheme"),
        pytest.param("example.com:8443", False, id="T2-host-and-port"),
        pytest.param("localhost:8080/x", False, id="T2-one-label-and-port"),
        pytest.param("example.com:8443?x", False, id="T2-host-port-query"),
        pytest.param("example.com:8443x", False, id="T2-host-and-what-is-no-port"),
        pytest.param("example.com", False, id="T2-host"),
        pytest.param("2001:db8::1", False, id="T2-ipv6-that-begins-with-a-digit"),
        pytest.param("fd00::1", False, id="T2-ipv6-that-begins-with-a-letter"),
        pytest.param("dead:beef::1", False, id="T2-ipv6-of-words"),
    ],
)
def test_scheme_is_told_from_host_and_port(text: str, expected: bool) -> None:
    assert has_scheme(text) is expected


# Paths below `/a` as one reads them first, and what a server may make of them.
READINGS = [
    pytest.param("/a/..%2fb", "/b", id="T5-encoded-slash"),
    pytest.param("/a/..%5cb", "/b", id="T5-encoded-backslash"),
    pytest.param("/a%2f..%2fb", "/b", id="T5-two-encoded-slashes"),
    pytest.param("/a/..%252fb", "/b", id="T5-slash-encoded-twice"),
    pytest.param("/a/%252e%252e/b", "/b", id="T5-dots-encoded-twice"),
    pytest.param("/a/..%2f%252e%252e/b", "/%252e%252e/b", id="T5-decoded-once-where-twice-differs"),
    pytest.param("/a/..;/b", "/b", id="T5-dots-with-an-empty-parameter"),
    pytest.param("/a/..;v=1/b", "/b", id="T5-dots-with-a-parameter"),
    pytest.param("/a/%2e%2e;/b", "/b", id="T5-encoded-dots-with-a-parameter"),
    pytest.param("/a/.%2E;v=1/b", "/b", id="T5-half-encoded-dots-with-a-parameter"),
    pytest.param("/a/.;/b", "/a/b", id="T5-dot-with-a-parameter"),
    pytest.param("/a//../b", "/b", id="T5-empty-segment-before-dots"),
    pytest.param("/a//b", "/a/b", id="T5-empty-segment"),
    pytest.param("/a/\\..\\..\\b", "/b", id="T5-backslashes"),
]


@pytest.mark.parametrize(("path", "reading"), READINGS)
def test_other_reading_of_a_path(path: str, reading: str) -> None:
    url = parse_url("https://example.com" + path)
    assert reading in (url.path, *url.other_paths)


@pytest.mark.parametrize(("path", "reading"), [row for row in READINGS if row.values[1] == "/b"])
def test_path_that_leaves_its_rule_is_ambiguous(path: str, reading: str) -> None:
    """T5: what changes which rule applies takes the yes away, from an inclusion and past an exclusion."""
    below = sc.Checker(sc.Program.from_assets(include=["https://example.com/a"]))
    assert not below.check("https://example.com" + path).in_scope
    around = sc.Checker(
        sc.Program.from_assets(include=["https://example.com"], exclude=[f"https://example.com{reading}"])
    )
    assert not around.check("https://example.com" + path).in_scope


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/a/x%2fy", id="T5-encoded-slash"),
        pytest.param("/a/x//y", id="T5-empty-segment"),
        pytest.param("/a/x;v=1/y", id="T5-parameter"),
        pytest.param("/a/x\\y", id="T5-encoded-backslash-as-text"),
        pytest.param("/a/...", id="T5-three-dots"),
        pytest.param("/a/..x", id="T5-dots-and-a-letter"),
    ],
)
def test_path_that_stays_below_its_rule(path: str) -> None:
    """T5: a path is ambiguous only where some reading of it leaves the rule."""
    checker = sc.Checker(sc.Program.from_assets(include=["https://example.com/a"]))
    text = "https://example.com" + path.replace("\\", "%5c")
    assert checker.check(text).in_scope


@pytest.mark.parametrize(
    "path",
    ["/", "/a/b", "/a/b/", "/a/..b/.c", "/a%20b", "/~user", "/a/...", "/%E2%98%83"],
)
def test_plain_path_has_one_reading(path: str) -> None:
    """T5: no suspicious spelling, no second reading."""
    url = parse_url("https://example.com" + path)
    assert url.path == path
    assert url.other_paths == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("/a/../../b", "/b", id="T5-not-above-the-root"),
        pytest.param("/a/b/..", "/a/", id="T5-parent-keeps-its-slash"),
        pytest.param("/.", "/", id="T5-dot-alone"),
        pytest.param("/a/.b/..c/", "/a/.b/..c/", id="T5-names-with-dots"),
        pytest.param("/a//../b", "/a/b", id="T5-empty-segment-is-one"),
        pytest.param("/%2E%2E/%61", "/a", id="T5-decoded-before-resolved"),
        pytest.param("/%252e%252e/a", "/%252e%252e/a", id="T5-decoded-once"),
        pytest.param("/%2f%3b", "/%2F%3B", id="T5-reserved-stay-encoded"),
        pytest.param("/100%", "/100%", id="T5-lone-percent-sign"),
    ],
)
def test_canonical_path(path: str, expected: str) -> None:
    assert canonical_path(path) == expected
    assert canonical_path(expected) == expected


def _parts(url: Url) -> tuple[object, ...]:
    return url.scheme, url.host, url.port, url.path, url.query


@given(plain_urls())
def test_short_cut_gives_what_the_parser_gives(text: str) -> None:
    """T1: a URL that the regular expression takes has the parts that the standard gives it."""
    try:
        expected = module._parse_unusual(text)
    except UrlError:
        with pytest.raises(UrlError):
            parse_url(text)
    else:
        assert parse_url(text) == expected


@given(hostile_texts())
def test_reading_a_url_raises_nothing_but_url_errors(text: str) -> None:
    """T4: any text is a URL or a `UrlError`; a URL's own text is that URL again."""
    try:
        url = parse_url(text)
    except UrlError:
        return
    # `e.com..` is `e.com.` to T1, an empty label that no second reading may take for a root dot.
    assume(not (isinstance(url.host, str) and "" in url.host.split(".")))
    assert parse_host(show_host(url.host)).host == url.host
    assert _parts(parse_url(str(url))) == _parts(url)


@given(st.data())
def test_equivalent_spellings_have_one_canonical_form(data: st.DataObject) -> None:
    """T1, T5: letter case, root dot, default port, userinfo, full-width letters, dot segments, `%61`."""
    web = data.draw(webs(st.one_of(hosts(), ip_addresses())))
    spelled = parse_url(data.draw(equivalent_spellings(web)))
    plain = parse_url(str(web))
    assert _parts(spelled) == _parts(plain)
    assert spelled.doubts == plain.doubts == ()
    assert spelled.other_paths == plain.other_paths
