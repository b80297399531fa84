"""Regular expressions of whole URLs, as ZAP compares them -> texts of listed targets.

ZAP matches the whole URL, cut at its query, so a regex without a port names the ports that the
schemes imply, and a regex that ends behind the host names the first page alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scopecheck.formats.regexes import ANY_HOST, PAGE, DeadRegexError, Part, host_branch, path_branch
from scopecheck.formats.regexsyntax import Branch, Kind, Literal, Optional, Token, Wild, parse_regex
from scopecheck.formats.toolscope import Meaning, Spec, specs

__all__ = ["read_url"]

_IMPLIED = {"http": 80, "https": 443}
_NO_SCHEME = "it does not start with the scheme of a URL, as every URL does"


@dataclass(frozen=True)
class _Url:
    """One alternative; `ports` are None for those that the schemes imply, empty for some unknown one."""

    schemes: tuple[str, ...]
    host: Part
    ports: tuple[int | None, ...] | None
    path: Part

    @property
    def port_why(self) -> str:
        """Why no port is sure, or ""."""
        return "" if self.ports is None or self.ports else "no pattern expresses the regex of the port"

    def sure(self) -> tuple[Spec, ...]:
        """Return the targets that it surely covers."""
        if self.ports is not None:
            schemes = ("",) if len(self.schemes) > 1 else self.schemes
            return specs(schemes, self.host, self.ports, self.path, exclude=False) or ()
        found: list[Spec] = []
        for scheme in self.schemes:
            found += specs((scheme,), self.host, (_IMPLIED.get(scheme),), self.path, exclude=False) or ()
        return tuple(found)

    def most(self) -> tuple[Spec, ...] | None:
        """Return the targets that hold all it matches, or None."""
        schemes = ("",) if len(self.schemes) > 1 else self.schemes
        return specs(schemes, self.host, self.ports or (None,), self.path, exclude=True)


def read_url(text: str, *, exclude: bool) -> tuple[Meaning, tuple[str, ...]]:
    """Return what the regex of a URL means, and what of it only Java knows.

    Raises `RegexError` where it is no regex, `DeadRegexError` where it matches no URL.
    """
    regex = parse_regex(text)
    urls: list[_Url] = []
    dead: DeadRegexError | None = None
    for branch in regex.branches:
        try:
            urls += _branch(branch)
        except DeadRegexError as error:
            dead = error
    if not urls:
        raise dead or DeadRegexError("it is empty")
    return _meaning(urls, exclude=exclude), regex.java


def _meaning(urls: Sequence[_Url], *, exclude: bool) -> Meaning:
    sure = _without_schemes([spec for url in urls for spec in url.sure()])
    most: list[Spec] | None = [] if exclude else None
    for url in urls if exclude else ():
        found = url.most()
        most = None if most is None or found is None else [*most, *found]
    notes = dict.fromkeys(note for url in urls for note in (*url.host.notes, *url.path.notes))
    cover = dict.fromkeys(glob for url in urls for glob in url.host.cover)
    why = next((why for url in urls for why in (url.host.why, url.path.why, url.port_why) if why), "")
    rough = any(url.path.rough for url in urls)
    expected = None if most is None else _without_schemes(most)
    return Meaning(sure, expected, tuple(cover), (), tuple(notes), why, rough)


def _without_schemes(found: list[Spec]) -> tuple[Spec, ...]:
    """Drop the scheme where http and https stand side by side with the same port."""
    unique = dict.fromkeys(found)
    made: dict[Spec, None] = {}
    for spec in unique:
        pair = {Spec(spec.host, scheme, spec.port, spec.path) for scheme in ("http", "https")}
        both = pair <= set(unique)
        made[Spec(spec.host, "", spec.port, spec.path) if both else spec] = None
    return tuple(made)


def _branch(branch: Branch) -> list[_Url]:
    tokens = branch.tokens
    if tokens and isinstance(tokens[0], Wild) and tokens[0].kind is Kind.TEXT:
        rest = tokens[1:]
        if _text(rest).startswith("://"):
            return [_url(("http", "https"), rest[3:])]
        return _anywhere(rest)
    text = _text(tokens)
    scheme = re.match(r"([a-z][a-z0-9+.-]*)://", text, re.IGNORECASE)
    if scheme is None:
        raise DeadRegexError(_NO_SCHEME)
    return [_url((scheme[1].lower(),), tokens[scheme.end() :])]


def _text(tokens: Sequence[Token]) -> str:
    """Return one character for each token; a NUL for what is no literal."""
    return "".join(token.char if isinstance(token, Literal) else "\0" for token in tokens)


def _url(schemes: tuple[str, ...], tokens: Sequence[Token]) -> _Url:
    """Read what stands behind the scheme."""
    end = _end_of_host(tokens)
    host, rest = tuple(tokens[:end]), list(tokens[end:])
    ports, rest = _port(rest)
    last = host[-1] if host else None
    if not rest and ports is None and isinstance(last, Wild) and last.kind is Kind.TEXT:
        return _Url(schemes, _open_host(host[:-1]), (None,), Part(("",), ("",)))
    part = host_branch(Branch(host, starts=True, ends=True))
    if not rest:
        return _Url(schemes, part, ports, Part((PAGE,), (PAGE,)))
    return _Url(schemes, part, ports, path_branch(Branch(tuple(rest), starts=True, ends=True)))


def _end_of_host(tokens: Sequence[Token]) -> int:
    for number, token in enumerate(tokens):
        if isinstance(token, Optional) or (isinstance(token, Literal) and token.char in ":/?#"):
            return number
    return len(tokens)


def _port(rest: list[Token]) -> tuple[tuple[int | None, ...] | None, list[Token]]:
    """Split the port off; None where the scheme implies it, (None,) where any will do, () where some will."""
    if not rest:
        return None, rest
    if rest[0] is Optional.PORT:
        return (None,), rest[1:]
    if not (isinstance(rest[0], Literal) and rest[0].char == ":"):
        return None, rest
    behind = rest[1:]
    if behind and isinstance(behind[0], Wild):
        if behind[0].kind is Kind.TEXT and len(behind) == 1:
            return (), [Optional.PATH]
        return (), behind[1:]
    digits = re.match(r"[0-9]*", _text(behind))
    number = digits[0] if digits is not None else ""
    if not number or int(number[:6]) > 65_535:
        raise DeadRegexError("a port is a number up to 65535")
    return (int(number),), behind[len(number) :]


def _open_host(host: tuple[Token, ...]) -> Part:
    """Read `https://example.com.*`: what follows the host may be a port, a path, or more of the host."""
    if not host:
        return Part((), (ANY_HOST,), (ANY_HOST,), why="it matches any host")
    read = host_branch(Branch(host, starts=True, ends=True))
    last = host[-1]
    if isinstance(last, Literal) and last.char == ".":
        return host_branch(Branch((*host, Wild(Kind.TEXT)), starts=True, ends=True))
    longer = tuple(f"{glob}*" for glob in read.cover)
    note = "it matches hosts that are longer than the one it names, too"
    most = None if read.most is None else (*read.most, *longer)
    return Part(read.sure, most, (*read.cover, *longer), (*read.notes, note), read.why)


def _anywhere(rest: Sequence[Token]) -> list[_Url]:
    r"""Read `.*example\\.com.*` and `.*logout.*`: a piece of a URL that may stand anywhere."""
    both = ("http", "https")
    end = _end_of_host(rest)
    run = Wild(Kind.TEXT)
    any_host = Part((), (ANY_HOST,), (ANY_HOST,), why="it may match anywhere in the URL")
    urls: list[_Url] = []
    if rest[:end]:
        urls.append(_url(both, (run, *rest)))
    if not any(isinstance(token, Literal) and token.char == ":" for token in rest):
        path = path_branch(Branch((run, *rest), starts=True, ends=True))
        urls.append(_Url(both, any_host, (None,), Part((), path.most, why=path.why, rough=path.rough)))
    return urls
