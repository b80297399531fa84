"""The Public Suffix List's own vectors, and publicsuffix2 on the same list as a second opinion.

Both are asked with the list that was published beside the vectors, and with the one that the library
takes by default. Where publicsuffix2 differs, the table here says why; a difference that is in no table
is an error of one of them.
"""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from publicsuffix2 import PublicSuffixList as SecondOpinion
from publicsuffixlist import PublicSuffixList as ThirdOpinion

from conformance.data import FOLDER, needs_data
from scopecheck.targets.host import parse_host
from scopecheck.targets.psl import PublicSuffixes, default_suffixes, registrable_domain

_VECTOR = re.compile(r"checkPublicSuffix\((null|'([^']*)'), (null|'([^']*)')\);")


def vectors() -> list[tuple[str, str | None]]:
    """Return the published vectors: a host as written (null is no text), its registrable domain."""
    text = (FOLDER / "psl" / "test_psl.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("//")]
    return [(match[2] or "", match[4]) for line in lines if (match := _VECTOR.match(line))]


def read_list(name: str) -> str:
    """Return the text of a list: the one beside the vectors, or the one the library takes by default."""
    if name == "published":
        return (FOLDER / "psl" / "public_suffix_list.dat").read_text("utf-8")
    return (files("publicsuffixlist") / "public_suffix_list.dat").read_text("utf-8")


def _ascii(domain: str | None) -> str | None:
    return None if domain is None else str(parse_host(domain).host)


@needs_data
def test_every_vector_holds() -> None:
    """All 78, asked as written: letter case, leading dot, U-labels, unlisted suffixes."""
    asked = vectors()
    assert len(asked) == 78
    assert [(host, registrable_domain(host)) for host, _ in asked] == [
        (host, _ascii(domain)) for host, domain in asked
    ]


@needs_data
@pytest.mark.parametrize("name", ["published", "default", "bundled"])
def test_every_vector_holds_on_every_list(name: str) -> None:
    """The list that tldextract bundles is the oldest of the three and the one without extras."""
    suffixes = PublicSuffixes.bundled() if name == "bundled" else PublicSuffixes.from_text(read_list(name))
    for host, domain in vectors():
        if host and not host.startswith("."):
            assert suffixes.registrable(str(parse_host(host).host)) == _ascii(domain), host


def test_default_list_is_the_newer_one() -> None:
    """Where `publicsuffixlist` is installed, its list is taken, and it is what the second opinion gets."""
    assert default_suffixes().source == "publicsuffixlist"


SUFFIX_ITSELF = "returns a public suffix as it is, by its documentation, where the vectors want none"
LEADING_DOT = "drops a leading dot, where the vectors want none"
UNLISTED = "takes no part of an unlisted suffix, so the last label alone is its answer"

# What `get_sld` answers for a vector in A-labels, where that is not what the vector says.
DIFFERENCES: dict[str, tuple[str, str]] = {
    "com": ("com", SUFFIX_ITSELF),
    "biz": ("biz", SUFFIX_ITSELF),
    "uk.com": ("uk.com", SUFFIX_ITSELF),
    "mm": ("mm", SUFFIX_ITSELF),
    "c.mm": ("c.mm", SUFFIX_ITSELF),
    "jp": ("jp", SUFFIX_ITSELF),
    "ac.jp": ("ac.jp", SUFFIX_ITSELF),
    "kyoto.jp": ("kyoto.jp", SUFFIX_ITSELF),
    "ide.kyoto.jp": ("ide.kyoto.jp", SUFFIX_ITSELF),
    "c.kobe.jp": ("c.kobe.jp", SUFFIX_ITSELF),
    "ck": ("ck", SUFFIX_ITSELF),
    "test.ck": ("test.ck", SUFFIX_ITSELF),
    "us": ("us", SUFFIX_ITSELF),
    "ak.us": ("ak.us", SUFFIX_ITSELF),
    "k12.ak.us": ("k12.ak.us", SUFFIX_ITSELF),
    "xn--55qx5d.cn": ("xn--55qx5d.cn", SUFFIX_ITSELF),
    "xn--fiqs8s": ("xn--fiqs8s", SUFFIX_ITSELF),
    ".com": ("com", LEADING_DOT),
    ".example": ("example", LEADING_DOT),
    ".example.com": ("example.com", LEADING_DOT),
    ".example.example": ("example", LEADING_DOT),
    "example": ("example", UNLISTED),
    "example.example": ("example", UNLISTED),
    "b.example.example": ("example", UNLISTED),
    "a.b.example.example": ("example", UNLISTED),
}


@needs_data
@pytest.mark.parametrize("name", ["published", "default"])
def test_second_opinion_on_the_vectors(name: str) -> None:
    second = SecondOpinion(psl_file=read_list(name).splitlines(), idna=True)
    found = {}
    for host, domain in vectors():
        asked = host.lower() if host.startswith(".") or not host else str(parse_host(host).host)
        answer = second.get_sld(asked)
        if answer != _ascii(domain):
            found[asked] = answer
    assert found == {host: answer for host, (answer, _) in DIFFERENCES.items()}


def _around(rules: set[str]) -> list[str]:
    """Return every rule without its mark, each of its parents, and one and two labels above each."""
    names: set[str] = set()
    for rule in rules:
        labels = rule.removeprefix("!").replace("*", "star").split(".")
        for start in range(len(labels)):
            base = ".".join(labels[start:])
            names |= {base, f"a.{base}", f"b.a.{base}"}
    return sorted(names)


@pytest.mark.parametrize("name", [pytest.param("published", marks=needs_data), "default"])
def test_second_opinion_on_every_rule(name: str) -> None:
    """The suffix of every name around every rule, some thirty thousand.

    publicsuffix2 walks a tree and takes each node on its way for a rule, also `amazonaws.com`, which only
    stands between `com` and `s3.amazonaws.com`. publicsuffixlist lets `*.kobe.jp` make `kobe.jp` itself a
    suffix. The algorithm of the list says neither, and nothing else may differ.
    """
    text = read_list(name)
    ours = PublicSuffixes.from_text(text)
    second = SecondOpinion(psl_file=text.splitlines(), idna=True)
    third = ThirdOpinion(text.splitlines())
    rules = {rule.removeprefix("!") for rule in second.tlds}
    between = {rule[match.end() :] for rule in rules for match in re.finditer(r"\.", rule)} - rules
    below_a_star = {rule.removeprefix("*.") for rule in rules if rule.startswith("*.")} - rules
    asked = _around(set(second.tlds))
    assert len(asked) > 30_000
    for host in asked:
        suffix = ".".join(host.split(".")[-ours.suffix_length(host) :])
        opinions = {second.get_tld(host): between, third.publicsuffix(host): below_a_star}
        for answer, explained in opinions.items():
            assert answer == suffix or (answer in explained and answer.endswith(f".{suffix}")), host
