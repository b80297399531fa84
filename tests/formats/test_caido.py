"""Caido's presets, which are written and never read: hosts alone, the denylist wins."""

from __future__ import annotations

import json

import pytest

import scopecheck as sc
from scopecheck.formats.caido import FORMATS, write_caido
from scopecheck.formats.registry import format_named


def lists(inside: list[str], outside: list[str]) -> tuple[list[str], list[str]]:
    preset = json.loads(write_caido(sc.Program.from_assets(inside, outside, name="Acme")).text)
    assert set(preset) == {"name", "allowlist", "denylist"}
    assert preset["name"] == "Acme"
    return preset["allowlist"], preset["denylist"]


PRESETS: list[tuple[list[str], list[str], list[str], list[str]]] = [
    # included, excluded, allowlist, denylist
    (["example.com", "*.example.org"], [], ["example.com", "*.example.org"], []),
    (["*example.com"], [], ["example.com", "*.example.com"], []),
    (["*.example.com"], ["a.example.com"], ["*.example.com"], ["a.example.com", "*.a.example.com"]),
    # A path or a port is no host: included it is left out, excluded it takes the host along.
    (["example.com/api", "example.com:8443"], [], [], []),
    (["*.example.com"], ["a.example.com/x"], ["*.example.com"], ["a.example.com", "*.a.example.com"]),
    (["*.example.com"], ["a.example.com:81"], ["*.example.com"], ["a.example.com", "*.a.example.com"]),
    (["example.com", "example.org"], ["example.com/x"], ["example.org"], ["example.com", "*.example.com"]),
    # A star is any text there.
    (["api-*.example.com", "example.*"], [], [], []),
    (["*.example.com"], ["blog.*"], ["*.example.com"], ["blog.*", "*.blog.*"]),
    (["*.example.com"], ["a*.example.com"], ["*.example.com"], ["a*.example.com", "*.a*.example.com"]),
    (["10.0.0.1", "10.0.0.0/24"], [], ["10.0.0.1"], []),
    (["10.0.0.1", "10.1.0.1"], ["10.1.0.0/20"], ["10.0.0.1"], ["10.1.*"]),
    (["2001:db8::1", "Widget"], ["2001:db8::2"], [], []),
]


@pytest.mark.parametrize(("inside", "outside", "allowed", "denied"), PRESETS)
def test_a_preset(inside: list[str], outside: list[str], allowed: list[str], denied: list[str]) -> None:
    assert lists(inside, outside) == (allowed, denied)


def test_what_is_lost_is_listed() -> None:
    program = sc.Program.from_assets(["example.com/api", "example.org", "Widget"], ["example.org/admin"])
    losses = write_caido(program).losses
    assert [(one.code, one.path) for one in losses] == [
        ("not-expressible", "include-1"),
        ("not-a-url", "include-3"),
        ("widened", "exclude-1"),
        ("beaten", "include-2"),
    ]


def test_caido_is_written_alone() -> None:
    assert format_named("caido") is FORMATS[0]
    assert FORMATS[0].read is None
