"""What an edit makes the engine compute again, by the store's own counter: numbers, which no busy machine changes.

One session in this process, over a generated project whose test file is looked at as an editor looks at it. Each edit
is counted, and taken back before the next.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from isolint.check.session import Session
from isolint.inference.client import JediOrigin, open_origin
from isolint.workspace.shapes import Environment


@dataclass(frozen=True, slots=True)
class Counted:
    """An edit, and how often each question was computed for it: summaries of functions, tests run through, Traces, what
    the rules say of a test, and all questions together."""

    edit: str
    summaries: int
    runs: int
    traces: int
    findings: int
    together: int


@dataclass(frozen=True, slots=True)
class _Edit:
    name: str
    file: str
    old: str
    new: str


def _edits(front: str, text: str) -> Iterator[_Edit]:
    sync = next(line for line in text.split("\n") if line.startswith("def test_") and "_sync(order)" in line)
    body = "    # the two are not the same row\n    assert found is not None"
    yield _Edit("a line in a test's body", front, body, f"    found.touch()\n{body}")
    yield _Edit("a comment in a body", front, body, f"    # another comment\n{body}")
    yield _Edit("a comment between two tests", front, sync, f"# a comment\n{sync}")
    yield _Edit("a decorator of a test", front, sync, f"@pytest.mark.slow\n{sync}")
    yield _Edit("a parameter of a test", front, sync, sync.replace("(order)", "(order, name)"))
    yield _Edit("`pytestmark`", front, "pytest.mark.django_db\n", "[pytest.mark.django_db, pytest.mark.slow]\n")
    yield _Edit("a new import", front, "import json\n", "import json\nimport re\n")
    yield _Edit("an import that tests use", front, "archive, make_order,", "archive, price_of as make_order,")
    yield _Edit("a fixture's body, in the file", front, 'return make_order("fixture")', 'return make_order("fixed")')
    yield _Edit("a fixture's body, in a conftest", "tests/conftest.py", "return 'name'", "return 'names'")
    new = "@pytest.fixture\ndef other(): pass\n\n\n@pytest.fixture\ndef name()"
    yield _Edit("a new fixture in a conftest", "tests/conftest.py", "@pytest.fixture\ndef name()", new)
    everywhere = "@pytest.fixture(autouse=True)\ndef name()"
    yield _Edit("a conftest's fixture for all tests", "tests/conftest.py", "@pytest.fixture\ndef name()", everywhere)
    made = "return Order.objects.create(name=name)"
    yield _Edit("a line before what a helper does", "shop/services.py", made, f"name = name or ''\n    {made}")
    yield _Edit("what a helper does", "shop/services.py", made, "return Order(name=name)")
    field = "    size = models.IntegerField(default=0)\n"
    yield _Edit("a field of a model", "shop/models.py", field, f"{field}    weight = models.IntegerField(default=0)\n")


def measure(root: Path, front: Path, environ: Mapping[str, str]) -> list[Counted]:
    """What each edit costs while the file `front` is open and everything is known of it."""
    os.environ.update(environ)
    origins: list[JediOrigin] = []

    def open_one(environment: Environment, roots: object) -> JediOrigin:
        del roots
        origins.append(open_origin(environment, cache=False))
        return origins[-1]

    session = Session(str(root), open_origin=open_one)
    try:

        def look() -> None:
            session.findings(str(front))
            while origins and origins[-1].wanted() and origins[-1].resolve(600):
                session.origin_changed()
                session.findings(str(front))

        look()
        counted = []
        for edit in _edits(str(front.relative_to(root)), front.read_text("utf-8")):
            path = root / edit.file
            text = path.read_text("utf-8")
            changed = text.replace(edit.old, edit.new, 1)
            assert changed != text, edit.name
            session.set_buffer(str(path), changed.encode())
            look()  # what jedi is asked for the first time is no part of it
            session.set_buffer(str(path), text.encode())
            look()
            session.store.computed.clear()
            session.set_buffer(str(path), changed.encode())
            session.findings(str(front))
            computed = session.store.computed.copy()
            session.set_buffer(str(path), text.encode())
            look()
            names = ("summary", "run", "trace", "findings")
            counted.append(Counted(edit.name, *[computed[name] for name in names], computed.total()))
        return counted
    finally:
        session.close()
        for origin in origins:
            origin.close()


def lines(counted: list[Counted]) -> Iterator[str]:
    """A table of them."""
    yield f"  {'':40}{'summaries':>10}{'runs':>8}{'traces':>8}{'findings':>10}{'all':>8}"
    for one in counted:
        yield (f"  {one.edit:40}{one.summaries:>10}{one.runs:>8}{one.traces:>8}{one.findings:>10}{one.together:>8}")
