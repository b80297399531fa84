"""Sentences beside and among the listed targets (clauses P4, P5).

Nothing here is guessed wider: a sentence can only take scope away or raise a question.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from scopecheck.errors import HostError, PatternSyntaxError
from scopecheck.scope.grammar import expand, stars_for_placeholders
from scopecheck.targets.host import parse_host

__all__ = [
    "Named",
    "Touch",
    "declares_open_scope",
    "excluded_paths",
    "is_conditional",
    "is_file_name",
    "limits_itself",
    "named_addresses",
    "named_hosts",
    "named_labels",
    "plain_text",
    "restates_default",
    "restricted",
    "restricted_paths",
    "touches",
    "widens",
]

_MAX_PROSE = 65_536
_MAX_LABELS = 127  # More are in no name (RFC 1035, 2.3.4: 255 octets).

# What may be part of a host, letters of any script too; and what may follow it.
_RUN = re.compile(r"[\w*][\w*.-]*")
_TAIL = re.compile(r"(?::[0-9]{2,5})?(?:/[^\s,;)\"'<>|`]{0,300})?")
_V4 = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"
_ADDRESS = re.compile(
    rf"(?<![\w.]){_V4}(?: ?/ ?(?:{_V4}|[0-9]{{1,2}})| ?(?:[-–]|to) ?{_V4})?(?![\w/]|\.[0-9])"
    r"|(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){1,2}(?=(?:\.(?:[xX*]|\[|\())+)"
)
_RUN_V6 = re.compile(r"(?<![\w.:])[0-9A-Fa-f:.]+(?:/[0-9]{1,3})?(?![\w:])")
# Words with a dot that are no hosts, and endings that name files.
_NOT_HOSTS = frozenset({"e.g", "i.e", "node.js", "asp.net", "etc.etc", "vue.js", "next.js", "vs.code"})
_FILE_ENDINGS = frozenset(
    """
    exe dll msi apk ipa jar dmg pkg deb rpm js php asp aspx html htm txt md pdf json xml yaml yml
    csv cfg conf ini log bak tar gz tgz iso bin png jpg jpeg gif svg css sql cpp java jsp
    """.split()  # noqa: SIM905 - a list of one word a line would hide the others
)
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
_ALTERNATIVES = re.compile(r"[\w.*-]{0,100}[({][\w.*-]{0,60}[|,][\w.*|,-]{0,200}[)}][\w.*-]{0,100}")
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
_PATH = re.compile(r"(?<![\w./:@])/[A-Za-z][\w.*-]{2,}(?:/[\w.*-]+){0,8}/?")
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


@dataclass(frozen=True, slots=True)
class Named:
    """A host that a sentence names: `host` as written (stars too), what follows it, and where."""

    host: str
    tail: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Touch:
    """A host that an unread exclusion touches; with `below_only` the hosts below it alone (P4)."""

    host: str
    below_only: bool


def is_file_name(text: str) -> bool:
    """Tell a file (`Setup.exe`) or a product with a dot (`Node.js`) from a host."""
    return text.lower() in _NOT_HOSTS or text.rpartition(".")[2].lower() in _FILE_ENDINGS


def plain_text(text: str) -> str:
    """Return a text in which hosts stand as hosts: no defanging, placeholders as stars (P2).

    People write `example[.]com`, escape the dots, or use full-width letters; a host that an exclusion names
    so must not be overlooked.
    """
    text = text[:_MAX_PROSE]
    if not text.isascii():  # In pieces, since normalising a long run of combining marks is quadratic.
        pieces = (text[start : start + 256] for start in range(0, len(text), 256))
        text = "".join(unicodedata.normalize("NFKC", piece) for piece in pieces)
    text = re.sub(r"\[\.\]|\(\.\)|\[dot\]|\\\.|%2e|[。．｡]", ".", text, flags=re.IGNORECASE)
    text = re.sub(r"\bout[\s-]+of[\s-]+scope\b", "out of scope", text, flags=re.IGNORECASE)
    text = _ALTERNATIVES.sub(_spelled_out, text)
    return re.sub(r"(?<=\w) +\.(?=\w)", ".", stars_for_placeholders(text))


def named_hosts(text: str) -> Iterator[Named]:
    """Yield the hosts that a text names; the domain of a mail address is none (P4)."""
    for match in _RUN.finditer(text[:_MAX_PROSE]):
        run = _undecorated(match[0])
        if "." not in run or _is_mail(text, match) or re.compile(r"@[\w.-]").match(text, match.end()):
            continue
        start = match.start() + max(match[0].find(run), 0)
        for host in _hosts_in(run):
            tail = _TAIL.match(text, start + len(host)) if run == host else None
            behind = tail[0].rstrip(".,:!?") if tail else ""
            # A path cut short would be another path; without one, the whole host is named.
            yield Named(host, behind if len(behind) < 300 else "", start, start + len(host))


def _spelled_out(match: re.Match[str]) -> str:
    try:
        return ", ".join(expand(match[0])[:50])
    except PatternSyntaxError:
        return match[0]


def named_addresses(text: str) -> Iterator[str]:
    """Yield the addresses, blocks and ranges that a text names, as written."""
    for match in _ADDRESS.finditer(text[:_MAX_PROSE]):
        spelled = re.sub(r" ?to ?", "-", match[0]).replace(" ", "")
        octets = spelled.count(".") + 1
        yield spelled if octets >= 4 else ".".join([spelled, *["*"] * (4 - octets)])
    for match in _RUN_V6.finditer(text[:_MAX_PROSE]):
        if match[0].count(":") > 1 and len(match[0]) < 50:
            yield match[0].strip(".")


def _undecorated(run: str) -> str:
    """Drop hyphens, dots and marks of emphasis around a host; a `*.` in front stays."""
    run = re.sub(r"\.{2,}", ".", run.strip("-.").removeprefix("**").lstrip("-."))
    if run.startswith("_") and run.endswith("_"):
        run = run.strip("_")
    if run.endswith("*") and not run.endswith(".*"):
        run = run.rstrip("*")
        run = run if run.startswith("*.") else run.lstrip("*")
    return run


def _is_mail(text: str, host: re.Match[str]) -> bool:
    """Tell `someone@host` from `https://someone@host`, `name:password@host` and `git@host:path`."""
    before = text[max(0, host.start() - 80) : host.start()]
    if re.search(r"\w@\Z", before) is None or re.search(r"://\S*\Z", before) is not None:
        return False
    if re.compile(r":[A-Za-z~]").match(text, host.end()):
        return False
    return re.search(r"[^\s:,;<(]:[^\s:]+@\Z", before) is None or "mailto:" in before.lower()


def _hosts_in(run: str) -> Iterator[str]:
    """Yield the host that a run of characters spells, and the one it begins with (`e.com-related`)."""
    lowered = run.lower()
    found = [lowered]
    last = lowered.rpartition(".")[2]
    if "-" in last and not last.startswith("xn--"):
        found.append(lowered[: len(lowered) - len(last)] + last.partition("-")[0])
    for host in found:
        ending = host.rpartition(".")[2]
        ends_well = ending == "*" or (len(ending) > 1 and ending[0].isalpha() and ending[-1].isalnum())
        if not ends_well or is_file_name(host) or ".." in host or host.isdigit():
            continue
        if host.isascii():
            yield host
        elif "*" not in host:
            try:
                yield str(parse_host(host).host)
            except HostError:
                continue


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


_FILLERS = frozenset({"the", "our", "any", "and", "or"})
_KINDS = re.compile(r"(?:sub-?)?domains?|(?:web)?sites?|hosts?")
_SEPARATOR = re.compile(r"[,|/&]|\band\b|\bor\b", re.IGNORECASE)


def named_labels(text: str) -> tuple[str, ...]:
    """Return the labels that a text lists, apart from any host ("blog", "pay and shop", "the dev subdomain").

    They may be short for hosts of the program. Words that no list joins are the name of one thing.
    """
    if len(text) > 300 or re.search(r"[.:@*]", text):
        return ()
    words = [word for word in re.split(r"[\s,|/&(){}\[\]\"'`“”‘’]+", text.lower()) if word]
    labels = [word for word in words if word not in _FILLERS and not _KINDS.fullmatch(word)]
    plain = all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,61}[a-z0-9]", label) for label in labels)
    joined = len(labels) <= 1 + len(_SEPARATOR.findall(text))
    return tuple(dict.fromkeys(labels)) if plain and joined else ()


def excluded_paths(text: str) -> Iterator[str]:
    """Yield the paths that a text names without a host (`/tracking`, "routes ending with /a/b")."""
    for match in _PATH.finditer(text[:2_000]):
        yield match[0].rstrip("/.,")


def restricted_paths(words: str, *, note: bool = False) -> Iterator[str]:
    """Yield the paths that a restricting clause names without a host ("out of scope: /admin")."""
    for line in words[:_MAX_PROSE].splitlines():
        for sentence in _sentences(line):
            if _RESTRICTING.search(sentence) or (note and _DENYING.search(sentence)):
                yield from excluded_paths(sentence)


def limits_itself(words: str) -> bool:
    """Tell whether the words beside a rule make the rule itself hold under a condition only (P5)."""
    if len(words) > _MAX_PROSE or _LIMITS.search(words) is not None:
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
    return _WIDENS.search(words[:_MAX_PROSE]) is not None and _RESTRICTING.search(words[:_MAX_PROSE]) is None
