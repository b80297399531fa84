"""Public suffixes: the rows `example.*` and "a star directly before a suffix" of the table rest on them."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import NoReturn

import pytest

from scopecheck.errors import ScopeError
from scopecheck.targets.psl import PublicSuffixes, default_suffixes, registrable_domain

LIST = """
// ===BEGIN ICANN DOMAINS===
com
uk
co.uk
*.ck
!www.ck
*.kawasaki.jp
!city.kawasaki.jp
jp
中国
公司.cn
cn
a.b.nested
// ===END ICANN DOMAINS===
// ===BEGIN PRIVATE DOMAINS===
blogspot.com
*.compute.example
!own.compute.example
// ===END PRIVATE DOMAINS===
"""


@pytest.fixture(scope="module")
def suffixes() -> PublicSuffixes:
    return PublicSuffixes.from_text(LIST)


REGISTRABLE = [
    # name, its registrable domain, and that of the ICANN section alone
    pytest.param("com", None, None, id="a-suffix-has-none"),
    pytest.param("e.com", "e.com", "e.com", id="one-label-above"),
    pytest.param("a.b.e.com", "e.com", "e.com", id="any-depth"),
    pytest.param("co.uk", None, None, id="the-longest-rule-wins"),
    pytest.param("a.e.co.uk", "e.co.uk", "e.co.uk", id="suffix-of-two-labels"),
    pytest.param("x.ck", None, None, id="star-rule"),
    pytest.param("e.x.ck", "e.x.ck", "e.x.ck", id="above-a-star-rule"),
    pytest.param("ck", None, None, id="below-a-star-rule"),
    pytest.param("www.ck", "www.ck", "www.ck", id="exception"),
    pytest.param("a.www.ck", "www.ck", "www.ck", id="above-an-exception"),
    pytest.param("city.kawasaki.jp", "city.kawasaki.jp", "city.kawasaki.jp", id="exception-of-two-labels"),
    pytest.param("kawasaki.jp", "kawasaki.jp", "kawasaki.jp", id="parent-of-a-star-rule"),
    pytest.param("blogspot.com", None, "blogspot.com", id="private-suffix"),
    pytest.param("me.blogspot.com", "me.blogspot.com", "blogspot.com", id="above-a-private-suffix"),
    pytest.param("e.x.compute.example", "e.x.compute.example", "compute.example", id="private-star-rule"),
    pytest.param("own.compute.example", "own.compute.example", "compute.example", id="private-exception"),
    pytest.param("e.unlisted", "e.unlisted", "e.unlisted", id="unlisted-suffix-is-one-label"),
    pytest.param("unlisted", None, None, id="unlisted-label-alone"),
    pytest.param("b.nested", "b.nested", "b.nested", id="parent-of-a-rule-is-no-rule"),
    pytest.param("e.xn--fiqs8s", "e.xn--fiqs8s", "e.xn--fiqs8s", id="u-labels-of-the-list-are-a-labels"),
    pytest.param("xn--55qx5d.cn", None, None, id="u-label-before-a-suffix"),
]


@pytest.mark.parametrize(("name", "registrable", "icann"), REGISTRABLE)
def test_registrable_domain(
    suffixes: PublicSuffixes, name: str, registrable: str | None, icann: str | None
) -> None:
    assert suffixes.registrable(name) == registrable
    assert suffixes.registrable(name, private=False) == icann


@pytest.mark.parametrize(("name", "registrable", "icann"), REGISTRABLE)
def test_suffix_is_what_has_no_registrable_domain(
    suffixes: PublicSuffixes, name: str, registrable: str | None, icann: str | None
) -> None:
    assert suffixes.is_suffix(name) is (registrable is None)
    assert (suffixes.suffix_length(name, private=False) == name.count(".") + 1) is (icann is None)


TAILS = [
    # tail, known to the ICANN section, known to either: the row `example.*`
    pytest.param("com", True, True, id="a-rule"),
    pytest.param("co.uk", True, True, id="a-rule-of-two-labels"),
    pytest.param("ck", True, True, id="a-rule-stands-below-it"),
    pytest.param("x.ck", True, True, id="star-rule"),
    pytest.param("www.ck", False, False, id="exception"),
    pytest.param("nested", True, True, id="a-rule-stands-two-below-it"),
    pytest.param("b.nested", True, True, id="a-rule-stands-one-below-it"),
    pytest.param("blogspot.com", False, True, id="private-rule"),
    pytest.param("x.compute.example", False, True, id="private-star-rule"),
    pytest.param("own.compute.example", False, False, id="private-exception"),
    pytest.param("evil.com", False, False, id="a-name-below-a-suffix"),
    pytest.param("unlisted", False, False, id="unlisted"),
]


@pytest.mark.parametrize(("tail", "icann", "either"), TAILS)
def test_tail_that_may_stand_for_a_star(
    suffixes: PublicSuffixes, tail: str, icann: bool, either: bool
) -> None:
    assert suffixes.known_tail(tail, private=False) is icann
    assert suffixes.known_tail(tail, private=True) is either


def test_rule_written_in_upper_case_counts() -> None:
    """Names are compared without letter case, those of the list too."""
    assert PublicSuffixes.from_text(LIST.replace("co.uk", "CO.UK")).is_suffix("co.uk")


def test_name_of_many_labels_is_answered() -> None:
    """A name may have tens of thousands of labels; no rule has."""
    name = "a." * 30_000 + "e.co.uk"
    assert default_suffixes().registrable(name) == "e.co.uk"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("WWW.Example.CO.UK", "example.co.uk", id="letter-case"),
        pytest.param("www.食狮.公司.cn", "xn--85x722f.xn--55qx5d.cn", id="u-labels-in-a-labels-out"),
        pytest.param("www.example.com.", "example.com", id="root-dot"),
        pytest.param(".example.com", None, id="leading-dot"),
        pytest.param("", None, id="empty"),
        pytest.param("exa mple.com", None, id="invalid-host"),
        pytest.param("10.0.0.1", None, id="ipv4"),
        pytest.param("[2001:db8::1]", None, id="ipv6"),
        pytest.param("com", None, id="suffix"),
    ],
)
def test_registrable_domain_of_a_host_as_written(host: str, expected: str | None) -> None:
    assert registrable_domain(host) == expected


def test_list_comes_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "list.dat"
    path.write_text(LIST, "utf-8")
    from_file = PublicSuffixes.from_file(path)
    assert from_file.registrable("a.e.co.uk") == "e.co.uk"
    assert from_file.source == str(path)


@pytest.mark.parametrize("text", ["", "// nothing but a comment\n", LIST.partition("// ===END ICANN")[2]])
def test_text_without_an_icann_section_is_no_list(text: str) -> None:
    """A wrong file must not pass as a list in which every last label is a suffix."""
    with pytest.raises(ScopeError, match=r"`suffixes\.dat`"):
        PublicSuffixes.from_text(text, "suffixes.dat")


def test_network_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a public suffix list was fetched")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    default_suffixes.cache_clear()
    for suffixes in (PublicSuffixes.bundled(), default_suffixes()):
        assert suffixes.registrable("www.example.co.uk") == "example.co.uk"
        assert suffixes.registrable("me.github.io") == "me.github.io"
        assert suffixes.registrable("me.github.io", private=False) == "github.io"
