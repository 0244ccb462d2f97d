"""The front desk: `receive` is the only inbound transaction. One message, one transaction, one answer.

arrive -> hear -> (look up | apply)* -> leave, plan letters, post -> commit. A turn that only talks takes the short
road: its one writing statement is its transaction. A repeated message gets the same answer and changes nothing. Two
messages of one person are taken one after the other: by a lock within this process, by the dialogue's version
between replicas.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import metrics
from bot.addresses import whole
from bot.storable import storable
from bot.strangers import to_stranger
from bot.telling import heard_of, post_fitted, tell
from bot.tips import routing
from conversations import outcomes
from conversations.dialogue_json import from_json, to_json
from conversations.hear import hear
from conversations.library import UnknownVersion
from conversations.turn import Dialogue, Turn
from notifier.reporting import picture_letters
from store import db, forms, inbox
from store.casefiles import evidence
from store.db import connected, passing
from store.inbox import Leaving, Seat
from store.ledger import apply
from store.reading import lookups
from store.staff import people
from store.words import (
    CLOCK,
    Ask,
    Body,
    Event,
    File,
    Found,
    Incoming,
    Letter,
    Moved,
    Person,
    Press,
    Receipt,
    Refused,
    Say,
    Settled,
)

if TYPE_CHECKING:
    from bot.office import Office

log = logging.getLogger(__name__)

_TRIES = 12
_STEPS = 16  # lookups and asks that one message may cause; more would be a form that never comes to rest


class Busy(Exception):
    """The same person's messages kept overtaking each other; the door lets the other side try again."""


async def receive(office: Office, incoming: Incoming) -> Receipt:
    """Hear one message and answer it. The same message again gets the same answer and changes nothing.

    Raises `Busy` or a database error when nothing was written: the sender's platform repeats the message.
    """
    incoming = replace(incoming, body=storable(incoming.body))
    async with office.turns.of(incoming.sender):
        if routing.at_once(incoming):
            return Receipt(await routing.hear(office, incoming) or ())
        mine = False  # whether it is known to be none of the tip desk's
        for attempt in range(_TRIES):
            try:
                receipt = await _take(office, incoming, mine)
            except _PerhapsTip:
                if (said := await routing.hear(office, incoming)) is not None:
                    return Receipt(said)
                mine = True
            except UnknownVersion as fault:
                await _learn_version(office, fault)
            except Exception as fault:
                if not passing(fault) or attempt == _TRIES - 1:
                    raise
                await asyncio.sleep(min(0.02 * 2**attempt, 0.5))
            else:
                if receipt is not None:
                    return receipt
    raise Busy(incoming.sender.door)


async def strike(office: Office, ask: Ask) -> Moved | None:
    """A move that the clock makes: ledger and letters in one transaction. None when it does not apply any more,
    as when another replica was first."""
    async with office.engine.begin() as tx:
        at = await db.now(tx) + office.shift
        try:
            moved = await apply(tx, ask, CLOCK, at)
        except Refused as refusal:
            metrics.refused(ask.verb, refusal.reason)
            return None
        await tell(tx, (moved,), at, office.settings.sending_hours)
    office.bells.ring("letters")
    return moved


class _PerhapsTip(Exception):
    """The tip desk must look at the message first: its sender is a stranger, or somebody is in the middle of a tip."""


async def _take(office: Office, incoming: Incoming, mine: bool) -> Receipt | None:
    """One attempt; None when the dialogue moved meanwhile and the turn must be taken again."""
    async with office.road.acquire() as driver:
        seat = await inbox.arrive(driver, incoming)
        if seat.said is not None:
            metrics.step("repeated")
            return Receipt(seat.said, seen_before=True)
        if not mine and (seat.tips or (seat.who is None and incoming.sender.door in routing.PUBLIC)):
            raise _PerhapsTip
        if seat.who is None:
            metrics.step("stranger")
            return Receipt(to_stranger(incoming))
        course = _plain(office, seat, seat.who, incoming.body)
        if course is not None and len(_pages(office, incoming, course)) < 2:
            kept = await inbox.leave(driver, incoming, course.leaving(seat.version))
            return _receipt(course) if kept else None
    return await _take_with_books(office, incoming, seat, seat.who)


async def _take_with_books(office: Office, incoming: Incoming, seat: Seat, who: Person) -> Receipt | None:
    """The turn of a message that touches books, ledgers or mail: one transaction. It is heard from the start, which
    costs less than a second way to go on in the middle."""
    async with connected(office.engine) as tx:
        course = await _run(office, tx, seat, who, incoming.body)
        if not await inbox.leave_within(tx, incoming, course.leaving(seat.version)):
            return None
        posted = await _post(office, tx, incoming, course, _pages(office, incoming, course)[1:])
        await tx.commit()
    office.bells.ring(*(["letters"] if posted else ()), *(["media"] if isinstance(incoming.body, File) else ()))
    return _receipt(course)


def _receipt(course: _Course) -> Receipt:
    metrics.step("refused" if course.refused else "answered")
    return Receipt(course.says, course.moved, refused=course.refusal)


def _pages(office: Office, incoming: Incoming, course: _Course) -> list[str]:
    """The answer as its door shows it; the first page goes back in place."""
    door = office.doors.get(incoming.sender.door)
    return door.pages(course.says) if door is not None else []


@dataclass(frozen=True, slots=True)
class _Course:
    """How one message's turn went."""

    who: Person
    dialogue: Dialogue
    says: tuple[Say, ...]
    events: tuple[Event, ...]
    moved: tuple[Moved, ...]
    refused: bool
    at: datetime
    refusal: Refused | None = None  # of a wish that no dialogue puts into words
    pictures: tuple[str, ...] = ()  # that follow the answer

    def leaving(self, version: int) -> Leaving:
        return Leaving(self.who, version, to_json(self.dialogue), self.dialogue.form, self.says, self.events, self.at)


def _dialogue(seat: Seat, who: Person) -> Dialogue:
    return from_json(seat.state) if seat.state is not None else Dialogue(language=who.language)


def _plain(office: Office, seat: Seat, who: Person, body: Body) -> _Course | None:
    """The turn of a message that only talks; None when it wants more than that."""
    if isinstance(body, File | Press):
        return None
    at = seat.at + office.shift
    turn = hear(office.forms, who, _dialogue(seat, who), body, at)
    if turn.lookup is not None or turn.ask is not None or turn.dialogue.language != who.language:
        return None
    return _Course(who, turn.dialogue, turn.says, turn.events, (), False, at)


async def _run(office: Office, tx: AsyncConnection, seat: Seat, who: Person, body: Body) -> _Course:
    """Step until the dialogue rests: every lookup and every ask of it is answered in the same transaction."""
    at, dialogue = seat.at + office.shift, _dialogue(seat, who)
    if isinstance(body, Press):
        return await _pressed(tx, dialogue, who, body.ask, at)
    says: list[Say] = []
    events: list[Event] = []
    moved: list[Moved] = []
    pictures: list[str] = []
    refused = False
    if isinstance(body, File):
        await evidence.expect(tx, body, who, at)
    for _step in range(_STEPS):
        turn = hear(office.forms, who, dialogue, body, at)
        says += turn.says
        events += turn.events
        dialogue = turn.dialogue
        if turn.lookup is None and turn.ask is None:
            break
        body = await _answer(tx, turn, who, at)
        if isinstance(body, Found):
            pictures += [str(item.data["picture"]) for item in body.items if "picture" in item.data]
        if isinstance(body, Settled):
            moved += [body.moved] if body.moved else []
            refused = refused or body.refused is not None
    if dialogue.language != who.language:
        await people.set_language(tx, who.id, dialogue.language)
    said = whole(says, office.settings, dialogue.language)
    return _Course(who, dialogue, said, tuple(events), tuple(moved), refused, at, pictures=tuple(pictures))


async def _pressed(tx: AsyncConnection, dialogue: Dialogue, who: Person, ask: Ask, at: datetime) -> _Course:
    """A finished wish from outside the chat: what is open there, and the numbers on its screen, stay as they are."""
    settled = await _answer(tx, Turn(dialogue, ask=ask), who, at)
    assert isinstance(settled, Settled)
    moved, refusal = (settled.moved,) if settled.moved else (), settled.refused
    say = Say(outcomes.settled(dialogue.language, settled))
    return _Course(who, dialogue, (say,), (), moved, refusal is not None, at, refusal)


async def _answer(tx: AsyncConnection, turn: Turn, who: Person, at: datetime) -> Found | Settled:
    if turn.lookup is not None:
        return await lookups.answer(tx, turn.lookup, who, at)
    assert turn.ask is not None
    try:
        return Settled(turn.ask, moved=await apply(tx, turn.ask, who, at))
    except Refused as refusal:
        metrics.refused(turn.ask.verb, refusal.reason)
        return Settled(turn.ask, refused=refusal)


async def _post(office: Office, tx: AsyncConnection, incoming: Incoming, course: _Course, pages: list[str]) -> int:
    """Letters to everybody who must hear of what happened, and the pages that did not fit into the answer; how many."""
    post = await heard_of(tx, course.moved, course.at)
    for number, page in enumerate(pages, start=2):
        post.append(_page(incoming, course, number, page))
    post += picture_letters(course.who, incoming.sender, course.pictures, course.at, urgent=True)
    return await post_fitted(tx, post, course.at, office.settings.sending_hours)


def _page(incoming: Incoming, course: _Course, number: int, page: str) -> Letter:
    return Letter(
        key=f"page:{incoming.sender.door}:{incoming.key}:{number}",
        to=incoming.sender,
        person=course.who.id,
        purpose="page",
        template="page",
        facts={"text": page},
        not_before=course.at,
        urgent=True,
    )


async def _learn_version(office: Office, unknown: UnknownVersion) -> None:
    """A dialogue keeps the version it began with, also when only another replica knows it."""
    async with connected(office.engine) as connection:
        source = await forms.source(connection, unknown.key, unknown.hash)
    office.forms = (
        office.forms.without(unknown.key, unknown.hash) if source is None else office.forms.with_version(source)
    )
