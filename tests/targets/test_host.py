"""Hosts: one canonical form (T1), and every reason to doubt it (T3), each beside a near spelling without."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scopecheck.errors import HostError
from scopecheck.targets.host import Host, canonical, is_address, parse_address, parse_host, show_host
from strategies import hostile_texts, hosts

CANONICAL = [
    pytest.param("example.com", "example.com", id="T1-as-it-is"),
    pytest.param("EXAMPLE.Com", "example.com", id="T1-letter-case"),
    pytest.param("example.com.", "example.com", id="T1-one-root-dot-is-dropped"),
    pytest.param("example.com..", "example.com.", id="T1-more-dots-are-empty-labels"),
    pytest.param("bücher.example", "xn--bcher-kva.example", id="T1-a-labels"),
    pytest.param("BÜCHER.example", "xn--bcher-kva.example", id="T1-a-labels-of-upper-case"),
    pytest.param("bu\u0308cher.example", "xn--bcher-kva.example", id="T1-a-labels-of-decomposed-letters"),
    pytest.param("XN--BCHER-KVA.example", "xn--bcher-kva.example", id="T1-a-label-in-upper-case"),
    pytest.param("ｅｘａｍｐｌｅ.com", "example.com", id="T1-full-width-letters"),
    pytest.param("example。com", "example.com", id="T1-ideographic-full-stop"),
    pytest.param("exam\u00adple.com", "example.com", id="T1-soft-hyphen"),
    pytest.param("_dmarc.example.com", "_dmarc.example.com", id="T1-underscore"),
    pytest.param("-a.b-.example", "-a.b-.example", id="T1-hyphens-at-the-ends"),
    pytest.param("localhost", "localhost", id="T1-one-label"),
    pytest.param("1.2.3.4", IPv4Address("1.2.3.4"), id="T1-ipv4"),
    pytest.param("1.2.3.4.", IPv4Address("1.2.3.4"), id="T1-ipv4-with-root-dot"),
    pytest.param("1.2.3.4x", "1.2.3.4x", id="T1-a-name-of-digits"),
    pytest.param("1.2.3.example", "1.2.3.example", id="T1-a-name-that-begins-like-an-address"),
    pytest.param("[2001:DB8:0::1]", IPv6Address("2001:db8::1"), id="T1-ipv6-in-brackets"),
    pytest.param("2001:db8::1", IPv6Address("2001:db8::1"), id="T1-ipv6-without-brackets"),
    pytest.param("::ffff:1.2.3.4", IPv4Address("1.2.3.4"), id="T1-mapped-ipv6-is-that-ipv4"),
    pytest.param("[::ffff:102:304]", IPv4Address("1.2.3.4"), id="T1-mapped-ipv6-in-hexadecimal"),
    pytest.param("::1.2.3.4", IPv6Address("::102:304"), id="T1-compatible-ipv6-is-not-mapped"),
]


@pytest.mark.parametrize(("text", "expected"), CANONICAL)
def test_canonical_host(text: str, expected: str | Host) -> None:
    assert parse_host(text).host == expected


# Code points that Unicode has given a lower-case form or a mapping only lately, and A-labels that are
# no Punycode: a parser with older tables refuses them or, with a capital sharp s, reads another host.
RARE = [
    pytest.param("a.b.c.xn--pokxncvks", "a.b.c.xn--pokxncvks", id="T1-undecodable-a-label"),
    pytest.param("10.0.0.XN--pokxncvks", "10.0.0.xn--pokxncvks", id="T1-undecodable-a-label-behind-digits"),
    pytest.param("xn--", "xn--", id="T1-empty-a-label"),
    pytest.param("xn--a", "xn--a", id="T1-invalid-punycode"),
    pytest.param("xn--1ug.example", "xn--1ug.example", id="T1-a-lone-joiner-as-a-label"),
    pytest.param("ẞ.com", "xn--zca.com", id="T1-capital-sharp-s-is-not-ss"),
    pytest.param("FAẞ.de", "xn--fa-hia.de", id="T1-capital-sharp-s-in-a-word"),
]


@pytest.mark.parametrize(("text", "expected"), RARE)
def test_rare_idn_host_comes_out_right(text: str, expected: str) -> None:
    assert parse_host(text).host == expected


# Text of the doubt, a host that has it, and the nearest host that has none.
DOUBTS = [
    pytest.param("percent sign", "exam%70le.com", "example.com", id="T3-percent-sign"),
    pytest.param("white space", "exam\u00adple.com", "exam-ple.com", id="T3-invisible-character"),
    pytest.param("white space", "exa\nmple.com", "exa-mple.com", id="T3-newline"),
    pytest.param("white space", "example.com\t", "example.com.", id="T3-tab-at-the-end"),
    pytest.param("empty label", "a..example.com", "a.example.com", id="T3-empty-label"),
    pytest.param("empty label", ".example.com", "example.com", id="T3-leading-dot"),
    pytest.param("empty label", "example.com..", "example.com.", id="T3-two-root-dots"),
    pytest.param("not in host names", "a,b.example", "a-b.example", id="T3-comma"),
    pytest.param("not in host names", "*.example.com", "_.example.com", id="T3-star"),
    pytest.param("not in host names", "a~b.example", "a_b.example", id="T3-tilde"),
    pytest.param("IDNA 2003", "faß.de", "fass.de", id="T3-sharp-s"),
    pytest.param("IDNA 2003", "FAẞ.de", "xn--fa-hia.de", id="T3-capital-sharp-s"),
    pytest.param("IDNA 2003", "βόλος.example", "βόλοσ.example", id="T3-final-sigma"),
    pytest.param("IDNA 2003", "क्\u200cष.example", "क्ष.example", id="T3-non-joiner"),
    pytest.param("IDNA 2003", "क्\u200dष.example", "क्ष.example", id="T3-joiner"),
    pytest.param("dotted decimal", "16909060", "1.2.3.4", id="T3-ipv4-as-one-number"),
    pytest.param("dotted decimal", "0x1.2.3.4", "x0.1.2.3.a4", id="T3-ipv4-hexadecimal"),
    pytest.param("dotted decimal", "01.2.3.4", "1.2.3.4", id="T3-ipv4-octal"),
    pytest.param("dotted decimal", "1.2.772", "1.2.3.4", id="T3-ipv4-of-three-parts"),
    pytest.param("dotted decimal", "１.2.3.4", "1.2.3.4", id="T3-ipv4-full-width"),
    pytest.param("dotted decimal", "1.2.3.4.", "1.2.3.4", id="T3-ipv4-with-root-dot"),
]


@pytest.mark.parametrize(("doubt", "doubtful", "near"), DOUBTS)
def test_doubtful_host_and_near_one(doubt: str, doubtful: str, near: str) -> None:
    assert any(doubt in said for said in parse_host(doubtful).doubts)
    assert parse_host(near).doubts == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("EXAMPLE.com", id="T3-letter-case"),
        pytest.param("bücher.example", id="T3-international-name"),
        pytest.param("ｅxample。com", id="T3-full-width"),
        pytest.param("::ffff:1.2.3.4", id="T3-mapped-ipv6"),
        pytest.param("[2001:DB8::1]", id="T3-ipv6-in-upper-case"),
        pytest.param("2001:db8:0:0:0:0:0:1", id="T3-ipv6-in-full"),
    ],
)
def test_spelling_that_every_client_reads_alike_is_not_doubtful(text: str) -> None:
    assert parse_host(text).doubts == ()


INVALID = [
    pytest.param("", id="T4-empty"),
    pytest.param(".", id="T4-nothing-but-the-root-dot"),
    pytest.param("exa mple.com", id="T4-space-inside"),
    pytest.param("a\x00b.example", id="T4-null"),
    pytest.param("example.com/x", id="T4-slash"),
    pytest.param("example.com?x", id="T4-question-mark"),
    pytest.param("example.com#x", id="T4-hash"),
    pytest.param("user@example.com", id="T4-at"),
    pytest.param("example.com\\x", id="T4-backslash"),
    pytest.param("example.com:80", id="T4-port"),
    pytest.param("1.2.3.256", id="T4-ipv4-part-too-large"),
    pytest.param("1.2.3.4.5", id="T4-ipv4-of-five-parts"),
    pytest.param("a.0x", id="T4-ends-in-a-number"),
    pytest.param("%zz.example", id="T4-percent-sign-that-encodes-nothing"),
    pytest.param("exa%2fmple.com", id="T4-encoded-slash"),
    pytest.param("[1.2.3.4]", id="T4-ipv4-in-brackets"),
    pytest.param("[::1", id="T4-bracket-left-open"),
    pytest.param("::1]", id="T4-bracket-never-opened"),
    pytest.param("[::1]x", id="T4-text-behind-the-bracket"),
    pytest.param("[fe80::1%25eth0]", id="T4-zone-id"),
    pytest.param("fe80::1%eth0", id="T4-zone-id-without-brackets"),
    pytest.param("::1::", id="T4-ipv6-with-two-gaps"),
    pytest.param("xn--bcher-kvä.example", id="T4-a-label-not-ascii"),
    pytest.param("\u200d.example", id="T4-joiner-alone"),
    pytest.param("\ud800.example", id="T4-lone-surrogate"),
    pytest.param("a" * 65_537, id="T4-over-64-KiB"),
    pytest.param("é" * 40_000, id="T4-over-64-KiB-of-bytes"),
]


@pytest.mark.parametrize("text", INVALID)
def test_invalid_host(text: str) -> None:
    with pytest.raises(HostError):
        parse_host(text)


def test_longest_host_is_read() -> None:
    """T4: 64 KiB are not over 64 KiB."""
    assert parse_host("a" * 65_536).host == "a" * 65_536


@pytest.mark.parametrize(
    ("hostname", "host", "shown"),
    [
        pytest.param("example.com.", "example.com", "example.com", id="T1-name"),
        pytest.param("1.2.3.4", IPv4Address("1.2.3.4"), "1.2.3.4", id="T1-ipv4"),
        pytest.param("[::ffff:102:304]", IPv4Address("1.2.3.4"), "1.2.3.4", id="T1-mapped"),
        pytest.param("[2001:db8::1]", IPv6Address("2001:db8::1"), "[2001:db8::1]", id="T1-ipv6"),
        pytest.param("a.b.c.x1", "a.b.c.x1", "a.b.c.x1", id="T1-name-that-ends-in-a-digit"),
    ],
)
def test_host_as_the_standard_serialises_it(hostname: str, host: Host, shown: str) -> None:
    assert canonical(hostname) == host
    assert show_host(canonical(hostname)) == shown
    assert is_address(host) is not isinstance(host, str)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param("1.2.3.4", IPv4Address("1.2.3.4"), id="T2-ipv4"),
        pytest.param("::1", IPv6Address("::1"), id="T2-ipv6"),
        pytest.param("[::1]", IPv6Address("::1"), id="T2-ipv6-in-brackets"),
        pytest.param("::ffff:1.2.3.4", IPv4Address("1.2.3.4"), id="T1-mapped-ipv6"),
        pytest.param("fe80::1%eth0", None, id="T2-a-zone-names-no-target"),
        pytest.param("[1.2.3.4]", None, id="T4-ipv4-in-brackets"),
        pytest.param("[::1", None, id="T4-bracket-left-open"),
        pytest.param("::1]", None, id="T4-bracket-never-opened"),
        pytest.param("0x1.2.3.4", None, id="T3-not-dotted-decimal"),
        pytest.param("01.2.3.4", None, id="T3-octal"),
        pytest.param("example.com", None, id="T2-name"),
    ],
)
def test_address_in_its_plain_spelling(text: str, address: Host | None) -> None:
    assert parse_address(text) == address


@given(st.one_of(hostile_texts(), hosts()))
def test_canonical_host_is_a_fixed_point(text: str) -> None:
    """T1: reading a canonical host changes nothing and raises no doubt; T4: only `HostError` is raised."""
    try:
        host = parse_host(text).host
    except HostError:
        return
    labels = host.split(".") if isinstance(host, str) else ["1"]
    assume(all(labels))
    again = parse_host(show_host(host))
    assert again.host == host
    assert all("not in host names" in doubt for doubt in again.doubts)
