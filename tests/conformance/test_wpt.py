"""The URL and IDNA sets of web-platform-tests (T1, T4).

Nothing that the standard refuses may be in scope, and every host that it defines is the canonical
host. T1 departs from it twice, after the parser: one root dot is dropped, and a mapped IPv6 address is
IPv4. So the sets' own answers are read once more by `parse_host` before they are compared.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_to_bytes

import pytest

import scopecheck as sc
from conformance.data import as_browser_text, needs_data, read_cases
from scopecheck.errors import HostError, TargetError
from scopecheck.scope.pattern import UrlPattern
from scopecheck.targets.asset import parse_target
from scopecheck.targets.host import Host, parse_host
from scopecheck.targets.url import DEFAULT_PORTS, Url, parse_url

pytestmark = needs_data

NEUTRAL = ["wpt-host.json", "wpt-idna.json"]
"""Cases as `{scope_in, input, expected}`: is the host of this URL the listed one."""


def _host_of(text: str) -> Host | None:
    """Return the canonical host of a URL, or None where it is no target."""
    try:
        target = parse_target(text)
    except TargetError:
        return None
    return target.host if isinstance(target, Url) else None


def _canonical(host: str) -> Host | None:
    """Return a host of the set by T1, or None where nothing is left of it but root dots."""
    try:
        return parse_host(host).host
    except HostError:
        return None


def _show(cases: list[dict[str, Any]]) -> list[str]:
    return [f"{case.get('id', '')} {case['input']!a}" for case in cases]


@pytest.mark.parametrize("name", NEUTRAL)
def test_what_the_standard_refuses_is_never_in_scope(name: str) -> None:
    """T4: an invalid URL has no answer but `invalid-target`, whatever is listed."""
    refused = [case for case in read_cases(name) if case["expected"] == "error"]
    assert len(refused) > 100
    wrong = []
    for case in refused:
        for listed in (case["scope_in"], ["example.com", "*.example.com", "*.com", "10.0.0.0/8"]):
            checker = sc.Checker(sc.Program.from_assets(include=listed))
            if checker.check(case["input"]).reason is not sc.Reason.INVALID_TARGET:
                wrong.append(case)
    assert _show(wrong) == []


@pytest.mark.parametrize("name", NEUTRAL)
def test_every_defined_host_is_the_canonical_host(name: str) -> None:
    """T1: the host that the standard gives a URL is ours; one that is only dots is none (T4)."""
    defined = [case for case in read_cases(name) if case["expected"] == "in"]
    assert len(defined) > 100
    wrong = [c for c in defined if _host_of(c["input"]) != _canonical(c["scope_in"][0])]
    assert _show(wrong) == []
    only_dots = [case for case in defined if _canonical(case["scope_in"][0]) is None]
    assert {case["scope_in"][0] for case in only_dots} <= {"."}


@pytest.mark.parametrize("form", ["{}", "https://{}/"], ids=["bare", "url"])
@pytest.mark.parametrize("name", NEUTRAL)
def test_host_that_is_listed_is_never_called_out_of_scope(name: str, form: str) -> None:
    """T1, T3: in scope, or undetermined where clients differ, wherever the listed text is a pattern."""
    wrong, read = [], 0
    for case in read_cases(name):
        if case["expected"] != "in":
            continue
        if case["input"].startswith("ftp") and form != "{}":
            continue  # P1: a rule with https covers the web's schemes alone.
        program = sc.Program.from_assets(include=[form.format(text) for text in case["scope_in"]])
        checker = sc.Checker(program)
        if any(isinstance(pattern, UrlPattern) for rule in checker.rules for pattern in rule.patterns):
            read += 1
            if checker.check(case["input"]).decision is sc.Decision.OUT_OF_SCOPE:
                wrong.append(case)
    assert read > 100
    assert _show(wrong) == []


def test_every_part_of_every_absolute_url() -> None:
    """T1, T5: scheme, port, query and path of each URL of the set, and a refusal where it has no host."""
    cases = [case for case in read_cases("urltestdata.json") if case.get("base") is None]
    wrong = []
    for case in cases:
        url: Url | None
        try:
            url = parse_url(as_browser_text(case["input"]))
        except TargetError:
            url = None
        if (url is not None) != _has_host(case) or (url is not None and not _same_parts(url, case)):
            wrong.append(case)
    assert _show(wrong) == []


def _has_host(case: dict[str, Any]) -> bool:
    # T4: these schemes lead to no host, whatever stands behind `//`.
    if case.get("failure") or case["protocol"] in (
        "about:",
        "blob:",
        "data:",
        "file:",
        "javascript:",
        "mailto:",
    ):
        return False
    return _canonical(case["hostname"]) is not None


def _same_parts(url: Url, case: dict[str, Any]) -> bool:
    scheme = case["protocol"].removesuffix(":")
    port = int(case["port"]) if case["port"] else DEFAULT_PORTS.get(scheme)
    # Paths are compared decoded, since T5 leaves unreserved characters unencoded.
    same_path = unquote_to_bytes(url.path) == unquote_to_bytes(case["pathname"] or "/")
    same_query = url.query == case["search"].removeprefix("?")
    return (url.scheme, url.host, url.port) == (scheme, _canonical(case["hostname"]), port) and (
        same_path and same_query
    )


@pytest.mark.parametrize("name", ["toascii.json", "IdnaTestV2.json"])
def test_every_bare_host(name: str) -> None:
    """T2: a host without a URL around it is read as the URL would read it, or refused with it."""
    wrong = []
    for case in read_cases(name):
        expected = None if case["output"] is None else _canonical(case["output"])
        if _canonical(case["input"]) != expected:
            wrong.append(case)
    assert _show(wrong) == []
