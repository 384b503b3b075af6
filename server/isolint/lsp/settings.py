"""The editor's settings: what of them the analysis is told, by whichever of the protocol's ways they arrive.

The keys are those of `[tool.isolint]`; their meaning and their errors are the business of `workspace`, which knows them
for the command line as well.
"""

from __future__ import annotations

from dataclasses import dataclass

SECTION = "isolint"

# Settings that are about starting, showing or logging the server: editors send them along with the others.
_EDITOR_ONLY = frozenset(
    {
        "enable",
        "path",
        "interpreter",
        "args",
        "cwd",
        "importStrategy",
        "trace",
        "logLevel",
        "showNotifications",
        "features",
        "diagnosticMode",
    }
)
FEATURES = (
    "cause",
    "codeLens",
    "completion",
    "definition",
    "documentSymbol",
    "expressions",
    "hover",
    "inlayHint",
    "references",
    "rename",
    "workspaceSymbol",
)
"""What can be switched off, since another Python server may do it as well, or not everybody wants to see it.
`expressions`: what hover and definition say of names that are no fixtures, marks or tests."""


def overrides_of(value: object) -> dict[str, object]:
    """The keys for the analysis out of what a client sent: the section itself, or an object that holds it.

    Values that are null mean "not set": editors send every key they know."""
    return {str(key): item for key, item in _section(value).items() if item is not None and key not in _EDITOR_ONLY}


@dataclass(frozen=True, slots=True)
class Switches:
    """What the editor's settings say to the server itself: the features that are off, and whether the whole project is
    checked for a client that asks for it (`diagnosticMode`: "workspace")."""

    off: frozenset[str] = frozenset()
    workspace: bool = False


def switches_of(value: object) -> Switches:
    """The switches out of what a client sent: `features` is a table of booleans."""
    section = _section(value)
    features = section.get("features")
    off = frozenset(name for name, on in features.items() if on is False) if isinstance(features, dict) else frozenset()
    return Switches(off & frozenset(FEATURES), section.get("diagnosticMode") == "workspace")


def _section(value: object) -> dict[str, object]:
    for wrapper in ("settings", SECTION):
        if isinstance(value, dict) and isinstance(value.get(wrapper), dict):
            value = value[wrapper]
    return value if isinstance(value, dict) else {}
