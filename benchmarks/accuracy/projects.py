"""The open projects that isolint is held against: where each comes from and which folders are checked.

Their source is not kept here: bring the commit, into a folder with the project's name under one folder for all.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Project:
    """A repository at a commit; `folders` are checked one by one, each from within (its pytest.ini is the root);
    `measured` names the table of its measured tests, if its suite was run; `silent`: no async test of it works in a
    rolled-back transaction, so that an error or a warning is a false alarm unless its code says otherwise."""

    name: str
    repository: str
    commit: str
    folders: tuple[str, ...] = (".",)
    measured: str = ""
    silent: bool = False


PROJECTS = (
    Project("admin-mcp", "7tg/django-admin-mcp", "ae7962354", measured="django-admin-mcp"),
    Project("github-app", "joshuadavidthomas/django-github-app", "8eb68ecbc", measured="django-github-app"),
    Project("djust", "djust-org/djust", "de44fa038", measured="djust"),
    Project("tetra", "tetra-framework/tetra", "d06dc6569", measured="tetra"),
    Project("ninja-extra", "eadwinCode/django-ninja-extra", "4be4bb5f4", measured="django-ninja-extra"),
    Project("taiga", "kaleidos-ventures/taiga", "53733d6f9", ("python/apps/taiga",), measured="taiga"),
    Project("daiv", "srtab/daiv", "20b78ac36"),
    Project("venueless", "venueless/venueless", "36069d591", ("server",)),
    Project("learn-ai", "mitodl/learn-ai", "24e0ca92c"),
    Project("conversations", "suitenumerique/conversations", "4086ab973", ("src/backend",)),
    Project("tenzu", "BIRU-Scop/tenzu-back", "080906145", ("src",), silent=True),
    Project("undine", "MrThearMan/undine", "96b808e9d", silent=True),
    Project("strawberry-django", "strawberry-graphql/strawberry-django", "7e481757f", silent=True),
    Project("debug-toolbar", "jazzband/django-debug-toolbar", "a21604a23", silent=True),
    Project("papermerge", "papermerge/papermerge-core", "4a69d097d", silent=True),
    Project("fmtm", "hotosm/fmtm", "6a974f2af", ("src/backend",), silent=True),
    Project(
        "umbrella",
        "codecov/umbrella",
        "a8ec2db6e",
        ("apps/codecov-api", "apps/worker", "libs/shared"),
        silent=True,
    ),
    Project("baserow", "bram2w/baserow", "01c464ff0", ("backend",)),
    Project("bk-lite", "TencentBlueKing/bk-lite", "9fcbd6f81", ("server",)),
    Project("saleor", "saleor/saleor", "723cd4eba"),
)
