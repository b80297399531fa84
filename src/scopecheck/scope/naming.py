"""Which hosts, addresses, labels and paths a text of words names (clauses P2, P4, P5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from scopecheck.errors import HostError
from scopecheck.scope.feared_addresses import address_readings, spell
from scopecheck.scope.labels import named_labels
from scopecheck.scope.spelling import HYPHENS, JOINERS, MAX_PROSE, plain_text, scripts_apart
from scopecheck.targets.host import parse_host
from scopecheck.targets.psl import default_suffixes

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

# What may be part of a host, letters of any script too; and what may follow it.
_RUN = re.compile(rf"[\w*][\w*.{JOINERS}{HYPHENS}-]*")
_LONGEST_SPACED = 5
_LONGEST_GAP = 8
# What parts two runs that nothing else does: dots of an ellipsis, dashes.
_PARTING = re.compile(rf"\.{{2,}}|[{HYPHENS}]+|--+")
_TAIL = re.compile(r"(?::[0-9]{2,5})?(?:/[^\s,;)\"'<>|`]{0,300})?")
# Words with a dot that are no hosts, and endings that name files.
_NOT_HOSTS = frozenset({"e.g", "i.e", "node.js", "asp.net", "etc.etc", "vue.js", "next.js", "vs.code"})
_FILE_ENDINGS = frozenset(
    """
    exe dll msi apk ipa jar dmg pkg deb rpm js php asp aspx html htm txt md pdf json xml yaml yml
    csv cfg conf ini log bak tar gz tgz iso bin png jpg jpeg gif svg css sql cpp java jsp
    """.split()  # noqa: SIM905 - a list of one word a line would hide the others
)
# A path begins behind anything but a word, a scheme or a mark; letters of any script, dots and escapes too.
_PATH = re.compile(r"(?<![\w./:@<%~-])/(?=[^\s/])[^\s,;!?()\"'`<>|\\{}\[\]]{1,300}")
# Without a slash in front: `admin/`, `api/admin`, and the files that a name or an ending tells.
_RELATIVE = re.compile(r"(?<![\w./:@<*%~-])[\w%~-]++(?:/[\w%~.-]++)*+/?+(?![\w*/])")
_LONGEST_PATH = 301
_FILE = re.compile(r"(?<![\w./:@<*-])[\w*-]++(?:\.[\w-]++)+(?![\w*/@])")


@dataclass(frozen=True, slots=True)
class Named:
    """A host that a sentence names: `host` as written (stars too), what follows it, and where."""

    host: str
    tail: str
    start: int
    end: int


def is_file_name(text: str) -> bool:
    """Tell a file (`Setup.exe`) or a product with a dot (`Node.js`) from a host.

    Where names can be registered with such an ending, as with `.md`, two plain labels are a file at most.
    """
    text = text.lower()
    if text in _NOT_HOSTS:
        return True
    front, _, ending = text.rpartition(".")
    if ending not in _FILE_ENDINGS:
        return False
    return not re.search(r"[.*]", front) or not _ends_a_name(ending)


def named_hosts(text: str) -> Iterator[Named]:
    """Yield the hosts that a text names; the domain of a mail address is none (P4).

    Where a run of characters may be read in several ways, each is named: a host beside words of another
    script, behind an ellipsis or a dash, before a sentence that begins without a space.
    """
    text = text[:MAX_PROSE]
    runs = list(_RUN.finditer(text))
    for number, run in enumerate(runs):
        yield from _named_in_run(text, run)
        yield from _named_with_spaces(text, runs[number : number + _LONGEST_SPACED])


def _named_with_spaces(text: str, runs: list[re.Match[str]]) -> Iterator[Named]:
    """Yield the hosts that begin with the first of these runs and have spaces around their dots."""
    glued = _undecorated(runs[0][0])
    for before, run in pairwise(runs):
        gap = text[before.end() : run.start()]
        if len(gap) > _LONGEST_GAP or not re.fullmatch(r" +\. *", gap):
            break
        glued += "." + _undecorated(run[0])
        yield from _named(glued, "", text, runs[0].start())
    if "." in glued and len(runs) > 1 and runs[0][0].endswith("."):  # "blog.example. com"
        ending = runs[1][0].rstrip(".").lower()
        if text[runs[0].end() : runs[1].start()] == " " and "." not in ending and _ends_a_name(ending):
            yield from _named(f"{glued}.{ending}", "", text, runs[0].start())


def _named_in_run(text: str, run: re.Match[str]) -> Iterator[Named]:
    """Yield what a run without spaces names: as a whole, and each part that may stand for itself."""
    parts = _parts(run[0])
    mail = _is_mail(text, run)
    before_mail = re.compile(r"@[\w.-]").match(text, run.end()) is not None
    if not mail and not before_mail:
        yield from _named(re.sub(rf"[{HYPHENS}]", "-", run[0]), run[0], text, run.start())
    if len(parts) > 1:
        for offset, part in parts[mail : len(parts) - before_mail]:
            yield from _named(part, part, text, run.start() + offset)


def _parts(run: str) -> list[tuple[int, str]]:
    """Return the parts of a run between what parts two hosts, and where each begins."""
    found: list[tuple[int, str]] = []
    begun = 0
    for parting in _PARTING.finditer(run):
        if run[max(0, parting.start() - 2) : parting.start()].lower() == "xn" and parting[0] == "--":
            continue
        found.append((begun, run[begun : parting.start()]))
        begun = parting.end()
    found.append((begun, run[begun:]))
    return [(start + offset, part) for start, whole in found for offset, part in scripts_apart(whole)]


def _named(run: str, spelled: str, text: str, start: int) -> Iterator[Named]:
    """Yield the hosts of one run; `spelled` is how the text spells it at `start`, "" where it does not."""
    run = _undecorated(run)
    if "." not in run:
        return
    start += max(spelled.find(run), 0)
    for host in dict.fromkeys(_hosts_in(run)):
        if run != host or not spelled:
            yield Named(host, "", start, start + len(host) if spelled else start)
            continue
        found = _TAIL.match(text, start + len(host))
        for tail in _tails(found[0] if found else ""):
            yield Named(host, tail, start, start + len(host))


def _tails(spelled: str) -> Iterator[str]:
    """Yield the ports and paths that what stands behind a host may mean, "" for the whole host."""
    behind = spelled.rstrip(".,:!?…。、！？»”’~")
    for closing, opening in ("]", "["), ("}", "{"):
        if opening not in behind:
            behind = behind.rstrip(closing)
    if len(behind) >= 300:  # A path cut short would be another path.
        behind = ""
    port, slash, path = behind.partition("/")
    # A path without a letter or digit is emphasis or the end of a sentence.
    yield behind if re.search(r"[^\W_]", path) or path == "*" else port
    foreign = re.search(r"[^\x00-\x7f]", path)
    if foreign:  # "https://example.com/は" may end at the slash.
        cut = path[: foreign.start()]
        yield port + slash + cut if re.search(r"[^\W_]", cut) else port


def named_addresses(text: str) -> Iterator[str]:
    """Yield the addresses, blocks and ranges that a text may name, as they are listed."""
    for where in address_readings(text[:MAX_PROSE]):
        yield spell(where)


def _undecorated(run: str) -> str:
    """Drop hyphens, dots and marks of emphasis around a host; a `*.` in front stays."""
    run = re.sub(r"\.{2,}", ".", run.strip("-.").removeprefix("**").lstrip("-."))
    if run.startswith("_") and run.endswith("_"):
        run = run.strip("_").strip("-.")
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
    """Yield the host that a run of characters spells, and those that it may be with more around it."""
    lowered = run.lower()
    found = [lowered, *_begun_by(run)]
    bare = lowered.strip("_")
    found += [bare, *_begun_by(bare)] if bare != lowered else []
    found += [host.translate(_NO_JOINERS) for host in found if not host.isascii()]
    numbered = re.match(r"[0-9]{1,2}\.", lowered)
    found += [lowered[numbered.end() :]] if numbered else []  # "1.example.com" of a list
    for host in found:
        ending = host.rpartition(".")[2]
        ends_well = ending == "*" or (len(ending) > 1 and ending[0].isalpha() and ending[-1].isalnum())
        if ends_well and "." in host and not _is_surely_a_file(host) and ".." not in host:
            yield from _canonical(host)


def _canonical(host: str) -> Iterator[str]:
    if host.isascii():
        yield host
        return
    front, star, rest = host.rpartition("*")  # A star inside leaves what lies below the domain behind it.
    lead = "*." if star else ""
    rest = rest if rest.startswith(".") or not star else "." + rest.partition(".")[2]
    with suppress(HostError):
        yield lead + str(parse_host(rest.removeprefix(".") if star else front + rest).host)


def _begun_by(run: str) -> Iterator[str]:
    """Yield the hosts that a run begins with: `e.com-related`, `e.com1`, `e.com.Thank`, `e.com_`."""
    front, _, last = run.rpartition(".")
    lowered = last.lower()
    if not lowered.startswith("xn--"):
        letters = re.match(r"([a-z]*)[^\W\d_]*", lowered)
        for ending in (lowered.partition("-")[0], *((letters[0], letters[1]) if letters else ())):
            if ending != lowered:
                yield f"{front.lower()}.{ending}"
    sentence = last[:1].isupper() and front.islower()
    if "." not in front or lowered == "*" or (_ends_a_name(lowered) and not sentence):
        return
    for _ in range(_LONGEST_SPACED):
        if "." in front and _ends_a_name(front.rpartition(".")[2].lower()):
            yield front.lower()
            return
        front = front.rpartition(".")[0]


def _ends_a_name(label: str) -> bool:
    return default_suffixes().known_tail(label, private=False)


def _is_surely_a_file(text: str) -> bool:
    """Tell a file from a host where no registry gives out names with its ending (`.md` is one's)."""
    return is_file_name(text) and not _ends_a_name(text.rpartition(".")[2])


_NO_JOINERS = {ord(joiner): None for joiner in JOINERS}


def named_paths(text: str) -> Iterator[str]:
    """Yield the paths that a text names without a host (`/tracking`, `admin/`, `*.php`, "ending with /a/b").

    A file without a folder is yielded with a star in front, since it may lie in any.
    """
    text = text[:MAX_PROSE]
    for match in _PATH.finditer(text):
        path = match[0].rstrip(".,:/") if len(match[0]) < _LONGEST_PATH else match[0] + "*"
        if path:
            yield path
    for match in _RELATIVE.finditer(text):
        if "/" in match[0] and len(match[0]) > 2:  # "w/" is a word.
            yield "/" + match[0].strip("/.")
    for match in _FILE.finditer(text):
        if is_file_name(match[0]) and match[0].lower() not in _NOT_HOSTS:
            yield "/*/" + match[0]
