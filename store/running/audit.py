"""Who changed, opened, took out or brought in what, and when: every history that the books keep, as one list.

The vault's own lines are not among them: those are read by whoever may open the tip, in its room.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, Select, func, literal, null, or_, select, union_all

from store import tables
from store.clock.workdays import SHANGHAI
from store.db import Tx
from store.staff.people import escape

SORTS = ("change", "sign_in", "taken", "library", "feed", "sharing", "partner")
"""What a line is of: an administrator's change, a sign-in or sign-out, what left the books, the library, files of
provincial data, what was shared, partner systems with their keys."""
MOST = 100_000
"""Lines of one file."""
_change, _audit, _indicator, _batch = (
    tables.office_change.c,
    tables.audit.c,
    tables.indicator_change.c,
    tables.batch.c,
)
_export, _paper, _news = tables.export_job.c, tables.document_version.c, tables.announcement.c
_partner, _key, _hook = tables.partner.c, tables.api_key.c, tables.hook.c


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `what` is the kind of change, `subject` what it was about; `id` the number of an administrator's."""

    at: datetime
    sort: str
    by: str
    name: str | None
    what: str
    subject: str
    id: int | None


def _lines() -> CompoundSelect[Any]:
    signs = _audit.what.like("console%")
    return union_all(
        _part(
            tables.office_change, _change.at, "change", _change.set_by, _change.kind, _change.subject, _change.id
        ).where(_change.part_of.is_(None)),
        _part(tables.audit, _audit.at, "sign_in", _audit.person_id, _audit.what, literal("")).where(signs),
        _part(tables.audit, _audit.at, "taken", _audit.person_id, _audit.what, func.coalesce(_audit.number, "")).where(
            ~signs
        ),
        _part(tables.indicator_change, _indicator.at, "library", _indicator.set_by, _indicator.what, _indicator.code),
        _part(tables.batch, _batch.at, "feed", _batch.set_by, _batch.kind, _batch.name),
        _part(tables.batch, _batch.undone_at, "feed", _batch.undone_by, literal("undone"), _batch.name).where(
            _batch.undone_at.is_not(None)
        ),
        _part(
            tables.export_job,
            _export.asked_at,
            "taken",
            _export.owner,
            literal("export"),
            _export.ledger + literal(" · ") + _export.format,
        ),
        _part(tables.document_version, _paper.made_at, "sharing", _paper.made_by, literal("document"), _paper.file),
        _part(tables.announcement, _news.made_at, "sharing", _news.made_by, literal("announcement"), _news.title),
        _part(tables.partner, _partner.made_at, "partner", _partner.made_by, literal("partner"), _partner.name),
        _part(tables.api_key, _key.made_at, "partner", _key.made_by, literal("api_key"), _key.name),
        _part(tables.hook, _hook.made_at, "partner", _hook.made_by, literal("hook"), _hook.name),
    )


def _part(table: Any, at: Any, sort: str, by: Any, what: Any, subject: Any, number: Any = None) -> Select[Any]:
    return select(
        at.label("at"),
        literal(sort).label("sort"),
        by.label("by"),
        what.label("what"),
        subject.label("subject"),
        (null() if number is None else number).label("id"),
    ).select_from(table)


async def listed(tx: Tx, filters: Mapping[str, str], start: int, size: int) -> tuple[list[Line], int]:
    """Lines that fit, the newest first, and how many there are: `sort`, `person` (a part of the userid or name),
    `from` and `to` (ISO days, both included), `words` in what it was about."""
    query = _fitting(filters)
    total = (await tx.execute(select(func.count()).select_from(query.subquery()))).scalar_one()
    rows = await tx.execute(query.order_by(query.selected_columns.at.desc()).limit(size).offset(start))
    return [Line(row.at, row.sort, row.by, row.name, row.what, row.subject, row.id) for row in rows], total


def _fitting(filters: Mapping[str, str]) -> Select[Any]:
    line, person = _lines().subquery("line"), tables.person.c
    query = select(line, person.name).outerjoin(tables.person, person.id == line.c.by)
    if filters.get("sort") in SORTS:
        query = query.where(line.c.sort == filters["sort"])
    if who := filters.get("person"):
        like = f"%{escape(who)}%"
        query = query.where(or_(line.c.by.ilike(like), person.name.ilike(like)))
    if words := filters.get("words"):
        query = query.where(line.c.subject.ilike(f"%{escape(words)}%"))
    if first := _day(filters.get("from", "")):
        query = query.where(line.c.at >= datetime.combine(first, time(), SHANGHAI))
    if last := _day(filters.get("to", "")):
        query = query.where(line.c.at < datetime.combine(last + timedelta(days=1), time(), SHANGHAI))
    return query


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 < day.year < 9000 else None


def rows(lines: list[Line]) -> Iterator[list[str]]:
    """Lines as the rows of a file."""
    for one in lines:
        yield [
            one.at.astimezone(SHANGHAI).isoformat(" ", "seconds"),
            one.by,
            one.name or "",
            one.sort,
            one.what,
            one.subject,
        ]
