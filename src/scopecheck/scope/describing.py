"""The JSON Schema of scope files with what each field means, read from the source when it is asked for.

To have pydantic read the source as the classes are made would cost every import a tenth of its time.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from scopecheck.scope.terms import Model

__all__ = ["described_schema"]


def described_schema(model: type[Model]) -> dict[str, Any]:
    """Return the JSON Schema of a model; each field has the text that stands below it in the source."""
    made = model.model_json_schema()
    parts = {model.__name__: made, **made.get("$defs", {})}
    for one in _models(Model):
        if one.__name__ in parts:
            _describe(parts[one.__name__], dict(_texts(one)))
    return made


def _models(base: type[Model]) -> Iterator[type[Model]]:
    for one in base.__subclasses__():
        yield one
        yield from _models(one)


def _describe(part: dict[str, Any], texts: Mapping[str, str]) -> None:
    """Put the texts to the properties of an object, or of the first alternative that it is given as."""
    whole = part.get("anyOf", [part])[0]
    for name, text in texts.items():
        if name in whole.get("properties", {}):
            whole["properties"][name]["description"] = text


def _texts(model: type[Model]) -> Iterator[tuple[str, str]]:
    """Yield the fields of a model and of those it builds on, with the text below each."""
    for one in reversed(model.__mro__):
        if not issubclass(one, Model):
            continue
        (found,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
        assert isinstance(found, ast.ClassDef)
        for field, below in zip(found.body, found.body[1:], strict=False):
            match field, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    yield name, inspect.cleandoc(text)
