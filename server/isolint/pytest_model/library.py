"""What the installed callables do that bear on collection: canonical names and nothing else.

Which spelling leads to a canonical name is for `names` and `Origin`; what these names do to the database is for the
catalogue.
"""

from __future__ import annotations

from typing import Literal

FIXTURE_MAKERS: dict[str, Literal["pytest", "pytest-asyncio", "trio"]] = {
    "_pytest.fixtures.fixture": "pytest",
    "_pytest.fixtures.yield_fixture": "pytest",
    "pytest_asyncio.plugin.fixture": "pytest-asyncio",
    "pytest_trio.plugin.trio_fixture": "trio",
}
MARK_NAMESPACE = "_pytest.mark.structures.MarkGenerator"
MARK_MAKER = "_pytest.mark.structures.MarkDecorator"
PARAM = "_pytest.mark.param"

PARTIAL = "functools.partial"
WRAPS = frozenset({"functools.wraps"})
UPDATE_WRAPPER = "functools.update_wrapper"
STATICMETHOD = "builtins.staticmethod"
CLASSMETHOD = "builtins.classmethod"
CONTEXT_MANAGER = "contextlib.contextmanager"
NO_FUNCTIONS = frozenset(
    {
        "builtins.property",
        "django.utils.functional.cached_property",
        "functools.cached_property",
        "functools.partialmethod",
    }
)
"""What these make of a function is none: pytest does not collect it."""
DICT = "builtins.dict"
SEQUENCES = frozenset({"builtins.frozenset", "builtins.list", "builtins.set", "builtins.tuple"})
GETATTR = "builtins.getattr"
REVERSED = "builtins.reversed"
PATCHES: dict[str, int | None] = {
    "unittest.mock.patch": 1,
    "unittest.mock.patch.object": 2,
    "unittest.mock._patch_object": 2,
    "unittest.mock._patcher.object": 2,
    "unittest.mock._patch_dict": None,
    "unittest.mock._patcher.dict": None,
    "unittest.mock._patch_multiple": None,
    "unittest.mock._patcher.multiple": None,
    "mock.mock.patch": 1,
    "mock.mock.patch.object": 2,
    "mock.mock._patch_object": 2,
    "mock.mock._patch_dict": None,
    "mock.mock._patch_multiple": None,
}
"""The position of `new` in each `mock.patch`, None for those that never pass a mock as an argument."""
MOCK_DEFAULTS = frozenset({"unittest.mock.DEFAULT", "mock.mock.DEFAULT"})
"""The default of `new`, which may be written, too."""
TAG = "django.test.utils.tag"
GIVEN = "hypothesis.core.given"

ASYNC_TO_SYNC = frozenset({"asgiref.sync.async_to_sync", "asgiref.sync.AsyncToSync"})
SYNC_TO_ASYNC = frozenset(
    {
        "asgiref.sync.sync_to_async",
        "asgiref.sync.SyncToAsync",
        "channels.db.database_sync_to_async",
        "channels.db.DatabaseSyncToAsync",
    }
)
IS_COROUTINE_FUNCTION = frozenset(
    {
        "inspect.iscoroutinefunction",
        "asyncio.coroutines.iscoroutinefunction",
        "asgiref.sync.iscoroutinefunction",
    }
)

KEEPING = frozenset(
    {
        "abc.abstractmethod",
        "django.test.testcases.skipIfDBFeature",
        "django.test.testcases.skipUnlessAnyDBFeature",
        "django.test.testcases.skipUnlessDBFeature",
        "django.test.utils.CaptureQueriesContext",
        "django.test.utils.ignore_warnings",
        "django.test.utils.isolate_apps",
        "django.test.utils.modify_settings",
        "django.test.utils.override_settings",
        "django.test.utils.override_system_checks",
        "django.test.utils.requires_tz_support",
        "flaky.flaky_decorator.flaky",
        "freezegun.api.freeze_time",
        "httpretty.core.httprettified",
        "hypothesis._settings.settings",
        "hypothesis.core.example",
        "hypothesis.core.seed",
        "parameterized.parameterized.parameterized.expand",
        "responses.RequestsMock.activate",
        "respx.api.mock",
        "respx.mocks.MockRouter",
        "time_machine.travel",
        "typing.final",
        "typing.no_type_check",
        "typing.overload",
        "typing.override",
        "typing_extensions.override",
        "unittest.case.expectedFailure",
        "vcr.config.VCR.use_cassette",
    }
)
"""Decorators that leave an `async def` a coroutine function and its parameters as they are."""

PUBLIC: dict[str, str] = {
    "flaky.flaky": "flaky.flaky_decorator.flaky",
    "freezegun.freeze_time": "freezegun.api.freeze_time",
    "httpretty.activate": "httpretty.core.httprettified",
    "httpretty.httprettified": "httpretty.core.httprettified",
    "responses.activate": "responses.RequestsMock.activate",
    "respx.mock": "respx.mocks.MockRouter",
    "time_machine.travel": "time_machine.travel",
    "vcr.use_cassette": "vcr.config.VCR.use_cassette",
}
"""Decorators of test suites by the names under which they are imported: for an environment that lacks the package. What
they do does not depend on that, and they add no mark."""

SKIP = "unittest.case.skip"
SKIPS: dict[str, bool | None] = {SKIP: None, "unittest.case.skipIf": True, "unittest.case.skipUnless": False}
"""unittest's skips, with the truth of the condition that makes them skip; None for the one without a condition. One
that does not skip gives back what it got."""

INIT_MAKERS = frozenset(
    {
        "dataclasses.dataclass",
        "attr._make.attrs",
        "attr._next_gen.define",
        "attr._next_gen.frozen",
        "attr._next_gen.mutable",
        "attrs.define",
    }
)
"""Class decorators that add an `__init__`: pytest then drops the class."""

CONSTANTS: dict[str, str] = {"django.db.DEFAULT_DB_ALIAS": "default", "django.db.utils.DEFAULT_DB_ALIAS": "default"}

PROTOCOLS = ("typing.Protocol", "typing_extensions.Protocol")

DJANGO_SIMPLE = "django.test.testcases.SimpleTestCase"
DJANGO_TRANSACTION = "django.test.testcases.TransactionTestCase"
DJANGO_TEST = "django.test.testcases.TestCase"
UNITTEST = "unittest.case.TestCase"
ISOLATED = "unittest.async_case.IsolatedAsyncioTestCase"
