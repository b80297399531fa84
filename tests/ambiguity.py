"""How often a backtracking matcher may try one text: a structural check of regular expressions.

A pattern may take exponential time if some state of its automaton has two ways back to itself on one
text, and polynomial time of degree two or more if one loop hands over to another on a text that both can
read (A. Weber, H. Seidl, "On the degree of ambiguity of finite automata", 1991). A loop behind which the
match has succeeded whatever follows is never tried again, and does not count.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from automata import Automaton, automata


@dataclass(frozen=True)
class Ambiguity:
    """Why a pattern may be slow, and the text that shows it: `prefix`, many times `pump`, a mismatch."""

    kind: str
    prefix: str
    pump: str


def _components(made: Automaton) -> list[list[int]]:
    """Return the loops: the sets of states that reach each other."""
    reach = [set(_reachable(made, state)) for state in range(len(made.masks))]
    loops: dict[frozenset[int], None] = {}
    for state, found in enumerate(reach):
        if state in found:
            loops[frozenset(other for other in found if state in reach[other])] = None
    return [sorted(loop) for loop in loops]


def _reachable(made: Automaton, state: int) -> Iterator[int]:
    seen: set[int] = set()
    waiting = [state]
    while waiting:
        for following in made.moves[waiting.pop()]:
            if following not in seen:
                seen.add(following)
                waiting.append(following)
                yield following


def _never_fails(made: Automaton, state: int, everything: int) -> bool:
    """Tell whether the match has succeeded once `state` is reached, whatever follows."""
    own = made.masks[state] if state in made.moves[state] else 0
    for atom in (atom for atom in made.atoms if atom & made.masks[state]):
        behind = own
        for condition in made.accepts[state]:
            for before, after in condition:
                behind |= after if before & atom else 0
        if behind & everything != everything:
            return False
    return True


def _always_ends(made: Automaton, loop: Sequence[int], everything: int) -> bool:
    """Tell whether no round of a loop avoids a state at which the match is free to end.

    Then going back one round at most ends it.
    """
    left = {state for state in loop if not _free_to_end(made, state, everything)}
    reach = {state: set(made.moves[state]) & left for state in left}
    while reach:
        ends = [state for state, following in reach.items() if not following]
        if not ends:
            return False
        for state in ends:
            del reach[state]
        reach = {state: following - set(ends) for state, following in reach.items()}
    return True


def _free_to_end(made: Automaton, state: int, everything: int) -> bool:
    return any(
        before & made.masks[state] == made.masks[state] and after & everything == everything
        for condition in made.accepts[state]
        for before, after in condition
    )


_Node: TypeAlias = tuple[tuple[int, ...], int]


def _word(
    made: Automaton, start: _Node, goal: tuple[int, ...], inside: Sequence[set[int] | None]
) -> list[int] | None:
    """Return the atoms read on the shortest way of several states at once, one text for all."""
    before: dict[_Node, tuple[_Node, int]] = {}
    waiting = deque([start])
    while waiting:
        states, atom = node = waiting.popleft()
        tables = [dict.fromkeys(made.atoms) for _ in states]
        choices: dict[int, list[list[int]]] = {}
        for place, state in enumerate(states):
            for following, read, _ in made.steps(state, atom):
                allowed = inside[place]
                if allowed is None or following in allowed:
                    choices.setdefault(read, [[] for _ in tables])[place].append(following)
        for read, each in choices.items():
            for following_states in product(*each):
                following_node = (following_states, read)
                if following_states == goal and read == start[1]:
                    return [*_trace(before, start, node), read]
                if following_node not in before and following_node != start:
                    before[following_node] = (node, read)
                    waiting.append(following_node)
    return None


def _trace(before: dict[_Node, tuple[_Node, int]], start: _Node, node: _Node) -> list[int]:
    read: list[int] = []
    while node != start:
        node, atom = before[node]
        read.append(atom)
    return read[::-1]


def ambiguities(pattern: str, flags: int = 0, method: str = "search") -> Iterator[Ambiguity]:
    """Yield what makes a pattern exponential, or else each two loops that make it polynomial."""
    for made in automata(pattern, flags, method):
        yield from _of(made)


def _of(made: Automaton) -> Iterator[Ambiguity]:
    everything = sum(made.atoms) | made.masks[0] << 1
    loops = _components(made)
    for loop in loops:
        if not all(_never_fails(made, state, everything) for state in loop):
            for state, atom in product(loop, made.atoms):
                word = _second_way(made, state, atom, set(loop)) if atom & made.masks[state] else None
                if word is not None:
                    yield Ambiguity("exponential", _text(made, _way_to(made, state, atom)), _text(made, word))
                    return
    for one, other in product(loops, loops):
        if _always_ends(made, other, everything):
            continue
        if one is other or not any(set(other) & set(made.moves[state]) for state in _around(made, one)):
            continue
        found = _handover(made, one, other, everything)
        if found is not None:
            yield found


def _around(made: Automaton, loop: Sequence[int]) -> set[int]:
    return {*loop, *(state for first in loop for state in _reachable(made, first))}


def _handover(made: Automaton, one: Sequence[int], other: Sequence[int], everything: int) -> Ambiguity | None:
    for first, second in product(one, other):
        if _never_fails(made, second, everything):
            continue
        for atom in made.atoms:
            if atom & made.masks[first] & made.masks[second]:
                start = ((first, first, second), atom)
                inside = (set(one), None, set(other))
                word = _word(made, start, (first, second, second), inside)
                if word is not None:
                    prefix = _text(made, _way_to(made, first, atom))
                    return Ambiguity("polynomial", prefix, _text(made, word))
    return None


def _second_way(made: Automaton, state: int, atom: int, loop: set[int]) -> list[int] | None:
    """Return a text with two ways from a state back to itself, by two routes or by one taken twice."""
    for following, read, ways in made.steps(state, atom):
        if ways > 1 and following in loop:
            back = _word_to(made, following, read, state, atom, loop)
            if back is not None:
                return [read, *back]
    for left, right in product(made.steps(state, atom), repeat=2):
        if left[0] < right[0] and left[1] == right[1] and {left[0], right[0]} <= loop:
            back = _meet(made, (left[0], right[0]), left[1], (state, atom), loop)
            if back is not None:
                return [left[1], *back]
    return None


def _word_to(
    made: Automaton, state: int, atom: int, goal: int, last: int, loop: set[int]
) -> list[int] | None:
    return [] if (state, atom) == (goal, last) else _meet(made, (state,), atom, (goal, last), loop)


def _meet(
    made: Automaton, states: tuple[int, ...], atom: int, goal: tuple[int, int], loop: set[int]
) -> list[int] | None:
    """Return a text on which every one of the states comes to the goal."""
    seen: set[_Node] = {(states, atom)}
    waiting: deque[tuple[_Node, list[int]]] = deque([((states, atom), [])])
    while waiting:
        (now, last), word = waiting.popleft()
        each = [[step[:2] for step in made.steps(state, last) if step[0] in loop] for state in now]
        for chosen in product(*each):
            if len({read for _, read in chosen}) != 1:
                continue
            node = (tuple(state for state, _ in chosen), chosen[0][1])
            if node == ((goal[0],) * len(states), goal[1]):
                return [*word, node[1]]
            if node not in seen:
                seen.add(node)
                waiting.append((node, [*word, node[1]]))
    return None


def _way_to(made: Automaton, goal: int, last: int) -> list[int]:
    """Return a shortest text that leads from the start to a state."""
    return _meet(made, (0,), made.masks[0], (goal, last), set(range(len(made.masks)))) or []


def _text(made: Automaton, atoms: Sequence[int]) -> str:
    """Return one text of the atoms, with printable characters where there are some."""
    return "".join(made.universe[_pick(made, atom)] for atom in atoms)


def _pick(made: Automaton, atom: int) -> int:
    numbers = [number for number in range(len(made.universe)) if atom >> number & 1]
    return min(numbers, key=lambda number: (not 0x21 <= number < 0x7F, number))


def attacks(pattern: str, flags: int = 0, method: str = "search") -> Iterator[tuple[str, str]]:
    """Yield for each loop of a pattern a text that leads to it, and one that goes round in it."""
    for made in automata(pattern, flags, method):
        for loop in _components(made):
            found = None
            for state, atom in product(loop, made.atoms):
                if found is None and atom & made.masks[state]:
                    word = _meet(made, (state,), atom, (state, atom), set(loop))
                    if word is not None:
                        found = _text(made, _way_to(made, state, atom)), _text(made, word)
            if found is not None:
                yield found
