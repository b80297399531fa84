"""The command group and what all commands share: errors, colours, JSON lines, common options."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

import scopecheck as sc

__all__ = ["as_json_option", "cli", "dump", "program_argument", "reports_errors", "say", "strict_option"]

_P = ParamSpec("_P")
_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., Any])


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


def colour() -> bool | None:
    """Return False where the user wants no colour; else click decides by the terminal."""
    return False if os.environ.get("NO_COLOR") else None


def say(text: str = "", *, err: bool = False) -> None:
    """Print a line, coloured on a terminal alone."""
    click.echo(text, err=err, color=colour())


def reports_errors(command: Callable[_P, _T]) -> Callable[_P, _T]:
    """Show the library's own errors, all of them, and leave with 2."""

    @wraps(command)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return command(*args, **kwargs)
        except sc.ScopecheckError as error:
            say(f"{click.style('error', fg='red')}: {error}", err=True)
            raise SystemExit(2) from None

    return wrapped


def dump(value: Any) -> str:
    """Return JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(sc.__version__, prog_name="scopecheck")
def cli() -> None:
    """Tell whether a target may be tested under a bug-bounty program, and why.

    PROGRAM is the id of a bundled program (see `scopecheck list`) or a path to a scope file in
    YAML, TOML or JSON.
    """
