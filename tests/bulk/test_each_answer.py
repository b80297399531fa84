"""Every answer of a column, and of a line, is the answer of the checker for that text alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from scopecheck import Checker, Decision, Inclusion, Program, Unresolved
from scopecheck.bulk.files import LineFilter
from strategies import (
    Scope,
    ambiguous_spellings,
    equivalent_spellings,
    hostile_texts,
    plain_urls,
    scopes,
    target_texts,
    web_targets,
)

try:
    import pyarrow as pa

    from scopecheck.bulk.kernel import BulkChecker
except ImportError:  # Lines need no extra.
    pa = None

Row = tuple[str | None, ...]
WAYS = ("lines", *(("check_url", "check") if pa is not None else ()))
"""Lines, and columns with the answers of one method of the checker."""


def alone(checker: Checker, text: str, way: str) -> Row:
    """The answer of the checker for one text; for a line without the rule."""
    verdict = checker.check_url(text) if way == "check_url" else checker.check(text)
    rule = verdict.matches[0].rule.id if verdict.matches else None
    return (verdict.decision.value, verdict.reason.value, *([] if way == "lines" else [rule]))


def together(checker: Checker, texts: Sequence[str], way: str) -> list[Row]:
    """The answers for all of them at once."""
    raw = [text.encode("utf-8", "surrogateescape") for text in texts]
    if way != "lines":
        found = BulkChecker(checker, door="check_url" if way == "check_url" else "check")
        return [tuple(row.values()) for row in found.check(pa.array(raw, pa.large_binary())).to_pylist()]
    # Behind a line feed or an empty line the lines would be others.
    passed = LineFilter(checker, list(Decision), with_reason=True).passed(
        b"".join(line + b"\n" for line in raw)
    )
    lines = passed.split(b"\n")[:-1]
    assert [line.removesuffix(b"\r").rsplit(b"\t", 2)[0] for line in lines] == raw
    return [tuple(word.decode() for word in line.rsplit(b"\t", 2)[1:]) for line in lines]


def sane(texts: Sequence[str], way: str) -> list[str]:
    """The texts as bytes would give them back; those that can be one line, where they have to be."""
    given = [text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape") for text in texts]
    if way != "lines":
        return given
    return [
        t for t in given if t.encode("utf-8", "surrogateescape").strip() and "\n" not in t and t[-1] != "\r"
    ]


@st.composite
def asked(draw: st.DrawFn, scope: Scope) -> str:
    """A text aimed at a scope: plain, respelled, doubtful, or anything at all; often with a tail."""
    web = draw(web_targets(scope.rules))
    spelled = st.one_of(
        st.just(str(web)),
        st.just(web.authority),
        equivalent_spellings(web),
        ambiguous_spellings(web),
        target_texts(scope.rules),
        hostile_texts(),
        plain_urls(),
    )
    tails = (
        "",
        "",
        "",
        "#x",
        "?",
        "?@e.com",
        "/",
        "//",
        "/..;/",
        "/%2e%2e/",
        "\\@e.com",
        "\n",
        "\x01",
        " ",
        "\x7f",
        "é",
    )
    text: str = draw(spelled) + draw(st.sampled_from(tails))
    return text


@given(st.data(), scopes(), st.booleans(), st.sampled_from(WAYS))
def test_each_text_has_its_own_answer(data: st.DataObject, scope: Scope, strict: bool, way: str) -> None:
    checker = scope.checker(strict=strict)
    texts = sane([data.draw(asked(scope)) for _ in range(12)], way)
    found = together(checker, texts, way)
    event(f"{len({row[1] for row in found})} reasons")
    for text, row in zip(texts, found, strict=True):
        assert row == alone(checker, text, way), text


@given(st.data(), scopes(), st.sampled_from(WAYS))
def test_paths_on_one_host_have_their_own_answers(data: st.DataObject, scope: Scope, way: str) -> None:
    """A host is decided once only where no rule looks at the path or query."""
    checker = scope.checker()
    web = data.draw(web_targets(scope.rules))
    origin = data.draw(st.sampled_from(["{}://{}", "{}://u@{}", "{}://é@{}", "{}://{}:8443"]))
    paths = (
        "",
        "/",
        "/api",
        "/api/x",
        "/API",
        "/a/b",
        "/a/x/b?tab=x",
        "/?tab=x",
        "/%61pi",
        "/api/..;/x",
        "//a",
        "/é/../api",
    )
    texts = sane([origin.format(web.scheme, web.authority) + path for path in paths], way)
    assert together(checker, texts, way) == [alone(checker, text, way) for text in texts]


# Texts where a shortcut is tempting; each is asked below beside its plain neighbours.
TEMPTING = (
    "https://a.e.com?@evil.net/", "https://a.e.com#@evil.net/", "https://x.net?@e.com", "https://xn--a.net/",
    "https://xn--/", "xn--a.net", "https://x.net:65536/", "https://x.net:65535/", "x.net:65539", "com.e.any",
    "https://a.e.com/x", "https://a.e.com", "https://a.e.com?x", "https://a.e.com#x", "https://a.e.com/\n",
    "https://a.e.com/\t", "https://a.e.com/x\x00", "https://a.e.com/x\x1f", "https://a.e.com/x ", " https://a.e.com/x",
    "https://a.e.com/x\x7f", "https://a.e.com/\u0085", "https://a.e.com\u3000/", "https://a.e.com/\\@evil.net",
    "https://a.e.com\\@evil.net/", "https://a.e.com/@evil.net", "https://evil.net@a.e.com/",
    "https://evil.net@x@a.e.com/", "https://a.e.com:443/", "https://a.e.com:80/", "https://a.e.com:0443/",
    "https://a.e.com:/", "https://a.e.com:65535/", "https://a.e.com:65536/", "https://a.e.com:99999/",
    "HTTPS://A.E.COM/", "https://a.e.com./", "https://a.e.com../", "https://.a.e.com/", "https://a..e.com/",
    "https://xn--a.e.com/", "https://a.xn--bcher-kva.e.com/", "https://1.2.3.4/", "https://1.2.3.04/",
    "https://1.2.3.0x4/", "https://a.e.com.1/", "https://a%2ee.com/", "https://faß.e.com/", "http:/a.e.com/",
    "http:///a.e.com/", "https:a.e.com", "ftp://a.e.com/", "wss://a.e.com/x", "//a.e.com/x", "javascript://a.e.com/",
    "a.e.com", "a.e.com:8443", "a.e.com:443", "a.e.com:0", "a.e.com:65536", "a.e.com/x", "A.e.com", "a.e.com.",
    "com.e.app", "com.e.app:80", "id123456789", "123456789", "plugins", "Plugins", "10.0.0.1", "10.0.0.0/8", "::1",
    "e.com", "xe.com", "e.com.evil.net", "evil.net", "localhost", "_dmarc.e.com", "-.e.com", "", " ", "\x00",
    "https://play.google.com/store/apps/details?id=com.e.app", "https://PLAY.google.com/store/apps/details?id=com.e.app",
    "https://play.google.com/", "https://github.com/ORG/repo.git", "https://github.com/evil/repo", "https://github.com/",
    "https://b.e.com/api", "https://b.e.com/apix", "https://b.e.com/%61pi", "https://b.e.com/x/..%2fapi",
    "https://B.e.com/api", "https://10.0.0.9/api", "https://10.0.0.9/x", "https://a.e.com:443/api", "https://a.e.com/api",
    "https:///a.e.com/", "HTTPS:///a.e.com", "https:////e.com/api", "wss:///x", "https:///é", "https://é/../api",
    "https://u:p@a.e.com/@evil.net", "https://u@b.e.com/api", "https://u@b.e.com/x", "https://é.e.com/é/\u0085x",
    "https://a.e.com/é\r", "https://a.e.com/é\x7f", "https://\u212a.e.com/", "https://e.\u212a.com/é", "HTTPS://b.e.com/api",
    "https://a.e.com/\ufeff", "\ufeffhttps://a.e.com/", "https://a.e.com/é ", "https://a.e.com:8443/api",
    "https://10.0.0.9", "http://10.0.0.1/é", "https://[::1]/api", "https://[::ffff:10.0.0.9]/api", "https://[a.e.com/",
    "https://u@play.google.com/store/apps/details?id=com.e.app", "https://GitHub.com/org/repo", "ws://b.e.com/api",
    "https://a.e.com\u2044/", "https://\u3000/", "https://@/", "https://:/", "https://:80/", "https://a.e.com:x/",
    "https://a\u212ab.e.com/", "https://a.e.com /x", "https://a.e.com /é", "https://e.com ",
    "https://a.e.com:80 /", "https://a.e.com\udcff/", "https://a.e.com/\udcff", "https://a.e.com/\udced\udca0\udc80",
)  # fmt: skip
_LISTED: tuple[tuple[list[str], list[str]], ...] = (
    (["*.e.com"], ["https://*/api"]),
    (["*.e.com"], ["https://*.e.*/api"]),
    (["*.e.com"], []),
    (["*.e.com", "com.e.app", "Plugins"], ["blog.e.com"]),
    (["*.e.com", "https://b.e.com/api", "10.0.0.0/8"], ["https://e.com/api", "https://10.0.0.9/api"]),
    (["*.e.com:443", "a.e.com", "https://github.com/org/repo"], ["*e*"]),
    (["e.*", "*.xn--bcher-kva.e.com", "1.2.3.4"], ["*.e.*", "https://*.com/api?tab=x"]),
    (["https://play.google.com/store/apps/details?id=com.e.app", "https://a.e.com/#x"], ["play.google.com"]),
    (["wss://a.e.com", "http://e.com", "https://apps.apple.com/app/id123456789"], ["a.e.com:8443"]),
)
_APPS = Program(
    id="e",
    name="E",
    in_scope=(Inclusion.model_validate({"asset": "com.e.*", "type": "android"}), Inclusion(asset="e.com")),
)
PROGRAMS = (*(Program.from_assets(include, exclude) for include, exclude in _LISTED), _APPS)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_no_shortcut_is_taken_where_it_leads_elsewhere(number: int, way: str) -> None:
    checker = Checker(PROGRAMS[number])
    texts = sane(TEMPTING, way)
    found = together(checker, texts, way)
    assert found == [alone(checker, text, way) for text in texts]
    for text, row in zip(texts, found, strict=True):  # Whatever else is there, and whatever was asked before.
        assert together(Checker(PROGRAMS[number]), [text], way) == [row]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("strict", [False, True])
def test_an_exclusion_that_nobody_can_read_counts_for_every_host(strict: bool, way: str) -> None:
    program = Program(
        id="e",
        name="E",
        in_scope=(Inclusion(asset="*.e.com"),),
        unresolved=(Unresolved(text="Our partners", effect="exclude"),),
    )
    checker = Checker(program, strict=strict)
    texts = sane(TEMPTING, way)
    assert together(checker, texts, way) == [alone(checker, text, way) for text in texts]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("letter", ["a", "é", "/", "%", " "])
def test_the_length_of_a_text_counts_however_plain_it_is(letter: str, way: str) -> None:
    """A text over 64 KiB is no target (T4), a shorter one is."""
    checker = Checker(PROGRAMS[2])
    size = len(letter.encode())
    texts = [
        head + letter * ((limit - len(head.encode())) // size + more)
        for head in ("https://a.e.com/", "https://é@a.e.com/", "https://", "https://a.e.com:8443/é/", "")
        for limit in (65_000, 65_500, 65_536)
        for more in (-1, 0, 1, 2)
    ]
    texts += [text + "é" * 40 for text in texts]
    texts = sane(texts, way)
    assert together(checker, texts, way) == [alone(checker, text, way) for text in texts]
