"""Rows of packages beside the ORM: what Channels and Django's middleware do in a test, and what nobody can say."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

CONSUMERS = """
from channels.generic.http import AsyncHttpConsumer
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from models import Order


class Chat(AsyncJsonWebsocketConsumer):
    async def connect(self):
        self.layer = get_channel_layer()
        await self.layer.group_add("chat", "me")
        await self.accept()

    async def say(self, text):
        await self.send_json({"text": text})
        await self.send(text)
        await self.layer.group_send("chat", {"type": "said"})

    async def receive_json(self, content):
        await Order.objects.acreate()

    async def leave(self):
        await get_channel_layer().group_discard("chat", "me")
        await self.close()


class Page(AsyncHttpConsumer):
    async def handle(self, body):
        await self.send_headers(status=200)
        await self.send_body(b"", more_body=True)
        await self.send_response(200, b"")

    async def disconnect(self):
        await super().disconnect()
"""

SILENT = {
    "a consumer that connects": "await Chat().connect()",
    "a consumer that sends": "await Chat().say('hello')",
    "a consumer that leaves": "await Chat().leave()",
    "a consumer of requests": "await Page().handle(b'')",
    "the end of a request": "await Page().disconnect()",
    "a channel layer": "await get_channel_layer().send('name', {})",
    "a session that is not read yet": "await sync_to_async(SessionMiddleware(pure).process_request)(HttpRequest())",
}

UNKNOWN = {
    "what a consumer receives": "await Chat().receive(text_data='{}')",
    # Whether it reads depends on what the session holds, and on the user that the request has already.
    "the user of a scope": "await channels.auth.get_user({})",
    "the user of a request": "await HttpRequest().auser()",
}

IMPORTS = """
import channels.auth
from channels.layers import get_channel_layer
from consumers import Chat, Page
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest


"""


@pytest.mark.parametrize("line", SILENT.values(), ids=SILENT)
def test_no_database_work(line: str) -> None:
    check(f"{IMPORTS}async def test_it():  #= safe\n    {line}", {"consumers.py": CONSUMERS})


@pytest.mark.parametrize("line", UNKNOWN.values(), ids=UNKNOWN)
def test_undecided(line: str) -> None:
    check(f"{IMPORTS}async def test_it():  #= undecided\n    {line}", {"consumers.py": CONSUMERS})
