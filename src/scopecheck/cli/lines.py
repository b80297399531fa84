"""The lines of files and of standard input, one chunk after the other, in memory that does not grow.

A file whose name ends in `.gz` or `.zst` is read through its compression. What is damaged ends with an
error, and never with the beginning of a line: `https://example.com` may be what is left of
`https://example.com.evil.net`.
"""

from __future__ import annotations

import gzip
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from scopecheck.cli.streams import one_line
from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.errors import MissingExtraError, ScopeSyntaxError

__all__ = ["STDIN", "LineSource"]

STDIN = "-"
CHUNK = 1 << 18
"""How many bytes are read at once."""
MAX_LINE = 1 << 26
"""The longest line that is read, in bytes; a longer one would be held in memory whole."""
_ZSTD_PIECE = 1 << 10
# A block of zstd stands for up to 128 KiB in four bytes, so a piece becomes 32 MiB at most.

_Read: TypeAlias = Callable[[int], bytes]


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
            if name.lower().endswith(".zst"):
                _zstandard(name)

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

    def chunks(self) -> Iterator[list[bytes]]:
        """Yield lists of whole lines, each with its end; a last line without one gets it."""
        for name in self.names:
            try:
                yield from self._chunks_of(name)
            except (OSError, EOFError, zlib.error) as error:
                words = getattr(error, "strerror", None) or str(error) or "it cannot be read"
                raise _unreadable(name, words[:1].lower() + words[1:]) from None

    def _chunks_of(self, name: str) -> Iterator[list[bytes]]:
        if name == STDIN:
            if sys.stdin is None:
                raise OSError(None, "it is closed")
            stream = sys.stdin.buffer
            # Whatever is there at once, so that lines of a live pipe are answered as they come.
            yield from _whole_lines(self._counted(getattr(stream, "read1", stream.read)), name)
            return
        with Path(name).open("rb", buffering=0) as file:
            _refuse_own_output(os.fstat(file.fileno()), name)
            if name.lower().endswith(".gz"):
                with gzip.GzipFile(fileobj=file, mode="rb") as unpacked:
                    yield from _whole_lines(self._counted(unpacked.read, file.tell), name)
            elif name.lower().endswith(".zst"):
                yield from _whole_lines(self._counted(_unzstd(file.read, name), file.tell), name)
            else:
                yield from _whole_lines(self._counted(file.read), name)

    def _counted(self, read: _Read, position: Callable[[], int] | None = None) -> _Read:
        """Return `read`, which counts what it took: its bytes, or how far the packed file was read."""
        before = self.done

        def counted(size: int) -> bytes:
            data = read(size)
            self.done = self.done + len(data) if position is None else before + position()
            return data

        return counted


def _whole_lines(read: _Read, name: str) -> Iterator[list[bytes]]:
    pieces: list[bytes] = []
    held = 0
    while data := read(CHUNK):
        pieces.append(data)
        held += len(data)
        if b"\n" in data:
            *lines, rest = b"".join(pieces).split(b"\n")
            pieces, held = [rest], len(rest)
            yield [line + b"\n" for line in lines]
        if held > MAX_LINE:
            raise _unreadable(
                name, f"a line is longer than {MAX_LINE >> 20} MiB", "is it a text file at all?"
            )
    last = b"".join(pieces)
    if last:
        yield [last + b"\n"]


def _unzstd(raw: _Read, name: str) -> _Read:
    """Return a function that reads what is packed by zstd, through all frames; a cut file is an error."""
    package = _zstandard(name)
    pieces = _frames(raw, package)

    def read(size: int) -> bytes:
        found: list[bytes] = []
        try:
            while size > 0 and (piece := next(pieces, b"")):
                found.append(piece)
                size -= len(piece)
        except package.ZstdError as error:
            raise OSError(None, f"it is damaged: {error}") from None
        return b"".join(found)

    return read


def _frames(raw: _Read, package: Any) -> Iterator[bytes]:
    frame = None
    while data := raw(CHUNK):
        for start in range(0, len(data), _ZSTD_PIECE):
            piece = data[start : start + _ZSTD_PIECE]
            while piece:
                frame = frame or package.ZstdDecompressor().decompressobj()
                unpacked = frame.decompress(piece)
                piece = b""
                if frame.eof:
                    piece, frame = frame.unused_data, None
                for at in range(0, len(unpacked), CHUNK):
                    yield unpacked[at : at + CHUNK]
    if frame is not None:
        raise EOFError("the compressed file is cut short")


def _zstandard(name: str) -> Any:
    try:
        import zstandard
    except ImportError:
        raise MissingExtraError(
            f"reading `{one_line(name)}` needs the package `zstandard`;"
            " install it with `pip install 'scopecheck[arrow]'`",
            name="zstandard",
        ) from None
    return zstandard


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
