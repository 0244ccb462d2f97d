"""What messages and events of both doors have in common: keys (protocols §4.3), degrees, names of kinds."""

from __future__ import annotations

import hashlib
import re
from xml.etree.ElementTree import Element

from bot.weixin.xmltext import value


def name(kind: str) -> str:
    """Fit for a log line: a kind, or a note that it was none."""
    return kind if re.fullmatch(r"[A-Za-z0-9_]{1,40}", kind) else "unnamed"


_LONGEST_NUMBER = 40  # a 64-bit number has 20 digits; what is no number must not burst the index


def message_key(root: Element, sender: str) -> str:
    number = value(root, "MsgId")
    known = number if 0 < len(number) <= _LONGEST_NUMBER else f"{value(root, 'CreateTime')}:{_digest(root)}"
    return f"{sender}:{known}"


def event_key(root: Element, sender: str, event: str) -> str:
    """Seconds are too coarse for a key: two taps or scans in one second differ in what they carry, so the digest
    of that belongs to it. Keys of menus and cards may have 1024 bytes, too long for an index; a digest is not."""
    return f"{sender}:{value(root, 'CreateTime')}:{name(event)}:{_digest(root)}"


def _digest(root: Element) -> str:
    """Over everything but `ResponseCode`: whether a retry repeats that one is not documented, and two presses of
    one button of one card within a second are one wish."""
    parts = sorted(
        f"{child.tag}={''.join(child.itertext()).strip()}"
        for child in root
        if child.tag not in ("ResponseCode", "MsgId")
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def degrees(lat: str, lon: str) -> tuple[float, float] | None:
    north, east = number(lat), number(lon)
    if north is None or east is None or not (-90 <= north <= 90 and -180 <= east <= 180):
        return None
    return north, east


def number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?\d{1,9}(\.\d{1,30})?", text, re.ASCII) else None
