"""Regular expressions as automata without empty moves, each move counted in how many ways it is made.

A search is a match behind a loop that reads anything. Look-arounds of one character, word borders and anchors
restrict the moves. Longer look-arounds, and what an
atomic group or a possessive repeat cuts off, are taken to hold: that can only report too much.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any, TypeAlias

_parser: Any = importlib.import_module("re._parser")
_compiler: Any = importlib.import_module("re._compiler")

Condition: TypeAlias = frozenset[tuple[int, int]]
"""Which characters may stand before and behind an empty move, as pairs of sets (bit masks)."""

_BASE = "".join(map(chr, range(0x180))) + "\u017f\u212a\u2028\u3000。．｡–—’•█"
# A repeat with more copies than this is open-ended; one with fewer is linear, with a factor.
_OPEN = 1_000
_COPIES = 3


@dataclass
class Automaton:
    """States are the places of a pattern that read a character; 0 is the start."""

    universe: str
    masks: list[int] = field(default_factory=list)
    moves: list[dict[int, list[Condition]]] = field(default_factory=list)
    accepts: list[list[Condition]] = field(default_factory=list)
    atoms: list[int] = field(default_factory=list)

    def steps(self, state: int, atom: int) -> Iterator[tuple[int, int, int]]:
        """Yield each next state, the atom read to get there, and in how many ways."""
        for following, conditions in self.moves[state].items():
            for read in self.atoms:
                if read & self.masks[following]:
                    ways = sum(any(a & atom and b & read for a, b in one) for one in conditions)
                    if ways:
                        yield following, read, ways


class _Builder:
    """Builds an automaton with empty moves from a parsed pattern, then takes them out."""

    def __init__(self, pattern: str, groups: dict[int, Any]) -> None:
        self.universe = _BASE + "".join(sorted(set(pattern) - set(_BASE)))
        self.start_bit = 1 << len(self.universe)
        self.end_bit = self.start_bit << 1
        self.chars = self.start_bit - 1
        self.all = self.chars | self.start_bit | self.end_bit
        self.free: Condition = frozenset({(self.all, self.all)})
        self.empty: list[list[tuple[int, Condition]]] = []
        self.reads: dict[int, tuple[int, int]] = {}
        self.groups = groups
        self.looks: list[tuple[Any, int]] = []

    def node(self) -> int:
        self.empty.append([])
        return len(self.empty) - 1

    def link(self, start: int, end: int, condition: Condition | None = None) -> None:
        self.empty[start].append((end, condition or self.free))

    def read(self, start: int, mask: int) -> int:
        end = self.node()
        self.reads[start] = (mask, end)
        return end

    def sequence(self, items: Any, start: int, flags: int) -> int:
        for op, argument in items:
            start = self.item(str(op), argument, (op, argument), start, flags)
        return start

    def item(self, op: str, argument: Any, node: Any, start: int, flags: int) -> int:
        match op:
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY":
                entry = self.node()
                self.link(start, entry)
                return self.read(entry, _mask(repr(node), node, flags, self.universe))
            case "BRANCH":
                return self.branch(argument[1], start, flags)
            case "SUBPATTERN":
                group, added, removed, body = argument
                self.groups[group] = body
                return self.sequence(body, start, (flags | added) & ~removed)
            case "ATOMIC_GROUP":
                return self.sequence(argument, start, flags)
            case "GROUPREF" | "GROUPREF_IGNORE":
                return self.sequence(self.groups[argument], start, flags)
            case "GROUPREF_EXISTS":
                return self.branch([argument[1], argument[2] or []], start, flags)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self.repeat(argument, start, flags)
            case "AT" | "ASSERT" | "ASSERT_NOT":
                end = self.node()
                self.link(start, end, self.condition(op, argument, flags))
                return end
        raise NotImplementedError(op)

    def branch(self, bodies: Any, start: int, flags: int) -> int:
        end = self.node()
        for body in bodies:
            first = self.node()
            self.link(start, first)
            self.link(self.sequence(body, first, flags), end)
        return end

    def repeat(self, argument: tuple[int, Any, Any], start: int, flags: int) -> int:
        least, most, body = argument
        for _ in range(least):
            start = self.sequence(body, start, flags)
        end = self.node()
        if int(most) >= _OPEN:
            loop, first = self.node(), self.node()
            self.link(start, loop)
            self.link(loop, first)
            self.link(self.sequence(body, first, flags), loop)
            self.link(loop, end)
            return end
        for _ in range(min(int(most) - least, _COPIES)):
            self.link(start, end)
            first = self.node()
            self.link(start, first)
            start = self.sequence(body, first, flags)
        self.link(start, end)
        return end

    def condition(self, op: str, argument: Any, flags: int) -> Condition:
        if op == "AT":
            return self.at(str(argument), flags)
        direction, body = argument
        self.looks.append((body, flags))
        mask = self.edge(body, flags, last=direction < 0, sure=op == "ASSERT_NOT")
        mask = self.all & ~mask if op == "ASSERT_NOT" else mask
        return frozenset({(mask, self.all) if direction < 0 else (self.all, mask)})

    def at(self, where: str, flags: int) -> Condition:
        word = _mask("\\w", _parser.parse("\\w")[0], flags, self.universe)
        other = self.all & ~word
        line = 1 << self.universe.index("\n") if flags & re.MULTILINE else 0
        final = 1 << self.universe.index("\n")
        known = {
            "AT_BEGINNING": {(self.start_bit | line, self.all)},
            "AT_BEGINNING_STRING": {(self.start_bit, self.all)},
            "AT_END": {(self.all, self.end_bit | final)},
            "AT_END_STRING": {(self.all, self.end_bit)},
            "AT_BOUNDARY": {(word, other), (other, word)},
            "AT_NON_BOUNDARY": {(word, word), (other, other)},
        }
        return frozenset(known[where])

    def edge(self, body: Any, flags: int, *, last: bool, sure: bool) -> int:
        """Return the characters at the near edge of a look-around: those that suffice, or that may do."""
        items = list(body)
        if sure and len(items) != 1:
            return 0
        if not items:
            return 0 if sure else self.all
        op, argument = items[-1 if last else 0]
        match str(op):
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY":
                return _mask(repr((op, argument)), (op, argument), flags, self.universe)
            case "BRANCH":
                mask = 0
                for one in argument[1]:
                    mask |= self.edge(one, flags, last=last, sure=sure)
                return mask
            case "SUBPATTERN":
                return self.edge(argument[3], flags, last=last, sure=sure)
            case "AT" if str(argument) in ("AT_END_STRING", "AT_BEGINNING_STRING"):
                return self.end_bit if str(argument) == "AT_END_STRING" else self.start_bit
        return 0 if sure else self.all

    def finish(self, first: int, end: int, *, whole: bool) -> Automaton:
        """Take the empty moves out, counting in how many ways each move is left."""
        made = Automaton(self.universe)
        nodes = list(self.reads)
        numbers = {node: number for number, node in enumerate(nodes, 1)}
        made.masks = [self.start_bit, *(self.reads[node][0] for node in nodes)]
        last = frozenset({(self.all, self.end_bit)}) if whole else self.free
        conditions: set[int] = set(made.masks)
        for origin in (first, *(self.reads[node][1] for node in nodes)):
            following: dict[int, list[Condition]] = {}
            accepts: list[Condition] = []
            for node, condition in self.closure(origin):
                conditions.update(mask for pair in condition for mask in pair)
                if node == end:
                    accepts += [both] if (both := _both(condition, last)) else []
                elif node in self.reads:
                    following.setdefault(numbers[node], []).append(condition)
            made.moves.append(following)
            made.accepts.append(accepts)
        made.atoms = _atoms(conditions, self.chars)
        return made

    def closure(self, origin: int) -> Iterator[tuple[int, Condition]]:
        """Yield every way to a reading node or the end over empty moves, none taken twice on one way."""
        waiting: list[tuple[int, Condition, frozenset[tuple[int, int]]]] = [(origin, self.free, frozenset())]
        counts: dict[tuple[int, Condition], int] = {}
        while waiting:
            node, condition, used = waiting.pop()
            if counts.get((node, condition), 0) >= 2:
                continue
            counts[node, condition] = counts.get((node, condition), 0) + 1
            if node in self.reads or not self.empty[node]:
                yield node, condition
                continue
            for number, (following, own) in enumerate(self.empty[node]):
                both = _both(condition, own)
                if both and (node, number) not in used:
                    waiting.append((following, both, used | {(node, number)}))


def _both(left: Condition, right: Condition) -> Condition:
    pairs = ((a & c, b & d) for (a, b), (c, d) in product(left, right))
    return frozenset(pair for pair in pairs if all(pair))


def _atoms(masks: set[int], chars: int) -> list[int]:
    """Return the sets of characters that no mask tells apart."""
    atoms = [chars]
    for mask in masks:
        atoms = [part for atom in atoms for part in (atom & mask, atom & ~mask) if part]
    return atoms


@cache
def _mask_of(_key: str, flags: int, universe: str, holder: _Holder) -> int:
    state = _parser.State()
    state.flags = flags
    single = _compiler.compile(_parser.SubPattern(state, [holder.node]), flags)
    return sum(1 << number for number, char in enumerate(universe) if single.fullmatch(char))


class _Holder:
    """A parsed node that a cache looks at by its text alone."""

    def __init__(self, node: Any) -> None:
        self.node = node

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Holder)

    def __hash__(self) -> int:
        return 0


def _mask(key: str, node: Any, flags: int, universe: str) -> int:
    """Return the characters of the universe that a node of a parsed pattern reads."""
    return _mask_of(key, flags & ~re.DEBUG, universe, _Holder(node))


def automata(pattern: str, flags: int, method: str) -> Iterator[Automaton]:
    """Yield the automaton of a pattern as a method of `re` uses it, and one for each look-around.

    What a look-around reads it may read again at every place, so it counts as a search.
    """
    parsed = _parser.parse(pattern, flags)
    waiting = [(parsed, parsed.state.flags, method)]
    groups: dict[int, Any] = {}
    while waiting:
        body, own_flags, how = waiting.pop(0)
        builder = _Builder(pattern, groups)
        start = first = builder.node()
        if how not in ("match", "fullmatch"):
            loop, entry, first = builder.node(), builder.node(), builder.node()
            builder.link(start, loop)
            builder.link(loop, entry)
            builder.link(builder.read(entry, builder.chars), loop)
            builder.link(loop, first)
        end = builder.node()
        builder.link(builder.sequence(body, first, own_flags), end)
        yield builder.finish(start, end, whole=how == "fullmatch")
        waiting += [(look, look_flags, "search") for look, look_flags in builder.looks]
