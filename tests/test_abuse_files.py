"""What an attacker writes into a file costs no more than the file is long: scopes, dumps, findings, catalogs.

As in `test_abuse`, each case doubles its input, and a refusal is an answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import scopecheck as sc
from growth import Build, Run, assert_bounded, assert_linear
from scopecheck.formats.registry import format_named, sniff
from scopecheck.formats.report_file import read_report
from scopecheck.formats.safe_xml import parse_xml
from scopecheck.formats.scanners import read_scanner, triage
from scopecheck.formats.source import Source

_HEAD = {"id": "demo", "name": "Demo"}


def _loads(language: str) -> Run:
    return lambda text: sc.loads(text, language)


def _yaml(pump: str, before: str = "", behind: str = "") -> Build:
    return lambda size: f"id: demo\nname: Demo\n{before}{pump * (size // len(pump))}{behind}"


def _json(entry: Callable[[int], Any], field: str = "in_scope") -> Build:
    return lambda size: json.dumps(_HEAD | {field: [entry(number) for number in range(size // 20)]})


def _laughs(size: int) -> str:
    """Return YAML of which each line names the one before twice: written out, 2 to the power of its lines."""
    lines = [f"a{number}: &a{number} [*a{number - 1}, *a{number - 1}]" for number in range(1, size // 20)]
    return "\n".join(["a0: &a0 lol", *lines])


def _keys(size: int) -> str:
    """Return JSON of many different keys, of which one stands twice."""
    keys = "".join(f'"key{number}": 1, ' for number in range(size // 10))
    return f'{{"id": "demo", {keys}"id": "demo"}}'


def _all_keys_twice(size: int) -> str:
    keys = [f'"key{number}": 1' for number in range(size // 20)]
    return "{" + ", ".join(keys + keys) + "}"


def _undefined(size: int) -> str:
    """Return JSON with many sources, and as many references to none of them."""
    sources = [{"id": f"source-{number}", "title": "x"} for number in range(size // 50)]
    rules = [{"asset": "a.example.com", "sources": [f"sauce-{number}"]} for number in range(size // 50)]
    return json.dumps(_HEAD | {"sources": sources, "in_scope": rules})


FILES: dict[str, tuple[str, Build]] = {
    "deep YAML flow": ("yaml", _yaml("[", "in_scope: ")),
    "deep YAML mappings": ("yaml", _yaml("{a: ", "in_scope: ")),
    "deep YAML blocks": ("yaml", _yaml("- ", "in_scope:\n  ")),
    "YAML aliases": ("yaml", _laughs),
    "YAML merge keys": ("yaml", _yaml("<<: *a\n", "a: &a {b: c}\n")),
    "YAML anchors": ("yaml", _yaml("  - &a x\n", "in_scope:\n")),
    "YAML tags": ("yaml", _yaml("  - !!python/name:os.system x\n", "in_scope:\n")),
    "YAML stars": ("yaml", _yaml("  - *.example.com\n", "in_scope:\n")),
    "YAML stars in flow": ("yaml", _yaml("*.a.b,", "in_scope: [", "]\n")),
    "YAML documents": ("yaml", _yaml("---\na: b\n")),
    "YAML open quote": ("yaml", _yaml("a", "about: '")),
    "YAML long key": ("yaml", _yaml("a", "", ": b")),
    "YAML comments": ("yaml", _yaml("# a\n")),
    "YAML tabs": ("yaml", _yaml("\t", "in_scope:")),
    "YAML same key": ("yaml", _yaml("name: x\n")),
    "YAML wrong types": ("yaml", _yaml("  - 1\n", "in_scope:\n")),
    "YAML digits": ("yaml", _yaml("9", "format: ")),
    "YAML escapes": ("yaml", _yaml("\\u0041", 'about: "', '"')),
    "deep TOML arrays": ("toml", lambda size: "a = " + "[" * size),
    "deep TOML tables": ("toml", lambda size: "a = " + "{b = " * (size // 5)),
    "deep TOML names": ("toml", lambda size: "[" + "a." * (size // 2) + "b]"),
    "TOML same table": ("toml", lambda size: "[a]\n" * (size // 4)),
    "TOML tables": ("toml", lambda size: "".join(f"[a{number}]\nb = 1\n" for number in range(size // 12))),
    "TOML rules": ("toml", lambda size: '[[in_scope]]\nasset = "a.b"\n' * (size // 30)),
    "TOML digits": ("toml", lambda size: "a = " + "9" * size),
    "TOML open text": ("toml", lambda size: 'a = """' + '"" \\' * (size // 4)),
    "deep JSON": ("json", lambda size: "[" * size),
    "deep JSON objects": ("json", lambda size: '{"a":' * (size // 5)),
    "JSON key twice": ("json", _keys),
    "JSON all keys twice": ("json", _all_keys_twice),
    "JSON digits": ("json", lambda size: '{"a": ' + "9" * size + "}"),
    "JSON rules": ("json", _json(lambda number: f"h{number}.example.com")),
    "JSON rules alike": ("json", _json(lambda _: {"asset": "a.example.com", "id": "a"})),
    "JSON unknown fields": ("json", _json(lambda number: {"asset": "a.b", f"x{number}": 1})),
    "JSON problems": ("json", _json(lambda number: f"nobody can read number {number}")),
    "JSON undefined sources": ("json", _undefined),
}


@pytest.mark.parametrize(("language", "build"), FILES.values(), ids=FILES)
def test_a_scope_file_costs_no_more_than_its_length(language: str, build: Build) -> None:
    assert_linear(build, _loads(language), 4_000, 32_000)


@pytest.mark.parametrize(
    "name", ["YAML aliases", "deep JSON", "deep YAML flow", "JSON digits", "TOML tables"]
)
def test_a_scope_file_holds_no_more_memory_than_its_length(name: str) -> None:
    language, build = FILES[name]
    assert_bounded(build, _loads(language), 20_000, floor=1 << 20)


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    text = "# a\n" * (5 << 20)
    for language in ("yaml", "toml", "json"):
        with pytest.raises(sc.ScopeSyntaxError, match="over 16 MiB"):
            sc.loads(text, language)


def test_aliases_are_never_followed() -> None:
    with pytest.raises(sc.ScopeValidationError) as caught:
        sc.loads("id: demo\nname: Demo\n" + _laughs(600), "yaml")
    assert {one.code for one in caught.value.diagnostics} >= {"anchor", "alias"}


XML: dict[str, Build] = {
    "deep": lambda size: "<a>" * (size // 3),
    "entities": lambda size: (
        '<!DOCTYPE a [<!ENTITY e0 "lol">'
        + "".join(f'<!ENTITY e{n} "&e{n - 1};&e{n - 1};">' for n in range(1, size // 30))
        + f"]><a>&e{size // 30 - 1};</a>"
    ),
    "attributes": lambda size: "<a " + " ".join(f'b{number}="c"' for number in range(size // 8)) + "/>",
    "one long name": lambda size: f"<{'a' * size}/>",
    "references": lambda size: f"<a>{'&#65;' * (size // 5)}</a>",
    "comments": lambda size: f"<a>{'<!---->' * (size // 7)}</a>",
    "children": lambda size: f"<a>{'<b/>' * (size // 4)}</a>",
    "declarations": lambda size: f"<!DOCTYPE a [{'<!ELEMENT a (a*)>' * (size // 17)}]><a/>",
    "open text": lambda size: "<a><![CDATA[" + "]" * size,
}


@pytest.mark.parametrize("build", XML.values(), ids=XML)
def test_xml_costs_no_more_than_its_length(build: Build) -> None:
    def run(text: str) -> None:
        parse_xml(Source("x.xml", text.encode()))

    assert_linear(build, run, 16_000, 256_000)
    assert_bounded(build, run, 50_000, floor=1 << 20)


def test_entities_are_never_expanded() -> None:
    with pytest.raises(sc.ScopeSyntaxError, match="declares the entity"):
        parse_xml(Source("x.xml", XML["entities"](3_000).encode()))


PUMPS = {
    "letters": "a",
    "labels": "a.",
    "spaces": " ",
    "tabs": "\t",
    "lines": "\n",
    "full stops": ".",
    "commas": ",",
    "brackets": "(a",
    "square brackets": "[.",
    "stars": "*",
    "slashes": "://",
    "hashes": " #",
    "only": "-only-.o",
    "markup": "<b ",
    "ends": "a.example.com ",
    "regex": "(a+)+",
    "groups": "(?:a|",
    "counts": "a{9}",
    "classes": "[^a]",
    "escapes": "\\Q",
}


def _dump(handle: str, row: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": handle, "name": handle, "handle": handle, "url": "https://x.example/d",
             "targets": {"in_scope": [row], "out_of_scope": [dict(row)]}}]  # fmt: skip


def _hackerone(text: str) -> Any:
    row = {"asset_type": "URL", "eligible_for_submission": True, "max_severity": "high"}
    return _dump("demo", row | {"asset_identifier": text, "instruction": ""})


def _hackerone_words(text: str) -> Any:
    row = {"asset_type": "URL", "eligible_for_submission": True, "max_severity": "high"}
    return _dump("demo", row | {"asset_identifier": "a.example.com", "instruction": text})


def _bugcrowd(text: str) -> Any:
    return _dump(
        "demo", {"type": "website", "target": "a.example.com", "name": text, "uri": "https://a.example.com"}
    )


def _intigriti(text: str) -> Any:
    return _dump("demo", {"type": "url", "endpoint": "a.example.com", "description": text})


def _yeswehack(text: str) -> Any:
    return _dump("demo", {"type": "web-application", "target": text})


def _burp(text: str) -> Any:
    rule = {"enabled": True, "protocol": "any", "host": text, "file": text, "port": text}
    return {"target": {"scope": {"advanced_mode": True, "include": [rule], "exclude": [rule]}}}


def _zap(text: str) -> bytes:
    safe = text.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f"<configuration><context><name>x</name><incregexes>https://a\\.example\\.com/{safe}</incregexes>"
        f"<excregexes>{safe}</excregexes></context></configuration>"
    ).encode()


DUMPS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "hackerone asset": ("hackerone", _hackerone),
    "hackerone words": ("hackerone", _hackerone_words),
    "bugcrowd name": ("bugcrowd", _bugcrowd),
    "intigriti words": ("intigriti", _intigriti),
    "yeswehack target": ("yeswehack", _yeswehack),
    "burp": ("burp", _burp),
    "zap": ("zap", _zap),
    "list": ("globs", lambda text: f"*.example.com\n{text}\n".encode()),
    "list behind a host": ("globs", lambda text: f"a.example.com\t{text} x #\n".encode()),
    "regexes": ("regexes", lambda text: f"^a\\.example\\.com$\n{text}\n".encode()),
}


@pytest.mark.parametrize("pump", PUMPS.values(), ids=PUMPS)
@pytest.mark.parametrize(("format", "make"), DUMPS.values(), ids=DUMPS)
def test_a_dump_costs_no_more_than_its_length(format: str, make: Callable[[str], Any], pump: str) -> None:
    def build(size: int) -> Source:
        made = make("a.example.com " + pump * (size // len(pump)) + "!")
        return Source("dump", made if isinstance(made, bytes) else json.dumps(made).encode())

    def run(source: Source) -> None:
        reader = format_named(format).read
        assert reader is not None
        for program in reader(source).programs:
            sc.Checker(program)

    # A line of up to 2,000 characters is read in fewer ways than a longer one.
    assert_linear(build, run, 4_000, 16_000)


@pytest.mark.parametrize("pump", PUMPS.values(), ids=PUMPS)
def test_telling_a_format_costs_no_more_than_the_length_of_its_head(pump: str) -> None:
    def build(size: int) -> Source:
        return Source("dump", (pump * (size // len(pump)) + " a").encode())

    assert_linear(build, sniff, 4_000, 60_000)


def _sarif(size: int) -> str:
    rules = [{"id": f"r{number}", "properties": {"tags": ["x"]}} for number in range(size // 50)]
    found = [{"ruleId": f"r{number}/1", "locations": []} for number in range(size // 50)]
    return json.dumps({"runs": [{"tool": {"driver": {"rules": rules}}, "results": found}]})


def _nuclei(size: int) -> str:
    row = {"template-id": "x", "matched-at": "https://a.example.com/", "info": {"tags": "xss,a,b"}}
    return "\n".join(json.dumps(row) for _ in range(size // 90))


def _tags(size: int) -> str:
    row = {"template-id": "x", "matched-at": "https://a.example.com/", "info": {"tags": "a," * (size // 2)}}
    return json.dumps(row)


@pytest.mark.parametrize("build", [_sarif, _nuclei, _tags])
def test_findings_of_a_scanner_cost_no_more_than_their_length(build: Build, tmp_path: Path) -> None:
    checker = sc.Checker(sc.Program.from_assets(["*.example.com"]))

    def write(size: int) -> Path:
        (tmp_path / "findings").write_text(build(size), "utf-8")
        return tmp_path / "findings"

    assert_linear(write, lambda path: list(triage(checker, iter(read_scanner(path)[0]))), 4_000, 64_000)


@pytest.mark.parametrize("pump", ["a", "\n", "# ", "```\n", "---\n", "## Impact\n", "AKIA", "&#65;"])
def test_a_report_file_costs_no_more_than_its_length(pump: str, tmp_path: Path) -> None:
    def write(size: int) -> Path:
        (tmp_path / "report.md").write_text(f"---\ntitle: x\n---\n{pump * (size // len(pump))}", "utf-8")
        return tmp_path / "report.md"

    assert_linear(write, read_report, 8_000, 64_000)


def test_a_catalog_is_made_saved_and_asked_in_linear_time(tmp_path: Path) -> None:
    def build(size: int) -> list[sc.Program]:
        return [
            sc.Program.from_assets(
                [f"h{number}.example.com", f"10.{number >> 8}.{number & 255}.0/24"], id=f"p{number}"
            )
            for number in range(size)
        ]

    def run(programs: list[sc.Program]) -> None:
        sc.Catalog(programs).save(tmp_path / "x.catalog")
        catalog = sc.Catalog.load(tmp_path / "x.catalog")
        for target in ("h1.example.com", "10.0.1.1", "10.0.0.0/8", "nothing"):
            catalog.find(target)

    assert_linear(build, run, 50, 800)
