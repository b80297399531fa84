"""A saved catalog: plain data, refused where it is damaged, cut short or of another version."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scopecheck import Catalog, Program, ScopeSyntaxError, ScopeValidationError

SHOP = Program.from_assets(["*.example.com"], ["blog.example.com"], id="shop")
API = Program.from_assets(["api.example.com", "Plugins"], id="api")
NET = Program.from_assets(["192.0.2.0/24"], ["192.0.2.77"], id="net")


def lines_of(tmp_path: Path) -> list[str]:
    path = tmp_path / "whole.catalog"
    Catalog([SHOP, API, NET]).save(path)
    return path.read_text("utf-8").splitlines()


def use(path: Path) -> None:
    """Load a catalog and ask everything of it."""
    catalog = Catalog.load(path)
    for target in ("https://api.example.com/", "192.0.2.1", "Plugins", "com.example.app"):
        catalog.find(target)
    for name in catalog.ids:
        catalog.check(name, "https://api.example.com/")
    list(catalog.overlaps())
    assert len(catalog.programs) == len(catalog.ids)


def refused(content: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "hostile.catalog"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    with pytest.raises((ScopeSyntaxError, ScopeValidationError)):
        use(path)


def test_a_catalog_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = "\n".join(lines_of(tmp_path)).encode()
    for end in range(0, len(whole), 7):
        refused(whole[:end], tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04\x95",
        b"\xff\xfe{\0}\0",
        b"\0" * 100,
        b"[]\n[]\n",
        b"null",
        b'{"format": "scopecheck-catalog"}',
        b"[" * 200_000,
        b'{"format": "scopecheck-catalog", "version": 1, "made_by": ' + b"[" * 100_000,
    ],
    ids=["empty", "pickle", "utf-16", "NUL", "lists", "null", "header only", "nested", "nested header"],
)
def test_what_is_no_catalog_is_refused(content: bytes, tmp_path: Path) -> None:
    refused(content, tmp_path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.catalog", tmp_path):
        with pytest.raises(ScopeSyntaxError):
            Catalog.load(path)


Change = Callable[[dict[str, Any], dict[str, Any]], object]


def header(**fields: Any) -> Change:
    return lambda head, _: head.update(fields)


def index(**fields: Any) -> Change:
    return lambda _, data: data.update(fields)


def table(kind: str, value: Any) -> Change:
    return lambda _, data: data["tables"].update({kind: value})


DAMAGE: dict[str, Change] = {
    "newer version": header(version=2),
    "other release": header(made_by="0.0.1"),
    "no version": header(version=None),
    "a program more": header(programs=4),
    "no count": header(programs=None),
    "count as text": header(programs="3"),
    "count as list": header(programs=[3]),
    "format as list": header(format=["scopecheck-catalog"]),
    "too few ids": index(ids=["shop"]),
    "an id twice": index(ids=["shop", "shop", "net"]),
    "too many ids": index(ids=["shop", "api", "net", "more"]),
    "ids as number": index(ids=7),
    "ids in other order": index(ids=["net", "api", "shop"]),
    "tables as list": index(tables=[]),
    "no tables": index(tables={}),
    "ranges as number": index(ranges=7),
    "range of no program": index(ranges=[[4, 0, 4_294_967_295, 9]]),
    "range of a negative program": index(ranges=[[4, 0, 4_294_967_295, -1]]),
    "endless range": index(ranges=[[4, 0, float("inf"), 0]]),
    "short range": index(ranges=[[4, 0]]),
    "host of no program": table("exact", {"api.example.com": [9]}),
    "host of a negative program": table("exact", {"api.example.com": [-1]}),
    "host of half a program": table("exact", {"api.example.com": [0.5]}),
    "host of a text": table("exact", {"api.example.com": "0"}),
    "host of nothing": table("exact", {"api.example.com": None}),
    "host of a list": table("suffix", {"example.com": [[0]]}),
    "table as list": table("always", []),
}


@pytest.mark.parametrize("change", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_head_or_index_is_refused(change: Change, tmp_path: Path) -> None:
    lines = lines_of(tmp_path)
    head, data = json.loads(lines[0]), json.loads(lines[1])
    change(head, data)
    refused("\n".join([json.dumps(head), json.dumps(data), *lines[2:]]), tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "7",
        "{}",
        '{"id": "shop", "name": "S", "in_scope": [{"asset": 7}]}',
        '{"id": "shop", "name": "S", "unknown": true}',
        '{"id": "shop", "name": "S", "in_scope": [{"asset": "\\ud800.example.com"}]}',
        '{"id": "shop", "name": "S", "in_scope": ' + "[" * 100_000,
        '{"id": "another", "name": "S", "in_scope": [{"asset": "*.example.com"}]}',
    ],
    ids=["empty", "number", "bare", "type", "extra", "surrogate", "nested", "other id"],
)
def test_a_damaged_program_is_refused_when_it_is_read(line: str, tmp_path: Path) -> None:
    lines = lines_of(tmp_path)
    refused("\n".join([*lines[:2], line, *lines[3:]]), tmp_path)


def test_the_file_is_plain_json_and_loading_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No pickle, no YAML tag, no import by a name in the file."""
    lines = lines_of(tmp_path)
    assert [type(json.loads(line)) for line in lines] == [dict] * 5
    for name in ("pickle.loads", "pickle.load", "builtins.eval", "builtins.exec", "importlib.import_module"):
        monkeypatch.setattr(name, _forbidden)
    Catalog.load(tmp_path / "whole.catalog").find("https://api.example.com/")


def _forbidden(*_: object, **__: object) -> object:
    raise AssertionError("a catalog is data")


def test_a_message_about_a_hostile_file_holds_no_control_characters(tmp_path: Path) -> None:
    path = tmp_path / "shown.catalog"
    head = {"format": "scopecheck-catalog", "version": "\x1b[2J", "made_by": "\x1b]0;owned\x07"}
    path.write_text(json.dumps(head), "utf-8")
    with pytest.raises(ScopeSyntaxError) as caught:
        Catalog.load(path)
    assert "\x1b" not in str(caught.value)


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.catalog"
    Catalog([SHOP]).save(path)
    before = path.read_bytes()

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        Catalog([API]).save(path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["kept.catalog"]
