"""Sets of hosts -> globs in which a star is any text, dots too: what most tools understand."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, summarize_address_range

from scopecheck.formats.toolplan import Ability
from scopecheck.scope.hostset import Addresses, Glob, HostSet, Names, Span, Tail

__all__ = ["GLOBS", "SINGLE_GLOBS", "host_globs"]


def host_globs(hosts: HostSet, *, blocks: bool) -> tuple[str, ...]:
    """Return globs that together match the hosts of a set; `blocks` where CIDR blocks are understood."""
    match hosts:
        case Names(labels, span):
            name = ".".join(labels)
            found = {Span.AT: (name,), Span.BELOW: (f"*.{name}",), Span.AT_OR_BELOW: (name, f"*.{name}")}
            return found[span]
        case Tail(head):
            # Only exclusions come with a tail, and then whatever stands behind or before counts.
            name = ".".join(head)
            return (f"{name}.*", f"*.{name}.*")
        case Glob(text, _, below):
            return (text, f"*.{text}") if below else (text,)
        case Addresses(4, first, last):
            networks = summarize_address_range(IPv4Address(first), IPv4Address(last))
            shown = [(str(one).removesuffix("/32"), one.prefixlen) for one in networks]
            return tuple(text if blocks or size == 32 else _octets(text, size) for text, size in shown)
        case Addresses(_, first, last):
            wide = summarize_address_range(IPv6Address(first), IPv6Address(last))
            return tuple(str(one).removesuffix("/128") for one in wide) if blocks else ()


def _octets(network: str, size: int) -> str:
    """Return a glob that holds a block, its last octets a star."""
    fixed = size // 8
    return ".".join((*network.partition("/")[0].split(".")[:fixed], "*"))


def _includable(hosts: HostSet, *, blocks: bool) -> str:
    match hosts:
        case Names(labels, _):
            return "a star would reach beyond one label" if "*" in "".join(labels) else ""
        case Tail():
            return "a star would stand for more than the public suffixes"
        case Glob(_, within, _):
            return "a star would reach beyond the domain" if within else ""
        case Addresses(version, first, last):
            known = blocks or (version == 4 and first == last)
            return "" if known else "a block of addresses has no glob of its own"


GLOBS = Ability(lambda hosts: _includable(hosts, blocks=True))
"""Lists of hosts, globs, addresses and CIDR blocks."""
SINGLE_GLOBS = Ability(lambda hosts: _includable(hosts, blocks=False))
"""Lists of hosts, globs and single IPv4 addresses."""
