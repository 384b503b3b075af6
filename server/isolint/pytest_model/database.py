"""What the database does around a test: rolls back, is flushed, is blocked, or is open without protection.

pytest-django's decisions (pytest_django.fixtures._django_db_helper, pytest_django.plugin._django_setup_unittest) and
those of Django's own test cases. On which connection work then runs is for `placement`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from isolint.names.resolve import canonical_names, mro
from isolint.names.scopes import bound, class_scope
from isolint.names.symbols import ClassRef, FunctionSymbol, Site, ValueSymbol
from isolint.pytest_model import library
from isolint.pytest_model.closures import closure, definitions
from isolint.pytest_model.collect import item_of
from isolint.pytest_model.evaluate import UNREADABLE, literal
from isolint.pytest_model.functions import whole
from isolint.pytest_model.inputs import CONFIG, ENVIRONMENT, USER_DATABASE_FIXTURES
from isolint.pytest_model.item_marks import DJANGO_PLUGIN, asking_marks, closest_of_each, keyword, made_anew
from isolint.pytest_model.marks import marks_of
from isolint.pytest_model.namespace import bodies
from isolint.pytest_model.objects import Context
from isolint.pytest_model.overridden import lost_arguments
from isolint.pytest_model.plugins import plugins
from isolint.pytest_model.registry import NOT_VISIBLE
from isolint.pytest_model.requests import Unblock, unblocks_of
from isolint.pytest_model.runners import runner
from isolint.pytest_model.shapes import Closure, DatabaseMode, FixtureDef, Mark, Mode, Order, TestItem, TestRef, Where
from isolint.store.memo import Query, Store
from isolint.syntax import facts as f

HELPER = "pytest_django.fixtures._django_db_helper"
LIVE_SERVER = "pytest_django.fixtures.live_server"
BLOCKER = "django_db_blocker"

_TRANSACTIONAL = ("transactional_db", "live_server")
"""The names that ask for a flush by being among the fixture names."""

_Reasons = tuple[tuple[Where, str], ...]


def _database(store: Store, ref: TestRef) -> DatabaseMode:
    item = item_of(store, ref)
    if item is None:
        return DatabaseMode("unknown", reasons=((None, "pytest does not collect it"),))
    if item.family == "django" and item.cls is not None:
        return _of_django(store, item, item.cls)
    if item.cls is not None and not mro(store, item.cls).complete:
        mode = _of_function(store, item)
        reason = f"a base of {item.cls.name} is not known"
        return DatabaseMode("unknown", mode.databases, ((item.site, reason), *mode.reasons), mode.order)
    return _of_function(store, item)


database: Query[TestRef, DatabaseMode] = Query("database mode", _database)
"""The database mode of a test."""


# --- Django's own test cases -----------------------------------------------------------------------------------------


def _of_django(store: Store, item: TestItem, cls: ClassRef) -> DatabaseMode:
    """The class decides; marks and fixtures never do (pytest_django.fixtures._django_db_helper returns early)."""
    bases = mro(store, cls)
    names, site, readable = class_databases(store, item.id.path, cls)
    kind = "SimpleTestCase"
    mode: Mode = "none"
    if bases.has(library.DJANGO_TEST):
        kind, mode = "TestCase", "rollback"
    elif bases.has(library.DJANGO_TRANSACTION):
        kind, mode = "TransactionTestCase", "flush"
    elif names:
        mode = "unprotected"
    order: Order = 0 if mode == "rollback" else 1 if mode == "flush" else 2
    reasons: list[tuple[Where, str]] = [(site or item.site, f"{cls.name} is a django.test.{kind}")]
    if not readable:
        return DatabaseMode("unknown", (), ((site, f"databases of {cls.name} are not written out"), *reasons), order)
    if not names:
        if kind != "SimpleTestCase":
            reasons.insert(0, (site, f"{cls.name} has no databases"))
        return DatabaseMode("none", (), tuple(reasons), order)
    if mode == "unprotected":
        reasons.insert(0, (site, f"{cls.name} opens databases that a SimpleTestCase neither rolls back nor flushes"))
    anew = made_anew(store, item.id)
    if anew is not None:
        # anyio's own item runs the method without Django's set-up of the test; only setUpClass was done.
        taken: Mode = "rollback" if kind == "TestCase" else "unprotected"
        reasons.insert(0, (anew.site, "the anyio mark takes the method from Django's set-up"))
        return DatabaseMode(taken, names, tuple(reasons), order)
    return DatabaseMode(mode, names, tuple(reasons), order)


def class_databases(store: Store, path: str, cls: ClassRef) -> tuple[tuple[str, ...], Where, bool]:
    """`databases` of a Django test case collected in `path`: (aliases, ("__all__",) for all; where it is written;
    whether it could be read). Django's own defaults: the default alias, nothing for SimpleTestCase."""
    for one in mro(store, cls).classes:
        if isinstance(one, ClassRef):
            for written in class_scope(store, one).get("databases"):
                if not isinstance(written, ValueSymbol) or written.expr is None:
                    return (), None, False
                site = Site(one.path, written.chunk, *written.span)
                value = literal(store, Context(one.path, written.chunk, one), written.expr)
                names = _aliases(value)
                return names or (), site, names is not None
            continue
        replaced = patched_databases(store, path).get(one)
        if replaced is not None:
            site, names = replaced
            return names or (), site, names is not None
        if one == library.DJANGO_TRANSACTION:
            return ("default",), None, True
        if one == library.DJANGO_SIMPLE:
            return (), None, True
    return (), None, False


_Patched = dict[str, tuple[Site, tuple[str, ...] | None]]


def _patched_databases(store: Store, path: str) -> _Patched:
    found: _Patched = {}
    loaded = plugins(store, path)
    for file in (*(p.path for p in loaded.session if p.path), *loaded.conftests):
        for chunk, statement in _configuring(store, file):
            if not isinstance(statement, f.Assign) or statement.value is None:
                continue
            for target in statement.targets:
                if isinstance(target, f.Attribute) and target.attr == "databases":
                    value = _aliases(literal(store, Context(file, chunk), statement.value))
                    for name in canonical_names(store, file, target.value):
                        found[name] = (Site(file, chunk, *statement.span), value)
    return found


patched_databases: Query[str, _Patched] = Query("patched databases", _patched_databases, barrier=True)
"""`databases` that a conftest sets on Django's own classes (`TestCase.databases = {...}`), at module level or in
`pytest_configure` and `pytest_sessionstart`: canonical class name to (where, aliases; None when not written out). Key:
a test file."""


def _configuring(store: Store, path: str) -> Iterable[tuple[str, f.Stmt]]:
    yield from bodies(store, path, None)
    for name in ("pytest_configure", "pytest_sessionstart"):
        for hook in bound(store, path, name):
            if isinstance(hook, FunctionSymbol):
                function = whole(store, hook.ref)
                for statement in function.body if function is not None else ():
                    yield hook.ref.chunk, statement


def _aliases(value: object) -> tuple[str, ...] | None:
    """`"__all__"`, or a collection of aliases; None when it is not written out."""
    if value == "__all__":
        return ("__all__",)
    if isinstance(value, tuple) and all(isinstance(v, str) for v in value):
        return tuple(str(v) for v in value)
    return None


# --- functions and other classes -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the nearest `django_db` mark asks for. `transactional` is None when it is not written out."""

    transactional: bool | None
    databases: tuple[str, ...]
    why: str


def _of_function(store: Store, item: TestItem) -> DatabaseMode:
    marks = marks_of(store, item.id)
    fixtures = closure(store, item.id)
    if not plugins(store, item.id.path).has(DJANGO_PLUGIN):
        missing = store.get(ENVIRONMENT, "").prefix is None
        if missing and (any(not m.certain for m in marks) or _unknown_fixtures(fixtures)):
            return DatabaseMode("unknown", reasons=((item.site, "no environment was found, so plugins are not known"),))
        return _blocked(store, item, fixtures, "pytest-django is not loaded")
    possible = closest_of_each(marks, "django_db")
    sure = _decide(store, item, fixtures, possible[-1])
    for mark in possible[:-1]:
        other = _decide(store, item, fixtures, mark)
        if mark is None or mark.name == "" or (other.mode, other.databases) != (sure.mode, sure.databases):
            reason = _why_not_sure(mark, other, sure)
            site = mark.site if mark is not None else item.site
            return DatabaseMode("unknown", sure.databases, ((site, reason), *sure.reasons), sure.order)
    doubtful = next((one for one, rows in fixtures.unsure if _decides(store, item, possible[-1], one, rows)), None)
    if doubtful is not None:
        reason = f"{doubtful.name} is one of several definitions"
        return DatabaseMode("unknown", sure.databases, ((doubtful.site, reason), *sure.reasons), sure.order)
    return replace(sure, lost=lost) if (lost := lost_arguments(store, item, marks, sure.mode)) else sure


def _decides(
    store: Store, item: TestItem, mark: Mark | None, one: FixtureDef, rows: tuple[tuple[str, ...], ...]
) -> bool:
    """Whether it matters to the database which of several definitions of a fixture there is."""
    if mark is not None and _asked(store, mark).transactional:
        return False
    chosen = _database_fixtures(store, item.id, one.params, enabled=mark is not None)
    return any(_database_fixtures(store, item.id, row, enabled=mark is not None) != chosen for row in rows)


def _database_fixtures(store: Store, ref: TestRef, names: tuple[str, ...], *, enabled: bool) -> frozenset[str]:
    """What decides about the database among these fixtures and what they request."""
    todo, seen, found = list(names), set(names), set(_TRANSACTIONAL) & set(names)
    while todo:
        for one in definitions(store, todo.pop(), ref)[-1:]:
            if not enabled and one.canonical in {HELPER, LIVE_SERVER}:
                found.add("db")
            more = [p for p in one.params if p not in seen]
            seen.update(more)
            found.update(p for p in more if p in _TRANSACTIONAL)
            todo += more
    return frozenset(found)


def _why_not_sure(mark: Mark | None, one: DatabaseMode, other: DatabaseMode) -> str:
    if mark is None or mark.among is None:
        return f"a mark is not certain: {mark.reason if mark is not None else ''}"
    if mark.level != "param":
        return f"a mark is not certain: {mark.reason}"
    if one.mode != other.mode:
        return f"it depends on the parameter set: {one.mode} with some, {other.mode} with others"
    return "which databases depends on the parameter set"


def _decide(store: Store, item: TestItem, fixtures: Closure, mark: Mark | None) -> DatabaseMode:
    """pytest_django.fixtures._django_db_helper: the closest mark, else the helper in the closure; `transactional_db`
    and `live_server` count by their names among the fixture names, directly parametrized ones included."""
    reasons: list[tuple[Where, str]] = []
    databases: tuple[str, ...] = ("default",)
    transactional = False
    dynamic = False
    enabled = mark is not None or HELPER in fixtures.installed or LIVE_SERVER in fixtures.installed
    if mark is not None:
        asked = _asked(store, mark)
        reasons.append((mark.site, asked.why))
        if asked.transactional is None:
            reasons.insert(0, (mark.site, "the arguments of django_db are not written out"))
            return DatabaseMode("unknown", asked.databases or ("default",), tuple(reasons), 0)
        transactional = asked.transactional
        databases = asked.databases
    order_transactional = transactional or "transactional_db" in fixtures.names or "live_server" in fixtures.names
    uses_db = mark is not None or "db" in fixtures.names
    order: Order = 1 if order_transactional else 0 if uses_db else 2

    user = _of_user_fixtures(store, item, fixtures)
    if user is not None and not enabled:
        return user
    if not enabled:
        asked_later = _later(store, item, fixtures)
        if asked_later is not None:
            return asked_later
        unknown = _unknown_fixtures(fixtures)
        if unknown:
            return DatabaseMode("unknown", reasons=((item.site, unknown),), order=2)
        return _blocked(store, item, fixtures, "no django_db mark and no database fixture")
    if not transactional:
        for name in _TRANSACTIONAL:
            if name in fixtures.names:
                transactional = True
                reasons = [*_asked_for(store, item, fixtures, name, f"{name} is among its fixtures"), *reasons]
    if mark is None or not databases:
        # The attribute of the class that pytest-django derives from.
        patched = patched_databases(store, item.id.path)
        kinds = (library.DJANGO_TRANSACTION,) if transactional else (library.DJANGO_TEST, library.DJANGO_TRANSACTION)
        replaced = next((patched[k] for k in kinds if k in patched), None)
        databases = (replaced[1] or ()) if replaced is not None else ("default",)
    if mark is None and not reasons:
        for name in _entry_points(fixtures):
            reasons += _asked_for(store, item, fixtures, name, f"{name} is among its fixtures")
            break
    if user is not None and user.mode == "flush":
        transactional = True
        reasons = [*user.reasons, *reasons]
    mode: Mode = "flush" if transactional else "rollback"
    return DatabaseMode(mode, databases, tuple(reasons), order, dynamic, _unblock_sites(store, item, fixtures))


def _asked(store: Store, mark: Mark) -> _Asked:
    """pytest_django.fixtures._django_db_signature: (transaction, reset_sequences, databases, serialized_rollback,
    available_apps)."""
    if any(name == "**" for name, _ in mark.keywords):
        return _Asked(None, (), "@pytest.mark.django_db")
    transaction = keyword(store, mark, "transaction", 0)
    sequences = keyword(store, mark, "reset_sequences", 1)
    value = keyword(store, mark, "databases", 2)
    databases = () if value is None else _aliases(value) or ()
    if UNREADABLE in (transaction, sequences):
        return _Asked(None, databases, "@pytest.mark.django_db")
    if transaction:
        return _Asked(True, databases, "@pytest.mark.django_db(transaction=True)")
    if sequences:
        return _Asked(True, databases, "@pytest.mark.django_db(reset_sequences=True)")
    return _Asked(False, databases, "@pytest.mark.django_db")


def _entry_points(fixtures: Closure) -> list[str]:
    """The names that bring pytest-django's helper, the plainest first."""
    names = [name for name, defs in fixtures.fixtures if defs[-1].canonical.startswith("pytest_django.fixtures.")]
    asking = [n for n in names if any("_django_db_helper" in one.params for one in fixtures.definitions(n))]
    return [*[n for n in asking if n != "_django_db_helper"], *(["_django_db_helper"] if not asking else [])]


_LONGEST_WAY = 8


def _asked_for(store: Store, item: TestItem, fixtures: Closure, name: str, message: str) -> _Reasons:
    """Where a fixture is asked for, with what that says, and how the test comes to it: who requests the fixture that
    asks, and so on, up to the ini file, a mark, an autouse fixture or the test. Requests of installed fixtures are left
    out: nothing is written about them in the project."""
    way = [(site, said) for site, said in _way(store, item, fixtures, name) if site is not None]
    if not way:
        return ((item.site, message),)
    return ((way[0][0], message), *way[1:])


def _way(store: Store, item: TestItem, fixtures: Closure, name: str) -> Iterable[tuple[Where, str]]:
    config = store.get(CONFIG, item.id.path)
    asked = name
    for _ in range(_LONGEST_WAY):
        if asked in config.usefixtures:
            yield config.usefixtures_place, f"usefixtures names {asked}"
            return
        if asked in item.params:
            yield item.site, f"{item.id.name} requests {asked}"
            return
        for mark in asking_marks(store, item.id):
            if mark.name == "usefixtures" and any(getattr(a, "value", None) == asked for a in mark.args):
                yield mark.site, f"usefixtures names {asked}"
                return
        asking = next((o for o, defs in fixtures.fixtures if asked in defs[-1].params and o != asked), None)
        if asking is None:
            definition = fixtures.definitions(asked)[-1:]
            if definition and definition[0].autouse:
                yield definition[0].site, f"{asked} is autouse"
            return
        yield fixtures.definitions(asking)[-1].site, f"{asking} requests {asked}"
        asked = asking


def _of_user_fixtures(store: Store, item: TestItem, fixtures: Closure) -> DatabaseMode | None:
    """Fixtures that the user's settings declare to give the database."""
    for wanted in ("flush", "rollback"):
        for name, mode in store.get(USER_DATABASE_FIXTURES, ""):
            if mode == wanted and name in fixtures.names:
                reasons = _asked_for(store, item, fixtures, name, f"{name} is declared as a database fixture")
                if mode == "flush":
                    return DatabaseMode("flush", ("default",), reasons, 1)
                return DatabaseMode("rollback", ("default",), reasons, 0)
    return None


def _later(store: Store, item: TestItem, fixtures: Closure) -> DatabaseMode | None:
    """`getfixturevalue("db")`: rollback from there on. `getfixturevalue("transactional_db")` is rollback too: its name
    is not among the fixture names when the helper looks (pytest-django pull request 1318). A body that nobody runs asks
    for nothing."""
    doubtful: Site | None = None
    kind = runner(store, item.id).kind if fixtures.dynamic else "unknown"
    for asked in fixtures.dynamic:
        if not asked.by and kind == "never":
            continue
        if asked.name is None:
            doubtful = doubtful or asked.site
            continue
        if not _brings_helper(store, item.id, asked.name):
            continue
        if not asked.certain:
            doubtful = asked.site
            continue
        if not asked.by and kind in {"pytest-asyncio", "anyio"}:
            # Setting up the transaction is sync work: Django refuses it there, unless it is told not to.
            reason = f"{asked.name} is asked for in an event loop, where its set-up fails"
            return DatabaseMode("unknown", (), ((asked.site, reason),), 2, True)
        reasons: _Reasons = ((asked.site, f"{asked.name} is asked for at run time"),)
        return DatabaseMode("rollback", ("default",), reasons, 2, True)
    if doubtful is not None:
        return DatabaseMode("unknown", (), ((doubtful, "a fixture may be asked for at run time"),), 2, True)
    return None


def _brings_helper(store: Store, ref: TestRef, name: str) -> bool:
    todo, seen = [name], {name}
    while todo:
        for one in definitions(store, todo.pop(), ref)[-1:]:
            if one.canonical == HELPER:
                return True
            more = [p for p in one.params if p not in seen]
            seen.update(more)
            todo += more
    return False


def _unknown_fixtures(fixtures: Closure) -> str:
    """Why a fixture that nobody could name may give the database; "" when there is none. A name that is surely not
    defined is an error of the test, not a doubt."""
    for name, reason in fixtures.unknown:
        if reason not in {NOT_VISIBLE, "its scope is computed at run time"}:
            return f"{name}: {reason}"
    return ""


def _blocked(store: Store, item: TestItem, fixtures: Closure, reason: str) -> DatabaseMode:
    """pytest-django blocks every connection, unless something calls `django_db_blocker.unblock()` for the test: then
    nothing rolls back or flushes. A fixture that calls it under a condition may leave the block where it is."""
    found = list(_unblocks(store, item, fixtures))
    sites = tuple(u.site for _, u in found)
    held = next((u for own, u in found if own or (u.held and u.certain)), None)
    perhaps = next((u for _, u in found if u.held), None)
    if held is None and perhaps is not None:
        return DatabaseMode(
            "unknown", (), ((perhaps.site, "the blocker is lifted under a condition"),), 2, False, sites
        )
    if held is not None:
        return DatabaseMode(
            "unprotected", ("default",), ((held.site, "the blocker is lifted without a transaction"),), 2, False, sites
        )
    return DatabaseMode("none", (), ((item.site, reason),), 2, False, sites)


def _unblock_sites(store: Store, item: TestItem, fixtures: Closure) -> tuple[Site, ...]:
    return tuple(u.site for _, u in _unblocks(store, item, fixtures))


def _unblocks(store: Store, item: TestItem, fixtures: Closure) -> Iterable[tuple[bool, Unblock]]:
    """(whether it stands in the test itself, the call) for the test, if somebody runs it, and the project's fixtures
    that have the blocker."""
    if BLOCKER in item.params and runner(store, item.id).kind != "never":
        for found in unblocks_of(store, item.ref):
            yield True, found
    for one in fixtures.used:
        if one.ref is not None and BLOCKER in one.params:
            for found in unblocks_of(store, one.ref):
                yield False, found
