"""isolint: which thread and which database connection every line of a Django test runs on.

This package marker holds the version and nothing else: every room is imported where it is needed, so that the command
line never pays for the server and the server never pays for jedi.
"""

from __future__ import annotations

__version__ = "0.1.0"
