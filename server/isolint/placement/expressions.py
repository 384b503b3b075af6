"""Evaluating facts: the expressions of one function, its names, and what is assigned to them.

Names are looked up in the function, the functions around it, the module, and builtins. What operating on a value does
is the machine's business; statements and the ways through them are `body.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from isolint.names.inputs import definition
from isolint.names.resolve import lookup, lookup_or_builtin, module_name, resolve
from isolint.names.scopes import owner_of
from isolint.names.symbols import (
    ClassRef,
    ClassSymbol,
    External,
    FunctionRef,
    ModuleSymbol,
    Site,
)
from isolint.placement import applying, choices, lineage, members, mocks, named, patching
from isolint.placement.applying import ITERATING
from isolint.placement.conditions import DATA_TYPES, condition_of, narrowed
from isolint.placement.containers import MAX_KEYS, holding, is_empty, known_later, spread, with_attribute
from isolint.placement.context import SPREAD, Context
from isolint.placement.functions import (
    KEEPING,
    Found,
    bound_names,
    find,
    free_names,
    taken_by_nested,
)
from isolint.placement.guards import ALWAYS, NEVER, Condition, both, merged
from isolint.placement.lacking import chosen
from isolint.placement.machine import Machine
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Class_,
    Deferred,
    Derived,
    Done,
    Hop,
    Instance,
    Items,
    Lacking,
    Literally,
    Mock,
    Operation,
    Outside,
    Param,
    Partial,
    Plain,
    Unknown,
    Value,
    World,
)
from isolint.placement.values import NOTHING, PLAIN, join, joined_text, label, one, shared, subscript, unknown
from isolint.store.memo import Store
from isolint.syntax import facts as f


class Expressions:
    """A function, or a module's statements, while its expressions are evaluated."""

    def __init__(
        self,
        store: Store,
        ref: FunctionRef,
        found: Found | None,
        owner: ClassRef | None = None,
        world: World = (),
    ) -> None:
        self.store = store
        self.ref = ref
        self.node = found.node if found is not None else None
        self.machine = Machine(store, ref.path, world)
        self.machine.evaluated = None if found is None else ref
        self.env: dict[str, Value] = {}
        self.owner = owner
        self.nested = found is not None and bool(found.around)
        self.local = bound_names(found.node) if found is not None else frozenset()
        self.around = frozenset().union(*(bound_names(n) for n in found.around)) if found is not None else frozenset()
        self.yielded: list[Value] = []
        self.attributes: dict[str, Value] = {}
        self.additions: dict[str, Value] = {}
        self.defaults: dict[tuple[str, Lacking], Value] = {}
        self.lacking: dict[str, Lacking] = {}
        """The attributes of the first parameter that the statements here are executed for lack of."""
        self.ctx = Context()
        self.handed: tuple[f.Expr, ...] = ()
        """The arguments of calls whose work may still be to come."""
        self.captured, self.rebound = taken_by_nested(store, ref, found)

    def evaluate(self, node: f.Expr, ctx: Context) -> Value:
        """What an expression stands for; the work that evaluating it does is in the machine."""
        match node:
            case f.Name():
                return self._name(node.id)
            case f.Constant():
                return one(Literally(node.value))
            case f.Attribute():
                return members.attribute(self.machine, self.evaluate(node.value, ctx), node.attr, ctx, self.site(node))
            case f.Call():
                return self._call(node, ctx)
            case f.Await():
                value = self.close(self.evaluate(node.value, ctx))
                at = node.value if isinstance(node.value, f.Call) else node
                name = label(node.value.func) if isinstance(node.value, f.Call) else label(node.value)
                result = self.machine.perform(value, "await", ctx, self.site(at), name)
                self.touch_handed()
                return result
            case f.Lambda():
                return one(Callable_(FunctionRef(self.ref.path, self.ref.chunk, node.span[0], "lambda")))
            case f.Collection():
                return self._collection(node, ctx)
            case f.Mapping():
                return self._mapping(node, ctx)
            case f.Comprehension():
                return self._comprehension(node, ctx)
            case f.Choice():
                return self._choose(node, ctx)
            case f.Subscript():
                value, index = self.evaluate(node.value, ctx), self.evaluate(node.index, ctx)
                if any(lineage.is_lazy(self.machine, a) for a in value):
                    sliced = isinstance(node.index, f.Operation) and node.index.kind == "slice"
                    return value if sliced else self.machine.item(value, ctx, self.site(node), label(node))
                return self.machine.element(value, index, ctx, self.site(node))
            case f.Starred():
                return self.evaluate(node.value, ctx)
            case f.Walrus():
                value = self.evaluate(node.value, ctx)
                self.assign(node.target, value)
                return value
            case f.Yield():
                if node.value is not None:
                    value = self.evaluate(node.value, ctx)
                    self.yielded.append(self.iterate(value, node.value, False) if node.delegate else value)
                self.ctx = replace(self.ctx, phase="teardown")
                return PLAIN
            case f.Operation():
                parts: list[Value] = []
                for position, operand in enumerate(node.operands):
                    # `x in queryset` evaluates it, and so does `not queryset`; `queryset == x` does not.
                    asks = position > 0 if node.kind == "compare" else node.kind == "unary"
                    read = self.truth(operand, ctx) if asks else self.evaluate(operand, ctx)
                    parts.append(read)
                return joined_text(parts) if node.kind == "fstring" else PLAIN
            case f.Missing():
                for part in node.parts:
                    self.evaluate(part, replace(ctx, muted=True))
                return unknown("could not be parsed")

    def truth(self, node: f.Expr, ctx: Context) -> Value:
        """An expression whose truth is asked for: a queryset is evaluated by that."""
        value = self.evaluate(node, ctx)
        querysets = frozenset(a for a in value if lineage.is_lazy(self.machine, a))
        if querysets:
            self.machine.perform(querysets, "iterate", ctx, self.site(node), label(node))
        return value

    def _choose(self, node: f.Choice, ctx: Context) -> Value:
        """`a if test else b`, `a and b`, `a or b`: what one of them does is dropped where a call decides that it is not
        the one. A choice inside an expression makes work no less certain."""
        stopped = self.machine.stopped
        try:
            return self._chosen(node, ctx)
        finally:
            self.machine.stopped = stopped

    def _chosen(self, node: f.Choice, ctx: Context) -> Value:
        values: list[Value] = []
        if node.test is not None:
            self.truth(node.test, ctx)
            for wanted, option in zip((True, False), node.options, strict=True):
                condition = condition_of(self, node.test, wanted)
                if condition is not NEVER:
                    with self.telling(narrowed(self, node.test, wanted)):
                        values.append(self.evaluate(option, _supposing(ctx, condition)))
            return self.choice(condition_of(self, node.test), *values) if len(values) == 2 else join(values)
        so_far: Condition | None = ALWAYS
        told: dict[str, Value] = {}
        taken: list[Condition | None] = []
        """By option: what must hold for it to be what comes of all."""
        for option in node.options:
            if so_far is NEVER:
                break
            with self.telling(told):
                values.append(self.truth(option, _supposing(ctx, so_far)))
            told |= narrowed(self, option, node.operator == "and")
            so_far = both(so_far, condition_of(self, option, node.operator == "and"))
            taken.append(condition_of(self, option, node.operator != "and"))
        made = values[-1]
        for condition, value in zip(reversed(taken[: len(values) - 1]), reversed(values[:-1]), strict=True):
            made = self.choice(condition, value, made)
        return made

    def choice(self, condition: Condition | None, held: Value, failed: Value) -> Value:
        """One of two values. What takes along names of this function does not wait: they may change until it leaves."""
        if any(self.close(value) != value for value in (held, failed)):
            return join([held, failed])
        return choices.between(condition, held, failed)

    @contextmanager
    def telling(self, names: dict[str, Value]) -> Iterator[None]:
        """What a condition says that names are, while what stands under it is evaluated."""
        before = {name: self.env[name] for name in names}
        self.env.update(names)
        yield
        self.env.update({name: value for name, value in before.items() if self.env[name] is names[name]})

    def _name(self, name: str) -> Value:
        if name in self.env:
            return self.env[name]
        if name in self.local:
            return unknown(f"{name} is not assigned yet")
        if name in self.around:
            return one(Param(name, "free"))
        replaced = members.replacement(self.machine, "module", self.ref.path, name)
        if replaced is not None:
            return replaced
        if self.owner is not None:
            return members.symbols_value(
                self.machine, resolve(self.store, self.ref.path, f.Name(name, (0, 0)), self.owner)
            )
        if name == "__name__" and not lookup(self.store, (self.ref.path, name)):
            return one(Literally(module_name(self.store, self.ref.path)))
        return members.symbols_value(self.machine, lookup_or_builtin(self.store, self.ref.path, name))

    def _collection(self, node: f.Collection, ctx: Context) -> Value:
        values: list[Value] = []
        for item in node.items:
            value = self.close(self.evaluate(item, ctx))
            values += self.spread(item, value, ctx) if isinstance(item, f.Starred) else [value]
        keys = tuple(enumerate(values)) if node.kind != "set" and len(values) <= MAX_KEYS else ()
        complete = not any(isinstance(item, f.Starred) for item in node.items)
        return one(Items(join(values), keys, complete))

    def _mapping(self, node: f.Mapping, ctx: Context) -> Value:
        keys: list[tuple[str | int, Value]] = []
        values: list[Value] = []
        complete = True
        for key, item in node.items:
            value = self.close(self.evaluate(item, ctx))
            values.append(value)
            literal = isinstance(key, f.Constant) and isinstance(key.value, str | int)
            complete = complete and literal and len(keys) < MAX_KEYS
            if key is None:
                continue
            if isinstance(key, f.Constant) and isinstance(key.value, str | int) and len(keys) < MAX_KEYS:
                keys.append((key.value, value))
            else:
                self.evaluate(key, ctx)
        return one(Items(join(values), tuple(keys), complete, True))

    def _comprehension(self, node: f.Comprehension, ctx: Context) -> Value:
        before, stopped = dict(self.env), self.machine.stopped
        for clause in node.clauses:
            iterable = self.evaluate(clause.iterable, ctx)
            self.assign(clause.target, self.iterate(iterable, clause.iterable, clause.is_async))
            for condition in clause.conditions:
                self.evaluate(condition, ctx)
                self.env.update(narrowed(self, condition))
        values = [self.close(self.evaluate(element, ctx)) for element in node.elements]
        self.env, self.machine.stopped = before, stopped
        return one(Items(values[-1] if values else NOTHING, mapping=node.kind == "dict"))

    def site(self, node: f.Expr | f.Stmt) -> Site:
        """Where a node stands, relative to its chunk."""
        return Site(self.ref.path, self.ref.chunk, *node.span)

    # --- calls --------------------------------------------------------------------------------------------------------

    def _call(self, node: f.Call, ctx: Context) -> Value:
        special = self._special_call(node, ctx)
        if special is not None:
            return special
        func = self.close(self._callee(node.func, ctx))
        args: list[Value] = []
        later = NOTHING
        for arg in node.args:
            value = self.close(self.evaluate(arg, ctx))
            if isinstance(arg, f.Starred):
                args += self.spread(arg, value, ctx)
                if not all(isinstance(a, Items) and a.complete for a in value):
                    later |= PLAIN  # nobody knows which parameters it leaves
            else:
                args.append(value)
        keywords: list[tuple[str, Value]] = []
        for keyword in node.keywords:
            value = self.close(self.evaluate(keyword.value, ctx))
            if keyword.name is not None:
                keywords.append((keyword.name, value))
            else:
                keywords += ((k, v) for a in value if isinstance(a, Items) for k, v in a.keys if isinstance(k, str))
                later |= known_later(value)
        if later:
            spreading = join([later, *(v for k, v in keywords if k == SPREAD)])
            keywords = [*((k, v) for k, v in keywords if k != SPREAD), (SPREAD, spreading)]
        self._keep(node, args, ctx)
        if isinstance(node.func, f.Attribute) and node.func.attr in _GOING_THROUGH and _is_data(func):
            for arg, value in zip(node.args, args, strict=False):
                self.go_through(value, arg, ctx)
        made = self.machine.perform(func, "call", ctx, self.site(node), label(node.func), tuple(args), tuple(keywords))
        if not all(isinstance(atom, Outside) for atom in func):
            self.handed += (*node.args, *(keyword.value for keyword in node.keywords))
            if not any(isinstance(atom, Deferred) for atom in made):
                self.touch_handed()
        return made

    def _callee(self, node: f.Expr, ctx: Context) -> Value:
        """What is called. A method that is read only to be called does nothing by being read."""
        if not isinstance(node, f.Attribute):
            return self.evaluate(node, ctx)
        held = self.evaluate(node.value, ctx)
        symbolic = frozenset(a for a in held if isinstance(a, Param | Derived))
        found = members.attribute(self.machine, held - symbolic, node.attr, ctx, self.site(node))
        if not symbolic:
            return found
        return join([found, members.attribute(self.machine, symbolic, node.attr, replace(ctx, muted=True), None)])

    def spread(self, node: f.Starred, value: Value, ctx: Context) -> list[Value]:
        """The positional arguments that `*value` stands for: whatever it is, it is gone through here."""
        if isinstance(node.value, f.Name) and self._collects(node.value.id) and value == one(Param(node.value.id)):
            return spread(value)
        element = self.go_through(value, node, ctx)
        if not element:
            return spread(value)
        written = frozenset(atom for atom in value if isinstance(atom, Items))
        return [join([part, element]) for part in spread(written)] if written else [element]

    def _collects(self, name: str) -> bool:
        """Whether this is the `*args` of the function: a tuple, whatever it was given."""
        params = () if self.node is None else self.node.params
        return any(param.name == name and param.kind == "args" for param in params)

    def go_through(self, value: Value, node: f.Expr, ctx: Context) -> Value:
        """What going through a value gives that does so by work of its own, or may: no container, and no data. Empty
        where there is nothing else."""
        working = frozenset(atom for atom in value if isinstance(atom, _WORKING))
        return self.machine.perform(working, "iterate", ctx, self.site(node), label(node)) if working else NOTHING

    def _keep(self, node: f.Call, args: list[Value], ctx: Context) -> None:
        """`name.append(x)` and its like put what they are given into the container that the name holds, or that the
        attribute of the first parameter is."""
        match node.func:
            case f.Attribute(value=f.Name(id=name), attr=method) if name in self.env and method in KEEPING and args:
                self.touch(node.func.value)
                self.env[name] = holding(self.env[name], self._kept(node, args, ctx), None)
            case f.Attribute(value=f.Attribute(value=f.Name(id=owner), attr=name), attr=method) if (
                method in KEEPING and args and self.is_self(owner)
            ):
                self.put(name, self._kept(node, args, ctx))
            case f.Attribute(value=f.Name() as holder, attr=method) if method not in _READING:
                if any(isinstance(a, Items | Param | Derived) for a in self.env.get(holder.id, NOTHING)):
                    self.touch(holder)

    def _kept(self, node: f.Call, args: list[Value], ctx: Context) -> Value:
        """What such a call puts into its container."""
        if not isinstance(node.func, f.Attribute) or node.func.attr != "extend":
            return args[-1]
        elements = (a.element for a in args[-1] if isinstance(a, Items))
        return join([*elements, self.go_through(args[-1], node.args[-1], replace(ctx, muted=True))])

    def put(self, name: str, value: Value) -> None:
        """Something is put into the container that an attribute of the first parameter is."""
        self.additions[name] = join([self.additions.get(name, NOTHING), shared(value)])

    def _special_call(self, node: f.Call, ctx: Context) -> Value | None:
        """Builtins that look at their arguments: getattr, and everything that iterates."""
        if not isinstance(node.func, f.Name) or node.func.id in self.env or node.func.id not in _SPECIAL:
            return None
        symbols = lookup_or_builtin(self.store, self.ref.path, node.func.id)
        if symbols != (External(f"builtins.{node.func.id}"),):
            return None
        if node.func.id == "super":
            return self._super_value(node, ctx)
        values = [self.close(self.evaluate(a, ctx)) for a in node.args]
        for keyword in node.keywords:
            self.evaluate(keyword.value, ctx)
        if node.func.id == "getattr":
            if len(values) < 2:
                return unknown("getattr of a computed name")
            default = values[2] if len(values) > 2 else None
            return named.attribute(self.machine, values[0], values[1], default, ctx, self.site(node))
        parts = zip(values, node.args, strict=True)
        given = [self.spread(arg, value, ctx) if isinstance(arg, f.Starred) else [value] for value, arg in parts]
        if node.func.id in _PASSING:
            return PLAIN
        arguments = tuple(value for values_of_one in given for value in values_of_one)
        labels = tuple(label(a) for a in node.args) + ("",) * len(arguments)
        return applying.apply_builtin(self.machine, node.func.id, arguments, ctx, self.site(node), labels) or PLAIN

    def _super_value(self, node: f.Call, ctx: Context) -> Value:
        """`super()` in a method, and `super(Class, self)` anywhere."""
        if len(node.args) == 2:
            classes, value = (self.evaluate(a, ctx) for a in node.args)
            return join(
                members.super_of(self.machine, value, a.ref) for a in classes if isinstance(a, Class_)
            ) or unknown("super()")
        owner = owner_of(self.store, self.ref.path, self.ref.chunk)
        found = find(self.store, self.ref)
        method = None if found is None else (*found.around, found.node)[0]
        if owner is None or method is None or not method.params:
            return unknown("super()")
        return members.super_of(self.machine, self._name(method.params[0].name), owner)

    # --- operations and assignments -----------------------------------------------------------------------------------

    def iterate(self, value: Value, expr: f.Expr, is_async: bool) -> Value:
        """What a loop over a value gives."""
        op: Operation = "aiterate" if is_async else "iterate"
        return self.machine.perform(self.close(value), op, self.ctx, self.site(expr), label(expr))

    def assign(self, target: f.Expr, value: Value) -> None:
        """Binds a target, of whatever form, to a value."""
        match target:
            case f.Name():
                if target.id in self.captured:
                    value = shared(value)
                self.env[target.id] = value | PLAIN if target.id in self.rebound else value
            case f.Collection():
                lazy = frozenset(a for a in value if lineage.is_lazy(self.machine, a) or isinstance(a, Deferred))
                element = self.go_through(lazy, target, self.ctx)
                for position, part in enumerate(target.items):
                    self.assign(part, join([element, subscript(value - lazy, one(Literally(position)))]))
            case f.Starred():
                self.assign(target.value, one(Items(value)))
            case f.Attribute():
                holder = self.evaluate(target.value, self.ctx)
                if isinstance(target.value, f.Name) and self.is_self(target.value.id):
                    self.keep(target.value.id, target.attr, shared(value))
                else:
                    name = one(Literally(target.attr))
                    self.machine.assigned(holder, name, self.close(value), self.ctx, self.site(target))
                    self.tell(holder, target.attr, shared(self.close(value)))
                    if isinstance(target.value, f.Name) and target.value.id in self.env:
                        self.env[target.value.id] = with_attribute(
                            self.env[target.value.id], target.attr, shared(self.close(value))
                        )
            case f.Subscript():
                held = self.evaluate(target.value, self.ctx)
                key = self.evaluate(target.index, self.ctx)
                patching.assigned_item(self.machine, held, key, value, self.ctx, self.site(target))
                if lineage.lends(self.machine, held):
                    self.ctx = replace(self.ctx, muted=True)
                if (
                    isinstance(target.value, f.Attribute)
                    and isinstance(target.value.value, f.Name)
                    and self.is_self(target.value.value.id)
                ):
                    self.put(target.value.attr, value)
                if isinstance(target.value, f.Name) and target.value.id in self.env:
                    literal = target.index.value if isinstance(target.index, f.Constant) else None
                    if not isinstance(literal, str | int) or target.value.id in self.captured:
                        self.touch(target.value)
                        held = shared(held)
                    self.env[target.value.id] = holding(held, value, literal)
                    if any(isinstance(a, Param | Derived) for a in held):
                        self.touch(target.value)

    def keep(self, owner: str, name: str, value: Value) -> None:
        """An attribute of the first parameter is assigned."""
        kept, defaults = chosen(value, owner, name)
        if name in self.lacking:
            kept, defaults = NOTHING, (*defaults, (self.lacking[name], kept))
        if kept or not defaults:
            self.attributes[name] = join([self.attributes.get(name, NOTHING), kept])
        for how, default in defaults:
            self.defaults[name, how] = join([self.defaults.get((name, how), NOTHING), default])

    def tell(self, holder: Value, name: str, value: Value) -> None:
        """An attribute of a mock is set: it is the same mock whatever names it has."""
        if len(holder) == 1:
            (mock,) = holder
            if isinstance(mock, Mock) and mock.made is not None:
                self.machine.tell(mock, name, value)
                for other, known in self.env.items():
                    if any(isinstance(atom, Mock) for atom in known):
                        self.env[other] = mocks.told(known, mock, name, value)

    def is_self(self, name: str) -> bool:
        """Whether this is the first parameter of a method, or of a nested function, which may be one."""
        if not isinstance(self.node, f.Function) or not self.node.params or self.node.params[0].name != name:
            return False
        return self.nested or owner_of(self.store, self.ref.path, self.ref.chunk) is not None

    def own_method(self, func: f.Expr) -> Value:
        """`self.name` in a method, of the class in which it is written; empty for everything else."""
        owner = owner_of(self.store, self.ref.path, self.ref.chunk)
        match func:
            case f.Attribute(value=f.Name(id=name), attr=attr) if owner is not None and self.is_self(name):
                return members.attribute(self.machine, one(Instance(owner)), attr, Context(muted=True), None)
        return NOTHING

    def decorate(self, value: Value, node: f.Function) -> Value:
        """Apply a function's decorators, innermost first."""
        for decorator in reversed(node.decorators):
            func = self.evaluate(decorator, replace(self.ctx, muted=True))
            made = self.machine.perform(func, "call", replace(self.ctx, muted=True), None, label(decorator), (value,))
            if func and all(isinstance(a, Unknown) for a in func) and isinstance(decorator, f.Call):
                maker = self.evaluate(decorator.func, replace(self.ctx, muted=True))
                func = maker if self.machine.are_installed(maker) else func
            value = self._decorated(func, made, value)
        return value

    def _decorated(self, func: Value, made: Value, value: Value) -> Value:
        """What a decorator gives: `made` where that is known, else the function itself. An installed decorator without
        a row, or what one without a row makes (`method_decorator(...)`), gives its function as far as places go; one
        that nobody knows hides it."""
        if made and not all(isinstance(a, Unknown | Plain) or (isinstance(a, Instance) and not a.held) for a in made):
            return made
        if all(isinstance(a, Instance | Plain) or (isinstance(a, Outside) and a.canonical) for a in func):
            return value
        return made or value

    def imported(self, module: str, level: int, name: str | None) -> Value:
        """What an import binds, replaced by what the active patches say."""
        from isolint.names.resolve import attribute, import_target

        target = import_target(self.store, self.ref.path, module, level)
        if name is not None and isinstance(target, ModuleSymbol):
            replaced = members.replacement(self.machine, "module", target.path, name)
            if replaced is not None:
                return replaced
        if name is not None and isinstance(target, External) and self.machine.replacing:
            for holder in members.symbol_value(self.machine, target):
                replaced = members.replaced_in(self.machine, holder, name)
                if replaced:
                    return replaced
        symbols = (target,) if name is None else attribute(self.store, target, name)
        return members.symbols_value(self.machine, symbols)

    # --- what a function takes along, and what others change ----------------------------------------------------------

    def close(self, value: Value) -> Value:
        """A value that leaves the function: nested functions in it take the values of their free names along."""
        if not any(isinstance(a, Callable_ | Hop | Partial | Deferred) for a in value):
            return value
        return join(self._closed(a) for a in value)

    def _closed(self, atom: Atom) -> Value:
        match atom:
            case Callable_():
                return one(self._with_free(atom))
            case Hop():
                payload = self.close(atom.payload)
                return frozenset({atom}) if payload is atom.payload else one(replace(atom, payload=payload))
            case Partial():
                func = self.close(atom.func)
                return frozenset({atom}) if func is atom.func else one(replace(atom, func=func))
            case Deferred():
                callee = self.close(atom.callee)
                return frozenset({atom}) if callee is atom.callee else one(replace(atom, callee=callee))
        return frozenset({atom})

    def _with_free(self, atom: Callable_) -> Callable_:
        """A nested function of this one with the values of the names it takes from here."""
        if atom.ref.path != self.ref.path or atom.ref.chunk != self.ref.chunk or atom.free or self.node is None:
            return atom
        found = find(self.store, atom.ref)
        if found is None or self.node not in found.around:
            return atom
        wanted = sorted(free_names(found.node) & (self.local | self.around))
        free = []
        for name in wanted:
            value = self.env.get(name)
            if value is not None and frozenset({atom}) != value and not _mentions(value, atom.ref):
                free.append((name, shared(value)))
        return replace(atom, free=tuple(free))

    def touch_handed(self) -> None:
        """What was handed to functions that ran since may have been changed by them."""
        for expr in self.handed:
            self.touch(expr)
        self.handed = ()

    def touch(self, expr: f.Expr | None) -> None:
        """Somebody may change the container that a name holds, or has another name for it."""
        if not isinstance(expr, f.Name) or expr.id not in self.env:
            if isinstance(expr, f.Name) and expr.id in self.around:
                self.machine.touched.add(expr.id)
            return
        self.env[expr.id] = shared(self.env[expr.id])
        for atom in self.env[expr.id]:
            root = atom
            while isinstance(root, Derived):
                root = root.base
            if isinstance(root, Param):
                self.machine.touched.add(root.name)

    # --- annotations --------------------------------------------------------------------------------------------------

    def tells_nothing(self, value: Value, targets: tuple[f.Expr, ...]) -> bool:
        """Whether the declared type says more than the value. That is so for an empty container that an object is to
        keep: others fill it. What is put into one that a name holds is seen."""
        if any(isinstance(target, f.Attribute) for target in targets):
            value = frozenset(a for a in value if not is_empty(a))
        return not value or all(isinstance(a, Unknown) for a in value)

    def declared(self, annotation: f.Expr) -> Value:
        """What is known of a name that is declared and set elsewhere: Unknown where the type tells nothing."""
        made = self.annotated(annotation)
        if made:
            return made
        match annotation:
            case f.Constant(value=None):
                return one(Literally(None))
            case f.Constant(value=str() as text) if all(part.strip() in _WRITTEN_DATA for part in text.split("|")):
                return PLAIN
            case f.Operation(kind="binary", operands=operands):  # in a type that can only be a union
                return join(self.declared(operand) for operand in operands)
            case f.Name() | f.Attribute():
                return self._installed_type(self._dotted(annotation))
            case f.Subscript(value=f.Name() | f.Attribute() as generic, index=index):
                name = self._dotted(generic).rpartition(".")[2]
                written = index.items if isinstance(index, f.Collection) else (index,)
                if name in ("Optional", "Union"):
                    return join([PLAIN if name == "Optional" else NOTHING, *map(self.declared, written)])
                if name in ("ClassVar", "Final", "Annotated"):
                    return self.declared(written[0])
                if name.lower() in _CONTAINERS:
                    is_mapping = name.lower() in _MAPPINGS
                    return one(Items(self.declared(written[-1 if is_mapping else 0]), mapping=is_mapping))
        return unknown(_SET_ELSEWHERE)

    def _dotted(self, annotation: f.Name | f.Attribute) -> str:
        """The name outside the project that an annotation says; empty when it says another."""
        if isinstance(annotation, f.Name):
            symbols = lookup_or_builtin(self.store, self.ref.path, annotation.id)
        else:
            symbols = resolve(self.store, self.ref.path, annotation, self.owner)
        return symbols[0].dotted if len(symbols) == 1 and isinstance(symbols[0], External) else ""

    def _installed_type(self, dotted: str) -> Value:
        """An object of an installed type."""
        kind = DATA_TYPES.get(dotted.removeprefix("builtins."))
        if kind == "scalar":
            return PLAIN
        if kind is not None:
            return one(Items(unknown("what it holds"), mapping=kind == "mapping"))
        known = definition(self.store, dotted) if dotted and not dotted.startswith(("builtins.", "typing.")) else None
        is_class = known is not None and known.kind == "class"
        return one(Instance(known.canonical)) if known is not None and is_class else unknown(_SET_ELSEWHERE)

    def annotated(self, annotation: f.Expr) -> Value:
        """What an annotation says the value is: an instance of a class of the project, or a container of such; empty
        when it says neither."""
        match annotation:
            case f.Constant(value=str() as text) if text.isidentifier():
                return self.annotated(f.Name(text, annotation.span))
            case f.Name() | f.Attribute():
                for symbol in resolve(self.store, self.ref.path, annotation, self.owner):
                    if isinstance(symbol, ClassSymbol):
                        return one(Instance(symbol.ref))
            case f.Subscript(value=f.Name() | f.Attribute() as generic, index=index):
                if isinstance(generic, f.Name):
                    symbols = lookup_or_builtin(self.store, self.ref.path, generic.id)
                else:
                    symbols = resolve(self.store, self.ref.path, generic, self.owner)
                names = {s.dotted.rpartition(".")[2].lower() for s in symbols if isinstance(s, External)}
                written = index.items if isinstance(index, f.Collection) else (index,)
                if names & _CONTAINERS and written:
                    element = self.annotated(written[-1] if names & _MAPPINGS else written[0])
                    return one(Items(element, mapping=bool(names & _MAPPINGS))) if element else NOTHING
        return NOTHING


def _supposing(ctx: Context, condition: Condition) -> Context:
    """The context under a condition that is taken to hold unless a call contradicts it."""
    if not condition.guards:
        return ctx
    more = tuple(replace(guard, assumed=True) for guard in condition.guards)
    return replace(ctx, guards=merged(ctx.guards, more).guards)


def _is_data(func: Value) -> bool:
    """Whether what is called is a method of a text or of a container."""
    return bool(func) and all(isinstance(atom, Plain | Done) for atom in func)


_WORKING = Instance | Deferred | Param | Derived | Outside | Done
_GOING_THROUGH = frozenset(
    "join extend extendleft update union intersection difference symmetric_difference intersection_update "
    "difference_update symmetric_difference_update issubset issuperset isdisjoint writelines".split()
)
"""Methods of texts and containers that go through what they are given."""
_SET_ELSEWHERE = "it is declared, and set elsewhere"
_WRITTEN_DATA = frozenset({"str", "int", "float", "bool", "bytes", "None"})
"""Types of data in an annotation that is written as a text."""
_PASSING = frozenset({"isinstance", "issubclass", "print", "id", "type", "hasattr", "repr", "callable", "dir"})
_SPECIAL = ITERATING | _PASSING | {"getattr", "super"}
_MAPPINGS = frozenset({"dict", "defaultdict", "ordereddict", "mapping", "mutablemapping", "weakvaluedictionary"})
_CONTAINERS = _MAPPINGS | {"list", "set", "frozenset", "tuple", "deque", "sequence", "mutablesequence", "iterable"}
"""Containers as annotations name them (builtins, `collections`, `typing`): a mapping's values are its last argument,
the elements of the others the first."""
_READING = frozenset({"get", "keys", "values", "items", "copy", "index", "count"})
"""Methods of containers that change nothing."""


def _mentions(value: Value, ref: FunctionRef) -> bool:
    return any(isinstance(a, Callable_) and a.ref == ref for a in value)
