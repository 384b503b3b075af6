"""Statements: nodes of the grammar to facts.

One function a kind of node, and the table that finds it. What stands in errors of the grammar is kept where it
stood, as `Evaluate(Missing(...))` or `Simple("missing")`; nothing raises.
"""

# ruff: noqa: ARG001 - all handlers of one dispatch table have one signature
from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from tree_sitter import Node

from isolint.syntax.expressions import (
    EXPRESSIONS,
    READABLE,
    read_arguments,
    read_expression,
    read_inner,
    read_items,
    read_missing,
    read_optional,
    read_parameters,
    read_parts,
    read_tuple,
)
from isolint.syntax.facts import (
    Assert,
    Assign,
    Case,
    Class,
    Collection,
    Constant,
    Delete,
    Evaluate,
    Expr,
    Facts,
    For,
    Function,
    Handler,
    If,
    Import,
    ImportedName,
    ImportFrom,
    Match,
    Missing,
    Name,
    Raise,
    Return,
    ScopeNames,
    Simple,
    Span,
    Stmt,
    Subscript,
    Try,
    While,
    With,
    WithItem,
    Written,
)
from isolint.syntax.grammar import (
    F_ALIAS,
    F_ALTERNATIVE,
    F_BODY,
    F_CAUSE,
    F_CONDITION,
    F_CONSEQUENCE,
    F_GUARD,
    F_LEFT,
    F_MODULE,
    F_NAME,
    F_PARAMETERS,
    F_RETURNS,
    F_RIGHT,
    F_SUPERCLASSES,
    F_TYPE,
    F_VALUE,
    K_ALIASED,
    K_ANYTHING,
    K_AS,
    K_ASSIGNMENT,
    K_ASYNC,
    K_AUGMENTED,
    K_BLOCKS,
    K_CASE,
    K_CASE_PATTERN,
    K_CLASS,
    K_CLASS_PATTERN,
    K_DECORATOR,
    K_DEF,
    K_DOTTED,
    K_ELIF,
    K_ELSE,
    K_EXCEPT,
    K_FINALLY,
    K_FUNCTION,
    K_IDENTIFIER,
    K_KEYWORD_PATTERN,
    K_LAMBDAS,
    K_PREFIX,
    K_RELATIVE,
    K_SPLAT_PATTERN,
    K_UNION_PATTERN,
    K_WILDCARD,
    K_WITH_CLAUSE,
    K_WITH_ITEM,
    K_YIELD,
    MAX_DEPTH,
    PARSER,
    ChunkText,
    node_kinds,
    span_of,
    word_of,
)

_Handler = Callable[[Node, ChunkText, int], Stmt]


def read_statements(node: Node, t: ChunkText, depth: int) -> Facts:
    """The statements among the direct children, comments left out."""
    found: list[Stmt] = []
    for child in node.children:
        kind = child.kind_id
        handler = _STATEMENTS.get(kind)
        if handler is not None:
            if t.instead and child.start_byte in t.instead:
                found.extend(t.instead[child.start_byte])
            elif depth > MAX_DEPTH:
                found.append(Simple("missing", span_of(child)))
            else:
                found.append(handler(child, t, depth + 1))
        elif t.careful:
            if child.is_error:
                found.extend(_error_statements(child, t, depth + 1))
            elif kind in EXPRESSIONS and child.start_byte < child.end_byte:
                found.append(Evaluate(read_expression(child, t, depth), span_of(child)))
    return tuple(found)


def _error_statements(node: Node, t: ChunkText, depth: int) -> list[Stmt]:
    """What can be read in an ERROR node that stands where a statement should."""
    found: list[Stmt] = []
    if depth > MAX_DEPTH:
        return [Simple("missing", span_of(node))]
    loose: list[Expr] = []
    for child in node.children:
        kind = child.kind_id
        handler = _STATEMENTS.get(kind)
        if handler is not None:
            found.append(handler(child, t, depth + 1))
        elif kind in K_BLOCKS:
            found.extend(read_statements(child, t, depth + 1))
        elif kind in EXPRESSIONS:
            if child.start_byte < child.end_byte:
                loose.append(read_expression(child, t, depth + 1))
        elif child.child_count:
            loose.extend(read_parts(child, t, depth + 1))
    if loose or not found:
        value = Missing(tuple(loose), span_of(node))
        found.insert(0, Evaluate(value, span_of(node)) if loose else Simple("missing", span_of(node)))
    return found


def _body(owner: Node, block: Node | None, t: ChunkText, depth: int) -> Facts:
    """The statements of a block, with what stands in errors beside it: half-typed lines end up there."""
    inside = () if block is None else read_statements(block, t, depth)
    if t.careful and owner.has_error:
        before: list[Stmt] = []
        after: list[Stmt] = []
        for child in owner.children:
            if child.is_error:
                behind = block is not None and child.start_byte >= block.end_byte > block.start_byte
                (after if behind else before).extend(_error_statements(child, t, depth + 1))
        if before or after:
            return (*before, *inside, *after)
    return inside


def _to_end(node: Node, *bodies: Facts) -> Span:
    """The span of a compound statement: to the end of the last statement in it, as in `ast`. The grammar's own node
    also holds comments and semicolons behind that."""
    for body in bodies:
        if body:
            end: int = body[-1].span[1]
            return node.start_byte, end
    return span_of(node)


def _evaluate(node: Node, t: ChunkText, depth: int) -> Stmt:
    children = node.children
    first = children[0]
    kind = first.kind_id
    if kind == K_ASSIGNMENT:
        return _assign(first, t, depth)
    if kind == K_AUGMENTED:
        left, right = first.child_by_field_id(F_LEFT), first.child_by_field_id(F_RIGHT)
        target = Missing((), span_of(first)) if left is None else read_expression(left, t, depth)
        return Assign((target,), read_optional(right, t, depth), None, True, span_of(first))
    if len(children) == 1:
        return Evaluate(read_expression(first, t, depth), span_of(node))
    values = [child for child in children if child.kind_id in READABLE]
    value = read_tuple(node, values, t, depth) or Missing((), span_of(node))
    return Evaluate(value, span_of(node))


def _assign(node: Node, t: ChunkText, depth: int) -> Stmt:
    targets: list[Expr] = []
    annotation: Expr | None = None
    errors: list[Expr] = []
    current: Node | None = node
    while current is not None and current.kind_id == K_ASSIGNMENT:
        left = current.child_by_field_id(F_LEFT)
        targets.append(Missing((), span_of(current)) if left is None else read_expression(left, t, depth))
        written = current.child_by_field_id(F_TYPE)
        if written is not None:
            annotation = read_expression(written, t, depth)
        if t.careful and current.has_error:
            errors += [read_missing(child, t, depth) for child in current.children if child.is_error]
        current = current.child_by_field_id(F_RIGHT)
    value = read_optional(current, t, depth)
    if errors:
        value = Missing((*errors,) if value is None else (*errors, value), span_of(node))
    return Assign(tuple(targets), value, annotation, False, span_of(node))


def _return(node: Node, t: ChunkText, depth: int) -> Stmt:
    values = [child for child in node.children if child.kind_id in READABLE]
    return Return(read_tuple(node, values, t, depth), span_of(node))


def _raise(node: Node, t: ChunkText, depth: int) -> Stmt:
    cause = node.child_by_field_id(F_CAUSE)
    values = [child for child in node.children if child.kind_id in READABLE and child != cause]
    return Raise(read_tuple(node, values, t, depth), read_optional(cause, t, depth), span_of(node))


def _assert(node: Node, t: ChunkText, depth: int) -> Stmt:
    items = read_items(node, t, depth)
    test = items[0] if items else Missing((), span_of(node))
    return Assert(test, items[1] if len(items) > 1 else None, span_of(node))


def _delete(node: Node, t: ChunkText, depth: int) -> Stmt:
    items = read_items(node, t, depth)
    if len(items) == 1 and isinstance(items[0], Collection) and items[0].kind == "tuple":
        items = items[0].items
    return Delete(items, span_of(node))


def _scope(kind: Literal["global", "nonlocal"]) -> _Handler:
    def convert(node: Node, t: ChunkText, depth: int) -> Stmt:
        names = tuple([word_of(child, t) for child in node.children if child.kind_id == K_IDENTIFIER])
        return ScopeNames(kind, names, span_of(node))

    return convert


def _simple(kind: Literal["pass", "break", "continue", "missing"]) -> _Handler:
    def convert(node: Node, t: ChunkText, depth: int) -> Stmt:
        return Simple(kind, span_of(node))

    return convert


def _print(node: Node, t: ChunkText, depth: int) -> Stmt:
    """Python 2's `print x` and `exec x`: no statement of ours, but its expressions are there."""
    return Evaluate(read_missing(node, t, depth), span_of(node))


def _imported(nodes: list[Node], t: ChunkText) -> tuple[ImportedName, ...]:
    found: list[ImportedName] = []
    for node in nodes:
        if node.kind_id == K_ALIASED:
            name, alias = node.child_by_field_id(F_NAME), node.child_by_field_id(F_ALIAS)
            if name is not None:
                found.append(
                    ImportedName(_dotted(name, t), None if alias is None else word_of(alias, t), span_of(node))
                )
        elif node.kind_id == K_DOTTED and node.start_byte < node.end_byte:
            found.append(ImportedName(_dotted(node, t), None, span_of(node)))
    return tuple(found)


def _dotted(node: Node, t: ChunkText) -> str:
    """`a.b.c`, whatever spaces and line continuations stand between."""
    parts = [child for child in node.children if child.kind_id == K_IDENTIFIER]
    return ".".join([word_of(part, t) for part in parts])


def _import(node: Node, t: ChunkText, depth: int) -> Stmt:
    return Import(_imported(node.children_by_field_name("name"), t), span_of(node))


def _import_from(node: Node, t: ChunkText, depth: int) -> Stmt:
    source = node.child_by_field_id(F_MODULE)
    module, level = "", 0
    if source is not None and source.kind_id == K_RELATIVE:
        for child in source.children:
            if child.kind_id == K_PREFIX:
                level += t.bytes.count(b".", child.start_byte, child.end_byte)
            elif child.kind_id == K_DOTTED:
                module = _dotted(child, t)
    elif source is not None:
        module = _dotted(source, t)
    star = any(child.kind_id == K_WILDCARD for child in node.children)
    return ImportFrom(module, level, _imported(node.children_by_field_name("name"), t), star, span_of(node))


def _import_future(node: Node, t: ChunkText, depth: int) -> Stmt:
    return ImportFrom("__future__", 0, _imported(node.children_by_field_name("name"), t), False, span_of(node))


def _type_alias(node: Node, t: ChunkText, depth: int) -> Stmt:
    """`type X[T] = value` binds a name, as an assignment does; that the value is evaluated late does not matter."""
    left, right = node.child_by_field_id(F_LEFT), node.child_by_field_id(F_RIGHT)
    if left is not None and t.bytes[left.start_byte : left.start_byte + 1] == b"(":
        # `type(x).y = z`: the grammar takes it for an alias. Any other name of four letters reads as it should.
        start = node.start_byte
        again = PARSER.parse(b" " * start + b"name" + t.bytes[start + 4 : node.end_byte]).root_node
        if len(again.children) == 1 and not again.has_error and again.children[0].kind_id in _STATEMENTS:
            return _STATEMENTS[again.children[0].kind_id](again.children[0], t, depth)
    target = Missing((), span_of(node)) if left is None else read_expression(left, t, depth)
    if isinstance(target, Subscript):
        target = target.value
    return Assign((target,), read_optional(right, t, depth), None, False, span_of(node))


def _if(node: Node, t: ChunkText, depth: int) -> Stmt:
    branches: list[tuple[Node, Node | None]] = [(node, node.child_by_field_id(F_CONSEQUENCE))]
    orelse: Facts = ()
    for child in node.children_by_field_id(F_ALTERNATIVE):
        if child.kind_id == K_ELIF:
            branches.append((child, child.child_by_field_id(F_CONSEQUENCE)))
        elif child.kind_id == K_ELSE:
            orelse = _body(child, child.child_by_field_id(F_BODY), t, depth)
    if len(branches) > MAX_DEPTH // 2:  # every `elif` nests one deeper: the rest is cut, for whoever walks the facts
        rest = branches[MAX_DEPTH // 2]
        orelse = (Simple("missing", (rest[0].start_byte, node.end_byte)),)
        del branches[MAX_DEPTH // 2 :]
    for owner, block in reversed(branches):
        condition = owner.child_by_field_id(F_CONDITION)
        test = Missing((), span_of(owner)) if condition is None else read_expression(condition, t, depth)
        body = _body(owner, block, t, depth)
        made = If(test, body, orelse, _to_end(owner, orelse, body))  # an `elif` runs to the end of the whole, too
        orelse = (made,)
    return made


def _else(node: Node, t: ChunkText, depth: int) -> Facts:
    """The `else` of a loop or `try`."""
    for child in node.children:
        if child.kind_id == K_ELSE:
            return _body(child, child.child_by_field_id(F_BODY), t, depth)
    return ()


def _for(node: Node, t: ChunkText, depth: int) -> Stmt:
    left, right = node.child_by_field_id(F_LEFT), node.child_by_field_id(F_RIGHT)
    target = Missing((), span_of(node)) if left is None else read_expression(left, t, depth)
    iterable = Missing((), span_of(node)) if right is None else read_expression(right, t, depth)
    body, orelse = _body(node, node.child_by_field_id(F_BODY), t, depth), _else(node, t, depth)
    header = (node.start_byte, node.end_byte if right is None else right.end_byte)
    is_async = node.children[0].kind_id == K_ASYNC
    return For(target, iterable, body, orelse, is_async, header, _to_end(node, orelse, body))


def _while(node: Node, t: ChunkText, depth: int) -> Stmt:
    condition = node.child_by_field_id(F_CONDITION)
    test = Missing((), span_of(node)) if condition is None else read_expression(condition, t, depth)
    body, orelse = _body(node, node.child_by_field_id(F_BODY), t, depth), _else(node, t, depth)
    return While(test, body, orelse, _to_end(node, orelse, body))


def _with(node: Node, t: ChunkText, depth: int) -> Stmt:
    items: list[WithItem] = []
    header_end = node.start_byte
    for clause in node.children:
        if clause.kind_id == K_WITH_CLAUSE:
            header_end = clause.end_byte
            items += [_with_item(child, t, depth) for child in clause.children if child.kind_id == K_WITH_ITEM]
    body = _body(node, node.child_by_field_id(F_BODY), t, depth)
    is_async = node.children[0].kind_id == K_ASYNC
    return With(tuple(items), body, is_async, (node.start_byte, header_end), _to_end(node, body))


def _with_item(node: Node, t: ChunkText, depth: int) -> WithItem:
    value = node.child_by_field_id(F_VALUE)
    if value is None:
        return WithItem(read_missing(node, t, depth), None, span_of(node))
    if value.kind_id in K_AS:
        context, target = _as(value, t, depth)
        return WithItem(context, target, span_of(node))
    return WithItem(read_expression(value, t, depth), None, span_of(node))


def _as(node: Node, t: ChunkText, depth: int) -> tuple[Expr, Expr | None]:
    """`value as target`."""
    alias = node.child_by_field_id(F_ALIAS)
    return read_expression(node.children[0], t, depth), read_optional(alias, t, depth)


def _try(node: Node, t: ChunkText, depth: int) -> Stmt:
    handlers: list[Handler] = []
    final: Facts = ()
    for child in node.children:
        if child.kind_id == K_EXCEPT:
            handlers.append(_handler(child, t, depth))
        elif child.kind_id == K_FINALLY:
            final = _body(child, _block(child), t, depth)
    body = _body(node, node.child_by_field_id(F_BODY), t, depth)
    orelse = _else(node, t, depth)
    last = handlers[-1].span[1] if handlers else node.end_byte
    span = _to_end(node, final, orelse) if final or orelse else (node.start_byte, last)
    return Try(body, tuple(handlers), orelse, final, span)


def _block(node: Node) -> Node | None:
    for child in node.children:
        if child.kind_id in K_BLOCKS:
            return child
    return None


def _handler(node: Node, t: ChunkText, depth: int) -> Handler:
    values = [child for child in node.children_by_field_name("value") if child.is_named]
    name: str | None = None
    types: list[Expr] = []
    for value in values:
        if value.kind_id in K_AS:
            caught, target = _as(value, t, depth)
            types.append(caught)
            name = target.id if isinstance(target, Name) else None
        else:
            types.append(read_expression(value, t, depth))
    alias = node.child_by_field_id(F_ALIAS)
    if alias is not None and name is None:
        name = word_of(alias, t)
    caught_type: Expr | None = None
    if len(types) == 1:
        caught_type = types[0]
    elif types:
        caught_type = Collection("tuple", tuple(types), (values[0].start_byte, values[-1].end_byte))
    body = _body(node, _block(node), t, depth)
    return Handler(caught_type, name, body, _to_end(node, body))


def _match(node: Node, t: ChunkText, depth: int) -> Stmt:
    subjects = [child for child in node.children_by_field_name("subject") if child.kind_id in READABLE]
    if len(subjects) > 1:
        items = tuple([read_expression(child, t, depth) for child in subjects])
        subject: Expr = Collection("tuple", items, (subjects[0].start_byte, subjects[-1].end_byte))
    else:
        subject = read_expression(subjects[0], t, depth) if subjects else Missing((), span_of(node))
    block = node.child_by_field_id(F_BODY)
    clauses = [] if block is None else [child for child in block.children if child.kind_id == K_CASE]
    cases = tuple([_case(child, t, depth) for child in clauses])
    return Match(subject, cases, (node.start_byte, cases[-1].span[1]) if cases else span_of(node))


def _case(node: Node, t: ChunkText, depth: int) -> Case:
    guard = node.child_by_field_id(F_GUARD)
    patterns = [child for child in node.children if child.kind_id == K_CASE_PATTERN]
    binds = [name for pattern in patterns for name in _bound(pattern, t)]
    values = _values(patterns[0], t, depth) if len(patterns) == 1 else None
    body = _body(node, node.child_by_field_id(F_CONSEQUENCE), t, depth)
    condition = None if guard is None else read_inner(guard, t, depth)
    return Case(tuple(dict.fromkeys(binds)), values, condition, body, _to_end(node, body))


def _bound(pattern: Node, t: ChunkText) -> Iterator[str]:
    """The names that a pattern binds (language reference, 8.6.4): captures, `as`, `*rest`, `**rest`."""
    waiting = [pattern]
    while waiting:
        node = waiting.pop()
        kind = node.kind_id
        children = node.children
        if kind == K_DOTTED:
            names = [child for child in children if child.kind_id == K_IDENTIFIER]
            if len(names) == 1 and names[0].end_byte > names[0].start_byte and word_of(names[0], t) != "_":
                yield word_of(names[0], t)
            continue
        if kind in (K_CLASS_PATTERN, K_KEYWORD_PATTERN):
            children = children[1:]  # the class and the attribute's name are read, not bound
        elif (kind in K_AS or kind == K_SPLAT_PATTERN) and children[-1].kind_id == K_IDENTIFIER:
            if word_of(children[-1], t) != "_":
                yield word_of(children[-1], t)
            children = children[:-1]
        waiting.extend(reversed(children))


def _values(pattern: Node, t: ChunkText, depth: int) -> tuple[Written, ...] | None:
    """The constants that a pattern is made of, see `Case`."""
    parts = pattern.children
    if parts and parts[0].kind_id in K_AS:
        parts = parts[0].children[0].children  # `pattern as name`
    if len(parts) != 1:
        return None
    inner = parts[0]
    if inner.kind_id == K_ANYTHING or (inner.kind_id == K_DOTTED and len(inner.children) == 1):
        return ()
    options = inner.children[::2] if inner.kind_id == K_UNION_PATTERN else [inner]
    read = [read_expression(option, t, depth) if option.kind_id in EXPRESSIONS else None for option in options]
    values = [one.value for one in read if isinstance(one, Constant)]
    return tuple(values) if len(values) == len(read) else None


def _decorated(node: Node, t: ChunkText, depth: int) -> Stmt:
    decorators: list[Expr] = []
    definition: Node | None = None
    for child in node.children:
        kind = child.kind_id
        if kind == K_DECORATOR:
            decorators.append(read_inner(child, t, depth))
        elif kind in (K_FUNCTION, K_CLASS):
            definition = child
    if definition is None:
        return Evaluate(Missing(tuple(decorators), span_of(node)), span_of(node))
    if definition.kind_id == K_FUNCTION:
        return _function_of(definition, tuple(decorators), node.start_byte, t, depth)
    return _class_of(definition, tuple(decorators), node.start_byte, t, depth)


def _function(node: Node, t: ChunkText, depth: int) -> Stmt:
    return _function_of(node, (), node.start_byte, t, depth)


def _function_of(node: Node, decorators: tuple[Expr, ...], start: int, t: ChunkText, depth: int) -> Stmt:
    children = node.children
    is_async = children[0].kind_id == K_ASYNC
    word_end = children[0].end_byte
    for child in children:
        if child.kind_id == K_DEF:
            word_end = child.end_byte
            break
    name = node.child_by_field_id(F_NAME)
    params = node.child_by_field_id(F_PARAMETERS)
    block = node.child_by_field_id(F_BODY)
    body = _body(node, block, t, depth)
    end = body[-1].span[1] if body else node.end_byte
    return Function(
        "" if name is None else word_of(name, t),
        (word_end, word_end) if name is None else span_of(name),
        (node.start_byte, word_end),
        () if params is None else read_parameters(params, t, depth),
        read_optional(node.child_by_field_id(F_RETURNS), t, depth),
        decorators,
        body,
        is_async,
        block is not None and t.bytes.find(b"yield", node.start_byte, end) >= 0 and _yields(block),
        (start, end),
    )


def _yields(block: Node) -> bool:
    """Whether a body yields itself: nested functions, lambdas and classes have their own."""
    waiting = list(block.children)
    while waiting:
        node = waiting.pop()
        kind = node.kind_id
        if kind == K_YIELD:
            return True
        if kind not in (K_FUNCTION, K_CLASS) and kind not in K_LAMBDAS:
            waiting.extend(node.children)
    return False


def _class(node: Node, t: ChunkText, depth: int) -> Stmt:
    return _class_of(node, (), node.start_byte, t, depth)


def _class_of(node: Node, decorators: tuple[Expr, ...], start: int, t: ChunkText, depth: int) -> Stmt:
    name = node.child_by_field_id(F_NAME)
    given = node.child_by_field_id(F_SUPERCLASSES)
    bases, keywords = ((), ()) if given is None else read_arguments(given, t, depth)
    body = _body(node, node.child_by_field_id(F_BODY), t, depth)
    return Class(
        "" if name is None else word_of(name, t),
        (node.end_byte, node.end_byte) if name is None else span_of(name),
        bases,
        keywords,
        decorators,
        body,
        (start, body[-1].span[1] if body else node.end_byte),
    )


# --- dispatch --------------------------------------------------------------------------------------------------------

_STATEMENTS: dict[int, _Handler] = {
    number: handler
    for name, handler in (
        ("expression_statement", _evaluate),
        ("return_statement", _return),
        ("raise_statement", _raise),
        ("assert_statement", _assert),
        ("delete_statement", _delete),
        ("global_statement", _scope("global")),
        ("nonlocal_statement", _scope("nonlocal")),
        ("pass_statement", _simple("pass")),
        ("break_statement", _simple("break")),
        ("continue_statement", _simple("continue")),
        ("print_statement", _print),
        ("exec_statement", _print),
        ("import_statement", _import),
        ("import_from_statement", _import_from),
        ("future_import_statement", _import_future),
        ("type_alias_statement", _type_alias),
        ("if_statement", _if),
        ("for_statement", _for),
        ("while_statement", _while),
        ("with_statement", _with),
        ("try_statement", _try),
        ("match_statement", _match),
        ("decorated_definition", _decorated),
        ("function_definition", _function),
        ("class_definition", _class),
    )
    for number in node_kinds(name)
}
