"""No regular expression of the library takes more than linear time for a text that somebody else wrote.

Every pattern of the package is checked by its structure (`ambiguity`), and by the clock on texts made to hurt
it. Those that may stay ambiguous stand in a table each, with the reason.
"""

from __future__ import annotations

import ast
import functools
import json
import re
import time
from contextlib import suppress
from typing import Any

import pytest

import scopecheck as sc
from ambiguity import Ambiguity, ambiguities, attacks
from scopecheck.formats.registry import format_named
from scopecheck.formats.source import Source
from source_patterns import TREES, Found, patterns


@functools.cache
def found_in(one: Found) -> tuple[Ambiguity, ...]:
    return tuple(ambiguities(one.pattern, one.flags, one.method))


def _excused(one: Found) -> str:
    """Return why a pattern may stay as it is, or ""."""
    for table in (HARMLESS, BOUNDED):
        for (module, start), reason in table.items():
            if one.module == f"scopecheck.{module}" and one.pattern.startswith(start):
                return reason
    return ""


# Ambiguous by its structure as it is read here, and yet never tried twice.
HARMLESS = {
    ("answer.shortcut", "((?:/(?:(?:"): "what repeats is possessive, so no part is read in a second way",
    ("bulk.files", "(?:(https?+://"): "possessive, and used on whole lines, of which each matches to its end",
    (
        "formats.bugcrowd",
        "\\n\\s*\\n+",
    ): "white space with a second newline always matches, and is taken whole",
    ("scope.places", '"""'): "possessive, and used on text that a TOML parser has accepted",
    ("scope.cleaning", "\\A\\*/(?="): "the look-ahead is behind a beginning, and its two parts share no dot",
    (
        "scope.cleaning",
        "\\A(\\*\\.) +(?=",
    ): "behind fewer spaces the look-ahead sees a space, and fails at once",
    ("scope.places", '"(?:'): "possessive, and used on text that a JSON parser has accepted",
}

# Quadratic, for texts so short that it does not matter; the limit stands where the pattern is used.
BOUNDED = {
    ("formats.hackerone", "(?:scopes?[ _-]for"): "the name of a file has 255 characters at most",
    ("formats.scanners", "\\s*\\([^()]"): "the name of a finding is cut to 500 characters",
    ("scope.touching", "(?:,|\\band|"): "8 characters before a host are looked at",
    ("scope.naming", "://\\S*\\Z"): "80 characters before a host are looked at",
    ("scope.touching", "[a-z][a-z0-9+.-]*://"): "200 characters before a host are looked at",
}


@pytest.mark.parametrize("one", patterns(), ids=str)
def test_no_pattern_is_read_in_more_ways_than_its_text_is_long(one: Found) -> None:
    assert not found_in(one) or _excused(one)


def test_every_excuse_is_needed() -> None:
    slow = [one for one in patterns() if found_in(one)]
    for module, start in (*HARMLESS, *BOUNDED):
        assert any(f"scopecheck.{module}" == one.module and one.pattern.startswith(start) for one in slow), (
            start
        )


def _time(one: Found, text: str) -> float:
    pattern = re.compile(one.pattern, one.flags)
    use: Any = {"match": pattern.match, "fullmatch": pattern.fullmatch}.get(one.method, pattern.sub)
    arguments = ("", text) if one.method == "search" else (text,)
    times = []
    for _ in range(3):
        begun = time.process_time()
        use(*arguments)
        times.append(time.process_time() - begun)
    return min(times)


@pytest.mark.parametrize("one", patterns(), ids=str)
def test_no_pattern_is_slow_on_a_text_made_for_it(one: Found) -> None:
    reason = _excused(one)
    if reason in BOUNDED.values() or (found_in(one) and not reason):
        return  # Slow, and known to be.
    if one.module == "scopecheck.bulk.files" and reason:
        return  # These texts are no whole lines.
    pumps = {*attacks(one.pattern, one.flags, one.method), *((a.prefix, a.pump) for a in found_in(one))}
    for prefix, pump in sorted(pumps):
        for behind in ("\0", "a", "\n\0"):
            short, long = (prefix + pump * (size // len(pump)) + behind for size in (1_000, 8_000))
            # Eight times the text takes eight times the work, or 64 times where it is quadratic.
            tries = (_time(one, long) / max(_time(one, short), _LEAST) for _ in range(3))
            assert any(ratio < 24 for ratio in tries), f"{prefix!a} + {pump!a} * n + {behind!a}"


_LEAST = 2e-5  # Below this a clock measures itself.


SLOW = [
    ("(a+)+$", "match", "exponential"),
    ("(a*)*b", "match", "exponential"),
    ("(?:a?b?)*c", "fullmatch", "exponential"),
    ("(?:ab|a|b)*c", "match", "exponential"),
    ("(?:\\w+\\s?)*!", "match", "exponential"),
    ("(?i:(?:k|k\u212a|\u212a)*)!", "match", "exponential"),
    ("\\s+$", "search", "polynomial"),
    ("(.*)(.*)x", "match", "polynomial"),
    ("a*[ab]*c", "match", "polynomial"),
    ("\\d+\\.?\\d+x", "match", "polynomial"),
    ("a.*b", "search", "polynomial"),
    ("a{2,}a{1,2000}b", "match", "polynomial"),
    ("(x)(?:\\1a*)a*b", "match", "polynomial"),
    (", +(?=[^{}]*})", "search", "polynomial"),
]
FAST = [
    ("\\w+", "search"),
    ("(?:[a-z0-9-]+\\.)*[a-z]+", "fullmatch"),
    ("\\bfoo\\w+\\b", "search"),
    ("(?<![a-z])[a-z]+!", "search"),
    ("\\b\\w+!", "search"),
    ("<[^<>]*>", "search"),
    ("\\A\\s+x", "search"),
    ("a*b*c", "match"),
    ("(\\S+)\\s+(\\S+)", "fullmatch"),
    (".*", "fullmatch"),
    ("(?:a(?!b))*c", "match"),
    ("a{3,30}b", "search"),
    ("x(?=(?:\\.y)+)", "search"),
    ("(?:, ?a)+", "search"),
]


@pytest.mark.parametrize(("pattern", "method", "kind"), SLOW)
def test_a_slow_pattern_is_seen(pattern: str, method: str, kind: str) -> None:
    assert {one.kind for one in ambiguities(pattern, 0, method)} == {kind}


@pytest.mark.parametrize(("pattern", "method"), FAST)
def test_a_fast_pattern_is_let_through(pattern: str, method: str) -> None:
    assert list(ambiguities(pattern, 0, method)) == []


def test_every_pattern_of_the_package_is_found() -> None:
    """Nothing else brings a matcher in: no other name for `re`, and no other engine."""
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert node.module not in ("re", "regex", "re2", "sre_compile", "sre_parse"), module
            if isinstance(node, ast.Import):
                odd = [a for a in node.names if a.name in ("regex", "re2") or (a.name == "re" and a.asname)]
                assert not odd, module
    assert {"scopecheck.targets.url", "scopecheck.scope.naming"} <= {one.module for one in patterns()}


MARK = "(zq+)+"


def _files() -> dict[str, Any]:
    row = {
        "asset_identifier": MARK,
        "asset_type": "URL",
        "instruction": MARK,
        "eligible_for_submission": True,
    }
    rule = {"enabled": True, "protocol": "any", "host": f"^{MARK}$", "port": MARK, "file": f"^{MARK}.*"}
    zap = f"<configuration><context><name>x</name><incregexes>https?://{MARK}\\.a\\.com.*</incregexes></context></configuration>"
    return {
        "burp": {"target": {"scope": {"advanced_mode": True, "include": [rule], "exclude": [rule]}}},
        "zap": zap,
        "regexes": f"^{MARK}\\.example\\.com$\n^.*\\.example\\.org$\n",
        "globs": f"{MARK}.example.com\nexample.org\n",
        "hackerone": [{"name": MARK, "handle": MARK, "targets": {"in_scope": [row], "out_of_scope": [row]}}],
        "scopecheck": f'id: demo\nname: "{MARK}"\nin_scope: ["{MARK}.example.com", example.org]\n',
    }


def test_no_text_of_a_user_is_ever_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A regex that somebody else wrote is read by a parser of its own, and never run."""
    compiled: list[str] = []
    real = vars(re)["_compile"]

    def spy(pattern: Any, flags: Any) -> Any:
        compiled.append(str(getattr(pattern, "pattern", pattern)))
        return real(pattern, flags)

    monkeypatch.setattr(re, "_compile", spy)
    checkers = [sc.Checker(sc.Program.from_assets(["*.example.com", MARK], [f"{MARK}.example.com"]))]
    for name, value in _files().items():
        raw = value if isinstance(value, str) else json.dumps(value)
        read = format_named(name).read
        assert read is not None
        with suppress(sc.ScopecheckError):
            checkers += map(sc.Checker, read(Source(name, raw.encode())).programs)
    for checker in checkers:
        for target in (MARK, f"https://{MARK}.example.com/{MARK}?{MARK}", "https://example.org/"):
            str(checker.check(target))
        with suppress(sc.ScopecheckError):
            checker.check_finding(MARK)
        checker.check_report(sc.Report(MARK, MARK, MARK, MARK, MARK, MARK))
    assert len(checkers) > 4
    assert len(compiled) > 50, "the spy sees nothing"
    assert [pattern for pattern in compiled if MARK in pattern] == []
