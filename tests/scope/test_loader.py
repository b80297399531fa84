"""Scope files: three languages of one shape, every mistake said at once, and nothing loaded in part."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scopecheck as sc
from strategies import LANGUAGES, program_data, written

HEAD = "id: e\nname: E\n"

# --- one shape in three languages ------------------------------------------------------------


@given(st.data())
def test_the_same_program_loads_equal_from_every_language(data: st.DataObject) -> None:
    fields = data.draw(program_data())
    texts = {language: data.draw(written(language, fields)).text for language in LANGUAGES}
    loaded = [sc.loads(text, language, "f").model_dump() for language, text in texts.items()]
    assert loaded == [sc.load(fields).model_dump()] * 3


def test_equal_programs_are_equal_wherever_they_stand() -> None:
    one = sc.loads(HEAD + "in_scope: [a.com]\n")
    other = sc.loads('{"id": "e",\n\n"name": "E", "in_scope": [{"asset": "a.com"}]}', "json")
    assert one == other == sc.load({"id": "e", "name": "E", "in_scope": ["a.com"]})
    assert hash(one) == hash(other)
    assert one != sc.loads(HEAD + "in_scope: [b.com]\n")


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_every_rule_knows_where_it_stands(language: str, data: st.DataObject) -> None:
    pen = data.draw(written(language, data.draw(program_data())))
    program = sc.loads(pen.text, language, "f")
    for side in ("in_scope", "out_of_scope"):
        for number, rule in enumerate(getattr(program, side)):
            path = (side, number, "asset")
            line, column = pen.values[path if path in pen.values else path[:2]]
            assert program.place(rule.id) == sc.Place("f", line, column)


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_one_bad_rule_anywhere_refuses_the_file_and_is_found_in_its_place(
    language: str, data: st.DataObject
) -> None:
    fields = data.draw(program_data())
    side = data.draw(st.sampled_from(("in_scope", "out_of_scope")))
    rules = fields.setdefault(side, [])
    number = data.draw(st.integers(0, len(rules)))
    rules.insert(number, {"asset": "192.0.2.0/33"})
    pen = data.draw(written(language, fields))
    (problem,) = refused(pen.text, language)
    assert (problem.place.line, problem.place.column) == pen.values[side, number, "asset"]
    assert (problem.code, problem.path) == ("unreadable-asset", f"{side}[{number}].asset")


def test_a_date_of_toml_is_a_date() -> None:
    assert str(sc.loads('id = "e"\nname = "E"\nas_of = 2026-08-22\n', "toml").as_of) == "2026-08-22"


# --- mistakes --------------------------------------------------------------------------------

# Each case is a title and lines of a file; below a line, `^` stands under the first letter of a
# mistake in it, with code and message, and `help` says how to mend it. `/.../` is a regular expression.
MISTAKES = r"""
== misspelt field of the program
in_scop: [a.com]
^ extra-forbidden: there is no field `in_scop` here
  help: did you mean `in_scope`?
== misspelt field of an inclusion
in_scope: [{asset: a.com, nme: b}]
                          ^ extra-forbidden: there is no field `nme` here
                            help: did you mean `name`?
== misspelt field of an exclusion
out_of_scope:
  - asset: a.com
    instuction: b
    ^ extra-forbidden: there is no field `instuction` here
      help: did you mean `instruction`?
== misspelt field of the policy
policy: {apx: covered}
         ^ extra-forbidden: there is no field `apx` here
           help: did you mean `apex`?
== misspelt field of a reward group
rewards:
  curency: EUR
  ^ extra-forbidden: there is no field `curency` here
    help: did you mean `currency`?
  groups:
    x:
      title: a
      maxmum: 5
      ^ extra-forbidden: there is no field `maxmum` here
        help: did you mean `maximum`?
      by_priority: {P1: {low: 1, high: 2, hihg: 3}}
                                          ^ extra-forbidden: there is no field `hihg` here
                                            help: did you mean `high`?
== misspelt field of a condition
findings: {out_of_scope: [{finding: x, unless: {txt: c, id: a, text: b}}]}
                                                ^ extra-forbidden: there is no field `txt` here
                                                  help: did you mean `text`?
== misspelt field of a channel
channels: [{id: a, title: b, emial: c}]
                             ^ extra-forbidden: there is no field `emial` here
                               help: did you mean `email`?
== unknown field with nothing near
zzzz: 1
^ extra-forbidden: there is no field `zzzz` here
  help: remove it
== rule without an asset
in_scope: [{note: a}]
           ^ missing: the field `asset` is missing
             help: add `asset: ...`
== wildcards that nobody can read
in_scope:
  - "*"
    ^ unreadable-asset: nobody can read the star in `*`
      help: /^a star stands for labels below a registered domain .*or for a public suffix/
  - asset: "*e*x"
           ^ unreadable-asset: nobody can read the star in `*e*x`
             help: /^a star stands for labels/
  - shop.*.be
    ^ unreadable-asset: nobody can read the star in `shop.*.be`
      help: /^a star stands for labels/
  - a**b.e.com
    ^ unreadable-asset: `a**b` is not a label of a host pattern
      help: a label holds letters, digits, `-`, `_` and single stars
== blocks of addresses with a bad prefix
in_scope:
  - 192.0.2.0/33
    ^ unreadable-asset: `192.0.2.0/33` is not a block of addresses
      help: the prefix is at most 32 for IPv4 and 128 for IPv6, as in `192.0.2.0/24`
out_of_scope:
  - asset: 2001:db8::/129
           ^ unreadable-asset: `2001:db8::/129` is not a block of addresses
             help: the prefix is at most 32 for IPv4 and 128 for IPv6, as in `192.0.2.0/24`
== texts that are no target
in_scope:
  - any host of e.com
    ^ unreadable-asset: `any host of e.com` is prose, not a target
      help: write one host, URL, address, app id or name
  - "e.com\a"
    ^ unreadable-asset: /control character/
      help: /./
  - https://e.com:99999/
    ^ unreadable-asset: /`.*99999.*`/
      help: /./
== text for a list
in_scope: a.com
          ^ tuple-type: `in_scope` is a list
            help: put a `- ` in front of each entry
== fields for a list
out_of_scope: {asset: a.com}
              ^ tuple-type: `out_of_scope` is a list
                help: put a `- ` in front of each entry
== text for fields
policy: covered
        ^ model-type: `policy` holds fields, not `covered`
          help: write `field: value` lines below it
== number for a rule
in_scope: [a.com, 5]
                  ^ model-type: /^(?!`1`).*`5`/
                    help: /./
== number for a text
about: 5
       ^ string-type: `5` is not a text
         help: put it in quotes if it is one
== empty text
in_scope: [{asset: ''}]
                   ^ string-too-short: `asset` is empty
                     help: write the text, or remove the field
== neither true nor false
policy: {open_scope: yes}
                     ^ bool-type: `yes` is neither true nor false
                       help: write `true` or `false`
in_scope: [{asset: a.com, stated: 1}]
                                  ^ bool-type: `1` is neither true nor false
                                    help: write `true` or `false`
== words that are not in the list
policy: {apex: maybe}
               ^ literal-error: `maybe` is not one of the values of `apex`
                 help: write 'covered' or 'not-covered'
in_scope: [{asset: a.com, type: web}]
                                ^ enum: `web` is not one of the values of `type`
                                  help: /^write 'website', .* or 'other'$/
unresolved: [{text: Some, effect: both}]
                                  ^ literal-error: `both` is not one of the values of `effect`
                                    help: write 'include' or 'exclude'
== format of the future
format: 2
        ^ literal-error: `2` is not one of the values of `format`
          help: write 1
== true for a format
format: true
        ^ literal-error: /`true`/
          help: write 1
== amounts of money
rewards:
  maximum: 1.5
           ^ int-type: `1.5` is not a whole number
             help: write digits alone, as in 200
  exceptional: '20,000'
               ^ int-type: `20,000` is not a whole number
                 help: write digits alone, as in 200
  usual: {low: .nan, high: .inf}
               ^ int-type: `.nan` is not a whole number
                 help: write digits alone, as in 200
                           ^ int-type: `.inf` is not a whole number
                             help: write digits alone, as in 200
== money below nothing
rewards: {maximum: -1}
                   ^ /./: /`-1`|`maximum`/
                     help: /./
== range that runs down
rewards: {usual: {low: 7, high: 5}}
                 ^ range-reversed: the range runs from `7` down to `5`
                   help: write the smaller amount as `low`
== currency in small letters
rewards: {currency: usd}
                    ^ /./: /^(?!.* an id)/
                      help: /USD|EUR|capital|upper/
== priority that is none
rewards: {groups: {x: {title: a, by_priority: {P6: {low: 1, high: 2}}}}}
                                               ^ /./: /^(?!.*\[key\]).*`P6`/
                                                 help: /P1.*P5/
== ids
siblings: [A]
           ^ string-pattern-mismatch: `A` is not an id
             help: an id has lower-case letters, digits, `-`, `_` and `.`
== dates
as_of: yesterday
       ^ /^date/: `yesterday` is not a date
         help: write it as 2026-08-22
in_scope:
  - {asset: a.com, since: 2026-13-01}
                          ^ /^date/: `2026-13-01` is not a date
                            help: write it as 2026-08-22
  - {asset: b.com, since: 2026-01-02T05:00:00}
                          ^ /^date/: `2026-01-02T05:00:00` is not a date
                            help: write it as 2026-08-22
== numbers are no dates
as_of: 0
       ^ /^date/: `0` is not a date
         help: write it as 2026-08-22
in_scope: [{asset: a.com, since: '86400'}]
                                 ^ /^date/: `86400` is not a date
                                   help: write it as 2026-08-22
== references to nothing
in_scope: [{asset: a.com, sources: [artcle], group: x}]
                                    ^ unknown-reference: `artcle` is no source of this file
                                      help: did you mean `article`?
                                                    ^ unknown-reference: /^`x` is no reward group/
                                                      help: /(^|[^`])`rewards\.groups`([^`s]|$)/
out_of_scope: [{asset: a.com, report_to: mail}]
                                         ^ unknown-reference: `mail` is no channel of this file
                                           help: define it under `channels`
sources: [{id: article, title: A}]
== id twice
in_scope:
  - {asset: a.com, id: x}
  - asset: b.com
    id: x
        ^ duplicate-id: two entries have the rule id `x`
          help: ids name rules in verdicts, so each has to be its own
== many mistakes in the order of the file
zzzz: 1
^ extra-forbidden: there is no field `zzzz` here
  help: remove it
in_scope:
  - *.e.com
    ^ unquoted-star: `*.e.com` begins with a star, which YAML reads as an alias
      help: put it in quotes: "*.e.com"
  - asset: a.com
    stated: maybe
            ^ bool-type: `maybe` is neither true nor false
              help: write `true` or `false`
    asset: b.com
    ^ duplicate-key: the key `asset` stands twice
      help: merge the two, or remove one
  - asset: &x '*'
           ^ anchor: the anchor `&x` is not allowed
             help: write the value out
           ^ unreadable-asset: nobody can read the star in `*`
             help: /^a star/
out_of_scope: [*.f.com, {aset: c.com, asset: d.com}]
               ^ unquoted-star: `*.f.com` begins with a star, which YAML reads as an alias
                 help: put it in quotes: "*.f.com"
                         ^ extra-forbidden: there is no field `aset` here
                           help: did you mean `asset`?
name: F
^ duplicate-key: the key `name` stands twice
  help: merge the two, or remove one
"""


def refused(text: str | bytes, language: str = "yaml") -> tuple[sc.Diagnostic, ...]:
    with pytest.raises(sc.ScopeError) as caught:
        sc.loads(text, language, "f")
    return caught.value.diagnostics


def cases(table: str) -> list[Any]:
    """Read the table: the file of each case, and (code, line, column, message, help) of each mistake."""
    found = []
    for case in table.split("\n== ")[1:]:
        title, *lines = case.rstrip("\n").split("\n")
        text, rows = HEAD, list[tuple[str, int, int, str, str]]()
        for line, following in zip(lines, [*lines[1:], ""], strict=True):
            mark = re.fullmatch(r"( *)\^ (\S+): (.*)", line)
            if mark is not None:
                mend = following.strip().removeprefix("help: ")
                rows.append((mark[2], text.count("\n"), len(mark[1]) + 1, mark[3], mend))
            elif not line.lstrip().startswith("help: "):
                text += line + "\n"
        found.append(pytest.param(text, rows, id=title))
    return found


def agrees(found: object, expected: object) -> bool:
    pattern = re.fullmatch("/(.*)/", str(expected))
    return re.search(pattern[1], str(found)) is not None if pattern else found == expected


@pytest.mark.parametrize(("text", "expected"), cases(MISTAKES))
def test_each_mistake_has_its_own_message(text: str, expected: list[tuple[Any, ...]]) -> None:
    problems = refused(text)
    found = [(one.code, one.place.line, one.place.column, one.message, one.help) for one in problems]
    assert len(found) == len(expected), found
    assert [row for row, wish in zip(found, expected, strict=True) if not all(map(agrees, row, wish))] == []


NO_FIELDS = [("yaml", ""), ("yaml", "\n# x\n"), ("yaml", "null\n"), ("yaml", "- a\n"), ("yaml", "hello\n")]
NO_FIELDS += [("json", "[1]"), ("json", "null"), ("json", '"e"'), ("json", "5")]


@pytest.mark.parametrize(("language", "text"), NO_FIELDS)
def test_a_file_without_fields(language: str, text: str) -> None:
    (problem,) = refused(text, language)
    assert (problem.code, problem.message) == ("shape", "a scope file is a mapping of fields")
    assert (problem.place, "id" in problem.help) == (sc.Place("f", 1, 1), True)


@pytest.mark.parametrize(("language", "text"), [("yaml", "{}"), ("toml", ""), ("json", "{}")])
def test_a_file_says_id_and_name(language: str, text: str) -> None:
    problems = refused(text, language)
    assert [one.message for one in problems] == ["the field `id` is missing", "the field `name` is missing"]
    assert {(one.code, str(one.place)) for one in problems} == {("missing", "f:1:1")}


def test_a_bare_text_among_the_unresolved_is_not_told_of_a_field_that_it_has_not() -> None:
    problems = refused(HEAD + "unresolved:\n  - Some sentence.\n")
    assert {(one.place.line, one.place.column) for one in problems} == {(4, 5)}
    assert [one.message for one in problems if "`asset`" in one.message] == []


# --- the ways to name a program --------------------------------------------------------------


@pytest.mark.parametrize("name", sc.bundled_programs())
def test_every_bundled_program_is_loaded_by_its_id(name: str) -> None:
    assert sc.load(name).id == name
    assert sc.load(name).rules


@pytest.mark.parametrize("ending", [".yaml", ".yml", ".YAML", ".toml", ".json"])
@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_is_read_in_the_language_of_its_ending(kind: type, ending: str, tmp_path: Path) -> None:
    text = {".toml": 'id = "e"\nname = "E"\n', ".json": '{"id": "e",\n"name": "E"}'}.get(ending, HEAD)
    file = tmp_path / f"x{ending}"
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert sc.load(kind(file)).id == "e"


def test_a_file_beside_does_not_hide_a_bundled_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "openai").write_text(HEAD)
    monkeypatch.chdir(tmp_path)
    assert sc.load("openai").id == "openai"
