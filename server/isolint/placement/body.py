"""Evaluating facts: the statements and expressions of one function, once, into a Summary.

Names are looked up in the function, the functions around it, the module, and builtins. Branches are joined, loops run
once. What operating on a value does is the machine's business.
"""

from __future__ import annotations

from typing import Literal, TypeGuard

from msgspec.structs import replace

from isolint.catalog.places import IN_LOOP, LOOPLESS, compose
from isolint.catalog.rows import Expects
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
from isolint.placement import applying, filling, guards, lineage, members, patching, queries
from isolint.placement.applying import ITERATING, MAX_HELD
from isolint.placement.context import SPREAD, Context
from isolint.placement.functions import (
    Found,
    assigned_attributes,
    bound_names,
    find,
    function_operation,
    functions,
    own_statements,
)
from isolint.placement.guards import ALWAYS, NEVER, UNSURE, Condition, both, either, merged
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
    Predicate,
    Summary,
    Unknown,
    Value,
    World,
)
from isolint.placement.values import NOTHING, PLAIN, TOO_MANY, in_order, join, label, one, shared, subscript, unknown
from isolint.store.memo import Store
from isolint.syntax import facts as f

MAX_EXCEPTIONS = 8
"""Exceptions that may leave a function; with more nobody asks which one a test expects."""

Left = Literal["", "loop", "function", "raise"]
"""What some statements certainly leave; "raise" is the function, unless somebody around them catches it."""
Check = Literal["truthy", "is", "equals", "contains"]
Written = str | int | float | bool | None


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
    value = frozenset(Items(unknown("what it holds")) if _is_empty(a) else a for a in shared(value))
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
            if isinstance(binding.bound, FunctionSymbol) and name in assigned_attributes(store, binding.bound.ref):
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
        self.machine.evaluated = None if found is None else ref
        self.env: dict[str, Value] = {}
        self.owner = owner
        self.local = bound_names(found.node) if found is not None else frozenset()
        self.around = frozenset().union(*(bound_names(n) for n in found.around)) if found is not None else frozenset()
        self.returned: list[Value] = []
        self.raises: Value = NOTHING
        self.yielded: list[Value] = []
        self.attributes: dict[str, Value] = {}
        self.looping = False
        self.ctx = Context()
        self.imports: dict[str, Value] = {}
        self.left: Left = ""
        """Whether the statements so far certainly leave the loop, or the function: what follows is never reached."""
        self.exits = 0
        """Statements seen that leave the function."""
        self.through: Condition = ALWAYS
        """What must hold, besides what led into the block that is executed, for its statement to be reached."""
        self.handed: tuple[f.Expr, ...] = ()
        """The arguments of calls whose work may still be to come."""
        self.captured, self.rebound = _taken_by_nested(store, ref, found)

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
            self.raises = self.machine.raised
            if not self.left and any(isinstance(a, Literally) for value in self.returned for a in value):
                self.returned.append(one(Literally(None)))  # the end of the body may be reached, too
        op: Operation = function_operation(node)
        machine = self.machine
        effects = machine.effects
        return Summary(
            effects=tuple(sorted(effects if op == "call" else (replace(e, op=op) for e in effects), key=repr)),
            uses=tuple(sorted(machine.uses, key=repr)),
            returns=TOO_MANY if machine.overflowed else self.close(join(self.returned)) or PLAIN,
            yields=self.close(join(self.yielded)),
            opaque=tuple(sorted(machine.opaque, key=repr)),
            attributes=tuple(sorted((n, self.close(v)) for n, v in self.attributes.items())),
            patches=tuple(sorted(machine.patches.values(), key=repr)),
            cures=tuple(sorted(machine.cures.values(), key=repr)),
            mocked=machine.mocked or machine.mocked_below,
            raises=self.raises,
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
                free.append((name, shared(value)))
        return replace(atom, free=tuple(free))

    # --- statements ----------------------------------------------------------------------------------------------

    def execute(self, body: tuple[f.Stmt, ...]) -> None:
        for statement in body:
            if self.left:
                break
            self.statement(statement)

    def statement(self, node: f.Stmt) -> None:
        before, self.machine.raised = self.machine.raised, NOTHING
        self._statement(node)
        self.touch_handed()
        self.rise(before)
        if self.machine.asked_for_loop:
            self.machine.asked_for_loop = False
            self.ctx = replace(self.ctx, route=compose(self.ctx.route, IN_LOOP))

    def rise(self, before: Value) -> None:
        """What a statement may have raised: what follows is reached only if it did not."""
        raised = self.machine.raised
        if raised and not self.left:
            self.ctx = replace(self.ctx, guards=guards.unraised(raised, self.ctx.guards))
        together = raised | before
        self.machine.raised = together if len(together) <= MAX_EXCEPTIONS else before

    def _statement(self, node: f.Stmt) -> None:
        match node:
            case f.Evaluate():
                self.evaluate(node.value, self.ctx)
            case f.Assign():
                value = NOTHING if node.value is None else self.evaluate(node.value, self.ctx)
                if node.annotation is not None and self.tells_nothing(value, node.targets):
                    value = self.annotated(node.annotation) or value
                if isinstance(node.value, f.Name) or len(node.targets) > 1:
                    value = shared(value)  # another name for the same container
                    self.touch(node.value)
                for target in node.targets:
                    if node.augmented:
                        self.touch(target)
                        self.evaluate(target, self.ctx)
                        self.assign(target, join([self.evaluate(target, replace(self.ctx, muted=True)), value]))
                    elif value or node.value is not None:
                        self.assign(target, value)
            case f.Return():
                if node.value is not None:
                    self.returned.append(self.evaluate(node.value, self.ctx))
                self.leave("function")
            case f.Simple(kind="break" | "continue"):
                self.left = self.left or "loop"
            case f.If():
                self.truth(node.test, self.ctx)
                self.fork(node)
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
                        self.touch(target.value)
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
                self.branches([(), *(c.body for c in node.cases)])
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
                        thrown = self.evaluate(part, self.ctx)
                        if part is node.exception:
                            self.machine.raised |= members.classes_of(thrown)
                self.leave("raise")
            case f.Assert():
                self.truth(node.test, self.ctx)
                if node.message is not None:
                    self.evaluate(node.message, replace(self.ctx, certain=False))

    def loop(self, body: tuple[f.Stmt, ...]) -> None:
        """A loop's body; a second time when it changed a name that it may read at its start."""
        before, ctx, exits = dict(self.env), self.ctx, self.exits
        self.pass_through(body, ctx)
        changed = [name for name, value in before.items() if self.env.get(name, value) != value]
        if changed and not self.looping:
            for name in changed:
                self.env[name] = join([before[name], self.env[name]])
            self.looping = True
            try:
                self.pass_through(body, ctx)
            finally:
                self.looping = False
        for name in changed:  # there may be nothing to loop over
            self.env[name] = join([before[name], self.env[name]])
        if self.exits != exits:  # which round leaves the function nobody knows
            self.narrow(UNSURE)

    def pass_through(self, body: tuple[f.Stmt, ...], ctx: Context) -> None:
        """A loop's body once. What leaves it early is of no matter behind the loop."""
        self.block(ALWAYS, body)
        self.ctx = replace(self.ctx, certain=ctx.certain, guards=ctx.guards)

    def take_left(self) -> Left:
        """What the statements just executed certainly left; from here on it counts no more."""
        left, self.left = self.left, ""
        return left

    def leave(self, how: Literal["function", "raise"]) -> None:
        """The function ends here."""
        self.left = how
        self.exits += 1

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
        before, start, through = self.ctx, dict(self.env), self.through
        self.through = ALWAYS
        raised, self.machine.raised = self.machine.raised, NOTHING
        self.execute(node.body)
        self.machine.raised = raised | self.uncaught(node.handlers)
        left = self.take_left()
        after = self.ctx
        refused = None
        if after.route != before.route and before.route != compose(before.route, LOOPLESS):
            refused = next((h for h in node.handlers if _catches_no_loop(h.type)), None)
        if refused is not None:
            env = self.env
            self.ctx = replace(before, route=compose(before.route, LOOPLESS))
            refused_left, _ = self.block(ALWAYS, refused.body)
            without, self.env = self.env, env
            self.ctx = before
            self.branches([(), *(h.body for h in node.handlers if h is not refused)])
            self.take_left()
            self.ctx = after
            self.execute(node.orelse)
            self.through = through
            if not refused_left:
                self.ctx = before
                self.env = _either(self.env, without)
        else:
            if not left:
                self.execute(node.orelse)
            passed, self.through = self.through, through
            self.handle(node, left or self.take_left(), passed, before, start)
        left, after = self.take_left(), self.ctx
        self.ctx = replace(after, certain=before.certain, guards=before.guards, always=before.always)
        self.execute(node.final)
        self.left = self.take_left() or left
        self.ctx = replace(self.ctx, certain=after.certain, guards=after.guards, always=after.always)

    def uncaught(self, handlers: tuple[f.Handler, ...]) -> Value:
        """What was raised so far and none of these handlers catches."""
        left = self.machine.raised
        for handler in handlers:
            if handler.type is None:
                return NOTHING
            types = self.evaluate(handler.type, replace(self.ctx, muted=True))
            classes = NOTHING.union(types, *(a.element for a in types if isinstance(a, Items)))
            left = frozenset(atom for atom in left if not guards.is_one_of(self.machine, atom, classes))
        return left

    def handle(self, node: f.Try, left: Left, passed: Condition, before: Context, start: dict[str, Value]) -> None:
        """The handlers of a `try`, and how it goes on behind it: any statement of its body may have raised."""
        body_env, after = (
            self.env,
            replace(self.ctx, certain=before.certain, guards=before.guards, always=before.always),
        )
        interrupted = _either(start, body_env)
        ends = [] if left in _GONE else [body_env]
        lefts, unhindered = [left], True
        for handler in node.handlers:
            self.env, self.ctx = dict(interrupted), after
            handler_left, handler_passed = self.block(UNSURE, handler.body)
            lefts.append(handler_left)
            unhindered = unhindered and not handler_left and handler_passed == ALWAYS
            if handler_left not in _GONE:
                ends.append(self.env)
        self.env, self.ctx = _joined(ends) if ends else body_env, after
        self.left = _left_by_all(lefts)
        if "" in lefts[1:] and (left or passed != ALWAYS):
            self.narrow(UNSURE)  # some way leads here past the conditions of the body
        else:
            self.narrow(passed)
            if not unhindered:
                self.narrow(UNSURE)

    def fork(self, node: f.If) -> None:
        """An `if`: each branch under its condition, and what follows under that of the ways that lead there."""
        holds, fails = self.condition(node.test), self.condition(node.test, False)
        held, failed = self.alternatives([(holds, node.body), (fails, node.orelse)])
        # What follows is reached when the test holds and its branch goes on, or when it fails and the other one does.
        through = both(either(fails, held), either(holds, failed))
        if through is not NEVER:
            self.narrow(through)

    def branches(self, bodies: list[tuple[f.Stmt, ...]]) -> None:
        """Alternatives nobody knows the conditions of."""
        if any(way != ALWAYS for way in self.alternatives([(UNSURE, body) for body in bodies])):
            self.narrow(UNSURE)

    def alternatives(self, ways: list[tuple[Condition | None, tuple[f.Stmt, ...]]]) -> list[Condition | None]:
        """Bodies under their conditions, each from the same start, joined after; what must hold for the end of each to
        be reached."""
        before, ctx = self.env, self.ctx
        ends: list[dict[str, Value]] = []
        lefts: list[Left] = []
        through: list[Condition | None] = []
        for condition, body in ways:
            if condition is NEVER:
                through.append(NEVER)
                continue
            self.env, self.ctx = dict(before), ctx
            left, passed = self.block(condition, body)
            lefts.append(left)
            through.append(NEVER if left else passed)
            if left not in _GONE:
                ends.append(self.env)
        self.env, self.ctx = _joined(ends) if ends else before, ctx
        self.left = _left_by_all(lefts)
        return through

    def block(self, condition: Condition, body: tuple[f.Stmt, ...]) -> tuple[Left, Condition]:
        """Statements under a condition: what they certainly leave, and what must hold for their end to be reached."""
        through, self.through = self.through, ALWAYS
        self.ctx = self.under(condition)
        self.execute(body)
        passed, self.through = self.through, through
        return self.take_left(), passed

    def narrow(self, condition: Condition) -> None:
        """What follows is reached only under a condition."""
        self.ctx = self.under(condition)
        self.through = both(self.through, condition) or UNSURE

    def under(self, condition: Condition) -> Context:
        """The context under one more condition. In product code work is not certain under one that no call decides; in
        a test's own code a branch is written to be taken, unless it is known not to be."""
        ctx, in_test = self.ctx, self.machine.test_code
        more = tuple(replace(g, assumed=True) for g in condition.guards) if in_test else condition.guards
        conditions = merged(ctx.guards, more)
        certain = ctx.certain and (in_test or (condition.sure and conditions.sure))
        always = ctx.always and condition == ALWAYS
        return replace(ctx, certain=certain, guards=conditions.guards, always=always)

    # --- conditions ----------------------------------------------------------------------------------------------

    def condition(self, test: f.Expr, wanted: bool = True) -> Condition | None:
        """What must hold for a test to come out as `wanted`."""
        match test:
            case f.Constant():
                return ALWAYS if bool(test.value) == wanted else NEVER
            case f.Operation(kind="unary", operator="not", operands=(inner,)):
                return self.condition(inner, not wanted)
            case f.Choice(test=None):
                parts = [self.condition(option, wanted) for option in test.options]
                return both(*parts) if (test.operator == "and") == wanted else either(*parts)
            case f.Operation(kind="compare", operands=(left, right)):
                return self.compared(test.operator, left, right, wanted)
        return self.asks(test, "truthy", (), wanted)

    def compared(self, operator: str, left: f.Expr, right: f.Expr, wanted: bool) -> Condition | None:
        """The condition of a comparison with literals."""
        holds = wanted == (operator in ("is", "==", "in"))
        if operator in ("in", "not in"):
            if isinstance(left, f.Constant):
                return self.asks(right, "contains", (left.value,), holds)
            written = [i.value for i in right.items if isinstance(i, f.Constant)] if _is_display(right) else []
            if written and len(written) == len(right.items):  # type: ignore[union-attr]
                return self.asks(left, "equals", tuple(written), holds)
        if operator in ("is", "is not", "==", "!="):
            if isinstance(left, f.Constant):
                left, right = right, left
            if isinstance(right, f.Constant):
                return self.asks(left, "is" if operator.startswith("is") else "equals", (right.value,), holds)
        return UNSURE

    def asks(self, expr: f.Expr, check: Check, against: tuple[Written, ...], wanted: bool) -> Condition | None:
        """The condition that what an expression stands for answers a question as wanted."""
        subject = self.subject(expr)
        if subject is None:
            return UNSURE
        predicate = Predicate(subject, check, against, wanted)
        return UNSURE if guards.touched(self.machine, predicate) else guards.asked(predicate)

    def subject(self, expr: f.Expr) -> Value | None:
        """What an expression stands for, as far as it is about names of this function and what they were given: only
        that is decided by a call. None for everything else."""
        match expr:
            case f.Name() if expr.id in self.env:
                return self.env[expr.id]
            case f.Name() if expr.id in self.around and expr.id not in self.local:
                return one(Param(expr.id, "free"))
            case f.Walrus():
                return self.subject(expr.target)
            case f.Attribute():
                base = self.subject(expr.value)
                return None if base is None else guards.attribute(self.machine, base, expr.attr)
            case f.Subscript(index=f.Constant() as index):
                base = self.subject(expr.value)
                return None if base is None else guards.item(base, one(Literally(index.value)), None)
            case f.Call(func=f.Attribute(attr="get") as getter, args=(f.Constant() as key, *rest), keywords=()):
                base = self.subject(getter.value)
                default = one(Literally(None)) if not rest else self.subject_or_literal(rest[0])
                return (
                    None if base is None or default is None else guards.item(base, one(Literally(key.value)), default)
                )
        return None

    def subject_or_literal(self, expr: f.Expr) -> Value | None:
        return one(Literally(expr.value)) if isinstance(expr, f.Constant) else self.subject(expr)

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
        before, start = self.ctx, self.env
        self.env = dict(start)
        outside, raised = self.machine.expected, self.machine.raised
        expected = self.expected_by(node)
        self.machine.expected = outside | expected
        body_left, passed = self.block(ALWAYS, node.body)
        self.machine.expected = outside
        if expected:
            self.machine.raised = raised
        self.ctx = replace(self.ctx, certain=before.certain, guards=before.guards)
        for manager, context in reversed(left):
            self.machine.leave(manager, node.is_async, self.ctx, self.site(context), label(context))
        # A manager may swallow what its body raises, anywhere in it.
        self.left = "" if body_left == "raise" else body_left
        for name, value in start.items():
            if self.env[name] != value and any(isinstance(atom, Literally) for atom in value):
                self.env[name] = join([value, self.env[name]])
        if passed != ALWAYS or body_left == "raise":
            self.narrow(UNSURE)

    def own_method(self, func: f.Expr) -> Value:
        """`self.name` in a method, of the class in which it is written; empty for everything else."""
        owner = owner_of(self.store, self.ref.path, self.ref.chunk)
        match func:
            case f.Attribute(value=f.Name(id=name), attr=attr) if owner is not None and self.is_self(name):
                return members.attribute(self.machine, one(Instance(owner)), attr, Context(muted=True), None)
        return NOTHING

    def expected_by(self, node: f.With) -> Value:
        """The exceptions that a `with` in a test says its body raises."""
        found = NOTHING
        muted = replace(self.ctx, muted=True)
        for item in node.items if self.machine.test_code else ():
            if isinstance(item.context, f.Call) and item.context.args:
                for atom in self.own_method(item.context.func) or self.evaluate(item.context.func, muted):
                    if isinstance(atom, Outside) and isinstance(self.machine.table.get(atom.canonical), Expects):
                        given = self.evaluate(item.context.args[0], muted)
                        found = found.union(given, *(a.element for a in given if isinstance(a, Items)))
        return found

    def iterate(self, value: Value, expr: f.Expr, is_async: bool) -> Value:
        op: Operation = "aiterate" if is_async else "iterate"
        return self.machine.perform(self.close(value), op, self.ctx, self.site(expr), label(expr))

    def assign(self, target: f.Expr, value: Value) -> None:
        match target:
            case f.Name():
                if target.id in self.captured:
                    value = shared(value)
                self.env[target.id] = value | PLAIN if target.id in self.rebound else value
            case f.Collection():
                for position, part in enumerate(target.items):
                    self.assign(part, subscript(value, one(Literally(position))))
            case f.Starred():
                self.assign(target.value, one(Items(value)))
            case f.Attribute():
                holder = self.evaluate(target.value, self.ctx)
                if isinstance(target.value, f.Name) and self.is_self(target.value.id):
                    known = self.attributes.get(target.attr, NOTHING)
                    self.attributes[target.attr] = join([known, shared(value)])
                else:
                    name = one(Literally(target.attr))
                    self.machine.assigned(holder, name, self.close(value), self.ctx, self.site(target))
                    if isinstance(target.value, f.Name) and target.value.id in self.env:
                        self.env[target.value.id] = _given_attribute(
                            self.env[target.value.id], target.attr, shared(self.close(value))
                        )
            case f.Subscript():
                held = self.evaluate(target.value, self.ctx)
                key = self.evaluate(target.index, self.ctx)
                patching.assigned_item(self.machine, held, key, value, self.ctx, self.site(target))
                if lineage.lends(self.machine, held):
                    self.ctx = replace(self.ctx, muted=True)
                if isinstance(target.value, f.Name) and target.value.id in self.env:
                    literal = target.index.value if isinstance(target.index, f.Constant) else None
                    if not isinstance(literal, str | int) or target.value.id in self.captured:
                        self.touch(target.value)
                        held = shared(held)
                    self.env[target.value.id] = _holding(held, value, literal)
                    if any(isinstance(a, Param | Derived) for a in held):
                        self.touch(target.value)

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
        if made and not all(isinstance(a, Unknown | Plain) or (isinstance(a, Instance) and not a.held) for a in made):
            return made
        if all(isinstance(a, Instance | Plain) or (isinstance(a, Outside) and a.canonical) for a in func):
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
                result = self.machine.perform(value, "await", ctx, self.site(at), name)
                self.touch_handed()
                return result
            case f.Lambda():
                return one(Callable_(FunctionRef(self.ref.path, self.ref.chunk, node.span[0], "lambda")))
            case f.Collection():
                return self.collection(node, ctx)
            case f.Mapping():
                return self.mapping(node, ctx)
            case f.Comprehension():
                return self.comprehension(node, ctx)
            case f.Choice():
                return self.choose(node, ctx)
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

    def choose(self, node: f.Choice, ctx: Context) -> Value:
        """`a if test else b`, `a and b`, `a or b`: what one of them does is dropped where a call decides that it is not
        the one. A choice inside an expression makes work no less certain."""
        values: list[Value] = []
        if node.test is not None:
            self.truth(node.test, ctx)
            for wanted, option in zip((True, False), node.options, strict=True):
                condition = self.condition(node.test, wanted)
                if condition is not NEVER:
                    values.append(self.evaluate(option, _supposing(ctx, condition)))
            return join(values)
        so_far: Condition | None = ALWAYS
        for option in node.options:
            if so_far is NEVER:
                break
            values.append(self.truth(option, _supposing(ctx, so_far)))
            so_far = both(so_far, self.condition(option, node.operator == "and"))
        return join(values)

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
        later = NOTHING
        for arg in node.args:
            value = self.close(self.evaluate(arg, ctx))
            if isinstance(arg, f.Starred):
                args += _spread(value)
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
                later |= _known_later(value)
        if later:
            spread = join([later, *(v for k, v in keywords if k == SPREAD)])
            keywords = [*((k, v) for k, v in keywords if k != SPREAD), (SPREAD, spread)]
        self.keep(node, args)
        made = self.machine.perform(func, "call", ctx, self.site(node), label(node.func), tuple(args), tuple(keywords))
        if not all(isinstance(atom, Outside) for atom in func):
            self.handed += (*node.args, *(keyword.value for keyword in node.keywords))
            if not any(isinstance(atom, Deferred) for atom in made):
                self.touch_handed()
        return made

    def keep(self, node: f.Call, args: list[Value]) -> None:
        """`name.append(x)` and its like put what they are given into the container that the name holds."""
        match node.func:
            case f.Attribute(value=f.Name(id=name), attr=method) if name in self.env and method in _KEEPING and args:
                value = args[-1]
                if method == "extend":
                    value = join(a.element for a in value if isinstance(a, Items))
                self.touch(node.func.value)
                self.env[name] = _holding(self.env[name], value, None)
            case f.Attribute(value=f.Name() as holder, attr=method) if method not in _READING:
                if any(isinstance(a, Items | Param | Derived) for a in self.env.get(holder.id, NOTHING)):
                    self.touch(holder)

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
                name = str(node.args[1].value)
                if len(values) > 2:
                    return members.attribute_or(self.machine, values[0], name, values[2], ctx, self.site(node))
                return members.attribute(self.machine, values[0], name, ctx, self.site(node))
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
        complete = not any(isinstance(item, f.Starred) for item in node.items)
        return one(Items(join(values), keys, complete))

    def mapping(self, node: f.Mapping, ctx: Context) -> Value:
        keys: list[tuple[str | int, Value]] = []
        values: list[Value] = []
        complete = True
        for key, item in node.items:
            value = self.close(self.evaluate(item, ctx))
            values.append(value)
            complete = complete and isinstance(key, f.Constant) and isinstance(key.value, str | int) and len(keys) < 16
            if key is None:
                continue
            if isinstance(key, f.Constant) and isinstance(key.value, str | int) and len(keys) < 16:
                keys.append((key.value, value))
            else:
                self.evaluate(key, ctx)
        return one(Items(join(values), tuple(keys), complete, True))

    def comprehension(self, node: f.Comprehension, ctx: Context) -> Value:
        before = dict(self.env)
        for clause in node.clauses:
            iterable = self.evaluate(clause.iterable, ctx)
            self.assign(clause.target, self.iterate(iterable, clause.iterable, clause.is_async))
            for condition in clause.conditions:
                self.evaluate(condition, ctx)
        values = [self.close(self.evaluate(element, ctx)) for element in node.elements]
        self.env = before
        return one(Items(values[-1] if values else NOTHING, mapping=node.kind == "dict"))

    def tells_nothing(self, value: Value, targets: tuple[f.Expr, ...]) -> bool:
        """Whether the declared type says more than the value. That is so for an empty container that an object is to
        keep: others fill it. What is put into one that a name holds is seen."""
        if any(isinstance(target, f.Attribute) for target in targets):
            value = frozenset(a for a in value if not _is_empty(a))
        return not value or all(isinstance(a, Unknown) for a in value)

    def annotated(self, annotation: f.Expr) -> Value:
        """What an annotation says the value is: an instance of a class of the project, or a container of such; empty
        when it says neither."""
        match annotation:
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


def _joined(ends: list[dict[str, Value]]) -> dict[str, Value]:
    """The names after several branches."""
    merged_names = ends[0]
    for end in ends[1:]:
        merged_names = _either(merged_names, end)
    return merged_names


def _supposing(ctx: Context, condition: Condition) -> Context:
    """The context under a condition that is taken to hold unless a call contradicts it."""
    if not condition.guards:
        return ctx
    more = tuple(replace(guard, assumed=True) for guard in condition.guards)
    return replace(ctx, guards=merged(ctx.guards, more).guards)


_GONE = ("function", "raise")
_WEAKEST_FIRST: tuple[Left, ...] = ("", "raise", "loop", "function")


def _left_by_all(lefts: list[Left]) -> Left:
    """What all of some ways leave."""
    return next((left for left in _WEAKEST_FIRST if left in lefts), "")


def _is_display(expr: f.Expr) -> TypeGuard[f.Collection]:
    return isinstance(expr, f.Collection)


def _is_empty(atom: Atom) -> bool:
    return isinstance(atom, Items) and not atom.element and not atom.keys


def _taken_by_nested(store: Store, ref: FunctionRef, found: Found | None) -> tuple[frozenset[str], frozenset[str]]:
    """The names of a function that functions nested in it read, and those that they bind anew."""
    if found is None:
        return frozenset(), frozenset()
    captured: set[str] = set()
    rebound: set[str] = set()
    for nested in functions(store, (ref.path, ref.chunk)).values():
        if any(around is found.node for around in nested.around):
            captured |= _free_names(nested.node)
            if isinstance(nested.node, f.Function):
                for statement in own_statements(nested.node.body):
                    if isinstance(statement, f.ScopeNames) and statement.kind == "nonlocal":
                        rebound.update(statement.names)
    return frozenset(captured), frozenset(rebound)


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


def _known_later(value: Value) -> Value:
    """What `**value` may give besides the keywords that are written out: symbolic values, tables that are not written
    out in full, and anything else."""
    symbolic = frozenset(a for a in value if isinstance(a, Param | Derived))
    tables = frozenset(a for a in value if isinstance(a, Items) and not a.complete)
    others = any(not isinstance(a, Param | Derived | Items) for a in value)
    return symbolic | tables | PLAIN if others else symbolic | tables


def _given_attribute(value: Value, name: str, given: Value) -> Value:
    """Objects whose attribute `name` is set from outside. Of several that a name may stand for only one is meant."""
    tells = any(not isinstance(atom, Unknown | Plain | Literally) for atom in given)
    changed: list[Value] = []
    for atom in value:
        held = dict(atom.held) if isinstance(atom, Instance) else {}
        if isinstance(atom, Instance) and name in held and len(value) > 1:
            held[name] = join([held[name], given])
            changed.append(one(replace(atom, held=tuple(sorted(held.items())))))
        elif isinstance(atom, Instance) and (name in held or (tells and _keeps(atom, held))):
            held[name] = given if tells or name in atom.told else join([held[name], given])
            changed.append(one(replace(atom, held=tuple(sorted(held.items())), told=atom.told | {name})))
        else:
            changed.append(frozenset({atom}))
    return join(changed)


def _keeps(atom: Instance, held: dict[str, Value]) -> bool:
    """Whether one thing more is remembered with an object."""
    return isinstance(atom.cls, ClassRef) and len(held) < MAX_HELD


def _holding(container: Value, value: Value, key: str | float | bool | None) -> Value:
    """A container that holds one thing more, under a literal key where there is one."""
    changed: list[Value] = []
    for atom in container:
        if not isinstance(atom, Items):
            changed.append(frozenset({atom}))
        elif isinstance(key, str | int):
            kept = tuple((k, v) for k, v in atom.keys if k != key)
            complete = atom.complete and len(kept) < 16
            keys = (*kept, (key, value))[-16:]
            changed.append(one(Items(join([atom.element, value]), keys, complete, atom.mapping)))
        else:
            changed.append(
                one(
                    Items(
                        join([atom.element, value]),
                        () if any(isinstance(k, int) for k, _ in atom.keys) else atom.keys,
                        mapping=atom.mapping,
                    )
                )
            )
    return join(changed)


_MAPPINGS = frozenset({"dict", "defaultdict", "ordereddict", "mapping", "mutablemapping", "weakvaluedictionary"})
_CONTAINERS = _MAPPINGS | {"list", "set", "frozenset", "tuple", "deque", "sequence", "mutablesequence", "iterable"}
"""Containers as annotations name them (builtins, `collections`, `typing`): a mapping's values are its last argument,
the elements of the others the first."""
_READING = frozenset({"get", "keys", "values", "items", "copy", "index", "count"})
"""Methods of containers that change nothing."""
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
