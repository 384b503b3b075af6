"""Which binding a name has where star imports and other statements bind it: Python's order."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from isolint.check.session import Session
from isolint.names.resolve import lookup
from isolint.names.symbols import FunctionSymbol

A = "def both(): pass\ndef only_a(): pass\n"
B = "def both(): pass\ndef only_b(): pass\n"
PLAIN = "def both(): pass\n"


def stars_of(tmp_path: Path, files: Mapping[str, str]) -> Session:
    for name, text in {"a.py": A, "b.py": B, **files}.items():
        (tmp_path / name).write_text(text)
    return Session(str(tmp_path.resolve()), overrides={"environment": str(tmp_path)})


def homes(session: Session, root: Path, name: str = "both") -> list[str]:
    """The files of what `m.NAME` stands for, most likely first."""
    found = lookup(session.store, (str(root.resolve() / "m.py"), name))
    assert all(isinstance(symbol, FunctionSymbol) for symbol in found)
    return [Path(symbol.ref.path).stem for symbol in found if isinstance(symbol, FunctionSymbol)]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("from a import *\nfrom b import *\n", ["b"]),
        ("from b import *\nfrom a import *\n", ["a"]),
        (f"from a import *\n{PLAIN}", ["m"]),
        (f"{PLAIN}from a import *\n", ["a"]),
        (f"from b import *\n{PLAIN}from a import *\n", ["a"]),
        ("from b import both\nfrom a import *\n", ["a"]),
        ("from a import *\nif x:\n    from b import *\n", ["b", "a"]),
        ("from a import *\ntry:\n    from b import *\nexcept ImportError: pass\n", ["b", "a"]),
        (f"{PLAIN}if x:\n    from b import *\n", ["b", "m"]),
        ("if x:\n    from b import *\nfrom a import *\n", ["a"]),
        ("from a import *\nif x:\n    def both(): pass\n", ["m", "a"]),
        ("if x:\n    def both(): pass\nfrom a import *\n", ["a"]),
        ("if x:\n    def both(): pass\nif y:\n    from a import *\n", ["a", "m"]),
        (f"{PLAIN}if True:\n    from a import *\n", ["a"]),
    ],
)
def test_the_last_that_certainly_binds_a_name_wins(tmp_path: Path, text: str, expected: list[str]) -> None:
    session = stars_of(tmp_path, {"m.py": text})
    assert homes(session, tmp_path) == expected
    session.close()


@pytest.mark.parametrize(
    "b, expected",
    [
        ("__all__ = ['only_b']\n" + B, ["a"]),
        ("if x:\n    def both(): pass\n", ["b", "a"]),
        ("from c import *\n", ["c"]),
        ("if x:\n    from c import *\n", ["c", "a"]),
        ("from m import *\nfrom c import *\n", ["c", "a"]),
        ("_both = 1\n", ["a"]),
    ],
)
def test_what_the_last_module_binds(tmp_path: Path, b: str, expected: list[str]) -> None:
    text = "from a import *\nfrom b import *\n"
    session = stars_of(tmp_path, {"b.py": b, "c.py": PLAIN, "m.py": text})
    assert homes(session, tmp_path) == expected
    session.close()


def test_a_name_of_one_star_alone(tmp_path: Path) -> None:
    session = stars_of(tmp_path, {"m.py": "from a import *\nfrom b import *\n"})
    assert (homes(session, tmp_path, "only_a"), homes(session, tmp_path, "only_b")) == (["a"], ["b"])
    session.close()


@pytest.mark.parametrize(
    "a, expected",
    [
        ("from m import both\n", ["m"]),
        ("from m import *\ndef both(): pass\n", ["a", "m"]),
        ("def both(): pass\nfrom b import *\n", ["a", "b"]),
    ],
)
def test_modules_that_import_each_other(tmp_path: Path, a: str, expected: list[str]) -> None:
    b, m = f"from a import *\n{PLAIN}", f"{PLAIN}from a import *\n"
    session = stars_of(tmp_path, {"a.py": a, "b.py": b, "m.py": m})
    assert sorted(homes(session, tmp_path)) == expected
    session.close()


def test_an_edit_that_moves_a_star(tmp_path: Path) -> None:
    """The binding is in a chunk that the edit does not touch."""
    session = stars_of(tmp_path, {"m.py": f"from a import *\n\n\n{PLAIN}\n\nx = 1\n"})
    path = str(tmp_path.resolve() / "m.py")
    for text, expected in (
        (f"from a import *\n\n\n{PLAIN}\n\nx = 1\n", ["m"]),
        (f"y = 1\n\n\n{PLAIN}\n\nfrom a import *\n", ["a"]),
        (f"from b import *\n\n\n{PLAIN}\n\ny = 1\n", ["m"]),
        (f"y = 1\n\n\n{PLAIN}\n\nif y:\n    from a import *\n", ["a", "m"]),
    ):
        session.set_buffer(path, text.encode())
        assert homes(session, tmp_path) == expected
    session.close()
