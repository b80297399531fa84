"""Which texts are plain: nothing behind their host changes who is meant, and their paths are read in one way."""

from __future__ import annotations

import pytest

from scopecheck.answer import shortcut
from scopecheck.targets.host import parse_host
from scopecheck.targets.url import _dissect, canonical_path, parse_url

PRINTED = "".join(map(chr, range(0x21, 0x7F)))
CONTROLS = "".join(map(chr, (*range(0x21), 0x7F, 0x80, 0x9F, 0xA0, 0xFC, 0x660, 0x3000, 0xDC80)))
HOSTS = (
    "e.com",
    "_.a",
    "-.a",
    "0a.b",
    "z9_-.a",
    "a.z9_-.0b",
    "x.",
    "a" * 63 + "." + "b" * 189,
    "x.a..b",
    "axn--.b",
    "x.xn--b",
)
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
    *(
        f"https://{host}"
        for host in ("", ".e.com", "E.com", "e\u00fc.com", "u@e.com", "localhost", "xn--b.e")
    ),
    *(f"https://{host}" for host in ("a" * 64 + ".b", "a." + "b" * 190)),
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
    shape = shortcut.plain_shape(text)
    assert shape is not None
    scheme, _, rest = text.partition("://")
    assert shape[1] == rest.partition("/")[0]
    assert shape[2] == shape[1].partition(".")[2]
    if not all(label.strip(".") for label in shape[2].split(".")) or "xn--" in shape[2]:
        return
    whole, origin = parse_url(text), parse_url(f"{scheme}://{shape[1]}")
    assert (whole.scheme, whole.host, whole.port) == (origin.scheme, origin.host, origin.port)
    assert whole.doubts == origin.doubts


@pytest.mark.parametrize("text", NOT_PLAIN, ids=range(len(NOT_PLAIN)))
def test_shapes_that_are_not_plain(text: str) -> None:
    """T3: whatever might be read in two ways is none, nor what would take long to look at."""
    assert shortcut.plain_shape(text) is None


USER = "AZaz09._~!$&'()*+,;=-"
BEFORE_A_SLASH = "".join(char for char in PRINTED if char not in "/@\\")
ODD = [
    *(
        (f"https://{host}", "https", host, None)
        for host in (
            "E.com",
            "aZ0_-.Zz",
            "_",
            "-",
            "9",
            "A" * 253,
            "e.com.",
            "E.com:8443",
            "E.com:8",
            "E.com:65535",
        )
    ),
    *((f"{scheme}://e.com/", scheme, "e.com", "/") for scheme in ("HTTPS", "hTtP", "http")),
    *((f"https://{c}@e.com/", "https", "e.com", "/") for c in USER),
    *((f"https://u{c}:{c}@e.com", "https", "e.com", None) for c in USER),
    *((f"https://e.com?{c}x/y@z", "https", "e.com", f"?{c}x/y@z") for c in BEFORE_A_SLASH),
    *((f"https://e.com#{c}", "https", "e.com", f"#{c}") for c in BEFORE_A_SLASH),
    *((f"https://E.com/{c}", "https", "E.com", f"/{c}") for c in PRINTED),
    *((f"https://{user}@e.com", "https", "e.com", None) for user in ("u" * 100, "u:", "u:" + "p" * 100)),
    ("https://e.com?" + "a" * 4000, "https", "e.com", "?" + "a" * 4000),
    ("https://E.com/" + "a" * 8000, "https", "E.com", "/" + "a" * 8000),
]
NOT_EVEN = [
    *(f"https://E.com{mark}{char}" for char in CONTROLS for mark in "/?#"),
    *(f"https://e.com?{char}" for char in "@\\"),
    *(f"https://e.com#a{char}/" for char in "@\\"),
    *(f"https://e.com:{port}/" for port in ("", "0", "08", "123456", "x")),
    *(f"https://{host}" for host in ("", ".E.com", "e\u00fc.com", "E" * 254)),
    *(f"https://{user}@e.com" for user in ("", ":", ":p", "u@v", "u:p:q", "u%40", "u?", "u" * 101)),
    "https://u:" + "p" * 101 + "@e.com",
    "https://e.com?" + "a" * 4001,
    "https://E.com/" + "a" * 8001,
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


ODD_HOSTS = [
    *(
        f"https://{host}{rest}"
        for host in ("\u00fc.e.com", "e%2ecom", "e!$&'()*+,;=~`{}\"", "e" * 253)
        for rest in ("", "/")
    ),
    *(f"http://e\u00fc.com/{char}" for char in PRINTED),
    "https://\u00fc",
    "https://\u00fc.com/" + "a" * 8000,
]
NO_ODD_HOSTS = [
    *(f"https://\u00fc{char}.com/" for char in "?#@:\\[]<>^| \t\n\x00\x1f\x7f\x85\xa0\u2028\u3000"),
    *(f"https://\u00fc.com/{char}" for char in CONTROLS),
    *(f"https://{host}" for host in ("", "e" * 254)),
    *(f"{scheme}\u00fc.com" for scheme in ("ftp://", "HTTPS://", "https:/", "wss://", "")),
    "https://\u00fc.com/" + "a" * 8001,
]


@pytest.mark.parametrize("text", ODD_HOSTS, ids=range(len(ODD_HOSTS)))
def test_shapes_of_which_the_host_alone_is_odd(text: str) -> None:
    """T3: clients agree on where the host begins and ends, and so only the host may be doubtful."""
    shape = shortcut._ODD_HOST(text)
    assert shape is not None
    scheme, _, rest = text.partition("://")
    host, slash, path = rest.partition("/")
    assert shape.groups() == (scheme, host, slash + path or None)
    alone, anatomy = parse_host(host), _dissect(text, special=True)
    assert (anatomy.host, anatomy.doubts, anatomy.notes) == (host, (), ())
    whole = parse_url(text)
    assert (whole.host, whole.doubts) == (alone.host, alone.doubts)


@pytest.mark.parametrize("text", NO_ODD_HOSTS, ids=range(len(NO_ODD_HOSTS)))
def test_shapes_of_which_more_than_the_host_is_odd(text: str) -> None:
    assert shortcut._ODD_HOST(text) is None


BEHIND_A_BACKSLASH = [char for char in PRINTED if char != "@"]


@pytest.mark.parametrize(
    ("text", "is_host"),
    [("a", True), ("_", True), ("z.-_0", True), ("a" * 253, True), ("a" * 254, False), ("", False)]
    + [(text, False) for text in (".a", "A", "a:1", "a/", "\u00fc", "a\n")],
)
def test_shapes_of_hosts_without_a_scheme(text: str, is_host: bool) -> None:
    assert (shortcut._HOST(text) is not None) is is_host


@pytest.mark.parametrize("char", BEHIND_A_BACKSLASH)
def test_a_backslash_right_behind_a_plain_host_is_the_only_doubt(char: str) -> None:
    """T3: behind it nothing can be taken for the end of a user name."""
    for scheme, name, rest in (
        ("https", "e.com", char),
        ("http", "e.com:8443", char + "x"),
        ("https", "e.com", ""),
        ("https", "e.com", char * 4000),
    ):
        shape = shortcut._BACKSLASH(f"{scheme}://{name}\\{rest}")
        assert shape is not None
        assert shape.groups() == (scheme, name, f"\\{rest}")
        assert parse_url(shape[0]).doubts == ("a backslash before the path",)


@pytest.mark.parametrize(
    "text",
    [
        "https://e.com\\@f.com",
        "https://e.com\\a@f.com",
        "https://E.com\\a",
        "https://e.com/\\a",
        "https://e.com\\ ",
        "https://e.com\\\u00fc",
        "https:\\\\e.com\\a",
        "wss://e.com\\a",
        "https://e.com\\" + "a" * 4001,
    ],
)
def test_other_backslashes(text: str) -> None:
    assert shortcut._BACKSLASH(text) is None


SEGMENT = "AZaz09_~!$&'()*+,=:@-"
QUERY = "!$%&()*+,-./0129:;=?@ABYZ_abyz~|{}"
PATHS = [
    ("", "", None),
    ("/", "/", None),
    ("/?", "/", ""),
    ("/#", "/", None),
    ("/a/b", "/a/b", None),
    *((f"/{c}", f"/{c}", None) for c in SEGMENT),
    *((f"/a{c}/", f"/a{c}/", None) for c in SEGMENT + "."),
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
    *(f"/{c}" for c in ';./%\\ [|^"\u00fc\u0660'),
    *(f"/a{c}" for c in ';%\\ [|^"\u00fc\u0660'),
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
    "a",
    "a/b",
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
