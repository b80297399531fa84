"""`scopecheck import`, `export` and `find`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

import scopecheck as sc
from scopecheck.answer.catalog import Catalog, write_whole
from scopecheck.cli.app import as_json_option, cli, program_argument, reports_errors
from scopecheck.cli.streams import dump, one_line, pour, say
from scopecheck.cli.terminal import Cell, Tell, bar, is_plain, table
from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.native import write_native
from scopecheck.formats.registry import format_named, read, sniff
from scopecheck.formats.source import Source, open_source

__all__ = ["export", "find", "import_"]

_MOST = 10
"""How many unresolved texts are shown."""


@cli.command("import")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option(
    "--format", "format_", metavar="NAME", help="The format of FILE; recognised by content if not given."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    help="Where to write: a `.catalog` file, a `.yaml` file for one program, or a folder for many.",
)
@as_json_option
@reports_errors
def import_(file: str, format_: str | None, output: str | None, as_json: bool) -> None:
    """Read the programs of a platform's or tool's FILE and give an account of them.

    With `-o` they are written too, whole or not at all. How far it is is shown on a terminal. Exit code:
    0 read, 2 usage or a bad file.
    """
    result = _read(file, format_)
    if output is not None:
        with bar(f"writing {output}") as tell:
            _write(result, Path(output), tell)
    if as_json:
        say(dump(result.to_dict()))
    elif is_plain():
        say(result.summary())
    else:
        _show_summary(result)


def _read(path: str, format_: str | None = None) -> ImportResult:
    """Read as `scopecheck.read` does, and show how many of the programs are done."""
    with bar(f"reading {path}") as tell:
        source = open_source(path)
        chosen = sniff(source) if format_ is None else format_named(format_)
        if chosen.read is None:
            return read(path, format_)  # It says why not.
        result = chosen.read(_Watched(source.name, source.raw, tell))
        return replace(result, sniffed=format_ is None)


class _Watched(Source):
    """A source that tells how far its reader has come through a list of programs."""

    def __init__(self, name: str, raw: bytes, tell: Tell) -> None:
        super().__init__(name, raw)
        self._tell = tell

    def json(self) -> Any:
        """Return the JSON value; a list tells how far it was read."""
        value = super().json()
        return _Told(value, self._tell) if type(value) is list else value


class _Told(list[Any]):
    """A list that tells how many of its members were taken."""

    def __init__(self, members: list[Any], tell: Tell) -> None:
        super().__init__(members)
        self._tell = tell

    def __iter__(self) -> Iterator[Any]:
        for number, one in enumerate(super().__iter__()):
            self._tell(number, len(self), f"{number:,} of {len(self):,} programs")
            yield one
        self._tell(len(self), len(self), f"{len(self):,} programs")


def _show_summary(result: ImportResult) -> None:
    """Print the account as a table, and what stayed unread below it."""
    how = "recognised by its content" if result.sniffed else "as asked"
    say(one_line(f"{result.file}: {result.format} ({how})"))
    unresolved = [(program.id, one) for program in result.programs for one in program.unresolved]
    rows: list[tuple[Cell, ...]] = [
        ("programs", f"{len(result.programs):,}", ""),
        ("listed entries", f"{result.entries:,}", ""),
        *((kind, f"{count:,}", "") for kind, count in sorted(result.kinds().items())),
        ("unresolved", f"{len(unresolved):,}", ""),
    ]
    for code, count in sorted(Counter(one.code for one in result.diagnostics).items()):
        if code != "unresolved":
            example = next(one for one in result.diagnostics if one.code == code)
            rows.append((code, f"{count:,}", example.message))
    table(("what", "count", "such as"), rows)
    shown = [(program, " ".join(one.text.split()), one.effect, one.why) for program, one in unresolved]
    if shown:
        say("unresolved:")
        table(("program", "text", "effect", "why"), shown[:_MOST])
    if len(shown) > _MOST:
        say(f"and {len(shown) - _MOST:,} more")


def _write(result: ImportResult, output: Path, tell: Tell) -> None:
    if output.suffix == ".catalog":
        Catalog(result.programs).save(output)
    elif output.suffix in (".yaml", ".yml"):
        if len(result.programs) != 1:
            problem = Diagnostic(
                "many-programs",
                f"one file holds one program, and there are {len(result.programs)}",
                Place(str(output)),
                "give a folder, or a name ending in .catalog",
            )
            raise sc.ScopeValidationError(f"`{output}` was not written", (problem,))
        write_whole(output, write_native(result.programs[0]).text)
    else:
        output.mkdir(parents=True, exist_ok=True)
        for number, program in enumerate(result.programs):
            tell(number, len(result.programs), program.id)
            write_whole(output / f"{program.id}.yaml", write_native(program).text)


@cli.command()
@program_argument
@click.option("--format", "format_", required=True, metavar="NAME", help="The format to write.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="Where to write.  [default: standard output]"
)
@reports_errors
def export(program: str, format_: str, output: str | None) -> None:
    """Write PROGRAM in the format of another tool.

    What that tool cannot express is narrowed for inclusions, widened for exclusions, and listed on
    standard error. Exit code: 0 written, 2 usage or a bad file.
    """
    chosen = format_named(format_)
    if chosen.write is None:
        problem = Diagnostic("read-only", f"`{chosen.name}` is read, never written", Place("format"))
        raise sc.ScopeValidationError(f"`{chosen.name}` cannot be written", (problem,))
    result = chosen.write(sc.load(program))
    if output is None:
        pour(result.text.rstrip("\n"))
    else:
        write_whole(output, result.text)
    for loss in result.losses:
        say(str(loss), err=True)


@cli.command()
@click.argument("catalog", type=click.Path(dir_okay=False))
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@as_json_option
@reports_errors
def find(catalog: str, targets: tuple[str, ...], as_json: bool) -> None:
    """Find the programs of CATALOG that list each TARGET, each with its own verdict.

    CATALOG is a file that `import -o NAME.catalog` wrote, or a file that `import` can read. Exit
    code: 0 every target is in scope of some program, 1 some target is in scope of none, 2 usage or a
    bad file.
    """
    loaded = _open_catalog(catalog)
    everywhere = True
    for target in targets:
        found = loaded.find(target)
        everywhere = everywhere and any(verdict.in_scope for _, verdict in found)
        if as_json:
            say(dump({"target": target, "programs": [verdict.to_dict() for _, verdict in found]}))
        elif not found:
            say(f"{one_line(target)}: no program of the catalog lists it")
        for _, verdict in found if not as_json else ():
            say(str(verdict))
    if not everywhere:
        raise SystemExit(1)


def _open_catalog(path: str) -> Catalog:
    try:
        with Path(path).open("rb") as file:
            saved = b"scopecheck-catalog" in file.read(200)
    except OSError:
        saved = False  # The importer says what is wrong with the file.
    if saved:
        return Catalog.load(path)
    return Catalog(_read(path).programs)
