"""What a text may name besides what it says for certain: addresses (clauses P4, P5).

An exclusion is feared in every reading of its text. Each reading is a set of its own, since an inclusion
narrower than a set that was drawn too wide would outweigh it (D1).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import pairwise, product

from scopecheck.scope.hostset import Addresses

__all__ = ["address_readings", "ascii_text", "spell"]

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2e3a\u2e3b\ufe58\u2212\u2043\u301c\uff5e~"
_ARROWS = "\u2192\u21d2\u2794\u279c\u27a1\u27f6\u27f9\u2194\u21d4"
_PLAIN = str.maketrans(
    {
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_ARROWS, "->"),
        **dict.fromkeys("\u2044\u2215\u29f8\u00f7\\", "/"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\u2061\ufeff\u180e", ""),
    }
)
_PIECE = 256  # Normalising a long run of combining marks is quadratic.

_V4 = re.compile(r"(?<![0-9])(?<![0-9]\.)[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9]|\.[0-9])")
_V6 = re.compile(r"[0-9A-Fa-f:.]++")
_BEFORE_STAR = re.compile(r"(?<![\w:])[0-9A-Fa-f]{3,4}:[0-9A-Fa-f:]{0,40}(?=[*xX#?<{\[(])")
_FEWER = re.compile(r"(?<![0-9])(?<![0-9]\.)[0-9]{1,3}(?:\.[0-9]{1,3}){0,2}(?![0-9]|\.[0-9])")
_OCTET = r"(?:[0-9]{1,3}(?:-[0-9]{1,3})?|\*|[xX]{1,3}(?![A-Za-z0-9]))"
_OCTETS = re.compile(rf"(?<![0-9])(?<![0-9][.-]){_OCTET}(?:\.{_OCTET}){{3}}(?![0-9]|\.[0-9*])")
_CHOICE = re.compile(r"\.[\[({<]([0-9]{1,3}[^\])}>\n]{0,60})")
_ANY_OCTET = re.compile(r"\.(?:[*#?_\[({<$%]|[xXnNyYzZ]{1,3}(?![A-Za-z0-9]))")
_PREFIX = re.compile(r"\]?\s{0,4}[\[(]?\s{0,4}/\s{0,4}([0-9]{1,4})(?![\w.])")
_JOINT = re.compile(r"[^0-9]{1,40}")
_PART = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){0,2}(?![0-9A-Za-z]|\.[0-9])")
_NEXT_GROUP = re.compile(
    r"\]?(?:\s{0,4}(?:[,;&|+/]|-{1,3}>?|\.{2,9})\s{0,4}|\s{1,4})(?:(?:and|or|to|through|thru|until|till|bis)\s{1,4})?"
    r":{0,2}([0-9A-Fa-f]{1,4})(?![\w:.])",
    re.IGNORECASE,
)
_LISTING = re.compile(r"[\s,;&|+()\[\]]*(?:(?:and|or|und|oder|et|ou|y|e)\b[\s,;&|+()\[\]]*)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from|zwischen|von|entre|range)\W+\Z", re.IGNORECASE)
_JOINING = frozenset(
    [
        "and",
        "or",
        "to",
        "through",
        "thru",
        "until",
        "till",
        "upto",
        "up",
        "including",
        "incl",
        "inclusive",
        "und",
        "bis",
        "oder",
        "et",
        "ou",
        "y",
        "e",
        "a",
        "jusqu",
        "hasta",
        "do",
        "po",
        "as",
        "well",
        "ip",
        "ips",
        "host",
        "hosts",
        "address",
        "addresses",
        "also",
    ]
)
_NETWORK = re.compile(
    r"\b(?:(?:sub)?net(?:works?|s|block|z)?|ranges?|blocks?|segments?|class|vlan|lan|pool)\b", re.IGNORECASE
)
_MANY = 256


@dataclass(frozen=True, slots=True)
class _Token:
    """One address or block in a text, and where it stands."""

    where: Addresses
    start: int
    end: int


def ascii_text(text: str) -> str:
    """Return a text with its digits, dots, dashes and slashes in ASCII, and no invisible characters."""
    if not text.isascii():
        pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
        text = "".join(unicodedata.normalize("NFKC", piece.translate(_PLAIN)) for piece in pieces)
        text = re.sub(r"[\u3002\uff61]", ".", text)
    text = re.sub(r"\[\.\]|\(\.\)|[\[(]dot[\])]|\\\.|%2e", ".", text, flags=re.IGNORECASE)
    return text.translate(_PLAIN)


def spell(where: Addresses) -> str:
    """Write a range of addresses as it is listed."""
    kind = IPv4Address if where.version == 4 else IPv6Address
    first, last = kind(where.first), kind(where.last)
    size = where.last - where.first + 1
    if size == 1:
        return str(first)
    if size & (size - 1) == 0 and where.first % size == 0:
        return f"{first}/{_bits(where.version) - size.bit_length() + 1}"
    return f"{first}-{last}"


def address_readings(text: str) -> tuple[Addresses, ...]:
    """Return every set of addresses that a text may name, in no order of certainty.

    Besides each address and block these are what lies between two ends, and what lists (`192.0.2.7, 8`),
    stars, masks and shortened blocks stand for.
    """
    plain = re.sub(r"\.{2,}", " .. ", ascii_text(text))
    if not re.search(r"[0-9][.]|:[^\n]{0,40}:|[0-9A-Fa-f]{3}:[*xX#?<{\[(]|[0-9]/8", plain):
        return ()
    tokens = sorted((*_v4_tokens(plain), *_v6_tokens(plain)), key=lambda token: token.start)
    found: dict[Addresses, None] = {}
    for token in tokens:
        for where in _of_one(plain, token):
            found[where] = None
        for where in _continued(plain, token):
            found[where] = None
    for number, (left, right) in enumerate(pairwise(tokens)):
        around = (tokens[number - 1] if number else None, tokens[number + 2 : number + 3])
        for where in _of_two(plain, left, right, alone=_alone(plain, left, right, around)):
            found[where] = None
    for where in _of_shapes(plain):
        found[where] = None
    return tuple(found)


def _bits(version: int) -> int:
    return 32 if version == 4 else 128


def _block(version: int, value: int, prefix: int) -> Addresses:
    size = 1 << (_bits(version) - prefix)
    return Addresses(version, value - value % size, value - value % size + size - 1)


def _between(left: Addresses, right: Addresses) -> Addresses:
    return Addresses(left.version, min(left.first, right.first), max(left.last, right.last))


def _octets(values: list[int]) -> int | None:
    """Return the number of an IPv4 address, or None where an octet is too large."""
    if any(value > 255 for value in values):
        return None
    return int.from_bytes(bytes(values))


def _v4_tokens(text: str) -> Iterator[_Token]:
    for match in _V4.finditer(text):
        value = _octets([int(octet) for octet in match[0].split(".")])
        if value is not None:
            yield _Token(Addresses(4, value, value), match.start(), match.end())


def _v6_tokens(text: str) -> Iterator[_Token]:
    """Yield IPv6 addresses; a word glued to one by a colon, or a port behind it, may be part of the run."""
    for match in _V6.finditer(text):
        run = match[0].rstrip(".")
        if run.count(":") < 2 or len(run) > 60:
            continue
        first, _, behind = run.partition(":")
        before, _, last = run.rpartition(":")
        glued = first == "" or first.isalpha() or text[max(0, match.start() - 1) : match.start()].isalnum()
        spelled = [run, *([behind] if glued else []), *([before] if last == "" or last.isdigit() else [])]
        for one in spelled:
            start = match.start() + (len(run) - len(behind) if one is behind else 0)
            with_zeros = one + "0" if one.endswith("::") else one
            try:
                address = ip_address(with_zeros)
            except ValueError:
                continue
            mapped = getattr(address, "ipv4_mapped", None) or address
            yield _Token(Addresses(mapped.version, int(mapped), int(mapped)), start, start + len(one))


def _prefix_of(text: str, token: _Token) -> tuple[int, bool, int]:
    """Return the size behind an address, whether it can be nothing else, and where it ends; -1 for none."""
    match = _PREFIX.match(text, token.end)
    if match is None:
        return -1, False, token.end
    return int(match[1]), re.search(r"/[0-9]", match[0]) is not None, match.end()


def _of_one(text: str, token: _Token) -> Iterator[Addresses]:
    """Yield what one address with what follows it stands for: itself or a block."""
    version, value = token.where.version, token.where.first
    size, sure, _ = _prefix_of(text, token)
    if 0 <= size <= _bits(version):
        yield _block(version, value, size)
        if sure:
            return
    yield token.where
    around = text[max(0, token.start - 20) : token.end + 20]
    if size > _bits(version) or _NETWORK.search(around):
        yield from _zeros_as_block(version, value)


def _zeros_as_block(version: int, value: int) -> Iterator[Addresses]:
    step = 8 if version == 4 else 16
    zeros = 0
    while zeros < _bits(version) and value >> zeros & ((1 << step) - 1) == 0:
        zeros += step
    if 0 < zeros < _bits(version):
        yield _block(version, value, _bits(version) - zeros)


def _starred_group(before: str) -> Iterator[Addresses]:
    """Yield what `2001:db8::*` may mean: the last group free, or all that begins so."""
    head = before if before.endswith(":") else before.rpartition(":")[0] + ":"
    try:
        low, high = int(IPv6Address(head + "0")), int(IPv6Address(head + "ffff"))
        yield Addresses(6, low, high)
    except ValueError:
        pass
    groups = [group for group in head.partition("::")[0].split(":") if group]
    if groups and len(groups) < 8:
        value = 0
        for group in groups:
            value = value << 16 | int(group, 16)
        yield _block(6, value << 16 * (8 - len(groups)), 16 * len(groups))


def _continued(text: str, token: _Token) -> Iterator[Addresses]:
    """Yield what shortened addresses behind one stand for (`192.0.2.7, 8`, `192.0.2.7 to 9`)."""
    size, sure, end = _prefix_of(text, token)
    sized = sure and 0 <= size <= _bits(token.where.version)
    where, position = token.where, end if sized else token.end
    while True:
        joint = _JOINT.match(text, position)
        step = _shortened(text, joint, where) if joint else None
        if joint is None or step is None:
            return
        following, position = step
        yield following
        if not _LISTING.fullmatch(joint[0]):
            yield _between(where, following)
        where = following


def _shortened(text: str, joint: re.Match[str], base: Addresses) -> tuple[Addresses, int] | None:
    """Return the address that a few digits behind one stand for, and where they end."""
    if base.version == 6:
        group = _NEXT_GROUP.match(text, joint.start())
        value = None if group is None else base.first >> 16 << 16 | int(group[1], 16)
        return None if group is None or value is None else (Addresses(6, value, value), group.end())
    part = _PART.match(text, joint.end())
    lines = "\n" in joint[0] and "," not in joint[0] and not joint[0].endswith(".")
    words = re.findall(r"[^\W_]+", joint[0].lower())
    if part is None or lines or ":" in joint[0] or not _JOINING.issuperset(words):
        return None
    given = [int(octet) for octet in part[0].split(".")]
    value = _octets([*list(base.first.to_bytes(4))[: 4 - len(given)], *given])
    return None if value is None else (Addresses(4, value, value), part.end())


def _alone(text: str, left: _Token, right: _Token, around: tuple[_Token | None, list[_Token]]) -> bool:
    """Tell whether two addresses are all that their line names."""
    before, behind = around
    return (before is None or "\n" in text[before.end : left.start]) and (
        not behind or "\n" in text[right.end : behind[0].start]
    )


def _of_two(text: str, left: _Token, right: _Token, *, alone: bool) -> Iterator[Addresses]:
    """Yield the block of an address and its mask, and what lies between two ends."""
    version, joint = left.where.version, text[left.end : right.start]
    if version != right.where.version or left.end > right.start or len(joint) > 40:
        return
    length = _mask_length(version, right.where.first)
    if length is not None and "\n" not in joint:
        yield _block(version, left.where.first, length)
        return
    joint = re.sub(r"\A\]?\s{0,4}/\s{0,4}[0-9]{1,3}", "", joint)
    ends = _BETWEEN.search(text[max(0, left.start - 20) : left.start]) is not None
    if joint.strip() == "":
        ends = alone and "\n" not in joint
    elif not ends and not _LISTING.fullmatch(joint):
        # A full stop, a comma behind a word or an empty line ends what may be a range.
        ends = re.search(r"(?<!\.)\.(?!\.)|\w\s{0,4},|\n\s{0,4}\n", joint) is None
    if ends:
        yield _between(*(next(_of_one(text, token)) for token in (left, right)))


def _mask_length(version: int, value: int) -> int | None:
    """Return the length of the prefix that a netmask, or a mask of the host bits, stands for."""
    bits = _bits(version)
    inverse = (1 << bits) - 1 - value
    for free in (inverse, value):
        if free & (free + 1) == 0 and free not in (0, (1 << bits) - 1):
            return bits - free.bit_length()
    return None


def _of_shapes(text: str) -> Iterator[Addresses]:
    """Yield what stars, ranges and gaps in place of octets stand for (`10.0-3.0.1`, `10.1/16`)."""
    for match in _OCTETS.finditer(text):
        if not match[0].replace(".", "").isdigit():
            yield from _product(match[0].split("."))
    for match in _BEFORE_STAR.finditer(text):
        yield from _starred_group(match[0])
    for match in _FEWER.finditer(text):
        octets = [int(octet) for octet in match[0].split(".")]
        value = _octets([*octets, *[0] * (4 - len(octets))])
        if value is None:
            continue
        block = _block(4, value, 8 * len(octets))
        prefix = _PREFIX.match(text, match.end())
        around = text[max(0, match.start() - 20) : match.end() + 20]
        ends = len(octets) == 3 and re.compile(r"\.(?![.\w])").match(text, match.end())
        whole = len(octets) > 1 and match[0] == text.strip()
        if (
            _ANY_OCTET.match(text, match.end())
            or whole
            or ends
            or (len(octets) > 1 and _NETWORK.search(around))
        ):
            yield block
        if prefix and int(prefix[1]) <= 32 and (len(octets) > 1 or prefix[1] == "8"):
            yield block
            yield _block(4, value, int(prefix[1]))
        yield from _chosen(text, match.end(), octets)


def _chosen(text: str, end: int, octets: list[int]) -> Iterator[Addresses]:
    """Yield what `192.0.2.[7-9]` and `192.0.2.(7|8)` stand for."""
    choice = _CHOICE.match(text, end)
    given = [int(number) for number in re.findall(r"[0-9]{1,3}", choice[1])] if choice else []
    ends: list[Addresses] = []
    for number in given:
        value = _octets([*octets, number, *[0] * (3 - len(octets))])
        if value is not None:
            ends.append(_block(4, value, 8 * len(octets) + 8))
    yield from ends
    for left, right in pairwise(ends):
        yield _between(left, right)


def _product(parts: list[str]) -> Iterator[Addresses]:
    """Yield what octets with ranges and stars among them stand for."""
    ranges: list[tuple[int, int]] = []
    for part in parts:
        low, dash, high = part.partition("-")
        ranges.append((int(low), int(high) if dash else int(low)) if low.isdigit() else (0, 255))
    if any(max(one) > 255 for one in ranges):
        return
    ranges = [(min(one), max(one)) for one in ranges]
    lows, highs = (_octets([one[at] for one in ranges]) or 0 for at in (0, 1))
    free = 4  # From this octet on everything up to the end is meant.
    while free and ranges[free - 1] == (0, 255):
        free -= 1
    head, tail = ranges[: max(free - 1, 0)], ranges[max(free - 1, 0) :]
    count = 1
    for least, most in head:
        count *= most - least + 1
    if count > _MANY:
        yield Addresses(4, lows, highs)
        return
    for chosen in product(*(range(least, most + 1) for least, most in head)):
        first = _octets([*chosen, *(one[0] for one in tail)])
        last = _octets([*chosen, *(one[1] for one in tail)])
        yield Addresses(4, first or 0, last or 0)
