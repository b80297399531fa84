"""Where the index keeps a pattern, and that it finds each once: no rule is missed, none is counted twice."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest

from scopecheck import Checker, Policy, Program, Reason
from scopecheck.answer.compiled import UnreadPattern
from scopecheck.answer.matcher import Entry, Index, Key, index_key, literal_suffix, naive_matches
from scopecheck.scope.grammar import parse_listed
from scopecheck.scope.model import Unresolved
from scopecheck.scope.pattern import Effect, ThingPattern
from scopecheck.targets.asset import App, parse_bare, parse_target
from scopecheck.targets.url import Url


@pytest.mark.parametrize(
    ("text", "included", "excluded"),
    [
        ("a.e.com", (Key.EXACT, "a.e.com"), (Key.SUFFIX, "a.e.com")),
        ("*.e.com", (Key.SUFFIX, "e.com"), (Key.SUFFIX, "e.com")),
        ("api-*.e.com", (Key.SUFFIX, "e.com"), (Key.SUFFIX, "e.com")),
        ("*.dev.*.e.com", (Key.SUFFIX, "e.com"), (Key.SUFFIX, "e.com")),
        ("www.example.*", (Key.LABEL, "example"), (Key.LABEL, "example")),
        ("*www.e.com", (Key.SUFFIX, "e.com"), (Key.SUFFIX, "e.com")),
        ("*e.com", (Key.SUFFIX, "e.com"), (Key.SUFFIX, "e.com")),
        ("*.co.uk", (Key.SUFFIX, "co.uk"), (Key.SUFFIX, "co.uk")),
        ("*", (Key.ALWAYS, ""), (Key.ALWAYS, "")),
        ("10.0.0.0/24", (Key.ADDRESS, ""), (Key.ADDRESS, "")),
    ],
)
def test_where_a_pattern_is_kept(text: str, included: tuple[Key, str], excluded: tuple[Key, str]) -> None:
    """An exclusion reaches below its host; whatever can match lies under the key, and little else."""
    for effect, key in ((Effect.INCLUDE, included), (Effect.EXCLUDE, excluded)):
        (pattern,) = parse_listed(text, effect).patterns
        assert index_key(pattern) == key


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("e.com", ""),
        ("*.e.com", ""),
        ("http://e.com", ""),
        ("https://*.e.com", ""),
        ("10.0.0.0/24", ""),
        ("api-*.e.com", "host"),
        ("e.*", "host"),
        ("*e.com", "host"),
        ("*.co.uk", "host"),
        ("e.com:8443", "port"),
        ("ftp://e.com", "port"),
        ("e.com/api", "path"),
        ("https://e.com/?tab=x", "path"),
        ("https://api-*.e.com:81/x", "host port path"),
    ],
)
def test_what_a_pattern_asks_of_a_url_besides_its_domain(text: str, asks: str) -> None:
    """P1: what is listed under `http` or `https` holds for all schemes of the web."""
    (pattern,) = parse_listed(text, Effect.INCLUDE).patterns
    (rule,) = Checker(Program.from_assets(["e.com"])).rules
    entry = Entry.of(rule, pattern)
    flags = {"host": entry.by_host, "port": entry.by_port, "path": entry.by_path}
    assert " ".join(name for name, flag in flags.items() if flag) == asks
    assert not any(Entry.of(rule, UnreadPattern(text))[2:])


def test_where_assets_and_unread_texts_are_kept() -> None:
    assert index_key(ThingPattern("X", Effect.INCLUDE, "x")) == (Key.THING, "x")
    assert index_key(ThingPattern("x.*", Effect.INCLUDE, "x.*", glob=True)) == (Key.THING_GLOB, "x.*")
    assert index_key(UnreadPattern("any")) == (Key.ALWAYS, "")


@pytest.mark.parametrize(
    ("labels", "suffix"),
    [
        (("*", "e", "com"), "e.com"),
        (("*", "a*", "e", "com"), "e.com"),
        (("a", "*", "e", "com"), "e.com"),
        (("e", "com"), "e.com"),
        (("e", "*"), ""),
    ],
)
def test_the_labels_behind_the_last_star(labels: tuple[str, ...], suffix: str) -> None:
    assert literal_suffix(labels) == suffix


def index_of(include: list[str], exclude: list[str] | None = None, *, strict: bool = False) -> Index:
    checker = Checker(Program.from_assets(include, exclude or []), strict=strict)
    return Index(checker.rules, Policy())


def texts(index: Index, target: str) -> list[str]:
    found = parse_target(target, index.keys)
    return sorted(match.rule.text for match in index.matches(found))


@pytest.mark.parametrize(
    ("listed", "target", "found"),
    [
        (["*.com", "*.a.b.c.d.f.com"], "e.com", ["*.com"]),
        (["*.com", "*.e.com", "e.com"], "a.e.com", ["*.com", "*.e.com"]),
        (["*.com", "*.e.com", "e.com"], "e.com", ["*.com", "*.e.com", "e.com"]),
        (["example.*", "*.example.*"], "example.example.com", ["*.example.*"]),
        (["*.localhost"], "a.localhost", ["*.localhost"]),
        (["10.0.0.0/8", "10.0.0.0-10.0.0.9"], "10.0.0.9", ["10.0.0.0-10.0.0.9", "10.0.0.0/8"]),
        (["2001:db8::/32", "10.0.0.0/8"], "2001:db8::1", ["2001:db8::/32"]),
        (["10.0.0.0/8"], "2001:db8::1", []),
    ],
)
def test_every_rule_is_found_once(listed: list[str], target: str, found: list[str]) -> None:
    """3.3: a match is a rule and a reading; a rule that is found twice would be counted twice."""
    index = index_of(listed)
    asked = parse_target(target, index.keys)
    assert isinstance(asked, Url)
    matches = index.matches(asked)
    assert len(set(map(repr, matches))) == len(matches)
    assert sorted({match.rule.text for match in matches}) == found


def test_only_rules_that_may_match_are_asked() -> None:
    """A host is found without looking at every rule: by its whole name, its suffixes and its labels."""
    listed = [
        "a.e.com",
        "*.e.com",
        "*.f.com",
        "example.*",
        "10.0.0.0/24",
        "10.0.1.0/24",
        "a.example.org",
        "Widget",
    ]
    index = index_of(listed, ["*.a.e.com", "f.e.com"])

    def asked(host: str) -> list[str]:
        return [entry.rule.text for entry in index.candidates(parse_bare(host).host)]

    assert sorted(asked("a.e.com")) == ["*.a.e.com", "*.e.com", "a.e.com"]
    assert asked("x.f.com") == ["*.f.com"]
    assert asked("x.example.com") == ["example.*"]
    assert asked("example.example.com") == ["example.*"]
    assert asked("10.0.1.7") == ["10.0.1.0/24"]
    assert asked("10.0.2.7") == []
    assert asked("nowhere.net") == []


RANGES = (
    "10.0.0.0-10.0.0.5",
    "10.0.0.1-10.0.0.2",
    "10.0.0.2-10.0.0.3",
    "10.0.0.2-10.0.0.7",
    "10.0.0.4-10.0.0.4",
)


@pytest.mark.parametrize(
    "ranges", [r for n in (1, 2, 3) for c in combinations(RANGES, n) for r in permutations(c)]
)
def test_ranges_of_addresses_are_found_in_whatever_order_they_are_listed(ranges: tuple[str, ...]) -> None:
    """3.3: the order of rules is immaterial, also of ranges that nest and overlap."""
    checker = Checker(Program.from_assets(include=ranges))
    index = Index(checker.rules, Policy())
    for last in range(9):
        target = parse_bare(f"10.0.0.{last}")
        slow = naive_matches(checker.rules, Policy(), target)
        assert sorted(map(repr, index.matches(target))) == sorted(map(repr, slow))


@pytest.mark.parametrize(
    ("listed", "block", "reason"),
    [
        (["10.0.0.0-10.0.0.255", "10.0.1.1-10.0.1.255"], "10.0.0.0/23", Reason.PARTLY_LISTED),
        (["10.0.0.0-10.0.0.254", "10.0.1.0-10.0.1.255"], "10.0.0.0/23", Reason.PARTLY_LISTED),
        (["10.0.0.0-10.0.0.255", "10.0.1.0-10.0.1.255"], "10.0.0.0/23", Reason.INCLUDED),
        (["10.0.0.1-10.0.1.255"], "10.0.0.0/23", Reason.PARTLY_LISTED),
        (["10.0.0.0-10.0.1.254"], "10.0.0.0/23", Reason.PARTLY_LISTED),
        (["10.0.2.0/24"], "10.0.0.0/23", Reason.NOT_LISTED),
    ],
)
def test_one_address_makes_a_block_partly_listed(listed: list[str], block: str, reason: Reason) -> None:
    """T2: at the edge of every range the block is asked anew."""
    assert Checker(Program.from_assets(listed)).check(block).reason is reason


APPS = [{"asset": "com.e.*", "type": "android"}, {"asset": "org.f.*", "type": "android"}]


def test_an_id_with_a_star_is_an_app_for_what_it_matches_and_for_nothing_else() -> None:
    """T2: a dotted word is an app id where the program lists it as one, and a host otherwise."""
    program = Program.model_validate({"id": "p", "name": "P", "in_scope": [*APPS, "mail.g.org"]})
    checker = Checker(program)
    keys = Index(checker.rules, Policy()).keys
    assert "com.e.app" in keys
    assert "org.f.app" in keys
    assert "mail.g.org" not in keys
    assert "com.e.app" not in index_of(["mail.g.org"]).keys
    assert isinstance(parse_target("com.e.app", keys), App)
    assert checker.check("com.e.app").reason is Reason.WIDE_READING
    assert checker.check("mail.g.org").in_scope
    assert checker.check("com.other.app").reason is Reason.NOT_LISTED


def test_a_store_link_is_the_app_also_where_only_an_id_with_a_star_is_listed() -> None:
    """T6: the link and the id are one asset."""
    checker = Checker(Program.model_validate({"id": "p", "name": "P", "in_scope": APPS}))
    store = "https://play.google.com/store/apps/details?id="
    for url in (store + "com.e.app", "https://play.google.com/store/apps/details/?id=com.e.app&hl=de"):
        assert checker.check(url).reason is Reason.WIDE_READING
    assert checker.check(store + "com.other.app").reason is Reason.NOT_LISTED
    assert checker.check_asset("com.other.app").reason is Reason.NOT_LISTED


def test_what_is_always_asked_is_asked_once() -> None:
    """P4: what a strict caller fears holds for URLs, apps and names alike, and once for each."""
    link = "https://play.google.com/store/apps/details?id=com.e.app"
    listed, denied = [link, "Widget", "e.com"], ["anything that our customers run", "*"]
    index = index_of(listed, denied, strict=True)
    unread = "anything that our customers run"
    assert texts(index, link) == ["*", unread, link]
    assert texts(index, "Widget") == ["Widget", unread]
    assert texts(index, "e.com") == ["*", unread, "e.com"]
    assert texts(index, "Some gadget") == [unread]


def test_only_a_link_into_a_code_host_has_its_spelling_unified() -> None:
    """T6: `Acme` and `acme` are one repository there, and two paths for every other rule."""
    checker = Checker(Program.from_assets(["https://github.com/Acme/x", "https://*.com/Acme"]))
    for path, rules in (("Acme/x", ["include-1", "include-2"]), ("ACME/X", ["include-1"])):
        target = parse_bare(f"github.com/{path}")
        for found in (
            Index(checker.rules, Policy()).matches(target),
            naive_matches(checker.rules, Policy(), target),
        ):
            assert sorted(match.rule.id for match in found) == rules


def test_a_strict_reader_fears_an_unread_exclusion_for_assets_too() -> None:
    """P4: whatever could not be read may take away an asset that has no host."""
    unread = (Unresolved(text="All staging systems", effect="exclude"),)
    program = Program.from_assets(["Plugins"]).model_copy(update={"unresolved": unread})
    checker = Checker(program, strict=True)
    index = Index(checker.rules, Policy())
    target = parse_target("Plugins", index.keys)
    for found in (index.matches(target), naive_matches(checker.rules, Policy(), target)):
        assert sorted(match.rule.text for match in found) == ["All staging systems", "Plugins"]
