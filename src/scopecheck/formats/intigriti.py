"""Intigriti: the public dump (`intigriti`) and the platform's own API objects (`intigriti-api`).

The dump is `intigriti_data.json` of bounty-targets-data (collector bounty-targets,
`lib/bounty-targets/intigriti.rb`), a list of programs ::

    {"id", "name", "company_handle", "handle", "url", "status", "confidentiality_level",
     "tacRequired", "twoFactorRequired", "min_bounty": {"value", "currency"}, "max_bounty": {...},
     "targets": {"in_scope": [...], "out_of_scope": [...]}}

    a target: {"type": "url" "wildcard" "android" "ios" "iprange" "device" "other" or null,
               "endpoint": text, "description": Markdown or null,
               "impact": "Tier 1" "Tier 2" "Tier 3" "No Bounty" "Out of scope" or null}

A null type is an id that the collector does not know: source repositories, so far.
An API object is one program, or a list of them, in one of three shapes.
Researcher API (`GET api.intigriti.com/external/researcher/v1/programs/{id}`; collector
Osb0rn3/bugbounty-targets): `rulesOfEngagement`, and `domains` with `createdAt` and `content[]` (or the
items alone), an item `{"type": {"id", "value"}, "endpoint", "tier": {"id", "value"}, "description"}`.
Core API (`GET app.intigriti.com/api/core/public/programs/{company}/{handle}`): `assetsCollection[]` are
revisions `{"createdAt", "content": {"assetsAndGroups": [...]}}`, an element is an asset `{"typeId",
"name", "bountyTierId", "description"}` or a group with a `name` and `assets[]`. Lists of revisions too:
`inScopes`, `outOfScopes`, `rulesOfEngagements`, `severityAssessments` (Markdown), `bountyTables`
(`bountyRows[] {bountyTierId, bountyRanges[] {minScore, maxScore, minBounty, maxBounty}}`).
Core API in earlier years (`spec/fixtures/intigriti` of bounty-targets): `domains[]` are revisions with
`content[]`, an item has a number as `type`, and its tier as `bountyTierId` or `businessImpact`.
Types: 1 url, 2 android, 3 ios, 4 iprange, 5 device, 6 other, 7 wildcard. Tiers: 1 no bounty, 2 to 4
tier 3 to 1, 5 out of scope. Of revisions the one with the largest `createdAt` holds.

An entry of the tier "Out of scope" is an exclusion, whatever list it stands in. A tier that nobody
knows makes an inclusion hold in the wide reading only, since the tier is where exclusions are told.
A program that is not open includes under a condition. Lost: ids, logos, activity, `faqs`, attachments.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scopecheck.diagnostic import Severity
from scopecheck.formats.builder import ImportResult, Listed, ProgramBuilder, identifier
from scopecheck.formats.dumps import answered, dumped, result
from scopecheck.formats.fields import (
    add_restrictions,
    as_object,
    bare,
    clean,
    day,
    first_object,
    moment,
    number,
    required,
    rewards,
    storable,
)
from scopecheck.formats.registry import Format
from scopecheck.formats.source import Source, as_list, as_mapping, as_text
from scopecheck.scope.model import AssetType, Program
from scopecheck.scope.naming import named_hosts
from scopecheck.scope.pattern import Effect
from scopecheck.scope.terms import RewardGroup
from scopecheck.targets.host import printable

__all__ = ["FORMATS", "read_intigriti", "read_intigriti_api"]

_TYPES = {
    "url": AssetType.URL,
    "android": AssetType.ANDROID,
    "ios": AssetType.IOS,
    "iprange": AssetType.IP,
    "device": AssetType.HARDWARE,
    "other": AssetType.OTHER,
    "wildcard": AssetType.WILDCARD,
}
_TYPE_IDS = dict(enumerate(_TYPES, 1))
_TIER_IDS = {1: "No Bounty", 2: "Tier 3", 3: "Tier 2", 4: "Tier 1", 5: "Out of scope"}
_STATUS_IDS = dict(enumerate(("wizard", "draft", "open", "suspended", "closing", "closed", "archived"), 1))
_TIER_KEYS = ("impact", "tier", "bountyTierId", "businessImpact")
_OUT = re.compile(r"out[ -]?of[ -]?scope|not in scope|exclu(?:ded|sion)", re.IGNORECASE)
_BULLET = re.compile(r"\A\s*(?:[-*•+]|\d+[.)])\s+")
_DEMANDS = {
    "tacRequired": "The program's terms and conditions have to be accepted on Intigriti first.",
    "twoFactorRequired": "The program is open only to accounts with two-factor authentication.",
    "identityCheckedRequired": "The program is open only to researchers whose identity was checked.",
}


def read_intigriti(source: Source) -> ImportResult:
    """Read the public dump; raise `ScopeError` where it is not of that shape."""
    readers = dumped(source, _Reader.of)
    for reader in readers:
        reader.read_dump()
    return result("intigriti", source, readers)


def read_intigriti_api(source: Source) -> ImportResult:
    """Read one program of the researcher or core API, or a list of them."""
    readers = answered(source, _Reader.of)
    for reader in readers:
        reader.read_api()
    return result("intigriti-api", source, readers)


@dataclass(frozen=True)
class _Tier:
    """What a tier says: its title, whether it excludes, whether anybody knows it."""

    title: str
    excludes: bool
    known: bool

    @property
    def pays(self) -> bool | None:
        """Whether the tier is paid; None where there is none."""
        return _fold(self.title) != "nobounty" if self.title and self.known else None

    @property
    def group(self) -> str | None:
        """The id of the reward group, for a tier that pays."""
        return identifier(self.title) if self.pays else None


@dataclass
class _Reader:
    """One program on its way: where it stands in the file, and what it becomes."""

    source: Source
    data: Mapping[str, Any]
    path: str
    builder: ProgramBuilder
    low: float | None = None
    high: float | None = None
    currency: str = ""
    condition: str | None = None
    included: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, source: Source, value: Any, path: str) -> _Reader:
        """Start a program with what every shape says about it."""
        data = as_mapping(source, value, path)
        base = f"{path}." if path else ""
        handle = clean(source, data.get("handle"), f"{base}handle")
        name = clean(source, data.get("name"), f"{base}name")
        key = handle or clean(source, data.get("programId", data.get("id")), f"{base}id") or name
        if not key:
            raise source.shape("a program has a `handle` or a `name`, and here is neither", path)
        reader = cls(source, data, base, ProgramBuilder(source.name, key, name or key, "intigriti"))
        reader.builder.handle = handle or None
        reader._read_facts()
        return reader

    def _read_facts(self) -> None:
        link = as_object(self.data.get("webLinks")).get("detail", self.data.get("url"))
        self.builder.url = clean(self.source, link, f"{self.path}url") or None
        low, least = self._amount(self.data, ("min_bounty", "minBounty"), self.path)
        self.high, most = self._amount(self.data, ("max_bounty", "maxBounty"), self.path)
        self.low, self.currency = low if least == most else None, most or least
        status = self._word(self.data.get("status"), _STATUS_IDS, f"{self.path}status")
        if status and _fold(status) != "open":
            self.condition = f"only once the program is open: Intigriti says that it is {status}"
            self.builder.note("not-open", f"the program is `{status}`", "status", Severity.WARNING)
        for key, text in _DEMANDS.items():
            if self.data.get(key) is True:
                self.builder.add_statement(text)

    def _amount(self, data: Mapping[str, Any], keys: tuple[str, ...], path: str) -> tuple[float | None, str]:
        """Return an amount and its currency; a bare number has none."""
        key = next((key for key in keys if data.get(key) is not None), keys[0])
        value = data.get(key)
        if not isinstance(value, Mapping):
            return number(self.source, value, f"{path}{key}"), ""
        currency = clean(self.source, value.get("currency"), f"{path}{key}.currency").upper()
        return number(self.source, value.get("value"), f"{path}{key}.value"), currency

    def _word(self, value: Any, by_id: Mapping[int, str], path: str) -> str:
        """Return the word of an enum given as a word, a number, or both; "" for none."""
        parts = (value.get("value"), value.get("id")) if isinstance(value, Mapping) else (value,)
        for part in parts:
            if isinstance(part, int) and not isinstance(part, bool):
                return by_id.get(part, f"id {part}")
            if part is not None:
                return clean(self.source, part, path)
        return ""

    def read_dump(self) -> None:
        """Add both lists of a program of the dump."""
        targets = as_mapping(self.source, self.data.get("targets"), f"{self.path}targets")
        for side, effect in (("in_scope", Effect.INCLUDE), ("out_of_scope", Effect.EXCLUDE)):
            path = f"{self.path}targets.{side}"
            for index, item in enumerate(as_list(self.source, targets.get(side), path)):
                self._add(item, f"{path}[{index}]", effect)

    def read_api(self) -> None:
        """Add the assets, then the prose and the bounty tables around them."""
        if not {"domains", "assetsCollection"} & set(self.data):
            said, mend = "`domains` or `assetsCollection` is missing", "fetch each program by its own address"
            raise self.source.shape(said, self.path.rstrip("."), mend)
        for item, path, group in self._assets():
            self._add(item, path, Effect.INCLUDE, group)
        for key in ("inScopes", "outOfScopes", "outScopes", "severityAssessments", "rulesOfEngagements"):
            for value, path in self._newest(key):
                self._add_prose(value, path, excludes=key.startswith("out"))
        self._add_prose(self.data.get("rulesOfEngagement"), f"{self.path}rulesOfEngagement", excludes=False)
        for value, path in self._newest("bountyTables"):
            self._add_table(as_mapping(self.source, value, path), path)

    def _assets(self) -> Iterator[tuple[Any, str, Mapping[str, Any]]]:
        """Yield every asset with its path and the group it stands in, which may be an empty one."""
        content, path = self._content()
        for index, item in enumerate(as_list(self.source, content, path)):
            here = f"{path}[{index}]"
            if not isinstance(item, Mapping) or "assets" not in item:
                yield item, here, {}
                continue
            for place, member in enumerate(as_list(self.source, item["assets"], f"{here}.assets")):
                yield member, f"{here}.assets[{place}]", item

    def _content(self) -> tuple[Any, str]:
        """Return the list of assets that holds now, and its path."""
        key = "assetsCollection" if self.data.get("assetsCollection") else "domains"
        value = self.data.get(key)
        if isinstance(value, Mapping):
            made = moment(self.source, value.get("createdAt"), f"{self.path}{key}.createdAt")
            self.builder.as_of = day(made)
            return value.get("content"), f"{self.path}{key}.content"
        if not value or not isinstance(value, list) or not all("content" in as_object(one) for one in value):
            return [] if value is None else value, f"{self.path}{key}"
        (content, path), *others = self._newest(key, dated=True)
        if others:
            raise self.source.shape("two revisions have the same `createdAt`: which one holds?", path)
        if isinstance(content, Mapping):
            return content.get("assetsAndGroups"), f"{path}.assetsAndGroups"
        return content, path

    def _newest(self, key: str, *, dated: bool = False) -> list[tuple[Any, str]]:
        """Return the content of the revision with the largest `createdAt`; of all of them in a tie."""
        value = self.data.get(key)
        found: list[tuple[float, Any, str]] = []
        for index, one in enumerate(as_list(self.source, [] if value is None else value, self.path + key)):
            here = f"{self.path}{key}[{index}]"
            revision = as_mapping(self.source, one, here)
            made = moment(self.source, revision.get("createdAt"), f"{here}.createdAt")
            found.append((made, revision.get("content"), f"{here}.content"))
        last = max((made for made, _, _ in found), default=0.0)
        if dated:
            self.builder.as_of = day(last)
        return [(content, here) for made, content, here in found if made == last]

    def _add(self, value: Any, path: str, effect: Effect, group: Mapping[str, Any] | None = None) -> None:
        item, group = as_mapping(self.source, value, path), group or {}
        text = as_text(self.source, required(self.source, item, ("endpoint", "name"), path), path)
        tier = self._tier(item if any(key in item for key in _TIER_KEYS) else group, path)
        title = clean(self.source, group.get("name"), path)
        words = [clean(self.source, one.get("description"), path) for one in (group, item)]
        remarks = [f"in the group `{printable(title, 80)}`"] if title else []
        remarks += [] if tier.known else [f"the tier `{printable(tier.title, 40)}` is unknown"]
        heading = _OUT.fullmatch(text.strip()) is not None
        listed = Listed(
            text,
            Effect.EXCLUDE if tier.excludes or heading or _OUT.search(title) else effect,
            path,
            type=self._type(item.get("type", item.get("typeId")), path),
            name=_name_beside(clean(self.source, item.get("name"), f"{path}.name"), text),
            instruction="\n\n".join(filter(None, words)) or None,
            note="; ".join(remarks) or None,
        )
        if listed.effect is Effect.INCLUDE:
            self.included.add(bare(text))
            listed = self._with_terms(listed, tier)
        if heading:  # What a heading among the assets means stands beside it.
            self.builder.add_unresolved(replace(listed, text=words[1] or text), f"listed as `{text.strip()}`")
        else:
            self.builder.add(listed)

    def _with_terms(self, listed: Listed, tier: _Tier) -> Listed:
        """Return an inclusion with what its tier says of money."""
        if tier.group:
            self.builder.add_group(tier.group, RewardGroup(title=tier.title))
        pays = tier.pays
        if pays and self.high == 0:
            said = f"`{tier.title}` of a program whose highest bounty is 0"
            self.builder.note("no-bounty", said, listed.entry)
            pays = False
        return replace(
            listed,
            eligible_for_bounty=pays,
            group=tier.group,
            reading="both" if tier.known else "wide",
            condition=self.condition,
        )

    def _type(self, value: Any, path: str) -> AssetType:
        word = self._word(value, _TYPE_IDS, path)
        known = _TYPES.get(_fold(word))
        if known is None:
            said = f"`{printable(word, 40)}`" if word else "none"
            self.builder.note("unknown-type", f"the type is {said}; read as `other`", path, Severity.WARNING)
        return known or AssetType.OTHER

    def _tier(self, holder: Mapping[str, Any], path: str) -> _Tier:
        """Return the tier; where its key is missing, an exclusion could hide, so that is refused."""
        value = required(self.source, holder, _TIER_KEYS, path)
        title = self._word(value, _TIER_IDS, path)
        other = self._word(as_object(value).get("id"), _TIER_IDS, path)
        excludes = "outofscope" in (_fold(title), _fold(other))
        known = excludes or not title or bool(re.fullmatch(r"nobounty|tier[0-9]+", _fold(title)))
        if not known:
            said, mend = f"the tier is `{printable(title, 40)}`", "ask the program whether it includes"
            self.builder.note("unknown-tier", said, path, Severity.WARNING, mend)
        return _Tier(title, excludes, known)

    def _add_prose(self, value: Any, path: str, *, excludes: bool) -> None:
        """Keep a section of Markdown; the hosts that it says to leave alone become exclusions (P4, P5)."""
        rules: Mapping[str, Any] = {}
        while isinstance(value, Mapping):  # The text lies one to three keys deep.
            rules, value = value, value.get("content", value.get("description"))
        text = clean(self.source, value, path)
        self.builder.add_statement(text)
        if excludes:
            for line in (_BULLET.sub("", line).strip() for line in text.splitlines()):
                listed = Listed(line, Effect.EXCLUDE, path)
                if any(named_hosts(line)) and " " in line:
                    self.builder.add_unresolved(listed, "a line about what is out of scope")
                elif any(named_hosts(line)):
                    self.builder.add(listed)
        else:
            add_restrictions(self.builder, text, path, self.included)
        if rules.get("safeHarbour") is True:
            self.builder.add_statement("Intigriti marks the program as granting safe harbour.")
        for key, asked in as_object(rules.get("testingRequirements")).items():
            if asked and isinstance(asked, (str, int)):
                self.builder.add_statement(storable(f"Testing requirement `{key}`: {asked}"))

    def _add_table(self, table: Mapping[str, Any], path: str) -> None:
        """Keep what each tier pays; the bands are of CVSS scores, which are no priorities."""
        money = clean(self.source, table.get("currency"), f"{path}.currency").upper() or self.currency
        for index, one in enumerate(as_list(self.source, table.get("bountyRows"), f"{path}.bountyRows")):
            here = f"{path}.bountyRows[{index}]"
            row = as_mapping(self.source, one, here)
            tier = self._word(row.get("bountyTierId"), _TIER_IDS, here)
            ranges = as_list(self.source, row.get("bountyRanges"), f"{here}.bountyRanges")
            bands = [self._band(as_mapping(self.source, band, here), f"{here}.", money) for band in ranges]
            words = "; ".join(text for text, _ in bands)
            most = max((amount for _, amount in bands if amount is not None), default=None)
            if tier and words:
                self.builder.add_group(identifier(tier), RewardGroup(title=tier, maximum=most, note=words))
            elif words:
                self.builder.add_statement(f"Bounties: {words}")

    def _band(self, band: Mapping[str, Any], path: str, money: str) -> tuple[str, int | None]:
        """Return one band in words, and its highest amount in the program's currency."""
        scores = [number(self.source, band.get(key), f"{path}{key}") for key in ("minScore", "maxScore")]
        low, one = self._amount(band, ("minBounty",), path)
        high, other = self._amount(band, ("maxBounty",), path)
        money = other or one or money
        self.currency = self.currency or money
        score = " to ".join(f"{value:g}" for value in scores if value is not None)
        amount = " to ".join(f"{value:.10g}" for value in dict.fromkeys((low, high)) if value is not None)
        most = math.ceil(high) if high is not None and money == self.currency else None
        return f"CVSS {score or 'of any score'}: {amount or 'no amount'} {money}".strip(), most

    def program(self) -> Program:
        """Return the program with its rewards in its own currency."""
        program = self.builder.build()
        about = clean(self.source, self.data.get("description"), f"{self.path}description") or None
        money = rewards(program, self.low, self.high, self.currency)
        return program.model_copy(update={"rewards": money, "about": about})


def _name_beside(name: str, text: str) -> str | None:
    """Return what an entry is called besides the text that it lists."""
    return name if name.strip() not in ("", text.strip()) else None


def _fold(word: str) -> str:
    return re.sub(r"[\s_-]+", "", word.casefold())


def _recognises(source: Source) -> int:
    """Tell the dump by two keys that no other dump has."""
    return 95 if {"company_handle", "confidentiality_level", "targets"} <= set(first_object(source)) else 0


def _recognises_api(source: Source) -> int:
    """Tell an API object by where its assets lie; `targets` would make it a dump."""
    keys = set(first_object(source))
    if "assetsCollection" in keys:
        return 95
    own = keys & {"companyHandle", "webLinks", "rulesOfEngagement"}
    return 90 if "domains" in keys and own and "targets" not in keys else 0


FORMATS = (
    Format("intigriti", "Intigriti, the public dump", _recognises, read_intigriti),
    Format("intigriti-api", "Intigriti, an API object", _recognises_api, read_intigriti_api),
)
