"""Files that are no scope: findings of scanners, reports, catalogs."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

import scopecheck as sc
from fuzz.judge import TARGETS, judge_error, judge_verdict
from scopecheck.formats.report_file import read_report
from scopecheck.formats.scanners import read_scanner, triage

_ENDINGS = ("jsonl", "sarif", "xml", "md", "yaml", "toml", "json", "catalog")

_NUCLEI = {
    "template-id": "CVE-2021-44228", "matched-at": "https://example.com/?x=1", "host": "example.com",
    "info": {"name": "Log4j RCE", "severity": "critical", "tags": "cve,rce",
             "classification": {"cwe-id": ["cwe-502"]}},
}  # fmt: skip
_SARIF = {
    "version": "2.1.0",
    "runs": [{
        "tool": {"driver": {"name": "x", "rules": [{"id": "a", "properties": {"tags": ["cwe-79"]}}]}},
        "results": [{
            "ruleId": "a", "ruleIndex": 0, "level": "error", "message": {"text": "found"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": "https://example.com/a"}}}],
        }],
    }],
}  # fmt: skip
_BURP = (
    b"<?xml version='1.0'?><!DOCTYPE issues [<!ELEMENT issues (issue*)>]>"
    b"<issues><issue><name>SQL injection</name><host ip='10.0.0.1'>https://example.com</host><path>/a</path>"
    b"<severity>High</severity><vulnerabilityClassifications>CWE-89</vulnerabilityClassifications></issue></issues>"
)
_MARKDOWN = b"""---
program: openai
title: XSS
target: https://example.com/
vulnerability_type: xss
collaborators: [a, b]
---

## Impact

```
# no heading
```

## Steps to reproduce

AKIAIOSFODNN7EXAMPLE
"""


@cache
def _folder() -> Path:
    # Kept for the life of the process: a fuzzer calls back far too often for one folder a file.
    holder = tempfile.TemporaryDirectory(prefix="fuzz-readers-")
    _HOLDERS.append(holder)
    return Path(holder.name)


_HOLDERS: list[tempfile.TemporaryDirectory[str]] = []


@cache
def _checker() -> sc.Checker:
    return sc.Checker(sc.Program.from_assets(["*.example.com"], ["a.example.com"]))


def _catalog() -> bytes:
    path = _folder() / "seed.catalog"
    sc.Catalog([sc.Program.from_assets(["*.example.com", "10.0.0.0/8"], ["a.example.com"])]).save(path)
    return path.read_bytes()


SEEDS = (
    b"\0" + json.dumps(_NUCLEI).encode() + b"\n{}\n",
    b"\1" + json.dumps(_SARIF).encode(),
    b"\2" + _BURP,
    b"\3" + _MARKDOWN,
    b"\4title: XSS\ntarget: https://example.com/\nvulnerability_type: CWE-79\n",
    b'\5title = "XSS"\nassume = ["a"]\n',
    b'\6{"title": "XSS", "description": "sk-abcdefghijklmnopqrstuvwxyz123456"}',
    b"\7" + _catalog(),
)
WORDS = (
    "template-id", "matched-at", "info", "tags", "cwe-id", "runs", "results", "locations", "ruleIndex",
    "<issues>", "<!ENTITY", "CWE-", "LLM01:2025", "---\n", "```", "## Impact", "program", "attests",
    "assume", "collaborators", "scopecheck-catalog", "tables", "ranges", "exact", "suffix", "ids",
    "\\ud800", "https://", "AKIA", "ghp_", "sk-",
)  # fmt: skip


def one(data: bytes) -> None:
    """Read the bytes as the kind of file that the first of them chooses, and ask of what is read."""
    if not data:
        return
    ending = _ENDINGS[data[0] % len(_ENDINGS)]
    path = _folder() / f"file.{ending}"
    path.write_bytes(data[1:])
    try:
        if ending == "catalog":
            _find(path)
        elif ending in ("jsonl", "sarif", "xml"):
            findings, problems = read_scanner(path)
            json.dumps([problem.to_dict() for problem in problems])
            for row in triage(_checker(), iter(findings)):
                json.dumps(row.to_dict()).encode()
        else:
            verdict = _checker().check_report(read_report(path).report)
            json.dumps(verdict.to_dict()).encode()
            str(verdict).encode()
    except sc.ScopecheckError as error:
        judge_error(error)


def _find(path: Path) -> None:
    catalog = sc.Catalog.load(path)
    for target in TARGETS:
        with suppress(sc.ScopeError):  # A program's line is read when it is first asked.
            for _, verdict in catalog.find(target):
                judge_verdict(verdict)
