"""A redirect chain, hop by hop, before anything is contacted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from ada_url import join_url

from scopecheck.answer.finding import least_eligible
from scopecheck.answer.verdict import Decision, Verdict
from scopecheck.targets.host import MAX_TEXT, printable

__all__ = ["ChainVerdict", "Hop", "check_chain"]


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
                {"number": hop.number, "location": hop.location, "url": hop.url, **hop.verdict.to_dict()}
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


def check_chain(check: Callable[[str], Verdict], locations: Iterable[str]) -> ChainVerdict:
    """Return the verdict of every hop; relative locations are resolved against the hop before.

    Resolution follows the WHATWG URL standard, section 4.4. A location that cannot be resolved gets
    the verdict `invalid-target`, and so does what follows it until an absolute URL comes.
    """
    hops: list[Hop] = []
    base = ""
    for number, location in enumerate(locations, 1):
        url = _resolve(base, location)
        hops.append(Hop(number, location, url, check(url)))
        base = url
    return ChainVerdict(tuple(hops))


def _resolve(base: str, location: str) -> str:
    if not base or not isinstance(location, str) or len(location) > MAX_TEXT:
        return location
    try:
        joined = join_url(base, location)
    except ValueError:
        return location
    try:
        # An absolute location is kept as it was written, so that its doubts are seen (T3).
        absolute = join_url("https://base.invalid/", location) == joined
    except ValueError:
        absolute = False
    return location if absolute and "//" in location[:20] and ":" in location[:20] else joined
