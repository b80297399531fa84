"""URLs in canonical form (clauses T1 to T5).

The WHATWG URL parser reads the text (https://url.spec.whatwg.org/). Plainly shaped URLs
skip it: for them a regular expression without backtracking gives the same parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from ada_url import parse_url as parse_whatwg

from scopecheck.errors import HostError, UrlError
from scopecheck.targets.host import (
    MAX_TEXT,
    Host,
    HostName,
    canonical,
    parse_address,
    parse_host,
    printable,
    show_host,
)

__all__ = ["BACKSLASH", "DEFAULT_PORTS", "WEB", "Url", "canonical_path", "parse_url"]

DEFAULT_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
"""Default ports of the special schemes (WHATWG URL, section 4.2)."""

_HOSTLESS: Final = frozenset(("about", "blob", "data", "file", "javascript", "mailto", "vbscript"))
"""Schemes whose URLs lead to no host, whatever stands behind `//` (T4)."""

BACKSLASH: Final = "a backslash before the path"
"""The doubt about a host behind which browsers take a backslash for a slash, and others do not (T3)."""

WEB: Final = frozenset({"http", "https", "ws", "wss"})

# Nothing here means different things to different clients: lower-case plain name, decimal
# port, no dot segment, no percent sign, no empty segment, no backslash, and a path before
# any `?` or `#`, so that no `@` can be taken for the end of userinfo.
_SEGMENT = r"[A-Za-z0-9_~!$&'()*+,=:@-][A-Za-z0-9._~!$&'()*+,=:@-]*"
_PLAIN_URL = re.compile(
    r"(https?|wss?)://"
    r"((?:[a-z0-9_-]+\.)*[a-z_-][a-z0-9_-]*)"
    r"(?::([1-9][0-9]{0,4}))?"
    rf"(?:(/(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?)(?:\?([!$-&(-;=?-Z_a-z~|{{}}]*))?)?",
    re.ASCII,
)
_PARTS = ("protocol", "hostname", "port", "pathname", "search")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f]")
_C0_AND_SPACE = "".join(map(chr, range(0x21)))
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_DROPPED = re.compile(r"[\t\r\n]")  # By browsers, wherever they stand.
_ENDS_SPECIAL = re.compile(r"[/?#\\]").split
_ENDS = re.compile(r"[/?#]").split
_ENDS_PATH = re.compile(r"[?#]").split
_READ_TWICE = re.compile(r"%2f|%5c|%3b|%25(?:2[ef]|5c|3b)|;|//|\\", re.IGNORECASE).search
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class Url(NamedTuple):
    """A URL as the rules see it.

    `host` is canonical, `port` is the effective one (the scheme's default filled in, None
    where there is none), `path` has its dot segments resolved and its unreserved characters
    decoded, `query` has no leading question mark. `doubts` says why other clients might
    contact another host (T3); `other_paths` are further readings of the path (T5).
    """

    text: str
    scheme: str
    host: Host
    port: int | None
    path: str
    query: str = ""
    doubts: tuple[str, ...] = ()
    other_paths: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        port = "" if self.port == DEFAULT_PORTS.get(self.scheme) else f":{self.port}"
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{show_host(self.host)}{port}{self.path}{query}"


def parse_url(text: str) -> Url:
    """Return the canonical form of an absolute URL; raise `UrlError` (T4) where it has none."""
    if len(text) <= MAX_TEXT:
        plain = _PLAIN_URL.fullmatch(text)
        if plain is not None:
            scheme, host, port, path, query = plain.groups()
            if "xn--" not in host and (port is None or int(port) < 65_536):
                return Url(
                    text,
                    scheme,
                    HostName(host),
                    int(port) if port else DEFAULT_PORTS[scheme],
                    path or "/",
                    query or "",
                )
    return _parse_unusual(text)


def _parse_unusual(text: str) -> Url:
    if len(text) > MAX_TEXT or len(text.encode(errors="replace")) > MAX_TEXT:
        raise UrlError("the text is over 64 KiB")
    try:
        parsed = parse_whatwg(text, _PARTS)
    except ValueError:
        raise UrlError(f"`{printable(text)}` is not a valid URL") from None
    scheme, hostname = parsed["protocol"].removesuffix(":"), parsed["hostname"]
    if scheme in _HOSTLESS or not hostname:
        raise UrlError(f"a `{scheme}:` URL like this has no host to test")
    try:
        # Other schemes keep the host as written; give it the host parser of https (T1).
        special = scheme in DEFAULT_PORTS
        host = canonical(hostname) if special else parse_host(hostname).host
    except HostError as error:
        raise UrlError(error.message) from None
    anatomy = _dissect(text, special=special)
    doubts = [*anatomy.doubts, *_host_doubts(anatomy.host, host)]
    path = parsed["pathname"] or "/"
    shown = canonical_path(path)
    return Url(
        text,
        scheme,
        host,
        int(parsed["port"]) if parsed["port"] else DEFAULT_PORTS.get(scheme),
        shown,
        parsed["search"].removeprefix("?"),
        tuple(dict.fromkeys(doubts)),
        _other_readings(path, shown, raw=anatomy.path),
        anatomy.notes,
    )


def _host_doubts(spelled: str, host: Host) -> tuple[str, ...]:
    """Say what is doubtful about the host as spelled in the text, apart from its URL."""
    try:
        alone = parse_host(spelled)
    except HostError:
        return ("a host that cannot be read apart from its URL",)
    if alone.host != host:
        return (*alone.doubts, "a host that is read differently apart from its URL")
    return alone.doubts


@dataclass(frozen=True, slots=True)
class _Anatomy:
    """The authority as it stands in the text, before any parser mended it."""

    host: str
    path: str
    doubts: tuple[str, ...]
    notes: tuple[str, ...]


def _dissect(text: str, *, special: bool) -> _Anatomy:
    """Find in the raw text what lenient and strict parsers read differently (T3)."""
    doubts, notes = [], []
    trimmed = text.strip(" ")
    if trimmed != text:
        notes.append("spaces around the target were dropped")
    if _DROPPED.search(text):
        # WHATWG drops these, so `exam\nple.com` is `example.com` to a browser alone.
        doubts.append("a tab or newline in the text")
    core = _DROPPED.sub("", trimmed.strip(_C0_AND_SPACE))
    if _DROPPED.sub("", trimmed) != core:
        doubts.append("control characters around the target")
    rest = core[core.index(":") + 1 :]
    slashes = len(rest) - len(rest.lstrip("/\\" if special else "/"))
    if not rest.startswith("//") or slashes != 2 or "\\" in rest[:slashes]:
        doubts.append("not exactly two slashes behind the scheme")
    rest = rest[slashes:] if special else rest[2:]
    strict = (_ENDS_SPECIAL if special else _ENDS)(rest, 1)[0]
    lenient = rest.partition("/")[0]
    if "\\" in lenient:
        # To a browser `https://good.example\@evil.example/` is good.example, to curl it is not.
        doubts.append(BACKSLASH)
    if _BLANK.search(strict):
        doubts.append("white space or control characters before the path")
    if "@" in lenient[len(strict) :] or strict.count("@") > 1:
        doubts.append("an `@` that some clients take for the end of the user name")
    if "@" in strict:
        notes.append("the user name in front of `@` takes no part in the answer")
    host_port = strict.rpartition("@")[2]
    host = host_port.partition("]")[0] + "]" if host_port.startswith("[") else host_port.partition(":")[0]
    path = _ENDS_PATH(rest[len(strict) :], 1)[0]
    return _Anatomy(host, path, tuple(doubts), tuple(notes))


def decode_unreserved(text: str) -> str:
    """Decode percent-encoded unreserved characters, upper-case the other escapes (RFC 3986, 6.2.2)."""

    def one(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return char if char in _UNRESERVED else match[0].upper()

    return _PERCENT.sub(one, text) if "%" in text else text


def resolve_dots(path: str) -> str:
    """Resolve `.` and `..` segments of an absolute path (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for position, segment in enumerate(segments):
        last = position == len(segments) - 1
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
            continue
        if last:
            kept.append("")
    return "/" + "/".join(kept)


def canonical_path(path: str) -> str:
    """Return `path` with unreserved characters decoded and dot segments resolved (T5)."""
    decoded = decode_unreserved(path)
    return resolve_dots(decoded) if "/." in decoded else decoded


def _decode_separators(path: str) -> str:
    path = re.sub(r"%2e", ".", path, flags=re.IGNORECASE)
    path = re.sub(r"%3b", ";", path, flags=re.IGNORECASE)
    return re.sub(r"%2f|%5c|\\", "/", path, flags=re.IGNORECASE)


def _decodings(path: str) -> tuple[str, ...]:
    return _decode_separators(path), _decode_twice(path)


def _decode_twice(path: str) -> str:
    return _decode_separators(re.sub(r"%25(?=2[ef]|5c|3b)", "%", path, flags=re.IGNORECASE))


def _drop_parameters(path: str) -> tuple[str, ...]:
    """Drop them from dot segments, as some servers do, and from every segment, as others do."""
    parts = path.split("/")
    dots = "/".join(part.partition(";")[0] if part.startswith(".") else part for part in parts)
    return dots, "/".join(part.partition(";")[0] for part in parts)


def _collapse(path: str) -> tuple[str, ...]:
    return (re.sub(r"/{2,}", "/", path),)


def _other_readings(path: str, shown: str, *, raw: str) -> tuple[str, ...]:
    """Return every further path that a server or proxy may make of this one (T5).

    `%2f`, `%5c` and `%3b` may be decoded, once or twice, parameters (`;x`) may be dropped from dot
    segments or from all, `//` may collapse, and a raw backslash may be kept or taken for a slash.
    """
    seen = f"{path}\n{raw}"
    if _READ_TWICE(seen) is None:
        return ()
    starts = (path, shown, decode_unreserved(raw))
    read = dict.fromkeys(start if start.startswith("/") else "/" + start for start in starts)
    for step in (_decodings, _drop_parameters, _collapse):
        read |= dict.fromkeys(other for start in read for other in step(start))
    found = dict.fromkeys(map(canonical_path, read))
    found.pop(shown, None)
    return tuple(found)


def has_scheme(text: str) -> bool:
    """Tell `https://x` and `javascript:x` from `host:8443` (T2)."""
    if text.startswith(("https://", "http://")):
        return True
    # As the URL parser will: control characters in front do not count, nor tabs and newlines inside.
    core = _DROPPED.sub("", text.lstrip(_C0_AND_SPACE))
    match = _SCHEME.match(core)
    if match is None or parse_address(core) is not None:
        return False
    rest = core[match.end() :]
    if rest.startswith(("//", "\\\\")):
        return True
    if "." in match[1]:
        return False
    return re.match(r"[0-9]{1,5}(?:[/?#]|\Z)", rest) is None
