"""The parts of a scope file beside its rules: findings, rewards, channels, sources, the form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

__all__ = [
    "Amount",
    "Channel",
    "Condition",
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

Flag = Annotated[bool, Field(strict=True)]
Amount = Annotated[int, Field(ge=0, strict=True)]
Text = Annotated[str, Field(min_length=1, max_length=65_536)]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=100)]


class Model(BaseModel):
    """Frozen, and closed to fields it does not know."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, str_strip_whitespace=False
    )


class Source(Model):
    """Where facts of the file come from."""

    id: Identifier
    title: Text
    url: str | None = None
    date: dt.date | None = None
    third_party: Flag = False
    """Another person's note about the program, not its own words."""


class Statement(Model):
    """Something the program says that a reader must know, in words."""

    text: Text
    sources: tuple[Identifier, ...] = ()
    since: dt.date | None = None


class Condition(Model):
    """What makes an exclusion not hold; the caller who asserts it gets the other branch (F3)."""

    id: Identifier
    text: Text
    """The words of the program."""


class FindingRule(Model):
    """A finding type that counts, or does not."""

    finding: Text
    """A VRT id, a CWE, an OWASP id with year, an alias, or a category of the program's own."""
    id: str = ""
    title: str | None = None
    aliases: tuple[str, ...] = ()
    """Further words for a category of the program's own."""
    assets: tuple[str, ...] = ()
    """Listed assets for which alone the rule holds; none: for all (F4)."""
    unless: Condition | None = None
    only_if: Condition | None = None
    report_to: Identifier | None = None
    see_program: Identifier | None = None
    """The sibling program that takes such findings instead (F5)."""
    stated: Flag = True
    """False where only a third party's note says so."""
    instruction: str | None = None
    note: str | None = None
    since: dt.date | None = None
    sources: tuple[Identifier, ...] = ()
    entry: str = ""


class Findings(Model):
    """Finding types, apart from assets."""

    in_scope: tuple[FindingRule, ...] = ()
    out_of_scope: tuple[FindingRule, ...] = ()
    unlisted: Literal["eligible", "undetermined"] = "undetermined"
    """What holds for a type that no rule names."""


class Range(Model):
    """An amount of money from `low` to `high`, both included."""

    low: Amount
    high: Amount

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
    by_priority: Mapping[Literal["P1", "P2", "P3", "P4", "P5"], Range] = {}
    maximum: Amount | None = None
    since: dt.date | None = None
    sources: tuple[Identifier, ...] = ()
    note: str | None = None


class Rewards(Model):
    """What the program pays, in whole units of `currency` (ISO 4217)."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = "USD"
    usual: Range | None = None
    maximum: Amount | None = None
    """The most that was ever promised when the program opened."""
    exceptional: Amount | None = None
    """A later, higher maximum for exceptional findings."""
    exceptional_since: dt.date | None = None
    exceptional_sources: tuple[Identifier, ...] = ()
    priority: str | None = None
    """How a priority is found and who may change it."""
    groups: Mapping[Identifier, RewardGroup] = {}
    note: str | None = None
    sources: tuple[Identifier, ...] = ()


class Channel(Model):
    """Where something is reported."""

    id: Identifier
    title: Text
    url: str | None = None
    email: str | None = None
    takes: str | None = None
    """What belongs there."""
    until: dt.date | None = None
    sources: tuple[Identifier, ...] = ()


class FormField(Model):
    """One field of the submission form."""

    id: Identifier
    title: Text
    required: Flag = True
    help: str | None = None


class KeyShape(Model):
    """How a secret of the program looks, so that it never lands in a report."""

    prefix: Annotated[str, Field(min_length=2, max_length=40)]
    title: Text
    report_to: Identifier | None = None
    sources: tuple[Identifier, ...] = ()
