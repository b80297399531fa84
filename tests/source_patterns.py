"""Every regular expression of the package: what modules hold, and every call of `re` in the source."""

from __future__ import annotations

import ast
import functools
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import scopecheck

PACKAGE = Path(scopecheck.__file__).parent
METHODS = frozenset({"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"})
FLAGS_AT = dict.fromkeys(("match", "fullmatch", "search", "findall", "finditer"), 2)
FLAGS_AT |= {"compile": 1, "split": 3, "sub": 4, "subn": 4}


@dataclass(frozen=True, order=True)
class Found:
    """A pattern, the module where it stands, and a method that uses it: match, fullmatch or search."""

    module: str
    pattern: str
    flags: int
    method: str

    def __str__(self) -> str:
        return f"{self.module}-{self.method}-{self.pattern[:50]!a}"


def _module(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(("scopecheck", *(parts[:-1] if parts[-1] == "__init__" else parts)))


TREES = {
    _module(path): ast.parse(path.read_text("utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.name != "__main__.py"
}


@functools.cache
def _globals(module: str) -> dict[str, Any]:
    """Return what a module holds; where an extra is missing, nothing."""
    try:
        return vars(importlib.import_module(module))
    except ImportError:
        return {}


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str, ast.AST]]:
    """Yield every call of a function of `re` that takes a pattern, and the function it stands in."""
    scopes: list[ast.AST] = [tree, *(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))]
    inner = {id(call): scope for scope in scopes for call in ast.walk(scope)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            if isinstance(of, ast.Name) and of.id == "re" and node.func.attr in (*METHODS, "compile"):
                yield node, node.func.attr, inner[id(node)]


class _Escaped(ast.NodeTransformer):
    """Puts an example in place of a text that is escaped, and so is read letter by letter."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if ast.unparse(node.func) == "re.escape":
            return ast.Constant("a\\.b")
        if ast.unparse(node).startswith("map(re.escape, "):
            return ast.Tuple([ast.Constant("a\\.b"), ast.Constant("c")], ast.Load())
        return self.generic_visit(node)


def _patterns(expression: ast.expr, module: str, scope: ast.AST) -> list[str]:
    """Return the patterns that an expression stands for; fail where it may be anybody's text."""
    if isinstance(expression, ast.IfExp):
        both = (expression.body, expression.orelse)
        return [pattern for one in both for pattern in _patterns(one, module, scope)]
    if isinstance(expression, ast.Name) and expression.id not in _globals(module):
        bound = [pattern for value in _bound(expression.id, scope) for pattern in _strings(value)]
        assert bound, f"{module}:{expression.lineno}: the pattern `{expression.id}` comes from elsewhere"
        return bound
    made = ast.fix_missing_locations(ast.Expression(_Escaped().visit(expression)))
    try:
        value = eval(compile(made, module, "eval"), dict(_globals(module)))
    except NameError as error:
        if not _only_at_import(scope, module):
            place = f"{module}:{expression.lineno}"
            raise AssertionError(f"{place}: the pattern holds a text that is not escaped") from error
        return []  # Held by the module, and found there.
    return [value.pattern if isinstance(value, re.Pattern) else str(value)]


def _only_at_import(scope: ast.AST, module: str) -> bool:
    """Tell whether a function is called while its module is imported alone, so by the module's own texts."""
    name = getattr(scope, "name", "")
    uses = [n for n in ast.walk(TREES[module]) if isinstance(n, ast.Name) and n.id == name]
    functions = (ast.FunctionDef, ast.Lambda)
    inside = {id(n) for f in ast.walk(TREES[module]) if isinstance(f, functions) for n in ast.walk(f)}
    return name.startswith("_") and bool(uses) and not any(id(use) in inside for use in uses)


def _held(value: object) -> Iterator[tuple[re.Pattern[Any], str]]:
    """Yield the patterns that a value of a module is, or that it is a method of, or holds."""
    if isinstance(value, re.Pattern):
        yield value, ""
    elif isinstance(getattr(value, "__self__", None), re.Pattern):
        yield value.__self__, value.__name__  # type: ignore[attr-defined]
    elif isinstance(value, dict):
        yield from (found for one in value.values() for found in _held(one))
    elif isinstance(value, (tuple, list)):
        yield from (found for one in value for found in _held(one))


def _bound(name: str, scope: ast.AST) -> Iterator[ast.expr]:
    """Yield what a local name is set to, by an assignment or by a loop over a table of the source."""
    tables: dict[str, ast.expr] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            tables[node.targets[0].id] = node.value
            if node.targets[0].id == name:
                yield node.value
    for node in ast.walk(scope):
        if isinstance(node, ast.For):
            table = tables.get(ast.unparse(node.iter), node.iter)
            names = node.target.elts if isinstance(node.target, ast.Tuple) else [node.target]
            for place, target in enumerate(names):
                if ast.unparse(target) == name and isinstance(table, (ast.Tuple, ast.List)):
                    for row in table.elts:
                        yield row.elts[place] if isinstance(row, (ast.Tuple, ast.List)) else row


def _strings(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.IfExp):
        yield from _strings(value.body)
        yield from _strings(value.orelse)
    else:
        yield ast.literal_eval(value)


def _flags(call: ast.Call, name: str, module: str) -> int:
    given = next((k.value for k in call.keywords if k.arg == "flags"), None)
    at = FLAGS_AT.get(name, 9)
    given = call.args[at] if given is None and len(call.args) > at else given
    return int(eval(ast.unparse(given), dict(_globals(module)))) if given is not None else 0


@functools.cache
def _methods() -> dict[str, set[str]]:
    """Return which methods are called on a name, under `module.name`."""
    found: dict[str, set[str]] = {}
    for module, tree in TREES.items():
        homes = {
            alias.asname or alias.name: node.module or ""
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in METHODS:
                last = node.value.attr if isinstance(node.value, ast.Attribute) else ast.unparse(node.value)
                found.setdefault(f"{homes.get(last, module)}.{last}", set()).add(node.attr)
    return found


@functools.cache
def _names(module: str) -> dict[int, str]:
    """Return the names that values are set to, and the methods called on values without a name."""
    found: dict[int, str] = {}
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Attribute):
            found[id(node.value)] = node.attr
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            found[id(node.value)] = ast.unparse(
                node.targets[0] if isinstance(node, ast.Assign) else node.target
            )
    return found


def _uses(call: ast.Call, module: str) -> set[str]:
    """Return the methods that are called on what `re.compile` returns; `search` where that is not plain."""
    name = _names(module).get(id(call), "")
    return {name} if name in METHODS else _methods().get(f"{module}.{name}", {"search"})


def _how(method: str) -> str:
    return method if method in ("match", "fullmatch") else "search"


@functools.cache
def patterns() -> tuple[Found, ...]:
    """Return every pattern of the package with each way it is used."""
    found: set[Found] = set()
    for module, tree in TREES.items():
        for call, name, scope in _calls(tree):
            flags = _flags(call, name, module)
            for method in _uses(call, module) if name == "compile" else {name}:
                for pattern in _patterns(call.args[0], module, scope):
                    found.add(Found(module, pattern, flags, _how(method)))
    known = {(one.module, one.pattern) for one in found}
    for module in TREES:
        for held, method in (pair for value in _globals(module).values() for pair in _held(value)):
            text, flags = held.pattern, held.flags & ~re.UNICODE
            if isinstance(text, bytes):
                text, flags = text.decode("latin-1"), flags | re.ASCII
            if all((other, text) not in known for other in TREES):
                found.add(Found(module, text, flags, _how(method)))
    return tuple(sorted(found))
