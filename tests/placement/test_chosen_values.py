"""A value that is one of two: which one is told where the parameter is known that decides it."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

SERVICE = """\
from models import Order


class Saving:
    async def save(self):
        return await Order.objects.acreate()


class Keeping:
    def __init__(self):
        self.kept = []

    async def save(self):
        self.kept.append(1)


class Sized(Keeping):
    def __len__(self):
        return len(self.kept)


class Falsy(Keeping):
    def __bool__(self):
        return False


{made}
"""
MADE = {
    "or": """
class Service:
    def __init__(self, repo=None):
        self.repo = repo or Saving()

    async def run(self):
        await self.repo.save()

async def work(repo=None):
    await (repo or Saving()).save()
""",
    "if expression": """
class Service:
    def __init__(self, repo=None):
        self.repo = repo if repo else Saving()

    async def run(self):
        await self.repo.save()

async def work(repo=None):
    chosen = Saving() if not repo else repo
    await chosen.save()
""",
    "if statement": """
class Service:
    def __init__(self, repo=None):
        if not repo:
            repo = Saving()
        self.repo = repo

    async def run(self):
        await self.repo.save()

async def work(repo=None):
    if repo:
        chosen = repo
    else:
        chosen = Saving()
    await chosen.save()
""",
    "handed on": """
class Service:
    def __init__(self, repo=None):
        self.inner = Inner(repo)

    async def run(self):
        await self.inner.run()

class Inner:
    def __init__(self, repo):
        self.repo = repo or Saving()

    async def run(self):
        await self.repo.save()

async def work(repo=None):
    await further(repo)

async def further(repo):
    repo = repo or Saving()
    await repo.save()
""",
}
TESTS = """
from service import Falsy, Keeping, Saving, Service, Sized, work

async def test_default():  #= leaks
    await Service().run()  #: ISO102

async def test_given():  #= safe
    await Service(Keeping()).run()

async def test_by_name():  #= safe
    await Service(repo=Keeping()).run()

async def test_none():  #= leaks
    await Service(None).run()  #: ISO102

async def test_given_that_works():  #= leaks
    await Service(Saving()).run()  #: ISO102

async def test_falsy():  #= leaks
    await Service(Falsy()).run()  #: ISO102

async def test_empty():  #= leaks
    await Service(Sized()).run()  #: ISO102

async def test_function():  #= leaks
    await work()  #: ISO102

async def test_function_given():  #= safe
    await work(Keeping())

async def test_function_none():  #= leaks
    await work(repo=None)  #: ISO102
"""


@pytest.mark.parametrize("how", MADE)
def test_an_object_is_given_or_a_default_taken(how: str) -> None:
    check(TESTS, {"service.py": SERVICE.replace("{made}", MADE[how])})


NONE = {
    "if expression": """
class Service:
    def __init__(self, repo=None):
        self.repo = repo if repo is not None else Saving()
        self.other = Saving() if repo is None else repo

    async def run(self):
        await self.repo.save()
        await self.other.save()
""",
    "if statement": """
class Service:
    def __init__(self, repo=None):
        if repo is None:
            repo = Saving()
        self.repo = repo

    async def run(self):
        await self.repo.save()
""",
}


@pytest.mark.parametrize("how", NONE)
def test_none_is_asked_for(how: str) -> None:
    check(
        """
from service import Falsy, Keeping, Service, Sized

async def test_default():  #= leaks
    await Service().run()  #: ISO102

async def test_given():  #= safe
    await Service(Keeping()).run()

async def test_falsy():  #= safe
    await Service(Falsy()).run()

async def test_empty():  #= safe
    await Service(Sized()).run()
""",
        {"service.py": SERVICE.replace("{made}", NONE[how])},
    )


def test_what_a_query_gives_may_be_none() -> None:
    check(
        """
from service import order, save

async def test_first():  #= leaks
    await sync_to_async(order)(Order.objects.first())  #: ISO101

async def test_made():  #= leaks
    await sync_to_async(order)(Order())  #: ISO101
""",
        {
            "service.py": """\
from models import Order


def order(known=None):
    found = known or Order.objects.create()
    return found
"""
        },
    )


def test_a_flag_decides_which_object_works() -> None:
    check(
        """
from service import Keeping, run

async def test_kept():  #= safe
    await run(True)

async def test_saved():  #= leaks
    await run(False)  #: ISO102

async def test_any(request):  #= leaks
    await run(request.param)  #: ISO102
""",
        {
            "service.py": SERVICE.replace(
                "{made}",
                """
async def run(dry):
    repo = Keeping() if dry else Saving()
    await repo.save()
""",
            )
        },
    )


def test_a_name_that_changed_since_is_no_condition() -> None:
    check(
        """
from service import Keeping, work

async def test_it():  #= leaks
    await work(Keeping())  #: ISO102
""",
        {
            "service.py": SERVICE.replace(
                "{made}",
                """
async def work(repo):
    repo = None
    repo = repo or Saving()
    await repo.save()
""",
            )
        },
    )


def test_a_mock_is_there_and_what_it_gives_may_be_nothing() -> None:
    check(
        """
from service import Service

async def test_mock():  #= safe
    await Service(AsyncMock()).run()

async def test_what_it_gives():  #= leaks
    find = Mock(return_value=None)
    await Service(find()).run()  #: ISO102

async def test_attribute():  #= leaks
    holder = Mock(repo=None)
    await Service(holder.repo).run()  #: ISO102
""",
        {"service.py": SERVICE.replace("{made}", MADE["or"])},
    )


def test_what_may_be_missing() -> None:
    check(
        """
from service import Keeping, Registry, find, work

async def test_found_by_a_loop():  #= leaks
    await work(find([Keeping()]))  #: ISO102

async def test_next():  #= leaks
    await work(next((repo for repo in [Keeping()] if repo.kept), None))  #: ISO102

async def test_entry():  #= leaks
    registry = Registry()
    registry.add("a", Keeping())
    await work(registry.get("b"))  #: ISO102
""",
        {
            "service.py": SERVICE.replace(
                "{made}",
                MADE["or"]
                + """

def find(repos):
    for repo in repos:
        if repo.kept:
            return repo

class Registry:
    def __init__(self):
        self.repos = {}

    def add(self, name, repo):
        self.repos[name] = repo

    def get(self, name):
        return self.repos.get(name)
""",
            )
        },
    )


def test_which_function_is_called() -> None:
    check(
        """
from service import go

async def nothing():
    return None

async def test_default():  #= leaks
    await go()  #: ISO102

async def test_given():  #= safe
    await go(nothing)

async def test_lambda():  #= safe
    await go(lambda: nothing())
""",
        {
            "service.py": """from shop import amake


async def go(how=None):
    how = how or amake
    await how()
"""
        },
    )


def test_a_list_that_is_filled_stays_a_list() -> None:
    check(
        """
from service import go

async def test_it():  #= leaks
    await go()  #: ISO102

async def test_given():  #= leaks
    await go([])  #: ISO102
""",
        {
            "service.py": """from shop import amake


async def go(steps=None):
    steps = steps or []
    steps.append(amake)
    for step in steps:
        await step()
"""
        },
    )
