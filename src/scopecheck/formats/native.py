"""The library's own scope file, in and out.

Shape: the model `scopecheck.scope.model.Program`, as YAML, TOML or JSON (docs, "The scope file").
Nothing is lost in either direction.
"""

from __future__ import annotations

import yaml

from scopecheck.formats.builder import ImportResult
from scopecheck.formats.registry import ExportResult, Format
from scopecheck.formats.source import Source
from scopecheck.scope.loader import loads
from scopecheck.scope.model import Program

__all__ = ["FORMATS", "read_native", "write_native"]


def read_native(source: Source) -> ImportResult:
    """Read a scope file; raise `ScopeError` with every problem of it."""
    program = loads(source.raw, _language(source), source.name)
    return ImportResult("scopecheck", source.name, (program,))


def write_native(program: Program) -> ExportResult:
    """Write a program as YAML; every text is quoted where YAML needs it."""
    data = program.model_dump(mode="json", exclude_defaults=True)
    return ExportResult(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1_000))


def _language(source: Source) -> str:
    ending = source.name.rpartition(".")[2].lower()
    return {"toml": "toml", "json": "json"}.get(ending, "yaml")


def _recognises(source: Source) -> int:
    """Tell a scope file by its two required fields."""
    head = source.head
    if _language(source) == "json":
        data = source.json()
        return 90 if isinstance(data, dict) and {"id", "name", "in_scope"} <= set(data) else 0
    lines = head.splitlines()
    sign = "=" if _language(source) == "toml" else ":"
    starts = {line.partition(sign)[0].strip() for line in lines if not line.startswith((" ", "-", "#"))}
    return 90 if {"id", "name"} <= starts else 0


FORMATS = (
    Format("scopecheck", "scopecheck's own scope file", _recognises, read_native, write_native, ".yaml"),
)
