"""Scope files -> `Program`, or every problem of the file at once."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scopecheck.diagnostic import Diagnostic, Place, did_you_mean
from scopecheck.errors import (
    PatternSyntaxError,
    ScopeSyntaxError,
    ScopeValidationError,
    UnknownProgramError,
)
from scopecheck.scope.document import MAX_SIZE, Document, KeyPath, read_document, show_path
from scopecheck.scope.interpret import Context, interpret
from scopecheck.scope.model import RULE_IDS, AssetType, Program
from scopecheck.scope.pattern import Effect, UrlPattern
from scopecheck.scope.places import HALF, MAX_DEPTH, MAX_DIGITS
from scopecheck.targets.host import printable

__all__ = ["bundled_programs", "load", "loads", "schema"]

_LANGUAGES = {".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".json": "json"}
_UNREADABLE = frozenset(
    {
        "control-character",
        "encoding",
        "json-syntax",
        "language",
        "lone-surrogate",
        "number-too-long",
        "too-deep",
        "too-large",
        "toml-syntax",
        "yaml-syntax",
    }
)
_TYPES = frozenset(AssetType)


def load(source: str | Path | Mapping[str, Any]) -> Program:
    """Return a program: a bundled id (`openai`), a path to a scope file, or a mapping of its shape.

    Raises `UnknownProgramError`, `ScopeSyntaxError` or `ScopeValidationError`; each carries every
    problem as a `Diagnostic`. A file with a problem is never loaded in part.
    """
    if isinstance(source, Mapping):
        return _validate(_from_mapping(source))
    if isinstance(source, str) and _is_id(source):
        bundled = _bundled_file(source)
        if bundled is not None:
            return loads(bundled.read_bytes(), "yaml", f"scopes/{bundled.name}")
    path = Path(source)
    name = printable(str(path), 4096)
    try:
        known = path.is_file()
    except (OSError, ValueError):
        known = False
    if not known:
        raise _unknown(str(source))
    language = _LANGUAGES.get(path.suffix.lower())
    if language is None:
        said, mend = "the ending says no known language", "name it .yaml, .toml or .json"
        problem = Diagnostic("file-ending", said, Place(name), mend)
        raise ScopeSyntaxError(f"`{name}` is not a scope file by its ending", (problem,))
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_SIZE + 1)  # One more than is allowed, however large the file is.
    except OSError as error:
        said = (error.strerror or "unreadable").lower()
        problem = Diagnostic("unreadable", said, Place(name), "may this user read the file?")
        raise ScopeSyntaxError(f"`{name}` cannot be read", (problem,)) from error
    return loads(raw, language, name)


def loads(text: str | bytes, language: str = "yaml", file: str = "<text>") -> Program:
    """Return the program that a text of a language (`yaml`, `toml`, `json`) states.

    Raises `ScopeSyntaxError` or `ScopeValidationError` with every problem as a `Diagnostic`.
    """
    return _validate(read_document(text, file, language))


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scope file, for editors."""
    return deepcopy(_schema())


@functools.cache
def _schema() -> dict[str, Any]:
    from scopecheck.scope.describing import described_schema

    made = described_schema(Program)
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "scopecheck scope file"
    return made


def bundled_programs() -> tuple[str, ...]:
    """Return the ids of the programs that come with the library."""
    names = (entry.name for entry in _bundled_directory().iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


@functools.cache
def _bundled_directory() -> Traversable:
    """Return where the scopes lie: inside the wheel, or beside `src` in a checkout."""
    packaged = files("scopecheck") / "scopes"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "scopes"


def _bundled_file(name: str) -> Traversable | None:
    found = _bundled_directory() / f"{name}.yaml"
    return found if found.is_file() else None


def _is_id(text: str) -> bool:
    return re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", text) is not None and len(text) < 100


def _unknown(name: str) -> UnknownProgramError:
    hint = did_you_mean(name.lower(), bundled_programs(), 3, 0.5) or "see `scopecheck list`"
    return UnknownProgramError(
        f"`{printable(name)}` is neither a bundled program nor a scope file",
        (Diagnostic("unknown-program", "no such program or file", Place(printable(name)), hint),),
    )


def _from_mapping(source: Mapping[Any, Any]) -> Document:
    """Copy a mapping, so that what it holds is of the kinds that a file can hold."""
    document = Document("<mapping>")
    try:
        document.data = _copied(source, (), document)
    except RecursionError:
        said = "the mapping is nested too deeply, or holds itself"
        document.problem("too-deep", said, 0, 0, "a scope is a few levels deep")
    return document


def _copied(value: Any, path: KeyPath, document: Document) -> Any:
    if not isinstance(value, (Mapping, list, tuple)):
        half = isinstance(value, str) and HALF.search(value)
        if half or (isinstance(value, int) and abs(value) >= 10**MAX_DIGITS):
            said = f"{_shown(value)} holds one half of a character" if half else "the number is too large"
            mend = "write the character itself" if half else f"write at most {MAX_DIGITS} digits"
            code = "lone-surrogate" if half else "number-too-long"
            document.problem(code, said, 0, 0, mend, show_path(path))
        return value
    if len(path) > MAX_DEPTH:
        raise RecursionError
    if not isinstance(value, Mapping):
        return [_copied(one, (*path, number), document) for number, one in enumerate(value)]
    made: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(key, str) and not HALF.search(key):
            made[key] = _copied(inner, (*path, key), document)
        else:
            said = f"the key {_shown(key)} is no text"
            document.problem("key", said, 0, 0, "write the name of a field", show_path(path))
    return made


def _validate(document: Document) -> Program:
    problems = list(document.problems)
    name = printable(document.file, 4096)
    if any(problem.code in _UNREADABLE for problem in problems):
        raise ScopeSyntaxError(f"`{name}` cannot be read", tuple(problems))
    program: Program | None = None
    if not isinstance(document.data, Mapping):
        said, place = "a scope file is a mapping of fields", document.place(())
        problems.append(Diagnostic("shape", said, place, "begin with `id: ...`"))
    else:
        ids = [*_id_problems(document)]
        problems += [*_asset_problems(document), *_reference_problems(document), *ids]
        try:
            program = Program.model_validate(document.data)
        except ValidationError as error:
            for one in error.errors(include_url=False):
                # The model stops at the first id that stands twice, and says so without a place.
                if one["type"] != "duplicate-id" or not ids:
                    problems.append(_from_pydantic(dict(one), document))
    if program is None or problems:
        ordered = sorted(dict.fromkeys(problems), key=lambda one: (one.place.line, one.place.column))
        count = f"{len(ordered)} problem" + ("s" if len(ordered) != 1 else "")
        raise ScopeValidationError(f"`{name}` has {count}", tuple(ordered))
    if document.file == "<mapping>":
        return program
    return program.with_places(dict(_rule_places(program, document)))


def _rule_places(program: Program, document: Document) -> Iterator[tuple[str, Place]]:
    for side in RULE_IDS:
        for number, rule in enumerate(getattr(program, side)):
            path: KeyPath = (side, number)
            yield rule.id, document.place((*path, "asset") if (*path, "asset") in document.places else path)


def _entries(data: Mapping[str, Any], field: str) -> list[Any]:
    found = data.get(field)
    return found if isinstance(found, list) else []


def _asset_problems(document: Document) -> Iterator[Diagnostic]:
    """Yield a problem for every listed text that no pattern expresses, whatever else is wrong."""
    owned = frozenset(name for name in _entries(document.data, "owned") if isinstance(name, str))
    for side, effect in (("in_scope", Effect.INCLUDE), ("out_of_scope", Effect.EXCLUDE)):
        for number, entry in enumerate(_entries(document.data, side)):
            fields = entry if isinstance(entry, Mapping) else {"asset": entry}
            text, kind = fields.get("asset"), fields.get("type")
            if not isinstance(text, str) or not text:
                continue
            known = isinstance(kind, str) and kind in _TYPES
            problem = asset_problem(text, Context(effect, str(kind) if known else "", owned=owned))
            if problem is not None:
                path: KeyPath = (side, number, "asset") if isinstance(entry, Mapping) else (side, number)
                message, mend = problem
                yield Diagnostic("unreadable-asset", message, document.place(path), mend, show_path(path))


def asset_problem(text: str, context: Context) -> tuple[str, str] | None:
    """Return why a listed text cannot stand in a scope file and how to mend it, or None if it can."""
    try:
        meaning = interpret(text, context)
    except PatternSyntaxError as error:
        return error.message, error.help or "or list the sentence under `unresolved`"
    for pattern in meaning.patterns:
        if isinstance(pattern, UrlPattern) and not pattern.hosts:
            return (
                f"nobody can read the star in `{printable(text)}`",
                "a star stands for labels below a registered domain (`*.example.com`) or for a public "
                "suffix (`example.*`)",
            )
    return None


def _id_problems(document: Document) -> Iterator[Diagnostic]:
    """Yield a problem for every id that names a second thing; ids made for rules without one count."""
    for kind, fields in {"rule": (*RULE_IDS,), "source": ("sources",), "channel": ("channels",)}.items():
        listed = [
            (field, number, entry.get("id") if isinstance(entry, Mapping) else None)
            for field in fields
            for number, entry in enumerate(_entries(document.data, field))
        ]
        taken = {f"{RULE_IDS.get(field)}-{number + 1}" for field, number, name in listed if not name}
        for field, number, name in listed:
            if isinstance(name, str) and name in taken:
                path: KeyPath = (field, number, "id")
                said = f"two entries have the {kind} id `{printable(name, 100)}`"
                mend = "ids name rules in verdicts, so each has to be its own"
                yield Diagnostic("duplicate-id", said, document.place(path), mend, show_path(path))
            elif isinstance(name, str):
                taken.add(name)


def _reference_problems(document: Document) -> Iterator[Diagnostic]:
    """Yield a problem for every source, channel or reward group that is named and not defined."""
    data = document.data
    rewards = data.get("rewards")
    groups = rewards.get("groups") if isinstance(rewards, Mapping) else None
    known = {
        "sources": ("source", "sources", _ids(data, "sources")),
        "report_to": ("channel", "channels", _ids(data, "channels")),
        "group": ("reward group", "rewards.groups", (*groups,) if isinstance(groups, Mapping) else ()),
    }
    defined = {field: frozenset(names) for field, (_, _, names) in known.items()}
    for path, value in _walk(data, ()):
        field = next((step for step in reversed(path) if isinstance(step, str)), "")
        if field in known and isinstance(value, str) and path[0] != "sources" and value not in defined[field]:
            kind, where, names = known[field]
            mend = did_you_mean(value, names) or f"define it under `{where}`"
            message = f"`{printable(value)}` is no {kind} of this file"
            yield Diagnostic("unknown-reference", message, document.place(path), mend, show_path(path))


def _ids(data: Mapping[str, Any], field: str) -> tuple[str, ...]:
    found = (entry.get("id") for entry in _entries(data, field) if isinstance(entry, Mapping))
    return tuple(name for name in found if isinstance(name, str))


def _walk(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _walk(inner, (*path, number))
    else:
        yield path, value


def _from_pydantic(error: dict[str, Any], document: Document) -> Diagnostic:
    path: KeyPath = tuple(error["loc"])
    is_key = path[-1:] == ("[key]",)
    path = path[:-1] if is_key else path
    message, mend = _words(error, path, is_key=is_key)
    place = document.place(path, of_key=is_key or error["type"] == "extra_forbidden")
    return Diagnostic(error["type"].replace("_", "-"), message, place, mend, show_path(path))


def _words(error: Mapping[str, Any], path: KeyPath, *, is_key: bool) -> tuple[str, str]:
    """Return message and help for an error of pydantic, in the words of the file."""
    kind, context, value = error["type"], error.get("ctx", {}), error.get("input")
    last, around = (path[-1] if path else "file"), f"`{show_path(path[-2:-1])}`"
    place = f"an entry of {around}" if isinstance(last, int) else f"`{show_path(path[-1:]) or last}`"
    if kind == "extra_forbidden":
        return f"there is no field {place} here", did_you_mean(str(last), _fields_at(path)) or "remove it"
    if value is None and kind != "missing":
        kind = "empty"
    elif kind in ("literal_error", "enum") and is_key:
        kind, place = "key", around
    elif kind == "string_pattern_mismatch" and last == "currency":
        kind = "currency"
    elif kind in ("int_type", "int_parsing") and isinstance(value, str) and value.isdecimal():
        kind = "quoted"
    elif kind == "string_too_short" and context.get("min_length", 1) > 1:
        kind = "short"
    if kind not in _WORDS and "help" in context:
        return str(error["msg"]), str(context["help"])
    message, mend = _WORDS.get(kind, ("{given} is not what {place} may hold", "see `scopecheck schema`"))
    facts = {**context, "given": _shown(value), "place": place, "last": last}
    return message.format(**facts), mend.format(**facts)


_WHOLE = ("{given} is not a whole number", "write digits alone, as in 200")
_VALUES = ("{given} is not one of the values of {place}", "write {expected}")
_LIST = ("{place} is a list", "put a `- ` in front of each entry")
_FIELDS = ("{place} holds fields, not {given}", "write `field: value` lines below it")
_DATE = ("{given} is not a date", "write it as 2026-08-22")
_WORDS = {
    "missing": ("the field {place} is missing", "add `{last}: ...`"),
    "empty": ("{place} is empty", "write a value, or remove the field"),
    "string_type": ("{given} is not a text", "put it in quotes if it is one"),
    "string_unicode": ("{place} holds one half of a character", "write the character itself"),
    "string_too_short": ("{place} is empty", "write the text, or remove the field"),
    "short": ("{given} is too short", "write at least {min_length} characters"),
    "string_too_long": ("{place} is too long", "write at most {max_length} characters"),
    "string_pattern_mismatch": (
        "{given} is not an id",
        "an id has lower-case letters, digits, `-`, `_` and `.`",
    ),
    "currency": ("{given} is no currency", "write its code in capital letters, such as USD or EUR"),
    "bool_type": ("{given} is neither true nor false", "write `true` or `false`"),
    "greater_than_equal": ("{given} is too small an amount", "write {ge} or more"),
    "quoted": ("{given} is a text, not a number", "remove the quotes"),
    "key": ("{given} is not one of the keys of {place}", "write {expected}"),
} | dict.fromkeys(("literal_error", "enum"), _VALUES)
_WORDS |= dict.fromkeys(("int_type", "int_parsing", "int_from_float"), _WHOLE)
_WORDS |= dict.fromkeys(("tuple_type", "list_type"), _LIST)
_WORDS |= dict.fromkeys(("model_type", "model_attributes_type", "mapping_type", "dict_type"), _FIELDS)
_WORDS |= dict.fromkeys(
    ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"), _DATE
)


def _shown(value: object) -> str:
    """Write a value of a file for a message."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, bool):
        return f"`{value}`".lower()
    # Python refuses to write integers of thousands of digits.
    if isinstance(value, int) and value.bit_length() > 200:
        return "a huge number"
    return f"`{printable(str(value), 60)}`"


def _fields_at(path: KeyPath) -> tuple[str, ...]:
    """Return the fields that the model has where an unknown one was found."""
    here = whole = _schema()
    for step in path[:-1]:
        if isinstance(step, int):
            here = here.get("items", {})
        else:
            # Keys of a mapping have a pattern where they are ids.
            keyed = [*here.get("patternProperties", {}).values(), here.get("additionalProperties") or {}]
            here = here.get("properties", {}).get(step) or keyed[0]
        for option in (here, *here.get("anyOf", ())):
            if "$ref" in option:
                here = whole["$defs"].get(option["$ref"].rpartition("/")[2], {})
    return (*here.get("properties", {}),)
