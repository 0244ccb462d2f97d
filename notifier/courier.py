"""One door's courier: claims letters, waits for a place on the way, marks them started, hands them over, settles them.

No transaction is ever open while the door is called. Each letter is a task of its own; their marks and verdicts travel
to the database together.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from jinja2 import TemplateError
from sqlalchemy.ext.asyncio import AsyncEngine

from notifier import bundles, cards, leases, limits, onward, render, shown
from notifier.gather import Gather
from notifier.hours import Opening
from notifier.leases import Claimed, Start, Verdict
from notifier.limits import Permit, manners
from notifier.reporting import PICTURE
from notifier.sender import Sender as Sender
from notifier.shown import Shown
from notifier.terms import Terms
from notifier.verdicts import back, dead, verdict
from notifier.window import Window
from notifier.wire import wire
from store.db import Driver, passing
from store.words import Later, Never, Outcome, Sent

log = logging.getLogger("loop153.mail")

Shift = Callable[[], timedelta]
"""How far the office's clock is ahead of the database's just now."""


@dataclass(frozen=True, slots=True)
class _Parcel:
    """Bytes on their way; `bundle`: they speak for several letters."""

    body: bytes
    bundle: bool


class _Unreadable(Exception):
    """The letter cannot be put into words: a fault of ours that must not hold up the others."""


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (TemplateError, ValueError, TypeError, KeyError) as fault:
        raise _Unreadable(f"cannot be written: {type(fault).__name__}") from fault


class Courier:
    """Delivers the letters of one door for one replica."""

    def __init__(
        self,
        engine: AsyncEngine,
        door: str,
        sender: Sender,
        owner: str,
        shift: Shift,
        terms: Terms,
        count: Callable[[str, str], None],
        opening: Opening,
    ) -> None:
        self.door, self.terms = door, terms
        self._engine, self._sender, self._owner, self._shift, self._count = engine, sender, owner, shift, count
        self._manners, self._opening = manners(door), opening
        self._window = Window()
        self._start = Gather(self._mark_started)
        self._settle = Gather(self._write_verdicts, linger=terms.linger)
        self._closing = False
        self.in_hand: set[asyncio.Task[None]] = set()
        self.stir = asyncio.Event()  # something may be due: a wake-up, or a letter that made room for the next

    def close(self) -> None:
        """Start nothing more; what is on its way is still settled, and the rest is given back."""
        self._closing = True

    async def take(self) -> int:
        """Claim what is due and set out with it; how many letters. Raises what the database raises."""
        room = self.terms.batch if self._manners.burst is None else min(self.terms.batch, self._manners.burst)
        async with wire(self._engine) as conn:
            letters = await leases.claim(conn, self.door, self._owner, self._shift(), room, self.terms.lease_time)
            if not letters:
                return 0
            permits = await limits.judge(conn, self.door, letters, self._manners)
            wait = await limits.take(conn, self.door, len(letters), self._manners)
        self._window.limit(letters[0].parallel)
        if wait:
            await asyncio.sleep(wait.total_seconds())
        for letter in letters:
            task = asyncio.create_task(self._deliver(letter, permits[letter.id]))
            self.in_hand.add(task)
            task.add_done_callback(self._done)
        return len(letters)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.in_hand.discard(task)
        self.stir.set()

    async def reap(self) -> int:
        """Take letters back from whoever died over them."""
        async with wire(self._engine) as conn:
            return await leases.reap(conn, self.door, self._shift())

    # --- one letter -------------------------------------------------------------------------------------

    async def _deliver(self, letter: Claimed, permit: Permit) -> None:
        try:
            verdict = await self._attempt(letter, permit)
            if verdict is not None:
                await self._settle(verdict)
        except Exception as fault:  # the lease ends and the letter is found again
            level = logging.WARNING if passing(fault) else logging.ERROR
            log.log(level, "letter %s is left to the reaper: %s", letter.id, type(fault).__name__)

    async def _attempt(self, letter: Claimed, permit: Permit) -> Verdict | None:
        """What becomes of the letter; None when it is settled already or no longer ours."""
        if not letter.reachable:
            await self._hand_on(letter, "they are not at this address any more", person=letter.person)
            return None
        if letter.attempts > self.terms.attempts:
            return dead(letter, "too many attempts")
        if self._shown_twice(letter) and (letter.repeats or not letter.urgent or letter.carries):
            return dead(letter, "it may have arrived, and would be shown twice")
        if not letter.urgent and not letter.doubtful and not letter.carries and await self._held(letter):
            return None
        if permit.room < 1:
            async with wire(self._engine) as conn:
                await limits.defer(conn, letter, permit.wait, self._shift())
            return back(letter, permit.wait, "limit")
        async with self._window.anteroom() as entered:
            if self._closing or not entered:
                return back(letter)
            return await self._send(letter, permit)

    async def _held(self, letter: Claimed) -> bool:
        """Whether the sending hours are over: then it is held until they open. By the database's clock, always."""
        at = letter.at + self._shift()
        opens = (await self._opening.hours(self._shift())).opens(at)
        if opens > at:
            async with wire(self._engine) as conn:
                await leases.hold(conn, self._owner, letter, opens)
        return opens > at

    async def _send(self, letter: Claimed, permit: Permit) -> Verdict | None:
        began = monotonic()
        try:
            parcel = await self._begin(letter, permit)
        except _Unreadable as fault:
            log.error("letter %s %s", letter.id, fault)
            return dead(letter, str(fault))
        if parcel is None:
            return back(letter, timedelta(seconds=self.terms.poll))
        async with self._window.slot() as open_:
            if self._closing or not open_:
                return back(letter)
            if monotonic() - began > self.terms.lease - self.terms.call:
                return None  # we slept: it may be somebody else's by now, and the mark says what may have happened
            outcome = await self._call(letter, parcel.body)
            if isinstance(outcome, Never) and outcome.twice and letter.doubtful:
                outcome = Sent()  # by the call whose answer was lost
            self._window.learn(letter.id, outcome)
            await self._heed(letter, outcome)
        self._count(self.door, type(outcome).__name__.lower())
        if isinstance(outcome, Never) and outcome.gone:
            await self._hand_on(letter, outcome.reason)
            return None
        if isinstance(outcome, Never) and outcome.plain and cards.shows(letter.facts):
            async with wire(self._engine) as conn:
                await shown.tell_plainly(conn, self._owner, letter, outcome.reason)
            return None
        fails = self._window.failing > 0
        return verdict(letter, outcome, self.terms, bundle=parcel.bundle, door_fails=fails)

    async def _begin(self, letter: Claimed, permit: Permit) -> _Parcel | None:
        """The frozen bytes, with the mark that they are about to leave; None when they must not."""
        if letter.template == cards.UPDATE and letter.body is None:
            return await self._begin_update(letter)
        # What was held together leaves together; what does not fit an address's limit does, too.
        together = self.terms.batch if letter.was == "held" else permit.together
        if together > 1 and letter.body is None and PICTURE not in letter.facts:
            async with wire(self._engine) as conn:
                body = await self._begin_bundle(conn, letter, together)
            if body is not None:
                return _Parcel(body, bundle=True)
        again = self._shown_twice(letter)
        body = self._written(letter, again=again) if letter.body is None or again else letter.body
        start = Start(letter.id, body, hashlib.sha256(body).hexdigest(), again)
        return _Parcel(body, bundle=letter.carries) if await self._start(start) else None

    async def _begin_bundle(self, conn: Driver, letter: Claimed, count: int) -> bytes | None:
        def envelope(text: str) -> bytes:
            return self._sender.envelope(letter.to, text, letter.key)

        with _readable():
            return await bundles.start(
                conn, self._owner, letter, count, envelope, self._manners.longest, self.terms.lease_time, self._shift()
            )

    async def _begin_update(self, letter: Claimed) -> _Parcel | None:
        def envelope(card: Shown) -> bytes:
            return self._sender.update(letter.to, card, cards.done(letter.facts, letter.language))

        async with wire(self._engine) as conn:
            with _readable():
                body = await shown.start(conn, self._owner, letter, envelope, self.terms.lease_time, self._shift())
        return None if body is None else _Parcel(body, bundle=False)

    def _written(self, letter: Claimed, *, again: bool) -> bytes:
        with _readable():
            facts = {**letter.facts, "again": True} if again else letter.facts
            text = render.text(letter.template, facts, letter.language, self._manners.longest)
            if letter.facts.get(PICTURE):
                return self._sender.envelope(letter.to, text, letter.key, picture=str(letter.facts[PICTURE]))
            card = None if again else cards.card(letter.facts, text, letter.language)
            return self._sender.envelope(letter.to, text, letter.key, card)

    def _shown_twice(self, letter: Claimed) -> bool:
        """Whether sending it again could be seen: it may have arrived, and the other side would not notice."""
        if letter.template == cards.UPDATE:
            return False  # a card is as grey as before
        return letter.doubtful_for is not None and letter.doubtful_for > self._manners.forgives

    async def _call(self, letter: Claimed, body: bytes) -> Outcome:
        try:
            async with asyncio.timeout(self.terms.call):
                return await self._sender.send(letter.to, body)
        except TimeoutError:
            return Later("no answer in time", timedelta(), doubt=True)
        except Exception as fault:
            log.exception("door %s broke its word", self.door)
            return Later(f"the door failed: {type(fault).__name__}", timedelta(), doubt=True)

    # --- what one outcome means for the whole door ------------------------------------------------------

    async def _heed(self, letter: Claimed, outcome: Outcome) -> None:
        match outcome:
            case Sent() if letter.broken:
                async with wire(self._engine) as conn:
                    await leases.mend(conn, self.door)
            case Later(fewer=True):
                self._window.limit(self._window.halved)
                async with wire(self._engine) as conn:
                    await leases.fewer(conn, self.door, self._window.widest)
            case Later(pause_door=True, after=after):
                await self._pause(after)
            case Never(alarm=True, reason=reason):
                log.error("door %s is broken: %s", self.door, reason)
                await self._pause(timedelta(seconds=self.terms.broken), reason)
        if self._window.failing:
            await self._pause(timedelta(seconds=self._window.failing))

    async def _pause(self, after: timedelta, broken: str | None = None) -> None:
        self._window.shut(after.total_seconds())
        async with wire(self._engine) as conn:
            await leases.pause(conn, self.door, after, broken)

    async def _hand_on(self, letter: Claimed, reason: str, person: str | None = None) -> None:
        async with self._engine.begin() as tx:
            count = await onward.hand_on(tx, letter.to, reason, self._shift(), person=person)
        log.warning("an address of door %s is out of use; %d letters went on to others", self.door, count)

    # --- to the database, many at a time ----------------------------------------------------------------

    async def _mark_started(self, starts: Sequence[Start]) -> list[bool]:
        async with wire(self._engine) as conn:
            started = await leases.start(conn, self._owner, starts, self.terms.lease_time)
        return [start.id in started for start in starts]

    async def _write_verdicts(self, verdicts: Sequence[Verdict]) -> list[bool]:
        """Written even when the database is away for a while: what was answered should not have to be asked again."""
        until = monotonic() + self.terms.stubborn
        while True:
            try:
                async with wire(self._engine) as conn:
                    await shown.keep(conn, verdicts, self._shift())
                    settled = await leases.settle(conn, self._owner, verdicts, self._shift())
                return [verdict.id in settled for verdict in verdicts]
            except Exception as fault:
                if self._closing or not passing(fault) or monotonic() > until:
                    raise
                await asyncio.sleep(self.terms.poll)
