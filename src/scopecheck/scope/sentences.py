"""How the words beside a target are laid out: lines, headings, items of lists, sentences (clause P5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scopecheck.scope.naming import MAX_PROSE, named_addresses, named_hosts, plain_text

__all__ = ["Line", "bare", "flat", "lines_of", "mask", "names_some", "sentences"]

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,9})(?=[\s/>])([^<>]{0,2000})>")
# Tags; a list of one name a line would hide the others.
_BLOCKS = frozenset(
    "p div br hr ul ol table tbody thead tr section article header footer blockquote pre dl dt dd".split()  # noqa: SIM905 - as above
)
_ITEMS = frozenset({"li", "td", "th"})
_STRUCK = frozenset({"s", "del", "strike"})
_INLINE = frozenset("a b i em strong span code u font small sup sub mark tt kbd label".split())  # noqa: SIM905 - as above

_MARK = re.compile(r"\s*(?:[-*+•‣◦▪·●○–—>]|\[[ xX]?\]|[0-9]{1,3}[.)]|[A-Za-z][.)])\s+")
_GOES_ON = re.compile(r"(?:[,;&/|]|\b(?:and|or|und|et|y|e|not|the|of|is|are|test|in))\Z", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"'“‘(\[*_~]{0,3}(?:[^\W\d_a-z]|out of scope))")
_ABBREVIATED = re.compile(
    r"\b(?:e\.g|i\.e|etc|incl|excl|exc|ex|vs|viz|resp|esp|approx|z\.B|bzw|ggf|p\.ex)\.\Z"
)
# Dotted runs, with what a URL has around its host: the words of a host are no words of the sentence. Letters
# of scripts that put no space between words end one.
_HOSTLIKE = re.compile(
    r"(?<![\w*@.-])(?:[^\W぀-ヿ㐀-鿿가-힯]|[*@-])++(?:\.(?:[^\W぀-ヿ㐀-鿿가-힯]|[*-])++)+(?:[:/][^\s,;)]*+)?"
)
_BRACKETED = re.compile(r"(?<![\w.*-])\[([A-Za-z_ -]{2,40})\](?![\w.*(-])")
_JOINING = re.compile(r"\b(?:and|or|und|et|y|e|with|its|https?|the|all|subdomains?|of)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of words, with what its place says of it."""

    text: str
    item: bool
    """Whether a mark of a list stands in front."""
    heading: bool
    """Whether it stands over what follows: a colon at its end, a mark of Markdown, or a list below."""
    apart: bool
    """Whether a blank line stands before it."""


def lines_of(words: str) -> list[Line]:
    """Return the lines of a text that say something; what a line break cut in two is one line."""
    raw: list[tuple[str, bool]] = []
    blank = False
    # "[OOS]" beside a host is a word, while "[tenant].example.com" has a placeholder.
    words = _BRACKETED.sub(r"(\1)", _blocks(words[:MAX_PROSE]))
    for one in plain_text(words).splitlines():
        line = one.strip()
        if not line:
            blank = True
        elif raw and not blank and _continues(raw[-1][0], line):
            raw[-1] = (f"{raw[-1][0]} {line}", raw[-1][1])
        else:
            raw.append((line, blank))
            blank = False
    behind = [*(line for line, _ in raw), ""][1:]
    return [
        Line(line, _MARK.match(line) is not None, _is_heading(line, after), apart)
        for (line, apart), after in zip(raw, behind, strict=True)
    ]


def _blocks(words: str) -> str:
    """Return HTML as lines; other words as they are."""
    return _TAG.sub(_as_text, words) if "<" in words else words


def _as_text(tag: re.Match[str]) -> str:
    name = tag[2].lower()
    if name in _BLOCKS:
        return "\n"
    if name in _ITEMS:
        return "\n" if tag[1] else "\n- "
    if re.fullmatch(r"h[1-6]", name):
        return "\n" if tag[1] else "\n# "
    if name in _STRUCK:
        return "~~"
    return f" {tag[3]} " if name in _INLINE else tag[0]


def _continues(line: str, following: str) -> bool:
    """Tell whether a line break stands inside a sentence or a list."""
    if _MARK.match(following) or following.startswith("#") or line.endswith((".", "!", "?", ":")):
        return False
    first = following.split(maxsplit=1)[0]
    return _GOES_ON.search(line[-20:]) is not None or (first[:1].islower() and "." not in first.rstrip(".,"))


def _is_heading(line: str, following: str) -> bool:
    plain = line.strip("*_~# \t")
    if line.startswith("#") or plain.endswith((":", "：", ":-", "->", "→", "↓")):
        return True
    if line.startswith(("**", "__")) and line.endswith(("**", "__")):
        return True
    listed = _MARK.match(following) is not None or (bare(following) and names_some(following))
    over = _MARK.match(line) is None and not plain.endswith((".", "!", "?", ","))
    return over and listed and not (bare(line) and names_some(line))


def names_some(text: str) -> bool:
    """Tell whether a text names a host or an address."""
    return any(named_hosts(text)) or any(named_addresses(text))


def bare(line: str) -> bool:
    """Tell whether a line holds nothing besides what it names: no sentence, at most a word or two."""
    if len(line) > 2_000:
        return False
    rest = _JOINING.sub(" ", _HOSTLIKE.sub(" ", line))
    return len(re.findall(r"[^\W\d_]{2,}", rest)) <= 2


def sentences(line: str) -> Iterator[str]:
    """Yield the sentences of a line; a full stop before a small letter ends none, a host may begin there."""
    kept = ""
    for piece in _SENTENCE_END.split(line):
        kept = f"{kept} {piece}" if kept else piece
        if not _ABBREVIATED.search(kept[-8:]):
            yield kept
            kept = ""
    if kept:
        yield kept


def flat(sentence: str) -> str:
    """Return the words of a sentence without hosts and marks, single spaces between them."""
    text = _HOSTLIKE.sub(" ◦ ", sentence)
    text = re.sub("[‘’ʼ′´＇`]", "'", text)
    return " ".join(re.sub("[*_~#\\-‐‑‒–—―−]+", " ", text).split())


def mask(sentence: str) -> str:
    """Return a sentence with its hosts blanked out, every other letter at its place."""
    return _HOSTLIKE.sub(lambda host: "◦" * len(host[0]), sentence).replace("’", "'").replace("‘", "'")
