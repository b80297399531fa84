"""Kinds of findings, rules for them, and what is asked about them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scopecheck import (
    Checker,
    Exclusion,
    Inclusion,
    Program,
)
from scopecheck.scope.pattern import Effect
from scopecheck.scope.terms import Condition, FindingRule, Findings

from .stock import of

NODES = (
    "cross_site_scripting_xss",
    "cross_site_scripting_xss.stored",
    "cross_site_scripting_xss.stored.self",
    "cross_site_scripting_xss.reflected",
    "cross_site_scripting_xss.reflected.self",
    "cross_site_request_forgery_csrf",
    "server_security_misconfiguration",
    "server_security_misconfiguration.clickjacking",
    "server_security_misconfiguration.oauth_misconfiguration.missing_state_parameter",
    "ai_application_security.prompt_injection",
    "ai_application_security.llm_security",
    "mood",
    "mood.bad",
)
KINDS = ("xss", "Self-XSS", "CWE-352", "CWE-79", "LLM01:2025", "prompt injection", "jailbreak")
UNREAD_KINDS = ("Stored XSS without impact", "LLM06", "Whatever bores us", "Anything about CWE-352")
PLACES = ("a.e.com", "*.e.com", "https://e.com/app", "out.e.com", "Plugins", "all staging hosts")
ASKED_ON = (
    "https://a.e.com/", "https://x.a.e.com/", "https://b.e.com/", "https://e.com/", "https://e.com/APP",
    "https://out.e.com/", "https://evil.net/", "https://e.com\\@evil.net/", "Plugins", "",
)  # fmt: skip
CONDITIONS = ("impact", "proof", "scale")


@cache
def finding_rules(effect: Effect, *, aliases: bool = True) -> SearchStrategy[FindingRule]:
    """A rule for a kind of finding; `unless` belongs to exclusions, `only_if` to either."""
    condition = st.one_of(
        st.none(), st.none(), of(*CONDITIONS).map(lambda word: Condition(id=word, text=word))
    )
    return st.builds(
        FindingRule,
        finding=of(*NODES, *NODES, *KINDS, *UNREAD_KINDS),
        id=of("", "", "r1", "r2"),
        title=of(None, None, "Bad mood", "Stored XSS"),
        aliases=of((), (), (), ("xss",), ("bad mood", "CWE-352")) if aliases else st.just(()),
        assets=st.one_of(st.just(()), st.lists(of(*PLACES), max_size=2).map(tuple)),
        unless=condition if effect is Effect.EXCLUDE else st.none(),
        only_if=condition,
        stated=of(True, True, False),
    )


@dataclass(frozen=True)
class FindingScope:
    """The finding rules of a program in parts, on assets that are in, out and in doubt."""

    includes: tuple[FindingRule, ...] = ()
    excludes: tuple[FindingRule, ...] = ()
    unlisted: str = "undetermined"

    def checker(self) -> Checker:
        """Return a checker of a program with these rules."""
        findings = {"in_scope": self.includes, "out_of_scope": self.excludes, "unlisted": self.unlisted}
        return Checker(
            Program(
                id="e",
                name="E",
                in_scope=tuple(Inclusion(asset=one) for one in ("*.e.com", "https://e.com/app", "Plugins")),
                out_of_scope=(Exclusion(asset="out.e.com"),),
                findings=Findings.model_validate(findings),
            )
        )


@cache
def finding_scopes(*, aliases: bool = True) -> SearchStrategy[FindingScope]:
    """A few rules for findings on both sides."""
    return st.builds(
        FindingScope,
        st.lists(finding_rules(Effect.INCLUDE, aliases=aliases), max_size=3).map(tuple),
        st.lists(finding_rules(Effect.EXCLUDE, aliases=aliases), max_size=3).map(tuple),
        of("undetermined", "eligible"),
    )


@cache
def finding_words() -> SearchStrategy[str]:
    """A word for a kind of finding that is always known."""
    return of(*(one for one in NODES if not one.startswith("mood")), *KINDS)


@cache
def finding_targets() -> SearchStrategy[str | None]:
    """A target for a kind of finding, or none."""
    return st.one_of(st.none(), of(*ASKED_ON))


@cache
def assumptions() -> SearchStrategy[tuple[str, ...]]:
    """Conditions that a caller asserts."""
    return st.lists(of(*CONDITIONS), max_size=2).map(tuple)
