"""Hold the code that decides to branch coverage of every line and jump by the ordinary tests.

    python scripts/branches.py

It ends with 1 where a line or a jump of the files is reached by no test, after a table that names them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import coverage
import pytest
from core_files import FILES

ROOT = Path(__file__).resolve().parents[1]
TESTS = (
    "tests/targets",
    "tests/scope/test_pattern_branches.py",
    "tests/scope/test_pattern_table.py",
    "tests/answer/test_checker.py",
    "tests/answer/test_decide.py",
    "tests/answer/test_index_branches.py",
    "tests/answer/test_match_branches.py",
    "tests/answer/test_matcher.py",
    "tests/answer/test_shortcut_branches.py",
    "tests/answer/test_shortcut_doubts.py",
    "tests/answer/test_shortcut_shapes.py",
    "tests/test_cases.py",
    "tests/conformance",
)
"""The tests that have to reach it all; every other test is left out, since counting makes them slow."""


def main() -> int:
    """Run the tests, print what they leave out, and return the exit code."""
    package = ROOT / "src" / "scopecheck"
    sys.path.insert(0, str(package.parent))
    measured = coverage.Coverage(
        data_file=None,
        branch=True,
        config_file=False,
        include=[str(package / file) for file in FILES],
    )
    # What type checkers prove to be out of reach is no branch.
    measured.exclude(r"assert_never\(")
    with measured.collect():
        tests = [str(ROOT / path) for path in TESTS]
        code = pytest.main(["-q", "-p", "no:cacheprovider", f"--rootdir={ROOT}", *tests])
    if code is not pytest.ExitCode.OK:
        return 1
    return 0 if measured.report(show_missing=True) == 100 else 1


if __name__ == "__main__":
    raise SystemExit(main())
