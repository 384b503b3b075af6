"""Whether a decorator of the project may do another thing with a test that is sync: it is called while the file is
imported, so a wrong guess breaks every test in it."""

from __future__ import annotations

from isolint.fixes.walk import walk
from isolint.names.resolve import resolve
from isolint.names.scopes import class_facts
from isolint.names.symbols import FunctionSymbol
from isolint.placement.functions import find
from isolint.pytest_model.shapes import TestItem
from isolint.store.memo import Store
from isolint.syntax import facts as f


def minding(store: Store, item: TestItem, function: f.Function) -> str:
    """Which decorator of a test, or of a class around it, decides something by what it is given, which may be whether
    that is a coroutine function; "" for none."""
    written = [(item.ref.path, decorator) for decorator in function.decorators]
    for cls in item.classes:
        facts = class_facts(store, cls)
        written += [(cls.path, decorator) for decorator in facts.decorators] if facts is not None else []
    for path, decorator in written:
        named = decorator.func if isinstance(decorator, f.Call) else decorator
        for symbol in resolve(store, path, named):
            found = find(store, symbol.ref) if isinstance(symbol, FunctionSymbol) else None
            node = found.node if found is not None else None
            if isinstance(node, f.Function) and _decides(node):
                return f"the decorator {node.name} decides by what it is given, which may be whether the test is async"
    return ""


def _decides(function: f.Function) -> bool:
    return any(
        isinstance(node, f.If | f.Match | f.While | f.Try | f.Choice | f.Assert | f.Raise)
        for statement in function.body
        for node in walk(statement)
    )
