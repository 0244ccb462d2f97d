"""The officer's side: unlocking one's vault, one's list, opening a tip."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

from nacl.public import PrivateKey
from sqlalchemy import func, select, update

from store import tables, vault
from store.db import Tx
from store.tips.audit import note
from store.tips.dialogue import clocks_of
from store.tips.nouns import Denied, NotYours, OfficerKey, Opened, TipRow
from store.vault import Broken, Cost, KeyPair, Locked

TRIES = 5
_FIRST, _LONGEST = timedelta(minutes=15), timedelta(hours=24)
_ONE_AT_A_TIME = asyncio.Semaphore(1)
"""A try at a passphrase needs 128 MiB: they queue, so that guessing cannot exhaust the machine."""


async def unlock(tx: Tx, person_id: str, passphrase: str, at: datetime) -> OfficerKey | Denied:
    """The officer's keys, or why not. Never raises for a wrong passphrase, so that the caller's commit keeps the count
    of tries; five wrong ones lock the vault for 15 minutes, each further one twice as long. About half a second, in a
    thread. Somebody without a vault gets the answer of a wrong passphrase."""
    mine = tables.vault_officer
    here = select(tables.person.c.id).where(tables.person.c.active)
    active = (mine.c.person_id == person_id, mine.c.active, mine.c.sealed.is_not(None), mine.c.person_id.in_(here))
    row = (await tx.execute(select(mine).where(*active).with_for_update())).one_or_none()
    if row is None:
        return Denied(0)
    if row.locked_until is not None and row.locked_until > at:
        return Denied(0, row.locked_until)
    locked = Locked(row.salt, row.sealed, Cost(row.passes, row.memory))
    try:
        pair = await stretched(locked, passphrase)
    except Broken:
        denied = denied_after(row.failures + 1, at)
        tried = {"failures": row.failures + 1, "locked_until": denied.until}
        await tx.execute(update(mine).where(mine.c.person_id == row.person_id).values(tried))
        await note(tx, row.person_id, "unlock_failed", None, at)
        return denied
    await tx.execute(update(mine).where(mine.c.person_id == row.person_id).values(failures=0, locked_until=None))
    await note(tx, row.person_id, "unlock", None, at)
    return OfficerKey(row.person_id, row.kind, pair)


async def stretched(locked: Locked, passphrase: str) -> KeyPair:
    """The pair, beside the event loop and one at a time. Raises `Broken`."""
    async with _ONE_AT_A_TIME:
        return await asyncio.to_thread(vault.unlock, locked, passphrase)


def denied_after(failures: int, at: datetime) -> Denied:
    """What so many wrong tries in a row lead to."""
    if failures < TRIES:
        return Denied(TRIES - failures)
    # The exponent is bounded before the power is taken: nobody waits for a number of a thousand digits.
    return Denied(0, at + min(_FIRST * 2 ** min(failures - TRIES, 10), _LONGEST))


async def list_for(tx: Tx, key: OfficerKey, at: datetime) -> list[TipRow]:
    """The tips that this key opens: open ones first, by the term that ends next."""
    tip, wrap, said = tables.tip, tables.tip_wrap.c, tables.tip_message.c
    unread = (
        select(func.count())
        .where(said.number == tip.c.number, said.author == "tipster", said.counter > tip.c.read_officer)
        .correlate(tip)
        .scalar_subquery()
    )
    query = select(tip, unread.label("unread")).join_from(tip, tables.tip_wrap, wrap.number == tip.c.number)
    rows = await tx.execute(query.where(wrap.reader == key.person, tip.c.status != "erased"))
    listed = [TipRow(row.number, row.status, row.filed_on, clocks_of(row), row.unread) for row in rows]
    return sorted(listed, key=_urgency)


def _urgency(row: TipRow) -> tuple[bool, date, str]:
    due = row.clocks.feedback_by if row.clocks.acknowledged else row.clocks.acknowledge_by
    return row.status == "closed", due, row.number


async def open_tip(tx: Tx, key: OfficerKey, number: str, at: datetime) -> Opened:
    """Open one tip and leave an audit line. Raises `NotYours`."""
    wrap, share = tables.tip_wrap.c, tables.tip_share.c
    query = (
        select(wrap.sealed, share.value)
        .join_from(tables.tip_wrap, tables.tip_share, share.number == wrap.number)
        .where(wrap.number == number, wrap.reader == key.person)
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise NotYours
    try:
        tip_key = PrivateKey(vault.unwrap(row.sealed, key.pair.box, row.value, f"{number}|{key.person}"))
    except Broken:
        raise NotYours from None
    await note(tx, key.person, "open", number, at)
    return Opened(number, key, tip_key)
