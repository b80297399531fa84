"""Listed text -> patterns, notes and words, or unresolved (P1 to P3, and the rows for assets)."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scopecheck import Checker, PatternSyntaxError, Program
from scopecheck.scope.interpret import Context, Interpretation, interpret
from scopecheck.scope.pattern import Effect, HostForm, ThingPattern, UrlPattern
from scopecheck.scope.zone import Doubt
from strategies import any_text, hostile_texts, hosts, listed_texts

INCLUDE = Context(Effect.INCLUDE)


def meaning(text: str, **context: object) -> Interpretation:
    return interpret(text, Context(Effect.INCLUDE, **context))  # type: ignore[arg-type]


def hosts_of(found: Interpretation) -> list[str]:
    return [pattern.host.text for pattern in found.patterns if isinstance(pattern, UrlPattern)]


@pytest.mark.parametrize(
    "text",
    [
        " a.example.com ",
        "a.example.com,",
        "a.example.com;",
        "a.example.com.",
        "- a.example.com",
        "• a.example.com",
        "`a.example.com`",
        '"a.example.com"',
        "<https://a.example.com>",
        "[a.example.com](https://a.example.com)",
        "a\\.example.com",
        "a.exam\u00adple.com",
        "\u200ba.example.com\u200b",
        "A.EXAMPLE.COM",
        "**a.example.com**",
        "“a.example.com”",
        "Marketing site a.example.com",
        "API: a.example.com",
        "a.example.com (production)",
        "a.example.com - the API",
    ],
    ids=ascii,
)
def test_what_copying_left_behind_is_dropped_with_a_note(text: str) -> None:
    """P2: normalising is allowed where the meaning is beyond doubt, and every step is a note."""
    found = meaning(text)
    assert hosts_of(found) == ["a.example.com"]
    assert found.notes or text == "A.EXAMPLE.COM"


@pytest.mark.parametrize(
    "text",
    [
        "a.example.com, b.example.com",
        "a.example.com,https://b.example.com",
        "a.example.com and b.example.com",
        "a.example.com & b.example.com",
        "a.example.com / b.example.com",
        "a.example.com | b.example.com",
        "a.example.com b.example.com",
        "a.example.com\nb.example.com",
        "{a,b}.example.com",
        "Apps a.example.com, b.example.com",
    ],
)
def test_several_targets_in_one_text(text: str) -> None:
    """P2: joined by slash, bar, "and", or a comma where a host follows."""
    assert hosts_of(meaning(text)) == ["a.example.com", "b.example.com"]


def test_two_hosts_that_differ_in_their_last_label() -> None:
    assert hosts_of(meaning("a.example.com | .fr")) == ["a.example.com", "a.example.fr"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("*.example.com (only the API)", "only the API"),
        ("*.example.com - the staging hosts", "the staging hosts"),
        ("a.example.com -> login page", "login page"),
    ],
)
def test_the_words_of_a_note_are_kept(text: str, words: str) -> None:
    """P2: a note's words are kept as its instruction, since they may restrict it."""
    assert meaning(text).words == words


@pytest.mark.parametrize(
    "text",
    [
        "Any subdomain of example.com",
        "All example.com hosts",
        "Other domains such as example.com",
        "See example.com",
        "The list found here: example.com/scope",
        "example.com is owned by us",
        "Anything that resolves to 10.0.0.0/8",
        "Everything",
        "Please do not test the login.",
        "",
        " ",
        "2FA_REQUIRED",
        "NO_IN_SCOPE_TABLE",
        "██████",
        "https://",
        "a\0b",
        "\ud800",
        "x" * 65_537,
    ],
    ids=lambda text: ascii(text)[:40],
)
def test_prose_and_unreadable_text_stay_unresolved(text: str) -> None:
    """P2, P3: "any", "all", "other", "see", "found here" make it prose; nothing is guessed wider."""
    with pytest.raises(PatternSyntaxError):
        interpret(text, INCLUDE)
    program = Program.from_assets(include=[text], exclude=[text])
    assert [entry.effect for entry in program.unresolved] == ["include", "exclude"]
    assert program.rules == ()


@pytest.mark.parametrize("name", ["ChatGPT Plugins", "Codex Desktop", "Mobile app 2", "Zahlungsdienst"])
def test_a_name_is_an_asset_of_that_name(name: str) -> None:
    """Row "a name": no host, address, link or id; no verb, no "any", "all", "other"; T6."""
    (pattern,) = meaning(name).patterns
    assert isinstance(pattern, ThingPattern)
    assert pattern.match(" ".join(name.casefold().split())) is not None


@pytest.mark.parametrize(
    "text", ["blog .example.com", "blog．example．com", "see/blog.example.com b", "10.0.0.1x y"]
)
def test_what_spells_a_host_is_never_a_name(text: str) -> None:
    """Row "a name": a text with a host in it, as an exclusion, would vanish into a name."""
    try:
        found = meaning(text)
    except PatternSyntaxError:
        return
    assert not any(isinstance(pattern, ThingPattern) for pattern in found.patterns)


@pytest.mark.parametrize(
    ("text", "type", "keys", "hosts_"),
    [
        ("com.example.app", "android", ["com.example.app"], []),
        ("COM.Example.App", "ios", ["com.example.app"], []),
        ("123456789", "ios", ["123456789"], []),
        ("id123456789", "ios", ["123456789"], []),
        ("https://play.google.com/store/apps/details?id=com.example.app", "android", ["com.example.app"], []),
        ("https://apps.apple.com/us/app/x/id123456789", "", ["123456789"], []),
        ("am.monespacesante.fr", "android", ["am.monespacesante.fr"], ["am.monespacesante.fr"]),
        ("xqz.example.fr", "android", ["xqz.example.fr"], ["xqz.example.fr"]),
        ("com.example.app", "", [], ["com.example.app"]),
    ],
)
def test_app_rows(text: str, type: str, keys: list[str], hosts_: list[str]) -> None:
    """Row "package or bundle id": that app; the host in the wide reading where it reads better as one."""
    found = meaning(text, type=type)
    assert [p.key for p in found.patterns if isinstance(p, ThingPattern)] == keys
    assert hosts_of(found) == hosts_
    if keys and hosts_:
        assert [p.demoted for p in found.patterns if isinstance(p, UrlPattern)] == [Doubt.WIDE_READING]


def test_an_id_with_a_star_means_the_ids_it_matches_in_the_wide_reading() -> None:
    (pattern,) = meaning("com.example.*", type="android").patterns
    assert isinstance(pattern, ThingPattern)
    found = pattern.match("com.example.app")
    assert found is not None
    assert found.doubts == (Doubt.WIDE_READING,)
    assert pattern.match("com.other.app") is None


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("github.com", {}, None),
        ("github.com", {"listed": True, "type": "website", "own_names": frozenset({"GitHub"})}, None),
        ("trello.com", {"listed": True, "type": "website", "own_names": frozenset({"trello"})}, None),
        (
            "github.com",
            {"listed": True, "type": "website", "own_names": frozenset({"E"})},
            Doubt.WIDE_READING,
        ),
        ("https://github.com/", {"listed": True, "type": "url"}, Doubt.WIDE_READING),
    ],
)
def test_a_bare_shared_host(text: str, context: dict[str, object], expected: Doubt | None) -> None:
    """Row "a bare shared host": that host in a native file or the owner's list, else wide."""
    (pattern,) = meaning(text, **context).patterns
    assert isinstance(pattern, UrlPattern)
    assert pattern.demoted is expected


@pytest.mark.parametrize("type_", ["source-code", "android", "ios", "other"])
def test_a_bare_shared_host_on_a_row_of_code_or_apps_is_unresolved(type_: str) -> None:
    with pytest.raises(PatternSyntaxError):
        meaning("github.com", listed=True, type=type_)


@pytest.mark.parametrize(
    "text", ["(a.example.com and b.example.com) AND staff", "a.example.com only if staff"]
)
def test_a_condition_leaves_the_wide_reading(text: str) -> None:
    found = meaning(text)
    assert {p.demoted for p in found.patterns if isinstance(p, UrlPattern)} == {Doubt.CONDITION}


# What people put around a host: marks of lists, quotations, emphasis, regular expressions, refangs.
DECORATIONS = [
    "{}", "({})", "[{}]", "'{}'", '"{}"', "“{}”", "‘{}’", "«{}»", "`{}`", "**{}**", "*{}*", "_{}_", "__{}__",
    "~~{}~~", "-{}", "–{}", "—{}", "•{}", "·{}", "→{}", "❌{}", "✗ {}", "❌ {}", "#{}", ">{}", "|{}|", "/{}",
    "//{}", "{}…", "{}→", "{}!", "{}?", "{}:", "{}—", "{} ❌", "{},", "1. {}", "a) {}", "^{}$",
    "https:/{}", "https:{}", "https//{}", "https://user@{}/", "www/{}",
    "x.example.com/{}", "staging/{} are excluded", "{}-related hosts", "{}'s login page",
    "**{}** is out of scope", "the host *{}* and others", "not {}", "no testing of {}, please",
]  # fmt: skip


@pytest.mark.parametrize("decoration", DECORATIONS, ids=ascii)
def test_an_excluded_host_never_vanishes_behind_its_decoration(decoration: str) -> None:
    """P3, P4: an exclusion that names the host leaves it excluded or a question, never a plain yes."""
    text = decoration.format("blog.e.com")
    verdict = Checker(Program.from_assets(include=["*.e.com"], exclude=[text])).check("https://blog.e.com/")
    assert not verdict.in_scope


@pytest.mark.parametrize(
    "text",
    ["blog\\.e\\.com", "^blog\\.e\\.com$", "blog[.]e[.]com", "blog．e．com", "ｂｌｏｇ.e.com", "blog .e.com"],
    ids=ascii,
)
def test_an_excluded_host_never_vanishes_in_an_odd_spelling(text: str) -> None:
    """P3, P4: as above, with the host itself written as people write it in lists."""
    verdict = Checker(Program.from_assets(include=["*.e.com"], exclude=[text])).check("https://blog.e.com/")
    assert not verdict.in_scope


@pytest.mark.parametrize(
    "text",
    [
        *("10.0.0.x", "10.0.0.X", "10.0.x.x", "10.0.0.0/24:8443", "10.0.0.1/255.255.255.0", "10.0.0.0 /24"),
        *("10.0.0.[1-9]", "10.0.0.1 to 10.0.0.9", "010.0.0.5", "10.0.0.0/24;", "(10.0.0.5)", "**10.0.0.5**"),
    ],
)
def test_an_excluded_address_never_vanishes_in_an_odd_spelling(text: str) -> None:
    """P3, P4: as above, for addresses; asked with a port, since one of the texts names one."""
    program = Program.from_assets(include=["10.0.0.0/8"], exclude=[text])
    assert not Checker(program).check("https://10.0.0.5:8443/").in_scope


DENIALS = [
    *("Out of scope: {}", "Out-of-scope {}", "OOS: {}", "Excluded: {}", "Exclusions: {}", "Except {}"),
    *("Forbidden: {}", "Prohibited {}", "Never {}", "Off limits: {}", "No testing: {}", "Do not test: {}"),
    *("not {}", "No {}", "but {}", "minus {}", "without {}", "Ineligible {}", "Blacklisted hosts {}"),
    *("❌ {}", "✗ {}", "~~{}~~", "-{}", "!{}", "*.e.com - {}", "*.e.com -{}", "*.e.com but {}"),
    *("{} (out of scope)", "{} (excluded)", "{} (do not test)", "{} (OOS)", "{} - out of scope"),
    *("*.e.com (not {})", "*.e.com (no {})", "*.e.com (without {})", "*.e.com (all but {})"),
    *("{}: excluded", "*.e.com, no {}"),
]


@pytest.mark.parametrize("denial", DENIALS)
def test_a_text_that_denies_a_host_is_no_yes_to_it(denial: str) -> None:
    """P2, P5: among the inclusions too; the meaning of such a text is not beyond doubt."""
    program = Program.from_assets(include=[denial.format("blog.e.com")])
    assert not Checker(program).check("https://blog.e.com/").in_scope


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("https://github.com/org*", "https://github.com/organother/repo"),
        ("https://github.com/*/repo", "https://github.com/another/repo"),
        (
            "https://play.google.com/store/apps/details",
            "https://play.google.com/store/apps/details?id=com.x.y",
        ),
        ("https://play.google.com/store/apps/*", "https://play.google.com/store/apps/details?id=com.x.y"),
        ("https://apps.apple.com/us/app", "https://apps.apple.com/us/app/x/id987654321"),
    ],
)
def test_a_link_into_a_shared_host_never_reaches_what_others_publish(text: str, target: str) -> None:
    """Row "a link into a shared host": that asset, never the shared host."""
    assert not Checker(Program.from_assets(include=[text])).check(target).in_scope


@given(any_text() | hostile_texts() | listed_texts(), st.sampled_from(("", "android", "website")))
def test_interpreting_refuses_in_its_own_words_only(text: str, type_: str) -> None:
    """P3: what cannot be interpreted says why, and nothing else is ever raised."""
    for effect in Effect:
        try:
            found = interpret(text, Context(effect, type_))
        except PatternSyntaxError:
            continue
        assert found.patterns


LONG = ["*", "é", "a.", "(", "a,", "(a|b)", "a and ", "any ", "<", "`", "1.", "a (", "e.com ", "https://"]


@pytest.mark.parametrize("piece", LONG)
def test_a_huge_text_is_read_in_time(piece: str) -> None:
    """A listed text comes from strangers; quadratic work on 64 KiB stalls an import for a minute.

    Linear work takes some milliseconds, so the bound leaves room for any machine.
    """
    began = process_time()
    Program.from_assets(exclude=[piece * (60_000 // len(piece)) + ".com"])
    assert process_time() - began < 3


@given(hosts())
def test_a_clean_host_needs_no_note(host: str) -> None:
    found = meaning(host)
    assert found.notes == ()
    (pattern,) = found.patterns
    assert isinstance(pattern, UrlPattern)
    assert pattern.host.form is HostForm.EXACT
