"""Burp's project scope as it is written: narrow inclusions, wide exclusions, and what is lost."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

import scopecheck as sc
from scopecheck.formats.burp import read_burp, write_burp
from scopecheck.formats.source import Source


def written(program: sc.Program) -> dict[str, Any]:
    scope: dict[str, Any] = json.loads(write_burp(program).text)["target"]["scope"]
    return scope


def hosts(program: sc.Program, side: str) -> list[str]:
    return [one["host"] for one in written(program)[side]]


WRITTEN: list[tuple[str, list[str]]] = [
    ("example.com", [r"^example\.com$"]),
    ("*.example.com", [r"^.*\.example\.com$"]),
    ("api-*.example.com", [r"^api-[^.]*\.example\.com$"]),
    ("*example.com", [r"^example\.com$", r"^.*\.example\.com$"]),
    ("(a|b).example.com", [r"^a\.example\.com$", r"^b\.example\.com$"]),
    ("10.0.0.1", [r"^10\.0\.0\.1$"]),
    ("10.0.0.0/30", [r"^10\.0\.0\.(?:0|1|2|3)$"]),
    # A suffix that only a list of suffixes knows, a query, another scheme, an app, a place no regex finds.
    ("example.*", []),
    ("https://example.com/x?tab=1", []),
    ("mongodb://example.com", []),
    ("2001:db8::1", []),
    ("*.co.uk", []),
    ("<tenant>.example.com", []),
    ("*.github.com/Org", []),
    ("Widget Pro", []),
    ("All of our hosts", []),
]


@pytest.mark.parametrize(("asset", "expected"), WRITTEN)
def test_an_inclusion_is_written_in_its_narrow_reading(asset: str, expected: list[str]) -> None:
    program = sc.Program.from_assets([asset])
    assert hosts(program, "include") == expected
    unread = [one.id for one in program.unresolved]
    if not expected:
        assert [loss.path for loss in write_burp(program).losses] == (unread or ["include-1"])


@pytest.mark.parametrize(
    ("asset", "expected"),
    [
        ("blog.example.com", [r"^(?:.*\.)?blog\.example\.com$"]),
        ("*.blog.example.com", [r"^(?:.*\.)?blog\.example\.com$"]),
        ("blog.*", [r"^(?:.*\.)?blog\..*$"]),
        ("blog*.example.com", [r"^(?:.*\.)?blog.*\.example\.com$"]),
        ("Nothing that runs on blog.example.com", [r"^blog\.example\.com$", r"^.*\.blog\.example\.com$"]),
    ],
)
def test_an_exclusion_is_written_in_its_wide_reading(asset: str, expected: list[str]) -> None:
    program = sc.Program.from_assets(["*.example.com"], [asset])
    assert hosts(program, "exclude") == expected


def test_what_a_doubtful_reading_would_only_take_away_is_not_written() -> None:
    """`*.example.com` outweighs what lies below an excluded `example.com`, as it does here (D2)."""
    program = sc.Program.from_assets(["*.example.com"], ["example.com"])
    assert hosts(program, "exclude") == [r"^example\.com$"]
    assert hosts(program, "include") == [r"^.*\.example\.com$"]


def test_an_inclusion_under_an_excluded_wildcard_is_a_loss() -> None:
    program = sc.Program.from_assets(["app.acme.dev", "acme.org"], ["*.acme.dev"])
    result = write_burp(program)
    assert hosts(program, "include") == [r"^acme\.org$"]
    assert [(loss.code, loss.path) for loss in result.losses] == [("beaten", "include-1")]


def test_paths_and_ports_are_written() -> None:
    program = sc.Program.from_assets(["example.com:8443/api", "*.example.org"], ["a.example.org/admin"])
    (include, other), (exclude,) = written(program)["include"], written(program)["exclude"]
    assert (include["port"], "port" in other, other["file"]) == ("^8443$", False, "^/.*")
    assert "(?-i:/api)(?:[/?#].*)?$" in include["file"]
    assert exclude["file"].startswith("^(?:(?i:/admin)(?:[/?#].*)?|")
    assert not read_burp(Source("back.json", write_burp(program).text.encode())).programs[0].unresolved


LOST: list[tuple[list[str], list[str], Counter[str]]] = [
    # included, excluded, codes of the losses
    (["example.com"], [], Counter()),
    (["*.example.com"], [], Counter({"undetermined": 1})),
    (["example.*"], [], Counter({"not-expressible": 1})),
    (["Widget Pro"], [], Counter({"not-a-url": 1})),
    (["*.co.uk"], [], Counter({"undetermined": 1})),
    (["Everything we own and run"], [], Counter({"unresolved": 1})),
    (["example.com"], ["All third-party services"], Counter({"unresolved-exclusion": 1})),
    (["example.com"], ["Any asset that is not listed"], Counter()),
    (["example.com"], ["example.com"], Counter({"excluded": 1})),
    (["example.com"], ["https://example.com/x?tab=1"], Counter({"widened": 1})),
    (["example.com"], ["mongodb://example.com"], Counter({"not-expressible": 1})),
    (["example.com"], ["wss://example.com"], Counter({"widened": 1, "beaten": 1})),
    (["app.example.com", "*.example.com"], ["example.com/login"], Counter({"undetermined": 1, "beaten": 1})),
]


@pytest.mark.parametrize(("inside", "outside", "expected"), LOST)
def test_what_is_lost_is_listed(inside: list[str], outside: list[str], expected: Counter[str]) -> None:
    result = write_burp(sc.Program.from_assets(inside, outside))
    assert Counter(loss.code for loss in result.losses) == expected


def test_a_store_link_excluded_takes_its_store_along() -> None:
    """T6: the link and the app are one asset, and Burp sees no query to tell it by."""
    program = sc.Program(
        id="x",
        name="X",
        in_scope=(sc.Inclusion(asset="play.google.com"), sc.Inclusion(asset="example.com")),
        out_of_scope=(sc.Exclusion(asset="https://play.google.com/store/apps/details?id=com.example"),),
    )
    assert hosts(program, "include") == [r"^example\.com$"]
    assert hosts(program, "exclude") == [r"^play\.google\.com$"]
