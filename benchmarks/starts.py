"""What a fresh process pays before its first answer; the programs are those of `startup.py`."""

from __future__ import annotations

import statistics
import subprocess

from benchmarks import startup
from benchmarks.measure import Figure, Section, Settings, ratio, shown

COMMAND = (
    "import sys; from scopecheck.cli import main; "
    "sys.argv = ['scopecheck', 'check', 'openai', 'https://api.openai.com/v1/models']; main()"
)
PROGRAMS = {**startup.PROGRAMS, "the command's first answer (`scopecheck check openai URL`)": COMMAND}


def starts(settings: Settings) -> Section:
    """Time fresh processes against a bare Python; here the clock counts, not the work."""
    section = Section(
        "Starting",
        "Fresh processes, one after the other, by the clock. `python benchmarks/startup.py` shows more.",
    )
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for number in range(settings.pick(7, 21) + 1):
        for name in tuple(times):
            try:
                took = startup.seconds(PROGRAMS[name])
            except subprocess.CalledProcessError as error:
                section.notes.append(f"Not measured, since it failed: {name}: {error.stderr.strip()[-200:]}")
                del times[name]
                continue
            if number:  # The first round fills the caches of the file system.
                times[name].append(took)
    bare = times[startup.BARE]
    for name, taken in times.items():
        what = name if "`" in name else f"`{name}`"
        against = f"`{startup.BARE}`"
        section.figures.append(Figure(what, ratio(taken, bare), against, shown(statistics.median(taken))))
    return section
