"""The inputs of this room, set by `check.session`."""

from __future__ import annotations

from isolint.catalog.table import Table, table
from isolint.pytest_model.shapes import TestRef
from isolint.store.memo import Input

TABLE: Input[str, Table] = Input("rows", table())
"""Key: the empty string. The rows, the user's included."""

TEST_CODE: Input[str, bool] = Input("test code", False)
"""Key: an absolute path. Whether the file is a test module, a conftest or a helper beside them: there an unknown
payload of a hop is worth a warning, in product code it only makes the test undecided."""

MAY_LEAVE: Input[TestRef, bool] = Input("may leave", True)
"""Whether anything that a test reaches may leave home; False where `reach` has shown that nothing does."""
