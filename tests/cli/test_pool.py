"""Several processes say what one says."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from isolint.cli import pool
from tests.support import ROOT, Run, analysed_environment, cache_home, isolint, lay_out

LEAK = """\
import pytest
from asgiref.sync import sync_to_async
from models import Order


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_{0}(shared, make_order):
    await sync_to_async(make_order)()
    await sync_to_async(lambda: print())()  # isolint: ignore[ISO102]


@pytest.mark.django_db
def test_sync_{0}(plain):
    assert Order.objects.create(total={1}).pk
"""

FILES = {
    "models.py": "from django.db import models\n\n\nclass Order(models.Model):\n    total = models.IntegerField()\n",
    "conftest.py": """\
import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from models import Order

pytest_plugins = ["factories"]


@pytest_asyncio.fixture
async def shared(db):
    await sync_to_async(Order.objects.create)(total=1)


@pytest_asyncio.fixture
async def quiet(db):
    await sync_to_async(Order.objects.create)(total=1)  # isolint: ignore[ISO106]


@pytest_asyncio.fixture
async def idle(db):
    return 1  # isolint: ignore[ISO106]
""",
    "factories.py": """\
import pytest
from models import Order


@pytest.fixture
def make_order():
    return lambda: Order.objects.create(total=1)


@pytest.fixture
def plain():
    return 1
""",
    "test_broken.py": "def test_a(:\n    pass\n\n\nasync def test_b(shared):\n    pass\n",
    **{f"part_{n % 3}/test_{n}.py": LEAK.format(n, n) for n in range(6)},
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    lay_out(tmp_path, FILES)
    (tmp_path / "part_0" / "test_binary.py").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "part_2" / "test_encoded.py").write_bytes(b"# coding: nonsense\n")
    return tmp_path


def judged(*command: str, folder: Path) -> Run:
    """A run with jedi's answers at hand, but without the last run's."""
    for path in Path(cache_home(), "isolint").glob("run-*"):
        path.unlink(missing_ok=True)
    return isolint(*command, folder=folder)


needs_django = pytest.mark.skipif(analysed_environment() is None, reason="no environment with Django to analyse")


@needs_django
@pytest.mark.parametrize(
    "command",
    [
        ("check", "."),
        ("check", "--output-format", "json", "."),
        ("check", "--output-format", "json", "conftest.py", "part_1"),
        ("explain", "--output-format", "json", "."),
    ],
    ids=" ".join,
)
def test_the_same_as_one(command: tuple[str, ...], project: Path) -> None:
    one = judged(*command, "--jobs", "1", folder=project)
    assert one.out
    for jobs in ("2", "3"):
        assert judged(*command, "--jobs", jobs, folder=project) == one


@needs_django
def test_jedi_answers_the_workers_through_their_parent(project: Path) -> None:
    command = ("check", "--output-format", "json", ".")
    one = judged(*command, "--jobs", "1", folder=project)
    alone = {"XDG_CACHE_HOME": str(project / "cache")}  # where nothing has been answered yet
    assert isolint(*command, "--jobs", "2", folder=project, variables=alone) == one
    assert isolint(*command, folder=project, variables=alone) == one, "and the run is kept"


@needs_django
def test_what_is_said_of_shared_fixtures_comes_together(project: Path) -> None:
    run = judged("check", "--output-format", "json", "--jobs", "3", ".", folder=project)
    found = [each for each in run.findings() if each["path"] == "conftest.py" and each["code"] == "ISO106"]
    assert [len(each["tests"]) for each in found] == [7]


@needs_django
@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false", "/bin/true"])
def test_without_workers_the_work_is_done_here(program: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = judged("check", "--jobs", "1", ".", folder=project)
    monkeypatch.setattr(sys, "executable", program)
    assert judged("check", "--jobs", "2", ".", folder=project) == one


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="children are looked up in /proc")
def test_an_interrupted_run_leaves_no_worker(project: Path) -> None:
    tests = "".join(f"async def test_{n}(shared):\n    assert {n}\n\n\n" for n in range(2_000))
    for n in range(40):
        (project / f"test_many_{n}.py").write_text(tests)
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "server"), "XDG_CACHE_HOME": str(project)}
    command = [sys.executable, "-m", "isolint", "check", "--jobs", "2", "--quiet", "--no-cache", "."]
    with subprocess.Popen(command, cwd=project, env=variables, stderr=subprocess.PIPE, text=True) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        workers: list[str] = []
        while len(workers) < 2 and process.poll() is None:
            workers = children.read_text().split()
        watched = [os.pidfd_open(int(worker)) for worker in workers]
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130
    assert said == ""
    assert len(workers) == 2
    # One that was interrupted before its parent knew of it ends when nobody is left to talk to.
    for worker in watched:
        assert select.select([worker], [], [], 60)[0]
        os.close(worker)


@pytest.mark.parametrize("files", [0, 1, 2, 7, 100, 1_000])
@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_every_file_is_taken_once(files: int, count: int) -> None:
    names = [str(number) for number in range(files)]
    shares = pool._Shares(names, count)
    taken: list[str] = []
    number = 0
    while batch := shares.take(number % count):
        taken += batch
        number += 1
    assert Counter(taken) == Counter(names)
    assert not any(shares.take(number) for number in range(count))


def test_a_share_is_of_neighbours() -> None:
    shares = pool._Shares([str(number) for number in range(160)], 2)
    assert [shares.take(1) for _ in range(8)] == [
        tuple(str(number) for number in range(start, start + 10)) for start in range(80, 160, 10)
    ]
    assert shares.take(1) == tuple(str(number) for number in range(70, 80))


def test_small_projects_are_judged_here(tmp_path: Path) -> None:
    small = tmp_path / "test_small.py"
    small.write_bytes(b"#" * 1_000)
    large = tmp_path / "test_large.py"
    large.write_bytes(b"#" * pool.SMALLEST_SHARE * 3)
    assert pool.workers_for([str(small)], None) == 1
    assert pool.workers_for([str(small), str(large)], None) == max(1, min(pool.processors(), 3))
    assert pool.workers_for([str(small), str(large)], 2) == 2
    assert pool.workers_for([str(small)], 4) == 1
    assert pool.workers_for([str(small), str(tmp_path / "gone.py")], 1) == 1


@pytest.mark.parametrize("given", ["0", "-1", "many"])
def test_a_number_of_processes_is_positive(given: str, tmp_path: Path) -> None:
    run = isolint("check", "--jobs", given, folder=tmp_path)
    assert run.code == 2
    assert "not a number of processes" in run.err


EDITS = [
    ("part_1/test_1.py", "await sync_to_async(make_order)()", "pass"),
    ("part_1/test_4.py", "test_4(shared, ", "test_4("),
    ("conftest.py", "return 1  # isolint: ignore[ISO106]", "return await sync_to_async(Order.objects.count)()"),
    ("factories.py", "def plain():\n    return 1", "def plain():\n    import threading; threading.Thread().start()"),
]


@needs_django
@pytest.mark.parametrize("first, then", [("2", "1"), ("1", "2")])
def test_workers_and_the_last_run(first: str, then: str, project: Path) -> None:
    """What workers found is taken over like what was found here, and each way after each edit."""
    command = ("check", "--output-format", "json", ".")
    judged(*command, "--jobs", first, folder=project)
    for name, old, new in EDITS:
        text = (project / name).read_text()
        assert old in text
        (project / name).write_text(text.replace(old, new))
        run = isolint(*command, "--jobs", then, folder=project)
        assert run == isolint(*command, "--jobs", "1", "--no-cache", folder=project)
