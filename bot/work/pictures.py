"""What a photo says of itself: kind, size, when and where it was taken, a thumbnail, a perceptual hash.

Everything here is plain computing on bytes and runs in a thread: more than two milliseconds of it would hold the
event loop (speed.md). Nothing raises for bad bytes: what cannot be read is simply not known.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image, ImageOps

from store.casefiles.evidence import Seen
from store.words import Json

THUMB_EDGE = 480  # pixels of the longer edge
_MAX_PIXELS = 80_000_000  # more is a bomb, not a photo
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"#!AMR", "audio/amr"),
    (b"OggS", "audio/ogg"),
    (b"%PDF-", "application/pdf"),
)


def examine(data: bytes, declared: str) -> tuple[Seen, bytes | None]:
    """What is known of these bytes, and a JPEG thumbnail when they are a picture. `declared` is the door's type."""
    seen = Seen(sha256=hashlib.sha256(data).hexdigest(), size=len(data), mime=_mime(data, declared))
    if not seen.mime.startswith("image/"):
        return seen, None
    try:
        return _examine_picture(data, seen)
    except Exception:  # whatever a broken picture makes the decoder raise: the original is kept all the same
        return seen, None


def _examine_picture(data: bytes, seen: Seen) -> tuple[Seen, bytes | None]:
    with Image.open(io.BytesIO(data)) as picture:
        width, height = picture.size
        if width * height > _MAX_PIXELS:
            return seen, None
        exif = picture.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
        lat, lon = _position(exif.get_ifd(ExifTags.IFD.GPSInfo))
        picture.draft("RGB", (THUMB_EDGE * 2, THUMB_EDGE * 2))
        small = ImageOps.exif_transpose(picture).convert("RGB")
        small.thumbnail((THUMB_EDGE, THUMB_EDGE))
    thumb = io.BytesIO()
    small.save(thumb, "JPEG", quality=80)
    seen = replace(
        seen,
        width=width,
        height=height,
        taken_at=_taken_at(details),
        taken_lat=lat,
        taken_lon=lon,
        exif=_camera(exif),
        phash=difference_hash(small),
        thumb=True,
    )
    return seen, thumb.getvalue()


def difference_hash(picture: Image.Image) -> int:
    """64 bits that survive resizing and recompressing: is each pixel of a 9x8 grey picture darker than its right
    neighbour? As a signed integer, as PostgreSQL's bigint holds it."""
    grey = picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (grey[row * 9 + column] < grey[row * 9 + column + 1])
    return bits - (1 << 64) if bits >> 63 else bits


def _mime(data: bytes, declared: str) -> str:
    """The type by the bytes themselves; what the sender declared counts only when they do not tell."""
    for magic, mime in _MAGIC:
        if data.startswith(magic):
            return mime
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return "image/heic" if data[8:12] in (b"heic", b"heix", b"mif1", b"msf1") else "video/mp4"
    kind = declared.split(";")[0].strip().lower()
    return kind if re.fullmatch(r"(audio|video)/[a-z0-9.+-]+", kind) else "application/octet-stream"


def _taken_at(details: Mapping[int, Any]) -> datetime | None:
    """EXIF's local time; with its own offset when the camera wrote one, else as Shanghai time."""
    raw = details.get(ExifTags.Base.DateTimeOriginal)
    try:
        taken = datetime.strptime(str(raw).strip("\x00 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - zone follows
    except ValueError:
        return None
    offset = re.fullmatch(r"([+-])(\d\d):(\d\d)", str(details.get(ExifTags.Base.OffsetTimeOriginal, "")))
    if offset is None:
        return taken.replace(tzinfo=_SHANGHAI)
    minutes = int(offset[2]) * 60 + int(offset[3])
    return taken.replace(tzinfo=timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes)))


def _position(gps: Mapping[int, Any]) -> tuple[float | None, float | None]:
    """Degrees north and east, or nothing when the camera did not know."""
    try:
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps.get(ExifTags.GPS.GPSLatitudeRef, "N") in ("S", b"S"))
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps.get(ExifTags.GPS.GPSLongitudeRef, "E") in ("W", b"W"))
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None, None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
        return None, None
    return lat, lon


def _degrees(parts: Any, negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if value != value:  # 0/0 in the file reads as NaN
        raise ValueError("no position")
    return -value if negative else value


def _camera(exif: Image.Exif) -> Mapping[str, Json] | None:
    """The few fields worth showing; everything else stays in the original."""
    tags = {"make": ExifTags.Base.Make, "model": ExifTags.Base.Model, "software": ExifTags.Base.Software}
    found = {name: str(exif[tag]).strip("\x00 ")[:80] for name, tag in tags.items() if tag in exif}
    return found or None
