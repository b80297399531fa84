"""HackerOne: the download of a program's scope tab (`hackerone-csv`).

CSV with a header (four such files in public repositories agree on it) ::

    identifier,asset_type,instruction,eligible_for_bounty,eligible_for_submission,
    availability_requirement,confidentiality_requirement,integrity_requirement,max_severity,
    system_tags,created_at,updated_at

Columns are found by name; `identifier`, `asset_type` and `eligible_for_submission` have to be there,
since without the last nobody could tell an exclusion. Flags are `true`, `false` or empty; quoted cells
may hold line breaks and commas. What the fields mean is said in `hackerone`; a row that is not eligible
for submission keeps `critical` as its `max_severity`, which has no meaning there.

The file names no program. Its own name does: `scopes_for_NAME_at_DATE.csv`, or `NAME.csv`.

Lost: environmental scores (`*_requirement`), tags, dates; the download has no rewards.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.hackerone import Reader, Row, named_file, result
from scopecheck.formats.registry import Format
from scopecheck.formats.source import ShapeError, Source
from scopecheck.targets.host import printable

__all__ = ["FORMATS", "read_hackerone_csv"]

_COLUMNS = ("identifier", "asset_type", "eligible_for_submission")


def read_hackerone_csv(source: Source) -> ImportResult:
    """Read the download of a program's scope tab; raise `ScopeError` where a column or cell is missing."""
    handle, day = named_file(source)
    reader = Reader.of(source, {"handle": handle}, "")
    reader.builder.as_of = day
    reader.add(_csv_rows(source))
    return result("hackerone-csv", source, [reader])


def _csv_rows(source: Source) -> list[Row]:
    lines = _csv_cells(source)
    number, header = next(lines, (1, []))
    names = [cell.strip().casefold() for cell in header]
    missing = [name for name in _COLUMNS if name not in names]
    if missing or len(set(names)) < len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        said = "the columns " + " and ".join(f"`{name}`" for name in missing or twice)
        mend = "the first line holds the names of the columns, with commas between them"
        raise _at_line(source, number, said + (" are missing" if missing else " are there twice"), mend)
    rows: list[Row] = []
    for number, cells in lines:
        if len(cells) != len(names):
            said = f"the row has {len(cells)} cells, and the header {len(names)}"
            raise _at_line(source, number, said, "is the download complete?")
        row = dict(zip(names, cells, strict=True))
        eligible, bounty = (
            _flag(source, row.get(key, ""), number, key)
            for key in ("eligible_for_submission", "eligible_for_bounty")
        )
        kind, words, severity = (row.get(key, "") for key in ("asset_type", "instruction", "max_severity"))
        rows.append(Row(row["identifier"], kind, eligible, bounty, words, severity, f"line {number}"))
    return rows


def _csv_cells(source: Source) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with the line that each begins in; blank lines are none."""
    reader = csv.reader(io.StringIO(source.text(), newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _at_line(source, line, f"not CSV: {error}", "is the download complete?") from None


def _flag(source: Source, cell: str, line: int, column: str) -> bool | None:
    word = cell.strip().casefold()
    if word not in ("true", "false", ""):
        said = f"`{printable(cell, 40)}` in `{column}` is neither true nor false"
        raise _at_line(source, line, said, "write `true` or `false`")
    return None if word == "" else word == "true"


def _at_line(source: Source, line: int, message: str, help: str) -> ShapeError:
    problem = Diagnostic("shape", message, Place(source.name, line), help)
    return ShapeError(f"`{printable(source.name)}` is not of the expected shape", (problem,))


def _recognises(source: Source) -> int:
    """Tell the download by the names of its columns."""
    first = source.head.partition("\n")[0].casefold()
    return 95 if {"identifier", "asset_type"} <= {cell.strip(' "\r') for cell in first.split(",")} else 0


FORMATS = (
    Format("hackerone-csv", "HackerOne, a scope download", _recognises, read_hackerone_csv, suffix=".csv"),
)
