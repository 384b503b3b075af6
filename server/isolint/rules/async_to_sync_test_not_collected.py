"""A test decorated with `@async_to_sync` is not collected.

## What it does

Finds test functions, and test methods of plain classes, that are decorated with asgiref's `async_to_sync`.

## Why

`async_to_sync` makes an object of the class `AsyncToSync`. It can be called, but it is not a function, and pytest
collects only functions: it says "cannot collect 'test_ship' because it is not a function" among its warnings and goes
on without the test. The suite is green, and nothing of the test has run. In a `unittest.TestCase`, Django's included,
the decorator works.

## Example

```python
import pytest
from asgiref.sync import async_to_sync


@pytest.mark.django_db
@async_to_sync
async def test_ship(order):
    await ship(order)
    assert order.shipped
```

## Use instead

A sync test that calls the coroutine through `async_to_sync`; its database work then stays in the test's transaction:

```python
import pytest
from asgiref.sync import async_to_sync


@pytest.mark.django_db
def test_ship(order):
    async_to_sync(ship)(order)
    assert order.shipped
```

Where the body awaits more than once, put it into an inner `async def run()` and end with `async_to_sync(run)()`.

## Fix safety

The decorator goes and the bridge moves inside: around the one await of the body, or, where more of it needs an event
loop, around the whole body as one coroutine. It is marked unsafe since the test has never run so far, and may fail when
it does.

## References

- [pytest: conventions for test discovery](https://docs.pytest.org/en/stable/explanation/goodpractices.html#test-discovery)
- [asgiref: `async_to_sync`](https://docs.djangoproject.com/en/stable/topics/async/#asgiref.sync.async_to_sync)
- `async-test-never-runs` (ISO204)
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.pytest_model.shapes import TestItem
from isolint.rules.finding import Finding
from isolint.rules.registry import Rule

RULE = Rule(
    code="ISO203",
    name="async-to-sync-test-not-collected",
    default_severity="error",
    summary="pytest drops a test function that is decorated with `@async_to_sync`",
    fixable=True,
    about="dropped",
)


def findings(item: TestItem) -> Iterable[Finding]:
    """One finding at the name of the function."""
    if item.refused != "async_to_sync":
        return
    yield Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.default_severity,
        confidence="certain",
        message=f"{item.id.name} is not collected: what @async_to_sync makes of it is no function to pytest",
        note="never runs",
        site=item.site,
        test=item.node_id,
        effect=None,
        place=None,
        cause=None,
    )
