"""Rows of Django's ORM, authentication, shortcuts and commands (Django 4.2 to 6.1)."""

from __future__ import annotations

from typing import Literal

from isolint.catalog.places import LOOPLESS, ON_COMMIT, SENSITIVE
from isolint.catalog.rows import (
    Acts,
    Attribute,
    Commands,
    Extends,
    Fate,
    FindsModel,
    Given,
    Gives,
    Lends,
    Refuses,
    Releases,
    Row,
    Runs,
)

UNSAFE_VARIABLE = "DJANGO_ALLOW_ASYNC_UNSAFE"
"""While this environment variable is set, nothing is refused where a loop runs (django/utils/asyncio.py)."""

QUERYSET = "django.db.models.query.QuerySet"
MANAGER = "django.db.models.manager.BaseManager"
MODEL = "django.db.models.base.Model"
RELATED = "django.db.models.fields.related_descriptors.create_reverse_many_to_one_manager.RelatedManager"

# QuerySet: lazy methods run no query (django/db/models/query.py, "PUBLIC METHODS THAT RETURN A QUERYSET SUBCLASS").
_LAZY = (
    "all filter exclude annotate alias order_by reverse distinct values values_list dates datetimes none "
    "select_related prefetch_related extra defer only using union intersection difference select_for_update "
    "complex_filter fetch_mode _clone _chain"
).split()
_READS: dict[str, Given] = {
    "get": "model",
    "first": "model",
    "last": "model",
    "earliest": "model",
    "latest": "model",
    "count": "plain",
    "exists": "plain",
    "contains": "plain",
    "aggregate": "plain",
    "in_bulk": "models",
    "explain": "plain",
}
_WRITES: dict[str, Given] = {
    "create": "model",
    "get_or_create": "models",
    "update_or_create": "models",
    "bulk_create": "models",
    "bulk_update": "plain",
    "update": "plain",
    "delete": "plain",
}
_WRITING_COMMANDS = frozenset(
    "changepassword clearsessions createcachetable createsuperuser flush loaddata migrate "
    "remove_stale_contenttypes".split()
)
_SILENT_COMMANDS = frozenset(
    "check collectstatic compilemessages diffsettings findstatic makemessages sendtestemail startapp "
    "startproject".split()
)
"""Django's own commands (django/core/management/commands and contrib)."""
_RELATED_WRITES = ("add", "remove", "clear", "set")


SAVING = ("django.db.models.signals.pre_save", "django.db.models.signals.post_save")
_DELETING = ("django.db.models.signals.pre_delete", "django.db.models.signals.post_delete")
_SENT = {
    "create": SAVING,
    "get_or_create": SAVING,
    "update_or_create": SAVING,
    "create_user": SAVING,
    "create_superuser": SAVING,
    "delete": _DELETING,
}
"""What is saved or deleted in bulk sends nothing but for a queryset's `delete` (django/db/models/signals.py)."""


_FATES: dict[str, Fate] = {
    "create": "made",
    "bulk_create": "many made",
    "create_user": "made",
    "create_superuser": "made",
    "get_or_create": "found or made",
    "update_or_create": "found or made",
    "delete": "all removed",
}


def _both(cls: str, methods: dict[str, Given], kind: str) -> list[Row]:
    """A sync row and the row of its a-method: in 4.2 to 6.1 each is `sync_to_async(self.<method>)`."""
    rows: list[Row] = []
    for name, gives in methods.items():
        works: Literal["read", "write"] = "read" if kind == "read" else "write"
        sends, fate = _SENT.get(name, ()), _FATES.get(name, "")
        rows.append(Acts(f"{cls}.{name}", works, gives=gives, sends=sends, rows=fate))
        rows.append(Acts(f"{cls}.a{name}", works, "await", SENSITIVE, "ISO102", gives=gives, sends=sends, rows=fate))
    return rows


def _related(cls: str) -> list[Row]:
    return _both(cls, dict.fromkeys(_RELATED_WRITES, "plain"), "write")


ORM: tuple[Row, ...] = (
    *(Gives(f"{QUERYSET}.{name}", "queryset") for name in _LAZY),
    *_both(QUERYSET, _READS, "read"),
    *_both(QUERYSET, _WRITES, "write"),
    Gives(f"{QUERYSET}.as_manager", "manager"),
    Gives(f"{QUERYSET}.raw", "queryset"),
    Acts(f"{QUERYSET}.iterator", "read", gives="models"),
    Acts(f"{QUERYSET}.aiterator", "read", "aiterate", SENSITIVE, "ISO102", gives="models"),
    Acts(f"{QUERYSET}.__iter__", "read", gives="models"),
    Acts(f"{QUERYSET}.__len__", "read"),
    Acts(f"{QUERYSET}.__bool__", "read"),
    Acts(f"{QUERYSET}.__getitem__", "read", gives="models"),
    Acts(f"{QUERYSET}.__aiter__", "read", "call", SENSITIVE, "ISO102", gives="models"),
    # Manager = BaseManager.from_queryset(QuerySet): made at run time (django/db/models/manager.py).
    Extends(MANAGER, (QUERYSET,)),
    Extends("django.db.models.manager.Manager", (MANAGER, QUERYSET)),
    Gives(f"{MANAGER}.from_queryset", "class"),
    Gives(f"{MANAGER}.db_manager", "self"),
    Gives(f"{MANAGER}.get_queryset", "queryset"),
    # Managers of relations: made by functions at run time (django/db/models/fields/related_descriptors.py).
    Extends(RELATED, ("django.db.models.manager.Manager", MANAGER, QUERYSET)),
    *_related(RELATED),
    # Model.
    Attribute(f"{MODEL}.objects", "manager"),
    Attribute(f"{MODEL}._default_manager", "manager"),
    Attribute(f"{MODEL}._base_manager", "manager"),
    Attribute(f"{MODEL}.pk", "plain"),
    Attribute(f"{MODEL}.id", "plain"),
    Gives(f"{MODEL}.()", "receiver"),
    Acts(f"{MODEL}.save", "write", sends=SAVING, rows="saved"),
    Acts(f"{MODEL}.save_base", "write", sends=SAVING, rows="saved"),
    Acts(f"{MODEL}.delete", "write", sends=_DELETING, rows="removed"),
    Acts(f"{MODEL}.refresh_from_db", "read"),
    Acts(f"{MODEL}.full_clean", "read"),
    Acts(f"{MODEL}.validate_unique", "read"),
    Acts(f"{MODEL}.validate_constraints", "read"),
    Acts(f"{MODEL}.asave", "write", "await", SENSITIVE, "ISO102", sends=SAVING, rows="saved"),
    Acts(f"{MODEL}.adelete", "write", "await", SENSITIVE, "ISO102", sends=_DELETING, rows="removed"),
    Acts(f"{MODEL}.arefresh_from_db", "read", "await", SENSITIVE, "ISO102"),
    *(Gives(f"{MODEL}.{name}") for name in ("clean", "clean_fields", "get_deferred_fields", "serializable_value")),
    # Forms of models. (Validating one reads only where a field is unique.)
    Gives("django.forms.models.modelform_factory", "class", "django.forms.models.ModelForm"),
    Acts("django.forms.models.BaseModelForm.save", "write", unless=("commit", False)),
    FindsModel("django.apps.registry.Apps.get_model"),
    # Queries outside models.
    Acts("django.db.models.query.prefetch_related_objects", "read"),
    Acts("django.db.models.query.aprefetch_related_objects", "read", "await", SENSITIVE, "ISO102"),
    Acts("django.shortcuts.get_object_or_404", "read", gives="model"),
    Acts("django.shortcuts.get_list_or_404", "read", gives="models"),
    Acts("django.shortcuts.aget_object_or_404", "read", "await", SENSITIVE, "ISO102", gives="model"),
    Acts("django.shortcuts.aget_list_or_404", "read", "await", SENSITIVE, "ISO102", gives="models"),
    Acts("django.db.backends.utils.CursorWrapper.execute", "write"),
    Acts("django.db.backends.utils.CursorWrapper.executemany", "write"),
    Acts("django.utils.connection.ConnectionProxy.cursor", "write", gives="unknown"),
    Commands("django.core.management.call_command", _WRITING_COMMANDS, _SILENT_COMMANDS),
    *(Attribute(f"django.core.management.base.BaseCommand.{name}", "plain") for name in ("stdout", "stderr", "style")),
    # Transactions write nothing by themselves (django/db/transaction.py).
    Runs("django.db.transaction.on_commit", LOOPLESS, "call", "", held_back=ON_COMMIT),
    Releases("django.test.testcases.TestCase.captureOnCommitCallbacks", "django.db.transaction.on_commit", "execute"),
    Releases(
        "pytest_django.fixtures.DjangoCaptureOnCommitCallbacks.__call__", "django.db.transaction.on_commit", "execute"
    ),
    Gives("django.db.transaction.set_rollback"),
    Gives("django.db.transaction.Atomic.__enter__"),
    Refuses("django.db.transaction.Atomic"),
    Refuses("django.test.utils.CaptureQueriesContext"),
    Gives("django.db.transaction.Atomic.__exit__"),
    Lends("django.db.connections"),
    # Authentication (django/contrib/auth).
    Gives("django.contrib.auth.get_user_model", "class", "django.contrib.auth.models.User"),
    *_both("django.contrib.auth.models.UserManager", {"create_user": "model", "create_superuser": "model"}, "write"),
    *_both(
        "django.contrib.auth.base_user.BaseUserManager",
        {"get_by_natural_key": "model"},
        "read",
    ),
    *_both(
        "django.contrib.auth.models.PermissionsMixin",
        {
            "has_perm": "plain",
            "has_perms": "plain",
            "has_module_perms": "plain",
            "get_user_permissions": "plain",
            "get_group_permissions": "plain",
            "get_all_permissions": "plain",
        },
        "read",
    ),
    *_both("django.contrib.auth", {"authenticate": "unknown", "get_user": "unknown"}, "read"),
    *_both("django.contrib.auth", {"login": "plain", "logout": "plain", "update_session_auth_hash": "plain"}, "write"),
    Gives("pytest_django.fixtures.DjangoAssertNumQueries.__call__", cls="django.test.utils.CaptureQueriesContext"),
    Gives("pytest_django.fixtures.django_user_model", "class", "django.contrib.auth.models.User"),
    Gives("django.contrib.auth.base_user.AbstractBaseUser.set_password"),
    Gives("django.contrib.auth.base_user.AbstractBaseUser.check_password"),
)
"""Relations read from an instance give a manager; see `descriptors`."""

DESCRIPTORS: dict[str, Given] = {
    "django.db.models.fields.related.ManyToManyField": "manager",
    "django.contrib.contenttypes.fields.GenericRelation": "manager",
    "django.db.models.fields.related.ForeignKey": "model",
    "django.db.models.fields.related.OneToOneField": "model",
}
"""Fields whose attribute on an instance is a manager of the related objects, or the related object."""
