"""Cases of the judge: classes and their helpers, decorators, patches, marks and fixtures."""

from __future__ import annotations

from tests.fixes.cases import Case

PAY = """
async def pay(total):
    return await Order.objects.acreate(total=total)
"""
NOTIFY = """
async def notify(total):
    return f"sold {total}"

def round_up(total):
    return total

async def sell(total):
    order = await Order.objects.acreate(total=round_up(total))
    return await notify(order.total)
"""

CASES = [
    Case(
        "parametrized",
        PAY,
        """
        order = await pay(total)
        more = await pay(total + 1)
        assert (order.total, more.total) == expected
        """,
        "total=total",
        "total=total + total % 2",
        params="total, expected",
        around='@pytest.mark.parametrize(("total", "expected"), [(1, (1, 2)), (3, (3, 4))])',
    ),
    Case(
        "stacked_patches",
        NOTIFY,
        """
        round_up.side_effect = lambda total: total + 1
        assert await sell(3) == "told"
        round_up.assert_called_once_with(3)
        notify.assert_awaited_once_with(4)
        assert await Order.objects.filter(total=4).acount() == 1
        """,
        "notify(order.total)",
        "notify(total)",
        params="notify, round_up",
        around="""
        @patch("cases.stacked_patches.product.round_up")
        @patch("cases.stacked_patches.product.notify", new_callable=AsyncMock, return_value="told")
        """,
    ),
    Case(
        "patched_object",
        """
        class Clock:
            @staticmethod
            def now():
                return 1

        async def stamp():
            return (await Order.objects.acreate(total=Clock.now())).total
        """,
        """
        assert await stamp() == 5
        with patch.object(Clock, "now", return_value=6) as now:
            assert await stamp() == 6
            now.assert_called_once_with()
        assert await stamp() == 5
        """,
        "Clock.now())",
        "0 * Clock.now())",
        around='@patch.object(Clock, "now", new=lambda: 5)',
    ),
    Case(
        "async_mock",
        NOTIFY,
        """
        with patch(f"{sell.__module__}.notify", new=AsyncMock(side_effect=ValueError("closed"))) as mock:
            with pytest.raises(ValueError, match="closed"):
                await sell(3)
            mock.assert_awaited_once_with(3)
        assert await sell(4) == "sold 4"
        """,
        '"sold {total}"',
        '"bought {total}"',
    ),
    Case(
        "monkeypatch",
        NOTIFY,
        """
        async def quiet(total):
            return await Order.objects.acount()

        monkeypatch.setattr(f"{sell.__module__}.notify", quiet)
        assert await sell(3) == 1
        assert await sell(4) == 2
        """,
        "return await notify(order.total)",
        "return order.total",
        params="monkeypatch",
    ),
    Case(
        "mock_as_argument",
        """
        async def sell(total, log):
            order = await Order.objects.acreate(total=total)
            log(order.total)
            return order
        """,
        """
        log = Mock()
        order = await sell(3, log)
        log.assert_called_once_with(3)
        assert await Order.objects.filter(pk=order.pk).aexists()
        """,
        "log(order.total)",
        "log(total=order.total)",
    ),
    Case(
        "class_with_setup",
        PAY,
        "",
        "total=total",
        "total=total + 1",
        module="""
        @pytest.mark.asyncio
        class TestPay:
            total = 3

            def setup_method(self):
                self.more = 1

            async def test_one(self):
                self.order = await pay(self.total)
                assert self.order.total == 3

            async def test_two(self):
                # twice
                first = await pay(self.total)
                second = await pay(first.total + self.more)
                assert (first.total, second.total) == (3, 4)
        """,
    ),
    Case(
        "class_with_the_helper",
        PAY,
        "",
        "total=total",
        "total=total + 1",
        module="""
        from asgiref.sync import async_to_sync


        class TestPay:
            def _run_async(self, coroutine):
                async def run():
                    return await coroutine

                return async_to_sync(run)()

            def test_sync(self):
                assert self._run_async(pay(2)).total == 2

            @pytest.mark.asyncio
            async def test_async(self):
                assert (await pay(3)).total == 3
        """,
    ),
    Case(
        "helper_of_a_base",
        PAY,
        "",
        "total=total",
        "total=total + 1",
        module="""
        from asgiref.sync import async_to_sync


        class Base:
            def _run_async(self, coroutine):
                async def run():
                    return await coroutine

                return async_to_sync(run)()


        class TestPay(Base):
            @pytest.mark.asyncio
            async def test_async(self):
                order = await pay(3)
                assert order.total == 3
                assert (await pay(4)).total == 4
        """,
    ),
    Case(
        "async_method_of_the_class",
        PAY,
        "",
        "total=total",
        "total=total + 1",
        module="""
        class TestPay:
            async def make(self, total):
                return await pay(total)

            @pytest.mark.asyncio
            async def test_it(self):
                order = await self.make(3)
                assert order.total == 3
        """,
    ),
    Case(
        "async_function_of_the_module",
        PAY,
        """
        order = await make(3)
        assert order.total == 4
        """,
        "total=total",
        "total=total + 1",
        module="""
        async def make(total):
            order = await pay(total)
            order.total += 1
            await order.asave()
            return await Order.objects.aget(pk=order.pk)
        """,
    ),
    Case(
        "factory_fixture",
        """
        async def ship(order):
            order.shipped = True
            await order.asave()
            return order
        """,
        """
        order = await sync_to_async(make_order)(total=3)
        await ship(order)
        assert await Order.objects.filter(total=3, shipped=True).acount() == 1
        """,
        "order.shipped = True",
        "pass",
        params="make_order",
    ),
    Case(
        "async_fixture",
        PAY,
        """
        order = await pay(async_value)
        assert order.total == 3
        """,
        "total=total",
        "total=total + 1",
        params="async_value",
        applicability="unsafe",
    ),
    Case(
        "fixture_that_gives_a_coroutine",
        PAY,
        """
        assert (await buyer(3)).total == 3
        assert (await buyer(4)).total == 4
        """,
        "total=total",
        "total=total + 1",
        params="buyer",
        module="""
        @pytest.fixture
        def buyer():
            async def buy(total):
                return await pay(total)

            return buy
        """,
    ),
    Case(
        "use_fixtures_and_marks",
        PAY,
        "",
        "total=total",
        "total=total + 1",
        module="""
        @pytest.mark.usefixtures("customer")
        @pytest.mark.asyncio(loop_scope="class")
        class TestPay:
            async def test_it(self, customer):
                await customer.asave()
                order = await pay(3)
                order.customer = customer
                await order.asave()
                assert await customer.orders.acount() == 1
                assert order.total == 3
        """,
    ),
    Case(
        "marks_of_the_module",
        PAY,
        "",
        "total=total",
        "total=total + 1",
        module="""
        pytestmark = [pytest.mark.django_db, pytest.mark.asyncio]


        async def test_one():
            assert (await pay(3)).total == 3


        async def test_two():
            assert (await pay(4)).total == 4
        """,
    ),
    Case(
        "anyio",
        PAY,
        "",
        "total=total",
        "total=total + 1",
        module="""
        @pytest.fixture
        def anyio_backend():
            return "asyncio"


        @pytest.mark.anyio
        async def test_it():
            order = await pay(3)
            assert order.total == 3
        """,
    ),
    Case(
        "settings_and_logs",
        """
        import logging

        from django.conf import settings

        async def pay(total):
            logging.getLogger("shop").warning("paid %s", total)
            return await Order.objects.acreate(total=total + settings.FEE)
        """,
        """
        settings.FEE = 2
        order = await pay(3)
        assert order.total == 5
        assert caplog.messages == ["paid 3"]
        """,
        "total + settings.FEE",
        "total",
        params="settings, caplog",
        applicability="safe",
    ),
    Case(
        "related_rows",
        """
        async def buy(name, totals):
            customer = await Customer.objects.acreate(name=name)
            for total in totals:
                await customer.orders.acreate(total=total)
            return customer
        """,
        """
        customer = await buy("Ada", [1, 2])
        assert await customer.orders.acount() == 2
        order = await customer.orders.order_by("total").alast()
        assert order.total == 2
        assert (await Order.objects.select_related("customer").aget(pk=order.pk)).customer.name == "Ada"
        assert await Order.objects.filter(customer=customer).aupdate(total=5) == 2
        await customer.arefresh_from_db()
        """,
        "total=total",
        "total=1",
    ),
    Case(
        "tabs_and_comments",
        PAY,
        "",
        "total=total",
        "total=total + 1",
        module="""
        @pytest.mark.asyncio  # a loop
        async def test_it():  # how much
        \t# first
        \torder = await pay(3)  # three

        \t# then
        \tassert order.total == 3  # still

        # the end
        """,
    ),
]
