"""Addresses, blocks and ranges as they are listed -> the numbers they stand for (the row "addresses")."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, ip_address, ip_network

from scopecheck.errors import PatternSyntaxError
from scopecheck.scope.hostset import Addresses

__all__ = ["is_address_text", "parse_addresses", "starred_octets"]


def starred_octets(text: str) -> Addresses | None:
    """Read `10.1.*.*` as the block it names."""
    match = re.fullmatch(r"((?:[0-9]{1,3}\.){1,3})((?:\*\.){0,2}\*)", text)
    if match is None:
        return None
    stars = match[2].count("*")
    octets = match[1].count(".")
    if octets + stars > 4 or (octets + stars < 4 and stars > 1):
        return None
    stars = 4 - octets  # `10.0.*` is `10.0.*.*`.
    try:
        first = int(IPv4Address(match[1] + ".".join(["0"] * stars)))
    except ValueError:
        return None
    return Addresses(4, first, first + 256**stars - 1)


_DASH = r"(?:[-\u2010-\u2015\u2212]|(?:(?<=\s)|(?<=\]))(?:to|through|thru|until|till)(?=[\s\[]))"
_MASKED = re.compile(
    r"((?:[0-9]{1,3}\.){3}[0-9]{1,3})(?:,?\s+(?:(?:sub)?net)?mask:?)?\s+((?:[0-9]{1,3}\.){3}[0-9]{1,3})"
)


def parse_addresses(text: str, notes: list[str]) -> Addresses | None:
    """Read an address, a block by its prefix or mask (host bits masked, with a note) or a range `a - b`."""
    compact = _compact(text.strip())
    if not re.fullmatch(r"[0-9A-Fa-f:.]+(?:/[0-9.]+|-[0-9A-Fa-f:.]+)?", compact) or not re.search(
        r"[.:]", compact
    ):
        return None
    try:
        if "/" in compact:
            return _block(compact, notes)
        if "-" in compact:
            return _range(*compact.split("-"))
        single = ip_address(compact)
    except ValueError:
        if re.fullmatch(r"[0-9.]+/[0-9]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*/[0-9]+", compact):
            raise PatternSyntaxError(
                f"`{text}` is not a block of addresses",
                text,
                "the prefix is at most 32 for IPv4 and 128 for IPv6, as in `192.0.2.0/24`",
            ) from None
        return None
    single = getattr(single, "ipv4_mapped", None) or single
    return Addresses(single.version, int(single), int(single))


def _compact(text: str) -> str:
    """Write the dash of a range and the slash of a block in one way, without spaces and brackets."""
    masked = _MASKED.fullmatch(text)
    if masked is not None and is_mask(masked[2]):
        text = f"{masked[1]}/{masked[2]}"
    closed = re.sub(rf"(?:(?<!\s)\s+)?{_DASH}\s*", "-", re.sub("[\uff0f\u2044\u2215]", "/", text))
    compact = re.sub(r"(?:(?<!\s)\s+)?/\s*(?=[0-9])", "/", closed)
    return re.sub(r"\[([0-9A-Fa-f.]*+:[0-9A-Fa-f:.]*+)\](?=[/-]|\Z)", r"\1", compact)


def is_address_text(text: str) -> bool:
    """Tell whether a text is an address, a block or a range, spaces inside or not."""
    try:
        return parse_addresses(text, []) is not None
    except PatternSyntaxError:
        return False


def is_mask(text: str) -> bool:
    """Tell whether an address in dotted decimal is a netmask."""
    try:
        inverse = ~int(IPv4Address(text)) & 0xFFFFFFFF
    except ValueError:
        return False
    return inverse & (inverse + 1) == 0 and inverse not in (0, 0xFFFFFFFF)


def _block(text: str, notes: list[str]) -> Addresses:
    network = ip_network(text, strict=False)
    if str(network.network_address) != text.partition("/")[0] and int(
        ip_address(text.partition("/")[0])
    ) != int(network.network_address):
        notes.append(f"host bits of `{text}` were masked")
    return _unmapped(network.version, int(network.network_address), int(network.broadcast_address))


def _range(low: str, high: str) -> Addresses:
    first = ip_address(low)
    if high.isdigit() and first.version == 4:  # `31.31.140.92-254`
        high = low.rpartition(".")[0] + "." + high
    last = ip_address(high)
    if first.version != last.version or int(last) < int(first):
        raise PatternSyntaxError(f"`{low}-{high}` is not a range of addresses", f"{low}-{high}")
    return _unmapped(first.version, int(first), int(last))


def _unmapped(version: int, first: int, last: int) -> Addresses:
    """Return a range of IPv4-mapped IPv6 addresses as the IPv4 range it is (T1)."""
    base = 0xFFFF << 32
    if version == 6 and first >> 32 == 0xFFFF and last >> 32 == 0xFFFF:
        return Addresses(4, first - base, last - base)
    return Addresses(version, first, last)
