"""What every test may ask for: a PostgreSQL server and database. The helpers without fixtures are in `support.py`."""

from __future__ import annotations

from tests.postgres import postgres, postgres_database

__all__ = ["postgres", "postgres_database"]
