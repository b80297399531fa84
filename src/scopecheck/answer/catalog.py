"""Many programs in one index: which of them list a target, and what each says of it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scopecheck._version import __version__
from scopecheck.answer.checker import Checker
from scopecheck.answer.listings import Listings
from scopecheck.answer.verdict import Verdict
from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.errors import ScopeSyntaxError, ScopeValidationError, UnknownProgramError
from scopecheck.scope.model import Program
from scopecheck.scope.pattern import Effect, ThingPattern, UrlPattern
from scopecheck.scope.zone import lies_in
from scopecheck.targets.host import printable

__all__ = ["Catalog", "Overlap"]

_MAGIC = "scopecheck-catalog"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two programs, one of which lists what the other lists too; `assets` are the texts, in pairs."""

    first: str
    second: str
    assets: tuple[tuple[str, str], ...]


class Catalog:
    """Programs in one index; what a lookup costs hardly grows with their number.

    Programs are compiled when a lookup first needs them. A catalog may be shared by threads.
    """

    def __init__(self, programs: Iterable[Program]) -> None:
        self._stored: list[Program | str] = list(programs)
        self._ids: dict[str, int] = {}
        self._checkers: dict[int, Checker] = {}
        self._listings = Listings()
        for number, program in enumerate(self._stored):
            assert isinstance(program, Program)
            if program.id in self._ids:
                raise ScopeValidationError(
                    f"two programs are called `{program.id}`",
                    (Diagnostic("duplicate-id", "ids name programs in a catalog", Place(program.id)),),
                )
            self._ids[program.id] = number
            checker = self._checkers[number] = Checker(program)
            self._listings.add(number, checker.rules)
        self._listings.prepare()

    def __len__(self) -> int:
        return len(self._stored)

    def __contains__(self, program: object) -> bool:
        return program in self._ids

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the programs, in order."""
        return tuple(self._ids)

    @property
    def programs(self) -> tuple[Program, ...]:
        """The programs, in order."""
        return tuple(self._checker(number).program for number in range(len(self._stored)))

    def _checker(self, number: int) -> Checker:
        checker = self._checkers.get(number)
        if checker is None:
            stored = self._stored[number]
            program = _parse_program(stored, number) if isinstance(stored, str) else stored
            if self._ids.get(program.id) != number:
                raise _damaged(number)
            checker = self._checkers[number] = Checker(program)
            self._stored[number] = program
        return checker

    def check(self, program: str, target: str) -> Verdict:
        """Return what one program says of a target; raise `UnknownProgramError` for another id."""
        number = self._ids.get(program)
        if number is None:
            import difflib

            near = difflib.get_close_matches(program, self._ids, n=3)
            hint = "did you mean " + " or ".join(f"`{one}`" for one in near) + "?" if near else ""
            problem = Diagnostic("unknown-program", "no such program", Place(printable(program)), hint)
            raise UnknownProgramError(f"`{printable(program)}` is not in the catalog", (problem,))
        return self._checker(number).check(target)

    def find(self, target: str) -> list[tuple[Program, Verdict]]:
        """Return each program that lists the target, with its own verdict, exclusions honoured.

        A program lists a target where one of its inclusions matches, whatever beats it; an open scope
        does not count. A text that is no target is listed by none.
        """
        found: list[tuple[Program, Verdict]] = []
        for number in self._listings.possible(target):
            checker = self._checkers.get(number) or self._checker(number)
            verdict = checker.check(target)
            for match in verdict.answer.matches:
                if match.rule.effect is Effect.INCLUDE:
                    found.append((checker.program, verdict))
                    break
        return found

    def overlaps(self) -> Iterator[Overlap]:
        """Yield every two programs of which one lists hosts, addresses or apps that the other lists too.

        Assets known by a name alone are never the same: each program has a "mobile app" of its own.
        """
        owners: dict[tuple[int, int], dict[tuple[str, str], None]] = {}
        for number in range(len(self._stored)):
            for rule in self._checker(number).rules:
                if rule.effect is Effect.INCLUDE:
                    for pattern in rule.patterns:
                        if isinstance(pattern, (UrlPattern, ThingPattern)):
                            self._meet(number, rule.text, pattern, owners)
        ids = self.ids
        for (first, second), pairs in sorted(owners.items()):
            yield Overlap(ids[first], ids[second], tuple(pairs))

    def _meet(
        self,
        number: int,
        text: str,
        pattern: UrlPattern | ThingPattern,
        owners: dict[tuple[int, int], dict[tuple[str, str], None]],
    ) -> None:
        for other in self._listings.beside(pattern):
            if other == number:
                continue
            for rule in self._checker(other).rules:
                if rule.effect is Effect.INCLUDE and any(_contains(p, pattern) for p in rule.patterns):
                    key = (min(number, other), max(number, other))
                    pair = (text, rule.text) if number < other else (rule.text, text)
                    owners.setdefault(key, {})[pair] = None

    def save(self, path: str | Path) -> None:
        """Write the catalog to a file: JSON, a line for the index and one for each program."""
        header = {"format": _MAGIC, "version": _VERSION, "made_by": __version__, "programs": len(self)}
        index = {"ids": list(self._ids), **self._listings.to_dict()}
        lines = [json.dumps(header), json.dumps(index, ensure_ascii=False)]
        for number, stored in enumerate(self._stored):
            if isinstance(stored, str):
                lines.append(stored)
            else:
                program = self._checker(number).program
                lines.append(
                    json.dumps(program.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)
                )
        write_whole(path, "\n".join(lines) + "\n")

    @classmethod
    def load(cls, path: str | Path) -> Catalog:
        """Read a catalog that `save` wrote; no code runs, and programs are read when needed.

        Raises `ScopeSyntaxError` where the file is no catalog, is cut short, or is of another version.
        """
        name = str(path)
        try:
            lines = Path(path).read_text("utf-8").removesuffix("\n").split("\n")
        except (OSError, ValueError) as error:
            raise _unreadable(
                name, 0, str(getattr(error, "strerror", None) or "it is not UTF-8 text")
            ) from None
        header = _json_line(lines, 0, name)
        if not isinstance(header, dict) or header.get("format") != _MAGIC:
            raise _unreadable(
                name, 1, "it is no catalog", "make one with `scopecheck import FILE -o NAME.catalog`"
            )
        if header.get("version") != _VERSION or header.get("made_by") != __version__:
            made = printable(f"version {header.get('version')} of scopecheck {header.get('made_by')}")
            raise _unreadable(name, 1, f"it is a catalog of {made}", "import the programs again")
        index = _json_line(lines, 1, name)
        count = header.get("programs")
        if type(count) is not int or len(lines) != 2 + count:
            raise _unreadable(name, len(lines), "the catalog is cut short")
        catalog = cls(())
        try:
            catalog._fill(index, lines[2:])
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise _unreadable(name, 2, "the index of the catalog is damaged") from None
        return catalog

    def _fill(self, index: dict[str, Any], programs: list[str]) -> None:
        """Take an index and unread programs; raise `ValueError` where they do not fit together."""
        ids = [str(one) for one in index["ids"]]
        fits = all(
            line.startswith(f'{{"id": {json.dumps(one)}') for one, line in zip(ids, programs, strict=True)
        )
        if len(set(ids)) != len(ids) or not fits:
            raise ValueError("ids")
        self._stored = list(programs)
        self._ids = {one: number for number, one in enumerate(ids)}
        self._listings = Listings.from_dict(index, len(programs))


def _contains(outer: object, inner: UrlPattern | ThingPattern) -> bool:
    """Tell whether the surest reading of `inner` lies in that of `outer`."""
    if isinstance(inner, ThingPattern):
        return isinstance(outer, ThingPattern) and not outer.wide and outer.match(inner.key) is not None
    if not isinstance(outer, UrlPattern) or outer.surest is None or inner.surest is None:
        return False
    return lies_in(inner.surest, outer.surest)


def _json_line(lines: Sequence[str], number: int, name: str) -> Any:
    try:
        return json.loads(lines[number])
    except (IndexError, ValueError, RecursionError):
        raise _unreadable(name, number + 1, "it is no catalog, or is cut short") from None


def _parse_program(text: str, number: int) -> Program:
    try:
        return Program.model_validate(json.loads(text))
    except (ValueError, RecursionError, ValidationError):
        raise _damaged(number) from None


def _damaged(number: int) -> ScopeValidationError:
    place = Place("catalog", number + 3)
    problem = Diagnostic("damaged", "this line holds another program, or none", place, "import again")
    return ScopeValidationError("the catalog is damaged", (problem,))


def _unreadable(name: str, line: int, message: str, help: str = "") -> ScopeSyntaxError:
    problem = Diagnostic("catalog", message.lower(), Place(printable(name), line), help)
    return ScopeSyntaxError(f"`{printable(name)}` cannot be read", (problem,))


def write_whole(path: str | Path, text: str) -> None:
    """Write a file beside its place and rename it, so that it is there whole or not at all."""
    target = Path(path)
    try:
        descriptor, beside = tempfile.mkstemp(dir=target.parent or Path(), prefix=f".{target.name}.")
    except OSError as error:
        words = (error.strerror or "it cannot be written").lower()
        problem = Diagnostic("unwritable", words, Place(printable(str(path))), "is there such a folder?")
        raise ScopeSyntaxError(f"`{printable(str(path))}` cannot be written", (problem,)) from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
