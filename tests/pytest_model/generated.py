"""Projects that Hypothesis makes: trees of conftest files, plugins, overriding fixtures, stacks of marks, class
hierarchies. Only what pytest can collect; what a test then does is of no matter.
"""

from __future__ import annotations

from hypothesis import strategies as st

FIXTURES = ("one", "two", "three", "four")
MARKS = ("ma", "mb", "mc")
FOLDERS = ("", "a/", "a/b/", "c/")
CLASSES = ("TestA", "TestB", "TestC", "Base")


def requests() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from((*FIXTURES, "tmp_path")), unique=True, max_size=2)


def marks() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(MARKS), max_size=2)


@st.composite
def decorators(draw: st.DrawFn, indent: str) -> str:
    lines = [f"{indent}@pytest.mark.{name}" for name in draw(marks())]
    if draw(st.integers(0, 4)) == 0:
        lines.append(f"{indent}@pytest.mark.usefixtures({draw(st.sampled_from(FIXTURES))!r})")
    if draw(st.integers(0, 9)) == 0:
        lines.append(f"{indent}@pytest.mark.django_db(transaction={draw(st.booleans())})")
    return "".join(f"{line}\n" for line in draw(st.permutations(lines)))


@st.composite
def fixture(draw: st.DrawFn, indent: str = "", own: str = "") -> str:
    name = draw(st.sampled_from(FIXTURES))
    options = [
        option
        for option, wanted in (
            (f"scope={draw(st.sampled_from(('module', 'class', 'session')))!r}", draw(st.integers(0, 3)) == 0),
            ("autouse=True", draw(st.integers(0, 4)) == 0),
            ("params=[1, 2]", draw(st.integers(0, 9)) == 0),
        )
        if wanted
    ]
    written = name
    if draw(st.integers(0, 4)) == 0:
        options.append(f"name={name!r}")
        written = f"{draw(st.sampled_from(('x', 'y')))}_{name}"
    params = ", ".join((*([own] if own else []), *draw(requests())))
    call = f"({', '.join(options)})" if options else ""
    return f"{indent}@pytest.fixture{call}\n{indent}def {written}({params}): pass\n"


@st.composite
def function(draw: st.DrawFn, indent: str = "", own: str = "") -> str:
    name = f"test_{draw(st.sampled_from('xyz'))}"
    params = draw(requests())
    parametrized = ""
    if params and draw(st.integers(0, 5)) == 0:
        indirect = ", indirect=True" if draw(st.booleans()) else ""
        parametrized = f"{indent}@pytest.mark.parametrize({params[0]!r}, [1]{indirect})\n"
    asynchronous = "async " if draw(st.integers(0, 5)) == 0 else ""
    arguments = ", ".join((*([own] if own else []), *params))
    return f"{parametrized}{draw(decorators(indent))}{indent}{asynchronous}def {name}({arguments}): pass\n"


@st.composite
def pytestmark(draw: st.DrawFn, indent: str = "") -> str:
    names = draw(marks())
    if not names or draw(st.booleans()):
        return ""
    if len(names) == 1 and draw(st.booleans()):
        return f"{indent}pytestmark = pytest.mark.{names[0]}\n"
    return f"{indent}pytestmark = [{', '.join(f'pytest.mark.{name}' for name in names)}]\n"


@st.composite
def cls(draw: st.DrawFn, name: str, known: list[str]) -> str:
    bases = draw(st.lists(st.sampled_from(known), unique=True, max_size=2)) if known else []
    # The latest first: Python accepts every such order of bases here.
    bases.sort(key=known.index, reverse=True)
    body = draw(pytestmark("    "))
    body += "".join(draw(st.lists(fixture("    ", "self"), max_size=2)))
    body += "".join(draw(st.lists(function("    ", "self"), min_size=1, max_size=2)))
    if draw(st.integers(0, 3)) == 0:
        inner = draw(function("        ", "self"))
        body += f"    class TestInner{'(' + bases[0] + ')' if bases and draw(st.booleans()) else ''}:\n{inner}"
    heading = f"({', '.join(bases)})" if bases else ""
    return f"{draw(decorators(''))}class {name}{heading}:\n{body}"


@st.composite
def module(draw: st.DrawFn) -> str:
    """A test module."""
    text = "import pytest\n" + draw(pytestmark())
    if draw(st.integers(0, 3)) == 0:
        name = draw(st.sampled_from(FIXTURES))
        text += f"from shared import {name}{draw(st.sampled_from(('', ' as one', ' as other')))}\n"
    text += "".join(draw(st.lists(fixture(), max_size=2)))
    known: list[str] = []
    for name in draw(st.lists(st.sampled_from(CLASSES), unique=True, max_size=3)):
        text += draw(cls(name, known))
        known.append(name)
    return text + "".join(draw(st.lists(function(), min_size=1, max_size=3)))


@st.composite
def conftest(draw: st.DrawFn) -> str:
    text = "import pytest\n" + draw(
        st.sampled_from(("", "from shared import *\n", "from shared import two as three\n"))
    )
    return text + "".join(draw(st.lists(fixture(), max_size=3)))


@st.composite
def projects(draw: st.DrawFn) -> dict[str, str]:
    """Relative paths with their texts."""
    shared = "import pytest\n" + draw(st.sampled_from(("", "__all__ = ['one', 'two']\n")))
    files = {
        "shared.py": shared + "".join(f"@pytest.fixture\ndef {name}(): pass\n" for name in FIXTURES),
        "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = settings\n"
        + draw(st.sampled_from(("", "asyncio_mode = auto\n", "usefixtures = four\n", "addopts = -p plug_b\n"))),
        "plug_a.py": draw(conftest()) + draw(st.sampled_from(("", "pytest_plugins = ['plug_b']\n"))),
        "plug_b.py": draw(conftest()),
    }
    for folder in draw(st.lists(st.sampled_from(FOLDERS), unique=True, max_size=4)):
        files[f"{folder}conftest.py"] = draw(conftest())
    if draw(st.booleans()):
        files["conftest.py"] = files.get("conftest.py", "import pytest\n") + 'pytest_plugins = "plug_a"\n'
    for number, folder in enumerate(draw(st.lists(st.sampled_from(FOLDERS), min_size=1, max_size=2))):
        files[f"{folder}test_m{number}.py"] = draw(module())
    return files
