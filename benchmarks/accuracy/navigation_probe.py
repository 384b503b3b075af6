"""A pytest plugin that writes down where fixtures are named, and which definition pytest gives to each name.

Loaded into the environment of a project with `-p navigation_probe`, together with `--collect-only`. Positions come from
the syntax tree of the files, what they stand for from pytest alone; nothing of isolint is imported.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
from functools import cache

import pytest


@cache
def tree_of(path):
    try:
        with open(path, "rb") as file:
            return ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return None


@cache
def functions_of(path):
    """Every function of a file by the line of its first decorator, with the classes around it."""
    found = {}

    def visit(node, classes):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                first = min([child.lineno, *(each.lineno for each in child.decorator_list)])
                found[first] = (child, classes)
                visit(child, classes)
            else:
                visit(child, (*classes, child) if isinstance(child, ast.ClassDef) else classes)

    tree = tree_of(path)
    if tree is not None:
        visit(tree, ())
    return found


def written(func):
    """The file and the syntax of a function as it stands in the source, decorators that keep it followed."""
    func = inspect.unwrap(getattr(func, "__func__", func))
    code = getattr(func, "__code__", None)
    if code is None:
        return None
    path = os.path.realpath(code.co_filename)
    entry = functions_of(path).get(code.co_firstlineno)
    return None if entry is None else (path, *entry)


@cache
def lines_of(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().split("\n")


def name_at(node, path):
    """Where the name after `def` stands: line from 1, column in bytes from 0, as the syntax tree counts."""
    line = node.lineno
    text = lines_of(path)[line - 1]
    return line, len(text[: text.find(node.name, text.find("def ") + 4)].encode())


def place(fixture):
    """[path, line, column, name] of a definition; None for what pytest makes itself."""
    if type(fixture).__name__ != "FixtureDef" or "get_direct_param" in getattr(fixture.func, "__name__", ""):
        return None
    found = written(fixture.func)
    if found is None:
        return None
    path, node, _ = found
    return [path, *name_at(node, path), node.name]


def points(tree_part):
    """(name, line, column) of each parameter of a function."""
    arguments = tree_part.args
    for one in (*arguments.args, *arguments.kwonlyargs):
        yield one.arg, one.lineno, one.col_offset


@cache
def calls_of(top):
    """The calls of methods in a piece of syntax: asked for every test that it is about."""
    every = [node for node in ast.walk(top) if isinstance(node, ast.Call)]
    return [node for node in every if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS]


METHODS = ("usefixtures", "getfixturevalue", "parametrize")


def strings(nodes, name):
    """(value, line, column) of the strings in calls of a method."""
    for node in (each for top in nodes for each in calls_of(top)):
        if node.func.attr == name:
            for argument in node.args if name == "usefixtures" else node.args[:1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value, argument.lineno, argument.col_offset + 1


def parametrized(nodes):
    """(name, line, column) of the names in `parametrize`: what it fills, and what it hands on to fixtures."""
    for node in (each for top in nodes for each in calls_of(top)):
        if node.func.attr != "parametrize":
            continue
        places = [*node.args[:1], *(k.value for k in node.keywords if k.arg in ("argnames", "indirect"))]
        for constant in (each for one in places for each in ast.walk(one)):
            if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                at = 0
                for part in constant.value.split(","):
                    start = at + len(part) - len(part.lstrip())
                    yield part.strip(), constant.lineno, constant.col_offset + 1 + start
                    at += len(part) + 1


class Collected:
    """The names that were found, each with all that it stands for."""

    def __init__(self, manager):
        self.manager = manager
        self.points = {}
        self.bodies = []

    def add(self, kind, path, name, line, column, expected):
        """A place and one more of what it stands for."""
        point = self.points.setdefault((path, line, column), {"kind": kind, "name": name, "expected": []})
        if expected is not None and expected not in point["expected"]:
            point["expected"].append(expected)

    def defined(self, name, item):
        """What a test gets for a name."""
        definitions = self.manager.getfixturedefs(name, item) or ()
        return place(definitions[-1]) if definitions else None

    def item(self, item):
        """The places of one test."""
        info = item._fixtureinfo
        found = written(item.function)
        if found is None:
            return
        path, node, classes = found
        self.bodies.append([path, node.lineno, node.end_lineno])
        for name, line, column in points(node):
            if name in info.argnames:
                definitions = info.name2fixturedefs.get(name) or ()
                expected = place(definitions[-1]) if definitions else None
                direct = bool(definitions) and type(definitions[-1]).__name__ == "FixtureDef" and expected is None
                direct = direct or (name in getattr(getattr(item, "callspec", None), "params", {}) and expected is None)
                self.add("filled" if direct else "parameter", path, name, line, column, expected)
        module = tree_of(path)
        marked = [*node.decorator_list]
        for each in classes:
            marked += each.decorator_list
            marked += [s for s in each.body if isinstance(s, ast.Assign)]
        marked += [s for s in module.body if isinstance(s, ast.Assign)] if module is not None else []
        for name, line, column in strings(marked, "usefixtures"):
            self.add("string", path, name, line, column, self.defined(name, item))
        for name, line, column in strings(node.body, "getfixturevalue"):
            self.add("string", path, name, line, column, self.defined(name, item))
        for name, line, column in parametrized(marked):
            definitions = info.name2fixturedefs.get(name) or ()
            expected = place(definitions[-1]) if definitions else None
            if name in info.names_closure and expected is not None:
                self.add("string", path, name, line, column, expected)
        self.closure(item, info.name2fixturedefs)

    def closure(self, item, by_name):
        """The parameters of the fixtures that a test uses."""
        waiting = [(name, len(definitions) - 1) for name, definitions in by_name.items() if definitions]
        seen = set()
        while waiting:
            name, index = waiting.pop()
            definitions = by_name.get(name) or ()
            if (name, index) in seen or not 0 <= index < len(definitions):
                continue
            seen.add((name, index))
            found = written(definitions[index].func)
            if found is None or place(definitions[index]) is None:
                continue
            path, node, _ = found
            self.bodies.append([path, node.lineno, node.end_lineno])
            for asked, line, column in points(node):
                if asked not in definitions[index].argnames:
                    continue
                if asked == name:
                    above = definitions[index - 1] if index > 0 else None
                    waiting.append((name, index - 1))
                else:
                    theirs = by_name.get(asked) or ()
                    above = theirs[-1] if theirs else None
                self.add("fixture", path, asked, line, column, None if above is None else place(above))
            for asked, line, column in strings(node.body, "getfixturevalue"):
                self.add("string", path, asked, line, column, self.defined(asked, item))


def everything(manager):
    """All fixtures that are registered, in what ever form this version of pytest keeps them."""
    waiting = [getattr(manager, "_arg2fixturedefs", None) or manager._arg2node2fixturedefs]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list | tuple | set):
            waiting += one
        else:
            yield one


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    collected = Collected(session._fixturemanager)
    files = set()
    for item in session.items:
        if getattr(item, "_fixtureinfo", None) is not None and hasattr(item, "function"):
            files.add(os.path.realpath(str(item.path)))
            collected.item(item)
    unused, defined = [], []
    for one in everything(session._fixturemanager):
        if hasattr(one, "func"):
            found = written(one.func)
            if found is not None:
                path, node, _ = found
                defined.append([path, node.lineno])
                unused += [[path, line, column] for _, line, column in points(node)]
                collected.bodies.append([path, node.lineno, node.end_lineno])
    report = {
        "points": [
            {"path": path, "line": line, "column": column, **point}
            for (path, line, column), point in sorted(collected.points.items())
        ],
        "files": sorted(files),
        "bodies": collected.bodies,
        "parameters": unused,
        "defined": defined,
    }
    with open(os.environ["NAVIGATION_OUTPUT"], "w", encoding="utf-8") as stream:
        json.dump(report, stream)
