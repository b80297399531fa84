"""Answers as columns of Spark: the checker is broadcast once, texts go to it as Arrow arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from scopecheck.answer.checker import Checker
from scopecheck.bulk.extras import missing
from scopecheck.bulk.kernel import ANSWER, BulkChecker

try:
    import pyarrow as pa
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.pandas.functions import arrow_udf
    from pyspark.sql.types import StringType, StructField, StructType
except ImportError as error:
    raise missing(error.name or "pyspark", "spark") from error

__all__ = ["TYPE", "answers", "with_answers"]

_NAMES: Final = tuple(ANSWER.names)
TYPE: Final = StructType([StructField(name, StringType()) for name in _NAMES])
"""The type of an answer: a struct of `decision`, `reason` and `rule`."""


def answers(session: SparkSession, checker: Checker | BulkChecker) -> Callable[[Column | str], Column]:
    """Return a function from a column of URLs to the column of their answers, of the type `TYPE`.

    A `Checker` answers as its `check_url` does; a null has a null answer. The function may also be
    given a name in SQL by `session.udf.register`.
    """
    shared = _shared(session, checker if isinstance(checker, BulkChecker) else BulkChecker(checker))

    # Spark reads from the annotations that whole arrays are meant.
    def answer(texts: pa.Array) -> pa.Array:
        found = shared.value.check(texts)
        columns = [found.column(name).cast(pa.string()) for name in _NAMES]
        return pa.StructArray.from_arrays(columns, _NAMES, mask=columns[0].is_null())

    make: Any = arrow_udf  # Its stubs do not know that annotations may say the kind.
    function: Callable[[Column | str], Column] = make(answer, TYPE)
    return function


def with_answers(
    frame: DataFrame, column: str, checker: Checker | BulkChecker, *, prefix: str = "scope_"
) -> DataFrame:
    """Return the frame with `scope_decision`, `scope_reason` and `scope_rule` for a column of URLs.

    Raises `ValueError` where the frame has no such column of text, or has one of the new columns.
    """
    types = {field.name: field.dataType for field in frame.schema.fields}
    if not isinstance(types.get(column), StringType):
        raise ValueError(f"`{column}` is no column of text")
    names = {name: prefix + name for name in _NAMES}
    for name in names.values():
        if name in types:
            raise ValueError(f"the frame has a column `{name}` already")
    whole = prefix + "answer"
    while whole in types:
        whole += "_"
    found = frame.withColumn(whole, answers(frame.sparkSession, checker)(frame[_quoted(column)]))
    for name, called in names.items():
        found = found.withColumn(called, found[_quoted(whole)][name])
    return found.drop(whole)


def _quoted(name: str) -> str:
    """Return a name so that Spark takes no dot in it for a field."""
    return "`" + name.replace("`", "``") + "`"


class _Sent:
    """A checker that travels with the function."""

    def __init__(self, value: BulkChecker) -> None:
        self.value = value


def _shared(session: SparkSession, bulk: BulkChecker) -> Any:
    """Return what has the checker as its `value` on every worker."""
    context = getattr(session, "_sc", None)  # Spark Connect has none to broadcast by.
    return _Sent(bulk) if context is None else context.broadcast(bulk)
