"""Small faults to put into a source file, one at a time: what `mutants.py` hunts.

A mutant is an edit of the syntax tree. It is named by its file, its function and the statement with what
was and what is now, so its name survives that the lines around it move.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from regexfaults import regex_faults, regex_names

__all__ = ["MODULE", "Mutant", "mutants_of"]

MODULE = "<module>"
"""The function of what stands outside of every function."""

_SKIPPED_NAMES = {"__all__", "__slots__"}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
}
_CALLS = {
    "all": "any",
    "any": "all",
    "bisect_right": "bisect_left",
    "endswith": "startswith",
    "find": "rfind",
    "fullmatch": "match",
    "issuperset": "issubset",
    "lstrip": "strip",
    "match": "search",
    "max": "min",
    "min": "max",
    "partition": "rpartition",
    "rfind": "find",
    "rpartition": "partition",
    "search": "match",
    "startswith": "endswith",
    "strip": "lstrip",
}
_MENDING = {"lower", "lstrip", "removeprefix", "removesuffix", "rstrip", "strip", "upper"}
"""Methods of texts whose call may be left out."""


@dataclass(frozen=True, eq=False)
class Mutant:
    """One edit: the `part` of `holder`, or its member at `place`, becomes `new`; None takes a member away."""

    file: str
    function: str
    line: int
    text: str
    tree: ast.Module = field(repr=False)
    holder: ast.AST = field(repr=False)
    part: str
    place: int | None
    new: ast.AST | None = field(repr=False)

    @property
    def name(self) -> str:
        """The file, the function, and the statement with `{what was => what is now}`."""
        return f"{self.file} {self.function}: {self.text}"

    def compile(self, filename: str) -> ast.Module:
        """Return the tree with the edit made; the tree is shared, so do this in a process of its own."""
        _edit(self.holder, self.part, self.place, self.new)
        return self.tree


@dataclass(frozen=True)
class _Place:
    """A node of the tree, where it hangs, and what it stands in."""

    node: ast.AST
    holder: ast.AST
    field: str
    place: int | None
    statement: ast.AST
    line: int
    function: str
    returns: str
    regex: bool


def mutants_of(file: str, source: str, enums: dict[str, tuple[str, ...]]) -> list[Mutant]:
    """Return every mutant of a source file; `enums` are the members of the project's enumerations."""
    tree = ast.parse(source)
    seen: Counter[tuple[str, str]] = Counter()
    found: list[Mutant] = []
    for place in list(_places(tree)):
        for at, new in _faults(place, enums):
            text = _shown(place.statement, at, new)
            if text is None:
                continue
            seen[place.function, text] += 1
            if seen[place.function, text] > 1:
                text += f" ({seen[place.function, text]})"
            found.append(Mutant(file, place.function, place.line, text, tree, *at, new))
    return found


def _places(tree: ast.Module) -> Iterator[_Place]:
    names = regex_names(tree)
    todo = [_Place(tree, tree, "", None, tree, 0, MODULE, "", regex=False)]
    while todo:
        above = todo.pop()
        node = above.node
        for name, value in ast.iter_fields(node):
            if _is_silent(node, name):
                continue
            for number, child in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(child, ast.AST) and not _is_spared(child):
                    at = number if isinstance(value, list) else None
                    todo.append(below := _below(above, child, name, at, names))
                    yield below


def _below(above: _Place, node: ast.AST, name: str, at: int | None, names: frozenset[str]) -> _Place:
    function, returns, parent = above.function, above.returns, above.node
    if isinstance(parent, ast.FunctionDef | ast.ClassDef) and name == "body":
        inner = parent.name if function == MODULE else f"{function}.{parent.name}"
        if isinstance(parent, ast.FunctionDef):
            returns = ast.unparse(parent.returns) if parent.returns else ""
        function = inner
    statement, line, regex = above.statement, above.line, above.regex
    if isinstance(node, ast.stmt):
        statement, line, regex = node, node.lineno, _holds_regex(node, names)
    elif isinstance(node, ast.match_case):
        statement = node
    elif isinstance(parent, ast.Call) and _is_re(parent):
        regex = name == "args" and at == 0
    return _Place(node, parent, name, at, statement, line, function, returns, regex)


def _is_re(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "re"


def _holds_regex(node: ast.stmt, names: frozenset[str]) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return any(isinstance(one, ast.Name) and one.id in names for one in targets)


def _is_silent(node: ast.AST, name: str) -> bool:
    """Tell what is no behaviour: annotations, decorators and bases, operators and contexts by themselves."""
    if isinstance(node, ast.AnnAssign) and name == "value":
        return "TypeAlias" in ast.unparse(node.annotation)
    return name in ("annotation", "returns", "decorator_list", "bases", "ctx", "ops", "op", "func_type")


def _is_spared(node: ast.AST) -> bool:
    """Tell imports, docstrings, lists of names, asserted types and enumerations."""
    match node:
        case ast.match_case(body=[ast.Expr(ast.Call(ast.Name("assert_never")))]):
            return True
        case ast.Import() | ast.ImportFrom() | ast.Assert():
            return True
        case ast.Expr(ast.Constant()):
            return True
        case ast.Assign([ast.Name(name)]):
            return name in _SKIPPED_NAMES
        case ast.ClassDef(bases=bases):
            return any(isinstance(base, ast.Name) and base.id.endswith("Enum") for base in bases)
    return False


_Fault = tuple[tuple[ast.AST, str, int | None], ast.AST | None]


def _faults(place: _Place, enums: dict[str, tuple[str, ...]]) -> Iterator[_Fault]:
    """Yield every edit of a node: where, and what to put there."""
    here = (place.holder, place.field, place.place)
    for new in (*_expression_faults(place, enums), *_call_faults(place.node), *_statement_faults(place)):
        yield here, new
    node = place.node
    match node:
        case ast.Compare(ops=ops):
            for number, op in enumerate(ops):
                yield from (((node, "ops", number), other()) for other in _COMPARISONS[type(op)])
        case ast.BoolOp(op, values):
            yield (node, "op", None), ast.Or() if isinstance(op, ast.And) else ast.And()
            if len(values) == 2:
                yield from ((here, value) for value in values)
        case ast.Slice(lower, upper):
            for name, bound in (("lower", lower), ("upper", upper)):
                if bound is not None:
                    yield (node, name, None), None
        case ast.match_case(guard=ast.expr()):
            yield (node, "guard", None), None
    for name, number in _spare_parts(place):
        yield (node, name, number), None


def _spare_parts(place: _Place) -> Iterator[tuple[str, int]]:
    """Yield the members of a node that can be left out: field and place."""
    node = place.node
    match node:
        case ast.BoolOp(values=values) if len(values) > 2:
            yield from (("values", number) for number in range(len(values)))
        case ast.Tuple(elts) | ast.List(elts) | ast.Set(elts) if not _is_fixed(place):
            yield from (("elts", number) for number in range(len(elts)))
        case ast.Call(keywords=keywords):
            yield from (("keywords", number) for number in range(len(keywords)))
            if _is_re(node) and len(node.args) > 1 and ast.unparse(node.args[-1]).startswith("re."):
                yield "args", len(node.args) - 1
        case ast.comprehension(ifs=ifs):
            yield from (("ifs", number) for number in range(len(ifs)))
        case ast.Match(cases=cases) if len(cases) > 1:
            yield from (("cases", number) for number, case in enumerate(cases) if not _is_spared(case))


def _is_fixed(place: _Place) -> bool:
    """Tell a tuple whose length is part of a type: results, targets, keys."""
    fixed = ast.Return | ast.Assign | ast.For | ast.Subscript | ast.Yield | ast.comprehension | ast.Dict
    if not isinstance(place.node, ast.Tuple):
        return False
    return isinstance(place.holder, fixed) or isinstance(place.node.ctx, ast.Store)


def _expression_faults(place: _Place, enums: dict[str, tuple[str, ...]]) -> Iterator[ast.AST]:
    node = place.node
    match node:
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value)):
            yield ast.Constant(value + 1)
            if value > 0:
                yield ast.Constant(value - 1)
        case ast.Constant(str(value)):
            yield from map(ast.Constant, _text_faults(place, value))
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
            if not (_is_text(left) or _is_text(right)):
                yield ast.BinOp(left, _OPERATORS[type(op)](), right)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.Attribute(ast.Name(name), member) if member in enums.get(name, ()):
            members = enums[name]
            following = members[(members.index(member) + 1) % len(members)]
            yield ast.Attribute(ast.Name(name, ast.Load()), following, ast.Load())
    if place.field == "test" and isinstance(place.holder, ast.If):
        yield from (ast.Constant(True), ast.Constant(False))
    elif place.field == "test" and isinstance(place.holder, ast.While):
        yield ast.Constant(False)


def _call_faults(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Call(ast.Name(name), args, keywords) if name in _CALLS:
            yield ast.Call(ast.Name(_CALLS[name], ast.Load()), args, keywords)
        case ast.Call(ast.Attribute(value, name), args, keywords):
            if name in _CALLS:
                yield ast.Call(ast.Attribute(value, _CALLS[name], ast.Load()), args, keywords)
            if name in _MENDING:
                yield value


def _is_text(node: ast.expr) -> bool:
    """Tell what has no minus: texts and lists."""
    return isinstance(node, ast.JoinedStr | ast.List) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _text_faults(place: _Place, value: str) -> Iterator[str]:
    """Yield other texts for a text; for the messages of errors, which are wording, none."""
    if isinstance(place.statement, ast.Raise):
        return
    if place.regex:
        yield from regex_faults(value, whole=not isinstance(place.holder, ast.JoinedStr))
    else:
        yield "" if value else "X"


def _statement_faults(place: _Place) -> Iterator[ast.AST]:
    match place.node:
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Assign([ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Return(value) if value is not None and not isinstance(value, ast.Constant):
            if place.returns == "bool":
                yield from (ast.Return(ast.Constant(True)), ast.Return(ast.Constant(False)))
            else:
                yield ast.Return(ast.Constant(None))


def _edit(holder: ast.AST, name: str, place: int | None, new: ast.AST | None) -> None:
    if new is not None:
        ast.fix_missing_locations(ast.copy_location(new, holder))
    if place is None:
        setattr(holder, name, new)
        return
    members = list(getattr(holder, name))
    members[place : place + 1] = [] if new is None else [new]
    setattr(holder, name, members)


def _shown(statement: ast.AST, at: tuple[ast.AST, str, int | None], new: ast.AST | None) -> str | None:
    """Return the statement with what the edit makes of it, or None where that is the same."""
    holder, name, place = at
    old = getattr(holder, name)
    if name in ("body", "orelse", "handlers", "finalbody") and isinstance(place, int):
        assert isinstance(new, ast.AST)
        return _difference(_head(statement), _head(new))
    before = _head(statement) if name != "cases" else _head(old[place or 0])
    _edit(holder, name, place, new)
    after = _head(statement) if name != "cases" else ""
    setattr(holder, name, old)
    return None if before == after else _difference(before, after)


def _head(node: ast.AST) -> str:
    """Return a statement on one line, a compound one without what is in it."""
    match node:
        case ast.match_case(pattern, guard):
            return f"case {ast.unparse(pattern)}" + (f" if {ast.unparse(guard)}:" if guard else ":")
        case ast.FunctionDef():
            return f"def {node.name}({ast.unparse(node.args)}):"
        case _:
            return ast.unparse(ast.fix_missing_locations(node)).split("\n", 1)[0]


def _difference(before: str, after: str) -> str:
    """Return both texts in one, `{was => is}` where they differ."""
    old, new = (re.findall(r"\w+|\s|[^\w\s]", text) for text in (before, after))
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    middle = ("".join(text[first : len(text) - last]) for text in (old, new))
    return "".join(old[:first]) + "{" + " => ".join(middle) + "}" + "".join(old[len(old) - last :])
