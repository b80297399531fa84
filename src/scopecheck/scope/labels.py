"""Which single labels a text lists, in place of whole hosts (clause P4)."""

from __future__ import annotations

import re

from scopecheck.errors import HostError
from scopecheck.scope.spelling import HYPHENS, MAX_PROSE, as_typed, without_invisible
from scopecheck.targets.host import parse_host

__all__ = ["named_labels"]

# Hosts, addresses of mail and paths: items of a list, and no labels.
_WHOLE = re.compile(
    r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*+://\S*|(?<![\w.+-])[\w.+-]*+@[\w.-]+|(?<![\w*/])/[^\s,;|]+"
    r"|(?<![\w*-])[\w*-]++(?:\.[\w*-]++)+(?:/[^\s,;|]*)?"
)
_MARK = re.compile(r"^[ \t]*\(?(?:[0-9]{1,3}|[a-z])[.)][ \t]+", re.MULTILINE)
_VERB = r"(?:access|attack|include|perform|probe|report|scan|target|test|touch|use)(?:ing)?"
# What a sentence says of the labels, which is none of them.
_ABOUT = re.compile(
    r"\b(?:(?:do(?:es)?|must|should|may|can|shall)[ ]?(?:not|n['’]t)|don['’]?t|never|cannot)"
    rf"(?:[ ]{_VERB})*(?:[ ](?:on|at|in|against|for))?\b"
    r"|\b(?:test(?:ing|s)|scanning|attacks?|bugs|issues|reports|vulnerabilities)[ ]"
    r"(?:of|on|in|at|against|about)\b"
    r"|\b(?:avoid|refrain[ ]from|(?:stay|keep)[ ](?:away[ ]from|off|out[ ]of)|skip|ignore)\b"
    r"(?:[ ](?:testing|scanning))?"
    r"|\b(?:not|no|without)\b(?=[ ])|\b(?:exclud(?:es?|ed|ing)|exclusions?|except(?:ing|ions?)?)\b"
    r"|\b(?:other[ ]than|apart[ ]from|besides|please|kindly|currently|temporarily|explicitly|also|too)\b"
    r"|\b(?:out|part)[ -]of[ -](?:the[ ])?scope\b|\boos\b|\bin[ -]scope\b"
    r"|(?<=\w[ ])(?:is|are|be|remains?|stays?)\b"
    r"|\b(?:off[ -]limits|forbidden|prohibited|ineligible|eligible|disallowed|allowed|permitted|tested)\b"
    r"|\b(?:as[ ]well|following|(?:hosted|owned|run)(?:[ ]by)?)\b"
)
_SEPARATOR = re.compile(
    rf"[,;:|/&+(){{}}\[\]<>=\n\r\t•·、・，；。→…\"{HYPHENS}]|(?<=\s)[-*](?=\s)|[.!?](?=\s|\Z)|(?<=\s)(?:and|or|und|oder|et|ou|y|e)(?=\s)"
)
# Beside another word they are no label; alone in a list they may be (`it`, `in`, `at`).
_FILLERS = frozenset(
    """
    the our any all both their your a an this these those its of on in at for from to with by it as if
    other another some every each further remaining
    """.split()  # noqa: SIM905 - a list of one word a line would hide the others
)
_KINDS = re.compile(
    r"(?:sub-?)?domains?|(?:web)?sites?|hosts?(?:names?)?|labels?|names?|environments?|servers?|instances?"
)
_LABEL = re.compile(r"[a-z0-9_*](?:[a-z0-9_*-]{0,61}[a-z0-9_*])?")
_NO_LABELS = frozenset({"i", "s", "t", "the", "our", "any", "all", "both", "etc", "see", "note", "notes"})


def named_labels(text: str) -> tuple[str, ...]:
    """Return the labels that a text lists ("blog", "pay and shop", "the dev subdomain"), beside hosts too.

    They may be short for hosts of the program; a star is kept (`*-staging`). Several words that no list
    parts are the name of one thing, and a text of which most items are such names lists no labels.
    """
    words = as_typed(without_invisible(text[:MAX_PROSE])).lower()
    words, wholes = _WHOLE.subn("\n", _MARK.sub("", words))
    labels: dict[str, None] = {}
    names = 0
    for item in _SEPARATOR.split(_ABOUT.sub("\n", words)):
        told = [word for token in item.split() if (word := token.strip("\"'`“”‘’«»~^#.!?").replace("**", ""))]
        told = [word for word in told if re.search(r"\w", word)]
        alone = len(told) == 1
        told = [word for word in told if not _KINDS.fullmatch(word) and (alone or word not in _FILLERS)]
        if len(told) == 1 and (label := _label(told[0])):
            labels[label] = None
        elif told:
            names += 1
    return tuple(labels) if names <= len(labels) + wholes else ()


def _label(word: str) -> str:
    """Return a word as a canonical label, or "" where it is none."""
    word = word.strip("-") if "*" not in word else word
    if not word.isascii():
        try:
            word = str(parse_host(word).host)
        except HostError:
            return ""
    plain = _LABEL.fullmatch(word) and re.search(r"[a-z]", word)
    return word if plain and word not in _NO_LABELS else ""
