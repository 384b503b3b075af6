"""The order of bases is Python's own, for any classes that Python accepts; the class of a member is found from it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isolint.check.session import Session
from isolint.names.resolve import lookup, mro
from isolint.names.scopes import owner_of
from isolint.names.symbols import ClassRef, ClassSymbol
from isolint.store.memo import Store
from isolint.syntax.source import SourceFile

BASES = st.lists(st.lists(st.integers(0, 30), unique=True, max_size=3), min_size=1, max_size=9)
"""For each class the numbers of its bases, taken modulo the classes before it."""


@pytest.fixture(scope="module", autouse=True)
def _recursion(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A session raises the interpreter's recursion limit; hypothesis objects to that in the middle of a test."""
    Session(str(tmp_path_factory.mktemp("first"))).close()


def analysed(folder: str, text: str) -> tuple[Store, str]:
    path = Path(folder).resolve() / "shapes.py"
    path.write_text(text)
    return Session(str(path.parent), overrides={"environment": folder}).store, str(path)


def class_of(store: Store, path: str, name: str) -> ClassRef:
    (symbol,) = lookup(store, (path, name))
    assert isinstance(symbol, ClassSymbol)
    return symbol.ref


@settings(deadline=None, max_examples=60)
@given(BASES)
def test_the_order_of_bases_is_python_s(shape: list[list[int]]) -> None:
    made: list[type] = []
    lines = []
    for number, wanted in enumerate(shape):
        bases = list(dict.fromkeys(base % number for base in wanted)) if number else []
        try:
            made.append(type(f"C{number}", tuple(made[base] for base in bases), {}))
        except TypeError:  # Python refuses this order of bases
            bases = bases[:1]
            made.append(type(f"C{number}", tuple(made[base] for base in bases), {}))
        lines.append(f"class C{number}({', '.join(f'C{base}' for base in bases)}):\n    def method(self): pass\n")
    with tempfile.TemporaryDirectory() as folder:
        store, path = analysed(folder, "\n\n".join(lines))
        for cls in made:
            found = mro(store, class_of(store, path, cls.__name__))
            names = [one.name for one in found.classes if isinstance(one, ClassRef)]
            assert names == [one.__name__ for one in cls.__mro__ if one is not object]
            assert found.complete


def test_impossible_orders_and_circles_end() -> None:
    text = "class A(B): pass\nclass B(A): pass\nclass X: pass\nclass Y(X): pass\nclass Z(X, Y): pass\n"
    with tempfile.TemporaryDirectory() as folder:
        store, path = analysed(folder, text)
        for name in ("A", "B", "Z"):
            found = mro(store, class_of(store, path, name))
            assert found.classes[0] == class_of(store, path, name)
            assert not found.complete


def test_the_class_of_a_member() -> None:
    text = """\
class A:
    def f(self): pass

    class In:
        def f(self): pass


class A:
    def g(self): pass


def f(): pass
"""
    with tempfile.TemporaryDirectory() as folder:
        store, path = analysed(folder, text)
        owners = {}
        for chunk in SourceFile.read(path, text.encode()).chunks:
            if chunk.kind == "function":
                owner = owner_of(store, path, chunk.key)
                owners[chunk.key] = None if owner is None else (owner.qualname, owner.chunk)
        assert owners == {
            "A.f": ("A", "A(class)"),
            "A.In.f": ("A.In", "A.In(class)"),
            "A#2.g": ("A", "A#2(class)"),
            "f": None,
        }
