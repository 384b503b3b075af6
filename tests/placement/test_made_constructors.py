"""Objects of classes whose `__init__` nobody wrote: they hold what they were made of."""

from __future__ import annotations

import pytest

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

USES = """

async def silent(name):
    return name


async def write(name):
    await sync_to_async(make)()


"""
JOBS = {
    "dataclass": """
from dataclasses import dataclass

@dataclass
class Job:
    func: object
    name: str = "x"
""",
    "dataclass with options": """
import dataclasses

@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    func: object
    name: str = "x"
""",
    "inherited": """
from dataclasses import dataclass

@dataclass
class Base:
    func: object

@dataclass
class Job(Base):
    name: str = "x"
""",
    "subclass of one": """
from dataclasses import dataclass

@dataclass
class Base:
    func: object
    name: str = "x"

class Job(Base):
    pass
""",
    "class variables": """
from dataclasses import dataclass, field
from typing import ClassVar

@dataclass
class Job:
    kind: ClassVar[str] = "job"
    made: list = field(init=False, default_factory=list)
    func: object = None
    name: str = "x"
""",
    "NamedTuple": """
from typing import NamedTuple

class Job(NamedTuple):
    func: object
    name: str = "x"
""",
}
RUN = "\n    async def run(self):\n        return await self.func(self.name)\n"


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("given", ["{}", "func={}"])
def test_what_runs_is_what_was_given(job: str, given: str) -> None:
    check(
        f"{JOBS[job]}{RUN}{USES}"
        f"async def test_writes():  #= leaks\n    await Job({given.format('write')}).run()  #: ISO101\n\n\n"
        f"async def test_silent():  #= safe\n    await Job({given.format('silent')}).run()\n"
    )


def test_fields_of_bases_come_first() -> None:
    check(f"""
from dataclasses import dataclass

@dataclass
class Base:
    before: object
    after: object

@dataclass
class Job(Base):
    last: object

    async def run(self):
        await self.after("x")
{USES}
async def test_second():  #= leaks
    await Job(silent, write, silent).run()  #: ISO101

async def test_others():  #= safe
    await Job(write, silent, write).run()
""")


def test_what_follows_the_made_constructor_runs() -> None:
    check("""
from dataclasses import dataclass

@dataclass
class Job:
    name: str

    def __post_init__(self):
        make()

async def test_it():  #= leaks
    await sync_to_async(Job)("x")  #: ISO101
""")


def test_a_constructor_that_is_written_out_counts() -> None:
    check(f"""
from dataclasses import dataclass

@dataclass
class Job:
    func: object

    def __init__(self, func):
        self.func = silent

    async def run(self):
        await self.func("x")
{USES}
async def test_it():  #= safe
    await Job(write).run()
""")
