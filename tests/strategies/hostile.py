"""Texts that an attacker or an accident would ask."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from .stock import of, texts


@cache
def any_text() -> SearchStrategy[str]:
    """Any text at all, lone surrogates and NUL too."""
    return st.text(st.characters(), max_size=60)


# Packed, since one text a line would fill the screen.
# fmt: off
_NASTY = (
    "", " ", "\0", "\ud800", "https://\udfff.e.com/", "https://e.com\0.evil.net/",
    "https://e.com%00.evil.net/", "https://e.com@evil.net/", "https://e.com\\@evil.net/",
    "https://e.com#@evil.net/", "https://evil.net?@e.com/", "https://evil.net#.e.com/",
    "https://[::1", "https://[::ffff:10.0.0.1]/", "https://0x0a.0.0.1/", "https://012.0.0.1/",
    "https://167772161/", "https://e.com:99999/", "https://e..com/", "https://.e.com/",
    "https://e.com../", "https://-/", "javascript:alert(1)", "data:text/plain,e.com",
    "mailto:a@e.com", "file:///etc/passwd", "file://e.com/x", "//e.com/", "///e.com",
    "https:e.com", "https:/e.com", "http://e.com:80:443/", "https://xn--/", "https://xn--a/",
    "https://faß.e.com/", "https://a\u200d.e.com/", "https://e。com/", "https://＠e.com/",
    "10.0.0.0/33", "10.0.0.1/", "::/0", "::ffff:0:0/96", "*.e.com", "*", "e.com/%2e%2e/api",
    "e.com/..;/api", "e.com//api", "e.com/%2fapi", "a" * 70_000, "https://e.com/" + "a" * 70_000,
    "https://" + "a." * 30_000 + "e.com/",
)
# fmt: on


@cache
def hostile_texts() -> SearchStrategy[str]:
    """What an attacker or an accident would ask: odd authorities, encodings, sizes, any text."""
    glued = texts("{}{}{}", of("https://", "http://", "", "ftp:"), any_text(), of("e.com", "/", "@e.com"))
    return st.one_of(of(*_NASTY), any_text(), glued)
