"""Asks the real pytest which configuration it finds: many runs in one child process.

Not a test. Reads a JSON list of runs (`cwd`, `args`, `environ`) from stdin and prints what pytest's own config object
says for each, or `{"error": true}` when pytest refuses to start.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pytest
from pytest_asyncio.plugin import _get_asyncio_mode

STRING_LISTS = ("python_files", "python_classes", "python_functions", "testpaths", "norecursedirs", "usefixtures")


class Probe:
    """A plugin that writes down the configuration and ends the run before a session starts."""

    def __init__(self) -> None:
        self.seen: dict[str, Any] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> int:
        option = config.option
        cut = config.pluginmanager._confcutdir
        blocked = sorted(name for name, plugin in config.pluginmanager._name2plugin.items() if plugin is None)
        self.seen = {
            "inifile": str(config.inipath) if config.inipath else None,
            "rootdir": str(config.rootpath),
            "confcutdir": str(cut) if cut else None,
            **{name: list(config.getini(name)) for name in STRING_LISTS},
            "pythonpath": [str(path) for path in config.getini("pythonpath")],
            "collect_imported_tests": config.getini("collect_imported_tests"),
            "import_mode": option.importmode,
            "blocked": blocked,
            "noconftest": option.noconftest,
            "filterwarnings": list(config.getini("filterwarnings")),
            "warnings": list(option.pythonwarnings or ()),
            "asyncio_mode": _get_asyncio_mode(config).value,
        }
        return 0


def run(cwd: str, args: list[str], environ: dict[str, str]) -> dict[str, Any]:
    """What pytest's configuration is when it runs in `cwd`."""
    os.chdir(cwd)
    before = dict(os.environ)
    os.environ.update(environ)
    probe = Probe()
    # Found by entry point the plugin would be loaded at the same moment: after the configuration was located.
    command = ["--collect-only", "-q", "-p", "pytest_asyncio.plugin", *args]
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as errors:
            pytest.main(command, plugins=[probe])
    except BaseException as error:  # noqa: BLE001  # whatever pytest does, the other runs go on
        return {"error": True, "why": repr(error)}
    finally:
        os.environ.clear()
        os.environ.update(before)
    return probe.seen or {"error": True, "why": errors.getvalue()[-500:]}


if __name__ == "__main__":
    print(json.dumps([run(**item) for item in json.load(sys.stdin)]))
