"""`call_command`: what the command does, not that it is one."""

from __future__ import annotations

from tests.check.engine import needs_environment
from tests.placement.marked import check

pytestmark = needs_environment

COMMAND = """\
from django.core.management.base import BaseCommand
from models import Order
from shop import make, pure


class Command(BaseCommand):
    def handle(self, *args, **options):
        {body}
"""

COMMANDS = {
    "app/management/commands/add_order.py": COMMAND.format(body="make(options['total'])"),
    "app/management/commands/tell.py": COMMAND.format(body="self.stdout.write(str(pure()))"),
    "app/management/commands/count.py": COMMAND.format(body="return Order.objects.count()"),
}


def test_what_a_command_does() -> None:
    check(
        """
from django.core import management
from django.core.management import call_command
from app.management.commands.add_order import Command

NAME = "add_order"

async def test_it_writes():  #= leaks
    await sync_to_async(call_command)("add_order", total=3)  #: ISO101

async def test_it_reads():  #= leaks
    await asyncio.to_thread(management.call_command, "count")  #: ISO103

async def test_it_tells():  #= safe
    await sync_to_async(call_command)("tell", "-v", "2")

async def test_a_constant():  #= leaks
    await sync_to_async(call_command)(NAME)  #: ISO101

async def test_an_object():  #= leaks
    await sync_to_async(call_command)(Command())  #: ISO101

async def test_of_django():  #= leaks
    await sync_to_async(call_command)("flush")  #: ISO101

async def test_of_django_without_a_query():  #= safe
    await sync_to_async(call_command)("check")

async def test_of_nobody_knows_where():  #= undecided
    await sync_to_async(call_command)("somewhere_else")  #~ ISO101

def test_at_home():  #= safe
    call_command("add_order")
    call_command("somewhere_else")
""",
        COMMANDS,
    )
