"""The marks of a plain list: what its headings, comments and words say about the entries.

Nobody wrote a grammar of such lists. So a mark that is known to exclude does so, and words that may take
scope away leave what they stand beside as a question; no line with such words is ever passed over.

| line | what it does |
|---|---|
| `!host`, `-host`, `[OOS] host`, `OOS: host`, `host OOS`, `host # OOS` | excludes the host |
| `# Out of scope`, `[OUT OF SCOPE]`, `--- excluded ---`, `!EXCLUDE` | excludes all that follows |
| `# In scope`, `!INCLUDE` | includes what follows again |
| other denying words without a host (`Not ours:`) | what follows is a question, up to a blank line |
| a comment that denies and names a host | an exclusion that is kept unread (P4) |
| any other sign in front of a host (`~host`) | the host is a question |
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePath

from scopecheck.scope.naming import named_addresses, named_hosts, plain_text
from scopecheck.scope.pattern import Effect
from scopecheck.targets.host import MAX_TEXT

__all__ = ["Entry", "Words", "excludes_by_name", "list_entries", "words_of"]

_SCOPES = r"(?:the |our |this )?scopes?"
# What says of a thing that it is excluded, in words without signs between them.
_MARK = re.compile(
    rf"\b(?:out ?of ?{_SCOPES}|out ?scoped?|outside(?: of)? {_SCOPES}|oos|[nu]on? ?scoped?|"
    rf"(?:not|never|no longer|isn t|aren t|isnt|arent)(?: \w+)? (?:in|within|inside|part of) ?{_SCOPES}|"
    r"(?:to )?(?:be )?exclu(?:de[sd]?|sions?)|excl|"
    r"(?:do not|don t|dont|never|must not|may not|should not|shall not|cannot|can not|can t)(?: \w+)?"
    r" (?:test|touch|scan|attack|hack|probe|pentest|fuzz|tested|touched|scanned|attacked|hacked)|"
    r"not (?:to )?(?:be )?(?:test(?:ed)?|touch(?:ed)?|scan(?:ned)?|allowed|permitted|eligible|included|"
    r"covered|authori[sz]ed)|no ?(?:tests?|testing|go|touch|scans?|scanning|hacking)|off ?limits?|hands off|"
    r"keep out|forbidden|prohibited|banned|blocked|denied|deny|ineligible|disallow(?:ed)?|unauthori[sz]ed|"
    r"(?:black|deny|block|ignore|exclude|exclusion) ?list(?:ed)?|ignored?|skip(?:ped)?)\b"
)
_DENIAL = re.compile(
    r"\b(?:not?|nor|none|never|without|don t|dont|doesn t|isn t|aren t|isnt|arent|can t|cannot|avoid|minus|"
    r"except\w*|exclu\w*|besides|other than|apart from|unless|but|forbid\w*|prohibit\w*|outside|removed?|"
    r"restricted|leave alone|(?:third|3rd) part\w+|vendors?|suppliers?|nicht|kein\w*)\b"
)
_INCLUDING = re.compile(
    r"(?:(?:the|our|all|are|is) )*(?:in ?scope|scope|include[sd]?|inclusions?|in|(?:allow|white) ?list|"
    r"allowed|eligible)(?: (?:targets?|assets?|domains?|hosts?|urls?|list|items?|again))*"
)
_FILLER = re.compile(
    r"\b(?:is|are|was|be|been|the|this|that|these|those|it|its|currently|now|temporarily|also|and|please|all|"
    r"hosts?|domains?|sub ?domains?|sites?|assets?|targets?|urls?|list|items?|everything|following|below|"
    r"note|out)\b"
)
_HEADING_WORDS = 6
# A run of signs in front of an entry that is no part of a target, a quotation or a list mark.
_SIGNS = re.compile(r"[^\w\s*.\[\](){}<>\"'`/@\\:#+|$^?&%]+")
_LIST_SIGNS = frozenset("•·‣▪●○◦→>=,;")
_CHECKS = frozenset("✓✔✅☑\ufe0f")
_DASHES = "-–—−"


@dataclass(frozen=True)
class Entry:
    """One entry of a list: its line, its text and side, and the words of a comment behind it.

    A `doubted` entry is included and excluded at once, which is a question. An `unread` one holds
    words in which only the hosts they name are to be feared (P4), and so does a `denied` one, unless it
    can be read as an inclusion with words beside it.
    """

    number: int
    text: str
    effect: Effect
    words: str = ""
    doubted: bool = False
    unread: bool = False
    denied: bool = False

    @property
    def entry(self) -> str:
        """The place of the line."""
        return f"line {self.number}"


@dataclass(frozen=True)
class Words:
    """What words say: whether they exclude, may do so, or include, and how many they are."""

    mark: bool
    denial: bool
    including: bool
    alone: bool
    """Whether nothing else is said than that something is excluded."""
    count: int

    @property
    def excludes(self) -> bool:
        """Whether they are short enough to say nothing but that."""
        return self.mark and (self.alone or self.count <= _HEADING_WORDS)


def words_of(text: str) -> Words:
    """Return what the words of a text say, without regard to case, signs and underscores."""
    plain = " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text[:2_000])).casefold().split())
    mark = _MARK.search(plain) is not None or plain == "out"
    rest = _FILLER.sub("", _MARK.sub("", plain)).strip()
    denial = mark or len(text) > 2_000 or _DENIAL.search(plain) is not None
    including = not denial and _INCLUDING.fullmatch(plain) is not None
    return Words(mark, denial, including, mark and not rest, len(plain.split()))


def excludes_by_name(file: str) -> bool:
    """Tell whether a file is called a list of exclusions: `.noscope`, `OOS.txt`, `out-of-scope.txt`."""
    name = PurePath(file.replace("\\", "/")).name
    return name.lower().endswith("noscope") or words_of(name[:255]).mark


@dataclass
class _Side:
    """Where the reader of a list stands: what its last heading said."""

    effect: Effect
    doubted: bool = False
    begun: bool = False

    def head(self, said: Words) -> None:
        """Take a heading."""
        if said.including:
            self.effect, self.doubted = Effect.INCLUDE, False
        elif said.excludes:
            self.effect = Effect.EXCLUDE
        elif said.denial:
            self.doubted, self.begun = True, False

    def blank(self) -> None:
        """Take a blank line, which ends a doubt that has been about something."""
        if self.begun:
            self.doubted = False


def list_entries(text: str, effect: Effect, *, comments: bool) -> Iterator[Entry]:
    """Yield every entry of a list with its side; with `comments`, `#` begins one."""
    entries = list(_entries(text, effect, comments=comments))
    dashed = [one for one in entries if _dashed(one)]
    plain = any(one.effect is Effect.INCLUDE and not one.unread and not _dashed(one) for one in entries)
    for one in entries:
        # A dash is the mark of a list, unless other entries have none.
        yield replace(one, doubted=True) if plain and dashed and _dashed(one) else one


def _dashed(one: Entry) -> bool:
    return one.effect is Effect.INCLUDE and one.text[:1] in _DASHES and not one.unread


def _entries(text: str, effect: Effect, *, comments: bool) -> Iterator[Entry]:
    side = _Side(effect)
    for number, raw in enumerate(text.splitlines(), 1):
        line, words = raw.strip(), ""
        mark = re.search(r"(?:\A|\s)#", line) if comments else None
        if mark is None and words_of(line.partition("#")[2]).excludes:
            mark = re.search("#", line)
        if mark is not None:
            line, words = line[: mark.start()].strip(), line[mark.end() :].strip()
        if not line and not words:
            side.blank()
        elif not line:
            yield from _comment(number, words, side)
        elif line.startswith("#") and words_of(line).denial:  # No comment in a list of regexes, yet no regex.
            yield from _comment(number, line.lstrip("# \t"), side)
        else:
            yield from _line(number, line, words, side, regex=not comments)


def _names(text: str) -> bool:
    return any(named_hosts(plain_text(text))) or any(named_addresses(text))


def _comment(number: int, words: str, side: _Side) -> Iterator[Entry]:
    """Take a line that is a comment: a heading, words that deny what they name, or a remark."""
    said = words_of(words)
    if said.denial and _names(words):
        yield Entry(number, words, Effect.EXCLUDE, unread=True)
        start = re.split(r"[\w*]\.[\w*]", words, maxsplit=1)[0]
        side.doubted = side.doubted or words_of(start).denial or words.endswith(":")
        side.begun = False
        return
    side.head(said)


def _line(number: int, line: str, words: str, side: _Side, *, regex: bool) -> Iterator[Entry]:
    """Take a line with an entry, or a heading without the sign of a comment."""
    text, excluded, doubted = _unmarked(line, regex=regex)
    spans = _spans(text, regex=regex)
    said = words_of(_without(text, spans))
    if not spans and not (regex and not said.alone and not re.search(r"\s", text)):
        if said.including or said.excludes:
            side.head(said)
            return
        side.head(said)
        if said.mark:
            yield Entry(number, line, Effect.EXCLUDE, words, unread=True)
            return
    elif spans and words_of(text[: spans[0][0]]).mark and not said.alone:
        side.doubted, side.begun = True, False
    else:
        side.begun = True
    effect = Effect.EXCLUDE if excluded else side.effect
    one = Entry(number, text, effect, words, doubted or side.doubted)
    if effect is Effect.EXCLUDE:
        yield replace(one, doubted=False)
        return
    if spans and said.denial:
        yield from _denied(one, spans, said, regex=regex)
        return
    yield _by_words(one)


def _unmarked(line: str, *, regex: bool) -> tuple[str, bool, bool]:
    """Return a line without the signs in front, whether they exclude, and whether they are unknown ones."""
    first = unicodedata.normalize("NFKC", line[:1])
    if first in ("!", "¬"):
        return line[1:].lstrip("!！ \t"), True, False
    tag = re.match(r"[\[({<]([^\[\](){}<>]{1,60})[\])}>]\s*+(?::\s*+)?", line)
    if tag is not None and words_of(tag[1]).excludes and tag.end() < len(line):
        return line[tag.end() :].strip(), True, False
    if not regex and line[:1] in _DASHES and re.match(r"[\w*.\[(]", line[1:2]):
        return line[1:], True, False
    signs = _SIGNS.match(line)
    if signs is not None and re.match(r"\s*[\w*.\[(\"'`]", line[signs.end() :]) is None:
        signs = None
    signs = signs or re.match(r"[xX]\s+(?=\S)", line)
    if signs is not None and set(signs[0]) <= _CHECKS:
        return line[signs.end() :].strip(), False, False
    if signs is None or set(signs[0]) <= _LIST_SIGNS or line[:1] in _DASHES:
        return line, False, False
    return line[signs.end() :].strip(), False, True


def _spans(text: str, *, regex: bool) -> list[tuple[int, int]]:
    """Return where targets stand in a line: what has a dot or a star, an address, or a sign of a regex."""
    signs = r"(?:[^\s,;]|,(?=[0-9]{0,9}\}))+" if regex else r"[^\s,;|()\[\]{}<>\"'`]+"
    telling = r"[\\.*^$]" if regex else r"[\w*][.*]|[.*][\w*]|:[^:]*:|:[0-9]|\A\*"
    found = [match.span() for match in re.finditer(signs, text[:MAX_TEXT])]
    found = [(a, b) for a, b in found if re.search(telling, text[a:b])]
    dotted = [(a, b) for a, b in found if re.search(r"[.:]", text[a:b])]
    # Stars around "**out of scope**" are emphasis.
    return dotted if len(dotted) < len(found) and words_of(_without(text, dotted)).mark else found


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    kept, last = "", 0
    for start, end in spans:
        kept, last = kept + text[last:start] + " ", end
    return kept + text[last:]


def _denied(one: Entry, spans: list[tuple[int, int]], said: Words, *, regex: bool) -> Iterator[Entry]:
    """Take an entry with denying words beside its targets."""
    before, behind = one.text[: spans[0][0]], one.text[spans[-1][1] :]
    between = " ".join(one.text[end:start] for (_, end), (start, _) in pairwise(spans))
    joined = re.fullmatch(r"(?:[\s,;|&/]|and)*", between) is not None
    in_front = words_of(before).mark
    after = words_of(behind).mark and len(spans) == 1
    if said.alone and joined and (in_front or after):
        target = one.text[spans[0][0] : spans[-1][1]].rstrip(".:-") if not regex else None
        for text in [target] if target else [one.text[a:b] for a, b in spans]:
            yield replace(one, text=text, effect=Effect.EXCLUDE, doubted=False)
        return
    yield replace(_by_words(one), denied=True)


def _by_words(one: Entry) -> Entry:
    """Return an entry on the side on which the comment behind it puts it."""
    said = words_of(one.words)
    if not one.words or not said.denial:
        return one
    start = words_of(re.split(r"[.,;(–—]|\s-\s|\bsee\b", one.words, maxsplit=1)[0])
    if start.alone or (said.excludes and not _names(one.words)):
        return replace(one, effect=Effect.EXCLUDE, doubted=False)
    if _names(one.words) or re.search(r"(?:\A|\s)/\w", one.words):
        return one  # What they name is an exclusion of its own (P5).
    return replace(one, doubted=True) if said.mark or said.count <= _HEADING_WORDS else one
