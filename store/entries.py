"""Reading entries: one select that also brings the names people know things by, and rows made into `Entry`.

Beside the columns of its table an entry's `fields` has `unit_path`, `unit_zh`, `unit_en`, `bureau_zh`, `bureau_en`,
`reporter_name`, `merchant_name`, `merchant_address`, `indicator_zh`, `indicator_en`, `holder_name`, `holder_unit_zh`
and `holder_unit_en`. Times are ISO texts in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, select

from store import tables
from store.db import Tx
from store.words import Entry, Holder, Json, Ledger, Role

clue = tables.clue
_unit, _bureau, _office = tables.unit, tables.unit.alias("bureau_unit"), tables.unit.alias("office")
_reporter, _holder = tables.person.alias("reporter_person"), tables.person.alias("holder_person_row")
_merchant, _indicator = tables.merchant, tables.indicator

_NAMED = (
    clue.join(_unit, _unit.c.code == clue.c.unit_code)
    .join(_bureau, _bureau.c.code == clue.c.bureau)
    .outerjoin(_office, _office.c.code == clue.c.holder_unit)
    .outerjoin(_reporter, _reporter.c.id == clue.c.reporter)
    .outerjoin(_holder, _holder.c.id == clue.c.holder_person)
    .outerjoin(_merchant, _merchant.c.licence_no == clue.c.merchant)
    .outerjoin(_indicator, _indicator.c.code == clue.c.indicator)
)
SELECT_CLUES: Select[Any] = select(
    *(column for column in clue.c if column.name != "spot"),
    _unit.c.path.label("unit_path"),
    _unit.c.name_zh.label("unit_zh"),
    _unit.c.name_en.label("unit_en"),
    _bureau.c.name_zh.label("bureau_zh"),
    _bureau.c.name_en.label("bureau_en"),
    _reporter.c.name.label("reporter_name"),
    _merchant.c.name.label("merchant_name"),
    _merchant.c.address.label("merchant_address"),
    _indicator.c.name_zh.label("indicator_zh"),
    _indicator.c.name_en.label("indicator_en"),
    _holder.c.name.label("holder_name"),
    _office.c.name_zh.label("holder_unit_zh"),
    _office.c.name_en.label("holder_unit_en"),
).select_from(_NAMED)


def entry_of(row: Row[Any]) -> Entry:
    """A row of `SELECT_CLUES` as an entry."""
    fields = {name: _json(value) for name, value in row._mapping.items()}
    return Entry(fields["number"], Ledger.CLUE, fields["state"], fields, holder_of(fields))


def holder_of(fields: Mapping[str, Json]) -> Holder | None:
    """Who holds the row with these fields."""
    if fields["holder_person"]:
        return Holder(person=fields["holder_person"])
    if fields["holder_unit"]:
        return Holder(unit=fields["holder_unit"], role=Role(fields["holder_role"]))
    return None


async def load_entry(tx: Tx, number: str, *, lock: bool = False) -> Entry | None:
    """The clue with that number; `lock` keeps it for this transaction."""
    query = SELECT_CLUES.where(clue.c.number == number)
    row = (await tx.execute(query.with_for_update(of=clue) if lock else query)).one_or_none()
    return entry_of(row) if row else None


async def accused_of(tx: Tx, number: str) -> list[str]:
    """The userids that a clue names."""
    named = select(tables.clue_accused.c.person_id).where(tables.clue_accused.c.number == number)
    return list((await tx.execute(named.order_by(tables.clue_accused.c.person_id))).scalars())


def _json(value: Json) -> Json:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
