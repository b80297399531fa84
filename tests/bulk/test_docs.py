"""What `docs/bulk.md` shows is what happens."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="needs the extra `arrow`")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "bulk.md"
BLOCKS = re.findall(r"(?ms)^```python\n(.*?)^```", PAGE.read_text("utf-8"))


def named(module: str) -> str:
    (found,) = [block for block in BLOCKS if re.search(rf"(?m)^(from|import) {re.escape(module)}\b", block)]
    return str(found)


def after_arrow() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(named("pyarrow"), names)
    return names


def test_the_column_has_the_answers_shown() -> None:
    names = after_arrow()
    expression, _, shown = named("pyarrow").strip().splitlines()[-1].partition("  # ")
    assert eval(expression, names) == ast.literal_eval(shown)


def test_the_files_are_filtered_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = after_arrow()
    monkeypatch.chdir(tmp_path)
    Path("urls.txt.gz").write_bytes(b"https://api.example.com/v1\nhttps://blog.example.com/\n")
    exec(next(block for block in BLOCKS if "filter_stream" in block), names)
    assert Path("in_scope.txt").read_bytes() == b"https://api.example.com/v1\n"
    assert (names["counts"].in_scope, names["counts"].lines) == (1, 2)


def test_polars_and_duckdb_read_files_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pl = pytest.importorskip("polars", reason="needs the extra `polars`")
    pytest.importorskip("duckdb", reason="needs the extra `duckdb`")
    names = after_arrow()
    monkeypatch.chdir(tmp_path)
    Path("crawl").mkdir()
    kept = "https://api.example.com/v1"
    pl.DataFrame({"url": [kept, "https://blog.example.com/"]}).write_parquet("crawl/1.parquet")
    exec(named("polars"), names)
    assert pl.read_parquet("in_scope.parquet")["url"].to_list() == [kept]
    program = named("duckdb").strip().replace("connection.sql(", "found = connection.sql(")
    exec(program, names)
    assert names["found"].fetchall() == [(kept,)]
    names["connection"].close()
