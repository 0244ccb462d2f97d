"""Files of tips: sealed in pieces of the database, named anew, listed in the message that they came with.

They are not in the object store: that would keep the exact time of each, and no transaction with the tip.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from uuid import uuid4

from nacl.public import PrivateKey
from sqlalchemy import insert, select

from store import tables, vault
from store.db import Tx
from store.tips.nouns import StoredFile, Tampered, TipFile
from store.vault import Broken
from store.words import Json

_ENDS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "application/pdf": "pdf",
}
_LARGE = 256 * 1024
"""From so many bytes on sealing is done beside the event loop."""


async def keep(
    tx: Tx, key: PrivateKey, number: str, files: Sequence[TipFile], counter: str = ""
) -> list[dict[str, Json]]:
    """Seal and write these files; what the message must say of them."""
    said = []
    for place, file in enumerate(files, start=1):
        id_ = str(uuid4())
        pieces = await _sealed(key, file.data, number, id_)
        rows = [{"id": id_, "seq": seq, "number": number, "piece": piece} for seq, piece in enumerate(pieces)]
        await tx.execute(insert(tables.tip_file), rows)  # all pieces of a file in one go
        named = f"{'photo' if file.kind == 'image' else 'document'}-{counter}{place}.{_ENDS.get(file.mime, 'bin')}"
        digest = hashlib.sha256(file.data).hexdigest()
        said.append(
            {"id": id_, "kind": file.kind, "mime": file.mime, "size": len(file.data), "name": named, "sha256": digest}
        )
    return said


async def load(tx: Tx, key: PrivateKey, number: str, said: dict[str, Json]) -> bytes:
    """The bytes of a file that a message speaks of. Raises `Tampered`."""
    table = tables.tip_file.c
    query = select(table.piece).where(table.id == said["id"], table.number == number).order_by(table.seq)
    pieces = list((await tx.execute(query)).scalars())
    try:
        data = await asyncio.to_thread(vault.unseal_file, key, pieces, number, said["id"])
    except Broken:
        raise Tampered(number) from None
    if hashlib.sha256(data).hexdigest() != said["sha256"]:
        raise Tampered(number)
    return data


def stored(said: dict[str, Json]) -> StoredFile:
    """What may be shown of it."""
    return StoredFile(said["id"], said["kind"], said["mime"], said["size"], said["name"])


async def _sealed(key: PrivateKey, data: bytes, number: str, id_: str) -> list[bytes]:
    if len(data) < _LARGE:
        return list(vault.seal_file(key, data, number, id_))
    return await asyncio.to_thread(lambda: list(vault.seal_file(key, data, number, id_)))
