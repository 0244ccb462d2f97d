"""Which version of each questionnaire counts. Without a row it is the shipped one; open dialogues keep theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from store.chosen_forms import Unfit
from store.db import Tx
from store.running.book import Plain, Wish
from store.tables import form_in_use, form_version
from store.texts import _
from store.words import Json


@dataclass(frozen=True, slots=True)
class Version:
    """A version that was ever kept, and when it came."""

    key: str
    hash: str
    source: str
    at: datetime


class FormsInUse(Plain):
    """Subject: the form's key. State: the hash of the version that counts; None for the shipped one."""

    async def state(self, tx: Tx, subject: str) -> Json:
        row = await tx.execute(select(form_in_use.c.hash).where(form_in_use.c.key == subject))
        found = row.scalar_one_or_none()
        return {"hash": found} if found else None

    async def put(self, wish: Wish, subject: str, before: Json, after: Json) -> None:
        if after is None:
            await wish.tx.execute(delete(form_in_use).where(form_in_use.c.key == subject))
            return
        known = select(form_version.c.hash).where(form_version.c.key == subject, form_version.c.hash == after["hash"])
        if (await wish.tx.execute(known)).first() is None:
            raise Unfit(_("There is no such version of this questionnaire."))
        row = {"hash": after["hash"], "set_by": wish.by, "at": wish.at}
        use = insert(form_in_use).values(key=subject, **row)
        await wish.tx.execute(use.on_conflict_do_update(index_elements=["key"], set_=row))


async def in_use(tx: Tx) -> Sequence[tuple[str, str, str]]:
    """The versions that count instead of shipped ones: (key, hash, source)."""
    same = (form_version.c.key == form_in_use.c.key) & (form_version.c.hash == form_in_use.c.hash)
    rows = select(form_in_use.c.key, form_in_use.c.hash, form_version.c.source).join(form_version, same)
    return [(row.key, row.hash, row.source) for row in await tx.execute(rows.order_by(form_in_use.c.key))]


async def versions(tx: Tx, key: str) -> list[Version]:
    """Every version of a questionnaire that was ever kept, the newest first."""
    rows = select(form_version).where(form_version.c.key == key)
    ordered = rows.order_by(form_version.c.created_at.desc(), form_version.c.hash)
    return [Version(row.key, row.hash, row.source, row.created_at) for row in await tx.execute(ordered)]
