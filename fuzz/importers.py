"""Files of platforms and tools, in every format that is read, and written again where that is possible."""

from __future__ import annotations

import json

import scopecheck as sc
from fuzz.judge import judge_error, judge_program
from scopecheck.formats.registry import format_named, formats, sniff
from scopecheck.formats.source import Source

READABLE = tuple(sorted(one.name for one in formats() if one.read is not None))
_WRITERS = tuple(one for one in formats() if one.write is not None)


def _seed(name: str, value: object) -> bytes:
    """Return a file of a format, behind the byte that chooses the format."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return bytes([READABLE.index(name)]) + raw


def _sides(row: dict[str, object]) -> dict[str, object]:
    return {"in_scope": [row], "out_of_scope": [dict(row)]}


_H1 = {
    "asset_identifier": "*.example.com", "asset_type": "WILDCARD", "eligible_for_bounty": True,
    "eligible_for_submission": True, "instruction": "Out of scope: a.example.com", "max_severity": "critical",
}  # fmt: skip
_BUGCROWD = {
    "type": "website",
    "target": "https://a.example.com",
    "name": "A",
    "uri": "https://b.example.com",
}
_INTIGRITI = {"type": "url", "endpoint": "*.example.com", "description": "all of it", "impact": "Tier 1"}
_YESWEHACK = {"target": "https://example.com/(a|b)", "type": "web-application"}
_FEDERACY = {"type": "website", "target": "example.com"}
_BURP = {
    "enabled": True,
    "protocol": "any",
    "host": "^(a|b)\\.example\\.com$",
    "port": "^443$",
    "file": "^/.*",
}
_ZAP = (
    b'<?xml version="1.0"?><configuration><context><name>demo</name>'
    b"<incregexes>https?://([a-z]+\\.)*example\\.com(/.*)?</incregexes>"
    b"<excregexes>\\Qhttps://a.example.com\\E.*</excregexes></context></configuration>"
)
_CSV = (
    b"identifier,asset_type,instruction,eligible_for_bounty,eligible_for_submission,max_severity\n"
    b'*.example.com,WILDCARD,"a, b",true,true,critical\n'
)


def _program(handle: str, row: dict[str, object]) -> list[dict[str, object]]:
    return [
        {"id": handle, "name": handle, "handle": handle, "url": "https://x.example/d", "targets": _sides(row)}
    ]


SEEDS = (
    _seed("hackerone", _program("demo", dict(_H1))),
    _seed("bugcrowd", _program("demo", dict(_BUGCROWD))),
    _seed("intigriti", _program("demo", dict(_INTIGRITI))),
    _seed("yeswehack", _program("demo", dict(_YESWEHACK))),
    _seed("federacy", _program("demo", dict(_FEDERACY))),
    _seed("hackerone-api", {"data": [{"id": "1", "type": "structured-scope", "attributes": dict(_H1)}]}),
    _seed("hackerone-csv", _CSV),
    _seed("burp", {"target": {"scope": {"advanced_mode": True, "include": [_BURP], "exclude": [_BURP]}}}),
    _seed(
        "burp", {"target": {"scope": {"include": [{"enabled": True, "prefix": "https://a.example.com/"}]}}}
    ),
    _seed("zap", _ZAP),
    _seed("globs", b"# hosts\n*.example.com\n!blog.example.com\n[OOS] a.example.com # old\n"),
    _seed("regexes", b"^.*\\.example\\.com$\n!^blog\\.example\\.com$\n"),
    _seed("scopecheck", b'id: demo\nname: Demo\nin_scope: ["*.example.com"]\n'),
    _seed("zap", b'<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><configuration>&z;</configuration>'),
    *(_seed(name, []) for name in READABLE),
)
WORDS = (
    "targets", "in_scope", "out_of_scope", "asset_identifier", "asset_type", "instruction", "attributes",
    "uri", "host", "prefix", "include_subdomains", "protocol", "file", "port", "enabled", "advanced_mode",
    "brief", "scope", "endpoint", "domains", "tier", "URL", "CIDR", "OTHER", "GOOGLE_PLAY_APP_ID",
    "<incregexes>", "<!ENTITY", "<!DOCTYPE", "&#x0;", "\\Q", "\\E", "[^.]+", "(?:", "(?i)", ".*", "{1,3}",
    "\\d+", "!EXCLUDE", "[OOS]", "null", "\\ud800", "\ufeff",
)  # fmt: skip


def one(data: bytes) -> None:
    """Read a file in the format that the first byte chooses, and in the one that its content shows."""
    if not data:
        return
    source = Source("scope-file", data[1:])
    try:
        sniff(source)
    except sc.ScopecheckError as error:
        judge_error(error)
    chosen = format_named(READABLE[data[0] % len(READABLE)])
    assert chosen.read is not None
    try:
        result = chosen.read(source)
    except sc.ScopecheckError as error:
        judge_error(error)
        return
    json.dumps([problem.to_dict() for problem in result.diagnostics])
    for program in result.programs:
        judge_program(program)
        for writer in _WRITERS:
            assert writer.write is not None
            _again(writer.name, writer.write(program).text)


def _again(name: str, text: str) -> None:
    """Assert that what is written can be read; a list of which nothing could be written is refused."""
    reader = format_named(name).read
    entries = [line for line in text.splitlines() if line and not line.startswith("#")]
    if reader is not None and entries:
        reader(Source("scope-file", text.encode()))
