"""Sets of URL paths and queries that one reading of a pattern denotes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote

from scopecheck.scope.hostset import glob_matches
from scopecheck.targets.url import resolve_dots

__all__ = ["ANY_PATH", "PathSet", "Query", "parse_query", "path_within", "query_contains", "query_within"]

_ANY_TEXT = "\0"
# Paths of which forgiving servers change nothing but the letter case: no escapes, parameters, dot segments.
_SIMPLE = re.compile(
    r"(?:/(?:[A-Za-z0-9_~!$&'()*+,=:@-][A-Za-z0-9._~!$&'()*+,=:@-]*+)?+(?!/))++", re.ASCII
).fullmatch


@dataclass(frozen=True, slots=True)
class PathSet:
    """Paths whose first segments look like `segments`; what follows at a segment border is free.

    `/api` covers `/api/x` and not `/apixyz`; `/api*` is the segment `api*`; no segments are any
    path. A `*` is a run of characters within its segment, or with `deep` of any characters.
    `loose` compares as a forgiving server would: any letter case, without `;` parameters, decoded
    twice. `page` is that one path and nothing below it.
    """

    segments: tuple[str, ...] = ()
    deep: bool = False
    loose: bool = False
    page: bool = False

    @classmethod
    def parse(cls, path: str) -> PathSet:
        """Read a listed path; a slash at its end carries no meaning (P2)."""
        inner = re.sub(r"\*{2,}", "*", path).strip().removeprefix("/")
        segments = inner.removesuffix("/").split("/")
        return cls(() if segments in ([""], ["*"]) else tuple(segments))

    def contains(self, path: str) -> bool:
        """Tell whether an absolute canonical path is in the set."""
        if not self.segments and not self.page:
            return True
        if self.loose:
            path = loosen(path)
        given = path[1:].split("/")
        if self.page:
            return tuple(given) == (self.segments or ("",))
        if self.deep:
            return self.contains_deep(path)
        return self.first_match(given)

    def first_match(self, given: list[str]) -> bool:
        """Tell whether the first of the given segments look like the listed ones."""
        return len(given) >= len(self.segments) and all(
            pattern == segment or ("*" in pattern and glob_matches(pattern, segment))
            for pattern, segment in zip(self.segments, given, strict=False)
        )

    def contains_deep(self, path: str) -> bool:
        """Tell whether `path` matches with a star standing for any number of segments."""
        text = "/" + "/".join(self.segments)
        # A star between slashes stands for any number of segments, none too.
        return any(glob_matches(shape + "/*", path + "/") for shape in {text, text.replace("/*/", "/")})

    def loosened(self) -> PathSet:
        """Return the set that a forgiving comparison makes of this one."""
        text = "/" + "/".join(self.segments)
        return PathSet(tuple(loosen(text)[1:].split("/")) if self.segments else (), self.deep, True, False)


ANY_PATH = PathSet()


def loosen(path: str) -> str:
    """Return what a forgiving server may make of a path: decoded twice, folded, no parameters."""
    if _SIMPLE(path) is not None:
        return path.lower()
    for _ in range(3):
        path = unquote(path)
    path = unicodedata.normalize("NFC", path) if len(path) < 2_000 else path
    segments = re.split(r"[\\/]", path.casefold())
    plain = "/".join(segment.partition(";")[0].strip("\x00 \t\r\n") for segment in segments)
    return resolve_dots(re.sub(r"/+", "/", plain))


def path_within(inner: PathSet, outer: PathSet, *, ends_count: bool = True) -> bool:
    """Tell whether every path of `inner` is surely in `outer`.

    With `ends_count` false a final `/*` of `outer` is taken for nothing.
    """
    if not ends_count and outer.segments[-1:] == ("*",) and not outer.deep:
        outer = PathSet(outer.segments[:-1], False, outer.loose, outer.page)
    if inner == outer or (not outer.segments and not outer.page):
        return True
    if outer.page or not (inner.segments or inner.page):
        return False
    if outer.loose and not inner.loose and any("*" in segment for segment in inner.segments):
        # What a star stands for may change in the forgiving comparison; the literal start may not.
        stars = next(i for i, segment in enumerate(inner.segments) if "*" in segment)
        return not outer.deep and outer.first_match(list(inner.loosened().segments[:stars]))
    if outer.loose and not inner.loose:
        inner = PathSet(inner.loosened().segments, inner.deep, True, inner.page)
    elif inner.loose and not outer.loose:
        return False
    if inner.deep and not outer.deep:
        literal = "/".join(inner.segments).partition("*")[0].split("/")[:-1]
        return outer.first_match(literal)
    symbolic = [segment.replace("*", _ANY_TEXT) for segment in inner.segments or ("",)]
    if outer.deep:
        return outer.contains_deep("/" + "/".join(symbolic))
    return outer.first_match(symbolic)


Query: TypeAlias = tuple[tuple[str, str], ...]
"""Name and value pairs that have to be present; a `*` in a value is any text."""


def parse_query(text: str) -> Query:
    """Split a query into decoded pairs (application/x-www-form-urlencoded), sorted."""
    return tuple(sorted(parse_qsl(text, keep_blank_values=True)))


def query_contains(required: Query, query: str) -> bool:
    """Tell whether every required pair is present in `query`."""
    if not required:
        return True
    given = parse_qsl(query, keep_blank_values=True)
    return all(
        any(name == key and glob_matches(value, text) for key, text in given) for name, value in required
    )


def query_within(inner: Query, outer: Query) -> bool:
    """Tell whether whatever has the pairs of `inner` has those of `outer`."""
    return all(
        any(name == key and glob_matches(value, text.replace("*", _ANY_TEXT)) for key, text in inner)
        for name, value in outer
    )
