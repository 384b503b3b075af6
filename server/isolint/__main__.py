"""`python -m isolint`: the command line, and nothing else."""

from __future__ import annotations

from isolint.cli.main import run

run()
