"""Go to definition and references: a project with markers in, places out."""

from __future__ import annotations

from pathlib import Path

import pytest

from isolint.check.session import Cancelled
from isolint.features.navigation import definitions, references
from isolint.features.progress import Step
from tests.check.engine import INI, needs_environment
from tests.features.marked import opened, spots_of

pytestmark = needs_environment

PYTEST = "import pytest\n"


def goes_to(text: str, ini: str = INI) -> None:
    with opened(text, ini) as (session, root, said):
        assert said.cursor is not None
        path, offset = said.cursor
        found = spots_of(definitions(session, str(root / path), offset), root)
        assert found == said.spots if said.numbered else sorted(found) == sorted(said.spots)


def refers_to(text: str, declaration: bool = True) -> None:
    with opened(text) as (session, root, said):
        assert said.cursor is not None
        path, offset = said.cursor
        found = spots_of(references(session, str(root / path), offset, declaration), root)
        assert found == sorted(said.spots)


def test_a_parameter_goes_to_the_definition_that_this_test_gets() -> None:
    goes_to("""
        #- conftest.py
        import pytest
        @pytest.fixture
        def thing(): pass
        #- inner/conftest.py
        import pytest
        @pytest.fixture
        def «thing»(thing): pass
        #- inner/test_a.py
        def test_a(th$0ing): pass
        #- test_b.py
        def test_b(thing): pass
    """)


def test_an_override_goes_to_the_one_above_it() -> None:
    goes_to("""
        #- conftest.py
        import pytest
        @pytest.fixture
        def «thing»(): pass
        #- inner/conftest.py
        import pytest
        @pytest.fixture
        def thing($0thing): pass
        #- inner/test_a.py
        def test_a(thing): pass
    """)


def test_a_fixtures_own_parameter_goes_to_all_that_its_users_get_the_nearest_first() -> None:
    goes_to("""
        #- conftest.py
        import pytest
        @pytest.fixture
        def «1 settings_name»(): pass
        @pytest.fixture
        def thing(settings_name$0): pass
        #- test_a.py
        def test_a(thing): pass
        #- inner/test_b.py
        import pytest
        @pytest.fixture
        def «2 settings_name»(): pass
        def test_b(thing): pass
        #- other/test_c.py
        import pytest
        @pytest.fixture
        def settings_name(): "nobody here asks for thing"
        def test_c(settings_name): pass
    """)


def test_a_fixture_nobody_uses_goes_to_what_a_test_beside_it_would_get() -> None:
    goes_to("""
        #- conftest.py
        import pytest
        @pytest.fixture
        def «other»(): pass
        @pytest.fixture
        def thing(oth$0er): pass
    """)


@pytest.mark.parametrize(
    "line",
    [
        '@pytest.mark.usefixtures("$0thing")\ndef test_a(): pass',
        'pytestmark = pytest.mark.usefixtures("db", "th$0ing")\ndef test_a(): pass',
        '@pytest.mark.usefixtures("thing")\nclass TestA:\n    def test_a(self, thin$0g): pass',
        'def test_a(request): request.getfixturevalue("th$0ing")',
        'def test_a(request):\n    request.getfixturevalue(argname="thing$0")',
        '@pytest.mark.parametrize("thi$0ng", [1], indirect=True)\ndef test_a(thing): pass',
        '@pytest.mark.parametrize("a, thi$0ng", [(1, 2)], indirect=["thing"])\ndef test_a(a, thing): pass',
        '@pytest.mark.parametrize("a, thing", [(1, 2)], indirect=["thin$0g"])\ndef test_a(a, thing): pass',
        '@pytest.mark.parametrize(("a", "thing$0"), [(1, 2)], indirect=["thing"])\ndef test_a(a, thing): pass',
        'NAMES = ["$0thing"]\n@pytest.mark.usefixtures(*NAMES)\ndef test_a(): pass',
        "async def test_a(*, $0thing): pass",
        "def test_a(thing: int = None, *, other=1): pass\ndef test_b($0thing: int): pass",
        "def test_a(thing):\n    def inner():\n        return f'{thi$0ng}'\n",
        "def test_a(thing):\n    return [x for x in t$0hing]\n",
        "from conftest import th$0ing",
    ],
)
def test_every_way_to_name_a_fixture(line: str) -> None:
    goes_to(
        "#- conftest.py\nimport pytest\n@pytest.fixture\ndef «thing»(): pass\n#- test_a.py\nimport pytest\n"
        + line
        + "\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        "def test_a(thing=$0thing): pass",
        "def test_a(thing):\n    return [thi$0ng for thing in ()]\n",
        "def test_a(thing):\n    return lambda thing: thin$0g\n",
        "def test_a(a):\n    'thi$0ng'\n",
        "def test_a(a):\n    a.th$0ing\n",
        "def no_test(th$0ing): pass",
    ],
)
def test_what_is_no_fixture_though_it_has_its_name(line: str) -> None:
    goes_to("#- conftest.py\nimport pytest\n@pytest.fixture\ndef thing(): pass\n#- test_a.py\nimport pytest\n" + line)


def test_a_name_that_parametrize_fills() -> None:
    goes_to("""
        #- test_a.py
        import pytest
        @pytest.fixture
        def thing(): pass
        @pytest.mark.parametrize("a,«thing»", [(1, 2)])
        def test_a(a, th$0ing): pass
    """)


def test_a_fixture_with_another_name() -> None:
    goes_to("""
        #- conftest.py
        import pytest
        @pytest.fixture(name="thing")
        def «make_thing»(): pass
        #- test_a.py
        def test_a($0thing): pass
    """)


def test_methods_and_inherited_tests() -> None:
    goes_to("""
        #- test_a.py
        import pytest
        class TestBase:
            @pytest.fixture
            def «1 thing»(self): pass
            def test_a(self, thi$0ng): pass
        class TestOther(TestBase):
            @pytest.fixture
            def «2 thing»(self): pass
    """)


def test_a_fixture_of_a_plugin() -> None:
    with opened("#- test_a.py\ndef test_a(d$0b): pass\n") as (session, root, _):
        (found,) = definitions(session, str(root / "test_a.py"), 12)
        assert found.path.endswith("pytest_django/fixtures.py")
        with open(found.path, "rb") as file:
            assert file.read()[found.start : found.end] == b"db"


def test_references_of_a_fixture_and_of_no_other_with_its_name() -> None:
    refers_to("""
        #- conftest.py
        import pytest
        @pytest.fixture
        def «th$0ing»(): pass
        @pytest.fixture
        def user(«thing»): pass
        #- test_a.py
        import pytest
        @pytest.mark.usefixtures("«thing»")
        def test_a(request): request.getfixturevalue('«thing»')
        class TestA:
            def test_b(self, a, «thing»): pass
            @pytest.mark.parametrize("thing", [1])
            def test_c(self, thing): pass
        #- inner/conftest.py
        import pytest
        @pytest.fixture
        def thing(«thing»): pass
        #- inner/test_b.py
        def test_d(thing): pass
    """)


def test_references_of_a_fixture_under_other_names() -> None:
    refers_to("""
        #- helpers.py
        import pytest
        @pytest.fixture
        def «ori$0ginal»(): pass
        #- conftest.py
        from helpers import «original» as renamed
        #- test_a.py
        def test_a(«renamed», original): pass
    """)
    refers_to("""
        #- test_a.py
        import pytest
        def «plain»(): pass
        one = pytest.fixture(plain)
        two = pytest.fixture(scope="class")(plain)
        def test_a(«on$0e», «two», plain): pass
    """)


def test_references_without_the_declaration_from_a_use() -> None:
    refers_to(
        """
        #- test_a.py
        import pytest
        @pytest.fixture
        def thing(): pass
        def test_a(«thing»):
            th$0ing.go()
        def test_b(«thing»): pass
    """,
        declaration=False,
    )


def test_marks() -> None:
    goes_to("""
        #- pytest.ini
        [pytest]
        addopts = -m "not slow"
        markers =
            fast: nothing
            «slow»: takes long
        #- test_a.py
        import pytest as pt
        @pt.mark.sl$0ow
        def test_a(): pass
    """)
    goes_to("""
        #- conftest.py
        def pytest_configure(config):
            config.addinivalue_line("markers", «"slow: takes long"»)
        #- test_a.py
        from pytest import mark
        pytestmark = [mark.sl$0ow(1)]
        def test_a(): pass
    """)


@pytest.mark.parametrize(
    "mark, place, text",
    [
        ("django_db", "pytest_django/plugin.py", "django_db"),
        ("asyncio", "pytest_asyncio/plugin.py", "asyncio"),
        ("parametrize", "_pytest/python.py", "parametrize"),
        ("skipif", "_pytest/skipping.py", "skipif"),
    ],
)
def test_a_mark_of_pytest_or_a_plugin_goes_to_where_that_registers_it(mark: str, place: str, text: str) -> None:
    with opened(f"#- test_a.py\nimport pytest\n@pytest.mark.$0{mark}\ndef test_a(): pass\n") as (session, root, said):
        assert said.cursor is not None
        (found,) = definitions(session, str(root / "test_a.py"), said.cursor[1])
        assert found.path.endswith(place)
        written = Path(found.path).read_bytes()
        assert written[found.start : found.end].decode() == text
        assert written[: found.start].count(b"\n") + 1 == found.line
        assert b"markers" in written[found.start - 60 : found.start]


def test_a_mark_that_nobody_registers_goes_nowhere() -> None:
    goes_to("""
        #- test_a.py
        import pytest
        @pytest.mark.sl$0ow
        def test_a(): pass
    """)


def test_references_of_a_mark() -> None:
    refers_to("""
        #- test_a.py
        import pytest
        from pytest import mark as m
        pytestmark = [pytest.mark.«slow»]
        @m.«sl$0ow»(reason="slow")
        class TestA:
            @pytest.mark.parametrize("a", [pytest.param(1, marks=pytest.mark.«slow»)])
            def test_a(self, a): a.slow
    """)


@pytest.mark.parametrize("tail", ["def test_b(thing, ", "    foo(", "def test_b(thing", '    x = "', "class"])
def test_half_typed_code_beside_it_changes_nothing(tail: str) -> None:
    goes_to(
        "#- conftest.py\nimport pytest\n@pytest.fixture\ndef «thing»(): pass\n"
        f"#- test_a.py\ndef test_a($0thing):\n    pass\n\n{tail}\n"
    )


# --- files that only use a name are not looked at for what it means ---------------------------------------------------


def test_a_fixtures_parameter_stands_for_what_a_class_inherits_from_another_file() -> None:
    goes_to("""
        #- conftest.py
        import pytest
        @pytest.fixture
        def «thing»(): pass
        @pytest.fixture
        def user(th$0ing): pass
        #- helpers.py
        import pytest
        class Base:
            @pytest.fixture
            def «thing»(self): pass
        #- test_a.py
        from helpers import Base
        class TestA(Base):
            def test_a(self, user): pass
        #- test_b.py
        def test_b(user): pass
    """)


def test_a_fixtures_parameter_stands_for_what_a_test_file_imports_under_its_name() -> None:
    goes_to("""
        #- conftest.py
        import pytest
        @pytest.fixture
        def «thing»(): pass
        @pytest.fixture
        def user(th$0ing): pass
        #- helpers.py
        import pytest
        @pytest.fixture
        def «other»(): pass
        #- test_a.py
        from helpers import (
            # (what this is for)
            other as thing,
        )
        def test_a(user): pass
        #- test_b.py
        def test_b(user): pass
        #- test_c.py
        def test_c(user): pass
    """)


def test_files_that_use_a_fixture_in_classes_count_as_its_users() -> None:
    goes_to("""
        #- conftest.py
        import pytest
        @pytest.fixture
        def thing(): pass
        @pytest.fixture
        def user(th$0ing): pass
        #- inner/conftest.py
        import pytest
        @pytest.fixture
        def «thing»(): pass
        #- inner/test_a.py
        class TestA:
            def test_a(self, user): pass
        #- test_b.py
        def test_b(): pass
    """)


def test_a_tests_base_class_in_a_helper_is_collected_where_it_is_inherited() -> None:
    refers_to("""
        #- conftest.py
        import pytest
        @pytest.fixture
        def «th$0ing»(): pass
        #- helpers.py
        class Base:
            def test_of_base(self, «thing»): pass
        #- between.py
        from helpers import Base as Other
        class Middle(Other): pass
        #- inner/__init__.py
        #- inner/test_a.py
        from between import Middle
        class TestA(Middle): pass
        #- test_b.py
        def test_b(): pass
    """)


def test_a_long_import_with_comments_is_read_in_one_go() -> None:
    names = "".join(f"    name_{n},  # what ({n}) is for, at length\n" for n in range(300))
    goes_to(
        "#- conftest.py\nimport pytest\n@pytest.fixture\ndef «thing»(): pass\n@pytest.fixture\n"
        "def user(th$0ing): pass\n#- test_a.py\nfrom helpers import (\n"
        + names
        + ")\ndef test_a(thing, user): pass\n#- helpers.py\n"
    )


OTHERS = "".join(
    f"#- part{n}/test_part{n}.py\n"
    "def test_part(db):\n    thing = make(\n        thing=1,\n    )\n    use({'thing': 1})\n"
    for n in range(12)
)


@pytest.mark.parametrize("overriding", [False, True])
def test_files_that_only_use_the_word_are_not_read_for_what_a_fixture_asks_for(overriding: bool) -> None:
    over = "@pytest.fixture\ndef thing(thing): pass\n" if overriding else ""
    with opened(
        "#- conftest.py\nimport pytest\n@pytest.fixture\ndef thing(): pass\n@pytest.fixture\ndef user(th$0ing): pass\n"
        f"#- test_a.py\nimport pytest\n{over}def test_a(user): pass\n#- last/test_b.py\ndef test_b(user): pass\n"
        + OTHERS
    ) as (session, root, marks):
        assert marks.cursor is not None
        found = definitions(session, str(root / "conftest.py"), marks.cursor[1])
        names = [Path(one.path).name for one in found]
        assert names == (["conftest.py", "test_a.py"] if overriding else ["conftest.py"])
        loaded = {Path(path).name for path, stamp in session.read_stamps().items() if stamp is not None}
    # With one definition alone there is nothing to choose from.
    assert overriding or not any(name.startswith("test_part") for name in loaded)


@pytest.mark.parametrize(
    "conftest, others",
    [
        ("@pytest.fixture\ndef thing(): pass\n", ["conftest.py", "part1/conftest.py"]),
        ("from helpers import thing\n", ["conftest.py", "helpers.py"]),
        ("from helpers import *\n", ["conftest.py", "helpers.py"]),
        ("from helpers import other as thing\n", ["conftest.py", "helpers.py"]),
        ("pytest_plugins = ['helpers']\n", ["conftest.py"]),  # a plugin comes before all conftests
        ("@pytest.fixture\ndef unrelated(): pass\n", ["conftest.py"]),
    ],
)
def test_of_folders_whose_conftests_do_not_bind_the_name_one_file_is_read(conftest: str, others: list[str]) -> None:
    helpers = "import pytest\n@pytest.fixture\ndef thing(): pass\n@pytest.fixture\ndef other(): pass\n"
    folders = "".join(f"#- part{n}/__init__.py\n#- part{n}/test_part{n}.py\ndef test_b(user): pass\n" for n in range(9))
    with opened(
        "#- conftest.py\nimport pytest\n@pytest.fixture\ndef thing(): pass\n@pytest.fixture\ndef user(th$0ing): pass\n"
        f"#- helpers.py\n{helpers}#- part1/conftest.py\nimport pytest\n{conftest}{folders}"
        "#- part2/conftest.py\n@pytest.fixture\ndef something(): pass\n"
    ) as (session, root, marks):
        assert marks.cursor is not None
        found = definitions(session, str(root / "conftest.py"), marks.cursor[1])
        assert [Path(one.path).relative_to(root).as_posix() for one in found] == others
        loaded = {Path(path).name for path, stamp in session.read_stamps().items() if stamp is not None}
    assert len([name for name in loaded if name.startswith("test_part")]) <= 3


MANY = "#- conftest.py\nimport pytest\n@pytest.fixture\ndef th$0ing(): pass\n" + "".join(
    f"#- test_{n}.py\ndef test_one(thing): pass\ndef test_two(thing): pass\n" for n in range(4)
)


def test_references_tell_how_far_they_are_and_what_each_file_adds() -> None:
    with opened(MANY) as (session, root, marks):
        assert marks.cursor is not None
        steps: list[Step] = []
        found = references(session, str(root / "conftest.py"), marks.cursor[1], True, tell=steps.append)
        assert [(step.done, step.total, len(step.found)) for step in steps] == [(1, 5, 1)] + [
            (number, 5, 2) for number in range(2, 6)
        ]
        assert tuple(place for step in steps for place in step.found) == found


def test_references_end_at_the_file_where_nobody_wants_them_any_more() -> None:
    with opened(MANY) as (session, root, marks):
        assert marks.cursor is not None
        steps: list[Step] = []
        with pytest.raises(Cancelled):
            references(session, str(root / "conftest.py"), marks.cursor[1], True, lambda: len(steps) == 2, steps.append)
        assert len(steps) == 2
        # What was found out is remembered, and the next time all is well.
        assert len(references(session, str(root / "conftest.py"), marks.cursor[1], True)) == 9
