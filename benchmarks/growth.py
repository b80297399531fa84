"""How the time grows: against rules, against URLs, against programs."""

from __future__ import annotations

import statistics

import scopecheck as sc
from benchmarks.catalogs import find_all
from benchmarks.checks import check_all
from benchmarks.generate import Urls, scope, scopes
from benchmarks.measure import Figure, Plot, Section, Settings, Task, Times, each, interleave, ratio

RULES = (100, 1_000, 10_000)
URLS = (1_000, 10_000, 100_000)
PROGRAMS = (10, 100, 1_000)
TITLE = "Checks against the number of URLs"


def growth(settings: Settings) -> Section:
    """Compare the largest of each kind with the smallest, by the item."""
    section = Section(
        "Growth",
        "The time a URL takes at the largest size, against the smallest: 1 is no growth. For URLs that means "
        "that the whole is linear.",
    )
    rounds = settings.pick(5, 15)
    for what, limit, times in (
        ("`check_url`: rules", 2.0, _rules(rounds)),
        ("`check_url`: URLs in one run", 2.0, _urls(rounds)),
        ("`Catalog.find`: programs", 3.0, _programs(rounds)),
    ):
        least, most = min(times, key=int), max(times, key=int)
        section.figures.append(
            Figure.at_most(
                f"{what}, {int(most):,}",
                ratio(times[most], times[least]),
                f"{int(least):,}",
                each(times[most]),
                limit,
            )
        )
        if "URLs" in what:
            points = [(int(size), statistics.median(taken) * int(size)) for size, taken in times.items()]
            curves = {"check_url, 100 rules": points}
            section.plots.append(Plot("urls", TITLE, "URLs", "s in all", curves))
    return section


def _rules(rounds: int) -> Times:
    tasks = []
    for size in RULES:
        listed = scope(size, "growth")
        urls = Urls(listed)
        batches = [urls.fresh(2_000) for _ in range(rounds + 1)]
        tasks.append(Task(str(size), check_all(sc.Checker(listed.program())), batches))
    return interleave(tasks)


def _urls(rounds: int) -> Times:
    listed = scope(100, "growth")
    urls = Urls(listed)
    run = check_all(sc.Checker(listed.program()))
    rounds = min(rounds, 5)
    return interleave([Task(str(n), run, [urls.fresh(n) for _ in range(rounds + 1)]) for n in URLS])


def _programs(rounds: int) -> Times:
    known = scopes(max(PROGRAMS), 20)
    urls = Urls(known[0])
    programs = [one.program() for one in known]
    batches = [urls.fresh(1_000) for _ in range(rounds + 1)]
    return interleave([Task(str(n), find_all(sc.Catalog(programs[:n])), batches) for n in PROGRAMS])
