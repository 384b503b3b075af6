"""Settings of the shop: SQLite, or PostgreSQL with SHOP_DATABASE=postgresql and libpq's own PG* variables."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = "not a secret: this shop sells nothing"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["orders"]

if os.environ.get("SHOP_DATABASE", "sqlite") == "postgresql":
    # Host, port, user and password are left out: libpq reads PGHOST, PGPORT, PGUSER and PGPASSWORD itself.
    DATABASES = {
        "default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ.get("PGDATABASE", "shop")},
    }
else:
    DATABASES = {
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "shop.sqlite3"},
    }
