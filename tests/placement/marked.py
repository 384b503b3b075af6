"""Test modules whose expected verdicts stand in them as comments.

`#= leaks` on the line of a `def` is the verdict of that test. `#: ISO101` on a line is an error there, `#~ ISO101` a
warning. What is not marked must not be found. No test lives here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.check.engine import opened, project, reports

INI = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

HEAD = """\
import asyncio
import contextlib
import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import AsyncMock, MagicMock, Mock, patch

import pytest
from asgiref.sync import SyncToAsync, async_to_sync, sync_to_async
from django.db.models import Sum

import shop
from models import Order, Tag
from shop import make, pure, read

pytestmark = pytest.mark.django_db
"""

SHOP = """\
from asgiref.sync import sync_to_async
from models import Order


def make(total=1):
    return Order.objects.create(total=total)


def read():
    return Order.objects.count()


def pure(value=1):
    return value + 1


async def amake(total=1):
    return await Order.objects.acreate(total=total)


async def hop(total=1):
    return await sync_to_async(make)(total)
"""

_VERDICT = re.compile(r"def (\w+)\(.*#= ([\w-]+)")
_CLASS = re.compile(r"^class (\w+)")
_MARK = re.compile(r"#([:~]) (ISO\d+)")
_SEVERITY = {":": "error", "~": "warning"}


def check(text: str, files: Mapping[str, str] | None = None, ini: str = INI, head: str = HEAD) -> None:
    """Hold a test module (behind the usual imports) and further files of its project against their marks."""
    everything = {"shop.py": SHOP, **(files or {}), "test_a.py": f"{head}\n\n{text}\n"}
    with project(everything, ini) as (root, session):
        found = reports(session, root)
        # `reach` must not tell a test to stay at home that the machine sees leaving.
        assert reports(opened(root, once=True), root) == found
    verdicts = {test.test: test.verdict for report in found.values() for test in report.tests}
    reasons = {test.test: test.reasons for report in found.values() for test in report.tests}
    findings = {
        (name, one.location.line, one.code, one.severity)
        for name, report in found.items()
        for one in report.findings
        if one.severity != "info"
    }
    wanted_verdicts: dict[str, str] = {}
    wanted: set[tuple[str, int, str, str]] = set()
    for name, source in everything.items():
        owner = ""
        for number, line in enumerate(source.split("\n"), 1):
            if begun := _CLASS.search(line):
                owner = f"{begun[1]}::"
            elif line and not line[0].isspace():
                owner = ""
            if verdict := _VERDICT.search(line):
                wanted_verdicts[f"{name}::{owner}{verdict[1]}"] = verdict[2]
            wanted |= {(name, number, code, _SEVERITY[how]) for how, code in _MARK.findall(line)}
    assert wanted_verdicts, "no test is marked with its verdict"
    shown = {
        test: (verdict, reasons[test]) for test, verdict in verdicts.items() if wanted_verdicts.get(test) != verdict
    }
    assert not shown, shown
    assert verdicts == wanted_verdicts
    assert findings == wanted, (sorted(findings - wanted), sorted(wanted - findings))
