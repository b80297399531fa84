"""Hypothesis profiles, and the way to the strategies.

`SCOPECHECK_TEST_PROFILE` chooses how long the properties search: `default` is a run while editing,
`ci` is what a change has to pass, `thorough` is a hunt of an hour or so.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

# pytest imports test files by path alone; `import strategies` needs this directory.
sys.path.insert(0, str(Path(__file__).parent))

# Programs are large draws, so generation alone may look slow to Hypothesis on a busy machine.
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)

# The ordinary run draws the same each time, so that a change is judged by what it changes; `ci` searches anew.
settings.register_profile(
    "default", deadline=None, max_examples=60, derandomize=True, suppress_health_check=_SLOW
)
settings.register_profile("ci", deadline=None, max_examples=400, suppress_health_check=_SLOW, print_blob=True)
settings.register_profile(
    "thorough", deadline=None, max_examples=20_000, suppress_health_check=_SLOW, print_blob=True
)
settings.load_profile(os.environ.get("SCOPECHECK_TEST_PROFILE", "default"))
