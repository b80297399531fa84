"""Words beside a listed target that take scope away, limit it or widen it (clause P5).

Nothing here is guessed wider: a sentence can only take scope away or raise a question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scopecheck.scope.naming import MAX_PROSE, Named, named_addresses, named_hosts, named_paths, plain_text

__all__ = [
    "declares_open_scope",
    "is_conditional",
    "limits_itself",
    "restricted",
    "restricted_paths",
    "widens",
]

_CONDITION = re.compile(
    r"\bonly if\b|\)\s*AND\b|\bAND\s*\(|\bprovided that\b|\bonly when\b|\bif and only if\b"
)
_RESTRICTING = re.compile(
    r"\b(?:except(?:ing|ion|ions)?|excluding|excludes?|excluded|exclusions?|out[- ]of[- ]scope|oos|"
    r"(?:not|isn['’]t|aren['’]t)(?: currently)? (?:in|within|part of)(?: the| our)?[- ]scope|"
    r"no longer in scope|removed from scope|"
    r"outside(?: of)?(?: the| our)? scope|not (?:eligible|included|allowed|permitted)|other than|apart from|"
    r"but not|besides|never|off[- ]limits|forbidden|prohibited|cannot be|"
    r"(?:do(?:es)? not|don['’]t|may not|must not) (?:test|touch|scan|attack|include|apply|target|use|access)|"
    r"(?:should|must|may|can)(?: not|n['’]t) be)\b",
    re.IGNORECASE,
)
_DENYING = re.compile(r"\b(?:not?|without|but|minus|never|only)\b", re.IGNORECASE)
_HEADING = re.compile(
    r"(?:out[- ]of[- ]scope|exclu(?:ded|sions?|ding)|exceptions?|not in[- ]scope)[^.\n]{0,60}:\W*\Z",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:all|any|every|everything)\b[\w\s/,()&-]{0,80}?"
    r"\b(?:owned|operated|controlled|managed|maintained|belongs|belonging)\b"
    r"|\b(?:assets?|domains?|websites?|products?|systems?)\b[\w\s/,()&-]{0,40}"
    r"\bowned\b[\w\s/,()&-]{0,60}\bin[- ]scope\b",
    re.IGNORECASE,
)
_ALL_OF = re.compile(
    r"\A\W*(?:all|everything)\W*\Z|\A\W*(?:any|all|every)\b[\w\s()&'’-]{0,50}"
    r"\b(?:\(?sub\)?-?domains?|domains?|assets?|websites?|hosts?|properties)\b",
    re.IGNORECASE,
)
_LIMITS = re.compile(
    r"\bonly (?:if|when|within)\b"
    r"|\bthis (?:sub-?domain|domain|asset|scope|target|host|wildcard)\b[^.\n]{0,60}\bout[- ]of[- ]scope\b"
    r"|\bthis (?:scope|asset|target|domain|wildcard) is\b[^.\n]{0,40}\bfor\b[^.\n]{0,80}\bonly\b"
    r"|\bfalls? out(?:side)? of (?:the )?scope\b|\bno longer in[- ]scope\b"
    r"|\A\W*(?:(?:is|are|currently|now) )*"
    r"(?:out[- ]of[- ]scope|oos|do not test|don['’]t test|not in[- ]scope)\W*\Z",
    re.IGNORECASE,
)
_ONLY_A_HOST = re.compile(r"\bonly\b[^.\n]{0,5}(?=[\w*-]{1,63}\.[\w*-])", re.IGNORECASE)
_COUNTS = re.compile(r"\b(?:in[- ]scope|eligible)\b", re.IGNORECASE)
_WIDENS = re.compile(
    r"\b(?:includ(?:es|ing)|covers?|and|plus|with)\b[^.\n]{0,30}\bsub-?domains\b"
    r"|\b(?:all|any) sub-?domains?\b",
    re.IGNORECASE,
)


def restricted_paths(words: str, *, note: bool = False) -> Iterator[str]:
    """Yield the paths that a restricting clause names without a host ("out of scope: /admin")."""
    for line in words[:MAX_PROSE].splitlines():
        for sentence in _sentences(line):
            if _RESTRICTING.search(sentence) or (note and _DENYING.search(sentence)):
                yield from named_paths(sentence)


def limits_itself(words: str) -> bool:
    """Tell whether the words beside a rule make the rule itself hold under a condition only (P5)."""
    if len(words) > MAX_PROSE or _LIMITS.search(words) is not None:
        return True  # What is too long to be read may say anything.
    for only in _ONLY_A_HOST.finditer(words):
        line = words[only.end() : only.end() + 400].partition("\n")[0]
        if _COUNTS.search(line):
            return True
    return False


def declares_open_scope(text: str) -> bool:
    """Tell whether an inclusion says that everything of the owner may count (D4)."""
    if len(text) < 80 and _ALL_OF.match(text) and _RESTRICTING.search(text) is None:
        if any(named_hosts(text)):  # "Any subdomain of example.com" says nothing about other domains.
            return False
        return re.search(r"\bnot\b", text, re.IGNORECASE) is None
    if re.search(r"\b(?:third[- ]part|vendor|customer|supplier)", text, re.IGNORECASE):
        return False
    return len(text) < 2_000 and _OPEN.search(text) is not None and _RESTRICTING.search(text) is None


def is_conditional(text: str) -> bool:
    """Tell whether a listed text holds only under a condition (`(a and b) AND c`, "only if")."""
    return _CONDITION.search(text) is not None


def restricted(words: str, *, note: bool = False) -> tuple[Named, ...]:
    """Return the hosts that a restricting clause of the words beside a rule names (P5).

    A `note` behind the target is short, so there a bare "not" or "but" restricts as well.

    The clause may stand before the host, behind it ("x is out of scope"), or be the heading of a
    list; a blank line or another heading ends such a list.
    """
    found: list[Named] = []
    in_list, begun, ended = False, False, False
    for line in plain_text(words).splitlines():
        named = list(named_hosts(line))
        stripped = line.strip().strip("#*_ ")
        restricting = _RESTRICTING.search(line) is not None
        heading = len(stripped.split()) <= 6 and not stripped.endswith((".", ","))
        if stripped.endswith(":") or (restricting and heading and not named):
            in_list = restricting or _HEADING.search(stripped) is not None
            begun = False
        elif ended and in_list and stripped and not re.match(r"[-*•+\d]|\S+\Z", line.strip()):
            in_list = False  # A blank line ends a list that has begun, unless another item follows.
        ended = not stripped and begun
        begun = begun or bool(named) or any(named_addresses(line))
        for sentence in _sentences(line):
            if in_list or _RESTRICTING.search(sentence) or (note and _DENYING.search(sentence)):
                found += named_hosts(sentence)
                found += [Named(address, "", 0, 0) for address in named_addresses(sentence)]
    return tuple(found)


def _sentences(line: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+", line)


def widens(words: str) -> bool:
    """Tell whether the words beside a rule say that it holds for subdomains too (P5)."""
    return _WIDENS.search(words[:MAX_PROSE]) is not None and _RESTRICTING.search(words[:MAX_PROSE]) is None
