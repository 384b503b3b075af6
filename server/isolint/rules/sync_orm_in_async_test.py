"""Sync ORM in a running event loop works on another connection while `DJANGO_ALLOW_ASYNC_UNSAFE` is set.

## What it does

Finds calls of Django's sync ORM that happen where an event loop runs, in a test that relies on being rolled back, and
in what the test calls. It looks only where `DJANGO_ALLOW_ASYNC_UNSAFE` is known to be set: in the environment, by
pytest-env, in a conftest, in the settings, in the test module, or by a fixture or patch of the test.

## Why

Without that variable Django raises `SynchronousOnlyOperation`, and the test says so itself. With it the query runs,
and not where it seems to: Django keeps connections in an `asgiref.local.Local`, which in a thread with a running loop
looks into the context instead of the thread. So even on the main thread the query gets a connection of its own, outside
the transaction that pytest-django rolls back. What is written there stays. Under `async_to_sync` and in the async
methods of Django's `TestCase` it is the same.

## Example

```python
import os

import pytest

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_total():
    Order.objects.create(total=3)  # committed on another connection
```

## Use instead

```python
import pytest


@pytest.mark.django_db
def test_total():
    Order.objects.create(total=3)
```

Do not set the variable for a test suite: it is meant for notebooks. In code that must be async, wrap the work in
`sync_to_async`, and call that code from a sync test through `async_to_sync`: its queries then come back to the test's
connection.

## Fix safety

There is no automatic fix yet.

## References

- [Django: async safety](https://docs.djangoproject.com/en/stable/topics/async/#async-safety)
- `async-orm-in-db-test` (ISO102), `async-db-fixture` (ISO106)
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.rules.finding import Finding
from isolint.rules.registry import Rule
from isolint.rules.subject import Subject, finding, sentence

RULE = Rule(
    code="ISO202",
    name="sync-orm-in-async-test",
    default_severity="error",
    summary="sync ORM in a running event loop works on another connection than the test's",
    fixable=False,
)


def findings(subject: Subject) -> Iterable[Finding]:
    """One finding for each place of the test's body that leads there."""
    note = "in a running loop Django uses another connection"
    return (finding(RULE, subject, e, note, sentence(subject, e)) for e in subject.escapes(RULE.code))
