"""Verdict -> text and JSON: why, what lost, what to ask, what nearly matched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from scopecheck.answer.verdict import Decision, Match, Reason
from scopecheck.scope.model import Exclusion, Inclusion
from scopecheck.scope.pattern import Effect, HostForm, UrlPattern
from scopecheck.scope.zone import Doubt, strictly_narrower
from scopecheck.targets.host import printable
from scopecheck.targets.url import DEFAULT_PORTS, Url

if TYPE_CHECKING:
    from scopecheck.answer.compiled import CompiledRule
    from scopecheck.answer.verdict import Verdict

__all__ = ["headline", "near_misses", "question", "to_dict", "to_text", "why"]

_HEADLINE = {
    Decision.IN_SCOPE: "in scope",
    Decision.OUT_OF_SCOPE: "out of scope",
    Decision.UNDETERMINED: "undetermined",
}
_MAX_MISSES = 5
_MAX_SHOWN = 12
_MAX_LINE = 2000
"""Longest line of a verdict, in characters; only the texts of a file are ever longer."""


def _quote(text: str) -> str:
    return f"`{printable(text)}`"


def _bearing(verdict: Verdict, effect: Effect) -> Match | None:
    """Return the match of a side that the reason comes from, or else the first of that side."""
    ours = [match for match in verdict.matches if match.effect is effect]
    reasoned = [match for match in ours if str(verdict.reason) in match.doubts]
    least = sorted(reasoned, key=lambda match: len(match.doubts))
    return next(iter([*least, *ours]), None)


def why(verdict: Verdict) -> str:
    """Return one sentence that says why, without a full stop."""
    include, exclude = _bearing(verdict, Effect.INCLUDE), _bearing(verdict, Effect.EXCLUDE)
    ours = _quote(include.rule.text) if include else ""
    theirs = _quote(exclude.rule.text) if exclude else ""
    target = _quote(str(verdict.target) if verdict.target is not None else verdict.text)
    sentences = {
        Reason.INCLUDED: f"{ours} covers it",
        Reason.EXCLUDED: f"{theirs} is out of scope",
        Reason.NOT_LISTED: "no rule of the program covers it",
        Reason.INVALID_TARGET: verdict.problem,
        Reason.AMBIGUOUS_TARGET: f"{verdict.problem}; browsers read it as {target}",
        Reason.PARTLY_LISTED: verdict.problem,
        Reason.BELOW_EXCLUDED_HOST: f"{ours} covers it, but it lies below what {theirs} {_excludes(exclude)}",
        Reason.UNSTATED_EXCLUSION: (
            f"{ours} covers it, but {theirs} is said to be excluded, though in no published list"
        ),
        Reason.UNRESOLVED_EXCLUSION: f"{ours} covers it, but an exclusion that cannot be read may touch it",
        Reason.CONDITION: f"{theirs or ours} holds only under a condition",
        Reason.APEX_UNSTATED: f"the program does not say whether {theirs or ours} covers the domain itself",
        Reason.DEPTH_UNSTATED: (
            f"the program does not say whether the star in {theirs or ours} stands for several labels"
        ),
        Reason.UNSTATED_ALIAS: f"{ours} is probably meant, but stands in no published list",
        Reason.WIDE_READING: f"only the wide reading of {theirs or ours} covers it",
        Reason.UNLISTED_FINDING: "no rule of the program names this kind of finding",
        Reason.OPEN_SCOPE: "no rule lists it, but the program says that all its assets may count",
    }
    return sentences[verdict.reason]


def _excludes(exclude: Match | None) -> str:
    unstated = exclude is not None and Doubt.UNSTATED_EXCLUSION in exclude.doubts
    return "is said to exclude, though in no published list" if unstated else "excludes"


def question(verdict: Verdict) -> str | None:
    """Return what to ask the program, or None where nothing is open."""
    if verdict.decision is not Decision.UNDETERMINED:
        return None
    include, exclude = _bearing(verdict, Effect.INCLUDE), _bearing(verdict, Effect.EXCLUDE)
    asked = exclude or include
    rule = _quote(asked.rule.text) if asked else ""
    target = _quote(str(verdict.target) if verdict.target is not None else verdict.text)
    host = _quote(str(verdict.target.host)) if isinstance(verdict.target, Url) else target
    verb = "exclude" if exclude else "cover"
    questions = {
        Reason.INVALID_TARGET: "which URL, host, address, app or listed name is meant?",
        Reason.AMBIGUOUS_TARGET: f"is {target} meant? then ask about that spelling",
        Reason.PARTLY_LISTED: "which of these addresses are meant? ask about them one by one",
        Reason.BELOW_EXCLUDED_HOST: f"does the exclusion of {rule} hold for {host} too?",
        Reason.UNSTATED_EXCLUSION: f"is {host} out of scope, as {rule} suggests?",
        Reason.UNRESOLVED_EXCLUSION: f"does the exclusion {rule} mean {host}?",
        Reason.CONDITION: f"does {target} meet the condition of {rule}?",
        Reason.APEX_UNSTATED: f"does {rule} {verb} {host} itself?",
        Reason.DEPTH_UNSTATED: f"does the star in {rule} stand for more than one label, as in {host}?",
        Reason.UNSTATED_ALIAS: f"does {rule} belong to the scope, though no published list has it?",
        Reason.WIDE_READING: f"does {rule} {verb} {target}?",
        Reason.UNLISTED_FINDING: "does this kind of finding count?",
        Reason.OPEN_SCOPE: f"is {target} in scope, though no rule lists it?",
    }
    return questions[verdict.reason]


def near_misses(verdict: Verdict) -> tuple[str, ...]:
    """Return the rules that look as if they covered the target, each with why they do not."""
    covered = any(match.effect is Effect.INCLUDE for match in verdict.all_matches)
    if not isinstance(verdict.target, Url) or covered:
        return ()
    matched = {id(match.rule) for match in verdict.all_matches}
    found: dict[str, None] = {}
    for rule in verdict.rules:
        if rule.effect is not Effect.INCLUDE or id(rule) in matched:
            continue
        for pattern in rule.patterns:
            reason = _near(pattern, verdict.target) if isinstance(pattern, UrlPattern) else None
            if reason is not None:
                found[f"{_quote(rule.text)} does not cover {_quote(str(verdict.target))}: {reason}"] = None
                break
        if len(found) >= _MAX_MISSES:
            break
    return tuple(found)


def _near(pattern: UrlPattern, url: Url) -> str | None:
    """Say why a pattern misses, if it misses narrowly; None if it has nothing to do with the target."""
    literal = ".".join(label for label in pattern.host.labels if "*" not in label)
    if pattern.host.form is HostForm.ADDRESSES or not literal or not isinstance(url.host, str):
        return None
    anywhere = pattern.match(url._replace(path="/", query="", port=pattern.port or url.port))
    if pattern.host.form in (HostForm.EXACT, HostForm.BELOW) and literal.count(".") >= 1:
        inside = f".{literal}." in f".{url.host}." and not f".{url.host}".endswith(f".{literal}")
        if inside and _registrable_part(url.host, literal):
            return f"the host ends in another domain, `{_registrable_part(url.host, literal)}`"
        if url.host.endswith(literal) and not f".{url.host}".endswith(f".{literal}"):
            return "the name only ends in the same letters, without a dot between"
        if pattern.host.form is HostForm.EXACT and url.host.endswith("." + literal):
            return "the rule names that one host, not what lies below it"
        if f"@{url.host}" in url.text and literal in url.text:
            return "what stands in front of `@` is a user name, not a host"
    if pattern.host.form is HostForm.EXACT and url.host != literal:
        return None
    if pattern.port is not None and pattern.port != url.port:
        return f"the rule is for port {pattern.port}" if anywhere else None
    if anywhere is None and pattern.path.segments:
        probe = url._replace(path="/" + "/".join(pattern.path.segments).replace("*", "x"))
        return "the path is another one" if pattern.match(probe) else None
    if url.scheme not in DEFAULT_PORTS and pattern.match(url._replace(scheme="https", port=443)):
        return f"the rule is not for `{url.scheme}:`"
    return None


def _registrable_part(host: str, literal: str) -> str:
    return f".{host}.".partition(f".{literal}.")[2].strip(".")


def _rule_line(rule: CompiledRule, verdict: Verdict) -> str:
    place = verdict.program.place(rule.id)
    where = printable(f"{rule.id}, {place}" if place is not None else rule.id)
    side = "in scope" if rule.effect is Effect.INCLUDE else "out of scope"
    return f"{_quote(rule.text)} ({side}; {where})"


def _beaten_line(match: Match, verdict: Verdict) -> str:
    line = _rule_line(match.rule, verdict)
    winners = [m for m in verdict.matches if m.effect is not match.effect]
    if not winners:
        return f"{line}: {'the wide reading alone' if match.doubts else 'not needed'}"
    winner = _quote(winners[0].rule.text)
    if match.effect is Effect.EXCLUDE:
        return f"{line}: {winner} is narrower, so it wins"
    if strictly_narrower(match.zone, winners[0].zone, against_narrow=not winners[0].doubts):
        return f"{line}: another exclusion wins"
    return f"{line}: it is not narrower than {winner}, and then the exclusion wins"


def headline(verdict: Verdict) -> tuple[str, str, str]:
    """Return the first line of a verdict as what stands before the decision, the decision, what follows.

    Joined they are the line. Apart, a target that reads like an answer is never taken for one.
    """
    rest = f" ({verdict.reason}) for {printable(verdict.program.name)}"
    return f"{printable(verdict.text)}: ", _HEADLINE[verdict.decision], rest


def to_text(verdict: Verdict) -> str:
    """Return a few plain lines for a person; nothing of a file or target in them is obeyed by a terminal."""
    lines = ["".join(headline(verdict)), f"  why: {printable(why(verdict), _MAX_LINE)}"]
    if verdict.target is not None and str(verdict.target) != verdict.text:
        lines.append(f"  read as: {printable(str(verdict.target))}")
    for label, text in _details(verdict):
        first, *rest = printable_lines(text)
        lines.append(f"  {label}: {first}")
        lines += [f"    {more}" for more in rest]
    return "\n".join(lines)


def printable_lines(text: str) -> list[str]:
    """Split a text into lines fit for a terminal."""
    return [printable(line, 500) for line in text.strip().splitlines() if line.strip()] or [""]


def _details(verdict: Verdict) -> Iterator[tuple[str, str]]:
    yield from (("rule", _rule_line(match.rule, verdict)) for match in verdict.matches[:_MAX_SHOWN])
    yield from (("lost", _beaten_line(match, verdict)) for match in verdict.beaten[:_MAX_SHOWN])
    yield from (("near miss", miss) for miss in verdict.near_misses)
    if verdict.question:
        yield "ask", verdict.question
    words = _own_words(verdict)
    yield from (("the program says", text) for text in words)
    yield from (("caveat", caveat) for caveat in verdict.caveats if caveat not in words)
    remarks = dict.fromkeys(match.rule.item.note for match in verdict.matches)
    yield from (("remark of the file", remark) for remark in remarks if remark)
    yield from (("report instead", channel) for channel in _channels(verdict))
    yield from (("note", note) for note in verdict.notes)
    paid = verdict.eligible_for_bounty
    if verdict.in_scope and paid is not None:
        yield "bounty", "eligible" if paid else "not eligible: in scope, but not paid"


def _own_words(verdict: Verdict) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words for match in verdict.matches for words in match.rule.words))


def _channels(verdict: Verdict) -> Iterator[str]:
    items = [match.rule.item for match in verdict.matches]
    wanted = {item.report_to for item in items if isinstance(item, (Exclusion, Inclusion))}
    for channel in verdict.program.channels:
        if channel.id in wanted:
            yield f"{channel.title}: {channel.url or channel.email or ''}".rstrip(": ")


def _match_dict(match: Match, verdict: Verdict) -> dict[str, Any]:
    item = match.rule.item
    place = verdict.program.place(match.rule.id)
    return {
        "rule": match.rule.id,
        "asset": match.rule.text,
        "effect": match.effect.value,
        "reading": match.reading,
        "doubts": [str(doubt) for doubt in match.doubts],
        "place": str(place) if place is not None else None,
        "entry": item.entry or None,
        "instruction": item.instruction,
        "note": item.note,
        "group": item.group if isinstance(item, Inclusion) else None,
    }


def to_dict(verdict: Verdict) -> dict[str, Any]:
    """Return what `to_text` says, as JSON types."""
    return {
        "program": verdict.program.id,
        "target": _json_text(verdict.text),
        "read_as": _json_text(str(verdict.target)) if verdict.target is not None else None,
        "decision": str(verdict.decision),
        "reason": str(verdict.reason),
        "why": why(verdict),
        "matches": [_match_dict(match, verdict) for match in verdict.matches],
        "beaten": [_match_dict(match, verdict) for match in verdict.beaten],
        "near_misses": list(verdict.near_misses),
        "question": verdict.question,
        "caveats": list(verdict.caveats),
        "notes": list(verdict.notes),
        "report_to": list(_channels(verdict)),
        "eligible_for_bounty": verdict.eligible_for_bounty,
        "max_severity": verdict.max_severity,
        "group": verdict.group,
    }


def _json_text(text: str) -> str:
    """Return `text` without lone surrogates, which no encoder writes."""
    return text.encode("utf-8", "backslashreplace").decode()
