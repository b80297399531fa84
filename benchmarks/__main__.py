"""What scopecheck costs, as ratios to a floor or to other tools in the same run.

    python -m benchmarks --quick
    python -m benchmarks --docs            # the figures and plots of docs/performance.md
    python -m benchmarks --only checks --only bulk

Needs the extras `bench` and `arrow`. Writes a table and plots into the folder of `--out`; exits with 1
where a target is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from benchmarks import bulk, catalogs, checks, growth, profile, report, starts
from benchmarks.measure import Figure, Section, Settings

PARTS: dict[str, Callable[[Settings], Section]] = {
    "checks": checks.against_floor,
    "profile": profile.profile,
    "peers": checks.against_peers,
    "catalogs": catalogs.lookups,
    "memory": catalogs.memory,
    "bulk": bulk.kernel,
    "filter": bulk.command,
    "growth": growth.growth,
    "starts": starts.starts,
}
PAGE = Path(__file__).resolve().parents[1] / "docs" / "performance.md"


def attempt(name: str, measure: Callable[[Settings], Section], settings: Settings) -> Section:
    """Measure one part; one that fails is reported and does not cost the figures of the others."""
    try:
        return measure(settings)
    except Exception as error:
        traceback.print_exc()
        failed = Figure("the measurement itself", float("nan"), "-", "failed", "to run", met=False)
        return Section(name, f"`{type(error).__name__}`: {error}", [failed])


def main() -> int:
    options = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--quick", action="store_true", help="a minute or two instead of many")
    options.add_argument("--out", type=Path, default=Path("build/benchmarks"), metavar="DIR")
    options.add_argument("--only", action="append", choices=list(PARTS), default=[], help="may be repeated")
    options.add_argument("--docs", action="store_true", help="renew docs/performance.md too; not with --only")
    given = options.parse_args()
    if given.docs and given.only:
        options.error("a page needs every part; leave out --only")
    settings = Settings(given.quick)
    sections = []
    for name, measure in PARTS.items():
        if not given.only or name in given.only:
            start = time.perf_counter()
            sections.append(attempt(name, measure, settings))
            print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr)
    print(report.write(sections, given.out, quick=given.quick))
    if given.docs:
        report.into_page(sections, PAGE, quick=given.quick)
    return 1 if any(one.met is False for section in sections for one in section.figures) else 0


if __name__ == "__main__":
    sys.exit(main())
