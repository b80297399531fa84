"""Files of lines -> the lines that pass, as they were and in order.

A line is what ends with a line feed; a carriage return before it belongs to the end. The answers are
those of `Checker.check` for each line; a line of bytes that are no UTF-8 is no target (T4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from scopecheck.answer.checker import Checker
from scopecheck.answer.verdict import Decision, Reason
from scopecheck.bulk.extras import missing
from scopecheck.bulk.kernel import BulkChecker
from scopecheck.errors import ScopecheckError

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ImportError as error:
    raise missing("pyarrow", "arrow") from error

__all__ = ["Counts", "LineFilter", "filter_stream"]

CHUNK: Final = 4 << 20
"""How many bytes are read and decided at once."""
MAX_LINE: Final = 64 << 20
"""The longest line that is read, in bytes; a longer one would be held in memory whole."""
_PACKED: Final = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_MAGIC = 4
# What `bytes.strip` takes for white space.
_BLANK: Final = r"^[ \t\r\x0b\x0c]*$"


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


class LineFilter:
    """Passes the lines whose decision is one of `decisions`; `counts` are those of all blocks so far.

    With `with_reason` each line that passes has its decision and reason behind tabs.
    """

    def __init__(
        self,
        checker: Checker,
        decisions: Collection[Decision] = (Decision.IN_SCOPE,),
        *,
        with_reason: bool = False,
    ) -> None:
        self._bulk = BulkChecker(checker, door="check")
        self._wanted = pa.array([str(decision) for decision in decisions], pa.string())
        self._with_reason = with_reason
        self.counts = Counts()

    def passed(self, block: bytes) -> bytes:
        """Return what is written for a block of whole lines; a last line without an end gets one."""
        if not block:
            return b""
        column = pa.array([block.removesuffix(b"\n")], pa.large_binary())
        lines = pc.split_pattern(column, b"\n").flatten()
        blank = pc.match_substring_regex(lines, _BLANK)
        blanks = pc.sum(blank).as_py()
        if blanks:
            self.counts.blank += blanks
            lines = lines.filter(pc.invert(blank))
        return self._passed(lines) if len(lines) else b""

    def _passed(self, lines: Any) -> bytes:
        returned = pc.ends_with(lines, b"\r")
        texts = pc.if_else(returned, pc.binary_slice(lines, 0, -1), lines)
        answers = self._bulk.check(texts)
        decisions, reasons = (answers.column(name).cast(pa.string()) for name in ("decision", "reason"))
        self._count(decisions, reasons)
        wanted = pc.is_in(decisions, self._wanted)
        if self._with_reason:
            lines = _joined(texts, decisions, reasons, returned)
        passing = lines.filter(wanted)
        self.counts.passed += len(passing)
        if not len(passing):
            return b""
        ends = pa.array([0, len(passing)], pa.int32())
        whole = pc.binary_join(pa.ListArray.from_arrays(ends, passing.cast(pa.binary())), b"\n")
        return bytes(whole[0].as_py()) + b"\n"

    def _count(self, decisions: Any, reasons: Any) -> None:
        found = {pair["values"]: pair["counts"] for pair in pc.value_counts(decisions).to_pylist()}
        self.counts.in_scope += found.get(Decision.IN_SCOPE, 0)
        self.counts.out_of_scope += found.get(Decision.OUT_OF_SCOPE, 0)
        self.counts.undetermined += found.get(Decision.UNDETERMINED, 0)
        self.counts.invalid += pc.sum(pc.equal(reasons, str(Reason.INVALID_TARGET))).as_py()


def _joined(texts: Any, decisions: Any, reasons: Any, returned: Any) -> Any:
    """Return each text with its words behind tabs, and the carriage return that it had."""
    tab = pa.scalar(b"\t", pa.large_binary())
    words = (column.cast(pa.large_binary()) for column in (decisions, reasons))
    found = pc.binary_join_element_wise(texts, *words, tab)
    ends = pc.if_else(returned, pa.scalar(b"\r", pa.large_binary()), pa.scalar(b"", pa.large_binary()))
    return pc.binary_join_element_wise(found, ends, pa.scalar(b"", pa.large_binary()))


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
    input. Raises `OSError` where packed input is damaged or cut short, and `ScopecheckError` for a
    line over 64 MiB; what came before the chunk with the damage has then been written.
    """
    lines = LineFilter(checker, decisions, with_reason=with_reason)
    for block in _blocks(_unpacked(binary_in)):
        passed = lines.passed(block)
        if passed:
            binary_out.write(passed)
    return lines.counts


def _blocks(stream: Any) -> Iterator[bytes]:
    """Yield blocks of whole lines; only the last may be without an end."""
    held: list[bytes] = []
    size = 0
    while data := stream.read(CHUNK):
        head, end, rest = data.rpartition(b"\n")
        if end:
            yield b"".join([*held, head, end])
            held, size = [], 0
        held.append(rest)
        size += len(rest)
        if size > MAX_LINE:
            raise ScopecheckError(f"a line is longer than {MAX_LINE >> 20} MiB")
    last = b"".join(held)
    if last:
        yield last


class _Begun:
    """A stream of which the first bytes were read already."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head, self._stream = head, stream
        self.closed = False

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes."""
        if self._head:
            head, self._head = self._head[:size], self._head[size:]
            return head
        return self._stream.read(size)

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def close(self) -> None:
        """Leave the stream open: it belongs to the caller."""
        self.closed = True


def _unpacked(stream: BinaryIO) -> Any:
    """Return the stream, unpacked where its first bytes say that it is packed."""
    head = b""
    while len(head) < _MAGIC and (more := stream.read(_MAGIC - len(head))):
        head += more
    begun = _Begun(head, stream)
    for magic, name in _PACKED.items():
        if head.startswith(magic):
            return pa.CompressedInputStream(pa.PythonFile(begun, "r"), name)
    return begun
