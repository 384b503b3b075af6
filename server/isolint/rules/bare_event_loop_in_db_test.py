"""A bare event loop in a sync test sends database work to another connection.

## What it does

Finds `asyncio.run`, `asyncio.Runner`, `loop.run_until_complete` and `anyio.run` in a sync test (or in a sync fixture)
that relies on being rolled back, when the coroutine they drive does thread-sensitive database work: Django's async ORM,
`sync_to_async`.

## Why

Under `async_to_sync` thread-sensitive work comes back to the thread that called it, and so to the connection that holds
the test's transaction. A loop that is started in another way knows nothing of that thread: asgiref then runs the work
on its one worker thread, which has a connection of its own. What is written there stays.

## Example

```python
import asyncio

import pytest


@pytest.mark.django_db
def test_ship(order):
    result = asyncio.run(ship(order))  # what ship() writes stays
    assert result.shipped
```

## Use instead

```python
import pytest
from asgiref.sync import async_to_sync


@pytest.mark.django_db
def test_ship(order):
    result = async_to_sync(ship)(order)
    assert result.shipped
```

## Fix safety

`asyncio.run(f(x))`, `loop.run_until_complete(f(x))`, `Runner().run(f(x))` and `anyio.run(f, x)` become
`async_to_sync(f)(x)`, and a method of Django's its sync form. Safe for `asyncio.run` and `anyio.run`, whose loop ends
with the call as that of `async_to_sync` does; unsafe for the others where what is run is not known to need no loop that
several calls share.

There is no fix where the coroutine is made elsewhere, where options are given, where the code it runs hands work to
threads, drives the application or closes connections, and where an error of the database is expected outside of an
`atomic` block: on the test's own connection it would break the transaction.

## References

- [asgiref: `async_to_sync`](https://docs.djangoproject.com/en/stable/topics/async/#asgiref.sync.async_to_sync)
- `sync-to-async-in-db-test` (ISO101) on the worker thread
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.rules.finding import Finding
from isolint.rules.registry import Rule
from isolint.rules.subject import Subject, finding, sentence

RULE = Rule(
    code="ISO105",
    name="bare-event-loop-in-db-test",
    default_severity="error",
    summary="an event loop started by hand runs database work of a sync test on another connection",
    fixable=True,
)


def findings(subject: Subject) -> Iterable[Finding]:
    """One finding for each place of the test's body that starts such a loop."""
    note = "its thread-sensitive work goes to asgiref's worker thread"
    return (finding(RULE, subject, e, note, sentence(subject, e)) for e in subject.escapes(RULE.code))
