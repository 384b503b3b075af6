"""jedi, made safe and cheap for our questions: no pickles, no imports of user code, no stubs that hide real source.

Everything here changes jedi and parso from outside, once per process and only in the child. Each change names its
reason; jedi's version is pinned to a minor release because of this file. No question is answered here.
"""

# ruff: noqa: SLF001 (changing what is private is what this file is for)

from __future__ import annotations

import copy
import os
import sys
import warnings
from functools import cache
from importlib.machinery import PathFinder
from typing import Any

import parso.cache
from jedi import settings
from jedi.api.environment import InterpreterEnvironment, _VersionInfo
from jedi.inference import InferenceState, imports
from jedi.inference.base_value import NO_VALUES
from jedi.inference.compiled.subprocess import functions
from jedi.inference.gradual import typeshed
from jedi.plugins import plugin_manager
from jedi.plugins import pytest as pytest_plugin
from parso.grammar import load_grammar
from parso.utils import python_bytes_to_unicode

from isolint.inference.skeleton import without_bodies

NEWEST_GRAMMAR = (3, 14)
"""The newest grammar that parso 0.8 has; newer source is read with this one."""

_NEEDED_AT_RUN_TIME = frozenset({"builtins", "sys"})
"""jedi looks into the live objects of these; both are compiled, so there is nothing to parse."""

_TYPING = ("typing", "typing_extensions")


class TamedEnvironment(InterpreterEnvironment):  # type: ignore[misc]
    """jedi's view of a Python of the given version, without a process of its own.

    With `skeleton`, modules are read without their function bodies, stubs are used only where there is no source, and
    the standard library is known from typeshed alone, which spares parsing it twice."""

    def __init__(self, version: tuple[int, int], *, skeleton: bool) -> None:
        super().__init__()
        self.version_info = _VersionInfo(*max(min(version, NEWEST_GRAMMAR), (3, 6)), 0)
        self.skeleton = skeleton
        self._grammar = load_grammar(version=f"{self.version_info.major}.{self.version_info.minor}")
        if skeleton:
            # parso's memory cache is keyed by this hash: trees without bodies must never be taken for whole ones.
            self._grammar = copy.copy(self._grammar)
            self._grammar._hashed += "-skeleton"

    def get_grammar(self) -> Any:
        """parso's grammar for this version."""
        return self._grammar


def tame() -> None:
    """Apply all changes to jedi and parso; doing it twice changes nothing more."""
    if getattr(InferenceState, "_isolint_tamed", False):
        return
    InferenceState._isolint_tamed = True

    # `gi` by default: such modules are imported, that is executed.
    settings.auto_import_modules = []
    settings.allow_unsafe_interpreter_executions = False

    # Never pickle: a cache folder may come with a cloned repository. The trees stay in memory.
    settings.cache_directory = os.devnull
    parso.cache._load_from_file_system = _nothing
    parso.cache._save_to_file_system = _nothing
    parso.cache._remove_cache_and_update_lock = _nothing

    # The fixture plugin is wrong too often (it memoises a generator, knows one-name imports only).
    plugin_manager._registered_plugins = [
        plugin for plugin in plugin_manager._registered_plugins if plugin is not pytest_plugin
    ]
    plugin_manager._build_functions()

    # Modules that cannot be imported, by design, are no news.
    warnings.simplefilter("ignore")

    _read_skeletons()
    _prefer_source_to_stubs()
    _spare_stdlib_sources()
    _find_modules_by_path()


def _nothing(*_args: Any, **_named: Any) -> None:
    """Stands where parso would read or write a pickle."""


def _read_skeletons() -> None:
    original = InferenceState.parse_and_get_code

    def parse_and_get_code(
        self: InferenceState,
        code: Any = None,
        path: Any = None,
        use_latest_grammar: bool = False,
        file_io: Any = None,
        **kwargs: Any,
    ) -> Any:
        if code is None and file_io is not None and not use_latest_grammar and self.environment.skeleton:
            # parso would ask its cache too, but only after the source was read and shortened.
            cached = parso.cache.load_module(self.grammar._hashed, file_io)  # type: ignore[no-untyped-call]
            if cached is not None:
                return cached, ""
            text = python_bytes_to_unicode(file_io.read(), encoding="utf-8", errors="replace")
            code = without_bodies(text)
        return original(self, code=code, path=path, use_latest_grammar=use_latest_grammar, file_io=file_io, **kwargs)

    InferenceState.parse_and_get_code = parse_and_get_code


def _prefer_source_to_stubs() -> None:
    original = typeshed._try_to_load_stub

    def try_to_load_stub(
        inference_state: Any, import_names: tuple[str, ...], python_value_set: Any, *args: Any, **kwargs: Any
    ) -> Any:
        top = import_names[0]
        installed = top not in sys.stdlib_module_names and top not in _TYPING
        has_source = any(not value.is_compiled() for value in python_value_set)
        if inference_state.environment.skeleton and installed and has_source:
            return None
        return original(inference_state, import_names, python_value_set, *args, **kwargs)

    typeshed._try_to_load_stub = try_to_load_stub


def _spare_stdlib_sources() -> None:
    original = imports.import_module

    def import_module(
        inference_state: Any, import_names: tuple[str, ...], parent_module_value: Any, sys_path: Any, **kwargs: Any
    ) -> Any:
        spared = (
            inference_state.environment.skeleton
            and import_names[0] in _stdlib_with_stubs(tuple(inference_state.grammar.version_info[:2]))
            and inference_state.module_cache.get(import_names) is None
        )
        if spared:
            # An empty set stands for "looked for and not there", so jedi takes the stub alone.
            inference_state.module_cache.add(import_names, NO_VALUES)
        return original(inference_state, import_names, parent_module_value, sys_path, **kwargs)

    imports.import_module = import_module


@cache
def _stdlib_with_stubs(version: tuple[int, int]) -> frozenset[str]:
    known = typeshed._cache_stub_file_map(version)
    return frozenset(known) & {*sys.stdlib_module_names, *_TYPING} - _NEEDED_AT_RUN_TIME


def _find_modules_by_path() -> None:
    """jedi asks every finder of `sys.meta_path` for every module: then `_pytest._io` is the builtin `_io`, and whoever
    installed a finder takes part. Here a builtin module is one at the top only, all others are found by path."""

    def find_module(string: str, path: Any = None, full_name: str | None = None, is_global_search: bool = True) -> Any:
        if is_global_search and string in sys.builtin_module_names:
            return None, False
        spec = PathFinder.find_spec(string, path)
        if spec is None:
            raise ImportError(full_name)
        if spec.origin is None and spec.submodule_search_locations is not None:
            # The private list: reading the public one looks the parent up among the modules that are imported here.
            folders = getattr(spec.submodule_search_locations, "_path", spec.submodule_search_locations)
            return functions.ImplicitNSInfo(full_name if path else string, list(folders)), True
        return functions._from_loader(spec.loader, string)

    functions._find_module = find_module
