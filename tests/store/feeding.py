"""What tests of provincial data share: files as a province would send them, and order lists in few words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from store.feeds import Brought, bring, bring_rows
from store.tables.feeds import feed_order
from tests.world import SHOP

AT = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
ORDERS = "licence_no,cycle,brand,quantity,amount,address,at\n"
SCORES = "licence_no,day,score,model\n"
OUTFLOW = "licence_no,quantity,period,direction,source\n"
TARGETS = "county_code,quarter,sales,cap\n"
HEADERS = {"orders": ORDERS, "scores": SCORES, "outflow": OUTFLOW, "targets": TARGETS}


def saved(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


async def brought(engine: AsyncEngine, kind: str, path: Path, **how: Any) -> Brought:
    async with engine.begin() as tx:
        return await bring(tx, kind, path, "sq-admin", AT, **how)


def order(
    cycle: str, quantity: float, shop: str = SHOP, brand: str = "黄山", price: float = 100, address: str = ""
) -> dict[str, Any]:
    """One row of an order list; the day is that of its cycle."""
    at = f"2026-{int(cycle[-2:]) % 12 + 1:02d}-15 09:30"
    row = {"licence_no": shop, "cycle": cycle, "brand": brand, "quantity": quantity, "amount": quantity * price}
    return {**row, "address": address, "at": at}


async def ordered(engine: AsyncEngine, *rows: dict[str, Any], name: str = "api") -> Brought:
    async with engine.begin() as tx:
        return await bring_rows(tx, "orders", name, rows, "sq-admin", AT)


async def counting(engine: AsyncEngine) -> Sequence[Any]:
    """The orders that count, without their batch."""
    own = feed_order.c
    columns = (own.cycle, own.licence_no, own.brand, own.at, own.quantity, own.amount, own.address)
    async with engine.connect() as tx:
        return (await tx.execute(select(*columns).where(own.replaced_by.is_(None)).order_by(*columns))).all()
