"""Words in front of a listed target and behind it that make it prose or take it away (clauses P2, P5)."""

from __future__ import annotations

import re

from scopecheck.scope.denials import denied, denies
from scopecheck.scope.sentences import flat
from scopecheck.scope.vocabulary import DENIAL

__all__ = [
    "DENIES",
    "FINDING_WORDS",
    "LIST_END",
    "PREPOSITION_END",
    "PROSE_WORDS",
    "gone_behind",
    "gone_beside",
    "gone_in_front",
]

PROSE_WORDS = re.compile(
    r"\b(?:any|all|every|everything|anything|other|others|see|found here|only|except|excluding|unless|not|"
    r"without|that|which|is|are|was|can|cannot|may|must|should|will|do|does|have|has|been|be|if|when|where|"
    r"please|associated|related|owned|listed|including|via|through|takeover|redirect)\b",
    re.IGNORECASE,
)
FINDING_WORDS = re.compile(
    r"\b(?:vulnerabilit(?:y|ies)|attacks?|engineering|leaked|leaks?|compromised|credentials?|takeovers?|redirects?|"
    r"xss|csrf|ssrf|sqli|rce|dos|ddos|phishing|environments?|third[- ]party|3rd[- ]party|spam)\b",
    re.IGNORECASE,
)
# Words that take the target away instead of naming it.
DENIES = re.compile(
    r"\b(?:out[- ]of[- ]scope|oos|exclu\w+|except\w*|forbidden|prohibited|never|off[- ]limits|no|not|but|"
    r"minus|ineligible|blacklist\w*|denylist\w*|without|don['’]t|denied|deny|disallow\w*|banned|avoid)\b",
    re.IGNORECASE,
)
PREPOSITION_END = re.compile(r"\b(?:on|at|in|of|for|from|to|by|with|under|via|against)\W*\Z", re.IGNORECASE)
LIST_END = re.compile(r"(?:[,|/&]|\b(?:and|or))\Z", re.IGNORECASE)
# A status that takes an inclusion away without a negation.
_GONE = (
    r"former(?:ly)?|blocked|nope|archived|closed|ended|disabled|dropped|cancell?ed|terminated|revoked|withdrawn|"
    r"removed|off[- ]?limits?|n\.a|n/a|untouchable|inactive|offline|sunset|defunct|retired|deprecated|"
    r"hands[- ]off|dead|eol|end[- ]of[- ]life|on hold|frozen|unavailable|shut ?down|taken down|descoped|"
    r"unscoped|no ?go|do ?not ?test"
)
_GONE_NAME = re.compile(rf"\b(?:{_GONE}|leave|skip(?:ped)?|ignored?)\b", re.IGNORECASE)
_STATE = (
    r"\W*(?:(?:status|state|scope|in[- _]scope|is|are|was|has been|have been|currently|now|temporarily|"
    r"already|please)[\s:=?]+)*"
)
_GONE_NOTE = re.compile(
    rf"{_STATE}(?:(?:{_GONE}|out[- _]?of[- _]?(?:the )?scope|oos|excluded|forbidden|prohibited|ineligible)"
    r"\b.*"
    r"|(?:out|skip|ignore|avoid|leave(?: (?:it|this) alone)?|not in[- ]scope|not eligible"
    r"|(?:do not|don['’]?t|never|no)(?: (?:please|ever))? "
    r"(?:test|touch|scan|attack|hack|probe|target|access)(?:ing)?)\W*)",
    re.IGNORECASE | re.DOTALL,
)
_GONE_ALONE = re.compile(
    rf"{_STATE}(?:{_GONE}|gone|out|off|leave(?: (?:it|this) alone)?)\W*(?:(?:since|in)? ?[0-9]{{4}}\W*)?",
    re.IGNORECASE,
)
# In a field of its own these say that there is nothing to say.
_NOTHING = re.compile(r"\W*(?:n/a|n\.a\.?|none|nothing)\W*", re.IGNORECASE)
_LONGEST_DENIAL = 200
_EMPTY = re.compile(
    r"(?:\W|\b(?:do|does|please|yet|ever|at|all|just|is|are|was|be|it|this|must|should|may|can|will|would|longer|"
    r"more|any|anymore|active|approved|listed|available|ok|okay|thanks|thank|you|in|scope|currently|now)\b)*",
    re.IGNORECASE,
)


def gone_in_front(phrase: str) -> bool:
    """Tell whether the words in front of a target take it away instead of naming it."""
    return denies(phrase) or _GONE_NAME.search(phrase) is not None


def gone_behind(words: str) -> bool:
    """Tell whether a note behind a target says that the target itself does not count."""
    return denied(words).itself or _GONE_NOTE.fullmatch(words) is not None


def gone_beside(words: str) -> bool:
    """Tell whether a field of words beside an asset says no more than that it does not count ("don't")."""
    if len(words) > _LONGEST_DENIAL or _NOTHING.fullmatch(words):
        return False
    said = flat(words)
    denies_alone = denies(words) and "◦" not in said and _EMPTY.fullmatch(DENIAL.without(said)) is not None
    return denies_alone or _GONE_ALONE.fullmatch(words) is not None
