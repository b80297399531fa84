"""HackerOne: the public dump (`hackerone`) and the platform's own API objects (`hackerone-api`).

The dump is `hackerone_data.json` of bounty-targets-data (collector bounty-targets,
`lib/bounty-targets/hackerone.rb`), a list of programs ::

    {"handle", "id", "name", "url", "website", "submission_state": "open" "api_only" "paused"
     "disabled", "offers_bounties": bool, ..., "targets": {"in_scope": [...], "out_of_scope": [...]}}

    a target: {"asset_identifier", "asset_type", "eligible_for_submission": bool,
               "eligible_for_bounty": bool or null, "instruction": Markdown or null,
               "max_severity": "none" "low" "medium" "high" "critical" or null}

The API object (`GET api.hackerone.com/v1/hackers/programs/{handle}`; documented at
api.hackerone.com/hacker-resources, collector bbscope `pkg/platforms/hackerone/poller.go`) is a program ::

    {"type": "program", "attributes": {"handle", "name", "policy": Markdown, "submission_state",
     "offers_bounties", "open_scope", "gold_standard_safe_harbor"},
     "relationships": {"structured_scopes": {"data": [{"attributes": {the fields of a target}}]},
                       "scope_exclusions": {"data": [{"attributes": {"name" or "category", "details"}}]}}}

in `data` or bare; or a page of `.../structured_scopes` ::

    {"data": [{"type": "structured-scope", "attributes": {...}}], "links": {"self", "next"}}

or a list of either. Pages name their program in `links.self` alone; a file of pages whose last is
missing gets an unread exclusion that says so.

`eligible_for_submission: false` makes an exclusion in whichever list; its `max_severity` has no meaning.
Where the asset is no target but words, targets named in its `instruction` count in the wide reading
(P5): as exclusions all that are named, as inclusions those alone on their line. An inclusion whose
instruction says of its own asset that it is out of scope is an exclusion in the wide reading as well. An
exclusion of type OTHER that is a type of finding and nothing else ("DMARC policy") is a finding rule too.

Lost: environmental scores (`*_requirement`), ids, dates, statistics, swag. Neither shape has rewards.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from scopecheck.diagnostic import Diagnostic, Severity
from scopecheck.findings.words import spoken_of
from scopecheck.formats.builder import ImportResult, Listed, MaxSeverity, ProgramBuilder, is_thing, unique_ids
from scopecheck.formats.fields import (
    add_restrictions,
    as_object,
    bare,
    clean,
    first_object,
    required,
    storable,
)
from scopecheck.formats.registry import Format
from scopecheck.formats.source import Source, as_list, as_mapping, as_text
from scopecheck.scope.limits import restricted
from scopecheck.scope.model import AssetType, Policy, Program
from scopecheck.scope.naming import named_hosts
from scopecheck.scope.pattern import Effect
from scopecheck.scope.terms import FindingRule
from scopecheck.targets.host import printable

__all__ = ["FORMATS", "Reader", "Row", "named_file", "read_hackerone", "read_hackerone_api", "result"]

_TYPES = {
    "url": AssetType.URL,
    "wildcard": AssetType.WILDCARD,
    "domain": AssetType.DOMAIN,
    "cidr": AssetType.IP,
    "ip_address": AssetType.IP,
    "api": AssetType.API,
    "ai_model": AssetType.AI_MODEL,
    "smart_contract": AssetType.SMART_CONTRACT,
    "source_code": AssetType.SOURCE_CODE,
    "hardware": AssetType.HARDWARE,
    "downloadable_executables": AssetType.EXECUTABLE,
    "apple_store_app_id": AssetType.IOS,
    "testflight": AssetType.IOS,
    "other_ipa": AssetType.IOS,
    "google_play_app_id": AssetType.ANDROID,
    "other_apk": AssetType.ANDROID,
    "windows_app_store_app_id": AssetType.WINDOWS_APP,
    "aws_cloud_config": AssetType.OTHER,
    "other": AssetType.OTHER,
}
_APPS = frozenset({AssetType.IOS, AssetType.ANDROID, AssetType.WINDOWS_APP})
_SEVERITIES: tuple[MaxSeverity, ...] = ("none", "low", "medium", "high", "critical")
# "This site is out of scope pending ...", of the asset itself; not "... our docs, which are out of scope".
_DISOWNED = re.compile(
    r"(?:\A|[.!\n])\W{0,9}(?:note:?\s{1,5})?(?:this|the)\s{1,5}(?:(?:sub-?domain|domain|site|website|asset|host|target|app|"
    r"application|service|page|product|api|endpoint|program)\s{1,5})?(?:is|was|has|ceased)\b"
    r"(?:(?!\b(?:which|that|where|unless|if)\b)[^.\n!?,;]){0,80}\b(?:out[- ]of[- ]scope|not in scope)\b",
    re.IGNORECASE,
)
_BESIDE = "named in the words beside the listed entry"
_LINE_MARKS = "-*•+\"'`,; \t"


@dataclass(frozen=True)
class Row:
    """One listed asset, in whichever of HackerOne's formats."""

    identifier: str
    type: str
    eligible: bool | None
    bounty: bool | None
    instruction: str
    severity: str
    entry: str
    listed_out: bool = False
    """Whether it stands in a list of what is out of scope."""

    @property
    def effect(self) -> Effect:
        """The side; the safe one where the row and its list disagree."""
        return Effect.EXCLUDE if self.eligible is False or self.listed_out else Effect.INCLUDE


def read_hackerone(source: Source) -> ImportResult:
    """Read the public dump; raise `ScopeError` where it is not of that shape."""
    readers: list[Reader] = []
    for index, value in enumerate(as_list(source, source.json(), "")):
        path = f"[{index}]"
        data = as_mapping(source, value, path)
        reader = Reader.of(source, data, path)
        reader.builder.url = clean(source, data.get("url"), f"{path}.url") or None
        targets = as_mapping(source, required(source, data, ("targets",), path), f"{path}.targets")
        rows: list[Row] = []
        for side in ("in_scope", "out_of_scope"):
            here = f"{path}.targets.{side}"
            for number, item in enumerate(as_list(source, targets.get(side), here)):
                rows.append(_row(source, item, f"{here}[{number}]", side))
        reader.add(rows)
        readers.append(reader)
    return result("hackerone", source, readers)


def read_hackerone_api(source: Source) -> ImportResult:
    """Read a program of the API, pages of its structured scopes, or a list of either."""
    data = source.json()
    values = [(f"[{n}]", one) for n, one in enumerate(data)] if isinstance(data, list) else [("", data)]
    readers: list[Reader] = []
    pages: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for path, value in values:
        document = as_mapping(source, value, path)
        inner = document.get("data", document)
        if not isinstance(inner, list):
            here = f"{path}.data".lstrip(".") if "data" in document else path
            readers.append(_api_program(source, as_mapping(source, inner, here), here))
        elif inner and all("relationships" in as_object(one) for one in inner):
            readers += [
                _api_program(source, one, f"{path}.data[{n}]".lstrip(".")) for n, one in enumerate(inner)
            ]
        else:
            pages.setdefault(_handle_of(document, source), []).append((path, document))
    readers += [_api_pages(source, handle, found) for handle, found in pages.items()]
    return result("hackerone-api", source, readers)


def _api_program(source: Source, program: Mapping[str, Any], path: str) -> Reader:
    base = f"{path}." if path else ""
    attributes = as_mapping(source, required(source, program, ("attributes",), path), f"{base}attributes")
    relations = as_mapping(
        source, required(source, program, ("relationships",), path), f"{base}relationships"
    )
    reader = Reader.of(source, attributes, f"{base}attributes")
    builder = reader.builder
    builder.url = f"https://hackerone.com/{builder.handle}" if builder.handle else None
    if attributes.get("open_scope") is True:
        builder.policy = Policy(open_scope=True)
    reader.safe_harbor = attributes.get("gold_standard_safe_harbor") is True
    here = f"{base}relationships.structured_scopes"
    scopes = as_mapping(
        source, required(source, relations, ("structured_scopes",), f"{base}relationships"), here
    )
    reader.add(_api_rows(source, scopes, here))
    policy = clean(source, attributes.get("policy"), f"{base}attributes.policy")
    builder.add_statement(policy)
    add_restrictions(builder, policy, f"{base}attributes.policy", reader.included)
    excluded = as_object(relations.get("scope_exclusions")).get("data") or []
    here = f"{base}relationships.scope_exclusions.data"
    for index, item in enumerate(as_list(source, excluded, here)):
        words = as_object(as_mapping(source, item, f"{here}[{index}]").get("attributes"))
        said = [
            clean(source, words.get(key), f"{here}[{index}].{key}") for key in ("name", "category", "details")
        ]
        builder.add_statement("Excluded from rewards: " + ": ".join(filter(None, said)))
    return reader


def _api_pages(source: Source, handle: str, pages: list[tuple[str, Mapping[str, Any]]]) -> Reader:
    """Read the pages of one program's structured scopes."""
    reader = Reader.of(source, {"handle": handle}, "")
    reader.builder.url = f"https://hackerone.com/{handle}"
    reader.add([row for path, page in pages for row in _api_rows(source, page, path)])
    following = [as_object(page.get("links")).get("next") for _, page in pages]
    if all(following):
        path = f"{pages[-1][0]}.links.next".lstrip(".")
        builder, listed = reader.builder, Listed(str(following[-1]), Effect.EXCLUDE, path)
        builder.add_unresolved(listed, "the file ends before the list does: what follows may be excluded")
        mend = "fetch the pages until `links.next` is missing, and read them as one list"
        builder.note("incomplete", "the last page is missing", path, Severity.WARNING, mend)
    return reader


def _api_rows(source: Source, holder: Mapping[str, Any], path: str) -> list[Row]:
    here = f"{path}.data".lstrip(".")
    rows: list[Row] = []
    for index, item in enumerate(as_list(source, required(source, holder, ("data",), path), here)):
        entry = f"{here}[{index}]"
        attributes = required(source, as_mapping(source, item, entry), ("attributes",), entry)
        rows.append(_row(source, attributes, entry))
    return rows


def _handle_of(page: Mapping[str, Any], source: Source) -> str:
    """Return the handle of a page's program: from a link of the page, else from the file's name."""
    links = as_object(page.get("links"))
    for link in (links.get("self"), links.get("next"), links.get("last")):
        match = re.search(r"/programs/([^/?#]+)/structured_scopes", str(link or ""))
        if match:
            return match[1]
    return named_file(source)[0]


def _row(source: Source, value: Any, path: str, side: str = "") -> Row:
    item = as_mapping(source, value, path)
    identifier = required(source, item, ("asset_identifier",), path)
    keys = ("eligible_for_submission",)
    eligible = item.get(keys[0]) if side else required(source, item, keys, path)
    bounty = item.get("eligible_for_bounty")
    for key, flag in (("eligible_for_submission", eligible), ("eligible_for_bounty", bounty)):
        if flag is not None and not isinstance(flag, bool):
            raise source.shape("true, false or null belongs here", f"{path}.{key}")
    return Row(
        as_text(source, identifier, f"{path}.asset_identifier"),
        clean(source, required(source, item, ("asset_type",), path), f"{path}.asset_type"),
        True if eligible is None and side == "in_scope" else eligible,
        bounty,
        clean(source, item.get("instruction"), f"{path}.instruction"),
        clean(source, item.get("max_severity"), f"{path}.max_severity"),
        path,
        side == "out_of_scope",
    )


def named_file(source: Source) -> tuple[str, dt.date | None]:
    """Return the program and the day that a file's name tells."""
    stem = PurePath(source.name.replace("\\", "/")).stem
    match = re.fullmatch(
        r"(?:scopes?[ _-]for[ _-])?(.*?)(?:[ _-]at[ _-]([0-9]{4}-[0-9]{2}-[0-9]{2}).*)?", stem
    )
    name, day = (match[1], match[2]) if match else (stem, None)
    try:
        return name or "program", dt.date.fromisoformat(day) if day else None
    except ValueError:
        return name or "program", None


@dataclass
class Reader:
    """One program on its way."""

    builder: ProgramBuilder
    condition: str | None = None
    pays: bool = True
    safe_harbor: bool = False
    included: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, source: Source, data: Mapping[str, Any], path: str) -> Reader:
        """Start a program with what the dump and the API say about it."""
        handle = clean(source, data.get("handle"), f"{path}.handle")
        name = clean(source, data.get("name"), f"{path}.name")
        if not (handle or name):
            raise source.shape("a program has a `handle`, and here is none", path)
        builder = ProgramBuilder(source.name, handle or name, name or handle, "hackerone", handle or None)
        reader = cls(builder, pays=data.get("offers_bounties") is not False)
        state = clean(source, data.get("submission_state"), f"{path}.submission_state")
        if state.casefold() not in ("", "open", "api_only"):
            reader.condition = f"only once the program is open: HackerOne says that it is {state}"
            builder.note("not-open", f"the program is `{printable(state, 40)}`", path, Severity.WARNING)
        return reader

    def add(self, rows: Iterable[Row]) -> None:
        """Add the rows of a program; what is included is known before any words are read."""
        rows = list(rows)
        self.included = {bare(row.identifier) for row in rows if row.effect is Effect.INCLUDE}
        for row in rows:
            listed = self._listed(row)
            self.builder.add(listed)
            if listed.effect is Effect.INCLUDE and _DISOWNED.search(row.instruction):
                note = "the words beside the entry say that it is out of scope"
                self.builder.add(replace(listed, effect=Effect.EXCLUDE, reading="wide", note=note))
            self._add_words(listed)

    def _listed(self, row: Row) -> Listed:
        kind = _TYPES.get(row.type.strip().casefold())
        if kind is None:
            said = f"the type is `{printable(row.type, 40)}`; read as `other`"
            self.builder.note("unknown-type", said, row.entry, Severity.WARNING)
        listed = Listed(
            row.identifier,
            row.effect,
            row.entry,
            kind or AssetType.OTHER,
            instruction=row.instruction or None,
        )
        if row.effect is Effect.EXCLUDE:
            if row.eligible and row.listed_out:
                said = "listed as out of scope, and eligible for submission; read as out of scope"
                self.builder.note("fields-disagree", said, row.entry, Severity.WARNING)
            return listed
        if row.eligible is None:
            said = "whether the asset is eligible for submission is not said"
            self.builder.note("eligibility-unstated", said, row.entry, Severity.WARNING)
        word = row.severity.strip().casefold()
        severity = next((one for one in _SEVERITIES if one == word), None)
        if word and severity is None:
            said = f"`{printable(row.severity, 40)}` is no known severity"
            self.builder.note("unknown-severity", said, row.entry, Severity.WARNING)
        return replace(
            listed,
            eligible_for_bounty=row.bounty if self.pays else False,
            max_severity=severity,
            reading="both" if row.eligible else "wide",
            condition=self.condition,
        )

    def _add_words(self, listed: Listed) -> None:
        """Add what an entry that is no target says: a type of finding, and the targets beside it (P5)."""
        meaning = self.builder.readable(listed)
        if listed.type in _APPS or (meaning is not None and not is_thing(meaning)):
            return
        words, title = listed.instruction or "", storable(" ".join(listed.text.split()))
        if listed.effect is Effect.EXCLUDE:
            if listed.type is AssetType.OTHER and any(spoken_of(title)) and not any(named_hosts(title)):
                self.builder.add_finding(FindingRule(finding=title, entry=listed.entry), Effect.EXCLUDE)
            names = [one.host + one.tail for one in named_hosts(words)]
            names = [name for name in names if bare(name) not in self.included]
        else:
            if meaning is None:
                add_restrictions(self.builder, words, listed.entry, self.included)
            denied = {one.host for one in restricted(words)}
            lines = [line.strip(_LINE_MARKS) for line in words.splitlines()]
            names = [line for line in lines if "." in line[1:-1] and len(line.split()) == 1]
            names = [name for name in names if not denied & {one.host for one in named_hosts(name)}]
        base = replace(listed, instruction=None, reading="wide", note=_BESIDE)
        for name in dict.fromkeys(names):
            beside = replace(base, text=name)
            found = self.builder.readable(beside)
            if found is not None and not is_thing(found):
                self.builder.add(beside)


def result(format: str, source: Source, readers: list[Reader]) -> ImportResult:
    """Return the programs of all readers and what was noted about them."""
    programs: list[Program] = []
    diagnostics: list[Diagnostic] = []
    for reader in readers:
        program = reader.builder.build()
        update = {"safe_harbor": "full"} if reader.safe_harbor else {}
        programs.append(program.model_copy(update=update))
        diagnostics += reader.builder.diagnostics
    return ImportResult(format, source.name, unique_ids(programs), tuple(diagnostics))


def _recognises(source: Source) -> int:
    """Tell the dump by keys that no other dump has beside `targets`."""
    return 95 if {"handle", "submission_state", "targets"} <= set(first_object(source)) else 0


def _recognises_api(source: Source) -> int:
    """Tell a program or a page of scopes by its JSON:API parts."""
    first = first_object(source)
    inner = first.get("data", first)
    one = as_object(next(iter(inner), None) if isinstance(inner, list) else inner)
    if "asset_identifier" in as_object(one.get("attributes")):
        return 95
    return 95 if "structured_scopes" in as_object(one.get("relationships")) else 0


FORMATS = (
    Format("hackerone", "HackerOne, the public dump", _recognises, read_hackerone),
    Format("hackerone-api", "HackerOne, an API object", _recognises_api, read_hackerone_api),
)
