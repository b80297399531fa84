"""Every Hypothesis strategy of the tests: what is asked, what is listed, and both together.

Hosts are drawn from a small stock of labels and domains, so that patterns and targets collide
often; a share of each draw is free text of its kind. Strategies are made once: making one costs
more than drawing from it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, TypeAlias, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scopecheck import (
    Checker,
    Exclusion,
    Inclusion,
    PatternSyntaxError,
    Policy,
    Program,
    Rule,
    Unresolved,
)
from scopecheck.scope.grammar import parse_listed
from scopecheck.scope.hostset import HostSet, Names
from scopecheck.scope.pathset import PathSet
from scopecheck.scope.pattern import Effect, HostForm, HostText, UrlPattern
from scopecheck.scope.terms import Condition, FindingRule, Findings
from scopecheck.scope.zone import Zone
from scopecheck.targets import url as url_module

T = TypeVar("T")

LABELS = ("a", "b", "api", "dev", "www", "prod", "api-1", "x-dev", "ads1", "launcher", "e", "com", "co")
DOMAINS = ("e.com", "e.org", "e.co.uk", "f.com", "e.github.io", "github.io", "co.uk")
FOREIGN = ("evil.net", "e.com.evil.net", "evile.com", "e-com.net", "xe.com", "e.evil.net")
SEGMENTS = ("a", "b", "api", "apixyz", "x-1.zip", "admin", "API", "api;v=1", "%2561pi")
PORTS = (80, 443, 8080, 8443, 21)
SCHEMES = ("https", "https", "https", "http", "wss", "ws", "ftp", "mongodb")
QUERIES = ("tab=x", "tab=y", "tab=x&u=1", "u", "id=com.e.app")
APP_IDS = ("com.e.app", "com.e.app2", "org.e.pay", "123456789")
NAMES = ("Plugins", "Codex Desktop", "Mobile wallet")
LINKS = (
    "https://github.com/ORG/repo.git",
    "https://gist.github.com/Org/x",
    "https://play.google.com/store/apps/details?id=com.e.app",
    "https://apps.apple.com/app/id123456789",
)

_ANY = st.integers(0, 9_999)


@cache
def _of(*values: T) -> SearchStrategy[T]:
    return st.sampled_from(values)


def pick(draw: st.DrawFn, values: Sequence[T]) -> T:
    """Draw one of values that are not known before the draw, without making a strategy of them."""
    return values[draw(_ANY) % len(values)]


# --- what is asked ---------------------------------------------------------------------------


@cache
def labels() -> SearchStrategy[str]:
    """A host label: mostly of the stock, sometimes any letters, digits, `-` and `_`."""
    free = st.from_regex(r"[a-z0-9_]([a-z0-9_-]{0,8}[a-z0-9_])?", fullmatch=True)
    return st.one_of(_of(*LABELS), _of(*LABELS), free)


@cache
def hosts() -> SearchStrategy[str]:
    """A canonical host name, at or below a domain of the stock, a suffix or a stranger's domain."""
    below = st.lists(labels().map("{}.".format), max_size=3).map("".join)
    return st.builds("{}{}".format, below, _of(*DOMAINS, *DOMAINS, *FOREIGN))


@cache
def ip_addresses() -> SearchStrategy[str]:
    """An address, mostly from a few small networks, so that blocks and addresses collide."""
    near = st.integers(0, 15)
    return st.one_of(
        near.map(lambda n: f"10.0.0.{n}"),
        near.map(lambda n: f"10.0.{n}.1"),
        near.map(lambda n: f"2001:db8::{n:x}"),
        st.ip_addresses().map(str).filter(lambda text: "%" not in text),
    )


@cache
def blocks() -> SearchStrategy[str]:
    """A CIDR block; host bits may be set."""

    def block(address: str, size: int) -> str:
        return f"{address}/{max(0, (128 if ':' in address else 32) - size)}"

    return st.builds(block, ip_addresses(), st.one_of(st.integers(0, 12), st.integers(0, 128)))


@cache
def paths() -> SearchStrategy[str]:
    """An absolute path without dot segments, mostly short."""
    segments = st.lists(_of(*SEGMENTS), max_size=3).map("/".join)
    return st.builds("/{}{}".format, segments, _of("", "", "/")).map(lambda path: path.replace("//", "/"))


@dataclass(frozen=True)
class Web:
    """The parts of a URL; `str()` is its plainest spelling."""

    host: str
    scheme: str = "https"
    port: int | None = None
    path: str = "/"
    query: str = ""

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}" + (f"?{self.query}" if self.query else "")


@cache
def anywhere() -> SearchStrategy[str]:
    """A host name or an address."""
    return st.one_of(hosts(), hosts(), ip_addresses())


@cache
def webs(of_hosts: SearchStrategy[str]) -> SearchStrategy[Web]:
    """A URL on one of the given hosts, most often with nothing but a host."""
    parts = (_of(*SCHEMES), _of(None, *PORTS), paths(), _of("", "", *QUERIES))
    return st.one_of(st.builds(Web, of_hosts), st.builds(Web, of_hosts, *parts))


@cache
def plain_urls() -> SearchStrategy[str]:
    """A URL of the plain shape that needs no parser."""
    return st.from_regex(url_module._PLAIN_URL, fullmatch=True)


# --- what is listed --------------------------------------------------------------------------

_HEADS = ("e", "www.e", "*.e", "*.www.e", "launcher.e", "www", "a.e", "co", "app.co", "*.github", "f")
_PATHS = ("/api", "/api/", "/api*", "/api/*", "/*", "/**", "/a/*/b", "/x-*.zip", "/a*", "/a/b", "//a")
_TAILS = ("", "", "/", *_PATHS, "/api?tab=x", "/?tab=*", "/#about", "/api#x")
_CHOICES = ("({0}|{1}).{2}", "{{{0},{1}}}.{2}", "{0}.e.(com|org)", "({0}|*).{2}")
_RANGES = ("{0}", "10.0.0.{1}-10.0.0.22", "10.0.0.1, 10.0.0.{1}", "10.0.0.1 and {0}", "10.0.0.*", "10.0.*.*")


def _texts(shape: str, *parts: SearchStrategy[str] | SearchStrategy[int]) -> SearchStrategy[str]:
    return st.builds(shape.format, *parts)


def _listed_url() -> SearchStrategy[str]:
    """A listed URL: any host pattern, with some of scheme, port, path and query."""
    host = st.one_of(hosts(), _texts("*.{}", hosts()), PATTERN_ROWS["shape"], _texts("*{}", hosts()))
    scheme = _of("", "", "https://", "http://", "mongodb://", "*://", "wss://")
    return _texts("{}{}{}{}", scheme, host, _of("", "", "", ":8443", ":443", ":80"), _of(*_TAILS))


PATTERN_ROWS: dict[str, SearchStrategy[str]] = {
    "host": hosts(),
    "below": _texts("*.{}", hosts()),
    "shape": _texts(
        "{}{}.{}",
        _of("", "", "*.", "dev."),
        _of("api-*", "*-dev", "*api*", "a*", "ads*", "x*v", "*-*"),
        hosts(),
    ),
    "inner star": _texts("{}.*.{}", _of("dev", "a", "*.dev", "*", "a.b", "x-*"), hosts()),
    "tail": _texts("{}.*", _of(*_HEADS)),
    "glued": _texts("*{}", hosts()),
    "before a suffix": _of("*.com", "*.co.uk", "*.github.io", "*co.uk", "*.org", "*.abb"),
    "star elsewhere": _of(
        "e*e.com", "shop.*.be", "*.*", "*", "e.com*", "*e*", "www.e*", "a*.co.uk", "*.e.com*"
    ),
    "alternatives": st.builds(str.format, _of(*_CHOICES), labels(), labels(), hosts()),
    "path": _texts("{}{}", hosts(), _of(*_PATHS)),
    "query": _texts("https://{}/api?{}", hosts(), _of(*QUERIES, "tab=*")),
    "fragment": _texts("https://{}{}#x", hosts(), _of("/", "", "/api")),
    "port": _texts("{}:{}", hosts(), _of(*PORTS)),
    "addresses": st.one_of(blocks(), st.builds(str.format, _of(*_RANGES), ip_addresses(), st.integers(0, 9))),
    "shared link": _of(
        *LINKS, "https://github.com/Org", "https://etherscan.io/address/0xabc", "*.github.com/Org"
    ),
    "shared host": _of("github.com", "https://github.com/", "etherscan.io", "play.google.com"),
    "condition": _texts("({} and {}) AND staff", hosts(), hosts()),
    "placeholder": _texts("{}.{}", _of("<tenant>", "{name}", "your-store", "<a>.<b>"), hosts()),
    "name": _of(*NAMES),
    "list": _texts("{}{}{}", hosts(), _of(", ", " and ", " / ", " | ", " "), hosts()),
    "note": _texts("*.{} (only the {})", hosts(), _of("API", "login page")),
}
"""Listed texts by row of the table of patterns; apps need a type and come with `inclusions()`."""
PATTERN_ROWS["url"] = _listed_url()

_HOST_ROWS = ("host", "below", "shape", "inner star", "tail", "glued", "before a suffix", "star elsewhere")
_URL_ROWS = ("url", "path", "query", "port", "addresses", "placeholder")


@cache
@st.composite
def url_patterns(draw: st.DrawFn, rows: tuple[str, ...] = _HOST_ROWS + _URL_ROWS) -> UrlPattern:
    """One parsed pattern of a row that names a host or an address, on either side."""
    text = draw(PATTERN_ROWS[draw(_of(*rows))])
    try:
        parsed = parse_listed(text, draw(_of(*Effect)))
    except PatternSyntaxError:
        parsed = parse_listed(draw(hosts()), Effect.INCLUDE)
    return pick(draw, parsed.patterns)


@cache
@st.composite
def host_sets(draw: st.DrawFn) -> HostSet:
    """A set of hosts that some reading of some pattern denotes."""
    pattern = draw(url_patterns((*_HOST_ROWS, "addresses", "placeholder")))
    return pick(draw, [hosts_ for hosts_, _, _ in pattern.hosts] or [Names(("e", "com"))])


_LISTED_PATHS = st.lists(_of(*SEGMENTS, "*", "x-*.zip", "a*", "*b", "a;b*", "a%2fb"), max_size=3).map(
    "/".join
)


@cache
@st.composite
def path_sets(draw: st.DrawFn) -> PathSet:
    """A set of paths that some reading of some listed path denotes."""
    listed = PathSet.parse("/" + draw(_LISTED_PATHS))
    pattern = UrlPattern("", draw(_of(*Effect)), HostText(HostForm.EXACT, ("e", "com")), path=listed)
    return pick(draw, (*pattern.paths, PathSet(page=True)))


@cache
@st.composite
def zones(draw: st.DrawFn) -> Zone:
    """What some reading of some alternative denotes."""
    pattern = draw(url_patterns())
    found = pick(draw, [hosts_ for hosts_, _, _ in pattern.hosts] or [Names(("e", "com"))])
    schemes, path = pick(draw, pattern.schemes), pick(draw, pattern.paths)
    return Zone(schemes, found, pattern.port, path, pick(draw, (pattern.query, ())))


@cache
def sentences() -> SearchStrategy[str]:
    """Prose on either side: what no pattern expresses, with and without hosts in it."""
    return st.one_of(
        _texts("Any service that runs on {} is excluded", hosts()),
        _texts("Other subdomains of {}", hosts()),
        _texts("Everything at *.{} except {}", hosts(), hosts()),
        _texts("{} and {} may not be tested", hosts(), ip_addresses()),
        _of("Any asset that is not listed", "All third-party services", "All assets owned by E"),
    )


@cache
def listed_texts() -> SearchStrategy[str]:
    """A listed text of any row, or prose."""
    return st.one_of(*PATTERN_ROWS.values(), sentences())


_WORDS = (
    "Only the API",
    "Out of scope: prod.e.com",
    "a.e.com/admin is out of scope",
    "Includes all subdomains",
)


@cache
def _rule_fields() -> SearchStrategy[dict[str, object]]:
    """The fields both sides share: mostly a plain, stated text."""
    plain = st.fixed_dictionaries({"asset": listed_texts()})
    odd = st.one_of(
        st.fixed_dictionaries({"asset": listed_texts(), "stated": st.just(False)}),
        st.fixed_dictionaries({"asset": listed_texts(), "reading": st.just("wide")}),
        st.fixed_dictionaries({"asset": _of(*APP_IDS, "com.e.*", "am.e.fr"), "type": _of("android", "ios")}),
        st.fixed_dictionaries(
            {"asset": listed_texts(), "type": _of("website", "api"), "listed": st.just(True)}
        ),
        st.fixed_dictionaries({"asset": listed_texts(), "name": st.one_of(_of(*NAMES, "e portal"), hosts())}),
    )
    return st.one_of(plain, plain, plain, odd)


@cache
def inclusions() -> SearchStrategy[Inclusion]:
    """An inclusion of any row; some in the wide reading only, some with words beside them."""
    words = st.one_of(st.none(), st.none(), st.none(), _of(*_WORDS))
    return st.builds(lambda given, said: Inclusion(**given, instruction=said), _rule_fields(), words)


@cache
def exclusions() -> SearchStrategy[Exclusion]:
    """An exclusion of any row; some unstated."""
    return _rule_fields().map(Exclusion.model_validate)


@cache
def policies() -> SearchStrategy[Policy]:
    """A policy without open scope, each question answered or left."""
    return st.builds(
        Policy,
        apex=_of(None, "covered", "not-covered"),
        depth=_of(None, "any", "one"),
        below_excluded=_of(None, "excluded", "not-excluded"),
        open_scope=_of(None, False),
    )


# --- both together ---------------------------------------------------------------------------


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
        lambda text, side: Unresolved(text=text, effect=side), sentences(), _of("exclude", "include")
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
    if not found or draw(_ANY) % 4 == 3:
        return web
    host = pick(draw, found).replace("*", draw(_of("", "x", "a.b", "com")))
    host = re.sub(r"\.{2,}", ".", host).strip(".-") or "e.com"
    if draw(_ANY) % 6 == 5 and host.count(".") > 1:
        host = host.partition(".")[2]
    path = _PATHLIKE.search(pick(draw, rules).asset.replace("*", "x"))
    if path is not None:
        web = replace(web, path=path[1] + draw(_of("", "", "/x", "xyz")))
    return replace(web, host=draw(_of(*_AIMS)).format(host))


@st.composite
def target_texts(draw: st.DrawFn, rules: tuple[Rule, ...] = ()) -> str:
    """Anything that may be asked: URLs, bare hosts, addresses, blocks, apps, names, odd text."""
    kind = draw(_ANY) % 8
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
    return _of(*APP_IDS, *NAMES, *(name.upper() for name in NAMES), *LINKS)


# --- spellings -------------------------------------------------------------------------------

_DEFAULT = {"https": 443, "http": 80, "wss": 443, "ws": 80, "ftp": 21}
_COIN = st.booleans()


def _respell_host(draw: st.DrawFn, host: str) -> str:
    """Write a host in other letter case, in full-width letters, with a root dot."""
    if ":" in host or host.replace(".", "").isdigit():
        return host
    wide = draw(_ANY) % 3 == 2
    spelled = ""
    for char in host:
        loud = char.upper() if draw(_COIN) else char
        spelled += chr(ord(loud) + 0xFEE0) if wide and char.isalnum() and draw(_COIN) else loud
    root: str = draw(_of("", "", "."))
    return spelled + root


def _respell_path(draw: st.DrawFn, path: str) -> str:
    """Write a path with escapes of unreserved characters or with dot segments."""
    kind = draw(_ANY) % 4
    if kind == 1:
        return "".join(f"%{ord(char):02x}" if char.isalnum() and draw(_COIN) else char for char in path)
    if kind == 2:
        return f"/{draw(_of('x', 'api'))}/{draw(_of('..', '%2e%2E', '.%2e'))}{path}"
    return f"/{draw(_of('.', '%2e'))}{path}" if kind == 3 else path


@st.composite
def equivalent_spellings(draw: st.DrawFn, web: Web) -> str:
    """Another spelling of the same URL that every client reads alike (T1, T5)."""
    default = _DEFAULT.get(web.scheme)
    scheme = web.scheme.upper() if draw(_COIN) else web.scheme
    user = draw(_of("", "", "user@", "user:secret@", "e.com@", "e.com%2F@"))
    host = _respell_host(draw, web.host) if default else web.host.upper()
    shown = f"[{host}]" if ":" in host else host
    port = "" if web.port is None else f":{web.port}"
    if default and web.port in (None, default):
        port = draw(_of("", f":{default}", ":"))
    # An escape in the plain spelling already means something else when escaped again.
    path = web.path if "%" in web.path else _respell_path(draw, web.path)
    query = f"?{web.query}" if web.query else ""
    return f"{scheme}://{user}{shown}{port}{path}{query}{draw(_of('', '#top'))}"


@st.composite
def ambiguous_spellings(draw: st.DrawFn, web: Web) -> str:
    """A spelling that the standard reads as the host of `web` and some client reads otherwise (T3)."""
    scheme, where = web.scheme, web.authority
    rest = str(web).removeprefix(f"{scheme}://{where}")
    shapes = [
        f"{scheme}:{where}{rest}",
        f"{scheme}:///{where}{rest}",
        f"{scheme}:\\\\{where}{rest}",
        f"{scheme}://{where[0]}\t{where[1:]}{rest}",
        f"{scheme}://\n{where}{rest}",
        f"{scheme}://{where}\\@evil.net{rest}",
        f"{scheme}://{where}?@evil.net{rest}",
        f"{scheme}://{where}#@evil.net{rest}",
        f"{scheme}://evil.net@evil.org@{where}{rest}",
    ]
    if where[0].isalpha():
        shapes.append(f"{scheme}://%{ord(where[0]):02x}{where[1:]}{rest}")
    return pick(draw, shapes)


@cache
def any_text() -> SearchStrategy[str]:
    """Any text at all, lone surrogates and NUL too."""
    return st.text(st.characters(), max_size=60)


# Packed, since one text a line would fill the screen.
# fmt: off
_NASTY = (
    "", " ", "\0", "\ud800", "https://\udfff.e.com/", "https://e.com\0.evil.net/",
    "https://e.com%00.evil.net/", "https://e.com@evil.net/", "https://e.com\\@evil.net/",
    "https://e.com#@evil.net/", "https://evil.net?@e.com/", "https://evil.net#.e.com/",
    "https://[::1", "https://[::ffff:10.0.0.1]/", "https://0x0a.0.0.1/", "https://012.0.0.1/",
    "https://167772161/", "https://e.com:99999/", "https://e..com/", "https://.e.com/",
    "https://e.com../", "https://-/", "javascript:alert(1)", "data:text/plain,e.com",
    "mailto:a@e.com", "file:///etc/passwd", "file://e.com/x", "//e.com/", "///e.com",
    "https:e.com", "https:/e.com", "http://e.com:80:443/", "https://xn--/", "https://xn--a/",
    "https://faß.e.com/", "https://a\u200d.e.com/", "https://e。com/", "https://＠e.com/",
    "10.0.0.0/33", "10.0.0.1/", "::/0", "::ffff:0:0/96", "*.e.com", "*", "e.com/%2e%2e/api",
    "e.com/..;/api", "e.com//api", "e.com/%2fapi", "a" * 70_000, "https://e.com/" + "a" * 70_000,
    "https://" + "a." * 30_000 + "e.com/",
)
# fmt: on


@cache
def hostile_texts() -> SearchStrategy[str]:
    """What an attacker or an accident would ask: odd authorities, encodings, sizes, any text."""
    glued = _texts("{}{}{}", _of("https://", "http://", "", "ftp:"), any_text(), _of("e.com", "/", "@e.com"))
    return st.one_of(_of(*_NASTY), any_text(), glued)


# --- kinds of findings -----------------------------------------------------------------------

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
        st.none(), st.none(), _of(*CONDITIONS).map(lambda word: Condition(id=word, text=word))
    )
    return st.builds(
        FindingRule,
        finding=_of(*NODES, *NODES, *KINDS, *UNREAD_KINDS),
        id=_of("", "", "r1", "r2"),
        title=_of(None, None, "Bad mood", "Stored XSS"),
        aliases=_of((), (), (), ("xss",), ("bad mood", "CWE-352")) if aliases else st.just(()),
        assets=st.one_of(st.just(()), st.lists(_of(*PLACES), max_size=2).map(tuple)),
        unless=condition if effect is Effect.EXCLUDE else st.none(),
        only_if=condition,
        stated=_of(True, True, False),
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
        _of("undetermined", "eligible"),
    )


@cache
def finding_words() -> SearchStrategy[str]:
    """A word for a kind of finding that is always known."""
    return _of(*(one for one in NODES if not one.startswith("mood")), *KINDS)


@cache
def finding_targets() -> SearchStrategy[str | None]:
    """A target for a kind of finding, or none."""
    return st.one_of(st.none(), _of(*ASKED_ON))


@cache
def assumptions() -> SearchStrategy[tuple[str, ...]]:
    """Conditions that a caller asserts."""
    return st.lists(_of(*CONDITIONS), max_size=2).map(tuple)


# --- scope files ------------------------------------------------------------------------------

KeyPath: TypeAlias = tuple[str | int, ...]
LANGUAGES = ("yaml", "toml", "json")

# Neither control characters nor what only YAML takes for the end of a line.
_FILE_CHARACTERS = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff"
)


def file_words() -> SearchStrategy[str]:
    """A text of a scope file, with what quoting, comments and escapes of the languages make hard."""
    marks = _of("*.e.com", "a: b", "a #b", "'", '"', '""""', "'''", "\\", "\\u0061", "[x", "{", "}", ",", "=")
    pieces = st.one_of(marks, st.text(_FILE_CHARACTERS, max_size=5), st.just("\n"), st.just("😀"))
    return st.lists(pieces, min_size=1, max_size=4).map("".join)


def file_data() -> SearchStrategy[dict[str, Any]]:
    """Fields as any of the three languages can hold them; no null, which TOML does not know."""
    scalars = st.one_of(file_words(), st.booleans(), st.integers(-999, 10**9))
    keys = st.one_of(_of("id", "in_scope", "a-b", "1", "a.b", "true", ""), file_words())
    values = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=10,
    )
    return st.dictionaries(keys, values, min_size=1, max_size=4)


@st.composite
def program_data(draw: st.DrawFn) -> dict[str, Any]:
    """The fields of a valid scope file."""
    stars = _of("api-*.e.com", "a.*.e.com", "e.*", "*e.com", "(a|b).e.com", "https://*.e.com/a*")
    assets = st.one_of(stars, *(PATTERN_ROWS[row] for row in ("host", "below", "port", "path", "name")))
    common = {
        "note": file_words(),
        "instruction": file_words(),
        "stated": st.booleans(),
        "since": st.dates().map(str),
    }
    paid = {"eligible_for_bounty": st.booleans(), "max_severity": _of("low", "high")}

    def rules(more: dict[str, SearchStrategy[Any]]) -> SearchStrategy[list[Any]]:
        fields = st.fixed_dictionaries({"asset": assets}, optional=more)
        return st.lists(st.one_of(assets, fields), max_size=4)

    words = file_words().filter(bool)
    data = {"id": draw(_of("e", "e-1", "0.e_x")), "name": draw(words)}
    optional: dict[str, SearchStrategy[Any]] = {
        "in_scope": rules(common | paid | {"aliases": st.lists(file_words(), max_size=2)}),
        "out_of_scope": rules(common),
        "policy": st.fixed_dictionaries({}, optional={"apex": _of("covered"), "open_scope": st.booleans()}),
        "as_of": st.dates().map(str),
        "statements": st.lists(st.fixed_dictionaries({"text": words}), max_size=2),
    }
    return data | draw(st.fixed_dictionaries({}, optional=optional))


@dataclass
class Pen:
    """Writes a text, and keeps where each value and each key was begun."""

    draw: st.DrawFn
    text: str = ""
    values: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)
    keys: dict[KeyPath, tuple[int, int]] = field(default_factory=dict)

    def put(self, *parts: str) -> None:
        """Write on."""
        self.text += "".join(parts)

    def pick(self, *options: str) -> str:
        """Choose how to write something that has several spellings."""
        return self.draw(st.sampled_from(options))

    def maybe(self) -> bool:
        """Choose between two ways."""
        return self.draw(st.booleans())

    @property
    def here(self) -> tuple[int, int]:
        """Line and column of what is written next, from 1."""
        return self.text.count("\n") + 1, len(self.text) - self.text.rfind("\n")


def _json_text(pen: Pen, text: str) -> str:
    written = json.dumps(text, ensure_ascii=pen.maybe())
    if text[:1].isascii() and text[:1].isalnum() and pen.maybe():
        return f'"\\u{ord(text[0]):04x}{written[2:]}'
    return written


def _write_json(pen: Pen, value: Any, path: KeyPath = ()) -> None:
    space = ("", "", " ", "\n", "\r\n  ", "\t")
    pen.put(pen.pick(*space))
    pen.values[path] = pen.here
    if isinstance(value, (dict, list)):
        pen.put("{" if isinstance(value, dict) else "[")
        for number, entry in enumerate(value):
            pen.put(pen.pick(*space), "," if number else "", pen.pick(*space))
            if isinstance(value, list):
                _write_json(pen, entry, (*path, number))
                continue
            pen.keys[(*path, entry)] = pen.here
            pen.put(_json_text(pen, entry), pen.pick(*space), ":")
            _write_json(pen, value[entry], (*path, entry))
        pen.put(pen.pick(*space), "}" if isinstance(value, dict) else "]")
    else:
        pen.put(_json_text(pen, value) if isinstance(value, str) else json.dumps(value))


def _toml_text(pen: Pen, text: str, *, key: bool = False) -> str:
    """Write a text in one of TOML's four ways, or as a bare key."""
    basic = json.dumps(text, ensure_ascii=False)
    ways = [basic]
    if "'" not in text and "\n" not in text:
        ways.append(f"'{text}'")
    if key:
        return pen.pick(*ways, *([text] if re.fullmatch(r"[A-Za-z0-9_-]+", text) else []))
    spread = text.replace("\\", "\\\\")
    spread = re.sub('"{3,}', lambda run: '\\"' * len(run[0]), spread)
    ways += [f'"""{pen.pick(chr(10), "") if spread[:1] != chr(10) else chr(10)}{spread}"""'] * 2
    if "'''" not in text and not text.endswith("''"):
        ways.append(f"'''\n{text}'''")
    return pen.pick(*ways)


def _toml_value(pen: Pen, value: Any, path: KeyPath) -> None:
    pen.values[path] = pen.here
    if isinstance(value, dict):
        pen.put("{")
        for number, (key, inner) in enumerate(value.items()):
            pen.put(", " if number else pen.pick("", " "))
            _toml_pair(pen, key, inner, path)
        pen.put("}")
    elif isinstance(value, list):
        pen.put("[")
        for number, inner in enumerate(value):
            pen.put("," if number else "", pen.pick("", " ", "\n\t", " # ] 'x\n", "\r\n"))
            _toml_value(pen, inner, (*path, number))
        pen.put(pen.pick(",", ", # }\n", "\n") if value else "", "]")
    elif isinstance(value, str):
        pen.put(_toml_text(pen, value))
    elif isinstance(value, dt.datetime):
        pen.put(value.isoformat(sep=pen.pick("T", " ")))
    else:
        pen.put(str(value).lower())


def _toml_pair(pen: Pen, key: str, value: Any, path: KeyPath) -> None:
    """Write `key = value`, or `key.inner = value` where a table has one field."""
    inner, place = (*path, key), pen.here
    pen.keys[inner] = place
    pen.put(_toml_text(pen, key, key=True))
    while isinstance(value, dict) and len(value) == 1 and pen.maybe():
        ((key, value),) = value.items()
        inner = (*inner, key)
        pen.keys[inner] = place
        pen.put(pen.pick(".", " . "), _toml_text(pen, key, key=True))
    pen.put(pen.pick("=", " = ", "\t="), pen.pick("", " "))
    _toml_value(pen, value, inner)


def _write_toml(pen: Pen, table: dict[str, Any], path: KeyPath = (), header: str = "") -> None:
    below: dict[str, list[Any] | dict[str, Any]] = {}
    for key, value in table.items():
        tables = isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
        if (isinstance(value, dict) or tables) and pen.maybe():
            below[key] = value
            continue
        pen.put(pen.pick("", "", "\n", "  ", "# a = [1\n", "\r\n"))
        _toml_pair(pen, key, value, path)
        pen.put(pen.pick("", " # ' \"", "\t"), pen.pick("\n", "\r\n"))
    for key, value in below.items():
        for number, one in enumerate(value if isinstance(value, list) else [value]):
            pen.put(pen.pick("", "\n", "  "))
            many = isinstance(value, list)
            at: KeyPath = (*path, key, number) if many else (*path, key)
            pen.values[at] = pen.here
            if not many:
                pen.keys[at] = pen.here
            name = header + pen.pick("", " ") + _toml_text(pen, key, key=True)
            pen.put("[[" if many else "[", name, "]]" if many else "]", pen.pick("\n", " # [x]\n"))
            _write_toml(pen, one, at, f"{name}.")


def _yaml_text(pen: Pen, text: str, *, key: bool = False) -> str:
    ways = [json.dumps(text, ensure_ascii=False)]
    if "\n" not in text:
        ways.append("'" + text.replace("'", "''") + "'")
    plain = re.fullmatch(r"[A-Za-z]([A-Za-z0-9 ./_*-]*[A-Za-z0-9*])?|[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
    if plain and text not in ("true", "false", "null"):
        ways += [text, text]
    return pen.pick(*(way for way in ways if not key or len(way) < 200))


def _yaml_flow(pen: Pen, value: Any, path: KeyPath, indent: str) -> None:
    """Write a value as JSON would, over one line or several."""
    pen.values[path] = pen.here
    if not isinstance(value, (dict, list)):
        pen.put(_yaml_text(pen, value) if isinstance(value, str) else json.dumps(value))
        return
    pen.put("{" if isinstance(value, dict) else "[")
    for number, entry in enumerate(value):
        pen.put("," if number else "", pen.pick(" ", " ", f"\n{indent}  ", f"  # }} ]\n{indent}  "))
        if isinstance(value, list):
            _yaml_flow(pen, entry, (*path, number), indent + "  ")
            continue
        pen.keys[(*path, entry)] = pen.here
        pen.put(_yaml_text(pen, entry, key=True), ": ")
        _yaml_flow(pen, value[entry], (*path, entry), indent + "  ")
    pen.put(pen.pick("", " "), "}" if isinstance(value, dict) else "]")


def _write_yaml(pen: Pen, value: Any, path: KeyPath = (), indent: str = "", behind: str = "") -> None:
    """Write a value behind `key:` or `-`; block lists and mappings go on lines of their own."""
    if not isinstance(value, (dict, list)) or not value or pen.draw(st.integers(0, 3)) == 0:
        pen.put(behind and " ")
        lines = value.split("\n") if isinstance(value, str) and behind else [""]
        if all(re.match(r"[!-~]", line) and line == line.strip() for line in lines) and pen.maybe():
            pen.values[path] = pen.here
            pen.put("|-\n", *(f"{indent}  {line}\n" for line in lines))
            return
        _yaml_flow(pen, value, path, indent)
        pen.put(pen.pick("", "  # *x"), "\n")
        return
    # A mapping may begin behind the dash of its list.
    compact = behind == "-" and isinstance(value, dict) and pen.maybe()
    pen.put(" " if compact else "\n" if behind else "")
    for number, entry in enumerate(value):
        lead = "" if compact and not number else pen.pick("", "", "\n", f"{indent}# *x\n") + indent
        pen.put(lead)
        if not number:
            pen.values[path] = pen.here
        if isinstance(value, list):
            pen.put("-")
            _write_yaml(pen, entry, (*path, number), indent + "  ", "-")
        else:
            pen.keys[(*path, entry)] = pen.here
            pen.put(_yaml_text(pen, entry, key=True), ":")
            _write_yaml(pen, value[entry], (*path, entry), indent + "  ", ":")


@st.composite
def written(draw: st.DrawFn, language: str, data: dict[str, Any]) -> Pen:
    """Write data in a language, in any of the ways that the language has for it."""
    pen = Pen(draw)
    if language == "json":
        _write_json(pen, data)
    elif language == "toml":
        _write_toml(pen, data)
    else:
        _write_yaml(pen, data)
    return pen


# fmt: off
_PIECES = {
    "yaml": (
        "id: e\n", "name: E\n", "in_scope:\n", "  - ", "*.e.com", "*a", "&a ", "<<: ", "!!str ", "---\n",
        "\n", "\r", "\x85", "\u2028", "\ufeff", "\t", ": ", "- ", "[", "]", "{", "}", ",", "'", '"', "#", "|",
        "asset: ", "stated: ", "policy:\n  apex: ", "rewards:\n  groups:\n    x:\n      titel: 1\n", "~",
        "? ", "-1", "unresolved:\n", "sources: ", "9" * 5000, "1.5", ".nan", "10.0.0.0/33", "%YAML 1.1\n",
    ),
    "toml": (
        "id = 'e'\n", "name = 'E'\n", "[[in_scope]]\n", "[in_scope]\n", "asset = ", "'*.e.com'", "[policy]\n",
        "\n", "\r", "=", ".", "a", '"', "'", "'''", '"""', "[", "]", "{", "}", ",", "#", "\\u0000", "\ufeff",
        "9" * 5000, "nan", "2026-01-02", "2026-01-02 00:00:00", "05:00:00", "a." * 2000, "rewards.groups",
    ),
    "json": (
        "{", "}", "[", "]", ":", ",", '"id"', '"e"', '"name"', '"in_scope"', '"asset"', '"a.com"', '"', "\n",
        "9" * 5000, "NaN", "1e999", "-", "1.5", "null", "true", "\\u0000", "\\ud800", "\ufeff", '"<<"',
        '{"id": "e", "name": "E"', '"name": "F"', '"rewards": {"groups": {"x": {"titel": 1}}}',
    ),
}
# fmt: on


def broken_files(language: str) -> SearchStrategy[str | bytes]:
    """A text or bytes that may be a scope file: pieces of one, and anything at all."""
    stock = _of(*_PIECES[language])
    pieces = st.one_of(stock, stock, st.text(st.characters(), max_size=3))
    begin = _of("", "".join(_PIECES[language][:2]) if language != "json" else '{"id": "e", "name": "E", ')
    texts = st.builds("{}{}".format, begin, st.lists(pieces, max_size=14).map("".join))
    return st.one_of(texts, texts, any_text(), st.binary(max_size=60))


def any_fields() -> SearchStrategy[dict[str, Any]]:
    """A mapping with the field names of a scope file and any values in them."""
    names = _of(*_FIELDS)
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        any_text(),
        _of("*.e.com", "*", "10.0.0.0/33", "P1"),
    )
    values = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | any_text(), inner, max_size=4),
        max_leaves=10,
    )
    base = st.just({"id": "e", "name": "E"})
    return st.builds(
        lambda one, other: one | other, base | st.just({}), st.dictionaries(names, values, max_size=6)
    )


_FIELDS = (
    *Program.model_fields,
    "asset",
    "type",
    "text",
    "title",
    "finding",
    "groups",
    "low",
    "high",
    "apex",
    "P1",
    "x",
)
