"""What a case of the judge is: a test that leaks, the code under test, and what breaks that code. Data only: the cases
stand in `cases_*.py`, and `test_judged.py` converts and runs them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from textwrap import dedent, indent
from typing import Literal

HEAD = """\
import asyncio
from functools import partial
from unittest.mock import AsyncMock, Mock, patch

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async

from shop.models import Customer, Order

from .product import {names}

pytestmark = pytest.mark.django_db
"""
PRODUCT = """\
import asyncio

from asgiref.sync import sync_to_async

from shop.models import Customer, Order


"""


@dataclass(frozen=True)
class Case:
    """One leaking test. `product` is the module under test, `old` in it becomes `new` in the mutant; `test` is the body
    of the test. `params` are its parameters, `around` its decorators, and `module` what stands above it, the tests too
    where there is no `test`. `applicability` is what the fix says of itself."""

    name: str
    product: str
    test: str
    old: str
    new: str
    params: str = ""
    around: str = ""
    module: str = ""
    applicability: Literal["safe", "unsafe"] = "safe"

    def product_text(self, *, mutant: bool) -> str:
        """The module under test."""
        text = dedent(self.product).strip("\n")
        assert text.count(self.old) == 1, f"{self.name}: the mutant changes one place"
        return f"{PRODUCT}{text.replace(self.old, self.new) if mutant else text}\n"

    def test_text(self) -> str:
        """The test file."""
        tree = ast.parse(dedent(self.product))
        names = [n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
        names += [
            n.targets[0].id for n in tree.body if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
        ]
        parts = [HEAD.format(names=", ".join(sorted(names)))]
        if self.module:
            parts.append(f"{dedent(self.module).strip()}\n")
        if self.test:
            around = "".join(f"{line}\n" for line in dedent(self.around).strip().splitlines())
            head = f"{around}@pytest.mark.asyncio\nasync def test_it({self.params}):\n"
            parts.append(head + indent(dedent(self.test).strip("\n"), "    ") + "\n")
        return "\n\n".join(parts)
