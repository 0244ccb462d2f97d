"""Real files of every kind that is taken, full of what must not survive; and files that are refused."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache

import pikepdf
import pillow_heif
from PIL import ExifTags, Image, ImageDraw, PngImagePlugin

CANARY = "Kanarienvogel-153"
"""Stands in every place where a file may name its maker."""
XMP = f'<?xpacket begin="" id="x"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><a>{CANARY}</a></x:xmpmeta>'.encode()
THUMB = b"\xff\xd8\xff\xe0thumbnail-of-" + CANARY.encode() + b"\xff\xd9"


def drawing(size: tuple[int, int] = (640, 480)) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for step in range(8):
        draw.rectangle((step * 50, step * 30, step * 50 + 60, size[1]), fill=(step * 30, 90, 200 - step * 20))
    return picture


def exif() -> Image.Exif:
    """A camera that says everything: who, where, when, with what."""
    found = Image.Exif()
    for tag in (ExifTags.Base.Make, ExifTags.Base.Model, ExifTags.Base.Artist, ExifTags.Base.ImageDescription):
        found[tag] = CANARY
    found[ExifTags.Base.Orientation] = 6
    found[ExifTags.Base.DateTime] = "2026:11:20 15:04:05"
    gps = found.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (34.0, 26.0, 15.0)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (115.0, 38.0, 57.0)
    return found


def exif_with_thumbnail() -> bytes:
    """EXIF whose second directory is a small JPEG; Pillow cannot write one."""
    first = struct.pack("<HHHIIHHII", 2, 0x010F, 2, len(CANARY), 64, 0x0132, 2, 20, 90) + struct.pack("<I", 120)
    second = struct.pack("<HHHIIHHII", 2, 0x0201, 4, 1, 160, 0x0202, 4, 1, len(THUMB)) + struct.pack("<I", 0)
    tiff = (b"II*\0" + struct.pack("<I", 8) + first).ljust(64, b"\0") + CANARY.encode()
    tiff = tiff.ljust(90, b"\0") + b"2026:11:20 15:04:05\0"
    return b"Exif\0\0" + (tiff.ljust(120, b"\0") + second).ljust(160, b"\0") + THUMB


@cache
def jpeg(**more: object) -> bytes:
    out = io.BytesIO()
    drawing().save(out, "JPEG", **{"exif": exif(), "xmp": XMP, "comment": CANARY.encode()} | more)
    return out.getvalue()


@cache
def png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", CANARY)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode(), zip=True)
    out = io.BytesIO()
    drawing().save(out, "PNG", pnginfo=info, exif=exif())
    return out.getvalue()


@cache
def webp() -> bytes:
    out = io.BytesIO()
    drawing().save(out, "WEBP", exif=exif(), xmp=XMP, icc_profile=b"")
    return out.getvalue()


@cache
def heic() -> bytes:
    out = io.BytesIO()
    file = pillow_heif.from_pillow(drawing())
    file.save(out, format="HEIF", exif=exif().tobytes(), xmp=XMP, quality=60)
    return out.getvalue()


@cache
def pdf(*, pages: int = 2, script: bool = True, picture: bytes | None = None) -> bytes:
    """A document with an author, XMP, an attachment, a script, a note with its author, and a photo with its EXIF."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        photo = made.make_stream(
            picture or jpeg(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=640, Height=480,
            BitsPerComponent=8, ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name.DCTDecode,
        )  # fmt: skip
        for _ in range(pages):
            page = made.add_blank_page(page_size=(300, 300))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=photo))
            page.Contents = made.make_stream(b"q 200 0 0 200 50 50 cm /Im0 Do Q")
            page.PieceInfo = pikepdf.Dictionary(Maker=pikepdf.Dictionary(LastModified=pikepdf.String(CANARY)))
            note = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, T=CANARY, Contents=CANARY, Rect=[0, 0, 9, 9]
            )
            page.Annots = pikepdf.Array([made.make_indirect(note)])
        made.docinfo["/Author"] = CANARY
        with made.open_metadata() as meta:
            meta["dc:creator"] = [CANARY]
        made.attachments["secret.txt"] = CANARY.encode()
        if script:
            made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=f"app.alert('{CANARY}')")
        made.save(out)
    return out.getvalue()


@cache
def png_bomb(width: int = 10_000, height: int = 10_000) -> bytes:
    """A megabyte that become `width` x `height` pixels."""
    packer = zlib.compressobj(1)
    body = b"".join(packer.compress(b"\0" * (1 + width * 3)) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpeg_of_100_megapixels() -> bytes:
    out = io.BytesIO()
    Image.new("L", (10_000, 10_000)).save(out, "JPEG")
    return out.getvalue()


def heic_bomb() -> bytes:
    """A HEIC whose own account of its size is 10 000 x 10 000."""
    data = heic()
    at = data.index(b"ispe") + 8
    return data[:at] + (10_000).to_bytes(4, "big") * 2 + data[at + 8 :]


def webp_bomb() -> bytes:
    """A lossless WebP that says the same: 14 bits each for width and height, less one."""
    out = io.BytesIO()
    drawing().save(out, "WEBP", lossless=True)
    data = out.getvalue()
    bits = int.from_bytes(data[21:25], "little") >> 28 << 28 | 9_999 << 14 | 9_999
    return data[:21] + bits.to_bytes(4, "little") + data[25:]
