"""Matches -> decision. Precedence lives here and nowhere else (clauses D1 to D4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scopecheck.answer.verdict import Decision, Match, Outcome, Reason
from scopecheck.scope.pattern import Effect, UrlPattern
from scopecheck.scope.zone import names_host, strictly_narrower

__all__ = ["decide", "overrides"]

_MANY = 100
_PRECEDENCE = {reason: rank for rank, reason in enumerate(Reason)}


def overrides(inclusion: Match, exclusion: Match) -> bool:
    """Tell whether the inclusion is the more precise statement of the two.

    A path or port rule that reaches a host below its own yields to an inclusion that names the
    target's host without a star.
    """
    if exclusion.yields and _names_host(inclusion):
        return True
    return strictly_narrower(inclusion.zone, exclusion.zone, against_narrow=not exclusion.doubts)


def _names_host(inclusion: Match) -> bool:
    """Tell whether the text names the target's host; `*a.example.com` spells a star, whatever it may mean."""
    pattern = inclusion.pattern
    return names_host(inclusion.zone) and not (isinstance(pattern, UrlPattern) and "*" in pattern.host.text)


def decide(matches: Sequence[Match], *, open_scope: bool = False) -> Outcome:
    """Decide over every match of a target; the order of `matches` is immaterial."""
    inclusions = [m for m in matches if m.effect is Effect.INCLUDE]
    certain = [m for m in matches if m.effect is Effect.EXCLUDE and m.certain]
    possible = [m for m in matches if m.effect is Effect.EXCLUDE and not m.certain]
    surviving = _overriding(inclusions, certain)  # D1
    winning = _overriding([i for i in surviving if i.certain], possible)  # D2
    if winning:
        return Outcome(Decision.IN_SCOPE, Reason.INCLUDED, tuple(winning), _others(matches, winning))
    if surviving:  # D3
        many = len(surviving) > _MANY  # Then only the wording of a question is at stake.
        doubtful = possible if many else [e for e in possible if not all(overrides(i, e) for i in surviving)]
        unsure = [] if any(i.certain for i in surviving) else _narrowest(surviving)
        reason = _first_reason([*doubtful, *unsure])
        deciding = (*surviving, *doubtful)
        return Outcome(Decision.UNDETERMINED, reason, deciding, _others(matches, deciding))
    # D4. Nothing survived, so where no exclusion is certain no inclusion matched either.
    if open_scope and not certain:
        return Outcome(Decision.UNDETERMINED, Reason.OPEN_SCOPE, (), tuple(possible))
    reason = Reason.EXCLUDED if certain else Reason.NOT_LISTED
    return Outcome(Decision.OUT_OF_SCOPE, reason, tuple(certain), (*inclusions, *possible))


def _overriding(inclusions: Sequence[Match], exclusions: Sequence[Match]) -> list[Match]:
    """Return the inclusions that override every exclusion.

    Where hundreds of different exclusions match one target, none is overridden: comparing every
    inclusion with every exclusion would let a scope file take quadratic time.
    """
    if len(exclusions) > _MANY:
        exclusions = list({(e.zone, bool(e.doubts), e.yields): e for e in exclusions}.values())
        if len(exclusions) > _MANY:
            return []
    if len(inclusions) <= _MANY:
        return [i for i in inclusions if all(overrides(i, e) for e in exclusions)]
    alike = {(i.zone, _names_host(i)): i for i in inclusions}
    free = {key: all(overrides(i, e) for e in exclusions) for key, i in alike.items()}
    return [i for i in inclusions if free[i.zone, _names_host(i)]]


def _narrowest(inclusions: Sequence[Match]) -> list[Match]:
    """Return the inclusions that no other is narrower than: theirs is the question to ask."""
    if len(inclusions) > _MANY:  # Only the wording of a question is at stake.
        return list(inclusions)
    return [
        one
        for one in inclusions
        if not any(strictly_narrower(other.zone, one.zone, against_narrow=False) for other in inclusions)
    ]


def _others(matches: Sequence[Match], deciding: Sequence[Match]) -> tuple[Match, ...]:
    chosen = set(map(id, deciding))
    return tuple(match for match in matches if id(match) not in chosen)


def _first_reason(matches: Iterable[Match]) -> Reason:
    found = [Reason(doubt) for match in matches for doubt in match.open]
    return min(found, key=_PRECEDENCE.__getitem__)
