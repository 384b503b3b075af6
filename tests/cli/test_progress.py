from __future__ import annotations

import io
import sys
import threading

import pytest

from isolint.cli.progress import Progress


class Terminal(io.StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.awaited = "Checking"
        self.written = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.awaited in text:
            self.written.set()
        return super().write(text)


def test_a_bar_for_people_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress(patience=0.01) as progress:
        progress.start("Checking", 3)
        progress.advance()
        assert terminal.written.wait(20)
    assert "Checking" in terminal.getvalue()
    assert threading.active_count() == 1 or all("Refresh" not in t.name for t in threading.enumerate())


@pytest.mark.parametrize("terminal, wanted", [(False, True), (True, False)])
def test_nothing_for_others(terminal: bool, wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    before = threading.active_count()
    with Progress(wanted=wanted, patience=0) as progress:
        progress.start("Checking", 1)
        progress.advance()
        assert threading.active_count() == before
    assert stream.getvalue() == ""


def test_a_short_run_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress(patience=600) as progress:
        progress.start("Checking", 1)
    assert stream.getvalue() == ""


def test_a_phase_in_the_middle_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress(patience=0.01) as progress:
        progress.start("Converting", 3)
        progress.advance(2)
        with progress.aside("Checking", 1):
            assert terminal.written.wait(20)
            progress.advance()
        terminal.awaited = "2/3"
        terminal.written.clear()
        assert terminal.written.wait(20)
