"""Burp's project scope: what its rules mean here, what is kept unread, what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

import scopecheck as sc
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.burp import FORMATS, read_burp
from scopecheck.formats.registry import sniff
from scopecheck.formats.source import ShapeError, Source
from scopecheck.scope.pattern import Effect


def source(data: Any, name: str = "acme.json") -> Source:
    return Source(name, data if isinstance(data, bytes) else json.dumps(data).encode())


def scope(*include: dict[str, Any], out: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"target": {"scope": {"advanced_mode": True, "include": list(include), "exclude": list(out)}}}


def rule(host: str | None = None, **more: Any) -> dict[str, Any]:
    fields = {"enabled": True, "protocol": "any", "host": host, **more}
    return {key: value for key, value in fields.items() if value is not None}


def prefix(text: str, *, subdomains: bool = False, enabled: bool = True) -> dict[str, Any]:
    return {"enabled": enabled, "include_subdomains": subdomains, "prefix": text}


def read(*include: dict[str, Any], out: tuple[dict[str, Any], ...] = ()) -> ImportResult:
    return read_burp(source(scope(*include, out=out)))


def listed(result: ImportResult, effect: Effect = Effect.INCLUDE) -> list[str]:
    return [one.asset for one in result.programs[0].rules if one.effect is effect]


def codes(result: ImportResult) -> list[str]:
    return [one.code for one in result.diagnostics]


def decisions(program: sc.Program, *asked: str) -> list[str]:
    checker = sc.Checker(program)
    return [str(checker.check(target).decision) for target in asked]


INCLUDED: list[tuple[dict[str, Any], list[str]]] = [
    (
        rule(r"^api\.example\.com$", port="^443$", file="^/.*", protocol="https"),
        ["https://api.example.com:443"],
    ),
    (rule(r"^.*\.example\.com$", port="^80$", protocol="http"), ["http://*.example.com:80"]),
    (rule(r"^(.*\.)?example\.com$"), ["*.example.com", "example.com"]),
    (rule(r"^example\.com$", port=""), ["example.com"]),
    (rule(r"^example\.com$", port="^(80|8080)$"), ["example.com:80", "example.com:8080"]),
    (rule(r"^example\.com$", file="^/api/.*"), ["example.com/api/*"]),
    (rule(r"^example\.com$", file="/api"), ["example.com/api*"]),
    (rule(r"^example\.com$", file="^/$"), ["example.com/#"]),
    (rule("example.com"), ["example.com"]),
    (rule("10.0.0.0/24"), ["10.0.0.0/24"]),
    (rule("localhost"), ["https://localhost"]),
    # What no pattern expresses is kept unread.
    (rule(None), []),
    (rule(r"^dev[0-9]+\.example\.com$"), []),
    (rule(r"^example\.com$", file="^/login$"), []),
    (rule(r"^example\.com$", file="logout"), []),
    (rule(r"^example\.com$", port="^4[0-9]+$"), []),
    (rule("10.0.0.0/24", file="^/api.*"), []),
    (rule("("), []),
]


@pytest.mark.parametrize(("given", "expected"), INCLUDED, ids=lambda x: json.dumps(x)[:60])
def test_an_included_rule_is_trusted_where_a_pattern_expresses_it(
    given: dict[str, Any], expected: list[str]
) -> None:
    result = read(given)
    assert listed(result) == expected
    assert [one.effect for one in result.programs[0].unresolved] == ([] if expected else ["include"])


EXCLUDED: list[tuple[dict[str, Any], list[str]]] = [
    (rule(r"^blog\.example\.com$"), ["blog.example.com"]),
    # As an exclusion, an unescaped dot is any character.
    (rule("example.com"), ["example.com", "*example.com*", "*example*com*"]),
    (rule(r"^example\.com$", file="^/login$"), ["example.com/login"]),
    (rule(None, file="logout"), ["*/*logout*"]),
    (rule(r"^[^.]+\.example\.com$"), ["*.example.com"]),
    (rule(r"^example\.com$", port="443"), ["example.com"]),
    (rule(r"^example\.com$", port="^443$"), ["example.com:443"]),
    (rule("10.0.0.0/24", file="^/api.*"), ["10.0.0.0/24"]),
]


@pytest.mark.parametrize(("given", "expected"), EXCLUDED, ids=lambda x: json.dumps(x)[:60])
def test_an_excluded_rule_is_read_at_its_widest(given: dict[str, Any], expected: list[str]) -> None:
    assert listed(read(rule(r"^a\.example\.net$"), out=(given,)), Effect.EXCLUDE) == expected


NORMAL: list[tuple[dict[str, Any], list[str], list[str]]] = [
    # prefix: as an inclusion, as an exclusion
    (prefix("example.com"), ["example.com"], ["example.com"]),
    (prefix("https://example.com"), ["https://example.com:443"], ["https://example.com"]),
    (
        prefix("http://example.com:8080/login"),
        ["http://example.com:8080/login"],
        ["http://example.com:8080/login*"],
    ),
    (prefix("example.com/app/"), ["example.com/app/*"], ["example.com/app/*"]),
    (
        prefix("Example.com", subdomains=True),
        ["example.com", "*.example.com"],
        ["example.com", "*.example.com"],
    ),
    (prefix("10.0.0.1", subdomains=True), ["10.0.0.1"], ["10.0.0.1"]),
]


@pytest.mark.parametrize(("given", "inside", "outside"), NORMAL, ids=lambda x: json.dumps(x)[:60])
def test_the_normal_mode_states_prefixes(
    given: dict[str, Any], inside: list[str], outside: list[str]
) -> None:
    assert listed(read(given)) == inside
    assert listed(read(rule(r"^a\.example\.net$"), out=(given,)), Effect.EXCLUDE) == outside


@pytest.mark.parametrize("text", ["*.example.com", "", "//x", "https://", "example.com:99999"])
def test_a_prefix_that_begins_no_url_is_kept_unread(text: str) -> None:
    program = read(prefix(text)).programs[0]
    assert not program.in_scope
    assert len(program.unresolved) == 1


def test_what_hackerone_offers_as_a_download() -> None:
    """Two rules a host; a star without its apex; the address of a program's support desk excluded."""
    pairs = (("http", "^80$"), ("https", "^443$"))
    stars = [rule(r"^.*\.vpn\.acme\.net$", protocol=p, port=n, file="^/.*") for p, n in pairs]
    result = read(
        *stars, out=(rule(r"^support\.vpn\.acme\.net$", protocol="https", port="^443$", file="^/.*"),)
    )
    program = result.programs[0]
    assert listed(result) == ["http://*.vpn.acme.net:80", "https://*.vpn.acme.net:443"]
    assert decisions(
        program,
        "https://a.vpn.acme.net/x",
        "http://a.vpn.acme.net/",
        "https://support.vpn.acme.net/",
        "https://a.vpn.acme.net:8443/",
        "https://x.support.vpn.acme.net/",
    ) == ["IN_SCOPE", "IN_SCOPE", "OUT_OF_SCOPE", "OUT_OF_SCOPE", "UNDETERMINED"]


def test_a_disabled_rule_is_reported_and_left_out() -> None:
    """P3 keeps what cannot be read; what the tool itself leaves out is no entry."""
    result = read(
        rule(r"^a\.example\.com$"), rule(r"^b\.example\.com$", enabled=False), prefix("c.org", enabled=False)
    )
    assert listed(result) == ["a.example.com"]
    assert codes(result) == ["disabled", "disabled"]
    assert not result.programs[0].unresolved


@pytest.mark.parametrize(
    ("host", "file", "meant"),
    [
        (r"^spotify\.com,.*\.spotify\.com$", "^/.*", ["https://spotify.com/", "https://a.spotify.com/"]),
        (r"^spotify\.com$", "^//.*", ["https://spotify.com/", "https://a.spotify.com/"]),
        (r"^http(s)?:\/\/spotify\.com", "^/.*", ["https://spotify.com/"]),
    ],
)
def test_a_regex_that_matches_nothing_is_no_inclusion_and_still_touches_as_an_exclusion(
    host: str, file: str, meant: list[str]
) -> None:
    """P4: a converter's mistake must not lose an exclusion."""
    dead = rule(host, file=file)
    included = read(dead)
    assert not included.programs[0].in_scope
    assert "matches-nothing" in codes(included)
    everything = rule(r"^(.*\.)?spotify\.com$")
    assert set(decisions(read(everything, out=(dead,)).programs[0], *meant)) == {"UNDETERMINED"}


def test_an_unread_exclusion_shows_its_hosts_in_clear_text() -> None:
    """P4: `\\.` hides a host from whoever looks for one."""
    result = read(rule(r"^(.*\.)?example\.com$"), out=(rule(r"^dev[0-9]+\.example\.com$"),))
    (unread,) = result.programs[0].unresolved
    assert unread.text == "hosts such as dev*.example.com"
    assert unread.note == r"read from `^dev[0-9]+\.example\.com$`"
    program = result.programs[0]
    asked = ("https://dev1.example.com/", "https://www.example.com/")
    assert decisions(program, *asked) == ["UNDETERMINED", "IN_SCOPE"]


def test_an_exclusion_whose_path_is_not_read_is_only_a_question() -> None:
    result = read(rule(r"^example\.com$"), out=(rule(r"^example\.com$", file="^/v[0-9]+/admin"),))
    assert [(one.asset, one.reading) for one in result.programs[0].out_of_scope] == [
        ("example.com/v*", "wide")
    ]
    asked = ("https://example.com/v1/admin", "https://example.com/v1", "https://example.com/x")
    assert decisions(result.programs[0], *asked) == ["UNDETERMINED", "UNDETERMINED", "IN_SCOPE"]


@pytest.mark.parametrize(
    ("host", "out"),
    [
        (r"^app\.acme\.dev$", r"^.*\.acme\.dev$"),
        (r"^dev1\.acme\.dev$", r"^dev[0-9]+\.acme\.dev$"),
        (r"^notacme\.dev$", r"acme\.dev"),
        (r"^10\.0\.0\.5$", "10.0.0.0/24"),
        (r"^10\.0\.0\.5$", None),
    ],
)
def test_an_inclusion_that_burp_never_lets_in_does_not_come_back_to_life(host: str, out: str | None) -> None:
    """D1 lets the more precise rule win, Burp the exclusion: so the answer is left open."""
    result = read(rule(host), out=(rule(out),))
    assert "excluded-by-tool" in codes(result)
    target = host.strip("^$").replace("\\", "")
    assert decisions(result.programs[0], f"https://{target}/")[0] != "IN_SCOPE"


def test_an_exclusion_of_another_path_leaves_an_inclusion_alone() -> None:
    result = read(rule(r"^example\.com$"), out=(rule(r"^example\.com$", file="^/admin.*"),))
    assert codes(result) == []
    asked = ("https://example.com/", "https://example.com/admin/x", "https://example.com/Admin")
    assert decisions(result.programs[0], *asked) == ["IN_SCOPE", "OUT_OF_SCOPE", "UNDETERMINED"]


def test_java_syntax_is_reported() -> None:
    result = read(rule(r"^\Qa.example.com\E$"), rule("^a++$"))
    assert codes(result).count("java-regex") == 2
    assert listed(result) == ["a.example.com"]


def test_every_entry_is_the_source_of_something() -> None:
    """P3: nothing is dropped."""
    data = scope(*(given for given, _ in INCLUDED), out=tuple(given for given, _ in EXCLUDED))
    program = read_burp(source(data)).programs[0]
    entries = {one.entry for one in program.rules} | {one.entry for one in program.unresolved}
    sides = (("include", len(INCLUDED)), ("exclude", len(EXCLUDED)))
    assert entries == {f"target.scope.{side}[{n}]" for side, count in sides for n in range(count)}


def test_the_scope_of_dropped_requests_is_read_where_there_is_no_other() -> None:
    requests = {"include": [rule(r"^a\.example\.com$")], "exclude": [], "scope_option": "custom"}
    data = {"project_options": {"connections": {"out_of_scope_requests": requests}}}
    assert listed(read_burp(source(data))) == ["a.example.com"]


BAD: list[tuple[Any, str]] = [
    ([], ""),
    ({}, "target.scope"),
    ({"target": {"scope": []}}, "target.scope"),
    ({"target": {"scope": {"include": {}}}}, "target.scope.include"),
    ({"target": {"scope": {"include": [1]}}}, "target.scope.include[0]"),
    (scope({"enabled": True}), "target.scope.include[0]"),
    (scope({"enabled": "yes", "host": "a"}), "target.scope.include[0].enabled"),
    (scope({"host": 1}), "target.scope.include[0].host"),
    (scope({"host": "a", "file": []}), "target.scope.include[0].file"),
    (scope({"protocol": "ftp"}), "target.scope.include[0].protocol"),
    (scope({"prefix": 1}), "target.scope.include[0].prefix"),
    (scope(out=({"host": False},)), "target.scope.exclude[0].host"),
]


@pytest.mark.parametrize(("data", "path"), BAD, ids=lambda x: json.dumps(x)[:60])
def test_data_of_another_shape_is_refused_with_its_place(data: Any, path: str) -> None:
    with pytest.raises(ShapeError) as refused:
        read_burp(source(data))
    (problem,) = refused.value.diagnostics
    assert (problem.path, problem.place.file) == (path, "acme.json")


@pytest.mark.parametrize(
    "raw",
    [b"", b'{"target": {"scope"', b"\xff\xfe{", b'{"a": "\0"}', b"[" * 200_000, b'{"a":' * 200_000],
    ids=["empty", "cut", "utf-16", "nul", "lists", "objects"],
)
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(sc.ScopeSyntaxError, match=r"acme\.json:1"):
        read_burp(source(raw))


def test_the_format_is_told_by_its_keys() -> None:
    assert sniff(source(scope(rule("a")))) is FORMATS[0]
