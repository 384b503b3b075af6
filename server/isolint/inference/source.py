"""Where something of the standard library stands in its real source, when jedi found it in a stub.

typeshed decides what a name of the standard library is; this adds line, parameters and whether it is async from the
environment's own file, parsed with the interpreter's parser. Names are not resolved here.
"""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Sequence

import msgspec

from isolint.inference.skeleton import is_generator
from isolint.names.origin import Definition, Param


def with_source(definition: Definition, sys_path: Sequence[str]) -> Definition:
    """The definition at its place in the source below `sys_path`, where it was found in a bundled stub and the source
    defines it under the same name; else the definition as it is."""
    if not definition.path.endswith(".pyi") or definition.kind not in ("function", "class"):
        return definition
    parts = definition.canonical.split(".")
    for length in range(len(parts) - 1, 0, -1):
        path = _module_file(parts[:length], sys_path)
        if path is not None:
            node = _definition_in(path, parts[length:])
            return definition if node is None else _moved(definition, path, node)
    return definition


def _moved(definition: Definition, path: str, node: ast.stmt) -> Definition:
    line = node.lineno
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and definition.kind == "function":
        return msgspec.structs.replace(
            definition,
            path=path,
            line=line,
            is_async=isinstance(node, ast.AsyncFunctionDef),
            is_generator=is_generator(node),
            params=_params(node.args),
        )
    return msgspec.structs.replace(definition, path=path, line=line)


def _params(arguments: ast.arguments) -> tuple[Param, ...]:
    plain = [*arguments.posonlyargs, *arguments.args]
    first_default = len(plain) - len(arguments.defaults)
    found = [
        Param(each.arg, "positional" if number < len(arguments.posonlyargs) else "normal", number >= first_default)
        for number, each in enumerate(plain)
    ]
    if arguments.vararg is not None:
        found.append(Param(arguments.vararg.arg, "args", False))
    found += [
        Param(each.arg, "keyword", default is not None)
        for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    if arguments.kwarg is not None:
        found.append(Param(arguments.kwarg.arg, "kwargs", False))
    return tuple(found)


def _module_file(parts: Sequence[str], sys_path: Sequence[str]) -> str | None:
    for root in sys_path:
        for tail in (os.path.join(*parts) + ".py", os.path.join(*parts, "__init__.py")):
            path = os.path.join(root, tail)
            if os.path.isfile(path):
                return path
    return None


def _definition_in(path: str, names: Sequence[str]) -> ast.stmt | None:
    """The last definition of that qualified name (`if`, `try` and `with` looked into), or None."""
    try:
        with open(path, "rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body: Sequence[ast.stmt] = ast.parse(stream.read()).body
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found: ast.stmt | None = None
    for name in names:
        found = _named(body, name)
        if found is None:
            return None
        body = found.body if isinstance(found, ast.ClassDef) else ()
    return found


def _named(body: Sequence[ast.stmt], name: str) -> ast.stmt | None:
    found: ast.stmt | None = None
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if node.name == name:
                found = node
            continue
        for field in ("body", "orelse", "handlers", "finalbody"):
            for part in getattr(node, field, ()):
                inner = _named(part.body if isinstance(part, ast.ExceptHandler) else [part], name)
                found = inner or found
    return found
