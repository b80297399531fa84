"""What the command shows as tables and bars, what of it reaches a pipe, and what a hostile file may do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

import scopecheck as sc
from running import environment, on_a_terminal, process, run
from scopecheck.cli import app

YES = "https://openai.com/"


def plain(shown: str) -> str:
    """Return what is shown without colours, and without the space that a heading's line goes through."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown).split("\n")
    return "\n".join(line.rstrip() for line in lines)


def scan(path: Path, *findings: tuple[str, str]) -> str:
    """Write findings of nuclei, each a name and a URL."""
    rows = [
        {"template-id": "x", "info": {"name": name, "tags": "xss"}, "matched-at": target}
        for name, target in findings
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return str(path)


# --- what is imported ------------------------------------------------------------------------

QUIET = [("check", "openai", YES), ("list",), ("filter", "openai"), ("show", "openai"), ("import", "DUMP")]


@pytest.mark.parametrize("words", QUIET, ids=lambda words: words[0])
def test_nothing_that_draws_is_imported_where_nothing_is_drawn(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    made = dump(tmp_path / "dump.json")
    program = (
        "import sys\nfrom scopecheck.cli import cli\n"
        "try: cli(sys.argv[1:])\nexcept SystemExit: print('rich' in sys.modules, file=sys.stderr)"
    )
    line = [sys.executable, "-c", program, *(word.replace("DUMP", made) for word in words)]
    done = subprocess.run(line, input=b"", capture_output=True, check=False, env=environment())
    assert done.stderr.splitlines()[-1] == b"False"


# --- tables ----------------------------------------------------------------------------------


def test_list_is_a_table_on_a_terminal_and_lines_with_tabs_elsewhere() -> None:
    programs = [sc.load(name) for name in sc.bundled_programs()]
    rows = [
        [one.id, one.name, str(len(one.in_scope)), str(len(one.out_of_scope)), str(one.as_of)]
        for one in programs
    ]
    head, *shown = plain(on_a_terminal("list", columns=120)).splitlines()
    assert head.split() == ["id", "name", "in", "scope", "out", "of", "scope", "as", "of"]
    assert [re.split(r" {2,}", line) for line in shown] == rows
    assert [line.split("\t") for line in run("list").stdout.splitlines()] == rows
    # The columns are aligned.
    assert all(line.index(row[4]) == head.index("as of") for line, row in zip(shown, rows, strict=True))


def test_a_table_has_no_colours_where_none_are_wanted() -> None:
    assert "\x1b[" in on_a_terminal("list", columns=100)
    assert "\x1b" not in on_a_terminal("list", columns=100, NO_COLOR="1")
    assert "\x1b" not in on_a_terminal("list", columns=100, TERM="dumb")


def test_triage_draws_a_table(tmp_path: Path) -> None:
    file = scan(tmp_path / "found", ("Stored XSS", YES), ("XSS", "https://evil.example/"))
    shown = on_a_terminal("triage", "openai", file, columns=160)
    head, first, second, third, fourth = plain(shown).splitlines()
    assert head.split() == ["decision", "finding", "asset", "kind", "target", "why"]
    assert re.split(r" {2,}", first) == [
        "in scope",
        "Stored XSS",
        "in scope",
        "in scope",
        YES,
        "`openai.com` covers it",
    ]
    assert second.split() == ["included", "included"]
    assert re.split(r" {2,}", third)[:5] == [
        "out of scope",
        "XSS",
        "out of scope",
        "in scope",
        "https://evil.example/",
    ]
    assert fourth.split() == ["not-listed", "included"]
    painted = re.findall(r"\x1b\[1;3([0-9])m([a-z ]+)", shown)
    assert [(code, words.strip()) for code, words in painted] == [("2", "in scope"), ("1", "out of scope")]


@pytest.mark.parametrize("columns", [24, 50, 71, 72, 80, 119, 120, 200])
def test_a_table_fits_the_terminal_and_cuts_nothing(tmp_path: Path, columns: int) -> None:
    """The end of a URL decides what it names."""
    file = scan(tmp_path / "found", ("a" * 30 + "Z" * 40, YES + "Q" * 300), ("XSS", YES))
    shown = plain(on_a_terminal("triage", "openai", file, columns=columns))
    assert max(map(len, shown.splitlines())) <= columns
    assert (shown.count("Q"), shown.count("Z")) == (300, 40)
    assert "…" not in shown
    if columns >= 72:
        assert shown.splitlines()[1].startswith("in scope  ")


def test_what_a_scanned_host_says_is_not_taken_for_markup_or_codes(tmp_path: Path) -> None:
    name = "[red]in scope[/red] :smile: \x1b[32m\x9b31m\u202e\nIN_SCOPE"
    shown = on_a_terminal(
        "triage", "openai", scan(tmp_path / "found", (name, "https://x.example/")), columns=200
    )
    assert "[red]in scope[/red] :smile: \\x1b[32m" in " ".join(plain(shown).split())
    assert {char for char in plain(shown) if not char.isprintable()} == {"\n"}
    assert not any(line.startswith("IN_SCOPE") for line in plain(shown).splitlines())


def test_a_line_of_triage_is_whole_and_one(tmp_path: Path) -> None:
    """A tab or line end in a name would shift the fields behind it, or make up a finding."""
    target = YES + "x" * 3000
    (shown,) = run(
        "triage", "openai", scan(tmp_path / "found", ("a\tb\nIN_SCOPE\tc", target))
    ).stdout.splitlines()
    assert shown.count("\t") == 7
    assert shown.split("\t")[1:7:5] == ["a\\tb\\nIN_SCOPE\\tc", target]


KINDS = """\
id: e
name: E
in_scope: ["*.e.com"]
findings:
  out_of_scope:
    - finding: csrf
    - {finding: ssrf, stated: false}
    - {finding: xss, only_if: {text: "it is reflected", id: reflected}}
"""


@pytest.mark.parametrize(
    ("tag", "reason", "words"),
    [
        ("csrf", "excluded", "`csrf` does not count"),
        ("ssrf", "unstated-exclusion", "`ssrf` is said not to count, though in no published list"),
        ("xss", "condition", "`xss` holds only under a condition"),
    ],
)
def test_triage_says_shortly_why_a_kind_does_not_count(
    tmp_path: Path, tag: str, reason: str, words: str
) -> None:
    (tmp_path / "e.yaml").write_text(KINDS)
    file = scan(tmp_path / "found", ("A name", "https://a.e.com/"))
    Path(file).write_text(Path(file).read_text().replace('"xss"', f'"{tag}"'))
    fields = run("triage", str(tmp_path / "e.yaml"), file).stdout.rstrip("\n").split("\t")
    assert fields[2:6:3] + fields[7:] == ["IN_SCOPE", reason, words]


# --- import ----------------------------------------------------------------------------------


def dump(path: Path, programs: int = 3) -> str:
    """Write a dump in the shape of Federacy's."""

    def targets(number: int) -> Mapping[str, Any]:
        listed = [{"type": "website", "target": target} for target in (f"w{number}.e.com ", "Any other page")]
        return {"in_scope": listed, "out_of_scope": []}

    rows = [
        {"id": str(n), "name": f"E{n}", "url": f"https://www.federacy.com/e{n}", "targets": targets(n)}
        for n in range(programs)
    ]
    path.write_text(json.dumps(rows))
    return str(path)


@pytest.mark.parametrize("how", [(), ("--format", "federacy")])
def test_import_elsewhere_prints_the_account_and_no_bar(tmp_path: Path, how: tuple[str, ...]) -> None:
    file = dump(tmp_path / "dump.json")
    result = sc.read(file, *how[1:])
    done = process("import", file, *how)
    assert (done.stdout.decode(), done.stderr) == (f"{result.summary()}\n", b"")
    assert json.loads(run("import", file, *how, "--json").stdout) == result.to_dict()
    assert run("import", file, *how, "-o", str(tmp_path / "all")).exit_code == 0
    again = [sc.load(tmp_path / "all" / f"{one.id}.yaml") for one in result.programs]
    assert [[rule.asset for rule in one.rules] for one in again] == [
        [rule.asset for rule in one.rules] for one in result.programs
    ]


def test_import_on_a_terminal_shows_a_bar_and_then_a_table(tmp_path: Path) -> None:
    shown = on_a_terminal("import", dump(tmp_path / "dump.json"), columns=120)
    bar, _, account = shown.rpartition("\x1b[2K")
    assert "reading " in bar
    assert "3 programs" in bar
    assert "100%" in bar
    rows = [re.split(r" {2,}", line) for line in plain(account).splitlines()]
    assert rows[0] == [f"{tmp_path / 'dump.json'}: federacy (recognised by its content)"]
    assert rows[1] == ["what", "count", "such as"]
    assert ["programs", "3"] in rows
    assert ["listed entries", "6"] in rows
    assert ["exact, included", "3"] in rows
    assert ["unresolved", "3"] in rows
    assert ["normalised", "3", "`w0.e.com `: white space around the text was dropped"] in rows
    assert (
        sum(
            row[:3] in (["e0", "Any other page", "include"], ["e1", "Any other page", "include"])
            for row in rows
        )
        == 2
    )


def test_a_dump_that_cannot_be_read_takes_the_bar_away(tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text('[{"id": "1"')
    shown = on_a_terminal("import", str(tmp_path / "cut.json"))
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
    assert "error" in shown.rpartition("\x1b[2K")[2]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("import", dump(tmp_path / "dump.json"), "-o", str(tmp_path / "file" / "below"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert str(tmp_path / "file") in done.stderr


# --- files that others wrote -----------------------------------------------------------------

FORGED = "https://x.example/: in scope (included) for E"


def test_a_line_end_in_a_file_begins_no_line_of_ours(tmp_path: Path) -> None:
    """A second line could read like an answer for another target."""
    file = tmp_path / "e.yaml"
    file.write_text(
        f'id: e\nname: "E\\n{FORGED}"\nin_scope: ["*.e.com"]\nstatements: [{{text: "a\\n{FORGED}"}}]\n'
    )
    for words in (("check", str(file), "a.e.com"), ("show", str(file)), ("finding", str(file), "xss")):
        assert not any(line.startswith(FORGED) for line in run(*words).stdout.splitlines())
    file.write_text(f'id: e\nname: E\n"a\\n{FORGED}": 1\n')
    assert not any(line.startswith(FORGED) for line in run("check", str(file), "a.e.com").stderr.splitlines())


@pytest.mark.parametrize("encoding", ["ascii", "latin-1:strict"])
def test_letters_that_the_output_cannot_write_are_escaped(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "e.yaml"
    file.write_text('id: e\nname: "Ελλάς"\nin_scope: ["*.e.com"]\n', "utf-8")
    done = process("check", str(file), "a.e.com", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"for \\u0395\\u03bb" in done.stdout
    asked = process("show", "--json", str(file), PYTHONIOENCODING=encoding)
    assert json.loads(asked.stdout)["name"] == "Ελλάς"


@pytest.mark.parametrize("words", [("export", "FILE", "--format", "plain"), ("show", "FILE", "--json")])
def test_what_is_written_for_other_tools_is_harmless_on_a_terminal(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    file = tmp_path / "e.yaml"
    file.write_text(
        'id: e\nname: "E\\e]0;x\\a"\nin_scope: ["*.e.com", {asset: Wallet, name: "\\e]0;x\\a"}]\n'
    )
    shown = on_a_terminal(*(word.replace("FILE", str(file)) for word in words), NO_COLOR="1")
    assert {char for char in shown if not char.isprintable()} <= {"\n"}
    assert shown


def test_every_command_is_found_by_its_name() -> None:
    """Commands are imported when they are asked for, so the group has to know where each is."""
    for module in app._MODULES:
        import_module(f"scopecheck.cli.{module}")
    assert sorted(app.cli.commands) == app.cli.list_commands(click.Context(app.cli))


def test_a_check_imports_nothing_that_other_commands_need() -> None:
    """The command's first answer is what a person waits for."""
    code = (
        "import sys; from scopecheck.cli import main; sys.argv[1:] = ['check', 'openai', '--json', 'openai.com']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(*[name for name in sys.modules if name.startswith(('scopecheck.formats', 'scopecheck.cli.t'))])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(shown.splitlines()[-1].split()) <= {"scopecheck.cli.terminal"}
