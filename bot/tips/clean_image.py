"""Pictures: decoded, turned upright, brought to common colours, and written anew from their pixels alone."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pillow_heif
from PIL import ExifTags, Image, ImageCms, ImageOps

from bot.tips.clean import Unclean, end_of

MOST_PIXELS = {"jpeg": 120_000_000, "png": 32_000_000, "webp": 32_000_000, "heic": 60_000_000}
"""What phones take, and no more. A large JPEG is no bomb: it is decoded at a fraction of its size."""
EDGE = 3072
"""Pixels of the longer edge that are kept: enough to read a pack's code, too few for the sensor's own noise."""
QUALITY = 88
_FORMATS = {"jpeg": ("JPEG", "MPO"), "png": ("PNG",), "webp": ("WEBP",), "heic": ("HEIF",)}
_FLAT = 16_000_000  # pixels of a picture that may be decoded whole
_AUTHORS = (ExifTags.Base.Artist, ExifTags.Base.Copyright, 0x9C9D)  # the last: what Windows calls the author
_CAMERA = (ExifTags.Base.Make, ExifTags.Base.Model, ExifTags.Base.Software, ExifTags.Base.HostComputer)

pillow_heif.register_heif_opener(thumbnails=False)


def clean_image(kind: str, data: bytes) -> tuple[str, bytes, tuple[str, ...]]:
    """MIME type, bytes, and what was removed. Raises `Unclean`, or anything at all for broken bytes."""
    if kind == "webp":
        _measure(kind, *_webp_size(data))  # Pillow makes room for a WebP before it can be asked how large it is
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS[kind]) as picture:
            _measure(kind, *picture.size)
            removed = tuple(dict.fromkeys(_found(picture, kind, data)))
            flat = _pixels(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unclean("bomb") from None
    out = io.BytesIO()
    if kind == "png":
        flat.save(out, "PNG")
        return "image/png", out.getvalue(), removed
    flat.save(out, "JPEG", quality=QUALITY)
    return "image/jpeg", out.getvalue(), removed


def _measure(kind: str, width: int, height: int) -> None:
    if width * height > MOST_PIXELS[kind] or max(width, height) > 30_000:
        raise Unclean("bomb")


def _pixels(picture: Image.Image) -> Image.Image:
    """The first frame upright, in sRGB, no larger than we keep, and with nothing attached."""
    if picture.format in ("JPEG", "MPO"):
        picture.draft("RGB", (EDGE, EDGE))  # decodes a large one at a half or less, which is what bounds the memory
    if picture.size[0] * picture.size[1] > MOST_PIXELS["heic"]:
        raise Unclean("bomb")
    picture.load()
    profile = picture.info.get("icc_profile")
    upright: Image.Image = ImageOps.exif_transpose(picture)
    upright.thumbnail((EDGE, EDGE), reducing_gap=2.0 if max(upright.size) > 2 * EDGE else None)
    bare = Image.new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        seen = upright.convert("RGBA")
        bare.paste(seen, mask=seen.getchannel("A"))
        return bare
    bare.paste(_common_colours(upright, profile))
    return bare


def _common_colours(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """In sRGB, because the profile itself names the device; a profile that cannot be read counts as none."""
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            changed = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            return picture.convert("RGB")
        return changed or picture
    return picture.convert("RGB")


def _found(picture: Image.Image, kind: str, data: bytes) -> Iterator[str]:
    """What there is to remove, by name."""
    info = picture.info
    exif = picture.getexif()
    details = exif.get_ifd(ExifTags.IFD.Exif)
    if exif.get_ifd(ExifTags.IFD.GPSInfo):
        yield "gps"
    if any(tag in exif for tag in _CAMERA) or ExifTags.Base.MakerNote in details:
        yield "camera"
    if ExifTags.Base.DateTime in exif or ExifTags.Base.DateTimeOriginal in details:
        yield "time"
    if any(tag in exif for tag in _AUTHORS):
        yield "author"
    if exif.get_ifd(ExifTags.IFD.IFD1) or info.get("thumbnails") or info.get("mp"):
        yield "thumbnail"
    if info.get("xmp") or info.get("XML:com.adobe.xmp") or b"http://ns.adobe.com/xap/" in data[:200_000]:
        yield "xmp"
    if info.get("photoshop") or info.get("metadata"):
        yield "editing"
    if info.get("comment") or getattr(picture, "text", None):
        yield "comment"
    if getattr(picture, "n_frames", 1) > 1:
        yield "frames"
    if end_of(kind, data) < len(data):
        yield "trailer"
    if exif:
        yield "exif"


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height out of the first chunk (RFC 9649)."""
    chunk = data[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
    raise Unclean("broken")
