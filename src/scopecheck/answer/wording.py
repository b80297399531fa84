"""What words make of the hosts, addresses, paths and labels they name: patterns in doubt (P4, P5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scopecheck.errors import PatternSyntaxError
from scopecheck.scope.denials import Denied
from scopecheck.scope.grammar import hosts_named, parse_listed
from scopecheck.scope.host_ranges import ranges_in_words
from scopecheck.scope.hostset import Names, Span
from scopecheck.scope.naming import named_addresses, named_labels, named_paths, plain_text
from scopecheck.scope.pathset import PathSet
from scopecheck.scope.pattern import Effect, Found, HostForm, HostText, Pattern, UrlPattern
from scopecheck.scope.touching import Touch, addresses_with_tails, touches
from scopecheck.scope.zone import Doubt, Zone
from scopecheck.targets.url import Url

__all__ = [
    "TouchPattern",
    "Worded",
    "denied_patterns",
    "labelled",
    "paths_anywhere",
    "touched_by",
    "touched_by_denial",
]

_MANY = 2_000
"""As many hosts and paths are paired; beyond, every path of the hosts is feared."""


@dataclass(frozen=True)
class TouchPattern:
    """A host that an unread exclusion names, and every host below it (P4)."""

    text: str
    touch: Touch
    effect: Effect = Effect.EXCLUDE

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the host named."""
        return tuple(self.touch.host.split("."))

    def match(self, url: Url) -> Found | None:
        """Return the touched zone that holds `url`, or None."""
        if not isinstance(url.host, str):
            return None
        if url.host == self.touch.host:
            if self.touch.below_only:
                return None
            return Found(Zone(None, Names(self.labels)), (Doubt.UNRESOLVED_EXCLUSION,), False)
        if url.host.endswith("." + self.touch.host):
            below = Zone(None, Names(self.labels, Span.BELOW))
            return Found(below, (Doubt.UNRESOLVED_EXCLUSION,), False)
        return None


Worded = Pattern | TouchPattern
_UNREAD = Doubt.UNRESOLVED_EXCLUSION
_ANYWHERE = HostText(HostForm.LOOSE, ("*",))

_JOINED = re.compile(r"\A\W*(?:and|or|plus|also|with)\b\W*", re.IGNORECASE)
_MORE = re.compile(r"\b(?:including|such as|e\.g\.?|namely|especially|for example|like)\W", re.IGNORECASE)


def touched_by(
    text: str, own: frozenset[str] = frozenset(), *, labels: bool = True, beside: bool = False
) -> Iterator[Worded]:
    """Yield what an exclusion's words touch: hosts, addresses, paths and labels (P4).

    `own` are hosts that the exclusion lists besides; a path without a host is one on these. Words in a
    field `beside` the text are read as those beside an inclusion are (P5): a path named there is that path.
    """
    found = [touch for touch in touches(text) if touch.tail or touch.host not in own]
    if beside:
        parts = {touch.host for touch in found if touch.tail.strip("/").partition("/")[0]}
        found = [touch for touch in found if touch.tail or touch.host not in parts]
    for touch in found:
        yield from _touched(text, touch)
    plain = plain_text(text)
    yield from _touched_addresses(text, plain)
    for host in ranges_in_words(plain):
        for pattern in _listed(host, ""):
            yield replace(pattern, text=text, demoted=_UNREAD)
    yield from _on_hosts(text, {touch.host for touch in found} | own, named_paths(plain))
    if labels:
        yield from labelled(_JOINED.sub("", text))
        for more in _MORE.finditer(plain[:_MANY]):
            yield from labelled(re.split(r"[.;)\]]", plain[more.end() :], maxsplit=1)[0].strip(" :"))


def touched_by_denial(text: str, denial: Denied) -> Iterator[Worded]:
    """Yield what the words of an entry that lists nothing deny, as an unread exclusion would touch it."""
    for named in denial.named:
        host = named.host.removeprefix("*.")
        touch = Touch(host if "*" not in host else named.host, host != named.host)
        if re.fullmatch(r"[0-9A-Fa-f:.*/-]*[0-9:*]", named.host) and not named.end:
            yield from _touched_addresses(text, named.host)
        else:
            yield from _touched(text, touch)
            if named.tail:
                yield from _touched(text, replace(touch, tail=named.tail))
    yield from _on_hosts(text, set(), denial.paths)
    yield from _tails(text, denial.labels)


def denied_patterns(
    denial: Denied, own: tuple[UrlPattern, ...], owned: frozenset[str]
) -> tuple[UrlPattern, ...]:
    """Return what the words beside an inclusion exclude from the whole program, in the wide reading (P5)."""
    spelled = {pattern.host.text for pattern in own if pattern.host.labels}
    denied: list[UrlPattern] = []
    for named in denial.named:
        if named.tail or named.host not in spelled:
            denied += _listed(named.host, named.tail, owned)
    paths = denial.paths if len(denial.paths) * len(own) <= _MANY else ("/*",) if denial.paths else ()
    for path in paths:
        denied += [
            replace(one, text=path, effect=Effect.EXCLUDE, path=PathSet.parse(path), query=()) for one in own
        ]
    if denial.labels:
        denied += _below(denial.labels, own)
    return tuple(dict.fromkeys(replace(one, demoted=Doubt.WIDE_READING) for one in denied))


def _below(labels: tuple[str, ...], own: tuple[UrlPattern, ...]) -> Iterator[UrlPattern]:
    """Yield what "not blog" may mean beside a rule: a host of that label below each domain of the rule's."""
    if any(pattern.host.form is HostForm.TAIL for pattern in own) or len(own) * len(labels) > _MANY:
        yield from _tails("", labels)
        return
    domains: dict[str, None] = {}
    for name in hosts_named(own):
        while "." in name:
            domains[name] = None
            name = name.partition(".")[2]
    for label in labels:
        for domain in domains:
            names = tuple(domain.split("."))
            loose = HostForm.LOOSE if "*" in label else None
            yield UrlPattern(label, Effect.EXCLUDE, HostText(loose or HostForm.EXACT, (label, *names)))
            yield UrlPattern(
                label, Effect.EXCLUDE, HostText(loose or HostForm.SHAPE, (label, "*", *names), domain)
            )


def labelled(text: str) -> tuple[UrlPattern, ...]:
    """Return what an excluded "blog" may mean: a host of that label, wherever the program has one."""
    return tuple(_tails(text, named_labels(text)))


def paths_anywhere(text: str) -> Iterator[UrlPattern]:
    """Yield the paths that an excluded name may mean (`admin/`, `wp-login.php`), on every host."""
    return _on_hosts(text, (), named_paths(plain_text(text)))


def _tails(text: str, labels: Iterable[str]) -> Iterator[UrlPattern]:
    for label in labels:
        host = HostText(HostForm.LOOSE if "*" in label else HostForm.TAIL, (label, "*"))
        yield UrlPattern(text or label, Effect.EXCLUDE, host, demoted=_UNREAD)


def _listed(host: str, tail: str, owned: frozenset[str] = frozenset()) -> tuple[UrlPattern, ...]:
    """Return a host that words name, with its path or port; what cannot be read of that widens it."""
    odd = re.split(r"[\\@\s\x00-\x1f\x7f]", tail, maxsplit=1)[0]
    for spelled in dict.fromkeys((tail, odd.rpartition("/")[0] + "/*" if odd != tail else tail, "")):
        try:
            return parse_listed(host + spelled, Effect.EXCLUDE, owned).patterns
        except PatternSyntaxError:
            continue
    return ()


def _touched(text: str, touch: Touch) -> Iterator[Worded]:
    if touch.tail:
        star = "*." if touch.below_only and not touch.host.startswith("*.") else ""
        for pattern in _listed(star + touch.host, touch.tail):
            yield replace(pattern, text=text, demoted=_UNREAD)
        return
    if "*" not in touch.host:
        yield TouchPattern(text, touch)
        return
    parsed = _listed(touch.host, "")
    if not parsed:
        # A star nobody can read: fear for everything below the domain spelled behind it.
        rest = touch.host.rpartition("*")[2].partition(".")[2]
        if "." in rest:
            yield TouchPattern(text, Touch(rest, below_only=True))
    for pattern in parsed:
        yield replace(pattern, text=text, demoted=_UNREAD)


def _touched_addresses(text: str, plain: str) -> Iterator[UrlPattern]:
    for address in named_addresses(plain):
        # `010.0.0.5` is another address to some clients; fear the one a person reads.
        decimal = re.sub(r"(?<![0-9.])0+(?=[0-9])|(?<=\.)0+(?=[0-9])", "", address)
        for pattern in _listed(address, "") or _listed(decimal, ""):
            yield replace(pattern, text=text, demoted=_UNREAD)
    for address, tail in addresses_with_tails(plain):
        for pattern in (*_listed(address, tail), *_listed(address, "")):
            yield replace(pattern, text=text, demoted=_UNREAD)


def _on_hosts(text: str, hosts: Iterable[str], paths: Iterable[str]) -> Iterator[UrlPattern]:
    """Yield the paths that words name without a host: on the hosts they name besides, else on every host."""
    named = dict.fromkeys(paths)
    places = [one for host in hosts for one in _listed(host, "")] or [
        UrlPattern(text, Effect.EXCLUDE, _ANYWHERE)
    ]
    anywhere = places[0].host is _ANYWHERE
    if len(named) * len(places) > _MANY:
        named = {"/*": None}
    for path in named:
        # A path may stand below another one, on a host that nobody named.
        deep = "/*" + path if anywhere and not path.startswith("/*") else path
        for place in places:
            yield replace(place, text=text, path=PathSet.parse(deep), query=(), demoted=_UNREAD)
