"""A fixture works on the database outside the transaction of the tests that request it.

## What it does

Finds fixtures whose own work leaves the test's transaction: async fixtures (`@pytest_asyncio.fixture`, plain ones in
auto mode, anyio's) that use Django's async ORM or `sync_to_async` (or, while `DJANGO_ALLOW_ASYNC_UNSAFE` is set, the
ORM itself), and any fixture that works in another thread. The
finding stands once, at the fixture, however many tests request it; sync tests count too.

## Why

An async fixture runs in a bare event loop, whoever requests it. Its database work goes to asgiref's worker thread, on a
connection that nobody rolls back: the rows stay after every test that requests the fixture, and a sync test does not
see them inside its own transaction on every database.

Where the fixture certainly deletes behind its `yield` what it made, or makes it with values that no other row has, the
finding is a warning that says so.

## Example

```python
import pytest_asyncio


@pytest_asyncio.fixture
async def order(db):
    return await Order.objects.acreate(number="1")  # outlives every test that uses it
```

## Use instead

```python
import pytest


@pytest.fixture
def order(db):
    return Order.objects.create(number="1")
```

## Fix safety

`isolint check --fix` makes a sync fixture of an async one where nothing that it makes can belong to an event loop: it
does database work and awaits only functions of the project that need no loop of their own. It changes the decorator,
the declared type and the imports too, and converts every async test that requests the fixture and works on the database
itself, in whatever file: rows of a sync fixture are not seen by a test that still works on another connection. All of
it is done, or nothing.

There is no fix where the fixture lives longer than one test (its rows would, too), where one of the tests that need it
cannot be converted or asks for the fixture while it runs, or where a test goes on after an error of the database that
the fixture's tear-down would meet. It is unsafe where a test that would stay async is not understood in full, since it
may look for the rows, and where the code that it runs uses `transaction.on_commit` or catches errors of the database.

In a sync fixture that starts an event loop, the loop becomes `async_to_sync`.

## References

- [pytest-asyncio: fixtures](https://pytest-asyncio.readthedocs.io/en/stable/reference/decorators/index.html)
- `async-orm-in-db-test` (ISO102), `sync-to-async-in-db-test` (ISO101)
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.placement.shapes import Escape
from isolint.rules.finding import Finding
from isolint.rules.registry import Rule
from isolint.rules.subject import Subject, but, chain, is_seen_to, place_of, seen_to

RULE = Rule(
    code="ISO106",
    name="async-db-fixture",
    default_severity="error",
    summary="a fixture works on the database outside the transaction of its tests",
    fixable=True,
)


def findings(subject: Subject) -> Iterable[Finding]:
    """One finding for each fixture of the test that leaves the transaction; `check` joins those of several tests."""
    of_fixture: dict[str, list[Escape]] = {}
    for escape in subject.trace.escapes:
        if escape.fixture is not None:
            of_fixture.setdefault(escape.fixture, []).append(escape)
    for fixture, escapes in of_fixture.items():
        worst = next((e for kind in ("write", "read") for e in escapes if e.kind == kind), escapes[0])
        writes = [e for e in escapes if e.kind == "write"]
        worst = min(writes, key=lambda e: (is_seen_to(e), e.cleans), default=worst)
        certain = any(e.confidence == "certain" for e in escapes)
        lowered = worst.kind == "write" and is_seen_to(worst)
        verb = {"write": "removes" if worst.cleans else "writes", "read": "reads"}.get(worst.kind, "works")
        what = f" {worst.model}" if worst.model else ""
        yield Finding(
            code=RULE.code,
            name=RULE.name,
            severity=RULE.default_severity if certain and not lowered else "warning",
            confidence="certain" if certain else "likely",
            message=f"fixture {fixture} {verb}{what} on another connection than the tests that request it{_but(worst)}",
            note="runs outside the test's transaction",
            site=worst.site,
            test=None,
            effect=worst.kind,
            place=place_of(worst),
            cause=None,
            cause_name=fixture,
            related=tuple(dict.fromkeys([part for e in escapes for part in chain(subject, e)] + list(seen_to(worst)))),
            tests=(subject.item.node_id,),
            lowered=lowered,
        )


def _but(escape: Escape) -> str:
    if escape.removal is not None:
        return f"; {escape.removal.step.label} removes the row by hand"
    return but(escape)
