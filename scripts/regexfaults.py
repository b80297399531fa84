"""Small faults in regular expressions, as text: a bound, a class, an alternative, a look ahead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

__all__ = ["regex_faults", "regex_names"]

_BOUNDS = re.compile(r"\{(\d*),?(\d*)\}")
_UNIT = re.compile(r"\\x[0-9a-f]{2}|\\.|.", re.DOTALL)


def regex_names(tree: ast.Module) -> frozenset[str]:
    """Return the names of the module's texts that become part of a regular expression."""
    values = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    named: set[str] = set()
    todo: list[ast.AST] = [
        call.args[0]
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("re.") and call.args
    ]
    while todo:
        for node in ast.walk(todo.pop()):
            if isinstance(node, ast.Name) and node.id in values and node.id not in named:
                value = values[node.id]
                if isinstance(value, ast.Constant | ast.JoinedStr):
                    named.add(node.id)
                    todo.append(value)
    return frozenset(named)


def regex_faults(text: str, *, whole: bool) -> Iterator[str]:
    """Yield the expression, or the piece of one, with one fault each; of `whole` ones, what compiles."""
    for start, end, new in (*_marks(text), *_alternatives(text)):
        other = text[:start] + new + text[end:]
        if other != text and (not whole or _compiles(other)):
            yield other


def _compiles(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _marks(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield faults of classes, repetitions and looks ahead, as spans with their replacement."""
    position = 0
    repeated = False
    while position < len(text):
        unit = _UNIT.match(text, position)
        assert unit is not None
        end = unit.end()
        bounds = _BOUNDS.match(text, position)
        if unit[0] == "[":
            end = _class_end(text, position)
            yield from _class_faults(text, position, end)
        elif bounds is not None:
            end = bounds.end()
            yield from ((position, end, new) for new in _other_bounds(bounds))
        elif text.startswith(("(?!", "(?="), position):
            end = position + 3
            yield position, end, "(?=" if text[position + 2] == "!" else "(?!"
        elif text.startswith("(?", position):
            end = position + 2
        elif unit[0] in "*+?" and not repeated:
            yield position, end, {"*": "+", "+": "*", "?": ""}[unit[0]]
        # A `+` or `?` behind a repetition is about speed alone.
        repeated = not repeated and (unit[0] in "*+?" or bounds is not None)
        position = end


def _other_bounds(bounds: re.Match[str]) -> Iterator[str]:
    low, high = bounds.groups()
    if "," not in bounds[0]:
        yield from (f"{{{int(low) + 1}}}", f"{{{int(low) - 1}}}")
        return
    if low:
        yield f"{{{int(low) + 1},{high}}}"
        if int(low):
            yield f"{{{int(low) - 1},{high}}}"
    if high:
        yield from (f"{{{low},{int(high) + 1}}}", f"{{{low},{int(high) - 1}}}")


def _class_end(text: str, start: int) -> int:
    """Return where a class ends, or the text does: the rest may stand in another piece."""
    position = start + 1 + text.startswith("^", start + 1)
    while position < len(text) and text[position] != "]":
        unit = _UNIT.match(text, position)
        assert unit is not None
        position = unit.end()
    return min(position + 1, len(text))


def _class_faults(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    position = start + 1
    if text[position : position + 1] == "^":
        yield position, position + 1, ""
        position += 1
    while position < end and text[position] != "]":
        first = _UNIT.match(text, position)
        assert first is not None
        stop = first.end()
        if text[stop : stop + 1] == "-" and text[stop + 1 : stop + 2] not in ("]", ""):
            second = _UNIT.match(text, stop + 1)
            assert second is not None
            stop = second.end()
        yield position, stop, ""
        position = stop


def _alternatives(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the spans of alternatives, each with its bar, to be left out."""
    open_groups: list[list[int]] = [[0]]
    position = 0
    while position < len(text):
        unit = _UNIT.match(text, position)
        assert unit is not None
        end = _class_end(text, position) if unit[0] == "[" else unit.end()
        if unit[0] == "(":
            opening = re.compile(r"\(\?[:=!]?").match(text, position)
            end = opening.end() if opening else end
            open_groups.append([end])
        elif unit[0] == "|":
            open_groups[-1].append(end)
        elif unit[0] == ")" and len(open_groups) > 1:
            yield from _left_out(open_groups.pop(), position)
        position = end
    yield from _left_out(open_groups.pop(), len(text))


def _left_out(starts: list[int], end: int) -> Iterator[tuple[int, int, str]]:
    if len(starts) < 2:
        return
    for start, following in pairwise(starts):
        yield start, following, ""
    yield starts[-1] - 1, end, ""
