"""The reports of the last run are taken for those of this one only while nothing has changed that could change them.

Each change is made to a project whose run was kept, with stamps that are believed (a clock far ahead of the files) and
with stamps that are too young for it, and a new session is asked. That this holds for any edits is for `test_again`.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from isolint.check.last_run import MAGIC, LastRun
from isolint.check.report import FileReport
from isolint.check.session import Session
from isolint.store.disk import read_sealed, write_sealed
from tests.support import lay_out, surroundings

FILES = {
    "shop/__init__.py": "",
    "shop/models.py": "class Order: pass\n",
    "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef order(db):\n    return 1\n",
    "tests/test_a.py": "from shop.models import Order\n\n\nasync def test_a(order):\n    assert Order\n",
    "tests/test_b.py": "def test_b():\n    assert True\n",
    "build/test_made.py": "def test_made():\n    assert True\n",  # pytest's walk leaves `build` out; it is named
}
HOUR = 3_600_000_000_000
LATER = {"believed": HOUR, "young": 0, "from the future": -HOUR}


class Project:
    """A project on disk with its environment, and how far the clock is ahead of its files."""

    def __init__(self, folder: Path, ahead: int) -> None:
        self.root = folder / "project"
        self.targets = [str(self.root), str(self.root / "build/test_made.py")]
        self.cache = folder / "cache"
        self.site = folder / "env/lib/python3.12/site-packages"
        self.variables = {"VIRTUAL_ENV": str(folder / "env"), "PYTEST_ADDOPTS": "", "PYTHONPATH": ""}
        self.ahead = ahead
        lay_out(self.root, FILES)
        self.install("pytest", "9.0.0")
        (folder / "env/bin").mkdir()
        (folder / "env/bin/python").touch()
        (folder / "env/pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.12.1\n")

    def install(self, name: str, version: str) -> None:
        folder = self.site / f"{name}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")

    def opened(self, **settings: object) -> tuple[Session, LastRun]:
        with surroundings(self.root, self.variables):
            session = Session(str(self.root), overrides=settings, once=True)
            return session, LastRun(session, self.cache, ("a 1",), lambda: time.time_ns() + self.ahead)

    def run(self, **settings: object) -> bool:
        """Judge everything and keep it."""
        session, last = self.opened(**settings)
        return last.keep(self.reports(session))

    def reports(self, session: Session) -> dict[str, FileReport]:
        with surroundings(self.root, self.variables):
            return {path: session.report(path) for path in session.files(self.targets)}

    def recalled(self, **settings: object) -> Mapping[str, FileReport]:
        session, last = self.opened(**settings)
        with surroundings(self.root, self.variables):
            return last.recall(session.files(self.targets))

    def names(self, reports: Mapping[str, FileReport]) -> set[str]:
        return {os.path.relpath(path, self.root) for path in reports}

    def fresh(self) -> dict[str, FileReport]:
        """What a session says that knows of no other."""
        return self.reports(self.opened()[0])

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)


@pytest.fixture(params=LATER.values(), ids=LATER.keys())
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    return Project(tmp_path, request.param)


@pytest.fixture
def believed(tmp_path: Path) -> Project:
    return Project(tmp_path, HOUR)


def without_change(project: Project) -> None:
    project.write("tests/test_b.py", FILES["tests/test_b.py"])
    os.utime(project.root / "tests/test_b.py", (1, 1))


def test_an_unchanged_project_is_what_it_was(believed: Project) -> None:
    assert believed.run()
    session, _ = believed.opened()
    expected = believed.reports(session)
    assert any(report.tests for report in expected.values())
    assert believed.recalled() == expected
    assert list(believed.recalled()) == list(expected)


def test_bytes_decide_where_stamps_differ(believed: Project) -> None:
    believed.run()
    without_change(believed)
    assert believed.recalled() == believed.fresh()


def same_size_and_time(project: Project) -> None:
    path = project.root / "shop/models.py"
    before = path.stat()
    path.write_text(FILES["shop/models.py"].replace("Order", "Orden"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def another_file_at_its_place(project: Project) -> None:
    path = project.root / "shop/models.py"
    before = path.stat()
    other = project.root / "other"
    other.write_text(FILES["shop/models.py"].replace("Order", "Orden"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


def renamed(project: Project) -> None:
    (project.root / "tests/test_b.py").rename(project.root / "tests/test_c.py")


def two_swapped(project: Project) -> None:
    (project.root / "tests/test_b.py").rename(project.root / "kept")
    (project.root / "tests/test_a.py").rename(project.root / "tests/test_b.py")
    (project.root / "kept").rename(project.root / "tests/test_a.py")


def updated(project: Project) -> None:
    (project.site / "pytest-9.0.0.dist-info/METADATA").unlink()
    (project.site / "pytest-9.0.0.dist-info").rmdir()
    project.install("pytest", "9.0.1")


def development_install(project: Project) -> None:
    other = project.root.parent / "other"
    other.mkdir()
    (project.site / "other.pth").write_text(f"{other}\n")


CHANGES: dict[str, Callable[[Project], object]] = {
    "an edit": lambda p: p.write("tests/test_a.py", FILES["tests/test_a.py"] + "    assert order\n"),
    "an edit of the product": lambda p: p.write("shop/models.py", "class Order(Base): pass\n"),
    "an edit outside of the walk": lambda p: p.write("build/test_made.py", "thing = 2\n"),
    "a deletion outside of the walk": lambda p: (p.root / "build/test_made.py").unlink(),
    "same size and time": same_size_and_time,
    "another file at its place": another_file_at_its_place,
    "a rename": renamed,
    "two swapped": two_swapped,
    "a deletion": lambda p: (p.root / "shop/models.py").unlink(),
    "a folder in its place": lambda p: ((p.root / "shop/models.py").unlink(), (p.root / "shop/models.py").mkdir()),
    "a new conftest": lambda p: p.write("conftest.py", ""),
    "a new test": lambda p: p.write("tests/test_new.py", "def test_new(): pass\n"),
    "a new module": lambda p: p.write("shop/views.py", ""),
    "a package that is none any more": lambda p: (p.root / "shop/__init__.py").unlink(),
    "pytest's configuration": lambda p: p.write("pytest.ini", "[pytest]\nasyncio_mode = auto\n"),
    "a nearer configuration": lambda p: p.write("tests/pytest.ini", "[pytest]\nasyncio_mode = auto\n"),
    "our settings": lambda p: p.write("pyproject.toml", "[tool.isolint]\nignore = ['ISO101']\n"),
    "a variable": lambda p: p.variables.update(PYTEST_ADDOPTS="-p no:django"),
    "another environment": lambda p: p.variables.update(VIRTUAL_ENV="/nowhere"),
    "an update": updated,
    "an installation": lambda p: p.install("pytest_asyncio", "1.0.0"),
    "a development install": development_install,
}


OF_FILES = {
    "an edit": {"tests/conftest.py", "tests/test_b.py", "build/test_made.py"},
    "an edit of the product": {"tests/conftest.py", "tests/test_b.py", "build/test_made.py"},
    "an edit outside of the walk": {"tests/conftest.py", "tests/test_a.py", "tests/test_b.py"},
    "a deletion outside of the walk": {"tests/conftest.py", "tests/test_a.py", "tests/test_b.py"},
    "same size and time": {"tests/conftest.py", "tests/test_b.py", "build/test_made.py"},
    "another file at its place": {"tests/conftest.py", "tests/test_b.py", "build/test_made.py"},
    "two swapped": {"tests/conftest.py", "build/test_made.py"},
}
"""Changes that only files can tell of, and what they leave as it was. Any other change leaves nothing."""


@pytest.mark.parametrize("change", CHANGES)
def test_after_a_change_only_that_is_recalled_which_rests_on_nothing_changed(change: str, project: Project) -> None:
    assert project.run() or project.ahead != HOUR  # what is read outside of the walk must be old
    CHANGES[change](project)
    recalled = project.recalled()
    assert recalled.items() <= project.fresh().items()
    if project.ahead == HOUR:
        assert project.names(recalled) == OF_FILES.get(change, set())


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_meanwhile_is_not_kept_as_it_was(change: str, project: Project) -> None:
    session, last = project.opened()
    reports = project.reports(session)
    CHANGES[change](project)
    last.keep(reports)
    assert project.recalled().items() <= project.fresh().items()
    assert len(project.recalled()) < len(reports)


def test_other_settings_are_other_runs(believed: Project) -> None:
    believed.run()
    assert not believed.recalled(ignore=["ISO101"])
    believed.run(ignore=["ISO101"])
    assert believed.recalled(ignore=["ISO101"])
    assert believed.recalled()


def test_only_the_same_files_are_recalled(believed: Project) -> None:
    believed.run()
    session, last = believed.opened()
    assert not last.recall([str(believed.root / "tests/test_a.py")])
    session.set_buffer(str(believed.root / "tests/test_a.py"), b"")
    assert not last.recall(list(believed.recalled()))


def test_code_of_a_development_install_counts(believed: Project) -> None:
    development_install(believed)
    module = believed.root.parent / "other" / "module.py"
    module.write_text("")
    assert believed.run()
    assert believed.recalled()
    module.write_text("x = 1\n")
    assert not believed.recalled()


def test_what_could_not_be_read_is_told_again(believed: Project) -> None:
    (believed.root / "tests/test_a.py").write_bytes(b"\xff\xfe\x00")
    session, last = believed.opened()
    assert last.keep(believed.reports(session))
    again, remembered = believed.opened()
    assert remembered.recall(again.files(believed.targets))
    assert again.problems == session.problems != ()


def test_a_damaged_run_is_none(believed: Project) -> None:
    believed.run()
    for path in believed.cache.iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    assert not believed.recalled()


def _resealed(path: Path, change: Callable[[list[bytes]], object]) -> None:
    """Change what is in a run, and seal it again as if it had been written so."""
    parts = msgspec.msgpack.decode(read_sealed(path, MAGIC) or b"")
    change(parts)
    assert write_sealed(path, MAGIC, msgspec.msgpack.encode(parts))


CONTENTS: dict[str, Callable[[list[bytes]], object]] = {
    "another program's": lambda parts: parts.clear(),
    "no run": lambda parts: parts.__setitem__(0, b"x"),
    "a run of another shape": lambda parts: parts.__setitem__(0, zlib.compress(msgspec.msgpack.encode([1, 2]))),
    "no ground": lambda parts: parts.__setitem__(1, b"x"),
    "a ground cut short": lambda parts: parts.__setitem__(1, parts[1][:-20]),
    "a ground of another shape": lambda parts: parts.__setitem__(1, zlib.compress(msgspec.msgpack.encode("x"))),
}


@pytest.mark.parametrize("content", CONTENTS)
def test_what_cannot_be_understood_is_no_run(content: str, believed: Project) -> None:
    """As another version might have written it. What reports rest on is only looked at after a change."""
    believed.run()
    (path,) = believed.cache.iterdir()
    _resealed(path, CONTENTS[content])
    believed.write("tests/test_b.py", "def test_b():\n    assert not False\n")
    assert not believed.recalled()
    assert believed.run()
    assert believed.recalled() == believed.fresh()


def test_runs_at_the_same_time_leave_a_whole_one(believed: Project) -> None:
    """Two begin, one edit is seen by the second alone, and the first ends last."""
    first, last_of_first = believed.opened()
    reports = believed.reports(first)
    assert last_of_first.keep(reports)
    believed.write("tests/test_b.py", "def test_b():\n    assert not False\n")
    assert believed.run()
    assert not last_of_first.keep(reports)
    assert believed.recalled() == believed.fresh()


def test_a_cache_that_cannot_be_written_is_none(believed: Project) -> None:
    believed.cache.write_text("a file")
    assert not believed.run()
    assert not believed.recalled()
