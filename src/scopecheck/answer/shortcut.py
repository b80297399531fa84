"""Answers for plainly spelled hosts without asking every candidate again.

Most hosts differ in nothing that a rule looks at. They fall into kinds: the longest listed domain
that a host is or lies below, and which of the two. Within a kind, rules without a star or a path
match all hosts alike; the others are asked what they make of a host and a path, and targets for
which all of them give the same account share one answer. The rest goes the whole way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal, TypeAlias

from scopecheck.answer.matcher import Entry, Index
from scopecheck.answer.verdict import Answer
from scopecheck.errors import HostError
from scopecheck.scope.pattern import UrlPattern
from scopecheck.targets.asset import shared_hosts
from scopecheck.targets.host import Host, HostName, parse_address, parse_host, plain_host
from scopecheck.targets.url import BACKSLASH, DEFAULT_PORTS, WEB, Url, canonical_path

__all__ = ["LAST_PORT", "Origin", "Shortcut", "plain_shape"]

# What ends the authority here ends it for every client, and nothing behind it is dropped or trimmed by
# one, so that it says which host is meant. Empty labels, numeric last labels and `xn--` are looked for when
# a host is first seen.
_NAME: Final = r"[a-z0-9_-][a-z0-9_.-]{0,252}+(?::[1-9][0-9]{0,4}+)?+"
_PARENT: Final = r"[a-z0-9_.-]{0,189}+(?::[1-9][0-9]{0,4}+)?+"
_BEHIND: Final = r"/[!-~]{0,8000}+"
plain_shape: Final = re.compile(
    rf"https?+://((?!xn--)[a-z0-9_-]{{1,63}}+\.({_PARENT}))(?:{_BEHIND})?+"
).fullmatch
"""Match a plainly spelled host of several labels, its port, and what may follow; raises `TypeError`.

The first group is the host with its port, the second the same without the first label.
"""

# The same with capitals, a user name, and a query or fragment right behind the host. Up to the first slash
# some clients take an `@` for the end of a user name, and a backslash for a slash.
_USER: Final = r"(?:[A-Za-z0-9._~!$&'()*+,;=-]{1,100}+(?::[A-Za-z0-9._~!$&'()*+,;=-]{0,100}+)?+@)?"
_ODD_SHAPE: Final = re.compile(
    rf"([Hh][Tt][Tt][Pp][Ss]?+)://{_USER}({_NAME.replace('a-z', 'A-Za-z')})"
    rf"({_BEHIND}|[?#][!-.0-?A-\[\]-~]{{0,4000}}+(?:{_BEHIND})?+)?+"
).fullmatch

# Hosts with letters of any script, escapes and signs, which have to be read first; and plain ones behind
# which browsers take a backslash for a slash. No `@` that a client could take for the end of a user name.
_ODD_HOST: Final = re.compile(
    rf"(https?+)://([^\s\x00-\x20\x7f/?#@:\\\[\]<>^|]{{1,253}}+)({_BEHIND})?+"
).fullmatch
_BACKSLASH: Final = re.compile(rf"(https?+)://({_NAME})(\\[!-?A-~]{{0,4000}}+)").fullmatch
_HOST: Final = re.compile(r"[a-z0-9_-][a-z0-9_.-]{0,252}+").fullmatch

# Paths that are read without the URL parser, and in one way (T5): no `//`, `/.` or parameters, and escapes
# of what does not divide a path; `%`, `.`, `/`, `;` and a backslash do.
_SEGMENT: Final = "A-Za-z0-9_~!$&'()*+,=:@-"
_ESCAPE: Final = r"%(?!2[EFef5]|3[Bb]|5[Cc])[0-9A-Fa-f]{2}"
_PLAIN_PATH: Final = re.compile(
    rf"((?:/(?:(?:[{_SEGMENT}]|{_ESCAPE})(?:[.{_SEGMENT}]++|{_ESCAPE})*+/?+)*+)?+)"
    r"(?:\?([!$-&(-;=?-Z_a-z~|{}]*+))?+(?:#[!$-;=?-Z_a-z~|{}]*+)?+"
).fullmatch

# What is remembered is bounded, and no host of the DNS is longer than 253 characters.
_LONGEST = 253
_NAMES = 4_096
_ACCOUNTS = 1_024
LAST_PORT = 65_535

_FEW = 50
"""As many patterns are asked beforehand for the hosts below a domain."""

_NOBODY: Final = "\0"
"""A label that no host has, so that no rule lists a host with it."""

_Account: TypeAlias = tuple[object, ...]


class _Kind:
    """Targets of a scheme and port that no rule tells apart by its domain, with the patterns that might."""

    __slots__ = ("_by_host", "_by_path", "accounts", "paths", "port", "scheme")

    def __init__(self, scheme: str, port: int | None, telling: list[Entry]) -> None:
        self.scheme = scheme
        self.port = port
        self._by_host = _patterns(entry for entry in telling if entry.by_host)
        self._by_path = _patterns(entry for entry in telling if entry.by_path)
        self.paths = bool(self._by_path)
        self.accounts: dict[_Account, Answer] = {}

    def of_host(self, host: Host) -> _Account:
        """Return everything that the patterns see of a host of this kind."""
        return tuple([pattern.host_choice(host) for pattern in self._by_host])

    def of_path(self, path: str, query: str) -> _Account:
        """Return everything that the patterns see of a path and a query."""
        return tuple([pattern.path_choice(path, query) for pattern in self._by_path])


_Told: TypeAlias = Answer | _Kind
_Same: TypeAlias = Answer | Literal[False]
"""The answer for every web URL on hosts of a kind, False where rules may tell such URLs apart."""

Origin: TypeAlias = tuple[_Kind, Host, _Account]
"""What to ask of a path: the kind, and what its patterns see of the host."""


class Shortcut:
    """The answers of one index for plainly spelled hosts, remembered within bounds.

    Safe to share between threads: what is remembered for a key is the same whoever puts it there.
    """

    __slots__ = (
        "_below",
        "_decide",
        "_fixed",
        "_index",
        "_labels",
        "_nowhere",
        "_off",
        "_origins",
        "_rest",
        "below",
        "listed",
    )

    def __init__(self, index: Index, decide: Callable[[Url], Answer]) -> None:
        self._index = index
        self._decide = decide
        self.listed: dict[str, _Same | Literal[True]] = {}
        """What every web URL on a listed host is told; True where nobody has asked yet."""
        self.below: dict[str, _Same] = {}
        """The same for hosts right below a domain that are not listed themselves and have no `xn--`."""
        self._origins: dict[tuple[str, str], Answer | Origin] = {}
        shared = shared_hosts() if index.reads_links else None
        self._off = frozenset((*shared.stores, *shared.code)) if shared is not None else frozenset[str]()
        self._labels = index.label_keys
        # By the listed host or the domain, scheme and port.
        self._rest: dict[tuple[str, str, int | None], _Told] = {}
        self._nowhere = self._ask(HostName(_NOBODY))
        self._below: dict[str, _Same] = {}
        self._look_ahead()
        self.listed.update((name, name not in self._off) for name in self._below)
        if not self._labels:
            self.below.update(one for one in self._below.items() if "xn--" not in one[0])
        self._fixed = len(self.below)

    def _look_ahead(self) -> None:
        """Ask for the hosts below each listed domain, as any host of a crawl may be the first there.

        Where no rule reaches below a domain, the hosts there are told what those below the next domain
        above it are. Where many do, they are asked when first needed: thousands of rules for
        each of a hundred domains, one below the other, would take quadratic time.
        """
        reached = {"": self._index.everywhere}
        for name in sorted({*self._index.host_keys, *self._off}, key=lambda name: name.count(".")):
            own, above = self._index.reaching_below(name), self._domain(name)
            reached[name] = reached[above] + own
            if own:
                few = reached[name] <= _FEW
                self._below[name] = few and self._ask(HostName(f"{_NOBODY}.{name}"))
            else:
                self._below[name] = self._below.get(above, self._nowhere)

    def domains(self) -> Iterator[tuple[str, Answer | None]]:
        """Yield the listed domains with what every plainly spelled host right below them is told.

        None where the hosts, or URLs on one of them, may be told different things. A host that is a
        listed domain itself is told what stands there. The domain "" stands for hosts below none.
        """
        for name, same in (("", self._nowhere), *self._below.items()):
            yield name, (same or None) if not self._labels else None

    def _domain(self, name: str) -> str:
        """Return the longest listed domain that `name` lies below, "" for none."""
        while name:
            name = name.partition(".")[2]
            if name in self._below:
                break
        return name

    def _ask(self, host: HostName) -> _Same:
        """Ask the rules for a host that stands for all of its kind."""
        if any(entry.by_host or entry.by_port or entry.by_path for entry in self._index.candidates(host)):
            return False
        return self._decide(Url("", "https", host, DEFAULT_PORTS["https"], "/"))

    def _make(self, scheme: str, host: Host, port: int | None) -> _Told:
        telling = [entry for entry in self._index.candidates(host) if entry.by_host or entry.by_path]
        if telling:
            return _Kind(scheme, port, telling)
        return self._decide(Url("", scheme, host, port, "/"))

    def unusual(self, text: str) -> Answer | None:
        """Return the answer for a URL almost as plain, or a plainly spelled host (T2); else None."""
        text = text.strip(" ")
        shape = _ODD_SHAPE(text)
        if shape is not None:
            scheme, name, rest = shape[1].lower(), shape[2].lower(), shape[3] or ""
        elif _HOST(text) is not None:
            scheme, name, rest = "https", text, ""
        else:
            return self._doubtful(text)
        return self.learn(name) or self.apart(scheme, name, rest)

    def _doubtful(self, text: str) -> Answer | None:
        """Return the answer for a host that has to be read first, or ends at a backslash; else None (T3)."""
        shape = _BACKSLASH(text)
        if shape is not None:
            path, mark, query = shape[3].partition("?")
            rest = path.replace("\\", "/") + mark + query
            answer = self.apart(shape[1], shape[2], rest)
            # Two doubts are told of together.
            return None if answer is not None and answer.problem else _doubted(answer, (BACKSLASH,))
        shape = _ODD_HOST(text)
        if shape is None:
            return None
        path_shape = _PLAIN_PATH(shape[3] or "")
        if path_shape is None:
            return None
        try:
            parsed = parse_host(shape[2])
        except HostError:
            return None
        scheme, host, path = shape[1], parsed.host, canonical_path(path_shape[1]) or "/"
        if isinstance(host, str):
            answer = self.of(Url("", scheme, host, DEFAULT_PORTS[scheme], path, path_shape[2] or ""))
        else:
            answer = self.apart(scheme, str(host), shape[3] or "")
        return _doubted(answer, parsed.doubts)

    def apart(self, scheme: str, name: str, rest: str) -> Answer | None:
        """Return the answer where rules may tell URLs on one host apart, by what follows the host.

        None where the host is no plain one, or the path may be read in more than one way (T5).
        """
        known = self.by_origin(scheme, name)
        if known is None or isinstance(known, Answer):
            return known
        shape = _PLAIN_PATH(rest)
        if shape is None:
            return None
        return self._account(*known, canonical_path(shape[1]) or "/", shape[2] or "")

    def _account(self, kind: _Kind, host: Host, hosts: _Account, path: str, query: str) -> Answer:
        account = (*hosts, *kind.of_path(path, query))
        answer = kind.accounts.get(account)
        if answer is None:
            answer = self._decide(Url("", kind.scheme, host, kind.port, path, query))
            if len(kind.accounts) >= _ACCOUNTS:
                kind.accounts.clear()
            kind.accounts[account] = answer
        return answer

    def learn(self, name: str) -> Answer | None:
        """Find what a plainly spelled host is told, whatever its port and path, and remember it.

        None for what is no plain host, and where rules may tell URLs on it apart.
        """
        host, _, port = name.partition(":")
        if self._labels or "xn--" in host or (port and int(port) > LAST_PORT):
            return None
        same = self.listed.get(host)
        if same is None:
            parent = host[host.find(".") + 1 :]
            return self.below.get(parent) or self._learn_below(parent)
        return self._listed(HostName(host)) or None

    def _learn_below(self, parent: str) -> Answer | None:
        """Find what hosts are told that lie right below a domain and are not listed.

        A single label that is not listed is told the same, since no rule reaches either.
        """
        same, rest = self._below.get(parent), parent
        while same is None:
            label, dot, rest = rest.partition(".")
            if not label or not (dot or label.isalpha()):
                return None  # An empty label, a root dot, or perhaps an address.
            same = self._below.get(rest) if dot else self._nowhere
        if same:
            if len(self.below) >= self._fixed + _NAMES:
                self._forget()
            self.below[parent] = same
        return same or None

    def _forget(self) -> None:
        """Forget the domains that were learnt; those listed stay."""
        for name in list(self.below):
            if name not in self._below:
                self.below.pop(name, None)

    def _listed(self, host: HostName) -> _Same:
        """Return what every web URL on a listed host is told."""
        same = self.listed[host]
        if same is True:
            same = self.listed[host] = self._ask(host)
        return same

    def by_origin(self, scheme: str, name: str) -> Answer | Origin | None:
        """Find the same for `http` or `https` where a host, a port or a label says more; with what to ask.

        `name` may have a port and a root dot. None for what is no plain host.
        """
        known = self._origins.get((scheme, name))
        if known is not None:
            return known
        spelled, _, digits = name.partition(":")
        port = int(digits) if digits else DEFAULT_PORTS[scheme]
        host = spelled.removesuffix(".")
        if host in self._off or port > LAST_PORT:
            return None
        if plain_host(host):
            return self._remember(scheme, name, HostName(host), self._told(scheme, HostName(host), port))
        address = parse_address(spelled)
        if address is None:
            return self._odd_number(scheme, name, spelled, port)
        return self._remember(scheme, name, address, self._make(scheme, address, port))

    def _odd_number(self, scheme: str, name: str, spelled: str, port: int) -> Answer | None:
        """Return the answer for an IPv4 address not in dotted decimal (`0x7f.1`), a doubtful one (T3)."""
        try:
            parsed = parse_host(spelled)
        except HostError:
            return None
        if isinstance(parsed.host, str):
            return None
        told = self._make(scheme, parsed.host, port)
        answer = _doubted(told, parsed.doubts) if isinstance(told, Answer) else None
        if answer is not None:
            self._keep(scheme, name, answer)
        return answer

    def of(self, url: Url) -> Answer | None:
        """Return what the rules say of a parsed URL, whatever clients make of it; None for some hosts."""
        host = url.host
        if not isinstance(host, str) or host in self._off or len(host) > _LONGEST:
            return None
        known = self._told(url.scheme, host, url.port)
        if isinstance(known, Answer):
            return known
        return self._account(known, host, known.of_host(host), url.path, url.query)

    def _told(self, scheme: str, host: HostName, port: int | None) -> _Told:
        """Return what hosts of one kind are told by scheme and port, or the patterns to ask."""
        if not self._labels.isdisjoint(host.split(".")):
            return self._make(scheme, host, port)
        if host in self._below:
            same, kind = self._listed(host), str(host)
        else:
            domain = self._domain(host)
            same, kind = self._below.get(domain, self._nowhere), f"{_NOBODY}.{domain}"
        if same and scheme in WEB:
            return same
        key = (kind, scheme, port)
        known = self._rest.get(key)
        if known is None:
            if len(self._rest) >= _NAMES:
                self._rest.clear()
            known = self._rest[key] = self._make(scheme, host, port)
        return known

    def _remember(self, scheme: str, name: str, host: Host, found: _Told) -> Answer | Origin:
        known: Answer | Origin
        if isinstance(found, Answer):
            known = found
        else:
            seen = found.of_host(host)
            known = (found, host, seen) if found.paths else self._account(found, host, seen, "/", "")
        self._keep(scheme, name, known)
        return known

    def _keep(self, scheme: str, name: str, known: Answer | Origin) -> None:
        if len(self._origins) >= _NAMES:
            self._origins.clear()
        self._origins[scheme, name] = known


def _patterns(entries: Iterable[Entry]) -> tuple[UrlPattern, ...]:
    return tuple(entry.pattern for entry in entries if isinstance(entry.pattern, UrlPattern))


def _doubted(answer: Answer | None, doubts: tuple[str, ...]) -> Answer | None:
    """Return an answer as it is for a target of which clients may read another host: no yes (T3)."""
    if answer is None or not doubts or not answer.in_scope:
        return answer
    return answer.doubted("; ".join(doubts))
