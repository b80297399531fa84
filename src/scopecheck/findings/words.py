"""Words -> finding types (F1): ids, CWE and OWASP numbers, aliases, a program's own categories."""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from scopecheck.errors import FindingTypeError
from scopecheck.findings.taxonomy import Taxonomy, default_taxonomy, lies_under
from scopecheck.targets.host import printable

__all__ = ["OWASP_LLM", "FindingType", "aliases", "resolve", "spoken_of", "word_key"]

_MAX_WORD = 2_000

# OWASP Top 10 for LLM applications, https://genai.owasp.org (CC BY-SA 4.0): titles by year, and the
# finding types they speak of. The numbers were dealt anew in 2026, so a number wants its year.
_AI = "ai_application_security."
_INJECTION = (_AI + "prompt_injection", _AI + "llm_security.prompt_injection")
_DISCLOSURE = (_AI + "sensitive_information_disclosure",)
_SUPPLY = ("using_components_with_known_vulnerabilities",)
_POISONING = (_AI + "training_data_poisoning", _AI + "llm_security.training_data_poisoning")
_OUTPUT = (_AI + "improper_output_handling", _AI + "llm_security.llm_output_handling")
_AGENCY = (_AI + "llm_security.excessive_agency_permission_manipulation",)
_PROMPT_LEAK = (_AI + "prompt_injection.system_prompt_leakage",)
_VECTORS = (_AI + "vector_and_embedding_weaknesses",)
_MISINFORMATION = (_AI + "ai_safety.misinformation_wrong_factual_data",)
_CONSUMPTION = (_AI + "denial_of_service_dos",)

OWASP_LLM: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "LLM01:2025": ("Prompt Injection", _INJECTION),
    "LLM02:2025": ("Sensitive Information Disclosure", _DISCLOSURE),
    "LLM03:2025": ("Supply Chain", _SUPPLY),
    "LLM04:2025": ("Data and Model Poisoning", _POISONING),
    "LLM05:2025": ("Improper Output Handling", _OUTPUT),
    "LLM06:2025": ("Excessive Agency", _AGENCY),
    "LLM07:2025": ("System Prompt Leakage", _PROMPT_LEAK),
    "LLM08:2025": ("Vector and Embedding Weaknesses", _VECTORS),
    "LLM09:2025": ("Misinformation", _MISINFORMATION),
    "LLM10:2025": ("Unbounded Consumption", _CONSUMPTION),
    "LLM01:2026": ("Prompt Injection", _INJECTION),
    "LLM02:2026": ("Sensitive Information Disclosure", _DISCLOSURE),
    "LLM03:2026": ("Excessive Agency", _AGENCY),
    "LLM04:2026": ("Supply Chain", _SUPPLY),
    "LLM05:2026": ("Data and Model Poisoning", _POISONING),
    "LLM06:2026": ("Unbounded Consumption", _CONSUMPTION),
    "LLM07:2026": ("Misinformation", _MISINFORMATION),
    "LLM08:2026": ("Hidden Context Exposure", _PROMPT_LEAK),
    "LLM09:2026": ("Vector and Embedding Weaknesses", _VECTORS),
}


@dataclass(frozen=True, slots=True)
class FindingType:
    """A finding type as asked: the word, its title, and the tree nodes it means (all of them)."""

    word: str
    title: str
    ids: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.title


def word_key(text: str) -> str:
    """Return what two spellings of a word share: letters and digits, folded, single spaces."""
    folded = unicodedata.normalize("NFKC", text[:_MAX_WORD]).casefold()
    return " ".join(re.sub(r"[^\w]+|_", " ", folded).split())


@functools.cache
def aliases() -> Mapping[str, tuple[str, ...]]:
    """Return the common words that come with the library, and the names of nodes that only one has."""
    found: dict[str, tuple[str, ...]] = {}
    tree = default_taxonomy()
    names: dict[str, list[str]] = {}
    for node in tree.nodes.values():
        names.setdefault(word_key(node.name), []).append(node.id)
        parent = tree.nodes.get(node.id.rpartition(".")[0])
        if parent is not None:
            names.setdefault(word_key(f"{parent.name} {node.name}"), []).append(node.id)
    found.update({name: (ids[0],) for name, ids in names.items() if len(ids) == 1})
    text = (files(__package__) / "data" / "words.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            word, _, ids_text = line.partition("\t")
            found[word_key(word)] = tuple(ids_text.split(","))
    return found


@functools.cache
def _own_categories() -> frozenset[str]:
    """Return the categories of `words.tsv` that the VRT does not have, and their parents."""
    tree = default_taxonomy()
    found: set[str] = set()
    for ids in aliases().values():
        for one in ids:
            if one not in tree.nodes:
                parts = one.split(".")
                found.update(".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return frozenset(found)


def resolve(
    word: str, categories: Mapping[str, str] | None = None, tree: Taxonomy | None = None
) -> FindingType:
    """Return the finding type that a word means.

    `categories` are the program's own: `word_key` of their ids, titles and aliases -> id. Raises
    `FindingTypeError` for an unknown word, naming the nearest known ones, and for an OWASP number
    without its year, naming what it means in each (F1).
    """
    tree = tree or default_taxonomy()
    asked = word.strip() if isinstance(word, str) else ""
    own = (categories or {}).get(word_key(asked))
    if own is not None and asked:
        node = tree.nodes.get(own)
        return FindingType(asked, node.name if node else own, (own,))
    for reader in (_by_id, _by_cwe, _by_owasp, _by_alias):
        found = reader(asked, tree)
        if found is not None:
            return found
    path = asked.casefold()
    if path in tree.gone:
        raise FindingTypeError(f"`{path}` is deprecated in the VRT, and no node took its place")
    known = {**dict.fromkeys(aliases()), **dict.fromkeys(categories or ())}
    near = tuple(difflib.get_close_matches(word_key(asked)[:80], known, n=3, cutoff=0.6))
    hint = "; did you mean " + " or ".join(f"`{one}`" for one in near) + "?" if near else ""
    raise FindingTypeError(f"`{printable(asked, 80)}` is no known finding type{hint}", near)


def _by_id(word: str, tree: Taxonomy) -> FindingType | None:
    path = word.strip().casefold()
    if path in _own_categories():
        return FindingType(word, path.replace(".", " > ").replace("_", " "), (path,))
    if not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)*", path):
        return None
    node = tree.nodes.get(path)
    if node is not None:
        return FindingType(word, _title(path, tree), (path,))
    if path not in tree.gone and not any(lies_under(path, old) for old in tree.gone):
        return None
    went = tree.follow(path)
    if went is None:  # An alias may still know the word.
        return None
    return FindingType(word, _title(went, tree), (went,), (f"`{path}` is deprecated; read as `{went}`",))


def _title(path: str, tree: Taxonomy) -> str:
    parts = path.split(".")
    names = [tree.nodes.get(".".join(parts[:length])) for length in range(1, len(parts) + 1)]
    return " > ".join(node.name for node in names if node is not None)


def _by_cwe(word: str, tree: Taxonomy) -> FindingType | None:
    match = re.fullmatch(r"CWE[-\s_:]?0*([1-9][0-9]{0,5})", word, re.IGNORECASE)
    if match is None:
        return None
    number = int(match[1])
    ids = [node.id for node in tree.nodes.values() if number in node.weaknesses]
    # A node speaks for those below it.
    top = tuple(one for one in ids if not any(one != other and lies_under(one, other) for other in ids))
    if not top:
        return FindingType(
            word, f"CWE-{number}", (f"cwe-{number}",), ("no VRT node is mapped to this number",)
        )
    return FindingType(word, f"CWE-{number}", top)


def _by_owasp(word: str, _tree: Taxonomy) -> FindingType | None:
    match = re.fullmatch(
        r"(?:OWASP[\s:-]*)?LLM[-\s]?0?([1-9]|10)(?:[:\s-]+(20[0-9]{2}))?", word, re.IGNORECASE
    )
    if match is None:
        return None
    number, year = f"LLM{int(match[1]):02}", match[2]
    meanings = {one: title for one, (title, _) in OWASP_LLM.items() if one.startswith(number + ":")}
    if year is None:
        listed = ", ".join(f"`{one}` is {title}" for one, title in meanings.items())
        raise FindingTypeError(f"`{word}` wants its year: {listed}", tuple(meanings))
    key = f"{number}:{year}"
    if key not in OWASP_LLM:
        known = ", ".join(f"`{one}`" for one in meanings)
        raise FindingTypeError(f"`{word}` is no known entry; there is {known}", tuple(meanings))
    title, ids = OWASP_LLM[key]
    return FindingType(word, f"{key} {title}", ids)


def _by_alias(word: str, tree: Taxonomy) -> FindingType | None:
    ids = aliases().get(word_key(word))
    if ids is None:
        return None
    title = _title(ids[0], tree) or ids[0].replace(".", " > ").replace("_", " ")
    return FindingType(word, title, ids)


def spoken_of(phrase: str, categories: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield the ids of the finding types that a longer phrase names among its words (P4).

    The longest alias at each place counts; words of three letters and fewer have to stand alone in
    capitals or be known short forms, which every alias is.
    """
    words = word_key(phrase).split()
    known = aliases()
    position = 0
    while position < len(words):
        for length in range(min(8, len(words) - position), 0, -1):
            key = " ".join(words[position : position + length])
            own = (categories or {}).get(key)
            if own is not None or key in known:
                yield from (own,) if own is not None else known[key]
                position += length
                break
        else:
            position += 1
