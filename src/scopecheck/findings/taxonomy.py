"""Finding types as trees: Bugcrowd's VRT in several versions, with CWE numbers.

Ids are paths of components joined by dots (`cross_site_scripting_xss.stored`); one node lies under
another by components, never by characters (`broken_access` is not above `broken_access_control`).
The table `data/vrt.tsv` says where its facts come from.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.errors import ScopeSyntaxError
from scopecheck.targets.host import printable

__all__ = ["Node", "Taxonomy", "default_taxonomy", "lies_under", "taxonomy"]

NEWEST = "2026-07-08"
VERSIONS = ("1.14.1", NEWEST)


@dataclass(frozen=True, slots=True)
class Node:
    """A finding type: its id path, name, baseline priority 1 (worst) to 5, and CWE numbers.

    `priority` is None for an inner node and where the baseline varies (`varies`).
    """

    id: str
    name: str
    priority: int | None = None
    varies: bool = False
    weaknesses: tuple[int, ...] = ()


def lies_under(id: str, ancestor: str) -> bool:
    """Tell whether a node is `ancestor` or lies below it, component by component (F2)."""
    return id == ancestor or id.startswith(ancestor + ".")


@dataclass(frozen=True)
class Taxonomy:
    """One version of a tree, with where deprecated ids went."""

    version: str
    nodes: Mapping[str, Node]
    gone: Mapping[str, str] = field(default_factory=dict)

    def follow(self, id: str) -> str | None:
        """Return the id that `id` stands for in this version, or None where it leads to no node.

        Deprecated ids are followed to the end; the first that this version has ends the way, and a
        cycle ends it too (F2). A deprecated parent takes its children along.
        """
        seen: set[str] = set()
        current = id
        while current not in self.nodes:
            if current in seen:
                return None
            seen.add(current)
            went = self.gone.get(current) or self._by_parent(current)
            if went is None:
                return None
            current = went
        return current

    def _by_parent(self, id: str) -> str | None:
        parent, _, _ = id.rpartition(".")
        while parent:
            if parent in self.gone or parent in self.nodes:
                return self.gone.get(parent) if parent not in self.nodes else None
            parent, _, _ = parent.rpartition(".")
        return None

    def below(self, id: str) -> Iterator[Node]:
        """Yield the node and every one below it."""
        return (node for node in self.nodes.values() if lies_under(node.id, id))

    def weaknesses(self, id: str) -> tuple[int, ...]:
        """Return the CWE numbers of a node, or those of its nearest mapped ancestor."""
        current = id
        while current:
            node = self.nodes.get(current)
            if node is not None and node.weaknesses:
                return node.weaknesses
            current = current.rpartition(".")[0]
        return ()

    def priorities(self, id: str) -> tuple[int, ...]:
        """Return the baseline priorities of a node and those below it, worst first.

        Empty where the taxonomy gives none: the baseline varies, or the node is of another tree.
        """
        return tuple(sorted({node.priority for node in self.below(id) if node.priority is not None}))

    @classmethod
    def from_vrt(cls, path: str | Path, *, gone: Mapping[str, str] | None = None) -> Taxonomy:
        """Read an official `vulnerability-rating-taxonomy.json`; CWE numbers come with the library.

        Raises `ScopeSyntaxError` where the file is of another shape.
        """
        try:
            data = json.loads(Path(path).read_text("utf-8"))
            version = str(data["metadata"]["release_date"])[:10]
            nodes = {node.id: node for node in _walk(data["content"], "", _known_weaknesses())}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            problem = Diagnostic(
                "vrt",
                "this is no VRT file",
                Place(printable(str(path))),
                "give the official JSON of a release",
            )
            raise ScopeSyntaxError(f"`{printable(str(path))}` cannot be read", (problem,)) from error
        return cls(version, nodes, dict(default_taxonomy().gone) if gone is None else dict(gone))


def _walk(content: list[dict[str, Any]], above: str, known: Mapping[str, tuple[int, ...]]) -> Iterator[Node]:
    for entry in content:
        path = f"{above}.{entry['id']}" if above else str(entry["id"])
        priority = entry.get("priority")
        if priority is not None and priority not in (1, 2, 3, 4, 5):
            raise ValueError(path)
        leaf = "priority" in entry
        yield Node(path, str(entry["name"]), priority, leaf and priority is None, known.get(path, ()))
        yield from _walk(entry.get("children", []), path, known)


@dataclass(frozen=True)
class _Table:
    nodes: tuple[tuple[str, str, tuple[str, ...], tuple[int, ...]], ...]
    gone: Mapping[str, str]
    versions: tuple[str, ...]


@functools.cache
def _table() -> _Table:
    """Read the bundled table."""
    nodes = []
    gone: dict[str, str] = {}
    versions: tuple[str, ...] = ()
    text = (files(__package__) / "data" / "vrt.tsv").read_text("utf-8")
    for line in text.splitlines():
        kind, _, rest = line.partition("\t")
        cells = rest.split("\t")
        if kind == "node":
            path, name, *marks, numbers = cells
            nodes.append((path, name, tuple(marks), tuple(int(n) for n in numbers.split(",") if n)))
        elif kind == "gone":
            # An id that was deprecated twice went, in the end, where the last release says.
            gone[cells[0]] = cells[2]
        elif kind == "versions":
            versions = tuple(cells)
    return _Table(tuple(nodes), gone, versions)


def _known_weaknesses() -> dict[str, tuple[int, ...]]:
    return {path: numbers for path, _, _, numbers in _table().nodes}


@functools.cache
def taxonomy(version: str = NEWEST) -> Taxonomy:
    """Return the bundled tree of a version: `1.14.1` or `2026-07-08`; raise `KeyError` otherwise."""
    table = _table()
    if version not in table.versions:
        raise KeyError(version)
    column = table.versions.index(version)
    nodes = {
        path: _node(path, name, marks[column], numbers)
        for path, name, marks, numbers in table.nodes
        if marks[column] != "-"
    }
    return Taxonomy(version, nodes, table.gone)


def _node(path: str, name: str, mark: str, numbers: tuple[int, ...]) -> Node:
    return Node(path, name, int(mark) if mark.isdigit() else None, mark == "v", numbers)


@functools.cache
def default_taxonomy() -> Taxonomy:
    """Return every node of every bundled version, each as the newest version that has it says."""
    merged: dict[str, Node] = {}
    for version in VERSIONS:
        merged.update(taxonomy(version).nodes)
    return Taxonomy("+".join(VERSIONS), merged, _table().gone)
