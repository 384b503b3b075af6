"""The bases of a class in Python's order, as far as they can be found. Runs in the child."""

from __future__ import annotations

from typing import Any

from jedi.inference.gradual.conversion import convert_values

from isolint.inference.jedi_names import canonical_name, is_from_standard_library, last_name

_LONGEST_MRO = 200


def linearise(cls: Any) -> tuple[tuple[str, ...], bool]:
    """The canonical names of a class and its bases in Python's order (C3), itself first, `object` left out; and whether
    every base was found. Where Python would refuse the order, the bases follow depth first."""
    return _linearise(cls, ())


def _linearise(cls: Any, below: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    own = canonical_name(cls.name)
    if own in below or len(below) > _LONGEST_MRO:
        return (own,), False
    complete = True
    orders: list[tuple[str, ...]] = []
    for base in cls.py__bases__():
        values = base.infer() if hasattr(base, "infer") else [base]
        classes = [value for value in convert_values(values) if value.is_class()]
        if not classes:
            owner = _factory_owner(base)
            if owner is None:
                # In a stub an unknown base is `Any`, which means nothing at run time.
                complete = complete and is_from_standard_library(cls.name)
                continue
            classes, complete = [owner], False
        order, whole = _linearise(classes[0], (*below, own))
        # typeshed gives builtins the abstract bases of `typing`, which they do not have at run time.
        if own.startswith("builtins."):
            order = tuple(name for name in order if name.startswith("builtins."))
        elif is_from_standard_library(cls.name):
            order = tuple(name for name in order if not name.startswith("typing."))
        complete = complete and whole
        order = tuple(name for name in order if name != "builtins.object")
        if order:
            orders.append(order)
    complete = complete or own.startswith("builtins.")
    return (own, *_merge([*orders, tuple(order[0] for order in orders)])), complete


def _factory_owner(base: Any) -> Any:
    """`Owner` where a base is written `Owner.from_queryset(...)`: Django's class factory derives from it.

    It also copies the methods of the queryset, which is why the order stays incomplete."""
    node = getattr(base, "data", None)
    if node is None or node.type not in ("power", "atom_expr") or len(node.children) < 3:
        return None
    leaf = last_name(node)
    if leaf is None or leaf.value != "from_queryset" or leaf.parent is not node.children[-2]:
        return None
    values = convert_values(base.context.infer_node(node.children[0])) if len(node.children) == 3 else []
    return next((value for value in values if value.is_class()), None)


def _merge(orders: list[tuple[str, ...]]) -> list[str]:
    merged: list[str] = []
    rest = [list(order) for order in orders if order]
    while rest:
        for order in rest:
            if not any(order[0] in other[1:] for other in rest):
                head = order[0]
                break
        else:
            head = rest[0][0]
        merged.append(head)
        rest = [shorter for order in rest if (shorter := [name for name in order if name != head])]
    return merged
