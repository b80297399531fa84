"""Timing in turns, and what is reported of it.

The time is that of the process's own work (user and system), so that other processes disturb it little. All
tasks take turns, round by round, and a ratio is the median of the rounds' own ratios: what slows the
machine for a while slows both sides of it.
"""

from __future__ import annotations

import gc
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

Times = dict[str, list[float]]


@dataclass(frozen=True)
class Settings:
    """How much is measured."""

    quick: bool

    def pick(self, quick: int, full: int) -> int:
        return quick if self.quick else full


@dataclass(frozen=True)
class Task:
    """Work to be timed: `run` takes a batch of items, a new one each round."""

    name: str
    run: Callable[[Sequence[str]], object]
    batches: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Figure:
    """One line of the table; less is better."""

    what: str
    ratio: float
    against: str
    absolute: str
    goal: str = ""
    met: bool | None = None

    @classmethod
    def at_most(cls, what: str, ratio: float, against: str, absolute: str, limit: float) -> Figure:
        return cls(what, ratio, against, absolute, f"at most {limit:g}", ratio <= limit)


@dataclass(frozen=True)
class Plot:
    """Curves over one axis, both axes logarithmic."""

    name: str
    title: str
    across: str
    up: str
    curves: Mapping[str, Sequence[tuple[float, float]]]


@dataclass
class Section:
    """What one group of measurements found."""

    title: str
    text: str
    figures: list[Figure] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def interleave(tasks: Sequence[Task]) -> Times:
    """Return the seconds an item took, for each task and round; the first batch only warms up."""
    times: Times = {task.name: [] for task in tasks}
    gc.collect()
    for number in range(len(tasks[0].batches)):
        turn = number % len(tasks)
        for task in (*tasks[turn:], *tasks[:turn]):
            batch = task.batches[number]
            start = time.process_time()
            task.run(batch)
            took = time.process_time() - start
            if number:
                times[task.name].append(took / len(batch))
    return times


def ratio(mine: Sequence[float], base: Sequence[float]) -> float:
    """Return the median of the ratios of each round."""
    return statistics.median(one / other for one, other in zip(mine, base, strict=True))


def shown(seconds: float) -> str:
    """Write a duration with three digits and the unit that fits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def each(times: Sequence[float], item: str = "URL") -> str:
    return f"{shown(statistics.median(times))} a {item}"


@dataclass(frozen=True)
class Ran:
    """A finished command: seconds of work over all its processes, and seconds until it ended."""

    work: float
    wall: float
    code: int
    stderr: str


def run(*commands: Sequence[str], output: Path) -> Ran:
    """Run commands as a pipeline, the last one's output into a file."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with output.open("wb") as sink:
        processes: list[subprocess.Popen[bytes]] = []
        for number, command in enumerate(commands):
            last = number == len(commands) - 1
            source = processes[-1].stdout if processes else subprocess.DEVNULL
            processes.append(
                subprocess.Popen(
                    command,
                    stdin=source,
                    stdout=sink if last else subprocess.PIPE,
                    stderr=subprocess.PIPE if last else subprocess.DEVNULL,
                )
            )
        _, said = processes[-1].communicate()
        for process in processes:
            process.wait()
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ran(work, wall, processes[-1].returncode, said.decode(errors="replace"))


def machine() -> str:
    """Name what the absolute times belong to."""
    model = platform.processor() or platform.machine()
    cpus = Path("/proc/cpuinfo")
    if cpus.is_file():
        found = re.search(r"^model name\s*:\s*(.+)$", cpus.read_text("utf-8"), re.MULTILINE)
        model = found[1] if found else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def versions() -> str:
    """Name the releases that were measured."""
    names = ("scopecheck", "ada-url", "can-ada", "radixtarget", "scrapy", "google-re2", "pyarrow")
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            if name == "scopecheck":
                found.append(f"{name} {sys.modules['scopecheck'].__version__}")
    return ", ".join(found)
