"""A shortcut that counts, and what the rules say without one."""

from __future__ import annotations

from scopecheck import Checker, Program
from scopecheck.answer.decide import decide
from scopecheck.answer.matcher import Index
from scopecheck.answer.shortcut import Shortcut, plain_shape
from scopecheck.answer.verdict import Answer
from scopecheck.targets.asset import parse_web
from scopecheck.targets.url import Url


class Counting:
    """A shortcut that says how often the rules were asked."""

    def __init__(self, include: list[str], exclude: list[str] | None = None) -> None:
        self.checker = Checker(Program.from_assets(include, exclude or []))
        self.index = Index(self.checker.rules, self.checker.program.policy)
        self.asked: list[Url] = []
        self.shortcut = Shortcut(self.index, self._decide)

    def _decide(self, url: Url) -> Answer:
        self.asked.append(url)
        matches = self.index.matches(url)
        return Answer(self.checker.program, self.checker.rules, decide(matches), matches)

    def ask(self, text: str) -> Answer | None:
        """Answer as a checker does, but for the whole way."""
        shape = plain_shape(text)
        if shape is None:
            return self.shortcut.unusual(text)
        name, rest = shape[1], text[shape.end(1) :]
        told = self.shortcut.listed.get(name)
        told = self.shortcut.below.get(shape[2]) if told is None else told
        known = self.shortcut.learn(name) if told is None or told is True else told
        return known or self.shortcut.apart(text.partition(":")[0], name, rest)

    def remembered(self) -> list[str]:
        """Return what something is remembered of: listed hosts, domains for what is below, origins."""
        quick = self.shortcut
        hosts = (name for name, answer in quick.listed.items() if isinstance(answer, Answer))
        domains = (f"*.{name}" for name in quick.below if name not in quick.listed)
        return sorted((*hosts, *domains, *(f"{scheme}://{name}" for scheme, name in quick._origins)))


def whole(counting: Counting, text: str) -> tuple[str, str]:
    """Say what the rules say of a text, without anything remembered."""
    outcome = decide(counting.index.matches(parse_web(text)))
    return str(outcome.decision), str(outcome.reason)
