"""Targets that are URLs, held against two other parsers.

`can_ada` follows the same standard, so it has to find the same host wherever both accept a text. Python's
`urllib` follows none, so it has to find the same host only where the library has no doubt: that is what a
doubt is for (T3).
"""

from __future__ import annotations

import re
from typing import Any

import scopecheck as sc
from fuzz.judge import judge_error, same_to_others, shows, text_of
from scopecheck.targets.asset import parse_target
from scopecheck.targets.host import parse_host, show_host
from scopecheck.targets.url import DEFAULT_PORTS, Url, parse_url

try:
    import can_ada
except ImportError:  # Without it the other parser alone is the second opinion.
    can_ada = None  # type: ignore[assignment]

_TEXTS = (
    "https://example.com/",
    "HTTPS://user:pass@EXAMPLE.com:443/a/./b/../c?d#e",
    "http://0x7f.1/",
    "http://[::ffff:10.0.0.1]:80/",
    "https://good.example\\@evil.example/",
    "https://a.example#@b.example/",
    "ht\ntps://exam\tple.com",
    "https://b\u00fccher.example/%2e%2e/%2fadmin",
    "https://fa\u00df.example/",
    "mongodb://EXAMPLE.com:27017/db",
    "//example.com/x",
    "https:///example.com",
    "https://example.com./..;/x//y",
    "javascript:alert(1)",
    "ws://xn--/",
    "https://ex%61mple.com/",
    "https://1.2.3.4.5/",
)
SEEDS = tuple(text.encode() for text in _TEXTS)
WORDS = (
    "https://", "http:", "//", "\\", "@", ":", "[::1]", "0x7f", "%2e", "%00", "%2f", "%5c", "..;/", "\t",
    "\n", "xn--", "\u3002", "\u200d", "\u00df", "\u2100", "\uff0e", ":443", ":0443", ":65536", "#", "?",
    "..", "\u0130", "ftp://", "file://", "git@",
)  # fmt: skip


def one(data: bytes) -> None:
    """Parse a text as a URL, a host and a target; compare what others make of it."""
    text = text_of(data)
    for parse in (parse_host, parse_target, parse_url):
        try:
            found: Any = parse(text)
        except sc.TargetError as error:
            judge_error(error)
        else:
            if isinstance(found, Url):
                _settled(found)
            if parse is parse_url:
                _agreed(text, found)


def _settled(url: Url) -> None:
    """Assert that a canonical URL is a URL, and, where nothing is doubtful, its own canonical form."""
    shows(str(url))
    if url.doubts:
        return  # Of several root dots one is dropped, and dropping the next makes another host.
    again = parse_url(str(url))
    assert (again.scheme, again.host, again.port) == (url.scheme, url.host, url.port), f"{url.text!a}"
    # Behind other schemes the parser leaves a path as it stands; `%2%61` decoded once looks encoded again.
    settled = url.scheme in DEFAULT_PORTS and "%" not in url.path
    assert again.path == url.path or not settled, f"{url.text!a}"


def _agreed(text: str, url: Url) -> None:
    """Assert that nobody reads another host where the library has no doubt."""
    host = show_host(url.host)
    if not url.doubts:
        same_to_others(text, url.host)
    if can_ada is None or url.scheme not in DEFAULT_PORTS:
        return  # A host behind another scheme is put through the parser of https (T1).
    try:
        other = can_ada.parse(text)
    except (ValueError, UnicodeError):
        return  # Older tables refuse some international names.
    if re.fullmatch(r"\[.*\]", other.hostname):
        return  # Mapped addresses are IPv4 addresses here (T1).
    assert other.hostname.removesuffix(".") == host, f"{text!a}: {other.hostname!a} and {host!a}"
    assert (int(other.port) if other.port else DEFAULT_PORTS[url.scheme]) == url.port, f"{text!a}"
