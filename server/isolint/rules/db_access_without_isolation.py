"""A test writes to the database where nothing takes it back.

## What it does

Finds what a test writes while the database is open to it and neither rolled back nor flushed: tests of a
`SimpleTestCase` whose `databases` is set, and tests that lift the block themselves with `django_db_blocker.unblock()`.
Sync code on the test's own connection counts as well: no thread is needed.

What a fixture writes is left alone: data for a whole session is made this way on purpose.

## Why

`SimpleTestCase.databases` and `unblock()` only *allow* queries. The test runs in autocommit, and every row it writes
stays for all tests that come after.

## Example

```python
from django.test import SimpleTestCase


class TestOrder(SimpleTestCase):
    databases = {"default"}

    def test_create(self):
        Order.objects.create(number="1")  # stays
```

## Use instead

```python
from django.test import TestCase


class TestOrder(TestCase):
    def test_create(self):
        Order.objects.create(number="1")
```

With pytest's own functions, mark the test with `@pytest.mark.django_db` instead of lifting the block.

## Fix safety

There is no automatic fix: only you know whether the rows were meant to stay.

## References

- [Django: `SimpleTestCase.databases`](https://docs.djangoproject.com/en/stable/topics/testing/tools/#simpletestcase)
- [pytest-django: `django_db_blocker`](https://pytest-django.readthedocs.io/en/latest/database.html#django-db-blocker)
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.placement.shapes import Escape
from isolint.rules.finding import Finding
from isolint.rules.registry import Rule
from isolint.rules.subject import Subject, finding

RULE = Rule(
    code="ISO107",
    name="db-access-without-isolation",
    default_severity="warning",
    summary="a test writes to the database with neither rollback nor flush",
    fixable=False,
)


def findings(subject: Subject) -> Iterable[Finding]:
    """One finding for each place of the test's body that writes."""
    note = "nothing takes this back"
    return (finding(RULE, subject, e, note, _sentence(subject, e)) for e in subject.trace.unprotected)


def _sentence(subject: Subject, escape: Escape) -> str:
    what = f" {escape.model}" if escape.model and escape.model != escape.payload else ""
    return f"{escape.payload} writes{what} with neither rollback nor flush: it stays after {subject.item.id.name}"
