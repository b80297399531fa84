"""Hosts in canonical form (clauses T1, T3).

A host is either a `HostName`, a lower-case sequence of A-labels without root dot, or an
address object of `ipaddress`. The WHATWG host parser (https://url.spec.whatwg.org/#host-parsing)
decides; this module adds what that parser is silent about: whether other common clients
would have read another host from the same text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NewType, TypeAlias

from ada_url import parse_url

from scopecheck.diagnostic import printable
from scopecheck.errors import HostError

__all__ = [
    "Host",
    "HostName",
    "ParsedHost",
    "is_address",
    "parse_host",
    "plain_host",
    "printable",
    "show_host",
]

HostName = NewType("HostName", str)
"""A DNS name: lower-case A-labels joined by dots, no root dot."""

Host: TypeAlias = HostName | IPv4Address | IPv6Address

MAX_TEXT = 65_536
"""Longest text read at all, in characters (T4)."""

# A name that every parser reads alike: no upper case, no `xn--`, no empty label, and a
# last label that cannot begin a number, since `1.2.3.0x4` would be an address.
_PLAIN = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z_-][a-z0-9_-]*")
_ODD = re.compile(r"[^a-z0-9._-]")
# Characters that would end the host if the text were put into a URL.
_BREAKS_OUT = re.compile(r"[/?#@\\]")
_DEVIATIONS = frozenset("ßẞς\u200c\u200d")


@dataclass(frozen=True, slots=True)
class ParsedHost:
    """A canonical host and why other clients might read another one (empty: none would)."""

    host: Host
    doubts: tuple[str, ...] = ()


def parse_host(text: str) -> ParsedHost:
    """Return the canonical host of `text`, as a URL of scheme https would have it.

    `text` is a bare host: a name, an IPv4 address, or an IPv6 address with or without
    brackets. Raises `HostError` where the standard rejects it.
    """
    if len(text) <= MAX_TEXT and text.isascii():
        lowered = text.lower()
        if plain_host(lowered):
            return ParsedHost(HostName(lowered))
    if not text or len(text) > MAX_TEXT:
        raise HostError("the host is empty" if not text else "the host is too long")
    if _BREAKS_OUT.search(text):
        raise HostError(f"`{printable(text)}` is not a host")
    literal = text if text.startswith("[") or text.count(":") < 2 else f"[{text}]"
    if (":" in literal or "[" in literal) and not re.fullmatch(r"\[[^\[\]]*\]", literal):
        raise HostError(f"`{printable(text)}` is not a host")
    try:
        hostname = parse_url(f"https://{literal}/", ("hostname",))["hostname"]
    except ValueError:  # UnicodeEncodeError, on lone surrogates, is one too.
        raise HostError(f"`{printable(text)}` is not a valid host") from None
    host = canonical(hostname)
    return ParsedHost(host, _doubts(text, host))


def canonical(hostname: str) -> Host:
    """Return the host that the WHATWG parser serialised as `hostname`.

    An IPv4-mapped IPv6 address is that IPv4 address, and one root dot is dropped (T1).
    """
    if hostname.startswith("["):
        address = IPv6Address(hostname[1:-1])
        return address.ipv4_mapped or address
    if hostname[-1:].isdigit():
        try:
            return IPv4Address(hostname)
        except ValueError:
            pass  # A name may end in a digit; the parser has refused the ill-formed addresses.
    name = hostname.removesuffix(".")
    if not name:
        raise HostError("the host is empty")
    return HostName(name)


def _doubts(text: str, host: Host) -> tuple[str, ...]:
    """Say why browsers, curl, Go or Python might not agree on this host (T3)."""
    found = []
    if "%" in text:
        found.append("a percent sign in the host, which only some clients decode")
    if not (text.isprintable() or all(ch.isprintable() or ch in _DEVIATIONS for ch in text)):
        found.append("white space or control characters in the host")
    if not _DEVIATIONS.isdisjoint(text):
        found.append("a letter that IDNA 2003 and 2008 map to different names")
    if isinstance(host, IPv4Address):
        # With a colon it is an IPv6 address that maps this one, and every client reads it so.
        if ":" not in text and text != str(host):
            found.append("an IPv4 address not in dotted decimal")
    elif isinstance(host, str):
        if "" in host.split("."):
            found.append("an empty label in the host")
        if _ODD.search(host):
            found.append("characters in the host that are not in host names")
    return tuple(found)


def plain_host(text: str) -> bool:
    """Tell whether `text` is a canonical name that every parser reads alike, as most are."""
    return _PLAIN.fullmatch(text) is not None and "xn--" not in text


def is_address(host: Host) -> bool:
    """Tell an address from a name."""
    return not isinstance(host, str)


def show_host(host: Host) -> str:
    """Write `host` as it stands in a URL, with brackets around IPv6."""
    return f"[{host}]" if isinstance(host, IPv6Address) else str(host)


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that `text` spells canonically, or None; mapped IPv6 becomes IPv4."""
    bracketed = text.startswith("[") and text.endswith("]")
    try:
        address = ip_address(text[1:-1] if bracketed else text)
    except ValueError:
        return None
    if bracketed and address.version == 4:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return None  # A zone names an interface of one machine, not a target.
        return address.ipv4_mapped or address
    return address
