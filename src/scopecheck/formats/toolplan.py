"""What of a program may be written for a tool in which every exclusion beats every inclusion.

Whatever the tool then takes in scope has the verdict `IN_SCOPE` here. Inclusions are written in the
readings that count as certain; every exclusion that a written inclusion does not outweigh is written
in its wide reading. What the tool cannot express is narrowed for inclusions, widened for exclusions,
and told (`losses`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product

from scopecheck.answer.compiled import Certainty, CompiledRule, TouchPattern, compile_program, settle
from scopecheck.answer.decide import overrides
from scopecheck.answer.verdict import Match
from scopecheck.diagnostic import Diagnostic, Place, Severity
from scopecheck.scope.hostset import Addresses, Glob, HostSet, Names, Span, Tail, Tails, contains, is_starless
from scopecheck.scope.model import Program, Rule, Unresolved
from scopecheck.scope.pathset import ANY_PATH, PathSet
from scopecheck.scope.pattern import Effect, ThingPattern, UrlPattern
from scopecheck.scope.touching import restates_default
from scopecheck.scope.zone import Doubt, Zone, lies_in
from scopecheck.targets.asset import shared_hosts
from scopecheck.targets.host import HostName, printable
from scopecheck.targets.url import WEB, Url

__all__ = ["Ability", "Plan", "Planned", "plan"]


@dataclass(frozen=True)
class Ability:
    """What a tool can express; each function says why it cannot include something, or ""."""

    hosts: Callable[[HostSet], str]
    paths: Callable[[PathSet], str] | None = None
    """None where the tool knows hosts alone, no ports and no paths."""


@dataclass(frozen=True)
class Planned:
    """One rule to write. An excluded path is written so that it holds all that may be meant by it."""

    rule: CompiledRule
    effect: Effect
    hosts: HostSet
    port: int | None = None
    path: PathSet = ANY_PATH
    paths: tuple[PathSet, ...] = (ANY_PATH,)
    """Every reading of the path."""
    border: bool = True
    """Whether the path ends where a segment ends."""
    matches: tuple[Match, ...] = ()
    """What a checker may find where the rule matches; for an inclusion, one match."""

    def zones(self) -> Iterator[Zone]:
        """Yield zones which the written rule surely holds whole."""
        schemes = WEB if self.effect is Effect.INCLUDE else None
        return (Zone(schemes, self.hosts, self.port, path) for path in self.paths)

    @property
    def certain(self) -> bool:
        """Whether some reading of the rule counts as certain."""
        return any(match.certain for match in self.matches)


@dataclass(frozen=True)
class Plan:
    """What to write, and what is lost by it."""

    include: tuple[Planned, ...]
    exclude: tuple[Planned, ...]
    losses: tuple[Diagnostic, ...]


def plan(program: Program, ability: Ability, tool: str) -> Plan:
    """Return what of a program may be written for a tool."""
    return _Planner(program, ability, tool).plan()


@dataclass
class _Planner:
    program: Program
    ability: Ability
    tool: str
    losses: dict[Diagnostic, None] = field(default_factory=dict)

    def plan(self) -> Plan:
        rules = compile_program(self.program)
        include = [one for rule in rules if rule.effect is Effect.INCLUDE for one in self.inclusions(rule)]
        exclude = [one for rule in rules if rule.effect is Effect.EXCLUDE for one in self.exclusions(rule)]
        written = [one for one in exclude if one.certain]
        alive = self.alive(include, written)
        met = _ByEnd(alive)
        written += [one for one in exclude if not one.certain and self.needed(one, met)]
        alive = self.alive(alive, written)
        self.tell_of_cuts(alive, written)
        return Plan(_merged(alive), _merged(written), tuple(self.losses))

    def lose(
        self, rule: CompiledRule, code: str, message: str, severity: Severity = Severity.WARNING
    ) -> None:
        """Record what the tool does not get to know."""
        text = f"`{printable(' '.join(rule.text.split()), 80)}`: {message}"
        place = self.program.place(rule.id) or Place(self.program.id)
        self.losses[Diagnostic(code, text, place, "", rule.id, severity)] = None

    # --- inclusions ---

    def inclusions(self, rule: CompiledRule) -> Iterator[Planned]:
        if rule.unread:
            self.lose(rule, "unresolved", "this inclusion could not be read, and was not written")
            return
        urls = [pattern for pattern in rule.patterns if isinstance(pattern, UrlPattern)]
        if not urls:
            self.lose(rule, "not-a-url", f"an app or a named asset has no place in {self.tool}")
        for pattern in urls:
            sure = list(self.certain_matches(rule, pattern))
            problem = self.why_not_included(pattern) if sure else "only its wide reading names hosts"
            for match in sure if not problem else ():
                assert isinstance(match.zone, Zone)
                path = pattern.paths[0]
                problem = self.ability.hosts(match.zone.hosts) or _odd_link(match.zone.hosts, path)
                if problem:
                    break
                yield Planned(
                    rule, Effect.INCLUDE, match.zone.hosts, pattern.port, path, (path,), matches=(match,)
                )
            if rule.notes == ("the words beside the rule widen it",):
                message = "what the words beside it add is undetermined, and was left out"
                self.lose(rule, "undetermined", message, Severity.NOTE)
            elif problem:
                code = "undetermined" if not sure else "not-expressible"
                self.lose(rule, code, f"{problem}, so it was not written")
            elif len(sure) < len(pattern.hosts) or len(pattern.paths) > 1:
                message = "what only its wide reading covers (such as the apex) was left out"
                self.lose(rule, "undetermined", message, Severity.NOTE)

    def certain_matches(self, rule: CompiledRule, pattern: UrlPattern) -> Iterator[Match]:
        for hosts, doubts, _ in pattern.hosts:
            if pattern.demoted is not None:
                doubts = (pattern.demoted, *doubts)
            if settle(doubts, self.program.policy) is Certainty.CERTAIN:
                zone = Zone(pattern.schemes[0], hosts, pattern.port, pattern.paths[0], pattern.query)
                yield Match(rule, pattern, zone, doubts, Certainty.CERTAIN)

    def why_not_included(self, pattern: UrlPattern) -> str:
        if pattern.schemes[0] != WEB:
            return f"{self.tool} knows http and https alone"
        if pattern.query:
            return f"{self.tool} does not compare queries"
        path = pattern.paths[0]
        if self.ability.paths is None:
            if pattern.port is not None or path != ANY_PATH:
                return f"{self.tool} knows hosts alone, no ports and no paths"
            return ""
        return self.ability.paths(path)

    # --- exclusions ---

    def exclusions(self, rule: CompiledRule) -> Iterator[Planned]:
        if not rule.patterns:
            default = isinstance(rule.item, Unresolved) and rule.item.restates_default
            if not default and not restates_default(rule.text):
                message = "this exclusion names no host that could be written; mind it yourself"
                self.lose(rule, "unresolved-exclusion", message)
            return
        for pattern in rule.patterns:
            match pattern:
                case UrlPattern():
                    yield from self.url_exclusions(rule, pattern)
                case TouchPattern():
                    yield from self.touched(rule, pattern)
                case ThingPattern():
                    yield from self.stores(rule, pattern)

    def url_exclusions(self, rule: CompiledRule, pattern: UrlPattern) -> Iterator[Planned]:
        if pattern.schemes[0] is not None and pattern.schemes[0].isdisjoint(WEB):
            self.lose(rule, "not-expressible", f"{self.tool} knows http and https alone", Severity.NOTE)
            return
        if pattern.schemes[0] not in (None, WEB):
            self.lose(rule, "widened", f"{self.tool} excludes it with any scheme", Severity.NOTE)
        port, paths = pattern.port, pattern.paths
        if self.ability.paths is None:
            if port is not None or paths[0] != ANY_PATH:
                self.lose(rule, "widened", f"{self.tool} excludes the whole host", Severity.NOTE)
            port, paths = None, (ANY_PATH,)
        if pattern.query:
            self.lose(rule, "widened", f"{self.tool} excludes it with any query", Severity.NOTE)
        path = ANY_PATH if ANY_PATH in paths else paths[0]
        for hosts, doubts, below in pattern.hosts:
            if isinstance(hosts, Addresses) and hosts.version == 6 and self.ability.hosts(hosts):
                self.lose(rule, "not-expressible", "no IPv6 address is written", Severity.NOTE)
                continue
            found = tuple(self.possible_matches(rule, pattern, hosts, doubts, below=below))
            # The names of repositories are compared without letter case and `.git` (T6).
            border = not any(contains(hosts, HostName(name)) for name in shared_hosts().code)
            if found:
                yield Planned(rule, Effect.EXCLUDE, _written(hosts), port, path, paths, border, found)

    def possible_matches(
        self,
        rule: CompiledRule,
        pattern: UrlPattern,
        hosts: HostSet,
        doubts: tuple[Doubt, ...],
        *,
        below: bool,
    ) -> Iterator[Match]:
        """Yield every match that the checker may find of one host set of an exclusion."""
        queries = (pattern.query, ()) if pattern.query else ((),)
        readings = product(enumerate(pattern.schemes), enumerate(pattern.paths), enumerate(queries))
        for (scheme, schemes), (where, path), (asked, query) in readings:
            all_doubts = (*doubts, Doubt.WIDE_READING) if scheme or where or asked else doubts
            if pattern.demoted is not None:
                all_doubts = (pattern.demoted, *all_doubts)
            certainty = settle(all_doubts, self.program.policy)
            if certainty is not Certainty.NONE:
                zone = Zone(schemes, hosts, pattern.port, path, query)
                yield Match(rule, pattern, zone, all_doubts, certainty, yields=below and pattern.yields)

    def touched(self, rule: CompiledRule, pattern: TouchPattern) -> Iterator[Planned]:
        spans = (Span.BELOW,) if pattern.touch.below_only else (Span.AT, Span.BELOW)
        for span in spans:
            hosts = Names(pattern.labels, span)
            doubts = (Doubt.UNRESOLVED_EXCLUSION,)
            match = Match(rule, pattern, Zone(None, hosts), doubts, settle(doubts, self.program.policy))
            yield Planned(rule, Effect.EXCLUDE, hosts, matches=(match,))

    def stores(self, rule: CompiledRule, pattern: ThingPattern) -> Iterator[Planned]:
        """Yield the stores, whose links to the app are excluded with it; a tool sees no query."""
        found = pattern.match(pattern.key)
        if found is None or not isinstance(rule.item, Rule):
            return
        match = Match(rule, pattern, found.zone, (Doubt.WIDE_READING,), Certainty.UNCERTAIN)
        for store in shared_hosts().stores:
            yield Planned(rule, Effect.EXCLUDE, Names(tuple(store.split("."))), matches=(match,))

    # --- both together ---

    def needed(self, one: Planned, include: _ByEnd) -> bool:
        """Tell whether leaving out a doubtful exclusion would let something wrong in."""
        met = [inclusion for inclusion in include.near(one) if _may_meet(inclusion, one)]
        if not met:
            return not any(isinstance(match.pattern, ThingPattern) for match in one.matches)
        return not all(_outweighs(inclusion, one) for inclusion in met)

    def alive(self, include: list[Planned], exclude: list[Planned]) -> list[Planned]:
        """Return the inclusions that no written exclusion covers whole."""
        found = []
        written = _ByEnd(exclude)
        for one in include:
            (zone,) = one.zones()
            killers = [e for e in written.above(one) if any(lies_in(zone, other) for other in e.zones())]
            if not killers:
                found.append(one)
                continue
            meant = next((e for e in killers if _means(e, one)), None)
            theirs = f"`{printable((meant or killers[0]).rule.text, 60)}`"
            if meant is None:
                message = f"in {self.tool} the exclusion {theirs} beats it, so it was not written"
                self.lose(one.rule, "beaten", message)
            else:
                message = f"the exclusion {theirs} covers it, so it was not written"
                self.lose(one.rule, "excluded", message, Severity.NOTE)
        return found

    def tell_of_cuts(self, include: list[Planned], exclude: list[Planned]) -> None:
        """Record where an exclusion cuts off what an inclusion outweighs here."""
        written = _ByEnd(exclude)
        for one in include:
            for other in written.near(one):
                if _may_meet(one, other) and _outweighs(one, other):
                    theirs = f"`{printable(other.rule.text, 60)}`"
                    message = f"in {self.tool} the exclusion {theirs} beats a part of it"
                    self.lose(one.rule, "beaten", message)


class _ByEnd:
    """Rules by the literal labels that their hosts end in, so that few have to be compared."""

    def __init__(self, planned: list[Planned]) -> None:
        self._ends: dict[tuple[str, ...], list[Planned]] = {}
        self._longer: dict[tuple[str, ...], list[Planned]] = {}
        for one in planned:
            end = _literal_end(one.hosts)
            self._ends.setdefault(end, []).append(one)
            for size in range(len(end)):
                self._longer.setdefault(end[:size], []).append(one)

    def above(self, one: Planned) -> Iterator[Planned]:
        """Yield the rules that may hold `one` whole."""
        end = _literal_end(one.hosts)
        for size in range(len(end) + 1):
            yield from self._ends.get(end[:size], ())

    def near(self, one: Planned) -> Iterator[Planned]:
        """Yield the rules that may have a host in common with `one`."""
        yield from self.above(one)
        yield from self._longer.get(_literal_end(one.hosts), ())


def _odd_link(hosts: HostSet, path: PathSet) -> str:
    """Say why a path cannot be included on a host whose links are unified before they are compared (T6)."""
    for name in shared_hosts().code if path.segments else ():
        url = Url("", "https", HostName(name), 443, "/" + "/".join(path.segments))
        if contains(hosts, url.host) and shared_hosts().canonical_link(url).path != url.path:
            return "a link into a code host is compared without letter case"
    return ""


def _written(hosts: HostSet) -> HostSet:
    """Return the hosts that a tool is told to exclude: no tool knows suffixes or registrable domains."""
    match hosts:
        case Tail(head):
            return Tail(head, Tails.ANY, Span.AT_OR_BELOW)
        case Glob(text, _, below):
            return Glob(text, below=below)
    return hosts


def _outweighs(inclusion: Planned, exclusion: Planned) -> bool:
    """Tell whether the inclusion overrides whatever the checker may find of the exclusion."""
    if isinstance(inclusion.hosts, Addresses) != isinstance(exclusion.hosts, Addresses):
        return True  # Here a name never matches an address; a tool compares both as texts.
    return all(overrides(mine, theirs) for mine in inclusion.matches for theirs in exclusion.matches)


def _means(exclusion: Planned, inclusion: Planned) -> bool:
    """Tell whether the exclusion covers the whole inclusion here too, and not in the tool alone."""
    (zone,) = inclusion.zones()
    held = [m for m in exclusion.matches if isinstance(m.zone, Zone) and lies_in(zone, m.zone)]
    return any(not overrides(mine, theirs) for mine in inclusion.matches for theirs in held)


def _may_meet(inclusion: Planned, exclusion: Planned) -> bool:
    """Tell whether some URL may be in both; True where that is not known."""
    if None not in (inclusion.port, exclusion.port) and inclusion.port != exclusion.port:
        return False
    if _apart(inclusion.hosts, exclusion.hosts):
        return False
    ours, theirs = inclusion.path.loosened().segments, exclusion.path.loosened().segments
    for mine, other in zip(ours, theirs, strict=False):
        if "*" in mine + other:
            return True
        if mine != other:
            return False
    return True


def _apart(one: HostSet, other: HostSet) -> bool:
    """Tell whether two sets surely share no host."""
    if isinstance(one, Addresses) or isinstance(other, Addresses):
        if isinstance(one, Addresses) and isinstance(other, Addresses):
            return one.version != other.version or one.last < other.first or other.last < one.first
        names = other if isinstance(one, Addresses) else one
        return not (isinstance(names, Glob) and re.fullmatch(r"[0-9.*]+", names.text))
    for single, rest in ((one, other), (other, one)):
        if isinstance(single, Names) and is_starless(single):
            return not contains(rest, HostName(".".join(single.labels)))
    ends = [_literal_end(hosts) for hosts in (one, other)]
    return any(a != b for a, b in zip(*ends, strict=False))


def _literal_end(hosts: HostSet) -> tuple[str, ...]:
    """Return the last labels that every host of the set has, from the last one on."""
    match hosts:
        case Names(labels, span):
            text = ".".join(labels if span is Span.AT else ("*", *labels))
        case Glob(text):
            pass
        case _:
            return ()
    rest = text.rpartition("*")[2]
    whole = rest.partition(".")[2] if "*" in text else rest
    return tuple(reversed(whole.split("."))) if whole else ()


def _merged(planned: list[Planned]) -> tuple[Planned, ...]:
    """Return the rules without those that another one holds whole."""
    order = {id(one): number for number, one in enumerate(planned)}
    by_end = _ByEnd(planned)
    return tuple(
        one
        for one in planned
        if not any(
            other is not one
            and _holds(other, one)
            and (order[id(other)] < order[id(one)] or not _holds(one, other))
            for other in by_end.above(one)
        )
    )


def _holds(outer: Planned, inner: Planned) -> bool:
    mine = Zone(None, inner.hosts, inner.port, inner.path)
    theirs = Zone(None, outer.hosts, outer.port, outer.path)
    return lies_in(mine, theirs) and (inner.border or not outer.border or outer.path == ANY_PATH)
