"""What copying leaves around a listed text, dropped with a note each (P2)."""

from __future__ import annotations

import re
import unicodedata

from scopecheck.errors import PatternSyntaxError
from scopecheck.scope.spelling import scripts_apart, without_invisible
from scopecheck.targets.host import MAX_TEXT, printable
from scopecheck.targets.psl import default_suffixes

__all__ = ["MAX_LISTED", "clean_listed", "refuse_unreadable"]

MAX_LISTED = 8_192
"""Longest text read as targets, in characters; a longer one is prose."""

_REDACTED = re.compile(r"[█▇▆▉■▓]{2,}|\[redacted\]", re.IGNORECASE)
# Most of what is listed; no step below finds anything in it.
_CLEAN = re.compile(r"(?:https?+://)?+(?:\*\.)?+(?:[a-z0-9][a-z0-9-]*+\.)++[a-z]{2,}+", re.ASCII)
_FOOTNOTES = ("<super>", "<sub>", "<circle>", "<square>", "<fraction>")
# Words that stand before a host, and are seldom a part of it.
_NO_LABELS = frozenset(
    """
    a all also and any anything at avoid besides but by everything except exclude excluded excludes excluding
    exclusion exclusions for from in is minus never no not of on only oos or see skip test testing the this to
    under unless with without
    """.split()  # noqa: SIM905 - a list of one word a line would hide the others
)
_SENTINELS = frozenset({"2fa_required", "no_in_scope_table"})


def clean_listed(text: str, notes: list[str]) -> str:
    """Drop what copying left behind (P2); every step is a note."""
    if len(text) > MAX_LISTED or _CLEAN.fullmatch(text):
        return text
    clean = unicodedata.normalize("NFC", text) if len(text) <= MAX_TEXT else text
    seen = without_invisible(clean)
    if seen != clean:
        clean = seen
        notes.append("invisible characters were dropped")
    stripped = clean.strip()
    if stripped != clean:
        notes.append("white space around the text was dropped")
    numbered = re.sub(r"\A(?:[0-9]{1,3}|[a-z])[.)]\s+(?=\S)", "", stripped)
    if numbered != stripped:
        stripped = numbered
        notes.append("a list number in front was dropped")
    if _is_one_host_with_spaces(stripped):
        stripped = stripped.replace(" ", "")
        notes.append("spaces inside the host were dropped")
    return _without_marks(stripped, notes)


def _without_marks(stripped: str, notes: list[str]) -> str:
    """Take off, one after the other, what markup, mail and spreadsheets put around and into a target."""
    steps = (
        (r"\A[-•+]\s+", "", "a list mark in front was dropped"),
        (r"\\([*_.-])", r"\1", "a Markdown backslash was dropped"),
        (r"\A`(.*)`\Z", r"\1", "code marks were dropped"),
        (r"\A(\*\*|__)(?=\w)(.*)\1\Z", r"\2", "marks of emphasis were dropped"),
        (r"\[\.\]|\(\.\)", ".", "`[.]` is read as a dot"),
        (r"(?<![^{}()])[^{}()]*+[})]", _close_up, "spaces between alternatives were dropped"),
        (r"\A\*/(?=[\w-]+\.[\w.-]+\Z)", "*.", "`*/` in front is read as a mangled `*.`"),
        (r"\A<(https?://[^<>|]+)>\Z", r"\1", "angle brackets were dropped"),
        (r"\A\[([^\]\s]+)\]\((?:https?://)?\1/?\)\Z", r"\1", "a Markdown link was unwrapped"),
        (
            r"\A\[([^\]\s][^\]\s.]*+\.[^\]\s]+)\]\((https?:[^)]*)\)\Z",
            r"\1, \2",
            "both sides of a link were taken",
        ),
        (r"\A\[([^\]]+)\]\((https?:[^)]*)\)\Z", r"\1 \2", "a Markdown link is read as its text and address"),
        (r"\A<(https?://[^<>|]+)\|([^<>|]*)>\Z", r"\2 \1", "a link is read as its text and address"),
        (r"\A<([\w*-]+(?:\.[\w*-]+)+)>\Z", r"\1", "angle brackets were dropped"),
        (r"(?<=\w)[\u2010\u2011\u2212](?=\w)", "-", "a typographic hyphen is read as `-`"),
        (r"\A[^()]*\Z", _as_commas, "a semicolon is read as a comma"),
        (r"\Ahxxp", "http", "`hxxp` is read as `http`"),
        (r"(?:(?<!\s)\s+)?[\[({]dot[\])}]\s*", ".", "`(dot)` is read as a dot"),
        (r"(?<=\w) dot (?=\w)", ".", "`dot` is read as a dot"),
        (r"\A[\"“”‘’'«»](.*)[\"“”‘’'«»]\Z", r"\1", "quotation marks were dropped"),
        (r"(?<![,;])[,;]+\Z", "", "a comma at the end was dropped"),
        (r"(?<=[\w/])\.\Z", "", "a full stop at the end was dropped"),
        (r"(?<=\S)\s+\*+\Z", "", "a star apart at the end was dropped"),
        (r"\A(\*\.) +(?=[\w.-]+\Z)", r"\1", "a space inside the host was dropped"),
    )
    for pattern, by, note in steps:
        changed = re.sub(pattern, by, stripped, flags=re.DOTALL).strip()
        if changed != stripped:
            stripped = changed
            notes.append(note)
    return stripped


def _is_one_host_with_spaces(text: str) -> bool:
    """Tell `www . example . com` from hosts that a space parts, and from words before `.example.com`."""
    if " " not in text or not re.fullmatch(r"[\w*-]+(?: *\. *[\w*-]+)+", text):
        return False
    pieces = [piece.strip(".") for piece in text.split(" ") if piece.strip(".")]
    # A host with more behind it is meant by itself.
    hosts = [piece for piece in pieces[:-1] if "." in piece.removeprefix("*.")]
    ended = any(default_suffixes().known_tail(host.rpartition(".")[2], private=False) for host in hosts)
    return not ended and pieces[0].lower() not in _NO_LABELS


def _as_commas(text: re.Match[str]) -> str:
    """Read the semicolons of a list as commas."""
    spaced = text[0].replace("; ", ", ").replace(";\n", ",\n")
    return spaced.replace(";", ",") if re.fullmatch(r"[\w*.;, -]+", spaced) else spaced


def _close_up(choice: re.Match[str]) -> str:
    """Drop the spaces behind the separators of one choice."""
    return re.sub(r"([,|]) +", r"\1", choice[0])


def refuse_unreadable(clean: str, text: str) -> None:
    """Refuse what no person could read either: nothing, control characters, redactions (P3)."""
    if not clean:
        raise PatternSyntaxError("the text is empty", text, "write a host, URL, address, app id or name")
    if len(text) > MAX_TEXT or re.search(r"[\x00-\x08\x0e-\x1f\ud800-\udfff]", text):
        raise PatternSyntaxError("the text is too long or holds control characters", text)
    if not clean.isascii():
        _refuse_glued_words(clean, text)
    shape = _REDACTED.sub("*", clean)
    if shape != clean and not re.fullmatch(r"[\w*.-]*\.[\w-]+\.[A-Za-z]+", shape):
        raise PatternSyntaxError(
            f"`{printable(clean, 80)}` is redacted", text, "ask the program what it names"
        )
    if clean.casefold() in _SENTINELS:
        raise PatternSyntaxError(f"`{clean}` is a mark of a tool, no asset", text)


def _refuse_glued_words(clean: str, text: str) -> None:
    """Refuse a host beside which other letters stand (`example.comは`), or a footnote (`¹`).

    With them it would be a name that nobody has.
    """
    for run in re.findall(r"[\w.*-]+", clean):
        if "." in run and not run.isascii() and _has_words_beside(run):
            raise PatternSyntaxError(
                f"`{printable(run, 80)}` is a host beside other letters", text, "write the host alone"
            )


def _has_words_beside(run: str) -> bool:
    if any(unicodedata.decomposition(char).startswith(_FOOTNOTES) for char in run):
        return True
    last = run.rstrip(".").rpartition(".")[2].lower()
    ending = re.match(r"[a-z]*", last)
    cut = [ending[0]] if ending and ending[0] != last else []
    parts = ["", *(part.lower() for _, part in scripts_apart(run)), ""]
    alone = []
    for before, part, behind in zip(parts, parts[1:], parts[2:], strict=False):
        # At a dot another script begins another label, as in `тест.example.com`.
        in_front = before and not before.endswith(".") and not part.startswith(".")
        at_end = behind and not behind.startswith(".") and not part.endswith(".")
        if "." in part.strip(".") and (in_front or at_end):
            alone.append(part.strip(".").rpartition(".")[2])
    return any(default_suffixes().known_tail(one, private=False) for one in (*cut, *alone) if one)
