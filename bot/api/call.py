"""One request of somebody whose key was found: what the endpoints work with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot import housework
from bot.housework import Work
from bot.texts import said
from store.db import connected
from store.sharing.keys import Caller
from store.words import Person

if TYPE_CHECKING:
    from bot.office import Office


@dataclass(frozen=True, slots=True)
class Call:
    """`query` and `body` are checked models of the endpoint; `once` its Idempotency-Key."""

    office: Office
    caller: Caller
    parts: dict[str, str]
    language: str
    at: datetime
    query: Any = None
    body: Any = None
    once: str = ""

    def t(self, sentence: str, **facts: Any) -> str:
        return said(sentence, self.language, **facts)

    @property
    def who(self) -> Person:
        return self.caller.who

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection to read from."""
        async with connected(self.office.engine) as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Work]:
        """One transaction for what is no ledger."""
        async with housework.writing(self.office) as work:
            yield work
