"""The part of pytest's command line that decides what a test is and how it runs.

Turns an argument list (`addopts`, `PYTEST_ADDOPTS`, arguments) into plain data by the same mechanism as pytest,
argparse without abbreviations. What the values mean for the configuration is decided in `pytest_config`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

# pytest 9.2's own options, without which a value after an option could not be told from a path.
_FLAGS = (
    "--markers -x --exitfirst --strict-config --strict-markers --strict --collectonly --collect-only --co --pyargs "
    "--noconftest --keepduplicates --keep-duplicates --collect-in-virtualenv --continue-on-collection-errors "
    "--fixtures --funcargs --fixtures-per-test -V --version -h --help --disable-plugin-autoload --traceconfig "
    "--trace-config -v --verbose --no-header --no-summary --no-fold-skipped --force-short-summary -q --quiet "
    "--disable-warnings --disable-pytest-warnings -l --showlocals --no-showlocals --xfail-tb --fulltrace --full-trace "
    "--pdb --trace -s --runxfail --doctest-modules --doctest-ignore-import-errors --doctest-continue-on-failure --lf "
    "--last-failed --ff --failed-first --nf --new-first --cache-clear --setuponly --setup-only --setupshow "
    "--setup-show --setupplan --setup-plan --sw --stepwise --sw-skip --stepwise-skip --sw-reset --stepwise-reset"
)
_VALUES = (
    "-k -m --maxfail -W --pythonwarnings --max-warnings --ignore --ignore-glob --deselect --confcutdir --import-mode "
    "-c --config-file --rootdir --basetemp --durations --durations-min -p -o --override-ini --verbosity -r "
    "--report-chars --tb --show-capture --color --code-highlight --pdbcls --capture --pastebin --assert --junitxml "
    "--junit-xml --junitprefix --junit-prefix --doctest-report --doctest-glob --lfnf --last-failed-no-failures "
    "--log-level --log-format --log-date-format --log-cli-level --log-cli-format --log-cli-date-format --log-file "
    "--log-file-mode --log-file-level --log-file-format --log-file-date-format --log-auto-indent --log-disable"
)
_OPTIONAL_VALUES = ("--debug", "--cache-show")

# Options of plugins that Django projects use; pytest knows them only after it has found its configuration.
_PLUGIN_FLAGS = (
    "--reuse-db --create-db --nomigrations --no-migrations --migrations --fail-on-template-vars --asyncio-debug "
    "--no-cov --no-cov-on-fail --cov-append --cov-branch -f --looponfail"
)
_PLUGIN_VALUES = (
    "--ds --dc --liveserver --asyncio-mode --anyio-mode --cov-report --cov-config --cov-fail-under --cov-context -n "
    "--numprocesses --maxprocesses --max-worker-restart --dist --tx --rsyncdir --rsyncignore --reruns --reruns-delay "
    "--only-rerun --timeout --timeout-method --randomly-seed --splits --group --durations-path --snapshot-dirname "
    "--record-mode --html --css"
)
_PLUGIN_OPTIONAL_VALUES = ("--cov",)

_REPEATED = {
    "-p": "plugins",
    "-o": "override_ini",
    "--override-ini": "override_ini",
    "--ignore": "ignore",
    "--ignore-glob": "ignore_glob",
    "-W": "pythonwarnings",
    "--pythonwarnings": "pythonwarnings",
}
_DESTINATIONS = {"-c": "inifile", "--config-file": "inifile"}


@dataclass(frozen=True, slots=True)
class PytestOptions:
    """What an argument list says. `paths` are the positional arguments; None means that an option was not given."""

    paths: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    inifile: str | None = None
    rootdir: str | None = None
    confcutdir: str | None = None
    noconftest: bool = False
    disable_autoload: bool = False
    import_mode: str | None = None
    asyncio_mode: str | None = None
    anyio_mode: str | None = None
    django_settings: str | None = None
    ignore: tuple[str, ...] = ()
    ignore_glob: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None


def parse_options(arguments: Sequence[str], *, plugins: bool) -> PytestOptions:
    """Parse an argument list as pytest does, unknown options passed over.

    `plugins` says whether the options of plugins are known yet: pytest looks for its configuration before it loads
    them, so there the value in `--cov src` is a path. An argument list that argparse refuses gives `error`, and what
    can be read before the place of the error."""
    error = None
    known = list(arguments)
    while True:
        try:
            parsed, unknown = _parser(plugins).parse_known_args(known)
            break
        except (_RefusedError, argparse.ArgumentError, ValueError) as refused:
            error = error or str(refused)
            if not known:
                return PytestOptions(error=error)
            known.pop()
    values: dict[str, Any] = vars(parsed)
    # argparse ends the positional list at the first option; pytest puts the later ones back the same way.
    paths = [*values["paths"], *(argument for argument in unknown if not argument.startswith("-"))]
    return PytestOptions(
        paths=tuple(paths),
        overrides=tuple(values["override_ini"] or ()),
        inifile=values["inifile"],
        rootdir=values["rootdir"],
        confcutdir=values["confcutdir"],
        noconftest=values["noconftest"],
        disable_autoload=values["disable_plugin_autoload"],
        import_mode=values["import_mode"],
        asyncio_mode=values.get("asyncio_mode"),
        anyio_mode=values.get("anyio_mode"),
        django_settings=values.get("ds"),
        ignore=tuple(values["ignore"] or ()),
        ignore_glob=tuple(values["ignore_glob"] or ()),
        warnings=tuple(values["pythonwarnings"] or ()),
        error=error,
    )


def plugin_arguments(arguments: Sequence[str]) -> tuple[str, ...]:
    """The values of `-p NAME` and `-pNAME`, in order. pytest scans its raw argument list for these, without regard to
    what other options take as their value, and before argparse sees it."""
    found = []
    index = 0
    while index < len(arguments):
        argument = arguments[index]
        index += 1
        if argument == "-p":
            if index == len(arguments):
                break
            found.append(arguments[index].strip())
            index += 1
        elif argument.startswith("-p"):
            found.append(argument[2:].strip())
    return tuple(found)


class _RefusedError(Exception):
    """argparse gave up; the message is its own."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _RefusedError(message)


@lru_cache(maxsize=2)
def _parser(plugins: bool) -> _Parser:
    parser = _Parser(add_help=False, allow_abbrev=False, usage="pytest")
    parser.add_argument("paths", nargs="*")
    for name in (*_FLAGS.split(), *(_PLUGIN_FLAGS.split() if plugins else ())):
        parser.add_argument(name, action="store_true")
    for name in (*_VALUES.split(), *(_PLUGIN_VALUES.split() if plugins else ())):
        if name in _REPEATED:
            parser.add_argument(name, action="append", dest=_REPEATED[name])
        elif name in _DESTINATIONS:
            parser.add_argument(name, dest=_DESTINATIONS[name])
        else:
            parser.add_argument(name)
    for name in (*_OPTIONAL_VALUES, *(_PLUGIN_OPTIONAL_VALUES if plugins else ())):
        parser.add_argument(name, nargs="?")
    return parser
