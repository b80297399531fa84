"""Make `src/scopecheck/findings/data/vrt.tsv` from official VRT files.

    python scripts/make_vrt_table.py VRT_OLD.json VRT_NEW.json CWE.json DEPRECATED.json

The files are those of https://github.com/bugcrowd/vulnerability-rating-taxonomy (Apache-2.0):
`vulnerability-rating-taxonomy.json` of two releases, `mappings/cwe/cwe.json` and
`deprecated-node-mapping.json`. The table keeps facts alone: ids, names, baseline priorities, CWE
numbers, and where a deprecated id went.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "src/scopecheck/findings/data/vrt.tsv"

HEADER = """\
# Facts of Bugcrowd's Vulnerability Rating Taxonomy, https://bugcrowd.com/vrt, Apache-2.0,
# copyright Bugcrowd. Compiled by scripts/make_vrt_table.py from release 1.14.1 and from a tree dated
# {new}; CWE numbers from the mapping of 1.14.1.
# node: id, name, baseline priority in {old}, in {new} (1 to 5, v varies, + inner node, - absent), CWE numbers
# gone: deprecated id, release that deprecated it, where it went (`other` is no node)
versions\t{old}\t{new}
"""


def main(old: str, new: str, cwe: str, deprecated: str) -> None:
    """Write the table."""
    trees = [json.loads(Path(name).read_text("utf-8")) for name in (old, new)]
    nodes = [dict(walk(tree["content"], ())) for tree in trees]
    numbers = dict(weaknesses(json.loads(Path(cwe).read_text("utf-8"))["content"], ()))
    dates = [tree["metadata"]["release_date"][:10] for tree in trees]
    lines = [HEADER.format(old="1.14.1", new=dates[1]).rstrip("\n")]
    for path in sorted(set(nodes[0]) | set(nodes[1])):
        name = (nodes[1].get(path) or nodes[0][path])[0]
        marks = [node[path][1] if path in node else "-" for node in nodes]
        lines.append("\t".join(["node", path, name, *marks, ",".join(numbers.get(path, ()))]))
    for path, went in sorted(json.loads(Path(deprecated).read_text("utf-8")).items()):
        lines += ["\t".join(["gone", path, release, target]) for release, target in went.items()]
    TABLE.write_text("\n".join(lines) + "\n", "utf-8")


def walk(content: list[dict[str, Any]], path: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield every node's id with its name and the mark of its priority."""
    for node in content:
        here = (*path, node["id"])
        mark = "+" if "priority" not in node else str(node["priority"] or "v")
        yield ".".join(here), (" ".join(node["name"].split()), mark)
        yield from walk(node.get("children", []), here)


def weaknesses(content: list[dict[str, Any]], path: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    """Yield the CWE numbers that a node is mapped to."""
    for node in content:
        here = (*path, node["id"])
        if node.get("cwe"):
            yield ".".join(here), [one.removeprefix("CWE-") for one in node["cwe"]]
        yield from weaknesses(node.get("children", []), here)


if __name__ == "__main__":
    main(*sys.argv[1:])
