"""An async test whose body never runs.

## What it does

Finds `async def` tests that nothing awaits:

- methods of a plain `unittest.TestCase`;
- functions without a plugin that runs them: no `asyncio`, `anyio` or `trio` mark that counts, and no automatic mode;
- async generators;
- functions (not methods) decorated with `sync_to_async` or `database_sync_to_async`, unless anyio runs them.

It is a warning where a mark asks for a plugin that is not installed: isolint may then be looking at another environment
than the one the tests run in. It says nothing where a hook of the project, or a plugin it does not know, may run the
test.

## Why

Calling an `async def` only makes a coroutine. `unittest.TestCase` drops it: the test passes, whatever it asserts. What
pytest does with an async function that no plugin takes depends on its version: it fails, or is skipped with a warning;
async generators are marked as expected to fail. In no case has the body been run.

## Example

```python
import unittest


class TestShip(unittest.TestCase):
    async def test_ship(self):
        order = await make_order()
        self.assertTrue(order.shipped)  # never reached, and the test passes
```

## Use instead

```python
import unittest

from asgiref.sync import async_to_sync


class TestShip(unittest.TestCase):
    def test_ship(self):
        order = async_to_sync(make_order)()
        self.assertTrue(order.shipped)
```

`django.test.TestCase` runs async methods itself, on the test's connection; `unittest.IsolatedAsyncioTestCase` and
`@pytest.mark.asyncio` run them too, but their database work leaves the test's transaction.

## Fix safety

There is no automatic fix.

## References

- [unittest: `IsolatedAsyncioTestCase`](https://docs.python.org/3/library/unittest.html#unittest.IsolatedAsyncioTestCase)
- [pytest-asyncio: marks](https://pytest-asyncio.readthedocs.io/en/stable/reference/markers/index.html)
- `async-to-sync-test-not-collected` (ISO203), `async-orm-in-db-test` (ISO102)
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.names.symbols import Site
from isolint.rules.finding import Finding, Related
from isolint.rules.registry import Rule
from isolint.rules.subject import Subject

RULE = Rule(
    code="ISO204",
    name="async-test-never-runs",
    default_severity="error",
    summary="nothing awaits an async test, so its body never runs",
    fixable=False,
)


def findings(subject: Subject) -> Iterable[Finding]:
    """One finding at the name of the test."""
    runner, item = subject.runner, subject.item
    if runner.kind != "never":
        return
    related: tuple[Related, ...] = ()
    if isinstance(runner.site, Site) and runner.site != item.site:
        related = (Related(runner.site, runner.reason, "runner"),)
    yield Finding(
        code=RULE.code,
        name=RULE.name,
        severity="warning" if runner.missing else RULE.default_severity,
        confidence="likely" if runner.missing else "certain",
        message=f"{item.id.name} never runs: {runner.reason}",
        note="passes without running" if item.family in {"unittest", "isolated", "django"} else "its body never runs",
        site=item.site,
        test=item.node_id,
        effect=None,
        place=None,
        cause=None,
        related=related,
    )
