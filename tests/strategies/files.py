"""Scope files in three languages: written in any of the ways that a language has, and broken."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scopecheck import (
    Program,
)

from .hostile import any_text
from .patterns import PATTERN_ROWS
from .stock import of

KeyPath: TypeAlias = tuple[str | int, ...]
LANGUAGES = ("yaml", "toml", "json")

# Neither control characters nor what only YAML takes for the end of a line.
_FILE_CHARACTERS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff"
)


def file_words() -> SearchStrategy[str]:
    """A text of a scope file, with what quoting, comments and escapes of the languages make hard."""
    marks = of("*.e.com", "a: b", "a #b", "'", '"', '""""', "'''", "\\", "\\u0061", "[x", "{", "}", ",", "=")
    pieces = st.one_of(marks, st.text(_FILE_CHARACTERS, max_size=5), st.just("\n"), st.just("😀"))
    return st.lists(pieces, min_size=1, max_size=4).map("".join)


def file_data() -> SearchStrategy[dict[str, Any]]:
    """Fields as any of the three languages can hold them; no null, which TOML does not know."""
    scalars = st.one_of(file_words(), st.booleans(), st.integers(-999, 10**9))
    keys = st.one_of(of("id", "in_scope", "a-b", "1", "a.b", "true", ""), file_words())
    values = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=10,
    )
    return st.dictionaries(keys, values, min_size=1, max_size=4)


@st.composite
def program_data(draw: st.DrawFn) -> dict[str, Any]:
    """The fields of a valid scope file."""
    stars = of("api-*.e.com", "a.*.e.com", "e.*", "*e.com", "(a|b).e.com", "https://*.e.com/a*")
    assets = st.one_of(stars, *(PATTERN_ROWS[row] for row in ("host", "below", "port", "path", "name")))
    common = {
        "note": file_words(),
        "instruction": file_words(),
        "stated": st.booleans(),
        "since": st.dates().map(str),
    }
    paid = {"eligible_for_bounty": st.booleans(), "max_severity": of("low", "high")}

    def rules(more: dict[str, SearchStrategy[Any]]) -> SearchStrategy[list[Any]]:
        fields = st.fixed_dictionaries({"asset": assets}, optional=more)
        return st.lists(st.one_of(assets, fields), max_size=4)

    words = file_words().filter(bool)
    data = {"id": draw(of("e", "e-1", "0.e_x")), "name": draw(words)}
    optional: dict[str, SearchStrategy[Any]] = {
        "in_scope": rules(common | paid | {"aliases": st.lists(file_words(), max_size=2)}),
        "out_of_scope": rules(common),
        "policy": st.fixed_dictionaries({}, optional={"apex": of("covered"), "open_scope": st.booleans()}),
        "as_of": st.dates().map(str),
        "statements": st.lists(st.fixed_dictionaries({"text": words}), max_size=2),
    }
    return data | draw(st.fixed_dictionaries({}, optional=optional))


@dataclass
class Pen:
    """Writes a text, and keeps where each value and each key was begun."""

    draw: st.DrawFn
    text: str = ""
    values: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    keys: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)

    def put(self, *parts: str) -> None:
        """Write on."""
        self.text += "".join(parts)

    def pick(self, *options: str) -> str:
        """Choose how to write something that has several spellings."""
        return self.draw(st.sampled_from(options))

    def maybe(self) -> bool:
        """Choose between two ways."""
        return self.draw(st.booleans())

    @property
    def here(self) -> tuple[int, int]:
        """Line and column of what is written next, from 1."""
        return self.text.count("\n") + 1, len(self.text) - self.text.rfind("\n")


def _json_text(pen: Pen, text: str) -> str:
    written = json.dumps(text, ensure_ascii=pen.maybe())
    if text[:1].isascii() and text[:1].isalnum() and pen.maybe():
        return f'"\\u{ord(text[0]):04x}{written[2:]}'
    return written


def _write_json(pen: Pen, value: Any, path: KeyPath = ()) -> None:
    space = ("", "", " ", "\n", "\r\n  ", "\t")
    pen.put(pen.pick(*space))
    pen.values[path] = pen.here
    if isinstance(value, (dict, list)):
        pen.put("{" if isinstance(value, dict) else "[")
        for number, entry in enumerate(value):
            pen.put(pen.pick(*space), "," if number else "", pen.pick(*space))
            if isinstance(value, list):
                _write_json(pen, entry, (*path, number))
                continue
            pen.keys[(*path, entry)] = pen.here
            pen.put(_json_text(pen, entry), pen.pick(*space), ":")
            _write_json(pen, value[entry], (*path, entry))
        pen.put(pen.pick(*space), "}" if isinstance(value, dict) else "]")
    else:
        pen.put(_json_text(pen, value) if isinstance(value, str) else json.dumps(value))


def _toml_text(pen: Pen, text: str, *, key: bool = False) -> str:
    """Write a text in one of TOML's four ways, or as a bare key."""
    basic = json.dumps(text, ensure_ascii=False)
    ways = [basic]
    if "'" not in text and "\n" not in text:
        ways.append(f"'{text}'")
    if key:
        return pen.pick(*ways, *([text] if re.fullmatch(r"[A-Za-z0-9_-]+", text) else []))
    spread = text.replace("\\", "\\\\")
    spread = re.sub('"{3,}', lambda run: '\\"' * len(run[0]), spread)
    ways += [f'"""{pen.pick(chr(10), "") if spread[:1] != chr(10) else chr(10)}{spread}"""'] * 2
    if "'''" not in text and not text.endswith("''"):
        ways.append(f"'''\n{text}'''")
    return pen.pick(*ways)


def _toml_value(pen: Pen, value: Any, path: KeyPath) -> None:
    pen.values[path] = pen.here
    if isinstance(value, dict):
        pen.put("{")
        for number, (key, inner) in enumerate(value.items()):
            pen.put(", " if number else pen.pick("", " "))
            _toml_pair(pen, key, inner, path)
        pen.put("}")
    elif isinstance(value, list):
        pen.put("[")
        for number, inner in enumerate(value):
            pen.put("," if number else "", pen.pick("", " ", "\n\t", " # ] 'x\n", "\r\n"))
            _toml_value(pen, inner, (*path, number))
        pen.put(pen.pick(",", ", # }\n", "\n") if value else "", "]")
    elif isinstance(value, str):
        pen.put(_toml_text(pen, value))
    elif isinstance(value, dt.datetime):
        pen.put(value.isoformat(sep=pen.pick("T", " ")))
    else:
        pen.put(str(value).lower())


def _toml_pair(pen: Pen, key: str, value: Any, path: KeyPath) -> None:
    """Write `key = value`, or `key.inner = value` where a table has one field."""
    inner, place = (*path, key), pen.here
    pen.keys[inner] = place
    pen.put(_toml_text(pen, key, key=True))
    while isinstance(value, dict) and len(value) == 1 and pen.maybe():
        ((key, value),) = value.items()
        inner = (*inner, key)
        pen.keys[inner] = place
        pen.put(pen.pick(".", " . "), _toml_text(pen, key, key=True))
    pen.put(pen.pick("=", " = ", "\t="), pen.pick("", " "))
    _toml_value(pen, value, inner)


def _write_toml(pen: Pen, table: dict[str, Any], path: KeyPath = (), header: str = "") -> None:
    below: dict[str, list[Any] | dict[str, Any]] = {}
    for key, value in table.items():
        tables = isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
        if (isinstance(value, dict) or tables) and pen.maybe():
            below[key] = value
            continue
        pen.put(pen.pick("", "", "\n", "  ", "# a = [1\n", "\r\n"))
        _toml_pair(pen, key, value, path)
        pen.put(pen.pick("", " # ' \"", "\t"), pen.pick("\n", "\r\n"))
    for key, value in below.items():
        for number, one in enumerate(value if isinstance(value, list) else [value]):
            pen.put(pen.pick("", "\n", "  "))
            many = isinstance(value, list)
            at: KeyPath = (*path, key, number) if many else (*path, key)
            pen.values[at] = pen.here
            if not many:
                pen.keys[at] = pen.here
            name = header + pen.pick("", " ") + _toml_text(pen, key, key=True)
            pen.put("[[" if many else "[", name, "]]" if many else "]", pen.pick("\n", " # [x]\n"))
            _write_toml(pen, one, at, f"{name}.")


def _yaml_text(pen: Pen, text: str, *, key: bool = False) -> str:
    ways = [json.dumps(text, ensure_ascii=False)]
    if "\n" not in text:
        ways.append("'" + text.replace("'", "''") + "'")
    plain = re.fullmatch(r"[A-Za-z]([A-Za-z0-9 ./_*-]*[A-Za-z0-9*])?|[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
    if plain and text not in ("true", "false", "null"):
        ways += [text, text]
    return pen.pick(*(way for way in ways if not key or len(way) < 200))


def _yaml_flow(pen: Pen, value: Any, path: KeyPath, indent: str) -> None:
    """Write a value as JSON would, over one line or several."""
    pen.values[path] = pen.here
    if not isinstance(value, (dict, list)):
        pen.put(_yaml_text(pen, value) if isinstance(value, str) else json.dumps(value))
        return
    pen.put("{" if isinstance(value, dict) else "[")
    for number, entry in enumerate(value):
        pen.put("," if number else "", pen.pick(" ", " ", f"\n{indent}  ", f"  # }} ]\n{indent}  "))
        if isinstance(value, list):
            _yaml_flow(pen, entry, (*path, number), indent + "  ")
            continue
        pen.keys[(*path, entry)] = pen.here
        pen.put(_yaml_text(pen, entry, key=True), ": ")
        _yaml_flow(pen, value[entry], (*path, entry), indent + "  ")
    pen.put(pen.pick("", " "), "}" if isinstance(value, dict) else "]")


def _write_yaml(pen: Pen, value: Any, path: KeyPath = (), indent: str = "", behind: str = "") -> None:
    """Write a value behind `key:` or `-`; block lists and mappings go on lines of their own."""
    if not isinstance(value, (dict, list)) or not value or pen.draw(st.integers(0, 3)) == 0:
        pen.put(behind and " ")
        lines = value.split("\n") if isinstance(value, str) and behind else [""]
        if all(re.match(r"[!-~]", line) and line == line.strip() for line in lines) and pen.maybe():
            pen.values[path] = pen.here
            pen.put("|-\n", *(f"{indent}  {line}\n" for line in lines))
            return
        _yaml_flow(pen, value, path, indent)
        pen.put(pen.pick("", "  # *x"), "\n")
        return
    # A mapping may begin behind the dash of its list.
    compact = behind == "-" and isinstance(value, dict) and pen.maybe()
    pen.put(" " if compact else "\n" if behind else "")
    for number, entry in enumerate(value):
        lead = "" if compact and not number else pen.pick("", "", "\n", f"{indent}# *x\n") + indent
        pen.put(lead)
        if not number:
            pen.values[path] = pen.here
        if isinstance(value, list):
            pen.put("-")
            _write_yaml(pen, entry, (*path, number), indent + "  ", "-")
        else:
            pen.keys[(*path, entry)] = pen.here
            pen.put(_yaml_text(pen, entry, key=True), ":")
            _write_yaml(pen, value[entry], (*path, entry), indent + "  ", ":")


@st.composite
def written(draw: st.DrawFn, language: str, data: dict[str, Any]) -> Pen:
    """Write data in a language, in any of the ways that the language has for it."""
    pen = Pen(draw)
    if language == "json":
        _write_json(pen, data)
    elif language == "toml":
        _write_toml(pen, data)
    else:
        _write_yaml(pen, data)
    return pen


# fmt: off
_PIECES = {
    "yaml": (
        "id: e\n", "name: E\n", "in_scope:\n", "  - ", "*.e.com", "*a", "&a ", "<<: ", "!!str ", "---\n",
        "\n", "\r", "\x85", "\u2028", "\ufeff", "\t", ": ", "- ", "[", "]", "{", "}", ",", "'", '"', "#", "|",
        "asset: ", "stated: ", "policy:\n  apex: ", "rewards:\n  groups:\n    x:\n      titel: 1\n", "~",
        "? ", "-1", "unresolved:\n", "sources: ", "9" * 5000, "1.5", ".nan", "10.0.0.0/33", "%YAML 1.1\n",
    ),
    "toml": (
        "id = 'e'\n", "name = 'E'\n", "[[in_scope]]\n", "[in_scope]\n", "asset = ", "'*.e.com'", "[policy]\n",
        "\n", "\r", "=", ".", "a", '"', "'", "'''", '"""', "[", "]", "{", "}", ",", "#", "\\u0000", "\ufeff",
        "9" * 5000, "nan", "2026-01-02", "2026-01-02 00:00:00", "05:00:00", "a." * 2000, "rewards.groups",
    ),
    "json": (
        "{", "}", "[", "]", ":", ",", '"id"', '"e"', '"name"', '"in_scope"', '"asset"', '"a.com"', '"', "\n",
        "9" * 5000, "NaN", "1e999", "-", "1.5", "null", "true", "\\u0000", "\\ud800", "\ufeff", '"<<"',
        '{"id": "e", "name": "E"', '"name": "F"', '"rewards": {"groups": {"x": {"titel": 1}}}',
    ),
}
# fmt: on


def broken_files(language: str) -> SearchStrategy[str | bytes]:
    """A text or bytes that may be a scope file: pieces of one, and anything at all."""
    stock = of(*_PIECES[language])
    pieces = st.one_of(stock, stock, st.text(st.characters(), max_size=3))
    begin = of("", "".join(_PIECES[language][:2]) if language != "json" else '{"id": "e", "name": "E", ')
    texts = st.builds("{}{}".format, begin, st.lists(pieces, max_size=14).map("".join))
    return st.one_of(texts, texts, any_text(), st.binary(max_size=60))


def any_fields() -> SearchStrategy[dict[str, Any]]:
    """A mapping with the field names of a scope file and any values in them."""
    names = of(*_FIELDS)
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        any_text(),
        of("*.e.com", "*", "10.0.0.0/33", "P1"),
    )
    values = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | any_text(), inner, max_size=4),
        max_leaves=10,
    )
    base = st.just({"id": "e", "name": "E"})
    return st.builds(
        lambda one, other: one | other, base | st.just({}), st.dictionaries(names, values, max_size=6)
    )


_FIELDS = (
    *Program.model_fields,
    "asset",
    "type",
    "text",
    "title",
    "finding",
    "groups",
    "low",
    "high",
    "apex",
    "P1",
    "x",
)
