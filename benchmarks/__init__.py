"""What scopecheck costs, measured: `python -m benchmarks --quick`."""
