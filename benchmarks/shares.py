"""How much of what the platforms publish is read: per dump, and for the texts that are like hosts.

    python benchmarks/shares.py FOLDER

FOLDER holds the five files of bounty-targets-data (`bugcrowd_data.json`, `hackerone_data.json`,
`intigriti_data.json`, `yeswehack_data.json`, `federacy_data.json`). A listed entry is like a host if one of
its own texts, without white space around it, is one word that names a host or an address: a host name, with
stars or without, a URL, an address, a block or a range. Exits with 1 where an entry is the source of no rule
and of no unresolved text.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import scopecheck as sc
from scopecheck.scope.pattern import UrlPattern

PLATFORMS = ("bugcrowd", "hackerone", "intigriti", "yeswehack", "federacy")
TEXTS = ("name", "uri", "ipAddress", "target", "asset_identifier", "endpoint")
APPS = re.compile(
    r"android|ios|mobile|apk|ipa|app_id|testflight|executables|desktop|application\Z", re.IGNORECASE
)

_HOST = re.compile(
    r"""
    [a-z][a-z0-9+.-]*://\S+                        # a URL
    | (?:[\w*-]+\.)+(?:[a-z]{2,}|\*)               # a host name, stars and TLD stars too
      (?::[0-9]{1,5})?(?:[/?\#]\S*)?
    | [0-9]{1,3}(?:\.[0-9]{1,3}){3}[0-9/.,-]*      # an IPv4 address, block, range or list
    | [0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:/[0-9]{1,3})?
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass
class Share:
    """What became of one dump."""

    programs: int = 0
    entries: int = 0
    rules: int = 0
    unresolved: int = 0
    like: int = 0
    read: int = 0
    dropped: int = 0
    seconds: float = 0.0

    def cells(self) -> tuple[str, ...]:
        part = f"{100 * self.read / self.like:.1f} %" if self.like else "-"
        counts = (self.programs, self.entries, self.rules, self.unresolved, self.like, self.read)
        return (*(f"{count:,}" for count in counts), part, f"{self.seconds:.1f} s")


HEAD = (
    "platform",
    "programs",
    "entries",
    "rules",
    "unresolved",
    "like a host",
    "with a pattern",
    "share",
    "time",
)


def listed(data: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every listed entry of a dump with its place in the file."""
    for number, program in enumerate(data):
        for side in ("in_scope", "out_of_scope"):
            for row, entry in enumerate(program["targets"][side]):
                yield f"[{number}].targets.{side}[{row}]", entry


def is_like_host(entry: dict[str, Any]) -> bool:
    """Tell whether an entry states a host or an address, and not an app, in some field of its own."""
    kind = str(entry.get("type") or entry.get("asset_type") or "")
    texts = [str(entry[key]).strip() for key in TEXTS if entry.get(key)]
    return APPS.search(kind) is None and any(_HOST.fullmatch(text) for text in texts)


def measure(path: Path) -> Share:
    """Read one dump and count."""
    started = time.perf_counter()
    result = sc.read(path)
    share = Share(len(result.programs), seconds=time.perf_counter() - started)
    with_pattern: set[str] = set()
    seen: set[str] = set()
    for program in result.programs:
        share.rules += len(program.rules)
        share.unresolved += len(program.unresolved)
        seen.update(rule.entry for rule in program.rules)
        seen.update(one.entry for one in program.unresolved)
        for rule in program.rules:
            if any(isinstance(one, UrlPattern) for one in program.interpretation(rule).patterns):
                with_pattern.add(rule.entry)
    for place, entry in listed(json.loads(path.read_bytes())):
        share.entries += 1
        share.dropped += place not in seen
        if is_like_host(entry):
            share.like += 1
            share.read += place in with_pattern
    return share


def table(rows: list[tuple[str, ...]]) -> str:
    """Lay rows out as a Markdown table."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        [
            cell.ljust(w) if not n else cell.rjust(w)
            for n, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        for row in rows
    ]
    rule = ["-" * w if not n else "-" * (w - 1) + ":" for n, w in enumerate(widths)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (lines[0], rule, *lines[1:]))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    total = Share()
    rows: list[tuple[str, ...]] = [HEAD]
    for platform in PLATFORMS:
        share = measure(folder / f"{platform}_data.json")
        rows.append((platform, *share.cells()))
        for field, value in vars(share).items():
            setattr(total, field, getattr(total, field) + value)
    print(table([*rows, ("all five", *total.cells())]))
    if total.dropped:
        print(f"{total.dropped} listed entries are the source of nothing", file=sys.stderr)
    return 1 if total.dropped else 0


if __name__ == "__main__":
    sys.exit(main())
