"""The office: the only place that builds things, and takes them down again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession, DummyCookieJar
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import metrics
from bot.clock import Clock
from bot.doors import DOORS, Door, missing, open_door
from bot.fault import Fault
from bot.settings import Settings
from bot.tips.desk import TipDesk
from bot.turns import Turns
from conversations.library import Forms
from store import forms as form_versions
from store.clock.workdays import seed_calendar
from store.db import migrate, open_engine, open_road, version
from store.sharing.sealing import Seal, open_seal
from store.wakes import Bells
from store.words import Incoming, Receipt

if TYPE_CHECKING:
    from obstore.store import ObjectStore


@dataclass(slots=True)
class Office:
    """Everything the rooms share in one process. Only `forms` is replaced while it runs (an older version learnt, or
    another one chosen; `shipped` has the hashes of those that came with it), and only `clock` moves."""

    settings: Settings
    engine: AsyncEngine
    road: Any  # the driver's own pool, for the hot road (store/inbox.py)
    http: ClientSession
    forms: Forms
    objects: ObjectStore
    clock: Clock
    bells: Bells
    seal: Seal
    turns: Turns = field(default_factory=Turns)
    doors: dict[str, Door] = field(default_factory=dict)  # the open ones
    tips: TipDesk = field(default_factory=TipDesk)
    shipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def shift(self) -> timedelta:
        """How far the office's clock is from the real one."""
        return self.clock.shift

    async def receive(self, incoming: Incoming) -> Receipt:
        """The desk, as the doors see it: heard, answered, and counted."""
        from bot.desk import receive

        began = perf_counter()
        try:
            return await receive(self, incoming)
        finally:
            metrics.step_took(incoming.sender.door, perf_counter() - began)


@asynccontextmanager
async def open_office(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Office]:
    """The whole office on its own database. Raises `Fault` when it cannot open."""
    async with open_database(settings) as engine, furnished(settings, engine, clock) as office:
        yield office


@asynccontextmanager
async def furnished(settings: Settings, engine: AsyncEngine, clock: Clock | None = None) -> AsyncIterator[Office]:
    """An office on a migrated database, with every door open whose settings are complete."""
    from bot.work.in_use import refresh  # it works on an office

    async with open_road(engine) as road, ClientSession(cookie_jar=DummyCookieJar()) as http:
        office = Office(
            settings=settings,
            engine=engine,
            road=road,
            http=http,
            forms=Forms.shipped(),
            objects=open_objects(settings),
            clock=clock or Clock(settings.clock_shift),
            bells=Bells(engine),
            seal=open_seal(settings.secret, settings.data_dir.absolute()),
        )
        office.shipped = {form.key: form.hash for form in office.forms}
        async with engine.begin() as tx:
            await form_versions.keep(tx, ((form.key, form.hash, form.source) for form in office.forms))
        await refresh(office)
        for name in DOORS:
            if not missing(name, settings):
                office.doors[name] = open_door(name, settings, http, engine, office.receive)
        try:
            yield office
        finally:
            await office.bells.rung()
            await asyncio.to_thread(office.tips.close)


def open_objects(settings: Settings) -> ObjectStore:
    """Where photos and recordings lie: a folder of the data folder, or what `LOOP153_STORAGE_URL` names.

    Raises `Fault` when it cannot be opened.
    """
    from obstore.exceptions import BaseError
    from obstore.store import LocalStore, from_url

    try:
        if settings.storage_url is None:
            return LocalStore(settings.data_dir.absolute() / "objects", mkdir=True)
        return from_url(settings.storage_url)
    except (BaseError, OSError, ValueError) as fault:
        raise Fault(
            f"The photo store cannot be opened ({type(fault).__name__}). Is LOOP153_STORAGE_URL right, or the data "
            f"folder {settings.data_dir.absolute()} writable?"
        ) from fault


@asynccontextmanager
async def open_database(settings: Settings, *, migrating: bool = True) -> AsyncIterator[AsyncEngine]:
    """The database in its newest shape: the one of `LOOP153_DATABASE_URL`, or the embedded server under the data
    folder. Without `migrating` it is left in the shape it has.

    Raises `Fault` when it cannot be reached or started.
    """
    async with database_address(settings) as url:
        engine = open_engine(url)
        try:
            await _bring_up(engine, migrating)
            yield engine
        finally:
            await engine.dispose()


@asynccontextmanager
async def database_address(settings: Settings) -> AsyncIterator[str]:
    """Where the database is; the embedded server runs meanwhile."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    from store import embedded  # only a machine without a PostgreSQL of its own pays for it

    folder = settings.data_dir.absolute() / "postgres"
    try:
        server = await asyncio.to_thread(embedded.start, folder)
    except Exception as fault:
        raise Fault(
            f"The embedded PostgreSQL in {folder} did not start ({type(fault).__name__}: {fault}). Is the folder "
            "writable and the disk not full? Or set LOOP153_DATABASE_URL to a PostgreSQL of your own."
        ) from fault
    try:
        yield embedded.url(server)
    finally:
        await asyncio.to_thread(embedded.stop, server)


async def _bring_up(engine: AsyncEngine, migrating: bool) -> None:
    from asyncpg import PostgresError
    from sqlalchemy.exc import DBAPIError

    try:
        if not migrating:
            await version(engine)
            return
        await migrate(engine)
        async with engine.begin() as tx:
            await seed_calendar(tx)
    except (OSError, TimeoutError, PostgresError, DBAPIError) as fault:
        said = getattr(fault, "orig", None) or fault
        line = (str(said).splitlines() or [""])[0]
        raise Fault(
            f"The database cannot be used ({type(said).__name__}: {line}). Is PostgreSQL running, and are address, "
            "user and password in LOOP153_DATABASE_URL right?"
        ) from fault
