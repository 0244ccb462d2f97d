"""Messages both ways, and everything that either side may read of a tip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, update

from store import tables
from store.clock.workdays import local_day
from store.db import Tx
from store.tips import checks, push, sealing
from store.tips import files as shelf
from store.tips.audit import note
from store.tips.holding import readers_of
from store.tips.nouns import Clocks, Conversation, Held, Message, NotYours, Opened, StoredFile, TipFile
from store.tips.sealing import Author, Said
from store.words import Json

HIDDEN = ("check", "reason")
"""Kinds of messages that officers leave for each other."""


async def read(tx: Tx, whose: Held | Opened, at: datetime) -> Conversation:
    """Everything that `whose` may see, after hashes, signatures and counters were checked. Marks the other side's
    messages as seen. Raises `Tampered`, `NotYours`."""
    row = await sealing.tip_row(tx, whose.number)
    if isinstance(whose, Held) and not whose.full:
        return _status_only(row)
    said = await sealing.conversation(tx, whose.key, row)
    case = sealing.open_case(whose.key, row)
    mine = isinstance(whose, Opened)
    column = "read_officer" if mine else "read_tipster"
    if getattr(row, column) < row.messages:
        await tx.execute(update(tables.tip).where(tables.tip.c.number == row.number).values({column: row.messages}))
    first, rest = said[0].payload, said[1:]
    planned = [one.payload for one in rest if one.payload["kind"] == "check"] if mine else []
    return Conversation(
        status=row.status,
        clocks=clocks_of(row),
        answers=first["answers"],
        files=_files(first),
        messages=tuple(_message(one, row) for one in rest if one.payload["kind"] not in HIDDEN),
        door=case.door,
        notice=case.notice,
        outcome=row.outcome,
        identity=row.identity,
        checks=await checks.standing(tx, planned),
    )


async def say(tx: Tx, held: Held, text: str, files: Sequence[TipFile], at: datetime) -> None:
    """A message of the tipster. Raises `Tampered`, and `NotYours` once the tip is gone. A receipt that is not `full`
    may add text and files."""
    await _add(tx, held, Author("tipster", held.proof), text, files, at)
    await push.want(tx, await readers_of(tx, held.number), "news", at)


async def answer(
    tx: Tx, opened: Opened, text: str, files: Sequence[TipFile], at: datetime, *, feedback: bool = False
) -> None:
    """A message of the officer, signed with their key; the first one acknowledges the tip. `feedback`: it says what
    came of it, and the second term is kept. Raises `Tampered`."""
    await _add(tx, opened, author_of(opened), text, files, at)
    await acknowledged(tx, opened, at)
    if feedback:
        await tx.execute(
            update(tables.tip).where(tables.tip.c.number == opened.number).values(feedback_on=local_day(at))
        )
    await note(tx, opened.officer.person, "answer", opened.number, at)


async def acknowledge(tx: Tx, opened: Opened, at: datetime) -> None:
    """Tell the tipster that somebody has read it, without a word more; the first term is kept."""
    payload = {"kind": "acknowledged", "text": "", "files": []}
    await sealing.append(tx, opened.key, opened.number, author_of(opened), payload, local_day(at))
    await acknowledged(tx, opened, at)
    await note(tx, opened.officer.person, "acknowledge", opened.number, at)


async def file_bytes(tx: Tx, whose: Held | Opened, file_id: str) -> bytes:
    """The bytes of a file, with its MIME type in `StoredFile`. Raises `Tampered`, or `NotYours` when there is no such
    file in this tip (or the receipt is not `full`)."""
    row = await sealing.tip_row(tx, whose.number)
    if isinstance(whose, Held) and not whose.full:
        raise NotYours
    said = await sealing.conversation(tx, whose.key, row)
    found = next((file for one in said for file in one.payload["files"] if file["id"] == file_id), None)
    if found is None:
        raise NotYours
    return await shelf.load(tx, whose.key, row.number, found)


def author_of(opened: Opened) -> Author:
    """The officer as the author of a message."""
    return Author("officer", opened.officer.pair.sign, opened.officer.person)


async def acknowledged(tx: Tx, opened: Opened, at: datetime) -> None:
    """The first answer keeps the first term."""
    tip = tables.tip
    first = update(tip).where(tip.c.number == opened.number, tip.c.acknowledged_on.is_(None))
    await tx.execute(first.values(acknowledged_on=local_day(at)))
    fresh = update(tip).where(tip.c.number == opened.number, tip.c.status == "received")
    await tx.execute(fresh.values(status="acknowledged"))


def clocks_of(row: Row[Any]) -> Clocks:
    """The days of a tip's row."""
    return Clocks(row.acknowledge_by, row.feedback_by, row.acknowledged_on, row.closed_on, row.erase_on)


async def _add(tx: Tx, whose: Held | Opened, author: Author, text: str, files: Sequence[TipFile], at: datetime) -> None:
    row = await sealing.tip_row(tx, whose.number, lock=True)
    said = await shelf.keep(tx, whose.key, whose.number, files, f"{row.messages + 1}-")
    payload = {"kind": "message", "text": text, "files": said}
    await sealing.append(tx, whose.key, whose.number, author, payload, local_day(at))


def _status_only(row: Row[Any]) -> Conversation:
    return Conversation(row.status, clocks_of(row), {}, (), (), "", "", row.outcome)


def _message(one: Said, row: Row[Any]) -> Message:
    seen = one.counter <= (row.read_officer if one.author == "tipster" else row.read_tipster)
    text, kind = one.payload["text"], one.payload["kind"]
    return Message(one.counter, one.author, text, _files(one.payload), one.day, seen, kind)


def _files(payload: Mapping[str, Json]) -> tuple[StoredFile, ...]:
    return tuple(shelf.stored(file) for file in payload["files"])
