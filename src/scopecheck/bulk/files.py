"""Files of lines -> the lines that pass, as they were and in order.

A line is what ends with a line feed; a carriage return before it belongs to the end. The answers are
those of `Checker.check` for each line; a line of bytes that are no UTF-8 is no target (T4).

One regular expression goes over a whole block and takes the origin of every line where nothing behind
it can change which host is meant. Each distinct origin is answered once, by a number that is looked
up for all lines of the block in one go. Lines of another shape are asked for one by one, and so are
those on hosts where rules look at paths.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import compress
from operator import add
from typing import Any, BinaryIO, Final, TypeAlias

from scopecheck.answer.checker import Checker
from scopecheck.answer.verdict import Decision, Outcome, Reason
from scopecheck.bulk.extras import missing
from scopecheck.errors import ScopecheckError

__all__ = ["Counts", "LineFilter", "LongLineError", "filter_stream", "text_of", "unpacked", "whole_lines"]

CHUNK: Final = 1 << 20
"""How many bytes are read and decided at once."""
MAX_LINE: Final = 64 << 20
"""The longest line that is read, in bytes; a longer one would be held in memory whole."""
_PACKED: Final = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_MAGIC = 4
_ZSTD_PIECE = 1 << 10
# A block of zstd stands for up to 128 KiB in four bytes, so a piece becomes 32 MiB at most.

Read: TypeAlias = Callable[[int], bytes]
"""Returns up to so many bytes, none at the end."""

# Printable characters of ASCII, and in an authority those that end it for no client.
_ANY: Final = rb"[ -~]"
_NAMING: Final = rb"[!\"$-.0->@-\[\]-~]"
# The others in UTF-8, as table 3-7 of the Unicode standard has them.
_WIDE: Final = (
    rb"(?:[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2})"
)
_HOST: Final = rb"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,252}+(?::[1-9][0-9]{0,4}+)?+(?=\r?+\n)"


def _shape(naming: bytes, rest: bytes) -> Callable[[bytes], list[bytes]]:
    """Return what finds for each line its origin, or the host that it is; nothing for other lines.

    Behind the origin may stand a slash and what no browser drops or trims, so no control characters;
    all of it is below the 64 KiB that are read at all (T4).
    """
    # What most lines are stands first.
    key = rb"https?+://" + naming + rb"|(?i:https?+|wss?+)://" + naming + rb"|" + _HOST
    return re.compile(rb"(?:(" + key + rb")(?:/" + rest + rb")?+|[^\n]*+)\r?+\n").findall


_ASCII: Final = _shape(_NAMING + rb"{1,260}+", _ANY + rb"{0,65000}+")
_UTF8: Final = _shape(
    rb"(?![/\r\n])" + _NAMING + rb"{0,260}+(?:" + _WIDE + rb"{1,20}+" + _NAMING + rb"{0,80}+){0,4}+",
    _ANY + rb"{0,30000}+(?:" + _WIDE + rb"{1,40}+" + _ANY + rb"{0,80}+){0,120}+",
)

# Every answer that a line can have, numbered from 1; 0 is for lines to be asked for by themselves.
_ANSWERS: Final = tuple((decision, reason) for decision in Decision for reason in Reason)
_NUMBERS: Final = {(id(decision), id(reason)): n for n, (decision, reason) in enumerate(_ANSWERS, 1)}
_BLANK: Final = len(_ANSWERS) + 1
_WORDS: Final = (b"", *(f"\t{decision}\t{reason}".encode() for decision, reason in _ANSWERS), b"")
_REMEMBERED = 1 << 18
"""How many origins are remembered, none over a kilobyte; behind that, all are forgotten."""


def _where(*decisions: Decision) -> bytes:
    """Return a table that gives 1 for the numbers of answers with these decisions, and 0 for others."""
    chosen = [0, *(decision in decisions for decision, _ in _ANSWERS)]
    return bytes(chosen).ljust(256, b"\0")


_IN, _OUT, _OPEN = _where(Decision.IN_SCOPE), _where(Decision.OUT_OF_SCOPE), _where(Decision.UNDETERMINED)


@dataclass
class Counts:
    """How many lines had which decision; `invalid` are the undetermined ones that are no target."""

    in_scope: int = 0
    out_of_scope: int = 0
    undetermined: int = 0
    invalid: int = 0
    blank: int = 0
    passed: int = 0

    @property
    def lines(self) -> int:
        """How many lines were decided: all but the blank ones."""
        return self.in_scope + self.out_of_scope + self.undetermined


class _Known(dict[bytes, int]):
    """The numbers of the answers for origins, and for hosts without a scheme, found when first asked for."""

    __slots__ = ("_checker",)

    def __init__(self, checker: Checker) -> None:
        self._checker = checker

    def __missing__(self, key: bytes) -> int:
        if not key:
            return 0
        text = key.decode()
        is_origin = "://" in text
        outcome = self._checker.origin_outcome(text) if is_origin else self._checker.check(text).outcome
        number = 0 if outcome is None else _number(outcome)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[key] = number
        return number


def _number(outcome: Outcome) -> int:
    return _NUMBERS[id(outcome.decision), id(outcome.reason)]


def text_of(line: bytes) -> str:
    """Return the target that a line holds; bytes that are no UTF-8 become lone surrogates."""
    return _content(line).decode("utf-8", "surrogateescape")


def _content(line: bytes) -> bytes:
    """Return a line without its end, a line feed that a carriage return may precede."""
    return line.removesuffix(b"\n").removesuffix(b"\r")


class LineFilter:
    """Passes the lines whose decision is one of `decisions`; `counts` are those of all blocks so far.

    With `with_reason` each line that passes has its decision and reason behind tabs. What is
    remembered is bounded. For one thread at a time.
    """

    def __init__(
        self,
        checker: Checker,
        decisions: Collection[Decision] = (Decision.IN_SCOPE,),
        *,
        with_reason: bool = False,
    ) -> None:
        self._checker = checker
        self._known = _Known(checker)
        self._wanted = _where(*decisions)
        self._with_reason = with_reason
        self.counts = Counts()

    def passed(self, block: bytes) -> bytes:
        """Return what is written for a block of whole lines; a last line without an end gets one."""
        if not block:
            return b""
        if not block.endswith(b"\n"):
            block += b"\n"
        lines = block.split(b"\n")
        numbers = self._numbers(block, lines)
        wanted = numbers.translate(self._wanted)
        passing: Iterator[bytes] = compress(lines, wanted)
        if self._with_reason:
            words = map(_WORDS.__getitem__, compress(numbers, wanted))
            join: Callable[[bytes, bytes], bytes] = _joined if b"\r" in block else add
            passing = map(join, passing, words)
        written = b"\n".join([*passing, b""])
        self._count(numbers, wanted)
        return written

    def _numbers(self, block: bytes, lines: list[bytes]) -> bytes:
        """Return the number of the answer for each line."""
        numbers = bytes(map(self._known.__getitem__, _ASCII(block)))
        assert len(numbers) == len(lines) - 1  # Behind the last line feed stands nothing.
        at = numbers.find(0)
        if at < 0:
            return numbers
        found = bytearray(numbers)
        while at >= 0:
            found[at] = self._of_line(lines[at])
            at = numbers.find(0, at + 1)
        return bytes(found)

    def _of_line(self, line: bytes) -> int:
        """Return the number of the answer for a line that ASCII and its origin are not enough for."""
        if not line.strip():
            return _BLANK
        number = 0
        if not line.isascii():
            number = self._known[_UTF8(line + b"\n")[0]]
        return number or _number(self._checker.check(text_of(line)).outcome)

    def _count(self, numbers: bytes, wanted: bytes) -> None:
        counts = self.counts
        counts.in_scope += numbers.translate(_IN).count(1)
        counts.out_of_scope += numbers.translate(_OUT).count(1)
        counts.undetermined += numbers.translate(_OPEN).count(1)
        counts.invalid += numbers.count(_NUMBERS[id(Decision.UNDETERMINED), id(Reason.INVALID_TARGET)])
        counts.blank += numbers.count(_BLANK)
        counts.passed += wanted.count(1)


def _joined(line: bytes, words: bytes) -> bytes:
    """Return a line with words behind it, and the carriage return that it had."""
    content = _content(line)
    return content + words + line[len(content) :]


class LongLineError(ScopecheckError):
    """A line is too long to be held in memory."""


def filter_stream(
    checker: Checker,
    binary_in: BinaryIO,
    binary_out: BinaryIO,
    decisions: Collection[Decision] = (Decision.IN_SCOPE,),
    *,
    with_reason: bool = False,
) -> Counts:
    """Write the lines of `binary_in` that pass to `binary_out`, unchanged and in order; count them.

    Input that begins as gzip or zstd does is unpacked. Memory is bounded whatever the length of the
    input. Raises `OSError` where packed input is damaged or cut short, `LongLineError` for a line over
    64 MiB, and `MissingExtraError` where zstd is not installed; what came before the chunk with the
    damage has then been written.
    """
    lines = LineFilter(checker, decisions, with_reason=with_reason)
    for block in whole_lines(_told(binary_in)):
        passed = lines.passed(block)
        if passed:
            binary_out.write(passed)
    return lines.counts


def whole_lines(read: Read) -> Iterator[bytes]:
    """Yield blocks of whole lines; only the last may be without an end. Raises `LongLineError`."""
    held: list[bytes] = []
    size = 0
    while data := read(CHUNK):
        head, end, rest = data.rpartition(b"\n")
        if end:
            yield b"".join([*held, head, end])
            held, size = [], 0
        held.append(rest)
        size += len(rest)
        if size > MAX_LINE:
            raise LongLineError(f"a line is longer than {MAX_LINE >> 20} MiB")
    last = b"".join(held)
    if last:
        yield last


class _Begun:
    """A stream of which the first bytes were read already."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._stream = head, stream

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes."""
        if self._head:
            head, self._head = self._head[:size], self._head[size:]
            return head
        return self._stream.read(size)


def _told(stream: BinaryIO) -> Read:
    """Return what reads a stream, unpacked where its first bytes say that it is packed."""
    head = b""
    while len(head) < _MAGIC and (more := stream.read(_MAGIC - len(head))):
        head += more
    begun = _Begun(head, stream)
    for magic, kind in _PACKED.items():
        if head.startswith(magic):
            return unpacked(begun, kind)
    return begun.read


def unpacked(stream: Any, kind: str) -> Read:
    """Return what reads a stream that is packed by `gzip` or `zstd`, through all its members.

    It raises `OSError` where the stream is damaged or cut short.
    """
    if kind == "gzip":
        return _sound(gzip.GzipFile(fileobj=stream, mode="rb").read, zlib.error)
    try:
        import zstandard
    except ImportError as error:
        raise missing("zstandard", "arrow") from error
    return _sound(_joining(_frames(stream.read, zstandard)), zstandard.ZstdError)


def _sound(read: Read, damage: type[Exception]) -> Read:
    def sound(size: int) -> bytes:
        try:
            return read(size)
        except EOFError as error:
            raise OSError(str(error)) from None
        except damage as error:
            raise OSError(f"it is damaged: {error}") from None

    return sound


def _joining(pieces: Iterator[bytes]) -> Read:
    def read(size: int) -> bytes:
        found: list[bytes] = []
        while size > 0 and (piece := next(pieces, b"")):
            found.append(piece)
            size -= len(piece)
        return b"".join(found)

    return read


def _frames(raw: Read, package: Any) -> Iterator[bytes]:
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
