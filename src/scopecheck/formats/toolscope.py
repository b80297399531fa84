"""The scope of a tool in which an exclusion beats every inclusion, as Burp's and ZAP's do.

Here the more precise of two rules wins, so an inclusion that lies within an exclusion of the
same file would come back to life. It is kept in the wide reading only: the tool says no, the rule
says yes, and only the program can say which of the two was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import PurePath

from scopecheck.diagnostic import Severity
from scopecheck.formats.builder import Listed, ProgramBuilder, identifier
from scopecheck.formats.regexes import ANY_HOST, PAGE, Part
from scopecheck.scope.hostset import Addresses, Glob, HostSet, Names, within
from scopecheck.scope.interpret import Interpretation
from scopecheck.scope.model import AssetType
from scopecheck.scope.pathset import ANY_PATH, PathSet
from scopecheck.scope.pattern import Effect, HostForm, UrlPattern
from scopecheck.scope.zone import Doubt, Zone, lies_in
from scopecheck.targets.host import printable

__all__ = ["ANY_V4", "ANY_V6", "Meaning", "Spec", "ToolScope", "specs", "stem", "tool_builder"]

MAX_SPECS = 256
ANY_V4, ANY_V6 = "0.0.0.0/0", "::/0"
_WHOLE = frozenset({ANY_V4, ANY_V6})
_ONE_LABEL = re.compile(r"[a-z0-9_-]+")
_EVERY_ADDRESS = (Addresses(4, 0, 2**32 - 1), Addresses(6, 0, 2**128 - 1))
# What a pattern adds to the texts that the tool itself matches.
_ADDED = frozenset({Doubt.APEX_UNSTATED, Doubt.BELOW_EXCLUDED_HOST})


@dataclass(frozen=True, slots=True)
class Spec:
    """One listed target in parts; `host` may have stars or be a range of addresses."""

    host: str
    scheme: str = ""
    port: int | None = None
    path: str = ""

    @property
    def is_range(self) -> bool:
        """Whether the host is a range of addresses, which takes neither port nor path."""
        return re.fullmatch(r"[0-9.]+[/-][0-9.]+", self.host) is not None

    @property
    def text(self) -> str:
        """The target as it is listed."""
        if self.is_range:
            return self.host
        # A word without a dot is a host where a scheme stands before it, and else a name.
        scheme = self.scheme or ("" if re.search(r"[.*:]", self.host) else "https")
        port = "" if self.port is None else f":{self.port}"
        return f"{scheme}{'://' if scheme else ''}{self.host}{port}{self.path}"

    def is_meant_by(self, meaning: Interpretation, effect: Effect) -> bool:
        """Tell whether the text was read as what it was made from, and not as prose or something more."""
        if effect is Effect.INCLUDE and len(meaning.patterns) != 1:
            return False
        return any(self._is(one) for one in meaning.patterns if isinstance(one, UrlPattern))

    def _is(self, pattern: UrlPattern) -> bool:
        if pattern.port != self.port and not self.is_range:
            return False
        if pattern.host.form in (HostForm.ADDRESSES, HostForm.PLACEHOLDER, HostForm.BEFORE_SUFFIX):
            return self.path == "" or pattern.path != ANY_PATH
        path = PathSet(page=True) if self.path == PAGE else PathSet.parse(self.path)
        same_path = pattern.path == path or _folded(pattern.path) == _folded(path)
        return pattern.host.text == self.host and same_path


def _folded(path: PathSet) -> tuple[str, ...]:
    return tuple(segment.casefold() for segment in path.segments)


@dataclass(frozen=True)
class Meaning:
    """What one entry denotes: the targets it surely covers, and those that hold all it matches.

    `most` is None where nobody can say. `globs` are of every host that it is seen to match, `hosts`
    the hosts that a person reads out of it.
    """

    sure: tuple[Spec, ...] = ()
    most: tuple[Spec, ...] | None = None
    globs: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    why: str = ""
    rough: bool = False
    """Whether `most` holds more than the entry is known to match, so that it is only a question."""
    cover: tuple[Spec, ...] = ()
    """As an exclusion: targets that hold all it matches, and more; what `most` misses is feared."""


def specs(
    schemes: Iterable[str], host: Part, ports: Iterable[int | None], path: Part, *, exclude: bool
) -> tuple[Spec, ...] | None:
    """Return the targets that the parts make together, or None where a part is not read."""
    hosts, paths = (host.most, path.most) if exclude else (host.sure, path.sure)
    if hosts is None or paths is None:
        return None
    found: dict[Spec, None] = {}
    for scheme, name, port, where in product(schemes, hosts, tuple(ports), paths):
        spec = Spec(name, scheme, port, where)
        if spec.is_range and (port is not None or where) and not exclude:
            continue  # A range of addresses has no port or path in the syntax of listed targets.
        found[Spec(name, scheme) if spec.is_range else spec] = None
        if len(found) > MAX_SPECS:
            return None if exclude else ()
    return tuple(found)


@dataclass(frozen=True)
class _Entry:
    shown: str
    entry: str
    meaning: Meaning


@dataclass
class ToolScope:
    """Collects the entries of a tool's scope and makes the program."""

    builder: ProgramBuilder
    _included: list[_Entry] = field(default_factory=list)
    _cover: list[Zone] = field(default_factory=list)
    _feared: list[tuple[Spec, str, str]] = field(default_factory=list)

    def include(self, shown: str, entry: str, meaning: Meaning) -> None:
        """Keep an inclusion until every exclusion is known."""
        self._included.append(_Entry(shown, entry, meaning))

    def exclude(self, shown: str, entry: str, meaning: Meaning) -> None:
        """Add an exclusion; what is not read stays unresolved and names its hosts in clear text (P4)."""
        self._tell(shown, entry, meaning)
        expected = meaning.sure if meaning.most is None else meaning.most
        rough = meaning.rough and meaning.most is not None
        read = [spec for spec in expected if self._add(spec, Effect.EXCLUDE, shown, entry, wide=rough)]
        if rough:
            self._narrowed(shown, entry, "it is read wider than it is, and so only as a question")
        if meaning.most is None or len(read) < len(expected):
            # Whoever looks for hosts in a regex finds too many or none, so they stand in clear text.
            hosts = ", ".join(meaning.hosts or meaning.globs)
            text = f"hosts such as {hosts}" if hosts else shown
            note = _origin(shown) if hosts else None
            listed = Listed(text, Effect.EXCLUDE, entry, AssetType.URL, note=note)
            self.builder.add_unresolved(listed, meaning.why or "no pattern expresses it")
            self._cover += [Zone(None, Glob(glob)) for glob in meaning.globs]
        feared = [self._feasible(spec) for spec in meaning.cover if not self._holds(read, spec)]
        self._feared += [(spec, shown, entry) for spec in dict.fromkeys(feared)]
        for spec in dict.fromkeys((*read, *feared)):
            self._cover += self._covered(spec)

    def _feasible(self, feared: Spec) -> Spec:
        """Return a listed target that holds all of a feared one, wider where none says just that."""
        open_end = replace(feared, host=feared.host.removesuffix(".*") + "*")
        begun = replace(feared, host=feared.host.partition(".")[0].rstrip("*") + "*")
        wider = (feared, open_end, begun)
        whole = (replace(one, path="") for one in wider)
        for one in (*wider[:2], *whole, replace(feared, host=ANY_HOST)):
            meaning = self.builder.readable(_listed(one, Effect.EXCLUDE))
            readable = meaning is not None and one.is_meant_by(meaning, Effect.EXCLUDE)
            if readable and self._holds((one,), feared):
                return one
        return Spec(ANY_HOST)

    def _add_feared(self) -> None:
        """Exclude in the wide reading what the excluded regexes may match besides what they name.

        Where no inclusion can meet it, or none but lies within it, the rule would say nothing more.
        """
        included = [pattern.host for pattern in self._patterns()]
        ends = {host.text.rpartition(".")[2] for host in included if host.addresses is None}
        numbered = len(ends) < len(included)
        told: dict[tuple[str, str], None] = {}
        for spec, shown, entry in dict.fromkeys(self._feared):
            block = spec.host not in _WHOLE and re.fullmatch(r"[0-9.]+(?:\.\*)*|[0-9./-]+", spec.host)
            last = spec.host.rpartition("*")[2]
            last, whole = last.rpartition(".")[2], "." in last
            met = any("*" in end or end == last or (not whole and end.endswith(last)) for end in ends)
            if (numbered and block) or (
                met and spec.host not in _WHOLE and not _ONE_LABEL.fullmatch(spec.host)
            ):
                told[shown, entry] = None
                self._add(spec, Effect.EXCLUDE, shown, entry, wide=True)
        for shown, entry in told:
            self._narrowed(shown, entry, "it may match more than it names, which is a question")
        self._feared.clear()

    def _patterns(self) -> Iterator[UrlPattern]:
        for one in self._included:
            for spec in one.meaning.sure:
                meaning = self.builder.readable(_listed(spec, Effect.INCLUDE))
                yield from (p for p in (meaning.patterns if meaning else ()) if isinstance(p, UrlPattern))

    def _holds(self, read: Iterable[Spec], feared: Spec) -> bool:
        """Tell whether the readings of one target hold every host and path of another."""
        names = Glob(feared.host) if "*" in feared.host else Names(tuple(feared.host.split(".")))
        for spec in read:
            # An exclusion of `http` is one of every scheme of the web.
            web = spec.scheme in ("", "http", "https")
            if not web or not _path_holds(spec.path, feared.path) or spec.port not in (None, feared.port):
                continue
            meaning = self.builder.readable(_listed(spec, Effect.EXCLUDE))
            same = spec.host == feared.host
            for hosts in _hosts_of(meaning) if meaning is not None else ():
                if same if isinstance(hosts, Addresses) else within(names, hosts):
                    return True
        return False

    def _covered(self, spec: Spec) -> Iterator[Zone]:
        """Yield what the tool itself excludes by a target, without what our readings add."""
        yield from (Zone(None, Glob(spec.host), spec.port, path) for path in _readings(spec.path))
        if spec.host == ANY_HOST:
            # No glob holds an address, but the tool compares it as a text like any other.
            yield from (Zone(None, addresses, spec.port) for addresses in _EVERY_ADDRESS)
        meaning = self.builder.readable(_listed(spec, Effect.EXCLUDE))
        for pattern in meaning.patterns if meaning is not None else ():
            if isinstance(pattern, UrlPattern):
                for (hosts, doubts, _), path in product(pattern.hosts, _readings(spec.path)):
                    if _ADDED.isdisjoint(doubts):
                        yield Zone(None, hosts, spec.port, path)

    def finish(self) -> ProgramBuilder:
        """Add the inclusions; those that an exclusion of the file covers only in the wide reading."""
        for one in self._included:
            self._tell(one.shown, one.entry, one.meaning)
            read = [spec for spec in one.meaning.sure if self._include_one(spec, one)]
            if not read:
                why = one.meaning.why or "no pattern expresses it"
                listed = Listed(one.shown, Effect.INCLUDE, one.entry, AssetType.URL)
                self.builder.add_unresolved(listed, why)
            elif one.meaning.why or len(read) < len(one.meaning.sure):
                self._narrowed(one.shown, one.entry, one.meaning.why or "a part of it is not read")
        self._add_feared()
        self._included.clear()
        return self.builder

    def _include_one(self, spec: Spec, one: _Entry) -> bool:
        listed = _listed(spec, Effect.INCLUDE, one.shown, one.entry)
        meaning = self.builder.readable(listed)
        if meaning is None or not spec.is_meant_by(meaning, Effect.INCLUDE) or not any(_hosts_of(meaning)):
            return False
        dead = any(lies_in(zone, cover) for zone in _narrow_zones(meaning) for cover in self._cover)
        if dead:
            self.builder.note(
                "excluded-by-tool",
                f"the exclusions of the file beat `{printable(spec.text, 80)}`",
                one.entry,
                Severity.WARNING,
                "ask the program which of the two it means",
            )
        return self._add(spec, Effect.INCLUDE, one.shown, one.entry, wide=dead)

    def _add(self, spec: Spec, effect: Effect, shown: str, entry: str, *, wide: bool = False) -> bool:
        listed = _listed(spec, effect, shown, entry, wide=wide)
        meaning = self.builder.readable(listed)
        if meaning is None or not spec.is_meant_by(meaning, effect):
            return False
        self.builder.add(listed)
        return True

    def _tell(self, shown: str, entry: str, meaning: Meaning) -> None:
        for note in meaning.notes:
            self._narrowed(shown, entry, note)

    def _narrowed(self, shown: str, entry: str, note: str) -> None:
        self.builder.note("narrowed", f"`{printable(shown, 80)}`: {note}", entry)

    def dead(
        self,
        shown: str,
        entry: str,
        effect: Effect,
        why: str,
        hosts: tuple[str, ...],
        cover: tuple[Spec, ...] = (),
    ) -> None:
        """Keep an entry that matches nothing; an exclusion still touches what it was meant to name."""
        self.builder.note(
            "matches-nothing",
            f"`{printable(shown, 80)}` matches nothing: {why}",
            entry,
            Severity.WARNING,
            "it was probably meant to name " + ", ".join(f"`{h}`" for h in hosts) if hosts else "",
        )
        meaning = Meaning(globs=hosts, hosts=hosts, why=f"it matches nothing: {why}", cover=cover)
        (self.exclude if effect is Effect.EXCLUDE else self.include)(shown, entry, meaning)

    def java(self, shown: str, entry: str, found: Iterable[str]) -> None:
        """Report what of a regex only Java knows."""
        for construct in dict.fromkeys(found):
            message = f"`{printable(shown, 80)}` has {construct}, which only Java knows"
            self.builder.note("java-regex", message, entry, Severity.WARNING)


def _listed(spec: Spec, effect: Effect, shown: str = "", entry: str = "", *, wide: bool = False) -> Listed:
    note = _origin(shown) if shown and shown != spec.text else None
    return Listed(spec.text, effect, entry, AssetType.URL, reading="wide" if wide else "both", note=note)


def _origin(shown: str) -> str:
    return f"read from `{printable(shown, 500)}`"


def _path_holds(outer: str, inner: str) -> bool:
    start = outer.removesuffix("*")
    if outer == inner + "/*":  # In its wide reading it holds what it lies below.
        return True
    return outer in ("", inner) or (start != outer and "*" not in start and inner.startswith(start))


def _readings(path: str) -> tuple[PathSet, ...]:
    """Return what a path rule of a tool without regard to letter case may match, in every reading."""
    if path in ("", PAGE):
        return (PathSet(page=path == PAGE),)
    segments = PathSet.parse(path).segments
    plain = (PathSet(segments), PathSet(segments, deep=True))
    return (*plain, *(one.loosened() for one in plain))


def _hosts_of(meaning: Interpretation) -> Iterator[HostSet]:
    for pattern in meaning.patterns:
        if isinstance(pattern, UrlPattern):
            yield from (hosts for hosts, _, _ in pattern.hosts)


def _narrow_zones(meaning: Interpretation) -> Iterator[Zone]:
    for pattern in meaning.patterns:
        if isinstance(pattern, UrlPattern):
            for hosts, doubts, _ in pattern.hosts:
                if not doubts:
                    yield Zone(pattern.schemes[0], hosts, pattern.port, pattern.paths[0], pattern.query)


def stem(file: str) -> str:
    """Return the name of a file without folder and ending, to call its program by."""
    name = PurePath(file.replace("\\", "/")).name
    return name.strip(".").partition(".")[0] or "scope"


def tool_builder(file: str, name: str, platform: str) -> ProgramBuilder:
    """Return the builder of the one program of a tool's file."""
    return ProgramBuilder(file, identifier(name), name, platform)
