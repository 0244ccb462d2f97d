"""查: entries of both ledgers by number, shop, licence, person, indicator, text and period, within one's scope.

Several words must all fit. A period counts from when a clue was reported or a problem opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, or_, select

from store import tables
from store.clock.workdays import SHANGHAI
from store.db import Tx
from store.law.scope import sees
from store.master import packcode
from store.reading.views import Numbers, page
from store.staff.people import escape
from store.words import Found, Json, Ledger, Lookup, Person

clue, problem, task = tables.clue.c, tables.problem.c, tables.task.c


async def look_find(tx: Tx, lookup: Lookup, who: Person, at: datetime) -> Found:
    """Entries that fit every word and the period, newest first."""
    found = fitting(lookup.query, who)
    return await page(tx, lookup, at, found, newest=True) if found else Found(lookup, ())


def fitting(query: Mapping[str, Json], who: Person) -> list[Numbers]:
    """What fits `words`, `since` and `until`, by when it was reported or opened; nothing without any of them."""
    words = _meant(str(query.get("words") or ""))
    if not words and not query.get("since") and not query.get("until"):
        return []
    clues = [*(_clue_fits(word) for word in words), *_between(clue.reported_at, query), sees(who)]
    problems = [*(_problem_fits(word) for word in words), *_between(problem.opened_at, query)]
    return [
        select(clue.number, clue.reported_at.label("key")).where(*clues),
        select(problem.number, problem.opened_at.label("key")).where(*problems, sees(who, Ledger.PROBLEM)),
    ]


def words_fit(ledger: Ledger, typed: str) -> list[ColumnElement[bool]]:
    """The conditions that every one of the words fits an entry: its number, text, shop, indicator or people."""
    fits = _clue_fits if ledger is Ledger.CLUE else _problem_fits
    return [fits(word) for word in _meant(typed)]


def _meant(typed: str) -> list[str]:
    """The words; the code on a carton stands for the licence number in it."""
    if packcode.looks_like(typed):
        with suppress(packcode.PackCodeFault):
            return [packcode.read(typed).licence_no]
    return typed.split()


def _between(column: ColumnElement[datetime], query: Mapping[str, Json]) -> Iterator[ColumnElement[bool]]:
    """On the days of Shanghai from `since` to `until`, both included."""
    if query.get("since"):
        yield column >= datetime.combine(date.fromisoformat(query["since"]), time(), SHANGHAI)
    if query.get("until"):
        yield column < datetime.combine(date.fromisoformat(query["until"]) + timedelta(days=1), time(), SHANGHAI)


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
