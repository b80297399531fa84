"""What a tool's file excludes by a regex is never in scope here, whatever the regex is (D2, P4).

The tools' own rules are applied with Python's `re`: a regex of a list or of a Burp rule is searched for, a
regex of a ZAP context matches the whole URL up to its query, all without regard to letter case.
"""

from __future__ import annotations

import json
import random
import re
import warnings
from collections.abc import Callable, Iterator
from xml.sax.saxutils import escape

import pytest

import scopecheck as sc
from scopecheck.formats.burp import read_burp
from scopecheck.formats.plain import read_regexes
from scopecheck.formats.regexcover import EVERYTHING, rule_cover, url_cover
from scopecheck.formats.source import Source
from scopecheck.formats.zap import read_zap

INCLUDED = (
    r".*\.example\.com$",
    r"^example\.com$",
    r"^api\.example\.com$",
    r"^pay\.example\.com$",
    r"^pay-.*\.example\.com$",
    r"^badexample\.com$",
    r"^10\.0\..*$",
    r"^10\.0\.0\.1$",
)
HOSTS = (
    "pay.example.com",
    "pay-1.example.com",
    "p1y.example.com",
    "api.example.com",
    "shop.pay.example.com",
    "example.com",
    "badexample.com",
    "10.0.0.1",
    "10.0.1.7",
)
PATHS = ("/", "/admin", "/admin/x", "/a/logout.js", "/pay", "/x/pay/y", "/api/1")
# Pieces of every kind that the reader knows, and of those that it only passes over.
PIECES = (
    *("pay", "p", "a", "y", "example", "com", "API", "1", "10", "-", "\\-", ".", "\\.", "[.]"),
    *(
        ".*",
        ".+",
        ".?",
        "a*",
        "p+",
        "x?",
        "x{2}",
        "x{0,1}",
        "pa{1}y",
        "^",
        "$",
        "|",
        "(?:pay|x)",
        "(pay|shop)?",
    ),
    *("\\b", "\\bpay\\b", "\\B", "(?i)", "(?=pay)", "(?!x)", "p[^b]y", "[pq]ay", "[a-z]", "[a-z]+", "[0-9]"),
    *(
        "\\d+",
        "\\w+",
        "\\S+",
        "[^.]+",
        "[^.]*",
        "([^.]+.)*",
        "[\\w-]+",
        "(?:[\\w-]+\\.)*",
        "(/.*)?",
        "(:\\d+)?",
    ),
    *("\\x70", "\\u0070", "\\160ay"),
)
URL_PIECES = (*PIECES, "/", "/admin", "https?://", "https://", ":", "[^/]*", "[^/]+", ":80", "8443", "logout")


def in_list(exclude: str, include: tuple[str, ...] = INCLUDED) -> sc.Checker:
    lines = "\n".join((*include, f"!{exclude}"))
    return sc.Checker(read_regexes(Source(".scope", lines.encode())).programs[0])


def in_burp(exclude: dict[str, str], include: tuple[str, ...] = INCLUDED) -> sc.Checker:
    rules = {"include": [{"host": host} for host in include], "exclude": [exclude]}
    data = {"target": {"scope": {"advanced_mode": True, **rules}}}
    return sc.Checker(read_burp(Source("scope.json", json.dumps(data).encode())).programs[0])


def in_zap(exclude: str, include: tuple[str, ...] = INCLUDED) -> sc.Checker:
    whole = [f"https?://{host.strip('^$')}(?::[0-9]+)?(?:/.*)?" for host in include]
    regexes = "".join(f"<incregexes>{escape(one)}</incregexes>" for one in whole)
    regexes += f"<excregexes>{escape(exclude)}</excregexes>"
    text = f"<configuration><context><name>a</name><inscope>true</inscope>{regexes}</context></configuration>"
    return sc.Checker(read_zap(Source("a.context", text.encode())).programs[0])


def compiled(regex: str) -> re.Pattern[str] | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return re.compile(regex, re.IGNORECASE)
        except re.error:
            return None


UNREAD = [
    r"\bpay\b",
    "^p[^b]y",
    r"pay\b.*",
    "p+ay",
    "^pay.",
    "(?<!x)pay",
    r"^\w+\.example",
    r"^p(?=ay)",
    "[[:alpha:]]ay",
    "[a-z&&[^b]]ay",
    "(?x) p a y",
    r"\x70ay",
    r"\p{Lower}ay",
    r"\pLay",
    "(?:p|q)?ay[.]",
    "(?:" * 25 + "pay" + ")" * 25,
    "p" + "(a|b|c)" * 9,
    "pay|" + "x" * 5_000,
    "*pay",
    "^(pay",
]


@pytest.mark.parametrize("regex", UNREAD)
def test_what_no_listed_target_expresses_is_feared(regex: str) -> None:
    """D2: also where the reader gives up: too deep, too many alternatives, too long, broken."""
    asked = "https://pay.example.com/"
    wide = (r".*\.example\.com$",)
    for include in (wide, (*wide, r"^pay\.example\.com$")):
        assert not in_burp({"host": regex}, include).check(asked).in_scope
        assert not in_zap(f"https?://{regex}.*", include).check(asked).in_scope
        if not regex.startswith("*"):
            assert not in_list(regex, include).check(asked).in_scope


@pytest.mark.parametrize(
    ("regex", "asked"),
    [
        ("!^pay.", "pay-1.example.com"),
        ("!^pay.", "payx.example.com"),
        (r"!pay.example\.com$", "pay-example.com.example.com"),
        (r"!example\.com$", "badexample.com"),
        ("!([^.]+.)+pay", "ax-pay.example.com"),
        (r"!^10\.0\.0\.[0-5]$", "10.0.0.1"),
        ("!1", "10.0.1.7"),
        (r"!10\.0\.0\.1", "10.0.0.17"),
        ("!(1|2)0", "10.0.0.1"),
    ],
)
def test_a_regex_matches_more_than_it_names(regex: str, asked: str) -> None:
    """An unescaped dot is any character, and a regex without anchors matches what is around it."""
    if re.search(regex[1:], asked):
        assert not in_list(regex[1:]).check(asked).in_scope


@pytest.mark.parametrize(
    "file", [".(?:pay)", "^/x[0-9]*pay", "pay(?!x)", "(?i:PAY)", "p.y", "[^a]pay", "pay$"]
)
def test_a_path_that_is_not_expressed_is_feared(file: str) -> None:
    for path in ("/pay", "/x1pay", "/a-pay", "/p/pay"):
        if re.search(file, path, re.IGNORECASE):
            assert not in_burp({"host": "", "file": file}).check(f"https://api.example.com{path}").in_scope


@pytest.mark.parametrize(
    ("exclude", "asked"),
    [
        (".*/admin.*", "https://admin.example.com/"),
        (".*/admin.*", "https://a.example.com/admin"),
        (r"[a-z]+://pay\..*", "https://pay.example.com/"),
        (r".ttps://pay\..*", "https://pay.example.com/"),
        ("https?://pay.*/x", "https://pay.example.com/a/x"),
        (r"https://pay\.example\.com:80.*", "https://pay.example.com:8080/"),
        (".*a.*b", "https://a.example.com/b"),
        (".*ttps.*", "https://pay.example.com/"),
    ],
)
def test_a_run_of_a_url_regex_may_span_its_parts(exclude: str, asked: str) -> None:
    assert re.fullmatch(exclude, asked)
    assert not in_zap(exclude, (r".*\.example\.com$",)).check(asked).in_scope


@pytest.mark.parametrize(
    ("exclude", "asked"),
    [
        (r"\bpay\b", "https://api.example.com/"),
        (r"^dev[0-9]+\.", "https://www.example.com/"),
        (r"^pay\.example\.com$", "https://pay-1.example.com/"),
        (r"^10\.0\.0\.[0-5]$", "https://10.0.1.7/"),
    ],
)
def test_hosts_that_an_exclusion_cannot_match_stay_in_scope(exclude: str, asked: str) -> None:
    assert in_list(exclude).check(asked).in_scope
    assert in_burp({"host": exclude}).check(asked).in_scope


def test_paths_that_an_exclusion_cannot_match_stay_in_scope() -> None:
    checker = in_zap(r"https?://[^/]*example\.com(?::[0-9]+)?/.*log(?:in|out).*")
    assert checker.check("https://api.example.com/v1/users").in_scope
    assert not checker.check("https://api.example.com/v1/login").in_scope
    documents = in_zap(r".*\.pdf")
    assert documents.check("https://api.example.com/menu").in_scope
    assert not documents.check("https://api.example.com/menu.pdf").in_scope


def _made(rng: random.Random, pieces: tuple[str, ...], most: int) -> str:
    return "".join(rng.choice(pieces) for _ in range(rng.randint(1, most)))


def _of_lists(rng: random.Random) -> Iterator[tuple[sc.Checker, str]]:
    regex = _made(rng, PIECES, 4)
    matcher = compiled(regex)
    if matcher is not None and not re.search(r"[a-z]\*", regex):  # That is a glob, and refused.
        checker = in_list(regex, tuple(rng.sample(INCLUDED, 3)))
        yield from ((checker, f"https://{host}/") for host in HOSTS if matcher.search(host))


def _of_burp(rng: random.Random) -> Iterator[tuple[sc.Checker, str]]:
    rule = {"host": _made(rng, PIECES, 3), "file": rng.choice(("", _made(rng, URL_PIECES, 2)))}
    host, file = compiled(rule["host"]), compiled(rule["file"])
    if host is not None and file is not None:
        checker = in_burp(rule, tuple(rng.sample(INCLUDED, 3)))
        for name in filter(host.search, HOSTS):
            yield from ((checker, f"https://{name}{path}") for path in PATHS if file.search(path))


def _of_zap(rng: random.Random) -> Iterator[tuple[sc.Checker, str]]:
    front = rng.choice(("https?://", "https://", ".*", ".*://", r"\w+://"))
    regex = front + _made(rng, URL_PIECES, 3) + rng.choice(("", ".*", "/.*", "(/.*)?"))
    matcher = compiled(regex)
    if matcher is not None:
        checker = in_zap(regex, tuple(rng.sample(INCLUDED, 3)))
        for host in HOSTS:
            for port in ("", ":8443"):
                urls = (f"https://{host}{port}{path}" for path in PATHS)
                yield from ((checker, url) for url in urls if matcher.fullmatch(url))


@pytest.mark.parametrize("cases", [_of_lists, _of_burp, _of_zap])
@pytest.mark.parametrize("seed", range(4))
def test_what_the_tool_excludes_is_never_in_scope(
    seed: int, cases: Callable[[random.Random], Iterator[tuple[sc.Checker, str]]]
) -> None:
    rng = random.Random(seed)
    matched = 0
    for _ in range(60):
        for checker, url in cases(rng):
            matched += 1
            verdict = checker.check(url)
            assert not verdict.in_scope, f"{url}: {verdict}"
    assert matched > 50


def test_a_cover_is_small_where_the_regex_is_read() -> None:
    assert [spec.text for spec in rule_cover(r"^(?:.*\.)?pay\.example\.com$")] == [
        "*.pay.example.com",
        "pay.example.com",
    ]
    assert [spec.text for spec in rule_cover(r"\bpay\b")] == ["*pay*"]
    assert [spec.text for spec in rule_cover(r"^10\.0\.0\.[0-5]$")] == ["10.0.0*", "10.0.0.*"]
    assert [spec.text for spec in url_cover(r"https://pay\.example\.com:8443/x.*")] == [
        "pay.example.com:8443/x*"
    ]


@pytest.mark.parametrize("regex", ["[a-z]" * 800, ".*" * 2_000, "https?://" + "[^/]*" * 800, "." * 4_000])
def test_a_regex_of_many_runs_may_match_everything(regex: str) -> None:
    assert set(url_cover(regex)) >= set(EVERYTHING)
