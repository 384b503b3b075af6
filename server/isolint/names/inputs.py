"""What `names` and every room below it may read: the inputs of the store.

They are set (or provided on first read) by `check.session`, those that tell of a file's outline through
`names.outlines`; nothing here reads a file or talks to jedi.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from isolint.names.bindings import UNBOUND, Named, Outline, OutlineItem, Scope, Surface
from isolint.names.origin import Answer, Definition, NameQuestion, Question
from isolint.store.memo import Input, Store
from isolint.syntax.facts import Facts


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """Every Python file of the project (absolute paths) and the folders that absolute imports start from, in order."""

    root: str = ""
    files: frozenset[str] = frozenset()
    roots: tuple[str, ...] = ()
    directories: frozenset[str] = field(default=frozenset(), compare=False)


PROJECT: Input[str, ProjectFiles] = Input("project", ProjectFiles())
"""Key: the empty string."""

# The outline of a file is many inputs: as one, it would make every edit of a header a change for all that was ever read
# of the file.

ITEM: Input[tuple[str, str], OutlineItem | None] = Input("outline item", None)
"""Key: (absolute path, chunk key): one chunk of an outline."""

MEMBERS: Input[tuple[str, tuple[str, ...]], Outline] = Input("outline members", ())
"""Key: (absolute path, names of the enclosing classes): the chunks directly in a class body."""

STATEMENTS: Input[tuple[str, tuple[str, ...]], Outline] = Input("outline statements", ())
"""Key: (absolute path, names of the enclosing classes, none for the module): those of them that are neither functions
nor classes."""

SCOPE: Input[str, Scope | None] = Input("module scope", None)
"""Key: an absolute path: all that the module binds; None where there is no such readable file. For those who need the
names in order: whoever needs one name reads `BOUND`."""

BOUND: Input[tuple[str, str], Named] = Input("bound name", UNBOUND)
"""Key: (absolute path, name): what the module's own statements bind to that name."""

SURFACE: Input[str, Surface | None] = Input("module surface", None)
"""Key: an absolute path: the module's star imports and its `__all__`; None where there is no such readable file."""

FACTS: Input[tuple[str, str], Facts] = Input("facts", ())
"""Key: (path, chunk key): the whole facts of a chunk, bodies included."""

ANSWER: Input[Question, Answer | None] = Input("answer", None)
"""Key: a question to `Origin`; None while it is not answered."""


def definition(store: Store, dotted: str) -> Definition | None:
    """What `Origin` says of a dotted name outside the project; None when unknown or not answered yet."""
    answer = store.get(ANSWER, NameQuestion(dotted))
    return None if answer is None else answer.found


def is_answered(store: Store, dotted: str) -> bool:
    """Whether `Origin` has answered, if only with "not known"."""
    return store.get(ANSWER, NameQuestion(dotted)) is not None
