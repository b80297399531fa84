"""YesWeHack: the public dump (`yeswehack`) and the platform's own API object (`yeswehack-api`).

The dump is `yeswehack_data.json` of bounty-targets-data (collector bounty-targets,
`lib/bounty-targets/yes_we_hack.rb`), a list of programs ::

    {"id", "name", "public", "disabled", "managed", "min_bounty", "max_bounty",
     "targets": {"in_scope": [{"target", "type"}], "out_of_scope": [{"target", "type"}]}}

`id` is the slug. Types: web-application, api, wildcard, application, mobile-application,
mobile-application-ios, mobile-application-android, open-source, other. Every row of `out_of_scope` is
of type other, and a line of free text: it is read where it names a target and nothing else, and else
kept unread; one that speaks of a type of finding becomes a finding rule as well.

The API object is one program of `GET api.yeswehack.com/programs/{slug}`, or a list of them (fields as in
`spec/fixtures/yes_we_hack` of bounty-targets, the collector Osb0rn3/bugbounty-targets and bbscope):
`title`, `slug`, `scopes[] {scope, scope_type, asset_value}` (`security_requirement` in earlier years),
`out_of_scope[]` texts, `qualifying_vulnerability[]` and `non_qualifying_vulnerability[]` texts,
`reward_grid_{very_low,low,default,medium,high,critical} {bounty_low, bounty_medium, bounty_high,
bounty_critical}`, `bounty`, `bounty_reward_min`, `bounty_reward_max`, `business_unit.currency`, `vdp`,
`disabled`, `archived`, `vpn_active`, `user_agent`, `account_access`, `rules` (Markdown).

The lists of vulnerabilities become finding rules in the program's own words. A reward grid is the reward
group of the assets of its value; an asset whose value has no amounts belongs to the default grid. Its
columns are severities by CVSS, which are no priorities, so the amounts are words. What a disabled or
archived program lists holds under the condition that it opens.

Lost: `rules_html` and other doubles, banners, statistics, `managed`; in the dump also the currency of the
bounties, so that they are told as a statement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scopecheck.diagnostic import Severity
from scopecheck.findings.words import spoken_of
from scopecheck.formats.builder import ImportResult, Listed, ProgramBuilder, is_thing
from scopecheck.formats.dumps import answered, dumped, result
from scopecheck.formats.fields import (
    add_restrictions,
    as_object,
    bare,
    clean,
    first_object,
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
from scopecheck.scope.terms import FindingRule, RewardGroup
from scopecheck.targets.host import printable

__all__ = ["FORMATS", "read_yeswehack", "read_yeswehack_api"]

_TYPES = {
    "web-application": AssetType.WEBSITE,
    "api": AssetType.API,
    "wildcard": AssetType.WILDCARD,
    "application": AssetType.EXECUTABLE,
    "mobile-application": AssetType.MOBILE,
    "mobile-application-ios": AssetType.IOS,
    "mobile-application-android": AssetType.ANDROID,
    "open-source": AssetType.SOURCE_CODE,
    "other": AssetType.OTHER,
}
_VALUES = ("very_low", "low", "default", "medium", "high", "critical")
_SEVERITIES = ("low", "medium", "high", "critical")


def read_yeswehack(source: Source) -> ImportResult:
    """Read the public dump; raise `ScopeError` where it is not of that shape."""
    readers = dumped(source, _Reader.of)
    for reader in readers:
        reader.read_dump()
    return result("yeswehack", source, readers)


def read_yeswehack_api(source: Source) -> ImportResult:
    """Read one program of the API, or a list of them."""
    readers = answered(source, _Reader.of)
    for reader in readers:
        reader.read_api()
    return result("yeswehack-api", source, readers)


@dataclass
class _Reader:
    """One program on its way: where it stands in the file, and what it becomes."""

    source: Source
    data: Mapping[str, Any]
    path: str
    builder: ProgramBuilder
    pays: bool | None = None
    condition: str | None = None
    groups: frozenset[str] = frozenset()
    included: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, source: Source, value: Any, path: str) -> _Reader:
        """Start a program with what both shapes say about it."""
        data = as_mapping(source, value, path)
        base = f"{path}." if path else ""
        slug = clean(source, data.get("slug", data.get("id")), f"{base}slug")
        name = clean(source, data.get("title", data.get("name")), f"{base}title")
        if not slug:
            raise source.shape("a program has a `slug` or an `id`, and here is neither", path)
        builder = ProgramBuilder(source.name, slug, name or slug, "yeswehack", slug)
        builder.url = f"https://yeswehack.com/programs/{slug}"
        reader = cls(source, data, base, builder)
        shut = [key for key in ("disabled", "archived") if data.get(key) is True]
        if shut:
            state = " and ".join(shut)
            reader.condition = f"only once the program is open: YesWeHack says that it is {state}"
            builder.note("not-open", f"the program is {state}", shut[0], Severity.WARNING)
        return reader

    def read_dump(self) -> None:
        """Add both lists of a program of the dump."""
        low, high = self._bounties("min_bounty", "max_bounty")
        self.pays = None if high is None else high > 0
        if high:
            least = "" if low is None else f"from {low:.10g} "
            self.builder.add_statement(
                f"Bounties {least}to {high:.10g}; the dump does not say of which currency."
            )
        targets = as_mapping(self.source, self.data.get("targets"), f"{self.path}targets")
        for side, effect in (("in_scope", Effect.INCLUDE), ("out_of_scope", Effect.EXCLUDE)):
            path = f"{self.path}targets.{side}"
            for index, value in enumerate(as_list(self.source, targets.get(side), path)):
                here = f"{path}[{index}]"
                row = as_mapping(self.source, value, here)
                text = as_text(self.source, required(self.source, row, ("target",), here), here)
                self._add(text, effect, here, row.get("type"))

    def read_api(self) -> None:
        """Add the scopes and exclusions, then findings, rewards and prose."""
        self._read_terms()
        self._read_grids()
        path = f"{self.path}scopes"
        for index, value in enumerate(as_list(self.source, self._list("scopes"), path)):
            here = f"{path}[{index}]"
            row = as_mapping(self.source, value, here)
            text = as_text(self.source, required(self.source, row, ("scope",), here), here)
            value = row.get("asset_value", row.get("security_requirement"))
            group = self._group(clean(self.source, value, f"{here}.asset_value"))
            self._add(text, Effect.INCLUDE, here, row.get("scope_type"), group)
        for text, here in self._texts("out_of_scope"):
            self._add(text, Effect.EXCLUDE, here, "other")
        for key, effect in (
            ("qualifying_vulnerability", Effect.INCLUDE),
            ("non_qualifying_vulnerability", Effect.EXCLUDE),
        ):
            for text, here in self._texts(key) if self.data.get(key) is not None else ():
                self._add_finding(text, here, effect)
        rules = clean(self.source, self.data.get("rules"), f"{self.path}rules")
        self.builder.add_statement(rules)
        add_restrictions(self.builder, rules, f"{self.path}rules", self.included)

    def _read_terms(self) -> None:
        """Read whether the program pays, and what it asks of whoever tests."""
        self.pays = self.data.get("bounty") if isinstance(self.data.get("bounty"), bool) else None
        if self.data.get("vdp") is True:
            self.pays = False
            self.builder.add_statement("This is a vulnerability disclosure program: it pays no bounty.")
        if self.data.get("vpn_active") is True:
            self.builder.add_statement("Testing goes through the VPN of YesWeHack.")
        agent = clean(self.source, self.data.get("user_agent"), f"{self.path}user_agent")
        if agent:
            self.builder.add_statement(f"The User-Agent of every request has to hold `{agent}`.")
        access = clean(self.source, self.data.get("account_access"), f"{self.path}account_access")
        if access:
            self.builder.add_statement(f"Access to accounts: {access}")

    def _read_grids(self) -> None:
        """Make a reward group of every grid that holds an amount."""
        found: set[str] = set()
        for value in _VALUES:
            key = f"reward_grid_{value}"
            grid = as_object(self.data.get(key))
            amounts = {
                one: number(self.source, grid.get(f"bounty_{one}"), f"{self.path}{key}.bounty_{one}")
                for one in _SEVERITIES
            }
            paid = {one: amount for one, amount in amounts.items() if amount}
            if not paid:
                continue
            name = _group_id(value)
            found.add(name)
            words = ", ".join(f"{one} {amount:.10g}" for one, amount in paid.items())
            title = (
                "default reward grid" if value == "default" else f"assets of {value.replace('_', ' ')} value"
            )
            note = f"by CVSS severity: {words} {self._currency()}".rstrip()
            self.builder.add_group(
                name, RewardGroup(title=title, maximum=round(max(paid.values())), note=note)
            )
        self.groups = frozenset(found)

    def _group(self, value: str) -> str | None:
        """Return the reward group of an asset value: its own grid, else the default one."""
        wanted = (_group_id(value), _group_id("default"))
        return next((one for one in wanted if one in self.groups), None)

    def _add(self, text: str, effect: Effect, path: str, kind: Any, group: str | None = None) -> None:
        word = clean(self.source, kind, f"{path}.type")
        known = _TYPES.get(word.casefold())
        if known is None:
            said = f"the type is `{printable(word, 40)}`; read as `other`"
            self.builder.note("unknown-type", said, path, Severity.WARNING)
        listed = Listed(text, effect, path, type=known or AssetType.OTHER)
        if effect is Effect.INCLUDE:
            self.included.add(bare(text))
            listed = replace(listed, eligible_for_bounty=self.pays, group=group, condition=self.condition)
            self.builder.add(listed)
        else:
            self._exclude(listed)

    def _exclude(self, listed: Listed) -> None:
        """Add a line of free text: a name in it is no asset's name, so it stays a caveat (P4)."""
        meaning = self.builder.readable(listed)
        named = meaning is not None and is_thing(meaning) and "://" not in listed.text  # No store link.
        if named:
            self.builder.add_unresolved(listed, "free text that names no target")
        else:
            self.builder.add(listed)
        unread = named or meaning is None
        if unread and not any(named_hosts(listed.text)) and any(spoken_of(listed.text)):
            self._add_finding(listed.text, listed.entry, Effect.EXCLUDE)

    def _add_finding(self, text: str, path: str, effect: Effect) -> None:
        phrase = storable(" ".join(text.split()))
        if phrase:
            self.builder.add_finding(FindingRule(finding=phrase, entry=path), effect)
        else:
            self.builder.note("empty-finding", "the finding type is empty", path, Severity.WARNING)

    def _list(self, key: str) -> Any:
        return required(self.source, self.data, (key,), self.path.rstrip("."))

    def _texts(self, key: str) -> list[tuple[str, str]]:
        """Return the texts of a list, each with its path."""
        path = f"{self.path}{key}"
        values = as_list(self.source, self._list(key), path)
        return [
            (clean(self.source, one, f"{path}[{index}]"), f"{path}[{index}]")
            for index, one in enumerate(values)
        ]

    def _bounties(self, least: str, most: str) -> tuple[float | None, float | None]:
        low, high = (number(self.source, self.data.get(key), f"{self.path}{key}") for key in (least, most))
        return low, high

    def _currency(self) -> str:
        unit = as_object(self.data.get("business_unit"))
        return clean(self.source, unit.get("currency"), f"{self.path}business_unit.currency").upper()

    def program(self) -> Program:
        """Return the program with its rewards in its own currency."""
        program = self.builder.build()
        low, high = self._bounties("bounty_reward_min", "bounty_reward_max")
        return program.model_copy(update={"rewards": rewards(program, low, high, self._currency())})


def _group_id(value: str) -> str:
    return "value-" + re.sub(r"[ _-]+", "-", value.strip().casefold())


def _recognises(source: Source) -> int:
    """Tell the dump by keys that no other dump has beside `targets`."""
    first = first_object(source)
    own = {"id", "managed", "disabled", "min_bounty", "targets"} <= set(first)
    return 95 if own and "company_handle" not in first else 0


def _recognises_api(source: Source) -> int:
    """Tell the API object by the names of its lists."""
    keys = set(first_object(source))
    if {"scopes", "out_of_scope"} <= keys:
        return 95 if keys & {"non_qualifying_vulnerability", "reward_grid_default", "slug"} else 60
    return 0


FORMATS = (
    Format("yeswehack", "YesWeHack, the public dump", _recognises, read_yeswehack),
    Format("yeswehack-api", "YesWeHack, an API object", _recognises_api, read_yeswehack_api),
)
