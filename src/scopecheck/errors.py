"""Every exception of the library.

::

    ScopecheckError
    ├─ ScopeError                      the author must mend the definition
    │  ├─ ScopeSyntaxError             not YAML, TOML or JSON at all
    │  ├─ ScopeValidationError         readable, but not a scope; all problems at once
    │  ├─ UnknownProgramError          no bundled program and no file of that name
    │  └─ PatternSyntaxError           an asset text that no pattern expresses
    ├─ TargetError                     the caller must mend the question
    │  ├─ HostError
    │  ├─ UrlError
    │  └─ FindingTypeError             no finding type goes by this word
    └─ MissingExtraError               an optional dependency is not installed

Out of scope is an answer, never an exception.
"""

from __future__ import annotations

from scopecheck.diagnostic import Diagnostic, printable

__all__ = [
    "FindingTypeError",
    "HostError",
    "MissingExtraError",
    "PatternSyntaxError",
    "ScopeError",
    "ScopeSyntaxError",
    "ScopeValidationError",
    "ScopecheckError",
    "TargetError",
    "UnknownProgramError",
    "UrlError",
]

_MOST, _HEAD, _END = 1_000, 700, 200


def _said(message: str) -> str:
    """Return a message that quotes anybody's text: it drives no terminal, and its end is kept."""
    cut = message if len(message) <= _MOST else f"{message[:_HEAD]}…{message[-_END:]}"
    return printable(cut, _MOST)


class ScopecheckError(Exception):
    """Base of everything this library raises on purpose."""


class ScopeError(ScopecheckError, ValueError):
    """A scope definition is wrong; carries every `Diagnostic` found in it."""

    def __init__(self, message: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        self.message = _said(message)
        super().__init__(self.message, diagnostics)  # Both, so that it pickles.
        self.diagnostics = diagnostics

    def __str__(self) -> str:
        if not self.diagnostics:
            return self.message
        return "\n".join([self.message, *(str(problem) for problem in self.diagnostics)])


class ScopeSyntaxError(ScopeError):
    """A scope file cannot be read as YAML, TOML or JSON."""


class ScopeValidationError(ScopeError):
    """A scope file is readable but is not a valid scope."""


class UnknownProgramError(ScopeError):
    """Neither a bundled program nor a file goes by this name."""


class PatternSyntaxError(ScopecheckError, ValueError):
    """A listed asset text cannot be read as a pattern.

    `source` is the text, `help` says how to mend it, apart from the message.
    """

    def __init__(self, message: str, source: str = "", help: str = "") -> None:
        self.message, self.source, self.help = _said(message), source, _said(help)
        super().__init__(self.message, source, self.help)

    def __str__(self) -> str:
        return self.message


class TargetError(ScopecheckError, ValueError):
    """A target cannot be read; `Checker` turns it into an `invalid-target` verdict."""

    def __init__(self, message: str) -> None:
        self.message = _said(message)
        super().__init__(self.message)


class HostError(TargetError):
    """A host is refused by the WHATWG host parser, or is no host at all."""


class UrlError(TargetError):
    """A URL is refused by the WHATWG URL parser, or has no host."""


class FindingTypeError(TargetError):
    """No finding type goes by this word; `suggestions` are the nearest words that are known."""

    def __init__(self, message: str, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.args = (self.message, suggestions)  # Both, so that it pickles.
        self.suggestions = suggestions

    def __str__(self) -> str:
        return self.message


class MissingExtraError(ScopecheckError, ImportError):
    """An optional dependency is needed; the message names the extra to install."""
