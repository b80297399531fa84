"""Programs, catalogs and URLs that look like real ones, the same for the same seed.

A program lists wildcards, hosts, exclusions, a few paths and ports, over brands of which the first own most
of the hosts. URLs name hosts by a power law (Zipf), as crawls do. One in a hundred has a port, two have a
percent sign in the path, and a share of them is spelled oddly, but never so that the URL standard rejects it.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

import scopecheck as sc

SEED = 20_261_121
ZIPF = 1.1
"""The exponent of the power law: a host of rank r is asked for with weight r ** -ZIPF."""

# Twenty rules in the proportions that programs show: w wildcard, d wildcard of a deeper host, h host,
# x excluded host, y excluded wildcard, p path, o port. A program of N rules takes N, round and round.
_KINDS = "whxhwhphxhwhhdxhhyoh"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SYLLABLES = _words(
    "ba co da fi go hu ka le mi no pa qui ro sa te vi wo xa yo zu bri cla dro flo gra sto tra"
)
_TLDS = (*("com",) * 12, "io", "io", "net", "org", "co.uk", "de", "fr", "app", "dev", "com.br", "ai")
_WORDS = _words(
    "www api app admin auth blog cdn beta m dev staging docs status shop mail support login id portal "
    "static img assets payments partners developer test vpn my account help news forum jobs events "
    "graphql gateway search media upload files sso dashboard internal qa edge"
)
_REGIONS = ("eu", "us", "ap", "prod", "int", "k8s", "corp", "uat")
_TOPICS = _words("users orders items products category articles de en v1 v2 settings profile cart report")
_FILES = ("index.html", "app.3f2a1b.js", "main.css", "logo.svg", "feed.xml", "robots.txt", "data.json")
_KEYS = ("id", "page", "q", "lang", "utm_source", "ref", "sort", "v", "session", "redirect")


@dataclass(frozen=True, slots=True)
class Listed:
    """One rule, in parts, so that each peer can be given it in its own language."""

    host: str
    excluded: bool = False
    star: bool = False
    path: str = ""
    port: int | None = None

    @property
    def text(self) -> str:
        if self.path:
            return f"https://{self.host}{self.path}"
        port = f":{self.port}" if self.port else ""
        return f"{'*.' if self.star else ''}{self.host}{port}"


@dataclass(frozen=True, slots=True)
class Scope:
    """A generated program."""

    id: str
    rules: tuple[Listed, ...]

    def texts(self, *, excluded: bool) -> list[str]:
        return [rule.text for rule in self.rules if rule.excluded is excluded]

    def program(self) -> sc.Program:
        return sc.Program.from_assets(
            include=self.texts(excluded=False), exclude=self.texts(excluded=True), id=self.id
        )


def brand(rng: Random, taken: set[str]) -> str:
    """Return a registrable name that is not taken yet."""
    while True:
        name = "".join(rng.choices(_SYLLABLES, k=rng.choice((2, 3, 3, 4)))) + f".{rng.choice(_TLDS)}"
        if name not in taken:
            taken.add(name)
            return name


def _below(rng: Random, base: str, taken: set[str]) -> str:
    """Return a host below `base` that is not taken yet."""
    word = rng.choice(_WORDS)
    shapes = (word, f"{word}.{rng.choice(_REGIONS)}", f"{word}-{rng.choice(_REGIONS)}")
    host = f"{rng.choice(shapes)}.{base}"
    while host in taken:
        host = f"{word}-{rng.randrange(10_000)}.{base}"
    taken.add(host)
    return host


def scope(rules: int, name: str = "program", seed: int = SEED) -> Scope:
    """Return a program of so many rules."""
    rng = Random(f"{seed} {name} {rules}")
    kinds = [_KINDS[number % len(_KINDS)] for number in range(rules)]
    taken: set[str] = set()
    brands = [brand(rng, taken) for _ in range(kinds.count("w"))]
    weights = zipf(len(brands))
    wildcards = iter(brands)
    found = []
    for kind in kinds:
        if kind == "w":
            found.append(Listed(next(wildcards), star=True))
            continue
        owner = rng.choices(brands, cum_weights=weights)[0]
        host = _below(rng, owner, taken)
        path = f"/{rng.choice(_TOPICS)}/{rng.choice(_TOPICS)}" if kind == "p" else ""
        port = rng.choice((8080, 8443, 9000)) if kind == "o" else None
        found.append(Listed(host, kind in "xy", kind in "dy", path, port))
    return Scope(f"{name}-{rules}", tuple(found))


def scopes(count: int, rules: int, seed: int = SEED) -> list[Scope]:
    """Return programs of about so many rules each; no two share a host, bar by chance."""
    rng = Random(f"{seed} catalog {rules}")
    sizes = [max(3, round(rules * rng.choice((0.3, 0.6, 1, 1, 1.5, 1.6)))) for _ in range(count)]
    return [scope(size, f"program-{number}", seed) for number, size in enumerate(sizes)]


def zipf(count: int) -> list[float]:
    """Return the cumulative weights of so many ranks."""
    return list(accumulate(rank**-ZIPF for rank in range(1, count + 1)))


@cache
def others(seed: int) -> tuple[str, ...]:
    """Return domains of nobody's program."""
    rng = Random(f"{seed} others")
    taken: set[str] = set()
    return tuple(brand(rng, taken) for _ in range(2_000))


@cache
def tails(seed: int) -> tuple[str, ...]:
    """Return paths, many with a query, as crawls meet them."""
    rng = Random(f"{seed} tails")
    return tuple(_tail(rng) for _ in range(20_000))


def _tail(rng: Random) -> str:
    depth = rng.choice((0, 1, 1, 2, 3))
    parts = [rng.choice((*_TOPICS, str(rng.randrange(10**6)))) for _ in range(depth)]
    if rng.random() < 0.3:
        parts.append(rng.choice(_FILES))
    if rng.random() < 0.02:
        parts.append("caf%C3%A9%20menu")
    path = "/" + "/".join(parts)
    if rng.random() < 0.4:
        pairs = (
            f"{key}={rng.choice(('1', 'en', 'a%20b', 'newest', hex(rng.randrange(2**32))))}"
            for key in rng.sample(_KEYS, rng.choice((1, 1, 2, 3)))
        )
        path += "?" + "&".join(pairs)
    return path


class Urls:
    """URLs around a program: hosts it lists, hosts below its wildcards and exclusions, and other hosts."""

    def __init__(self, about: Scope, *, odd: float = 0.01, seed: int = SEED) -> None:
        self._rng = Random(f"{seed} urls {about.id}")
        self._odd = odd
        self._rules = about.rules
        sides = (
            (0.05, [rule.host for rule in about.rules if not rule.star and not rule.excluded]),
            (0.10, [rule.host for rule in about.rules if rule.excluded]),
            (0.60, [rule.host for rule in about.rules if rule.star and not rule.excluded]),
        )
        self._sides = [(share, hosts, zipf(len(hosts))) for share, hosts in sides if hosts]
        self._tails = tails(seed)
        self._others = others(seed)
        self._made = 0

    def _new_host(self) -> str:
        """Return a host that was not returned before, mostly below a host that a rule names."""
        rng = self._rng
        self._made += 1
        label = f"{rng.choice(_WORDS)}-{self._made:x}"
        share = rng.random()
        for limit, hosts, weights in self._sides:
            if share < limit:
                return f"{label}.{rng.choices(hosts, cum_weights=weights)[0]}"
        other = rng.choice(self._others)
        if share < 0.63:  # A name that only looks like a listed one.
            return f"{rng.choice(self._rules).host}.{label}.{other}"
        return f"{label}.{other}"

    def fresh(self, count: int) -> list[str]:
        """Return URLs whose hosts were in no URL before."""
        return list(self._written([self._new_host() for _ in range(count)]))

    def below_each(self) -> list[str]:
        """Return, for every host that a rule names, a URL of a host below it, in no order."""
        hosts = [f"x-{number:x}.{rule.host}" for number, rule in enumerate(self._rules)]
        self._rng.shuffle(hosts)
        return list(self._written(hosts))

    def pool(self, hosts: int = 2_000) -> Callable[[int], list[str]]:
        """Return a maker of URLs that share so many hosts, by a power law."""
        listed = [rule.host for rule in self._rules]
        names = self._rng.sample(listed, min(len(listed), hosts // 5))
        names += [self._new_host() for _ in range(hosts - len(names))]
        self._rng.shuffle(names)
        weights = zipf(len(names))
        return lambda count: list(self._written(self._rng.choices(names, cum_weights=weights, k=count)))

    def _written(self, hosts: Sequence[str]) -> Iterator[str]:
        rng = self._rng
        tails = rng.choices(self._tails, k=len(hosts))
        for host, tail in zip(hosts, tails, strict=True):
            share = rng.random()
            if share < self._odd:
                yield rng.choice(_ODD)(host, tail)
            elif share > 0.99:
                yield f"https://{host}:8443{tail}"
            else:
                yield f"{'http' if share > 0.9 else 'https'}://{host}{tail}"


_ODD: tuple[Callable[[str, str], str], ...] = (
    lambda host, tail: f"https://{host.upper()}{tail}",
    lambda host, tail: f"HTTPS://{host}{tail}",
    lambda host, tail: f"https://{host}.{tail}",
    lambda host, tail: f"https://{host}:443{tail}",
    lambda host, tail: f"https://user:secret@{host}{tail}",
    lambda host, tail: f"https://{host}/static/..{tail}",
    lambda host, tail: f"https://{host}/%2e%2e{tail}",
    lambda host, tail: f"https://{host}/{tail}",
    lambda host, tail: f"https://{host}\\{tail[1:]}",
    lambda host, tail: f"https://bücher.{host}{tail}",
    lambda host, tail: f"https://{host.replace('.', '%2e', 1)}{tail}",
    lambda host, tail: f" https://{host}{tail}#top",
    lambda host, tail: f"https://192.0.2.{len(host)}{tail}",
    lambda host, tail: f"https://0x7f.{len(host)}{tail}",
)
"""Spellings that the URL standard accepts and that few URLs have."""


_PLAIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(:8443)?/(?:(?!/|\.)[^?#]*)?")


def spelling(url: str) -> str:
    """Name what of a URL's spelling decides how it has to be read."""
    path, _, _ = url.partition("?")
    found = _PLAIN.fullmatch(path)
    if found is None or "/." in path:
        return "odd"
    if "%" in path:
        return "a percent sign in the path"
    return "a port" if found[1] else "plain"


def write_lines(path: Path, about: Scope, count: int, *, odd: float = 0.01) -> None:
    """Write a file of URLs, one a line; gzip where the name ends in `.gz`."""
    block = Urls(about, odd=odd).pool(min(200_000, max(1, count // 5)))
    with gzip.open(path, "wb", 6) if path.suffix == ".gz" else path.open("wb") as file:
        for start in range(0, count, 50_000):
            file.write("".join(f"{url}\n" for url in block(min(50_000, count - start))).encode())
