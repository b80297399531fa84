"""How work and memory grow when an input doubles, measured so that a busy machine does not matter."""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias

from scopecheck import ScopecheckError

Build: TypeAlias = Callable[[int], Any]
Run: TypeAlias = Callable[[Any], object]


def pump(piece: str, before: str = "", behind: str = "") -> Build:
    """Return what builds a text of a size: many times `piece`, with something before and behind."""
    return lambda size: before + piece * (size // len(piece)) + behind


SLACK = 3.0
"""Linear work doubles, n log n comes to a little more, quadratic work to four."""

_ENOUGH = 0.004
_RUNS = 3
_TRIES = 3


def cost(run: Run, given: Any) -> float:
    """Return the processor time of one call, the median of several; a refusal is an answer."""
    times = []
    for _ in range(_RUNS):
        begun = time.process_time()
        with suppress(ScopecheckError):
            run(given)
        times.append(time.process_time() - begun)
        if times[-1] > 100 * _ENOUGH:
            break  # Long enough to be exact at once.
    return statistics.median(times)


def ratio(build: Build, run: Run, size: int, most: int) -> float:
    """Return by what factor the work grows when `size` doubles.

    The size is raised up to `most` until the work can be measured. Work too small for that even at `most`
    does not grow.
    """
    gc.collect()
    gc.disable()
    try:
        run_once = cost(run, build(size))
        while run_once < _ENOUGH:
            if size * 2 > most:
                return 1.0
            size *= 2
            run_once = cost(run, build(size))
        return cost(run, build(size * 2)) / run_once
    finally:
        gc.enable()


def assert_linear(build: Build, run: Run, size: int, most: int) -> None:
    """Assert that doubling the input at most doubles the work, with slack; noise gets other tries."""
    seen = []
    for _ in range(_TRIES):
        seen.append(ratio(build, run, size, most))
        if seen[-1] <= SLACK:
            return
    raise AssertionError(f"twice the input takes {', '.join(f'{one:.1f}' for one in seen)} times the work")


def memory(run: Run, given: Any) -> int:
    """Return the most bytes that a call held at once, apart from what it was given."""
    gc.collect()
    tracemalloc.start()
    try:
        with suppress(ScopecheckError):
            run(given)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def assert_bounded(build: Build, run: Run, size: int, floor: int = 1 << 16) -> None:
    """Assert that doubling the input at most doubles the memory, with slack; `floor` bytes do not count."""
    memory(run, build(1))  # What is cached for good does not count.
    small, large = (max(memory(run, build(n)), floor) for n in (size, size * 2))
    assert large <= SLACK * small, f"{small} bytes for {size}, {large} for twice as much"
