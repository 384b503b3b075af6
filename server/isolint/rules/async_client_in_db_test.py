"""An async test client or a communicator lets the application work on the database outside the test's transaction.

## What it does

Finds requests that an async test makes of the application in its own process, when what answers them works on the
database: `AsyncClient` and the `async_client` fixture, `httpx.AsyncClient` with an `ASGITransport`, asgiref's
`ApplicationCommunicator`, channels' `HttpCommunicator` and `WebsocketCommunicator`, django-ninja's `TestAsyncClient`.
The view is looked up in the project's own URLs; a consumer is followed through its handlers; of a router (django-ninja,
FastAPI, Starlette) it is the function that is registered for the method and the path. A view that does no database work
is no finding, and one that cannot be found leaves the test undecided.

## Why

The application runs in the test's event loop, so its database work goes to asgiref's worker thread, on another
connection than the one that holds the test's transaction: rows that the test made are not there, and rows that the view
makes stay.

Django's ASGI handler is worse than its test client: it opens a `ThreadSensitiveContext` for every request, and a
communicator starts it in an empty context. Its work goes to a thread of its own even in a test that was converted to
`async_to_sync`.

## Example

```python
import pytest


@pytest.mark.django_db
@pytest.mark.asyncio
async def test_ship(async_client):
    response = await async_client.get("/ship/")  # the view creates an order
    assert response.status_code == 200
```

## Use instead

```python
import pytest


@pytest.mark.django_db
def test_ship(client):
    response = client.get("/ship/")
    assert response.status_code == 200
```

## Fix safety

A test that drives the application through Django's `AsyncClient` becomes a sync test that calls
`async_to_sync(async_client.get)(...)`: the views then run on the test's own connection, async ones and those that
stream included. That is safe, unless a receiver of `request_finished` works on the database, which runs on a thread of
its own all the same. By hand the sync `client` is shorter, and runs async views just as well.

A test that talks to a consumer through Channels' `WebsocketCommunicator` keeps the whole conversation in one coroutine,
which runs through `async_to_sync`. Channels closes old connections around each of its calls, and that would close the
test's own: the fix patches `channels.db.close_old_connections` away while the test runs. It is unsafe for that.

There is no automatic fix for what Django's ASGI handler answers in a context of its own: other communicators, and
`httpx` with an `ASGITransport`. Use `@pytest.mark.django_db(transaction=True)` there.

## References

- [Django: testing asynchronous code](https://docs.djangoproject.com/en/stable/topics/testing/tools/#async-tests)
- [Channels: testing](https://channels.readthedocs.io/en/stable/topics/testing.html)
- `transactional-test` (ISO301) on what `transaction=True` costs
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.rules.finding import Finding
from isolint.rules.registry import Rule
from isolint.rules.subject import Subject, finding, sentence

RULE = Rule(
    code="ISO104",
    name="async-client-in-db-test",
    default_severity="warning",
    summary="an async test client runs database work of the application outside the test's transaction",
    fixable=True,
)


def findings(subject: Subject) -> Iterable[Finding]:
    """One finding for each place of the test's body that makes such a request."""
    note = "the application works on another connection"
    return (finding(RULE, subject, e, note, sentence(subject, e)) for e in subject.escapes(RULE.code))
