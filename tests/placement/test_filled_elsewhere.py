"""Containers that are empty where they are written: what they hold is put in somewhere else."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

REGISTRY = """
from asgiref.sync import sync_to_async

REGISTERED = {}
ORDERED = list()


class Site:
    models = {}


async def first(name):
    return await sync_to_async(REGISTERED[name].objects.first)()


async def of_class(name):
    info = Site.models[name]
    return await sync_to_async(info["model"].objects.first)()


async def each():
    for callback in ORDERED:
        await callback()


async def counted():
    return len(REGISTERED)
"""

CALLS = {
    "first": "undecided",
    "of_class": "undecided",
    "each": "undecided",
    "counted": "safe",
}


@pytest.mark.parametrize("name, verdict", CALLS.items())
def test_what_a_registry_holds_is_not_known(name: str, verdict: str) -> None:
    call = f"{name}()" if name in ("each", "counted") else f"{name}('order')"
    check(
        f"from registry import {name}\n\n\nasync def test_it():  #= {verdict}\n    await {call}",
        {"registry.py": REGISTRY},
    )


HANDLERS = """
from functools import wraps

from asgiref.sync import sync_to_async


class Site:
    registered: dict[str, dict] = {}


def registered(name):
    from handlers import Site

    if name in Site.registered:
        info = Site.registered[name]
        return info["model"], info.get("admin")
    return None, None


def require_model(fn):
    @wraps(fn)
    async def wrapper(name, arguments):
        model, admin = registered(name)
        if model is None:
            return None
        return await fn(name, arguments, model=model, admin=admin)

    return wrapper


def require_permission(action):
    def decorator(fn):
        @wraps(fn)
        async def wrapper(name, arguments, **kwargs):
            admin = kwargs.get("admin")
            return await fn(name, arguments, **kwargs)

        return wrapper

    return decorator


@require_model
async def direct(name, arguments, *, model, admin):
    @sync_to_async
    def get_object():
        return model.objects.get(pk=1)

    return await get_object()


@require_model
@require_permission("view")
async def through(name, arguments, *, model, admin):
    @sync_to_async
    def get_object():
        return model.objects.get(pk=1)

    return await get_object()
"""


@pytest.mark.parametrize("name", ["direct", "through"])
def test_a_model_from_a_registry(name: str) -> None:
    text = f"from handlers import {name}\n\n\nasync def test_it():  #= undecided\n    await {name}('order', {{}})"
    check(text, {"handlers.py": HANDLERS})
