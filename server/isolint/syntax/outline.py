"""The outline of facts: what a file tells others about itself, without what its functions do.

Nothing is computed here; the outline is facts again, with the bodies of functions left out, so that an edit inside a
body leaves it equal but for positions.
"""

from __future__ import annotations

import msgspec

from isolint.syntax.facts import Case, Class, Facts, For, Function, Handler, If, Match, Stmt, Try, While, With


def outline(facts: Facts) -> Facts:
    """The same facts with `body=()` in every function, whose `span` then ends with its header; bodies of classes and of
    compound statements stay."""
    return tuple([_bare(statement) for statement in facts])


def _bare(statement: Stmt) -> Stmt:
    replace = msgspec.structs.replace
    match statement:
        case Function():
            return replace(statement, body=(), span=(statement.span[0], _header_end(statement)))
        case Class() | With():
            return replace(statement, body=outline(statement.body))
        case If() | For() | While():
            return replace(statement, body=outline(statement.body), orelse=outline(statement.orelse))
        case Try():
            handlers = tuple([_bare_handler(handler) for handler in statement.handlers])
            body, orelse, final = outline(statement.body), outline(statement.orelse), outline(statement.final)
            return replace(statement, body=body, handlers=handlers, orelse=orelse, final=final)
        case Match():
            return replace(statement, cases=tuple([_bare_case(case) for case in statement.cases]))
        case _:
            return statement


def _header_end(function: Function) -> int:
    """Where the last thing before the body ends: the length of a body must not show."""
    ends = [function.name_span[1], *(p.span[1] for p in function.params)]
    return max(ends if function.returns is None else [*ends, function.returns.span[1]])


def _bare_handler(handler: Handler) -> Handler:
    return msgspec.structs.replace(handler, body=outline(handler.body))


def _bare_case(case: Case) -> Case:
    return msgspec.structs.replace(case, body=outline(case.body))
