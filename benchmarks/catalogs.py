"""Many programs: finding those that list a host, loading a saved catalog, and what rules weigh."""

from __future__ import annotations

import gc
import json
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import scopecheck as sc
from benchmarks.generate import SEED, Scope, Urls, scope, scopes, zipf
from benchmarks.measure import Figure, Plot, Section, Settings, Task, each, interleave, ratio, shown

SIZES = (1, 10, 100, 1_000)
RULES = 20
FIND_LIMIT = 3.0
LOAD_LIMIT = 0.5
TITLE = "A lookup against the number of programs"


def lookups(settings: Settings) -> Section:
    """Time `Catalog.find` against a check by the one program that the URL was made for."""
    section = Section(
        "Many programs",
        f"Programs of about {RULES} rules, asked for by a power law; hosts never seen before, most of them "
        "listed by one program. The floor knows the program already and asks it alone.",
    )
    known = scopes(max(SIZES), RULES)
    programs = [one.program() for one in known]
    catalog = sc.Catalog(programs)  # The largest, from which the smaller ones' programs are taken.
    rounds, batch = settings.pick(5, 15), settings.pick(1_000, 4_000)
    tasks = []
    for size in SIZES:
        batches = _batches(known[:size], rounds + 1, batch)
        smaller = catalog if size == len(catalog) else sc.Catalog(programs[:size])
        plain = [[url for _, url in pairs] for pairs in batches]
        tasks += [
            Task(f"find {size}", find_all(smaller), plain),
            Task(f"check {size}", _check_each([sc.Checker(p) for p in programs[:size]], batches), plain),
        ]
    times = interleave(tasks)
    curves: dict[str, list[tuple[float, float]]] = {"find": [], "one program's check": []}
    for size in SIZES:
        mine, base = times[f"find {size}"], times[f"check {size}"]
        what = f"`Catalog.find` over {size:,} program{'s' if size > 1 else ''}"
        against = "`check` by the program itself"
        section.figures.append(Figure.at_most(what, ratio(mine, base), against, each(mine), FIND_LIMIT))
        for name, taken in zip(curves, (mine, base), strict=True):
            curves[name].append((size, statistics.median(taken) * 1e6))
    section.plots.append(Plot("programs", TITLE, "programs", "µs a URL", curves))
    section.figures.append(_loading(settings, catalog))
    return section


def _batches(known: Sequence[Scope], rounds: int, batch: int) -> list[list[tuple[int, str]]]:
    """Return URLs with the number of the program that each was made for."""
    rng = Random(f"{SEED} lookups {len(known)}")
    chosen = rng.choices(range(len(known)), cum_weights=zipf(len(known)), k=rounds * batch)
    made = {number: iter(Urls(known[number]).fresh(chosen.count(number))) for number in set(chosen)}
    pairs = [(number, next(made[number])) for number in chosen]
    return [pairs[start : start + batch] for start in range(0, len(pairs), batch)]


def find_all(catalog: sc.Catalog) -> Callable[[Sequence[str]], int]:
    def loop(urls: Sequence[str]) -> int:
        find, listed = catalog.find, 0
        for url in urls:
            listed += len(find(url))
        return listed

    return loop


def _check_each(
    checkers: Sequence[sc.Checker], batches: Sequence[Sequence[tuple[int, str]]]
) -> Callable[[Sequence[str]], int]:
    following = iter(batches)

    def loop(_urls: Sequence[str]) -> int:
        yes = 0
        for number, url in next(following):
            yes += checkers[number].check(url).in_scope
        return yes

    return loop


def _loading(settings: Settings, catalog: sc.Catalog) -> Figure:
    """Time the loading of a saved catalog against reading its lines as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "programs.catalog"
        catalog.save(path)

        def read(_batch: Sequence[str]) -> object:
            return [json.loads(line) for line in path.read_text("utf-8").splitlines()]

        batches = [[str(path)]] * (settings.pick(5, 11) + 1)
        load = Task("load", lambda _batch: sc.Catalog.load(path), batches)
        times = interleave([load, Task("json", read, batches)])
        size = path.stat().st_size / 1e6
    took = statistics.median(times["load"])
    what = f"`Catalog.load`, {len(catalog):,} programs, {size:.1f} MB"
    against = "`json.loads` of the same lines"
    goal = f"under {LOAD_LIMIT:g} s"
    return Figure(what, ratio(times["load"], times["json"]), against, shown(took), goal, took < LOAD_LIMIT)


def memory(settings: Settings) -> Section:
    """Weigh programs and what is compiled of them."""
    section = Section(
        "Memory and compiling",
        "What Python allocated and kept (`tracemalloc`), against the rules as `json.loads` gives them: a "
        "dictionary with text and side.",
    )
    count = settings.pick(2_000, 10_000)
    listed = scope(count, "memory")
    rows = json.dumps([{"asset": rule.text, "excluded": rule.excluded} for rule in listed.rules])
    sc.Checker(listed.program())  # What is loaded once and kept by the library is no rule's weight.
    plain = _kept(lambda: json.loads(rows))
    program = listed.program()
    whole = _kept(lambda: sc.Checker(listed.program()))
    compiled = _kept(lambda: sc.Checker(program))
    for what, size in (("program and checker", whole), ("checker alone", compiled)):
        absolute = f"{size / count:,.0f} kB a thousand rules"
        section.figures.append(
            Figure(f"{what}, {count:,} rules", size / plain, "plain dictionaries", absolute)
        )
    section.figures.append(_compiling(count))
    return section


def _kept(make: Callable[[], object]) -> int:
    """Return the bytes that a new object keeps."""
    gc.collect()
    tracemalloc.start()
    made = make()
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del made
    return size


def _compiling(count: int) -> Figure:
    """Time reading and compiling a large program against one a tenth of its size: it should be linear."""
    took = []
    for size in (count // 10, count):
        listed = scope(size, "compiling")
        start = time.process_time()
        sc.Checker(listed.program())
        took.append((time.process_time() - start) / size)
    what = f"reading and compiling, {count:,} rules"
    return Figure(
        what, took[1] / took[0], f"the same a rule with {count // 10:,} rules", f"{shown(took[1])} a rule"
    )
