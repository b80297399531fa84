"""What the command writes, and how it ends when that fails or is interrupted.

Everything printed for people goes through `say`, which lets nothing through that a terminal obeys: names, ids
and statements come from files that others wrote. What is broken off is never half a line.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import IO, Any, NamedTuple, NoReturn

import click

from scopecheck.targets.host import printable

__all__ = ["Paint", "colour", "dump", "one_line", "orderly", "pour", "put_bytes", "say", "whole"]

INTERRUPTED = 130
"""The exit code after Ctrl-C, 128 and the number of the signal, as shells have it."""
BROKEN_PIPE = 141
"""The exit code where the reader has gone and no signal says so."""


class Paint(NamedTuple):
    """A piece of text in a colour of ANSI, for a terminal; "" leaves the colour as it is."""

    text: str
    colour: str
    bold: bool = False


def colour() -> bool | None:
    """Return False where the user wants no colour; else the terminal decides."""
    return False if os.environ.get("NO_COLOR") else None


def one_line(text: str) -> str:
    """Return the whole text as one line without anything that a terminal obeys."""
    return text if text.isprintable() else printable(text, len(text))


def _clean(text: str) -> str:
    """Return lines without anything that a terminal obeys: a title or colour could forge what is shown."""
    return "\n".join(one_line(line) for line in text.split("\n"))


def say(*parts: str | Paint, err: bool = False) -> None:
    """Print a line, or several, to standard output or standard error; colours on a terminal alone."""
    painted = _is_terminal(sys.stderr if err else sys.stdout) and colour() is not False
    shown = "".join(
        click.style(_clean(part.text), fg=part.colour or None, bold=part.bold or None)
        if isinstance(part, Paint) and painted
        else _clean(part if isinstance(part, str) else part.text)
        for part in parts
    )
    if not err:
        _print(shown)
    elif sys.stderr is not None:
        # Who cannot be told still gets the exit code.
        with contextlib.suppress(OSError):
            click.echo(_encodable(shown, sys.stderr), err=True, color=colour())


def pour(text: str) -> None:
    """Print a document as it is, and a line end; a terminal alone gets it without control characters."""
    if _is_terminal(sys.stdout):
        _print(_clean(text.replace("\t", "    ")))
    else:
        _print(text)  # Elsewhere every character counts.


def put_bytes(lines: bytes) -> None:
    """Write whole lines to standard output at once, unchanged."""
    text = _standard_output()
    stream = text.buffer
    with whole():
        text.flush()
        rest = memoryview(lines)
        # Unbuffered (`python -u`) an interrupt makes a pipe take a part, and nobody writes the others.
        while len(rest := rest[stream.write(rest) :]):
            pass
        stream.flush()


def _print(text: str) -> None:
    stream = _standard_output()
    shown = _encodable(text, stream)
    if not _is_terminal(stream) and hasattr(stream, "buffer"):
        put_bytes(shown.encode(stream.encoding or "utf-8") + b"\n")
        return
    with whole():
        click.echo(shown, color=colour())


def _standard_output() -> Any:
    """Return standard output; raise `OSError` where it is closed."""
    if sys.stdout is None:
        raise OSError(None, "it is closed")
    return sys.stdout


def _is_terminal(stream: IO[str] | None) -> bool:
    return stream is not None and stream.isatty()


def _encodable(text: str, stream: IO[str]) -> str:
    """Return `text` with escapes in place of the letters that the stream cannot write."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def dump(value: Any) -> str:
    """Return JSON on one line; what a terminal obeys, or standard output cannot write, is escaped in it."""
    text = json.dumps(value, ensure_ascii=False)
    if not text.isprintable():
        text = "".join(ch if ch.isprintable() else json.dumps(ch)[1:-1] for ch in text)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value)
    return text


@contextlib.contextmanager
def whole() -> Iterator[None]:
    """Hold back an interrupt while something is written, so that no line is cut; a second one breaks in."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []

    def hold(number: int, frame: FrameType | None) -> None:
        if held:
            raise KeyboardInterrupt
        held.append(number)

    before = signal.signal(signal.SIGINT, hold)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if held:
        raise KeyboardInterrupt


@contextlib.contextmanager
def orderly() -> Iterator[None]:
    """End the command in order, without a traceback, where it is interrupted or cannot write.

    An interrupt leaves with 130, a full disk or a closed stream with 2. A reader that stops early ends
    the command by the signal SIGPIPE, as it ends other filters.
    """
    try:
        yield
    except KeyboardInterrupt:
        _let_go()
        say("interrupted", err=True)
        raise SystemExit(INTERRUPTED) from None
    except BrokenPipeError:
        _let_go()
        _end_by_pipe()
    except OSError as error:
        _let_go()
        where = f"`{one_line(str(error.filename))}`" if error.filename else "standard output"
        verb = "used" if error.filename else "written"
        why = (error.strerror or str(error)).lower()
        say(Paint("error", "red"), f": {where} cannot be {verb}: {why}", err=True)
        raise SystemExit(2) from None


def _let_go() -> None:
    """Point standard output to nowhere, or the last flush of the interpreter would fail once more."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        descriptor = sys.stdout.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


def _end_by_pipe() -> NoReturn:
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
    raise SystemExit(BROKEN_PIPE)
