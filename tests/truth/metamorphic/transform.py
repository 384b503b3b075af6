"""Rewrites of a case that change how it is spelled and not what it does.

Each takes a project as text and gives it back with every line where it was, so that the verdicts of both can be
compared line by line. No isolint code is used here: what is tested must not help to build the test.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator

Files = dict[str, str]

CASE = "test_case.py"

# What pytest, Django and Python know by name; everything else that a project defines may be called anything.
FIXED = {"setUp", "Meta", "pytestmark", "self", "db"}

# The hops that are imported by name, and the modules that hold one.
IMPORTED_HOPS = ("sync_to_async", "async_to_sync", "ThreadPoolExecutor")
HOP_MODULES = ("asyncio", "threading")


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    return starts


def _span(node: ast.AST, starts: list[int]) -> tuple[int, int]:
    # The cases are ASCII: a column in bytes is one in characters.
    start = starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
    end = starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
    return start, end


def _splice(text: str, changes: list[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _defined_names(text: str) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
    return {name for name in names if not name.startswith("__") and name not in FIXED}


def rename(files: Files) -> Files:
    """Every function, fixture, class and model of the project gets a name that says nothing."""
    names = sorted(set().union(*(_defined_names(text) for name, text in files.items() if name.endswith(".py"))))
    new = {}
    for number, name in enumerate(names):
        if name.startswith("test_"):
            new[name] = f"test_q{number}"
        elif name.startswith("Test"):
            new[name] = f"TestQ{number}"
        else:
            new[name] = f"Q{number}" if name[0].isupper() else f"q{number}"
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, names)) + r")\b")
    return {
        path: pattern.sub(lambda match: new[match.group()], text) if path.endswith(".py") else text
        for path, text in files.items()
    }


def _words(text: str, old: str, new: str) -> str:
    """Replace a bare name where it is used, but not after a dot or in an import."""
    lines = []
    for line in text.splitlines(keepends=True):
        is_import = line.startswith(("import ", "from "))
        lines.append(line if is_import else re.sub(rf"(?<![.\w]){old}\b", new, line))
    return "".join(lines)


def alias(files: Files) -> Files:
    """The hops are imported under another name."""
    text = files[CASE]
    for hop in IMPORTED_HOPS:
        if re.search(rf"^from \S+ import .*\b{hop}\b", text, re.MULTILINE):
            text = re.sub(rf"^(from \S+ import .*)\b{hop}\b", rf"\1{hop} as cross_{hop[:3]}", text, flags=re.MULTILINE)
            text = _words(text, hop, f"cross_{hop[:3]}")
    for module in HOP_MODULES:
        if re.search(rf"^import {module}$", text, re.MULTILINE):
            text = re.sub(rf"^import {module}$", f"import {module} as other_{module[:3]}", text, flags=re.MULTILINE)
            # Not the mark of the same name: that one stands after a dot.
            text = _words(text, module, f"other_{module[:3]}")
    return {**files, CASE: text}


def variable(files: Files) -> Files:
    """The hops are bound to a variable of the module, and used through it."""
    text = files[CASE]
    for hop in IMPORTED_HOPS:
        line = re.search(rf"^from \S+ import .*\b{hop}\b.*$", text, re.MULTILINE)
        if line:
            text = _words(text, hop, f"via_{hop[:3]}")
            text = text.replace(line.group(), f"{line.group()}; via_{hop[:3]} = {hop}")
    return {**files, CASE: text}


def partial(files: Files) -> Files:
    """`sync_to_async(f)(a)` becomes `sync_to_async(partial(f, a))()`, and so do threads and executors."""
    text = files[CASE]
    starts = _line_starts(text)
    changes = []

    def source(nodes: list[ast.expr] | list[ast.keyword]) -> list[str]:
        return [ast.unparse(node) for node in nodes]

    def packed(payload: ast.expr, arguments: list[str]) -> str:
        return f"functools.partial({', '.join([ast.unparse(payload), *arguments])})"

    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        inner = node.func
        if isinstance(inner, ast.Call) and ast.unparse(inner.func) in {"sync_to_async", "async_to_sync"}:
            arguments = source(node.args) + source(node.keywords)
            if arguments:
                changes.append((*_span(node, starts), f"{inner.func.id}({packed(inner.args[0], arguments)})()"))  # type: ignore[attr-defined]
        elif called in {"asyncio.to_thread", "pool.submit"} and len(node.args) > 1:
            changes.append((*_span(node, starts), f"{called}({packed(node.args[0], source(node.args[1:]))})"))
        elif called.endswith(".run_in_executor") and len(node.args) > 2:
            place, payload, *rest = node.args
            changes.append((*_span(node, starts), f"{called}({ast.unparse(place)}, {packed(payload, source(rest))})"))
    if changes:
        text = _splice(text, changes)
        text = text.replace("import pytest\n", "import pytest, functools\n", 1)
        if "functools\n" not in text:  # a case without pytest
            text = re.sub(
                r"^(from django.test import \w+)$", r"\1; import functools", text, count=1, flags=re.MULTILINE
            )
    return {**files, CASE: text}


def _bound_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    names = {argument.arg for argument in function.args.args}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node is not function:
            names.add(node.name)
    return names


def _extract(text: str) -> tuple[str, list[str]]:
    """Move each awaited expression of a test into an async function of its own, which gets the test's names as
    arguments: the text of the tests, and the functions."""
    tree = ast.parse(text)
    starts = _line_starts(text)
    changes, helpers = [], []
    for function in _functions(tree):
        if not function.name.startswith("test_"):
            continue
        bound = _bound_names(function)
        for node in ast.walk(function):
            if not isinstance(node, ast.Await):
                continue
            inside = {inner.id for inner in ast.walk(node.value) if isinstance(inner, ast.Name)}
            names = ", ".join(sorted(inside & bound - set(dir(builtins))))
            name = f"step_{len(helpers)}"
            start, end = _span(node.value, starts)
            changes.append((start, end, f"{name}({names})"))
            helpers.append(f"async def {name}({names}):\n    return await {text[start:end]}\n")
    return _splice(text, changes), helpers


def helper(files: Files) -> Files:
    """What a test awaits moves into a helper of the same module."""
    text, helpers = _extract(files[CASE])
    return {**files, CASE: "\n\n".join([text, *helpers])}


def other_module(files: Files) -> Files:
    """What a test awaits moves into a helper of another module."""
    text, helpers = _extract(files[CASE])
    if not helpers:
        return files
    imports = [line for line in files[CASE].splitlines() if line.startswith(("import ", "from "))]
    names = ", ".join(f"step_{number}" for number in range(len(helpers)))
    first = re.search(r"^(?:import|from) .*$", text, re.MULTILINE)
    assert first, "a case imports something"
    text = text.replace(first.group(), f"{first.group()}; from steps import {names}", 1)
    return {**files, CASE: text, "steps.py": "\n\n".join(["\n".join(imports), *helpers])}


TRANSFORMATIONS: dict[str, Callable[[Files], Files]] = {
    function.__name__: function for function in (rename, alias, variable, partial, helper, other_module)
}
