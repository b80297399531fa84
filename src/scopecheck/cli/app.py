"""The command group and what all commands share: errors and common options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from importlib import import_module
from typing import Any, ParamSpec, TypeVar

import click

import scopecheck as sc
from scopecheck.cli.streams import Paint, one_line, orderly, say

__all__ = ["COLOURS", "as_json_option", "cli", "program_argument", "reports_errors", "strict_option"]

_P = ParamSpec("_P")
_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., Any])

COLOURS = {
    sc.Decision.IN_SCOPE: "green",
    sc.Decision.OUT_OF_SCOPE: "red",
    sc.Decision.UNDETERMINED: "yellow",
}
"""The colour of each decision on a terminal."""


def program_argument(command: _F) -> _F:
    """Give a command its PROGRAM."""
    return click.argument("program", metavar="PROGRAM")(command)


def as_json_option(command: _F) -> _F:
    """Give a command `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")(command)


def strict_option(command: _F) -> _F:
    """Give a command `--strict`."""
    words = "Take any exclusion that could not be read for a possible no."
    return click.option("--strict", is_flag=True, help=words)(command)


def reports_errors(command: Callable[_P, _T]) -> Callable[_P, _T]:
    """Show the library's own errors, all of them, and leave with 2."""

    @wraps(command)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return command(*args, **kwargs)
        except sc.ScopecheckError as error:
            say(Paint("error", "red"), f": {_message(error)}", err=True)
            raise SystemExit(2) from None

    return wrapped


def _message(error: sc.ScopecheckError) -> str:
    """Return the text of an error; a line end in a word of the file must not begin a line of ours."""
    if not isinstance(error, sc.ScopeError):
        return one_line(str(error))
    shown = (
        replace(
            one,
            message=one_line(one.message),
            help=one_line(one.help),
            path=one_line(one.path),
            place=replace(one.place, file=one_line(one.place.file)),
        )
        for one in error.diagnostics
    )
    return "\n".join([one_line(error.message), *map(str, shown)])


_MODULES = {
    "checks": ("check", "filter"),
    "findings": ("finding", "report", "triage"),
    "programs": ("list", "schema", "show"),
    "transfer": ("export", "find", "import"),
}
"""The commands of each module of this package, which is imported when one of them is asked for."""


class _Commands(click.Group):
    """The commands, each of which ends in order; click would turn an interrupt into a `no` (1)."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command."""
        return sorted(name for names in _MODULES.values() for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import what a command needs, and nothing that only others do."""
        for module, names in _MODULES.items():
            if cmd_name in names:
                import_module(f"scopecheck.cli.{module}")
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        with orderly():
            return super().invoke(ctx)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(sc.__version__, prog_name="scopecheck")
def cli() -> None:
    """Tell whether a target may be tested under a bug-bounty program, and why.

    PROGRAM is the id of a bundled program (see `scopecheck list`) or a path to a scope file in
    YAML, TOML or JSON.
    """
