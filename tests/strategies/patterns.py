"""What is listed: texts by row of the table of patterns, what they denote, rules and policies."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scopecheck import (
    Exclusion,
    Inclusion,
    PatternSyntaxError,
    Policy,
)
from scopecheck.scope.grammar import parse_listed
from scopecheck.scope.hostset import HostSet, Names
from scopecheck.scope.pathset import PathSet
from scopecheck.scope.pattern import Effect, HostForm, HostText, UrlPattern
from scopecheck.scope.zone import Zone

from .stock import APP_IDS, LINKS, NAMES, PORTS, QUERIES, SEGMENTS, of, pick, texts
from .targets import blocks, hosts, ip_addresses, labels

_HEADS = ("e", "www.e", "*.e", "*.www.e", "launcher.e", "www", "a.e", "co", "app.co", "*.github", "f")
_PATHS = ("/api", "/api/", "/api*", "/api/*", "/*", "/**", "/a/*/b", "/x-*.zip", "/a*", "/a/b", "//a")
_TAILS = ("", "", "/", *_PATHS, "/api?tab=x", "/?tab=*", "/#about", "/api#x")
_CHOICES = ("({0}|{1}).{2}", "{{{0},{1}}}.{2}", "{0}.e.(com|org)", "({0}|*).{2}")
_RANGES = ("{0}", "10.0.0.{1}-10.0.0.22", "10.0.0.1, 10.0.0.{1}", "10.0.0.1 and {0}", "10.0.0.*", "10.0.*.*")


def _listed_url() -> SearchStrategy[str]:
    """A listed URL: any host pattern, with some of scheme, port, path and query."""
    host = st.one_of(hosts(), texts("*.{}", hosts()), PATTERN_ROWS["shape"], texts("*{}", hosts()))
    scheme = of("", "", "https://", "http://", "mongodb://", "*://", "wss://")
    return texts("{}{}{}{}", scheme, host, of("", "", "", ":8443", ":443", ":80"), of(*_TAILS))


PATTERN_ROWS: dict[str, SearchStrategy[str]] = {
    "host": hosts(),
    "below": texts("*.{}", hosts()),
    "shape": texts(
        "{}{}.{}",
        of("", "", "*.", "dev."),
        of("api-*", "*-dev", "*api*", "a*", "ads*", "x*v", "*-*"),
        hosts(),
    ),
    "inner star": texts("{}.*.{}", of("dev", "a", "*.dev", "*", "a.b", "x-*"), hosts()),
    "tail": texts("{}.*", of(*_HEADS)),
    "glued": texts("*{}", hosts()),
    "before a suffix": of("*.com", "*.co.uk", "*.github.io", "*co.uk", "*.org", "*.abb"),
    "star elsewhere": of(
        "e*e.com", "shop.*.be", "*.*", "*", "e.com*", "*e*", "www.e*", "a*.co.uk", "*.e.com*"
    ),
    "alternatives": st.builds(str.format, of(*_CHOICES), labels(), labels(), hosts()),
    "path": texts("{}{}", hosts(), of(*_PATHS)),
    "query": texts("https://{}/api?{}", hosts(), of(*QUERIES, "tab=*")),
    "fragment": texts("https://{}{}#x", hosts(), of("/", "", "/api")),
    "port": texts("{}:{}", hosts(), of(*PORTS)),
    "addresses": st.one_of(blocks(), st.builds(str.format, of(*_RANGES), ip_addresses(), st.integers(0, 9))),
    "shared link": of(
        *LINKS, "https://github.com/Org", "https://etherscan.io/address/0xabc", "*.github.com/Org"
    ),
    "shared host": of("github.com", "https://github.com/", "etherscan.io", "play.google.com"),
    "condition": texts("({} and {}) AND staff", hosts(), hosts()),
    "placeholder": texts("{}.{}", of("<tenant>", "{name}", "your-store", "<a>.<b>"), hosts()),
    "name": of(*NAMES),
    "list": texts("{}{}{}", hosts(), of(", ", " and ", " / ", " | ", " "), hosts()),
    "note": texts("*.{} (only the {})", hosts(), of("API", "login page")),
}
"""Listed texts by row of the table of patterns; apps need a type and come with `inclusions()`."""
PATTERN_ROWS["url"] = _listed_url()

_HOST_ROWS = ("host", "below", "shape", "inner star", "tail", "glued", "before a suffix", "star elsewhere")
_URL_ROWS = ("url", "path", "query", "port", "addresses", "placeholder")


@cache
@st.composite
def url_patterns(draw: st.DrawFn, rows: tuple[str, ...] = _HOST_ROWS + _URL_ROWS) -> UrlPattern:
    """One parsed pattern of a row that names a host or an address, on either side."""
    text = draw(PATTERN_ROWS[draw(of(*rows))])
    try:
        parsed = parse_listed(text, draw(of(*Effect)))
    except PatternSyntaxError:
        parsed = parse_listed(draw(hosts()), Effect.INCLUDE)
    return pick(draw, parsed.patterns)


@cache
@st.composite
def host_sets(draw: st.DrawFn) -> HostSet:
    """A set of hosts that some reading of some pattern denotes."""
    pattern = draw(url_patterns((*_HOST_ROWS, "addresses", "placeholder")))
    return pick(draw, [hosts_ for hosts_, _, _ in pattern.hosts] or [Names(("e", "com"))])


_LISTED_PATHS = st.lists(of(*SEGMENTS, "*", "x-*.zip", "a*", "*b", "a;b*", "a%2fb"), max_size=3).map("/".join)


@cache
@st.composite
def path_sets(draw: st.DrawFn) -> PathSet:
    """A set of paths that some reading of some listed path denotes."""
    listed = PathSet.parse("/" + draw(_LISTED_PATHS))
    pattern = UrlPattern("", draw(of(*Effect)), HostText(HostForm.EXACT, ("e", "com")), path=listed)
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
        texts("Any service that runs on {} is excluded", hosts()),
        texts("Other subdomains of {}", hosts()),
        texts("Everything at *.{} except {}", hosts(), hosts()),
        texts("{} and {} may not be tested", hosts(), ip_addresses()),
        of("Any asset that is not listed", "All third-party services", "All assets owned by E"),
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
        st.fixed_dictionaries({"asset": of(*APP_IDS, "com.e.*", "am.e.fr"), "type": of("android", "ios")}),
        st.fixed_dictionaries(
            {"asset": listed_texts(), "type": of("website", "api"), "listed": st.just(True)}
        ),
        st.fixed_dictionaries({"asset": listed_texts(), "name": st.one_of(of(*NAMES, "e portal"), hosts())}),
    )
    return st.one_of(plain, plain, plain, odd)


@cache
def inclusions() -> SearchStrategy[Inclusion]:
    """An inclusion of any row; some in the wide reading only, some with words beside them."""
    words = st.one_of(st.none(), st.none(), st.none(), of(*_WORDS))
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
        apex=of(None, "covered", "not-covered"),
        depth=of(None, "any", "one"),
        below_excluded=of(None, "excluded", "not-excluded"),
        open_scope=of(None, False),
    )
