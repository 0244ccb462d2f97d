"""Housework: what people and the clock change beside the ledgers' moves, each piece in one transaction of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.telling import heard_of, post_fitted
from store import db
from store.words import Letter, Moved

if TYPE_CHECKING:
    from bot.office import Office


@dataclass(slots=True)
class Work:
    """One transaction. `at` is the office's time; whoever must hear of it is told in the same transaction."""

    tx: AsyncConnection
    at: datetime
    sending_hours: str
    posted: int = 0

    async def tell(self, *moved: Moved) -> None:
        """Letters about lines of the ledgers that this work wrote."""
        await self.post(await heard_of(self.tx, moved, self.at))

    async def post(self, letters: Sequence[Letter]) -> None:
        """Letters that a line of other books caused (an announcement, an answer in a thread)."""
        self.posted += await post_fitted(self.tx, list(letters), self.at, self.sending_hours)


@asynccontextmanager
async def writing(office: Office) -> AsyncIterator[Work]:
    """Do it and commit; nothing at all when it fails. The mail room is rung when something was posted."""
    async with office.engine.begin() as tx:
        work = Work(tx, await db.now(tx) + office.shift, office.settings.sending_hours)
        yield work
    if work.posted:
        office.bells.ring("letters")
