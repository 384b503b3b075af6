"""`app/` is the project that the converted tests are judged in, no part of this suite."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

collect_ignore = ["app"]
"""What pytest would otherwise take for tests of ours."""


@pytest.fixture(params=["sqlite", "postgres"])
def variables(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """The environment variables of the database that the judge runs on."""
    if request.param == "sqlite":
        return {}
    found: dict[str, str] = request.getfixturevalue("postgres_database")
    return found
