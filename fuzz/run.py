"""`python -m fuzz.run [--seconds N | --runs N] [TARGET ...]`: every harness in turn.

Exits with 1 if any of them crashed; libFuzzer leaves the input in the folder of `--crashes`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from fuzz import TARGETS


def main() -> int:
    """Run the harnesses that the command line names, each in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.run", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; default all")
    parser.add_argument("--seconds", type=int, default=60, help="time for each target")
    parser.add_argument("--runs", type=int, help="inputs for each target, instead of a time")
    parser.add_argument(
        "--crashes", type=Path, default=Path("crashes"), help="where crashing inputs are left"
    )
    given = parser.parse_args()
    unknown = sorted(set(given.targets) - set(TARGETS))
    if unknown:
        parser.error(f"there is no target {' or '.join(unknown)}")
    given.crashes.mkdir(exist_ok=True)
    limit = f"-max_total_time={given.seconds}" if given.runs is None else f"-atheris_runs={given.runs}"
    crashed = []
    for target in given.targets or TARGETS:
        artifacts = f"-artifact_prefix={given.crashes / target}-"
        command = [sys.executable, "-m", "fuzz.drive", target, limit, artifacts]
        done = subprocess.run(command, check=False)  # noqa: S603 - its parts are a number and known names
        if done.returncode:
            crashed.append(target)
    sys.stderr.write(f"crashed: {', '.join(crashed) or 'none'}\n")
    return 1 if crashed else 0


if __name__ == "__main__":
    sys.exit(main())
