"""One chunk to facts: every construct, positions as `ast` gives them, and half-typed code."""

from __future__ import annotations

import ast
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isolint.syntax.facts import (
    Assign,
    Attribute,
    Await,
    Call,
    Case,
    Choice,
    Class,
    Collection,
    Comprehension,
    Constant,
    Evaluate,
    Expr,
    Facts,
    For,
    Function,
    Handler,
    If,
    Import,
    ImportFrom,
    Lambda,
    Mapping,
    Match,
    Missing,
    Name,
    Operation,
    Raise,
    Return,
    ScopeNames,
    Simple,
    Starred,
    Stmt,
    Subscript,
    Try,
    Walrus,
    With,
    Yield,
)
from isolint.syntax.parse import parse, parse_flawed
from tests.syntax.walking import facts_in


def one(code: str) -> Stmt:
    """The only statement of some good code."""
    facts, flawed = parse_flawed(code.encode(), "statements", 0)
    assert not flawed, code
    assert len(facts) == 1
    return facts[0]


def value(code: str) -> Expr:
    statement = one(code)
    assert isinstance(statement, Evaluate)
    return statement.value


def text(code: str, fact: Any) -> str:
    start, end = fact.span
    return code.encode()[start:end].decode()


# --- strings and numbers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "literal",
    [
        "'a'", '"a"', "'''a\nb'''", '"""a"""', "r'a\\n'", "u'a'", "R'\\''", "'a\\n\\t\\\\\\'\\x41\\u20ac\\U0001F600'",
        "'\\N{EURO SIGN}'", "'\\101\\0'", "'a' 'b'", "('a'\n  'b' \"c\")", "'a\\\nb'", "''", "'é😀'", "1", "1_000",
        "0x1F", "0b11", "0o17", "1.5", "1e3", ".5", "True", "False", "None",
    ],
)  # fmt: skip
def test_a_literal_has_the_value_python_gives_it(literal: str) -> None:
    found = value(literal)
    assert isinstance(found, Constant)
    assert found.value == ast.literal_eval(literal)
    assert type(found.value) is type(ast.literal_eval(literal))


def test_an_unknown_escape_keeps_its_backslash() -> None:
    assert value("'\\q'") == Constant("\\q", (0, 4))


@pytest.mark.parametrize("literal", ["b'a'", "1j", "...", "b'a' b'b'", "'\\ud800'", "9223372036854775808", "1" * 5000])
def test_other_literals_are_operations(literal: str) -> None:
    assert value(literal) == Operation("literal", (), (0, len(literal)))


@pytest.mark.parametrize(
    "code, names",
    [
        ("f'a{b}'", ["b"]),
        ("f'{a!r:>{w}}'", ["a", "w"]),
        ("'x' f'{a}' 'y' rf'{b=}'", ["a", "b"]),
        ("f'{x['a']}'", ["x"]),
        ('f"{f"{f"{a}"}"}"', ["a"]),
        ("t'{a}'", ["a"]),
        ("f'''{\na\n}'''", ["a"]),
        ("f'{{}}'", []),
    ],
)
def test_formatted_strings_evaluate_what_is_in_the_braces(code: str, names: list[str]) -> None:
    found = value(code)
    assert isinstance(found, Operation)
    assert found.kind == "fstring"
    assert sorted(name.id for name in facts_in(found) if isinstance(name, Name)) == names


# --- expressions -----------------------------------------------------------------------------------------------------


def test_a_call_with_everything() -> None:
    code = "a.b(c, *d, e=1, **f)"
    found = value(code)
    assert isinstance(found, Call)
    assert isinstance(found.func, Attribute)
    assert (found.func.attr, found.func.attr_span) == ("b", (2, 3))
    assert [text(code, arg) for arg in found.args] == ["c", "*d"]
    assert isinstance(found.args[1], Starred)
    assert [(keyword.name, text(code, keyword)) for keyword in found.keywords] == [("e", "e=1"), (None, "**f")]


def test_a_generator_as_the_only_argument() -> None:
    found = value("f(x async for x in y if z if w)")
    assert isinstance(found, Call)
    (argument,) = found.args
    assert isinstance(argument, Comprehension)
    assert (argument.kind, len(argument.elements), argument.clauses[0].is_async) == ("generator", 1, True)
    assert len(argument.clauses[0].conditions) == 2


def test_await_binds_closer_than_power() -> None:
    found = value("await a ** b")
    assert isinstance(found, Operation)
    assert isinstance(found.operands[0], Await)
    assert found.operands[0].span == (0, 7)


@pytest.mark.parametrize(
    "code, expected",
    [
        ("[*f(x)]", "*f(x)"),
        ("[*a.b, c]", "*a.b"),
        ("[*a[0]]", "*a[0]"),
        ("f(*a.b())", "*a.b()"),
    ],
)
def test_a_star_takes_the_whole_expression(code: str, expected: str) -> None:
    starred = [fact for fact in facts_in(value(code)) if isinstance(fact, Starred)]
    assert [text(code, fact) for fact in starred] == [expected]
    assert text(code, starred[0].value) == expected[1:]


@pytest.mark.parametrize(
    "text, operator",
    [
        ("not a", "not"),
        ("-a", "-"),
        ("a == b", "=="),
        ("a is  not b", "is not"),
        ("a not in b", "not in"),
        ("a in b", "in"),
        ("a < b < c", ""),
        ("a + b", ""),
    ],
)
def test_operators(text: str, operator: str) -> None:
    found = value(text)
    assert isinstance(found, Operation)
    assert found.operator == operator


def test_the_other_expressions() -> None:
    assert isinstance(value("a if b else c"), Choice)
    choice = value("a or b or c")
    assert isinstance(choice, Choice)
    assert len(choice.options) == 3
    assert choice.test is None
    assert choice.operator == "or"
    assert isinstance(value("(a := b)"), Walrus)
    assert isinstance(value("{a: b, **c}"), Mapping)
    assert value("a, b") == Collection("tuple", (Name("a", (0, 1)), Name("b", (3, 4))), (0, 4))
    assert isinstance(value("{a, b}"), Collection)
    assert isinstance(value("{k: v for k, v in x}"), Comprehension)
    subscript = value("a[1:2, ::3]")
    assert isinstance(subscript, Subscript)
    assert isinstance(subscript.index, Collection)
    assert [type(item) for item in subscript.index.items] == [Operation, Operation]
    function = value("lambda a, /, *b, c=1, **d: await e")
    assert isinstance(function, Lambda)
    assert [(p.name, p.kind) for p in function.params] == [
        ("a", "positional"), ("b", "args"), ("c", "keyword"), ("d", "kwargs"),
    ]  # fmt: skip
    assert value("(yield)") == Yield(None, False, (1, 6))
    assert value("yield from a") == Yield(Name("a", (11, 12)), True, (0, 12))


def test_a_long_chain_is_flat() -> None:
    found = value(" + ".join(["a"] * 3000))
    assert isinstance(found, Operation)
    assert len(found.operands) == 3000


# --- statements ------------------------------------------------------------------------------------------------------


def test_a_function_with_everything() -> None:
    code = "@a.b\n@c(1)\nasync  def f[T](a, /, b: int = 1, *args: str, k, **kw) -> None:\n    yield 1\n"
    found = one(code)
    assert isinstance(found, Function)
    assert found.name == "f"
    assert code[slice(*found.name_span)] == "f"
    assert code[slice(*found.keyword)] == "async  def"
    assert found.span == (0, len(code) - 1)
    assert [text(code, decorator) for decorator in found.decorators] == ["a.b", "c(1)"]
    assert (found.is_async, found.is_generator) == (True, True)
    assert [(p.name, p.kind, p.default is not None, p.annotation is not None) for p in found.params] == [
        ("a", "positional", False, False),
        ("b", "normal", True, True),
        ("args", "args", False, True),
        ("k", "keyword", False, False),
        ("kw", "kwargs", False, False),
    ]
    assert isinstance(found.returns, Constant)


@pytest.mark.parametrize(
    "body, generator",
    [
        ("yield", True),
        ("x = yield 1", True),
        ("if a: yield from b", True),
        ("def g(): yield", False),
        ("lambda: (yield)", False),
        ("'yield'", False),
        ("class A:\n        def g(self): yield", False),
    ],
)
def test_a_generator_yields_itself(body: str, generator: bool) -> None:
    found = one(f"def f():\n    {body}\n")
    assert isinstance(found, Function)
    assert found.is_generator is generator


def test_a_class_with_everything() -> None:
    found = one("@d\nclass A[T](B, c.D, metaclass=M, **k):\n    x = 1\n")
    assert isinstance(found, Class)
    assert (found.name, len(found.bases), [k.name for k in found.keywords]) == ("A", 2, ["metaclass", None])
    assert len(found.body) == 1


def test_a_class_header_alone_is_no_error() -> None:
    code = b"    @d\n    class A(B):  # why\n\n    # comment\n"
    facts, flawed = parse_flawed(code, "class", 4)
    assert not flawed
    (found,) = facts
    assert isinstance(found, Class)
    assert (found.name, found.body, len(found.decorators)) == ("A", (), 1)
    (short,) = parse(b"class A: x = 1; y = 2\n", "class", 0)
    assert isinstance(short, Class)
    assert len(short.body) == 2


def test_assignments() -> None:
    chained = one("a = b, c = d")
    assert isinstance(chained, Assign)
    assert len(chained.targets) == 2
    annotated = one("a.b: list[int] = c")
    assert isinstance(annotated, Assign)
    assert isinstance(annotated.annotation, Subscript)
    bare = one("a: int")
    assert isinstance(bare, Assign)
    assert bare.value is None
    augmented = one("a += yield b")
    assert isinstance(augmented, Assign)
    assert augmented.augmented
    alias = one("type A[T] = list[T]")
    assert isinstance(alias, Assign)
    assert alias.targets == (Name("A", (5, 6)),)


def test_imports() -> None:
    found = one("import a.b, c . d as e")
    assert isinstance(found, Import)
    assert [(name.name, name.alias) for name in found.names] == [("a.b", None), ("c.d", "e")]
    relative = one("from .. a.b import (c as d, # why\n  e,)")
    assert isinstance(relative, ImportFrom)
    assert (relative.module, relative.level, [n.name for n in relative.names]) == ("a.b", 2, ["c", "e"])
    star = one("from . import *")
    assert isinstance(star, ImportFrom)
    assert (star.module, star.level, star.star) == ("", 1, True)
    future = one("from __future__ import annotations")
    assert isinstance(future, ImportFrom)
    assert future.module == "__future__"


@pytest.mark.parametrize("target", ["type(x).y", "type(f(x))[0]", "type(x, 'a', b).y"])
def test_an_attribute_of_a_type_is_no_type_alias(target: str) -> None:
    found = one(f"{target} = z")
    assert isinstance(found, Assign)
    assert text(f"{target} = z", found.targets[0]) == target
    (call,) = [fact for fact in facts_in(found.targets) if isinstance(fact, Call) and fact.span[0] == 0]
    assert call.func == Name("type", (0, 4))


def test_compound_statements() -> None:
    code = "async with a as b, c():\n    pass\n"
    with_ = one(code)
    assert isinstance(with_, With)
    assert with_.is_async
    assert code[slice(*with_.header)] == "async with a as b, c()"
    assert [item.target is not None for item in with_.items] == [True, False]
    parenthesized = one("with (a as b, c as d):\n    pass\n")
    assert isinstance(parenthesized, With)
    assert len(parenthesized.items) == 2
    code = "async for a, b in c:\n    pass\nelse:\n    x\n"
    for_ = one(code)
    assert isinstance(for_, For)
    assert code[slice(*for_.header)] == "async for a, b in c"
    assert len(for_.orelse) == 1
    if_ = one("if a: x\nelif b: y\nelse: z\n")
    assert isinstance(if_, If)
    assert isinstance(if_.orelse[0], If)
    assert isinstance(if_.orelse[0].orelse[0], Evaluate)
    raise_ = one("raise A(b) from c")
    assert isinstance(raise_, Raise)
    assert raise_.cause == Name("c", (16, 17))
    assert one("nonlocal a, b") == ScopeNames("nonlocal", ("a", "b"), (0, 13))


@pytest.mark.parametrize(
    "clause, names, types",
    [
        ("except", None, 0),
        ("except A", None, 1),
        ("except (A, B) as e", "e", 2),
        ("except A, B", None, 2),
        ("except* A as e", "e", 1),
    ],
)
def test_exception_handlers(clause: str, names: str | None, types: int) -> None:
    found = one(f"try:\n    a\n{clause}:\n    b\nelse:\n    c\nfinally:\n    d\n")
    assert isinstance(found, Try)
    (handler,) = found.handlers
    assert isinstance(handler, Handler)
    assert handler.name == names
    assert len([fact for fact in facts_in(handler.type) if isinstance(fact, Name)]) == types
    assert len(handler.body) == len(found.orelse) == len(found.final) == 1


@pytest.mark.parametrize(
    "pattern, binds",
    [
        ("x", ("x",)),
        ("_", ()),
        ("a.b", ()),
        ("[1, y, *rest]", ("y", "rest")),
        ("{'k': v, **rest}", ("v", "rest")),
        ("P(a, x=b) as c", ("c", "a", "b")),
        ("A() | B()", ()),
        ("(x, y) if z", ("x", "y")),
        ("x, *_", ("x",)),
    ],
)
def test_patterns_bind_names(pattern: str, binds: tuple[str, ...]) -> None:
    found = one(f"match a, b:\n    case {pattern}:\n        pass\n")
    assert isinstance(found, Match)
    (case,) = found.cases
    assert isinstance(case, Case)
    assert sorted(case.binds) == sorted(binds)
    assert (case.guard is not None) == (" if " in pattern)


@pytest.mark.parametrize(
    "pattern, values",
    [
        ('"a"', ("a",)),
        ('"a" | 2 | None', ("a", 2, None)),
        ('"a" as x', ("a",)),
        ("_", ()),
        ("x", ()),
        ("x if x > 2", ()),
        ("-1", None),
        ("Colour.RED", None),
        ("str()", None),
        ('["a"]', None),
        ('"a", "b"', None),
        ('"a" | Colour.RED', None),
    ],
)
def test_patterns_of_constants_have_values(pattern: str, values: tuple[object, ...] | None) -> None:
    found = one(f"match a:\n    case {pattern}:\n        pass\n")
    assert isinstance(found, Match)
    assert found.cases[0].values == values


def test_soft_keywords_are_names_too() -> None:
    facts, flawed = parse_flawed(b"match = 1\ncase = type = 2\nmatch(x)\nprint(y)\nexec(z)\n", "statements", 0)
    assert not flawed
    assert [type(fact) for fact in facts] == [Assign, Assign, Evaluate, Evaluate, Evaluate]


def test_an_indented_chunk_has_spans_from_its_own_start() -> None:
    code = b"\t@d\n\tasync def f(self):\n\t\tif a:\n\t\t\tawait b\n\t\treturn c\n"
    facts, flawed = parse_flawed(code, "function", 8)
    assert not flawed
    (found,) = facts
    assert isinstance(found, Function)
    assert found.span == (1, len(code) - 1)
    assert [type(statement) for statement in found.body] == [If, Return]
    (awaited,) = [fact for fact in facts_in(facts) if isinstance(fact, Await)]
    assert code[slice(*awaited.span)] == b"await b"


# --- against ast -----------------------------------------------------------------------------------------------------


def without_patterns(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those in the patterns of `case`: the facts keep only the names that these bind."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.pattern)]


def from_ast(data: bytes) -> Counter[Any]:
    tree = ast.parse(data)
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def span(node: Any) -> tuple[int, int]:
        return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset

    found: Counter[Any] = Counter()
    for node in without_patterns(tree):
        match node:
            case ast.Call():
                found["call", span(node), len(node.args), tuple(k.arg for k in node.keywords)] += 1
            case ast.Await():
                found["await", span(node)] += 1
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                a = node.args
                params = [*a.posonlyargs, *a.args, *([a.vararg] if a.vararg else []), *a.kwonlyargs]
                names = tuple(p.arg for p in [*params, *([a.kwarg] if a.kwarg else [])])
                start = min([span(node)[0], *(span(d)[0] - 1 for d in node.decorator_list)])
                end = span(node)[1] - data[: span(node)[1]].endswith(b";")  # Python counts a last semicolon in
                is_async = isinstance(node, ast.AsyncFunctionDef)
                found["def", node.name, len(node.decorator_list), names, is_async, len(node.body), start, end] += 1
            case ast.ClassDef():
                found["class", node.name, len(node.bases), len(node.keywords), len(node.body)] += 1
            case ast.Attribute():
                found["attribute", node.attr, span(node)] += 1
            case ast.With() | ast.AsyncWith():
                found["with", len(node.items), len(node.body), span(node)] += 1
            case ast.For() | ast.AsyncFor():
                found["for", len(node.body), len(node.orelse), isinstance(node, ast.AsyncFor)] += 1
            case ast.Try() | ast.TryStar():
                counts = len(node.body), len(node.handlers), len(node.orelse), len(node.finalbody)
                found["try", counts] += 1
            case ast.If():
                found["if", len(node.body), len(node.orelse), span(node)] += 1
            case ast.Assign():
                found["assign", len(node.targets), span(node)] += 1
            case _ if type(node).__name__ == "TypeAlias":  # new in Python 3.12, and for us an assignment
                found["assign", 1, span(node)] += 1
            case ast.Yield() | ast.YieldFrom():
                found["yield", span(node)] += 1
            case ast.ImportFrom():
                found["from", node.module or "", node.level, tuple((n.name, n.asname) for n in node.names)] += 1
            case ast.Import():
                found["import", tuple((n.name, n.asname) for n in node.names)] += 1
            case _:
                pass
    return found


def from_facts(facts: Facts) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for fact in facts_in(facts):
        match fact:
            case Call():
                # `ast` gives keywords and stars in the same lists as the facts do.
                found["call", fact.span, len(fact.args), tuple(k.name for k in fact.keywords)] += 1
            case Await():
                found["await", fact.span] += 1
            case Function():
                names = tuple(p.name for p in fact.params)
                counts = fact.is_async, len(fact.body)
                found["def", fact.name, len(fact.decorators), names, *counts, *fact.span] += 1
            case Class():
                found["class", fact.name, len(fact.bases), len(fact.keywords), len(fact.body)] += 1
            case Attribute():
                found["attribute", fact.attr, fact.span] += 1
            case With():
                found["with", len(fact.items), len(fact.body), fact.span] += 1
            case For():
                found["for", len(fact.body), len(fact.orelse), fact.is_async] += 1
            case Try():
                found["try", (len(fact.body), len(fact.handlers), len(fact.orelse), len(fact.final))] += 1
            case If():
                found["if", len(fact.body), len(fact.orelse), fact.span] += 1
            case Assign(augmented=False, annotation=None):
                found["assign", len(fact.targets), fact.span] += 1
            case Yield():
                found["yield", fact.span] += 1
            case ImportFrom():
                imported = (("*", None),) if fact.star else tuple((n.name, n.alias) for n in fact.names)
                found["from", fact.module, fact.level, imported] += 1
            case Import():
                found["import", tuple((n.name, n.alias) for n in fact.names)] += 1
            case _:
                pass
    return found


STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))
FILES = [
    "asyncio/base_events.py", "asyncio/tasks.py", "ast.py", "argparse.py", "contextlib.py", "csv.py", "difflib.py",
    "enum.py", "functools.py", "inspect.py", "pathlib.py", "pdb.py", "subprocess.py", "tarfile.py", "threading.py",
    "traceback.py", "typing.py", "unittest/mock.py", "unittest/case.py", "zipfile.py", "test/test_grammar.py",
    "test/test_coroutines.py", "test/test_asyncgen.py", "test/test_with.py", "test/test_fstring.py",
]  # fmt: skip


@pytest.mark.parametrize("path", FILES)
def test_the_facts_of_real_code_are_those_of_ast(path: str) -> None:
    file = STANDARD_LIBRARY / path
    if not file.exists():
        pytest.skip("this Python comes without the file")
    data = file.read_bytes()
    facts, flawed = parse_flawed(data, "statements", 0)
    assert not flawed
    want, got = from_ast(data), from_facts(facts)
    assert want - got == Counter()
    assert got - want == Counter()
    msgspec.msgpack.encode(facts)  # everything in them can be stored


# --- half-typed code -------------------------------------------------------------------------------------------------

HALF_TYPED = [
    "f(", "f(a, ", "f(a, b=", "[1, 2", "{'a': ", "{'a': 1, ", '"""abc', 'f"{a', '"abc', "async def test_new(fx",
    "@pytest.mark.", "@pytest.mark.django_db(", "@", "def ", "def g(a)", "class X(", "foo.", "foo.bar.", "await ",
    "await foo.", "x = ", "x = await", "if x", "if x:", "elif x", "else", "for a in", "for a in b", "with a as",
    "with a as b", "with a", "async with a", "lambda", "x = lambda x:", "return ", "raise A from", "import a.",
    "from a import", "from . import (", "assert a ==", "a and", "not", "a if b else", "x[", "f(*", "f(x for",
    "[x for x in", "try", "except", "match x", "del", "print x", "x = y =", "a, b =", "    x", "  x", "x y z", "$", "?",
    "f(a))", "]", "}", "*", "**k", "->", "`x`", "foo(bar(baz(", "foo(a\n        b = await c()",
]  # fmt: skip


def around(line: str) -> str:
    """A method of ten awaits with a line in their middle."""
    calls = [f"        v{number} = await call({number})\n" for number in range(10)]
    return "    async def test(self):\n" + "".join(calls[:5]) + f"        {line}\n" + "".join(calls[5:])


@pytest.mark.parametrize("line", HALF_TYPED)
def test_what_stands_around_a_half_typed_line_is_read(line: str) -> None:
    code = around(line)
    facts, _ = parse_flawed(code.encode(), "function", 4)
    (function,) = [fact for fact in facts if isinstance(fact, Function)]
    read = [
        code.encode()[slice(*fact.span)].decode()
        for fact in facts_in(function)
        if isinstance(fact, Assign) and isinstance(fact.value, Await) and len(fact.targets) == 1
    ]
    assert [text for text in read if text.startswith("v")] or read
    assert {f"v{number} = await call({number})" for number in range(10)} <= set(read)


def test_the_half_typed_line_itself_is_missing_with_what_can_be_read() -> None:
    facts, flawed = parse_flawed(around("await foo.bar(a, ").encode(), "function", 4)
    assert flawed
    (missing,) = [fact for fact in facts_in(facts) if isinstance(fact, Missing)]
    assert {fact.id for fact in facts_in(missing) if isinstance(fact, Name)} >= {"foo"}


@pytest.mark.parametrize("line", ["x = a +", "foo.", "x = ", "x: "])
def test_a_line_that_wants_more_does_not_take_the_next(line: str) -> None:
    facts, flawed = parse_flawed(f"{line}\nfoo(1)\n".encode(), "statements", 0)
    assert flawed
    assert isinstance(facts[1], Evaluate)
    assert isinstance(facts[1].value, Call)


@pytest.mark.parametrize(
    "code",
    [
        "from a import *\n",
        "def f(): ...\n",
        "x = 1.\ny = 2\n",
        "x = '# a and'  # b and\ny\n",
        "x = (a +\n     b)\n",
        "# and\nx = 1  # this.\n",
        '"""One.\n\nTwo.\n"""\n',
        "x = a + \\\n    b\n",
        "@a\ndef f(x, *,\n      y): pass\n",
    ],
)
def test_good_code_is_never_repaired(code: str) -> None:
    assert not parse_flawed(code.encode(), "statements", 0)[1]


@pytest.mark.parametrize("pair", ["()", "[]", "{}"])
def test_deep_nesting_is_cut(pair: str) -> None:
    code = (pair[0] * 5000 + "a" + pair[1] * 5000).encode()
    facts = parse(code, "statements", 0)
    assert any(isinstance(fact, Missing) for fact in facts_in(facts))
    msgspec.msgpack.encode(facts)


def test_deep_blocks_and_long_chains_are_cut() -> None:
    blocks = "".join(f"{' ' * depth}if a:\n" for depth in range(500)) + " " * 500 + "b\n"
    assert any(
        isinstance(fact, Simple) and fact.kind == "missing"
        for fact in facts_in(parse(blocks.encode(), "statements", 0))
    )
    elifs = "if a: pass\n" + "elif b: pass\n" * 500
    msgspec.msgpack.encode(parse(elifs.encode(), "statements", 0))
    msgspec.msgpack.encode(parse(("a" + ".b()" * 2000).encode(), "statements", 0))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    msgspec.msgpack.encode(parse(data, "statements", 0))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*HALF_TYPED, "\n", "\n    ", "\n        ", " ", "x", "match a:\n  case"]), max_size=8))
def test_no_half_typed_code_makes_it_raise_and_spans_lie_in_the_chunk(parts: list[str]) -> None:
    data = "".join(parts).encode()
    for fact in facts_in(parse(data, "function", 4)):
        start, end = getattr(fact, "span", (0, 0))
        assert 0 <= start <= end <= len(data)
