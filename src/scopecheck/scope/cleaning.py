"""What copying leaves around a listed text, dropped with a note each (P2)."""

from __future__ import annotations

import re
import unicodedata

from scopecheck.errors import PatternSyntaxError
from scopecheck.targets.host import MAX_TEXT, printable

__all__ = ["MAX_LISTED", "clean_listed", "refuse_unreadable"]

MAX_LISTED = 8_192
"""Longest text read as targets, in characters; a longer one is prose."""

_INVISIBLE = re.compile(r"[\u00ad\u200b\u2060\ufeff\u200e\u200f\u2028\u2029\u202a-\u202e]")
_REDACTED = re.compile(r"[█▇▆▉■▓]{2,}|\[redacted\]", re.IGNORECASE)
# Most of what is listed; no step below finds anything in it.
_CLEAN = re.compile(r"(?:https?+://)?+(?:\*\.)?+(?:[a-z0-9][a-z0-9-]*+\.)++[a-z]{2,}+", re.ASCII)
_SENTINELS = frozenset({"2fa_required", "no_in_scope_table"})


def clean_listed(text: str, notes: list[str]) -> str:
    """Drop what copying left behind (P2); every step is a note."""
    if len(text) > MAX_LISTED or _CLEAN.fullmatch(text):
        return text
    clean = unicodedata.normalize("NFC", text) if len(text) <= MAX_TEXT else text
    if _INVISIBLE.search(clean):
        clean = _INVISIBLE.sub("", clean)
        notes.append("invisible characters were dropped")
    stripped = clean.strip()
    if stripped != clean:
        notes.append("white space around the text was dropped")
    steps = (
        (r"\A[-•+]\s+", "", "a list mark in front was dropped"),
        (r"\\([*_.-])", r"\1", "a Markdown backslash was dropped"),
        (r"\A`(.*)`\Z", r"\1", "code marks were dropped"),
        (r"\A(\*\*|__)(?=\w)(.*)\1\Z", r"\2", "marks of emphasis were dropped"),
        (r"\[\.\]|\(\.\)", ".", "`[.]` is read as a dot"),
        (r"(?<![^{}()])[^{}()]*+[})]", None, "spaces between alternatives were dropped"),
        (r"\A\*/(?=[\w-]+\.[\w.-]+\Z)", "*.", "`*/` in front is read as a mangled `*.`"),
        (r"\A<(https?://[^<>]+)>\Z", r"\1", "angle brackets were dropped"),
        (r"\A\[([^\]\s]+)\]\((?:https?://)?\1/?\)\Z", r"\1", "a Markdown link was unwrapped"),
        (
            r"\A\[([^\]\s][^\]\s.]*+\.[^\]\s]+)\]\((https?:[^)]*)\)\Z",
            r"\1, \2",
            "both sides of a link were taken",
        ),
        (r"\A\[[^\]]+\]\((https?:[^)]*)\)\Z", r"\1", "the address of a Markdown link was taken"),
        (r"\A<([\w*-]+(?:\.[\w*-]+)+)>\Z", r"\1", "angle brackets were dropped"),
        (r"\Ahxxp", "http", "`hxxp` is read as `http`"),
        (r"(?:(?<!\s)\s+)?[\[({]dot[\])}]\s*", ".", "`(dot)` is read as a dot"),
        (r"(?<=\w) dot (?=\w)", ".", "`dot` is read as a dot"),
        (r"\A[\"“”‘’'«»](.*)[\"“”‘’'«»]\Z", r"\1", "quotation marks were dropped"),
        (r"(?<![,;])[,;]+\Z", "", "a comma at the end was dropped"),
        (r"(?<=[\w/])\.\Z", "", "a full stop at the end was dropped"),
        (r"(?<=\S)\s+\*+\Z", "", "a star apart at the end was dropped"),
        (r"\A(\*\.) +(?=[\w.-]+\Z)", r"\1", "a space inside the host was dropped"),
    )
    numbered = re.sub(r"\A(?:[0-9]{1,3}|[a-z])[.)]\s+(?=\S)", "", stripped)
    if numbered != stripped:
        stripped = numbered
        notes.append("a list number in front was dropped")
    if re.fullmatch(r"[\w*-]+(?:\s*\.\s*[\w*-]+)+", stripped) and re.search(r"\s", stripped):
        stripped = re.sub(r"\s+", "", stripped)
        notes.append("spaces inside the host were dropped")
    for pattern, by, note in steps:
        changed = re.sub(pattern, _close_up if by is None else by, stripped, flags=re.DOTALL).strip()
        if changed != stripped:
            stripped = changed
            notes.append(note)
    return stripped


def _close_up(choice: re.Match[str]) -> str:
    """Drop the spaces behind the separators of one choice."""
    return re.sub(r"([,|]) +", r"\1", choice[0])


def refuse_unreadable(clean: str, text: str) -> None:
    """Refuse what no person could read either: nothing, control characters, redactions (P3)."""
    if not clean:
        raise PatternSyntaxError("the text is empty", text, "write a host, URL, address, app id or name")
    if len(text) > MAX_TEXT or re.search(r"[\x00-\x08\x0e-\x1f\ud800-\udfff]", text):
        raise PatternSyntaxError("the text is too long or holds control characters", text)
    shape = _REDACTED.sub("*", clean)
    if shape != clean and not re.fullmatch(r"[\w*.-]*\.[\w-]+\.[A-Za-z]+", shape):
        raise PatternSyntaxError(
            f"`{printable(clean, 80)}` is redacted", text, "ask the program what it names"
        )
    if clean.casefold() in _SENTINELS:
        raise PatternSyntaxError(f"`{clean}` is a mark of a tool, no asset", text)
