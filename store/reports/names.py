"""What reports call things: bureaus and indicators by their codes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from store import tables
from store.db import Tx


@dataclass(frozen=True, slots=True)
class Kind:
    """A node of the indicator library."""

    code: str
    name: str
    level: int


async def bureaus(tx: Tx, language: str) -> dict[str, str]:
    """The names of the city bureau and the county bureaus by their codes, the city first."""
    unit = tables.unit.c
    name = unit.name_en if language == "en" else unit.name_zh
    query = select(unit.code, name).where(unit.kind.in_(("city", "county")))
    return {row[0]: row[1] for row in await tx.execute(query.order_by(func.length(unit.path), unit.code))}


async def kinds(tx: Tx, language: str) -> dict[str, Kind]:
    """The whole library by code, also what is no longer in use: old entries have it."""
    own = tables.indicator.c
    name = func.coalesce(func.nullif(own.name_en, ""), own.name_zh) if language == "en" else own.name_zh
    rows = await tx.execute(select(own.code, name, own.level).order_by(own.code))
    return {row[0]: Kind(*row) for row in rows}
