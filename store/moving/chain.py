"""The hash chain of ledger lines: each line's SHA-256 covers its content and the hash of the line before it.

The hash is that of one JSON object in UTF-8 with the keys `ledger, number, seq, verb, before, after, by, at, door,
text, fields, prev_hash`: sorted, no spaces, non-ASCII letters as they are. `at` is UTC with six digits
("2026-11-20T01:30:00.000000+00:00"), whole floats are written as integers, and the first line's `prev_hash` is 64
zeros. Anybody can recompute it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256

from store.words import Json

START = "0" * 64
KEYS = ("ledger", "number", "seq", "verb", "before", "after", "by", "at", "door", "text", "fields", "prev_hash")


def line_hash(line: Mapping[str, Json]) -> str:
    """The hash of a line, from a mapping with `KEYS` (others are ignored; `at` a datetime or its ISO text)."""
    content = {key: _plain(line[key]) for key in KEYS}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return sha256(text.encode()).hexdigest()


def verify_chain(lines: Iterable[Mapping[str, Json]]) -> int | None:
    """None when the lines of one entry, in order, are whole; else the `seq` at which the chain breaks.

    Lines that were cut off at the end cannot be missed here: compare with the entry's own count of lines.
    """
    before = START
    for expected, line in enumerate(lines, start=1):
        if line["seq"] != expected or line["prev_hash"] != before or line["hash"] != line_hash(line):
            return expected
        before = line["hash"]
    return None


def _plain(value: Json) -> Json:
    """The value as it also comes back from JSONB: numbers have no trailing ".0" there or here."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
