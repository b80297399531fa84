"""What a regex of a tool may match at most, as targets that hold all of it and more.

An excluded regex that the syntax of listed targets does not express is feared in these targets
(D2): whatever is not one certain character counts as any text, an unescaped dot too, and where
engines differ in how the regex is read, it may match everything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from scopecheck.formats.regexes import ANY_HOST, PAGE, octets, read_octets
from scopecheck.formats.regexsyntax import (
    Branch,
    Kind,
    Literal,
    Number,
    Optional,
    RegexError,
    Token,
    Wild,
    parse_regex,
)
from scopecheck.formats.toolscope import ANY_V4, ANY_V6, Spec

__all__ = ["EVERYTHING", "rule_cover", "url_cover"]

EVERYTHING = (Spec(ANY_HOST), Spec(ANY_V4), Spec(ANY_V6))
"""Every host and every address."""

_SCHEMES = ("http://", "https://", "ws://", "wss://")
_MAX_COVER = 64
_MAX_WORK = 100_000
"""How many tokens the ways to split a regex may have together; beyond it, it may match everything."""
_NUMBERS = frozenset("0123456789.")
_NAME = _NUMBERS | frozenset("abcdefghijklmnopqrstuvwxyz-_")
_PATH = _NAME | frozenset("/~")
_NEVER_A_SLASH = frozenset({Kind.SEGMENT, Kind.NAME, Kind.DIGITS, Kind.BORDER})
_NEVER_A_COLON = frozenset({Kind.NAME, Kind.DIGITS, Kind.BORDER})


def rule_cover(host: str, ports: Iterable[int | None] = (None,), file: str = "") -> tuple[Spec, ...]:
    """Return targets that hold all that a rule of three regexes matches, each searched for anywhere."""
    if read_octets(host):
        return _crossed(tuple(map(Spec, read_octets(host))), ports, _paths(file))
    try:
        regex = parse_regex(host)
    except RegexError:
        return _crossed(EVERYTHING, ports, _paths(file))
    hosts: list[Spec] = list(EVERYTHING) if regex.odd else []
    for branch in regex.branches:
        hosts += _hosts(_open(branch))
    return _crossed(_limited(hosts), ports, _paths(file))


def url_cover(text: str) -> tuple[Spec, ...]:
    """Return targets that hold all that a regex for the whole URL matches."""
    try:
        regex = parse_regex(text)
    except RegexError:
        return EVERYTHING
    found: list[Spec] = list(EVERYTHING) if regex.odd else []
    work = 0
    for branch in regex.branches:
        tokens = branch.tokens
        for start in _host_starts(tokens):
            for host, port, path in _splits(tokens[start:]):
                found += _crossed(_hosts(host), (port,), (path,))
                work += len(tokens)
                if len(found) > 4 * _MAX_COVER or work > _MAX_WORK:
                    return EVERYTHING
    return _limited(_without_pages(found))


def _crossed(hosts: Sequence[Spec], ports: Iterable[int | None], paths: Sequence[str]) -> tuple[Spec, ...]:
    made: dict[Spec, None] = {}
    for one, port, path in product(hosts, tuple(ports), paths):
        # An address has neither port nor path in the syntax of listed targets.
        block = one.host == ANY_V6 or one.is_range
        made[Spec(one.host) if block else Spec(one.host, "", port, path)] = None
    return tuple(made)


def _limited(found: Iterable[Spec]) -> tuple[Spec, ...]:
    unique = tuple(dict.fromkeys(found))
    return unique if len(unique) <= _MAX_COVER else EVERYTHING


def _open(branch: Branch) -> tuple[Token, ...]:
    """Return the tokens of an alternative that is searched for, text around it where it has no anchor."""
    run = Wild(Kind.TEXT)
    return (*(() if branch.starts else (run,)), *branch.tokens, *(() if branch.ends else (run,)))


def _is_certain(token: Token) -> bool:
    return isinstance(token, Literal) and token.sure and token.char.isascii()


def _glob(tokens: Iterable[Token], plain: frozenset[str]) -> str:
    """Return a glob of the tokens, with a star for all but certain characters of `plain`."""
    made = []
    for token in tokens:
        if isinstance(token, Wild) and token.kind is Kind.BORDER:
            continue
        char = token.char.lower() if isinstance(token, Literal) and _is_certain(token) else "*"
        made.append(char if char in plain else "*")
    return re.sub(r"\*{2,}", "*", "".join(made))


def _hosts(tokens: Sequence[Token]) -> tuple[Spec, ...]:
    """Return the hosts whose whole text the tokens may match: names, addresses, or none."""
    certain = {token.char.lower() for token in tokens if isinstance(token, Literal) and _is_certain(token)}
    found: list[Spec] = []
    if all(char in _NAME for char in certain):
        glob = _glob(tokens, _NAME)
        last = tokens[-1] if tokens else None
        numeric = isinstance(last, Number) or (isinstance(last, Wild) and last.kind is Kind.DIGITS)
        # The last label of a name is never a number (WHATWG URL, "ends in a number").
        if glob and not (numeric and re.fullmatch(r"[0-9.*]+", glob)) and not re.fullmatch(r"[0-9.]+", glob):
            # With stars for its last numbers, a listed target is a block of addresses.
            found.append(Spec(re.sub(r"\A([0-9]+(?:\.[0-9]+)*)(?:\.\*)+\Z", r"\1*", glob)))
    if all(char in _NUMBERS for char in certain) and tokens:
        found += map(Spec, _blocks(tokens) or (_v4(tokens),))
    # No IPv6 address is spelled with a dot, since a mapped IPv4 address is that address (T1).
    if all(char in "0123456789abcdef:[]" for char in certain) and _may_hold_colons(tokens):
        found.append(Spec(ANY_V6))
    return tuple(found)


def _blocks(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Return the blocks of an address whose numbers are choices that fill the place between two dots."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if isinstance(token, Literal) and token.char == ".":
            parts.append([])
        else:
            parts[-1].append(token)
    whole = all(len(part) == 1 or all(isinstance(one, Literal) for one in part) for part in parts)
    return octets(tokens) if whole and len(parts) == 4 else ()


def _v4(tokens: Sequence[Token]) -> str:
    """Return a block that holds every IPv4 address which the tokens may match."""
    text = "".join(token.char if isinstance(token, Literal) else "*" for token in tokens)
    dots = text.count(".") == 3 and "*" not in text  # Then every dot of the address is one of them.
    certain = text if dots else _glob(tokens, _NUMBERS)
    start = re.match(r"(?:(?:0|[1-9][0-9]{0,2})\.){1,3}", certain)
    if start is None or any(int(octet) > 255 for octet in start[0].split(".")[:-1]):
        return ANY_V4
    lead = start[0].removesuffix(".").split(".")
    last = certain[start.end() :]
    if len(lead) == 3 and re.fullmatch(r"0|[1-9][0-9]{0,2}", last) and int(last) < 256:
        return certain
    return ".".join((*lead, *["*"] * (4 - len(lead))))


def _may_hold_colons(tokens: Sequence[Token]) -> bool:
    return any(
        _may_hold(token, _NEVER_A_COLON)
        or (isinstance(token, Literal) and (token.char == ":" or not _is_certain(token)))
        for token in tokens
    )


def _paths(file: str) -> tuple[str, ...]:
    """Return the paths that hold all that a regex searched for in the path matches."""
    try:
        regex = parse_regex(file)
    except RegexError:
        return ("",)
    found = dict.fromkeys(_path(_open(branch)) for branch in regex.branches)
    return ("",) if regex.odd or None in found else tuple(path for path in found if path is not None)


def _path(tokens: Sequence[Token]) -> str | None:
    """Return a path that holds all of the whole paths that the tokens may match; None stands for any."""
    end = next((i for i in range(len(tokens), 0, -1) if tokens[i - 1] is not Optional.PATH), 0)
    tokens = tokens[:end]  # A listed path covers what is below it.
    gap = tokens.index(Optional.PATH) if Optional.PATH in tokens else end
    if gap + 1 < end and tokens[gap + 1] == Literal("/"):  # `/a/*/b` may be meant to hold `/a/b` itself.
        glob = f"{_glob(tokens[:gap], _PATH)}/\0{_glob(tokens[gap + 1 :], _PATH)}"
    else:
        glob = _glob(tokens, _PATH)
    # A full stop at an end or beside a slash may be dropped, or resolved as a dot segment.
    glob = re.sub(r"\A\.|(?<=[/.])\.|\.(?=[/.*]|\Z)|//+", "*", glob)
    glob = re.sub(r"\*[*/]+", "*", glob if glob.startswith("/") else "/*" + glob.removeprefix("*"))
    glob = glob.replace("\0", "*")
    return None if glob.strip("/*") == "" else glob


def _host_starts(tokens: Sequence[Token]) -> Iterator[int]:
    """Yield the places where the host of a URL may begin: behind any scheme that the tokens can spell."""
    ends: set[int] = set()
    for scheme in _SCHEMES:
        states = _closed({0}, tokens)
        for char in scheme:
            states = _closed({after for state in states for after in _eaten(tokens, state, char)}, tokens)
        ends |= states
    # Inside a run is more than behind it.
    yield from sorted(end for end in ends if not (end - 1 in ends and not _is_char(tokens[end - 1])))


def _is_char(token: Token) -> bool:
    return isinstance(token, Literal)


def _closed(states: set[int], tokens: Sequence[Token]) -> set[int]:
    found = set(states)
    for state in states:
        # Where another state stands, the run is followed from there.
        while state < len(tokens) and not _is_char(tokens[state]) and state + 1 not in found:
            state += 1
            found.add(state)
    return found


def _eaten(tokens: Sequence[Token], state: int, char: str) -> Iterator[int]:
    if state >= len(tokens):
        return
    token = tokens[state]
    if isinstance(token, Literal):
        if not _is_certain(token) or token.char.lower() == char:
            yield state + 1
    elif not isinstance(token, Wild) or token.kind is not Kind.BORDER:
        yield state


def _splits(tokens: Sequence[Token]) -> Iterator[tuple[tuple[Token, ...], int | None, str]]:
    """Yield each way in which the tokens may be a host, a port and a path; the port None for any."""
    run, slash, digits = Wild(Kind.TEXT), Literal("/"), Wild(Kind.DIGITS)
    before: list[Token] = []
    for place, token in enumerate(tokens):
        if isinstance(token, Literal) and _is_certain(token) and token.char not in ":/?#":
            before.append(token)
            continue
        host, rest = tuple(before), tokens[place + 1 :]
        if token is Optional.PATH:
            yield host, None, _path((slash, run, *rest)) or ""
            continue
        if token is Optional.PORT:
            yield from ((host, *behind) for behind in _behind_colon((digits, *rest)))
            continue
        if isinstance(token, Literal) and _is_certain(token):
            if token.char == ":" and Literal("[") in host:
                before.append(token)
                continue
            if token.char == "/":
                yield host, None, _path((token, *rest)) or ""
            elif token.char == ":":
                yield from ((host, *behind) for behind in _behind_colon(rest))
            return
        if isinstance(token, Literal):
            yield host, None, _path((slash, *rest)) or ""
            yield from ((host, *behind) for behind in _behind_colon(rest))
        elif _may_hold(token, _NEVER_A_SLASH):
            yield (*host, run), None, _path((run, *rest)) or ""
            yield from (((*host, run), *behind) for behind in _behind_colon((run, *rest)))
        elif _may_hold(token, _NEVER_A_COLON):
            yield from (((*host, run), *behind) for behind in _behind_colon((digits, *rest)))
        before.append(token)
    yield tuple(before), None, PAGE


def _may_hold(token: Token, never: frozenset[Kind]) -> bool:
    """Tell whether a run may hold the character that the kinds of `never` have not."""
    return token.kind not in never if isinstance(token, Wild) else isinstance(token, Optional)


def _behind_colon(tokens: Sequence[Token]) -> Iterator[tuple[int | None, str]]:
    """Yield the ports and paths that may follow when the tokens begin with a port; none where they cannot."""
    slash, run = Literal("/"), Wild(Kind.TEXT)
    digits = ""
    certain = True
    for place, token in enumerate(tokens):
        if len(digits) > 5 or int(digits or 0) > 65_535:
            return
        port = int(digits) if certain and digits else None
        rest = tokens[place + 1 :]
        if not (isinstance(token, Literal) and _is_certain(token)):
            # It may end the port, or be a part of it, or be nothing.
            certain = certain and token is Optional.PATH
            if token is Optional.PATH:
                yield port, _path((slash, run, *rest)) or ""
            elif isinstance(token, Literal):
                yield port, _path((slash, *rest)) or ""
            elif _may_hold(token, _NEVER_A_SLASH):
                yield None, _path((run, *rest)) or ""
        elif token.char == "/":
            yield port, _path(tokens[place:]) or ""
            return
        elif not token.char.isdigit():
            return
        else:
            digits += token.char
    if len(digits) < 6 and int(digits or 0) < 65_536:
        yield int(digits) if certain and digits else None, PAGE


def _without_pages(found: Iterable[Spec]) -> Iterator[Spec]:
    """Leave out what another target of the same host holds, since that has any path."""
    every = tuple(dict.fromkeys(found))
    whole = {spec.host for spec in every if not spec.path and spec.port is None}
    for spec in every:
        if spec.host not in whole or not (spec.path or spec.port):
            yield spec
