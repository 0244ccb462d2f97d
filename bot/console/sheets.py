"""The posted form of a page, read within bounds, whatever it holds."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

TEXT_BYTES = 256 * 1024
"""All the words of one form."""
_MOST_FIELDS = 300
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


class TooLarge(Exception):
    """More was sent than the form takes."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was chosen. Its name is only what the browser says. Large ones lie on the disk until the answer is
    given."""

    name: str
    data: bytes
    size: int = 0
    file: IO[bytes] | None = None


@dataclass(slots=True)
class Sheet:
    """What was given, by field. `errors` has the sentence that is shown at each field that is wrong."""

    values: dict[str, list[str]] = field(default_factory=dict)
    uploads: dict[str, list[Upload]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, most: int = 4000) -> str:
        """What was typed, without control characters, at most so many characters; empty for nothing."""
        given = self.values.get(name) or [""]
        return tidy(given[0])[:most]

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that can have several."""
        return tuple(tidy(one) for one in self.values.get(name, ()))

    def number(self, name: str) -> int | None:
        """A whole number of at most nine digits; None for anything else."""
        given = self.text(name, 10)
        return int(given) if re.fullmatch(r"[0-9]{1,9}", given) else None

    def files(self, name: str) -> tuple[Upload, ...]:
        """The files chosen; an empty chooser gives none."""
        return tuple(self.uploads.get(name, ()))

    def close(self) -> None:
        """Give back what lies on the disk."""
        for upload in (one for several in self.uploads.values() for one in several):
            if upload.file is not None:
                upload.file.close()

    def __getitem__(self, name: str) -> str:
        """For templates: what to show again in the field."""
        return self.text(name)


def tidy(text: str) -> str:
    """Line ends as "\\n", no control characters and no marks that turn text round, no blank ends."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


async def read_sheet(request: web.Request, files: int = 0, *, on_disk: bool = False) -> Sheet:
    """The form that was posted, with at most `files` bytes of uploads, `on_disk` if they may be large. Raises
    `TooLarge`."""
    if request.content_type == "multipart/form-data":
        return await _parts(request, files, on_disk)
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > TEXT_BYTES:
            raise TooLarge
    sheet = Sheet()
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="replace"
        )
    except ValueError:
        raise TooLarge from None
    for name, value in pairs:
        sheet.values.setdefault(name, []).append(value)
    return sheet


async def _parts(request: web.Request, files: int, on_disk: bool) -> Sheet:
    sheet, words = Sheet(), TEXT_BYTES
    try:
        reader = await request.multipart()
        count = 0
        while (part := await reader.next()) is not None:
            count += 1
            if count > _MOST_FIELDS or not isinstance(part, BodyPartReader):
                raise TooLarge
            name = part.name or ""
            if part.filename is not None and on_disk:
                upload = await _filed(part, files)
                files -= upload.size
                if upload.size:
                    sheet.uploads.setdefault(name, []).append(upload)
                continue
            data = await _bytes(part, files if part.filename is not None else words)
            if part.filename is None:
                words -= len(data)
                sheet.values.setdefault(name, []).append(data.decode("utf-8", "replace"))
            elif data:
                files -= len(data)
                sheet.uploads.setdefault(name, []).append(Upload(tidy(part.filename)[:200], data, len(data)))
    except (ValueError, AssertionError):  # no multipart after all, or cut off in its middle
        sheet.close()
        return Sheet()
    except BaseException:
        sheet.close()
        raise
    return sheet


async def _bytes(part: BodyPartReader, most: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        data += chunk
        if len(data) > most:
            raise TooLarge
    return bytes(data)


async def _filed(part: BodyPartReader, most: int) -> Upload:
    """A part as a file without a name, which is gone when nobody holds it any more."""
    file, size = tempfile.TemporaryFile(), 0  # noqa: SIM115 - it outlives this function
    try:
        while chunk := await part.read_chunk(256 * 1024):
            size += len(chunk)
            if size > most:
                raise TooLarge
            file.write(chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return Upload(tidy(part.filename or "")[:200], b"", size, file)
