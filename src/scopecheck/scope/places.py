"""Where the values of a valid JSON or TOML text stand.

The standard library's parsers have read the text; these walk over it once more for the lines and
columns that those do not keep. On a shape they do not know they stop early, and a problem then
shows the nearest place before it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import TypeAlias

__all__ = ["json_places", "toml_places"]

KeyPath: TypeAlias = tuple[str | int, ...]
Places: TypeAlias = dict[KeyPath, tuple[int, int]]

_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_TOML_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_BARE = re.compile(r"[^\s,\]}#]+")
_TOML_KEY = re.compile(r"[A-Za-z0-9_-]+")


class _Walker:
    """A cursor over text that remembers where values and keys began."""

    def __init__(self, text: str, string: re.Pattern[str], space: str) -> None:
        self.text, self.string = text, string
        self.space = re.compile(space)
        self.at = 0
        self.values: Places = {}
        self.keys: Places = {}
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def skip(self) -> None:
        match = self.space.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def here(self) -> tuple[int, int]:
        line = bisect_right(self._lines, self.at)
        return line, self.at - self._lines[line - 1] + 1

    def take(self, mark: str) -> bool:
        self.skip()
        if self.text.startswith(mark, self.at):
            self.at += len(mark)
            return True
        return False

    def value(self, path: KeyPath, key: Callable[[], str | None], equals: str) -> bool:
        """Walk over one value; False where the text is not as expected."""
        self.skip()
        self.values[path] = self.here()
        if self.take("["):
            return self._items(path, key, equals)
        if self.take("{"):
            return self._members(path, key, equals)
        match = self.string.match(self.text, self.at) or _BARE.match(self.text, self.at)
        if match is None:
            return False
        self.at = match.end()
        return True

    def _items(self, path: KeyPath, key: Callable[[], str | None], equals: str) -> bool:
        index = 0
        while not self.take("]"):
            if not self.value((*path, index), key, equals):
                return False
            index += 1
            self.take(",")
        return True

    def _members(self, path: KeyPath, key: Callable[[], str | None], equals: str) -> bool:
        while not self.take("}"):
            self.skip()
            place = self.here()
            inner = path
            while True:  # TOML writes `a.b = 1`; JSON has one step.
                name = key()
                if name is None:
                    return False
                inner = (*inner, name)
                self.keys[inner] = place
                if not self.take("."):
                    break
            if not self.take(equals) or not self.value(inner, key, equals):
                return False
            self.take(",")
        return True

    def quoted(self, bare: re.Pattern[str] | None) -> str | None:
        """Take a key, quoted or bare."""
        self.skip()
        match = self.string.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
            return match[0][1:-1]
        plain = bare.match(self.text, self.at) if bare else None
        if plain is None:
            return None
        self.at = plain.end()
        return plain[0]


def json_places(text: str) -> tuple[Places, Places]:
    """Return where the values and the keys of a valid JSON text stand."""
    walker = _Walker(text, _JSON_STRING, r"[ \t\r\n\ufeff]*")
    walker.value((), lambda: walker.quoted(None), ":")
    return walker.values, walker.keys


def toml_places(text: str) -> tuple[Places, Places]:
    """Return where the values and the keys of a valid TOML text stand."""
    walker = _Walker(text, _TOML_STRING, r"(?:[ \t\r\n]|#[^\n]*)*")
    counts: dict[KeyPath, int] = {}
    prefix: KeyPath = ()
    walker.values[()] = (1, 1)

    def key() -> str | None:
        return walker.quoted(_TOML_KEY)

    while True:
        walker.skip()
        if walker.at >= len(text):
            break
        place = walker.here()
        many = walker.take("[[")
        if many or walker.take("["):
            names = _dotted(walker, key)
            walker.take("]]" if many else "]")
            prefix = _table(names, many, counts)
            walker.values[prefix] = walker.keys[prefix] = place
            continue
        names = _dotted(walker, key)
        if not names or not walker.take("="):
            break
        for length in range(1, len(names) + 1):
            walker.keys.setdefault((*prefix, *names[:length]), place)
        if not walker.value((*prefix, *names), key, "="):
            break
    return walker.values, walker.keys


def _dotted(walker: _Walker, key: Callable[[], str | None]) -> list[str]:
    names: list[str] = []
    while (name := key()) is not None:
        names.append(name)
        if not walker.take("."):
            break
    return names


def _table(names: list[str], many: bool, counts: dict[KeyPath, int]) -> KeyPath:
    """Return the path of a table header; in an array of tables, of its newest element."""
    path: KeyPath = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if many and position == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
