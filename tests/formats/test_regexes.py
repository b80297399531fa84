"""Regexes of hosts, ports, paths and URLs: what is surely in them, what may be, what stays unread."""

from __future__ import annotations

import time

import pytest

from scopecheck.formats.regexes import (
    PAGE,
    DeadRegexError,
    dead_hosts,
    read_host,
    read_path,
    read_port,
    readable,
)
from scopecheck.formats.regexsyntax import RegexError, parse_regex
from scopecheck.formats.toolscope import Spec
from scopecheck.formats.urlregexes import read_url

HOSTS: dict[str, tuple[tuple[str, ...], tuple[str, ...] | None]] = {
    # regex: what is surely in it, what holds all of it as exclusions (None: nobody can say)
    r"^api\.example\.com$": (("api.example.com",), ("api.example.com",)),
    r"^API\.Example\.com$": (("api.example.com",), ("api.example.com",)),
    r"\Aapi\.example\.com\z": (("api.example.com",), ("api.example.com",)),
    r"^.*\.example\.com$": (("*.example.com",), ("*.example.com",)),
    r"^.+\.example\.com$": (("*.example.com",), ("*.example.com",)),
    r"^(.*\.)?example\.com$": (("*.example.com", "example.com"),) * 2,
    r"^(?:[\w-]+\.)*example\.com$": (("*.example.com", "example.com"),) * 2,
    r"(^|\.)example\.com$": (("example.com", "*.example.com"),) * 2,
    r"\.example\.com$": (("*.example.com",), ("*.example.com",)),
    r"^(a|b)\.example\.com$": (("a.example.com", "b.example.com"),) * 2,
    r"^https?\.example\.com$": (("https.example.com", "http.example.com"),) * 2,
    r"^api-.*\.example\.com$": (("api-*.example.com",), ("api-*.example.com",)),
    r"^api-[^.]+\.example\.com$": (("api-*.example.com",), ("api-*.example.com",)),
    r"^example\..*$": (("example.*",), ("example.*",)),
    r"^\Qa.example.com\E$": (("a.example.com",), ("a.example.com",)),
    r"^a[.]example[.]com$": (("a.example.com",), ("a.example.com",)),
    # An unescaped dot is a dot; a missing anchor makes the regex larger than its text.
    r"^www.example.com$": (("www.example.com",), ("www.example.com",)),
    "example.com": (("example.com",), ("example.com", "*example.com*")),
    r".*\.example\.com": (("*.example.com",), ("*.example.com", "*.example.com*")),
    r"^.*example\.com$": (("*example.com",), ("*example.com",)),
    r"^.+example\.com$": (("*.example.com",), ("*example.com",)),
    "internal": (("internal",), ("internal", "*internal*")),
    # One label in place of the star is less than `*.` means.
    r"^[^.]+\.example\.com$": ((), ("*.example.com",)),
    r"^[^.]*dev\.example\.com$": (("dev.example.com",), ("*dev.example.com",)),
    r"^example\.[^.]+$": ((), ("example.*",)),
    # Not read: only what it may match is known.
    r"^dev[0-9]+\.example\.com$": ((), None),
    r"^(?!www\.).*\.example\.com$": ((), None),
    r"^[a-z0-9-]+\.example\.com$": ((), None),
    r"^(ab)+\.example\.com$": ((), None),
    r"^a{2,3}\.example\.com$": ((), None),
    r"^\p{L}+\.example\.com$": ((), None),
    r"^\.example\.com$": ((), None),
    r"^example\.com.$": ((), None),
    "10.0.0.5.": ((), None),
    "": ((), ("*",)),
    r"^.*$": ((), ("*",)),
    # Addresses.
    r"^10\.0\.0\.1$": (("10.0.0.1",), ("10.0.0.1",)),
    r"^10\.0\..*$": (("10.0.*.*",), ("10.0.*.*",)),
    r"^10\.0\.0\.[0-9]+$": (("10.0.0.*",), ("10.0.0.*",)),
    r"^10\.0\.0\.(?:16|17|18|19)$": (("10.0.0.16/30",), ("10.0.0.16/30",)),
    r"^10\.0\.(1|2)\.(1|2|3)$": (("10.0.1.1-10.0.1.3", "10.0.2.1-10.0.2.3"),) * 2,
    "10.1.1.1/24": (("10.1.1.1/24",), ("10.1.1.1/24",)),
    "10.1.1-2.1-127": (("10.1.1.1-10.1.1.127", "10.1.2.1-10.1.2.127"),) * 2,
    "10.0.0.0-10.0.0.9": (("10.0.0.0-10.0.0.9",), ("10.0.0.0-10.0.0.9",)),
    r"^\[2001:db8::1\]$": (("[2001:db8::1]",), ("[2001:db8::1]",)),
}


@pytest.mark.parametrize("regex", HOSTS)
def test_regexes_of_hosts(regex: str) -> None:
    part = read_host(regex)
    assert (part.sure, part.most) == HOSTS[regex]


@pytest.mark.parametrize(
    ("regex", "meant"),
    [
        (r"^spotify\.com,.*\.spotify\.com$", ("spotify.com", "*.spotify.com")),
        (r"^https?:\/\/www\.example\.com\/", ("www.example.com",)),
        (r"^example\.com:8443$", ("example.com",)),
        (r"^a\.example\.com b\.example\.com$", ("a.example.com", "b.example.com")),
        ("^$", ()),
    ],
)
def test_a_regex_that_matches_no_host_is_told_and_shows_what_it_was_meant_to_name(
    regex: str, meant: tuple[str, ...]
) -> None:
    with pytest.raises(DeadRegexError):
        read_host(regex)
    assert dead_hosts(regex) == meant


def test_a_dead_alternative_does_not_kill_the_others() -> None:
    assert read_host(r"^(https://)?example\.com$").sure == ("example.com",)


PATHS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "": (("",), ("",)),
    "^/.*": (("",), ("",)),
    "^/": (("",), ("",)),
    "^/admin.*": (("/admin*",), ("/admin*",)),
    "^/admin": (("/admin*",), ("/admin*",)),
    "^/admin/.*": (("/admin/*",), ("/admin/*",)),
    "^/admin(/.*)?$": (("/admin",), ("/admin",)),
    "^/admin(?:/|$)": (("/admin",), ("/admin",)),
    "^/(a|b)/.*": (("/a/*", "/b/*"), ("/a/*", "/b/*")),
    "^/a/.*/b.*": (("/a/*/b*",), ("/a/*/b*",)),
    "^/a/[^/]+/b(?:/.*)?$": (("/a/*/b",), ("/a/*/b",)),
    "^/$": ((PAGE,), (PAGE,)),
    # One page, one more segment, a piece anywhere: no listed path says that.
    "^/admin$": ((), ("/admin",)),
    "^/a/[^/]*$": ((), ("/a/*",)),
    "logout": ((), ("/*logout*",)),
    r"\.js$": ((), ("/*.js",)),
    "/admin": (("/admin*",), ("/admin*", "/*/admin*")),
    "^.*/admin.*": (("/admin*",), ("/admin*", "/*/admin*")),
    # Not read: it starts so.
    "^/x[0-9]+": ((), ("/x*",)),
    "^/api/v[12]/.*": ((), ("/api/v*",)),
    "^/a;b.*": ((), ("/a*",)),
    "^(?!/admin).*": ((), ("",)),
}


@pytest.mark.parametrize("regex", PATHS)
def test_regexes_of_paths(regex: str) -> None:
    part = read_path(regex)
    assert (part.sure, part.most) == PATHS[regex]


def test_a_path_that_is_read_wider_than_it_is_says_so() -> None:
    assert read_path("^/x[0-9]+").rough
    assert not read_path("^/x.*").rough


@pytest.mark.parametrize("regex", ["^//.*", "^admin$", "^x/.*"])
def test_no_path_looks_like_this(regex: str) -> None:
    with pytest.raises(DeadRegexError):
        read_path(regex)


@pytest.mark.parametrize(
    ("regex", "sure", "most"),
    [
        ("", (None,), (None,)),
        ("^443$", (443,), (443,)),
        ("^(80|443)$", (80, 443), (80, 443)),
        ("^(80|81)$", (80, 81), (80, 81)),
        (r"^\d+$", (None,), (None,)),
        ("443", (443,), (None,)),
        ("^4.*", (), (None,)),
        ("^(?!80$)", (), (None,)),
        ("^70000$", (), (None,)),
    ],
)
def test_regexes_of_ports(regex: str, sure: tuple[int | None, ...], most: tuple[int | None, ...]) -> None:
    assert read_port(regex) == (sure, most)


URLS: dict[str, tuple[Spec, ...]] = {
    # A regex for whole URLs states the port by what it leaves out.
    r"https://example\.com/.*": (Spec("example.com", "https", 443),),
    r"http://example\.com/.*": (Spec("example.com", "http", 80),),
    r"https?://example\.com/.*": (Spec("example.com", "https", 443), Spec("example.com", "http", 80)),
    r"https?://example\.com(?::[0-9]+)?/.*": (Spec("example.com"),),
    r"https?://example\.com:8443/.*": (Spec("example.com", "", 8443),),
    r"https://example\.com.*": (Spec("example.com", "https"),),
    r"^http(s)?:\/\/[\S]*\.example\.com[\S]*$": (Spec("*.example.com"),),
    r"(?:http|https)://[^/]*\.example\.com(/.*)?": (
        Spec("*.example.com", "http", 80),
        Spec("*.example.com", "https", 443),
    ),
    r"\Qhttps://example.com\E.*": (Spec("example.com", "https"),),
    r"https://example\.com": (Spec("example.com", "https", 443, PAGE),),
    r"https://example\.com/": (Spec("example.com", "https", 443, PAGE),),
    r"https://example\.com/api/.*": (Spec("example.com", "https", 443, "/api/*"),),
    r"https://example\.com/logout": (),
    r"https://example\.com:.*": (),
    r"https://.*": (),
    r".*": (),
    r".*\.example\.com/.*": (Spec("*.example.com", "http", 80), Spec("*.example.com", "https", 443)),
    r".*://example\.com/.*": (Spec("example.com", "http", 80), Spec("example.com", "https", 443)),
    r"https?://10\.0\.0\.(?:0|1|2|3)(?::[0-9]+)?(?:/.*)?": (Spec("10.0.0.0/30"),),
}


@pytest.mark.parametrize("regex", URLS)
def test_regexes_of_urls(regex: str) -> None:
    assert set(read_url(regex, exclude=False)[0].sure) == set(URLS[regex])


@pytest.mark.parametrize(
    ("regex", "most"),
    [
        (r"https://example\.com/logout", {Spec("example.com", "https", None, "/logout")}),
        (r"https?://example\.com/.*logout.*", {Spec("example.com", "", None, "/*logout*")}),
        (r"https://example\.com.*", {Spec("example.com", "https"), Spec("example.com*", "https")}),
        (
            r".*logout.*",
            {Spec("*logout*"), Spec("*", "", None, "/*logout*")},
        ),
    ],
)
def test_an_excluded_regex_holds_all_it_matches(regex: str, most: set[Spec]) -> None:
    read = read_url(regex, exclude=True)[0].most
    assert read is not None
    assert set(read) >= most


@pytest.mark.parametrize("regex", [r"example\.com.*", "www.example.com", ""])
def test_a_url_regex_without_a_scheme_matches_nothing(regex: str) -> None:
    with pytest.raises(DeadRegexError):
        read_url(regex, exclude=False)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("*.example.com", "nothing for `*` to repeat"),
        ("(a", "not closed"),
        ("a)", "no opening one"),
        ("[a", "not closed"),
        ("a\\", "backslash"),
        ("(" * 30 + "a" + ")" * 30, "nested too deeply"),
        ("(a|b)" * 10, "alternatives"),
        ("a" * 5_000, "longer than"),
    ],
)
def test_what_is_no_regex_or_too_large_a_one_is_refused(text: str, problem: str) -> None:
    with pytest.raises(RegexError, match=problem.replace("*", r"\*")):
        parse_regex(text)


@pytest.mark.parametrize(
    ("text", "construct"),
    [(r"\Qa.b\E", r"`\Q…\E`"), ("a++b", "a possessive quantifier"), ("[a-z&&[^b]]", "a set inside a set")],
)
def test_what_only_java_knows_is_reported(text: str, construct: str) -> None:
    assert parse_regex(text).java == (construct,)


@pytest.mark.parametrize(
    "text", ["(a+)+$" * 300, "(a|a)*" * 300, "((a*)*)*" * 200, "[" * 4_000, "\\" * 4_000]
)
def test_a_regex_made_to_run_for_hours_is_read_at_once(text: str) -> None:
    """Nothing is ever matched with a regex of a file; a matcher that backtracks would not come back."""
    start = time.perf_counter()
    for read in (read_host, read_path, read_port, dead_hosts, readable):
        try:
            read(text)
        except ValueError:
            continue
    assert time.perf_counter() - start < 5
