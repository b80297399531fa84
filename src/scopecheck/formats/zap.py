r"""ZAP's context files, in and out.

Shape (zaproxy, `docker/integration_tests/configs/plans/contexts/basic.context`; what the elements mean:
`zap/src/main/java/org/zaproxy/zap/model/Context.java`):

    <configuration>
      <context>
        <name>NAME</name> <desc>WORDS</desc> <inscope>true</inscope>
        <incregexes>REGEX</incregexes> ...
        <excregexes>REGEX</excregexes> ...
      </context>
    </configuration>

A REGEX is a Java regular expression for the whole URL, cut at its first `?`, without regard to letter
case. Exclusions beat inclusions; a blank regex counts for nothing, and is left out here too. A context
whose `inscope` is false is no scope: its inclusions are kept unread. A file may hold several contexts;
each becomes a program. Elements inside `incregexes` are read by no ZAP, so as inclusions they stay
unread, too. The other elements (`tech`, `urlparser`, `authentication`, `users`, ...) hold how to scan,
and are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from xml.sax.saxutils import escape

from scopecheck.diagnostic import Severity
from scopecheck.formats.builder import ImportResult, unique_ids
from scopecheck.formats.regexcover import url_cover
from scopecheck.formats.regexes import DeadRegexError, readable
from scopecheck.formats.regexsyntax import RegexError
from scopecheck.formats.regexwriting import REGEX, host_regexes, path_regex, without_odd_paths
from scopecheck.formats.registry import ExportResult, Format
from scopecheck.formats.safe_xml import Element, parse_xml
from scopecheck.formats.source import Source
from scopecheck.formats.toolplan import Planned, plan
from scopecheck.formats.toolscope import Meaning, ToolScope, stem, tool_builder
from scopecheck.formats.urlregexes import read_url
from scopecheck.scope.model import Program
from scopecheck.scope.pattern import Effect

__all__ = ["FORMATS", "read_zap", "write_zap"]

_SIDES = (("excregexes", Effect.EXCLUDE), ("incregexes", Effect.INCLUDE))
# No host of a URL holds anything else, so a star never reaches into the path or the user name.
_RUN, _LABEL = "[a-z0-9_.-]*", "[a-z0-9_-]*"
_PORTS = {80: "http", 443: "https"}
_ANY_SCHEME = "https?://"


def read_zap(source: Source) -> ImportResult:
    """Read a ZAP context file; raise `ScopeError` where it is none."""
    root = parse_xml(source)
    contexts = list(root.all("context")) if root.name == "configuration" else []
    if not contexts:
        raise source.shape(
            "there is no context in the file",
            "configuration.context",
            "export a context of ZAP, or name the format that the file has",
        )
    tools = [_read_context(source, context, number) for number, context in enumerate(contexts)]
    programs = unique_ids(tool.finish().build() for tool in tools)
    diagnostics = tuple(found for tool in tools for found in tool.builder.diagnostics)
    return ImportResult("zap", source.name, programs, diagnostics)


def _read_context(source: Source, context: Element, number: int) -> ToolScope:
    tool = ToolScope(tool_builder(source.name, context.value("name") or stem(source.name), "zap"))
    tool.builder.add_statement(context.value("desc"))
    path = f"configuration.context[{number}]"
    active = context.value("inscope").lower() not in ("false", "0", "no")
    if not active:
        message = "the context is switched out of scope, so nothing of it is in scope"
        tool.builder.note("disabled", message, f"{path}.inscope", Severity.WARNING)
    for side, effect in _SIDES:
        found = [
            one
            for place, element in enumerate(context.all(side))
            for one in _regexes(element, f"{path}.{side}[{place}]")
        ]
        restated = _restated(regex for _, regex, _ in found) if effect is Effect.EXCLUDE else frozenset()
        for entry, regex, nested in found:
            if regex not in restated:
                why = "ZAP reads no element in this place" if nested else ""
                if not active:
                    why = "the context is switched out of scope"
                _read_regex(regex, entry, effect, tool, why if effect is Effect.INCLUDE else "")
    return tool


def _restated(regexes: Iterable[str]) -> frozenset[str]:
    """Return the regexes that say of a port without spelling it what others say that spell it.

    Alone, `https://a.example.com` excludes the host under every scheme (P1); beside one with `:443` it
    is how a URL is written that goes to this port.
    """
    spelled = [one for one in regexes if one.startswith(_ANY_SCHEME)]
    return frozenset(
        scheme + "://" + one.removeprefix(_ANY_SCHEME).replace(f":{port}", "", 1)
        for one in spelled
        for port, scheme in _PORTS.items()
        if f":{port}" in one
    )


def _regexes(element: Element, entry: str) -> Iterable[tuple[str, str, bool]]:
    """Yield each regex that an element holds, its place, and whether it stands in an element of its own."""
    if element.text:
        yield entry, element.text, False
    for number, child in enumerate(element.children):
        if child.text:
            yield f"{entry}.{child.name}[{number}]", child.text, True


def _read_regex(regex: str, entry: str, effect: Effect, tool: ToolScope, why: str) -> None:
    shown = without_odd_paths(regex)
    try:
        meaning, java = read_url(shown, exclude=effect is Effect.EXCLUDE)
    except DeadRegexError as error:
        tool.dead(shown, entry, effect, str(error), readable(shown), url_cover(shown))
        return
    except RegexError as error:
        meaning, java = Meaning(hosts=readable(shown), why=f"it is no regex that can be read: {error}"), ()
    tool.java(shown, entry, java)
    if why:
        meaning = Meaning(hosts=meaning.hosts or meaning.globs, why=why)
    if effect is Effect.EXCLUDE:
        tool.exclude(shown, entry, replace(meaning, cover=url_cover(shown)))
    else:
        tool.include(shown, entry, meaning)


def write_zap(program: Program) -> ExportResult:
    """Write a program as a ZAP context.

    Inclusions are narrowed and exclusions widened to what ZAP can express; `losses` lists it.
    """
    made = plan(program, REGEX, "ZAP")
    lines = [
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
        "<configuration>",
        "    <context>",
        f"        <name>{_xml(program.name)}</name>",
        "        <desc/>",
        "        <inscope>true</inscope>",
    ]
    for name, side in (("incregexes", made.include), ("excregexes", made.exclude)):
        regexes = dict.fromkeys(regex for planned in side for regex in _url_regexes(planned))
        lines += [f"        <{name}>{_xml(regex)}</{name}>" for regex in regexes]
    lines += ["    </context>", "</configuration>", ""]
    return ExportResult("\n".join(lines), made.losses)


def _xml(text: str) -> str:
    """Return a text for an element; a control character has no place in XML."""
    return escape(re.sub(r"[\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]", " ", text))


def _url_regexes(planned: Planned) -> Iterable[str]:
    path = path_regex(planned) or "(?:/.*)?"
    for host in host_regexes(planned.hosts, _RUN, _LABEL):
        if planned.port is None:
            yield f"{_ANY_SCHEME}{host}(?::[0-9]+)?{path}"
            continue
        yield f"{_ANY_SCHEME}{host}:{planned.port}{path}"
        if planned.port in _PORTS:  # A URL seldom spells the port that its scheme implies.
            yield f"{_PORTS[planned.port]}://{host}{path}"


def _recognises(source: Source) -> int:
    """Tell a context file by its elements."""
    head = source.head
    if not head.lstrip("\ufeff \t\r\n").startswith("<") or "<configuration" not in head:
        return 0
    return 95 if "<context" in head and re.search(r"<(?:inc|exc)regexes|<inscope", head) else 10


FORMATS = (Format("zap", "ZAP context", _recognises, read_zap, write_zap, ".context"),)
