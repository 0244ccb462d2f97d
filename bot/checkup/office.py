"""All checks of an open office, for `doctor` and for the console."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.checkup import doors, house, tipline
from bot.checkup.finding import Finding
from bot.office import Office
from bot.telegram.door import TelegramDoor
from bot.wechat.door import WechatDoor
from bot.wecom.door import WecomDoor


async def in_office(office: Office) -> AsyncIterator[Finding]:
    """Every finding, as it is found. The doors are asked outside, which takes a moment."""
    yield await house.calendar(office.engine, office.clock.now())
    post = house.post(office.engine, office.shift, office.settings.zone)
    for findings in (house.storage(office.settings), house.people(office.engine), post):
        async for finding in findings:
            yield finding
    for door in office.doors.values():
        if isinstance(door, WecomDoor):
            async for finding in doors.wecom(office, door):
                yield finding
        elif isinstance(door, TelegramDoor):
            async for finding in doors.telegram(office, door):
                yield finding
        elif isinstance(door, WechatDoor):
            async for finding in tipline.wechat(office, door):
                yield finding
    async for finding in tipline.line(office):
        yield finding
