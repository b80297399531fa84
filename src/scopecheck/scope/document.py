"""YAML, TOML and JSON text -> plain data with the place of every value.

YAML is read strictly: no anchors, aliases, tags, merge or duplicate keys, one document, and only
`true` and `false` are booleans. Problems are collected; data with problems is never used.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import yaml

from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.scope.places import (
    MAX_DEPTH,
    MAX_DIGITS,
    Fault,
    KeyPath,
    Lines,
    json_places,
    toml_places,
    without,
)
from scopecheck.targets.host import printable

__all__ = ["LANGUAGES", "MAX_SIZE", "Document", "KeyPath", "read_document", "show_path"]

LANGUAGES = ("yaml", "toml", "json")
MAX_SIZE = 16 * 1024 * 1024
"""How many bytes a file has at most."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NOT_YAML = re.compile(r"[\x80-\x84\x86-\x9f\ufffe\uffff]")
_QUOTES = "a text with `: `, ` #`, or one of `*&!|>%@` or a backtick in front wants quotes"
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*|[0-9]+\.[0-9]+)")
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

    def sort(self) -> None:
        """Put the problems into the order of the file."""
        self.problems.sort(key=lambda one: (one.place.line, one.place.column))

    def problem(
        self, code: str, message: str, line: int, column: int, help: str = "", path: str = ""
    ) -> None:
        """Record one problem at a place."""
        self.problems.append(Diagnostic(code, message, Place(self.file, line, column), help, path))


def show_path(path: KeyPath) -> str:
    """Write a path as `in_scope[3].asset`."""
    text = ""
    for step in path:
        name = str(step) if isinstance(step, int) else printable(step, 80)
        text += f"[{name}]" if isinstance(step, int) else f".{name}" if text else name
    return text


def read_document(raw: bytes | str, file: str, language: str) -> Document:
    """Read text of a language (`yaml`, `toml`, `json`) into a `Document`; never raises."""
    document = Document(file)
    if language not in LANGUAGES:
        said = f"`{printable(language, 40)}` is no language of a scope file"
        document.problem("language", said, 1, 1, "name one of `yaml`, `toml` and `json`")
        return document
    text = _decode(raw, document, _NOT_YAML if language == "yaml" else None)
    reader = {"yaml": _read_yaml, "toml": _read_toml, "json": _read_json}[language]
    try:
        if text is not None:
            reader(text, document)
    except RecursionError:
        document.problem(
            "too-deep", "the file is nested too deeply", 1, 1, "a scope file is a few levels deep"
        )
    document.places.setdefault((), (1, 1))
    document.sort()
    return document


def _decode(raw: bytes | str, document: Document, more: re.Pattern[str] | None) -> str | None:
    """Return the text without byte order mark; None where it holds what no text should, `more` included."""
    if len(raw) > MAX_SIZE:
        mend = "split it, or is it a scope file at all?"
        document.problem("too-large", "the file is over 16 MiB", 1, 1, mend)
        return None
    if isinstance(raw, str):
        text = raw.removeprefix("\ufeff")
    else:
        raw = raw.removeprefix(b"\xef\xbb\xbf")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            before = raw[: error.start].decode("utf-8")
            document.problem(
                "encoding", "the file is not UTF-8", *Lines(before).at(len(before)), "save it as UTF-8"
            )
            return None
    # Of each character the first is enough to find what put it there; a file may hold a million.
    first: dict[str, int] = {}
    for pattern in (_CONTROL, more):
        for match in pattern.finditer(text) if pattern else ():
            first.setdefault(match[0], match.start())
    lines = Lines(text) if first else None
    for bad, offset in first.items():
        if lines:
            said = f"the file holds the control character {bad!a}"
            document.problem(
                "control-character", said, *lines.at(offset), "remove it; a scope file is plain text"
            )
    return None if first else text


def _report(document: Document, lines: Lines, fault: Fault) -> None:
    """Record what the walk over a JSON or TOML text found."""
    shown, place = printable(fault.text, 60), lines.at(fault.at)
    if fault.kind == "key":
        _twice(document, fault.text, place)
    elif fault.kind == "number":
        _too_long(document, fault.text, place)
    elif fault.kind == "half":
        mend = "write the character itself, or both of its escapes"
        document.problem("lone-surrogate", f"`{shown}` is one half of a character", *place, mend)
    else:
        document.problem("json-syntax", f"`{shown}` is not JSON", *place, "JSON has no such number")


def _twice(document: Document, key: str, place: tuple[int, int]) -> None:
    said = f"the key `{printable(key, 80)}` stands twice"
    document.problem("duplicate-key", said, *place, "merge the two, or remove one")


def _too_long(document: Document, number: str, place: tuple[int, int]) -> None:
    said = f"the number `{printable(number, 20)}` has {len(number)} characters"
    mend = f"write at most {MAX_DIGITS}, or put it in quotes if it is a text"
    document.problem("number-too-long", said, *place, mend)


def _read_json(text: str, document: Document) -> None:
    def fields(items: list[tuple[str, Any]]) -> dict[str, Any]:
        # The first counts, as its place does.
        return dict(reversed(items)) if len(dict(items)) != len(items) else dict(items)

    def integer(digits: str) -> int:
        return int(digits) if len(digits) <= MAX_DIGITS else 0

    try:
        document.data = json.loads(
            text, object_pairs_hook=fields, parse_int=integer, parse_constant=lambda _: None
        )
    except json.JSONDecodeError as error:
        place = Lines(text).at(error.pos)
        said = f"not JSON: {_lower(error.msg)}"
        document.problem("json-syntax", said, *place, "see RFC 8259 for the grammar")
        return
    faults: list[Fault] = []
    document.places, document.keys = json_places(text, faults)
    lines = Lines(text)
    for fault in faults:
        _report(document, lines, fault)


def _read_toml(text: str, document: Document) -> None:
    # The walk comes first: `tomllib` takes cubic time for keys of many steps, and here they end it.
    found: list[Fault] = []
    document.places, document.keys = toml_places(text, found)
    faults = [fault for fault in found if fault.kind == "number"]
    try:
        document.data = tomllib.loads(without(text, faults))
    except tomllib.TOMLDecodeError:
        faults = [fault for fault in found if fault.kind != "word"]
        try:
            document.data = tomllib.loads(without(text, faults))
        except tomllib.TOMLDecodeError as error:
            _toml_syntax(text, error, document)
    lines = Lines(text)
    for fault in faults:
        _report(document, lines, fault)


def _toml_syntax(text: str, error: tomllib.TOMLDecodeError, document: Document) -> None:
    where = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", str(error))
    line, column = Lines(text).at(len(text))
    if where and where[1]:
        line, column = int(where[1]), int(where[2])
    message = _lower(str(error)[: where.start()] if where else str(error))
    # The parser shows the keys of a table as Python writes them.
    message = re.sub(r" \('.*", "", message, flags=re.DOTALL)
    mend = 'texts such as "*.example.com" want quotes'
    if message.startswith("cannot"):
        message, mend = (
            "a table or key is written in two ways that exclude each other",
            "write it in one place",
        )
    document.problem("toml-syntax", f"not TOML: {printable(message)}", line, column, mend)


def _lower(message: str) -> str:
    return (message[:1].lower() + message[1:]).rstrip(".")


def _read_yaml(text: str, document: Document) -> None:
    reader = _YamlReader(text, document)
    if "*" in text and (reader.error or reader.aliased):
        # An unquoted star is an alias to YAML. With a letter in place of every star the parser takes
        # it for the text that was meant, goes on behind it, and every place stays what it was.
        used = set(text)
        letter = next(chr(code) for code in range(0xE000, 0xF900) if chr(code) not in used)
        fresh = Document(document.file)
        reader = _YamlReader(text.replace("*", letter), fresh, letter)
        vars(document).update(vars(fresh))
    if reader.error:
        _yaml_syntax(reader.error, text, document)


def _yaml_syntax(error: yaml.YAMLError, text: str, document: Document) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    offset = min(mark.index, len(text)) if mark is not None else 0
    message = getattr(error, "problem", None) or getattr(error, "context", None) or "cannot be read"
    indent = text[text.rfind("\n", 0, offset) + 1 : offset + 1]
    mend = (
        "YAML is indented with spaces, never with tabs" if not indent.strip() and "\t" in indent else _QUOTES
    )
    said = f"not YAML: {_lower(printable(str(message)))}"
    document.problem("yaml-syntax", said, *Lines(text).at(offset), mend)


class _YamlReader:
    """Builds plain data from YAML events, refusing what a scope file does not need.

    `star` is the letter that stands for a star in the text. `error` is what ended the reading early,
    `aliased` whether the text has an alias. Below a path of None no places are kept.
    """

    def __init__(self, text: str, document: Document, star: str = "*") -> None:
        self.error: yaml.YAMLError | None = None
        self.aliased = False
        self._document, self._star, self._lines = document, star, Lines(text)
        self._anchors: set[str] = set()
        self._events = self._parsed(text)
        with suppress(StopIteration):  # An error ended the text where a value should stand.
            self._build()

    def _parsed(self, text: str) -> Iterator[Any]:
        try:
            yield from yaml.parse(text, Loader=_LOADER)
        except yaml.YAMLError as error:
            self.error = error

    def _build(self) -> None:
        """Read the first document; report a second."""
        documents = 0
        for event in self._events:
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                said = "the file holds a second document"
                self._report("second-document", said, event, "keep one per file")
                return
            if isinstance(event, yaml.DocumentStartEvent):
                self._document.data = self._value(next(self._events), (), 0)

    def _report(self, code: str, message: str, event: Any, help: str) -> None:
        self._document.problem(code, message, *self._place(event), help)

    def _place(self, event: Any) -> tuple[int, int]:
        return self._lines.at(event.start_mark.index)

    def _value(self, event: Any, path: KeyPath | None, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise RecursionError
        if path is not None:
            self._document.places[path] = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            self.aliased = True
            return None
        self._refuse_properties(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth)
        return self._mapping(path, depth)

    def _refuse_properties(self, event: Any) -> None:
        """Report the anchor and the tag of a node."""
        if event.anchor is not None:
            self._anchors.add(event.anchor)
            said = f"the anchor `&{printable(event.anchor, 80)}` is not allowed"
            self._report("anchor", said, event, "write the value out")
        if event.tag is not None and event.tag != "!":
            tag = printable(event.tag.replace(self._star, "*"), 80)
            self._report(
                "tag", f"the tag `{tag}` is not allowed", event, "remove it; the model knows the types"
            )

    def _sequence(self, path: KeyPath | None, depth: int) -> list[Any]:
        items: list[Any] = []
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._value(event, None if path is None else (*path, len(items)), depth + 1))
        return items

    def _mapping(self, path: KeyPath | None, depth: int) -> dict[str, Any]:
        items: dict[str, Any] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, depth)
            inner = None if path is None or key is None or key in items else (*path, key)
            if key in items:
                _twice(self._document, str(key), self._place(event))
            elif inner is not None:
                self._document.keys[inner] = self._place(event)
            value = self._value(next(self._events), inner, depth + 1)
            if key is not None:
                items.setdefault(key, value)
        return items

    def _key(self, event: Any, depth: int) -> str | None:
        """Return the text of a key; None where it is none, which is then reported."""
        if not isinstance(event, yaml.ScalarEvent) or (event.value == "<<" and not event.style):
            self._value(event, None, depth + 1)
            self._report("key", "a key is a plain word here", event, "write `name: value`")
            return None
        self._refuse_properties(event)
        key = self._text(event)
        return None if key.startswith("*") and not event.style else key

    def _text(self, event: yaml.ScalarEvent) -> str:
        """Return the text of a scalar, and report a star that YAML takes for an alias."""
        value = str(event.value)
        if self._star == "*" or self._star not in value:
            return value
        meant = value.replace(self._star, "*")
        if event.style or not meant.startswith("*"):
            return meant
        shown = printable(meant, 80)
        if meant[1:] in self._anchors:
            self._report("alias", f"the alias `{shown}` is not allowed", event, "write the value out")
        else:
            said = f"`{shown}` begins with a star, which YAML reads as an alias"
            self._report("unquoted-star", said, event, f'put it in quotes: "{shown}"')
        return meant

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        """Read a plain scalar by the core rules of YAML 1.2 less what surprises; a quoted one is text."""
        value = self._text(event)
        if event.style:
            return value
        if value in ("true", "false"):
            return value == "true"
        if value in ("", "null", "~"):
            return None
        if not _DECIMAL.fullmatch(value):
            return value
        if len(value) > MAX_DIGITS:
            _too_long(self._document, value, self._place(event))
            return value
        return float(value) if "." in value else int(value)
