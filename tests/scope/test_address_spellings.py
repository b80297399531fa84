"""Addresses, hosts, paths and words in listed texts: every spelling of an exclusion is feared (P1, P2, P4)."""

from __future__ import annotations

import pytest

import scopecheck as sc
from scopecheck.scope.feared_addresses import address_readings, spell
from scopecheck.scope.feared_names import feared_paths, mixes_scripts
from scopecheck.scope.host_ranges import host_range_readings, is_host_range, ranges_in_words


def decide(target: str, include: list[str], exclude: list[str]) -> str:
    return str(sc.Checker(sc.Program.from_assets(include, exclude)).check(target).decision)


RANGES = [
    *(
        f"192.0.2.7{mark}192.0.2.9"
        for mark in ("-", "–", "—", "‐", "−", "->", "→", "…", "...", "~", " \u2013 ")
    ),
    *(f"192.0.2.7 {mark} 192.0.2.9" for mark in ("to", "through", "until", "->", "…", "—", "bis")),
    "192.0.2.7 to 9",
    "192.0.2.7-.9",
    "192.0.2.7..9",
    "do not scan 192.0.2.7 to 2.9 please",
    "between 192.0.2.7 and 192.0.2.9",
    "from 192.0.2.7 up to and including 192.0.2.9",
    "192.0.2.9 - 192.0.2.7",
    "192.0.2.7 192.0.2.9",
    "192.0.2.7 - 192.0.2.9 (office)",
    "192.0.2.7 – 9 (office)",
    "192.0.0-2.8",
    "192.0.2.[7-9]",
    "192.0.2.{7..9}",
]
MASKS = [
    "192.0.2.0 255.255.255.0",
    "192.0.2.0 netmask 255.255.255.0",
    "192.0.2.0, mask 255.255.255.240",
    "192.0.2.0 wildcard 0.0.0.15",
    "192.0.2.0 (255.255.255.0)",
    "192.0.2.0 (/24)",
    "192.0.2.0／28",
    "192.0.2.0⁄28",
    "192.0.2.0\\28",
    "192.0.2.0/28/",
    "192.0.2/24",
    "192.0.2.xxx",
    "192.0.2.<n>",
    "192.0.2.",
    "the 192.0.2 network",
    "the network 192.0.2.0",
    "192.0.2.0/33",
]
LISTS = [
    "192.0.2.7, 8, 9",
    "192.0.2.7, 8 and 9",
    "192.0.2.7,.8",
    "192.0.2.7;8",
    "192.0.2.7 / 8",
    "192.0.2.7/192.0.2.8",
    "192.0.2.7+192.0.2.8",
    "192.0.2.5-6, 8",
    "192.0.2.8は対象外",
    "IP192.0.2.8",
    "IP:192.0.2.8",
    "do not test https://192.0.2.8/admin ok",
    "192[.]0[.]2[.]8",
    "192.0.2.008",
    "::ffff:192.0.2.8",
]


@pytest.mark.parametrize("text", [*RANGES, *MASKS, *LISTS])
def test_excluded_address_is_never_in_scope(text: str) -> None:
    """P4: whatever an excluded text may mean by its addresses is not in scope beside a wider block."""
    assert decide("192.0.2.8", ["192.0.2.0/24"], [text]) != "IN_SCOPE"
    assert decide("192.0.2.200", ["192.0.2.128/25"], ["192.0.2.1 to 9"]) == "IN_SCOPE"


@pytest.mark.parametrize(
    "text",
    [
        "2001:db8::1 to 2001:db8::ff",
        "2001:db8::1…2001:db8::ff",
        "[2001:db8::1]-[2001:db8::ff]",
        "2001:db8::1 - ff",
        "2001:db8::1-ff",
        "[2001:db8::]/120",
        "2001:db8::/ 120",
        "2001:db8::*",
        "2001:db8:*",
        "2001:db8::x",
        "IP:2001:db8::8",
        "IPv6:2001:db8::8",
        "2001:db8::7, 8",
        "2001:db8::7, ::8",
        "2001:db8::8は対象外",
        "do not test [2001:db8::8]:443",
    ],
)
def test_excluded_address_of_version_6_is_never_in_scope(text: str) -> None:
    """P4: the same for IPv6."""
    assert decide("2001:db8::8", ["2001:db8::/32"], [text]) != "IN_SCOPE"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.7 to 9", {"192.0.2.7", "192.0.2.9", "192.0.2.7-192.0.2.9"}),
        ("192.0.2.7, 192.0.2.9", {"192.0.2.7", "192.0.2.9"}),
        ("192.0.2.7 is ours. 192.0.2.9 is not", {"192.0.2.7", "192.0.2.9"}),
        ("192.0.2.7:80", {"192.0.2.7"}),
        ("192.0.2.0/24", {"192.0.2.0/24"}),
        ("192.0.0-1.8", {"192.0.0.8", "192.0.1.8"}),
        ("10/8", {"10.0.0.0/8"}),
        ("192.0.2.300, 24/7", set()),
        ("version 2.4.1, see 10.2", set()),
    ],
)
def test_what_a_text_may_mean_is_drawn_tight(text: str, expected: set[str]) -> None:
    """D1: a set drawn too wide would be outweighed by an inclusion, so each reading is a set of its own."""
    assert {spell(where) for where in address_readings(text)} == expected


def test_a_narrow_block_does_not_outweigh_a_shortened_range() -> None:
    """D1: `192.0.2.8/29` is not narrower than the range that the text means."""
    assert decide("192.0.2.8", ["192.0.2.8/29"], ["do not test 192.0.2.7-9 at all"]) != "IN_SCOPE"


def test_an_included_address_text_is_never_read_wider() -> None:
    """P3: what is doubtful about an inclusion covers nothing more."""
    for text in ("192.0.2.7 -> 192.0.2.9", "192.0.2.7, 8", "192.0.2.0 (/24)", "192.0.2/24", "192.0.2.x/24"):
        assert decide("192.0.2.8", [text], []) != "IN_SCOPE"


@pytest.mark.parametrize(
    "text",
    [
        "dev01.example.com to dev05.example.com",
        "dev01.example.com - dev05.example.com",
        "dev01.example.com–dev05.example.com",
        "dev01.example.com … dev05.example.com",
        "dev01.example.com...dev05.example.com",
        "dev01-dev05.example.com",
        "dev01 through dev05.example.com",
        "dev01.example.com to 05",
        "dev(01 – 05).example.com",
        "dev01-05.example.com",
        "please leave dev01.example.com to dev05.example.com alone",
        "Staging (dev01 through dev05.example.com), which our vendor runs, and what else he has",
    ],
)
@pytest.mark.parametrize("include", ["*.example.com", "dev03.example.com"])
def test_hosts_between_two_ends_are_feared(text: str, include: str) -> None:
    """P4: a range of hosts excludes those between its ends, also where one of them is listed."""
    assert decide("https://dev03.example.com/", [include], [text]) != "IN_SCOPE"
    assert decide("https://www.example.com/", ["*.example.com"], [text]) == "IN_SCOPE"


@pytest.mark.parametrize(
    "text",
    [
        "dev[01-05].example.com",
        "dev{01..05}.example.com",
        "https://dev[01:05].example.com/",
        "dev<01 to 05>.example.com",
    ],
)
@pytest.mark.parametrize("include", ["*.example.com", "dev03.example.com"])
def test_a_range_in_brackets_is_no_mere_placeholder(text: str, include: str) -> None:
    """P4: an inclusion that names a host of the range does not outweigh it."""
    assert decide("https://dev03.example.com/", [include], [text]) != "IN_SCOPE"
    assert decide("https://www.example.com/", ["www.example.com"], [text]) == "IN_SCOPE"


@pytest.mark.parametrize(
    "words", ["dev01.example.com to dev05.example.com are out of scope", "Do not test dev[01-05].example.com"]
)
def test_hosts_between_two_ends_are_feared_in_the_words_beside_a_rule(words: str) -> None:
    """P5: as in an exclusion."""
    scope = [{"asset": "*.example.com", "instruction": words}, "dev03.example.com"]
    checker = sc.Checker(sc.load({"id": "demo", "name": "Demo", "in_scope": scope}))
    assert not checker.check("https://dev03.example.com/").in_scope
    assert checker.check("https://www.example.com/").in_scope


def test_of_many_ranges_what_their_hosts_have_in_common_is_feared() -> None:
    """P4: the work stays bounded."""
    text = "\n".join(f"dev{number}x1.example.com to dev{number}x900.example.com," for number in range(40))
    found = set(ranges_in_words(text))
    assert {f"dev{number}x*.example.com" for number in range(40)} < found
    assert len(found) < 2_000


@pytest.mark.parametrize(
    "text",
    [
        "-pay.example.com",
        "pay.example.com-",
        "_pay.example.com",
        "--pay.example.com--",
        "_pay_.example.com",
        "pay-.example.com",
    ],
)
def test_marks_at_the_edges_of_an_excluded_host_are_no_part_of_it(text: str) -> None:
    """P2: a hyphen may be the mark of a list, an underscore that of emphasis."""
    assert decide("https://pay.example.com/", ["*.example.com"], [text]) != "IN_SCOPE"
    assert decide("https://www.example.com/", ["*.example.com"], [text]) == "IN_SCOPE"


@pytest.mark.parametrize("text", ["devXX.example.com", "dev##.example.com", "dev-REGION.example.com"])
def test_a_placeholder_stands_for_any_such_host(text: str) -> None:
    """P2: excluded, it is a star; letters in capitals alone are no more than that."""
    host = "dev-eu" if "-" in text else "dev03"
    assert decide(f"https://{host}.example.com/", ["*.example.com"], [text]) != "IN_SCOPE"
    assert decide("https://www.example.com/", ["*.example.com"], [text]) == "IN_SCOPE"
    assert decide("https://dev03.example.com/", ["*.example.com"], ["WWW.EXAMPLE.COM"]) == "IN_SCOPE"


def test_hosts_between_are_of_one_kind() -> None:
    """P4: two hosts that differ in more than a number are no range."""
    assert set(host_range_readings("a.example.com to c.example.com")) >= {"b.example.com"}
    assert not host_range_readings("old.example.com to new.example.com")
    assert not host_range_readings("dev1.example.com to dev5.example.net")
    assert is_host_range("dev1.example.com to dev5.example.com")
    assert not is_host_range("ask us about dev1.example.com to dev5.example.com")


@pytest.mark.parametrize(
    "text",
    ["blog.example.comは対象外です", "请勿测试blog.example.com", "blog.example.com¹", "①blog.example.com"],
)
def test_letters_of_another_script_do_not_hide_a_host(text: str) -> None:
    """P2: the ASCII host that they touch is feared; as an inclusion the text is no host."""
    assert decide("https://blog.example.com/", ["*.example.com"], [text]) != "IN_SCOPE"
    assert decide("https://cher.example/", ["*.example"], ["bücher.example"]) != "OUT_OF_SCOPE"


def test_scripts_of_a_label() -> None:
    assert mixes_scripts("comは")
    assert not mixes_scripts("bücher")
    assert not mixes_scripts("日本語")


@pytest.mark.parametrize(
    "scheme", ["tcp", "tls", "ssl", "udp", "quic", "ws", "wss", "http+https", "h2", "grpc", "any", "www"]
)
def test_exclusion_under_a_scheme_that_is_no_other_service(scheme: str) -> None:
    """P1: it may name where the site listens."""
    for place in ("blog.example.com", "blog.example.com:443"):
        assert decide("https://blog.example.com/", ["*.example.com"], [f"{scheme}://{place}"]) != "IN_SCOPE"


def test_exclusion_under_another_service() -> None:
    """P1: `mongodb://` excludes that scheme."""
    assert decide("https://db.example.com/", ["*.example.com"], ["mongodb://db.example.com"]) == "IN_SCOPE"


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        *(("/api/v1|v2", path) for path in ("/api/v1", "/api/v2/x")),
        *(("/api/v1,v2", path) for path in ("/api/v1", "/api/v2")),
        *((path, "/v2") for path in ("/v1|/v2", "/v1;/v2", "/v1&v2")),
        *((f"/api/{one}/x", "/api/7/x") for one in (":id", "{{id}}", "%7Bid%7D", "$id", "@id", "%3Cid%3E")),
        *(
            (f"/{mark}", "/")
            for mark in ("'", '"', ">", "]", ")", "!", "~", "%22", "&nbsp;", "&gt;", "”", "–")
        ),
        *((f"/admin{mark}", "/admin") for mark in ("'", ">", "]", "&nbsp;", "%22", "!")),
    ],
)
def test_excluded_path_is_feared_in_every_spelling(listed: str, asked: str) -> None:
    """P4: alternatives, parameters of a route, and what copying left at the end."""
    for front in ("", "https://"):
        got = decide(
            f"https://blog.example.com{asked}", ["*.example.com"], [f"{front}blog.example.com{listed}"]
        )
        assert got != "IN_SCOPE"


def test_plain_path_excludes_no_more() -> None:
    assert feared_paths("/api/v1.2/a-b_c") == ()
    assert feared_paths("/'") == ("",)


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"{words} b.example.com"
            for words in (
                "Isn't in scope:",
                "Out of the scope:",
                "out_of_scope:",
                "Doesn't include",
                "N/A:",
                "N.A.:",
                "Removed:",
                "Retired:",
                "Blocked:",
                "Skip",
                "sauf",
                "Leave",
                "❌",
            )
        ),
        *(
            f"b.example.com {words}"
            for words in (
                "(no longer in scope)",
                "(out of scope until 2027)",
                "- OOS since January",
                "(not included)",
                "(do not touch)",
                "(removed)",
                "(N/A)",
                "(off limits for now)",
                "(avoid)",
            )
        ),
    ],
)
def test_words_that_take_an_inclusion_away(text: str) -> None:
    """P2: no name stands in front, and no mere note behind."""
    assert decide("https://b.example.com/", [text], []) != "IN_SCOPE"


@pytest.mark.parametrize(
    "text", ["Our shop: b.example.com", "b.example.com (main site)", "b.example.com - the API"]
)
def test_words_that_name_an_inclusion(text: str) -> None:
    """P2: a noun phrase in front is its name, a note behind is kept."""
    assert decide("https://b.example.com/", [text], []) == "IN_SCOPE"
