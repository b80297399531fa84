"""Columns of every layout, how often they ask the checker, and what they remember."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from scopecheck import Checker, Program

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
    """Count the questions to the checker: origins, and texts that are asked for by themselves."""
    asked: list[str] = []
    ask, of_origin = bulk._ask, Checker.origin_outcome

    def counted(text: str) -> Any:
        asked.append(text)
        return ask(text)

    def counted_origin(checker: Checker, origin: str) -> Any:
        asked.append(origin)
        return of_origin(checker, origin)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bulk, "_ask", counted)
        patched.setattr(Checker, "origin_outcome", counted_origin)
        bulk.check(pa.array(texts))
    return len(asked)


def test_a_host_is_asked_about_once() -> None:
    paths = [f"/{number}/%2e%2e/x?é={number}#" for number in range(100)]
    for origin in ("https://A.E.com:8443", "https://user@a.e.com", "https://bücher.e.com"):
        bulk = kernel.BulkChecker(CHECKER)
        assert count_asked(bulk, [origin + path for path in paths]) == 1
        assert count_asked(bulk, [f"{origin}/again"]) == 0


def test_hosts_right_below_a_listed_domain_or_below_none_are_not_asked_about() -> None:
    bulk = kernel.BulkChecker(Checker(Program.from_assets(["*.e.com"], ["x.e.com"])))
    texts = [
        f"http{s}://h{n}.{d}/{n}" for n in range(9) for s in ("", "s") for d in ("e.com", "x.e.com", "f.net")
    ]
    assert count_asked(bulk, texts) == 0
    assert (
        count_asked(bulk, ["https://e.com/", "https://x.e.com/", "https://a.b.f.net", "https://a.b.e.com"])
        == 4
    )


def test_where_a_rule_has_a_path_each_text_of_its_host_is_asked_about_once() -> None:
    bulk = kernel.BulkChecker(Checker(Program.from_assets(["*.e.com"], ["https://a.e.com/api"])))
    texts = [f"https://{host}/{number}" for number in range(10) for host in ("a.e.com", "b.e.com")]
    assert count_asked(bulk, texts * 3) == 11  # The origin of `a.e.com` was asked for, too.
