"""Whoever can write to the database changes a tip, and it is noticed: flipped, swapped, replayed, removed, forged."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables, tips
from store.db import Tx
from store.tips import Held, NotYours, Opened, Tampered
from tests.tips import PHOTO, file_tip, held, make_vault, opened
from tests.world import build_world

AT = datetime(2026, 11, 23, 2, 17, tzinfo=UTC)


@pytest.fixture
async def tx(engine: AsyncEngine) -> AsyncIterator[Tx]:
    async with engine.connect() as connection:
        await build_world(connection)
        await make_vault(connection, AT)
        yield connection


async def talked(tx: Tx, answers: int = 1) -> tuple[Held, Opened]:
    """A tip with photos and a few messages, from both sides."""
    mine = await held(tx, await file_tip(tx, AT, files=(PHOTO, PHOTO)), AT)
    theirs = await opened(tx, "sq-ng1", mine.number, AT)
    for number in range(answers):
        await tips.answer(tx, theirs, f"question {number}", [], AT)
        await tips.say(tx, mine, f"answer {number}", [PHOTO], AT)
    return mine, theirs


FLIP = "set_byte({0}, octet_length({0}) / 2, get_byte({0}, octet_length({0}) / 2) # 1)"
CHANGES = {
    "a bit of the answers": f"UPDATE tip_message SET sealed = {FLIP.format('sealed')}"
    " WHERE number = :n AND counter = 0",
    "a bit of a message": f"UPDATE tip_message SET sealed = {FLIP.format('sealed')} WHERE number = :n AND counter = 2",
    "a bit of a signature": f"UPDATE tip_message SET signature = {FLIP.format('signature')}"
    " WHERE number = :n AND counter = 1",
    "the author": "UPDATE tip_message SET author = 'tipster' WHERE number = :n AND counter = 1",
    "the day": "UPDATE tip_message SET day = day - 1 WHERE number = :n AND counter = 1",
    "two messages change places": "UPDATE tip_message a SET sealed = b.sealed, signature = b.signature"
    " FROM tip_message b WHERE a.number = :n AND b.number = :n AND a.counter + b.counter = 6 AND a.counter IN (2, 4)",
    "a message is repeated": "UPDATE tip_message a SET sealed = b.sealed, signature = b.signature, author = b.author"
    " FROM tip_message b WHERE a.number = :n AND b.number = :n AND a.counter = 4 AND b.counter = 2",
    "the last message is gone": "DELETE FROM tip_message WHERE number = :n AND counter = 4",
    "one in the middle is gone": "DELETE FROM tip_message WHERE number = :n AND counter = 2",
    "the answers are gone": "DELETE FROM tip_message WHERE number = :n AND counter = 0",
    "the last is gone and the count fits": "WITH gone AS (DELETE FROM tip_message WHERE number = :n AND counter = 4)"
    " UPDATE tip SET messages = 3 WHERE number = :n",
    "one more than there are": "INSERT INTO tip_message SELECT number, 5, author, day, sealed, signature"
    " FROM tip_message WHERE number = :n AND counter = 4",
    "one more and the count fits": "WITH put AS (INSERT INTO tip_message"
    " SELECT number, 5, author, day, sealed, signature FROM tip_message WHERE number = :n AND counter = 4)"
    " UPDATE tip SET messages = 5 WHERE number = :n",
    "a bit of the head": f"UPDATE tip SET head = {FLIP.format('head')} WHERE number = :n",
    "a bit of the case": f"UPDATE tip SET sealed = {FLIP.format('sealed')} WHERE number = :n",
    "the case as the head": "UPDATE tip SET head = sealed WHERE number = :n",
    "the messages of another tip": "UPDATE tip_message a SET sealed = b.sealed, signature = b.signature"
    " FROM tip_message b WHERE a.number = :n AND b.number = :other AND a.counter = b.counter",
    "the head of another tip": "UPDATE tip a SET head = b.head FROM tip b WHERE a.number = :n AND b.number = :other",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_every_change_is_noticed_by_both_sides(tx: Tx, change: str) -> None:
    mine, theirs = await talked(tx, 2)
    other, _officer = await talked(tx, 2)
    given = {"n": mine.number, "other": other.number}
    await tx.execute(text(change), {key: value for key, value in given.items() if f":{key}" in change})
    for whose in (mine, theirs):
        with pytest.raises(Tampered) as fault:
            await tips.read(tx, whose, AT)
        assert fault.value.number == mine.number
        assert "answer" not in str(fault.value)
    if change != CHANGES["the messages of another tip"]:
        await tips.read(tx, other, AT)


async def test_nothing_is_added_to_what_was_cut_short(tx: Tx) -> None:
    mine, theirs = await talked(tx)
    await tx.execute(text("UPDATE tip SET messages = 1 WHERE number = :n"), {"n": mine.number})
    with pytest.raises(Tampered):
        await tips.say(tx, mine, "more", [], AT)
    with pytest.raises(Tampered):
        await tips.answer(tx, theirs, "more", [], AT)


PIECES = {
    "a bit": f"UPDATE tip_file SET piece = {FLIP.format('piece')} WHERE seq = 1 AND id = :file",
    "the last piece is gone": "DELETE FROM tip_file WHERE seq = 1 AND id = :file",
    "all of it is gone": "DELETE FROM tip_file WHERE id = :file",
    "another file of the same tip": "UPDATE tip_file a SET piece = b.piece FROM tip_file b"
    " WHERE a.id = :file AND b.id <> a.id AND b.number = a.number AND a.seq = b.seq",
}


@pytest.mark.parametrize("change", PIECES.values(), ids=PIECES)
async def test_a_file_that_was_changed_is_noticed(tx: Tx, change: str) -> None:
    mine, theirs = await talked(tx)
    file = (await tips.read(tx, mine, AT)).files[0]
    assert await tips.file_bytes(tx, theirs, file.id) == PHOTO.data
    await tx.execute(text(change), {"file": file.id})
    for whose in (mine, theirs):
        with pytest.raises(Tampered):
            await tips.file_bytes(tx, whose, file.id)


async def test_files_of_another_tip_are_not_there(tx: Tx) -> None:
    mine, _theirs = await talked(tx)
    other, officer = await talked(tx)
    file = (await tips.read(tx, mine, AT)).files[0]
    for whose in (other, officer):
        with pytest.raises(NotYours):
            await tips.file_bytes(tx, whose, file.id)


async def test_an_officer_s_word_is_only_theirs(tx: Tx) -> None:
    """A second officer, with the tip's key in hand, signs with their own key or not at all."""
    mine, theirs = await talked(tx)
    stranger = Opened(mine.number, (await _stranger(tx, theirs)).officer, theirs.key)
    await tips.answer(tx, stranger, "forged", [], AT)
    with pytest.raises(Tampered):
        await tips.read(tx, mine, AT)


async def _stranger(tx: Tx, theirs: Opened) -> Opened:
    from store import vault
    from store.tips import OfficerKey

    return Opened(theirs.number, OfficerKey("sq-ng1", "officer", vault.new_pair()), theirs.key)


async def test_wraps_that_change_places_open_nothing(tx: Tx) -> None:
    mine, theirs = await talked(tx)
    swap = (
        "UPDATE tip_wrap a SET sealed = b.sealed FROM tip_wrap b WHERE a.number = b.number AND a.number = :n"
        " AND a.reader = 'sq-ng1' AND b.reader = 'sq-ng2'"
    )
    await tx.execute(text(swap), {"n": mine.number})
    with pytest.raises(NotYours):
        await tips.open_tip(tx, theirs.officer, mine.number, AT)


async def test_the_alarm_is_a_line_and_a_push_to_those_who_may_know(tx: Tx) -> None:
    mine, _theirs = await talked(tx)
    await tx.execute(text("DELETE FROM tip_push"))
    await tips.clocks.alarm(tx, Tampered(mine.number), AT)
    pushes = (await tx.execute(select(tables.tip_push).order_by(tables.tip_push.c.person_id))).all()
    assert [(one.person_id, one.kind, one.not_before) for one in pushes] == [
        ("sq-custodian", "alarm", AT),
        ("sq-ng1", "alarm", AT),
        ("sq-ng2", "alarm", AT),
    ]
    assert ("tipline", "tampered", AT) in await tips.lines_of(tx, mine.number)
