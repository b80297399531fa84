"""Trees of finding types (F1, F2): every id of every version, deprecated ids, the official file."""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from scopecheck import FindingTypeError, ScopeSyntaxError, Taxonomy
from scopecheck.findings import taxonomy as module
from scopecheck.findings.taxonomy import NEWEST, VERSIONS, Node, default_taxonomy, lies_under, taxonomy
from scopecheck.findings.words import resolve

ROOT = Path(__file__).resolve().parents[2]
VRT = Path(os.environ.get("SCOPECHECK_DATA") or ROOT.parent / "shared" / "data") / "vrt"
FILES = {"1.14.1": VRT / "vrt-1.14.1.json", NEWEST: VRT / f"vrt-{NEWEST}.json"}
DEPRECATED = VRT / "deprecated-node-mapping.json"
WEAKNESSES = VRT / "cwe-mapping-1.14.1.json"

official = pytest.mark.skipif(
    not all(path.is_file() for path in (*FILES.values(), DEPRECATED, WEAKNESSES)),
    reason=f"no VRT files in {VRT}; set SCOPECHECK_DATA to the folder of `vrt/`",
)


def tree_of(path: Path) -> dict[str, Node]:
    """Read an official file in the plainest way: id -> node."""
    found: dict[str, Node] = {}

    def walk(entries: list[dict[str, Any]], above: str) -> None:
        for entry in entries:
            one = above + entry["id"]
            priority = entry.get("priority")
            found[one] = Node(one, entry["name"], priority, "priority" in entry and priority is None)
            walk(entry.get("children", []), one + ".")

    walk(json.loads(path.read_text("utf-8"))["content"], "")
    return found


def versions() -> Iterator[tuple[str, dict[str, Node]]]:
    """Yield each version's nodes: of the official file where it is at hand, of the own table otherwise."""
    for version in VERSIONS:
        path = FILES[version]
        yield version, tree_of(path) if path.is_file() else dict(taxonomy(version).nodes)


def deprecated() -> dict[str, str]:
    """Return every deprecated id with where its last release sent it."""
    if DEPRECATED.is_file():
        data: dict[str, dict[str, str]] = json.loads(DEPRECATED.read_text("utf-8"))
        return {one: list(went.values())[-1] for one, went in data.items()}
    return dict(default_taxonomy().gone)


# --- every id -------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_every_id_of_a_version_resolves_to_itself(version: str) -> None:
    ids = dict(versions())[version]
    assert {one: resolve(one).ids for one in ids} == {one: (one,) for one in ids}
    assert {one: resolve(one.upper()).ids for one in ids} == {one: (one,) for one in ids}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_id_is_followed_to_itself(version: str) -> None:
    ids = dict(versions())[version]
    assert [one for one in ids if taxonomy(version).follow(one) != one] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_title_resolves_to_its_node(version: str) -> None:
    """What an answer calls a finding can be asked about in turn, unless two nodes are called so."""
    titles: dict[str, list[str]] = {}
    for one in default_taxonomy().nodes:
        titles.setdefault(resolve(one).title, []).append(one)
    for one in dict(versions())[version]:
        title = resolve(one).title
        if len(titles[title]) == 1:
            assert resolve(title).ids == (one,)


def test_the_sizes_of_the_two_trees() -> None:
    """As counted in the official files: categories, subcategories, variants."""
    for version, expected in (("1.14.1", (30, 164, 242)), (NEWEST, (37, 229, 321))):
        depths = [one.count(".") for one in taxonomy(version).nodes]
        assert tuple(depths.count(depth) for depth in range(3)) == expected


def test_a_version_that_is_not_bundled_is_no_version() -> None:
    with pytest.raises(KeyError):
        taxonomy("1.3")


@pytest.mark.parametrize(
    ("one", "old", "new"),
    [
        ("server_side_injection.sql_injection", 1, 1),
        ("cross_site_scripting_xss.stored.non_admin_to_anyone", 2, 2),
        ("ai_application_security.llm_security.prompt_injection", 1, None),
        ("ai_application_security.prompt_injection.system_prompt_leakage", None, 2),
    ],
)
def test_baseline_priorities_by_version(one: str, old: int | None, new: int | None) -> None:
    """F6."""
    for version, expected in (("1.14.1", old), (NEWEST, new)):
        node = taxonomy(version).nodes.get(one)
        assert (node.priority if node is not None else None) == expected


def test_a_priority_that_varies_is_not_an_inner_node() -> None:
    nodes = default_taxonomy().nodes
    varying, inner = nodes["indicators_of_compromise"], nodes["active_directory"]
    assert (varying.priority, varying.varies) == (None, True)
    assert (inner.priority, inner.varies) == (None, False)


def test_priorities_of_a_node_are_those_of_its_variants() -> None:
    """F6: worst first; nothing where no baseline is given."""
    tree = default_taxonomy()
    assert tree.priorities("cross_site_scripting_xss.stored.non_admin_to_anyone") == (2,)
    assert tree.priorities("cross_site_scripting_xss") == (2, 3, 4, 5)
    assert tree.priorities("indicators_of_compromise") == ()
    assert tree.priorities("model_safety") == ()


def test_weaknesses_come_from_the_nearest_mapped_ancestor() -> None:
    tree = default_taxonomy()
    assert tree.weaknesses("cross_site_scripting_xss.stored.self") == (79,)
    assert tree.weaknesses("server_side_injection.sql_injection") == (89,)
    assert tree.weaknesses("data_biases") == ()


@pytest.mark.parametrize(
    ("one", "ancestor", "expected"),
    [
        ("broken_access_control.idor", "broken_access_control", True),
        ("broken_access_control", "broken_access_control", True),
        ("broken_access_control", "broken_access", False),
        ("broken_access_control.idor", "broken_access_control.id", False),
        ("broken_access_control", "broken_access_control.idor", False),
    ],
)
def test_ancestry_is_by_component(one: str, ancestor: str, expected: bool) -> None:
    """F2: never by characters."""
    assert lies_under(one, ancestor) is expected


# --- deprecated ids -------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_every_deprecated_id_ends_in_a_node_or_says_that_it_does_not(version: str) -> None:
    """F2: through chains, and the first id that the version has ends the way."""
    tree, gone = taxonomy(version), deprecated()
    assert len(gone) == 79
    for one in gone:
        expected: str | None = one
        seen: set[str] = set()
        while expected is not None and expected not in tree.nodes:
            if expected in seen:
                expected = None
                break
            seen.add(expected)
            expected = gone.get(expected)
        assert tree.follow(one) == expected
        assert expected is None or expected in tree.nodes


@pytest.mark.parametrize("one", sorted(deprecated()))
def test_a_deprecated_word_is_read_as_what_took_its_place_or_refused(one: str) -> None:
    """F2: with a note; an id that went nowhere is an error unless it is a common word too."""
    tree = default_taxonomy()
    went = tree.follow(one)
    if went is None:
        with suppress(FindingTypeError):
            assert resolve(one).ids != (one,)
            return
        with pytest.raises(FindingTypeError, match="is deprecated in the VRT, and no node took its place"):
            resolve(one)
        return
    found = resolve(one)
    assert found.ids == (went,)
    assert found.notes == (() if went == one else (f"`{one}` is deprecated; read as `{went}`",))


def test_the_seven_ids_that_went_nowhere() -> None:
    """`other` is no node."""
    assert sum(went == "other" for went in default_taxonomy().gone.values()) == 7
    with pytest.raises(FindingTypeError, match="no node took its place"):
        resolve("poor_physical_security")
    assert resolve("social_engineering").ids == ("conduct.social_engineering",)


def test_two_deprecated_keys_are_live_nodes_again() -> None:
    for one in (
        "insecure_data_transport",
        "broken_authentication_and_session_management.weak_login_function.over_http",
    ):
        assert one in default_taxonomy().gone
        assert resolve(one).ids == (one,)
        assert resolve(one).notes == ()


def tree(*ids: str, gone: dict[str, str]) -> Taxonomy:
    return Taxonomy("test", {one: Node(one, one) for one in ids}, gone)


@pytest.mark.parametrize(
    ("ids", "gone", "one", "expected"),
    [
        (("c",), {"a": "b", "b": "c"}, "a", "c"),
        (("b", "c"), {"a": "b", "b": "c"}, "a", "b"),
        (("c",), {"a": "b", "b": "a"}, "a", None),
        (("c",), {"a": "a"}, "a", None),
        (("c",), {"a": "b", "b": "d", "d": "b"}, "a", None),
        (("c",), {"a": "other"}, "a", None),
        (("c",), {}, "a", None),
        (("c",), {"a": "c"}, "a.x.y", "c"),
        (("c",), {"a": "b", "b": "c"}, "a.x", "c"),
        (("c", "a.x"), {"a.x.y": "c"}, "a.x.z", None),
        (("c", "a"), {"a": "c"}, "a.x", None),
        (("c",), {"ab": "c"}, "a.b", None),
        (("c",), {"a": "c"}, "", None),
    ],
    ids=[
        "a chain",
        "the first live one",
        "a cycle",
        "itself",
        "into a cycle",
        "no node",
        "unknown",
        "a parent takes its children along",
        "by a parent and a chain",
        "a sibling of a deprecated one",
        "below a live node",
        "by component",
        "nothing",
    ],
)
def test_following(ids: tuple[str, ...], gone: dict[str, str], one: str, expected: str | None) -> None:
    """F2: a cycle is no loop."""
    assert tree(*ids, gone=gone).follow(one) == expected


def test_the_cycle_of_the_real_mapping_is_no_loop() -> None:
    here = "broken_authentication_and_session_management.weak_login_function."
    gone = default_taxonomy().gone
    first, second = here + "over_http", here + "https_not_available_or_http_by_default"
    assert (gone[first], gone[second]) == (second, first)
    assert tree("c", gone=dict(gone)).follow(first) is None


# --- the table ------------------------------------------------------------------------------------


def test_every_line_of_the_table_is_of_a_known_kind_and_of_one_shape() -> None:
    text = (Path(module.__file__).parent / "data" / "vrt.tsv").read_text("utf-8")
    widths = {"node": 6, "gone": 4, "versions": 3}
    for line in text.splitlines():
        if not line.startswith("#"):
            cells = line.split("\t")
            assert len(cells) == widths[cells[0]], line
    assert "Apache-2.0" in text.partition("\nversions")[0]
    assert "Bugcrowd" in text.partition("\nversions")[0]


@official
def test_the_table_is_what_the_script_makes_of_the_official_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ROOT / "scripts" / "make_vrt_table.py"
    spec = importlib.util.spec_from_file_location("make_vrt_table", path)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    bundled = script.TABLE.read_text("utf-8")
    monkeypatch.setattr(script, "TABLE", tmp_path / "vrt.tsv")
    script.main(*map(str, FILES.values()), str(WEAKNESSES), str(DEPRECATED))
    assert (tmp_path / "vrt.tsv").read_text("utf-8") == bundled


# --- the official file ----------------------------------------------------------------------------


def write(path: Path, content: object, release: object = "2030-01-02T00:00:00+00:00") -> Path:
    path.write_text(json.dumps({"metadata": {"release_date": release}, "content": content}), "utf-8")
    return path


@official
@pytest.mark.parametrize("version", VERSIONS)
def test_an_official_file_gives_the_bundled_tree(version: str) -> None:
    read, bundled = Taxonomy.from_vrt(FILES[version]), taxonomy(version)
    assert read.version == {"1.14.1": "2024-07-18", NEWEST: NEWEST}[version]
    assert set(read.nodes) == set(bundled.nodes)
    for one, node in read.nodes.items():
        own = bundled.nodes[one]
        assert (node.priority, node.varies, node.weaknesses) == (own.priority, own.varies, own.weaknesses)
    assert read.gone == bundled.gone


def test_a_newer_file_is_read_with_the_known_weaknesses_and_deprecations(tmp_path: Path) -> None:
    fresh = {"id": "fresh", "name": "Fresh", "priority": 4}
    content = [
        {"id": "cross_site_scripting_xss", "name": "XSS", "children": [fresh]},
        {"id": "open_question", "name": "Open", "priority": None},
    ]
    read = Taxonomy.from_vrt(str(write(tmp_path / "vrt.json", content)))
    assert read.version == "2030-01-02"
    assert read.nodes == {
        "cross_site_scripting_xss": Node("cross_site_scripting_xss", "XSS", weaknesses=(79,)),
        "cross_site_scripting_xss.fresh": Node("cross_site_scripting_xss.fresh", "Fresh", 4),
        "open_question": Node("open_question", "Open", varies=True),
    }
    assert read.weaknesses("cross_site_scripting_xss.fresh") == (79,)
    assert read.follow("cross_site_scripting_xss.ie_only.older_version_ie11") is None
    assert resolve("cross_site_scripting_xss.fresh", tree=read).title == "XSS > Fresh"


def test_own_deprecations_may_be_given(tmp_path: Path) -> None:
    content = [{"id": "here", "name": "Here", "priority": 1}]
    read = Taxonomy.from_vrt(write(tmp_path / "vrt.json", content), gone={"there": "here"})
    assert read.follow("there.below") == "here"
    assert read.gone == {"there": "here"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"content": []}',
        '{"metadata": {}, "content": []}',
        '{"metadata": {"release_date": "2030"}}',
        '{"metadata": {"release_date": "2030"}, "content": [1]}',
        '{"metadata": {"release_date": "2030"}, "content": [{"name": "no one"}]}',
        '{"metadata": {"release_date": "2030"}, "content": [{"id": "x"}]}',
        '{"metadata": {"release_date": "2030"}, "content": [{"id": "x", "name": "X", "priority": 9}]}',
        '{"metadata": {"release_date": "2030"}, "content": [{"id": "x", "name": "X", "priority": "P1"}]}',
        '{"metadata": {"release_date": "2030"}, "content": ' + "[" * 50_000,
        "\ud800",
    ],
)
def test_a_file_of_another_shape_is_an_error(text: str, tmp_path: Path) -> None:
    path = tmp_path / "vrt.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ScopeSyntaxError) as caught:
        Taxonomy.from_vrt(path)
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.place.file) == ("vrt", str(path))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScopeSyntaxError):
        Taxonomy.from_vrt(tmp_path / "none.json")
