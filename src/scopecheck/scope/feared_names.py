"""What an exclusion may name besides what it says for certain: hosts and paths (clauses P1, P2, P4)."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from itertools import product
from urllib.parse import unquote

from scopecheck.scope.addresses import is_address_text
from scopecheck.scope.feared_addresses import address_readings, spell
from scopecheck.scope.host_ranges import host_range_readings

__all__ = [
    "OTHER_SERVICES",
    "ends_in_two_scripts",
    "feared_paths",
    "feared_targets",
    "glued_hosts",
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

_LONGEST_HOST = 600
_PLACEHOLDER = re.compile(r"(?<![A-Z])[A-Z]{2,}+|#++|\?{2,}+")
# An address, a block or a range in the spelling of the table, which has one reading.
_ADDRESSES_ALONE = re.compile(r"[0-9A-Fa-f.:]+(?:/[0-9.]{1,15}|\s*[-–]\s*[0-9A-Fa-f.:]+)?")


def feared_targets(clean: str, text: str) -> tuple[str, ...]:
    """Return what a listed exclusion may name besides what is read from it: hosts and addresses."""
    hosts = (*host_range_readings(clean), *glued_hosts(text), *_respelled(clean))
    if _ADDRESSES_ALONE.fullmatch(clean) and is_address_text(clean):
        return hosts
    return (*hosts, *map(spell, address_readings(clean)))


# Hosts.

_HOST_RUN = re.compile(r"(?<![A-Za-z0-9._*-])(?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+(?![A-Za-z0-9._-])")


def _respelled(clean: str) -> Iterator[str]:
    """Yield a host without hyphens and underscores at the edges of labels, and with stars for placeholders.

    The first may be marks of a list or of emphasis; `devXX` and `pay-REGION` stand for any such host.
    """
    if "." not in clean or len(clean) > _LONGEST_HOST:
        return
    starred = _PLACEHOLDER.sub("*", clean) if re.search("[a-z]", clean) else clean
    for bare in (clean, starred):
        trimmed = ".".join(label.strip("-_") for label in bare.split("."))
        if trimmed != clean and "." in trimmed:
            yield trimmed


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
