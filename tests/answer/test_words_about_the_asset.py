"""Words beside a rule that speak of the asset itself: it is a question then, through every rule (P5)."""

from __future__ import annotations

from typing import Any

import pytest

import scopecheck as sc
from scopecheck.scope.limits import limits_itself

WILD = ["*.example.com"]
PAY = "https://pay.example.com/"
BLOG = "https://blog.example.com/"


def _asked(target: str, include: list[Any]) -> sc.Decision:
    return sc.Checker(sc.load({"id": "demo", "name": "Demo", "in_scope": include})).check(target).decision


def _beside(target: str, asset: str, words: str) -> sc.Decision:
    return _asked(target, [{"asset": asset, "instruction": words}])


ITSELF = [
    "Do not test this asset.",
    "Testing is not allowed.",
    "Out of scope since January.",
    "Only /api is in scope.",
    "Only the checkout is in scope.",
    "This domain is out of scope",
    "Please do not touch it.",
    "We no longer own this domain, do not test.",
    "Testing is forbidden here.",
    "This asset isn't part of the program.",
    "This host has been removed from scope.",
    "Do not test",
    "OOS",
    "❌ out of scope",
    "Don't scan or attack this server.",
    "We do not accept reports about this asset.",
    "Hors périmètre",
    "Nicht testen!",
    "対象外",
]


@pytest.mark.parametrize("words", ITSELF)
@pytest.mark.parametrize("frame", ["{}", "Our shop.\n\n{}\n\nThank you"])
def test_words_about_the_asset_itself_are_a_condition(words: str, frame: str) -> None:
    """P5: the rule is a question then."""
    said = frame.format(words)
    assert limits_itself(said)
    assert _beside(BLOG, "blog.example.com", said) is sc.Decision.UNDETERMINED


@pytest.mark.parametrize(
    "words",
    [
        "Don't",
        "do not",
        "No!",
        "Not yet",
        "Never.",
        "nope",
        "Out",
        "gone",
        "Currently offline",
        "**Retired**",
    ],
)
def test_a_word_that_denies_and_says_no_more_is_about_the_asset(words: str) -> None:
    """P5: also through a wildcard beside it."""
    assert _beside(BLOG, "blog.example.com", words) is sc.Decision.UNDETERMINED
    rules = [*WILD, {"asset": "blog.example.com", "instruction": words}]
    assert _asked(BLOG, rules) is sc.Decision.UNDETERMINED


@pytest.mark.parametrize("words", ["N/A", "n/a", "None", "none.", "nothing", "Not applicable", "No notes"])
def test_a_field_that_says_there_is_nothing_to_say_denies_nothing(words: str) -> None:
    """P5: forms that have to be filled in are filled in so."""
    assert _beside(BLOG, "blog.example.com", words) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize(
    "words", ["/api", "In scope: /api", "- /api\n- /v2", "only the /api path", "Paths: /api/*"]
)
def test_a_field_of_paths_alone_may_be_all_that_is_meant(words: str) -> None:
    """P5: among other words they are a remark."""
    assert _beside("https://a.example.com/else", "*.example.com", words) is sc.Decision.UNDETERMINED
    said = "The docs of /api help to begin with."
    assert _beside("https://a.example.com/else", "*.example.com", said) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize("words", ["Do not test this asset.", "No testing allowed", "OOS since January"])
def test_words_about_the_asset_itself_hold_against_a_wildcard_too(words: str) -> None:
    """P5: a host that the program calls out of scope in one place is not safe through another."""
    rules = [*WILD, {"asset": "blog.example.com", "instruction": words}]
    assert _asked(BLOG, rules) is sc.Decision.UNDETERMINED
    assert _asked(PAY, rules) is sc.Decision.IN_SCOPE


@pytest.mark.parametrize(
    "listed",
    [
        "blog.example.com (no longer in scope)",
        "blog.example.com (out of scope until 2027)",
        "blog.example.com - OOS since January",
        "blog.example.com (do not touch)",
    ],
)
def test_a_note_that_denies_its_own_target_is_no_yes(listed: str) -> None:
    """P5: the note in the text counts as a field beside it does."""
    for include in ([listed], [*WILD, listed]):
        assert not sc.Checker(sc.Program.from_assets(include)).check(BLOG).in_scope
