"""One clean listed target -> patterns (the rows of the table of patterns that name a host).

Text that is not clean, or names no host, is the business of `interpret`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote

from scopecheck.errors import HostError, PatternSyntaxError
from scopecheck.scope.addresses import parse_addresses, starred_octets
from scopecheck.scope.feared_names import OTHER_SERVICES, feared_paths
from scopecheck.scope.hostset import Addresses
from scopecheck.scope.pathset import PathSet, parse_query
from scopecheck.scope.pattern import Effect, HostForm, HostText, UrlPattern
from scopecheck.scope.zone import Doubt
from scopecheck.targets.asset import shared_hosts
from scopecheck.targets.host import Host, HostName, parse_host
from scopecheck.targets.psl import default_suffixes
from scopecheck.targets.url import Url, canonical_path

__all__ = ["ParsedTarget", "expand", "parse_listed", "stars_for_placeholders"]

MAX_ALTERNATIVES = 1_000
"""How many targets one listed text may stand for; nested alternatives multiply."""
MAX_EXPANDED = 262_144
"""How many characters these targets may have together."""

_MISSPELT = re.compile(r"(?!https?\Z)[hptsx]{3,8}")
_SCHEME = re.compile(r"(?:([a-z][a-z0-9+.-]*)|\*|http(?:\(s\)|\[s\]|s?\*|s\?)):/{2}", re.IGNORECASE)
HTML_TAGS = (
    "a|abbr|b|big|blockquote|br|center|code|dd|del|div|dl|dt|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|"
    "q|s|section|small|span|strike|strong|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul|wbr"
)
"""Names of the HTML tags that texts hold; one letter in `<>` is no placeholder either, but a question."""
# What has a dot in its brackets may be a host in markup (`<https://example.com>`).
_PLACEHOLDER = re.compile(
    rf"[█▇▆▉■▓]+|<(?!/?(?:{HTML_TAGS})[\s/>])[^<>.。．｡]{{1,60}}>|\{{[^{{}},|.]{{1,60}}\}}|%[A-Za-z_]{{2,40}}%"
    r"|#{2,}|\[[A-Za-z_ -]{2,40}\]|\bX{2,}\b"
    r"|\((?:your|my|any|sub-?domain|tenant|customer|name)[^()|/.]{0,40}\)|\$\{[^{}.]{1,60}\}",
)
_NOUNS = (
    "store|shop|domain|company|name|org|organization|site|instance|subdomain|tenant|workspace|account|team|id"
)
_YOUR = re.compile(
    rf"(?<![a-z0-9])(?:h1-)?your[-_]?(?:{_NOUNS})(?:[-_]?(?:{_NOUNS}))?(?=\.|\Z)", re.IGNORECASE
)
_CHOICE = re.compile(
    r"\(([^(){}|]*\|[^(){}]*|[\w.-]+(?:/[\w.-]+)+)\)|\{([^(){},|]*[,|][^(){}]*)\}|\[(\.[\w.-]+|[\w-]+\.)\]"
)
_KEPT = "!#$%&'()*+,-./:;=?@[\\]_|~"  # What the URL parser leaves in a path.
_LABEL = re.compile(r"[a-z0-9_*]([a-z0-9_*-]*[a-z0-9_*-])?")


@dataclass(frozen=True, slots=True)
class ParsedTarget:
    """The patterns one text stands for, and what had to be normalised to read it."""

    patterns: tuple[UrlPattern, ...]
    notes: tuple[str, ...] = ()


def expand(text: str) -> tuple[str, ...]:
    """Return every text that alternatives stand for: `(a|b)`, `{a,b}`, `{a|b}`, `[.x]`.

    Raises `PatternSyntaxError` where they multiply beyond `MAX_ALTERNATIVES`.
    """
    results: tuple[str, ...] = (text,)
    while any(_CHOICE.search(one) for one in results):
        # The innermost choice of each text is spelled out, so nesting ends after its depth.
        results = tuple(dict.fromkeys(one for outer in results for one in _spell_out(outer)))
        too_long = sum(map(len, results)) > MAX_EXPANDED
        if len(results) > MAX_ALTERNATIVES or too_long or sum(map(text.count, "([{")) > 100:
            raise PatternSyntaxError("the alternatives multiply beyond 1000 targets", text)
    return results


def _spell_out(text: str) -> tuple[str, ...]:
    match = _CHOICE.search(text)
    if match is None:
        return (text,)
    paren, brace, optional = match.groups()
    if paren is not None:
        choices = paren.split("|" if "|" in paren else "/")
    elif brace is not None:
        choices = re.split(r"[,|]", brace)
    else:
        choices = ["", optional]
    if len(choices) > MAX_ALTERNATIVES:
        raise PatternSyntaxError("the alternatives multiply beyond 1000 targets", text)
    return tuple(text[: match.start()] + choice.strip() + text[match.end() :] for choice in choices)


def parse_listed(text: str, effect: Effect, owned: frozenset[str] = frozenset()) -> ParsedTarget:
    """Read one listed target: a host, URL, address, block or range, with alternatives.

    `owned` are the domains that the program says are its own, so that a star directly before
    one of them is read even where it is a public suffix. Raises `PatternSyntaxError`.
    """
    patterns: list[UrlPattern] = []
    notes: dict[str, None] = {}
    for one in expand(text):
        pattern, said = _parse_one(one, text, effect, owned)
        patterns.append(pattern)
        spelled = _SCHEME.match(one)
        if pattern.scheme is None and spelled is not None and spelled[1]:
            # An inclusion of the same text, `htps://` or `ssh://`, must not be the more precise one (D1).
            patterns.append(replace(pattern, scheme=spelled[1].lower()))
        if effect is Effect.EXCLUDE:
            patterns += _feared(one, pattern)
        notes.update(dict.fromkeys(said))
    return ParsedTarget(tuple(dict.fromkeys(patterns)), tuple(notes))


def _parse_one(
    text: str, source: str, effect: Effect, owned: frozenset[str]
) -> tuple[UrlPattern, tuple[str, ...]]:
    notes: list[str] = []
    addresses = parse_addresses(text, notes)
    if addresses is not None:
        host = HostText(HostForm.ADDRESSES, addresses=addresses)
        # Nobody owns more than a /8: a block this wide is a slip, as `*` is.
        size = addresses.last - addresses.first + 1
        slip = effect is Effect.INCLUDE and size > (1 << 24 if addresses.version == 4 else 1 << 112)
        demoted = Doubt.WIDE_READING if slip else None
        return UrlPattern(source, effect, host, demoted=demoted), tuple(notes)
    scheme_match = _SCHEME.match(text)
    scheme = (scheme_match[1] or "https").lower() if scheme_match else None
    unnamed = scheme_match is not None and scheme_match[1] is None and text.startswith("*")
    if unnamed or (effect is Effect.EXCLUDE and _MISSPELT.fullmatch(scheme or "")):
        scheme = None  # `htps://` excludes what `https://` would.
    rest = text[scheme_match.end() :] if scheme_match else text.removeprefix("//")
    if re.search(r"[\s\\@\x00-\x1f\x7f\ud800-\udfff]", rest):
        raise PatternSyntaxError(f"`{source}` is not one host or URL", source)
    authority = re.split(r"[/?#]", _mask(rest), maxsplit=1)[0]
    tail = rest[len(authority) :]
    if scheme_match is None and tail and not re.search(r"[.:*]|[。．｡]", _mask(authority)):
        raise PatternSyntaxError(f"`{source}` names no host", source, "write a host such as `example.com`")
    host_text, port = _split_port(rest[: len(authority)], source)
    path, query, page = _split_tail(tail, source, notes)
    host = classify(host_text, source, owned, notes)
    numbered = bool(path.segments) and path.segments[0][:1].isdigit()
    if scheme_match is None and numbered and (host.addresses is not None or port is not None):
        raise PatternSyntaxError(f"`{source}` is neither an address nor a block", source)
    if page and not query and host.text in shared_hosts().all:
        raise PatternSyntaxError(f"`{source}` names a place on a shared host by its fragment alone", source)
    pattern = UrlPattern(source, effect, host, scheme, port, path, parse_query(query))
    if page:
        pattern = replace(pattern, path=PathSet(page=True))
    if _PLACEHOLDER.search(tail) or (host.form is HostForm.TAIL and _PLACEHOLDER.search(host_text)):
        pattern = replace(pattern, demoted=Doubt.WIDE_READING)
    return _unify_link(pattern, effect), tuple(notes)


def _feared(text: str, pattern: UrlPattern) -> Iterator[UrlPattern]:
    """Yield what an exclusion may mean besides: the site behind `tls://`, the alternatives in a path."""
    if pattern.scheme not in (None, "http", "https") and pattern.scheme not in OTHER_SERVICES:
        pattern = replace(pattern, scheme=None, demoted=Doubt.WIDE_READING)
        yield pattern
    rest = text[match.end() :] if (match := _SCHEME.match(text)) else text.removeprefix("//")
    path = re.split(r"[?#](?!\Z)", rest[len(re.split(r"[/?#]", _mask(rest), maxsplit=1)[0]) :], maxsplit=1)[0]
    if not path.startswith("/") or not pattern.path.segments:
        return
    for other in feared_paths(path):
        meant = PathSet.parse(canonical_path(quote(other, safe=_KEPT)) if other else "")
        if meant != pattern.path:
            yield replace(pattern, path=meant, demoted=Doubt.WIDE_READING)


def _mask(text: str) -> str:
    """Blank out placeholders, so that a `#` or `%` in one does not end the host."""
    return _PLACEHOLDER.sub(lambda match: "x" * len(match[0]), text)


def stars_for_placeholders(text: str) -> str:
    """Return `text` with a star in place of every placeholder."""
    return _YOUR.sub("*", _PLACEHOLDER.sub("*", text))


def _split_port(authority: str, source: str) -> tuple[str, int | None]:
    if authority.startswith("["):
        inside, bracket, after = authority.partition("]")
        host, port_text = inside + bracket, after
    else:
        host, colon, digits = authority.rpartition(":")
        if not colon:
            return authority, None
        port_text = ":" + digits
    if port_text in ("", ":", ":*"):
        return host, None
    if not re.fullmatch(r":[0-9]{1,5}", port_text) or int(port_text[1:]) > 65_535:
        raise PatternSyntaxError(f"`{port_text[1:]}` is not a port", source, "write a number up to 65535")
    return host, int(port_text[1:])


def _split_tail(tail: str, source: str, notes: list[str]) -> tuple[PathSet, str, bool]:
    """Split what follows the host into path set, query and whether one page alone is meant."""
    body, hash_mark, _ = tail.partition("#")
    path, _, query = body.partition("?")
    if _PLACEHOLDER.search(path):
        path = _PLACEHOLDER.sub("*", path)
        notes.append(f"the placeholder in the path of `{source}` is read as any one segment")
    # A fragment names a place inside the page, and a query can be put behind any path by anybody.
    page = path in ("", "/") and bool(query or hash_mark)
    if hash_mark:
        notes.append("the fragment was dropped, since servers never see it")
    if path.startswith("*"):
        path = "/" + path
    if re.fullmatch(r"/[.*…()]+", path):  # `/.*` and `/...` mean the whole site.
        path = ""
    # What the URL parser would encode in a target's path is encoded here too.
    encoded = quote(path, safe=_KEPT)
    return PathSet.parse(canonical_path(encoded) if path else ""), query, page


def _unify_link(pattern: UrlPattern, effect: Effect) -> UrlPattern:
    """Spell a link into a code host as targets are spelled (T6)."""
    if pattern.host.form is not HostForm.EXACT or not pattern.path.segments:
        return pattern
    url = Url("", "https", HostName(pattern.host.text), 443, "/" + "/".join(pattern.path.segments))
    path = shared_hosts().canonical_link(url).path
    return replace(pattern, path=PathSet.parse(path), effect=effect) if path != url.path else pattern


def classify(text: str, source: str, owned: frozenset[str], notes: list[str]) -> HostText:
    """Return the form of a listed host; raise `PatternSyntaxError` where it is none."""
    placeholder = _PLACEHOLDER.search(text) is not None or _YOUR.search(text) is not None
    if placeholder:
        text = stars_for_placeholders(text)
    if text.startswith(".") and text.count(".") > 1:
        notes.append("a leading dot is read as `*.`")
        text = "*" + text
    labels = _labels(text, source)
    if isinstance(labels, Addresses):
        return HostText(HostForm.ADDRESSES, addresses=labels)
    stars = "".join(labels).count("*")
    if stars == 0:
        return HostText(HostForm.EXACT, labels)
    if placeholder:
        tail = labels[-1] == "*" and len(labels) > 1 and "*" not in "".join(labels[:-1])
        return HostText(HostForm.TAIL if tail else HostForm.PLACEHOLDER, labels)
    if labels[0] == "*" and stars == 1:
        return _below(labels, owned)
    if labels[-1] == "*" and len(labels) > 1:
        return _tail_form(labels, owned)
    if stars == 1 and labels[0].startswith("*") and labels[0][1].isalnum():
        return _glued(labels, owned)
    literal = _literal_end(labels)
    if literal and _registrable(".".join(literal), owned):
        return HostText(HostForm.SHAPE, labels, _registrable(".".join(literal), owned))
    return _loose(labels, owned)


def _below(labels: tuple[str, ...], owned: frozenset[str]) -> HostText:
    rest = ".".join(labels[1:])
    if not rest:
        return HostText(HostForm.LOOSE, labels)
    form = HostForm.BELOW if _registrable(rest, owned) else HostForm.BEFORE_SUFFIX
    return HostText(form, labels)


def _tail_form(labels: tuple[str, ...], owned: frozenset[str]) -> HostText:
    head = labels[1:-1] if labels[0] == "*" else labels[:-1]
    if not head or "*" in head[-1] or "*" in head:
        return _loose(labels, owned)
    return HostText(HostForm.TAIL, labels)


def _glued(labels: tuple[str, ...], owned: frozenset[str]) -> HostText:
    registrable = _registrable(".".join((labels[0][1:], *labels[1:])), owned)
    if not registrable:
        return HostText(HostForm.BEFORE_SUFFIX, labels)
    return HostText(HostForm.GLUED, labels, registrable)


def _loose(labels: tuple[str, ...], owned: frozenset[str]) -> HostText:
    text = ".".join(labels)
    end = text.rpartition("*")[2].removeprefix(".").removeprefix("-")
    if text.endswith("*"):  # `www.fing.com*`: the domain stands before the star.
        end = text.removesuffix("*").removesuffix(".").rpartition("*")[2].removeprefix(".")
        if not text.removesuffix("*").rpartition(".")[2]:
            end = ""
    registrable = _registrable(end, owned) if end and not end.startswith(".") else ""
    return HostText(HostForm.LOOSE, labels, registrable)


def _literal_end(labels: tuple[str, ...]) -> tuple[str, ...]:
    starred = max(i for i, label in enumerate(labels) if "*" in label)
    return labels[starred + 1 :]


def _registrable(name: str, owned: frozenset[str]) -> str:
    """Return the registrable domain of `name`; a domain that the program owns counts as one."""
    for domain in owned:
        if name == domain or name.endswith("." + domain):
            return domain
    suffixes = default_suffixes()
    return "" if suffixes.starred(name) else suffixes.registrable(name) or ""


def _labels(text: str, source: str) -> tuple[str, ...] | Addresses:
    """Return the canonical labels of a host text, stars kept."""
    if not text:
        raise PatternSyntaxError(f"`{source}` names no host", source, "write a host such as `example.com`")
    literal = text.replace("*", "x")
    if any("*" in label and not label.isascii() for label in text.split(".")):
        raise PatternSyntaxError(f"`{source}` has a star inside a label that is not ASCII", source)
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)*(?:\.[xX*])+", text):
        block = starred_octets(re.sub(r"[xX]", "*", text))
        if block is not None:
            return block
    try:
        host: Host = parse_host(literal).host
    except HostError:
        raise PatternSyntaxError(
            f"`{source}` is not a host pattern", source, "write a host such as `*.example.com`"
        ) from None
    if isinstance(host, (IPv4Address, IPv6Address)):
        if "*" in text or re.search(r"(?:\A|\.)0[0-9]", text):
            raise PatternSyntaxError(f"`{source}` is neither a name nor an address", source)
        return Addresses(host.version, int(host), int(host))
    _refuse_symbols(text, source)
    if host in ("http", "https"):
        raise PatternSyntaxError(f"`{source}` names a scheme where a host belongs", source)
    names = host.split(".")
    spelled = re.split(r"[.。．｡]", text.removesuffix("."))
    if len(names) != len(spelled):
        raise PatternSyntaxError(f"`{source}` is not a host pattern", source)
    labels = tuple(
        given.lower() if "*" in given else name for name, given in zip(names, spelled, strict=True)
    )
    for label in labels:
        ends = label is labels[-1] and len(labels) > 1 and "_" in label
        if not _LABEL.fullmatch(label) or "**" in label or ends:
            raise PatternSyntaxError(
                f"`{label or source}` is not a label of a host pattern",
                source,
                "a label holds letters, digits, `-`, `_` and single stars",
            )
    return labels


def _refuse_symbols(text: str, source: str) -> None:
    """Refuse what is no letter: `example.com→` would else become a name that nobody has."""
    if text.isascii():
        return
    # A label of nothing but symbols is a name that somebody may have registered.
    worded = {char for label in text.split(".") if re.search(r"\w", label) for char in label}
    for char in text:
        symbol = not char.isascii() and unicodedata.category(char)[0] not in "LMN" and char not in "。．｡"
        if symbol and char in worded:
            raise PatternSyntaxError(
                f"`{source}` holds `{char}`, which is no part of a host", source, "remove it"
            )


def hosts_named(patterns: tuple[UrlPattern, ...]) -> Iterator[str]:
    """Yield the literal domains that patterns stand on."""
    for pattern in patterns:
        labels = [label for label in pattern.host.labels if "*" not in label]
        if labels:
            yield ".".join(labels)
