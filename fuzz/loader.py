"""Scope files: YAML, TOML and JSON text, and the mapping that JSON text holds."""

from __future__ import annotations

import json
from contextlib import suppress

import scopecheck as sc
from fuzz.judge import judge_error, judge_program

LANGUAGES = ("yaml", "toml", "json")

_YAML = b"""id: demo
name: "Demo"
as_of: 2025-01-31
handle: demo
owned: [example.com]
policy: {apex: covered, open_scope: false}
in_scope:
  - "*.example.com"
  - asset: https://example.com/api
    type: api
    instruction: 'Out of scope: /api/old'
    eligible_for_bounty: true
  - {asset: com.example.app, type: android}
out_of_scope: ["blog.example.com", "(a|b).example.com"]
unresolved: [{text: "any staging system", effect: exclude}]
"""
_TOML = b"""id = "demo"
name = 'Demo'
in_scope = ["*.example.com", {asset = "10.0.0.0/8", type = "network"}]
[[out_of_scope]]
asset = "blog.example.com" # their host
note = \"\"\"
two lines\"\"\"
[policy]
below_excluded = "excluded"
"""
_JSON = (
    b'{"id": "demo", "name": "D\\u00e9mo", "in_scope": ["*.example.com"], "out_of_scope": [{"asset": "a.b"}]}'
)

SEEDS = (
    b"\0" + _YAML,
    b"\1" + _TOML,
    b"\2" + _JSON,
    b"\0id: demo\nname: Demo\nin_scope:\n  - *.example.com\n",
    b"\0a: &a [1]\nb: *a\n<<: *a\n--- \n!!python/object:os.system x\n",
    b'\2{"id": "demo", "id": "demo", "in_scope": NaN}',
    b"\2" + b"[" * 900,
)
WORDS = (
    "id", "name", "in_scope", "out_of_scope", "unresolved", "policy", "rewards", "groups", "channels",
    "sources", "findings", "excluded", "unless", "submission", "asset", "type", "instruction", "stated",
    "effect", "exclude", "as_of", "owned", "eligible_for_bounty", "max_severity", "report_to",
    "*.example.com", "&a", "*a", "!!", "<<", "---", "'''", '"""', "[[", "]]", "= ", "\ufeff", "\u2028",
    "1e999", "0x1F", "null", "2025-01-31",
)  # fmt: skip


def one(data: bytes) -> None:
    """Load the bytes in the language that the first of them chooses."""
    if not data:
        return
    language, text = LANGUAGES[data[0] % 3], data[1:]
    try:
        program = sc.loads(text, language)
    except sc.ScopeError as error:
        judge_error(error)
        program = None
    if program is not None:
        judge_program(program)
    if language == "json":
        _as_mapping(text, program)


def _as_mapping(text: bytes, program: sc.Program | None) -> None:
    """Assert that the mapping that a JSON file holds is read as the file is."""
    with suppress(ValueError, RecursionError):
        data = json.loads(text)
        if isinstance(data, dict):
            try:
                loaded = sc.load(data)
            except sc.ScopeError as error:
                judge_error(error)
                assert program is None, "a file is read whose mapping is refused"
            else:
                assert program is None or loaded.model_dump() == program.model_dump()
