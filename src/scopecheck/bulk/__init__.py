"""Answers by the million: whole columns of Arrow, Polars, DuckDB and Spark, and files of lines.

Every part needs an extra: `pip install 'scopecheck[arrow]'`, or `polars`, `duckdb`, `spark`. What is
not used is not imported.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scopecheck.bulk.files import Counts, filter_stream
    from scopecheck.bulk.kernel import BulkChecker

__all__ = ["BulkChecker", "Counts", "filter_stream"]

_LAZY = {"BulkChecker": "kernel", "Counts": "files", "filter_stream": "files"}


def __getattr__(name: str) -> object:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module `scopecheck.bulk` has no attribute `{name}`")
    value = getattr(importlib.import_module(f"scopecheck.bulk.{module}"), name)
    globals()[name] = value
    return value
