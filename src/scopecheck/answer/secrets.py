"""Secrets in a text: found however they are spelled, and masked before anything else is done with it.

Keys of the shapes that a program names, or that are common, are always found. Where the extra
`scopecheck[secrets]` is installed, `answer/detectors.py` finds others.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

from scopecheck.answer.detectors import Detected, detected, detectors
from scopecheck.scope.terms import KeyShape

__all__ = ["COMMON_KEYS", "Secrets", "masked"]

# Shapes of secrets that any report may hold; a program's own come from its scope file.
COMMON_KEYS = (
    ("sk-", "an API key"),
    ("sess-", "a session key"),
    ("ghp_", "a GitHub token"),
    ("gho_", "a GitHub token"),
    ("github_pat_", "a GitHub token"),
    ("glpat-", "a GitLab token"),
    ("xoxb-", "a Slack token"),
    ("xoxp-", "a Slack token"),
    ("AKIA", "an AWS key id"),
    ("AIza", "a Google API key"),
)

_TAIL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

# What stands for a character: percent signs, also encoded again, alone or as UTF-8, the escapes of JSON
# and Markdown, the entities of HTML.
_ESCAPE = re.compile(
    r"((?:%(?:25)*[C-Fc-f][0-9A-Fa-f])(?:%(?:25)*[89ABab][0-9A-Fa-f]){1,3})|%(?:25)*([0-9A-Fa-f]{2})"
    r"|\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([-_.])|[0abfnrtv])"
    r"|(&(?:\#[xX]?[0-9A-Fa-f]{1,8}|[A-Za-z]{2,31});)"
)
_UNUSUAL = re.compile(r"[^\x20-\x7e]|[%\\&]")

# A line break inside a key, with what mail, quotation and source text put around one. A search begins at
# the first of a run alone, so that a run without a line break takes no quadratic time.
_AROUND = r"[ \t>|\"'+\\]"
_BREAK_HERE = re.compile(rf"{_AROUND}*+[\r\n](?:[\r\n]|{_AROUND})*+")
_BREAK = re.compile(rf"(?<!{_AROUND}){_BREAK_HERE.pattern}")
_WRAPPED = re.compile(r"(?<![ \t])[ \t]*+[\r\n][ \t\r\n>|]*+")
_RUN = re.compile(r"[A-Za-z0-9_-]*+")


@dataclass(frozen=True, slots=True)
class _Mark:
    """A part of a text to be masked, and what remains of it."""

    start: int
    end: int
    kept: str = ""


@dataclass
class Secrets:
    """Finds and masks secrets, and notes what was found.

    `found` are the prefixes of keys with the program's shape, if it is one of the program's; `others` is
    what the detectors found, by its title.
    """

    shapes: tuple[KeyShape, ...]
    found: dict[str, KeyShape | None] = field(default_factory=dict)
    others: dict[str, Detected] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._known = {shape.prefix: shape for shape in self.shapes}
        prefixes = sorted({*self._known, *(prefix for prefix, _ in COMMON_KEYS)}, key=len, reverse=True)
        # The tail is bounded, so that a text of nothing but beginnings takes no quadratic time.
        self._key = re.compile(f"({'|'.join(map(re.escape, prefixes))})([A-Za-z0-9_-]{{16,64}})")
        self._detectors = detectors()

    def mask(self, text: str, *, lines: bool = False) -> str:
        """Return the text with every secret masked, also one that is spelled with escapes.

        A key is masked behind its prefix, any other secret as a whole. Where the text has `lines`, what
        follows a line break belongs to a key only if it reads as one; elsewhere a line break is nothing,
        since URL parsers drop it.
        """
        plain, spans = _plain(text, lines=lines)
        keys = [*self._keys(plain), *self._broken_keys(plain)]
        for mark in keys:
            self.found[mark.kept] = self._known.get(mark.kept)
        marks = [
            _Mark(spans[mark.start][0], spans[mark.end - 1][1], mark.kept)
            for mark in (*keys, *self._others(plain, keys))
        ]
        done, parts = 0, []
        for mark in _merged([*marks, *self._as_written(text)]):
            parts += [text[done : mark.start], mark.kept, "masked"]
            done = mark.end
        return "".join([*parts, text[done:]])

    def _keys(self, plain: str) -> Iterator[_Mark]:
        position = 0
        while (match := self._key.search(plain, position)) is not None:
            start, end = match.span()
            before = plain[start - 1 : start]
            if before.isascii() and before.isalnum() and not _looks_random(match[2]):
                position = start + 1  # `task-management-overview` holds no key.
                continue
            position = self._end(plain, end)
            yield _Mark(start, position, match[1])

    def _broken_keys(self, plain: str) -> Iterator[_Mark]:
        """Yield the keys that a line break cuts before they are long enough to be told."""
        for joined, places in _views(plain, _BREAK):
            position = 0
            while (match := self._key.search(joined, position)) is not None:
                start, end = match.span()
                position = start + 1
                short = start + len(match[1]) + 15  # Whole before the break, it was found there.
                broken = places[short] - places[start] != short - start
                if broken and (_looks_random(match[2]) or _looks_dealt(match[2])):
                    position = end
                    yield _Mark(places[start], self._end(plain, places[short] + 1), match[1])

    def _others(self, plain: str, keys: Sequence[_Mark]) -> Iterator[_Mark]:
        """Yield what the detectors find beside the keys."""
        if not self._detectors:
            return
        whole = list(_merged(list(keys)))
        starts = [key.start for key in whole]
        views = [(plain, range(len(plain))), *_views(plain, _WRAPPED), *_views(plain, _BREAK)]
        for number, (view, places) in enumerate(views):
            reach = 0
            for one in detected(self._detectors, view):
                start, end = places[one.start], places[one.end - 1] + 1
                broken = end - start != one.end - one.start
                if number and not (broken and one.kind.may_be_broken):
                    continue
                if one.kind.goes_on and not start < end <= reach:
                    reach = end = self._end(plain, end, also=one.kind.goes_on)
                near = bisect_right(starts, start) - 1
                if near < 0 or end > whole[near].end:
                    self.others[one.kind.title] = one.kind
                    yield _Mark(start, end)

    def _as_written(self, text: str) -> Iterator[_Mark]:
        """Yield what the escapes of a text would tear apart."""
        for one in detected([each for each in self._detectors if each.kind.as_written], text):
            self.others[one.kind.title] = one.kind
            yield _Mark(one.start, one.end)

    def _end(self, plain: str, end: int, also: str = "") -> int:
        """Return where a key ends, of which something stands before `end`."""
        while True:
            while end < len(plain) and (plain[end] in _TAIL or plain[end] in also):
                end += 1
            wrapped = _BREAK_HERE.match(plain, end)
            if wrapped is None and plain[end : end + 1] != " ":
                return end
            start = wrapped.end() if wrapped is not None else end + 1
            found = _RUN.match(plain, start)
            more = found[0] if found is not None else ""
            # YAML folds a line break into a space, where a word of prose is far likelier.
            same = _goes_on(more) if wrapped is not None else len(more) >= 8 and _looks_random(more)
            if not same or self._key.match(plain, start) is not None:
                return end
            end = start + len(more)


def masked(text: str, shapes: tuple[KeyShape, ...] = (), *, lines: bool = False) -> str:
    """Return `text` with every secret of a known shape masked."""
    return Secrets(shapes).mask(text, lines=lines)


def _merged(marks: list[_Mark]) -> Iterator[_Mark]:
    """Yield the parts in their order, those that overlap as one."""
    last: _Mark | None = None
    for mark in sorted(marks, key=lambda one: (one.start, -one.end)):
        if last is not None and mark.start < last.end:
            last = _Mark(last.start, max(last.end, mark.end), last.kept)
            continue
        if last is not None:
            yield last
        last = mark
    if last is not None:
        yield last


def _views(plain: str, breaks: re.Pattern[str]) -> Iterator[tuple[str, Sequence[int]]]:
    """Yield the text without its line breaks, and where each character stands, if it has any."""
    if breaks.search(plain) is None:
        return
    parts: list[str] = []
    places: list[int] = []
    done = 0
    for match in [*breaks.finditer(plain), None]:
        end = match.start() if match is not None else len(plain)
        parts.append(plain[done:end])
        places += range(done, end)
        done = match.end() if match is not None else end
    yield "".join(parts), places


def _goes_on(run: str) -> bool:
    """Tell whether a line that follows the part of a key begins with more of it."""
    return len(run) >= 4 and (any(map(str.isdigit, run)) or (len(run) >= 20 and "-" not in run))


def _looks_random(tail: str) -> bool:
    return (
        any(c.isdigit() for c in tail) and any(c.islower() for c in tail) and any(c.isupper() for c in tail)
    )


def _looks_dealt(tail: str) -> bool:
    return "-" not in tail and sum(map(str.isdigit, tail)) >= 4


def _plain(text: str, *, lines: bool) -> tuple[str, Sequence[tuple[int, int]]]:
    """Return what the text says to whoever decodes it, and where each of its characters stands."""
    if _UNUSUAL.search(text) is None:
        return text, [(place, place + 1) for place in range(len(text))]
    seen: list[str] = []
    spans: list[tuple[int, int]] = []
    place = 0
    while place < len(text):
        escape = _ESCAPE.match(text, place)
        end = escape.end() if escape is not None else place + 1
        for char in _meant(escape) if escape is not None else _visible(text[place], lines=lines):
            seen.append(char)
            spans.append((place, end))
        place = end
    return "".join(seen), spans


def _meant(escape: re.Match[str]) -> str:
    """Return the character that an escape stands for; a control character ends a word."""
    many, one, code, byte, plain, entity = escape.groups()
    if many:
        meant = bytes.fromhex(re.sub("%(?:25)*", "", many)).decode("utf-8", "replace")
    elif entity:
        meant = unescape(entity)
    else:
        number = one or code or byte
        meant = chr(int(number, 16)) if number else plain or " "
    seen = "".join(_visible(char, lines=True) for char in meant)
    return "".join(char if char.isprintable() else " " for char in seen)


def _visible(char: str, *, lines: bool) -> str:
    """Return a character as it is read; nobody sees a soft hyphen."""
    category = unicodedata.category(char)
    if category == "Cf" or (char in "\t\r\n" and not lines):
        return ""
    return "-" if category == "Pd" else unicodedata.normalize("NFKC", char)
