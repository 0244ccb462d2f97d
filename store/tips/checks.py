"""Field checks that a tip causes: sanitised, delayed at random, among routine ones; and what came of them.

A check is reported and accepted in the officer's own name, so the ledgers hold nothing that leads back to the tip. What
leads there is the id that a sealed message of the tip keeps.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, insert, select, update

from store import tables
from store.db import Tx
from store.law.given import tidy
from store.ledger import apply
from store.staff.offices import person_known
from store.tips.nouns import Check
from store.tips.terms import load_terms
from store.words import Address, Ask, Json, Ledger, Moved, Person, Refused

REPORTED = ("text", "merchant", "indicator", "place", "accused", "special")
ACCEPTED = (
    *("opinion", "severity", "scope", "department", "departments", "assignee", "assistants"),
    *("due_on", "override_reason", "data_note", "visit_note"),
)
_SYSTEM = random.SystemRandom()
LIMIT = 50
DOOR = "console"
"""The door of these lines: where officers file reports of their own, too."""


async def plan(
    tx: Tx, officer: str, fields: Mapping[str, Json], delay: timedelta, at: datetime
) -> tuple[str, datetime]:
    """A check that begins at a random moment up to `delay` from now: its id, and when. Raises `Refused` for fields
    that cannot be; whether the law accepts them is seen when it begins, so they are tried out first (`begin`)."""
    clean = tidy({name: fields[name] for name in (*REPORTED, *ACCEPTED) if name in fields})
    id_, due = str(uuid4()), at + delay * _SYSTEM.random()
    await tx.execute(insert(tables.planned_check).values(id=id_, person_id=officer, fields=clean, due_at=due))
    return id_, due


async def plan_among(
    tx: Tx, officer: str, fields: Mapping[str, Json], delay: timedelta, at: datetime
) -> tuple[str, datetime]:
    """The same, with routine checks of other shops of the county beside it: same words, same hands, hours of their
    own. Nobody can tell which one was meant. (Setting `tip.among`: how many.)"""
    terms = await load_terms(tx, at)
    for shop in await _others(tx, str(fields.get("merchant") or ""), terms.among):
        await plan(tx, officer, {**fields, "merchant": shop}, delay, at)
    return await plan(tx, officer, fields, delay, at)


async def _others(tx: Tx, licence: str, count: int) -> list[str]:
    shop = tables.merchant.c
    county = select(shop.county_code).where(shop.licence_no == licence).scalar_subquery()
    query = select(shop.licence_no).where(shop.county_code == county, shop.licence_no != licence, shop.status == "open")
    return list((await tx.execute(query.order_by(func.random()).limit(count))).scalars())


async def due(tx: Tx, at: datetime) -> list[str]:
    """The ids of the checks that should have begun by now."""
    check = tables.planned_check.c
    waiting = (check.due_at <= at, check.number.is_(None), check.refused.is_(None))
    query = select(check.id).where(*waiting).order_by(check.due_at).limit(LIMIT)
    return list((await tx.execute(query)).scalars())


async def strike(tx: Tx, id_: str, at: datetime) -> tuple[Moved, ...]:
    """Begin a check whose hour has come: its lines, for the letters. Nothing when another replica was first, or when
    the law refuses it by now (its reason is kept for the officer)."""
    check = tables.planned_check
    free = (check.c.id == id_, check.c.number.is_(None), check.c.refused.is_(None))
    row = (await tx.execute(select(check).where(*free).with_for_update(skip_locked=True))).one_or_none()
    if row is None:
        return ()
    try:
        async with tx.begin_nested():
            moved = await begin(tx, await officer_of(tx, row.person_id), row.fields, at)
            number = moved[-1].caused[0].entry.number
    except Refused as no:
        await tx.execute(update(check).where(check.c.id == id_).values(refused=no.reason))
        return ()
    await tx.execute(update(check).where(check.c.id == id_).values(number=number))
    return moved


async def begin(tx: Tx, officer: Person, fields: Mapping[str, Json], at: datetime) -> tuple[Moved, ...]:
    """Report and accept in the officer's name. Raises `Refused`."""
    reported = {name: fields[name] for name in REPORTED if name in fields}
    filed = await apply(tx, Ask(Ledger.CLUE, "report", None, reported), officer, at)
    accepted = {name: fields[name] for name in ACCEPTED if name in fields}
    return filed, await apply(tx, Ask(Ledger.CLUE, "accept", filed.entry.number, accepted), officer, at)


async def standing(tx: Tx, links: Sequence[Mapping[str, Json]]) -> tuple[Check, ...]:
    """How the checks that these sealed messages speak of stand, the first one first."""
    check, problem = tables.planned_check.c, tables.problem.c
    planned = select(check.id, check.due_at, check.number, check.refused)
    wanted = [one["check"] for one in links if "check" in one]
    rows = {row.id: row for row in await tx.execute(planned.where(check.id.in_(wanted)))} if wanted else {}
    numbers = [one["number"] if "number" in one else rows[one["check"]].number for one in links]
    states = select(problem.number, problem.state, problem.last_text).where(problem.number.in_(numbers))
    known = {row.number: row for row in await tx.execute(states)} if links else {}
    return tuple(
        _standing(rows.get(one.get("check", "")), known.get(number)) for one, number in zip(links, numbers, strict=True)
    )


def _standing(planned: Any, problem: Any) -> Check:
    """Of a row of `planned_check` and of `problem`, or None."""
    due = planned.due_at if planned else None
    if problem is None:
        return Check(due, None, "refused" if planned and planned.refused else None, "")
    return Check(due, problem.number, problem.state, problem.last_text)


async def officer_of(tx: Tx, userid: str) -> Person:
    person = await person_known(tx, userid)
    if person is None:
        raise Refused("person_unknown", userid=userid)
    return replace(person, address=Address(DOOR, person.id))
