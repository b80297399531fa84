"""`python -m fuzz.drive TARGET [libFuzzer option ...]`: one harness under atheris.

The library is imported here with its branches instrumented, so that atheris sees what an input reaches.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any

from fuzz import TARGETS

atheris: Any = importlib.import_module("atheris")  # It has no types, and is on CPython alone.


def drive(target: str, options: list[str]) -> None:
    """Run the harness of a target until libFuzzer's options end it; a crash ends the process."""
    with atheris.instrument_imports(include=["scopecheck"]):
        module = importlib.import_module(f"fuzz.{target}")
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder)
        for number, seed in enumerate(module.SEEDS):
            (corpus / f"seed-{number}").write_bytes(seed)
        words = corpus / "words.dict"
        words.write_text("".join(f'"{escaped(word)}"\n' for word in module.WORDS), "ascii")
        seeds = corpus / "seeds"
        seeds.mkdir()
        for path in corpus.glob("seed-*"):
            path.rename(seeds / path.name)
        arguments = [sys.argv[0], f"-dict={words}", "-max_len=2048", "-timeout=20", *options, str(seeds)]
        atheris.Setup(arguments, module.one)
        atheris.Fuzz()


def escaped(word: str) -> str:
    """Write a word as libFuzzer's dictionaries have it."""
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\x{byte:02x}"
        for byte in word.encode()
    )


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(
            f"usage: python -m fuzz.drive {{{','.join(TARGETS)}}} [-max_total_time=SECONDS] [-runs=NUMBER]"
        )
    drive(sys.argv[1], sys.argv[2:])
