"""Settings of the project the metamorphic cases run in: SQLite, or with ENGINE=pg PostgreSQL through PG* variables."""

import os

SECRET_KEY = "x"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["library"]

if os.environ.get("ENGINE") == "pg":
    DATABASES = {
        "default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ.get("PGDATABASE", "library")},
    }
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "library.sqlite3"}}
