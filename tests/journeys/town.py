"""A whole town for journeys: the service on its database, a strict cloud beside it, and people who talk.

Everything is real: encrypted callbacks over HTTP, the desk, the ledgers, the mail room's loops. A journey reads like
what the user would tell: say, photograph, wait, expect.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.commands.serve import serving
from bot.office import Office, furnished
from bot.sandbox.callbacks import Patience
from bot.sandbox.cloud import Cloud
from bot.sandbox.directory import Corp, Department, Directory, Member
from bot.sandbox.sandbox import start_sandbox
from bot.settings import Settings
from store.db import open_engine
from tests.world import STAFF, build_world

Hours = Literal["always", "working"]
PATIENCE = Patience(answer_within=5.0, retries=3, pause=0.05)
MORNING = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""When every town opens: a Friday, ten in the morning in Shangqiu, whatever the real time is."""
SHOP = (34.6484, 115.1483, "江山便利店门口")
"""Where the first shop of tests/world.py is, as a phone's map sends it (GCJ-02)."""


@dataclass(frozen=True, slots=True)
class Members:
    """The members of one corp at their phones, and the database behind the service that they talk to.

    `says` and the like return the answer in the chat, or "" for none.
    """

    engine: AsyncEngine
    cloud: Cloud
    corp: Corp
    clock: Clock

    async def says(self, who: str, *words: str) -> str:
        """Say these things one after the other; the answer to the last one."""
        answer = None
        for one in words:
            answer = await self.cloud.say(who, one)
        return answer or ""

    async def photographs(self, who: str, data: bytes) -> str:
        return await self.cloud.photo(who, data) or ""

    async def stands_at(self, who: str, lat: float, lon: float, label: str = "") -> str:
        return await self.cloud.place(who, lat, lon, label) or ""

    async def files(self, who: str, words: str, matter: str = "串码", *, shop: str = "江山便利店") -> str:
        """Report it in the fewest words, in Chinese, without photo or place; the number it is filed under."""
        await self.says(
            who, "上报", "跳过", "不让拍", "跳过", "没信号", shop, "1", matter, "1", words, "刚刚", "不需要"
        )
        answer = await self.says(who, "提交")
        if "另报一条" in answer:
            answer = await self.says(who, "另报一条")
        return number_in(answer)

    async def hears(self, who: str, part: str, within: float = 10.0) -> str:
        """What `who` is shown with `part` in it, waiting for it."""
        return (await self.cloud.hears(who, part, within)).text

    def pushes(self, who: str) -> list[str]:
        """Everything that was pushed to `who`, oldest first."""
        return [shown.text for shown in self.cloud.inbox(who) if shown.via == "push"]

    async def rows(self, query: str, **values: Any) -> list[Mapping[str, Any]]:
        """Rows of the office's own database, for what no phone shows; or what the administrator changes in it."""
        async with self.engine.begin() as connection:
            return [dict(row) for row in (await connection.execute(text(query), values)).mappings()]

    async def passes(self, **time: float) -> None:
        """The office's clock is moved on."""
        self.clock.shift += timedelta(**time)


@dataclass(frozen=True, slots=True)
class Town(Members):
    """They, and the one office that serves them, in this process."""

    office: Office


def number_in(said: str) -> str:
    """The first entry number that somebody was told."""
    found = re.search(r"XS-\d{4}-\d{6}", said)
    assert found, said
    return found[0]


async def until(question: Any, within: float = 10.0) -> Any:
    """Ask an async `question` until its answer is true, at most `within` seconds."""
    async with asyncio.timeout(within):
        while not (answer := await question()):  # noqa: ASYNC110 - it asks a database, which rings no bell
            await asyncio.sleep(0.02)
        return answer


@asynccontextmanager
async def open_town(
    database_url: str, folder: Path, *, peopled: bool = True, hours: Hours = "always"
) -> AsyncIterator[Town]:
    """The town on this migrated database, with its own ports; closed in good order at the end."""
    port = free_port()
    async with open_corp(database_url, port, peopled=peopled) as members:
        settings = settings_for(members.corp, members.cloud.base_url, port, folder, hours)
        async with opened(settings, members.engine, members.clock) as office:
            yield Town(members.engine, members.cloud, members.corp, members.clock, office)


@asynccontextmanager
async def open_corp(
    database_url: str, port: int, *, peopled: bool = True, patience: Patience = PATIENCE
) -> AsyncIterator[Members]:
    """The cloud and its members, who talk to whoever serves on that port and on this migrated database."""
    corp, clock = Corp.fresh(), Clock(MORNING - datetime.now(UTC))
    engine = open_engine(database_url)
    if peopled:
        async with engine.begin() as tx:
            await build_world(tx)
    sandbox = await start_sandbox(corp, directory(), SandboxClock(clock), callback(port), patience=patience)
    try:
        yield Members(engine, sandbox.cloud, corp, clock)
    finally:
        await sandbox.stop()
        await engine.dispose()


def callback(port: int) -> str:
    """Where the cloud brings what its members say."""
    return f"http://127.0.0.1:{port}/wecom/callback"


@asynccontextmanager
async def opened(settings: Settings, engine: AsyncEngine, clock: Clock) -> AsyncIterator[Office]:
    async with furnished(settings, engine, clock) as office, serving(office):
        yield office


def settings_for(corp: Corp, cloud_url: str, port: int, folder: Path, hours: Hours = "always") -> Settings:
    return Settings(
        sending_hours=hours,
        environment="development",
        data_dir=folder,
        listen=f"127.0.0.1:{port}",
        public_url=f"http://127.0.0.1:{port}",
        wecom_corp_id=corp.corp_id,
        wecom_agent_id=corp.agent_id,
        wecom_secret=SecretStr(corp.secret),
        wecom_contacts_secret=SecretStr(corp.contacts_secret),
        wecom_token=SecretStr(corp.token),
        wecom_aes_key=SecretStr(corp.aes_key),
        wecom_api_base=cloud_url,
        wecom_oauth_base=cloud_url,
    )


def directory() -> Directory:
    """The staff of tests/world.py as members of the corp."""
    units = sorted({staff.unit for staff in STAFF.values()})
    departments = (Department(1, "商丘", 0), *(Department(number, unit, 1) for number, unit in enumerate(units, 2)))
    members = (Member(userid, staff.name, (units.index(staff.unit) + 2,)) for userid, staff in STAFF.items())
    return Directory(tuple(members), departments)


class SandboxClock:
    """The office's clock as the sandbox wants it."""

    def __init__(self, clock: Clock) -> None:
        self.now = clock.now
        self._clock = clock

    async def shift(self, delta: timedelta) -> None:
        self._clock.shift += delta


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
