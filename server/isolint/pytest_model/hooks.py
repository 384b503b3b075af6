"""Marks that `pytest_collection_modifyitems` and `pytest_itemcollected` of a project file add to items, and hooks that
run tests in their own way.

Only loops over all items are understood, with conditions that are written plainly; any other condition makes a mark
uncertain. Nothing is executed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from isolint.names.scopes import bound, target_names, walk_statements
from isolint.names.symbols import FunctionSymbol, Site
from isolint.pytest_model import library
from isolint.pytest_model.evaluate import evaluate, literal
from isolint.pytest_model.functions import header, name_site, whole
from isolint.pytest_model.objects import Context, Items, Library, MarkMaker, Object, Opaque
from isolint.pytest_model.shapes import Mark
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

_HOOKS = {"pytest_itemcollected": "item", "pytest_collection_modifyitems": "items"}
"""The hooks in the order in which pytest comes to them, with the parameter that counts."""

_LONGEST = 100
"""Of the lists that a hook loops over."""


@dataclass(frozen=True, slots=True)
class HookMark:
    """A mark that a hook adds. `condition` is "always", "async" or "sync" (is the item's function a coroutine
    function?), "marked NAME", "keyword NAME" (is it among `item.keywords`?), either with "un" before it, or "unknown".
    `first` is `append=False`. `turn` tells when its hook is called among those of all files."""

    mark: Mark
    condition: str
    first: bool = False
    turn: tuple[int, int] = (0, 0)


def _hook_marks(store: Store, path: str) -> tuple[HookMark, ...]:
    found: list[HookMark] = []
    for number, (name, parameter) in enumerate(_HOOKS.items()):
        for hook in bound(store, path, name):
            if not isinstance(hook, FunctionSymbol):
                continue
            function = whole(store, hook.ref)
            if function is None or not any(p.name == parameter for p in function.params):
                continue
            walk = _Walk(store, path, hook.ref.chunk, function)
            walk.body(function.body, "always")
            found += [replace(one, turn=(number, _preference(function))) for one in walk.found]
    return tuple(found)


def _preference(function: f.Function) -> int:
    """`@pytest.hookimpl(tryfirst=True)` comes before all others, `trylast=True` after them."""
    for decorator in function.decorators:
        for keyword in decorator.keywords if isinstance(decorator, f.Call) else ():
            if isinstance(keyword.value, f.Constant) and keyword.value.value is True:
                if keyword.name == "tryfirst":
                    return -1
                if keyword.name == "trylast":
                    return 1
    return 0


hook_marks: Query[str, tuple[HookMark, ...]] = Query("hook marks", _hook_marks, barrier=True)
"""The marks that the collection hooks of a file add, in order. Key: the path of a conftest or plugin of the project."""


def _own_runner(store: Store, path: str) -> Site | None:
    """A `pytest_pyfunc_call` that may call the test itself (_pytest.python.pytest_pyfunc_call: the first to give a
    result wins; a wrapper has a `yield` and only stands around it), or a collection hook that puts something else in
    place of the test's function."""
    for hook in bound(store, path, "pytest_pyfunc_call"):
        if isinstance(hook, FunctionSymbol):
            function = header(store, hook.ref)
            if function is not None and not function.is_generator:
                return name_site(store, hook.ref)
    for name in _HOOKS:
        for hook in bound(store, path, name):
            function = whole(store, hook.ref) if isinstance(hook, FunctionSymbol) else None
            for statement in walk_statements(function.body) if function is not None else ():
                targets = statement.targets if isinstance(statement, f.Assign) else ()
                if isinstance(hook, FunctionSymbol) and any(
                    isinstance(target, f.Attribute) and target.attr == "obj" for target in targets
                ):
                    return Site(path, hook.ref.chunk, *statement.span)
    return None


own_runner: Query[str, Site | None] = Query("own runner", _own_runner, barrier=True)
"""Key: the path of a conftest or plugin of the project: where it takes the running of tests into its own hands."""


class _Walk:
    def __init__(self, store: Store, path: str, chunk: str, function: f.Function) -> None:
        self.store = store
        self.context = Context(path, chunk)
        self.item = {p.name for p in function.params if p.name == "item"}
        self.found: list[HookMark] = []

    def body(self, statements: Iterable[f.Stmt], condition: str) -> None:
        skipped = False
        for statement in statements:
            now = "unknown" if skipped else condition
            match statement:
                case f.For(target=f.Name(id=name)) if (written := self.written(statement.iterable)) is not None:
                    broken = any(isinstance(s, f.Simple) and s.kind == "break" for s in walk_statements(statement.body))
                    for one in written:
                        self.context = self.context.bind(name, one)
                        self.body(statement.body, "unknown" if broken else now)
                case f.For():
                    self.item.update(target_names(statement.target))
                    self.body(statement.body, now if self.is_all(statement.iterable) else "unknown")
                case f.If():
                    decided = self.condition(statement.test)
                    self.body(statement.body, _and(now, decided))
                    self.body(statement.orelse, _and(now, _opposite(decided)))
                    if _leaves(statement.body) or _leaves(statement.orelse):
                        # `if not async: continue`: what follows holds under the opposite.
                        rest = _opposite(decided) if _leaves(statement.body) else decided
                        condition = _and(condition, rest)
                case f.Assign(targets=(f.Name() as name,), value=value) if value is not None:
                    self.context = self.context.bind(name.id, evaluate(self.store, self.context, value))
                case f.Evaluate(value=f.Call() as call):
                    self.call(call, now)
                case f.With() | f.Try():
                    self.body(statement.body, now)
                case f.Return():
                    skipped = True

    def is_all(self, iterable: f.Expr) -> bool:
        """Whether a loop runs over all items."""
        match iterable:
            case f.Name():
                return iterable.id == "items"
            case f.Call(func=f.Name(id="enumerate" | "list" | "reversed" | "tuple"), args=(inner, *_)):
                return self.is_all(inner)
        return False

    def written(self, iterable: f.Expr) -> tuple[Object, ...] | None:
        """What a loop runs over, where that is written out."""
        if self.is_all(iterable):
            return None
        found = evaluate(self.store, self.context, iterable)
        return found.items if isinstance(found, Items) and len(found.items) <= _LONGEST else None

    def call(self, call: f.Call, condition: str) -> None:
        func = call.func
        if not (
            isinstance(func, f.Attribute)
            and func.attr == "add_marker"
            and isinstance(func.value, f.Name)
            and func.value.id in self.item
            and call.args
        ):
            return
        site = Site(self.context.path, self.context.chunk, *call.span)
        value = evaluate(self.store, self.context, call.args[0])
        first = any(k.name == "append" and literal(self.store, self.context, k.value) is False for k in call.keywords)
        first = first or (len(call.args) > 1 and literal(self.store, self.context, call.args[1]) is False)
        text = literal(self.store, self.context, call.args[0])
        if isinstance(value, MarkMaker):
            mark = Mark(
                value.mark.name,
                value.mark.args,
                value.mark.keywords,
                value.mark.arguments,
                site,
                "plugin",
                value.mark.path or site.path,
                value.mark.owner,
            )
        elif isinstance(text, str):
            mark = Mark(text, site=site, level="plugin", path=site.path)
        else:
            reason = value.reason if isinstance(value, Opaque) else "a hook adds a mark that is not written out"
            mark = Mark("", site=site, level="plugin", path=site.path, certain=False, reason=reason)
            condition = "unknown"
        self.found.append(HookMark(mark, condition, first))

    def condition(self, test: f.Expr) -> str:
        """What a condition asks about the item."""
        match test:
            case f.Operation(kind="unary", operator="not", operands=(inner,)):
                return _opposite(self.condition(inner))
            case f.Operation(kind="compare", operator=operator, operands=(inner, f.Constant(value=None))) if (
                operator in {"is", "is not", "==", "!="}
            ):
                # Of a mark, being there is all that there is to tell.
                asked = self.condition(inner)
                if not asked.startswith("marked "):
                    return "unknown"
                return asked if operator in {"is not", "!="} else _opposite(asked)
            case f.Operation(
                kind="compare",
                operator=("in" | "not in") as operator,
                operands=(name, f.Attribute(attr="keywords", value=f.Name() as item)),
            ):
                text = literal(self.store, self.context, name)
                if item.id in self.item and isinstance(text, str):
                    return f"{'' if operator == 'in' else 'un'}keyword {text}"
            case f.Call(func=f.Attribute(attr="get_closest_marker", value=f.Name() as item), args=(name, *_)):
                text = literal(self.store, self.context, name)
                if item.id in self.item and isinstance(text, str):
                    return f"marked {text}"
            case f.Call(args=(f.Attribute(attr=("function" | "obj"), value=f.Name() as item),)):
                callee = evaluate(self.store, self.context, test.func)
                canonical = callee.canonical if isinstance(callee, Library) else ""
                if item.id in self.item and canonical in library.IS_COROUTINE_FUNCTION:
                    return "async"
        return "unknown"


def _and(first: str, second: str) -> str:
    if first == "always":
        return second
    return first if second in {"always", first} else "unknown"


def _opposite(condition: str) -> str:
    if condition.startswith(("marked ", "keyword ")):
        return f"un{condition}"
    if condition.startswith(("unmarked ", "unkeyword ")):
        return condition.removeprefix("un")
    return {"async": "sync", "sync": "async"}.get(condition, "unknown")


def _leaves(body: tuple[f.Stmt, ...]) -> bool:
    return bool(body) and (
        isinstance(body[-1], f.Return) or (isinstance(body[-1], f.Simple) and body[-1].kind == "continue")
    )
