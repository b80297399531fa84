"""The frame of the project: which file may import which, what is public, how long a file is."""

from __future__ import annotations

import ast
import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

import scopecheck

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "scopecheck"
MAX_LINES = 400

# The files of the package as the data goes, from what is asked to the ways to ask. A file imports only
# what stands above its own line; the first line that fits its name counts.
ORDER = (
    "_version",
    "diagnostic",
    "errors",
    # What is asked.
    "targets",
    "targets.host",
    "targets.psl",
    "targets.url",
    "targets.asset",
    # What is listed.
    "scope",
    "scope.hostset",
    "scope.pathset",
    "scope.zone",
    "scope.pattern",
    "scope.addresses",
    "scope.feared_addresses",
    "scope.host_ranges",
    "scope.feared_names",
    "scope.grammar",
    "scope.spelling",
    "scope.labels",
    "scope.naming",
    "scope.sentences",
    "scope.vocabulary",
    "scope.denials",
    "scope.limits",
    "scope.touching",
    "scope.listed_words",
    "scope.cleaning",
    "scope.interpret",
    "scope.terms",
    "scope.model",
    "scope.places",
    "scope.document",
    "scope.describing",
    "scope.loader",
    # What a bug is.
    "findings",
    "findings.taxonomy",
    "findings.words",
    "findings.rules",
    # The answer.
    "answer",
    "answer.wording",
    "answer.compiled",
    "answer.verdict",
    "answer.decide",
    "answer.matcher",
    "answer.shortcut",
    "answer.explain",
    "answer.finding",
    "answer.chain",
    "answer.detectors",
    "answer.secrets",
    "answer.report",
    "answer.checker",
    "answer.listings",
    "answer.catalog",
    # The ways in and out.
    "formats",
    "formats.source",
    "formats.builder",
    "formats.registry",
    "formats.fields",
    "formats.dumps",
    "formats.safe_xml",
    "formats.regexsyntax",
    "formats.regexes",
    "formats.toolscope",
    "formats.regexcover",
    "formats.listmarks",
    "formats.toolplan",
    "formats.urlregexes",
    "formats.regexwriting",
    "formats.globwriting",
    "formats.hackerone",
    "formats.*",
    # The ways to do it by the million.
    "bulk.extras",
    "bulk.shapes",
    "bulk.kernel",
    "bulk.*",
    "bulk",
    # What others hold against their own matcher.
    "testing.hosts",
    "testing.members",
    "testing.spellings",
    "testing.strategies",
    "testing.cases",
    "testing",
    # The door, and the command in front of it.
    "",
    "cli.streams",
    "cli.app",
    "cli.terminal",
    "cli.lines",
    "cli.*",
    "cli",
    "__main__",
)

ALLOWED = {
    ("answer.verdict", "answer.explain"): (
        "a verdict is explained only when somebody reads it, so its text is made by a module that knows "
        "verdicts, imported at that moment"
    ),
}
"""Imports against the order, each with the reason why it stays; only inside functions."""

LONGER = {
    "tests/formats/test_burp.py": "one table of rules, read and written, that loses its sense when cut",
}
"""Files that may be longer, each with the reason."""


def modules() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def rank(module: str) -> int:
    return next((n for n, shape in enumerate(ORDER) if fnmatchcase(module, shape)), -1)


def imports(module: str) -> Iterator[tuple[str, bool, int]]:
    """Yield what of the package a module imports, whether inside a function, and the line."""
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        for name in imported(node, module):
            yield name, id(node) in inside, node.lineno if isinstance(node, ast.stmt) else 0


def imported(node: ast.AST, module: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        full = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            package = ["scopecheck", *module.split(".")]
            base = ".".join([*package[: len(package) - node.level], *filter(None, [base])])
        full = [f"{base}.{alias.name}" for alias in node.names]
    else:
        return
    for name in full:
        top, _, inner = name.partition(".")
        if top == "scopecheck":
            # The longest beginning that is a module; what follows is a name inside it.
            while inner and inner not in MODULES:
                inner = inner.rpartition(".")[0]
            yield inner


@pytest.mark.parametrize("module", MODULES)
def test_a_file_imports_only_what_stands_above_it(module: str) -> None:
    assert rank(module) >= 0, f"`{module}` has no place in the order"
    for other, in_function, line in imports(module):
        upwards = rank(other) < rank(module)
        excused = in_function and (module, other) in ALLOWED
        assert upwards or excused, f"{MODULES[module]}:{line}: `{module}` imports `{other}`"


def test_every_excuse_is_used() -> None:
    used = {(module, other) for module in MODULES for other, _, _ in imports(module)}
    assert set(ALLOWED) <= used


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import scopecheck.targets.url", ["targets.url"]),
        ("import scopecheck as sc", [""]),
        ("from scopecheck.targets import url, WHATEVER", ["targets.url", "targets"]),
        ("from scopecheck.errors import HostError", ["errors"]),
        ("from . import url", ["targets.url"]),
        ("from ..errors import HostError", ["errors"]),
        ("import os, scopecheckers", []),
    ],
)
def test_every_spelling_of_an_import_is_seen(source: str, expected: list[str]) -> None:
    found = [name for node in ast.walk(ast.parse(source)) for name in imported(node, "targets.asset")]
    assert found == expected


def test_the_public_names_are_these() -> None:
    assert scopecheck.__all__ == [
        "Catalog",
        "ChainVerdict",
        "Checker",
        "Decision",
        "Diagnostic",
        "Exclusion",
        "FindingTypeError",
        "FindingVerdict",
        "HostError",
        "ImportResult",
        "Inclusion",
        "Match",
        "MissingExtraError",
        "Overlap",
        "PatternSyntaxError",
        "Place",
        "Policy",
        "Program",
        "Reason",
        "Report",
        "ReportVerdict",
        "Rule",
        "ScopeError",
        "ScopeSyntaxError",
        "ScopeValidationError",
        "ScopecheckError",
        "Severity",
        "TargetError",
        "Taxonomy",
        "UnknownProgramError",
        "Unresolved",
        "UrlError",
        "Verdict",
        "__version__",
        "bundled_programs",
        "load",
        "loads",
        "read",
        "schema",
    ]


def test_every_public_name_is_there() -> None:
    assert [name for name in scopecheck.__all__ if not hasattr(scopecheck, name)] == []


def test_the_example_of_the_package_is_true() -> None:
    failed, tried = doctest.testmod(scopecheck)
    assert (failed, tried > 0) == (0, True)


def undocumented(tree: ast.AST, prefix: str = "") -> Iterator[str]:
    """Yield the public classes, functions and methods without a docstring."""
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield prefix + node.name
        if isinstance(node, ast.ClassDef):
            yield from undocumented(node, f"{prefix}{node.name}.")


@pytest.mark.parametrize("module", MODULES)
def test_everything_public_says_what_it_is(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    assert ast.get_docstring(tree), f"`{module}` has no docstring"
    assert list(undocumented(tree)) == []


def test_a_missing_docstring_is_seen() -> None:
    source = 'def a(): "said"\ndef b(): pass\ndef _c(): pass\nclass D:\n  "said"\n  def e(self): pass'
    assert list(undocumented(ast.parse(source))) == ["b", "D.e"]


@pytest.mark.parametrize(
    "path",
    [*MODULES.values(), *sorted((ROOT / "tests").rglob("*.py"))],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_no_file_is_longer_than_a_reader_holds(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MAX_LINES or str(path.relative_to(ROOT)) in LONGER


def blocks(page: str, language: str) -> list[str]:
    """Return the fenced blocks of a page in one language."""
    text = (ROOT / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def shown_commands(page: str) -> Iterator[tuple[str, str]]:
    """Yield every command line that a page shows, with the output shown below it."""
    for block in blocks(page, "console"):
        for shown in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = shown.partition("\n")
            yield command, output


@pytest.mark.skipif(shutil.which("sh") is None, reason="the commands are written for a POSIX shell")
@pytest.mark.parametrize("page", ["README.md", "docs/command.md", "docs/scope-file.md"])
def test_what_a_page_shows_of_the_command_is_what_it_says(page: str, tmp_path: Path) -> None:
    (tmp_path / "example.yaml").write_text(blocks("docs/scope-file.md", "yaml")[0], "utf-8")
    command = tmp_path / "scopecheck"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m scopecheck "$@"\n', "utf-8")
    command.chmod(0o755)
    env = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "PYTHONUTF8": "1"}
    checker = doctest.OutputChecker()
    for line, expected in shown_commands(page):
        ran = subprocess.run(
            ["sh", "-c", line], cwd=tmp_path, env=env, stdout=-1, stderr=-2, check=False, timeout=60
        )
        output = ran.stdout.decode()
        assert checker.check_output(expected, output, doctest.ELLIPSIS), f"$ {line}\n{output}"


@pytest.mark.parametrize("language", ["yaml", "toml", "json"])
def test_every_scope_file_of_the_docs_loads(language: str) -> None:
    found = blocks("docs/scope-file.md", language)
    assert [scopecheck.loads(text, language).id for text in found] == ["example"]


def test_the_three_languages_say_the_same() -> None:
    toml, json = (scopecheck.loads(blocks("docs/scope-file.md", x)[0], x) for x in ("toml", "json"))
    assert toml.model_dump() == json.model_dump()


def test_every_clause_that_is_named_stands_in_the_semantics() -> None:
    text = (ROOT / "docs" / "semantics.md").read_text("utf-8")
    defined = set(re.findall(r"^### ([TPD][0-9])\. ", text, re.MULTILINE))
    named = {
        clause
        for path in (*MODULES.values(), *(ROOT / "tests").rglob("*.py"))
        for clause in re.findall(r"\b([TPD][0-9])\b", path.read_text("utf-8"))
    }
    assert named - defined == set()
    assert defined >= {"T1", "T6", "P1", "P7", "D1", "D4"}
