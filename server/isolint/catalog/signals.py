"""Rows of signals (django/dispatch/dispatcher.py, django/db/models/signals.py)."""

from __future__ import annotations

from isolint.catalog.places import SENSITIVE
from isolint.catalog.rows import Connects, Gives, Row, Sends

_SIGNAL = "django.dispatch.dispatcher.Signal"
_MODEL_SIGNAL = "django.db.models.signals.ModelSignal"

SIGNALS: tuple[Row, ...] = (
    Gives(f"{_SIGNAL}.()", cls=_SIGNAL, distinct=True),
    Connects("django.dispatch.dispatcher.receiver", receiver=1, signal=0),
    *(Connects(f"{cls}.connect", receiver=0) for cls in (_SIGNAL, _MODEL_SIGNAL)),
    *(Gives(f"{cls}.disconnect") for cls in (_SIGNAL, _MODEL_SIGNAL)),
    Gives(f"{_SIGNAL}.has_listeners"),
    *(Sends(f"{_SIGNAL}.{name}", "call") for name in ("send", "send_robust")),
    *(Sends(f"{_SIGNAL}.{name}", "await", SENSITIVE, "ISO102") for name in ("asend", "asend_robust")),
)
