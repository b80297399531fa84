"""Tools for testing whatever decides about scope: this library's users, and their own code.

The strategies draw programs, targets inside and outside of them, and spellings that confuse URL
parsers. They need Hypothesis (`pip install 'scopecheck[testing]'`); importing this package and
`scopecheck.testing.cases` does not.
"""

import importlib
from typing import TYPE_CHECKING

from scopecheck.errors import MissingExtraError

if TYPE_CHECKING:
    from scopecheck.testing.hosts import lookalikes
    from scopecheck.testing.spellings import equivalent_spellings, hostile_spellings
    from scopecheck.testing.strategies import programs, targets, targets_in, targets_not_in

__all__ = [
    "equivalent_spellings",
    "hostile_spellings",
    "lookalikes",
    "programs",
    "targets",
    "targets_in",
    "targets_not_in",
]

_LAZY = {
    "equivalent_spellings": "spellings",
    "hostile_spellings": "spellings",
    "lookalikes": "hosts",
    "programs": "strategies",
    "targets": "strategies",
    "targets_in": "strategies",
    "targets_not_in": "strategies",
}


def __getattr__(name: str) -> object:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module `scopecheck.testing` has no attribute `{name}`")
    try:
        found = importlib.import_module(f"scopecheck.testing.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "hypothesis":
            raise
        message = f"`{name}` needs Hypothesis: pip install 'scopecheck[testing]'"
        raise MissingExtraError(message, name="hypothesis") from error
    value = getattr(found, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
