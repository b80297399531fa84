"""Lines of bytes -> the same lines, each with its decision: the engine of `scopecheck filter`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from scopecheck.answer.checker import Checker
from scopecheck.answer.verdict import Decision

__all__ = ["Decided", "content", "decide_lines", "text_of"]

Decided: TypeAlias = tuple[bytes, Decision, str]
"""A line as it came, with its end; its decision; the code of the reason."""


def decide_lines(checker: Checker, lines: Iterable[bytes]) -> Iterator[Decided]:
    """Yield each line that is not blank, unchanged and in order, with its decision and reason.

    A line holds one target in UTF-8; bytes that are not make it no target (T4). Equal lines are answered
    each for itself.
    """
    for line in lines:
        if line.strip():
            verdict = checker.check(text_of(line))
            yield line, verdict.decision, verdict.reason.value


def content(line: bytes) -> bytes:
    """Return a line without its end, a line feed that a carriage return may precede."""
    return line.removesuffix(b"\n").removesuffix(b"\r")


def text_of(line: bytes) -> str:
    """Return the target that a line holds; bytes that are no UTF-8 become lone surrogates."""
    return content(line).decode("utf-8", "surrogateescape")
