"""Scope files -> `Program`, or every problem of the file at once."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.errors import (
    PatternSyntaxError,
    ScopeSyntaxError,
    ScopeValidationError,
    UnknownProgramError,
)
from scopecheck.scope.document import Document, KeyPath, read_document, show_path
from scopecheck.scope.interpret import Context, interpret
from scopecheck.scope.model import AssetType, Program
from scopecheck.scope.pattern import Effect, UrlPattern
from scopecheck.targets.host import printable

__all__ = ["bundled_programs", "load", "loads", "schema"]

_LANGUAGES = {".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".json": "json"}
_SYNTAX_CODES = frozenset(
    {"yaml-syntax", "toml-syntax", "json-syntax", "encoding", "too-large", "too-deep", "control-character"}
)


def load(source: str | Path | Mapping[str, Any]) -> Program:
    """Return a program: a bundled id (`openai`), a path to a scope file, or a mapping of its shape.

    Raises `UnknownProgramError`, `ScopeSyntaxError` or `ScopeValidationError`; the latter two carry
    every problem as a `Diagnostic`. A file with a problem is never loaded in part.
    """
    if isinstance(source, Mapping):
        return _validate(Document("<mapping>", dict(source)))
    if isinstance(source, str) and _is_id(source):
        bundled = _bundled_file(source)
        if bundled is not None:
            return loads(bundled.read_bytes(), "yaml", f"scopes/{bundled.name}")
    path = Path(source)
    try:
        known = path.is_file()
    except (OSError, ValueError):
        known = False
    if not known:
        raise _unknown(str(source))
    language = _LANGUAGES.get(path.suffix.lower())
    if language is None:
        raise ScopeSyntaxError(
            f"`{printable(str(path))}` is not a scope file by its ending",
            (
                Diagnostic(
                    "file-ending",
                    "the ending says no known language",
                    Place(str(path)),
                    "name it .yaml, .toml or .json",
                ),
            ),
        )
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ScopeSyntaxError(
            f"`{printable(str(path))}` cannot be read",
            (Diagnostic("unreadable", (error.strerror or "unreadable").lower(), Place(str(path))),),
        ) from error
    return loads(raw, language, str(path))


def loads(text: str | bytes, language: str = "yaml", file: str = "<text>") -> Program:
    """Return the program that a text of a language (`yaml`, `toml`, `json`) states."""
    document = read_document(text, file, language)
    if any(problem.code in _SYNTAX_CODES for problem in document.problems):
        raise ScopeSyntaxError(f"`{printable(file)}` cannot be read", tuple(document.problems))
    return _validate(document)


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a scope file, for editors."""
    made = Program.model_json_schema()
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
    known = bundled_programs()
    near = difflib.get_close_matches(name.lower()[:200], known, n=3, cutoff=0.5)
    hint = (
        "did you mean " + " or ".join(f"`{one}`" for one in near) + "?" if near else "see `scopecheck list`"
    )
    return UnknownProgramError(
        f"`{printable(name)}` is neither a bundled program nor a scope file",
        (Diagnostic("unknown-program", "no such program or file", Place(printable(name)), hint),),
    )


def _validate(document: Document) -> Program:
    problems = list(document.problems)
    program: Program | None = None
    if not isinstance(document.data, Mapping):
        problems.append(
            Diagnostic(
                "shape", "a scope file is a mapping of fields", document.place(()), "begin with `id: ...`"
            )
        )
    else:
        problems += [*_asset_problems(document), *_reference_problems(document)]
        try:
            program = Program.model_validate(document.data)
        except ValidationError as error:
            problems += [_from_pydantic(dict(one), document) for one in error.errors(include_url=False)]
    if program is None or problems:
        ordered = sorted(dict.fromkeys(problems), key=lambda one: (one.place.line, one.place.column))
        count = f"{len(ordered)} problem" + ("s" if len(ordered) != 1 else "")
        raise ScopeValidationError(f"`{printable(document.file)}` has {count}", tuple(ordered))
    if document.file == "<mapping>":
        return program
    return program.with_places(dict(_rule_places(program, document)))


def _rule_places(program: Program, document: Document) -> Iterator[tuple[str, Place]]:
    for side in ("in_scope", "out_of_scope", "unresolved"):
        for number, rule in enumerate(getattr(program, side)):
            path: KeyPath = (side, number)
            yield rule.id, document.place((*path, "asset") if (*path, "asset") in document.places else path)


def _asset_problems(document: Document) -> Iterator[Diagnostic]:
    """Yield a problem for every listed text that no pattern expresses, whatever else is wrong."""
    owned = document.data.get("owned")
    names = (
        frozenset(name for name in owned if isinstance(name, str)) if isinstance(owned, list) else frozenset()
    )
    for side, effect in (("in_scope", Effect.INCLUDE), ("out_of_scope", Effect.EXCLUDE)):
        entries = document.data.get(side)
        for number, entry in enumerate(entries if isinstance(entries, (list, tuple)) else ()):
            fields = entry if isinstance(entry, Mapping) else {"asset": entry}
            text, kind = fields.get("asset"), fields.get("type")
            if not isinstance(text, str) or not text:
                continue
            context = Context(
                effect, kind if isinstance(kind, str) and kind in set(AssetType) else "", owned=names
            )
            problem = _asset_problem(text, context)
            if problem is not None:
                path: KeyPath = (side, number, "asset") if isinstance(entry, Mapping) else (side, number)
                message, mend = problem
                yield Diagnostic("unreadable-asset", message, document.place(path), mend, show_path(path))


def _asset_problem(text: str, context: Context) -> tuple[str, str] | None:
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


def _reference_problems(document: Document) -> Iterator[Diagnostic]:
    """Yield a problem for every source, channel or reward group that is named and not defined."""
    data = document.data
    rewards = data.get("rewards")
    groups = rewards.get("groups") if isinstance(rewards, Mapping) else None
    known = {
        "sources": ("source", _ids(data.get("sources"))),
        "report_to": ("channel", _ids(data.get("channels"))),
        "group": ("reward group of `rewards.groups`", set(groups) if isinstance(groups, Mapping) else set()),
    }
    for path, value in _walk(data, ()):
        field = next((step for step in reversed(path) if isinstance(step, str)), "")
        if field not in known or not isinstance(value, str) or path[0] == "sources":
            continue
        kind, defined = known[field]
        if value not in defined:
            near = difflib.get_close_matches(value, defined, n=1)
            mend = f"did you mean `{near[0]}`?" if near else f"define it under `{kind.split()[-1]}s`"
            message = f"`{printable(value)}` is no {kind} of this file"
            yield Diagnostic("unknown-reference", message, document.place(path), mend, show_path(path))


def _ids(entries: Any) -> set[str]:
    listed = entries if isinstance(entries, (list, tuple)) else ()
    return {str(entry["id"]) for entry in listed if isinstance(entry, Mapping) and "id" in entry}


def _walk(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, (*path, str(key)))
    elif isinstance(value, (list, tuple)):
        for number, inner in enumerate(value):
            yield from _walk(inner, (*path, number))
    else:
        yield path, value


def _from_pydantic(error: dict[str, Any], document: Document) -> Diagnostic:
    path: KeyPath = tuple(error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    name = str(path[-1]) if path else ""
    given = printable(str(error.get("input")), 60)
    message, mend = _words(kind, name, given, context, path)
    if message is None:
        message = error["msg"][:1].lower() + error["msg"][1:].rstrip(".")
        mend = str(context.get("help", ""))
    place = document.place(path, of_key=kind == "extra_forbidden")
    return Diagnostic(kind.replace("_", "-"), message, place, mend, show_path(path))


def _words(
    kind: str, name: str, given: str, context: Mapping[str, Any], path: KeyPath
) -> tuple[str | None, str]:
    """Return message and help for the errors of pydantic that authors meet."""
    match kind:
        case "missing":
            return f"the field `{name}` is missing", f"add `{name}: ...`"
        case "extra_forbidden":
            near = difflib.get_close_matches(name, _fields_at(path), n=1)
            return f"there is no field `{name}` here", f"did you mean `{near[0]}`?" if near else "remove it"
        case "string_type":
            return f"`{given}` is not a text", "put it in quotes if it is one"
        case "bool_type":
            return f"`{given}` is neither true nor false", "write `true` or `false`"
        case "int_type" | "int_parsing" | "int_from_float":
            return f"`{given}` is not a whole number", "write digits alone, as in 200"
        case "literal_error" | "enum":
            return f"`{given}` is not one of the values of `{name}`", f"write {context.get('expected', '')}"
        case "string_pattern_mismatch":
            return f"`{given}` is not an id", "an id has lower-case letters, digits, `-`, `_` and `.`"
        case "tuple_type" | "list_type":
            return f"`{name}` is a list", "put a `- ` in front of each entry"
        case "model_type" | "model_attributes_type" | "mapping_type" | "dict_type":
            return f"`{name}` holds fields, not `{given}`", "write `field: value` lines below it"
        case "date_from_datetime_parsing" | "date_parsing" | "date_type" | "date_from_datetime_inexact":
            return f"`{given}` is not a date", "write it as 2026-08-22"
        case "string_too_short":
            return f"`{name}` is empty", "write the text, or remove the field"
    return None, ""


def _fields_at(path: KeyPath) -> list[str]:
    """Return the fields that the model has where an unknown one was found."""
    definitions = schema().get("$defs", {})
    here: dict[str, Any] = schema()
    for step in path[:-1]:
        if isinstance(step, int):
            here = here.get("items", {})
        else:
            here = here.get("properties", {}).get(step) or here.get("additionalProperties", {}) or {}
        for option in (here, *here.get("anyOf", ())):
            if "$ref" in option:
                here = definitions.get(option["$ref"].rpartition("/")[2], {})
    return list(here.get("properties", {}))
