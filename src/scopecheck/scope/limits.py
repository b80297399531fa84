"""Words that limit a listed target to a part or a condition, or that widen it (clauses P4, P5, D4)."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from scopecheck.scope.denials import EVERYTHING, denied, denies
from scopecheck.scope.naming import MAX_PROSE, Named, named_hosts, named_paths
from scopecheck.scope.sentences import flat, lines_of, names_some, sentences
from scopecheck.scope.vocabulary import DENIAL, EXCEPTION, FIRM, OTHER

__all__ = [
    "declares_open_scope",
    "denies_below",
    "is_conditional",
    "limits_itself",
    "restricted",
    "widens",
    "without_advice",
]

_BELOW = re.compile(r"\b(?:sub ?domains?|sub ?hosts?|wildcards?|children)\b", re.IGNORECASE)
_COPULA = re.compile(r"\A\s*(?:(?:is|are|should be|must be|also|currently|explicitly|all) )*", re.IGNORECASE)
_DENYING = re.compile(
    r"\b(?:no|not|never|exclud(?:es?|ing)|without|except|minus|cannot|\w+n['’]t)"
    r"(?: (?:include|including|cover|test|testing|touch|scan|any|all|its|the|other|on|for))*\s*\Z",
    re.IGNORECASE,
)
_NO_MORE = re.compile(
    r"(?:\W|\b(?:in|scope|please|at|all|are|is|covered|included|allowed)\b)*", re.IGNORECASE
)
_APEX_ALONE = re.compile(
    r"\b(?:apex|root|main|bare|naked|primary|www)(?: (?:domain|host|site))?(?: is| are)?(?: in scope)?,? "
    r"only\b|\bonly (?:the )?(?:apex|root|main|bare|naked|primary|www)\b"
    r"|\b(?:nothing|none|no (?:hosts?|sites?|domains?|others?)) "
    r"(?:but|except|other than|besides|apart from)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\bonly if\b|\)\s*AND\b|\bAND\s*\(|\bprovided that\b|\bonly when\b|\bif and only if\b"
)
_ADVICE = re.compile(
    r"\b(?:instead|start (?:at|on|with)|please (?:use|test|see)|use the|focus on)\b", re.IGNORECASE
)
_LIMITS = re.compile(
    r"\bonly (?:if|when|within)\b"
    r"|\bthis (?:scope|asset|target|domain|wildcard) is\b[^.]{0,40}\bfor\b[^.]{0,80}\bonly\b"
    r"|\bfalls? out(?:side)? of (?:the )?scope\b|\bno longer (?:in scope|part of)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"\b(?:only|solely|exclusively|just|limited to|restricted to|nur|seulement|uniquement|solo|только)\b",
    re.IGNORECASE,
)
_COUNTS = re.compile(
    r"\b(?:in scope|eligible|includ\w*|cover\w*|accept\w*|allow\w*|permit\w*|counts?|test\w*)\b",
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
_WIDENS = re.compile(
    r"\b(?:includ(?:es|ing)|covers?|and|plus|with)\b[^.\n]{0,30}\bsub-?domains\b"
    r"|\b(?:all|any) sub-?domains?\b",
    re.IGNORECASE,
)
_IN_SCOPE = re.compile(r"\b(?:in scope|eligible|included|covered)\b", re.IGNORECASE)
_PATH_WORDS = frozenset(
    {
        "n/a",
        "get",
        "post",
        "put",
        "delete",
        "in",
        "scope",
        "path",
        "paths",
        "endpoint",
        "endpoints",
        "url",
        "urls",
        "and",
        "or",
        "the",
    }
)
_MOST_OF_PATHS = 2_000
_MARKS = "!#$%*.<=>?@[]^{}~-_…“”«»"
_SHORT = 6
"""As many words beside "only" and a path say no more than which part is meant."""


def _sentences_of(words: str) -> Iterator[str]:
    return (sentence for line in lines_of(words) for sentence in sentences(line.text))


def denies_below(words: str) -> bool:
    """Tell whether the words beside a wildcard take away what it adds ("no subdomains", "apex only")."""
    return any(
        _APEX_ALONE.search(flat(one)) or (not names_some(one) and _takes_subdomains(flat(one)))
        for one in _sentences_of(words)
    )


def _takes_subdomains(said: str) -> bool:
    """Tell "subdomains are out of scope" and "no subdomains" from "excluded subdomains are listed below"."""
    below = _BELOW.search(said)
    if below is None or OTHER.within(_BELOW.sub(" ", said)):
        return False
    behind = _COPULA.sub("", said[below.end() :])
    denial = DENIAL.first(behind)
    if denial is not None and behind.startswith(denial.text):
        # "All subdomains but blog" takes away what stands behind it.
        return denial.text.lower() == "not" or denial.text not in EXCEPTION
    in_front = _DENYING.search(said[: below.start()]) is not None
    return in_front and _NO_MORE.fullmatch(said[below.end() :]) is not None


def without_advice(words: str, listed: Container[str]) -> str:
    """Return the words of an exclusion without the advice to test what is `listed` in scope."""
    if not _ADVICE.search(words):
        return words
    kept = []
    for sentence in _sentences_of(words):
        hosts = [named.host for named in named_hosts(sentence)]
        plain = re.sub(r"\binstead\b", "", sentence, flags=re.IGNORECASE)
        advice = hosts and all(host in listed for host in hosts) and _ADVICE.search(sentence)
        if not advice or denies(plain):
            kept.append(sentence)
    return "\n".join(kept)


def restricted(words: str) -> tuple[Named, ...]:
    """Return the hosts and addresses that a restricting clause of the words beside a rule names (P5)."""
    return denied(words).named


def limits_itself(words: str) -> bool:
    """Tell whether the words beside a rule make the rule itself hold under a condition only (P5)."""
    if denied(words).itself:
        return True
    for sentence in _sentences_of(words):
        said = flat(sentence)
        if _LIMITS.search(said) or _all_but_some(said):
            return True
        if _ONLY.search(said) and _only_some(sentence, said):
            return True
    return _are_paths(words)


def _are_paths(words: str) -> bool:
    """Tell whether words name paths and say no more, so that they may be all of an asset that is meant."""
    if len(words) > _MOST_OF_PATHS:
        return False
    said = [one.strip(_MARKS) for one in re.split(r"[\s,;:•&`\"'()|+]+", words.lower())]
    plain = [one for one in said if one and not one.isdigit()]
    paths = [one for one in plain if "/" in one and one not in _PATH_WORDS]
    return bool(paths) and all(one in paths or one in _PATH_WORDS for one in plain) and not names_some(words)


def _all_but_some(said: str) -> bool:
    """Tell whether "all but" leaves a part of an asset ("everything except /api is out of scope")."""
    everything = EVERYTHING.search(said)
    denial = DENIAL.first(said[everything.end() :]) if everything else None
    if everything is None or denial is None or denial.text not in EXCEPTION:
        return False
    return FIRM.within(said[everything.end() + denial.end :]) and not OTHER.within(said)


def _only_some(sentence: str, said: str) -> bool:
    """Tell whether "only" leaves a part of an asset ("only /api is in scope")."""
    named = names_some(sentence) or any(named_paths(sentence))
    if named and (_COUNTS.search(said) or len(re.findall(r"[^\W\d_]{2,}", said)) <= _SHORT):
        return True
    return _IN_SCOPE.search(said) is not None and not OTHER.within(said)


def declares_open_scope(text: str) -> bool:
    """Tell whether an inclusion says that everything of the owner may count (D4)."""
    if len(text) < 80 and _ALL_OF.match(text) and not denies(text):
        # "Any subdomain of example.com" says nothing about other domains.
        return not any(named_hosts(text))
    if re.search(r"\b(?:third[- ]part|vendor|customer|supplier)", text, re.IGNORECASE):
        return False
    return len(text) < 2_000 and _OPEN.search(text) is not None and not denies(text)


def is_conditional(text: str) -> bool:
    """Tell whether a listed text holds only under a condition (`(a and b) AND c`, "only if")."""
    return _CONDITION.search(text) is not None


def widens(words: str) -> bool:
    """Tell whether the words beside a rule say that it holds for subdomains too (P5)."""
    words = words[:MAX_PROSE]
    return _WIDENS.search(words) is not None and not DENIAL.within(flat(words))
