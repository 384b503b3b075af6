"""Projects as strangers write them: what two or three rules of pytest make of each other. File name to text.

Each found a difference between the model and pytest once. `rules` says which test stands for which rule.
"""

from __future__ import annotations

INI = "[pytest]\nDJANGO_SETTINGS_MODULE = settings\n"

STARS = {
    "pytest.ini": INI,
    "conftest.py": """
pytest_plugins = ["fx"]
""",
    "fx/__init__.py": """
from .a import *
from .b import *
import pytest

@pytest.fixture
def before(): pass

from .c import *

if pytest.__version__ == "0":
    from .d import *
""",
    "fx/a.py": """
import pytest
@pytest.fixture
def base(): pass
@pytest.fixture
def both(base): pass
@pytest.fixture
def hidden(base): pass
""",
    "fx/b.py": """
import pytest
__all__ = ["both", "user"]
@pytest.fixture
def user(both): pass
@pytest.fixture
def both(base): pass
@pytest.fixture
def hidden(): pass
""",
    "fx/c.py": """
import pytest
@pytest.fixture
def before(db): pass
""",
    "fx/d.py": """
import pytest
@pytest.fixture
def never(): pass
""",
    "marked.py": """
import pytest
pytestmark = [pytest.mark.ma, pytest.mark.django_db]
class TestShared:
    def test_shared(self, user): pass
""",
    "plain.py": """
import pytest
pytestmark = pytest.mark.mb
class TestShared:
    def test_shared(self): pass
    def test_more(self): pass
""",
    "test_own_first.py": """
import pytest
pytestmark = pytest.mark.mc
from marked import *
def test_marks(user): pass
""",
    "test_own_last.py": """
import pytest
from marked import *
pytestmark = pytest.mark.mc
def test_marks(user): pass
""",
    "test_two.py": """
from marked import *
from plain import *
def test_marks(user): pass
""",
    "test_x.py": """
from marked import *
def test_user(user): pass
def test_both(both): pass
def test_hidden(hidden): pass
def test_before(before): pass
""",
}

STARS_AGAIN = {
    "pytest.ini": INI,
    "lib/__init__.py": "",
    "lib/late.py": """
from lib.rows import *
from lib.names import *
""",
    "lib/names.py": """
import pytest

@pytest.fixture
def name(): pass

@pytest.fixture
def row(db): pass

pytestmark = [pytest.mark.mn]
""",
    "lib/rows.py": """
import pytest
from lib.names import *

@pytest.fixture
def row(name): pass

pytestmark = pytest.mark.mr
""",
    "lib/tool.py": """
import pytest

@pytest.fixture
def one(db): pass

from lib.tools import *
""",
    "lib/tools.py": """
from lib.tool import one
from lib.names import *
""",
    "test_cycle.py": """
from lib.tool import *
def test_one(one, row): pass
""",
    "test_late.py": """
import pytest
from lib.late import *
pytestmark = [*pytestmark, pytest.mark.mx]
def test_row(row): pass
""",
    "test_named.py": """
from lib.late import pytestmark, row, name
def test_row(row): pass
""",
    "test_renamed.py": """
import pytest
from lib.late import row, name
from lib.rows import pytestmark as marks
pytestmark = [marks, pytest.mark.django_db]
def test_row(row): pass
""",
    "test_rows.py": """
from lib.rows import *
def test_row(row): pass
""",
}

PROJECTS: dict[str, dict[str, str]] = {
    "stars": STARS,
    "stars-again": STARS_AGAIN,
}
