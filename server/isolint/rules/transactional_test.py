"""A test with real transactions works on any thread, but is slower and flushes the database.

## What it does

Points out tests that run in flush mode: `django_db(transaction=True)`, `transactional_db`, `live_server`,
`django_db_reset_sequences`, `reset_sequences=True` anywhere in the closure, and `TransactionTestCase`. It is an
information and is shown with `--show-info` only.

## Why

In flush mode nothing is rolled back. Everything the test commits, on whatever thread, is wiped afterwards by emptying
all tables. So work on another connection does not outlive the test: that is not a leak. But

- emptying all tables takes far longer than a rollback, more so with many tables;
- rows that migrations made are wiped too, unless `serialized_rollback=True` is asked for;
- the flush can fail or wait: for a worker's open transaction on PostgreSQL, for a thread that is still running, for an
  open server-side iterator;
- pytest-django runs these tests after all rollback tests, so a flush can hide a leak that came before it.

## Example

```python
import pytest


@pytest.mark.django_db(transaction=True)
def test_ship(order):
    order.ship()
    assert order.shipped
```

## Use instead

```python
import pytest


@pytest.mark.django_db
def test_ship(order):
    order.ship()
    assert order.shipped
```

Keep `transaction=True` where the test needs real commits: `transaction.on_commit` hooks (though
`django_capture_on_commit_callbacks` often does), `select_for_update` across connections, a live server, threads.

## Fix safety

There is no automatic fix: whether a test needs real commits is for its author to say.

## References

- [pytest-django: `django_db`](https://pytest-django.readthedocs.io/en/latest/helpers.html#pytest-mark-django-db-request-database-access)
- [Django: `TransactionTestCase`](https://docs.djangoproject.com/en/stable/topics/testing/tools/#transactiontestcase)
"""

from __future__ import annotations

from isolint.rules.registry import Rule

RULE = Rule(
    code="ISO301",
    name="transactional-test",
    default_severity="info",
    summary="a test in flush mode works on any thread, but is slower and may end in flush errors",
    fixable=False,
)
