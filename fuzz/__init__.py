"""Harnesses that feed the library bytes nobody would write, one for each way in.

Each module has `SEEDS` (texts to begin with), `WORDS` (pieces that a blind search would not find) and
`one`, which takes bytes and returns nothing: whatever it raises is a crash. `python -m fuzz.run` runs them
all under atheris; the tests replay the seeds and the crashes of the past without it.
"""

TARGETS = ("loader", "patterns", "urls", "importers", "readers", "checker")
