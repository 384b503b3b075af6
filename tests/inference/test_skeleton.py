"""`skeleton`: sources without function bodies."""

from __future__ import annotations

import ast

import pytest

from isolint.inference.skeleton import without_bodies

CASES = {
    "a body": ("def f(a):\n    x = 1\n    return x\ny = 2\n", "def f(a):\n    ...\n\ny = 2\n"),
    "a generator": ("def f():\n    x = 1\n    yield x\n", "def f():\n    yield\n\n"),
    "yield in a nested function": ("def f():\n    def g():\n        yield\n    return g\n", "def f():\n    ...\n\n\n"),
    "yield from in a loop": (
        "async def f():\n    for x in y:\n        yield x\n",
        "async def f():\n    yield\n\n",
    ),
    "methods": (
        (
            "class A(B):\n    z = 1\n    @property\n    def f(self) -> int:\n"
            "        '''doc\n        string'''\n        return 1\n"
        ),
        "class A(B):\n    z = 1\n    @property\n    def f(self) -> int:\n        ...\n\n\n",
    ),
    "one line": ("def f(): return 1\n", "def f(): return 1\n"),
    "one line that goes on": ("def f(): return (\n    1)\n", "def f(): return (\n    1)\n"),
    "a decorated first statement": (
        "def f(g):\n    @g\n    def h():\n        pass\n    return h\n",
        "def f(g):\n    ...\n\n\n\n",
    ),
    "in branches": (
        "try:\n    def f():\n        return 1\nexcept E:\n    def f():\n        yield 2\n",
        "try:\n    def f():\n        ...\nexcept E:\n    def f():\n        yield\n",
    ),
    "a comment before the body": ("def f():\n    # why\n    return 1\n", "def f():\n    # why\n    ...\n"),
    "CRLF": ("def f():\r\n    a\r\n    b\r\n", "def f():\r\n    ...\r\n\r\n"),
    "no newline at the end": ("def f():\n    a\n    b", "def f():\n    ...\n"),
    "characters of several bytes": ("def f():\n    'é'\n    b\nx = 'é'\n", "def f():\n    ...\n\nx = 'é'\n"),
    "form feed": ("def f():\n    a\n\x0c\ndef g():\n    b\n", "def f():\n    ...\n\x0c\ndef g():\n    ...\n"),
    "broken": ("def f(:\n    a\n", "def f(:\n    a\n"),
    "null byte": ("a\0b", "a\0b"),
    "empty": ("", ""),
}


@pytest.mark.parametrize("source, expected", CASES.values(), ids=list(CASES))
def test_bodies_go_and_lines_stay(source: str, expected: str) -> None:
    assert without_bodies(source) == expected


def test_every_module_of_the_standard_library_that_is_looked_at_keeps_its_outline() -> None:
    for module in (ast, pytest):
        assert module.__file__ is not None
        with open(module.__file__, encoding="utf-8") as stream:
            source = stream.read()
        shorter = without_bodies(source)
        assert len(shorter.splitlines()) == len(source.splitlines())
        assert outline(shorter) == outline(source)


def outline(source: str) -> list[tuple[str, int]]:
    """Name and line of all outermost functions, and of classes with their methods."""
    found = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            found += [(each.name, each.lineno) for each in node.body if isinstance(each, ast.FunctionDef)]
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            found.append((node.name, node.lineno))
    return found
