"""The table of patterns, every row from both sides: what each reading covers, what neither does."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from members import answer
from scopecheck import Checker, Exclusion, Inclusion, Program
from scopecheck.answer.verdict import Verdict
from strategies import PATTERN_ROWS, web_targets

IN, OUT, OPEN = "IN_SCOPE included", "OUT_OF_SCOPE not-listed", "UNDETERMINED"
APEX, DEPTH, WIDE = f"{OPEN} apex-unstated", f"{OPEN} depth-unstated", f"{OPEN} wide-reading"
COND = f"{OPEN} condition"

# (row, listed text): {answer: targets}; the text alone is in scope.
AS_INCLUSION: list[tuple[str, str, dict[str, str]]] = [
    (
        "host",
        "example.com",
        {
            IN: "example.com http://example.com/x wss://example.com/ https://example.com:8443/",
            WIDE: "ftp://example.com/ mongodb://example.com/",
            OUT: "a.example.com evilexample.com example.com.evil.net example.org 10.0.0.1",
        },
    ),
    (
        "below",
        "*.example.com",
        {
            IN: "a.example.com a.b.c.example.com https://a.example.com:8443/x?y=1",
            APEX: "example.com https://example.com/x",
            OUT: "xexample.com example.com.evil.net a.example.com.evil.net com",
        },
    ),
    (
        "shape",
        "api-*.example.com",
        {
            IN: "api-1.example.com",
            DEPTH: "api-1.x.example.com",
            OUT: "api.example.com x.api-1.example.com xapi-1.example.com example.com",
        },
    ),
    (
        "shape",
        "*-dev.example.com",
        {IN: "a-dev.example.com", DEPTH: "a.b-dev.example.com", OUT: "dev.example.com a-dev.example.org"},
    ),
    (
        "shape",
        "*api*.example.com",
        {IN: "myapi2.example.com", DEPTH: "my.api.2.example.com", OUT: "example.com xapi.evil.net"},
    ),
    (
        "inner star",
        "dev.*.example.com",
        {
            IN: "dev.a.example.com",
            DEPTH: "dev.a.b.example.com",
            OUT: "dev.example.com a.dev.b.example.com xdev.a.example.com",
        },
    ),
    (
        "inner star",
        "*.dev.*.example.com",
        {IN: "x.dev.a.example.com", APEX: "dev.a.example.com", DEPTH: "x.dev.a.b.example.com"},
    ),
    (
        "tail",
        "example.*",
        {
            IN: "example.com example.co.uk",
            WIDE: "example.github.io",
            OUT: "example.evil.com example.zzzz www.example.com example example.com.evil.net",
        },
    ),
    (
        "tail",
        "www.amazon.*",
        {IN: "www.amazon.de", OUT: "amazon.de www.amazon.evil.com x.www.amazon.de wwwamazon.de"},
    ),
    (
        "tail",
        "*.example.*",
        {IN: "a.example.com", APEX: "example.com", OUT: "a.example.evil.com a.xexample.com"},
    ),
    # The star may stand for `io`, and `*.github.io` is a star before a suffix: anyone's hosts.
    ("tail before a private suffix", "*.github.*", {WIDE: "someone.github.io", IN: "docs.github.com"}),
    (
        "glued",
        "*example.com",
        {IN: "example.com a.example.com a.b.example.com", OUT: "evilexample.com example.com.evil.net"},
    ),
    (
        "glued",
        "*www.example.com",
        {
            IN: "www.example.com x.www.example.com",
            WIDE: "dev-www.example.com devwww.example.com a.dev-www.example.com",
            OUT: "www.xexample.com dev-www.example.org a.example.com",
        },
    ),
    ("before a suffix", "*.co.uk", {WIDE: "a.co.uk a.b.co.uk", OUT: "a.uk a.co.uk.net"}),
    ("before a suffix", "*.abb", {WIDE: "a.abb", OUT: "a.abb.com"}),
    ("before a suffix", "*.github.io", {WIDE: "someone.github.io"}),
    (
        "star elsewhere",
        "email*example.com",
        {WIDE: "email.example.com email-1.example.com", OUT: "emailexample.com emailexample.com.evil.net"},
    ),
    ("star elsewhere", "shop.*.be", {OUT: "shop.x.be x.shop.be"}),
    ("star elsewhere", "*.*", {OUT: "a.b example.com"}),
    ("star elsewhere", "*", {OUT: "example.com localhost"}),
    ("alternatives", "(a|b).example.com", {IN: "a.example.com b.example.com", OUT: "c.example.com"}),
    ("alternatives", "x.example.(fr|de)", {IN: "x.example.fr x.example.de", OUT: "x.example.com"}),
    ("alternatives", "{a,b}.example.com", {IN: "a.example.com b.example.com", OUT: "c.example.com"}),
    (
        "url",
        "https://example.com/",
        {
            IN: "https://example.com:8443/x http://example.com/ ws://example.com/",
            OUT: "ftp://example.com/ mongodb://example.com/ a.example.com",
        },
    ),
    (
        "path",
        "https://example.com/api",
        {
            IN: "https://example.com/api https://example.com/api/ https://example.com/api/x",
            OUT: "https://example.com/apixyz https://example.com/ https://example.com/x/api",
        },
    ),
    (
        "path",
        "https://example.com/api/",
        {IN: "https://example.com/api https://example.com/api/x", OUT: "https://example.com/apixyz"},
    ),
    (
        "path star",
        "https://example.com/api*",
        {IN: "https://example.com/apixyz https://example.com/api/x", OUT: "https://example.com/ap"},
    ),
    ("path star", "https://example.com/*", {IN: "https://example.com/ https://example.com/x/y"}),
    ("path star", "https://example.com/**", {IN: "https://example.com/ https://example.com/x/y"}),
    (
        "path star inside",
        "https://example.com/a/*/b",
        {
            IN: "https://example.com/a/x/b https://example.com/a/x/b/c",
            WIDE: "https://example.com/a/b https://example.com/a/x/y/b",
            OUT: "https://example.com/a/x/c https://example.com/a",
        },
    ),
    (
        "path star inside",
        "https://example.com/x-*.zip",
        {IN: "https://example.com/x-1.zip", WIDE: "https://example.com/x-1/2.zip"},
    ),
    (
        "query",
        "https://example.com/p?tab=x",
        {
            IN: "https://example.com/p?tab=x https://example.com/p/q?u=1&tab=x",
            WIDE: "https://example.com/p https://example.com/p?tab=y",
            OUT: "https://example.com/q?tab=x",
        },
    ),
    ("fragment", "https://example.com/p#x", {IN: "https://example.com/p", OUT: "https://example.com/q"}),
    ("fragment", "https://example.com/#x", {IN: "https://example.com/", WIDE: "https://example.com/q"}),
    ("fragment on a shared host", "https://github.com/#x", {OUT: "https://github.com/"}),
    (
        "port",
        "example.com:8443",
        {IN: "https://example.com:8443/ http://example.com:8443/", OUT: "example.com https://example.com:1/"},
    ),
    (
        "port",
        "example.com:443",
        {IN: "https://example.com/ wss://example.com/", OUT: "http://example.com/"},
    ),
    ("addresses", "10.0.0.5", {IN: "10.0.0.5 http://10.0.0.5:8080/", OUT: "10.0.0.6 example.com"}),
    ("addresses", "10.0.0.5/30", {IN: "10.0.0.4 10.0.0.7", OUT: "10.0.0.3 10.0.0.8"}),
    ("addresses", "10.0.0.1 - 10.0.0.3", {IN: "10.0.0.1 10.0.0.3", OUT: "10.0.0.0 10.0.0.4"}),
    ("addresses", "10.0.0.1, 10.0.0.3", {IN: "10.0.0.1 10.0.0.3", OUT: "10.0.0.2"}),
    ("addresses", "10.0.0.1 and 10.0.0.3", {IN: "10.0.0.1 10.0.0.3", OUT: "10.0.0.2"}),
    ("addresses", "2001:db8::/64", {IN: "2001:db8::1 https://[2001:db8::2]/", OUT: "2001:db8:1::1"}),
    ("addresses", "::ffff:10.0.0.0/120", {IN: "10.0.0.5 ::ffff:10.0.0.5", OUT: "10.0.1.5"}),
    (
        "shared link",
        "https://github.com/org/repo",
        {
            IN: "https://github.com/org/repo https://github.com/ORG/Repo.git https://github.com/org/repo/issues",
            OUT: "https://github.com/ https://github.com/org https://github.com/org/repository github.com",
        },
    ),
    (
        "shared link",
        "https://github.com/org",
        {IN: "https://github.com/org/any", OUT: "https://github.com/other/any https://gist.github.com/org"},
    ),
    (
        "shared link",
        "https://play.google.com/store/apps/details?id=com.example.app",
        {
            IN: "com.example.app https://play.google.com/store/apps/details?hl=en&id=com.example.app",
            OUT: "https://play.google.com/ https://play.google.com/store/apps/details?id=com.example.app2",
        },
    ),
    ("shared host", "github.com", {IN: "https://github.com/ https://github.com/any/one"}),
    ("condition", "(a.example.com and b.example.com) AND staff", {COND: "a.example.com b.example.com"}),
    ("condition", "a.example.com only if you own the account", {COND: "a.example.com", OUT: "example.com"}),
    (
        "placeholder",
        "<tenant>.example.com",
        {WIDE: "x.example.com", OUT: "example.com a.b.example.com x.evil.net"},
    ),
    ("placeholder", "your-store.myshopify.com", {WIDE: "x.myshopify.com", OUT: "x.evil.net"}),
    ("placeholder", "███.example.com", {WIDE: "x.example.com", OUT: "example.com a.b.example.com"}),
    ("name", "ChatGPT Plugins", {IN: "ChatGPT_Plugins chatgpt__plugins", OUT: "ChatGPT_Plugin"}),
    ("prose", "Any service that example.com runs", {OUT: "example.com a.example.com"}),
]

NARROW, AT_APEX, DEEP, UNDER, BROAD = (
    "",
    "apex-unstated",
    "depth-unstated",
    "below-excluded-host",
    "wide-reading",
)
NONE = "none"

# (row, listed text): {first doubt of the match: targets}; the text is excluded.
AS_EXCLUSION: list[tuple[str, str, dict[str, str]]] = [
    (
        "host",
        "example.com",
        {
            NARROW: "example.com ftp://example.com/ mongodb://example.com/",
            UNDER: "a.example.com a.b.example.com",
            NONE: "evilexample.com example.com.evil.net",
        },
    ),
    (
        "scheme",
        "mongodb://example.com",
        {NARROW: "mongodb://example.com/", UNDER: "mongodb://a.example.com/", NONE: "https://example.com/"},
    ),
    ("below", "*.example.com", {NARROW: "a.example.com a.b.example.com", AT_APEX: "example.com"}),
    (
        "shape",
        "api-*.example.com",
        {
            NARROW: "api-1.example.com",
            DEEP: "api-1.x.example.com",
            UNDER: "x.api-1.example.com y.api-1.x.example.com",
            NONE: "api.example.com",
        },
    ),
    ("inner star", "dev.*.example.com", {NARROW: "dev.a.example.com", UNDER: "x.dev.a.example.com"}),
    (
        "tail",
        "example.*",
        {
            NARROW: "example.com example.co.uk",
            BROAD: "example.github.io example.evil.com example.zzzz",
            UNDER: "a.example.com a.example.evil.com",
            NONE: "xexample.com",
        },
    ),
    (
        "glued",
        "*example.com",
        {NARROW: "example.com a.example.com", NONE: "evilexample.com example.com.evil.net"},
    ),
    ("glued", "*www.example.com", {NARROW: "www.example.com x.www.example.com", BROAD: "x-www.example.com"}),
    ("before a suffix", "*.co.uk", {BROAD: "a.co.uk a.b.co.uk", NONE: "a.uk"}),
    ("glued to a suffix", "*github.io", {BROAD: "a.github.io github.io xgithub.io"}),
    (
        "star elsewhere",
        "email*example.com",
        {BROAD: "emailexample.com email-1.example.com", UNDER: "x.emailexample.com", NONE: "example.com"},
    ),
    ("star elsewhere", "shop.*.be", {BROAD: "shop.x.be", UNDER: "a.shop.x.be", NONE: "shop.be"}),
    ("star elsewhere", "*", {BROAD: "example.com localhost a.b.c"}),
    (
        "alternatives",
        "(a|b).example.com",
        {NARROW: "a.example.com", UNDER: "x.b.example.com"},
    ),
    ("url", "https://example.com", {NARROW: "http://example.com/ https://example.com:8443/x"}),
    (
        "path",
        "example.com/api",
        {
            NARROW: "https://example.com/api https://example.com/api/x",
            BROAD: "https://example.com/API https://example.com/api;v=1/x https://example.com/%2561pi",
            UNDER: "https://a.example.com/api",
            NONE: "https://example.com/apixyz https://example.com/",
        },
    ),
    (
        "path star",
        "example.com/a/*/b",
        {NARROW: "https://example.com/a/x/b", BROAD: "https://example.com/a/x/y/b https://example.com/a/b"},
    ),
    (
        "query",
        "example.com/p?tab=x",
        {NARROW: "https://example.com/p?tab=x", BROAD: "https://example.com/p https://example.com/p?tab=y"},
    ),
    (
        "port",
        "example.com:8443",
        {NARROW: "https://example.com:8443/", UNDER: "https://a.example.com:8443/", NONE: "example.com"},
    ),
    ("addresses", "10.0.0.0/24", {NARROW: "10.0.0.1 ::ffff:10.0.0.1", NONE: "10.0.1.1 example.com"}),
    ("addresses", "::ffff:10.0.0.0/120", {NARROW: "10.0.0.1 ::ffff:10.0.0.1", NONE: "10.0.1.1"}),
    ("addresses", "::ffff:10.0.0.1-::ffff:10.0.0.9", {NARROW: "10.0.0.1 ::ffff:10.0.0.9"}),
    ("condition", "a.example.com only if staff use it", {"condition": "a.example.com"}),
    ("placeholder", "<tenant>.example.com", {BROAD: "x.example.com", UNDER: "a.x.example.com"}),
    ("placeholder", "███.example.com", {BROAD: "x.example.com", NONE: "example.com"}),
    (
        "shared link",
        "https://github.com/org",
        {NARROW: "https://github.com/ORG/x", NONE: "https://github.com/"},
    ),
]


def answers(table: list[tuple[str, str, dict[str, str]]]) -> list[object]:
    """Return one test parameter for each target of a table."""
    return [
        pytest.param(
            text, target.replace("_", " "), said, id=f"{row}: {text} asked {target}: {said or 'narrow'}"
        )
        for row, text, expected in table
        for said, targets in expected.items()
        for target in targets.split()
    ]


def ask(text: str, target: str, *, exclude: bool = False) -> Verdict:
    program = Program.from_assets(exclude=[text]) if exclude else Program.from_assets(include=[text])
    return answer(Checker(program), target)


@pytest.mark.parametrize(("text", "target", "expected"), answers(AS_INCLUSION))
def test_row_as_inclusion(text: str, target: str, expected: str) -> None:
    """Narrow is a yes, wide alone is a question with its reason, neither is a no."""
    verdict = ask(text, target)
    assert f"{verdict.decision} {verdict.reason}" == expected


@pytest.mark.parametrize(("text", "target", "expected"), answers(AS_EXCLUSION))
def test_row_as_exclusion(text: str, target: str, expected: str) -> None:
    """The narrow reading excludes; the wide one alone leaves a doubt with its reason."""
    verdict = ask(text, target, exclude=True)
    doubts = {str(match.doubts[0]) if match.doubts else NARROW for match in verdict.all_matches}
    assert doubts == (set() if expected == NONE else {expected})
    assert (verdict.reason == "excluded") is (expected == NARROW)


NARROW_ROWS = sorted(set(PATTERN_ROWS) - {"name", "shared link"})


@given(st.data(), st.sampled_from(NARROW_ROWS))
def test_what_a_text_includes_it_excludes_too(data: st.DataObject, row: str) -> None:
    """3.2: as an exclusion every text covers at least what it covers as an inclusion, reading by reading."""
    rule = Inclusion(asset=data.draw(PATTERN_ROWS[row]))
    target = str(data.draw(web_targets((rule,))))
    included, excluded = ask(rule.asset, target), ask(rule.asset, target, exclude=True)
    if included.reason == "included":
        assert excluded.reason == "excluded"
    if included.all_matches:
        assert excluded.all_matches != ()


@given(st.data(), st.sampled_from(sorted(PATTERN_ROWS)))
def test_the_narrow_reading_is_part_of_the_wide_one(data: st.DataObject, row: str) -> None:
    """3.2: whatever a rule covers in either reading, it covers in the wide reading."""
    rule = Inclusion(asset=data.draw(PATTERN_ROWS[row]))
    wide = rule.model_copy(update={"reading": "wide"})
    target = str(data.draw(web_targets((rule,))))
    both, alone = (Checker(Program(id="e", name="E", in_scope=(one,))).check(target) for one in (rule, wide))
    assert bool(both.all_matches) is bool(alone.all_matches)
    assert not alone.in_scope


@given(st.data(), st.sampled_from(sorted(PATTERN_ROWS)))
def test_the_same_text_on_both_sides_is_never_in_scope(data: st.DataObject, row: str) -> None:
    """D1: of two equal patterns the exclusion wins."""
    rule = Inclusion(asset=data.draw(PATTERN_ROWS[row]))
    target = str(data.draw(web_targets((rule,))))
    program = Program(id="e", name="E", in_scope=(rule,), out_of_scope=(Exclusion(asset=rule.asset),))
    verdict = Checker(program).check(target)
    assume(verdict.all_matches)
    assert not verdict.in_scope
