"""Words beside a listed target that take scope away (clause P5).

Nothing here is guessed wider: a sentence can only take scope away or raise a question. So any
negation counts as one that takes away, in the languages that programs are written in; which words
it belongs to is left to a person.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from scopecheck.scope.host_ranges import ranges_in_words
from scopecheck.scope.naming import MAX_PROSE, Named, named_addresses, named_hosts, named_labels, named_paths
from scopecheck.scope.sentences import Line, bare, flat, lines_of, mask, names_some, sentences
from scopecheck.scope.vocabulary import (
    DENIAL,
    EXCEPTION,
    FIRM,
    GONE,
    NEGATION,
    NO_LABELS,
    OTHER,
    TESTING,
    TITLE,
)

__all__ = ["EVERYTHING", "Denied", "denied", "denies"]

EVERYTHING = re.compile(
    r"\b(?:all|any|every|everything|whole|entire|sub-?domains?|hosts)\b|\*", re.IGNORECASE
)
# Crosses, strike-through, a `!` of programmers in front: the target they stand at is meant.
_CROSS = re.compile(r"~~|[❌✖✗✘✕⨯❎⛔🚫🛑🙅👎×⊘≠¬∉∖☒☓]|(?<![\w!)\]])!(?=[ ]?[\w*])")
_FOLLOWING = re.compile(
    r"\b(?:following|below|these|those|here (?:is|are)|namely|as follows|such as|like)\b|[:：]\s*\Z",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?:these|those|they|them|both|above|aforementioned|mentioned|listed|latter|former|all of)\b",
    re.IGNORECASE,
)
_AFFIRMS = re.compile(
    r"\b(?:in[- ]scope|eligible|included|allowed|permitted|welcome|focus|"
    r"(?:may|can|please|to) (?:be )?test(?:ed)?)\b",
    re.IGNORECASE,
)
_THIS = re.compile(
    r"\b(?:this|that|the|our) (?:\w{1,40} )?(?:sub ?domain|domain|asset|scope|target|host|wildcard|site|"
    r"website|system|server|entry|service|environment|network|range|app|application|instance)\b",
    re.IGNORECASE,
)
_AT_THIS = re.compile(
    r"\b(?:test|touch|scan|attack|target|hack"
    r"|(?:reports?|submissions?|findings?) (?:about|on|for|against|regarding|concerning)) "
    r"(?:this|it)\b(?! for)",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"\b(?:one|ones|those|something|anything|sites?|hosts?|things?) (?:that|which) (?:is|are|was|were)\b",
    re.IGNORECASE,
)
_SAYS = re.compile(r"\b(?:is|are|was|were|be|has|have|must|should|may|can|will|do|does)\b", re.IGNORECASE)
_LEAD = re.compile(
    r"\A(?:\W|\b(?:for|the|our|is|are|any|all|in|on|of|test|testing|touch|include|including)\b)+",
    re.IGNORECASE,
)
_LABEL_IS = re.compile(r"\W*(?:the |our )?[\w-]{1,63} (?:is|are|was|were|isn't|aren't)\b", re.IGNORECASE)
_TRAILING = frozenset({"is", "are", "currently", "now", "was", "were"})
_CLAUSE_END = re.compile(r"[.;)\]!?\n]")
_SHORT = 6
"""As many words make a line without a full stop a heading."""


@dataclass(frozen=True, slots=True)
class Denied:
    """What the words beside a rule take away (P5)."""

    named: tuple[Named, ...] = ()
    """Hosts and addresses, with the path or port that stands at them."""
    paths: tuple[str, ...] = ()
    """Paths without a host."""
    labels: tuple[str, ...] = ()
    """Single labels, which may be short for hosts."""
    itself: bool = False
    """Whether the words are about the asset that they stand beside."""
    alone: tuple[frozenset[str], ...] = ()
    """The hosts of each sentence that says no more than that they are out of scope."""


class _Reader:
    """Reads words line by line; what denies or points on may reach further lines."""

    def __init__(self) -> None:
        self.named: dict[Named, None] = {}
        self.paths: dict[str, None] = {}
        self.labels: dict[str, None] = {}
        self.alone: dict[frozenset[str], None] = {}
        self.itself = self._pending = False
        self._listing = self._begun = self._carries = False
        self._before: list[str] = []

    def read(self, line: Line, behind: str) -> None:
        """Read one line; `behind` is the next, which tells a heading from a sentence about the asset."""
        takes, names = denies(line.text), names_some(line.text)
        short = len(line.text.split()) <= _SHORT and not line.text.endswith((".", ",")) and not names
        heads = line.heading or (short and not line.item)
        if heads and takes:
            self._listing, self._begun = True, False
        elif line.heading and _AFFIRMS.search(flat(line.text)):
            self._listing = False
        elif (
            self._listing
            and self._begun
            and line.apart
            and not (line.item or line.heading or bare(line.text))
        ):
            self._listing = False  # A blank line ends a list that has begun, unless another item follows.
        self._begun = self._begun or names
        over = line.heading or not re.search(r"\w", TITLE.without(flat(line.text)))
        listed = line.heading or names_some(behind) or OTHER.within(flat(behind))
        title = heads and takes and over and listed and bool(behind)
        for sentence in sentences(line.text):
            self._read(sentence, item=line.item, title=title)

    def _read(self, sentence: str, *, item: bool, title: bool) -> None:
        takes, names = denies(sentence), names_some(sentence)
        carried = self._carries and names and bare(sentence)
        self.settle(reached=names and (carried or self._listing))
        self._carries = False
        if not (takes or self._listing or carried):
            self._before.append(sentence)
            return
        self._take(sentence, takes=takes)
        if not takes:
            self._carries = carried
            return
        words = flat(sentence)
        if names:
            marked = mask(sentence)
            denial, host = DENIAL.first(marked), marked.find("◦")
            self._carries = not item and denial is not None and denial.start < host
            if _says_no_more(words):
                self.alone[frozenset(one.host for one in named_hosts(sentence))] = None
            return
        self._carries = len(words.split()) <= _SHORT
        pointed = _BEFORE.search(words) is not None and bool(self._before)
        if pointed:
            for earlier in self._before:
                self._take(earlier, takes=False)
            self._before.clear()
        if _FOLLOWING.search(words):
            self._listing, self._begun = True, False
        other = title or pointed or any(named_paths(sentence)) or _is_about_labels(sentence)
        crossed = _CROSS.search(sentence) is not None and len(words.split()) <= _SHORT // 2
        self.itself = self.itself or _is_about_this(words)
        self._pending = not other and (crossed or _says_no_more(words))

    def settle(self, *, reached: bool = False) -> None:
        """Take a short denial for one of the asset itself, unless it has `reached` what follows it."""
        self.itself = self.itself or (self._pending and not reached)
        self._pending = False

    def _take(self, sentence: str, *, takes: bool) -> None:
        part = _behind_exception(sentence) if takes and not self._listing else sentence
        for named in named_hosts(part):
            self.named[named] = None
        for unnamed in (*named_addresses(part), *ranges_in_words(part)):
            self.named[Named(unnamed, "", 0, 0)] = None
        self.paths.update(dict.fromkeys(named_paths(part)))
        self.labels.update(dict.fromkeys(_labels(sentence, listed=not takes)))


def _behind_exception(sentence: str) -> str:
    """Return what stands behind the exception where a sentence says "all of this except that"."""
    marked = mask(sentence)
    denial = DENIAL.first(marked)
    if denial is None or denial.text not in EXCEPTION or _CROSS.search(sentence):
        return sentence
    left, right = marked[: denial.start], marked[denial.end :]
    positive = EVERYTHING.search(sentence[: denial.start]) and not _SAYS.search(left)
    return sentence[denial.end :] if positive and "◦" in right else sentence


def _labels(sentence: str, *, listed: bool) -> Iterator[str]:
    """Yield the labels in front of a negation and behind it ("not blog", "blog and shop are excluded")."""
    marked = mask(sentence)
    pieces = [marked]
    if not listed:
        denials = list(DENIAL.said(marked))
        pieces = [marked[: denials[0].start], marked[denials[-1].end :]] if denials else []
    for piece in pieces:
        clause = _CLAUSE_END.split(_LEAD.sub("", piece.replace("◦", " ")), maxsplit=1)[0]
        words = clause.strip(" ,:*_~-–—\"'").split()
        while words and words[-1].lower() in _TRAILING:
            words.pop()
        for label in named_labels(" ".join(words)):
            if label not in NO_LABELS:
                yield label


def _is_about_labels(sentence: str) -> bool:
    """Tell whether a denial is about what may be short for hosts ("except blog", "blog is excluded")."""
    labels = list(_labels(sentence, listed=False))
    first = DENIAL.first(sentence)
    if not labels or first is None:
        return False
    excepting = first.text in EXCEPTION and not re.search(r"\w", sentence[: first.start])
    return excepting or len(labels) > 1 or ":" in sentence or _LABEL_IS.match(sentence) is not None


def _is_about_this(words: str) -> bool:
    """Tell whether a denying sentence says "this asset", and that it is out of scope or not to be tested."""
    if _AT_THIS.search(words):
        return True
    this = _THIS.search(words)
    if this is None or _ANOTHER.search(words):
        return False
    return FIRM.within(words[this.end() : this.end() + 80]) or (NEGATION.within(words) and GONE.within(words))


def _says_no_more(words: str) -> bool:
    """Tell whether a denying sentence speaks of no kind of finding, way of testing or other asset."""
    if OTHER.within(words) or _ANOTHER.search(words):
        return False
    return FIRM.within(words) or (NEGATION.within(words) and TESTING.within(words))


@functools.lru_cache(maxsize=256)
def denied(words: str) -> Denied:
    """Return what the words beside a rule take away from the program's scope (P5).

    Every sentence with a negation counts, and every line under a heading with one until a heading
    says "in scope", or the list has ended.
    """
    reader = _Reader()
    lines = lines_of(words)
    for line, behind in zip(lines, [*(one.text for one in lines), ""][1:], strict=True):
        reader.read(line, behind)
    reader.settle()
    itself = reader.itself or len(words) > MAX_PROSE  # What is too long to be read may say anything.
    return Denied(tuple(reader.named), tuple(reader.paths), tuple(reader.labels), itself, tuple(reader.alone))


def denies(text: str) -> bool:
    """Tell whether a sentence holds a negation, an exception or a cross, outside the hosts it names."""
    return _CROSS.search(text) is not None or DENIAL.within(flat(text))
