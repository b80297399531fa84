"""Spellings of hosts that few other tests reach, each for the branch that reads it."""

from __future__ import annotations

import pytest

from scopecheck.errors import HostError
from scopecheck.targets import host as module
from scopecheck.targets.host import MAX_TEXT, parse_address, parse_host, plain_host, printable

IDNA = "a letter that IDNA 2003 and 2008 map to different names"
HIDDEN = "white space or control characters in the host"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the host is empty"),
        (".", "the host is empty"),
        ("a" * (MAX_TEXT + 1), "the host is too long"),
        ("é" * (MAX_TEXT + 1), "the host is too long"),
        ("e.com:443", "`e.com:443` is not a host"),
        ("e.com/", "`e.com/` is not a host"),
        ("user@e.com", "`user@e.com` is not a host"),
        ("[::1", "`[::1` is not a host"),
        ("[[::1]", "`[[::1]` is not a host"),
        ("[::1]]", "`[::1]]` is not a host"),
        ("[::1]x", "`[::1]x` is not a host"),
        ("a[b", "`a[b` is not a host"),
        ("[]", "`[]` is not a valid host"),
        ("1:2:3", "`1:2:3` is not a valid host"),
        ("256.1.1.1", "`256.1.1.1` is not a valid host"),
        ("e.com ", "`e.com ` is not a valid host"),
        (" e.com", "` e.com` is not a valid host"),
        ("e\x00.com", r"`e\x00.com` is not a valid host"),
        ("e .com\ud800", r"`e .com\ud800` is not a valid host"),
    ],
    ids=range(19),
)
def test_what_is_no_host_and_why(text: str, message: str) -> None:
    """T4: what the standard rejects; a space at an end would be dropped from a URL, a host has none."""
    with pytest.raises(HostError) as caught:
        parse_host(text)
    assert caught.value.message == message


def test_the_longest_host_that_is_read() -> None:
    """T4: 64 KiB are read, one character more is not, however it is spelled."""
    for rest in (".b", "..b"):
        longest = "a" * (MAX_TEXT - len(rest)) + rest
        assert len(str(parse_host(longest).host)) >= MAX_TEXT
        with pytest.raises(HostError):
            parse_host("a" + longest)


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("\u0915\u094d\u200c\u0937.example", (IDNA,)),
        ("\u0915\u094d\u200d\u0937.example", (IDNA,)),
        ("b\u00fccher\u00df.example", (IDNA,)),
        ("ex\u00adample.com", (HIDDEN,)),
        ("fa\u00df.ex\u00adample", (HIDDEN, IDNA)),
        ("b\u00fccher.example", ()),
        ("a_b-0.b\u00fccher.example", ()),
        ("[::ffff:1.2.3.4]", ()),
        ("::ffff:102:304", ()),
        ("1.2.3.4.", ("an IPv4 address not in dotted decimal",)),
    ],
)
def test_each_doubt_about_a_host_alone(text: str, doubts: tuple[str, ...]) -> None:
    """T3: a joiner is a deviation of IDNA and no hidden character; a soft hyphen is the reverse."""
    assert parse_host(text).doubts == doubts


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("e.com", True),
        ("a_b.e-f.com", True),
        ("1.e1", True),
        ("localhost", True),
        ("_dmarc._e", True),
        ("a_.0.-.b", True),
        ("a-b_0", True),
        ("_", True),
        ("-0", True),
        ("xn--0.e.com", False),
        ("e.xn--0", False),
        ("e.com.", False),
        ("e..com", False),
        (".com", False),
        ("1.2.3.4", False),
        ("e.0x4", False),
        ("E.com", False),
        ("e.com\n", False),
        ("e.com:1", False),
        ("e.c\u00f6m", False),
        ("", False),
    ],
)
def test_names_that_every_parser_reads_alike(text: str, plain: bool) -> None:
    """T1, T3: only they are taken for canonical without the parser of the standard."""
    assert plain_host(text) is plain


@pytest.mark.parametrize(
    "text",
    [
        "e.com",
        "E.Com",
        "LOCALHOST",
        "a_B.0.-.c9",
        "_",
        "-0",
        "a--b.e",
        "a" * 64 + ".e",
        "a" * (MAX_TEXT - 2) + ".b",
        ".".join("a" * (MAX_TEXT // 2)),
    ],
    ids=range(10),
)
def test_a_plain_host_takes_the_short_way(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """T1: what every client reads alike is read without the parser of the standard, and as the same host."""
    with monkeypatch.context() as patched:
        patched.setattr(module, "plain_host", lambda _: False)
        slow = parse_host(text)
    monkeypatch.setattr(module, "parse_url", pytest.fail)
    assert parse_host(text) == slow
    assert slow.doubts == ()


@pytest.mark.parametrize(
    "text", ["\u212a.com", "e.c\u00f6m", "e.com.", "xn--bcher-kva.e", "1.2.3.4", "XN--0.e"]
)
def test_every_other_host_takes_the_long_way(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """T3: a text that only lower case makes plain, as the sign for kelvin, is for the parser to judge."""
    asked: list[str] = []

    def answer(url: str, _parts: object) -> dict[str, str]:
        asked.append(url)
        return {"hostname": "e.com"}

    monkeypatch.setattr(module, "parse_url", answer)
    parse_host(text)
    assert asked == [f"https://{text}/"]


@pytest.mark.parametrize(
    "text", ["1::1]", "[::1", "[1.2.3.4]", "::1%eth0", "[::1%1]", "1.2.3", "[]", "1.2.3.4]"]
)
def test_what_spells_no_address(text: str) -> None:
    """T2: half a bracket, brackets around IPv4 and a zone make it none."""
    assert parse_address(text) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("e.com", "e.com"),
        ("é" * 200, "é" * 200),
        ("é" * 201, "é" * 200 + "…"),
        ("a\nb\x00\ud800", r"a\nb\x00\ud800"),
        ("\u202eevil", r"\u202eevil"),
    ],
)
def test_text_in_a_message_is_printable_and_has_an_end(text: str, shown: str) -> None:
    """T4: a refused text is shown to people, so it must not move their cursor or fill their screen."""
    assert printable(text) == shown
