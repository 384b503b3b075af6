"""The grammar as the rest of the room knows it: the parser, the numbers of its node kinds and fields, a chunk's text.

Numbers, since comparing them is quicker than comparing names, and a file has a hundred thousand nodes. Nothing is
converted here.
"""

from __future__ import annotations

from sys import intern

import tree_sitter_python
from tree_sitter import Language, Node, Parser

from isolint.syntax.facts import Facts, Span

MAX_DEPTH = 100
"""How deep the tree is followed. Deeper nodes become `Missing`: no real code goes there, and no reader of facts may
run out of stack."""

LANGUAGE = Language(tree_sitter_python.language())
PARSER = Parser(LANGUAGE)
K_ERROR = 0xFFFF


class ChunkText:
    """What the conversion needs besides the node: the chunk's bytes, whether its tree has errors at all, and the
    statements that belong where stand-ins are."""

    __slots__ = ("bytes", "careful", "instead")

    def __init__(self, text: bytes, careful: bool, instead: dict[int, Facts]) -> None:
        self.bytes = text
        self.careful = careful
        self.instead = instead


def node_kind(name: str, named: bool = True) -> int:
    """The number of a node kind. LookupError when the installed grammar has none: nothing would work then."""
    found = LANGUAGE.id_for_node_kind(name, named)
    if found is None:
        raise LookupError(f"the grammar has no node kind {name!r}")
    return found


def node_kinds(name: str) -> tuple[int, ...]:
    """All ids of a named kind: the grammar has several under one name (aliases)."""
    return tuple(
        number
        for number in range(LANGUAGE.node_kind_count)
        if LANGUAGE.node_kind_is_named(number) and LANGUAGE.node_kind_for_id(number) == name
    )


def field(name: str) -> int:
    """The number of a field. LookupError as above."""
    found = LANGUAGE.field_id_for_name(name)
    if found is None:
        raise LookupError(f"the grammar has no field {name!r}")
    return found


F_ALIAS, F_ALTERNATIVE, F_BODY = field("alias"), field("alternative"), field("body")
F_CAUSE, F_CONDITION, F_CONSEQUENCE = field("cause"), field("condition"), field("consequence")
F_GUARD, F_LEFT, F_MODULE = field("guard"), field("left"), field("module_name")
F_NAME, F_PARAMETERS, F_RETURNS, F_RIGHT = field("name"), field("parameters"), field("return_type"), field("right")
F_SUBJECT, F_SUPERCLASSES, F_TYPE, F_VALUE = field("subject"), field("superclasses"), field("type"), field("value")

K_IDENTIFIER, K_AUGMENTED = node_kind("identifier"), node_kind("augmented_assignment")
K_GENERATOR = node_kind("generator_expression")
K_KEYWORD, K_SPLAT2 = node_kind("keyword_argument"), node_kind("dictionary_splat")
K_ASYNC, K_DEF, K_COMMA, K_FROM = (
    node_kind("async", False),
    node_kind("def", False),
    node_kind(",", False),
    node_kind("from", False),
)
K_POWER, K_OR = node_kind("**", False), node_kind("or", False)
K_BLOCKS = frozenset(node_kinds("block"))
K_ASSIGNMENT, K_FUNCTION, K_CLASS = (
    node_kind("assignment"),
    node_kind("function_definition"),
    node_kind("class_definition"),
)
K_LAMBDAS, K_YIELD = frozenset(node_kinds("lambda")), node_kind("yield")
K_BINARY, K_BOOLEAN, K_DOTTED = node_kind("binary_operator"), node_kind("boolean_operator"), node_kind("dotted_name")
K_STRING, K_INTERPOLATION = node_kind("string"), node_kind("interpolation")
K_STRING_CONTENT = node_kind("string_content")
K_FORMAT, K_FORMAT_EXPRESSION = node_kind("format_specifier"), node_kind("format_expression")
K_FOR_IN, K_IF_CLAUSE, K_PAIR = node_kind("for_in_clause"), node_kind("if_clause"), node_kind("pair")
K_WITH_CLAUSE, K_WITH_ITEM, K_DECORATOR = node_kind("with_clause"), node_kind("with_item"), node_kind("decorator")
K_AS = frozenset(node_kinds("as_pattern"))
K_ELIF, K_ELSE, K_FINALLY = node_kind("elif_clause"), node_kind("else_clause"), node_kind("finally_clause")
K_EXCEPT, K_CASE = node_kind("except_clause"), node_kind("case_clause")
K_ALIASED, K_WILDCARD = node_kind("aliased_import"), node_kind("wildcard_import")
K_RELATIVE, K_PREFIX = node_kind("relative_import"), node_kind("import_prefix")
K_SPLAT_PATTERN, K_CLASS_PATTERN = node_kind("splat_pattern"), node_kind("class_pattern")
K_KEYWORD_PATTERN, K_CASE_PATTERN = node_kind("keyword_pattern"), node_kind("case_pattern")
K_UNION_PATTERN, K_ANYTHING = node_kind("union_pattern"), node_kind("_", False)
K_POSITIONAL_MARK, K_KEYWORD_MARK = node_kind("positional_separator"), node_kind("keyword_separator")
K_DEFAULT, K_TYPED, K_TYPED_DEFAULT = (
    node_kind("default_parameter"),
    node_kind("typed_parameter"),
    node_kind("typed_default_parameter"),
)
K_STAR, K_STARS = node_kind("list_splat_pattern"), node_kind("dictionary_splat_pattern")


def span_of(node: Node) -> Span:
    """Where a node stands, in bytes from the start of the chunk."""
    return (node.start_byte, node.end_byte)


def word_of(node: Node, t: ChunkText) -> str:
    """The text of a node."""
    return intern(t.bytes[node.start_byte : node.end_byte].decode("utf-8", "replace"))
