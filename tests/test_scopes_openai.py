"""What the two bundled programs of OpenAI answer, as a careful reader of their texts would."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache

import pytest

import scopecheck as sc
from scopecheck.answer.compiled import compile_program
from scopecheck.scope.pattern import Effect
from scopecheck.targets.psl import default_suffixes

IN, OUT, UNDETERMINED = sc.Decision.IN_SCOPE, sc.Decision.OUT_OF_SCOPE, sc.Decision.UNDETERMINED
PROGRAMS = ("openai", "openai-safety")


@cache
def checker(program: str = "openai") -> sc.Checker:
    return sc.Checker(sc.load(program))


def ids(matches: tuple[sc.Match, ...]) -> set[str]:
    return {match.rule.id for match in matches}


def row(
    target: str, decision: sc.Decision, reason: str, rules: str = "", *, clause: str
) -> tuple[str, sc.Decision, str, set[str]]:
    return pytest.param(target, decision, reason, set(rules.split()), id=f"{clause} {target}")  # type: ignore[return-value]


# Two rows and more for each target of the articles: what is in, and what is near and not in.
TEN_TARGETS = [
    row("https://api.openai.com/v1/models", IN, "included", "api openai-com-below", clause="1"),
    row("wss://api.openai.com/v1/realtime", IN, "included", "api openai-com-below", clause="1 P1"),
    row("https://api.openai.com.evil.example/v1/models", OUT, "not-listed", clause="1"),
    row("https://api-openai.com/v1/models", OUT, "not-listed", clause="1"),
    row("Third Party Targets", IN, "included", "third-party-targets", clause="2 T6"),
    row("third-party corporate targets", IN, "included", "third-party-targets", clause="2 T6"),
    row("https://app.asana.com/", OUT, "not-listed", clause="2"),
    row("https://openai.slack.com/", OUT, "not-listed", clause="2"),
    row("Confluence", OUT, "not-listed", clause="2 T6"),
    row(
        "https://chat.openai.com/c/1", IN, "included", "chatgpt chatgpt-plugins openai-com-below", clause="3"
    ),
    row("ChatGPT", IN, "included", "chatgpt", clause="3 T6"),
    row("https://chatopenai.com/", OUT, "not-listed", clause="3"),
    row("https://chat.openai.com.evil.example/", OUT, "not-listed", clause="3"),
    row("ChatGPT Plugins", IN, "included", "chatgpt-plugins", clause="4 T6"),
    row("  chatgpt  plugins ", IN, "included", "chatgpt-plugins", clause="4 T6"),
    row("Plugins", OUT, "not-listed", clause="4 T6"),
    row("https://plugin.example/.well-known/ai-plugin.json", OUT, "not-listed", clause="4"),
    row("https://openai.org/", IN, "included", "openai-org", clause="5"),
    row("https://openai.org.evil.example/", OUT, "not-listed", clause="5"),
    row("https://openai.net/", OUT, "not-listed", clause="5"),
    row("https://a.research.openai.org/x", IN, "included", "openai-org-below", clause="6"),
    row("https://research-openai.org/", OUT, "not-listed", clause="6"),
    row("OpenAI API Keys", IN, "included", "api-keys", clause="7 T6"),
    row("API Keys", OUT, "not-listed", clause="7 T6"),
    row("https://openai.com/", IN, "included", "openai-com", clause="8"),
    row("openai.com:8443", IN, "included", "openai-com", clause="8 T2"),
    row("https://evilopenai.com/", OUT, "not-listed", clause="8"),
    row("https://help.openai.com/en/", IN, "included", "openai-com-below", clause="9"),
    row("https://a.b.c.openai.com/", IN, "included", "openai-com-below", clause="9"),
    row("https://help.openai.com.evil.example/", OUT, "not-listed", clause="9"),
    row("https://platform.openai.com/playground", IN, "included", "playground openai-com-below", clause="10"),
    row(
        "https://platform.openai.com/playground/chat?mode=x",
        IN,
        "included",
        "playground openai-com-below",
        clause="10",
    ),
    row("Developer Platform Playground", IN, "included", "playground", clause="10 T6"),
    row("https://platform.openai.com/playgroundx", IN, "included", "openai-com-below", clause="10"),
    row("https://platform.openai.com/playgrounds/", IN, "included", "openai-com-below", clause="10"),
    row("https://platform.openai.evil.example/playground", OUT, "not-listed", clause="10"),
]

LATER_TARGETS = [
    row("Codex Desktop", IN, "included", "codex-desktop", clause="T6"),
    row("Codex", OUT, "not-listed", clause="T6"),
    row("https://github.com/openai/codex", OUT, "not-listed", clause="left the list"),
    row("Atlas", OUT, "not-listed", clause="left the list"),
    row("https://sora.com/", OUT, "not-listed", clause="never listed"),
    row("https://anything.example/", OUT, "not-listed", clause="D4: a bucket `Other` opens nothing"),
]

SPELLINGS = [
    row("https://openai.com.evil.example/", OUT, "not-listed", clause="T1"),
    row("https://openai.com@evil.example/", OUT, "not-listed", clause="T1"),
    row("https://evil.example@openai.com/", IN, "included", "openai-com", clause="T1"),
    row("https://openai.com\\@evil.example/", UNDETERMINED, "ambiguous-target", "openai-com", clause="T3"),
    row("https://evil.example\\@openai.com/", OUT, "not-listed", clause="T3"),
    row("https://openai.com#@evil.example/", UNDETERMINED, "ambiguous-target", "openai-com", clause="T3"),
    row("https://OPENAI.COM./", IN, "included", "openai-com", clause="T1"),
    row("https://openai.com../", OUT, "not-listed", clause="T1: an empty label is another host"),
    row("https://ｏｐｅｎａｉ.com/", IN, "included", "openai-com", clause="T1"),
    row("https://оpenai.com/", OUT, "not-listed", clause="T1: a Cyrillic letter"),
    row("https://openai%2ecom/", UNDETERMINED, "ambiguous-target", "openai-com", clause="T3"),
    row("ftp://openai.com/", UNDETERMINED, "wide-reading", "openai-com openai-com-below", clause="P1"),
    row("https://", UNDETERMINED, "invalid-target", clause="T4"),
    row("javascript:alert(1)//openai.com/", UNDETERMINED, "invalid-target", clause="T4"),
]

DOUBTS = [
    row("https://chatgpt.com/", UNDETERMINED, "unstated-alias", "chatgpt-com chatgpt-com-below", clause="P7"),
    row("https://sora.chatgpt.com/", UNDETERMINED, "unstated-alias", "chatgpt-com-below", clause="P7"),
    row("https://evilchatgpt.com/", OUT, "not-listed", clause="P7"),
    row("https://pay.openai.com/", UNDETERMINED, "unstated-exclusion", "pay openai-com-below", clause="P7"),
    row(
        "http://pay.openai.com:8080/x",
        UNDETERMINED,
        "unstated-exclusion",
        "pay openai-com-below",
        clause="P7",
    ),
    row(
        "https://community.openai.com/t/1",
        UNDETERMINED,
        "unstated-exclusion",
        "community openai-com-below",
        clause="P7",
    ),
    row(
        "https://cdn.pay.openai.com/",
        UNDETERMINED,
        "below-excluded-host",
        "pay openai-com-below",
        clause="P7",
    ),
    row("https://repay.openai.com/", IN, "included", "openai-com-below", clause="P7"),
]


@pytest.mark.parametrize(
    ("target", "decision", "reason", "rules"), [*TEN_TARGETS, *LATER_TARGETS, *SPELLINGS, *DOUBTS]
)
def test_openai(target: str, decision: sc.Decision, reason: str, rules: set[str]) -> None:
    verdict = checker().check(target)
    assert (verdict.decision, str(verdict.reason), ids(verdict.matches)) == (decision, reason, rules)


@pytest.mark.parametrize(
    ("target", "decision", "reason", "rules"),
    [
        row("Agentic Tools", IN, "included", "agentic-tools", clause="T6"),
        row("Agentic Tools Including MCP", IN, "included", "agentic-tools", clause="T6"),
        row("https://openai.com/", IN, "included", "openai-com", clause="listed"),
        row("https://platform.openai.com/", IN, "included", "openai-com-below", clause="listed"),
        row("OpenAI models", OUT, "excluded", "openai-models", clause="D4"),
        row("OpenAI Model", OUT, "not-listed", clause="T6"),
        row("https://openai.org/", OUT, "not-listed", clause="the sibling's alone"),
        row("OpenAI API Keys", OUT, "not-listed", clause="the sibling's alone"),
        row(
            "https://pay.openai.com/", UNDETERMINED, "unstated-exclusion", "pay openai-com-below", clause="P7"
        ),
        row("https://evilopenai.com/", OUT, "not-listed", clause="D4"),
    ],
)
def test_openai_safety(target: str, decision: sc.Decision, reason: str, rules: set[str]) -> None:
    verdict = checker("openai-safety").check(target)
    assert (verdict.decision, str(verdict.reason), ids(verdict.matches)) == (decision, reason, rules)


@pytest.mark.parametrize(
    "name", ["ChatGPT Plugins", "CHATGPT PLUGINS", "Third-Party Targets", "Codex Desktop"]
)
def test_a_listed_name_is_answered_as_an_asset(name: str) -> None:
    assert checker().check_asset(name).in_scope


def test_the_bucket_other_puts_nothing_in_scope_and_is_a_caveat() -> None:
    """P4: an unread inclusion loses coverage and is named."""
    verdict = checker().check_asset("Other")
    assert (verdict.decision, str(verdict.reason)) == (OUT, "not-listed")
    assert any("Other" in caveat for caveat in verdict.caveats)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("ChatGPT Plugins", "plugins created by other people"),
        ("https://chat.openai.com/", "plugins created by other people"),
        ("Third Party Targets", "Look only"),
        ("OpenAI API Keys", "Do not submit API keys to Bugcrowd"),
        ("Codex Desktop", "does not qualify by itself"),
    ],
)
def test_what_a_target_does_not_cover_is_a_caveat_on_the_yes(target: str, words: str) -> None:
    """P5: the words beside a rule are a caveat on every `IN_SCOPE` that rests on it."""
    verdict = checker().check(target)
    assert verdict.in_scope
    assert any(words in caveat for caveat in verdict.caveats)
    assert words in str(verdict)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("api", "public cloud resources or infrastructure"),
        ("third-party-targets", "No host of theirs is in scope"),
        ("chatgpt", "ChatGPT Plus, logins, subscriptions, plugins created by OpenAI"),
        ("chatgpt", "conversation id"),
        ("openai-org", "research organisation"),
        ("api-keys", "`sk-` or `sess-`"),
        ("openai-com", "developer docs, playground"),
        ("playground", "A path, not a host"),
    ],
)
def test_what_a_target_covers_is_noted(rule: str, words: str) -> None:
    note = next(one.note for one in checker().program.in_scope if one.id == rule)
    assert words in " ".join((note or "").split())


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("https://openai.com.evil.example/", "the host ends in another domain, `evil.example`"),
        ("https://evilopenai.com/", "the name only ends in the same letters"),
        ("https://openai.com@evil.example/", "is a user name, not a host"),
        ("https://openai.com\\@evil.example/", "https://openai.com/@evil.example/"),
        ("https://OPENAI.COM./", "read as: https://openai.com/"),
        ("https://ｏｐｅｎａｉ.com/", "read as: https://openai.com/"),
        ("https://chatgpt.com/", "`chatgpt.com` is probably meant, but stands in no published list"),
        ("https://pay.openai.com/", "`pay.openai.com` is said to be excluded, though in no published list"),
        ("https://pay.openai.com/", "report instead: Stripe's vulnerability reward program"),
        ("https://api.openai.com/", "openai.yaml:"),
    ],
)
def test_the_text_says_why(target: str, shown: str) -> None:
    assert shown in str(checker().check(target))


@pytest.mark.parametrize(
    ("target", "group"),
    [
        ("https://api.openai.com/", "api"),
        ("https://chat.openai.com/", "chatgpt"),
        ("ChatGPT Plugins", "chatgpt"),
        ("https://openai.org/", "research-org"),
        ("https://x.openai.org/", "research-org"),
        ("https://openai.com/", "other-openai"),
        ("https://x.openai.com/", "other-openai"),
        ("https://platform.openai.com/playground", "other-openai"),
        ("Third Party Targets", "third-party-corporate"),
        ("OpenAI API Keys", "api-keys"),
        ("Codex Desktop", "codex"),
    ],
)
def test_the_narrowest_rule_gives_the_reward_group(target: str, group: str) -> None:
    verdict = checker().check(target)
    assert verdict.group == group
    rewards = checker().program.rewards
    assert rewards is not None
    assert group in rewards.groups


def test_targets_of_the_articles_are_paid_and_later_ones_unsaid() -> None:
    assert checker().check("https://api.openai.com/").eligible_for_bounty is True
    assert checker().check("Codex Desktop").eligible_for_bounty is None
    assert checker().check("https://chatgpt.com/").eligible_for_bounty is None


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_rule_comes_from_words_by_accident(name: str) -> None:
    """P5: what the words beside rules exclude or widen would be rules of their own."""
    program = sc.load(name)
    compiled = compile_program(program)
    sides = {effect: sorted(rule.id for rule in compiled if rule.effect is effect) for effect in Effect}
    assert sides[Effect.EXCLUDE] == sorted(rule.id for rule in program.out_of_scope)
    included = [rule.id for rule in program.in_scope] + [one.id for one in program.unresolved]
    assert sides[Effect.INCLUDE] == sorted(included)


def test_a_restricting_word_beside_a_rule_would_be_seen() -> None:
    """P5: the control of the test above."""
    rule = sc.Inclusion(asset="*.openai.com", instruction="pay.openai.com is out of scope.")
    program = sc.Program(id="x", name="x", owned=("openai.com",), in_scope=(rule,))
    assert Effect.EXCLUDE in {one.effect for one in compile_program(program)}


@pytest.mark.parametrize("name", PROGRAMS)
def test_owned_domains_are_registrable(name: str) -> None:
    """`owned` spares the Public Suffix List; it must not say anything that the list does not."""
    program = sc.load(name)
    assert program.owned
    for domain in program.owned:
        assert default_suffixes().registrable(domain) == domain


@pytest.mark.parametrize("name", PROGRAMS)
def test_owned_changes_no_pattern(name: str) -> None:
    program = sc.load(name)
    plain = program.model_copy(update={"owned": ()})
    with_owned, without = ([rule.patterns for rule in compile_program(one)] for one in (program, plain))
    assert with_owned == without


CHECKS = """
import sys
import scopecheck as sc
for name in ("openai", "openai-safety"):
    checker = sc.Checker(sc.load(name))
    for target in ("https://api.openai.com/v1", "https://x.chatgpt.com/", "https://pay.openai.com/",
                   "https://research.openai.org/", "https://example.co.uk/", "ChatGPT Plugins", "x" * 300):
        verdict = checker.check(target)
        str(verdict), verdict.to_dict()
"""
CONTROL = """
import sys
import scopecheck as sc
sc.Checker(sc.Program.from_assets(["*.example.com"]))
"""
HEAVY = """
heavy = {"tldextract", "requests", "urllib3", "httpx", "aiohttp", "publicsuffixlist", "publicsuffix2"}
print(*sorted(name for name in sys.modules if name in heavy or "taxonomy" in name))
"""


def loaded(script: str) -> list[str]:
    run = subprocess.run(
        [sys.executable, "-c", script + HEAVY],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    return run.stdout.split()


def test_a_check_loads_no_suffix_list_http_client_or_taxonomy() -> None:
    assert loaded(CHECKS) == []


def test_a_program_without_owned_domains_does_load_the_suffix_list() -> None:
    """The control: the test above would see it."""
    assert "tldextract" in loaded(CONTROL)
