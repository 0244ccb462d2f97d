"""Every version of a questionnaire that was ever in use, so that an open dialogue keeps the one it began with."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from store.db import Tx
from store.tables import form_version


async def keep(tx: Tx, versions: Iterable[tuple[str, str, str]]) -> None:
    """Remember versions given as (key, hash, TOML source); those already known stay as they are."""
    rows = [{"key": key, "hash": digest, "source": source} for key, digest, source in versions]
    if rows:
        await tx.execute(insert(form_version).values(rows).on_conflict_do_nothing())


async def source(tx: Tx, key: str, digest: str) -> str | None:
    """The TOML of that version, or None when it was never in use here."""
    found = await tx.execute(
        select(form_version.c.source).where(form_version.c.key == key, form_version.c.hash == digest)
    )
    return found.scalar_one_or_none()
