"""Any text as a target, against programs that are fixed and ones that the input brings along."""

from __future__ import annotations

from functools import cache

import scopecheck as sc
from fuzz.judge import judge_verdict, text_of
from scopecheck.answer.decide import decide
from scopecheck.answer.matcher import naive_matches
from scopecheck.targets.asset import Block

_INCLUDE = (
    "*.example.com", "example.org/api", "shop.*.example.net:8443", "10.0.0.0/8", "2001:db8::/32",
    "com.example.app", "Mobile wallet", "https://github.com/org/repo", "www.example.*",
    "mongodb://db.example.com",
)  # fmt: skip
_EXCLUDE = (
    "blog.example.com", "example.org/api/old", "10.0.0.128/25", "*.dev.example.com", "any staging system",
)  # fmt: skip

_TEXTS = (
    "https://a.example.com/\n+*.example.com\n-a.example.com",
    "example.org/api/..;/old\n+example.org\n-example.org/api",
    "10.0.0.64/26\n+10.0.0.0/8\n-10.0.0.65",
    "com.example.app\n+com.example.app\n+*.app",
    "https://github.com/ORG/repo.git\n+https://github.com/org",
    "mobile  WALLET\n+Mobile wallet\n-wallet",
    "https://a.b.example.com:8443/x?tab=x\n+(a|b).*.example.com:8443\n-*.example.com/x",
    "::ffff:10.0.0.1\n+10.0.0.0/24",
    "https://ex\u00e4mple.com\\@example.com/\n+ex\u00e4mple.com",
)
SEEDS = tuple(text.encode() for text in _TEXTS)
WORDS = (
    "\n+", "\n-", "https://", "*.", "example.com", "example.org", "blog.", "dev.", "10.0.0.", "/24",
    ":8443", "/api", "//", "..;", "%2f", "%2e", "@", "\\", "#", "?", "\t", "\u3002", "xn--", "\u00df",
    "git@", "id=com.example.app", "::1", "[", "]",
)  # fmt: skip


@cache
def _fixed() -> sc.Checker:
    return sc.Checker(sc.Program.from_assets(_INCLUDE, _EXCLUDE))


def one(data: bytes) -> None:
    """Ask for the first line; the others, behind `+` and `-`, are the lists of a program."""
    target, *lines = text_of(data).split("\n")
    ask(_fixed(), target)
    include = [line[1:] for line in lines if line.startswith("+")][:20]
    exclude = [line[1:] for line in lines if line.startswith("-")][:20]
    if not include and not exclude:
        return
    checker = sc.Checker(sc.Program.from_assets(include, exclude))
    verdict = ask(checker, target)
    turned = sc.Checker(sc.Program.from_assets(include[::-1], exclude[::-1])).check(target)
    assert turned.decision is verdict.decision, f"the order of rules matters: {data!a}"
    if verdict.in_scope and exclude:
        fewer = sc.Checker(sc.Program.from_assets(include, exclude[1:])).check(target)
        assert fewer.in_scope, f"an exclusion lets in: {data!a}"


def ask(checker: sc.Checker, target: str) -> sc.Verdict:
    """Return the verdict, held against the one that asking every rule in turn gives."""
    verdict = checker.check(target)
    judge_verdict(verdict)
    for other in (checker.check_url(target), checker.check_asset(target)):
        judge_verdict(other)
    parsed = verdict.target
    if parsed is not None and not isinstance(parsed, Block):
        plain = decide(naive_matches(checker.rules, checker.program.policy, parsed))
        doubted = verdict.reason is sc.Reason.AMBIGUOUS_TARGET
        assert verdict.reason is plain.reason or (doubted and plain.decision is sc.Decision.IN_SCOPE)
    return verdict
