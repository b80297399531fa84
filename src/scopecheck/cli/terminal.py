"""Tables and progress bars: laid out on a terminal, plain lines or nothing elsewhere.

`rich` draws them and is imported when the first one is really drawn.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from scopecheck.cli.streams import Paint, colour, one_line, put_bytes

__all__ = ["Cell", "Tell", "bar", "draws_bars", "is_plain", "table"]

Cell: TypeAlias = str | Paint
Tell: TypeAlias = Callable[[int, int | None, str], None]
"""Says how far something is: done, of how many (None: unknown), and a remark."""

_TIMES_A_SECOND = 10
_DECISIONS = frozenset({"decision", "asset", "kind"})
_NARROW, _WIDE = 72, 120
"""Terminals that are too narrow to keep decisions unbroken, and wide enough to keep reasons so."""


def is_plain() -> bool:
    """Tell whether standard output is no terminal, so that a table is lines with tabs."""
    return sys.stdout is None or not sys.stdout.isatty()


def table(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print a table to standard output.

    On a terminal it has headings and is as wide as the terminal; a long cell goes on in the next line and
    nothing is cut, since the end of a URL decides what it names. Elsewhere each row is a line of its
    cells, whole, with tabs between and without headings.
    """
    if is_plain():
        _print_plain(rows)
    else:
        _draw(headings, rows)


def _print_plain(rows: Iterable[Sequence[Cell]]) -> None:
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    for row in rows:
        cells = (one_line(cell.text if isinstance(cell, Paint) else cell) for cell in row)
        put_bytes("\t".join(cells).encode(encoding, "backslashreplace") + b"\n")


def _draw(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(
        force_terminal=True, color_system=None if colour() is False else "auto", highlight=False
    )
    # Columns are told apart by space alone, which every terminal can show.
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold underline")
    for heading in headings:
        drawn.add_column(heading, overflow="fold", width=_width(heading, console.width))
    for row in rows:
        drawn.add_row(*(_text(cell) for cell in row))
    with console.capture() as captured:
        console.print(drawn)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    shown = "\n".join(line.rstrip() for line in captured.get().split("\n"))
    put_bytes(shown.encode(encoding, "backslashreplace"))


def _width(heading: str, available: int) -> int | None:
    """Return the width of a column that holds decisions, which are not broken; None where any will do."""
    if heading not in _DECISIONS or available < _NARROW:
        return None
    return len("undetermined") if heading == "decision" or available < _WIDE else len("unresolved-exclusion")


def _text(cell: Cell) -> Any:
    """Return a cell that `rich` takes as it is: no markup, no emoji codes, nothing that a terminal obeys."""
    from rich.text import Text

    if not isinstance(cell, Paint):
        return Text("\n".join(one_line(line) for line in cell.split("\n")))
    return Text(one_line(cell.text), style=f"bold {cell.colour}" if cell.bold else cell.colour)


def draws_bars() -> bool:
    """Tell whether standard error is a terminal on which a bar can move."""
    able = sys.stderr is not None and sys.stderr.isatty()
    return able and os.environ.get("TERM", "") not in ("dumb", "unknown")


@contextlib.contextmanager
def bar(what: str, *, shown: bool | None = None) -> Iterator[Tell]:
    """Show on standard error how far something is, and take it away when done.

    Drawn at most ten times a second, on a terminal alone (`shown` says otherwise), so that nothing of it
    reaches a file.
    """
    if not (draws_bars() if shown is None else shown):
        yield lambda done, total, remark: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, color_system=None if colour() is False else "auto", highlight=False)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TextColumn("{task.fields[remark]}", markup=False),
        TimeElapsedColumn(),
    )
    drawing = Progress(
        *columns,
        console=console,
        transient=True,
        refresh_per_second=_TIMES_A_SECOND,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with drawing:
        task = drawing.add_task(one_line(what), total=None, remark="")

        def tell(done: int, total: int | None, remark: str) -> None:
            drawing.update(task, completed=done, total=total, remark=one_line(remark))

        yield tell
