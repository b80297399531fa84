"""What the programs of several platforms have in common: words, amounts, dates, rewards, prose."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Collection, Mapping
from typing import Any

from scopecheck.formats.builder import Listed, ProgramBuilder
from scopecheck.formats.source import Source, as_text
from scopecheck.scope.limits import restricted
from scopecheck.scope.model import Program
from scopecheck.scope.pattern import Effect
from scopecheck.scope.terms import Range, Rewards

__all__ = [
    "add_restrictions",
    "as_object",
    "bare",
    "clean",
    "day",
    "first_object",
    "moment",
    "number",
    "required",
    "rewards",
    "storable",
]

_YEAR_10000 = 253_402_300_800


def clean(source: Source, value: Any, path: str) -> str:
    """Return a text that a scope file can hold, "" for null."""
    return storable(as_text(source, value, path))


def storable(text: str) -> str:
    """Return a text without lone surrogates, which no file can hold, and not endless."""
    return text.encode("utf-8", "backslashreplace").decode()[:65_536]


def as_object(value: Any) -> Mapping[str, Any]:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def required(source: Source, item: Mapping[str, Any], keys: tuple[str, ...], path: str) -> Any:
    """Return the value of the first of `keys` that is there; raise `ShapeError` where none is."""
    for key in keys:
        if key in item:
            return item[key]
    names = " or ".join(f"`{key}`" for key in keys)
    raise source.shape(f"{names} is missing", path)


def number(source: Source, value: Any, path: str) -> float | None:
    """Return an amount, None for null; raise `ShapeError` where it is none."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e15:
        raise source.shape("a number of 0 or more belongs here", path)
    return float(value)


def moment(source: Source, value: Any, path: str) -> float:
    """Return the seconds since 1970 of a number or an ISO date, 0 for null."""
    if not isinstance(value, str):
        return number(source, value, path) or 0.0
    try:
        made = dt.datetime.fromisoformat(value)
    except ValueError:
        raise source.shape("a date belongs here", path, "seconds since 1970, or an ISO date") from None
    return (made if made.tzinfo else made.replace(tzinfo=dt.UTC)).timestamp()


def day(seconds: float) -> dt.date | None:
    """Return the day of a moment, None where there is none."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).date() if 0 < seconds < _YEAR_10000 else None


def rewards(program: Program, low: float | None, high: float | None, currency: str) -> Rewards | None:
    """Return the rewards of a program from `low` to `high`, in whole units of `currency`.

    Amounts of no known currency are left out: `Rewards` would call them dollars.
    """
    groups = program.rewards.groups if program.rewards else {}
    if not re.fullmatch(r"[A-Z]{3}", currency):
        groups = {key: one.model_copy(update={"maximum": None}) for key, one in groups.items()}
        return Rewards(groups=groups) if groups else None
    usual = None
    if low is not None and high and low <= high:
        usual = Range(low=math.floor(low), high=math.ceil(high))
    return Rewards(currency=currency, usual=usual, groups=groups) if usual or groups else None


def bare(text: str) -> str:
    """Return what a listed text and its mention in a sentence share: no scheme, no slash at the end."""
    return re.sub(r"\Ahttps?://", "", text.strip().casefold()).rstrip("/")


def add_restrictions(builder: ProgramBuilder, text: str, entry: str, included: Collection[str]) -> None:
    """Add an exclusion in the wide reading for each host of a restricting clause (P5).

    `included` are the `bare` texts of what is listed as in scope: equal to one of them, a name
    restricts nothing.
    """
    for name in dict.fromkeys(named.host + named.tail for named in restricted(text)):
        if bare(name) not in included:
            note = "named in a restricting clause of the program's text"
            builder.add(Listed(name, Effect.EXCLUDE, entry, reading="wide", note=note))


def first_object(source: Source) -> Mapping[str, Any]:
    """Return the object that a JSON file is, or the first of its list; an empty one for neither."""
    if source.head.lstrip()[:1] not in ("[", "{"):
        return {}
    data = source.json()
    return as_object(next(iter(data), None) if isinstance(data, list) else data)
