"""Rows of mocks, patches, decorators that change nothing, and pure functions of Django."""

from __future__ import annotations

from isolint.catalog.places import AT_HOME, IDENTITY, ISOLATED_LOOP
from isolint.catalog.rows import (
    Attribute,
    Decorates,
    Enters,
    Expects,
    Fills,
    Finds,
    Gives,
    MakesInit,
    Manages,
    Mocks,
    Reads,
    Replaces,
    Row,
    Runs,
    SetsItems,
    Starts,
    Stops,
)

ENVIRON = "os.environ"

PARAMETER_SET = "_pytest.mark.structures.ParameterSet"

MOCKS: tuple[Row, ...] = (
    *(Mocks(f"unittest.mock.{name}", "mock") for name in ("Mock", "MagicMock")),
    *(Mocks(f"unittest.mock.{name}", "mock") for name in ("NonCallableMock", "NonCallableMagicMock")),
    Mocks("unittest.mock.AsyncMock", "async"),
    Mocks("unittest.mock.PropertyMock", "property"),
    Mocks("unittest.mock.create_autospec", "like"),
    Mocks("unittest.mock.sentinel"),
    Mocks("unittest.mock.mock_open"),
)

# unittest.mock and its backport; `patch` is an object there whose class is `_patcher` in typeshed.
_PATCH = ("unittest.mock.patch", "unittest.mock._patcher.__call__", "mock.patch", "mock.mock.patch")
_PATCHERS = ("unittest.mock.patch", "unittest.mock._patcher", "mock.patch", "mock.mock.patch")
_PATCHER = "unittest.mock._patch"
DEFAULTS = frozenset({"unittest.mock.DEFAULT", "mock.mock.DEFAULT", "mock.DEFAULT"})
"""What says that a mock is to be made, where a replacement may be given."""
_MOCKER = "pytest_mock.plugin.MockerFixture"
_OVERRIDING = "django.test.utils.override_settings"
SETTINGS = "django.conf.settings"
"""The object that has Django's settings as its attributes."""
_MONKEY = "_pytest.monkeypatch.MonkeyPatch"
_MONKEY_CONTEXT = f"{_MONKEY}.context()"

PATCHES: tuple[Row, ...] = (
    *(Replaces(name, "path", patcher=_PATCHER) for name in _PATCH),
    *(Replaces(f"{name}.object", "object", patcher=_PATCHER) for name in _PATCHERS),
    *(Replaces(f"{name}.multiple", "many", patcher=_PATCHER) for name in _PATCHERS),
    *(Replaces(f"{name}._patch_object", "object", patcher=_PATCHER) for name in ("unittest.mock", "mock.mock")),
    *(Replaces(f"{name}._patch_multiple", "many", patcher=_PATCHER) for name in ("unittest.mock", "mock.mock")),
    *(SetsItems(f"{name}.dict", "many", patcher=_PATCHER) for name in _PATCHERS),
    *(SetsItems(f"{name}._patch_dict", "many", patcher=_PATCHER) for name in ("unittest.mock", "mock.mock")),
    Starts(f"{_PATCHER}.__enter__", "enters"),
    Starts(f"{_PATCHER}.start", "starts"),
    Starts(f"{_PATCHER}.__call__", "decorates"),
    Stops(f"{_PATCHER}.stop"),
    # pytest-mock: its object replaces at once.
    *(Gives(f"pytest_mock.plugin.{scope}mocker", cls=_MOCKER) for scope in ("", "class_", "module_", "session_")),
    Gives("pytest_mock.plugin._mocker", cls=_MOCKER),
    Replaces(f"{_MOCKER}.patch", "path"),
    Replaces(f"{_MOCKER}.patch.object", "object"),
    Replaces(f"{_MOCKER}.patch.multiple", "many"),
    SetsItems(f"{_MOCKER}.patch.dict", "many"),
    *(Mocks(f"{_MOCKER}.{name}", "mock") for name in ("Mock", "MagicMock", "NonCallableMock", "stub")),
    *(Mocks(f"{_MOCKER}.{name}", "async") for name in ("AsyncMock", "async_stub")),
    Mocks(f"{_MOCKER}.PropertyMock", "property"),
    Mocks(f"{_MOCKER}.create_autospec", "like"),
    Mocks(f"{_MOCKER}.mock_open"),
    Gives("_pytest.monkeypatch.monkeypatch", cls=_MONKEY),
    # `context()` gives another one, which takes all back when it is left.
    Gives(f"{_MONKEY}.context", cls=_MONKEY_CONTEXT),
    Replaces(f"{_MONKEY}.setattr", "either"),
    Replaces(f"{_MONKEY_CONTEXT}.setattr", "either", entered=True),
    *(SetsItems(f"{name}.setitem", "one") for name in (_MONKEY, _MONKEY_CONTEXT)),
    *(SetsItems(f"{name}.setenv", "one", ENVIRON) for name in (_MONKEY, _MONKEY_CONTEXT)),
    # Settings of Django (django/test/utils.py, django/test/testcases.py, pytest_django/fixtures.py).
    *(
        Replaces(name, "many", patcher=_OVERRIDING, of=SETTINGS)
        for name in (_OVERRIDING, "django.test.testcases.SimpleTestCase.settings")
    ),
    Starts("django.test.utils.TestContextDecorator.__enter__", "enters"),
    Starts("django.test.utils.TestContextDecorator.__call__", "decorates"),
    Starts(f"{_OVERRIDING}.enable", "starts"),
    Stops(f"{_OVERRIDING}.disable"),
    Gives("pytest_django.fixtures.settings", "class", SETTINGS),
    # Assignments by another word.
    SetsItems("os._Environ.setdefault", "one", ENVIRON),
    SetsItems("os._Environ.update", "many", ENVIRON),
    Replaces("builtins.setattr", "object", assigns=True),
    Replaces("builtins.object.__setattr__", "object", assigns=True),
)

NAMESPACE = "builtins.vars"
"""The class under which the names of an object are kept."""

NAMED: tuple[Row, ...] = (
    Finds("importlib.import_module", "module"),
    Finds("sys.modules.__getitem__", "module"),
    Finds("sys.modules.get", "module"),
    Finds("pkgutil.resolve_name", "object"),
    Finds("django.utils.module_loading.import_string", "object"),
    Gives("builtins.vars", cls=NAMESPACE, holds=("of",)),
    Reads(f"{NAMESPACE}.get", optional=True),
    Reads(f"{NAMESPACE}.__getitem__"),
)
"""What finds by a text."""

_STACKS = ("_BaseExitStack", "ExitStack", "AsyncExitStack")

STACKS: tuple[Row, ...] = (
    *(Enters(f"contextlib.{name}.enter_context") for name in _STACKS),
    Enters("contextlib.AsyncExitStack.enter_async_context", "aenter"),
    # What a stack runs when it is left: it is left where it was entered.
    *(Runs(f"contextlib.{name}.callback", IDENTITY, "call", "") for name in _STACKS),
    Runs("contextlib.AsyncExitStack.push_async_callback", IDENTITY, "call", "", awaits=True),
    # unittest.case.TestCase.doCleanups, unittest.async_case.IsolatedAsyncioTestCase._callCleanup.
    Runs("unittest.case.TestCase.addCleanup", AT_HOME, "call", "", keyword="function"),
    Runs("unittest.async_case.IsolatedAsyncioTestCase.addAsyncCleanup", ISOLATED_LOOP, "call", "", awaits=True),
    Enters("unittest.case.TestCase.enterContext", to_the_end=True),
    Enters("unittest.async_case.IsolatedAsyncioTestCase.enterAsyncContext", "aenter", to_the_end=True),
    # _pytest.fixtures.SubRequest.addfinalizer: FixtureDef.finish calls it.
    Runs("_pytest.fixtures.FixtureRequest.addfinalizer", AT_HOME, "call", "", keyword="finalizer"),
    Runs("_pytest.fixtures.SubRequest.addfinalizer", AT_HOME, "call", "", keyword="finalizer"),
    *(Expects(f"_pytest.{module}.raises") for module in ("raises", "python_api")),
    *(Expects(f"unittest.case.TestCase.{name}") for name in ("assertRaises", "assertRaisesRegex")),
    Expects("django.test.testcases.SimpleTestCase.assertRaisesMessage"),
)
"""What enters the context managers that it is given, what runs at the end, and what expects an exception."""

CONSTRUCTORS: tuple[Row, ...] = (
    *(MakesInit(f"{name}.dataclass", after="__post_init__") for name in ("dataclasses", "pydantic.dataclasses")),
    *(
        MakesInit(f"{module}.{name}", after="__attrs_post_init__")
        for module, names in (
            ("attr", "attrs s dataclass define mutable frozen"),
            ("attr._make", "attrs"),
            ("attr._next_gen", "define mutable frozen"),
            ("attrs", "define mutable frozen"),
        )
        for name in names.split()
    ),
    MakesInit("typing.NamedTuple"),
    MakesInit("msgspec.Struct", after="__post_init__"),
    MakesInit("pydantic.main.BaseModel", positional=False, after="model_post_init"),
    MakesInit("pydantic.BaseModel", positional=False, after="model_post_init"),
)
"""What writes the `__init__` of a class from the annotated names of its body."""

DECORATORS: tuple[Row, ...] = (
    Fills("functools.partial"),
    Fills("functools.partialmethod"),
    Decorates("functools.wraps", factory=True),
    Decorates("functools.update_wrapper"),
    Decorates("functools.lru_cache"),
    Decorates("functools.cache"),
    Decorates("builtins.staticmethod"),
    Decorates("builtins.classmethod"),
    Decorates("typing.cast"),
    Decorates("typing.overload"),
    Decorates("typing.final"),
    Decorates("abc.abstractmethod"),
    Decorates("django.db.transaction.atomic", cls="django.db.transaction.Atomic"),
    Decorates("django.db.transaction.Atomic.__call__"),
    Decorates("django.db.transaction.non_atomic_requests"),
    Decorates("django.test.utils.modify_settings"),
    Decorates("django.test.utils.tag"),
    Decorates("django.test.testcases.skipUnlessDBFeature"),
    Decorates("_pytest.fixtures.fixture"),
    Decorates("pytest_asyncio.plugin.fixture"),
    Manages("contextlib.contextmanager", "enter"),
    Manages("contextlib.asynccontextmanager", "aenter"),
)

UNLIKE: tuple[Row, ...] = (
    *(Gives(f"uuid.{name}", cls="uuid.UUID", unlike=True) for name in ("uuid1", "uuid4")),
    *(Gives(f"secrets.{name}", unlike=True) for name in ("token_hex", "token_urlsafe", "token_bytes", "randbits")),
    *(Gives(f"time.{name}", unlike=True) for name in ("time", "time_ns", "monotonic_ns", "perf_counter_ns")),
    Gives("django.utils.crypto.get_random_string", unlike=True),
)
"""What makes names that nobody else has."""

PURE: tuple[Row, ...] = (
    # It keeps its values by position (_pytest.mark.structures.ParameterSet.param).
    Gives("_pytest.mark.param", cls=PARAMETER_SET, holds=tuple(map(str, range(16)))),
    *(Gives(f"django.core.mail.{name}") for name in ("send_mail", "send_mass_mail", "mail_admins", "mail_managers")),
    Gives("django.core.mail.message.EmailMessage.send"),
    Gives("django.utils.timezone.now"),
    # What a backend wraps (django/template/backends/django.py Template.__init__), and the text of a template.
    Attribute("django.template.backends.django.Template.template", cls="django.template.base.Template"),
    Attribute("django.template.base.Template.source"),
    Gives("django.contrib.auth.hashers.make_password"),
    Gives("django.contrib.auth.hashers.check_password"),
    Gives("django.test.client.RequestFactory.get"),
    Gives("django.test.client.RequestFactory.post"),
    # It hands the request a session; nothing is read before the session's first use.
    Gives("django.contrib.sessions.middleware.SessionMiddleware.process_request"),
    # Channels: layers carry messages beside Django's connections, and what a consumer sends goes to the server (an
    # override of `send` behind `send_json` is not followed).
    Gives("channels.layers.get_channel_layer", cls="channels.layers.BaseChannelLayer"),
    *(
        Gives(f"channels.layers.BaseChannelLayer.{name}")
        for name in ("send", "receive", "new_channel", "flush", "group_add", "group_discard", "group_send")
    ),
    *(
        Gives(f"channels.generic.websocket.AsyncWebsocketConsumer.{name}")
        for name in ("accept", "send", "close", "disconnect")
    ),
    Gives("channels.generic.websocket.AsyncJsonWebsocketConsumer.send_json"),
    *(
        Gives(f"channels.generic.http.AsyncHttpConsumer.{name}")
        for name in ("send_headers", "send_body", "send_response", "disconnect")
    ),
)
"""Functions of packages that could work on the database and do not."""
