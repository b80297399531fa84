"""XML as data alone: entities refused, nothing fetched, nothing left out silently."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path

import pytest

from scopecheck import ScopeSyntaxError
from scopecheck.formats.safe_xml import MAX_DEPTH, Element, parse_xml
from scopecheck.formats.source import Source

BURP_TYPE = """<!DOCTYPE issues [
<!ELEMENT issues (issue*)>
<!ATTLIST issues burpVersion CDATA "">
<!ELEMENT issue (name, host)>
<!ELEMENT name (#PCDATA)>
<!ELEMENT host (#PCDATA)>
<!ATTLIST host ip CDATA "">
]>"""


def parse(text: str | bytes) -> Element:
    return parse_xml(Source("file.xml", text if isinstance(text, bytes) else text.encode()))


def refused(text: str | bytes) -> tuple[str, str]:
    """Return the code and the message of the one problem."""
    with pytest.raises(ScopeSyntaxError) as caught:
        parse(text)
    (problem,) = caught.value.diagnostics
    assert problem.place.file == "file.xml"
    assert problem.place.line >= 1
    assert problem.help
    return problem.code, problem.message


def test_elements_with_texts_and_attributes() -> None:
    root = parse('<a x="1">\n  <b>one &amp; <![CDATA[<two>]]></b>\n  <c/><b>&#x41;</b> tail</a>')
    assert (root.name, root.attributes, root.text, root.line) == ("a", {"x": "1"}, "tail", 1)
    assert [child.name for child in root.children] == ["b", "c", "b"]
    assert root.value("b") == "one & <two>"
    assert [one.text for one in root.all("b")] == ["one & <two>", "A"]
    assert root.children[1].line == 3
    found = root.find("c")
    assert found is not None
    assert found.text == ""
    assert (root.find("none"), root.value("none")) == (None, "")


def test_a_document_type_that_only_declares_elements_is_let_through() -> None:
    """Burp writes one."""
    root = parse(f'<?xml version="1.0"?>\n{BURP_TYPE}\n<issues><issue><name>x</name></issue></issues>')
    assert root.children[0].value("name") == "x"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1"])
def test_encodings_that_the_parser_has_tables_for(encoding: str) -> None:
    stated = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16"}.get(encoding, encoding)
    text = f'<?xml version="1.0" encoding="{stated}"?><a>é</a>'
    raw = ("\ufeff" + text).encode(encoding) if encoding == "utf-16-le" else text.encode(encoding)
    assert parse(raw).text == "é"


def test_names_lose_their_prefix() -> None:
    assert parse('<n:a xmlns:n="urn:x"><n:b/></n:a>').children[0].name == "b"


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x "y">]><a/>',
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x PUBLIC "p" "http://127.0.0.1:9/x">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY % x "y">]><a/>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><a/>',
        '<!DOCTYPE a [<!NOTATION n SYSTEM "n"><!ENTITY x SYSTEM "y" NDATA n>]><a/>',
        f'<!DOCTYPE a [<!ENTITY x "{"y" * 100_000}">]><a>{"&x;" * 1_000}</a>',
        "<!DOCTYPE a [<!ELEMENT a ANY> %unknown; ]><a>https://&x;e.com</a>",
    ],
    ids=[
        "an entity",
        "unused",
        "billion laughs",
        "a file",
        "a URL",
        "a public one",
        "a parameter entity",
        "a fetched parameter entity",
        "unparsed",
        "quadratic",
        "unknown, behind a parameter entity",
    ],
)
def test_entities_are_refused(text: str) -> None:
    """Declaring one is enough; one that is only used would be left out of the text."""
    code, message = refused(text)
    assert code == "entity"
    assert len(message) < 200


@pytest.mark.parametrize(
    "outside", ['SYSTEM "http://127.0.0.1:9/x.dtd"', 'PUBLIC "-//x" "x.dtd"', 'SYSTEM "x" []']
)
def test_a_document_type_that_lies_elsewhere_is_refused(outside: str) -> None:
    """Its entities would be missing: `https://&x;e.com` is not `https://e.com`."""
    assert refused(f"<!DOCTYPE a {outside}><a>https://&x;e.com</a>")[0] == "external-type"


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def touched(*_: object, **__: object) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket, "socket", touched)
    monkeypatch.setattr(urllib.request, "urlopen", touched)
    secret = tmp_path / "secret.txt"
    secret.write_text("private", "utf-8")
    monkeypatch.setattr("builtins.open", touched)
    for text in (
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]><a>&x;</a>',
        f'<!DOCTYPE a SYSTEM "{secret.as_uri()}"><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><a/>',
        '<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="secret.txt"/></a>',
        '<?xml-stylesheet href="http://127.0.0.1:9/x"?><a xsi:schemaLocation="x http://127.0.0.1:9/x"/>',
    ):
        try:
            root = parse(text)
        except ScopeSyntaxError as error:
            shown = str(error)
        else:
            shown = f"{root} {root.children} {root.text}"
        assert "private" not in shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no element found"),
        ("   ", "no element found"),
        ("<!-- nothing -->", "no element found"),
        ("<a>", "no element found"),
        ("<a", "unclosed token"),
        ("<a><b></a>", "mismatched tag"),
        ("<a/><b/>", "junk after document element"),
        ("<a>&x;</a>", "undefined entity"),
        ("<a>\0</a>", "not well-formed"),
        ("<a><![CDATA[x</a>", "unclosed CDATA section"),
        ("plain text", "syntax error"),
        ("<a x='1' x='2'/>", "duplicate attribute"),
        ("<a>\ud800</a>", "not well-formed"),
    ],
)
def test_what_is_no_whole_xml_is_a_clear_error(text: str, words: str) -> None:
    code, message = refused(text.encode("utf-8", "surrogatepass"))
    assert code == "xml-syntax"
    assert words in message


def test_the_place_of_an_error_is_said() -> None:
    with pytest.raises(ScopeSyntaxError) as caught:
        parse("<a>\n  <b>\n  </c>\n</a>")
    assert caught.value.diagnostics[0].place.line == 3


@pytest.mark.parametrize("encoding", ["utf-7", "shift_jis", "nope", "zip", "rot13"])
def test_an_unknown_encoding_is_an_error(encoding: str) -> None:
    code, _ = refused(f'<?xml version="1.0" encoding="{encoding}"?><a/>')
    assert code in ("encoding", "xml-syntax")


def test_nesting_has_an_end() -> None:
    deep = parse("<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH)
    assert deep.name == "a"
    assert refused("<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1))[0] == "too-deep"
    assert refused("<a>" * 1_000_000)[0] == "too-deep"
