"""Polars and DuckDB give the answers that the checker gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from scopecheck import Checker, Program

pytest.importorskip("pyarrow", reason="needs the extra `arrow`")
kernel = pytest.importorskip("scopecheck.bulk.kernel")

if TYPE_CHECKING:
    import duckdb as duckdb_module

APP = "https://play.google.com/store/apps/details?id=com.e.app"
CHECKER = Checker(Program.from_assets(["*.e.com", APP], ["blog.e.com"]))
TEXTS = [
    "https://a.e.com/x",
    None,
    "https://blog.e.com/",
    "x.net",
    "https://a.e.com\\@evil.net/",
    "com.e.app",
    "é",
] * 3
ANSWERS: list[tuple[str, str, str | None] | None] = [
    None
    if text is None
    else (
        str((v := CHECKER.check_url(text)).decision),
        str(v.reason),
        v.matches[0].rule.id if v.matches else None,
    )
    for text in TEXTS
]
PARTS = {"decision": 0, "reason": 1, "rule": 2}


# --- Polars ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pl() -> Any:
    found = pytest.importorskip("polars", reason="needs the extra `polars`")
    import scopecheck.bulk.polars

    assert scopecheck.bulk.polars.__all__
    return found


@pytest.mark.parametrize("engine", ["eager", "in-memory", "streaming"])
def test_polars_has_the_columns_of_the_answer(pl: Any, engine: str) -> None:
    frame = pl.DataFrame({"url": TEXTS})
    asked = [getattr(pl.col("url").scope, part)(CHECKER).alias(part) for part in PARTS]
    if engine == "eager":
        found = frame.with_columns(asked)
    else:
        found = frame.lazy().with_columns(asked).collect(engine=engine)
    for part, number in PARTS.items():
        assert found[part].cast(pl.String).to_list() == [answer and answer[number] for answer in ANSWERS]


def test_polars_has_the_whole_answer_as_a_struct(pl: Any) -> None:
    frame = pl.DataFrame({"url": TEXTS}).select(a=pl.col("url").scope.answer(CHECKER))
    names = list(PARTS)
    assert frame["a"].to_list() == [answer and dict(zip(names, answer, strict=True)) for answer in ANSWERS]
    assert frame["a"].is_null().to_list() == [text is None for text in TEXTS]


def test_polars_knows_the_types_before_it_asks(pl: Any) -> None:
    from scopecheck.bulk.polars import DECISION, REASON

    lazy = pl.LazyFrame({"url": TEXTS}).select(
        d=pl.col("url").scope.decision(CHECKER), a=pl.col("url").scope.answer(CHECKER)
    )
    struct = pl.Struct({"decision": DECISION, "reason": REASON, "rule": pl.String()})
    assert dict(lazy.collect_schema()) == {"d": DECISION, "a": struct} == dict(lazy.collect().schema)


def test_polars_filters_and_groups_by_answers(pl: Any) -> None:
    frame = pl.LazyFrame({"url": TEXTS, "n": range(len(TEXTS))})
    kept = frame.filter(pl.col("url").scope.decision(CHECKER) == "IN_SCOPE").collect()
    assert kept["url"].to_list() == ["https://a.e.com/x"] * 3
    counted = frame.group_by(pl.col("url").scope.reason(CHECKER).alias("r")).len().collect()
    assert dict(counted.rows())["not-listed"] == 3 * 3
    assert pl.DataFrame({"url": []}, {"url": pl.String}).select(pl.col("url").scope.rule(CHECKER)).is_empty()


def test_polars_reads_categories_and_takes_a_bulk_checker(pl: Any) -> None:
    bulk = kernel.BulkChecker(CHECKER, door="check")
    series = pl.Series("url", ["com.e.app", "a.e.com", None, "a.e.com"])
    for column in (series, series.cast(pl.Categorical)):
        found = pl.DataFrame([column]).select(pl.col("url").scope.decision(bulk))
        assert found["url"].to_list() == ["IN_SCOPE", "IN_SCOPE", None, "IN_SCOPE"]


# --- DuckDB ----------------------------------------------------------------------------------


@pytest.fixture
def connection() -> Iterator[duckdb_module.DuckDBPyConnection]:
    duckdb = pytest.importorskip("duckdb", reason="needs the extra `duckdb`")
    with duckdb.connect() as opened:
        opened.execute("create table urls (n integer, url varchar)")
        opened.executemany("insert into urls values (?, ?)", [[n, text] for n, text in enumerate(TEXTS)])
        yield opened


def column(connection: duckdb_module.DuckDBPyConnection, asked: str) -> list[Any]:
    return [row[0] for row in connection.sql(f"select {asked} from urls order by n").fetchall()]


@pytest.mark.parametrize("part", PARTS)
def test_duckdb_has_a_function_for_each_part(connection: duckdb_module.DuckDBPyConnection, part: Any) -> None:
    from scopecheck.bulk.duckdb import register

    register(connection, CHECKER, part=part)
    assert column(connection, f"scope_{part}(url)") == [answer and answer[PARTS[part]] for answer in ANSWERS]


def test_duckdb_has_the_whole_answer_as_a_struct(connection: duckdb_module.DuckDBPyConnection) -> None:
    from scopecheck.bulk.duckdb import register

    register(connection, CHECKER, "may_i", part="answer")
    names = list(PARTS)
    wanted = [answer and dict(zip(names, answer, strict=True)) for answer in ANSWERS]
    assert column(connection, "may_i(url)") == wanted
    assert column(connection, "may_i(url).reason") == [answer and answer[1] for answer in ANSWERS]


def test_duckdb_filters_and_groups_by_answers(connection: duckdb_module.DuckDBPyConnection) -> None:
    from scopecheck.bulk.duckdb import register

    register(connection, CHECKER)
    found = connection.sql("select distinct url from urls where scope_decision(url) = 'IN_SCOPE'").fetchall()
    assert found == [("https://a.e.com/x",)]
    counted = connection.sql("select scope_decision(url) d, count(*) from urls group by d").fetchall()
    assert dict(counted)[None] == 3
    many = "select count(*) from range(300000) where scope_decision('https://h' || range || '.e.com/') = 'IN_SCOPE'"
    assert connection.sql(many).fetchall() == [(300_000,)]


def test_duckdb_takes_another_program_under_the_same_name(
    connection: duckdb_module.DuckDBPyConnection,
) -> None:
    from scopecheck.bulk.duckdb import register

    register(connection, CHECKER)
    register(connection, kernel.BulkChecker(Checker(Program.from_assets(["x.net"]))))
    assert column(connection, "scope_decision(url)")[3] == "IN_SCOPE"


def test_duckdb_has_no_other_part(connection: duckdb_module.DuckDBPyConnection) -> None:
    from scopecheck.bulk.duckdb import register

    wrong: Any = "verdict"
    with pytest.raises(ValueError, match="`verdict` is no part of an answer"):
        register(connection, CHECKER, part=wrong)
