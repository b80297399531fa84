"""Where the values of a JSON or TOML text stand, and what those texts hold that they should not.

The standard library's parsers read the text; these walk over it once more for the lines and columns
that those do not keep, for keys that stand twice and for numbers that nobody means. On a shape they
do not know they stop early, and a problem then shows the nearest place before it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

__all__ = [
    "HALF",
    "MAX_DEPTH",
    "MAX_DIGITS",
    "Fault",
    "KeyPath",
    "Lines",
    "Places",
    "json_places",
    "toml_places",
    "without",
]

KeyPath: TypeAlias = tuple[str | int, ...]
Places: TypeAlias = dict[KeyPath, tuple[int, int]]

MAX_DEPTH = 40
"""How many keys and positions lead to a value at most."""
MAX_DIGITS = 30
"""How long a number is at most; Python takes quadratic time for long ones, and then refuses them."""
HALF = re.compile(r"[\ud800-\udfff]")
"""One half of a surrogate pair: no character, and nothing that can be written out again."""

# Possessive, so that a long string leaves nothing behind to try again.
_JSON_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_TOML_STRING = re.compile(
    r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"{3,5}'
    r"|'''(?:[^']++|'{1,2}(?!'))*+'{3,5}"
    r'|"(?:[^"\\\n]++|\\.)*+"|\'[^\'\n]*+\'',
    re.DOTALL,
)
_JSON_BARE = re.compile(r"[^\s,\]}]++")
_TOML_BARE = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]++|[^\s,\]}#]++")
_TOML_KEY = re.compile(r"[A-Za-z0-9_-]++")
_TOML_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U(00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4})|(.))", re.DOTALL)
_SHORT_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}
_NUMBER = re.compile(r"[-+]?[0-9][0-9A-Za-z_.+-]*")


class Lines:
    """Turns an offset into the line and column that an editor shows, both from 1.

    Only a line feed ends a line: other marks that Unicode or YAML take for one do not in editors.
    """

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def at(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset in characters."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


@dataclass(frozen=True, slots=True)
class Fault:
    """A part of a text that it should not hold; without what is between `start` and `end` the rest is read.

    `kind` is `key` for a key that stands twice, `number` for one too long to mean anything, `word`
    for a bare word such as `NaN`, `half` for one half of a surrogate pair. `at` is where it
    stands, which for a key is not where leaving it out begins.
    """

    kind: str
    text: str
    at: int
    start: int
    end: int


class _Walker:
    """A cursor over text that remembers where values and keys began.

    Below a key that stands twice the path is None and nothing is remembered: the first one counts.
    """

    string: re.Pattern[str]
    bare: re.Pattern[str]
    space: re.Pattern[str]
    equals: str

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.values: Places = {}
        self.keys: Places = {}
        self.faults: list[Fault] = []
        self.closed: set[KeyPath] = set()
        self._lines = Lines(text)

    def name(self) -> str | None:
        """Take one step of a key."""
        raise NotImplementedError  # Each language spells its keys in its own way.

    def skip(self) -> None:
        match = self.space.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def here(self) -> tuple[int, int]:
        return self._lines.at(self.at)

    def take(self, mark: str) -> bool:
        self.skip()
        if self.text.startswith(mark, self.at):
            self.at += len(mark)
            return True
        return False

    def names(self) -> list[str]:
        """Take a key: one name in JSON, names between dots in TOML."""
        found: list[str] = []
        while (name := self.name()) is not None:
            found.append(name)
            if len(found) > MAX_DEPTH:
                raise RecursionError
            if not self.take("."):
                break
        return found

    def value(self, path: KeyPath | None, depth: int) -> bool:
        """Walk over one value; False where the text is not as expected."""
        if depth > MAX_DEPTH:
            raise RecursionError
        self.skip()
        if path is not None:
            self.values[path] = self.here()
        if self.take("["):
            return self._items(path, depth + 1)
        if self.take("{"):
            return self._members(path, depth + 1)
        match = self.string.match(self.text, self.at)
        if match is None:
            return self._word()
        self.text_of(match)
        self.at = match.end()
        return True

    def text_of(self, match: re.Match[str]) -> str:
        """Return the text of a string; only a key is worth more than its delimiters."""
        return match[0]

    def _word(self) -> bool:
        match = self.bare.match(self.text, self.at)
        if match is None:
            return False
        kind = "word" if match[0] in ("NaN", "Infinity", "-Infinity") else ""
        if len(match[0]) > MAX_DIGITS and _NUMBER.fullmatch(match[0]):
            kind = "number"
        if kind:
            self.faults.append(Fault(kind, match[0], match.start(), match.start(), match.end()))
        self.at = match.end()
        return True

    def _items(self, path: KeyPath | None, depth: int) -> bool:
        index = 0
        while not self.take("]"):
            if not self.value(None if path is None else (*path, index), depth):
                return False
            index += 1
            self.take(",")
        return True

    def _members(self, path: KeyPath | None, depth: int) -> bool:
        comma = self.at
        while not self.take("}"):
            if not self.pair(path, depth, comma):
                return False
            comma = self.at
            self.take(",")
        return True

    def pair(self, path: KeyPath | None, depth: int, begin: int | None = None) -> bool:
        """Walk over a key and its value; `begin` is where leaving them out would have to begin."""
        self.skip()
        start, place = self.at, self.here()
        names = self.names()
        if not names or not self.take(self.equals):
            return False
        inner, twice = path, ""
        for number, name in enumerate(names, 1):
            step = None if inner is None else (*inner, name)
            if step is not None and (step in self.closed or (number == len(names) and step in self.keys)):
                inner, twice = None, name
                break
            inner = step
            if inner is not None:
                self.keys.setdefault(inner, place)
        if not self.value(inner, depth + len(names) - 1):
            return False
        if twice:
            self.faults.append(Fault("key", twice, start, start if begin is None else begin, self.at))
        elif inner is not None:
            self.closed.add(inner)
        return True


class _JsonWalker(_Walker):
    string, bare, equals = _JSON_STRING, _JSON_BARE, ":"
    space = re.compile(r"[ \t\r\n]*+")

    def name(self) -> str | None:
        self.skip()
        match = self.string.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        return self.text_of(match)

    def text_of(self, match: re.Match[str]) -> str:
        text = str(json.loads(match[0]))
        half = HALF.search(text)
        if half is not None:
            self.faults.append(Fault("half", half[0], match.start(), match.start(), match.end()))
        return text


class _TomlWalker(_Walker):
    string, bare, equals = _TOML_STRING, _TOML_BARE, "="
    space = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.values[()] = (1, 1)
        self._counts: dict[KeyPath, int] = {}
        self._twice: Fault | None = None

    def name(self) -> str | None:
        self.skip()
        match = self.string.match(self.text, self.at) or _TOML_KEY.match(self.text, self.at)
        if match is None:
            return None
        self.at = match.end()
        if match[0][0] == '"':
            return _TOML_ESCAPE.sub(_unescaped, match[0][1:-1])
        return match[0].strip("'")

    def walk(self) -> None:
        """Walk over the whole text, or up to what is no TOML."""
        path: KeyPath | None = ()
        while self._more():
            if self.text.startswith("[", self.at):
                self._end_of_table()
                path = self._table()
            elif not self.pair(path, 1 if path is None else len(path) + 1):
                break
        self._end_of_table()

    def _more(self) -> bool:
        self.skip()
        return self.at < len(self.text)

    def _end_of_table(self) -> None:
        """Let a table whose header stands twice end here."""
        if self._twice is not None:
            self.faults.append(replace(self._twice, end=self.at))
            self._twice = None

    def _table(self) -> KeyPath | None:
        """Return the path of a table header; in an array of tables, of its newest element."""
        start, place = self.at, self.here()
        many = self.take("[[")
        if not many:
            self.take("[")
        names = self.names()
        self.take("]]" if many else "]")
        path: KeyPath = ()
        for number, name in enumerate(names, 1):
            path, last = (*path, name), number == len(names)
            array = path in self._counts
            if path in self.closed or (last and (not many if array else path in self.keys)):
                self._twice = Fault("key", name, start, start, start)
                return None
            if last and many:
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path = (*path, self._counts[path])
        self.values[path] = self.keys[path] = place
        return path


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _SHORT_ESCAPES.get(escape[3], escape[3])


def json_places(text: str, faults: list[Fault] | None = None) -> tuple[Places, Places]:
    """Return where the values and the keys of a valid JSON text stand; add its faults to a list.

    Raises `RecursionError` where a value lies deeper than `MAX_DEPTH`.
    """
    walker = _JsonWalker(text)
    walker.value((), 0)
    if faults is not None:
        faults += walker.faults
    return walker.values, walker.keys


def toml_places(text: str, faults: list[Fault] | None = None) -> tuple[Places, Places]:
    """Return where the values and the keys of a TOML text stand; add its faults to a list.

    What is no TOML ends the walk. Raises `RecursionError` where a value lies deeper than `MAX_DEPTH`.
    """
    walker = _TomlWalker(text)
    walker.walk()
    if faults is not None:
        faults += walker.faults
    return walker.values, walker.keys


def without(text: str, faults: Iterable[Fault]) -> str:
    """Return the text with zeros and spaces for its faults; every other character keeps its place."""
    parts: list[str] = []
    done = 0
    for fault in sorted(faults, key=lambda one: one.start):
        if fault.start >= done:  # A fault inside another one is gone with it.
            blank = re.sub(r"[^\n]", " ", text[fault.start : fault.end])
            parts += (text[done : fault.start], blank if fault.kind == "key" else "0" + blank[1:])
            done = fault.end
    return "".join((*parts, text[done:]))
