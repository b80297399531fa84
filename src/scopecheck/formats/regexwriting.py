"""Sets of hosts and paths -> regular expressions for Burp and ZAP.

Both tools see a URL as it was sent and compare letter case loosely, while the rules are about the
canonical path. So an included path is compared with letter case and never holds what a server might
read as another path; an excluded path holds all of that (T5).
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, summarize_address_range

from scopecheck.formats.regexsyntax import OCTET
from scopecheck.formats.toolplan import Ability, Planned
from scopecheck.scope.hostset import Addresses, Glob, HostSet, Names, Span, Tail
from scopecheck.scope.pathset import PathSet
from scopecheck.scope.pattern import Effect

__all__ = ["REGEX", "host_regexes", "path_regex", "without_odd_paths"]

_ODD = (
    # Dot segments, empty segments, parameters, backslashes, what is no printable ASCII.
    r"/\.{1,2}(?:[/?#]|$)|//|[;\\]|[^!-~]"
    # An escape of anything but a reserved character other than `/`, `;`, `\` and `%`.
    r"|%(?!2[0-46-9A-C]|3[AC-F]|40|5[BDE]|60|7[B-D])"
)
_NOT_ODD = f"(?![^?#]*(?:{_ODD}))"
_OR_ODD = f"|[^?#]*(?:{_ODD}).*)"
_BORDER = "(?:[/?#].*)?"


def without_odd_paths(text: str) -> str:
    """Return a regex without what `path_regex` adds for paths that servers read in several ways."""
    return text.replace(_NOT_ODD, "").replace(_OR_ODD, ")")


def host_regexes(hosts: HostSet, run: str = ".*", label: str = "[^.]*") -> tuple[str, ...]:
    """Return regexes, without anchors, that together match the hosts of a set.

    `run` stands for any text in a host, `label` for any text in one label.
    """
    match hosts:
        case Names(labels, span):
            name = r"\.".join(_escaped(one, label) for one in labels)
            lead = {Span.AT: "", Span.BELOW: rf"{run}\.", Span.AT_OR_BELOW: rf"(?:{run}\.)?"}
            return (lead[span] + name,)
        case Tail(head):
            # Only exclusions come with a tail, and then whatever stands behind or before counts.
            name = r"\.".join(_escaped(one, label) for one in head)
            return (rf"(?:{run}\.)?{name}\.{run}",)
        case Glob(text, _, below):
            return ((rf"(?:{run}\.)?" if below else "") + _escaped(text, run),)
        case Addresses(4, first, last):
            blocks = summarize_address_range(IPv4Address(first), IPv4Address(last))
            return tuple(_block(int(block[0]), int(block[-1])) for block in blocks)
    return ()


def _escaped(text: str, star: str) -> str:
    return "".join(star if char == "*" else re.escape(char) if char in ".+?" else char for char in text)


def _block(first: int, last: int) -> str:
    """Return the regex of a CIDR block: fixed octets, one choice of octets, then any."""
    octets = []
    for shift in (24, 16, 8, 0):
        low, high = first >> shift & 255, last >> shift & 255
        if low == high:
            octets.append(str(low))
        elif (low, high) == (0, 255):
            octets.append(OCTET)
        else:
            octets.append("(?:" + "|".join(map(str, range(low, high + 1))) + ")")
    return r"\.".join(octets)


def path_regex(planned: Planned) -> str:
    """Return the regex of a path from its first slash on, or "" for any path."""
    path = planned.path
    if not path.segments and not path.page:
        return ""
    if planned.effect is Effect.INCLUDE:
        return _included(path)
    return _excluded(path, exact=planned.border)


def _included(path: PathSet) -> str:
    if path.page:
        return "/(?:[?#].*)?"
    body = "/" + "/".join(_literal(segment, "[^/?#]*") for segment in path.segments)
    return _NOT_ODD + _flagged(body, "-i") + _BORDER


def _literal(text: str, star: str) -> str:
    return "".join(star if char == "*" else _quoted(char) for char in text)


def _quoted(char: str) -> str:
    return char if char.isalnum() or char in "/_~-%!&':=@," else "\\" + char


def _flagged(body: str, flag: str) -> str:
    return f"(?{flag}:{body})" if re.search(r"[A-Za-z]", body) else body


def _excluded(path: PathSet, *, exact: bool) -> str:
    """Return a regex of every path that a forgiving server may take for an excluded one."""
    body = ""
    open_end = not exact
    for segment in path.loosened().segments:
        if segment == "*":
            body += "(?:/.*)?"
            continue
        # What is not unreserved may be spelled in several ways, so it is not compared.
        plain = re.match(r"[a-z0-9._~*-]*", segment)
        kept = plain[0] if plain is not None else ""
        body += "/" + _literal(kept, ".*")
        if kept != segment:
            open_end = True
            break
    flagged = _flagged(body, "i")
    return f"(?:{flagged}{'.*' if open_end else _BORDER}{_OR_ODD}"


def includable(hosts: HostSet) -> str:
    """Return why a regex cannot match exactly these hosts, or "" where it can."""
    if isinstance(hosts, Tail):
        return "the public suffixes that a star stands for are too many to write"
    if isinstance(hosts, Glob) and hosts.within:
        return "the star stands for any text within one domain"
    if isinstance(hosts, Addresses) and hosts.version == 6:
        return "an IPv6 address has many spellings, and a regex sees them all as different"
    return ""


def path_includable(path: PathSet) -> str:
    """Return why an inclusion of a path cannot be written, or "" where it can."""
    if re.search(_ODD, "/" + "/".join(path.segments)):
        return "servers read its path in several ways"
    return ""


REGEX = Ability(includable, path_includable)
"""What Burp and ZAP can express."""
