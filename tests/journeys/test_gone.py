"""Somebody is not there any more: their contact goes off, the matter goes on to others, and nobody else notices
(mailroom.md §3, check 10)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.sandbox.faults import Error, Invalid
from bot.sandbox.telegram import TelegramCloud
from notifier.wire import wire
from tests.journeys.test_hours import NEXT_MORNING, quiet_town, until_it_is
from tests.journeys.test_telegram import LINKED, OFFICER, linked_town, talk
from tests.journeys.town import Town, until

__all__ = ["quiet_town"]  # a fixture
HEAD = "mq-yx-head"


def leaves(town: Town, how: str) -> None:
    """The head of the department is not to be reached any more, in one of the ways that WeCom has to say so. (The
    third, success that names them in `invaliduser`, comes only to several receivers: test_wecom_send.py.)"""
    if how == "60111":
        town.cloud.faults.next("message/send", Error(60111))
    else:
        town.cloud.faults.always("message/send", Invalid((HEAD,)))


async def contact(town: Town, person: str) -> Mapping[str, Any]:
    [row] = await town.rows("SELECT off_at, off_reason FROM contact WHERE person_id = :person", person=person)
    return row


@pytest.mark.parametrize("how", ["60111", "81013"])
async def test_who_left_wecom_is_replaced_by_their_superior(town: Town, how: str) -> None:
    leaves(town, how)
    number = await town.files("mq-cm", "不知道算什么", "不确定")
    for officer in ("mq-ng1", "mq-ng2"):
        heard = await town.hears(officer, number)
        assert "钱芳暂时联系不上，这件事转给您。" in heard
    assert how in (await contact(town, HEAD))["off_reason"]
    town.cloud.faults.clear()
    for person in ("mq-cm", "mq-ng1", "mq-ng2"):
        assert (await contact(town, person))["off_at"] is None
    another = await town.files("mq-cm", "还有一件", "不确定")
    assert "待部门归类" in await town.hears("mq-ng1", another)
    refused = [call for call in town.cloud.calls if call.name == "message/send" and call.errcode]
    assert len(refused) == 1  # nothing more was tried at the head's address


async def test_a_substitute_comes_before_the_superior(quiet_town: Town) -> None:
    """Named after the letter was written: it waited for the hours."""
    town = quiet_town
    number = await town.files("mq-cm", "不知道算什么", "不确定")
    leaves(town, "81013")
    await town.rows(
        "INSERT INTO absence VALUES ('mq-yx-head', '2026-11-18', '2026-11-20', 'mq-zm-head', 'mq-yx-head', now())"
        " RETURNING person_id"
    )
    await until_it_is(town, NEXT_MORNING)
    assert "钱芳暂时联系不上" in await town.hears("mq-zm-head", number)
    assert town.pushes("mq-ng1") == []


@pytest.mark.parametrize("other_door", [True, False])
async def test_who_blocked_the_telegram_bot_is_reached_otherwise(
    engine: AsyncEngine, tmp_path: Path, other_door: bool
) -> None:
    superior = 8
    async with linked_town(engine, tmp_path, "polling") as cloud, wire(engine) as conn:
        cloud.known |= {OFFICER, superior}
        cloud.blocked.add(OFFICER)
        await conn.execute("INSERT INTO contact (door, address, person_id) VALUES ('telegram', '8', 'sq-ng1')")
        if not other_door:
            await conn.execute("DELETE FROM contact WHERE door = 'wecom'")
        await _report(cloud)

        async def off() -> bool:
            why = await conn.fetchval("SELECT off_reason FROM contact WHERE door = 'telegram' AND address = '7'")
            return "blocked" in (why or "")

        await until(off)
        if other_door:
            letters = "SELECT state FROM letter WHERE door = 'wecom' AND person_id = $1"
            assert [row["state"] for row in await conn.fetch(letters, LINKED[OFFICER])] == ["ready"]
        else:
            assert "周正暂时联系不上" in (await cloud.sees(superior, 1))[0].text
        assert await conn.fetchval("SELECT count(*) FROM contact WHERE off_at IS NOT NULL") == 1


async def _report(cloud: TelegramCloud) -> None:
    told = "上报 跳过 不让拍 跳过 没信号 江山便利店 1 串码 1 柜台下 刚刚 不需要 提交"
    [*_, done] = await talk(cloud, *told.split())
    assert "XS-2026-000001" in done.text
