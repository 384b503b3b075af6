"""Evaluating facts: the statements and expressions of one function, once, into a Summary.

Names are looked up in the function, the functions around it, the module, and builtins. Branches are joined, loops run
once. What operating on a value does is the machine's business.
"""

from __future__ import annotations

from msgspec.structs import replace

from isolint.catalog.places import IN_LOOP, LOOPLESS, compose
from isolint.names.resolve import lookup_or_builtin, mro, resolve
from isolint.names.scopes import class_scope, owner_of
from isolint.names.symbols import (
    ClassRef,
    ClassSymbol,
    External,
    FunctionRef,
    FunctionSymbol,
    ModuleSymbol,
    Site,
    ValueSymbol,
)
from isolint.placement import applying, filling, lineage, members, patching, queries
from isolint.placement.applying import ITERATING
from isolint.placement.context import SPREAD, Context
from isolint.placement.functions import Found, bound_names, find, function_operation, own_statements
from isolint.placement.machine import Machine
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Class_,
    Deferred,
    Derived,
    Hop,
    Instance,
    Items,
    Literally,
    Operation,
    Outside,
    Param,
    Partial,
    Patch,
    Plain,
    Summary,
    Unknown,
    Value,
    World,
)
from isolint.placement.values import NOTHING, PLAIN, in_order, join, label, one, subscript, unknown
from isolint.store.memo import Store
from isolint.syntax import facts as f


def summarise(store: Store, ref: FunctionRef, world: World = ()) -> Summary:
    """The summary of a project function, nested function or lambda, in a world where patches replace names."""
    found = find(store, ref)
    if found is None:
        return Summary()
    return _Body(store, ref, found, world=world).summary()


def decorated_value(store: Store, symbol: FunctionSymbol) -> Value:
    """A module-level function or method with its decorators applied, innermost first."""
    ref = symbol.ref
    found = find(store, ref)
    value = one(Callable_(ref))
    if found is None or not isinstance(found.node, f.Function):
        return value
    body = _Body(store, ref, None)
    return body.decorate(value, found.node)


def patches_of_decorators(
    store: Store, path: str, chunk: str, decorators: tuple[f.Expr, ...], owner: ClassRef | None, value: Value
) -> tuple[Patch, ...]:
    """What the decorators of a function or class replace while it runs."""
    body = _Body(store, FunctionRef(path, chunk, -1, ""), None, owner)
    muted = replace(body.ctx, muted=True)
    for decorator in decorators:
        func = body.evaluate(decorator, muted)
        body.machine.perform(func, "call", muted, None, label(decorator), (value,))
    return tuple(body.machine.patches.values())


def execute_module(machine: Machine, ref: FunctionRef, statements: tuple[f.Stmt, ...]) -> None:
    """Statements of a module, as its import runs them; what comes of them is in the machine."""
    body = _Body(machine.store, ref, None)
    body.machine = machine
    body.execute(statements)


def value_of_symbol(store: Store, symbol: ValueSymbol) -> Value:
    """The value of a name assigned at module or class level; its declared type when the value tells nothing."""
    ref = FunctionRef(symbol.path, symbol.chunk, -1, "")
    body = _Body(store, ref, None, symbol.owner)
    value = NOTHING if symbol.expr is None else body.evaluate(symbol.expr, Context(muted=True))
    # What is empty where it is written is there to be filled by others.
    value = frozenset(Items(unknown("what it holds")) if a == Items(NOTHING) else a for a in value)
    if symbol.item >= 0:
        value = subscript(value, one(Literally(symbol.item)))
    if (
        not value or value <= {Plain()} or all(isinstance(a, Unknown) for a in value)
    ) and symbol.annotation is not None:
        return body.annotated(symbol.annotation) or value
    return value or unknown("no value")


def attribute_value(store: Store, cls: ClassRef, name: str, later: bool = False, world: World = ()) -> Value:
    """What the methods of a class assign to `self.name`, along its project bases; the nearest class that does
    counts. `later`: what `__init__` assigns is left out."""
    for one_class in mro(store, cls).classes:
        if not isinstance(one_class, ClassRef):
            continue
        values: list[Value] = []
        for binding in class_scope(store, one_class).bindings:
            if later and binding.name == "__init__":
                continue
            if isinstance(binding.bound, FunctionSymbol) and _assigns(store, binding.bound.ref, name):
                found = dict(queries.summary_of(store, binding.bound.ref, world).attributes).get(name)
                if found is not None:
                    values.append(_closed(store, found, cls, world))
        if values:
            return join(values)
    return NOTHING


def _closed(store: Store, value: Value, cls: ClassRef, world: World) -> Value:
    """A value with `self` filled in and other parameters unknown."""
    machine = Machine(store, cls.path, world)
    return filling.fill(machine, value, {("param", "self"): one(Instance(cls)), ("param", "cls"): one(Class_(cls))})


def _assigns(store: Store, ref: FunctionRef, name: str) -> bool:
    found = find(store, ref)
    if found is None or not isinstance(found.node, f.Function):
        return False
    for statement in own_statements(found.node.body):
        if isinstance(statement, f.Assign) and any(
            isinstance(t, f.Attribute) and t.attr == name for target in statement.targets for t in _flat(target)
        ):
            return True
    return False


def _flat(target: f.Expr) -> tuple[f.Expr, ...]:
    if isinstance(target, f.Collection):
        return tuple(t for item in target.items for t in _flat(item))
    return (target,)


class _Body:
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
        self.env: dict[str, Value] = {}
        self.owner = owner
        self.local = bound_names(found.node) if found is not None else frozenset()
        self.around = frozenset().union(*(bound_names(n) for n in found.around)) if found is not None else frozenset()
        self.returned: list[Value] = []
        self.yielded: list[Value] = []
        self.attributes: dict[str, Value] = {}
        self.looping = False
        self.ctx = Context()
        self.imports: dict[str, Value] = {}

    # --- the whole function --------------------------------------------------------------------------------------

    def summary(self) -> Summary:
        node = self.node
        assert node is not None
        for param in node.params:
            value = one(Param(param.name))
            self.env[param.name] = value
        if isinstance(node, f.Lambda):
            self.returned.append(self.evaluate(node.body, self.ctx))
        else:
            self.execute(node.body)
        op: Operation = function_operation(node)
        machine = self.machine
        effects = machine.effects.values()
        return Summary(
            effects=tuple(sorted(effects if op == "call" else (replace(e, op=op) for e in effects), key=repr)),
            uses=tuple(sorted(machine.uses.values(), key=repr)),
            returns=self.close(join(self.returned)) or PLAIN,
            yields=self.close(join(self.yielded)),
            opaque=frozenset(machine.opaque.values()),
            attributes=tuple(sorted((n, self.close(v)) for n, v in self.attributes.items())),
            patches=tuple(sorted(machine.patches.values(), key=repr)),
            cures=tuple(sorted(machine.cures.values(), key=repr)),
            mocked=machine.mocked or machine.mocked_below,
        )

    def close(self, value: Value) -> Value:
        """A value that leaves the function: nested functions in it take the values of their free names along."""
        if not any(isinstance(a, Callable_ | Hop | Partial | Deferred) for a in value):
            return value
        return join(self._closed(a) for a in value)

    def _closed(self, atom: Atom) -> Value:
        match atom:
            case Callable_():
                return one(self.with_free(atom))
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

    def with_free(self, atom: Callable_) -> Callable_:
        """A nested function of this one with the values of the names it takes from here."""
        if atom.ref.path != self.ref.path or atom.ref.chunk != self.ref.chunk or atom.free or self.node is None:
            return atom
        found = find(self.store, atom.ref)
        if found is None or self.node not in found.around:
            return atom
        wanted = sorted(_free_names(found.node) & (self.local | self.around))
        free = []
        for name in wanted:
            value = self.env.get(name)
            if value is not None and frozenset({atom}) != value and not _mentions(value, atom.ref):
                free.append((name, value))
        return replace(atom, free=tuple(free))

    # --- statements ----------------------------------------------------------------------------------------------

    def execute(self, body: tuple[f.Stmt, ...]) -> None:
        for statement in body:
            self.statement(statement)

    def statement(self, node: f.Stmt) -> None:
        self._statement(node)
        if self.machine.asked_for_loop:
            self.machine.asked_for_loop = False
            self.ctx = replace(self.ctx, route=compose(self.ctx.route, IN_LOOP))

    def _statement(self, node: f.Stmt) -> None:
        match node:
            case f.Evaluate():
                self.evaluate(node.value, self.ctx)
            case f.Assign():
                value = NOTHING if node.value is None else self.evaluate(node.value, self.ctx)
                if node.annotation is not None and (not value or all(isinstance(a, Unknown) for a in value)):
                    value = self.annotated(node.annotation) or value
                for target in node.targets:
                    if node.augmented:
                        self.evaluate(target, self.ctx)
                        self.assign(target, join([self.evaluate(target, replace(self.ctx, muted=True)), value]))
                    elif value or node.value is not None:
                        self.assign(target, value)
            case f.Return():
                if node.value is not None:
                    self.returned.append(self.evaluate(node.value, self.ctx))
            case f.If():
                self.truth(node.test, self.ctx)
                self.branches([node.body, node.orelse], certain=False)
                if _leaves(node.body) or _leaves(node.orelse):
                    certain = self.ctx.certain and self.machine.test_code
                    self.ctx = replace(self.ctx, certain=certain, always=False)
            case f.For():
                iterable = self.evaluate(node.iterable, self.ctx)
                self.assign(node.target, self.iterate(iterable, node.iterable, node.is_async))
                self.loop(node.body)
                self.execute(node.orelse)
            case f.While():
                self.truth(node.test, self.ctx)
                self.loop(node.body)
                self.execute(node.orelse)
            case f.Delete():
                for target in node.targets:
                    if isinstance(target, f.Subscript):
                        self.evaluate(target, self.ctx)
            case f.With():
                self.manage(node)
            case f.Try():
                self.attempt(node)
            case f.Match():
                self.evaluate(node.subject, self.ctx)
                for case in node.cases:
                    for name in case.binds:
                        self.env[name] = unknown(f"{name} bound by a pattern")
                    if case.guard is not None:
                        self.truth(case.guard, self.ctx)
                self.branches([c.body for c in node.cases], certain=False)
            case f.Function():
                ref = FunctionRef(self.ref.path, self.ref.chunk, node.span[0], node.name)
                self.env[node.name] = self.decorate(one(Callable_(ref)), node)
            case f.Class():
                ref_class = ClassRef(self.ref.path, self.ref.chunk, node.span[0], node.name, True)
                self.env[node.name] = one(Class_(ref_class))
            case f.Import():
                for one_name in node.names:
                    dotted = one_name.name if one_name.alias else one_name.name.partition(".")[0]
                    self.env[one_name.alias or dotted] = self.imported(dotted, 0, None)
            case f.ImportFrom():
                for one_name in node.names:
                    bound = one_name.alias or one_name.name
                    self.env[bound] = self.imported(node.module, node.level, one_name.name)
            case f.Raise():
                for part in (node.exception, node.cause):
                    if part is not None:
                        self.evaluate(part, self.ctx)
            case f.Assert():
                self.truth(node.test, self.ctx)
                if node.message is not None:
                    self.evaluate(node.message, replace(self.ctx, certain=False))

    def loop(self, body: tuple[f.Stmt, ...]) -> None:
        """A loop's body; a second time when it changed a name that it may read at its start."""
        before = dict(self.env)
        self.execute(body)
        changed = [name for name, value in before.items() if self.env.get(name, value) != value]
        if changed and not self.looping:
            for name in changed:
                self.env[name] = join([before[name], self.env[name]])
            self.looping = True
            try:
                self.execute(body)
            finally:
                self.looping = False

    def truth(self, node: f.Expr, ctx: Context) -> Value:
        """An expression whose truth is asked for: a queryset is evaluated by that."""
        value = self.evaluate(node, ctx)
        querysets = frozenset(a for a in value if lineage.is_lazy(self.machine, a))
        if querysets:
            self.machine.perform(querysets, "iterate", ctx, self.site(node), label(node))
        return value

    def attempt(self, node: f.Try) -> None:
        """A `try` statement. Where its body asks for the running loop, the handler of that error is what happens where
        none runs, and the rest what happens where one does."""
        before = self.ctx
        self.execute(node.body)
        after = self.ctx
        refused = None
        if after.route != before.route and before.route != compose(before.route, LOOPLESS):
            refused = next((h for h in node.handlers if _catches_no_loop(h.type)), None)
        if refused is not None:
            start = self.env
            self.ctx = replace(before, route=compose(before.route, LOOPLESS))
            self.execute(refused.body)
            left, self.env = self.env, start
            self.ctx = before
            self.branches([(), *(h.body for h in node.handlers if h is not refused)], certain=False)
            self.ctx = after
            self.execute(node.orelse)
            if not _leaves(refused.body):
                self.ctx = before
                self.env = _either(self.env, left)
        else:
            self.branches([(), *(h.body for h in node.handlers)], certain=False)
            self.execute(node.orelse)
        self.execute(node.final)

    def branches(self, bodies: list[tuple[f.Stmt, ...]], certain: bool) -> None:
        """Alternatives: each from the same start, joined after. In product code their work is not certain; in a test's
        own code a branch is written to be taken."""
        before, ctx = self.env, self.ctx
        if not certain:
            self.ctx = replace(ctx, certain=ctx.certain and self.machine.test_code, always=False)
        ends = []
        for body in bodies:
            self.env = dict(before)
            self.execute(body)
            ends.append(self.env)
        self.ctx = ctx
        self.env = {}
        for end in ends:
            self.env = _either(self.env, end)

    def manage(self, node: f.With) -> None:
        left: list[tuple[Value, f.Expr]] = []
        for item in node.items:
            manager = self.close(self.evaluate(item.context, self.ctx))
            left.append((manager, item.context))
            op: Operation = "aenter" if node.is_async else "enter"
            entered = self.machine.perform(manager, op, self.ctx, self.site(item.context), label(item.context))
            if item.target is not None:
                self.assign(item.target, entered)
            if not (node.is_async or self.machine.unsafe) and lineage.refuses_loops(self.machine, manager):
                self.ctx = replace(self.ctx, route=compose(self.ctx.route, LOOPLESS))
        self.execute(node.body)
        for manager, context in reversed(left):
            self.machine.leave(manager, node.is_async, self.ctx, self.site(context), label(context))

    def iterate(self, value: Value, expr: f.Expr, is_async: bool) -> Value:
        op: Operation = "aiterate" if is_async else "iterate"
        return self.machine.perform(self.close(value), op, self.ctx, self.site(expr), label(expr))

    def assign(self, target: f.Expr, value: Value) -> None:
        match target:
            case f.Name():
                self.env[target.id] = value
            case f.Collection():
                for position, part in enumerate(target.items):
                    self.assign(part, subscript(value, one(Literally(position))))
            case f.Starred():
                self.assign(target.value, one(Items(value)))
            case f.Attribute():
                holder = self.evaluate(target.value, self.ctx)
                if isinstance(target.value, f.Name) and self.is_self(target.value.id):
                    known = self.attributes.get(target.attr, NOTHING)
                    self.attributes[target.attr] = join([known, value])
                else:
                    name = one(Literally(target.attr))
                    self.machine.assigned(holder, name, self.close(value), self.ctx, self.site(target))
            case f.Subscript():
                held = self.evaluate(target.value, self.ctx)
                key = self.evaluate(target.index, self.ctx)
                patching.assigned_item(self.machine, held, key, value, self.ctx, self.site(target))
                if lineage.lends(self.machine, held):
                    self.ctx = replace(self.ctx, muted=True)
                if isinstance(target.value, f.Name) and target.value.id in self.env:
                    literal = target.index.value if isinstance(target.index, f.Constant) else None
                    self.env[target.value.id] = _holding(held, value, literal)

    def is_self(self, name: str) -> bool:
        """Whether this is the first parameter of a method."""
        return isinstance(self.node, f.Function) and bool(self.node.params) and self.node.params[0].name == name

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
        if made and not all(isinstance(a, Unknown | Plain | Instance) for a in made):
            return made
        if all(isinstance(a, Outside | Instance | Plain) for a in func):
            return value
        return made or value

    def imported(self, module: str, level: int, name: str | None) -> Value:
        from isolint.names.resolve import attribute, import_target

        target = import_target(self.store, self.ref.path, module, level)
        if name is not None and isinstance(target, ModuleSymbol):
            replaced = members.replacement(self.machine, "module", target.path, name)
            if replaced is not None:
                return replaced
        symbols = (target,) if name is None else attribute(self.store, target, name)
        return members.symbols_value(self.machine, symbols)

    # --- expressions ---------------------------------------------------------------------------------------------

    def site(self, node: f.Expr | f.Stmt) -> Site:
        return Site(self.ref.path, self.ref.chunk, *node.span)

    def evaluate(self, node: f.Expr, ctx: Context) -> Value:
        match node:
            case f.Name():
                return self.name(node.id)
            case f.Constant():
                return one(Literally(node.value))
            case f.Attribute():
                return members.attribute(self.machine, self.evaluate(node.value, ctx), node.attr, ctx, self.site(node))
            case f.Call():
                return self.call(node, ctx)
            case f.Await():
                value = self.close(self.evaluate(node.value, ctx))
                at = node.value if isinstance(node.value, f.Call) else node
                name = label(node.value.func) if isinstance(node.value, f.Call) else label(node.value)
                return self.machine.perform(value, "await", ctx, self.site(at), name)
            case f.Lambda():
                return one(Callable_(FunctionRef(self.ref.path, self.ref.chunk, node.span[0], "lambda")))
            case f.Collection():
                return self.collection(node, ctx)
            case f.Mapping():
                return self.mapping(node, ctx)
            case f.Comprehension():
                return self.comprehension(node, ctx)
            case f.Choice():
                if node.test is not None:
                    self.truth(node.test, ctx)
                else:
                    return join(self.truth(option, ctx) for option in node.options)
                return join(self.evaluate(option, ctx) for option in node.options)
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
                for position, operand in enumerate(node.operands):
                    # `x in queryset` evaluates it, and so does `not queryset`; `queryset == x` does not.
                    asks = position > 0 if node.kind == "compare" else node.kind == "unary"
                    self.truth(operand, ctx) if asks else self.evaluate(operand, ctx)
                return PLAIN
            case f.Missing():
                for part in node.parts:
                    self.evaluate(part, replace(ctx, muted=True))
                return unknown("could not be parsed")

    def name(self, name: str) -> Value:
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
        return members.symbols_value(self.machine, lookup_or_builtin(self.store, self.ref.path, name))

    def call(self, node: f.Call, ctx: Context) -> Value:
        special = self.special_call(node, ctx)
        if special is not None:
            return special
        func = self.close(self.evaluate(node.func, ctx))
        args: list[Value] = []
        for arg in node.args:
            value = self.close(self.evaluate(arg, ctx))
            if isinstance(arg, f.Starred):
                args += _spread(value)
            else:
                args.append(value)
        keywords: list[tuple[str, Value]] = []
        for keyword in node.keywords:
            value = self.close(self.evaluate(keyword.value, ctx))
            if keyword.name is not None:
                keywords.append((keyword.name, value))
            else:
                keywords += _spread_keywords(value)
        self.keep(node, args)
        return self.machine.perform(func, "call", ctx, self.site(node), label(node.func), tuple(args), tuple(keywords))

    def keep(self, node: f.Call, args: list[Value]) -> None:
        """`name.append(x)` and its like put what they are given into the container that the name holds."""
        match node.func:
            case f.Attribute(value=f.Name(id=name), attr=method) if name in self.env and method in _KEEPING and args:
                value = args[-1]
                if method == "extend":
                    value = join(a.element for a in value if isinstance(a, Items))
                self.env[name] = _holding(self.env[name], value, None)

    def special_call(self, node: f.Call, ctx: Context) -> Value | None:
        """Builtins that look at their arguments: getattr, and everything that iterates."""
        if not isinstance(node.func, f.Name) or node.func.id in self.env or node.func.id not in _SPECIAL:
            return None
        symbols = lookup_or_builtin(self.store, self.ref.path, node.func.id)
        if symbols != (External(f"builtins.{node.func.id}"),):
            return None
        if node.func.id == "super":
            return self.super_value(node, ctx)
        values = [self.close(self.evaluate(a, ctx)) for a in node.args]
        for keyword in node.keywords:
            self.evaluate(keyword.value, ctx)
        if node.func.id == "getattr":
            if len(values) >= 2 and isinstance(node.args[1], f.Constant):
                return members.attribute(self.machine, values[0], str(node.args[1].value), ctx, self.site(node))
            return unknown("getattr of a computed name")
        if node.func.id in _PASSING:
            return PLAIN
        spread = [v for value, a in zip(values, node.args, strict=True) for v in _given(value, a)]
        labels = tuple(label(a) for a in node.args) + ("",) * len(spread)
        return applying.apply_builtin(self.machine, node.func.id, tuple(spread), ctx, self.site(node), labels) or PLAIN

    def super_value(self, node: f.Call, ctx: Context) -> Value:
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
        return members.super_of(self.machine, self.name(method.params[0].name), owner)

    def collection(self, node: f.Collection, ctx: Context) -> Value:
        values: list[Value] = []
        for item in node.items:
            value = self.close(self.evaluate(item, ctx))
            values += _spread(value) if isinstance(item, f.Starred) else [value]
        keys = tuple(enumerate(values)) if node.kind != "set" and len(values) <= 16 else ()
        return one(Items(join(values), keys))

    def mapping(self, node: f.Mapping, ctx: Context) -> Value:
        keys: list[tuple[str | int, Value]] = []
        values: list[Value] = []
        for key, item in node.items:
            value = self.close(self.evaluate(item, ctx))
            values.append(value)
            if key is None:
                continue
            if isinstance(key, f.Constant) and isinstance(key.value, str | int) and len(keys) < 16:
                keys.append((key.value, value))
            else:
                self.evaluate(key, ctx)
        return one(Items(join(values), tuple(keys)))

    def comprehension(self, node: f.Comprehension, ctx: Context) -> Value:
        before = dict(self.env)
        for clause in node.clauses:
            iterable = self.evaluate(clause.iterable, ctx)
            self.assign(clause.target, self.iterate(iterable, clause.iterable, clause.is_async))
            for condition in clause.conditions:
                self.evaluate(condition, ctx)
        values = [self.close(self.evaluate(element, ctx)) for element in node.elements]
        self.env = before
        return one(Items(values[-1] if values else NOTHING))

    def annotated(self, annotation: f.Expr) -> Value:
        """An instance of the class that an annotation names; empty when it does not name one."""
        if isinstance(annotation, f.Constant) or not isinstance(annotation, f.Name | f.Attribute):
            return NOTHING
        for symbol in resolve(self.store, self.ref.path, annotation, self.owner):
            if isinstance(symbol, ClassSymbol):
                return one(Instance(symbol.ref))
        return NOTHING


def _either(one_way: dict[str, Value], other: dict[str, Value]) -> dict[str, Value]:
    """The names after two branches."""
    merged = dict(one_way)
    for name, value in other.items():
        merged[name] = join([merged[name], value]) if name in merged else value
    return merged


def _catches_no_loop(expr: f.Expr | None) -> bool:
    """Whether a handler of this type catches the `RuntimeError` of a missing loop."""
    if isinstance(expr, f.Collection):
        return any(_catches_no_loop(item) for item in expr.items)
    return expr is None or (isinstance(expr, f.Name) and expr.id in ("RuntimeError", "Exception", "BaseException"))


def _leaves(body: tuple[f.Stmt, ...]) -> bool:
    """Whether a branch ends by leaving the function, so that what follows is under a condition too."""
    return bool(body) and isinstance(body[-1], f.Return | f.Raise)


def _given(value: Value, arg: f.Expr) -> list[Value]:
    return _spread(value) if isinstance(arg, f.Starred) else [value]


_PASSING = frozenset({"isinstance", "issubclass", "print", "id", "type", "hasattr", "repr", "callable", "vars", "dir"})
_SPECIAL = ITERATING | _PASSING | {"getattr", "super"}


def _spread(value: Value) -> list[Value]:
    """The positional arguments that `*value` stands for, as far as they are known."""
    for atom in in_order(value):
        if isinstance(atom, Items):
            numbered = [v for k, v in atom.keys if isinstance(k, int)]
            return numbered or ([atom.element] if atom.element else [])
    return [one(Plain())] if not value or value <= {Plain()} else [subscript(value, NOTHING)]


def _spread_keywords(value: Value) -> list[tuple[str, Value]]:
    """The keyword arguments that `**value` stands for; under the name SPREAD what is only known later."""
    known = [(k, v) for a in value if isinstance(a, Items) for k, v in a.keys if isinstance(k, str)]
    later = frozenset(a for a in value if isinstance(a, Param | Derived))
    return [*known, (SPREAD, later)] if later else known


def _holding(container: Value, value: Value, key: str | float | bool | None) -> Value:
    """A container that holds one thing more, under a literal key where there is one."""
    changed: list[Value] = []
    for atom in container:
        if not isinstance(atom, Items):
            changed.append(frozenset({atom}))
        elif isinstance(key, str | int):
            kept = tuple((k, v) for k, v in atom.keys if k != key)
            changed.append(one(Items(join([atom.element, value]), (*kept, (key, value))[-16:])))
        else:
            changed.append(
                one(
                    Items(
                        join([atom.element, value]), () if any(isinstance(k, int) for k, _ in atom.keys) else atom.keys
                    )
                )
            )
    return join(changed)


_KEEPING = frozenset({"append", "appendleft", "add", "insert", "extend", "put_nowait"})


def _mentions(value: Value, ref: FunctionRef) -> bool:
    return any(isinstance(a, Callable_) and a.ref == ref for a in value)


def _free_names(node: f.Function | f.Lambda) -> frozenset[str]:
    """Names that a function (or one nested in it) reads and does not bind itself."""
    read: set[str] = set()
    _collect_names(node, read)
    return frozenset(read - bound_names(node))


def _collect_names(node: object, read: set[str]) -> None:
    if isinstance(node, tuple):
        for part in node:
            _collect_names(part, read)
    elif isinstance(node, f.Name):
        read.add(node.id)
    elif hasattr(node, "__struct_fields__"):
        for name in node.__struct_fields__:
            value = getattr(node, name)
            if not isinstance(value, str | int | float | bool | None):
                _collect_names(value, read)
