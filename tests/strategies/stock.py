"""The stock that the strategies draw from, and how they draw.

Hosts are drawn from a small stock of labels and domains, so that patterns and targets collide
often; a share of each draw is free text of its kind. Strategies are made once: making one costs
more than drawing from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

LABELS = ("a", "b", "api", "dev", "www", "prod", "api-1", "x-dev", "ads1", "launcher", "e", "com", "co")
DOMAINS = ("e.com", "e.org", "e.co.uk", "f.com", "e.github.io", "github.io", "co.uk")
FOREIGN = ("evil.net", "e.com.evil.net", "evile.com", "e-com.net", "xe.com", "e.evil.net")
SEGMENTS = ("a", "b", "api", "apixyz", "x-1.zip", "admin", "API", "api;v=1", "%2561pi")
PORTS = (80, 443, 8080, 8443, 21)
SCHEMES = ("https", "https", "https", "http", "wss", "ws", "ftp", "mongodb")
QUERIES = ("tab=x", "tab=y", "tab=x&u=1", "u", "id=com.e.app")
APP_IDS = ("com.e.app", "com.e.app2", "org.e.pay", "123456789")
NAMES = ("Plugins", "Codex Desktop", "Mobile wallet")
LINKS = (
    "https://github.com/ORG/repo.git",
    "https://gist.github.com/Org/x",
    "https://play.google.com/store/apps/details?id=com.e.app",
    "https://apps.apple.com/app/id123456789",
)

ANY = st.integers(0, 9_999)
COIN = st.booleans()


@cache
def of(*values: T) -> SearchStrategy[T]:
    """Draw one of the values; the strategy is made once for each list of them."""
    return st.sampled_from(values)


def pick(draw: st.DrawFn, values: Sequence[T]) -> T:
    """Draw one of values that are not known before the draw, without making a strategy of them."""
    return values[draw(ANY) % len(values)]


def texts(shape: str, *parts: SearchStrategy[str] | SearchStrategy[int]) -> SearchStrategy[str]:
    """Draw a text of a shape, its gaps filled by draws."""
    return st.builds(shape.format, *parts)
