"""`scopecheck import`, `export` and `find`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

import scopecheck as sc
from scopecheck.answer.catalog import Catalog, write_whole
from scopecheck.cli.app import as_json_option, cli, dump, program_argument, reports_errors, say
from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.native import write_native
from scopecheck.formats.registry import format_named, read

__all__ = ["export", "find", "import_"]


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

    With `-o` they are written too, whole or not at all. Exit code: 0 read, 2 usage or a bad file.
    """
    with _Progress(f"reading {file}"):
        result = read(file, format_)
    if output is not None:
        _write(result, Path(output))
    say(dump(result.to_dict()) if as_json else result.summary())


class _Progress:
    """Say on a terminal what takes a while, and take it back when done."""

    def __init__(self, text: str) -> None:
        self._stream = sys.stderr
        self._text = text if self._stream.isatty() else ""

    def __enter__(self) -> None:
        if self._text:
            self._stream.write(f"{self._text} …")
            self._stream.flush()

    def __exit__(self, *_: object) -> None:
        if self._text:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def _write(result: ImportResult, output: Path) -> None:
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
        for program in result.programs:
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
        say(result.text.rstrip("\n"))
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
            say(f"{target}: no program of the catalog lists it")
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
    with _Progress(f"reading {path}"):
        return Catalog(read(path).programs)
