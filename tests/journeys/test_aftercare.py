"""Letters that did not arrive are listed and sent again; the heartbeat stops when hours or letters are late."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.work.heartbeat import beat
from notifier.aftercare import send_again, stuck
from notifier.deliver import deliver_batch
from notifier.wire import wire
from tests.journeys.town import Town
from tests.notifier.cloud import open_cloud
from tests.notifier.rounds import QUICK, hire, letter, send_off, states
from tests.notifier.senders import PostingSender


async def test_a_dead_letter_is_listed_and_sent_again(engine: AsyncEngine) -> None:
    people = await hire(engine, 2)
    await send_off(engine, [letter(n, people[0]) for n in range(2)])
    async with wire(engine) as conn:
        await conn.execute("UPDATE letter SET state = 'dead', reason = 'content refused', settled_at = now()")
    async with engine.begin() as tx:
        found = await stuck(tx)
        assert [(one.state, one.number, one.reason) for one in found] == [
            ("dead", "XS-2026-000000", "content refused"),
            ("dead", "XS-2026-000001", "content refused"),
        ]
    assert await send_again(engine, [found[0].id, 999], timedelta()) == {found[0].id}
    async with open_cloud() as cloud, ClientSession() as http:
        await deliver_batch(engine, {"wecom": PostingSender(http, cloud.url)}, "r", timedelta(), QUICK)
        assert len(cloud.calls) == 1
    assert await states(engine) == {"sent": 1, "dead": 1}


async def test_the_heart_beats_while_every_hour_is_struck_and_stops_when_one_is_missed(town: Town) -> None:
    beats: list[str] = []

    async def heard(request: web.Request) -> web.Response:
        beats.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_get("/ping", heard)
    async with TestServer(app) as server:
        url = str(server.make_url("/ping"))
        town.office.settings = town.office.settings.model_copy(update={"heartbeat_url": url})
        number = await town.files("mq-cm", "柜台下有外地码")
        await town.hears("mq-ng1", f"请研判线索 {number}")
        assert await beat(town.office)
        await town.passes(days=20)  # its warnings are due, and nobody strikes them
        assert not await beat(town.office)
    assert beats == ["/ping"]
