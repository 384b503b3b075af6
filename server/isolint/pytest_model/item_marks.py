"""The marks of a test that can be told before its fixtures are known, in the order of pytest's `iter_markers`.

Where marks come from: decorators, `pytestmark`, classes and their bases, `pytest.param`, conftest hooks and plugins.
`marks` adds those that fixtures bring; what a mark means is for `closure`, `runner` and `database`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from isolint.names.resolve import mro
from isolint.names.symbols import ClassRef
from isolint.pytest_model import library
from isolint.pytest_model.collect import found_test, tests_of
from isolint.pytest_model.evaluate import class_object, literal
from isolint.pytest_model.hooks import HookMark, hook_marks
from isolint.pytest_model.inputs import CONFIG, ENVIRONMENT
from isolint.pytest_model.objects import Context, Func
from isolint.pytest_model.parameter_sets import param_marks
from isolint.pytest_model.plugins import plugins
from isolint.pytest_model.pytestmarks import class_marks, own_pytestmark
from isolint.pytest_model.shapes import Level, Mark, TestItem, TestRef
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

ASYNCIO_PLUGIN = "pytest_asyncio.plugin"
ANYIO_PLUGIN = "anyio.pytest_plugin"
DJANGO_PLUGIN = "pytest_django.plugin"
TRIO_PLUGIN = "pytest_trio.plugin"
HYPOTHESIS_PLUGIN = "_hypothesis_pytestplugin"
_MODELLED = frozenset({ASYNCIO_PLUGIN, ANYIO_PLUGIN, DJANGO_PLUGIN, TRIO_PLUGIN})
"""What these add is said here, also where one of them is the project itself."""


@dataclass(frozen=True, slots=True)
class ItemMarks:
    """The marks of a test. `asking`: those that were there when its parameters and fixtures were looked up. `late`: the
    anyio mark of a test that is made anew. `filled`: how many of `marks` come before those of parameter sets; None
    where nothing is filled in."""

    marks: tuple[Mark, ...] = ()
    asking: tuple[Mark, ...] = ()
    late: Mark | None = None
    filled: int | None = None


def is_bound_hop(item: TestItem) -> bool:
    """Whether a test is a method under sync_to_async. What an instance shows of that is a partial of an async method,
    with the marks of the function; those that stand above the wrapper are on the wrapper alone
    (asgiref.sync.SyncToAsync.__get__)."""
    return item.refused == "sync_to_async" and item.cls is not None and item.binding != "static"


def seen_as_async(store: Store, item: TestItem) -> bool:
    """Whether `inspect.iscoroutinefunction` says so of what the module or class holds: of asgiref's wrapper since
    Python 3.12 (asgiref.sync.markcoroutinefunction)."""
    version = store.get(ENVIRONMENT, "").python_version
    return item.is_async and (item.refused != "sync_to_async" or version is None or version >= (3, 12))


def _marked(store: Store, ref: TestRef) -> ItemMarks:
    found = found_test(store, ref)
    if found is None:
        return ItemMarks()
    item, func = found
    plain = item.family in {"function", "method"}
    loaded = plugins(store, ref.path)
    config = store.get(CONFIG, ref.path)
    nodes = _around(store, item)
    outer = func.outer if is_bound_hop(item) else ()
    own = [m for m in func.marks if m not in outer]
    late: list[Mark] = []
    coroutine = func.is_async and not func.is_generator
    if coroutine and loaded.has(ANYIO_PLUGIN):
        brought, in_the_end = _brought(store, item, func)
        backend = _plugin_mark("usefixtures", (f.Constant("anyio_backend", (0, 0)),), ref.path)
        if is_bound_hop(item):
            outer += (backend,) * brought
        else:
            own += [backend] * brought
            late = [backend] * in_the_end
    if plain and func.is_generator and not func.is_async:
        own.append(_plugin_mark("xfail", (), ref.path))  # _pytest.python.pytest_pycollect_makeitem, before 8.4
    filled = len(own)
    if plain:  # methods of a TestCase are not parametrized (_pytest.unittest.UnitTestCase.collect)
        own += param_marks(store, ref.path, (*func.marks, *nodes))
    shown_async = is_bound_hop(item) or seen_as_async(store, item)
    if plain and loaded.has(ASYNCIO_PLUGIN) and shown_async:
        certain = {m.name for m in (*own, *nodes) if m.certain}
        if config.asyncio_mode == "auto" and "asyncio" not in certain:
            own.append(_plugin_mark("asyncio", (), ref.path))
        if func.is_generator and any(m.name == "asyncio" for m in (*own, *nodes) if m.certain):
            own.append(_plugin_mark("xfail", (), ref.path))
    if loaded.has(DJANGO_PLUGIN) and item.family == "django":
        own += _tags(func.tags, "function")
    before, after = _hooked(store, item, func, tuple(own), tuple(nodes))
    if config.trio_mode and shown_async and not func.is_generator and loaded.has(TRIO_PLUGIN):
        after.append(_plugin_mark("trio", (), ref.path))  # pytest_trio.plugin.automark
    if func.given and loaded.has(HYPOTHESIS_PLUGIN):
        # _hypothesis_pytestplugin.pytest_collection_modifyitems, which runs after that of a conftest.
        after.append(_plugin_mark("hypothesis", (), ref.path))
    marks = (*before, *own, *after, *nodes)
    asking = (*before, *own, *outer, *after, *nodes)
    anyio = closest(marks, "anyio") if coroutine and loaded.has(ANYIO_PLUGIN) else None
    if anyio is None or "anyio_backend" in item.params or any(_brings_backend(m) for m in (*own, *outer)):
        return ItemMarks(marks, asking, filled=len(before) + filled if plain else None)
    kept = tuple(m for m in func.marks if m not in outer)
    return ItemMarks((*kept, *late, *nodes), (*func.marks, *nodes), anyio)


def _asks_for_backend(store: Store, item: TestItem, func: Func) -> bool:
    """Whether anyio marks the function of a test when it is collected. What it looks at is what the module or class
    holds: a static or class method is no coroutine function to it (anyio.pytest_plugin.pytest_pycollect_makeitem)."""
    if item.family not in {"function", "method"} or func.binding or func.is_generator:
        return False
    if not seen_as_async(store, item):
        return False
    if store.get(CONFIG, item.id.path).anyio_mode == "auto":
        return True
    return any(m.name == "anyio" for m in (*func.marks, *_around(store, item)))


def _around(store: Store, item: TestItem) -> list[Mark]:
    """The marks of the classes and the module around a test, inner ones first."""
    nodes: list[Mark] = []
    for cls in reversed(item.classes):
        nodes += class_marks(store, cls)
        if plugins(store, item.id.path).has(DJANGO_PLUGIN) and mro(store, cls).has(library.DJANGO_SIMPLE):
            nodes += _tags(_class_tags(store, cls), "class")
    return [*nodes, *own_pytestmark(store, (item.id.path, None))]


def _collected_again(store: Store, path: str) -> dict[TestRef, tuple[int, int]]:
    nodes: dict[tuple[str, ...], int] = {}
    by_function: dict[object, list[tuple[tuple[int, int], TestItem]]] = {}
    for item in tests_of(store, path):
        # A node's own functions are made before those of the classes in it, a class's before those of its bases.
        for length in range(len(item.id.classes) + 1):
            nodes.setdefault(item.id.classes[:length], len(nodes))
        bases = mro(store, item.cls).classes if item.cls is not None else ()
        turn = nodes[item.id.classes], bases.index(item.owner) if item.owner in bases else 0
        if item.is_async:
            by_function.setdefault((item.ref, item.runs), []).append((turn, item))
    found: dict[TestRef, tuple[int, int]] = {}
    for same in by_function.values():
        if len(same) == 1:
            continue
        count = 0
        for _, item in sorted(same, key=lambda one: one[0]):
            one = found_test(store, item.id)
            count += one is not None and _asks_for_backend(store, *one)
            found[item.id] = count, 0
        found |= {item.id: (found[item.id][0], count) for _, item in same}
    return found


collected_again: Query[str, dict[TestRef, tuple[int, int]]] = Query("collected again", _collected_again, barrier=True)
"""The tests of a file whose function is collected more than once (inherited, in a nested class of a base, under two
names): how many marks anyio has left on that one function when the test is made, and in the end. Those of other files
are not counted: which come before depends on the run. Key: an absolute path."""


def _brought(store: Store, item: TestItem, func: Func) -> tuple[int, int]:
    once = int(_asks_for_backend(store, item, func))
    return collected_again(store, item.id.path).get(item.id, (once, once))


def _brings_backend(mark: Mark) -> bool:
    """The mark that anyio.pytest_plugin.pytest_pycollect_makeitem adds."""
    return mark.name == "usefixtures" and mark.level == "plugin" and mark.site is None


item_marks: Query[TestRef, ItemMarks] = Query("item marks", _marked)
"""The marks of a test but for those of the parameter sets of its fixtures; nothing for a test that does not exist."""


def made_anew(store: Store, ref: TestRef) -> Mark | None:
    """The anyio mark of a test that it reached too late to bring `anyio_backend`: of a TestCase's method, a static or
    class method, a parameter set, from a hook. anyio replaces such an item (anyio.pytest_plugin.
    pytest_collection_finish): the new ones have the marks of the function and of what is around it, those of parameter
    sets and of plugins are gone, and no parameter but the backend."""
    return item_marks(store, ref).late


def asking_marks(store: Store, ref: TestRef) -> tuple[Mark, ...]:
    """The marks that say which fixtures a test uses and how it is parametrized: those of `marks_of`, and what stands
    above sync_to_async on a method."""
    return item_marks(store, ref).asking


def closest(marks: Iterable[Mark], name: str) -> Mark | None:
    """`get_closest_marker`, where there is certainly one: each set of parameters may have its own."""
    possible = closest_of_each((m for m in marks if m.name), name)
    return None if None in possible else next((m for m in possible if m is not None and (m.certain or m.among)), None)


def closest_of_each(marks: Iterable[Mark], name: str) -> list[Mark | None]:
    """What `get_closest_marker` may give: of each parameter set, with and without a mark that is not certain; None for
    no mark. The last is what there is where nothing before it holds."""
    found: list[Mark | None] = []
    left: dict[object, frozenset[int]] = {}
    for mark in marks:
        if mark.name not in {name, ""}:
            continue
        if mark.certain:
            return [*found, mark]
        if mark.among is None:
            found.append(mark)
            continue
        here = left.get(mark.among.of, frozenset(range(mark.among.count)))
        if here & mark.among.numbers:
            found.append(mark)
        left[mark.among.of] = here - mark.among.numbers
        if not left[mark.among.of]:
            return found
    return [*found, None]


def _plugin_mark(name: str, args: tuple[f.Expr, ...], path: str) -> Mark:
    return Mark(name, args, level="plugin", path=path)


def _tags(tags: tuple[str, ...], level: Level) -> list[Mark]:
    """`django.test.tag` on Django's test classes and their methods (pytest_django.plugin.pytest_collectstart). Several
    tags are a set: they have no order."""
    return [Mark(tag, level=level) for tag in dict.fromkeys(tags)]


def _class_tags(store: Store, cls: ClassRef) -> tuple[str, ...]:
    found: list[str] = []
    for one in mro(store, cls).classes:
        if isinstance(one, ClassRef):
            found += class_object(store, one).tags
    return tuple(found)


def _hooked(
    store: Store, item: TestItem, func: Func, own: tuple[Mark, ...], nodes: tuple[Mark, ...]
) -> tuple[list[Mark], list[Mark]]:
    """The marks that hooks in conftest files and project plugins add: (before the item's own, after them). Of one hook
    what was registered last is called first (pluggy's order), and each sees what those before it added."""
    before: list[Mark] = []
    after: list[Mark] = []
    loaded = plugins(store, item.id.path)
    files = (*(p.path for p in loaded.session if p.path and p.module not in _MODELLED), *loaded.conftests)
    found = [added for path in reversed(files) for added in hook_marks(store, path)]
    for added in sorted(found, key=lambda one: one.turn):
        mark = _decided(added, item, func, (*before, *own, *after, *nodes))
        if mark is not None:
            if added.first:
                before.insert(0, mark)
            else:
                after.append(mark)
    return before, after


def _decided(added: HookMark, item: TestItem, func: Func, marks: tuple[Mark, ...]) -> Mark | None:
    if added.condition == "always":
        return added.mark
    if added.condition in {"async", "sync"} and not func.opaque:
        is_coroutine = func.is_async and not func.is_generator
        return added.mark if is_coroutine == (added.condition == "async") else None
    asked, _, name = added.condition.partition(" ")
    if name:
        has = any(m.name == name for m in marks if m.certain)
        if asked.endswith("keyword"):
            # The names of the test and of all that it is in are keywords, too (_pytest.mark.structures.NodeKeywords).
            has = has or name in {item.id.name, *item.id.classes, *item.node_id.partition("::")[0].split("/")}
        if has or not any(m.name in {name, ""} for m in marks):
            return added.mark if has != asked.startswith("un") else None
    return replace(added.mark, certain=False, reason=added.mark.reason or "a hook adds it under a condition")


def keyword(store: Store, mark: Mark, name: str, position: int = -1) -> object:
    """The value of an argument of a mark, by keyword or by position; None when it is not given, `UNREADABLE` when it is
    not written out."""
    context = Context(mark.path, mark.site.chunk if mark.site is not None else "", mark.owner)
    for given, expr in mark.keywords:
        if given == name:
            return literal(store, context, expr)
    if 0 <= position < len(mark.args):
        return literal(store, context, mark.args[position])
    return None
