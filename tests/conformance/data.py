"""Where the published test sets are; none of them is part of this repository.

`SCOPECHECK_DATA` names the folder that holds `conformance/` and `psl/`. Without it, `shared/data`
beside the repository is taken where it exists. The docs page on parsers says where the sets come from.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("SCOPECHECK_DATA") or ROOT.parent / "shared" / "data")

needs_data = pytest.mark.skipif(
    not (FOLDER / "conformance").is_dir(),
    reason=f"no published test sets in {FOLDER}; set SCOPECHECK_DATA to their folder",
)
"""Marks a test that needs the sets."""


def read_cases(name: str) -> list[dict[str, Any]]:
    """Return the cases of a set; the comments between them are text and no cases."""
    content = json.loads((FOLDER / "conformance" / name).read_text("utf-8"))
    return [case for case in content if isinstance(case, dict)]


def as_browser_text(text: str) -> str:
    """Replace lone surrogates as a browser does before it parses a URL."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
