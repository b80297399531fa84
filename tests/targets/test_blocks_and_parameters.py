"""Blocks, parameters of paths, queries and logins that are asked about (T2, T3, T5; row query)."""

from __future__ import annotations

import pytest

import scopecheck as sc
from scopecheck.targets.asset import Block, parse_block, parse_target
from scopecheck.targets.url import Url, parse_url


def decide(target: str, include: list[str], exclude: list[str] | None = None) -> str:
    return str(sc.Checker(sc.Program.from_assets(include, exclude or [])).check(target).decision)


@pytest.mark.parametrize("size", ["/24", "/24/", "/255.255.255.0", "/0.0.0.255"])
def test_sizes_of_a_block(size: str) -> None:
    """T2: a prefix or a mask, with or without a slash at the end."""
    block = parse_block(f"192.0.2.0{size}")
    assert isinstance(block, Block)
    assert block.last - block.first == 255


def test_brackets_around_a_block() -> None:
    """T2: `[2001:db8::]/32` is that block."""
    block = parse_block("[2001:db8::]/32")
    assert block is not None
    assert block.last - block.first == (1 << 96) - 1
    assert parse_block("[2001:db8::/32") is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"192.0.2.0{behind}"
            for behind in (
                "/255.255.255.0",
                "/24/",
                "/0024",
                "/33",
                "/1111",
                "/24//",
                "/24/x",
                "/24?x",
                "/24#x",
                ":443/24",
                "//24",
                "/./24",
                "/%32%34",
                "/+24",
                "/(24)",
                "/２４",
                "/255.255.0",
                "/-192.0.2.9",
            )
        ),
        *(f"[2001:db8::]{behind}" for behind in ("/32", "/32/", "/0032", "/129", "/ffff::")),
    ],
)
def test_block_is_never_answered_for_one_address(text: str) -> None:
    """T3: digits behind an address may be the size of a block."""
    assert decide(text, ["192.0.2.0", "2001:db8::"]) != "IN_SCOPE"


def test_path_on_an_address_is_one() -> None:
    """T2: a path that begins with no digit is no size."""
    assert decide("192.0.2.0/admin", ["192.0.2.0"]) == "IN_SCOPE"
    assert decide("https://192.0.2.0/24", ["192.0.2.0"]) == "IN_SCOPE"


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("/a;x/b", ["/a/b"]),
        ("/a.;x/b", ["/a./b"]),
        ("/a;x//b", ["/a//b", "/a/b", "/a;x/b"]),
        ("/a/;/../b", ["/a/b", "/b"]),
        ("/;/b", ["//b", "/b"]),
        ("/api/..;x/admin", ["/admin"]),
    ],
)
def test_parameters_are_dropped_from_any_segment(path: str, others: list[str]) -> None:
    """T5: some servers drop them before they collapse slashes and resolve dots."""
    url = parse_url("https://e.com" + path)
    assert sorted({*url.other_paths, url.path} - {path}) == others


@pytest.mark.parametrize(
    "path", ["/api/;/..%2fadmin", "/api/%3b/..%2fadmin", "/api/;/..;/admin", "/api/;x/..;y/admin"]
)
def test_empty_segment_hides_no_parent(path: str) -> None:
    """T5: `/;/..` is the parent of what stands in front of it."""
    assert decide("https://example.com" + path, ["https://example.com/api"]) != "IN_SCOPE"


@pytest.mark.parametrize("path", ["/a/;/../admin", "/a/;x=1/../admin", "/a/;/;/../../admin"])
def test_excluded_path_behind_an_empty_segment(path: str) -> None:
    """T5: a reading that is excluded makes the answer ambiguous."""
    assert decide("https://example.com" + path, ["example.com"], ["https://example.com/admin"]) != "IN_SCOPE"


def test_ending_in_a_parameter() -> None:
    """T5: `/admin;.zip` is `/admin` to some servers."""
    assert decide("https://example.com/admin;.zip", ["https://example.com/*.zip"]) != "IN_SCOPE"


@pytest.mark.parametrize("listed", ["https://example.com/?p=a", "https://example.com?p=a", "example.com?p=a"])
def test_query_on_the_root_is_one_page(listed: str) -> None:
    """Row query: anybody can put the pair behind another path."""
    assert decide("https://example.com/?p=a", [listed]) == "IN_SCOPE"
    assert decide("https://example.com/delete?p=a", [listed]) == "UNDETERMINED"
    assert decide("https://example.com/?q=b", [listed]) == "UNDETERMINED"


def test_excluded_query_on_the_root() -> None:
    """Row query: the exclusion is feared on the whole site."""
    for path in ("/?p=a", "/x?p=a", "/"):
        assert (
            decide("https://example.com" + path, ["example.com"], ["https://example.com/?p=a"]) != "IN_SCOPE"
        )


def test_login_on_another_host_is_no_website() -> None:
    """T2: `git@host:path` is a repository on a code host, and elsewhere a login on port 22."""
    url = parse_target("git@example.com:x/y")
    assert isinstance(url, Url)
    assert (url.scheme, url.port, url.path) == ("ssh", 22, "/x/y")
    assert decide("git@example.com:x/y", ["https://example.com"], ["example.com:22"]) == "OUT_OF_SCOPE"
    assert decide("git@github.com:acme/Widget.git", ["https://github.com/acme/widget"]) == "IN_SCOPE"


@pytest.mark.parametrize("text", ["git@example.com:443/x", "git@github.com:22/x", "git@github.com:443"])
def test_number_behind_the_colon_of_a_login(text: str) -> None:
    """T3: a port to some clients, and part of the path to others."""
    assert decide(text, ["https://example.com", "example.com:22", "https://github.com/22"]) != "IN_SCOPE"
