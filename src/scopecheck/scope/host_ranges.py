"""The hosts that lie between two which a text names as the ends of a range (clauses P2, P4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scopecheck.scope.feared_addresses import ascii_text

__all__ = ["host_range_readings", "is_host_range", "ranges_in_words"]

_MOST = 1_000
_LONGEST_RANGE = 600
_RANGE_WORD = (
    r"(?:up\s|down\s)?(?:to|through|thru|until|till|upto|bis|hasta|a|à|até|から|到|至|до|tot|til)"
    r"(?:\sand\sincluding|\sincluding)?"
)
_ENDS = re.compile(r"([a-z0-9][a-z0-9_.-]{0,252}) \.\. ([a-z0-9][a-z0-9_.-]{0,252})")
_ONE_RUN = re.compile(r"(?<![\w.-])[a-z0-9][a-z0-9_.-]{3,252}(?![\w.-])")
# `dev[01-05].example.com`, `dev{1..5}.example.com`, `dev(a-c).example.com`.
_END = r"[ ]?([a-z]|[0-9]{1,9})[ ]?"
_IN_BRACKETS = re.compile(
    r"(?<![\w.*-])([\w-]{0,63}+(?:\.[\w-]{1,63}+){0,20}\.?)"
    rf"[\[({{<]{_END}(?:-|\.\.\.?|:|~|to|[\u2010-\u2015\u2212\u2026]){_END}[\])}}>]"
    r"([\w-]{0,63}+(?:\.[\w-]{1,63}+){1,20})",
    re.IGNORECASE,
)
_PIECE_END = re.compile(r"(?<=[.!?;,])\s|\n")


def is_host_range(text: str) -> bool:
    """Tell whether a text holds nothing besides the two ends of a range of hosts."""
    match = _ENDS.fullmatch(_with_marks(text)) if len(text) <= _LONGEST_RANGE else None
    return match is not None and any(_between(match[1], match[2]))


def host_range_readings(text: str) -> tuple[str, ...]:
    """Return the hosts that lie between two that a text names as the ends of a range, ends included.

    `dev01.example.com to dev05.example.com` are five hosts, and perhaps all of `dev*.example.com`.
    """
    found: dict[str, None] = {}
    if len(text) > _LONGEST_RANGE:
        return ()
    plain = _with_marks(text)
    for match in _IN_BRACKETS.finditer(text):
        before, low, high, behind = (one.lower() for one in match.groups())
        found |= dict.fromkeys(_between(before + low + behind, before + high + behind))
    for match in _ENDS.finditer(plain):
        found |= dict.fromkeys(_between(match[1].strip(".-"), match[2].strip(".-")))
    for match in _ONE_RUN.finditer(plain):
        for at in [dash.start() for dash in re.finditer("-", match[0])][:10]:
            left, right = match[0][:at], match[0][at + 1 :]
            # `dev-1.example.com` is one host; `dev01-dev05.example.com` and `a1.e.com-a5.e.com` are a range.
            if re.search(r"[a-z]-?[0-9]+\Z", left) or "." in left:
                found |= dict.fromkeys(_between(left, right))
    return tuple(found)


def _with_marks(text: str) -> str:
    """Return a text in small letters in which `..` stands for every word or sign of a range."""
    plain = re.sub(
        r"[\u2010-\u2015\u2212\u301c\uff5e]|->|\s--?\s|\.{2,}|\u2026|~|\u2192|\u21d2", " .. ", text.lower()
    )
    plain = ascii_text(re.sub(rf"\s{_RANGE_WORD}\s", " .. ", re.sub(r"\s+", " ", plain)))
    plain = re.sub(r"[a-z][a-z+]{1,9}://|[\"'`()<>]|\*\*|__|:[0-9]{1,5}(?=\s|\Z)|/(?=\s|\Z)", "", plain)
    plain = re.sub(r"\bbetween (\S{1,253}) and ", r"\1 .. ", plain)
    return re.sub(r" +", " ", plain).strip()


def _between(left: str, right: str) -> Iterator[str]:
    """Yield the hosts from one to the other, where they differ in one label and look like a range."""
    if "." not in left and "." in right:
        left += right[right.index(".") :]
    elif "." not in right and "." in left:
        right += left[left.index(".") :]
    one, other = left.split("."), right.split(".")
    if len(one) != len(other) or len(one) < 2 or other[-1].isdigit():
        return
    differing = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differing) != 1:
        return
    at = differing[0]
    label, end = one[at], other[at]
    if end.isdigit() and not label.isdigit():  # `dev01 to 05.example.com`, `dev01-05.example.com`
        end = label.rstrip("0123456789") + end
    for middle in _labels_between(label, end):
        yield ".".join((*one[:at], middle, *one[at + 1 :]))


def _labels_between(first: str, last: str) -> Iterator[str]:
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    head = first[:same].rstrip("0123456789")
    tail = 0
    while tail < min(len(first), len(last)) - len(head) and first[-1 - tail] == last[-1 - tail]:
        tail += 1
    ending = first[len(first) - tail :].lstrip("0123456789")
    low, high = (one[len(head) : len(one) - len(ending)] for one in (first, last))
    if re.fullmatch(r"[0-9]{1,9}", low) and re.fullmatch(r"[0-9]{1,9}", high):
        bottom, top = sorted((int(low), int(high)))
        for number in range(bottom, min(top, bottom + _MOST) + 1):
            for spelled in {str(number), str(number).zfill(len(low)), str(number).zfill(len(high))}:
                yield head + spelled + ending
    elif len(low) == len(high) == 1 and (head or ending or low.isalpha()):
        for code in range(min(ord(low), ord(high)), max(ord(low), ord(high)) + 1):
            yield head + chr(code) + ending
        if not (head or ending):
            return
    elif len(head + ending) < 2:
        return
    if head or ending or (low.isdigit() and high.isdigit() and abs(int(high) - int(low)) > _MOST):
        yield f"{head}*{ending}"


def ranges_in_words(text: str) -> Iterator[str]:
    """Yield the hosts of the ranges that a text of any length names among other words.

    Of many ranges only what all their hosts have in common is yielded, with a star (`dev*.example.com`).
    """
    count = 0
    for piece in _PIECE_END.split(text):
        # A piece that is too long to be read at once is read in parts, each of which overlaps the next.
        for start in range(0, max(len(piece) - _LONGEST_RANGE // 2, 1), _LONGEST_RANGE // 2):
            for host in host_range_readings(piece[start : start + _LONGEST_RANGE]):
                count += "*" not in host
                if count <= _MOST or "*" in host:
                    yield host
