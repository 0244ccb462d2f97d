"""What a photo says of itself: bytes in, facts out, and nothing raised for rubbish."""

import hashlib
import io
from datetime import UTC, datetime

import pytest
from PIL import ExifTags, Image, ImageDraw

from bot.work.pictures import difference_hash, examine


def photo(size: tuple[int, int] = (1200, 900), *, exif: Image.Exif | None = None, quality: int = 90) -> bytes:
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for step in range(8):
        corner = (step * size[0] // 10, step * size[1] // 12)
        draw.rectangle((*corner, corner[0] + size[0] // 9, size[1]), fill=step * 30)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, **({"exif": exif} if exif else {}))
    return buffer.getvalue()


def stamped(offset: str | None = None) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Test"
    exif[ExifTags.Base.Orientation] = 6
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = "2026:11:20 15:04:05"
    if offset:
        details[ExifTags.Base.OffsetTimeOriginal] = offset
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (34.0, 26.0, 15.0)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (115.0, 38.0, 57.0)
    return exif


def test_size_hash_and_thumbnail_of_a_plain_photo() -> None:
    data = photo()
    seen, thumb = examine(data, "image/jpeg")
    assert (seen.sha256, seen.size, seen.mime) == (hashlib.sha256(data).hexdigest(), len(data), "image/jpeg")
    assert (seen.width, seen.height, seen.taken_at, seen.taken_lat) == (1200, 900, None, None)
    assert thumb is not None
    assert Image.open(io.BytesIO(thumb)).size == (480, 360)


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (None, datetime(2026, 11, 20, 7, 4, 5, tzinfo=UTC)),
        ("+09:00", datetime(2026, 11, 20, 6, 4, 5, tzinfo=UTC)),
        ("-01:30", datetime(2026, 11, 20, 16, 34, 5, tzinfo=UTC)),
        ("nonsense", datetime(2026, 11, 20, 7, 4, 5, tzinfo=UTC)),
    ],
)
def test_when_and_where_it_was_taken(offset: str | None, expected: datetime) -> None:
    seen, thumb = examine(photo(exif=stamped(offset)), "image/jpeg")
    assert seen.taken_at == expected
    assert (seen.taken_lat, seen.taken_lon) == pytest.approx((34.4375, 115.649166), abs=1e-5)
    assert seen.exif == {"make": "Test"}
    assert thumb is not None
    assert Image.open(io.BytesIO(thumb)).size == (360, 480), "the thumbnail stands upright"


def test_the_same_picture_again_is_recognised_after_resizing() -> None:
    hashes = [examine(photo((1200, 900), quality=q), "image/jpeg")[0].phash for q in (95, 40)]
    small = Image.open(io.BytesIO(photo())).resize((600, 450))
    hashes.append(difference_hash(small))
    assert None not in hashes
    assert max(((a or 0) ^ (b or 0)).bit_count() for a in hashes for b in hashes) <= 4


@pytest.mark.parametrize(
    ("data", "declared", "mime"),
    [
        (b"", "image/jpeg", "application/octet-stream"),
        (b"\xff\xd8\xff truncated", "text/html", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n nothing more", "image/jpeg", "image/png"),
        (b"#!AMR\n123", "application/octet-stream", "audio/amr"),
        (b"????", "video/mp4; charset=x", "video/mp4"),
        (b"<html>", "text/html", "application/octet-stream"),
        (b"\x00\x00\x00\x18ftypheic....", "image/jpeg", "image/heic"),
    ],
)
def test_rubbish_is_kept_and_raises_nothing(data: bytes, declared: str, mime: str) -> None:
    seen, thumb = examine(data, declared)
    assert (seen.mime, seen.size, thumb) == (mime, len(data), None)


def test_a_bomb_is_not_unpacked() -> None:
    buffer = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    seen, thumb = examine(buffer.getvalue(), "image/png")
    assert (seen.size, thumb, seen.phash) == (len(buffer.getvalue()), None, None)
