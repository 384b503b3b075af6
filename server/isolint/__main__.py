"""`python -m isolint`: the command line, and nothing else.

Python puts the folder it is started in first on the import path. That is where the user's project is, whose own
`json.py` or `argparse.py` must neither run nor stand in for the library's: it is taken off before anything is imported.
What comes earlier (`runpy`, and finding this package) only `python -P -m isolint` and the console script are safe from.
"""

from __future__ import annotations

import os
import sys

# A checkout that is used from its own folder keeps it: there the package itself, or what it needs, is to be found.
_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if not sys.flags.safe_path and sys.path[:1] == [os.getcwd()] and os.getcwd() != _HOME:
    del sys.path[0]

from isolint.cli.main import run  # noqa: E402 (not before the path is right)

run()
