"""Expressions: nodes of the grammar to facts.

One function a kind of node, and the table that finds it. Statements are not known here. Half-read code gives `Missing`
with what could be read; nothing raises.
"""

# ruff: noqa: ARG001 - all handlers of one dispatch table have one signature
from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import Literal

from tree_sitter import Node

from isolint.syntax.facts import (
    Attribute,
    Await,
    Call,
    Choice,
    Clause,
    Collection,
    Comprehension,
    Constant,
    Expr,
    Keyword,
    Lambda,
    Mapping,
    Missing,
    Name,
    Operation,
    Parameter,
    Starred,
    Subscript,
    Walrus,
    Yield,
)
from isolint.syntax.grammar import (
    F_BODY,
    F_LEFT,
    F_NAME,
    F_PARAMETERS,
    F_TYPE,
    F_VALUE,
    K_ASYNC,
    K_BINARY,
    K_BOOLEAN,
    K_COMMA,
    K_DEFAULT,
    K_ERROR,
    K_FOR_IN,
    K_FORMAT,
    K_FORMAT_EXPRESSION,
    K_FROM,
    K_GENERATOR,
    K_IDENTIFIER,
    K_IF_CLAUSE,
    K_INTERPOLATION,
    K_KEYWORD,
    K_KEYWORD_MARK,
    K_OR,
    K_PAIR,
    K_POSITIONAL_MARK,
    K_POWER,
    K_SPLAT2,
    K_STAR,
    K_STARS,
    K_STRING,
    K_STRING_CONTENT,
    K_TYPED,
    K_TYPED_DEFAULT,
    MAX_DEPTH,
    ChunkText,
    node_kinds,
    span_of,
    word_of,
)
from isolint.syntax.literals import (
    OPENING,
    string_value,
)

_Handler = Callable[[Node, ChunkText, int], Expr]


def read_expression(node: Node, t: ChunkText, depth: int) -> Expr:
    """The fact of any node that stands for a value; `Missing` for any other. `depth` counts the nodes above."""
    kind = node.kind_id
    if kind == K_IDENTIFIER:  # half of all nodes
        start, end = node.start_byte, node.end_byte
        if start == end:
            return Missing((), (start, end))
        return Name(intern(t.bytes[start:end].decode("utf-8", "replace")), (start, end))
    handler = EXPRESSIONS.get(kind)
    if handler is None:
        return read_missing(node, t, depth)
    if depth > MAX_DEPTH:
        return Missing((), (node.start_byte, node.end_byte))
    if t.careful and node.has_error and kind not in _HOLDERS:
        errors = [child for child in node.children if child.is_error]
        if errors:
            parts = [handler(node, t, depth + 1)]
            for error in errors:
                parts.extend(read_parts(error, t, depth + 1))
            return Missing(tuple(parts), (node.start_byte, node.end_byte))
    return handler(node, t, depth + 1)


def read_optional(node: Node | None, t: ChunkText, depth: int) -> Expr | None:
    """As `read_expression`, None for None."""
    return None if node is None else read_expression(node, t, depth)


def read_items(node: Node, t: ChunkText, depth: int) -> tuple[Expr, ...]:
    """The expressions among the direct children, in order; errors among them as `Missing`."""
    return tuple([read_expression(child, t, depth) for child in node.children if child.kind_id in READABLE])


def read_parts(node: Node, t: ChunkText, depth: int) -> list[Expr]:
    """Every expression that can be read below a node, outermost first."""
    found: list[Expr] = []
    if depth > MAX_DEPTH:
        return found
    for child in node.children:
        if child.kind_id in EXPRESSIONS:
            found.append(read_expression(child, t, depth + 1))
        elif child.child_count:
            found.extend(read_parts(child, t, depth + 1))
    return found


def read_missing(node: Node, t: ChunkText, depth: int) -> Expr:
    """A node that is no value, with the values in it."""
    return Missing(tuple(read_parts(node, t, depth)), span_of(node))


def _name(node: Node, t: ChunkText, depth: int) -> Expr:
    return Name(word_of(node, t), span_of(node)) if node.start_byte < node.end_byte else Missing((), span_of(node))


def _attribute(node: Node, t: ChunkText, depth: int) -> Expr:
    children = node.children
    value, attr = children[0], children[-1]
    start, end = attr.start_byte, attr.end_byte
    if attr.kind_id != K_IDENTIFIER or start == end or len(children) < 3:
        return Missing((read_expression(value, t, depth),), span_of(node))
    name = intern(t.bytes[start:end].decode("utf-8", "replace"))
    owner = read_expression(value, t, depth)
    if type(owner) is Starred:
        return Starred(Attribute(owner.value, name, (start, end), (owner.value.span[0], end)), (node.start_byte, end))
    return Attribute(owner, name, (start, end), (node.start_byte, end))


def _call(node: Node, t: ChunkText, depth: int) -> Expr:
    children = node.children
    func = read_expression(children[0], t, depth)
    given = children[-1]
    args: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    if given.kind_id == K_GENERATOR:
        args, keywords = (read_expression(given, t, depth),), ()
    else:
        args, keywords = read_arguments(given, t, depth)
    if type(func) is Starred:  # in `[*f(x)]` and `*a.b, c = d` the grammar binds the star closest
        return Starred(Call(func.value, args, keywords, (func.value.span[0], node.end_byte)), span_of(node))
    return Call(func, args, keywords, (node.start_byte, node.end_byte))


def read_arguments(node: Node, t: ChunkText, depth: int) -> tuple[tuple[Expr, ...], tuple[Keyword, ...]]:
    """The positional and the keyword arguments of a call or a class."""
    args: list[Expr] = []
    keywords: list[Keyword] = []
    for child in node.children:
        kind = child.kind_id
        if kind == K_KEYWORD:
            parts = child.children
            keywords.append(Keyword(word_of(parts[0], t), read_expression(parts[-1], t, depth), span_of(child)))
        elif kind == K_SPLAT2:
            keywords.append(Keyword(None, read_expression(child.children[-1], t, depth), span_of(child)))
        elif kind in READABLE:
            args.append(read_expression(child, t, depth))
    return tuple(args), tuple(keywords)


def _starred(node: Node, t: ChunkText, depth: int) -> Expr:
    children = [child for child in node.children if child.kind_id in READABLE]
    return Starred(read_expression(children[-1], t, depth) if children else Missing((), span_of(node)), span_of(node))


def _await(node: Node, t: ChunkText, depth: int) -> Expr:
    value = node.children[-1]
    # The grammar reads `await a ** b` as `await (a ** b)`; Python's precedence is the other way round.
    if value.kind_id == K_BINARY and len(value.children) == 3 and value.children[1].kind_id == K_POWER:
        base = read_expression(value.children[0], t, depth)
        awaited = Await(base, (node.start_byte, value.children[0].end_byte))
        return Operation("binary", (awaited, read_expression(value.children[2], t, depth)), span_of(node))
    return Await(read_expression(value, t, depth), span_of(node))


def _yield(node: Node, t: ChunkText, depth: int) -> Expr:
    delegate = False
    values: list[Node] = []
    for child in node.children:
        if child.kind_id == K_FROM:
            delegate = True
        elif child.kind_id in READABLE:
            values.append(child)
    return Yield(read_tuple(node, values, t, depth), delegate, span_of(node))


def read_tuple(node: Node, values: list[Node], t: ChunkText, depth: int) -> Expr | None:
    """One expression, or the tuple that a bare comma makes of the children `values` of `node`."""
    if not values:
        return None
    if len(values) == 1 and node.children[-1].kind_id != K_COMMA:
        return read_expression(values[0], t, depth)
    span = (values[0].start_byte, node.end_byte)
    return Collection("tuple", tuple([read_expression(value, t, depth) for value in values]), span)


def _lambda(node: Node, t: ChunkText, depth: int) -> Expr:
    params = node.child_by_field_id(F_PARAMETERS)
    body = node.child_by_field_id(F_BODY)
    value = Missing((), (node.end_byte, node.end_byte)) if body is None else read_expression(body, t, depth)
    return Lambda(() if params is None else read_parameters(params, t, depth), value, span_of(node))


def _subscript(node: Node, t: ChunkText, depth: int) -> Expr:
    children = node.children
    value = read_expression(children[0], t, depth)
    rest = [child for child in children[1:] if child.kind_id in READABLE]
    index: Expr
    if len(rest) == 1 and all(child.kind_id != K_COMMA for child in children):
        index = read_expression(rest[0], t, depth)
    elif rest:
        items = tuple([read_expression(child, t, depth) for child in rest])
        index = Collection("tuple", items, (rest[0].start_byte, rest[-1].end_byte))
    else:
        index = Missing((), (node.end_byte, node.end_byte))
    if type(value) is Starred:
        return Starred(Subscript(value.value, index, (value.value.span[0], node.end_byte)), span_of(node))
    return Subscript(value, index, span_of(node))


def _collection(kind: Literal["list", "tuple", "set"]) -> _Handler:
    def convert(node: Node, t: ChunkText, depth: int) -> Expr:
        return Collection(kind, read_items(node, t, depth), span_of(node))

    return convert


def _dictionary(node: Node, t: ChunkText, depth: int) -> Expr:
    pairs: list[tuple[Expr | None, Expr]] = []
    for child in node.children:
        kind = child.kind_id
        if kind == K_PAIR:
            parts = child.children
            pairs.append((read_expression(parts[0], t, depth), read_expression(parts[-1], t, depth)))
        elif kind == K_SPLAT2:
            pairs.append((None, read_expression(child.children[-1], t, depth)))
        elif kind in READABLE:
            pairs.append((read_expression(child, t, depth), Missing((), (child.end_byte, child.end_byte))))
    return Mapping(tuple(pairs), span_of(node))


def _comprehension(kind: Literal["list", "set", "dict", "generator"]) -> _Handler:
    def convert(node: Node, t: ChunkText, depth: int) -> Expr:
        elements: list[Expr] = []
        clauses: list[Clause] = []
        for child in node.children:
            child_kind = child.kind_id
            if child_kind == K_FOR_IN:
                clauses.append(_clause(child, t, depth))
            elif child_kind == K_IF_CLAUSE:
                if clauses:
                    last = clauses[-1]
                    condition = read_expression(child.children[-1], t, depth)
                    clauses[-1] = Clause(last.target, last.iterable, (*last.conditions, condition), last.is_async)
            elif child_kind == K_PAIR:
                elements += [
                    read_expression(child.children[0], t, depth),
                    read_expression(child.children[-1], t, depth),
                ]
            elif child_kind in READABLE:
                elements.append(read_expression(child, t, depth))
        return Comprehension(kind, tuple(elements), tuple(clauses), span_of(node))

    return convert


def _clause(node: Node, t: ChunkText, depth: int) -> Clause:
    left = node.child_by_field_id(F_LEFT)
    rights = [child for child in node.children_by_field_name("right") if child.kind_id in READABLE]
    target = Missing((), span_of(node)) if left is None else read_expression(left, t, depth)
    iterable = read_tuple(node, rights, t, depth) or Missing((), span_of(node))
    return Clause(target, iterable, (), node.children[0].kind_id == K_ASYNC)


def _conditional(node: Node, t: ChunkText, depth: int) -> Expr:
    items = read_items(node, t, depth)
    if len(items) != 3:
        return Missing(items, span_of(node))
    return Choice(items[1], (items[0], items[2]), span_of(node))


def _boolean(node: Node, t: ChunkText, depth: int) -> Expr:
    """`a or b or c` nests to the left in the tree; here it is one choice of three."""
    operator = node.children[1].kind_id
    rights: list[Node] = []
    left = node
    while left.kind_id == K_BOOLEAN and len(left.children) >= 3 and left.children[1].kind_id == operator:
        rights.append(left.children[-1])
        left = left.children[0]
    options = [read_expression(left, t, depth), *(read_expression(right, t, depth) for right in reversed(rights))]
    return Choice(None, tuple(options), span_of(node), "or" if operator == K_OR else "and")


def _binary(node: Node, t: ChunkText, depth: int) -> Expr:
    """A chain such as `a + b - c` becomes one operation: only that all operands are evaluated, in order, matters."""
    rights: list[Node] = []
    left = node
    while left.kind_id == K_BINARY:
        operands = [child for child in left.children if child.kind_id in READABLE]
        if len(operands) < 2:
            break
        rights.extend(reversed(operands[1:]))
        left = operands[0]
    operands_read = [read_expression(left, t, depth), *(read_expression(right, t, depth) for right in reversed(rights))]
    return Operation("binary", tuple(operands_read), span_of(node))


def _operation(kind: Literal["compare", "binary", "unary", "fstring", "slice", "literal"]) -> _Handler:
    def convert(node: Node, t: ChunkText, depth: int) -> Expr:
        return Operation(kind, read_items(node, t, depth), span_of(node))

    return convert


def _compare(node: Node, t: ChunkText, depth: int) -> Expr:
    operands = read_items(node, t, depth)
    return Operation("compare", operands, span_of(node), _operator(node) if len(operands) == 2 else "")


def _unary(node: Node, t: ChunkText, depth: int) -> Expr:
    return Operation("unary", read_items(node, t, depth), span_of(node), _operator(node))


def _operator(node: Node) -> str:
    """The word of a node's operator, "" where there are several; the grammar has `is not` and `not in` as one."""
    words = [child.type for child in node.children if not child.is_named]
    return words[0] if len(words) == 1 else ""


def _literal(node: Node, t: ChunkText, depth: int) -> Expr:
    return Operation("literal", (), span_of(node))


def _constant(value: bool | None) -> _Handler:
    def convert(node: Node, t: ChunkText, depth: int) -> Expr:
        return Constant(value, span_of(node))

    return convert


def _integer(node: Node, t: ChunkText, depth: int) -> Expr:
    text = t.bytes[node.start_byte : node.end_byte]
    try:
        value = int(text) if text.isdigit() else int(text, 0)
    except ValueError:
        return Operation("literal", (), span_of(node))  # complex, Python 2 octal or long, or thousands of digits
    if value >= 1 << 63:
        return Operation("literal", (), span_of(node))  # msgpack has no room for it, and no rule asks
    return Constant(value, span_of(node))


def _float(node: Node, t: ChunkText, depth: int) -> Expr:
    try:
        return Constant(float(t.bytes[node.start_byte : node.end_byte]), span_of(node))
    except ValueError:
        return Operation("literal", (), span_of(node))


def _walrus(node: Node, t: ChunkText, depth: int) -> Expr:
    items = read_items(node, t, depth)
    if len(items) != 2 or not isinstance(items[0], Name):
        return Missing(items, span_of(node))
    return Walrus(items[0], items[1], span_of(node))


def read_inner(node: Node, t: ChunkText, depth: int) -> Expr:
    """Parentheses and the grammar's wrappers: the expression inside, with its own span (as in `ast`)."""
    found = [child for child in node.children if child.kind_id in READABLE]
    if len(found) == 1:
        return read_expression(found[0], t, depth)
    return Missing(tuple([read_expression(child, t, depth) for child in found]), span_of(node))


def _generic_type(node: Node, t: ChunkText, depth: int) -> Expr:
    """`list[int]` in an annotation, which the grammar reads as a type, not as a subscript."""
    children = node.children
    value = read_expression(children[0], t, depth)
    items = read_items(children[-1], t, depth)
    if len(items) == 1:
        return Subscript(value, items[0], span_of(node))
    return Subscript(value, Collection("tuple", items, span_of(children[-1])), span_of(node))


def _member_type(node: Node, t: ChunkText, depth: int) -> Expr:
    """`a[int].b` in an annotation."""
    return _attribute(node, t, depth)


# --- strings ---------------------------------------------------------------------------------------------------------


def _string(node: Node, t: ChunkText, depth: int) -> Expr:
    value = string_value(t.bytes[node.start_byte : node.end_byte])
    if value is not None:
        return Constant(value, span_of(node))
    return _formatted([node], node, t, depth)


def _concatenated(node: Node, t: ChunkText, depth: int) -> Expr:
    strings = [child for child in node.children if child.kind_id == K_STRING]
    values = [string_value(t.bytes[child.start_byte : child.end_byte]) for child in strings]
    plain = [value for value in values if value is not None]
    if len(plain) == len(values):
        return Constant("".join(plain), span_of(node))
    return _formatted(strings, node, t, depth)


def _formatted(strings: list[Node], node: Node, t: ChunkText, depth: int) -> Expr:
    """Strings that are not all plain, as one operation: an f-string (or t-string), or bytes."""
    operands: list[Expr] = []
    formatted = False
    for string in strings:
        opening = OPENING.match(t.bytes, string.start_byte)
        prefix = opening.group(1).lower() if opening else b""
        formatted = formatted or b"f" in prefix or b"t" in prefix
        for child in string.children:
            if child.kind_id == K_INTERPOLATION:
                operands.extend(_interpolated(child, t, depth))
            elif child.kind_id == K_STRING_CONTENT:
                operands.extend(_between(child, prefix, t))
    if not formatted and not operands and t.bytes[node.start_byte : node.start_byte + 1] == b"`":
        return Missing((), span_of(node))
    return Operation("fstring" if formatted else "literal", tuple(operands), span_of(node))


def _between(node: Node, prefix: bytes, t: ChunkText) -> list[Expr]:
    """The text between what a formatted string interpolates."""
    if b"b" in prefix:
        return []
    kept = b"r" if b"r" in prefix else b""
    quote = b"'''" if b'"' in t.bytes[node.start_byte : node.end_byte] else b'"""'
    value = string_value(kept + quote + t.bytes[node.start_byte : node.end_byte] + quote)
    doubled = b"f" in prefix or b"t" in prefix
    if value is None:  # alone it is no text; between others it is one that nobody knows
        return [Missing((), span_of(node))] if doubled else []
    return [Constant(value.replace("{{", "{").replace("}}", "}") if doubled else value, span_of(node))]


def _interpolated(node: Node, t: ChunkText, depth: int) -> list[Expr]:
    """The expressions of one `{...}`: its own, and those of a nested format specification."""
    found: list[Expr] = []
    if depth > MAX_DEPTH:
        return found
    for child in node.children:
        kind = child.kind_id
        if kind in (K_FORMAT, K_FORMAT_EXPRESSION):
            found.extend(_interpolated(child, t, depth + 1))
        elif kind in READABLE:
            found.append(read_expression(child, t, depth))
    return found


# --- parameters ------------------------------------------------------------------------------------------------------

_ParameterKind = Literal["positional", "normal", "args", "keyword", "kwargs"]


def read_parameters(node: Node, t: ChunkText, depth: int) -> tuple[Parameter, ...]:
    """The parameters of a function or lambda, in order."""
    found: list[Parameter] = []
    kind: _ParameterKind = "normal"
    for child in node.children:
        shape = child.kind_id
        if shape == K_IDENTIFIER:
            if child.start_byte < child.end_byte:
                found.append(Parameter(word_of(child, t), kind, None, None, span_of(child)))
        elif shape == K_POSITIONAL_MARK:
            found = [Parameter(p.name, "positional", p.annotation, p.default, p.span) for p in found]
        elif shape == K_KEYWORD_MARK:
            kind = "keyword"
        elif shape in (K_STAR, K_STARS):
            own: _ParameterKind = "args" if shape == K_STAR else "kwargs"
            found.append(Parameter(_last_word(child, t), own, None, None, span_of(child)))
            kind = "keyword"
        elif shape == K_TYPED:
            inner, annotation = child.children[0], read_optional(child.child_by_field_id(F_TYPE), t, depth)
            if inner.kind_id in (K_STAR, K_STARS):
                own = "args" if inner.kind_id == K_STAR else "kwargs"
                found.append(Parameter(_last_word(inner, t), own, annotation, None, span_of(child)))
                kind = "keyword"
            else:
                found.append(Parameter(word_of(inner, t), kind, annotation, None, span_of(child)))
        elif shape in (K_DEFAULT, K_TYPED_DEFAULT):
            name = child.child_by_field_id(F_NAME)
            annotation = read_optional(child.child_by_field_id(F_TYPE), t, depth)
            default = read_optional(child.child_by_field_id(F_VALUE), t, depth)
            found.append(Parameter("" if name is None else word_of(name, t), kind, annotation, default, span_of(child)))
    return tuple(found)


def _last_word(node: Node, t: ChunkText) -> str:
    last = node.children[-1]
    return word_of(last, t) if last.kind_id == K_IDENTIFIER else ""


# --- dispatch --------------------------------------------------------------------------------------------------------

EXPRESSIONS: dict[int, _Handler] = {
    number: handler
    for name, handler in (
        ("identifier", _name),
        ("attribute", _attribute),
        ("call", _call),
        ("list_splat", _starred),
        ("list_splat_pattern", _starred),
        ("dictionary_splat", _starred),
        ("dictionary_splat_pattern", _starred),
        ("parenthesized_list_splat", read_inner),
        ("splat_type", _starred),
        ("await", _await),
        ("yield", _yield),
        ("lambda", _lambda),
        ("subscript", _subscript),
        ("list", _collection("list")),
        ("list_pattern", _collection("list")),
        ("tuple", _collection("tuple")),
        ("tuple_pattern", _collection("tuple")),
        ("pattern_list", _collection("tuple")),
        ("expression_list", _collection("tuple")),
        ("set", _collection("set")),
        ("dictionary", _dictionary),
        ("list_comprehension", _comprehension("list")),
        ("set_comprehension", _comprehension("set")),
        ("dictionary_comprehension", _comprehension("dict")),
        ("generator_expression", _comprehension("generator")),
        ("conditional_expression", _conditional),
        ("boolean_operator", _boolean),
        ("named_expression", _walrus),
        ("binary_operator", _binary),
        ("comparison_operator", _compare),
        ("unary_operator", _unary),
        ("not_operator", _unary),
        ("slice", _operation("slice")),
        ("union_type", _operation("binary")),
        ("constrained_type", _operation("binary")),
        ("ellipsis", _literal),
        ("true", _constant(True)),
        ("false", _constant(False)),
        ("none", _constant(None)),
        ("integer", _integer),
        ("float", _float),
        ("string", _string),
        ("concatenated_string", _concatenated),
        ("parenthesized_expression", read_inner),
        ("type", read_inner),
        ("as_pattern_target", read_inner),
        ("generic_type", _generic_type),
        ("member_type", _member_type),
    )
    for number in node_kinds(name)
}

READABLE = frozenset((*EXPRESSIONS, K_ERROR, *node_kinds("as_pattern")))
"""Kinds that stand for a value among the children of an expression; `as_pattern` only where it is misplaced."""

_HOLDERS = frozenset(
    number
    for name in ("argument_list", "list", "tuple", "set", "dictionary", "expression_list", "pattern_list", "type")
    for number in node_kinds(name)
)
"""Kinds whose own conversion keeps an error among the children in its place."""
