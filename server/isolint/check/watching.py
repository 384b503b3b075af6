"""What is looked at to notice that a project has changed: its files by their stamps. Nothing is read or analysed here,
and nothing waits."""

from __future__ import annotations

import os
from collections.abc import Iterable

from isolint.check.session import Session
from isolint.names.inputs import PROJECT
from isolint.workspace.discovery import discover
from isolint.workspace.files import Stamp, stamp_of
from isolint.workspace.pytest_config import CONFIG_NAMES


def state(session: Session) -> dict[str, Stamp | None]:
    """Every file that a report may depend on, with its stamp on disk now; None for one that is not there.

    The Python files that a walk finds now, so new ones too, those outside of it that were read, the configuration files
    of the root and of the folders that have one now."""
    project = session.listing.project
    walked = discover(
        session.root, project.config_for(os.path.join(session.root, "test_.py")), session.settings.exclude
    )
    known = session.store.get(PROJECT, "").files
    return {path: stamp_of(path) for path in {*walked.files, *known, *session.read_stamps(), *_configuration(session)}}


def _configuration(session: Session) -> Iterable[str]:
    project = session.listing.project
    yield from (os.path.join(session.root, name) for name in CONFIG_NAMES)
    one_a_folder = {os.path.dirname(path): path for path in session.listing.tests}.values()
    yield from (found for path in one_a_folder if (found := project.config_for(path).inifile) is not None)
    if session.settings.source is not None:
        yield session.settings.source
