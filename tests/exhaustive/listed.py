"""The listed texts, each beside the set of elements that its row of the table gives it.

The row is said by hand and not read off the text: `Listed("a-*.e.com", shape("a-*.e.com"))` states that the
text is of that row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from exhaustive.second import CERTAIN, WIDE, Alternative, Claim, Doubt, Doubts, Readings, claims, readings
from exhaustive.universe import HOSTS, PAGES, Page, under

APEX = frozenset({Doubt.APEX_UNSTATED})
DEPTH = frozenset({Doubt.DEPTH_UNSTATED})
CONDITION = frozenset({Doubt.CONDITION})
UNRESOLVED = frozenset({Doubt.UNRESOLVED_EXCLUSION})

ICANN = ("com", "fr", "uk", "co.uk", "be", "net")
PRIVATE = ("github.io",)

Row = Callable[[bool], tuple[Alternative, ...]]
"""What a text denotes, as an exclusion or not."""


@dataclass(frozen=True)
class Listed:
    """A text as a rule of a scope file, and what it denotes."""

    text: str
    row: Row
    fields: dict[str, Any] = field(default_factory=dict)
    unresolved: bool = False

    @property
    def shown(self) -> str:
        """The text with the fields that matter."""
        return " ".join((self.text, *(f"[{key}: {value}]" for key, value in self.fields.items())))

    def denotes(self, *, exclusion: bool) -> tuple[tuple[Claim, ...], ...]:
        """Return the claims of each alternative."""
        doubts: set[Doubt] = set()
        if self.fields.get("stated") is False:
            doubts.add(Doubt.UNSTATED_EXCLUSION if exclusion else Doubt.UNSTATED_ALIAS)
        if self.fields.get("reading") == "wide":
            doubts.add(Doubt.WIDE_READING)
        return tuple(
            claims(replace(one, doubts=one.doubts | doubts), exclusion=exclusion)
            for one in self.row(exclusion)
        )


# Hosts


def glob(text: str, *, any_depth: bool = False) -> frozenset[str]:
    """Return the hosts of that shape; a star is part of a label, or with `any_depth` any text."""
    star, whole = (".*", ".+") if any_depth else ("[^.]*", "[^.]+")
    labels = (
        whole if label == "*" else star.join(map(re.escape, label.split("*"))) for label in text.split(".")
    )
    wanted = re.compile(r"\.".join(labels))
    return frozenset(host for host in HOSTS if wanted.fullmatch(host))


def one_of(row: str, hosts: Readings[str], doubts: Doubts = CERTAIN) -> Row:
    return lambda _exclusion: (Alternative(hosts, row=row, doubts=doubts),)


def host(name: str, doubts: Doubts = CERTAIN) -> Row:
    return one_of("host", readings((CERTAIN, [name])), doubts)


def below(name: str) -> Row:
    return one_of("below", readings((CERTAIN, under(name)), (APEX, [name])))


def shape(text: str) -> Row:
    return one_of("shape", readings((CERTAIN, glob(text)), (DEPTH, glob(text, any_depth=True))))


def below_shape(text: str) -> Row:
    """Return the row of `*.` before a text with an inner star: any depth in front, or none."""
    exact, deep = glob(text), glob(text, any_depth=True)
    return one_of(
        "below shape",
        readings(
            (CERTAIN, _all_under(exact)),
            (APEX, exact),
            (DEPTH, _all_under(deep)),
            (APEX | DEPTH, deep),
        ),
    )


def _all_under(hosts: Iterable[str]) -> frozenset[str]:
    return frozenset[str]().union(*map(under, hosts))


def tail(head: str, *, front: bool = False) -> Row:
    """Return the row of `head.*`; with `front` of `*.head.*`."""

    def row(exclusion: bool) -> tuple[Alternative, ...]:
        known = {f"{head}.{suffix}" for suffix in ICANN}
        doubtful = {f"{head}.{suffix}" for suffix in PRIVATE}
        if exclusion:
            doubtful |= {one for one in HOSTS if one.startswith(f"{head}.")}
            if front:  # `a.e.x.e.y` is below no host `e.x...` alone, but ends in `.e.` and some tail
                doubtful |= {
                    one[at.start() + 1 :] for one in HOSTS for at in re.finditer(rf"\.{head}\.", one)
                }
        if not front:
            return (
                Alternative(
                    readings((CERTAIN, known & set(HOSTS)), (WIDE, doubtful & set(HOSTS))), row="tail"
                ),
            )
        return (
            Alternative(
                readings(
                    (CERTAIN, _all_under(known)),
                    (WIDE, _all_under(doubtful)),
                    (APEX, known & set(HOSTS)),
                    (APEX | WIDE, doubtful & set(HOSTS)),
                ),
                row="below tail",
            ),
        )

    return row


def glued(name: str, registrable: str) -> Row:
    """Return the row of a star right before a host: the host, every host below it; wide, what ends so."""
    ends_so = frozenset(one for one in under(registrable) if one.endswith(name))
    sure: Readings[str] = ((CERTAIN, frozenset([name])), (CERTAIN, under(name)))
    return one_of("glued", sure if ends_so == under(name) else (*sure, (WIDE, ends_so)))


def before_suffix(suffix: str) -> Row:
    return one_of("below", readings((WIDE, under(suffix))))


def star_elsewhere(text: str, registrable: str = "") -> Row:
    """Return the row of a star in the registrable name; `registrable` is what the text spells at its end."""

    def row(exclusion: bool) -> tuple[Alternative, ...]:
        matched = glob(text, any_depth=True)
        if not exclusion:
            matched &= under(registrable) if registrable else frozenset()
        return (Alternative(readings((WIDE, matched)), row="star elsewhere"),)

    return row


def alternatives(*rows: Row) -> Row:
    return lambda exclusion: tuple(one for row in rows for one in row(exclusion))


def placeholder(text: str) -> Row:
    return one_of("placeholder", readings((WIDE, glob(text))))


def touch(name: str, *, itself: bool = True) -> Row:
    """P4: what an unread exclusion touches: every host below the one it names, and the host itself."""
    rows = [one_of("touch", readings((CERTAIN, under(name))), UNRESOLVED)]
    if itself:
        rows.append(one_of("touch", readings((CERTAIN, [name])), UNRESOLVED))
    return alternatives(*rows)


# Schemes, ports, pages


def through(row: Row, scheme: str = "", port: int | None = None) -> Row:
    return lambda exclusion: tuple(
        replace(one, scheme=scheme, port=port, states_place=port is not None) for one in row(exclusion)
    )


Pages = Callable[[bool], Readings[Page]]


def at(row: Row, pages: Pages, scheme: str = "http") -> Row:
    def placed(exclusion: bool) -> tuple[Alternative, ...]:
        where = pages(exclusion)
        everywhere = all(members == frozenset(PAGES) for _, members in where)
        return tuple(
            replace(one, scheme=scheme, pages=where, states_place=not everywhere) for one in row(exclusion)
        )

    return placed


def feared(path: str) -> str:
    """Return how a path may be read by a server that is no friend of letter case, parameters, encoding."""
    return re.sub(r";[^/]*", "", unquote(unquote(path))).lower()


def _pages(wanted: Callable[[str], bool], widely: Callable[[str], bool] = lambda _: False) -> Pages:
    """Return pages by path, and what an exclusion fears besides."""

    def found(exclusion: bool) -> Readings[Page]:
        sure = {page for page in PAGES if wanted(page[0])}
        wide = sure | {page for page in PAGES if widely(page[0])}
        as_listed: Readings[Page] = ((CERTAIN, frozenset(sure)), (WIDE, frozenset(wide)))
        if not exclusion:
            return as_listed
        forgiving = {page for page in PAGES if wanted(feared(page[0])) or widely(feared(page[0]))}
        return (*as_listed, (WIDE, frozenset(wide | forgiving)))

    return found


def path(text: str) -> Pages:
    return _pages(lambda one: one == text or one.startswith(text + "/"))


def path_star(text: str) -> Pages:
    """Return the pages of a text with a star at its end, given without it."""
    return _pages(lambda one: one.startswith(text), lambda one: text.endswith("/") and one == text[:-1])


def segments(text: str) -> Pages:
    """Return the pages of a path with a star inside: one segment or part of one, or any number."""
    one, many = (
        re.compile(re.escape(text).replace(r"/\*", star) + "(/.*)?") for star in ("/[^/]+", "(/.*)?")
    )
    return _pages(lambda page: bool(one.fullmatch(page)), lambda page: bool(many.fullmatch(page)))


def query(text: str, pair: str) -> Pages:
    def found(exclusion: bool) -> Readings[Page]:
        plain = path(text)(exclusion)
        sure = {page for page in plain[0][1] if pair in page[1].split("&")}
        return readings((CERTAIN, sure), (WIDE, plain[-1][1]))

    return found


def fragment(_exclusion: bool) -> Readings[Page]:
    return readings((CERTAIN, [("/", "")]), (WIDE, PAGES))


A, B = host("a.e.com"), host("b.e.com")
ANY = below("e.com")

BOTH: tuple[Listed, ...] = (
    Listed("e.com", host("e.com")),
    Listed("a.e.com", A),
    Listed("b.a.e.com", host("b.a.e.com")),
    Listed("*.e.com", ANY),
    Listed("*.a.e.com", below("a.e.com")),
    Listed("*.b.a.e.com", below("b.a.e.com")),
    Listed("a-*.e.com", shape("a-*.e.com")),
    Listed("*-b.e.com", shape("*-b.e.com")),
    Listed("*a*.e.com", shape("*a*.e.com")),
    Listed("a*.e.com", shape("a*.e.com")),
    Listed("a.*.e.com", shape("a.*.e.com")),
    Listed("*.a.*.e.com", below_shape("a.*.e.com")),
    Listed("*.a*.e.com", below_shape("a*.e.com")),
    Listed("e.*", tail("e")),
    Listed("a.e.*", tail("a.e")),
    Listed("*.e.*", tail("e", front=True)),
    Listed("*e.com", glued("e.com", "e.com")),
    Listed("*a.e.com", glued("a.e.com", "e.com")),
    Listed("*.com", before_suffix("com")),
    Listed("*.co.uk", before_suffix("co.uk")),
    Listed("a*e.com", star_elsewhere("a*e.com", "e.com")),
    Listed("a.*.be", star_elsewhere("a.*.be")),
    Listed("*", star_elsewhere("*")),
    Listed("(a|b).e.com", alternatives(A, B)),
    Listed("<tenant>.e.com", placeholder("*.e.com")),
    Listed("a.e.com only if logged in", host("a.e.com", CONDITION)),
    Listed("e.com:8443", through(host("e.com"), port=8443)),
    Listed("a.e.com:443", through(A, port=443)),
    Listed("*.e.com:8443", through(ANY, port=8443)),
    Listed("*.e.com:443", through(ANY, port=443)),
    Listed("https://a.e.com", through(A, "http")),
    Listed("http://*.e.com", through(ANY, "http")),
    Listed("mongodb://a.e.com", through(A, "mongodb")),
    Listed("mongodb://*.e.com", through(ANY, "mongodb")),
    Listed("https://a.e.com/api", at(A, path("/api"))),
    Listed("a.e.com/api", at(A, path("/api"), "")),
    Listed("https://*.e.com/api", at(ANY, path("/api"))),
    Listed("https://*a.e.com/api", at(glued("a.e.com", "e.com"), path("/api"))),
    Listed("https://a.e.com/api*", at(A, path_star("/api"))),
    Listed("https://a.e.com/api/*", at(A, path_star("/api/"))),
    Listed("https://a.e.com/**", at(A, path_star("/"))),
    Listed("https://a.e.com/a/*/b", at(A, segments("/a/*/b"))),
    Listed("https://a.e.com/a?tab=x", at(A, query("/a", "tab=x"))),
    Listed("https://a.e.com/#shop", at(A, fragment)),
    Listed("a.e.com", A, {"stated": False}),
    Listed("*.e.com", ANY, {"stated": False}),
    Listed("*.e.com", ANY, {"reading": "wide"}),
    Listed("b.a.e.com", host("b.a.e.com"), {"reading": "wide"}),
)
"""Texts that are tried as inclusions and as exclusions."""

UNREAD: tuple[Listed, ...] = (
    Listed("Other subdomains of e.com", touch("e.com", itself=False), unresolved=True),
    Listed("Anything that our customers run on a.e.com", touch("a.e.com"), unresolved=True),
    Listed("Anything that our customers run", alternatives(), unresolved=True),
)
"""Texts that are tried as exclusions that nobody can read."""

INCLUSIONS = BOTH
EXCLUSIONS = (*BOTH, *UNREAD)

_SOME = (
    *("a.e.com", "b.a.e.com", "*.e.com", "*.a.e.com", "a-*.e.com", "*a*.e.com", "a.*.e.com", "*.a.*.e.com"),
    *("e.*", "*a.e.com", "a*e.com", "<tenant>.e.com", "*.e.com:443", "mongodb://*.e.com", "https://a.e.com"),
    *("https://a.e.com/api", "https://*.e.com/api", "https://a.e.com/api/*", "https://a.e.com/a?tab=x"),
    *("a.e.com [stated: False]", "*.e.com [reading: wide]", "Anything that our customers run on a.e.com"),
)
SOME_INCLUSIONS = tuple(number for number, one in enumerate(INCLUSIONS) if one.shown in _SOME)
SOME_EXCLUSIONS = tuple(number for number, one in enumerate(EXCLUSIONS) if one.shown in _SOME)
"""One or two texts of each kind, by their places, for programs of three rules."""
