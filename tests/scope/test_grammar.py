"""One clean listed target: its form, its parts, its alternatives, and what is refused."""

from __future__ import annotations

import contextlib
import re
from ipaddress import IPv4Address

import pytest
from hypothesis import assume, given

from scopecheck import PatternSyntaxError
from scopecheck.scope.grammar import expand, parse_listed
from scopecheck.scope.hostset import Addresses
from scopecheck.scope.pathset import ANY_PATH, PathSet
from scopecheck.scope.pattern import Effect, HostForm, UrlPattern
from strategies import PATTERN_ROWS, any_text, hostile_texts, hosts


def parsed(text: str, *owned: str) -> UrlPattern:
    (found,) = parse_listed(text, Effect.INCLUDE, frozenset(owned)).patterns
    return found


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("example.com", HostForm.EXACT),
        ("localhost", HostForm.EXACT),
        ("EXAMPLE.com.", HostForm.EXACT),
        ("*.example.com", HostForm.BELOW),
        (".example.com", HostForm.BELOW),
        ("*.a.b.example.co.uk", HostForm.BELOW),
        ("api-*.example.com", HostForm.SHAPE),
        ("*-dev.example.com", HostForm.SHAPE),
        ("dev.*.example.com", HostForm.SHAPE),
        ("*.*.example.com", HostForm.SHAPE),
        ("example.*", HostForm.TAIL),
        ("*.example.*", HostForm.TAIL),
        ("*example.com", HostForm.GLUED),
        ("*www.example.com", HostForm.GLUED),
        ("*.com", HostForm.BEFORE_SUFFIX),
        ("*.co.uk", HostForm.BEFORE_SUFFIX),
        ("*.github.io", HostForm.BEFORE_SUFFIX),
        ("*.abb", HostForm.BEFORE_SUFFIX),
        ("email*example.com", HostForm.LOOSE),
        ("shop.*.be", HostForm.LOOSE),
        ("*.*", HostForm.LOOSE),
        ("*", HostForm.LOOSE),
        ("www.example.com*", HostForm.LOOSE),
        ("a*.co.uk", HostForm.LOOSE),
        ("<tenant>.example.com", HostForm.PLACEHOLDER),
        ("your-store.example.com", HostForm.PLACEHOLDER),
        ("10.0.0.1", HostForm.ADDRESSES),
        ("10.0.*.*", HostForm.ADDRESSES),
        ("[2001:db8::1]", HostForm.ADDRESSES),
        ("0x0a.0.0.1", HostForm.ADDRESSES),
    ],
)
def test_the_form_of_a_listed_host(text: str, form: HostForm) -> None:
    assert parsed(text).host.form is form


def test_a_suffix_that_the_program_owns_is_read_as_its_domain() -> None:
    """Row "a star directly before a suffix": only the program can say that it is its own."""
    assert parsed("*.abb", "abb").host.form is HostForm.BELOW
    assert parsed("*.x.abb", "abb").host.form is HostForm.BELOW
    assert parsed("*.xabb", "abb").host.form is HostForm.BEFORE_SUFFIX


@pytest.mark.parametrize(
    ("text", "scheme", "port", "path", "query"),
    [
        ("example.com", None, None, "", ()),
        ("https://example.com", "https", None, "", ()),
        ("HTTP://example.com/", "http", None, "", ()),
        ("mongodb://example.com:27017", "mongodb", 27017, "", ()),
        ("http(s)://example.com/a", "https", None, "/a", ()),
        ("http*://example.com", "https", None, "", ()),
        ("*://example.com/*", None, None, "", ()),
        ("//example.com/a", None, None, "/a", ()),
        ("example.com:*", None, None, "", ()),
        ("example.com:8443/a/b/", None, 8443, "/a/b", ()),
        ("example.com/%61/../b", None, None, "/b", ()),
        ("example.com/a?y=2&x=1", None, None, "/a", (("x", "1"), ("y", "2"))),
        ("[2001:db8::1]:8443/a", None, 8443, "/a", ()),
    ],
)
def test_the_parts_of_a_listed_url(
    text: str, scheme: str | None, port: int | None, path: str, query: tuple[tuple[str, str], ...]
) -> None:
    """P1: scheme and port as written; a slash at the end and dot segments carry no meaning (P2)."""
    found = parsed(text)
    assert (found.scheme, found.port, found.path, found.query) == (scheme, port, PathSet.parse(path), query)


def test_a_fragment_is_dropped_with_a_note() -> None:
    meaning = parse_listed("https://example.com/a#b", Effect.INCLUDE)
    assert meaning.patterns[0].path == PathSet.parse("/a")
    assert any("fragment" in note for note in meaning.notes)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("10.0.0.0/30", "10.0.0.0", "10.0.0.3"),
        ("10.0.0.2/30", "10.0.0.0", "10.0.0.3"),
        ("10.0.0.1 - 10.0.0.9", "10.0.0.1", "10.0.0.9"),
        ("10.0.0.1–10.0.0.9", "10.0.0.1", "10.0.0.9"),
        ("10.0.0.92-254", "10.0.0.92", "10.0.0.254"),
        ("10.0.*.*", "10.0.0.0", "10.0.255.255"),
        ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.0/126", "10.0.0.0", "10.0.0.3"),
    ],
)
def test_blocks_and_ranges_of_addresses(text: str, first: str, last: str) -> None:
    """Row "IP, CIDR, range"; T1: a mapped address is that IPv4 address."""
    expected = Addresses(4, int(IPv4Address(first)), int(IPv4Address(last)))
    assert parsed(text).host.addresses == expected


def test_host_bits_in_a_block_are_masked_and_noted() -> None:
    assert any("masked" in note for note in parse_listed("10.0.0.2/30", Effect.INCLUDE).notes)
    assert parse_listed("10.0.0.0/30", Effect.INCLUDE).notes == ()


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("a.com", {"a.com"}),
        ("(a|b).com", {"a.com", "b.com"}),
        ("{a,b}.com", {"a.com", "b.com"}),
        ("{a|b}.com", {"a.com", "b.com"}),
        ("x.(com|co.uk)", {"x.com", "x.co.uk"}),
        ("(a|b).(c|d).com", {"a.c.com", "a.d.com", "b.c.com", "b.d.com"}),
        ("(a|(b|c)).com", {"a.com", "b.com", "c.com"}),
        ("a[.b].com", {"a.com", "a.b.com"}),
        ("a.com/{x,y}", {"a.com/x", "a.com/y"}),
    ],
)
def test_alternatives_are_spelled_out(text: str, texts: set[str]) -> None:
    assert set(expand(text)) == texts


@pytest.mark.parametrize("text", ["{a,b}" * 11 + ".com", "(" + "a|" * 1_500 + "b).com"])
def test_alternatives_that_multiply_without_end_are_refused(text: str) -> None:
    with pytest.raises(PatternSyntaxError, match="multiply"):
        expand(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://",
        "a b.com",
        "user@example.com",
        "example.com\\x",
        "example.com:99999",
        "example.com:port",
        "example.com:8080-8090",
        "10.0.0.0/33",
        "2001:db8::/129",
        "10.0.0.9-10.0.0.1",
        "10.0.0.1-2001:db8::1",
        "10.*.0.1",
        "a..com",
        "**.example.com",
        "-a.example.com",
        "a!.example.com",
        "bü*.example.com",
        "\ud800.example.com",
        "example.com\0",
    ],
    ids=ascii,
)
def test_what_is_no_target_is_refused(text: str) -> None:
    """P3: never guessed."""
    with pytest.raises(PatternSyntaxError):
        parse_listed(text, Effect.INCLUDE)


@given(any_text() | hostile_texts())
def test_parsing_raises_its_own_error_only(text: str) -> None:
    with contextlib.suppress(PatternSyntaxError):
        assert parse_listed(text, Effect.EXCLUDE).patterns


@given(hosts())
def test_a_host_lists_itself(host: str) -> None:
    found = parsed(host)
    assert (found.host.text, found.path, found.port, found.scheme) == (host, ANY_PATH, None, None)


@given(PATTERN_ROWS["url"], PATTERN_ROWS["shape"])
def test_letter_case_of_scheme_and_host_is_immaterial(url: str, shape: str) -> None:
    """T1 holds for what is listed as well; `XX` alone is a placeholder."""
    assume(not re.search(r"(?<![a-z0-9])x{2,}(?![a-z0-9])", url + shape))
    scheme, mark, rest = url.rpartition("://")
    host = rest.partition("/")[0]
    loud = scheme.upper() + mark + host.upper() + rest[len(host) :]
    for one, two in ((url, loud), (shape, shape.upper())):
        try:
            found = parsed(one)
        except (PatternSyntaxError, ValueError):
            continue
        assert parsed(two).hosts == found.hosts
        assert parsed(two).schemes == found.schemes
