"""Listed entries -> programs, with an account of what became of each.

Every importer hands its entries to a `ProgramBuilder`, which interprets them by P1 to P6. An entry
becomes one rule or several, or an unresolved entry with its text; it is never dropped.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from scopecheck.diagnostic import Diagnostic, Place, Severity
from scopecheck.errors import PatternSyntaxError
from scopecheck.scope.interpret import Context, Interpretation, interpret
from scopecheck.scope.model import AssetType, Exclusion, Inclusion, Policy, Program, Rule, Unresolved
from scopecheck.scope.pattern import Effect, ThingPattern, UrlPattern
from scopecheck.scope.terms import FindingRule, Findings, RewardGroup, Rewards, Statement
from scopecheck.scope.touching import restates_default
from scopecheck.targets.host import printable

__all__ = ["ImportResult", "Listed", "ProgramBuilder", "identifier", "unique_ids"]

MaxSeverity = Literal["none", "low", "medium", "high", "critical"]


@dataclass(frozen=True)
class Listed:
    """One listed entry as a platform states it.

    `entry` is its place in the file (`[3].targets.in_scope[0]`), `type` the asset type or None
    where the platform's own word is unknown, `name` what the asset is called besides its text.
    `reading` is `wide` where the entry's own fields disagree (P6); `condition` are the words under
    which alone the entry holds, such as one finding type.
    """

    text: str
    effect: Effect
    entry: str
    type: AssetType | None = None
    name: str | None = None
    instruction: str | None = None
    eligible_for_bounty: bool | None = None
    max_severity: MaxSeverity | None = None
    group: str | None = None
    reading: Literal["both", "wide"] = "both"
    condition: str | None = None
    note: str | None = None


@dataclass
class ImportResult:
    """What an import made: programs, diagnostics, and the format that was read."""

    format: str
    file: str
    programs: tuple[Program, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    sniffed: bool = False
    """Whether the format was recognised from the content and not named by the caller."""

    @property
    def entries(self) -> int:
        """How many listed entries the programs hold."""
        count = 0
        for program in self.programs:
            places = [*((rule.entry, rule.id) for rule in program.rules)]
            places += [(one.entry, one.id) for one in program.unresolved]
            count += len({entry or rule_id for entry, rule_id in places})
        return count

    def kinds(self) -> Counter[str]:
        """Count the rules by what they list."""
        found: Counter[str] = Counter()
        for program in self.programs:
            for rule in program.rules:
                found[f"{_kind(program, rule)}, {rule.effect.value}d"] += 1
        return found

    def __str__(self) -> str:
        return self.summary()

    def summary(self, *, most: int = 10) -> str:
        """Return an account that a person reads; `most` limits each list of examples."""
        how = "recognised by its content" if self.sniffed else "as asked"
        unresolved = [(p, one) for p in self.programs for one in p.unresolved]
        lines = [
            f"{self.file}: {self.format} ({how})",
            f"  programs: {len(self.programs)}, listed entries: {self.entries}",
        ]
        lines += [f"  {kind}: {count}" for kind, count in sorted(self.kinds().items())]
        lines.append(f"  unresolved: {len(unresolved)}")
        for program, one in unresolved[:most]:
            lines.append(
                f"    {program.id}: `{printable(' '.join(one.text.split()), 90)}` ({one.effect}; {one.why})"
            )
        if len(unresolved) > most:
            lines.append(f"    and {len(unresolved) - most} more")
        for code, count in sorted(Counter(d.code for d in self.diagnostics).items()):
            if code != "unresolved":
                example = next(d for d in self.diagnostics if d.code == code)
                lines.append(f"  {code}: {count}, such as {example.message}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the account as JSON types."""
        return {
            "format": self.format,
            "sniffed": self.sniffed,
            "file": self.file,
            "programs": len(self.programs),
            "entries": self.entries,
            "rules": dict(sorted(self.kinds().items())),
            "unresolved": [
                {"program": p.id, "text": one.text, "effect": one.effect, "why": one.why, "entry": one.entry}
                for p in self.programs
                for one in p.unresolved
            ],
            "diagnostics": [diagnostic.to_dict() for diagnostic in self.diagnostics],
        }


def _kind(program: Program, rule: Rule) -> str:
    meaning = program.interpretation(rule)
    forms = {
        pattern.host.form.name.lower().replace("_", "-") if isinstance(pattern, UrlPattern) else "app or name"
        for pattern in meaning.patterns
    }
    return " and ".join(sorted(forms))


@dataclass
class ProgramBuilder:
    """Collects the entries of one program and makes the `Program`."""

    file: str
    id: str
    name: str
    platform: str
    handle: str | None = None
    url: str | None = None
    as_of: dt.date | None = None
    policy: Policy = field(default_factory=Policy)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _included: list[Inclusion] = field(default_factory=list)
    _excluded: list[Exclusion] = field(default_factory=list)
    _unresolved: list[Unresolved] = field(default_factory=list)
    _statements: list[Statement] = field(default_factory=list)
    _findings_in: list[FindingRule] = field(default_factory=list)
    _findings_out: list[FindingRule] = field(default_factory=list)
    _groups: dict[str, RewardGroup] = field(default_factory=dict)

    def note(
        self, code: str, message: str, entry: str, severity: Severity = Severity.NOTE, help: str = ""
    ) -> None:
        """Record something about an entry that the reader of the import may want to know."""
        self.diagnostics.append(
            Diagnostic(code, message, Place(self.file), help, f"{self.id}: {entry}", severity)
        )

    def add(self, listed: Listed) -> None:
        """Interpret one listed entry; it becomes a rule or an unresolved entry."""
        meaning = self._interpret(listed)
        if isinstance(meaning, PatternSyntaxError):
            self.add_unresolved(listed, meaning.message)
            return
        for said in meaning.notes:
            self.note("normalised", f"`{printable(listed.text, 80)}`: {said}", listed.entry)
        common: dict[str, Any] = {
            "asset": _storable(listed.text),
            "type": listed.type,
            "name": _kept(listed.name),
            "instruction": _kept(listed.instruction),
            "note": _kept(listed.note),
            "entry": listed.entry,
            "reading": listed.reading,
            "condition": _kept(listed.condition),
            "listed": True,
        }
        if listed.effect is Effect.EXCLUDE:
            self._excluded.append(Exclusion(**common))
            return
        self._included.append(
            Inclusion(
                **common,
                eligible_for_bounty=listed.eligible_for_bounty,
                max_severity=listed.max_severity,
                group=listed.group,
            )
        )

    def _interpret(self, listed: Listed) -> Interpretation | PatternSyntaxError:
        names = frozenset(name for name in (self.id, self.name, self.handle) if name)
        context = Context(listed.effect, str(listed.type or ""), listed=True, own_names=names)
        try:
            return interpret(listed.text, context)
        except PatternSyntaxError as error:
            return error

    def readable(self, listed: Listed) -> Interpretation | None:
        """Return what an entry would mean, or None where it would stay unresolved; keeps nothing."""
        meaning = self._interpret(listed)
        return None if isinstance(meaning, PatternSyntaxError) else meaning

    def add_unresolved(self, listed: Listed, why: str) -> None:
        """Keep an entry that cannot be read, with its text (P3) and all of its words (P4)."""
        beside = (listed.name, listed.condition, listed.instruction)
        words = "\n\n".join(dict.fromkeys(text for text in beside if text and text != listed.text))
        default = listed.effect is Effect.EXCLUDE and restates_default(listed.text)
        self._unresolved.append(
            Unresolved(
                text=_storable(listed.text) or "(empty)",
                effect="include" if listed.effect is Effect.INCLUDE else "exclude",
                why=why,
                type=listed.type,
                instruction=_kept(words),
                note=_kept(listed.note),
                entry=listed.entry,
                restates_default=default,
            )
        )
        self.note("unresolved", f"`{printable(listed.text, 80)}` was kept unread: {why}", listed.entry)

    def add_statement(self, text: str) -> None:
        """Keep prose of the program that every reader must know."""
        if text.strip():
            self._statements.append(Statement(text=_storable(text)))

    def add_finding(self, rule: FindingRule, effect: Effect) -> None:
        """Keep a finding type that counts, or does not."""
        (self._findings_in if effect is Effect.INCLUDE else self._findings_out).append(rule)

    def add_group(self, id: str, group: RewardGroup) -> None:
        """Keep a reward group."""
        self._groups[id] = group

    def build(self) -> Program:
        """Return the program; its reward groups and findings ride along."""
        used = {rule.group for rule in self._included if rule.group}
        for missing in used - set(self._groups):
            self._groups[missing] = RewardGroup(title=missing)
        return Program(
            id=identifier(self.id),
            name=_storable(self.name) or self.id,
            platform=self.platform,
            handle=self.handle,
            url=self.url,
            as_of=self.as_of,
            policy=self.policy,
            in_scope=tuple(self._included),
            out_of_scope=tuple(self._excluded),
            unresolved=tuple(self._unresolved),
            statements=tuple(self._statements),
            findings=Findings(in_scope=tuple(self._findings_in), out_of_scope=tuple(self._findings_out)),
            rewards=Rewards(groups=self._groups) if self._groups else None,
        )


def _kept(text: str | None) -> str | None:
    return _storable(text) or None if text else None


def _storable(text: str) -> str:
    """Return a text fit for a scope file: no lone surrogates, not endless."""
    return text.encode("utf-8", "backslashreplace").decode()[:65_536]


def identifier(text: str) -> str:
    """Return an id made of a handle or a name: lower-case letters, digits, `-`, `_`, `.`."""
    made = re.sub(r"[^a-z0-9_.-]+", "-", text.casefold()).strip("-._")
    return made[:100] or "program"


def unique_ids(programs: Iterable[Program]) -> tuple[Program, ...]:
    """Return the programs, with a number behind every id that came before."""
    seen: Counter[str] = Counter()
    taken: set[str] = set()
    result: list[Program] = []
    for program in programs:
        name = program.id
        while name in taken:
            seen[program.id] += 1
            name = f"{program.id[:90]}-{seen[program.id] + 1}"
        taken.add(name)
        result.append(program if name == program.id else program.model_copy(update={"id": name}))
    return tuple(result)


def two_fields(first: Listed, second: Listed, builder: ProgramBuilder) -> tuple[Listed, ...]:
    """Return what an entry states whose two fields both name hosts (P6).

    As inclusions both hold if they share a registrable domain, and else both in the wide reading
    only; as exclusions both always hold. The same text twice is one statement.
    """
    from scopecheck.targets.psl import default_suffixes

    meanings = [builder.readable(one) for one in (first, second)]
    hosts = [
        {p.host.text.replace("*.", "") for p in m.patterns if isinstance(p, UrlPattern) and p.host.labels}
        if m is not None
        else set()
        for m in meanings
    ]
    if not all(hosts) or first.effect is Effect.EXCLUDE:
        return (first, second)
    domains = [
        {default_suffixes().registrable(host.replace("*", "x")) or host for host in one} for one in hosts
    ]
    if domains[0] & domains[1]:
        return (first, second)
    builder.note(
        "fields-disagree",
        f"`{printable(first.text, 60)}` and `{printable(second.text, 60)}` name different domains",
        first.entry,
        Severity.WARNING,
        "ask the program which one it means; neither is in scope for sure",
    )
    return (replace(first, reading="wide"), replace(second, reading="wide"))


def is_thing(meaning: Interpretation) -> bool:
    """Tell whether an interpretation names only an app or an asset by name."""
    return all(isinstance(pattern, ThingPattern) for pattern in meaning.patterns)
