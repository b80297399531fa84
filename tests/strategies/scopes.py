"""Whole scopes, and targets that are aimed at them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scopecheck import (
    Checker,
    Exclusion,
    Inclusion,
    Policy,
    Program,
    Rule,
    Unresolved,
)

from .hostile import hostile_texts
from .patterns import exclusions, inclusions, policies, sentences
from .stock import ANY, APP_IDS, LINKS, NAMES, of, pick
from .targets import Web, anywhere, blocks, ip_addresses, webs


@dataclass(frozen=True)
class Scope:
    """A program in parts, so that a law can add, take away or reorder them."""

    includes: tuple[Inclusion, ...] = ()
    excludes: tuple[Exclusion, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    policy: Policy = field(default_factory=Policy)

    def checker(self, *, strict: bool = False) -> Checker:
        """Return a checker of the program with these rules."""
        program = Program(
            id="e",
            name="E",
            in_scope=self.includes,
            out_of_scope=self.excludes,
            unresolved=self.unresolved,
            policy=self.policy,
        )
        return Checker(program, strict=strict)

    def with_policy(self, policy: Policy) -> Scope:
        """Return the same rules under another policy."""
        return replace(self, policy=policy)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of both sides."""
        return (*self.includes, *self.excludes)


@cache
def scopes(*, undecided: bool = False) -> SearchStrategy[Scope]:
    """A small program with rules of every row on both sides; with `undecided`, without a policy."""
    unread = st.builds(
        lambda text, side: Unresolved(text=text, effect=side), sentences(), of("exclude", "include")
    )
    return st.builds(
        Scope,
        st.lists(inclusions(), min_size=1, max_size=4).map(tuple),
        st.lists(exclusions(), max_size=4).map(tuple),
        st.lists(unread, max_size=1).map(tuple),
        st.just(Policy()) if undecided else policies(),
    )


_HOSTLIKE = re.compile(r"[A-Za-z0-9_*.-]*\.[A-Za-z0-9_*-]+")
_PATHLIKE = re.compile(r"\.[a-z]+(?::\d+)?(/[^\s?#,)]*)")
_AIMS = ("{}", "{}", "{}", "x.{}", "a.{}", "www.{}", "a.b.{}", "x{}", "x-{}", "{}.evil.net", "{}x", "e.{}")


@st.composite
def web_targets(draw: st.DrawFn, rules: tuple[Rule, ...] = ()) -> Web:
    """A URL aimed at listed texts: at what they spell, below, above or beside it, or a lookalike."""
    web = draw(webs(anywhere()))
    found = _HOSTLIKE.findall(pick(draw, rules).asset.lower()) if rules else []
    if not found or draw(ANY) % 4 == 3:
        return web
    host = pick(draw, found).replace("*", draw(of("", "x", "a.b", "com")))
    host = re.sub(r"\.{2,}", ".", host).strip(".-") or "e.com"
    if draw(ANY) % 6 == 5 and host.count(".") > 1:
        host = host.partition(".")[2]
    path = _PATHLIKE.search(pick(draw, rules).asset.replace("*", "x"))
    if path is not None:
        web = replace(web, path=path[1] + draw(of("", "", "/x", "xyz")))
    return replace(web, host=draw(of(*_AIMS)).format(host))


@st.composite
def target_texts(draw: st.DrawFn, rules: tuple[Rule, ...] = ()) -> str:
    """Anything that may be asked: URLs, bare hosts, addresses, blocks, apps, names, odd text."""
    kind = draw(ANY) % 8
    if kind < 5:
        web = draw(web_targets(rules))
        return web.authority if kind == 4 else str(web)
    rest: tuple[SearchStrategy[str], ...] = (_addressed(), _named(), hostile_texts())
    return draw(rest[kind - 5])


@cache
def _addressed() -> SearchStrategy[str]:
    return st.one_of(ip_addresses(), blocks())


@cache
def _named() -> SearchStrategy[str]:
    return of(*APP_IDS, *NAMES, *(name.upper() for name in NAMES), *LINKS)
