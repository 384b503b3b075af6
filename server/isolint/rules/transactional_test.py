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

from collections.abc import Iterable

from isolint.names.symbols import Site
from isolint.rules.finding import Finding, Related
from isolint.rules.registry import Rule
from isolint.rules.subject import Subject

RULE = Rule(
    code="ISO301",
    name="transactional-test",
    default_severity="info",
    summary="a test in flush mode works on any thread, but is slower and may end in flush errors",
    fixable=False,
)


def findings(subject: Subject) -> Iterable[Finding]:
    """One information at the mark (or fixture, or class) that puts the test in flush mode."""
    if subject.mode.mode != "flush":
        return
    places = [(where, message) for where, message in subject.mode.reasons if where is not None]
    site = next((where for where, _ in places if isinstance(where, Site)), subject.item.site)
    hops = subject.trace.flush
    work = f"; {hops[0].payload} on another connection needs it" if hops else ""
    yield Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.default_severity,
        confidence="certain",
        message=f"{subject.item.id.name} is flushed instead of rolled back: slower, and the flush may fail{work}",
        note="flush mode: every table is emptied after the test",
        site=site,
        test=subject.item.node_id,
        effect=None,
        place=None,
        cause=None,
        related=(
            *(Related(where, message, "mode") for where, message in places if where != site),
            *(Related(hop.site, f"{hop.payload} on another connection", "chain") for hop in hops),
        ),
    )
