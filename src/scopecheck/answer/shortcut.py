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
from scopecheck.scope.pattern import UrlPattern
from scopecheck.targets.asset import shared_hosts
from scopecheck.targets.host import Host, HostName, parse_address, plain_host
from scopecheck.targets.url import DEFAULT_PORTS, WEB, Url, canonical_path

__all__ = ["LAST_PORT", "Origin", "Shortcut", "plain_shape"]

# What ends the authority here ends it for every client, and nothing behind it is dropped or trimmed by
# one, so that it says which host is meant. Empty labels, numeric last labels and `xn--` are looked for when
# a host is first seen.
_NAME: Final = r"[a-z0-9_-][a-z0-9_.-]{0,252}+(?::[1-9][0-9]{0,4}+)?+"
_BEHIND: Final = r"/[!-~]{0,8000}+"
plain_shape: Final = re.compile(rf"https?+://({_NAME})(?:{_BEHIND})?+").fullmatch
"""Match a plainly spelled host with its port, the first group, and what may follow; raises `TypeError`."""

# The same with capitals, a user name, and a query or fragment right behind the host. Up to the first slash
# some clients take an `@` for the end of a user name, and a backslash for a slash.
_USER: Final = r"(?:[A-Za-z0-9._~!$&'()*+,;=-]{1,100}+(?::[A-Za-z0-9._~!$&'()*+,;=-]{0,100}+)?+@)?"
_ODD_SHAPE: Final = re.compile(
    rf"([Hh][Tt][Tt][Pp][Ss]?+)://{_USER}({_NAME.replace('a-z', 'A-Za-z')})"
    rf"({_BEHIND}|[?#][!-.0-?A-\[\]-~]{{0,4000}}+(?:{_BEHIND})?+)?+"
).fullmatch
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

    def account(self, host: Host, path: str, query: str) -> _Account:
        """Return everything that the patterns see of a target of this kind."""
        hosts = [pattern.host_choice(host) for pattern in self._by_host]
        return (*hosts, *[pattern.path_choice(path, query) for pattern in self._by_path])


_Told: TypeAlias = Answer | _Kind
_Same: TypeAlias = Answer | Literal[False]
"""The answer for every web URL on hosts of a kind, False where rules may tell such URLs apart."""

Origin: TypeAlias = tuple[_Kind, Host]


class Shortcut:
    """The answers of one index for plainly spelled hosts, remembered within bounds.

    Safe to share between threads: what is remembered for a key is the same whoever puts it there.
    """

    __slots__ = (
        "_at",
        "_below",
        "_decide",
        "_index",
        "_labels",
        "_nowhere",
        "_off",
        "_origins",
        "_rest",
        "names",
    )

    def __init__(self, index: Index, decide: Callable[[Url], Answer]) -> None:
        self._index = index
        self._decide = decide
        self.names: dict[str, Answer] = {}
        """What every web URL on a plainly spelled host is told, whatever its scheme and path."""
        self._origins: dict[tuple[str, str], Answer | Origin] = {}
        shared = shared_hosts() if index.reads_links else None
        self._off = frozenset((*shared.stores, *shared.code)) if shared is not None else frozenset[str]()
        self._labels = index.label_keys
        # By the listed host or the domain, scheme and port.
        self._rest: dict[tuple[str, str, int | None], _Told] = {}
        self._at: dict[str, _Same] = {}
        self._nowhere = self._ask(HostName(_NOBODY))
        self._below: dict[str, _Same] = {}
        self._look_ahead()

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
            return None
        return self.names.get(name) or self.learn(name) or self.apart(scheme, name, rest)

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

    def _account(self, kind: _Kind, host: Host, path: str, query: str) -> Answer:
        account = kind.account(host, path, query)
        answer = kind.accounts.get(account)
        if answer is None:
            answer = self._decide(Url("", kind.scheme, host, kind.port, path, query))
            if len(kind.accounts) >= _ACCOUNTS:
                kind.accounts.clear()
            kind.accounts[account] = answer
        return answer

    def learn(self, name: str) -> Answer | None:
        """Find what a plainly spelled host is told by the domain it lies below, and remember it.

        None for what is no plain host, and where rules may tell URLs on it apart.
        """
        if self._labels or "xn--" in name:
            return None
        below = self._below
        same: _Same | None
        if name in below:
            same = name not in self._off and self._listed(HostName(name))
        else:
            rest = name[name.find(".") + 1 :]
            same = below.get(rest)
            while same is None:
                label, dot, rest = rest.partition(".")
                if rest and label:
                    same = below.get(rest)
                elif dot:
                    return None  # An empty label, or a root dot.
                else:
                    same = self._nowhere if label.isalpha() else self._whatever_port(name)
        if not same:
            return None
        names = self.names
        if len(names) >= _NAMES:
            names.clear()
        names[name] = same
        return same

    def _whatever_port(self, name: str) -> _Same:
        """Return what a host is told, its port being no matter; False for what may be an address."""
        host, _, port = name.partition(":")
        if not port or int(port) > LAST_PORT:
            return False
        return self.names.get(host) or self.learn(host) or False

    def _listed(self, host: HostName) -> _Same:
        """Return what every web URL on a listed host is told."""
        same = self._at.get(host)
        if same is None:
            same = self._at[host] = self._ask(host)
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
            return None
        return self._remember(scheme, name, address, self._make(scheme, address, port))

    def of(self, url: Url) -> Answer | None:
        """Return what the rules say of a parsed URL, whatever clients make of it; None for some hosts."""
        host = url.host
        if not isinstance(host, str) or host in self._off or len(host) > _LONGEST:
            return None
        known = self._told(url.scheme, host, url.port)
        return known if isinstance(known, Answer) else self._account(known, host, url.path, url.query)

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
            known = (found, host) if found.paths else self._account(found, host, "/", "")
        if len(self._origins) >= _NAMES:
            self._origins.clear()
        self._origins[scheme, name] = known
        return known


def _patterns(entries: Iterable[Entry]) -> tuple[UrlPattern, ...]:
    return tuple(entry.pattern for entry in entries if isinstance(entry.pattern, UrlPattern))
