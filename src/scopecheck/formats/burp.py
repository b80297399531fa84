r"""Burp Suite's project scope, in and out.

Shape (PortSwigger, "URL-matching rules", https://portswigger.net/burp/documentation/desktop/tools/
target/scope/url-matching, and the files that HackerOne offers as a download):

    {"target": {"scope": {"advanced_mode": true, "include": [RULE, ...], "exclude": [RULE, ...]}}}

A RULE of the advanced mode is `{"enabled", "protocol", "host", "port", "file"}`: `protocol` is `any`,
`http` or `https`; `host` is a regex or a range of addresses (`10.1.1.1/24`, `10.1.1-20.1-127`), `port`
and `file` are regexes. What is absent or "" is any. Regexes are searched for anywhere unless they
have anchors, without regard to letter case; `file` is the path without its query.

A RULE of the normal mode is `{"enabled", "prefix", "include_subdomains"}`; the prefix is the beginning
of a URL, with or without its scheme. Rules with `"enabled": false` are reported and left out, as Burp
does. Exclusions beat inclusions. Where `target.scope` is missing, the scope under
`project_options.connections.out_of_scope_requests` is read. Other keys of the file hold Burp's
settings, no scope, and are ignored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scopecheck.diagnostic import Severity
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.regexcover import EVERYTHING, rule_cover
from scopecheck.formats.regexes import (
    DeadRegexError,
    Part,
    dead_hosts,
    read_host,
    read_path,
    read_port,
    readable,
)
from scopecheck.formats.regexsyntax import RegexError, parse_regex
from scopecheck.formats.regexwriting import REGEX, host_regexes, path_regex, without_odd_paths
from scopecheck.formats.registry import ExportResult, Format
from scopecheck.formats.source import Source, as_list, as_mapping, as_text
from scopecheck.formats.toolplan import Planned, plan
from scopecheck.formats.toolscope import Meaning, ToolScope, specs, stem, tool_builder
from scopecheck.scope.model import Program
from scopecheck.scope.pattern import Effect
from scopecheck.targets.host import printable

__all__ = ["FORMATS", "read_burp", "write_burp"]

_PROTOCOLS = {"": ("",), "any": ("",), "http": ("http",), "https": ("https",)}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PREFIX = re.compile(
    r"(?:(https?)://)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?(/[^?#]*)?(?:[?#].*)?", re.ASCII
)


def read_burp(source: Source) -> ImportResult:
    """Read a Burp project file; raise `ScopeError` where it is none."""
    scope, path = _scope_of(source)
    builder = tool_builder(source.name, stem(source.name), "burp")
    tool = ToolScope(builder)
    if "advanced_mode" not in scope:
        builder.note(
            "no-mode",
            "the scope does not say its mode in `advanced_mode`; each rule is read by its own fields",
            path,
            Severity.WARNING,
        )
    for side, effect in (("exclude", Effect.EXCLUDE), ("include", Effect.INCLUDE)):
        for number, value in enumerate(as_list(source, scope.get(side, []), f"{path}.{side}")):
            entry = f"{path}.{side}[{number}]"
            _read_rule(source, as_mapping(source, value, entry), entry, effect, tool)
    return ImportResult("burp", source.name, (tool.finish().build(),), tuple(builder.diagnostics))


def _scope_of(source: Source) -> tuple[Mapping[str, Any], str]:
    data = as_mapping(source, source.json(), "")
    for keys in (("target", "scope"), ("project_options", "connections", "out_of_scope_requests")):
        found: Any = data
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping) and ("include" in found or "exclude" in found):
            return found, ".".join(keys)
    raise source.shape(
        "there is no scope in the file",
        "target.scope",
        "save the project options with the target scope, or name the format that the file has",
    )


def _read_rule(source: Source, rule: Mapping[str, Any], entry: str, effect: Effect, tool: ToolScope) -> None:
    enabled = rule.get("enabled", True)
    if not isinstance(enabled, bool):
        raise source.shape("`enabled` is true or false", f"{entry}.enabled")
    shown = _shown(source, rule, entry)
    if not enabled:
        tool.builder.note("disabled", f"`{printable(shown, 80)}` is switched off, and left out", entry)
        return
    if "prefix" in rule:
        _read_prefix(source, rule, entry, effect, tool)
        return
    if not {"protocol", "host", "port", "file"} & set(rule):
        raise source.shape("a rule has a `prefix`, or some of `protocol`, `host`, `port`, `file`", entry)
    protocol = as_text(source, rule.get("protocol"), f"{entry}.protocol").lower()
    if protocol not in _PROTOCOLS:
        raise source.shape(f"`{printable(protocol)}` is not `any`, `http` or `https`", f"{entry}.protocol")
    host, port, file = (_field(source, rule, key, entry) for key in ("host", "port", "file"))
    try:
        host_part, ports, path_part = read_host(host), read_port(port), read_path(file)
        tool.java(shown, entry, (found for text in (host, port, file) for found in parse_regex(text).java))
    except DeadRegexError as error:
        hosts = dead_hosts(host)
        tool.dead(shown, entry, effect, str(error), hosts, rule_cover(host, (None,), file))
        return
    except RegexError as error:
        why = f"a field is no regex that can be read: {error}"
        meaning = Meaning(hosts=readable(host), why=why, cover=rule_cover(host, (None,), file))
    else:
        meaning = _advanced(_PROTOCOLS[protocol], host_part, ports, path_part, effect)
        meaning = replace(meaning, cover=rule_cover(host, ports[1], file))
    (tool.exclude if effect is Effect.EXCLUDE else tool.include)(shown, entry, meaning)


def _advanced(
    schemes: tuple[str, ...],
    host: Part,
    ports: tuple[tuple[int | None, ...], tuple[int | None, ...]],
    path: Part,
    effect: Effect,
) -> Meaning:
    excluding = effect is Effect.EXCLUDE
    sure = specs(schemes, host, ports[0], path, exclude=False) or ()
    most = specs(schemes, host, ports[1], path, exclude=True) if excluding else None
    why = host.why or path.why or ("" if ports[0] else "no pattern expresses the regex of the port")
    return Meaning(sure, most, host.cover, (), (*host.notes, *path.notes), why, path.rough)


def _read_prefix(
    source: Source, rule: Mapping[str, Any], entry: str, effect: Effect, tool: ToolScope
) -> None:
    prefix = as_text(source, rule["prefix"], f"{entry}.prefix").strip()
    match = _PREFIX.fullmatch(prefix)
    if match is None:
        why = "a prefix has no wildcards" if "*" in prefix else "it is not the beginning of a URL"
        tool.dead(prefix or "(empty)", entry, effect, why, readable(prefix), EVERYTHING)
        return
    scheme, host, port_text, path = match.groups()
    subdomains = rule.get("include_subdomains") is True and re.search(r"[A-Za-z]", host) and ":" not in host
    names = (host.lower(), f"*.{host.lower()}") if subdomains else (host.lower(),)
    # Burp does not say whether a prefix that names a scheme and no port reaches other ports.
    bound = int(port_text) if port_text else _DEFAULT_PORTS.get(scheme or "")
    below = path or ""
    inside = "" if below in ("", "/") else below + "*" * below.endswith("/")
    sure = specs((scheme or "",), Part(names), (bound,), Part((inside,)), exclude=False)
    wide = int(port_text) if port_text else None
    text = "" if below in ("", "/") else below + "*"
    most = specs((scheme or "",), Part((), names), (wide,), Part((), (text,)), exclude=True)
    meaning = Meaning(sure or (), most, names)
    (tool.exclude if effect is Effect.EXCLUDE else tool.include)(prefix, entry, meaning)


def _field(source: Source, rule: Mapping[str, Any], key: str, entry: str) -> str:
    """Return a field of a rule, "" for any; what `write_burp` adds for odd paths is left out."""
    return without_odd_paths(as_text(source, rule.get(key), f"{entry}.{key}"))


def _shown(source: Source, rule: Mapping[str, Any], entry: str) -> str:
    """Return a rule as a line that a person reads."""
    if "prefix" in rule:
        return as_text(source, rule["prefix"], f"{entry}.prefix") or "(empty)"
    fields = {key: _field(source, rule, key, entry) for key in ("host", "protocol", "port", "file")}
    host = fields.pop("host") or "any host"
    usual = ("", "any", "^/.*")
    return ", ".join((host, *(f"{key} {text}" for key, text in fields.items() if text not in usual)))


def write_burp(program: Program) -> ExportResult:
    """Write a program as a Burp scope of the advanced mode.

    Inclusions are narrowed and exclusions widened to what Burp can express; `losses` lists it.
    """
    made = plan(program, REGEX, "Burp")
    scope = {
        "advanced_mode": True,
        "include": [rule for planned in made.include for rule in _rules(planned)],
        "exclude": [rule for planned in made.exclude for rule in _rules(planned)],
    }
    text = json.dumps({"target": {"scope": scope}}, indent=2)
    return ExportResult(text + "\n", made.losses)


def _rules(planned: Planned) -> list[dict[str, object]]:
    path = path_regex(planned)
    return [
        {
            "enabled": True,
            "protocol": "any",
            "host": f"^{host}$",
            **({} if planned.port is None else {"port": f"^{planned.port}$"}),
            "file": f"^{path}$" if path else "^/.*",
        }
        for host in host_regexes(planned.hosts)
    ]


def _recognises(source: Source) -> int:
    """Tell a Burp file by the keys that lead to its scope."""
    if not source.head.lstrip().startswith("{"):
        return 0
    data = source.json()
    if not isinstance(data, dict):
        return 0
    target = data.get("target")
    if isinstance(target, dict) and isinstance(target.get("scope"), dict):
        return 95
    return 60 if "project_options" in data else 0


FORMATS = (Format("burp", "Burp Suite project scope", _recognises, read_burp, write_burp, ".json"),)
