"""A dialogue as JSON and back: exact inverses, and old JSON stays readable after a deploy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conversations.turn import Dialogue
from store.words import Json

_DEFAULTS = Dialogue._field_defaults  # every field has one
_TUPLES = frozenset(name for name, default in _DEFAULTS.items() if isinstance(default, tuple))
_ATOMS = str | int | float | None


def to_json(dialogue: Dialogue) -> dict[str, Json]:
    """Only what differs from the defaults: a person at rest is a few bytes."""
    pairs = zip(_DEFAULTS, dialogue, _DEFAULTS.values(), strict=True)
    # Nearly all defaults are empty: asking for emptiness is far quicker than comparing mappings.
    return {name: _plain(value) for name, value, default in pairs if (value != default if default else value)}


def from_json(stored: Mapping[str, Json]) -> Dialogue:
    """The dialogue of stored JSON. Fields that no longer exist are dropped, missing ones have their default."""
    known: dict[str, Any] = {name: value for name, value in stored.items() if name in _DEFAULTS}
    for name in _TUPLES & known.keys():
        known[name] = tuple(known[name])
    return Dialogue(**known)


def _plain(value: Json) -> Json:
    """Tuples become lists and mappings dicts, all the way down."""
    if isinstance(value, _ATOMS):  # most are
        return value
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return {name: _plain(inner) for name, inner in value.items()}
