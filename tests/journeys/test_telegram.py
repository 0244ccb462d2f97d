"""The same report through the second door: staff who linked Telegram report, and are told, there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.commands.demo import free_port
from bot.commands.serve import serving
from bot.office import furnished
from bot.sandbox.telegram import Seen, TelegramCloud
from bot.settings import Settings
from store import tables
from tests.doors.test_pictures import photo
from tests.journeys.town import until
from tests.world import build_world

REPORTER, OFFICER, STRANGER = 42, 7, 666
LINKED = {REPORTER: "mq-cm", OFFICER: "mq-ng1"}


@asynccontextmanager
async def linked_town(engine: AsyncEngine, folder: Path, mode: str) -> AsyncIterator[TelegramCloud]:
    """An office whose only door is Telegram, and its cloud; two people have linked their account."""
    cloud = TelegramCloud("153:secret")
    port = free_port(0)
    async with engine.begin() as tx:
        await build_world(tx)
        rows = [{"door": "telegram", "address": str(user), "person_id": who} for user, who in LINKED.items()]
        await tx.execute(insert(tables.contact), rows)
        setting = {"key": "cards.ledgers", "valid_from": date(2026, 1, 1), "value": ["clue"], "set_by": "sq-admin"}
        await tx.execute(insert(tables.setting).values(**setting))
    async with TestServer(cloud.app()) as outside:
        settings = Settings.model_validate(
            {
                "data_dir": folder,
                "sending_hours": "always",
                "listen": f"127.0.0.1:{port}",
                "public_url": f"http://127.0.0.1:{port}",
                "telegram_token": SecretStr(cloud.token),
                "telegram_api_base": str(outside.make_url("")),
                "telegram_mode": mode,
                "telegram_webhook_secret": SecretStr("a-webhook-secret"),
            }
        )
        async with furnished(settings, engine) as office, serving(office):
            if mode == "webhook":
                await until(lambda: _registered(cloud))
                cloud.push_with(office.http)
            yield cloud


async def _registered(cloud: TelegramCloud) -> bool:
    return cloud.webhook is not None


async def talk(cloud: TelegramCloud, *messages: object) -> list[Seen]:
    """Each of these is done once the last one was answered; what the reporter sees at the end."""
    for message in messages:
        before = len(cloud.chats[REPORTER])
        if callable(message):
            message()
        else:
            cloud.say(REPORTER, str(message))
        await cloud.sees(REPORTER, before + 1)
    return cloud.chats[REPORTER]


def tapped(cloud: TelegramCloud, label: str) -> None:
    """Press the button of the last message whose label has these words."""
    [data] = [data for text, data in cloud.chats[REPORTER][-1].buttons if label in text][:1]
    cloud.tap(REPORTER, data)


@pytest.mark.parametrize("mode", ["webhook", "polling"])
async def test_a_report_by_buttons_reaches_the_officer_who_linked_telegram(
    engine: AsyncEngine, tmp_path: Path, mode: str
) -> None:
    async with linked_town(engine, tmp_path, mode) as cloud:
        cloud.known.add(OFFICER)
        await talk(cloud, "/report", lambda: cloud.photo(REPORTER, photo(), caption="柜台下有外地码"))
        await talk(cloud, lambda: cloud.place(REPORTER, 34.6494, 115.1423), lambda: tapped(cloud, "1"))
        await talk(cloud, "串码", lambda: tapped(cloud, "1"))
        while "提交" not in str(cloud.chats[REPORTER][-1].buttons):
            await talk(cloud, lambda: cloud.tap(REPORTER, cloud.chats[REPORTER][-1].buttons[0][1]))
        review = cloud.chats[REPORTER][-1].text
        assert "柜台下有外地码" in review
        assert "1 张照片" in review
        [*_, done] = await talk(cloud, lambda: tapped(cloud, "提交"))
        assert "XS-2026-000001" in done.text
        [told] = await cloud.sees(OFFICER, 1)
        assert "XS-2026-000001" in told.text
        assert cloud.spinning == set()
        await until(lambda: _stored(engine))
        await _dismissed_by_button(cloud)


async def _dismissed_by_button(cloud: TelegramCloud) -> None:
    """The officer's letter has the buttons of the task; once it is done they are gone."""
    [told] = cloud.chats[OFFICER]
    assert ("看详情", "e|XS-2026-000001") in told.buttons
    [dismiss] = [data for label, data in told.buttons if label == "不予处理"]
    cloud.tap(OFFICER, dismiss)
    await cloud.sees(OFFICER, 2)
    cloud.say(OFFICER, "查无此事")
    [*_, review] = await cloud.sees(OFFICER, 3)
    [submit] = [data for label, data in review.buttons if label == "提交"]
    assert told.buttons
    cloud.tap(OFFICER, submit)
    await cloud.sees(OFFICER, 4)

    async def without_buttons() -> bool:
        return not told.buttons

    await until(without_buttons)
    assert [method for method, _given in cloud.calls].count("editMessageReplyMarkup") == 1
    assert cloud.spinning == set()


async def _stored(engine: AsyncEngine) -> bool:
    """Whether the one photo has been fetched."""
    async with engine.connect() as connection:
        return (await connection.execute(select(tables.evidence.c.state))).scalars().all() == ["stored"]


async def test_a_colleague_asks_to_be_linked_and_leaves_no_trace(engine: AsyncEngine, tmp_path: Path) -> None:
    async with linked_town(engine, tmp_path, "polling") as cloud:
        cloud.say(STRANGER, "绑定")
        [seen] = await cloud.sees(STRANGER, 1)
        assert "管理员" in seen.text
        async with engine.connect() as connection:
            assert (await connection.execute(tables.inbox.select())).all() == []
