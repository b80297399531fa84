"""XML as data alone: no entities, no external files, no network, no endless nesting.

The parser is expat of the standard library. It never fetches anything on its own; declaring an
entity is refused, which ends every expansion attack before it begins, and so is a document type that
lies elsewhere: what it declares would be missing from the text. One that only declares elements is let
through, since Burp writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from scopecheck.errors import ScopecheckError
from scopecheck.formats.source import Source
from scopecheck.targets.host import printable

__all__ = ["Element", "parse_xml"]

MAX_DEPTH = 100


@dataclass
class Element:
    """An element: its name without namespace, attributes, text directly inside, and children."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    line: int = 0
    _parts: list[str] = field(default_factory=list, repr=False)

    @property
    def text(self) -> str:
        """The text directly inside, trimmed."""
        return "".join(self._parts).strip()

    def find(self, name: str) -> Element | None:
        """Return the first child of a name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> Iterator[Element]:
        """Yield the children of a name."""
        return (child for child in self.children if child.name == name)

    def value(self, name: str) -> str:
        """Return the text of the first child of a name, or ""."""
        child = self.find(name)
        return child.text if child is not None else ""

    def append(self, text: str) -> None:
        """Add text."""
        self._parts.append(text)


class _Builder:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._stack: list[Element] = []
        self.root: Element | None = None
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.SkippedEntityHandler = self._skipped

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise self._refuse("too-deep", "the file is nested too deeply")
        element = Element(name.rpartition(":")[2], attributes, line=self.parser.CurrentLineNumber)
        if self._stack:
            self._stack[-1].children.append(element)
        else:
            self.root = element
        self._stack.append(element)

    def _end(self, _name: str) -> None:
        self._stack.pop()

    def _text(self, text: str) -> None:
        if self._stack:
            self._stack[-1].append(text)

    def _entity(self, name: str, *_: object) -> None:
        raise self._refuse("entity", f"the file declares the entity `{printable(name, 60)}`")

    def _doctype(self, _name: str, system: str | None, public: str | None, _inside: object) -> None:
        if system is not None or public is not None:
            raise self._refuse("external-type", "the document type of the file lies elsewhere")

    def _skipped(self, name: str, _is_parameter: object) -> None:
        # Left out, `https://&x;example.com` would be read as `https://example.com`.
        raise self._refuse("entity", f"the file uses the unknown entity `{printable(name, 60)}`")

    def _refuse(self, code: str, message: str) -> ScopecheckError:
        return self._source.syntax(code, message, self.parser.CurrentByteIndex, "export the file anew")


def parse_xml(source: Source) -> Element:
    """Return the root element; raise `ScopeSyntaxError` with line and column where it is no safe XML."""
    builder = _Builder(source)
    try:
        builder.parser.Parse(source.raw, True)
    except expat.ExpatError as error:
        message = f"not XML: {expat.errors.messages.get(error.code, 'it is malformed')}"
        offset = builder.parser.ErrorByteIndex
        raise source.syntax("xml-syntax", message, max(offset, 0), "is the file complete?") from None
    except ScopecheckError:
        raise
    except (ValueError, LookupError):  # What the parser says of encodings it has no table for.
        raise source.syntax("encoding", "the file is in an unknown encoding", 0, "save it as UTF-8") from None
    if builder.root is None:
        raise source.syntax("xml-syntax", "not XML: there is no element", 0, "is the file complete?")
    return builder.root
