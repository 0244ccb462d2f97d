"""The one way in which case files write JSON, so that every byte of them can be held against what they say."""

from __future__ import annotations

import json
from typing import Any

Json = Any


def dumped(value: Json) -> str:
    """The one way in which a case file writes JSON: sorted keys, no spaces, letters as they are."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def canonical(text: bytes) -> Json:
    """What that text says. Raises ValueError unless it is written in the one way: then no byte can go unnoticed."""
    value = json.loads(text)
    if dumped(value).encode() != text:
        raise ValueError("not canonical")
    return value
