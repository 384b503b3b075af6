"""What every test may ask for: a Python with Django, a PostgreSQL server and database, to be a user without privileges.
And what holds for the run as a whole: one cache folder, no skip that hides a hole in CI, no clock in property tests.

The helpers that are no fixtures are in `support.py`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.example import shop
from tests.postgres import postgres, postgres_database
from tests.support import RUN_CACHE

__all__ = ["postgres", "postgres_database"]

NOBODY = 65534
"""The user id that owns nothing, on Linux and macOS."""

ACCOUNTED = (
    "this Python comes without the file",  # Debian leaves the standard library's own tests out
    "the checkout is asked; scripts/check-package asks the wheel",  # which CI runs as a step of its own
    "the truth cases are not beside this checkout",  # CI says so in its summary
    "got empty parameter set",  # these cases again
    "the superuser reads every",  # jedi's child cannot be run as nobody; tests/workspace read such files as nobody
)
"""How the reasons of skips begin that CI may have; whatever else is skipped there fails."""


if not os.environ.get("CI"):  # there Hypothesis does the same by itself
    settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    """One cache folder for the whole run: the processes that share its work have it from the one that starts them."""
    if not hasattr(config, "workerinput"):
        folder = tempfile.TemporaryDirectory(prefix="isolint-cache-", ignore_cleanup_errors=True)
        os.environ[RUN_CACHE] = os.environ["XDG_CACHE_HOME"] = folder.name
        config.add_cleanup(folder.cleanup)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test that was skipped failed, unless its reason is accounted for."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not reason.removeprefix("Skipped: ").startswith(ACCOUNTED):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped in CI: {reason}"
    return report


@pytest.fixture
def as_plain_user() -> Iterator[Path]:
    """A folder of a user who may not do everything; the test runs as that user: root becomes nobody for its time."""
    folder = Path(tempfile.mkdtemp(prefix="isolint-plain-")).resolve()
    root = os.geteuid() == 0
    if root:
        os.chown(folder, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield folder
    finally:
        if root:
            os.setresuid(0, 0, 0)
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def interpreter() -> str:
    """A Python that has Django, pytest and pytest-django; in CI it must be there."""
    found = shop.python()
    if found:
        return found
    reason = "no Python with Django for the example: run scripts/test, or set ISOLINT_EXAMPLE_PYTHON"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
