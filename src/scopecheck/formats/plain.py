r"""Plain lists, one entry a line, in two languages that look alike and mean different things.

`globs`: a line is a host, a URL, an address or a block, with stars; it is read as a listed target
(docs, "Semantics"). So are the lists of hosts that collectors write, `.inscope` and `.noscope` of
hacker-scoper (https://github.com/ItsIgnacioPortal/hacker-scoper), bbscope's output, and rescope's
input. `#` begins a comment; behind an entry it is kept as the words beside it.

`regexes`: a line is a regular expression in Go's RE2 syntax, searched for anywhere in the host name,
as in the `.scope` files of tomnomnom's inscope (https://github.com/tomnomnom/hacks, `inscope`). There
are no comments; a line that matches an exclusion is never in scope.

| mark | meaning |
|---|---|
| `!` in front | an exclusion (both languages) |
| `[OOS] ` in front | an exclusion (bbscope) |
| a line `!EXCLUDE` | everything below is an exclusion (rescope) |
| a file called `.noscope` | everything in it is an exclusion; it is read with the `.inscope` beside it |

Headings, comments and other signs that may exclude are heard as `listmarks` says.

A line of the other language is refused, since `example.com` as a regex is no host, and `.*\.example\.com`
as a glob names nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from scopecheck.diagnostic import Diagnostic, Place
from scopecheck.errors import ScopeValidationError
from scopecheck.formats.builder import ImportResult, Listed, ProgramBuilder
from scopecheck.formats.globwriting import GLOBS, host_globs
from scopecheck.formats.listmarks import Entry, excludes_by_name, list_entries, words_of
from scopecheck.formats.regexcover import rule_cover
from scopecheck.formats.regexes import DeadRegexError, Part, dead_hosts, read_host, readable
from scopecheck.formats.regexsyntax import RegexError
from scopecheck.formats.registry import ExportResult, Format
from scopecheck.formats.source import Source, open_source
from scopecheck.formats.toolplan import plan
from scopecheck.formats.toolscope import Meaning, ToolScope, specs, stem, tool_builder
from scopecheck.scope.model import Program
from scopecheck.scope.naming import named_addresses, named_hosts, plain_text
from scopecheck.scope.pattern import Effect
from scopecheck.targets.host import MAX_TEXT, printable

__all__ = ["FORMATS", "read_globs", "read_regexes", "write_globs"]

# Marks that only a regex has, and marks that only a glob has.
_REGEX_MARKS = re.compile(
    r"\\[.dwsQAbz/-]|\A\^|\$\Z|\(\?|\A\.[*+]|/\.\*|\.\+|\[\^|\[[a-z0-9]-[a-z0-9]|\)[?*+]|\]\+", re.IGNORECASE
)
_GLOB_MARKS = re.compile(r"\A\*|\A[a-z]+://\*|(?<!\\)[a-z0-9_-]\*|/\*", re.IGNORECASE)
_OTHER_FILE = re.compile(r"\s*(?:\{\s*\"|\[\s*[\[{\"]|<\?xml|<!|<configuration|<html)", re.IGNORECASE)
_MAX_SHOWN = 20


def _lines(source: Source, *, comments: bool) -> list[Entry]:
    """Return every entry with its side."""
    effect = Effect.EXCLUDE if excludes_by_name(source.name) else Effect.INCLUDE
    return list(list_entries(source.text(), effect, comments=comments))


def read_globs(source: Source) -> ImportResult:
    """Read a list of hosts and globs; raise `ScopeValidationError` where a line is a regex."""
    sources = [source, *_companion(source)]
    builder = tool_builder(source.name, stem(source.name), "list")
    for one in sources:
        lines = _lines(one, comments=True)
        _refuse(one, lines, _REGEX_MARKS, "regular expression", "regexes")
        where = "" if one is source else f"{Path(one.name).name}, "
        for line in lines:
            _add(builder, line, where + line.entry)
    if len(sources) == 1 and source.name.lower().endswith("inscope"):
        builder.note("no-noscope", "there is no `.noscope` beside it, so nothing is excluded", "line 1")
    return ImportResult("globs", source.name, (builder.build(),), tuple(builder.diagnostics))


def _add(builder: ProgramBuilder, line: Entry, entry: str) -> None:
    """Add an entry; one in doubt is listed on both sides, which is a question."""
    listed = Listed(line.text, line.effect, entry, instruction=line.words or None)
    excluded = replace(listed, effect=Effect.EXCLUDE, reading="wide", note="the list may exclude it")
    meaning = None if line.unread else builder.readable(listed)
    including = listed.effect is Effect.INCLUDE
    if line.unread or (line.denied and meaning is None):
        builder.add_unresolved(replace(listed, effect=Effect.EXCLUDE), "words that take scope away")
    if line.unread or (including and meaning is None):
        # What a line names that nobody can read may be taken out by it, "except" included.
        for host in dict.fromkeys(_named(line.text)):
            builder.add(replace(excluded, text=host, instruction=None))
    if line.unread:
        return
    builder.add(listed)
    if meaning is not None and including and (line.doubted or words_of(meaning.words).excludes):
        builder.add(excluded)


def _named(text: str) -> Iterator[str]:
    plain = plain_text(text)
    yield from (named.host + named.tail for named in named_hosts(plain))
    yield from named_addresses(plain)


def _companion(source: Source) -> Iterator[Source]:
    """Yield the `.noscope` beside an `.inscope`, and the other way round."""
    for mine, other in (("inscope", "noscope"), ("noscope", "inscope")):
        if source.name.lower().endswith("." + mine):
            start = source.name[: -len(mine)]
            names = (start + spelled for spelled in (other, other.upper(), other.capitalize()))
            beside = next((Path(name) for name in names if Path(name).is_file()), None)
            if beside is not None:
                yield open_source(beside)


def read_regexes(source: Source) -> ImportResult:
    """Read a list of regexes of host names; raise `ScopeValidationError` where a line is a glob."""
    lines = _lines(source, comments=False)
    _refuse(source, lines, _GLOB_MARKS, "glob", "globs")
    tool = ToolScope(tool_builder(source.name, stem(source.name), "list"))
    for line in _settled(tool.builder, lines):
        try:
            part = read_host(line.text)
        except DeadRegexError as error:
            cover = rule_cover(line.text)
            tool.dead(line.text, line.entry, line.effect, str(error), dead_hosts(line.text), cover)
            continue
        except RegexError as error:
            why = f"it is no regex that can be read: {error}"
            meaning = Meaning(hosts=readable(line.text), why=why)
        else:
            excluding = line.effect is Effect.EXCLUDE
            anywhere = Part(("",), ("",))
            sure = specs(("",), part, (None,), anywhere, exclude=False) or ()
            most = specs(("",), part, (None,), anywhere, exclude=True) if excluding else None
            meaning = Meaning(sure, most, part.cover, (), part.notes, part.why)
        meaning = replace(meaning, cover=rule_cover(line.text))
        (tool.exclude if line.effect is Effect.EXCLUDE else tool.include)(line.text, line.entry, meaning)
    return ImportResult("regexes", source.name, (tool.finish().build(),), tuple(tool.builder.diagnostics))


def _settled(builder: ProgramBuilder, lines: list[Entry]) -> list[Entry]:
    """Return the regexes of a list, exclusions first; what is in doubt is one, and beats every inclusion."""
    for line in lines:
        if line.unread or line.denied:
            listed = Listed(line.text, Effect.EXCLUDE, line.entry)
            builder.add_unresolved(listed, "words that take scope away")
            for host in dict.fromkeys(_named(line.text)):
                builder.add(replace(listed, text=host, reading="wide"))
    sided = [replace(one, effect=Effect.EXCLUDE) if one.doubted else one for one in lines if not one.unread]
    return sorted(sided, key=lambda line: line.effect is Effect.INCLUDE)


def _refuse(source: Source, lines: list[Entry], marks: re.Pattern[str], kind: str, other: str) -> None:
    """Refuse lines of the other language, and a file that is no list at all."""
    if not lines:
        raise source.shape("there is no entry in the file", "", "write one host a line")
    if _OTHER_FILE.match(source.head):
        raise source.shape("the file is JSON, XML or HTML, no list", "", "name the format that it has")
    problems = [
        Diagnostic("too-long", "the line is over 64 KiB", Place(source.name, line.number), "is it a list?")
        for line in lines
        if len(line.text) > MAX_TEXT
    ]
    if not problems:
        message = f"is a {kind}"
        problems = [
            Diagnostic(
                "other-language",
                f"`{printable(line.text, 80)}` {message}",
                Place(source.name, line.number),
                f"name the format `{other}` if the whole list is of that language",
            )
            for line in lines
            if marks.search(line.text)
        ]
    if problems:
        shown = tuple(problems[:_MAX_SHOWN])
        raise ScopeValidationError(f"`{printable(source.name)}` is not a list of this language", shown)


def write_globs(program: Program) -> ExportResult:
    """Write a program as a list of globs, exclusions with `!` in front; a star is any text.

    An included path or port is left out, an excluded one takes its whole host; `losses` lists it.
    """
    made = plan(program, GLOBS, "a list of hosts")
    lines = [
        *(glob for one in made.include for glob in host_globs(one.hosts, blocks=True)),
        *("!" + glob for one in made.exclude for glob in host_globs(one.hosts, blocks=True)),
    ]
    return ExportResult("".join(f"{line}\n" for line in dict.fromkeys(lines)), made.losses)


def _recognises(source: Source, mine: re.Pattern[str], others: re.Pattern[str]) -> int:
    """Tell a list by its lines: each of one piece, none of the other language."""
    head = source.head
    if _OTHER_FILE.match(head):
        return 0
    lines = _lines(Source(source.name, head.encode()), comments=True)[:500]
    if not lines or any(others.search(line.text) for line in lines):
        return 0
    single = sum(_like_asset(line.text) for line in lines)
    if single < 0.9 * len(lines):
        return 0
    return 50 if any(mine.search(line.text) for line in lines) else 30


def _like_asset(text: str) -> bool:
    """Tell a host, an address or a pattern of one from a word and from a sentence."""
    return ("." in text or text.count(":") > 1) and not re.search(r"\s", text)


def _like_globs(source: Source) -> int:
    found = _recognises(source, _GLOB_MARKS, _REGEX_MARKS)
    return 80 if found and source.name.lower().endswith((".inscope", ".noscope")) else found


def _like_regexes(source: Source) -> int:
    found = _recognises(source, _REGEX_MARKS, _GLOB_MARKS)
    if Path(source.name).name == ".scope" and not any(map(_GLOB_MARKS.search, source.head.splitlines())):
        return 80
    # Hosts without any mark are a list of hosts.
    return found if found > 30 else 0


FORMATS = (
    Format("globs", "list of hosts and globs", _like_globs, read_globs, write_globs, ".txt"),
    Format("regexes", "list of regular expressions", _like_regexes, read_regexes, None, ".scope"),
)
