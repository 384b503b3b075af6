"""Classes and names that no plain statement binds, as far as they are written out: `type(...)`, bases from the
enclosing class, branches that never run, `globals()["name"]`."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolint.check.session import Session
from isolint.names.resolve import lookup, mro
from isolint.names.symbols import ClassRef, ClassSymbol, ValueSymbol
from isolint.pytest_model.namespace import module_names


def store_of(tmp_path: Path, text: str) -> tuple[Session, str]:
    path = tmp_path.resolve() / "shapes.py"
    path.write_text(text)
    return Session(str(path.parent), overrides={"environment": str(tmp_path)}), str(path)


@pytest.mark.parametrize(
    "text, order",
    [
        ("class A: pass\nX = type('X', (A,), {})", ["X", "A"]),
        ("class A: pass\nclass B(A): pass\nclass X(type('Y', (B, A), {})): pass", ["X", "B", "A"]),
        ("class A: pass\nMade = type('Made', (A,), {})\nclass X(Made): pass", ["X", "Made", "A"]),
        ("class A: pass\nAlias = A if TYPE_CHECKING else object\nclass X(Alias): pass", ["X"]),
        ("class A: pass\nclass X(object if TYPE_CHECKING else A): pass", ["X", "A"]),
        ("if True:\n    class X: pass\nelse:\n    class A: pass\n    class X(A): pass", ["X"]),
        ("if 0:\n    class X: pass\nelse:\n    class A: pass\n    class X(A): pass", ["X", "A"]),
        ("from typing import Generic\nclass A(Generic[int]): pass\nB = A[int]\nclass X(B): pass", ["X", "A"]),
    ],
)
def test_the_bases_of_a_class(tmp_path: Path, text: str, order: list[str]) -> None:
    session, path = store_of(tmp_path, text)
    (symbol,) = lookup(session.store, (path, "X"))
    assert isinstance(symbol, ClassSymbol)
    assert [one.name for one in mro(session.store, symbol.ref).classes if isinstance(one, ClassRef)] == order


def test_a_base_that_the_enclosing_class_binds(tmp_path: Path) -> None:
    text = "class Outer:\n    class First: x = 1\n    class Second(First): y = 1\nclass X(Outer.Second): pass\n"
    session, path = store_of(tmp_path, text)
    (symbol,) = lookup(session.store, (path, "X"))
    assert isinstance(symbol, ClassSymbol)
    found = mro(session.store, symbol.ref)
    assert [one.qualname for one in found.classes if isinstance(one, ClassRef)] == [
        "X",
        "Outer.Second",
        "Outer.First",
    ]
    assert found.complete


def test_what_is_there_for_type_checkers_alone_is_no_name_at_run_time(tmp_path: Path) -> None:
    text = "import typing\nif typing.TYPE_CHECKING:\n    from a import b\nelse:\n    c = 1\n"
    session, path = store_of(tmp_path, text)
    assert module_names(session.store, path) == ("typing", "c")
    assert lookup(session.store, (path, "b")), "an annotation may still name it"


def test_a_name_set_in_globals(tmp_path: Path) -> None:
    session, path = store_of(tmp_path, "globals()['made'] = lambda: 1\n")
    (symbol,) = lookup(session.store, (path, "made"))
    assert isinstance(symbol, ValueSymbol)
