"""Projects that Hypothesis makes: trees of conftest files, plugins, overriding fixtures, stacks of marks, class
hierarchies of every family, parameters that something else than a fixture fills. Only what pytest can collect; what a
test then does is of no matter.
"""

from __future__ import annotations

from hypothesis import strategies as st

FIXTURES = ("one", "two", "three", "four")
MARKS = ("ma", "mb", "mc")
FOLDERS = ("", "a/", "a/b/", "c/")
CLASSES = ("TestA", "TestB", "TestC", "Base")
CASES = ("CaseA", "CaseB", "CaseC")
DJANGO = ("TestCase", "TransactionTestCase", "SimpleTestCase")
FAMILIES = (*DJANGO, "unittest.TestCase", "unittest.IsolatedAsyncioTestCase")
ARGUMENTS = """

(transaction=True)
(transaction=False)
(False)
(True)
(databases=['other'])
(databases='__all__')
(reset_sequences=True)
(databases=('default', 'other'), transaction=True)
""".splitlines()
IMPORTED = """


*
Mixin
TestShared
Mixin, TestShared as TestOther
Mixin as TestMixin
test_shared_function as test_f
one
two as one
three as other
""".splitlines()
OPTIONS = """
asyncio_mode = auto
anyio_mode = auto
trio_mode = true
usefixtures = four
addopts = -p plug_b
collect_imported_tests = false
python_classes = Test Base
""".strip().splitlines()

HEAD = """import pytest
import seen
import unittest
from unittest import mock
from django.test import SimpleTestCase, TestCase, TransactionTestCase
"""

SHARED = """import pytest
{exports}
{fixtures}
class Mixin:
    @pytest.fixture
    def one(self, two): pass
    @pytest.fixture(autouse=True, name="of_mixin")
    def _named(self): pass
    def test_mixed(self, one): pass
@pytest.mark.mc
class TestShared(Mixin):
    pytestmark = pytest.mark.ma
    @pytest.fixture
    def one(self, three): pass
    def test_shared(self, one, of_mixin): pass
def test_shared_function(four): pass
"""


def rarely(times: int) -> st.SearchStrategy[bool]:
    """True once in so many times."""
    return st.integers(0, times - 1).map(lambda n: n == times - 1)


def requests() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from((*FIXTURES, "tmp_path")), unique=True, max_size=2)


def marks() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(MARKS), max_size=2)


@st.composite
def django_db(draw: st.DrawFn) -> str:
    arguments = draw(st.sampled_from(ARGUMENTS))
    return f"pytest.mark.django_db{arguments}"


@st.composite
def decorators(draw: st.DrawFn, indent: str) -> str:
    lines = [f"{indent}@pytest.mark.{name}" for name in draw(marks())]
    if draw(rarely(5)):
        lines.append(f"{indent}@pytest.mark.usefixtures({draw(st.sampled_from(FIXTURES))!r})")
    if draw(rarely(6)):
        lines.append(f"{indent}@{draw(django_db())}")
    if draw(rarely(10)):
        lines.append(f"{indent}@pytest.mark.{draw(st.sampled_from(('asyncio', 'anyio', 'trio')))}")
    return "".join(f"{line}\n" for line in draw(st.permutations(lines)))


@st.composite
def fixture(draw: st.DrawFn, indent: str = "", own: str = "") -> str:
    name = draw(st.sampled_from(FIXTURES))
    options = [
        option
        for option, wanted in (
            (f"scope={draw(st.sampled_from(('module', 'class', 'session')))!r}", draw(rarely(4))),
            ("autouse=True", draw(rarely(5))),
            ("params=[1, 2]", draw(rarely(10))),
        )
        if wanted
    ]
    written = name
    if draw(rarely(5)):
        options.append(f"name={name!r}")
        written = f"{draw(st.sampled_from(('x', 'y')))}_{name}"
    # Overriding by asking for what is overridden is what conftests do.
    asked = draw(requests())
    if name not in asked and draw(rarely(3)):
        asked.insert(0, name)
    if draw(rarely(8)):
        asked.append(draw(st.sampled_from(("db", "transactional_db", "request", "client"))))
    static = bool(own) and draw(rarely(8))
    params = ", ".join((*([own] if own and not static else []), *asked))
    call = f"({', '.join(options)})" if options else ""
    heads = [f"{indent}@pytest.fixture{call}\n", *([f"{indent}@staticmethod\n"] if static else [])]
    keyword = "async def" if draw(rarely(10)) else "def"
    return f"{''.join(draw(st.permutations(heads)))}{indent}{keyword} {written}({params}): pass\n"


@st.composite
def parametrized(draw: st.DrawFn, names: list[str], indent: str) -> str:
    """A decorator that fills some of the names."""
    filled = draw(st.lists(st.sampled_from(names), unique=True, min_size=1, max_size=2))
    spelled = draw(st.sampled_from((repr(", ".join(filled)), repr(filled), repr(tuple(filled)))))
    values = "(1, 2)" if len(filled) > 1 or not spelled.startswith("'") else "1"
    if len(filled) == 1 and not spelled.startswith("'"):
        values = "(1,)"
    mark = draw(st.sampled_from(("", "pytest.mark.mp", "[pytest.mark.mp, pytest.mark.ma]", "pytest.mark.django_db")))
    if mark:
        values = f"pytest.param({values.strip('()').rstrip(',')}, marks={mark})"
    values = "" if draw(rarely(12)) else values
    indirect = draw(st.sampled_from(("", "", ", indirect=True", f", indirect=[{filled[0]!r}]", ", indirect=False")))
    return f"{indent}@pytest.mark.parametrize({spelled}, [{values}]{indirect})\n"


@st.composite
def patches(draw: st.DrawFn, indent: str) -> tuple[str, list[str]]:
    """Decorators of `mock.patch`, and the parameters that they fill."""
    lines = draw(
        st.lists(
            st.sampled_from(
                (
                    ("@mock.patch('os.getcwd')", "m"),
                    ("@mock.patch.object(unittest, 'skip')", "m"),
                    ("@mock.patch('os.getcwd', autospec=True)", "m"),
                    ("@mock.patch('os.getcwd', None)", ""),
                    ("@mock.patch.dict('os.environ', {})", ""),
                    ("@mock.patch.multiple('os', getpid=None)", ""),
                )
            ),
            max_size=2,
        )
    )
    filled = [f"m{number}" for number, (_, given) in enumerate(lines) if given]
    return "".join(f"{indent}{line}\n" for line, _ in lines), filled


@st.composite
def function(draw: st.DrawFn, indent: str = "", own: str = "", *, plain: bool = False) -> str:
    """A test; `plain` for the methods of unittest classes, whose parameters nobody fills."""
    name = f"test_{draw(st.sampled_from('xyz'))}"
    keyword = "async def" if draw(rarely(4)) else "def"
    if plain:
        skip = f"{indent}@unittest.skip('x')\n" if draw(rarely(10)) else ""
        return f"{skip}{draw(decorators(indent))}{indent}{keyword} {name}(self): pass\n"
    params = draw(requests())
    if draw(rarely(10)):
        params.append(draw(st.sampled_from(("db", "transactional_db", "anyio_backend", "request"))))
    heads = [draw(decorators(indent))]
    fill = [name for name in params if name not in {"request", "anyio_backend"}]
    if fill and draw(rarely(4)):
        heads.append(draw(parametrized(fill, indent)))
    mocks: list[str] = []
    if draw(rarely(5)):
        lines, mocks = draw(patches(indent))
        heads.append(lines)
    static = bool(own) and draw(rarely(10))
    if static:
        heads.append(f"{indent}@staticmethod\n")  # the lowest: a mock or a mark above it is another rule
    else:
        heads = draw(st.permutations(heads))
    last = draw(st.sampled_from(("", "", "", "other=1", "*, tmp_path_factory", "*args", "**kwargs")))
    arguments = ", ".join((*([own] if own and not static else []), *mocks, *params, *([last] if last else [])))
    # A body that asks for more looks at the connections afterwards, as far as it comes.
    asks = "request.getfixturevalue('db'); seen.state()"
    body = asks if "request" in params and draw(st.booleans()) else "pass"
    return f"{''.join(heads)}{indent}{keyword} {name}({arguments}): {body}\n"


@st.composite
def pytestmark(draw: st.DrawFn, indent: str = "") -> str:
    names = [f"pytest.mark.{name}" for name in draw(marks())]
    if draw(rarely(6)):
        names.append(draw(django_db()))
    if not names or draw(st.booleans()):
        return ""
    if len(names) == 1 and draw(st.booleans()):
        return f"{indent}pytestmark = {names[0]}\n"
    return f"{indent}pytestmark = [{', '.join(names)}]\n"


@st.composite
def bases(draw: st.DrawFn, known: list[str], most: int = 2) -> list[str]:
    found = draw(st.lists(st.sampled_from(known), unique=True, max_size=most)) if known else []
    # The latest first: Python accepts every such order of bases here.
    return sorted(found, key=known.index, reverse=True)


@st.composite
def cls(draw: st.DrawFn, name: str, known: list[str]) -> str:
    above = draw(bases(known))
    body = draw(pytestmark("    "))
    if draw(rarely(12)):
        body += f"    __test__ = {draw(st.booleans())}\n"
    if draw(rarely(6)):
        body += f"    def {draw(st.sampled_from(('setup_method', 'teardown_method')))}(self): pass\n"
    body += "".join(draw(st.lists(fixture("    ", "self"), max_size=2)))
    body += "".join(draw(st.lists(function("    ", "self"), min_size=1, max_size=2)))
    if draw(rarely(4)):
        inner = "".join(draw(st.lists(fixture("        ", "self"), max_size=1))) + draw(function("        ", "self"))
        body += f"    class TestInner{'(' + above[0] + ')' if above and draw(st.booleans()) else ''}:\n{inner}"
    heading = f"({', '.join(above)})" if above else ""
    return f"{draw(decorators(''))}class {name}{heading}:\n{body}"


@st.composite
def case(draw: st.DrawFn, name: str, known: list[str], mixins: list[str]) -> str:
    """A class of one of the unittest families; `known` are those before it."""
    family = draw(st.sampled_from((*known, *FAMILIES)))
    # One with a class of its own that has a base of it already is behind that: Python refuses the other order.
    mixed = draw(bases(mixins, 1))
    above = [family, *mixed] if family in known else [*mixed, family]
    body = draw(pytestmark("    "))
    if draw(rarely(3)):
        aliases = ("{'default'}", "{'default', 'other'}", "'__all__'", "[]", "('other',)")
        body += f"    databases = {draw(st.sampled_from(aliases))}\n"
    if draw(rarely(12)):
        body += f"    __test__ = {draw(st.booleans())}\n"
    if draw(rarely(4)):
        body += "    def setUp(self): pass\n"
    if draw(rarely(6)):
        body += "    def runTest(self): pass\n"
    body += "".join(draw(st.lists(fixture("    ", "self"), max_size=1)))
    body += "".join(draw(st.lists(function("    ", "self", plain=True), max_size=3))) or "    pass\n"
    skip = draw(st.sampled_from(("", "", "", "", "", "@unittest.skip('x')\n")))
    return f"{skip}{draw(decorators(''))}class {name}({', '.join(above)}):\n{body}"


@st.composite
def module(draw: st.DrawFn) -> str:
    """A test module."""
    text = HEAD + draw(pytestmark())
    known: list[str] = []
    imported = draw(st.sampled_from(IMPORTED))
    if imported:
        text += f"from shared import {imported}\n"
    # With `__all__` a star brings none of the classes.
    known += [name for name in ("Mixin", "TestShared") if name in imported.split(", ")]
    if draw(rarely(6)):
        text += f"def {draw(st.sampled_from(('setup_module', 'setup_function')))}(): pass\n"
    text += "".join(draw(st.lists(fixture(), max_size=2)))
    for name in draw(st.lists(st.sampled_from(CLASSES), unique=True, max_size=3)):
        text += draw(cls(name, known))
        known.append(name)
    cases: list[str] = []
    for name in draw(st.lists(st.sampled_from(CASES), unique=True, max_size=2)):
        text += draw(case(name, cases, [one for one in known if one in {"Mixin", "Base"}]))
        cases.append(name)
    return text + "".join(draw(st.lists(function(), min_size=1, max_size=3)))


@st.composite
def conftest(draw: st.DrawFn) -> str:
    text = "import pytest\n" + draw(
        st.sampled_from(("", "", "from shared import *\n", "from shared import two as three\n", "import shared\n"))
    )
    text += "".join(draw(st.lists(fixture(), max_size=3)))
    if "import shared\n" in text:
        text += draw(st.sampled_from(("four = shared.one\n", "one = shared.one\n", "")))
    return text


@st.composite
def projects(draw: st.DrawFn) -> dict[str, str]:
    """Relative paths with their texts."""
    exports = draw(st.sampled_from(("", "__all__ = ['one', 'two']", "__all__ = ('three', 'TestShared')")))
    written = "".join(f"@pytest.fixture\ndef {name}(): pass\n" for name in FIXTURES)
    options = draw(st.lists(st.sampled_from(OPTIONS), unique=True, max_size=2))
    files = {
        "shared.py": SHARED.format(exports=exports, fixtures=written),
        "pytest.ini": "\n".join(("[pytest]", "DJANGO_SETTINGS_MODULE = settings", *options, "")),
        "plug_a.py": draw(conftest()) + draw(st.sampled_from(("", "pytest_plugins = ['plug_b']\n"))),
        "plug_b.py": draw(conftest()) + draw(st.sampled_from(("", "", "pytest_plugins = 'plug_c'\n"))),
        "plug_c.py": draw(conftest()),
    }
    for folder in draw(st.lists(st.sampled_from(FOLDERS), unique=True, max_size=4)):
        files[f"{folder}conftest.py"] = draw(conftest())
    if draw(st.booleans()):
        files["conftest.py"] = files.get("conftest.py", "import pytest\n") + draw(
            st.sampled_from(('pytest_plugins = "plug_a"\n', 'pytest_plugins = ("plug_c", "plug_a")\n'))
        )
    folders = draw(st.lists(st.sampled_from(FOLDERS), min_size=1, max_size=2))
    for number, folder in enumerate(folders):
        files[f"{folder}test_m{number}.py"] = draw(module())
    if len(folders) == 1 and draw(rarely(4)):
        # Of several modules it would change those that are collected later.
        files[f"{folders[0]}test_m0.py"] += "pytest_plugins = ['plug_c']\n"
    return files
