"""A suppression comment, or an entry of a baseline, that suppresses nothing.

## What it does

Finds `# isolint: ignore[...]` and `# noqa: ISO...` comments, or single names in them, that turn off no finding: there
is none (any more) on that line, or the name is not that of a rule. A bare `# noqa` belongs to other tools too and is
left alone. The same for entries of the file that is given with `--baseline`: the test, the fixture or the file is
gone, or what leaked does not any more. Nothing is said about rules that are not selected, nor where a test is
undecided: a finding may be hidden there.

## Why

A comment that was needed once hides the next leak on its line, and tells readers of a problem that is not there.

## Example

```python
import pytest


@pytest.mark.django_db
def test_ship(order):
    order.ship()  # isolint: ignore[sync-to-async-in-db-test]
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

## Fix safety

There is no automatic fix for comments yet. `isolint check --baseline FILE --add-ignores` takes entries out of a
baseline that accept nothing.

## References

- The settings `ignore` and `per-file-ignores` turn off rules for more than a line.
"""

from __future__ import annotations

from collections.abc import Iterable

from isolint.rules.finding import Finding
from isolint.rules.registry import Rule
from isolint.rules.subject import Suppression

RULE = Rule(
    code="ISO901",
    name="unused-suppression",
    default_severity="warning",
    summary="a suppression comment or an entry of a baseline turns off no finding",
    fixable=False,
    about="suppression",
)


def findings(suppression: Suppression) -> Iterable[Finding]:
    """One finding at the comment."""
    names = ", ".join(suppression.names)
    yield Finding(
        code=RULE.code,
        name=RULE.name,
        severity=RULE.default_severity,
        confidence="certain",
        message=f"nothing to suppress here: {names}" if names else "nothing to suppress here",
        note="turns off no finding",
        site=suppression.site,
        test=None,
        effect=None,
        place=None,
        cause=None,
        cause_name=names,
    )
