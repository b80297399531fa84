"""A file to import: its bytes, its text, its JSON, each with a clear error where it is not that."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.errors import ScopeSyntaxError, ScopeValidationError
from scopecheck.targets.host import printable

__all__ = ["ShapeError", "Source", "as_list", "as_mapping", "as_text", "open_source"]

MAX_SIZE = 1024 * 1024 * 1024


class ShapeError(ScopeValidationError):
    """The data is readable, but not of the shape that the format has."""


@dataclass
class Source:
    """The content of a file under the name by which problems call it."""

    name: str
    raw: bytes
    _json: list[Any] = field(default_factory=list, repr=False)

    @property
    def head(self) -> str:
        """The beginning of the text, for telling formats apart; undecodable bytes are replaced."""
        return self.raw[:65_536].decode("utf-8-sig", "replace")

    def text(self) -> str:
        """Return the whole text; raise `ScopeSyntaxError` where it is not UTF-8 or holds a NUL."""
        try:
            text = self.raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self.syntax("encoding", "the file is not UTF-8", error.start, "save it as UTF-8") from None
        if "\0" in text:
            at = self.raw.index(b"\0")
            raise self.syntax("control-character", "the file holds a NUL", at, "is it a text file at all?")
        return text

    def json(self) -> Any:
        """Return the JSON value; raise `ScopeSyntaxError` with line and column where it is none."""
        if not self._json:
            self._json.append(self._parse_json())
        return self._json[0]

    def _parse_json(self) -> Any:
        text = self.text()
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            at = len(text[: error.pos].encode())
            message = f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
            raise self.syntax("json-syntax", message, at, "is the download complete?") from None
        except RecursionError:
            raise self.syntax("too-deep", "the file is nested too deeply", 0, "no scope is") from None
        except ValueError as error:  # An integer with too many digits.
            raise self.syntax("json-syntax", f"not JSON: {error}".lower(), 0, "no scope is") from None

    def syntax(self, code: str, message: str, offset: int, help: str = "") -> ScopeSyntaxError:
        """Return the error for what is wrong at a byte offset."""
        line = self.raw.count(b"\n", 0, offset) + 1
        column = offset - self.raw.rfind(b"\n", 0, offset)
        problem = Diagnostic(code, message, Place(self.name, line, column), help)
        return ScopeSyntaxError(f"`{printable(self.name)}` cannot be read", (problem,))

    def shape(self, message: str, path: str = "", help: str = "") -> ShapeError:
        """Return the error for data of another shape."""
        problem = Diagnostic("shape", message, Place(self.name), help, path)
        return ShapeError(f"`{printable(self.name)}` is not of the expected shape", (problem,))


def open_source(path: str | Path) -> Source:
    """Read a file; raise `ScopeSyntaxError` where it cannot be read."""
    name = str(path)
    try:
        file = Path(path)
        if file.stat().st_size > MAX_SIZE:
            problem = Diagnostic("too-large", "the file is over 1 GiB", Place(name), "split it")
            raise ScopeSyntaxError(f"`{printable(name)}` cannot be read", (problem,))
        return Source(name, file.read_bytes())
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        problem = Diagnostic("unreadable", words.lower(), Place(printable(name)), "give the path of a file")
        raise ScopeSyntaxError(f"`{printable(name)}` cannot be read", (problem,)) from None


def as_mapping(source: Source, value: Any, path: str) -> Mapping[str, Any]:
    """Return `value` if it is an object; raise `ShapeError` with its path otherwise."""
    if not isinstance(value, Mapping):
        raise source.shape(f"an object belongs here, not {_kind(value)}", path)
    return value


def as_list(source: Source, value: Any, path: str) -> list[Any]:
    """Return `value` if it is a list; raise `ShapeError` with its path otherwise."""
    if not isinstance(value, list):
        raise source.shape(f"a list belongs here, not {_kind(value)}", path)
    return value


def as_text(source: Source, value: Any, path: str) -> str:
    """Return a text, "" for null; raise `ShapeError` with its path otherwise."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise source.shape(f"a text belongs here, not {_kind(value)}", path)
    return value


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "nothing"}
    return kinds.get(type(value), "a number")
