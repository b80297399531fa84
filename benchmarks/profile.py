"""Where the time of one check goes: reading the text, matching, deciding, making the verdict.

    python -m benchmarks.profile [--rules N] [--urls N] [--rounds N] [--repeated]

Each part is run alone over the same URLs with what the part before it made, so that no tracer weighs on the
small functions. The parts are those of a check of a host that nothing is known of; what `check_url`
does better or worse than their sum is the last line.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import can_ada

import scopecheck as sc
from benchmarks.checks import check_all
from benchmarks.generate import Urls, scope, spelling
from benchmarks.measure import Task, Times, interleave, ratio, shown
from scopecheck.answer.compiled import compile_program
from scopecheck.answer.decide import decide
from scopecheck.answer.matcher import Index
from scopecheck.answer.verdict import Answer
from scopecheck.targets.asset import parse_bare
from scopecheck.targets.url import has_scheme, parse_url

PARTS = ("read the text", "match", "decide", "make the verdict")
WHOLE, FLOOR = "`check_url`, read `in_scope`", "`can_ada.parse`"


def read(text: str) -> Any:
    return parse_url(text) if has_scheme(text) else parse_bare(text)


def tasks(program: sc.Program, batches: Sequence[Sequence[str]]) -> list[Task]:
    """Return the whole and its parts; each part finds its input made beforehand."""
    checker, rules = sc.Checker(program), compile_program(program)
    index = Index(rules, program.policy)
    made: dict[int, list[tuple[Any, ...]]] = {}
    for batch in batches:
        rows: list[tuple[Any, ...]] = []
        for text in batch:
            target = read(text)
            matches = index.matches(target)
            rows.append((text, target, matches, decide(matches)))
        made[id(batch)] = rows

    def part(use: Callable[[str, Any, Any, Any], object]) -> Callable[[Sequence[str]], None]:
        def loop(batch: Sequence[str]) -> None:
            for text, target, matches, outcome in made[id(batch)]:
                use(text, target, matches, outcome)

        return loop

    uses: tuple[Callable[[str, Any, Any, Any], object], ...] = (
        lambda text, target, matches, outcome: read(text),
        lambda text, target, matches, outcome: index.matches(target),
        lambda text, target, matches, outcome: decide(matches),
        lambda text, target, matches, outcome: sc.Verdict(
            Answer(program, rules, outcome, matches), text, target
        ),
        lambda text, target, matches, outcome: checker.check_url(text).in_scope,
        lambda text, target, matches, outcome: can_ada.parse(text),
        lambda text, target, matches, outcome: None,
    )
    names = (*PARTS, WHOLE, FLOOR, "loop")
    return [Task(name, part(use), batches) for name, use in zip(names, uses, strict=True)]


def by_kind(checker: sc.Checker, batches: Sequence[Sequence[str]]) -> None:
    """Print how often each kind of spelling comes and what a check of it takes."""
    urls = [url for batch in batches for url in batch]
    print("\n| spelling | share of the URLs | `check_url` | share of the time |\n|---|--:|--:|--:|")
    found: dict[str, list[str]] = {}
    for url in urls:
        found.setdefault(spelling(url), []).append(url)
    rounds = len(batches)
    tasks = [
        Task(name, check_all(checker), [some[start::rounds] for start in range(rounds)])
        for name, some in found.items()
        if len(some) >= 10 * rounds
    ]
    took = {name: statistics.median(taken) for name, taken in interleave(tasks).items()}
    whole = sum(took[name] * len(found[name]) for name in took)
    for name, each in sorted(took.items(), key=lambda pair: pair[1]):
        part = each * len(found[name]) / whole
        print(f"| {name} | {len(found[name]) / len(urls):.1%} | {shown(each)} | {part:.0%} |")


def without_loop(times: Times) -> Times:
    """Take off what the loop itself costs."""
    empty = times.pop("loop")
    return {
        name: [max(one - none, 1e-12) for one, none in zip(taken, empty, strict=True)]
        for name, taken in times.items()
    }


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--rules", type=int, default=100)
    options.add_argument("--urls", type=int, default=4_000, help="how many URLs a round")
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--odd", type=float, default=0.01, help="share of oddly spelled URLs")
    options.add_argument("--repeated", action="store_true", help="URLs that share 2,000 hosts")
    given = options.parse_args()
    listed = scope(given.rules)
    urls = Urls(listed, odd=given.odd)
    make = urls.pool() if given.repeated else urls.fresh
    batches = [make(given.urls) for _ in range(given.rounds + 1)]
    times = without_loop(interleave(tasks(listed.program(), batches)))
    print(
        f"| part, {given.rules:,} rules | time a URL | of {FLOOR} | share of the whole |\n|---|--:|--:|--:|"
    )
    for name, taken in times.items():
        share = ratio(taken, times[WHOLE])
        floor = ratio(taken, times[FLOOR])
        print(f"| {name} | {shown(statistics.median(taken))} | {floor:.1f} | {share:.0%} |")
    print()
    parts = [sum(column) for column in zip(*(times[part] for part in PARTS), strict=True)]
    print(f"the parts together take {ratio(parts, times[WHOLE]):.2f} times what the whole takes")
    by_kind(sc.Checker(listed.program()), [make(given.urls) for _ in range(given.rounds + 1)])


if __name__ == "__main__":
    main()
