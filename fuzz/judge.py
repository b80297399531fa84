"""What holds of every answer and every program, whatever they were made from."""

from __future__ import annotations

import json
import unicodedata
from urllib.parse import urlsplit

import scopecheck as sc
from scopecheck.scope.model import Program
from scopecheck.targets.host import Host, parse_host

TARGETS = (
    "https://example.com/",
    "https://a.b.example.com:8443/api/../x?tab=x#f",
    "http://blog.example.com/admin",
    "10.0.0.0/24",
    "com.example.app",
    "Mobile wallet",
)


def text_of(data: bytes) -> str:
    """Return bytes as text; those that are no UTF-8 become lone surrogates, as in a file name."""
    return data.decode("utf-8", "surrogateescape")


def shows(text: str) -> None:
    """Assert that a text can be shown: nothing in it drives a terminal or breaks an encoder."""
    odd = {ch for ch in text if ch != "\n" and unicodedata.category(ch) in ("Cc", "Cs")}
    assert not odd, f"{odd!a} in {text!a}"


def judge_error(error: sc.ScopecheckError) -> None:
    """Assert that an error says something that can be shown."""
    shows(str(error))
    assert str(error)
    assert not isinstance(error, sc.ScopeError) or error.diagnostics
    for problem in getattr(error, "diagnostics", ()):
        assert problem.message
        assert problem.place.line >= 0
        assert problem.place.column >= 0


def judge_verdict(verdict: sc.Verdict) -> None:
    """Assert what holds of every verdict, and that it can be written in each of its ways."""
    shows(str(verdict))
    json.dumps(verdict.to_dict()).encode()
    hash(verdict)
    assert verdict.in_scope is (verdict.decision is sc.Decision.IN_SCOPE)
    if verdict.in_scope:
        assert any(match.certain and match.effect.value == "include" for match in verdict.matches)
        assert verdict.target is not None


def judge_program(program: Program) -> None:
    """Assert that a program survives being written and read, and that it answers."""
    written = json.loads(json.dumps(program.model_dump(mode="json")))
    assert Program.model_validate(written).model_dump() == program.model_dump()
    checker = sc.Checker(program)
    for target in (*TARGETS, *(rule.asset for rule in program.in_scope[:20])):
        judge_verdict(checker.check(target))


def same_to_others(text: str, host: Host) -> None:
    """Assert that Python's own parser finds the host that a URL without doubts was said to have.

    A client that finds none contacts nobody.
    """
    try:
        found = parse_host(urlsplit(text).hostname or "").host
    except ValueError:
        return
    assert found == host, f"{text!a}: {found!a} and {host!a}"
