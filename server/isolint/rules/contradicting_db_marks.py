"""A `django_db` mark says something that does not count, because another `django_db` mark is taken instead.

## What it does

Finds tests with two or more `django_db` marks where one of them has an argument that has no effect:

- a mark of the function or class hides what a mark of the class or module around it asks for;
- the mark of a class loses to that of its base class;
- of two marks at the same place one is ignored.

A nearer mark that overrules the same argument in so many words (`transaction=False`) is taken as meant.

## Why

pytest-django reads one mark, the closest, and never merges the arguments of several. `@pytest.mark.django_db` on a
function is therefore a test in rollback mode, whatever `transaction=True` or `databases=[...]` the module's
`pytestmark` has; what the test needed real commits or another database for fails, or works on another connection. And
for a class pytest takes the marks of its *base* classes first, so that the mark of the derived class, which looks
nearer, is the one that loses ([pytest issue 14329](https://github.com/pytest-dev/pytest/issues/14329)).

## Example

```python
import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.django_db
def test_ship(order):  # rolled back: transaction=True does not count here
    order.ship()
    assert order.shipped
```

## Use instead

One mark, or the whole of what is wanted on the nearest one:

```python
import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_ship(order):
    order.ship()
    assert order.shipped
```

## Fix safety

There is no automatic fix: which of the two is meant is for the author to say.

## References

- [pytest-django: `django_db`](https://pytest-django.readthedocs.io/en/latest/helpers.html#pytest-mark-django-db-request-database-access)
- [pytest: marks of classes and modules](https://docs.pytest.org/en/stable/example/markers.html#marking-whole-classes-or-modules)
- `transactional-test` (ISO301)
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.rules.finding import Finding, Related
from isolint.rules.registry import Rule
from isolint.rules.subject import Subject

RULE = Rule(
    code="ISO302",
    name="contradicting-db-marks",
    default_severity="warning",
    summary="an argument of a `django_db` mark has no effect, since another mark is taken instead",
    fixable=False,
)

_WHY = {
    "outer": "{0} of the outer django_db mark does not count: the nearer one is taken, and nothing is merged",
    "derived": "{0} does not count: pytest takes the django_db mark of the base class first",
    "same": "{0} does not count: of two django_db marks at one place the other one is taken",
}


def findings(subject: Subject) -> Iterable[Finding]:
    """One finding at the mark that a reader takes for the nearer one; `check` joins those of the tests below it."""
    item = subject.item
    for lost in subject.mode.lost:
        near, far = (lost.winner, lost.site) if lost.how == "outer" else (lost.site, lost.winner)
        # A mark of another file is reported where the test is collected.
        here = near.path == item.id.path
        own = lost.level in {"function", "param"} or not here
        yield Finding(
            code=RULE.code,
            name=RULE.name,
            severity=RULE.default_severity,
            confidence="certain",
            message=_WHY[lost.how].format(", ".join(lost.arguments)),
            note="the mark that counts" if lost.how == "outer" else "does not count",
            site=near if here else item.site,
            test=item.node_id if own else None,
            effect=None,
            place=None,
            cause=None,
            cause_name=", ".join(lost.arguments),
            related=(Related(far, "does not count" if lost.how == "outer" else "the mark that counts", "mode"),),
            tests=() if own else (item.node_id,),
        )
