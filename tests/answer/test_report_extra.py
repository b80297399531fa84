"""The extra `secrets`: imported for a report alone, done without where it is missing."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from running import process
from scopecheck import Checker, MissingExtraError, Report, load

needs_extra = pytest.mark.skipif(
    importlib.util.find_spec("detect_secrets") is None, reason="the extra `secrets` is not installed"
)
BODY = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9" + "bC2eF4"


def test_only_a_report_imports_it() -> None:
    code = (
        "import sys, scopecheck as sc\n"
        "sc.Report, sc.ReportVerdict\n"
        "found = sc.Checker(sc.load('openai'))\n"
        "found.check('https://openai.com/'), found.check_finding('xss')\n"
        "import scopecheck.cli, scopecheck.formats.report_file, scopecheck.formats.scanners\n"
        "assert not {'detect_secrets', 'requests'} & set(sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_the_command_works_where_it_is_missing(tmp_path: Path) -> None:
    """As a process of its own, in which nothing is imported yet."""
    (tmp_path / "detect_secrets.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'detect_secrets'\", name='detect_secrets')", "utf-8"
    )
    path = tmp_path / "report.yaml"
    path.write_text(f"program: openai\ntitle: sk-{BODY}\n", "utf-8")
    ran = process("report", str(path), PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path]))
    assert ran.returncode == 1
    assert b"OpenAI API key" in ran.stdout
    assert BODY.encode() not in ran.stdout + ran.stderr


@pytest.mark.parametrize("broken", [ModuleType("detect_secrets.plugins.aws"), None])
@needs_extra
def test_one_that_cannot_be_used_is_an_error_and_no_silence(
    broken: ModuleType | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "detect_secrets.plugins.aws", broken)
    with pytest.raises(MissingExtraError, match=r"scopecheck\[secrets\]"):
        Checker(load({"id": "e", "name": "E"})).check_report(Report("x"))
