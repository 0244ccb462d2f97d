"""A case file as a ZIP, written while it is read: the same case is the same bytes, in the memory of one photo.

The archive has `README.txt`, `case.json`, `lines.jsonl`, the two PDFs, the originals under their SHA-256, and last
`manifest.json`. `store/casefiles/caseproof.py` says what each must be like.
"""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.casefile.readme import readme
from bot.work.media import original, thumbnail
from store.casefiles import casefile
from store.casefiles.canonical import dumped
from store.casefiles.casefile import CaseFile
from store.words import Json, Person

if TYPE_CHECKING:
    from obstore.store import ObjectStore

Progress = Callable[[int, int], None]
"""Told after each original: how many of how many are written."""

MOST_PICTURES = 300
"""Thumbnails printed in `case.pdf`; what is more is listed with its SHA-256 and lies in the archive all the same."""

_CHUNK = 128 * 1024
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP knows: the archive tells of the case, not of its export


async def read_case(engine: AsyncEngine, objects: ObjectStore, number: str, who: Person | None) -> CaseFile | None:
    """The case as of one moment; None when there is none or `who` may not see it."""
    import obstore

    async def kept(digest: str) -> bool:
        try:
            await obstore.head_async(objects, original(digest))
        except FileNotFoundError:
            return False
        return True

    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        return await casefile.gather(connection, number, who, kept)


async def archive(
    case: CaseFile, objects: ObjectStore, language: str = "zh", progress: Progress | None = None
) -> AsyncIterator[bytes]:
    """The bytes of the archive, one piece after the other. `language` is that of the PDFs."""
    out = _Out()
    with zipfile.ZipFile(out, "w") as bundle:
        packing = _Packing(bundle)
        for name, data in (await _papers(case, objects, language)).items():
            packing.paper(name, data)
            yield out.take()
        for done, row in enumerate(case.originals, start=1):
            async for complete in packing.original(objects, row):
                if complete or out.held >= _CHUNK:
                    yield out.take()
            if progress:
                progress(done, len(case.originals))
        manifest = {"format": case.content["format"], "number": case.number, "heads": case.heads}
        packing.paper("manifest.json", dumped({**manifest, "files": dict(packing.files)}).encode())
    yield out.take()


async def form_pdf(case: CaseFile, objects: ObjectStore, language: str) -> bytes:
    """The handling form alone, to be printed and signed."""
    from bot.casefile.form import handling_form

    pictures = {row["sha256"]: data async for row, data in _thumbnails(case, objects)}
    return await asyncio.to_thread(handling_form, case, pictures, language)


async def _papers(case: CaseFile, objects: ObjectStore, language: str) -> dict[str, bytes]:
    """Everything but the originals and the manifest. Drawing takes seconds of computing, so it has its own thread."""
    from bot.casefile.form import handling_form
    from bot.casefile.reading import case_pdf

    pictures = {row["sha256"]: data async for row, data in _thumbnails(case, objects)}
    lines = "".join(f"{dumped(line)}\n" for line in case.lines)
    return {
        "README.txt": readme(case).encode(),
        "case.json": dumped(case.content).encode(),
        "lines.jsonl": lines.encode(),
        "handling-form.pdf": await asyncio.to_thread(handling_form, case, pictures, language),
        "case.pdf": await asyncio.to_thread(case_pdf, case, pictures, language),
    }


async def _thumbnails(case: CaseFile, objects: ObjectStore) -> AsyncIterator[tuple[Mapping[str, Json], bytes]]:
    import obstore

    pictures = {row["sha256"]: row for row in case.content["evidence"] if row["thumb"] and row["sha256"]}
    for row in list(pictures.values())[:MOST_PICTURES]:
        try:
            found = await obstore.get_async(objects, thumbnail(row["sha256"]))
            yield row, bytes(await found.bytes_async())
        except FileNotFoundError:
            continue


class _Out:
    """Where `zipfile` writes to, and from where the bytes are taken away. It cannot seek, so nothing is patched."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    @property
    def held(self) -> int:
        return len(self._bytes)

    def write(self, data: bytes, /) -> int:
        self._bytes += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        taken = bytes(self._bytes)
        self._bytes.clear()
        return taken


class _Packing:
    """Writes files into the archive and remembers what the manifest will say of them."""

    def __init__(self, bundle: zipfile.ZipFile) -> None:
        self._bundle = bundle
        self.files: dict[str, dict[str, Json]] = {}

    def paper(self, name: str, data: bytes) -> None:
        self._bundle.writestr(_info(name, zipfile.ZIP_DEFLATED), data)
        self.files[name] = {"sha256": sha256(data).hexdigest(), "size": len(data)}

    async def original(self, objects: ObjectStore, row: Mapping[str, Json]) -> AsyncIterator[bool]:
        """Photos are packed already: they are stored as they are. Yields as the archive grows."""
        import obstore

        digest, size, info = sha256(), 0, _info(row["file"], zipfile.ZIP_STORED)
        found = await obstore.get_async(objects, original(row["sha256"]))
        with self._bundle.open(info, "w") as member:
            async for chunk in found.stream(min_chunk_size=_CHUNK):
                data = bytes(chunk)
                digest.update(data)
                size += len(data)
                member.write(data)
                yield False
        yield True
        self.files[row["file"]] = {"sha256": digest.hexdigest(), "size": size}


def _info(name: str, packing: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _LONG_AGO)
    info.compress_type, info.create_system, info.external_attr = packing, 3, 0o644 << 16
    return info
