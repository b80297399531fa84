"""Where the time of one check goes: part by part, and by how the URL is spelled.

    python -m benchmarks.profile [--rules N] [--quick]

Each part is run alone over the same URLs with what the part before it made, so that no tracer weighs on the
small functions.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import can_ada

import scopecheck as sc
from benchmarks.checks import FLOOR, check_all
from benchmarks.generate import Urls, scope, spelling
from benchmarks.measure import Figure, Section, Settings, Task, Times, each, interleave, ratio
from scopecheck.answer.decide import decide
from scopecheck.answer.matcher import Index
from scopecheck.answer.shortcut import Shortcut, plain_shape
from scopecheck.answer.verdict import Answer
from scopecheck.targets.asset import parse_web
from scopecheck.targets.url import Url

_WHOLE, _FLOOR, _LOOP = "the whole `check_url`, `in_scope` read", "floor", "loop"

_Row = tuple[Any, ...]


def profile(settings: Settings, rules: int = 100) -> Section:
    """Time the parts of a check for plainly spelled URLs and for others, and the share of each spelling."""
    section = Section(
        "Where the time of a check goes",
        f"A program of {rules:,} rules. A plainly spelled URL goes the short way: its shape is seen by one "
        "regular expression, its host is looked up among those listed, and the domain right above it among "
        "those of which it is known what hosts below them are told. Where that fails, the host is learnt by "
        "its labels. Origins that come back are remembered. Of what is spelled oddly the host alone is read "
        "where that will do; the rest goes the whole way, as URLs with an escape in the user name do here. "
        "The spellings stand with their share of the URLs and of the time, all hosts being new.",
    )
    listed = scope(rules)
    checker = sc.Checker(listed.program())
    rounds, batch = settings.pick(9, 25), settings.pick(1_000, 4_000)
    plain = [
        [url for url in Urls(listed, odd=0, seed=number).fresh(batch) if spelling(url) == "plain"]
        for number in range(rounds + 1)
    ]
    odd = [[url.replace("://", "://user:p%40ss@") for url in urls] for urls in plain]
    section.figures += _figures("the short way", interleave(_short_way(checker, plain)))
    section.figures += _figures("the whole way", interleave(_whole_way(checker, odd)))
    section.figures += _spellings(checker, Urls(listed), rounds, batch)
    return section


def _short_way(checker: sc.Checker, batches: Sequence[Sequence[str]]) -> list[Task]:
    index = Index(checker.rules, checker.program.policy)

    def answer_of(url: Url) -> Answer:
        matches = index.matches(url)
        return Answer(checker.program, checker.rules, decide(matches), matches)

    shortcut = Shortcut(index, answer_of)
    made: dict[int, list[_Row]] = {}
    for batch in batches:
        names = [shape.group(1, 2) for shape in map(plain_shape, batch) if shape is not None]
        answers = [checker.check_url(url).answer for url in batch]
        verdicts = [sc.Verdict(answer, url) for answer, url in zip(answers, batch, strict=True)]
        made[id(batch)] = list(zip(batch, names, answers, verdicts, strict=True))
    return _tasks(
        batches,
        made,
        {
            "see the shape": lambda url, name, answer, verdict: plain_shape(url),
            "look up the host": lambda url, name, answer, verdict: shortcut.listed.get(name[0]),
            "look up the domain above it": lambda url, name, answer, verdict: shortcut.below.get(name[1]),
            "learn a host, whatever its port": lambda url, name, answer, verdict: shortcut.learn(name[0]),
            "make the verdict": lambda url, name, answer, verdict: sc.Verdict(answer, url),
            "read `in_scope`": lambda url, name, answer, verdict: verdict.in_scope,
            f"{_WHOLE}, host known": lambda url, name, answer, verdict: checker.check_url(url).in_scope,
        },
    )


def _whole_way(checker: sc.Checker, batches: Sequence[Sequence[str]]) -> list[Task]:
    index = Index(checker.rules, checker.program.policy)
    made: dict[int, list[_Row]] = {}
    for batch in batches:
        rows = []
        for url in batch:
            target = parse_web(url)
            rows.append((url, target, index.matches(target)))
        made[id(batch)] = rows
    return _tasks(
        batches,
        made,
        {
            "read the text": lambda url, target, matches: parse_web(url),
            "match": lambda url, target, matches: index.matches(target),
            "decide": lambda url, target, matches: decide(matches),
            _WHOLE: lambda url, target, matches: checker.check_url(url).in_scope,
        },
    )


def _tasks(
    batches: Sequence[Sequence[str]], made: dict[int, list[_Row]], uses: dict[str, Callable[..., object]]
) -> list[Task]:
    def part(use: Callable[..., object]) -> Callable[[Sequence[str]], None]:
        def loop(batch: Sequence[str]) -> None:
            for row in made[id(batch)]:
                use(*row)

        return loop

    uses = uses | {_FLOOR: lambda url, *rest: can_ada.parse(url), _LOOP: lambda *row: None}
    return [Task(name, part(use), batches) for name, use in uses.items()]


def _figures(way: str, times: Times) -> Iterator[Figure]:
    """Yield a line for each part, what the loop itself costs taken off."""
    empty = times.pop(_LOOP)
    net = {
        name: [max(one - none, 1e-12) for one, none in zip(taken, empty, strict=True)]
        for name, taken in times.items()
    }
    for name, taken in net.items():
        if name != _FLOOR:
            yield Figure(f"{way}: {name}", ratio(taken, net[_FLOOR]), FLOOR, each(taken))


def _spellings(checker: sc.Checker, urls: Urls, rounds: int, batch: int) -> Iterator[Figure]:
    found: dict[str, list[str]] = {}
    for url in urls.fresh(rounds * batch):
        found.setdefault(spelling(url), []).append(url)
    count = sum(map(len, found.values()))
    tasks = [
        Task(name, check_all(checker), [some[start :: rounds + 1] for start in range(rounds + 1)])
        for name, some in found.items()
        if len(some) > 2 * rounds
    ]
    floors = [Task(task.name, lambda some: [*map(can_ada.parse, some)], task.batches) for task in tasks]
    took, floor = interleave(tasks), interleave(floors)
    whole = sum(statistics.median(taken) * len(found[name]) for name, taken in took.items())
    for name, taken in took.items():
        share = statistics.median(taken) * len(found[name]) / whole
        text = f"{each(taken)}; {len(found[name]) / count:.1%} of the URLs, {share:.0%} of the time"
        yield Figure(f"spelling: {name}", ratio(taken, floor[name]), FLOOR, text)


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--rules", type=int, default=100)
    options.add_argument("--quick", action="store_true")
    given = options.parse_args()
    section = profile(Settings(given.quick), given.rules)
    print("| part | of the floor | time |\n|---|--:|---|")
    for figure in section.figures:
        print(f"| {figure.what} | {figure.ratio:.2f} | {figure.absolute} |")


if __name__ == "__main__":
    main()
