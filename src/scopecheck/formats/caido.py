"""Caido's scope presets, out.

Shape (Caido's documentation, https://docs.caido.io/guides/scope, and its SDK's `createScope`):

    {"name": NAME, "allowlist": [GLOB, ...], "denylist": [GLOB, ...]}

A GLOB is a host of lower-case letters, digits, `-`, `_` and dots, in which `*` is any text and `?` one
character; the denylist beats the allowlist. A preset knows no schemes, ports or paths. A file that
Caido itself exported has not been seen, so there is no reader.
"""

from __future__ import annotations

import json

from scopecheck.formats.globwriting import SINGLE_GLOBS, host_globs
from scopecheck.formats.registry import ExportResult, Format
from scopecheck.formats.source import Source
from scopecheck.formats.toolplan import Planned, plan
from scopecheck.scope.model import Program

__all__ = ["FORMATS", "write_caido"]


def write_caido(program: Program) -> ExportResult:
    """Write a program as a scope preset of Caido.

    An included path or port is left out, an excluded one takes its whole host; `losses` lists it.
    """
    made = plan(program, SINGLE_GLOBS, "Caido")
    preset = {"name": program.name, "allowlist": _globs(made.include), "denylist": _globs(made.exclude)}
    return ExportResult(json.dumps(preset, indent=2) + "\n", made.losses)


def _globs(planned: tuple[Planned, ...]) -> list[str]:
    return list(dict.fromkeys(glob for one in planned for glob in host_globs(one.hosts, blocks=False)))


def _recognises(_source: Source) -> int:
    return 0


FORMATS = (Format("caido", "Caido scope preset", _recognises, None, write_caido, ".json"),)
