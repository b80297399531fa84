"""Many URLs at once: the Arrow kernel, and `scopecheck filter` as a whole process."""

from __future__ import annotations

import gzip
import importlib
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import scopecheck as sc
from benchmarks.checks import FLOOR, check_all, parse_all
from benchmarks.generate import Scope, Urls, scope, write_lines
from benchmarks.measure import Figure, Ran, Section, Settings, Task, interleave, ratio, run

RULES = 100
LEAST = 1_000_000
"""Lines a second and core that the command is to filter."""

# What a filter cannot do without: read lines, and read each as a URL.
_PARSE_LINES = """
import sys, can_ada
opened = open(sys.argv[1], encoding="utf-8")
if sys.argv[1].endswith(".gz"):
    import gzip
    opened = gzip.open(sys.argv[1], "rt", encoding="utf-8")
for line in opened:
    can_ada.parse(line[:-1])
"""


def kernel(settings: Settings) -> Section:
    """Time the kernel over arrays against a loop over the same URLs; the work of all its threads counts."""
    section = Section(
        "Arrays of URLs",
        f"A program of {RULES} rules; the time is the work of all threads together, so URLs a second are "
        "those of one core.",
    )
    make = _bulk_checker()
    if make is None:
        section.notes.append("The kernel was not measured: `scopecheck.bulk` or `pyarrow` is not installed.")
        return section
    import pyarrow as pa

    listed = scope(RULES, "bulk")
    checker = sc.Checker(listed.program())
    bulk = make(checker)
    rounds, batch = settings.pick(4, 9), settings.pick(50_000, 200_000)
    for words, batches in _streams(listed, rounds + 1, batch):
        arrays = {id(urls): pa.array(urls, pa.string()) for urls in batches}
        tasks = [
            Task("bulk", lambda urls, arrays=arrays: bulk.check(arrays[id(urls)]), batches),  # type: ignore[misc]
            Task("loop", check_all(checker), batches),
            Task("parse", parse_all, batches),
        ]
        times = interleave(tasks)
        speed = f"{1 / statistics.median(times['bulk']):,.0f} URLs/s a core"
        for against, name in (("a loop over `check_url`", "loop"), (FLOOR, "parse")):
            what = f"`BulkChecker.check`, {words}"
            section.figures.append(Figure(what, ratio(times["bulk"], times[name]), against, speed))
    return section


def _bulk_checker() -> Callable[[sc.Checker], Any] | None:
    try:
        importlib.import_module("pyarrow")
        found = importlib.import_module("scopecheck.bulk")
        made: Callable[[sc.Checker], Any] = found.BulkChecker
    except (ImportError, AttributeError):
        return None
    return made


def _streams(listed: Scope, rounds: int, batch: int) -> list[tuple[str, list[list[str]]]]:
    urls = Urls(listed)
    pool = urls.pool(batch // 20)
    return [
        ("hosts never seen before", [urls.fresh(batch) for _ in range(rounds)]),
        ("repeated hosts", [pool(batch) for _ in range(rounds)]),
    ]


def command(settings: Settings) -> Section:
    """Time `scopecheck filter` over files, as a process from start to end."""
    lines = settings.pick(1_000_000, 5_000_000)
    section = Section(
        "The command over a file",
        f"`scopecheck filter` with {RULES} rules over a file of {lines:,} URLs, a fifth as many hosts by a "
        "power law: the whole process, with start and output. The floor is a Python process that reads the "
        "same file and parses each line with `can_ada`. The ratio is of the work of all processes.",
    )
    listed = scope(RULES, "filter")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = folder / "program.json"
        dumped = listed.program().model_dump(mode="json", exclude_defaults=True)
        program.write_text(json.dumps(dumped), "utf-8")
        plain, packed = folder / "urls.txt", folder / "urls.txt.gz"
        write_lines(plain, listed, lines)
        with plain.open("rb") as source, gzip.open(packed, "wb", 6) as target:
            shutil.copyfileobj(source, target, 1 << 20)
        passed = _filter(section, folder, program, plain, lines)
        if _filter(section, folder, program, packed, lines) != passed:
            section.notes.append("**The answers for the plain and the packed file differ.**")
    return section


def _filter(section: Section, folder: Path, program: Path, urls: Path, lines: int) -> bytes:
    """Add the figure for one file; return what passed."""
    ask = [sys.executable, "-m", "scopecheck", "filter", str(program)]
    output = folder / "passed"
    packed = urls.suffix == ".gz"
    how = "gzip" if packed else "plain text"
    if packed and not _reads_gzip(folder, ask):
        commands: list[Sequence[str]] = [["gzip", "-dc", str(urls)], [*ask, "-"]]
        how = "gzip, unpacked by `gzip -dc` in front"
    else:
        commands = [[*ask, str(urls)]]
    floor = run([sys.executable, "-c", _PARSE_LINES, str(urls)], output=folder / "nothing")
    ours = run(*commands, output=output)
    if floor.code or ours.code:
        section.notes.append(f"Not measured ({how}): {(ours.stderr or floor.stderr).strip()[-200:]}")
        return b""
    what = f"`scopecheck filter`, {how}"
    # Packed text has no target: what unpacking costs is zlib's.
    goal, met = ("", None) if packed else (f"at least {LEAST:,} a core", lines / ours.work >= LEAST)
    speed = _speed(ours, lines)
    section.figures.append(Figure(what, ours.work / floor.work, "parsing each line", speed, goal, met))
    return output.read_bytes()


def _speed(ran: Ran, lines: int) -> str:
    return f"{lines / ran.work:,.0f} lines/s a core, {ran.wall:.3g} s in all"


def _reads_gzip(folder: Path, ask: Sequence[str]) -> bool:
    """Tell whether the command unpacks a file by itself: it passes what it passes of the plain one."""
    listed = scope(RULES, "filter")
    found = []
    for path in (folder / "few.txt", folder / "few.txt.gz"):
        write_lines(path, listed, 100, odd=0)
        run([*ask, str(path)], output=folder / "few")
        found.append((folder / "few").read_bytes())
    return found[0] == found[1]
