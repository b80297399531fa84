"""Many programs in one index: the answer of each, as if it were asked alone (T2, T6, D1 to D4)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scopecheck import (
    Catalog,
    Checker,
    Decision,
    Exclusion,
    Inclusion,
    Policy,
    Program,
    Reason,
    ScopeValidationError,
    UnknownProgramError,
)
from scopecheck.answer import catalog as module
from scopecheck.scope.pattern import Effect
from strategies import Scope, scopes, target_texts

Answers = list[tuple[str, Decision, Reason]]


def program(
    name: str,
    *included: str | tuple[str, str],
    out: tuple[str, ...] = (),
    policy: Policy | None = None,
) -> Program:
    """A program of texts; a pair is a text with its type."""
    pairs = [(one, None) if isinstance(one, str) else one for one in included]
    return Program(
        id=name,
        name=name,
        in_scope=tuple(Inclusion.model_validate({"asset": text, "type": kind}) for text, kind in pairs),
        out_of_scope=tuple(Exclusion(asset=text) for text in out),
        policy=policy or Policy(),
    )


def found(catalog: Catalog, target: str) -> Answers:
    return [(one.id, verdict.decision, verdict.reason) for one, verdict in catalog.find(target)]


def one_by_one(programs: Sequence[Program], target: str) -> Answers:
    """Ask the checker of every program; those that list the target answer."""
    answers: Answers = []
    for one in programs:
        verdict = Checker(one).check(target)
        if any(match.effect is Effect.INCLUDE for match in verdict.all_matches):
            answers.append((one.id, verdict.decision, verdict.reason))
    return answers


def in_scope_of(target: str, *programs: Program) -> list[str]:
    return [one.id for one, verdict in Catalog(programs).find(target) if verdict.in_scope]


def reloaded(catalog: Catalog, folder: Path) -> Catalog:
    path = folder / "some.catalog"
    catalog.save(path)
    return Catalog.load(path)


SHOP = program("shop", "*.example.com", out=("blog.example.com",))
API = program("api", "api.example.com", ("com.example.app", "android"), "Plugins")
NET = program("net", "192.0.2.0/24", "198.51.100.1 - 198.51.100.9", out=("192.0.2.77",))
TAIL = program("tail", "example.*", ("com.example.*", "android"))
APPS = program("apps", "https://marketplace.atlassian.com/apps/1200001/boards", "https://github.com/example")
OPEN = program("open", "www.example.net", policy=Policy(open_scope=True))
ALL = (SHOP, API, NET, TAIL, APPS, OPEN)

IN, OUT, MAYBE = Decision.IN_SCOPE, Decision.OUT_OF_SCOPE, Decision.UNDETERMINED


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("https://api.example.com/v1", [("shop", IN), ("api", IN)]),
        ("https://www.example.com/", [("shop", IN)]),
        ("https://blog.example.com/", [("shop", OUT)]),  # listed, and excluded: the answer says both
        ("https://x.blog.example.com/", [("shop", MAYBE)]),
        ("https://example.com/", [("shop", MAYBE), ("tail", IN)]),
        ("https://example.co.uk/", [("tail", IN)]),
        ("https://example.evil.net/", []),
        ("https://api.example.org/", []),
        ("192.0.2.9", [("net", IN)]),
        ("192.0.2.77", [("net", OUT)]),
        ("192.0.2.0/26", [("net", IN)]),
        ("192.0.2.0/25", [("net", MAYBE)]),
        ("192.0.2.0/23", [("net", MAYBE)]),
        ("198.51.100.9", [("net", IN)]),
        ("198.51.100.10", []),
        ("plugins", [("api", IN)]),
        ("Plug-ins", []),
        ("https://play.google.com/store/apps/details?id=com.example.app", [("api", IN), ("tail", MAYBE)]),
        ("https://play.google.com/store/apps/details?id=com.example.other", [("tail", MAYBE)]),
        ("https://play.google.com/", []),
        ("https://marketplace.atlassian.com/apps/1200001/boards", [("apps", IN)]),
        ("https://marketplace.atlassian.com/apps/OTHER", []),
        ("https://marketplace.atlassian.com/", []),
        ("https://github.com/Example/tool", [("apps", IN)]),
        ("https://github.com/examples/tool", []),
        ("https://www.example.net/", [("open", IN)]),
        ("https://elsewhere.example.net/", []),  # D4: an open scope lists nothing
        ("https://user@api.example.com\\@evil.net/", [("shop", MAYBE), ("api", MAYBE)]),
        ("javascript:alert(1)", []),
        ("", []),
        ("\ud800", []),
    ],
)
def test_find_returns_each_program_that_lists_the_target(
    target: str, expected: list[tuple[str, Decision]], tmp_path: Path
) -> None:
    catalog = Catalog(ALL)
    assert [answer[:2] for answer in found(catalog, target)] == expected
    assert [answer[:2] for answer in found(reloaded(catalog, tmp_path), target)] == expected


def test_an_app_of_one_program_may_be_a_host_of_another() -> None:
    """T2: each program reads a dotted word by what it lists itself."""
    programs = (program("phone", ("com.example.app", "android")), program("web", "*.example.app"))
    assert found(Catalog(programs), "com.example.app") == one_by_one(programs, "com.example.app")
    assert in_scope_of("com.example.app", *programs) == ["phone", "web"]


def test_a_name_of_one_program_may_be_a_host_of_another() -> None:
    """T6: `localhost` may be listed as a name and as a host."""
    programs = (program("named", ("intranet", "hardware")), program("web", "https://intranet/"))
    assert found(Catalog(programs), "intranet") == one_by_one(programs, "intranet")


@pytest.mark.parametrize("block", ["::/0", "::ffff:0:0/90", "::ffff:192.0.2.0/120", "::ffff:192.0.2.9"])
def test_a_block_of_mapped_addresses_finds_who_lists_the_addresses(block: str) -> None:
    """T1: `::ffff:a.b.c.d` is that IPv4 address, inside a block too."""
    assert found(Catalog(ALL), block) == one_by_one(ALL, block)
    assert [one[0] for one in found(Catalog(ALL), block)] == ["net"]


def test_a_host_listed_under_an_excluded_wildcard_is_in_scope_and_both_rules_show() -> None:
    """D1: what is listed more narrowly survives."""
    guard = program("guard", "app.guard.example", out=("*.guard.example",))
    ((_, verdict),) = Catalog([SHOP, guard]).find("https://app.guard.example/login")
    assert verdict.in_scope
    assert {match.rule.text for match in verdict.all_matches} == {"app.guard.example", "*.guard.example"}
    assert Catalog([SHOP, guard]).find("https://www.guard.example/") == []


def test_check_asks_one_program_and_refuses_an_unknown_one() -> None:
    catalog = Catalog(ALL)
    assert catalog.check("shop", "https://blog.example.com/").decision is OUT
    assert catalog.check("open", "https://elsewhere.example.net/").reason is Reason.OPEN_SCOPE
    assert catalog.check("net", "https://blog.example.com/").reason is Reason.NOT_LISTED
    with pytest.raises(UnknownProgramError, match="shopp") as caught:
        catalog.check("shopp", "https://example.com/")
    assert "`shop`" in caught.value.diagnostics[0].help


def test_a_catalog_knows_its_programs_in_order(tmp_path: Path) -> None:
    for catalog in (Catalog(ALL), reloaded(Catalog(ALL), tmp_path)):
        assert catalog.ids == ("shop", "api", "net", "tail", "apps", "open")
        assert catalog.programs == ALL
        assert (len(catalog), "net" in catalog, "nets" in catalog) == (6, True, False)


def test_two_programs_of_one_id_are_refused() -> None:
    with pytest.raises(ScopeValidationError, match="shop"):
        Catalog([SHOP, API, SHOP])


def numbered(drawn: list[Scope]) -> tuple[Program, ...]:
    """Give the programs ids of their own."""
    return tuple(
        scope.checker().program.model_copy(update={"id": f"p{number}"}) for number, scope in enumerate(drawn)
    )


@given(data=st.data())
def test_a_catalog_answers_as_its_programs_do_one_by_one(data: st.DataObject) -> None:
    """Whatever is listed and whatever is asked, the index loses no program and changes no answer."""
    drawn = data.draw(st.lists(scopes(), min_size=1, max_size=4))
    programs = numbered(drawn)
    target = data.draw(target_texts(tuple(rule for scope in drawn for rule in scope.rules)))
    assert found(Catalog(programs), target) == one_by_one(programs, target)


@given(data=st.data())
def test_a_saved_catalog_answers_as_before(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    drawn = data.draw(st.lists(scopes(), min_size=1, max_size=3))
    catalog = Catalog(numbered(drawn))
    loaded = reloaded(catalog, tmp_path_factory.mktemp("saved"))
    for _ in range(3):
        target = data.draw(target_texts(tuple(rule for scope in drawn for rule in scope.rules)))
        assert found(loaded, target) == found(catalog, target)
    assert loaded.programs == catalog.programs


# --- what overlaps ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ("*.example.com", "api.example.com", True),
        ("api.example.com", "*.example.com", True),
        ("*.example.com", "*.dev.example.com", True),
        ("www.example.com", "https://www.example.com/shop", True),
        ("example.*", "example.de", True),
        ("api-*.example.com", "*.example.com", True),
        ("www.example.com", "api.example.com", False),
        ("*.example.com", "*.example.org", False),
        ("*.example.com", "evilexample.com", False),
        ("https://github.com/one/x", "https://github.com/two/x", False),
        ("https://example.com/a", "https://example.com/b", False),
        ("example.com:8443", "example.com:9443", False),
        ("10.0.0.0/24", "10.0.0.5", True),
        ("10.0.0.0/24", "10.0.1.5", False),
        (
            "https://play.google.com/store/apps/details?id=com.e.app",
            "https://play.google.com/store/apps/details?hl=de&id=com.e.app",
            True,
        ),
        (
            "https://play.google.com/store/apps/details?id=com.e.app",
            "https://play.google.com/store/apps/details?id=com.e.app2",
            False,
        ),
        ("Mobile app", "Mobile app", False),
    ],
)
def test_two_programs_overlap_where_one_lists_what_the_other_lists(
    first: str, second: str, overlap: bool
) -> None:
    pairs = list(Catalog([SHOP_NET, program("a", first), program("b", second)]).overlaps())
    assert [(one.first, one.second, one.assets) for one in pairs] == (
        [("a", "b", ((first, second),))] if overlap else []
    )


SHOP_NET = program("other", "*.example.net")


def test_a_loaded_catalog_knows_its_overlaps(tmp_path: Path) -> None:
    catalog = Catalog(ALL)
    before = list(catalog.overlaps())
    assert [(one.first, one.second) for one in before] == [("shop", "api")]
    assert list(reloaded(catalog, tmp_path).overlaps()) == before


# --- cost ------------------------------------------------------------------------------------


def test_a_find_compiles_only_the_programs_that_may_list_the_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [program(f"p{number}", f"*.p{number}.test") for number in range(300)]
    loaded = reloaded(Catalog([*many, SHOP, API, NET]), tmp_path)
    compiled: list[str] = []

    def counted(one: Program) -> Checker:
        compiled.append(one.id)
        return Checker(one)

    monkeypatch.setattr(module, "Checker", counted)
    assert [one.id for one, _ in loaded.find("https://a.p7.test/")] == ["p7"]
    assert compiled == ["p7"]
    assert [one.id for one, _ in loaded.find("https://api.example.com/")] == ["shop", "api"]
    assert [one.id for one, _ in loaded.find("192.0.2.1")] == ["net"]
    assert loaded.find("https://unknown.test/") == []
    assert compiled == ["p7", "shop", "api", "net"]
    loaded.find("https://a.p7.test/other")
    assert len(compiled) == 4
