"""Names of counties, and staff found by name: what lists are filtered by."""

from __future__ import annotations

from sqlalchemy import or_, select

from store import tables
from store.db import Tx
from store.staff.people import escape
from store.words import words_of

_MOST = 50


async def counties(tx: Tx, language: str) -> dict[str, str]:
    """The county bureaus by code, in the order of their codes."""
    unit = tables.unit.c
    query = select(unit.code, unit.name_zh, unit.name_en).where(unit.kind == "county").order_by(unit.code)
    rows = await tx.execute(query)
    return {row.code: words_of({"zh": row.name_zh, "en": row.name_en}, language) for row in rows}


async def named_like(tx: Tx, words: str) -> list[str]:
    """The userids of those whose name has these words in it, or who have this very userid."""
    person = tables.person.c
    fits = or_(person.name.like(f"%{escape(words)}%", escape="\\"), person.id_lower == words.lower())
    return list((await tx.execute(select(person.id).where(fits).order_by(person.id).limit(_MOST))).scalars())
