"""What an exclusion that nobody could read touches, or whether it restates the default (clause P4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scopecheck.scope.naming import MAX_PROSE, Named, named_addresses, named_hosts, plain_text

__all__ = ["Touch", "addresses_with_tails", "restates_default", "tail_behind", "touches"]

_MAX_LABELS = 127  # More are in no name (RFC 1035, 2.3.4: 255 octets).

_EXCEPTED = re.compile(
    r"(?:other than|except(?:ing|ion)?(?: for| of)?|apart from|besides|with the exception of|unless)\W+"
    r"(?:(?:the|for|our)\s+)*$",
    re.IGNORECASE,
)
# What an exception can be made from: "blog.example.com is fine except ..." excludes what it excepts.
_SWEEPING = re.compile(
    r"\b(?:any|all|every\w*|anything|whatever|whole|entire|others?|rest|hosts|(?:sub-?)?domains|assets|systems)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:not|never|cannot|no|nothing|out of|\w+n['’]t)\b(?:\s+\w+){0,2}", re.IGNORECASE)
_ALLOWS = re.compile(
    r"\b(?:may|can|ok|okay|fine|allowed|permitted|eligible|welcome|in[\s-]scope|included|accepted|valid|safe|free|"
    r"covered|testable)\b|(?:\A\W*|\bplease\s|\byou\s)test\b",
    re.IGNORECASE,
)
# "Besides a, b is out too", "all but a, and b is out": the last one is no exception.
_ADDED = re.compile(
    r"\s+(?:is|are|was|must|should|may|can|cannot|will|also|too|remains?|stays?|isn['’]t)\b", re.IGNORECASE
)
_TOO = re.compile(r"\b(?:also|too|as well|likewise)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?;:]\s|\n")
_LISTED = re.compile(
    r"(?<![^\s(\[{|,/;&])([\w-]{1,63})[ \t]*+(?:[|,/;&+\n]|\band\b|\bor\b)\s*+\Z", re.IGNORECASE
)
_BELOW_ONLY = re.compile(r"sub-?domains?\s+(?:of|under|on|for|at|in|below)\W+(?:the\s+)?$", re.IGNORECASE)
_ASSETS = (
    r"(?:(?:sub)?-?domains?|\(sub\)domains?|assets?|targets?|hosts?|systems?|services?|endpoints?|urls?|websites?|"
    r"sites?|applications?|apps?|products?|properties|property|infrastructure|scopes?|resources?|projects?)"
)
_EVERYTHING = re.compile(
    rf"\A\W*(?:by default,? )?(?:any|all|every|other|anything|everything|{_ASSETS})\b", re.IGNORECASE
)
# "not explicitly listed": a relative clause, which leaves what is listed alone.
_NOT_LISTED = re.compile(
    r"\b(?:not|aren['’]t|isn['’]t|haven['’]t|hasn['’]t|without being)(?:\s+[\w-]+){0,3}?\s+"
    r"(?:list(?:ed)?|mentioned|defined|specified|stated|described|called out|enumerated|included)\b",
    re.IGNORECASE,
)
# "domains not in scope" restates the default; "staging sites are not in scope" excludes something.
_OTHERWISE = re.compile(r"\b(?:whether or|even if|also if|even when|listed or)\s+\Z", re.IGNORECASE)
_NOT_IN_SCOPE = re.compile(
    rf"\b(?:anything|everything|{_ASSETS})(?:\s+(?:that|which)(?:\s+(?:is|are))?)?\s+not(?:\s+[\w-]+)?\s+"
    r"(?:in|part of|within)[\s-]+(?:the\s+|our\s+)?[\"'“‘]?(?:in[\s-])?scope",
    re.IGNORECASE,
)
_ALL_ELSE = re.compile(
    rf"\A\W*(?:(?:anything|everything) (?:else|other)"
    rf"|(?:(?:all|any) )?other (?:\w+ )?{_ASSETS}(?:,? (?:and|or|/) {_ASSETS})*)"
    r"(?:\s+(?:is|are)(?: considered)?(?: to be)?(?: as)? out[ -]of[ -]scope"
    r"|\s+(?:except|other than|besides)\b[\w\s'’-]{0,40}(?:in[ -]scope|listed)(?:[\w\s-]{0,30})?)?\W*\Z",
    re.IGNORECASE,
)
# "Anything not listed, including the blog", "... and /admin": what is named besides the default.
_SAYS_MORE = re.compile(
    r"\b(?:includ(?:es?|ing)|inclusive|such as|e\.g|in particular|especially|particularly|namely|for example|"
    r"for instance|as well as|also|plus|like)\b|(?<![\w/)\]}*])/[^\s/]",
    re.IGNORECASE,
)
_SCP_PATH = re.compile(r":(?=[A-Za-z~])([^\s,;)\"'<>|`]{1,300})")
_AT_ADDRESS = re.compile(
    r"(?<![\w.])([0-9]{1,3}(?:\.[0-9]{1,3}){3})((?::[0-9]{1,5}(?![0-9]))?(?:/[^\s,;)\"'<>|`]{0,300})?)"
)


@dataclass(frozen=True, slots=True)
class Touch:
    """A host that an unread exclusion touches; with `below_only` the hosts below it alone (P4).

    With a `tail`, a path or port that the text names there, that is touched besides the host itself: an
    inclusion that states a path is no more precise than an exclusion that states it too.
    """

    host: str
    below_only: bool
    tail: str = ""


def tail_behind(text: str, named: Named) -> str:
    """Return the path or port that a text states behind a host; for `git@host:a/b` the path `/a/b`."""
    if named.tail or not named.end:
        return named.tail
    path = _SCP_PATH.match(text, named.end)
    return "/" + path[1].rstrip(".,:!?") if path else ""


def addresses_with_tails(text: str) -> Iterator[tuple[str, str]]:
    """Yield the IPv4 addresses behind which a text states a port or a path, with it (`192.0.2.7:8443`)."""
    for match in _AT_ADDRESS.finditer(text[:MAX_PROSE]):
        tail = match[2].rstrip(".,:!?")
        if tail and not re.match(r"/[0-9]", tail):  # That is a block.
            yield match[1], tail


def touches(text: str) -> tuple[Touch, ...]:
    """Return what an unread exclusion touches; the hosts that it excepts itself are not among it.

    A host with a star other than one in front (`ads*.example.com`) is returned as written.
    """
    text = plain_text(text)
    found: dict[Touch, None] = {}
    excepting = False
    for named in sorted(named_hosts(text), key=lambda named: named.start):
        before = re.sub(r"[a-z][a-z0-9+.-]*://\Z", "", text[max(0, named.start - 200) : named.start])
        excepting = _excepts(before, text[named.end : named.end + 200], excepting=excepting)
        if excepting:
            continue
        # A name of more labels than there can be touches more than it names, and is as quickly found.
        bare = ".".join(named.host.removeprefix("*.").rsplit(".", _MAX_LABELS)[-_MAX_LABELS:])
        below = named.host.startswith("*.") or bool(_BELOW_ONLY.search(before))
        host = bare if "*" not in bare else named.host
        found[Touch(host, below)] = None
        tail = tail_behind(text, named)
        if tail:
            found[Touch(host, below, tail)] = None
        listed = _LISTED.search(before[-100:])
        parent = bare.partition(".")[2]
        if listed is not None and "." in parent and "*" not in parent:  # "pay, admin.example.com"
            found[Touch(f"{listed[1].lower()}.{parent}", below_only=False)] = None
    return tuple(found)


def _excepts(before: str, behind: str, *, excepting: bool) -> bool:
    """Tell whether a sentence excepts the host between `before` and `behind` from what it excludes.

    An exception with nothing before it excepts nothing, and an exception from what is allowed excludes.
    """
    exception = _EXCEPTED.search(before)
    if exception is not None:
        clause = _SENTENCE_END.split(before[: exception.start()])[-1]
        rest = _SENTENCE_END.split(behind)[0]
        allowed = any(_ALLOWS.search(_NEGATED.sub("", part)) for part in (clause, rest))
        return _SWEEPING.search(clause) is not None and not allowed
    joined = re.search(r"(?:,|\band|\bor)\W*\Z", before[-8:], re.IGNORECASE)
    if not excepting or joined is None:
        return False
    added = "," in before[-8:] and _ADDED.match(behind) is not None
    return not added and _TOO.search(_SENTENCE_END.split(behind)[0]) is None


def restates_default(text: str) -> bool:
    """Tell whether an exclusion only says that what is not listed is out of scope (P4)."""
    text = plain_text(text)
    if len(text) > 500 or any(named_hosts(text)) or any(named_addresses(text)) or _SAYS_MORE.search(text):
        return False
    if _ALL_ELSE.match(text):
        return True
    if _EVERYTHING.match(text) is None:
        return False
    unlisted = _NOT_LISTED.search(text)
    if unlisted is not None and not _OTHERWISE.search(text[: unlisted.start()]):
        # "Services that are not included" restates the default, "the service is not included" does not.
        copula = re.search(r"(?<!that)(?<!which)\s(?:is|are)\s+\Z", text[: unlisted.start()], re.IGNORECASE)
        if copula is None or not unlisted[0].lower().endswith("included"):
            return True
    return _NOT_IN_SCOPE.search(text) is not None
