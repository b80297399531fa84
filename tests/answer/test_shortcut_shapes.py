"""Which texts are plain: nothing behind their host changes who is meant, and their paths are read in one way."""

from __future__ import annotations

import pytest

from scopecheck.answer import shortcut
from scopecheck.targets.url import canonical_path, parse_url

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
    shape = shortcut.plain_shape(text)
    assert shape is not None
    scheme, _, rest = text.partition("://")
    assert shape[1] == rest.partition("/")[0]
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
        for host in ("E.com", "aZ0_-.Zz", "_", "-", "9", "A" * 253, "e.com.", "E.com:8443")
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
