"""The harnesses of `fuzz` without a fuzzer: their seeds, the crashes of the past, and a few random inputs."""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
TARGETS = ("loader", "patterns", "urls", "importers", "readers", "checker")
RUNS = 150


@cache
def harness(target: str) -> Any:
    """Return a module of `fuzz`, which is no part of the package."""
    sys.path.insert(0, str(ROOT))
    try:
        return importlib.import_module(f"fuzz.{target}")
    finally:
        sys.path.remove(str(ROOT))


SEEDS = [(target, seed) for target in TARGETS for seed in harness(target).SEEDS]

# Inputs that once broke what a harness asserts, each with what was wrong.
CRASHES = [
    pytest.param("loader", b'\2{"id": "d", "name": "D", "in_scope": ["*.\\u007fom"]}', id="DEL in an error"),
    pytest.param("loader", b'\2{"id": "d", "name": "D", "in_scope": ["*.\\u009bom"]}', id="CSI in an error"),
    pytest.param("patterns", b"\1https://example.com/\xe5", id="half a character in a path"),
    pytest.param("patterns", b"\1tenant. - example.com", id="host in the note of an exclusion"),
    pytest.param("patterns", b"\7<tenant>. - example.com (only the API)", id="two notes behind an exclusion"),
    pytest.param("patterns", b"\x0bthtps://githug.com/org/repo", id="misspelt scheme on both sides"),
    pytest.param("patterns", b"\1ssh://example.com", id="short scheme on both sides"),
    pytest.param("urls", b"//:65536example.com/x-\0file://", id="NUL in an error"),
    pytest.param("urls", b"ws://xn-- ", id="space behind an empty A-label"),
    pytest.param("importers", bytes([4]) + b"*.\nexample.com\n", id="written list that cannot be read"),
]


def test_every_harness_is_listed() -> None:
    assert harness("run").TARGETS == TARGETS
    files = {path.stem for path in (ROOT / "fuzz").glob("*.py")}
    assert files == {*TARGETS, "__init__", "drive", "judge", "run"}


@pytest.mark.parametrize(("target", "data"), SEEDS, ids=[f"{t}-{s[:24]!a}" for t, s in SEEDS])
def test_a_seed_is_read_without_a_crash(target: str, data: bytes) -> None:
    harness(target).one(data)


@pytest.mark.parametrize(("target", "data"), CRASHES)
def test_a_crash_of_the_past_stays_mended(target: str, data: bytes) -> None:
    harness(target).one(data)


@pytest.mark.parametrize("target", TARGETS)
def test_random_changes_of_the_seeds_are_read_without_a_crash(target: str) -> None:
    module = harness(target)
    chance = random.Random(f"scopecheck {target}")
    words = [word.encode() for word in module.WORDS]
    for _ in range(RUNS):
        data = mutated(chance, chance.choice(module.SEEDS), words, module.SEEDS)
        try:
            module.one(data)
        except Exception as error:
            error.add_note(f"the input was {data!r}")
            raise


def mutated(chance: random.Random, seed: bytes, words: list[bytes], others: tuple[bytes, ...]) -> bytes:
    """Return a seed with one to six changes."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        change = chance.choice(CHANGES)
        change(chance, data, at, words, others)
    return bytes(data[:2_048])


Change = Callable[[random.Random, bytearray, int, list[bytes], tuple[bytes, ...]], None]


def _word(chance: random.Random, data: bytearray, at: int, words: list[bytes], _: object) -> None:
    data[at:at] = chance.choice(words)


def _byte(chance: random.Random, data: bytearray, at: int, *_: object) -> None:
    data[at : at + chance.randint(0, 1)] = bytes([chance.randrange(256)])


def _mark(chance: random.Random, data: bytearray, at: int, *_: object) -> None:
    data[at : at + chance.randint(0, 1)] = bytes(
        [chance.choice(b"\0\t\n \"'*.:/@[]{}()<>|\\%&#?!-,=;0aA~\x7f")]
    )


def _cut(chance: random.Random, data: bytearray, at: int, *_: object) -> None:
    del data[at : at + chance.randint(1, 12)]


def _copy(chance: random.Random, data: bytearray, at: int, *_: object) -> None:
    data[at:at] = data[at : at + chance.randint(1, 30)] * chance.randint(1, 3)


def _splice(
    chance: random.Random, data: bytearray, at: int, _: list[bytes], others: tuple[bytes, ...]
) -> None:
    other = chance.choice(others)
    start = chance.randrange(len(other) + 1)
    data[at:at] = other[start : start + chance.randint(1, 40)]


CHANGES: tuple[Change, ...] = (_word, _byte, _mark, _cut, _copy, _splice)
