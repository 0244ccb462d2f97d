"""The town with all its chat doors open and a vault that takes tips: what every journey of a tipster starts from."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import insert

from bot import log
from bot.office import Office
from bot.sandbox.telegram import TelegramCloud
from bot.sandbox.wechat import Account, WechatCloud
from store import tables, tips
from store.db import now
from store.tips import Conversation, receipts
from store.tips.receipts import Receipt
from tests.journeys.town import PATIENCE, Members, free_port, open_corp, opened, settings_for, until
from tests.tips import OFFICERS, key_of, make_vault
from tests.world import STAFF

LINKED = 42
"""The Telegram account that `mq-cm` has linked."""


@dataclass(frozen=True, slots=True)
class TipTown:
    """Members of the corp, strangers at two platforms, one office, and everything that it logged."""

    members: Members
    wechat: WechatCloud
    telegram: TelegramCloud
    office: Office
    database_url: str
    folder: Path
    lines: io.StringIO = field(repr=False)

    @property
    def url(self) -> str:
        return f"{self.office.settings.public_url}/tip"

    @property
    def logged(self) -> str:
        return self.lines.getvalue()

    def pushes(self) -> list[str]:
        """Every body that went to somebody other than the tipsters."""
        told = [shown.text for member in STAFF for shown in self.members.cloud.inbox(member) if shown.via == "push"]
        sent = [
            json.dumps(given, ensure_ascii=False) for method, given in self.telegram.calls if method != "sendMessage"
        ]
        return [*told, *sent]

    async def tips(self) -> list[str]:
        """Their numbers."""
        return [row["number"] for row in await self.members.rows("SELECT number FROM tip ORDER BY number")]

    async def read(self, userid: str = "sq-ng1") -> Conversation:
        """The only tip, as that officer reads it."""
        [number] = await self.tips()
        async with self.office.engine.begin() as tx:
            at = await now(tx) + self.office.shift
            return await tips.read(tx, await tips.open_tip(tx, await key_of(tx, userid, at), number, at), at)

    async def file_bytes(self, userid: str = "sq-ng1") -> list[bytes]:
        """Every file of the only tip."""
        [number] = await self.tips()
        async with self.office.engine.begin() as tx:
            at = await now(tx) + self.office.shift
            mine = await tips.open_tip(tx, await key_of(tx, userid, at), number, at)
            return [await tips.file_bytes(tx, mine, one.id) for one in (await tips.read(tx, mine, at)).files]

    async def writes(self, user: int, *messages: object) -> str:
        """Say these things, or do them, in a Telegram chat, one after the other; the last answer."""
        for message in messages:
            before = len(self.telegram.chats[user])
            message() if callable(message) else self.telegram.say(user, str(message))
            await self.telegram.sees(user, before + 1)
        return self.telegram.chats[user][-1].text

    def tapped(self, user: int, label: str) -> None:
        """Press the button with these words under the last message of that chat, or the number that stands for them."""
        seen = self.telegram.chats[user][-1]
        numbers = [line.partition(".")[0] for line in seen.text.splitlines() if label in line]
        found = [data for text, data in seen.buttons if label in text or text in numbers]
        assert found, f"no button {label} in {seen}"
        self.telegram.tap(user, found[0])

    async def tells(self, openid: str, *messages: str) -> str:
        """Say these things in a WeChat chat, one after the other; the last answer."""
        said = None
        for message in messages:
            said = await self.wechat.say(openid, message)
        return said or ""


def receipt_in(said: str) -> Receipt:
    """The receipt that somebody was shown: its three rows stand together."""
    lines = said.splitlines()
    for at in range(len(lines) - 2):
        found = receipts.parse(" ".join(lines[at : at + 3]))
        if found is not None:
            return found
    raise AssertionError(f"no receipt in: {said}")


@asynccontextmanager
async def open_tip_town(
    database_url: str,
    folder: Path,
    *,
    officers: dict[str, str] | None = None,
    telegram_mode: str = "polling",
    mode: Literal["plain", "compatible", "safe"] = "safe",
    **settings: Any,
) -> AsyncIterator[TipTown]:
    """All doors on this migrated database. Without `officers` those of tests/tips.py; {} is a town without a vault."""
    port = free_port()
    wechat = WechatCloud(Account.fresh(mode), f"http://127.0.0.1:{port}/wechat/callback", PATIENCE)
    telegram = TelegramCloud("153:AAH-secret")
    async with (
        open_corp(database_url, port) as members,
        TestServer(wechat.app()) as weixin,
        TestServer(telegram.app()) as bots,
    ):
        await _furnish(members, OFFICERS if officers is None else officers)
        account = wechat.account
        chosen = settings_for(members.corp, members.cloud.base_url, port, folder).model_copy(
            update={
                "public_url": f"http://127.0.0.1:{port}",
                "wechat_app_id": account.app_id,
                "wechat_secret": SecretStr(account.secret),
                "wechat_token": SecretStr(account.token),
                "wechat_aes_key": SecretStr(account.aes_key) if mode != "plain" else None,
                "wechat_api_base": str(weixin.make_url("")).rstrip("/"),
                "telegram_token": SecretStr(telegram.token),
                "telegram_api_base": str(bots.make_url("")).rstrip("/"),
                "telegram_mode": telegram_mode,
                "telegram_webhook_secret": SecretStr("a-webhook-secret"),
            }
            | settings
        )
        with listening() as lines:
            await wechat.start()
            async with opened(chosen, members.engine, members.clock) as office:
                if telegram_mode == "webhook":
                    await until(lambda: _registered(telegram))
                    telegram.push_with(office.http)
                yield TipTown(members, wechat, telegram, office, database_url, folder, lines)
            await wechat.stop()


async def _furnish(members: Members, officers: dict[str, str]) -> None:
    async with members.engine.begin() as tx:
        row = {"door": "telegram", "address": str(LINKED), "person_id": "mq-cm"}
        await tx.execute(insert(tables.contact).values(row))
        if officers:
            await make_vault(tx, members.clock.now(), officers)


async def _registered(cloud: TelegramCloud) -> bool:
    return cloud.webhook is not None


@contextmanager
def listening() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, as the service writes it, and plainly too: whichever says more."""
    lines = io.StringIO()
    plain, ours = logging.StreamHandler(lines), logging.StreamHandler(lines)
    plain.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
    plain.addFilter(lambda record: record.exc_info is None)  # traces are cut down by our own formatter
    ours.setFormatter(log.JsonLines())
    root, before = logging.getLogger(), logging.getLogger().level
    root.setLevel(logging.INFO)
    for handler in (plain, ours):
        root.addHandler(handler)
    try:
        yield lines
    finally:
        root.setLevel(before)
        for handler in (plain, ours):
            root.removeHandler(handler)


Act = Callable[[], object]
