"""Who looks after a shop: the three field roles (三员), by name and office."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from store.db import Tx
from store.words import FieldRole

_SERVED = text("""
SELECT r.role, p.id, p.name, p.active, u.name_zh, u.name_en
FROM merchant m
CROSS JOIN LATERAL (VALUES ('customer_manager', m.customer_manager), ('market_inspector', m.market_inspector),
                           ('delivery_worker', m.delivery_worker)) AS r (role, person)
JOIN person p ON p.id = r.person JOIN unit u ON u.code = p.unit_code
WHERE m.licence_no = :shop ORDER BY r.role
""")


@dataclass(frozen=True, slots=True)
class Served:
    """A member of staff who serves a shop, in which role. `active`: still there."""

    role: FieldRole
    id: str
    name: str
    unit_zh: str
    unit_en: str
    active: bool


async def served_by(tx: Tx, licence_no: str) -> tuple[Served, ...]:
    """The field roles of a shop that somebody fills."""
    rows = await tx.execute(_SERVED, {"shop": licence_no})
    return tuple(Served(FieldRole(row.role), row.id, row.name, row.name_zh, row.name_en, row.active) for row in rows)
