"""A project folder that is the working directory, and a way to run the command line in it with the stand-in engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from isolint.cli.main import main
from tests.cli.stand_in import StandIn


@dataclass(frozen=True)
class Result:
    """What a run left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("NO_COLOR", "FORCE_COLOR", "ISOLINT_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(project: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs `main` with the stand-in engine (another one by keyword `engine`)."""

    def run(*arguments: str, engine: StandIn | None = None) -> Result:
        capfd.readouterr()
        code = main(list(arguments), (engine or StandIn(str(project))).opener)
        return Result(code, *capfd.readouterr())

    return run
