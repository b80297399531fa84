"""The lines of files and of standard input, one block after the other, in memory that does not grow.

A file whose name ends in `.gz` or `.zst` is read through its compression. What is damaged ends with an
error, and never with the beginning of a line: `https://example.com` may be what is left of
`https://example.com.evil.net`.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from scopecheck.bulk.files import LongLineError, Read, unpacked, whole_lines
from scopecheck.cli.streams import one_line
from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.errors import MissingExtraError, ScopeSyntaxError

__all__ = ["STDIN", "LineSource"]

STDIN = "-"
_ENDINGS = {".gz": "gzip", ".zst": "zstd"}


class LineSource:
    """The lines of several files, `-` being standard input, in order.

    `done` and `total` are bytes as they lie on the disk; `total` is None where it cannot be known. Raises
    `MissingExtraError` at once where a file needs a package that is not installed.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names or (STDIN,)
        self.done = 0
        self.total = self._sizes()
        for name in self.names:
            if _packed(name) == "zstd":
                _need_zstandard(name)

    def _sizes(self) -> int | None:
        total = 0
        for name in self.names:
            try:
                found = os.fstat(sys.stdin.fileno()) if name == STDIN else Path(name).stat()
            except (OSError, ValueError, AttributeError):
                return None
            if not stat.S_ISREG(found.st_mode):
                return None
            total += found.st_size
        return total

    def blocks(self) -> Iterator[bytes]:
        """Yield blocks of whole lines, each with its end; a last line without one gets it."""
        for name in self.names:
            try:
                for block in self._blocks_of(name):
                    yield block if block.endswith(b"\n") else block + b"\n"
            except LongLineError as error:
                raise _unreadable(name, str(error), "is it a text file at all?") from None
            except OSError as error:
                words = error.strerror or str(error) or "it cannot be read"
                raise _unreadable(name, words[:1].lower() + words[1:]) from None

    def _blocks_of(self, name: str) -> Iterator[bytes]:
        if name == STDIN:
            if sys.stdin is None:
                raise OSError(None, "it is closed")
            stream = sys.stdin.buffer
            # Whatever is there at once, so that lines of a live pipe are answered as they come.
            yield from whole_lines(self._counted(getattr(stream, "read1", stream.read)))
            return
        with Path(name).open("rb", buffering=0) as file:
            _refuse_own_output(os.fstat(file.fileno()), name)
            packed = _packed(name)
            if packed:
                yield from whole_lines(self._counted(unpacked(file, packed), file.tell))
            else:
                yield from whole_lines(self._counted(file.read))

    def _counted(self, read: Read, position: Callable[[], int] | None = None) -> Read:
        """Return `read`, which counts what it took: its bytes, or how far the packed file was read."""
        before = self.done

        def counted(size: int) -> bytes:
            data = read(size)
            self.done = self.done + len(data) if position is None else before + position()
            return data

        return counted


def _packed(name: str) -> str:
    """Return what a file is packed by, after its name; nothing for others."""
    return next((kind for ending, kind in _ENDINGS.items() if name.lower().endswith(ending)), "")


def _need_zstandard(name: str) -> None:
    try:
        import zstandard  # noqa: F401 - only whether it is there counts
    except ImportError:
        raise MissingExtraError(
            f"reading `{one_line(name)}` needs the package `zstandard`;"
            " install it with `pip install 'scopecheck[arrow]'`",
            name="zstandard",
        ) from None


def _refuse_own_output(found: os.stat_result, name: str) -> None:
    """Raise where the file is standard output too: `>> urls.txt` would feed itself without end."""
    try:
        output = os.fstat(sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return
    if stat.S_ISREG(output.st_mode) and os.path.samestat(found, output):
        raise _unreadable(name, "it is the output too", "write to another file")


def _unreadable(name: str, message: str, help: str = "") -> ScopeSyntaxError:
    shown = "standard input" if name == STDIN else f"`{one_line(name)}`"
    place = Place("standard input" if name == STDIN else name)
    problem = Diagnostic("unreadable", message, place, help)
    return ScopeSyntaxError(f"{shown} cannot be read", (problem,))
