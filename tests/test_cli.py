"""The command, as its users call it: in a shell, in a pipe, with a typo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import scopecheck as sc

SCOPE = 'id: demo\nname: Demo\nin_scope:\n  - "*.example.com"\nout_of_scope:\n  - blog.example.com\n'


@pytest.fixture
def scope(tmp_path: Path) -> str:
    path = tmp_path / "demo.yaml"
    path.write_text(SCOPE, "utf-8")
    return str(path)


def run(*args: str, stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "scopecheck", *args],
        input=stdin,
        capture_output=True,
        check=False,
        env={**os.environ, **env},
    )


@pytest.mark.parametrize(
    ("targets", "code"),
    [
        (("a.example.com",), 0),
        (("a.example.com", "blog.example.com", "example.com"), 1),
        (("a.example.com", "example.com"), 3),
        (("javascript:x",), 3),
    ],
)
def test_check_leaves_with_what_it_found(scope: str, targets: tuple[str, ...], code: int) -> None:
    assert run("check", scope, *targets).returncode == code


def test_check_prints_the_verdict(scope: str) -> None:
    verdict = sc.Checker(sc.load(scope)).check("https://x.blog.example.com/")
    assert run("check", scope, "https://x.blog.example.com/").stdout.decode() == f"{verdict}\n"
    printed = json.loads(run("check", scope, "--json", "https://x.blog.example.com/").stdout)
    assert printed == verdict.to_dict()


def test_check_reads_standard_input(scope: str) -> None:
    result = run("check", scope, "--json", "-", stdin=b"a.example.com\n\nb.example.com\n")
    assert [json.loads(line)["target"] for line in result.stdout.splitlines()] == [
        "a.example.com",
        "b.example.com",
    ]


def test_filter_keeps_bytes_and_order_and_counts_what_it_drops(scope: str) -> None:
    lines = b"https://b.example.com/\xff\r\nhttps://a.example.com/\r\n\nblog.example.com\njavascript:x\nc.example.com"
    result = run("filter", scope, stdin=lines)
    assert result.stdout == b"https://a.example.com/\nc.example.com\n"
    assert result.stderr.decode().startswith("5 lines: 2 in scope, 1 out of scope, 2 undetermined")
    assert result.returncode == 0


def test_filter_passes_what_is_asked_with_its_reason(scope: str) -> None:
    result = run(
        "filter", scope, "--decision", "undetermined", "--with-reason", stdin=b"example.com\na.example.com\n"
    )
    assert result.stdout == b"example.com\tUNDETERMINED\tapex-unstated\n"
    assert run("filter", scope, stdin=b"example.org\n").returncode == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes close in another way here")
def test_a_closed_pipe_gives_no_traceback(scope: str) -> None:
    command = f"yes a.example.com | head -50000 | {sys.executable} -m scopecheck filter {scope} | head -1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert result.stdout == b"a.example.com\n"
    assert b"Traceback" not in result.stderr


def test_a_bad_file_prints_every_problem_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("id: demo\nname: Demo\nnmae: x\nin_scope:\n  - *.e.com\n", "utf-8")
    result = run("check", str(path), "a.e.com")
    assert result.returncode == 2
    assert result.stdout == b""
    assert result.stderr.decode().count("error:") == 3  # The headline and both problems.


def test_wrong_usage_and_unknown_programs_leave_with_two() -> None:
    assert run("check").returncode == 2
    result = run("check", "opneai", "a.example.com")
    assert result.returncode == 2
    assert b"openai" in result.stderr


def test_no_colours_leave_a_pipe(scope: str) -> None:
    assert b"\x1b[" not in run("check", scope, "a.example.com").stdout


def test_colours_on_a_terminal_unless_unwanted(scope: str) -> None:
    pty = pytest.importorskip("pty", reason="there are no terminals to ask here")

    def shown(**env: str) -> bytes:
        main, side = pty.openpty()
        command = [sys.executable, "-m", "scopecheck", "check", scope, "a.example.com"]
        subprocess.run(command, stdout=side, stderr=side, check=False, env={**os.environ, **env})
        os.close(side)
        text: bytes = os.read(main, 65_536)
        os.close(main)
        return text

    assert b"\x1b[" in shown(TERM="xterm")
    assert b"\x1b[" not in shown(TERM="xterm", NO_COLOR="1")


def test_list_show_and_schema() -> None:
    assert {json.loads(line)["id"] for line in run("list", "--json").stdout.splitlines()} >= {
        "openai",
        "openai-safety",
    }
    shown = run("show", "openai").stdout.decode()
    assert "*.openai.com" in shown
    assert "200 to 6500 USD" in shown
    assert json.loads(run("schema").stdout) == sc.schema()


def test_import_writes_whole_files_and_find_asks_them(tmp_path: Path) -> None:
    dump = tmp_path / "dump.json"
    target = {"type": "website", "target": "shop.example.com"}
    dump.write_text(
        json.dumps(
            [{"id": "1", "name": "Demo", "offers_awards": True, "url": "https://www.federacy.com/demo",
              "targets": {"in_scope": [target], "out_of_scope": []}}]
        ),
        "utf-8",
    )  # fmt: skip
    catalog = tmp_path / "all.catalog"
    imported = run("import", str(dump), "--format", "federacy", "-o", str(catalog))
    assert imported.returncode == 0, imported.stderr
    assert b"programs: 1" in imported.stdout
    assert run("find", str(catalog), "https://shop.example.com/").returncode == 0
    assert run("find", str(catalog), "https://other.example.com/").returncode == 1
    truncated = tmp_path / "cut.json"
    truncated.write_text(dump.read_text("utf-8")[:-5], "utf-8")
    assert run("import", str(truncated)).returncode == 2
