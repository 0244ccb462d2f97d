"""What an uploaded file is, by its content, and the words in it. Pure computing; to be called in a thread."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from store.master.imports.report import Wrong
from store.texts import _

MOST_BYTES = 30 * 1024 * 1024
"""One file."""
MOST_TEXT = 400_000
"""Characters that are kept to search in."""
_UNPACKED = 200 * 1024 * 1024
_MOST_CELLS = 200_000
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
ENDINGS = {
    "application/pdf": ".pdf",
    _DOCX: ".docx",
    _XLSX: ".xlsx",
    "text/plain": ".txt",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
}
"""Every type that is taken, with the ending of its files."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that was taken: its name with the ending of what it is, its type, and what can be searched in it."""

    file: str
    mime: str
    size: int
    sha256: str
    text: str


def examine(name: str, data: bytes) -> Paper:
    """What that file is. Raises `Wrong` with one sentence when it is not taken."""
    if not data:
        raise Wrong(_("The file is empty."))
    if len(data) > MOST_BYTES:
        raise Wrong(_("The file has more than {most} MB."), {"most": MOST_BYTES // 1024 // 1024})
    mime, text = _read(data)
    stem = PurePosixPath(name.replace("\\", "/")).stem.strip(". ")[:120] or "file"
    text = text.replace("\x00", "")[:MOST_TEXT]
    return Paper(stem + ENDINGS[mime], mime, len(data), hashlib.sha256(data).hexdigest(), text)


def _read(data: bytes) -> tuple[str, str]:
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "application/pdf", _pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return _packed(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Wrong(_("This is a file of an old Office. Please save it as .docx or .xlsx, or as PDF."))
    picture = _picture(data)
    if picture:
        return picture, ""
    return "text/plain", _plain(data)


def _pdf(data: bytes) -> str:
    import pikepdf

    from store.sharing.pdf_text import pdf_text

    try:
        return pdf_text(data, MOST_TEXT)
    except pikepdf.PasswordError:
        raise Wrong(_("This PDF asks for a password. Please share one that everybody in its scope can open.")) from None
    except pikepdf.PdfError:
        raise Wrong(_("This PDF is damaged and cannot be opened.")) from None


def _packed(data: bytes) -> tuple[str, str]:
    damaged = Wrong(_("This file is damaged, or no document that can be shared here."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            names = set(pack.namelist())
            if sum(one.file_size for one in pack.infolist()) > _UNPACKED:
                raise Wrong(_("This file unpacks to more than it may."))
            if "word/document.xml" in names:
                return _DOCX, "\n".join(_paragraphs(pack))[:MOST_TEXT]
        if "xl/workbook.xml" in names:
            return _XLSX, "\n".join(_rows(data))[:MOST_TEXT]
    except Wrong:
        raise
    except Exception:  # whatever broken packs and sheets make their readers raise
        raise damaged from None
    raise damaged


def _paragraphs(pack: zipfile.ZipFile) -> Iterator[str]:
    from defusedxml.ElementTree import parse

    with pack.open("word/document.xml") as part:
        root = parse(part).getroot()
    assert root is not None
    for paragraph in root.iter(f"{_WORD}p"):
        texts = (one.text or "" for one in paragraph.iter(f"{_WORD}t"))
        if line := "".join(texts).strip():
            yield line


def _rows(data: bytes) -> Iterator[str]:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    seen = 0
    for sheet in book.worksheets:
        yield sheet.title
        for row in sheet.iter_rows(values_only=True):
            seen += len(row)
            if seen > _MOST_CELLS:
                return
            if line := " ".join(str(cell) for cell in row if cell is not None).strip():
                yield line


def _picture(data: bytes) -> str | None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.verify()
            return _PICTURES.get(picture.format or "")
    except Exception:  # whatever is no picture makes the decoder raise what it likes
        return None


def _plain(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(ord(character) < 32 and character not in "\t\n\r\f" for character in text[:100_000]):
            return text
    raise Wrong(_("Only PDF, Word (.docx), Excel (.xlsx), plain text and pictures can be shared."))
