"""What an exclusion may name besides what it says for certain: hosts and paths (clauses P1, P2, P4)."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from itertools import product
from urllib.parse import unquote

from scopecheck.scope.addresses import is_address_text
from scopecheck.scope.feared_addresses import address_readings, ascii_text, spell

__all__ = [
    "OTHER_SERVICES",
    "ends_in_two_scripts",
    "feared_paths",
    "feared_targets",
    "glued_hosts",
    "host_range_readings",
    "is_host_range",
    "mixes_scripts",
]

OTHER_SERVICES = frozenset(
    """
    afp amqp amqps bitcoin bolt cassandra coap coaps consul dict dns etcd ethereum finger ftp ftps git gopher
    ike imap imaps ipp ipps irc ircs isakmp iscsi jdbc kafka kerberos ldap ldaps ldapi memcache memcached mms
    modbus mongodb mongodb+srv mqtt mqtts mssql mysql nats neo4j news nfs nntp nntps ntp odbc oracle pop pop3
    pop3s postgres postgresql pulsar radius rdp redis rediss rlogin rmi rsh rsync rtmp rtmps rtsp rtsps sccp
    scp sftp sip sips sldap smb smtp smtps snmp socks socks4 socks5 ssh sqlserver stun stuns svn svn+ssh
    syslog telnet telnets tftp turn turns vnc whois xmpp zookeeper
    """.split()  # noqa: SIM905 - a list of one word a line would hide the others
)
"""Schemes that are clearly a service of their own; any other may be a way to say where a site listens."""

_MOST = 1_000
_LONGEST_RANGE = 600
# An address, a block or a range in the spelling of the table, which has one reading.
_ADDRESSES_ALONE = re.compile(r"[0-9A-Fa-f.:]+(?:/[0-9.]{1,15}|\s*[-–]\s*[0-9A-Fa-f.:]+)?")


def feared_targets(clean: str, text: str) -> tuple[str, ...]:
    """Return what a listed exclusion may name besides what is read from it: hosts and addresses."""
    hosts = (*host_range_readings(clean), *glued_hosts(text))
    if _ADDRESSES_ALONE.fullmatch(clean) and is_address_text(clean):
        return hosts
    return (*hosts, *map(spell, address_readings(clean)))


# Hosts.

_RANGE_WORD = r"(?:up\s)?(?:to|through|thru|until|till|upto|bis|hasta)(?:\sand\sincluding|\sincluding)?"
_ENDS = re.compile(r"([a-z0-9][a-z0-9_.-]{0,252}) \.\. ([a-z0-9][a-z0-9_.-]{0,252})")
_ONE_RUN = re.compile(r"(?<![\w.-])[a-z0-9][a-z0-9_.-]{3,252}(?![\w.-])")
_HOST_RUN = re.compile(r"(?<![A-Za-z0-9._*-])(?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+(?![A-Za-z0-9._-])")


def is_host_range(text: str) -> bool:
    """Tell whether a text holds nothing besides the two ends of a range of hosts."""
    match = _ENDS.fullmatch(_with_marks(text)) if len(text) <= _LONGEST_RANGE else None
    return match is not None and any(_between(match[1], match[2]))


def host_range_readings(text: str) -> tuple[str, ...]:
    """Return the hosts that lie between two that a text names as the ends of a range, ends included.

    `dev01.example.com to dev05.example.com` are five hosts, and perhaps all of `dev*.example.com`.
    """
    found: dict[str, None] = {}
    if len(text) > _LONGEST_RANGE:
        return ()
    plain = _with_marks(text)
    for match in _ENDS.finditer(plain):
        found |= dict.fromkeys(_between(match[1].strip(".-"), match[2].strip(".-")))
    for match in _ONE_RUN.finditer(plain):
        for at in [dash.start() for dash in re.finditer("-", match[0])][:10]:
            left, right = match[0][:at], match[0][at + 1 :]
            # `dev-1.example.com` is one host; `dev01-dev05.example.com` and `a1.e.com-a5.e.com` are a range.
            if re.search(r"[a-z]-?[0-9]+\Z", left) or "." in left:
                found |= dict.fromkeys(_between(left, right, glued=True))
    return tuple(found)


def _with_marks(text: str) -> str:
    """Return a text in small letters in which `..` stands for every word or sign of a range."""
    plain = re.sub(
        r"[\u2010-\u2015\u2212\u301c\uff5e]|->|\s--?\s|\.{2,}|\u2026|~|\u2192|\u21d2", " .. ", text.lower()
    )
    plain = ascii_text(re.sub(rf"\s{_RANGE_WORD}\s", " .. ", re.sub(r"\s+", " ", plain)))
    return re.sub(r" +", " ", re.sub(r"[a-z][a-z+]{1,9}://|[\"'`()<>]", "", plain)).strip()


def _between(left: str, right: str, *, glued: bool = False) -> Iterator[str]:
    """Yield the hosts from one to the other, where they differ in one label and look like a range."""
    if "." not in left and "." in right:
        left += right[right.index(".") :]
    elif "." not in right and "." in left:
        right += left[left.index(".") :]
    one, other = left.split("."), right.split(".")
    if len(one) != len(other) or len(one) < 2 or other[-1].isdigit():
        return
    differing = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differing) != 1:
        return
    at = differing[0]
    label, end = one[at], other[at]
    if end.isdigit() and not label.isdigit() and not glued:  # `dev01 to 05.example.com`
        end = label.rstrip("0123456789") + end
    for middle in _labels_between(label, end):
        yield ".".join((*one[:at], middle, *one[at + 1 :]))


def _labels_between(first: str, last: str) -> Iterator[str]:
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    head = first[:same].rstrip("0123456789")
    tail = 0
    while tail < min(len(first), len(last)) - len(head) and first[-1 - tail] == last[-1 - tail]:
        tail += 1
    ending = first[len(first) - tail :].lstrip("0123456789")
    low, high = (one[len(head) : len(one) - len(ending)] for one in (first, last))
    if re.fullmatch(r"[0-9]{1,9}", low) and re.fullmatch(r"[0-9]{1,9}", high):
        bottom, top = sorted((int(low), int(high)))
        for number in range(bottom, min(top, bottom + _MOST) + 1):
            for spelled in {str(number), str(number).zfill(len(low)), str(number).zfill(len(high))}:
                yield head + spelled + ending
    elif len(low) == len(high) == 1 and (head or ending or low.isalpha()):
        for code in range(min(ord(low), ord(high)), max(ord(low), ord(high)) + 1):
            yield head + chr(code) + ending
        if not (head or ending):
            return
    elif len(head + ending) < 2:
        return
    if head or ending:
        yield f"{head}*{ending}"


def glued_hosts(text: str) -> Iterator[str]:
    """Yield the ASCII hosts that letters of another script, or signs, touch (`example.com` and a footnote).

    A letter of the Latin script is part of the name, as in `b\u00fccher.example`.
    """
    if text.isascii():
        return
    for match in _HOST_RUN.finditer(text):
        sides = text[: match.start()][-1:], text[match.end() :][:1]
        if any(sides) and not any(map(_belongs, sides)) and not match[0].rpartition(".")[2].isdigit():
            yield match[0].strip("-_").lower()


def _belongs(char: str) -> bool:
    """Tell whether a character beside ASCII letters is one more letter of the same name."""
    if char == "" or char.isascii():
        return False
    return unicodedata.category(char)[0] == "M" or unicodedata.name(char, "").startswith("LATIN ")


def mixes_scripts(label: str) -> bool:
    """Tell whether a label has ASCII letters and letters or signs of another script."""
    strange = [char for char in label if not char.isascii() and not _belongs(char)]
    return bool(strange) and re.search(r"[A-Za-z]", label) is not None


def ends_in_two_scripts(text: str) -> bool:
    """Tell whether letters of another script touch the last label, which no top-level domain has."""
    if text.isascii():
        return False
    host = re.split(r"[/?#:]", text.rpartition("://")[2], maxsplit=1)[0]
    return mixes_scripts(re.split(r"[.。．｡]", host.rstrip(".。．｡"))[-1])


# Paths.

_PARAMETER = re.compile(
    r"\A(?::[A-Za-z_]\w*\??|[@$#][A-Za-z_]\w*|\$?\{+[^{}]*\}+|<+[^<>]*>+|\[+[^\[\]]*\]+|\(+[^()]*\)+|_{1,2}[A-Za-z]+__?"
    r"|%[A-Za-z_]+%|\{?\*\}?)\Z"
)
_EDGES = "'\"`()[]{}<>!,;:|&^~\\ \t\u00a0\u2018\u2019\u201c\u201d\u00ab\u00bb\u2013\u2014\u2026\u3002"


def feared_paths(path: str) -> tuple[str, ...]:
    """Return what an excluded path may mean besides itself.

    Alternatives (`/v1|v2`, `/v1,v2`), parameters of a route (`/:id`, `/{{id}}`) as a star, and the path
    without what copying left at its end (`/'`, `/admin&nbsp;`). An empty text is any path.
    """
    plain = _unescaped(path)
    found = dict.fromkeys((plain, *re.split(r"(?<=[^/])[|,;+&]\s*(?=/)", plain)))
    spread: dict[str, None] = {}
    for one in found:
        spread |= dict.fromkeys(_spread(one))
    cleaned = dict.fromkeys(_clean(one) for one in (*found, *spread))
    return tuple(one for one in (*cleaned, *spread) if one != path)[:200]


def _unescaped(path: str) -> str:
    for _ in range(2):
        path = unquote(html.unescape(path))
    return path


def _spread(path: str) -> Iterator[str]:
    """Yield each choice of a path whose segments hold alternatives."""
    segments = [re.split(r"[|,;&+]+", segment) for segment in path.split("/")]
    count = 1
    for one in segments:
        count *= len(one)
    if 1 < count <= 100:
        for chosen in product(*segments):
            yield "/".join(part.strip() for part in chosen)


def _clean(path: str) -> str:
    segments = [
        "*" if _PARAMETER.match(segment) and segment not in ("*", "{*}") else segment.strip(_EDGES)
        for segment in path.split("/")
    ]
    segments = ["*" if segment and not segment.strip("{*}") else segment for segment in segments]
    segments = ["" if not re.search(r"[\w*]", segment) else segment for segment in segments]
    while len(segments) > 1 and segments[-1] == "":
        segments.pop()
    return "/".join(segments)
