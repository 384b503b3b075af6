"""Attributes that an object gets only where it lacks them: `if self.x is None: self.x = Default()`.

What an object was made with then comes before what a method puts in its place. Which branches ask is read from their
tests, as they are written; whether an object lacks something is decided by what it holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from isolint.placement import guards
from isolint.placement.shapes import Derived, Lacking, Param, Predicate, Value
from isolint.placement.values import NOTHING, join
from isolint.syntax import facts as f

if TYPE_CHECKING:
    from isolint.placement.machine import Machine

Default = tuple[Lacking, Value]
"""What an attribute becomes where it is lacking in this way."""


def lacks(test: f.Expr | None, owner: str, wanted: bool = True) -> dict[str, Lacking]:
    """The attributes of the name `owner` that an object lacks where a test comes out as `wanted`."""
    match test:
        case f.Operation(kind="unary", operator="not", operands=(inner,)):
            return lacks(inner, owner, not wanted)
        case f.Choice(test=None) if (test.operator == "and") == wanted:
            return {name: how for option in test.options for name, how in lacks(option, owner, wanted).items()}
        case f.Operation(kind="compare", operator=operator, operands=(asked, f.Constant(value=None))):
            if operator in (("is", "==") if wanted else ("is not", "!=")):
                return dict.fromkeys(_attribute(asked, owner), "none")
        case f.Call(func=f.Name(id="hasattr"), args=(f.Name(id=name), f.Constant(value=str() as attr))):
            return {attr: "none"} if name == owner and not wanted else {}
        case _ if not wanted and test is not None:
            return dict.fromkeys(_attribute(test, owner), "false")
    return {}


def _attribute(expr: f.Expr, owner: str) -> tuple[str, ...]:
    """The attribute of `owner` that an expression reads, by whatever spelling."""
    match expr:
        case f.Walrus(value=inner):
            return _attribute(inner, owner)
        case f.Attribute(value=f.Name(id=name), attr=attr) if name == owner:
            return (attr,)
        case f.Call(func=f.Name(id="getattr"), args=(f.Name(id=name), f.Constant(value=str() as attr), *_)):
            return (attr,) if name == owner else ()
    return ()


def chosen(value: Value, owner: str, name: str) -> tuple[Value, tuple[Default, ...]]:
    """A value that is assigned to the attribute `name` of `owner`, without what it becomes only where that is lacking
    (`self.x = self.x or Default()`), and that."""
    itself = Derived(Param(owner), "attribute", name)
    defaults: list[Default] = []
    kept: list[Value] = []
    for atom in value:
        if isinstance(atom, Derived) and atom.step == "choose" and atom.base == itself and NOTHING in atom.args:
            held, failed = atom.args
            if atom.name == "truthy" and not held:
                defaults.append(("false", failed))
            elif atom.name == "is" and not failed:
                defaults.append(("none", held))
            else:
                kept.append(frozenset({atom}))
        else:
            kept.append(frozenset({atom}))
    return join(kept), tuple(defaults)


def completed(m: Machine, held: Value, defaults: tuple[Default, ...]) -> Value:
    """What an object holds, or may have got in its place where it lacked it."""
    values = [held]
    for how, value in defaults:
        check: Literal["truthy", "is"] = "truthy" if how == "false" else "is"
        asked = Predicate(held, check, () if how == "false" else (None,), holds=how == "none")
        if guards.decided(m, asked) is not False:
            values.append(value)
    return join(values)
