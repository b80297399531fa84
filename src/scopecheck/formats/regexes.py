"""Regular expressions of hosts, ports, paths and URLs -> texts of listed targets.

A regex is trusted as far as the syntax of listed targets expresses it. `Part.sure` are texts that
denote, in their narrow reading, nothing that the regex does not match; `Part.most`, taken together
as exclusions, denote everything that it matches. What is not read stays readable to a person (`meant`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, summarize_address_range
from itertools import product

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

__all__ = [
    "ANY_HOST",
    "PAGE",
    "DeadRegexError",
    "Part",
    "host_branch",
    "octets",
    "path_branch",
    "read_host",
    "read_path",
]

ANY_HOST = "*"
PAGE = "/#"
"""The text of a path that is the first page alone."""

_SAFE_PATH = re.compile(r"[A-Za-z0-9._~!$&'+:@/%=*-]*")


class DeadRegexError(ValueError):
    """A regex that matches nothing it could ever be asked about."""


@dataclass(frozen=True)
class Part:
    """What one field of a rule denotes; `most` is None where nobody can say how much.

    `cover` are globs that hold every host it matches; `notes` say where the reading is narrower
    than the regex, `why` why there is no sure one; `rough` tells that `most` holds far more.
    """

    sure: tuple[str, ...] = ()
    most: tuple[str, ...] | None = None
    cover: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    why: str = ""
    rough: bool = False


def joined(parts: Iterable[Part]) -> Part:
    """Return the part that several alternatives make together."""
    parts = tuple(parts)
    most: tuple[str, ...] | None = ()
    for part in parts:
        most = None if most is None or part.most is None else (*most, *part.most)
    return Part(
        _unique(text for part in parts for text in part.sure),
        most if most is None else _unique(most),
        _unique(text for part in parts for text in part.cover),
        _unique(note for part in parts for note in part.notes),
        next((part.why for part in parts if part.why), ""),
        any(part.rough for part in parts),
    )


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _glob(tokens: Iterable[Token]) -> str:
    """Return the tokens as a glob; a star for whatever is not one literal character."""
    made = "".join(token.char if isinstance(token, Literal) else "*" for token in tokens)
    return re.sub(r"\*{2,}", "*", made)


def read_host(text: str) -> Part:
    """Read the regex of a host, which is searched for anywhere in the name unless it has anchors.

    Raises `RegexError` where it is no regex, `DeadRegexError` where it matches no host.
    """
    ranged = read_octets(text)
    if ranged:
        return Part(ranged, ranged)
    return live(host_branch, parse_regex(text).branches)


def live(read: Callable[[Branch], Part], branches: Iterable[Branch]) -> Part:
    """Read the alternatives that can match; raise `DeadRegexError` where none can."""
    parts: list[Part] = []
    dead: DeadRegexError | None = None
    for branch in branches:
        try:
            parts.append(read(branch))
        except DeadRegexError as error:
            dead = error
    if dead is not None and not parts:
        raise dead
    return joined(parts)


def host_branch(branch: Branch) -> Part:
    """Read one alternative of the regex of a host."""
    if any(isinstance(token, Number) for token in branch.tokens) and branch.starts and branch.ends:
        ranges = octets(branch.tokens)
        return Part(ranges, ranges) if ranges else Part(why="no block of addresses expresses this regex")
    glob = _glob(branch.tokens).lower()
    literal = "*" not in glob
    if literal and ":" in glob and re.fullmatch(r"\[?[0-9a-f:.]+\]?", glob):
        address = f"[{glob.strip('[]')}]"
        return Part((address,), (address,))
    dead = re.search(r"[^a-z0-9._*-]", glob)
    if dead is not None or any(isinstance(token, Optional) for token in branch.tokens):
        sign = dead[0] if dead is not None else "/"
        raise DeadRegexError(f"no host holds `{sign}`")
    if glob.strip("*") == "":
        if not glob and branch.starts and branch.ends:
            raise DeadRegexError("no host is empty")
        return Part((), (ANY_HOST,), (ANY_HOST,), why="it matches any host")
    kinds = {_kind(token) for token in branch.tokens if not isinstance(token, Literal)}
    edge = (branch.starts and glob.startswith(".")) or (branch.ends and glob.endswith("."))
    if edge or (glob.endswith(".") and re.fullmatch(r"[0-9.]+", glob)):
        # As a regex the dot is one more character; as a listed host it would be no part of the name.
        return Part((), None, (f"*{glob.strip('.')}*",), why="no host starts or ends with a dot")
    if re.fullmatch(r"[0-9.*]+", glob):
        return _octet_glob(glob, kinds)
    glob, most = _loosened(glob, branch)
    notes = ["an unescaped dot is read as a dot"] if _loose_dots(branch.tokens) else []
    if len(most) > 1:
        notes.append(f"without an anchor it matches more than `{glob}`")
    if not kinds <= {Kind.TEXT, Kind.NAME, Kind.LABEL, Kind.SEGMENT}:
        return Part((), None, most, tuple(notes), "no pattern expresses this regex")
    sure, why = _sure_host(glob, branch)
    return Part(sure, most, most, tuple(notes), why)


def _kind(token: Token) -> Kind:
    return token.kind if isinstance(token, Wild) else Kind.OTHER


def _loose_dots(tokens: Iterable[Token]) -> bool:
    return any(isinstance(token, Literal) and not token.sure for token in tokens)


def _loosened(glob: str, branch: Branch) -> tuple[str, tuple[str, ...]]:
    """Return the glob, and it with stars where the regex is not anchored."""
    before = "" if branch.starts or glob.startswith("*") else "*"
    behind = "" if branch.ends or glob.endswith("*") else "*"
    if before and glob.startswith("."):
        glob, before = "*" + glob, ""
    if behind and glob.endswith("."):
        glob, behind = glob + "*", ""
    return glob, _unique((glob, before + glob + behind))


def _sure_host(glob: str, branch: Branch) -> tuple[tuple[str, ...], str]:
    """Return the texts whose narrow reading the regex surely covers, or why there are none."""
    first, last = branch.tokens[0], branch.tokens[-1]
    one_label = "it matches one label in place of the star, and `*.` means any number"
    if isinstance(last, Wild) and last.kind is Kind.LABEL and branch.ends:
        return (), one_label
    if not isinstance(first, Wild):
        return (glob,), ""
    rest = glob.removeprefix("*")
    glued = rest[:1].isalnum() and "*" not in rest
    if first.kind is Kind.LABEL and branch.starts:
        if rest.startswith("."):
            return (), one_label
        if glued:
            return ((), one_label) if first.some else ((rest,), "")
    if glued and first.some:
        return (f"*.{rest}",), ""
    return (glob,), ""


def _octet_glob(glob: str, kinds: set[Kind]) -> Part:
    """Read an address with stars in place of its last numbers."""
    if "*" not in glob:
        return Part((glob,), (glob,), (glob,))
    fixed = glob.rstrip("*.").split(".")
    runs = kinds <= {Kind.TEXT, Kind.NAME, Kind.DIGITS, Kind.LABEL}
    if re.fullmatch(r"(?:[0-9]{1,3}\.){1,3}\*(?:\.\*)*", glob) and runs:
        text = ".".join((*fixed, *["*"] * (4 - len(fixed))))
        return Part((text,), (text,), (glob,))
    return Part((), None, (glob,), why="no block of addresses expresses this regex")


def read_octets(text: str) -> tuple[str, ...]:
    """Read a range of IPv4 addresses as Burp takes it: `10.0.0.0/24`, `10.1.1-20.1-127`."""
    plain = re.fullmatch(
        r"((?:[0-9]{1,3}(?:-[0-9]{1,3})?\.){3}[0-9]{1,3}(?:-[0-9]{1,3})?)(/[0-9]{1,2})?", text
    )
    if plain is not None and ("-" in text or plain[2]):
        if plain[2]:
            return (text,) if "-" not in text else ()
        return _ranges([(int(low), int(high or low)) for low, _, high in _bounds(text.split("."))])
    whole = re.fullmatch(r"[0-9.]+-[0-9.]+", text)
    if whole is not None:
        return (text,)
    return ()


def octets(tokens: Iterable[Token]) -> tuple[str, ...]:
    """Return the ranges of a regex of addresses, or none where it is not one."""
    found: list[Number] = []
    fresh = True
    for token in tokens:
        if isinstance(token, Literal) and token.char == "." and not fresh:
            fresh = True
        elif isinstance(token, Number) and fresh:
            found.append(token)
            fresh = False
        elif isinstance(token, Literal) and token.char.isdigit() and token.char.isascii():
            low = 0 if fresh else found.pop().high
            found.append(Number(low * 10 + int(token.char), low * 10 + int(token.char)))
            fresh = False
        else:
            return ()
    return _ranges([(one.low, one.high) for one in found]) if len(found) == 4 and not fresh else ()


def _bounds(octets: list[str]) -> list[tuple[str, str, str]]:
    return [octet.partition("-") for octet in octets]


def _ranges(octets: list[tuple[int, int]]) -> tuple[str, ...]:
    """Return the ranges that octets with bounds make, each without a gap."""
    if any(low > high or high > 255 for low, high in octets):
        return ()
    # Behind the last octet that is not free, everything is one run.
    free = 4
    while free > 0 and octets[free - 1] == (0, 255):
        free -= 1
    lead = octets[: max(free - 1, 0)]
    rest = octets[max(free - 1, 0) :]
    if _product_size(lead) > 64:
        return ()
    found = []
    for numbers in product(*(range(low, high + 1) for low, high in lead)):
        first = ".".join(map(str, (*numbers, *(low for low, _ in rest))))
        last = ".".join(map(str, (*numbers, *(high for _, high in rest))))
        blocks = list(summarize_address_range(IPv4Address(first), IPv4Address(last)))
        found.append(str(blocks[0]).removesuffix("/32") if len(blocks) == 1 else f"{first}-{last}")
    return tuple(found)


def _product_size(octets: list[tuple[int, int]]) -> int:
    size = 1
    for low, high in octets:
        size *= high - low + 1
    return size


def read_port(text: str) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
    """Return the ports that a regex surely matches, and those that hold all it matches; None is any."""
    sure: list[int | None] = []
    most: list[int | None] = []
    for branch in parse_regex(text).branches:
        glob = _glob(branch.tokens)
        if glob.isascii() and glob.isdigit() and int(glob) < 65_536:
            sure.append(int(glob))
            most.append(int(glob) if branch.starts and branch.ends else None)
        elif glob.strip("*") == "":
            kinds = {_kind(token) for token in branch.tokens}
            sure += [None] if kinds <= {Kind.TEXT, Kind.DIGITS} else []
            most.append(None)
        else:
            most.append(None)
    return tuple(dict.fromkeys(sure)), (None,) if None in most else tuple(dict.fromkeys(most))


def read_path(text: str) -> Part:
    """Read the regex of a path, which is searched for anywhere in it unless it has anchors."""
    for border in ("(?:/|$)", "(/|$)", "($|/)", "(?:$|/)"):
        if text.removesuffix("$").endswith(border):
            text = text.removesuffix("$").removesuffix(border) + "(?:/.*)?$"
    return live(path_branch, parse_regex(text).branches)


def path_branch(branch: Branch) -> Part:
    """Read one alternative of the regex of a path."""
    tokens = list(branch.tokens)
    border = bool(tokens) and tokens[-1] is Optional.PATH
    if border:
        tokens.pop()
    last = tokens[-1] if tokens else None
    open_end = (isinstance(last, Wild) and last.kind is Kind.TEXT) or not (branch.ends or border)
    glob = _path_glob(tokens)
    if not _path_expressible(tokens, border=border):
        # Whatever it is, it starts so.
        start = _literal_start(tokens) if branch.starts else ""
        return Part((), (start,), why="no pattern expresses the regex of the path", rough=True)
    if branch.starts and glob and glob[0] not in "/*":
        raise DeadRegexError("every path starts with a slash")
    if not branch.starts or glob.startswith("*"):
        return _path_anywhere(glob.strip("*") if open_end else glob.lstrip("*"), open_end=open_end)
    if open_end:
        glob = glob.rstrip("*")
        if glob.startswith("//"):
            raise DeadRegexError("no usual path starts with two slashes")
        text = "" if glob in ("", "/") else glob + "*"
        return Part((text,), (text,))
    if border or not glob:
        return Part((glob,), (glob,))
    if glob == "/":
        return Part((PAGE,), (PAGE,))
    return Part((), (glob,), why="it names one page, and a path covers what is below it too")


def _literal_start(tokens: list[Token]) -> str:
    kept = ""
    for token in tokens:
        if (
            not isinstance(token, Literal)
            or not token.sure
            or not re.fullmatch(r"[\w/~-]", token.char, re.ASCII)
        ):
            break
        kept += token.char
    return kept + "*" if kept.strip("/") and kept.startswith("/") else ""


def _path_glob(tokens: list[Token]) -> str:
    made = "".join(
        token.char if isinstance(token, Literal) else "/*" if token is Optional.PATH else "*"
        for token in tokens
    )
    return re.sub(r"\*{2,}", "*", made)


def _path_expressible(tokens: list[Token], *, border: bool) -> bool:
    literal = "".join(token.char for token in tokens if isinstance(token, Literal))
    kinds = {token.kind for token in tokens if isinstance(token, Wild)}
    if "*" in literal or not _SAFE_PATH.fullmatch(literal):
        return False
    if Optional.PORT in tokens or not kinds <= {Kind.TEXT, Kind.SEGMENT}:
        return False
    last = tokens[-1] if tokens else None
    if isinstance(last, Literal) and last.char == ".":
        return False  # A listed text loses a full stop at its end.
    # `/a/[^/]*$` is one more segment and nothing below it.
    return border or not (isinstance(last, Wild) and last.kind is Kind.SEGMENT)


def _path_anywhere(core: str, *, open_end: bool) -> Part:
    """Read a piece of path that may stand anywhere in it."""
    if not core:
        return Part(("",), ("",))
    behind = "*" if open_end else ""
    if not core.startswith("/"):
        return Part((), (f"/*{core}{behind}",), why="it may match anywhere in the path")
    text = core + behind
    sure = (text,) if open_end else ()
    return Part(sure, (text, f"/*{text}"), why="it may match anywhere in the path")


def dead_hosts(text: str) -> tuple[str, ...]:
    """Return the hosts that a regex which matches no host was probably meant to name."""
    try:
        branches = parse_regex(text).branches
    except RegexError:
        return readable(text)
    found: list[str] = []
    for branch in branches:
        for piece in re.split(r"[,\s]+", _glob(branch.tokens).lower()):
            host = re.search(
                r"(?<![a-z0-9_*-])[a-z0-9_*-]+(?:\.[a-z0-9_*-]+)+", piece.partition("://")[2] or piece
            )
            found += [host[0]] if host is not None else []
    return _unique(found)


def readable(text: str) -> tuple[str, ...]:
    """Return the hosts that stand in the text of a regex, its backslashes dropped."""
    plain = re.sub(r"\.[*+]|\[[^\[\]]{0,200}\][*+]?", "*", text.replace("\\Q", "").replace("\\E", ""))
    plain = re.sub(r"\\([./-])", r"\1", plain).lower()
    return _unique(re.findall(r"[a-z0-9_*-]{1,63}(?:\.[a-z0-9_*-]{1,63}){0,9}\.[a-z][a-z0-9-]{1,62}", plain))
