"""`filter_stream`: the lines that pass, byte for byte, with the answers of the checker for each line."""

from __future__ import annotations

import gzip
import io
import sys
from collections import Counter
from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scopecheck import Checker, Decision, MissingExtraError, Program, Reason
from scopecheck.bulk import files
from strategies import target_texts

zstandard = pytest.importorskip("zstandard", reason="needs the extra `arrow`")

APP = "https://play.google.com/store/apps/details?id=com.e.app"
CHECKER = Checker(Program.from_assets(["*.e.com", APP, "https://e.org/api"], ["blog.e.com"]))
ALL = tuple(Decision)
LINES = (
    b"https://a.e.com/x\r\n\nblog.e.com\n \t\r\na.e.com/\xff\n10.0.0.0/8\ncom.e.app\r\r\n"
    b"https://e.org/api/x\nhttps://e.org/x\n\x85\nb.e.com"
)


def filtered(data: bytes, decisions: Collection[Decision] = ALL, *, with_reason: bool = False) -> bytes:
    out = io.BytesIO()
    files.filter_stream(CHECKER, io.BytesIO(data), out, decisions, with_reason=with_reason)
    return out.getvalue()


def expected(
    data: bytes, decisions: Collection[Decision], *, with_reason: bool
) -> tuple[bytes, Counter[str]]:
    """The same, line by line."""
    passed, counts = [], Counter[str]()
    for line in data.split(b"\n")[: None if not data.endswith(b"\n") else -1] if data else []:
        if not line.strip():
            counts["blank"] += 1
            continue
        text = line.removesuffix(b"\r")
        verdict = CHECKER.check(text.decode("utf-8", "surrogateescape"))
        counts[verdict.decision.lower()] += 1
        counts["invalid"] += verdict.reason is Reason.INVALID_TARGET
        if verdict.decision in decisions:
            counts["passed"] += 1
            words = f"\t{verdict.decision}\t{verdict.reason}".encode() if with_reason else b""
            passed.append(text + words + line[len(text) :] + b"\n")
    return b"".join(passed), +counts


PIECES = st.one_of(
    st.sampled_from([b"\n", b"\r\n", b"\r", b" ", b"https://a.e.com/x\n", b"a.e.com\n", b"blog.e.com\r\n", b"\xff\n", b"\x0b\n", b"\x1c\n"]),
    target_texts().map(lambda text: text.encode("utf-8", "surrogatepass")[:200]),
    st.binary(max_size=5),
)  # fmt: skip


@given(
    st.lists(PIECES, max_size=12).map(b"".join),
    st.sets(st.sampled_from(ALL)),
    st.booleans(),
    st.integers(1, 40),
)
def test_lines_pass_as_they_would_one_by_one(
    data: bytes, decisions: set[Decision], with_reason: bool, chunk: int
) -> None:
    """Wherever the chunks are cut."""
    out = io.BytesIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(files, "CHUNK", chunk)
        counts = files.filter_stream(CHECKER, io.BytesIO(data), out, decisions, with_reason=with_reason)
    found, tally = expected(data, decisions, with_reason=with_reason)
    assert out.getvalue() == found
    assert +Counter(vars(counts)) == tally
    assert counts.lines == sum(tally[decision.lower()] for decision in ALL)


@given(st.lists(PIECES, max_size=12).map(b"".join))
def test_every_line_passes_some_decision_unchanged(data: bytes) -> None:
    kept = [line for line in data.split(b"\n") if line.strip()]
    assert filtered(data) == b"".join(line + b"\n" for line in kept)


def test_a_line_keeps_its_end_behind_the_reason() -> None:
    shown = filtered(LINES, with_reason=True).split(b"\n")
    assert shown[0] == b"https://a.e.com/x\tIN_SCOPE\tincluded\r"
    assert shown[2] == b"a.e.com/\xff\tUNDETERMINED\tinvalid-target"


def test_only_one_line_end_is_taken_off() -> None:
    """Any more is part of the text, which clients may read as another host (T3)."""
    data = b"a.e.com\r\r\na.e.com\r\nhttps://a.e.com/\r\r\nhttps://a.e.com/\r\n"
    assert filtered(data, [Decision.IN_SCOPE]) == b"a.e.com\r\nhttps://a.e.com/\r\n"
    assert filtered(data, [Decision.UNDETERMINED]) == b"a.e.com\r\r\nhttps://a.e.com/\r\r\n"


def test_the_answers_are_those_of_check() -> None:
    """A listed app and a block of addresses are no URLs, and are targets all the same."""
    assert filtered(b"com.e.app\n", [Decision.IN_SCOPE]) == b"com.e.app\n"
    assert filtered(b"10.0.0.0/8\n", [Decision.OUT_OF_SCOPE]) == b"10.0.0.0/8\n"


def pack(data: bytes, kind: str) -> bytes:
    if kind == "plain":
        return data
    return gzip.compress(data) if kind == "gzip" else bytes(zstandard.compress(data))


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("kind", ["plain", "gzip", "zstd"])
def test_packed_input_is_told_by_its_first_bytes(kind: str, parts: int) -> None:
    """Also where several files were packed one by one and joined."""
    packed = pack(LINES + b"\n", kind) * parts
    assert filtered(packed) == filtered(LINES + b"\n") * parts


class Trickle(io.RawIOBase):
    """A pipe that gives one byte at a time."""

    def __init__(self, data: bytes) -> None:
        self._bytes = iter(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return bytes(one for one in [next(self._bytes, None)] if one is not None)


@pytest.mark.parametrize("kind", ["plain", "gzip", "zstd"])
def test_a_slow_pipe_gives_the_same(kind: str) -> None:
    out = io.BytesIO()
    source: Any = Trickle(pack(LINES, kind))
    files.filter_stream(CHECKER, source, out, ALL)
    assert out.getvalue() == filtered(LINES)


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_damage_is_an_error_and_never_the_beginning_of_a_line(kind: str) -> None:
    """`https://a.e.com` may be what is left of `https://a.e.com.evil.net`."""
    packed = pack(b"https://a.e.com\n" * 1_000 + b"https://a.e.com.evil.net\n", kind)
    for cut in (5, len(packed) // 2, len(packed) - 1):
        out = io.BytesIO()
        with pytest.raises(OSError, match=r"Compressed file ended before|the compressed file is cut short"):
            files.filter_stream(CHECKER, io.BytesIO(packed[:cut]), out, ALL)
        assert out.getvalue() in (b"", b"https://a.e.com\n" * (len(out.getvalue()) // 16))


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_rubbish_behind_what_was_packed_is_an_error(kind: str) -> None:
    out = io.BytesIO()
    with pytest.raises(OSError, match=r"(?i)gzip|damaged"):
        files.filter_stream(CHECKER, io.BytesIO(pack(LINES, kind) + b"rubbish"), out, ALL)


def test_a_flipped_bit_is_an_error() -> None:
    packed = bytearray(gzip.compress(LINES * 50))
    packed[len(packed) // 2] ^= 0x10
    with pytest.raises(OSError, match=r"it is damaged|(?i:crc)"):
        files.filter_stream(CHECKER, io.BytesIO(bytes(packed)), io.BytesIO(), ALL)


def test_without_its_package_zstd_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingExtraError, match="`zstandard` is missing or too old"):
        files.filter_stream(CHECKER, io.BytesIO(pack(LINES, "zstd")), io.BytesIO())
    out = io.BytesIO()
    assert files.filter_stream(CHECKER, io.BytesIO(LINES), out).passed == 4
    assert out.getvalue() == filtered(LINES, [Decision.IN_SCOPE])


def test_the_caller_keeps_its_streams() -> None:
    for kind in ("plain", "gzip"):
        source, out = io.BytesIO(pack(LINES, kind)), io.BytesIO()
        files.filter_stream(CHECKER, source, out)
        assert (source.closed, out.closed) == (False, False)


def test_a_line_without_an_end_in_sight_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CHUNK", 1 << 10)
    monkeypatch.setattr(files, "MAX_LINE", 1 << 20)
    source = io.BytesIO(b"a.e.com\n" + b"x" * (1 << 21))
    out = io.BytesIO()
    with pytest.raises(files.LongLineError, match="a line is longer than 1 MiB"):
        files.filter_stream(CHECKER, source, out)
    assert (out.getvalue(), source.tell() < (1 << 20) + (1 << 12)) == (b"a.e.com\n", True)


def test_a_filter_counts_over_all_its_blocks() -> None:
    lines = files.LineFilter(CHECKER)
    assert lines.passed(b"") == b""
    assert lines.passed(b"\n") == b""
    assert lines.passed(b"a.e.com\nx.net\n") == b"a.e.com\n"
    assert lines.passed(b"%\nb.e.com") == b"b.e.com\n"
    assert lines.counts == files.Counts(2, 1, 1, 1, 1, 2)
