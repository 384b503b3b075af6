"""Rows of routers and their test clients: django-ninja, Starlette, FastAPI. Sources are named at each group.

A package that the environment lacks is known by the names under which it is imported; those rows stand beside the
canonical ones.
"""

from __future__ import annotations

from isolint.catalog.places import IDENTITY, IN_LOOP, INSENSITIVE, ISOLATED_LOOP, NOWHERE, SENSITIVE, THREAD
from isolint.catalog.rows import Answers, Attribute, Dispatches, Gives, Mounts, Requests, Row

ROUTE = "starlette.routing.Route"
MOUNT = "starlette.routing.Mount"
DEPENDS = "fastapi.params.Depends"

_VERBS = ("get", "post", "put", "patch", "delete")
_ALL_VERBS = (*_VERBS, "head", "options", "trace")

_API = "ninja.main.NinjaAPI"
_ROUTER = "ninja.router.Router"
_NINJA = (_API, _ROUTER)
_CLIENT = "ninja.testing.client.TestClient"
_ASYNC_CLIENT = "ninja.testing.client.TestAsyncClient"
_NINJA_CLIENTS = ((_CLIENT, "ninja.testing.TestClient"), (_ASYNC_CLIENT, "ninja.testing.TestAsyncClient"))

_EXTRA = "ninja_extra"
_CONTROLLERS = ("ControllerBase", "api_controller")
_STARLETTE = "starlette.applications.Starlette"
_STARLETTE_ROUTER = "starlette.routing.Router"
_FASTAPI = "fastapi.applications.FastAPI"
_FASTAPI_ROUTER = "fastapi.routing.APIRouter"
_PORTAL = "starlette.testclient.TestClient"
_MADE = {
    _STARLETTE: ("routes",),
    _STARLETTE_ROUTER: ("routes",),
    _FASTAPI: ("routes", "dependencies"),
    _FASTAPI_ROUTER: ("prefix", "routes", "dependencies"),
}
_IMPORTED = {_FASTAPI: "fastapi.FastAPI", _FASTAPI_ROUTER: "fastapi.APIRouter"}

ROUTERS: tuple[Row, ...] = (
    # django-ninja (ninja/operation.py PathView: one view for each path; as soon as one of its operations is a coroutine
    # function, the view is one, too, and has the others run by sync_to_async, the response included). Both kinds of
    # clients call the view itself, with no middleware around (ninja/testing/client.py); the sync one cannot await what
    # an async view gives.
    *(Gives(f"{name}.()", cls=name, holds=("auth",), distinct=True) for name in _NINJA),
    Gives("ninja.NinjaAPI", cls=_API, holds=("auth",), distinct=True),
    Gives("ninja.Router", cls=_ROUTER, holds=("auth",), distinct=True),
    *(Dispatches(name, beside=SENSITIVE, before="auth", reads=True, request=True) for name in _NINJA),
    *(Answers(f"{name}.{verb}") for name in _NINJA for verb in _VERBS),
    *(Answers(f"{name}.api_operation", path=1, methods=0) for name in _NINJA),
    Answers(f"{_ROUTER}.add_api_operation", path=0, methods=1, function=2, keyword="view_func"),
    *(Mounts(f"{name}.add_router", 1, "router", 0) for name in _NINJA),
    Attribute(f"{_API}.urls", "self"),
    *(Gives(f"{name}.()", cls=name, holds=("router_or_app",)) for name, _ in _NINJA_CLIENTS),
    *(Gives(short, cls=name, holds=("router_or_app",)) for name, short in _NINJA_CLIENTS),
    *(
        Requests(f"{_CLIENT}.{name}", path, "router_or_app", IDENTITY, NOWHERE, "", when="call")
        for name, path in (*((verb, 0) for verb in _VERBS), ("request", 1))
    ),
    *(
        Requests(f"{_ASYNC_CLIENT}.{name}", path, "router_or_app", IN_LOOP, IN_LOOP)
        for name, path in (*((verb, 0) for verb in _VERBS), ("request", 1))
    ),
    # django-ninja-extra (ninja_extra/controllers/base.py): a class is the router of its own functions.
    *(
        Dispatches(f"{_EXTRA}.controllers.base.{name}", beside=SENSITIVE, before="auth", reads=True)
        for name in _CONTROLLERS
    ),
    *(
        Gives(f"{_EXTRA}.{name}.()", cls=f"{_EXTRA}.{name}", holds=("auth",), distinct=True)
        for name in ("main.NinjaExtraAPI", "router.Router")
    ),
    *(Answers(f"{_EXTRA}.controllers.route.Route.{verb}", of_class=True) for verb in _VERBS),
    *(
        Answers(f"{module}.http_{verb}", of_class=True)
        for module in (_EXTRA, f"{_EXTRA}.controllers", f"{_EXTRA}.controllers.route")
        for verb in _VERBS
    ),
    Mounts(f"{_EXTRA}.main.NinjaExtraAPI.register_controllers", -1, ""),
    *(
        Gives(f"{_EXTRA}.testing.client.{name}.()", cls=f"{_EXTRA}.testing.client.{name}", holds=("router_or_app",))
        for name in ("TestClient", "TestAsyncClient")
    ),
    *(
        Requests(
            f"{_EXTRA}.testing.client.TestClient.{name}", path, "router_or_app", IDENTITY, NOWHERE, "", when="call"
        )
        for name, path in (*((verb, 0) for verb in _VERBS), ("request", 1))
    ),
    *(
        Requests(f"{_EXTRA}.testing.client.TestAsyncClient.{name}", path, "router_or_app", IN_LOOP, IN_LOOP)
        for name, path in (*((verb, 0) for verb in _VERBS), ("request", 1))
    ),
    # Starlette and FastAPI: a plain function runs in a thread of anyio (starlette/routing.py request_response,
    # fastapi/routing.py run_endpoint_function), and so does a plain function that it depends on.
    *(Gives(f"{name}.()", cls=name, holds=holds, distinct=True) for name, holds in _MADE.items()),
    *(Gives(short, cls=name, holds=_MADE[name], distinct=True) for name, short in _IMPORTED.items()),
    *(
        Dispatches(
            name,
            INSENSITIVE,
            INSENSITIVE,
            "prefix" if "prefix" in holds else "",
            "routes",
            "dependencies" if "dependencies" in holds else "",
            adds=True,
        )
        for name, holds in _MADE.items()
    ),
    Gives(f"{ROUTE}.()", cls=ROUTE, holds=("path", "endpoint", "methods")),
    Gives(f"{MOUNT}.()", cls=MOUNT, holds=("path", "app", "routes")),
    *(Answers(f"{name}.{verb}") for name in (_FASTAPI, _FASTAPI_ROUTER) for verb in _ALL_VERBS),
    *(Answers(f"{name}.api_route") for name in (_FASTAPI, _FASTAPI_ROUTER)),
    *(Answers(f"{name}.add_api_route", function=1, keyword="endpoint") for name in (_FASTAPI, _FASTAPI_ROUTER)),
    Answers(f"{_FASTAPI_ROUTER}.route", methods=1),
    *(Answers(f"{name}.add_route", methods=2, function=1, keyword="route") for name in (_STARLETTE, _FASTAPI)),
    *(
        Answers(f"{name}.add_route", methods=2, function=1, keyword="endpoint")
        for name in (_STARLETTE_ROUTER, _FASTAPI_ROUTER)
    ),
    Attribute(f"{_FASTAPI}.dependency_overrides", "self"),  # what is set there is registered at the application
    *(Mounts(f"{name}.include_router", 0, "router") for name in (_FASTAPI, _FASTAPI_ROUTER)),
    *(Mounts(f"{name}.mount", 1, "app", 0) for name in _MADE),
    *(
        Gives(name, cls=DEPENDS, holds=("dependency",))
        for name in ("fastapi.param_functions.Depends", "fastapi.Depends")
    ),
    *(
        Gives(name, cls=DEPENDS, holds=("dependency",))
        for name in ("fastapi.param_functions.Security", "fastapi.Security")
    ),
    # The test client has the application run in the loop of a thread of its own (starlette/testclient.py, anyio's
    # portal).
    *(Gives(name, cls=_PORTAL, holds=("app",)) for name in (f"{_PORTAL}.()", _PORTAL, "fastapi.testclient.TestClient")),
    *(
        Requests(f"{_PORTAL}.{name}", path, "app", THREAD, ISOLATED_LOOP, "ISO103", when="call")
        for name, path in (*((verb, 0) for verb in _ALL_VERBS[:-1]), ("request", 1))
    ),
)
