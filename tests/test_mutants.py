"""The hunt for faults that no test notices: which faults there are, and that its list of excuses is kept."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "scripts"
EXPLAINED = ROOT / "tests" / "mutants.toml"


def run(*arguments: str) -> str:
    """Return what a Python program prints that finds the scripts first."""
    ran = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120, cwd=SCRIPTS, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def named(source: str) -> set[str]:
    """Return the texts of the mutants of a source."""
    code = "import sys, mutators; [print(m.text) for m in mutators.mutants_of('f.py', sys.argv[1], {'E': ('A', 'B')})]"
    return set(run("-c", code, source).splitlines())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "def f(a):\n    return a < 1",
            {
                "return {a < 1 => None}",
                "return a <{ => =} 1",
                "return a {< => >=} 1",
                "return a < {1 => 2}",
                "return a < {1 => 0}",
            },
        ),
        ("def f(a) -> bool:\n    return a", {"return {a => True}", "return {a => False}"}),
        (
            "def f(a, b) -> int:\n    return a and b",
            {
                "return {a and b => None}",
                "return a {and => or} b",
                "return a{ and b => }",
                "return {a and  => }b",
            },
        ),
        (
            "def f(a):\n    if not a:\n        g()",
            {"if {not  => }a:", "if {not a => True}:", "if {not a => False}:", "{g() => pass}"},
        ),
        ("x = [a for a in b if a]", {"x = [a for a in b{ if a => }]"}),
        ("x = (E.A, E.B)", {"x = (E.{A => B}, E.B)", "x = (E.A, E.{B => A})"}),
        ("x = a[1:]", {"x = a[{1 => }:]", "x = a[{1 => 2}:]", "x = a[{1 => 0}:]"}),
        ("x = 'a'", {"x = '{a => }'"}),
        ("x = any(a)", {"x = {any => all}(a)"}),
        ("x: int = a", set()),
        ("'words'\nimport x\n__all__ = ['a']\nassert a < 1", set()),
        ("def f(a):\n    raise ValueError('words')", {"{raise ValueError('words') => pass}"}),
        (
            "def f(a):\n    g(1)\n    g(1)",
            {
                "g({1 => 2})",
                "g({1 => 0})",
                "{g(1) => pass}",
                "g({1 => 2}) (2)",
                "g({1 => 0}) (2)",
                "{g(1) => pass} (2)",
            },
        ),
    ],
)
def test_faults(source: str, expected: set[str]) -> None:
    """What was and what is now stand in braces; what carries no behaviour has no fault."""
    assert named(source) == expected


@pytest.mark.parametrize(
    ("regex", "expected"),
    [
        ("a*", {"a+"}),
        ("a+b?", {"a*b?", "a+b"}),
        ("a{2,3}", {"a{3,3}", "a{1,3}", "a{2,4}", "a{2,2}"}),
        ("[a-c_]", {"[_]", "[a-c]"}),
        ("[^x]", {"[x]"}),
        ("a|b|c", {"b|c", "a|c", "a|b"}),
        ("(?:a|b)c", {"(?:b)c", "(?:a)c"}),
        ("a(?!b)", {"a(?=b)"}),
        (r"\*\[", set()),
        ("[a]++", {"[a]*+"}),
    ],
)
def test_faults_of_regular_expressions(regex: str, expected: set[str]) -> None:
    """A bound, a class, an alternative, a look ahead; a possessive mark is about speed and left alone."""
    code = "import sys, regexfaults; [print(r) for r in regexfaults.regex_faults(sys.argv[1], whole=True)]"
    assert set(run("-c", code, regex).splitlines()) == expected


def test_every_excuse_names_a_fault_that_there_is_and_gives_a_reason() -> None:
    """A statement that changed takes its excuses with it."""
    groups = tomllib.loads(EXPLAINED.read_text("utf-8"))["survivors"]
    excused = [
        f"{group['file']} {group['function']}: {text}" for group in groups for text in group["mutants"]
    ]
    faults = set(run("mutants.py", "--list").splitlines())
    assert len(faults) > 1_500
    assert [name for name in excused if name not in faults] == []
    assert len(set(excused)) == len(excused)
    assert all(len(group["why"]) > 20 for group in groups)
