"""Fixes whose result names what jedi has not been asked about yet."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from isolint.check.report import FixEdits, Unproven
from isolint.check.session import Session
from isolint.cli.engine import open_project
from tests.fixes.support import APP, truth_python

pytestmark = pytest.mark.skipif(truth_python() is None, reason="no Python with Django: set ISOLINT_TRUTH_PYTHON")

# Nothing but the result names `async_to_sync`.
TEXT = """\
import pytest

from shop.services import open_order


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_it():
    order = await open_order(1)
    assert order.total == 1


@pytest.mark.django_db
def test_that():
    pass
"""


def test_a_fix_is_proven_when_all_that_it_names_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = truth_python()
    assert python is not None
    monkeypatch.setenv("VIRTUAL_ENV", str(python.parent.parent))
    shutil.copytree(APP, tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    opened = open_project(str(tmp_path / "app"), {}, False)
    session, resolver = opened.engine, opened.resolver
    assert isinstance(session, Session)
    assert resolver is not None
    path = os.path.join(session.root, "tests", "test_it.py")
    session.set_buffer(path, TEXT.encode())
    while not session.findings(path).findings or resolver.wanted():
        assert resolver.resolve(600)
        session.origin_changed()
    (finding,) = session.findings(path).findings
    # What the result names has not been asked about: of it nothing is known, so nothing would be found in it.
    assert isinstance(session.fix(path, finding.key), Unproven)
    assert session.fix_all(path) == session.fix(path, finding.key)
    while resolver.wanted():
        resolver.resolve(600)
        session.origin_changed()
        session.fix(path, finding.key)
    made = session.fix(path, finding.key)
    assert isinstance(made, FixEdits)
    assert session.fix_all(path) == made
    resolver.close()
