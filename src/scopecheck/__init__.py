"""Is this eligible for that bug-bounty program, and why.

>>> import scopecheck as sc
>>> program = sc.Program.from_assets(include=["*.example.com"], exclude=["blog.example.com"])
>>> sc.Checker(program).check("https://api.example.com/v1").in_scope
True
"""

from scopecheck._version import __version__
from scopecheck.answer.checker import Checker
from scopecheck.answer.verdict import Decision, Match, Reason, Verdict
from scopecheck.diagnostic import Diagnostic, Place, Severity
from scopecheck.errors import (
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

__all__ = [
    "Checker",
    "Decision",
    "Diagnostic",
    "Exclusion",
    "HostError",
    "Inclusion",
    "Match",
    "MissingExtraError",
    "PatternSyntaxError",
    "Place",
    "Policy",
    "Program",
    "Reason",
    "Rule",
    "ScopeError",
    "ScopeSyntaxError",
    "ScopeValidationError",
    "ScopecheckError",
    "Severity",
    "TargetError",
    "UnknownProgramError",
    "Unresolved",
    "UrlError",
    "Verdict",
    "__version__",
    "bundled_programs",
    "load",
    "loads",
    "schema",
]
