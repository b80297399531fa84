"""A redirect chain, hop by hop, before anything is contacted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, NoReturn, cast

from ada_url import URL, join_url

from scopecheck.answer.finding import least_eligible
from scopecheck.answer.verdict import Answer, Decision, Outcome, Reason, Verdict
from scopecheck.targets.host import printable
from scopecheck.targets.url import Url, has_scheme

__all__ = ["ChainVerdict", "Hop", "check_chain"]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_C0_AND_SPACE = "".join(map(chr, range(0x21)))


@dataclass(frozen=True, slots=True)
class Hop:
    """One step: the location as given, the absolute URL it means, and its verdict."""

    number: int
    location: str
    url: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """The verdicts of a chain; `decision` is the least eligible of them."""

    hops: tuple[Hop, ...]

    @property
    def decision(self) -> Decision:
        """`IN_SCOPE` where every hop is; an empty chain is `UNDETERMINED`."""
        decisions = [hop.verdict.decision for hop in self.hops]
        return least_eligible(*decisions) if decisions else Decision.UNDETERMINED

    @property
    def in_scope(self) -> bool:
        """True where every hop is in scope."""
        return self.decision is Decision.IN_SCOPE

    @property
    def leaves(self) -> Hop | None:
        """The first hop that is not in scope: stop before it."""
        return next((hop for hop in self.hops if not hop.verdict.in_scope), None)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON types."""
        return {
            "decision": str(self.decision),
            "leaves": self.leaves.number if self.leaves is not None else None,
            "hops": [
                {
                    "number": hop.number,
                    "location": printable(hop.location, len(hop.location)),
                    "url": printable(hop.url, len(hop.url)),
                    **hop.verdict.to_dict(),
                }
                for hop in self.hops
            ],
        }

    def __str__(self) -> str:
        lines = []
        for hop in self.hops:
            words = f"{hop.verdict.decision} ({hop.verdict.reason})"
            lines.append(f"{hop.number}. {printable(hop.url)}: {words}")
        if self.leaves is not None:
            lines.append(f"stop before hop {self.leaves.number}: it is not in scope")
        return "\n".join(lines)

    def __bool__(self) -> NoReturn:
        raise TypeError("a chain has no truth value; use `chain.in_scope`")


def check_chain(check: Callable[[str], Verdict], locations: Iterable[object]) -> ChainVerdict:
    """Return the verdict of every hop; relative locations are resolved against the hop before.

    Resolution follows the WHATWG URL standard, section 4.4. A location that cannot be resolved gets
    the verdict `invalid-target`, and so does what follows it until an absolute URL comes.
    """
    hops: list[Hop] = []
    for number, given in enumerate(locations, 1):
        location = given if isinstance(given, str) else repr(given)
        if not hops:
            url, verdict = location, check(cast("str", given))  # What is no text gets a verdict too.
        elif isinstance(given, str):
            url, verdict = _next(hops[-1], location, check)
        else:
            url, verdict = location, _refused(hops[-1].verdict, location, "a location is text")
        hops.append(Hop(number, location, url, verdict))
    return ChainVerdict(tuple(hops))


def _next(before: Hop, location: str, check: Callable[[str], Verdict]) -> tuple[str, Verdict]:
    """Return the URL that a location means behind another hop, and its verdict."""
    base = _base(before)
    scheme = _SCHEME.match(re.sub(r"[\t\r\n]", "", location.lstrip(_C0_AND_SPACE)))
    if scheme is not None and not has_scheme(location):
        # To a person `example.com:8443` is a host and a port, in a `Location` it is a scheme.
        return location, _refused(before.verdict, location, f"`{printable(scheme[0])}` is a scheme here")
    if not base:
        if scheme is not None:
            return location, check(location)
        return location, _refused(before.verdict, location, "there is no URL that it is relative to")
    try:
        url = join_url(base, location)
        # Without slashes `https:x` is relative to a base of its own scheme, and absolute to others.
        elsewhere = join_url(f"{base.partition(':')[0]}://base.invalid/", location)
    except ValueError:
        return location, _refused(before.verdict, location, "it cannot be resolved")
    if scheme is not None:
        if url == elsewhere:
            return location, check(location)
        return url, _doubted(check(url), "not exactly two slashes behind the scheme")
    return url, check(_spelled(base, location, url, from_scheme=url == elsewhere))


def _base(hop: Hop) -> str:
    """Return the URL that the location behind a hop is relative to, "" where it is none."""
    if not isinstance(hop.verdict.target, Url):
        return ""
    text = hop.url if has_scheme(hop.url) else str(hop.verdict.target)
    try:
        return URL(text).href
    except ValueError:
        return ""


def _spelled(base: str, location: str, url: str, *, from_scheme: bool) -> str:
    """Return what `url` is resolved from, as it was written where that leaves doubts (T3, T5).

    Resolving mends backslashes, tabs and user names away, which other clients take for parts of a host.
    """
    core = location.lstrip(_C0_AND_SPACE)
    page = base.partition("#")[0]
    path = page.partition("?")[0]
    match re.sub(r"[\t\r\n]", "", core)[:1]:
        case _ if from_scheme:
            prefix = base.partition("//")[0]
        case "" | "#":
            prefix = page
        case "?":
            prefix = path
        case "/" | "\\":
            prefix = "/".join(path.split("/", 3)[:3])
        case _:
            prefix = path[: path.rindex("/") + 1]
    # What stood in front is dropped there as it is behind, where the checks of the text still see it.
    text = prefix + core + location[: len(location) - len(core)]
    try:
        same = URL(text).href == url
    except ValueError:
        same = False
    return text if same and (from_scheme or re.search(r"[\x00-\x20\x7f\\]", location)) else url


def _refused(before: Verdict, location: str, problem: str) -> Verdict:
    outcome = Outcome(Decision.UNDETERMINED, Reason.INVALID_TARGET)
    return Verdict(Answer(before.program, before.rules, outcome, (), problem), location)


def _doubted(verdict: Verdict, problem: str) -> Verdict:
    """Return the verdict of a URL that other clients read otherwise (T3)."""
    if not verdict.in_scope:
        return verdict
    outcome = verdict.outcome._replace(decision=Decision.UNDETERMINED, reason=Reason.AMBIGUOUS_TARGET)
    answer = replace(verdict.answer, outcome=outcome, problem=problem, target=verdict.target)
    return Verdict(answer, verdict.text)
