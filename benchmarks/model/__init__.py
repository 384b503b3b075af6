"""Collection, fixtures, marks, runner and mode against `pytest --collect-only` of any checkout."""
