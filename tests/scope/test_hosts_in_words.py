"""Hosts and labels that the words of an exclusion name are never lost for how they are written (P2, P4, P5).

Every row gives a scope and a target that no reader would take to be allowed: the answer is no plain yes.
"""

from __future__ import annotations

import pytest

import scopecheck as sc
from scopecheck.scope.naming import is_file_name, named_hosts, named_labels, plain_text
from scopecheck.scope.touching import touches

BLOG, SHOP, PAY = (f"https://{label}.example.com/" for label in ("blog", "shop", "pay"))
WILD = ("*.example.com",)


def _in_scope(include: tuple[str, ...], exclude: tuple[str, ...], target: str) -> bool:
    return sc.Checker(sc.Program.from_assets(include, exclude)).check(target).in_scope


IN_MARKUP = [
    "Please do not test <https://blog.example.com> at all",
    "<https://blog.example.com>, <https://shop.example.com>",
    "<https://blog.example.com> (vendor)",
    "<https://blog.example.com|blog>",
    '<a href="https://blog.example.com">',
    "<a href=blog.example.com>our weblog</a>",
    "<img src='https://blog.example.com/x.png'>",
    "${blog.example.com}",
    "<HTTPS://blog.example.com>",
    "see <blog.example.com>",
    "see <host blog.example.com> first",
    "<%blog.example.com%>",
    "{{blog.example.com}}",
    "&lt;https://blog.example.com&gt;",
    "shop.example.com<br>blog.example.com<br/>pay.example.com",
    "<li>blog.example.com</li>",
    "the <b>blog</b>.example.com site",
    "[blog.example.com and shop](https://example.org/policy)",
    "[not blog.example.com](https://example.org)",
    "![blog.example.com](https://example.org)",
]
SPLIT = [
    "blog.example.com.\nshop.example.com",
    "blog.example.com. shop.example.com",
    "blog.example.com\n.shop.example.com",
    "blog.example.com.\tshop.example.com",
    "blog.example.com.\r\nshop.example.com",
    "blog.example.com .shop.example.com",
    "blog.example.com . shop.example.com",
    "blog.example.com.\u2028shop.example.com",
    "blog.example.com.\u00a0shop.example.com",
    "blog.example.com.,shop.example.com",
]
GLUED = [
    "No testing on .blog.example.com please",
    "not .blog.example.com",
    "Stay away from…blog.example.com",
    "Out of scope...blog.example.com and so on",
    "No testing on..blog.example.com",
    "Do not test blog.example.com_ ok",
    "Do not test _blog.example.com ok",
    "Do not test blog.example.com.Thank you",
    "Do not test blog.example.com.It is not ours",
    "vendor—blog.example.com is not ours",
    "our vendor--blog.example.com is not ours",
    "1.blog.example.com, 2.shop.example.com are not ours",
    "no blog.example. com please",
    "blog.example.com1 is not ours",
    "not https://blog.example.com/_ please",
]
OTHER_SCRIPTS = [
    "blog.example.comは対象外です",
    "请勿测试blog.example.com",
    "请勿测试blog.example.com，谢谢",
    "の blog.example.comは対象外です。",
    "shop.example.comとblog.example.comは対象外",
    "blog.example.com은 제외",
    "ห้ามทดสอบblog.example.com",
    "blog.example.comисключён",
    "blog.example.comä",
    "blog.example.com¹",
    "blog.example.com² is not ours",
    "blog.example.com™",
    "①blog.example.com",
    "❶blog.example.com",
    "联系a@example.org请勿测试blog.example.com",
    "请看 https://blog.example.com/は対象外です 。",
]
SPELLED = [
    "Do not test blog.exam\u00adple.com",
    "Do not test bl\u200bog.example.com",
    "Do not test bl\u200dog.example.com",
    "Do not test bl\u180eog.example.com",
    "Do not test bl\u2061og.example.com",
    "Do not test bl\ufe0fog.example.com",
    "bl\u200dog.example.com",
    "bl\u2061og.example.com",
    "Do not test blog (dot) example (dot) com",
    "Do not test blog dot example DOT com",
    "Do not test blog[ . ]example{.}com",
    "Do not test blog&#46;example&#x2e;com",
    "Do not test blog&period;example&period;com",
    "Do not test bl&shy;og.example.com",
    "Do not test %62log%2Eexample.com",
    "Do not test ｂｌｏｇ．example．com",
    "Do not test blog․example․com",
]
EXCEPTIONS = [
    "Exception: blog.example.com",
    "Except: blog.example.com",
    "Exceptions: blog.example.com",
    "Unless blog.example.com",
    "Apart from blog.example.com",
    "Besides blog.example.com, shop.example.com is out of scope too",
    "Besides shop.example.com, blog.example.com is out of scope too",
    "shop.example.com is ok except blog.example.com",
    "You may test everything except blog.example.com",
    "Everything except blog.example.com is in scope",
    "Any host except www.example.org, and blog.example.com is also out of scope",
]


@pytest.mark.parametrize(
    "text", [*IN_MARKUP, *SPLIT, *GLUED, *OTHER_SCRIPTS, *SPELLED, *EXCEPTIONS], ids=ascii
)
def test_a_host_in_plain_sight_is_not_lost(text: str) -> None:
    """P2, P4: neither markup, nor what stands beside it, nor its spelling hides a host."""
    assert not _in_scope(WILD, (text,), BLOG)
    assert _in_scope(WILD, (text,), "https://www.example.com/"), "nothing else is touched"


@pytest.mark.parametrize("text", ["no blog . example . com please", "no testing of blog .example.com please"])
def test_a_host_with_spaces_inside_a_sentence_is_feared(text: str) -> None:
    """P4: with and without the word in front, so that the domain may be touched as well."""
    assert not _in_scope(WILD, (text,), BLOG)


@pytest.mark.parametrize("text", SPLIT, ids=ascii)
def test_two_hosts_are_not_fused_into_one(text: str) -> None:
    """P2: lines are a list, and so are hosts that a full stop and white space part."""
    assert not _in_scope(WILD, (text,), SHOP)


@pytest.mark.parametrize("hyphen", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212", ids=ascii)
@pytest.mark.parametrize("frame", ["{}", "Do not test {} please"])
def test_a_typographic_hyphen_is_one_or_parts_two_names(hyphen: str, frame: str) -> None:
    """P4: `my‑blog` is feared as `my-blog`, and in a sentence as the host behind a dash too."""
    text = frame.format(f"my{hyphen}blog.example.com")
    assert not _in_scope(WILD, (text,), "https://my-blog.example.com/")
    assert frame == "{}" or not _in_scope(WILD, (text,), BLOG)


@pytest.mark.parametrize(
    ("include", "exclude", "target"),
    [
        (("https://*.example.md",), ("blog.example.md",), "https://blog.example.md/"),
        (("https://*.example.md",), ("blog.example.md, shop.example.md",), "https://blog.example.md/"),
        (("https://*.example.md",), ("Do not test blog.example.md please",), "https://blog.example.md/"),
        (("https://*.example.md (except blog.example.md)",), (), "https://blog.example.md/"),
        (("https://example.md",), ("example.md",), "https://example.md/"),
        (("https://*.asp.net", "https://asp.net"), ("Do not test asp.net please",), "https://asp.net/"),
        (("*.example.com (except <https://blog.example.com>)",), (), BLOG),
        (("[Out of scope](https://blog.example.com)",), (), BLOG),
        (("[Do not test](https://blog.example.com)",), (), BLOG),
        (("[not blog.example.com](https://blog.example.com)",), (), BLOG),
        (("<https://blog.example.com|out of scope>",), (), BLOG),
        (("*.bücher.example",), ("Do not test *.shop.bücher.example",), "https://x.shop.bücher.example/"),
    ],
    ids=ascii,
)
def test_other_ways_to_lose_a_host(include: tuple[str, ...], exclude: tuple[str, ...], target: str) -> None:
    """P2, P4: an ending that names files and hosts, a note, the words of a link."""
    assert not _in_scope(include, exclude, target)


@pytest.mark.parametrize(
    "words",
    [
        "Out of scope: <https://blog.example.com>",
        "Do not test bl\u200bog.example.com",
        "Out of scope: blog (dot) example (dot) com",
        "except blog.example.comは",
        "blog.example.com_ is out of scope",
        "Excluded: blog.example.com.Thank you",
    ],
    ids=ascii,
)
def test_the_words_beside_a_rule_are_read_as_plain_text_too(words: str) -> None:
    """P5: as an unread exclusion would be."""
    scope = [{"asset": "*.example.com", "instruction": words}]
    program = sc.load({"id": "demo", "name": "Demo", "in_scope": scope})
    assert not sc.Checker(program).check(BLOG).in_scope


LABELS = [
    ("pay, shop, blog.example.com", ("pay", "shop")),
    ("pay/blog.example.com", ("pay",)),
    ("pay & blog.example.com", ("pay",)),
    ("pay; blog.example.com", ("pay",)),
    ("blog.example.com, shop.example.com, pay", ("pay",)),
    ("blog\nshop\npay", ("blog", "shop", "pay")),
    ("- blog\n- shop", ("blog", "shop")),
    ("1. blog\n2) shop", ("blog", "shop")),
    ("blog; shop", ("blog", "shop")),
    ("blog.", ("blog",)),
    ("blog:", ("blog",)),
    ("blog and shop.", ("blog", "shop")),
    ("blog (WordPress)", ("blog", "wordpress")),
    ("Subdomains: blog, shop", ("blog", "shop")),
    ("blog • shop、pay", ("blog", "shop", "pay")),
    ("Do not test the blog and shop", ("blog", "shop")),
    ("the blog, the shop and the payment portal", ("blog", "shop")),
    ("**blog**, `shop`", ("blog", "shop")),
    ("test, staging", ("test", "staging")),
    ("at, it, no", ("at", "it", "no")),
    ("*-staging, dev-*", ("*-staging", "dev-*")),
    (", ".join(f"host{number}" for number in range(60)), tuple(f"host{number}" for number in range(60))),
    ("Other subdomains of example.com", ()),
    ("every other host, blog", ("blog",)),
    ("other", ("other",)),
    ("Payment portal", ()),
    ("Please do not test our payment provider", ()),
    ("Social engineering, phishing, physical attacks", ()),
    ("/admin, /x", ()),
    ("security@example.com", ()),
]


@pytest.mark.parametrize(("text", "labels"), LABELS, ids=lambda one: ascii(one)[:40])
def test_labels_of_a_list(text: str, labels: tuple[str, ...]) -> None:
    """P4: single labels, alone or in a list, whatever marks it; several words are the name of one thing."""
    assert named_labels(text) == labels


@pytest.mark.parametrize("text", [text for text, labels in LABELS if "pay" in labels], ids=ascii)
def test_a_label_beside_hosts_is_touched(text: str) -> None:
    """P4: the whole list is honoured."""
    assert not _in_scope(WILD, (text,), PAY)


@pytest.mark.parametrize("text", ["*-staging", "*-staging, *-dev", "hosts: *-staging", "[a-staging]"])
def test_a_label_that_reads_as_a_pattern_is_touched(text: str) -> None:
    """P4: a star or a bracket without a domain behind it is short for hosts as well."""
    assert not _in_scope(WILD, (text,), "https://a-staging.example.com/")
    assert _in_scope(WILD, (text,), "https://www.example.com/")


@pytest.mark.parametrize(
    ("text", "touched"),
    [
        ("Any host other than app.example.com is out of scope", set()),
        ("All hosts except a.example.com, b.example.com and c.example.com", set()),
        ("Do not test any host except app.example.com", set()),
        ("All of example.org. Except app.example.com", {"example.org", "app.example.com"}),
        ("Any host except a.example.com, b.example.com is out too", {"a.example.com", "b.example.com"}),
    ],
)
def test_what_a_sentence_excepts(text: str, touched: set[str]) -> None:
    """P4: an exception is made from something that the same sentence excludes, and ends with it."""
    assert {touch.host for touch in touches(text)} - {"a.example.com"} == touched - {"a.example.com"}


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("[our shop](https://shop.example.com)", SHOP),
        ("<https://shop.example.com|our shop>", SHOP),
        ("<https://shop.example.com>", SHOP),
        ("https://shop.example.com; https://blog.example.com", BLOG),
        ("shop.example.com.\nblog.example.com", BLOG),
        ("my\u2011shop.example.com", "https://my-shop.example.com/"),
        ("*.example.md", "https://shop.example.md/"),
        ("bücher.example.com", "https://bücher.example.com/"),
        ("www . example . com", "https://www.example.com/"),
        ("例え.jp", "https://例え.jp/"),
    ],
    ids=ascii,
)
def test_a_plain_yes_is_kept(text: str, listed: str) -> None:
    """P2: where the meaning is beyond doubt, an inclusion is read."""
    assert _in_scope((text,), (), listed)


def test_a_file_is_no_host_and_a_host_no_file() -> None:
    """P4: an ending of a registry (`md`, Moldova) leaves a doubt, which an inclusion is not read by."""
    assert is_file_name("Setup.exe")
    assert is_file_name("README.md")
    assert not is_file_name("blog.example.md")
    assert [one.host for one in named_hosts("see README.md and setup.exe")] == ["readme.md"]
    assert not _in_scope(("README.md",), (), "https://readme.md/")


def test_plain_text_keeps_what_it_need_not_change() -> None:
    """P2: nothing else of a text is touched."""
    text = "See a < b, {x}, 50% of *.example.com – and more…"
    assert plain_text(text) == text.replace("{x}", "*")
