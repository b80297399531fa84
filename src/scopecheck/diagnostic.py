"""A problem in a definition: what is wrong, where, and how to mend it."""

from __future__ import annotations

import difflib
import functools
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["Diagnostic", "Place", "Severity", "did_you_mean", "printable"]

_MAX_COMPARED = 300


def printable(text: str, limit: int = 200) -> str:
    """Return `text` fit for a message: no control characters, no lone surrogates, not endless."""
    cut = text if len(text) <= limit else text[:limit] + "…"
    if cut.isprintable():
        return cut
    return "".join(ch if ch.isprintable() else ascii(ch)[1:-1] for ch in cut)


class Severity(StrEnum):
    """How much a diagnostic matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file; lines and columns count from 1, 0 is unknown."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem of a file, an import or a report.

    `code` is a stable kebab-case word, `message` is lower-case without a full stop and
    quotes the user's text in backticks, `help` says how to mend it, `path` is the way to
    the value inside the file (``in_scope[3].asset``).
    """

    code: str
    message: str
    place: Place
    help: str = ""
    path: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        text = f"{self.place}: {self.severity}: {self.message}"
        if self.path:
            text += f" [{self.path}]"
        # A key of the file is part of the path, and anybody's text of the message.
        text = printable(text, len(text))
        return f"{text}\n  help: {printable(self.help, len(self.help))}" if self.help else text

    def to_dict(self) -> dict[str, Any]:
        """Return the same facts as JSON types."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "help": self.help,
            "path": self.path,
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
        }


@functools.lru_cache(maxsize=1024)
def did_you_mean(word: str, known: tuple[str, ...], count: int = 1, cutoff: float = 0.6) -> str:
    """Return the question for the known words nearest to `word`, for the help of a diagnostic.

    Empty where none is near, and where there are so many that comparing them would take long.
    `count` is how many are named at most, `cutoff` how like the word they are, from 0 to 1.
    """
    if len(known) > _MAX_COMPARED:
        return ""
    near = difflib.get_close_matches(word[:200], known, n=count, cutoff=cutoff)
    return "did you mean " + " or ".join(f"`{one}`" for one in near) + "?" if near else ""
