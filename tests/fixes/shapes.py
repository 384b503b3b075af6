"""Leaking tests made at random: every shape that an await can stand in, nested in one another and laid out freely.

All expressions are numbers, so that whatever is put together runs; each test writes down what it sees. No test stands
here: `test_shapes.py` converts them and looks at the text, and runs some of them before and after.
"""

# ruff: noqa: E501 - a piece is read best on one line

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from textwrap import indent

HEAD = """\
import asyncio
from unittest.mock import AsyncMock, patch

import pytest
from asgiref.sync import sync_to_async
from shop import sums
from shop.models import Order
from shop.sums import Till, double, later, note, numbers, orders, plus, turns
"""
Maker = Callable[["Shapes", int], str]


class Shapes:
    """One test. `loops`: it may hold what needs a loop in common; `threads`: what hands work to threads."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.loops = self.random.random() < 0.4
        self.threads = not self.loops and self.random.random() < 0.3
        self.names = ["three"]
        self.count = 0
        self.is_nested = False

    def number(self) -> int:
        """Another number for a name or a comment."""
        self.count += 1
        return self.count

    def pick(self, makers: Sequence[Maker], depth: int) -> str:
        """What one of them makes."""
        return self.random.choice(makers)(self, depth)

    # --- expressions ---

    def plain(self) -> str:
        """An expression without an await."""
        name = self.random.choice(self.names)
        return self.random.choice([str(self.random.randint(1, 4)), name, f"{name} + 1", f"max({name}, 2)"])

    def expr(self, depth: int) -> str:
        """An expression, most often with awaits."""
        if depth <= 0 or self.random.random() < 0.25:
            return self.plain() if self.random.random() < 0.5 else self.pick(AWAITS, 0)
        makers = [*AWAITS, *AROUND]
        if self.loops and not self.is_nested:
            makers += LOOPED
        if self.threads and not self.is_nested:
            makers += THREADED
        return self.pick(makers, depth - 1)

    def call(self, func: str, *args: str) -> str:
        """A call on one line, or on several with comments."""
        if self.random.random() < 0.8:
            return f"{func}({', '.join(args)})"
        lines = [f"{func}(" + (f"  # c{self.number()}" if self.random.random() < 0.3 else "")]
        for arg in args:
            comment = f"  # c{self.number()}" if self.random.random() < 0.3 else ""
            lines.append(f"{indent(arg, '    ')},{comment}")
        return "\n".join([*lines, ")"])

    # --- statements ---

    def statement(self, depth: int) -> str:
        """One statement, often a block."""
        if self.random.random() < 0.4:
            return self.pick(SIMPLE, depth)
        return self.pick([*BLOCKS, _in_loop] if self.loops and not self.is_nested else BLOCKS, depth)

    def block(self, depth: int, size: int) -> str:
        """Some statements."""
        lines: list[str] = []
        for _ in range(self.random.randint(1, size)):
            if self.random.random() < 0.2:
                lines.append(f"# c{self.number()}")
            lines.append(self.statement(depth) if depth > 0 else self.pick(SIMPLE, depth))
        return "\n".join(lines)

    def inside(self, depth: int) -> str:
        """The body of a block, indented; its names end with it."""
        kept = list(self.names)
        text = indent(self.block(depth - 1, 2), "    ")
        self.names = kept
        return text

    def file(self) -> str:
        """The file with the test `test_it` in it, and what is not its business around it."""
        body = [f"three = ({self.call('await Order.objects.acreate', 'total=3')}).total"]
        body += [self.statement(2) for _ in range(self.random.randint(2, 5))]
        body.append("note(three, await Order.objects.acount() > 0)")
        marks = ["@pytest.mark.django_db  # c0", "@pytest.mark.asyncio"]
        params: list[str] = []
        if self.random.random() < 0.3:
            marks.append("@pytest.mark.parametrize('n', [1, 2])")
            params.append("n" + self.random.choice(["", ": int"]))
            body.insert(1, "note(n)")
        self.random.shuffle(marks)
        if self.random.random() < 0.3:
            # The lowest patch gives the first argument.
            marks += ["@patch('shop.sums.later', return_value=8)", "@patch('shop.sums.double', return_value=9)"]
            params = ["doubled", "late", *params]
            body.insert(
                1, "note(await sync_to_async(sums.double)(1), await sums.later(2), doubled.call_count, late.call_count)"
            )
        if self.random.random() < 0.3:
            body.insert(0, '"""It adds up.\n\n  # not a comment\n"""')
        is_method = self.random.random() < 0.4
        if is_method:
            params.insert(0, "self")
        result = self.random.choice(["", " -> None"])
        test = "\n".join([*marks, f"async def test_it({', '.join(params)}){result}:", indent("\n".join(body), "    ")])
        if is_method:
            rest = "\n\n# c0\ndef test_that(self):\n    assert self"
            test = "class TestIt:\n" + indent(test + rest, "    ")
        before = self.random.choice(
            [
                "",
                "LIMIT = 3  # c0\n\n\n",
                "@pytest.mark.asyncio\nasync def test_other():\n    await asyncio.sleep(0)  # c0\n\n\n",
            ]
        )
        after = self.random.choice(["", "\n\n\ndef helper():\n    # c0\n    return AsyncMock"])
        text = f"{HEAD}\n\n{before}{test}{after}\n"
        if self.random.random() < 0.2:
            text = re.sub(r"^( {4})+", lambda m: "\t" * (len(m[0]) // 4), text, flags=re.MULTILINE)
        return text.replace("\n", "\r\n") if self.random.random() < 0.2 else text


def _walrus(s: Shapes, d: int) -> str:
    name = f"w{s.number()}"
    return f"({name} := {s.expr(d)})"


def _formatted(s: Shapes, d: int) -> str:
    inner = s.expr(d)
    return inner if re.search(r"[\n#\"{]", inner) or ":=" in inner or "lambda" in inner else f'int(f"{{{inner}}}")'


AWAITS: list[Maker] = [
    lambda s, d: s.call("await sync_to_async(double)", s.expr(d)),
    lambda s, d: s.call("await sync_to_async(double, thread_sensitive=True)", f"number={s.expr(d)}"),
    lambda s, d: f"await {s.call('sync_to_async', f'lambda: {s.plain()}')}()",
    lambda s, d: f"await {s.call('sync_to_async', 'lambda: Order.objects.filter(total=9).count()')}()",
    lambda s, d: f"await sync_to_async(lambda a, b=2: a + b)({s.expr(d)})",
    lambda s, d: f"({s.call('await Order.objects.acreate', f'total={s.expr(d)}')}).total",
    lambda s, d: f"({s.call('await Order.objects.aget_or_create', f'total={s.expr(d)}', 'shipped=True')})[0].total",
    lambda s, d: f"await Order.objects.filter(total={s.plain()}).acount()",
    lambda s, d: f"({s.call('await later', s.expr(d))}).total",
    lambda s, d: s.call("await plus", s.expr(d), f"b={s.expr(d)}"),
    lambda s, d: f"await sums.plus(*[{s.expr(d)}], **{{'b': {s.expr(d)}}})",
    lambda s, d: f"sum([await plus(i, {s.expr(d)}) for i in (1, {s.expr(d)})])",
    lambda s, d: f"len({{o.total async for o in Order.objects.filter(total={s.plain()})}})",
    lambda s, d: f"sum({{o.total: {s.plain()} async for o in Order.objects.aiterator()}})",
]
AROUND: list[Maker] = [
    lambda s, d: s.call("max", s.expr(d), s.expr(d)),
    lambda s, d: f"({s.expr(d)} + {s.expr(d)})",
    lambda s, d: f"({s.expr(d)} if {s.expr(d)} else {s.expr(d)})",
    lambda s, d: f"int(not {s.expr(d)})",
    lambda s, d: f"int({s.expr(d)} < {s.expr(d)} <= 9)",
    lambda s, d: f"-({s.expr(d)})",
    lambda s, d: f"[{s.expr(d)}, {s.expr(d)}][0]",
    lambda s, d: f"{{'k': {s.expr(d)}}}['k']",
    lambda s, d: f"(lambda q: q + {s.plain()})({s.expr(d)})",
    lambda s, d: f"note({s.expr(d)}, {s.expr(d)})",
    _walrus,
    _formatted,
]
LOOPED: list[Maker] = [
    lambda s, d: "sum([n async for n in numbers(3)])",
    lambda s, d: f"sum(await asyncio.gather(plus({s.expr(d)}), turns({s.plain()})))",
    lambda s, d: f"await asyncio.wait_for(turns({s.expr(d)}), 9)",
    lambda s, d: f"await turns({s.expr(d)})",
]
THREADED: list[Maker] = [
    lambda s, d: s.call("await asyncio.to_thread", "double", s.expr(d)),
    lambda s, d: f"await asyncio.get_running_loop().run_in_executor(None, double, {s.expr(d)})",
    lambda s, d: (
        "await asyncio.get_running_loop().run_in_executor(\n    None,\n    lambda: double(\n        2,\n    ),\n)"
    ),
]


def _assign(s: Shapes, d: int) -> str:
    name = f"x{s.number()}"
    text = f"{name}{s.random.choice(['', ': int'])} = {s.expr(d)}"
    s.names.append(name)
    return text + s.random.choice(["", f"  # c{s.number()}"])


def _unpack(s: Shapes, d: int) -> str:
    name, rest = f"x{s.number()}", f"r{s.number()}"
    text = f"{name}, *{rest} = {s.expr(d)}, {s.expr(d)}, 3"
    s.names.append(name)
    return text


def _inner(s: Shapes, d: int) -> str:
    """A coroutine function in the test that binds a name of the test again."""
    number = s.number()
    kept, s.is_nested = list(s.names), True
    s.names.append("by")
    inner = s.expr(d)
    s.names, s.is_nested = kept, False
    lines = [f"t{number} = {s.plain()}", f"async def add{number}(by: int = 1) -> int:  # c{s.number()}"]
    lines += [f"    nonlocal t{number}", f"    t{number} += by", f"    return {inner}".replace("\n", "\n    "), ""]
    lines.append(f"note({s.random.choice(['', '0, '])}await add{number}({s.expr(0)}), t{number})")
    s.names.append(f"t{number}")
    return "\n".join(lines)


def _hop(s: Shapes, d: int) -> str:
    number = s.number()
    lines = [
        "@sync_to_async",
        f"def make{number}(by=1):",
        f"    # c{number}",
        f"    return double(by + {s.plain()})",
        "",
    ]
    return "\n".join([*lines, f"note(await make{number}({s.expr(d)}))"])


SIMPLE: list[Maker] = [
    _assign,
    _assign,
    _unpack,
    lambda s, d: f"note({s.expr(d)})" + s.random.choice(["", f"  # c{s.number()}"]),
    lambda s, d: s.expr(max(d, 1)),
    lambda s, d: f"three += {s.expr(d)}",
    lambda s, d: f"assert {s.expr(d)} or True, {s.expr(0)}",
    lambda s, d: f"text = '''\n  {{await plus(1)}} # not a comment\n'''  # c{s.number()}",
]
BLOCKS: list[Maker] = [
    lambda s, d: f"if {s.expr(d)}:\n{s.inside(d)}\nelse:\n    # c{s.number()}\n{s.inside(d)}",
    lambda s, d: f"for i{s.number()} in (1, {s.expr(d)}):\n{s.inside(d)}",
    lambda s, d: f"while {s.expr(d)}:\n{s.inside(d)}\n    break",
    lambda s, d: f"async for o{s.number()} in Order.objects.filter(total={s.plain()}):  # c{s.number()}\n{s.inside(d)}",
    lambda s, d: f"try:\n{s.inside(d)}\nexcept ValueError as error:\n    note(error)\nfinally:\n{s.inside(d)}",
    lambda s, d: (
        f"with pytest.raises(ZeroDivisionError) as e{s.number()}:\n    {s.expr(0)}\n    1 / (0 * ({s.expr(0)}))"
    ),
    lambda s, d: f"with patch('shop.sums.orders') as p{s.number()}:\n{s.inside(d)}",
    lambda s, d: (
        f"match {s.expr(d)}:\n    case 1 | 2:\n{indent(s.inside(d), '    ')}\n    case m{s.number()}:\n        note(0)"
    ),
    lambda s, d: f"def plain{s.number()}(a=1):\n    # c{s.number()}\n    return a + {s.plain()}",
    _inner,
    _hop,
]


def _in_loop(s: Shapes, d: int) -> str:
    number = s.number()
    return s.random.choice(
        [
            f"async with Till() as till:  # c{number}\n    note(await till.take({s.expr(0)}))\n{s.inside(d)}",
            f"async for k{number} in numbers(2):\n    # c{number}\n{s.inside(d)}",
            f"lock = asyncio.Lock()\nasync with lock, Till() as till:\n    note(await till.take(2), lock.locked())  # c{number}",
            f"task = asyncio.create_task(turns({s.expr(0)}))\nnote(await task)",
        ]
    )
