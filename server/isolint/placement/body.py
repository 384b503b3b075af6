"""Evaluating facts: the statements of one function, once, into a Summary.

Branches are joined, loops run once. What an expression stands for is `expressions.py`, what must hold for a branch to
be taken `conditions.py`; what operating on a value does is the machine's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec.structs import replace

from isolint.catalog.places import IN_LOOP, LOOPLESS, compose
from isolint.catalog.rows import Expects
from isolint.names.resolve import mro
from isolint.names.scopes import class_scope
from isolint.names.symbols import (
    ClassRef,
    FunctionRef,
    FunctionSymbol,
    ValueSymbol,
)
from isolint.placement import filling, guards, lineage, members, patching, queries
from isolint.placement.conditions import condition_of, matched, narrowed
from isolint.placement.containers import is_empty
from isolint.placement.context import Context, Keywords
from isolint.placement.expressions import Expressions
from isolint.placement.functions import (
    Found,
    assigned_attributes,
    filled_attributes,
    find,
    function_operation,
    own_parts,
)
from isolint.placement.guards import ALWAYS, NEVER, UNSURE, Condition, both, either, merged
from isolint.placement.lacking import Default, lacks
from isolint.placement.machine import Machine
from isolint.placement.shapes import (
    Atom,
    Callable_,
    Class_,
    Derived,
    Instance,
    Items,
    Lacking,
    Literally,
    Operation,
    Outside,
    Param,
    Patch,
    Plain,
    Summary,
    Unknown,
    Value,
    World,
)
from isolint.placement.values import NOTHING, PLAIN, TOO_MANY, join, label, one, shared, subscript, unknown
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

MAX_EXCEPTIONS = 8
"""Exceptions that may leave a function; with more nobody asks which one a test expects."""

Left = Literal["", "loop", "function", "raise"]
"""What some statements certainly leave; "raise" is the function, unless somebody around them catches it."""


def summarise(store: Store, ref: FunctionRef, world: World = ()) -> Summary:
    """The summary of a project function, nested function or lambda, in a world where patches replace names."""
    found = find(store, ref)
    if found is None:
        return Summary()
    return _Body(store, ref, found, world=world).summary()


def gone_through(
    store: Store, function: Callable_, keywords: Keywords, args: tuple[Value, ...], ctx: Context, world: World
) -> Machine | None:
    """A function of the project whose arguments are known: nothing of it is left open."""
    found = find(store, function.ref)
    if found is None or not isinstance(found.node, f.Function):
        return None
    body = _Body(store, function.ref, found, world=world)
    body.run_through(body.machine.bind_arguments(function, args, keywords), ctx)
    return body.machine


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
    if symbol.annotation is not None and value and all(is_empty(a) for a in value):
        value = body.annotated(symbol.annotation) or value
    if symbol.expr is None and symbol.annotation is not None:
        return body.declared(symbol.annotation)
    value = frozenset(Items(unknown("what it holds")) if is_empty(a) else a for a in shared(value))
    if symbol.item >= 0:
        value = subscript(value, one(Literally(symbol.item)))
    if (
        not value or value <= {Plain()} or all(isinstance(a, Unknown) for a in value)
    ) and symbol.annotation is not None:
        return body.annotated(symbol.annotation) or value
    return value or unknown("no value")


def attribute_value(store: Store, cls: ClassRef, name: str, later: bool = False, world: World = ()) -> Value:
    """What the methods of a class assign to `self.name`, along its project bases; the nearest class that does
    counts. `later`: what `__init__` assigns is left out, and what is assigned only where the attribute is lacking."""
    for one_class in mro(store, cls).classes:
        if not isinstance(one_class, ClassRef):
            continue
        values: list[Value] = []
        for binding in class_scope(store, one_class).bindings:
            if later and binding.name == "__init__":
                continue
            if isinstance(binding.bound, FunctionSymbol) and name in assigned_attributes(store, binding.bound.ref):
                summary = queries.summary_of(store, binding.bound.ref, world)
                found = [value for given, value in summary.attributes if given == name]
                found += [] if later else [value for given, _, value in summary.defaults if given == name]
                values += (_closed(store, value, cls, world) for value in found)
        if values:
            return join(values)
    return NOTHING


def added_values(store: Store, cls: ClassRef, name: str, world: World) -> Value:
    """A container with what the methods of a class, and of its bases, put into the one that `self.name` is, as far as
    it can be named: what they are handed for it, by whomever, is left out."""
    values = [
        _closed(store, value, cls, world)
        for summary in _summaries(store, cls, name, world, filled_attributes)
        for given, value in summary.additions
        if given == name
    ]
    inside = frozenset(atom for atom in join(values) if _is_named(atom))
    return one(Items(inside)) if inside else NOTHING


def _is_named(atom: Atom) -> bool:
    """Whether it is known what this is, and all that it holds."""
    if isinstance(atom, Items):
        return all(map(_is_named, (*atom.element, *(one_atom for _, value in atom.keys for one_atom in value))))
    return not isinstance(atom, Unknown)


def default_values(store: Store, cls: ClassRef, name: str, world: World) -> tuple[Default, ...]:
    """What the methods of a class assign to `self.name` only where that is lacking, each with how it is lacking."""
    found = (
        (how, _closed(store, value, cls, world))
        for summary in _summaries(store, cls, name, world, assigned_attributes)
        for given, how, value in summary.defaults
        if given == name
    )
    return tuple(dict.fromkeys(found))


def _summaries(
    store: Store, cls: ClassRef, name: str, world: World, touching: Query[FunctionRef, frozenset[str]]
) -> Iterator[Summary]:
    """What the methods of a class, and of its bases, do that touch `self.name` in the way of the question."""
    for one_class in mro(store, cls).classes:
        for binding in class_scope(store, one_class).bindings if isinstance(one_class, ClassRef) else ():
            bound = binding.bound
            if isinstance(bound, FunctionSymbol) and name in touching(store, bound.ref):
                yield queries.summary_of(store, bound.ref, world)


def _closed(store: Store, value: Value, cls: ClassRef, world: World) -> Value:
    """A value with `self` filled in and other parameters unknown."""
    machine = Machine(store, cls.path, world)
    return filling.fill(machine, value, {("param", "self"): one(Instance(cls)), ("param", "cls"): one(Class_(cls))})


class _Body(Expressions):
    def __init__(
        self,
        store: Store,
        ref: FunctionRef,
        found: Found | None,
        owner: ClassRef | None = None,
        world: World = (),
    ) -> None:
        super().__init__(store, ref, found, owner, world)
        self.returned: list[Value] = []
        self.raises: Value = NOTHING
        self.looping = False
        self.left: Left = ""
        """Whether the statements so far certainly leave the loop, or the function: what follows is never reached."""
        self.stopped = False
        """Whether a mock that raises has ended some way."""
        self.exits = 0
        """Statements seen that leave the function."""
        self.through: Condition = ALWAYS
        """What must hold, besides what led into the block that is executed, for its statement to be reached."""

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
            if not self.left and any(not isinstance(a, Plain | Unknown) for value in self.returned for a in value):
                self.returned.append(one(Literally(None)))  # the end of the body may be reached, too
        op: Operation = function_operation(node)
        machine = self.machine
        effects = machine.effects
        return Summary(
            effects=tuple(sorted(effects if op == "call" else (replace(e, op=op) for e in effects), key=repr)),
            uses=tuple(sorted(machine.uses, key=repr)),
            reads=tuple(machine.reads),
            returns=TOO_MANY if machine.overflowed else self.close(join(self.returned)) or PLAIN,
            yields=self.close(join(self.yielded)),
            opaque=tuple(sorted(machine.opaque, key=repr)),
            attributes=tuple(sorted((n, self.close(v)) for n, v in self.attributes.items())),
            additions=tuple(sorted((n, self.close(v)) for n, v in self.additions.items())),
            defaults=tuple(sorted((n, how, self.close(v)) for (n, how), v in self.defaults.items())),
            patches=tuple(sorted(machine.patches.values(), key=repr)),
            cures=tuple(sorted(machine.cures.values(), key=repr)),
            mocked=machine.mocked or machine.mocked_below,
            raises=self.raises,
            never=self.stopped and self.left == "raise",
        )

    def run_through(self, bound: dict[tuple[str, str], Value], ctx: Context) -> None:
        """The body with arguments that are known, in a context of its own; what comes of it is in the machine."""
        assert isinstance(self.node, f.Function)
        self.ctx = ctx
        for param in self.node.params:
            self.env[param.name] = bound.get(("param", param.name)) or unknown(f"parameter {param.name}")
        self.execute(self.node.body)

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
        if self.machine.stopped:
            self.machine.stopped = False
            self.stopped = True
            self.leave("raise")
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
                        if node.value is not None and any(
                            isinstance(atom, Items) for atom in self.evaluate(target, replace(self.ctx, muted=True))
                        ):
                            self.go_through(value, node.value, self.ctx)
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
                if not self.machine.stopped:
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
                self.choose(node, self.evaluate(node.subject, self.ctx))
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

    def manage(self, node: f.With) -> None:
        """A `with`: what it replaces is replaced in its body, and in what its later managers do."""
        world, mark = self.machine.world, len(self.machine.noted)
        self.managed(node)
        self.machine.restore(world)
        if not _yields(node.body):
            patching.left(self.machine, mark)

    def managed(self, node: f.With) -> None:
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

    # --- the ways through them -----------------------------------------------------------------------------------

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

    def attempt(self, node: f.Try) -> None:
        """A `try` statement. Where its body asks for the running loop, the handler of that error is what happens where
        none runs, and the rest what happens where one does."""
        before, start, through = self.ctx, dict(self.env), self.through
        self.through = ALWAYS
        raised, self.machine.raised = self.machine.raised, NOTHING
        stopped, self.stopped = self.stopped, False
        self.execute(node.body)
        catching = self.catching(node.handlers) if self.stopped and self.left == "raise" else None
        self.stopped = self.stopped or stopped
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
        elif catching is not None:
            self.through = through
            self.ctx = replace(after, certain=before.certain, guards=before.guards, always=before.always)
            self.left, passed = self.block(ALWAYS, catching.body)
            self.narrow(passed)
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

    def catching(self, handlers: tuple[f.Handler, ...]) -> f.Handler | None:
        """The handler of all that was raised so far, where one of it certainly was; None where that cannot be told."""
        for handler in handlers:
            left = self.uncaught((handler,))
            if not left:
                return handler if self.machine.raised else None
            if left != self.machine.raised:
                return None
        return None

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
        holds, fails = condition_of(self, node.test), condition_of(self, node.test, False)
        told = (narrowed(self, node.test), narrowed(self, node.test, False))
        owner = self.node.params[0].name if isinstance(self.node, f.Function) and self.node.params else ""
        lacking = (lacks(node.test, owner), lacks(node.test, owner, False)) if self.is_self(owner) else ({}, {})
        held, failed = self.alternatives([(holds, node.body), (fails, node.orelse)], told, holds, lacking)
        if held is NEVER:  # what follows is reached only where the test fails
            self.lacking = {**self.lacking, **lacking[1]}
        # What follows is reached when the test holds and its branch goes on, or when it fails and the other one does.
        through = both(either(fails, held), either(holds, failed))
        if through is not NEVER:
            self.narrow(through)

    def choose(self, node: f.Match, subject: Value) -> None:
        """A `match`: each case under its own condition and where none before it is taken."""
        ways: list[tuple[Condition | None, tuple[f.Stmt, ...]]] = []
        told: list[dict[str, Value]] = []
        otherwise: Condition | None = ALWAYS
        self.env |= {name: unknown(f"{name} bound by a pattern") for case in node.cases for name in case.binds}
        for case in node.cases:
            names = {} if case.values is None else dict.fromkeys(case.binds, subject)
            with self.telling(names):
                taken, left = matched(self, node.subject, case), matched(self, node.subject, case, False)
                if case.guard is not None:
                    self.truth(case.guard, self.ctx)
            ways.append((both(otherwise, taken), case.body))
            told.append(names)
            otherwise = both(otherwise, left)
        ways.append((otherwise, ()))
        ends = self.alternatives(ways, (*told, {}))
        if any(end != ALWAYS for (way, _), end in zip(ways, ends, strict=True) if way is not NEVER):
            through = either(*(both(way, end) for (way, _), end in zip(ways, ends, strict=True)))
            if through is not NEVER:
                self.narrow(through)

    def branches(self, bodies: list[tuple[f.Stmt, ...]]) -> None:
        """Alternatives nobody knows the conditions of."""
        if any(way != ALWAYS for way in self.alternatives([(UNSURE, body) for body in bodies])):
            self.narrow(UNSURE)

    def alternatives(
        self,
        ways: list[tuple[Condition | None, tuple[f.Stmt, ...]]],
        told: tuple[dict[str, Value], ...] = (),
        decides: Condition | None = None,
        lacking: tuple[dict[str, Lacking], ...] = (),
    ) -> list[Condition | None]:
        """Bodies under their conditions, each from the same start, joined after; what must hold for the end of each to
        be reached. `decides` holds in the first of two ways and fails in the other. `told` is what the condition of
        each says that names are: behind them that counts only where the other ways lead elsewhere, and not of
        parameters (each use of one would be there twice). `lacking`: the attributes for lack of which each is come
        to."""
        before, ctx, before_lacking = self.env, self.ctx, self.lacking
        ends: list[dict[str, Value]] = []
        lefts: list[Left] = []
        through: list[Condition | None] = []
        said: list[dict[str, Value]] = []
        for way, (condition, body) in enumerate(ways):
            names = told[way] if told else {}
            if condition is NEVER:
                through.append(NEVER)
                continue
            self.env, self.ctx = {**before, **names}, ctx
            self.lacking = {**before_lacking, **(lacking[way] if lacking else {})}
            left, passed = self.block(condition, body)
            lefts.append(left)
            through.append(NEVER if left else passed)
            if left not in _GONE:
                ends.append(self.env)
                said.append(names)
        for end, names in zip(ends, said, strict=True):
            for name, value in names.items():
                symbolic = any(isinstance(atom, Derived) and atom.step in ("as", "having") for atom in value)
                if end[name] is value and (symbolic or len(ends) > 1):
                    end[name] = before[name]
        if len(ends) == len(ways) == 2:
            self.env = self.chosen(decides, *ends)
        else:
            self.env = _joined(ends) if ends else before
        self.ctx, self.lacking = ctx, before_lacking
        self.left = _left_by_all(lefts)
        return through

    def chosen(self, condition: Condition | None, held: dict[str, Value], failed: dict[str, Value]) -> dict[str, Value]:
        """The names after the two ways of an `if`."""
        ends = _either(held, failed)
        for name in held.keys() & failed.keys():
            if held[name] != failed[name] and name not in self.captured and name not in self.rebound:
                ends[name] = self.choice(condition, held[name], failed[name])
        return ends

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


def _yields(body: tuple[f.Stmt, ...]) -> bool:
    """Whether a function is left in the middle of these statements."""
    return any(isinstance(part, f.Yield) for part in own_parts(body))


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


_GONE = ("function", "raise")
_WEAKEST_FIRST: tuple[Left, ...] = ("", "raise", "loop", "function")


def _left_by_all(lefts: list[Left]) -> Left:
    """What all of some ways leave."""
    return next((left for left in _WEAKEST_FIRST if left in lefts), "")
