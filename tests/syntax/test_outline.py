"""What an edit in a body leaves equal."""

from __future__ import annotations

from isolint.syntax.facts import Function, If, Try
from isolint.syntax.outline import outline
from isolint.syntax.parse import parse
from tests.syntax.walking import facts_in

CODE = """@a.b
async def f(x, y=1):
    {body}
"""


def of(code: str) -> object:
    return outline(parse(code.encode(), "statements", 0))


def test_bodies_of_functions_are_left_out() -> None:
    (function,) = outline(parse(CODE.format(body="await x").encode(), "function", 0))
    assert isinstance(function, Function)
    assert function.body == ()
    assert (function.name, len(function.params), len(function.decorators)) == ("f", 2, 1)


def test_an_edit_in_a_body_of_the_same_length_changes_nothing() -> None:
    assert of(CODE.format(body="await x")) == of(CODE.format(body="print(1)"[:7]))
    assert of(CODE.format(body="await x")) != of(CODE.format(body="await x").replace("y=1", "y=2"))


def test_an_edit_in_a_body_of_another_length_changes_nothing() -> None:
    for header in ("def f():", "async def f(a, *b) -> int:", "@x\ndef f(a=1):"):
        assert of(f"{header}\n    pass\n") == of(f"{header}\n    return await_me_for_long(1)\n")


def test_compound_statements_keep_their_bodies_but_not_those_of_their_functions() -> None:
    code = """
if a:
    import b
    def f(): return secret
elif c:
    class D:
        x = 1
        def g(self): return secret
try:
    pass
except E:
    def h(): return secret
else:
    with i:
        def j(): return secret
finally:
    for k in l:
        def m(): return secret
match n:
    case o:
        def p(): return secret
"""
    found = outline(parse(code.encode(), "statements", 0))
    functions = [fact for fact in facts_in(found) if isinstance(fact, Function)]
    assert {function.name for function in functions} == {"f", "g", "h", "j", "m", "p"}
    assert all(function.body == () for function in functions)
    assert isinstance(found[0], If)
    assert len(found[0].body) == 2
    assert isinstance(found[1], Try)
