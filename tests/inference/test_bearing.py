"""jedi carries weight: what of isolint's verdicts rests on its answers, held against the committed table."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.inference import bearing

pytestmark = needs_environment


def test_the_table_is_true() -> None:
    assert bearing.table() == bearing.read(), "python -m tests.inference.bearing"


def test_without_jedi_nothing_that_was_decided_stays_decided() -> None:
    rows = bearing.read().values()
    decided = [row for row in rows if row["with jedi"] != "undecided"]
    assert len(decided) >= 10
    assert {row["without jedi"] for row in decided} == {"undecided"}


def test_what_is_not_known_of_one_package_decides_ten_verdicts_alone() -> None:
    rows = bearing.read().values()
    blind = [row for row in rows if row["with jedi"] != row["blind to the package"] == "undecided"]
    assert len(blind) >= 10


def test_ignorance_never_becomes_an_accusation() -> None:
    for name, row in bearing.read().items():
        if row["with jedi"] != "leaks":
            assert "leaks" not in row.values(), name
