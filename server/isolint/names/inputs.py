"""What `names` and every room below it may read: the inputs of the store.

They are set (or provided on first read) by `check.session`; nothing here reads a file or talks to jedi.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from isolint.names.origin import Answer, Definition, NameQuestion, Question
from isolint.store.memo import Input, Store
from isolint.syntax.facts import Facts


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """One chunk without function bodies. `kind` is "function", "class" or "statements"; `owner` the names of the
    enclosing classes."""

    key: str
    kind: str
    owner: tuple[str, ...]
    name: str | None
    facts: Facts


Outline = tuple[OutlineItem, ...]


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """Every Python file of the project (absolute paths) and the folders that absolute imports start from, in order."""

    root: str = ""
    files: frozenset[str] = frozenset()
    roots: tuple[str, ...] = ()
    directories: frozenset[str] = field(default=frozenset(), compare=False)


PROJECT: Input[str, ProjectFiles] = Input("project", ProjectFiles())
"""Key: the empty string."""

OUTLINE: Input[str, Outline | None] = Input("outline", None)
"""Key: an absolute path; None where there is no such readable file."""

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
