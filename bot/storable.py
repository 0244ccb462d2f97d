"""What PostgreSQL cannot keep is taken out of a message before anybody hears it, whichever door it came by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

from store.law.given import safe
from store.words import Body


def storable(body: Body) -> Body:
    """The same body without NUL characters and halves of surrogate pairs; nearly always the very same object."""
    values = ((field.name, getattr(body, field.name)) for field in fields(body))
    texts = ((name, value) for name, value in values if isinstance(value, str | Mapping))
    changed = {name: clean for name, value in texts if (clean := safe(value)) != value}
    return replace(body, **changed) if changed else body
