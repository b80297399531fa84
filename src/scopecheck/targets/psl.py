"""Public suffixes: where a registrable domain begins.

Rules and algorithm: https://publicsuffix.org/list/ (section "Formal Algorithm"). The list is
the one that `tldextract` bundles, or the newer one of `publicsuffixlist` where that package is
installed, or a file of the caller's; the network is never asked. `tldextract` brings an HTTP
client, so it is imported when the first question comes and not before.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from scopecheck.errors import HostError, ScopeError
from scopecheck.targets.host import parse_host

__all__ = ["PublicSuffixes", "default_suffixes"]


class PublicSuffixes:
    """The Public Suffix List, asked about canonical names.

    `names` are A-labels; a rule of the list counts with its own section: ICANN for registries,
    private for companies that let others register below them (`github.io`).
    """

    def __init__(self, icann: Sequence[str], private: Sequence[str], source: str) -> None:
        self.source: Final = source
        self._icann = {_ascii(rule) for rule in icann}
        self._private = {_ascii(rule) for rule in private}
        self._all = self._icann | self._private
        self._parents: set[str] = set()
        for rule in self._icann:
            labels = rule.removeprefix("!").split(".")
            self._parents.update(".".join(labels[i:]) for i in range(1, len(labels)))

    def suffix_length(self, name: str, *, private: bool = True) -> int:
        """Return how many labels of `name` are its public suffix (the longest rule, `*` by default)."""
        labels = name.split(".")
        rules = self._all if private else self._icann
        best = 1
        # No rule has more labels than this, and a name may have a hundred thousand.
        for count in range(1, min(len(labels), 8) + 1):
            tail = ".".join(labels[-count:])
            if "!" + tail in rules:
                return count - 1
            parent = tail.partition(".")[2]
            if tail in rules or (parent and "*." + parent in rules):
                best = count
        return best

    def is_suffix(self, name: str) -> bool:
        """Tell whether `name` as a whole is a public suffix of either section."""
        return self.suffix_length(name) == name.count(".") + 1

    def starred(self, name: str) -> bool:
        """Tell whether the list has a rule `*.name`, so that everything below is other people's."""
        return "*." + name in self._all

    def registrable(self, name: str, *, private: bool = True) -> str | None:
        """Return the registrable domain of `name` (public suffix and one label), or None."""
        labels = name.split(".")
        count = self.suffix_length(name, private=private) + 1
        return ".".join(labels[-count:]) if len(labels) >= count else None

    def known_tail(self, tail: str, *, private: bool) -> bool:
        """Tell whether the list names `tail`, or a rule below it (`ck` for `*.ck`)."""
        if tail in self._icann or tail in self._parents:
            return True
        parent = tail.partition(".")[2]
        if parent and "*." + parent in self._icann and "!" + tail not in self._icann:
            return True
        if not private or "!" + tail in self._private:
            return False
        return tail in self._private or (bool(parent) and "*." + parent in self._private)

    @classmethod
    def from_text(cls, text: str, source: str = "text") -> PublicSuffixes:
        """Read a list in the format of publicsuffix.org."""
        from tldextract.suffix_list import extract_tlds_from_suffix_list

        icann, private = extract_tlds_from_suffix_list(text)
        if not icann:
            raise ScopeError(f"`{source}` is no public suffix list")
        return cls(icann, private, source)

    @classmethod
    def from_file(cls, path: str | Path) -> PublicSuffixes:
        """Read a list from a file (`public_suffix_list.dat`)."""
        return cls.from_text(Path(path).read_text("utf-8"), str(path))

    @classmethod
    def bundled(cls) -> PublicSuffixes:
        """Return the list that `tldextract` ships."""
        from tldextract import TLDExtract

        options = {"suffix_list_urls": (), "cache_dir": None, "fallback_to_snapshot": True}
        icann = TLDExtract(**options).tlds  # type: ignore[arg-type]  # one dictionary for options of several types
        both = TLDExtract(**options, include_psl_private_domains=True).tlds  # type: ignore[arg-type]  # the same
        return cls(icann, sorted(set(both) - set(icann)), "tldextract")


@functools.cache
def default_suffixes() -> PublicSuffixes:
    """Return the newest list at hand: that of `publicsuffixlist` if installed, else the bundled one."""
    try:
        from importlib.resources import files

        text = (files("publicsuffixlist") / "public_suffix_list.dat").read_text("utf-8")
    except (ModuleNotFoundError, FileNotFoundError):
        return PublicSuffixes.bundled()
    return PublicSuffixes.from_text(text, "publicsuffixlist")


def registrable_domain(text: str) -> str | None:
    """Return the registrable domain of a host as written, or None where it has none.

    Follows the published test vectors: any letter case, U-labels or A-labels in (the answer has
    A-labels), a leading dot means none, and an unlisted last label is a suffix of its own.
    """
    if text.startswith("."):
        return None
    try:
        host = parse_host(text).host
    except HostError:
        return None
    return default_suffixes().registrable(host) if isinstance(host, str) else None


def _ascii(rule: str) -> str:
    if rule.isascii():
        return rule.lower()
    mark = "!" if rule.startswith("!") else "*." if rule.startswith("*.") else ""
    return mark + str(parse_host(rule.removeprefix(mark)).host)
