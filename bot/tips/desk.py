"""The tip desk: the same questionnaire as everywhere, other plumbing (tipline.md §2).

Nothing that tells who somebody is reaches a table, a log, a letter or the object store. What stands between two
messages is a sealed draft in an UNLOGGED table; the answer goes back in place and nowhere else. A message that comes
again gets the answer it got before, the receipt included.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot import metrics
from bot.doors import Media, MediaGone
from bot.texts import said
from bot.tips import words
from bot.tips.buckets import Buckets
from bot.tips.clean import MOST_BYTES, Cleaned, Unclean
from bot.tips.laundry import Laundry
from bot.tips.talk import answer
from bot.tips.visit import Attached, Reply, Visit
from store import tips
from store.db import Tx
from store.inbox import says_from_json, says_to_json
from store.tips import drafts
from store.words import Body, File, FileKind, Say

if TYPE_CHECKING:
    from bot.office import Office

Fetch = Callable[[str], Awaitable[Media]]
FETCH_SECONDS = 12.0
"""For one file; a platform that waits less asks again and is answered then."""


class TipDesk:
    """One office's tip desk: its washing machine and its buckets; everything else is in the database."""

    def __init__(self) -> None:
        self.laundry = Laundry()
        self.people = Buckets(rate=0.5, burst=60)  # of one chat: a message every two seconds, sixty at once
        self.doors = Buckets(rate=100.0, burst=2000)

    def close(self) -> None:
        self.laundry.close()

    async def clean(self, data: bytes) -> Cleaned:
        """A file without anything about who made it. Raises `Unclean`."""
        return await self.laundry.clean(data)

    async def hear_tip(
        self, office: Office, door: str, chat_id: str, message_key: str, body: Body, fetch: Fetch, notice: str = ""
    ) -> tuple[Say, ...]:
        """The answer to one message of somebody whom nobody knows. `notice`: which of the door's notices holds."""
        notice = notice or door
        async with office.engine.begin() as tx:
            at = await drafts.clock(tx) + office.shift
            before = await drafts.seen(tx, door, chat_id, message_key, at)
            if before is not None:
                metrics.step("repeated")
                return says_from_json(before)
            state = await drafts.load(tx, door, chat_id, at)
            if not await self._admitted(tx, door, chat_id, body, at):
                return (Say(said(words.TOO_FAST, _language(office, state))),)
            if state is None and not await tips.can_take(tx, at):
                return (Say(said(words.CLOSED, office.settings.language)),) if _speaks(body) else ()
        wanted = isinstance(body, File) and state is not None and state.get("stage") == "writing"
        attached = await self._fetched(body, fetch, _language(office, state)) if wanted else None
        try:
            return await self._take(office, door, chat_id, message_key, body, attached, notice)
        except tips.Tampered as fault:
            async with office.engine.begin() as tx:
                await tips.clocks.alarm(tx, fault, at)
            return (Say(said(words.TRY_LATER, _language(office, state))),)

    async def _admitted(self, tx: Tx, door: str, chat_id: str, body: Body, at: datetime) -> bool:
        """Whether this chat and this door may say more just now; a file costs as much as two sentences."""
        key = await drafts.bucket_key(tx, door, chat_id, at)
        cost = 2.0 if isinstance(body, File) else 1.0
        return self.people.take(key, at, cost) and self.doors.take(door.encode(), at, cost)

    async def _fetched(self, body: Body, fetch: Fetch, language: str) -> Attached:
        """The file without what tells of its maker. No transaction is open meanwhile."""
        assert isinstance(body, File)
        if body.kind in (FileKind.VOICE, FileKind.VIDEO):
            return Attached(None, said(words.NO_RECORDINGS, language))
        if (body.size or 0) > MOST_BYTES:
            return Attached(None, words.unclean("large", language))
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                media = await fetch(body.ref)
            return Attached(await self.laundry.clean(media.data))
        except Unclean as refused:
            return Attached(None, words.unclean(refused.reason, language))
        except MediaGone:
            return Attached(None, said(words.NOT_FETCHED, language))
        except Exception as fault:  # the network or the other side, whatever it is; its words may name somebody
            metrics.door_error("tips", type(fault).__name__)
            return Attached(None, said(words.NOT_FETCHED, language))

    async def _take(
        self, office: Office, door: str, chat_id: str, key: str, body: Body, attached: Attached | None, notice: str
    ) -> tuple[Say, ...]:
        """One transaction: what was kept, what is answered, what is kept now, and the answer for a repetition."""
        async with office.engine.begin() as tx:
            at = await drafts.clock(tx) + office.shift
            state = await drafts.load(tx, door, chat_id, at)
            before = await drafts.seen(tx, door, chat_id, key, at)
            if before is not None:
                return says_from_json(before)
            visit = Visit(
                tx, door, chat_id, at, office.forms, notice, page_url(office), _language(office, state), state
            )
            reply = await answer(visit, body, attached)
            says = fitted(reply.says, _pages(office, door))
            if not reply.unchanged:
                await _keep(tx, door, chat_id, reply, at)
            if says:
                await drafts.remember(tx, door, chat_id, key, says_to_json(says), at)
        metrics.step("tip")
        return says


async def _keep(tx: Tx, door: str, chat_id: str, reply: Reply, at: datetime) -> None:
    if reply.state is None:
        await drafts.forget(tx, door, chat_id, at)
    else:
        await drafts.save(tx, door, chat_id, dict(reply.state), at)


def page_url(office: Office) -> str | None:
    """The tip page's address: constant, with nothing in it that tells who was given it."""
    return f"{office.settings.public_url}/tip" if office.settings.public_url else None


def _speaks(body: Body) -> bool:
    return not (hasattr(body, "why") and not body.why) and not getattr(body, "automatic", False)


def _language(office: Office, state: Any) -> str:
    return str(state["language"]) if state else office.settings.language


def _pages(office: Office, door: str) -> Callable[[Sequence[Say]], list[str]]:
    found = office.doors.get(door)
    return found.pages if found is not None else lambda says: [say.text for say in says[:1]]


def fitted(says: Sequence[Say], pages: Callable[[Sequence[Say]], list[str]]) -> tuple[Say, ...]:
    """The same, with long lines cut until it is one message: there is no second one to a tipster."""
    for longest in (4000, 400, 160, 80, 40, 20):
        shown = tuple(Say(_cut(say.text, longest), say.options) for say in says)
        if len(pages(shown)) < 2:
            return shown
    return tuple(says)[-1:]


def _cut(text: str, longest: int) -> str:
    return "\n".join(line if len(line) <= longest else line[: longest - 1] + "…" for line in text.split("\n"))
