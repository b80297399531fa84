"""Spellings of URLs that few other tests reach, each for the branch that reads it."""

from __future__ import annotations

import pytest

from scopecheck.errors import UrlError
from scopecheck.targets import host as hosts
from scopecheck.targets import url as urls
from scopecheck.targets.host import MAX_TEXT, HostName
from scopecheck.targets.url import Url, _host_doubts, canonical_path, has_scheme, parse_url


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("/api", []),
        ("/api?next=//x", []),
        ("/api#//x", []),
        ("/api?a#//x?y", []),
        ("/\u00fc", []),
        ("/\u00fc/", []),
        ("/%7Ea/", []),
        ("/a;x/b", ["/a/b"]),
        ("/a.;x/b", ["/a./b"]),
        ("/a//b", ["/a/b"]),
        ("/a;x//b", ["/a//b", "/a/b", "/a;x/b"]),
        ("/a////b", ["/a/b"]),
        ("/api/..;/admin", ["/admin"]),
        ("/api/..;x;y/admin", ["/admin"]),
        ("/api/.;x/admin", ["/api/admin"]),
        ("/api/..%3bx/admin", ["/admin", "/api/..;x/admin"]),
        ("/api/..%3Bx/admin", ["/admin", "/api/..;x/admin"]),
        ("/api/..%253bx/admin", ["/admin", "/api/..;x/admin"]),
        ("/api/..%253Bx/admin", ["/admin", "/api/..;x/admin"]),
        ("/api/..%2fadmin", ["/admin"]),
        ("/api/..%252fadmin", ["/admin"]),
        ("/api/..%252Fadmin", ["/admin"]),
        ("/api/..%5cadmin", ["/admin"]),
        ("/api/..%5Cadmin", ["/admin"]),
        ("/api/..%255cadmin", ["/admin"]),
        ("/api/..%255Cadmin", ["/admin"]),
        ("/api/%252e%252e/admin", ["/admin"]),
        ("/api/%252E%252E/admin", ["/admin"]),
        ("/api/%252E%252E;x/admin", ["/admin", "/api/%252E%252E/admin", "/api/..;x/admin"]),
        ("/a%2fb%252fc", ["/a/b%252fc", "/a/b/c"]),
        ("/p;x/q/..;/admin", ["/p/admin", "/p;x/admin"]),
        ("/p;x/q/.;y/b", ["/p/q/b", "/p;x/q/b"]),
        ("/p;x/q/%252E%252E;/c", ["/p/c", "/p/q/%252E%252E/c", "/p;x/c", "/p;x/q/..;/c"]),
    ],
)
def test_every_path_that_a_server_may_make_of_one(path: str, others: list[str]) -> None:
    """T5: separators left alone, decoded once or twice; parameters kept or dropped; slashes collapsed."""
    assert sorted(parse_url("https://E.com" + path).other_paths) == others


@pytest.mark.parametrize(
    ("text", "path", "others"),
    [
        ("https://e.com\\api", "/api", ["//api", "/\\api"]),
        ("https://e.com/a\\..\\b", "/b", ["/a\\..\\b"]),
        ("mongodb://e.com/api\\..\\b", "/api\\..\\b", ["/b"]),
        ("mongodb://e.com/api\\b", "/api\\b", ["/api/b"]),
    ],
)
def test_a_backslash_is_a_letter_to_some_and_a_slash_to_others(
    text: str, path: str, others: list[str]
) -> None:
    """T5: browsers take it for a slash where the scheme is one of the web's; every reading is absolute."""
    url = parse_url(text)
    assert (url.path, sorted(url.other_paths)) == (path, others)


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/", "/"),
        ("/a/./b/../c", "/a/c"),
        ("/a/..", "/"),
        ("/a/.", "/a/"),
        ("/../..", "/"),
        ("/.a/..b/...", "/.a/..b/..."),
        ("/%2e%2E/%61", "/a"),
        ("/%c3%bc%2f", "/%C3%BC%2F"),
        ("/%zz%4", "/%zz%4"),
        ("//a//../b", "//a/b"),
    ],
)
def test_canonical_path(path: str, canonical: str) -> None:
    """T5: unreserved characters decoded, other escapes in upper case, dot segments resolved."""
    assert canonical_path(path) == canonical


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("https://e.com", True),
        ("HTTP://e.com", True),
        ("ftp:e", True),
        ("a.b://x", True),
        ("a.b:\\\\x", True),
        ("ht\ttps://e.com", True),
        ("ht\rtps://e.com", True),
        ("ht\ntps://e.com", True),
        ("\x01 https://e.com", True),
        ("X://e.com", True),
        ("svn+ssh://e", True),
        ("ms-x://e", True),
        ("h2://e", True),
        ("a://e", True),
        ("1a://e", False),
        ("javascript:alert(1)", True),
        ("tel:+80", True),
        ("mailto:a@80", True),
        ("localhost:123456", True),
        ("localhost:8443\x01", True),
        ("localhost:12345", False),
        ("localhost:8", False),
        ("localhost:", True),
        ("localhost:80/x", False),
        ("localhost:80?x", False),
        ("localhost:80#x", False),
        ("localhost:8\n0", False),
        ("e.com:x", False),
        ("e.com", False),
        ("a::1", False),
        ("//e.com/https://", False),
        ("e.com/https://", False),
    ],
)
def test_a_scheme_and_a_host_with_a_port(text: str, scheme: bool) -> None:
    """T2: read as the URL parser will, tabs and newlines inside do not count, nor controls in front."""
    assert has_scheme(text) is scheme


@pytest.mark.parametrize(
    ("spelled", "doubts"),
    [
        ("e.com", ()),
        ("E.com.", ()),
        ("evil.example", ("a host that is read differently apart from its URL",)),
        ("e.com/", ("a host that cannot be read apart from its URL",)),
    ],
)
def test_a_host_has_to_be_the_same_apart_from_its_url(spelled: str, doubts: tuple[str, ...]) -> None:
    """T3: should the two ways to find the host in a text ever differ, that is a doubt of its own."""
    assert _host_doubts(spelled, HostName("e.com")) == doubts


TAB = "a tab or newline in the text"
CONTROL = "control characters around the target"
SLASHES = "not exactly two slashes behind the scheme"
BACKSLASH = "a backslash before the path"
BLANK = "white space or control characters before the path"
AT = "an `@` that some clients take for the end of the user name"
SPACES = "spaces around the target were dropped"
USER = "the user name in front of `@` takes no part in the answer"


@pytest.mark.parametrize(
    ("text", "doubts", "notes"),
    [
        ("https://e.com/", (), ()),
        ("https://e.com/%", (), ()),
        ("https://e.com/?a@b", (), ()),
        ("https://e.com/a\\b", (), ()),
        ("https://e\t.com/", (TAB,), ()),
        ("https://e\r.com/", (TAB,), ()),
        ("https://e\n.com/", (TAB,), ()),
        ("\thttps://e.com/", (TAB,), ()),
        ("https://e.com/\n", (TAB,), ()),
        ("\x01https://e.com/", (CONTROL,), ()),
        ("https://e.com/\x1f", (CONTROL,), ()),
        ("\x01https://e.\ncom/", (TAB, CONTROL), ()),
        (" https://e.com/ ", (), (SPACES,)),
        ("https:///e.com/", (SLASHES,), ()),
        ("https:\\\\e.com/", (SLASHES,), ()),
        ("https:/\\e.com/", (SLASHES,), ()),
        ("https:e.com", (SLASHES,), ()),
        ("https:/e.com", (SLASHES,), ()),
        ("https://e.com\\b", (BACKSLASH,), ()),
        ("https://e.com?\\b", (BACKSLASH,), ()),
        ("https://u@e.com/", (), (USER,)),
        ("https://u:p@[::1]:8443/", (), (USER,)),
        ("https://[::1]:8443/", (), ()),
        ("https://u@v@e.com/", (AT,), (USER,)),
        ("https://e.com?a@b/", (AT,), ()),
        ("https://e.com#a@b/", (AT,), ()),
        ("https://u\\@e.com/", (BACKSLASH, AT), ()),
        ("https://u v@e.com/", (BLANK,), (USER,)),
        ("https://u\x7fv@e.com/", (BLANK,), (USER,)),
        ("https://u\x00v@e.com/", (BLANK,), (USER,)),
        ("https://u\x1fv@e.com/", (BLANK,), (USER,)),
        ("https://e.com//X", (), ()),
        ("https://u\u3000v@e.com/", (BLANK,), (USER,)),
        ("mongodb://e.com", (), ()),
        ("mongodb://e.com?a", (), ()),
        ("mongodb://e.com#a", (), ()),
        ("mongodb://e.com?a@b", (AT,), ()),
        ("mongodb://u@e.com:27017", (), (USER,)),
        ("ssh://a\\b@e.com/", (BACKSLASH,), (USER,)),
        ("ssh://\\a@e.com/", (BACKSLASH,), (USER,)),
    ],
)
def test_each_doubt_about_a_url_alone(text: str, doubts: tuple[str, ...], notes: tuple[str, ...]) -> None:
    """T3: what clients read differently is said once, and what they read alike is no doubt."""
    url = parse_url(text)
    assert (url.doubts, url.notes) == (doubts, notes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("foo:bar", "a `foo:` URL like this has no host to test"),
        ("data://e.com/", "a `data:` URL like this has no host to test"),
        ("https://e.com:65536/", "`https://e.com:65536/` is not a valid URL"),
        ("e.com", "`e.com` is not a valid URL"),
        ("https://e.com/" + "a" * (MAX_TEXT - 13), "the text is over 64 KiB"),
        ("https://e.com//" + "a" * (MAX_TEXT - 14), "the text is over 64 KiB"),
        ("https://e.com//\u00e9" + "a" * (MAX_TEXT - 16), "the text is over 64 KiB"),
    ],
    ids=range(7),
)
def test_what_is_no_url_and_why(text: str, message: str) -> None:
    """T4: the limit counts bytes, since that is what a client sends."""
    with pytest.raises(UrlError) as caught:
        parse_url(text)
    assert caught.value.message == message


@pytest.mark.parametrize("scheme", ["about", "blob", "data", "file", "javascript", "mailto", "vbscript"])
def test_schemes_that_lead_to_no_host(scheme: str) -> None:
    """T4: whatever stands behind `//`."""
    for text in (f"{scheme}://e.com/", f"{scheme}://e.com", f"{scheme}:e.com"):
        with pytest.raises(UrlError):
            parse_url(text)


def test_the_longest_url_that_is_read() -> None:
    """T4: 64 KiB are read, plainly shaped or not."""
    for start in ("https://e.com/", "https://e.com//", "https://E.com/"):
        text = start + "a" * (MAX_TEXT - len(start))
        assert parse_url(text).text == text


def test_the_limit_counts_what_was_asked_and_not_its_a_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    """T4: a host may become longer than any text that is read; that is no reason to refuse it."""
    for module in (hosts, urls):
        monkeypatch.setattr(module, "MAX_TEXT", 40)
    assert len(str(parse_url("https://\u337f.\u337f.\u337f.com/").host)) > 40


def test_the_parts_of_a_url() -> None:
    """T1: nothing stands for a missing query, a slash for a missing path, the default for a missing port."""
    assert Url("e.com", "https", HostName("e.com"), 443, "/").query == ""
    assert parse_url("https://e.com")[1:] == ("https", "e.com", 443, "/", "", (), (), ())
    assert parse_url("https://e.com:65535/a?b")[1:] == ("https", "e.com", 65535, "/a", "b", (), (), ())
    assert parse_url("mongodb://e.com")[1:] == ("mongodb", "e.com", None, "/", "", (), (), ())
    assert parse_url("MONGODB://E.com:1/a?b#c")[1:] == ("mongodb", "e.com", 1, "/a", "b", (), (), ())
    assert parse_url("HTTP://E.com:80?#")[1:] == ("http", "e.com", 80, "/", "", (), (), ())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://e.com:443/a?b=c#d", "https://e.com/a?b=c"),
        ("http://e.com:443", "http://e.com:443/"),
        ("wss://[::1]:8443/", "wss://[::1]:8443/"),
        ("ftp://e.com:21/", "ftp://e.com/"),
        ("mongodb://E.com", "mongodb://e.com/"),
        ("mongodb://E.com:27017", "mongodb://e.com:27017/"),
    ],
)
def test_a_url_is_shown_in_its_canonical_form(text: str, shown: str) -> None:
    """T1: without the default port, the user name and the fragment."""
    assert str(parse_url(text)) == shown


SEGMENT = "AZaz09_~!$&'()*+,=:@-"
QUERY = "!$%&()*+,-./0129:;=?@ABYZ_abyz~|{}"
PLAIN = [
    *(f"{scheme}://e.com/" for scheme in ("http", "https", "ws", "wss")),
    *(f"https://{host}" for host in ("e", "a-_09z.b", "_.-", "0.a0-_z", "-", "_z")),
    *(f"https://e.com:{port}/" for port in (1, 80, 443, 8443, 65535, 9)),
    *(f"https://e.com/{char}" for char in SEGMENT),
    *(f"https://e.com/a{char}" for char in SEGMENT + "."),
    *(f"https://e.com/a/{char}/" for char in SEGMENT),
    *(f"https://e.com/a/b{char}/c" for char in SEGMENT + "."),
    *(f"https://e.com/?{char}" for char in QUERY),
    "https://e.com/?",
    "https://e.com/a?b",
    pytest.param("https://e.com/" + "a" * (MAX_TEXT - 14), id="the-longest"),
]
UNUSUAL = [
    *(f"https://e.com/{char}" for char in './;%\\ [|^"\u00fc\u0660'),
    *(f"https://e.com/a{char}" for char in ';%\\ [|^"\u00fc\u0660#'),
    *(f"https://e.com/?{char}" for char in "#'\\ [^\"<`\u00fc\u0660"),
    "https://e.com:0/",
    "https://e.com:/",
    "https://e.com:65536/",
    "https://E.com/",
    "https://e.com./",
    "https://1.2.3.4/",
    "https://e.0x4/",
    "https://xn--bcher-kva.e/",
    "https://e.xn--0/",
    "https://e.com//",
    "https://e.com/a//b",
    "https://e.com/a/../b",
    "https://u@e.com/",
    "httpss://e.com/",
    "xhttps://e.com/",
    "https:/e.com/",
]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_url_takes_the_short_way(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """T1: what no client reads differently is read without the parser of the standard, and to the same parts."""
    slow = urls._parse_unusual(text)
    monkeypatch.setattr(urls, "_parse_unusual", pytest.fail)
    assert parse_url(text) == slow


@pytest.mark.parametrize("text", UNUSUAL)
def test_every_other_url_takes_the_long_way(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """T3: everything else is read by the parser, which knows what is doubtful about it."""
    asked: list[str] = []
    monkeypatch.setattr(urls, "_parse_unusual", asked.append)
    parse_url(text)
    assert asked == [text]
