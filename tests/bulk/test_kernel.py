"""Every answer of a column is the answer for the text alone."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from scopecheck import Checker, Inclusion, Program, Unresolved
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

pa = pytest.importorskip("pyarrow", reason="needs the extra `arrow`")
kernel = pytest.importorskip("scopecheck.bulk.kernel")

Row = dict[str, str | None]
NOTHING: Row = {"decision": None, "reason": None, "rule": None}


def alone(checker: Checker, text: str | None, door: str = "check_url") -> Row:
    """The answer of the checker for one text."""
    if text is None:
        return NOTHING
    verdict = getattr(checker, door)(text)
    rule = verdict.matches[0].rule.id if verdict.matches else None
    return {"decision": str(verdict.decision), "reason": str(verdict.reason), "rule": rule}


def in_column(checker: Checker, column: Any, door: str = "check_url") -> list[Row]:
    found: list[Row] = kernel.BulkChecker(checker, door=door).check(column).to_pylist()
    return found


def bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def text_of(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


# --- whatever is asked -----------------------------------------------------------------------


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


@given(st.data(), scopes(), st.booleans(), st.sampled_from(["check_url", "check"]))
def test_each_row_has_the_answer_for_its_text(
    data: st.DataObject, scope: Scope, strict: bool, door: str
) -> None:
    checker = scope.checker(strict=strict)
    texts = [text_of(bytes_of(data.draw(asked(scope)))) for _ in range(12)]
    raw = [text.encode("utf-8", "surrogateescape") for text in texts]
    found = in_column(checker, pa.array(raw, pa.large_binary()), door)
    event(f"{len({row['reason'] for row in found})} reasons")
    for text, row in zip(texts, found, strict=True):
        assert row == alone(checker, text, door), text


@given(st.data(), scopes())
def test_paths_on_one_host_have_their_own_answers(data: st.DataObject, scope: Scope) -> None:
    """A host is decided once only where no rule looks at the path or query."""
    checker = scope.checker()
    web = data.draw(web_targets(scope.rules))
    paths = [
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
    ]
    texts = [f"{web.scheme}://{web.authority}{path}" for path in paths]
    assert in_column(checker, pa.array(texts)) == [alone(checker, text) for text in texts]


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


@pytest.mark.parametrize("door", ["check_url", "check"])
@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_no_shortcut_is_taken_where_it_leads_elsewhere(number: int, door: str) -> None:
    checker = Checker(PROGRAMS[number])
    found = in_column(checker, pa.array(TEMPTING), door)
    assert found == [alone(checker, text, door) for text in TEMPTING]
    for text, row in zip(TEMPTING, found, strict=True):  # Whatever else is in the column.
        assert in_column(checker, pa.array([text]), door) == [row]


@pytest.mark.parametrize("strict", [False, True])
def test_an_exclusion_that_nobody_can_read_counts_for_every_host(strict: bool) -> None:
    program = Program(
        id="e",
        name="E",
        in_scope=(Inclusion(asset="*.e.com"),),
        unresolved=(Unresolved(text="Our partners", effect="exclude"),),
    )
    checker = Checker(program, strict=strict)
    assert in_column(checker, pa.array(TEMPTING)) == [alone(checker, text) for text in TEMPTING]


def test_hundreds_of_rules_are_searched_like_few() -> None:
    """The search for listed domains is cut short where there are many; the answers stay."""
    for count in (10, 2_000, 6_000):
        listed = [f"*.host-{number}.brand-{number}.com" for number in range(count)]
        checker = Checker(Program.from_assets(listed, ["api.host-3.brand-3.com"]))
        texts = [
            f"https://{name}.host-{n}.brand-{n}.com/x"
            for n in (0, 3, count - 1, count)
            for name in ("a", "api")
        ]
        assert in_column(checker, pa.array(texts)) == [alone(checker, text) for text in texts]


# --- whatever it is asked in -----------------------------------------------------------------

TEXTS = [
    "https://a.e.com/x",
    None,
    "blog.e.com",
    "",
    "https://a.e.com\\@evil.net/",
    "évil",
    None,
    "https://a.e.com/x",
]
CHECKER = Checker(Program.from_assets(["*.e.com"], ["blog.e.com"]))
EXPECTED = [alone(CHECKER, text) for text in TEXTS]


def columns() -> Iterable[Any]:
    for kind in (
        pa.string(),
        pa.large_string(),
        pa.string_view(),
        pa.binary(),
        pa.large_binary(),
        pa.binary_view(),
    ):
        yield pytest.param(pa.array(TEXTS, kind), id=str(kind))
        yield pytest.param(pa.array(["x", *TEXTS, "y"], kind).slice(1, len(TEXTS)), id=f"slice of {kind}")
        yield pytest.param(
            pa.chunked_array([pa.array(TEXTS[:3], kind), pa.array(TEXTS[3:], kind)]), id=f"chunks of {kind}"
        )
    yield pytest.param(pa.array(TEXTS).dictionary_encode(), id="dictionary")
    yield pytest.param(pa.chunked_array([pa.array(TEXTS).dictionary_encode()]), id="chunks of dictionary")


@pytest.mark.parametrize("column", list(columns()))
def test_every_kind_of_column_has_the_same_answers(column: Any) -> None:
    assert in_column(CHECKER, column) == EXPECTED


@pytest.mark.parametrize(
    "column", [pa.array([], pa.string()), pa.chunked_array([], pa.string())], ids=["array", "chunks"]
)
def test_no_rows_are_no_answers(column: Any) -> None:
    assert in_column(CHECKER, column) == []


def test_nulls_alone_have_no_answers() -> None:
    assert (
        in_column(CHECKER, pa.nulls(2)) == in_column(CHECKER, pa.nulls(2, pa.string())) == [NOTHING, NOTHING]
    )


def test_an_answer_has_three_columns_of_few_words() -> None:
    answer = kernel.BulkChecker(CHECKER).check(pa.array(TEXTS))
    assert answer.schema == kernel.ANSWER
    assert {field.name: str(field.type.value_type) for field in answer.schema} == dict.fromkeys(
        NOTHING, "string"
    )
    answer.validate(full=True)


def test_a_column_of_numbers_is_refused() -> None:
    with pytest.raises(TypeError, match="a column of `int64` holds no text"):
        in_column(CHECKER, pa.array([1]))


def test_a_door_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="`check_all` is neither `check_url` nor `check`"):
        kernel.BulkChecker(CHECKER, door="check_all")


def test_bytes_that_are_no_utf8_are_no_target() -> None:
    raw = [b"https://a.e.com/x", b"https://a.e.com/\xff", b"https://a.e.com/\xed\xa0\x80", b"\xff.e.com"]
    found = in_column(CHECKER, pa.array(raw, pa.binary()))
    assert [row["reason"] for row in found] == ["included", *["invalid-target"] * 3]


@pytest.mark.parametrize("door", ["check_url", "check"])
def test_a_text_over_64_kib_is_no_target_however_plain(door: str) -> None:
    texts = ["https://a.e.com/" + "a" * extra for extra in (65_520, 65_521)] + [
        "a." * 32_766 + "e.com",
        "e.com",
    ]
    assert in_column(CHECKER, pa.array(texts), door) == [alone(CHECKER, text, door) for text in texts]
    assert [row["reason"] for row in in_column(CHECKER, pa.array(texts), door)][:3] == [
        "included",
        *["invalid-target"] * 2,
    ]


def test_rows_beyond_one_go_keep_their_order() -> None:
    texts = ["https://a.e.com/", "https://blog.e.com/", "https://x.net/", "a.e.com", "%"] * 60_000
    found = kernel.BulkChecker(CHECKER).check(pa.array(texts))
    assert found.to_pylist() == [alone(CHECKER, text) for text in texts[:5]] * 60_000


def test_a_pickled_checker_gives_the_same_answers_and_takes_little() -> None:
    bulk = kernel.BulkChecker(CHECKER, door="check")
    bulk.check(pa.array([f"https://h{number}.e.com/" for number in range(5_000)]))
    pickled = pickle.dumps(bulk)
    again = pickle.loads(pickled)
    assert (again.door, again.check(pa.array(TEXTS)).to_pylist()) == (
        "check",
        [alone(CHECKER, t, "check") for t in TEXTS],
    )
    assert len(pickled) < 2 * len(pickle.dumps(CHECKER)) + 1_000  # What it remembers stays behind.


# --- how often it asks -----------------------------------------------------------------------


def count_asked(bulk: Any, texts: Sequence[str]) -> int:
    asked: list[str] = []
    ask = bulk._ask

    def counted(text: str) -> Any:
        asked.append(text)
        return ask(text)

    bulk._ask = counted
    bulk.check(pa.array(texts))
    bulk._ask = ask
    return len(asked)


def test_a_host_is_asked_about_once() -> None:
    paths = [f"/{number}/%2e%2e/x?é={number}#" for number in range(100)]
    for origin in ("https://a.e.com", "https://A.E.com:8443", "https://user@a.e.com", "https://bücher.e.com"):
        bulk = kernel.BulkChecker(CHECKER)
        assert count_asked(bulk, [origin + path for path in paths]) == 1
        assert count_asked(bulk, [f"{origin}/again"]) == 0


def test_hosts_that_no_rule_concerns_are_asked_about_once_for_all() -> None:
    texts = [f"https://h{number}.example.net/" for number in range(100)]
    assert count_asked(kernel.BulkChecker(CHECKER), texts + [text[8:-1] for text in texts]) == 1


def test_where_a_rule_has_a_path_each_text_of_its_host_is_asked_about_once() -> None:
    bulk = kernel.BulkChecker(Checker(Program.from_assets(["*.e.com"], ["https://a.e.com/api"])))
    texts = [f"https://{host}/{number}" for number in range(10) for host in ("a.e.com", "b.e.com")]
    assert count_asked(bulk, texts * 3) == 11
