"""What is said where an extra is not installed, and that nobody pays for what he does not use."""

from __future__ import annotations

import subprocess
import sys

import pytest

WITHOUT = """
import sys
for name in {absent}:
    sys.modules[name] = None
import scopecheck, scopecheck.cli
assert not {{"pyarrow", "polars", "duckdb", "pyspark", "zstandard"}} & {{n for n, m in sys.modules.items() if m}}
import scopecheck.bulk
try:
    {statement}
except scopecheck.MissingExtraError as error:
    assert isinstance(error, ImportError)
    print(error)
"""
MISSING = [
    ("from scopecheck.bulk import BulkChecker", ["pyarrow"], "`pyarrow` is missing or too old; pip install 'scopecheck[arrow]' brings it"),
    ("import scopecheck.bulk.polars", ["polars"], "`polars` is missing or too old; pip install 'scopecheck[polars]' brings it"),
    ("import scopecheck.bulk.duckdb", ["duckdb"], "`duckdb` is missing or too old; pip install 'scopecheck[duckdb]' brings it"),
    ("import scopecheck.bulk.spark", ["pyspark"], "`pyspark` is missing or too old; pip install 'scopecheck[spark]' brings it"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "absent", "message"), MISSING, ids=[row[0] for row in MISSING])
def test_a_missing_package_is_named_with_its_extra(statement: str, absent: list[str], message: str) -> None:
    if absent != ["pyarrow"]:
        pytest.importorskip("pyarrow", reason="needs the extra `arrow`")
    code = WITHOUT.format(statement=statement, absent=absent)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (message + "\n", "", 0)


def test_files_of_lines_need_no_extra() -> None:
    code = WITHOUT.format(
        absent=["pyarrow", "zstandard"],
        statement="from scopecheck.bulk import Counts, filter_stream; print(filter_stream.__name__)",
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("filter_stream\n", "", 0)


def test_bulk_has_no_other_name() -> None:
    import scopecheck.bulk

    with pytest.raises(AttributeError, match="has no attribute `nothing`"):
        _ = scopecheck.bulk.nothing
    pytest.importorskip("pyarrow", reason="needs the extra `arrow`")
    for name in scopecheck.bulk.__all__:
        assert getattr(scopecheck.bulk, name).__name__ == name
