"""The files of the package on which it depends whether a host is called in scope."""

from __future__ import annotations

FILES = (
    "targets/host.py",
    "targets/url.py",
    "scope/pattern.py",
    "answer/matcher.py",
    "answer/decide.py",
    "answer/shortcut.py",
)
