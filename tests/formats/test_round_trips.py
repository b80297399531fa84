"""What is written for a tool, judged by the tool's own rules; and what a tool's file says, read here.

The tools are evaluated with Python's `re`, which for the regexes at hand agrees with Java's.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scopecheck as sc
import strategies as own
from conformance.data import FOLDER
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.burp import read_burp, write_burp
from scopecheck.formats.caido import write_caido
from scopecheck.formats.plain import read_globs, write_globs
from scopecheck.formats.registry import ExportResult
from scopecheck.formats.source import Source, open_source
from scopecheck.formats.yeswehack import read_yeswehack
from scopecheck.formats.zap import read_zap, write_zap
from scopecheck.targets.url import DEFAULT_PORTS

REAL = FOLDER / "bounty-targets" / "yeswehack_data.json"
needs_real = pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL} is not there; see SCOPECHECK_DATA")


@dataclass(frozen=True)
class Request:
    """A request as a tool sees it: nothing of it is canonical."""

    scheme: str
    host: str
    port: int | None
    path: str

    @property
    def authority(self) -> str:
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def number(self) -> int | None:
        return self.port or DEFAULT_PORTS.get(self.scheme)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


class Burp:
    """Every field is searched for, without regard to letter case; exclusions win."""

    def __init__(self, text: str) -> None:
        scope = json.loads(text)["target"]["scope"]
        self.included, self.excluded = scope["include"], scope["exclude"]

    def takes(self, request: Request) -> bool:
        if request.scheme not in ("http", "https"):
            return False
        return any(self._fits(rule, request) for rule in self.included) and not any(
            self._fits(rule, request) for rule in self.excluded
        )

    def _fits(self, rule: dict[str, str], request: Request) -> bool:
        fields = (("host", request.host), ("port", str(request.number)), ("file", request.path))
        return rule["protocol"] in ("any", request.scheme) and all(
            re.search(rule.get(key, ""), text, re.IGNORECASE) for key, text in fields
        )


class Zap:
    """The whole URL up to its query is matched, without regard to letter case; exclusions win."""

    def __init__(self, text: str) -> None:
        root = ElementTree.fromstring(text)
        self.included, self.excluded = (
            [re.compile(one.text or "", re.IGNORECASE) for one in root.iter(name)]
            for name in ("incregexes", "excregexes")
        )

    def takes(self, request: Request) -> bool:
        url = str(request).partition("?")[0]
        return any(one.fullmatch(url) for one in self.included) and not any(
            one.fullmatch(url) for one in self.excluded
        )


class Globs:
    """A host is compared with globs and, in a plain list, with blocks of addresses; exclusions win."""

    def __init__(self, included: list[str], excluded: list[str]) -> None:
        self.included, self.excluded = included, excluded

    def takes(self, request: Request) -> bool:
        if request.scheme not in ("http", "https"):
            return False
        return any(self._fits(glob, request.host) for glob in self.included) and not any(
            self._fits(glob, request.host) for glob in self.excluded
        )

    def _fits(self, glob: str, host: str) -> bool:
        if fnmatch.fnmatchcase(host, glob):
            return True
        try:
            return ipaddress.ip_address(host.strip("[]")) in ipaddress.ip_network(glob)
        except ValueError:
            return False


def caido(text: str) -> Globs:
    preset = json.loads(text)
    return Globs(preset["allowlist"], preset["denylist"])


def plain(text: str) -> Globs:
    lines = text.splitlines()
    return Globs([x for x in lines if x[0] != "!"], [x[1:] for x in lines if x[0] == "!"])


Tool = Burp | Zap | Globs
WRITERS: dict[str, tuple[Callable[[sc.Program], ExportResult], Callable[[str], Tool]]] = {
    "burp": (write_burp, Burp),
    "zap": (write_zap, Zap),
    "caido": (write_caido, caido),
    "globs": (write_globs, plain),
}
READERS: dict[str, Callable[[Source], ImportResult]] = {
    "burp": read_burp,
    "zap": read_zap,
    "globs": read_globs,
}


def respelled(path: str) -> Iterator[str]:
    """Yield spellings of a path that some server reads as it, and near it."""
    yield path
    yield path.swapcase()
    yield f"/x/..{path}"
    yield f"/.{path}"
    yield f"/{path}"
    yield "".join(f"%{ord(char):02x}" if char.isalpha() else char for char in path)
    yield f"{path};v=1"
    yield f"{path}/../admin"
    yield f"/x%2f..{path}"
    yield f"{path}%20x"
    yield f"{path}\\..\\admin"


@pytest.mark.parametrize("name", WRITERS)
@given(data=st.data())
def test_whatever_the_tool_takes_in_scope_is_in_scope(name: str, data: st.DataObject) -> None:
    """Inclusions are narrowed, exclusions widened: no URL, however spelled, slips in by way of the tool."""
    scope = data.draw(own.scopes())
    checker = scope.checker()
    write, evaluate = WRITERS[name]
    text = write(checker.program).text
    tool = evaluate(text)
    web = data.draw(own.web_targets(scope.includes) | own.web_targets(scope.rules))
    host = f"[{web.host}]" if ":" in web.host else web.host
    for path in respelled(web.path):
        request = Request(web.scheme, host, web.port, path)
        if tool.takes(request):
            verdict = checker.check_url(str(request))
            assert verdict.in_scope, f"{request} is {verdict.reason} here\n{text}"


SPELLINGS: list[tuple[str, list[str], str, str]] = [
    # included, excluded, paths that the tool takes in scope, paths that it does not
    (
        "example.com/api",
        [],
        "/api /api/ /api/x /api/x%20y /api/x.y",
        r"/api/../x /api/%2e%2e/x /api/..;/x /api//x /api\..\x /API /apix /x/../api /%61pi",
    ),
    (
        "example.com",
        ["example.com/admin"],
        "/ /x%20y /administration /x/admin /x.admin",
        r"/admin /ADMIN/x /x/../admin /%61dmin //admin /admin;x /x\..\admin /x/%2e%2e/admin",
    ),
    ("example.com", ["example.com/a*/x"], "/ /b/x", "/ab/x /a/b/x /A/X"),
    ("example.com", ["example.com/a:b"], "/ /b", "/a:b /a%3Ab"),
    # Names of repositories are compared without letter case and `.git` (T6).
    ("github.com", ["github.com/Org/Repo"], "/org/other", "/org/repo /ORG/repo.git /Org/Repo.git/x"),
]


@pytest.mark.parametrize("name", ["burp", "zap"])
@pytest.mark.parametrize(("include", "exclude", "taken", "refused"), SPELLINGS)
def test_a_path_is_compared_as_any_server_may_read_it(
    name: str, include: str, exclude: list[str], taken: str, refused: str
) -> None:
    """T5: a tool compares what was sent, a server what it makes of it."""
    write, evaluate = WRITERS[name]
    tool = evaluate(write(sc.Program.from_assets([include], exclude)).text)
    host = include.partition("/")[0]
    asked = [path for path in f"{taken} {refused}".split() if tool.takes(Request("https", host, None, path))]
    assert asked == taken.split()


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_what_was_written_lets_nothing_in_when_it_is_read_back(name: str, data: st.DataObject) -> None:
    scope = data.draw(own.scopes())
    checker = scope.checker()
    text = WRITERS[name][0](checker.program).text
    if not text:
        return
    back = sc.Checker(READERS[name](Source("back", text.encode())).programs[0])
    for target in data.draw(st.lists(own.target_texts(scope.rules), min_size=1, max_size=8)):
        if back.check(target).in_scope:
            verdict = checker.check(target)
            assert verdict.in_scope, f"{target} is {verdict.reason} in the program\n{text}"


@needs_real
@pytest.mark.parametrize("name", READERS)
def test_what_is_written_of_real_programs_is_read_whole(name: str) -> None:
    programs = read_yeswehack(open_source(REAL)).programs
    assert programs
    for program in programs:
        text = WRITERS[name][0](program).text
        if text:
            back = READERS[name](Source("back", text.encode())).programs[0]
            assert not back.unresolved, program.id


# --- files of the tools ----------------------------------------------------------------------

HOSTS = (
    r"^example\.com$",
    r"^.*\.example\.com$",
    r"^(.*\.)?example\.com$",
    "example.com",
    r"\.example\.com",
    r"^[^.]+\.example\.com$",
    r"^a.*\.example\.com$",
    r"^(a|b)\.example\.com$",
    r"^(a|[xy]+)\.example\.com$",
    r"^dev[0-9]\.example\.com$",
    r"^(?!a).*\.example\.com$",
    r".*example\.com$",
    r"^example\..*$",
    r"^example\.com.$",
    r"^\.example\.com$",
    "internal",
    "",
    r"^10\.0\.0\.[0-9]+$",
    r"^example\.com,a\.example\.com$",
)
FILES = (
    "^/.*",
    "^/api.*",
    "^/api/.*",
    "/api",
    "^/api$",
    "logout",
    r"\.js$",
    "^/$",
    "^/x[0-9]",
    "^//.*",
    "^/A(/.*)?$",
)
PORTS = ("", "^443$", "443", r"^\d+$", "^(80|8443)$")
ASKED_HOSTS = (
    "example.com",
    "a.example.com",
    "b.example.com",
    "x.a.example.com",
    "dev1.example.com",
    "internal.example.com",
    "notexample.com",
    "example.com.evil.net",
    "example.net",
    "10.0.0.7",
)
ASKED_PATHS = ("/", "/api", "/api/x", "/apix", "/API", "/x/logout", "/x.js", "/x1", "/a/b")
REQUESTS = [
    *(Request("https", host, None, path) for host, path in product(ASKED_HOSTS[:2], ASKED_PATHS)),
    *(Request("https", host, None, path) for host, path in product(ASKED_HOSTS[2:], ("/", "/api/x"))),
    *(Request("http", host, port, "/api/x") for host, port in product(ASKED_HOSTS[:2], (None, 443, 8443))),
]


def taken_here(result: ImportResult) -> list[Request]:
    checker = sc.Checker(result.programs[0])
    return [request for request in REQUESTS if checker.check_url(str(request)).in_scope]


def burp_rules() -> list[dict[str, str]]:
    rules = [{"host": host, "file": "^/.*", "port": ""} for host in HOSTS]
    rules += [{"host": HOSTS[2], "file": file, "port": ""} for file in FILES[1:]]
    rules += [{"host": HOSTS[0], "file": "", "port": port} for port in PORTS]
    rules += [{"host": "", "file": file, "port": ""} for file in FILES[1:]]
    return [{"protocol": "any", **rule} for rule in rules]


@pytest.mark.parametrize("include", burp_rules(), ids=lambda rule: " ".join(rule.values()))
def test_what_a_burp_file_puts_in_scope_here_burp_takes_too(include: dict[str, str]) -> None:
    """An unread exclusion, or one that is less precise than an inclusion, lets nothing in."""
    some = 0
    for exclude in (None, *burp_rules()):
        rules = {"include": [include], "exclude": [] if exclude is None else [exclude]}
        text = json.dumps({"target": {"scope": {"advanced_mode": True, **rules}}})
        taken = taken_here(read_burp(Source("x.json", text.encode())))
        some += len(taken)
        tool = Burp(text)
        assert [str(request) for request in taken if not tool.takes(request)] == [], exclude
    expressible = (
        include["host"] in HOSTS[:5] and include["file"] in ("", "^/.*") and include["port"] != "443"
    )
    assert some or not expressible


URLS = (
    r"https?://example\.com/.*",
    r"https://example\.com/.*",
    r"https?://.*\.example\.com/.*",
    r"https?://(.*\.)?example\.com(:[0-9]+)?(/.*)?",
    r"https?://example\.com.*",
    r"^http(s)?:\/\/[\S]*\.example\.com[\S]*$",
    r"https?://a\.example\.com/api.*",
    r"https?://a.example.com/api/.*",
    r"https?://example\.com/api",
    r"https?://example\.com",
    r"https?://[^/]+/api/.*",
    r"https?://[^./]+\.example\.com/.*",
    r"https?://dev[0-9]\.example\.com/.*",
    r"https?://(a|[xy]+)\.example\.com/.*",
    r"https?://example\.com:443/.*",
    r"https?://example\.com:.*",
    r"https?://10\.0\.0\.[0-9]+/.*",
    ".*logout.*",
    r".*\.js",
    r".*\.example\.com/.*",
    ".*example.*",
    "https://.*",
    r"example\.com.*",
)


def urls_of(request: Request) -> Iterator[Request]:
    """Yield the spellings under which ZAP may see a request; P1 reads http and https alike."""
    for scheme in ("http", "https"):
        yield Request(scheme, request.host, request.number, request.path)
        if DEFAULT_PORTS[scheme] == request.number:
            yield Request(scheme, request.host, None, request.path)
            if request.path == "/":
                yield Request(scheme, request.host, None, "")


@pytest.mark.parametrize("include", URLS)
def test_what_a_zap_context_puts_in_scope_here_zap_takes_too(include: str) -> None:
    """An unread exclusion, or one that is less precise than an inclusion, lets nothing in."""
    for exclude in (None, *URLS):
        out = "" if exclude is None else f"<excregexes>{escape(exclude)}</excregexes>"
        inside = f"<name>x</name><inscope>true</inscope><incregexes>{escape(include)}</incregexes>{out}"
        text = f"<configuration><context>{inside}</context></configuration>"
        tool = Zap(text)
        taken = taken_here(read_zap(Source("x.context", text.encode())))
        wrong = [str(one) for one in taken if not any(map(tool.takes, urls_of(one)))]
        assert wrong == [], exclude
        assert (
            taken
            or exclude is not None
            or include in URLS[8:9] + URLS[10:14] + URLS[15:16] + URLS[17:19] + URLS[20:]
        )
