"""What the readers of a platform's JSON share: a dump of many programs, or what an API answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from scopecheck.formats.builder import ImportResult, ProgramBuilder, unique_ids
from scopecheck.formats.source import Source, as_list
from scopecheck.scope.model import Program

__all__ = ["Reader", "answered", "dumped", "result"]


class Reader(Protocol):
    """One program on its way."""

    @property
    def builder(self) -> ProgramBuilder:
        """What the program becomes, with what was noted about it."""

    def program(self) -> Program:
        """Return the program."""


_ReaderT = TypeVar("_ReaderT", bound=Reader)
_Start = Callable[[Source, Any, str], _ReaderT]


def dumped(source: Source, start: _Start[_ReaderT]) -> list[_ReaderT]:
    """Start a reader for every program of a dump, with its path; raise `ScopeError` for no list."""
    return [
        start(source, value, f"[{number}]") for number, value in enumerate(as_list(source, source.json(), ""))
    ]


def answered(source: Source, start: _Start[_ReaderT]) -> list[_ReaderT]:
    """Start a reader for one program of an API, or for each of a list."""
    data = source.json()
    return dumped(source, start) if isinstance(data, list) else [start(source, data, "")]


def result(format: str, source: Source, readers: Sequence[Reader]) -> ImportResult:
    """Return the programs of all readers, and what was noted about them."""
    diagnostics = [one for reader in readers for one in reader.builder.diagnostics]
    programs = unique_ids(reader.program() for reader in readers)
    return ImportResult(format, source.name, programs, tuple(diagnostics))
