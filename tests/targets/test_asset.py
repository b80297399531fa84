"""Whatever may be asked about (T2), and the spellings that mean one app, repository or name (T6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scopecheck as sc
from scopecheck.errors import TargetError
from scopecheck.targets.asset import (
    App,
    Block,
    Name,
    host_of,
    name_key,
    parse_bare,
    parse_block,
    parse_target,
    shared_hosts,
)
from scopecheck.targets.url import Url, parse_url
from strategies import hostile_texts

BARE = [
    pytest.param("example.com", "https://example.com/", id="T2-host"),
    pytest.param("EXAMPLE.com.", "https://example.com/", id="T2-host-respelled"),
    pytest.param("bücher.example", "https://xn--bcher-kva.example/", id="T2-international-host"),
    pytest.param(" example.com ", "https://example.com/", id="T2-host-between-spaces"),
    pytest.param("localhost", "https://localhost/", id="T2-one-label"),
    pytest.param("example.com:8443", "https://example.com:8443/", id="T2-host-and-port"),
    pytest.param("example.com:443", "https://example.com/", id="T2-host-and-default-port"),
    pytest.param("localhost:8080", "https://localhost:8080/", id="T2-one-label-and-port"),
    pytest.param("example.com:80/x?y=1", "https://example.com:80/x?y=1", id="T2-host-port-path-query"),
    pytest.param("example.com/a/../b", "https://example.com/b", id="T2-host-and-path"),
    pytest.param("example.com?x=1", "https://example.com/?x=1", id="T2-host-and-query"),
    pytest.param("example.com#x", "https://example.com/", id="T2-host-and-fragment"),
    pytest.param("//example.com/x", "https://example.com/x", id="T2-relative-to-a-scheme"),
    pytest.param("user@example.com", "https://example.com/", id="T2-mail-address"),
    pytest.param("10.0.0.1", "https://10.0.0.1/", id="T2-ipv4"),
    pytest.param("10.0.0.1:8080", "https://10.0.0.1:8080/", id="T2-ipv4-and-port"),
    pytest.param("10.0.0.1/x", "https://10.0.0.1/x", id="T2-ipv4-and-path"),
    pytest.param("2001:db8::1", "https://[2001:db8::1]/", id="T2-ipv6"),
    pytest.param("fd00::1", "https://[fd00::1]/", id="T2-ipv6-that-begins-with-a-letter"),
    pytest.param("[2001:DB8::1]", "https://[2001:db8::1]/", id="T2-ipv6-in-brackets"),
    pytest.param("[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x", id="T2-ipv6-port-path"),
    pytest.param("::ffff:10.0.0.1", "https://10.0.0.1/", id="T1-mapped-ipv6"),
    pytest.param("https://example.com/x", "https://example.com/x", id="T2-url"),
    pytest.param(" https://example.com/x", "https://example.com/x", id="T1-url-behind-a-space"),
    pytest.param("git@github.com:org/repo", "https://github.com/org/repo", id="T6-git-address"),
]


@pytest.mark.parametrize(("text", "expected"), BARE)
def test_text_is_asked_as_a_url(text: str, expected: str) -> None:
    target = parse_target(text)
    assert isinstance(target, Url)
    assert str(target) == expected
    assert target.text == text
    assert target.doubts == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\thttps://example.com/", id="T3-tab-in-front"),
        pytest.param("\nhttps://example.com/", id="T3-newline-in-front"),
        pytest.param("ht\ntps://example.com/", id="T3-newline-in-the-scheme"),
        pytest.param("\x01https://example.com/", id="T3-control-character-in-front"),
        pytest.param("exam\tple.com", id="T3-tab-in-a-bare-host"),
        pytest.param("example.com/a\nb", id="T3-newline-in-a-bare-path"),
        pytest.param("10.0.0.1\n", id="T3-newline-behind-an-address"),
        pytest.param("10.0.0.0/8\n", id="T3-newline-behind-a-block"),
        pytest.param("git@github.com:org/repo\n", id="T3-newline-behind-a-git-address"),
        pytest.param("0x0a.0.0.1", id="T3-bare-ipv4-hexadecimal"),
        pytest.param("167772161", id="T3-bare-ipv4-as-one-number"),
        pytest.param("example.com\\@evil.example", id="T3-backslash-in-a-bare-host"),
        pytest.param("example.com#@evil.example", id="T3-at-behind-the-fragment-of-a-bare-host"),
        pytest.param("faß.de", id="T3-bare-deviation-character"),
    ],
)
def test_doubts_hold_for_text_without_a_scheme_and_with_space_in_front(text: str) -> None:
    listed = sc.Program.from_assets(
        include=["example.com", "10.0.0.0/8", "https://github.com/org/repo", "xn--fa-hia.de"]
    )
    verdict = sc.Checker(listed).check(text)
    assert (verdict.decision, verdict.reason) == (sc.Decision.UNDETERMINED, sc.Reason.AMBIGUOUS_TARGET)


BLOCKS = [
    pytest.param("10.0.0.0/8", 4, 0x0A000000, 0x0AFFFFFF, id="T2-ipv4-block"),
    pytest.param("10.0.0.1/32", 4, 0x0A000001, 0x0A000001, id="T2-block-of-one-address"),
    pytest.param("0.0.0.0/0", 4, 0, 2**32 - 1, id="T2-every-ipv4-address"),
    pytest.param("2001:db8::/127", 6, 0x20010DB8 << 96, (0x20010DB8 << 96) + 1, id="T2-ipv6-block"),
    pytest.param("fd00::/8", 6, 0xFD << 120, (0xFE << 120) - 1, id="T2-ipv6-block-that-begins-with-a-letter"),
    pytest.param("::ffff:10.0.0.0/104", 4, 0x0A000000, 0x0AFFFFFF, id="T1-mapped-block-is-ipv4"),
]


@pytest.mark.parametrize(("text", "version", "first", "last"), BLOCKS)
def test_block_of_addresses(text: str, version: int, first: int, last: int) -> None:
    target = parse_target(text)
    assert isinstance(target, Block)
    assert (target.version, target.first, target.last) == (version, first, last)
    assert target.notes == ()


def test_host_bits_of_a_block_are_masked_and_noted() -> None:
    """T2: `10.0.0.9/8` is `10.0.0.0/8`."""
    masked, plain = parse_block("10.0.0.9/8"), parse_block("10.0.0.0/8")
    assert masked is not None
    assert plain is not None
    assert (masked.first, masked.last) == (plain.first, plain.last)
    assert any("host bits" in note for note in masked.notes)


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0/8", "2001:db8::/129", "example.com/8", "10.0.0.1"])
def test_text_that_is_no_block(text: str) -> None:
    """T2: only an address and a prefix length that fits are a block."""
    assert parse_block(text) is None


@pytest.mark.parametrize(
    ("block", "decision", "reason"),
    [
        pytest.param("10.0.0.0/24", "IN_SCOPE", "included", id="T2-all-inside"),
        pytest.param("10.0.1.0/24", "OUT_OF_SCOPE", "not-listed", id="T2-all-outside"),
        pytest.param("10.0.0.0/23", "UNDETERMINED", "partly-listed", id="T2-inside-and-outside"),
        pytest.param("10.0.0.255/32", "IN_SCOPE", "included", id="T2-last-address"),
        pytest.param("10.1.0.0/30", "UNDETERMINED", "partly-listed", id="T2-one-address-excluded"),
        pytest.param("10.1.0.2/32", "OUT_OF_SCOPE", "excluded", id="T2-the-excluded-address"),
        pytest.param("::ffff:10.0.0.0/120", "IN_SCOPE", "included", id="T1-mapped-block"),
    ],
)
def test_block_has_the_decision_that_its_addresses_share(block: str, decision: str, reason: str) -> None:
    program = sc.Program.from_assets(include=["10.0.0.0/24", "10.1.0.0/24"], exclude=["10.1.0.2"])
    verdict = sc.Checker(program).check(block)
    assert (verdict.decision, verdict.reason) == (decision, reason)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("com.example.app", "com.example.app", id="T2-package-id"),
        pytest.param("COM.Example.APP", "com.example.app", id="T6-letter-case-of-an-id"),
        pytest.param("123456789", "123456789", id="T6-numeric-store-id"),
    ],
)
def test_dotted_word_is_an_app_where_it_is_listed_so(text: str, key: str) -> None:
    """T2: listed, it is the app, with a note where it might be a host; not listed, it is no app."""
    listed = parse_target(text, {key})
    assert isinstance(listed, App)
    assert listed.id == key
    assert bool(listed.notes) == ("." in key)
    assert isinstance(parse_target(text), Url)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="T4-empty"),
        pytest.param("  ", id="T4-white-space"),
        pytest.param("javascript:alert(1)", id="T4-javascript"),
        pytest.param("mailto:someone@example.com", id="T4-mailto"),
        pytest.param("file:///etc/hosts", id="T4-file"),
        pytest.param("https://exa mple.com/", id="T4-space-in-the-host"),
        pytest.param("[1.2.3.4]", id="T4-ipv4-in-brackets"),
        pytest.param("[::1", id="T4-bracket-left-open"),
        pytest.param("1.2.3.4]", id="T4-bracket-never-opened"),
        pytest.param("fe80::1%eth0", id="T4-zone-id"),
        pytest.param("[fe80::1%25eth0]:443", id="T4-zone-id-in-brackets"),
        pytest.param("1.2.3.256", id="T4-ipv4-part-too-large"),
        pytest.param("example.com:65536", id="T4-port-too-large"),
        pytest.param("exa\x00mple", id="T4-null"),
        pytest.param("Caf\ud800", id="T4-lone-surrogate"),
        pytest.param("a" * 65_537, id="T4-over-64-KiB"),
        pytest.param("a " * 32_769, id="T4-name-over-64-KiB"),
        pytest.param("é " * 22_000, id="T4-name-over-64-KiB-of-bytes"),
    ],
)
def test_text_that_is_no_target(text: str) -> None:
    with pytest.raises(TargetError):
        parse_target(text)
    verdict = sc.Checker(sc.Program.from_assets(include=["*.example.com"])).check(text)
    assert (verdict.decision, verdict.reason) == (sc.Decision.UNDETERMINED, sc.Reason.INVALID_TARGET)


@pytest.mark.parametrize("thing", [None, 7, b"https://example.com/", ["https://example.com/"]])
def test_what_is_not_text_is_invalid(thing: object) -> None:
    """T4: a caller who passes bytes gets an answer, not a traceback."""
    checker = sc.Checker(sc.Program.from_assets(include=["example.com"]))
    for ask in (checker.check, checker.check_url, checker.check_asset):
        assert ask(thing).reason is sc.Reason.INVALID_TARGET  # type: ignore[arg-type]


SAME_ASSET = [
    pytest.param(
        "https://play.google.com/store/apps/details?id=com.example.app",
        [
            "com.example.app",
            "COM.EXAMPLE.APP",
            "https://play.google.com/store/apps/details?hl=de&id=com.example.app",
            "https://PLAY.google.com:443/store/apps/details?id=com.example.app#reviews",
        ],
        [
            "com.example.app2",
            "https://play.google.com/store/apps/details?id=com.example.ap",
            "play.google.com",
        ],
        id="T6-play-store",
    ),
    pytest.param(
        "https://apps.apple.com/us/app/example/id123456789",
        [
            "123456789",
            "https://apps.apple.com/app/id123456789",
            "https://itunes.apple.com/de/app/beispiel/id123456789?mt=8",
        ],
        ["1234567890", "https://apps.apple.com/us/app/example/id12345678", "https://apps.apple.com/us/"],
        id="T6-app-store",
    ),
    pytest.param(
        "https://apps.microsoft.com/detail/9NBLGGH4NNS1",
        ["9nblggh4nns1", "https://apps.microsoft.com/detail/9nblggh4nns1?hl=en"],
        ["9nblggh4nns2", "https://apps.microsoft.com/home"],
        id="T6-microsoft-store",
    ),
    pytest.param(
        "https://chromewebstore.google.com/detail/example/abcdefghijklmnopabcdefghijklmnop",
        [
            "abcdefghijklmnopabcdefghijklmnop",
            "https://chrome.google.com/webstore/detail/x/abcdefghijklmnopabcdefghijklmnop",
        ],
        ["https://chromewebstore.google.com/category/extensions", "https://chromewebstore.google.com/"],
        id="T6-chrome-web-store",
    ),
    pytest.param(
        "https://github.com/Example/Repo",
        [
            "https://github.com/example/repo",
            "https://github.com/Example/Repo.git",
            "https://github.com/EXAMPLE/REPO/",
            "github.com/example/repo",
            "git@github.com:Example/Repo.git",
            "https://github.com/example/repo/blob/main/README.md",
        ],
        [
            "https://github.com/example/repo2",
            "https://github.com/example/repo-git",
            "https://github.com/example2/repo",
            "https://github.com/example",
            "https://github.com/",
            "git@gitlab.com:example/repo.git",
        ],
        id="T6-repository",
    ),
    pytest.param(
        "https://github.com/Example/Repo.git",
        ["https://github.com/example/repo", "https://github.com/example/repo/issues/1"],
        ["https://github.com/example/repo.gitx", "https://github.com/example"],
        id="T6-repository-listed-as-git-names-it",
    ),
    pytest.param(
        "ChatGPT Plugins",
        ["chatgpt plugins", "  ChatGPT\u00a0 Plugins\n", "CHATGPT PLUGINS"],
        ["ChatGPT Plugin", "ChatGPTPlugins", "Plugins"],
        id="T6-name",
    ),
    pytest.param(
        "Straße Café",
        ["STRASSE CAFÉ", "straße cafe\u0301", "strasse café"],
        ["strase café", "strasse cafe"],
        id="T6-name-folded-and-composed",
    ),
]


@pytest.mark.parametrize(("listed", "same", "others"), SAME_ASSET)
def test_spellings_of_one_asset(listed: str, same: list[str], others: list[str]) -> None:
    checker = sc.Checker(sc.Program.from_assets(include=[listed]))
    for text in (listed, *same):
        assert checker.check(text).in_scope, text
    for text in others:
        assert checker.check(text).decision is sc.Decision.OUT_OF_SCOPE, text


@pytest.mark.parametrize(
    "link",
    [
        pytest.param(
            "https://play.google.com/store/apps/developer?id=Example+Wallet", id="T6-developer-page"
        ),
        pytest.param("https://play.google.com/store/search?id=example+wallet", id="T6-search-page"),
        pytest.param(
            "https://play.google.com/store/apps/details?id=Example+Wallet", id="T6-id-that-is-a-name"
        ),
    ],
)
def test_store_page_is_not_the_asset_of_that_name(link: str) -> None:
    """T6: a store link is the app with that id; a listed name has no store id."""
    checker = sc.Checker(sc.Program.from_assets(include=["Example Wallet"]))
    assert checker.check("example wallet").in_scope
    assert not checker.check(link).in_scope


@pytest.mark.parametrize(
    ("link", "app_id"),
    [
        pytest.param(
            "https://play.google.com/store/apps/details?id=com.Example.App", "com.example.app", id="T6"
        ),
        pytest.param("https://play.google.com/store/apps", None, id="T6-play-store-without-id"),
        pytest.param("https://apps.apple.com/us/app/x/id123456789", "123456789", id="T6-app-store"),
        pytest.param("https://apps.apple.com/us/story/idea", None, id="T6-app-store-story"),
        pytest.param("https://f-droid.org/packages/org.example.app/", "org.example.app", id="T6-f-droid"),
        pytest.param("https://f-droid.org/packages/", None, id="T6-f-droid-list"),
        pytest.param("https://example.com/app/id123456789", None, id="T6-no-store"),
    ],
)
def test_id_in_a_store_link(link: str, app_id: str | None) -> None:
    assert shared_hosts().app_id(parse_url(link)) == app_id


@pytest.mark.parametrize(
    ("link", "path"),
    [
        pytest.param("https://github.com/Org/Repo.git", "/org/repo", id="T6-case-and-suffix"),
        pytest.param(
            "https://github.com/Org/Repo/Blob/Main", "/org/repo/Blob/Main", id="T6-file-keeps-its-case"
        ),
        pytest.param("https://github.com/Org", "/org", id="T6-owner"),
        pytest.param("https://example.com/Org/Repo.git", "/Org/Repo.git", id="T6-no-code-host"),
    ],
)
def test_canonical_repository_link(link: str, path: str) -> None:
    assert shared_hosts().canonical_link(parse_url(link)).path == path


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Straße", "STRASSE", id="T6-case-folding"),
        pytest.param("Caf\u00e9", "Cafe\u0301", id="T6-nfc"),
        pytest.param("a  b\tc\n", " a b c", id="T6-white-space"),
        pytest.param("a\u00a0b", "a b", id="T6-no-break-space"),
        pytest.param("\u0390", "\u03b9\u0308\u0301", id="T6-folding-that-decomposes"),
        pytest.param("\u03b1\u0345\u0301", "\u03b1\u0301\u0345", id="T6-marks-in-another-order"),
    ],
)
def test_names_are_equal_after_folding(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@given(st.text())
def test_key_of_a_name_is_its_own_key(text: str) -> None:
    """T6: equality of names is an equivalence, so a key is a fixed point."""
    assert name_key(name_key(text)) == name_key(text)


@given(hostile_texts())
def test_reading_a_target_raises_nothing_but_target_errors(text: str) -> None:
    """T4: any text is a target or a `TargetError`."""
    for read in (parse_target, parse_bare):
        try:
            target = read(text)
        except TargetError:
            continue
        assert target.text == text


@pytest.mark.parametrize(
    ("text", "host"),
    [
        pytest.param("https://example.com/", "example.com", id="T2-url"),
        pytest.param("10.0.0.1", None, id="T2-address"),
        pytest.param("10.0.0.0/8", None, id="T2-block"),
        pytest.param("Codex Desktop", None, id="T2-name"),
    ],
)
def test_host_name_of_a_target(text: str, host: str | None) -> None:
    assert host_of(parse_target(text)) == host


def test_name_is_what_nothing_else_is() -> None:
    """T6: words without the marks of an address are a name, and say so."""
    target = parse_target("Codex  Desktop")
    assert target == Name("Codex  Desktop", "codex desktop")
    assert "Codex" in str(target)
