"""What to say where an optional dependency is missing."""

from __future__ import annotations

from scopecheck.errors import MissingExtraError

__all__ = ["missing"]


def missing(package: str, extra: str) -> MissingExtraError:
    """Return the error that names what to install; `package` may be a module of it."""
    name = package.partition(".")[0]
    return MissingExtraError(
        f"`{name}` is missing or too old; pip install 'scopecheck[{extra}]' brings it", name=name
    )
