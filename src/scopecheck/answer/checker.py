"""The one door: a program, compiled once, answers for any target."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from scopecheck.answer.compiled import CompiledRule, compile_program
from scopecheck.answer.decide import decide
from scopecheck.answer.matcher import Index
from scopecheck.answer.shortcut import Shortcut, plain_shape
from scopecheck.answer.verdict import Answer, Decision, Match, Outcome, Reason, Verdict
from scopecheck.errors import TargetError
from scopecheck.scope.limits import declares_open_scope
from scopecheck.scope.model import Program
from scopecheck.scope.pathset import ANY_PATH
from scopecheck.scope.pattern import UrlPattern
from scopecheck.targets.asset import App, Block, Name, Target, name_key, parse_target, parse_web, shared_hosts
from scopecheck.targets.host import parse_address
from scopecheck.targets.url import Url, has_scheme

if TYPE_CHECKING:
    from scopecheck.answer.chain import ChainVerdict
    from scopecheck.answer.finding import FindingVerdict
    from scopecheck.answer.report import Report, ReportVerdict

__all__ = ["Checker"]

_LONGEST = 8_000
"""Of longer texts, the length in bytes has to be counted (T4)."""
_ORIGINS = 8_192
_SELDOM = 8
"""One URL in so many, by its length, has its origin remembered: hosts that come once seldom get there."""
_bare = object.__new__
"""Makes a verdict without the call of `__init__`, which takes a twentieth of a check."""


class Checker:
    """Answers whether a target is in a program's scope, and why.

    Compiled once; immutable, safe to share between threads, and picklable. With `strict`, any
    exclusion that could not be read makes every yes `UNDETERMINED` (P4).
    """

    __slots__ = (
        "_again",
        "_below",
        "_index",
        "_listed",
        "_open_scope",
        "_origins",
        "_rules",
        "_shortcut",
        "program",
        "strict",
    )

    def __init__(self, program: Program, *, strict: bool = False) -> None:
        self.program = program
        self.strict = strict
        self._rules = compile_program(program, strict=strict)
        self._index = Index(self._rules, program.policy)
        self._open_scope = _open_scope(program)
        self._shortcut = Shortcut(self._index, self._decide)
        self._listed, self._below = self._shortcut.listed, self._shortcut.below
        self._origins: dict[str, Answer] = {}
        self._again = False

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.program, self.strict))

    def __repr__(self) -> str:
        return f"<Checker {self.program.id!r}, {len(self._rules)} rules>"

    @property
    def rules(self) -> tuple[CompiledRule, ...]:
        """Every compiled rule, in the order of the program."""
        return self._rules

    def check(self, target: str) -> Verdict:
        """Answer for a URL, host, `host:port`, address, CIDR block, app id or asset name.

        Never raises: what is no target gets the verdict `invalid-target`.
        """
        if type(target) is not str:
            return self.check(str.__str__(target)) if isinstance(target, str) else self._no_text(target)
        plain = self._check_plain(target)
        if plain is not None:
            return plain
        try:
            return self._answer(target, parse_target(target, self._index.keys))
        except TargetError as error:
            return self._invalid(target, error.message)

    def _check_plain(self, target: str) -> Verdict | None:
        """Answer for a plain URL, or a plain host that is no listed asset; else return None."""
        if plain_shape(target) is not None:
            return self.check_url(target)
        if "." not in target or target in self._index.keys:
            return None
        answer = self._shortcut.unusual(target)
        return None if answer is None else Verdict(answer, target)

    def check_url(self, url: str) -> Verdict:
        """Answer for a URL or a host; a text that is neither is an `invalid-target`."""
        if type(url) is not str:  # A subclass may show another text when it is cut.
            return self.check_url(str.__str__(url)) if isinstance(url, str) else self._no_text(url)
        known = self._origins.get(url[: url.find("/", 8) + 1]) if self._again else None
        # Behind a plain origin, only what some client drops or trims could raise a doubt.
        if known is None or len(url) > _LONGEST or not url.isprintable():
            shape = plain_shape(url)
            if shape is None:
                return self._check_odd(url)
            name = shape[1]
            told = self._listed.get(name)
            if told is None:  # Not listed, so what all are told that lie right below the same domain.
                told = self._below.get(shape[2])
            known = self._shortcut.learn(name) if told is None or told is True else told or None
            if known is None:
                return self._check_apart(url, name, shape.end(1))
            if not len(url) % _SELDOM:
                self._notice(url[: shape.end(1) + 1], known)
        verdict = _bare(Verdict)
        verdict.answer, verdict.text = known, url
        return verdict

    def _check_odd(self, url: str) -> Verdict:
        answer = self._shortcut.unusual(url)
        return self._check_whole(url) if answer is None else Verdict(answer, url)

    def _check_apart(self, url: str, name: str, end: int) -> Verdict:
        answer = self._shortcut.apart("https" if url[4] == "s" else "http", name, url[end:])
        return self._check_whole(url) if answer is None else Verdict(answer, url)

    def _notice(self, origin: str, answer: Answer) -> None:
        """Remember an origin, all URLs of which are told the same, and whether origins come back at all."""
        if origin.endswith("/"):
            self._again = origin in self._origins
            if len(self._origins) >= _ORIGINS:
                self._origins.clear()
            self._origins[origin] = answer

    def origin_outcome(self, origin: str) -> Outcome | None:
        """Return the outcome for every URL on an origin, or None where rules may look behind it.

        `origin` is `http`, `https`, `ws` or `wss`, `://`, and an authority as it is spelled, without slashes,
        `?`, `#`, white space or control characters. The outcome is that of the origin alone, and with a slash
        and any text behind it that has no control characters, as long as both are at most 64 KiB of UTF-8.
        """
        shape = plain_shape(origin) or plain_shape(origin.lower())
        if shape is None:
            return self._odd_origin(origin)
        name = shape[1]
        told = self._listed.get(name)
        if told is None:
            told = self._below.get(shape[2])
        known = self._shortcut.learn(name) if told is None or told is True else told or None
        if known is not None:
            return known.outcome
        other = self._shortcut.by_origin(shape.string.partition(":")[0], name)
        if other is None:
            return self._odd_origin(origin)
        return other.outcome if isinstance(other, Answer) else None

    def domain_outcomes(self) -> Iterator[tuple[str, Outcome | None]]:
        """Yield every listed domain with the outcome for every web URL on a host right below it.

        That is for hosts of one label more, in lower case and without `xn--`, that are no listed domain
        themselves. None where rules may tell such URLs apart. Of the domain "", it is the outcome for
        hosts that lie below no listed one.
        """
        for name, answer in self._shortcut.domains():
            yield name, None if answer is None else answer.outcome

    def _odd_origin(self, origin: str) -> Outcome | None:
        try:
            url = parse_web(origin)
        except TargetError as error:
            return self._invalid(origin, error.message).outcome
        patterns = (entry.pattern for entry in self._index.candidates(url.host))
        by_path = any(isinstance(p, UrlPattern) and (p.path != ANY_PATH or p.query) for p in patterns)
        # Behind a shared host, a path names whose it is (T6).
        return None if by_path or url.host in shared_hosts().all else self._answer(origin, url).outcome

    def _check_whole(self, url: str) -> Verdict:
        try:
            parsed = parse_web(url)
        except TargetError as error:
            return self._invalid(url, error.message)
        return self._answer(url, parsed)

    def check_asset(self, name: str) -> Verdict:
        """Answer for an app id or an asset by its name; other text is read as `check` reads it."""
        if type(name) is not str:
            return self.check_asset(str.__str__(name)) if isinstance(name, str) else self._no_text(name)
        key = name_key(name)
        if key in self._index.keys or not _like_address(name):
            app = key.isdigit() or ("." in key and " " not in key)
            return self._answer(name, App(name, key) if app else Name(name, key))
        return self.check(name)

    def check_finding(
        self, type: str, target: str | None = None, assume: Collection[str] = ()
    ) -> FindingVerdict:
        """Answer whether a kind of finding counts, on `target` if one is given.

        `type` is a VRT id, `CWE-79`, `LLM01:2025`, a common word or a category of the program's own;
        `assume` are ids (or the words) of conditions that the caller asserts. Raises
        `FindingTypeError` for an unknown word, with the nearest known ones (F1).
        """
        from scopecheck.answer.finding import decide_finding
        from scopecheck.findings.rules import FindingRules

        assumed = (assume,) if isinstance(assume, str) else tuple(assume)
        rules = FindingRules.of(self.program)
        asked = rules.resolve(type)
        if target is None:
            return decide_finding(self.program, rules, asked, assume=assumed)
        asset = self.check(target)
        bound = [rule for rule in rules.rules if rule.rule.assets]
        holds = {rule.id: self._on_assets(rule.rule.assets, asset) for rule in bound}
        return decide_finding(self.program, rules, asked, asset=asset, holds_for=holds, assume=assumed)

    def _on_assets(self, assets: tuple[str, ...], asset: Verdict) -> bool | None:
        """Tell whether a target is one of the assets that a rule is bound to, None for perhaps (F4)."""
        part = Program.from_assets(include=assets, owned=self.program.owned, policy=self.program.policy)
        decision = Checker(part).check(asset.text).decision
        return None if decision is Decision.UNDETERMINED else decision is Decision.IN_SCOPE

    def check_report(self, report: Report) -> ReportVerdict:
        """Return every problem of a report before it is submitted; secrets appear in no output."""
        from scopecheck.answer.report import check_report

        return check_report(self.program, report, self.check, self.check_finding)

    def check_chain(self, locations: Iterable[str]) -> ChainVerdict:
        """Answer for a redirect chain, hop by hop, before anything is contacted."""
        from scopecheck.answer.chain import check_chain

        return check_chain(self.check_url, locations)

    def filter(self, targets: Iterable[str]) -> Iterator[str]:
        """Yield, lazily and in order, the targets that are in scope."""
        return (target for target in targets if self.check(target).in_scope)

    def _decide(self, target: Url | App | Name) -> Answer:
        matches = self._index.matches(target)
        return Answer(self.program, self._rules, decide(matches, open_scope=self._open_scope), matches)

    def _answer(self, text: str, target: Target) -> Verdict:
        if isinstance(target, Block):
            return self._answer_block(text, target)
        answer = self._decided(target)
        problem = self._doubt(target) if answer.in_scope and isinstance(target, Url) else ""
        if problem:
            return Verdict(answer.doubted(problem, target), text)
        return Verdict(Answer(self.program, self._rules, answer.outcome, answer.matches, "", target), text)

    def _decided(self, target: Url | App | Name) -> Answer:
        """Return what the rules say of a target, whatever other clients may make of it."""
        answer = self._shortcut.of(target) if isinstance(target, Url) else None
        return answer or self._decide(target)

    def _doubt(self, url: Url) -> str:
        """Say why a yes is not safe: other clients read another host, or another path decides (T3, T5)."""
        if url.doubts:
            return "; ".join(url.doubts)
        for path in url.other_paths:
            if self._decided(url._replace(path=path)).outcome.decision is not Decision.IN_SCOPE:
                return f"some servers read the path as `{path}`, which is not in scope"
        return ""

    def _answer_block(self, text: str, block: Block) -> Verdict:
        """Decide for every run of addresses that no rule tells apart; they have to agree (T2)."""
        edges = list(self._index.boundaries(block.version))
        if block.version == 6:  # Mapped addresses inside it are IPv4 addresses (T1).
            mapped = 0xFFFF << 32
            edges += [mapped, *(mapped + edge for edge in self._index.boundaries(4)), mapped + (1 << 32)]
        inside = sorted({edge for edge in edges if block.first < edge <= block.last})
        outcomes: list[tuple[int, Outcome, tuple[Match, ...]]] = []
        for first in (block.first, *inside):
            matches = self._index.matches(_address_url(first, block.version))
            outcomes.append((first, decide(matches, open_scope=self._open_scope), matches))
        _, outcome, matches = outcomes[0]
        problem = ""
        differing = next((o for o in outcomes if o[1].decision is not outcome.decision), None)
        if differing is not None:
            problem = (
                f"`{_show(block.first, block.version)}` is {outcome.reason}, "
                f"`{_show(differing[0], block.version)}` is {differing[1].reason}"
            )
            deciding = tuple(match for _, each, _ in outcomes for match in each.deciding)
            outcome = Outcome(Decision.UNDETERMINED, Reason.PARTLY_LISTED, deciding)
            matches = tuple(match for _, _, each in outcomes for match in each)
        return Verdict(Answer(self.program, self._rules, outcome, matches, problem, block), text)

    def _no_text(self, target: object) -> Verdict:
        try:
            shown = repr(target)
        except Exception:  # Of a number of thousands of digits Python makes no text, and others may fail too.
            shown = f"<{type(target).__name__}>"
        return self._invalid(shown, "a target is text")

    def _invalid(self, text: str, problem: str) -> Verdict:
        outcome = Outcome(Decision.UNDETERMINED, Reason.INVALID_TARGET)
        return Verdict(Answer(self.program, self._rules, outcome, (), problem), text)


def _rebuild(program: Program, strict: bool) -> Checker:
    return Checker(program, strict=strict)


def _like_address(text: str) -> bool:
    return has_scheme(text) or any(mark in text for mark in ".:/@[")


def _show(number: int, version: int) -> str:
    return str(_address_url(number, version).host)


def _address_url(number: int, version: int) -> Url:
    from ipaddress import IPv4Address, IPv6Address

    host = IPv4Address(number) if version == 4 else IPv6Address(number)
    address = parse_address(str(host)) or host
    return Url(str(host), "https", address, 443, "/")


def _open_scope(program: Program) -> bool:
    """Tell whether the program declares open scope, by policy or in a listed sentence (D4)."""
    if program.policy.open_scope is not None:
        return program.policy.open_scope
    return any(entry.effect == "include" and declares_open_scope(entry.text) for entry in program.unresolved)
