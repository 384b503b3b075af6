"""The protocol by which isolint asks about names that leave the project's own source.

Here live the questions, the answers and the protocol, as plain data. Who answers (jedi, in `inference`) is plugged in
by `lsp` and `cli`; nothing here may import it. An answer that is not there yet is `None` from `Origin.answer`: the
asker takes it as unknown and the question is remembered, so that a later answer can be applied and the work done again.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec


class NameQuestion(msgspec.Struct, frozen=True, array_like=True, tag="name"):
    """What is `dotted` (a module path followed by attributes, e.g. `asgiref.sync.sync_to_async`, `pytest.fixture`,
    `django.test.TestCase`, `django.db.models.Model.save`) in the project's environment?"""

    dotted: str


class MembersQuestion(msgspec.Struct, frozen=True, array_like=True, tag="members"):
    """Which names does the installed module `module` bind at its top level (imported ones included)?

    Asked for the modules of pytest plugins. Only names that are, or may be, functions are described."""

    module: str


class ExpressionQuestion(msgspec.Struct, frozen=True, array_like=True, tag="expr"):
    """What is the type of the expression at (line, column) of this source? Used for receivers the tables cannot follow.

    `line` counts from 1, `column` from 0 in code points; `path` is absolute; `source` is the text of the whole file."""

    path: str
    source: str
    line: int
    column: int


class PlaceQuestion(msgspec.Struct, frozen=True, array_like=True, tag="place"):
    """What does the name at (line, column) of this source stand for, and where is that defined? Asked for somebody who
    points at it, of no verdict: the answer may be one of several, and a guess.

    As in `ExpressionQuestion`; `revision` counts the changes of the project, on all of which the answer may depend."""

    path: str
    source: str
    line: int
    column: int
    revision: int = 0


Question = NameQuestion | MembersQuestion | ExpressionQuestion | PlaceQuestion


class Param(msgspec.Struct, frozen=True, array_like=True):
    """A parameter of an installed function: its name, kind (as in `syntax.facts.Parameter`), and whether it has a
    default."""

    name: str
    kind: str
    has_default: bool


class Decorator(msgspec.Struct, frozen=True, array_like=True):
    """A decorator of an installed function: its canonical dotted name ("" when jedi cannot say) and its source text."""

    canonical: str
    text: str


class Definition(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What a dotted name is, at the place where it is defined.

    `canonical` is module and qualified name of the definition itself, whatever re-exports led to it. For an instance
    (`django.db.connection`) it is the canonical name of where the *variable* is bound, and `type` that of its class.
    `mro` lists the canonical names of a class (or of an instance's class) and all its bases in Python's order, itself
    first, `object` left out; `complete` is False when a base could not be found. `path` is absolute, `line` from 1.
    `distribution` is the name of the installed distribution that owns `path`, "" for the standard library.
    """

    canonical: str
    kind: Literal["function", "class", "module", "instance", "unknown"]
    path: str = ""
    line: int = 0
    is_async: bool = False
    is_generator: bool = False
    params: tuple[Param, ...] = ()
    decorators: tuple[Decorator, ...] = ()
    returns: str = ""
    type: str = ""
    mro: tuple[str, ...] = ()
    complete: bool = True
    distribution: str = ""
    version: str = ""


class Target(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """A definition as it is shown to somebody: `name` stands at (line, column) of `path`, where that is known.

    `kind` is jedi's word for it ("function", "class", "module", "param", "statement", "property", ...), `signature` its
    parameters in brackets, `type` what its value is an instance of, each "" where there is nothing to say. `doc` is the
    first paragraph of its docstring."""

    name: str
    kind: str
    canonical: str
    path: str = ""
    line: int = 0
    column: int = 0
    signature: str = ""
    type: str = ""
    doc: str = ""
    distribution: str = ""
    version: str = ""


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """The answer to one question. `found` is None when nothing is known (and asking again will not help).

    `members` answers a `MembersQuestion`: (name in the module, its definition), in the order of `dir()`, that is
    alphabetical. `targets` answers a `PlaceQuestion`, best first. `found` answers the two others."""

    found: Definition | None = None
    members: tuple[tuple[str, Definition], ...] = ()
    targets: tuple[Target, ...] = ()


def definitions_of(answer: Answer) -> tuple[Definition, ...]:
    """All definitions of an answer."""
    own = () if answer.found is None else (answer.found,)
    return (*own, *(definition for _, definition in answer.members))


class Origin(Protocol):
    """Who knows the world outside the project's source."""

    def answer(self, question: Question) -> Answer | None:
        """The stored answer, or None when the question has not been answered yet. Never blocks, never computes."""
        ...
