"""Django's async ORM runs the queries of an async test on another connection.

## What it does

Finds Django's own async database calls in an async test that relies on being rolled back, and in what the test calls:
`acreate`, `aget`, `asave`, `acount` and the other a-methods of managers, querysets, models and related managers;
`async for` over a queryset; `aprefetch_related_objects`, `aget_object_or_404`, sessions, `aauthenticate`,
`acreate_user`, `ahas_perm`, the database cache's `aset`.

## Why

Each of them is the sync method inside `sync_to_async(thread_sensitive=True)`: Django has no async database driver
underneath. Awaited from a bare event loop (pytest-asyncio, anyio) the query runs on asgiref's worker thread, and that
thread has a connection of its own, outside the transaction that pytest-django rolls back. A row made with `acreate`
stays in the database after the test. A row made by a sync fixture is not found by `aget`.

A coroutine that is made and never awaited does nothing, and a queryset acts where it is evaluated: isolint reports the
place where the query runs.

Where a later call in the test, or behind the `yield` of a fixture, certainly deletes the rows again, or where they are
made with values that no other row has (`uuid4()`, `secrets`, `time`), the finding is a warning that says so: the rows
are still outside the transaction, and stay when the test fails before the deletion. In which module the calls stand
that make and delete the rows is of no matter.

## Example

```python
import pytest


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_total():
    await Order.objects.acreate(total=3)  # committed on another connection
    assert await Order.objects.acount() == 1
```

## Use instead

```python
import pytest


@pytest.mark.django_db
def test_total():
    Order.objects.create(total=3)
    assert Order.objects.count() == 1
```

Code under test that uses the async ORM can stay as it is: called through `async_to_sync` from a sync test, its queries
come back to the test's thread and connection.

## Fix safety

The a-methods of the test become their sync twins. Other awaits go through `async_to_sync`, each of its own where that
is known to be enough; what shares an event loop becomes one coroutine inside the test, called once. That is *safe*, but
it is *unsafe*, or not offered, when the test expects an `IntegrityError` outside an `atomic()` block (at home it breaks
the test's transaction), waits for `transaction.on_commit`, closes connections itself, runs coroutines at a time
(`gather`, tasks), gets a value from an async fixture, or drives the application through a client or communicator.

## References

- [Django: asynchronous queries](https://docs.djangoproject.com/en/stable/topics/db/queries/#asynchronous-queries)
- [Django: async safety](https://docs.djangoproject.com/en/stable/topics/async/#async-safety)
- `sync-to-async-in-db-test` (ISO101), which explains the worker thread
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.rules.finding import Finding
from isolint.rules.registry import Rule
from isolint.rules.subject import Subject, finding, sentence

RULE = Rule(
    code="ISO102",
    name="async-orm-in-db-test",
    default_severity="error",
    summary="Django's async ORM runs the queries of an async test on another connection",
    fixable=True,
)


def findings(subject: Subject) -> Iterable[Finding]:
    """One finding for each place of the test's body that hops this way."""
    note = "asgiref's worker thread, not the test's transaction"
    return (finding(RULE, subject, e, note, sentence(subject, e)) for e in subject.escapes(RULE.code))
