"""The same configuration in every style that pytest reads: from the text of a `pytest.ini` to (file name, text)."""

from __future__ import annotations

import json
import shlex

import iniconfig

STYLES = (
    "pytest.ini",
    ".pytest.ini",
    "tox.ini",
    "setup.cfg",
    "pyproject ini_options",
    "pyproject native",
    "pytest.toml",
)

_SHELL_WORDS = frozenset(
    {"addopts", "norecursedirs", "python_classes", "python_files", "python_functions", "testpaths", "usefixtures"}
)
_TRUTHS = frozenset({"collect_imported_tests", "trio_mode"})
_LINES = frozenset({"markers", "filterwarnings"})


def styled(ini: str, style: str) -> tuple[str, str]:
    """The file of this style that says what the `pytest.ini` text says."""
    parsed = iniconfig.IniConfig("pytest.ini", data=ini)
    options = dict(parsed.sections.get("pytest", {}))
    match style:
        case "pytest.ini" | ".pytest.ini":
            return style, ini
        case "tox.ini":
            return style, "[tox]\nenvlist = py\n" + ini
        case "setup.cfg":
            return style, ini.replace("[pytest]", "[tool:pytest]")
        case "pyproject ini_options":
            return "pyproject.toml", _table("tool.pytest.ini_options", options, native=False)
        case "pyproject native":
            return "pyproject.toml", _table("tool.pytest", options or {"minversion": "9"}, native=True)
        case "pytest.toml":
            return "pytest.toml", _table("pytest", options, native=True)
    raise ValueError(style)


def _table(name: str, options: dict[str, str], *, native: bool) -> str:
    lines = [f"[{name}]"]
    for key, value in options.items():
        written: object = value
        if key in _SHELL_WORDS and native:
            written = shlex.split(value)
        elif key in _TRUTHS and native:
            written = value == "true"
        elif key in _LINES:
            written = [line.strip() for line in value.splitlines() if line.strip()]
        # A JSON string or list of strings is one in TOML too.
        lines.append(f"{key} = {json.dumps(written)}")
    return "\n".join(lines) + "\n"
