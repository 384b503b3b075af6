"""The editor's settings: what of them the analysis is told, by whichever of the protocol's ways they arrive.

The keys are those of `[tool.isolint]`; their meaning and their errors are the business of `workspace`, which knows them
for the command line as well.
"""

from __future__ import annotations

SECTION = "isolint"

# Settings that are about starting, showing or logging the server: editors send them along with the others.
_EDITOR_ONLY = frozenset(
    {"enable", "path", "interpreter", "args", "cwd", "importStrategy", "trace", "logLevel", "showNotifications"}
)


def overrides_of(value: object) -> dict[str, object]:
    """The keys for the analysis out of what a client sent: the section itself, or an object that holds it.

    Values that are null mean "not set": editors send every key they know."""
    for wrapper in ("settings", SECTION):
        if isinstance(value, dict) and isinstance(value.get(wrapper), dict):
            value = value[wrapper]
    if not isinstance(value, dict):
        return {}
    return {str(key): item for key, item in value.items() if item is not None and key not in _EDITOR_ONLY}
