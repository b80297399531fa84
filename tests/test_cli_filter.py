"""`scopecheck filter`: files, compression, chunks, interrupts, the bar; and what writes whole lines."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from running import command, environment, on_a_terminal, process, run
from scopecheck.bulk import files as reading
from scopecheck.cli.lines import LineSource
from scopecheck.cli.streams import dump, one_line, whole
from scopecheck.cli.terminal import bar

zstandard = pytest.importorskip("zstandard")

IN, OUT = b"https://a.e.com/", b"https://blog.e.com/"


@pytest.fixture(scope="module")
def scope(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = tmp_path_factory.mktemp("filter") / "e.yaml"
    made.write_text('id: e\nname: E\nin_scope: ["*.e.com"]\nout_of_scope: [blog.e.com]\n')
    return str(made)


# --- what passes ------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", [["in-scope"], ["out-of-scope"], ["undetermined", "in-scope"], []])
def test_lines_and_json_pass_alike(scope: str, chosen: list[str]) -> None:
    words = {"in-scope": IN, "out-of-scope": OUT, "undetermined": b"%"}
    lines = [IN, b"", OUT, b"%", b" \t", IN]
    expected = [line for line in lines if line in [words[word] for word in chosen or ["in-scope"]]]
    more = [part for word in chosen for part in ("--decision", word)]
    done = run("filter", scope, *more, stdin=b"\n".join(lines))
    assert done.stdout_bytes == b"".join(line + b"\n" for line in expected)
    assert done.stderr == (
        "4 lines: 2 in scope, 1 out of scope, 1 undetermined, 1 of them no target; 2 blank\n"
    )
    as_json = run("filter", scope, "--json", *more, stdin=b"\n".join(lines))
    found = [json.loads(line) for line in as_json.stdout.splitlines()]
    assert [verdict["target"].encode() for verdict in found] == expected
    assert as_json.stderr == done.stderr


def test_no_extra_is_imported(scope: str) -> None:
    """Arrow is no faster at this, and costs a start."""
    code = (
        "import sys; from scopecheck.cli import main\n"
        f"sys.argv = ['scopecheck', 'filter', {scope!r}]\n"
        "try: main()\n"
        "except SystemExit: print(sorted({'pyarrow', 'zstandard', 'rich', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], input=IN, capture_output=True, check=False)
    assert done.stdout == IN + b"\n[]\n"


# --- files -----------------------------------------------------------------------------------


def test_files_are_read_in_order_and_a_dash_is_standard_input(scope: str, tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"1.e.com\nblog.e.com\n2.e.com")
    (tmp_path / "two").write_bytes(b"3.e.com\r\n1.e.com\n")
    done = run("filter", scope, str(tmp_path / "one"), "-", str(tmp_path / "two"), stdin=b"in.e.com")
    assert done.stdout_bytes == b"1.e.com\n2.e.com\nin.e.com\n3.e.com\r\n1.e.com\n"
    assert done.stderr == "6 lines: 5 in scope, 1 out of scope, 0 undetermined\n"


def packed(path: Path, *parts: bytes) -> str:
    """Write parts to a file, each packed for itself as the ending says."""
    pack = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}
    path.write_bytes(b"".join(pack.get(path.suffix.lower(), bytes)(part) for part in parts))
    return str(path)


@pytest.mark.parametrize("ending", ["", ".gz", ".zst", ".GZ", ".Zst"])
def test_a_compressed_file_is_read_like_any_other(scope: str, tmp_path: Path, ending: str) -> None:
    """Also one that was put together from several, in the middle of a line."""
    file = packed(tmp_path / f"urls{ending}", b"1.e.com\n2.e", b".com\nblog.e.com\n", b"", b"3.e.com")
    done = run("filter", scope, file)
    assert done.stdout_bytes == b"1.e.com\n2.e.com\n3.e.com\n"
    assert done.exit_code == 0


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_cut_file_is_an_error_and_never_the_beginning_of_a_line(
    scope: str, tmp_path: Path, ending: str
) -> None:
    """The beginning of a URL may name a host that its end does not."""
    data = b"".join(b"https://a.e.com.%d.evil.net/\nhttps://%d.e.com/\n" % (n, n * 7919) for n in range(50))
    file = Path(packed(tmp_path / f"urls{ending}", data))
    raw, passed = file.read_bytes(), run("filter", scope, str(file)).stdout_bytes
    assert passed.count(b"\n") == 50
    for size in {*range(1, len(raw), max(len(raw) // 40, 1)), len(raw) - 1}:
        file.write_bytes(raw[:size])
        done = run("filter", scope, str(file))
        assert done.exit_code == 2
        assert f"`{file}` cannot be read" in done.stderr
        assert passed.startswith(done.stdout_bytes)
        assert done.stdout_bytes[-1:] in (b"", b"\n")


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_damaged_file_is_an_error(scope: str, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"urls{ending}"
    for data in (IN + b"\n", Path(packed(file, IN)).read_bytes() + b"rubbish"):
        file.write_bytes(data)
        done = run("filter", scope, str(file))
        assert (done.exit_code, "Traceback" in done.stderr) == (2, False)
        assert done.stderr.startswith(f"error: `{file}` cannot be read\n{file}: error: ")


def test_without_its_package_zstd_is_refused_before_anything_is_read(
    scope: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "urls").write_bytes(IN)
    file = packed(tmp_path / "urls.zst", IN)
    monkeypatch.setitem(sys.modules, "zstandard", None)
    done = run("filter", scope, str(tmp_path / "urls"), file)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: reading `{file}` needs the package `zstandard`;"
        " install it with `pip install 'scopecheck[arrow]'`\n"
    )


def test_a_file_that_is_the_output_too_is_refused(scope: str, tmp_path: Path) -> None:
    """What passes would be read again, without end."""
    file = tmp_path / "urls"
    file.write_bytes(IN + b"\n")
    with file.open("ab") as output:
        done = subprocess.run(
            command("filter", scope, str(file)), stdout=output, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, file.read_bytes()) == (2, IN + b"\n")
    assert b"it is the output too" in done.stderr


def test_a_line_beyond_all_measure_is_refused(
    scope: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_LINE", 1 << 20)
    (tmp_path / "urls").write_bytes(IN + b"\n" + b"x" * (3 << 20))
    done = run("filter", scope, str(tmp_path / "urls"))
    assert (done.exit_code, done.stdout_bytes) == (2, IN + b"\n")
    assert "a line is longer than 1 MiB" in done.stderr


@given(
    data=st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\xff", b"bc"])).map(b"".join), size=st.integers(1, 9)
)
def test_where_a_chunk_ends_is_immaterial(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, size: int
) -> None:
    file = tmp_path_factory.getbasetemp() / "chunks"
    file.write_bytes(data)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reading, "CHUNK", size)
        source = LineSource((str(file),))
        found = list(source.blocks())
    assert b"".join(found) == (data + b"\n" if data[-1:] not in (b"", b"\n") else data)
    assert all(block.endswith(b"\n") for block in found)
    assert source.done == source.total == len(data)


@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
def test_the_memory_does_not_grow_with_the_file(tmp_path: Path, ending: str) -> None:
    """Not even for what was packed a thousandfold."""

    def peak(lines: int) -> int:
        source = LineSource((packed(tmp_path / f"urls{ending}", (IN * 4 + b"\n") * lines),))
        tracemalloc.start()
        try:
            assert sum(block.count(b"\n") for block in source.blocks()) == lines
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # A piece of zstd may become as much as this at once.
    allowed = 48 << 20 if ending == ".zst" else 0
    assert peak(300_000) < 2 * peak(20_000) + allowed


# --- streams ---------------------------------------------------------------------------------


def test_a_line_is_answered_before_the_next_one_comes(scope: str) -> None:
    with subprocess.Popen(
        command("filter", scope), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for number in range(3):
            running.stdin.write(b"https://%d.e.com/\n" % number)
            running.stdin.flush()
            assert running.stdout.readline() == b"https://%d.e.com/\n" % number
        running.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("more", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_an_interrupt_leaves_whole_lines(
    scope: str, tmp_path: Path, more: tuple[str, ...], unbuffered: str
) -> None:
    (tmp_path / "urls").write_bytes((IN + b"x" * 999 + b"\n") * 3000)
    with subprocess.Popen(
        command("filter", scope, *more, str(tmp_path / "urls")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(PYTHONUNBUFFERED=unbuffered),
    ) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        assert running.stderr is not None
        rest, errors = running.stdout.read(), running.stderr.read()
    assert running.returncode == 130
    assert errors.endswith(b" undetermined\ninterrupted\n")
    assert b"Traceback" not in errors
    assert set((first + rest).splitlines(keepends=True)) == {first}


def interrupted(times: int, written: list[str]) -> None:
    """Write something, with interrupts before it is done."""
    with whole():
        for _ in range(times):
            os.kill(os.getpid(), signal.SIGINT)
        written.append("all of it")


def test_an_interrupt_waits_for_what_is_being_written() -> None:
    """A second one breaks in: perhaps nobody will ever read."""
    before = signal.getsignal(signal.SIGINT)
    written: list[str] = []
    for times, expected in ((0, ["all of it"]), (1, ["all of it"]), (2, [])):
        written.clear()
        with pytest.raises(KeyboardInterrupt) if times else contextlib.nullcontext():
            interrupted(times, written)
        assert (written, signal.getsignal(signal.SIGINT)) == (expected, before)


def test_the_end_of_a_line_stays_behind_the_reason(scope: str) -> None:
    done = run("filter", scope, "--with-reason", stdin=IN + b"\r\n" + IN)
    assert done.stdout_bytes.splitlines(keepends=True) == [
        IN + b"\tIN_SCOPE\tincluded\r\n",
        IN + b"\tIN_SCOPE\tincluded\n",
    ]


JSON = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(JSON)
def test_json_is_one_line_that_no_terminal_obeys_and_loads_back(value: object) -> None:
    text = dump(value)
    assert text.isprintable()
    assert json.loads(text) == value


@given(st.text())
def test_a_line_is_whole_and_harmless(text: str) -> None:
    shown = one_line(text)
    assert shown.isprintable()
    assert len(shown) >= len(text)
    assert not text.isprintable() or shown == text


# --- the bar ---------------------------------------------------------------------------------


def test_a_bar_moves_where_the_lines_go_elsewhere(scope: str, tmp_path: Path) -> None:
    (tmp_path / "urls").write_bytes((IN + b"\n" + OUT + b"\n") * 2000)
    shown = on_a_terminal("filter", scope, str(tmp_path / "urls"), columns=120, stdout=tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == (IN + b"\n") * 2000
    assert all(words in shown for words in ("4,000 lines", "/s", "50.0% in scope", "100%"))
    # It is taken away, the cursor is back, and the last line is the account.
    assert shown.rindex("\x1b[2K") > shown.rindex("filtering")
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")
    assert shown.endswith("4000 lines: 2000 in scope, 2000 out of scope, 0 undetermined\n")


def test_no_bar_meets_the_lines_or_a_file(scope: str, tmp_path: Path) -> None:
    (tmp_path / "urls").write_bytes(IN + b"\n")
    account = "1 line: 1 in scope, 0 out of scope, 0 undetermined\n"
    words = ("filter", scope, str(tmp_path / "urls"))
    assert on_a_terminal(*words) == f"{IN.decode()}\n{account}"
    assert on_a_terminal(*words, stdout=tmp_path / "out", TERM="dumb") == account
    assert process(*words).stderr == account.encode()
    assert process(*words, FORCE_COLOR="1").stderr == account.encode()


def test_a_bar_is_drawn_ten_times_a_second_and_not_each_time_it_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with bar("a\x1b]0;x\x07b", shown=True) as tell:
        for number in range(20_000):
            tell(number, 20_000, "[red]c\x1b[31m")
    shown = capsys.readouterr().err
    assert 0 < shown.count("filtering") + shown.count("\x1b[2K") < 2000
    assert "\x1b]0;" not in shown
    assert "[red]c\\x1b" in shown


@pytest.mark.skipif(not hasattr(signal, "SIGPIPE"), reason="signals of POSIX")
def test_a_bar_is_taken_away_when_the_reader_stops_early(scope: str, tmp_path: Path) -> None:
    """A command that dies of the signal itself would leave the terminal without a cursor."""
    pty = pytest.importorskip("pty")
    (tmp_path / "urls").write_bytes((IN + b"\n") * 50_000)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command("filter", scope, str(tmp_path / "urls")),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs, env=environment(),
    ) as running:  # fmt: skip
        os.close(theirs)
        assert running.stdout is not None
        running.stdout.readline()
        running.stdout.close()
        shown = b""
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:
            os.close(ours)
    assert running.returncode == -signal.SIGPIPE
    assert shown.rindex(b"\x1b[?25h") > shown.rindex(b"\x1b[?25l")
    assert b"Traceback" not in shown
