"""Columns of text -> columns of answers, each the answer of the checker for that text.

Crawled targets repeat their hosts. Plainly shaped ones are told from the rest by Arrow's own
kernels, their origins (scheme, host and port) are numbered, and each distinct origin is decided
once; where no rule can concern the host, not even that. A target is asked by itself where its path
or query counts, and where it is not plainly shaped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

from scopecheck.answer.checker import Checker
from scopecheck.answer.verdict import Decision, Reason, Verdict
from scopecheck.bulk.extras import missing
from scopecheck.bulk.reach import Reach
from scopecheck.bulk.shapes import Prefilter, bare_hosts, origins, plain_origins

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ImportError as error:
    raise missing("pyarrow", "arrow") from error

__all__ = ["ANSWER", "BulkChecker", "Door"]

Door: TypeAlias = Literal["check_url", "check"]
"""Which method of the checker answers: `check` also knows apps, names and blocks of addresses."""

ANSWER: Final = pa.schema(
    [
        pa.field("decision", pa.dictionary(pa.int8(), pa.string())),
        pa.field("reason", pa.dictionary(pa.int8(), pa.string())),
        pa.field("rule", pa.dictionary(pa.int32(), pa.string())),
    ]
)
"""The columns of an answer."""

_CODE = pa.int32()
_NO_CODE = pa.scalar(None, _CODE)
_ROWS = 1 << 17  # Looked at in one go; it bounds what a batch takes in memory.
_REMEMBERED = 1 << 15
_LONGEST_REMEMBERED = 512  # Longer keys are asked anew, or few of them could fill the memory.


_Key = TypeVar("_Key", str, bytes)


class _Memory(Generic[_Key]):
    """What `find` returns for a key, remembered for at least the last `limit` keys, at most twice as many."""

    __slots__ = ("_find", "_limit", "_old", "_young")

    def __init__(self, find: Callable[[_Key], int | None], limit: int = _REMEMBERED) -> None:
        self._find: Callable[[_Key], int | None] = find
        self._limit = limit
        self._young: dict[_Key, int | None] = {}
        self._old: dict[_Key, int | None] = {}

    def __call__(self, key: _Key) -> int | None:
        """Return the number of the answer for a key, or None."""
        young = self._young
        if key in young:
            return young[key]
        old = self._old
        found = old[key] if key in old else self._find(key)
        if len(key) <= _LONGEST_REMEMBERED:
            if len(young) >= self._limit:
                self._old, self._young = young, {}
            self._young[key] = found
        return found


class _Answers:
    """Every answer given so far, numbered; there are few, since rules and reasons are few."""

    def __init__(self, rules: Iterable[str]) -> None:
        self._rules = list(dict.fromkeys(rules))
        self._rule_numbers = {rule: number for number, rule in enumerate(self._rules)}
        self._codes: dict[tuple[int, int, int | None], int] = {}
        self._lock = threading.Lock()
        self._dictionaries = (
            pa.array([str(decision) for decision in Decision], pa.string()),
            pa.array([str(reason) for reason in Reason], pa.string()),
            pa.array(self._rules, pa.string()),
        )

    def code(self, verdict: Verdict) -> int:
        """Return the number of the answer that a verdict gives."""
        rule = self._rule_numbers[verdict.matches[0].rule.id] if verdict.matches else None
        answer = (_DECISIONS[verdict.decision], _REASONS[verdict.reason], rule)
        code = self._codes.get(answer)
        if code is None:
            with self._lock:  # Two threads may find two new answers at once.
                code = self._codes.setdefault(answer, len(self._codes))
        return code

    def columns(self, codes: Any) -> list[Any]:
        """Return decision, reason and rule for each number."""
        table = list(zip(*list(self._codes), strict=True)) or [(), (), ()]
        return [
            pa.DictionaryArray.from_arrays(
                pc.take(pa.array(numbers, field.type.index_type), codes), dictionary, safe=False
            )
            for numbers, field, dictionary in zip(table, ANSWER, self._dictionaries, strict=True)
        ]


_DECISIONS = {decision: number for number, decision in enumerate(Decision)}
_REASONS = {reason: number for number, reason in enumerate(Reason)}


class BulkChecker:
    """Answers for columns of targets as `checker` does for each of them.

    `door` is the method of the checker whose answers are given. What is remembered is bounded, so
    a stream of any length takes the same memory. Safe to share between threads, and picklable.
    """

    def __init__(self, checker: Checker, *, door: Door = "check_url") -> None:
        if door not in ("check_url", "check"):
            raise ValueError(f"`{door}` is neither `check_url` nor `check`")
        self.checker = checker
        self.door: Door = door
        self._ask = checker.check_url if door == "check_url" else checker.check
        self._reach = Reach(checker.rules)
        self._prefilter = Prefilter(self._reach)
        self._answers = _Answers(rule.id for rule in checker.rules)
        self._plain, self._odd = _Memory(self._of_plain), _Memory(self._of_odd)
        self._texts = _Memory(self._of_bytes)
        self._elsewhere: int | None = None

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.checker, self.door))

    def __repr__(self) -> str:
        return f"<BulkChecker {self.checker.program.id!r} by `{self.door}`>"

    def check(self, texts: Any) -> pa.RecordBatch:
        """Return the columns `decision`, `reason` and `rule` for a column of texts.

        `texts` is a `pyarrow` array or chunked array of strings of any kind, of binary (read as
        UTF-8; what is not is no target), or of a dictionary of these. `rule` is the id of the
        first rule that decided, null where none did. A null has null in every column. Raises
        `TypeError` for columns of anything else.
        """
        chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
        codes = [self._codes(chunk) for chunk in chunks]
        whole = pa.chunked_array(codes, _CODE).combine_chunks() if len(codes) != 1 else codes[0]
        return pa.RecordBatch.from_arrays(self._answers.columns(whole), schema=ANSWER)

    def _codes(self, texts: Any) -> Any:
        if isinstance(texts.type, pa.DictionaryType):
            return pc.take(self._codes(texts.dictionary), texts.indices)
        if pa.types.is_null(texts.type):
            return pa.nulls(len(texts), _CODE)
        column = _as_strings(texts)
        parts = [self._slice(column.slice(start, _ROWS)) for start in range(0, len(column), _ROWS)]
        return parts[0] if len(parts) == 1 else pa.chunked_array(parts, _CODE).combine_chunks()

    def _slice(self, texts: Any) -> Any:
        """Return the numbers of the answers: first the quick ways, then the long one."""
        codes = self._by_url(texts)
        for way in (self._by_bare, self._by_text):
            open_ = pc.and_(pc.is_null(codes), pc.is_valid(texts))
            if not pc.any(open_).as_py():
                break
            codes = pc.replace_with_mask(codes, open_, way(texts.filter(open_)))
        return codes

    def _by_url(self, texts: Any) -> Any:
        """Answer for web URLs whose origin decides; null for the rest."""
        numbered = origins(texts).dictionary_encode()
        keys = numbered.dictionary
        return pc.take(self._by_key(keys, plain_origins(keys)), numbered.indices)

    def _by_bare(self, texts: Any) -> Any:
        """Answer for plainly spelled hosts, with or without a port; null for the rest."""
        numbered = bare_hosts(texts).dictionary_encode()
        keys = numbered.dictionary
        codes = self._by_key(keys, pa.repeat(True, len(keys)), assets=self.door == "check")
        return pc.take(codes, numbered.indices)

    def _by_text(self, texts: Any) -> Any:
        """Answer for every distinct text by asking for it."""
        numbered = texts.view(_BINARY[texts.type]).dictionary_encode()
        found = [self._texts(raw) for raw in numbered.dictionary.to_pylist()]
        return pc.take(pa.array(found, _CODE), numbered.indices)

    def _by_key(self, keys: Any, plain: Any, *, assets: bool = False) -> Any:
        """Answer for distinct origins or hosts; null where paths count."""
        concerned = pc.and_(self._prefilter.touched(keys, assets=assets), plain)
        free = pc.and_not(plain, concerned)
        codes = pa.nulls(len(keys), _CODE)
        first = pc.index(free, True).as_py()
        if first >= 0:
            if self._elsewhere is None:  # No rule matches any of them, so one answer is that of all.
                self._elsewhere = self._of_text(keys[first].as_py())
            codes = pc.if_else(free, pa.scalar(self._elsewhere, _CODE), _NO_CODE)
        for mask, memory in ((concerned, self._plain), (pc.invert(plain), self._odd)):
            asked = keys.filter(mask)
            if len(asked):
                found = pa.array([memory(key) for key in asked.to_pylist()], _CODE)
                codes = pc.replace_with_mask(codes, mask, found)
        return codes

    def _of_plain(self, key: str) -> int | None:
        """Answer for a plain origin or bare host; None for an origin where paths or queries count."""
        _, scheme, authority = key.partition("://")
        if scheme and self._reach.by_path.holds(authority.partition(":")[0]):
            return None
        return self._of_text(key)

    def _of_odd(self, key: str) -> int | None:
        """Answer for any other origin; None where paths or queries count."""
        verdict = self._ask(key)
        return None if self._reach.asks_for_paths(verdict.target) else self._answers.code(verdict)

    def _of_bytes(self, raw: bytes) -> int:
        return self._of_text(raw.decode("utf-8", "surrogateescape"))

    def _of_text(self, text: str) -> int:
        return self._answers.code(self._ask(text))


def _rebuild(checker: Checker, door: Door) -> BulkChecker:
    return BulkChecker(checker, door=door)


_BINARY: Final = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}


def _as_strings(column: Any) -> Any:
    """Return a column as strings of one of two layouts, without a check whether they are UTF-8."""
    kind = column.type
    if kind in _BINARY:
        return column
    if kind in (pa.binary(), pa.large_binary()):
        return column.view(pa.string() if kind == pa.binary() else pa.large_string())
    if pa.types.is_string_view(kind):
        return column.cast(pa.large_string())
    if pa.types.is_binary_view(kind) or pa.types.is_fixed_size_binary(kind):
        return column.cast(pa.large_binary()).view(pa.large_string())
    raise TypeError(f"a column of `{kind}` holds no text")
