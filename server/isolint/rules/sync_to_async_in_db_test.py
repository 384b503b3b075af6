"""Thread-sensitive `sync_to_async` sends database work of an async test to another connection.

## What it does

Finds work that an async test, or an async fixture it uses, hands to asgiref's worker thread while the test relies on
being rolled back: `sync_to_async` and Channels' `database_sync_to_async`, in every spelling. A call, a decorator, an
alias, a variable, a partial, a lambda, a method, a helper in another module: what counts is what runs where, not how it
is written.

The finding is an *error* when the work is known to touch the database, and a *warning* when isolint cannot tell what
the callable does. A callable that is known to do no database work is not reported.

## Why

pytest-django opens a transaction on the connections of the thread that runs the fixtures, and rolls it back after the
test. Django keeps one connection for each thread. From a bare event loop (pytest-asyncio, anyio), `sync_to_async` runs
its callable on one worker thread that the whole process shares, and that thread has a connection of its own:

- what is written there is committed for good, and the next test that counts or filters those rows fails;
- rows that the test or its sync fixtures made are not visible there: nothing is found on PostgreSQL, "table is locked"
  on SQLite, and an insert with the same unique key waits for ever;
- `transaction.on_commit` callbacks run at once, since there is a real commit.

Under `async_to_sync` the same `sync_to_async` call comes back to the thread that called it, which is the test's own.
That is why a sync test that calls `async_to_sync` is right where the async test is not.

## Example

```python
import pytest
from asgiref.sync import sync_to_async


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_ship(make_order):
    order = await sync_to_async(make_order)()  # another connection: the order outlives the test
    result = await ship(order)
    assert result.shipped
```

## Use instead

```python
import pytest
from asgiref.sync import async_to_sync


@pytest.mark.django_db
def test_ship(make_order):
    order = make_order()  # the test's connection
    result = async_to_sync(ship)(order)
    assert result.shipped
```

`django.test.TestCase` is fine as it is: Django wraps its async methods in `async_to_sync`.

## Fix safety

The conversion is *safe* when everything in the test can move to the test's thread with the same meaning. It is
*unsafe*, or not offered, when

- the test expects an `IntegrityError` outside an `atomic()` block: at home it breaks the test's transaction, on the
  worker it did not;
- the test waits for `transaction.on_commit` callbacks, which never run inside a transaction that is rolled back;
- the callable closes its connection: at home that is the connection of the test;
- the code under test uses Channels' `database_sync_to_async`, which closes old connections around each call: the fix
  patches `channels.db.close_old_connections` away while the test runs, and is unsafe for that. (In the test itself the
  call becomes a plain one, and nothing is patched.)
- a mark `asyncio` of the class or module stays for other tests, and warnings are errors: pytest-asyncio warns about a
  sync test that has it;
- a decorator of the project decides by what it is given, which may be whether the test is async;
- a fixture keeps a task running on the test's event loop, or the test is about concurrency.

## References

- [asgiref: `sync_to_async` and threads](https://docs.djangoproject.com/en/stable/topics/async/#asgiref.sync.sync_to_async)
- [pytest-django: `django_db`](https://pytest-django.readthedocs.io/en/latest/helpers.html#pytest-mark-django-db-request-database-access)
- `async-orm-in-db-test` (ISO102) for Django's own async methods, `thread-in-db-test` (ISO103) for real threads
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.rules.finding import Finding
from isolint.rules.registry import Rule
from isolint.rules.subject import Subject, finding, sentence

RULE = Rule(
    code="ISO101",
    name="sync-to-async-in-db-test",
    default_severity="error",
    summary="`sync_to_async` runs database work of an async test on another connection",
    fixable=True,
)


def findings(subject: Subject) -> Iterable[Finding]:
    """One finding for each place of the test's body that hops this way."""
    note = "asgiref's worker thread, not the test's transaction"
    return (finding(RULE, subject, e, note, sentence(subject, e)) for e in subject.escapes(RULE.code))
