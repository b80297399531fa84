"""Listed text -> patterns and notes, or the reason why it stays unresolved (P1 to P6)."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias

from scopecheck.errors import PatternSyntaxError
from scopecheck.scope.addresses import is_address_text
from scopecheck.scope.cleaning import MAX_LISTED, clean_listed, refuse_unreadable
from scopecheck.scope.feared_names import ends_in_two_scripts, feared_targets
from scopecheck.scope.grammar import parse_listed, stars_for_placeholders
from scopecheck.scope.host_ranges import is_host_range
from scopecheck.scope.limits import is_conditional
from scopecheck.scope.listed_words import (
    DENIES,
    FINDING_WORDS,
    LIST_END,
    PREPOSITION_END,
    PROSE_WORDS,
    gone_behind,
    gone_in_front,
)
from scopecheck.scope.naming import is_file_name, named_hosts, plain_text
from scopecheck.scope.pattern import Effect, HostForm, Pattern, ThingPattern, UrlPattern
from scopecheck.scope.zone import Doubt
from scopecheck.targets.asset import name_key, shared_hosts
from scopecheck.targets.host import HostName, printable
from scopecheck.targets.url import Url

__all__ = ["Context", "Interpretation", "interpret"]

_NOTE = re.compile(r"\A(\S+)\s+\((.*)\Z", re.DOTALL)
_DASH_NOTE = re.compile(r"\A(\S+)\s+(?:[-–—:]+|->)\s+(.+)\Z", re.DOTALL)
_PACKAGE = re.compile(r"[A-Za-z][\w-]*(?:\.[A-Za-z0-9_][\w-]*)+")
_LONGEST_NAME = 253
_ID_GLOB = re.compile(r"[A-Za-z][\w.-]*\.\*|\*[\w.-][\w-]*+\.[\w.-]+|[A-Za-z][\w.*-]*")


WEB_TYPES = frozenset({"website", "api", "wildcard", "domain", "url", "network"})
APP_TYPES = frozenset({"android", "ios", "windows-app", "mobile"})


@dataclass(frozen=True, slots=True)
class Context:
    """What is known besides the text: its side, its type, whose list it is.

    `type` is an `AssetType` value or "". `listed` says that the text comes from a platform's
    list, where a bare shared host needs `own_names` (the program's name and handle) to count.
    `owned` are the domains the program says are its own.
    """

    effect: Effect
    type: str = ""
    listed: bool = False
    own_names: frozenset[str] = frozenset()
    owned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Interpretation:
    """The patterns of one listed text, what was normalised, and the words beside the target."""

    patterns: tuple[Pattern, ...]
    notes: tuple[str, ...] = ()
    words: str = ""


_Attempt: TypeAlias = "Interpretation | None"


def interpret(text: str, context: Context) -> Interpretation:
    """Return what a listed text means; raise `PatternSyntaxError` where nothing is beyond doubt."""
    notes: list[str] = []
    clean = clean_listed(text, notes)
    refuse_unreadable(clean, text)
    if len(clean) > MAX_LISTED:
        raise PatternSyntaxError("the text is too long to be a target", text, "list one target an entry")
    if context.type in APP_TYPES:
        app = _app(clean, context)
        if app is not None:
            return replace(app, notes=(*notes, *app.notes))
    found = _targets(clean, context) or _with_note(clean, context) or _with_noun(clean, context)
    if found is not None and context.type in APP_TYPES and re.search(r"\s", clean):
        # An app row that spells a host among words names an app; the host is at most meant too.
        patterns = tuple(
            replace(p, demoted=Doubt.WIDE_READING) if isinstance(p, UrlPattern) else p for p in found.patterns
        )
        found = replace(found, patterns=patterns)
    if found is None and is_conditional(clean):
        found = _conditional(clean, context)
    if found is None:
        found = _name(clean, context)
    if context.effect is Effect.EXCLUDE:
        found = _with_fears(found, clean, text, context)
    if found is None:
        raise _why_not(clean, text, context)
    return replace(found, notes=(*notes, *found.notes))


def _with_fears(found: _Attempt, clean: str, text: str, context: Context) -> _Attempt:
    """Add what an exclusion may name besides what was read, in the wide reading (P2, P4).

    A text that nobody could read stays so, unless it is no more than the two ends of a range of hosts.
    """
    if found is None and not is_host_range(clean):
        return None
    patterns = found.patterns if found is not None else ()
    known = {
        (one.host.form, one.host.labels, one.host.addresses)
        for one in patterns
        if isinstance(one, UrlPattern)
    }
    wide: list[Pattern] = []
    for name in feared_targets(clean, text):
        with suppress(PatternSyntaxError):
            for pattern in parse_listed(name, Effect.EXCLUDE, context.owned).patterns:
                key = pattern.host.form, pattern.host.labels, pattern.host.addresses
                wide += [replace(pattern, text=clean, demoted=Doubt.WIDE_READING)] if key not in known else []
    if not wide:
        return found
    said = () if found is not None else ("read as the ends of a range of hosts",)
    before = found or Interpretation(())
    return replace(before, patterns=tuple(dict.fromkeys((*patterns, *wide))), notes=(*before.notes, *said))


def _targets(clean: str, context: Context) -> _Attempt:
    """Read the whole text as one target or as a list of them."""
    one = _one_target(clean, context)
    if one is not None:
        return one
    # Each begins where white space does, so that a run of it is read once.
    for separator in (
        r"(?:(?<!\s)\s+)?[,;\n]\s*(?:and\s+)?",
        r"(?<!\s)\s+\|\s+",
        r"(?<!\s)\s+/\s+",
        r"(?<!\s)\s+(?:and|&)\s+",
        r"\s+",
    ):
        pieces = [piece for piece in re.split(separator, clean) if piece]
        if len(pieces) < 2 or any(piece.strip("*") == "" for piece in pieces):
            continue
        if context.effect is Effect.INCLUDE and any(piece.endswith(":") for piece in pieces):
            continue  # What ends in a colon says something of what follows.
        pieces = _complete_suffixes(pieces)
        parts = [_one_target(piece, context) or _and_list(piece, context) for piece in pieces]
        if all(part is not None for part in parts):
            patterns = tuple(p for part in parts if part is not None for p in part.patterns)
            notes = tuple(n for part in parts if part is not None for n in part.notes)
            said = f"read as a list of {len(patterns)} targets"
            return Interpretation(tuple(dict.fromkeys(patterns)), (said, *dict.fromkeys(notes)))
    return None


def _and_list(piece: str, context: Context) -> _Attempt:
    """Read `a and b` as the last piece of a comma list."""
    halves = re.split(r"(?<!\s)\s+and\s+", piece)
    if len(halves) != 2:
        return None
    left, right = (_one_target(half, context) for half in halves)
    if left is None or right is None:
        return None
    return Interpretation((*left.patterns, *right.patterns), (*left.notes, *right.notes))


def _complete_suffixes(pieces: list[str]) -> list[str]:
    """Read `a.example.com | .fr` as two hosts that differ in their last label."""
    first = pieces[0]
    if (
        len(first) > _LONGEST_NAME
        or any(not re.fullmatch(r"\.[a-z.]{2,10}", piece) for piece in pieces[1:])
        or "/" in first
    ):
        return pieces
    return [first, *(first.rpartition(".")[0] + piece for piece in pieces[1:])]


def _one_target(text: str, context: Context) -> _Attempt:
    """Read a text without white space as a target, or return None where it is none."""
    if (re.search(r"\s", text) and not is_address_text(text)) or not _may_be_target(text, context):
        return None
    if context.effect is Effect.INCLUDE and ends_in_two_scripts(text):
        return None
    try:
        parsed = parse_listed(text, context.effect, context.owned)
    except PatternSyntaxError:
        return None
    linked = [_as_link(pattern, context) for pattern in parsed.patterns]
    if any(pattern is None for pattern in linked):
        return None
    joined = _joined_by_slash(text, context)
    notes = (*parsed.notes, "the part behind the slash may be a host of its own") if joined else parsed.notes
    return Interpretation((*(p for p in linked if p is not None), *joined), notes)


def _joined_by_slash(text: str, context: Context) -> tuple[UrlPattern, ...]:
    """Return what `a.example.com/b.example.com` excludes besides a path: the second host (P2)."""
    first, slash, rest = text.partition("/")
    if context.effect is not Effect.EXCLUDE or not slash or "://" in text or "." not in first:
        return ()
    found: list[UrlPattern] = []
    for part in dict.fromkeys(rest.split("/")):
        if re.fullmatch(r"[\w*-]+(\.[\w*-]+)+", part) and not is_file_name(part) and part[-1].isalpha():
            with suppress(PatternSyntaxError):
                found += parse_listed(part, Effect.EXCLUDE, context.owned).patterns
    if found:
        with suppress(PatternSyntaxError):
            found += parse_listed(first, Effect.EXCLUDE, context.owned).patterns
    return tuple(replace(pattern, demoted=Doubt.WIDE_READING) for pattern in found)


def _may_be_target(text: str, context: Context) -> bool:
    """Tell a target from a word: it has a scheme, a dot, a colon, or a star."""
    if "://" in text:
        return True
    host = re.split(r"[/?#]", stars_for_placeholders(text), maxsplit=1)[0]
    if not re.search(r"[.。．｡*]|:[0-9]|:[^:\n]*:|\A\[", host) or text.startswith("/"):
        return False
    ending = re.split(r"[.。．｡]", host)[-1].lower()
    if context.type in WEB_TYPES or "*" in ending or not ending.isalpha():
        return True
    return not is_file_name(host)


def _as_link(pattern: UrlPattern, context: Context) -> Pattern | None:
    """Give a store link its app id, and a bare shared host what the table says of it."""
    if pattern.host.form is not HostForm.EXACT or pattern.host.text not in shared_hosts().all:
        return pattern
    if pattern.path.segments or pattern.query:
        path = "/" + "/".join(pattern.path.segments)
        query = "&".join(f"{key}={value}" for key, value in pattern.query)
        url = Url("", "https", HostName(pattern.host.text), 443, path, query)
        app_id = shared_hosts().app_id(url)
        if app_id is not None:
            return ThingPattern(pattern.text, pattern.effect, app_id)
        return _on_shared_host(pattern)
    if not context.listed or _own_host(pattern.host.text, context):
        return pattern
    if context.type and context.type not in WEB_TYPES:
        return None
    return replace(pattern, demoted=Doubt.WIDE_READING)


def _on_shared_host(pattern: UrlPattern) -> UrlPattern:
    """Trust a link into a shared host only where it names one party's asset without a star."""
    shared = shared_hosts()
    owners = shared.code.get(pattern.host.text, 0) or 1
    starred = any("*" in segment for segment in pattern.path.segments[:owners])
    whole_store = pattern.host.text in shared.stores
    if pattern.effect is Effect.INCLUDE and (starred or whole_store):
        return replace(pattern, demoted=Doubt.WIDE_READING)
    return pattern


def _own_host(host: str, context: Context) -> bool:
    """Tell whether a shared host is the program's own: GitHub lists `github.com`."""
    labels = host.removeprefix("www.").split(".")
    return any(name_key(name).replace(" ", "") in labels for name in context.own_names)


def _with_note(clean: str, context: Context) -> _Attempt:
    """Read `target (a note)` and `target - a note`; the note is kept as words (P2)."""
    for shape in (_NOTE, _DASH_NOTE):
        match = shape.match(clean)
        if match is None:
            continue
        inner = _targets(match[1].strip(), context)
        if inner is not None:
            words = match[2].strip()
            words = words.rstrip(")").strip() if shape is _NOTE else words
            hosts = any(named_hosts(plain_text(words)))
            if context.effect is Effect.INCLUDE and gone_behind(words):
                return None  # "a.example.com (out of scope)" lists nothing.
            if context.effect is Effect.INCLUDE and hosts and shape is _DASH_NOTE:
                return None  # "*.example.com - b.example.com" may add the second or take it away.
            note = f"`{printable(words, 80)}` is read as a note"
            patterns = inner.patterns
            if context.effect is Effect.INCLUDE and hosts and re.search(r"\bonly\b", words, re.IGNORECASE):
                patterns = tuple(replace(pattern, demoted=Doubt.CONDITION) for pattern in patterns)
            return Interpretation(patterns, (*inner.notes, note), words)
    return None


def _with_noun(clean: str, context: Context) -> _Attempt:
    """Read `a noun phrase, then targets`; a verb, "any" or a preposition makes it prose (P2)."""
    named = next(named_hosts(clean), None)
    if named is None:
        return None
    start = clean.rfind(" ", 0, named.start) + 1
    phrase, rest = clean[:start].strip(), clean[start:]
    words = phrase.rstrip("-–—:").strip()
    bracketed = rest.startswith("(") and rest.endswith(")")
    rest = rest[1:-1] if bracketed else rest
    if not re.search(r"\w", words) or len(words.split()) > 8 or LIST_END.search(words):
        return None
    if context.effect is Effect.INCLUDE and gone_in_front(phrase):
        return None
    about_findings = FINDING_WORDS.search(words) is not None and not DENIES.search(words)
    if not about_findings and any(one.search(words) for one in (DENIES, PROSE_WORDS, PREPOSITION_END)):
        return None
    inner = _targets(rest, context) or _with_note(rest, context)
    if inner is None:
        return None
    if about_findings:  # "Leaked accounts *.example.com" lists a kind of finding there.
        patterns = tuple(replace(pattern, demoted=Doubt.CONDITION) for pattern in inner.patterns)
        return Interpretation(patterns, (*inner.notes, f"holds for `{printable(words, 80)}` alone"), clean)
    note = f"`{printable(words, 80)}` in front is read as the name of the target"
    if bracketed and context.effect is Effect.INCLUDE and not re.search(r"[*/]", rest):
        # "Plugin for Shop (shop.example)" may name whose shop it is, and not what may be tested.
        patterns = tuple(replace(pattern, demoted=Doubt.WIDE_READING) for pattern in inner.patterns)
        return Interpretation(patterns, (*inner.notes, note), inner.words)
    return Interpretation(inner.patterns, (*inner.notes, note), inner.words)


def _conditional(clean: str, context: Context) -> _Attempt:
    """Read what a conditional text names, in the wide reading only."""
    patterns: list[Pattern] = []
    for named in named_hosts(clean):
        one = _one_target(named.host + named.tail, context)
        if one is not None:
            patterns += [replace(pattern, demoted=Doubt.CONDITION) for pattern in one.patterns]
    if not patterns:
        return None
    return Interpretation(tuple(dict.fromkeys(patterns)), ("holds under a condition only",), clean)


def _app(clean: str, context: Context) -> _Attempt:
    """Read an app row: a store link, a package or bundle id, a numeric id (T6)."""
    slug = re.fullmatch(r"[\w-]+/id[0-9]{6,12}", clean)
    link = _one_target(clean, context) if ("://" in clean or "/" in clean) and not slug else None
    if link is not None:
        return link
    key = clean.casefold()
    if key in shared_hosts().all:
        return None
    numeric = re.fullmatch(r"(?:(?:[\w-]+/)?id)?([0-9]{6,12})", key)
    if numeric:
        return Interpretation((ThingPattern(clean, context.effect, numeric[1]),))
    if "*" in clean and _ID_GLOB.fullmatch(clean):
        return Interpretation((ThingPattern(clean, context.effect, key, glob=True, wide=True),))
    if not _PACKAGE.fullmatch(clean):
        return None
    thing = ThingPattern(clean, context.effect, key)
    if not _reads_as_host(key):
        return Interpretation((thing,))
    host = _one_target(clean, replace(context, type="url"))
    hosts = tuple(replace(p, demoted=Doubt.WIDE_READING) for p in host.patterns) if host else ()
    return Interpretation((thing, *hosts), ("may be meant as a host too",) if hosts else ())


def _reads_as_host(key: str) -> bool:
    """Tell whether an id reads better as a host: last label a suffix, first label none."""
    from scopecheck.targets.psl import default_suffixes

    first, last = key.partition(".")[0], key.rpartition(".")[2]
    suffixes = default_suffixes()
    if not suffixes.known_tail(last, private=False):
        return False
    # Ids begin with a reversed domain; where both ends are country codes, either reading will do.
    return not suffixes.known_tail(first, private=False) or len(first) == len(last) == 2


def _name(clean: str, context: Context) -> _Attempt:
    """Read a name: no host, address, link or id; no verb, no "any", "all", "other"."""
    if len(clean) > 120 or len(clean.split()) > 12 or "://" in clean or clean.endswith((".", ":")):
        return None
    if (
        PROSE_WORDS.search(clean)
        or any(named_hosts(plain_text(clean)))
        or re.search(r"[*@<>{}\n]|\A/", clean)
    ):
        return None
    if re.search(r"(?<![0-9])[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+|\w:[0-9a-f]*:", clean) or not re.search(
        r"\w", clean
    ):
        return None
    if _may_be_target(clean, context) and " " not in clean and not is_file_name(clean):
        return None
    if context.effect is Effect.EXCLUDE and FINDING_WORDS.search(clean):
        return None  # Read as the name of an asset, it would exclude nothing and raise no question.
    return Interpretation((ThingPattern(clean, context.effect, name_key(clean)),))


def _why_not(clean: str, text: str, context: Context) -> PatternSyntaxError:
    """Say why a text stays unresolved; a text like a target gets the grammar's own reason."""
    if not re.search(r"\s", clean) and _may_be_target(clean, context):
        try:
            parse_listed(clean, context.effect, context.owned)
        except PatternSyntaxError as error:
            return PatternSyntaxError(error.message, text, error.help)
        if ends_in_two_scripts(clean):
            return PatternSyntaxError(f"`{clean}` mixes two scripts in its last label", text, "end the host")
        return PatternSyntaxError(f"`{clean}` is a shared host, and the row does not say what on it", text)
    return PatternSyntaxError(
        f"`{printable(clean, 80)}` is prose, not a target",
        text,
        "write one host, URL, address, app id or name",
    )
