"""PDFs: the pages alone go into a new document; who made them, what is attached and what would run stays behind."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from bot.tips.clean import Unclean, end_of, jpeg_end

MOST_PAGES = 500
MOST_OBJECTS = 100_000
_PAGE_KEYS = frozenset(
    ("/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate")
) | {"/Contents", "/Group", "/UserUnit"}
"""What makes a page look as it does; thumbnails, times, notes, actions and pieces of other programs are not in it."""
_TELLTALE = (
    *("/Metadata", "/PieceInfo", "/LastModified", "/AF", "/AA", "/A", "/JS", "/OPI", "/Measure", "/PtData"),
    *("/StructParent", "/StructParents", "/OC", "/Annots", "/Thumb"),
)
_NEVER = ("/EmbeddedFile", "/Filespec", "/Action", "/Sig")
_COMMENTS = frozenset((*range(0xE0, 0xF0), 0xFE))
_APP_KEPT = ((0xE0, 18), (0xEE, 16))  # JFIF without a thumbnail, and Adobe: without them the colours are wrong


def clean_pdf(data: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The bytes of the new document, and what was removed. Raises `Unclean`, or anything at all for broken bytes."""
    try:
        with Pdf.open(io.BytesIO(data), suppress_warnings=True, attempt_recovery=False) as old:
            if old.is_encrypted:
                raise Unclean("locked")
            if len(old.objects) > MOST_OBJECTS or not 0 < len(old.pages) <= MOST_PAGES:
                raise Unclean("bomb")
            removed = list(_found(old, data))
            return _written(old, removed), tuple(dict.fromkeys(removed))
    except pikepdf.PasswordError:
        raise Unclean("locked") from None


def _written(old: Pdf, removed: list[str]) -> bytes:
    """What is seen on the pages, notes and filled fields included, as a document without a history."""
    if any("/Annots" in page for page in old.pages):
        old.generate_appearance_streams()
        old.flatten_annotations("screen")
    with Pdf.new() as new:
        new.pages.extend(old.pages)
        for page in new.pages:
            for key in set(page.obj.keys()) - _PAGE_KEYS:
                del page[key]
        for found in new.objects:
            _strip(found, removed)
        for key in ("/Info", "/ID"):
            if key in new.trailer:
                del new.trailer[key]
        new.remove_unreferenced_resources()
        out = io.BytesIO()
        new.save(out, deterministic_id=True, linearize=False, fix_metadata_version=False)
        return out.getvalue()


def _strip(found: Object, removed: list[str]) -> None:
    """Take what tells tales out of one object."""
    if not isinstance(found, Dictionary | Stream):
        return
    for key in _TELLTALE:
        if key in found:
            del found[key]
    if not isinstance(found, Stream):
        return
    if found.get("/Subtype") == Name.Image:
        _strip_picture(found, removed)
    elif found.get("/Type") in _NEVER:
        found.write(b"")


def _strip_picture(picture: Stream, removed: list[str]) -> None:
    """Pictures inside keep their pixels as they are and lose the segments and boxes around them."""
    filters = picture.get("/Filter")
    names = [str(one) for one in filters] if isinstance(filters, Array) else [str(filters)]
    if names not in (["/DCTDecode"], ["/JPXDecode"]):
        if any(name in ("/DCTDecode", "/JPXDecode") for name in names):
            raise Unclean("broken")  # a JPEG that is packed once more is nothing that scanners or printers write
        return
    raw = picture.read_raw_bytes()
    bare = bare_jpeg(raw) if names == ["/DCTDecode"] else bare_jpx(raw)
    if bare != raw:
        removed.append("pictures")
        picture.write(bare, filter=Name(names[0]))


def bare_jpeg(data: bytes) -> bytes:
    """A JPEG without comments and application segments, its scans untouched. Raises `Unclean` when it is none."""
    if not data.startswith(b"\xff\xd8"):
        raise Unclean("broken")
    kept, at, end = [b"\xff\xd8"], 2, jpeg_end(data)
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in (0xDA, 0xD9):
            return b"".join((*kept, data[at:end]))
        size = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker not in _COMMENTS or (marker, size) in _APP_KEPT:
            kept.append(data[at : at + size])
        at += size
    raise Unclean("broken")


def bare_jpx(data: bytes) -> bytes:
    """A JPEG 2000 file without its boxes of XML, UUIDs and rights (ISO 15444-1, annex I)."""
    if data.startswith(b"\xff\x4f\xff\x51"):
        return data  # the code stream alone
    kept, at = [], 0
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        end = len(data) if size == 0 else at + size
        if end < at + 8 or end > len(data):
            raise Unclean("broken")
        if kind in (b"jP  ", b"ftyp", b"jp2h", b"jp2c"):
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


_JAVASCRIPT = re.compile(rb"/(?:JavaScript|JS|OpenAction|AA|Launch|SubmitForm|GoToR)\b")


def _found(old: Pdf, data: bytes) -> Iterator[str]:
    """What there is to remove, by name."""
    info = old.trailer.get("/Info")
    if isinstance(info, Dictionary) and len(info):
        yield "author"
    if "/Metadata" in old.Root or any("/Metadata" in page for page in old.pages):
        yield "xmp"
    if len(old.attachments):
        yield "attachments"
    names = old.Root.get("/Names")
    acting = {"/OpenAction", "/AA"} & set(old.Root.keys())
    if acting or (isinstance(names, Dictionary) and "/JavaScript" in names) or _JAVASCRIPT.search(data):
        yield "scripts"
    if any("/Annots" in page for page in old.pages):
        yield "notes"
    if any("/Thumb" in page for page in old.pages):
        yield "thumbnail"
    if data.count(b"%%EOF") > 1:
        yield "versions"
    if data[end_of("pdf", data) :].strip():
        yield "trailer"
