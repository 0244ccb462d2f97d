"""查: entries of both ledgers by number, shop, licence, person, indicator, text and period, within one's scope.

Several words must all fit. A period is a year, a month or a day ("2026", "2026-10", "2026年10月", "2026-10-05"), or two
of them with ".." or "至" between, both included; it is when a clue was reported or a problem opened.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from store import tables
from store.db import Tx
from store.people import escape
from store.scope import sees
from store.views import page
from store.words import Found, Ledger, Lookup, Person
from store.workdays import SHANGHAI

clue, problem, task = tables.clue.c, tables.problem.c, tables.task.c
_PERIOD = re.compile(r"(\d{4})(?:[-年/](\d{1,2}))?(?:[-月/](\d{1,2}))?[年月日]?")
_BETWEEN = re.compile(r"\.\.|~|至")


async def look_find(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """Entries that fit every word, newest first."""
    words = str(lookup.query.get("words") or "").split()
    if not words:
        return Found(lookup, ())
    clues, problems = [sees(who)], [sees(who, Ledger.PROBLEM)]
    for word in words:
        days = period(word)
        if days:
            clues.append(_within(clue.reported_at, days))
            problems.append(_within(problem.opened_at, days))
        else:
            clues.append(_clue_fits(word))
            problems.append(_problem_fits(word))
    found: list[Select[Any]] = [
        select(clue.number, clue.reported_at.label("key")).where(and_(*clues)),
        select(problem.number, problem.opened_at.label("key")).where(and_(*problems)),
    ]
    return await page(tx, lookup, at, found, newest=True)


def period(word: str) -> tuple[date, date] | None:
    """The first day of a period and the first one after it; None when the word is no period."""
    parts = [_PERIOD.fullmatch(part) for part in _BETWEEN.split(word)]
    if len(parts) > 2 or not all(parts):
        return None
    try:
        ends = [_days(*(int(part or 0) for part in match.groups())) for match in parts if match]
    except ValueError:
        return None
    return ends[0][0], ends[-1][1]


def _days(year: int, month: int, day: int) -> tuple[date, date]:
    first = date(year, month or 1, day or 1)
    if day:
        return first, first + timedelta(days=1)
    return first, (date(year + 1, 1, 1) if not month else (first + timedelta(days=31)).replace(day=1))


def _within(column: ColumnElement[datetime], days: tuple[date, date]) -> ColumnElement[bool]:
    since, until = (datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) for day in days)
    return and_(column >= since, column < until)


def _clue_fits(word: str) -> ColumnElement[bool]:
    like, people = f"%{escape(word)}%", _people(word)
    same = (clue.number.ilike(like), clue.text.ilike(like), clue.reporter.in_(people))
    return or_(*same, clue.merchant.in_(_shops(word)), clue.indicator.in_(_kinds(word)))


def _problem_fits(word: str) -> ColumnElement[bool]:
    like, people = f"%{escape(word)}%", _people(word)
    worked = select(task.number).where(task.person_id.in_(people))
    born = select(clue.problem).where(
        or_(clue.reporter.in_(people), clue.number.ilike(like)), clue.problem.is_not(None)
    )
    same = (problem.number.ilike(like), problem.text.ilike(like), problem.number.in_(worked), problem.number.in_(born))
    return or_(*same, problem.merchant.in_(_shops(word)), problem.indicator.in_(_kinds(word)))


def _shops(word: str) -> Select[tuple[str]]:
    like, shop = f"%{escape(word)}%", tables.merchant.c
    return select(shop.licence_no).where(or_(shop.licence_no == word, shop.name.ilike(like), shop.owner.ilike(like)))


def _kinds(word: str) -> Select[tuple[str]]:
    like, kind = f"%{escape(word)}%", tables.indicator.c
    named = or_(kind.name_zh.ilike(like), kind.name_en.ilike(like))
    return select(kind.code).where(or_(kind.code.ilike(f"{escape(word)}%"), named))


def _people(word: str) -> Select[tuple[str]]:
    person = tables.person.c
    return select(person.id).where(or_(person.id_lower == word.lower(), person.name.ilike(f"%{escape(word)}%")))
