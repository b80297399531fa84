"""Which hosts, addresses, labels and paths a text of words names (clauses P2, P4, P5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from scopecheck.errors import HostError, PatternSyntaxError
from scopecheck.scope.grammar import expand, stars_for_placeholders
from scopecheck.targets.host import parse_host

__all__ = [
    "MAX_PROSE",
    "Named",
    "is_file_name",
    "named_addresses",
    "named_hosts",
    "named_labels",
    "named_paths",
    "plain_text",
]

MAX_PROSE = 65_536

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
_ALTERNATIVES = re.compile(r"[\w.*-]{0,100}[({][\w.*-]{0,60}[|,][\w.*|,-]{0,200}[)}][\w.*-]{0,100}")
_PATH = re.compile(r"(?<![\w./:@])/[A-Za-z][\w.*-]{2,}(?:/[\w.*-]+){0,8}/?")


@dataclass(frozen=True, slots=True)
class Named:
    """A host that a sentence names: `host` as written (stars too), what follows it, and where."""

    host: str
    tail: str
    start: int
    end: int


def is_file_name(text: str) -> bool:
    """Tell a file (`Setup.exe`) or a product with a dot (`Node.js`) from a host."""
    return text.lower() in _NOT_HOSTS or text.rpartition(".")[2].lower() in _FILE_ENDINGS


def plain_text(text: str) -> str:
    """Return a text in which hosts stand as hosts: no defanging, placeholders as stars (P2).

    People write `example[.]com`, escape the dots, or use full-width letters; a host that an exclusion names
    so must not be overlooked.
    """
    text = text[:MAX_PROSE]
    if not text.isascii():  # In pieces, since normalising a long run of combining marks is quadratic.
        pieces = (text[start : start + 256] for start in range(0, len(text), 256))
        text = "".join(unicodedata.normalize("NFKC", piece) for piece in pieces)
    text = re.sub(r"\[\.\]|\(\.\)|\[dot\]|\\\.|%2e|[。．｡]", ".", text, flags=re.IGNORECASE)
    text = re.sub(r"\bout[\s-]+of[\s-]+scope\b", "out of scope", text, flags=re.IGNORECASE)
    text = _ALTERNATIVES.sub(_spelled_out, text)
    return re.sub(r"(?<=\w) +\.(?=\w)", ".", stars_for_placeholders(text))


def named_hosts(text: str) -> Iterator[Named]:
    """Yield the hosts that a text names; the domain of a mail address is none (P4)."""
    for match in _RUN.finditer(text[:MAX_PROSE]):
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
    for match in _ADDRESS.finditer(text[:MAX_PROSE]):
        spelled = re.sub(r" ?to ?", "-", match[0]).replace(" ", "")
        octets = spelled.count(".") + 1
        yield spelled if octets >= 4 else ".".join([spelled, *["*"] * (4 - octets)])
    for match in _RUN_V6.finditer(text[:MAX_PROSE]):
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


def named_paths(text: str) -> Iterator[str]:
    """Yield the paths that a text names without a host (`/tracking`, "routes ending with /a/b")."""
    for match in _PATH.finditer(text[:2_000]):
        yield match[0].rstrip("/.,")
