"""A stream of any length takes the memory of a short one."""

from __future__ import annotations

import io
import tracemalloc
from typing import Any

import pytest

from scopecheck import Checker, Decision, Program
from scopecheck.answer import shortcut
from scopecheck.bulk import files

pa = pytest.importorskip("pyarrow", reason="needs the extra `arrow`")
kernel = pytest.importorskip("scopecheck.bulk.kernel")

BATCH = 2_000
CHECKER = Checker(Program.from_assets(["*.e.com", "https://e.org/api"], ["*.blog.e.com"]))


def batch(number: int) -> list[str]:
    """Texts that are all new: listed hosts, other hosts, paths that count, spellings that are odd."""
    rows = range(number * BATCH, (number + 1) * BATCH)
    shapes = (
        "https://h{}.e.com/x",
        "https://{}.example.net/",
        "https://e.org/api/{}",
        "https://H{}.e.com./",
        "h{}.e.com",
    )
    return [shapes[row % len(shapes)].format(row) for row in rows]


def remember_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both the column's memory and the checker's own be full after the first batches."""
    monkeypatch.setattr(kernel._Memory.__init__, "__defaults__", (500,))
    monkeypatch.setattr(files, "_REMEMBERED", 500)
    monkeypatch.setattr(shortcut, "_NAMES", 500)


def peak(work: Any) -> int:
    pool = pa.default_memory_pool()
    before = pool.bytes_allocated()
    tracemalloc.start()
    try:
        highest = 0
        for _ in work():
            highest = max(highest, pool.bytes_allocated() - before)
        return tracemalloc.get_traced_memory()[1] + highest
    finally:
        tracemalloc.stop()


def test_four_times_the_batches_take_the_same_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longer stream has many more distinct hosts than are remembered."""
    remember_little(monkeypatch)

    def run(batches: int) -> int:
        checker = Checker(CHECKER.program)
        bulk = kernel.BulkChecker(checker)
        return peak(lambda: (bulk.check(pa.array(batch(number))) for number in range(batches)))

    run(1)
    assert run(40) < 1.6 * run(10)


def test_what_is_remembered_is_bounded() -> None:
    memory = kernel._Memory(len, 3)
    for number in range(100):
        assert memory[str(number)] == len(str(number))
        assert len(memory) <= 3
    assert memory["x" * 5_000] == 5_000
    assert "x" * 5_000 not in memory


def test_what_was_asked_for_is_remembered() -> None:
    found: list[str] = []
    memory = kernel._Memory(found.append, 4)
    for key in ("a", "b", "c", "d", "a", "b", "c"):
        assert memory[key] is None
    assert found == ["a", "b", "c", "d"]


def test_a_filter_remembers_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_REMEMBERED", 3)
    lines = files.LineFilter(CHECKER)
    for number in range(50):
        assert lines.passed(b"https://h%d.e.com/x\n" % number) == b"https://h%d.e.com/x\n" % number
        assert len(lines._known) <= 3
    lines.passed(b"https://" + b"x" * 5_000 + b".e.com/\n")
    assert max(map(len, lines._known)) < 300


class Endless(io.RawIOBase):
    """So many bytes of lines, made when they are read."""

    def __init__(self, blocks: int) -> None:
        self._blocks = iter(range(blocks))

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        number = next(self._blocks, None)
        return b"" if number is None else ("\n".join(batch(number)) + "\n").encode()


class Nowhere(io.RawIOBase):
    """Takes what is written and keeps nothing."""

    def write(self, data: Any) -> int:
        return len(data)


def test_a_file_of_four_times_the_lines_takes_the_same_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    remember_little(monkeypatch)

    def run(blocks: int) -> int:
        checker = Checker(CHECKER.program)
        source: Any = Endless(blocks)
        nowhere: Any = Nowhere()
        return peak(lambda: [files.filter_stream(checker, source, nowhere, list(Decision))])

    run(1)
    assert run(40) < 1.6 * run(10)
