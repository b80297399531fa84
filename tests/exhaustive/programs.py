"""Which programs are tried."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

Places = tuple[int, ...]
Program = tuple[Places, Places]
"""The places of the inclusions and of the exclusions in their tables."""


def up_to_two(inclusions: int, exclusions: int) -> Iterator[Program]:
    """Yield every program of one rule and every one of an inclusion and an exclusion."""
    include: list[Places] = [(), *((one,) for one in range(inclusions))]
    exclude: list[Places] = [(), *((one,) for one in range(exclusions))]
    return (both for both in itertools.product(include, exclude) if both != ((), ()))


def of_three(inclusions: Iterable[int], exclusions: Iterable[int]) -> Iterator[Program]:
    """Yield every program of two inclusions and an exclusion, or of one and two."""
    include, exclude = tuple(inclusions), tuple(exclusions)
    yield from itertools.product(itertools.combinations(include, 2), ((one,) for one in exclude))
    yield from itertools.product(((one,) for one in include), itertools.combinations(exclude, 2))
