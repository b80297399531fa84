"""Bugcrowd: the public dump (`bugcrowd`) and the platform's brief document (`bugcrowd-brief`).

The dump is `bugcrowd_data.json` of bounty-targets-data (collector bounty-targets,
`lib/bounty-targets/bugcrowd.rb`), a list of programs ::

    {"name", "url", "allows_disclosure", "managed_by_bugcrowd", "safe_harbor": "full" "partial"
     "none" or null, "max_payout": dollars or null,
     "targets": {"in_scope": [...], "out_of_scope": [...]}}

    a target: {"type": "website" "api" "ios" "android" "iot" "hardware" "network" "ip_address"
               "other", "target", "uri", "name", "ipAddress"}

Each field of a target is a text, "" or null, and `target` is the first of `uri`, `name`, `ipAddress`
that holds one. The dumps of earlier years have `type` and `target` alone.

Any of the three fields may state what is listed, so all are read. Where `name` is a target too it
is a statement beside the others (P6); with words around, an inclusion counts only where no title is
spelled so (`Staff accounts (*.example.com)`, not `Pay with Example.com`). Else `name` is what the asset
is called, and its words belong to the rule (P5): words that no plain name has are the rule's instruction,
a finding type among them is its condition, "out of scope" makes an inclusion an exclusion in the wide
reading as well, and a name that speaks of "any", "all", "third party" or names other hosts is kept unread
besides. On a row typed as an app a name is never a host. An exclusion of type other that is a type of
finding and nothing else is a finding rule as well.

The brief document is what an engagement's page loads (`getBriefVersionDocument`; collectors
bounty-targets, bbscope), one or a list of them ::

    {"data": {"brief": {"name", "description", "targetsOverview", "additionalInformation": HTML,
                        "safeHarborStatus": {"status"}},
              "engagement": {"state"},
              "scope": [{"name", "inScope": bool, "description": HTML,
                         "rewardRangeData": {"1": {"min", "max"}, ...} or null,
                         "targets": [{"name", "uri", "ipAddress", "category", "description"}]}]},
     "pausedReason", "safeHarborStatus": {"status"}}

The keys of `rewardRangeData` are the priorities P1 to P5, the amounts dollars. `inScope` and the
rewards belong to the group, `category` has the words of the dump's `type`.

Lost: `allows_disclosure`, which the collector took from a flag that means something else,
`managed_by_bugcrowd`, ids, tags, attachments, statistics. The dump itself lost reward groups and prose.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scopecheck.diagnostic import Diagnostic, Severity
from scopecheck.findings.words import spoken_of
from scopecheck.formats.builder import (
    ImportResult,
    Listed,
    ProgramBuilder,
    identifier,
    is_thing,
    two_fields,
    unique_ids,
)
from scopecheck.formats.fields import add_restrictions, as_object, bare, clean, first_object, number, required
from scopecheck.formats.registry import Format
from scopecheck.formats.source import Source, as_list, as_mapping, as_text
from scopecheck.scope.interpret import Interpretation
from scopecheck.scope.limits import widens
from scopecheck.scope.model import AssetType, Program
from scopecheck.scope.naming import named_hosts
from scopecheck.scope.pattern import Effect, Pattern, UrlPattern
from scopecheck.scope.terms import FindingRule, Range, RewardGroup, Rewards
from scopecheck.targets.host import printable

__all__ = ["FORMATS", "read_bugcrowd", "read_bugcrowd_brief"]

_TYPES = {
    "website": AssetType.WEBSITE,
    "api": AssetType.API,
    "ios": AssetType.IOS,
    "android": AssetType.ANDROID,
    **dict.fromkeys(("iot", "hardware"), AssetType.HARDWARE),
    "network": AssetType.NETWORK,
    "ip_address": AssetType.IP,
    "other": AssetType.OTHER,
}
_APPS = frozenset({AssetType.IOS, AssetType.ANDROID})
# Words that make a name a type of finding; one too many costs a question, one too few a wrong yes.
_FINDING = re.compile(
    r"\b(?:take-?overs?|redirects?|redirections?|xss|cross[- ]site|[cx]srf|ssrf|sqli|nosqli|rce|xxe|lfi|rfi|"
    r"ssti|idors?|bola|cors|d?dos|denial[- ]of[- ]service|click-?jacking|phishing|smuggling|injections?|"
    r"code execution|path traversal|escalations?|bypass(?:es)?|spoofing|leak(?:s|ed|age)?|disclosures?|"
    r"exposures?|enumeration|brute[- ]forc(?:e|ing)|misconfigurations?|deserialization|hard-?coded|"
    r"zero[- ]click|vuln(?:s|erabilit(?:y|ies))?|exploits?|exploit(?:ed|able|ation)|jailbreaks?)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"(?<!listed )(?<!listed as )(?<!not )\b(?:out[- ]of[- ]scope|not in scope|do(?: not|n['’]t) test)\b",
    re.IGNORECASE,
)
_SWEEPING = re.compile(
    r"\b(?:any|all|every|everything|anything|others?|(?:third|3rd)[- ]part(?:y|ies))\b", re.IGNORECASE
)
_BRACKETED = re.compile(r"\w[^()]{0,200}\(\s{0,5}([^\s()]{1,300})\s{0,5}\)\s{0,5}\Z")
_NO_TITLE = re.compile(r"[*<{]|://")
_BLOCK = re.compile(r"(?i)</?(?:p|br|[uo]l|li|h[1-6r]|div|tr|table|pre|blockquote)(?:\s[^<>]*)?/?>")
_INLINE = re.compile(r"(?i)</?(?:[abisu]|em|strong|code|span|t(?:[dh]|head|body)|img|su[bp])(?:\s[^<>]*)?/?>")


def read_bugcrowd(source: Source) -> ImportResult:
    """Read the public dump; raise `ScopeError` where it is not of that shape."""
    programs: list[Program] = []
    diagnostics: list[Diagnostic] = []
    for index, value in enumerate(as_list(source, source.json(), "")):
        path = f"[{index}]"
        data = as_mapping(source, value, path)
        name = clean(source, required(source, data, ("name",), path), f"{path}.name")
        url = clean(source, data.get("url"), f"{path}.url")
        handle = re.split(r"[?#]", url)[0].rstrip("/").rpartition("/")[2]
        if not (handle or name):
            raise source.shape("a program has a `name` or a `url`, and here is neither", path)
        builder = ProgramBuilder(source.name, handle or name, name or handle, "bugcrowd", handle or None)
        builder.url = url or None
        programs.append(_dumped(_Reader(source, builder), data, path))
        diagnostics += builder.diagnostics
    return ImportResult("bugcrowd", source.name, unique_ids(programs), tuple(diagnostics))


def _dumped(reader: _Reader, data: Mapping[str, Any], path: str) -> Program:
    source = reader.source
    most = number(source, data.get("max_payout"), f"{path}.max_payout")
    pays = False if most == 0 else None
    targets = as_mapping(source, required(source, data, ("targets",), path), f"{path}.targets")
    for side, effect in (("in_scope", Effect.INCLUDE), ("out_of_scope", Effect.EXCLUDE)):
        here = f"{path}.targets.{side}"
        for index, item in enumerate(as_list(source, targets.get(side), here)):
            base = Listed("", effect, f"{here}[{index}]")
            reader.add(item, replace(base, eligible_for_bounty=pays) if effect is Effect.INCLUDE else base)
    program = reader.builder.build()
    rewards = Rewards(maximum=math.ceil(most)) if most else program.rewards
    harbor = reader.harbor(data.get("safe_harbor"), f"{path}.safe_harbor")
    return program.model_copy(update={"rewards": rewards, "safe_harbor": harbor})


def read_bugcrowd_brief(source: Source) -> ImportResult:
    """Read the brief document of one engagement, or a list of them."""
    data = source.json()
    values = [(f"[{n}].", one) for n, one in enumerate(data)] if isinstance(data, list) else [("", data)]
    programs: list[Program] = []
    diagnostics: list[Diagnostic] = []
    for path, value in values:
        document = as_mapping(source, value, path.rstrip("."))
        content = as_mapping(source, required(source, document, ("data",), path.rstrip(".")), f"{path}data")
        brief = as_mapping(source, required(source, content, ("brief",), f"{path}data"), f"{path}data.brief")
        name = clean(source, brief.get("name"), f"{path}data.brief.name")
        if not name:
            raise source.shape("a brief has a `name`, and here is none", f"{path}data.brief")
        builder = ProgramBuilder(source.name, name, name, "bugcrowd")
        programs.append(_briefed(_Reader(source, builder), document, content, path))
        diagnostics += builder.diagnostics
    return ImportResult("bugcrowd-brief", source.name, unique_ids(programs), tuple(diagnostics))


def _briefed(reader: _Reader, document: Mapping[str, Any], content: Mapping[str, Any], path: str) -> Program:
    source, builder = reader.source, reader.builder
    brief, closed = as_object(content["brief"]), _closed(source, document, content, path)
    if closed:
        reader.condition = f"only once the engagement is open: Bugcrowd says `{printable(closed, 80)}`"
        builder.note("not-open", f"the engagement is `{printable(closed, 80)}`", path, Severity.WARNING)
    scope = as_list(source, required(source, content, ("scope",), f"{path}data"), f"{path}data.scope")
    for index, value in enumerate(scope):
        here = f"{path}data.scope[{index}]"
        reader.add_group(as_mapping(source, value, here), here, index)
    for key in ("description", "targetsOverview", "additionalInformation"):
        text = _plain(clean(source, brief.get(key), f"{path}data.brief.{key}"))
        builder.add_statement(text)
        add_restrictions(builder, text, f"{path}data.brief.{key}", reader.included)
    status = as_object(brief.get("safeHarborStatus", document.get("safeHarborStatus")))
    harbor = reader.harbor(status.get("status"), f"{path}safeHarborStatus.status")
    return builder.build().model_copy(update={"safe_harbor": harbor})


def _closed(source: Source, document: Mapping[str, Any], content: Mapping[str, Any], path: str) -> str:
    """Return why an engagement takes no reports, "" where it does."""
    state = clean(source, as_object(content.get("engagement")).get("state"), f"{path}data.engagement.state")
    paused = document.get("pausedReason")
    return str(paused) if paused else "" if state == "in_progress" else state


@dataclass
class _Reader:
    """One program on its way."""

    source: Source
    builder: ProgramBuilder
    condition: str | None = None
    included: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)

    def add_group(self, group: Mapping[str, Any], path: str, index: int) -> None:
        """Add the targets of one group of a brief; side and rewards are the group's."""
        inside = required(self.source, group, ("inScope",), path)
        if not isinstance(inside, bool):
            raise self.source.shape("true or false belongs here", f"{path}.inScope")
        title = clean(self.source, group.get("name"), f"{path}.name")
        words = _plain(clean(self.source, group.get("description"), f"{path}.description"))
        if not inside or _DENIED.search(title) or any(named_hosts(title)):
            words = "\n\n".join(filter(None, (title, words)))  # What it is called may name hosts, too.
        base = Listed("", Effect.INCLUDE if inside else Effect.EXCLUDE, path, instruction=words or None)
        ranges = self._ranges(group.get("rewardRangeData"), f"{path}.rewardRangeData") if inside else {}
        if ranges:
            key = identifier(title or f"group-{index + 1}")[:90]
            key = f"{key}-{index + 1}" if key in self.groups else key
            self.groups.add(key)
            rewards = RewardGroup.model_validate({"title": title or key, "by_priority": ranges})
            self.builder.add_group(key, rewards)
            base = replace(base, group=key, eligible_for_bounty=any(one.high for one in ranges.values()))
        targets = as_list(self.source, group.get("targets"), f"{path}.targets")
        for place, item in enumerate(targets):
            self.add(item, replace(base, entry=f"{path}.targets[{place}]"))

    def _ranges(self, value: Any, path: str) -> dict[str, Range]:
        found: dict[str, Range] = {}
        for key, amounts in as_mapping(self.source, value or {}, path).items():
            here = f"{path}.{key}"
            low, high = (number(self.source, as_object(amounts).get(end), here) for end in ("min", "max"))
            if key not in ("1", "2", "3", "4", "5"):
                self.builder.note("unknown-priority", f"`{printable(key, 20)}`", here, Severity.WARNING)
            elif high is not None and (low or 0) <= high:
                found[f"P{key}"] = Range(low=math.floor(low or 0), high=math.ceil(high))
        return found

    def harbor(self, value: Any, path: str) -> str | None:
        """Return a known degree of safe harbor, None for null and for any other word."""
        word = clean(self.source, value, path).casefold()
        if word in ("full", "partial", "none", ""):
            return word or None
        said = f"`{printable(word, 40)}` is no known degree of safe harbor"
        self.builder.note("unknown-safe-harbor", said, path, Severity.WARNING)
        return None

    def add(self, value: Any, base: Listed) -> None:
        """Add one target: what its fields name, and what its name says besides."""
        path = base.entry
        item = as_mapping(self.source, value, path)
        word = clean(self.source, required(self.source, item, ("type", "category"), path), f"{path}.type")
        if (kind := _TYPES.get(word.casefold())) is None:
            said = f"the type is `{printable(word, 40)}`; read as `other`"
            self.builder.note("unknown-type", said, path, Severity.WARNING)
        words = _plain(clean(self.source, item.get("description"), f"{path}.description"))
        base = replace(
            base,
            type=kind or AssetType.OTHER,
            instruction="\n\n".join(filter(None, (base.instruction, words))) or None,
            condition=self.condition if base.effect is Effect.INCLUDE else None,
        )
        keys = ("name", "uri", "ipAddress", "target")
        required(self.source, item, keys, path)
        name, *fields, first = (as_text(self.source, item.get(key), f"{path}.{key}") for key in keys)
        repeated = _key(first) in map(_key, (name, *fields))  # `target` is one of the others, or alone.
        self._add_fields(base, name, fields if repeated else [*fields, first])

    def _add_fields(self, base: Listed, name: str, fields: list[str]) -> None:
        found: dict[str, str] = {}
        for text in filter(str.strip, fields):
            found.setdefault(_key(text), text)
        texts = list(found.values())
        if _key(name) in found:
            name = ""  # It repeats another field.
        if base.effect is Effect.INCLUDE:
            self.included.update(bare(text) for text in (name, *texts) if text)
        meanings = [self.builder.readable(replace(base, text=text)) for text in texts]
        known = {_shape(p) for meaning in meanings if meaning for p in meaning.patterns}
        stated = self._stated(named := replace(base, text=name), known)
        if stated is None and texts:
            self._keep_words(named, texts, read=any(meanings))
        else:
            texts.insert(0, name if stated is None else stated)
        titled = replace(base, name=None if name in texts else _title(name))
        common = self._with_words(titled, name, texts)
        for listed in self._agreeing([replace(common, text=text) for text in texts]):
            self.builder.add(listed)
            denied = listed.effect is Effect.INCLUDE and _DENIED.search(name)
            if denied and self.builder.readable(listed):
                note = "the name of the entry says that it is out of scope"
                self.builder.add(replace(listed, effect=Effect.EXCLUDE, reading="wide", note=note))
        lone = texts == [name] and base.effect is Effect.EXCLUDE and base.type is AssetType.OTHER
        if lone and any(spoken_of(name)) and not any(named_hosts(name)):
            finding = FindingRule(finding=_title(name) or name, entry=base.entry)
            self.builder.add_finding(finding, Effect.EXCLUDE)

    def _stated(self, named: Listed, known: set[Pattern]) -> str | None:
        """Return the target that a name states beside the other fields, None where it is a title."""
        if named.type in _APPS or not named.text.strip():
            return None
        meaning = self.builder.readable(named)
        if meaning is None or is_thing(meaning) or _shapes(meaning) <= known:
            return None
        wordy = any(not re.search(r"[.*/:]", token) for token in named.text.split())
        title = named.effect is Effect.INCLUDE and wordy and not _NO_TITLE.search(named.text)
        return None if title else named.text

    def _with_words(self, listed: Listed, name: str, texts: list[str]) -> Listed:
        """Return a rule with what the words of its name say about it (P5)."""
        meaning = self.builder.readable(replace(listed, text=name))
        target = meaning is not None and not is_thing(meaning)
        if not re.search(r"\w", name) or (target and not re.search(r"\s", name.strip())):
            return listed
        spoken = re.sub(r"\S{1,20}://\S+", " ", name)
        if listed.effect is Effect.EXCLUDE:  # Behind a host, words say more about it and take nothing back.
            spoken = spoken[: next((one.start for one in named_hosts(spoken)), None)]
        finding = _title(name) if _FINDING.search(spoken) else None
        conditions = [text for text in (listed.condition, finding) if text]
        telling = name not in texts and (meaning is None or meaning.words)
        said = [text for text in (_title(name) if telling else None, listed.instruction) if text]
        return replace(listed, condition="; ".join(conditions) or None, instruction="\n\n".join(said) or None)

    def _keep_words(self, named: Listed, texts: list[str], *, read: bool) -> None:
        """Keep a name that says more than the fields beside it: other hosts, or "all"."""
        meaning = self.builder.readable(named)
        if not named.text or (read and meaning is not None and is_thing(meaning)):
            return
        if not read and (meaning is None or is_thing(meaning)):
            self.builder.add(named)
            return
        beside = " ".join(texts).casefold()
        other = any(
            not re.search(rf"(?<![\w.*-]){re.escape(one.host)}(?![\w.-])", beside)
            for one in named_hosts(named.text)
        )
        sweeping = meaning is None and _SWEEPING.search(named.text) and not widens(named.text)
        bracketed = _BRACKETED.search(named.text)
        if other and bracketed and _NO_TITLE.search(bracketed[1]) and named.effect is Effect.INCLUDE:
            note = "in brackets behind a name that may restrict it"
            inner = replace(named, text=bracketed[1], reading="wide", instruction=named.text, note=note)
            self.builder.add(inner)
        elif (other and named.type not in _APPS) or sweeping:
            self.builder.add_unresolved(named, "the name of an entry says more than its other fields")

    def _agreeing(self, found: list[Listed]) -> list[Listed]:
        """Return the statements of one entry, in the wide reading where they disagree (P6)."""
        if len(found) < 2:
            return found
        agreed = [two_fields(found[0], other, self.builder) for other in found[1:]]
        if any(one.reading == "wide" for pair in agreed for one in pair):
            return [replace(one, reading="wide") for one in found]
        texts = [f"`{printable(one.text.strip(), 60)}`" for one in found]
        self.builder.note("fields-differ", f"{' and '.join(texts)} are both held", found[0].entry)
        return [
            replace(one, note="the entry also names " + " and ".join(t for t in texts if t != text))
            for one, text in zip(found, texts, strict=True)
        ]


def _key(text: str) -> str:
    """Return what two spellings of one target share; letter case counts in the path."""
    rest = re.sub(r"\Ahttps?://", "", text.strip(), flags=re.IGNORECASE).rstrip("/")
    host, slash, path = rest.partition("/")
    return host.casefold() + slash + path


def _shape(pattern: Pattern) -> Pattern:
    """Return what a pattern names, whatever its spelling, its doubts, and http or https."""
    if isinstance(pattern, UrlPattern) and pattern.scheme in ("http", "https"):
        pattern = replace(pattern, scheme=None)
    return replace(pattern, text="", demoted=None)


def _shapes(meaning: Interpretation) -> set[Pattern]:
    return {_shape(pattern) for pattern in meaning.patterns}


def _title(name: str) -> str | None:
    return " ".join(name.split()).encode("utf-8", "backslashreplace").decode()[:65_536] or None


def _plain(text: str) -> str:
    """Return the words of an HTML text; what only looks like a tag (`<tenant>.example.com`) stays."""
    spaced = _INLINE.sub("", _BLOCK.sub("\n", text))
    return re.sub(r"\n\s*\n+", "\n", html.unescape(spaced)).strip()


def _recognises(source: Source) -> int:
    """Tell the dump by a key of its own, and the dumps before it by where their programs are."""
    first = first_object(source)
    if "managed_by_bugcrowd" in first and "targets" in first:
        return 95
    at_home = str(first.get("url", "")).startswith("https://bugcrowd.com/")
    return 85 if at_home and {"allows_disclosure", "targets"} <= set(first) else 0


def _recognises_brief(source: Source) -> int:
    """Tell a brief by the two parts that make it one."""
    content = as_object(first_object(source).get("data"))
    return 95 if isinstance(content.get("brief"), Mapping) and "scope" in content else 0


FORMATS = (
    Format("bugcrowd", "Bugcrowd, the public dump", _recognises, read_bugcrowd),
    Format("bugcrowd-brief", "Bugcrowd, an engagement's brief", _recognises_brief, read_bugcrowd_brief),
)
