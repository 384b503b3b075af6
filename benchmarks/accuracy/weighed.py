"""`python weighed.py FILE COMMAND ...`: run a command and write to FILE the KiB that its largest process took.

A process of its own, and a small one: what a process weighs before it becomes the command counts for the command, and
the benchmark itself has read large tables.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    code = subprocess.run(sys.argv[2:], check=False).returncode
    Path(sys.argv[1]).write_text(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss), "ascii")
    sys.exit(code)
