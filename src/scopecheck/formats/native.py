"""The library's own scope file, in and out.

Shape: the model `scopecheck.scope.model.Program`, as YAML, TOML or JSON (docs, "The scope file").
Nothing is lost in either direction.
"""

from __future__ import annotations

import yaml

from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.registry import ExportResult, Format
from scopecheck.formats.source import Source
from scopecheck.scope.interpret import Context
from scopecheck.scope.loader import asset_problem, loads
from scopecheck.scope.model import Program, Unresolved
from scopecheck.targets.host import printable

__all__ = ["FORMATS", "read_native", "write_native"]


def read_native(source: Source) -> ImportResult:
    """Read a scope file; raise `ScopeError` with every problem of it."""
    program = loads(source.raw, _language(source), source.name)
    return ImportResult("scopecheck", source.name, (program,))


def write_native(program: Program) -> ExportResult:
    """Write a program as YAML; every text is quoted where YAML needs it.

    An inclusion that no scope file may hold, such as `*`, is written among the unresolved.
    """
    data = program.model_dump(mode="json", exclude_defaults=True)
    kept, unread = [], []
    for rule, fields in zip(program.in_scope, data.get("in_scope", ()), strict=True):
        context = Context(rule.effect, str(rule.type or ""), owned=frozenset(program.owned))
        problem = asset_problem(rule.asset, context)
        if problem is None:
            kept.append(fields)
        else:
            entry = {name: value for name, value in fields.items() if name in Unresolved.model_fields}
            unread.append({"text": rule.asset, "effect": "include", **entry, "why": problem[0]})
    if unread:
        data["in_scope"] = kept
        data["unresolved"] = [*data.get("unresolved", ()), *unread]
    return ExportResult(
        yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000),
        tuple(
            Diagnostic(
                "unreadable-asset", f"`{printable(one['text'])}` is kept as unresolved", Place(program.id)
            )
            for one in unread
        ),
    )


class _Dumper(yaml.SafeDumper):
    """Writes ends of line that YAML would fold, and what no terminal shows, as escapes."""


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    odd = any(not char.isprintable() and char != "\n" for char in text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if odd else None)


_Dumper.add_representer(str, _represent)


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
