"""What `parametrize` gives: a test leaks when one of its values makes it leak."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment


def test_values_of_parametrize() -> None:
    check("""
MAKERS = [make, pure]

@pytest.mark.parametrize("maker", [make, read])
async def test_functions(maker):  #= leaks
    await sync_to_async(maker)()  #: ISO101

@pytest.mark.parametrize("maker", [pure])
async def test_calm(maker):  #= safe
    await sync_to_async(maker)()

@pytest.mark.parametrize("name, maker", [("a", make), ("b", pure)])
async def test_two_names(name, maker):  #= leaks
    await sync_to_async(maker)()  #: ISO101

@pytest.mark.parametrize(("maker", "name"), [pytest.param(pure, "a", id="a"), pytest.param(make, "b")])
async def test_param(name, maker):  #= leaks
    await sync_to_async(maker)()  #: ISO101

@pytest.mark.parametrize(argnames="maker", argvalues=MAKERS)
async def test_variable(maker):  #= leaks
    await sync_to_async(maker)()  #: ISO101

@pytest.mark.parametrize("maker", [make], indirect=True)
async def test_indirect(maker):  #= undecided
    await sync_to_async(maker)()  #~ ISO101

@pytest.mark.parametrize("maker", [lambda: make(), pytest.param(lambda: 1)])
async def test_lambdas(maker):  #= leaks
    await sync_to_async(maker)()  #: ISO101

@pytest.mark.parametrize("model", [Order, Tag])
async def test_models(model):  #= leaks
    await model.objects.acreate()  #: ISO102

@pytest.mark.parametrize("maker", shop.makers())
async def test_not_written_out(maker):  #= undecided
    await sync_to_async(maker)()  #~ ISO101

@pytest.mark.parametrize("maker", [make])
class TestAll:
    async def test_class(self, maker):  #= leaks
        await sync_to_async(maker)()  #: ISO101
""")
