"""ZAP's contexts: what their regexes mean here, what is refused, and what a written one says."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

import pytest

import scopecheck as sc
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.registry import sniff
from scopecheck.formats.source import ShapeError, Source
from scopecheck.formats.zap import FORMATS, read_zap, write_zap
from scopecheck.scope.pattern import Effect


def context(
    include: Sequence[str] = (), exclude: Sequence[str] = (), *, name: str = "Acme", active: str = "true"
) -> str:
    regexes = [f"<incregexes>{escape(one)}</incregexes>" for one in include]
    regexes += [f"<excregexes>{escape(one)}</excregexes>" for one in exclude]
    body = "\n".join(regexes)
    return f"<context><name>{name}</name><desc>Be kind.</desc><inscope>{active}</inscope>{body}</context>"


def source(*contexts: str, head: str = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>') -> Source:
    return Source("acme.context", f"{head}\n<configuration>{''.join(contexts)}</configuration>".encode())


def read(*include: str, out: Sequence[str] = ()) -> ImportResult:
    return read_zap(source(context(include, out)))


def listed(result: ImportResult, effect: Effect = Effect.INCLUDE) -> list[str]:
    return [one.asset for one in result.programs[0].rules if one.effect is effect]


def codes(result: ImportResult) -> set[str]:
    return {one.code for one in result.diagnostics}


def decisions(program: sc.Program, *asked: str) -> list[str]:
    checker = sc.Checker(program)
    return [str(checker.check(target).decision) for target in asked]


def test_the_basic_context() -> None:
    """The shape that ZAP's own tests use: unescaped dots, a page and a folder excluded."""
    result = read(
        "https://www.acme.com/.*",
        out=("https://www.acme.com/logout", "https://www.acme.com/status/.*"),
    )
    program = result.programs[0]
    assert (program.id, program.name, program.platform) == ("acme", "Acme", "zap")
    assert [one.text for one in program.statements] == ["Be kind."]
    assert listed(result) == ["https://www.acme.com:443"]
    certain = ["https://www.acme.com/logout", "https://www.acme.com/status/*"]
    # As an exclusion, an unescaped dot is any character.
    feared = ["www*acme*com/logout", "www*acme*com/status/*"]
    assert listed(result, Effect.EXCLUDE) == certain + feared
    assert [rule.reading for rule in program.out_of_scope] == ["both", "both", "wide", "wide"]
    assert decisions(
        program,
        "https://www.acme.com/x?status",
        "https://www.acme.com/logout",
        "https://www.acme.com/status/1",
        "https://www.acme.com/LOGOUT",
        "http://www.acme.com/",
        "https://www.acme.com:8443/",
        "https://wwwxacme.com/",
    ) == [
        "IN_SCOPE",
        "OUT_OF_SCOPE",
        "OUT_OF_SCOPE",
        "UNDETERMINED",
        "OUT_OF_SCOPE",
        "OUT_OF_SCOPE",
        "OUT_OF_SCOPE",
    ]
    assert codes(result) == {"narrowed"}


@pytest.mark.parametrize(
    ("regex", "inside", "outside"),
    [
        ("https://acme.com.*", "https://acme.com:8443/x", "https://acme.com.evil.net/"),
        (r"^http(s)?:\/\/[\S]*\.acme\.com[\S]*$", "http://a.b.acme.com/x", "https://notacme.com/"),
        (r"\Qhttps://acme.com\E.*", "https://acme.com/x", "https://acmexcom.net/"),
        (r"https?://acme\.com(?::[0-9]+)?/api/.*", "http://acme.com:81/api/x", "https://acme.com/apix"),
        (r"https://10\.0\.0\.[0-9]+/.*", "https://10.0.0.7/", "https://10.0.1.7/"),
    ],
)
def test_usual_shapes_are_read(regex: str, inside: str, outside: str) -> None:
    assert decisions(read(regex).programs[0], inside, outside) == ["IN_SCOPE", "OUT_OF_SCOPE"]


@pytest.mark.parametrize(
    "regex",
    [
        ".*",
        "https://.*",
        r"https://acme\.com/health",
        r"https://dev[0-9]\.acme\.com/.*",
        r"https://[^./]+\.acme\.com/.*",
        r"acme\.com.*",
        "(",
        "*.acme.com",
    ],
)
def test_an_inclusion_that_no_pattern_expresses_is_kept_unread(regex: str) -> None:
    """P3: it covers nothing, and it is there."""
    program = read(regex).programs[0]
    assert not program.in_scope
    assert [(one.text, one.effect) for one in program.unresolved] == [(regex, "include")]


@pytest.mark.parametrize(
    "regex",
    [
        r"https://dev[0-9]\.acme\.com/.*",
        r"https?://(?!www)[a-z]+\.acme\.com/.*",
        ".*logout.*",
        r".*\.js",
        r"acme\.com.*",
        r"https://a\.acme\.com/x[0-9]+",
        r"https://.*/admin/.*",
    ],
)
def test_an_exclusion_that_no_pattern_expresses_still_holds_what_it_matches(regex: str) -> None:
    """P4: no target that ZAP excludes is in scope here."""
    program = read(r"https?://(.*\.)?acme\.com.*", out=(regex,)).programs[0]
    excluded = {
        r"https://dev[0-9]\.acme\.com/.*": "https://dev1.acme.com/",
        r"https?://(?!www)[a-z]+\.acme\.com/.*": "https://api.acme.com/",
        ".*logout.*": "https://acme.com/a/logout",
        r".*\.js": "https://acme.com/a/x.js",
        r"acme\.com.*": "https://acme.com/",
        r"https://a\.acme\.com/x[0-9]+": "https://a.acme.com/x12",
        r"https://.*/admin/.*": "https://a.acme.com/admin/x",
    }[regex]
    assert decisions(program, excluded)[0] != "IN_SCOPE"


def test_an_inclusion_that_zap_never_lets_in_does_not_come_back_to_life() -> None:
    result = read(r"https://app\.acme\.com/.*", out=(r"https?://.*\.acme\.com.*",))
    assert "excluded-by-tool" in codes(result)
    assert decisions(result.programs[0], "https://app.acme.com/") == ["UNDETERMINED"]


def test_a_context_out_of_scope_includes_nothing() -> None:
    result = read_zap(
        source(context([r"https://acme\.com/.*"], [r"https://b\.acme\.com/.*"], active="false"))
    )
    program = result.programs[0]
    assert not program.in_scope
    assert [(one.effect, one.why) for one in program.unresolved] == [
        ("include", "the context is switched out of scope")
    ]
    assert [one.asset for one in program.out_of_scope] == ["https://b.acme.com"]
    assert "disabled" in codes(result)


def test_each_context_becomes_a_program() -> None:
    result = read_zap(source(context(["https://a.com/.*"]), context(["https://b.com/.*"])))
    assert [program.id for program in result.programs] == ["acme", "acme-2"]
    assert result.programs[1].in_scope[0].entry == "configuration.context[1].incregexes[0]"


def test_blank_regexes_count_for_nothing() -> None:
    assert not read(" ", "").programs[0].unresolved


def test_a_nested_regex_is_read_by_no_zap() -> None:
    """Some write `<regex>` inside: as an inclusion it covers nothing, as an exclusion it was meant."""
    nested = "<regex>https://{}.acme.com/.*</regex>"
    inside = f"<incregexes>{nested.format('a')}</incregexes><excregexes>{nested.format('b')}</excregexes>"
    text = f"<context><name>Acme</name><inscope>true</inscope>{inside}</context>"
    program = read_zap(source(text)).programs[0]
    assert [(one.effect, one.entry) for one in program.unresolved] == [
        ("include", "configuration.context[0].incregexes[0].regex[0]")
    ]
    assert [one.asset for one in program.out_of_scope] == ["https://b.acme.com"]


LAUGHS = '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>'


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (source(context(["&lol2;"]), head=LAUGHS).raw, "declares the entity"),
        (source(context(), head='<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]>').raw, "entity"),
        (source(context(), head='<!DOCTYPE c SYSTEM "http://evil.net/x.dtd">').raw, "lies elsewhere"),
        (b"<a>" * 100_000, "nested too deeply"),
        (b"<configuration><context>", "not XML"),
        (b"", "not XML"),
        (b"{}", "not XML"),
        (b"<configuration>\0</configuration>", "not XML"),
        (b'<?xml version="1.0" encoding="bogus"?><configuration/>', "encoding"),
    ],
    ids=["laughs", "external entity", "external dtd", "deep", "cut", "empty", "json", "nul", "encoding"],
)
def test_unsafe_and_broken_xml_is_refused(raw: bytes, problem: str) -> None:
    with pytest.raises(sc.ScopeSyntaxError, match=problem):
        read_zap(Source("acme.context", raw))


@pytest.mark.parametrize("raw", [b"<html/>", b"<configuration/>", b"<context/>"])
def test_xml_of_another_shape_is_refused(raw: bytes) -> None:
    with pytest.raises(ShapeError, match="no context"):
        read_zap(Source("acme.context", raw))


def test_the_format_is_told_by_its_elements() -> None:
    assert sniff(source(context(["https://acme.com.*"]))) is FORMATS[0]


def test_a_written_context() -> None:
    program = sc.Program.from_assets(
        ["*.example.com", "example.org:8443", "example.net:443"],
        ["blog.example.com", "example.com/<x>"],
        name="A & B",
    )
    lines = [line.strip() for line in write_zap(program).text.splitlines()]
    name = r"[a-z0-9_.-]*"
    assert "<name>A &amp; B</name>" in lines
    assert [line for line in lines if "regexes" in line][:5] == [
        rf"<incregexes>https?://{name}\.example\.com(?::[0-9]+)?(?:/.*)?</incregexes>",
        r"<incregexes>https?://example\.org:8443(?:/.*)?</incregexes>",
        r"<incregexes>https?://example\.net:443(?:/.*)?</incregexes>",
        # ZAP sees the URL as it is spelled, most often without the port that its scheme implies.
        r"<incregexes>https://example\.net(?:/.*)?</incregexes>",
        rf"<excregexes>https?://(?:{name}\.)?blog\.example\.com(?::[0-9]+)?(?:/.*)?</excregexes>",
    ]


def test_a_star_never_reaches_beyond_the_host() -> None:
    """`.*` in place of a host would let `https://evil.net/.example.com` in."""
    text = write_zap(sc.Program.from_assets(["*.example.com", "api-*.example.org"])).text
    assert ".*\\." not in text


def test_what_was_written_reads_back() -> None:
    program = sc.Program.from_assets(
        ["*.example.com", "example.org:8443/api"], ["a.example.com/admin", "b.example.com"]
    )
    back = read_zap(Source("x.context", write_zap(program).text.encode())).programs[0]
    assert not back.unresolved
    asked = (
        "https://x.example.com/",
        "https://a.example.com/admin",
        "https://example.org:8443/api/v1",
        "https://example.org:8443/",
        "https://b.example.com/",
    )
    assert decisions(back, *asked) == decisions(program, *asked)


def test_the_implied_port_of_a_written_exclusion_is_no_scheme_of_its_own() -> None:
    """P1: `https://...` alone excludes every scheme; beside a regex with `:443` it spells that port."""
    text = write_zap(sc.Program.from_assets(["*.acme.com"], ["*.pay.acme.com:443/x", "d.acme.com:80"])).text
    program = read_zap(Source("acme.context", text.encode())).programs[0]
    asked = (
        "https://a.pay.acme.com/x",
        "http://a.pay.acme.com/x",
        "http://a.pay.acme.com:443/x",
        "http://d.acme.com",
        "https://d.acme.com",
    )
    assert decisions(program, *asked) == [
        "OUT_OF_SCOPE",
        "IN_SCOPE",
        "OUT_OF_SCOPE",
        "OUT_OF_SCOPE",
        "IN_SCOPE",
    ]
    assert decisions(read(".*acme.com.*", out=["https://d.acme.com"]).programs[0], "http://d.acme.com") != [
        "IN_SCOPE"
    ]
