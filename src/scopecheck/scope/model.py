"""The scope file as a pydantic model: programs, rules, findings, rewards. No I/O, no matching."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import BeforeValidator, GetJsonSchemaHandler, PrivateAttr, ValidationError, model_validator
from pydantic_core import CoreSchema, PydanticCustomError

from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.errors import PatternSyntaxError, ScopeValidationError
from scopecheck.scope.interpret import Context, Interpretation, interpret
from scopecheck.scope.pattern import Effect
from scopecheck.scope.terms import (
    Channel,
    Day,
    Findings,
    Flag,
    FormField,
    Identifier,
    KeyShape,
    Model,
    Rewards,
    Source,
    Statement,
    Text,
)

__all__ = [
    "RULE_IDS",
    "AssetType",
    "Exclusion",
    "Inclusion",
    "Policy",
    "Program",
    "Rule",
    "Unresolved",
]


def _whole(value: Any) -> Any:
    # To Python, `True` and `1.0` equal 1.
    if type(value) is not int:
        raise PydanticCustomError("literal_error", "the format is a whole number", {"expected": "1"})
    return value


class AssetType(StrEnum):
    """What kind of thing a rule lists; the union of what the platforms use."""

    WEBSITE = "website"
    API = "api"
    WILDCARD = "wildcard"
    DOMAIN = "domain"
    URL = "url"
    NETWORK = "network"
    IP = "ip"
    ANDROID = "android"
    IOS = "ios"
    WINDOWS_APP = "windows-app"
    MOBILE = "mobile"
    EXECUTABLE = "executable"
    SOURCE_CODE = "source-code"
    HARDWARE = "hardware"
    SMART_CONTRACT = "smart-contract"
    AI_MODEL = "ai-model"
    OTHER = "other"


class Policy(Model):
    """What the program has said about questions that scope texts usually leave open.

    A policy settles an `UNDETERMINED`; it never turns a yes into a no or back.
    """

    apex: Literal["covered", "not-covered"] | None = None
    """Whether `*.example.com` covers `example.com`."""
    depth: Literal["any", "one"] | None = None
    """Whether a star inside a name stands for several labels or for one."""
    below_excluded: Literal["excluded", "not-excluded"] | None = None
    """Whether hosts below an excluded host are excluded with it."""
    open_scope: Flag | None = None
    """Whether assets of the owner that no rule lists may be eligible all the same."""


class Rule(Model):
    """One line of a program's scope."""

    effect: ClassVar[Effect]

    asset: Text
    """What is listed, in the syntax of the table of patterns."""
    id: str = ""
    """Names the rule in verdicts; made from its position where it is not given."""
    type: AssetType | None = None
    """What kind of thing the text lists, where the program says so."""
    name: str | None = None
    """What the program calls the asset, where that is not the text itself."""
    stated: Flag = True
    """False for what is probably meant but stands in no published list (P7)."""
    reading: Literal["both", "wide"] = "both"
    """`wide` where the program's own fields disagree, so that the rule is only a question (P6)."""
    condition: str | None = None
    """Words under which alone the rule holds, such as one finding type; then it is only a question."""
    instruction: str | None = None
    """The program's own words beside the rule; they belong to its meaning (P5)."""
    note: str | None = None
    """A remark of the file's author; not the program's words."""
    since: Day | None = None
    """The day on which the rule was first seen."""
    sources: tuple[Identifier, ...] = ()
    """Where the rule stands: ids of `sources`."""
    entry: str = ""
    """The listed entry that the rule was made from: its place in the file it was read from."""
    listed: Flag = False
    """Whether the text comes from a platform's list, where a bare shared host is doubtful."""


class Inclusion(Rule):
    """An asset that may be tested."""

    effect: ClassVar[Effect] = Effect.INCLUDE

    eligible_for_bounty: Flag | None = None
    """Whether a valid finding here is paid; None where the program does not say."""
    max_severity: Literal["none", "low", "medium", "high", "critical"] | None = None
    """The highest severity that counts here."""
    group: Identifier | None = None
    """The reward group, a key of `rewards.groups`."""
    report_to: Identifier | None = None
    """The channel to use instead of a report, an id of `channels` (leaked keys, say)."""
    aliases: tuple[str, ...] = ()
    """Other names by which the same asset is asked about."""


class Exclusion(Rule):
    """An asset that must not be tested."""

    effect: ClassVar[Effect] = Effect.EXCLUDE

    report_to: Identifier | None = None
    """The channel to use instead, an id of `channels`."""


class Unresolved(Model):
    """A listed text that no pattern expresses; kept, never guessed wider (P3, P4)."""

    text: Text
    """The words of the program."""
    effect: Literal["include", "exclude"]
    """On which side they stand."""
    id: str = ""
    """Names the text in verdicts; made from its position where it is not given."""
    why: str = ""
    """Why no pattern expresses it."""
    type: AssetType | None = None
    """What kind of thing the text lists, where the program says so."""
    instruction: str | None = None
    """The program's own words beside the text."""
    note: str | None = None
    """A remark of the file's author; not the program's words."""
    since: Day | None = None
    """The day on which the text was first seen."""
    sources: tuple[Identifier, ...] = ()
    """Where the text stands: ids of `sources`."""
    entry: str = ""
    """The listed entry that the text was taken from: its place in the file it was read from."""
    restates_default: Flag = False
    """Whether it only says that what is not listed is out of scope."""


def _bare_text(value: Any) -> Any:
    return {"asset": value} if isinstance(value, str) else value


class _OrText:
    """Tells the JSON Schema that a plain text may stand for a rule."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [handler(schema), {"type": "string", "minLength": 1, "maxLength": 65_536}]}


RULE_IDS = {"in_scope": "in", "out_of_scope": "out", "unresolved": "unresolved"}
"""How the ids begin that rules of a field get from their position, where they state none: `in-1`."""

_R = TypeVar("_R", Inclusion, Exclusion)


def _as_text(text: object, side: str) -> str:
    if text is None or isinstance(text, (bytes, bytearray, memoryview)):
        raise TypeError(f"`{side}` holds {type(text).__name__}, where texts are listed")
    return str(text)


def _policy(policy: object) -> Policy:
    try:
        return Policy.model_validate(policy or {})
    except ValidationError as error:
        problems = tuple(
            Diagnostic(
                "policy", str(one["msg"]).lower(), Place("<policy>"), path=".".join(map(str, one["loc"]))
            )
            for one in error.errors(include_url=False)
        )
        raise ScopeValidationError("the policy cannot be read", problems) from None


class Program(Model):
    """A program's whole scope, as one file states it."""

    format: Annotated[Literal[1], BeforeValidator(_whole)] = 1
    """The version of this file shape."""
    id: Identifier
    """Names the program: lower-case letters, digits, `-`, `_` and `.`."""
    name: Text
    """What people call the program."""
    platform: str | None = None
    """Where the program is run."""
    handle: str | None = None
    """The program's name on its platform."""
    url: str | None = None
    """The program's page."""
    as_of: Day | None = None
    """The day up to which the file is true."""
    about: str | None = None
    """What a reader should know first."""
    sources: tuple[Source, ...] = ()
    """Where the facts of the file come from."""
    siblings: tuple[Identifier, ...] = ()
    """Other programs of the same owner."""
    owned: tuple[Text, ...] = ()
    """Domains that are the owner's own, so that `*.` before them is read even where the Public
    Suffix List has them."""
    policy: Policy = Policy()
    """What the program says about questions that scope texts usually leave open."""
    in_scope: tuple[Annotated[Inclusion, BeforeValidator(_bare_text), _OrText], ...] = ()
    """What may be tested: rules, or plain texts for rules without more fields."""
    out_of_scope: tuple[Annotated[Exclusion, BeforeValidator(_bare_text), _OrText], ...] = ()
    """What must not be tested: rules, or plain texts for rules without more fields."""
    unresolved: tuple[Unresolved, ...] = ()
    """Listed texts that no pattern expresses."""
    findings: Findings = Findings()
    """Finding types that count, or do not."""
    rewards: Rewards | None = None
    """What is paid."""
    statements: tuple[Statement, ...] = ()
    """Rules of engagement and other prose that every reader must know."""
    safe_harbor: Literal["full", "partial", "none"] | None = None
    """How far the program protects good-faith research from legal action."""
    disclosure: Literal["allowed", "coordinated", "not-allowed"] | None = None
    """Whether findings may be published."""
    channels: tuple[Channel, ...] = ()
    """Where something is reported."""
    submission: tuple[FormField, ...] = ()
    """The fields of the submission form."""
    key_shapes: tuple[KeyShape, ...] = ()
    """How secrets of the owner begin, so that none lands in a report."""

    _places: dict[str, Place] = PrivateAttr(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        """Compare what the programs state; not where their rules stand, nor in which file."""
        return vars(self) == vars(other) if isinstance(other, Program) else NotImplemented

    def __hash__(self) -> int:
        """Agree with equality; rewards are mappings, which have no hash."""
        return hash((self.id, self.name, self.rules, self.unresolved))

    @model_validator(mode="after")
    def _name_rules(self) -> Self:
        """Give every rule an id, and refuse ids and references that do not fit."""
        # The model is frozen, and ids are settled before anyone has seen it.
        for field, mark in RULE_IDS.items():
            entries: tuple[Rule | Unresolved, ...] = getattr(self, field)
            named = tuple(
                one if one.id else one.model_copy(update={"id": f"{mark}-{number}"})
                for number, one in enumerate(entries, 1)
            )
            object.__setattr__(self, field, named)
        _refuse_duplicates("rule", (*(rule.id for rule in self.rules), *(one.id for one in self.unresolved)))
        _refuse_duplicates("source", (one.id for one in self.sources))
        _refuse_duplicates("channel", (one.id for one in self.channels))
        return self

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule that was interpreted, inclusions first."""
        return (*self.in_scope, *self.out_of_scope)

    @classmethod
    def from_assets(
        cls,
        include: Iterable[str] = (),
        exclude: Iterable[str] = (),
        *,
        id: str = "assets",
        name: str | None = None,
        policy: Policy | Mapping[str, Any] | None = None,
        owned: Iterable[str] = (),
    ) -> Self:
        """Make a program of listed texts; odd text becomes unresolved and never raises.

        Raises `TypeError` where a list is a lone string, which would be read letter by letter, or holds
        bytes or None; and `ScopeValidationError` for a policy that says what no policy says.
        """
        sides: dict[str, list[str]] = {}
        for side, texts in (("include", include), ("exclude", exclude), ("owned", owned)):
            if isinstance(texts, (str, bytes)):
                raise TypeError(f"`{side}` is a list of texts, not one text")
            sides[side] = [_as_text(text, side) for text in texts]
        owned = tuple(one for one in sides["owned"] if 0 < len(one) <= 253 and one.isascii())
        includes = [_rule_or_text(Inclusion, *one, owned) for one in enumerate(sides["include"])]
        excludes = [_rule_or_text(Exclusion, *one, owned) for one in enumerate(sides["exclude"])]
        return cls(
            id=id,
            name=name or id,
            owned=owned,
            policy=_policy(policy),
            in_scope=tuple(rule for rule in includes if isinstance(rule, Inclusion)),
            out_of_scope=tuple(rule for rule in excludes if isinstance(rule, Exclusion)),
            unresolved=tuple(one for one in (*includes, *excludes) if isinstance(one, Unresolved)),
        )

    def context(self, rule: Rule) -> Context:
        """Return what is known about the text of a rule besides the text."""
        return Context(
            effect=rule.effect,
            type=str(rule.type or ""),
            listed=rule.listed,
            own_names=frozenset(name for name in (self.id, self.name, self.handle) if name),
            owned=frozenset(self.owned),
        )

    def interpretation(self, rule: Rule) -> Interpretation:
        """Return the patterns of a rule; raise `PatternSyntaxError` where it has none."""
        return interpret(rule.asset, self.context(rule))

    def place(self, rule_id: str) -> Place | None:
        """Return where a rule stands in its file, if it came from one."""
        return self._places.get(rule_id)

    def with_places(self, places: Mapping[str, Place]) -> Self:
        """Return a copy that knows where its rules stand."""
        copy = self.model_copy()
        copy._places = dict(places)  # noqa: SLF001 - a copy of this class
        return copy


def _rule_or_text(model: type[_R], number: int, text: str, owned: tuple[str, ...]) -> _R | Unresolved:
    """Make a rule of a listed text, or an unresolved entry where it cannot be read."""
    side: Literal["include", "exclude"] = "include" if model.effect is Effect.INCLUDE else "exclude"
    entry = f"{side}[{number}]"
    problem = why_unresolved(text, Context(model.effect, owned=frozenset(owned)))
    if problem is None:
        return model(asset=text, entry=entry, id=f"{side}-{number + 1}")
    shown = text.encode("utf-8", "backslashreplace").decode()[:65_536] or " "
    return Unresolved(text=shown, effect=side, why=problem, entry=entry)


def why_unresolved(text: str, context: Context) -> str | None:
    """Return why a listed text cannot be a rule, or None where it can."""
    if len(text) > 65_536:
        return "the text is too long or holds control characters"
    try:
        interpret(text, context)
    except PatternSyntaxError as error:
        return error.message
    return None


def _refuse_duplicates(kind: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise PydanticCustomError(
                "duplicate-id",
                "two entries have the " + kind + " id `{id}`",
                {"id": one, "help": "ids name rules in verdicts, so each has to be its own"},
            )
        seen.add(one)
