"""Columns of text -> columns of answers, each the answer of the checker for that text.

Crawled targets repeat their hosts. Arrow's own kernels find the origin (scheme, host and port) of those
where nothing behind it changes which host is meant, number the distinct ones, and each of these is
decided once. A target is asked for by itself where its path or query counts, and where its shape is
another.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, TypeAlias, TypeVar

from scopecheck.answer.checker import Checker
from scopecheck.answer.verdict import Decision, Outcome, Reason
from scopecheck.bulk.extras import missing
from scopecheck.bulk.shapes import bare_hosts, origins

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
_ROWS = 1 << 17  # Looked at in one go; it bounds what a batch takes in memory.
_REMEMBERED = 1 << 16
_LONGEST_REMEMBERED = 512  # Longer keys are asked anew, or few of them could fill the memory.


# An origin without a port, its host, and the domain right above that; and a domain of two labels.
_BELOW: Final = r"^https?://(?P<name>[a-z0-9_-]+\.(?P<domain>[a-z0-9_.-]+))$"
_OF_TWO: Final = r"^[a-z0-9_-]+\.[a-z]+$"

_Key = TypeVar("_Key", str, bytes)


class _Memory(dict[_Key, int | None]):
    """What `find` returns for a key, remembered for up to `limit` keys; behind that all are forgotten."""

    __slots__ = ("_find", "_limit")

    def __init__(self, find: Callable[[_Key], int | None], limit: int = _REMEMBERED) -> None:
        self._find: Callable[[_Key], int | None] = find
        self._limit = limit

    def __missing__(self, key: _Key) -> int | None:
        found = self._find(key)
        if len(key) <= _LONGEST_REMEMBERED:
            if len(self) >= self._limit:
                self.clear()
            self[key] = found
        return found


class _Answers:
    """Every answer given so far, numbered; there are few, since rules and reasons are few."""

    def __init__(self, rules: Iterable[str]) -> None:
        self._rules = list(dict.fromkeys(rules))
        self._rule_numbers = {rule: number for number, rule in enumerate(self._rules)}
        self._codes: dict[tuple[int, int, str | None], int] = {}
        self._given: list[tuple[int, int, int | None]] = []
        self._lock = threading.Lock()
        self._dictionaries = (
            pa.array([str(decision) for decision in Decision], pa.string()),
            pa.array([str(reason) for reason in Reason], pa.string()),
            pa.array(self._rules, pa.string()),
        )

    def code(self, outcome: Outcome) -> int:
        """Return the number of an outcome: its decision, reason, and the first rule that decided."""
        rule = outcome.deciding[0].rule.id if outcome.deciding else None
        answer = (id(outcome.decision), id(outcome.reason), rule)
        code = self._codes.get(answer)
        return self._new(answer, outcome) if code is None else code

    def _new(self, answer: tuple[int, int, str | None], outcome: Outcome) -> int:
        with self._lock:  # Two threads may find new answers at once.
            if answer not in self._codes:
                rule = None if answer[2] is None else self._rule_numbers[answer[2]]
                self._given.append((_DECISIONS[outcome.decision], _REASONS[outcome.reason], rule))
                self._codes[answer] = len(self._given) - 1
            return self._codes[answer]

    def columns(self, codes: Any) -> list[Any]:
        """Return decision, reason and rule for each number."""
        table = list(zip(*list(self._given), strict=True)) or [(), (), ()]
        return [
            pa.DictionaryArray.from_arrays(
                pc.take(pa.array(numbers, field.type.index_type), codes), dictionary, safe=False
            )
            for numbers, field, dictionary in zip(table, ANSWER, self._dictionaries, strict=True)
        ]


_DECISIONS = {decision: number for number, decision in enumerate(Decision)}
_REASONS = {reason: number for number, reason in enumerate(Reason)}


class _Domains:
    """The answers for hosts right below listed domains, and below none, found by Arrow alone."""

    def __init__(self, checker: Checker, answers: _Answers) -> None:
        found = dict(checker.domain_outcomes())
        nowhere = found.pop("")
        told = {name: outcome for name, outcome in found.items() if outcome is not None}
        # Hosts that end as no listed domain does lie below none; one of a single label may end any host.
        single = any("." not in name for name in found)
        self._nowhere = None if nowhere is None or single else answers.code(nowhere)
        self._listed = pa.array(list(found), pa.string())
        self._ends = pa.array(sorted({".".join(name.split(".")[-2:]) for name in found}), pa.string())
        self._told = pa.array(list(told), pa.string())
        self._codes = pa.array(map(answers.code, told.values()), _CODE)

    def codes(self, origins: Any) -> Any:
        """Return the number of the answer for each origin, null for those that have to be asked for."""
        parts = pc.extract_regex(origins, _BELOW)
        name, domain = pc.struct_field(parts, "name"), pc.struct_field(parts, "domain")
        alone = pc.or_(pc.is_in(name, self._listed), pc.match_substring(name, "xn--"))
        codes = pc.take(self._codes, pc.index_in(domain, self._told))
        if self._nowhere is not None:
            outside = pc.and_not(pc.match_substring_regex(domain, _OF_TWO), pc.is_in(domain, self._ends))
            codes = pc.if_else(outside, pa.scalar(self._nowhere, _CODE), codes)
        return pc.if_else(alone, pa.scalar(None, _CODE), codes)


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
        self._answers = _Answers(rule.id for rule in checker.rules)
        self._origins, self._hosts = _Memory(self._of_origin), _Memory(self._of_text)
        self._texts = _Memory(self._of_bytes)
        self._domains = _Domains(checker, self._answers)

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
        codes = self._domains.codes(numbered.dictionary)
        open_ = pc.is_null(codes)
        asked = map(self._origins.__getitem__, numbered.dictionary.filter(open_).to_pylist())
        codes = pc.replace_with_mask(codes, open_, pa.array(list(asked), _CODE))
        return pc.take(codes, numbered.indices)

    def _by_bare(self, texts: Any) -> Any:
        """Answer for plainly spelled hosts, with or without a port; null for the rest."""
        return _each(bare_hosts(texts).dictionary_encode(), self._hosts)

    def _by_text(self, texts: Any) -> Any:
        """Answer for every distinct text by asking for it."""
        return _each(texts.view(_BINARY[texts.type]).dictionary_encode(), self._texts)

    def _of_origin(self, origin: str) -> int | None:
        outcome = self.checker.origin_outcome(origin)
        return None if outcome is None else self._answers.code(outcome)

    def _of_bytes(self, raw: bytes) -> int:
        return self._of_text(raw.decode("utf-8", "surrogateescape"))

    def _of_text(self, text: str) -> int:
        return self._answers.code(self._ask(text).outcome)


def _each(numbered: Any, memory: _Memory[_Key]) -> Any:
    """Return the number of the answer for each row, found for each distinct key."""
    found = list(map(memory.__getitem__, numbered.dictionary.to_pylist()))
    return pc.take(pa.array(found, _CODE), numbered.indices)


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
