"""Arrow kernels that find the origin in a text, or the host that it is.

An origin is scheme and authority as they are spelled. In the shape told here it ends where every
client ends it, so nothing behind it changes which host the text names or whether clients agree on
that host (T3). The regular expressions are for RE2, which has no backtracking.
"""

from __future__ import annotations

from typing import Any, Final

from scopecheck.bulk.extras import missing
from scopecheck.targets.host import MAX_TEXT

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ImportError as error:
    raise missing("pyarrow", "arrow") from error

__all__ = ["bare_hosts", "origins"]

# Any characters but surrogates, which are no text (T4), and, in an authority, those that end it for
# some client: slashes, `?`, `#`, white space and control characters.
_WIDE = r"\x{80}-\x{D7FF}\x{E000}-\x{10FFFF}"
_ORIGIN: Final = rf'^(?P<origin>(?i:https?|wss?)://[!"$-.0->@-\[\]-~{_WIDE}]+)(?:/|$)'
# Browsers drop tabs and newlines anywhere, and control characters at the ends, so `/x\n` is doubtful.
_NO_CONTROLS: Final = rf"^[ -~{_WIDE}]*$"
_PORT: Final = (
    r"(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
)
# A host as in `targets.host`: no upper case, no empty label, no last label that begins a number.
_HOST: Final = r"(?:[a-z0-9_-]+\.)*[a-z_-][a-z0-9_-]*"
_PLAIN_BARE: Final = rf"^{_HOST}{_PORT}$"


def _unescaped(texts: Any) -> bool:
    """Tell, at one look at all of the column, that it is text and free of control characters."""
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        return False
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return True
    index = pa.int32() if texts.type == pa.string() else pa.int64()
    ends = pa.Array.from_buffers(index, len(texts) + 1, [None, offsets], offset=texts.offset)
    first, last = ends[0].as_py(), ends[-1].as_py()
    seen = pa.Array.from_buffers(pa.uint8(), last - first, [None, data.slice(first, last - first)])
    least = pc.min(seen).as_py()
    return least is None or least >= 0x20


def origins(texts: Any) -> Any:
    """Return the origin of each web URL that has one of the shape; null for other texts."""
    found = pc.struct_field(pc.extract_regex(texts, _ORIGIN), "origin")
    sound = None if _unescaped(texts) else pc.match_substring_regex(texts, _NO_CONTROLS)
    lengths = pc.binary_length(texts)
    longest = pc.max(lengths).as_py()
    if longest is not None and longest > MAX_TEXT:
        short = pc.less_equal(lengths, MAX_TEXT)
        sound = short if sound is None else pc.and_(sound, short)
    return found if sound is None else pc.if_else(sound, found, pa.scalar(None, texts.type))


def bare_hosts(texts: Any) -> Any:
    """Return the texts that are plainly spelled hosts, with or without a port; null for others."""
    # `xn--` begins a label that has to be decoded, and may be no host at all.
    plain = pc.and_not(pc.match_substring_regex(texts, _PLAIN_BARE), pc.match_substring(texts, "xn--"))
    plain = pc.and_(plain, pc.less_equal(pc.binary_length(texts), MAX_TEXT))
    return pc.if_else(plain, texts, pa.scalar(None, texts.type))
