"""The command: answers, exit codes, bytes in and out, terminals, pipes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scopecheck as sc
from running import command, on_a_terminal, process, run
from strategies import target_texts

SCOPE = """\
id: e
name: Example
in_scope:
  - "*.e.com"
  - {asset: Wallet, aliases: [Purse]}
out_of_scope:
  - blog.e.com
"""
IN, OUT, OPEN = "https://a.e.com/", "https://blog.e.com/", "https://e.com/"
BAD = "id: E\nfoo: 1\nin_scope:\n  - *.e.com\n  - 192.0.2.0/33\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cli")
    (made / "e.yaml").write_text(SCOPE)
    (made / "bad.yaml").write_text(BAD)
    return made


@pytest.fixture(scope="module")
def scope(folder: Path) -> str:
    return str(folder / "e.yaml")


# --- check -----------------------------------------------------------------------------------

EXITS = [((IN,), 0), ((OUT,), 1), ((OPEN,), 3), ((IN, IN), 0), ((IN, OPEN), 3), ((IN, OUT), 1)]
EXITS += [((OPEN, OUT, IN), 1), (("javascript:alert(1)",), 3), (("Wallet", "purse"), 0), (("10.0.0.1",), 1)]


@pytest.mark.parametrize("more", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize(("targets", "code"), EXITS)
def test_the_exit_code_of_check_holds_for_all_targets(
    scope: str, targets: tuple[str, ...], code: int, more: tuple[str, ...]
) -> None:
    result = run("check", scope, *targets, *more)
    assert (result.exit_code, result.stderr) == (code, "")


def test_check_prints_each_verdict_in_the_order_asked(scope: str) -> None:
    checker = sc.Checker(sc.load(scope))
    shown = [f"{checker.check(target)}\n" for target in (OUT, IN, OPEN)]
    assert run("check", scope, OUT, IN, OPEN).stdout == "".join(shown)
    assert (f"{scope}:7:5" in shown[0], f"{scope}:4:5" in shown[1]) == (True, True)


@given(targets=st.lists(target_texts(), min_size=1, max_size=3))
def test_json_is_one_object_a_line_and_says_what_the_verdict_says(scope: str, targets: list[str]) -> None:
    checker = sc.Checker(sc.load(scope))
    result = run("check", "--json", scope, "--", "", *targets)
    lines = result.stdout.removesuffix("\n").split("\n")
    assert [json.loads(line) for line in lines] == [checker.check(one).to_dict() for one in ("", *targets)]


def test_a_dash_reads_targets_from_standard_input(scope: str) -> None:
    lines = f"{IN}\r\n\n   \n{OUT}\nhttps://".encode() + b"\xff.e.com/\n" + OPEN.encode()
    result = run("check", scope, "--json", "-", stdin=lines)
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["reason"] for one in answers] == ["included", "excluded", "invalid-target", "apex-unstated"]
    assert [one["target"] for one in answers[::3]] == [IN, OPEN]
    assert result.exit_code == 1


def test_strict_takes_an_unread_exclusion_for_a_possible_no(folder: Path) -> None:
    (folder / "unread.yaml").write_text(SCOPE + "unresolved:\n  - {text: Our partners, effect: exclude}\n")
    words = (str(folder / "unread.yaml"), IN)
    assert run("check", *words).exit_code == 0
    assert run("check", "--strict", *words).exit_code == 3
    assert run("filter", "--strict", words[0], stdin=IN.encode()).exit_code == 1


# --- filter ----------------------------------------------------------------------------------

PASSED = [
    pytest.param(b"b.e.com\nblog.e.com\na.e.com\n", b"b.e.com\na.e.com\n", id="order"),
    pytest.param(b"https://a.e.com/\r\nblog.e.com\r\n", b"https://a.e.com/\r\n", id="crlf"),
    pytest.param(b"\na.e.com\n\n  \n", b"a.e.com\n", id="blank-lines"),
    pytest.param(b"a.e.com\na.e.com\n", b"a.e.com\na.e.com\n", id="the-same-line-twice"),
    pytest.param(b" https://a.e.com/ \n", b" https://a.e.com/ \n", id="white-space-around"),
    pytest.param("https://ü.e.com/é\n".encode(), "https://ü.e.com/é\n".encode(), id="letters"),
    pytest.param(b"https://A.E.COM./%41/../x\n", b"https://A.E.COM./%41/../x\n", id="spelling"),
]


@pytest.mark.parametrize(("lines", "passed"), PASSED)
def test_a_line_passes_unchanged(scope: str, lines: bytes, passed: bytes) -> None:
    assert run("filter", scope, stdin=lines).stdout_bytes == passed


def test_a_last_line_without_an_end_passes(scope: str) -> None:
    passed = run("filter", scope, stdin=b"https://b.e.com/\nhttps://a.e.com/").stdout_bytes
    assert passed.removesuffix(b"\n") == b"https://b.e.com/\nhttps://a.e.com/"


LINES = st.sampled_from(
    [IN.encode(), OUT.encode(), OPEN.encode(), b"\xff\xfe", b"x" * 70_000, b"a\0", b"a\rb"]
)


@given(st.lists(LINES | st.binary(min_size=1, max_size=20).filter(lambda line: b"\n" not in line)))
def test_every_line_that_is_not_blank_gets_one_decision(scope: str, lines: list[bytes]) -> None:
    stdin = b"".join(line + b"\n" for line in lines)
    ways = ("in-scope", "out-of-scope", "undetermined")
    passed = [run("filter", scope, "--decision", way, stdin=stdin).stdout_bytes for way in ways]
    together = run("filter", scope, *(f"--decision={way}" for way in ways), stdin=stdin).stdout_bytes
    kept = b"".join(line + b"\n" for line in lines if line.strip())
    assert together == kept
    assert sorted(b"".join(passed)) == sorted(kept)


COUNTS = [
    (b"", "0 lines: 0 in scope, 0 out of scope, 0 undetermined", 1),
    (b"a.e.com", "1 line: 1 in scope, 0 out of scope, 0 undetermined", 0),
    (b"blog.e.com\n\n", "1 line: 0 in scope, 1 out of scope, 0 undetermined; 1 blank", 1),
    (b"e.com\ndata:,\n", "2 lines: 0 in scope, 0 out of scope, 2 undetermined, 1 of them no target", 1),
]


@pytest.mark.parametrize(("lines", "summary", "code"), COUNTS)
def test_what_was_counted_is_said_on_standard_error(
    scope: str, lines: bytes, summary: str, code: int
) -> None:
    result = run("filter", scope, stdin=lines)
    assert (result.stderr, result.exit_code) == (summary + "\n", code)


def test_the_decisions_that_pass_are_chosen_and_shown_behind_tabs(scope: str) -> None:
    lines = f"{IN}\n{OUT}\n{OPEN}\n\xff\n".encode("latin-1")
    result = run(
        "filter", scope, "--with-reason", "--decision=undetermined", "--decision=out-of-scope", stdin=lines
    )
    assert result.stdout_bytes.splitlines() == [
        f"{OUT}\tOUT_OF_SCOPE\texcluded".encode(),
        f"{OPEN}\tUNDETERMINED\tapex-unstated".encode(),
        b"\xff\tUNDETERMINED\tinvalid-target",
    ]


def test_a_file_is_filtered_like_standard_input(scope: str, folder: Path) -> None:
    (folder / "urls.txt").write_bytes(f"{IN}\n{OUT}\n".encode())
    assert run("filter", scope, str(folder / "urls.txt")).stdout == f"{IN}\n"
    assert run("filter", scope, "-", stdin=f"{IN}\n".encode()).stdout == f"{IN}\n"
    (answer,) = run("filter", "--json", scope, str(folder / "urls.txt")).stdout.splitlines()
    assert json.loads(answer) == sc.Checker(sc.load(scope)).check(IN).to_dict()


# --- list, show, schema ----------------------------------------------------------------------


def test_list_names_every_bundled_program() -> None:
    programs = [sc.load(name) for name in sc.bundled_programs()]
    assert [line.split()[0] for line in run("list").stdout.splitlines()] == [one.id for one in programs]
    listed = [json.loads(line) for line in run("list", "--json").stdout.splitlines()]
    assert [(one["id"], one["name"], one["platform"], one["as_of"]) for one in listed] == [
        (one.id, one.name, one.platform, str(one.as_of)) for one in programs
    ]
    assert [one["in_scope"] for one in listed] == [len(one.in_scope) for one in programs]


@pytest.mark.parametrize("name", sc.bundled_programs())
def test_show_shows_every_rule_and_loads_back_as_json(name: str) -> None:
    program, shown = sc.load(name), run("show", name).stdout
    assert [rule.id for rule in program.rules if f"{rule.asset} ({rule.id}" not in shown] == []
    assert [one.finding for one in program.findings.out_of_scope if one.finding not in shown] == []
    again = sc.loads(run("show", name, "--json").stdout, "json")
    assert again.model_dump() == program.model_dump()


def test_schema_prints_the_schema() -> None:
    assert json.loads(run("schema").stdout) == json.loads(json.dumps(sc.schema()))


def test_import_writes_whole_files_and_find_asks_them(tmp_path: Path) -> None:
    targets = {"in_scope": [{"type": "website", "target": "shop.e.com"}], "out_of_scope": []}
    made = {"id": "1", "name": "E", "url": "https://www.federacy.com/e", "targets": targets}
    dump, catalog, cut = (tmp_path / name for name in ("dump.json", "all.catalog", "cut.json"))
    dump.write_text(json.dumps([made]))
    cut.write_text(json.dumps([made])[:-5])
    imported = run("import", str(dump), "--format", "federacy", "-o", str(catalog))
    assert (imported.exit_code, "programs: 1" in imported.stdout) == (0, True)
    assert run("find", str(catalog), "https://shop.e.com/").exit_code == 0
    assert run("find", str(catalog), "https://other.e.com/").exit_code == 1
    assert run("import", str(cut)).exit_code == 2


# --- mistakes --------------------------------------------------------------------------------

READERS = [("check", IN), ("check", "--json", IN), ("check", "-"), ("filter",), ("show",)]


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_a_bad_file_says_every_problem_on_standard_error_and_nothing_else(
    folder: Path, words: tuple[str, ...]
) -> None:
    file = str(folder / "bad.yaml")
    with pytest.raises(sc.ScopeValidationError) as caught:
        sc.load(file)
    assert len(caught.value.diagnostics) == 5
    result = run(words[0], file, *words[1:], stdin=IN.encode())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: {caught.value}\n"


@pytest.mark.parametrize("words", READERS, ids=" ".join)
def test_an_unknown_program_gives_the_nearest_names(words: tuple[str, ...]) -> None:
    result = run(words[0], "openal", *words[1:], stdin=IN.encode())
    assert (result.exit_code, result.stdout) == (2, "")
    assert "`openal`" in result.stderr
    assert "did you mean `openai`" in result.stderr


USAGE = [
    ("check",), ("check", "openai"), ("check", "openai", IN, "--nope"), ("nope",), ("filter",), ("show",),
    ("filter", "openai", "--decision", "maybe"), ("filter", "openai", "no/such/file"), ("list", "openai"),
]  # fmt: skip


@pytest.mark.parametrize("words", USAGE, ids=" ".join)
def test_wrong_usage_ends_with_2(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Usage: ")


# --- as a process ----------------------------------------------------------------------------


def test_the_package_is_the_command(scope: str) -> None:
    done = process("check", scope, IN, OUT)
    assert (done.returncode, done.stderr) == (1, b"")
    assert done.stdout.decode() == run("check", scope, IN, OUT).stdout
    assert process("--version").stdout.decode().strip().endswith(sc.__version__)
    helped = process("--help").stdout.decode()
    assert helped.startswith("Usage: scopecheck ")
    assert {"check", "filter", "list", "show", "schema"} <= set(re.findall("(?m)^  ([a-z]+) ", helped))


def test_bytes_pass_through_a_process_as_they_came(scope: str) -> None:
    lines = b"https://a.e.com/\xff\n\xfe\r\nhttps://a.e.com/\n"
    done = process("filter", scope, "--decision=undetermined", "--decision=in-scope", stdin=lines)
    assert (done.stdout, done.returncode) == (lines, 0)


@pytest.mark.parametrize("words", [("check", "-"), ("filter",), ("filter", "--json")], ids=" ".join)
def test_a_reader_that_stops_early_ends_the_command_quietly(
    scope: str, words: tuple[str, ...], folder: Path
) -> None:
    (folder / "many.txt").write_bytes(f"{IN}\n".encode() * 20_000)
    with (
        (folder / "many.txt").open("rb") as lines,
        subprocess.Popen(
            command(words[0], scope, *words[1:]), stdin=lines, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running,
    ):
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode not in (1, 2, 3)


NO_STREAM = [f"{words} >/dev/full" for words in ("list", "schema", "show openai", "check openai openai.com")]
NO_STREAM += [f"filter openai {streams}" for streams in ("<urls >/dev/full", "<urls >&-", "<&-")]
NO_STREAM += ["check openai - <&-"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", NO_STREAM)
def test_a_full_disk_or_a_closed_stream_is_no_answer_and_no_traceback(tmp_path: Path, words: str) -> None:
    (tmp_path / "urls").write_text("https://openai.com/\n")
    line = ["/bin/sh", "-c", f'"$0" -m scopecheck {words}', sys.executable]
    done = subprocess.run(line, capture_output=True, check=False, cwd=tmp_path)
    assert b"Traceback" not in done.stderr
    assert done.returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupt_is_no_answer(scope: str) -> None:
    with subprocess.Popen(
        command("check", scope, "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(f"{IN}\n".encode())
        running.stdin.flush()
        assert running.stdout.readline().startswith(IN.encode())
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate()
    assert b"Traceback" not in errors
    assert running.returncode in (130, -signal.SIGINT)


# --- on a terminal ---------------------------------------------------------------------------

GREEN, RED, YELLOW = "\x1b[32m", "\x1b[31m", "\x1b[33m"


def test_colours_appear_on_a_terminal_alone(scope: str) -> None:
    shown = on_a_terminal("check", scope, IN, OUT, OPEN)
    heads = [line for line in shown.splitlines() if not line.startswith("  ")]
    words = {"in scope": GREEN, "out of scope": RED, "undetermined": YELLOW}
    for head, (word, colour) in zip(heads, words.items(), strict=True):
        assert re.search(re.escape(colour) + rf"(\x1b\[1m)?{word}\x1b\[0m", head)
    assert re.sub(r"\x1b\[\d+m", "", shown) == run("check", scope, IN, OUT, OPEN).stdout
    assert b"\x1b" not in process("check", scope, IN, OUT, OPEN).stdout
    assert json.loads(on_a_terminal("check", "--json", scope, IN))["reason"] == "included"


def test_no_color_takes_the_colours_away_unless_it_is_empty(scope: str, folder: Path) -> None:
    for file, colour in ((scope, GREEN), (str(folder / "bad.yaml"), RED)):
        assert "\x1b" not in on_a_terminal("check", file, IN, NO_COLOR="1")
        assert colour in on_a_terminal("check", file, IN, NO_COLOR="")
    assert b"\x1b" not in process("check", str(folder / "bad.yaml"), IN).stderr


def test_a_target_that_reads_like_an_answer_is_not_painted_as_one(scope: str) -> None:
    shown = on_a_terminal("check", scope, "https://evil.net/: in scope (included) for Example")
    painted = re.findall(r"(?:\x1b\[\d+m)+([a-z ]+)\x1b\[0m", shown)
    assert painted == ["out of scope"]


TITLE = "\\e]0;x\\a"
ESCAPES = {
    "name": f'name: "E{TITLE}"\nin_scope: ["*.e.com"]\n',
    "id": f'name: E\nin_scope: [{{asset: "*.e.com", id: "{TITLE}", name: "{TITLE}"}}]\n',
    "statement": f'name: E\nstatements: [{{text: "{TITLE}"}}]\n',
    "misspelt-field": f'name: E\n"{TITLE}": 1\n',
    "unreadable-asset": f'name: E\nin_scope: [{{asset: "{TITLE}.com"}}]\n',
}


@pytest.mark.parametrize("text", ESCAPES.values(), ids=ESCAPES)
def test_a_file_sends_no_control_characters_to_the_terminal(folder: Path, text: str) -> None:
    """A title or colour sequence in a scope file could hide or forge what is shown."""
    file = folder / "escape.yaml"
    file.write_text(f"id: e\n{text}")
    shown = [on_a_terminal(*words, NO_COLOR="1") for words in (("show", str(file)), ("check", str(file), IN))]
    assert {char for char in "".join(shown) if not char.isprintable()} == {"\n"}
