"""There and back, once and through several formats: nothing is put in scope on the way.

`test_round_trips.py` judges single files by the rules of the tools that read them. Here is what that
leaves open: the scope file in its three languages, the catalog, and files written from what was read.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

import scopecheck as sc
import strategies as own
from conformance.data import FOLDER
from scopecheck.formats.caido import write_caido
from scopecheck.formats.native import read_native, write_native
from scopecheck.formats.registry import format_named, formats, sniff
from scopecheck.formats.source import Source
from scopecheck.testing import programs, targets

EVERY = {
    "shapes": True,
    "paths": True,
    "ports": True,
    "schemes": True,
    "addresses": True,
    "assets": True,
    "prose": True,
    "policies": True,
}
PROGRAMS = st.one_of(programs(**EVERY), programs(**EVERY, max_rules=2), programs(paths=True))


def as_data(program: sc.Program) -> dict[str, Any]:
    """Everything a program says; where its rules stand in a file is no part of it."""
    return program.model_dump(mode="json", exclude_defaults=True)


# --- the scope file --------------------------------------------------------------------------


@given(PROGRAMS)
def test_a_written_scope_file_is_the_program(program: sc.Program) -> None:
    assert as_data(sc.loads(write_native(program).text)) == as_data(program)


@pytest.mark.parametrize("language", own.LANGUAGES)
@given(data=st.data())
def test_a_program_is_the_same_in_every_language_and_spelling(language: str, data: st.DataObject) -> None:
    """Section 5: one model in three languages; every rule and every answer survives."""
    program = data.draw(PROGRAMS)
    text = data.draw(own.written(language, as_data(program))).text
    back = sc.loads(text, language)
    assert as_data(back) == as_data(program)
    target = data.draw(targets(program, urls_only=False))
    before, after = sc.Checker(program).check(target), sc.Checker(back).check(target)
    assert (after.decision, after.reason) == (before.decision, before.reason)


@given(data=own.program_data())
def test_a_file_that_was_loaded_is_written_without_loss(data: dict[str, Any]) -> None:
    """Notes, words beside rules, dates and statements too."""
    program = sc.load(data)
    written = write_native(program)
    assert written.losses == ()
    assert as_data(sc.loads(written.text)) == as_data(program)
    assert write_native(sc.loads(written.text)).text == written.text


_FIELDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(_FIELDS, _FIELDS, _FIELDS)
def test_any_words_survive_a_scope_file(name: str, note: str, unread: str) -> None:
    """Whatever YAML makes of a line break, a mark or a number, the text comes back as it was."""
    program = sc.Program(
        id="e",
        name=name,
        in_scope=(sc.Inclusion(asset="e.com", note=note, instruction=note),),
        unresolved=(sc.Unresolved(text=unread, effect="exclude"),),
    )
    assert as_data(sc.loads(write_native(program).text)) == as_data(program)


@pytest.mark.parametrize(
    "text",
    [
        "x\x85y",
        "x\u2028y",
        "\ufeff",
        "x\r\ny",
        " x ",
        "\n",
        "x\x7fy",
        "y",
        "no",
        "~",
        "1_000",
        "2026-01-01",
        "<<",
    ],
)
def test_words_that_yaml_reads_as_something_else_survive(text: str) -> None:
    rule = sc.Inclusion(asset="e.com", instruction=text)
    program = sc.Program(id="e", name="E", in_scope=(rule,))
    back = sc.loads(write_native(program).text)
    assert back.in_scope[0].instruction == text


@given(st.data(), st.lists(own.listed_texts(), max_size=4), st.lists(own.listed_texts(), max_size=4))
def test_what_was_made_of_texts_is_written_so_that_it_loads(
    data: st.DataObject, include: list[str], exclude: list[str]
) -> None:
    """A file that the library wrote is one that it reads, whatever stood in the list."""
    program = sc.Program.from_assets(include, exclude)
    back = sc.loads(write_native(program).text)
    target = data.draw(targets(program, urls_only=False))
    before, after = sc.Checker(program).check(target), sc.Checker(back).check(target)
    assert (after.decision, after.reason) == (before.decision, before.reason)


@pytest.mark.parametrize("text", ["*", "*.*", "shop.*.be"])
def test_a_listed_star_that_covers_nothing_is_written_so_that_it_loads(text: str) -> None:
    """The row "star elsewhere" has no reading without a registrable domain; the file has to say so."""
    source = Source("list.txt", f"{text}\nexample.com\n".encode())
    found = format_named("globs")
    assert found.read is not None
    program = found.read(source).programs[0]
    back = sc.Checker(sc.loads(write_native(program).text))
    assert back.check("example.com").in_scope
    assert not back.check("shop.example.be").in_scope


@pytest.mark.parametrize(
    "file", sorted((FOLDER / "bounty-targets").glob("*_data.json")), ids=lambda p: p.stem
)
def test_real_programs_survive_a_scope_file(file: Path) -> None:
    found = sc.read(file).programs
    for program in found[:: max(1, len(found) // 15)]:
        assert as_data(sc.loads(write_native(program).text)) == as_data(program), program.id


# --- one format after another ----------------------------------------------------------------

Way = Callable[[sc.Program], sc.Program | None]


def through_file(name: str) -> Way:
    """Write a program in a format and read it again as a caller would; None where nothing is left."""
    chosen = format_named(name)

    def way(program: sc.Program) -> sc.Program | None:
        assert chosen.write is not None
        assert chosen.read is not None
        text = chosen.write(program).text
        return chosen.read(Source(f"back{chosen.suffix}", text.encode())).programs[0] if text else None

    return way


def through_catalog(program: sc.Program) -> sc.Program:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "one.catalog"
        sc.Catalog([program]).save(path)
        (back,) = sc.Catalog.load(path).programs
    assert as_data(back) == as_data(program)
    return back


def through_caido(program: sc.Program) -> sc.Program | None:
    """Take Caido's lists for a list of globs, which they are as far as hosts go."""
    preset = json.loads(write_caido(program).text)
    lines = [*preset["allowlist"], *(f"!{glob}" for glob in preset["denylist"])]
    read = format_named("globs").read
    assert read is not None
    return read(Source("back.txt", "\n".join(lines).encode())).programs[0] if lines else None


TWO_WAY = ("burp", "zap", "globs")
WAYS: dict[str, Way] = {
    **{name: through_file(name) for name in (*TWO_WAY, "scopecheck")},
    "caido": through_caido,
    "catalog": through_catalog,
}


def test_every_format_with_two_directions_is_on_the_way() -> None:
    both = {one.name for one in formats() if one.read and one.write}
    assert both == {*TWO_WAY, "scopecheck"}


def walk(data: st.DataObject, ways: list[str], *, strict: bool) -> None:
    """Take a program through some formats, and hold every yes at the end against the program."""
    program = back = data.draw(PROGRAMS)
    taken = data.draw(st.lists(st.sampled_from(ways), min_size=1, max_size=3))
    for name in taken:
        made = WAYS[name](back)
        if made is None:
            return
        back = made
    before, after = sc.Checker(program, strict=strict), sc.Checker(back, strict=strict)
    for aimed in (program, program, back):
        target = data.draw(targets(aimed, urls_only=False))
        if after.check(target).in_scope:
            event("in scope at the end")
            verdict = before.check(target)
            assert verdict.in_scope, f"{target} is {verdict.reason} before {' and '.join(taken)}"


@given(data=st.data())
def test_no_way_through_any_formats_puts_a_target_in_scope(data: st.DataObject) -> None:
    """Losses may only take away, and what one format lost none of the next may guess back."""
    walk(data, sorted(WAYS), strict=False)


@given(data=st.data())
def test_a_strict_caller_keeps_every_unread_exclusion_where_nothing_is_lost(data: st.DataObject) -> None:
    """P4: a tool's file has no place for prose, which its writer reports; these two have one."""
    walk(data, ["catalog", "scopecheck"], strict=True)


@pytest.mark.parametrize("name", [*TWO_WAY, "caido"])
def test_an_unread_exclusion_that_a_tool_cannot_hold_is_a_loss(name: str) -> None:
    program = sc.Program.from_assets(["*.example.com"], ["All third-party services"])
    write = format_named(name).write
    assert write is not None
    losses = write(program).losses
    assert [one.path for one in losses if one.code == "unresolved-exclusion"] == [program.unresolved[0].id]


@pytest.mark.parametrize("name", TWO_WAY)
@given(program=PROGRAMS)
def test_writing_what_was_read_says_the_same_again(name: str, program: sc.Program) -> None:
    """A file has settled once it was read: another time there and back changes no line."""
    first = WAYS[name](program)
    chosen = format_named(name)
    assert chosen.write is not None
    if first is None:
        return
    second = WAYS[name](first)
    again = chosen.write(first).text
    assert (second is None) == (not again)
    if second is not None:
        assert chosen.write(second).text == again


@pytest.mark.parametrize("name", [*TWO_WAY, "scopecheck"])
@given(program=programs(shapes=True, paths=True, ports=True, assets=True))
def test_a_written_file_is_recognised_by_its_content(name: str, program: sc.Program) -> None:
    """A list of IPv6 addresses alone looks like no list of hosts, and has to be named."""
    chosen = format_named(name)
    assert chosen.write is not None
    text = chosen.write(program).text
    if text:
        assert sniff(Source(f"scope{chosen.suffix}", text.encode())).name == name


@pytest.mark.parametrize("name", TWO_WAY)
@given(data=st.data())
def test_what_is_lost_on_the_way_is_reported(name: str, data: st.DataObject) -> None:
    """Where a writer reports no loss, a plain URL that was in scope is so again."""
    program = data.draw(programs(paths=True, ports=True))
    chosen = format_named(name)
    assert chosen.write is not None
    if chosen.write(program).losses:
        return
    event("without loss")
    back = WAYS[name](program)
    target = data.draw(targets(program))
    if target.startswith(("http://", "https://")) and sc.Checker(program).check_url(target).in_scope:
        assert back is not None
        verdict = sc.Checker(back).check_url(target)
        assert verdict.in_scope, f"{target} is {verdict.reason}"


@given(_FIELDS, _FIELDS)
def test_any_words_survive_a_catalog(name: str, text: str) -> None:
    """A line of the file is a program, whatever line ends stand in its texts."""
    rule = sc.Inclusion(asset="e.com", note=text)
    program = sc.Program(
        id="e", name=name, in_scope=(rule,), unresolved=(sc.Unresolved(text=text, effect="include"),)
    )
    assert as_data(through_catalog(program)) == as_data(program)


def test_the_reader_of_scope_files_and_the_loader_are_one() -> None:
    program = sc.load("openai")
    (back,) = read_native(Source("openai.yaml", write_native(program).text.encode())).programs
    assert as_data(back) == as_data(program)
