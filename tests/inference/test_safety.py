"""What is analysed is never executed, and no pickle is ever read or written: traps in an environment, asked about."""

from __future__ import annotations

import importlib.util
import os
import pickle
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import parso.cache
import pytest
from parso.grammar import load_grammar

from isolint.inference.client import JediOrigin
from isolint.inference.wire import Hello, decode_reply, encode, read_frame, write_frame
from isolint.names.origin import Answer, ExpressionQuestion, MembersQuestion, NameQuestion, PlaceQuestion, Question
from tests.inference.support import STDLIB, VERSION, write_tree

SUFFIX = sysconfig.get_config_var("EXT_SUFFIX") or ".so"

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    return folder


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file that exists once a trap was executed."""
    return tmp_path / "executed"


@pytest.fixture
def site(tmp_path: Path, marker: Path) -> Path:
    """An environment where every way in writes the marker."""
    trap = f"open({str(marker)!r}, 'a').write(__file__ + '\\n')\ndef f(): pass\nclass A: pass\na = A()\n"
    modules = ["trap", "sitecustomize", "usercustomize", "jedi", "parso", "msgspec", "isolint", "gi", "typing", "org"]
    folder = write_tree(tmp_path / "site-packages", {f"{module}/__init__.py": trap for module in modules})
    write_tree(folder, {"trap.pth": f"import os; open({str(marker)!r}, 'a').write('pth')\n", "jedi/extra.py": trap})
    core = importlib.util.find_spec("msgspec._core")
    assert core is not None
    assert core.origin is not None
    for name in ("compiled", "trap/compiled", "gi/_gi", "msgspec/_core", "jedi/compiled"):
        shutil.copy(core.origin, folder / f"{name}{SUFFIX}")
    return folder


@pytest.fixture
def origin(site: Path, home: Path) -> Iterator[JediOrigin]:
    opened = JediOrigin(Hello((str(site), STDLIB), (), VERSION, 20.0))
    yield opened
    opened.close()


def ask(origin: JediOrigin, *questions: Question) -> list[Answer | None]:
    for question in questions:
        origin.answer(question)
    origin.resolve()
    return [origin.answer(question) for question in questions]


def asked_about(site: Path) -> list[Question]:
    questions: list[Question] = []
    for module in ("trap", "jedi", "parso", "msgspec", "isolint", "gi", "typing", "org", "jedi.extra"):
        questions += [NameQuestion(f"{module}.f"), NameQuestion(f"{module}.a"), MembersQuestion(module)]
    for module in ("compiled", "trap.compiled", "gi._gi", "msgspec._core", "jedi.compiled"):
        questions += [NameQuestion(module), NameQuestion(f"{module}.x.y"), MembersQuestion(module)]
    source = (
        "import trap, compiled, gi._gi\nfrom trap import compiled as c\nfrom gi.repository import Gtk\ncompiled.x\n"
    )
    for line, column in ((1, 11), (1, 20), (2, 26), (3, 29), (4, 10)):
        path = str(site.parent / "test_x.py")
        questions += [ExpressionQuestion(path, source, line, column), PlaceQuestion(path, source, line, column)]
    return questions


def test_nothing_is_executed(origin: JediOrigin, site: Path, marker: Path) -> None:
    answers = ask(origin, *asked_about(site))
    assert not marker.exists(), marker.read_text()
    assert origin.statistics()["children"] == 1
    assert answers[0] is not None
    assert answers[0].found is not None
    assert answers[0].found.canonical == "trap.f"


def test_the_environments_own_copy_of_our_libraries_is_what_is_found(origin: JediOrigin, site: Path) -> None:
    for answer in ask(origin, *(NameQuestion(f"{name}.f") for name in ("jedi", "parso", "msgspec", "isolint"))):
        assert answer is not None
        assert answer.found is not None
        assert answer.found.path.startswith(str(site))


@linux
def test_no_extension_module_of_the_environment_is_loaded(origin: JediOrigin, site: Path) -> None:
    ask(origin, *asked_about(site))
    mapped = Path(f"/proc/{origin.child_pid}/maps").read_text(encoding="utf-8")
    assert "msgspec" in mapped
    assert str(site) not in mapped


@linux
def test_a_loaded_extension_module_would_be_seen(site: Path) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "try:\n    import compiled\nexcept ImportError:\n    pass\n"
        "print(open('/proc/self/maps').read())\n"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    assert str(site) in done.stdout


def test_a_trap_would_be_seen(site: Path, marker: Path) -> None:
    subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(site)!r}); import trap"], check=True
    )
    assert marker.exists()


class Trap:
    """Executes something when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return (open, (str(self.marker), "w"))


def test_a_prepared_pickle_is_not_read_and_none_is_written(
    origin: JediOrigin, site: Path, home: Path, marker: Path
) -> None:
    prepared = []
    grammar = load_grammar()
    for folder in ("parso", "jedi"):
        for hashed in (grammar._hashed, f"{grammar._hashed}-skeleton"):
            for module in ("trap", "jedi"):
                path = site / module / "__init__.py"
                prepared.append(parso.cache._get_hashed_path(hashed, path, cache_path=home / "cache" / folder))  # type: ignore[no-untyped-call]
    for path in prepared:
        with open(path, "wb") as stream:
            pickle.dump(Trap(marker), stream)
        os.utime(path, (4e9, 4e9))
    before = sorted(home.rglob("*"))
    ask(origin, *asked_about(site))
    assert not marker.exists()
    assert sorted(home.rglob("*")) == before


def test_what_is_printed_by_accident_does_not_disturb_the_answers(site: Path) -> None:
    program = (
        "import sys\n"
        "from isolint.inference import child, lookup\n"
        "original = lookup.answer\n"
        "def noisy(*args):\n"
        "    print('noise'); import os; os.write(1, b'more noise')\n"
        "    return original(*args)\n"
        "lookup.answer = noisy\n"
        "child.main([])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        write_frame(process.stdin, encode(Hello((str(site), STDLIB), (), VERSION, 20.0)))
        write_frame(process.stdin, encode(NameQuestion("trap.f")))
        payload = read_frame(process.stdout)
        process.stdin.close()
        assert process.stderr.read() == b"noise\nmore noise"
        assert process.stdout.read() == b""
    assert payload is not None
    found = decode_reply(payload).answer.found
    assert found is not None
    assert found.canonical == "trap.f"
    assert process.returncode == 0
