"""Reading entries: one select per ledger that also brings the names people know things by, and rows made into `Entry`.

Beside the columns of its table an entry's `fields` has `unit_path`, `unit_zh`, `unit_en`, `bureau_zh`, `bureau_en`,
`reporter_name`, `merchant_name`, `merchant_address`, `indicator_zh`, `indicator_en`, `holder_name`, `holder_unit_zh`
and `holder_unit_en`. A problem's has its `tasks`, the `requests` that wait for an answer, its `clues` (numbers) and the
`reporters` of those (userids), too. Times are ISO texts in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, Table, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by
from sqlalchemy.types import Text

from store import tables
from store.db import Tx
from store.words import Entry, Holder, Json, Ledger, Role, ledger_of

clue, problem = tables.clue, tables.problem
_unit, _bureau, _office = tables.unit, tables.unit.alias("bureau_unit"), tables.unit.alias("office")
_reporter, _holder = tables.person.alias("reporter_person"), tables.person.alias("holder_person_row")
_merchant, _indicator = tables.merchant, tables.indicator
_task, _request, _person = tables.task, tables.request, tables.person


def _named(table: Table) -> FromClause:
    return (
        table.join(_unit, _unit.c.code == table.c.unit_code)
        .join(_bureau, _bureau.c.code == table.c.bureau)
        .outerjoin(_office, _office.c.code == table.c.holder_unit)
        .outerjoin(_holder, _holder.c.id == table.c.holder_person)
        .outerjoin(_merchant, _merchant.c.licence_no == table.c.merchant)
        .outerjoin(_indicator, _indicator.c.code == table.c.indicator)
    )


_NAMES = (
    _unit.c.path.label("unit_path"),
    _unit.c.name_zh.label("unit_zh"),
    _unit.c.name_en.label("unit_en"),
    _bureau.c.name_zh.label("bureau_zh"),
    _bureau.c.name_en.label("bureau_en"),
    _merchant.c.name.label("merchant_name"),
    _merchant.c.address.label("merchant_address"),
    _indicator.c.name_zh.label("indicator_zh"),
    _indicator.c.name_en.label("indicator_en"),
    _holder.c.name.label("holder_name"),
    _office.c.name_zh.label("holder_unit_zh"),
    _office.c.name_en.label("holder_unit_en"),
)

SELECT_CLUES: Select[Any] = select(
    *(column for column in clue.c if column.name != "spot"), *_NAMES, _reporter.c.name.label("reporter_name")
).select_from(_named(clue).outerjoin(_reporter, _reporter.c.id == clue.c.reporter))

TASK = ("id", "part", "person", "name", "unit", "bureau", "department", "state", "given_at", "receive_by", "due_at")
"""What an entry's `tasks` have each, beside `received_at`, `done_at`, `done_by` and `text`."""


def _rows(pairs: Mapping[str, ColumnElement[Any]], order: ColumnElement[Any]) -> ColumnElement[Any]:
    """Rows as one JSON list; an empty one when there are none."""
    built = func.jsonb_build_object(
        *(part for name, value in pairs.items() for part in (literal_column(f"'{name}'"), value))
    )
    return func.coalesce(func.jsonb_agg(aggregate_order_by(built, order)), literal_column("'[]'::jsonb"), type_=JSONB)


def _tasks() -> ColumnElement[Any]:
    columns = {
        name: _task.c[name] for name in ("id", "part", "bureau", "department", "state", "given_at", "receive_by")
    }
    columns |= {name: _task.c[name] for name in ("due_at", "received_at", "done_at", "done_by", "text")}
    columns |= {"person": _task.c.person_id, "unit": _task.c.unit_code, "name": _person.c.name}
    query = select(_rows(columns, _task.c.id)).where(_task.c.number == problem.c.number)
    return (
        query.select_from(_task.join(_person, _person.c.id == _task.c.person_id)).correlate(problem).scalar_subquery()
    )


def _requests() -> ColumnElement[Any]:
    columns = {name: _request.c[name] for name in ("seq", "kind", "by", "at", "text", "days", "review_on")}
    query = select(_rows({**columns, "name": _person.c.name}, _request.c.seq))
    open_ones = query.where(_request.c.number == problem.c.number, _request.c.answer.is_(None))
    return (
        open_ones.select_from(_request.join(_person, _person.c.id == _request.c.by))
        .correlate(problem)
        .scalar_subquery()
    )


def _of_clues(column: ColumnElement[str]) -> ColumnElement[Any]:
    query = select(func.array_agg(aggregate_order_by(column, clue.c.number), type_=ARRAY(Text)))
    return query.where(clue.c.problem == problem.c.number, column.is_not(None)).correlate(problem).scalar_subquery()


SELECT_PROBLEMS: Select[Any] = select(
    *problem.c,
    *_NAMES,
    _merchant.c.lat.label("merchant_lat"),
    _merchant.c.lon.label("merchant_lon"),
    _tasks().label("tasks"),
    _requests().label("requests"),
    func.coalesce(_of_clues(clue.c.number), literal_column("'{}'::text[]")).label("clues"),
    func.coalesce(_of_clues(clue.c.reporter), literal_column("'{}'::text[]")).label("reporters"),
).select_from(_named(problem))

TABLES: Mapping[Ledger, Table] = {Ledger.CLUE: clue, Ledger.PROBLEM: problem}
SELECTS: Mapping[Ledger, Select[Any]] = {Ledger.CLUE: SELECT_CLUES, Ledger.PROBLEM: SELECT_PROBLEMS}

SHORT: Mapping[Ledger, Select[Any]] = {
    Ledger.CLUE: SELECT_CLUES,
    Ledger.PROBLEM: SELECT_PROBLEMS.with_only_columns(*problem.c, *_NAMES),
}
"""The same without what only one entry's own page needs: for lists."""


def entry_of(row: Row[Any]) -> Entry:
    """A row of one of the `SELECTS` as an entry."""
    fields = {name: _json(value) for name, value in row._mapping.items()}
    return Entry(fields["number"], ledger_of(fields["number"]), fields["state"], fields, holder_of(fields))


def raw_entry(row: Row[Any]) -> Entry:
    """The same with times as they come, for what reads many rows and writes none of them as JSON."""
    fields = dict(row._mapping)
    return Entry(fields["number"], ledger_of(fields["number"]), fields["state"], fields, holder_of(fields))


def holder_of(fields: Mapping[str, Json]) -> Holder | None:
    """Who holds the row with these fields."""
    if fields["holder_person"]:
        return Holder(person=fields["holder_person"])
    if fields["holder_unit"]:
        return Holder(unit=fields["holder_unit"], role=Role(fields["holder_role"]))
    return None


async def load_entry(tx: Tx, number: str, *, lock: bool = False) -> Entry | None:
    """The entry with that number; `lock` keeps it for this transaction."""
    ledger = ledger_of(number)
    column = TABLES[ledger].c.number
    if lock:
        # Before reading: who waited for the lock must see the tasks that the other one wrote.
        await tx.execute(select(column).where(column == number).with_for_update())
    row = (await tx.execute(SELECTS[ledger].where(column == number))).one_or_none()
    return entry_of(row) if row else None


async def load_entries(tx: Tx, ledger: Ledger, numbers: Sequence[str]) -> list[Entry]:
    """The entries with these numbers, in this order."""
    rows = await tx.execute(SELECTS[ledger].where(TABLES[ledger].c.number.in_(numbers)))
    found = {row.number: entry_of(row) for row in rows}
    return [found[number] for number in numbers if number in found]


async def accused_of(tx: Tx, number: str) -> list[str]:
    """The userids that an entry names: a problem those of all its clues."""
    named = tables.clue_accused.c
    of = named.number == number
    if ledger_of(number) is Ledger.PROBLEM:
        of = named.number.in_(select(clue.c.number).where(clue.c.problem == number))
    return list((await tx.execute(select(named.person_id).where(of).distinct().order_by(named.person_id))).scalars())


def _json(value: Json) -> Json:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
