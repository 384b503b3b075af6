"""Decorators of installed packages that no row describes: they leave their function where it is."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

VIEWS = """
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page, never_cache
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie
from django.views.decorators.http import require_http_methods

import shop


class View:
    @method_decorator(ensure_csrf_cookie)
    def get(self, request):
        shop.make()
        return HttpResponse()

    @method_decorator([csrf_exempt, never_cache])
    def put(self, request):
        return HttpResponse()


@require_http_methods(["GET"])
def listed(request):
    shop.read()
    return HttpResponse()


@cache_page(60)
@csrf_exempt
def pure(request):
    return HttpResponse()


@csrf_exempt
async def made(request):
    await shop.amake()
"""

CALLS = {
    "method_decorator": ("await sync_to_async(View().get)(None)  #: ISO101", "leaks"),
    "method_decorator, no work": ("await sync_to_async(View().put)(None)", "safe"),
    "made by a call": ("await sync_to_async(listed)(None)  #: ISO101", "leaks"),
    "two of them, no work": ("await sync_to_async(pure)(None)", "safe"),
    "async": ("await made(None)  #: ISO102", "leaks"),
}


def test_a_decorator_that_is_not_installed_hides_its_function() -> None:
    """It may be another name for a hop."""
    text = """
        from nowhere import away, made_by

        @away
        def make(): Order.objects.create()

        @made_by()
        def read(): Order.objects.count()

        async def test_it():  #= undecided
            await make()

        async def test_made():  #= undecided
            await read()
        """
    check(dedent(text))


@pytest.mark.parametrize("call, verdict", CALLS.values(), ids=CALLS)
def test_decorated(call: str, verdict: str) -> None:
    text = f"from views import View, listed, made, pure\n\n\nasync def test_it():  #= {verdict}\n    {call}"
    check(text, {"views.py": VIEWS})
