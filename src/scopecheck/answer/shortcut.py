"""Answers for plainly shaped URLs and hosts without asking every candidate again.

Most hosts differ in nothing that a rule looks at. They fall into kinds: the longest listed domain
that a host is or lies below, and which of the two. Within a kind, rules without a star or a path
match all hosts alike; the others are asked what they make of a host and a path, and targets for
which all of them give the same account share one answer. The rest goes the whole way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from scopecheck.answer.matcher import Index, index_key
from scopecheck.answer.verdict import Answer
from scopecheck.scope.hostset import Names
from scopecheck.scope.pathset import ANY_PATH
from scopecheck.scope.pattern import UrlPattern
from scopecheck.targets.asset import shared_hosts
from scopecheck.targets.host import MAX_TEXT, HostName, plain_host
from scopecheck.targets.url import DEFAULT_PORTS, Url, canonical_path

__all__ = ["Origin", "Shortcut", "plain_shape"]

# A subset of what `parse_url` reads without the URL parser: no `//` and `/.` in the path. Empty labels,
# numeric last labels and `xn--` are looked for when an origin is first seen.
_SEGMENT: Final = "A-Za-z0-9_~!$&'()*+,=:@-"
_ORIGIN: Final = r"https?+://[a-z0-9_-][a-z0-9_.-]{0,252}+"
_PATH: Final = (
    rf"(?:/(?:[{_SEGMENT}][.{_SEGMENT}]{{0,200}}+/?+){{0,100}}+(?:\?[!$-&(-;=?-Z_a-z~|{{}}]{{0,4000}}+)?+)?+"
)
plain_shape: Final = re.compile(rf"({_ORIGIN}){_PATH}", re.ASCII).fullmatch
"""Match a plain URL without a port, its origin being the first group; raises `TypeError` for no text."""

# The same with capitals in the host, parameters, a port, a fragment, and escapes of what does not divide a
# path: `%`, `.`, `/`, `;` and a backslash do.
_ESCAPE: Final = r"%(?!2[EFef5]|3[Bb]|5[Cc])[0-9A-Fa-f]{2}"
_LESS_PLAIN: Final = re.compile(
    r"(https?+://[A-Za-z0-9_-][A-Za-z0-9_.-]{0,252}+(?::[1-9][0-9]{0,4}+)?+)"
    rf"(?:(/(?:(?:[;{_SEGMENT}]|{_ESCAPE})(?:[;.{_SEGMENT}]++|{_ESCAPE})*+/?+)*+(?:\?[!$-&(-;=?-Z_a-z~|{{}}]*+)?+)"
    r"(?:#[!$-;=?-Z_a-z~|{}]*+)?+)?+",
    re.ASCII,
).fullmatch
_HOST: Final = re.compile(r"[a-z0-9_-][a-z0-9_.-]{0,252}+", re.ASCII).fullmatch

# What is remembered is bounded, and no host of the DNS is longer than 253 characters.
_LONGEST = 253
_ORIGINS = 16_384
_ACCOUNTS = 1_024

_PLACES: Final = {"http": 0, "https": 1}

_Account: TypeAlias = tuple[object, ...]


class _Kind:
    """Targets of a scheme and port that no rule tells apart by its domain, with the patterns that might."""

    __slots__ = ("_by_host", "_by_path", "accounts", "paths", "port", "scheme")

    def __init__(self, scheme: str, port: int | None, patterns: tuple[UrlPattern, ...]) -> None:
        self.scheme = scheme
        self.port = port
        self._by_host = tuple(p for p in patterns if not _is_literal(p))
        self._by_path = tuple(p for p in patterns if p.path != ANY_PATH or p.query)
        self.paths = bool(self._by_path)
        self.accounts: dict[_Account, Answer] = {}

    def account(self, host: HostName, path: str, query: str) -> _Account:
        """Return everything that the patterns see of a target of this kind."""
        hosts = [pattern.host_choice(host) for pattern in self._by_host]
        return (*hosts, *[pattern.path_choice(path, query) for pattern in self._by_path])


Origin: TypeAlias = tuple[_Kind, HostName]
_Kinds: TypeAlias = list["Answer | _Kind | None"]
"""For hosts below a domain and for the domain itself, each with http and with https."""


class Shortcut:
    """The answers of one index for plainly shaped targets, remembered within bounds.

    Safe to share between threads: what is remembered for a key is the same whoever puts it there.
    """

    __slots__ = (
        "_decide",
        "_ends",
        "_index",
        "_kinds",
        "_labels",
        "_nowhere",
        "_off",
        "_rest",
        "_wary",
        "origins",
    )

    def __init__(self, index: Index, decide: Callable[[Url], Answer]) -> None:
        self._index = index
        self._decide = decide
        self.origins: dict[str, Answer | Origin] = {}
        """What is known of an origin, with its port where it states one."""
        shared = shared_hosts() if index.reads_links else None
        self._off = frozenset((*shared.stores, *shared.code)) if shared is not None else frozenset[str]()
        self._labels = index.label_keys
        keys = (*index.host_keys, *self._off)
        self._kinds: dict[str, _Kinds] = {key: [None] * 4 for key in keys}
        self._nowhere: _Kinds = [None] * 4
        # By the kinds of a host, which live as long as this does, the place in them, scheme and port.
        self._rest: dict[tuple[int, bool, str, int | None], Answer | _Kind] = {}
        # Whether a rule may apply to a host that does not end in the last two labels of a listed one.
        self._wary = bool(self._labels) or any("." not in key for key in self._kinds)
        self._ends = _ends(self._kinds)

    def unusual(self, text: str) -> Answer | None:
        """Return the answer for a URL almost as plain, or a plainly spelled host (T2); else None."""
        if len(text) > MAX_TEXT:
            return None
        shape = _LESS_PLAIN(text)
        if shape is not None:
            origin, rest = shape[1].lower(), shape[2] or "/"
            known = self.origins.get(origin) or self._learn_fully(origin[4] == "s", origin)
        elif _HOST(text) is not None:
            origin, rest = "https://" + text, "/"
            known = self.origins.get(origin) or self.learn(origin)
        else:
            return None
        return known if known is None or type(known) is Answer else self.by_path(known, rest)

    def by_path(self, known: Answer | Origin, rest: str) -> Answer:
        """Return the answer for a path and query on an origin where rules tell paths apart."""
        assert not isinstance(known, Answer)
        path, _, query = rest.partition("?")
        return self._account(*known, canonical_path(path) or "/", query)

    def _account(self, kind: _Kind, host: HostName, path: str, query: str) -> Answer:
        account = kind.account(host, path, query)
        answer = kind.accounts.get(account)
        if answer is None:
            answer = self._decide(Url("", kind.scheme, host, kind.port, path, query))
            if len(kind.accounts) >= _ACCOUNTS:
                kind.accounts.clear()
            kind.accounts[account] = answer
        return answer

    def learn(self, origin: str) -> Answer | Origin | None:
        """Find what the hosts of an origin's kind are told, and remember it; None for no plain origin."""
        if ".." in origin or "xn--" in origin:
            return None
        dot = origin.rfind(".")
        before = origin.rfind(".", 0, dot)
        secure = origin[4] == "s"
        equal = False
        if before < 0 or self._wary:
            return self._learn_fully(secure, origin)
        kinds = self._ends.get(origin[before + 1 :])
        if kinds is None:
            if origin[dot + 1 : dot + 2] < "a":  # The last label may be a number, or be empty.
                return self._learn_fully(secure, origin)
            kinds = self._nowhere
        elif not kinds:
            kinds, equal = self._longest(origin[8:] if secure else origin[7:])
        known = kinds[equal * 2 + secure]
        if type(known) is not Answer:
            return self._learn_fully(secure, origin)
        origins = self.origins
        if len(origins) >= _ORIGINS:
            origins.clear()
        origins[origin] = known
        return known

    def _learn_fully(self, secure: bool, origin: str) -> Answer | Origin | None:
        """Do the same for the first of a kind, and where a rule may name a port or a label anywhere."""
        name, colon, digits = (origin[8:] if secure else origin[7:]).partition(":")
        if not plain_host(name) or name in self._off or (colon and int(digits) > 65_535):
            return None
        host = HostName(name)
        default = 443 if secure else 80
        port = int(digits) if colon else default
        if not self._labels.isdisjoint(host.split(".")):
            return self._remember(origin, host, self._make("https" if secure else "http", host, port))
        known = self._by_kind("https" if secure else "http", host, port)
        return self._remember(origin, host, known)

    def of(self, url: Url) -> Answer | None:
        """Return what the rules say of a parsed URL, whatever clients make of it; None for a shared host."""
        host = url.host
        if not isinstance(host, str) or host in self._off or len(host) > _LONGEST:
            return None
        if not self._labels.isdisjoint(host.split(".")):
            return None
        known = self._by_kind(url.scheme, host, url.port)
        if isinstance(known, Answer):
            return known
        return self._account(known, host, url.path, url.query)

    def _by_kind(self, scheme: str, host: HostName, port: int | None) -> Answer | _Kind:
        """Return what hosts of one kind are told by scheme and port, or the patterns to ask."""
        kinds, equal = self._longest(host)
        if scheme in _PLACES and port == DEFAULT_PORTS[scheme]:
            place = equal * 2 + _PLACES[scheme]
            known = kinds[place]
            if known is None:
                known = kinds[place] = self._make(scheme, host, port)
            return known
        key = (id(kinds), equal, scheme, port)
        known = self._rest.get(key)
        if known is None:
            if len(self._rest) >= _ORIGINS:
                self._rest.clear()
            known = self._rest[key] = self._make(scheme, host, port)
        return known

    def _longest(self, host: str) -> tuple[_Kinds, bool]:
        """Return the kinds of the longest listed domain that `host` is or lies below, and if it is that."""
        name = host
        while name not in self._kinds:
            name = name.partition(".")[2]
            if not name:
                return self._nowhere, False
        return self._kinds[name], name == host

    def _remember(self, origin: str, host: HostName, found: Answer | _Kind) -> Answer | Origin:
        known: Answer | Origin
        if type(found) is Answer:
            known = found
        else:
            assert isinstance(found, _Kind)
            known = (found, host) if found.paths else self._account(found, host, "/", "")
        origins = self.origins
        if len(origins) >= _ORIGINS:
            origins.clear()
        origins[origin] = known
        return known

    def _make(self, scheme: str, host: HostName, port: int | None) -> Answer | _Kind:
        telling = tuple(self._telling(host))
        if telling:
            return _Kind(scheme, port, telling)
        return self._decide(Url("", scheme, host, port, "/"))

    def _telling(self, host: HostName) -> Iterator[UrlPattern]:
        """Yield the candidates of a host that may tell it from others of its kind."""
        for entry in self._index.candidates(host):
            pattern = entry.pattern
            if isinstance(pattern, UrlPattern) and (
                pattern.path != ANY_PATH or pattern.query or not _is_literal(pattern)
            ):
                yield pattern


def _ends(kinds: dict[str, _Kinds]) -> dict[str, _Kinds]:
    """Return the last two labels of every listed domain, with their kinds unless longer ones end so.

    An empty list says that the longest has to be looked for.
    """
    ends: dict[str, _Kinds] = {}
    for name, own in kinds.items():
        labels = name.split(".")
        if len(labels) >= 2 and plain_host(name):
            end = ".".join(labels[-2:])
            ends[end] = own if len(labels) == 2 and end not in ends else []
    return ends


def _is_literal(pattern: UrlPattern) -> bool:
    """Tell whether all that the pattern asks of a host is if it is, or lies below, the domain of its key."""
    key = tuple(index_key(pattern)[1].split("."))
    return all(isinstance(hosts, Names) and hosts.labels == key for hosts, _, _ in pattern.hosts)
