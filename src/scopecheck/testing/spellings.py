"""Other texts for a URL: those that mean it to every client, and those that confuse one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scopecheck.errors import HostError
from scopecheck.targets.asset import parse_bare
from scopecheck.targets.host import parse_host, show_host
from scopecheck.targets.url import DEFAULT_PORTS, Url, has_scheme, parse_url
from scopecheck.testing.hosts import STRANGERS, base_of

__all__ = ["equivalent_spellings", "hostile_spellings", "hostile_spellings_of"]

_COIN = st.booleans()
_USERS = st.sampled_from(("", "", "", "user@", "user:secret@", "example.com@", "example.com%2Fx@"))
_ROOT = st.sampled_from(("", "", "."))
_FRAGMENTS = st.sampled_from(("", "", "#top", "#/../x"))
_DOTS = st.sampled_from(("", "", "", "/.", "/%2e", "/x/..", "/x/%2e%2E", "/x/y/../.."))
_WIDTHS = st.sampled_from(("plain", "plain", "wide", "unicode"))
# A path with one of these has several readings, or an escape that must not be escaped again.
_DELICATE = re.compile(r"[%\\;]|//")


def parse(url: str) -> Url:
    """Return a URL, or a host read as one of `https`, in canonical form; raise `TargetError`."""
    return parse_url(url) if has_scheme(url) else parse_bare(url)


def equivalent_spellings(url: str) -> SearchStrategy[str]:
    """Draw other spellings of a URL that every client reads as the same host, port and path.

    They differ in letter case of scheme and host, a root dot, full-width letters and U-labels, the
    default port, user name and password, a fragment, percent-encoded unreserved characters and dot
    segments (clauses T1 and T5 of the semantics). The law: each gets the decision that `url` gets.

    A URL that clients read differently as it stands has no other spelling, and is drawn itself.
    Raises `TargetError` where `url` is neither a URL nor a host.
    """
    parsed = parse(url)
    if parsed.doubts or parsed.other_paths:
        return st.just(url)
    return _equivalent(parsed)


@st.composite
def _equivalent(draw: st.DrawFn, url: Url) -> str:
    standard = DEFAULT_PORTS.get(url.scheme)
    scheme = _cased(draw, url.scheme)
    host = _respelled_host(draw, url) if isinstance(url.host, str) else show_host(url.host)
    port = "" if url.port is None else f":{url.port}"
    if standard is not None and url.port == standard:
        port = draw(st.sampled_from(("", port, ":")))
    path = url.path if _DELICATE.search(url.path) else _respelled_path(draw, url.path)
    query = f"?{url.query}" if url.query else ""
    return f"{scheme}://{draw(_USERS)}{host}{port}{path}{query}{draw(_FRAGMENTS)}"


def _cased(draw: st.DrawFn, text: str) -> str:
    return "".join(char.upper() if draw(_COIN) else char for char in text) if draw(_COIN) else text


def _respelled_host(draw: st.DrawFn, url: Url) -> str:
    host = str(url.host)
    # A parser that follows the standard leaves the host of another scheme as it is written.
    if url.scheme not in DEFAULT_PORTS:
        return _cased(draw, host)
    width = draw(_WIDTHS)
    spelled = _cased(draw, host)
    if width == "wide":
        wide = (chr(ord(char) + 0xFEE0) if char.isalnum() and draw(_COIN) else char for char in spelled)
        spelled = "".join(wide)
    elif width == "unicode" and "xn--" in host:
        spelled = _unicode(host)
    spelled += draw(_ROOT)
    return spelled if _reads_as(spelled, host) else host


def _unicode(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def _reads_as(spelled: str, host: str) -> bool:
    try:
        parsed = parse_host(spelled)
    except HostError:
        return False
    return parsed.host == host and not parsed.doubts


def _respelled_path(draw: st.DrawFn, path: str) -> str:
    if draw(_COIN):
        path = "".join(f"%{ord(c):02x}" if c.isascii() and c.isalnum() and draw(_COIN) else c for c in path)
    return draw(_DOTS) + path


def hostile_spellings(url: str) -> SearchStrategy[str]:
    r"""Draw texts that hold the host of `url` and that some parser, or some eye, takes for `url`.

    Among them are `https://example.com\@evil.example/` (one host to a browser, another to curl),
    `https://evil.example#.example.com/`, `https:///example.com/`, an empty label, a tab in the host,
    an address as one number, and paths such as `/api/..%2f..%2fadmin` that servers resolve in
    several ways. The law: `Checker` answers `IN_SCOPE` to none of them unless every client and
    every server reads it as something in scope; so where a scope function says yes, `Checker`
    has to say yes as well.

    Raises `TargetError` where `url` is neither a URL nor a host.
    """
    return st.sampled_from(hostile_spellings_of(url))


def hostile_spellings_of(url: str) -> tuple[str, ...]:
    """Return every spelling that `hostile_spellings` draws from, the best known first."""
    parsed = parse(url)
    host = show_host(parsed.host)
    own = base_of(str(parsed.host)) if isinstance(parsed.host, str) else host
    stranger = next(one for one in STRANGERS if not f".{own}".endswith(f".{one}"))
    port = "" if parsed.port == DEFAULT_PORTS.get(parsed.scheme) else f":{parsed.port}"
    query = f"?{parsed.query}" if parsed.query else ""
    start, rest = f"{parsed.scheme}:", f"{parsed.path}{query}"
    found = [
        *_two_hosts(start, host + port, stranger, rest),
        *_hidden_hosts(start, host, stranger, rest),
        *_slashes(start, host + port, rest),
        *_broken_hosts(start, host, port, rest),
        *_paths(f"{start}//{host}{port}", parsed.path, query),
        *_other_schemes(str(parsed), host),
    ]
    if isinstance(parsed.host, IPv4Address):
        found += _numbers(start, parsed.host, port + rest)
    return tuple(dict.fromkeys(found))


def _two_hosts(start: str, where: str, other: str, rest: str) -> Iterator[str]:
    """Yield URLs with a user name, where parsers differ on which part is the host."""
    yield f"{start}//{where}@{other}{rest}"
    for mark in ("\\", "#", "?", "\\\\", "/\\", ";", "%2f", "%23", "%5c", "%00", "\t", "\n", " ", ":", ":x"):
        yield f"{start}//{where}{mark}@{other}{rest}"
        yield f"{start}//{other}{mark}@{where}{rest}"
    yield f"{start}//{where}@{other}@{where}{rest}"
    yield f"{start}//{other}@{where}@{other}{rest}"
    yield f"{start}//[{where}]@{other}{rest}"
    yield f"{start}//{other}＠{where}{rest}"
    yield f"{start}//{where}＠{other}{rest}"


def _hidden_hosts(start: str, host: str, other: str, rest: str) -> Iterator[str]:
    """Yield URLs of a stranger with the host somewhere in the text, and hosts that run together."""
    for mark in ("#", "?", "/", "\\", ":80#", "%23", "%2f", "&", ";", ",", "_", "%00", "\0", " ", "℀", "／"):
        yield f"{start}//{other}{mark}.{host}{rest}"
        yield f"{start}//{host}{mark}.{other}{rest}"
    yield f"{start}//{other}/{start}//{host}{rest}"
    yield f"{start}//{other}/?next={start}//{host}{rest}"
    yield f"{start}//{other}:443:{host}{rest}"
    yield f"{start}//{host}:443:80{rest}"
    yield f"{start}//{host}:@{other}{rest}"
    yield f"{start}//{host}。{other}{rest}"
    yield f"{start}//{host}\r\nHost: {other}{rest}"
    yield f"{start}//{host} {start}//{other}{rest}"


def _slashes(start: str, where: str, rest: str) -> Iterator[str]:
    for slashes in ("", "/", "///", "////", "\\\\", "/\\", "\\/", "//\\", "/\t/", "\n//", "// ", "//\0"):
        yield f"{start}{slashes}{where}{rest}"


def _broken_hosts(start: str, host: str, port: str, rest: str) -> Iterator[str]:
    """Yield hosts that a parser mends, drops a part of, or maps to another name."""
    first, more = host[:1], host[1:]
    hosts = [f"{host}..", f".{host}", host.replace(".", "..", 1), f"{first}\t{more}", f"{first}\r\n{more}"]
    hosts += [f"%{ord(first):02x}{more}", host.replace(".", "%2e", 1), f"{first}\u200d{more}", f"{host}%20"]
    hosts += [
        f"{first}\u00ad{more}",
        f"ß.{host}",
        f"{host}\u200c",
        f"*.{host}",
        f"$x.{host}",
        f"{{a,b}}.{host}",
    ]
    yield from (f"{start}//{one}{port}{rest}" for one in hosts)
    yield from (
        f"{start}//{host}:{number}{rest}" for number in ("0443", "+443", "65979", "４４３", "443x", "-1")
    )
    yield f"\0{start}//{host}{port}{rest}"
    yield f"{start}//{host}{port}{rest}\x1f"


def _paths(origin: str, path: str, query: str) -> Iterator[str]:
    """Yield paths that lead out of `path`, or into it, on some servers alone."""
    below = path.rstrip("/")
    for up in ("..%2f", "..%5c", "..;/", "%2e%2e%2f", "..%252f", "%252e%252e/", "..\\", "..;x=1/", "/../"):
        yield f"{origin}{below}/{up * 4}admin{query}"
        yield f"{origin}/admin/{up}{path.lstrip('/')}{query}"
    yield f"{origin}/{path}{query}"
    yield f"{origin}{below}/../../admin{query}"
    yield f"{origin}{below}//admin{query}"


def _other_schemes(plain: str, host: str) -> Iterator[str]:
    yield from (f"javascript://{host}/%0aalert(1)", f"data:text/html,{plain}", f"view-source:{plain}")
    yield from (
        f"blob:{plain}",
        f"file://{host}/etc/passwd",
        f"mailto:x@{host}",
        f"jar:{plain}!/",
        f"urn:{host}",
    )


def _numbers(start: str, address: IPv4Address, rest: str) -> Iterator[str]:
    """Yield an IPv4 address as the C library reads numbers, and as other parsers do not."""
    a, b, c, d = address.packed
    yield f"{start}//{int(address)}{rest}"
    yield f"{start}//{int(address):#x}{rest}"
    yield f"{start}//{a}.{b}.{c * 256 + d}{rest}"
    yield f"{start}//{a}.{b * 65_536 + c * 256 + d}{rest}"
    yield f"{start}//0{a:o}.{b}.{c}.{d}{rest}"
    yield f"{start}//{a:#x}.{b}.{c}.{d}{rest}"
    yield f"{start}//{a:03}.{b:03}.{c:03}.{d:03}{rest}"
    yield f"{start}//[::ffff:{address}]{rest}"
    yield f"{start}//[::{address}]{rest}"
    yield f"{start}//{address}.{rest}"
