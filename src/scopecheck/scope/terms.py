"""The parts of a scope file beside its rules: findings, rewards, channels, sources, the form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

__all__ = [
    "Amount",
    "Channel",
    "Condition",
    "Day",
    "FindingRule",
    "Findings",
    "Flag",
    "FormField",
    "Identifier",
    "KeyShape",
    "Model",
    "Range",
    "RewardGroup",
    "Rewards",
    "Source",
    "Statement",
    "Text",
]


def _written_as_date(value: Any) -> Any:
    # A number would be read as seconds since 1970.
    if isinstance(value, (bool, int, float)) or (isinstance(value, str) and value[4:5] != "-"):
        raise PydanticCustomError("date_type", "a number is no date")
    return value


Day = Annotated[dt.date, BeforeValidator(_written_as_date)]
Flag = Annotated[bool, Field(strict=True)]
Amount = Annotated[int, Field(ge=0, strict=True)]
Text = Annotated[str, Field(min_length=1, max_length=65_536)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=100)]


class Model(BaseModel):
    """Frozen, and closed to fields it does not know."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=False, defer_build=True
    )


class Source(Model):
    """Where facts of the file come from."""

    id: Identifier
    """Names the source for `sources` of other fields."""
    title: Text
    """What the source is called."""
    url: str | None = None
    """Where it is read."""
    date: Day | None = None
    """The day of its publication."""
    third_party: Flag = False
    """Another person's note about the program, not its own words."""


class Statement(Model):
    """Something the program says that a reader must know, in words."""

    text: Text
    """The words of the program."""
    sources: tuple[Identifier, ...] = ()
    """Where it stands: ids of `sources`."""
    since: Day | None = None
    """The day on which it was first seen."""


class Condition(Model):
    """What makes an exclusion not hold; the caller who asserts it gets the other branch (F3)."""

    id: Identifier
    """The word by which a caller asserts the condition."""
    text: Text
    """The words of the program."""


class FindingRule(Model):
    """A finding type that counts, or does not."""

    finding: Text
    """A VRT id, a CWE, an OWASP id with year, an alias, or a category of the program's own."""
    id: str = ""
    """Names the rule in verdicts."""
    title: str | None = None
    """What the program calls the type."""
    aliases: tuple[str, ...] = ()
    """Further words for a category of the program's own."""
    assets: tuple[str, ...] = ()
    """Listed assets for which alone the rule holds; none: for all (F4)."""
    unless: Condition | None = None
    """A condition under which the rule does not hold."""
    only_if: Condition | None = None
    """A condition under which alone the rule holds."""
    report_to: Identifier | None = None
    """The channel that takes such findings, an id of `channels`."""
    see_program: Identifier | None = None
    """The sibling program that takes such findings instead (F5)."""
    stated: Flag = True
    """False where only a third party's note says so."""
    instruction: str | None = None
    """The program's own words beside the rule."""
    note: str | None = None
    """A remark of the file's author; not the program's words."""
    since: Day | None = None
    """The day on which the rule was first seen."""
    sources: tuple[Identifier, ...] = ()
    """Where it stands: ids of `sources`."""
    entry: str = ""
    """The listed entry that the rule was made from: its place in the file it was read from."""


class Findings(Model):
    """Finding types, apart from assets."""

    in_scope: tuple[FindingRule, ...] = ()
    """Types that count."""
    out_of_scope: tuple[FindingRule, ...] = ()
    """Types that do not count."""
    unlisted: Literal["eligible", "undetermined"] = "undetermined"
    """What holds for a type that no rule names."""


class Range(Model):
    """An amount of money from `low` to `high`, both included."""

    low: Amount
    """The smallest amount, in whole units."""
    high: Amount
    """The largest amount, in whole units."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise PydanticCustomError(
                "range-reversed",
                "the range runs from `{low}` down to `{high}`",
                {"low": self.low, "high": self.high, "help": "write the smaller amount as `low`"},
            )
        return self


class RewardGroup(Model):
    """Rewards of one group of assets by priority."""

    title: Text
    """What the program calls the group."""
    by_priority: Mapping[Literal["P1", "P2", "P3", "P4", "P5"], Range] = {}
    """What each priority is paid."""
    maximum: Amount | None = None
    """The most that is paid in this group."""
    since: Day | None = None
    """The day on which the group was first seen."""
    sources: tuple[Identifier, ...] = ()
    """Where it stands: ids of `sources`."""
    note: str | None = None
    """A remark of the file's author; not the program's words."""


class Rewards(Model):
    """What the program pays, in whole units of `currency` (ISO 4217)."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = "USD"
    """The code of the currency, such as USD."""
    usual: Range | None = None
    """From the least to the most that is usually paid."""
    maximum: Amount | None = None
    """The most that was ever promised when the program opened."""
    exceptional: Amount | None = None
    """A later, higher maximum for exceptional findings."""
    exceptional_since: Day | None = None
    """The day from which `exceptional` holds."""
    exceptional_sources: tuple[Identifier, ...] = ()
    """Where `exceptional` stands: ids of `sources`."""
    priority: str | None = None
    """How a priority is found and who may change it."""
    groups: Mapping[Identifier, RewardGroup] = {}
    """Reward groups by id."""
    note: str | None = None
    """A remark of the file's author; not the program's words."""
    sources: tuple[Identifier, ...] = ()
    """Where it stands: ids of `sources`."""


class Channel(Model):
    """Where something is reported."""

    id: Identifier
    """Names the channel for `report_to` of rules."""
    title: Text
    """What the channel is called."""
    url: str | None = None
    """Its page."""
    email: str | None = None
    """Its address."""
    takes: str | None = None
    """What belongs there."""
    until: Day | None = None
    """The last day on which it takes reports."""
    sources: tuple[Identifier, ...] = ()
    """Where it stands: ids of `sources`."""


class FormField(Model):
    """One field of the submission form."""

    id: Identifier
    """Names the field."""
    title: Text
    """What the form calls it."""
    required: Flag = True
    """Whether it has to be filled in."""
    help: str | None = None
    """What belongs there."""


class KeyShape(Model):
    """How a secret of the program looks, so that it never lands in a report."""

    prefix: Annotated[str, Field(min_length=2, max_length=40)]
    """How such a secret begins."""
    title: Text
    """What kind of secret it is."""
    report_to: Identifier | None = None
    """The channel that takes found secrets, an id of `channels`."""
    sources: tuple[Identifier, ...] = ()
    """Where it stands: ids of `sources`."""
