"""`Checker.check_url` with its verdict, against bare URL parsing and against peers."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence

import can_ada

import scopecheck as sc
from benchmarks.generate import Scope, Urls, scope, spelling
from benchmarks.measure import Figure, Plot, Section, Settings, Task, Times, each, interleave, ratio
from benchmarks.peers import Answer, peers

FLOOR = "`can_ada.parse` of the same URLs"
SIZES = (10, 100, 1_000, 50_000)
LIMITS = {10: 5.0, 50_000: 6.0}
REPEATED_LIMIT = 3.0
PEER_SIZES = (3, 10, 95, 1_000)
OURS = "scopecheck"

Run = Callable[[Sequence[str]], object]


def parse_all(urls: Sequence[str]) -> None:
    parse = can_ada.parse
    for url in urls:
        parse(url)


def check_all(checker: sc.Checker) -> Run:
    """Return a loop that asks for each URL and reads the answer, so that nothing is left for later."""

    def loop(urls: Sequence[str]) -> int:
        check, yes = checker.check_url, 0
        for url in urls:
            yes += check(url).in_scope
        return yes

    return loop


def ask_all(answer: Answer) -> Run:
    def loop(urls: Sequence[str]) -> int:
        yes = 0
        for url in urls:
            yes += answer(url)
        return yes

    return loop


def against_floor(settings: Settings) -> Section:
    """Time a check of hosts never seen before, and of hosts seen again and again."""
    section = Section(
        "One check against bare parsing",
        "A new host in every URL, then URLs that share 2,000 hosts by a power law. 1 % of the URLs are "
        "spelled oddly, 1 % have a port and 2 % a percent sign in the path. The floor reads the "
        "text as a URL and nothing more.",
    )
    rounds, batch = settings.pick(7, 21), settings.pick(4_000, 10_000)
    tasks = []
    for size in SIZES:
        listed = scope(size)
        urls = Urls(listed)
        checker = sc.Checker(listed.program())
        pool = urls.pool()
        for kind, make in (("new", urls.fresh), ("again", pool)):
            batches = [make(batch) for _ in range(rounds + 1)]
            tasks.append(Task(f"check {kind} {size}", check_all(checker), batches))
            tasks.append(Task(f"parse {kind} {size}", parse_all, batches))
    times = interleave(tasks)
    for kind, words in (("new", "hosts never seen before"), ("again", "repeated hosts")):
        for size in SIZES:
            limit = REPEATED_LIMIT if kind == "again" else LIMITS.get(size, LIMITS[max(LIMITS)])
            mine, base = times[f"check {kind} {size}"], times[f"parse {kind} {size}"]
            what = f"`check_url`, {size:,} rules, {words}"
            section.figures.append(Figure.at_most(what, ratio(mine, base), FLOOR, each(mine), limit))
    section.figures += [*_plain(rounds, batch), *_first(rounds)]
    section.plots.append(_plot(times))
    return section


def _plain(rounds: int, batch: int) -> Iterator[Figure]:
    """Time URLs without port, percent sign or odd spelling, to show what the others cost."""
    listed = scope(100)
    checker = sc.Checker(listed.program())
    urls = Urls(listed, odd=0)
    for words, make in (("hosts never seen before", urls.fresh), ("repeated hosts", urls.pool())):
        made = ([url for url in make(batch) if spelling(url) == "plain"] for _ in range(rounds + 1))
        batches = list(made)
        times = interleave([Task("check", check_all(checker), batches), Task("parse", parse_all, batches)])
        what = f"`check_url`, 100 rules, {words}, all URLs spelled plainly"
        yield Figure(what, ratio(times["check"], times["parse"]), FLOOR, each(times["check"]))


def _first(rounds: int) -> Iterator[Figure]:
    """Time the first URL below each listed host: whatever is made when first needed is made here."""
    for size in (1_000, 50_000):
        listed = scope(size, "first")
        urls = Urls(listed).below_each()
        length = min(len(urls) // (rounds + 1), 1_000)
        batches = [urls[number * length : (number + 1) * length] for number in range(rounds + 1)]
        check = Task("check", check_all(sc.Checker(listed.program())), batches)
        times = interleave([check, Task("parse", parse_all, batches)])
        what = f"`check_url`, {size:,} rules, the first URL below each listed host"
        yield Figure(what, ratio(times["check"], times["parse"]), FLOOR, each(times["check"]))


def _plot(times: Times) -> Plot:
    curves = {}
    for name, label in (
        ("check new", "check_url, hosts never seen before"),
        ("check again", "check_url, repeated hosts"),
        ("parse new", "can_ada.parse alone"),
    ):
        points = [(size, statistics.median(times[f"{name} {size}"]) * 1e6) for size in SIZES]
        curves[label] = points
    return Plot("rules", "A check against the number of rules", "rules", "µs a URL", curves)


def against_peers(settings: Settings) -> Section:
    """Time the same question, asked of other tools."""
    section = Section(
        "One check against other tools",
        "From a URL's text to the answer, hosts never seen before; the ratio is the peer's time to "
        "`check_url`'s, so more than 1 is slower than scopecheck. Only scopecheck gives a verdict with its "
        "reason, reads paths, ports and schemes, and reads URLs as clients do; the rest answer yes or no "
        "over the host. Behind the time stands the share of plainly spelled URLs with the same yes or no; "
        "most that differ are hosts below an excluded one, where scopecheck does not say yes.",
    )
    curves: dict[str, list[tuple[float, float]]] = {}
    for size in PEER_SIZES:
        listed = scope(size, "peers")
        times, agree = _race(settings, listed)
        for name, taken in times.items():
            curves.setdefault(name.replace("`", ""), []).append((size, statistics.median(taken) * 1e6))
            if name == OURS:
                continue
            what = f"{name}, {size:,} rules"
            same = f"{each(taken)}; {agree[name]:.0%} the same"
            section.figures.append(Figure(what, ratio(taken, times[OURS]), "`check_url`", same))
    section.figures.sort(key=lambda figure: figure.what.rpartition(", ")[0])
    section.plots.append(Plot("peers", "Tools against the number of rules", "rules", "µs a URL", curves))
    return section


def _race(settings: Settings, listed: Scope) -> tuple[Times, dict[str, float]]:
    urls = Urls(listed)
    batches = [urls.fresh(settings.pick(300, 1_000)) for _ in range(settings.pick(5, 15) + 1)]
    checker = sc.Checker(listed.program())
    answers = {peer.name: peer.make(listed) for peer in peers()}
    tasks = [Task(OURS, check_all(checker), batches)]
    tasks += [Task(name, ask_all(answer), batches) for name, answer in answers.items()]
    times = interleave(tasks)
    plain = Urls(listed, odd=0).fresh(1_000)
    ours = [checker.check_url(url).in_scope for url in plain]
    agree = {
        name: statistics.mean(answer(url) is yes for url, yes in zip(plain, ours, strict=True))
        for name, answer in answers.items()
    }
    return times, agree
