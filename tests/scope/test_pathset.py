"""Sets of paths and queries: segment borders, stars, forgiving comparison, containment."""

from __future__ import annotations

import pytest
from hypothesis import event, given

from members import paths_in
from scopecheck.scope.pathset import (
    ANY_PATH,
    PathSet,
    loosen,
    parse_query,
    path_within,
    query_contains,
    query_within,
)
from strategies import path_sets, paths


@pytest.mark.parametrize(
    ("listed", "inside", "outside"),
    [
        ("", ("/", "/x"), ()),
        ("/", ("/", "/x"), ()),
        ("/*", ("/", "/x"), ()),
        ("/**", ("/", "/x/y"), ()),
        ("/api", ("/api", "/api/", "/api/x"), ("/apixyz", "/", "/API", "/x/api")),
        ("/api/", ("/api", "/api/", "/api/x"), ("/apixyz", "/")),
        ("/api*", ("/api", "/apixyz", "/api/x", "/apixyz/q"), ("/ap", "/x/api")),
        ("/api/*", ("/api/x", "/api/x/y"), ("/apix", "/")),
        ("/a/*/b", ("/a/x/b", "/a/x/b/c"), ("/a/b", "/a/x/y/b", "/a/x/bc")),
        ("/x-*.zip", ("/x-1.zip",), ("/x-1/2.zip", "/x-1.zipper", "/y/x-1.zip")),
    ],
)
def test_a_listed_path_ends_at_a_segment_border(
    listed: str, inside: tuple[str, ...], outside: tuple[str, ...]
) -> None:
    """Rows `https://example.com/api`, `.../api*`, `/a/*/b` of the table; P2 on the last slash."""
    found = PathSet.parse(listed)
    assert [path for path in inside if not found.contains(path)] == []
    assert [path for path in outside if found.contains(path)] == []


def test_a_deep_star_stands_for_any_number_of_segments() -> None:
    deep = PathSet(("a", "*", "b"), deep=True)
    for inside in ("/a/b", "/a/x/b", "/a/x/y/b", "/a/x/y/b/c"):
        assert deep.contains(inside)
    for outside in ("/a/x", "/xa/b", "/a/xb", "/a/x/bc"):
        assert not deep.contains(outside)


def test_a_page_is_that_path_alone() -> None:
    """Row `...#frag`: where only `/` stands before the fragment."""
    page = PathSet(page=True)
    assert page.contains("/")
    assert not page.contains("/x")
    assert not path_within(ANY_PATH, page)
    assert path_within(page, ANY_PATH)


@pytest.mark.parametrize(
    "path", ["/Admin", "/ADMIN/x", "/admin;v=1", "/%61dmin", "/%2561dmin", "/x/..;/admin"]
)
def test_a_forgiving_server_takes_the_path_for_the_excluded_one(path: str) -> None:
    """Exclusions: a path adds other letter case, `;` parameters and a second decoding."""
    assert PathSet.parse("/admin").loosened().contains(path)


@given(paths())
def test_loosening_twice_changes_nothing_plain(path: str) -> None:
    plain = path.replace("%2561", "a")
    assert loosen(loosen(plain)) == loosen(plain)


@given(path_sets(), path_sets())
def test_containment_of_paths_is_sound(a: PathSet, b: PathSet) -> None:
    if path_within(a, b):
        event("within")
        assert [path for path in paths_in(a) if not b.contains(path)] == []


@given(path_sets())
def test_every_path_set_lies_in_itself_and_in_any_path(a: PathSet) -> None:
    assert path_within(a, a)
    assert path_within(a, ANY_PATH)
    if path_within(ANY_PATH, a):
        assert a.contains("/")
        assert a.contains("/zz/q")


def test_a_final_star_counts_as_nothing_where_it_is_told_to() -> None:
    """3.3: a difference of a trailing `/*` counts as equal against a narrow match."""
    whole, below = PathSet.parse("/api"), PathSet.parse("/api/*")
    assert path_within(below, whole)
    assert not path_within(whole, below)
    assert path_within(whole, below, ends_count=False)
    assert not path_within(PathSet.parse("/"), below, ends_count=False)


@pytest.mark.parametrize(
    ("required", "query", "expected"),
    [
        ("tab=x", "tab=x", True),
        ("tab=x", "u=1&tab=x", True),
        ("tab=x", "%74ab=%78", True),
        ("tab=x", "tab=xy", False),
        ("tab=x", "tab=y", False),
        ("tab=x", "", False),
        ("tab=x&u=1", "u=1&tab=x", True),
        ("tab=x&u=1", "tab=x", False),
        ("tab=*", "tab=anything", True),
        ("tab", "tab", True),
        ("", "tab=x", True),
    ],
)
def test_listed_query_pairs_have_to_be_present(required: str, query: str, expected: bool) -> None:
    """Row `...?tab=x`."""
    assert query_contains(parse_query(required), query) is expected


@pytest.mark.parametrize(
    ("inner", "outer", "expected"),
    [
        ("tab=x&u=1", "tab=x", True),
        ("tab=x", "tab=x&u=1", False),
        ("tab=x", "tab=*", True),
        ("tab=*", "tab=x", False),
        ("tab=x", "", True),
        ("", "tab=x", False),
    ],
)
def test_more_pairs_make_a_query_narrower(inner: str, outer: str, expected: bool) -> None:
    assert query_within(parse_query(inner), parse_query(outer)) is expected
