"""YAML, TOML and JSON text -> plain data with the place of every value.

YAML is read strictly: no anchors, aliases, tags, merge or duplicate keys, one document, and only
`true` and `false` are booleans. Problems are collected; data with problems is never used.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.scope.places import json_places, toml_places

__all__ = ["Document", "KeyPath", "read_document", "show_path"]

KeyPath: TypeAlias = tuple[str | int, ...]

MAX_SIZE = 16 * 1024 * 1024
MAX_DEPTH = 40
_MAX_MENDED_STARS = 100
_MAX_FLOW = 1_000

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Document:
    """Data read from a file, where its values and keys stand, and what is wrong with it."""

    file: str
    data: Any = None
    places: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    keys: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)

    def place(self, path: KeyPath, *, of_key: bool = False) -> Place:
        """Return where the value (or its key) at `path` stands, or the nearest value around it."""
        if of_key and path in self.keys:
            return Place(self.file, *self.keys[path])
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return Place(self.file, *self.places[path[:length]])
        return Place(self.file)

    def problem(
        self, code: str, message: str, line: int, column: int, help: str = "", path: str = ""
    ) -> None:
        """Record one problem at a place."""
        self.problems.append(Diagnostic(code, message, Place(self.file, line, column), help, path))


def show_path(path: KeyPath) -> str:
    """Write a path as `in_scope[3].asset`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def read_document(raw: bytes | str, file: str, language: str) -> Document:
    """Read text of a language (`yaml`, `toml`, `json`) into a `Document`; never raises."""
    document = Document(file)
    text = _decode(raw, document)
    if text is None:
        return document
    reader = {"yaml": _read_yaml, "toml": _read_toml, "json": _read_json}[language]
    try:
        reader(text, document)
    except RecursionError:
        document.problem(
            "too-deep", "the file is nested too deeply", 1, 1, "a scope file is a few levels deep"
        )
    return document


def _decode(raw: bytes | str, document: Document) -> str | None:
    if len(raw) > MAX_SIZE:
        document.problem(
            "too-large", "the file is over 16 MiB", 1, 1, "split it, or is it a scope file at all?"
        )
        return None
    if isinstance(raw, str):
        text = raw
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            column = error.start - raw.rfind(b"\n", 0, error.start)
            document.problem("encoding", "the file is not UTF-8", line, column, "save it as UTF-8")
            return None
    bad = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", text)
    if bad is not None:
        line, column = _line_column(text, bad.start())
        document.problem(
            "control-character",
            f"the file holds the control character {bad[0]!a}",
            line,
            column,
            "remove it; a scope file is plain text",
        )
        return None
    return text


def _line_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _read_json(text: str, document: Document) -> None:
    duplicates: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(items)
        if len(seen) != len(items):
            names = [key for key, _ in items]
            duplicates.extend(key for key in seen if names.count(key) > 1)
        return seen

    try:
        document.data = json.loads(text, object_pairs_hook=pairs, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        document.problem(
            "json-syntax",
            f"not JSON: {_lower(error.msg)}",
            error.lineno,
            error.colno,
            "see RFC 8259 for the grammar",
        )
        return
    except ValueError as error:
        document.problem("json-syntax", str(error), 1, 1, "JSON has no such number")
        return
    document.places, document.keys = json_places(text)
    for key in dict.fromkeys(duplicates):
        found = re.search(re.escape(json.dumps(key)) + r"\s*:", text)
        line, column = _line_column(text, found.start() if found else 0)
        document.problem(
            "duplicate-key", f"the key `{key}` stands twice", line, column, "merge the two, or remove one"
        )


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"`{name}` is not JSON")


def _read_toml(text: str, document: Document) -> None:
    try:
        document.data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(found[1]), int(found[2])) if found else (text.count("\n") + 1, 1)
        message = _lower(re.sub(r"\s*\(at .*\)", "", str(error)))
        document.problem(
            "toml-syntax", f"not TOML: {message}", line, column, 'texts such as "*.example.com" want quotes'
        )
        return
    document.places, document.keys = toml_places(text)


def _lower(message: str) -> str:
    return (message[:1].lower() + message[1:]).rstrip(".")


def _read_yaml(text: str, document: Document) -> None:
    if _flow_depth(text) > _MAX_FLOW:  # libyaml takes quadratic time for deep nesting.
        raise RecursionError
    for _ in range(_MAX_MENDED_STARS):
        try:
            events = list(yaml.parse(text, Loader=_LOADER))
        except yaml.MarkedYAMLError as error:
            mended = _mend_star(text, error, document)
            if mended is None:
                _yaml_syntax(error, document)
                return
            text = mended
        except (yaml.YAMLError, ValueError) as error:
            document.problem("yaml-syntax", f"not YAML: {_lower(str(error).splitlines()[0])}", 1, 1)
            return
        else:
            _YamlBuilder(document).build(iter(events))
            return
    document.problem("yaml-syntax", "too many unquoted stars; the rest of the file was not read", 1, 1)


def _flow_depth(text: str) -> int:
    """Return how deeply brackets nest, quotes not considered."""
    depth = deepest = 0
    for mark in re.finditer(r"[\[{\]}]", text):
        depth = depth + 1 if mark[0] in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _mend_star(text: str, error: yaml.MarkedYAMLError, document: Document) -> str | None:
    """Report an unquoted star, which YAML takes for an alias, and quote it so that reading goes on."""
    mark = error.context_mark or error.problem_mark
    if mark is None or "alias" not in f"{error.context} {error.problem}":
        return None
    lines = text.split("\n")
    line, column = lines[mark.line], mark.column
    if line[column : column + 1] != "*":
        return None
    in_flow = len(re.findall(r"[\[{]", line[:column])) > len(re.findall(r"[\]}]", line[:column]))
    shape = r"\*[^,\]}\s]*" if in_flow else r"\*.*?(?=\s+#|\s*$)"
    found = re.compile(shape).match(line, column)
    if found is None:
        return None
    _report_star(document, found[0], mark.line + 1, column + 1)
    quoted = "'" + found[0].replace("'", "''") + "'"
    lines[mark.line] = line[:column] + quoted + line[found.end() :]
    return "\n".join(lines)


def _report_star(document: Document, text: str, line: int, column: int) -> None:
    document.problem(
        "unquoted-star",
        f"`{text}` begins with a star, which YAML reads as an alias",
        line,
        column,
        f'put it in quotes: "{text}"',
    )


def _yaml_syntax(error: yaml.MarkedYAMLError, document: Document) -> None:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    mend = "a text with `: `, ` #`, or one of `*&!|>%@` or a backtick in front wants quotes"
    if "tab" in f"{error.problem}" or "\\t" in f"{error.problem}":
        mend = "YAML is indented with spaces, never with tabs"
    document.problem(
        "yaml-syntax", f"not YAML: {_lower(str(error.problem or error.context))}", line, column, mend
    )


class _YamlBuilder:
    """Builds plain data from YAML events, refusing what a scope file does not need."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def build(self, events: Iterator[Any]) -> None:
        """Read the first document; report a second."""
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 1:
                    self._document.data = self._value(next(events), events, (), 0)
                else:
                    self._report(
                        "second-document", "the file holds a second document", event, "keep one per file"
                    )
                    return

    def _report(self, code: str, message: str, event: Any, help: str) -> None:
        mark = event.start_mark
        self._document.problem(code, message, mark.line + 1, mark.column + 1, help)

    def _value(self, event: Any, events: Iterator[Any], path: KeyPath, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise RecursionError
        mark = event.start_mark
        self._document.places[path] = (mark.line + 1, mark.column + 1)
        if isinstance(event, yaml.AliasEvent):
            _report_star(self._document, f"*{event.anchor}", mark.line + 1, mark.column + 1)
            return f"*{event.anchor}"
        if event.anchor is not None:
            self._report(
                "anchor", f"the anchor `&{event.anchor}` is not allowed", event, "write the value out"
            )
        if event.tag is not None and event.tag != "!":
            self._report(
                "tag", f"the tag `{event.tag}` is not allowed", event, "remove it; the model knows the types"
            )
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path, depth)
        return self._mapping(events, path, depth)

    def _sequence(self, events: Iterator[Any], path: KeyPath, depth: int) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._value(event, events, (*path, len(items)), depth + 1))
        return items

    def _mapping(self, events: Iterator[Any], path: KeyPath, depth: int) -> dict[str, Any]:
        items: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = event.value if isinstance(event, yaml.ScalarEvent) else None
            if not isinstance(key, str) or key == "<<":
                self._report("key", "a key is a plain word here", event, "write `name: value`")
                key = f"?{len(items)}"
                if not isinstance(event, yaml.ScalarEvent):
                    self._value(event, events, (*path, key), depth + 1)
            mark = event.start_mark
            if key in items:
                self._report(
                    "duplicate-key", f"the key `{key}` stands twice", event, "merge the two, or remove one"
                )
            self._document.keys.setdefault((*path, key), (mark.line + 1, mark.column + 1))
            value = self._value(next(events), events, (*path, key), depth + 1)
            items.setdefault(key, value)
        return items


def _scalar(event: yaml.ScalarEvent) -> Any:
    """Read a plain scalar by the core rules of YAML 1.2 less what surprises; a quoted one is text."""
    value = str(event.value)
    if event.style not in (None, ""):
        return value
    if value in ("true", "false"):
        return value == "true"
    if value in ("", "null", "~"):
        return None
    if _INTEGER.fullmatch(value) and len(value) < 30:
        return int(value)
    if _DECIMAL.fullmatch(value):
        return float(value)
    return value
