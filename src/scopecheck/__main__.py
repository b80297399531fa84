"""`python -m scopecheck` is the command `scopecheck`."""

from scopecheck.cli import main

if __name__ == "__main__":
    main()
