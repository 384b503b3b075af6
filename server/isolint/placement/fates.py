"""What becomes of rows, over the run of one test: those made on its connection that work elsewhere cannot see, those
made elsewhere that are removed by hand, and those made so that no two of them clash.

Reads the effects of a finished run, in the order in which they happen, and the text at the calls of their chains: that
of a helper says the same wherever it stands. Which work leaves, and whether that is a finding, is decided by `trace`;
how grave it is by the rules. Only what is certain is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from isolint.catalog.rows import Fate, Gives
from isolint.names.inputs import FACTS
from isolint.names.resolve import canonical, class_attribute, mro, resolve
from isolint.names.scopes import class_scope
from isolint.names.symbols import ClassRef, ClassSymbol, FunctionRef, FunctionSymbol, Site, ValueSymbol
from isolint.placement.acting import Acting
from isolint.placement.functions import Found, bound_names, find_node, functions, own_statements
from isolint.placement.inputs import TABLE
from isolint.placement.machine import Machine
from isolint.placement.shapes import Effect, Removal, Step, Unseen
from isolint.placement.values import label
from isolint.pytest_model.functions import walk
from isolint.pytest_model.shapes import FixtureDef
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

_MODEL = "django.db.models.base.Model"
_MAKING: frozenset[Fate] = frozenset({"made", "many made", "built", "found or made", "saved"})
_REMOVABLE: frozenset[Fate] = frozenset({"made", "many made", "found or made", "saved"})
"""What makes rows of the model alone: a factory may make others with it, which nobody can name."""
_REMOVING: frozenset[Fate] = frozenset({"removed", "all removed"})
_BLOCKER = "django_db_blocker"
_MOST_STEPS = 12
"""Names and functions that are followed to where a value is made."""


class Parts:
    """The parts of a run in their order: fixtures and set-up methods by the first step into them, and the body."""

    def __init__(self) -> None:
        self.entered: dict[Step, str] = {}
        self.said: dict[Step, str] = {}
        self._outside: set[Step] = set()
        self._late: set[Step] = set()
        self._order: dict[Step, int] = {}
        self._pairs: dict[Step, str | Step] = {}

    def enter(
        self, step: Step, name: str, said: str, *, pair: str = "", inside: bool = True, late: bool = False
    ) -> None:
        """A part begins: its name, and what it is called for people. A set-up method and its counterpart have the same
        `pair`. `inside`: in the transaction of the test; `late`: it runs after the body."""
        self.entered[step] = name
        self._pairs[step] = pair or step
        self.said[step] = said
        self._order.setdefault(step, len(self._order))
        if not inside:
            self._outside.add(step)
        if late:
            self._late.add(step)

    def of(self, effect: Effect) -> Step | None:
        """The step into the part that an effect belongs to; None for the body."""
        return effect.via[0] if effect.via[0] in self.entered else None

    def are_together(self, one: Effect, other: Effect) -> bool:
        """Whether two effects belong to the same part, or to a set-up method and its counterpart."""
        return self._pairs.get(one.via[0]) == self._pairs.get(other.via[0])

    def is_outside(self, effect: Effect) -> bool:
        """Whether it belongs to a part that runs outside the test's transaction."""
        return effect.via[0] in self._outside

    def before(self, early: Effect, late: Effect) -> bool:
        """Whether one effect certainly begins before the other, where both happen once."""
        positions = self._position(early), self._position(late)
        if positions[0] != positions[1]:
            return positions[0] < positions[1]
        if early.phase != late.phase:
            return early.phase == "setup"
        for at, (one, other) in enumerate(zip(early.via, late.via, strict=False)):
            if one.site != other.site:
                # All that an effect stands for has the call in common that stands in the part's own body.
                is_common = at <= (early.via[0] in self.entered)
                return _is_above(one.site, other.site) and (is_common or not (early.several or late.several))
        return False

    def _position(self, effect: Effect) -> tuple[int, int]:
        step = self.of(effect)
        if step is None:
            return 1, 0
        # What is behind a `yield`, or in the counterpart of a set-up method, runs in the opposite order.
        at = self._order[step]
        return (2, -at) if effect.phase == "teardown" or step in self._late else (0, at)


def _is_above(one: Site | None, other: Site | None) -> bool:
    return one is not None and other is not None and _alike(one, other) and one.start < other.start


def _alike(one: Site | None, other: Site | None) -> bool:
    """Whether two places are in the same chunk."""
    return one is not None and other is not None and (one.path, one.chunk) == (other.path, other.chunk)


def is_inside(definition: FixtureDef) -> bool:
    """Whether a fixture of the project runs inside the test's transaction: wider ones begin before it."""
    return definition.scope == "function" and _BLOCKER not in definition.params


class Fates:
    """The effects of one run, asked what becomes of rows. `gone` are those on other connections than the test's."""

    def __init__(
        self, machine: Machine, parts: Parts, fixtures: Acting, home: Sequence[Effect], gone: Sequence[Effect]
    ) -> None:
        self.store = machine.store
        self.machine = machine
        self.parts = parts
        self.fixtures = fixtures
        self.home = [e for e in home if self._makes(e) and not parts.is_outside(e)]
        self._known: dict[Effect, Removal | None] = {}
        self.made = [e for e in gone if machine.fate(e) in _MAKING]
        self.removals = [e for e in gone if machine.fate(e) in _REMOVING and self._is_sure_removal(e)]

    def _makes(self, effect: Effect) -> bool:
        sure = effect.certain and all(guard.assumed for guard in effect.guards)
        return sure and effect.of is not None and self.machine.fate(effect) in _MAKING

    def _is_sure_removal(self, effect: Effect) -> bool:
        return effect.certain and not effect.guards and effect.of is not None

    # --- rows that cannot be seen ---------------------------------------------------------------------------------

    def unseen(self, effect: Effect) -> Unseen | None:
        """The rows of what it looks for that were made on the test's connection before."""
        looks = effect.kind == "read" or self.machine.fate(effect) == "found or made"
        if not looks or effect.of is None or not effect.certain:
            return None
        table = _table(self.store, effect.of)
        for made in self.home:
            assert made.of is not None
            if table in _tables(self.store, made.of) and self.parts.before(made, effect):
                step = self.parts.of(made)
                name = "" if step is None else self.parts.said[step]
                return Unseen(effect.model or "", name, made.via[-1] if step is None else _telling(made))
        return None

    # --- rows that are removed by hand ----------------------------------------------------------------------------

    def removal(self, group: Iterable[Effect]) -> Removal | None:
        """What removes by hand the rows that one call makes, if it certainly is all of them."""
        found: list[Removal] = []
        for effect in group:
            if effect.kind == "read" or self.cleans([effect]):
                continue
            removal = self._removal(effect)
            if removal is None:
                return None
            found.append(removal)
        return min(found, key=lambda one: one.ensured, default=None)

    def cleans(self, group: Iterable[Effect]) -> bool:
        """Whether all that one call writes is to remove rows that were made elsewhere before."""
        writing = [e for e in group if e.kind != "read"]
        return bool(writing) and all(
            e in self.removals and any(self._removed_by(made, e) and self._removal(made) for made in self.made)
            for e in writing
        )

    def _removal(self, made: Effect) -> Removal | None:
        if made not in self._known:
            self._known[made] = self._removal_of(made)
        return self._known[made]

    def _removal_of(self, made: Effect) -> Removal | None:
        if self.machine.fate(made) not in _REMOVABLE or made.of is None:
            return None
        after = [e for e in self.removals if self._removed_by(made, e)]
        whole = [e for e in after if self.machine.fate(e) == "all removed"]
        if not whole:
            # Of which object it is nobody has to ask where there are no more rows than removals.
            rows = [e for e in (*self.made, *self.home) if any(self._may_remove(removal, e) for removal in after)]
            kinds = ["many made" if self._is_many(e) else self.machine.fate(e) for e in rows]
            once = self._repeats(rows) and not all(self._repeats([removal]) for removal in after)
            if once or kinds.count("saved") + len(after) < len(rows) or "many made" in kinds:
                return None
        best = min(whole or after, key=lambda e: not self._is_ensured(e), default=None)
        return None if best is None else Removal(best.via[-1], self._is_ensured(best))

    def _removed_by(self, made: Effect, removal: Effect) -> bool:
        if made.of is None or removal.of is None or _table(self.store, made.of) != _table(self.store, removal.of):
            return False
        # What a fixture makes is there for every test that requests it: what one of them does later does not count. And
        # of the objects of a test a fixture has none.
        whole = self.machine.fate(removal) == "all removed" and self.parts.of(made) is None
        if not whole and not self.parts.are_together(made, removal):
            return False
        return self.parts.before(made, removal) and not self._depends(removal, made)

    def _is_many(self, made: Effect) -> bool:
        """Whether it makes more than one row, or may; one that is saved again and again stays one."""
        return made.several and self.machine.fate(made) != "saved"

    def _may_remove(self, removal: Effect, made: Effect) -> bool:
        """Whether what a removal is given may be what was made there."""
        if made.of is None or removal.of is None or _table(self.store, made.of) != _table(self.store, removal.of):
            return False
        own = self.parts.of(made) is not None or self.parts.of(removal) is None
        return own and self.parts.before(made, removal)

    def _depends(self, removal: Effect, made: Effect) -> bool:
        """Whether a removal stands under a condition, or in a handler, under which the rows were not made."""
        sites = {step.site for step in made.via}
        for step in removal.via:
            for span in _blocks(self.store, step.site).branches:
                if _within(step.site, (span,)) and not any(_alike(step.site, s) and _within(s, (span,)) for s in sites):
                    return True
        return False

    def removes(self, effect: Effect) -> bool:
        """Whether it removes rows, of whatever kind."""
        return self.machine.fate(effect) in _REMOVING

    def _repeats(self, rows: Iterable[Effect]) -> bool:
        return any(_within(step.site, _blocks(self.store, step.site).loops) for e in rows for step in e.via)

    def _is_ensured(self, removal: Effect) -> bool:
        if removal.phase == "teardown" and self.parts.of(removal) is not None:
            return True
        return any(_within(step.site, _blocks(self.store, step.site).finals) for step in removal.via)

    # --- values that no other row has -----------------------------------------------------------------------------

    def distinct(self, group: Iterable[Effect]) -> Step | None:
        """Where a value is made that no other row has, if all rows that one call makes are given one."""
        found: list[Step] = []
        for effect in group:
            if effect.kind == "read" or self.removes(effect):
                continue
            makes = self.machine.fate(effect) in _MAKING and not effect.several
            value = _Values(self.store, self.fixtures, effect.via).given() if makes else None
            if value is None:
                return None
            found.append(value)
        return found[0] if found else None


def _telling(made: Effect) -> Step:
    """The step inside a fixture at which rows are made: where it is written."""
    return made.via[1] if len(made.via) > 1 else made.via[0]


class _Values:
    """What rows are made of, from the call that makes them up the chain of calls that led there: whether that is a
    value that is another one every time."""

    def __init__(self, store: Store, fixtures: Acting, via: tuple[Step, ...]) -> None:
        self.store = store
        self.fixtures = fixtures
        self.table = store.get(TABLE, "")
        self.sites = [step.site for step in via if step.site is not None]
        self.seen: set[tuple[str, str, int]] = set()

    def given(self) -> Step | None:
        """Whether one of the values that the last call is given is; for `thing.save()`, that `thing` is made of."""
        at = self.sites[-1] if self.sites else None
        call = None if at is None else self._call(at)
        if at is None or call is None:
            return None
        given: list[f.Expr] = [*call.args, *(keyword.value for keyword in call.keywords)]
        if given or not isinstance(call.func, f.Attribute):
            return self._first(given, at)
        return self._object(call.func.value, at)

    def _object(self, expr: f.Expr, at: Site) -> Step | None:
        """Whether an object is made of such a value: where it was made, here or by who handed it over."""
        if not isinstance(expr, f.Name):
            return None
        for value in self._assigned(expr.id, at):
            if isinstance(value, f.Call):
                return self._first([*value.args, *(keyword.value for keyword in value.keywords)], at)
        return next((found for arg, there in self._handed(expr.id, at) if (found := self._object(arg, there))), None)

    def _call(self, at: Site) -> f.Call | None:
        """The call that stands at a place."""
        nodes = walk(self.store.get(FACTS, (at.path, at.chunk)))
        return next((n for n in nodes if isinstance(n, f.Call) and n.span == (at.start, at.end)), None)

    def _handed(self, name: str, at: Site) -> Iterable[tuple[f.Expr, Site]]:
        """What the parameter of this name is given by the call that led to the function around a place: by its name,
        or else any of those without one."""
        function = self._function(at)
        if function is None or all(param.name != name for param in function.node.params) or at not in self.sites:
            return
        inside = function.node.span
        for there in reversed(self.sites[: self.sites.index(at)]):
            if not (_alike(there, at) and inside[0] <= there.start < inside[1]):
                call = self._call(there)
                if call is not None:
                    named = [keyword.value for keyword in call.keywords if keyword.name in (name, None)]
                    yield from ((value, there) for value in named or call.args)
                return

    def _first(self, exprs: Iterable[f.Expr], at: Site) -> Step | None:
        return next((found for one in exprs if (found := self._made(one, at)) is not None), None)

    def _made(self, expr: f.Expr, at: Site) -> Step | None:
        match expr:
            case f.Call():
                return self._called(expr, at)
            case f.Name():
                key = (at.path, at.chunk, expr.span[0])
                if key in self.seen or len(self.seen) >= _MOST_STEPS:
                    return None
                self.seen.add(key)
                return self._first(self._assigned(expr.id, at), at) or self._parameter(expr.id, at)
            case f.Attribute() | f.Subscript() | f.Starred():
                return self._made(expr.value, at)
            case f.Operation():
                return self._first(expr.operands, at)
            case f.Collection():
                return self._first(expr.items, at)
            case f.Mapping():
                return self._first([value for _, value in expr.items], at)
            case f.Choice():
                return self._first(expr.options, at)
        return None

    def _called(self, call: f.Call, at: Site) -> Step | None:
        local = isinstance(call.func, f.Name) and call.func.id in self._bound(at)
        for symbol in () if local else resolve(self.store, at.path, call.func):
            if isinstance(symbol, FunctionSymbol):
                return self._given(symbol.ref)
            row = self.table.get(canonical(self.store, symbol))
            if isinstance(row, Gives) and row.unlike:
                return Step(Site(at.path, at.chunk, *call.span), label(call.func))
        if isinstance(call.func, f.Attribute) and (found := self._made(call.func.value, at)) is not None:
            return found
        data = isinstance(call.func, f.Attribute) or (isinstance(call.func, f.Name) and call.func.id in _DATA)
        return self._first([*call.args, *(keyword.value for keyword in call.keywords)], at) if data else None

    def _given(self, ref: FunctionRef) -> Step | None:
        """What a function or fixture returns or yields."""
        key = (ref.path, ref.chunk, ref.start)
        node = find_node(self.store, ref)
        if key in self.seen or not isinstance(node, f.Function):
            return None
        self.seen.add(key)
        inside = Site(ref.path, ref.chunk, *node.span)
        values = [s.value for s in own_statements(node.body) if isinstance(s, f.Return) and s.value is not None]
        values += [y.value for y in walk(node.body) if isinstance(y, f.Yield) and y.value is not None]
        return self._first(values, inside)

    def _parameter(self, name: str, at: Site) -> Step | None:
        """What a parameter is given: by the call that led here, or by the fixture of its name."""
        handed = list(self._handed(name, at))
        if handed:
            return next((found for arg, there in handed if (found := self._made(arg, there)) is not None), None)
        function = self._function(at)
        if function is None or all(param.name != name for param in function.node.params):
            return None
        definitions = self.fixtures.definitions(name)
        ref = definitions[-1].ref if definitions else None
        return None if ref is None else self._given(ref)

    def _function(self, at: Site) -> Found | None:
        """The innermost function around a place."""
        found = [
            one
            for one in functions(self.store, (at.path, at.chunk)).values()
            if isinstance(one.node, f.Function) and one.node.span[0] <= at.start and at.end <= one.node.span[1]
        ]
        return max(found, key=lambda one: one.node.span[0], default=None)

    def _bound(self, at: Site) -> frozenset[str]:
        function = self._function(at)
        return frozenset() if function is None else bound_names(function.node)

    def _assigned(self, name: str, at: Site) -> list[f.Expr]:
        """What the functions around a place assign to a name, the innermost that does."""
        function = self._function(at)
        for node in () if function is None else (function.node, *reversed(function.around)):
            statements = own_statements(node.body) if isinstance(node, f.Function) else ()
            values = [
                s.value
                for s in statements
                if isinstance(s, f.Assign)
                and s.value is not None
                and any(isinstance(target, f.Name) and target.id == name for target in s.targets)
            ]
            if values:
                return values
        return []


_DATA = frozenset({"str", "int", "repr", "format", "dict", "hex"})
"""Builtins that make data of what they are given."""


# --- models ----------------------------------------------------------------------------------------------------------


def _tables(store: Store, model: ClassRef | str) -> frozenset[ClassRef | str]:
    """The tables with a row of an object of this model: its own, and those of the models that it inherits from."""
    own = _table(store, model)
    if isinstance(own, str):
        return frozenset({own})
    bases = (cls for cls in mro(store, own).classes if _has_table(store, cls))
    return frozenset({own, *(_table(store, cls) for cls in bases)})


def _table(store: Store, model: ClassRef | str) -> ClassRef | str:
    """The model whose table it is: of a proxy the one that it stands for."""
    if not isinstance(model, ClassRef) or not _says(store, model, "proxy"):
        return model
    for cls in mro(store, model).classes[1:]:
        if _has_table(store, cls) and not (isinstance(cls, ClassRef) and _says(store, cls, "proxy")):
            return cls
    return model


def _has_table(store: Store, cls: ClassRef | str) -> bool:
    if isinstance(cls, ClassRef):
        return mro(store, cls).has(_MODEL) and not _says(store, cls, "abstract")
    return cls != _MODEL and not cls.startswith(_MACHINERY)


_MACHINERY = ("django.db.models.", "django.utils.", "django.contrib.auth.base_user.", "builtins.")
"""Where installed bases of models come from that have no table of their own."""


def _says(store: Store, cls: ClassRef, option: str) -> bool:
    """Whether the class's own `Meta` switches something on."""
    for binding in class_scope(store, cls).get("Meta"):
        if isinstance(binding, ClassSymbol):
            for _, found in class_attribute(store, binding.ref, option):
                return (
                    isinstance(found, ValueSymbol) and isinstance(found.expr, f.Constant) and found.expr.value is True
                )
    return False


# --- blocks ----------------------------------------------------------------------------------------------------------


class _Blocks(Struct, frozen=True, gc=False):
    """Spans of a chunk: of what runs however a `try` ends, of what may not run (branches, handlers), and of what may
    run more than once."""

    finals: tuple[f.Span, ...] = ()
    branches: tuple[f.Span, ...] = ()
    loops: tuple[f.Span, ...] = ()


def _blocks_of(store: Store, key: tuple[str, str]) -> _Blocks:
    finals: list[f.Span] = []
    branches: list[f.Span] = []
    loops: list[f.Span] = []
    for node in walk(store.get(FACTS, key)):
        match node:
            case f.Try():
                finals.append(_span(node.final))
                branches += [_span(handler.body) for handler in node.handlers]
            case f.If():
                branches += [_span(body) for body in (node.body, node.orelse)]
            case f.Choice():
                branches.append(node.span)
            case f.Match():
                branches += [_span(case.body) for case in node.cases]
            case f.For() | f.While():
                loops.append(_span(node.body))
            case f.Comprehension():
                loops.append(node.span)
    return _Blocks(tuple(finals), tuple(branches), tuple(loops))


_blocks_query: Query[tuple[str, str], _Blocks] = Query("blocks", _blocks_of)
"""Key: (path, chunk)."""


def _blocks(store: Store, site: Site | None) -> _Blocks:
    return _Blocks() if site is None else _blocks_query(store, (site.path, site.chunk))


def _span(statements: tuple[f.Stmt, ...]) -> f.Span:
    return (statements[0].span[0], statements[-1].span[1]) if statements else (0, 0)


def _within(site: Site | None, spans: Iterable[f.Span]) -> bool:
    return site is not None and any(start <= site.start < end for start, end in spans)
