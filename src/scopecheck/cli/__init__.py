"""The command `scopecheck`.

Exit codes of `check`: 0 all in scope, 1 any out of scope, else 3 any undetermined, 2 usage or a
bad file. `filter`: 0 when a line passed, 1 when none did, 2 usage or a bad file. No answer at all, of
any command: 2 where the output cannot be written, 130 after an interrupt.
"""

from __future__ import annotations

from scopecheck.cli.app import cli
from scopecheck.cli.streams import orderly

__all__ = ["cli", "main"]


def main() -> None:
    """Run the command; a closed pipe ends it quietly, as other filters do."""
    with orderly():
        cli.main(prog_name="scopecheck", standalone_mode=True)
