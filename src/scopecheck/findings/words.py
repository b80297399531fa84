"""Words -> finding types (F1): ids, CWE and OWASP numbers, aliases, a program's own categories."""

from __future__ import annotations

import difflib
import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files

from scopecheck.errors import FindingTypeError
from scopecheck.findings.taxonomy import Taxonomy, default_taxonomy, lies_under
from scopecheck.targets.host import printable

__all__ = [
    "GENERAL",
    "OWASP_LLM",
    "SAME",
    "FindingType",
    "aliases",
    "known",
    "resolve",
    "spoken_of",
    "suggestions",
    "title_of",
    "word_key",
]

GENERAL = ("report_quality", "attack_prerequisite")
"""Categories that are no kinds of findings: what belongs to them may be said of any kind."""

_LONGEST = 12
"""How many parts a word may have that is looked for in a phrase."""

_CACHED = 200
"""How long a word may be that is kept with its meaning."""

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

# Nodes of 1.14.1 that the tree of 2026 lacks, and what goes by their name there. No mapping of
# Bugcrowd's says so, so an id stays what it is; but a rule that names one means the other as well.
SAME: Mapping[str, str] = {
    _AI + "llm_security.prompt_injection": _AI + "prompt_injection",
    _AI + "llm_security.llm_output_handling": _AI + "improper_output_handling",
    _AI + "llm_security.training_data_poisoning": _AI + "training_data_poisoning",
}


@dataclass(frozen=True, slots=True)
class FindingType:
    """A finding type as asked: the word, its title, and the tree nodes it means.

    Several nodes are one kind of finding under several ids, or, where `various`, kinds of which the
    word may mean any, as a CWE number does.
    """

    word: str
    title: str
    ids: tuple[str, ...]
    notes: tuple[str, ...] = ()
    various: bool = False

    def __str__(self) -> str:
        return self.title


def word_key(text: str) -> str:
    """Return what two spellings of a word share: letters and digits, folded, single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w]+|_", " ", folded).split())


@functools.cache
def aliases() -> Mapping[str, tuple[str, ...]]:
    """Return the common words that come with the library, and the names that identify a node."""
    tree = default_taxonomy()
    names: dict[str, set[str]] = {}
    for node in tree.nodes.values():
        for name in _names(node.id, tree):
            names.setdefault(name, set()).add(node.id)
    found = {name: tuple(ids) for name, ids in names.items() if len(ids) == 1}
    text = (files(__package__) / "data" / "words.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            word, _, ids_text = line.partition("\t")
            found[word_key(word)] = tuple(ids_text.split(","))
    return found


def _names(path: str, tree: Taxonomy) -> Iterator[str]:
    """Yield what a node may be called: with its parents; alone where its name says what it is.

    A variant's name does not ("Missing", "Sensitive Data"), nor does one word below a category
    ("CAN", "Stored").
    """
    yield word_key(title_of(path, tree))
    parts = path.split(".")
    own = word_key(tree.nodes[path].name)
    parent = tree.nodes.get(".".join(parts[:-1]))
    if parent is not None:
        yield word_key(f"{parent.name} {own}")
    if len(parts) == 1 or (len(parts) == 2 and " " in own):
        yield own


@functools.cache
def _own_categories() -> frozenset[str]:
    """Return the categories of `words.tsv` that the VRT does not have, and their parents."""
    tree = default_taxonomy()
    found: set[str] = set()
    for ids in aliases().values():
        for one in ids:
            if one not in tree.nodes and not one.startswith("cwe-"):
                parts = one.split(".")
                found.update(".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return frozenset(found)


def resolve(
    word: str, categories: Mapping[str, tuple[str, ...]] | None = None, tree: Taxonomy | None = None
) -> FindingType:
    """Return the finding type that a word means.

    `categories` are the program's own: `word_key` of their ids, titles and aliases -> ids. Raises
    `FindingTypeError` for an unknown word, naming the nearest known ones, and for an OWASP number
    without its year, naming what it means in each (F1).
    """
    found = known(word, categories, tree)
    if found is not None:
        return found
    asked = word.strip() if isinstance(word, str) else ""
    path = asked.casefold()
    if path in (tree or default_taxonomy()).gone:
        raise FindingTypeError(f"`{path}` is deprecated in the VRT, and no node took its place")
    near = suggestions(asked, categories)
    hint = "; did you mean " + " or ".join(f"`{one}`" for one in near) + "?" if near else ""
    raise FindingTypeError(f"`{printable(asked, 80)}` is no known finding type{hint}", near)


def known(
    word: str, categories: Mapping[str, tuple[str, ...]] | None = None, tree: Taxonomy | None = None
) -> FindingType | None:
    """Return the finding type that a word means, or None for an unknown word.

    Raises `FindingTypeError` for an OWASP number that means several things.
    """
    asked = word.strip() if isinstance(word, str) else ""
    own = categories.get(word_key(asked)) if categories and asked else None
    if own is not None:
        return FindingType(printable(asked), _shown(own[0], tree or default_taxonomy()), own)
    if tree is None and len(asked) <= _CACHED:
        return _common(asked)
    return _read(asked, tree or default_taxonomy())


@functools.lru_cache(maxsize=4096)
def _common(asked: str) -> FindingType | None:
    """Return what a short word means apart from any program; programs name the same few kinds."""
    return _read(asked, default_taxonomy())


def _read(asked: str, tree: Taxonomy) -> FindingType | None:
    for reader in (_by_id, _by_cwe, _by_owasp, _by_alias):
        found = reader(asked, tree)
        if found is not None:
            return replace(found, word=printable(asked))
    return None


def suggestions(word: str, categories: Mapping[str, tuple[str, ...]] | None = None) -> tuple[str, ...]:
    """Return the known words that are nearest to one."""
    listed = {**dict.fromkeys(aliases()), **dict.fromkeys(categories or ())}
    return tuple(difflib.get_close_matches(word_key(word[:80]), listed, n=3, cutoff=0.6))


def _by_id(word: str, tree: Taxonomy) -> FindingType | None:
    path = word.strip().casefold()
    if path in _own_categories():
        return FindingType(word, _shown(path, tree), (path,))
    if not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)*", path):
        return None
    node = tree.nodes.get(path)
    if node is not None:
        return FindingType(word, title_of(path, tree), (path,))
    if path not in tree.gone and not any(lies_under(path, old) for old in tree.gone):
        return None
    went = tree.follow(path)
    if went is None:  # An alias may still know the word.
        return None
    return FindingType(word, title_of(went, tree), (went,), (f"`{path}` is deprecated; read as `{went}`",))


def title_of(path: str, tree: Taxonomy) -> str:
    """Return the names of a node and those above it, or "" where the tree has none of them."""
    parts = path.split(".")
    names = [tree.nodes.get(".".join(parts[:length])) for length in range(1, len(parts) + 1)]
    return " > ".join(node.name for node in names if node is not None)


def _shown(path: str, tree: Taxonomy) -> str:
    if path.startswith("cwe-"):
        return path.upper()
    return title_of(path, tree) or path.replace(".", " > ").replace("_", " ")


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
    return FindingType(word, f"CWE-{number}", top, various=len(top) > 1)


_OWASP = re.compile(
    r"(?:OWASP[\s:-]{0,3})?LLM[-\s]?0?([1-9]|10)(?:[:\s-]{1,3}(20[0-9]{2}))?(?:[:\s-]{1,3}(\S.*))?",
    re.IGNORECASE,
)


def _by_owasp(word: str, _tree: Taxonomy) -> FindingType | None:
    match = _OWASP.fullmatch(word)
    if match is None:
        return None
    number, year, name = f"LLM{int(match[1]):02}", match[2], match[3]
    meanings = {one: title for one, (title, _) in OWASP_LLM.items() if one.startswith(number + ":")}
    if name is not None:
        # `LLM01: Prompt Injection`, as HackerOne writes it: the title says what the number does not.
        meanings = {one: title for one, title in meanings.items() if word_key(title) == word_key(name)}
        if not meanings:
            return None
    if year is None and (name is None or len({OWASP_LLM[one] for one in meanings}) > 1):
        listed = ", ".join(f"`{one}` is {title}" for one, title in meanings.items())
        raise FindingTypeError(f"`{printable(word, 80)}` wants its year: {listed}", tuple(meanings))
    key = f"{number}:{year}" if year is not None else next(iter(meanings))
    if key not in meanings:
        listed = ", ".join(f"`{one}`" for one in meanings)
        raise FindingTypeError(
            f"`{printable(word, 80)}` is no known entry; there is {listed}", tuple(meanings)
        )
    title, ids = OWASP_LLM[key]
    return FindingType(word, f"{key} {title}", ids)


def _by_alias(word: str, tree: Taxonomy) -> FindingType | None:
    ids = _alias(word_key(word))
    return FindingType(word, _shown(ids[0], tree), ids) if ids is not None else None


def _alias(key: str) -> tuple[str, ...] | None:
    """Return what a common word means, also in the plural."""
    found = aliases().get(key)
    if found is None and key.endswith("s"):
        return aliases().get(key[:-1])
    return found


def spoken_of(phrase: str, categories: Mapping[str, tuple[str, ...]] | None = None) -> Iterator[str]:
    """Yield the ids of the finding types that a longer phrase names among its words (P4).

    The longest word at each place counts; CWE and OWASP numbers count too, the latter in every year.
    """
    for match in re.finditer(r"\bCWE-?([0-9]{1,6})\b", phrase, re.IGNORECASE):
        found = _by_cwe(f"CWE-{match[1]}", default_taxonomy())
        yield from found.ids if found is not None else ()
    for match in re.finditer(r"\bLLM-?0?([1-9]|10)\b", phrase, re.IGNORECASE):
        for key, (_, ids) in OWASP_LLM.items():
            if key.startswith(f"LLM{int(match[1]):02}:"):
                yield from ids
    words = word_key(phrase).split()
    position = 0
    while position < len(words):
        for length in range(min(_LONGEST, len(words) - position), 0, -1):
            key = " ".join(words[position : position + length])
            named = (categories or {}).get(key) or _alias(key)
            if named is not None:
                yield from named
                position += length
                break
        else:
            position += 1
