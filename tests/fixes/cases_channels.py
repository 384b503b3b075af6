"""Cases of the judge: Channels, which closes the connections of the thread that it works on, and its communicators."""

from __future__ import annotations

from tests.fixes.cases import Case

CONSUMER = """
from channels.generic.websocket import AsyncWebsocketConsumer

class Till(AsyncWebsocketConsumer):
    async def receive(self, text_data=None, bytes_data=None):
        order = await Order.objects.acreate(total=int(text_data))
        await self.send(text_data=str(order.total))
"""
TESTING = "from channels.testing import WebsocketCommunicator"

CASES = [
    Case(
        "channels_below",
        """
        from channels.db import database_sync_to_async

        def write(total):
            return Order.objects.create(total=total)

        async def store(total):
            return await database_sync_to_async(write)(total)
        """,
        """
        order = await store(3)
        assert order.total == 3
        assert await Order.objects.acount() == 1
        """,
        "total=total",
        "total=total + 1",
        applicability="unsafe",
    ),
    Case(
        "channels_decorated",
        """
        from channels.db import database_sync_to_async

        class Shop:
            @database_sync_to_async
            def _write(self, total):
                return Order.objects.create(total=total)

            async def store(self, total):
                order = await self._write(total)
                await asyncio.sleep(0)
                return order.total
        """,
        """
        shop = Shop()
        assert [await shop.store(n) for n in (1, 2)] == [1, 2]
        assert await Order.objects.filter(total__gt=1).acount() == 1
        """,
        "total=total",
        "total=total + 1",
        around='@patch("cases.channels_decorated.product.asyncio.sleep", AsyncMock())',
        applicability="unsafe",
    ),
    Case(
        "websocket",
        CONSUMER,
        """
        communicator = WebsocketCommunicator(Till.as_asgi(), "/till/")
        connected, _ = await communicator.connect()
        assert connected
        await communicator.send_to(text_data="3")
        assert await communicator.receive_from() == "3"
        await communicator.disconnect()
        order = await Order.objects.aget()
        assert order.total == 3
        """,
        "int(text_data)",
        "int(text_data) + 1",
        module=TESTING,
        applicability="unsafe",
    ),
    Case(
        "websocket_of_a_sync_consumer",
        """
        from channels.generic.websocket import JsonWebsocketConsumer

        class Till(JsonWebsocketConsumer):
            def receive_json(self, content, **kwargs):
                Order.objects.create(total=content["total"])
                self.send_json({"orders": Order.objects.count()})
        """,
        """
        before = await sync_to_async(Order.objects.create)(total=7)
        communicator = WebsocketCommunicator(Till.as_asgi(), "/till/")
        assert (await communicator.connect())[0]
        for total in (1, 2):
            await communicator.send_json_to({"total": total})
            answer = await communicator.receive_json_from()
            assert answer == {"orders": total + 1}
        await communicator.disconnect()
        await before.arefresh_from_db()
        assert before.total == 7
        """,
        'create(total=content["total"])',
        'create(total=content["total"]).delete()',
        module=TESTING,
        applicability="unsafe",
    ),
    Case(
        "websocket_of_a_helper",
        CONSUMER,
        """
        async with till() as communicator:
            await communicator.send_to(text_data=total)
            assert await communicator.receive_from() == total
        assert await Order.objects.filter(total=total).aexists()
        """,
        "int(text_data)",
        "int(text_data) + 1",
        params="total",
        around="""@pytest.mark.parametrize("total", ["1", "2"])""",
        module=f"""
from contextlib import asynccontextmanager

{TESTING}


@asynccontextmanager
async def till():
    communicator = WebsocketCommunicator(Till.as_asgi(), "/till/")
    await communicator.connect()
    try:
        yield communicator
    finally:
        await communicator.disconnect()
""",
        applicability="unsafe",
    ),
    Case(
        "websocket_in_a_class",
        CONSUMER,
        "",
        "int(text_data)",
        "int(text_data) + 1",
        module=f"""
from unittest import mock

{TESTING}


class TestTill:
    @pytest.mark.asyncio
    @mock.patch("asyncio.sleep")
    async def test_it(self, sleep):
        communicator = WebsocketCommunicator(Till.as_asgi(), "/till/")
        await communicator.connect()
        await communicator.send_to(text_data="4")
        assert await communicator.receive_from() == "4"
        await communicator.disconnect()
        assert await Order.objects.filter(total=4).acount() == 1
        sleep.assert_not_called()
""",
        applicability="unsafe",
    ),
    Case(
        "websocket_of_a_class_of_the_project",
        CONSUMER,
        """
        client = Client(Till.as_asgi(), "/till/")
        assert await client.sell(5) == 5
        assert await Order.objects.filter(total=5).acount() == 1
        """,
        "int(text_data)",
        "int(text_data) + 1",
        module=f"""
{TESTING}


class Client(WebsocketCommunicator):
    async def sell(self, total):
        await self.connect()
        await self.send_to(text_data=str(total))
        answer = await self.receive_from()
        await self.disconnect()
        return int(answer)
""",
        applicability="unsafe",
    ),
]
