"""Which formats there are, telling them apart by content, and the door `read`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.errors import ScopecheckError, ScopeSyntaxError, ScopeValidationError
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.source import Source, open_source
from scopecheck.targets.host import printable

if TYPE_CHECKING:
    from scopecheck.scope.model import Program

__all__ = ["ExportResult", "Format", "format_named", "formats", "read", "sniff"]


@dataclass(frozen=True)
class ExportResult:
    """A written scope and everything that the target format could not express."""

    text: str
    losses: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Format:
    """One format: its name, how to recognise it, and its two directions.

    `recognises` looks at the source and says how sure it is, 0 (no) to 100 (certain). `read` is None
    for a format that is only written, `write` for one that is only read.
    """

    name: str
    title: str
    recognises: Callable[[Source], int]
    read: Callable[[Source], ImportResult] | None = None
    write: Callable[[Program], ExportResult] | None = None
    suffix: str = ".json"


# A module of this package each; its `FORMATS` lists what it reads and writes.
_MODULES = (
    "bugcrowd",
    "hackerone",
    "hackerone_csv",
    "intigriti",
    "yeswehack",
    "federacy",
    "burp",
    "zap",
    "plain",
    "caido",
    "native",
)


def formats() -> tuple[Format, ...]:
    """Return every format."""
    found: list[Format] = []
    for name in _MODULES:
        module = importlib.import_module(f"scopecheck.formats.{name}")
        found += module.FORMATS
    return tuple(found)


def format_named(name: str) -> Format:
    """Return the format of a name; raise `ScopeValidationError` with the nearest names otherwise."""
    import difflib

    known = {one.name: one for one in formats()}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    hint = (
        "did you mean " + " or ".join(f"`{one}`" for one in near) + "?"
        if near
        else "one of " + ", ".join(known)
    )
    problem = Diagnostic("unknown-format", f"there is no format `{printable(name)}`", Place("format"), hint)
    raise ScopeValidationError(f"`{printable(name)}` is no format", (problem,))


def sniff(source: Source) -> Format:
    """Return the format that the content shows; raise `ScopeValidationError` where none does for sure."""
    scores = sorted(((_score(one, source), one) for one in formats() if one.read), key=lambda pair: -pair[0])
    best = scores[0] if scores else None
    if best is None or best[0] <= 0:
        raise _unrecognised(source, "the content is of no format known here", scores)
    ties = [one for score, one in scores if score == best[0]]
    if len(ties) > 1:
        names = " or ".join(f"`{one.name}`" for one in ties)
        raise _unrecognised(source, f"the content may be {names}", scores)
    return best[1]


def _score(one: Format, source: Source) -> int:
    try:
        return one.recognises(source)
    except ScopecheckError:
        return 0


def _unrecognised(source: Source, message: str, scores: Sequence[tuple[int, Format]]) -> ScopecheckError:
    if source.head.lstrip()[:1] in ("{", "["):
        source.json()  # A broken JSON is the better thing to report.
    mend = "name it with `format=`: " + ", ".join(one.name for _, one in scores)
    problem = Diagnostic("unknown-format", message, Place(source.name), mend)
    return ScopeSyntaxError(f"`{printable(source.name)}` cannot be read", (problem,))


def read(path: str | Path, format: str | None = None) -> ImportResult:
    """Read programs from a file of a platform or tool; the format is recognised unless named.

    Raises `ScopeSyntaxError` or `ScopeValidationError` with file and place; nothing is kept in part.
    """
    source = open_source(path)
    chosen = sniff(source) if format is None else format_named(format)
    if chosen.read is None:
        problem = Diagnostic("write-only", f"`{chosen.name}` is written, never read", Place(source.name))
        raise ScopeValidationError(f"`{chosen.name}` cannot be read", (problem,))
    result = chosen.read(source)
    return replace(result, sniffed=format is None)


def names(found: Iterable[Format]) -> tuple[str, ...]:
    """Return the names of formats."""
    return tuple(one.name for one in found)
