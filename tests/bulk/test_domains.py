"""What Arrow says of hosts below listed domains, without asking, is what the checker says."""

from __future__ import annotations

from itertools import product

import pytest

from scopecheck import Checker, Program

pa = pytest.importorskip("pyarrow")
from scopecheck.bulk import kernel  # noqa: E402 - it needs pyarrow

RULES: dict[str, tuple[list[str], list[str]]] = {
    "below": (["*.e.com"], ["a.e.com"]),
    "nested": (["*.e.com", "*.a.e.com:8443", "x.b.a.e.com"], ["b.a.e.com"]),
    "ports": (["e.com:8443", "*.e.com:80"], ["b.a.e.com:8443"]),
    "paths": (["https://e.com/api", "*.e.com/x-*.zip"], ["a.e.com/api"]),
    "shape": (["api-*.e.com", "*.e.com"], ["*-dev.e.com"]),
    "tail": (["e.*", "*.f.com"], ["prod.f.*"]),
    "glued": (["*e.com"], ["*a.e.com"]),
    "one label": (["localhost", "com"], []),
    "suffixes": (["*.com", "*.co.uk"], ["*.org", "e.com"]),
    "anything": (["*.e.com"], ["*", "f*.com"]),
    "links": (["https://github.com/acme/api", "*.e.com"], ["gist.github.com"]),
    "idn": (["*.xn--bcher-kva.example", "*.e.com"], ["x.xn--bcher-kva.example"]),
    "nothing": ([], []),
}
LABELS = (
    "a",
    "b",
    "x",
    "api-1",
    "q-dev",
    "xe",
    "_",
    "-",
    "9",
    "xn--0",
    "xn--bcher-kva",
    "e",
    "f",
    "github",
    "",
)
ENDS = (
    "com",
    "e.com",
    "f.com",
    "org",
    "co.uk",
    "e.co.uk",
    "example",
    "github.com",
    "net",
    "1",
    "0x7f",
    "4com",
    "",
)


@pytest.mark.parametrize("name", RULES)
def test_what_is_joined_is_what_the_checker_says(name: str) -> None:
    """3.3: a host that is asked for by nobody is told what it would have been told."""
    checker = Checker(Program.from_assets(*RULES[name]))
    answers = kernel._Answers(rule.id for rule in checker.rules)
    domains = kernel._Domains(checker, answers)
    names = [f"{two}.{one}.{end}".removeprefix(".") for two, one, end in product(LABELS, LABELS, ENDS)]
    origins = [f"{scheme}://{host}" for host in dict.fromkeys(names) for scheme in ("http", "https")]
    codes = domains.codes(pa.array(origins, pa.string())).to_pylist()
    for origin, code in zip(origins, codes, strict=True):
        if code is not None:
            assert code == answers.code(checker.check_url(origin).outcome), origin
            assert code == answers.code(checker.check_url(f"{origin}/x//..%2f@?").outcome), origin
    assert (sum(code is not None for code in codes) > 100) is (name not in ("tail", "anything", "suffixes"))
