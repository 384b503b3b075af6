"""Cases of the judge: awaits in every place of an expression or a statement, and async blocks."""

from __future__ import annotations

from tests.fixes.cases import Case

CASES = [
    Case(
        "one_await",
        """
        async def pay(total):
            return await Order.objects.acreate(total=total)
        """,
        """
        order = await pay(3)
        assert order.total == 3
        assert order.pk
        """,
        "acreate(total=total)",
        "acreate(total=total + 1)",
    ),
    Case(
        "several_awaits",
        """
        async def pay(total):
            return await Order.objects.acreate(total=total)

        async def ship(order):
            order.shipped = True
            await order.asave()
            return order
        """,
        """
        order = await pay(3)
        again = await ship(order)
        assert again is order
        assert (await Order.objects.aget(pk=order.pk)).shipped
        """,
        "await order.asave()",
        "pass",
    ),
    Case(
        "in_arguments",
        """
        async def pay(total):
            return await Order.objects.acreate(total=total)

        async def add(order, *, more):
            order.total += more
            await order.asave()
            return order
        """,
        """
        order = await add(await pay(3), more=(await pay(4)).total)
        assert order.total == 7
        assert await Order.objects.filter(pk=order.pk, total=7).aexists()
        """,
        "+= more",
        "-= more",
    ),
    Case(
        "arguments_over_lines",
        """
        async def pay(total, note=""):
            return await Order.objects.acreate(total=total + len(note))
        """,
        """
        order = await pay(
            # what it costs
            await sync_to_async(Order.objects.count)(),
            note="xy",  # and two more
        )
        assert order.total == 2
        """,
        "len(note)",
        "1",
    ),
    Case(
        "attribute_and_index",
        """
        async def pair(total):
            order = await Order.objects.acreate(total=total)
            return [order, await Order.objects.acreate(total=total + 1)]
        """,
        """
        assert (await pair(1))[1].total == 2
        first, second = (await pair(5))[0], (await pair(6))[-1].total
        assert (first.total, second) == (5, 7)
        assert (await Customer.objects.aget_or_create(name="Ada"))[1] is True
        """,
        "total + 1",
        "total",
    ),
    Case(
        "method_of_the_awaited",
        """
        class Cart:
            def __init__(self, order):
                self.order = order

            def names(self):
                return ["cart", self.order.total]

        async def cart(total):
            return Cart(await Order.objects.acreate(total=total))
        """,
        """
        assert (await cart(4)).names() == ["cart", 4]
        assert (await cart(5)).names()[1:] == [5]
        """,
        '["cart", self',
        '["basket", self',
    ),
    Case(
        "in_a_format_string",
        """
        async def code(total):
            return f"<{(await Order.objects.acreate(total=total)).total}>"
        """,
        '''
        text = f"""
        {await code(3)} {(await code(4))!r:>6}
        """
        assert text.split() == ["<3>", "'<4>'"]
        assert await Order.objects.acount() == 2
        ''',
        'f"<{',
        'f"[{',
    ),
    Case(
        "in_a_condition",
        """
        async def is_open(total):
            await Order.objects.acreate(total=total)
            return total > 2
        """,
        """
        seen = "yes" if await is_open(3) else "no"
        if not await is_open(1) and (await is_open(4) or await is_open(5)):
            seen += "!"
        assert seen == "yes!"
        assert await Order.objects.acount() == 3
        """,
        "total > 2",
        "total < 2",
    ),
    Case(
        "in_displays",
        """
        async def pay(total):
            return (await Order.objects.acreate(total=total)).total
        """,
        """
        made = {"a": await pay(1), "b": [await pay(2), *await both(3)], "c": (await pay(4),)}
        assert made == {"a": 1, "b": [2, 3, 3], "c": (4,)}
        assert {await pay(5), await pay(5)} == {5}
        """,
        "acreate(total=total)).total",
        "acreate(total=total)).total % 4",
        module="""
        async def both(total):
            return [await pay(total), await pay(total)]
        """,
    ),
    Case(
        "as_an_index",
        """
        async def last():
            await Order.objects.acreate(total=1)
            return -1
        """,
        """
        names = ["a", "b", "c"]
        assert names[await last()] == "c"
        assert names[: await last()] == ["a", "b"]
        names[await last()] = "d"
        assert names == ["a", "b", "d"]
        """,
        "return -1",
        "return 0",
    ),
    Case(
        "unpacked",
        """
        async def three():
            return [(await Order.objects.acreate(total=n)).total for n in (1, 2, 3)]
        """,
        """
        first, *rest = await three()
        assert (first, rest) == (1, [2, 3])
        assert max(*await three()) == 3
        assert sum((await three())[1:]) == 5
        """,
        "(1, 2, 3)",
        "(1, 2, 4)",
    ),
    Case(
        "augmented_and_walrus",
        """
        async def pay(total):
            return (await Order.objects.acreate(total=total)).total
        """,
        """
        total = 1
        total += await pay(2)
        if (more := await pay(3)) > 2:
            total -= more
        assert (total, more) == (0, 3)
        """,
        "acreate(total=total)).total",
        "acreate(total=total)).total + 1",
    ),
    Case(
        "asserts_with_messages",
        """
        async def state(total):
            order = await Order.objects.acreate(total=total)
            return "open" if order.total else "empty"
        """,
        """
        assert await state(1) == "open", "it was not"
        assert await state(0) == await state(0) == "empty", await state(2)
        assert not (await state(1)).startswith("e")
        """,
        '"open" if',
        '"shut" if',
    ),
    Case(
        "arithmetic",
        """
        async def pay(total):
            return (await Order.objects.acreate(total=total)).total
        """,
        """
        assert -await pay(3) + await pay(4) * 2 == 5
        assert 2 ** await pay(3) == 8
        assert (await pay(7)) % 4 == 3
        assert not await pay(0)
        """,
        "acreate(total=total)).total",
        "acreate(total=total)).total or 1",
    ),
    Case(
        "in_a_loop",
        """
        async def pay(total):
            return await Order.objects.acreate(total=total)
        """,
        """
        orders = []
        for total in range(3):
            orders.append(await pay(total))  # one after the other
        else:
            orders.append(await pay(9))
        assert [o.total for o in orders] == [0, 1, 2, 9]
        """,
        "acreate(total=total)",
        "acreate(total=max(total, 1))",
    ),
    Case(
        "over_the_awaited",
        """
        async def totals():
            await Order.objects.acreate(total=1)
            return [1, 2]
        """,
        """
        seen = 0
        for total in await totals():
            seen += total
        for order in await sync_to_async(list)(Order.objects.all()):
            seen += order.total
        assert seen == 4
        """,
        "[1, 2]",
        "[1, 3]",
    ),
    Case(
        "in_a_while",
        """
        async def left(limit):
            await Order.objects.acreate(total=1)
            return limit - await Order.objects.acount()
        """,
        """
        turns = 0
        while await left(3) > 0:
            turns += 1
            if turns > 5:
                break
        assert turns == 2
        """,
        "limit -",
        "1 + limit -",
    ),
    Case(
        "comprehensions",
        """
        async def pay(total):
            return (await Order.objects.acreate(total=total)).total
        """,
        """
        assert [await pay(n) for n in (1, 2)] == [1, 2]
        assert {n: await pay(n) for n in (3, 4) if await pay(n) > 3} == {4: 4}
        assert [(a, b) for a in [await pay(1)] for b in (await pay(2), 3)] == [(1, 2), (1, 3)]
        """,
        "acreate(total=total)).total",
        "acreate(total=total)).total - 1",
    ),
    Case(
        "async_comprehensions",
        """
        async def stream(count):
            for total in range(count):
                yield await Order.objects.acreate(total=total)
        """,
        """
        assert [o.total async for o in stream(3) if o.total] == [1, 2]
        assert {o.total: o.pk async for o in Order.objects.filter(total=2)}.keys() == {2}
        assert [t async for t in Order.objects.order_by("pk").values_list("total", flat=True)] == [0, 1, 2]
        """,
        "range(count)",
        "range(count + 1)",
    ),
    Case(
        "async_for_over_rows",
        """
        async def fill(count):
            for total in range(count):
                await Order.objects.acreate(total=total)
        """,
        """
        await fill(4)
        seen = []
        async for order in Order.objects.order_by("total"):
            if order.total == 1:
                continue
            if order.total == 3:
                break
            seen.append(order.total)
        else:
            seen.append("end")
        assert seen == [0, 2]
        """,
        "total=total",
        "total=total // 2",
    ),
    Case(
        "async_for_over_a_stream",
        """
        async def stream(count):
            for total in range(count):
                yield await Order.objects.acreate(total=total)
        """,
        """
        seen = []
        async for order in stream(3):
            seen.append(order.total)
            assert order.pk
        else:
            seen.append("end")
        assert seen == [0, 1, 2, "end"]
        assert await Order.objects.acount() == 3
        """,
        "range(count)",
        "range(1, count)",
    ),
    Case(
        "async_with",
        """
        from contextlib import asynccontextmanager

        @asynccontextmanager
        async def opened(total):
            order = await Order.objects.acreate(total=total)
            yield order
            await order.adelete()
        """,
        """
        async with opened(3) as order:
            assert order.total == 3
            assert await Order.objects.filter(total=3).aexists()
        assert not await Order.objects.filter(total=3).aexists()
        """,
        "await order.adelete()",
        "pass",
    ),
    Case(
        "async_with_two",
        """
        from contextlib import asynccontextmanager

        @asynccontextmanager
        async def opened(total):
            yield await Order.objects.acreate(total=total)
        """,
        """
        async with opened(3) as first, opened(4) as second:
            total = first.total + second.total
        assert total == 7
        assert await Order.objects.acount() == 2
        """,
        "total=total",
        "total=total * 2",
    ),
    Case(
        "raises",
        """
        async def refuse(order):
            await Order.objects.acount()
            raise ValueError(f"{order.total} is refused")
        """,
        """
        order = await Order.objects.acreate(total=3)
        with pytest.raises(ValueError, match="3 is refused"):
            await refuse(order)
        with pytest.raises(ValueError) as caught:
            await refuse(await Order.objects.acreate(total=4))
        assert str(caught.value) == "4 is refused"
        """,
        "raise ValueError",
        "raise TypeError",
    ),
    Case(
        "raises_of_the_database",
        """
        async def rename(customer, name):
            customer.name = name
            await customer.asave()
        """,
        """
        ada = await Customer.objects.acreate(name="Ada")
        await rename(ada, "Grace")
        with pytest.raises(Customer.DoesNotExist):
            await Customer.objects.aget(name="Ada")
        with pytest.raises(Customer.DoesNotExist):
            await sync_to_async(Customer.objects.get)(name="Ada")
        assert (await Customer.objects.aget(name="Grace")).pk == ada.pk
        """,
        "customer.name = name",
        "pass",
    ),
    Case(
        "raises_in_a_loop",
        """
        async def refuse(total):
            order = await Order.objects.acreate(total=total)
            if order.total < 3:
                raise ValueError(str(total))
            return order
        """,
        """
        for total in (1, 2):
            with pytest.raises(ValueError, match=str(total)):
                await refuse(total)
        assert (await refuse(3)).total == 3
        """,
        "< 3",
        "< 2",
    ),
    Case(
        "sync_with",
        """
        NAME = "shop"

        async def label(total):
            return f"{NAME} {(await Order.objects.acreate(total=total)).total}"
        """,
        """
        with patch(f"{label.__module__}.NAME", "store"), (tmp_path / "x").open("w") as file:
            file.write(await label(3))
        assert (tmp_path / "x").read_text() == "store 3"
        assert await label(4) == "shop 4"
        """,
        "{NAME} {",
        "{NAME}-{",
        params="tmp_path",
    ),
    Case(
        "try_except_else_finally",
        """
        async def check(total):
            await Order.objects.acreate(total=total)
            if total > 2:
                raise KeyError(total)
            return total
        """,
        """
        seen = []
        for total in (2, 3):
            try:
                seen.append(await check(total))
            except KeyError as error:
                seen.append(str(error))
            else:
                seen.append("fine")
            finally:
                seen.append(await Order.objects.acount())
        assert seen == [2, "fine", 1, "3", 2]
        """,
        "total > 2",
        "total > 1",
    ),
    Case(
        "finally_cleans_up",
        """
        async def pay(total):
            return await Order.objects.acreate(total=total)
        """,
        """
        order = await pay(3)
        try:
            assert await Order.objects.filter(total=3).acount() == 1
        finally:
            await order.adelete()
        assert order.pk is None or not await Order.objects.filter(total=3).aexists()
        """,
        "total=total",
        "total=4",
    ),
    Case(
        "match_statement",
        """
        async def state(total):
            order = await Order.objects.acreate(total=total)
            return {"total": order.total, "open": True}
        """,
        """
        match await state(3):
            case {"total": 3, "open": True as is_open}:
                assert is_open
                seen = await state(4)
            case _:
                seen = {}
        assert seen["total"] == 4
        """,
        '"open": True',
        '"open": False',
    ),
    Case(
        "a_coroutine_in_a_variable",
        """
        async def pay(total):
            return await Order.objects.acreate(total=total)
        """,
        """
        coming = pay(3)
        order = await coming
        assert order.total == 3
        assert await Order.objects.acount() == 1
        """,
        "total=total",
        "total=total + 1",
    ),
    Case(
        "annotated",
        """
        async def pay(total: int) -> Order:
            return await Order.objects.acreate(total=total)
        """,
        '''
        """What it costs."""
        order: Order = await pay(3)

        totals: "list[int]" = [order.total, (await pay(4)).total]  # both

        assert totals == [3, 4]
        ''',
        "total=total",
        "total=total + 1",
    ),
    Case(
        "context_variable",
        """
        from contextvars import ContextVar

        current = ContextVar("current", default=None)

        async def enter(name):
            customer = await Customer.objects.acreate(name=name)
            current.set(customer.name)
            return customer

        async def who():
            return (await Customer.objects.aget(name=current.get())).name
        """,
        """
        await enter("Ada")
        assert current.get() == "Ada"
        assert await who() == "Ada"
        """,
        "current.set(customer.name)",
        "current.set(None)",
    ),
]
