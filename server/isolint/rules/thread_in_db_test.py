"""A thread or pool of its own does database work of a test on another connection.

## What it does

Finds database work that a test, sync or async, hands to a thread that is not its own while it relies on being rolled
back: `asyncio.to_thread`, `loop.run_in_executor`, `sync_to_async(thread_sensitive=False)`, `anyio.to_thread.run_sync`,
`run_in_threadpool`, `ThreadPoolExecutor.submit` and `map`, `threading.Thread`, `Timer`, the `TestClient` of Starlette
and FastAPI (it has the application run in a thread of its own), and what the code under test does of the kind.

## Why

Django keeps one set of connections for each thread. A new thread opens a new connection, and that one is outside the
transaction that pytest-django or `django.test.TestCase` rolls back: its writes stay, and the rows of the test are not
visible to it. On SQLite in memory it often ends in "table is locked".

Unlike `sync_to_async`, these hops go to another thread from *every* place. Wrapping the test in `async_to_sync` does
not cure them, and Django's own `TestCase` does not either.

## Example

```python
import asyncio

import pytest


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_import(make_order):
    order = await asyncio.to_thread(make_order)  # a pool thread, with its own connection
    assert order.pk
```

## Use instead

```python
import pytest


@pytest.mark.django_db
def test_import(make_order):
    order = make_order()
    assert order.pk
```

When the thread is what the test is about, let the test commit and be flushed, and say so:
`@pytest.mark.django_db(transaction=True)`. Or hand the test's connection to the thread: call
`connection.inc_thread_sharing()`, set `connections[alias] = connection` inside the thread, and undo both.

## Fix safety

A call that only runs a function elsewhere and awaits its result (`await to_thread(f, a)`,
`await loop.run_in_executor(None, f, a)`) becomes the plain call `f(a)`, and the test a sync test: *safe* when nothing
else runs at the same time. Threads that are started and joined, pools shared by several calls, `gather` over threads
and threads inside the code under test are not converted.

## References

- [Django: databases and threads](https://docs.djangoproject.com/en/stable/ref/databases/#general-notes)
- [Python: `asyncio.to_thread`](https://docs.python.org/3/library/asyncio-task.html#asyncio.to_thread)
- `transactional-test` (ISO301) on what `transaction=True` costs
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.rules.finding import Finding
from isolint.rules.registry import Rule
from isolint.rules.subject import Subject, finding, sentence

RULE = Rule(
    code="ISO103",
    name="thread-in-db-test",
    default_severity="error",
    summary="a thread or pool runs database work of a test on another connection",
    fixable=True,
)


def findings(subject: Subject) -> Iterable[Finding]:
    """One finding for each place of the test's body that hops this way."""
    note = "another thread, not the test's transaction"
    return (finding(RULE, subject, e, note, sentence(subject, e)) for e in subject.escapes(RULE.code))
