"""Answers as Polars expressions: `pl.col("url").scope.decision(checker)`.

Importing this module gives every expression the namespace `scope`. Lazy frames and the streaming
engine ask for the answers batch by batch.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from scopecheck.answer.checker import Checker
from scopecheck.answer.verdict import Decision, Reason
from scopecheck.bulk.extras import missing
from scopecheck.bulk.kernel import BulkChecker

try:
    import polars as pl
except ImportError as error:
    raise missing("polars", "polars") from error

__all__ = ["DECISION", "REASON", "ScopeExpressions"]

DECISION: Final = pl.Enum([str(decision) for decision in Decision])
"""The type of a column of decisions."""
REASON: Final = pl.Enum([str(reason) for reason in Reason])
"""The type of a column of reasons."""
_TYPES: Final = {"decision": DECISION, "reason": REASON, "rule": pl.String()}


@pl.api.register_expr_namespace("scope")
class ScopeExpressions:
    """What a program says of a column of URLs; `checker` is a `Checker` or a `BulkChecker`.

    A `Checker` answers as its `check_url` does. Each null has a null answer.
    """

    def __init__(self, expr: pl.Expr) -> None:
        self._expr = expr

    def decision(self, checker: Checker | BulkChecker) -> pl.Expr:
        """Return the decisions, of the type `DECISION`."""
        return self._column(checker, "decision")

    def reason(self, checker: Checker | BulkChecker) -> pl.Expr:
        """Return the codes of the reasons, of the type `REASON`."""
        return self._column(checker, "reason")

    def rule(self, checker: Checker | BulkChecker) -> pl.Expr:
        """Return the ids of the rules that decided, the first where there are several."""
        return self._column(checker, "rule")

    def answer(self, checker: Checker | BulkChecker) -> pl.Expr:
        """Return structs of decision, reason and rule; each text is decided once for all three."""
        return self._mapped(partial(_answers, _bulk(checker)), pl.Struct(_TYPES))

    def _column(self, checker: Checker | BulkChecker, name: str) -> pl.Expr:
        return self._mapped(partial(_answer_column, _bulk(checker), name), _TYPES[name])

    def _mapped(self, function: Callable[[pl.Series], pl.Series], type: pl.DataType) -> pl.Expr:
        return self._expr.map_batches(function, return_dtype=type, is_elementwise=True)


def _bulk(checker: Checker | BulkChecker) -> BulkChecker:
    return checker if isinstance(checker, BulkChecker) else BulkChecker(checker)


def _answer_column(bulk: BulkChecker, name: str, texts: pl.Series) -> pl.Series:
    return _series(texts.name, name, bulk.check(texts.to_arrow()).column(name))


def _answers(bulk: BulkChecker, texts: pl.Series) -> pl.Series:
    found = bulk.check(texts.to_arrow())
    columns = [_series(name, name, found.column(name)) for name in _TYPES]
    structs = pl.DataFrame(columns).to_struct(texts.name)
    return structs if not texts.null_count() else structs.set(texts.is_null(), None)


def _series(called: str, name: str, column: Any) -> pl.Series:
    return pl.Series(called, column.cast("large_string")).cast(_TYPES[name])
