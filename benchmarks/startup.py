"""What a short program pays: importing scopecheck and checking one URL against OpenAI's program.

    python benchmarks/startup.py

Every measurement is a fresh process, taken in turns, so that the ratios hold on any machine. Exits with 1
where the check loads an HTTP client or the taxonomies of finding types.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import time
from collections import defaultdict

CHECK = (
    "import scopecheck as sc; "
    "assert sc.Checker(sc.load('openai')).check('https://api.openai.com/v1/models').in_scope"
)
PROGRAMS = {
    "python -c pass": "pass",
    "import pydantic": "import pydantic; pydantic.BaseModel",
    "import scopecheck": "import scopecheck",
    "import scopecheck, load openai, one check": CHECK,
}
BARE = "python -c pass"

# Modules that fetch, and the one that brings them; a check of OpenAI's program has no use for any.
UNWANTED = (
    "aiohttp", "http.client", "httpx", "publicsuffixlist", "requests", "scopecheck.findings.taxonomy",
    "tldextract", "urllib.request", "urllib3",
)  # fmt: skip


def run(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *options, "-c", code], check=True, capture_output=True, text=True)


def seconds(code: str) -> float:
    start = time.perf_counter()
    run(code)
    return time.perf_counter() - start


def measure(rounds: int) -> dict[str, list[float]]:
    """Time every program once a round; the round before the first fills the caches and is dropped."""
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for number in range(rounds + 1):
        for name, code in PROGRAMS.items():
            took = seconds(code)
            if number:
                times[name].append(took)
    return times


def modules_after(code: str) -> list[str]:
    """Return the names of every module that the program leaves loaded."""
    report = f"{code}; import sys; names = sorted(sys.modules); import json; print(json.dumps(names))"
    names: list[str] = json.loads(run(report).stdout)
    return names


def import_times(code: str) -> list[tuple[str, float]]:
    """Return the packages whose own modules took longest to import, in milliseconds."""
    total: dict[str, float] = defaultdict(float)
    for line in run(code, "-X", "importtime").stderr.splitlines():
        match = re.match(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)", line)
        if match:
            total[match[2].partition(".")[0]] += int(match[1]) / 1000
    return sorted(total.items(), key=lambda pair: -pair[1])


def steps() -> tuple[float, float, float]:
    """Return the milliseconds of import, load with compiling, and one check, inside one process."""
    timed = (
        "from time import perf_counter as now; a = now(); import scopecheck as sc; b = now(); "
        "c = sc.Checker(sc.load('openai')); d = now(); c.check('https://api.openai.com/v1/models'); "
        "print(b - a, d - b, now() - d)"
    )
    found = [[float(part) * 1000 for part in run(timed).stdout.split()] for _ in range(5)]
    first, second, third = (statistics.median(column) for column in zip(*found, strict=True))
    return first, second, third


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--rounds", type=int, default=15)
    rounds = options.parse_args().rounds

    times = measure(rounds)
    print("| fresh process | times a bare Python | ms (median) |\n|---|---|---|")
    for name, taken in times.items():
        ratio = statistics.median(mine / bare for mine, bare in zip(taken, times[BARE], strict=True))
        print(f"| {name} | {ratio:.1f} | {statistics.median(taken) * 1000:.0f} |")
    imported, loaded, checked = steps()
    print(f"\ninside: import {imported:.0f} ms, load and compile {loaded:.1f} ms, one check {checked:.2f} ms")

    print("\n| package | import of its own modules, ms |\n|---|---|")
    for package, took in import_times(CHECK)[:10]:
        print(f"| {package} | {took:.1f} |")
    modules = modules_after(CHECK)
    unwanted = [name for name in UNWANTED if name in modules]
    found = ", ".join(unwanted) or "none"
    print(f"\n{len(modules)} modules; HTTP clients, suffix lists and taxonomies among them: {found}")
    return 1 if unwanted else 0


if __name__ == "__main__":
    sys.exit(main())
