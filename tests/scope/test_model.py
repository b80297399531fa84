"""The model of a scope file: frozen programs, ids, places, assets as texts, and the JSON Schema."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

import scopecheck as sc
from scopecheck.scope.model import AssetType
from strategies import listed_texts, program_data

# --- a program -------------------------------------------------------------------------------


def program(**fields: Any) -> sc.Program:
    return sc.load({"id": "e", "name": "E", **fields})


def test_a_file_may_say_nothing_but_id_and_name() -> None:
    bare = program()
    assert (bare.rules, bare.unresolved, bare.rewards, bare.policy) == ((), (), None, sc.Policy())
    assert bare.findings.unlisted == "undetermined"
    assert sc.Checker(bare).check("https://e.com/").reason is sc.Reason.NOT_LISTED


def test_what_a_file_leaves_open_stays_open() -> None:
    (rule,) = program(in_scope=["e.com"]).in_scope
    assert (rule.eligible_for_bounty, rule.max_severity, rule.group) == (None, None, None)
    assert (rule.type, rule.since, rule.stated, rule.reading, rule.listed) == (
        None,
        None,
        True,
        "both",
        False,
    )
    policy = program().policy
    assert (policy.apex, policy.depth, policy.below_excluded, policy.open_scope) == (None,) * 4


def test_rules_without_an_id_are_named_by_their_position() -> None:
    loaded = program(
        in_scope=["a.com", {"asset": "b.com", "id": "named"}, "c.com"],
        out_of_scope=["d.com"],
        unresolved=[{"text": "Some sentence.", "effect": "exclude"}],
    )
    assert [rule.id for rule in loaded.rules] == ["in-1", "named", "in-3", "out-1"]
    assert [one.id for one in loaded.unresolved] == ["unresolved-1"]


TWICE = [
    pytest.param({"in_scope": [{"asset": "a.com", "id": "x"}, {"asset": "b.com", "id": "x"}]}, id="one-side"),
    pytest.param(
        {"in_scope": [{"asset": "a.com", "id": "x"}], "out_of_scope": [{"asset": "b.com", "id": "x"}]},
        id="both-sides",
    ),
    pytest.param({"in_scope": [{"asset": "a.com", "id": "in-2"}, "b.com"]}, id="a-made-id"),
    pytest.param(
        {
            "in_scope": [{"asset": "a.com", "id": "x"}],
            "unresolved": [{"text": "Some.", "effect": "exclude", "id": "x"}],
        },
        id="an-unresolved-text",
    ),
    pytest.param({"sources": [{"id": "x", "title": "A"}, {"id": "x", "title": "B"}]}, id="sources"),
    pytest.param({"channels": [{"id": "x", "title": "A"}, {"id": "x", "title": "B"}]}, id="channels"),
]


@pytest.mark.parametrize("fields", TWICE)
def test_an_id_names_one_thing(fields: dict[str, Any]) -> None:
    with pytest.raises(sc.ScopeValidationError) as caught:
        program(**fields)
    assert [one.code for one in caught.value.diagnostics] == ["duplicate-id"]


FROZEN = ["id", "policy", "in_scope", "findings"]


@pytest.mark.parametrize("name", FROZEN)
def test_a_program_does_not_change(name: str) -> None:
    loaded = program(in_scope=["a.com"])
    with pytest.raises(ValidationError, match="frozen"):
        setattr(loaded, name, None)
    with pytest.raises(ValidationError, match="frozen"):
        loaded.in_scope[0].asset = "b.com"


def test_a_mapping_that_was_loaded_may_change_without_changing_the_program() -> None:
    fields: dict[str, Any] = {"id": "e", "name": "E", "in_scope": [{"asset": "a.com", "aliases": ["A"]}]}
    loaded = sc.load(fields)
    before = loaded.model_dump()
    fields["in_scope"][0]["aliases"].append("B")
    fields["in_scope"].append("b.com")
    assert loaded.model_dump() == before


@given(program_data())
def test_loading_changes_nothing_of_what_it_is_given(fields: dict[str, Any]) -> None:
    before = copy.deepcopy(fields)
    sc.load(fields)
    assert fields == before


@given(program_data())
def test_a_program_survives_json_and_pickling(fields: dict[str, Any]) -> None:
    loaded = sc.loads(json.dumps(fields), "json", "f.json")
    assert pickle.loads(pickle.dumps(loaded)) == loaded
    written = json.dumps(loaded.model_dump(mode="json", exclude_defaults=True))
    assert sc.loads(written, "json").model_dump() == loaded.model_dump()


@pytest.mark.parametrize("name", sc.bundled_programs())
def test_a_bundled_program_survives_json_and_pickling(name: str) -> None:
    loaded = sc.load(name)
    again = pickle.loads(pickle.dumps(loaded))
    assert again == loaded
    assert [again.place(rule.id) for rule in again.rules] == [loaded.place(rule.id) for rule in loaded.rules]
    written = json.dumps(loaded.model_dump(mode="json", exclude_defaults=True))
    assert sc.loads(written, "json").model_dump() == loaded.model_dump()


def test_only_what_came_from_a_file_has_places() -> None:
    text = "id: e\nname: E\nin_scope:\n  - a.com\n  - asset: b.com\n"
    text += "unresolved:\n  - {text: Some., effect: exclude}\n"
    loaded = sc.loads(text, "yaml", "f.yaml")
    places = {name: str(loaded.place(name)) for name in ("in-1", "in-2", "unresolved-1")}
    assert places == {"in-1": "f.yaml:4:5", "in-2": "f.yaml:5:12", "unresolved-1": "f.yaml:7:5"}
    assert loaded.place("in-3") is None
    assert program(in_scope=["a.com"]).place("in-1") is None


# --- a program of texts ----------------------------------------------------------------------


def test_texts_make_a_program_without_a_file() -> None:
    made = sc.Program.from_assets(
        include=["*.e.com", "any other host"], exclude=["b.e.com"], policy={"apex": "covered"}
    )
    assert [(rule.id, rule.asset) for rule in made.rules] == [
        ("include-1", "*.e.com"),
        ("exclude-1", "b.e.com"),
    ]
    assert [(one.effect, one.text) for one in made.unresolved] == [("include", "any other host")]
    assert made.unresolved[0].why
    assert sc.Checker(made).check("https://e.com/").in_scope


@given(listed_texts())
def test_no_listed_text_makes_a_program_of_texts_fail(text: str) -> None:
    made = sc.Program.from_assets(include=[text], exclude=[text])
    assert len(made.in_scope) + len(made.out_of_scope) + len(made.unresolved) == 2


@pytest.mark.parametrize(
    "text", ["", "\0", "\ud800", "\x1b[31m", "x" * 100_000, "*", "10.0.0.0/33", "\n", "🦀"]
)
def test_odd_text_becomes_unresolved_and_never_raises(text: str) -> None:
    made = sc.Program.from_assets(include=[text], exclude=[text])
    assert len(made.rules) + len(made.unresolved) == 2
    assert not sc.Checker(made).check("https://e.com/").in_scope


@pytest.mark.parametrize("side", ["include", "exclude"])
@pytest.mark.parametrize("text", ["e.com", b"e.com"])
def test_a_lone_text_is_not_read_letter_by_letter(side: str, text: Any) -> None:
    with pytest.raises(TypeError, match=f"`{side}` is a list of texts"):
        sc.Program.from_assets(**{side: text})


# --- the JSON Schema -------------------------------------------------------------------------

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}


def faults(value: Any, rule: Any, root: dict[str, Any], at: str = "$") -> Iterator[str]:
    """Hold a value against the part of JSON Schema that the schema of scope files uses."""
    if rule in (True, False):
        yield from () if rule else (f"{at}: nothing is allowed here",)
        return
    if "$ref" in rule:
        yield from faults(value, root["$defs"][rule["$ref"].rpartition("/")[2]], root, at)
    if "anyOf" in rule and all(any(faults(value, one, root, at)) for one in rule["anyOf"]):
        yield f"{at}: none of the choices fits"
    kinds = rule.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(type(value) is TYPES[kind] for kind in kinds):
        yield f"{at}: not of type {kinds}"
    if ("enum" in rule and value not in rule["enum"]) or ("const" in rule and value != rule["const"]):
        yield f"{at}: not one of the values"
    if isinstance(value, str):
        yield from text_faults(value, rule, at)
    if isinstance(value, int) and value < rule.get("minimum", value):
        yield f"{at}: too small"
    if isinstance(value, list):
        for number, entry in enumerate(value):
            yield from faults(entry, rule.get("items", True), root, f"{at}[{number}]")
    if isinstance(value, dict):
        yield from field_faults(value, rule, root, at)


def text_faults(value: str, rule: dict[str, Any], at: str) -> Iterator[str]:
    if rule.get("format") == "date" and not is_date(value):
        yield f"{at}: no date"
    if not rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", len(value)):
        yield f"{at}: too short or too long"
    if not re.search(rule.get("pattern", ""), value):
        yield f"{at}: does not fit the pattern"


def field_faults(value: dict[str, Any], rule: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    yield from (f"{at}: `{name}` is missing" for name in rule.get("required", ()) if name not in value)
    for name, inner in value.items():
        yield from faults(name, rule.get("propertyNames", True), root, f"{at}.{name}")
        shapes = [one for shape, one in rule.get("patternProperties", {}).items() if re.search(shape, name)]
        shapes += [rule["properties"][name]] if name in rule.get("properties", {}) else []
        for shape in shapes or [rule.get("additionalProperties", True)]:
            yield from faults(inner, shape, root, f"{at}.{name}")


def is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def accepted(fields: Any) -> list[str]:
    made = json.loads(json.dumps(sc.schema()))
    return list(faults(fields, made, made))


@pytest.mark.parametrize("name", sc.bundled_programs())
def test_the_schema_accepts_the_bundled_programs(name: str) -> None:
    assert accepted(sc.load(name).model_dump(mode="json", exclude_defaults=True)) == []


@given(program_data())
def test_the_schema_accepts_what_loads(fields: dict[str, Any]) -> None:
    sc.load(fields)
    assert accepted(fields) == []


REFUSED = [
    ({"name": "E"}, "$: `id` is missing"),
    ({"id": "E", "name": "E"}, "$.id: does not fit the pattern"),
    ({"id": "e", "name": ""}, "$.name: too short or too long"),
    ({"id": "e", "name": "E", "nam": 1}, "$.nam: nothing is allowed here"),
    ({"id": "e", "name": "E", "policy": {"apx": "covered"}}, "$.policy.apx: nothing is allowed here"),
    ({"id": "e", "name": "E", "in_scope": "a.com"}, "$.in_scope: not of type ['array']"),
    (
        {"id": "e", "name": "E", "key_shapes": [{"prefix": "k", "title": "K"}]},
        "$.key_shapes[0].prefix: too short or too long",
    ),
]


@pytest.mark.parametrize(("fields", "fault"), REFUSED)
def test_the_schema_refuses_what_does_not_load(fields: dict[str, Any], fault: str) -> None:
    with pytest.raises(sc.ScopeValidationError):
        sc.load(fields)
    assert accepted(fields) == [fault]


def test_the_schema_is_json_and_says_what_it_is() -> None:
    made = json.loads(json.dumps(sc.schema()))
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (made["title"], made["type"], made["additionalProperties"]) == (
        "scopecheck scope file",
        "object",
        False,
    )
    assert made["required"] == ["id", "name"]
    assert set(made["properties"]) == set(sc.Program.model_fields)


def test_the_schema_describes_every_field() -> None:
    made = sc.schema()
    shapes = {"Program": made, **made["$defs"]}
    bare = [
        f"{shape}.{name}"
        for shape, rule in shapes.items()
        for name, field in rule.get("properties", {}).items()
        if not field.get("description")
    ]
    assert bare == []


def test_every_type_of_asset_is_a_word_of_the_file() -> None:
    for kind in AssetType:
        (rule,) = program(in_scope=[{"asset": "com.example.app", "type": str(kind)}]).in_scope
        assert rule.type is kind


def test_every_field_of_the_schema_says_what_it_is() -> None:
    """Editors show it; the texts are those below the fields in the source, of parents too."""
    schema = sc.schema()
    parts = [schema, *schema["$defs"].values()]
    objects = [part.get("anyOf", [part])[0] for part in parts]
    fields = {
        f"{one.get('title')}.{name}": field.get("description", "")
        for one in objects
        for name, field in one.get("properties", {}).items()
    }
    assert len(fields) > 80
    assert [name for name, text in fields.items() if not text] == []
    assert fields["Inclusion.asset"] == fields["Exclusion.asset"]
    assert fields["Inclusion.asset"].startswith("What is listed")


@pytest.mark.parametrize("policy", [{"apex": "x"}, {"nope": 1}, "x", 1.5])
def test_a_policy_that_no_program_can_have_is_an_error_of_ours(policy: Any) -> None:
    with pytest.raises(sc.ScopeValidationError, match="the policy cannot be read"):
        sc.Program.from_assets(["a.com"], policy=policy)


@pytest.mark.parametrize("side", ["include", "exclude", "owned"])
@pytest.mark.parametrize("text", [None, b"a.com", memoryview(b"a.com")])
def test_what_is_listed_is_text(side: str, text: Any) -> None:
    """A list of bytes would list nothing, and an exclusion lost is a wrong yes."""
    bytes_in_a_list: dict[str, Any] = {side: [text]}
    lone: dict[str, Any] = {side: "a.com"}
    with pytest.raises(TypeError, match=f"`{side}` holds"):
        sc.Program.from_assets(**bytes_in_a_list)
    with pytest.raises(TypeError, match=f"`{side}` is a list"):
        sc.Program.from_assets(**lone)
