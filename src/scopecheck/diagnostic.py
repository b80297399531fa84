"""A problem in a definition: what is wrong, where, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["Diagnostic", "Place", "Severity"]


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
        if self.help:
            text += f"\n  help: {self.help}"
        return text

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
