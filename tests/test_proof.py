"""The page of proof says what the repository holds: its counts, and the faults that nothing notices."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from scopecheck.testing.cases import load_cases

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")
ROWS = {
    row[1]: tuple(int(number.replace(",", "")) for number in row.groups()[1:])
    for row in re.finditer(
        r"^\| `([a-z]+/[a-z]+\.py)` \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", PAGE, re.MULTILINE
    )
}


def test_the_cases_are_as_many_as_the_page_says() -> None:
    counts = {
        int(found.replace(",", "")) for found in re.findall(r"([\d,]+) (?:cases, each|judged by hand)", PAGE)
    }
    assert counts == {len(load_cases(ROOT / "tests" / "cases"))}


def test_every_file_of_the_core_has_its_row() -> None:
    listed = re.findall(
        r'"([a-z]+/[a-z]+\.py)"', (ROOT / "scripts" / "core_files.py").read_text(encoding="utf-8")
    )
    assert set(ROWS) == {name for name in listed if not name.startswith("tests/")}


@pytest.mark.parametrize("file", ROWS)
def test_every_fault_was_noticed_or_is_explained(file: str) -> None:
    """A whole hunt leaves none; a fault that is explained stands in the list with its reason."""
    groups = tomllib.loads((ROOT / "tests" / "mutants.toml").read_text(encoding="utf-8"))["survivors"]
    faults, noticed, explained = ROWS[file]
    assert explained == sum(len(group["mutants"]) for group in groups if group["file"] == file)
    assert faults == noticed + explained


def test_the_hunt_was_for_the_faults_of_this_code() -> None:
    """Faults that Python itself refuses are listed and not counted, and there are few."""
    command = [sys.executable, str(ROOT / "scripts" / "mutants.py"), "--list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    counts = Counter(line.partition(" ")[0] for line in listed.splitlines())
    for file, (faults, _, _) in ROWS.items():
        assert 0.97 * counts[file] <= faults <= counts[file], file
