"""Listed texts: the grammar of targets, and the reading of whatever platforms list."""

from __future__ import annotations

import scopecheck as sc
from fuzz.judge import judge_error, judge_verdict, text_of
from scopecheck.scope.grammar import parse_listed
from scopecheck.scope.interpret import Context, interpret
from scopecheck.scope.pattern import Effect, UrlPattern

TYPES = ("", "website", "api", "wildcard", "network", "android", "ios", "repository", "other")
_EFFECTS = (Effect.INCLUDE, Effect.EXCLUDE)

_TEXTS = (
    "*.example.com",
    "https://(api|cdn).example.{com,org}:8443/a/*/b?tab=x#top",
    "api-*.example.co.uk",
    "www.amazon.*",
    "*www.example.com",
    "10.0.0.0/8, 10.1.*.* and 192.0.2.1 - 192.0.2.9",
    "[2001:db8::1]:443",
    "<tenant>.example.com (only the API)",
    "Our shop: *.example.com - not blog.example.com",
    "com.example.app",
    "https://play.google.com/store/apps/details?id=com.example.app",
    "https://github.com/org/repo",
    "(a and b) AND c.example.com",
    "`*.example\\.com`, b[.]example[.]com",
    "any subdomain of example.com other than www.example.com",
    "xn--bcher-kva.example, b\u00fccher.example",
)
SEEDS = tuple(bytes([number % 18]) + text.encode() for number, text in enumerate(_TEXTS))
WORDS = (
    "*.", "://", "https://", "(a|b)", "{a,b}", "[.x]", " - ", " and ", "only ", "except ", "out of scope",
    "xn--", "<x>", "%2e", "\u3002", "\u200d", "\u00df", "\u0130", ".co.uk", ".github.io", "10.0.0.0/8",
    "::1", ":8443", "/*", "**", "..", "?a=b", "#", "@", "\\", "id123456789", "\u00ad", "\u2588\u2588",
)  # fmt: skip


def one(data: bytes) -> None:
    """Read a text as a listed one, on the side and of the type that the first byte chooses."""
    if not data:
        return
    effect, kind, text = _EFFECTS[data[0] % 2], TYPES[data[0] // 2 % len(TYPES)], text_of(data[1:])
    try:
        parse_listed(text, effect)
    except sc.PatternSyntaxError as error:
        judge_error(error)
    try:
        meaning = interpret(text, Context(effect, kind, listed=bool(data[0] & 64)))
    except sc.PatternSyntaxError as error:
        judge_error(error)
    else:
        assert meaning.patterns
    _takes_back(text)


def _takes_back(text: str) -> None:
    """Assert that a text listed on both sides lets nobody in that it names (D1), and never raises."""
    both = sc.Checker(sc.Program.from_assets([text], [text]))
    named = (
        ".".join(pattern.host.labels).replace("*", "x") + "/" + "/".join(pattern.path.segments)
        for rule in both.rules
        for pattern in rule.patterns
        if isinstance(pattern, UrlPattern) and pattern.host.labels
    )
    for target in (text, *list(dict.fromkeys(named))[:10]):
        verdict = both.check(target)
        judge_verdict(verdict)
        assert not verdict.in_scope, f"{target!a} by {text!a}"
    try:
        sc.load({"id": "demo", "name": "Demo", "in_scope": [text]})
    except sc.ScopeError as error:
        judge_error(error)
