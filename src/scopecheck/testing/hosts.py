"""Hosts that look like another one and belong to somebody else."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scopecheck.errors import HostError
from scopecheck.targets.host import Host, parse_host, show_host
from scopecheck.targets.psl import default_suffixes

__all__ = ["STRANGERS", "lookalikes", "lookalikes_of"]

STRANGERS = ("evil.example", "attacker.test")
"""Domains of a stranger, under suffixes that nobody can register (RFC 2606)."""

# Letters of other scripts that look like a Latin one in most fonts (UTS 39, "confusables").
_HOMOGRAPHS = {
    "a": "а",
    "c": "с",
    "e": "е",
    "i": "і",
    "j": "ј",
    "o": "ο",
    "p": "р",
    "s": "ѕ",
    "x": "х",
    "y": "у",
}
_ALIKE = (("o", "0"), ("l", "1"), ("i", "l"), ("e", "3"), ("m", "rn"), ("w", "vv"), ("s", "5"), ("d", "cl"))
_OTHER_SUFFIXES = ("com", "net", "org", "co", "com.co", "example.net")


def lookalikes(host: str) -> SearchStrategy[str]:
    """Draw hosts that a careless comparison, or a careless eye, takes for `host` or for one below it.

    For `www.example.com` these are, among others, `evilexample.com` (the end of the text is the
    same), `www.example.com.evil.example` (the beginning is), `www-example.com` and `wwwxexample.com`
    (a dot that is any character to a regular expression), `example.net`, `examp1e.com` and names
    with a letter of another script, as U-label and as A-label.

    Every one is a host that all clients read alike, and none is `host`, its registrable domain or
    below that domain (Public Suffix List, both sections). For an address they are its neighbours
    and the names and addresses that begin or end with its text; an IPv6 address has brackets.

    Raises `HostError` where `host` is no host.
    """
    return st.sampled_from(lookalikes_of(host))


@functools.lru_cache(maxsize=1_024)
def lookalikes_of(host: str) -> tuple[str, ...]:
    """Return every lookalike that `lookalikes` draws from, the plainest first."""
    own = parse_host(host).host
    made = _like_name(own) if isinstance(own, str) else _like_address(own)
    return tuple(dict.fromkeys(text for text in made if _is_foreign(text, own)))


def _is_foreign(text: str, own: Host) -> bool:
    try:
        parsed = parse_host(text)
    except HostError:
        return False
    if parsed.doubts or parsed.host == own:
        return False
    if not isinstance(own, str) or not isinstance(parsed.host, str):
        return True
    return not f".{parsed.host}".endswith(f".{base_of(own)}")


def base_of(name: str) -> str:
    """Return the registrable domain of a name, or the name itself where it has none."""
    return default_suffixes().registrable(name) or name


def _like_name(name: str) -> Iterator[str]:
    base = base_of(name)
    owned, _, suffix = base.partition(".")
    ending = f".{suffix}" if suffix else ""
    yield f"evil{base}"
    for stranger in STRANGERS:
        yield f"{name}.{stranger}"
        yield f"{base}.{stranger}"
        yield f"{owned}.{stranger}"
        yield f"{name.replace('.', '-')}.{stranger}"
    for word in ("evil", "my", "login"):
        yield f"{word}-{base}"
        yield f"{word}{base}"
        yield f"{owned}-{word}{ending}"
        yield f"{owned}{word}{ending}"
    for position in (found.start() for found in re.finditer(r"\.", name)):
        for swallowed in ("x", "-", ""):
            yield name[:position] + swallowed + name[position + 1 :]
    yield from (f"{owned}.{other}" for other in _OTHER_SUFFIXES)
    yield from (f"{base}{ending}", f"{base}x", f"{base}.com")
    # Another letter in an A-label is another name, or none at all.
    if not owned.startswith("xn--"):
        yield from (f"{one}{ending}" for one in _misspelt(owned))


def _misspelt(label: str) -> Iterator[str]:
    for plain, other in _ALIKE:
        if plain in label:
            yield label.replace(plain, other, 1)
    for position in range(len(label) - 1):
        yield label[:position] + label[position + 1] + label[position] + label[position + 2 :]
    for position, letter in enumerate(label):
        yield label[:position] + letter + label[position:]
        if len(label) > 1:
            yield label[:position] + label[position + 1 :]
        if letter in _HOMOGRAPHS:
            spelled = label[:position] + _HOMOGRAPHS[letter] + label[position + 1 :]
            yield spelled
            yield str(parse_host(spelled).host)


def _like_address(address: IPv4Address | IPv6Address) -> Iterator[str]:
    last = (1 << address.max_prefixlen) - 1
    for step in (1, -1, 16, 256, -256, 1 << 16, 1 << 24):
        if 0 <= int(address) + step <= last:
            yield show_host(parse_host(str(type(address)(int(address) + step))).host)
    text = str(address)
    for digit in "1259":
        yield from (digit + text, text + digit) if address.version == 4 else (f"[{text}{digit}]",)
    for stranger in STRANGERS:
        if address.version == 4:
            yield f"{text}.{stranger}"
        yield f"{re.sub('[.:]+', '-', text).strip('-') or 'ip'}.{stranger}"
