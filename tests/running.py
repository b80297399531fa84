"""Ways to run the command: inside this process, as a process, on a terminal."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scopecheck.cli import cli

__all__ = ["command", "environment", "on_a_terminal", "process", "run"]


def run(*words: str, stdin: bytes = b"") -> Result:
    """Run the command here; whatever it raises but its exit code fails the test."""
    result = CliRunner().invoke(cli, list(words), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def command(*words: str) -> list[str]:
    """Return what runs the command as a process."""
    return [sys.executable, "-m", "scopecheck", *words]


def environment(**more: str) -> dict[str, str]:
    """Return the variables of this process without those that say how to draw."""
    drawing = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TTY_COMPATIBLE")
    kept = {name: value for name, value in os.environ.items() if name not in drawing}
    return kept | {"TERM": "xterm"} | more


def process(*words: str, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a process with pipes."""
    return subprocess.run(
        command(*words), input=stdin, capture_output=True, check=False, env=environment(**more)
    )


def on_a_terminal(*words: str, columns: int = 0, stdout: Path | None = None, **more: str) -> str:
    """Run the command on a terminal and return what it shows.

    `columns` is the width of the terminal, 0 a terminal that does not know it. With `stdout` only standard
    error is the terminal.
    """
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    if columns:
        import fcntl
        import termios

        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    with contextlib.ExitStack() as held:
        output = held.enter_context(stdout.open("wb")) if stdout is not None else theirs
        running = held.enter_context(
            subprocess.Popen(
                command(*words),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=theirs,
                env=environment(**more),
            )
        )
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # Linux says so when the other end is closed.
            while piece := os.read(ours, 4096):
                shown += piece
        running.wait()
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")
