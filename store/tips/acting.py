"""What an officer does with a tip in the ledgers: send somebody to look, or make it a problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import update

from store import tables
from store.clock.workdays import local_day
from store.db import Tx
from store.law.given import tidy
from store.tips import checks, sealing
from store.tips.audit import note
from store.tips.dialogue import acknowledged, author_of
from store.tips.nouns import Opened
from store.words import Json, Moved


async def dispatch(tx: Tx, opened: Opened, fields: Mapping[str, Json], delay: timedelta, at: datetime) -> datetime:
    """Plan a sanitised field check with only these `fields` (`checks.REPORTED` and `ACCEPTED`; text, merchant,
    opinion, severity, scope, department and assignee are needed), at a random moment up to `delay` from now, which is
    returned; routine checks are planned beside it. Raises `Refused`."""
    await _try_out(tx, opened, fields, at)
    id_, due = await checks.plan_among(tx, opened.officer.person, fields, delay, at)
    await _link(tx, opened, {"check": id_}, "dispatch", at)
    return due


async def accept(tx: Tx, opened: Opened, fields: Mapping[str, Json], at: datetime) -> tuple[Moved, ...]:
    """Take the matter into the ledgers at once: a clue in the officer's own name and words, accepted as a problem (the
    last line's `caused[0]`). The caller plans the letters. The tip stays open for the dialogue. Raises `Refused`."""
    moved = await checks.begin(tx, await checks.officer_of(tx, opened.officer.person), tidy(fields), at)
    await _link(tx, opened, {"number": moved[-1].caused[0].entry.number}, "accept", at)
    return moved


async def _try_out(tx: Tx, opened: Opened, fields: Mapping[str, Json], at: datetime) -> None:
    """Let the law judge the fields now, while the officer can still change them, and take it back."""
    trial = await tx.begin_nested()
    try:
        await checks.begin(tx, await checks.officer_of(tx, opened.officer.person), tidy(fields), at)
    finally:
        await trial.rollback()


async def _link(tx: Tx, opened: Opened, where: Mapping[str, Json], what: str, at: datetime) -> None:
    """Note in the tip, sealed, what the ledgers do not say: where its matter went on."""
    payload = {"kind": "check", **where, "text": "", "files": []}
    await sealing.append(tx, opened.key, opened.number, author_of(opened), payload, local_day(at))
    await acknowledged(tx, opened, at)
    tip = tables.tip
    working = update(tip).where(tip.c.number == opened.number, tip.c.status.in_(("received", "acknowledged")))
    await tx.execute(working.values(status="working"))
    await note(tx, opened.officer.person, what, opened.number, at)
