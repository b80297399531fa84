"""Text in which people spelled hosts in ways of their own, made plain (clauses P2, P4).

What an exclusion names must not be overlooked for its spelling: defanged, escaped, in markup, glued to the
words of a script without spaces.
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from collections.abc import Iterator

from scopecheck.errors import PatternSyntaxError
from scopecheck.scope.grammar import HTML_TAGS, expand, stars_for_placeholders

__all__ = [
    "HYPHENS",
    "JOINERS",
    "MAX_PROSE",
    "as_typed",
    "plain_text",
    "scripts_apart",
    "without_invisible",
]

MAX_PROSE = 65_536
"""Longest text of words that is read, in characters."""
HYPHENS = "\u2010-\u2015\u2212"
"""What typesetting puts in place of a hyphen, and dashes, which may part two hosts as well."""
JOINERS = "\u200c\u200d"
"""Letters of some scripts need them, so that they may be part of a name; between others nobody sees them."""

# Default_Ignorable_Code_Point of Unicode without the joiners, and the other format characters. U+2028 and
# U+2029 are white space: they may part two hosts.
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff]"
)
_IDLE_JOINER = re.compile(rf"(?<![^\x00-\x7f])[{JOINERS}]++|(?<![{JOINERS}])[{JOINERS}]++(?![^\x00-\x7f])")
_ENTITY = re.compile(r"&#?\w{2,32};")
_ESCAPED = re.compile(r"%(2[de]|3[0-9]|[46][1-9a-f]|[57][0-9a]|5f|7e)", re.IGNORECASE)
_DOT = re.compile(
    r"\\\.|\\x2e|\\u002e|[。．｡․]"
    r"|[ \t]{0,3}(?:\[[ \t]{0,3}(?:dot|\.)[ \t]{0,3}\]|\([ \t]{0,3}(?:dot|\.)[ \t]{0,3}\)"
    r"|\{[ \t]{0,3}(?:dot|\.)[ \t]{0,3}\}|<[ \t]{0,3}(?:dot|\.)[ \t]{0,3}>)[ \t]{0,3}"
    r"|(?<=\w)[ \t]dot[ \t](?=\w)",
    re.IGNORECASE,
)
_LINES = "br|p|div|li|ul|ol|h[1-6]|tr|table|hr|dl|dt|dd|blockquote|pre|section"
_TAG = re.compile(rf"(\.?)<(/?)({HTML_TAGS})(?:[\s/]([^<>]*))?>(?=(\.?))", re.IGNORECASE)
_ALTERNATIVES = re.compile(r"[\w.*-]{0,100}[({][\w.*-]{0,60}[|,][\w.*|,-]{0,200}[)}][\w.*-]{0,100}")


def without_invisible(text: str) -> str:
    """Return `text` without what no reader sees; a joiner between letters that need it stays."""
    return _IDLE_JOINER.sub("", _INVISIBLE.sub("", text))


def plain_text(text: str) -> str:
    """Return a text in which hosts stand as hosts: no defanging, no markup, placeholders as stars (P2).

    People write `example[.]com`, escape the dots, or use full-width letters; a host that an exclusion names
    so must not be overlooked.
    """
    text = _ENTITY.sub(lambda match: html.unescape(match[0]), text[:MAX_PROSE])
    text = as_typed(without_invisible(text))
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    text = re.sub(r"\\([*_-])", r"\1", _DOT.sub(".", text))
    text = re.sub(r"\bout[\s-]+of[\s-]+scope\b", "out of scope", text, flags=re.IGNORECASE)
    text = _ALTERNATIVES.sub(_spelled_out, _TAG.sub(_without_tag, text))
    return stars_for_placeholders(text)


def as_typed(text: str) -> str:
    """Give letters of another width or font their usual shape; a footnote's `¹` stays apart from a host."""
    if text.isascii():
        return text
    usual = {ord(char): shape for char in set(text) if (shape := _usual(char)) != char}
    text = text.translate(usual)
    # In pieces, since normalising a long run of combining marks is quadratic.
    pieces = (text[start : start + 256] for start in range(0, len(text), 256))
    return "".join(unicodedata.normalize("NFC", piece) for piece in pieces)


@functools.lru_cache(4_096)
def _usual(char: str) -> str:
    form = unicodedata.decomposition(char).partition(" ")[0]
    return unicodedata.normalize("NFKC", char) if form in _SHAPES else char


_SHAPES = frozenset({"<wide>", "<narrow>", "<font>", "<small>", "<noBreak>"})


def _without_tag(match: re.Match[str]) -> str:
    """Return what stands for a tag: a line, what its attributes say, or nothing inside a host."""
    before, closing, name, inside, behind = match.groups()
    if inside and re.search(r"[.:]", inside):
        return f"{before} {inside} "
    if re.fullmatch(_LINES, name, re.IGNORECASE):
        return before + "\n"
    if re.fullmatch(r"s|del|strike", name, re.IGNORECASE):
        return f"~~{before}" if closing else f"{before}~~"
    return before if before or behind or name.lower() == "wbr" else " "


def _spelled_out(match: re.Match[str]) -> str:
    try:
        return ", ".join(expand(match[0]))
    except PatternSyntaxError:
        return match[0]


def scripts_apart(run: str) -> Iterator[tuple[int, str]]:
    """Yield the parts of a run in which the script does not change, and where each begins.

    Scripts without spaces put words directly beside a host. Digits, dots and marks belong to what they
    follow.
    """
    if run.isascii():
        yield 0, run
        return
    begun, current = 0, ""
    for place, char in enumerate(run):
        script = _script(char)
        if script and current and script != current:
            yield begun, run[begun:place]
            begun = place
        current = script or current
    yield begun, run[begun:]


@functools.lru_cache(4_096)
def _script(char: str) -> str:
    """Return a word for the script of a letter, or "" for what stands beside any."""
    if char.isascii():
        return "LATIN" if char.isalpha() else ""
    if unicodedata.category(char)[0] == "M" or char in JOINERS:
        return ""
    script = unicodedata.name(char, "OTHER").split()[0].partition("-")[0]
    return "CJK" if script in _EASTERN else script


_EASTERN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC"})
