"""A small reader of regular expressions: text -> alternatives of literals and wild runs.

Nothing is ever matched with a regex of a file, so no file can make a match run for hours. What the
reader does not know becomes a wild run of kind `OTHER`: then the set of texts is only bounded from
above, and whoever needs to be sure has to leave the regex alone.

The syntax is what Java's `java.util.regex` (Burp, ZAP) and Go's RE2 (`.scope` files) share; what
only Java knows is reported in `Regex.java`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

__all__ = [
    "OCTET",
    "Branch",
    "Kind",
    "Literal",
    "Number",
    "Optional",
    "Regex",
    "RegexError",
    "Token",
    "Wild",
    "parse_regex",
]

MAX_BRANCHES = 64
MAX_DEPTH = 20
MAX_LENGTH = 4_096


OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
"""A regex of the numbers from 0 to 255."""


class RegexError(ValueError):
    """A text that is no regular expression, or is larger than any scope needs."""


class Kind(Enum):
    """What a wild run may hold."""

    TEXT = "any text"
    NAME = "any text of the characters of host names"
    LABEL = "any text without a dot"
    SEGMENT = "any text without a slash"
    DIGITS = "digits"
    BORDER = "nothing, at the border of a word or not"
    OTHER = "something not read here"


class Optional(Enum):
    """An optional group that URLs need as a whole."""

    PATH = "nothing, or a slash and any text"
    PORT = "nothing, or a colon and digits"


@dataclass(frozen=True, slots=True)
class Literal:
    """One character; not `sure` where the regex has an unescaped dot in its place."""

    char: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Wild:
    """A run of characters of a kind; `some` where it holds at least one."""

    kind: Kind
    some: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A number of an address, from `low` to `high`."""

    low: int
    high: int


class _Anchor(Enum):
    START = "^"
    END = "$"


Token: TypeAlias = Literal | Wild | Number | Optional
_Item: TypeAlias = Token | _Anchor
_Run: TypeAlias = tuple[_Item, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """One alternative without choices; `starts` and `ends` tell whether it is anchored there."""

    tokens: tuple[Token, ...]
    starts: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class Regex:
    """Every alternative of a regular expression, and what of its syntax only Java knows.

    Where it is `odd`, engines differ in where a part of it ends, so it may match what no branch does.
    """

    branches: tuple[Branch, ...]
    java: tuple[str, ...] = ()
    odd: bool = False


def parse_regex(text: str) -> Regex:
    """Return the alternatives of a regular expression; raise `RegexError` where it is none."""
    if len(text) > MAX_LENGTH:
        raise RegexError(f"it is longer than {MAX_LENGTH} characters")
    reader = _Reader(text)
    runs = reader.choice(0)
    if reader.at < len(text):
        raise RegexError("a closing parenthesis has no opening one")
    branches = tuple(dict.fromkeys(_branch(run) for run in runs))
    return Regex(branches, tuple(dict.fromkeys(reader.java)), reader.odd)


def _branch(run: _Run) -> Branch:
    items = list(run)
    starts = ends = False
    while items and items[0] is _Anchor.START:
        starts = bool(items.pop(0))
    while items and items[-1] is _Anchor.END:
        ends = bool(items.pop())
    # An anchor in the middle matches in no text or in odd ones.
    tokens = tuple(Wild(Kind.OTHER) if isinstance(item, _Anchor) else item for item in items)
    return Branch(tokens, starts, ends)


_CLASSES = {
    "d": Kind.DIGITS,
    "S": Kind.TEXT,
    "b": Kind.BORDER,
    "B": Kind.BORDER,
}
# What belongs to an escape behind its letter: one code, class or group, in any of the engines' spellings.
_ARGUMENT = {
    **dict.fromkeys("xuU", re.compile(r"\{[^}]{0,60}\}|[0-9A-Fa-f]{0,8}")),
    **dict.fromkeys("pPN", re.compile(r"\{[^}]{0,60}\}|[A-Za-z]?")),
    **dict.fromkeys("kg", re.compile(r"\{[^}]{0,60}\}|<[^>]{0,60}>|")),
    **dict.fromkeys("0123456789", re.compile(r"[0-9]*")),
    "c": re.compile(r"(?s:.?)"),
}
# Sets as they stand between brackets, without regard to letter case.
_LABEL_SETS = frozenset({r"^\.", r"\w-", r"-\w", "a-z0-9_-", "0-9a-z_-"})
_TEXT_SETS = frozenset({r"\s\S", r"\S", "^?#", "^?", "^#"})
_NAME_SETS = frozenset({"a-z0-9_.-", r"\w.-", r"\w\.-", r"\w-."})
_DIGIT_SETS = frozenset({"0-9", r"\d"})


def _kind_of_set(inside: str) -> Kind:
    plain = re.sub(r"\\([/?#:@-])", r"\1", inside)
    folded = plain.replace("A-Z", "") if "a-z" in plain else plain
    for kind, sets in (
        (Kind.LABEL, _LABEL_SETS),
        (Kind.TEXT, _TEXT_SETS),
        (Kind.NAME, _NAME_SETS),
        (Kind.DIGITS, _DIGIT_SETS),
    ):
        if folded in sets:
            return kind
    refused = set(plain.removeprefix("^"))
    if plain.startswith("^") and refused <= set("./?#:@"):
        return Kind.LABEL if "." in refused else Kind.SEGMENT if "/" in refused else Kind.OTHER
    return Kind.OTHER


@dataclass
class _Reader:
    text: str
    at: int = 0
    java: list[str] = field(default_factory=list)
    odd: bool = False

    def peek(self, size: int = 1) -> str:
        return self.text[self.at : self.at + size]

    def take(self, mark: str) -> bool:
        if self.text.startswith(mark, self.at):
            self.at += len(mark)
            return True
        return False

    def choice(self, depth: int) -> list[_Run]:
        """Read alternatives up to a closing parenthesis or the end."""
        if depth > MAX_DEPTH:
            raise RegexError("its groups are nested too deeply")
        runs = self.sequence(depth)
        while self.take("|"):
            runs = _limited([*runs, *self.sequence(depth)])
        return runs

    def sequence(self, depth: int) -> list[_Run]:
        runs: list[_Run] = [()]
        while self.at < len(self.text) and self.peek() not in "|)":
            options = self.quantified(depth)
            if len(runs) * len(options) > MAX_BRANCHES:
                raise RegexError(f"it has more than {MAX_BRANCHES} alternatives")
            runs = [run + option for run in runs for option in options]
        return _limited(runs)

    def quantified(self, depth: int) -> list[_Run]:
        """Read one atom and the quantifier behind it."""
        atom = self.atom(depth)
        least, most = self.quantifier()
        if (least, most) == (1, 1):
            return [run if group else _single(run) for run, group in atom]
        runs = [run for run, _ in atom]
        if (least, most) == (0, 1):
            return _optional(runs)
        return _repeated(runs, least, most)

    def quantifier(self) -> tuple[int, int]:
        """Read a quantifier, if there is one; the most is -1 for any number."""
        bounds = (1, 1)
        for mark, found in (("*", (0, -1)), ("+", (1, -1)), ("?", (0, 1))):
            if self.take(mark):
                bounds = found
                break
        else:
            counted = re.compile(r"\{(\d{1,9})(,?)(\d{0,9})\}").match(self.text, self.at)
            if counted is None:
                return bounds
            self.at = counted.end()
            least = int(counted[1])
            bounds = (least, int(counted[3]) if counted[3] else -1 if counted[2] else least)
        if not self.take("?") and self.take("+"):
            self.java.append("a possessive quantifier")
        return bounds

    def atom(self, depth: int) -> list[tuple[_Run, bool]]:
        """Read one atom: its alternatives, each with whether it came from a group."""
        char = self.peek()
        self.at += 1
        match char:
            case "(":
                return [(run, True) for run in self.group(depth)]
            case "[":
                return [(self.char_set(), False)]
            case "\\":
                return [(self.escape(), False)]
            case ".":
                # With a quantifier it is any text; alone it stands for a dot that was not escaped.
                many = self.peek() in ("*", "+", "?", "{")
                return [((Wild(Kind.TEXT),) if many else (Literal(".", sure=False),), False)]
            case "^":
                return [((_Anchor.START,), False)]
            case "$":
                return [((_Anchor.END,), False)]
            case "*" | "+" | "?":
                raise RegexError(f"there is nothing for `{char}` to repeat")
            case _:
                self.odd |= char == "{"  # Java takes it for a broken quantifier, Go for a character.
                return [((Literal(char),), False)]

    def group(self, depth: int) -> list[_Run]:
        number = self.number()
        if number is not None:
            return [(number,)]
        known = True
        if self.take("?"):
            flags = re.compile(r"([a-zA-Z]*)(-[a-zA-Z]+)?([:)])").match(self.text, self.at)
            named = re.compile(r"P?<[A-Za-z]\w*>").match(self.text, self.at)
            if flags is not None:
                self.at = flags.end()
                asked = set(flags[1] + (flags[2] or ""))
                known = asked <= set("is-")
                self.odd |= not asked <= set("imsuUd-")  # `x` drops white space and comments.
                if flags[3] == ")":
                    return [()] if known else [(Wild(Kind.OTHER),)]
            elif named is not None:
                self.at = named.end()
            else:  # Looking ahead or behind, atomic groups, comments.
                known = False
                self.at += 2 if self.peek() == "<" else 1
        runs = self.choice(depth + 1)
        if not self.take(")"):
            raise RegexError("an opening parenthesis is not closed")
        return runs if known else [(Wild(Kind.OTHER),)]

    def number(self) -> Number | None:
        """Read a choice of numbers that follow one another, next to an escaped dot, or any octet."""
        inner = OCTET.removeprefix("(")
        if self.take(inner):
            return Number(0, 255)
        found = re.compile(r"(?:\?:)?([0-9]{1,3}(?:\|[0-9]{1,3})+)\)").match(self.text, self.at)
        if found is None:
            return None
        before, behind = self.text[: self.at - 1], self.text[found.end() :]
        numbers = [int(one) for one in found[1].split("|")]
        run = list(range(numbers[0], numbers[-1] + 1))
        if numbers != run or numbers[-1] > 255 or not (before.endswith("\\.") or behind.startswith("\\.")):
            return None
        self.at = found.end()
        return Number(numbers[0], numbers[-1])

    def char_set(self) -> _Run:
        found = re.compile(r"\^?\]?(?:\\.|[^\]\\])*").match(self.text, self.at)
        inside = found[0] if found is not None else ""
        self.at += len(inside)
        if not self.take("]"):
            raise RegexError("an opening bracket is not closed")
        if "[" in inside or "&&" in inside or "\\Q" in inside:
            self.odd = True
            self.java.append("a set inside a set")
            return (Wild(Kind.OTHER),)
        single = inside.removeprefix("\\")
        if len(single) == 1 and not single.isalnum() and single != "^":
            return (Literal(single),)
        if len(inside) == 1:
            return (Literal(inside),)
        ends = set(inside.replace("\\", ""))
        if ends <= set("/?#") and len(ends) > 1:
            # What may follow a path: only a slash is part of it.
            return (Literal("/" if "/" in ends else "?"),)
        return (Wild(_kind_of_set(inside)),)

    def escape(self) -> _Run:
        char = self.peek()
        self.at += 1
        if not char:
            raise RegexError("it ends in a backslash")
        if char == "Q":
            self.java.append(r"`\Q…\E`")
            end = self.text.find("\\E", self.at)
            quoted = self.text[self.at :] if end < 0 else self.text[self.at : end]
            self.at = len(self.text) if end < 0 else end + 2
            if self.peek() in ("*", "+", "?", "{"):
                return (Wild(Kind.OTHER),)  # It repeats the last character alone.
            return tuple(Literal(one) for one in quoted)
        if char == "A":
            return (_Anchor.START,)
        if char in "zZ":
            return (_Anchor.END,)
        if not char.isalnum():
            return (Literal(char),)
        argument = _ARGUMENT[char].match(self.text, self.at) if char in _ARGUMENT else None
        self.at = argument.end() if argument is not None else self.at
        return (Wild(_CLASSES.get(char, Kind.OTHER)),)


def _single(run: _Run) -> _Run:
    """Return one atom without a quantifier: one character of a set is no run."""
    wild = len(run) == 1 and isinstance(run[0], Wild) and run[0].kind is not Kind.BORDER
    return (Wild(Kind.OTHER),) if wild else run


def _limited(runs: list[_Run]) -> list[_Run]:
    unique = list(dict.fromkeys(runs))
    if len(unique) > MAX_BRANCHES:
        raise RegexError(f"it has more than {MAX_BRANCHES} alternatives")
    return unique


def _optional(runs: list[_Run]) -> list[_Run]:
    """Return what `(...)?` may be."""
    if len(runs) == 1:
        match runs[0]:
            case (Literal("/"), Wild(Kind.TEXT)):
                return [(Optional.PATH,)]
            case (Literal(":"), Wild(Kind.DIGITS)):
                return [(Optional.PORT,)]
            case (Literal("?"), Wild(Kind.TEXT)):
                return [()]  # Queries take no part in either tool.
            case (Wild(),):
                return [(Wild(Kind.OTHER),)]
    return _limited([*runs, ()])


def _repeated(runs: list[_Run], least: int, most: int) -> list[_Run]:
    """Return what a repeated atom may be: `.*`, labels with their dots, or something unread."""
    if len(runs) == 1 and least < 2:
        match runs[0]:
            case (Wild(Kind.LABEL as kind),) if most < 0 or most >= 63:
                return [(Wild(kind, some=least > 0),)]
            case (Wild(Kind.DIGITS as kind),) if most < 0 or most >= 3:
                return [(Wild(kind, some=least > 0),)]
            case (Wild(kind),) if most < 0 and kind is not Kind.BORDER:
                return [(Wild(kind, some=least > 0),)]
            case (Wild(Kind.LABEL), Literal(".") as dot) if most < 0:
                labels: _Run = (Wild(Kind.TEXT, some=True), dot)
                return [labels] if least else [labels, ()]
    return [(Wild(Kind.OTHER),)]
