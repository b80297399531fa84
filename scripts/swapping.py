"""Put mutated code in the place of loaded code, in a forked process that ends with its answer."""

from __future__ import annotations

import ast
import functools
import importlib
import os
import re
import resource
import signal
import sys
import types
from collections.abc import Callable, Iterator
from typing import TypeAlias

from mutators import MODULE, Mutant

__all__ = ["Hits", "run_child", "swap"]

Hits: TypeAlias = set[tuple[str, int]]
"""Statements that were reached: files and lines."""

_GENERATED = ("__init__", "__new__", "__eq__", "__hash__", "__repr__")
"""Methods that `dataclass` and `NamedTuple` write."""

_MEMORY = 4 << 30
"""Address space of a mutant, in bytes: some faults fill lists without end."""


def run_child(work: Callable[[], bytes]) -> tuple[int, int]:
    """Fork; return the process and the pipe from which what `work` returned there can be read."""
    read, write = os.pipe()
    process = os.fork()
    if process:
        os.close(write)
        return process, read
    # Whatever happens, this process must not return into the loop of its parent.
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        answer = work()
        while answer:
            answer = answer[os.write(write, answer) :]
        os._exit(0)
    finally:
        os._exit(1)


class _Swap:
    """Replaces the code of loaded modules; only for processes that are about to end."""

    def limit(self, seconds: float) -> None:
        """End this process after `seconds` of its own processor time from now, or when it grows too large."""
        signal.setitimer(signal.ITIMER_PROF, seconds)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))

    def mutated(self, mutant: Mutant) -> bool:
        """Put a mutant in place; tell whether it is a program at all."""
        module = self._module(mutant.file)
        try:
            code = compile(mutant.compile(mutant.file), str(module.__file__), "exec")
        except (SyntaxError, ValueError):
            return False
        if mutant.function != MODULE and self._replace_code(module, code, mutant.function):
            return True
        fresh: dict[str, object] = {"__name__": module.__name__, "__file__": module.__file__}
        try:
            exec(code, fresh)  # noqa: S102 - the project's own code, with one fault
        except Exception:  # Of a module that cannot be imported every test takes notice.
            return False
        self._replace_values(module, fresh)
        return True

    def instrumented(self, file: str, source: str, hits: Hits) -> None:
        """Let every statement inside a function of a file note that it was reached."""
        module = self._module(file)
        vars(module)["_reached"] = hits.add
        tree = ast.parse(source)
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for node in [inner for function in functions for inner in ast.walk(function)]:
            for name in ("body", "orelse", "handlers", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                    setattr(node, name, list(_noting(file, block)))
        code = compile(ast.fix_missing_locations(tree), str(module.__file__), "exec")
        for function in _qualified(tree):
            self._replace_code(module, code, function)

    def _module(self, file: str) -> types.ModuleType:
        return importlib.import_module("scopecheck." + file.removesuffix(".py").replace("/", "."))

    def _replace_code(self, module: types.ModuleType, code: types.CodeType, function: str) -> bool:
        """Give the loaded function the code that it has in `code`; tell whether that was all it takes."""
        names = function.split(".")
        live: object = module
        inner: types.CodeType | None = code
        for depth, name in enumerate(names):
            inner = next((c for c in inner.co_consts if _is_code_of(c, name)), None) if inner else None
            live = _function(vars(live)[name]) if isinstance(live, type | types.ModuleType) else None
            if isinstance(live, types.FunctionType):
                fresh = inner
                if fresh is None or fresh.co_freevars != live.__code__.co_freevars:
                    return False
                live.__code__ = fresh
                return depth <= len(names) - 1
        return False

    def _replace_values(self, module: types.ModuleType, fresh: dict[str, object]) -> None:
        """Give the loaded modules the constants, defaults and expressions that the module now has."""
        for name, new in fresh.items():
            old = vars(module).get(name)
            if isinstance(new, types.FunctionType) and isinstance(old, types.FunctionType):
                _replace_defaults(old, new)
            elif isinstance(new, type) and isinstance(old, type):
                if "__dataclass_fields__" in vars(new):  # `dataclasses.replace` reads them.
                    old.__dataclass_fields__ = vars(new)["__dataclass_fields__"]  # type: ignore[attr-defined]  # As it is.
                for member, inner in vars(new).items():
                    before, after = _function(vars(old).get(member)), _function(inner)
                    if not (isinstance(before, types.FunctionType) and isinstance(after, types.FunctionType)):
                        continue
                    if member in _GENERATED:
                        setattr(old, member, inner)
                    else:
                        _replace_defaults(before, after)
            elif _is_value(new) and _plain(new) != _plain(old):
                for other in list(sys.modules.values()):
                    if (
                        getattr(other, "__name__", "").startswith("scopecheck")
                        and vars(other).get(name) is old
                    ):
                        vars(other)[name] = new


def _noting(file: str, block: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in block:
        note = ast.parse(f"_reached(({file!r}, {statement.lineno}))").body[0]
        yield from (note, statement)


def _qualified(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            yield from (f"{node.name}.{one.name}" for one in node.body if isinstance(one, ast.FunctionDef))


def _is_code_of(constant: object, name: str) -> bool:
    return isinstance(constant, types.CodeType) and constant.co_name == name


def _function(member: object) -> object:
    """Return the function behind a property and the like, or what was given."""
    match member:
        case property():
            return member.fget
        case functools.cached_property():
            return member.func
        case staticmethod() | classmethod():
            return member.__func__
    return member


def _replace_defaults(old: types.FunctionType, new: types.FunctionType) -> None:
    if repr(old.__defaults__) != repr(new.__defaults__):
        old.__defaults__ = new.__defaults__
    if repr(old.__kwdefaults__) != repr(new.__kwdefaults__):
        old.__kwdefaults__ = new.__kwdefaults__


def _is_value(value: object) -> bool:
    if isinstance(value, str | int | tuple | frozenset | dict | re.Pattern):
        return True
    return isinstance(getattr(value, "__self__", None), re.Pattern)


def _plain(value: object) -> str:
    """Return a text by which two constants of two runs of one module are compared."""
    value = getattr(value, "__self__", value) if not isinstance(value, re.Pattern) else value
    if isinstance(value, re.Pattern):
        return f"{value.pattern!r} {value.flags}"
    return repr(sorted(value, key=repr)) if isinstance(value, frozenset) else repr(value)


swap = _Swap()
