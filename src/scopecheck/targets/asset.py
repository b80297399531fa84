"""Any target that may be asked about (clauses T2, T6): URL, block of addresses, app or name."""

from __future__ import annotations

import functools
import re
import tomllib
import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass
from importlib.resources import files
from ipaddress import ip_address, ip_network
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote

from scopecheck.errors import HostError, TargetError, UrlError
from scopecheck.targets.host import (
    MAX_TEXT,
    HostName,
    is_address,
    parse_address,
    parse_host,
    printable,
    show_host,
)
from scopecheck.targets.url import Url, has_scheme, parse_url

__all__ = [
    "App",
    "Block",
    "Name",
    "SharedHosts",
    "Target",
    "name_key",
    "parse_target",
    "parse_web",
    "shared_hosts",
]


@dataclass(frozen=True, slots=True)
class Block:
    """A run of addresses of one IP version, both ends included."""

    text: str
    version: int
    first: int
    last: int
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class App:
    """An app by its store id, package id or bundle id; a store link and its id are one (T6)."""

    text: str
    id: str
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"app {self.id}"


@dataclass(frozen=True, slots=True)
class Name:
    """A thing known by its name alone; `key` is what names are compared by (T6)."""

    text: str
    key: str
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"asset `{self.text}`"


Target: TypeAlias = Url | Block | App | Name


MAX_NAME = 2_000
"""Longest text compared as a name by its normal form, in characters."""


def name_key(text: str) -> str:
    """Return what two spellings of one name share: NFC, case folding, single spaces (T6)."""
    if len(text) > MAX_NAME:  # Normalising a long run of combining marks is quadratic.
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFC", text).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


@dataclass(frozen=True, slots=True)
class SharedHosts:
    """Hosts that many unrelated parties publish on (`shared_hosts.toml`)."""

    stores: Mapping[str, str]
    code: Mapping[str, int]
    all: frozenset[str]

    def app_id(self, url: Url) -> str | None:
        """Return the id of the app that a store link names, or None."""
        where = self.stores.get(str(url.host))
        if where is None:
            return None
        kind, _, argument = where.partition(":")
        if kind == "query":
            name, _, path = argument.partition(":")
            given = [value for key, value in parse_qsl(url.query) if key == name]
            packages = [value.casefold() for value in given if re.fullmatch(r"[\w-]+(\.[\w-]+)+", value)]
            return packages[0] if packages and url.path.rstrip("/") == path else None
        segments = [part for part in url.path.split("/") if part]
        if kind == "segment":
            part, _, prefix = argument.partition("/")
            behind = segments[segments.index(part) + 1 :] if part in segments else []
            ids = [s.removeprefix(prefix) for s in behind if s.startswith(prefix)]
            return next((found for found in ids if found.isdigit()), None)
        # An id, unlike a page such as `/category/apps`, has a digit, a dot or the length of a hash.
        last = segments[-1] if segments else ""
        return last.casefold() if re.search(r"[0-9.]|\A[a-p]{32}\Z", last) else None

    def canonical_link(self, url: Url) -> Url:
        """Return `url` with the spelling of a repository unified: letter case, `.git` (T6)."""
        count = self.code.get(str(url.host))
        if not count:
            return url
        parts = url.path.split("/")
        parts[1 : count + 1] = [part.casefold() for part in parts[1 : count + 1]]
        if len(parts) > count:
            parts[count] = parts[count].removesuffix(".git")
        return url._replace(path="/".join(parts))


@functools.cache
def shared_hosts() -> SharedHosts:
    """Return the shared hosts that come with the library."""
    data = tomllib.loads((files(__package__) / "shared_hosts.toml").read_text("utf-8"))
    named = frozenset(data["stores"]) | frozenset(data["code"]) | frozenset(data["other"]["hosts"])
    return SharedHosts(data["stores"], data["code"], named)


_SCP = re.compile(r"git@([A-Za-z0-9.-]+):([^:\s]+)")
_BLOCK = re.compile(r"(\[)?([0-9A-Fa-f:.]+)(?(1)\])/((?:0|[1-9][0-9]{0,9})|[0-9]{1,3}(?:\.[0-9]{1,3}){3})/?")
_NUMBERED = re.compile(r"\A/+[^\w/]*\d|\A/+[0-9A-Fa-f]*:")
_LOOKS_LIKE_ADDRESS = re.compile(r"[./:@\\\[\]%\x00-\x1f]")


def parse_target(text: str, listed: Container[str] = frozenset()) -> Target:
    """Return the target that `text` means.

    `listed` holds the keys of the names and apps of the program: a text that is one of them is
    that asset, so that `com.example.app` is the app and not a host where it is listed so.
    Raises `TargetError` where the text is no target at all (T4).
    """
    if len(text.encode(errors="replace")) > MAX_TEXT:
        raise UrlError("the text is over 64 KiB")
    plain = text.strip(" ")
    block = parse_block(plain)
    if block is not None:
        return block
    if "://" not in text and name_key(text) in listed and " " in text:
        return Name(text, name_key(text))  # A name may hold a colon, as a scheme does.
    if has_scheme(text):
        return parse_url(text)
    key = re.sub(r"\Aid(?=[0-9]{6,12}\Z)", "", name_key(text))
    if key in listed:
        app = re.fullmatch(r"[\w.-]+", key) is not None and (key.isdigit() or "." in key)
        note = ("read as an app id, since the program lists it so",) if "." in key else ()
        return App(text, key, note) if app else Name(text, key)
    try:
        return parse_web(text)
    except TargetError:
        if not key or _LOOKS_LIKE_ADDRESS.search(text.strip()) or not _is_text(text):
            raise
        return Name(text, key)


def _parse_scp(text: str, host: str, path: str) -> Url:
    """Return what `git@host:path` means: a repository on a code host, elsewhere a login on port 22 (T2)."""
    coded = parse_host(host).host in shared_hosts().code
    url = parse_url(f"https://{host}/{path}" if coded else f"ssh://{host}:22/{path}")
    doubts = ["a tab or newline in the text"] if re.search(r"[\t\r\n]", text.strip(" ")) else []
    if re.match(r"[0-9]{1,5}(?:[/?#]|\Z)", path):
        doubts.append("a number behind the colon, which may be a port")
    return url._replace(text=text, doubts=(*url.doubts, *doubts))


def parse_web(text: str) -> Url:
    """Return what a URL, `git@host:path` or a host without a scheme means; raise `TargetError` for others."""
    if has_scheme(text):
        return parse_url(text)
    scp = _SCP.fullmatch(re.sub(r"[\t\r\n]", "", text.strip(" ")))
    return parse_bare(text) if scp is None else _parse_scp(text, *scp.groups())


def parse_bare(text: str) -> Url:
    """Return `https://text/` for a host, `host:port` or `host/path` without a scheme (T2)."""
    if text.startswith("//"):
        return parse_url("https:" + text)._replace(text=text)
    address = parse_address(text.strip(" "))
    if address is not None:
        return parse_url(f"https://{show_host(address)}/")._replace(text=text)
    try:  # A bare host needs no URL parser around it.
        parsed = parse_host(text)
        return Url(text, "https", parsed.host, 443, "/", "", parsed.doubts)
    except HostError:
        pass
    try:
        # Spaces inside would be refused anyway; those around are trimmed by the URL parser.
        return _perhaps_block(parse_url("https://" + text.strip(" "))._replace(text=text))
    except UrlError:
        raise UrlError(f"`{printable(text)}` is not a URL, host, address or listed name") from None


def parse_block(text: str) -> Block | None:
    """Return the addresses of a block, host bits masked, or None where it is none.

    The size is a prefix or a netmask. Brackets around the address and a slash at the end change nothing.
    """
    match = _BLOCK.fullmatch(text)
    given = parse_address(match[2]) if match else None
    if match is None or given is None:
        return None
    try:
        network = ip_network(f"{match[2]}/{match[3]}", strict=False)
    except ValueError:
        return None
    notes = () if ip_address(match[2]) == network.network_address else (f"host bits of `{text}` were masked",)
    mapped = network.version == 6 and network.network_address.ipv4_mapped
    if mapped and network.prefixlen >= 96:
        low = int(mapped)
        return Block(text, 4, low, low + network.num_addresses - 1, notes)
    return Block(
        text,
        network.version,
        int(network.network_address),
        int(network.broadcast_address),
        notes,
    )


def _perhaps_block(url: Url) -> Url:
    """Doubt `192.0.2.0/24/x`, an address and a path, or a block with a slip in it (T3)."""
    if is_address(url.host) and _NUMBERED.search(unquote(url.path)):
        return url._replace(
            doubts=(*url.doubts, "digits behind an address, which may be the size of a block")
        )
    return url


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def host_of(target: Target) -> HostName | None:
    """Return the host name a target lies on, or None for addresses, apps and names."""
    return target.host if isinstance(target, Url) and isinstance(target.host, str) else None
