"""Cleaning what a tipster sends: re-encoded in memory, so that nothing but the picture or the pages remains.

Formats are told by their bytes, never by a name. Sizes are read before anything is decoded: a bomb is refused while
it is still small. `bot/tips/laundry.py` does this in a process of its own, with limits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MOST_BYTES = 20 * 1024 * 1024
"""Of one file; what Telegram lets a bot fetch, and twice what WeChat sends."""
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 65_557  # bytes in which a ZIP's end must begin: 22 and the longest comment
_HEAD = 1024  # bytes in which readers of PDF and browsers look for a beginning
_ACTIVE = re.compile(rb"<(?:script|html|svg|iframe|body|!doctype|\?php|\?=)", re.IGNORECASE)
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x7fELF", b"__HALT_COMPILER", b"PK\x03\x04")
_HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))


class Unclean(Exception):
    """The file is refused. `reason`: empty | large | type | bomb | broken | polyglot | locked | busy."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is left. `mime`: image/jpeg | image/png | application/pdf. `removed`: what was found and taken out, by the
    names that `bot/tips/words.py` puts into words."""

    mime: str
    data: bytes = field(repr=False)
    removed: tuple[str, ...]

    @property
    def kind(self) -> str:
        """image | document, as the shelf calls them."""
        return "document" if self.mime == "application/pdf" else "image"


def clean(data: bytes) -> Cleaned:
    """The same picture or document without anything about who made it, where and with what. Raises `Unclean`."""
    if not data:
        raise Unclean("empty")
    if len(data) > MOST_BYTES:
        raise Unclean("large")
    kind = kind_of(data)
    if kind is None:
        raise Unclean("type")
    if _is_something_else(data, kind):
        raise Unclean("polyglot")
    try:
        return _by_kind(kind, data)
    except Unclean:
        raise
    except MemoryError:
        raise Unclean("bomb") from None
    except Exception:  # whatever broken bytes make a decoder raise; its words may quote the file, so they are dropped
        raise Unclean("broken") from None


def _by_kind(kind: str, data: bytes) -> Cleaned:
    """The decoders are loaded by whoever decodes: the serving process never needs them."""
    if kind == "pdf":
        from bot.tips.clean_pdf import clean_pdf

        data, removed = clean_pdf(data)
        return Cleaned("application/pdf", data, removed)
    from bot.tips.clean_image import clean_image

    mime, data, removed = clean_image(kind, data)
    return Cleaned(mime, data, removed)


def kind_of(data: bytes) -> str | None:
    """jpeg | png | webp | heic | pdf by the first bytes; None for everything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp" and _brands(data) & _HEIF_BRANDS:
        return "heic"
    return "pdf" if data.startswith(b"%PDF-") else None


def _brands(data: bytes) -> set[bytes]:
    size = min(int.from_bytes(data[:4], "big"), 256)
    return {data[8:12], *(data[at : at + 4] for at in range(16, size, 4))}


def _is_something_else(data: bytes, kind: str) -> bool:
    """Whether another program would take the file for an archive, a page or a document of its own (a polyglot).

    Phones append much to their pictures (a short film, a depth map): that is cut off without ado. Only what somebody
    else would open as a file of its own is refused.
    """
    head = data[:_HEAD]
    if kind != "pdf" and b"%PDF-" in head:
        return True
    if _ACTIVE.search(head) or _ZIP_END in data[-_ZIP_TAIL:]:
        return True
    rest = data[end_of(kind, data) :]
    return bool(_ACTIVE.search(rest)) or any(mark in rest for mark in (*_ARCHIVES, b"%PDF-"))


def end_of(kind: str, data: bytes) -> int:
    """Where the file ends by its own account; what comes after it no viewer of this kind looks at."""
    match kind:
        case "png":
            found = data.rfind(b"IEND")
            return found + 8 if found > 0 else len(data)
        case "webp":
            return min(int.from_bytes(data[4:8], "little") + 8, len(data))
        case "jpeg":
            return jpeg_end(data)
        case "pdf":
            found = data.rfind(b"%%EOF")
            return found + 5 if found > 0 else len(data)
    return len(data)  # HEIC is a row of boxes: there is no outside


def jpeg_end(data: bytes) -> int:
    """Behind the first picture: over the segments one by one, because a thumbnail inside has an end mark, too."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker == 0xDA:
            return _scan_end(data, at)
        elif marker == 0xD9:
            return at + 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return len(data)


_MARK = re.compile(rb"\xff(?![\x00\xff\xd0-\xd7])")


def _scan_end(data: bytes, at: int) -> int:
    """Behind the end mark that follows the scans; a progressive picture has several, with tables between."""
    while found := _MARK.search(data, at + 2):
        at, marker = found.start(), data[found.end() : found.end() + 1]
        if marker == b"\xd9":
            return at + 2
        at += int.from_bytes(data[at + 2 : at + 4], "big")
    return len(data)
