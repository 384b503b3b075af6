"""One chunk of Python, parsed by tree-sitter and turned into facts.

Here lives everything that knows the grammar's node names. The chunk is parsed alone, as it stands in the file: the
grammar takes an indented first line without complaint, so offsets need no correction. Nothing here resolves names,
knows about files, or keeps a tree: a tree is read once and dropped. Bad code never raises; what cannot be read becomes
`Missing` or `Simple("missing")`, and everything readable around it is kept.
"""

# ruff: noqa: ARG001 - all handlers of one dispatch table have one signature
from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Literal

import tree_sitter_python
from tree_sitter import Language, Node, Parser

from isolint.syntax.facts import (
    Assert,
    Assign,
    Attribute,
    Await,
    Call,
    Case,
    Choice,
    Class,
    Clause,
    Collection,
    Comprehension,
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
    Keyword,
    Lambda,
    Mapping,
    Match,
    Missing,
    Name,
    Operation,
    Parameter,
    Raise,
    Return,
    ScopeNames,
    Simple,
    Span,
    Starred,
    Stmt,
    Subscript,
    Try,
    Walrus,
    While,
    With,
    WithItem,
    Yield,
)
from isolint.syntax.repair import bad_lines, maybe_left_open
from isolint.syntax.scan import ChunkKind

GRAMMAR_VERSION = "tree-sitter-python/0.25/1"
"""Part of every key under which facts are stored: raise the last number when the conversion below changes."""

MAX_DEPTH = 100
"""How deep the tree is followed. Deeper nodes become `Missing`: no real code goes there, and no reader of facts may
run out of stack."""

_LANGUAGE = Language(tree_sitter_python.language())
_PARSER = Parser(_LANGUAGE)
_ERROR = 0xFFFF


class _Text:
    """What the conversion needs besides the node: the chunk's bytes, whether its tree has errors at all, and the
    statements that belong where stand-ins are."""

    __slots__ = ("bytes", "careful", "instead")

    def __init__(self, text: bytes, careful: bool, instead: dict[int, Facts]) -> None:
        self.bytes = text
        self.careful = careful
        self.instead = instead


def parse(text: bytes, kind: ChunkKind, indent: int) -> Facts:
    """The facts of one chunk: `text` are its bytes in UTF-8, `indent` the width of its first line's indentation.

    Spans count bytes from the start of `text`. For kind "class" the text is the decorators and the header line; what a
    header without a body leaves open is no error. Never raises.
    """
    return parse_flawed(text, kind, indent)[0]


def parse_flawed(text: bytes, kind: ChunkKind, indent: int) -> tuple[Facts, bool]:
    """As `parse`, and whether the grammar found an error in the text."""
    del kind, indent  # the grammar needs neither; both stay in the signature, since other parsers would
    root = _PARSER.parse(text).root_node
    if not root.has_error and not maybe_left_open(text):
        return _statements(root, _Text(text, False, {}), 0), False
    lines = bad_lines(text, _reads, _errors(root))
    if not lines:
        return _statements(root, _Text(text, root.has_error, {}), 0), root.has_error
    return _without(text, lines), True


def _reads(text: bytes) -> bool:
    return not _PARSER.parse(text).root_node.has_error


def _errors(root: Node) -> list[Span]:
    """Where the grammar found errors: the outermost nodes."""
    found: list[Span] = []
    waiting = [root] if root.has_error else []
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append(_span(node))
        else:
            waiting.extend(child for child in node.children if child.has_error or child.is_missing)
    return found


def _without(text: bytes, lines: list[Span]) -> Facts:
    """The facts of a text in which these lines cannot be read: a stand-in of the same length makes the others read,
    and what can be read of each line alone takes the stand-in's place."""
    kept: list[bytes] = []
    instead: dict[int, Facts] = {}
    position = 0
    for start, end in lines:
        kept += (text[position:start], b"0".ljust(end - start))
        position = end
        alone = _PARSER.parse(b" " * start + text[start:end]).root_node  # in its place, so that its spans are right
        read = _statements(alone, _Text(b" " * start + text[start:end], True, {}), 0)
        if alone.has_error or not read:
            instead[start] = read or (Simple("missing", (start, end)),)
        else:  # it reads, but wants more
            parts = tuple(_values(read))
            missing = Evaluate(Missing(parts, (start, end)), (start, end)) if parts else Simple("missing", (start, end))
            instead[start] = (missing,)
    kept.append(text[position:])
    standing = b"".join(kept)
    root = _PARSER.parse(standing).root_node
    return _statements(root, _Text(standing, root.has_error, instead), 0)


def _values(facts: Facts) -> Iterator[Expr]:
    """The expressions of simple statements."""
    for statement in facts:
        if isinstance(statement, Evaluate):
            yield statement.value
        elif isinstance(statement, Assign):
            yield from (
                part for part in (*statement.targets, statement.annotation, statement.value) if part is not None
            )


# --- nodes -----------------------------------------------------------------------------------------------------------


def _kind(name: str, named: bool = True) -> int:
    found = _LANGUAGE.id_for_node_kind(name, named)
    if found is None:
        raise LookupError(f"the grammar has no node kind {name!r}")
    return found


def _kinds(name: str) -> tuple[int, ...]:
    """All ids of a named kind: the grammar has several under one name (aliases)."""
    return tuple(
        number
        for number in range(_LANGUAGE.node_kind_count)
        if _LANGUAGE.node_kind_is_named(number) and _LANGUAGE.node_kind_for_id(number) == name
    )


def _field(name: str) -> int:
    found = _LANGUAGE.field_id_for_name(name)
    if found is None:
        raise LookupError(f"the grammar has no field {name!r}")
    return found


_ALIAS, _ALTERNATIVE, _BODY = _field("alias"), _field("alternative"), _field("body")
_CAUSE, _CONDITION, _CONSEQUENCE = _field("cause"), _field("condition"), _field("consequence")
_GUARD, _LEFT, _MODULE = _field("guard"), _field("left"), _field("module_name")
_NAME, _PARAMETERS, _RETURNS, _RIGHT = _field("name"), _field("parameters"), _field("return_type"), _field("right")
_SUBJECT, _SUPERCLASSES, _TYPE, _VALUE = _field("subject"), _field("superclasses"), _field("type"), _field("value")

_K_IDENTIFIER, _K_AUGMENTED = _kind("identifier"), _kind("augmented_assignment")
_K_GENERATOR = _kind("generator_expression")
_K_KEYWORD, _K_SPLAT2 = _kind("keyword_argument"), _kind("dictionary_splat")
_K_ASYNC, _K_DEF, _K_COMMA, _K_FROM = (
    _kind("async", False),
    _kind("def", False),
    _kind(",", False),
    _kind("from", False),
)
_K_POWER = _kind("**", False)
_K_BLOCKS = frozenset(_kinds("block"))
_K_ASSIGNMENT, _K_FUNCTION, _K_CLASS = _kind("assignment"), _kind("function_definition"), _kind("class_definition")
_K_LAMBDAS, _K_YIELD = frozenset(_kinds("lambda")), _kind("yield")
_K_BINARY, _K_BOOLEAN, _K_DOTTED = _kind("binary_operator"), _kind("boolean_operator"), _kind("dotted_name")
_K_STRING, _K_INTERPOLATION = _kind("string"), _kind("interpolation")
_K_FORMAT, _K_FORMAT_EXPRESSION = _kind("format_specifier"), _kind("format_expression")
_K_FOR_IN, _K_IF_CLAUSE, _K_PAIR = _kind("for_in_clause"), _kind("if_clause"), _kind("pair")
_K_WITH_CLAUSE, _K_WITH_ITEM, _K_DECORATOR = _kind("with_clause"), _kind("with_item"), _kind("decorator")
_K_AS = frozenset(_kinds("as_pattern"))
_K_ELIF, _K_ELSE, _K_FINALLY = _kind("elif_clause"), _kind("else_clause"), _kind("finally_clause")
_K_EXCEPT, _K_CASE = _kind("except_clause"), _kind("case_clause")
_K_ALIASED, _K_WILDCARD = _kind("aliased_import"), _kind("wildcard_import")
_K_RELATIVE, _K_PREFIX = _kind("relative_import"), _kind("import_prefix")
_K_SPLAT_PATTERN, _K_CLASS_PATTERN = _kind("splat_pattern"), _kind("class_pattern")
_K_KEYWORD_PATTERN, _K_CASE_PATTERN = _kind("keyword_pattern"), _kind("case_pattern")
_K_POSITIONAL_MARK, _K_KEYWORD_MARK = _kind("positional_separator"), _kind("keyword_separator")
_K_DEFAULT, _K_TYPED, _K_TYPED_DEFAULT = (
    _kind("default_parameter"),
    _kind("typed_parameter"),
    _kind("typed_default_parameter"),
)
_K_STAR, _K_STARS = _kind("list_splat_pattern"), _kind("dictionary_splat_pattern")


_ExprHandler = Callable[[Node, _Text, int], Expr]
_StmtHandler = Callable[[Node, _Text, int], Stmt]


def _span(node: Node) -> Span:
    return (node.start_byte, node.end_byte)


def _word(node: Node, t: _Text) -> str:
    return t.bytes[node.start_byte : node.end_byte].decode("utf-8", "replace")


# --- expressions -----------------------------------------------------------------------------------------------------


def _expression(node: Node, t: _Text, depth: int) -> Expr:
    kind = node.kind_id
    if kind == _K_IDENTIFIER:  # half of all nodes
        start, end = node.start_byte, node.end_byte
        if start == end:
            return Missing((), (start, end))
        return Name(t.bytes[start:end].decode("utf-8", "replace"), (start, end))
    handler = _EXPRESSIONS.get(kind)
    if handler is None:
        return _missing(node, t, depth)
    if depth > MAX_DEPTH:
        return Missing((), (node.start_byte, node.end_byte))
    if t.careful and node.has_error and kind not in _HOLDERS:
        errors = [child for child in node.children if child.is_error]
        if errors:
            parts = [handler(node, t, depth + 1)]
            for error in errors:
                parts.extend(_parts(error, t, depth + 1))
            return Missing(tuple(parts), (node.start_byte, node.end_byte))
    return handler(node, t, depth + 1)


def _optional(node: Node | None, t: _Text, depth: int) -> Expr | None:
    return None if node is None else _expression(node, t, depth)


def _items(node: Node, t: _Text, depth: int) -> tuple[Expr, ...]:
    """The expressions among the direct children, in order; errors among them as `Missing`."""
    return tuple([_expression(child, t, depth) for child in node.children if child.kind_id in _READABLE])


def _parts(node: Node, t: _Text, depth: int) -> list[Expr]:
    """Every expression that can be read below a node, outermost first."""
    found: list[Expr] = []
    if depth > MAX_DEPTH:
        return found
    for child in node.children:
        if child.kind_id in _EXPRESSIONS:
            found.append(_expression(child, t, depth + 1))
        elif child.child_count:
            found.extend(_parts(child, t, depth + 1))
    return found


def _missing(node: Node, t: _Text, depth: int) -> Expr:
    return Missing(tuple(_parts(node, t, depth)), _span(node))


def _name(node: Node, t: _Text, depth: int) -> Expr:
    return Name(_word(node, t), _span(node)) if node.start_byte < node.end_byte else Missing((), _span(node))


def _attribute(node: Node, t: _Text, depth: int) -> Expr:
    children = node.children
    value, attr = children[0], children[-1]
    start, end = attr.start_byte, attr.end_byte
    if attr.kind_id != _K_IDENTIFIER or start == end or len(children) < 3:
        return Missing((_expression(value, t, depth),), _span(node))
    name = t.bytes[start:end].decode("utf-8", "replace")
    owner = _expression(value, t, depth)
    if type(owner) is Starred:
        return Starred(Attribute(owner.value, name, (start, end), (owner.value.span[0], end)), (node.start_byte, end))
    return Attribute(owner, name, (start, end), (node.start_byte, end))


def _call(node: Node, t: _Text, depth: int) -> Expr:
    children = node.children
    func = _expression(children[0], t, depth)
    given = children[-1]
    args: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    if given.kind_id == _K_GENERATOR:
        args, keywords = (_expression(given, t, depth),), ()
    else:
        args, keywords = _arguments(given, t, depth)
    if type(func) is Starred:  # in `[*f(x)]` and `*a.b, c = d` the grammar binds the star closest
        return Starred(Call(func.value, args, keywords, (func.value.span[0], node.end_byte)), _span(node))
    return Call(func, args, keywords, (node.start_byte, node.end_byte))


def _arguments(node: Node, t: _Text, depth: int) -> tuple[tuple[Expr, ...], tuple[Keyword, ...]]:
    args: list[Expr] = []
    keywords: list[Keyword] = []
    for child in node.children:
        kind = child.kind_id
        if kind == _K_KEYWORD:
            parts = child.children
            keywords.append(Keyword(_word(parts[0], t), _expression(parts[-1], t, depth), _span(child)))
        elif kind == _K_SPLAT2:
            keywords.append(Keyword(None, _expression(child.children[-1], t, depth), _span(child)))
        elif kind in _READABLE:
            args.append(_expression(child, t, depth))
    return tuple(args), tuple(keywords)


def _starred(node: Node, t: _Text, depth: int) -> Expr:
    children = [child for child in node.children if child.kind_id in _READABLE]
    return Starred(_expression(children[-1], t, depth) if children else Missing((), _span(node)), _span(node))


def _await(node: Node, t: _Text, depth: int) -> Expr:
    value = node.children[-1]
    # The grammar reads `await a ** b` as `await (a ** b)`; Python's precedence is the other way round.
    if value.kind_id == _K_BINARY and len(value.children) == 3 and value.children[1].kind_id == _K_POWER:
        base = _expression(value.children[0], t, depth)
        awaited = Await(base, (node.start_byte, value.children[0].end_byte))
        return Operation("binary", (awaited, _expression(value.children[2], t, depth)), _span(node))
    return Await(_expression(value, t, depth), _span(node))


def _yield(node: Node, t: _Text, depth: int) -> Expr:
    delegate = False
    values: list[Node] = []
    for child in node.children:
        if child.kind_id == _K_FROM:
            delegate = True
        elif child.kind_id in _READABLE:
            values.append(child)
    return Yield(_tuple_of(node, values, t, depth), delegate, _span(node))


def _tuple_of(node: Node, values: list[Node], t: _Text, depth: int) -> Expr | None:
    """One expression, or the tuple that a bare comma makes of the children `values` of `node`."""
    if not values:
        return None
    if len(values) == 1 and node.children[-1].kind_id != _K_COMMA:
        return _expression(values[0], t, depth)
    span = (values[0].start_byte, node.end_byte)
    return Collection("tuple", tuple([_expression(value, t, depth) for value in values]), span)


def _lambda(node: Node, t: _Text, depth: int) -> Expr:
    params = node.child_by_field_id(_PARAMETERS)
    body = node.child_by_field_id(_BODY)
    value = Missing((), (node.end_byte, node.end_byte)) if body is None else _expression(body, t, depth)
    return Lambda(() if params is None else _parameters(params, t, depth), value, _span(node))


def _subscript(node: Node, t: _Text, depth: int) -> Expr:
    children = node.children
    value = _expression(children[0], t, depth)
    rest = [child for child in children[1:] if child.kind_id in _READABLE]
    index: Expr
    if len(rest) == 1 and all(child.kind_id != _K_COMMA for child in children):
        index = _expression(rest[0], t, depth)
    elif rest:
        items = tuple([_expression(child, t, depth) for child in rest])
        index = Collection("tuple", items, (rest[0].start_byte, rest[-1].end_byte))
    else:
        index = Missing((), (node.end_byte, node.end_byte))
    if type(value) is Starred:
        return Starred(Subscript(value.value, index, (value.value.span[0], node.end_byte)), _span(node))
    return Subscript(value, index, _span(node))


def _collection(kind: Literal["list", "tuple", "set"]) -> _ExprHandler:
    def convert(node: Node, t: _Text, depth: int) -> Expr:
        return Collection(kind, _items(node, t, depth), _span(node))

    return convert


def _dictionary(node: Node, t: _Text, depth: int) -> Expr:
    pairs: list[tuple[Expr | None, Expr]] = []
    for child in node.children:
        kind = child.kind_id
        if kind == _K_PAIR:
            parts = child.children
            pairs.append((_expression(parts[0], t, depth), _expression(parts[-1], t, depth)))
        elif kind == _K_SPLAT2:
            pairs.append((None, _expression(child.children[-1], t, depth)))
        elif kind in _READABLE:
            pairs.append((_expression(child, t, depth), Missing((), (child.end_byte, child.end_byte))))
    return Mapping(tuple(pairs), _span(node))


def _comprehension(kind: Literal["list", "set", "dict", "generator"]) -> _ExprHandler:
    def convert(node: Node, t: _Text, depth: int) -> Expr:
        elements: list[Expr] = []
        clauses: list[Clause] = []
        for child in node.children:
            child_kind = child.kind_id
            if child_kind == _K_FOR_IN:
                clauses.append(_clause(child, t, depth))
            elif child_kind == _K_IF_CLAUSE:
                if clauses:
                    last = clauses[-1]
                    condition = _expression(child.children[-1], t, depth)
                    clauses[-1] = Clause(last.target, last.iterable, (*last.conditions, condition), last.is_async)
            elif child_kind == _K_PAIR:
                elements += [_expression(child.children[0], t, depth), _expression(child.children[-1], t, depth)]
            elif child_kind in _READABLE:
                elements.append(_expression(child, t, depth))
        return Comprehension(kind, tuple(elements), tuple(clauses), _span(node))

    return convert


def _clause(node: Node, t: _Text, depth: int) -> Clause:
    left = node.child_by_field_id(_LEFT)
    rights = [child for child in node.children_by_field_name("right") if child.kind_id in _READABLE]
    target = Missing((), _span(node)) if left is None else _expression(left, t, depth)
    iterable = _tuple_of(node, rights, t, depth) or Missing((), _span(node))
    return Clause(target, iterable, (), node.children[0].kind_id == _K_ASYNC)


def _conditional(node: Node, t: _Text, depth: int) -> Expr:
    items = _items(node, t, depth)
    if len(items) != 3:
        return Missing(items, _span(node))
    return Choice(items[1], (items[0], items[2]), _span(node))


def _boolean(node: Node, t: _Text, depth: int) -> Expr:
    """`a or b or c` nests to the left in the tree; here it is one choice of three."""
    operator = node.children[1].kind_id
    rights: list[Node] = []
    left = node
    while left.kind_id == _K_BOOLEAN and len(left.children) >= 3 and left.children[1].kind_id == operator:
        rights.append(left.children[-1])
        left = left.children[0]
    options = [_expression(left, t, depth), *(_expression(right, t, depth) for right in reversed(rights))]
    return Choice(None, tuple(options), _span(node))


def _binary(node: Node, t: _Text, depth: int) -> Expr:
    """A chain such as `a + b - c` becomes one operation: only that all operands are evaluated, in order, matters."""
    rights: list[Node] = []
    left = node
    while left.kind_id == _K_BINARY:
        operands = [child for child in left.children if child.kind_id in _READABLE]
        if len(operands) < 2:
            break
        rights.extend(reversed(operands[1:]))
        left = operands[0]
    operands_read = [_expression(left, t, depth), *(_expression(right, t, depth) for right in reversed(rights))]
    return Operation("binary", tuple(operands_read), _span(node))


def _operation(kind: Literal["compare", "binary", "unary", "fstring", "slice", "literal"]) -> _ExprHandler:
    def convert(node: Node, t: _Text, depth: int) -> Expr:
        return Operation(kind, _items(node, t, depth), _span(node))

    return convert


def _literal(node: Node, t: _Text, depth: int) -> Expr:
    return Operation("literal", (), _span(node))


def _constant(value: bool | None) -> _ExprHandler:
    def convert(node: Node, t: _Text, depth: int) -> Expr:
        return Constant(value, _span(node))

    return convert


def _integer(node: Node, t: _Text, depth: int) -> Expr:
    text = t.bytes[node.start_byte : node.end_byte]
    try:
        value = int(text) if text.isdigit() else int(text, 0)
    except ValueError:
        return Operation("literal", (), _span(node))  # complex, Python 2 octal or long, or thousands of digits
    if value >= 1 << 63:
        return Operation("literal", (), _span(node))  # msgpack has no room for it, and no rule asks
    return Constant(value, _span(node))


def _float(node: Node, t: _Text, depth: int) -> Expr:
    try:
        return Constant(float(t.bytes[node.start_byte : node.end_byte]), _span(node))
    except ValueError:
        return Operation("literal", (), _span(node))


def _walrus(node: Node, t: _Text, depth: int) -> Expr:
    items = _items(node, t, depth)
    if len(items) != 2 or not isinstance(items[0], Name):
        return Missing(items, _span(node))
    return Walrus(items[0], items[1], _span(node))


def _inner(node: Node, t: _Text, depth: int) -> Expr:
    """Parentheses and the grammar's wrappers: the expression inside, with its own span (as in `ast`)."""
    found = [child for child in node.children if child.kind_id in _READABLE]
    if len(found) == 1:
        return _expression(found[0], t, depth)
    return Missing(tuple([_expression(child, t, depth) for child in found]), _span(node))


def _generic_type(node: Node, t: _Text, depth: int) -> Expr:
    """`list[int]` in an annotation, which the grammar reads as a type, not as a subscript."""
    children = node.children
    value = _expression(children[0], t, depth)
    items = _items(children[-1], t, depth)
    if len(items) == 1:
        return Subscript(value, items[0], _span(node))
    return Subscript(value, Collection("tuple", items, _span(children[-1])), _span(node))


def _member_type(node: Node, t: _Text, depth: int) -> Expr:
    """`a[int].b` in an annotation."""
    return _attribute(node, t, depth)


# --- strings ---------------------------------------------------------------------------------------------------------

_OPENING = re.compile(rb"([A-Za-z]*)('''|\"\"\"|'|\")")
_ESCAPE = re.compile(
    r"\\(?:(\r\n|[\r\n])|([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]*)\}|(.))",
    re.DOTALL,
)
_ESCAPED = {
    "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip


def _unescape(match: re.Match[str]) -> str:
    newline, octal, x, u, long_u, name, other = match.groups()
    if newline is not None:
        return ""
    if octal is not None:
        return chr(int(octal, 8))
    if name is not None:
        return unicodedata.lookup(name)
    if other is not None:
        return _ESCAPED.get(other, "\\" + other)
    return chr(int(x or u or long_u, 16))


def _string_value(text: bytes) -> str | None:
    """The value of one string literal; None for what is no plain string (f, t and b prefixes, unclosed, surrogates)."""
    opening = _OPENING.match(text)
    if opening is None:
        return None
    prefix, quote = opening.group(1).lower(), opening.group(2)
    start, end = opening.end(), len(text) - len(quote)
    if end < start or not text.endswith(quote) or b"b" in prefix or b"f" in prefix or b"t" in prefix:
        return None
    body = text[start:end].decode("utf-8", "replace")
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")  # Python normalises line ends before it reads strings
    if "\\" in body and b"r" not in prefix:
        try:
            body = _ESCAPE.sub(_unescape, body)
            body.encode("utf-8")  # a lone surrogate cannot be stored
        except (ValueError, KeyError, OverflowError):
            return None
    return body


def _string(node: Node, t: _Text, depth: int) -> Expr:
    value = _string_value(t.bytes[node.start_byte : node.end_byte])
    if value is not None:
        return Constant(value, _span(node))
    return _formatted([node], node, t, depth)


def _concatenated(node: Node, t: _Text, depth: int) -> Expr:
    strings = [child for child in node.children if child.kind_id == _K_STRING]
    values = [_string_value(t.bytes[child.start_byte : child.end_byte]) for child in strings]
    plain = [value for value in values if value is not None]
    if len(plain) == len(values):
        return Constant("".join(plain), _span(node))
    return _formatted(strings, node, t, depth)


def _formatted(strings: list[Node], node: Node, t: _Text, depth: int) -> Expr:
    """Strings that are not all plain, as one operation: an f-string (or t-string), or bytes."""
    operands: list[Expr] = []
    formatted = False
    for string in strings:
        opening = _OPENING.match(t.bytes, string.start_byte)
        prefix = opening.group(1).lower() if opening else b""
        formatted = formatted or b"f" in prefix or b"t" in prefix
        for child in string.children:
            if child.kind_id == _K_INTERPOLATION:
                operands.extend(_interpolated(child, t, depth))
    if not formatted and not operands and t.bytes[node.start_byte : node.start_byte + 1] == b"`":
        return Missing((), _span(node))
    return Operation("fstring" if formatted else "literal", tuple(operands), _span(node))


def _interpolated(node: Node, t: _Text, depth: int) -> list[Expr]:
    """The expressions of one `{...}`: its own, and those of a nested format specification."""
    found: list[Expr] = []
    if depth > MAX_DEPTH:
        return found
    for child in node.children:
        kind = child.kind_id
        if kind in (_K_FORMAT, _K_FORMAT_EXPRESSION):
            found.extend(_interpolated(child, t, depth + 1))
        elif kind in _READABLE:
            found.append(_expression(child, t, depth))
    return found


# --- parameters ------------------------------------------------------------------------------------------------------

_ParameterKind = Literal["positional", "normal", "args", "keyword", "kwargs"]


def _parameters(node: Node, t: _Text, depth: int) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    kind: _ParameterKind = "normal"
    for child in node.children:
        shape = child.kind_id
        if shape == _K_IDENTIFIER:
            if child.start_byte < child.end_byte:
                found.append(Parameter(_word(child, t), kind, None, None, _span(child)))
        elif shape == _K_POSITIONAL_MARK:
            found = [Parameter(p.name, "positional", p.annotation, p.default, p.span) for p in found]
        elif shape == _K_KEYWORD_MARK:
            kind = "keyword"
        elif shape in (_K_STAR, _K_STARS):
            own: _ParameterKind = "args" if shape == _K_STAR else "kwargs"
            found.append(Parameter(_last_word(child, t), own, None, None, _span(child)))
            kind = "keyword"
        elif shape == _K_TYPED:
            inner, annotation = child.children[0], _optional(child.child_by_field_id(_TYPE), t, depth)
            if inner.kind_id in (_K_STAR, _K_STARS):
                own = "args" if inner.kind_id == _K_STAR else "kwargs"
                found.append(Parameter(_last_word(inner, t), own, annotation, None, _span(child)))
                kind = "keyword"
            else:
                found.append(Parameter(_word(inner, t), kind, annotation, None, _span(child)))
        elif shape in (_K_DEFAULT, _K_TYPED_DEFAULT):
            name = child.child_by_field_id(_NAME)
            annotation = _optional(child.child_by_field_id(_TYPE), t, depth)
            default = _optional(child.child_by_field_id(_VALUE), t, depth)
            found.append(Parameter("" if name is None else _word(name, t), kind, annotation, default, _span(child)))
    return tuple(found)


def _last_word(node: Node, t: _Text) -> str:
    last = node.children[-1]
    return _word(last, t) if last.kind_id == _K_IDENTIFIER else ""


# --- statements ------------------------------------------------------------------------------------------------------


def _statements(node: Node, t: _Text, depth: int) -> Facts:
    """The statements among the direct children, comments left out."""
    found: list[Stmt] = []
    for child in node.children:
        kind = child.kind_id
        handler = _STATEMENTS.get(kind)
        if handler is not None:
            if t.instead and child.start_byte in t.instead:
                found.extend(t.instead[child.start_byte])
            elif depth > MAX_DEPTH:
                found.append(Simple("missing", _span(child)))
            else:
                found.append(handler(child, t, depth + 1))
        elif t.careful:
            if child.is_error:
                found.extend(_error_statements(child, t, depth + 1))
            elif kind in _EXPRESSIONS and child.start_byte < child.end_byte:
                found.append(Evaluate(_expression(child, t, depth), _span(child)))
    return tuple(found)


def _error_statements(node: Node, t: _Text, depth: int) -> list[Stmt]:
    """What can be read in an ERROR node that stands where a statement should."""
    found: list[Stmt] = []
    if depth > MAX_DEPTH:
        return [Simple("missing", _span(node))]
    loose: list[Expr] = []
    for child in node.children:
        kind = child.kind_id
        handler = _STATEMENTS.get(kind)
        if handler is not None:
            found.append(handler(child, t, depth + 1))
        elif kind in _K_BLOCKS:
            found.extend(_statements(child, t, depth + 1))
        elif kind in _EXPRESSIONS:
            if child.start_byte < child.end_byte:
                loose.append(_expression(child, t, depth + 1))
        elif child.child_count:
            loose.extend(_parts(child, t, depth + 1))
    if loose or not found:
        value = Missing(tuple(loose), _span(node))
        found.insert(0, Evaluate(value, _span(node)) if loose else Simple("missing", _span(node)))
    return found


def _body(owner: Node, block: Node | None, t: _Text, depth: int) -> Facts:
    """The statements of a block, with what stands in errors beside it: half-typed lines end up there."""
    inside = () if block is None else _statements(block, t, depth)
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
            return node.start_byte, body[-1].span[1]
    return _span(node)


def _evaluate(node: Node, t: _Text, depth: int) -> Stmt:
    children = node.children
    first = children[0]
    kind = first.kind_id
    if kind == _K_ASSIGNMENT:
        return _assign(first, t, depth)
    if kind == _K_AUGMENTED:
        left, right = first.child_by_field_id(_LEFT), first.child_by_field_id(_RIGHT)
        target = Missing((), _span(first)) if left is None else _expression(left, t, depth)
        return Assign((target,), _optional(right, t, depth), None, True, _span(first))
    if len(children) == 1:
        return Evaluate(_expression(first, t, depth), _span(node))
    values = [child for child in children if child.kind_id in _READABLE]
    value = _tuple_of(node, values, t, depth) or Missing((), _span(node))
    return Evaluate(value, _span(node))


def _assign(node: Node, t: _Text, depth: int) -> Stmt:
    targets: list[Expr] = []
    annotation: Expr | None = None
    errors: list[Expr] = []
    current: Node | None = node
    while current is not None and current.kind_id == _K_ASSIGNMENT:
        left = current.child_by_field_id(_LEFT)
        targets.append(Missing((), _span(current)) if left is None else _expression(left, t, depth))
        written = current.child_by_field_id(_TYPE)
        if written is not None:
            annotation = _expression(written, t, depth)
        if t.careful and current.has_error:
            errors += [_missing(child, t, depth) for child in current.children if child.is_error]
        current = current.child_by_field_id(_RIGHT)
    value = _optional(current, t, depth)
    if errors:
        value = Missing((*errors,) if value is None else (*errors, value), _span(node))
    return Assign(tuple(targets), value, annotation, False, _span(node))


def _return(node: Node, t: _Text, depth: int) -> Stmt:
    values = [child for child in node.children if child.kind_id in _READABLE]
    return Return(_tuple_of(node, values, t, depth), _span(node))


def _raise(node: Node, t: _Text, depth: int) -> Stmt:
    cause = node.child_by_field_id(_CAUSE)
    values = [child for child in node.children if child.kind_id in _READABLE and child != cause]
    return Raise(_tuple_of(node, values, t, depth), _optional(cause, t, depth), _span(node))


def _assert(node: Node, t: _Text, depth: int) -> Stmt:
    items = _items(node, t, depth)
    test = items[0] if items else Missing((), _span(node))
    return Assert(test, items[1] if len(items) > 1 else None, _span(node))


def _delete(node: Node, t: _Text, depth: int) -> Stmt:
    items = _items(node, t, depth)
    if len(items) == 1 and isinstance(items[0], Collection) and items[0].kind == "tuple":
        items = items[0].items
    return Delete(items, _span(node))


def _scope(kind: Literal["global", "nonlocal"]) -> _StmtHandler:
    def convert(node: Node, t: _Text, depth: int) -> Stmt:
        names = tuple([_word(child, t) for child in node.children if child.kind_id == _K_IDENTIFIER])
        return ScopeNames(kind, names, _span(node))

    return convert


def _simple(kind: Literal["pass", "break", "continue", "missing"]) -> _StmtHandler:
    def convert(node: Node, t: _Text, depth: int) -> Stmt:
        return Simple(kind, _span(node))

    return convert


def _print(node: Node, t: _Text, depth: int) -> Stmt:
    """Python 2's `print x` and `exec x`: no statement of ours, but its expressions are there."""
    return Evaluate(_missing(node, t, depth), _span(node))


def _imported(nodes: list[Node], t: _Text) -> tuple[ImportedName, ...]:
    found: list[ImportedName] = []
    for node in nodes:
        if node.kind_id == _K_ALIASED:
            name, alias = node.child_by_field_id(_NAME), node.child_by_field_id(_ALIAS)
            if name is not None:
                found.append(ImportedName(_dotted(name, t), None if alias is None else _word(alias, t), _span(node)))
        elif node.kind_id == _K_DOTTED and node.start_byte < node.end_byte:
            found.append(ImportedName(_dotted(node, t), None, _span(node)))
    return tuple(found)


def _dotted(node: Node, t: _Text) -> str:
    """`a.b.c`, whatever spaces and line continuations stand between."""
    parts = [child for child in node.children if child.kind_id == _K_IDENTIFIER]
    return ".".join([_word(part, t) for part in parts])


def _import(node: Node, t: _Text, depth: int) -> Stmt:
    return Import(_imported(node.children_by_field_name("name"), t), _span(node))


def _import_from(node: Node, t: _Text, depth: int) -> Stmt:
    source = node.child_by_field_id(_MODULE)
    module, level = "", 0
    if source is not None and source.kind_id == _K_RELATIVE:
        for child in source.children:
            if child.kind_id == _K_PREFIX:
                level += t.bytes.count(b".", child.start_byte, child.end_byte)
            elif child.kind_id == _K_DOTTED:
                module = _dotted(child, t)
    elif source is not None:
        module = _dotted(source, t)
    star = any(child.kind_id == _K_WILDCARD for child in node.children)
    return ImportFrom(module, level, _imported(node.children_by_field_name("name"), t), star, _span(node))


def _import_future(node: Node, t: _Text, depth: int) -> Stmt:
    return ImportFrom("__future__", 0, _imported(node.children_by_field_name("name"), t), False, _span(node))


def _type_alias(node: Node, t: _Text, depth: int) -> Stmt:
    """`type X[T] = value` binds a name, as an assignment does; that the value is evaluated late does not matter."""
    left, right = node.child_by_field_id(_LEFT), node.child_by_field_id(_RIGHT)
    if left is not None and t.bytes[left.start_byte : left.start_byte + 1] == b"(":
        # `type(x).y = z`: the grammar takes it for an alias. Any other name of four letters reads as it should.
        start = node.start_byte
        again = _PARSER.parse(b" " * start + b"name" + t.bytes[start + 4 : node.end_byte]).root_node
        if len(again.children) == 1 and not again.has_error and again.children[0].kind_id in _STATEMENTS:
            return _STATEMENTS[again.children[0].kind_id](again.children[0], t, depth)
    target = Missing((), _span(node)) if left is None else _expression(left, t, depth)
    if isinstance(target, Subscript):
        target = target.value
    return Assign((target,), _optional(right, t, depth), None, False, _span(node))


def _if(node: Node, t: _Text, depth: int) -> Stmt:
    branches: list[tuple[Node, Node | None]] = [(node, node.child_by_field_id(_CONSEQUENCE))]
    orelse: Facts = ()
    for child in node.children_by_field_id(_ALTERNATIVE):
        if child.kind_id == _K_ELIF:
            branches.append((child, child.child_by_field_id(_CONSEQUENCE)))
        elif child.kind_id == _K_ELSE:
            orelse = _body(child, child.child_by_field_id(_BODY), t, depth)
    if len(branches) > MAX_DEPTH // 2:  # every `elif` nests one deeper: the rest is cut, for whoever walks the facts
        rest = branches[MAX_DEPTH // 2]
        orelse = (Simple("missing", (rest[0].start_byte, node.end_byte)),)
        del branches[MAX_DEPTH // 2 :]
    for owner, block in reversed(branches):
        condition = owner.child_by_field_id(_CONDITION)
        test = Missing((), _span(owner)) if condition is None else _expression(condition, t, depth)
        body = _body(owner, block, t, depth)
        made = If(test, body, orelse, _to_end(owner, orelse, body))  # an `elif` runs to the end of the whole, too
        orelse = (made,)
    return made


def _else(node: Node, t: _Text, depth: int) -> Facts:
    """The `else` of a loop or `try`."""
    for child in node.children:
        if child.kind_id == _K_ELSE:
            return _body(child, child.child_by_field_id(_BODY), t, depth)
    return ()


def _for(node: Node, t: _Text, depth: int) -> Stmt:
    left, right = node.child_by_field_id(_LEFT), node.child_by_field_id(_RIGHT)
    target = Missing((), _span(node)) if left is None else _expression(left, t, depth)
    iterable = Missing((), _span(node)) if right is None else _expression(right, t, depth)
    body, orelse = _body(node, node.child_by_field_id(_BODY), t, depth), _else(node, t, depth)
    header = (node.start_byte, node.end_byte if right is None else right.end_byte)
    is_async = node.children[0].kind_id == _K_ASYNC
    return For(target, iterable, body, orelse, is_async, header, _to_end(node, orelse, body))


def _while(node: Node, t: _Text, depth: int) -> Stmt:
    condition = node.child_by_field_id(_CONDITION)
    test = Missing((), _span(node)) if condition is None else _expression(condition, t, depth)
    body, orelse = _body(node, node.child_by_field_id(_BODY), t, depth), _else(node, t, depth)
    return While(test, body, orelse, _to_end(node, orelse, body))


def _with(node: Node, t: _Text, depth: int) -> Stmt:
    items: list[WithItem] = []
    header_end = node.start_byte
    for clause in node.children:
        if clause.kind_id == _K_WITH_CLAUSE:
            header_end = clause.end_byte
            items += [_with_item(child, t, depth) for child in clause.children if child.kind_id == _K_WITH_ITEM]
    body = _body(node, node.child_by_field_id(_BODY), t, depth)
    is_async = node.children[0].kind_id == _K_ASYNC
    return With(tuple(items), body, is_async, (node.start_byte, header_end), _to_end(node, body))


def _with_item(node: Node, t: _Text, depth: int) -> WithItem:
    value = node.child_by_field_id(_VALUE)
    if value is None:
        return WithItem(_missing(node, t, depth), None, _span(node))
    if value.kind_id in _K_AS:
        context, target = _as(value, t, depth)
        return WithItem(context, target, _span(node))
    return WithItem(_expression(value, t, depth), None, _span(node))


def _as(node: Node, t: _Text, depth: int) -> tuple[Expr, Expr | None]:
    """`value as target`."""
    alias = node.child_by_field_id(_ALIAS)
    return _expression(node.children[0], t, depth), _optional(alias, t, depth)


def _try(node: Node, t: _Text, depth: int) -> Stmt:
    handlers: list[Handler] = []
    final: Facts = ()
    for child in node.children:
        if child.kind_id == _K_EXCEPT:
            handlers.append(_handler(child, t, depth))
        elif child.kind_id == _K_FINALLY:
            final = _body(child, _block(child), t, depth)
    body = _body(node, node.child_by_field_id(_BODY), t, depth)
    orelse = _else(node, t, depth)
    last = handlers[-1].span[1] if handlers else node.end_byte
    span = _to_end(node, final, orelse) if final or orelse else (node.start_byte, last)
    return Try(body, tuple(handlers), orelse, final, span)


def _block(node: Node) -> Node | None:
    for child in node.children:
        if child.kind_id in _K_BLOCKS:
            return child
    return None


def _handler(node: Node, t: _Text, depth: int) -> Handler:
    values = [child for child in node.children_by_field_name("value") if child.is_named]
    name: str | None = None
    types: list[Expr] = []
    for value in values:
        if value.kind_id in _K_AS:
            caught, target = _as(value, t, depth)
            types.append(caught)
            name = target.id if isinstance(target, Name) else None
        else:
            types.append(_expression(value, t, depth))
    alias = node.child_by_field_id(_ALIAS)
    if alias is not None and name is None:
        name = _word(alias, t)
    caught_type: Expr | None = None
    if len(types) == 1:
        caught_type = types[0]
    elif types:
        caught_type = Collection("tuple", tuple(types), (values[0].start_byte, values[-1].end_byte))
    body = _body(node, _block(node), t, depth)
    return Handler(caught_type, name, body, _to_end(node, body))


def _match(node: Node, t: _Text, depth: int) -> Stmt:
    subjects = [child for child in node.children_by_field_name("subject") if child.kind_id in _READABLE]
    if len(subjects) > 1:
        items = tuple([_expression(child, t, depth) for child in subjects])
        subject: Expr = Collection("tuple", items, (subjects[0].start_byte, subjects[-1].end_byte))
    else:
        subject = _expression(subjects[0], t, depth) if subjects else Missing((), _span(node))
    block = node.child_by_field_id(_BODY)
    clauses = [] if block is None else [child for child in block.children if child.kind_id == _K_CASE]
    cases = tuple([_case(child, t, depth) for child in clauses])
    return Match(subject, cases, (node.start_byte, cases[-1].span[1]) if cases else _span(node))


def _case(node: Node, t: _Text, depth: int) -> Case:
    guard = node.child_by_field_id(_GUARD)
    binds: list[str] = []
    for child in node.children:
        if child.kind_id == _K_CASE_PATTERN:
            binds.extend(_bound(child, t))
    body = _body(node, node.child_by_field_id(_CONSEQUENCE), t, depth)
    condition = None if guard is None else _inner(guard, t, depth)
    return Case(tuple(dict.fromkeys(binds)), condition, body, _to_end(node, body))


def _bound(pattern: Node, t: _Text) -> Iterator[str]:
    """The names that a pattern binds (language reference, 8.6.4): captures, `as`, `*rest`, `**rest`."""
    waiting = [pattern]
    while waiting:
        node = waiting.pop()
        kind = node.kind_id
        children = node.children
        if kind == _K_DOTTED:
            names = [child for child in children if child.kind_id == _K_IDENTIFIER]
            if len(names) == 1 and names[0].end_byte > names[0].start_byte and _word(names[0], t) != "_":
                yield _word(names[0], t)
            continue
        if kind in (_K_CLASS_PATTERN, _K_KEYWORD_PATTERN):
            children = children[1:]  # the class and the attribute's name are read, not bound
        elif (kind in _K_AS or kind == _K_SPLAT_PATTERN) and children[-1].kind_id == _K_IDENTIFIER:
            if _word(children[-1], t) != "_":
                yield _word(children[-1], t)
            children = children[:-1]
        waiting.extend(reversed(children))


def _decorated(node: Node, t: _Text, depth: int) -> Stmt:
    decorators: list[Expr] = []
    definition: Node | None = None
    for child in node.children:
        kind = child.kind_id
        if kind == _K_DECORATOR:
            decorators.append(_inner(child, t, depth))
        elif kind in (_K_FUNCTION, _K_CLASS):
            definition = child
    if definition is None:
        return Evaluate(Missing(tuple(decorators), _span(node)), _span(node))
    if definition.kind_id == _K_FUNCTION:
        return _function_of(definition, tuple(decorators), node.start_byte, t, depth)
    return _class_of(definition, tuple(decorators), node.start_byte, t, depth)


def _function(node: Node, t: _Text, depth: int) -> Stmt:
    return _function_of(node, (), node.start_byte, t, depth)


def _function_of(node: Node, decorators: tuple[Expr, ...], start: int, t: _Text, depth: int) -> Stmt:
    children = node.children
    is_async = children[0].kind_id == _K_ASYNC
    word_end = children[0].end_byte
    for child in children:
        if child.kind_id == _K_DEF:
            word_end = child.end_byte
            break
    name = node.child_by_field_id(_NAME)
    params = node.child_by_field_id(_PARAMETERS)
    block = node.child_by_field_id(_BODY)
    body = _body(node, block, t, depth)
    end = body[-1].span[1] if body else node.end_byte
    return Function(
        "" if name is None else _word(name, t),
        (word_end, word_end) if name is None else _span(name),
        (node.start_byte, word_end),
        () if params is None else _parameters(params, t, depth),
        _optional(node.child_by_field_id(_RETURNS), t, depth),
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
        if kind == _K_YIELD:
            return True
        if kind not in (_K_FUNCTION, _K_CLASS) and kind not in _K_LAMBDAS:
            waiting.extend(node.children)
    return False


def _class(node: Node, t: _Text, depth: int) -> Stmt:
    return _class_of(node, (), node.start_byte, t, depth)


def _class_of(node: Node, decorators: tuple[Expr, ...], start: int, t: _Text, depth: int) -> Stmt:
    name = node.child_by_field_id(_NAME)
    given = node.child_by_field_id(_SUPERCLASSES)
    bases, keywords = ((), ()) if given is None else _arguments(given, t, depth)
    body = _body(node, node.child_by_field_id(_BODY), t, depth)
    return Class(
        "" if name is None else _word(name, t),
        (node.end_byte, node.end_byte) if name is None else _span(name),
        bases,
        keywords,
        decorators,
        body,
        (start, body[-1].span[1] if body else node.end_byte),
    )


# --- dispatch --------------------------------------------------------------------------------------------------------

_EXPRESSIONS: dict[int, _ExprHandler] = {
    number: handler
    for name, handler in (
        ("identifier", _name),
        ("attribute", _attribute),
        ("call", _call),
        ("list_splat", _starred),
        ("list_splat_pattern", _starred),
        ("dictionary_splat", _starred),
        ("dictionary_splat_pattern", _starred),
        ("parenthesized_list_splat", _inner),
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
        ("comparison_operator", _operation("compare")),
        ("unary_operator", _operation("unary")),
        ("not_operator", _operation("unary")),
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
        ("parenthesized_expression", _inner),
        ("type", _inner),
        ("as_pattern_target", _inner),
        ("generic_type", _generic_type),
        ("member_type", _member_type),
    )
    for number in _kinds(name)
}

_READABLE = frozenset((*_EXPRESSIONS, _ERROR, *_kinds("as_pattern")))
"""Kinds that stand for a value among the children of an expression; `as_pattern` only where it is misplaced."""

_HOLDERS = frozenset(
    number
    for name in ("argument_list", "list", "tuple", "set", "dictionary", "expression_list", "pattern_list", "type")
    for number in _kinds(name)
)
"""Kinds whose own conversion keeps an error among the children in its place."""

_STATEMENTS: dict[int, _StmtHandler] = {
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
    for number in _kinds(name)
}
