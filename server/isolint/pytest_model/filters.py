"""Whether a warning that is given for a test is an error: pytest's filters, from its configuration and from marks.

Filters of Python itself (`PYTHONWARNINGS`) and those that code sets while it runs are not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from isolint.pytest_model.evaluate import literal
from isolint.pytest_model.inputs import CONFIG
from isolint.pytest_model.marks import marks_of
from isolint.pytest_model.objects import Context
from isolint.pytest_model.shapes import TestItem
from isolint.store.memo import Store

PYTEST_WARNING = frozenset(
    {"", "Warning", "UserWarning", "builtins.Warning", "builtins.UserWarning"}
    | {"pytest.PytestWarning", "_pytest.warning_types.PytestWarning"}
)
"""The names by which a filter means `pytest.PytestWarning` or a base of it; no name means all warnings."""

_ACTIONS = ("default", "always", "ignore", "module", "once", "error")


def is_error(store: Store, item: TestItem, categories: frozenset[str], message: str) -> bool:
    """Whether a warning about an item (_pytest.nodes.Node.warn: its place is the file of the test) is raised. The last
    of the filters that match counts: those of `filterwarnings`, then of `-W` (_pytest.config.apply_warning_filters),
    then of marks in their order of iteration (_pytest.warnings.catch_warnings_for_item)."""
    config = store.get(CONFIG, item.id.path)
    if "warnings" in config.blocked:
        return False
    module = item.id.path.removesuffix(".py")
    filters = [(line, False) for line in config.filterwarnings]
    filters += [(line, True) for line in config.warnings]
    filters += [(line, False) for line in _marked(store, item)]
    action = ""
    for line, is_plain in filters:
        action = _action(line, is_plain, categories, message, module) or action
    return action == "error"


def _marked(store: Store, item: TestItem) -> Iterator[str]:
    """The arguments of the test's own `filterwarnings` marks."""
    for mark in marks_of(store, item.id):
        if mark.name != "filterwarnings" or not mark.certain:
            continue
        context = Context(mark.path, mark.site.chunk if mark.site is not None else "", mark.owner)
        for arg in mark.args:
            value = literal(store, context, arg)
            if isinstance(value, str):
                yield value


def _action(line: str, is_plain: bool, categories: frozenset[str], message: str, module: str) -> str:
    """What one filter does with the warning; "" when it is about others, or cannot be read
    (_pytest.config.parse_warning_filter)."""
    parts = [part.strip() for part in line.split(":")]
    if len(parts) > 5:
        return ""
    written, text, category, where, number = (*parts, "", "", "", "")[:5]
    # An action may be shortened (warnings._getaction); "all" is another word for "always".
    action = next((a for a in _ACTIONS if a.startswith(written)), "") if written else "default"
    if category not in categories or number.strip("0"):
        return ""
    try:
        # What the command line gives is no pattern.
        found = re.match(re.escape(text) if is_plain else text, message, re.IGNORECASE)
        stands = not where or re.match(re.escape(where) + r"\Z" if is_plain else where, module)
    except re.error:
        return ""
    if written == "all":
        action = "always"
    return action if found and stands else ""
