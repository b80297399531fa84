"""HackerOne's scope download: columns by name, flags, the file's name, and bad lines."""

from __future__ import annotations

import datetime as dt

import pytest

import scopecheck as sc
from scopecheck.errors import ScopeSyntaxError
from scopecheck.formats.builder import ImportResult
from scopecheck.formats.hackerone_csv import FORMATS, read_hackerone_csv
from scopecheck.formats.source import ShapeError, Source

(CSV,) = FORMATS
HEADER = "identifier,asset_type,instruction,eligible_for_bounty,eligible_for_submission,max_severity\n"


def csv(*rows: str, header: str = HEADER, name: str = "lighthouse.csv") -> ImportResult:
    return read_hackerone_csv(Source(name, (header + "\n".join(rows)).encode()))


def test_a_download_is_read_by_the_names_of_its_columns() -> None:
    result = csv(
        '*.example.com,WILDCARD,"Ask first,\nthen test",true,true,high',
        "",
        "blog.example.com,URL,,false,false,critical",
        "com.example.app,GOOGLE_PLAY_APP_ID,,,TRUE,",
    )
    (program,) = result.programs
    wild, app = program.in_scope
    assert (wild.instruction, wild.eligible_for_bounty, wild.max_severity) == (
        "Ask first,\nthen test",
        True,
        "high",
    )
    assert (app.eligible_for_bounty, app.max_severity) == (None, None)
    assert [rule.asset for rule in program.out_of_scope] == ["blog.example.com"]
    assert [rule.entry for rule in program.rules] == ["line 2", "line 6", "line 5"]


@pytest.mark.parametrize(
    ("name", "id", "day"),
    [
        ("lighthouse.csv", "lighthouse", None),
        (
            "/home/me/scopes_for_lighthouse_at_2025-10-20_18_08_31_UTC.csv",
            "lighthouse",
            dt.date(2025, 10, 20),
        ),
        ("C:\\scopes for lighthouse.csv", "lighthouse", None),
        ("scopes_for_lighthouse_at_2025-13-40.csv", "lighthouse", None),
        (".csv", "csv", None),
    ],
)
def test_a_download_is_named_by_its_file(name: str, id: str, day: dt.date | None) -> None:
    (program,) = csv(name=name).programs
    assert (program.id, program.as_of) == (id, day)


def test_three_columns_are_enough_in_any_order_and_spelling() -> None:
    header = "\ufeffEligible_for_Submission, asset_type ,identifier\r\n"
    (program,) = csv("true,URL,www.example.com\r\n", header=header).programs
    assert [rule.asset for rule in program.in_scope] == ["www.example.com"]


def test_eligibility_that_is_not_said_is_a_question() -> None:
    result = csv("www.example.com,URL,,true,,high")
    assert [one.code for one in result.diagnostics] == ["eligibility-unstated"]
    verdict = sc.Checker(result.programs[0]).check("https://www.example.com/")
    assert verdict.decision.name == "UNDETERMINED"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "`identifier` and `asset_type` and `eligible_for_submission` are missing"),
        ("identifier,asset_type\nx,URL", 1, "the columns `eligible_for_submission` are missing"),
        ("identifier;asset_type;eligible_for_submission\n", 1, "are missing"),
        ("identifier,identifier,asset_type,eligible_for_submission", 1, "`identifier` are there twice"),
        (HEADER + "a.example.com,URL,,true,true,high\nb.example.com,URL,,tr", 3, "4 cells, and the header 6"),
        (HEADER + 'a.example.com,URL,"x\ny",true,true,high\nb,URL,,true,true,high,', 4, "7 cells"),
        (HEADER + 'a.example.com,URL,"never closed,true,true,high\n', 2, "unexpected end of data"),
        (HEADER + "a.example.com,URL,,true,maybe,high", 2, "`maybe` in `eligible_for_submission`"),
        (HEADER + "a.example.com,URL,,1,true,high", 2, "`1` in `eligible_for_bounty`"),
        (HEADER + f"a.example.com,URL,{'x' * 200_000},true,true,high", 2, "field larger"),
    ],
)
def test_a_download_of_another_shape_is_refused_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(ShapeError) as caught:
        read_hackerone_csv(Source("lighthouse.csv", text.encode()))
    (problem,) = caught.value.diagnostics
    assert (problem.place.file, problem.place.line) == ("lighthouse.csv", line)
    assert said in problem.message


@pytest.mark.parametrize("raw", [b"identifier\0", "identifier,é".encode("latin-1")])
def test_a_file_that_is_no_text_is_refused(raw: bytes) -> None:
    with pytest.raises(ScopeSyntaxError):
        read_hackerone_csv(Source("lighthouse.csv", raw))


@pytest.mark.parametrize(
    ("text", "score"),
    [
        (HEADER, 95),
        ('\ufeff"identifier","asset_type"\r\n', 95),
        ("identifier,kind\n", 0),
        ("*.example.com\n", 0),
    ],
)
def test_the_download_is_told_by_its_columns(text: str, score: int) -> None:
    assert CSV.recognises(Source("x.csv", text.encode())) == score
