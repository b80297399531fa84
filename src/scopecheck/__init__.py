"""Is this eligible for that bug-bounty program, and why.

>>> import scopecheck as sc
>>> program = sc.Program.from_assets(include=["*.example.com"], exclude=["blog.example.com"])
>>> sc.Checker(program).check("https://api.example.com/v1").in_scope
True
"""

import importlib
from typing import TYPE_CHECKING

from scopecheck._version import __version__
from scopecheck.answer.checker import Checker
from scopecheck.answer.verdict import Decision, Match, Reason, Verdict
from scopecheck.diagnostic import Diagnostic, Place, Severity
from scopecheck.errors import (
    FindingTypeError,
    HostError,
    MissingExtraError,
    PatternSyntaxError,
    ScopecheckError,
    ScopeError,
    ScopeSyntaxError,
    ScopeValidationError,
    TargetError,
    UnknownProgramError,
    UrlError,
)
from scopecheck.scope.loader import bundled_programs, load, loads, schema
from scopecheck.scope.model import Exclusion, Inclusion, Policy, Program, Rule, Unresolved

if TYPE_CHECKING:
    from scopecheck.answer.catalog import Catalog, Overlap
    from scopecheck.answer.chain import ChainVerdict
    from scopecheck.answer.finding import FindingVerdict
    from scopecheck.answer.report import Report, ReportVerdict
    from scopecheck.findings.taxonomy import Taxonomy
    from scopecheck.formats.builder import ImportResult
    from scopecheck.formats.registry import read

__all__ = [
    "Catalog",
    "ChainVerdict",
    "Checker",
    "Decision",
    "Diagnostic",
    "Exclusion",
    "FindingTypeError",
    "FindingVerdict",
    "HostError",
    "ImportResult",
    "Inclusion",
    "Match",
    "MissingExtraError",
    "Overlap",
    "PatternSyntaxError",
    "Place",
    "Policy",
    "Program",
    "Reason",
    "Report",
    "ReportVerdict",
    "Rule",
    "ScopeError",
    "ScopeSyntaxError",
    "ScopeValidationError",
    "ScopecheckError",
    "Severity",
    "TargetError",
    "Taxonomy",
    "UnknownProgramError",
    "Unresolved",
    "UrlError",
    "Verdict",
    "__version__",
    "bundled_programs",
    "load",
    "loads",
    "read",
    "schema",
]

# What a check of a URL does not need is imported when it is first named.
_LAZY = {
    "Catalog": "answer.catalog",
    "ChainVerdict": "answer.chain",
    "FindingVerdict": "answer.finding",
    "ImportResult": "formats.builder",
    "Overlap": "answer.catalog",
    "Report": "answer.report",
    "ReportVerdict": "answer.report",
    "Taxonomy": "findings.taxonomy",
    "read": "formats.registry",
}


def __getattr__(name: str) -> object:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module `scopecheck` has no attribute `{name}`")
    value = getattr(importlib.import_module(f"scopecheck.{module}"), name)
    globals()[name] = value
    return value
