"""What an exclusion that nobody could read touches, or whether it restates the default (clause P4)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scopecheck.scope.naming import named_hosts, plain_text

__all__ = ["Touch", "restates_default", "touches"]

_MAX_LABELS = 127  # More are in no name (RFC 1035, 2.3.4: 255 octets).

_EXCEPTED = re.compile(
    r"(?:other than|except(?:ing|ion)?(?: for| of)?|apart from|besides|with the exception of|unless)\W+"
    r"(?:(?:the|for|our)\s+)*$",
    re.IGNORECASE,
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


@dataclass(frozen=True, slots=True)
class Touch:
    """A host that an unread exclusion touches; with `below_only` the hosts below it alone (P4)."""

    host: str
    below_only: bool


def touches(text: str) -> tuple[Touch, ...]:
    """Return what an unread exclusion touches; the hosts that it excepts itself are not among it.

    A host with a star other than one in front (`ads*.example.com`) is returned as written.
    """
    text = plain_text(text)
    found: dict[Touch, None] = {}
    excepting = False
    for named in named_hosts(text):
        before = re.sub(r"[a-z][a-z0-9+.-]*://\Z", "", text[max(0, named.start - 200) : named.start])
        joined = re.search(r"(?:,|\band|\bor)\W*\Z", before[-8:], re.IGNORECASE)
        excepting = bool(_EXCEPTED.search(before)) or (excepting and joined is not None)
        if excepting:
            continue
        # A name of more labels than there can be touches more than it names, and is as quickly found.
        bare = ".".join(named.host.removeprefix("*.").rsplit(".", _MAX_LABELS)[-_MAX_LABELS:])
        below = named.host.startswith("*.") or bool(_BELOW_ONLY.search(before))
        found[Touch(bare if "*" not in bare else named.host, below)] = None
        listed = re.search(r"(?:\A|[\s(\[{|,/])([\w-]{1,63})\s*(?:[|,]|\band\b|\bor\b)\s*\Z", before[-100:])
        parent = bare.partition(".")[2]
        if listed is not None and "." in parent and "*" not in parent:  # "pay, admin.example.com"
            found[Touch(f"{listed[1].lower()}.{parent}", below_only=False)] = None
    return tuple(found)


def restates_default(text: str) -> bool:
    """Tell whether an exclusion only says that what is not listed is out of scope (P4)."""
    if len(text) > 500 or any(named_hosts(text)):
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
