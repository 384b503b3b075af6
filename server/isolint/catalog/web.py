"""Rows of requests: URLs, views, test clients, communicators, consumers. Sources are named at each group."""

from __future__ import annotations

from isolint.catalog.places import (
    BRIDGE,
    IDENTITY,
    IN_LOOP,
    INSENSITIVE,
    OWN_CONTEXT,
    OWN_CONTEXT_LOOP,
    SENSITIVE,
    compose,
)
from isolint.catalog.rows import Acts, Attribute, Decorates, Drains, Extends, Gives, Requests, Row, Runs, Serves

ROUTE = "django.urls.resolvers.RoutePattern"
REGEX = "django.urls.resolvers.RegexPattern"
INCLUDE = "django.urls.conf.include"
REVERSE = "django.urls.base.reverse"
REQUEST = "django.core.handlers.asgi.ASGIRequest"
AS_VIEW = "django.views.generic.base.View.as_view"
PROTOCOLS = "channels.routing.ProtocolTypeRouter"
ROUTES = "channels.routing.URLRouter"
CONSUMER = "channels.consumer.AsyncConsumer"
TEMPLATE = "django.template.backends.django.Template"
ENGINE = "django.template.backends.django.DjangoTemplates"
PAGES = "django.core.paginator.AsyncPaginator"
STREAM = "django.http.response.StreamingHttpResponse"
TASK = "django.tasks.base.Task"
_CLIENT = "django.test.client"
_TESTING = "channels.testing"
_APPLICATION = ("asgiref.testing", f"{_TESTING}.application")
"""Where `ApplicationCommunicator` is: channels overrides two of its methods and changes nothing about places."""
_PATTERN = ("route", "view", "kwargs", "name")
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")

WEB: tuple[Row, ...] = (
    # URLs (django/urls/conf.py: `path` and `re_path` are partials of one function).
    *(Gives(f"{module}.path", cls=ROUTE, holds=_PATTERN) for module in ("django.urls", "django.urls.conf")),
    *(Gives(f"{module}.re_path", cls=REGEX, holds=_PATTERN) for module in ("django.urls", "django.urls.conf")),
    # They give a URLPattern; here it goes by the class of what it is made of, which tells how its route is written.
    *(Extends(name, ("django.urls.resolvers.URLPattern",)) for name in (ROUTE, REGEX)),
    Gives(INCLUDE, cls=INCLUDE, holds=("arg", "namespace")),
    *(Gives(name, cls=REVERSE, holds=("viewname",)) for name in (REVERSE, "django.urls.base.reverse_lazy")),
    Gives("django.conf.urls.static.static", "items"),
    # Views: what `as_view` gives stands for its class; these decorators only look at the request.
    Gives(AS_VIEW, "self"),
    *(
        Decorates(f"django.views.decorators.{name}")
        for name in (
            "csrf.csrf_exempt",
            "csrf.csrf_protect",
            "csrf.ensure_csrf_cookie",
            "http.require_GET",
            "http.require_POST",
            "http.require_safe",
            "cache.never_cache",
            "debug.sensitive_variables",
            "debug.sensitive_post_parameters",
            "clickjacking.xframe_options_exempt",
            "clickjacking.xframe_options_deny",
            "clickjacking.xframe_options_sameorigin",
            "gzip.gzip_page",
        )
    ),
    *(
        Decorates(f"django.views.decorators.{name}", factory=True)
        for name in ("http.require_http_methods", "cache.cache_control", "vary.vary_on_headers")
    ),
    *(
        Attribute(f"django.http.request.HttpRequest.{name}", "plain")
        for name in (
            "GET POST COOKIES META FILES method path path_info headers body content_type content_params encoding "
            "scheme resolver_match"
        ).split()
    ),
    *(
        Gives(f"django.http.request.HttpRequest.{name}")
        for name in "get_host get_port get_full_path build_absolute_uri is_secure accepts get_signed_cookie".split()
    ),
    Gives("django.shortcuts.redirect"),
    # The body of a streaming response runs when somebody goes through it: in an async test, in the test's own loop.
    Gives(f"{STREAM}.()", cls=STREAM, holds=("streaming_content",)),
    # Templates go through the querysets of their context; whether one that is there is used nobody looks at.
    Drains("django.shortcuts.render", "call", 2),
    Drains("django.template.loader.render_to_string", "call", 1),
    Gives("django.template.loader.get_template", cls=TEMPLATE),
    Gives("django.template.loader.select_template", cls=TEMPLATE),
    Drains(f"{TEMPLATE}.render", "call", 0),
    Gives("django.template.context.Context.()", "first"),
    Gives("django.template.context.RequestContext.()", "keywords"),
    Drains("django.template.base.Template.render", "call", 0),
    Gives("django.template.utils.EngineHandler.__getitem__", cls=ENGINE),
    Gives(f"{ENGINE}.from_string", cls=TEMPLATE),
    Gives(f"{ENGINE}.get_template", cls=TEMPLATE),
    # Pages of a queryset (django/core/paginator.py, Django 6.0).
    Gives(f"{PAGES}.()", cls=PAGES, holds=("object_list",)),
    *(
        Drains(f"{PAGES}.{name}", "await", "object_list", SENSITIVE, "ISO102")
        for name in ("acount", "anum_pages", "apage", "aget_page", "apage_range", "aget_elided_page_range")
    ),
    # Tasks with the immediate backend, which is the default (django/tasks/backends/immediate.py, Django 6.0).
    Gives("django.tasks.base.task", cls=TASK, holds=("func",), decorates=True),
    Gives(f"{TASK}.using", "self"),
    Runs(f"{TASK}.enqueue", IDENTITY, "call", "", payload="func"),
    Runs(f"{TASK}.aenqueue", SENSITIVE, "await", "ISO101", payload="func"),
    Runs(f"{TASK}.call", IDENTITY, "call", "", payload="func"),
    Runs(f"{TASK}.acall", SENSITIVE, "await", "ISO101", payload="func"),
    # The async client: AsyncClientHandler awaits the view in the caller's task; a plain one goes through sync_to_async
    # (django/core/handlers/base.py BaseHandler._get_response_async).
    # It closes the response on a pool thread (django/test/client.py AsyncClientHandler).
    *(
        Requests(
            f"{_CLIENT}.AsyncClient.{name}",
            0,
            sends=(
                ("django.core.signals.request_started", SENSITIVE, IN_LOOP),
                ("django.core.signals.request_finished", INSENSITIVE, compose(INSENSITIVE, BRIDGE)),
            ),
        )
        for name in _METHODS
    ),
    *(
        Acts(f"{_CLIENT}.ClientMixin.{name}", "write", "await", SENSITIVE, "ISO104")
        for name in ("alogin", "aforce_login", "alogout")
    ),
    *(Acts(f"{_CLIENT}.ClientMixin.{name}", "write") for name in ("login", "force_login", "logout")),
    # Django's ASGI handler opens a ThreadSensitiveContext for each request (ASGIHandler.__call__), and whoever drives
    # it through a communicator starts it in an empty context (asgiref.testing).
    Gives("django.core.asgi.get_asgi_application", cls="django.core.handlers.asgi.ASGIHandler"),
    Serves("django.core.handlers.asgi.ASGIHandler", OWN_CONTEXT, OWN_CONTEXT_LOOP, "ISO104"),
    # Communicators: the application is started as a task when it is first sent something.
    Gives(
        "asgiref.testing.ApplicationCommunicator.()",
        cls="asgiref.testing.ApplicationCommunicator",
        holds=("application", "scope"),
    ),
    *(Requests(f"{module}.ApplicationCommunicator.send_input", "scope", "application") for module in _APPLICATION),
    Gives(
        f"{_TESTING}.http.HttpCommunicator.()",
        cls=f"{_TESTING}.http.HttpCommunicator",
        holds=("application", "method", "path"),
    ),
    Requests(f"{_TESTING}.http.HttpCommunicator.get_response", "path", "application"),
    Gives(
        f"{_TESTING}.websocket.WebsocketCommunicator.()",
        cls=f"{_TESTING}.websocket.WebsocketCommunicator",
        holds=("application", "path"),
    ),
    Requests(f"{_TESTING}.websocket.WebsocketCommunicator.connect", "path", "application"),
    *(
        Gives(f"{_TESTING}.websocket.WebsocketCommunicator.{name}")
        for name in ("send_to", "send_json_to", "receive_from", "receive_json_from", "receive_nothing", "disconnect")
    ),
    *(
        Gives(f"{module}.ApplicationCommunicator.{name}")
        for module in _APPLICATION
        for name in ("receive_output", "receive_nothing", "wait", "stop")
    ),
    Gives("django.test.client.AsyncRequestFactory._base_scope", "keywords"),
    # httpx drives the application in the caller's task (httpx/_transports/asgi.py).
    Gives("httpx._transports.asgi.ASGITransport.()", cls="httpx._transports.asgi.ASGITransport", holds=("app",)),
    Gives("httpx._client.AsyncClient.()", cls="httpx._client.AsyncClient", holds=("transport",)),
    *(Requests(f"httpx._client.AsyncClient.{name}", 0, "transport.app") for name in _METHODS[:-1]),
    # Channels (channels/routing.py, channels/consumer.py): `as_asgi` stands for its class.
    Gives(f"{PROTOCOLS}.()", cls=PROTOCOLS, holds=("protocols",)),
    Gives(f"{ROUTES}.()", cls=ROUTES, holds=("routes",)),
    Gives(f"{CONSUMER}.as_asgi", "self"),
    Attribute(f"{CONSUMER}.channel_layer", cls="channels.layers.BaseChannelLayer"),
    *(
        Gives(f"channels.{name}", "first")
        for name in (
            "auth.AuthMiddlewareStack",
            "auth.AuthMiddleware.()",
            "sessions.CookieMiddleware.()",
            "sessions.SessionMiddleware.()",
            "sessions.SessionMiddlewareStack",
            "security.websocket.AllowedHostsOriginValidator",
            "security.websocket.OriginValidator.()",
        )
    ),
)
