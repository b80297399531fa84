"""Programs, and targets inside and outside of them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scopecheck.answer.checker import Checker
from scopecheck.answer.compiled import CompiledRule, TouchPattern
from scopecheck.errors import TargetError
from scopecheck.scope.hostset import Names, Span
from scopecheck.scope.model import Policy, Program
from scopecheck.scope.pattern import Effect, ThingPattern, UrlPattern
from scopecheck.scope.zone import Zone
from scopecheck.targets.host import is_address, show_host
from scopecheck.targets.url import Url
from scopecheck.testing.hosts import STRANGERS, base_of, lookalikes_of
from scopecheck.testing.members import Choose, chooser, fixed, url_in, zones_of
from scopecheck.testing.spellings import hostile_spellings_of, parse

__all__ = ["programs", "targets", "targets_in", "targets_not_in"]

# --- programs --------------------------------------------------------------------------------

_DOMAINS = ("example.com", "example.org", "example.co.uk", "shop.example.net")
_LABELS = ("www", "api", "dev", "blog", "admin", "eu", "api-1", "m")
_INSIDE = ("/api", "/admin", "/shop/", "/api/v1", "/static/*", "/a*", "/users/*/files")
_PORTS = ("443", "8443", "80", "8080")
_SCHEMES = ("https://", "http://", "wss://", "ftp://")
_SHAPES = ("api-*.{}", "*-dev.{}", "*api*.{}", "dev.*.{}", "*{}", "*.dev.*.{}")
_TAILS = ("example.*", "www.example.*", "*.example.*")
_NETWORKS = (
    "192.0.2.0/24",
    "192.0.2.64/26",
    "192.0.2.77",
    "198.51.100.7",
    "198.51.100.1 - 198.51.100.9",
    "2001:db8::/64",
    "2001:db8::1",
)
_ASSETS = (
    "https://play.google.com/store/apps/details?id=com.example.app",
    "https://apps.apple.com/app/id1234567890",
    "https://github.com/example",
    "https://github.com/example/tool",
    "Example Plugins",
    "Example Wallet",
)
_SENTENCES = (
    "Any service that runs on {} is excluded",
    "Other subdomains of {}",
    "All third-party services",
    "{} may not be tested at night",
)


@dataclass(frozen=True, slots=True)
class _Options:
    """What the texts of a program may hold."""

    wildcards: bool
    shapes: bool
    paths: bool
    ports: bool
    schemes: bool
    addresses: bool
    assets: bool
    prose: bool


def programs(
    *,
    exclusions: bool = True,
    wildcards: bool = True,
    shapes: bool = False,
    paths: bool = False,
    ports: bool = False,
    schemes: bool = False,
    addresses: bool = False,
    assets: bool = False,
    prose: bool = False,
    policies: bool = False,
    max_rules: int = 4,
) -> SearchStrategy[Program]:
    """Draw small programs whose rules meet: few names, listed on both sides, one below another.

    As it stands it draws what nearly every tool can express: hosts and `*.` wildcards, included and
    excluded. Each option adds a kind of text, or takes one away: `shapes` stars elsewhere in a name
    (`api-*.example.com`, `example.*`), `addresses` addresses, ranges and blocks, `assets` store and
    repository links and names, `prose` exclusions that nobody can read for certain, `policies` the
    program's answers to open questions. `max_rules` limits each side.

    Every program has a URL in scope for certain, so that `targets_in` is never empty. Raises
    `ValueError` where `max_rules` is less than 1.
    """
    if max_rules < 1:
        raise ValueError("`max_rules` is at least 1")
    kinds = _Options(wildcards, shapes, paths, ports, schemes, addresses, assets, prose)
    return _programs(kinds, exclusions, policies, max_rules)


_COUNTS = st.integers(0, 99)


@st.composite
def _programs(draw: st.DrawFn, kinds: _Options, exclusions: bool, policies: bool, most: int) -> Program:
    choose = chooser(draw)
    first = _listed_host(choose, kinds)
    near = first.removeprefix("*.")
    include = [first, *(_listed(choose, kinds, near) for _ in range(draw(_COUNTS) % most))]
    exclude: list[str] = []
    for _ in range(draw(_COUNTS) % (most + 1) if exclusions else 0):
        prose = kinds.prose and choose((False, False, True))
        text = choose(_SENTENCES).format(_name(choose, near)) if prose else _listed(choose, kinds, near)
        exclude.append(text)
    policy = draw(_policies()) if policies else Policy()
    program = Program.from_assets(include, exclude, policy=policy)
    # What is left once every exclusion is gone has `first` in scope.
    while _Scope(program).is_empty:
        exclude.pop()
        program = Program.from_assets(include, exclude, policy=policy)
    return program


def _policies() -> SearchStrategy[Policy]:
    return st.builds(
        Policy,
        apex=st.sampled_from((None, "covered", "not-covered")),
        depth=st.sampled_from((None, "any", "one")),
        below_excluded=st.sampled_from((None, "excluded", "not-excluded")),
        open_scope=st.sampled_from((None, False, True)),
    )


def _name(choose: Choose, near: str = "") -> str:
    """Write a host, most often at or below `near`, so that the rules of a program meet."""
    below = choose(("{}.", "", "{}.{}.")).format(choose(_LABELS), choose(_LABELS))
    return below + (near if near and choose((True, True, False)) else choose(_DOMAINS))


def _listed_host(choose: Choose, kinds: _Options, near: str = "") -> str:
    name = _name(choose, near)
    return f"*.{name}" if kinds.wildcards and choose((True, False)) else name


def _listed(choose: Choose, kinds: _Options, near: str) -> str:
    """Write a listed text of one of the kinds; hosts are the most frequent."""
    others = [name for name in ("shapes", "addresses", "assets") if getattr(kinds, name)]
    match choose(("host", "host", *others)):
        case "addresses":
            return choose(_NETWORKS)
        case "assets":
            return choose(_ASSETS)
        case "shapes":
            return choose((*_SHAPES, *_TAILS)).format(_name(choose, near))
    host = _listed_host(choose, kinds, near)
    scheme = choose(("", "", *_SCHEMES)) if kinds.schemes else ""
    port = f":{choose(_PORTS)}" if kinds.ports and choose((False, True, False)) else ""
    path = choose(("", *_INSIDE)) if kinds.paths and choose((False, True)) else ""
    return f"{scheme}{host}{port}{path}"


# --- targets ---------------------------------------------------------------------------------

_TRIES = range(8)
_NEVER = "about:blank"
_BESIDE = ("{}", "x.{}", "www.{}", "a.b.{}", "x{}", "x-{}", "evil{}", "_.{}")
_SIDE_PATHS = ("/", "/x", "{}xyz", "{}/x", "{}-old", "/x{}", "{}/%2e%2e%2fx")
_SIDE_SCHEMES = ("https", "http", "ftp", "mongodb", "wss", "gopher")
_SIDE_PORTS = ("", ":8443", ":1", ":80", ":22")


class _Scope:
    """A program, compiled, with its readings of each side."""

    def __init__(self, program: Program) -> None:
        self.checker = Checker(program)
        self.included = tuple(self._zones(Effect.INCLUDE))
        self.excluded = tuple(self._zones(Effect.EXCLUDE))

    @functools.cached_property
    def witnesses(self) -> tuple[tuple[Zone, str], ...]:
        """The readings that have something in scope, each with a URL of it."""
        found = ((zone, self._witness(zone)) for zone in dict.fromkeys(self.included))
        return tuple((zone, url) for zone, url in found if url)

    @property
    def is_empty(self) -> bool:
        """Whether no reading has a URL in scope for certain."""
        return not any(map(self._witness, self.included))

    def allows(self, target: str) -> bool:
        """Tell whether a target is in scope for certain."""
        return self.checker.check(target).in_scope

    def _patterns(self, effect: Effect) -> Iterator[object]:
        rules: Sequence[CompiledRule] = self.checker.rules
        return (pattern for rule in rules if rule.effect is effect for pattern in rule.patterns)

    def _zones(self, effect: Effect) -> Iterator[Zone]:
        for pattern in self._patterns(effect):
            if isinstance(pattern, UrlPattern):
                yield from zones_of(pattern)
            elif isinstance(pattern, TouchPattern):
                yield Zone(None, Names(pattern.labels, Span.AT_OR_BELOW))

    def _witness(self, zone: Zone) -> str:
        tried = (url_in(fixed(number), zone) for number in _TRIES)
        return next((url for url in tried if self.allows(url)), "")

    @property
    def assets(self) -> tuple[str, ...]:
        """The keys of the listed apps and names, a star filled in."""
        found = [one for effect in Effect for one in self._patterns(effect)]
        return tuple(one.key.replace("*", "x") for one in found if isinstance(one, ThingPattern))


def targets_in(program: Program, *, urls_only: bool = True) -> SearchStrategy[str]:
    """Draw targets that are `IN_SCOPE`: made from what the inclusions list, and then checked.

    They are plain URLs; for other spellings of them use `equivalent_spellings`. With `urls_only`
    false, bare hosts, `host:port`, addresses and the keys of listed apps and names come too. For a program
    that has no URL in scope for certain the strategy is empty, as `hypothesis.strategies.nothing()` is.
    """
    scope = _Scope(program)
    if not scope.witnesses:
        return st.nothing()
    return _inside(scope, urls_only)


@st.composite
def _inside(draw: st.DrawFn, scope: _Scope, urls_only: bool) -> str:
    choose = chooser(draw)
    zone, witness = choose(scope.witnesses)
    drawn = url_in(choose, zone)
    url = drawn if scope.allows(drawn) else witness
    if urls_only:
        return url
    other = choose((url, *_shorter(url), *scope.assets))
    return other if scope.allows(other) else url


def _shorter(url: str) -> tuple[str, ...]:
    """Return a URL without its scheme, without its path, and its host alone."""
    text = url.partition("://")[2]
    authority = text.partition("/")[0].partition("?")[0]
    return text, authority, show_host(parse(url).host).strip("[]")


def targets_not_in(program: Program, *, urls_only: bool = True) -> SearchStrategy[str]:
    """Draw targets that are not `IN_SCOPE`, near enough to be taken for it.

    They are lookalikes of listed hosts, hosts of strangers, what the exclusions list and what is
    below it, what is beside a listed host, path, port or scheme, the questions that the program
    leaves open (the apex of a wildcard), and hostile spellings of what is in scope. So a scope
    function that says yes to one of them says yes where nobody did. With `urls_only` false, bare
    hosts, addresses, blocks and names come too.
    """
    return _outside(_Scope(program), urls_only)


@st.composite
def _outside(draw: st.DrawFn, scope: _Scope, urls_only: bool) -> str:
    choose = chooser(draw)
    zones = scope.included or scope.excluded
    base = url_in(choose, choose(zones)) if zones else f"https://{STRANGERS[0]}/"
    near = choose((_lookalike, _excluded, _open, _hostile, _excluded, _beside, _stranger))
    tried = near(choose, scope, base)
    if not urls_only and choose((False, True)):
        tried = choose(_odd_targets(tried, scope))
    for target in (tried, _lookalike(choose, scope, base), _stranger(choose, scope, base)):
        if not scope.allows(target):
            return target
    return _NEVER  # It has no host, so nobody's scope holds it (T4).


def _read(url: str) -> Url | None:
    try:
        return parse(url)
    except TargetError:
        return None


def _moved(base: str, host: str) -> str:
    """Return the URL with another host."""
    start, _, rest = base.partition("://")
    path = "/" + rest.partition("/")[2]
    return f"{start}://{host}{path}"


def _lookalike(choose: Choose, _scope: _Scope, base: str) -> str:
    url = _read(base)
    return _moved(base, choose(lookalikes_of(show_host(url.host)))) if url else _NEVER


def _stranger(choose: Choose, _scope: _Scope, base: str) -> str:
    return _moved(base, choose(("", "www.", "example.com.")) + choose(STRANGERS))


def _excluded(choose: Choose, scope: _Scope, base: str) -> str:
    return url_in(choose, choose(scope.excluded)) if scope.excluded else _open(choose, scope, base)


def _open(choose: Choose, scope: _Scope, base: str) -> str:
    """Return a URL that only a wide reading may hold, or the host above, the apex of a wildcard."""
    url = _read(base)
    if url is None or is_address(url.host) or not scope.included or choose((False, True)):
        return base
    parents = str(url.host).split(".")
    size = len(base_of(str(url.host)).split("."))
    keep = range(size, len(parents)) or (len(parents),)
    return _moved(base, ".".join(parents[-choose(keep) :]))


def _beside(choose: Choose, _scope: _Scope, base: str) -> str:
    """Return the URL with one of its parts changed a little."""
    url = _read(base)
    if url is None:
        return _NEVER
    host, path = show_host(url.host), url.path.rstrip("/")
    port = f":{url.port}" if f"{host}:{url.port}" in base else ""
    match choose(("host", "path", "port", "scheme")):
        case "host":
            return _moved(base, choose(_BESIDE).format(host) if not is_address(url.host) else host)
        case "path":
            return f"{url.scheme}://{host}{port}" + choose(_SIDE_PATHS).format(path)
        case "port":
            return f"{url.scheme}://{host}{choose(_SIDE_PORTS)}{url.path}"
    return f"{choose(_SIDE_SCHEMES)}://{host}{port}{url.path}"


def _hostile(choose: Choose, scope: _Scope, base: str) -> str:
    url = choose(scope.witnesses)[1] if scope.witnesses else base
    return choose(hostile_spellings_of(url)) if _read(url) else _NEVER


def _odd_targets(url: str, scope: _Scope) -> tuple[str, ...]:
    """Return what else may be asked: shorter forms of a URL, blocks, names, and texts that mean nothing."""
    shorter = _shorter(url) if _read(url) and "://" in url else ()
    names = tuple(f"{key}{more}" for key in scope.assets for more in ("", " 2", ".evil"))
    return (*shorter, "192.0.2.0/23", "2001:db8::/32", "0.0.0.0/0", "::/0", *names, "Unlisted thing", "", "*")


def targets(program: Program, *, urls_only: bool = True) -> SearchStrategy[str]:
    """Draw targets aimed at a program, in scope or not: `targets_in` and `targets_not_in`."""
    scope = _Scope(program)
    outside = _outside(scope, urls_only)
    return st.one_of(_inside(scope, urls_only), outside) if scope.witnesses else outside
