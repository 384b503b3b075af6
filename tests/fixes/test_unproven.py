"""Fixes whose result names what jedi has not been asked about yet."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from isolint.check.report import FixEdits, Unproven
from isolint.check.session import Session
from isolint.cli.engine import open_project
from tests.check.engine import LateOrigin, opened
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
    project = open_project(str(tmp_path / "app"), {}, False)
    session, resolver = project.engine, project.resolver
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


KNOWN_BY_HALVES = """\
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_it():
    await sync_to_async(User.objects.create)(username="a")
"""


def test_a_finding_that_half_of_the_answers_hides_is_not_gone(tmp_path: Path) -> None:
    shutil.copytree(APP, tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    late = LateOrigin()
    session = opened(tmp_path / "app", open_origin=lambda environment, roots: late)
    path = os.path.join(session.root, "tests", "test_it.py")
    session.set_buffer(path, KNOWN_BY_HALVES.encode())
    key, hidden = "", 0
    while True:
        shown = session.findings(path).findings
        key = key or next((one.key for one in shown if one.severity == "error"), "")
        if key:
            made = session.fix(path, key)
            assert not isinstance(made, str)
            hidden += not shown
        if not late.allow(1):
            break
        session.origin_changed()
    assert hidden  # what `User.objects` is was known before what its `create` does
    assert isinstance(made, FixEdits)
    session.set_buffer(path, b"")
    assert session.fix(path, key) == "the finding is gone"
