"""The command `scopecheck`.

Exit codes of `check`: 0 all in scope, 1 any out of scope, else 3 any undetermined, 2 usage or a
bad file. `filter`: 0 when a line passed, 1 when none did, 2 usage or a bad file.
"""

from __future__ import annotations

import signal
import sys

from scopecheck.cli import checks as checks
from scopecheck.cli import findings as findings
from scopecheck.cli import programs as programs
from scopecheck.cli import transfer as transfer
from scopecheck.cli.app import cli

__all__ = ["cli", "main"]


def main() -> None:
    """Run the command; a closed pipe ends it quietly, as other filters do."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        cli.main(prog_name="scopecheck", standalone_mode=True)
    except KeyboardInterrupt:
        sys.exit(130)
