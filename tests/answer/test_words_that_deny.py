"""Words that take a host away wherever a program writes them: beside a rule, in an entry of their own (P4, P5).

The promise is one-sided: a target that such words name is never `IN_SCOPE`. A second table holds what they
must leave alone, or a reader that fears everything would pass the first.
"""

from __future__ import annotations

from typing import Any

import pytest

import scopecheck as sc
from growth import assert_linear
from scopecheck.scope.denials import denied
from scopecheck.scope.limits import limits_itself

WILD = ["*.example.com"]
PAY = "https://pay.example.com/"
BLOG = "https://blog.example.com/"


def _asked(target: str, include: list[Any], exclude: list[Any] | None = None, **more: Any) -> sc.Decision:
    program = {"id": "demo", "name": "Demo", "in_scope": include, "out_of_scope": exclude or [], **more}
    return sc.Checker(sc.load(program)).check(target).decision


def _listed(target: str, include: list[str], exclude: list[str]) -> sc.Decision:
    return sc.Checker(sc.Program.from_assets(include, exclude)).check(target).decision


def _beside(target: str, asset: str, words: str) -> sc.Decision:
    return _asked(target, [{"asset": asset, "instruction": words}])


@pytest.mark.parametrize(
    ("include", "exclude", "target"),
    [
        ("https://example.com/api", "please do not test https://example.com/api/admin ok", "/api/admin"),
        ("https://example.com/api", "please keep out of example.com/api/@me there", "/api/@me"),
        ("https://example.com/api", "please do not test /api/admin on example.com", "/api/admin"),
        ("example.com:8443", "please do not test example.com:8443 ok", ":8443/"),
        ("192.0.2.7:8443", "please do not test 192.0.2.7:8443 ok", ":8443/"),
        ("https://github.com/acme", "Do not test https://github.com/acme/secret", "/acme/secret"),
        ("https://github.com/acme", "git@github.com:acme/secret.git", "/acme/secret"),
        ("https://github.com/acme", "the code at git@github.com:Acme/Secret.git", "/acme/secret"),
    ],
)
def test_a_path_or_port_that_an_unread_exclusion_names_is_touched(
    include: str, exclude: str, target: str
) -> None:
    """P4: an inclusion that states a path is no more precise than words that state it too."""
    host = include.removeprefix("https://").partition("/")[0].partition(":")[0]
    assert _listed(f"https://{host}{target}", [include], [exclude]) is sc.Decision.UNDETERMINED


def test_a_path_that_an_unread_exclusion_does_not_name_stays() -> None:
    """P4: a path on a touched host is the more precise statement."""
    words = ["please do not test https://example.com/api/admin ok"]
    assert _listed("https://example.com/api/x", ["https://example.com/api"], words) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize(
    "listed",
    [
        "pay.example.com (out of scope)",
        "pay.example.com - not ours",
        "pay.example.com (no longer in scope)",
        "OOS: pay.example.com",
        "not pay.example.com",
        "!pay.example.com",
        "~~pay.example.com~~",
        "❌ pay.example.com",
        "All of example.com except pay.example.com",
        "Everything but pay",
    ],
)
def test_an_inclusion_that_denies_a_host_excludes_it_beside_a_wildcard(listed: str) -> None:
    """P5: what is called out of scope in one place is not safe through another."""
    assert _listed(PAY, [*WILD, listed], []) is not sc.Decision.IN_SCOPE
    assert _listed("https://shop.example.com/", [*WILD, listed], []) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize("field", ["instruction", "name", "condition"])
def test_all_words_of_an_exclusion_touch_what_they_name(field: str) -> None:
    """P4: the text of an exclusion may be a title, and the words beside it name the host."""
    rule = {"asset": "Acme services", field: "zendesk: pay.example.com"}
    assert _asked(PAY, WILD, [rule]) is sc.Decision.UNDETERMINED
    assert _asked(BLOG, WILD, [rule]) is sc.Decision.IN_SCOPE


def test_words_of_an_exclusion_that_send_a_person_elsewhere_touch_nothing_there() -> None:
    """P4: only where they do not deny, and where the other place is listed by name."""
    program = [*WILD, "blog.example.com"]
    for words, kept in (("Use the blog.example.com asset instead.", True), ("also blog.example.com", False)):
        rule = {"asset": "Acme services", "instruction": words}
        assert (_asked(BLOG, program, [rule]) is sc.Decision.IN_SCOPE) is kept
        assert _asked(BLOG, WILD, [rule]) is sc.Decision.UNDETERMINED


@pytest.mark.parametrize(
    ("effect", "words"), [("include", "Out of scope: pay.example.com"), ("exclude", "also pay.example.com")]
)
def test_the_words_beside_an_unread_entry_count_as_its_own(effect: str, words: str) -> None:
    entry = {"text": "all of our services", "effect": effect, "instruction": words}
    assert _asked(PAY, WILD, unresolved=[entry]) is sc.Decision.UNDETERMINED
    entry["note"] = "and blog.example.com"
    assert _asked(BLOG, WILD, unresolved=[entry]) is sc.Decision.IN_SCOPE


PATHS = [
    "/v1",
    "/me",
    "/2fa",
    "/_internal",
    "/.well-known",
    "/a/b",
    "/@me",
    "/管理",
    "/%61dmin",
    "/~root",
    "/x",
    "/a-b.c",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_of_any_shape_is_taken_away(path: str) -> None:
    """P5: a restricting clause that names a path is an exclusion."""
    target = f"https://example.com{path}"
    assert _listed(target, [f"example.com (except {path})"], []) is not sc.Decision.IN_SCOPE
    for words in (f"Out of scope: {path}", f"Out of scope:\n- {path}\n", f"{path} must not be tested"):
        assert _beside(target, "example.com", words) is not sc.Decision.IN_SCOPE, words
        assert _beside("https://example.com/else", "example.com", words) is sc.Decision.IN_SCOPE, words


@pytest.mark.parametrize(
    ("listed", "path"),
    [
        ("/v1/admin", "/v1/admin"),
        ("/.git", "/.git/config"),
        ("admin/", "/admin/users"),
        ("*.php", "/a/index.php"),
        ("wp-login.php", "/blog/wp-login.php"),
        ("anything under /x", "/x/y"),
        ("word " * 1_000 + "/v1/admin", "/v1/admin"),
    ],
)
def test_an_excluded_path_without_a_host_is_feared_everywhere(listed: str, path: str) -> None:
    """P4: what an unread exclusion names is touched."""
    assert _listed(f"https://a.example.com{path}", WILD, [listed]) is sc.Decision.UNDETERMINED
    assert _listed("https://a.example.com/", WILD, [listed]) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize(
    "words",
    [
        "except blog and shop",
        "not blog",
        "Out of scope: shop, blog",
        "Out of scope:\n- shop\n- blog",
        "blog and shop are out of scope",
        "blog is excluded",
    ],
)
def test_labels_may_be_short_for_hosts(words: str) -> None:
    """P5: "blog" beside `*.example.com` means `blog.example.com`, or one deeper."""
    for host in ("blog.example.com", "blog.eu.example.com", "x.blog.example.com"):
        assert _beside(f"https://{host}/", "*.example.com", words) is sc.Decision.UNDETERMINED, host
    assert _beside("https://app.example.com/", "*.example.com", words) is sc.Decision.IN_SCOPE
    if "\n" not in words:
        assert _listed(BLOG, [f"*.example.com ({words})"], []) is not sc.Decision.IN_SCOPE


DENIALS = [
    "excl. {}",
    "Doesn't include {}",
    "out_of_scope: {}",
    "OutOfScope: {}",
    "{} is out of the scope",
    "Out\u2011of\u2011scope: {}",
    "do not perform tests against {}",
    "do not ever test {}",
    "Do **not** test {}",
    "Do  not test {}",
    "Dont test {}",
    "Don\u2018t test {}",
    "Stay away from {}",
    "w/o {}",
    "Everything minus {}",
    "Everything but {}",
    "no testing on {}",
    "{} can't be tested",
    "we do not accept reports about {}",
    "Please leave {} alone",
    "{}: hands off",
    "❌ {}",
    "~~{}~~",
    "<s>{}</s>",
    "!{}",
    "sauf {}",
    "hors périmètre : {}",
    "außer {}",
    "ohne {}",
    "fuera de alcance: {}",
    "кроме {}",
    "{} を除く",
    "{} 不在范围内",
    "{} 제외",
]


@pytest.mark.parametrize("denial", DENIALS)
@pytest.mark.parametrize(
    "frame", ["{}", "This is our main domain. {}. Thanks.", "Welcome!\n\n* {}\n\nThanks."]
)
def test_any_negation_takes_the_host_away_that_it_stands_with(denial: str, frame: str) -> None:
    words = frame.format(denial.format("pay.example.com"))
    assert _beside(PAY, "*.example.com", words) is sc.Decision.UNDETERMINED
    assert _beside(BLOG, "*.example.com", words) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize(
    "words",
    [
        "Our shop. No login is required.",
        "Denial of service is out of scope.",
        "Out of scope:\n- clickjacking\n- missing headers",
        "Reports without a proof of concept are not accepted.",
        "Vulnerabilities in third-party plugins are not in scope.",
        "This asset is not eligible for bounty.",
        "This site is a copy of one that is out of scope.",
        "Don't forget to send the header.",
    ],
)
def test_words_about_findings_or_ways_of_testing_leave_the_asset_alone(words: str) -> None:
    assert not limits_itself(words)
    assert _beside(BLOG, "blog.example.com", words) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize(
    "words",
    [
        "The following are excluded. pay.example.com, x.example.com",
        "Out of scope: a.example.com,\npay.example.com",
        "pay.example.com\na.example.com\nThese hosts are out of scope.",
        "pay.example.com\n\nPlease do not test the above.",
        "The hosts that we would like you to leave out of scope\n- a.example.com\n- pay.example.com",
        "Out of scope:\n\nVendors:\n- pay.example.com",
        "Out of scope:\n- a.example.com\n\nVendors:\n- pay.example.com",
        "<h2>Out of scope</h2><ul><li>a.example.com</li><li>pay.example.com</li></ul>",
        "We will not accept\nreports for\npay.example.com",
        "pay.example.com is\nout of scope",
        "Not in scope. Pay.example.com.",
        "Do not test vendors, e.g. pay.example.com",
        "# Out of scope\n\n| host |\n|---|\n| pay.example.com |",
        "**Out of scope**\npay.example.com",
    ],
)
def test_a_denial_reaches_over_the_ends_of_lines_and_sentences(words: str) -> None:
    assert _beside(PAY, "*.example.com", words) is sc.Decision.UNDETERMINED
    assert _beside(BLOG, "*.example.com", words) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize(
    "words",
    [
        "Test blog.example.com first. Out of scope: pay.example.com",
        "Out of scope:\n- pay.example.com\n\nIn scope:\n- blog.example.com",
        "Do not test pay.example.com.\nThe documents are at blog.example.com.",
        "Everything on blog.example.com except pay.example.com",
    ],
)
def test_a_host_that_is_merely_mentioned_keeps_its_yes(words: str) -> None:
    assert _beside(PAY, "*.example.com", words) is sc.Decision.UNDETERMINED
    assert _beside(BLOG, "*.example.com", words) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize(
    ("include", "exclude", "target"),
    [
        ("192.0.2.0/24", "192.0.2.7 (and 192.0.2.8)", "192.0.2.8"),
        ("192.0.2.0/24", "blog.example.com (192.0.2.8)", "192.0.2.8"),
        ("example.com", "example.com/x (and /admin)", "https://example.com/admin"),
        ("*.example.com", "a.example.com (and blog)", BLOG),
        ("192.0.2.0/24", "Any host not listed, including 192.0.2.8", "192.0.2.8"),
        ("example.com", "Any host not listed, and /admin", "https://example.com/admin"),
        ("*.example.com", "Anything not listed, including blog", BLOG),
    ],
)
def test_a_note_of_an_exclusion_names_more_than_hosts(include: str, exclude: str, target: str) -> None:
    """P4: addresses, paths and labels too; and what names one does more than restate the default."""
    assert _listed(target, [include], [exclude]) is sc.Decision.UNDETERMINED


@pytest.mark.parametrize(
    "piece",
    [
        "a\n",
        "x,\n",
        "E.g. A ",
        "a.com is ours.\nNot them.\n",
        "Not A. ",
        "not /a\n",
        "!a",
        "~~",
        "<b>",
        "- x\n",
    ],
)
def test_words_are_read_in_linear_time(piece: str) -> None:
    """Twice the text takes twice the work, with slack."""
    assert_linear(lambda size: piece * (size // len(piece)), denied.__wrapped__, 2_000, 32_000)
