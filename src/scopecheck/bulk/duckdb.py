"""Answers as functions of SQL in DuckDB: `select scope_decision(url) from urls`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Final, Literal, TypeAlias

from scopecheck.answer.checker import Checker
from scopecheck.bulk.extras import missing
from scopecheck.bulk.kernel import ANSWER, BulkChecker

try:
    import duckdb
    import pyarrow as pa
except ImportError as error:
    raise missing(error.name or "duckdb", "duckdb") from error

__all__ = ["Part", "register"]

Part: TypeAlias = Literal["decision", "reason", "rule", "answer"]
"""What a function gives: one column of the answer, or all three as a struct."""

_NAMES: Final = tuple(ANSWER.names)


def register(
    connection: duckdb.DuckDBPyConnection,
    checker: Checker | BulkChecker,
    name: str = "",
    *,
    part: Part = "decision",
) -> None:
    """Give a connection the function `name`, `scope_decision` and so on by default.

    It takes a VARCHAR and gives a VARCHAR, or a struct of three for the part `answer`; for NULL it
    gives NULL. A `Checker` answers as its `check_url` does. A function of that name is replaced.
    """
    if part not in (*_NAMES, "answer"):
        raise ValueError(f"`{part}` is no part of an answer")
    called = name or f"scope_{part}"
    bulk = checker if isinstance(checker, BulkChecker) else BulkChecker(checker)
    text = duckdb.sqltype("VARCHAR")
    given = duckdb.struct_type(dict.fromkeys(_NAMES, text)) if part == "answer" else text
    with contextlib.suppress(duckdb.InvalidInputException):  # There is none of that name to replace.
        connection.remove_function(called)
    # The enumerations that these words stand for are named differently in different versions.
    options: dict[str, Any] = {"type": "arrow", "null_handling": "special"}
    connection.create_function(called, _function(bulk, part), [text], given, **options)


def _function(bulk: BulkChecker, part: Part) -> Callable[[Any], Any]:
    def answer(texts: Any) -> Any:
        found = bulk.check(texts)
        if part != "answer":
            return found.column(part).cast(pa.string())
        columns = [found.column(name).cast(pa.string()) for name in _NAMES]
        absent = found.column("decision").is_null()
        return pa.StructArray.from_arrays(columns, _NAMES, mask=absent)

    return answer
