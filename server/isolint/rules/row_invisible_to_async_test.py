"""A row that was made on the test's connection is looked for on another one.

## What it does

Finds reads on another connection (of `sync_to_async`, of Django's async ORM, of threads and pools, of a request through
an async client) of a model of which the same test has made rows on its own connection before: in a sync fixture, in
`setup_method`, `setUp` or `setUpTestData`, or in a sync part of the test. `get_or_create` and `update_or_create` count,
since they look first. A proxy is its model, and a child's row is one of its parent, too.

The finding takes the place of the one that `sync-to-async-in-db-test` (ISO101), `async-orm-in-db-test` (ISO102) and
their like would have there. A comment that ignores one of these ignores this one; and where this rule is switched off,
theirs is back.

## Why

What the test made is in a transaction that nobody commits. On PostgreSQL, and with SQLite in a file, another connection
does not see it: `aget` raises `DoesNotExist`, `acount` gives 0, and a test that asserts that nothing is there passes
whatever the code does. With SQLite in memory the read fails with "table is locked". `aget_or_create` makes the row
again, or, where a key is unique, waits on PostgreSQL for the end of the test's transaction, which waits for it: the run
hangs.

## Example

```python
import pytest


@pytest.fixture
def order(db):
    return Order.objects.create(number="1")


@pytest.mark.asyncio
async def test_found(order):
    assert await Order.objects.aget(number="1") == order
```

## Use instead

```python
import pytest


@pytest.fixture
def order(db):
    return Order.objects.create(number="1")


def test_found(order):
    assert Order.objects.get(number="1") == order
```

Code under test that uses the async ORM can stay as it is: called through `async_to_sync` from a sync test, it sees
what the fixtures made.

Do not make the fixture async instead: its rows would be seen, and outlive the test.

## Fix safety

The fix is that of the rule whose place the finding takes: the test becomes a sync test, and it is *safe*, *unsafe* or
not offered for the reasons given there.

## References

- [Django: databases and threads](https://docs.djangoproject.com/en/stable/ref/databases/#general-notes)
- [PostgreSQL: read committed](https://www.postgresql.org/docs/current/transaction-iso.html#XACT-READ-COMMITTED)
- `async-orm-in-db-test` (ISO102), `sync-to-async-in-db-test` (ISO101), which explains the worker thread
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from isolint.placement.shapes import Escape
from isolint.rules.finding import Finding, Related
from isolint.rules.registry import Rule
from isolint.rules.subject import Subject, finding

RULE = Rule(
    code="ISO201",
    name="row-invisible-to-async-test",
    default_severity="error",
    summary="a row made on the test's connection is looked for on another one",
    fixable=True,
)


def findings(subject: Subject) -> Iterable[Finding]:
    """One finding for each place of the test's body that looks elsewhere for what was made at home."""
    for escape in subject.trace.escapes:
        if escape.fixture is not None or escape.unseen is None or escape.place.has_loop:
            continue
        found = finding(RULE, subject, escape, "another connection, which does not see it", sentence(subject, escape))
        step = escape.unseen.step
        made = () if step.site is None else (Related(step.site, step.label, "made"),)
        yield replace(found, related=(*found.related, *made), instead_of=subject.code(escape))


def sentence(subject: Subject, escape: Escape) -> str:
    """What is not seen, who made it, and what comes of that."""
    assert escape.unseen is not None
    by = escape.unseen.by or subject.item.id.name
    said = f"{escape.unseen.model}, made by {by} on the test's connection, is not seen by {escape.payload}"
    if escape.kind == "write":
        return f"{said}: it makes another one, or waits for ever where a key is unique"
    return said
